//! A group of alerts of Grafana's: like Alertmanager's, with an organisation, links and values of its own.

use super::posted::Posted;
use super::reading::Read;
use super::{bounds::few, group, json, sender};
use crate::alert::{Event, cut};
use serde_json::Value;
use std::collections::BTreeMap;

/// <https://grafana.com/docs/grafana/latest/alerting/fundamentals/alert-rule-evaluation/stale-alert-instances/>
const UNEVALUATED: [&str; 2] = ["DatasourceNoData", "DatasourceError"];

/// The alerts of a group, as the webhook has them.
pub fn group(posted: &Posted<'_>, group: &Value) -> Read {
    let (alerts, left_out) = few(group::alerts(group)?);
    let own = json::text(group, "externalURL").and_then(|url| sender::of_url(&url));
    let topic = posted.topic().map(str::to_owned);
    let events = alerts.iter().map(|alert| {
        let event = event(group, alert);
        // Its text says no address but those of its pages.
        let page = || {
            ["silenceURL", "generatorURL"].iter().find_map(|key| sender::host_of(&json::text(alert, key)?))
        };
        let sender = own.clone().or_else(|| topic.as_ref().and_then(|_| page())).or_else(|| topic.clone());
        Event { dedup_key: sender::with(sender, event.dedup_key), ..event }
    });
    let left_out = left_out.or_else(|| group::truncation(group)).map(|event| Event {
        dedup_key: sender::with(own.clone().or_else(|| topic.clone()), event.dedup_key),
        ..event
    });
    Ok(events.chain(left_out).collect())
}

fn event(group: &Value, alert: &Value) -> Event {
    let mut event = group::event(group, alert);
    let organisation = json::text(group, "orgId").or_else(|| json::text(alert, "orgId"));
    if let Some(organisation) = organisation {
        // A number; it is in each alert's key, so it must not be long.
        event.dedup_key = format!("{}/{}", cut(&organisation, 64), event.dedup_key);
    }
    if let Some(summary) = unevaluated(&event.labels) {
        event.summary = summary;
    }
    let values = values(alert);
    event.description = [event.description, values]
        .into_iter()
        .filter(|text| !text.is_empty())
        .collect::<Vec<_>>()
        .join("\n\n");
    let links = [("dashboardURL", "Dashboard"), ("panelURL", "Panel"), ("silenceURL", "Silence")];
    event.links.extend(links.iter().filter_map(|(key, text)| json::link(alert, key, text)));
    event.images.extend(json::link(alert, "imageURL", ""));
    event
}

/// The summary of an alert that says that its rule could not be evaluated: it has the annotations of the rule, which would
/// read as if the rule had fired.
fn unevaluated(labels: &BTreeMap<String, String>) -> Option<String> {
    let name = labels.get("alertname").filter(|name| UNEVALUATED.contains(&name.as_str()))?;
    Some(format!("{name}: {}", labels.get("rulename")?))
}

/// The values the rule saw, a line each: the text form where there is no object.
fn values(alert: &Value) -> String {
    let values = json::scalars(alert.get("values"));
    if values.is_empty() {
        return json::text(alert, "valueString").unwrap_or_default().into_owned();
    }
    values.iter().map(|(name, value)| format!("{name} = {value}")).collect::<Vec<_>>().join("\n")
}
