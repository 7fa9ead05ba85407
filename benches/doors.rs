//! The cost of a request before its events reach the engine: `cargo bench --bench doors`.
//!
//! Measures the secret lookup, the parser and the limits, for one PagerDuty event and for a group of a hundred
//! alerts. `json` is the baseline: `serde_json` parsing the same bytes.

#![allow(clippy::unwrap_used, reason = "a bench's own text is right or it does not run")]

#[expect(dead_code, reason = "shared with benches that take the example's config as it is")]
mod world;

use divan::{Bencher, black_box};
use jiff::SignedDuration;
use oncall::alert::Event;
use oncall::compile::compile;
use oncall::config::{Config, Id, Secret, SecretSource, Secrets};
use oncall::integration::{Fetched, Keys, Received, Request, find, receive};
use oncall::web::limit::Limits;
use serde_json::{Value, json};
use world::{alert, now, tree};

fn main() {
    divan::main();
}

/// The number of integrations, which a request's cost does not depend on.
const INTEGRATIONS: [usize; 2] = [10, 1_000];

const BODIES: [Body; 2] = [Body::PagerDuty, Body::Alertmanager];

/// What is posted.
#[derive(Clone, Copy, Debug)]
enum Body {
    /// One event that contains its secret.
    PagerDuty,
    /// A hundred alerts.
    Alertmanager,
}

impl Body {
    fn path(self) -> &'static str {
        match self {
            Body::PagerDuty => "/v2/enqueue",
            Body::Alertmanager => "/v1/webhooks/alertmanager-0/secret-of-alertmanager-0",
        }
    }

    fn bytes(self) -> Vec<u8> {
        let body = match self {
            Body::PagerDuty => json!({
                "routing_key": "secret-of-pagerduty-0", "event_action": "trigger", "dedup_key": "checkout/5xx",
                "payload": {
                    "summary": "Error rate above 5% on checkout", "source": "web-01:9090", "severity": "critical",
                    "timestamp": "2026-12-08T02:00:00.000+0900", "component": "checkout", "class": "http",
                    "custom_details": { "ratio": "7.3%", "for": "5m", "region": "ap-northeast-1" },
                },
                "links": [{ "href": "https://prometheus.example.com/graph", "text": "graph" }],
            }),
            Body::Alertmanager => json!({
                "version": "4", "status": "firing", "externalURL": "https://alertmanager.example.com",
                "alerts": (0..100).map(|n| json!({
                    "status": "firing", "fingerprint": format!("{n:016x}"), "startsAt": "2026-12-07T17:00:00Z",
                    "labels": alert(n).labels,
                    "annotations": { "summary": alert(n).summary, "description": alert(n).description },
                    "generatorURL": "https://prometheus.example.com/graph?g0.expr=rate",
                })).collect::<Vec<Value>>(),
            }),
        };
        body.to_string().into_bytes()
    }
}

/// The integrations of `example-config` and this many more, half of each type, with their secrets.
fn doors(count: usize) -> (Config, Secrets) {
    let (mut tree, mut secrets) = (tree(), Secrets::default());
    for n in 0..count / 2 {
        for kind in ["pagerduty", "alertmanager"] {
            let (id, variable) = (format!("{kind}-{n}"), format!("{}_{n}", kind.to_uppercase()));
            let text =
                format!("type: {kind}\nsecret: {{ env: {variable} }}\nroutes: [{{ service: platform }}]\n");
            tree.files.insert(format!("integrations/{id}.yaml"), text.into_bytes());
            secrets.insert(SecretSource::Env(variable.into()), Secret::new(&format!("secret-of-{id}")));
        }
    }
    (compile(&tree).config.unwrap(), secrets)
}

#[divan::bench(args = BODIES)]
fn json_yardstick(bencher: Bencher, body: Body) {
    let bytes = body.bytes();
    bencher.bench_local(|| serde_json::from_slice::<Value>(black_box(&bytes)).unwrap());
}

/// Only whose secret it is, or that it is nobody's.
#[divan::bench(args = ["secret-of-alertmanager-0", "guessed"], consts = INTEGRATIONS)]
fn lookup<const INTEGRATIONS: usize>(bencher: Bencher, secret: &str) {
    let (config, secrets) = doors(INTEGRATIONS);
    let keys = Keys::new(&config, &secrets, &[7; 32]);
    let path = format!("/v1/webhooks/alertmanager-0/{secret}");
    let request = Request { path: &path, query: "", headers: &[], body: b"" };
    bencher.bench_local(|| find(&config, &secrets, &keys, black_box(&request)).is_ok());
}

/// The yardstick of a lookup: every secret compared with the one text that a path shows.
#[divan::bench(consts = INTEGRATIONS)]
fn lookup_yardstick<const INTEGRATIONS: usize>(bencher: Bencher) {
    let (config, secrets) = doors(INTEGRATIONS);
    let text = b"secret-of-alertmanager-0";
    bencher.bench_local(|| {
        let opens = |secret: &[SecretSource]| secrets.any_matches(secret, black_box(text));
        config.endpoints.values().filter(|endpoint| opens(&endpoint.secret)).count()
    });
}

/// From bytes to the events of the one integration whose secret they contain.
#[divan::bench(args = BODIES, consts = INTEGRATIONS)]
fn door<const INTEGRATIONS: usize>(bencher: Bencher, body: Body) {
    let ((config, secrets), bytes) = (doors(INTEGRATIONS), body.bytes());
    let keys = Keys::new(&config, &secrets, &[7; 32]);
    let request = Request { path: body.path(), query: "", headers: &[], body: &bytes };
    bencher.bench_local(|| {
        let request = black_box(&request);
        let endpoint = find(&config, &secrets, &keys, request).unwrap();
        match receive(endpoint, request, &secrets, now(), &Fetched::new()) {
            Received::Events { events, .. } => events,
            other => panic!("{other:?}"),
        }
    });
}

/// The number of keys that repeat without pause.
const KEYS: u32 = 10_000;

/// An event with new text for a key heard a moment ago: what arrives when nothing can be folded.
#[divan::bench]
fn limits_pass(bencher: Bencher) {
    let (limits, id) = (Limits::default(), Id::from("prometheus"));
    let events: Vec<Event> = (0..KEYS).map(alert).collect();
    let mut at = now();
    let mut next = events.iter().cycle();
    bencher.with_inputs(|| vec![next.next().unwrap().clone()]).bench_local_values(|events| {
        at += SignedDuration::from_millis(10);
        let passed = limits.pass(&id, at, events).unwrap();
        limits.stored(&id, at, &passed.digests);
        passed.events
    });
}

/// The same text again while the bucket is empty: folded.
#[divan::bench]
fn limits_fold(bencher: Bencher) {
    let (limits, id) = (Limits::default(), Id::from("prometheus"));
    let all: Vec<Event> = (0..KEYS).map(alert).collect();
    for _ in 0..2 {
        let passed = limits.pass(&id, now(), all.clone()).unwrap();
        limits.stored(&id, now(), &passed.digests);
    }
    let mut next = all.iter().cycle();
    bencher
        .with_inputs(|| vec![next.next().unwrap().clone()])
        .bench_local_values(|events| assert_eq!(limits.pass(&id, now(), events).unwrap().folded, 1));
}
