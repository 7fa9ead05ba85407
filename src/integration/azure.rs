//! Azure Monitor: the common alert schema of every signal, and the older metric alerts.
//!
//! <https://learn.microsoft.com/en-us/azure/azure-monitor/alerts/alerts-common-schema>. `originAlertId` stays the same from
//! `Fired` to `Resolved`. Alerts on the activity log, and stateless log alerts, are never resolved by Azure.

use super::{Monitor, Posted, Read, Sample, Stop, json, url};
use crate::alert::{Action, Event, Link, Severity};
use serde_json::Value;
use std::collections::BTreeMap;

pub const MONITOR: Monitor = Monitor {
    setup: "Monitor > Alerts > Action groups > Actions > Webhook: this URL, common alert schema on.",
    sample: Sample {
        body: r#"{"data":{"essentials":{"originAlertId":"oncall-send","alertRule":"test alert from oncall send","severity":"Sev4",
  "monitorCondition":"{state}"}}}"#,
        firing: "Fired",
        resolved: "Resolved",
    },
    ..Monitor::webhook("azure", "Azure Monitor", read)
};

fn read(posted: &Posted<'_>) -> Read {
    let body = json::parse(posted.body).map_err(Stop::Unparsed)?;
    let data = body.get("data").unwrap_or(&Value::Null);
    if let Some(essentials) = data.get("essentials") {
        return Ok(vec![event(data, essentials)]);
    }
    match body.get("context") {
        Some(context) => Ok(vec![classic(&body, context)]),
        None => {
            Err(Stop::unparsed("no `data.essentials`: is the common alert schema on in the action group?"))
        }
    }
}

fn event(data: &Value, essentials: &Value) -> Event {
    let text = |key: &str| json::text(essentials, key).unwrap_or_default();
    let is_over = text("monitorCondition").eq_ignore_ascii_case("resolved");
    let alert = text("alertId");
    let key = json::first(essentials, &["originAlertId", "alertId"]).unwrap_or_default().into_owned();
    let items: Vec<_> =
        json::list(essentials, "configurationItems").iter().filter_map(json::scalar).collect();
    let source = items.join(", ");
    let rule = text("alertRule");
    let fired_at = json::time(essentials, &["firedDateTime"]);
    let resolved_at = json::time(essentials, &["resolvedDateTime"]);
    Event {
        dedup_key: key,
        severity: severity(&text("severity")),
        summary: if source.is_empty() { rule.into_owned() } else { format!("{rule}: {source}") },
        description: description(data, &text("description")),
        labels: labels(data, essentials),
        links: portal(&alert).into_iter().collect(),
        started_at: fired_at,
        changed_at: resolved_at.filter(|_| is_over).or(fired_at),
        source,
        ..Event::blank(if is_over { Action::Resolve } else { Action::Trigger })
    }
}

/// `Sev0` is the worst of five.
fn severity(text: &str) -> Option<Severity> {
    match text.to_ascii_lowercase().as_str() {
        "sev0" => Some(Severity::Critical),
        "sev1" => Some(Severity::Error),
        "sev2" => Some(Severity::Warning),
        "sev3" | "sev4" => Some(Severity::Info),
        _ => None,
    }
}

fn conditions(data: &Value) -> impl Iterator<Item = &Value> {
    data.pointer("/alertContext/condition/allOf").and_then(Value::as_array).into_iter().flatten()
}

/// What the rule says, and each condition with its value.
fn description(data: &Value, words: &str) -> String {
    let lines = conditions(data).map(|condition| {
        let text = |key: &str| json::text(condition, key).unwrap_or_default();
        let name = json::first(condition, &["metricName", "metricMeasureColumn", "searchQuery"]);
        format!(
            "{} = {} ({} {})",
            name.unwrap_or_default(),
            text("metricValue"),
            text("operator"),
            text("threshold")
        )
    });
    let words = (!words.is_empty()).then(|| words.to_owned());
    words.into_iter().chain(lines).collect::<Vec<_>>().join("\n")
}

/// The custom properties, the dimensions of the conditions, and where the resource is.
fn labels(data: &Value, essentials: &Value) -> BTreeMap<String, String> {
    let mut labels = json::scalars(data.pointer("/alertContext/properties"));
    labels.extend(json::scalars(data.get("customProperties")));
    let dimensions = conditions(data).flat_map(|condition| json::list(condition, "dimensions"));
    labels.extend(dimensions.filter_map(|it| {
        Some((json::text(it, "name")?.into_owned(), json::text(it, "value")?.into_owned()))
    }));
    let own = [("rule", "alertRule"), ("signal", "signalType"), ("monitoring_service", "monitoringService")];
    labels.extend(
        own.iter()
            .filter_map(|(name, key)| Some(((*name).to_owned(), json::text(essentials, key)?.into_owned()))),
    );
    let target = json::at(essentials, "/alertTargetIDs/0").unwrap_or_default();
    let parts: Vec<&str> = target.split('/').collect();
    let after = |word: &str| {
        let at = parts.iter().position(|part| part.eq_ignore_ascii_case(word))?;
        parts.get(at + 1).map(|value| (*value).to_owned())
    };
    labels.extend(after("subscriptions").map(|id| ("subscription".to_owned(), id)));
    labels.extend(after("resourcegroups").map(|name| ("resource_group".to_owned(), name)));
    labels
}

fn portal(alert: &str) -> Option<Link> {
    let view =
        "https://portal.azure.com/#blade/Microsoft_Azure_Monitoring/AlertDetailsTemplateBlade/alertId/";
    let link = || Link { href: format!("{view}{}", url::encoded(alert)), text: "Azure".to_owned() };
    (!alert.is_empty()).then(link)
}

fn classic(body: &Value, context: &Value) -> Event {
    let text = |key: &str| json::text(context, key).unwrap_or_default();
    let status = json::text(body, "status").unwrap_or_default();
    let is_over = ["resolved", "deactivated"].iter().any(|word| status.eq_ignore_ascii_case(word));
    let changed_at = json::time(context, &["timestamp"]);
    let (name, source) = (text("name"), text("resourceName"));
    Event {
        dedup_key: format!("{}/{}", text("id"), text("resourceId")),
        severity: json::text(context, "severity").and_then(|level| severity(&format!("sev{level}"))),
        summary: if source.is_empty() { name.into_owned() } else { format!("{name}: {source}") },
        description: text("description").into_owned(),
        labels: json::scalars(body.get("properties")),
        links: json::link(context, "portalLink", "Azure").into_iter().collect(),
        changed_at,
        source: source.into_owned(),
        ..Event::blank(if is_over { Action::Resolve } else { Action::Trigger })
    }
}
