//! What is refused at the doors, how slowly, and who hears of it. Time is virtual: a wait is as long as it says.

use super::inside::{Engine, Inside, Said, event};
use super::world::{World, secret};
use axum::body::Body;
use http::Request;
use http::request::Builder;
use jiff::{SignedDuration, Timestamp};
use oncall::alert::{Action, DESCRIPTION_MAX, Event};
use oncall::web::body::BODY_MAX;
use oncall::web::limit::{BURST_MAX, EVENTS_PER_SECOND_MAX};
use oncall::web::slow::{WAIT_MAX, WAITING_OF_ONE_MAX};
use serde_json::{Value, json};
use std::sync::Arc;
use std::time::Duration;
use tokio::sync::mpsc::UnboundedReceiver;
use tokio::task::JoinHandle;
use tower::ServiceExt;

/// An integration by its key in a header, one whose every request is signed, and one that takes only heartbeats.
pub const INTEGRATIONS: [(&str, &str); 3] = [
    (
        "integrations/opsgenie.yaml",
        "type: opsgenie\nsecret: { env: SLACK_SIGNING_SECRET }\nroutes: [{ service: web }]\n",
    ),
    (
        "integrations/signed.yaml",
        "type: github\nsecret: { env: JIRA_API_TOKEN }\nsigning_secret: { env: TWILIO_AUTH_TOKEN }\nseverity: [{ severity: error }]\nroutes: [{ service: web }]\n",
    ),
    (
        "integrations/backup.yaml",
        "type: generic\nsecret: { env: BACKUP_SECRET }\nheartbeat: { every: 1h }\nroutes: [{ service: web }]\n",
    ),
];

/// The doors, what the engine was told, and the world they are in.
pub async fn inside() -> (Arc<Inside>, UnboundedReceiver<Event>, World) {
    let world = World::with(&INTEGRATIONS).await;
    let mut inside = Inside::of(&world);
    let told = inside.answer();
    (Arc::new(inside), told, world)
}

/// The URL's path of an integration.
pub fn path(id: &str, name: &str) -> String {
    format!("/v1/webhooks/{id}/{}", secret(name))
}

fn prometheus() -> String {
    path("prometheus", "PROMETHEUS_SECRET")
}

/// So many alerts of Alertmanager's, from this number on.
fn alerts(from: u32, count: u32) -> String {
    let alert = |n: u32| json!({ "status": "firing", "fingerprint": n.to_string(), "labels": { "alertname": "Disk" } });
    json!({ "version": "4", "alerts": (from..from + count).map(alert).collect::<Vec<_>>() }).to_string()
}

/// A request under way: the answer, and how long it took.
fn asked(
    inside: &Arc<Inside>,
    from: &'static str,
    request: Builder,
    body: impl Into<String>,
) -> JoinHandle<(u16, i128)> {
    let (inside, began, body) = (inside.clone(), inside.clock.now(), body.into());
    tokio::spawn(async move {
        let said = inside.ask(from, request, body).await;
        (said.status, since(&inside, began).as_millis())
    })
}

fn since(inside: &Inside, began: Timestamp) -> SignedDuration {
    inside.clock.now().duration_since(began)
}

fn with(request: Builder, authorization: &str) -> Builder {
    request.header("authorization", authorization)
}

#[tokio::test(start_paused = true)]
async fn a_wrong_secret_is_answered_after_its_wait_and_a_right_one_at_once() {
    let (inside, _told, _world) = inside().await;
    let wrong_key = event("disk").replace(secret("PAGERDUTY_KEY"), "guessed");
    let wrong: [(Builder, &str, u16); 9] = [
        (Request::post("/v1/webhooks/prometheus/guessed"), "{}", 401),
        (Request::post("/v2/enqueue"), &wrong_key, 400),
        (with(Request::post("/v2/alerts"), "GenieKey guessed"), "{}", 401),
        (Request::post(path("signed", "JIRA_API_TOKEN")), "{}", 401),
        (Request::post("/v1/push").header("x-gitlab-token", "guessed"), "{}", 401),
        (Request::post("/v1/callbacks/slack"), "payload=%7B%7D", 401),
        (with(Request::get("/v1/incidents"), "Bearer guessed"), "", 401),
        (Request::get("/v1/calendars/schedules/web.ics?token=guessed"), "", 404),
        (Request::post("/webhook/guessed"), "{}", 404),
    ];
    let expected: Vec<(u16, i128)> =
        (0..).zip(&wrong).map(|(n, (_, _, status))| (*status, n * 250)).collect();
    let wrong = wrong.map(|(request, body, _)| asked(&inside, "192.0.2.1", request, body));
    // From the same address, at the same time: those with a good secret, and those without any.
    let others = [
        (asked(&inside, "192.0.2.1", Request::post(prometheus()), alerts(0, 1)), 202),
        (asked(&inside, "192.0.2.1", Request::post("/v2/enqueue"), event("disk")), 202),
        (asked(&inside, "192.0.2.1", Request::get(prometheus()), ""), 405),
        (asked(&inside, "192.0.2.1", Request::get("/favicon.ico"), ""), 404),
        (asked(&inside, "192.0.2.2", Request::post("/v1/webhooks/prometheus/guessed"), "{}"), 401),
    ];
    for (other, status) in others {
        assert_eq!(other.await.unwrap(), (status, 0));
    }
    let mut answers = Vec::new();
    for wrong in wrong {
        answers.push(wrong.await.unwrap());
    }
    assert_eq!(answers, expected);
    // Whoever comes after the waits are over begins anew.
    tokio::time::sleep(Duration::try_from(WAIT_MAX).unwrap()).await;
    let again = asked(&inside, "192.0.2.1", Request::post("/v1/webhooks/prometheus/guessed"), "{}");
    assert_eq!(again.await.unwrap(), (401, 0));
}

#[tokio::test(start_paused = true)]
async fn only_so_many_refusals_wait() {
    let (inside, _told, _world) = inside().await;
    let began = inside.clock.now();
    let guesses: Vec<JoinHandle<(SignedDuration, Said)>> = (0..10_000)
        .map(|_| {
            let inside = inside.clone();
            tokio::spawn(async move {
                let request = Request::post("/v1/webhooks/prometheus/guessed");
                let said = inside.ask("192.0.2.1", request, "{}").await;
                (since(&inside, began), said)
            })
        })
        .collect();
    let good = asked(&inside, "192.0.2.1", Request::post(prometheus()), alerts(0, 1));
    assert_eq!(good.await.unwrap(), (202, 0));
    let mut waited = 0;
    for guess in guesses {
        let (wait, said) = guess.await.unwrap();
        assert_eq!(said.status, 401);
        // Who does not wait need not keep the connection either; the very first has nothing to wait for.
        assert!(wait <= WAIT_MAX, "{wait:?}");
        waited += usize::from(wait.is_positive());
        assert!(wait.is_positive() || said.header("connection") == Some("close") || waited == 0);
    }
    assert_eq!(waited, WAITING_OF_ONE_MAX);
    assert_eq!(inside.refused("unauthorized"), 10_000);
}

fn is_unparsed(key: &Value) -> bool {
    key.as_str().is_some_and(|key| key.starts_with("unparsed/"))
}

/// What the integration knows of a request that was refused: by which word, and what of it was an event.
async fn shown(inside: &Inside, id: &str) -> (Value, Value, Value) {
    let counts = inside.since_start(id).await;
    (counts["refused"].clone(), counts["unparsed"].clone(), counts["last_error"]["reason"].clone())
}

#[tokio::test(start_paused = true)]
async fn a_body_that_is_too_large_is_an_alert_where_its_sender_is_known() {
    let (inside, mut told, _world) = inside().await;
    let large = format!("{{\"first words\": \"{}", " ".repeat(BODY_MAX));
    let key = format!("GenieKey {}", secret("SLACK_SIGNING_SECRET"));
    let basic = format!("Bearer {}", secret("PROMETHEUS_SECRET"));
    let known = [
        (Request::post(prometheus()), "prometheus"),
        (with(Request::post("/v1/webhooks/prometheus"), &basic), "prometheus"),
        (with(Request::post("/v2/alerts"), &key), "opsgenie"),
    ];
    for (request, id) in known {
        let said = inside.ask("198.51.100.1", request, large.clone()).await;
        assert_eq!((said.status, said.header("connection")), (413, Some("close")), "{said:?}");
        assert_eq!(&said.body[..], b"the body is larger than 5 MiB\n");
        let event = told.try_recv().unwrap();
        assert_eq!(
            event.summary,
            format!("unparsed payload from integration {id}: the body is larger than 5 MiB")
        );
        assert_eq!((event.action, &event.labels["oncall_unparsed"]), (Action::Trigger, &"true".to_owned()));
        assert!(event.description.starts_with("{\"first words\""), "{}", event.description);
        assert!(event.description.chars().count() <= DESCRIPTION_MAX);
    }
    assert_eq!(shown(&inside, "opsgenie").await, (json!({ "too_large": 1 }), json!(1), json!("too_large")));

    // By a URL that is another's, and by one that is nobody's: that is told as well.
    let moved = path("old-name", "PROMETHEUS_SECRET");
    assert_eq!(inside.post(&moved, large.clone()).await.status, 413);
    assert_eq!(told.try_recv().unwrap().integration, "prometheus");
    assert_eq!(told.try_recv().unwrap().integration, "oncall");
    let nowhere = format!("/webhook/{}", secret("PROMETHEUS_SECRET"));
    assert_eq!(inside.post(&nowhere, large.clone()).await.status, 413);
    let event = told.try_recv().unwrap();
    assert!(event.integration == "oncall" && event.description.starts_with("{\"first words\""), "{event:?}");
    // Of a job that only says that it lives, any words do.
    assert_eq!(inside.post(&path("backup", "BACKUP_SECRET"), large.clone()).await.status, 413);
    assert_eq!(told.try_recv().unwrap().action, Action::Beat);

    // Nobody knows who sent these: with the key in the body, without the signature that must be. A wrong secret is no less
    // wrong for the size of what comes with it.
    assert_eq!(inside.post("/v1/webhooks/prometheus/guessed", large.clone()).await.status, 401);
    for path in ["/v2/enqueue", &path("signed", "JIRA_API_TOKEN")] {
        assert_eq!(inside.post(path, large.clone()).await.status, 413, "{path}");
    }
    assert!(told.try_recv().is_err());
    assert_eq!(inside.refused("too_large"), 8);
    // A key at the beginning of a long body says who sends it.
    let long = super::inside::event("disk").replace("db1", &"x".repeat(BODY_MAX));
    let (before, key) = (long.split_once('{').unwrap(), secret("PAGERDUTY_KEY"));
    let long = format!("{}{{\"routing_key\": \"{key}\", {}", before.0, before.1);
    assert_eq!(inside.post("/v2/enqueue", long).await.status, 413);
    assert_eq!(told.try_recv().unwrap().integration, "pagerduty");
    assert_eq!(shown(&inside, "signed").await, (json!({ "too_large": 1 }), json!(0), json!("too_large")));
}

#[tokio::test(start_paused = true)]
async fn every_refusal_is_counted_and_shown_at_its_integration() {
    let (inside, mut told, _world) = inside().await;
    let no_dedup_key = event("disk").replace("trigger", "resolve").replace("dedup_key", "no_key");
    let github = |signature: &str| {
        Request::post("/v1/webhooks/signed").header("x-hub-signature-256", signature.to_owned())
    };
    let stale = format!("Bearer {}", secret("PROMETHEUS_SECRET"));
    let cases: [(Builder, &str, u16, &str, Option<&str>); 11] = [
        (Request::get(prometheus()), "", 405, "method", Some("prometheus")),
        (Request::post("/v1/webhooks/prometheus/guessed"), "{}", 401, "unauthorized", Some("prometheus")),
        (Request::post("/v1/webhooks/nobody/guessed"), "{}", 401, "unauthorized", None),
        (github("sha256=00"), "{}", 401, "unauthorized", Some("signed")),
        (Request::post(path("signed", "JIRA_API_TOKEN")), "{}", 401, "signature", Some("signed")),
        (Request::post("/v2/enqueue"), "no JSON", 400, "bad_request", None),
        (Request::post("/v2/enqueue"), &no_dedup_key, 400, "invalid", Some("pagerduty")),
        (Request::get("/v2/enqueue"), "", 405, "method", None),
        (Request::get("/nothing"), "", 404, "not_found", None),
        (with(Request::get("/v1/integrations/prometheus"), &stale), "", 401, "api_unauthorized", None),
        (Request::get("/v1/calendars/web.ics"), "", 404, "calendar_not_found", None),
    ];
    for (request, body, status, code, id) in cases {
        let before = inside.refused(code);
        let count = |shown: &Value| shown["refused"][code].as_u64().unwrap_or_default();
        let shown = match id {
            Some(id) => count(&inside.since_start(id).await),
            None => 0,
        };
        let said = inside.ask("192.0.2.1", request, body.to_owned()).await;
        assert_eq!((said.status, inside.refused(code)), (status, before + 1), "{code}");
        let Some(id) = id else { continue };
        let after = inside.since_start(id).await;
        assert_eq!((count(&after), &after["last_error"]["reason"]), (shown + 1, &json!(code)), "{after}");
    }
    assert_eq!(
        told.try_recv().unwrap().summary,
        "unparsed payload from integration pagerduty: 'dedup_key' is missing or blank"
    );
    let pagerduty = inside.since_start("pagerduty").await;
    assert_eq!(
        (&pagerduty["requests"], &pagerduty["unparsed"], is_unparsed(&pagerduty["last_event"]["dedup_key"])),
        (&json!(1), &json!(1), true),
        "{pagerduty}"
    );
    let large = "x".repeat(2 << 20);
    assert_eq!(inside.post("/v1/callbacks/slack", large).await.status, 413);
    assert_eq!(inside.refused("too_large"), 1);

    for (does, code) in [(Engine::CannotStore, "not_stored"), (Engine::DoesNotAnswer, "busy")] {
        inside.engine(does);
        let said = inside.post(&prometheus(), alerts(0, 1)).await;
        assert_eq!((said.status, said.header("retry-after")), (503, Some("5")), "{code}");
        assert_eq!(inside.refused(code), 1);
        let (refused, _, last) = shown(&inside, "prometheus").await;
        assert_eq!((&refused[code], last), (&json!(1), json!(code)));
    }
}

/// RFC 9110, 11.1: the name of a scheme is read in any case.
#[tokio::test(start_paused = true)]
async fn a_bearer_is_one_in_any_case() {
    let (inside, _told, _world) = inside().await;
    for (scheme, status) in [("Bearer", 200), ("bearer", 200), ("BEARER ", 200), ("Basic", 401), ("", 401)] {
        let request = Request::get("/v1/integrations/prometheus");
        let request = with(request, &format!("{scheme} {}", secret("API_TOKEN")));
        assert_eq!(inside.ask("192.0.2.1", request, "").await.status, status, "{scheme}");
    }
}

#[tokio::test(start_paused = true)]
async fn before_there_is_a_config_everybody_is_told_to_come_again() {
    let world = World::with(&[]).await;
    let inside = Inside::of(&world);
    for path in [&prometheus(), "/v2/enqueue", "/webhook/guessed", "/v1/push", "/v1/callbacks/slack"] {
        assert_eq!(inside.post(path, "{}").await.status, 503, "{path}");
    }
    assert_eq!(inside.refused("no_config"), 5);
}

/// A start takes a moment, and a Grafana that is refused comes again after five minutes.
#[tokio::test(start_paused = true)]
async fn what_comes_during_a_start_waits_for_the_config() {
    let world = World::with(&[]).await;
    let mut inside = Inside::of(&world);
    let request = |path: &str| Request::post(path).body(Body::from(alerts(0, 1))).unwrap();
    let early = tokio::spawn(inside.router.clone().oneshot(request(&prometheus())));
    tokio::time::sleep(Duration::from_secs(7)).await;
    assert!(!early.is_finished());
    let mut told = inside.answer();
    assert_eq!(early.await.unwrap().unwrap().status(), 202);
    assert_eq!(told.recv().await.unwrap().integration, "prometheus");
}

/// One that says too much is told when to come again, and no other one is.
#[tokio::test(start_paused = true)]
async fn too_much_from_one_integration_is_its_own_trouble() {
    let (inside, _told, _world) = inside().await;
    for n in 0..BURST_MAX / 10_000 {
        assert_eq!(inside.post(&prometheus(), alerts(n * 10_000, 10_000)).await.status, 202);
    }
    // What it said word for word a moment ago changes nothing, and is no reason to refuse it.
    assert_eq!(inside.post(&prometheus(), alerts(0, 10_000)).await.status, 202);
    let more = alerts(BURST_MAX, 2 * EVENTS_PER_SECOND_MAX);
    let said = inside.post(&prometheus(), more.clone()).await;
    assert_eq!((said.status, said.header("retry-after")), (503, Some("3")), "{said:?}");
    assert_eq!(inside.event("disk").await.status, 202);
    let counts = inside.since_start("prometheus").await;
    assert_eq!(
        (&counts["events"], &counts["folded"], &counts["refused"], &counts["last_error"]["reason"]),
        (&json!(BURST_MAX), &json!(10_000), &json!({ "rate": 1 }), &json!("rate")),
        "{counts}"
    );
    assert_eq!(inside.refused("rate"), 1);
    tokio::time::sleep(Duration::from_secs(3)).await;
    assert_eq!(inside.post(&prometheus(), more).await.status, 202);
}

/// A data centre goes dark: 100,000 alerts of one integration in a minute, as they come in a storm.
#[tokio::test(start_paused = true)]
async fn a_storm_is_let_in() {
    let (inside, mut told, _world) = inside().await;
    for n in 0..100 {
        assert_eq!(inside.post(&prometheus(), alerts(n * 1_000, 1_000)).await.status, 202, "{n}");
        tokio::time::sleep(Duration::from_millis(600)).await;
    }
    let mut keys = std::collections::BTreeSet::new();
    while let Ok(event) = told.try_recv() {
        keys.insert(event.dedup_key);
    }
    assert_eq!(keys.len(), 100_000);
}

#[tokio::test(start_paused = true)]
async fn a_health_check_fails_when_the_engine_takes_no_turns_and_holds_before_there_is_a_config() {
    let world = World::with(&INTEGRATIONS).await;
    let mut inside = Inside::of(&world);
    let health = async |inside: &Inside| inside.ask("192.0.2.1", Request::get("/healthz"), "").await.status;
    assert_eq!(health(&inside).await, 200, "a restart would not bring a config");
    let _told = inside.answer();
    assert_eq!(health(&inside).await, 200);
    inside.engine(Engine::CannotStore);
    assert_eq!(health(&inside).await, 200, "a disk that fails is no reason for a restart");
    inside.engine(Engine::DoesNotAnswer);
    assert_eq!(health(&inside).await, 503);
}
