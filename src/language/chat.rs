//! What is said in a chat: help, questions about what was not understood, the labels and titles of forms, the Home tab.
//!
//! Names, times and words of alerts are given as they are to be shown. What is asked back, and when, is decided in `chat`.

use super::Language;
use serde::{Deserialize, Serialize};

/// A value of a wish.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Slot {
    Incident,
    Into,
    /// A summary, a reason, a note, a number.
    Text,
    Description,
    Service,
    Severity,
    Schedule,
    Policy,
    Who,
    /// Who is relieved.
    Instead,
    From,
    Until,
    /// Which act is chosen from a menu.
    Act,
}

/// What is to be done.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Doing {
    Acknowledge,
    Unacknowledge,
    Resolve,
    Reopen,
    Escalate,
    Raise,
    Lower,
    Unmerge,
    Snooze,
    Note,
    Reassign,
    PageAlso,
    Move,
    Merge,
    Declare,
    Override,
    Take,
    /// A shift is offered to others.
    Offer,
    Accept,
    /// An override that puts them on call cannot be kept.
    Cannot,
    Silence,
    Away,
    Back,
    End,
    /// One of a person's own ways is tried out.
    Test,
    /// A room of its own for an incident.
    Channel,
}

/// Every act with its name, by which it also comes back from a menu.
const DOINGS: [(Doing, &str); 26] = [
    (Doing::Acknowledge, "acknowledge"),
    (Doing::Unacknowledge, "unacknowledge"),
    (Doing::Resolve, "resolve"),
    (Doing::Reopen, "reopen"),
    (Doing::Escalate, "escalate"),
    (Doing::Raise, "raise"),
    (Doing::Lower, "lower"),
    (Doing::Unmerge, "unmerge"),
    (Doing::Snooze, "snooze"),
    (Doing::Note, "note"),
    (Doing::Reassign, "reassign"),
    (Doing::PageAlso, "page-also"),
    (Doing::Move, "move"),
    (Doing::Merge, "merge"),
    (Doing::Declare, "declare"),
    (Doing::Override, "override"),
    (Doing::Take, "take"),
    (Doing::Offer, "offer"),
    (Doing::Accept, "accept"),
    (Doing::Cannot, "cannot"),
    (Doing::Silence, "silence"),
    (Doing::Away, "away"),
    (Doing::Back, "back"),
    (Doing::End, "end"),
    (Doing::Test, "test"),
    (Doing::Channel, "channel"),
];

/// A phrase of a chat.
#[derive(Clone, Copy, Debug)]
pub enum Chat<'a> {
    Help,
    // What was not understood.
    NoSuchVerb {
        said: &'a str,
    },
    NoSuch {
        what: Slot,
        said: &'a str,
    },
    Missing {
        what: Slot,
    },
    TooManyWords {
        said: &'a str,
    },
    NoHandoff,
    NotInUsers,
    WhichSchedule {
        said: &'a str,
        ids: &'a [String],
    },
    /// Several incidents are open.
    WhichIncident,
    NothingOpen,
    Busy,
    /// A modal came too late, or could not be opened.
    FormTooLate,
    FormFailed {
        why: &'a str,
    },
    /// The disk is slow; what was asked for goes on.
    NotStored,
    // Who is on call.
    OnCall {
        schedule: &'a str,
        names: &'a [String],
        until: Option<&'a str>,
        next: &'a [String],
    },
    NoSchedules,
    /// `partly`: of some alerts of every service.
    BroadSilence {
        until: &'a str,
        reason: &'a str,
        partly: bool,
    },
    // Lists.
    IncidentLine {
        mark: &'a str,
        id: &'a str,
        headline: &'a str,
        status: &'a str,
    },
    More {
        count: usize,
    },
    // After a wish.
    Declared {
        id: &'a str,
    },
    StillFires,
    /// An escalation gave an acknowledgement up.
    GaveUp,
    ChannelMade {
        channel: &'a str,
    },
    ChannelThere {
        name: &'a str,
    },
    ChannelFailed {
        why: &'a str,
    },
    ChannelNote {
        channel: &'a str,
    },
    // Forms.
    Title(Doing),
    Label(Slot),
    LabelOf(Doing, Slot),
    TimeHint,
    Send,
    Preview,
    DoIt,
    Cancel,
    Close,
    Choose,
    Everything,
    Nobody,
    // The Home tab.
    HomeShifts,
    HomeOpen,
    HomeReach,
    NoShifts,
    Shift {
        schedule: &'a str,
        from: &'a str,
        until: &'a str,
        now: bool,
    },
    Ways {
        urgent: bool,
        ways: &'a [String],
    },
    NoWays,
    /// A way of a person does not work.
    Unreachable {
        way: &'a str,
    },
}

impl Doing {
    pub fn name(self) -> &'static str {
        DOINGS.iter().find(|(doing, _)| *doing == self).map_or("", |(_, name)| name)
    }

    pub fn named(name: &str) -> Option<Doing> {
        DOINGS.iter().find(|(_, known)| *known == name).map(|(doing, _)| *doing)
    }
}

impl Slot {
    /// Its name in a form, where it comes back.
    pub fn name(self) -> &'static str {
        match self {
            Slot::Incident => "incident",
            Slot::Into => "into",
            Slot::Text => "text",
            Slot::Description => "description",
            Slot::Service => "service",
            Slot::Severity => "severity",
            Slot::Schedule => "schedule",
            Slot::Policy => "policy",
            Slot::Who => "who",
            Slot::Instead => "instead",
            Slot::From => "from",
            Slot::Until => "until",
            Slot::Act => "act",
        }
    }
}

impl Language {
    /// An act, as buttons, menus and titles name it: at most 24 letters.
    pub fn doing(self, doing: Doing) -> &'static str {
        let (en, ja) = match doing {
            Doing::Acknowledge => ("Acknowledge", "対応する"),
            Doing::Unacknowledge => ("Give it back", "対応を取り消す"),
            Doing::Resolve => ("Resolve", "解決済みにする"),
            Doing::Reopen => ("Open again", "再オープンする"),
            Doing::Escalate => ("Escalate", "次の担当者を呼ぶ"),
            Doing::Raise => ("Raise the urgency", "緊急度を上げる"),
            Doing::Lower => ("Lower the urgency", "緊急度を下げる"),
            Doing::Unmerge => ("Undo the merge", "統合を取り消す"),
            Doing::Snooze => ("Snooze", "スヌーズする"),
            Doing::Note => ("Add a note", "メモを残す"),
            Doing::Reassign => ("Reassign", "担当者を変更する"),
            Doing::PageAlso => ("Page somebody too", "ほかの人も呼ぶ"),
            Doing::Move => ("Move to a service", "サービスを変更する"),
            Doing::Merge => ("Merge", "統合する"),
            Doing::Declare => ("Declare an incident", "インシデントを登録する"),
            Doing::Override => ("Override", "担当を差し替える"),
            Doing::Take => ("Take over", "当番を代わる"),
            Doing::Offer => ("Offer a shift", "当番の代わりを募る"),
            Doing::Accept => ("Accept a shift", "当番を引き受ける"),
            Doing::Cannot => ("I cannot be on call", "当番に入れない"),
            Doing::Silence => ("Silence", "通知を止める"),
            Doing::Away => ("Away", "不在を登録する"),
            Doing::Back => ("Back", "不在を終える"),
            Doing::End => ("End it early", "早めに終える"),
            Doing::Test => ("Test my own ways", "自分宛てにテストを送る"),
            Doing::Channel => ("Open a channel", "チャンネルを作る"),
        };
        if self == Language::Ja { ja } else { en }
    }
}
