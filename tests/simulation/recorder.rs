//! The journal's threads as `disk::recorder` and `disk::append` have them, in steps that a crash can fall between.

use crate::disk::{Disk, Mode, Segment};
use crate::journal::put_snapshot;
use crate::random::Random;
use oncall::engine::Batch;
use oncall::journal::End;
use oncall::journal::frame::{self, DATA_START, Header};
use oncall::journal::recovery::Opening;
use oncall::journal::snapshot;
use std::collections::{BTreeMap, VecDeque};

/// Small, so that segments end often.
const SEGMENT_SIZE: usize = 48 * 1024;
/// So many numbers are skipped for each life, so that two of them that began in memory are not named alike.
const SKIPPED: u64 = 100;

#[derive(Default)]
pub struct Recorder {
    pub tasks: BTreeMap<u64, Task>,
    next_task: u64,
    next_number: u64,
    /// The epoch that may write; those that were given up find it changed.
    fence: u64,
    /// Where each epoch's thread goes on.
    live: BTreeMap<u64, End>,
    /// The epoch that takes batches; none after a failure, until a new segment is made.
    journal: Option<u64>,
    making: bool,
    /// What the engine calls this life.
    begun_as: u64,
    /// Whose answers count; 0 is nobody's.
    epoch: u64,
    /// The batch handed over last.
    batch: u64,
    /// The last end that was durable, and the one before the batch handed over last.
    end: Option<End>,
    before: Option<End>,
    /// The last entry that no crash takes any more: in a snapshot, or in segments.
    snapshot: u64,
    synced: u64,
}

/// What one thread does for a batch, step by step.
pub struct Task {
    epoch: u64,
    batch: u64,
    steps: VecDeque<Step>,
    /// To be appended once a new segment is there.
    then: Option<Batch>,
}

#[derive(Clone)]
enum Step {
    Snapshot(Vec<u8>),
    /// A new epoch begins.
    Begin(Opening),
    Make {
        header: Header,
        bytes: Vec<u8>,
        filled: bool,
    },
    Write {
        segment: u64,
        offset: usize,
        bytes: Vec<u8>,
    },
    Sync(End),
}

/// What the engine is told, and of which batch.
#[derive(Debug)]
pub struct Told {
    pub batch: u64,
    pub result: Result<(), String>,
}

/// What follows when a step has ended.
pub enum Stepped {
    /// Another step, of this task.
    More(u64),
    /// The engine is told, unless nobody waits for it any more.
    Over(Option<Told>),
}

impl Recorder {
    /// Begins an epoch at a start. `false`: the machine stopped on the way, before or after the name was there.
    pub fn start(&mut self, disk: &mut Disk, opening: &Opening, stops: Option<bool>, filled: bool) -> bool {
        let number = disk.segments.keys().last().map_or(1, |n| n + 1);
        let (header, bytes) = opening.segment(number).unwrap();
        if stops != Some(false) {
            disk.segments.insert(header.number, made(&bytes, filled));
        }
        let end = End { segment: number, offset: bytes.len() as u64, last_seq: opening.next_seq - 1 };
        *self = Recorder {
            next_number: number + 1,
            fence: number,
            live: [(number, end)].into(),
            journal: Some(number),
            begun_as: number,
            epoch: number,
            end: Some(end),
            before: Some(end),
            synced: end.last_seq,
            ..Recorder::default()
        };
        stops.is_none()
    }

    /// Begins an epoch in memory: the disk takes nothing, and no file keeps its number.
    pub fn start_anyway(&mut self, disk: &Disk, opening: &Opening, life: u64) {
        let number = disk.segments.keys().last().map_or(1, |n| n + 1) + life * SKIPPED;
        *self = Recorder {
            next_number: number + 1,
            begun_as: number,
            end: opening.predecessor,
            // What the start has read stays until a snapshot of it is there: no segment is made before.
            snapshot: opening.next_seq - 1,
            ..Recorder::default()
        };
    }

    /// What was written is no more: the journal is given up. The batch that nobody answers now; `None`: it was given up already.
    pub fn vanished(&mut self) -> Option<u64> {
        if self.epoch == 0 {
            return None;
        }
        (self.journal, self.epoch) = (None, 0);
        Some(self.batch)
    }

    pub fn epoch(&self) -> u32 {
        self.begun_as as u32
    }

    /// The last entry that no crash takes any more.
    pub fn durable(&self) -> u64 {
        self.snapshot.max(self.synced)
    }

    /// Takes a batch and numbers it; gives back a task that has begun, or why there is none.
    pub fn append(
        &mut self,
        disk: &mut Disk,
        batch: Batch,
        random: &mut Random,
    ) -> (u64, Result<u64, String>) {
        self.batch += 1;
        let begun =
            if batch.reopen { self.reopen(disk, batch, random) } else { self.write(disk, &batch, random) };
        (self.batch, begun)
    }

    fn reopen(&mut self, disk: &mut Disk, mut batch: Batch, random: &mut Random) -> Result<u64, String> {
        (self.journal, self.epoch) = (None, 0);
        // What a batch given up has brought in since comes again, and counts no more.
        let came = self.end.is_some_and(|end| end.last_seq >= batch.first_seq);
        let predecessor = if came { self.before } else { self.end };
        self.synced = predecessor.map_or(0, |end| end.last_seq);
        if std::mem::replace(&mut self.making, true) {
            return Err("a new segment is still being made".to_owned());
        }
        let opening = Opening { predecessor, carried: Vec::new(), next_seq: batch.first_seq };
        let steps = batch.snapshot.take().map(Step::Snapshot).into_iter().chain([Step::Begin(opening)]);
        let task = Task { epoch: 0, batch: self.batch, steps: steps.collect(), then: Some(batch) };
        Ok(self.begin(disk, task, random))
    }

    fn write(&mut self, disk: &mut Disk, batch: &Batch, random: &mut Random) -> Result<u64, String> {
        self.before = self.end;
        let epoch = self.journal.ok_or("the journal's thread takes no more")?;
        let mut end = self.live[&epoch];
        if batch.first_seq != end.last_seq + 1 {
            return Err(format!("entry {} does not follow on {}", batch.first_seq, end.last_seq));
        }
        if self.fence != epoch {
            return Err("the epoch was given up".to_owned());
        }
        let mut bytes = Vec::new();
        frame::encode(epoch, batch.first_seq, &batch.payloads, &mut bytes).unwrap();
        let mut steps = VecDeque::new();
        if end.offset as usize + bytes.len() > SEGMENT_SIZE && end.offset as usize > DATA_START {
            let number = self.number();
            let header = Header { number, epoch, first_seq: end.last_seq + 1, predecessor: Some(end) };
            steps.push_back(Step::Make { header, bytes: header.encode(), filled: random.percent(70) });
            end = End { segment: number, offset: DATA_START as u64, ..end };
        }
        let (segment, offset, length) = (end.segment, end.offset as usize, bytes.len() as u64);
        steps.push_back(Step::Write { segment, offset, bytes });
        let last_seq = end.last_seq + batch.payloads.len() as u64;
        steps.push_back(Step::Sync(End { segment, offset: end.offset + length, last_seq }));
        Ok(self.begin(disk, Task { epoch, batch: self.batch, steps, then: None }, random))
    }

    fn number(&mut self) -> u64 {
        self.next_number += 1;
        self.next_number - 1
    }

    fn begin(&mut self, disk: &mut Disk, task: Task, random: &mut Random) -> u64 {
        self.next_task += 1;
        self.tasks.insert(self.next_task, task);
        self.entered(disk, self.next_task, random);
        self.next_task
    }

    /// The first step of a task begins.
    fn entered(&mut self, disk: &mut Disk, id: u64, random: &mut Random) {
        let task = &self.tasks[&id];
        match task.steps.front() {
            // What is written may reach the disk from now on.
            Some(Step::Write { segment, offset, bytes }) => disk.write(*segment, *offset, bytes),
            Some(Step::Begin(opening)) => {
                let opening = opening.clone();
                let number = self.number();
                self.fence = number;
                let (header, bytes) = opening.segment(number).unwrap();
                let make = Step::Make { header, bytes, filled: random.percent(70) };
                let task = self.tasks.get_mut(&id).unwrap();
                (task.epoch, task.steps[0]) = (number, make);
            }
            _ => {}
        }
    }

    /// The step of a task has ended.
    pub fn stepped(&mut self, disk: &mut Disk, id: u64, random: &mut Random) -> Stepped {
        let Some(task) = self.tasks.get_mut(&id) else { return Stepped::Over(None) };
        let Some(step) = task.steps.pop_front() else { return Stepped::Over(None) };
        let last = task.steps.is_empty();
        if let Err(reason) = step.done(disk) {
            return Stepped::Over(self.ended(id, Err(reason)));
        }
        match step {
            Step::Snapshot(bytes) => {
                self.snapshot = self.snapshot.max(snapshot::covered(&bytes).unwrap());
            }
            Step::Make { header, bytes, .. } if last => {
                let (segment, offset) = (header.number, bytes.len() as u64);
                let end = End { segment, offset, last_seq: header.first_seq - 1 };
                return self.made(disk, id, end, random);
            }
            Step::Sync(end) => return Stepped::Over(self.ended(id, Ok(end))),
            Step::Begin(_) | Step::Make { .. } | Step::Write { .. } => {}
        }
        self.entered(disk, id, random);
        Stepped::More(id)
    }

    /// A new epoch's segment is there.
    fn made(&mut self, disk: &mut Disk, id: u64, end: End, random: &mut Random) -> Stepped {
        let Some(Task { epoch, batch, then: Some(then), .. }) = self.tasks.remove(&id) else {
            return Stepped::Over(None);
        };
        self.making = false;
        if batch != self.batch {
            // It was given up for a newer one, which will ask for another segment.
            return Stepped::Over(None);
        }
        self.live.insert(epoch, end);
        (self.epoch, self.journal, self.end, self.before) = (epoch, Some(epoch), Some(end), Some(end));
        let written = match then.payloads.is_empty() {
            true => Ok(None),
            false => self.write(disk, &then, random).map(Some),
        };
        match written {
            Ok(Some(id)) => Stepped::More(id),
            Ok(None) => Stepped::Over(Some(Told { batch, result: Ok(()) })),
            Err(reason) => Stepped::Over(Some(Told { batch, result: Err(reason) })),
        }
    }

    fn ended(&mut self, id: u64, result: Result<End, String>) -> Option<Told> {
        let Task { epoch, batch, then, .. } = self.tasks.remove(&id)?;
        let result = match result {
            Err(reason) if then.is_some() => {
                self.making = false;
                return (batch == self.batch).then_some(Told { batch, result: Err(reason) });
            }
            result => result,
        };
        if let Ok(end) = result {
            self.live.insert(epoch, end);
        }
        if epoch != self.epoch {
            return None;
        }
        if let Ok(end) = result {
            self.end = Some(end);
            self.synced = end.last_seq;
        }
        Some(Told { batch: self.batch, result: result.map(drop) })
    }

    /// What was under way when the machine stopped may have got a name, or not.
    pub fn crash(&mut self, disk: &mut Disk, random: &mut Random) {
        for task in std::mem::take(&mut self.tasks).into_values() {
            if let Some(step @ (Step::Snapshot(_) | Step::Make { .. })) = task.steps.front()
                && disk.mode != Mode::Failing
                && random.percent(50)
            {
                let _ = step.done(disk);
            }
        }
    }
}

impl Step {
    fn done(&self, disk: &mut Disk) -> Result<(), String> {
        let new_space = match self {
            Step::Snapshot(_) | Step::Make { .. } => true,
            Step::Write { segment, .. } => disk.segments.get(segment).is_some_and(|it| !it.filled),
            Step::Begin(_) | Step::Sync(_) => false,
        };
        match disk.mode {
            Mode::Failing => return Err("input/output error".to_owned()),
            Mode::Full if new_space => return Err("no space left on device".to_owned()),
            _ => {}
        }
        match self {
            Step::Snapshot(bytes) => put_snapshot(disk, bytes.clone()),
            Step::Make { header, bytes, filled } => {
                disk.segments.insert(header.number, made(bytes, *filled));
            }
            Step::Begin(_) | Step::Write { .. } => {}
            Step::Sync(end) => disk.sync(end.segment),
        }
        Ok(())
    }
}

fn made(bytes: &[u8], filled: bool) -> Segment {
    let mut segment = Segment { bytes: bytes.to_vec(), filled, ..Segment::default() };
    if filled {
        segment.bytes.resize(SEGMENT_SIZE.max(bytes.len()), 0);
    }
    segment
}
