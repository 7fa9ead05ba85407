//! Line-ups: whether a new one keeps the order of turns.

use super::{Found, Subject};
use crate::compile::Spot;
use crate::schedule::{Every, LineUp, Turn, Turns, UserId};
use jiff::civil::Date;
use std::sync::Arc;

/// Rule 4: a new line-up should go on with whoever would have been next.
pub(super) fn order_of_turns(subject: &Subject<'_>) -> Vec<Found> {
    let mut found = Vec::new();
    for (id, schedule) in &subject.config.schedules.schedules {
        let Some((_, place)) = subject.config.schedule_names.get(id) else { continue };
        for (layer_index, layer) in schedule.layers.iter().enumerate() {
            let Turn::Rotation(rotation) = &layer.turn else { continue };
            if rotation.turns == Turns::Active {
                continue;
            }
            let pairs = rotation.line_ups.iter().zip(rotation.line_ups.iter().skip(1)).enumerate();
            for (index, (old, new)) in pairs {
                let Some(next) = broken(old, new) else { continue };
                let layers = Spot::root(&place.file).key("layers").index(layer_index);
                let spot = layers.key("rotation").key("line_ups").index(index + 1).key("members");
                let message =
                    format!("this line-up breaks the order of turns: `{}` would have been next", text(&next));
                found
                    .push(Found::new(spot, message).help(format!("`starts_with: {}` keeps it", text(&next))));
            }
        }
    }
    found
}

/// Who would have been next, if the new line-up goes on with somebody else. People who are new may come first.
fn broken(old: &LineUp, new: &LineUp) -> Option<Arc<[UserId]>> {
    let shifts = shifts_before(old, new.from)?;
    let n = old.members.len();
    let in_old = |from: usize| (0..n).filter_map(move |step| old.members.get((from + step) % n));
    let next = in_old(old.starts_with + shifts).find(|member| new.members.contains(member))?;
    let m = new.members.len();
    let turns = (0..m).filter_map(|step| new.members.get((new.starts_with + step) % m));
    let first = turns.into_iter().find(|member| old.members.contains(member))?;
    (first != next).then(|| next.clone())
}

/// How many shifts the line-up had begun before this day; `None` where that is not plain counting of days.
fn shifts_before(line_up: &LineUp, day: Date) -> Option<usize> {
    let length = match line_up.every {
        Every::Days(days) => i64::from(days),
        Every::Weeks(weeks) => i64::from(weeks) * 7,
        Every::Hours(_) | Every::Months(_) => return None,
    };
    let days = i64::from(line_up.from.until(day).ok()?.get_days());
    usize::try_from((days + length - 1) / length).ok()
}

fn text(member: &[UserId]) -> String {
    match member {
        [] => "nobody".to_owned(),
        [only] => only.to_string(),
        several => format!("[{}]", several.join(", ")),
    }
}
