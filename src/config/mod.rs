//! The compiled, immutable configuration on which the engine decides.
//!
//! Every reference is resolved, and every rule knows the [`Place`] where it is written, so that
//! a timeline line can name it. Nothing here can fail: [`compile`](crate::compile) has found all errors.

mod access;
mod calendar;
mod contact;
mod endpoint;
mod escalation;
mod event_rule;
mod inhibition;
mod link;
mod mail;
mod masked;
mod noise;
mod provider;
mod reply;
mod rooms;
mod routing;
mod run_time;
mod secret;
mod service;
mod template;
mod ticket;
mod user;
mod vendors;
mod web;

pub use access::{Access, Right};
pub use calendar::{CALENDAR_SECRET, CALENDAR_SECRET_MIN, CalendarId};
pub use contact::{
    CALL_LASTS_MAX, CONTACTS, Contact, Follows, Form, Method, Need, PUSHOVER_EXPIRE_SECONDS, RING_SECONDS,
    SMS_VALID_SECONDS,
};
pub use endpoint::{Endpoint, GenericFields, Heartbeat, Route, RouteTarget, Sample, SeverityRule};
pub use escalation::{EscalationPolicy, Notify, Step};
pub use event_rule::{EventRule, OWN_LABELS, RuleEffect, TEMPLATE_NAMES, said_severity, template_values};
pub use inhibition::Inhibition;
pub use link::{Links, sample_token};
pub use mail::{Mail, MailSecurity, Ntfy, Pushover};
pub use masked::{MASK, bare, is_secret_itself, is_secret_name, look_secret, masked, place_name};
pub use noise::{FlappingRule, HOLD_MAX, ReopenRule};
pub use provider::{MirrorKind, PROVIDERS, Provider, ProviderRow};
pub use reply::ONE_WAY;
pub use rooms::{NAMED_ROOMS_MAX, Room, Rooms, SERVICE_ROOMS_MAX, SHARED_ROOM};
pub use routing::{BadPattern, Matcher, PATTERN_MAX, Pattern, PatternTest, Silence, SilencePeriod, field};
pub use run_time::{Break, InGit, RunTime, RunTimeAbsence, RunTimeOffer, RunTimeOverride, RunTimeSilence};
pub use secret::{SECRET_MAX, Secret, SecretSource, Secrets};
pub use service::{Group, Inform, JiraTicket, Service, StormRule, Urgency, UrgencyRule};
pub use template::{FUEL_MAX, Field, Malformed, Rendered, TEMPLATE_MAX, Template};
pub use ticket::{
    COMPONENTS_MAX, Deployment, FIELD_DEPTH_MAX, FIELD_TEXT_MAX, FieldValue, FilledFields, TICKET_FIELDS_MAX,
    TICKET_NAMES, TicketFields, TicketValues,
};
pub use user::{ContactRule, Phone, Repeating, ShiftRule, User};
pub use web::{KeySource, Oidc, PROXIES, Proxy, ProxyRow, SignedHeader, Web};

use crate::actor::Actor;
use crate::language::Language;
use crate::place::Place;
use crate::schedule::{Hours, Schedules};
use crate::sops;
use jiff::{SignedDuration, Timestamp, civil::Date, tz::TimeZone};
use std::{
    collections::{BTreeMap, BTreeSet},
    sync::Arc,
};

/// An id: a file's path below its folder, without `.yaml`.
pub type Id = Arc<str>;

/// Everything one commit says, compiled.
#[derive(Clone, Debug)]
pub struct Config {
    pub organisation: Organisation,
    pub users: BTreeMap<Id, User>,
    pub schedules: Schedules,
    /// The `name:` of each schedule, and where it is defined.
    pub schedule_names: BTreeMap<Id, (String, Place)>,
    /// The holidays that each schedule or a layer of it goes by, with their names.
    pub schedule_holidays: BTreeMap<Id, Arc<BTreeMap<Date, Arc<str>>>>,
    pub policies: BTreeMap<Id, EscalationPolicy>,
    pub services: BTreeMap<Id, Service>,
    pub endpoints: BTreeMap<Id, Endpoint>,
    pub silences: Vec<Silence>,
    /// Shared by every config with the same commit, whatever is made at run time.
    pub inhibitions: Arc<[Inhibition]>,
    /// When people are at work: the business hours `office`, or the only ones; otherwise weekdays from 09:00 to 17:00.
    pub office: Hours,
    /// Overrides made at run time that now stand in git: those with an `id:`.
    pub retired: Vec<InGit>,
    /// The texts of the runbooks, by path below `runbooks/`.
    pub runbooks: Arc<BTreeMap<String, Arc<str>>>,
    /// Every calendar, with the generation of its token.
    pub calendars: BTreeMap<CalendarId, u32>,
    /// The SOPS files that secrets refer to, by path, still encrypted.
    pub sops: BTreeMap<Arc<str>, Arc<sops::File>>,
}

/// `oncall.yaml` without the defaults, which are compiled into users and services.
#[derive(Clone, Debug)]
pub struct Organisation {
    pub time_zone: TimeZone,
    pub language: Language,
    /// The holidays for everything that names none.
    pub holidays: Arc<BTreeSet<Date>>,
    /// The policy that is told when nobody else can be.
    pub fallback: Id,
    /// Without a trailing slash.
    pub public_url: Option<String>,
    /// Those that were in force a while ago: what was sent then is still answered there. Not from the files.
    pub former_urls: Vec<FormerUrl>,
    /// Secrets of the push webhook; a signature with any of them is valid.
    pub push_secret: Vec<SecretSource>,
    /// The first makes the tokens of calendars; tokens made with any of them work. Empty: no calendars are served.
    pub calendar_secret: Vec<SecretSource>,
    pub slack: Option<Slack>,
    pub slack_user_groups: Vec<SlackUserGroup>,
    pub jira: Option<Jira>,
    pub twilio: Option<Twilio>,
    pub teams: Option<Rooms>,
    pub google_chat: Option<Rooms>,
    pub connect: Option<Connect>,
    pub aws_sms: Option<AwsSms>,
    /// Who sends text messages, in the order in which they are tried; empty: everybody who is set up.
    pub texts: Vec<Provider>,
    /// Who places calls, in the order in which they are tried; empty: as they are set up.
    pub calls: Vec<Provider>,
    pub mail: Option<Mail>,
    pub ntfy: Option<Ntfy>,
    pub pushover: Option<Pushover>,
    pub heartbeat: Option<OwnHeartbeat>,
    pub api_tokens: Vec<ApiToken>,
    pub access: Access,
    pub web: Web,
    /// How long closed incidents can be looked up.
    pub history: SignedDuration,
}

/// An address of before.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FormerUrl {
    /// Without a trailing slash.
    pub url: String,
    pub until: Timestamp,
}

/// The server's own heartbeat, sent to an external watcher.
#[derive(Clone, Debug)]
pub struct OwnHeartbeat {
    pub url: SecretSource,
    pub every: SignedDuration,
}

/// The Slack app.
#[derive(Clone, Debug)]
pub struct Slack {
    pub bot_token: SecretSource,
    /// Empty where only a socket brings what people do.
    pub signing_secret: Vec<SecretSource>,
    /// Opens the socket of Socket Mode.
    pub app_token: Option<SecretSource>,
    /// The channel for incidents whose service names none, and for the server's own messages.
    pub channel: String,
    /// Without a trailing slash; Slack's own is `https://slack.com/api`.
    pub api_url: String,
}

/// A user group in Slack that is kept equal to who is on call.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SlackUserGroup {
    pub group: String,
    pub schedules: Vec<Id>,
    /// Who is in it while nobody is on call.
    pub when_empty: Vec<Id>,
    pub place: Place,
}

/// The Jira site.
#[derive(Clone, Debug)]
pub struct Jira {
    pub deployment: Deployment,
    /// Without a trailing slash.
    pub site: String,
    /// Signs in with the token; none in Data Center, where the token is enough.
    pub email: Option<String>,
    pub api_token: SecretSource,
    pub project: String,
    pub issue_type: String,
    /// The transition for a resolved incident, named directly or by the status it leads to.
    pub resolve_transition: String,
    /// The transition for one that is opened again; without it, another ticket is made and linked.
    pub reopen_transition: Option<String>,
    /// Signs what Jira sends, or ends its URL; any of them will do. Empty: nothing is heard of Jira.
    pub webhook_secret: Vec<SecretSource>,
    /// Jira's name for our account: what it does is no news.
    pub account: Option<String>,
    /// For tickets whose service says nothing.
    pub fields: TicketFields,
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
    /// Whether Twilio sends us what people answer to it.
    pub sms_replies: bool,
    /// Without a trailing slash; Twilio's own is `https://api.twilio.com`.
    pub api_url: String,
}

/// AWS End User Messaging, which sends text messages.
#[derive(Clone, Debug)]
pub struct AwsSms {
    pub region: String,
    /// Who a text message is from: a number, a name, or the id or ARN of a number, a sender id or a pool.
    pub from: String,
    pub access_key_id: String,
    pub secret_access_key: SecretSource,
    /// Without a trailing slash; Amazon's own is that of the region.
    pub api_url: String,
}

/// The instance of Amazon Connect that calls.
#[derive(Clone, Debug)]
pub struct Connect {
    pub region: String,
    /// The ids of the instance and of the contact flow.
    pub instance: String,
    pub contact_flow: String,
    /// The caller's number, E.164.
    pub from: String,
    pub access_key_id: String,
    pub secret_access_key: SecretSource,
    /// Without a trailing slash; Amazon's own is that of the region.
    pub api_url: String,
}

/// A client that may use the API.
#[derive(Clone, Debug)]
pub struct ApiToken {
    pub name: String,
    pub token: Vec<SecretSource>,
    pub may: BTreeSet<Right>,
}

impl Config {
    /// The user with this Slack member id.
    pub fn user_by_slack(&self, slack: &str) -> Option<&User> {
        self.users.values().find(|user| user.slack.as_deref() == Some(slack))
    }

    /// How a schedule is named to people.
    pub fn schedule_name<'a>(&'a self, id: &'a str) -> &'a str {
        self.schedule_names.get(id).map_or(id, |(name, _)| name)
    }

    /// How a service is named to people.
    pub fn service_name<'a>(&'a self, id: &'a str) -> &'a str {
        self.services.get(id).map_or(id, |known| &known.name)
    }

    /// How an actor is named to people: a user by their name in force, everybody else as stored.
    pub fn name_of<'a>(&'a self, actor: &'a Actor) -> &'a str {
        match actor {
            Actor::User(user) | Actor::Token { acts_for: Some(user), .. } => {
                self.users.get(user).map_or(user, |known| &known.name)
            }
            Actor::Stranger { .. } | Actor::Token { .. } | Actor::Integration(_) | Actor::Rule(_) => {
                actor.stored_name()
            }
        }
    }
}

/// A secret that the config names.
#[derive(Debug)]
pub struct Wanted<'c> {
    /// What needs it: `integration grafana`, `providers.slack.bot_token`.
    pub by: String,
    pub source: &'c SecretSource,
    pub loss: Loss,
}

/// What is lost while a secret does not resolve.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Loss {
    /// Nothing that an alert needs: calendars, the API, pushes that the next look would bring.
    Comfort,
    /// Rooms or tickets.
    Mirrors,
    /// Alerts or pages.
    Pages,
}

impl Config {
    /// Every secret the config names, with what needs it. If several are listed for one thing, any of them is enough.
    pub fn secret_sources(&self) -> Vec<Wanted<'_>> {
        let pages = |(by, source)| Wanted { by, source, loss: Loss::Pages };
        let comforts = |(by, source)| Wanted { by, source, loss: Loss::Comfort };
        let providers = self.provider_secrets().map(|(row, field, source)| {
            let loss = if row.contacts.is_empty() { Loss::Mirrors } else { Loss::Pages };
            Wanted { by: format!("providers.{}.{field}", row.key), source, loss }
        });
        let push = self.organisation.push_secret.iter().map(|source| ("push_secret".to_owned(), source));
        let heartbeat = self.organisation.heartbeat.iter();
        let heartbeat = heartbeat.map(|heartbeat| ("heartbeat.url".to_owned(), &heartbeat.url));
        let oidc = self.organisation.web.oidc.iter();
        let oidc = oidc.map(|oidc| ("web.oidc.client_secret".to_owned(), &oidc.client_secret));
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
        let phones =
            self.users.values().flat_map(User::phones_by_name).filter_map(|(of, phone)| match phone {
                Phone::Secret(source) => Some((format!("the phone of {of}"), source)),
                Phone::Number(_) => None,
            });
        let pushes = self.users.values().flat_map(|user| {
            let ntfy = user.ntfy.iter().map(|source| (format!("the ntfy topic of {}", user.id), source));
            let key = user.pushover.iter();
            ntfy.chain(key.map(|source| (format!("the Pushover key of {}", user.id), source)))
        });
        let phones = phones.chain(pushes);
        let others = push
            .map(comforts)
            .chain(heartbeat.map(pages))
            .chain(calendars.chain(tokens).chain(oidc).map(comforts));
        providers.chain(others).chain(doors.chain(phones).map(pages)).collect()
    }
}
