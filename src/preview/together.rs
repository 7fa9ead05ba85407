//! The alerts of one body in one world: what each comes to beside the others, and beside what is open already.
//!
//! They are handed over at once, as the server does it, so that they group, hold back and storm each other as there. What is
//! open already comes as alerts, or as the state that the journal of a server gives.

use super::{OPEN_BEFORE, Played, Script, Simulated};
use crate::alert::{Action, Event};
use crate::config::{Config, Id};
use crate::incident::{
    AlertChange, AlertKey, Change, Entry, Folded, HeldBack, IncidentId, Incidents, Input, NoiseChange,
    ResponseChange, State, Status,
};
use crate::reason::Why;
use jiff::Timestamp;
use std::sync::Arc;

/// What is there before the alerts come.
#[derive(Clone, Debug, Default)]
pub struct Before {
    /// What a server knows.
    pub state: Option<State>,
    /// Alerts that opened a moment before, and that somebody who was told of them has taken.
    pub alerts: Vec<Event>,
}

/// What one alert of a body comes to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Fate {
    pub what: What,
    /// The incident that it opens, joins, changes or ends.
    pub incident: Option<IncidentId>,
    pub service: Option<Id>,
    /// How many alerts fire in that incident once the whole body is there.
    pub alerts: usize,
    /// What holds the incident back then.
    pub held: Option<HeldBack>,
    /// What the alert says that holds it back.
    pub source: Option<String>,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub enum What {
    Opens,
    /// It begins a storm, which stands for what follows.
    BeginsStorm(Folded),
    /// Its group has an incident already.
    Joins,
    /// A storm takes it in.
    Folds(Folded),
    /// It fires again soon after the end.
    Reopens,
    /// It is open already: the incident hears of it anew.
    Changes,
    /// It is over.
    Ends,
    /// Its monitor says that somebody has it.
    Taken,
    /// Words for a timeline.
    Noted,
    Ignored(Why),
    /// Nothing that the journal would hold: a heartbeat, or the same once more.
    Nothing,
}

impl What {
    /// Whether it is told as one of several, in an incident that is not its own.
    pub fn joins(&self) -> bool {
        match self {
            What::Joins | What::Folds(_) => true,
            What::Opens
            | What::BeginsStorm(_)
            | What::Reopens
            | What::Changes
            | What::Ends
            | What::Taken
            | What::Noted
            | What::Ignored(_)
            | What::Nothing => false,
        }
    }
}

/// Plays all the alerts of a body together, beside what is open. Only what comes of them is told.
pub fn simulate_together(
    config: &Arc<Config>,
    before: Before,
    events: &[Event],
    at: Timestamp,
    script: &Script,
) -> Simulated {
    let mut played = Played::new(config, at);
    let alone = before.state.is_none() && before.alerts.is_empty();
    let epoch = match before.state {
        None => 1,
        Some(mut state) => {
            // What must be heard from is taken to be heard from.
            state.heartbeats.clear();
            let epoch = state.epoch.saturating_add(1);
            played.incidents = Incidents::new(state);
            epoch
        }
    };
    played.handle(Input::Started { epoch, gap_seconds: None });
    if !alone {
        played.before(before.alerts, at);
    }
    let first = if alone { 0 } else { played.incidents.state().seq };
    let known = played.out.entries.len();
    played.follows = true;
    // No config is announced as new: heartbeats that it expects are taken to come.
    played.handle(Input::Alerts(events.to_vec()));
    played.out.fates = played.fates(events, known);
    let ended: Vec<IncidentId> = played.out.fates.iter().filter_map(|fate| fate.incident).collect();
    ended.into_iter().for_each(|id| played.follow(id));
    played.go_on(at, script);
    played.only_after(first)
}

/// The state that these entries build, in the order of their numbers.
pub fn state_of(mut entries: Vec<Entry>) -> State {
    entries.sort_by_key(|entry| entry.seq);
    let mut incidents = Incidents::default();
    entries.iter().for_each(|entry| incidents.replay(entry));
    let mut state = incidents.state().clone();
    // An id of theirs is never given again.
    let newest = state.incidents.keys().map(|id| id.epoch).max();
    state.epoch = state.epoch.max(newest.unwrap_or_default());
    state.at = entries.iter().map(|entry| entry.at).max().unwrap_or(state.at);
    state
}

impl Played<'_> {
    /// What is open already: what the state has under way is done, and others fire and are taken.
    fn before(&mut self, open: Vec<Event>, at: Timestamp) {
        if open.is_empty() {
            self.handle(Input::Tick);
            return;
        }
        self.now = at.checked_sub(OPEN_BEFORE).unwrap_or(at);
        self.follows = true;
        self.handle(Input::Alerts(open));
        self.acknowledge();
        (self.follows, self.ours) = (false, Vec::new());
        while self.later.keys().next().is_some_and(|(due, _)| *due < at) {
            self.now = self.later.keys().next().map_or(at, |(due, _)| (*due).max(self.now));
            self.outcomes();
        }
        self.now = at;
    }

    fn follow(&mut self, id: IncidentId) {
        if !self.ours.contains(&id) {
            self.ours.push(id);
        }
    }

    /// What each event of a body has come to, by the entries from this one on and by how things stand now.
    fn fates(&self, events: &[Event], first: usize) -> Vec<Fate> {
        let entries = self.out.entries.get(first..).unwrap_or_default();
        let mut told = vec![false; entries.len()];
        let mut fates = Vec::with_capacity(events.len());
        for event in events {
            let of = |(n, entry): (usize, &Entry)| Some((n, entry.incident, what(&entry.change, event)?));
            let found = entries.iter().enumerate().filter(|(n, _)| !told.get(*n).is_some_and(|it| *it));
            let (incident, what) = match found.filter_map(of).next() {
                Some((n, incident, what)) => {
                    told.get_mut(n).into_iter().for_each(|it| *it = true);
                    (incident, what)
                }
                None => (None, self.unsaid(event)),
            };
            fates.push(self.fate(event, incident, what));
        }
        fates
    }

    /// Of what no entry tells: the same once more, within a minute, is not recorded.
    fn unsaid(&self, event: &Event) -> What {
        let key: AlertKey = (event.integration.clone(), event.dedup_key.clone());
        let fires = matches!(event.action, Action::Trigger | Action::Update);
        match self.incidents.state().open(&key) {
            Some(_) if fires => What::Changes,
            Some(_) | None => What::Nothing,
        }
    }

    fn fate(&self, event: &Event, incident: Option<IncidentId>, what: What) -> Fate {
        let key: AlertKey = (event.integration.clone(), event.dedup_key.clone());
        let state = self.incidents.state();
        let id = incident.or_else(|| state.open(&key));
        let found = id.and_then(|id| state.incidents.get(&id));
        let held = found.and_then(|it| it.held_back.as_deref()).cloned();
        let source = held.as_ref().and_then(|held| state.incidents.get(&held.source?));
        Fate {
            what,
            incident: id,
            service: found.and_then(|it| it.service.clone()),
            alerts: found.map_or(0, |it| it.storm_size().map_or(it.firing(), |size| size.alerts)),
            held: held.filter(|_| found.is_some_and(|it| it.status != Status::Resolved)),
            source: source.map(|it| it.summary.to_string()),
        }
    }
}

/// What an entry says of this event; `None`: it is about another one.
fn what(change: &Change, of: &Event) -> Option<What> {
    let is = |event: &Event| event.integration == of.integration && event.dedup_key == of.dedup_key;
    let named = |integration: &str, key: &str| *integration == of.integration && *key == of.dedup_key;
    match change {
        Change::Alert(change) => match change {
            AlertChange::Opened(opened) if is(&opened.event) => {
                Some(opened.folded.clone().map_or(What::Opens, What::BeginsStorm))
            }
            AlertChange::Joined { event, folded, .. } if is(event) => {
                Some(folded.clone().map_or(What::Joins, What::Folds))
            }
            AlertChange::Counted { event, folded, .. } if is(event) => Some(What::Folds(folded.clone())),
            AlertChange::Updated { event, .. } if is(event) => Some(What::Changes),
            AlertChange::Moved(moved) if is(&moved.event) => Some(What::Changes),
            AlertChange::Repeated { integration, dedup_key, .. } if named(integration, dedup_key) => {
                Some(What::Changes)
            }
            AlertChange::Over { integration, dedup_key, .. } if named(integration, dedup_key) => {
                Some(What::Ends)
            }
            AlertChange::Ignored { event, why } if is(event) => Some(What::Ignored(why.clone())),
            AlertChange::Noted { event, .. } if is(event) => Some(What::Noted),
            AlertChange::Opened(_)
            | AlertChange::Joined { .. }
            | AlertChange::Counted { .. }
            | AlertChange::Updated { .. }
            | AlertChange::Moved(_)
            | AlertChange::Repeated { .. }
            | AlertChange::Over { .. }
            | AlertChange::Left { .. }
            | AlertChange::Ignored { .. }
            | AlertChange::Noted { .. } => None,
        },
        Change::Noise(NoiseChange::Reopened(reopened)) if is(&reopened.event) => Some(What::Reopens),
        Change::Noise(NoiseChange::Cleared { integration, dedup_key, .. })
            if named(integration, dedup_key) =>
        {
            Some(What::Ends)
        }
        Change::Response(ResponseChange::Resolved { event: Some(event), .. }) if is(event) => {
            Some(What::Ends)
        }
        Change::Response(ResponseChange::Acknowledged { event: Some(event), .. })
            if is(event) && of.action == Action::Acknowledge =>
        {
            Some(What::Taken)
        }
        Change::Noise(_)
        | Change::Response(_)
        | Change::Server(_)
        | Change::Heartbeat(_)
        | Change::Escalation(_)
        | Change::Delivery(_)
        | Change::RunTime(_)
        | Change::Steps(_)
        | Change::Notice(_) => None,
    }
}
