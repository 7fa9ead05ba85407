//! What stands in the way of a wish about one incident: somebody did it before, it cannot be done, or it must be confirmed.
//!
//! Nothing is changed here. What a wish does is in `command`, `taken`, `assign` and `merge`.

use super::alerts::ALERTS_MAX;
use super::apply::REMEMBERED;
use super::escalation::later;
use super::parts::Status;
use super::run_time::SILENCES_MAX;
use super::state::{Incident, State};
use super::{Asked, Assignee, Call, DeliveryId, IncidentId, Refused, Warning};
use crate::actor::Actor;
use crate::alert::Severity;
use crate::config::{Id, Urgency};
use crate::schedule::UserId;
use jiff::{SignedDuration, Timestamp};

/// How long somebody may put an incident aside, in hours.
const SNOOZE_HOURS_MAX: u32 = 7 * 24;
/// What is critical may be put aside for so long without being asked.
const CRITICAL_ASIDE: SignedDuration = SignedDuration::from_hours(24);

/// Whether a wish can go ahead.
pub(super) enum Standing {
    GoAhead,
    NoSuchIncident,
    /// It is done already, by somebody with this name.
    Done(String),
    Refused(Refused),
    /// It must be asked for again, confirmed.
    Ask(Warning),
}

impl Call<'_> {
    pub(super) fn standing(&self, id: IncidentId, action: &Asked, delivery: Option<DeliveryId>) -> Standing {
        let Some(incident) = self.incident(id) else { return Standing::NoSuchIncident };
        let open = incident.status != Status::Resolved;
        match action {
            Asked::Note(text) if text.trim().is_empty() => Standing::Refused(Refused::Nothing),
            Asked::Note(_) | Asked::Repeat => Standing::GoAhead,
            Asked::Reopen => self.reopening(incident),
            Asked::Unmerge => self.unmerging(incident),
            Asked::Acknowledge
            | Asked::Unacknowledge
            | Asked::Snooze { .. }
            | Asked::Resolve { .. }
            | Asked::Escalate { .. }
            | Asked::Reassign(_)
            | Asked::PageAlso(_)
            | Asked::Raise
            | Asked::Lower
            | Asked::Move(_)
            | Asked::Silence { .. }
            | Asked::Merge { .. }
                if !open =>
            {
                Standing::Done(self.name_of(incident.resolved_by.as_deref()))
            }
            Asked::Acknowledge if incident.status == Status::Acknowledged => {
                Standing::Done(self.holders(incident))
            }
            Asked::Unacknowledge if incident.status == Status::Triggered => {
                Standing::Refused(Refused::NotAcknowledged)
            }
            Asked::Acknowledge | Asked::Unacknowledge | Asked::Resolve { .. } => Standing::GoAhead,
            Asked::Snooze { until, confirmed } => self.snoozing(incident, *until, *confirmed),
            Asked::Escalate { step } => self.escalating(incident, *step, delivery),
            Asked::Reassign(to) | Asked::PageAlso(to) => self.assigning(to),
            Asked::Raise if incident.urgency == Urgency::High && incident.pages() => {
                Standing::Done(String::new())
            }
            Asked::Lower if incident.urgency != Urgency::High => Standing::Done(String::new()),
            Asked::Raise | Asked::Lower => Standing::GoAhead,
            Asked::Silence { .. } => match self.silenced_until_resolved_by(incident) {
                Some(by) => Standing::Done(self.name_of(Some(&by))),
                None if self.state.run_time.silences.len() >= SILENCES_MAX => {
                    Standing::Refused(Refused::TooMany)
                }
                None => Standing::GoAhead,
            },
            Asked::Move(service) => self.moving(incident, service),
            Asked::Merge { into } => self.merging(incident, *into),
        }
    }

    /// The incident that answers for one that was merged away.
    pub(super) fn answers_for(&self, id: IncidentId) -> IncidentId {
        self.state.answers_for(id)
    }

    /// Everybody who has it.
    fn holders(&self, incident: &Incident) -> String {
        let held = incident.acknowledgement.iter().flat_map(|held| &held.by);
        held.map(|by| self.config.name_of(by)).collect::<Vec<_>>().join(", ")
    }

    fn name_of(&self, actor: Option<&Actor>) -> String {
        actor.map_or("", |actor| self.config.name_of(actor)).to_owned()
    }

    fn snoozing(&self, incident: &Incident, until: Timestamp, confirmed: bool) -> Standing {
        if until <= self.now {
            return Standing::Refused(Refused::Past);
        }
        let hours = SNOOZE_HOURS_MAX;
        if until > later(self.now, SignedDuration::from_hours(i64::from(hours))) {
            return Standing::Refused(Refused::TooLong { hours });
        }
        let long = until > later(self.now, CRITICAL_ASIDE);
        if incident.severity == Severity::Critical && long && !confirmed {
            return Standing::Ask(Warning::CriticalForLong { until });
        }
        Standing::GoAhead
    }

    /// A key of a call is about the step that was running: one press is one escalation, and nobody is skipped by an old
    /// call. Whoever asks elsewhere sees how it stands.
    fn escalating(&self, incident: &Incident, step: Option<u32>, delivery: Option<DeliveryId>) -> Standing {
        if let Some(step) = step {
            let steps = self.policy(incident.id, false).map_or(0, |policy| policy.steps.len());
            let steps = u32::try_from(steps).unwrap_or(u32::MAX);
            if step == 0 || step > steps {
                return Standing::Refused(Refused::NoSuchStep { steps });
            }
        }
        let Some(delivery) = delivery else { return Standing::GoAhead };
        if incident.status == Status::Acknowledged {
            return Standing::Done(self.holders(incident));
        }
        match self.escalated_since(incident, delivery) {
            Some(told) => Standing::Done(told),
            None => Standing::GoAhead,
        }
    }

    /// Who is told instead, where the step that a call was about is over, or its key was pressed before.
    fn escalated_since(&self, incident: &Incident, delivery: DeliveryId) -> Option<String> {
        let page = self.state.pages.get(&delivery)?;
        let about = page.about.iter().find(|carried| carried.incident == incident.id)?;
        let running = incident.escalation.as_ref();
        let same = running.map(|running| &running.at) == about.step.as_ref();
        let name =
            |user: &UserId| self.config.users.get(user).map_or(&**user, |known| &known.name).to_owned();
        let told = running.map_or(&[][..], |running| &running.told);
        (page.escalated || !same).then(|| told.iter().map(name).collect::<Vec<_>>().join(", "))
    }

    fn assigning(&self, to: &[Assignee]) -> Standing {
        let refused = to.iter().find_map(|assignee| self.cannot_take(assignee));
        let nobody = to.is_empty().then_some(Refused::Nothing);
        nobody.or(refused).map_or(Standing::GoAhead, Standing::Refused)
    }

    /// Why these cannot take an incident, if they cannot: they are not there, have left, are off, or cannot be told.
    fn cannot_take(&self, assignee: &Assignee) -> Option<Refused> {
        match assignee {
            Assignee::User(user) => {
                let Some(known) = self.config.users.get(user) else {
                    return Some(Refused::Unknown(user.to_string()));
                };
                let name = || known.name.clone();
                let can_be_told =
                    known.high.iter().chain(&known.low).any(|rule| known.can_be_told_by(rule.by));
                match self.config.schedules.is_off(user, self.now) {
                    Some(off) if off.until.is_none() => Some(Refused::HasLeft(name())),
                    Some(off) => Some(Refused::IsOff { name: name(), until: off.until }),
                    None if !can_be_told => Some(Refused::CannotBeTold(name())),
                    None => None,
                }
            }
            Assignee::Schedule(id) if !self.config.schedules.schedules.contains_key(id) => {
                Some(Refused::Unknown(id.to_string()))
            }
            Assignee::Schedule(id) => {
                let on_call = self.config.schedules.on_call(id, self.now);
                let told = on_call.users.iter().filter_map(|user| self.config.users.get(user));
                let mut reached =
                    told.filter(|user| user.high.iter().any(|rule| user.can_be_told_by(rule.by)));
                reached.next().is_none().then(|| Refused::NobodyOnCall(id.clone()))
            }
            Assignee::Policy(id) => {
                (!self.config.policies.contains_key(id)).then(|| Refused::Unknown(id.to_string()))
            }
        }
    }

    fn moving(&self, incident: &Incident, service: &Id) -> Standing {
        if !self.config.services.contains_key(service) {
            return Standing::Refused(Refused::Unknown(service.to_string()));
        }
        match incident.service.as_ref() == Some(service) {
            true => Standing::Done(String::new()),
            false => Standing::GoAhead,
        }
    }

    fn merging(&self, incident: &Incident, into: IncidentId) -> Standing {
        let into = self.answers_for(into);
        let Some(target) = self.incident(into) else { return Standing::NoSuchIncident };
        if into == incident.id {
            return Standing::Refused(Refused::IntoItself);
        }
        if target.status == Status::Resolved {
            return Standing::Refused(Refused::IsClosed(into));
        }
        match target.alerts.len() + incident.alerts.len() > ALERTS_MAX {
            true => Standing::Refused(Refused::TooManyAlerts),
            false => Standing::GoAhead,
        }
    }

    fn reopening(&self, incident: &Incident) -> Standing {
        if incident.status != Status::Resolved {
            return Standing::Refused(Refused::NotResolved);
        }
        let closed = self.state.closed.iter().rev().find(|(_, id)| *id == incident.id).map(|(at, _)| *at);
        let recent = closed.is_some_and(|at| self.now.duration_since(at) <= REMEMBERED);
        if !recent || incident.merged.into.is_some() {
            return Standing::Refused(Refused::CannotBeReopened);
        }
        let elsewhere = incident.alerts.iter().find_map(|alert| self.state.open(&alert.key()));
        elsewhere.map_or(Standing::GoAhead, |other| Standing::Refused(Refused::OpenElsewhere(other)))
    }

    fn unmerging(&self, incident: &Incident) -> Standing {
        let Some(into) = incident.merged.into else { return Standing::Refused(Refused::NotMerged) };
        let Some(target) = self.incident(into) else { return Standing::NoSuchIncident };
        if target.status == Status::Resolved {
            return Standing::Refused(Refused::IsClosed(into));
        }
        let keys = target.merged_keys(incident.id);
        let fires = target.alerts.iter().any(|alert| alert.lasts() && keys.contains(&alert.key()));
        match fires {
            true => Standing::GoAhead,
            false => Standing::Refused(Refused::NothingFires),
        }
    }
}

impl State {
    /// The incident that answers for one that was merged away.
    pub(super) fn answers_for(&self, id: IncidentId) -> IncidentId {
        const MERGES_MAX: usize = 16;
        let mut now = id;
        for _ in 0..MERGES_MAX {
            match self.incidents.get(&now).and_then(|incident| incident.merged.into) {
                Some(into) => now = into,
                None => break,
            }
        }
        now
    }
}
