//! What a monitor said, in one shape for every monitor.
//!
//! An [`Event`] holds the monitor's own words; nothing here depends on our config. Rules, routes and urgency are applied
//! later, in [`route`](crate::route). What the rules of an integration change stays beside what the monitor said
//! ([`ByRules`]), so a journal of events can be replayed against another config.

use crate::reason::ByRules;
use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// The longest summary we keep, in characters; the same limit as PagerDuty's.
pub const SUMMARY_MAX: usize = 1024;
/// The longest description we keep, in characters.
pub const DESCRIPTION_MAX: usize = 15_000;
/// The most labels we keep on one event.
pub const LABELS_MAX: usize = 100;
/// The longest label value, in characters.
pub const LABEL_MAX: usize = 1024;
/// The most links, and the most images, we keep on one event.
pub const LINKS_MAX: usize = 20;
/// The longest dedup key we keep verbatim, in bytes. The integration replaces a longer one with its digest.
pub const DEDUP_KEY_MAX: usize = 512;
/// The most events we take from one request.
pub const EVENTS_MAX: usize = 10_000;

/// The label on an event that stands for a body we could not read.
pub const UNPARSED: &str = "oncall_unparsed";
/// The label on an event sent by a monitor's test button.
pub const TEST: &str = "oncall_test";

/// The dedup key of the event that reports a missing heartbeat. No sender can have it: control characters are taken out
/// of a sender's keys where events come in.
pub const HEARTBEAT_KEY: &str = "\u{1}heartbeat";
/// The label of that event.
pub const HEARTBEAT: &str = "oncall_heartbeat";

/// One thing a monitor said about one problem.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Event {
    /// The id of the integration that received it.
    pub integration: String,
    /// Joins events to the open incident. Unique within the integration.
    pub dedup_key: String,
    pub action: Action,
    /// How bad the source says it is; `None` if it says nothing we recognize.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub severity: Option<Severity>,
    /// One line for people.
    pub summary: String,
    /// The long text, one or more lines; may be empty.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub description: String,
    /// The host, rule or system in trouble, as the source names it; may be empty.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub source: String,
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub labels: BTreeMap<String, String>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub links: Vec<Link>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub images: Vec<Link>,
    /// A runbook named by the alert itself. The service's own runbook is in the config.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub runbook: Option<String>,
    /// When the problem began, by the source's clock.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub started_at: Option<Timestamp>,
    /// When this change of state happened, by the source's clock. Set only if the source states it for each change
    /// (CloudWatch, and SNS for what it carries): an event older than the last one with its key is then dropped as
    /// out of order.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub changed_at: Option<Timestamp>,
    /// The source's own id of this message, if it has one. A second event with the same id is ignored.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub message_id: Option<String>,
    /// What the rules of the integration did to these words; `None`: nothing.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub by_rules: Option<Box<ByRules>>,
}

/// What the monitor asks for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Action {
    Trigger,
    Acknowledge,
    Resolve,
    /// A remark on the problem with this key, for its timeline.
    Note,
    /// Somebody changed something (a deploy). Goes into the timelines of its service; never pages.
    Change,
    /// The integration is alive, and nothing else. Every request to an integration that takes only heartbeats.
    Beat,
    /// New details of an open problem. Fields that are empty in the event stay as they were. Opens nothing.
    Update,
}

/// How bad it is, according to the source. Ordered: `Info < Warning < Error < Critical`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Severity {
    Info,
    Warning,
    Error,
    Critical,
}

/// A link and the text to show for it.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Link {
    pub href: String,
    /// Always serialized: links are kept in snapshots, whose format cannot skip a field.
    #[serde(default)]
    pub text: String,
}

impl Event {
    /// An event with only an action; everything else is empty.
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
            by_rules: None,
        }
    }
}

impl Severity {
    /// Parses the spellings that monitors use, in any case: `critical crit fatal page p1`, `error err high p2`,
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

    /// The word that users write in `when: { severity: … }`.
    pub fn as_str(self) -> &'static str {
        match self {
            Severity::Info => "info",
            Severity::Warning => "warning",
            Severity::Error => "error",
            Severity::Critical => "critical",
        }
    }
}

/// The first `max` characters of `text`. If anything was cut, the last character is `…`.
pub fn cut(text: &str, max: usize) -> String {
    // No character is less than a byte.
    if text.len() <= max || text.chars().nth(max).is_none() {
        return text.to_owned();
    }
    text.chars().take(max.saturating_sub(1)).chain(['…']).collect()
}
