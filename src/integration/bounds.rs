//! The bounds of an event: what is longer is cut with a mark, never refused.
//!
//! Also stamps the integration, so that the readers of bodies need not know it.

use super::url;
use crate::alert::{
    Action, DEDUP_KEY_MAX, DESCRIPTION_MAX, EVENTS_MAX, Event, LABEL_MAX, LABELS_MAX, LINKS_MAX, Link,
    SUMMARY_MAX, cut,
};
use data_encoding::HEXLOWER;
use jiff::Timestamp;
use ring::digest::{Context, SHA256, digest};

/// The longest URL kept, in bytes; a cut URL leads nowhere, so a longer one is left out.
const URL_MAX: usize = 2048;
/// The names of a label that is the URL of a runbook, as annotations have them.
const RUNBOOK_LABELS: [&str; 3] = ["runbook_url", "runbook_uri", "runbook"];
/// The longest message id kept verbatim, in bytes.
const MESSAGE_ID_MAX: usize = 256;

/// The events of one request within their bounds.
pub fn within(integration: &str, mut events: Vec<Event>) -> Vec<Event> {
    let (kept, left_out) = few(&events);
    if let Some(left_out) = left_out {
        events.truncate(kept.len());
        events.push(left_out);
    }
    events.into_iter().map(|event| bounded(integration, event)).collect()
}

/// As many of a request's alerts as are taken, and the event that says how many are not: lists are cut before events
/// are made of them, because a small element can become a large event.
pub fn few<T>(alerts: &[T]) -> (&[T], Option<Event>) {
    if alerts.len() <= EVENTS_MAX {
        return (alerts, None);
    }
    let kept = alerts.get(..EVENTS_MAX - 1).unwrap_or_default();
    let left_out = Event {
        dedup_key: "too-many-alerts".to_owned(),
        summary: format!("{} more alerts in one request were left out", alerts.len() - kept.len()),
        ..Event::blank(Action::Trigger)
    };
    (kept, Some(left_out))
}

/// A link to a web page that is short enough to be kept.
pub fn followed(link: Link) -> Option<Link> {
    is_web(&link.href).then_some(link)
}

/// One event within its bounds.
pub fn bounded(integration: &str, event: Event) -> Event {
    let runbook = runbook(&event);
    let dedup_key = if event.dedup_key.is_empty() {
        // The source names nothing to tell its problems apart by.
        hash(&[&event.summary, &event.source])
    } else {
        digested(event.dedup_key, DEDUP_KEY_MAX)
    };
    Event {
        integration: integration.to_owned(),
        dedup_key,
        summary: cut(&one_line(&event.summary), SUMMARY_MAX),
        description: cut(event.description.replace("\r\n", "\n").trim_end(), DESCRIPTION_MAX),
        source: cut(&event.source, LABEL_MAX),
        labels: labels(event.labels),
        links: links(event.links),
        images: links(event.images),
        runbook,
        message_id: event.message_id.map(|id| digested(id, MESSAGE_ID_MAX)),
        ..event
    }
}

/// The runbook that the monitor names, else one where people put it: in a label, in a link that is called so, or in the
/// description where the text calls a URL so.
fn runbook(event: &Event) -> Option<String> {
    let labels = RUNBOOK_LABELS.iter().filter_map(|name| event.labels.get(*name));
    let links = event.links.iter().filter(|link| url::is_about_runbook(&link.text)).map(|link| &link.href);
    let known = event.runbook.iter().chain(labels).chain(links);
    let lines = event.description.lines().filter_map(url::of_runbook);
    known.map(String::as_str).chain(lines).find(|url| is_web(url)).map(str::to_owned)
}

/// The SHA-256 of the parts as hex, told apart by their ends.
pub fn hash(parts: &[&str]) -> String {
    let joined: String = parts.iter().flat_map(|part| [part, "\0"]).collect();
    HEXLOWER.encode(digest(&SHA256, joined.as_bytes()).as_ref())
}

/// The beginning of the SHA-256 of some bytes, as hex: enough to tell the problems of one integration apart.
pub fn short_hash(bytes: &[u8]) -> String {
    HEXLOWER.encode(digest(&SHA256, bytes).as_ref().get(..16).unwrap_or_default())
}

/// A trigger without a key is a problem of its own: the same body at another moment is another key.
pub fn generated_key(body: &[u8], now: Timestamp) -> String {
    let mut context = Context::new(&SHA256);
    context.update(now.as_nanosecond().to_string().as_bytes());
    context.update(body);
    HEXLOWER.encode(context.finish().as_ref().get(..16).unwrap_or_default())
}

fn digested(text: String, max: usize) -> String {
    if text.len() <= max { text } else { HEXLOWER.encode(digest(&SHA256, text.as_bytes()).as_ref()) }
}

fn one_line(text: &str) -> String {
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}

/// Of too many labels the shortest stay: those are the ones that rules are written about.
fn labels(labels: std::collections::BTreeMap<String, String>) -> std::collections::BTreeMap<String, String> {
    let mut labels: Vec<(String, String)> = labels.into_iter().collect();
    if labels.len() > LABELS_MAX {
        labels.sort_by_key(|(name, value)| name.len() + value.len());
        labels.truncate(LABELS_MAX);
    }
    labels.into_iter().map(|(name, value)| (cut(&name, LABEL_MAX), cut(&value, LABEL_MAX))).collect()
}

fn links(links: Vec<Link>) -> Vec<Link> {
    links
        .into_iter()
        .filter(|link| is_web(&link.href))
        .take(LINKS_MAX)
        .map(|link| Link { text: cut(&link.text, LABEL_MAX), ..link })
        .collect()
}

/// Whether people can follow it: other schemes (`javascript:`) would be a trap in a web page.
pub fn is_web(url: &str) -> bool {
    url.len() <= URL_MAX
        && (url.starts_with("https://") || url.starts_with("http://"))
        && (url.bytes().all(|byte| byte.is_ascii_graphic())
            || !url.contains(|c: char| c.is_whitespace() || c.is_control()))
}
