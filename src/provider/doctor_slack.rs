//! Slack: whether the token is good and may write, whether the people and the channels of the config are there.
//!
//! `auth.test`, `users.info`, `conversations.info` (<https://docs.slack.dev/reference/methods>). Every answer names the scopes of
//! the token in `x-oauth-scopes`; one that lacks a scope names it in `needed`. With `app_token` a socket is asked for,
//! and with `slack_user_groups` who is in each.

use super::doctor::{ASKED_MAX, Answer, Examined, Found, Kind, Question, SlackTopic, Topic, Verdict};
use super::http::{Failure, Request, Response};
use super::slack_manifest::SCOPES;
use super::slack_socket;
use crate::config::{Config, Provider, Secret, Secrets, Slack};
use crate::incident::message::cut;
use serde_json::Value;
use std::collections::BTreeSet;

/// The longest error of Slack's that is quoted, in characters.
const ERROR_MAX: usize = 80;

/// Nothing where the token is not there: that is said of the secret.
pub(super) fn begin(config: &Config, secrets: &Secrets) -> Answer {
    let Some(slack) = &config.organisation.slack else { return Answer::default() };
    let mut all = secrets
        .get(&slack.bot_token)
        .map_or_else(Answer::default, |token| ask(slack, token, "auth.test", SlackTopic::Token).into());
    // An address that nobody connects to is worth nothing after half a minute.
    let token = slack_socket::token(config, secrets);
    if let Some(request) = token.and_then(|token| slack_socket::ask(config, token)) {
        all.next.push(Question { topic: Topic::Slack(SlackTopic::Socket), request });
    }
    all
}

pub(super) fn answer(
    config: &Config,
    secrets: &Secrets,
    topic: &SlackTopic,
    result: Result<Response, Failure>,
) -> Answer {
    let Some(slack) = &config.organisation.slack else { return Answer::default() };
    let (kind, name) = match topic {
        SlackTopic::Token => (Kind::Token, String::new()),
        SlackTopic::Socket => (Kind::Socket, String::new()),
        SlackTopic::Group { group } => (Kind::Groups, group.clone()),
        SlackTopic::Person { user, slack } => (Kind::People, format!("{user} ({slack})")),
        SlackTopic::Channel { channel } => (Kind::Channels, channel.clone()),
    };
    let response = match result {
        Ok(response) => response,
        Err(failure) => return failure.verdict(Examined::Slack, kind, &name, &slack.api_url).into(),
    };
    let body = response.json();
    match body["ok"].as_bool() {
        Some(true) => {}
        Some(false) => return refused(kind, &name, &body).into(),
        None => {
            let why = format!("answered {}, and not in Slack's way", response.status);
            return wrong(kind, &name, &why, "check providers.slack.api_url, and what is in between").into();
        }
    }
    match topic {
        SlackTopic::Token => accepted(config, slack, secrets, &response, &body),
        SlackTopic::Socket => Verdict::well(Examined::Slack, kind, &name, "").into(),
        SlackTopic::Group { .. } => Verdict::well(Examined::Slack, kind, &name, "").into(),
        SlackTopic::Person { .. } => person(&name, &body["user"]).into(),
        SlackTopic::Channel { .. } => in_channel(&name, &response, &body["channel"]).into(),
    }
}

fn ask(slack: &Slack, token: &Secret, method: &str, topic: SlackTopic) -> Question {
    let bearer = Secret::new(&format!("Bearer {}", token.expose()));
    let request = Request::get(format!("{}/{method}", slack.api_url), bearer);
    Question { topic: Topic::Slack(topic), request }
}

/// The token is good: its scopes, and everybody and every channel.
fn accepted(config: &Config, slack: &Slack, secrets: &Secrets, response: &Response, body: &Value) -> Answer {
    let team = cut(body["team"].as_str().unwrap_or("a workspace"), ERROR_MAX);
    let bot = cut(body["user"].as_str().unwrap_or("a bot"), ERROR_MAX);
    let verdict = if scopes(response).is_some_and(|scopes| !scopes.contains("chat:write")) {
        wrong(Kind::Token, "", "it may not write: the scope chat:write is missing", ADD_SCOPE)
    } else {
        Verdict::well(Examined::Slack, Kind::Token, "", &format!("{bot} in {team}"))
    };
    let mut answer: Answer = verdict.into();
    answer.verdicts.extend(lacking(config, response));
    let Some(token) = secrets.get(&slack.bot_token) else { return answer };
    let people = config.users.values().filter_map(|user| Some((user.id.clone(), user.slack.clone()?)));
    for (user, id) in people.take(ASKED_MAX) {
        let method = format!("users.info?user={id}");
        answer.next.push(ask(slack, token, &method, SlackTopic::Person { user, slack: id }));
    }
    for group in config.organisation.slack_user_groups.iter().take(ASKED_MAX) {
        let (id, method) = (group.group.clone(), format!("usergroups.users.list?usergroup={}", group.group));
        answer.next.push(ask(slack, token, &method, SlackTopic::Group { group: id }));
    }
    let of_services = config.services.values().flat_map(|service| service.rooms_of(Provider::Slack));
    let channels: BTreeSet<String> = of_services.chain([slack.channel.clone()]).collect();
    for channel in channels.into_iter().take(ASKED_MAX) {
        let method = format!("conversations.info?channel={channel}");
        answer.next.push(ask(slack, token, &method, SlackTopic::Channel { channel: channel.to_owned() }));
    }
    answer
}

/// The scopes that the token lacks, and what does not work for it: wrong where the config asks for it, else worth mending.
fn lacking(config: &Config, response: &Response) -> Option<Verdict> {
    let granted = scopes(response)?;
    let groups = !config.organisation.slack_user_groups.is_empty();
    let is_of_groups = |scope: &str| scope.starts_with("usergroups:");
    let lacks = |(scope, _): &&(&'static str, &'static str)| {
        let asked_for = !scope.starts_with("chat:write") && (groups || !is_of_groups(scope));
        asked_for && !granted.contains(scope)
    };
    let lacking: Vec<String> =
        SCOPES.iter().filter(lacks).map(|(scope, what)| format!("{scope} ({what})")).collect();
    if lacking.is_empty() {
        return None;
    }
    let why = format!("scopes are missing, and what needs them does not work: {}", lacking.join(", "));
    let way_out = "give the app the manifest of `oncall slack manifest`, and install it again";
    if groups && SCOPES.iter().filter(lacks).any(|(scope, _)| is_of_groups(scope)) {
        return Some(wrong(Kind::Scopes, "", &why, way_out));
    }
    let found = Found::Doubtful { why, way_out: way_out.to_owned() };
    Some(Verdict { examined: Examined::Slack, kind: Kind::Scopes, name: String::new(), found })
}

fn person(name: &str, user: &Value) -> Verdict {
    if user["deleted"] == true {
        let way_out = "take the person out of the line-ups (`oncall user leave`), or mend `slack:`";
        return wrong(Kind::People, name, "this member was deactivated", way_out);
    }
    Verdict::well(Examined::Slack, Kind::People, name, "")
}

fn in_channel(name: &str, response: &Response, channel: &Value) -> Verdict {
    let called = channel["name"].as_str().map(|called| format!("{name} (#{})", cut(called, ERROR_MAX)));
    let name = called.as_deref().unwrap_or(name);
    let anywhere = scopes(response).is_some_and(|scopes| scopes.contains("chat:write.public"));
    if channel["is_archived"] == true {
        return wrong(Kind::Channels, name, "this channel is archived", "unarchive it, or name another");
    }
    if channel["is_member"] == false && (channel["is_private"] == true || !anywhere) {
        return wrong(
            Kind::Channels,
            name,
            "the bot is not in this channel",
            "there, write `/invite @` and its name",
        );
    }
    Verdict::well(Examined::Slack, Kind::Channels, name, "")
}

const ADD_SCOPE: &str = "add it to the app under OAuth & Permissions, and install the app again";

fn refused(kind: Kind, name: &str, body: &Value) -> Verdict {
    let error = cut(body["error"].as_str().unwrap_or("no reason"), ERROR_MAX);
    let renew = "copy the bot user's token anew from OAuth & Permissions of the app";
    let (why, way_out) = match error.as_str() {
        "invalid_auth" | "not_authed" | "account_inactive" | "token_revoked" | "token_expired" => {
            (format!("Slack refuses the token: {error}"), renew)
        }
        "missing_scope" => {
            let needed = cut(body["needed"].as_str().unwrap_or("unknown"), ERROR_MAX);
            (format!("the scope {needed} is missing, so this cannot be told"), ADD_SCOPE)
        }
        "user_not_found" | "user_not_visible" => (
            "there is no such member".to_owned(),
            "mend `slack:` in the person's file: \"Copy member ID\" in the profile",
        ),
        "channel_not_found" => (
            "there is no such channel, or it is private and the bot is not in it".to_owned(),
            "mend the id, or write `/invite @` and the bot's name there",
        ),
        "no_such_subteam" => (
            "there is no such user group".to_owned(),
            "mend `group:` in oncall.yaml: \"Copy group ID\" under \"People & user groups\"",
        ),
        "plan_upgrade_required" => (
            "user groups need a paid plan of Slack".to_owned(),
            "take `slack_user_groups` out of oncall.yaml",
        ),
        "ratelimited" => ("Slack was asked too much".to_owned(), "wait a minute, and ask again"),
        _ => (format!("Slack says {error}"), "see https://docs.slack.dev/reference/methods"),
    };
    wrong(kind, name, &why, way_out)
}

fn scopes(response: &Response) -> Option<BTreeSet<&str>> {
    Some(response.header("x-oauth-scopes")?.split(',').map(str::trim).collect())
}

fn wrong(kind: Kind, name: &str, why: &str, way_out: &str) -> Verdict {
    Verdict::wrong(Examined::Slack, kind, name, why, way_out)
}
