//! Whom one alert reaches, by what and how soon, if nobody acknowledges.
//!
//! The alert is played through the state machine ([`simulate`]); what is kept of it is what two versions of
//! a config are compared by. Which alerts are played is decided in [`alerts`](super::alerts), what a difference means in
//! [`paging`](super::paging).

use super::{Script, simulate};
use crate::actor::Origin;
use crate::alert::{Event, Severity};
use crate::config::{Config, Contact, EscalationPolicy, Id, MirrorKind, Provider, Urgency};
use crate::incident::{AlertChange, Change, Task};
use crate::reason::{Rule, Why};
use crate::route;
use crate::schedule::UserId;
use jiff::{SignedDuration, Timestamp};
use std::collections::BTreeSet;
use std::sync::Arc;

/// The longest that an alert is played.
const SPAN_MAX: SignedDuration = SignedDuration::from_hours(12);
/// How long the last step is still listened to: people's own rules have waits as well.
const LAST_STEP: SignedDuration = SignedDuration::from_mins(10);

/// What comes of one alert.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Reach {
    /// Each person by each method, once, in order of time.
    pub contacts: Vec<Reached>,
    /// The rooms and tickets that show it.
    pub mirrors: BTreeSet<(MirrorKind, Provider, String)>,
    pub decided: Decided,
}

/// One person by one method.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Reached {
    /// The first time.
    pub after: SignedDuration,
    pub user: UserId,
    pub by: Contact,
    /// How often until the fallback's last step has run.
    pub times: usize,
}

/// What the config decides when the alert comes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Decided {
    /// There is no such integration: the alert is refused at the door.
    NoDoor,
    /// It opens nothing.
    Ignored(Why),
    Opened {
        service: Option<Id>,
        severity: Severity,
        urgency: Urgency,
        rule: Rule,
        held: Option<(Origin, Timestamp)>,
        raise_at: Option<Timestamp>,
    },
}

impl Reach {
    /// Plays an alert at an instant; `span` is for how long.
    pub fn of(config: &Arc<Config>, event: &Event, at: Timestamp, span: SignedDuration) -> Reach {
        if !config.endpoints.contains_key(event.integration.as_str()) {
            return Reach { contacts: Vec::new(), mirrors: BTreeSet::new(), decided: Decided::NoDoor };
        }
        let played = simulate(config, event.clone(), at, &Script { acknowledge_after: None, horizon: span });
        let (mut contacts, mut mirrors): (Vec<Reached>, _) = (Vec::new(), BTreeSet::new());
        for (sent, delivery) in &played.sent {
            if let Task::Mirror { kind, place, .. } = &delivery.task {
                mirrors.insert((*kind, delivery.provider, place.clone()));
            }
            let Some((user, by)) = delivery.task.contact() else { continue };
            match contacts.iter_mut().find(|known| known.user == *user && known.by == by) {
                Some(known) => known.times += 1,
                None => contacts.push(Reached {
                    after: sent.duration_since(at),
                    user: user.clone(),
                    by,
                    times: 1,
                }),
            }
        }
        let decided = played.entries.into_iter().find_map(|entry| match entry.change {
            Change::Alert(AlertChange::Opened(opened)) => Some(Decided::Opened {
                service: opened.service,
                severity: opened.severity,
                urgency: opened.urgency,
                rule: opened.urgency_rule,
                held: opened.held_back.map(|held| (held.origin, held.until)),
                raise_at: opened.raise_at,
            }),
            Change::Alert(AlertChange::Ignored { why, .. }) => Some(Decided::Ignored(why)),
            _ => None,
        });
        Reach { contacts, mirrors, decided: decided.unwrap_or(Decided::Ignored(Why::NoOpenIncident)) }
    }

    /// The service and the severity it was taken for.
    pub fn taken_for(&self) -> Option<(&Id, Severity)> {
        match &self.decided {
            Decided::Opened { service, severity, .. } => Some((service.as_ref()?, *severity)),
            Decided::NoDoor | Decided::Ignored(_) => None,
        }
    }

    /// Whether the same people hear of it, in the same places. Which rule decided may differ.
    pub fn is_as(&self, other: &Reach) -> bool {
        self.contacts == other.contacts
            && self.mirrors == other.mirrors
            && self.raise_at() == other.raise_at()
    }

    /// When it becomes high by itself.
    pub fn raise_at(&self) -> Option<Timestamp> {
        match &self.decided {
            Decided::Opened { raise_at, .. } => *raise_at,
            Decided::NoDoor | Decided::Ignored(_) => None,
        }
    }

    /// Everybody who is told.
    pub fn people(&self) -> BTreeSet<&UserId> {
        self.contacts.iter().map(|it| &it.user).collect()
    }

    /// How soon the first contact that interrupts comes.
    pub fn first_page(&self) -> Option<SignedDuration> {
        self.contacts.iter().filter(|it| it.by.method().interrupts).map(|it| it.after).min()
    }

    /// Whether somebody is paged: by what interrupts, or at high urgency by whatever they have.
    pub fn pages(&self) -> bool {
        let high = matches!(&self.decided, Decided::Opened { urgency: Urgency::High, held: None, .. });
        self.first_page().is_some() || (high && !self.contacts.is_empty())
    }

    /// How soon the first contact comes.
    pub fn first(&self) -> Option<SignedDuration> {
        self.contacts.iter().map(|it| it.after).min()
    }

    /// How soon somebody is paged, and how soon told at all.
    pub fn first_of(&self, user: &UserId) -> (Option<SignedDuration>, Option<SignedDuration>) {
        let theirs = || self.contacts.iter().filter(|it| it.user == *user);
        let page = theirs().filter(|it| it.by.method().interrupts).map(|it| it.after).min();
        (page, theirs().map(|it| it.after).min())
    }
}

/// How long the longest policy of an alert's service runs until the fallback has run as well.
pub fn span(config: &Config, event: &Event, at: Timestamp) -> SignedDuration {
    let service = route::route(config, event, at).service.and_then(|id| config.services.get(&id));
    let own = service.into_iter().flat_map(|it| it.policies()).filter_map(|id| config.policies.get(id));
    let own = own.max_by_key(|policy| length(policy));
    let fallback = config.policies.get(&config.organisation.fallback);
    let all = own.into_iter().chain(fallback).map(length).fold(LAST_STEP, SignedDuration::saturating_add);
    all.min(SPAN_MAX)
}

fn length(policy: &EscalationPolicy) -> SignedDuration {
    let once = policy.steps.iter().map(|step| step.wait);
    let once = once.fold(SignedDuration::ZERO, SignedDuration::saturating_add);
    let rounds = i32::try_from(policy.repeat).unwrap_or(i32::MAX).saturating_add(1);
    once.checked_mul(rounds).unwrap_or(SPAN_MAX)
}
