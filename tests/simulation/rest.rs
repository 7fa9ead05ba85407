//! What must hold at rest, and in the end, when nothing goes wrong any more.

use crate::disk::Mode;
use crate::outside::somebody;
use crate::record::Broken;
use crate::weather::Weather;
use crate::world::{Happening, World};
use jiff::{SignedDuration, Timestamp};
use oncall::actor::Via;
use oncall::config::{CALL_LASTS_MAX, Urgency};
use oncall::engine::{Engine, HELD_MAX, Health, JOURNAL_KEY, LANE_MAX};
use oncall::incident::{
    ARRIVALS_MAX, ASKED_MAX, Alert, Asked, Command, Hold, Incident, IncidentId, Mirror, Respond,
    STORM_ALERTS_MAX, Stage, State, Status, Target,
};
use oncall::route::OWN_INTEGRATION;
use std::collections::BTreeMap;

/// Small steps of the clock are followed, and jumps counted in whole seconds.
const INEXACT: i64 = 5;
/// The longest wait of a step: the fallback repeats hourly.
const STEP_MAX: SignedDuration = SignedDuration::from_secs(3_600 + INEXACT);
/// How long an incident that nobody takes may go without anybody being told.
const TOLD_AGAIN: SignedDuration = SignedDuration::from_mins(75);
/// For so long a source mutes without a word of its own.
const INHIBITED_MAX: SignedDuration = SignedDuration::from_secs(24 * 3_600 + INEXACT);
/// How long a delivery is waited for: an answer, the ringing, the end of a call that was answered or may have left.
fn flies_max(stage: Stage) -> SignedDuration {
    let seconds = match stage {
        Stage::Leaving => 60,
        Stage::Taken | Stage::UnderWay => 90,
        Stage::InDoubt | Stage::Answered => CALL_LASTS_MAX.as_secs(),
    };
    SignedDuration::from_secs(seconds + INEXACT)
}

/// The longest wait before what is shown is brought up to date once more.
const MIRROR_MAX: SignedDuration = SignedDuration::from_secs(5 * 60 + INEXACT);

fn pages_people(incident: &Incident) -> bool {
    incident.pages() && incident.urgency == Urgency::High
}

/// Nothing in a state waits for what will never come.
fn nothing_is_stuck(state: &State, now: Timestamp) -> Result<(), Broken> {
    for (id, dispatch) in &state.deliveries {
        if dispatch.expires_at.duration_since(now) > flies_max(dispatch.stage) {
            return Err(format!("(6) {id} is waited for until {}", dispatch.expires_at));
        }
        if dispatch.asked > ASKED_MAX || dispatch.ask_at.is_some_and(|at| at > dispatch.expires_at) {
            return Err(format!("(9) {id} is asked about too often or too late: {dispatch:?}"));
        }
    }
    for incident in state.incidents.values() {
        let id = incident.id;
        let shown =
            incident.mirrors.iter().filter_map(|mirror| mirror.in_flight.as_ref().map(|it| it.delivery));
        let mut flies = shown.chain(incident.notifications.iter().filter_map(|it| it.in_flight));
        if let Some(gone) = flies.find(|delivery| !state.deliveries.contains_key(delivery)) {
            return Err(format!("(6) {id} waits for {gone}, which is over"));
        }
        let mut due = incident.mirrors.iter().filter_map(|mirror| incident.mirror_due(mirror));
        if let Some(at) = due.find(|at| *at > now + MIRROR_MAX) {
            return Err(format!("(6) {id} is shown as it was until {at}"));
        }
    }
    for incident in state.incidents.values().filter(|it| pages_people(it)) {
        let id = incident.id;
        let Some(deadline) = incident.deadline() else {
            return Err(format!("(6) {id} has no deadline: {incident:#?}"));
        };
        if deadline.duration_since(now) > STEP_MAX {
            return Err(format!("(6) {id} does nothing until {deadline}"));
        }
    }
    Ok(())
}

/// What is held back has an end, at which it is looked at again.
fn nothing_is_held_for_ever(state: &State, now: Timestamp) -> Result<(), Broken> {
    for incident in state.incidents.values().filter(|it| it.status != Status::Resolved) {
        let Some(held) = &incident.held_back else { continue };
        let (id, until) = (incident.id, held.until);
        if incident.deadline().is_none_or(|deadline| deadline > until) {
            return Err(format!("(6) {id} is held back until {until}, and does nothing then"));
        }
        if held.by == Hold::Inhibition && until.duration_since(now) > INHIBITED_MAX {
            return Err(format!("(6) {id} is inhibited until {until}"));
        }
    }
    Ok(())
}

/// Every alert belongs to one incident, and no storm is larger than it may be.
fn keys_are_in_one_place(state: &State) -> Result<(), Broken> {
    for incident in state.incidents.values().filter(|it| it.status != Status::Resolved) {
        let id = incident.id;
        let strays = |alert: &&Alert| state.open(&alert.key()) != Some(id);
        if let Some(stray) = incident.alerts.iter().find(strays) {
            return Err(format!(
                "(2) {:?} is in {id}, and open in {:?}",
                stray.key(),
                state.open(&stray.key())
            ));
        }
        if incident.storm.is_some() && incident.alerts.len() > STORM_ALERTS_MAX {
            return Err(format!("(9) {id} has {} alerts", incident.alerts.len()));
        }
    }
    match state.arrivals.values().find(|arrivals| arrivals.len() > ARRIVALS_MAX) {
        Some(arrivals) => Err(format!("(9) {} arrivals are remembered", arrivals.len())),
        None => Ok(()),
    }
}

/// What people see of an incident is how it is.
fn everything_is_shown(state: &State) -> Result<(), Broken> {
    for incident in state.incidents.values() {
        let behind = |it: &&Mirror| it.in_flight.is_some() || incident.mirror_due(it).is_some();
        if let Some(behind) = incident.mirrors.iter().find(behind) {
            return Err(format!("(6) of {}, at version {}: {behind:?}", incident.id, incident.version));
        }
    }
    for (page, direct) in &state.directs {
        let stands = |id| state.incidents.get(id).map_or(Status::Resolved, |incident| incident.status);
        if let Some((id, shown)) = direct.about.iter().find(|(id, shown)| stands(id) != *shown) {
            return Err(format!("(6) the message of {page} shows {id} as {shown:?}: {direct:?}"));
        }
    }
    match state.deliveries.first_key_value() {
        Some((id, dispatch)) => Err(format!("(9) {id} is never over: {dispatch:?}")),
        None => Ok(()),
    }
}

impl World {
    pub fn check(&self) -> Result<(), Broken> {
        let Some(engine) = &self.engine else { return Ok(()) };
        let (now, state) = (self.wall(), engine.incidents().state());
        let durable = self.recorder.durable();
        if engine.durable() > durable {
            return Err(format!("(10) the engine thinks {} are on disk, {durable} are", engine.durable()));
        }
        let backlog = engine.backlog();
        if backlog.alerts > LANE_MAX || backlog.held > 2 * HELD_MAX {
            return Err(format!("(9) {backlog:?}"));
        }
        nothing_is_stuck(state, now)?;
        nothing_is_held_for_ever(state, now)?;
        keys_are_in_one_place(state)?;
        if *engine.health() != Health::Healthy && !self.tickets.is_empty() {
            return Err(format!("(10) degraded, and nobody answers {:?}", self.tickets));
        }
        let pages = state.incidents.values().any(|it| pages_people(it));
        if pages && engine.next_deadline(now).is_none() {
            return Err("(6) something pages, and the engine would sleep for ever".to_owned());
        }
        Ok(())
    }

    fn up(&self) -> Result<&Engine, Broken> {
        self.engine.as_ref().ok_or_else(|| "the server is not up".to_owned())
    }

    /// No more faults.
    pub fn heal(&mut self) -> Result<(), Broken> {
        self.say(|| "all is well from now on".to_owned());
        self.weather = Weather { reacts: 0, ..Weather::calm(0) };
        self.happen(Happening::DiskMode(Mode::Fine))?;
        self.providers = 0;
        self.agenda.retain(|_, it| {
            !matches!(
                it,
                Happening::Person(_) | Happening::Jump(_) | Happening::DiskMode(_) | Happening::Providers(_)
            )
        });
        self.drive()?;
        self.until(self.now + SignedDuration::from_mins(10))?;
        let engine = self.up()?;
        if *engine.health() != Health::Healthy {
            return Err(format!("(10) the disk is well, and the engine is {:?}", engine.health()));
        }
        let own = (OWN_INTEGRATION.to_owned(), JOURNAL_KEY.to_owned());
        if engine.incidents().state().open(&own).is_some() {
            return Err("(10) the journal is well, and its incident still pages".to_owned());
        }
        Ok(())
    }

    pub fn nobody_reacts(&mut self) -> Result<(), Broken> {
        let mut since: BTreeMap<IncidentId, Timestamp> = BTreeMap::new();
        for _ in 0..16 {
            self.until(self.now + SignedDuration::from_mins(15))?;
            let incidents = self.up()?.incidents().state().incidents.values();
            let paging: Vec<IncidentId> = incidents.filter(|it| pages_people(it)).map(|it| it.id).collect();
            since.retain(|id, _| paging.contains(id));
            for id in paging {
                let from = *since.entry(id).or_insert(self.now);
                let told = self.told.get(&id).copied().unwrap_or(Timestamp::MIN).max(from);
                if self.now.duration_since(told) > TOLD_AGAIN {
                    return Err(format!("(6) nobody has been told of {id} since {told}"));
                }
            }
        }
        Ok(())
    }

    pub fn everybody_is_done(&mut self) -> Result<(), Broken> {
        self.beat();
        let incidents = self.up()?.incidents().state().incidents.values();
        let open = incidents.filter(|it| it.status != Status::Resolved);
        let target = Target::Incidents(open.map(|it| it.id).collect());
        let resolve = Command::Respond(Respond {
            target,
            action: Asked::Resolve { reason: None },
            by: somebody(),
            via: Via::Slack,
        });
        self.happen(Happening::Person(resolve))?;
        self.drive()?;
        self.until(self.now + SignedDuration::from_mins(10))?;
        let calls = self.calls;
        // Closed by hand, a silence is told again; one that has ended is not.
        for _ in 0..8 {
            self.beat();
            self.until(self.now + SignedDuration::from_mins(15))?;
        }
        if self.calls > calls {
            return Err("(5) people are called although everything is resolved".to_owned());
        }
        let engine = self.up()?;
        let (state, durable) = (engine.incidents().state(), self.recorder.durable());
        everything_is_shown(state)?;
        let seq = state.seq;
        if !engine.is_settled() || engine.durable() != seq || durable != seq {
            return Err(format!("(10) not settled ({:?}): {durable} of {seq} on disk", engine.health()));
        }
        self.crash();
        self.start()?;
        let read = self.up()?.durable();
        if read == seq { Ok(()) } else { Err(format!("(4) {seq} were on disk, {read} came back")) }
    }
}
