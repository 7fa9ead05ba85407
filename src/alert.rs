//! What a monitor said, in one shape for every monitor.
//!
//! An [`Event`] is the monitor's own words: nothing here depends on our config. Severity rules, routes and
//! urgency are applied later, in [`route`](crate::route), so that a journal of events can be replayed against
//! another config.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// The longest summary kept, in characters; PagerDuty's own limit.
pub const SUMMARY_MAX: usize = 1024;
/// The longest description kept, in characters.
pub const DESCRIPTION_MAX: usize = 15_000;
/// The most labels kept on one event.
pub const LABELS_MAX: usize = 100;
/// The longest value of a label, in characters.
pub const LABEL_MAX: usize = 1024;
/// The most links and images kept on one event.
pub const LINKS_MAX: usize = 20;
/// The longest dedup key kept verbatim, in bytes; a longer one is replaced by its digest by the integration.
pub const DEDUP_KEY_MAX: usize = 512;
/// The most events taken from one request.
pub const EVENTS_MAX: usize = 10_000;

/// The label of an event that stands for a body we could not read.
pub const UNPARSED: &str = "oncall_unparsed";
/// The label of an event that a monitor's test button sent.
pub const TEST: &str = "oncall_test";

/// The dedup key of the event that says that an integration has fallen silent.
/// No sender can have it: control characters are taken out of a sender's keys where events come in.
pub const HEARTBEAT_KEY: &str = "\u{1}heartbeat";
/// The label of that event.
pub const HEARTBEAT: &str = "oncall_heartbeat";

/// One thing a monitor said about one problem.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Event {
    /// The id of the integration whose door it came through.
    pub integration: String,
    /// Joins events to the open incident; unique within the integration.
    pub dedup_key: String,
    pub action: Action,
    /// How bad, as said by the source; `None` when it says nothing that we know.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub severity: Option<Severity>,
    /// One line for people.
    pub summary: String,
    /// The long text, possibly of several lines; may be empty.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub description: String,
    /// The host, rule or system that is in trouble, as the source names it; may be empty.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub source: String,
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub labels: BTreeMap<String, String>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub links: Vec<Link>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub images: Vec<Link>,
    /// A runbook named by the alert itself; the service's own is in the config.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub runbook: Option<String>,
    /// When the problem began, by the source's clock.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub started_at: Option<Timestamp>,
    /// When this very change of state happened, by the source's clock. Set only where it is stated for each change (CloudWatch,
    /// and SNS for what it carries): an event older than the last one of its key is then dropped as out of order.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub changed_at: Option<Timestamp>,
    /// The source's own id of this message, where it has one: the same id twice is one event.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub message_id: Option<String>,
}

/// What the monitor asks for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Action {
    Trigger,
    Acknowledge,
    Resolve,
    /// Words about the problem of this key, for its timeline.
    Note,
    /// Somebody changed something (a deploy): for the timelines of its service. Never pages.
    Change,
    /// It is alive, and says nothing else: a request to an integration that takes only heartbeats.
    Beat,
    /// What is said anew of an open problem: what the event leaves empty stays as it was. Opens nothing.
    Update,
}

/// How bad it is, said by the source. Ordered: `Info < Warning < Error < Critical`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Severity {
    Info,
    Warning,
    Error,
    Critical,
}

/// A place to look, with the words to show for it.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Link {
    pub href: String,
    /// Always written: links are kept in snapshots, whose format cannot skip a field.
    #[serde(default)]
    pub text: String,
}

impl Event {
    /// An event that says nothing yet.
    pub fn blank(action: Action) -> Event {
        Event {
            integration: String::new(),
            dedup_key: String::new(),
            action,
            severity: None,
            summary: String::new(),
            description: String::new(),
            source: String::new(),
            labels: BTreeMap::new(),
            links: Vec::new(),
            images: Vec::new(),
            runbook: None,
            started_at: None,
            changed_at: None,
            message_id: None,
        }
    }
}

impl Severity {
    /// Reads the spellings that monitors use, in any case: `critical crit fatal page p1`, `error err high p2`,
    /// `warning warn medium p3`, `info information low ok none debug p4 p5`.
    pub fn parse(text: &str) -> Option<Severity> {
        let lower = text.trim().to_ascii_lowercase();
        Some(match lower.as_str() {
            "critical" | "crit" | "fatal" | "emergency" | "page" | "p1" => Severity::Critical,
            "error" | "err" | "high" | "major" | "p2" => Severity::Error,
            "warning" | "warn" | "medium" | "minor" | "p3" => Severity::Warning,
            "info" | "information" | "informational" | "notice" | "low" | "debug" | "none" | "p4" | "p5" => {
                Severity::Info
            }
            _ => return None,
        })
    }

    /// The word users write in `when: { severity: … }`.
    pub fn as_str(self) -> &'static str {
        match self {
            Severity::Info => "info",
            Severity::Warning => "warning",
            Severity::Error => "error",
            Severity::Critical => "critical",
        }
    }
}

/// The first `max` characters of `text`; where something was cut, the last of them is `…`.
pub fn cut(text: &str, max: usize) -> String {
    if text.chars().nth(max).is_none() {
        return text.to_owned();
    }
    text.chars().take(max.saturating_sub(1)).chain(['…']).collect()
}
