//! What a change does to paging, in words: the alarms that a reviewer reads first, and a cell for each side.
//!
//! The tables are in [`compare_text`](super::compare_text), [`compare_markdown`](super::compare_markdown) and
//! [`compare_json`](super::compare_json); what differs is found by [`paging`](crate::preview::paging).

use super::instant::Clock;
use super::told_sentence::after as after_words;
use crate::alert::Severity;
use crate::config::{CONTACTS, MirrorKind, Urgency};
use crate::language::Language;
use crate::language::reached::{Alarming, Reaches};
use crate::preview::alerts::{Alert, MomentKind, To};
use crate::preview::difference::Sides;
use crate::preview::paging::{PagingChange, PagingDifference, PagingKind};
use crate::preview::reach::{Decided, Reach, Reached};
use jiff::SignedDuration;
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
pub(super) fn alarms(paging: &PagingDifference, clock: Clock<'_>) -> Vec<String> {
    let mut groups: Vec<(Alarm, PagingChange)> = Vec::new();
    for change in paging.changes.iter().filter(|it| it.kind.is_worse()) {
        let Some(said) = said(change, clock) else { continue };
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
    let shown = groups.into_iter().take(ALARMS_MAX).map(|(alarm, change)| {
        let alerts = names(paging, &change.alerts, &change.severities, clock.language);
        alarm.says(&alerts, &when(paging, &change.moments, clock), clock.language)
    });
    let rest = (more > 0).then(|| clock.language.reaches(Reaches::MoreBelow { more }));
    shown.chain(rest).collect()
}

/// What happens, and why or how; the same for all alerts of one sentence.
#[derive(Clone, Debug, PartialEq, Eq)]
enum Alarm {
    RoutedElsewhere { new: Option<String>, old: Option<String> },
    NobodyTold { why: String },
    NobodyPaged { why: String },
    Later { page: bool, new: String, old: String },
    ToldNoMore { people: Vec<String> },
    PagedNoMore { people: Vec<String>, why: String },
    RaisedLater,
    ToldLater { people: Vec<String> },
}

impl Alarm {
    fn says(&self, alerts: &str, when: &str, language: Language) -> String {
        let who = |people: &[String]| (several(people, language), people.len() != 1);
        language.reaches(match self {
            Alarm::RoutedElsewhere { new, old } => Reaches::Alarm(Alarming::RoutedElsewhere {
                alerts,
                when,
                new: new.as_deref(),
                old: old.as_deref(),
            }),
            Alarm::NobodyTold { why } => Reaches::Alarm(Alarming::NobodyTold { alerts, when, why }),
            Alarm::NobodyPaged { why } => Reaches::Alarm(Alarming::NobodyPaged { alerts, when, why }),
            Alarm::Later { page: true, new, old } => {
                Reaches::Alarm(Alarming::LaterPage { alerts, when, new, old })
            }
            Alarm::Later { page: false, new, old } => {
                Reaches::Alarm(Alarming::LaterMessage { alerts, when, new, old })
            }
            Alarm::ToldNoMore { people } => {
                let (people, several) = who(people);
                return language.reaches(Reaches::Alarm(Alarming::ToldNoMore {
                    people: &people,
                    several,
                    alerts,
                    when,
                }));
            }
            Alarm::PagedNoMore { people, why } => {
                let (people, several) = who(people);
                let piece =
                    Reaches::Alarm(Alarming::PagedNoMore { people: &people, several, alerts, when, why });
                return language.reaches(piece);
            }
            Alarm::RaisedLater => Reaches::Alarm(Alarming::RaisedLater { alerts, when }),
            Alarm::ToldLater { people } => {
                let (people, several) = who(people);
                return language.reaches(Reaches::Alarm(Alarming::ToldLater {
                    people: &people,
                    several,
                    alerts,
                    when,
                }));
            }
        })
    }
}

fn said(change: &PagingChange, clock: Clock<'_>) -> Option<Alarm> {
    let Sides { before: Some(before), after: Some(after) } = &change.reach else { return None };
    Some(match change.kind {
        PagingKind::Lost | PagingKind::Weaker | PagingKind::Slower if routed(before) != routed(after) => {
            let [new, old] = [after, before].map(|reach| routed(reach).map(str::to_owned));
            Alarm::RoutedElsewhere { new, old }
        }
        PagingKind::Unpaged if after.contacts.is_empty() => Alarm::NobodyTold { why: reason(after, clock) },
        PagingKind::Unpaged => Alarm::NobodyPaged { why: reason(after, clock) },
        PagingKind::Later => {
            let first = |reach: &Reach| {
                let first = reach.first_page().or(reach.first());
                first.map(|after| delay(after, clock.language)).unwrap_or_default()
            };
            Alarm::Later { page: before.first_page().is_some(), new: first(after), old: first(before) }
        }
        PagingKind::Lost => {
            let (old, new) = (before.people(), after.people());
            Alarm::ToldNoMore { people: old.difference(&new).map(ToString::to_string).collect() }
        }
        PagingKind::Weaker => {
            let unpaged = |id: &&&std::sync::Arc<str>| {
                before.first_of(id).0.is_some() && after.first_of(id).0.is_none()
            };
            let people = before.people();
            let users = people.iter().filter(unpaged).filter(|id| after.first_of(id).1.is_some());
            let people = users.map(ToString::to_string).collect();
            Alarm::PagedNoMore { people, why: reason(after, clock) }
        }
        _ => {
            let worse = before.contacts.iter().filter(|old| {
                let new = after.contacts.iter().find(|it| it.user == old.user && it.by == old.by);
                new.is_none_or(|new| new.after > old.after || new.times < old.times)
            });
            let users: BTreeSet<&str> = worse.map(|it| &*it.user).collect();
            if users.is_empty() {
                Alarm::RaisedLater
            } else {
                Alarm::ToldLater { people: users.into_iter().map(str::to_owned).collect() }
            }
        }
    })
}

/// `after 5 min`
fn delay(after: SignedDuration, language: Language) -> String {
    match after.is_zero() {
        true => language.reaches(Reaches::AtOnce),
        false => language.reaches(Reaches::After { minutes: &shown(after_words(after), language) }),
    }
}

/// In Japanese, what is after something is said behind it.
fn shown(words: String, language: Language) -> String {
    match language {
        Language::En => words,
        Language::Ja => words.trim_start_matches("after ").to_owned(),
    }
}

fn routed(reach: &Reach) -> Option<&str> {
    reach.taken_for().map(|(service, _)| &**service)
}

/// `a`, `a and b`, `a, b, c and 4 more`
fn several(names: &[String], language: Language) -> String {
    match names.get(..NAMES_MAX).filter(|_| names.len() > NAMES_MAX) {
        None => language.and(names),
        Some(first) => {
            let more = names.len() - NAMES_MAX;
            language.reaches(Reaches::NamesAndMore { names: &language.names(first), more })
        }
    }
}

/// Why nobody is paged.
fn reason(reach: &Reach, clock: Clock<'_>) -> String {
    let language = clock.language;
    match &reach.decided {
        Decided::NoDoor => language.reaches(Reaches::NoDoor),
        Decided::Ignored(why) => language.why(why),
        Decided::Opened { held: Some((origin, until)), .. } => {
            let (until, origin) = (clock.local(*until), origin.to_string());
            language.reaches(Reaches::SilencedUntil { until: &until, origin: &origin })
        }
        Decided::Opened { urgency, rule, raise_at, .. } => {
            let raised = raise_at.map(|at| clock.local(at));
            match urgency {
                Urgency::High if reach.contacts.is_empty() => language.reaches(Reaches::NobodyThere),
                Urgency::High => language.reaches(Reaches::OnlyBy { ways: &ways(reach, language) }),
                Urgency::Low => {
                    let rule = language.rule(rule);
                    language.reaches(Reaches::LowUrgency { raised: raised.as_deref(), rule: &rule })
                }
                Urgency::None => language.reaches(Reaches::NoUrgency { rule: &language.rule(rule) }),
            }
        }
    }
}

fn ways(reach: &Reach, language: Language) -> String {
    let used = CONTACTS.iter().filter(|it| reach.contacts.iter().any(|one| one.by == it.contact));
    let names: Vec<String> = used
        .map(|it| match language {
            Language::En => it.noun.0.to_owned(),
            Language::Ja => language.contact(it.way).to_owned(),
        })
        .collect();
    match language {
        Language::En => names.join(" and "),
        Language::Ja => names.join("、"),
    }
}

/// `critical and error of checkout, search and 58 more`
pub(super) fn names(
    paging: &PagingDifference,
    alerts: &BTreeSet<Alert>,
    severities: &[Severity],
    language: Language,
) -> String {
    // An alert with fields of its own is told apart where the plain one is not there as well.
    let plain = |alert: &Alert| {
        alert.fields.is_empty() || !alerts.contains(&Alert { fields: Vec::new(), ..alert.clone() })
    };
    let (mut services, mut others): (Vec<&Alert>, Vec<&Alert>) = alerts
        .iter()
        .filter(|it| plain(it))
        .partition(|it| it.fields.is_empty() && matches!(it.to, To::Service(_)));
    let severities = severity_names(severities, language);
    if services.len() == paging.services && services.len() > 1 {
        return language.reaches(Reaches::OfEveryService { severities: &severities });
    }
    services.append(&mut others);
    let names: Vec<String> = services.into_iter().map(|alert| alert_name(alert, language)).collect();
    language.reaches(Reaches::Of { severities: &severities, names: &several(&names, language) })
}

/// `checkout`, `checkout (labels.env=staging)`, `integration prometheus (labels.team=web)`
fn alert_name(alert: &Alert, language: Language) -> String {
    let name = match &alert.to {
        To::Service(id) => id.to_string(),
        To::Integration(id) => language.reaches(Reaches::Integration { id }),
    };
    let fields: Vec<String> = alert.fields.iter().map(|(key, value)| format!("{key}={value}")).collect();
    if fields.is_empty() { name } else { format!("{name} ({})", fields.join(", ")) }
}

fn severity_names(severities: &[Severity], language: Language) -> String {
    match severities {
        [_, _, _, _] => language.reaches(Reaches::EverySeverity),
        some => {
            let names: Vec<String> = some.iter().map(|it| it.as_str().to_owned()).collect();
            several(&names, language)
        }
    }
}

/// `at night and in office hours`
pub(super) fn when(paging: &PagingDifference, moments: &BTreeSet<usize>, clock: Clock<'_>) -> String {
    let language = clock.language;
    let said: Vec<String> = moments
        .iter()
        .filter_map(|number| paging.moments.get(*number))
        .map(|moment| match &moment.kind {
            MomentKind::Night => language.reaches(Reaches::AtNight),
            MomentKind::Office => language.reaches(Reaches::InOfficeHours),
            MomentKind::Edge(place, _) => {
                let (at, place) = (clock.local(moment.at), place.to_string());
                language.reaches(Reaches::OnEdge { at: &at, place: &place })
            }
        })
        .collect();
    several(&said, language)
}

/// What comes of an alert on one side, a line for each instant: `at once: tanaka (call, slack)`.
pub(super) fn cell(
    change: &PagingChange,
    side: fn(&Sides<Option<Reach>>) -> Sides<&Option<Reach>>,
    clock: Clock<'_>,
) -> Vec<String> {
    let language = clock.language;
    let Sides { before: other, after: reach } = side(&change.reach);
    let Some(reach) = reach.as_ref().filter(|it| it.decided != Decided::NoDoor) else {
        let there = if change.kind == PagingKind::New { Reaches::NotThere } else { Reaches::Gone };
        return vec![language.reaches(there)];
    };
    let mut by_time: BTreeMap<SignedDuration, BTreeMap<&str, Vec<String>>> = BTreeMap::new();
    for method in &CONTACTS {
        for it in reach.contacts.iter().filter(|it| it.by == method.contact) {
            // How often is said where it alone differs.
            let same = |known: &&Reached| (&known.user, known.by, known.after) == (&it.user, it.by, it.after);
            let known = other.iter().flat_map(|other| &other.contacts).find(same);
            let counts = matches!(change.kind, PagingKind::Slower | PagingKind::Better);
            let differs = counts && known.is_some_and(|known| known.times != it.times);
            let times =
                if differs { language.reaches(Reaches::Times { times: it.times }) } else { String::new() };
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
                    delay(after, language).trim_start_matches("after "),
                    users.join(", "),
                    ways.join(", ")
                )
            };
            alike.into_iter().map(line).collect::<Vec<_>>()
        })
        .collect();
    let more = lines.len().saturating_sub(LINES_MAX);
    lines.truncate(LINES_MAX);
    lines.extend((more > 0).then(|| language.reaches(Reaches::MoreLines { more })));
    if lines.is_empty() {
        lines.push(language.reaches(Reaches::Nobody));
    }
    let quiet = reach.first_page().is_none() || reach.raise_at().is_some();
    lines.extend(quiet.then(|| reason(reach, clock)));
    if change.kind == PagingKind::Elsewhere {
        lines.extend(reach.mirrors.iter().map(|(kind, provider, place)| {
            let row = provider.row();
            let of = (!row.is_first_with(*kind)).then_some(row.name);
            language.reaches(match kind {
                MirrorKind::Room => Reaches::Room { place, of },
                MirrorKind::Ticket => Reaches::Ticket { place, of },
            })
        }));
    }
    lines
}

/// What changes, in a sentence: how many services, and of which integrations.
pub(super) fn summary(paging: &PagingDifference, clock: Clock<'_>) -> String {
    let language = clock.language;
    let mut services: BTreeSet<&str> = BTreeSet::new();
    let mut integrations: BTreeSet<&str> = BTreeSet::new();
    for alert in paging.changes.iter().flat_map(|it| &it.alerts) {
        match &alert.to {
            To::Service(id) => services.insert(id),
            To::Integration(id) => integrations.insert(id),
        };
    }
    let bound = match paging.left_out {
        0 => String::new(),
        alerts => language.reaches(Reaches::LeftOut { alerts }),
    };
    let (services, integrations) = (services.len(), integrations.len());
    let said = match services + integrations {
        0 => Reaches::Stays,
        _ => Reaches::Changes { services, integrations },
    };
    language.reaches(said) + &bound
}

/// Which instants are meant.
pub(super) fn meant(paging: &PagingDifference, clock: Clock<'_>) -> String {
    let at = |kind: MomentKind| {
        let found = paging.moments.iter().find(|it| it.kind == kind);
        found.map_or_else(String::new, |it| clock.local(it.at))
    };
    let (night, office) = (at(MomentKind::Night), at(MomentKind::Office));
    clock.language.reaches(Reaches::Meant { night: &night, office: &office })
}
