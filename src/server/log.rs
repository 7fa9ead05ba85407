//! Writes the log's story: a reader of the feed, off the paging path.
//!
//! What an entry says is decided in [`story`](super::story), how a line looks in [`line`](super::line). Of one kind so many
//! lines are written in a second and the rest is counted, so that a flood of alerts hides nobody's acknowledgement. What
//! leaves no entry is said here too: a command that was refused.

use super::clock::Clock;
use super::feed::{Read, Reader};
use super::line::{Allowance, Line};
use super::metrics::Metrics;
use super::sink::Sink;
use super::story::Story;
use super::words::{actor, word};
use crate::config::Config;
use crate::incident::message::reply_text;
use crate::incident::{Command, Entry, IncidentId, Reply, Respond, Target};
use crate::language::Language;
use jiff::Timestamp;
use jiff::tz::TimeZone;
use std::sync::Arc;
use std::time::Duration;
use tracing::Level;

/// When what was left out of a second is told at the latest.
const TOLD_AFTER: Duration = Duration::from_secs(1);

/// The log under way.
#[derive(Debug)]
pub struct Log {
    pub story: Story,
    pub sink: Sink,
    pub clock: Clock,
    pub metrics: Arc<Metrics>,
}

impl Log {
    /// Writes what the feed brings, until it ends.
    pub async fn write(mut self, mut feed: Reader) {
        let mut allowance = Allowance::default();
        loop {
            let read = tokio::select! {
                read = feed.next() => read,
                () = tokio::time::sleep(TOLD_AFTER), if allowance.is_over() => {
                    let now = self.clock.now();
                    self.all(&allowance.left_out(now), now);
                    continue;
                }
            };
            match read {
                None => return self.all(&allowance.rest(), self.clock.now()),
                Some(Read::Missed { first, last }) => {
                    self.metrics.missed("log", last - first + 1);
                    tracing::warn!(event = "missed", first, last, "the log did not keep up with the entries");
                }
                Some(Read::Entries(entries)) => {
                    entries.iter().for_each(|entry| self.entry(entry, &mut allowance));
                }
            }
        }
    }

    fn entry(&mut self, entry: &Entry, allowance: &mut Allowance) {
        self.all(&allowance.left_out(entry.at), entry.at);
        self.story.learn(entry);
        for line in self.story.lines(entry) {
            if is_wanted(line.level) && allowance.takes(line.kind) {
                self.sink.write_counted(&line, entry.at);
            }
        }
    }

    fn all(&self, lines: &[Line<'_>], at: Timestamp) {
        lines.iter().for_each(|line| self.sink.write_counted(line, at));
    }
}

/// Whether `ONCALL_LOG` asks for it.
fn is_wanted(level: Level) -> bool {
    match level {
        Level::ERROR => tracing::enabled!(target: "oncall::story", Level::ERROR),
        Level::WARN => tracing::enabled!(target: "oncall::story", Level::WARN),
        Level::INFO => tracing::enabled!(target: "oncall::story", Level::INFO),
        _ => tracing::enabled!(target: "oncall::story", Level::DEBUG),
    }
}

/// Tells what came of a command that left no entry.
pub(super) fn answered(config: &Config, command: &Command, reply: Option<&Reply>) {
    let ids = |ids: &[IncidentId]| ids.iter().map(ToString::to_string).collect::<Vec<_>>().join(",");
    let (incident, delivery) = match command {
        Command::Respond(Respond { target: Target::Incidents(incidents), .. }) => {
            (Some(ids(incidents)), None)
        }
        Command::Respond(Respond { target: Target::Ticket(_) | Target::Code { .. }, .. }) => (None, None),
        Command::Respond(Respond { target: Target::Delivery(delivery), .. }) => {
            (None, Some(delivery.to_string()))
        }
        _ => (None, None),
    };
    let (action, (by, via)) = (command.name(), command.asked_by());
    let (by, via) = (actor(by), word(&via));
    match reply {
        Some(Reply::Already { by: before, .. }) => {
            tracing::info!(event = "already", incident, delivery, action, by, via, before);
        }
        Some(reply @ (Reply::Refused(_) | Reply::Confirm(_))) => {
            let why = reply_text(config, reply, Language::En, &TimeZone::UTC);
            tracing::warn!(event = "command_refused", incident, delivery, action, by, via, why);
        }
        Some(Reply::NotFound) => {
            let why = "there is no such incident, or it is long closed";
            tracing::warn!(event = "command_refused", incident, delivery, action, by, via, why);
        }
        Some(
            Reply::Taken { .. }
            | Reply::Done { .. }
            | Reply::Noted { .. }
            | Reply::Made { .. }
            | Reply::Ended
            | Reply::Passed
            | Reply::Testing { .. }
            | Reply::Say(_),
        )
        | None => {}
    }
}
