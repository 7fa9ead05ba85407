//! Layers and their rotations: handoffs that always fall to the same people, a layer that adds to nothing, and line-ups
//! that a layer's end cuts off.

use super::turns::layers;
use super::{Found, Subject};
use crate::compile::{Spot, day_of_handoff};
use crate::language::words::Words;
use crate::schedule::{Every, Handoff, Layer, LineUp, Turn, Turns, UserId, first_instant};
use std::collections::{BTreeMap, BTreeSet};

/// The longest list of members that is written out as a way out.
const MEMBERS_SHOWN_MAX: usize = 12;

/// Where the numbers of members and of handoffs in a cycle share a factor, somebody may have every weekend.
pub(super) fn always_the_same_handoffs(subject: &Subject<'_>) -> Vec<Found> {
    let found = |layer: &Layer, spot: &Spot| {
        let Turn::Rotation(rotation) = &layer.turn else { return None };
        if rotation.turns == Turns::Active && layer.during.is_some() {
            return None;
        }
        let line_up = rotation.line_ups.last()?;
        let (members, handoffs) = (line_up.members.len(), line_up.rhythm.handoffs_in_cycle());
        let factor = greatest_common_divisor(members, handoffs);
        let (user, theirs) = missing_some(line_up, factor)?;
        let index = rotation.line_ups.len() - 1;
        let line_ups = spot.key("rotation").key("line_ups");
        let those = those(line_up, factor, &theirs);
        let message = Words::new(
            format!(
                "{members} members and {handoffs} handoffs in a cycle share the factor {factor}: `{user}` always has {}",
                those.en
            ),
            format!(
                "{members} 人と 1 周期 {handoffs} 回の交代が公約数 {factor} を持つので、`{user}` はいつも{}になります",
                those.ja
            ),
        );
        let one = Found::new(line_ups.index(index).key("members"), message).help(way_out(line_up, factor));
        Some(
            one.label(
                spot.key("rotation").key("handoff"),
                Words::new("these are the handoffs", "この交代です"),
            ),
        )
    };
    layers(subject).filter_map(|(layer, spot)| found(layer, &spot)).collect()
}

/// Somebody who never has some of the handoffs, and the classes of those they have.
fn missing_some(line_up: &LineUp, factor: usize) -> Option<(&UserId, BTreeSet<usize>)> {
    let mut classes: BTreeMap<&UserId, BTreeSet<usize>> = BTreeMap::new();
    let mut order: Vec<&UserId> = Vec::new();
    let count = line_up.members.len();
    for turn in 0..count {
        for user in
            line_up.members.get((turn + line_up.starts_with) % count).into_iter().flat_map(|set| set.iter())
        {
            classes.entry(user).or_default().insert(turn % factor.max(1));
            if !order.contains(&user) {
                order.push(user);
            }
        }
    }
    let user = order.into_iter().find(|user| classes.get(*user).is_some_and(|it| it.len() < factor))?;
    Some((user, classes.remove(user)?))
}

/// `the turn that begins on Mon at 10:00`
fn those(line_up: &LineUp, factor: usize, classes: &BTreeSet<usize>) -> Words {
    if matches!(line_up.rhythm.every, Every::Months(_)) {
        return Words::new("the same ones", "同じ当番");
    }
    let words = |handoff: &Handoff| {
        let clock = handoff.time.strftime("%H:%M");
        match day_of_handoff(*handoff) {
            Some(day) => (format!("{} at {clock}", day.en), format!("{} {clock}", day.ja)),
            None => (clock.to_string(), clock.to_string()),
        }
    };
    let theirs = line_up.rhythm.handoffs().iter().enumerate();
    let theirs = theirs.filter(|(place, _)| classes.contains(&(place % factor)));
    let (en, ja): (Vec<String>, Vec<String>) = theirs.map(|(_, it)| words(it)).unzip();
    Words::new(format!("the turns from {}", en.join(" and ")), format!("{}からの当番", ja.join("と")))
}

fn way_out(line_up: &LineUp, factor: usize) -> Words {
    let count = line_up.members.len();
    let all = (0..factor)
        .flat_map(|round| (0..count).map(move |turn| (turn + round + line_up.starts_with) % count));
    let all: Vec<String> =
        all.filter_map(|index| line_up.members.get(index)).map(|set| member(set)).collect();
    if all.len() > MEMBERS_SHOWN_MAX {
        return Words::new(
            "with one member more or fewer, each has every handoff in turn",
            "人数を 1 人増減すると、全員がすべての交代を順番に受け持ちます",
        );
    }
    Words::new(
        format!(
            "with one member more or fewer, or as `[{}]`, each has every handoff in turn",
            all.join(", ")
        ),
        format!(
            "人数を 1 人増減するか `[{}]` のようにすると、全員がすべての交代を順番に受け持ちます",
            all.join(", ")
        ),
    )
}

fn member(set: &[UserId]) -> String {
    match set {
        [] => "nobody".to_owned(),
        [only] => only.to_string(),
        several => format!("[{}]", several.join(", ")),
    }
}

/// The lowest layer has nothing to add to.
pub(super) fn adds_to_nothing(subject: &Subject<'_>) -> Vec<Found> {
    let mut found = Vec::new();
    for (id, schedule) in &subject.config.schedules.schedules {
        let Some((_, place)) = subject.config.schedule_names.get(id) else { continue };
        let lowest = schedule.layers.iter().position(|layer| !layer.shadow);
        let Some(index) = lowest.filter(|index| schedule.layers.get(*index).is_some_and(|it| it.adds)) else {
            continue;
        };
        let spot = Spot::root(&place.file).key("layers").index(index).key("adds");
        let message = Words::new(
            "no layer below this one has people that it could add to",
            "これより下のレイヤーに、加える相手がいません",
        );
        let help = Words::new(
            "put it after the layer that it adds to, or leave `adds` out",
            "加える先のレイヤーより後に置くか、`adds` を消してください",
        );
        found.push(Found::new(spot, message).help(help).needs(&place.file));
    }
    found
}

/// Line-ups that begin when their layer has ended.
pub(super) fn after_the_end(subject: &Subject<'_>) -> Vec<Found> {
    let mut found = Vec::new();
    for (layer, spot) in layers(subject) {
        let (Turn::Rotation(rotation), Some(until)) = (&layer.turn, layer.until) else { continue };
        for (index, line_up) in rotation.line_ups.iter().enumerate() {
            let begins = first_instant(&layer.time_zone, line_up.rhythm.anchor());
            if begins < until {
                continue;
            }
            let from = spot.key("rotation").key("line_ups").index(index).key("from");
            let message = Words::new(
                "this line-up never begins: its layer ends before",
                "この当番順は始まりません。レイヤーがその前に終わります",
            );
            let one = Found::new(from, message).help(Words::new(
                "move the layer's `until`, or leave one of the two out",
                "レイヤーの `until` を動かすか、どちらかを消してください",
            ));
            found.push(
                one.label(spot.key("until"), Words::new("the layer ends here", "レイヤーはここで終わります")),
            );
        }
    }
    found
}

fn greatest_common_divisor(a: usize, b: usize) -> usize {
    if b == 0 { a } else { greatest_common_divisor(b, a % b) }
}
