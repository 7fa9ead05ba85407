//! A small company, its secrets, and one incident, made by hand.

use jiff::{SignedDuration, Timestamp, tz::TimeZone};
use oncall::actor::Actor;
use oncall::alert::{Link, Severity};
use oncall::config::{
    Config, Deployment, EscalationPolicy, Id, Jira, JiraTicket, Links, Matcher, Notify, Organisation,
    PROVIDERS, Pattern, PatternTest, Phone, Provider, ProviderRow, Rooms, Secret, SecretSource, Secrets,
    Service, Slack, Step, TicketFields, Twilio, Urgency, User,
};
use oncall::incident::{
    Acknowledgement, Alert, Delivery, DeliveryId, Escalation, Happened, Incident, IncidentId, Labels, News,
    Status, StepAt, Task,
};
use oncall::language::Language;
use oncall::place::Place;
use oncall::reason::Rule;
use oncall::schedule::Schedules;
use std::{collections::BTreeMap, sync::Arc};

pub const BOT_TOKEN: &str = "xoxb-fake";
pub const SIGNING_SECRET: &str = "8f742231b10e8888abcd99yyyzzz85a5";
pub const AUTH_TOKEN: &str = "12345";
pub const TEAMS_URL: &str =
    "https://prod-1.japaneast.logic.azure.com/workflows/0/triggers/manual/paths/invoke?sig=shared-sig";
pub const TEAMS_CHECKOUT_URL: &str =
    "https://prod-1.japaneast.logic.azure.com/workflows/1/triggers/manual/paths/invoke?sig=checkout-sig";
pub const GOOGLE_CHAT_URL: &str =
    "https://chat.googleapis.com/v1/spaces/AAAA/messages?key=chat-key&token=chat-token";

pub fn config() -> Config {
    let users = [
        user("tanaka", "田中 太郎", Some("たなか たろう"), Language::Ja, "Asia/Tokyo", Some("+819000000001")),
        user("kimura", "Kimura Ken", None, Language::En, "Europe/London", Some("+15005550006")),
        user("web/sato", "佐藤 花子", None, Language::Ja, "Asia/Tokyo", None),
    ];
    let policies = [policy("web", &["tanaka", "kimura"]), policy("platform", &["kimura"])];
    Config {
        organisation: organisation(),
        users: users.map(|user| (user.id.clone(), user)).into(),
        schedules: Schedules::default(),
        schedule_names: BTreeMap::new(),
        schedule_holidays: BTreeMap::new(),
        policies: policies.map(|policy| (policy.id.clone(), policy)).into(),
        services: [(id("checkout"), checkout())].into(),
        endpoints: BTreeMap::new(),
        retired: Default::default(),
        silences: Vec::new(),
        office: oncall::schedule::Hours::at_work(TimeZone::UTC, Default::default()),
        inhibitions: Default::default(),
        runbooks: Arc::new([("checkout.md".to_owned(), "".into())].into()),
        calendars: BTreeMap::new(),
        sops: BTreeMap::new(),
    }
}

/// What signs links in tests.
pub fn links() -> Links {
    Links::new(b"a key that only tests know")
}

pub fn secrets() -> Secrets {
    let mut secrets = Secrets::default();
    for (name, value) in [
        ("SLACK_BOT_TOKEN", BOT_TOKEN),
        ("SLACK_OLD_SIGNING_SECRET", "another"),
        ("SLACK_SIGNING_SECRET", SIGNING_SECRET),
        ("JIRA_API_TOKEN", "jira-fake"),
        ("JIRA_WEBHOOK_SECRET", "secret"),
        ("TWILIO_AUTH_TOKEN", AUTH_TOKEN),
        ("TEAMS_URL", TEAMS_URL),
        ("TEAMS_CHECKOUT_URL", TEAMS_CHECKOUT_URL),
        ("GOOGLE_CHAT_URL", GOOGLE_CHAT_URL),
    ] {
        secrets.insert(env(name), Secret::new(value));
    }
    secrets
}

/// Tuesday 2026-12-08, 02:05 in Tokyo.
pub fn now() -> Timestamp {
    "2026-12-07T17:05:00Z".parse().unwrap()
}

pub fn incident() -> Incident {
    Incident {
        flapping: 0,
        id: IncidentId { epoch: 3, n: 17 },
        service: Some(id("checkout")),
        integration: "grafana".into(),
        alerts: vec![Alert {
            integration: "grafana".into(),
            dedup_key: "5xx".into(),
            firing: true,
            fired_to_the_end: false,
            severity: Severity::Critical,
            since: "2026-12-07T17:00:00Z".parse().unwrap(),
            own: None,
            heard_at: "2026-12-07T17:00:00Z".parse().unwrap(),
            stale_at: None,
            flapping: None,
        }],
        group: None,
        storm: None,
        unread: false,
        summary: "5xx の割合が 5% を超えました".into(),
        opened_as: "5xx の割合が 5% を超えました".into(),
        description: "直近 5 分の 5xx は 7.3% です。".into(),
        source: "checkout-api-1".into(),
        labels: Labels::new([(&"severity".into(), &"critical".into())]),
        links: vec![Link {
            href: "https://grafana.example.com/d/1?a=1&b=2".into(),
            text: "Dashboard".into(),
        }]
        .into(),
        runbook: None,
        severity: Severity::Critical,
        urgency: Urgency::High,
        route_rule: Rule::from(place("integrations/grafana.yaml")),
        urgency_rule: Rule::from(place("services/checkout.yaml")),
        status: Status::Triggered,
        opened_at: "2026-12-07T17:00:00Z".parse().unwrap(),
        last_event_at: "2026-12-07T17:00:00Z".parse().unwrap(),
        acknowledgement: None,
        resolved_by: None,
        record: Default::default(),
        held_back: None,
        own_policy: Default::default(),
        escalation: Some(Box::new(Escalation {
            at: StepAt { policy: id("web"), fallback: false, step: 0, round: 0 },
            began_at: "2026-12-07T17:00:00Z".parse().unwrap(),
            deadline: "2026-12-07T17:05:00Z".parse().unwrap(),
            told: vec![id("tanaka")],
            reached: Vec::new(),
            leaving: None,
        })),
        left_at: None,
        low: None,
        idle_seconds: None,
        rare: Default::default(),
        let_through: false,
        lowered: false,
        quiet_seconds: None,
        notifications: Vec::new(),
        next_notification: 0,
        version: 1,
        mirrors: Vec::new(),
        lines: Vec::new(),
        merged: Default::default(),
        timeline: Vec::new(),
        entries: 0,
    }
}

pub fn numbered(n: u32, summary: &str) -> Incident {
    Incident { id: IncidentId { epoch: 3, n }, summary: summary.into(), ..incident() }
}

pub fn acknowledged(mut incident: Incident) -> Incident {
    incident.status = Status::Acknowledged;
    let (by, at) = (vec![Actor::User(id("tanaka"))], now());
    incident.acknowledgement = Some(Box::new(Acknowledgement { by, at, until: None, snoozed: false }));
    incident.lines.push(News { seq: 2, what: Happened::Acknowledged(Actor::User(id("tanaka"))) });
    incident
}

pub fn resolved(mut incident: Incident) -> Incident {
    incident.status = Status::Resolved;
    incident.resolved_by = Some(Box::new(Actor::Integration("grafana".into())));
    incident.alerts.iter_mut().for_each(|alert| alert.firing = false);
    incident.lines.push(News { seq: 3, what: Happened::Resolved(Actor::Integration("grafana".into())) });
    incident
}

pub fn delivery(task: Task) -> Delivery {
    let serves = |row: &&ProviderRow| match &task {
        Task::Page { by, .. } => row.contacts.contains(by),
        Task::Mirror { kind, .. } => row.mirrors.contains(kind),
        Task::Edit { by, .. } => row.contacts.contains(by),
        Task::HangUp { .. } | Task::Ask { .. } => row.provider == Provider::Twilio,
    };
    Delivery {
        id: DeliveryId { epoch: 3, n: 9 },
        provider: PROVIDERS.iter().find(serves).unwrap().provider,
        incidents: vec![IncidentId { epoch: 3, n: 17 }],
        task,
        repeat: false,
    }
}

pub fn id(text: &str) -> Id {
    Arc::from(text)
}

pub fn env(name: &str) -> SecretSource {
    SecretSource::Env(Arc::from(name))
}

fn place(file: &str) -> Place {
    Place { file: Arc::from(file), line: 1 }
}

fn organisation() -> Organisation {
    Organisation {
        time_zone: zone("Asia/Tokyo"),
        language: Language::Ja,
        holidays: Default::default(),
        fallback: id("platform"),
        public_url: Some("https://oncall.example.com".into()),
        former_urls: Vec::new(),
        push_secret: Vec::new(),
        calendar_secret: Vec::new(),
        slack: Some(Slack {
            bot_token: env("SLACK_BOT_TOKEN"),
            signing_secret: vec![env("SLACK_OLD_SIGNING_SECRET"), env("SLACK_SIGNING_SECRET")],
            app_token: None,
            channel: "C0INCIDENTS".into(),
            api_url: "https://slack.com/api".into(),
        }),
        slack_user_groups: Vec::new(),
        jira: Some(Jira {
            deployment: Deployment::Cloud,
            site: "https://example.atlassian.net".into(),
            email: Some("oncall@example.com".into()),
            reopen_transition: None,
            webhook_secret: Vec::new(),
            account: None,
            fields: TicketFields::default(),
            api_token: env("JIRA_API_TOKEN"),
            project: "OPS".into(),
            issue_type: "Incident".into(),
            resolve_transition: "Done".into(),
        }),
        mail: None,
        ntfy: None,
        pushover: None,
        twilio: Some(Twilio {
            account_sid: "AC0123".into(),
            auth_token: env("TWILIO_AUTH_TOKEN"),
            from: "+815000000000".into(),
            sms_from: "OnCall".into(),
            sms_replies: false,
            api_url: "https://api.twilio.com".into(),
        }),
        teams: Some(Rooms {
            shared: Some(env("TEAMS_URL")),
            named: [(id("checkout"), env("TEAMS_CHECKOUT_URL"))].into(),
        }),
        google_chat: Some(Rooms { shared: Some(env("GOOGLE_CHAT_URL")), named: BTreeMap::new() }),
        connect: None,
        aws_sms: None,
        calls: Vec::new(),
        texts: Vec::new(),
        heartbeat: None,
        api_tokens: Vec::new(),
        access: Default::default(),
        web: Default::default(),
        history: Default::default(),
    }
}

fn zone(name: &str) -> TimeZone {
    TimeZone::get(name).unwrap()
}

fn user(
    name_id: &str,
    name: &str,
    reading: Option<&str>,
    language: Language,
    time_zone: &str,
    phone: Option<&str>,
) -> User {
    User {
        id: id(name_id),
        name: name.into(),
        reading: reading.map(str::to_owned),
        language,
        time_zone: zone(time_zone),
        slack: phone.map(|_| format!("U0{}", name_id.to_uppercase())),
        phone: phone.map(|number| Phone::Number(number.into())),
        email: None,
        sign_in: None,
        ntfy: None,
        pushover: None,
        phones: Vec::new(),
        high: Vec::new(),
        low: Vec::new(),
        shifts: Vec::new(),
        place: place(&format!("users/{name_id}.yaml")),
    }
}

fn policy(name: &str, users: &[&str]) -> EscalationPolicy {
    let file = format!("escalation-policies/{name}.yaml");
    let step = |user: &&str| Step {
        notify: vec![Notify::User(id(user))],
        wait: SignedDuration::from_mins(5),
        round_robin: false,
        each: false,
        place: place(&file),
    };
    EscalationPolicy { id: id(name), steps: users.iter().map(step).collect(), repeat: 1, place: place(&file) }
}

fn checkout() -> Service {
    let pattern = |text: &str| Pattern { negated: false, test: PatternTest::Exact(text.into()) };
    let when = Matcher { fields: vec![("severity".into(), vec![pattern("critical"), pattern("error")])] };
    Service {
        id: id("checkout"),
        name: "Checkout".into(),
        reading: Some("チェックアウト".into()),
        policy: id("web"),
        runbook: Some("checkout.md".into()),
        slack_channel: Some("C0CHECKOUT".into()),
        rooms: Vec::new(),
        jira: Some(JiraTicket {
            project: "SHOP".into(),
            issue_type: "Incident".into(),
            when: Some(when),
            fields: TicketFields::default(),
        }),
        urgency: Vec::new(),
        inform: Vec::new(),
        acknowledgement_timeout: None,
        auto_resolve_after: None,
        even_unacknowledged: false,
        group: None,
        storm: None,
        flapping: None,
        reopen: None,
        place: place("services/checkout.yaml"),
    }
}
