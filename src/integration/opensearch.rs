//! OpenSearch alerting's custom webhook: the default message text, and our JSON templates
//! (`example-config/samples/opensearch-*.mustache`).
//!
//! The body is exactly what the operator's template renders. Query-level monitors repeat while the trigger is true and
//! never say that it is over; bucket-level ones list new, repeated and completed buckets in one text.

use super::bounds::{few, hash};
use super::{Monitor, Posted, Read, Sample, Sns, Stop, json};
use crate::alert::{Action, DEDUP_KEY_MAX, DESCRIPTION_MAX, Event, LABEL_MAX, SUMMARY_MAX, Severity, cut};
use serde_json::Value;
use std::collections::BTreeMap;

pub const MONITOR: Monitor = Monitor {
    repeats: true,
    sns: Sns::MayBe,
    setup: "Notifications > Channels > Custom webhook > URL, method POST. As the action's message paste \
            samples/opensearch-query-level.mustache (or -bucket-level); the default text is read as well. \
            A query-level monitor never says that it is over: set `stale_after` to 2 or 3 of its intervals.",
    sample: Sample {
        body: r#"{"oncall":"opensearch/1","monitor_id":"oncall-send","monitor":"oncall send","trigger_id":"test",
  "trigger":"test alert from oncall send","severity":"4","alerts":[{"s":"{state}","id":"1","key":"test"}]}"#,
        firing: "trigger",
        resolved: "resolve",
    },
    ..Monitor::webhook("opensearch", "OpenSearch", read)
};

/// With more buckets than this, each repeats only the beginning of a long name or text.
const SHARED_MAX: usize = 50;
/// How the default texts of the monitor types begin; a security detector's is one of them.
const WHO: [&str; 2] = ["Monitor ", "Detector "];
const ENTERED: [&str; 2] = [" just entered alert status", " just entered an alert state"];

/// The alerts of a rendered message: JSON of our template, else the default text, bare or in a JSON member.
fn read(posted: &Posted<'_>) -> Read {
    let text = String::from_utf8_lossy(posted.body);
    if let Some(message) = Message::of_text(&text) {
        return Ok(message.events());
    }
    let body = json::parse(posted.body).map_err(Stop::Unparsed)?;
    if let Some(message) =
        json::first(&body, &["text", "message", "content"]).and_then(|text| Message::of_text(&text))
    {
        return Ok(message.events());
    }
    let message = Message::of_json(&body).ok_or_else(|| {
        Stop::unparsed("neither the default text of OpenSearch nor JSON with `monitor` and `trigger`")
    })?;
    Ok(message.events())
}

/// One message, however it was written.
#[derive(Debug, Default)]
struct Message {
    monitor: String,
    trigger: String,
    /// What the dedup key begins with: ids where the template sends them, else names.
    key: String,
    /// `1` is the highest.
    severity: String,
    period_end: String,
    description: String,
    labels: BTreeMap<String, String>,
    /// Empty for a monitor without buckets.
    buckets: Vec<(Action, String)>,
    action: Option<Action>,
}

impl Message {
    /// The default text. It is read from its end: a name may hold any words, the fixed ones follow it.
    fn of_text(text: &str) -> Option<Message> {
        let text = text.trim();
        let named = WHO.iter().find_map(|who| text.strip_prefix(who))?;
        let (head, rest) = ENTERED.iter().find_map(|entered| named.split_once(entered))?;
        let mut rest = rest.to_owned();
        let mut section = |mark: &str| {
            let at = rest.rfind(mark)?;
            let value = rest.get(at + mark.len()..)?.trim().to_owned();
            rest.truncate(at);
            Some(value)
        };
        let completed = section("- Completed Alerts:").unwrap_or_default();
        let new = section("- New Alerts:").unwrap_or_default();
        let deduped = section("- Deduped Alerts:").unwrap_or_default();
        let (period_end, more) = first_line(&section("- Period end:").unwrap_or_default());
        section("- Period start:");
        let (severity, _) = first_line(&section("- Severity:").unwrap_or_default());
        let trigger = section("- Trigger:").unwrap_or_default();
        let firing = bucket_keys(&new).chain(bucket_keys(&deduped)).map(|key| (Action::Trigger, key));
        let over = bucket_keys(&completed).map(|key| (Action::Resolve, key));
        Some(Message {
            key: format!("{head}/{trigger}"),
            monitor: head.to_owned(),
            trigger,
            severity,
            period_end,
            description: more,
            buckets: firing.chain(over).collect(),
            ..Message::default()
        })
    }

    /// Our template's JSON, or any other that names a monitor and a trigger as it does.
    fn of_json(body: &Value) -> Option<Message> {
        let text = |key: &str| json::text(body, key).unwrap_or_default().into_owned();
        let (monitor, trigger) = (text("monitor"), text("trigger"));
        let monitor_id = json::first(body, &["monitor_id", "monitor"])?;
        let trigger_id = json::first(body, &["trigger_id", "trigger"])?;
        let error = json::text(body, "error").map(|error| format!("the monitor failed: {error}"));
        let ids = json::scalars(Some(body))
            .into_iter()
            .filter(|(name, _)| name == "monitor_id" || name == "trigger_id");
        Some(Message {
            key: format!("{monitor_id}/{trigger_id}"),
            severity: text("severity"),
            period_end: text("period_end"),
            description: error
                .into_iter()
                .chain(json::text(body, "text").map(Into::into))
                .collect::<Vec<String>>()
                .join("\n"),
            labels: ids.collect(),
            buckets: json::list(body, "alerts").iter().filter_map(bucket).collect(),
            action: json::text(body, "status").map(|status| action(&status)),
            monitor,
            trigger,
        })
    }

    fn events(&self) -> Vec<Event> {
        if self.buckets.is_empty() {
            return vec![self.event(self.action.unwrap_or(Action::Trigger), None)];
        }
        let (buckets, left_out) = few(&self.buckets);
        let shared = self.shared();
        let events = buckets.iter().map(|(action, bucket)| shared.event(*action, Some(bucket)));
        events.chain(left_out).collect()
    }

    /// What every bucket's event repeats, cut to what is kept of it.
    fn shared(&self) -> Message {
        let many = self.buckets.len() > SHARED_MAX;
        let (name, text) = if many { (LABEL_MAX / 4, SUMMARY_MAX) } else { (LABEL_MAX, DESCRIPTION_MAX) };
        Message {
            monitor: cut(&self.monitor, name),
            trigger: cut(&self.trigger, name),
            key: if self.key.len() > DEDUP_KEY_MAX { hash(&[&self.key]) } else { self.key.clone() },
            severity: self.severity.clone(),
            period_end: self.period_end.clone(),
            description: cut(&self.description, text),
            labels: self.labels.iter().map(|(name, id)| (name.clone(), cut(id, LABEL_MAX))).collect(),
            buckets: Vec::new(),
            action: None,
        }
    }

    fn event(&self, action: Action, bucket: Option<&str>) -> Event {
        let parts = [Some(self.monitor.as_str()), Some(self.trigger.as_str()), bucket];
        let parts: Vec<&str> = parts.into_iter().flatten().filter(|part| !part.is_empty()).collect();
        let mut labels = self.labels.clone();
        let named = [
            ("monitor", self.monitor.as_str()),
            ("trigger", &self.trigger),
            ("bucket", bucket.unwrap_or("")),
        ];
        labels.extend(named.map(|(name, value)| (name.to_owned(), value.to_owned())));
        labels.retain(|_, value| !value.is_empty());
        Event {
            dedup_key: bucket.map_or_else(|| self.key.clone(), |bucket| format!("{}/{bucket}", self.key)),
            severity: severity(&self.severity),
            summary: parts.join(": "),
            description: self.description.clone(),
            source: self.monitor.clone(),
            labels,
            started_at: json::instant(&self.period_end).filter(|_| action == Action::Trigger),
            ..Event::blank(action)
        }
    }
}

/// A value, and what an operator wrote below it.
fn first_line(text: &str) -> (String, String) {
    let (value, more) = text.split_once('\n').unwrap_or((text, ""));
    (value.trim().to_owned(), more.trim().to_owned())
}

/// `* <alert id> : <bucket keys>`, a line each.
fn bucket_keys(lines: &str) -> impl Iterator<Item = String> + '_ {
    lines.lines().filter_map(|line| {
        let (id, keys) = line.trim().strip_prefix('*')?.split_once(':')?;
        let keys = keys.trim();
        Some(if keys.is_empty() { id.trim().to_owned() } else { keys.to_owned() })
    })
}

/// One element of our bucket-level template; the `null` that ends its list is none.
fn bucket(alert: &Value) -> Option<(Action, String)> {
    let key = json::first(alert, &["key", "id"]).map_or_else(|| hash(&[&alert.to_string()]), Into::into);
    alert.is_object().then(|| (action(&json::text(alert, "s").unwrap_or_default()), key))
}

fn action(status: &str) -> Action {
    match status.to_ascii_lowercase().as_str() {
        "resolve" | "resolved" | "completed" => Action::Resolve,
        _ => Action::Trigger,
    }
}

/// 1 is the highest of five; words are read as words.
fn severity(text: &str) -> Option<Severity> {
    match text {
        "1" => Some(Severity::Critical),
        "2" => Some(Severity::Error),
        "3" => Some(Severity::Warning),
        "4" | "5" => Some(Severity::Info),
        word => Severity::parse(word),
    }
}
