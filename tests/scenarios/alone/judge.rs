//! Whether an alert was told in company as it would have been alone, or its own timeline says who or what held it back.

use super::pages::{Page, pages};
use crate::world::{Configs, World};
use jiff::{SignedDuration, Timestamp};
use oncall::actor::{Actor, Via};
use oncall::alert::Severity;
use oncall::config::{Config, EscalationPolicy, Id, Urgency};
use oncall::incident::{
    Alert, AlertChange, AlertKey, Change, Entry, EscalationChange, Incident, IncidentId, ResponseChange,
    ServerChange, State, Status,
};
use oncall::reason::{Rule, Why};
use oncall::route::{self, UrgencyDecision};
use std::collections::BTreeSet;

/// What a person's phone may be held back by a call that nothing is heard of, by an answer that does not come, and by their
/// own rules, of which each rings within two minutes; and a restart or two.
const HELD_BACK: SignedDuration = SignedDuration::from_secs(90 + 60 + 2 * 60 + 60);

const CLOSED: &str = "closed by somebody";

/// A day that was lived, and its pages.
pub struct Lived {
    pub world: World,
    pages: Vec<Page>,
}

/// When an alert would be told, alone: from when on, and when somebody was told at all and by a call.
#[derive(Debug)]
struct Telling {
    opened: Timestamp,
    begins: Timestamp,
    told: Option<Timestamp>,
    rang: Option<Timestamp>,
}

/// How the alert stands after an entry, in company.
struct Moment {
    at: Timestamp,
    firing: bool,
    /// The entry that last made it news: it fires, or is worse than it was.
    news: (Timestamp, u64),
    /// Who or what its timeline says holds it back, or that it is over.
    held: Option<&'static str>,
    /// Until when it waits for others that join.
    waits: Option<Timestamp>,
    /// The fallback is told.
    fallback: bool,
    service: Option<Id>,
}

impl Lived {
    pub fn new(world: World) -> Lived {
        Lived { pages: pages(&world), world }
    }

    fn first(
        &self,
        key: &AlertKey,
        (from, seq): (Timestamp, u64),
        until: Timestamp,
        rings: bool,
    ) -> Option<&Page> {
        let mut told = self.pages.iter().filter(|page| page.told.contains(key) && (page.rings || !rings));
        told.find(|page| page.at >= from && page.seq >= seq && page.at <= until)
    }
}

/// Where the alert is quieter in company than alone, in words; `at`: only where it is told because of what is said then.
pub fn quieter(
    company: &Lived,
    alone: &Lived,
    key: &AlertKey,
    configs: &Configs,
    at: Option<Timestamp>,
) -> Vec<String> {
    let mut tellings = tellings(alone, key);
    tellings.retain(|telling| at.is_none_or(|at| telling.begins == at));
    if tellings.is_empty() {
        return Vec::new();
    }
    let moments = moments(company, key, configs);
    let mut found = Vec::new();
    for telling in &tellings {
        for (told, rings) in [(telling.told, false), (telling.rang, true)] {
            let Some(told) = told else { continue };
            if let Some(why) = missed(company, key, configs, &moments, (telling, told), rings) {
                let how = if rings { "called" } else { "told" };
                found.push(format!(
                    "{} alone is {how} at {told}, as begun at {}: {why}",
                    key.1, telling.begins
                ));
            }
        }
    }
    found
}

fn missed(
    company: &Lived,
    key: &AlertKey,
    configs: &Configs,
    moments: &[Moment],
    (telling, told): (&Telling, Timestamp),
    rings: bool,
) -> Option<String> {
    let now = moments.iter().rposition(|moment| moment.at <= telling.begins)?;
    let moment = &moments[now];
    // Closed by somebody in company and not alone, it is another problem when it is said again.
    let closed = moments[..now].iter().any(|it| it.at > telling.opened && it.held == Some(CLOSED));
    if !moment.firing || moment.held.is_some() || closed {
        return None;
    }
    let end = company.world.now;
    let wait = |fallback| longest_wait(configs, moment.service.as_ref(), fallback);
    let mut until = told + wait(moment.fallback) + HELD_BACK;
    for later in &moments[now..] {
        if later.at > until {
            break;
        }
        if later.held.is_some() {
            return None;
        }
        until = until.max(told + wait(later.fallback) + HELD_BACK);
        if let Some(waits) = later.waits {
            until = until.max(waits + HELD_BACK);
        }
    }
    if until > end {
        return None;
    }
    let page = company.first(key, moment.news, until, rings);
    page.is_none().then(|| format!("in company no page names or counts it from {} to {until}", moment.news.0))
}

/// When somebody begins to be told, alone: something happened, and a step began or was told at that instant.
fn tellings(alone: &Lived, key: &AlertKey) -> Vec<Telling> {
    let cause = |entry: &&Entry| match &entry.change {
        Change::Alert(_) => true,
        Change::Escalation(change) => {
            matches!(change, EscalationChange::Raised { .. } | EscalationChange::Released { .. })
        }
        Change::Response(change) => matches!(change, ResponseChange::Retriggered { .. }),
        _ => false,
    };
    let begins = |entry: &&Entry| match &entry.change {
        Change::Escalation(EscalationChange::Told { low, .. }) => low.is_some(),
        Change::Escalation(change) => matches!(change, EscalationChange::StepBegan(_)),
        _ => false,
    };
    let journal = &alone.world.journal;
    let causes: BTreeSet<Timestamp> = journal.iter().filter(cause).map(|entry| entry.at).collect();
    let begun: BTreeSet<Timestamp> = journal.iter().filter(begins).map(|entry| entry.at).collect();
    let begun: Vec<Timestamp> = begun.intersection(&causes).copied().collect();
    let opened = |begins: Timestamp| {
        let opened = |entry: &&Entry| matches!(entry.change, Change::Alert(AlertChange::Opened(_)));
        let mut opened = journal.iter().filter(opened).map(|entry| entry.at);
        opened.rfind(|at| *at <= begins).unwrap_or(Timestamp::MIN)
    };
    let ends = begun.iter().skip(1).copied().chain([Timestamp::MAX]);
    let telling = |(begins, end): (&Timestamp, Timestamp)| {
        let before = |page: &&Page| page.at < end;
        let first =
            |rings| alone.first(key, (*begins, 0), Timestamp::MAX, rings).filter(before).map(|page| page.at);
        Telling { opened: opened(*begins), begins: *begins, told: first(false), rang: first(true) }
    };
    begun.iter().zip(ends).map(telling).collect()
}

/// The longest wait of a service's policy in any version of the config, or of the fallback where that is told.
fn longest_wait(configs: &Configs, service: Option<&Id>, fallback: bool) -> SignedDuration {
    let longest =
        |policy: &EscalationPolicy| policy.steps.iter().map(|step| step.wait).max().unwrap_or_default();
    let of = |config: &Config| {
        let own = service.and_then(|id| config.services.get(id));
        let own: Vec<&EscalationPolicy> =
            own.iter().flat_map(|it| it.policies()).filter_map(|id| config.policies.get(id)).collect();
        let last = config.policies.get(&config.organisation.fallback).filter(|_| fallback || own.is_empty());
        own.into_iter().chain(last).map(longest).max().unwrap_or_default()
    };
    configs.values().map(|config| of(config)).max().unwrap_or_default()
}

/// How the alert stands after each entry.
fn moments(company: &Lived, key: &AlertKey, configs: &Configs) -> Vec<Moment> {
    let mut state = State::default();
    let mut config = &configs["base"];
    let mut moments = Vec::new();
    let (mut news, mut covered, mut over) = ((Timestamp::MIN, 0), false, None);
    let mut worst = (Severity::Info, Urgency::None);
    for entry in &company.world.journal {
        let before = standing(&state, key, config, entry.at);
        state.apply(entry);
        if let Change::Server(ServerChange::Revision { commit }) = &entry.change {
            config = &configs[commit];
        }
        let now = standing(&state, key, config, entry.at);
        let incident = now.as_ref().or(before.as_ref()).and_then(|it| state.incidents.get(&it.incident));
        let about = incident.is_some_and(|incident| entry.incident == Some(incident.id));
        // A fall changes nothing, and a rise to what it was before is no news.
        let known = before.as_ref().map(|it| Standing { rank: worst, ..it.clone() });
        worst = now.as_ref().map_or(worst, |it| it.worst(known.as_ref()));
        match (&known, &now) {
            (_, Some(after)) if known.as_ref().is_none_or(|it| after.is_news_since(it, entry)) => {
                (news, over) = ((entry.at, entry.seq), None);
                // An alert that is less bad than the worst does not call again who took that.
                covered = incident.is_some_and(|it| {
                    it.status == Status::Acknowledged
                        && after.by_its_routes(entry, config).is_less_bad(it, config, entry.at)
                });
            }
            (Some(_), None) => over = ended(company, key, entry, covered),
            _ => {}
        }
        if about && let Some(by) = response(entry) {
            covered = match by {
                // One in the monitor is about its own alert, and about what was told.
                Some((by, Via::Monitor)) => {
                    covers(company, key, entry, by, Via::Monitor)
                        || company.first(key, news, entry.at, false).is_some_and(|page| page.seq < entry.seq)
                }
                Some((by, via)) => covers(company, key, entry, by, via),
                None => false,
            };
        }
        let taken = covered && incident.is_some_and(|it| it.status == Status::Acknowledged);
        let muted =
            incident.is_some_and(|it| now.as_ref().is_some_and(|_| is_muted(it, key, config, entry.at)));
        let waits = incident.and_then(|it| it.rare.newcomers_due);
        moments.push(Moment {
            at: entry.at,
            firing: now.is_some(),
            news,
            held: over
                .or(taken.then_some("somebody has it"))
                .or(muted.then_some("a silence or an inhibition")),
            waits,
            fallback: incident.and_then(|it| it.escalation.as_ref()).is_some_and(|it| it.at.fallback),
            service: incident.and_then(|it| it.service.clone()),
        });
    }
    moments
}

/// An alert that fires.
#[derive(Clone)]
struct Standing {
    incident: IncidentId,
    key: AlertKey,
    rank: (Severity, Urgency),
    /// What decided on the urgency.
    rule: Rule,
}

fn standing(state: &State, key: &AlertKey, config: &Config, now: Timestamp) -> Option<Standing> {
    let incident = state.incidents.get(&state.open(key)?)?;
    let alert = incident.alerts.iter().find(|alert| alert.firing && alert.is(&key.0, &key.1))?;
    let (severity, decided) = (alert.severity, decided(incident, alert, config, now));
    Some(Standing {
        incident: incident.id,
        key: key.clone(),
        rank: (severity, decided.urgency),
        rule: decided.rule,
    })
}

fn decided(incident: &Incident, alert: &Alert, config: &Config, now: Timestamp) -> UrgencyDecision {
    let service = incident.service.as_ref().and_then(|id| config.services.get(id));
    route::urgency(service, alert.severity, |field| incident.field_of(alert, field), now)
}

impl Standing {
    /// By what its monitor said: it belongs elsewhere now, or is worse than it was.
    fn is_news_since(&self, before: &Standing, entry: &Entry) -> bool {
        let other_rule = self.rank.0 > before.rank.0 && self.rule != before.rule;
        let worse = self.rank.1 > before.rank.1 || other_rule;
        matches!(entry.change, Change::Alert(_)) && (worse || self.incident != before.incident)
    }

    /// The worst that it was in this incident.
    fn worst(&self, before: Option<&Standing>) -> (Severity, Urgency) {
        let before = before.filter(|it| it.incident == self.incident).map_or(self.rank, |it| it.rank);
        (before.0.max(self.rank.0), before.1.max(self.rank.1))
    }

    /// As urgent as its own routes say, wherever it stands.
    fn by_its_routes(&self, entry: &Entry, config: &Config) -> Standing {
        let said = match &entry.change {
            Change::Alert(AlertChange::Joined { event, .. } | AlertChange::Updated { event, .. }) => event,
            _ => return self.clone(),
        };
        let urgency = route::decide(config, said, entry.at).urgency.urgency;
        Standing { rank: (self.rank.0, urgency), ..self.clone() }
    }

    fn is_less_bad(&self, incident: &Incident, config: &Config, now: Timestamp) -> bool {
        let others = incident.alerts.iter().filter(|it| it.firing && !it.is(&self.key.0, &self.key.1));
        let mut others = others.map(|alert| (alert.severity, decided(incident, alert, config, now).urgency));
        others.any(|other| other.0 > self.rank.0 || other.1 > self.rank.1)
    }
}

/// Who took an incident, or that it is to be told again.
fn response(entry: &Entry) -> Option<Option<(&Actor, Via)>> {
    match &entry.change {
        Change::Response(ResponseChange::Acknowledged { by, via, .. }) => Some(Some((by, *via))),
        Change::Response(ResponseChange::Retriggered { .. } | ResponseChange::Reassigned { .. }) => {
            Some(None)
        }
        _ => None,
    }
}

/// Why the alert is over, where its own timeline says it.
fn ended(company: &Lived, key: &AlertKey, entry: &Entry, covered: bool) -> Option<&'static str> {
    match &entry.change {
        Change::Response(ResponseChange::Resolved { by, via: Via::Call, .. }) => {
            covers(company, key, entry, by, Via::Call).then_some(CLOSED)
        }
        Change::Response(ResponseChange::Resolved { why: Why::Dropped { .. }, .. }) => {
            Some("a rule drops it")
        }
        Change::Response(ResponseChange::Resolved { by: Actor::Rule(_), .. }) => covered.then_some("a rule"),
        Change::Response(ResponseChange::Resolved { via: Via::Monitor | Via::Rule, .. }) => Some("over"),
        Change::Response(_) => Some(CLOSED),
        Change::Alert(_) => Some("over"),
        _ => None,
    }
}

/// Whether an answer is about the alert: a key of the phone about what was said, one in the monitor about its own alert.
fn covers(company: &Lived, key: &AlertKey, entry: &Entry, by: &Actor, via: Via) -> bool {
    match via {
        Via::Call => {
            let mut calls = company.pages.iter().rev().filter(|page| page.rings && page.seq < entry.seq);
            let heard = calls.find(|page| by.user() == Some(&page.user));
            heard.is_some_and(|page| page.told.contains(key))
        }
        Via::Monitor => match &entry.change {
            Change::Response(ResponseChange::Acknowledged { event: Some(event), .. }) => {
                (&event.integration, &event.dedup_key) == (&key.0, &key.1)
            }
            _ => false,
        },
        _ => true,
    }
}

fn is_muted(incident: &Incident, key: &AlertKey, config: &Config, now: Timestamp) -> bool {
    let Some(alert) = incident.alerts.iter().find(|alert| alert.is(&key.0, &key.1)) else { return false };
    let value = |field: &str| incident.field_of(alert, field);
    let silenced = || route::silence(config, incident.service.as_deref(), key, value, now).is_some();
    incident.held_back.is_some() && (silenced() || config.inhibitions.iter().any(|it| it.mutes.mutes(value)))
}
