//! The words of a delivery, in the form that its method or mirror takes: a card, a script, a line, a mail, a ticket.

use super::IncidentId;
use crate::alert::{Link, Severity};
use crate::config::FilledFields;
use crate::language::Language;
use crate::language::chat::Doing;
use serde::{Deserialize, Serialize};

/// A Slack message, before Slack's own markup.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Card {
    pub language: Language,
    /// The incidents that its buttons act on.
    pub incidents: Vec<IncidentId>,
    /// One line, also the notification's text.
    pub headline: String,
    /// Labels and short values, such as the status and the service.
    pub fields: Vec<Field>,
    /// Paragraphs of the alert itself, or one line for each of several incidents.
    pub lines: Vec<String>,
    pub links: Vec<Link>,
    pub buttons: Vec<Button>,
    /// What can be done beside the buttons; only where the card is of one incident.
    pub menu: Vec<Doing>,
    /// The worst of what it shows, where that is incidents.
    pub severity: Option<Severity>,
}

/// A label and its value.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Field {
    pub label: &'static str,
    pub value: String,
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
    /// The keys, in sentences; where keys cannot reach us, what to do instead.
    pub menu: Vec<String>,
}

/// A text message, in the parts that it is put together from.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Text {
    pub language: Language,
    /// Severity and service, and before them how many there are.
    pub lead: String,
    /// What the alert says.
    pub summary: String,
    /// The number of the incident.
    pub incident: String,
    /// Whether it is to wake somebody.
    pub urgent: bool,
    /// By which an answer acknowledges, where one can reach us.
    pub code: Option<String>,
}

/// A mail, before MIME.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Letter {
    pub subject: String,
    pub card: Card,
    /// The words of the link.
    pub call_to_action: &'static str,
}

/// An issue as it should be now.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Ticket {
    pub project: String,
    pub issue_type: String,
    /// `oncall-<incident id>`: found again by it.
    pub label: String,
    pub summary: String,
    /// Paragraphs.
    pub description: Vec<String>,
    pub resolved: bool,
    /// The incident was opened again, and the ticket does not know of it yet.
    pub reopened: bool,
    pub fields: FilledFields,
}
