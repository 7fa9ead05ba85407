//! The lines of a timeline, as phrases: what happened, with the values that go into the sentence.
//!
//! Every line has its words in every language (`timeline_en`, `timeline_ja`; `said` chooses). Which entry is which line, and how people and
//! instants are named in it, is decided by [`preview::timeline`](crate::preview::timeline).

use crate::actor::Via;
use crate::reason::{ByRules, OwnTrouble, Why};

/// What the server keeps for itself.
#[derive(Clone, Copy, Debug)]
pub enum OwnLine<'a> {
    TroubleBegan { what: OwnTrouble, since: &'a str },
    TroubleOver { what: OwnTrouble },
    IntegrationRenamed { from: &'a str, to: &'a str },
}

/// One line. Names, clock times and lists are given as they are to be shown; steps count from 1.
#[derive(Clone, Debug)]
pub enum TimelineLine<'a> {
    ConfigInForce {
        commit: &'a str,
    },
    Started {
        epoch: u32,
        gap: Option<u64>,
    },
    ClockJumped {
        seconds: i64,
    },
    Own(OwnLine<'a>),
    HeartbeatExpected {
        integration: &'a str,
        seconds: u32,
    },
    HeartbeatHeard {
        integration: &'a str,
    },
    HeartbeatMissed {
        integration: &'a str,
    },
    HeartbeatForgotten {
        integration: &'a str,
    },
    Ignored {
        alert: Said<'a>,
        why: &'a Why,
    },
    Note {
        alert: Said<'a>,
    },
    ServiceChanged {
        alert: Said<'a>,
        service: Option<&'a str>,
    },
    Opened {
        alert: Said<'a>,
        service: Option<&'a str>,
        severity: &'a str,
        urgency: Level,
        raise_at: Option<&'a str>,
        held: Option<Held<'a>>,
        /// Who declared it, where no monitor did.
        declared: Option<(&'a str, Via)>,
        /// Why it begins a storm, if it does.
        storm: Option<&'a Why>,
    },
    /// An alert joins a storm, or is counted in it; `rule` is the line of the config.
    Folded {
        alert: Said<'a>,
        counted: bool,
        storm: &'a str,
        service: Option<&'a str>,
        why: &'a Why,
        rule: Option<&'a str>,
    },
    Joined {
        alert: Said<'a>,
    },
    Updated {
        alert: Said<'a>,
    },
    MovedTo {
        alert: Said<'a>,
        service: Option<&'a str>,
        urgency: Level,
    },
    AlertLeft {
        key: &'a str,
        why: &'a Why,
    },
    NewcomersWait {
        until: &'a str,
    },
    Repeated,
    AlertOver {
        key: &'a str,
        why: &'a Why,
    },
    Raised {
        urgency: Level,
        raise_at: Option<&'a str>,
    },
    PolicyChosen {
        policy: &'a str,
    },
    HeldBack {
        held: Held<'a>,
    },
    Released {
        by: HeldBy,
    },
    RunTime {
        made: RunTimeLine<'a>,
        by: &'a str,
        via: Via,
    },
    Step(StepLine<'a>),
    Notice(NoticeStory<'a>),
    Response(ResponseLine<'a>),
    Delivery(DeliveryLine<'a>),
}

/// What people change for now. Instants are given as they are to be shown.
#[derive(Clone, Debug)]
pub enum RunTimeLine<'a> {
    Override { schedule: &'a str, change: OverrideLine<'a>, from: &'a str, until: &'a str, reason: &'a str },
    Silence { scope: &'a [String], from: &'a str, until: &'a str, reason: &'a str },
    Absence { user: &'a str, cover: Option<&'a str>, from: &'a str, until: &'a str },
    Offer { schedule: &'a str, user: &'a str, to: &'a [String], from: &'a str, until: &'a str },
    Ended { what: &'a str, why: &'a Why },
}

/// Who is on call by an override, by id.
#[derive(Clone, Copy, Debug)]
pub enum OverrideLine<'a> {
    Set(&'a [String]),
    Replace(&'a str, &'a [String]),
    Add(&'a [String]),
}

/// What people did, and what follows from that.
#[derive(Clone, Debug)]
pub enum ResponseLine<'a> {
    Acknowledged {
        by: &'a str,
        via: Via,
        until: Option<&'a str>,
        snoozed: bool,
        words: Option<&'a str>,
    },
    AsksForStep {
        by: &'a str,
        via: Via,
        step: Option<u32>,
    },
    Retriggered {
        why: &'a Why,
    },
    AlsoAcknowledged {
        by: &'a str,
        via: Via,
    },
    Remarked {
        by: &'a str,
        via: Via,
        what: Remarked<'a>,
    },
    Reassigned {
        to: &'a [String],
        by: &'a str,
        via: Via,
        next: Option<&'a str>,
    },
    Resolved {
        by: &'a str,
        via: Via,
        why: &'a Why,
        reason: Option<&'a str>,
    },
    Act {
        act: Act<'a>,
        by: &'a str,
        via: Via,
    },
    /// The alerts of a merged incident are its own again.
    GaveBack {
        to: &'a str,
    },
}

/// What somebody did to an incident, beside taking and closing it.
#[derive(Clone, Copy, Debug)]
pub enum Act<'a> {
    GivenBack,
    Reopened,
    PagedAlso { to: &'a [String] },
    UrgencyChosen { urgency: Level },
    LetThrough { held: HeldBy },
    MovedTo { service: &'a str, urgency: Level },
    Noted { text: &'a str },
    TookOver { from: &'a str },
    Merged { into: &'a str },
    Unmerged { from: &'a str },
}

/// What left, and what became of it.
#[derive(Clone, Debug)]
pub enum DeliveryLine<'a> {
    /// `way`: the name of the contact method in mid-sentence.
    Contacting {
        user: &'a str,
        way: &'a str,
        rings: bool,
        delivery: &'a str,
        repeat: bool,
    },
    Shown {
        ticket: bool,
        delivery: &'a str,
        repeat: bool,
    },
    HangingUp {
        call: &'a str,
    },
    Asking {
        of: &'a str,
    },
    Editing {
        of: &'a str,
    },
    Outcome {
        delivery: &'a str,
        what: Ended<'a>,
        again: Option<&'a str>,
        slowed: Option<Slowed<'a>>,
    },
    /// A page that is due waits. `way`: the name of what is sent.
    Waits {
        user: &'a str,
        way: &'a str,
        why: Waiting<'a>,
        until: &'a str,
    },
    Hastened {
        user: &'a str,
        way: &'a str,
        reason: &'a str,
    },
    GaveUp {
        user: &'a str,
        way: &'a str,
        reason: &'a str,
    },
    CallNotNeeded {
        delivery: &'a str,
    },
    CallEnded {
        delivery: &'a str,
    },
}

/// A contact method, as a sentence names it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Way {
    Call,
    Slack,
    Sms,
    Email,
    Ntfy,
    Pushover,
}

/// What a monitor said, and which.
#[derive(Clone, Copy, Debug)]
pub struct Said<'a> {
    pub words: &'a str,
    pub integration: &'a str,
    /// What the rules of the integration did to it.
    pub by_rules: Option<&'a ByRules>,
}

/// How urgent.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Level {
    None,
    Low,
    High,
}

/// What holds pages back, until when, and why.
#[derive(Clone, Copy, Debug)]
pub struct Held<'a> {
    pub by: HeldBy,
    pub until: &'a str,
    pub rule: &'a str,
    pub reason: &'a str,
    /// The incident that inhibits it.
    pub source: Option<&'a str>,
}

/// A kind of rule that holds pages back.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum HeldBy {
    Silence,
    Inhibition,
    Wait,
}

/// A step of a policy, from 1; a round beyond the first is named.
#[derive(Clone, Copy, Debug)]
pub struct Step<'a> {
    pub policy: &'a str,
    pub fallback: bool,
    pub step: u32,
    pub round: u32,
}

/// Why people are told beside the steps.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ToldAs {
    Informed,
    Shadows,
    NowInStep,
    OnceAtLow,
}

/// A provider that asked us to slow down, until when, and what it carries.
#[derive(Clone, Copy, Debug)]
pub struct Slowed<'a> {
    pub provider: &'a str,
    pub until: &'a str,
    pub what: Carries<'a>,
}

/// What a provider carries.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Carries<'a> {
    /// By the name of what is sent. They leave one at a time.
    Pages(&'a str),
    Rooms,
    Tickets,
    /// Hang-ups and questions.
    Rest,
}

/// What a page that is due waits for.
#[derive(Clone, Copy, Debug)]
pub enum Waiting<'a> {
    /// The end of a call about these, and so many more.
    Call {
        about: &'a [String],
        more: usize,
        answered: bool,
    },
    Provider(&'a str),
    /// More of a service that opens many at once.
    Number {
        service: &'a str,
    },
}

/// What somebody says who may not respond.
#[derive(Clone, Copy, Debug)]
pub enum Remarked<'a> {
    LooksAtIt,
    IsOver,
    WantsNextStep,
    /// This person should have it.
    WantsReassigned(&'a str),
    Says(&'a str),
    /// The word of a command.
    AsksFor(&'a str),
}

/// How a delivery went.
#[derive(Clone, Copy, Debug)]
pub enum Ended<'a> {
    Accepted(&'a str),
    Delivered(&'a str),
    /// And what was left undone.
    DeliveredBut(&'a str, &'a str),
    Answered,
    ByMachine,
    Pressed(&'a str),
    Over(&'a str),
    Rejected(&'a str),
    Unavailable(&'a str),
    Unknown(&'a str),
}

/// Who is told, step by step.
#[derive(Clone, Debug)]
pub enum StepLine<'a> {
    StepBegan {
        step: Step<'a>,
        people: &'a [String],
        shadows: &'a [String],
        next: &'a str,
    },
    StepPassed {
        step: Step<'a>,
        why: &'a Why,
    },
    Told {
        as_what: ToldAs,
        people: &'a [String],
    },
    Dropped {
        users: &'a [String],
    },
    /// Whose turn it is, and who would have come first and is busy.
    Chosen {
        step: Step<'a>,
        user: &'a str,
        busy: &'a [String],
    },
    /// These must acknowledge too.
    Awaited {
        users: &'a [String],
        until: &'a str,
    },
    ToldAgain {
        users: &'a [String],
        until: &'a str,
    },
    /// These were asked to acknowledge, and have not.
    Unanswered {
        users: &'a [String],
    },
    /// These were paged too, because somebody asked for them, and have not answered.
    AlsoUnanswered {
        users: &'a [String],
        by: &'a str,
    },
    Moved {
        step: Step<'a>,
        next: &'a str,
    },
    /// They are told on until somebody new was reached.
    Leaves {
        users: &'a [String],
    },
    /// They are in it again before that.
    Stays {
        users: &'a [String],
    },
}

/// What is told about no incident.
#[derive(Clone, Debug)]
pub enum NoticeStory<'a> {
    /// `to`: a person, or nobody for the room.
    Planned {
        to: Option<&'a str>,
        at: &'a str,
    },
    Dropped {
        notice: u64,
    },
    ShiftsTold,
    /// A message in a room waits for its turn.
    RoomFull {
        until: &'a str,
    },
    /// Somebody has accepted an offer.
    OfferTaken {
        id: u64,
        user: &'a str,
    },
    /// So many gaps to come were told; none: others are filled or over.
    GapsTold {
        told: usize,
    },
    Declined {
        id: &'a str,
        user: &'a str,
        by: &'a str,
        via: Via,
    },
    /// `out`: they said STOP to our messages by this way; else they take them again.
    OptedOut {
        user: &'a str,
        way: &'a str,
        out: bool,
    },
}
