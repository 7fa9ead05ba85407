//! The YAML exactly as people write it, with one module for each kind of file.
//!
//! These types decide which keys exist, which are required and what each means. Their doc comments become the
//! descriptions that editors show: [`schemas`] makes the files in `schema/` from them. Values are still text here
//! (`5m`, `mon 10:00`, `tanaka`): [`compile`](crate::compile) reads them and resolves references.

mod business_hours;
mod escalation_policy;
mod event_rule;
mod expectation;
mod holidays;
mod inhibition;
mod integration;
mod noise;
mod organisation;
mod overrides;
mod rooms;
mod schedule;
mod service;
mod silence;
mod storm;
mod user;
mod value;
mod web;
mod window;

pub use business_hours::BusinessHours;
pub use escalation_policy::{Acknowledges, EscalationPolicy, Step, Target};
pub use event_rule::{EventRule, SetFields};
pub use expectation::{Alert, Expectation, Expected, Never};
pub use holidays::Holiday;
pub use inhibition::Inhibition;
pub use integration::{Fields, Heartbeat, Integration, IntegrationType, Route, Severity, SeverityRule};
pub use noise::{Flapping, FlappingLimits, ReopenWithin};
pub use organisation::{
    Access, ApiToken, AwsSms, CallProvider, Connect, Defaults, Jira, JiraDeployment, Mail, Ntfy,
    Organisation, OwnHeartbeat, Providers, Pushover, Slack, SlackUserGroup, TextProvider, TokenRight, Twilio,
};
pub use overrides::Override;
pub use rooms::{ServiceRoom, WebhookRoom, Webhooks};
pub use schedule::{Layer, LineUp, Rotation, Schedule, Turns, WhenOff};
pub use service::{Group, Inform, JiraTicket, Service, Urgency, UrgencyRule};
pub use silence::Silence;
pub use storm::{Storm, StormLimits};
pub use user::{ContactMethod, ContactRule, Language, NamedPhone, Notify, ShiftRule, TimeOff, User};
pub use value::{
    Channel, Date, Duration, Handoff, History, Instant, Match, OneOrMany, Period, Secret, SlackGroup,
    SlackId, TimeZone, Url,
};
pub use web::{AwsAlb, CloudflareAccess, GoogleIap, Oidc, Web};
pub use window::{During, Window, WindowHolidays};

use schemars::{Schema, generate::SchemaSettings};
use serde_json::Value;

/// A kind of file.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Kind {
    Organisation,
    User,
    Schedule,
    EscalationPolicy,
    Service,
    Integration,
    BusinessHours,
    Holidays,
    Overrides,
    Silences,
    Inhibitions,
    Expectations,
}

impl Kind {
    pub const ALL: [Kind; 12] = [
        Kind::Organisation,
        Kind::User,
        Kind::Schedule,
        Kind::EscalationPolicy,
        Kind::Service,
        Kind::Integration,
        Kind::BusinessHours,
        Kind::Holidays,
        Kind::Overrides,
        Kind::Silences,
        Kind::Inhibitions,
        Kind::Expectations,
    ];

    /// The folder for files of this kind; empty for the organisation, which is the file `oncall.yaml`.
    pub fn folder(self) -> &'static str {
        match self {
            Kind::Organisation => "",
            Kind::User => "users",
            Kind::Schedule => "schedules",
            Kind::EscalationPolicy => "escalation-policies",
            Kind::Service => "services",
            Kind::Integration => "integrations",
            Kind::BusinessHours => "business-hours",
            Kind::Holidays => "holidays",
            Kind::Overrides => "overrides",
            Kind::Silences => "silences",
            Kind::Inhibitions => "inhibitions",
            Kind::Expectations => "expectations",
        }
    }

    /// What people call one object of this kind.
    pub fn noun(self) -> &'static str {
        match self {
            Kind::Organisation => "organisation",
            Kind::User => "user",
            Kind::Schedule => "schedule",
            Kind::EscalationPolicy => "escalation policy",
            Kind::Service => "service",
            Kind::Integration => "integration",
            Kind::BusinessHours => "business hours",
            Kind::Holidays => "holidays",
            Kind::Overrides => "overrides",
            Kind::Silences => "silences",
            Kind::Inhibitions => "inhibitions",
            Kind::Expectations => "expectations",
        }
    }

    /// The name of the schema, without `.json`.
    pub fn schema_name(self) -> &'static str {
        match self {
            Kind::Organisation => "oncall",
            Kind::User => "user",
            Kind::Schedule => "schedule",
            Kind::EscalationPolicy => "escalation-policy",
            Kind::Service => "service",
            Kind::Integration => "integration",
            other => other.folder(),
        }
    }

    /// The JSON Schema (draft 2020-12) of a file of this kind. Every object is closed and nothing may be null.
    pub fn schema(self) -> Value {
        let mut schema = match self {
            Kind::Organisation => schema_of::<Organisation>(),
            Kind::User => schema_of::<User>(),
            Kind::Schedule => schema_of::<Schedule>(),
            Kind::EscalationPolicy => schema_of::<EscalationPolicy>(),
            Kind::Service => schema_of::<Service>(),
            Kind::Integration => schema_of::<Integration>(),
            Kind::BusinessHours => schema_of::<BusinessHours>(),
            Kind::Holidays => schema_of::<Vec<Holiday>>(),
            Kind::Overrides => schema_of::<Vec<Override>>(),
            Kind::Silences => schema_of::<Vec<Silence>>(),
            Kind::Inhibitions => schema_of::<Vec<Inhibition>>(),
            Kind::Expectations => schema_of::<Vec<Expectation>>(),
        };
        schema.insert("$id".to_owned(), format!("urn:oncall:schema:{}", self.schema_name()).into());
        let mut value = schema.to_value();
        without_null(&mut value);
        heading_first(value)
    }
}

/// The files of `schema/`, as names and JSON texts.
pub fn schemas() -> Vec<(String, String)> {
    Kind::ALL
        .iter()
        .map(|kind| (format!("{}.json", kind.schema_name()), format!("{:#}\n", kind.schema())))
        .collect()
}

fn schema_of<T: schemars::JsonSchema>() -> Schema {
    SchemaSettings::draft2020_12().into_generator().into_root_schema_for::<T>()
}

/// Moves the title and the description to the front.
fn heading_first(value: Value) -> Value {
    let Value::Object(mut rest) = value else { return value };
    let mut ordered = serde_json::Map::new();
    for key in ["$schema", "$id", "title", "description"] {
        ordered.extend(rest.shift_remove(key).map(|value| (key.to_owned(), value)));
    }
    ordered.extend(rest);
    Value::Object(ordered)
}

/// An optional key must not be null: a key without a value is an error.
fn without_null(value: &mut Value) {
    match value {
        Value::Object(object) => {
            if let Some(Value::Array(types)) = object.get_mut("type") {
                types.retain(|name| name != "null");
                if let [only] = types.as_slice() {
                    let only = only.clone();
                    object.insert("type".to_owned(), only);
                }
            }
            if let Some(Value::Array(branches)) = object.get_mut("anyOf") {
                branches.retain(|branch| branch.get("type").is_none_or(|name| name != "null"));
                if let [Value::Object(only)] = branches.as_slice() {
                    let only = only.clone();
                    object.shift_remove("anyOf");
                    object.extend(only);
                }
            }
            object.retain(|key, value| !(key == "default" && value.is_null()));
            object.values_mut().for_each(without_null);
        }
        Value::Array(items) => items.iter_mut().for_each(without_null),
        _ => {}
    }
}
