//! Integrations as doors: secrets that open two of them, and alerts that are taken for over, or never are.

use super::{Found, Subject};
use crate::compile::{Part, Spot};
use crate::config::SecretSource;
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
                let message = "this secret opens another door, too";
                let one = Found::new(spot, message).label(first.clone(), "the other door");
                found.push(one.help("give each its own: whoever is given this one may go in there as well"));
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
        let message = "what this opens may never be resolved, and later alerts join it unheard";
        let found = Found::new(Spot::root(file).on(Part::FirstLine), message);
        found.help("a monitor of OpenSearch does not say that it is over: `stale_after: 15m`, or three times its interval").unless_said(Some(file), "stale_after")
    })
    .collect()
}
