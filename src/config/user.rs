//! People: how to reach each of them, and in which language.

use super::{Contact, Id, SecretSource};
use crate::language::Language;
use crate::place::Place;
use jiff::{SignedDuration, tz::TimeZone};

/// A person.
#[derive(Clone, Debug)]
pub struct User {
    pub id: Id,
    pub name: String,
    /// How the name is pronounced on a call; the name itself by default.
    pub reading: Option<String>,
    pub language: Language,
    pub time_zone: TimeZone,
    /// The Slack member id.
    pub slack: Option<String>,
    /// The number in E.164, or the secret that holds it.
    pub phone: Option<Phone>,
    pub email: Option<String>,
    /// What happens at high urgency, ordered by `after`.
    pub high: Vec<ContactRule>,
    pub low: Vec<ContactRule>,
    pub place: Place,
}

/// A phone number, which is personal data: `Debug` does not show it.
#[derive(Clone)]
pub enum Phone {
    Number(String),
    Secret(SecretSource),
}

impl std::fmt::Debug for Phone {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Phone(…)")
    }
}

/// One way to reach a person, and when to use it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ContactRule {
    pub by: Contact,
    /// Counted from the moment the step tells this person.
    pub after: SignedDuration,
    /// Again until somebody acknowledges.
    pub repeat: Option<Repeating>,
    pub place: Place,
}

/// A contact that is made again and again.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Repeating {
    /// Counted from the end of the last one.
    pub every: SignedDuration,
    /// How often in all.
    pub times: u16,
}

impl Repeating {
    /// How often where nothing is said, and at most.
    pub const TIMES: u16 = 20;
    pub const TIMES_MAX: u16 = 100;
}

impl User {
    /// The first of these rules that rings.
    pub fn first_ring(rules: &[ContactRule]) -> Option<&ContactRule> {
        rules.iter().find(|rule| rule.by.method().rings)
    }

    /// Whether a phone of theirs rings at high urgency.
    pub fn is_rung(&self) -> bool {
        Self::first_ring(&self.high).is_some_and(|rule| rule.by.method().need.is_met_by(self))
    }

    /// Whether they have what this method needs.
    pub fn can_be_told_by(&self, by: Contact) -> bool {
        by.method().need.is_met_by(self)
    }
}
