//! In which rooms and tickets an incident is shown, by what the config says now.
//!
//! A mirror's place is fixed when it is made; when it is brought up to date is decided in `dispatch`.

use super::Call;
use super::errand::NewMirror;
use super::state::Incident;
use crate::alert::{Event, Severity};
use crate::config::{MirrorKind, PROVIDERS, Provider, Service, field};
use crate::route::Decision;
use std::borrow::Cow;

impl Call<'_> {
    /// Where an alert is shown that opens an incident, or takes one along to another service.
    pub(super) fn mirrors_of(&self, event: &Event, decision: &Decision, held: bool) -> Vec<NewMirror> {
        let service = decision.routed.service.as_ref().and_then(|id| self.config.services.get(id));
        let mut mirrors = self.rooms(service);
        if !held {
            mirrors.extend(self.tickets(service, |key: &str| field(event, decision.routed.severity, key)));
        }
        mirrors
    }

    /// The rooms in which an incident of this service is shown.
    pub(super) fn rooms(&self, service: Option<&Service>) -> Vec<NewMirror> {
        let organisation = &self.config.organisation;
        let kind = MirrorKind::Room;
        let vendors = PROVIDERS.iter().filter(|row| row.mirrors.contains(&kind));
        let vendors = vendors.map(|row| row.provider).filter(|provider| organisation.has(*provider));
        vendors
            .flat_map(|provider| {
                let own = service.map(|service| service.rooms_of(provider)).unwrap_or_default();
                let shared = organisation.shared_room(provider).filter(|_| own.is_empty());
                own.into_iter().chain(shared).map(move |place| NewMirror { provider, kind, place })
            })
            .collect()
    }

    /// The tickets that what is said anew asks for, unless it is held back.
    pub(super) fn new_tickets(&self, incident: &Incident, severity: Severity) -> Vec<NewMirror> {
        match incident.held_back {
            Some(_) => Vec::new(),
            None => self.tickets_at(incident, severity.max(incident.severity)),
        }
    }

    /// The tickets that an incident of this severity has and does not have yet, by what the config asks for now.
    pub(super) fn tickets_at(&self, incident: &Incident, severity: Severity) -> Vec<NewMirror> {
        if incident.mirrors.iter().any(|mirror| mirror.kind == MirrorKind::Ticket) {
            return Vec::new();
        }
        let service = incident.service.as_ref().and_then(|id| self.config.services.get(id));
        let value = |key: &str| match key {
            "severity" => severity.as_str().into(),
            _ => incident.field(key),
        };
        self.tickets(service, value)
    }

    /// The tickets that a service asks for an incident which has none.
    pub(super) fn tickets_of(&self, incident: &Incident, service: &Service) -> Vec<NewMirror> {
        match incident.mirrors.iter().any(|mirror| mirror.kind == MirrorKind::Ticket) {
            true => Vec::new(),
            false => self.tickets(Some(service), |key: &str| incident.field(key)),
        }
    }

    fn tickets<'v>(&self, service: Option<&Service>, value: impl Fn(&str) -> Cow<'v, str>) -> Vec<NewMirror> {
        let wanted = service.and_then(|service| service.jira.as_ref());
        let wanted = wanted.filter(|_| self.config.organisation.has(Provider::Jira));
        let wanted = wanted.filter(|ticket| ticket.when.as_ref().is_none_or(|when| when.matches(value)));
        let ticket = |project: &String| NewMirror {
            provider: Provider::Jira,
            kind: MirrorKind::Ticket,
            place: project.clone(),
        };
        wanted.map(|wanted| ticket(&wanted.project)).into_iter().collect()
    }
}
