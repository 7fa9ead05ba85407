//! The words and fields of a ticket, from an incident and what the config asks for.
//!
//! A ticket's description is written once: what changes is told by comments. Whether there is one is decided in `mirrors`, how it is
//! sent in [`provider`](crate::provider).

use super::card::{bare_headline, fields};
use super::news::{Deed, Happened};
use super::reader::{Reader, service};
use super::runbook::runbook_url;
use super::words::Ticket;
use super::{Incident, Status};
use crate::alert::Link;
use crate::config::{Config, TicketValues, Urgency};
use crate::language::Word;

/// The ticket in a project. What its service does not say (it may have gone since) is the organisation's.
pub(super) fn ticket(config: &Config, incident: &Incident, project: &str) -> Ticket {
    let reader = Reader::organisation(config);
    let own = service(config, incident).and_then(|service| service.jira.as_ref());
    let shared = config.organisation.jira.as_ref();
    let issue_type = own.map(|own| &own.issue_type).or(shared.map(|jira| &jira.issue_type));
    let changing =
        [Word::Status, Word::Telling, Word::Silenced, Word::Inhibited].map(|word| reader.language.word(word));
    let lasting = fields(config, incident, &reader).into_iter().filter(|f| !changing.contains(&f.label));
    let word = reader.language.word(Word::Runbook);
    let runbook = runbook_url(config, incident);
    let lasting = lasting.filter(|f| runbook.is_none() || f.label != word);
    let mut description: Vec<String> = lasting.map(|f| format!("{}: {}", f.label, f.value)).collect();
    description.extend(runbook.iter().map(|url| format!("{word}: {url}")));
    description.extend(Some(incident.description.to_string()).filter(|text| !text.trim().is_empty()));
    let link = |link: &Link| [link.text.as_str(), link.href.as_str()].join(" ").trim().to_owned();
    description.extend(incident.links.iter().map(link));
    let templates = own.map(|own| &own.fields).or(shared.map(|jira| &jira.fields));
    Ticket {
        project: project.to_owned(),
        issue_type: issue_type.cloned().unwrap_or_default(),
        label: format!("oncall-{}", incident.id),
        summary: bare_headline(config, incident, reader.language),
        description,
        resolved: incident.status == Status::Resolved,
        reopened: false,
        fields: templates.map(|templates| templates.fill(&values(incident))).unwrap_or_default(),
    }
}

impl Incident {
    /// Whether it was opened again after this entry, as far as that is still to be said.
    pub(super) fn is_reopened_since(&self, said: u64) -> bool {
        let reopens = |what: &Happened| {
            matches!(what, Happened::Reopened(_) | Happened::Did { deed: Deed::Reopened, .. })
        };
        self.lines.iter().any(|line| line.seq > said && reopens(&line.what))
    }
}

fn values(incident: &Incident) -> TicketValues<'_> {
    let urgency = match incident.urgency {
        Urgency::High => "high",
        Urgency::Low => "low",
        Urgency::None => "none",
    };
    let labels = incident.labels.iter().map(|(name, value)| (name.to_owned(), value.to_owned()));
    TicketValues {
        summary: &incident.summary,
        description: &incident.description,
        source: &incident.source,
        severity: incident.severity.as_str(),
        urgency,
        service: incident.service.as_deref().unwrap_or_default(),
        integration: &incident.integration,
        incident: incident.id.to_string(),
        labels: labels.collect(),
    }
}
