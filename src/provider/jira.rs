//! Jira Cloud: a ticket made, commented and moved, and found again by its label.
//!
//! REST v3: <https://developer.atlassian.com/cloud/jira/platform/rest/v3/>. Descriptions and comments are documents in
//! Atlassian's format, never plain strings. There is no idempotency key: a repeated create looks the label up first.

use super::http::{Failure, QUOTE_MAX, Request, Response, basic, unavailable};
use super::{Progress, not_carried, secret};
use crate::config::{Config, Jira, Provider, Secret, Secrets};
use crate::incident::message::{Ticket, cut};
use crate::incident::{Delivery, Outcome, Reason, Task, Words};
use crate::language::Shown;
use crate::reason::Fault;
use serde_json::{Value, json};

/// The longest summary of an issue, in characters.
pub const SUMMARY_MAX: usize = 255;
/// The longest description or comment, in characters; Jira takes 32767.
pub const TEXT_MAX: usize = 30_000;
/// The most transitions that are read, and named when none fits.
pub const TRANSITIONS_MAX: usize = 20;

/// A ticket between two requests.
#[derive(Clone, Debug, PartialEq)]
pub struct Pending {
    stage: Stage,
    ticket: Box<Ticket>,
    /// What changed since the last time; none on the first.
    comment: Option<String>,
    /// The issue's key, once there is one.
    key: String,
    /// Why its status stays as it is, where it should have moved.
    stays: Option<Reason>,
}

#[derive(Clone, Debug, PartialEq, Eq)]
enum Stage {
    /// Looks for an issue that an earlier attempt may have made.
    Find,
    Create,
    /// Asks which ways lead out of the issue's status.
    Transitions,
    Move {
        transition: String,
    },
    Comment,
}

pub(super) fn begin(config: &Config, secrets: &Secrets, delivery: &Delivery) -> Result<Progress, Reason> {
    let (reference, ticket, comment) = match &delivery.task {
        Task::Mirror { reference, words: Words::Ticket(ticket), news, .. } => (reference, ticket, news),
        Task::Mirror { .. }
        | Task::Page { .. }
        | Task::Edit { .. }
        | Task::HangUp { .. }
        | Task::Ask { .. } => {
            return Err(not_carried(Provider::Jira));
        }
    };
    let key = reference.clone().unwrap_or_default();
    if !key.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'-' || b == b'_') {
        return Err(Reason::of(Provider::Jira, Fault::TicketGone, cut(&key, QUOTE_MAX)));
    }
    let (stage, comment) = (Stage::Create, comment.clone());
    let pending = Pending { stage, ticket: Box::new(ticket.clone()), comment, key, stays: None };
    match (reference, delivery.repeat) {
        (None, true) => send(config, secrets, Pending { stage: Stage::Find, ..pending }),
        (None, false) => send(config, secrets, pending),
        (Some(_), _) => exists(config, secrets, pending),
    }
}

pub(super) fn resume(
    config: &Config,
    secrets: &Secrets,
    pending: Pending,
    result: Result<Response, Failure>,
) -> Result<Progress, Reason> {
    let response = match result {
        Ok(response) => response,
        Err(failure) => {
            return Ok(Progress::Done(match pending.stage {
                Stage::Create | Stage::Comment => failure.outcome(Provider::Jira),
                Stage::Find | Stage::Transitions | Stage::Move { .. } => failure.harmless(Provider::Jira),
            }));
        }
    };
    if !response.is_success() {
        if matches!(pending.stage, Stage::Move { .. }) && is_refused(response.status) {
            let said = Some(said(&response.json())).filter(|said| !said.is_empty());
            let said = said.unwrap_or_else(|| response.status.to_string());
            let why = Reason::of(Provider::Jira, Fault::TransitionRefused, said.as_str());
            return left_as_it_is(config, secrets, pending, &Shown::TransitionRefused { said: &said }, why);
        }
        return Ok(Progress::Done(classify(&pending, &response)));
    }
    match pending.stage {
        Stage::Find => found(config, secrets, pending, &response),
        Stage::Create => created(config, secrets, pending, &response),
        Stage::Transitions => choose(config, secrets, pending, &response),
        Stage::Move { .. } => comment(config, secrets, pending),
        Stage::Comment => Ok(done(pending)),
    }
}

/// What to do with an issue that is there: move it if resolved, then comment.
fn exists(config: &Config, secrets: &Secrets, pending: Pending) -> Result<Progress, Reason> {
    if pending.ticket.resolved {
        send(config, secrets, Pending { stage: Stage::Transitions, ..pending })
    } else {
        comment(config, secrets, pending)
    }
}

fn comment(config: &Config, secrets: &Secrets, pending: Pending) -> Result<Progress, Reason> {
    if pending.comment.as_deref().is_none_or(|text| text.trim().is_empty()) {
        return Ok(done(pending));
    }
    send(config, secrets, Pending { stage: Stage::Comment, ..pending })
}

fn done(pending: Pending) -> Progress {
    Progress::Done(Outcome::Delivered { reference: pending.key, but: pending.stays })
}

fn send(config: &Config, secrets: &Secrets, pending: Pending) -> Result<Progress, Reason> {
    let (jira, authorization) = jira(config, secrets)?;
    let Pending { stage, ticket, comment, key, .. } = &pending;
    let api = format!("{}/rest/api/3", jira.site);
    let post = |path: String, body: &Value| Request::json(path, Some(authorization.clone()), body);
    let request = match stage {
        Stage::Find => post(format!("{api}/search/jql"), &search(ticket)),
        Stage::Create => post(format!("{api}/issue"), &issue(ticket)),
        Stage::Transitions => Request::get(format!("{api}/issue/{key}/transitions"), authorization),
        Stage::Move { transition } => {
            let body = json!({"transition": {"id": transition}});
            post(format!("{api}/issue/{key}/transitions"), &body)
        }
        Stage::Comment => {
            let text = comment.clone().unwrap_or_default();
            post(format!("{api}/issue/{key}/comment"), &json!({"body": document(&[text])}))
        }
    };
    Ok(Progress::Send(super::Pending::Jira(pending), request))
}

fn jira<'a>(config: &'a Config, secrets: &Secrets) -> Result<(&'a Jira, Secret), Reason> {
    let jira = config.organisation.jira.as_ref();
    let jira = jira.ok_or_else(|| Reason::of(Provider::Jira, Fault::NotSetUp, ""))?;
    let token = secret(secrets, Provider::Jira, &jira.api_token, "api_token")?;
    Ok((jira, basic(&jira.email, token)))
}

fn search(ticket: &Ticket) -> Value {
    let quote = |text: &str| format!("\"{}\"", text.replace('\\', "\\\\").replace('"', "\\\""));
    let jql = format!("project = {} AND labels = {}", quote(&ticket.project), quote(&ticket.label));
    json!({"jql": jql, "maxResults": 1, "fields": ["status"]})
}

fn issue(ticket: &Ticket) -> Value {
    let summary = cut(&ticket.summary.split_whitespace().collect::<Vec<_>>().join(" "), SUMMARY_MAX);
    json!({"fields": {
        "project": {"key": ticket.project},
        "issuetype": {"name": ticket.issue_type},
        "summary": summary,
        "description": document(&ticket.description),
        "labels": ["oncall", ticket.label],
    }})
}

/// Atlassian Document Format: <https://developer.atlassian.com/cloud/jira/platform/apis/document/structure/>. A text
/// node may not be empty, and a line break is a node.
fn document(paragraphs: &[String]) -> Value {
    let mut room = TEXT_MAX;
    let mut content = Vec::new();
    for text in paragraphs.iter().filter(|text| !text.trim().is_empty()) {
        let text = cut(text, room);
        room = room.saturating_sub(text.chars().count());
        content.push(json!({"type": "paragraph", "content": inline(&text)}));
        if room == 0 {
            break;
        }
    }
    json!({"type": "doc", "version": 1, "content": content})
}

fn inline(text: &str) -> Vec<Value> {
    let mut nodes = Vec::new();
    for (index, line) in text.trim().lines().enumerate() {
        if index > 0 {
            nodes.push(json!({"type": "hardBreak"}));
        }
        let words = line.split_inclusive(' ');
        for (link, run) in runs(words) {
            let node = json!({"type": "text", "text": run});
            nodes.push(if link { linked(node, &run) } else { node });
        }
    }
    nodes
}

/// Neighbouring words that are no links are one text.
fn runs<'a>(words: impl Iterator<Item = &'a str>) -> Vec<(bool, String)> {
    let mut runs: Vec<(bool, String)> = Vec::new();
    for word in words {
        let clean: String = word.chars().map(|c| if c.is_control() { ' ' } else { c }).collect();
        let link = clean.starts_with("https://") || clean.starts_with("http://");
        match runs.last_mut() {
            Some((false, run)) if !link => run.push_str(&clean),
            _ => runs.push((link, clean)),
        }
    }
    runs
}

fn linked(mut node: Value, href: &str) -> Value {
    node["marks"] = json!([{"type": "link", "attrs": {"href": href.trim_end()}}]);
    node
}

fn found(
    config: &Config,
    secrets: &Secrets,
    pending: Pending,
    response: &Response,
) -> Result<Progress, Reason> {
    let body = response.json();
    let Some(issues) = body["issues"].as_array() else {
        return Ok(Progress::Done(unavailable(Reason::of(Provider::Jira, Fault::NotItsAnswer, ""))));
    };
    match issues.first().and_then(|issue| issue["key"].as_str()) {
        Some(key) => exists(config, secrets, Pending { key: key.to_owned(), ..pending }),
        None => send(config, secrets, Pending { stage: Stage::Create, ..pending }),
    }
}

fn created(
    config: &Config,
    secrets: &Secrets,
    pending: Pending,
    response: &Response,
) -> Result<Progress, Reason> {
    match response.json()["key"].as_str() {
        Some(key) => exists(config, secrets, Pending { key: key.to_owned(), ..pending }),
        None => {
            Ok(Progress::Done(Outcome::Unknown { reason: Reason::of(Provider::Jira, Fault::Unnamed, "") }))
        }
    }
}

/// Moves it, or says which ways there are. Ids differ in every workflow.
fn choose(
    config: &Config,
    secrets: &Secrets,
    pending: Pending,
    response: &Response,
) -> Result<Progress, Reason> {
    let (jira, _) = jira(config, secrets)?;
    let body = response.json();
    let all = body["transitions"].as_array().map(Vec::as_slice).unwrap_or_default();
    let chosen = leads_to(all, &jira.resolve_transition);
    if let Some(id) = chosen.and_then(|transition| transition["id"].as_str()) {
        let stage = Stage::Move { transition: id.to_owned() };
        return send(config, secrets, Pending { stage, ..pending });
    }
    let names = all.iter().filter_map(|transition| transition["name"].as_str());
    let available: Vec<String> = names.take(TRANSITIONS_MAX).map(|name| cut(name, QUOTE_MAX)).collect();
    let wanted = &jira.resolve_transition;
    let why = Reason::of(Provider::Jira, Fault::NoTransition, wanted.as_str());
    left_as_it_is(config, secrets, pending, &Shown::NoTransition { wanted, available: &available }, why)
}

/// The transition of this name, or that leads to a status of this name.
pub(super) fn leads_to<'a>(all: &'a [Value], wanted: &str) -> Option<&'a Value> {
    let wanted = wanted.trim().to_lowercase();
    let named = |name: &Value| name.as_str().is_some_and(|name| name.trim().to_lowercase() == wanted);
    let by_name = all.iter().find(|transition| named(&transition["name"]));
    by_name.or_else(|| all.iter().find(|transition| named(&transition["to"]["name"])))
}

/// The workflow does not let the ticket go, as where a field must be filled in first; it would not the next time either.
fn is_refused(status: u16) -> bool {
    (400..500).contains(&status) && !matches!(status, 401 | 408 | 425 | 429)
}

/// The comment is made all the same, and says why the status stays; the log and the timeline say it too.
fn left_as_it_is(
    config: &Config,
    secrets: &Secrets,
    mut pending: Pending,
    words: &Shown<'_>,
    why: Reason,
) -> Result<Progress, Reason> {
    let before = pending.comment.take().map(|text| text + "\n").unwrap_or_default();
    pending.comment = Some(before + &config.organisation.language.shown(words));
    pending.stays = Some(why);
    comment(config, secrets, pending)
}

/// What a refusal means; Jira's own words name the field that is wrong.
fn classify(pending: &Pending, response: &Response) -> Outcome {
    let said = said(&response.json());
    let fault = match (response.status, &pending.stage) {
        (401, _) => Fault::CredentialsRefused,
        (403, _) => Fault::Forbidden,
        (404, Stage::Create | Stage::Find) => Fault::ProjectUnknown,
        (404, _) => Fault::TicketGone,
        _ => return response.refusal(Provider::Jira, &said),
    };
    Outcome::Rejected { reason: Reason::of(Provider::Jira, fault, said) }
}

/// `errorMessages` and `errors` of Jira's error body.
fn said(body: &Value) -> String {
    let general = body["errorMessages"].as_array().into_iter().flatten().filter_map(|text| text.as_str());
    let by_field = body["errors"].as_object().into_iter().flatten();
    let by_field = by_field.filter_map(|(field, text)| Some(format!("{field}: {}", text.as_str()?)));
    let all: Vec<String> = general.map(str::to_owned).chain(by_field).collect();
    cut(&all.join("; "), QUOTE_MAX)
}
