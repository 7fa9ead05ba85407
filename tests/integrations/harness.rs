//! What holds for whatever bytes come to whatever door: nothing panics, and little is made of little.
//!
//! One function for the mutation test next door and for `fuzz/fuzz_targets/integrations.rs`. The first byte chooses the
//! monitor, the second how the body comes, the rest is the body.

use jiff::Timestamp;
use oncall::alert::{DEDUP_KEY_MAX, DESCRIPTION_MAX, EVENTS_MAX, Event, LABELS_MAX, LINKS_MAX, SUMMARY_MAX};
use oncall::config::{Endpoint, GenericFields, Place, Secret, SecretSource, Secrets};
use oncall::integration::{Fetched, MONITORS, Received, Request, Sns, read_trusted, receive};

/// Paths of protocols that have their own.
const PATHS: [(&str, &str); 8] = [
    ("", ""),
    ("/v2/enqueue", ""),
    ("/v2/change/enqueue", ""),
    ("/generic/2010-04-15/create_event.json", ""),
    ("/v2/alerts", ""),
    ("/v2/alerts/disk%2Fdb/close", "identifierType=alias"),
    ("/v2/alerts/4f/details", "identifierType"),
    ("/v2/alerts/requests/%ff", "%%&=&"),
];
/// How many bytes of text are made of one byte of a body, at most, beside `ALWAYS`.
const TIMES: usize = 128;
/// An event has some words of its own.
const ALWAYS: usize = 4_096;

/// Feeds the bytes to a door; panics where what comes of it breaks a bound.
pub fn run(data: &[u8]) {
    let [which, how, body @ ..] = data else { return };
    let monitor = MONITORS[usize::from(*which) % MONITORS.len()];
    let source = SecretSource::Env("DOOR".into());
    let mut secrets = Secrets::default();
    secrets.insert(source.clone(), Secret::new("secret-of-the-door"));
    let topics = vec!["arn:aws:sns:eu-west-1:123456789012:alarms".to_owned()];
    let endpoint = Endpoint {
        id: "door".into(),
        monitor: monitor.name,
        secret: vec![source],
        signing_secret: Vec::new(),
        topics: if monitor.sns == Sns::Never { Vec::new() } else { topics },
        fields: GenericFields::default(),
        samples: Vec::new(),
        formerly: Vec::new(),
        severity: Vec::new(),
        stale_after: None,
        heartbeat: None,
        routes: Vec::new(),
        place: Place { file: "integrations/door.yaml".into(), line: 1 },
    };
    let (path, query) = PATHS[usize::from(how & 7)];
    let resource = ["event_alert", "metric_alert", "issue", "error"][usize::from(how >> 6)];
    let mut headers = vec![("sentry-hook-resource".to_owned(), resource.to_owned())];
    if how & 8 != 0 {
        headers.push(("x-amz-sns-rawdelivery".to_owned(), "true".to_owned()));
    }
    let now = Timestamp::from_second(1_796_094_000).unwrap();
    let request = Request { path, query, headers: &headers, body };
    if let Received::Events { events, .. } = receive(&endpoint, &request, &secrets, now, &Fetched::new()) {
        check(&events, body.len());
    }
    check(&read_trusted(&endpoint, body, now), body.len());
}

fn check(events: &[Event], body: usize) {
    assert!(events.len() <= EVENTS_MAX);
    let mut size = 0;
    for event in events {
        assert!(!event.dedup_key.is_empty() && event.dedup_key.len() <= DEDUP_KEY_MAX);
        assert!(event.summary.chars().count() <= SUMMARY_MAX && !event.summary.contains('\n'));
        assert!(event.description.chars().count() <= DESCRIPTION_MAX);
        assert!(event.labels.len() <= LABELS_MAX);
        assert!(event.links.len() <= LINKS_MAX && event.images.len() <= LINKS_MAX);
        size += event.summary.len() + event.description.len() + event.source.len() + event.dedup_key.len();
        size += event.labels.iter().map(|(name, value)| name.len() + value.len()).sum::<usize>();
        size += event.links.iter().chain(&event.images).map(|link| link.href.len()).sum::<usize>();
    }
    assert!(size <= TIMES * body + ALWAYS, "{size} bytes of text were made of {body}");
}
