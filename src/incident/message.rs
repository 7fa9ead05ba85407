//! The words of every page, message and ticket, built from an incident and the config, in one language.
//!
//! Providers escape, cut and wrap; they choose no words. So a dry run shows the words without a provider.

use super::IncidentId;
use crate::alert::Link;
use crate::language::Language;
use serde::{Deserialize, Serialize};

/// A Slack message, before Slack's own markup.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Card {
    pub language: Language,
    /// The incidents that its buttons act on.
    pub incidents: Vec<IncidentId>,
    /// One line, also the notification's text.
    pub headline: String,
    pub lines: Vec<String>,
    pub links: Vec<Link>,
    pub buttons: Vec<Button>,
}

/// A button on a card.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Button {
    pub kind: ButtonKind,
    pub label: String,
}

/// What a button does.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ButtonKind {
    Acknowledge,
    Resolve,
    /// Opens a page.
    Open(String),
}

/// What a call says.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct CallScript {
    pub language: Language,
    /// The alert, in sentences.
    pub words: Vec<String>,
    /// The keys, in sentences.
    pub menu: Vec<String>,
}

/// A Jira issue as it should be now.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Ticket {
    pub project: String,
    pub issue_type: String,
    /// `oncall-<incident id>`: found again by it.
    pub label: String,
    pub summary: String,
    /// Paragraphs.
    pub description: Vec<String>,
    /// What changed since the last time, for a comment; `None` on the first.
    pub comment: Option<String>,
    pub resolved: bool,
}
pub fn call(_: &crate::config::Config, _: &[&super::Incident], _: &str) -> CallScript {
    CallScript { language: Language::En, words: vec![], menu: vec![] }
}
pub fn direct(_: &crate::config::Config, _: &[&super::Incident], _: &str) -> Card {
    todo!()
}
pub fn channel(_: &crate::config::Config, _: &super::Incident) -> Card {
    todo!()
}
pub fn follow_up(_: &crate::config::Config, _: &super::Incident) -> String {
    todo!()
}
pub fn ticket(_: &crate::config::Config, _: &super::Incident, _: Option<&str>) -> Option<Ticket> {
    todo!()
}
