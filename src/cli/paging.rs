//! What a change does to paging, in words: the alarms that a reviewer reads first, and a cell for each side.
//!
//! The tables are in [`compare_text`](super::compare_text), [`compare_markdown`](super::compare_markdown) and
//! [`compare_json`](super::compare_json); what differs is found by [`paging`](crate::preview::paging).

use super::instant::local;
use super::told::after as after_words;
use crate::alert::Severity;
use crate::config::{CONTACTS, MirrorKind, Urgency};
use crate::language::Language;
use crate::preview::alerts::{Alert, MomentKind, To};
use crate::preview::difference::Sides;
use crate::preview::paging::{PagingChange, PagingDifference, PagingKind};
use crate::preview::reach::{Decided, Reach, Reached};
use jiff::{SignedDuration, tz::TimeZone};
use std::collections::{BTreeMap, BTreeSet};

/// The most alarms, and the most names in one of them.
const ALARMS_MAX: usize = 8;
const NAMES_MAX: usize = 3;
/// The sides of a cell: the other one, and its own.
pub(super) const BEFORE: fn(&Sides<Option<Reach>>) -> Sides<&Option<Reach>> =
    |reach| Sides { before: &reach.after, after: &reach.before };
pub(super) const AFTER: fn(&Sides<Option<Reach>>) -> Sides<&Option<Reach>> = Sides::as_ref;
/// The most lines of one cell.
const LINES_MAX: usize = 8;

/// What a reviewer must not miss, the worst first, a sentence each.
pub(super) fn alarms(paging: &PagingDifference, zone: &TimeZone) -> Vec<String> {
    let mut groups: Vec<((String, String), PagingChange)> = Vec::new();
    for change in paging.changes.iter().filter(|it| it.kind.is_worse()) {
        let said = said(change, zone);
        match groups.iter_mut().find(|(known, _)| *known == said) {
            Some((_, all)) => {
                all.alerts.extend(change.alerts.iter().cloned());
                all.moments.extend(&change.moments);
                all.severities.extend(&change.severities);
                all.severities.sort_by(|one, other| other.cmp(one));
                all.severities.dedup();
            }
            None => groups.push((said, change.clone())),
        }
    }
    let more = groups.len().saturating_sub(ALARMS_MAX);
    let shown = groups.into_iter().take(ALARMS_MAX).map(|((head, tail), change)| {
        let tail = if tail.is_empty() { tail } else { format!(": {tail}") };
        let alerts = names(paging, &change.alerts, &change.severities);
        format!("{head} {alerts}, {}{tail}", when(paging, &change.moments, zone))
    });
    let rest = (more > 0).then(|| format!("{more} more changes for the worse are below"));
    shown.chain(rest).collect()
}

/// What happens, and why or how.
fn said(change: &PagingChange, zone: &TimeZone) -> (String, String) {
    let Sides { before: Some(before), after: Some(after) } = &change.reach else { return Default::default() };
    let (head, tail) = match change.kind {
        PagingKind::Lost | PagingKind::Weaker | PagingKind::Slower if routed(before) != routed(after) => {
            let (old, new) = (routed(before).unwrap_or("none"), routed(after).unwrap_or("none"));
            ("ROUTED ELSEWHERE:".to_owned(), format!("to {new}, not {old}"))
        }
        PagingKind::Unpaged if after.contacts.is_empty() => {
            ("NOBODY IS TOLD any more of".to_owned(), reason(after, zone))
        }
        PagingKind::Unpaged => ("NOBODY IS PAGED any more for".to_owned(), reason(after, zone)),
        PagingKind::Later => {
            let first = |reach: &Reach| reach.first_page().or(reach.first()).map(after_words);
            let (old, new) = (first(before).unwrap_or_default(), first(after).unwrap_or_default());
            let what = if before.first_page().is_some() { "PAGE" } else { "MESSAGE" };
            (format!("THE FIRST {what} COMES LATER for"), format!("{new}, not {old}"))
        }
        PagingKind::Lost => {
            let (old, new) = (before.people(), after.people());
            (told(old.difference(&new).map(|id| &***id).collect(), "told NO MORE of"), String::new())
        }
        PagingKind::Weaker => {
            let unpaged = |id: &&&std::sync::Arc<str>| {
                before.first_of(id).0.is_some() && after.first_of(id).0.is_none()
            };
            let people = before.people();
            let users = people.iter().filter(unpaged).filter(|id| after.first_of(id).1.is_some());
            (told(users.map(|id| &***id).collect(), "paged NO MORE for"), reason(after, zone))
        }
        _ => {
            let worse = before.contacts.iter().filter(|old| {
                let new = after.contacts.iter().find(|it| it.user == old.user && it.by == old.by);
                new.is_none_or(|new| new.after > old.after || new.times < old.times)
            });
            let users: BTreeSet<&str> = worse.map(|it| &*it.user).collect();
            if users.is_empty() {
                ("NO LONGER RAISED to high urgency as soon:".to_owned(), String::new())
            } else {
                (told(users, "told LATER OR LESS of"), String::new())
            }
        }
    };
    (head, tail)
}

fn routed(reach: &Reach) -> Option<&str> {
    reach.taken_for().map(|(service, _)| &**service)
}

/// `yamada is told NO MORE of`
fn told(users: BTreeSet<&str>, what: &str) -> String {
    let verb = if users.len() == 1 { "is" } else { "are" };
    format!("{} {verb} {what}", several(&users.into_iter().map(str::to_owned).collect::<Vec<_>>()))
}

/// `a`, `a and b`, `a, b, c and 4 more`
fn several(names: &[String]) -> String {
    match names {
        [] => "nobody".to_owned(),
        [one] => one.clone(),
        [some @ .., last] if names.len() <= NAMES_MAX => format!("{} and {last}", some.join(", ")),
        _ => {
            let more = names.len() - NAMES_MAX;
            format!("{} and {more} more", names[..NAMES_MAX].join(", "))
        }
    }
}

/// Why nobody is paged.
fn reason(reach: &Reach, zone: &TimeZone) -> String {
    match &reach.decided {
        Decided::NoDoor => "there is no such integration, so it is refused".to_owned(),
        Decided::Ignored(why) => Language::En.why(why),
        Decided::Opened { held: Some((origin, until)), .. } => {
            format!("silenced until {} ({origin})", local(*until, zone))
        }
        Decided::Opened { urgency, rule, raise_at, .. } => {
            let raised = raise_at.map(|at| format!(", high from {}", local(at, zone))).unwrap_or_default();
            match urgency {
                Urgency::High if reach.contacts.is_empty() => "nobody there can be told".to_owned(),
                Urgency::High => format!("only by {}", ways(reach)),
                Urgency::Low => format!("low urgency{raised} ({})", Language::En.rule(rule)),
                Urgency::None => format!("no urgency ({})", Language::En.rule(rule)),
            }
        }
    }
}

fn ways(reach: &Reach) -> String {
    let used = CONTACTS.iter().filter(|it| reach.contacts.iter().any(|one| one.by == it.contact));
    used.map(|it| it.noun.0).collect::<Vec<_>>().join(" and ")
}

/// `critical and error of checkout, search and 58 more`
pub(super) fn names(paging: &PagingDifference, alerts: &BTreeSet<Alert>, severities: &[Severity]) -> String {
    // An alert with fields of its own is told apart where the plain one is not there as well.
    let plain = |alert: &Alert| {
        alert.fields.is_empty() || !alerts.contains(&Alert { fields: Vec::new(), ..alert.clone() })
    };
    let (mut services, mut others): (Vec<&Alert>, Vec<&Alert>) = alerts
        .iter()
        .filter(|it| plain(it))
        .partition(|it| it.fields.is_empty() && matches!(it.to, To::Service(_)));
    let severities = severity_names(severities);
    if services.len() == paging.services && services.len() > 1 {
        return format!("{severities} of every service");
    }
    services.append(&mut others);
    format!("{severities} of {}", several(&services.into_iter().map(alert_name).collect::<Vec<_>>()))
}

/// `checkout`, `checkout (labels.env=staging)`, `integration prometheus (labels.team=web)`
pub(super) fn alert_name(alert: &Alert) -> String {
    let name = match &alert.to {
        To::Service(id) => id.to_string(),
        To::Integration(id) => format!("integration {id}"),
    };
    let fields: Vec<String> = alert.fields.iter().map(|(key, value)| format!("{key}={value}")).collect();
    if fields.is_empty() { name } else { format!("{name} ({})", fields.join(", ")) }
}

pub(super) fn severity_names(severities: &[Severity]) -> String {
    match severities {
        [_, _, _, _] => "every severity".to_owned(),
        some => {
            let names: Vec<String> = some.iter().map(|it| it.as_str().to_owned()).collect();
            several(&names)
        }
    }
}

/// `at night and in office hours`
pub(super) fn when(paging: &PagingDifference, moments: &BTreeSet<usize>, zone: &TimeZone) -> String {
    let said: Vec<String> = moments
        .iter()
        .filter_map(|number| paging.moments.get(*number))
        .map(|moment| match &moment.kind {
            MomentKind::Night => "at night".to_owned(),
            MomentKind::Office => "in office hours".to_owned(),
            MomentKind::Edge(place, _) => format!("on {} ({place})", local(moment.at, zone)),
        })
        .collect();
    several(&said)
}

/// What comes of an alert on one side, a line for each instant: `at once: tanaka (call, slack)`.
pub(super) fn cell(
    change: &PagingChange,
    side: fn(&Sides<Option<Reach>>) -> Sides<&Option<Reach>>,
    zone: &TimeZone,
) -> Vec<String> {
    let Sides { before: other, after: reach } = side(&change.reach);
    let Some(reach) = reach.as_ref().filter(|it| it.decided != Decided::NoDoor) else {
        return vec![if change.kind == PagingKind::New { "(not there)" } else { "(gone)" }.to_owned()];
    };
    let mut by_time: BTreeMap<SignedDuration, BTreeMap<&str, Vec<String>>> = BTreeMap::new();
    for method in &CONTACTS {
        for it in reach.contacts.iter().filter(|it| it.by == method.contact) {
            // How often is said where it alone differs.
            let same = |known: &&Reached| (&known.user, known.by, known.after) == (&it.user, it.by, it.after);
            let known = other.iter().flat_map(|other| &other.contacts).find(same);
            let counts = matches!(change.kind, PagingKind::Slower | PagingKind::Better);
            let differs = counts && known.is_some_and(|known| known.times != it.times);
            let times = if differs { format!(" x{}", it.times) } else { String::new() };
            let ways = by_time.entry(it.after).or_default().entry(&it.user).or_default();
            ways.push(format!("{}{times}", method.name));
        }
    }
    let mut lines: Vec<String> = by_time
        .into_iter()
        .flat_map(|(after, people)| {
            let mut alike: Vec<(Vec<String>, Vec<&str>)> = Vec::new();
            for (user, ways) in people {
                match alike.iter_mut().find(|(known, _)| *known == ways) {
                    Some((_, users)) => users.push(user),
                    None => alike.push((ways, vec![user])),
                }
            }
            let line = move |(ways, users): (Vec<String>, Vec<&str>)| {
                format!(
                    "{}: {} ({})",
                    after_words(after).trim_start_matches("after "),
                    users.join(", "),
                    ways.join(", ")
                )
            };
            alike.into_iter().map(line).collect::<Vec<_>>()
        })
        .collect();
    let more = lines.len().saturating_sub(LINES_MAX);
    lines.truncate(LINES_MAX);
    lines.extend((more > 0).then(|| format!("... and {more} more")));
    if lines.is_empty() {
        lines.push("nobody".to_owned());
    }
    let quiet = reach.first_page().is_none() || reach.raise_at().is_some();
    lines.extend(quiet.then(|| reason(reach, zone)));
    if change.kind == PagingKind::Elsewhere {
        lines.extend(reach.mirrors.iter().map(|(kind, provider, place)| {
            let row = provider.row();
            let of = if row.is_first_with(*kind) { String::new() } else { format!(" of {}", row.name) };
            match kind {
                MirrorKind::Room => format!("room {place}{of}"),
                MirrorKind::Ticket => format!("ticket in {place}{of}"),
            }
        }));
    }
    lines
}

/// What changes, in a sentence: how many services, and of which integrations.
pub(super) fn summary(paging: &PagingDifference) -> String {
    let mut services: BTreeSet<&str> = BTreeSet::new();
    let mut integrations: BTreeSet<&str> = BTreeSet::new();
    for alert in paging.changes.iter().flat_map(|it| &it.alerts) {
        match &alert.to {
            To::Service(id) => services.insert(id),
            To::Integration(id) => integrations.insert(id),
        };
    }
    let count = |count: usize, noun: &str| (count > 0).then(|| self::count(count, noun));
    let parts: Vec<String> = [count(services.len(), "service"), count(integrations.len(), "integration")]
        .into_iter()
        .flatten()
        .collect();
    let bound = match paging.left_out {
        0 => String::new(),
        more => format!(" There was no room to play {more} more alerts: what comes of them is not compared."),
    };
    if parts.is_empty() {
        return format!("Paging stays as it is.{bound}");
    }
    format!("Paging changes for {}.{bound}", parts.join(" and "))
}

/// Which instants are meant.
pub(super) fn meant(paging: &PagingDifference, zone: &TimeZone) -> String {
    let at = |kind: MomentKind| {
        let found = paging.moments.iter().find(|it| it.kind == kind);
        found.map_or_else(String::new, |it| local(it.at, zone))
    };
    format!(
        "One alert of each severity, if nobody acknowledges; night is {}, office hours are {}.",
        at(MomentKind::Night),
        at(MomentKind::Office)
    )
}

/// `1 shift`, `3 shifts`, `2 stretches`.
pub(super) fn count(count: usize, noun: &str) -> String {
    let plural = if noun.ends_with("ch") { "es" } else { "s" };
    format!("{count} {noun}{}", if count == 1 { "" } else { plural })
}
