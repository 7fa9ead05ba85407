//! Why something happened, as values: what the journal stores in place of sentences.
//!
//! The vocabulary is closed, so that every reason is worded in every language ([`language`](crate::language)) by
//! whoever reads, whenever they read. Names of variants are stored: they are added, never renamed. Which reason applies is
//! decided by the state machine; what a vendor said stays text.

use crate::actor::{Actor, Origin};
use crate::place::Place;
use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use std::sync::Arc;

/// Why something happened, or did not.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Why {
    // An event that changed nothing.
    /// The message with this id was taken before.
    MessageTaken(String),
    /// Its source's clock says that it is older than the last one.
    Older {
        at: Timestamp,
        than: Timestamp,
    },
    NoHeartbeatExpected,
    NoOpenIncident,
    AlreadyAcknowledged,
    AlertWasOver,
    NoServiceOfChange,
    /// The rule of its integration at this place drops it, in the rule's own words.
    Dropped {
        rule: Place,
        reason: String,
    },

    // An end.
    MonitorSaidSo,
    /// `stale_after` has passed without a word of this integration.
    Stale(String),
    AskedFor,
    /// Git has it now.
    InGit,
    /// Git has removed what it names.
    GoneFromGit,
    /// `auto_resolve_after` has passed.
    Quiet,
    HeartbeatNotExpected,
    /// It flapped, and has not changed for the quiet time.
    Calm,
    /// It flapped, and the config has switched that off.
    FlappingOff,

    // A step that is passed at once.
    NobodyCanBeTold,
    EveryContactFailed,

    // A change of the incident it belongs to.
    /// It became more urgent, and its routes lead elsewhere.
    RoutedElsewhere,
    /// It fires again, longer after the opening than the service groups.
    BeyondTheGroup,
    /// It fires again, and the storm takes no more.
    BeyondTheStorm,

    // One of many that are told as one.
    /// The service opened more incidents than this, within so many seconds.
    Storm {
        incidents: u32,
        within_seconds: u32,
    },
    /// So many incidents are open, of all services.
    OpenMax(u32),
    /// So many bodies of the integration that cannot be read are open.
    UnreadMax(u32),

    // Another start.
    /// So many alerts have joined since it was acknowledged, or since the words of the call were made.
    Newcomers(u32),
    MoreUrgent,
    NotResolvedInTime,
    /// The incident with this id came over by a merge.
    MergedWith(String),
    /// The person with this id, who had acknowledged it, is not in the config any more, or has left.
    HolderLeft(Arc<str>),

    // A rule that has no line in the config.
    OwnTrouble,
    /// The integration with this id is gone.
    IntegrationGone(String),
    /// No route in this file matches.
    NoRoute(Arc<str>),
    /// No urgency rule of the service at this place matches.
    NoUrgencyRule(Place),
    /// There is no service, so the severity decides.
    BySeverity,
    /// Somebody named the service.
    Declared,
    /// `raise_when` of this rule.
    RaiseWhen(Box<Rule>),

    /// What somebody had put aside until now.
    SnoozeOver,
    /// `auto_resolve_after` has passed, and nobody had taken it.
    Idle,
}

/// What the rules of an integration did to an event.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct ByRules {
    /// The rules that set something, in order.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub set: Vec<Place>,
    /// What the monitor had said of each field that is another one now.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub was: BTreeMap<String, String>,
    /// The rules that changed nothing, for one of their templates failed.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub failed: Vec<FailedRule>,
}

/// A rule that changed nothing, and why.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct FailedRule {
    pub rule: Place,
    /// The field whose template failed.
    pub field: String,
    /// As the template engine says it.
    pub why: String,
}

/// A trouble of the server's own that pages only after a while.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum OwnTrouble {
    /// The newest commit is not taken.
    ConfigRefused,
    /// The repository cannot be read.
    ConfigUnreachable,
}

/// What decided: a line of the config, or a reason that has none.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Rule {
    Place(Place),
    /// Boxed: most rules are a place, and each incident has two.
    Why(Box<Why>),
}

/// Why this person is told.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Because {
    /// The step names them.
    Named,
    /// On call on a schedule, by nothing that has a name.
    OnCall {
        schedule: Arc<str>,
    },
    /// On call by a layer of a schedule.
    Layer {
        schedule: Arc<str>,
        layer: Arc<str>,
    },
    /// On call by an override of a schedule.
    Override {
        schedule: Arc<str>,
        origin: Origin,
    },
    /// `inform:` at this place.
    Inform(Place),
    Reassigned(Actor),
}

/// What went wrong with a delivery, or how it ended, as far as we understand it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Fault {
    /// Nothing that we have words for: what was said stands alone.
    Said,

    // Of our own waiting.
    NoAnswer,
    NothingHeard,
    NoEnd,
    TooManyRequests,
    RangOut,
    Printed,

    // Of our config and secrets.
    NotSetUp,
    SecretMissing,
    PersonGone,
    NoAddress,
    BadNumber,

    // Of the wire.
    Unreachable,
    DidNotAnswer,
    Status,
    NotItsAnswer,
    Unnamed,

    // What vendors mean.
    SlowDown,
    ChannelUnknown,
    ChannelArchived,
    TokenRefused,
    ScopeMissing,
    MemberUnknown,
    CredentialsRefused,
    Forbidden,
    AccountUnknown,
    ProjectUnknown,
    TicketGone,
    NumberInvalid,
    NumberRefused,
    CountryRefused,
    TrialAccount,
    CallerRefused,
    UrlRefused,
    Busy,
    CarrierFailed,
    CallFailed,
    OptedOut,
    Undelivered,

    // Of a ticket that should have moved.
    NoTransition,
    TransitionRefused,

    // Of a room that is a webhook.
    BadWebhook,
    WebhookRefused,
    WebhookGone,

    // Of a ticket.
    FieldLeftOut,
    NotLinked,

    /// The person's e-mail address.
    MailboxRefused,
    /// We ended it ourselves.
    Cancelled,
}

impl From<Place> for Rule {
    fn from(place: Place) -> Rule {
        Rule::Place(place)
    }
}

impl From<&Place> for Rule {
    fn from(place: &Place) -> Rule {
        Rule::Place(place.clone())
    }
}

impl From<Why> for Rule {
    fn from(why: Why) -> Rule {
        Rule::Why(Box::new(why))
    }
}

impl Rule {
    /// The line of the config, where there is one.
    pub fn place(&self) -> Option<&Place> {
        match self {
            Rule::Place(place) => Some(place),
            Rule::Why(why) => match &**why {
                Why::NoUrgencyRule(place) | Why::Dropped { rule: place, .. } => Some(place),
                Why::RaiseWhen(rule) => rule.place(),
                _ => None,
            },
        }
    }
}
