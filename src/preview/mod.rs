//! What would happen: an alert played through the production state machine in virtual time.
//!
//! Nothing is sent: every message is taken as shown at once, and every call rings out unanswered, until somebody
//! acknowledges as the script says. What several alerts do to each other is in [`together`], how the entries read as lines
//! in [`timeline`]. What is to come without any alert:
//! the shifts of a [`calendar`], what a change does to them ([`difference`]) and to paging ([`paging`]), and how much each
//! person has ([`load`]).

pub mod alerts;
pub mod calendar;
pub mod difference;
pub mod effect;
pub mod ical;
pub mod load;
mod noise;
pub mod on_call;
pub mod paging;
pub mod reach;
mod response;
mod run_time;
pub mod shifts;
mod steps;
pub mod timeline;
pub mod together;

use crate::actor::{Actor, Via};
use crate::alert::Event;
use crate::config::{Config, Contact};
use crate::incident::{
    Asked, Change, Command, Delivery, Entry, EscalationChange, Incident, IncidentId, Incidents, Input,
    Outcome, Reason, Recipient, Respond, Status, Target,
};
use crate::place::Place;
use crate::reason::Fault;
use crate::schedule::UserId;
use jiff::{SignedDuration, Timestamp};
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;
use together::{Before, Fate, simulate_together};

/// How long a call rings in a simulation.
const RINGS: SignedDuration = SignedDuration::from_secs(30);
/// So long before the alert others have opened that are to be open already.
const OPEN_BEFORE: SignedDuration = SignedDuration::from_mins(1);
/// The most turns of one simulation.
const TURNS_MAX: usize = 10_000;

/// What people do in a simulation.
#[derive(Clone, Debug)]
pub struct Script {
    /// Somebody who was told acknowledges after so long.
    pub acknowledge_after: Option<SignedDuration>,
    /// The simulation ends after so long at the latest.
    pub horizon: SignedDuration,
}

/// What came of it.
#[derive(Clone, Debug)]
pub struct Simulated {
    pub entries: Vec<Entry>,
    /// Everything that was sent, with its instant; not what a person has no phone or member id for.
    pub sent: Vec<(Timestamp, Delivery)>,
    /// What each alert has come to, in the order of the body.
    pub fates: Vec<Fate>,
}

/// One contact of a person, as a simulation or the server sent it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Told {
    pub at: Timestamp,
    pub user: UserId,
    pub by: Contact,
    /// The rule that has this person told.
    pub rule: Option<Place>,
}

/// Plays an alert at an instant, with a config that changes no more.
pub fn simulate(config: &Arc<Config>, event: Event, at: Timestamp, script: &Script) -> Simulated {
    simulate_together(config, Before::default(), &[event], at, script)
}

impl Played<'_> {
    /// What came after an entry, of the incidents that were opened after it, or joined.
    fn only_after(self, first: u64) -> Simulated {
        if first == 0 {
            return self.out;
        }
        let Simulated { entries, sent, fates } = self.out;
        let entries: Vec<Entry> = entries.into_iter().filter(|entry| entry.seq > first).collect();
        let about = self.ours;
        let own = |entry: &Entry| entry.incident.is_none_or(|id| about.contains(&id));
        let after = entries.first().map(|entry| entry.at);
        let sent = sent.into_iter().filter(|(at, delivery)| {
            Some(*at) >= after && delivery.incidents.iter().any(|id| about.contains(id))
        });
        Simulated { sent: sent.collect(), entries: entries.into_iter().filter(own).collect(), fates }
    }

    /// Lets time pass, until nothing more comes or the script is over.
    fn go_on(&mut self, at: Timestamp, script: &Script) {
        let end = at.checked_add(script.horizon).unwrap_or(Timestamp::MAX);
        let mut acknowledged = script.acknowledge_after.and_then(|after| at.checked_add(after).ok());
        let mut taken = false;
        for _ in 0..TURNS_MAX {
            if self.is_over() || taken && !self.awaits_others() {
                break;
            }
            let waits = [
                self.incidents.next_deadline(self.now),
                self.later.keys().next().map(|(at, _)| *at),
                acknowledged,
            ];
            let next =
                waits.into_iter().flatten().filter(|at| *at > self.now || Some(*at) != acknowledged).min();
            let Some(next) = next.map(|next| next.max(self.now)).filter(|next| *next <= end) else { break };
            self.now = next;
            self.outcomes();
            if acknowledged == Some(next) {
                self.acknowledge();
                (acknowledged, taken) = (None, true);
                continue;
            }
            self.handle(Input::Tick);
        }
    }
}

/// Whoever was told, in order.
pub fn told(simulated: &Simulated) -> Vec<Told> {
    let told = |(at, delivery): &(Timestamp, Delivery)| {
        let (user, by) = delivery.task.contact().filter(|_| !delivery.incidents.is_empty())?;
        let rule = rule(&simulated.entries, *at, user).cloned();
        Some(Told { at: *at, user: user.clone(), by, rule })
    };
    simulated.sent.iter().filter_map(told).collect()
}

/// The last rule up to `at` that has somebody told.
fn rule<'e>(entries: &'e [Entry], at: Timestamp, user: &UserId) -> Option<&'e Place> {
    let until = entries.iter().take_while(|entry| entry.at <= at);
    let names = |people: &[Recipient]| people.iter().any(|told| told.user == *user);
    let rules = until.filter_map(|entry| match &entry.change {
        Change::Escalation(EscalationChange::StepBegan(step))
            if names(&step.people) || names(&step.shadows) =>
        {
            Some(&step.rule)
        }
        Change::Escalation(EscalationChange::Told { people, rule, .. }) if names(people) => Some(rule),
        _ => None,
    });
    rules.last()
}

struct Played<'c> {
    config: &'c Arc<Config>,
    incidents: Incidents,
    now: Timestamp,
    /// Outcomes that are still to come, in order.
    later: BTreeMap<(Timestamp, usize), Input>,
    /// From now on, what an alert is about is part of what is played.
    follows: bool,
    /// The incidents that alerts have opened or changed while they were followed.
    ours: Vec<IncidentId>,
    out: Simulated,
}

impl<'c> Played<'c> {
    fn new(config: &'c Arc<Config>, now: Timestamp) -> Played<'c> {
        let out = Simulated { entries: Vec::new(), sent: Vec::new(), fates: Vec::new() };
        let (incidents, later) = (Incidents::default(), BTreeMap::new());
        Played { config, incidents, now, later, follows: false, ours: Vec::new(), out }
    }

    fn handle(&mut self, input: Input) {
        let turn = self.incidents.handle(self.config, self.now, input);
        if self.follows {
            let changed = |entry: &&Entry| matches!(entry.change, Change::Alert(_) | Change::Noise(_));
            let about = turn.entries.iter().filter(changed).filter_map(|entry| entry.incident);
            let new: BTreeSet<IncidentId> = about.filter(|id| !self.ours.contains(id)).collect();
            self.ours.extend(new);
        }
        self.out.entries.extend(turn.entries);
        for delivery in turn.deliveries {
            if self.answer(&delivery) {
                self.out.sent.push((self.now, delivery));
            }
        }
        self.outcomes();
    }

    /// What the stand-in for every provider says; whether it would have left at all.
    fn answer(&mut self, delivery: &Delivery) -> bool {
        let reference = delivery.id.to_string();
        if let Some((user, by)) = delivery.task.contact()
            && !self.config.users.get(user).is_some_and(|user| user.can_be_told_by(by))
        {
            let reason = Reason::of(delivery.provider, Fault::NoAddress, "");
            self.say(self.now, delivery, Outcome::Rejected { reason });
            return false;
        }
        if delivery.task.contact().is_some_and(|(_, by)| by.method().rings) {
            self.say(self.now, delivery, Outcome::Accepted { reference });
            let rung = self.now.checked_add(RINGS).unwrap_or(Timestamp::MAX);
            self.say(rung, delivery, Outcome::Ended { reason: Reason::ours(Fault::RangOut) });
        } else {
            self.say(self.now, delivery, Outcome::delivered(reference));
        }
        true
    }

    fn say(&mut self, at: Timestamp, delivery: &Delivery, outcome: Outcome) {
        let order = self.out.sent.len() + self.later.len();
        self.later.insert((at, order), Input::Outcome { delivery: delivery.id, outcome });
    }

    fn outcomes(&mut self) {
        while let Some(first) = self.later.first_entry().filter(|first| first.key().0 <= self.now) {
            let input = first.remove();
            self.handle(input);
        }
    }

    /// The last person told acknowledges.
    fn acknowledge(&mut self) {
        let about_ours = |delivery: &Delivery| delivery.incidents.iter().any(|id| self.ours.contains(id));
        let mut sent = self.out.sent.iter().rev().filter(|(_, delivery)| about_ours(delivery));
        let last = sent.find_map(|(_, delivery)| Some(delivery.task.contact()?.0.clone()));
        let Some(user) = last else { return };
        let incidents = self.ours.clone();
        self.handle(Input::Command(Command::Respond(Respond {
            target: Target::Incidents(incidents),
            action: Asked::Acknowledge,
            by: Actor::User(user),
            via: Via::Slack,
        })));
    }

    /// Those that are played, as they stand now.
    fn ours(&self) -> impl Iterator<Item = &Incident> {
        let incidents = &self.incidents.state().incidents;
        self.ours.iter().filter_map(|id| incidents.get(id)).map(|incident| &**incident)
    }

    /// Whether others are told on until they acknowledge too.
    fn awaits_others(&self) -> bool {
        self.ours().any(|incident| incident.rare.awaited.is_some())
    }

    /// Whether nothing can come any more that anybody would hear of.
    fn is_over(&self) -> bool {
        let open = self.ours().any(|incident| incident.status != Status::Resolved);
        !open && self.later.is_empty()
    }
}
