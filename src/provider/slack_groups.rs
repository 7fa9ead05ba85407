//! User groups in Slack, kept equal to who is on call: who belongs in each now, and when that changes next.
//!
//! Nothing is remembered: what stands in Slack is read, and only a difference is written, so that a restart repeats nothing.
//! <https://docs.slack.dev/reference/methods/usergroups.users.update>

use super::http::Request;
use super::{Provider, secret};
use crate::config::{Config, Secret, Secrets, SlackUserGroup};
use jiff::{SignedDuration, Timestamp};
use serde_json::{Value, json};
use std::collections::BTreeSet;

/// How far ahead the next change is looked for.
const AHEAD: SignedDuration = SignedDuration::from_hours(24);

/// The member ids that belong in a group at an instant; none: it stays as it is.
pub fn wanted(config: &Config, group: &SlackUserGroup, at: Timestamp) -> BTreeSet<String> {
    let slack = |user: &crate::config::Id| config.users.get(user)?.slack.clone();
    let on_call = group.schedules.iter().flat_map(|id| config.schedules.on_call(id, at).users);
    let members: BTreeSet<String> = on_call.filter_map(|user| slack(&user)).collect();
    if members.is_empty() { group.when_empty.iter().filter_map(slack).collect() } else { members }
}

/// When somebody goes on call or off it next, on a schedule of a group.
pub fn next_change(config: &Config, at: Timestamp) -> Timestamp {
    let groups = config.organisation.slack_user_groups.iter();
    let changes = groups
        .flat_map(|group| &group.schedules)
        .map(|id| config.schedules.next_handover(id, at, AHEAD).until);
    changes.min().unwrap_or_else(|| at.checked_add(AHEAD).unwrap_or(Timestamp::MAX))
}

/// Asks who is in a group.
pub fn ask(config: &Config, secrets: &Secrets, group: &str) -> Option<Request> {
    let (url, bearer) = access(config, secrets)?;
    Some(Request::get(format!("{url}/usergroups.users.list?usergroup={group}&include_disabled=true"), bearer))
}

/// Who is in it, by Slack's answer.
pub fn members(body: &Value) -> BTreeSet<String> {
    let users = body["users"].as_array().into_iter().flatten();
    users.filter_map(|user| user.as_str().map(str::to_owned)).collect()
}

/// Makes these its members, in place of whoever is in it.
pub fn write(config: &Config, secrets: &Secrets, group: &str, members: &BTreeSet<String>) -> Option<Request> {
    let (url, bearer) = access(config, secrets)?;
    let users = members.iter().cloned().collect::<Vec<_>>().join(",");
    let body = json!({"usergroup": group, "users": users});
    Some(Request::json(format!("{url}/usergroups.users.update"), Some(bearer), &body))
}

/// Whether asking again soon cannot help: somebody must change something in Slack.
pub fn is_final(error: &str) -> bool {
    matches!(
        error,
        "permission_denied"
            | "plan_upgrade_required"
            | "missing_scope"
            | "no_such_subteam"
            | "invalid_users"
            | "subteam_max_users_exceeded"
            | "invalid_auth"
            | "not_allowed_token_type"
    )
}

fn access<'a>(config: &'a Config, secrets: &Secrets) -> Option<(&'a str, Secret)> {
    let slack = config.organisation.slack.as_ref()?;
    let token = secret(secrets, Provider::Slack, &slack.bot_token, "bot_token").ok()?;
    Some((&slack.api_url, Secret::new(&format!("Bearer {}", token.expose()))))
}
