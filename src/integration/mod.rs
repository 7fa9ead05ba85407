//! A monitor's request -> events: one file per monitor, and one line in [`MONITORS`].
//!
//! [`find`] decides which endpoint a request may enter, [`receive`] what it says there. Both are pure: what must be
//! fetched to verify a message is asked for as [`Received::Fetch`], and `receive` is called again with it. What the
//! events mean for anybody is left to [`route`](crate::route). A body that an authenticated sender posts and that
//! we cannot read is an event of its own, never a refusal: a typo in a template must not swallow a page.

mod alarm;
mod alarm_message;
mod alertmanager;
mod aws_findings;
mod aws_notice;
mod aws_special;
mod aws_state;
mod aws_text;
mod aws_things;
mod azure;
mod azure_activity;
mod bounds;
mod cloudwatch;
mod datadog;
mod door;
mod email;
mod escaped;
mod eventbridge;
mod form;
mod gcp;
mod generic;
mod github;
mod grafana;
mod grafana_group;
mod group;
mod healthchecks;
mod json;
mod keys;
mod mackerel;
mod message;
mod monitor;
mod nagios;
mod newrelic;
mod notice;
mod opensearch;
mod opsgenie;
mod pagerduty;
mod pagerduty_details;
mod pagerduty_v1;
mod phrase;
mod pingdom;
mod posted;
mod push;
mod reading;
mod request;
mod sample;
mod sender;
mod sentry;
mod signature;
mod sns;
mod subject;
mod subscription;
mod table;
mod tags;
mod text_list;
mod uptime_kuma;
mod url;
mod zabbix;

pub use bounds::short_hash as digest;
pub use door::{Awaited, Stray, awaited, find, known, named_by, stray};
pub use generic::{Fault, Unusable, faults};
pub use keys::Keys;
pub use monitor::{Monitor, Sample, Sns};
pub use opsgenie::alert as opsgenie_alert;
pub use push::{Push, push_webhook};
pub use reading::{Answer, Fetch, FetchReason, Fetched, Received, Reject};
pub use request::Request;
pub use sample::TestRequest;
pub use signature::Signature;
pub use table::MONITORS;
pub use url::in_path;

use crate::alert::{Action, Event, HEARTBEAT_KEY, UNPARSED};
use crate::config::{Endpoint, Secrets};
use jiff::Timestamp;
use monitor::{Reader, Spoken};
use posted::Posted;
use reading::{Read, Stop, unparsed_key};
use std::collections::BTreeMap;
use subscription::Trust;

/// Reads a request that [`find`] let in through `endpoint`.
pub fn receive(
    endpoint: &Endpoint,
    request: &Request<'_>,
    secrets: &Secrets,
    now: Timestamp,
    fetched: &Fetched,
) -> Received {
    let monitor = Monitor::of(endpoint);
    let checked = monitor.signature.map_or(Ok(()), |it| it.check(endpoint, request, secrets, now));
    let posted = posted(endpoint, request, now);
    let received = match (checked, monitor.reader) {
        (Err(stop), _) => received(endpoint, Err(stop), request.body, secrets),
        (Ok(()), Reader::Protocol(speak)) => spoken(endpoint, speak(&posted), request.body, secrets),
        (Ok(()), Reader::Body(read)) => {
            let read = if endpoint.topics.is_empty() {
                read(&posted)
            } else {
                subscription::read(&posted, Trust::Verified(fetched), read)
            };
            received(endpoint, read, request.body, secrets)
        }
    };
    if endpoint.takes_only_beats() { beaten(endpoint, received) } else { received }
}

/// What stands for a request that [`find`] let in through `endpoint` and whose body is not whole: a body that cannot be
/// read, for the `reason` given. Refused where every request must be signed, because a signature is over the whole.
pub fn cut_off(endpoint: &Endpoint, body: &[u8], reason: &str, secrets: &Secrets) -> Received {
    if !endpoint.signing_secret.is_empty() {
        return Received::Reject(Reject::new(401, "signature", "what is not whole cannot be verified"));
    }
    let received = received(endpoint, Err(Stop::unparsed(reason)), body, secrets);
    if endpoint.takes_only_beats() { beaten(endpoint, received) } else { received }
}

/// The events of a body that is believed as it is, without a secret, a signature or a fetch: for trying an alert out.
pub fn read_trusted(endpoint: &Endpoint, body: &[u8], now: Timestamp) -> Vec<Event> {
    let secrets = Secrets::default();
    let request = Request { path: "", query: "", headers: &[], body };
    let posted = posted(endpoint, &request, now);
    let received = match Monitor::of(endpoint).reader {
        Reader::Protocol(speak) => spoken(endpoint, speak(&posted), body, &secrets),
        Reader::Body(read) => {
            received(endpoint, subscription::read(&posted, Trust::AsItIs, read), body, &secrets)
        }
    };
    match if endpoint.takes_only_beats() { beaten(endpoint, received) } else { received } {
        Received::Events { events, .. } => events,
        Received::Fetch(_) | Received::Reject(_) => Vec::new(),
    }
}

/// Whatever an integration that takes only heartbeats was sent, it is one.
fn beaten(endpoint: &Endpoint, received: Received) -> Received {
    let Received::Events { .. } = received else { return received };
    let beat = Event {
        integration: endpoint.id.to_string(),
        dedup_key: HEARTBEAT_KEY.to_owned(),
        summary: HEARTBEAT_KEY.to_owned(),
        ..Event::blank(Action::Beat)
    };
    accepted(vec![beat])
}

fn posted<'a>(endpoint: &'a Endpoint, request: &Request<'a>, now: Timestamp) -> Posted<'a> {
    let Request { path, query, headers, body } = *request;
    Posted { endpoint, path, query, headers, body, sent: None, now }
}

fn received(endpoint: &Endpoint, read: Read, body: &[u8], secrets: &Secrets) -> Received {
    match read {
        Ok(events) => accepted(bounds::within(&endpoint.id, without_secrets(endpoint, events, secrets))),
        Err(Stop::Unparsed(reason)) => accepted(vec![unparsed(endpoint, &reason, body, secrets)]),
        Err(Stop::Fetch(fetch)) => Received::Fetch(fetch),
        Err(Stop::Reject(reject)) => Received::Reject(reject),
    }
}

/// A protocol has its own answers, and may refuse an event that it nevertheless must not lose.
fn spoken(endpoint: &Endpoint, spoken: Spoken, body: &[u8], secrets: &Secrets) -> Received {
    let events = match spoken.events {
        Ok(events) => bounds::within(&endpoint.id, events),
        Err(reason) => {
            let event = unparsed(endpoint, &reason, body, secrets);
            vec![Event { action: spoken.unread, ..event }]
        }
    };
    Received::Events { events, answer: spoken.answer }
}

fn accepted(events: Vec<Event>) -> Received {
    let answer = Answer::accepted(events.len());
    Received::Events { events, answer }
}

/// The event that stands for a body we cannot read, with the body itself (less the endpoint's secrets) to look at.
fn unparsed(endpoint: &Endpoint, reason: &str, body: &[u8], secrets: &Secrets) -> Event {
    let dedup_key = unparsed_key(body);
    let body = less_secrets(endpoint, String::from_utf8_lossy(body).into_owned(), secrets);
    let event = Event {
        dedup_key,
        summary: format!("unparsed payload from integration {}: {reason}", endpoint.id),
        description: body,
        labels: BTreeMap::from([(UNPARSED.to_owned(), "true".to_owned())]),
        ..Event::blank(Action::Trigger)
    };
    bounds::bounded(&endpoint.id, event)
}

/// A part of a body that could not be read is shown without the endpoint's secrets, as a whole one is.
fn without_secrets(endpoint: &Endpoint, mut events: Vec<Event>, secrets: &Secrets) -> Vec<Event> {
    for event in events.iter_mut().filter(|event| event.labels.contains_key(UNPARSED)) {
        event.description = less_secrets(endpoint, std::mem::take(&mut event.description), secrets);
    }
    events
}

fn less_secrets(endpoint: &Endpoint, text: String, secrets: &Secrets) -> String {
    let known = secrets.all(&endpoint.secret).map(|secret| secret.expose());
    known.filter(|secret| !secret.is_empty()).fold(text, |text, secret| text.replace(secret, "…"))
}
