//! What a wish would do, before it is done: the wish tried by the state machine on a copy of what it is about.
//!
//! Modals show it, and pages will. The words are in `language`; whether to ask first is decided by whoever shows it.

use crate::config::{Config, Id, Matcher, RunTime, RunTimeAbsence, RunTimeSilence, Urgency};
use crate::incident::{
    Change, Command, EscalationChange, Incident, Incidents, Input, Recipient, Reply, ResponseChange,
    RunTimeChange, State, Warning,
};
use crate::language::Language;
use crate::language::effect::EffectLine;
use crate::schedule::UserId;
use jiff::{SignedDuration, Timestamp, tz::TimeZone};
use std::cmp::Reverse;
use std::collections::BTreeMap;
use std::sync::Arc;

/// How many stretches of changed shifts are shown.
pub const STRETCHES_MAX: usize = 10;
/// How many schedules are looked at for what an absence changes.
const SCHEDULES_MAX: usize = 100;
/// How many of those who were paged are named.
const PAGED_NAMED_MAX: usize = 5;
/// How far back the pages are counted that a silence would have muted.
pub const WEEK: SignedDuration = SignedDuration::from_hours(7 * 24);

/// What a wish would do, and what the state machine would answer.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Tried {
    pub effects: Vec<Effect>,
    pub reply: Option<Reply>,
}

/// One thing that it would do.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Effect {
    /// Who is on call on a schedule for a while, before and after.
    OnCall {
        schedule: Id,
        from: Timestamp,
        until: Timestamp,
        before: Vec<UserId>,
        after: Vec<UserId>,
    },
    /// These are told at once; nobody, where it is empty.
    Tells {
        people: Vec<UserId>,
    },
    /// Pages stop until then, and begin anew.
    QuietUntil {
        until: Timestamp,
    },
    /// So many open incidents would page nobody any more; so many of the last week would not have paged.
    Mutes {
        open: usize,
        week: usize,
        until: Timestamp,
        /// Whom those of the last week paged, and how many each, the most first.
        paged: Vec<(UserId, usize)>,
    },
    MergesInto {
        into: String,
    },
    MovesTo {
        service: Id,
        urgency: Urgency,
    },
    StandsInTimeline,
    Closes,
    /// It would break something.
    Breaks(Warning),
}

/// Tries a wish. `about`: the incidents that it may touch, and for a silence those of the last days.
pub fn tried(config: &Arc<Config>, now: Timestamp, command: Command, about: &[Incident]) -> Tried {
    let shifts = changed_shifts(config, now, &command);
    let muted = match &command {
        Command::Silence { made, .. } => Some(mutes(made, now, about)),
        _ => None,
    };
    let declares = matches!(command, Command::Declare(_));
    let mut incidents = Incidents::new(copy(about));
    let turn = incidents.handle(config, now, Input::Command(command));
    let mut effects = shifts;
    effects.extend(muted);
    let mut told: Vec<UserId> = Vec::new();
    for entry in &turn.entries {
        match &entry.change {
            Change::Response(change) => effects.extend(of_response(change, &mut told)),
            Change::Escalation(EscalationChange::StepBegan(step)) => add(&mut told, &step.people),
            Change::Escalation(EscalationChange::Told { people, .. }) => add(&mut told, people),
            Change::RunTime(RunTimeChange::Absence(_)) | Change::RunTime(_) => {}
            _ => {}
        }
    }
    if !told.is_empty() || (declares && !turn.entries.is_empty()) {
        effects.push(Effect::Tells { people: told });
    }
    if let Some(Reply::Confirm(warnings)) = &turn.reply {
        effects.extend(warnings.iter().cloned().map(Effect::Breaks));
    }
    Tried { effects, reply: turn.reply }
}

/// In sentences, for somebody.
pub fn words(effects: &[Effect], config: &Config, language: Language, zone: &TimeZone) -> Vec<String> {
    let name = |user: &UserId| config.users.get(user).map_or(&**user, |user| &user.name).to_owned();
    let names = |people: &[UserId]| people.iter().map(name).collect::<Vec<_>>();
    let at = |instant: &Timestamp| language.date_time(*instant, zone);
    let sentence = |effect: &Effect| match effect {
        Effect::OnCall { schedule, from, until, before, after } => {
            let (before, after) = (names(before), names(after));
            let (from, until) = (at(from), both_clocks(config, schedule, *until, language, zone));
            language.effect(&EffectLine::OnCall {
                schedule: config.schedule_name(schedule),
                from: &from,
                until: &until,
                before: &before,
                after: &after,
            })
        }
        Effect::Tells { people } => language.effect(&EffectLine::Tells { names: &names(people) }),
        Effect::QuietUntil { until } => language.effect(&EffectLine::QuietUntil { until: &at(until) }),
        Effect::Mutes { open, week, until, paged } => {
            let named = paged.iter().take(PAGED_NAMED_MAX).map(|(user, count)| (name(user), *count));
            let (named, more) = (named.collect::<Vec<_>>(), paged.len().saturating_sub(PAGED_NAMED_MAX));
            let (open, week, until) = (*open, *week, &*at(until));
            language.effect(&EffectLine::Mutes { open, week, until, paged: &named, more })
        }
        Effect::MergesInto { into } => language.effect(&EffectLine::MergesInto { into }),
        Effect::MovesTo { service, urgency } => {
            let urgency = language.word(match urgency {
                Urgency::High => crate::language::Word::High,
                Urgency::Low => crate::language::Word::Low,
                Urgency::None => crate::language::Word::NoUrgency,
            });
            language.effect(&EffectLine::MovesTo { service, urgency })
        }
        Effect::StandsInTimeline => language.effect(&EffectLine::StandsInTimeline),
        Effect::Closes => language.effect(&EffectLine::Closes),
        Effect::Breaks(warning) => crate::incident::message::warning(config, warning, language, zone),
    };
    effects.iter().map(sentence).collect()
}

/// By the clock of whoever reads, and by the schedule's where that shows another time.
pub fn both_clocks(
    config: &Config,
    schedule: &str,
    at: Timestamp,
    language: Language,
    zone: &TimeZone,
) -> String {
    let own = language.date_time(at, zone);
    let theirs = config.schedules.schedules.get(schedule).map(|schedule| &schedule.time_zone);
    match theirs.filter(|theirs| theirs.to_offset(at) != zone.to_offset(at)) {
        Some(theirs) => {
            language.effect(&EffectLine::BothClocks { own: &own, theirs: &language.date_time(at, theirs) })
        }
        None => own,
    }
}

/// A state with these incidents and nothing else.
fn copy(about: &[Incident]) -> State {
    let mut state = State::default();
    for incident in about {
        state.seq = state.seq.max(incident.timeline.last().copied().unwrap_or_default());
        state.incidents.insert(incident.id, Box::new(incident.clone()));
    }
    state
}

fn add(told: &mut Vec<UserId>, people: &[Recipient]) {
    for recipient in people {
        if !told.contains(&recipient.user) {
            told.push(recipient.user.clone());
        }
    }
}

fn of_response(change: &ResponseChange, told: &mut Vec<UserId>) -> Option<Effect> {
    match change {
        ResponseChange::Reassigned { to, .. } | ResponseChange::PagedAlso { to, .. } => {
            add(told, to);
            None
        }
        ResponseChange::Acknowledged { until: Some(until), snoozed: true, .. } => {
            Some(Effect::QuietUntil { until: *until })
        }
        ResponseChange::Merged { into, .. } => Some(Effect::MergesInto { into: into.to_string() }),
        ResponseChange::MovedTo(moved) => {
            Some(Effect::MovesTo { service: moved.service.clone(), urgency: moved.urgency })
        }
        ResponseChange::Noted { .. } => Some(Effect::StandsInTimeline),
        ResponseChange::Resolved { .. } => Some(Effect::Closes),
        _ => None,
    }
}

/// Where other people would be on call.
fn changed_shifts(config: &Config, now: Timestamp, command: &Command) -> Vec<Effect> {
    let mut made = RunTime::default();
    let (schedules, from, until): (Vec<Id>, _, _) = match command {
        Command::Override { made: wished, .. } => {
            made.overrides.insert(1, (**wished).clone());
            (vec![wished.schedule.clone()], wished.from, wished.until)
        }
        Command::Take { schedule, to, relieves, until, by, via, .. } => {
            let Some(until) = *until else { return Vec::new() };
            let with = vec![to.clone()];
            let action = match relieves {
                Some(who) => crate::schedule::OverrideAction::Replace { who: who.clone(), with },
                None => crate::schedule::OverrideAction::Set(with),
            };
            let (by, via, schedule) = (by.clone(), *via, schedule.clone());
            let wished = crate::config::RunTimeOverride {
                schedule: schedule.clone(),
                layer: None,
                from: now,
                until,
                action,
                reason: None,
                by,
                via,
            };
            made.overrides.insert(1, wished);
            (vec![schedule], now, until)
        }
        Command::Away { made: wished, .. } => {
            let RunTimeAbsence { from, until, .. } = **wished;
            made.absences.insert(1, (**wished).clone());
            (config.schedules.schedules.keys().take(SCHEDULES_MAX).cloned().collect(), from, until)
        }
        _ => return Vec::new(),
    };
    let from = from.max(now);
    let after = config.laid_over(&made);
    schedules.iter().flat_map(|id| compared(config, &after, id, from, until)).take(STRETCHES_MAX).collect()
}

fn compared(now: &Config, then: &Config, schedule: &Id, from: Timestamp, until: Timestamp) -> Vec<Effect> {
    let (had, has) =
        (now.schedules.shifts(schedule, from, until), then.schedules.shifts(schedule, from, until));
    let mut effects: Vec<Effect> = Vec::new();
    for new in &has {
        for old in had.iter().filter(|old| old.start < new.end && new.start < old.end) {
            let (before, after) = (&old.on_call.users, &new.on_call.users);
            if before == after || effects.len() >= STRETCHES_MAX {
                continue;
            }
            let (start, end) = (new.start.max(old.start), new.end.min(old.end));
            if let Some(Effect::OnCall { until, before: b, after: a, .. }) = effects.last_mut()
                && *until == start
                && (&*b, &*a) == (before, after)
            {
                *until = end;
                continue;
            }
            let (before, after) = (before.clone(), after.clone());
            effects.push(Effect::OnCall {
                schedule: schedule.clone(),
                from: start,
                until: end,
                before,
                after,
            });
        }
    }
    effects
}

/// What a silence would mute of what is known.
pub fn mutes(made: &RunTimeSilence, now: Timestamp, about: &[Incident]) -> Effect {
    let hit = |incident: &&Incident| would_mute(made, incident);
    let paged = |incident: &&Incident| incident.record.first_page_at.is_some();
    let week = |incident: &&Incident| now.duration_since(incident.opened_at) <= WEEK;
    let open = about.iter().filter(hit).filter(|incident| incident.pages()).count();
    let paging: Vec<&Incident> = about.iter().filter(hit).filter(paged).filter(week).collect();
    let mut told: BTreeMap<&UserId, usize> = BTreeMap::new();
    for user in paging.iter().flat_map(|incident| &incident.record.paged) {
        *told.entry(user).or_default() += 1;
    }
    let mut paged: Vec<(UserId, usize)> =
        told.into_iter().map(|(user, count)| (user.clone(), count)).collect();
    paged.sort_by_key(|(_, count)| Reverse(*count));
    Effect::Mutes { open, week: paging.len(), until: made.until, paged }
}

/// Whether a silence is about an incident that pages.
pub fn would_mute(made: &RunTimeSilence, incident: &Incident) -> bool {
    let when = Matcher::read(&made.when).ok();
    let service = incident.service.as_ref();
    let scope = made.services.is_empty() || service.is_some_and(|id| made.services.contains(id));
    let fields = when.as_ref().is_none_or(|when| when.mutes(|key| incident.field(key)));
    incident.urgency == Urgency::High && scope && fields
}
