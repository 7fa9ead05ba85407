//! People: whether each can be reached in the way the rules say.

use super::members::{people_of, without};
use super::policies::{calls_somebody, quiet_last_step, urgent_policies};
use super::ways::is_only_mailed;
use super::{Found, Subject};
use crate::compile::{Part, Spot};
use crate::config::{Need, Phone, User};
use crate::language::words::Words;
use std::collections::BTreeSet;

/// People who are called at high urgency, or get a text message, have a phone.
pub(super) fn no_phone(subject: &Subject<'_>) -> Vec<Found> {
    without(subject, Need::Phone)
}

pub(super) fn no_slack(subject: &Subject<'_>) -> Vec<Found> {
    without(subject, Need::SlackId)
}

/// Rules run on after escalation, but whoever is first called after the step's wait is called too late to matter.
pub(super) fn late_call(subject: &Subject<'_>) -> Vec<Found> {
    let mut found = Vec::new();
    let mut seen = BTreeSet::new();
    for step in subject.config.policies.values().flat_map(|policy| &policy.steps) {
        for user in people_of(subject.config, step).iter().filter_map(|id| subject.config.users.get(id)) {
            let first = User::first_ring(&user.high);
            let Some(rule) = first.filter(|rule| rule.after >= step.wait) else { continue };
            if seen.insert(rule.place.clone()) {
                let message = Words::new(
                    format!("`{}` is first called when the step that told them is already over", user.id),
                    format!("`{}` に最初の電話がかかるのは、連絡したステップが終わってからです", user.id),
                );
                found.push(
                    Found::new(Spot::line(&rule.place), message)
                        .label(Spot::line(&step.place), Words::new("this step", "このステップ")),
                );
            }
        }
    }
    found
}

/// Only where the policy calls somebody at all: otherwise that is what is wrong.
pub(super) fn never_called(subject: &Subject<'_>) -> Vec<Found> {
    let config = subject.config;
    let mut found = Vec::new();
    let mut seen = BTreeSet::new();
    let policies = urgent_policies(config).filter(|policy| calls_somebody(config, &policy.steps));
    let quiet = quiet_last_step(config).map(|(_, step)| &step.place);
    let steps = policies.flat_map(|policy| &policy.steps).filter(|step| quiet != Some(&step.place));
    for step in steps {
        for user in people_of(config, step).iter().filter_map(|id| config.users.get(id)) {
            let off = config.schedules.time_off.get(&user.id);
            let left = off.is_some_and(|off| off.iter().any(|off| off.until.is_none()));
            let called = User::first_ring(&user.high).is_some();
            // That they are only mailed is said by a finding of its own.
            if called || left || is_only_mailed(user) || !seen.insert(user.id.clone()) {
                continue;
            }
            let spot = Spot::root(&user.place.file).key("name").on(Part::Value);
            let message = Words::new(
                format!("`{}` is reached at high urgency, and never called", user.id),
                format!("`{}` は緊急度が高いときに連絡を受けますが、電話がかかることはありません", user.id),
            );
            let help = Words::new(
                "add `{ by: call }` to their `high` rules and a `phone`, or let them be a `shadow`",
                "`high` のルールに `{ by: call }` を、ファイルに `phone` を加えるか、`shadow` にしてください",
            );
            let one = Found::new(spot, message)
                .help(help)
                .label(Spot::line(&step.place), Words::new("by this step", "このステップから"));
            let one = one.unless_said(None, "notify").unless_said(Some(&user.place.file), "phone");
            found.push(one.needs(&step.place.file));
        }
    }
    found
}

/// A name is there for a rule that says `to`; the first is used by rules that say none where there is no `phone`.
pub(super) fn phone_unused(subject: &Subject<'_>) -> Vec<Found> {
    let mut found = Vec::new();
    for user in subject.config.users.values() {
        let rings = user.high.iter().chain(&user.low).filter(|rule| rule.by.method().need == Need::Phone);
        let source = subject.compiled.sources.files.get(&user.place.file);
        let own = source.and_then(|source| source.root.as_ref()?.get("phone")).is_some();
        for (index, (name, _)) in user.phones.iter().enumerate() {
            let by_name = |to: &Option<String>| to.as_ref() == Some(name);
            let stands_in = index == 0 && !own;
            if rings.clone().any(|rule| by_name(&rule.to) || stands_in && rule.to.is_none()) {
                continue;
            }
            let spot = Spot::root(&user.place.file).key("phones").index(index).key("name");
            let message = Words::new(
                format!("no rule rings the phone `{name}`"),
                format!("`{name}` の電話を鳴らすルールがありません"),
            );
            let help = Words::new(
                format!("add a rule for it, as in `{{ by: call, to: {name}, after: 2m }}`, or leave it out"),
                format!("`{{ by: call, to: {name}, after: 2m }}` のようなルールを加えるか、消してください"),
            );
            found.push(Found::new(spot, message).help(help).unless_said(None, "notify"));
        }
    }
    found
}

/// Only what they say themselves: what is inherited is for those whom it reaches.
pub(super) fn shifts_in_vain(subject: &Subject<'_>) -> Vec<Found> {
    let users = subject.config.users.values();
    let own = users.flat_map(|user| user.shifts.iter().map(move |rule| (user, rule)));
    own.filter(|(user, rule)| rule.place.file == user.place.file && !user.can_be_told_by(rule.by))
        .map(|(user, rule)| {
            let need = rule.by.method().need;
            let message = Words::new(
                format!(
                    "`{}` cannot be told of shifts like this: their file has no `{}`",
                    user.id,
                    need.key()
                ),
                format!(
                    "`{}` にはこの方法でシフトを知らせられません。ファイルに `{}` がありません",
                    user.id,
                    need.key()
                ),
            );
            let one = Found::new(Spot::line(&rule.place), message).help(need.example());
            one.unless_said(Some(&user.place.file), need.key())
        })
        .collect()
}

pub(super) fn same_phone(subject: &Subject<'_>) -> Vec<Found> {
    let mut seen: Vec<(&User, &Phone)> = Vec::new();
    let mut found = Vec::new();
    for user in subject.config.users.values() {
        let spot = |user: &User| {
            let key = if user.phones.is_empty() { "phone" } else { "phones" };
            Spot::root(&user.place.file).key(key)
        };
        for (_, phone) in user.phones_by_name() {
            match seen.iter().find(|(other, known)| known.is_same(phone) && other.id != user.id) {
                Some((first, _)) => {
                    let message = Words::new(
                        format!("`{}` has the same phone as `{}`", user.id, first.id),
                        format!("`{}` の電話は `{}` と同じです", user.id, first.id),
                    );
                    let one = Found::new(spot(user), message)
                        .label(spot(first), Words::new("the same here", "こちらも同じ番号です"));
                    found.push(one.help(Words::new(
                        "a step that tells the next person would ring the same phone again",
                        "次の人に連絡するステップで、同じ電話がもう一度鳴ることになります",
                    )));
                }
                None => seen.push((user, phone)),
            }
        }
    }
    found
}

pub(super) fn informed_in_vain(subject: &Subject<'_>) -> Vec<Found> {
    let mut found = Vec::new();
    for inform in subject.config.services.values().flat_map(|service| &service.inform) {
        let Some(user) = subject.config.users.get(&inform.user) else { continue };
        let key = inform.by.method().need.key();
        if !user.can_be_told_by(inform.by) {
            let message = Words::new(
                format!("`{}` cannot be told like this: their file has no `{key}`", user.id),
                format!("`{}` にはこの方法で連絡できません。ファイルに `{key}` がありません", user.id),
            );
            let spot = Spot::root(&user.place.file).on(Part::FirstLine);
            let one = Found::new(Spot::line(&inform.place), message).label(
                spot,
                Words::new(format!("`{key}` is missing here"), format!("ここに `{key}` がありません")),
            );
            found.push(one.unless_said(Some(&user.place.file), key));
        }
    }
    found
}

/// Calling codes of countries whose numbers lose their first 0 when they are called from abroad (ITU-T E.164). In
/// Italy, for one, it stays.
const WITHOUT_ZERO: [&str; 16] = [
    "+81", "+82", "+86", "+886", "+44", "+49", "+33", "+31", "+32", "+41", "+43", "+46", "+61", "+64", "+66",
    "+91",
];

pub(super) fn trunk_zero(subject: &Subject<'_>) -> Vec<Found> {
    let people = subject.config.users.values().flat_map(|user| {
        let root = Spot::root(&user.place.file);
        let own = user.phone.iter().filter(|phone| !user.phones.iter().any(|(_, it)| it.is_same(phone)));
        let own = own.map({
            let root = root.clone();
            move |phone| (root.key("phone"), phone)
        });
        let named = user.phones.iter().enumerate();
        let named = named.map(move |(index, (_, it))| (root.key("phones").index(index).key("number"), it));
        own.chain(named).filter_map(|(spot, phone)| match phone {
            Phone::Number(number) => Some((spot, number)),
            Phone::Secret(_) => None,
        })
    });
    let own = subject.config.organisation.twilio.iter().map(|twilio| {
        (Spot::root(&"oncall.yaml".into()).key("providers").key("twilio").key("from"), &twilio.from)
    });
    let keeps_zero = |number: &str| {
        WITHOUT_ZERO.iter().any(|code| number.strip_prefix(code).is_some_and(|rest| rest.starts_with('0')))
    };
    let message = Words::new(
        "this number keeps the 0 that is dialled only within the country",
        "国内でだけ付ける 0 が番号に残っています",
    );
    let help = Words::new(
        "leave the 0 after the country's code out: `090 1234 5678` is `+81 90 1234 5678`",
        "国番号の後の 0 を消してください。`090 1234 5678` は `+81 90 1234 5678` です",
    );
    let wrong = people.chain(own).filter(|(_, number)| keeps_zero(number));
    wrong.map(|(spot, _)| Found::new(spot, message.clone()).help(help.clone())).collect()
}
