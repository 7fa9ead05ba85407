//! The methods by which a person is reached: one row each.
//!
//! Checks, schemas, pictures, previews, lanes and expectations read this table; no other file asks which method it is, but the
//! vendors' own (`tests/architecture`). Which vendor serves a method is in [`PROVIDERS`](super::PROVIDERS).

use crate::language::timeline::Way;
use crate::language::words::Words;
use jiff::SignedDuration;
use serde::{Deserialize, Serialize};

/// How long a call may take from being answered until it has ended.
pub const CALL_LASTS_MAX: SignedDuration = SignedDuration::from_mins(5);
/// How long a phone rings, in seconds. Twilio may add five.
pub const RING_SECONDS: u32 = 60;
/// How long a phone rings at most after we have heard that it does.
const RINGS_MAX: SignedDuration = SignedDuration::from_secs(RING_SECONDS as i64 + 10);
/// How long a person's phone is held for a call of which nothing is heard after the provider took it: the ringing, and
/// the words.
const UNHEARD_MAX: SignedDuration = SignedDuration::from_secs(RING_SECONDS as i64 + 30);
/// For how long carriers try to deliver a text message, in seconds.
pub const SMS_VALID_SECONDS: u32 = 600;
/// How long a receipt is waited for: it may come a minute after the last attempt.
const SMS_LASTS_MAX: SignedDuration = SignedDuration::from_secs(SMS_VALID_SECONDS as i64 + 60);

/// For how long Pushover rings again and again, in seconds; it allows three hours.
pub const PUSHOVER_EXPIRE_SECONDS: u32 = 1_800;
/// How long a receipt is waited for: a minute longer.
const PUSHOVER_LASTS_MAX: SignedDuration = SignedDuration::from_secs(PUSHOVER_EXPIRE_SECONDS as i64 + 60);

/// A contact method. Stored: a name is never changed, and a new one goes to the end.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Contact {
    Slack,
    Call,
    Sms,
    Email,
    Ntfy,
    Pushover,
}

/// A row of [`CONTACTS`].
#[derive(Debug)]
pub struct Method {
    pub contact: Contact,
    /// Its word in the config: `by: call`.
    pub name: &'static str,
    /// What a person must have.
    pub need: Need,
    /// The form of its words.
    pub form: Form,
    /// Whether it rings: it can be hung up, and it wakes people.
    pub rings: bool,
    /// Whether the provider has more to tell after it took one: ringing, answered, ended, delivered.
    pub has_course: bool,
    /// How long that may take.
    pub lasts_max: SignedDuration,
    /// For how long one is waited for of which nothing is heard after the provider took it.
    pub unheard_max: SignedDuration,
    /// For how long one is waited for at least once the provider says that it is under way.
    pub rings_max: SignedDuration,
    /// After how long without a word its provider is asked what became of it; `None`: providers do not say.
    pub ask_after: Option<SignedDuration>,
    /// How often it is asked again while there is no news; `None`: once more before the end.
    pub ask_every: Option<SignedDuration>,
    /// How often at most.
    pub asks_max: u8,
    /// Whether one under way can be ended.
    pub ends: bool,
    /// Whether a person has only one of it until that has ended: what else is due for them waits, to become one.
    pub one_at_a_time: bool,
    /// Whether it interrupts: it counts as a page in analysis.
    pub interrupts: bool,
    /// How its message follows its incident until that is over.
    pub follows: Follows,
    /// Whether people may answer it: it carries a code where an answer can reach us.
    pub answers: bool,
    /// Whether people who only watch are told by it.
    pub tells_shadows: bool,
    /// How many may be in flight at once with one provider.
    pub slots: usize,
    /// Its letter in pictures.
    pub letter: char,
    /// How a sentence names it, in every language.
    pub way: Way,
    /// One of it, and several: `call`, `calls`.
    pub noun: (&'static str, &'static str),
    /// What is said of one person who is told by it, and of several: `is called`, `are called`.
    pub verb: (&'static str, &'static str),
    /// After how many minutes it is used where nobody says otherwise, at high and at low urgency.
    pub default_minutes: (&'static [i64], &'static [i64]),
}

/// How a message that told somebody follows its incident.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Follows {
    /// It stays as it was.
    Not,
    /// It is edited whenever its incident stands elsewhere.
    Edited,
    /// Another one in the same thread, when somebody has it and when it is over.
    Replied,
}

/// What a method needs of a person.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Need {
    SlackId,
    Phone,
    Email,
    Ntfy,
    Pushover,
}

/// The form of the words that a method carries.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Form {
    /// To be read, with fields and buttons.
    Card,
    /// To be heard.
    Script,
    /// One short line.
    Text,
    /// To be read as a mail.
    Letter,
}

/// Every method, in the order in which pages leave.
pub const CONTACTS: [Method; 6] = [
    Method {
        contact: Contact::Call,
        name: "call",
        need: Need::Phone,
        form: Form::Script,
        rings: true,
        has_course: true,
        lasts_max: CALL_LASTS_MAX,
        unheard_max: UNHEARD_MAX,
        rings_max: RINGS_MAX,
        ask_after: Some(SignedDuration::from_secs(40)),
        ask_every: None,
        asks_max: 16,
        ends: true,
        one_at_a_time: true,
        interrupts: true,
        follows: Follows::Not,
        answers: false,
        tells_shadows: false,
        slots: 8,
        letter: 'C',
        way: Way::Call,
        noun: ("call", "calls"),
        verb: ("is called", "are called"),
        default_minutes: (&[0, 3], &[]),
    },
    Method {
        contact: Contact::Sms,
        name: "sms",
        need: Need::Phone,
        form: Form::Text,
        rings: false,
        has_course: true,
        lasts_max: SMS_LASTS_MAX,
        unheard_max: SMS_LASTS_MAX,
        rings_max: SignedDuration::ZERO,
        ask_after: Some(SignedDuration::from_mins(1)),
        ask_every: None,
        asks_max: 16,
        ends: false,
        one_at_a_time: false,
        interrupts: true,
        follows: Follows::Not,
        answers: true,
        tells_shadows: false,
        slots: 8,
        letter: 'T',
        way: Way::Sms,
        noun: ("SMS", "SMS"),
        verb: ("gets an SMS", "get an SMS"),
        default_minutes: (&[], &[]),
    },
    Method {
        contact: Contact::Pushover,
        name: "pushover",
        need: Need::Pushover,
        form: Form::Text,
        rings: false,
        has_course: true,
        lasts_max: PUSHOVER_LASTS_MAX,
        unheard_max: PUSHOVER_LASTS_MAX,
        rings_max: SignedDuration::ZERO,
        ask_after: Some(SignedDuration::from_secs(10)),
        ask_every: Some(SignedDuration::from_secs(15)),
        asks_max: 120,
        ends: true,
        one_at_a_time: false,
        interrupts: true,
        follows: Follows::Not,
        answers: false,
        tells_shadows: false,
        slots: 8,
        letter: 'P',
        way: Way::Pushover,
        noun: ("Pushover notification", "Pushover notifications"),
        verb: ("gets a Pushover notification", "get a Pushover notification"),
        default_minutes: (&[], &[]),
    },
    Method {
        contact: Contact::Ntfy,
        name: "ntfy",
        need: Need::Ntfy,
        form: Form::Text,
        rings: false,
        has_course: false,
        lasts_max: SignedDuration::ZERO,
        unheard_max: SignedDuration::ZERO,
        rings_max: SignedDuration::ZERO,
        ask_after: None,
        ask_every: None,
        asks_max: 0,
        ends: false,
        one_at_a_time: false,
        interrupts: true,
        follows: Follows::Not,
        answers: false,
        tells_shadows: false,
        slots: 8,
        letter: 'N',
        way: Way::Ntfy,
        noun: ("ntfy notification", "ntfy notifications"),
        verb: ("gets an ntfy notification", "get an ntfy notification"),
        default_minutes: (&[], &[]),
    },
    Method {
        contact: Contact::Slack,
        name: "slack",
        need: Need::SlackId,
        form: Form::Card,
        rings: false,
        has_course: false,
        lasts_max: SignedDuration::ZERO,
        unheard_max: SignedDuration::ZERO,
        rings_max: SignedDuration::ZERO,
        ask_after: None,
        ask_every: None,
        asks_max: 0,
        ends: false,
        one_at_a_time: false,
        interrupts: false,
        follows: Follows::Edited,
        answers: false,
        tells_shadows: true,
        slots: 8,
        letter: 'S',
        way: Way::Slack,
        noun: ("Slack message", "Slack messages"),
        verb: ("gets a Slack message", "get a Slack message"),
        default_minutes: (&[0], &[0]),
    },
    Method {
        contact: Contact::Email,
        name: "email",
        need: Need::Email,
        form: Form::Letter,
        rings: false,
        has_course: false,
        lasts_max: SignedDuration::ZERO,
        unheard_max: SignedDuration::ZERO,
        rings_max: SignedDuration::ZERO,
        ask_after: None,
        ask_every: None,
        asks_max: 0,
        ends: false,
        one_at_a_time: false,
        interrupts: false,
        follows: Follows::Replied,
        answers: false,
        tells_shadows: false,
        slots: 8,
        letter: 'M',
        way: Way::Email,
        noun: ("e-mail", "e-mails"),
        verb: ("gets an e-mail", "get an e-mail"),
        default_minutes: (&[], &[]),
    },
];

impl Contact {
    /// Its row. Every method has one: `tests/architecture`.
    pub fn method(self) -> &'static Method {
        CONTACTS.iter().find(|method| method.contact == self).unwrap_or(&CONTACTS[0])
    }

    /// The method with this word in the config.
    pub fn read(name: &str) -> Option<Contact> {
        CONTACTS.iter().find(|method| method.name == name).map(|method| method.contact)
    }
}

impl Need {
    /// The key of a person's file that says it.
    pub fn key(self) -> &'static str {
        match self {
            Need::SlackId => "slack",
            Need::Phone => "phone",
            Need::Email => "email",
            Need::Ntfy => "ntfy",
            Need::Pushover => "pushover",
        }
    }

    /// How to say it.
    pub fn example(self) -> Words {
        match self {
            Need::SlackId => Words::new(
                "add it, as in `slack: U0TANAKA`: \"Copy member ID\" in their profile",
                "`slack: U0TANAKA` のように加えてください（プロフィールの「メンバー ID をコピー」）",
            ),
            Need::Phone => Words::new(
                "add it, as in `phone: \"+81 90 1234 5678\"`, or leave calls and SMS out of their rules",
                "`phone: \"+81 90 1234 5678\"` のように加えるか、ルールから電話と SMS を外してください",
            ),
            Need::Email => Words::new(
                "add it, as in `email: tanaka@example.com`",
                "`email: tanaka@example.com` のように加えてください",
            ),
            Need::Ntfy => Words::new(
                "add it, as in `ntfy: { env: TANAKA_NTFY_TOPIC }`: the topic that their phone listens to",
                "`ntfy: { env: TANAKA_NTFY_TOPIC }` のように加えてください（スマートフォンで購読しているトピック）",
            ),
            Need::Pushover => Words::new(
                "add it, as in `pushover: { env: TANAKA_PUSHOVER_KEY }`: \"Your User Key\" in their account",
                "`pushover: { env: TANAKA_PUSHOVER_KEY }` のように加えてください（アカウントの「Your User Key」）",
            ),
        }
    }
}
