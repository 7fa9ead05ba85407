//! The journal's threads as `server::recorder` and `server::append` have them, in steps that a crash can fall between.

use crate::disk::{Disk, Mode, Segment};
use crate::random::Random;
use oncall::engine::Batch;
use oncall::incident::State;
use oncall::journal::End;
use oncall::journal::frame::{self, DATA_START, Header};
use oncall::journal::recovery::{Listed, Opening, Part, Plan, Recovered, Recovery, plan};
use oncall::journal::snapshot;
use std::collections::{BTreeMap, VecDeque};

/// Small, so that segments end often.
const SEGMENT_SIZE: usize = 48 * 1024;
const SNAPSHOTS_MAX: usize = 2;

#[derive(Default)]
pub struct Recorder {
    pub tasks: BTreeMap<u64, Task>,
    next_task: u64,
    next_number: u64,
    /// The epoch that may write.
    fence: u64,
    ends: BTreeMap<u64, End>,
    /// What `Recorder` keeps: whether there is a journal, whether one is being made, its epoch and its end.
    open: bool,
    making: bool,
    epoch: u64,
    end: Option<End>,
    /// The last entry that a crash at this moment cannot take.
    pub durable: u64,
}

/// What one thread does, step by step.
pub struct Task {
    epoch: u64,
    steps: VecDeque<Step>,
    /// To be appended once a new segment is there.
    then: Option<Batch>,
}

#[derive(Clone)]
enum Step {
    Snapshot(Vec<u8>),
    Make { header: Header, bytes: Vec<u8>, filled: bool },
    Write { segment: u64, offset: usize, bytes: Vec<u8> },
    Sync(End),
}

/// What the engine is told.
pub type Told = Result<(), String>;

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
        *self =
            Recorder { next_number: disk.segments.keys().last().map_or(1, |n| n + 1), ..Recorder::default() };
        self.next_task = 1;
        let (header, bytes) = opening.segment(self.next_number).unwrap();
        self.next_number += 1;
        if stops != Some(false) {
            disk.segments.insert(header.number, made(&bytes, filled));
        }
        let end = End { segment: header.number, offset: bytes.len() as u64, last_seq: opening.next_seq - 1 };
        (self.fence, self.epoch, self.open, self.end) = (header.number, header.number, true, Some(end));
        self.ends.insert(header.number, end);
        self.durable = end.last_seq;
        stops.is_none()
    }

    pub fn epoch(&self) -> u32 {
        self.epoch as u32
    }

    /// Takes a batch; gives back the number of a task that has begun, or what the engine is told at once.
    pub fn append(&mut self, disk: &mut Disk, batch: Batch, random: &mut Random) -> Result<u64, Told> {
        if batch.reopen {
            (self.open, self.epoch) = (false, 0);
            if std::mem::replace(&mut self.making, true) {
                return Err(Err("a new segment is still being made".to_owned()));
            }
            return Ok(self.reopen(batch, random));
        }
        if !self.open {
            return Err(Err("the journal's thread takes no more".to_owned()));
        }
        self.write(disk, self.epoch, &batch, random).map_err(Err)
    }

    fn reopen(&mut self, batch: Batch, random: &mut Random) -> u64 {
        let number = self.next_number;
        self.next_number += 1;
        self.fence = number;
        let opening = Opening { predecessor: self.end, carried: Vec::new(), next_seq: batch.first_seq };
        let (header, bytes) = opening.segment(number).unwrap();
        let steps = batch.snapshot.clone().map(Step::Snapshot).into_iter();
        let steps = steps.chain([Step::Make { header, bytes, filled: random.percent(70) }]).collect();
        self.begin(Task { epoch: number, steps, then: Some(batch) })
    }

    fn write(
        &mut self,
        disk: &mut Disk,
        epoch: u64,
        batch: &Batch,
        random: &mut Random,
    ) -> Result<u64, String> {
        let mut end = self.ends[&epoch];
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
            let number = self.next_number;
            self.next_number += 1;
            let header = Header { number, epoch, first_seq: end.last_seq + 1, predecessor: Some(end) };
            steps.push_back(Step::Make { header, bytes: header.encode(), filled: random.percent(70) });
            end = End { segment: number, offset: DATA_START as u64, ..end };
        }
        let (segment, offset, length) = (end.segment, end.offset as usize, bytes.len() as u64);
        steps.push_back(Step::Write { segment, offset, bytes });
        let last_seq = end.last_seq + batch.payloads.len() as u64;
        steps.push_back(Step::Sync(End { segment, offset: end.offset + length, last_seq }));
        let id = self.begin(Task { epoch, steps, then: None });
        self.entered(disk, id);
        Ok(id)
    }

    fn begin(&mut self, task: Task) -> u64 {
        self.next_task += 1;
        self.tasks.insert(self.next_task, task);
        self.next_task
    }

    /// What is written may reach the disk from the moment on at which the write begins.
    fn entered(&self, disk: &mut Disk, id: u64) {
        if let Some(Step::Write { segment, offset, bytes }) = self.tasks[&id].steps.front() {
            disk.write(*segment, *offset, bytes);
        }
    }

    /// The step of a task has ended.
    pub fn stepped(&mut self, disk: &mut Disk, id: u64, random: &mut Random) -> Stepped {
        let Some(task) = self.tasks.get_mut(&id) else { return Stepped::Over(None) };
        let Some(step) = task.steps.pop_front() else { return Stepped::Over(None) };
        let (epoch, more) = (task.epoch, !task.steps.is_empty());
        if let Err(reason) = step.done(disk) {
            return self.ended(id, Err(reason));
        }
        match step {
            Step::Snapshot(bytes) => {
                self.durable = self.durable.max(snapshot::covered(&bytes).unwrap());
            }
            Step::Make { header, bytes, .. } if !more => {
                let (segment, offset) = (header.number, bytes.len() as u64);
                return self.made(disk, id, End { segment, offset, last_seq: header.first_seq - 1 }, random);
            }
            Step::Sync(end) => {
                if epoch == self.fence {
                    self.durable = self.durable.max(end.last_seq);
                }
                return self.ended(id, Ok(end));
            }
            Step::Make { .. } | Step::Write { .. } => {}
        }
        self.entered(disk, id);
        Stepped::More(id)
    }

    /// A new epoch's segment is there.
    fn made(&mut self, disk: &mut Disk, id: u64, end: End, random: &mut Random) -> Stepped {
        let Some(task) = self.tasks.remove(&id) else { return Stepped::Over(None) };
        self.ends.insert(task.epoch, end);
        (self.making, self.epoch, self.end, self.open) = (false, task.epoch, Some(end), true);
        let Some(batch) = task.then.filter(|batch| !batch.payloads.is_empty()) else {
            return Stepped::Over(Some(Ok(())));
        };
        match self.write(disk, task.epoch, &batch, random) {
            Ok(id) => Stepped::More(id),
            Err(reason) => Stepped::Over(Some(Err(reason))),
        }
    }

    fn ended(&mut self, id: u64, result: Result<End, String>) -> Stepped {
        let Some(task) = self.tasks.remove(&id) else { return Stepped::Over(None) };
        if task.then.is_some() {
            self.making = false;
            return Stepped::Over(Some(result.map(|_| ())));
        }
        if task.epoch != self.epoch {
            return Stepped::Over(None);
        }
        if let Ok(end) = &result {
            self.ends.insert(task.epoch, *end);
            self.end = Some(*end);
        }
        Stepped::Over(Some(result.map(|_| ())))
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
    fn done(&self, disk: &mut Disk) -> Told {
        let new_space = match self {
            Step::Snapshot(_) | Step::Make { .. } => true,
            Step::Write { segment, .. } => !disk.segments[segment].filled,
            Step::Sync(_) => false,
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
            Step::Write { .. } => {}
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

fn put_snapshot(disk: &mut Disk, bytes: Vec<u8>) {
    let newest = disk.segments.keys().last().copied().unwrap_or(0);
    disk.snapshots.insert((snapshot::covered(&bytes).unwrap(), newest), bytes);
    while disk.snapshots.len() > SNAPSHOTS_MAX {
        disk.snapshots.pop_first();
    }
}

/// What is read at a start, or by a compaction (`sealed`: without the live segment).
pub struct Read {
    pub covered: u64,
    /// The snapshot's.
    pub state: State,
    /// Since.
    pub entries: Vec<(u64, Vec<u8>)>,
    pub recovered: Recovered,
}

pub fn read(disk: &Disk, sealed: bool) -> Read {
    let newest = disk.snapshots.values().next_back();
    let (covered, state): (u64, State) =
        newest.map_or_else(Default::default, |it| snapshot::decode(it).unwrap());
    let header = |(number, segment): (&u64, &Segment)| Listed {
        number: *number,
        header: Header::decode(&segment.bytes),
    };
    let listed: Vec<Listed> = disk.segments.iter().map(header).collect();
    let plan: Plan = plan(&listed, covered);
    let mut recovery = Recovery::after(covered, &plan);
    let mut entries = Vec::new();
    let parts: &[Part] = if sealed { plan.parts.split_last().map_or(&[], |it| it.1) } else { &plan.parts };
    for part in parts {
        let bytes = &disk.segments[&part.header.number].bytes;
        let length = part.end.map_or(bytes.len(), |end| bytes.len().min(end.offset as usize));
        recovery.read(part, &bytes[..length], &mut |seq, payload| entries.push((seq, payload.to_vec())));
    }
    Read { covered, state, entries, recovered: recovery.finish() }
}

/// A snapshot of all sealed segments, and the segments deleted that no start needs.
pub fn compact(disk: &mut Disk, read: &Read, state: &State) {
    let last_seq = read.recovered.opening.next_seq - 1;
    if last_seq <= read.covered || !read.recovered.damages.is_empty() {
        return;
    }
    put_snapshot(disk, snapshot::encode(last_seq, state));
    let covered: Vec<u64> = disk.snapshots.keys().map(|(covered, _)| *covered).collect();
    let [.., older, _] = covered[..] else { return };
    let firsts: Vec<(u64, u64)> = disk
        .segments
        .iter()
        .filter_map(|(number, it)| Some((*number, Header::decode(&it.bytes).ok()?.first_seq)))
        .collect();
    for pair in firsts.windows(2) {
        if pair[1].1 > older + 1 {
            break;
        }
        disk.segments.remove(&pair[0].0);
    }
}
