//! People: how each is reached, and when each is away.

use super::code;
use super::diagnostic::{Finding, Part, Spot};
use super::organisation::language;
use super::read::File;
use super::resolve::Resolver;
use super::suggest::nearest;
use crate::config::{CONTACTS, Contact, ContactRule, Id, Method, Need, Phone, Repeating, ShiftRule, User};
use crate::document::{self, ContactMethod, Secret};
use crate::language::words::{Words, did_you_mean};
use crate::schedule::{Hours, TimeOff, WindowHolidays};
use jiff::{SignedDuration, Timestamp, ToSpan, tz::TimeZone};
use std::{collections::BTreeMap, sync::Arc};

/// The longest wait of a personal rule.
const AFTER_MAX: SignedDuration = SignedDuration::from_hours(24);
/// How long before a shift somebody may be told.
const BEFORE_MAX: SignedDuration = SignedDuration::from_hours(14 * 24);
/// The shortest time between two contacts of a rule that repeats.
const EVERY_MIN: SignedDuration = SignedDuration::from_mins(1);

impl Resolver<'_> {
    pub(super) fn users(&mut self) -> BTreeMap<Id, User> {
        let documents = self.documents;
        let mut users = BTreeMap::new();
        for file in documents.users.values() {
            if let Some(user) = self.compile_user(file) {
                users.insert(file.id.clone(), user);
            }
        }
        self.same_slack();
        self.same_sign_in();
        users
    }

    fn compile_user(&mut self, file: &File<document::User>) -> Option<User> {
        let (document, at) = (file.document.as_ref()?, &file.at);
        let zone = self.zone.clone();
        let time_zone = self.zone_of(document.time_zone.as_ref(), &at.key("time_zone"), &zone);
        let phone = document.phone.as_ref().and_then(|phone| self.phone(phone, &at.key("phone")));
        let phones = self.phones(document.phones.as_deref().unwrap_or_default(), &at.key("phones"));
        let phone = phone.or_else(|| phones.first().map(|(_, phone)| phone.clone()));
        let slack = document.slack.as_ref().map(|id| id.0.clone());
        if let Some(email) = document.email.as_ref().filter(|email| !email.contains('@')) {
            self.error(
                code::VALUE,
                at.key("email"),
                Words::new(
                    format!("`{email}` is not an e-mail address"),
                    format!("`{email}` はメールアドレスではありません"),
                ),
            );
        }
        let ntfy = document.ntfy.as_ref().and_then(|topic| self.secret(topic, &at.key("ntfy")));
        let pushover = document.pushover.as_ref().and_then(|key| self.secret(key, &at.key("pushover")));
        let has = [
            (Need::SlackId, slack.is_some()),
            (Need::Phone, phone.is_some()),
            (Need::Email, document.email.is_some()),
            (Need::Ntfy, ntfy.is_some()),
            (Need::Pushover, pushover.is_some()),
        ];
        let can: Vec<Need> = has.into_iter().filter(|(_, has)| *has).map(|(need, _)| need).collect();
        let high = self.rules(file, document, true, &can);
        let low = self.rules(file, document, false, &can);
        let shifts = self.shift_rules_of(file, document);
        Some(User {
            shifts,
            id: file.id.clone(),
            name: document.name.clone(),
            reading: document.reading.clone(),
            language: document.language.map_or_else(|| self.organisation_language(), language),
            time_zone,
            slack,
            phone,
            phones,
            email: document.email.clone(),
            sign_in: document.sign_in.clone(),
            ntfy,
            pushover,
            high,
            low,
            place: self.sources.place(at),
        })
    }

    fn phone(&mut self, phone: &Secret, at: &Spot) -> Option<Phone> {
        match phone {
            Secret::Literal(text) => self.phone_number(text, at).map(Phone::Number),
            secret => self.secret(secret, at).map(Phone::Secret),
        }
    }

    fn phones(&mut self, phones: &[document::NamedPhone], at: &Spot) -> Vec<(String, Phone)> {
        let mut known: Vec<(String, Phone)> = Vec::new();
        for (index, named) in phones.iter().enumerate() {
            let at = at.index(index);
            let Some(phone) = self.phone(&named.number, &at.key("number")) else { continue };
            if known.iter().any(|(name, _)| *name == named.name) {
                self.error(
                    code::TWICE,
                    at.key("name"),
                    Words::new(
                        format!("two phones are called `{}`", named.name),
                        format!("`{}` という名前の電話が 2 つあります", named.name),
                    ),
                );
            } else {
                known.push((named.name.clone(), phone));
            }
        }
        known
    }

    /// The person's own rules, or the organisation's, or the built-in ones: Slack, a call, and another call after
    /// three minutes.
    fn rules(
        &mut self,
        file: &File<document::User>,
        document: &document::User,
        high: bool,
        can: &[Need],
    ) -> Vec<ContactRule> {
        let key = if high { "high" } else { "low" };
        let list = |notify: &document::Notify| if high { notify.high.clone() } else { notify.low.clone() };
        if let Some(own) = document.notify.as_ref().and_then(list) {
            let phones = names_of(document);
            return self.contact_rules(&own, &file.at.key("notify").key(key), high, &phones);
        }
        let defaults = self.organisation_document().and_then(|(organisation, at)| {
            let rules = organisation.defaults.as_ref()?.notify.as_ref().and_then(list)?;
            Some((rules, at.key("defaults").key("notify").key(key)))
        });
        if let Some((inherited, at)) = defaults {
            let known = self.findings.len();
            let rules = self.contact_rules(&inherited, &at, high, &names_of(document));
            self.findings.truncate(known);
            return rules;
        }
        self.built_in(file, high, can)
    }

    fn built_in(&self, file: &File<document::User>, high: bool, can: &[Need]) -> Vec<ContactRule> {
        let rule = |by, minutes| ContactRule {
            by,
            to: None,
            after: SignedDuration::from_mins(minutes),
            repeat: None,
            place: self.sources.place(&file.at),
        };
        // Messages first: they are there when somebody picks up.
        let quiet_first = CONTACTS.iter().rev().filter(|method| can.contains(&method.need));
        let minutes = |method: &Method| {
            let (at_high, at_low) = method.default_minutes;
            if high { at_high } else { at_low }
        };
        quiet_first
            .flat_map(|method| minutes(method).iter().map(|minutes| rule(method.contact, *minutes)))
            .collect()
    }

    pub(super) fn contact_rules(
        &mut self,
        rules: &[document::ContactRule],
        at: &Spot,
        high: bool,
        phones: &[&str],
    ) -> Vec<ContactRule> {
        let mut compiled = Vec::new();
        for (index, rule) in rules.iter().enumerate() {
            let at = at.index(index);
            let by = Self::contact(rule.by);
            let bounds = (SignedDuration::ZERO, AFTER_MAX);
            let after = rule.after.as_ref().map(|after| self.duration(after, &at.key("after"), bounds));
            let to = self.named_phone(rule, by, phones, &at);
            let repeat = self.repeating(rule, &at, high);
            let place = self.sources.place(&at);
            let after = after.unwrap_or_default();
            compiled.extend(by.map(|by| ContactRule { by, to, after, repeat, place }));
        }
        compiled.sort_by_key(|rule| rule.after);
        compiled
    }

    /// The person's own, or the organisation's.
    fn shift_rules_of(&mut self, file: &File<document::User>, document: &document::User) -> Vec<ShiftRule> {
        if let Some(own) = document.notify.as_ref().and_then(|notify| notify.shifts.as_ref()) {
            return self.shift_rules(own, &file.at.key("notify").key("shifts"));
        }
        let defaults = self.organisation_document().and_then(|(organisation, at)| {
            let rules = organisation.defaults.as_ref()?.notify.as_ref()?.shifts.clone()?;
            Some((rules, at.key("defaults").key("notify").key("shifts")))
        });
        let Some((inherited, at)) = defaults else { return Vec::new() };
        let known = self.findings.len();
        let rules = self.shift_rules(&inherited, &at);
        self.findings.truncate(known);
        rules
    }

    pub(super) fn shift_rules(&mut self, rules: &[document::ShiftRule], at: &Spot) -> Vec<ShiftRule> {
        let mut compiled = Vec::new();
        for (index, rule) in rules.iter().enumerate() {
            let at = at.index(index);
            let before = self.duration(&rule.before, &at.key("before"), (SignedDuration::ZERO, BEFORE_MAX));
            let Some(by) = Self::contact(rule.by) else { continue };
            if by.method().rings {
                let message = Words::new(
                    format!("a shift is no reason to ring: `{}` is not for it", rule.by.name()),
                    format!("シフトの知らせで電話は鳴らせません。`{}` は使えません", rule.by.name()),
                );
                let help = Words::new(
                    "use `slack`, `sms`, `email`, `ntfy` or `pushover`",
                    "`slack`、`sms`、`email`、`ntfy`、`pushover` のいずれかを使ってください",
                );
                self.error_help(code::SHIFTS, at.key("by"), message, help);
                continue;
            }
            compiled.push(ShiftRule { by, before, place: self.sources.place(&at) });
        }
        compiled.sort_by_key(|rule| rule.before);
        compiled
    }

    /// The phone that a rule names; `None`: the one that is always there.
    fn named_phone(
        &mut self,
        rule: &document::ContactRule,
        by: Option<Contact>,
        phones: &[&str],
        at: &Spot,
    ) -> Option<String> {
        let (to, at) = (rule.to.as_deref()?, at.key("to"));
        if by.is_some_and(|by| by.method().need != Need::Phone) {
            let message = Words::new(
                format!("`to` names a phone, and `{}` uses none", rule.by.name()),
                format!("`to` は電話を指定しますが、`{}` は電話を使いません", rule.by.name()),
            );
            self.error_help(
                code::PHONES,
                at.on(Part::Key),
                message,
                Words::new("leave it out", "消してください"),
            );
            return None;
        }
        if phones.contains(&to) {
            return Some(to.to_owned());
        }
        let help = match nearest(to, phones.iter().copied()) {
            Some(near) => did_you_mean(near),
            None => Words::new(
                format!("add it: `phones: [{{ name: {to}, number: \"+81 90 1234 5678\" }}]`"),
                format!("電話を加えてください: `phones: [{{ name: {to}, number: \"+81 90 1234 5678\" }}]`"),
            ),
        };
        self.error_help(
            code::PHONES,
            at,
            Words::new(format!("there is no phone `{to}`"), format!("`{to}` という電話はありません")),
            help,
        );
        None
    }

    /// `every` and `times`, at high urgency: what is low can wait, and is told once.
    fn repeating(&mut self, rule: &document::ContactRule, at: &Spot, high: bool) -> Option<Repeating> {
        let Some(every) = &rule.every else {
            if rule.times.is_some() {
                let message = Words::new(
                    "`times` says how often, and `every` after how long is missing",
                    "`times` で回数が書かれていますが、間隔を示す `every` がありません",
                );
                let help = Words::new(
                    "add it, as in `every: 3m`, or leave `times` out",
                    "`every: 3m` のように加えるか、`times` を消してください",
                );
                self.error_help(code::REPEATS, at.key("times").on(Part::Key), message, help);
            }
            return None;
        };
        let every = self.duration(every, &at.key("every"), (EVERY_MIN, AFTER_MAX));
        if !high {
            let message = Words::new(
                "what is of low urgency is told once: it does not repeat",
                "緊急度が低いものは 1 回しか連絡しません。繰り返しはできません",
            );
            let help = Words::new(
                "leave `every` out here, or move the rule to `high`",
                "ここの `every` を消すか、ルールを `high` に移してください",
            );
            self.error_help(code::REPEATS, at.key("every").on(Part::Key), message, help);
            return None;
        }
        let times = rule.times.and_then(|times| u16::try_from(times).ok()).unwrap_or(Repeating::TIMES);
        Some(Repeating { every, times: times.min(Repeating::TIMES_MAX) })
    }

    /// The row of a contact method.
    pub(super) fn contact(by: ContactMethod) -> Option<Contact> {
        Contact::read(by.name())
    }

    fn same_slack(&mut self) {
        let mut seen: BTreeMap<&str, Spot> = BTreeMap::new();
        let documents = self.documents;
        for file in documents.users.values() {
            let Some(slack) = file.document.as_ref().and_then(|user| user.slack.as_ref()) else { continue };
            let at = file.at.key("slack");
            match seen.get(slack.0.as_str()) {
                Some(first) => {
                    let message = Words::new(
                        format!("two users have the Slack id `{}`", slack.0),
                        format!("Slack の ID `{}` を 2 人のユーザーが使っています", slack.0),
                    );
                    let finding = Finding::error(code::TWICE, at, message);
                    self.findings.push(finding.label(first.clone(), Words::new("the other one", "もう一方")));
                }
                None => {
                    seen.insert(&slack.0, at);
                }
            }
        }
    }

    /// Everybody's time off.
    pub(super) fn all_time_off(&mut self) -> BTreeMap<Id, Vec<TimeOff>> {
        let documents = self.documents;
        let mut all = BTreeMap::new();
        for file in documents.users.values() {
            let Some(user) = &file.document else { continue };
            let known = self.findings.len();
            let default = self.zone.clone();
            let zone = self.zone_of(user.time_zone.as_ref(), &file.at, &default);
            self.findings.truncate(known);
            let time_off = self.time_off_of(user, &file.at, &zone);
            if !time_off.is_empty() {
                all.insert(file.id.clone(), time_off);
            }
        }
        all
    }

    fn time_off_of(&mut self, user: &document::User, at: &Spot, zone: &TimeZone) -> Vec<TimeOff> {
        let list = at.key("time_off");
        let mut compiled = Vec::new();
        for (index, off) in user.time_off.iter().flatten().enumerate() {
            compiled.extend(self.one_time_off(off, &list.index(index), zone));
        }
        if let Some(left) = &user.left {
            let first = self.date(left, &at.key("left"));
            let from = first.and_then(|day| super::value::first_instant(day.at(0, 0, 0, 0), zone));
            let place: Arc<str> = self.sources.place(&at.key("left")).to_string().into();
            compiled.extend(from.map(|from| TimeOff { from, until: None, every: None, cover: None, place }));
        }
        compiled.sort_by_key(|off| off.from);
        compiled
    }

    fn one_time_off(&mut self, off: &document::TimeOff, at: &Spot, zone: &TimeZone) -> Option<TimeOff> {
        let cover = off.cover.as_ref().and_then(|cover| self.user(cover, &at.key("cover")));
        let (from, until) = match (&off.until, &off.last_day) {
            (Some(until), None) => self.range((&off.from, at.key("from")), (until, at.key("until")), zone)?,
            (None, Some(last_day)) => {
                let from = self.instant(&off.from, &at.key("from"), zone);
                let last_day = self.date(last_day, &at.key("last_day"));
                let until: Option<Timestamp> = last_day
                    .and_then(|day| day.checked_add(1.day()).ok())
                    .and_then(|day| super::value::first_instant(day.at(0, 0, 0, 0), zone));
                self.in_order(from?.at, until?, (at.key("from"), at.key("last_day")))?
            }
            // What is wrong with the one that was left out has been said.
            (None, None) if self.sources.incomplete(&at.file) => return None,
            _ => {
                let message = Words::new(
                    "time off ends with either `last_day` (whole days) or `until` (an instant)",
                    "休みの終わりは、`last_day`（丸 1 日単位）か `until`（日時）のどちらかで書きます",
                );
                self.error(code::EITHER_OR, at.clone(), message);
                return None;
            }
        };
        let place = self.sources.place(at).to_string().into();
        let every = match &off.every {
            Some(every) => Some(self.hours_off(every, &at.key("every"), zone)?),
            None => None,
        };
        // A window that begins before the end goes on to its own end, as that of a silence does.
        let until = every.as_ref().map_or(until, |hours| hours.last_end(until));
        Some(TimeOff { from, until: Some(until), every, cover, place })
    }

    fn hours_off(&mut self, every: &document::Window, at: &Spot, zone: &TimeZone) -> Option<Hours> {
        let window = self.window(every, at, WindowHolidays::Ignore)?;
        let holidays = self.organisation_holidays(false);
        Some(Hours { time_zone: zone.clone(), windows: vec![window], holidays })
    }
}

/// The names of a person's phones.
fn names_of(document: &document::User) -> Vec<&str> {
    document.phones.iter().flatten().map(|phone| phone.name.as_str()).collect()
}
