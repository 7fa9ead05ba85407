//! Steps and rules that do not do what they seem to: a repeat beside another rule, a turn or an answer of one person.

use super::{Found, Subject};
use crate::compile::Spot;
use crate::config::{Notify, User};

/// A rule that repeats goes on while another of the same method begins: two series of calls, one between the other.
pub(super) fn beside_a_repeat(subject: &Subject<'_>) -> Vec<Found> {
    let mut found: Vec<Found> = subject.config.users.values().filter_map(beside).collect();
    found.dedup_by(|a, b| a.spot == b.spot);
    found
}

fn beside(user: &User) -> Option<Found> {
    let repeats = user.high.iter().find(|rule| {
        let same = |other: &&crate::config::ContactRule| other.by == rule.by;
        rule.repeat.is_some() && user.high.iter().filter(same).count() > 1
    })?;
    let other = user.high.iter().find(|rule| rule.by == repeats.by && *rule != repeats)?;
    let name = repeats.by.method().noun.1;
    let message =
        format!("this repeats, and another rule has {name} beside it: they come in between each other");
    let help = "leave the other rule out, or `every` here";
    let found = Found::new(Spot::line(&repeats.place), message).help(help);
    Some(found.label(Spot::line(&other.place), "the other rule"))
}

/// `round_robin` and `acknowledge: each` are about several people; a schedule may have several.
pub(super) fn only_one(subject: &Subject<'_>) -> Vec<Found> {
    let steps = subject.config.policies.values().flat_map(|policy| &policy.steps);
    let alone = steps.filter(|step| matches!(step.notify.as_slice(), [Notify::User(_)]));
    alone
        .filter_map(|step| {
            let (key, message) = match (step.round_robin, step.each) {
                (true, _) => ("round_robin", "one person is named, who has every turn"),
                (_, true) => ("acknowledge: each", "one person is named: there is nobody else to ask"),
                (false, false) => return None,
            };
            let help =
                format!("name several, as in `notify: [{{ users: [sato, kimura] }}]`, or leave `{key}` out");
            Some(Found::new(Spot::line(&step.place), message).help(help))
        })
        .collect()
}
