//! Line-ups: whether a new one keeps the order of turns.

use super::{Found, Subject};
use crate::compile::Spot;
use crate::language::words::Words;
use crate::schedule::{Layer, LineUp, Turn, UserId};
use std::sync::Arc;

/// Rule 4: a new line-up should go on with whoever would have been next.
pub(super) fn order_of_turns(subject: &Subject<'_>) -> Vec<Found> {
    let mut found = Vec::new();
    for (id, schedule) in &subject.config.schedules.schedules {
        let Some((_, place)) = subject.config.schedule_names.get(id) else { continue };
        for (layer_index, layer) in schedule.layers.iter().enumerate() {
            let Turn::Rotation(rotation) = &layer.turn else { continue };
            let pairs = rotation.line_ups.iter().zip(rotation.line_ups.iter().skip(1)).enumerate();
            for (index, (old, new)) in pairs {
                let Some(next) = broken(layer, old, new) else { continue };
                let layers = Spot::root(&place.file).key("layers").index(layer_index);
                let spot = layers.key("rotation").key("line_ups").index(index + 1).key("members");
                let message = Words::new(
                    format!("this line-up breaks the order of turns: `{}` would have been next", text(&next)),
                    format!("この当番順で順番が変わります。次は `{}` のはずでした", text(&next)),
                );
                let before = layers.key("rotation").key("line_ups").index(index).key("members");
                let found_here =
                    Found::new(spot, message).label(before, Words::new("the line-up before", "前の当番順"));
                found.push(found_here.help(Words::new(
                    format!("`starts_with: {}` keeps it", text(&next)),
                    format!("`starts_with: {}` と書くと順番が保たれます", text(&next)),
                )));
            }
        }
    }
    found
}

/// Who would have been next, if the new line-up goes on with somebody else. People who are new may come first.
fn broken(layer: &Layer, old: &LineUp, new: &LineUp) -> Option<Arc<[UserId]>> {
    let next = layer.next_member(old, new.rhythm.anchor())?;
    let next = from(old, next).find(|member| new.members.contains(member))?;
    let first = from(new, new.starts_with).find(|member| old.members.contains(member))?;
    (first != next).then(|| next.clone())
}

/// The members once round, from this one on.
fn from(line_up: &LineUp, first: usize) -> impl Iterator<Item = &Arc<[UserId]>> {
    let count = line_up.members.len();
    (0..count).filter_map(move |step| line_up.members.get((first + step) % count))
}

fn text(member: &[UserId]) -> String {
    match member {
        [] => "nobody".to_owned(),
        [only] => only.to_string(),
        several => format!("[{}]", several.join(", ")),
    }
}
