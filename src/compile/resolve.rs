//! Turns documents into a [`Config`]: the order of the work, and the functions that every resolver uses.
//!
//! A value that cannot be read leaves a finding and a harmless placeholder. The config is dropped in the end, but the
//! rest of the tree is still checked.

use super::diagnostic::{Finding, Spot};
use super::expected::Expectation;
use super::read::Documents;
use super::source::Sources;
use super::value::{self, NOBODY};
use super::{code, tree::Tree};
use crate::config::{CalendarId, Config, Id, InGit, SecretSource};
use crate::document::{self, OneOrMany, Secret};
use crate::language::words::Words;
use crate::schedule::Hours;
use jiff::{SignedDuration, Timestamp, civil::Date, tz::TimeZone};
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

/// What the documents mean, and what is wrong with them.
pub(super) struct Resolved {
    pub(super) config: Option<Config>,
    pub(super) expectations: Vec<Expectation>,
    pub(super) findings: Vec<Finding>,
    /// Names in references that resemble nothing in the config.
    pub(super) lost: BTreeSet<&'static str>,
}

pub(super) fn resolve(documents: &Documents, sources: &Sources, tree: &Tree) -> Resolved {
    let mut resolver = Resolver {
        documents,
        sources,
        findings: Vec::new(),
        lost: BTreeSet::new(),
        looked_up: 0,
        retired: Vec::new(),
        zone: TimeZone::UTC,
        holidays: BTreeMap::new(),
        hours: BTreeMap::new(),
        tree,
        sops: BTreeMap::new(),
    };
    resolver.organisation_zone();
    resolver.all_holidays();
    resolver.all_business_hours();
    let config = resolver.config();
    let expectations = resolver.expectations();
    Resolved { config, expectations, findings: resolver.findings, lost: resolver.lost }
}

/// The state of the resolvers: what they have read and found so far.
pub(super) struct Resolver<'a> {
    pub(super) documents: &'a Documents,
    pub(super) sources: &'a Sources,
    pub(super) findings: Vec<Finding>,
    pub(super) lost: BTreeSet<&'static str>,
    /// How many names that lead nowhere were looked for in the files.
    pub(super) looked_up: usize,
    pub(super) retired: Vec<InGit>,
    /// The organisation's.
    pub(super) zone: TimeZone,
    pub(super) holidays: BTreeMap<Id, BTreeMap<Date, Arc<str>>>,
    pub(super) hours: BTreeMap<Id, Hours>,
    pub(super) tree: &'a Tree,
    /// The SOPS files named so far; `None` for one with errors, which are reported once.
    pub(super) sops: BTreeMap<Arc<str>, Option<Arc<crate::sops::File>>>,
}

impl Resolver<'_> {
    fn config(&mut self) -> Option<Config> {
        let organisation = self.organisation(self.tree);
        let users = self.users();
        let (schedules, schedule_names) = self.schedules();
        let schedule_holidays = self.schedule_holidays();
        let policies = self.policies();
        let services = self.services();
        let endpoints = self.endpoints(self.tree);
        let silences = self.silences();
        let inhibitions = self.inhibitions();
        let calendars = self.calendars();
        let runbooks = Arc::new(self.documents.runbooks.clone());
        let organisation = organisation?;
        self.fallback(&organisation.fallback, &policies, &users);
        self.holds(&services, &policies, &endpoints);
        self.reach(&organisation.access, &policies, &schedules);
        Some(Config {
            organisation,
            users,
            schedules,
            schedule_names,
            schedule_holidays,
            policies,
            services,
            endpoints,
            silences,
            inhibitions: inhibitions.into(),
            office: self.office(),
            retired: std::mem::take(&mut self.retired),
            runbooks,
            calendars,
            sops: self.sops.iter().filter_map(|(path, file)| Some((path.clone(), file.clone()?))).collect(),
        })
    }

    /// One calendar for each schedule and each person.
    fn calendars(&self) -> BTreeMap<CalendarId, u32> {
        let schedules = self.documents.schedules.values().map(|file| {
            let generation = file.document.as_ref().and_then(|schedule| schedule.calendar_generation);
            (CalendarId::Schedule(file.id.clone()), generation.unwrap_or(1))
        });
        let users = self.documents.users.values().map(|file| {
            let generation = file.document.as_ref().and_then(|user| user.calendar_generation);
            (CalendarId::User(file.id.clone()), generation.unwrap_or(1))
        });
        schedules.chain(users).collect()
    }

    pub(super) fn error(&mut self, code: &'static str, spot: Spot, message: impl Into<Words>) {
        self.findings.push(Finding::error(code, spot, message));
    }

    pub(super) fn error_help(
        &mut self,
        code: &'static str,
        spot: Spot,
        message: impl Into<Words>,
        help: impl Into<Words>,
    ) {
        self.findings.push(Finding::error(code, spot, message).help(help));
    }

    /// The user with this id, if there is one.
    pub(super) fn user(&mut self, name: &str, at: &Spot) -> Option<Id> {
        if name == NOBODY {
            self.error(
                code::REFERENCE,
                at.clone(),
                Words::new(
                    "a user must be named here, not `nobody`",
                    "ここには `nobody` ではなく、ユーザーを書きます",
                ),
            );
            return None;
        }
        self.reference(&self.documents.users, "user", name, at)
    }

    pub(super) fn schedule_id(&mut self, name: &str, at: &Spot) -> Option<Id> {
        self.reference(&self.documents.schedules, "schedule", name, at)
    }

    pub(super) fn policy_id(&mut self, name: &str, at: &Spot) -> Option<Id> {
        self.reference(&self.documents.policies, "escalation policy", name, at)
    }

    pub(super) fn service_id(&mut self, name: &str, at: &Spot) -> Option<Id> {
        self.reference(&self.documents.services, "service", name, at)
    }

    pub(super) fn integration_id(&mut self, name: &str, at: &Spot) -> Option<Id> {
        self.reference(&self.documents.integrations, "integration", name, at)
    }

    /// A set of people, sorted; empty means `nobody`.
    pub(super) fn people(&mut self, names: &OneOrMany<String>, at: &Spot) -> Vec<Id> {
        if let [only] = names.as_slice()
            && only == NOBODY
        {
            return Vec::new();
        }
        let mut people = BTreeSet::new();
        for (name, at) in spots(names, at) {
            if let Some(id) = self.user(name, &at)
                && !people.insert(id)
            {
                self.error(
                    code::TWICE,
                    at,
                    Words::new(format!("`{name}` is here twice"), format!("`{name}` が 2 回書かれています")),
                );
            }
        }
        people.into_iter().collect()
    }

    pub(super) fn zone_of(
        &mut self,
        zone: Option<&document::TimeZone>,
        at: &Spot,
        default: &TimeZone,
    ) -> TimeZone {
        match zone {
            Some(name) => self.time_zone(&name.0, at),
            None => default.clone(),
        }
    }

    pub(super) fn date(&mut self, date: &document::Date, at: &Spot) -> Option<Date> {
        let read = value::date(&date.0);
        if read.is_none() {
            let finding = Finding::error(
                code::VALUE,
                at.clone(),
                Words::new(
                    format!("there is no date {}", date.0),
                    format!("{} という日付はありません", date.0),
                ),
            );
            self.findings.push(finding.maybe_help(value::why_no_date(&date.0)));
        }
        read
    }

    pub(super) fn instant(
        &mut self,
        instant: &document::Instant,
        at: &Spot,
        zone: &TimeZone,
    ) -> Option<value::Instant> {
        let read = value::instant(&instant.0, zone);
        if read.is_none() {
            let message = Words::new(
                format!("there is no such date and time: {}", instant.0),
                format!("{} という日時はありません", instant.0),
            );
            let finding = Finding::error(code::VALUE, at.clone(), message);
            self.findings.push(finding.maybe_help(value::why_no_date(&instant.0)));
        }
        read
    }

    /// Both ends of a dated range.
    pub(super) fn range(
        &mut self,
        (from, from_at): (&document::Instant, Spot),
        (until, until_at): (&document::Instant, Spot),
        zone: &TimeZone,
    ) -> Option<(Timestamp, Timestamp)> {
        let from = self.instant(from, &from_at, zone);
        let until = self.instant(until, &until_at, zone);
        self.in_order(from?.at, until?.at, (from_at, until_at))
    }

    pub(super) fn in_order(
        &mut self,
        from: Timestamp,
        until: Timestamp,
        (from_at, until_at): (Spot, Spot),
    ) -> Option<(Timestamp, Timestamp)> {
        if until > from {
            return Some((from, until));
        }
        let finding = Finding::error(
            code::ORDER,
            until_at,
            Words::new("the end is not after the beginning", "終わりが始まりより後になっていません"),
        );
        self.findings.push(finding.label(from_at, Words::new("it begins here", "始まり")));
        None
    }

    /// A duration within bounds; the lower bound if it is out of bounds.
    pub(super) fn duration(
        &mut self,
        duration: &document::Duration,
        at: &Spot,
        (min, max): (SignedDuration, SignedDuration),
    ) -> SignedDuration {
        match value::duration(&duration.0) {
            Some(read) if read >= min && read <= max => return read,
            Some(_) => {
                let (min, max) = (value::duration_text(min), value::duration_text(max));
                self.error(
                    code::BOUND,
                    at.clone(),
                    Words::new(
                        format!("`{}` is not between {min} and {max}", duration.0),
                        format!("`{}` は {min} から {max} の間ではありません", duration.0),
                    ),
                );
            }
            None => self.error(
                code::VALUE,
                at.clone(),
                Words::new(
                    format!("`{}` is not a duration", duration.0),
                    format!("`{}` は時間の長さとして読めません", duration.0),
                ),
            ),
        }
        min
    }

    /// When people are at work.
    fn office(&mut self) -> Hours {
        let only = self.hours.values().next().filter(|_| self.hours.len() == 1);
        if let Some(hours) = self.hours.get("office").or(only) {
            return hours.clone();
        }
        Hours::at_work(self.zone.clone(), self.organisation_holidays(false))
    }

    /// Where a secret is kept.
    pub(super) fn secret(&mut self, secret: &Secret, at: &Spot) -> Option<SecretSource> {
        match secret {
            Secret::Env(name) => Some(SecretSource::Env(name.as_str().into())),
            Secret::File(path) => Some(SecretSource::File(path.as_str().into())),
            Secret::Sops { file, key } => self.sops_secret(file, key, at),
            Secret::Literal(_) => None,
        }
    }

    pub(super) fn secrets(&mut self, secrets: &OneOrMany<Secret>, at: &Spot) -> Vec<SecretSource> {
        spots(secrets, at).into_iter().filter_map(|(secret, at)| self.secret(secret, &at)).collect()
    }
}

/// Each value, with its spot.
pub(super) fn spots<'v, T>(values: &'v OneOrMany<T>, at: &Spot) -> Vec<(&'v T, Spot)> {
    let place = |index| if values.is_list() { at.index(index) } else { at.clone() };
    values.as_slice().iter().enumerate().map(|(index, value)| (value, place(index))).collect()
}
