//! A wish as it travels through a chat: an act with named values, and what it asks of the state machine.
//!
//! A typed line, a modal and a button that says "do it" all come to this one form, so that what was previewed is what is done.
//! Instants are fixed when it is first read. What a wish may do is decided by [`incident`](crate::incident).

use super::person::Person;
use crate::actor::Via;
use crate::alert::Severity;
use crate::config::{CONTACTS, Config, Contact, Id, Method, RunTimeAbsence, RunTimeOverride, RunTimeSilence};
use crate::incident::{Asked, Assignee, Command, Declare, Ended, IncidentId, Respond, Target};
use crate::language::Language;
use crate::language::chat::{Chat, Doing, Slot};
use crate::language::moment::{Moment, moment};
use crate::schedule::{OverrideAction, UserId};
use jiff::{SignedDuration, Timestamp};
use serde::{Deserialize, Serialize};
use std::collections::{BTreeMap, BTreeSet};

/// How far a handoff is looked for.
const HANDOFF_WITHIN: SignedDuration = SignedDuration::from_hours(31 * 24);
/// The most incidents that one wish names.
pub const TARGETS_MAX: usize = 50;
/// What stands for nobody, and for every service.
pub const NOBODY: &str = "nobody";
pub const EVERYTHING: &str = "everything";

/// A wish.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Intent {
    pub act: Doing,
    /// Values by the name of their entry.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub with: BTreeMap<String, String>,
}

/// Why a wish cannot be read: the entry, and what to do about it, in the person's language.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Unclear {
    pub entry: Slot,
    pub words: String,
}

/// What a wish comes to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Meant {
    Command(Command),
    /// A room for this incident: nothing that the state machine decides.
    Channel(IncidentId),
}

impl Doing {
    /// Whether it is about incidents that are open or were.
    pub fn is_about_incidents(self) -> bool {
        match self {
            Doing::Acknowledge
            | Doing::Unacknowledge
            | Doing::Resolve
            | Doing::Reopen
            | Doing::Escalate
            | Doing::Raise
            | Doing::Lower
            | Doing::Unmerge
            | Doing::Snooze
            | Doing::Note
            | Doing::Reassign
            | Doing::PageAlso
            | Doing::Move
            | Doing::Merge
            | Doing::Channel => true,
            Doing::Declare
            | Doing::Override
            | Doing::Take
            | Doing::Offer
            | Doing::Accept
            | Doing::Cannot
            | Doing::Silence
            | Doing::Away
            | Doing::Back
            | Doing::Test
            | Doing::End => false,
        }
    }
}

impl Doing {
    /// Whether a press opens a form first.
    pub fn has_form(self) -> bool {
        matches!(
            self,
            Doing::Snooze
                | Doing::Note
                | Doing::Reassign
                | Doing::PageAlso
                | Doing::Move
                | Doing::Merge
                | Doing::Declare
                | Doing::Override
                | Doing::Silence
        )
    }

    /// What its form asks, in order.
    pub fn slots(self) -> &'static [Slot] {
        match self {
            Doing::Declare => &[Slot::Service, Slot::Text, Slot::Severity, Slot::Description],
            Doing::Override => {
                &[Slot::Schedule, Slot::Who, Slot::Instead, Slot::From, Slot::Until, Slot::Text]
            }
            Doing::Silence => &[Slot::Service, Slot::Until, Slot::Text],
            Doing::Snooze => &[Slot::Until],
            Doing::Note => &[Slot::Text],
            Doing::Reassign | Doing::PageAlso => &[Slot::Who, Slot::Schedule, Slot::Policy],
            Doing::Move => &[Slot::Service],
            Doing::Merge => &[Slot::Into],
            _ => &[],
        }
    }
}

impl Intent {
    pub fn new(act: Doing) -> Intent {
        Intent { act, with: BTreeMap::new() }
    }

    pub fn with(mut self, entry: Slot, value: impl Into<String>) -> Intent {
        self.set(entry, value);
        self
    }

    pub fn set(&mut self, entry: Slot, value: impl Into<String>) {
        self.with.insert(entry.name().to_owned(), value.into());
    }

    /// A value that is there.
    pub fn get(&self, entry: Slot) -> Option<&str> {
        self.with.get(entry.name()).map(|value| value.trim()).filter(|value| !value.is_empty())
    }

    /// As it travels in a button or a modal.
    pub fn text(&self) -> String {
        serde_json::to_string(self).unwrap_or_default()
    }

    pub fn read(text: &str) -> Option<Intent> {
        serde_json::from_str(text).ok()
    }

    /// The incidents that it names; none where it names a delivery, or nothing that can be read.
    pub fn incidents(&self) -> Vec<IncidentId> {
        match self.get(Slot::Incident).and_then(target) {
            Some(Target::Incidents(ids)) => ids,
            Some(Target::Delivery(_) | Target::Ticket(_) | Target::Code { .. }) | None => Vec::new(),
        }
    }

    /// Times as instants, so that they mean the same when it is read again.
    pub fn fixed(mut self, config: &Config, now: Timestamp, person: &Person) -> Result<Intent, Unclear> {
        for entry in [Slot::From, Slot::Until] {
            if self.get(entry).is_some() {
                let at = self.instant(entry, config, now, person)?;
                self.set(entry, at.to_string());
            }
        }
        if self.act == Doing::Take && self.get(Slot::Until).is_none() {
            let at = self.handoff(Slot::Until, config, now, person)?;
            self.set(Slot::Until, at.to_string());
        }
        Ok(self)
    }

    /// What it asks. `once`: the same deed again is the same wish.
    pub fn meant(
        &self,
        config: &Config,
        now: Timestamp,
        person: &Person,
        (confirmed, once): (bool, &str),
    ) -> Result<Meant, Unclear> {
        let (by, via) = (person.actor.clone(), Via::Slack);
        Ok(Meant::Command(match self.act {
            Doing::Declare => Command::Declare(Box::new(self.declared(config, person, once)?)),
            Doing::Override => {
                let schedule = self.schedule(config, person)?;
                let (from, until) = self.times(config, now, person)?;
                let (action, reason) =
                    (self.action(config, person)?, self.get(Slot::Text).map(str::to_owned));
                let made = RunTimeOverride { schedule, layer: None, from, until, action, reason, by, via };
                Command::Override { made: Box::new(made), confirmed }
            }
            Doing::Take => {
                let until = Some(self.instant(Slot::Until, config, now, person)?);
                let (schedule, to) = (self.schedule(config, person)?, self.themselves(person)?);
                let relieves = self.get(Slot::Instead).map(|who| user(config, Slot::Instead, who, person));
                Command::Take { schedule, to, relieves: relieves.transpose()?, until, by, via, confirmed }
            }
            Doing::Silence => {
                let everything = self.get(Slot::Service) == Some(EVERYTHING);
                let services = if everything { Vec::new() } else { vec![self.service(config, person)?] };
                let (from, until) = self.times(config, now, person)?;
                let reason = self.needed(Slot::Text, person)?;
                let (when, keys, at_most) = (Vec::new(), BTreeSet::new(), None);
                let made = RunTimeSilence { services, when, from, until, reason, by, via, keys, at_most };
                Command::Silence { made: Box::new(made), everything, confirmed }
            }
            Doing::Away => {
                let (from, until) = self.times(config, now, person)?;
                let cover = self.get(Slot::Who).map(|who| user(config, Slot::Who, who, person));
                let made = RunTimeAbsence {
                    user: self.themselves(person)?,
                    from,
                    until,
                    cover: cover.transpose()?,
                    by,
                    via,
                };
                Command::Away { made: Box::new(made), confirmed }
            }
            Doing::Offer => self.offered(config, now, person)?,
            Doing::Accept => self.accepted(person, confirmed)?,
            Doing::Cannot => self.declined(person)?,
            Doing::Back => Command::Back { user: self.themselves(person)?, by, via },
            Doing::End => {
                let number = self.needed(Slot::Text, person)?;
                let number = number.trim_start_matches('#').parse().map_err(|_| Unclear {
                    entry: Slot::Text,
                    words: person.say(&Chat::NoSuch { what: Slot::Text, said: &number }),
                })?;
                Command::End { what: Ended::RunTime(number), by, via }
            }
            Doing::Test => {
                let (user, contact) = (self.themselves(person)?, self.way(person)?);
                Command::Test { user, contact, by, via }
            }
            Doing::Channel => return self.one_incident(person).map(Meant::Channel),
            _ => {
                let target = self.target(person)?;
                let action = self.asked(config, now, person, confirmed)?;
                Command::Respond(Respond { target, action, by, via })
            }
        }))
    }

    fn declared(&self, config: &Config, person: &Person, once: &str) -> Result<Declare, Unclear> {
        let severity = self.get(Slot::Severity).map(|word| severity(word, person)).transpose()?;
        Ok(Declare {
            service: self.service(config, person)?,
            summary: self.needed(Slot::Text, person)?,
            description: self.get(Slot::Description).unwrap_or_default().to_owned(),
            severity: severity.or(Some(Severity::Critical)),
            by: person.actor.clone(),
            via: Via::Slack,
            idempotency_key: (!once.is_empty()).then(|| format!("slack {once}")),
        })
    }

    /// What it asks about incidents.
    fn asked(
        &self,
        config: &Config,
        now: Timestamp,
        person: &Person,
        confirmed: bool,
    ) -> Result<Asked, Unclear> {
        Ok(match self.act {
            Doing::Unacknowledge => Asked::Unacknowledge,
            Doing::Resolve => Asked::Resolve { reason: self.get(Slot::Text).map(str::to_owned) },
            Doing::Reopen => Asked::Reopen,
            Doing::Escalate => Asked::Escalate { step: None },
            Doing::Raise => Asked::Raise,
            Doing::Lower => Asked::Lower,
            Doing::Unmerge => Asked::Unmerge,
            Doing::Snooze => {
                Asked::Snooze { until: self.instant(Slot::Until, config, now, person)?, confirmed }
            }
            Doing::Note => Asked::Note(self.needed(Slot::Text, person)?),
            Doing::Reassign => Asked::Reassign(self.assignees(config, person)?),
            Doing::PageAlso => Asked::PageAlso(self.assignees(config, person)?),
            Doing::Move => Asked::Move(self.service(config, person)?),
            Doing::Merge => {
                let said = self.needed(Slot::Into, person)?;
                let into = said.trim_start_matches("ids ").parse();
                let no_such = || person.say(&Chat::NoSuch { what: Slot::Into, said: &said });
                Asked::Merge { into: into.map_err(|_| Unclear { entry: Slot::Into, words: no_such() })? }
            }
            Doing::Acknowledge
            | Doing::Declare
            | Doing::Override
            | Doing::Take
            | Doing::Offer
            | Doing::Accept
            | Doing::Cannot
            | Doing::Silence
            | Doing::Away
            | Doing::Back
            | Doing::End
            | Doing::Test
            | Doing::Channel => Asked::Acknowledge,
        })
    }

    /// The way that is named, in either language, or the one that rings first.
    fn way(&self, person: &Person) -> Result<Contact, Unclear> {
        let missing =
            || Unclear { entry: Slot::Text, words: person.say(&Chat::Missing { what: Slot::Text }) };
        let Some(said) = self.get(Slot::Text) else {
            return person.user.and_then(|user| user.way_to_test()).ok_or_else(missing);
        };
        let means = |it: &&Method| {
            let called = [Language::En, Language::Ja].map(|language| language.contact(it.way));
            it.name.eq_ignore_ascii_case(said) || called.iter().any(|word| word.eq_ignore_ascii_case(said))
        };
        let no_such =
            || Unclear { entry: Slot::Text, words: person.say(&Chat::NoSuch { what: Slot::Text, said }) };
        CONTACTS.iter().find(means).map(|method| method.contact).ok_or_else(no_such)
    }

    pub(super) fn needed(&self, entry: Slot, person: &Person) -> Result<String, Unclear> {
        let missing = || Unclear { entry, words: person.say(&Chat::Missing { what: entry }) };
        self.get(entry).map(str::to_owned).ok_or_else(missing)
    }

    fn target(&self, person: &Person) -> Result<Target, Unclear> {
        let said = self.needed(Slot::Incident, person)?;
        let no_such = || person.say(&Chat::NoSuch { what: Slot::Incident, said: &said });
        target(&said).ok_or_else(|| Unclear { entry: Slot::Incident, words: no_such() })
    }

    fn one_incident(&self, person: &Person) -> Result<IncidentId, Unclear> {
        let first = self.incidents().first().copied();
        let missing = || person.say(&Chat::Missing { what: Slot::Incident });
        first.ok_or_else(|| Unclear { entry: Slot::Incident, words: missing() })
    }

    pub(super) fn themselves(&self, person: &Person) -> Result<UserId, Unclear> {
        let stranger = || Unclear { entry: Slot::Who, words: person.say(&Chat::NotInUsers) };
        person.user.map(|user| user.id.clone()).ok_or_else(stranger)
    }

    fn service(&self, config: &Config, person: &Person) -> Result<Id, Unclear> {
        let said = self.needed(Slot::Service, person)?;
        let no_such = || person.say(&Chat::NoSuch { what: Slot::Service, said: &said });
        service(config, &said).ok_or_else(|| Unclear { entry: Slot::Service, words: no_such() })
    }

    pub(super) fn schedule(&self, config: &Config, person: &Person) -> Result<Id, Unclear> {
        let said = self.needed(Slot::Schedule, person)?;
        let no_such = || person.say(&Chat::NoSuch { what: Slot::Schedule, said: &said });
        schedule(config, &said).ok_or_else(|| Unclear { entry: Slot::Schedule, words: no_such() })
    }

    fn action(&self, config: &Config, person: &Person) -> Result<OverrideAction, Unclear> {
        let with = match self.get(Slot::Who) {
            Some(NOBODY) => Vec::new(),
            Some(who) => vec![user(config, Slot::Who, who, person)?],
            None => vec![self.themselves(person)?],
        };
        Ok(match self.get(Slot::Instead) {
            Some(who) => OverrideAction::Replace { who: user(config, Slot::Instead, who, person)?, with },
            None => OverrideAction::Set(with),
        })
    }

    fn assignees(&self, config: &Config, person: &Person) -> Result<Vec<Assignee>, Unclear> {
        let mut to = Vec::new();
        if let Some(who) = self.get(Slot::Who) {
            to.push(assignee(config, who, person)?);
        }
        if self.get(Slot::Schedule).is_some() {
            to.push(Assignee::Schedule(self.schedule(config, person)?));
        }
        if let Some(said) = self.get(Slot::Policy) {
            let no_such = || person.say(&Chat::NoSuch { what: Slot::Policy, said });
            let known = config.policies.get_key_value(said).map(|(id, _)| Assignee::Policy(id.clone()));
            to.push(known.ok_or_else(|| Unclear { entry: Slot::Policy, words: no_such() })?);
        }
        let missing = || person.say(&Chat::Missing { what: Slot::Who });
        if to.is_empty() { Err(Unclear { entry: Slot::Who, words: missing() }) } else { Ok(to) }
    }

    /// When it begins, now if that is past or not said, and when it ends.
    pub(super) fn times(
        &self,
        config: &Config,
        now: Timestamp,
        person: &Person,
    ) -> Result<(Timestamp, Timestamp), Unclear> {
        let from = match self.get(Slot::From) {
            Some(_) => self.instant(Slot::From, config, now, person)?,
            None => now,
        };
        Ok((from, self.instant(Slot::Until, config, now, person)?))
    }

    fn instant(
        &self,
        entry: Slot,
        config: &Config,
        now: Timestamp,
        person: &Person,
    ) -> Result<Timestamp, Unclear> {
        let said = self.needed(entry, person)?;
        // Exact ones were understood before; whether they are past is decided where they count.
        let picked = said.strip_prefix('@').and_then(|second| second.parse().ok());
        let exact =
            picked.and_then(|second| Timestamp::from_second(second).ok()).or_else(|| said.parse().ok());
        if let Some(exact) = exact {
            return Ok(exact);
        }
        match moment(&said, now, person.zone) {
            Ok(Moment::At(at)) => Ok(at),
            Ok(Moment::Handoff) => self.handoff(entry, config, now, person),
            Err(why) => Err(Unclear { entry, words: person.language.not_a_moment(&said, why) }),
        }
    }

    fn handoff(
        &self,
        entry: Slot,
        config: &Config,
        now: Timestamp,
        person: &Person,
    ) -> Result<Timestamp, Unclear> {
        let schedule = self.get(Slot::Schedule).and_then(|said| schedule(config, said));
        let next = schedule.as_ref().and_then(|schedule| {
            let handover = config.schedules.next_handoff(schedule, now, HANDOFF_WITHIN);
            handover.next.map(|_| handover.until)
        });
        next.ok_or_else(|| Unclear { entry, words: person.say(&Chat::NoHandoff) })
    }
}

/// `ids 3-17,3-18`, `delivery 3-9`, or ids alone.
pub fn target(value: &str) -> Option<Target> {
    if let Some(delivery) = value.strip_prefix("delivery ") {
        return delivery.parse().ok().map(Target::Delivery);
    }
    let ids = value.strip_prefix("ids ").unwrap_or(value).split(',').take(TARGETS_MAX);
    let ids: Result<Vec<IncidentId>, _> = ids.map(|id| id.trim().parse()).collect();
    ids.ok().map(Target::Incidents)
}

fn severity(word: &str, person: &Person) -> Result<Severity, Unclear> {
    let all = [Severity::Critical, Severity::Error, Severity::Warning, Severity::Info];
    let found = all.into_iter().find(|severity| severity.as_str() == word);
    let no_such = || person.say(&Chat::NoSuch { what: Slot::Severity, said: word });
    found.ok_or_else(|| Unclear { entry: Slot::Severity, words: no_such() })
}

/// A user by id, by member id, by a mention of Slack's (`<@U0SATO|sato>`), or by a name that only they have.
pub fn known_user(config: &Config, said: &str) -> Option<UserId> {
    let said = said.trim();
    let mention = said.strip_prefix("<@").and_then(|rest| rest.split(['|', '>']).next());
    if let Some(user) = config.user_by_slack(mention.unwrap_or(said)) {
        return Some(user.id.clone());
    }
    let bare = said.trim_start_matches('@').trim_end_matches("さん");
    if let Some((id, _)) = config.users.get_key_value(bare) {
        return Some(id.clone());
    }
    let mut named = config.users.values().filter(|user| {
        user.name == bare || user.name.split_whitespace().any(|part| part.eq_ignore_ascii_case(bare))
    });
    let first = named.next()?;
    named.next().is_none().then(|| first.id.clone())
}

fn user(config: &Config, entry: Slot, said: &str, person: &Person) -> Result<UserId, Unclear> {
    let no_such = || person.say(&Chat::NoSuch { what: entry, said });
    known_user(config, said).ok_or_else(|| Unclear { entry, words: no_such() })
}

/// A schedule by id, in which `.` may stand for `/`, or by its name.
pub fn schedule(config: &Config, said: &str) -> Option<Id> {
    let all = &config.schedules.schedules;
    let known = all.get_key_value(said).or_else(|| all.get_key_value(said.replace('.', "/").as_str()));
    let named = || config.schedule_names.iter().find(|(_, (name, _))| name == said).map(|(id, _)| id.clone());
    known.map(|(id, _)| id.clone()).or_else(named)
}

/// A service, in the same way.
pub fn service(config: &Config, said: &str) -> Option<Id> {
    let all = &config.services;
    let known = all.get_key_value(said).or_else(|| all.get_key_value(said.replace('.', "/").as_str()));
    let named = || all.values().find(|service| service.name == said).map(|service| service.id.clone());
    known.map(|(id, _)| id.clone()).or_else(named)
}

/// A person, a schedule or a policy, whichever has this name.
fn assignee(config: &Config, said: &str, person: &Person) -> Result<Assignee, Unclear> {
    let policy = || config.policies.get_key_value(said).map(|(id, _)| Assignee::Policy(id.clone()));
    let schedule = || schedule(config, said).map(Assignee::Schedule);
    let found = known_user(config, said).map(Assignee::User).or_else(schedule).or_else(policy);
    let no_such = || person.say(&Chat::NoSuch { what: Slot::Who, said });
    found.ok_or_else(|| Unclear { entry: Slot::Who, words: no_such() })
}
