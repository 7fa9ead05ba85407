//! Jira: whether the account is known, may open tickets of the configured type in each project, and can close them.
//!
//! `/rest/api/3/myself`, `/project/{key}` with its issue types, `/mypermissions`; whether a workflow lets tickets go is tried on
//! one of ours that is open: `/search/jql` and `/issue/{key}/transitions` with the fields that they want
//! (<https://developer.atlassian.com/cloud/jira/platform/rest/v3/>).

use super::doctor::{Answer, Examined, JiraTopic, Kind, Question, Topic, Verdict, answered};
use super::http::{Failure, Request, Response};
use super::jira::{api, authorization, leads_to};
use crate::config::{Config, Deployment, Jira, Secret, Secrets};
use crate::incident::message::cut;
use crate::language::words::Words;
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
        // It is said of the project.
        (404, JiraTopic::Permissions { .. }) => Answer::default(),
        // Without a ticket to try it on there is nothing to say.
        (status, JiraTopic::OpenTicket { .. } | JiraTopic::Transitions { .. }) if status != 401 => {
            Answer::default()
        }
        (status, _) => refused(kind, name, status, matches!(topic, JiraTopic::Project { .. })).into(),
    }
}

/// What an answer says by its status alone.
fn refused(kind: Kind, name: &str, status: u16, of_project: bool) -> Verdict {
    match status {
        401 => {
            let why = Words::new("Jira refuses the credentials", "Jira が認証情報を拒否しました");
            let way_out = Words::new(
                "check providers.jira.email and deployment, and make a new token: at id.atlassian.com, or in Data Center in the profile",
                "providers.jira の email と deployment を確認し、トークンを作り直します（id.atlassian.com、Data Center ではプロフィール）",
            );
            wrong(kind, name, why, way_out)
        }
        404 if of_project => {
            let why = Words::new(
                "there is no such project, or the account may not see it",
                "プロジェクトがないか、アカウントに閲覧の権限がありません",
            );
            let way_out = Words::new(
                "check the key, and add the account to the project",
                "キーを確認し、アカウントをプロジェクトに加えます",
            );
            wrong(kind, name, why, way_out)
        }
        404 => wrong(
            kind,
            name,
            Words::new("there is no Jira at providers.jira.site", "providers.jira.site に Jira がありません"),
            Words::new(
                "write it as https://example.atlassian.net",
                "https://example.atlassian.net のように書きます",
            ),
        ),
        status => {
            let way_out = Words::new(
                "ask again; check providers.jira.site",
                "もう一度実行します。providers.jira.site も確認します",
            );
            wrong(kind, name, answered("Jira", status), way_out)
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
                let is = cut(called_first, NAME_MAX);
                let why = Words::new(
                    format!("providers.jira.account is not the account's: it is {is}"),
                    format!("providers.jira.account がアカウントと違います。正しくは {is} です"),
                );
                wrong(Kind::Account, "", why, Words::new("write that one", "その値に直します"))
            }
            None => {
                let (name, called) = (cut(name, NAME_MAX), cut(called_first, NAME_MAX));
                let word =
                    Words::new(format!("{name}, account {called}"), format!("{name}、アカウント {called}"));
                Verdict::well(Examined::Jira, Kind::Account, "", word)
            }
        },
        (Some(name), None) => {
            Verdict::well(Examined::Jira, Kind::Account, "", Words::same(cut(name, NAME_MAX)))
        }
        (None, _) => wrong(
            Kind::Account,
            "",
            Words::new("the answer is not Jira's", "Jira の応答ではありません"),
            Words::new("check providers.jira.site", "providers.jira.site を確認します"),
        ),
    }
}

fn project(key: &str, wanted: &[String], body: &Value) -> Verdict {
    let listed = body["issueTypes"].as_array().map(Vec::as_slice).unwrap_or_default();
    let names: Vec<&str> = listed.iter().filter_map(|each| each["name"].as_str()).collect();
    let missing: Vec<&str> = wanted.iter().map(String::as_str).filter(|name| !names.contains(name)).collect();
    if missing.is_empty() {
        return Verdict::well(Examined::Jira, Kind::Projects, key, Words::same(wanted.join(", ")));
    }
    let there: Vec<String> = names.iter().take(TYPES_MAX).map(|name| cut(name, NAME_MAX)).collect();
    let (missing, there) = (missing.join(", "), there.join(", "));
    let why = Words::new(
        format!("it has no issue type {missing}; it has: {there}"),
        format!("課題タイプ {missing} がありません。あるもの: {there}"),
    );
    let way_out = Words::new(
        "mend `issue_type:`, or add the type to the project",
        "`issue_type:` を直すか、プロジェクトにそのタイプを加えます",
    );
    wrong(Kind::Projects, key, why, way_out)
}

fn permissions(key: &str, body: &Value) -> Verdict {
    let has = |name: &str| body["permissions"][name]["havePermission"] == true;
    let missing: Vec<&str> =
        PERMISSIONS.iter().filter(|(name, _)| !has(name)).map(|(_, words)| *words).collect();
    if missing.is_empty() {
        return Verdict::well(Examined::Jira, Kind::Permissions, key, Words::default());
    }
    let missing = missing.join(", ");
    let why = Words::new(
        format!("the account lacks: {missing}"),
        format!("アカウントに権限がありません: {missing}"),
    );
    let way_out =
        Words::new("grant it in the project's permission scheme", "プロジェクトの権限スキームで与えます");
    wrong(Kind::Permissions, key, why, way_out)
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
        let there = there.join(", ");
        let why = Words::new(
            format!("nothing leads {ticket} to \"{wanted}\"; there are: {there}"),
            format!("{ticket} を「{wanted}」にするトランジションがありません。あるもの: {there}"),
        );
        let way_out = Words::new(
            "set providers.jira.resolve_transition, or add it to the workflow",
            "providers.jira.resolve_transition を設定するか、ワークフローに加えます",
        );
        return wrong(Kind::Transitions, key, why, way_out);
    };
    let fields = chosen["fields"].as_object().into_iter().flatten();
    let wants = fields.filter(|(_, field)| field["required"] == true && field["hasDefaultValue"] != true);
    let named = wants.map(|(id, field)| cut(field["name"].as_str().unwrap_or(id), NAME_MAX));
    let wants: Vec<String> = named.take(TYPES_MAX).collect();
    if wants.is_empty() {
        let word =
            Words::new(format!("\"{wanted}\", asked of {ticket}"), format!("「{wanted}」、{ticket} で確認"));
        return Verdict::well(Examined::Jira, Kind::Transitions, key, word);
    }
    let wants = wants.join(", ");
    let why = Words::new(
        format!("\"{wanted}\" wants fields that oncall does not fill in: {wants}"),
        format!("「{wanted}」には oncall が設定しない項目が必要です: {wants}"),
    );
    let way_out = Words::new(
        "let the workflow fill them in, or name another transition",
        "ワークフローで設定されるようにするか、別のトランジションを指定します",
    );
    wrong(Kind::Transitions, key, why, way_out)
}

fn wrong(kind: Kind, name: &str, why: Words, way_out: Words) -> Verdict {
    Verdict::wrong(Examined::Jira, kind, name, why, way_out)
}
