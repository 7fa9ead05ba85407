//! `team add`: a team with its turns, its policy, a service and the service's runbook; `init` begins with the same files.
//!
//! The texts are in `starter/`, one folder for each language. Turns begin on the last Monday, so that somebody is on call
//! from the start. Who may change what (CODEOWNERS) is left to whoever adds the team.

use super::newcomer::create_user;
use super::overrides::schema_line;
use super::service::{RUNBOOK_EN, RUNBOOK_JA, leads};
use super::words::person;
use super::writing::text;
use super::{Edit, EditError, Newcomer, Proposal, Subject, asked, create, kept, proved_by};
use crate::config::{Config, Id};
use crate::language::Language;
use crate::language::added::{Added, NotAdded};
use crate::schedule::Turn;
use jiff::civil::{Date, Weekday};
use jiff::tz::TimeZone;
use std::collections::BTreeMap;

type Text = (&'static str, &'static str);

const JA: [Text; 5] = [
    ("escalation-policies/__TEAM__.yaml", include_str!("../../starter/ja/escalation-policies/__TEAM__.yaml")),
    ("runbooks/__TEAM__.md", RUNBOOK_JA),
    ("schedules/__TEAM__-primary.yaml", include_str!("../../starter/ja/schedules/__TEAM__-primary.yaml")),
    ("schedules/__TEAM__-secondary.yaml", include_str!("../../starter/ja/schedules/__TEAM__-secondary.yaml")),
    ("services/__TEAM__.yaml", include_str!("../../starter/ja/services/__TEAM__.yaml")),
];

const EN: [Text; 5] = [
    ("escalation-policies/__TEAM__.yaml", include_str!("../../starter/en/escalation-policies/__TEAM__.yaml")),
    ("runbooks/__TEAM__.md", RUNBOOK_EN),
    ("schedules/__TEAM__-primary.yaml", include_str!("../../starter/en/schedules/__TEAM__-primary.yaml")),
    ("schedules/__TEAM__-secondary.yaml", include_str!("../../starter/en/schedules/__TEAM__-secondary.yaml")),
    ("services/__TEAM__.yaml", include_str!("../../starter/en/services/__TEAM__.yaml")),
];

/// A team, as its files say it.
#[derive(Clone, Copy, Debug)]
pub struct Team<'a> {
    /// The id of the policy and the service, and the beginning of the schedules' ids.
    pub id: &'a str,
    /// As people read it.
    pub name: &'a str,
    /// In the order of their turns. With one member alone, there is no second schedule.
    pub members: &'a [String],
    /// The organisation's fallback.
    pub fallback: &'a str,
    /// A Monday.
    pub from: Date,
    /// Where it is not the organisation's.
    pub time_zone: Option<&'a str>,
}

/// The team to add.
#[derive(Clone, Copy, Debug)]
pub struct TeamWish<'a> {
    pub id: &'a str,
    pub name: Option<&'a str>,
    /// Who is in `users/` already.
    pub members: &'a [Id],
    /// Who is not; their turns come after those of the others.
    pub newcomers: &'a [Newcomer],
    pub time_zone: Option<&'a TimeZone>,
}

/// The files of a team by path.
pub fn texts(language: Language, team: &Team<'_>) -> BTreeMap<String, String> {
    let texts = match language {
        Language::Ja => JA,
        Language::En => EN,
    };
    let alone = team.members.len() < 2;
    let texts = texts.into_iter().filter(|(path, _)| !(alone && path.ends_with("-secondary.yaml")));
    texts.map(|(path, text)| (path.replace("__TEAM__", team.id), filled(team, path, text))).collect()
}

fn filled(team: &Team<'_>, path: &str, template: &str) -> String {
    let mut turned = team.members.to_vec();
    if !turned.is_empty() {
        turned.rotate_left(1);
    }
    let keep: &[&str] = if team.members.len() > 1 { &["TWO"] } else { &[] };
    let filled = blocks(template, keep)
        .replace("__MEMBERS__", &team.members.join(", "))
        .replace("__TURNED__", &turned.join(", "))
        .replace("__FALLBACK__", team.fallback)
        .replace("__FROM__", &team.from.to_string())
        .replace("__TEAM__", team.id);
    if !path.ends_with(".yaml") {
        return filled.replace("__NAME__", team.name);
    }
    let zone = team.time_zone.filter(|_| path.starts_with("schedules/"));
    let mut out = String::new();
    for line in filled.split_inclusive('\n') {
        match line.strip_prefix("name: ").filter(|name| name.contains("__NAME__")) {
            Some(name) => {
                let name = text(name.trim_end().replace("__NAME__", team.name).as_str());
                out.push_str(&format!("name: {name}\n"));
                out.extend(zone.map(|zone| format!("time_zone: {zone}\n")));
            }
            None => out.push_str(line),
        }
    }
    out
}

/// The text without the blocks (`__IF_TWO__` to `__END__`, on lines of their own) whose word is not among those to keep.
pub fn blocks(text: &str, keep: &[&str]) -> String {
    let mut out = String::new();
    let mut left_out = false;
    for line in text.split_inclusive('\n') {
        let word = line.trim_end();
        let begins = word.strip_prefix("__IF_").and_then(|word| word.strip_suffix("__"));
        match begins {
            Some(word) => left_out = !keep.contains(&word),
            None if word == "__END__" => left_out = false,
            None if left_out => {}
            None => out.push_str(line),
        }
    }
    out
}

/// Adds a team.
pub fn add_team(subject: &Subject<'_>, wish: &TeamWish<'_>) -> Result<Edit, EditError> {
    let language = subject.compiled.language;
    let config = subject.config;
    if !super::is_id(wish.id) {
        return asked(language.not_added(NotAdded::NotAnId { id: wish.id }));
    }
    let members = members(wish, language)?;
    let ours = &config.organisation.time_zone;
    let zone = wish.time_zone.unwrap_or(ours);
    let today = subject.now.to_zoned(zone.clone()).date();
    let team = Team {
        id: wish.id,
        name: wish.name.unwrap_or(wish.id),
        members: &members,
        fallback: &config.organisation.fallback,
        from: today.nth_weekday(-1, Weekday::Monday).unwrap_or(today),
        time_zone: zone.iana_name().filter(|_| zone != ours),
    };
    let mut proposal = Proposal::default();
    for newcomer in wish.newcomers {
        create_user(subject, newcomer, &mut proposal)?;
    }
    for (path, text) in texts(config.organisation.language, &team) {
        let text = match (text.split_once('\n'), kind(&path)) {
            (Some((_, rest)), Some(kind)) => format!("{}{rest}", schema_line(subject, kind)),
            _ => text,
        };
        create(subject, &mut proposal, path, text)?;
    }
    let names: Vec<String> = named(wish, config);
    proposal.said.push(language.added(Added::Team { team: wish.id, people: &names.join(", ") }));
    if members.len() == 1 {
        proposal.said.push(language.added(Added::Alone { fallback: team.fallback }));
    }
    proposal.said.push(leads(subject, wish.id));
    let [primary, secondary] = ["primary", "secondary"].map(|turn| format!("{}-{turn}", wish.id));
    proved_by(subject, proposal, |config| {
        turns(config, &primary) == members
            && config.services.contains_key(wish.id)
            && kept(subject, config, &[&primary, &secondary])
    })
}

fn kind(path: &str) -> Option<&'static str> {
    match path.split_once('/').map(|(folder, _)| folder) {
        Some("escalation-policies") => Some("escalation-policy"),
        Some("schedules") => Some("schedule"),
        Some("services") => Some("service"),
        _ => None,
    }
}

/// The ids, each once.
fn members(wish: &TeamWish<'_>, language: Language) -> Result<Vec<String>, EditError> {
    let mut ids: Vec<String> = Vec::new();
    let all = wish.members.iter().map(|id| &**id).chain(wish.newcomers.iter().map(|it| it.id.as_str()));
    for id in all {
        if ids.iter().any(|known| known == id) {
            return asked(language.not_added(NotAdded::NamedTwice { id }));
        }
        ids.push(id.to_owned());
    }
    if ids.is_empty() { asked(language.not_added(NotAdded::Nobody)) } else { Ok(ids) }
}

fn named(wish: &TeamWish<'_>, config: &Config) -> Vec<String> {
    let known = wish.members.iter().map(|id| person(config, id));
    known.chain(wish.newcomers.iter().map(|it| format!("{} ({})", it.name, it.id))).collect()
}

/// Who takes turns by the newest line-up of the only layer.
fn turns(config: &Config, schedule: &str) -> Vec<String> {
    let schedule = config.schedules.schedules.get(schedule);
    let layer = schedule.and_then(|schedule| schedule.layers.first());
    let Some(Turn::Rotation(rotation)) = layer.map(|layer| &layer.turn) else { return Vec::new() };
    let newest = rotation.line_ups.last();
    let members = newest.into_iter().flat_map(|line_up| line_up.members.iter());
    members.flat_map(|member| member.iter().map(ToString::to_string)).collect()
}
