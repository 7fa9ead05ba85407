//! GitHub's webhooks: workflow runs that fail, and deployments.
//!
//! <https://docs.github.com/en/webhooks/webhook-events-and-payloads#workflow_run>. A workflow on a branch is one problem, until a
//! run of it succeeds there. Runs of pull requests, in a merge queue too, are their authors' business and do not page; a deployment that succeeds is a
//! change.

use super::monitor::{Monitor, Sample, Sns};
use super::posted::Posted;
use super::reading::{Read, Stop};
use super::signature::Signature;
use super::{json, url};
use crate::alert::{Action, Event};
use serde_json::Value;
use std::collections::BTreeMap;

pub const MONITOR: Monitor = Monitor {
    sends_severity: false,
    // What it is about is in headers, which SNS drops.
    sns: Sns::Never,
    signature: Some(Signature { header: "x-hub-signature-256", prefix: "sha256=", time: None }),
    address: "{base}/v1/webhooks/{id}",
    setup: "Settings > Webhooks > Add webhook: this URL, content type application/json, as secret the \
            integration's `secret`, and the events \"Workflow runs\" and \"Deployment statuses\".",
    sample: Sample {
        body: r#"{"workflow_run":{"name":"test alert from oncall send","workflow_id":"oncall-send","head_branch":"main","event":"push",
  "conclusion":"{state}"},"repository":{"full_name":"oncall/send"}}"#,
        firing: "failure",
        resolved: "success",
    },
    ..Monitor::webhook("github", "GitHub", read)
};

fn read(posted: &Posted<'_>) -> Read {
    let form = url::form_field(posted.body, "payload");
    let body = json::parse(form.as_deref().unwrap_or(posted.body)).map_err(Stop::Unparsed)?;
    let events = match (body.get("workflow_run"), body.get("deployment_status")) {
        (Some(run), _) => workflow_run(&body, run).into_iter().collect(),
        (None, Some(status)) => deployment(&body, status),
        // A ping, a push: not about trouble.
        (None, None) if body.get("zen").is_some() || body.get("repository").is_some() => Vec::new(),
        (None, None) => return Err(Stop::unparsed("not a webhook of GitHub")),
    };
    let message_id = posted.header("x-github-delivery").map(str::to_owned);
    Ok(events.into_iter().map(|event| Event { message_id: message_id.clone(), ..event }).collect())
}

fn workflow_run(body: &Value, run: &Value) -> Option<Event> {
    let text = |key: &str| json::text(run, key).unwrap_or_default();
    // A merge queue has a branch for each pull request.
    if text("event").starts_with("pull_request") || text("event") == "merge_group" {
        return None;
    }
    let conclusion = text("conclusion");
    let action = match &*conclusion {
        "failure" | "timed_out" | "startup_failure" => Action::Trigger,
        "success" => Action::Resolve,
        // Still running, skipped, cancelled by somebody.
        _ => return None,
    };
    let repository = repository(body);
    let (workflow, branch, title) = (text("name"), text("head_branch"), text("display_title"));
    let key = json::first(run, &["workflow_id", "name"]).unwrap_or_default();
    let mut labels = labels(body, &[("workflow", &workflow), ("branch", &branch), ("event", &text("event"))]);
    let sha: String = text("head_sha").chars().take(10).collect();
    labels.extend((!sha.is_empty()).then(|| ("commit".to_owned(), sha)));
    Some(Event {
        dedup_key: format!("{repository}/workflow/{key}/{branch}"),
        summary: format!("{workflow} of {repository} on {branch}: {conclusion}"),
        description: title.into_owned(),
        labels,
        links: json::link(run, "html_url", "GitHub").into_iter().collect(),
        started_at: json::time(run, &["run_started_at"]),
        changed_at: json::time(run, &["updated_at"]),
        source: repository,
        ..Event::blank(action)
    })
}

/// A deployment that fails is the environment's problem until one succeeds there; one that succeeds is a change as well.
fn deployment(body: &Value, status: &Value) -> Vec<Event> {
    let deployment = body.get("deployment").unwrap_or(&Value::Null);
    let environment = json::text(deployment, "environment").unwrap_or_default();
    let repository = repository(body);
    let state = json::text(status, "state").unwrap_or_default();
    let action = match &*state {
        "failure" | "error" => Action::Trigger,
        "success" => Action::Resolve,
        _ => return Vec::new(),
    };
    let sha: String = json::text(deployment, "sha").unwrap_or_default().chars().take(10).collect();
    let event = Event {
        dedup_key: format!("{repository}/deployment/{environment}"),
        summary: format!("{repository} {sha} to {environment}: {state}"),
        description: json::text(status, "description").unwrap_or_default().into_owned(),
        labels: labels(body, &[("environment", &environment), ("commit", &sha)]),
        links: json::link(status, "log_url", "Log")
            .or_else(|| json::link(status, "target_url", "GitHub"))
            .into_iter()
            .collect(),
        changed_at: json::time(status, &["updated_at", "created_at"]),
        source: repository,
        ..Event::blank(action)
    };
    let id = json::text(deployment, "id").unwrap_or_default();
    let change = (action == Action::Resolve).then(|| Event {
        dedup_key: format!("{}/{id}", event.dedup_key),
        changed_at: None,
        action: Action::Change,
        ..event.clone()
    });
    [event].into_iter().chain(change).collect()
}

fn repository(body: &Value) -> String {
    json::at(body, "/repository/full_name").unwrap_or_default().into_owned()
}

fn labels(body: &Value, own: &[(&str, &str)]) -> BTreeMap<String, String> {
    let sender = json::at(body, "/sender/login").unwrap_or_default();
    let repository = repository(body);
    let more = [("repository", &*repository), ("sender", &*sender)];
    own.iter()
        .chain(&more)
        .filter(|(_, value)| !value.is_empty())
        .map(|(name, value)| ((*name).to_owned(), (*value).to_owned()))
        .collect()
}
