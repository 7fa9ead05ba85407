//! The engine's batches on their way to the journal, and a new segment when one has failed.
//!
//! Answers of a journal that was given up are dropped, so that a disk that hangs and wakes again confirms nothing.
//! Making a new segment may hang as well, so it is done on a thread of its own, one at a time.

use super::append::{Answer, Append, Appended, Journal};
use super::disk::StateDir;
use crate::engine::Batch;
use crate::journal::End;
use std::sync::{Arc, Mutex, PoisonError};
use tokio::sync::mpsc::UnboundedSender;

/// Writes batches and says what became of them.
#[derive(Clone, Debug)]
pub struct Recorder {
    shared: Arc<Shared>,
    tell: UnboundedSender<Result<(), String>>,
}

#[derive(Debug)]
struct Shared {
    dir: StateDir,
    current: Mutex<Current>,
}

#[derive(Debug)]
struct Current {
    /// `None` after a failure, until a new one is made.
    journal: Option<Journal>,
    making: bool,
    epoch: u64,
    /// The last end that was durable: what a new segment goes on from.
    end: Option<End>,
}

impl Recorder {
    /// Begins a new epoch; its number is the journal's.
    pub fn start(
        dir: &StateDir,
        opening: &crate::journal::recovery::Opening,
        tell: UnboundedSender<Result<(), String>>,
    ) -> anyhow::Result<(Recorder, u64)> {
        let current = Mutex::new(Current { journal: None, making: false, epoch: 0, end: None });
        let shared = Arc::new(Shared { dir: dir.clone(), current });
        let recorder = Recorder { shared, tell };
        let journal = Journal::start(dir, opening, recorder.listener())?;
        let epoch = journal.epoch;
        recorder.take_over(journal);
        Ok((recorder, epoch))
    }

    /// Hands a batch over; what becomes of it is told later.
    pub fn append(&self, batch: Batch) {
        if batch.reopen {
            let recorder = self.clone();
            let mut current = self.current();
            current.journal = None;
            // What the one given up still answers is not about this batch.
            current.epoch = 0;
            if std::mem::replace(&mut current.making, true) {
                return self.fail("a new segment is still being made");
            }
            drop(current);
            let spawned = std::thread::Builder::new()
                .name("journal-reopen".into())
                .spawn(move || recorder.reopen(batch));
            if let Err(error) = spawned {
                self.fail(&format!("no thread for a new segment: {error}"));
            }
            return;
        }
        let refused = match &self.current().journal {
            Some(journal) => {
                journal.append(Append { first_seq: batch.first_seq, payloads: batch.payloads }).is_err()
            }
            None => true,
        };
        if refused {
            self.fail("the journal's thread takes no more");
        }
    }

    fn reopen(&self, batch: Batch) {
        let end = self.current().end;
        let made = Journal::reopen(
            &self.shared.dir,
            end,
            batch.snapshot.as_deref(),
            batch.first_seq,
            self.listener(),
        );
        match made {
            Ok(journal) => {
                self.take_over(journal);
                match batch.payloads.is_empty() {
                    true => self.say(Ok(())),
                    false => self.append(Batch { reopen: false, snapshot: None, ..batch }),
                }
            }
            Err(error) => {
                self.current().making = false;
                self.fail(&format!("a new segment cannot be made: {error:#}"));
            }
        }
    }

    fn take_over(&self, journal: Journal) {
        let mut current = self.current();
        current.making = false;
        current.epoch = journal.epoch;
        current.end = Some(journal.end);
        current.journal = Some(journal);
    }

    /// What the journal's thread calls for each batch.
    fn listener(&self) -> impl FnMut(Answer) + Send + 'static {
        let recorder = self.clone();
        move |answer: Answer| {
            let mut current = recorder.current();
            if answer.epoch != current.epoch {
                return;
            }
            let result = match answer.result {
                Appended::Durable(end) => {
                    current.end = Some(end);
                    Ok(())
                }
                Appended::Failed(reason) => Err(reason),
            };
            drop(current);
            recorder.say(result);
        }
    }

    fn current(&self) -> std::sync::MutexGuard<'_, Current> {
        self.shared.current.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn fail(&self, reason: &str) {
        self.say(Err(reason.to_owned()));
    }

    fn say(&self, result: Result<(), String>) {
        // The engine may have stopped; then nobody waits for it.
        let _ = self.tell.send(result);
    }
}
