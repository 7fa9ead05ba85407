//! What the calendar of a schedule or of a person says: which events there are, their ids, and their words.
//!
//! An event is a stretch of time with the same people on call, or with the same role of the person. Its id follows
//! from the server's name, the calendar, the schedule and the instant at which it begins, and from nothing else. The
//! format is in `ical.rs`; who may read a calendar is decided in `config`.

use super::ical::{Calendar, Event};
use super::shifts::{LEAD_IN, Role, Stretch, role, schedules_of, stretches, whole};
use crate::config::{CalendarId, Config, Id};
use crate::language::{Language, Planned};
use crate::schedule::{OnCall, Reason, Rule, Shift, UserId};
use data_encoding::HEXLOWER;
use jiff::{SignedDuration, Timestamp, tz::TimeZone};
use ring::digest;
use std::collections::BTreeMap;

/// How much of the past a calendar that is served shows.
pub const PAST: SignedDuration = SignedDuration::from_hours(30 * 24);
/// How much of the future.
pub const FUTURE: SignedDuration = SignedDuration::from_hours(180 * 24);
/// The most rules that the description of an event names.
const RULES_MAX: usize = 8;
/// Begins the text whose digest is an event's id. It never changes, or every subscriber's events would be new.
const UID_PURPOSE: &str = "oncall event 1";

/// The calendar of a schedule or a person, with every event that touches `[from, until)`. Events are whole: the first
/// and the last may reach beyond it. Empty for an id that is not in the config.
pub fn calendar(config: &Config, id: &CalendarId, from: Timestamp, until: Timestamp) -> Calendar {
    match id {
        CalendarId::Schedule(schedule) => of_schedule(config, id, schedule, (from, until)),
        CalendarId::User(user) => of_person(config, id, user, (from, until)),
    }
}

/// The `name:` of a schedule; its id if there is none of this id.
pub fn schedule_name<'c>(config: &'c Config, schedule: &'c str) -> &'c str {
    config.schedule_names.get(schedule).map_or(schedule, |(name, _)| name)
}

fn of_schedule(config: &Config, id: &CalendarId, schedule: &Id, range: (Timestamp, Timestamp)) -> Calendar {
    let language = config.organisation.language;
    let zone = zone_of(config, schedule);
    let view = View { config, id, schedule, language, zone };
    let shifts = view.shifts(range);
    let people = |on_call: &OnCall| Some(on_call.users.clone()).filter(|users| !users.is_empty());
    let stretches = whole(stretches(&shifts, |(shift, _)| people(&shift.on_call)), zone, range);
    let events = stretches.iter().map(|stretch| view.for_everybody(stretch)).collect();
    Calendar { name: schedule_name(config, schedule).to_owned(), language, time_zone: zone.clone(), events }
}

fn of_person(config: &Config, id: &CalendarId, user: &Id, range: (Timestamp, Timestamp)) -> Calendar {
    let organisation = &config.organisation;
    let (name, language, zone) = match config.users.get(user) {
        Some(user) => (&*user.name, user.language, &user.time_zone),
        None => (&**user, organisation.language, &organisation.time_zone),
    };
    let mut events = Vec::new();
    for schedule in schedules_of(config, user) {
        let view = View { config, id, schedule, language, zone };
        let shifts = view.shifts(range);
        let stretches = stretches(&shifts, |(shift, _)| role(&shift.on_call, user));
        let stretches = whole(stretches, zone_of(config, schedule), range);
        events.extend(stretches.iter().map(|stretch| view.for_one(stretch, user)));
    }
    events.sort_by_key(|event: &Event| event.start);
    let name = language.planned(&Planned::Calendar { name });
    Calendar { name, language, time_zone: zone.clone(), events }
}

fn zone_of<'c>(config: &'c Config, schedule: &str) -> &'c TimeZone {
    let known = config.schedules.schedules.get(schedule);
    known.map_or(&config.organisation.time_zone, |schedule| &schedule.time_zone)
}

/// One schedule, as one calendar shows it.
struct View<'c> {
    config: &'c Config,
    id: &'c CalendarId,
    schedule: &'c str,
    language: Language,
    /// Of the times in descriptions.
    zone: &'c TimeZone,
}

impl<'c> View<'c> {
    /// The shifts of a range, and of as much around it as whole events need.
    fn shifts(&self, (from, until): (Timestamp, Timestamp)) -> Vec<(Shift, Reason<'c>)> {
        let from = from.checked_sub(LEAD_IN).unwrap_or(Timestamp::MIN);
        let until = until.checked_add(LEAD_IN).unwrap_or(Timestamp::MAX);
        self.config.schedules.shifts_with_reasons(self.schedule, from, until)
    }

    fn for_everybody(&self, stretch: &Stretch<'_, 'c, Vec<UserId>>) -> Event {
        let names = self.names(&stretch.of);
        let schedule = schedule_name(self.config, self.schedule);
        let mut lines = vec![self.say(&Planned::People { names: &names })];
        lines.extend(self.shadows(stretch, None));
        lines.extend(self.rules(stretch, |reason| self.rules_of_people(reason)));
        lines.push(self.until(stretch, true));
        self.event(stretch, "", self.say(&Planned::Shift { schedule, names: &names }), &lines)
    }

    fn for_one(&self, stretch: &Stretch<'_, 'c, Role>, user: &Id) -> Event {
        let schedule = schedule_name(self.config, self.schedule);
        let mut people: Vec<UserId> =
            stretch.parts().flat_map(|(shift, _)| shift.on_call.users.iter().cloned()).collect();
        people.sort_unstable();
        people.dedup();
        let mut lines = vec![self.say(&Planned::People { names: &self.names(&people) })];
        lines.extend(self.shadows(stretch, Some(user)));
        let (kind, summary) = match stretch.of {
            Role::OnCall => {
                lines.extend(self.rules(stretch, |reason| self.rules_of_people(reason)));
                ("on call", Planned::OnCall { schedule })
            }
            Role::Shadow => {
                let of_shadow = |reason: &Reason<'c>| reason.shadows.get(user).map(|rule| self.layer(rule));
                lines.extend(self.rules(stretch, |reason| of_shadow(reason).into_iter().collect()));
                ("shadow", Planned::Shadowing { schedule })
            }
        };
        lines.push(self.until(stretch, stretch.of == Role::OnCall));
        self.event(stretch, kind, self.say(&summary), &lines)
    }

    fn event<K>(&self, stretch: &Stretch<'_, 'c, K>, kind: &str, summary: String, lines: &[String]) -> Event {
        let (start, end) = (stretch.start, stretch.end);
        Event { uid: self.uid(kind, start), start, end, summary, description: lines.join("\n") }
    }

    /// An opaque id (RFC 7986, 5.3): the digest as a UUID of version 8 (RFC 9562).
    fn uid(&self, kind: &str, start: Timestamp) -> String {
        let url = self.config.organisation.public_url.as_deref().unwrap_or_default();
        let server =
            url.split_once("://").map_or(url, |(_, rest)| rest).split('/').next().unwrap_or_default();
        let text = format!("{UID_PURPOSE}\n{server}\n{}\n{}\n{kind}\n{start}", self.id, self.schedule);
        let digest = digest::digest(&digest::SHA256, text.as_bytes());
        let mut bytes = [0; 16];
        bytes.iter_mut().zip(digest.as_ref()).for_each(|(byte, of)| *byte = *of);
        bytes[6] = bytes[6] & 0x0f | 0x80;
        bytes[8] = bytes[8] & 0x3f | 0x80;
        let groups = [&bytes[..4], &bytes[4..6], &bytes[6..8], &bytes[8..10], &bytes[10..]];
        groups.map(|group| HEXLOWER.encode(group)).join("-")
    }

    fn say(&self, phrase: &Planned) -> String {
        self.language.planned(phrase)
    }

    fn names(&self, people: &[UserId]) -> Vec<String> {
        people.iter().map(|id| self.name(id)).collect()
    }

    fn name(&self, user: &str) -> String {
        self.config.users.get(user).map_or(user, |user| &user.name).to_owned()
    }

    /// Those who look on, some of them perhaps only part of the time.
    fn shadows<K>(&self, stretch: &Stretch<'_, 'c, K>, but: Option<&str>) -> Vec<String> {
        let mut parts = 0;
        let mut seen: BTreeMap<&UserId, usize> = BTreeMap::new();
        for (shift, _) in stretch.parts() {
            parts += 1;
            for user in shift.on_call.shadows.iter().filter(|user| Some(&***user) != but) {
                *seen.entry(user).or_default() += 1;
            }
        }
        let line = |partly: bool| {
            let who = seen.iter().filter(|(_, count)| (**count < parts) == partly);
            let names: Vec<String> = who.map(|(user, _)| self.name(user)).collect();
            (!names.is_empty()).then(|| self.say(&Planned::Shadows { names: &names, partly }))
        };
        [false, true].into_iter().filter_map(line).collect()
    }

    /// What the rules of each part say, each once.
    fn rules<K>(&self, stretch: &Stretch<'_, 'c, K>, of: impl Fn(&Reason<'c>) -> Vec<String>) -> Vec<String> {
        let mut lines: Vec<String> = Vec::new();
        for line in stretch.parts().flat_map(|(_, reason)| of(reason)) {
            if lines.len() < RULES_MAX && !lines.contains(&line) {
                lines.push(line);
            }
        }
        lines
    }

    fn rules_of_people(&self, reason: &Reason<'c>) -> Vec<String> {
        let mut lines: Vec<String> =
            reason.layer.iter().chain(&reason.beside).map(|rule| self.layer(rule)).collect();
        if !reason.away.is_empty() {
            lines.push(self.say(&Planned::Away { names: &self.names(&reason.away) }));
        }
        lines.extend(reason.overrides.iter().map(|change| {
            let reason = change.reason.as_deref();
            self.say(&Planned::Override { place: &change.origin.to_string(), reason })
        }));
        lines
    }

    fn layer(&self, rule: &Rule<'_>) -> String {
        self.say(&Planned::Layer { name: rule.layer, place: rule.place })
    }

    /// Until when it is, and who is on call then.
    fn until<K>(&self, stretch: &Stretch<'_, 'c, K>, then: bool) -> String {
        let at = self.language.date_time(stretch.end, self.zone);
        let names = stretch.next.filter(|_| then).map(|next| self.names(&next.users));
        self.say(&match &names {
            _ if stretch.goes_on => Planned::GoesOn { at: &at },
            None => Planned::Until { at: &at },
            Some(names) => Planned::Next { at: &at, names },
        })
    }
}
