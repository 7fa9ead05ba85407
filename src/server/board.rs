//! The board: what lists, counts, filters and pages read in place of the engine's state.
//!
//! It holds a [`Row`] for each open incident and for those that closed in the last days, and what people made at run time. The
//! durable entries keep it up to date ([`keeping`](super::keeping)); at a start it is built from the state, which knows closed
//! incidents of a day. A reader has a copy that does not change, with the number of the last entry in it: several questions to
//! one copy fit together. Copies share what is the same. What is asked of it is in [`page`](super::page).

use super::row::{Names, Row};
use super::shelves::Shelves;
use crate::config::{Contact, Id, RunTime, Urgency};
use crate::incident::{
    AlertChange, Change, Entry, IncidentId, NoticeChange, ResponseChange, ServerChange, State, Status,
};
use crate::schedule::UserId;
use jiff::{SignedDuration, Timestamp};
use std::cmp::Reverse;
use std::collections::BTreeSet;
use std::sync::Arc;

/// How long closed incidents stay on the board.
pub const CLOSED_KEPT: SignedDuration = SignedDuration::from_hours(72);
/// How many closed incidents stay on it; of open ones there are as many as the engine opens.
pub const CLOSED_ROWS_MAX: usize = 20_000;
/// How many rows the engine gives at once to a board that missed entries.
const REFILL_MAX: usize = 500;

/// What is known of all incidents at one moment.
#[derive(Clone, Debug, Default)]
pub struct Board {
    /// The last entry in it.
    pub seq: u64,
    /// The last entry that changed anything here: what was made of the board before is the same until this changes.
    pub changed: u64,
    /// Of the server: numbers of entries may be used again after one that could not write them.
    pub epoch: u32,
    /// How often rows were taken from the engine, because entries went by.
    pub refills: u32,
    /// The overrides, silences and absences that people made.
    pub run_time: Arc<RunTime>,
    /// Ways that people have shut themselves: they said STOP to our messages.
    pub opted_out: Arc<BTreeSet<(UserId, Contact, Option<String>)>>,
    pub(super) rows: Shelves<IncidentId, Arc<Row>>,
    /// Open ones, the most urgent first, then the newest.
    pub(super) ranked: Shelves<(u8, Reverse<IncidentId>), ()>,
    pub(super) of_service: Shelves<(Option<Id>, IncidentId), ()>,
    pub(super) of_person: Shelves<(UserId, IncidentId), ()>,
    pub(super) of_integration: Shelves<(Arc<str>, IncidentId), ()>,
    pub(super) counts: Shelves<Counted, u32>,
    closed: Shelves<(Timestamp, IncidentId), ()>,
    names: Arc<Names>,
    /// Until which entry rows up to an id were refilled: those entries are in them.
    refilled: Arc<[(IncidentId, u64)]>,
}

/// What is counted together.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Counted {
    pub service: Option<Id>,
    pub status: Status,
    pub urgency: Urgency,
}

/// Where a row stands in the indexes.
struct Places {
    rank: Option<u8>,
    closed_at: Option<Timestamp>,
    counted: Counted,
    people: Vec<UserId>,
    integrations: Vec<Arc<str>>,
}

/// A part of the rows as the engine has them.
#[derive(Debug)]
pub struct Refill {
    rows: Vec<Row>,
    after: Option<IncidentId>,
    /// `None`: these are the last.
    upto: Option<IncidentId>,
    seq: u64,
    epoch: u32,
    run_time: RunTime,
    opted_out: BTreeSet<(UserId, Contact, Option<String>)>,
}

impl Board {
    /// The board of a state.
    pub fn of(state: &State) -> Board {
        let mut board = Board {
            seq: state.seq,
            changed: state.seq,
            epoch: state.epoch,
            run_time: Arc::new(state.run_time.clone()),
            opted_out: Arc::new(state.unreachable.keys().cloned().collect()),
            ..Board::default()
        };
        let mut names = Names::default();
        for incident in state.incidents.values() {
            board.put(Row::of(incident, &mut names));
        }
        board.names = Arc::new(names);
        board
    }

    pub fn get(&self, id: IncidentId) -> Option<&Arc<Row>> {
        self.rows.get(&id)
    }

    /// Every row, the oldest first.
    pub fn rows(&self) -> impl Iterator<Item = &Arc<Row>> {
        self.rows.iter().map(|(_, row)| row)
    }

    /// How many incidents it holds.
    pub fn len(&self) -> usize {
        self.rows.len()
    }

    pub fn is_empty(&self) -> bool {
        self.rows.is_empty()
    }

    /// How many are open.
    pub fn open(&self) -> usize {
        self.ranked.len()
    }

    /// When the oldest one closed of those that closed and are still here.
    pub fn closed_since(&self) -> Option<Timestamp> {
        self.closed.iter().next().map(|((at, _), ())| *at)
    }

    /// Takes in the next entry.
    pub fn apply(&mut self, entry: &Entry) {
        self.seq = entry.seq;
        self.refilled = match self.refilled.iter().all(|(_, seq)| *seq < entry.seq) {
            true if !self.refilled.is_empty() => Arc::default(),
            _ => self.refilled.clone(),
        };
        match &entry.change {
            Change::Server(change) => self.server(change, entry.seq),
            Change::RunTime(change) => {
                let made = Arc::make_mut(&mut self.run_time);
                change.apply_to(made, entry.seq, entry.at);
                made.forget_ended(entry.at.saturating_sub(CLOSED_KEPT).unwrap_or(Timestamp::MIN));
                self.changed = entry.seq;
            }
            Change::Notice(NoticeChange::OptedOut { user, by, to, out }) => {
                let shut = Arc::make_mut(&mut self.opted_out);
                let way = (user.clone(), *by, to.clone());
                let _ = if *out { shut.insert(way) } else { shut.remove(&way) };
                self.changed = entry.seq;
            }
            Change::Alert(AlertChange::Opened(opened)) => {
                if let Some(id) = entry.incident.filter(|id| !self.has_refilled(*id, entry.seq)) {
                    let names = Arc::make_mut(&mut self.names);
                    let mut row = Row::opened(id, entry.at, opened, names);
                    row.apply(entry, names);
                    self.put(row);
                    self.changed = entry.seq;
                }
            }
            Change::Heartbeat(_)
            | Change::Alert(_)
            | Change::Escalation(_)
            | Change::Noise(_)
            | Change::Steps(_)
            | Change::Notice(_)
            | Change::Delivery(_)
            | Change::Response(_) => self.about(entry),
        }
        self.forget(entry.at);
    }

    fn about(&mut self, entry: &Entry) {
        let Some(id) = entry.incident.filter(|id| !self.has_refilled(*id, entry.seq)) else { return };
        let mut names = self.names.clone();
        let other = |id: IncidentId| self.rows.get(&id).cloned();
        let changed = match &entry.change {
            Change::Response(ResponseChange::TookOver { from, .. }) => {
                let from = other(*from);
                self.change(id, |row| from.iter().for_each(|from| row.take_over(from)))
            }
            Change::Response(ResponseChange::Unmerged { from, .. }) => {
                let back = other(*from).map(|from| from.to_hand_back(id)).unwrap_or_default();
                self.change(id, |row| {
                    row.take_back(&back);
                    row.apply(entry, Arc::make_mut(&mut names));
                })
            }
            _ => self.change(id, |row| row.apply(entry, Arc::make_mut(&mut names))),
        };
        self.names = names;
        if changed {
            self.changed = entry.seq;
        }
    }

    fn server(&mut self, change: &ServerChange, seq: u64) {
        match change {
            ServerChange::Started { epoch, .. } => (self.epoch, self.changed) = (*epoch, seq),
            ServerChange::ClockJumped { seconds } => {
                let by = SignedDuration::from_secs(*seconds);
                let open = self.ranked.iter().map(|((_, Reverse(id)), ())| *id);
                let open: Vec<IncidentId> = open.filter(|id| !self.has_refilled(*id, seq)).collect();
                for id in open {
                    self.change(id, |row| row.shift(by));
                }
                self.changed = seq;
            }
            ServerChange::IntegrationRenamed { from, to } => {
                self.rename(from, to);
                self.changed = seq;
            }
            ServerChange::Revision { .. }
            | ServerChange::TroubleBegan { .. }
            | ServerChange::TroubleOver { .. } => {}
        }
    }

    /// A key that is open under the new name stays what it is there; then that of the old name does, too.
    fn rename(&mut self, from: &str, to: &str) {
        let to = Arc::make_mut(&mut self.names).of(to);
        let rows_of = |name: &str| {
            let ids = self.ids_of_integration(name);
            ids.filter_map(|id| self.rows.get(&id)).cloned().collect::<Vec<_>>()
        };
        let open = |name: &str| -> BTreeSet<Box<str>> {
            let rows = rows_of(name).into_iter().filter(|row| row.is_open());
            let own = |row: Arc<Row>| {
                let own = row.alerts.iter().filter(|alert| *alert.integration == *name);
                own.map(|alert| alert.dedup_key.clone()).collect::<Vec<_>>()
            };
            rows.flat_map(own).collect()
        };
        let kept: BTreeSet<Box<str>> = open(from).intersection(&open(&to)).cloned().collect();
        for row in rows_of(from) {
            self.change(row.id, |row| row.rename(from, &to, &kept));
        }
    }

    /// Puts a row on the board, in place of the one with the same id.
    fn put(&mut self, row: Row) {
        self.drop_row(row.id);
        let (id, places) = (row.id, Places::of(&row));
        self.index(id, &places);
        self.rows.insert(id, Arc::new(row));
    }

    fn drop_row(&mut self, id: IncidentId) {
        if let Some(old) = self.rows.remove(&id) {
            self.unindex(id, &Places::of(&old));
        }
    }

    /// Changes a row. Whether it is another one then.
    fn change(&mut self, id: IncidentId, change: impl FnOnce(&mut Row)) -> bool {
        let Some(row) = self.rows.get_mut(&id) else { return false };
        let before = Places::of(row);
        change(Arc::make_mut(row));
        let after = Places::of(row);
        if !before.is(&after) {
            self.unindex(id, &before);
            self.index(id, &after);
        }
        true
    }

    fn index(&mut self, id: IncidentId, at: &Places) {
        at.rank.iter().for_each(|rank| _ = self.ranked.insert((*rank, Reverse(id)), ()));
        at.closed_at.iter().for_each(|closed| _ = self.closed.insert((*closed, id), ()));
        self.of_service.insert((at.counted.service.clone(), id), ());
        at.people.iter().for_each(|user| _ = self.of_person.insert((user.clone(), id), ()));
        at.integrations.iter().for_each(|name| _ = self.of_integration.insert((name.clone(), id), ()));
        match self.counts.get_mut(&at.counted) {
            Some(count) => *count += 1,
            None => _ = self.counts.insert(at.counted.clone(), 1),
        }
    }

    fn unindex(&mut self, id: IncidentId, at: &Places) {
        at.rank.iter().for_each(|rank| _ = self.ranked.remove(&(*rank, Reverse(id))));
        at.closed_at.iter().for_each(|closed| _ = self.closed.remove(&(*closed, id)));
        self.of_service.remove(&(at.counted.service.clone(), id));
        at.people.iter().for_each(|user| _ = self.of_person.remove(&(user.clone(), id)));
        at.integrations.iter().for_each(|name| _ = self.of_integration.remove(&(name.clone(), id)));
        match self.counts.get_mut(&at.counted) {
            Some(count) if *count > 1 => *count -= 1,
            Some(_) | None => _ = self.counts.remove(&at.counted),
        }
    }

    /// Closed ones go when they are old, or too many.
    fn forget(&mut self, now: Timestamp) {
        let oldest = |board: &Board| board.closed.iter().next().map(|(key, ())| *key);
        while let Some((at, id)) = oldest(self) {
            if now.duration_since(at) <= CLOSED_KEPT && self.closed.len() <= CLOSED_ROWS_MAX {
                break;
            }
            self.drop_row(id);
        }
    }

    fn has_refilled(&self, id: IncidentId, seq: u64) -> bool {
        self.refilled.iter().find(|(upto, _)| id <= *upto).is_some_and(|(_, until)| seq <= *until)
    }

    /// Takes a part of the rows as the engine has them, after entries went by. Where to go on; `None`: it is whole again.
    pub fn refill(&mut self, refill: Refill) -> Option<IncidentId> {
        let Refill { rows, after, upto, seq, epoch, run_time, opted_out } = refill;
        let last = upto.unwrap_or(IncidentId { epoch: u32::MAX, n: u32::MAX });
        let here: BTreeSet<IncidentId> = rows.iter().map(|row| row.id).collect();
        let first = after.unwrap_or_default();
        // What the engine has forgotten has closed, and when is not known any more.
        let range = self.rows.from(first).take_while(|(id, _)| **id <= last);
        let gone = range.filter(|(id, row)| row.is_open() && Some(**id) != after && !here.contains(id));
        let gone: Vec<IncidentId> = gone.map(|(id, _)| *id).collect();
        gone.into_iter().for_each(|id| self.drop_row(id));
        rows.into_iter().for_each(|row| self.put(row));
        if after.is_none() {
            self.refilled = Arc::default();
            (self.epoch, self.run_time) = (epoch, Arc::new(run_time));
            self.opted_out = Arc::new(opted_out);
        }
        // Whatever opens from now on has a higher id than all of these.
        let upto_now = upto.or(here.last().copied()).unwrap_or(first);
        self.refilled = self.refilled.iter().copied().chain([(upto_now, seq)]).collect();
        self.refills = self.refills.wrapping_add(1);
        upto
    }
}

impl Places {
    fn of(row: &Row) -> Places {
        Places {
            rank: row.is_open().then(|| row.rank()),
            closed_at: (!row.is_open()).then(|| row.record.resolved_at.unwrap_or(row.last_event_at)),
            counted: Counted { service: row.service.clone(), status: row.status, urgency: row.urgency },
            people: row.people().into_iter().cloned().collect(),
            integrations: row.integrations().to_vec(),
        }
    }

    fn is(&self, other: &Places) -> bool {
        self.rank == other.rank
            && self.closed_at == other.closed_at
            && self.counted == other.counted
            && self.people == other.people
            && self.integrations == other.integrations
    }
}

impl Refill {
    /// The next rows after an id.
    pub fn of(state: &State, after: Option<IncidentId>) -> Refill {
        use std::ops::Bound::{Excluded, Unbounded};
        let mut names = Names::default();
        let mut range = state.incidents.range((after.map_or(Unbounded, Excluded), Unbounded));
        let rows: Vec<Row> =
            range.by_ref().take(REFILL_MAX).map(|(_, incident)| Row::of(incident, &mut names)).collect();
        let upto = range.next().and_then(|_| rows.last()).map(|row| row.id);
        let run_time = if after.is_none() { state.run_time.clone() } else { RunTime::default() };
        let opted_out = state.unreachable.keys().filter(|_| after.is_none()).cloned().collect();
        Refill { rows, after, upto, seq: state.seq, epoch: state.epoch, run_time, opted_out }
    }
}
