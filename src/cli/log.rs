//! Starts the log: everything that is told by `tracing`, and panics, become lines of one form on standard error.
//!
//! How a line looks is decided in [`line`](crate::server::line), which lines there are by `ONCALL_LOG`.

use crate::server::clock::Clock;
use crate::server::line::{Format, Line, Value};
use crate::server::sink::Sink;
use anyhow::{Context, Result};
use std::borrow::Cow;
use std::fmt;
use std::fs::File;
use std::io::{self, IsTerminal};
use std::os::fd::AsFd;
use tracing::field::{Field, Visit};
use tracing::{Event, Metadata, Subscriber};
use tracing_subscriber::layer::{Context as Within, Layer, SubscriberExt};
use tracing_subscriber::util::SubscriberInitExt;
use tracing_subscriber::{EnvFilter, Registry};

/// How the log is written: as `key=value`, or as one JSON object a line.
#[derive(Clone, Copy, Debug, PartialEq, Eq, clap::ValueEnum)]
pub enum LogFormat {
    Text,
    Json,
}

/// The form of the lines; where somebody looks on, one for eyes.
pub(super) fn format(wanted: LogFormat) -> Format {
    match wanted {
        LogFormat::Json => Format::Json,
        LogFormat::Text if io::stderr().is_terminal() => Format::Terminal,
        LogFormat::Text => Format::Text,
    }
}

/// From now on all lines go to standard error; `ONCALL_LOG` says which, as in `ONCALL_LOG=oncall=debug`.
pub(super) fn start(format: Format) -> Result<Sink> {
    // A handle of its own: that of the standard library is locked while somebody reads too slowly.
    let out = io::stderr().as_fd().try_clone_to_owned().map(File::from);
    let sink = match out {
        Ok(out) => Sink::start(format, out),
        Err(_) => Sink::start(format, io::sink()),
    };
    let sink = sink.context("cannot start the thread that writes the log")?;
    let wanted = std::env::var("ONCALL_LOG").ok().filter(|wanted| !wanted.is_empty());
    let filter = wanted.as_deref().map(EnvFilter::try_new).transpose();
    let (filter, wrong) = match filter {
        Ok(filter) => (filter, None),
        Err(error) => (None, Some(error.to_string())),
    };
    let filter = filter.unwrap_or_else(|| EnvFilter::new("info"));
    let written = Written { sink: sink.clone(), clock: Clock::wall() };
    Registry::default().with(filter).with(written).try_init().context("the log is started twice")?;
    if let Some(error) = wrong {
        tracing::warn!(event = "bad_filter", error, "ONCALL_LOG is not understood: info is logged");
    }
    std::panic::set_hook(Box::new(|panic| {
        let place = panic.location().map(ToString::to_string);
        let payload = panic.payload_as_str().unwrap_or("no words");
        tracing::error!(event = "panicked", place, "a thread panicked: {payload}");
    }));
    Ok(sink)
}

/// Hands events of `tracing` to the sink.
struct Written {
    sink: Sink,
    clock: Clock,
}

impl<S: Subscriber> Layer<S> for Written {
    fn on_event(&self, event: &Event<'_>, _: Within<'_, S>) {
        let metadata = event.metadata();
        let mut said = Said::default();
        event.record(&mut said);
        let kind = said.event.clone().unwrap_or_else(|| metadata.name().to_owned());
        self.sink.write(&kind, &said.line(metadata), self.clock.now());
    }
}

/// What an event of `tracing` says.
#[derive(Default)]
struct Said {
    event: Option<String>,
    message: Option<String>,
    /// Where it comes from, if that is another crate that uses `log`.
    target: Option<String>,
    fields: Vec<(&'static str, Value<'static>)>,
}

impl Said {
    fn line(self, metadata: &'static Metadata<'static>) -> Line<'static> {
        let target = self.target.unwrap_or_else(|| metadata.target().to_owned());
        let target = Some(target).filter(|target| !target.starts_with("oncall"));
        let first = [("event", self.event.into()), ("target", target.into()), ("msg", self.message.into())];
        let fields = first.into_iter().chain(self.fields).collect();
        Line { level: *metadata.level(), kind: metadata.name(), fields }
    }

    fn take(&mut self, field: &Field, value: Cow<'_, str>) {
        match field.name() {
            "message" => self.message = Some(value.into_owned()),
            "event" => self.event = Some(value.into_owned()),
            "log.target" => self.target = Some(value.into_owned()),
            name if name.starts_with("log.") => {}
            name => self.fields.push((name, value.into_owned().into())),
        }
    }
}

impl Visit for Said {
    fn record_debug(&mut self, field: &Field, value: &dyn fmt::Debug) {
        self.take(field, format!("{value:?}").into());
    }

    fn record_str(&mut self, field: &Field, value: &str) {
        self.take(field, value.into());
    }

    fn record_i64(&mut self, field: &Field, value: i64) {
        self.fields.push((field.name(), value.into()));
    }

    fn record_u64(&mut self, field: &Field, value: u64) {
        self.fields.push((field.name(), value.into()));
    }
}
