//! People: how to reach each of them, and in which language.

use super::{Contact, Id, Need, SecretSource};
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
    /// The number in E.164, or the secret that holds it: the one that rules ring which name none.
    pub phone: Option<Phone>,
    /// Others by name.
    pub phones: Vec<(String, Phone)>,
    pub email: Option<String>,
    /// What an identity provider or a proxy calls them, where that is not `email`.
    pub sign_in: Option<String>,
    /// Where the ntfy topic is that their phone listens to.
    pub ntfy: Option<SecretSource>,
    /// Where their user key at Pushover is.
    pub pushover: Option<SecretSource>,
    /// What happens at high urgency, ordered by `after`.
    pub high: Vec<ContactRule>,
    pub low: Vec<ContactRule>,
    /// How they hear of their shifts, ordered by `before`.
    pub shifts: Vec<ShiftRule>,
    pub place: Place,
}

/// A phone number, which is personal data: `Debug` does not show it.
#[derive(Clone)]
pub enum Phone {
    Number(String),
    Secret(SecretSource),
}

impl Phone {
    /// Whether both are the same number, or come from the same place.
    pub fn is_same(&self, other: &Phone) -> bool {
        match (self, other) {
            (Phone::Number(a), Phone::Number(b)) => a == b,
            (Phone::Secret(a), Phone::Secret(b)) => a == b,
            (Phone::Number(_), Phone::Secret(_)) | (Phone::Secret(_), Phone::Number(_)) => false,
        }
    }
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
    /// Which of the person's phones, by name.
    pub to: Option<String>,
    /// Counted from the moment the step tells this person.
    pub after: SignedDuration,
    /// Again until somebody acknowledges.
    pub repeat: Option<Repeating>,
    pub place: Place,
}

/// A message about a shift, so long before it begins.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ShiftRule {
    pub by: Contact,
    pub before: SignedDuration,
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
        Self::first_ring(&self.high).is_some_and(|rule| self.can_be_told_by(rule.by))
    }

    /// The phone of that name; without one, or where there is none of that name, the one that is always there.
    pub fn phone_named(&self, name: Option<&str>) -> Option<&Phone> {
        let named = name.and_then(|name| self.phones.iter().find(|(known, _)| known == name));
        named.map(|(_, phone)| phone).or(self.phone.as_ref())
    }

    /// The name of the phone that a rule with this `to` reaches; `None`: it has none.
    pub fn phone_name(&self, to: Option<&str>) -> Option<&str> {
        let meant = self.phone_named(to)?;
        self.phones.iter().find(|(_, phone)| phone.is_same(meant)).map(|(name, _)| name.as_str())
    }

    /// Each of their phones: `sato`, and `sato, home` for one that has a name.
    pub fn phones_by_name(&self) -> Vec<(String, &Phone)> {
        let named = |same: &Phone| self.phones.iter().any(|(_, phone)| phone.is_same(same));
        let own = self.phone.iter().filter(|phone| !named(phone)).map(|phone| (self.id.to_string(), phone));
        let others = self.phones.iter().map(|(name, phone)| (format!("{}, {name}", self.id), phone));
        own.chain(others).collect()
    }

    /// What is tried out unless they say which: what rings first, or what comes first.
    pub fn way_to_test(&self) -> Option<Contact> {
        let mut rules = self.high.iter().chain(&self.low);
        let rings = rules.clone().find(|rule| rule.by.method().rings);
        rings.or_else(|| rules.next()).map(|rule| rule.by)
    }

    /// Whether they have what this method needs.
    pub fn can_be_told_by(&self, by: Contact) -> bool {
        self.has(by.method().need)
    }

    pub fn has(&self, need: Need) -> bool {
        match need {
            Need::SlackId => self.slack.is_some(),
            Need::Phone => self.phone.is_some(),
            Need::Email => self.email.is_some(),
            Need::Ntfy => self.ntfy.is_some(),
            Need::Pushover => self.pushover.is_some(),
        }
    }
}
