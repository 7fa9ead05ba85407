//! How to write what a schema wants where somebody wrote a word: `notify: tanaka` where a list of objects is meant.

use crate::language::words::Words;
use jsonschema::ValidationError;
use jsonschema::error::{TypeKind, ValidationErrorKind as Kind};

/// A shape that YAML knows.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Wanted {
    Object,
    List,
    Text,
    Number,
    Boolean,
}

impl Wanted {
    const ALL: [(Wanted, &str); 5] = [
        (Wanted::Object, "object"),
        (Wanted::List, "array"),
        (Wanted::Text, "string"),
        (Wanted::Number, "integer"),
        (Wanted::Boolean, "boolean"),
    ];

    pub(super) fn of(error: &ValidationError<'_>) -> Option<Wanted> {
        Wanted::ALL.iter().find(|(_, name)| wants_type(error, name)).map(|(wanted, _)| *wanted)
    }

    pub(super) fn words(self) -> (&'static str, &'static str) {
        match self {
            Wanted::Object => ("keys and values", "キーと値"),
            Wanted::List => ("a list", "リスト"),
            Wanted::Text => ("text", "文字列"),
            Wanted::Number => ("a whole number", "整数"),
            Wanted::Boolean => ("`true` or `false`", "`true` か `false`"),
        }
    }
}

pub(super) fn wants_type(error: &ValidationError<'_>, name: &str) -> bool {
    match error.kind() {
        Kind::Type { kind: TypeKind::Single(only) } => only.as_str() == name,
        Kind::Type { kind: TypeKind::Multiple(types) } => types.iter().any(|each| each.as_str() == name),
        _ => false,
    }
}

/// The place in a schema, and how it is written. An object has the path of its definition, a list that of its key.
const WRITTEN: &[(&str, &str)] = &[
    ("/properties/steps", "steps: [{ notify: [{ schedule: web-primary }], wait: 5m }]"),
    ("/$defs/Step", "{ notify: [{ schedule: web-primary }], wait: 5m }"),
    ("/$defs/Step/properties/notify", "notify: [{ schedule: web-primary }, { user: tanaka }]"),
    ("/$defs/Target", "{ schedule: web-primary }` or `{ user: tanaka }"),
    ("/$defs/Notify", "notify: { high: [{ by: slack }, { by: call, after: 3m }], low: [{ by: slack }] }"),
    ("/$defs/Notify/properties/high", "high: [{ by: slack }, { by: call, after: 3m }]"),
    ("/$defs/Notify/properties/low", "low: [{ by: slack }]"),
    ("/$defs/Notify/properties/shifts", "shifts: [{ by: slack, before: 24h }]"),
    ("/$defs/ContactRule", "{ by: slack }"),
    ("/$defs/ShiftRule", "{ by: slack, before: 24h }"),
    ("/properties/urgency", "urgency: [{ when: { severity: critical }, urgency: high }, { urgency: low }]"),
    (
        "/$defs/Defaults/properties/urgency",
        "urgency: [{ when: { severity: critical }, urgency: high }, { urgency: low }]",
    ),
    ("/$defs/UrgencyRule", "{ when: { severity: critical }, urgency: high }"),
    ("/properties/routes", "routes: [{ when: { labels.team: web }, service: web }, { service: platform }]"),
    ("/$defs/Route", "{ service: web }"),
    ("/properties/severity", "severity: [{ severity: error }]"),
    ("/$defs/SeverityRule", "{ severity: error }"),
    ("/properties/rules", "rules: [{ when: { labels.env: dev }, drop: nobody is paged for dev }]"),
    ("/$defs/EventRule", "{ when: { labels.env: dev }, drop: nobody is paged for dev }"),
    ("/$defs/SetFields", "set: { severity: warning }"),
    ("/$defs/Fields", "fields: { summary: /title }"),
    ("/$defs/Heartbeat", "heartbeat: { every: 5m }"),
    ("/properties/layers", "layers: [{ name: week, members: [tanaka] }]"),
    ("/$defs/Layer", "{ name: week, members: [tanaka] }"),
    (
        "/$defs/Rotation",
        "rotation: { every: 1 week, handoff: mon 10:00, line_ups: [{ from: 2026-12-07, members: [tanaka, suzuki] }] }",
    ),
    ("/$defs/Rotation/properties/line_ups", "line_ups: [{ from: 2026-12-07, members: [tanaka, suzuki] }]"),
    ("/$defs/LineUp", "{ from: 2026-12-07, members: [tanaka, suzuki] }"),
    ("/properties/time_off", "time_off: [{ from: 2026-12-29, last_day: 2027-01-03 }]"),
    ("/$defs/TimeOff", "{ from: 2026-12-29, last_day: 2027-01-03 }"),
    ("/properties/phones", "phones: [{ name: home, number: \"+81 90 1234 5678\" }]"),
    ("/$defs/NamedPhone", "{ name: home, number: \"+81 90 1234 5678\" }"),
    ("/properties/windows", "windows: [{ days: mon-fri, from: 10:00, until: 19:00 }]"),
    ("/$defs/Window", "{ days: mon-fri, from: 10:00, until: 19:00 }"),
    ("/properties/inform", "inform: [{ after: 30m, user: tanaka, by: slack }]"),
    ("/$defs/Inform", "{ after: 30m, user: tanaka, by: slack }"),
    ("/$defs/Group", "group: { by: [labels.cluster], within: 10m }"),
    ("/$defs/JiraTicket", "jira: { project: SHOP }"),
    ("/$defs/Webhooks", "teams: { webhook: { env: TEAMS_WEBHOOK } }"),
    ("/$defs/Webhooks/properties/rooms", "rooms: [{ name: checkout, webhook: { env: TEAMS_CHECKOUT } }]"),
    ("/$defs/WebhookRoom", "{ name: checkout, webhook: { env: TEAMS_CHECKOUT } }"),
    ("/properties/rooms", "rooms: [{ teams: checkout }]"),
    ("/$defs/ServiceRoom", "{ teams: checkout }"),
    ("/$defs/FlappingLimits", "flapping: { fires: 3, within: 30m, quiet: 15m }"),
    ("/$defs/StormLimits", "storm: { incidents: 50, within: 5m }"),
    ("/$defs/Storm", "storm: { incidents: 50, within: 5m }"),
    ("/$defs/Match", "{ severity: critical }"),
    ("/$defs/Providers", "providers: { slack: { … }, twilio: { … } }"),
    (
        "/$defs/Slack",
        "slack: { bot_token: { env: SLACK_BOT_TOKEN }, signing_secret: { env: SLACK_SIGNING_SECRET }, channel: C0123456789 }",
    ),
    (
        "/$defs/Twilio",
        "twilio: { account_sid: AC…, auth_token: { env: TWILIO_AUTH_TOKEN }, from: \"+81 50 1234 5678\" }",
    ),
    (
        "/$defs/Mail",
        "mail: { smtp: \"smtps://smtp.example.com\", username: oncall, password: { env: SMTP_PASSWORD }, from: oncall@example.com }",
    ),
    ("/$defs/Ntfy", "ntfy: { url: https://ntfy.example.com, token: { env: NTFY_TOKEN } }"),
    ("/$defs/Pushover", "pushover: { token: { env: PUSHOVER_TOKEN } }"),
    (
        "/$defs/Connect",
        "connect: { region: ap-northeast-1, instance: …, contact_flow: …, from: \"+81 50 1234 5678\", access_key_id: AKIA…, secret_access_key: { env: AWS_SECRET_ACCESS_KEY } }",
    ),
    (
        "/$defs/AwsSms",
        "aws_sms: { region: ap-northeast-1, from: OnCall, access_key_id: AKIA…, secret_access_key: { env: AWS_SECRET_ACCESS_KEY } }",
    ),
    (
        "/$defs/Jira",
        "jira: { site: https://example.atlassian.net, email: oncall@example.com, api_token: { env: JIRA_API_TOKEN }, project: OPS }",
    ),
    ("/$defs/OwnHeartbeat", "heartbeat: { url: { env: HEARTBEAT_URL } }"),
    ("/$defs/Access", "access: { respond: users }"),
    (
        "/$defs/Web",
        "web: { oidc: { issuer: https://accounts.google.com, client_id: …, client_secret: { env: OIDC_CLIENT_SECRET } } }",
    ),
    (
        "/$defs/Oidc",
        "oidc: { issuer: https://accounts.google.com, client_id: …, client_secret: { env: OIDC_CLIENT_SECRET } }",
    ),
    ("/$defs/AwsAlb", "aws_alb: { region: ap-northeast-1, signer: \"arn:aws:…\", client_id: … }"),
    (
        "/$defs/CloudflareAccess",
        "cloudflare_access: { team: https://example.cloudflareaccess.com, audience: … }",
    ),
    ("/$defs/GoogleIap", "google_iap: { audience: /projects/…/global/backendServices/… }"),
    ("/properties/api_tokens", "api_tokens: [{ name: ci, token: { env: ONCALL_TOKEN_CI } }]"),
    ("/$defs/ApiToken", "{ name: ci, token: { env: ONCALL_TOKEN_CI } }"),
    (
        "/properties/slack_user_groups",
        "slack_user_groups: [{ group: S0123456789, schedules: [web-primary] }]",
    ),
    ("/$defs/SlackUserGroup", "{ group: S0123456789, schedules: [web-primary] }"),
    (
        "/$defs/Defaults",
        "defaults: { notify: { high: [{ by: slack }, { by: call }], low: [{ by: slack }] } }",
    ),
    (
        "/$defs/Override",
        "- { schedule: web-primary, from: 2026-12-07 10:00, until: 2026-12-08 10:00, with: tanaka }",
    ),
    (
        "/$defs/Silence",
        "- { services: [web], from: 2026-12-07 22:00, until: 2026-12-08 02:00, reason: maintenance }",
    ),
    (
        "/$defs/Inhibition",
        "- { while: { labels.alertname: NodeDown }, mutes: { labels.alertname: \"Pod*\" }, equal: [labels.node], reason: … }",
    ),
    (
        "/$defs/Expectation",
        "- { name: …, at: 2026-12-07 22:00, alert: { … }, expect: [{ user: tanaka, by: call }] }",
    ),
    ("/$defs/Alert", "alert: { integration: prometheus, severity: critical, summary: … }"),
    ("/$defs/Expectation/properties/expect", "expect: [{ after: 0s, user: tanaka, by: call }]"),
    ("/$defs/Expectation/properties/never", "never: [{ user: tanaka, by: call }]"),
    (
        "/$defs/Expectation/properties/open",
        "open: [{ integration: prometheus, severity: critical, summary: … }]",
    ),
    (
        "/$defs/Expectation/properties/together",
        "together: [{ integration: prometheus, severity: critical, summary: … }]",
    ),
    ("/$defs/Expected", "{ after: 0s, user: tanaka, by: call }"),
    ("/$defs/Never", "{ user: tanaka, by: call }"),
    ("/$defs/Holiday", "- { date: 2027-01-01, name: 元日 }"),
];

/// How what is wanted at this place of the schema is written, if somebody wrote something else.
pub fn example(path: &str) -> Option<&'static str> {
    WRITTEN.iter().find(|(known, _)| *known == path).map(|(_, text)| *text)
}

/// The way out where another shape is wanted.
pub(super) fn help(path: &str, wanted: Wanted, found: Option<&str>) -> Option<Words> {
    if found.is_none() {
        return (wanted == Wanted::List).then(|| match path {
            "" => Words::new(
                "this file is a list: begin each object with `- `, and indent its other lines by two spaces",
                "このファイルはリストです。それぞれの先頭に `- ` を付け、続く行を空白 2 つ分下げてください",
            ),
            _ => match example(path) {
                Some(list) => Words::new(
                    format!("this is a list: put it in `[ ]`, or begin each item with `- `, as in `{list}`"),
                    format!("ここはリストです。`{list}` のように、`[ ]` で囲むか、それぞれの先頭に `- ` を付けてください"),
                ),
                None => Words::new(
                    "this is a list: begin each item with `- `, and indent its other lines by two spaces",
                    "ここはリストです。それぞれの先頭に `- ` を付け、続く行を空白 2 つ分下げてください",
                ),
            },
        });
    }
    if let Some(text) = example(path) {
        return Some(Words::new(format!("write `{text}`"), format!("`{text}` のように書いてください")));
    }
    let short = found.filter(|text| wanted == Wanted::List && !text.contains(['[', ']', '{', '}']))?;
    let items: Vec<&str> = short.split([',', ' ', '、']).filter(|item| !item.is_empty()).collect();
    let list = format!("[{}]", items.join(", "));
    Some(Words::new(format!("write a list: `{list}`"), format!("リストで書いてください: `{list}`")))
}
