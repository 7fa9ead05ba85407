//! Integrations as doors: secrets that open two of them, and alerts that are taken for over, or never are.

use super::policies::may_be_high;
use super::{Found, Subject};
use crate::compile::{Part, Spot};
use crate::config::{Endpoint, Id, Route, RouteTarget, SecretSource, Step};
use crate::integration::Monitor;
use crate::language::words::Words;
use jiff::SignedDuration;
use std::collections::BTreeMap;
use std::sync::Arc;

/// An integration's secret that opens something of `oncall.yaml` as well, or two things there with one secret.
pub(super) fn shared_secret(subject: &Subject<'_>) -> Vec<Found> {
    let organisation = &subject.config.organisation;
    let at = Spot::root(&Arc::from("oncall.yaml"));
    let mut doors: Vec<(bool, &SecretSource, Spot)> = Vec::new();
    doors.extend(organisation.push_secret.iter().map(|source| (true, source, at.key("push_secret"))));
    doors.extend(organisation.calendar_secret.iter().map(|source| (true, source, at.key("calendar_secret"))));
    for (index, token) in organisation.api_tokens.iter().enumerate() {
        let spot = at.key("api_tokens").index(index).key("token");
        doors.extend(token.token.iter().map(|source| (true, source, spot.clone())));
    }
    for endpoint in subject.config.endpoints.values() {
        let spot = Spot::root(&endpoint.place.file).key("secret");
        doors.extend(endpoint.secret.iter().map(|source| (false, source, spot.clone())));
    }
    let mut seen: BTreeMap<&SecretSource, (bool, Spot)> = BTreeMap::new();
    let mut found = Vec::new();
    for (own, source, spot) in doors {
        match seen.get(source) {
            Some((first_own, first)) if *first != spot && (own || *first_own) => {
                let message = Words::new(
                    "this secret opens another door, too",
                    "このシークレットで、別の入り口も開きます",
                );
                let one = Found::new(spot, message)
                    .label(first.clone(), Words::new("the other door", "もう一方の入り口"));
                found.push(one.help(Words::new("give each its own: whoever is given this one may go in there as well", "それぞれに別のシークレットを用意してください。これを渡された人は、もう一方にも送れてしまいます")));
            }
            Some(_) => {}
            None => drop(seen.insert(source, (own, spot))),
        }
    }
    found
}

/// A query-level monitor of OpenSearch repeats while it is true, and never says that it is over.
pub(super) fn never_resolves(subject: &Subject<'_>) -> Vec<Found> {
    let endpoints = subject.config.endpoints.values();
    let open =
        endpoints.filter(|endpoint| endpoint.monitor == "opensearch" && endpoint.stale_after.is_none());
    open.map(|endpoint| {
        let file = &endpoint.place.file;
        let message = Words::new("what this opens may never be resolved, and later alerts join it unheard", "開いたインシデントが復旧しないままになり、後のアラートが気づかれずに加わることがあります");
        let found = Found::new(Spot::root(file).on(Part::FirstLine), message);
        found.help(Words::new("a monitor of OpenSearch does not say that it is over: `stale_after: 15m`, or three times its interval", "OpenSearch のモニターは復旧を送りません。`stale_after: 15m` のように、間隔の 3 倍ほどを書いてください")).unless_said(Some(file), "stale_after")
    })
    .collect()
}

/// Silence cannot mean that it is over before the monitor would say it again, and nobody has been waited for yet.
pub(super) fn ends_too_early(subject: &Subject<'_>) -> Vec<Found> {
    let mut found = Vec::new();
    for endpoint in subject.config.endpoints.values() {
        let Some(stale_after) = endpoint.stale_after else { continue };
        let spot = Spot::root(&endpoint.place.file).key("stale_after");
        let monitor = Monitor::of(endpoint);
        let again = monitor.says_again.and_then(|again| SignedDuration::try_from(again).ok());
        if let Some(again) = again.filter(|again| stale_after < *again) {
            let message = Words::new(
                format!(
                    "{} says what still fires again every {again:#} unless it is told otherwise: until then this takes it for over",
                    monitor.title
                ),
                format!(
                    "{} は、特に設定しなければ発生中のアラートを {again:#} ごとに送り直します。それまでの間に、復旧したと見なされてしまいます",
                    monitor.title
                ),
            );
            let help = Words::new(
                "make this longer than its repeat interval, and say here if that one is shorter: `# oncall: allow OC163 repeat_interval is 10m`",
                "送り直す間隔より長くしてください。間隔が短いなら、ここに書いてください: `# oncall: allow OC163 repeat_interval は 10m`",
            );
            found.push(Found::new(spot.clone(), message).help(help));
        }
        let longest = first_steps(subject, endpoint).max_by_key(|step| step.wait);
        if let Some(step) = longest.filter(|step| stale_after < step.wait) {
            let message = Words::new(
                "this may end an alert before the first step's wait is over, so that the next step is never told",
                "最初のステップの待ち時間より前にアラートが終わり、次のステップに連絡されないことがあります",
            );
            let one = Found::new(spot, message).label(
                Spot::line(&step.place),
                Words::new("this step waits longer", "このステップの待ち時間のほうが長くなっています"),
            );
            found.push(
                one.help(Words::new(
                    "make this longer than the wait, or wait less",
                    "待ち時間より長くするか、待ち時間を短くしてください",
                ))
                .needs(&step.place.file),
            );
        }
    }
    found
}

/// The first steps of the policies of all services that an integration's alerts may come to.
fn first_steps<'s>(subject: &'s Subject<'_>, endpoint: &'s Endpoint) -> impl Iterator<Item = &'s Step> {
    let config = subject.config;
    let by_label = endpoint.routes.iter().any(|route| matches!(route.target, RouteTarget::ServiceFrom(_)));
    let leads = move |id: &Id| {
        let to = |route: &Route| matches!(&route.target, RouteTarget::Service(to) if to == id);
        by_label || endpoint.routes.iter().any(to)
    };
    let services = config.services.values().filter(move |service| leads(&service.id) && may_be_high(service));
    services.filter_map(|service| config.policies.get(&service.policy)?.steps.first())
}
