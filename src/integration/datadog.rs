//! Datadog's webhook: our payload (printed by `oncall urls`), and Datadog's default one, of which only the title says what
//! happened.
//!
//! <https://docs.datadoghq.com/integrations/webhooks/>. A variable that is not set stays as `$NAME`, or is `null`. A monitor
//! that alerts by group posts each group with a cycle key of its own, from its trigger to its recovery. Payloads that were
//! made for another receiver name the same variables otherwise: the usual names of each are read.

use super::monitor::{Monitor, Sample};
use super::posted::Posted;
use super::reading::{Read, Stop, of_test_button};
use super::{json, sender, tags, url};
use crate::alert::{Action, Event, Link, Severity};
use serde_json::Value;
use std::borrow::Cow;
use std::collections::BTreeMap;

pub const MONITOR: Monitor = Monitor {
    repeats: true,
    setup: r#"Integrations > Webhooks > New: this URL, and as payload:
  {
    "cycle": "$ALERT_CYCLE_KEY", "monitor": "$ALERT_ID",
    "scope": "$ALERT_SCOPE",
    "transition": "$ALERT_TRANSITION", "type": "$ALERT_TYPE",
    "priority": "$ALERT_PRIORITY", "title": "$EVENT_TITLE",
    "text": "$TEXT_ONLY_MSG", "host": "$HOSTNAME", "tags": "$TAGS",
    "date": "$DATE", "id": "$ID", "org": "$ORG_NAME", "url": "$LINK",
    "snapshot": "$SNAPSHOT"
  }
Then name it in the monitor's message: @webhook-oncall"#,
    sample: Sample {
        body: r#"{"cycle":"oncall-send","transition":"{state}","type":"info","priority":"P4","title":"test alert from oncall send"}"#,
        firing: "Triggered",
        resolved: "Recovered",
    },
    ..Monitor::webhook("datadog", "Datadog", read)
};

fn read(posted: &Posted<'_>) -> Read {
    // "Encode as form" wraps it.
    let form = url::form_field(posted.body, "payload");
    let body = json::parse(form.as_deref().unwrap_or(posted.body)).map_err(Stop::Unparsed)?;
    let title = said(&body, &["title", "event_title", "alert_title"])
        .ok_or_else(|| Stop::unparsed("there is no `title`"))?;
    let titled = Title::of(&title);
    let transition = said(&body, &["transition", "alert_transition"]);
    let transition = transition.as_deref().or(titled.transition).unwrap_or_default().to_lowercase();
    let action = if transition == "recovered" { Action::Resolve } else { Action::Trigger };
    let changed_at = said(&body, &["date", "last_updated"]).and_then(|text| json::instant(&text));
    let scope = said(&body, &["scope", "scopes", "alert_scope"]).unwrap_or(Cow::Borrowed(titled.scope));
    let id = said(&body, &["id", "event_id"]);
    let link = ["url", "link"].iter().find(|key| said(&body, &[key]).is_some());
    let text = said(&body, &["text", "text_only_msg", "body", "event_msg"]).unwrap_or_default();
    // A monitor may be called so, too: the message says who tried it.
    let is_test =
        titled.name.starts_with("[TEST]") && (text.is_empty() || text.contains("Test notification"));
    let event = Event {
        dedup_key: key(&body, &titled, &scope),
        severity: severity(&body, &titled, &transition),
        summary: titled.name.to_owned(),
        description: plain(&text),
        source: said(&body, &["host", "hostname"]).unwrap_or(Cow::Borrowed(&scope)).into_owned(),
        labels: labels(&body, &scope),
        links: link
            .and_then(|key| json::link(&body, key, "Datadog"))
            .or_else(|| monitor_in(&text))
            .into_iter()
            .collect(),
        images: said(&body, &["snapshot"])
            .and_then(|_| json::link(&body, "snapshot", ""))
            .into_iter()
            .collect(),
        started_at: changed_at.filter(|_| action == Action::Trigger),
        changed_at: changed_at.filter(|_| !transition.is_empty()),
        message_id: id.map(|id| format!("{id} {transition}")),
        ..Event::blank(action)
    };
    Ok(vec![if is_test { of_test_button(event) } else { event }])
}

/// The monitor's page: the default payload names it only in its message, as `[[Monitor Status](https://…)]`.
fn monitor_in(text: &str) -> Option<Link> {
    let urls = text.split("](").skip(1).filter_map(|part| Some(part.split_once(')')?.0));
    let mut pages = urls.filter(|url| url.starts_with("https://") && url.contains("/monitors"));
    pages.next().map(|href| Link { href: href.to_owned(), text: "Datadog".to_owned() })
}

/// A message less the marks that make it Markdown and the handles that say whom to tell.
fn plain(text: &str) -> String {
    let is_handle = |word: &&str| word.starts_with('@') && word.len() > 1;
    let lines = text.lines().map(str::trim_end).filter(|line| line.trim() != "%%%");
    let lines =
        lines.filter(|line| line.trim().is_empty() || !line.split_whitespace().all(|word| is_handle(&word)));
    lines.collect::<Vec<_>>().join("\n").trim().to_owned()
}

/// What a variable became, where it was set.
fn said<'b>(body: &'b Value, keys: &[&str]) -> Option<Cow<'b, str>> {
    let is_set = |text: &Cow<'_, str>| !text.starts_with('$') && !matches!(&**text, "null" | "Null" | "None");
    keys.iter().find_map(|key| json::text(body, key).filter(is_set))
}

/// `[P1] [Triggered on {host:web-1}] CPU is high`
#[derive(Debug, Default)]
struct Title<'t> {
    priority: Option<&'t str>,
    transition: Option<&'t str>,
    scope: &'t str,
    name: &'t str,
}

const TRANSITIONS: [&str; 9] = [
    "Triggered",
    "Re-Triggered",
    "Recovered",
    "Warn",
    "Re-Warn",
    "No data",
    "Re-No data",
    "Renotify",
    "Monitor failed",
];

impl<'t> Title<'t> {
    fn of(title: &'t str) -> Title<'t> {
        let mut titled = Title { name: title.trim(), ..Title::default() };
        while let Some((mark, rest)) = titled.name.strip_prefix('[').and_then(|text| text.split_once(']')) {
            let (word, scope) = mark.split_once(" on ").unwrap_or((mark, ""));
            if TRANSITIONS.iter().any(|known| known.eq_ignore_ascii_case(word)) {
                titled.transition = Some(word);
                titled.scope = scope.trim_start_matches('{').trim_end_matches('}');
            } else if Severity::parse(word).is_some_and(|_| word.len() == 2) {
                titled.priority = Some(word);
            } else {
                break;
            }
            titled.name = rest.trim();
        }
        titled
    }
}

const MONITOR_ID: &[&str] = &["monitor", "monitor_id", "alert_id"];

/// The cycle, else the monitor and its group, else what the title says of them.
fn key(body: &Value, titled: &Title<'_>, scope: &str) -> String {
    if let Some(cycle) = said(body, &["cycle", "alert_cycle_key"]) {
        return cycle.into_owned();
    }
    let monitor = said(body, MONITOR_ID).unwrap_or(Cow::Borrowed(titled.name));
    let organisation = said(body, &["org"]).or_else(|| json::at(body, "/org/id")).map(Cow::into_owned);
    sender::with(organisation, format!("{monitor}/{scope}"))
}

/// A warning is one whatever the monitor's priority; then the priority, then the type of the alert.
fn severity(body: &Value, titled: &Title<'_>, transition: &str) -> Option<Severity> {
    if transition.ends_with("warn") {
        return Some(Severity::Warning);
    }
    let priority = said(body, &["priority", "alert_priority", "severity"]);
    let priority = priority.as_deref().or(titled.priority).and_then(Severity::parse);
    priority.or_else(|| Severity::parse(&said(body, &["type", "alert_type"])?))
}

fn labels(body: &Value, scope: &str) -> BTreeMap<String, String> {
    let tagged = said(body, &["tags"]).unwrap_or_default();
    let mut labels = tags::labels(tagged.split(',').chain(scope.split(',')));
    let organisation = said(body, &["org"]).or_else(|| json::at(body, "/org/name"));
    labels.extend(organisation.map(|name| ("org".to_owned(), name.into_owned())));
    let monitor = said(body, MONITOR_ID);
    labels.extend(monitor.map(|id| ("monitor".to_owned(), id.into_owned())));
    labels
}
