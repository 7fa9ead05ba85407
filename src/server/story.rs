//! The log's story: what each entry says there, purely.
//!
//! Each entry has its line, by an exhaustive match: the event, then names and values, never a sentence, a body or a secret.
//! What an entry does not hold itself (whose service an incident is, whom a delivery is for, which rule planned a contact)
//! is remembered from the entries before it, within bounds; older ones lose those words and nothing else.

use super::acts;
use super::line::{Line, Value};
use super::metrics::{outcome_word, outlet_word};
use super::noise;
use super::story_steps::{at, notice, steps};
use super::words::{held_back, held_by, of_event, of_key, people, word};
use crate::alert::Action;
use crate::config::{Contact, Id, MirrorKind, Urgency};
use crate::incident::{
    AlertChange, Change, DeliveryChange, DeliveryId, Entry, Errand, EscalationChange, HeartbeatChange,
    IncidentId, Opened, Outcome, Outlet, Reason, Recipient, ResponseChange, ServerChange, State, Status,
    StepsChange, WaitsFor,
};
use crate::language::Language;
use crate::place::Place;
use crate::reason::{Rule, Why};
use crate::schedule::UserId;
use std::collections::{BTreeMap, VecDeque};
use std::sync::Arc;
use tracing::Level;

/// Of how many incidents the service is known; the oldest go first.
const SERVICES_MAX: usize = 200_000;
/// Of how many of those that have closed.
const CLOSED_MAX: usize = 1_000;
/// Of how many planned contacts the rule is known, and of how many deliveries whom they are for.
const PLANS_MAX: usize = 10_000;
const DELIVERIES_MAX: usize = 10_000;

/// What was said before, as far as later lines need it.
#[derive(Debug, Default)]
pub struct Story {
    services: BTreeMap<IncidentId, Id>,
    closed: VecDeque<IncidentId>,
    plans: BTreeMap<(IncidentId, UserId, Contact), Place>,
    /// The person or the place that each delivery is for.
    deliveries: BTreeMap<DeliveryId, Arc<str>>,
}

impl Story {
    /// What a start finds: incidents that are open, and what is planned or under way.
    pub fn of(state: &State) -> Story {
        let mut story = Story::default();
        for incident in state.incidents.values().filter(|it| it.status != Status::Resolved) {
            if let Some(service) = &incident.service {
                remember(&mut story.services, incident.id, service.clone(), SERVICES_MAX);
            }
            for planned in &incident.notifications {
                let key = (incident.id, planned.user.clone(), planned.by);
                remember(&mut story.plans, key, planned.rule.clone(), PLANS_MAX);
            }
        }
        for (id, dispatch) in &state.deliveries {
            if let Some(to) = addressee(&dispatch.errand) {
                remember(&mut story.deliveries, *id, to, DELIVERIES_MAX);
            }
        }
        story
    }

    /// Takes in an entry. To be called before its lines are asked for.
    pub fn learn(&mut self, entry: &Entry) {
        match &entry.change {
            Change::Delivery(DeliveryChange::Sent { delivery, errand, .. }) => {
                if let Some(to) = addressee(errand) {
                    remember(&mut self.deliveries, *delivery, to, DELIVERIES_MAX);
                }
            }
            change => {
                let Some(id) = entry.incident else { return };
                self.learn_of(id, change);
            }
        }
    }

    fn learn_of(&mut self, id: IncidentId, change: &Change) {
        let (service, people): (&Option<Id>, &[Recipient]) = match change {
            Change::Alert(AlertChange::Opened(opened)) => (&opened.service, &[]),
            Change::Alert(AlertChange::Moved(moved)) => (&moved.service, &[]),
            Change::Escalation(EscalationChange::StepBegan(step)) => (&None, &step.people),
            Change::Escalation(EscalationChange::Told { people, .. }) => (&None, people),
            Change::Steps(StepsChange::ToldAgain { people, .. }) => (&None, people),
            Change::Response(
                ResponseChange::Reassigned { to, .. } | ResponseChange::PagedAlso { to, .. },
            ) => (&None, to),
            Change::Response(ResponseChange::Resolved { .. }) => {
                self.closed.push_back(id);
                if self.closed.len() > CLOSED_MAX
                    && let Some(oldest) = self.closed.pop_front()
                {
                    self.services.remove(&oldest);
                }
                return;
            }
            _ => return,
        };
        if let Some(service) = service {
            remember(&mut self.services, id, service.clone(), SERVICES_MAX);
        }
        for person in people {
            for contact in &person.contacts {
                let key = (id, person.user.clone(), contact.by);
                remember(&mut self.plans, key, contact.rule.clone(), PLANS_MAX);
            }
        }
    }

    /// The lines of an entry: one, or two where an alert opens or closes an incident.
    pub fn lines<'e>(&'e self, entry: &'e Entry) -> Vec<Line<'e>> {
        let mut lines = match &entry.change {
            Change::Server(change) => vec![server(change)],
            Change::Heartbeat(change) => vec![heartbeat(change)],
            Change::Alert(change) => alert(change),
            Change::Escalation(change) => vec![escalation(change)],
            Change::Delivery(change) => vec![self.delivery(entry.incident, change)],
            Change::Response(change) => acts::response(change),
            Change::RunTime(change) => vec![acts::run_time(change)],
            Change::Noise(change) => noise::noise(change),
            Change::Steps(change) => vec![steps(change)],
            Change::Notice(change) => vec![notice(change)],
        };
        let id = entry.incident;
        let service = id.and_then(|id| self.services.get(&id)).map(|service| &**service);
        for line in &mut lines {
            line.fields.splice(1..1, [("incident", id.into()), ("service", service.into())]);
            line.fields.push(("seq", entry.seq.into()));
        }
        lines
    }

    fn delivery<'e>(&'e self, incident: Option<IncidentId>, change: &'e DeliveryChange) -> Line<'e> {
        match change {
            DeliveryChange::Sent { delivery, provider, errand, repeat, .. } => {
                let rule = match (incident, errand) {
                    (Some(id), Errand::Page { user, by }) => self.plans.get(&(id, user.clone(), *by)),
                    _ => None,
                };
                let of = match errand {
                    Errand::HangUp(of) | Errand::Ask(of) | Errand::Edit { page: of, .. } => Some(*of),
                    Errand::Page { .. } | Errand::Mirror { .. } | Errand::Notice { .. } => None,
                };
                let rest =
                    [("of", of.into()), ("repeat", repeat.then_some("yes").into()), ("rule", rule.into())];
                self.leaving("sent", *delivery, provider.row().key, errand.outlet(), rest)
            }
            DeliveryChange::Outcome { delivery, provider, outlet, outcome, retry_at, paused_until } => {
                let (event, outcome_of) = match outcome {
                    Outcome::Accepted { .. } => ("accepted", None),
                    Outcome::Delivered { .. } => ("delivered", None),
                    Outcome::Answered => ("answered", None),
                    Outcome::ByMachine => ("answered_by_machine", None),
                    Outcome::Pressed { .. } => ("pressed", None),
                    Outcome::Ended { .. } => ("ended", None),
                    Outcome::Rejected { .. } | Outcome::Unavailable { .. } | Outcome::Unknown { .. } => {
                        ("failed", Some(outcome_word(outcome)))
                    }
                };
                let reference = match outcome {
                    Outcome::Accepted { reference } | Outcome::Delivered { reference, .. } => {
                        Some(&**reference)
                    }
                    _ => None,
                };
                let (why, reason) = outcome.reason().map(reasons).unzip();
                let rest = [
                    ("reference", reference.into()),
                    ("outcome", outcome_of.into()),
                    ("why", why.into()),
                    ("reason", reason.into()),
                    ("retry_at", (*retry_at).into()),
                    ("paused_until", (*paused_until).into()),
                ];
                let line = self.leaving(event, *delivery, provider.row().key, *outlet, rest);
                let undone = matches!(outcome, Outcome::Delivered { but: Some(_), .. });
                Line { level: if undone { Level::WARN } else { line.level }, ..line }
            }
            DeliveryChange::Hastened { user, by, why, .. } => {
                Line::new(Level::INFO, "hastened", way(user, *by, why))
            }
            DeliveryChange::GaveUp { user, by, why, .. } => {
                Line::new(Level::WARN, "gave_up", way(user, *by, why))
            }
            DeliveryChange::Waits { user, by, why, until } => {
                let fields = [
                    ("user", (&**user).into()),
                    ("way", by.method().name.into()),
                    ("waits_for", waits_for(why).into()),
                    ("until", (*until).into()),
                ];
                Line::new(Level::INFO, "waits", fields)
            }
            DeliveryChange::HangUp { delivery, .. } => {
                Line::new(Level::DEBUG, "hang_up_wanted", [("delivery", (*delivery).into())])
            }
        }
    }

    fn leaving<'e, const N: usize>(
        &'e self,
        event: &'static str,
        delivery: DeliveryId,
        provider: &'static str,
        outlet: Outlet,
        rest: [(&'static str, Value<'e>); N],
    ) -> Line<'e> {
        let to = self.deliveries.get(&delivery).map(|to| &**to);
        let (level, kind, user, place) = match outlet {
            Outlet::Page(_) => (Level::INFO, event, to, None),
            Outlet::Mirror(MirrorKind::Room) => (Level::INFO, "rooms", None, to),
            Outlet::Mirror(MirrorKind::Ticket) => (Level::INFO, "tickets", None, to),
            Outlet::Edit(_) | Outlet::Notice(_) => (Level::DEBUG, event, to, None),
            Outlet::HangUp | Outlet::Ask => (Level::DEBUG, event, None, None),
        };
        let level = if event == "failed" { Level::WARN } else { level };
        let first = [
            ("delivery", delivery.into()),
            ("user", user.into()),
            ("way", outlet_word(outlet).into()),
            ("place", place.into()),
            ("provider", provider.into()),
        ];
        let mut line = Line { kind, ..Line::new(level, event, first) };
        line.fields.extend(rest);
        line
    }
}

fn waits_for(why: &WaitsFor) -> &'static str {
    match why {
        WaitsFor::Call { .. } => "call",
        WaitsFor::Provider(provider) => provider.row().key,
        WaitsFor::Number { .. } => "number",
    }
}

fn server(change: &ServerChange) -> Line<'_> {
    match change {
        ServerChange::Revision { commit } => {
            Line::new(Level::DEBUG, "revision", [("commit", (&**commit).into())])
        }
        ServerChange::Started { epoch, gap_seconds } => Line::new(
            Level::INFO,
            "started",
            [
                ("version", env!("CARGO_PKG_VERSION").into()),
                ("epoch", (*epoch).into()),
                ("gap_seconds", (*gap_seconds).into()),
            ],
        ),
        ServerChange::ClockJumped { seconds } => {
            Line::new(Level::WARN, "clock_jumped", [("seconds", (*seconds).into())])
        }
        ServerChange::TroubleBegan { trouble, since } => Line::new(
            Level::DEBUG,
            "trouble_began",
            [("of", word(trouble).into()), ("since", (*since).into())],
        ),
        ServerChange::TroubleOver { trouble } => {
            Line::new(Level::DEBUG, "trouble_over", [("of", word(trouble).into())])
        }
        ServerChange::IntegrationRenamed { from, to } => Line::new(
            Level::INFO,
            "integration_renamed",
            [("from", (&**from).into()), ("to", (&**to).into())],
        ),
    }
}

fn heartbeat(change: &HeartbeatChange) -> Line<'_> {
    let (level, event, integration) = match change {
        HeartbeatChange::Expected { integration, .. } => (Level::DEBUG, "heartbeat_expected", integration),
        HeartbeatChange::Heard { integration, .. } => (Level::DEBUG, "heartbeat", integration),
        HeartbeatChange::Missed { integration } => (Level::WARN, "heartbeat_missed", integration),
        HeartbeatChange::Forgotten { integration } => (Level::DEBUG, "heartbeat_forgotten", integration),
    };
    Line::new(level, event, [("integration", (&**integration).into())])
}

fn alert(change: &AlertChange) -> Vec<Line<'_>> {
    let said = |effect: &'static str, event, rest| vec![of_event(effect, event, rest)];
    match change {
        AlertChange::Opened(opened) => vec![
            of_event("opened", &opened.event, vec![("rule", (&opened.route_rule).into())]),
            incident_opened(opened),
        ],
        AlertChange::Joined { event, .. } => said("joined", event, vec![]),
        AlertChange::Counted { event, .. } => said("counted", event, vec![]),
        AlertChange::Updated { event, .. } => said("updated", event, vec![]),
        AlertChange::Ignored { event, why: Why::Dropped { rule, reason } } => {
            said("dropped", event, vec![("rule", rule.into()), ("reason", (&**reason).into())])
        }
        AlertChange::Ignored { event, why } => said("ignored", event, vec![("why", word(why).into())]),
        AlertChange::Noted { event, service } => {
            let effect = if event.action == Action::Change { "changed" } else { "noted" };
            said(effect, event, vec![("of", service.as_deref().into())])
        }
        AlertChange::Repeated { integration, dedup_key, .. } => {
            vec![of_key("repeated", integration, dedup_key, vec![])]
        }
        AlertChange::Moved(moved) => vec![
            of_event("updated", &moved.event, vec![("rule", (&moved.route_rule).into())]),
            Line::new(
                Level::INFO,
                "incident_moved",
                [
                    ("severity", moved.severity.as_str().into()),
                    ("urgency", word(&moved.urgency).into()),
                    ("rule", (&moved.urgency_rule).into()),
                ],
            ),
        ],
        AlertChange::Left { integration, dedup_key, why } => {
            vec![of_key("left", integration, dedup_key, vec![("why", word(why).into())])]
        }
        AlertChange::Over { integration, dedup_key, why, .. } => {
            vec![of_key("over", integration, dedup_key, vec![("why", word(why).into())])]
        }
    }
}

fn incident_opened(opened: &Opened) -> Line<'_> {
    let line = Line::new(
        Level::INFO,
        "incident_opened",
        [
            ("severity", opened.severity.as_str().into()),
            ("urgency", word(&opened.urgency).into()),
            ("policy", opened.policy.as_deref().into()),
            ("group", opened.group.as_deref().into()),
            ("held_back_by", opened.held_back.as_ref().map(|held| held_by(&held.origin)).into()),
            ("summary", (&*opened.event.summary).into()),
            ("rule", (&opened.urgency_rule).into()),
        ],
    );
    match opened.urgency {
        Urgency::High => line,
        // A flood of what wakes nobody hides none that does.
        Urgency::Low | Urgency::None => Line { kind: "quiet_incidents", ..line },
    }
}

fn escalation(change: &EscalationChange) -> Line<'_> {
    let info = Level::INFO;
    match change {
        EscalationChange::Raised { urgency, raise_at, rule } => {
            let (urgency, at) = (word(urgency).into(), (*raise_at).into());
            Line::new(info, "raised", [("urgency", urgency), ("raise_at", at), ("rule", rule.into())])
        }
        EscalationChange::PolicyChosen { policy, rule } => {
            Line::new(info, "policy_chosen", [("policy", (&**policy).into()), ("rule", rule.into())])
        }
        EscalationChange::HeldBack(held) => Line::new(info, "held_back", held_back(held)),
        EscalationChange::Released { held, .. } => Line::new(info, "released", held_back(held)),
        EscalationChange::StepBegan(step) => {
            let mut line = Line::new(info, "step_began", at(&step.at));
            line.fields.extend([
                ("users", people(&step.people).into()),
                ("next_at", step.deadline.into()),
                ("rule", (&step.rule).into()),
            ]);
            line
        }
        EscalationChange::StepPassed { at: step, rule, why } => {
            let mut line = Line::new(Level::WARN, "step_passed", at(step));
            line.fields.extend([("why", word(why).into()), ("rule", rule.as_ref().into())]);
            line
        }
        EscalationChange::Told { people: told, purpose, rule, .. } => Line::new(
            info,
            "told",
            [("users", people(told).into()), ("purpose", word(purpose).into()), ("rule", rule.into())],
        ),
        EscalationChange::NewcomersWait { until } => {
            Line::new(info, "newcomers_wait", [("until", (*until).into())])
        }
        EscalationChange::Dropped { users, rule } => {
            let users = users.iter().map(|user| &**user).collect::<Vec<_>>().join(",");
            Line::new(info, "step_left", [("users", users.into()), ("rule", rule.into())])
        }
        EscalationChange::Moved { policy, step, deadline, rule } => Line::new(
            info,
            "step_moved",
            [
                ("policy", (&**policy).into()),
                ("step", (step + 1).into()),
                ("next_at", (*deadline).into()),
                ("rule", rule.into()),
            ],
        ),
    }
}

fn way<'e>(user: &'e UserId, by: Contact, why: &Reason) -> [(&'static str, Value<'e>); 4] {
    let (why, reason) = reasons(why);
    let by = by.method().name;
    [("user", (&**user).into()), ("way", by.into()), ("why", why.into()), ("reason", reason.into())]
}

/// The word for a fault, and what it says to a person.
fn reasons(reason: &Reason) -> (String, String) {
    let provider = reason.provider.map(|provider| provider.row().name);
    (word(&reason.fault), Language::En.fault(provider, reason.fault, &reason.said))
}

fn addressee(errand: &Errand) -> Option<Arc<str>> {
    match errand {
        Errand::Page { user, .. } => Some(user.clone()),
        Errand::Mirror { place, .. } => Some(place.as_str().into()),
        Errand::HangUp(_) | Errand::Ask(_) | Errand::Edit { .. } | Errand::Notice { .. } => None,
    }
}

fn remember<K: Ord, V>(known: &mut BTreeMap<K, V>, key: K, value: V, max: usize) {
    known.insert(key, value);
    if known.len() > max {
        known.pop_first();
    }
}

impl From<&Rule> for Value<'_> {
    fn from(rule: &Rule) -> Self {
        match (rule.place(), rule) {
            (Some(place), _) => place.into(),
            (None, Rule::Why(why)) => word(&**why).into(),
            (None, Rule::Place(place)) => place.into(),
        }
    }
}
