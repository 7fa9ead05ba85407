//! `service add`: a service with its runbook, for a policy that is there.
//!
//! Which integration leads to it is only said: by a label where a route takes the service from one, else it is left to
//! whoever adds it.

use super::overrides::schema_line;
use super::writing::text;
use super::{Edit, EditError, Proposal, Subject, asked, create, kept, proved_by};
use crate::config::RouteTarget;
use crate::language::Language;
use crate::language::added::{Added, NotAdded};

pub(super) const RUNBOOK_JA: &str = include_str!("../../starter/ja/runbooks/__TEAM__.md");
pub(super) const RUNBOOK_EN: &str = include_str!("../../starter/en/runbooks/__TEAM__.md");

/// The service to add.
#[derive(Clone, Copy, Debug)]
pub struct ServiceWish<'a> {
    pub id: &'a str,
    /// As people read it; the id by default.
    pub name: Option<&'a str>,
    /// Needed where there are several.
    pub policy: Option<&'a str>,
    /// A URL, or a file below `runbooks/`; without it, one is begun.
    pub runbook: Option<&'a str>,
}

/// Adds a service.
pub fn add_service(subject: &Subject<'_>, wish: &ServiceWish<'_>) -> Result<Edit, EditError> {
    let language = subject.compiled.language;
    if !wish.id.split('/').all(super::is_id) {
        return asked(language.not_added(NotAdded::NotAnId { id: wish.id }));
    }
    let policy = policy(subject, wish)?;
    let name = wish.name.unwrap_or(wish.id);
    let mut proposal = Proposal::default();
    let runbook = match wish.runbook {
        Some(runbook) => runbook.to_owned(),
        None => {
            let file = format!("{}.md", wish.id);
            let path = format!("runbooks/{file}");
            if !subject.tree.files.contains_key(&path) {
                create(subject, &mut proposal, path, begun(subject.config.organisation.language, name))?;
            }
            file
        }
    };
    let schema = super::deeper(&schema_line(subject, "service"), wish.id);
    let (name, runbook) = (text(name), written(&runbook));
    let body = format!("name: {name}\nescalation_policy: {policy}\nrunbook: {runbook}\n");
    create(subject, &mut proposal, format!("services/{}.yaml", wish.id), format!("{schema}{body}"))?;
    proposal.said.push(language.added(Added::Service { service: wish.id, policy: &policy }));
    proposal.said.push(leads(subject, wish.id));
    proved_by(subject, proposal, |config| config.services.contains_key(wish.id) && kept(subject, config, &[]))
}

/// A path or a URL needs no quotes where nothing in it means something to YAML.
fn written(runbook: &str) -> String {
    let plain = |c: char| c.is_ascii_alphanumeric() || "-._/:?=&~+%".contains(c);
    if runbook.starts_with(|c: char| c.is_ascii_alphanumeric())
        && runbook.chars().all(plain)
        && !runbook.ends_with(':')
    {
        return runbook.to_owned();
    }
    text(runbook)
}

/// The one that is named, or the only one beside the fallback.
fn policy(subject: &Subject<'_>, wish: &ServiceWish<'_>) -> Result<String, EditError> {
    if let Some(policy) = wish.policy {
        return Ok(policy.to_owned());
    }
    let fallback = &subject.config.organisation.fallback;
    let ids: Vec<&str> = subject.config.policies.keys().map(|id| &**id).collect();
    let others: Vec<&str> = ids.iter().copied().filter(|id| *id != &**fallback).collect();
    match (others.as_slice(), ids.as_slice()) {
        ([only], _) | ([], [only]) => Ok((*only).to_owned()),
        _ => {
            let policies = ids.join(", ");
            asked(subject.compiled.language.not_added(NotAdded::WhichPolicy { policies: &policies }))
        }
    }
}

fn begun(language: Language, name: &str) -> String {
    let text = match language {
        Language::Ja => RUNBOOK_JA,
        Language::En => RUNBOOK_EN,
    };
    text.replace("__NAME__", name)
}

/// How alerts reach it.
pub(super) fn leads(subject: &Subject<'_>, service: &str) -> String {
    let routes = subject.config.endpoints.values().flat_map(|endpoint| &endpoint.routes);
    let by_label = routes.filter_map(|route| match &route.target {
        RouteTarget::ServiceFrom(key) => Some(key.to_string()),
        _ => None,
    });
    let language = subject.compiled.language;
    match by_label.min() {
        Some(key) => language.added(Added::ByLabel { service, key: &key }),
        None => language.added(Added::NoRoute { service }),
    }
}
