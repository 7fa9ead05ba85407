//! Jira: whether the account is known, may open tickets of the configured type in each project, and can close them.
//!
//! `/rest/api/3/myself`, `/project/{key}` with its issue types, `/mypermissions`; whether a workflow lets tickets go is tried on
//! one of ours that is open: `/search/jql` and `/issue/{key}/transitions` with the fields that they want
//! (<https://developer.atlassian.com/cloud/jira/platform/rest/v3/>).

use super::doctor::{Answer, Examined, JiraTopic, Kind, Question, Topic, Verdict};
use super::http::{Failure, Request, Response};
use super::jira::{api, authorization, leads_to};
use crate::config::{Config, Deployment, Jira, Secret, Secrets};
use crate::incident::message::cut;
use serde_json::Value;
use std::collections::{BTreeMap, BTreeSet};

/// How many issue types, and how much of a name, are shown.
const TYPES_MAX: usize = 8;
const NAME_MAX: usize = 80;
/// What opening and resolving a ticket needs.
const PERMISSIONS: [(&str, &str); 3] = [
    ("CREATE_ISSUES", "Create issues"),
    ("ADD_COMMENTS", "Add comments"),
    ("TRANSITION_ISSUES", "Transition issues"),
];

/// Nothing where the token is not there: that is said of the secret.
pub(super) fn begin(config: &Config, secrets: &Secrets) -> Answer {
    let Some((jira, authorization)) = jira(config, secrets) else { return Answer::default() };
    ask(jira, &authorization, "myself", JiraTopic::Account).into()
}

pub(super) fn answer(
    config: &Config,
    secrets: &Secrets,
    topic: &JiraTopic,
    result: Result<Response, Failure>,
) -> Answer {
    let (kind, name) = match topic {
        JiraTopic::Account => (Kind::Account, ""),
        JiraTopic::Project { key, .. } => (Kind::Projects, key.as_str()),
        JiraTopic::Permissions { key } => (Kind::Permissions, key.as_str()),
        JiraTopic::OpenTicket { key } | JiraTopic::Transitions { key, .. } => {
            (Kind::Transitions, key.as_str())
        }
    };
    let response = match result {
        Ok(response) => response,
        Err(failure) => {
            let site = config.organisation.jira.as_ref().map_or("the site", |jira| jira.site.as_str());
            return failure.verdict(Examined::Jira, kind, name, site).into();
        }
    };
    let body = response.json();
    match (response.status, topic) {
        (200, JiraTopic::Account) => {
            let mut answer: Answer = account(config, &body).into();
            if answer.verdicts.iter().all(Verdict::is_well) {
                answer.next = of_projects(config, secrets);
            }
            answer
        }
        (200, JiraTopic::Project { issue_types, .. }) => project(name, issue_types, &body).into(),
        (200, JiraTopic::Permissions { .. }) => permissions(name, &body).into(),
        (200, JiraTopic::OpenTicket { .. }) => of_ticket(config, secrets, name, &body),
        (200, JiraTopic::Transitions { ticket, .. }) => transitions(config, name, ticket, &body).into(),
        (401, _) => {
            let why = "Jira refuses the credentials";
            let way_out = "check providers.jira.email and deployment, and make a new token: at id.atlassian.com, or in Data Center in the profile";
            wrong(kind, name, why, way_out).into()
        }
        // It is said of the project.
        (404, JiraTopic::Permissions { .. }) => Answer::default(),
        // Without a ticket to try it on there is nothing to say.
        (_, JiraTopic::OpenTicket { .. } | JiraTopic::Transitions { .. }) => Answer::default(),
        (404, JiraTopic::Project { .. }) => {
            let why = "there is no such project, or the account may not see it";
            wrong(kind, name, why, "check the key, and add the account to the project").into()
        }
        (404, JiraTopic::Account) => wrong(
            kind,
            name,
            "there is no Jira at providers.jira.site",
            "write it as https://example.atlassian.net",
        )
        .into(),
        (status, _) => {
            wrong(kind, name, &format!("Jira answered {status}"), "ask again; check providers.jira.site")
                .into()
        }
    }
}

fn jira<'c>(config: &'c Config, secrets: &Secrets) -> Option<(&'c Jira, Secret)> {
    let jira = config.organisation.jira.as_ref()?;
    Some((jira, authorization(jira, secrets.get(&jira.api_token)?)))
}

/// What is asked of every project.
fn of_projects(config: &Config, secrets: &Secrets) -> Vec<Question> {
    let Some((jira, authorization)) = jira(config, secrets) else { return Vec::new() };
    let mut questions = Vec::new();
    for (key, issue_types) in projects(config, jira) {
        let path: String = form_urlencoded::byte_serialize(key.as_bytes()).collect();
        let issue_types = issue_types.into_iter().map(str::to_owned).collect();
        let project = JiraTopic::Project { key: key.to_owned(), issue_types };
        questions.push(ask(jira, &authorization, &format!("project/{path}"), project));
        let wanted = PERMISSIONS.map(|(permission, _)| permission).join(",");
        let query = format!("mypermissions?projectKey={path}&permissions={wanted}");
        questions.push(ask(jira, &authorization, &query, JiraTopic::Permissions { key: key.to_owned() }));
        let jql =
            format!("project = \"{key}\" AND labels = oncall AND statusCategory != Done ORDER BY created");
        let jql: String = form_urlencoded::byte_serialize(jql.as_bytes()).collect();
        let search = match jira.deployment {
            Deployment::Cloud => "search/jql",
            Deployment::DataCenter => "search",
        };
        let query = format!("{search}?maxResults=1&fields=status&jql={jql}");
        questions.push(ask(jira, &authorization, &query, JiraTopic::OpenTicket { key: key.to_owned() }));
    }
    questions
}

/// Every project that a ticket may be opened in, with the issue types.
fn projects<'c>(config: &'c Config, jira: &'c Jira) -> BTreeMap<&'c str, BTreeSet<&'c str>> {
    let mut projects: BTreeMap<&str, BTreeSet<&str>> = BTreeMap::new();
    let tickets = config.services.values().filter_map(|service| service.jira.as_ref());
    let of_services = tickets.map(|ticket| (ticket.project.as_str(), ticket.issue_type.as_str()));
    for (project, issue_type) in of_services {
        projects.entry(project).or_default().insert(issue_type);
    }
    if projects.is_empty() {
        projects.entry(&jira.project).or_default().insert(&jira.issue_type);
    }
    projects
}

fn ask(jira: &Jira, authorization: &Secret, path: &str, topic: JiraTopic) -> Question {
    let request = Request::get(format!("{}/{path}", api(jira)), authorization.clone());
    Question { topic: Topic::Jira(topic), request }
}

/// Its name, and what Jira calls it in webhooks.
fn account(config: &Config, body: &Value) -> Verdict {
    let called: Vec<&str> =
        ["accountId", "name", "key"].iter().filter_map(|field| body[field].as_str()).collect();
    let ours = config.organisation.jira.as_ref().and_then(|jira| jira.account.as_deref());
    match (body["displayName"].as_str(), called.first()) {
        (Some(name), Some(called_first)) => match ours.filter(|ours| !called.contains(ours)) {
            Some(_) => {
                let why = format!(
                    "providers.jira.account is not the account's: it is {}",
                    cut(called_first, NAME_MAX)
                );
                wrong(Kind::Account, "", &why, "write that one")
            }
            None => {
                let word = format!("{}, account {}", cut(name, NAME_MAX), cut(called_first, NAME_MAX));
                Verdict::well(Examined::Jira, Kind::Account, "", &word)
            }
        },
        (Some(name), None) => Verdict::well(Examined::Jira, Kind::Account, "", &cut(name, NAME_MAX)),
        (None, _) => wrong(Kind::Account, "", "the answer is not Jira's", "check providers.jira.site"),
    }
}

fn project(key: &str, wanted: &[String], body: &Value) -> Verdict {
    let listed = body["issueTypes"].as_array().map(Vec::as_slice).unwrap_or_default();
    let names: Vec<&str> = listed.iter().filter_map(|each| each["name"].as_str()).collect();
    let missing: Vec<&str> = wanted.iter().map(String::as_str).filter(|name| !names.contains(name)).collect();
    if missing.is_empty() {
        return Verdict::well(Examined::Jira, Kind::Projects, key, &wanted.join(", "));
    }
    let there: Vec<String> = names.iter().take(TYPES_MAX).map(|name| cut(name, NAME_MAX)).collect();
    let why = format!("it has no issue type {}; it has: {}", missing.join(", "), there.join(", "));
    wrong(Kind::Projects, key, &why, "mend `issue_type:`, or add the type to the project")
}

fn permissions(key: &str, body: &Value) -> Verdict {
    let has = |name: &str| body["permissions"][name]["havePermission"] == true;
    let missing: Vec<&str> =
        PERMISSIONS.iter().filter(|(name, _)| !has(name)).map(|(_, words)| *words).collect();
    if missing.is_empty() {
        return Verdict::well(Examined::Jira, Kind::Permissions, key, "");
    }
    let why = format!("the account lacks: {}", missing.join(", "));
    wrong(Kind::Permissions, key, &why, "grant it in the project's permission scheme")
}

/// Asks for the ways out of the oldest open ticket of ours.
fn of_ticket(config: &Config, secrets: &Secrets, key: &str, body: &Value) -> Answer {
    let ticket = body["issues"].as_array().and_then(|issues| issues.first()?["key"].as_str());
    let (Some(ticket), Some((jira, authorization))) = (ticket, jira(config, secrets)) else {
        return Answer::default();
    };
    if !ticket.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'-' || b == b'_') {
        return Answer::default();
    }
    let path = format!("issue/{ticket}/transitions?expand=transitions.fields");
    let topic = JiraTopic::Transitions { key: key.to_owned(), ticket: ticket.to_owned() };
    ask(jira, &authorization, &path, topic).into()
}

/// Whether a ticket can be closed as `resolve_transition` says.
fn transitions(config: &Config, key: &str, ticket: &str, body: &Value) -> Verdict {
    let wanted = config.organisation.jira.as_ref().map_or("", |jira| &jira.resolve_transition);
    let all = body["transitions"].as_array().map(Vec::as_slice).unwrap_or_default();
    let Some(chosen) = leads_to(all, wanted) else {
        let names = all.iter().filter_map(|transition| transition["name"].as_str());
        let there: Vec<String> = names.take(TYPES_MAX).map(|name| cut(name, NAME_MAX)).collect();
        let why = format!("nothing leads {ticket} to \"{wanted}\"; there are: {}", there.join(", "));
        let way_out = "set providers.jira.resolve_transition, or add it to the workflow";
        return wrong(Kind::Transitions, key, &why, way_out);
    };
    let fields = chosen["fields"].as_object().into_iter().flatten();
    let wants = fields.filter(|(_, field)| field["required"] == true && field["hasDefaultValue"] != true);
    let named = wants.map(|(id, field)| cut(field["name"].as_str().unwrap_or(id), NAME_MAX));
    let wants: Vec<String> = named.take(TYPES_MAX).collect();
    if wants.is_empty() {
        return Verdict::well(
            Examined::Jira,
            Kind::Transitions,
            key,
            &format!("\"{wanted}\", asked of {ticket}"),
        );
    }
    let why = format!("\"{wanted}\" wants fields that oncall does not fill in: {}", wants.join(", "));
    wrong(Kind::Transitions, key, &why, "let the workflow fill them in, or name another transition")
}

fn wrong(kind: Kind, name: &str, why: &str, way_out: &str) -> Verdict {
    Verdict::wrong(Examined::Jira, kind, name, why, way_out)
}
