//! What alerts that were played lead to, a line for each event: the time since they came, the clock, the words, the rule.

use super::told_shown::{Shown, Told, push_wrapped};
use crate::config::{Contact, MirrorKind};
use crate::incident::{
    AlertChange, Change, Delivery, DeliveryChange, DeliveryId, Entry, Errand, EscalationChange, IncidentId,
    Purpose, ServerChange, Task, Words,
};
use crate::language::Language;
use crate::language::played::Playing;
use crate::preview::Simulated;
use crate::preview::timeline::Reader;
use crate::provider::{COLUMNS, words};
use jiff::Timestamp;

/// How far the words of a contact are set in, in columns.
const WORDS_INDENT: usize = 4;
/// How many incidents a line about several names.
const NAMED_MAX: usize = 3;

/// `several`: more than one incident is played, so that each line names its own.
pub(super) fn lines(show: Shown<'_>, simulated: &Simulated, contacts: &[Told<'_>], several: bool) -> String {
    let mut out = String::new();
    let mut shown: Vec<&Told> = Vec::new();
    for entry in &simulated.entries {
        // What each alert of several comes to stands above.
        let stands_above =
            several && entry.at == show.at && matches!(entry.change, Change::Alert(_) | Change::Noise(_));
        let Some(line) = line(show, entry, contacts, &simulated.sent).filter(|_| !stands_above) else {
            continue;
        };
        match line.told {
            // A contact about several incidents is an event of each.
            Some(told) if shown.iter().any(|it| it.delivery.id == told.delivery.id) => {}
            Some(told) => {
                let about = if several { about(show, &told.delivery.incidents) } else { String::new() };
                push_line(&mut out, show, entry.at, &format!("{}{about}", line.text), &line.rule);
                out.push_str(&said(show, told, &shown));
                shown.push(told);
            }
            None => {
                let id = entry.incident.filter(|_| several).map(|id| format!("{id}: ")).unwrap_or_default();
                push_line(&mut out, show, entry.at, &format!("{id}{}", line.text), &line.rule);
            }
        }
    }
    out
}

/// ` about 1-1, 1-2 and 3 more`
fn about(show: Shown<'_>, incidents: &[IncidentId]) -> String {
    let named: Vec<String> = incidents.iter().take(NAMED_MAX).map(ToString::to_string).collect();
    let more = incidents.len().saturating_sub(NAMED_MAX);
    show.language.playing(Playing::About { incidents: &show.language.list(&named), more })
}

/// That it goes on, at the end of what was played.
pub(super) fn push_goes_on(out: &mut String, show: Shown<'_>, end: Timestamp) {
    push_line(out, show, end, &show.language.playing(Playing::NobodyAcknowledged), "");
}

/// The words of a contact; those that were shown before are not shown again.
fn said(show: Shown<'_>, told: &Told, shown: &[&Told]) -> String {
    if shown.iter().any(|before| says_the_same(&before.delivery.task, &told.delivery.task)) {
        return format!("{:WORDS_INDENT$}{}\n\n", "", show.language.playing(Playing::SameWords));
    }
    let own = words(show.config, told.delivery, COLUMNS - WORDS_INDENT - 2);
    let mut out: String = own.iter().map(|line| format!("{:WORDS_INDENT$}{line}\n", "")).collect();
    out.push('\n');
    out
}

/// Whether a reader would find nothing new: the fields of a message only say how far the escalation is.
fn says_the_same(before: &Task, now: &Task) -> bool {
    let words = |task: &Task| match task {
        Task::Page { words, .. } => Some(words.clone()),
        Task::Mirror { .. } | Task::Edit { .. } | Task::HangUp { .. } | Task::Ask { .. } => None,
    };
    match (words(before), words(now)) {
        (Some(Words::Card(before)), Some(Words::Card(now))) => {
            (before.language, &before.headline, &before.lines) == (now.language, &now.headline, &now.lines)
        }
        (Some(before), Some(now)) => before == now,
        _ => false,
    }
}

/// One line of the timeline, with the contact that it is about.
struct Line<'t> {
    text: String,
    rule: String,
    told: Option<&'t Told<'t>>,
}

/// `None`: of no interest here, such as what a provider answers in a simulation, or a plan whose contact follows.
fn line<'t>(
    show: Shown<'_>,
    entry: &Entry,
    contacts: &'t [Told<'t>],
    sent: &[(Timestamp, Delivery)],
) -> Option<Line<'t>> {
    match &entry.change {
        Change::Server(ServerChange::Revision { .. } | ServerChange::Started { .. })
        | Change::Heartbeat(_)
        | Change::Notice(_)
        | Change::Delivery(DeliveryChange::Sent { errand: Errand::Notice { .. }, .. })
        | Change::Alert(AlertChange::Opened(_))
        | Change::Escalation(EscalationChange::Told { purpose: Purpose::Inform, .. })
        | Change::Delivery(DeliveryChange::Outcome { .. } | DeliveryChange::HangUp { .. }) => None,
        Change::Delivery(DeliveryChange::Sent {
            delivery,
            errand: Errand::Page { user, by },
            to: to_phone,
            ..
        }) => {
            let told = contacts.iter().find(|told| told.delivery.id == *delivery);
            let text = to(show, (user, *by), to_phone.as_deref(), told.is_some());
            Some(Line { text, rule: String::new(), told })
        }
        Change::Delivery(DeliveryChange::Sent { delivery, .. }) => Some(Line {
            text: first_mirror(show.language, *delivery, sent)?,
            rule: String::new(),
            told: None,
        }),
        _ => {
            let Shown { config, language, .. } = show;
            let line = Reader { config, language, zone: &config.organisation.time_zone }.line(entry);
            Some(Line { text: line.text, rule: line.rule, told: None })
        }
    }
}

/// The channel's message and the ticket, when they are made; not each time they are brought up to date.
fn first_mirror(language: Language, delivery: DeliveryId, sent: &[(Timestamp, Delivery)]) -> Option<String> {
    let (_, delivery) = sent.iter().find(|(_, it)| it.id == delivery)?;
    let provider = delivery.provider.row().name;
    match &delivery.task {
        Task::Mirror { kind: MirrorKind::Room, place, reference: None, .. } => {
            Some(language.playing(Playing::RoomShows { provider, place }))
        }
        Task::Mirror { kind: MirrorKind::Ticket, place, reference: None, .. } => {
            Some(language.playing(Playing::TicketIn { provider, place }))
        }
        Task::Page { .. }
        | Task::Mirror { .. }
        | Task::Edit { .. }
        | Task::HangUp { .. }
        | Task::Ask { .. } => None,
    }
}

/// `CALL to tanaka (Tanaka, home)`, with what is missing where it cannot leave.
fn to(show: Shown<'_>, (user, by): (&str, Contact), phone: Option<&str>, leaves: bool) -> String {
    let (language, method) = (show.language, by.method());
    let noun = match language {
        Language::En if method.rings => method.noun.0.to_uppercase(),
        Language::En => method.noun.0.to_owned(),
        Language::Ja => language.contact_sent(method.way).to_owned(),
    };
    let name = show.config.users.get(user).map_or("", |user| &user.name);
    let fails = (!leaves).then(|| method.need.key());
    language.playing(Playing::To { user, name, phone, what: &noun, fails })
}

/// ` +5m00s  02:05:00  text  [rule]`, wrapped under the text.
fn push_line(out: &mut String, show: Shown<'_>, at: Timestamp, text: &str, rule: &str) {
    let zone = &show.config.organisation.time_zone;
    let seconds = at.duration_since(show.at).as_secs();
    let (hours, minutes, seconds) = (seconds / 3600, seconds / 60 % 60, seconds % 60);
    let after = if hours > 0 {
        format!("+{hours}h{minutes:02}m{seconds:02}s")
    } else {
        format!("+{minutes}m{seconds:02}s")
    };
    let clock = at.to_zoned(zone.clone()).strftime("%H:%M:%S").to_string();
    let rule = if rule.is_empty() { String::new() } else { format!("  [{rule}]") };
    push_wrapped(out, &format!("{after:<9}  {clock}  "), &format!("{text}{rule}"));
}
