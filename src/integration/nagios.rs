//! Nagios and Icinga, by our notification script (`contrib/nagios/notify-oncall`), which needs only curl and posts a form.
//!
//! The state says whether it is over, the type of the notification whether somebody acknowledged: so an end of flapping in a good
//! state is an end. While something flaps nothing else is said of it, so the start is a problem whatever the state. Downtimes
//! are Nagios's own business. Nagios tries a notification once; the script tries it again, maybe after a later one, so `time` counts.

use super::monitor::{Monitor, Sample};
use super::posted::Posted;
use super::reading::{Read, Stop};
use super::{bounds::hash, json, sender};
use crate::alert::{Action, Event, Link, Severity};
use form_urlencoded::parse;
use std::collections::BTreeMap;

/// The type of the notification that something changes its state too often.
const FLAPPING: &str = "FLAPPINGSTART";

const SAMPLE: Sample = Sample {
    body: "type={state}&host=oncall-send&service=test+alert+from+oncall+send",
    firing: "PROBLEM&state=WARNING",
    resolved: "RECOVERY&state=OK",
};

pub const NAGIOS: Monitor = Monitor {
    repeats: true,
    setup: "Copy contrib/nagios/notify-oncall of the repository to /usr/local/bin. Put this URL into \
            /etc/oncall/nagios-url, which only the user that runs Nagios may read. Name contrib/nagios/oncall.cfg as a \
            `cfg_file` in nagios.cfg, with `notification_timeout=180`, so that the script may try again, and add the contact \
            `oncall`, which it defines, to hosts and services.",
    sample: SAMPLE,
    ..Monitor::webhook("nagios", "Nagios", read)
};
pub const ICINGA: Monitor = Monitor {
    repeats: true,
    setup: "Copy contrib/nagios/notify-oncall of the repository to /usr/local/bin. Put this URL into \
            /etc/oncall/nagios-url, which only the user that runs Icinga may read. Copy contrib/nagios/oncall-icinga2.conf to \
            /etc/icinga2/conf.d, and set `vars.oncall = true` on the hosts (then their services too) or services that page.",
    sample: SAMPLE,
    ..Monitor::webhook("icinga", "Icinga", read)
};

fn read(posted: &Posted<'_>) -> Read {
    let fields: BTreeMap<String, String> = parse(posted.body)
        .map(|(name, value)| (name.into_owned(), value.trim().to_owned()))
        .filter(|(_, value)| !value.is_empty() && !is_macro(value))
        .collect();
    let field = |name: &str| fields.get(name).map(String::as_str).unwrap_or_default();
    let (host, service, state) = (field("host"), field("service"), field("state").to_ascii_uppercase());
    if host.is_empty() || state.is_empty() {
        return Err(Stop::unparsed("`host` and `state` are needed"));
    }
    let kind = field("type").to_ascii_uppercase();
    let Some(action) = action(&kind, &state) else { return Ok(Vec::new()) };
    let subject = if service.is_empty() { host.to_owned() } else { format!("{service} on {host}") };
    let is = if kind == FLAPPING { format!("is flapping ({state})") } else { format!("is {state}") };
    // Icinga's output may have several lines.
    let (output, more) = field("output").split_once('\n').unwrap_or((field("output"), ""));
    let links = [("url", "Nagios"), ("notes_url", "Notes"), ("action_url", "Action")];
    let said = [field("author"), field("comment")].into_iter().filter(|text| !text.is_empty());
    let said = said.collect::<Vec<_>>().join(": ");
    let summary = match action {
        Action::Acknowledge | Action::Note if !said.is_empty() => said.clone(),
        _ => format!("{subject} {is}: {output}").trim_end_matches(": ").to_owned(),
    };
    let texts = [more.to_owned(), unescaped(field("long_output")), said];
    let id = field("id");
    Ok(vec![Event {
        dedup_key: sender::with(sender::host_of(field("url")), format!("{host}/{service}")),
        severity: severity(&state).or((kind == FLAPPING).then_some(Severity::Warning)),
        summary,
        description: texts.into_iter().filter(|text| !text.is_empty()).collect::<Vec<_>>().join("\n"),
        source: host.to_owned(),
        labels: labels(&fields),
        links: links
            .iter()
            .filter(|(name, _)| !field(name).is_empty())
            .map(|(name, text)| Link { href: field(name).to_owned(), text: (*text).to_owned() })
            .collect(),
        runbook: fields.get("notes_url").cloned(),
        changed_at: json::instant(field("time")),
        message_id: (!id.is_empty())
            .then(|| hash(&[id, field("time"), host, service, field("type"), &state])),
        ..Event::blank(action)
    }])
}

/// A macro that is not set stays between dollars.
fn is_macro(value: &str) -> bool {
    value.len() > 1 && value.starts_with('$') && value.ends_with('$')
}

/// `None`: it is not about whether something is wrong.
fn action(kind: &str, state: &str) -> Option<Action> {
    let is_over = matches!(state, "OK" | "UP");
    match kind {
        "ACKNOWLEDGEMENT" => Some(Action::Acknowledge),
        FLAPPING => Some(Action::Trigger),
        // What somebody says of a good state ends nothing.
        "CUSTOM" if is_over => Some(Action::Note),
        kind if kind.starts_with("DOWNTIME") => None,
        _ if is_over => Some(Action::Resolve),
        _ => Some(Action::Trigger),
    }
}

/// Nagios writes the lines of a long output as one, with `\n` between them and each backslash twice.
fn unescaped(text: &str) -> String {
    text.split(r"\\").map(|part| part.replace(r"\n", "\n")).collect::<Vec<_>>().join(r"\")
}

fn severity(state: &str) -> Option<Severity> {
    match state {
        "CRITICAL" | "DOWN" => Some(Severity::Critical),
        "UNKNOWN" | "UNREACHABLE" => Some(Severity::Error),
        "WARNING" => Some(Severity::Warning),
        _ => None,
    }
}

fn labels(fields: &BTreeMap<String, String>) -> BTreeMap<String, String> {
    let names = ["host", "service", "state", "address", "host_groups", "service_groups", "type", "contact"];
    names.iter().filter_map(|name| Some(((*name).to_owned(), fields.get(*name)?.clone()))).collect()
}
