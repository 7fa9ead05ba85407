//! Who hears of what people make: both people of an override, and the maker when it ends or lies under another.

use super::made::RunTimeChange;
use super::notice_change::{NoticeChange, Noticed, OverrideNotice};
use super::{Call, Ended, Refused, Reply};
use crate::actor::{Actor, Via};
use crate::config::{Config, Id, RunTimeOverride};
use crate::reason::Why;
use crate::schedule::{OverrideAction, Shift, UserId};
use jiff::{SignedDuration, Timestamp};
use std::collections::BTreeSet;

/// Somebody whom an override concerns.
#[derive(Clone, Debug)]
pub(super) struct Told {
    pub user: UserId,
    /// Whether it puts them on call.
    pub on_call: bool,
}

/// Whom a change of shifts puts on call and whom it relieves. Hour by hour: who has some of them already may still be put on call
/// for others.
pub(super) fn concerned(had: &[Shift], has: &[Shift]) -> Vec<Told> {
    let differ = |of: &[Shift], from: &[Shift]| -> BTreeSet<UserId> {
        let common = |one: &Shift, other: &Shift| one.start < other.end && other.start < one.end;
        let beyond = |one: &Shift, other: &Shift| {
            let known = &other.on_call.users;
            one.on_call.users.iter().filter(|user| !known.contains(user)).cloned().collect::<Vec<_>>()
        };
        let pairs = of.iter().flat_map(|one| from.iter().map(move |other| (one, other)));
        pairs.filter(|(one, other)| common(one, other)).flat_map(|(one, other)| beyond(one, other)).collect()
    };
    let come = differ(has, had);
    let gone: Vec<UserId> = differ(had, has).difference(&come).cloned().collect();
    let told = |on_call| move |user| Told { user, on_call };
    come.into_iter().map(told(true)).chain(gone.into_iter().map(told(false))).collect()
}

impl Call<'_> {
    /// Tells whoever an override puts on call, whoever it relieves, and the makers of those that it lies on.
    pub(super) fn tell_of_override(&mut self, id: u64, made: &RunTimeOverride, after: &Config) {
        let (from, until) = (made.from, made.until);
        let shifts = |config: &Config| config.schedules.shifts(&made.schedule, from, until);
        let concerned = concerned(&shifts(self.config), &shifts(after));
        let (schedule, by, reason) = (made.schedule.clone(), made.by.clone(), made.reason.clone());
        let (on_call, others, place) = (true, Vec::new(), None);
        let notice = OverrideNotice { id, place, schedule, from, until, on_call, others, by, reason };
        self.tell_both(&notice, &concerned);
        self.tell_the_hidden(id, made);
    }

    /// Each of them hears now, and when it begins.
    pub(super) fn tell_both(&mut self, notice: &OverrideNotice, concerned: &[Told]) {
        for told in concerned {
            let others = concerned.iter().filter(|other| other.on_call != told.on_call);
            let others = others.map(|other| other.user.clone()).collect();
            let notice = OverrideNotice { on_call: told.on_call, others, ..notice.clone() };
            let (now, by) = (self.now, notice.by.clone());
            self.notify(&told.user, Some(&by), Noticed::Override(notice.clone()), now);
            if notice.from > now && !self.hears_of_shifts(&told.user) && !self.is_announced(told, &notice) {
                let from = notice.from;
                self.notify(&told.user, None, Noticed::OverrideBegins(notice), from);
            }
        }
    }

    /// Whether their own rules tell them when a shift begins.
    fn hears_of_shifts(&self, user: &UserId) -> bool {
        let known = self.config.users.get(user);
        known.is_some_and(|known| known.shifts.iter().any(|rule| rule.before == SignedDuration::ZERO))
    }

    fn tell_the_hidden(&mut self, id: u64, made: &RunTimeOverride) {
        let adds = |action: &OverrideAction| matches!(action, OverrideAction::Add(_));
        let overlaps = |other: &RunTimeOverride| {
            other.schedule == made.schedule && other.from < made.until && made.from < other.until
        };
        let hidden = self.state.run_time.overrides.iter().filter(|(known, other)| {
            **known != id && self.now < other.until && overlaps(other) && !adds(&made.action)
        });
        let hidden: Vec<(u64, Actor)> = hidden.map(|(known, other)| (*known, other.by.clone())).collect();
        for (known, maker) in hidden {
            let (schedule, by, now) = (made.schedule.clone(), made.by.clone(), self.now);
            let what = Noticed::MadeHidden { id: known, schedule, by: by.clone() };
            maker.user().cloned().iter().for_each(|maker| self.notify(maker, Some(&by), what.clone(), now));
        }
    }

    /// Something that was made at run time ends before its time: its maker hears of it, unless they ended it.
    pub(super) fn ends(&mut self, what: Ended, why: Why, by: &Actor, via: Via) {
        let made = &self.state.run_time;
        let id = match &what {
            Ended::RunTime(id) => Some(*id),
            Ended::File(_) => None,
        };
        let maker = id.and_then(|id| {
            let overrides = made.overrides.get(&id).map(|made| &made.by);
            let silences = made.silences.get(&id).map(|made| &made.by);
            let absences = made.absences.get(&id).map(|made| &made.by);
            let offers = made.offers.get(&id).map(|made| &made.by);
            overrides.or(silences).or(absences).or(offers).and_then(Actor::user).cloned()
        });
        self.about_server(RunTimeChange::Ended { what, why: why.clone(), by: by.clone(), via });
        id.iter().for_each(|id| self.tell_of_early_end(*id));
        if let (Some(id), Some(maker)) = (id, maker) {
            let now = self.now;
            self.notify(&maker, Some(by), Noticed::MadeEnded { id, why, by: by.clone() }, now);
        }
    }

    /// Somebody whom an override puts on call says that they cannot: whoever made it and the room hear of it. They stay on call
    /// until somebody changes it.
    pub(super) fn cannot(&mut self, what: &Ended, user: &UserId, by: Actor, via: Via) {
        let known = match what {
            Ended::RunTime(id) => {
                let made = self.state.run_time.overrides.get(id).filter(|made| self.now < made.until);
                made.map(|it| PutOnCall {
                    id: *id,
                    maker: it.by.user().cloned(),
                    schedule: it.schedule.clone(),
                    action: it.action.clone(),
                    from: it.from,
                    until: it.until,
                })
            }
            Ended::File(place) => self.committed(place).map(|(schedule, it)| PutOnCall {
                id: 0,
                maker: None,
                schedule,
                action: it.action,
                from: it.from,
                until: it.until,
            }),
        };
        let Some(known) = known.filter(|known| puts_on_call(&known.action, user)) else {
            self.turn.reply = Some(Reply::Refused(Refused::NotInForce));
            return;
        };
        let place = match what {
            Ended::RunTime(_) => None,
            Ended::File(place) => Some(place.clone()),
        };
        let PutOnCall { id, maker, schedule, from, until, .. } = known;
        let (declined, said_by) = (user.clone(), by);
        self.about_server(NoticeChange::Declined {
            id,
            place: place.clone(),
            user: declined,
            by: said_by,
            via,
        });
        let what = Noticed::Cannot { id, place, schedule, user: user.clone(), from, until };
        let (now, themselves) = (self.now, Actor::User(user.clone()));
        maker.iter().for_each(|maker| self.notify(maker, Some(&themselves), what.clone(), now));
        self.notify_room(what);
        self.turn.reply = Some(Reply::Passed);
    }
}

/// An override, whether of git or of run time.
struct PutOnCall {
    id: u64,
    maker: Option<UserId>,
    schedule: Id,
    action: OverrideAction,
    from: Timestamp,
    until: Timestamp,
}

fn puts_on_call(action: &OverrideAction, user: &UserId) -> bool {
    match action {
        OverrideAction::Set(with) | OverrideAction::Add(with) | OverrideAction::Replace { with, .. } => {
            with.contains(user)
        }
    }
}
