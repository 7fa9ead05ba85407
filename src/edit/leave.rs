//! `user leave`: somebody leaves for good on a given day.
//!
//! Their file gets `left`, and every rotation that includes them continues without them from the first handoff on.
//! Until then the next member stands in, as with any time off. Decisions for people are listed
//! ([`mentions`](super::mentions)).

use super::line_up::take;
use super::mentions::{Mention, mentions};
use super::planned::{Begin, LineUpChange, Obstacle, Rotating};
use super::splice::set;
use super::words::{people, person};
use super::{Edit, EditError, Proposal, Subject, proved};
use crate::config::{Id, User};
use crate::language::{commands, edits};
use crate::schedule::{Schedules, TimeOff, first_instant};
use jiff::civil::{Date, Time};
use std::sync::Arc;

/// Removes `user` from everything that can continue automatically; `day` is the first day without them.
pub fn leave(subject: &Subject<'_>, user: &Id, day: Date) -> Result<Edit, EditError> {
    let Some(found) = subject.config.users.get(user) else {
        return subject.no(&commands::unknown(commands::Noun::User, user));
    };
    let mut proposal = Proposal::default();
    let mut wished = subject.config.schedules.clone();
    set_left(subject, found, day, &mut proposal, &mut wished);
    let gone = first_instant(&found.time_zone, day.to_datetime(Time::midnight()));
    proposal.undecided = mentions(subject, user, day, gone);
    go_on_without(subject, user, day, &mut proposal, &mut wished)?;
    proposal.undecided.sort();
    if proposal.splices.is_empty() {
        return subject.no(&edits::already_left(&person(subject.config, user), day));
    }
    proved(subject, proposal, &wished)
}

/// Sets `left: 2026-11-24` in their file.
fn set_left(subject: &Subject<'_>, user: &User, day: Date, proposal: &mut Proposal, wished: &mut Schedules) {
    let who = person(subject.config, &user.id);
    let file = &user.place.file;
    let Some(source) = subject.compiled.sources.files.get(file) else { return };
    let Some(root) = &source.root else { return };
    let old = root.get("left").and_then(|left| left.text());
    if old == Some(&*day.to_string()) {
        return;
    }
    proposal.said.push(subject.say(&edits::leaves(&who, day, old)));
    proposal.splices.insert(file.clone(), set(&source.text, root, "left", &day.to_string()));
    let from = first_instant(&user.time_zone, day.to_datetime(Time::midnight()));
    if day < subject.now.to_zoned(user.time_zone.clone()).date() {
        proposal.said.push(subject.say(&edits::left_in_the_past(day)));
    }
    let off = wished.time_off.entry(user.id.clone()).or_default();
    off.retain(|off| off.until.is_some());
    off.push(TimeOff { from, until: None, every: None, cover: None, place: Arc::default() });
    off.sort_by_key(|off| off.from);
}

/// Where they took turns together with others, who are then on call in a smaller set or alone.
fn smaller_sets(subject: &Subject<'_>, layer: &Rotating<'_>, user: &Id) -> Vec<Mention> {
    let sets = layer.newest.members.iter().filter(|set| set.len() > 1 && set.contains(user));
    let others = sets.map(|set| set.iter().filter(|id| *id != user).cloned().collect::<Vec<_>>());
    let what = |others: Vec<Id>| {
        let who = people(subject.config, &others);
        subject.say(&edits::go_on(&who, others.len() == 1, &layer.name()))
    };
    others.map(|others| Mention { place: layer.place(), what: what(others) }).collect()
}

/// Appends a line-up without them to each rotation whose newest line-up has them.
fn go_on_without(
    subject: &Subject<'_>,
    user: &Id,
    day: Date,
    proposal: &mut Proposal,
    wished: &mut Schedules,
) -> Result<(), EditError> {
    let change = LineUpChange::Remove { user: user.clone() };
    let begin = Begin::AfterAll(day);
    let schedules = subject.config.schedules.schedules.keys();
    for layer in schedules.flat_map(|id| Rotating::all(subject, id)).filter(|layer| layer.has(user)) {
        match layer.plan(&change, begin) {
            Ok(planned) => {
                proposal.undecided.extend(smaller_sets(subject, &layer, user));
                take(proposal, wished, &layer, (&change, begin), planned);
            }
            Err(Obstacle::Refused(refusal)) => return Err(refusal),
            Err(Obstacle::Empty) => {
                let what = subject.say(&edits::nobody_else(&layer.name()));
                proposal.undecided.push(Mention { place: layer.place(), what });
            }
        }
    }
    Ok(())
}
