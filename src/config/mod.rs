//! The compiled, immutable configuration: what the engine decides by.
//!
//! Every reference is resolved and every rule knows the [`Place`](crate::place::Place) where it is written, so that a line of a
//! timeline can name it. Nothing here can fail: whatever could is found by [`compile`](crate::compile).

mod calendar;
mod contact;
mod endpoint;
mod escalation;
mod provider;
mod routing;
mod run_time;
mod secret;
mod service;
mod template;
mod user;

pub use calendar::{CALENDAR_SECRET, CALENDAR_SECRET_MIN, CalendarId};
pub use contact::{CALL_LASTS_MAX, CONTACTS, Contact, Form, Method, Need, SMS_VALID_SECONDS};
pub use endpoint::{Endpoint, GenericFields, Heartbeat, Route, RouteTarget, Sample, SeverityRule};
pub use escalation::{EscalationPolicy, Notify, Step};
pub use provider::{MirrorKind, PROVIDERS, Provider, ProviderRow};
pub use routing::{BadPattern, Matcher, PATTERN_MAX, Pattern, PatternTest, Silence, SilencePeriod, field};
pub use run_time::{RunTimeOverride, RunTimeSilence};
pub use secret::{SECRET_MAX, Secret, SecretSource, Secrets};
pub use service::{Group, Inform, JiraTicket, Service, Urgency, UrgencyRule};
pub use template::{FUEL_MAX, Field, Malformed, Rendered, TEMPLATE_MAX, Template};
pub use user::{ContactRule, Phone, User};

use crate::actor::Actor;
use crate::language::Language;
use crate::place::Place;
use crate::schedule::Schedules;
use crate::sops;
use jiff::{SignedDuration, civil::Date, tz::TimeZone};
use std::{
    collections::{BTreeMap, BTreeSet},
    sync::Arc,
};

/// An id: the path of a file below its folder, without `.yaml`.
pub type Id = Arc<str>;

/// Everything one commit says, compiled.
#[derive(Clone, Debug)]
pub struct Config {
    pub organisation: Organisation,
    pub users: BTreeMap<Id, User>,
    pub schedules: Schedules,
    /// The `name:` of each schedule and where it is defined.
    pub schedule_names: BTreeMap<Id, (String, Place)>,
    pub policies: BTreeMap<Id, EscalationPolicy>,
    pub services: BTreeMap<Id, Service>,
    pub endpoints: BTreeMap<Id, Endpoint>,
    pub silences: Vec<Silence>,
    /// The paths below `runbooks/` of the runbooks there are.
    pub runbooks: Vec<String>,
    /// Every calendar there is, with the generation of its token.
    pub calendars: BTreeMap<CalendarId, u32>,
    /// The SOPS files that secrets name, by path, still closed.
    pub sops: BTreeMap<Arc<str>, Arc<sops::File>>,
}

/// `oncall.yaml`, less the defaults, which are compiled into users and services.
#[derive(Clone, Debug)]
pub struct Organisation {
    pub time_zone: TimeZone,
    pub language: Language,
    /// The dates of the holidays of everything that names none.
    pub holidays: Arc<BTreeSet<Date>>,
    /// The policy that is told when nobody else can be.
    pub fallback: Id,
    /// Without a slash at the end.
    pub public_url: Option<String>,
    /// Any of them signs a push webhook.
    pub push_secret: Vec<SecretSource>,
    /// The first makes the tokens of calendars, any of them opens one; empty: no calendar is served.
    pub calendar_secret: Vec<SecretSource>,
    pub slack: Option<Slack>,
    pub jira: Option<Jira>,
    pub twilio: Option<Twilio>,
    pub heartbeat: Option<OwnHeartbeat>,
    pub api_tokens: Vec<ApiToken>,
}

/// The server's own heartbeat, sent to an outside watcher.
#[derive(Clone, Debug)]
pub struct OwnHeartbeat {
    pub url: SecretSource,
    pub every: SignedDuration,
}

/// The Slack app.
#[derive(Clone, Debug)]
pub struct Slack {
    pub bot_token: SecretSource,
    pub signing_secret: Vec<SecretSource>,
    /// The channel of incidents whose service names none, and of the server's own messages.
    pub channel: String,
    /// Without a slash at the end; the vendor's is `https://slack.com/api`.
    pub api_url: String,
}

/// The Jira site.
#[derive(Clone, Debug)]
pub struct Jira {
    /// Without a slash at the end.
    pub site: String,
    pub email: String,
    pub api_token: SecretSource,
    pub project: String,
    pub issue_type: String,
    /// The name of the transition, or of the status it leads to, when an incident is resolved.
    pub resolve_transition: String,
}

/// The Twilio account that calls and sends text messages.
#[derive(Clone, Debug)]
pub struct Twilio {
    pub account_sid: String,
    pub auth_token: SecretSource,
    /// The caller's number, E.164.
    pub from: String,
    /// Who a text message is from: a number, or a name of at most 11 letters and digits.
    pub sms_from: String,
    /// Without a slash at the end; the vendor's is `https://api.twilio.com`.
    pub api_url: String,
}

/// Somebody who may use the API.
#[derive(Clone, Debug)]
pub struct ApiToken {
    pub name: String,
    pub token: Vec<SecretSource>,
}

impl Config {
    /// The user with this Slack member id.
    pub fn user_by_slack(&self, slack: &str) -> Option<&User> {
        self.users.values().find(|user| user.slack.as_deref() == Some(slack))
    }

    /// How an actor is named to people: a user by their name in force, everybody else as stored.
    pub fn name_of<'a>(&'a self, actor: &'a Actor) -> &'a str {
        match actor {
            Actor::User(user) => self.users.get(user).map_or(user, |known| &known.name),
            Actor::Stranger { .. } | Actor::Token { .. } | Actor::Integration(_) | Actor::Rule(_) => {
                actor.stored_name()
            }
        }
    }
}

impl Config {
    /// Every secret the config names, with what asks for it. Where several stand for one, any will do.
    pub fn secret_sources(&self) -> Vec<(String, &SecretSource)> {
        let providers = self
            .provider_secrets()
            .map(|(provider, field, source)| (format!("providers.{provider}.{field}"), source));
        let push = self.organisation.push_secret.iter().map(|source| ("push_secret".to_owned(), source));
        let heartbeat = self.organisation.heartbeat.iter();
        let heartbeat = heartbeat.map(|heartbeat| ("heartbeat.url".to_owned(), &heartbeat.url));
        let calendars = self.organisation.calendar_secret.iter();
        let calendars = calendars.map(|source| (CALENDAR_SECRET.to_owned(), source));
        let tokens =
            self.organisation.api_tokens.iter().flat_map(|token| {
                token.token.iter().map(|source| (format!("API token {}", token.name), source))
            });
        let doors = self.endpoints.values().flat_map(|endpoint| {
            let signing = endpoint.signing_secret.iter();
            let signing =
                signing.map(|source| (format!("signing_secret of integration {}", endpoint.id), source));
            let door = endpoint.secret.iter();
            door.map(|source| (format!("integration {}", endpoint.id), source)).chain(signing)
        });
        let phones = self.users.values().filter_map(|user| match &user.phone {
            Some(Phone::Secret(source)) => Some((format!("the phone of {}", user.id), source)),
            _ => None,
        });
        providers
            .chain(push)
            .chain(heartbeat)
            .chain(calendars)
            .chain(tokens)
            .chain(doors)
            .chain(phones)
            .collect()
    }
}
