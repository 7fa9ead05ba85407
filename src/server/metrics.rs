//! Counters and gauges in Prometheus' format, fed by durable entries and refused requests.

use super::feed::{Read, Reader};
use crate::alert::Action;
use crate::config::MirrorKind;
use crate::incident::{
    AlertChange, Change, DeliveryChange, Entry, EscalationChange, HeartbeatChange, NoiseChange, Outcome,
    Outlet, ResponseChange, WaitsFor,
};
use crate::reason::Why;
use prometheus_client::encoding::{EncodeLabelSet, text::encode};
use prometheus_client::metrics::histogram::{Histogram, exponential_buckets};
use prometheus_client::metrics::{counter::Counter, family::Family, gauge::Gauge};
use prometheus_client::registry::Registry;
use std::sync::Arc;

/// The buckets of the time that alerts take, in seconds: from 0.25 ms to 2.3 s, each a fifth wider than the one before.
const ALERT_LEAST: f64 = 0.000_25;
const ALERT_FACTOR: f64 = 1.2;
const ALERT_BUCKETS: u16 = 51;

#[derive(Clone, Debug, Hash, PartialEq, Eq, EncodeLabelSet)]
struct Labels {
    integration: String,
    effect: String,
}

#[derive(Clone, Debug, Hash, PartialEq, Eq, EncodeLabelSet)]
struct Refused {
    code: String,
}

#[derive(Clone, Debug, Hash, PartialEq, Eq, EncodeLabelSet)]
struct Delivered {
    provider: String,
    outlet: String,
    outcome: String,
}

#[derive(Clone, Debug, Hash, PartialEq, Eq, EncodeLabelSet)]
struct HeldBack {
    contact: String,
    why: String,
}

#[derive(Clone, Debug, Hash, PartialEq, Eq, EncodeLabelSet)]
struct Versions {
    commit: String,
    newest: String,
}

#[derive(Clone, Debug, Hash, PartialEq, Eq, EncodeLabelSet)]
struct Missed {
    reader: String,
}

#[derive(Clone, Debug, Hash, PartialEq, Eq, EncodeLabelSet)]
struct Beaten {
    outcome: String,
}

/// Everything that is counted.
#[derive(Debug)]
pub struct Metrics {
    registry: Registry,
    events: Family<Labels, Counter>,
    refused: Family<Refused, Counter>,
    deliveries: Family<Delivered, Counter>,
    held_back: Family<HeldBack, Counter>,
    heartbeats: Family<Beaten, Counter>,
    escalations: Counter,
    missed: Family<Missed, Counter>,
    versions: Family<Versions, Gauge>,
    /// From an alert that was read until what follows from it is on disk and handed out.
    pub alerts: Histogram,
    pub open: Gauge,
    pub unacknowledged: Gauge,
    pub journal_healthy: Gauge,
    pub config_refused: Gauge,
    pub config_fetch_failed: Gauge,
    pub config_revision: Gauge,
    pub config_in_force_since: Gauge,
    pub config_looked_at: Gauge,
    pub config_commits_waiting: Gauge,
    pub secrets_missing: Gauge,
    pub streams: Gauge,
}

impl Metrics {
    pub fn new() -> Metrics {
        let mut registry = Registry::with_prefix("oncall");
        let mut metrics = Metrics {
            registry: Registry::default(),
            events: Family::default(),
            refused: Family::default(),
            deliveries: Family::default(),
            held_back: Family::default(),
            heartbeats: Family::default(),
            escalations: Counter::default(),
            missed: Family::default(),
            versions: Family::default(),
            alerts: Histogram::new(exponential_buckets(ALERT_LEAST, ALERT_FACTOR, ALERT_BUCKETS)),
            open: Gauge::default(),
            unacknowledged: Gauge::default(),
            journal_healthy: Gauge::default(),
            config_refused: Gauge::default(),
            config_fetch_failed: Gauge::default(),
            config_revision: Gauge::default(),
            config_in_force_since: Gauge::default(),
            config_looked_at: Gauge::default(),
            config_commits_waiting: Gauge::default(),
            secrets_missing: Gauge::default(),
            streams: Gauge::default(),
        };
        metrics.register_counters(&mut registry);
        registry.register("config_info", "1; the commit in force, and the newest", metrics.versions.clone());
        let gauges = [
            ("incidents_open", "Incidents that are not resolved", &metrics.open),
            ("incidents_unacknowledged", "Incidents that nobody has acknowledged", &metrics.unacknowledged),
            (
                "journal_healthy",
                "1 while decisions reach the disk, 0 while degraded",
                &metrics.journal_healthy,
            ),
            ("config_refused", "1 while the newest commit is refused", &metrics.config_refused),
            ("streams_open", "Browsers that are told at once when something is new", &metrics.streams),
            (
                "config_fetch_failed",
                "1 while the config repository cannot be fetched",
                &metrics.config_fetch_failed,
            ),
            ("config_revision", "The number of the config revision in force", &metrics.config_revision),
            (
                "config_in_force_since_seconds",
                "When the config in force came into force, in seconds since 1970",
                &metrics.config_in_force_since,
            ),
            (
                "config_looked_at_seconds",
                "When the config repository was last read, in seconds since 1970",
                &metrics.config_looked_at,
            ),
            (
                "config_commits_waiting",
                "Commits that are not in force because the newest is refused, at most 10",
                &metrics.config_commits_waiting,
            ),
            ("secrets_missing", "Secrets of the config that do not resolve", &metrics.secrets_missing),
        ];
        for (name, help, gauge) in gauges {
            registry.register(name, help, gauge.clone());
        }
        metrics.registry = registry;
        metrics
    }

    /// Counts what the feed brings, until it ends.
    pub async fn count(self: Arc<Metrics>, mut feed: Reader) {
        while let Some(read) = feed.next().await {
            match read {
                Read::Entries(entries) => entries.iter().for_each(|entry| self.entry(entry)),
                Read::Missed { first, last } => {
                    self.missed("metrics", last - first + 1);
                    tracing::warn!(
                        event = "missed",
                        first,
                        last,
                        "the metrics did not keep up with the entries"
                    );
                }
            }
        }
    }

    /// Counts entries that a reader of the feed was too slow for.
    pub fn missed(&self, reader: &str, entries: u64) {
        self.missed.get_or_create(&Missed { reader: reader.to_owned() }).inc_by(entries);
    }

    fn register_counters(&self, registry: &mut Registry) {
        registry.register("events", "Events taken, by integration and effect", self.events.clone());
        registry.register("requests_refused", "Requests refused, by reason", self.refused.clone());
        registry.register(
            "deliveries",
            "Outcomes of deliveries, by provider and outlet",
            self.deliveries.clone(),
        );
        registry.register(
            "held_back",
            "Pages that were due and waited, by contact method and for what: a call, a provider",
            self.held_back.clone(),
        );
        registry.register(
            "alert_seconds",
            "From an alert that was read until what follows from it is on disk and handed out",
            self.alerts.clone(),
        );
        registry.register("own_heartbeats", "Our own heartbeats, by outcome", self.heartbeats.clone());
        registry.register("steps_begun", "Escalation steps begun", self.escalations.clone());
        registry.register("entries_missed", "Entries that a slow reader missed", self.missed.clone());
    }

    /// Counts a durable entry.
    fn entry(&self, entry: &Entry) {
        let event = |integration: &str, effect: &str| {
            let labels = Labels { integration: integration.to_owned(), effect: effect.to_owned() };
            self.events.get_or_create(&labels).inc();
        };
        match &entry.change {
            Change::Alert(change) => match change {
                AlertChange::Opened(opened) => event(&opened.event.integration, "opened"),
                AlertChange::Joined { event: it, .. } => event(&it.integration, "joined"),
                AlertChange::Counted { event: it, .. } => event(&it.integration, "counted"),
                AlertChange::Updated { event: it, .. } => event(&it.integration, "updated"),
                AlertChange::Ignored { event: it, why: Why::Dropped { .. } } => {
                    event(&it.integration, "dropped");
                }
                AlertChange::Ignored { event: it, .. } => event(&it.integration, "ignored"),
                // Those of a service; the timelines of its incidents repeat them.
                AlertChange::Noted { event: it, service } => {
                    if service.is_some() || it.action == Action::Note {
                        event(&it.integration, "noted");
                    }
                }
                AlertChange::Over { event: it, .. } => {
                    it.iter().for_each(|it| event(&it.integration, "resolved"));
                }
                AlertChange::Moved(moved) => event(&moved.event.integration, "updated"),
                AlertChange::Repeated { .. } | AlertChange::Left { .. } => {}
            },
            Change::Response(ResponseChange::Resolved { event: Some(it), .. }) => {
                event(&it.integration, "resolved");
            }
            Change::Noise(NoiseChange::Reopened(it)) => event(&it.event.integration, "reopened"),
            Change::Noise(NoiseChange::Cleared { event: Some(it), .. }) => event(&it.integration, "cleared"),
            Change::Heartbeat(HeartbeatChange::Heard { integration, .. }) => event(integration, "heartbeat"),
            Change::Escalation(EscalationChange::StepBegan(_)) => {
                self.escalations.inc();
            }
            Change::Delivery(DeliveryChange::Outcome { provider, outlet, outcome, .. }) => {
                let provider = provider.row().key.to_owned();
                let outlet = outlet_word(*outlet).to_owned();
                let outcome = outcome_word(outcome).to_owned();
                self.deliveries.get_or_create(&Delivered { provider, outlet, outcome }).inc();
            }
            Change::Delivery(DeliveryChange::Waits { by, why, .. }) => {
                let contact = by.method().name.to_owned();
                let why = match why {
                    WaitsFor::Call { .. } => "call",
                    WaitsFor::Provider(_) => "provider",
                    WaitsFor::Number { .. } => "number",
                };
                self.held_back.get_or_create(&HeldBack { contact, why: why.to_owned() }).inc();
            }
            Change::Server(_)
            | Change::RunTime(_)
            | Change::Noise(_)
            | Change::Steps(_)
            | Change::Notice(_)
            | Change::Heartbeat(_)
            | Change::Escalation(_)
            | Change::Delivery(_)
            | Change::Response(_) => {}
        }
    }

    /// The commit in force, and the newest.
    pub fn versions(&self, commit: &str, newest: &str) {
        self.versions.clear();
        let labels = Versions { commit: commit.to_owned(), newest: newest.to_owned() };
        self.versions.get_or_create(&labels).set(1);
    }

    /// Counts a refused request.
    pub fn refused(&self, code: &str) {
        self.refused.get_or_create(&Refused { code: code.to_owned() }).inc();
    }

    /// Counts a heartbeat of our own: sent, failed, or withheld.
    pub fn heartbeat(&self, outcome: &str) {
        self.heartbeats.get_or_create(&Beaten { outcome: outcome.to_owned() }).inc();
    }

    /// Everything, as `GET /metrics` shows it.
    pub fn render(&self) -> String {
        let mut text = String::new();
        // Writing to a String does not fail.
        let _ = encode(&mut text, &self.registry);
        text
    }
}

impl Default for Metrics {
    fn default() -> Metrics {
        Metrics::new()
    }
}

pub(super) fn outlet_word(outlet: Outlet) -> &'static str {
    match outlet {
        Outlet::HangUp => "hang_up",
        Outlet::Ask => "ask",
        Outlet::Page(contact) => contact.method().name,
        Outlet::Mirror(MirrorKind::Room) => "room",
        Outlet::Mirror(MirrorKind::Ticket) => "ticket",
        Outlet::Edit(_) => "edit",
        Outlet::Notice(_) => "notice",
    }
}

pub(super) fn outcome_word(outcome: &Outcome) -> &'static str {
    match outcome {
        Outcome::Accepted { .. } => "accepted",
        Outcome::Delivered { .. } => "delivered",
        Outcome::Answered => "answered",
        Outcome::ByMachine => "answered_by_machine",
        Outcome::Pressed { .. } => "pressed",
        Outcome::Ended { .. } => "ended",
        Outcome::Rejected { .. } => "rejected",
        Outcome::Unavailable { .. } => "unavailable",
        Outcome::Unknown { .. } => "unknown",
    }
}
