//! What waits for the number: who has just been called about a service that opens many at once is called again when it is
//! known how many, not after each call for what has come meanwhile.
//!
//! The first alert calls at once: nobody knows of a storm yet. After that, what opens waits until `GATHER` after that call
//! began, no longer than `GATHER` after it opened, and leaves as one call that names the worst and counts the rest. A phone
//! rings about as long, so that it makes a call later only where one ended early. What was tried and failed, what a person
//! starts or asks for, what a later step tells, missing heartbeats and bodies that cannot be read never wait here.

use super::entry::{DeliveryChange, WaitsFor};
use super::errand::Paged;
use super::escalation::later;
use super::index::Waiting;
use super::planned::{Notification, Purpose};
use super::state::{Incident, State};
use super::{Call, IncidentId};
use crate::alert::HEARTBEAT_KEY;
use crate::config::{Contact, Id, StormRule};
use crate::route::{OWN_INTEGRATION, PEOPLE};
use crate::schedule::UserId;
use jiff::{SignedDuration, Timestamp};
use std::collections::BTreeMap;

/// How long after a call began the next one about the same service waits for the number.
const GATHER: SignedDuration = SignedDuration::from_secs(20);
/// So many of a service within `AT_ONCE` are many at once, or as many as make a storm, where that is fewer.
const MANY: usize = 5;
const AT_ONCE: SignedDuration = SignedDuration::from_secs(10);

impl Call<'_> {
    /// Puts off what is told with the number; false where nothing is.
    pub(super) fn gather(&mut self, by: Contact, user: &UserId, waiting: &[Waiting]) -> bool {
        if !by.method().one_at_a_time {
            return false;
        }
        let called = self.state.called(by, user, self.now);
        let mut waits: Vec<(IncidentId, Id, Timestamp)> =
            waiting.iter().filter_map(|it| self.gathers(&called, it)).collect();
        waits.dedup_by_key(|(id, ..)| *id);
        for (id, service, until) in &waits {
            let (user, until, why) = (user.clone(), *until, WaitsFor::Number { service: service.clone() });
            self.about(*id, DeliveryChange::Waits { user, by, why, until });
        }
        !waits.is_empty()
    }

    fn gathers(
        &self,
        called: &BTreeMap<Id, Timestamp>,
        waiting: &Waiting,
    ) -> Option<(IncidentId, Id, Timestamp)> {
        let incident = self.incident(waiting.incident).filter(|it| it.is_as_it_opened())?;
        let service = incident.service.as_ref()?;
        let called = *called.get(service)?;
        let until = later(called.min(incident.opened_at), GATHER);
        if until <= self.now || !incident.notifications.iter().any(|it| it.n == waiting.n && it.gathers()) {
            return None;
        }
        let rule = self.config.services.get(service)?.storm.as_ref()?;
        self.state.opens_many(incident, rule, self.now).then(|| (incident.id, service.clone(), until))
    }
}

impl State {
    /// When the last call to a person began that was about each service, in the last `GATHER`.
    fn called(&self, by: Contact, user: &UserId, now: Timestamp) -> BTreeMap<Id, Timestamp> {
        let newest_first = self.pages.values().rev().take_while(|page| now < later(page.at, GATHER));
        let mut called = BTreeMap::new();
        for page in newest_first.filter(|page| page.by == by && page.user == *user) {
            let about = page.about.iter().filter_map(|it| self.incidents.get(&it.incident));
            for service in about.filter(|it| it.has_left(page)).filter_map(|it| it.service.clone()) {
                called.entry(service).or_insert(page.at);
            }
        }
        called
    }

    fn opens_many(&self, incident: &Incident, rule: &StormRule, now: Timestamp) -> bool {
        let many = MANY.min(rule.incidents as usize + 1);
        let arrivals = self.arrivals.get(&(incident.service.clone(), incident.urgency));
        let first = arrivals.and_then(|arrivals| arrivals.get(arrivals.len().checked_sub(many)?));
        first.is_some_and(|first| now < later(*first, AT_ONCE))
    }
}

impl Incident {
    /// Its first step runs as it began with an alert of a monitor, and nothing has begun anew.
    fn is_as_it_opened(&self) -> bool {
        let begun = self.escalation.as_ref().is_some_and(|it| it.began_at == self.opened_at);
        let told_alone = [OWN_INTEGRATION, PEOPLE].contains(&&*self.integration) || self.unread;
        begun && !told_alone && self.alerts.first().is_none_or(|first| first.dedup_key != HEARTBEAT_KEY)
    }

    /// Whether a page about it left, and waits for no other attempt.
    fn has_left(&self, page: &Paged) -> bool {
        let of_page = |it: &&Notification| it.user == page.user && it.by == page.by;
        self.notifications.iter().filter(of_page).all(|it| it.failed == 0 || it.in_flight.is_some())
    }
}

impl Notification {
    /// Whether it may wait to be told with the number.
    pub(super) fn gathers(&self) -> bool {
        self.purpose == Purpose::Page && self.failed == 0 && self.doubted.is_empty()
    }
}
