//! Grafana: the webhook contact point of unified alerting, and the dashboard alerts of Grafana 10 and before.
//!
//! <https://grafana.com/docs/grafana/latest/alerting/configure-notifications/manage-contact-points/integrations/webhook-notifier/>.
//! A group of alerts like Alertmanager's, with an organisation, links and values of its own, and optionally signed.

use super::{Read, Request, Stop, alertmanager, json, signature};
use crate::alert::{Action, Event, Link, Severity};
use crate::config::{Endpoint, Kind, Secrets};
use jiff::Timestamp;
use serde_json::Value;

const SIGNATURE: &str = "x-grafana-alerting-signature";
const TIMESTAMP: &str = "x-grafana-alerting-timestamp";

/// The alerts of a group, or the one of a dashboard panel. A signature that is there must be right.
pub fn read(endpoint: &Endpoint, request: &Request<'_>, secrets: &Secrets, now: Timestamp) -> Read {
    check_signature(endpoint, request, secrets, now)?;
    let body = json::parse(request.body).map_err(Stop::Unparsed)?;
    if body.get("alerts").is_none() && body.get("ruleName").is_some() {
        return Ok(legacy(&body).into_iter().collect());
    }
    let alerts = alertmanager::alerts(&body)?;
    let events = alerts.iter().map(|alert| event(&body, alert));
    Ok(events.chain(alertmanager::truncation(&body)).collect())
}

/// Whether a request for a Grafana endpoint is signed with one of its secrets; `None` where it has no signature.
/// The scheme is hex HMAC-SHA256 over the body, or over `<timestamp>:<body>` where Grafana sends a timestamp.
pub fn is_signed(endpoint: &Endpoint, request: &Request<'_>, secrets: &Secrets) -> Option<bool> {
    let presented = request.header(SIGNATURE).filter(|_| matches!(endpoint.kind, Kind::Grafana))?;
    let parts: Vec<&[u8]> = match request.header(TIMESTAMP) {
        Some(timestamp) => vec![timestamp.as_bytes(), b":", request.body],
        None => vec![request.body],
    };
    let secrets =
        secrets.all(&endpoint.secret).map(|secret| secret.expose()).filter(|secret| !secret.is_empty());
    Some(
        secrets.fold(false, |hit, secret| {
            hit | signature::is_hmac_sha256_hex(secret.as_bytes(), &parts, presented)
        }),
    )
}

fn check_signature(
    endpoint: &Endpoint,
    request: &Request<'_>,
    secrets: &Secrets,
    now: Timestamp,
) -> Result<(), Stop> {
    match is_signed(endpoint, request, secrets) {
        None => Ok(()),
        Some(false) => {
            let message = "X-Grafana-Alerting-Signature is wrong: the contact point's HMAC secret must be the \
                           integration's secret, its timestamp header X-Grafana-Alerting-Timestamp or none";
            Err(Stop::reject(401, "signature", message))
        }
        Some(true) => match request.header(TIMESTAMP) {
            Some(timestamp) if !signature::is_fresh(timestamp, now) => {
                let message = "X-Grafana-Alerting-Timestamp is more than 5 minutes from our clock";
                Err(Stop::reject(401, "expired", message))
            }
            _ => Ok(()),
        },
    }
}

fn event(group: &Value, alert: &Value) -> Event {
    let mut event = alertmanager::event(group, alert);
    let organisation = json::text(group, "orgId").or_else(|| json::text(alert, "orgId"));
    if let Some(organisation) = organisation {
        event.dedup_key = format!("{organisation}/{}", event.dedup_key);
    }
    let values = values(alert);
    event.description = [event.description, values]
        .into_iter()
        .filter(|text| !text.is_empty())
        .collect::<Vec<_>>()
        .join("\n\n");
    let links = [("dashboardURL", "Dashboard"), ("panelURL", "Panel"), ("silenceURL", "Silence")];
    event.links.extend(links.iter().filter_map(|(key, text)| alertmanager::link(alert, key, text)));
    event.images.extend(alertmanager::link(alert, "imageURL", ""));
    event
}

/// The values the rule saw, a line each: the text form where there is no object.
fn values(alert: &Value) -> String {
    let values = json::scalars(alert.get("values"));
    if values.is_empty() {
        return json::text(alert, "valueString").unwrap_or_default().into_owned();
    }
    values.iter().map(|(name, value)| format!("{name} = {value}")).collect::<Vec<_>>().join("\n")
}

/// A dashboard alert has one state for the whole rule; `paused` and `pending` say nothing to page about.
fn legacy(body: &Value) -> Option<Event> {
    let action = match json::text(body, "state").as_deref() {
        Some("ok") => Action::Resolve,
        Some("paused" | "pending") => return None,
        _ => Action::Trigger,
    };
    let rule = json::first(body, &["ruleId", "ruleName"]).unwrap_or_default();
    let organisation = json::text(body, "orgId").unwrap_or_default();
    let labels = json::scalars(body.get("tags"));
    Some(Event {
        dedup_key: format!("{organisation}/rule/{rule}"),
        severity: labels.get("severity").and_then(|text| Severity::parse(text)),
        summary: json::first(body, &["title", "ruleName"]).unwrap_or_default().into_owned(),
        description: legacy_description(body),
        labels,
        links: alertmanager::link(body, "ruleUrl", "Rule").into_iter().collect::<Vec<Link>>(),
        images: alertmanager::link(body, "imageUrl", "").into_iter().collect(),
        ..Event::blank(action)
    })
}

fn legacy_description(body: &Value) -> String {
    let matches = json::list(body, "evalMatches").iter().filter_map(|found| {
        Some(format!("{} = {}", json::text(found, "metric")?, json::text(found, "value")?))
    });
    json::text(body, "message").map(Into::into).into_iter().chain(matches).collect::<Vec<String>>().join("\n")
}
