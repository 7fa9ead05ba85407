//! Steps and rules that do not do what they seem to: a repeat beside another rule, a turn or an answer of one person.

use super::{Found, Subject};
use crate::compile::Spot;
use crate::config::{Notify, User};
use crate::language::words::Words;

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
    let message = Words::new(
        format!("this repeats, and another rule has {name} beside it: they come in between each other"),
        format!("これは繰り返し、別のルールも並行して {name} を使うので、互いに割り込みます"),
    );
    let help = Words::new(
        "leave the other rule out, or `every` here",
        "もう一方のルールか、ここの `every` を消してください",
    );
    let found = Found::new(Spot::line(&repeats.place), message).help(help);
    Some(found.label(Spot::line(&other.place), Words::new("the other rule", "もう一方のルール")))
}

/// `round_robin` and `acknowledge: each` are about several people; a schedule may have several.
pub(super) fn only_one(subject: &Subject<'_>) -> Vec<Found> {
    let steps = subject.config.policies.values().flat_map(|policy| &policy.steps);
    let alone = steps.filter(|step| matches!(step.notify.as_slice(), [Notify::User(_)]));
    alone
        .filter_map(|step| {
            let (key, message) = match (step.round_robin, step.each) {
                (true, _) => {
                    let message =
                        Words::new("one person is named, who has every turn", "1 人しか書かれていないので、毎回その人になります");
                    ("round_robin", message)
                }
                (_, true) => {
                    let message = Words::new(
                        "one person is named: there is nobody else to ask",
                        "1 人しか書かれていないので、ほかに対応を求める人がいません",
                    );
                    ("acknowledge: each", message)
                }
                (false, false) => return None,
            };
            let help =
                Words::new(format!("name several, as in `notify: [{{ users: [sato, kimura] }}]`, or leave `{key}` out"), format!("`notify: [{{ users: [sato, kimura] }}]` のように複数の人を書くか、`{key}` を消してください"));
            Some(Found::new(Spot::line(&step.place), message).help(help))
        })
        .collect()
}
