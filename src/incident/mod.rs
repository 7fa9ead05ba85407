//! What happens next: the state machine of incidents.
//!
//! [`Incidents::handle`] takes one [`Input`] at an instant and gives a [`Turn`]: the entries that changed the state,
//! the deliveries to let go once those entries are on disk, and the answer for whoever asked. It does no I/O,
//! knows no clock, and cannot fail. Time is state: [`Incidents::next_deadline`] says when to come back with
//! [`Input::Tick`]. What is said in a message is decided in [`message`]; how it is sent, in
//! [`provider`](crate::provider).

#![deny(clippy::wildcard_enum_match_arm)]

mod again;
mod alerts;
mod answer;
mod apart;
mod apply;
mod assign;
mod broad;
mod card;
mod changes;
mod command;
mod committed;
mod course;
mod crowd;
mod declare;
mod delivery;
mod description;
mod direct;
mod dispatch;
mod due;
mod each;
mod entry;
mod errand;
mod escalation;
mod flapping;
mod gaps;
mod gather;
mod heartbeat;
mod hold;
mod id;
mod index;
mod inhibiting;
mod inhibition;
mod input;
mod known;
mod labels;
mod leaving;
mod letter;
mod lines;
mod link;
mod made;
mod makers;
mod marks;
mod merge;
pub mod message;
mod mirrors;
mod news;
mod noise;
mod noise_change;
mod notice;
mod notice_change;
mod notice_words;
mod notification;
mod offers;
mod opt_out;
mod outcome;
mod outlet;
mod parts;
mod planned;
mod policies;
mod reader;
mod reconcile;
mod record;
mod renamed;
mod reply_code;
mod response;
mod responses;
mod rise;
mod ruled;
mod run_time;
mod runbook;
mod script;
mod seldom;
mod shifts;
mod standing;
mod state;
mod step_change;
mod steps;
pub mod stored;
mod storm;
mod subject;
mod taken;
mod test;
mod text;
mod thread;
mod ticket;
mod timer;
mod transition;
mod turns;
mod until_resolved;
mod waits;
mod words;

pub use alerts::group_of;
pub use apply::{CLOSED_MAX, KEYS_MAX};
pub use committed::COMMITTED_MAX;
pub use course::ASKED_MAX;
pub use crowd::{ACTS_MAX, CROWD_MAX};
pub use delivery::{Delivery, Task, Words};
pub use description::DESCRIPTION_KEPT_MAX;
pub use direct::DIRECTS_MAX;
pub use each::ALSO_MAX;
pub use entry::{
    AlertChange, Change, DeliveryChange, Entry, EscalationChange, Folded, HeartbeatChange, Moved, Opened,
    ServerChange, StepStart, WaitsFor,
};
pub use errand::NewMirror;
pub use errand::{Carried, Direct, Dispatch, Errand, HangUp, Mirror, Paged, Shipment, Stage};
pub use gaps::GAPS_MAX;
pub use id::{DeliveryId, IncidentId, NotAnId};
pub use input::{
    Asked, Assignee, Command, Declare, Ended, GapAhead, Input, Made, Outcome, Reason, Refused, Reply,
    Respond, Target, Warning,
};
pub use known::{Keys, KnownKey};
pub use labels::Labels;
pub use lines::LINES_MAX;
pub use link::{LINKED_MAX, Linked, LinkedIncident};
pub use made::{MovedTo, RunTimeChange};
pub use news::{Happened, News};
pub use noise::FIRES_MAX;
pub use noise_change::{Flapping, NoiseChange, Reopened};
pub use notice::NOTICES_MAX;
pub use notice_change::{Broad, Crowd, GapTold, POSTS_MAX, RoomPace};
pub use notice_change::{Notice, NoticeChange, NoticeTo, Noticed, OverrideNotice};
pub use offers::{OFFERED_MAX, OFFERS_MAX};
pub use outlet::Outlet;
pub use parts::Chosen;
pub use parts::Storm;
pub use parts::{AlertKey, Escalation, HeldBack, Hold, Leaving, Status, StepAt};
pub use parts::{AlsoAsked, Awaited};
pub use planned::{Again, Notification, Purpose};
pub use planned::{PlannedContact, Recipient};
pub use record::{PAGED_MAX, Record};
pub use response::{Remark, ResponseChange};
pub use runbook::{runbook_address, runbook_of};
pub use seldom::Seldom;
pub use state::{
    Acknowledgement, Alert, Heartbeat, Incident, LowTold, Merged, Merges, OwnPolicy, OwnWords, Rare, Recent,
    Revision, State,
};
pub use step_change::StepsChange;
pub use storm::{ARRIVALS_MAX, OPEN_MAX, STORM_ALERTS_MAX, StormSize};
pub use taken::NOTE_MAX;
pub use timer::Timer;
pub use transition::{ACKNOWLEDGED_BY_MAX, MIRRORS_MAX};
pub use turns::{CHOSEN_MAX, TURNS_MAX};

use crate::config::{Config, Contact, Id, Provider};
use crate::reason::OwnTrouble;
use crate::schedule::UserId;
use index::Index;
use jiff::{SignedDuration, Timestamp};
use std::collections::BTreeMap;
use std::sync::Arc;

/// How many due incidents one call touches; the rest stay due.
pub const HANDLE_MAX: usize = 1_000;
/// How long an answer to a delivery is waited for.
const IN_FLIGHT: SignedDuration = SignedDuration::from_secs(60);
/// How many deadlines of one incident may fall due in one call.
const DUE_MAX: usize = 16;

/// The incidents, and what is needed to find the next thing to do among them.
#[derive(Debug, Default)]
pub struct Incidents {
    state: State,
    index: Index,
    /// A config change that has not yet been carried to every open incident.
    reconcile: Option<reconcile::Reconcile>,
    /// Heartbeats heard since the last one that was recorded, by integration.
    beats: BTreeMap<String, Timestamp>,
    /// Who serves which contact method, by the config of the last call.
    serving: Vec<(Contact, Provider)>,
    /// Which alerts may mute which, by the inhibitions in force.
    inhibiting: inhibiting::Inhibiting,
    /// The config with what was made at run time on top, kept until either changes.
    laid: Option<Laid>,
    /// By which config shifts were looked up, and when they are looked up again.
    shifts: Option<(Arc<Config>, Timestamp)>,
}

/// A config, what was made at run time by that entry, and both together.
#[derive(Debug)]
struct Laid {
    base: Arc<Config>,
    changed_by: u64,
    in_force: Arc<Config>,
}

/// What one input led to.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Turn {
    pub entries: Vec<Entry>,
    /// To be let go once the entries are on disk.
    pub deliveries: Vec<Delivery>,
    /// To be given once the entries are on disk.
    pub reply: Option<Reply>,
}

/// One call of `handle` under way.
struct Call<'a> {
    config: &'a Config,
    now: Timestamp,
    state: &'a mut State,
    index: &'a mut Index,
    beats: &'a mut BTreeMap<String, Timestamp>,
    inhibiting: &'a mut inhibiting::Inhibiting,
    /// Whom steps with `round_robin` have chosen in this call: what comes at once is one bundle, for one person.
    bundle: BTreeMap<(Id, u32), UserId>,
    turn: Turn,
}

impl Incidents {
    /// Takes over a state, as a snapshot gave it.
    pub fn new(state: State) -> Incidents {
        let index = Index::of(&state);
        Incidents { state, index, ..Incidents::default() }
    }

    /// Replays one entry of the journal.
    pub fn replay(&mut self, entry: &Entry) {
        record(&mut self.state, &mut self.index, entry);
    }

    pub fn state(&self) -> &State {
        &self.state
    }

    /// Decides what follows from an input at `now`. Only a [`Input::Tick`] lets deadlines fall due, so that an
    /// acknowledgement beats an escalation of the same instant.
    ///
    /// `config` is what git says; what people made at run time is laid on top here.
    pub fn handle(&mut self, config: &Arc<Config>, now: Timestamp, input: Input) -> Turn {
        let before = self.in_force(config);
        self.serving = outlet::contacts()
            .flat_map(|by| before.providers_of(by).map(move |provider| (by, provider)))
            .collect();
        let Incidents { state, index, beats, inhibiting, .. } = self;
        inhibiting.keep(&before.inhibitions, state);
        let mut call = Call {
            config: &before,
            now,
            state,
            index,
            beats,
            inhibiting,
            bundle: BTreeMap::new(),
            turn: Turn::default(),
        };
        let commanded = matches!(input, Input::Command(_));
        match input {
            Input::Alerts(events) => call.alerts(events),
            Input::Command(command) => call.command(command),
            Input::Outcome { delivery, outcome } => call.outcome(delivery, &outcome),
            Input::Started { epoch, gap_seconds } => call.started(epoch, gap_seconds),
            Input::Trouble { trouble, since } => call.trouble(trouble, since),
            Input::Gaps(found) => call.gaps(&found),
            Input::ClockJumped { by } => call.clock_jumped(by),
            Input::ConfigChanged { previous, commit } => {
                let previous = previous.map(|config| laid_over(&config, call.state));
                call.revision(commit);
                call.rename_integrations(previous.as_deref());
                call.expect_heartbeats();
                call.retire();
                previous.iter().for_each(|previous| call.tell_of_commit(previous));
                while let Some(unfinished) = self.reconcile.take() {
                    self.reconcile = call.reconcile(unfinished);
                }
                self.reconcile = Some(reconcile::Reconcile::new(previous));
            }
            Input::Tick => call.due(),
        }
        call.follow_silences();
        let (turn, bundle) = (call.turn, call.bundle);
        // What somebody made or ended reaches running steps as a config change does.
        let config = self.in_force(config);
        let Incidents { state, index, beats, inhibiting, .. } = self;
        let mut call = Call { config: &config, now, state, index, beats, inhibiting, bundle, turn };
        if commanded && !Arc::ptr_eq(&before, &config) {
            while let Some(unfinished) = self.reconcile.take() {
                self.reconcile = call.reconcile(unfinished);
            }
            self.reconcile = Some(reconcile::Reconcile::new(Some(before)));
        }
        if let Some(reconcile) = self.reconcile.take() {
            self.reconcile = call.reconcile(reconcile);
        }
        call.inhibit();
        call.tell_of_what_is_muted();
        let looked = self.shifts.as_ref().filter(|(by, again)| Arc::ptr_eq(by, &config) && now < *again);
        let looks = looked.is_none().then(|| call.tell_shifts());
        call.dispatch();
        let turn = call.turn;
        if let Some(again) = looks {
            self.shifts = Some((config, again));
        }
        turn
    }

    /// The config in force: what git says, with what people made at run time on top.
    pub fn in_force(&mut self, base: &Arc<Config>) -> Arc<Config> {
        let changed_by = self.state.run_time.changed_by;
        if let Some(laid) = &self.laid
            && Arc::ptr_eq(&laid.base, base)
            && laid.changed_by == changed_by
        {
            return laid.in_force.clone();
        }
        let in_force = laid_over(base, &self.state);
        self.laid = Some(Laid { base: base.clone(), changed_by, in_force: in_force.clone() });
        in_force
    }

    /// Goes on from what the journal gives, and with the heartbeats that are not in it.
    pub fn go_on_from(&mut self, replayed: Incidents) {
        *self = Incidents { beats: std::mem::take(&mut self.beats), ..replayed };
    }

    /// When `handle` must be called with a [`Input::Tick`] at the latest; `None`: nothing waits for time.
    pub fn next_deadline(&self, now: Timestamp) -> Option<Timestamp> {
        if self.reconcile.is_some() || self.inhibiting.has_changed() {
            return Some(now);
        }
        let shifts = self.shifts.as_ref().map(|(_, again)| *again).filter(|again| *again < Timestamp::MAX);
        let others = self.index.next_deadline(&self.state, &self.serving, now);
        others.into_iter().chain(shifts).min()
    }
}

fn laid_over(base: &Arc<Config>, state: &State) -> Arc<Config> {
    match state.run_time.is_empty() {
        true => base.clone(),
        false => Arc::new(base.laid_over(&state.run_time)),
    }
}

/// Applies an entry and keeps the index in step with it.
fn record(state: &mut State, index: &mut Index, entry: &Entry) {
    let touched = entry.incident;
    if let Some(incident) = touched.and_then(|id| state.incidents.get(&id)) {
        index.remove(incident);
    }
    let shifted = match &entry.change {
        Change::Server(
            ServerChange::ClockJumped { .. }
            | ServerChange::Started { .. }
            | ServerChange::IntegrationRenamed { .. },
        ) => true,
        Change::Server(
            ServerChange::Revision { .. }
            | ServerChange::TroubleBegan { .. }
            | ServerChange::TroubleOver { .. },
        ) => false,
        Change::RunTime(_)
        | Change::Steps(_)
        | Change::Notice(_)
        | Change::Heartbeat(_)
        | Change::Alert(_)
        | Change::Escalation(_)
        | Change::Delivery(_)
        | Change::Noise(_)
        | Change::Response(_) => false,
    };
    let directs = state.edits_touched(index, entry);
    directs.iter().for_each(|page| index.remove_direct(state, *page));
    let forgotten = state.apply(entry);
    directs.iter().for_each(|page| index.insert_direct(state, *page));
    // A closed incident may still have been waiting to be shown as closed.
    forgotten.iter().for_each(|incident| index.remove(incident));
    if shifted {
        *index = Index::of(state);
    } else if let Some(incident) = touched.and_then(|id| state.incidents.get(&id)) {
        index.insert(incident);
    }
}

impl Call<'_> {
    /// Records one change: applied, then appended, so that later decisions of this call see it.
    fn record(&mut self, incident: Option<IncidentId>, change: impl Into<Change>) {
        let change = change.into();
        // A question of one value, not a change of state: `matches!` is enough.
        let begins = matches!(change, Change::Server(ServerChange::Revision { .. }));
        let revision = self.state.revision.number + u32::from(begins);
        let entry = Entry { seq: self.state.seq + 1, at: self.now, revision, incident, change };
        record(self.state, self.index, &entry);
        self.follow_inhibitions(&entry);
        self.turn.entries.push(entry);
    }

    fn about(&mut self, incident: IncidentId, change: impl Into<Change>) {
        self.record(Some(incident), change);
    }

    fn about_server(&mut self, change: impl Into<Change>) {
        self.record(None, change);
    }

    fn incident(&self, id: IncidentId) -> Option<&Incident> {
        self.state.incidents.get(&id).map(|incident| &**incident)
    }

    fn revision(&mut self, commit: String) {
        if self.state.revision.commit != commit {
            self.about_server(ServerChange::Revision { commit });
        }
    }

    /// A clock that was set back while nobody watched shows a time before the last entry's.
    fn started(&mut self, epoch: u32, gap_seconds: Option<u64>) {
        let by = self.now.duration_since(self.state.at);
        if by.as_secs() < 0 {
            self.clock_jumped(by);
        }
        self.about_server(ServerChange::Started { epoch, gap_seconds });
    }

    /// Recorded when it begins and when it ends, whatever is said in between.
    fn trouble(&mut self, trouble: OwnTrouble, since: Option<Timestamp>) {
        match (since, self.state.troubles.contains_key(&trouble)) {
            (Some(since), false) => self.about_server(ServerChange::TroubleBegan { trouble, since }),
            (None, true) => self.about_server(ServerChange::TroubleOver { trouble }),
            (Some(_), true) | (None, false) => {}
        }
    }

    fn clock_jumped(&mut self, by: SignedDuration) {
        self.about_server(ServerChange::ClockJumped { seconds: by.as_secs() });
        self.beats.values_mut().for_each(|at| *at = at.saturating_add(by).unwrap_or(*at));
    }

    fn is_due(&self, id: IncidentId) -> bool {
        self.incident(id).and_then(Incident::deadline).is_some_and(|at| at <= self.now)
    }

    /// Whatever has fallen due, in order, within bounds.
    fn due(&mut self) {
        for _ in 0..HANDLE_MAX {
            let Some(id) = self.index.due(self.now) else { break };
            for _ in 0..DUE_MAX {
                if !self.is_due(id) {
                    break;
                }
                self.due_incident(id);
            }
            if self.is_due(id) {
                // Bounded: what still is due comes up again in the next call.
                break;
            }
        }
        self.miss_heartbeats();
        self.expire();
    }
}
