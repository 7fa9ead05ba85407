//! Passes the engine's batches to the journal, and makes a new segment after a failure.
//!
//! Every answer names its batch, and answers from an abandoned journal are dropped, so a disk that hangs and recovers
//! confirms nothing by mistake. Making a new segment may hang too, so it happens on its own thread, one at a time. A
//! thread looks after the directory: what vanished fails the journal as a failed write does, and is made again.

use super::alive;
use super::append::{Append, Appended, Journal, JournalAnswer};
use super::directory::StateDir;
use crate::engine::{Batch, Unwritten};
use crate::journal::End;
use crate::journal::recovery::Opening;
use crate::language::storage::Gone;
use std::sync::atomic::Ordering;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, SystemTime};
use tokio::sync::mpsc::UnboundedSender;

/// How often the directory is looked at.
const LOOK_EVERY: Duration = Duration::from_secs(1);
/// How many numbers a start without a disk may skip, so that incidents of two such starts are not named alike.
const SKIPPED_MAX: u128 = 100_000;

/// Writes batches and reports their results.
#[derive(Clone, Debug)]
pub struct Recorder {
    shared: Arc<Shared>,
    tell: UnboundedSender<Written>,
}

/// The result of a batch.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Written {
    /// The number that [`Recorder::append`] returned for it.
    pub batch: u64,
    pub result: Result<(), Unwritten>,
}

#[derive(Debug)]
struct Shared {
    dir: StateDir,
    current: Mutex<Current>,
}

#[derive(Debug)]
struct Current {
    /// `None` after a failure, until there is a new one.
    journal: Option<Journal>,
    making: bool,
    /// The epoch whose answers count; 0 means none.
    epoch: u64,
    /// The last batch handed over; earlier ones are answered or abandoned.
    batch: u64,
    /// The last durable end, and the one before the last batch.
    end: Option<End>,
    before: Option<End>,
}

impl Recorder {
    /// Begins a new epoch from this opening; returns the epoch's number.
    pub fn start(
        dir: &StateDir,
        opening: &Opening,
        tell: UnboundedSender<Written>,
    ) -> anyhow::Result<(Recorder, u64)> {
        let recorder = Recorder::new(dir, tell);
        let journal = Journal::start(dir, opening, recorder.listener())?;
        let epoch = journal.epoch;
        recorder.current().take_over(journal);
        Ok((recorder, epoch))
    }

    /// The same on a disk that may take nothing: the epoch then begins in memory, the engine is told so, and asks again.
    pub fn start_anyway(
        dir: &StateDir,
        opening: &Opening,
        tell: UnboundedSender<Written>,
    ) -> (Recorder, u64) {
        let error = match Recorder::start(dir, opening, tell.clone()) {
            Ok(started) => return started,
            Err(error) => error,
        };
        let recorder = Recorder::new(dir, tell);
        recorder.current().end = opening.predecessor;
        // No file keeps the number from being used again by the next start.
        let skipped = now().duration_since(SystemTime::UNIX_EPOCH).unwrap_or_default().as_millis() / 100;
        let skipped = u64::try_from(skipped % SKIPPED_MAX).unwrap_or_default();
        let epoch = dir.shared.number.fetch_add(skipped + 1, Ordering::SeqCst) + skipped;
        recorder.say(0, Err(Unwritten::NotBegun(format!("{error:#}"))));
        (recorder, epoch)
    }

    fn new(dir: &StateDir, tell: UnboundedSender<Written>) -> Recorder {
        let current =
            Mutex::new(Current { journal: None, making: false, epoch: 0, batch: 0, end: None, before: None });
        Recorder { shared: Arc::new(Shared { dir: dir.clone(), current }), tell }
    }

    /// Looks after the directory from now on, on a thread that ends with the process: whether it is still there, and that
    /// the next start knows how far it went.
    pub fn watch(&self) -> std::io::Result<()> {
        let recorder = self.clone();
        let work = move || {
            let (mut looks, each) = (0, alive::ALIVE_EVERY.as_secs() / LOOK_EVERY.as_secs());
            loop {
                match recorder.shared.dir.look() {
                    Err(gone) => recorder.vanished(gone),
                    Ok(()) if looks % each == 0 => recorder.shared.dir.touch(),
                    Ok(()) => {}
                }
                looks += 1;
                std::thread::sleep(LOOK_EVERY);
            }
        };
        std::thread::Builder::new().name("state".into()).spawn(work).map(drop)
    }

    /// The journal is given up, so that it confirms nothing more, and the engine is told.
    fn vanished(&self, gone: Gone) {
        let mut current = self.current();
        // Without a journal this is known, and a new one is made soon.
        if current.epoch == 0 {
            return;
        }
        (current.journal, current.epoch) = (None, 0);
        let number = current.batch;
        drop(current);
        self.say(number, Err(Unwritten::Gone(gone)));
    }

    /// Hands over a batch. Its result is reported later, under the returned number.
    pub fn append(&self, batch: Batch) -> u64 {
        let mut current = self.current();
        current.batch += 1;
        let number = current.batch;
        let handed = if batch.reopen { self.begin_reopen(&mut current, batch) } else { current.write(batch) };
        drop(current);
        if let Err(reason) = handed {
            self.say(number, Err(Unwritten::Failed(reason)));
        }
        number
    }

    /// Abandons the old journal at once, so that it confirms nothing more, and starts making a new one.
    fn begin_reopen(&self, current: &mut Current, batch: Batch) -> Result<(), String> {
        current.journal = None;
        current.epoch = 0;
        if current.making {
            return Err("a new segment is still being made".to_owned());
        }
        let (recorder, number, end) = (self.clone(), current.batch, current.end_before(batch.first_seq));
        let spawned = std::thread::Builder::new()
            .name("journal-reopen".into())
            .spawn(move || recorder.reopen(number, batch, end));
        current.making = spawned.is_ok();
        spawned.map(drop).map_err(|error| format!("no thread for a new segment: {error}"))
    }

    fn reopen(&self, number: u64, mut batch: Batch, end: Option<End>) {
        let (snapshot, listener) = (batch.snapshot.take(), self.listener());
        let dir = &self.shared.dir;
        let seen = dir.look();
        let whole = dir.restore().map_err(|error| Unwritten::Failed(format!("{error:#}"))).and_then(|()| {
            let incomplete = dir.shared.incomplete.load(Ordering::SeqCst) && snapshot.is_none();
            let gone =
                || seen.err().unwrap_or_else(|| Gone::Directory(dir.shared.path.display().to_string()));
            if incomplete { Err(Unwritten::Gone(gone())) } else { Ok(()) }
        });
        let made = whole.and_then(|()| {
            Journal::reopen(dir, end, snapshot.as_deref(), batch.first_seq, listener)
                .map_err(|error| Unwritten::Failed(format!("a new segment cannot be made: {error:#}")))
        });
        let written = !batch.payloads.is_empty();
        let mut current = self.current();
        current.making = false;
        let done = match made {
            // The engine has abandoned this batch, and will ask for another segment.
            _ if current.batch != number => return,
            Err(unwritten) => Err(unwritten),
            Ok(journal) => {
                current.take_over(journal);
                if batch.payloads.is_empty() {
                    Ok(())
                } else {
                    current.write(batch).map_err(Unwritten::Failed)
                }
            }
        };
        drop(current);
        match done {
            Ok(()) if written => {}
            done => self.say(number, done),
        }
    }

    /// The callback that the journal's thread calls for each batch. It keeps nothing alive: the thread ends with the
    /// recorder.
    fn listener(&self) -> impl FnMut(JournalAnswer) + Send + 'static {
        let (shared, tell) = (Arc::downgrade(&self.shared), self.tell.clone());
        move |answer: JournalAnswer| {
            let Some(shared) = shared.upgrade() else { return };
            let recorder = Recorder { shared, tell: tell.clone() };
            let mut current = recorder.current();
            if answer.epoch != current.epoch {
                return;
            }
            let result = match answer.result {
                Appended::Durable(end) => {
                    current.end = Some(end);
                    Ok(())
                }
                Appended::Failed(reason) => Err(Unwritten::Failed(reason)),
                Appended::Gone(gone) => Err(Unwritten::Gone(gone)),
            };
            let number = current.batch;
            drop(current);
            recorder.say(number, result);
        }
    }

    fn current(&self) -> MutexGuard<'_, Current> {
        self.shared.current.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn say(&self, batch: u64, result: Result<(), Unwritten>) {
        // If the engine has stopped, nobody waits for the result.
        let _ = self.tell.send(Written { batch, result });
    }
}

impl Current {
    /// Where a new segment continues. An abandoned batch may still have become durable and is written again, so the
    /// previous segment ends where that batch began.
    fn end_before(&self, first_seq: u64) -> Option<End> {
        if self.end.is_some_and(|end| end.last_seq >= first_seq) { self.before } else { self.end }
    }

    fn write(&mut self, batch: Batch) -> Result<(), String> {
        self.before = self.end;
        let taken = self.journal.as_ref().is_some_and(|journal| {
            journal.append(Append { first_seq: batch.first_seq, payloads: batch.payloads }).is_ok()
        });
        if taken { Ok(()) } else { Err("the journal's thread takes no more".to_owned()) }
    }

    fn take_over(&mut self, journal: Journal) {
        self.epoch = journal.epoch;
        self.end = Some(journal.end);
        self.before = self.end;
        self.journal = Some(journal);
    }
}

#[expect(clippy::disallowed_methods, reason = "tells two starts apart, decides nothing")]
fn now() -> SystemTime {
    SystemTime::now()
}
