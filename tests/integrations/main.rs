//! Payload files -> events, and every way in which a request is let in or refused.
//!
//! `integrations/<kind>/*` are bodies as that monitor sends them, under our own names; `integrations/snapshots/` says what
//! each becomes; `*.message` are what comes by SNS, read by `states.rs`. The signed ones are made by `integrations/sns/make.py`.
#![allow(clippy::unwrap_used, reason = "in a test a panic is the finding, in its helpers too")]

mod bounds;
mod contrib;
mod door;
mod generic;
mod harness;
mod malformed;
mod mutations;
mod opsgenie;
mod push;
mod samples;
mod signed;
mod sns;
mod states;
mod subjects;
mod subscriptions;

use jiff::Timestamp;
use oncall::alert::Event;
use oncall::config::{Config, Endpoint, GenericFields, Organisation, Secret, SecretSource, Secrets};
use oncall::integration::{
    Answer, Fetched, Keys, MONITORS, Monitor, Received, Reject, Request, Sns, find, receive,
};
use oncall::language::Language;
use oncall::place::Place;
use oncall::schedule::Schedules;
use std::{collections::BTreeMap, fmt::Write, path::Path};

const TOPIC: &str = "arn:aws:sns:eu-west-1:123456789012:alarms";
const TOPIC_CN: &str = "arn:aws-cn:sns:cn-north-1:123456789012:alarms";
const SIGNING_PEM: &[u8] = include_bytes!("sns/signing.pem");

#[test]
fn payload_files_become_events() {
    insta::glob!(".", "*/*.{json,txt,eml,form}", |path| {
        let (name, text) = read_file(path);
        insta::with_settings!({
            snapshot_path => "snapshots", prepend_module_to_snapshot => false,
            snapshot_suffix => "", omit_expression => true, input_file => path,
        }, {
            insta::assert_snapshot!(name, text);
        });
    });
}

/// `<kind>-<file>`, and what became of the file at that kind's door.
fn read_file(path: &Path) -> (String, String) {
    let name = |path: &Path| path.file_name().unwrap().to_string_lossy().into_owned();
    let (kind, file) = (name(path.parent().unwrap()), name(path));
    let url = match kind.as_str() {
        "pagerduty" if file.starts_with("v1") => "/generic/2010-04-15/create_event.json".to_owned(),
        "pagerduty" if file.starts_with("change") => "/v2/change/enqueue".to_owned(),
        "pagerduty" => "/v2/enqueue".to_owned(),
        "opsgenie" => "/v2/alerts".to_owned(),
        kind => format!("/v1/webhooks/{kind}/{kind}-secret-0123"),
    };
    let key = format!("GenieKey {kind}-secret-0123");
    let headers = [("authorization", key.as_str())];
    let headers = if kind == "opsgenie" { &headers[..] } else { &[] };
    match post(&url, headers, &std::fs::read(path).unwrap()) {
        Received::Events { events, answer } => (format!("{kind}-{file}"), rendered(&answer, &events)),
        other => panic!("{file}: {other:?}"),
    }
}

fn rendered(answer: &Answer, events: &[Event]) -> String {
    let mut text = format!("{} {}\n", answer.status, answer.body);
    for event in events {
        writeln!(text, "{}", serde_json::to_string_pretty(event).unwrap()).unwrap();
    }
    text
}

/// 2026-12-01, noon in Tokyo.
fn now() -> Timestamp {
    "2026-12-01T03:00:00Z".parse().unwrap()
}

/// One endpoint of each type, its id the type and its secret `<type>-secret-0123`.
fn config() -> (Config, Secrets) {
    let mut secrets = Secrets::default();
    for kind in kinds() {
        secrets.insert(SecretSource::Env(kind.into()), Secret::new(&format!("{kind}-secret-0123")));
    }
    (config_of(kinds().map(|kind| endpoint(kind, kind)).collect()), secrets)
}

fn kinds() -> impl Iterator<Item = &'static str> {
    MONITORS.iter().map(|monitor| monitor.name)
}

fn endpoint(id: &str, kind: &str) -> Endpoint {
    let monitor = Monitor::named(kind).unwrap();
    let by_sns = monitor.sns == Sns::Always || kind == "email";
    Endpoint {
        id: id.into(),
        monitor: monitor.name,
        secret: vec![SecretSource::Env(id.into())],
        signing_secret: Vec::new(),
        topics: if by_sns { vec![TOPIC.into(), TOPIC_CN.into()] } else { Vec::new() },
        fields: GenericFields::default(),
        samples: Vec::new(),
        formerly: Vec::new(),
        rules: Vec::new(),
        severity: Vec::new(),
        stale_after: None,
        heartbeat: None,
        routes: Vec::new(),
        place: Place { file: format!("{id}.yaml").into(), line: 1 },
    }
}

fn config_of(endpoints: Vec<Endpoint>) -> Config {
    Config {
        organisation: Organisation {
            time_zone: jiff::tz::TimeZone::UTC,
            language: Language::En,
            holidays: Default::default(),
            fallback: "platform".into(),
            public_url: None,
            former_urls: Vec::new(),
            push_secret: Vec::new(),
            calendar_secret: Vec::new(),
            slack: None,
            slack_user_groups: Vec::new(),
            jira: None,
            twilio: None,
            teams: None,
            google_chat: None,
            connect: None,
            calls: Vec::new(),
            mail: None,
            ntfy: None,
            pushover: None,
            aws_sms: None,
            texts: Vec::new(),
            heartbeat: None,
            api_tokens: Vec::new(),
            access: Default::default(),
            web: Default::default(),
            history: Default::default(),
        },
        users: BTreeMap::new(),
        schedules: Schedules::default(),
        schedule_names: BTreeMap::new(),
        schedule_holidays: BTreeMap::new(),
        policies: BTreeMap::new(),
        services: BTreeMap::new(),
        endpoints: endpoints.into_iter().map(|endpoint| (endpoint.id.clone(), endpoint)).collect(),
        retired: Default::default(),
        silences: Vec::new(),
        office: oncall::schedule::Hours::at_work(jiff::tz::TimeZone::UTC, Default::default()),
        inhibitions: Default::default(),
        runbooks: Default::default(),
        calendars: BTreeMap::new(),
        sops: BTreeMap::new(),
    }
}

/// Everything that our SNS fixtures ask for.
fn fetched() -> Fetched {
    let certificate = "SimpleNotificationService-0123456789abcdef.pem";
    let confirm = format!(
        "https://sns.eu-west-1.amazonaws.com/?Action=ConfirmSubscription&TopicArn={TOPIC}\
         &Token=2336412f37fb687f5d51e6e241da92fd72d769c5"
    );
    Fetched::from([
        (format!("https://sns.eu-west-1.amazonaws.com/{certificate}"), Ok(SIGNING_PEM.to_vec())),
        (format!("https://sns.cn-north-1.amazonaws.com.cn/{certificate}"), Ok(SIGNING_PEM.to_vec())),
        (confirm, Ok(Vec::new())),
    ])
}

fn post(path: &str, headers: &[(&str, &str)], body: &[u8]) -> Received {
    let (config, secrets) = config();
    post_to(&config, &secrets, path, headers, body, now(), &fetched())
}

fn post_to(
    config: &Config,
    secrets: &Secrets,
    path: &str,
    headers: &[(&str, &str)],
    body: &[u8],
    now: Timestamp,
    fetched: &Fetched,
) -> Received {
    let headers: Vec<(String, String)> =
        headers.iter().map(|(name, value)| (name.to_string(), value.to_string())).collect();
    let (path, query) = path.split_once('?').unwrap_or((path, ""));
    let request = Request { path, query, headers: &headers, body };
    match find(config, secrets, &keys(config, secrets), &request) {
        Ok(endpoint) => receive(endpoint, &request, secrets, now, fetched),
        Err(reject) => Received::Reject(reject),
    }
}

/// As a server looks secrets up; its random key is of no importance here.
fn keys(config: &Config, secrets: &Secrets) -> Keys {
    Keys::new(config, secrets, &[7; 32])
}

fn events(received: Received) -> Vec<Event> {
    match received {
        Received::Events { events, .. } => events,
        other => panic!("{other:?}"),
    }
}

/// A dedup key as tests name it: that of what cannot be read less the digest of the bytes.
fn key_of(event: &Event) -> &str {
    if event.dedup_key.starts_with("unparsed/") { "unparsed" } else { &event.dedup_key }
}

fn rejected(received: Received) -> Reject {
    match received {
        Received::Reject(reject) => reject,
        other => panic!("{other:?}"),
    }
}
