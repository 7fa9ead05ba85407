//! Every phrase that people read or hear, in every language.
//!
//! A phrase is a variant, with the values that go into it; `ja` and `en` match every variant, so a phrase that lacks
//! a translation does not compile. What to say, and when, is decided by whoever builds a message; how to say it, here.

pub mod added;
pub mod answer;
pub mod asked;
pub mod catalogue;
pub mod changed;
pub mod chat;
mod chat_en;
mod chat_ja;
pub mod commands;
pub mod crowds;
pub mod doctor;
pub mod edits;
pub mod effect;
mod en;
pub mod failed;
pub mod findings;
pub mod handing;
pub mod help;
mod help_commands;
mod help_options;
mod help_servers;
mod inhibition;
mod ja;
pub mod moment;
pub mod noise;
pub mod notices;
pub mod on_call;
mod own;
pub mod page;
mod phrase_en;
mod phrase_ja;
pub mod played;
pub mod reached;
mod rules;
mod said;
pub mod schedule;
pub mod setups;
pub mod standing;
pub mod starting;
mod steps;
pub mod storage;
pub mod texts;
pub mod thread;
pub mod timeline;
mod timeline_en;
mod timeline_ja;
pub mod to_do;
pub mod understood;
pub mod words;

use jiff::{Timestamp, Zoned, tz::TimeZone};
use serde::{Deserialize, Serialize};

/// A language we speak.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Language {
    Ja,
    En,
}

/// A word on its own: a value, a label or a button.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Word {
    // Severities.
    Critical,
    Error,
    Warning,
    Info,
    // Urgencies.
    High,
    Low,
    NoUrgency,
    // Where an incident stands.
    Triggered,
    Acknowledged,
    Resolved,
    // Labels before a value.
    Status,
    Service,
    Severity,
    Urgency,
    Began,
    Source,
    Alerts,
    Labels,
    Telling,
    Silenced,
    Inhibited,
    Runbook,
    Incident,
    // Buttons.
    Acknowledge,
    AcknowledgeAll,
    Resolve,
    /// Opens the incident's page.
    OpenPage,
    // In place of a service.
    OwnServer,
    UnknownService,
    // The ways a delivery goes out.
    Call,
    Sms,
    DirectMessage,
    Channel,
    Ticket,
    HangUp,
}

/// What a call says.
#[derive(Clone, Copy, Debug)]
pub enum Spoken<'a> {
    Greeting {
        name: &'a str,
    },
    /// The policy reached nobody, so the fallback is called.
    Fallback,
    /// Somebody has it, and each of the step is asked to acknowledge.
    EachIsAsked,
    /// `severity` is one of the severities above.
    Alert {
        service: &'a str,
        severity: Word,
    },
    /// The words of the alert itself.
    Summary {
        text: &'a str,
    },
    /// Words of an alert among others.
    Sentence {
        text: &'a str,
    },
    /// How many alerts an incident stands for.
    Storm {
        alerts: usize,
        critical: usize,
    },
    Began {
        at: &'a Zoned,
    },
    Several {
        count: usize,
    },
    /// One of several, counted from 1.
    Numbered {
        number: usize,
        service: &'a str,
        severity: Word,
        text: &'a str,
    },
    More {
        count: usize,
    },
    /// So many more alerts fire in the incident that was just named.
    Others {
        count: usize,
    },
    /// An earlier attempt may have got through.
    Repeated,
    AcknowledgeKey,
    AcknowledgeAllKey,
    EscalateKey,
    ResolveKey,
    RepeatKey,
    /// Keys cannot reach us: there is no public URL.
    NoKeys,
    UnknownKey,
    /// The call ends because nothing was pressed.
    NothingPressed,
    /// A key was heard; what follows from it will be said in a moment.
    OneMoment,
    /// A key was heard; what followed from it is not known on this call. `slack`: it is shown there.
    KeyTaken {
        slack: bool,
    },
    /// Keys cannot reach us, and no button can.
    NoWayBack,
    Acknowledged,
    AlreadyAcknowledged {
        by: &'a str,
    },
    Escalated,
    Resolved,
    AlreadyResolved {
        by: &'a str,
    },
    /// The step that the call was about is over: these people are told now.
    AlreadyEscalated {
        to: &'a str,
    },
    /// What was asked for had no effect: this person has the incident.
    AlreadyDone {
        by: &'a str,
    },
    /// Who pressed may not respond: it is a remark, and calls go on.
    Noted,
    NotFound,
    /// Somebody tries out whether calls arrive.
    TestCall {
        name: &'a str,
    },
    TestCallEnds,
}

/// What a card, a thread, a ticket or an answer shows.
#[derive(Clone, Copy, Debug)]
pub enum Shown<'a> {
    /// A heading over several incidents.
    Several {
        count: usize,
    },
    More {
        count: usize,
    },
    /// The lead of a text message about several incidents, before the worst of them.
    WorstOf {
        count: usize,
    },
    /// The lead of a text message that may have come before.
    SentAgain,
    /// A status with the one who brought it about.
    By {
        status: Word,
        who: &'a str,
    },
    /// Steps and rounds are counted from 1; `next` is when the next step begins.
    Telling {
        step: u32,
        steps: u32,
        round: u32,
        names: &'a [String],
        fallback: bool,
        next: &'a str,
    },
    AlertCount {
        firing: usize,
        total: usize,
    },
    /// How many alerts an incident stands for.
    Storm {
        alerts: usize,
        critical: usize,
    },
    Held(timeline::Held<'a>),
    /// Behind a headline.
    InhibitedBy {
        source: &'a str,
    },
    /// An earlier attempt may have got through.
    Repeated,
    AcknowledgedBy {
        who: &'a str,
    },
    /// Somebody has it, and each of the step is asked to acknowledge.
    EachIsAsked {
        who: &'a str,
    },
    /// `monitor`: it said itself that it is over.
    ResolvedBy {
        who: &'a str,
        monitor: bool,
    },
    /// The ticket could not be moved.
    NoTransition {
        wanted: &'a str,
        available: &'a [String],
    },
    /// Jira refused to move it, and said why.
    TransitionRefused {
        said: &'a str,
    },
    // Answers to a button.
    DidAcknowledge,
    DidResolve,
    DidEscalate,
    DidReassign {
        to: &'a str,
    },
    DidRepeat,
    Taken {
        count: usize,
    },
    /// Who asked may not respond: it is a remark, and calls go on.
    Noted,
    AlreadyAcknowledged {
        by: &'a str,
    },
    AlreadyResolved {
        by: &'a str,
    },
    AlreadyDone {
        by: &'a str,
    },
    /// The step that was shown is over: these people are told now.
    AlreadyEscalated {
        to: &'a str,
    },
    HasLeft {
        name: &'a str,
    },
    CannotBeTold {
        name: &'a str,
    },
    NotFound,
}

/// What a calendar says. `at` is a date and a time of day; `place` is a `file:line`.
#[derive(Clone, Copy, Debug)]
pub enum Planned<'a> {
    /// The name of a person's calendar.
    Calendar {
        name: &'a str,
    },
    /// An event of a schedule's calendar.
    Shift {
        schedule: &'a str,
        names: &'a [String],
    },
    /// An event of a person's calendar.
    OnCall {
        schedule: &'a str,
    },
    /// An event of a person's calendar: looking on.
    Shadowing {
        schedule: &'a str,
    },
    // Lines of a description.
    People {
        names: &'a [String],
    },
    /// `partly`: not all of the time.
    Shadows {
        names: &'a [String],
        partly: bool,
    },
    Layer {
        name: &'a str,
        place: &'a str,
    },
    Override {
        place: &'a str,
        reason: Option<&'a str>,
    },
    /// It would be their turn.
    Away {
        names: &'a [String],
    },
    Until {
        at: &'a str,
    },
    /// `names`: who is on call then, perhaps nobody.
    Next {
        at: &'a str,
        names: &'a [String],
    },
    /// The event ends, the shift does not.
    GoesOn {
        at: &'a str,
    },
    /// There are more events than a calendar holds.
    CutShort {
        count: usize,
        at: &'a str,
    },
}

/// The server's own troubles, as the summaries of the incidents about them.
#[derive(Clone, Copy, Debug)]
pub enum Notice<'a> {
    /// A commit was refused; the config before it stays in force.
    ConfigRefused { commit: &'a str },
    /// The config repository cannot be read; this commit stays in force.
    ConfigUnreachable { commit: &'a str },
    /// The same, and the commit is that of another remote, branch or folder, which was followed before.
    ConfigBorrowed { commit: &'a str, of: &'a str },
    /// The commit in force was so before this start, and is refused by this release; `partial`: part of it cannot be read.
    ConfigObjections { commit: &'a str, partial: bool },
    /// The remote's default branch, which is followed, is another one.
    DefaultBranchMoved { was: &'a str, is: &'a str },
    /// Secrets do not resolve: what needs them is closed, or lives on their last values.
    SecretsMissing { closed: bool },
    /// Nobody will be on call on these schedules from then on.
    GapAhead { schedules: &'a str, from: &'a str },
    /// Decisions do not reach the disk.
    JournalUnwritable,
    /// Part of the journal was set aside at the start.
    JournalDamaged,
    /// What a newer release wrote was not understood at the start.
    JournalNewer,
    /// Something could not be read at the start, and was restored from elsewhere.
    JournalRestored,
    /// The state directory, or a part of it, vanished under the running server.
    StateGone,
    /// An input made the engine fail, and is set aside.
    InputFailed,
    /// An integration has fallen silent.
    NoHeartbeat { integration: &'a str, minutes: u64 },
    /// The same, where none was ever heard.
    NeverAHeartbeat { integration: &'a str, minutes: u64 },
    /// Alerts come to an integration by another URL than its own.
    MovedUrl { integration: &'a str, path: &'a str },
    /// An alert came to a URL of no integration.
    UnknownUrl { integrations: &'a str, path: &'a str },
    /// It is heard again.
    HeartbeatBack { integration: &'a str },
}

impl Language {
    /// Its tag (BCP 47).
    pub fn tag(self) -> &'static str {
        match self {
            Language::Ja => "JA",
            Language::En => "EN",
        }
    }

    pub fn word(self, word: Word) -> &'static str {
        match self {
            Language::Ja => ja::word(word),
            Language::En => en::word(word),
        }
    }

    pub fn spoken(self, phrase: &Spoken) -> String {
        match self {
            Language::Ja => ja::spoken(phrase),
            Language::En => en::spoken(phrase),
        }
    }

    pub fn shown(self, phrase: &Shown) -> String {
        match self {
            Language::Ja => ja::shown(phrase),
            Language::En => en::shown(phrase),
        }
    }

    pub fn planned(self, phrase: &Planned) -> String {
        match self {
            Language::Ja => ja::planned(phrase),
            Language::En => en::planned(phrase),
        }
    }

    pub fn notice(self, notice: &Notice) -> String {
        match self {
            Language::Ja => ja::notice(notice),
            Language::En => en::notice(notice),
        }
    }

    /// A date and a time of day in `zone`, to be read: `12月8日(火) 02:05 JST`.
    pub fn date_time(self, at: Timestamp, zone: &TimeZone) -> String {
        let at = at.to_zoned(zone.clone());
        match self {
            Language::Ja => ja::date_time(&at),
            Language::En => en::date_time(&at),
        }
    }

    /// A time of day in `zone`, to be read: `02:05`.
    pub fn clock(self, at: Timestamp, zone: &TimeZone) -> String {
        let at = at.to_zoned(zone.clone());
        format!("{:02}:{:02}", at.hour(), at.minute())
    }

    /// Whole sentences, one after the other.
    pub fn sentences(self, sentences: &[String]) -> String {
        sentences.join(if self == Language::Ja { "" } else { " " })
    }

    /// The words of a list: `田中、佐藤` or `Tanaka, Sato`.
    /// A person in a sentence: in Japanese with what one adds to a name.
    pub fn somebody(self, name: &str) -> String {
        format!("{name}{}", if self == Language::Ja { "さん" } else { "" })
    }

    pub fn list(self, items: &[String]) -> String {
        items.join(if self == Language::Ja { "、" } else { ", " })
    }
}

/// What somebody gave as the reason, behind a colon; nothing where nobody gave one.
fn reason(words: &str) -> String {
    if words.is_empty() { String::new() } else { format!(": {words}") }
}
