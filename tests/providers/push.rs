//! ntfy and Pushover: what they are sent, what their answers mean, and an acknowledgement in the app.

use crate::wire::{self, ok, shown, words};
use crate::world::{config, delivery, env, incident, links, numbered, secrets};
use oncall::actor::Via;
use oncall::config::{Config, Contact, Ntfy, Provider, Pushover, Secret, Urgency};
use oncall::incident::{
    Asked, Command, Delivery, DeliveryId, Incident, Outcome, Respond, Target, Task, Words,
};
use oncall::provider::{self, Failure, Pending, Progress, Request, Response};

fn with_push() -> Config {
    let mut config = config();
    config.organisation.ntfy =
        Some(Ntfy { url: "https://ntfy.example.com".to_owned(), token: Some(env("NTFY_TOKEN")) });
    config.organisation.pushover =
        Some(Pushover { token: env("PUSHOVER_TOKEN"), api_url: "https://api.pushover.net".to_owned() });
    let user = config.users.get_mut("kimura").unwrap();
    (user.ntfy, user.pushover) = (Some(env("KIMURA_TOPIC")), Some(env("KIMURA_KEY")));
    config
}

fn begin(config: &Config, delivery: &Delivery) -> Progress {
    let mut secrets = secrets();
    for (name, value) in [
        ("NTFY_TOKEN", "tk_1"),
        ("PUSHOVER_TOKEN", "app1"),
        ("KIMURA_TOPIC", "topic-of-kimura"),
        ("KIMURA_KEY", "user1"),
    ] {
        secrets.insert(env(name), Secret::new(value));
    }
    provider::begin(config, &secrets, &links(), delivery)
}

fn page(by: Contact, incidents: &[&Incident]) -> Delivery {
    delivery(wire::page(&with_push(), incidents, "kimura", by))
}

fn sent(delivery: &Delivery) -> (Pending, Request) {
    match begin(&with_push(), delivery) {
        Progress::Send(pending, request) => (pending, request),
        other => panic!("{other:?}"),
    }
}

fn then(pending: Pending, result: Result<Response, Failure>) -> Progress {
    provider::resume(&with_push(), &secrets(), pending, result)
}

fn outcome(delivery: &Delivery, result: Result<Response, Failure>) -> String {
    match then(sent(delivery).0, result) {
        Progress::Done(outcome) => words(&outcome),
        other => panic!("{other:?}"),
    }
}

/// As `shown`, with the link's token out of the way.
fn request(delivery: &Delivery) -> String {
    shown(&sent(delivery).1).replace(&links().token("3-9", "kimura").unwrap(), "3-9.LINK")
}

fn task(provider: Provider, task: Task) -> Delivery {
    let id = DeliveryId { epoch: 3, n: 20 };
    Delivery { id, provider, incidents: Vec::new(), task, repeat: false }
}

fn ask(reference: &str) -> Delivery {
    let of = DeliveryId { epoch: 3, n: 9 };
    task(Provider::Pushover, Task::Ask { of, by: Contact::Pushover, reference: reference.to_owned() })
}

#[test]
fn what_ntfy_is_sent() {
    insta::assert_snapshot!(request(&page(Contact::Ntfy, &[&incident()])), @r#"
    Post https://ntfy.example.com/
    accept: application/json
    content-type: application/json; charset=utf-8
    authorization: Bearer tk_1
    {
      "topic": "topic-of-kimura",
      "title": "[Critical] Checkout",
      "message": "5xx の割合が 5% を超えました (3-17)",
      "priority": 5,
      "click": "https://oncall.example.com/a/3-9.LINK",
      "actions": [
        {
          "action": "http",
          "label": "Acknowledge",
          "url": "https://oncall.example.com/a/3-9.LINK",
          "method": "POST",
          "headers": {
            "Content-Type": "application/x-www-form-urlencoded"
          },
          "body": "do=acknowledge",
          "clear": true
        }
      ]
    }
    "#);
    let mild = Incident { urgency: Urgency::Low, ..incident() };
    let usual = request(&page(Contact::Ntfy, &[&mild]));
    assert!(usual.contains("\"priority\": 3") && !usual.contains("actions"), "{usual}");
}

#[test]
fn ntfy_takes_4096_bytes_and_no_character_is_torn() {
    for text in ["漢".repeat(5_000), "🔥".repeat(5_000), "\"\u{1}\\".repeat(3_000), "a ".repeat(5_000)] {
        let mut long = page(Contact::Ntfy, &[&numbered(17, "x")]);
        let Task::Page { words: Words::Text(said), .. } = &mut long.task else { panic!() };
        said.summary = text;
        let body = sent(&long).1.body;
        assert!(body.len() <= 4_096, "{}", body.len());
        assert!(String::from_utf8(body).is_ok_and(|body| body.contains("topic-of-kimura")));
    }
}

#[test]
fn what_ntfy_answers() {
    let page = page(Contact::Ntfy, &[&incident()]);
    let cases = [
        (200, r#"{"id":"hwQ2YpKdmg","event":"message"}"#, "delivered hwQ2YpKdmg"),
        (
            200,
            "<html>proxy</html>",
            "unknown: ntfy: the answer did not name what was made: is its URL right?",
        ),
        (
            401,
            r#"{"code":40101,"error":"unauthorized"}"#,
            "rejected: ntfy: the credentials are refused: check them under `providers` (401)",
        ),
        (403, "", "rejected: ntfy: it is forbidden: check the account's state and permissions (403)"),
        (413, "", "rejected: ntfy: it refused the request (413)"),
        (429, r#"{"code":42901}"#, "unavailable: ntfy: too many requests (429)"),
        (503, "", "unavailable: ntfy: it refused the request (503)"),
    ];
    for (status, body, expected) in cases {
        assert_eq!(outcome(&page, ok(status, body)), expected, "{status}");
    }
    assert!(outcome(&page, Err(Failure::NotSent("refused".into()))).starts_with("unavailable"));
    assert!(outcome(&page, Err(Failure::Unknown("timed out".into()))).starts_with("unknown"));
}

#[test]
fn what_pushover_is_sent() {
    insta::assert_snapshot!(request(&page(Contact::Pushover, &[&incident()])), @r"
    Post https://api.pushover.net/1/messages.json
    accept: application/json
    content-type: application/x-www-form-urlencoded
    token = app1
    user = user1
    title = [Critical] Checkout
    message = 5xx の割合が 5% を超えました (3-17)
    priority = 2
    retry = 60
    expire = 1800
    url = https://oncall.example.com/a/3-9.LINK
    ");
    let mild = Incident { urgency: Urgency::Low, ..incident() };
    let usual = page(Contact::Pushover, &[&mild]);
    assert!(!request(&usual).contains("priority"), "{}", request(&usual));
    // What is not urgent has no receipt: nothing more will be heard of it.
    assert_eq!(outcome(&usual, ok(200, r#"{"status":1,"request":"647d2300"}"#)), "delivered 647d2300");
    let long = page(Contact::Pushover, &[&numbered(17, &"🔥".repeat(5_000))]);
    let message = request(&long).lines().find_map(|it| it.strip_prefix("message = ").map(str::to_owned));
    assert!(message.is_some_and(|message| message.chars().count() <= 1_024));
}

#[test]
fn what_pushover_answers() {
    let page = page(Contact::Pushover, &[&incident()]);
    let cases = [
        (
            200,
            r#"{"status":1,"receipt":"rLqVuqTRh62UzxtmqiaLzQmVcPgiCy","request":"5042853c"}"#,
            "accepted rLqVuqTRh62UzxtmqiaLzQmVcPgiCy",
        ),
        (
            200,
            r#"{"status":1,"request":"5042853c"}"#,
            "unknown: Pushover: the answer did not name what was made: is its URL right?",
        ),
        (
            400,
            r#"{"user":"invalid","errors":["user identifier is invalid"],"status":0}"#,
            "rejected: Pushover: the person has no address for it (400)",
        ),
        (
            400,
            r#"{"token":"invalid","errors":["application token is invalid"],"status":0}"#,
            "rejected: Pushover: the credentials are refused: check them under `providers` (400)",
        ),
        (429, "{}", "unavailable: Pushover: too many requests (429)"),
        (500, "", "unavailable: Pushover: it refused the request (500)"),
    ];
    for (status, body, expected) in cases {
        assert_eq!(outcome(&page, ok(status, body)), expected, "{status} {body}");
    }
    assert!(outcome(&page, Err(Failure::Unknown("timed out".into()))).starts_with("unknown"));
}

#[test]
fn a_receipt_is_asked_about_and_cancelled() {
    assert_eq!(
        shown(&sent(&ask("r1")).1),
        "Get https://api.pushover.net/1/receipts/r1.json?token=app1\naccept: application/json\n"
    );
    let cancel = task(Provider::Pushover, Task::HangUp { call: "r1".to_owned() });
    assert_eq!(
        shown(&sent(&cancel).1),
        "Post https://api.pushover.net/1/receipts/r1/cancel.json\naccept: application/json\n\
         content-type: application/x-www-form-urlencoded\ntoken = app1\n"
    );
    assert_eq!(outcome(&cancel, ok(200, r#"{"status":1}"#)), "delivered r1");
    assert_eq!(outcome(&cancel, ok(404, r#"{"status":0}"#)), "delivered r1", "it is over already");
    assert!(outcome(&cancel, ok(500, "")).starts_with("unavailable"));
    // Nothing that is no receipt becomes part of a URL.
    for odd in ["../../x", "", "r1?token=", "r 1"] {
        assert!(matches!(begin(&with_push(), &ask(odd)), Progress::Done(Outcome::Unknown { .. })), "{odd}");
    }
}

#[test]
fn whoever_acknowledges_in_the_app_acknowledges_here() {
    let answer =
        r#"{"status":1,"acknowledged":1,"acknowledged_at":1765126900,"acknowledged_by":"user1","expired":0}"#;
    let Progress::Answered(done, command) = then(sent(&ask("r1")).0, ok(200, answer)) else { panic!() };
    assert_eq!(words(&done), "delivered r1");
    let Command::Respond(Respond { target, action, via, .. }) = *command else { panic!() };
    assert_eq!(target, Target::Delivery(DeliveryId { epoch: 3, n: 9 }));
    assert_eq!((action, via), (Asked::Acknowledge, Via::Push));

    let cases = [
        (200, r#"{"status":1,"acknowledged":0,"expired":0}"#, "unknown: Pushover: not acknowledged yet"),
        (200, r#"{"status":1,"acknowledged":0,"expired":1}"#, "ended: Pushover: no answer"),
        (
            200,
            "{}",
            "unknown: Pushover: the answer was not its own: is its URL right, or a proxy in between?",
        ),
        (404, "{}", "unknown: Pushover: it refused the request (404)"),
        (429, "", "unknown: Pushover: too many requests (429)"),
    ];
    for (status, body, expected) in cases {
        assert_eq!(outcome(&ask("r1"), ok(status, body)), expected, "{status} {body}");
    }
}
