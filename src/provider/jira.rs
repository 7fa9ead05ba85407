//! Jira: a ticket made, commented and moved, and found again by its label.
//!
//! REST v3 of the Cloud (<https://developer.atlassian.com/cloud/jira/platform/rest/v3/>) and v2 of Data Center, which differ in how
//! one signs in, in the search, and in the form of texts (`jira_text`). There is no idempotency key: a repeated create looks the
//! label up first. A field that Jira refuses is left out, and that is said: the ticket is made all the same.

use super::http::{Failure, QUOTE_MAX, Request, Response, basic, unavailable};
use super::jira_text::text;
use super::{Progress, not_carried, secret};
use crate::config::{Config, Deployment, Jira, Provider, Secret, Secrets};
use crate::incident::message::{Ticket, cut};
use crate::incident::{Delivery, Outcome, Reason, Task, Words};
use crate::language::Shown;
use crate::reason::Fault;
use serde_json::{Value, json};
use std::collections::BTreeSet;

pub use super::jira_text::TEXT_MAX;

/// The longest summary of an issue, in characters.
pub const SUMMARY_MAX: usize = 255;
/// The most transitions that are read, and named when none fits.
pub const TRANSITIONS_MAX: usize = 20;
/// How two tickets of one incident are linked.
const LINK: &str = "Relates";

/// A ticket between two requests.
#[derive(Clone, Debug, PartialEq)]
pub struct Pending {
    stage: Stage,
    ticket: Ticket,
    /// What changed since the last time; none on the first.
    comment: Option<String>,
    /// The issue's key, once there is one.
    key: String,
    /// The ticket of before, which a new one follows.
    follows: Option<String>,
    /// An earlier attempt may have got through.
    repeat: bool,
    /// Fields that Jira has refused.
    without: BTreeSet<String>,
    /// What was left undone: its status stays as it is, or a field is left out.
    undone: Option<Reason>,
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
    /// Asks whether it is done; these transitions were there.
    Status {
        available: Vec<String>,
    },
    /// Links it to the one that it follows.
    Link,
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
    if !is_key(&key) {
        return Err(Reason::of(Provider::Jira, Fault::TicketGone, cut(&key, QUOTE_MAX)));
    }
    let left_out = ticket.fields.failed.join("; ");
    let failed = reference.is_none() && !left_out.is_empty();
    let undone = failed.then(|| Reason::of(Provider::Jira, Fault::FieldLeftOut, cut(&left_out, QUOTE_MAX)));
    let pending = Pending {
        stage: Stage::Create,
        ticket: ticket.clone(),
        comment: comment.clone(),
        key,
        follows: None,
        repeat: delivery.repeat,
        without: BTreeSet::new(),
        undone,
    };
    match (reference, delivery.repeat) {
        (None, true) => send(config, secrets, Pending { stage: Stage::Find, ..pending }),
        (None, false) => send(config, secrets, pending),
        (Some(_), _) => exists(config, secrets, pending),
    }
}

/// What becomes part of a URL.
fn is_key(key: &str) -> bool {
    key.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'-' || b == b'_')
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
                // The ticket is there.
                Stage::Link => return unlinked(config, secrets, pending, ""),
                Stage::Status { .. } if pending.ticket.resolved => {
                    return not_moved(config, secrets, pending);
                }
                Stage::Find | Stage::Transitions | Stage::Move { .. } | Stage::Status { .. } => {
                    failure.harmless(Provider::Jira)
                }
            }));
        }
    };
    if !response.is_success() {
        return refused(config, secrets, pending, &response);
    }
    match pending.stage {
        Stage::Find => found(config, secrets, pending, &response),
        Stage::Create => created(config, secrets, pending, &response),
        Stage::Transitions => choose(config, secrets, pending, &response),
        Stage::Status { .. } => stands(config, secrets, pending, &response),
        Stage::Move { .. } | Stage::Link => comment(config, secrets, pending),
        Stage::Comment => Ok(done(pending)),
    }
}

/// What to do with an issue that is there: move it if need be, then comment.
fn exists(config: &Config, secrets: &Secrets, pending: Pending) -> Result<Progress, Reason> {
    if pending.ticket.resolved {
        send(config, secrets, Pending { stage: Stage::Transitions, ..pending })
    } else if pending.ticket.reopened {
        send(config, secrets, Pending { stage: Stage::Status { available: Vec::new() }, ..pending })
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
    Progress::Done(Outcome::Delivered { reference: pending.key, but: pending.undone })
}

fn send(config: &Config, secrets: &Secrets, pending: Pending) -> Result<Progress, Reason> {
    let (jira, authorization) = jira(config, secrets)?;
    let Pending { stage, ticket, comment, key, .. } = &pending;
    let api = api(jira);
    let post = |path: String, body: &Value| Request::json(path, Some(authorization.clone()), body);
    let request = match stage {
        Stage::Find => {
            let search = match jira.deployment {
                Deployment::Cloud => "search/jql",
                Deployment::DataCenter => "search",
            };
            post(format!("{api}/{search}"), &search_for(&pending))
        }
        Stage::Create => post(format!("{api}/issue"), &issue(jira.deployment, ticket, &pending.without)),
        Stage::Transitions => Request::get(format!("{api}/issue/{key}/transitions"), authorization),
        Stage::Move { transition } => {
            let body = json!({"transition": {"id": transition}});
            post(format!("{api}/issue/{key}/transitions"), &body)
        }
        Stage::Status { .. } => Request::get(format!("{api}/issue/{key}?fields=status"), authorization),
        Stage::Link => {
            let before = pending.follows.clone().unwrap_or_default();
            let link =
                json!({"type": {"name": LINK}, "inwardIssue": {"key": key}, "outwardIssue": {"key": before}});
            post(format!("{api}/issueLink"), &link)
        }
        Stage::Comment => {
            let words = [comment.clone().unwrap_or_default()];
            post(format!("{api}/issue/{key}/comment"), &json!({"body": text(jira.deployment, &words)}))
        }
    };
    Ok(Progress::Send(super::Pending::Jira(Box::new(pending)), request))
}

/// Where the API is.
pub(super) fn api(jira: &Jira) -> String {
    let version = match jira.deployment {
        Deployment::Cloud => 3,
        Deployment::DataCenter => 2,
    };
    format!("{}/rest/api/{version}", jira.site)
}

/// A token alone, or in the Cloud with its account's address.
pub(super) fn authorization(jira: &Jira, token: &Secret) -> Secret {
    match (jira.deployment, &jira.email) {
        (Deployment::Cloud, Some(email)) => basic(email, token),
        (Deployment::Cloud, None) | (Deployment::DataCenter, _) => {
            Secret::new(&format!("Bearer {}", token.expose()))
        }
    }
}

fn jira<'a>(config: &'a Config, secrets: &Secrets) -> Result<(&'a Jira, Secret), Reason> {
    let jira = config.organisation.jira.as_ref();
    let jira = jira.ok_or_else(|| Reason::of(Provider::Jira, Fault::NotSetUp, ""))?;
    let token = secret(secrets, Provider::Jira, &jira.api_token, "api_token")?;
    Ok((jira, authorization(jira, token)))
}

fn search_for(pending: &Pending) -> Value {
    let ticket = &pending.ticket;
    let quote = |text: &str| format!("\"{}\"", text.replace('\\', "\\\\").replace('"', "\\\""));
    let mut jql = format!("project = {} AND labels = {}", quote(&ticket.project), quote(&ticket.label));
    if pending.follows.is_some() {
        jql.push_str(" AND statusCategory != Done");
    }
    json!({"jql": jql, "maxResults": 1, "fields": ["status"]})
}

fn issue(deployment: Deployment, ticket: &Ticket, without: &BTreeSet<String>) -> Value {
    let summary = cut(&ticket.summary.split_whitespace().collect::<Vec<_>>().join(" "), SUMMARY_MAX);
    let mut fields = json!({
        "project": {"key": ticket.project},
        "issuetype": {"name": ticket.issue_type},
        "summary": summary,
        "description": text(deployment, &ticket.description),
    });
    let named = |name: &String| json!({"name": name});
    let filled = &ticket.fields;
    let components: Vec<Value> = filled.components.iter().map(named).collect();
    let assignee = |who: &String| match deployment {
        Deployment::Cloud => json!({"accountId": who}),
        Deployment::DataCenter => named(who),
    };
    let optional = [
        ("labels", Some(json!(["oncall", ticket.label]))),
        ("priority", filled.priority.as_ref().map(named)),
        ("assignee", filled.assignee.as_ref().map(assignee)),
        ("components", Some(components.into()).filter(|_| !filled.components.is_empty())),
    ];
    let optional = optional.into_iter().filter_map(|(name, value)| Some((name.to_owned(), value?)));
    for (name, value) in optional.chain(filled.own.iter().cloned()) {
        if !without.contains(&name) && fields.get(&name).is_none() {
            fields[name] = value;
        }
    }
    json!({"fields": fields})
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
    match issues.first().and_then(|issue| issue["key"].as_str()).filter(|key| is_key(key)) {
        Some(key) if pending.follows.is_some() => {
            comment(config, secrets, Pending { key: key.to_owned(), ..pending })
        }
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
    let body = response.json();
    let Some(key) = body["key"].as_str().filter(|key| is_key(key)) else {
        let reason = Reason::of(Provider::Jira, Fault::Unnamed, "");
        return Ok(Progress::Done(Outcome::Unknown { reason }));
    };
    let pending = Pending { key: key.to_owned(), ..pending };
    match pending.follows {
        Some(_) => send(config, secrets, Pending { stage: Stage::Link, ..pending }),
        None => exists(config, secrets, pending),
    }
}

/// Moves it. Ids differ in every workflow.
fn choose(
    config: &Config,
    secrets: &Secrets,
    pending: Pending,
    response: &Response,
) -> Result<Progress, Reason> {
    let (jira, _) = jira(config, secrets)?;
    let body = response.json();
    let all = body["transitions"].as_array().map(Vec::as_slice).unwrap_or_default();
    let wanted = match pending.ticket.resolved {
        true => Some(&jira.resolve_transition),
        false => jira.reopen_transition.as_ref(),
    };
    let chosen = wanted.and_then(|wanted| leads_to(all, wanted));
    if let Some(id) = chosen.and_then(|transition| transition["id"].as_str()) {
        let stage = Stage::Move { transition: id.to_owned() };
        return send(config, secrets, Pending { stage, ..pending });
    }
    if !pending.ticket.resolved {
        return follow_up(config, secrets, pending);
    }
    let names = all.iter().filter_map(|transition| transition["name"].as_str());
    let available: Vec<String> = names.take(TRANSITIONS_MAX).map(|name| cut(name, QUOTE_MAX)).collect();
    let pending = Pending { stage: Stage::Status { available }, ..pending };
    // Only where people close incidents by their tickets has somebody been there before.
    match jira.webhook_secret.is_empty() {
        true => not_moved(config, secrets, pending),
        false => send(config, secrets, pending),
    }
}

/// What follows from whether it is done: somebody may have moved it by hand.
fn stands(
    config: &Config,
    secrets: &Secrets,
    pending: Pending,
    response: &Response,
) -> Result<Progress, Reason> {
    let (jira, _) = jira(config, secrets)?;
    let is_done = response.json()["fields"]["status"]["statusCategory"]["key"] == "done";
    match (pending.ticket.resolved, is_done) {
        (true, true) | (false, false) => comment(config, secrets, pending),
        (true, false) => not_moved(config, secrets, pending),
        (false, true) if jira.reopen_transition.is_some() => {
            send(config, secrets, Pending { stage: Stage::Transitions, ..pending })
        }
        (false, true) => follow_up(config, secrets, pending),
    }
}

/// No transition leads where it should go.
fn not_moved(config: &Config, secrets: &Secrets, pending: Pending) -> Result<Progress, Reason> {
    let (jira, _) = jira(config, secrets)?;
    let available = match &pending.stage {
        Stage::Status { available } => available.clone(),
        _ => Vec::new(),
    };
    let wanted = &jira.resolve_transition;
    let why = Reason::of(Provider::Jira, Fault::NoTransition, wanted.as_str());
    left_as_it_is(config, secrets, pending, &Shown::NoTransition { wanted, available: &available }, why)
}

/// Another ticket, linked to the one that stays done.
fn follow_up(config: &Config, secrets: &Secrets, pending: Pending) -> Result<Progress, Reason> {
    let stage = if pending.repeat { Stage::Find } else { Stage::Create };
    let follows = Some(pending.key.clone());
    send(config, secrets, Pending { stage, follows, key: String::new(), ..pending })
}

/// The transition of this name, or that leads to a status of this name.
pub(super) fn leads_to<'a>(all: &'a [Value], wanted: &str) -> Option<&'a Value> {
    let wanted = wanted.trim().to_lowercase();
    let named = |name: &Value| name.as_str().is_some_and(|name| name.trim().to_lowercase() == wanted);
    let by_name = all.iter().find(|transition| named(&transition["name"]));
    by_name.or_else(|| all.iter().find(|transition| named(&transition["to"]["name"])))
}

/// A way around a refusal if there is one, or what it means.
fn refused(
    config: &Config,
    secrets: &Secrets,
    mut pending: Pending,
    response: &Response,
) -> Result<Progress, Reason> {
    let words = said(&response.json());
    match pending.stage {
        Stage::Move { .. } if is_refused(response.status) && !pending.ticket.resolved => {
            follow_up(config, secrets, pending)
        }
        Stage::Move { .. } if is_refused(response.status) => {
            let said = if words.is_empty() { response.status.to_string() } else { words };
            let why = Reason::of(Provider::Jira, Fault::TransitionRefused, said.as_str());
            left_as_it_is(config, secrets, pending, &Shown::TransitionRefused { said: &said }, why)
        }
        Stage::Link => unlinked(config, secrets, pending, &words),
        Stage::Status { .. } if pending.ticket.resolved => not_moved(config, secrets, pending),
        Stage::Create if response.status == 400 && pending.without.is_empty() => {
            pending.without = to_leave_out(&pending.ticket, &response.json());
            if pending.without.is_empty() {
                return Ok(Progress::Done(classify(&pending, response)));
            }
            pending.undone = Some(Reason::of(Provider::Jira, Fault::FieldLeftOut, words));
            send(config, secrets, pending)
        }
        Stage::Find
        | Stage::Create
        | Stage::Transitions
        | Stage::Move { .. }
        | Stage::Status { .. }
        | Stage::Comment => Ok(Progress::Done(classify(&pending, response))),
    }
}

/// The fields that Jira complains of, and that a ticket can do without.
fn to_leave_out(ticket: &Ticket, body: &Value) -> BTreeSet<String> {
    let own = |name: &String| ticket.fields.own.iter().any(|(own, _)| own == name);
    let optional = ["labels", "priority", "assignee", "components"];
    let errors = body["errors"].as_object().into_iter().flatten().map(|(field, _)| field);
    errors.filter(|field| optional.contains(&field.as_str()) || own(field)).cloned().collect()
}

/// The workflow does not let the ticket go, as where a field must be filled in first; it would not the next time either.
fn is_refused(status: u16) -> bool {
    (400..500).contains(&status) && !matches!(status, 401 | 408 | 425 | 429)
}

/// Both tickets are there, and name the incident.
fn unlinked(
    config: &Config,
    secrets: &Secrets,
    mut pending: Pending,
    said: &str,
) -> Result<Progress, Reason> {
    pending.undone = Some(Reason::of(Provider::Jira, Fault::NotLinked, said));
    comment(config, secrets, pending)
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
    pending.undone = Some(why);
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
