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
use crate::language::words::Words;
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
            let status = response.status;
            let why = Words::new(
                format!("answered {status}, and not in Slack's way"),
                format!("{status} が返りましたが、Slack の応答ではありません"),
            );
            let way_out = Words::new(
                "check providers.slack.api_url, and what is in between",
                "providers.slack.api_url と、途中のプロキシを確認します",
            );
            return wrong(kind, &name, why, way_out).into();
        }
    }
    match topic {
        SlackTopic::Token => accepted(config, slack, secrets, &response, &body),
        SlackTopic::Socket => Verdict::well(Examined::Slack, kind, &name, Words::default()).into(),
        SlackTopic::Group { .. } => Verdict::well(Examined::Slack, kind, &name, Words::default()).into(),
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
        let why = Words::new(
            "it may not write: the scope chat:write is missing",
            "書き込めません。スコープ chat:write がありません",
        );
        wrong(Kind::Token, "", why, add_scope())
    } else {
        Verdict::well(
            Examined::Slack,
            Kind::Token,
            "",
            Words::new(format!("{bot} in {team}"), format!("{team} の {bot}")),
        )
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
    let lacking = lacking.join(", ");
    let why = Words::new(
        format!("scopes are missing, and what needs them does not work: {lacking}"),
        format!("スコープが足りず、必要とする機能が動きません: {lacking}"),
    );
    let way_out = Words::new(
        "give the app the manifest of `oncall slack manifest`, and install it again",
        "`oncall slack manifest` のマニフェストをアプリに設定し、インストールし直します",
    );
    if groups && SCOPES.iter().filter(lacks).any(|(scope, _)| is_of_groups(scope)) {
        return Some(wrong(Kind::Scopes, "", why, way_out));
    }
    let found = Found::Doubtful { why, way_out };
    Some(Verdict { examined: Examined::Slack, kind: Kind::Scopes, name: String::new(), found })
}

fn person(name: &str, user: &Value) -> Verdict {
    if user["deleted"] == true {
        let why = Words::new("this member was deactivated", "このメンバーは無効化されています");
        let way_out = Words::new(
            "take the person out of the line-ups (`oncall user leave`), or mend `slack:`",
            "当番から外すか（`oncall user leave`）、`slack:` を直します",
        );
        return wrong(Kind::People, name, why, way_out);
    }
    Verdict::well(Examined::Slack, Kind::People, name, Words::default())
}

fn in_channel(name: &str, response: &Response, channel: &Value) -> Verdict {
    let called = channel["name"].as_str().map(|called| format!("{name} (#{})", cut(called, ERROR_MAX)));
    let name = called.as_deref().unwrap_or(name);
    let anywhere = scopes(response).is_some_and(|scopes| scopes.contains("chat:write.public"));
    if channel["is_archived"] == true {
        let why = Words::new("this channel is archived", "チャンネルがアーカイブされています");
        let way_out =
            Words::new("unarchive it, or name another", "アーカイブを解除するか、別のチャンネルを指定します");
        return wrong(Kind::Channels, name, why, way_out);
    }
    if channel["is_member"] == false && (channel["is_private"] == true || !anywhere) {
        let why = Words::new("the bot is not in this channel", "ボットがこのチャンネルにいません");
        let way_out = Words::new(
            "there, write `/invite @` and its name",
            "そのチャンネルで `/invite @` に続けてボットの名前を書きます",
        );
        return wrong(Kind::Channels, name, why, way_out);
    }
    Verdict::well(Examined::Slack, Kind::Channels, name, Words::default())
}

fn add_scope() -> Words {
    Words::new(
        "add it to the app under OAuth & Permissions, and install the app again",
        "アプリの OAuth & Permissions で追加し、インストールし直します",
    )
}

fn refused(kind: Kind, name: &str, body: &Value) -> Verdict {
    let error = cut(body["error"].as_str().unwrap_or("no reason"), ERROR_MAX);
    let (why, way_out) = match error.as_str() {
        "invalid_auth" | "not_authed" | "account_inactive" | "token_revoked" | "token_expired" => (
            Words::new(
                format!("Slack refuses the token: {error}"),
                format!("Slack がトークンを拒否しました: {error}"),
            ),
            Words::new(
                "copy the bot user's token anew from OAuth & Permissions of the app",
                "アプリの OAuth & Permissions からボットのトークンをコピーし直します",
            ),
        ),
        "missing_scope" => {
            let needed = cut(body["needed"].as_str().unwrap_or("unknown"), ERROR_MAX);
            let why = Words::new(
                format!("the scope {needed} is missing, so this cannot be told"),
                format!("スコープ {needed} がないため、調べられません"),
            );
            (why, add_scope())
        }
        other => refusal(other),
    };
    wrong(kind, name, why, way_out)
}

/// What Slack does not find, or does not do.
fn refusal(error: &str) -> (Words, Words) {
    match error {
        "user_not_found" | "user_not_visible" => (
            Words::new("there is no such member", "このメンバーはいません"),
            Words::new(
                "mend `slack:` in the person's file: \"Copy member ID\" in the profile",
                "本人のファイルの `slack:` を直します（プロフィールの「メンバー ID をコピー」）",
            ),
        ),
        "channel_not_found" => (
            Words::new(
                "there is no such channel, or it is private and the bot is not in it",
                "チャンネルがないか、ボットのいないプライベートチャンネルです",
            ),
            Words::new(
                "mend the id, or write `/invite @` and the bot's name there",
                "id を直すか、そのチャンネルで `/invite @` に続けてボットの名前を書きます",
            ),
        ),
        "no_such_subteam" => (
            Words::new("there is no such user group", "このユーザーグループはありません"),
            Words::new(
                "mend `group:` in oncall.yaml: \"Copy group ID\" under \"People & user groups\"",
                "oncall.yaml の `group:` を直します（「メンバーとユーザーグループ」の「グループ ID をコピー」）",
            ),
        ),
        "plan_upgrade_required" => (
            Words::new(
                "user groups need a paid plan of Slack",
                "ユーザーグループには Slack の有料プランが必要です",
            ),
            Words::new(
                "take `slack_user_groups` out of oncall.yaml",
                "oncall.yaml から `slack_user_groups` を消します",
            ),
        ),
        "ratelimited" => (
            Words::new("Slack was asked too much", "Slack への問い合わせが多すぎました"),
            Words::new("wait a minute, and ask again", "1 分ほど待って、もう一度実行します"),
        ),
        _ => (
            Words::new(format!("Slack says {error}"), format!("Slack の応答: {error}")),
            Words::new(
                "see https://docs.slack.dev/reference/methods",
                "https://docs.slack.dev/reference/methods を参照してください",
            ),
        ),
    }
}

fn scopes(response: &Response) -> Option<BTreeSet<&str>> {
    Some(response.header("x-oauth-scopes")?.split(',').map(str::trim).collect())
}

fn wrong(kind: Kind, name: &str, why: Words, way_out: Words) -> Verdict {
    Verdict::wrong(Examined::Slack, kind, name, why, way_out)
}
