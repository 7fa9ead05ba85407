//! What holds for whatever bytes come to whatever door: nothing panics, and little is made of little.
//!
//! One function for the mutation test next door and for `fuzz/fuzz_targets/integrations.rs`. The first byte chooses the
//! monitor, the second how the body comes, the rest is the body. Allocations are counted by `allocation-counter`, which
//! takes the place of the allocator in whatever is linked with this file, and counts each thread for itself.

use oncall::alert::{DEDUP_KEY_MAX, DESCRIPTION_MAX, EVENTS_MAX, Event, LABELS_MAX, LINKS_MAX, SUMMARY_MAX};
use oncall::config::{Endpoint, Field, GenericFields, Secret, SecretSource, Secrets};
use oncall::integration::{Fetched, MONITORS, Received, Request, Sns, read_trusted, receive};
use oncall::place::Place;

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
/// The bit of the second byte that gives the endpoint fields.
pub const FIELDS: u8 = 16;
/// How many bytes of text are made of one byte of a body, at most, beside `ALWAYS`.
const TIMES: usize = 128;
/// An event has some words of its own.
const ALWAYS: usize = 4_096;

/// How many bytes are allocated for one byte of a body, at most: at one time, and all together.
const PER_BYTE: [u64; 2] = [32, 96];
/// As many more for each JSON value, however short: 72 bytes, in a list that is there twice while it grows, and once more
/// as templates see it; each may also be an alert that templates are tried on in vain.
const PER_VALUE: [u64; 2] = [600, 8 << 10];
/// As many more for each event that comes of it.
const PER_EVENT: [u64; 2] = [4 << 10, 8 << 10];
/// As many more for any request.
const PER_REQUEST: [u64; 2] = [64 << 10, 64 << 10];

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
        fields: if how & FIELDS == 0 { GenericFields::default() } else { fields() },
        samples: Vec::new(),
        formerly: Vec::new(),
        rules: Vec::new(),
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
    let now = "2026-12-01T03:00:00Z".parse().unwrap();
    let request = Request { path, query, headers: &headers, body };
    let received = || match receive(&endpoint, &request, &secrets, now, &Fetched::new()) {
        Received::Events { events, .. } => events,
        Received::Fetch(_) | Received::Reject(_) => Vec::new(),
    };
    check(&frugally(body, received), body.len());
    check(&frugally(body, || read_trusted(&endpoint, body, now)), body.len());
}

/// Fields of every form, for a `generic` that has a list in its bodies.
fn fields() -> GenericFields {
    let field = |text: &str| Some(Field::read(text).unwrap());
    GenericFields {
        each: Some("/alerts".to_owned()),
        dedup_key: field("{{ body.group }}/{{ id }}"),
        summary: field("{{ title | upper }} of {{ body }}"),
        description: field("{% for alert in body.alerts %}{{ alert }}{% endfor %}"),
        status: field("/state"),
        labels: vec![("everything".to_owned(), field("{{ alert }}").unwrap())],
        link: field("/href"),
        ..GenericFields::default()
    }
}

/// What a reader makes of a body; panics where it allocates more than a small multiple of it.
fn frugally(body: &[u8], read: impl Fn() -> Vec<Event>) -> Vec<Event> {
    // Once before, for what is made once and kept: regular expressions and their caches.
    let mut events = read();
    let counted = allocation_counter::measure(|| events = read());
    let values = body.iter().filter(|byte| matches!(byte, b',' | b'[' | b'{')).count();
    for (at, bytes) in [counted.bytes_max, counted.bytes_total].into_iter().enumerate() {
        let most = PER_BYTE[at] * body.len() as u64
            + PER_VALUE[at] * values as u64
            + PER_EVENT[at] * events.len() as u64
            + PER_REQUEST[at];
        assert!(
            bytes <= most,
            "{counted:?} for {} bytes, {values} values and {} events",
            body.len(),
            events.len()
        );
    }
    events
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
