//! The modals: what each form asks, what comes back, and the second page that shows what would be done.

use super::intent::{EVERYTHING, Intent, NOBODY};
use super::person::Person;
use crate::alert::Severity;
use crate::config::Config;
use crate::incident::{Incident, NOTE_MAX, Status};
use crate::language::chat::{Chat, Doing, Slot};
use crate::provider::slack_view::{Blank, BlankKind, METADATA_MAX, Modal, OPTIONS_MAX, Piece, units};

/// What a modal is called when it comes back: a form that was filled in, and a wish that was seen and is to be done.
pub const FORM: &str = "form";
pub const DO: &str = "do";
/// A menu of what else can be done.
pub const MENU: &str = "menu";
/// The longest texts that are typed; with the rest of a wish they fit what a modal carries.
const SUMMARY_MAX: usize = 250;
const DESCRIPTION_MAX: usize = 500;
const REASON_MAX: usize = 500;
const NOTE_LENGTH_MAX: usize = 500;

/// The form of a wish, with what is known of it.
pub fn form(config: &Config, person: &Person, intent: &Intent, open: &[Incident]) -> Modal {
    let act = intent.act;
    let mut pieces = Vec::new();
    if let Some(incident) = about(intent, open) {
        pieces.push(Piece::Context(super::answer::line(config, incident, person)));
    } else if act.is_about_incidents() && intent.get(Slot::Incident).is_none() {
        pieces.push(incidents(config, person, act, Slot::Incident, open, intent));
    }
    let blank = |slot: Slot, kind: BlankKind, optional: bool| {
        let label = person.say(&Chat::LabelOf(act, slot));
        Piece::Blank(Blank { field: slot.name().to_owned(), label, hint: None, optional, kind })
    };
    let words = |slot: Slot, max: usize, lines: bool| {
        let initial = intent.get(slot).unwrap_or_default().to_owned();
        BlankKind::Words { lines, max, initial }
    };
    let member = |slot: Slot| {
        let user = intent.get(slot).and_then(|said| super::intent::known_user(config, said));
        let initial = user.and_then(|user| config.users.get(&user)?.slack.clone());
        BlankKind::Member { initial }
    };
    let moment = |slot: Slot| BlankKind::Moment { initial: intent.get(slot).and_then(|it| it.parse().ok()) };
    let choice = |slot: Slot| known(config, person, slot, intent);
    match act {
        Doing::Declare => pieces.extend([
            blank(Slot::Service, choice(Slot::Service), false),
            blank(Slot::Text, words(Slot::Text, SUMMARY_MAX, false), false),
            blank(Slot::Severity, severities(person), true),
            blank(Slot::Description, words(Slot::Description, DESCRIPTION_MAX, true), true),
        ]),
        Doing::Override => pieces.extend([
            blank(Slot::Schedule, choice(Slot::Schedule), false),
            blank(Slot::Who, member(Slot::Who), true),
            blank(Slot::Instead, member(Slot::Instead), true),
            blank(Slot::From, moment(Slot::From), true),
            blank(Slot::Until, moment(Slot::Until), false),
            blank(Slot::Text, words(Slot::Text, REASON_MAX, false), true),
        ]),
        Doing::Silence => pieces.extend([
            blank(Slot::Service, choice(Slot::Service), false),
            blank(Slot::Until, moment(Slot::Until), false),
            blank(Slot::Text, words(Slot::Text, REASON_MAX, false), false),
        ]),
        Doing::Snooze => pieces.push(blank(Slot::Until, moment(Slot::Until), false)),
        Doing::Note => {
            pieces.push(blank(Slot::Text, words(Slot::Text, NOTE_LENGTH_MAX.min(NOTE_MAX), true), false))
        }
        Doing::Reassign | Doing::PageAlso => pieces.extend([
            blank(Slot::Who, member(Slot::Who), true),
            blank(Slot::Schedule, choice(Slot::Schedule), true),
            blank(Slot::Policy, choice(Slot::Policy), true),
        ]),
        Doing::Move => pieces.push(blank(Slot::Service, choice(Slot::Service), false)),
        Doing::Merge => pieces.push(incidents(config, person, act, Slot::Into, open, intent)),
        _ => {}
    }
    modal(person, FORM, act, person.say(&Chat::Preview), intent, pieces)
}

/// The page that shows what a wish would do.
pub fn preview(person: &Person, intent: &Intent, lines: &[String]) -> Modal {
    let pieces = lines.iter().map(|line| Piece::Text(line.clone())).collect();
    modal(person, DO, intent.act, person.say(&Chat::DoIt), intent, pieces)
}

/// What else can be done about an incident.
pub fn menu(config: &Config, person: &Person, intent: &Intent, incident: &Incident) -> Modal {
    let options = beyond(incident)
        .into_iter()
        .map(|doing| (person.language.doing(doing).to_owned(), doing.name().to_owned()));
    let kind = BlankKind::Choice { options: options.collect(), initial: None };
    let (field, label) = (Slot::Act.name().to_owned(), person.say(&Chat::Label(Slot::Act)));
    let blank = Blank { field, label, hint: None, optional: false, kind };
    let pieces = vec![Piece::Context(super::answer::line(config, incident, person)), Piece::Blank(blank)];
    let mut modal = modal(person, MENU, Doing::Acknowledge, person.say(&Chat::Send), intent, pieces);
    modal.title = person.say(&Chat::Choose);
    modal
}

/// A modal that only says something.
pub fn notice(person: &Person, title: Doing, text: String) -> Modal {
    let close = person.say(&Chat::Close);
    let title = person.language.doing(title).to_owned();
    Modal { form: DO, title, submit: None, close, metadata: String::new(), pieces: vec![Piece::Text(text)] }
}

/// What the menu offers beside the buttons.
fn beyond(incident: &Incident) -> Vec<Doing> {
    let urgency = match incident.urgency {
        crate::config::Urgency::High => Doing::Lower,
        crate::config::Urgency::Low | crate::config::Urgency::None => Doing::Raise,
    };
    match incident.status {
        Status::Resolved if incident.merged.into.is_some() => vec![Doing::Unmerge, Doing::Note],
        Status::Resolved => vec![Doing::Reopen, Doing::Note],
        Status::Triggered | Status::Acknowledged => {
            let mut all = vec![Doing::Merge, Doing::Move, urgency, Doing::Silence, Doing::Channel];
            if incident.status == Status::Acknowledged {
                all.insert(0, Doing::Unacknowledge);
            }
            all
        }
    }
}

fn modal(
    person: &Person,
    form: &'static str,
    act: Doing,
    submit: String,
    intent: &Intent,
    pieces: Vec<Piece>,
) -> Modal {
    let metadata = intent.text();
    let metadata = if units(&metadata) > METADATA_MAX { Intent::new(act).text() } else { metadata };
    let (title, close) = (person.say(&Chat::Title(act)), person.say(&Chat::Cancel));
    Modal { form, title, submit: Some(submit), close, metadata, pieces }
}

fn about<'i>(intent: &Intent, open: &'i [Incident]) -> Option<&'i Incident> {
    let ids = intent.incidents();
    open.iter().find(|incident| ids.first() == Some(&incident.id))
}

/// The open incidents to choose from, the one that it is about aside.
fn incidents(
    config: &Config,
    person: &Person,
    act: Doing,
    slot: Slot,
    open: &[Incident],
    intent: &Intent,
) -> Piece {
    let own = intent.incidents();
    let others = open.iter().filter(|it| it.status != Status::Resolved && !own.contains(&it.id));
    let line = |it: &Incident| (super::answer::line(config, it, person), format!("ids {}", it.id));
    let options: Vec<(String, String)> = others.take(OPTIONS_MAX).map(line).collect();
    let (field, label) = (slot.name().to_owned(), person.say(&Chat::LabelOf(act, slot)));
    // A menu needs a choice.
    let kind = match options.is_empty() {
        true => BlankKind::Words { lines: false, max: 40, initial: String::new() },
        false => BlankKind::Choice { options, initial: None },
    };
    Piece::Blank(Blank { field, label, hint: None, optional: false, kind })
}

/// A menu of what the config has; where that is too much for a menu, its id is typed.
fn known(config: &Config, person: &Person, slot: Slot, intent: &Intent) -> BlankKind {
    let pair = |id: &crate::config::Id, name: &str| {
        let text = if **id == *name { name.to_owned() } else { format!("{name} ({id})") };
        (text, id.to_string())
    };
    let mut options: Vec<(String, String)> = match slot {
        Slot::Service => config.services.values().map(|it| pair(&it.id, &it.name)).collect(),
        Slot::Schedule => {
            let name = |id: &crate::config::Id| {
                config.schedule_names.get(id).map_or(id.to_string(), |it| it.0.clone())
            };
            config.schedules.schedules.keys().map(|id| pair(id, &name(id))).collect()
        }
        _ => config.policies.keys().map(|id| pair(id, id)).collect(),
    };
    if intent.act == Doing::Silence {
        options.push((person.say(&Chat::Everything), EVERYTHING.to_owned()));
    }
    let initial = intent.get(slot).map(str::to_owned);
    match options.len() {
        1..=OPTIONS_MAX => BlankKind::Choice { options, initial },
        _ => BlankKind::Words { lines: false, max: 150, initial: initial.unwrap_or_default() },
    }
}

fn severities(person: &Person) -> BlankKind {
    let all = [Severity::Critical, Severity::Error, Severity::Warning, Severity::Info];
    let words = [
        crate::language::Word::Critical,
        crate::language::Word::Error,
        crate::language::Word::Warning,
        crate::language::Word::Info,
    ];
    let option = |(severity, word): (&Severity, &crate::language::Word)| {
        (person.language.word(*word).to_owned(), severity.as_str().to_owned())
    };
    let options = all.iter().zip(&words).map(option).collect();
    BlankKind::Choice { options, initial: Some(Severity::Critical.as_str().to_owned()) }
}

/// What a form that came back adds to the wish that it carried. Nobody, where an override names no person.
pub fn filled(mut intent: Intent, values: &std::collections::BTreeMap<String, String>) -> Intent {
    for (field, value) in values {
        intent.with.insert(field.clone(), value.clone());
    }
    if intent.act == Doing::Override && intent.get(Slot::Who).is_none() {
        intent.set(Slot::Who, NOBODY);
    }
    intent
}
