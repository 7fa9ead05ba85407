//! Where somebody who leaves is named in a way that only a person can change.
//!
//! A line-up can continue without them automatically. But nobody can guess who should be named in their place in a
//! step, cover for somebody, or take over an override.

use super::Subject;
use crate::compile::{Node, Spot};
use crate::config::{Id, Notify};
use crate::language::edits;
use crate::place::Place;
use crate::schedule::{OverrideAction, Turn};
use jiff::Timestamp;
use jiff::civil::Date;

/// A place, and how it mentions them.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Mention {
    pub place: Place,
    pub what: String,
}

/// Every place that names them from `gone` on, sorted by place. `day` is the same instant on the calendar.
pub(super) fn mentions(subject: &Subject<'_>, user: &Id, day: Date, gone: Timestamp) -> Vec<Mention> {
    let mut found = steps(subject, user);
    found.extend(informed(subject, user));
    found.extend(fixed_layers(subject, user));
    found.extend(overrides(subject, user, gone));
    found.extend(covers(subject, user, day));
    found.extend(expectations(subject, user, gone));
    found.sort();
    found
}

fn steps(subject: &Subject<'_>, user: &Id) -> Vec<Mention> {
    let mut found = Vec::new();
    for policy in subject.config.policies.values() {
        let fallback = policy.id == subject.config.organisation.fallback;
        let steps = Spot::root(&policy.place.file).key("steps");
        let source = subject.compiled.sources.files.get(&policy.place.file);
        let written =
            source.and_then(|source| source.root.as_ref()?.get("steps")).map_or(&[][..], Node::items);
        for (number, step) in written.iter().enumerate() {
            let targets = step.get("notify").map_or(&[][..], Node::items);
            let one = |target: &Node| target.get("user").and_then(Node::text) == Some(&**user);
            let among = |target: &Node| {
                target.get("users").is_some_and(|all| all.items().iter().any(|it| it.text() == Some(&**user)))
            };
            for (index, _) in targets.iter().enumerate().filter(|(_, target)| one(target) || among(target)) {
                let spot = steps.index(number).key("notify").index(index);
                let what = subject.say(&edits::step_names(number + 1, &policy.id, fallback));
                found.push(Mention { place: subject.compiled.sources.place(&spot), what });
            }
        }
    }
    found
}

fn informed(subject: &Subject<'_>, user: &Id) -> Vec<Mention> {
    let services = subject.config.services.values();
    let all = services.flat_map(|service| service.inform.iter().map(move |inform| (service, inform)));
    let theirs = all.filter(|(_, inform)| inform.user == *user);
    let what = |id: &Id| subject.say(&edits::informed_by(id));
    theirs.map(|(service, it)| Mention { place: it.place.clone(), what: what(&service.id) }).collect()
}

fn fixed_layers(subject: &Subject<'_>, user: &Id) -> Vec<Mention> {
    let mut found = Vec::new();
    for (id, schedule) in &subject.config.schedules.schedules {
        let Some((_, place)) = subject.config.schedule_names.get(id) else { continue };
        for (index, layer) in schedule.layers.iter().enumerate() {
            if matches!(&layer.turn, Turn::Always(people) if people.contains(user)) {
                let spot = Spot::root(&place.file).key("layers").index(index).key("members");
                let what = subject.say(&edits::always_in(&layer.name, id));
                found.push(Mention { place: subject.compiled.sources.place(&spot), what });
            }
        }
    }
    found
}

fn overrides(subject: &Subject<'_>, user: &Id, gone: Timestamp) -> Vec<Mention> {
    let mut found = Vec::new();
    for (id, schedule) in &subject.config.schedules.schedules {
        for each in schedule.overrides.iter().filter(|each| each.until > gone) {
            let on_call = match &each.action {
                OverrideAction::Set(with) | OverrideAction::Add(with) if with.contains(user) => true,
                OverrideAction::Replace { with, .. } if with.contains(user) => true,
                OverrideAction::Replace { who, .. } if who == user => false,
                _ => continue,
            };
            let place = each.origin.place().cloned();
            let what = subject.say(&edits::override_names(id, on_call));
            found.extend(place.map(|place| Mention { place, what }));
        }
    }
    found
}

/// Time off of others that has not ended by then.
fn covers(subject: &Subject<'_>, user: &Id, day: Date) -> Vec<Mention> {
    let mut found = Vec::new();
    for other in subject.config.users.values() {
        let source = subject.compiled.sources.files.get(&other.place.file);
        let time_off = source.and_then(|source| source.root.as_ref()?.get("time_off"));
        for (index, off) in time_off.map_or(&[][..], Node::items).iter().enumerate() {
            let end = off.get("last_day").or_else(|| off.get("until")).and_then(Node::text);
            let end = end.and_then(|end| end.get(..10)?.parse::<Date>().ok());
            if off.get("cover").and_then(Node::text) == Some(&**user) && end.is_none_or(|end| end >= day) {
                let spot = Spot::root(&other.place.file).key("time_off").index(index);
                let what = subject.say(&edits::covers(&other.id));
                found.push(Mention { place: subject.compiled.sources.place(&spot), what });
            }
        }
    }
    found
}

fn expectations(subject: &Subject<'_>, user: &Id, gone: Timestamp) -> Vec<Mention> {
    let later = subject.compiled.expectations.iter().filter(|each| each.at >= gone);
    let expected = later.flat_map(|each| each.expect.iter().map(move |expected| (each, expected)));
    let theirs = expected.filter(|(_, expected)| expected.who == Notify::User(user.clone()));
    let what = |name: &str| subject.say(&edits::expected(name));
    theirs.map(|(each, it)| Mention { place: it.place.clone(), what: what(&each.name) }).collect()
}
