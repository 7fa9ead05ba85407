//! `line-up add`, `remove` and `replace`: decides which layers of a schedule get a new line-up.

use super::planned::{Begin, LineUpChange, NextLineUp, Obstacle, Rotating};
use super::words::person;
use super::{Edit, EditError, Proposal, Subject, proved};
use crate::language::edits;
use crate::schedule::{Schedules, Turn};
use jiff::civil::Date;

/// A change to who takes turns on a schedule.
#[derive(Clone, Debug)]
pub struct LineUpWish<'a> {
    pub schedule: &'a str,
    /// The name of a layer. Without it, `add` uses the only rotation, and other changes use every rotation with that
    /// person.
    pub layer: Option<&'a str>,
    pub change: LineUpChange,
    /// The first day on which the line-up may begin; without it, it begins at the next handoff.
    pub from: Option<Date>,
}

/// Appends a line-up to each affected layer.
pub fn line_up(subject: &Subject<'_>, wish: &LineUpWish<'_>) -> Result<Edit, EditError> {
    newcomer_is_there(subject, wish)?;
    let begin = wish.from.map_or(Begin::Next, Begin::On);
    let mut proposal = Proposal::default();
    let mut wished = subject.config.schedules.clone();
    for layer in layers(subject, wish)? {
        let planned = layer.plan(&wish.change, begin);
        let planned = planned.map_err(|obstacle| refused(subject, wish, &layer, obstacle))?;
        take(&mut proposal, &mut wished, &layer, (&wish.change, begin), planned);
    }
    proved(subject, proposal, &wished)
}

/// Adds a planned line-up to the proposal and to the wished schedules. A remark about the day is added only once.
pub(super) fn take(
    proposal: &mut Proposal,
    wished: &mut Schedules,
    layer: &Rotating<'_>,
    (change, begin): (&LineUpChange, Begin),
    planned: NextLineUp,
) {
    let day = layer.about_the_day(begin, planned.handoff).filter(|it| !proposal.said.contains(it));
    proposal.said.extend(day);
    proposal.said.extend(layer.says((change, begin), &planned));
    proposal.splices.entry(layer.file.clone()).or_default().extend(planned.splices);
    let schedule = wished.schedules.get_mut(layer.schedule);
    if let Some(Turn::Rotation(rotation)) =
        schedule.and_then(|it| it.layers.get_mut(layer.index)).map(|it| &mut it.turn)
    {
        rotation.line_ups.push(planned.line_up);
    }
}

fn layers<'a>(subject: &Subject<'a>, wish: &LineUpWish<'a>) -> Result<Vec<Rotating<'a>>, EditError> {
    let mut layers = Rotating::all(subject, wish.schedule);
    let names = |layers: &[Rotating<'_>]| {
        layers.iter().map(|it| format!("`{}`", it.layer.name)).collect::<Vec<_>>().join(", ")
    };
    let rotating = names(&layers);
    let schedule = wish.schedule;
    if layers.is_empty() {
        return subject.no(&edits::no_rotation(schedule));
    }
    if let Some(name) = wish.layer {
        layers.retain(|it| &*it.layer.name == name);
        if layers.is_empty() {
            return subject.no(&edits::not_that_rotation(schedule, name, &rotating));
        }
    }
    let user = match &wish.change {
        LineUpChange::Add { .. } if layers.len() > 1 => {
            return subject.no(&edits::several_rotations(schedule, &rotating));
        }
        LineUpChange::Add { .. } => return Ok(layers),
        LineUpChange::Remove { user } | LineUpChange::Replace { user, .. } => user,
    };
    let chosen = names(&layers);
    layers.retain(|it| it.has(user));
    if layers.is_empty() {
        let who = person(subject.config, user);
        return subject.no(&edits::not_in_newest(&who, schedule, &chosen));
    }
    Ok(layers)
}

fn refused(
    subject: &Subject<'_>,
    wish: &LineUpWish<'_>,
    layer: &Rotating<'_>,
    obstacle: Obstacle,
) -> EditError {
    let (LineUpChange::Add { user, .. } | LineUpChange::Remove { user } | LineUpChange::Replace { user, .. }) =
        &wish.change;
    match obstacle {
        Obstacle::Refused(refusal) => refusal,
        Obstacle::Empty => {
            let (who, place) = (person(subject.config, user), layer.place().to_string());
            EditError::Asked(subject.say(&edits::nobody_left_in(&who, &layer.name(), &place)))
        }
    }
}

/// Refuses a newcomer who is about to leave.
fn newcomer_is_there(subject: &Subject<'_>, wish: &LineUpWish<'_>) -> Result<(), EditError> {
    let (LineUpChange::Add { user, .. } | LineUpChange::Replace { with: user, .. }) = &wish.change else {
        return Ok(());
    };
    let mut off = subject.config.schedules.time_off.get(user).into_iter().flatten();
    if off.all(|off| off.until.is_some()) {
        return Ok(());
    }
    subject.no(&edits::newcomer_leaves(&person(subject.config, user), user))
}
