//! What must hold, checked as entries become known and as things leave.
//!
//! The record knows nothing of the engine's own book-keeping: it sees entries, what leaves, and what the simulated disk
//! would still have after a crash.

use bytes::Bytes;
use oncall::incident::{
    AlertChange, Asked, Change, Delivery, DeliveryChange, DeliveryId, Entry, Errand, IncidentId, NoiseChange,
    Outcome, Reply, ResponseChange, State, StepsChange,
};
use oncall::schedule::UserId;
use std::collections::{BTreeMap, BTreeSet};

/// A broken invariant, in words.
pub type Broken = String;

#[derive(Default)]
pub struct Record {
    /// Every entry that was lived and may still come back, as bytes.
    entries: BTreeMap<u64, (Bytes, Entry)>,
    /// The state after the entries of each batch.
    states: BTreeMap<u64, State>,
    /// The last entry that something which left as durable rests on.
    promised: u64,
    /// The last entry released, which everything after it rests on.
    released: u64,
    sent: BTreeMap<DeliveryId, Vec<(u64, IncidentId, Vec<u16>)>>,
    outcomes: BTreeMap<DeliveryId, Outcome>,
    /// Which deliveries that left told a notification.
    left: BTreeMap<(IncidentId, u16), BTreeSet<DeliveryId>>,
    /// Acknowledged or resolved, and somebody was told so.
    answered: BTreeSet<IncidentId>,
    /// Who must acknowledge too, and may be called on.
    asked: BTreeMap<IncidentId, BTreeSet<UserId>>,
    /// Where each dedup key was first heard of.
    heard: BTreeMap<String, u64>,
}

impl Record {
    pub fn started(&mut self, seq: u64) {
        self.released = seq;
    }

    /// An entry in a batch, numbered `seq`, as bytes.
    pub fn handed_over(&mut self, seq: u64, payload: &Bytes) -> Result<(), Broken> {
        if self.entries.get(&seq).is_some_and(|(known, _)| known == payload) {
            return Ok(());
        }
        let entry: Entry =
            serde_json::from_slice(payload).map_err(|error| format!("entry {seq}: {error}"))?;
        if entry.seq != seq {
            return Err(format!("(3) entry {} is handed over as {seq}", entry.seq));
        }
        self.lived(entry, payload.clone())
    }

    fn lived(&mut self, entry: Entry, bytes: Bytes) -> Result<(), Broken> {
        if self.entries.contains_key(&entry.seq) {
            return Err(format!("(3) entry {} was decided twice", entry.seq));
        }
        match &entry.change {
            Change::Delivery(DeliveryChange::Sent { delivery, notifications, errand, .. }) => {
                if let Some(id) = entry.incident {
                    self.sent.entry(*delivery).or_default().push((entry.seq, id, notifications.clone()));
                }
                if matches!(
                    errand,
                    Errand::HangUp(_) | Errand::Ask(_) | Errand::Edit { .. } | Errand::Notice { .. }
                ) {
                    self.sent.entry(*delivery).or_default();
                }
            }
            Change::Delivery(DeliveryChange::Outcome { delivery, outcome, .. }) => {
                self.outcomes.insert(*delivery, outcome.clone());
            }
            change if reopens(change) => {
                self.answered.remove(&entry.incident.unwrap_or_default());
            }
            _ => {}
        }
        self.asks(&entry);
        for key in keys(&entry.change) {
            self.heard.entry(key).or_insert(entry.seq);
        }
        self.entries.insert(entry.seq, (bytes, entry));
        Ok(())
    }

    fn asks(&mut self, entry: &Entry) {
        let Some(id) = entry.incident else { return };
        match &entry.change {
            Change::Steps(StepsChange::Awaited { users, .. }) => {
                self.asked.entry(id).or_default().extend(users.iter().cloned());
            }
            Change::Response(ResponseChange::AlsoAcknowledged { by, .. }) => {
                self.asked.entry(id).or_default().retain(|user| by.user() != Some(user));
            }
            Change::Response(ResponseChange::Resolved { .. }) => drop(self.asked.remove(&id)),
            change if reopens(change) => drop(self.asked.remove(&id)),
            _ => {}
        }
    }

    /// The state right after entry `state.seq`, which ends a batch.
    pub fn batch(&mut self, state: &State) {
        self.states.insert(state.seq, state.clone());
    }

    pub fn release_entry(&mut self, entry: &Entry, durable: u64, healthy: bool) -> Result<(), Broken> {
        match self.entries.get(&entry.seq) {
            Some((_, known)) if known == entry => {}
            Some(_) => return Err(format!("(3) entry {} is not what was handed over", entry.seq)),
            None => {
                let bytes = serde_json::to_vec(entry).map_err(|error| error.to_string())?;
                self.lived(entry.clone(), bytes.into())?;
            }
        }
        self.released = entry.seq;
        self.leaves(durable, healthy, "an entry")
    }

    fn leaves(&mut self, durable: u64, healthy: bool, what: &str) -> Result<(), Broken> {
        let seq = self.released;
        if healthy && seq > durable {
            return Err(format!("(5) {what} left with entry {seq}, but only {durable} are on disk"));
        }
        if healthy {
            self.promised = self.promised.max(seq);
        }
        Ok(())
    }

    pub fn release_delivery(
        &mut self,
        delivery: &Delivery,
        durable: u64,
        healthy: bool,
    ) -> Result<(), Broken> {
        self.leaves(durable, healthy, "a delivery")?;
        let id = delivery.id;
        let Some(sent) = self.sent.get(&id).cloned() else {
            return Err(format!("(5) delivery {id} left without an entry"));
        };
        if let Some((seq, ..)) = sent.iter().find(|(seq, ..)| healthy && *seq > durable) {
            return Err(format!("(5) delivery {id} left, but its entry {seq} is not on disk"));
        }
        for (_, incident, numbers) in sent {
            for n in numbers {
                self.told_again(delivery, incident, n)?;
                self.left.entry((incident, n)).or_default().insert(id);
            }
        }
        let called = delivery.task.contact().filter(|(_, by)| by.method().rings).map(|(user, _)| user);
        let asked = |id: &IncidentId, user| self.asked.get(id).is_some_and(|asked| asked.contains(user));
        if let Some(user) = called
            && delivery.incidents.iter().all(|id| self.answered.contains(id) && !asked(id, user))
        {
            return Err(format!("(5) {id} calls about {:?}, whose end was answered", delivery.incidents));
        }
        Ok(())
    }

    /// Whether the last that was heard of a delivery is that a provider has it, or had.
    pub fn was_taken(&self, delivery: &DeliveryId) -> bool {
        self.outcomes.get(delivery).is_some_and(Outcome::is_taken)
    }

    fn told_again(&self, delivery: &Delivery, incident: IncidentId, n: u16) -> Result<(), Broken> {
        for before in self.left.get(&(incident, n)).into_iter().flatten() {
            let again = format!("(5) {} repeats {before} about {incident}", delivery.id);
            match self.outcomes.get(before) {
                Some(Outcome::Unavailable { .. } | Outcome::Rejected { .. }) => {}
                Some(Outcome::Unknown { .. }) if delivery.repeat => {}
                Some(Outcome::Unknown { .. }) => return Err(format!("{again} and is not marked so")),
                Some(taken) => return Err(format!("{again}, which was {taken:?}")),
                None => return Err(format!("{again}, which is still in flight")),
            }
        }
        Ok(())
    }

    pub fn release_reply(
        &mut self,
        reply: Option<&Reply>,
        stored: bool,
        keys: &[String],
        durable: u64,
        healthy: bool,
    ) -> Result<(), Broken> {
        if !stored {
            let wrong = healthy && self.released <= durable;
            return if wrong { Err("(10) stored: false while healthy".to_owned()) } else { Ok(()) };
        }
        if self.released > durable {
            let seq = self.released;
            return Err(format!("(4) stored: true with entry {seq}, but only {durable} are on disk"));
        }
        self.promised = self.promised.max(self.released);
        for key in keys {
            if self.heard.get(key).is_none_or(|seq| *seq > durable) {
                return Err(format!("(4) {key} was answered stored, and nothing on disk says so"));
            }
        }
        match reply {
            Some(Reply::Taken { opened }) => {
                self.on_disk(opened, durable, |it| matches!(it, Change::Alert(AlertChange::Opened(_))))
            }
            Some(Reply::Done { action: Asked::Acknowledge | Asked::Resolve { .. }, incidents }) => {
                self.on_disk(incidents, durable, ends)?;
                // What joined during a call is told anew in the same breath.
                let again = |id: &IncidentId| {
                    let mut newest = self.entries.values().rev().map(|it| &it.1);
                    let last = newest.find(|entry| {
                        entry.incident == Some(*id) && (ends(&entry.change) || reopens(&entry.change))
                    });
                    last.is_some_and(|entry| reopens(&entry.change))
                };
                let standing: Vec<IncidentId> = incidents.iter().filter(|id| !again(id)).copied().collect();
                self.answered.extend(standing);
                Ok(())
            }
            _ => Ok(()),
        }
    }

    fn on_disk(
        &self,
        ids: &[IncidentId],
        durable: u64,
        wanted: impl Fn(&Change) -> bool,
    ) -> Result<(), Broken> {
        for id in ids {
            let mut known = self.entries.range(..=durable).rev().map(|(_, (_, entry))| entry);
            if !known.any(|entry| entry.incident == Some(*id) && wanted(&entry.change)) {
                return Err(format!("(4) what was answered about {id} is not on disk"));
            }
        }
        Ok(())
    }

    /// What a start, or a compaction, has read must be what was lived: the state that follows.
    pub fn replayed(&self, entries: &[(u64, Vec<u8>)], mut state: State) -> Result<State, Broken> {
        for (seq, payload) in entries {
            let known = self.entries.get(seq).ok_or_else(|| format!("(3) entry {seq} was never lived"))?;
            if known.0 != *payload {
                return Err(format!("(3) entry {seq} is not as it was lived"));
            }
            state.apply(&known.1);
        }
        match self.states.get(&state.seq) {
            Some(lived) if *lived == state => Ok(state),
            Some(lived) => {
                Err(format!("(3) the state at {} differs: {}", state.seq, difference(lived, &state)))
            }
            None if state.seq == 0 => Ok(state),
            None => Err(format!("(3) entry {} did not end a batch", state.seq)),
        }
    }

    /// A start has read everything up to `seq`.
    pub fn came_back(&self, seq: u64) -> Result<(), Broken> {
        if seq < self.promised {
            return Err(format!("(4) {} entries were promised, {seq} came back", self.promised));
        }
        Ok(())
    }

    /// A start goes on after `seq`; the rest is gone.
    pub fn goes_on_after(&mut self, seq: u64) {
        self.entries.split_off(&(seq + 1));
        self.states.split_off(&(seq + 1));
        self.sent.values_mut().for_each(|sent| sent.retain(|(at, ..)| *at <= seq));
        let sent = &self.sent;
        self.left
            .values_mut()
            .for_each(|left| left.retain(|id| sent.get(id).is_some_and(|it| !it.is_empty())));
        self.heard.retain(|_, at| *at <= seq);
        self.outcomes.clear();
        let changes = self.entries.values().map(|(_, entry)| (entry.incident, &entry.change));
        let mut ended = BTreeSet::new();
        for (incident, change) in changes {
            match change {
                Change::Delivery(DeliveryChange::Outcome { delivery, outcome, .. }) => {
                    self.outcomes.insert(*delivery, outcome.clone());
                }
                change if ends(change) => ended.extend(incident),
                change if reopens(change) => {
                    ended.remove(&incident.unwrap_or_default());
                }
                _ => {}
            }
        }
        self.answered.retain(|id| ended.contains(id));
        // Whoever is asked still: what was lost may have been their answer.
        self.asked.clear();
        let entries: Vec<Entry> = self.entries.values().map(|(_, entry)| entry.clone()).collect();
        entries.iter().for_each(|entry| self.asks(entry));
    }
}

/// Whether people are to be called after it, whoever acknowledged before: what moved is worse than what was taken.
fn reopens(change: &Change) -> bool {
    matches!(
        change,
        Change::Response(
            ResponseChange::Retriggered { .. }
                | ResponseChange::Reassigned { .. }
                | ResponseChange::Escalated { .. }
                | ResponseChange::GivenBack { .. }
                | ResponseChange::Reopened { .. }
                | ResponseChange::PagedAlso { .. }
                | ResponseChange::UrgencyChosen { .. }
                | ResponseChange::LetThrough { .. }
                | ResponseChange::MovedTo(_)
                | ResponseChange::TookOver { .. }
                | ResponseChange::Unmerged { .. }
        ) | Change::Alert(AlertChange::Moved(_))
            | Change::Noise(NoiseChange::Reopened(_))
    )
}

/// Whether nobody is to be called any more after it.
fn ends(change: &Change) -> bool {
    matches!(change, Change::Response(ResponseChange::Acknowledged { .. } | ResponseChange::Resolved { .. }))
}

fn keys(change: &Change) -> Vec<String> {
    let key = match change {
        Change::Alert(change) => match change {
            AlertChange::Opened(opened) => Some(&opened.event.dedup_key),
            AlertChange::Ignored { event, .. }
            | AlertChange::Joined { event, .. }
            | AlertChange::Counted { event, .. }
            | AlertChange::Updated { event, .. } => Some(&event.dedup_key),
            AlertChange::Repeated { dedup_key, .. } | AlertChange::Over { dedup_key, .. } => Some(dedup_key),
            AlertChange::Moved(moved) => Some(&moved.event.dedup_key),
            AlertChange::Noted { .. } | AlertChange::Left { .. } => None,
        },
        Change::Response(
            ResponseChange::Acknowledged { event, .. } | ResponseChange::Resolved { event, .. },
        ) => event.as_ref().map(|event| &event.dedup_key),
        Change::Noise(NoiseChange::Reopened(reopened)) => Some(&reopened.event.dedup_key),
        Change::Noise(NoiseChange::Cleared { dedup_key, .. }) => Some(dedup_key),
        _ => None,
    };
    key.into_iter().cloned().collect()
}

/// The fields in which they differ, and the first lines of each.
fn difference(lived: &State, read: &State) -> String {
    let ids = |state: &State| format!("{:?} {:?}", state.incidents.keys(), state.closed);
    if ids(lived) != ids(read) {
        return format!("lived {}, read {}", ids(lived), ids(read));
    }
    let (lived, read) = (format!("{lived:#?}"), format!("{read:#?}"));
    let mut field = "";
    let mut found = Vec::new();
    for (lived, read) in lived.lines().zip(read.lines()) {
        if lived.starts_with("    ") && !lived.starts_with("     ") {
            field = lived.trim();
        }
        if lived != read {
            found.push(format!("{field}: lived `{}`, read `{}`", lived.trim(), read.trim()));
        }
    }
    found.truncate(4);
    found.join("; ")
}
