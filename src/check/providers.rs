//! Providers and doors: whether what the config uses is there.

use super::{Found, Subject};
use crate::compile::{Part, Spot};
use crate::config::{CONTACTS, Contact, Id, MirrorKind, PROVIDERS, ProviderRow, SecretSource};
use crate::language::Language;
use crate::language::words::{Words, in_japanese};
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

/// Each provider once, at the first rule that needs it.
pub(super) fn not_configured(subject: &Subject<'_>) -> Vec<Found> {
    let organisation = &subject.config.organisation;
    let mut found = Vec::new();
    for method in &CONTACTS {
        let mut rows = PROVIDERS.iter().filter(|row| row.contacts.contains(&method.contact));
        let configured = rows.clone().any(|row| organisation.has(row.provider));
        let Some(row) = rows.next().filter(|_| !configured) else { continue };
        let Some(spot) = first_use(subject, method.contact, row) else { continue };
        let (_, what) = method.noun;
        let key = row.key;
        let by = in_japanese(Language::Ja.contact(method.way));
        let by = by.trim_start();
        let message = Words::new(
            format!("the files ask for {what}, but `oncall.yaml` configures no `{key}`"),
            format!("{by}を使う設定がありますが、`oncall.yaml` に `{key}` がありません"),
        );
        found.push(
            Found::new(oncall_yaml(), message)
                .label(spot, Words::new("for example here", "たとえばここです"))
                .unless_said(Some(&oncall_yaml().file), key),
        );
    }
    found
}

/// The first rule of a person or of a service that needs this method, or a channel of its provider.
fn first_use(subject: &Subject<'_>, method: Contact, row: &ProviderRow) -> Option<Spot> {
    let config = subject.config;
    let rules = config.users.values().flat_map(|user| user.high.iter().chain(&user.low));
    let rules = rules.filter(|rule| rule.by == method).map(|rule| Spot::line(&rule.place));
    let informs = config.services.values().flat_map(|service| &service.inform);
    let informs = informs.filter(|inform| inform.by == method).map(|inform| Spot::line(&inform.place));
    let rooms = row.mirrors.contains(&MirrorKind::Room);
    let channels = config.services.values().filter(|it| rooms && it.slack_channel.is_some());
    let channels = channels.map(|it| Spot::root(&it.place.file).key("slack_channel"));
    rules.chain(informs).chain(channels).next()
}

/// Slack and Twilio sign what they send back, but anybody on the way could read the secrets in the URLs.
pub(super) fn plain_http(subject: &Subject<'_>) -> Vec<Found> {
    let Some(url) = &subject.config.organisation.public_url else { return Vec::new() };
    let local = ["localhost", "127.0.0.1", "[::1]"];
    let host = url.strip_prefix("http://").filter(|host| !local.iter().any(|it| host.starts_with(it)));
    let message = Words::new(
        "`public_url` is not https: secrets and answers go in clear",
        "`public_url` が https ではないので、シークレットや操作が暗号化されずに流れます",
    );
    let spot = oncall_yaml().on(Part::Value).key("public_url");
    host.map(|host| {
        Found::new(spot, message).help(Words::new(
            format!("`public_url: https://{host}`"),
            format!("`public_url: https://{host}`"),
        ))
    })
    .into_iter()
    .collect()
}

pub(super) fn no_public_url(subject: &Subject<'_>) -> Vec<Found> {
    let organisation = &subject.config.organisation;
    // A socket needs no way in.
    let slack = organisation.slack.as_ref().is_some_and(|slack| slack.app_token.is_none());
    let message = match (slack, organisation.twilio.is_some()) {
        _ if organisation.public_url.is_some() => return Vec::new(),
        (false, false) => return Vec::new(),
        (true, _) => Words::new(
            "`public_url` is missing: buttons in Slack and keys on the phone cannot come back",
            "`public_url` がないので、Slack のボタンや電話のキー操作が返ってきません",
        ),
        (false, true) => Words::new(
            "`public_url` is missing: keys on the phone cannot come back",
            "`public_url` がないので、電話のキー操作が返ってきません",
        ),
    };
    vec![
        Found::new(oncall_yaml(), message)
            .help(Words::new(
                "`public_url: https://oncall.example.com`",
                "`public_url: https://oncall.example.com`",
            ))
            .unless_said(Some(&oncall_yaml().file), "public_url"),
    ]
}

/// Who is on call and has no Slack id cannot be in a user group.
pub(super) fn group_without_member(subject: &Subject<'_>) -> Vec<Found> {
    let config = subject.config;
    let mut found = Vec::new();
    for group in &config.organisation.slack_user_groups {
        let shifts = group.schedules.iter().filter_map(|id| subject.shifts.get(id)).flatten();
        let on_call = shifts.flat_map(|shift| &shift.on_call.users).chain(&group.when_empty);
        let without = |id: &&Id| config.users.get(&***id).is_some_and(|user| user.slack.is_none());
        let names: BTreeSet<&Id> = on_call.filter(without).collect();
        for id in names {
            let message = Words::new(
                format!("`{id}` has no `slack:` and cannot be in the user group `{}`", group.group),
                format!("`{id}` には `slack:` がないので、ユーザーグループ `{}` に入れません", group.group),
            );
            found.push(Found::new(Spot::line(&group.place), message).help(Words::new(
                format!("add `slack:` to users/{id}.yaml, or leave them out of the schedule"),
                format!("users/{id}.yaml に `slack:` を加えるか、スケジュールから外してください"),
            )));
        }
    }
    found
}

pub(super) fn same_secret(subject: &Subject<'_>) -> Vec<Found> {
    let mut seen: BTreeMap<&SecretSource, Spot> = BTreeMap::new();
    let mut found = Vec::new();
    for endpoint in subject.config.endpoints.values() {
        let spot = Spot::root(&endpoint.place.file).key("secret");
        for source in &endpoint.secret {
            match seen.get(source) {
                Some(first) if *first != spot => {
                    let message = Words::new(
                        "two integrations have the same secret: whoever knows one URL can guess the other",
                        "2 つのインテグレーションが同じシークレットを使っています。片方の URL を知る人に、もう片方も推測できます",
                    );
                    found.push(
                        Found::new(spot.clone(), message)
                            .label(first.clone(), Words::new("the other one", "もう一方")),
                    );
                }
                _ => drop(seen.insert(source, spot.clone())),
            }
        }
    }
    found
}

fn oncall_yaml() -> Spot {
    Spot::root(&Arc::from("oncall.yaml")).on(Part::FirstLine)
}
