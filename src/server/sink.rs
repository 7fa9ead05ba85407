//! Where lines of the log go: to a thread that writes them, so that nobody waits for whoever reads standard error.
//!
//! A line that finds too many before it is left out and counted, and the number is written where it would have stood.
//! What a line says is decided in [`line`](super::line).

use super::clock::Clock;
use super::line::{Allowance, Format, Line};
use jiff::Timestamp;
use std::io::Write;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::mpsc::{Receiver, RecvTimeoutError, SyncSender, TrySendError, sync_channel};
use std::time::Duration;
use tracing::Level;

/// How many lines wait to be written.
pub const LINES_WAIT_MAX: usize = 4_096;
/// How long the end of the process waits for lines that nobody reads.
const FINISH_MAX: Duration = Duration::from_secs(1);
/// How often it tries to find room behind them.
const FINISH_TRIES_MAX: u32 = 100;
/// When what was left out of a second is told at the latest.
const TOLD_AFTER: Duration = Duration::from_secs(1);

/// The way to the thread that writes.
#[derive(Clone, Debug)]
pub struct Sink {
    format: Format,
    lines: SyncSender<Message>,
    /// How many lines found no room.
    no_room: Arc<AtomicU64>,
}

#[derive(Debug)]
enum Message {
    /// `kind`: what is counted, where not every line of it may be written.
    Line { kind: Option<String>, text: String },
    /// Everything before it is written.
    Done(SyncSender<()>),
}

impl Sink {
    /// Starts the thread that writes to `out`. It ends with the process.
    pub fn start(format: Format, out: impl Write + Send + 'static) -> std::io::Result<Sink> {
        let (lines, waiting) = sync_channel(LINES_WAIT_MAX);
        let no_room = Arc::new(AtomicU64::new(0));
        let left_out = no_room.clone();
        let work = move || write(format, out, &waiting, &left_out);
        std::thread::Builder::new().name("log".into()).spawn(work)?;
        Ok(Sink { format, lines, no_room })
    }

    /// Writes a line; of its kind there may be only so many in a second.
    pub fn write(&self, kind: &str, line: &Line<'_>, at: Timestamp) {
        self.send(Some(kind.to_owned()), line, at);
    }

    /// Writes a line that was counted before.
    pub fn write_counted(&self, line: &Line<'_>, at: Timestamp) {
        self.send(None, line, at);
    }

    fn send(&self, kind: Option<String>, line: &Line<'_>, at: Timestamp) {
        let text = line.render(self.format, at);
        if self.lines.try_send(Message::Line { kind, text }).is_err() {
            self.no_room.fetch_add(1, Ordering::Relaxed);
        }
    }

    /// Waits a moment until what was said is written.
    pub fn finish(&self) {
        let (tell, told) = sync_channel(1);
        for _ in 0..FINISH_TRIES_MAX {
            match self.lines.try_send(Message::Done(tell.clone())) {
                Ok(()) => {
                    let _ = told.recv_timeout(FINISH_MAX);
                    return;
                }
                Err(TrySendError::Full(_)) => std::thread::sleep(FINISH_MAX / FINISH_TRIES_MAX),
                Err(TrySendError::Disconnected(_)) => return,
            }
        }
    }
}

fn write(format: Format, mut out: impl Write, lines: &Receiver<Message>, no_room: &AtomicU64) {
    let (clock, mut allowance) = (Clock::wall(), Allowance::default());
    // Standard error may be closed, or its disk full: the server goes on.
    let mut say = |text: &str| drop(out.write_all(text.as_bytes()));
    loop {
        let message = if allowance.is_over() {
            lines.recv_timeout(TOLD_AFTER)
        } else {
            lines.recv().map_err(|_| RecvTimeoutError::Disconnected)
        };
        let now = clock.now();
        for line in allowance.left_out(now) {
            say(&line.render(format, now));
        }
        match no_room.swap(0, Ordering::Relaxed) {
            0 => {}
            lines => {
                let why = "the log is read too slowly";
                let left_out =
                    Line::new(Level::WARN, "left_out", [("lines", lines.into()), ("why", why.into())]);
                say(&left_out.render(format, now));
            }
        }
        match message {
            Ok(Message::Line { kind, text }) => {
                if kind.is_none_or(|kind| allowance.takes(&kind)) {
                    say(&text);
                }
            }
            Ok(Message::Done(tell)) => {
                for line in allowance.rest() {
                    say(&line.render(format, now));
                }
                // Whoever asked may have gone.
                let _ = tell.try_send(());
            }
            Err(RecvTimeoutError::Timeout) => {}
            Err(RecvTimeoutError::Disconnected) => return,
        }
    }
}
