//! Providers and doors: whether what the config uses is there.

use super::{Found, Subject};
use crate::compile::{Part, Spot};
use crate::config::{Contact, SecretSource};
use std::collections::BTreeMap;
use std::sync::Arc;

/// Each provider once, at the first rule that needs it.
pub(super) fn not_configured(subject: &Subject<'_>) -> Vec<Found> {
    let organisation = &subject.config.organisation;
    let needs = [
        (Contact::Call, organisation.twilio.is_some(), "calls", "twilio"),
        (Contact::Slack, organisation.slack.is_some(), "Slack messages", "slack"),
    ];
    let mut found = Vec::new();
    for (method, configured, what, key) in needs {
        let rules = subject.config.users.values().flat_map(|user| user.high.iter().chain(&user.low));
        let Some(rule) = rules.into_iter().find(|rule| rule.by == method && !configured) else { continue };
        let message = format!("there are {what} in people's rules, but `oncall.yaml` configures no `{key}`");
        found.push(Found::new(oncall_yaml(), message).label(Spot::line(&rule.place), "for example here"));
    }
    found
}

pub(super) fn no_public_url(subject: &Subject<'_>) -> Vec<Found> {
    let organisation = &subject.config.organisation;
    if organisation.public_url.is_some() || (organisation.slack.is_none() && organisation.twilio.is_none()) {
        return Vec::new();
    }
    let message = "`public_url` is missing: buttons in Slack and keys on the phone cannot come back";
    vec![Found::new(oncall_yaml(), message).help("`public_url: https://oncall.example.com`")]
}

pub(super) fn same_secret(subject: &Subject<'_>) -> Vec<Found> {
    let mut seen: BTreeMap<&SecretSource, Spot> = BTreeMap::new();
    let mut found = Vec::new();
    for endpoint in subject.config.endpoints.values() {
        let spot = Spot::root(&endpoint.place.file).key("secret");
        for source in &endpoint.secret {
            match seen.get(source) {
                Some(first) if *first != spot => {
                    let message =
                        "two integrations have the same secret: whoever knows one URL can guess the other";
                    found.push(Found::new(spot.clone(), message).label(first.clone(), "the other one"));
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
