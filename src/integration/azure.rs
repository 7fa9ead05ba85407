//! Azure Monitor: the common alert schema of every signal, and what is sent without it.
//!
//! <https://learn.microsoft.com/en-us/azure/azure-monitor/alerts/alerts-common-schema>. `originAlertId` stays the same from
//! `Fired` to `Resolved`. Alerts on the activity log are always `Sev4` and `Fired`, with an id for each entry: how bad it is
//! says the entry's level, and that a resource or a service of Azure is well again, the entry itself. Those two have a key of
//! their own, which the entries about one trouble share. All else on the activity log, stateless log alerts and budgets are
//! never resolved by Azure.

use super::azure_activity as activity;
use super::monitor::{Monitor, Sample};
use super::posted::Posted;
use super::reading::{Read, Stop};
use super::{json, url};
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
        return Ok(vec![common_schema(data, essentials)]);
    }
    // Without the common schema: the oldest metric alerts have all of it at the top.
    let outer = if body.get("context").is_some() { &body } else { data };
    match outer.get("context") {
        Some(context) => Ok(vec![match context.get("activityLog") {
            Some(entry) => {
                let target = json::text(entry, "resourceId").unwrap_or_default();
                activity::event(Event::blank(Action::Trigger), "activity log", &target, entry)
            }
            None => metric(outer, context),
        }]),
        None if data.get("AlertRuleName").is_some() => Ok(vec![log(data)]),
        None if body.get("AlertDisplayName").is_some() => Ok(vec![security(&body)]),
        None => {
            Err(Stop::unparsed("no `data.essentials`: is the common alert schema on in the action group?"))
        }
    }
}

fn common_schema(data: &Value, essentials: &Value) -> Event {
    let text = |key: &str| json::text(essentials, key).unwrap_or_default();
    let context = data.get("alertContext").unwrap_or(&Value::Null);
    let is_over = text("monitorCondition").eq_ignore_ascii_case("resolved");
    let fired_at = json::time(essentials, &["firedDateTime"]);
    let resolved_at = json::time(essentials, &["resolvedDateTime"]);
    let (rule, source) = (text("alertRule"), source(essentials));
    let event = Event {
        dedup_key: json::first(essentials, &["originAlertId", "alertId"]).unwrap_or_default().into_owned(),
        severity: severity(&text("severity")),
        summary: [&*rule, &*source]
            .into_iter()
            .filter(|text| !text.is_empty())
            .collect::<Vec<_>>()
            .join(": "),
        description: description(context, &text("description")),
        labels: labels(data, essentials),
        links: portal(&text("alertId")).into_iter().chain(searches(context)).collect(),
        started_at: fired_at,
        changed_at: resolved_at.filter(|_| is_over).or(fired_at),
        source,
        ..Event::blank(if is_over { Action::Resolve } else { Action::Trigger })
    };
    if text("monitoringService") == "CostAlerts" {
        return budget(event, context);
    }
    if context.get("operationName").is_some() {
        let target = json::at(essentials, "/alertTargetIDs/0").unwrap_or_default();
        return activity::event(event, &rule, &target, context);
    }
    match context.get("annotations") {
        Some(annotations) => prometheus(event, annotations),
        None => event,
    }
}

/// What is in trouble: the resource's name, else the end of its id.
fn source(essentials: &Value) -> String {
    let items: Vec<_> =
        json::list(essentials, "configurationItems").iter().filter_map(json::scalar).collect();
    if !items.is_empty() {
        return items.join(", ");
    }
    let target = json::at(essentials, "/alertTargetIDs/0").unwrap_or_default();
    target.rsplit('/').next().unwrap_or_default().to_owned()
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

/// Managed Prometheus: the annotations are what they are elsewhere.
fn prometheus(event: Event, annotations: &Value) -> Event {
    let summary = json::first(annotations, &["summary", "title"]).map(Into::into);
    let words = json::text(annotations, "description").map(Into::into);
    Event {
        summary: summary.unwrap_or(event.summary),
        description: words.into_iter().chain([event.description]).collect::<Vec<String>>().join("\n"),
        runbook: json::first(annotations, &["runbook_url", "runbook"]).map(Into::into),
        ..event
    }
}

/// A budget says no severity, and names itself only in its words: nobody is to be woken by it unless a rule says so.
fn budget(event: Event, context: &Value) -> Event {
    let of = |key: &str| json::at(context, &format!("/AlertData/{key}")).unwrap_or_default();
    let name = of("BudgetName");
    let (kind, spent, limit) = (of("ThresholdType"), of("SpentAmount"), of("NotificationThresholdAmount"));
    Event {
        dedup_key: format!("budget/{}/{kind}/{limit}", of("BudgetId")),
        severity: Some(Severity::Warning),
        summary: format!("budget {name}: {spent} spent, {limit} was the threshold ({kind})"),
        source: name.into_owned(),
        ..event
    }
}

fn conditions(context: &Value) -> impl Iterator<Item = &Value> {
    context.pointer("/condition/allOf").and_then(Value::as_array).into_iter().flatten()
}

/// What the rule says, and each condition with its value.
fn description(context: &Value, words: &str) -> String {
    let lines = conditions(context).map(condition);
    let of = |key: &str| json::text(context, key).map(|text| text.into_owned());
    let old_search = of("SearchQuery").map(|query| {
        let text = |key: &str| of(key).unwrap_or_default();
        format!("{query} = {} ({} {})", text("ResultCount"), text("Operator"), text("Threshold"))
    });
    let prometheus =
        of("expression").map(|it| format!("{it} = {}", of("expressionValue").unwrap_or_default()));
    let detected = of("DetectedValue")
        .map(|value| format!("{value}, normally {}", of("NormalValue").unwrap_or_default()));
    let own = [of("DetectionSummary"), detected, prometheus, old_search].into_iter().flatten();
    let words = (!words.is_empty()).then(|| words.to_owned());
    words.into_iter().chain(own).chain(lines).collect::<Vec<_>>().join("\n")
}

fn condition(condition: &Value) -> String {
    let text = |key: &str| json::text(condition, key).unwrap_or_default();
    let names = ["webTestName", "metricName", "metricMeasureColumn", "searchQuery"];
    let name = json::first(condition, &names).unwrap_or_default();
    format!("{name} = {} ({} {})", text("metricValue"), text("operator"), text("threshold"))
}

/// What a log search found, where Azure shows it.
fn searches(context: &Value) -> impl Iterator<Item = Link> {
    let keys = [
        ["linkToFilteredSearchResultsUI", "linkToSearchResultsUI"],
        ["LinkToFilteredSearchResultsUI", "LinkToSearchResults"],
    ];
    let found = move |object: &Value| {
        let href = keys.iter().find_map(|keys| json::first(object, keys))?;
        Some(Link { href: href.into_owned(), text: "Search results".to_owned() })
    };
    conditions(context).chain([context]).filter_map(found)
}

/// The custom properties, the dimensions of the conditions, and where the resource is.
fn labels(data: &Value, essentials: &Value) -> BTreeMap<String, String> {
    let context = data.get("alertContext").unwrap_or(&Value::Null);
    let mut labels = activity::short(context.get("properties"));
    labels.extend(activity::short(data.get("customProperties")));
    labels.extend(json::scalars(context.get("labels")));
    let dimensions = conditions(context).flat_map(|condition| json::list(condition, "dimensions"));
    labels.extend(dimensions.chain(json::list(context, "Dimensions")).filter_map(|it| {
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

/// A metric alert without the common schema.
fn metric(body: &Value, context: &Value) -> Event {
    let text = |key: &str| json::text(context, key).unwrap_or_default();
    let status = json::text(body, "status").unwrap_or_default();
    let is_over = ["resolved", "deactivated"].iter().any(|word| status.eq_ignore_ascii_case(word));
    let changed_at = json::time(context, &["timestamp"]);
    let (name, source) = (text("name"), text("resourceName"));
    let alone = context.get("condition").filter(|it| it.get("metricName").is_some()).map(condition);
    let words = description(context, &text("description"));
    Event {
        dedup_key: format!("{}/{}", text("id"), text("resourceId")),
        severity: json::text(context, "severity").and_then(|level| severity(&format!("sev{level}"))),
        summary: if source.is_empty() { name.into_owned() } else { format!("{name}: {source}") },
        description: [words]
            .into_iter()
            .chain(alone)
            .filter(|text| !text.is_empty())
            .collect::<Vec<_>>()
            .join("\n"),
        labels: json::scalars(body.get("properties")),
        links: json::link(context, "portalLink", "Azure").into_iter().collect(),
        changed_at,
        source: source.into_owned(),
        ..Event::blank(if is_over { Action::Resolve } else { Action::Trigger })
    }
}

/// An alert of Defender for Cloud, as its workflow automation hands it on.
fn security(body: &Value) -> Event {
    let text = |key: &str| json::text(body, key).unwrap_or_default();
    let status = text("Status");
    let is_over = ["resolved", "dismissed"].iter().any(|word| status.eq_ignore_ascii_case(word));
    let (name, entity) = (text("AlertDisplayName"), text("CompromisedEntity"));
    Event {
        dedup_key: format!(
            "security/{}",
            json::first(body, &["SystemAlertId", "ProviderAlertId"]).unwrap_or_default()
        ),
        severity: activity::defender(&json::first(body, &["Severity", "AlertSeverity"]).unwrap_or_default()),
        summary: if entity.is_empty() { name.into_owned() } else { format!("{name} on {entity}") },
        description: text("Description").into_owned(),
        labels: activity::short(Some(body)),
        links: json::link(body, "AlertUri", "Azure").into_iter().collect(),
        source: entity.into_owned(),
        ..Event::blank(if is_over { Action::Resolve } else { Action::Trigger })
    }
}

/// A log alert without the common schema, which is never resolved.
fn log(data: &Value) -> Event {
    let text = |key: &str| json::text(data, key).unwrap_or_default();
    let rule = text("AlertRuleName");
    Event {
        dedup_key: format!("log/{}/{rule}", text("SubscriptionId")),
        severity: Severity::parse(&text("Severity"))
            .or_else(|| severity(&format!("sev{}", text("Severity")))),
        summary: rule.clone().into_owned(),
        description: description(data, &text("Description")),
        labels: BTreeMap::from([("rule".to_owned(), rule.into_owned())]),
        links: searches(data).collect(),
        ..Event::blank(Action::Trigger)
    }
}
