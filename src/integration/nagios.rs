//! Nagios and Icinga, by our notification script (`contrib/nagios/notify-oncall`), which needs only curl and posts a form.
//!
//! The state says whether it is over, the type of the notification whether somebody acknowledged: so an end of flapping in a good
//! state is an end. Downtimes are Nagios's own business. Nagios tries a notification once; the script tries it again.

use super::{Monitor, Posted, Read, Sample, Stop, bounds::hash};
use crate::alert::{Action, Event, Link, Severity};
use form_urlencoded::parse;
use std::collections::BTreeMap;

const SAMPLE: Sample = Sample {
    body: "type={state}&host=oncall-send&service=test+alert+from+oncall+send",
    firing: "PROBLEM&state=WARNING",
    resolved: "RECOVERY&state=OK",
};

pub const NAGIOS: Monitor = Monitor {
    repeats: true,
    setup: "Copy contrib/nagios/notify-oncall of the repository to /usr/local/bin, put this URL into \
            /etc/oncall/nagios-url, and include contrib/nagios/oncall.cfg, which defines the contact `oncall`.",
    sample: SAMPLE,
    ..Monitor::webhook("nagios", "Nagios", read)
};
pub const ICINGA: Monitor = Monitor {
    repeats: true,
    setup: "Copy contrib/nagios/notify-oncall of the repository to /usr/local/bin, put this URL into \
            /etc/oncall/nagios-url, and include contrib/nagios/oncall-icinga2.conf in /etc/icinga2/conf.d.",
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
    let Some(action) = action(field("type"), &state) else { return Ok(Vec::new()) };
    let subject = if service.is_empty() { host.to_owned() } else { format!("{service} on {host}") };
    let links = [("url", "Nagios"), ("notes_url", "Notes"), ("action_url", "Action")];
    let by = [field("author"), field("comment")].into_iter().filter(|text| !text.is_empty());
    let texts = [field("long_output").replace("\\n", "\n"), by.collect::<Vec<_>>().join(": ")];
    let id = field("id");
    Ok(vec![Event {
        dedup_key: format!("{host}/{service}"),
        severity: severity(&state),
        summary: format!("{subject} is {state}: {}", field("output")).trim_end_matches(": ").to_owned(),
        description: texts.into_iter().filter(|text| !text.is_empty()).collect::<Vec<_>>().join("\n"),
        source: host.to_owned(),
        labels: labels(&fields),
        links: links
            .iter()
            .filter(|(name, _)| !field(name).is_empty())
            .map(|(name, text)| Link { href: field(name).to_owned(), text: (*text).to_owned() })
            .collect(),
        runbook: fields.get("notes_url").cloned(),
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
    match kind.to_ascii_uppercase().as_str() {
        "ACKNOWLEDGEMENT" => Some(Action::Acknowledge),
        kind if kind.starts_with("DOWNTIME") => None,
        _ if matches!(state, "OK" | "UP") => Some(Action::Resolve),
        _ => Some(Action::Trigger),
    }
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
