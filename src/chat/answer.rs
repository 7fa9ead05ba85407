//! What a chat answers: who is on call, what is open, what became of a wish, and the Home tab.

use super::intent::Intent;
use super::person::Person;
use crate::config::{CONTACTS, Config, Contact, ContactRule, Id, Urgency, User};
use crate::incident::message::{headline, state_word};
use crate::incident::{Incident, IncidentId, Reply, Status};
use crate::language::chat::{Chat, Doing, Slot};
use crate::preview::effect::both_clocks;
use crate::provider::slack_view::{BUTTON_VALUE_MAX, Piece, Press, units};
use crate::route::broad_silence;
use crate::schedule::{Handover, UserId};
use jiff::{SignedDuration, Timestamp};

/// How far ahead the next handover is looked for.
const AHEAD: SignedDuration = SignedDuration::from_hours(90 * 24);
/// How far ahead somebody's shifts are shown.
const SHIFTS_AHEAD: SignedDuration = SignedDuration::from_hours(28 * 24);
/// The most lines of each list.
pub const LISTED_MAX: usize = 20;

/// The action of a button that does what it says: its value is a wish.
pub const CONFIRM: &str = "confirm";
/// The action of a button that opens the form of a wish.
pub const FILL: &str = "fill";

/// Who is on call, on one schedule or on all.
pub fn who(config: &Config, person: &Person, only: Option<&Id>, at: Timestamp) -> Vec<Piece> {
    let all = config.schedules.schedules.keys().filter(|id| only.is_none_or(|only| only == *id));
    let line = |id: &Id| {
        let Handover { on_call, until, next } = config.schedules.next_handover(id, at, AHEAD);
        let named =
            config.schedule_names.get(id).map(|(name, _)| name.as_str()).filter(|name| *name != &**id);
        let schedule = named.map_or_else(|| id.to_string(), |name| format!("{name} ({id})"));
        let until = next.as_ref().map(|_| both_clocks(config, id, until, person.language, person.zone));
        let then = next.map(|next| names(config, &next.users)).unwrap_or_default();
        let names = names(config, &on_call.users);
        person.say(&Chat::OnCall { schedule: &schedule, names: &names, until: until.as_deref(), next: &then })
    };
    let mut lines: Vec<String> = all.clone().take(LISTED_MAX).map(line).collect();
    if let Some(count) = all.count().checked_sub(LISTED_MAX).filter(|count| *count > 0) {
        lines.push(person.say(&Chat::More { count }));
    }
    if lines.is_empty() {
        lines.push(person.say(&Chat::NoSchedules));
    }
    let text = Piece::Text(lines.join("\n"));
    broad(config, person, at).into_iter().map(Piece::Text).chain([text]).collect()
}

/// A silence that names no service, while it runs.
fn broad(config: &Config, person: &Person, at: Timestamp) -> Option<String> {
    let (silence, until) = broad_silence(config, at)?;
    let until = person.language.date_time(until, person.zone);
    let (reason, partly) = (&*silence.reason, silence.when.is_some());
    Some(person.say(&Chat::BroadSilence { until: &until, reason, partly }))
}

/// The open incidents, the newest first.
pub fn incidents(config: &Config, person: &Person, open: &[Incident], at: Timestamp) -> Vec<Piece> {
    let mut lines: Vec<String> = open.iter().take(LISTED_MAX).map(|it| line(config, it, person)).collect();
    if let Some(count) = open.len().checked_sub(LISTED_MAX).filter(|count| *count > 0) {
        lines.push(person.say(&Chat::More { count }));
    }
    if lines.is_empty() {
        lines.push(person.say(&Chat::NothingOpen));
    }
    let lines = Piece::Text(lines.join("\n"));
    broad(config, person, at).into_iter().map(Piece::Text).chain([lines]).collect()
}

/// An incident in a line.
pub fn line(config: &Config, incident: &Incident, person: &Person) -> String {
    let (mark, words) = headline(config, incident, person.language);
    let status = state_word(config, incident, person.language);
    let id = incident.id.to_string();
    person.say(&Chat::IncidentLine { mark, id: &id, headline: &words, status: &status })
}

/// The question which incident is meant, with a button for each.
pub fn which(config: &Config, person: &Person, intent: &Intent, open: &[Incident]) -> Vec<Piece> {
    let mut pieces = vec![Piece::Text(person.say(&Chat::WhichIncident))];
    let press = |incident: &Incident| {
        let intent = intent.clone().with(Slot::Incident, format!("ids {}", incident.id));
        let (label, action) = (incident.id.to_string(), format!("{CONFIRM}-{}", incident.id));
        Press { label, action, value: intent.text(), primary: false }
    };
    for incident in open.iter().take(LISTED_MAX) {
        pieces.push(Piece::Text(line(config, incident, person)));
        pieces.push(Piece::Buttons(vec![press(incident)]));
    }
    pieces
}

/// What a reply needs to be told well.
#[derive(Clone, Debug, Default)]
pub struct Before {
    /// How the first of the incidents stood before.
    pub status: Option<Status>,
    pub firing: bool,
    /// What was going to happen, in sentences.
    pub effects: Vec<String>,
}

/// What became of a wish.
pub fn replied(
    config: &Config,
    person: &Person,
    intent: Option<&Intent>,
    reply: &Reply,
    before: &Before,
    stored: bool,
) -> Vec<Piece> {
    let text = match reply {
        Reply::Taken { opened } if !opened.is_empty() => {
            person.say(&Chat::Declared { id: &opened[0].to_string() })
        }
        reply => person.reply(config, reply),
    };
    let done = matches!(reply, Reply::Done { .. } | Reply::Made { .. } | Reply::Taken { .. });
    let mut lines = vec![text];
    lines.extend(before.effects.iter().filter(|_| done).cloned());
    let act = intent.map(|intent| intent.act);
    let gave_up = act == Some(Doing::Escalate) && before.status == Some(Status::Acknowledged);
    if done && gave_up {
        lines.push(person.say(&Chat::GaveUp));
    }
    if done && act == Some(Doing::Resolve) && before.firing {
        lines.push(person.say(&Chat::StillFires));
    }
    if done && !stored {
        lines.push(person.say(&Chat::NotStored));
    }
    let mut pieces = vec![Piece::Text(lines.join("\n"))];
    if let (Reply::Confirm(_), Some(intent)) = (reply, intent) {
        pieces.extend(button(person.say(&Chat::DoIt), CONFIRM, intent));
    }
    if let (true, true, Some(intent)) = (done, gave_up, intent) {
        let also = Intent { act: Doing::PageAlso, with: intent.with.clone() };
        pieces.extend(button(person.language.doing(Doing::PageAlso).to_owned(), FILL, &also));
    }
    pieces
}

/// What would be done, with a button that does it.
pub fn asked_first(person: &Person, intent: &Intent, lines: &[String]) -> Vec<Piece> {
    let text = Piece::Text(lines.join("\n"));
    [text].into_iter().chain(button(person.say(&Chat::DoIt), CONFIRM, intent)).collect()
}

/// A button that carries a wish; none where the wish is too long for one.
fn button(label: String, action: &str, intent: &Intent) -> Option<Piece> {
    let value = intent.text();
    let fits = units(&value) <= BUTTON_VALUE_MAX;
    fits.then(|| Piece::Buttons(vec![Press { label, action: action.to_owned(), value, primary: true }]))
}

/// Somebody's Home tab: what is open, their shifts, how they are reached.
pub fn home(config: &Config, person: &Person, open: &[Incident], now: Timestamp) -> Vec<Piece> {
    let Some(user) = person.user else {
        return vec![Piece::Text(person.say(&Chat::NotInUsers)), Piece::Text(person.say(&Chat::Help))];
    };
    let mut pieces = vec![Piece::Header(person.say(&Chat::HomeOpen))];
    pieces.extend(incidents(config, person, open, now));
    pieces.push(Piece::Buttons(vec![
        fill(person, Doing::Declare),
        fill(person, Doing::Override),
        fill(person, Doing::Silence),
    ]));
    pieces.extend([Piece::Line, Piece::Header(person.say(&Chat::HomeShifts))]);
    pieces.push(Piece::Text(shifts(config, person, &user.id, now).join("\n")));
    pieces.extend([Piece::Line, Piece::Header(person.say(&Chat::HomeReach))]);
    pieces.push(Piece::Text(ways(person, user).join("\n")));
    pieces
}

fn fill(person: &Person, act: Doing) -> Press {
    let (label, action) = (person.language.doing(act).to_owned(), format!("{FILL}-{}", act.name()));
    Press { label, action, value: Intent::new(act).text(), primary: false }
}

fn shifts(config: &Config, person: &Person, user: &UserId, now: Timestamp) -> Vec<String> {
    let until = now.checked_add(SHIFTS_AHEAD).unwrap_or(Timestamp::MAX);
    let mut own: Vec<(Timestamp, Timestamp, &Id)> = Vec::new();
    for id in crate::preview::shifts::schedules_of(config, user) {
        let mut stretches: Vec<(Timestamp, Timestamp, &Id)> = Vec::new();
        for shift in config.schedules.shifts(id, now, until) {
            match stretches.last_mut() {
                _ if !shift.on_call.users.contains(user) => {}
                Some(last) if last.1 == shift.start => last.1 = shift.end,
                _ => stretches.push((shift.start, shift.end, id)),
            }
        }
        own.extend(stretches);
    }
    own.sort();
    let at = |instant: Timestamp| person.language.date_time(instant, person.zone);
    let line = |(from, until, id): &(Timestamp, Timestamp, &Id)| {
        let schedule = config.schedule_names.get(*id).map_or(&***id, |(name, _)| name);
        let (from_words, until_words, now) = (at(*from), at(*until), *from <= now);
        person.say(&Chat::Shift { schedule, from: &from_words, until: &until_words, now })
    };
    let mut lines: Vec<String> = own.iter().take(LISTED_MAX).map(line).collect();
    if lines.is_empty() {
        lines.push(person.say(&Chat::NoShifts));
    }
    lines
}

/// How somebody is reached, in order, and what of it cannot work.
fn ways(person: &Person, user: &User) -> Vec<String> {
    let name = |by: Contact| person.language.contact(by.method().way).to_owned();
    let after = |rule: &ContactRule| match rule.after.as_mins() {
        0 => name(rule.by),
        minutes => format!("{} (+{minutes}m)", name(rule.by)),
    };
    let mut lines = Vec::new();
    for (urgency, rules) in [(Urgency::High, &user.high), (Urgency::Low, &user.low)] {
        let ways: Vec<String> = rules.iter().take(LISTED_MAX).map(after).collect();
        if !ways.is_empty() {
            lines.push(person.say(&Chat::Ways { urgent: urgency == Urgency::High, ways: &ways }));
        }
    }
    let wanted = |by: Contact| user.high.iter().chain(&user.low).any(|rule| rule.by == by);
    let broken = CONTACTS.iter().filter(|row| wanted(row.contact) && !user.can_be_told_by(row.contact));
    lines.extend(broken.map(|row| person.say(&Chat::Unreachable { way: &name(row.contact) })));
    if lines.is_empty() {
        lines.push(person.say(&Chat::NoWays));
    }
    lines
}

fn names(config: &Config, users: &[UserId]) -> Vec<String> {
    users
        .iter()
        .map(|user| config.users.get(user).map_or_else(|| user.to_string(), |it| it.name.clone()))
        .collect()
}

/// The name of the channel for an incident; the same again is the same channel.
pub fn channel_name(incident: IncidentId) -> String {
    format!("incident-{incident}")
}
