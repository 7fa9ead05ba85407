//! OpenSearch alerting's custom webhook: the default message text, and our JSON templates
//! (`example-config/samples/opensearch-*.mustache`).
//!
//! The body is exactly what the operator's template renders. Query-level monitors repeat while the trigger is true and
//! never say that it is over; bucket-level ones list new, repeated and completed buckets in one text.

use super::bounds::{few, hash};
use super::monitor::{Monitor, Sample};
use super::posted::Posted;
use super::reading::{Read, Stop};
use super::{escaped, generic, json};
use crate::alert::{
    Action, DEDUP_KEY_MAX, DESCRIPTION_MAX, Event, LABEL_MAX, Link, SUMMARY_MAX, Severity, cut,
};
use serde_json::Value;
use std::collections::BTreeMap;

pub const MONITOR: Monitor = Monitor {
    repeats: true,
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
/// The longest beginning of a key that is kept verbatim, in bytes; each bucket's key repeats it.
const KEY_MAX: usize = DEDUP_KEY_MAX / 2;
/// How the default texts of the monitor types begin; that of an older security detector is one of them.
const WHO: [&str; 2] = ["Monitor ", "Detector "];
const ENTERED: [&str; 2] = [" just entered alert status", " just entered an alert state"];
/// The members of our templates that are no labels.
const NO_LABELS: [&str; 14] = [
    "oncall",
    "status",
    "monitor",
    "trigger",
    "severity",
    "period_start",
    "period_end",
    "alert_id",
    "error",
    "text",
    "runbook",
    "link",
    "url",
    "summary",
];

/// The alerts of a rendered message: the default text, bare or in a JSON member; JSON of our template; else what an
/// operator wrote instead, as JSON or in words.
fn read(posted: &Posted<'_>) -> Read {
    let text = String::from_utf8_lossy(posted.body);
    if let Some(message) = Message::of_text(&escaped::undone(&text)) {
        return Ok(message.events());
    }
    let body = match json::parse(posted.body) {
        Ok(body) => body,
        Err(reason) => return Ok(vec![words(posted.body).ok_or(Stop::Unparsed(reason))?]),
    };
    let in_json = json::first(&body, &["text", "message", "content"]);
    let in_json = in_json.and_then(|text| Message::of_text(&escaped::html(&text)));
    match in_json.or_else(|| Message::of_json(&body)) {
        Some(message) => Ok(message.events()),
        None => guessed(&body).map(|event| vec![event]),
    }
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
    /// Why there may be no alert at all: the query or the trigger failed, and OpenSearch tells of it as of one that fires.
    error: Option<String>,
    labels: BTreeMap<String, String>,
    link: Option<String>,
    runbook: Option<String>,
    /// Empty for a monitor without buckets.
    buckets: Vec<(Action, String)>,
    action: Option<Action>,
}

impl Message {
    /// A default text.
    fn of_text(text: &str) -> Option<Message> {
        Message::of_monitor(text.trim()).or_else(|| Message::of_detector(text.trim()))
    }

    /// That of a monitor, of every type. It is read from its end: a name may hold any words, the fixed ones follow it.
    fn of_monitor(text: &str) -> Option<Message> {
        let named = WHO.iter().find_map(|who| text.strip_prefix(who))?;
        let (monitor, rest) = ENTERED.iter().find_map(|entered| named.split_once(entered))?;
        let mut sections = Sections(rest.to_owned());
        let completed = sections.take("- Completed Alerts:");
        let new = sections.take("- New Alerts:");
        let deduped = sections.take("- Deduped Alerts:");
        let (period_end, below_period) = first_line(&sections.take("- Period end:").unwrap_or_default());
        sections.take("- Period start:");
        let (severity, below_severity) = first_line(&sections.take("- Severity:").unwrap_or_default());
        let (trigger, below_trigger) = first_line(&sections.take("- Trigger:").unwrap_or_default());
        let (_, above) = first_line(&sections.0);
        let lists = [(Action::Trigger, &new), (Action::Trigger, &deduped), (Action::Resolve, &completed)];
        let listed = |(action, list): (Action, &Option<String>)| {
            bucket_keys(list.as_deref().unwrap_or_default()).map(|key| (action, key)).collect::<Vec<_>>()
        };
        let buckets: Vec<(Action, String)> = lists.into_iter().flat_map(listed).collect();
        let is_bucket_level = lists.iter().any(|(_, list)| list.is_some());
        let own = lists.iter().flat_map(|(_, list)| list.iter()).flat_map(|list| list.lines());
        let own: Vec<&str> = own.filter(|line| !line.trim().starts_with('*')).collect();
        let description = lines(&[above, below_trigger, below_severity, below_period, own.join("\n")]);
        Some(Message {
            key: key(monitor, &trigger, &description),
            monitor: monitor.to_owned(),
            trigger,
            severity,
            period_end,
            error: (is_bucket_level && buckets.is_empty()).then(|| NO_BUCKET.to_owned()),
            runbook: member(&description, "runbook"),
            description,
            buckets,
            ..Message::default()
        })
    }

    /// That of Security Analytics.
    fn of_detector(text: &str) -> Option<Message> {
        if !text.starts_with("- Triggered alert condition:") {
            return None;
        }
        let mut sections = Sections(text.to_owned());
        let sources = sections.take("- Detector data sources:").unwrap_or_default();
        let description = sections.take("- Description:").unwrap_or_default();
        let monitor = sections.take("- Threat detector:").unwrap_or_default();
        let (severity, _) = first_line(&sections.take("- Severity:").unwrap_or_default());
        let trigger = sections.take("- Triggered alert condition:").unwrap_or_default();
        Some(Message {
            key: key(&monitor, &trigger, &description),
            monitor,
            trigger,
            severity,
            description: lines(&[description, sources]),
            ..Message::default()
        })
    }

    /// Our template's JSON, or any other that names a monitor and a trigger as it does.
    fn of_json(body: &Value) -> Option<Message> {
        let text = |key: &str| json::text(body, key).map(|text| escaped::html(&text).into_owned());
        let (monitor, trigger) = (text("monitor"), text("trigger"));
        let monitor_id = text("monitor_id").or_else(|| monitor.clone())?;
        let trigger_id = text("trigger_id").or_else(|| trigger.clone())?;
        let is_bucket_level = body.get("alerts").is_some_and(Value::is_array);
        let buckets: Vec<(Action, String)> = json::list(body, "alerts").iter().filter_map(bucket).collect();
        let no_bucket = (is_bucket_level && buckets.is_empty()).then(|| NO_BUCKET.to_owned());
        let mut labels = json::scalars(Some(body));
        labels.retain(|name, _| !NO_LABELS.contains(&name.as_str()));
        labels.extend(json::scalars(body.get("labels")));
        labels.values_mut().for_each(|value| *value = escaped::html(value).into_owned());
        let error = text("error");
        Some(Message {
            key: format!("{monitor_id}/{trigger_id}"),
            monitor: monitor.unwrap_or_default(),
            trigger: trigger.unwrap_or_default(),
            severity: text("severity").unwrap_or_default(),
            period_end: text("period_end").unwrap_or_default(),
            description: lines(&[error.clone().unwrap_or_default(), text("text").unwrap_or_default()]),
            error: error.or(no_bucket),
            labels,
            link: text("link").or_else(|| text("url")),
            runbook: text("runbook"),
            buckets,
            action: json::text(body, "status").map(|status| action(&status)),
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
        let (name, text) = if many { (LABEL_MAX / 8, SUMMARY_MAX / 4) } else { (LABEL_MAX, DESCRIPTION_MAX) };
        let labels = self.labels.iter().filter(|(name, _)| !many || name.ends_with("_id"));
        let short = |url: &String| !many || url.len() <= text;
        Message {
            monitor: cut(&self.monitor, name),
            trigger: cut(&self.trigger, name),
            key: self.key(),
            severity: self.severity.clone(),
            period_end: self.period_end.clone(),
            description: cut(&self.description, text),
            error: self.error.as_ref().map(|error| cut(error, text)),
            labels: labels.map(|(label, value)| (label.clone(), cut(value, name))).collect(),
            link: self.link.clone().filter(|_| !many),
            runbook: self.runbook.clone().filter(short),
            buckets: Vec::new(),
            action: None,
        }
    }

    fn key(&self) -> String {
        if self.key.len() > KEY_MAX { hash(&[&self.key]) } else { self.key.clone() }
    }

    fn event(&self, action: Action, bucket: Option<&str>) -> Event {
        let mut labels = self.labels.clone();
        let named = [
            ("monitor", self.monitor.as_str()),
            ("trigger", &self.trigger),
            ("bucket", bucket.unwrap_or("")),
            ("error", if self.error.is_some() { "true" } else { "" }),
        ];
        labels.extend(named.map(|(name, value)| (name.to_owned(), value.to_owned())));
        labels.retain(|_, value| !value.is_empty());
        Event {
            dedup_key: bucket.map_or_else(|| self.key(), |bucket| format!("{}/{bucket}", self.key())),
            severity: severity(&self.severity),
            summary: self.summary(bucket),
            description: self.description.clone(),
            source: self.monitor.clone(),
            labels,
            links: self.link.iter().map(|href| Link { href: href.clone(), text: String::new() }).collect(),
            runbook: self.runbook.clone(),
            started_at: json::instant(&self.period_end).filter(|_| action == Action::Trigger),
            ..Event::blank(action)
        }
    }

    fn summary(&self, bucket: Option<&str>) -> String {
        let error = self.error.as_ref().filter(|_| bucket.is_none());
        let error = error.map(|error| format!("the monitor failed: {}", first_line(error).0));
        let parts = [self.monitor.as_str(), &self.trigger, error.as_deref().or(bucket).unwrap_or_default()];
        let parts: Vec<&str> = parts.into_iter().filter(|part| !part.is_empty()).collect();
        if parts.is_empty() { "an OpenSearch monitor without a name".to_owned() } else { parts.join(": ") }
    }
}

/// What a bucket-level monitor that found no bucket says: it runs its actions then only because it failed.
const NO_BUCKET: &str = "it names no bucket";

/// A text that is taken apart from its end.
struct Sections(String);

impl Sections {
    /// What follows the last `mark`, which is cut off.
    fn take(&mut self, mark: &str) -> Option<String> {
        let at = self.0.rfind(mark)?;
        let value = self.0.get(at + mark.len()..)?.trim().to_owned();
        self.0.truncate(at);
        Some(value)
    }
}

/// Names as a key. Some versions render them empty; then the text has to tell monitors apart.
fn key(monitor: &str, trigger: &str, description: &str) -> String {
    if monitor.is_empty() && trigger.is_empty() {
        return format!("/{}", hash(&[&steady(description)]));
    }
    format!("{monitor}/{trigger}")
}

/// The event of JSON that an operator wrote, by good guesses.
fn guessed(body: &Value) -> Result<Event, Stop> {
    let unknown = "neither the default text of OpenSearch nor JSON with `monitor` and `trigger`";
    let event = generic::guessed(body).map_err(|_| Stop::unparsed(unknown))?;
    let has_key = json::first(body, &["dedup_key"]).is_some();
    let severity = event.severity.or_else(|| severity(&json::text(body, "severity")?));
    let dedup_key = if has_key { event.dedup_key } else { hash(&[&steady(&event.summary), &event.source]) };
    let summary = escaped::html(&event.summary).into_owned();
    Ok(Event { dedup_key, severity, summary, ..event })
}

/// The event of words that an operator wrote; `None` where they are none.
fn words(body: &[u8]) -> Option<Event> {
    let text = escaped::undone(std::str::from_utf8(body).ok()?.trim());
    let (summary, _) = first_line(&text);
    let letters = summary.chars().filter(|c| c.is_alphabetic()).count();
    // Japanese has no spaces.
    let is_said = letters > 3 && (summary.contains(char::is_whitespace) || !summary.is_ascii());
    if summary.starts_with(['{', '[', '<']) || !is_said {
        return None;
    }
    Some(Event {
        dedup_key: hash(&[&steady(&summary)]),
        severity: member(&text, "severity").and_then(|text| severity(&text)),
        runbook: member(&text, "runbook"),
        description: text,
        summary,
        ..Event::blank(Action::Trigger)
    })
}

/// A text less its numbers and times, which differ each time the same is said; `db2` stays.
fn steady(text: &str) -> String {
    let changes = |word: &&str| !word.chars().any(char::is_alphabetic) || json::instant(word).is_some();
    text.split_whitespace().filter(|word| !changes(word)).collect::<Vec<_>>().join(" ")
}

/// The value of a line `- Runbook: https://…`, by its name in lower case.
fn member(text: &str, name: &str) -> Option<String> {
    text.lines().find_map(|line| {
        let (key, value) = line.trim_start_matches(['-', '*', ' ', '\t']).split_once(':')?;
        key.trim().eq_ignore_ascii_case(name).then(|| value.trim().to_owned())
    })
}

/// Texts below one another, without empty lines and indentation.
fn lines(texts: &[String]) -> String {
    let lines = texts.iter().flat_map(|text| text.lines()).map(str::trim);
    lines.filter(|line| !line.is_empty()).collect::<Vec<_>>().join("\n")
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

/// One element of our bucket-level template. The `null` at the end of its list is not an element.
fn bucket(alert: &Value) -> Option<(Action, String)> {
    let key = json::first(alert, &["key", "id"]);
    let key = key.map_or_else(|| hash(&[&alert.to_string()]), |key| escaped::html(&key).into_owned());
    alert.is_object().then(|| (action(&json::text(alert, "s").unwrap_or_default()), key))
}

fn action(status: &str) -> Action {
    match status.to_ascii_lowercase().as_str() {
        "resolve" | "resolved" | "completed" => Action::Resolve,
        _ => Action::Trigger,
    }
}

/// 1 is the highest of five (`1 (Highest)`); words are read as words.
fn severity(text: &str) -> Option<Severity> {
    match text.split_whitespace().next()? {
        "1" => Some(Severity::Critical),
        "2" => Some(Severity::Error),
        "3" => Some(Severity::Warning),
        "4" | "5" => Some(Severity::Info),
        word => Severity::parse(word),
    }
}
