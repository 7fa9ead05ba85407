//! What people type, press and fill in, in a chat: which wish it is, what is asked back, and how it is answered.
//!
//! Payloads are read and written by [`provider`](crate::provider); what a wish does is decided by
//! [`incident`](crate::incident), and what it would do by [`preview`](crate::preview). Here they are joined, purely: who asks the
//! engine and sends what comes of it is in [`server`](crate::server).

pub mod answer;
pub mod forms;
pub mod intent;
mod offers;
pub mod person;
pub mod typed;

use crate::config::{Config, Id};
use crate::incident::{Incident, Status};
use crate::language::chat::{Chat, Doing, Slot};
use crate::provider::slack_heard::{Gesture, Interaction};
use crate::provider::slack_view::Piece;
use answer::{CONFIRM, FILL};
use intent::{Intent, Unclear};
use jiff::Timestamp;
use person::Person;
use typed::Typed;

/// The action of the menu on a message; its values are an act and what it is about.
pub const MORE: &str = "more";

/// What somebody did, understood as far as it can be without the incidents.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Heard {
    /// None of ours, or nothing to do.
    Nothing,
    Say(Vec<Piece>),
    /// The open incidents are asked for.
    List {
        service: Option<Id>,
    },
    /// Something is to be done. `asks_first`: what it would do is shown, and a button does it.
    Do {
        intent: Intent,
        asks_first: bool,
        confirmed: bool,
    },
    /// Its form is to be opened.
    Open(Intent),
    /// What else can be done about an incident.
    Menu(Intent),
    /// A form came back: what it would do is shown on its next page.
    Preview(Intent),
    /// An act was chosen from the menu.
    Chosen(Intent),
    /// A page that showed what would be done came back.
    Confirmed(Intent),
    /// Somebody opened the Home tab.
    Home,
    /// Somebody wrote below a message: a note, where the message is of an incident.
    Note {
        channel: String,
        thread: String,
        text: String,
    },
}

/// Reads what somebody did.
pub fn heard(config: &Config, now: Timestamp, person: &Person, interaction: &Interaction) -> Heard {
    match &interaction.gesture {
        Gesture::Typed(text) => typed(config, now, person, text),
        Gesture::Pressed { action, value } => pressed(action, value),
        Gesture::Sent { form, metadata, values } => {
            let Some(intent) = Intent::read(metadata) else { return Heard::Nothing };
            match form.as_str() {
                forms::FORM => Heard::Preview(forms::filled(intent, values)),
                forms::DO => Heard::Confirmed(intent),
                forms::MENU => {
                    let act = values.get(Slot::Act.name()).and_then(|name| Doing::named(name));
                    act.map_or(Heard::Nothing, |act| Heard::Chosen(Intent { act, ..intent }))
                }
                _ => Heard::Nothing,
            }
        }
        Gesture::CameHome => Heard::Home,
        Gesture::Replied { channel, thread, text } => {
            Heard::Note { channel: channel.clone(), thread: thread.clone(), text: text.clone() }
        }
    }
}

fn typed(config: &Config, now: Timestamp, person: &Person, text: &str) -> Heard {
    let say = |text: String| Heard::Say(vec![Piece::Text(text)]);
    match typed::read(text, config, now, person) {
        Err(words) => say(words),
        Ok(Typed::Help) => say(person.say(&Chat::Help)),
        Ok(Typed::Who { schedule, at }) => Heard::Say(answer::who(config, person, schedule.as_ref(), at)),
        // Who is not in `users/` may not look at incidents.
        Ok(Typed::Incidents { .. }) if person.user.is_none() => say(person.say(&Chat::NotInUsers)),
        Ok(Typed::Incidents { service }) => Heard::List { service },
        Ok(Typed::Intent { intent, asks_first }) => Heard::Do { intent, asks_first, confirmed: false },
        Ok(Typed::Form(intent)) => Heard::Open(intent),
    }
}

/// A button or a choice of the menu. One that opens a page reports itself too, and asks nothing.
fn pressed(action: &str, value: &str) -> Heard {
    let is = |name: &str| action == name || action.strip_prefix(name).is_some_and(|it| it.starts_with('-'));
    if is(CONFIRM) {
        return match Intent::read(value) {
            Some(intent) => Heard::Do { intent, asks_first: false, confirmed: action == CONFIRM },
            None => Heard::Nothing,
        };
    }
    if is(FILL) {
        return Intent::read(value).map_or(Heard::Nothing, Heard::Open);
    }
    let (name, target) =
        if action == MORE { value.split_once(' ').unwrap_or((value, "")) } else { (action, value) };
    if intent::target(target).is_none() {
        return Heard::Nothing;
    }
    if name == forms::MENU {
        return Heard::Menu(Intent::new(Doing::Note).with(Slot::Incident, target));
    }
    let Some(act) = Doing::named(name).filter(|act| act.is_about_incidents()) else { return Heard::Nothing };
    let intent = Intent::new(act).with(Slot::Incident, target);
    match act.has_form() {
        true => Heard::Open(intent),
        false => Heard::Do { intent, asks_first: false, confirmed: false },
    }
}

/// The incident that is meant where none was named: the only one there is to do it to.
pub fn only<'i>(act: Doing, open: &'i [Incident]) -> Vec<&'i Incident> {
    let fits = |incident: &&'i Incident| match act {
        Doing::Acknowledge => incident.status == Status::Triggered,
        Doing::Unacknowledge => incident.status == Status::Acknowledged,
        _ => incident.status != Status::Resolved,
    };
    open.iter().filter(fits).collect()
}

/// Where Slack shows what is unclear in a form: the entry, or the first of the form where it has no such entry.
pub fn unclear_entry(act: Doing, unclear: &Unclear) -> &'static str {
    let slots = act.slots();
    let own = slots.iter().find(|slot| **slot == unclear.entry).or(slots.first());
    own.map_or("", |slot| slot.name())
}
