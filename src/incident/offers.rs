//! A shift that somebody offers, and who accepts it.
//!
//! An offer is to people by name, or to everybody who takes turns on its schedule. Whoever accepts first has the shift, by an
//! override that relieves the one who offered; it is accepted once, and over when the shift begins. Nobody is put on call by an
//! offer alone. Its maker takes it back as anything else of run time; what was accepted ends as an override does.

use super::made::RunTimeChange;
use super::notice_change::Noticed;
use super::run_time::OVERRIDE_HOURS_MAX;
use super::{Call, Made, Refused, Reply};
use crate::actor::{Actor, Via};
use crate::config::{Config, Id, RunTimeOffer, RunTimeOverride};
use crate::schedule::{OverrideAction, Turn, UserId};

/// How many offers there are at most, and how many people one is made to.
pub const OFFERS_MAX: usize = 500;
pub const OFFERED_MAX: usize = 50;

impl Call<'_> {
    pub(super) fn make_offer(&mut self, mut made: RunTimeOffer) {
        let schedule = made.schedule.clone();
        if !self.config.schedules.schedules.contains_key(&schedule) {
            return self.refuse(Refused::Unknown(schedule.to_string()));
        }
        let named = [&made.who].into_iter().chain(&made.to);
        let unknown = named.into_iter().find(|user| !self.config.users.contains_key(&***user));
        let refused = self
            .bad_times(made.from, made.until, OVERRIDE_HOURS_MAX)
            .or_else(|| (made.from <= self.now).then_some(Refused::Past))
            .or_else(|| unknown.map(|user| Refused::Unknown(user.to_string())))
            .or_else(|| (self.state.run_time.offers.len() >= OFFERS_MAX).then_some(Refused::TooMany));
        if let Some(refused) = refused {
            return self.refuse(refused);
        }
        let shifts = self.config.schedules.shifts(&schedule, made.from, made.until);
        if !shifts.iter().any(|shift| shift.on_call.users.contains(&made.who)) {
            return self.refuse(Refused::NotOnCall { name: self.name(&made.who), schedule });
        }
        if made.to.is_empty() {
            made.to = turns_of(self.config, &schedule);
        }
        let who = made.who.clone();
        made.to.retain(|user| *user != who && !self.has_left(user));
        made.to.truncate(OFFERED_MAX);
        if made.to.is_empty() {
            return self.refuse(Refused::NobodyElse(schedule));
        }
        let (id, from, until, to) = (self.state.seq + 1, made.from, made.until, made.to.clone());
        let (by, now) = (made.by.clone(), self.now);
        self.make(RunTimeChange::Offer(Box::new(made)), Made::Offer, until);
        to.iter().for_each(|user| self.notify(user, Some(&by), Noticed::Offered { id }, now));
        self.notify(&who, None, Noticed::OfferOver { id }, from);
    }

    /// Somebody accepts: the shift is theirs.
    pub(super) fn accept(&mut self, id: u64, user: &UserId, (by, via): (Actor, Via), confirmed: bool) {
        let open = self.state.run_time.offers.get(&id).filter(|offer| self.now < offer.from).cloned();
        let Some(offer) = open else { return self.refuse(Refused::NotInForce) };
        if let Some(taken) = &offer.taken {
            return self.refuse(Refused::OfferTaken(self.name(taken)));
        }
        if !offer.to.contains(user) {
            return self.refuse(Refused::NotOffered(self.name(user)));
        }
        let (schedule, from, until, reason) = (offer.schedule, offer.from, offer.until, offer.reason);
        let action = OverrideAction::Replace { who: offer.who, with: vec![user.clone()] };
        let layer = None;
        let made = RunTimeOverride { schedule, layer, from, until, action, reason, by, via };
        self.make_override(made, confirmed);
        if matches!(self.turn.reply, Some(Reply::Made { .. })) {
            self.about_server(RunTimeChange::OfferTaken { id, user: user.clone() });
        }
    }

    /// Whether somebody may still accept it.
    pub(super) fn is_offered(&self, id: u64) -> bool {
        let offer = self.state.run_time.offers.get(&id);
        offer.is_some_and(|offer| offer.taken.is_none() && self.now <= offer.from)
    }

    fn name(&self, user: &UserId) -> String {
        self.config.users.get(user).map_or(&**user, |known| &known.name).to_owned()
    }
}

/// Everybody who takes turns on a schedule, each once, in the order of the file.
fn turns_of(config: &Config, schedule: &Id) -> Vec<UserId> {
    let layers = config.schedules.schedules.get(schedule).map_or(&[][..], |schedule| &schedule.layers);
    let mut people: Vec<UserId> = Vec::new();
    let mut add = |users: &[UserId]| {
        for user in users {
            if !people.contains(user) {
                people.push(user.clone());
            }
        }
    };
    for layer in layers.iter().filter(|layer| !layer.shadow) {
        match &layer.turn {
            Turn::Always(users) => add(users),
            Turn::Rotation(rotation) => {
                let last = rotation.line_ups.last();
                last.into_iter().flat_map(|line_up| &line_up.members).for_each(|users| add(users));
            }
        }
    }
    people
}
