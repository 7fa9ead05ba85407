//! What nothing refers to.

use super::members::reached;
use super::{Found, Subject};
use crate::compile::{Node, NodeKind, Part, Spot};
use crate::config::{Id, Notify, RouteTarget};
use crate::language::words::Words;
use crate::place::Place;
use crate::schedule::{OverrideAction, Schedule, Turn};
use std::collections::BTreeSet;

pub(super) fn policies(subject: &Subject<'_>) -> Vec<Found> {
    let config = subject.config;
    let mut used: BTreeSet<&Id> = config.services.values().flat_map(|service| service.policies()).collect();
    used.insert(&config.organisation.fallback);
    let unused = config.policies.values().filter(|policy| !used.contains(&policy.id));
    unused
        .map(|policy| {
            let message = Words::new(
                format!("no service uses the policy `{}`", policy.id),
                format!("ポリシー `{}` を使うサービスがありません", policy.id),
            );
            at(&policy.place, message, &policy.id, "escalation policy")
        })
        .collect()
}

pub(super) fn schedules(subject: &Subject<'_>) -> Vec<Found> {
    let config = subject.config;
    let steps = config.policies.values().flat_map(|policy| &policy.steps).flat_map(|step| &step.notify);
    let told = steps.filter_map(|notify| match notify {
        Notify::Schedule(id) => Some(id),
        Notify::User(_) => None,
    });
    let apart = config.schedules.schedules.values().flat_map(|schedule| &schedule.apart_from);
    let used: BTreeSet<&Id> = told.chain(apart).collect();
    let unused = config.schedule_names.iter().filter(|(id, _)| !used.contains(id));
    unused
        .map(|(id, (_, place))| {
            at(
                place,
                Words::new(
                    format!("no policy tells the schedule `{id}`"),
                    format!("スケジュール `{id}` を使うポリシーがありません"),
                ),
                id,
                "schedule",
            )
        })
        .collect()
}

pub(super) fn users(subject: &Subject<'_>) -> Vec<Found> {
    let config = subject.config;
    let mut used = reached(config);
    for schedule in config.schedules.schedules.values() {
        used.extend(everybody_ever(schedule));
    }
    used.extend(
        config.services.values().flat_map(|service| &service.inform).map(|inform| inform.user.clone()),
    );
    let time_off = config.schedules.time_off.iter();
    used.extend(time_off.clone().flat_map(|(_, off)| off.iter().filter_map(|off| off.cover.clone())));
    used.extend(
        time_off.filter(|(_, off)| off.iter().any(|off| off.until.is_none())).map(|(id, _)| id.clone()),
    );
    let unused = config.users.values().filter(|user| !used.contains(&user.id));
    unused
        .map(|user| {
            let message = Words::new(
                format!("no schedule and no policy names `{}`", user.id),
                format!("`{}` は、どのスケジュールにもポリシーにも書かれていません", user.id),
            );
            at(&user.place, message, &user.id, "user")
        })
        .collect()
}

pub(super) fn services(subject: &Subject<'_>) -> Vec<Found> {
    let routes = || subject.config.endpoints.values().flat_map(|endpoint| &endpoint.routes);
    if routes().any(|route| matches!(route.target, RouteTarget::ServiceFrom(_))) {
        return Vec::new();
    }
    let leads = |id: &Id| routes().any(|route| route.target == RouteTarget::Service(id.clone()));
    let unused = subject.config.services.values().filter(|service| !leads(&service.id));
    unused
        .map(|service| {
            let message = Words::new(
                format!("no route leads to the service `{}`", service.id),
                format!("サービス `{}` に届くルートがありません", service.id),
            );
            at(&service.place, message, &service.id, "service")
        })
        .collect()
}

pub(super) fn business_hours(subject: &Subject<'_>) -> Vec<Found> {
    const KEYS: [&str; 2] = ["during", "raise_when"];
    unused_files(
        subject,
        "business-hours/",
        &KEYS,
        (
            "no `during` and no `raise_when` names",
            "`during` にも `raise_when` にも書かれていない営業時間です:",
        ),
        "business hours",
    )
}

pub(super) fn holidays(subject: &Subject<'_>) -> Vec<Found> {
    unused_files(
        subject,
        "holidays/",
        &["holidays"],
        ("no `holidays` names", "どの `holidays` にも書かれていない休日です:"),
        "holidays",
    )
}

/// The files of a folder whose ids none of these keys names. What they say is compiled into whatever names them, so the
/// files themselves are looked at.
fn unused_files(
    subject: &Subject<'_>,
    folder: &str,
    keys: &[&str],
    (what, what_ja): (&str, &str),
    noun: &'static str,
) -> Vec<Found> {
    let files = &subject.compiled.sources.files;
    let mut named = BTreeSet::new();
    for root in files.values().filter_map(|source| source.root.as_ref()) {
        named_by(root, keys, &mut named);
    }
    let mut found = Vec::new();
    for file in files.keys() {
        let Some(id) = file.strip_prefix(folder).and_then(|rest| rest.strip_suffix(".yaml")) else {
            continue;
        };
        if !named.contains(id) {
            found.push(at(
                &Place { file: file.clone(), line: 1 },
                Words::new(format!("{what} `{id}`"), format!("{what_ja} `{id}`")),
                id,
                noun,
            ));
        }
    }
    found
}

/// The texts that these keys have anywhere below a node, alone or in a list.
fn named_by<'n>(node: &'n Node, keys: &[&str], named: &mut BTreeSet<&'n str>) {
    match &node.kind {
        NodeKind::Mapping(entries) => {
            for entry in entries {
                if keys.contains(&&*entry.key) {
                    named.extend(entry.value.text());
                    named.extend(entry.value.items().iter().filter_map(Node::text));
                }
                named_by(&entry.value, keys, named);
            }
        }
        NodeKind::Sequence(items) => items.iter().for_each(|item| named_by(item, keys, named)),
        NodeKind::Scalar { .. } => {}
    }
}

/// In any line-up, old ones too, and in any override.
pub(super) fn everybody_ever(schedule: &Schedule) -> Vec<Id> {
    let mut people = Vec::new();
    for layer in &schedule.layers {
        match &layer.turn {
            Turn::Always(set) => people.extend_from_slice(set),
            Turn::Rotation(rotation) => {
                let members = rotation.line_ups.iter().flat_map(|line_up| &line_up.members);
                people.extend(members.flat_map(|member| member.iter().cloned()));
            }
        }
    }
    for each in &schedule.overrides {
        match &each.action {
            OverrideAction::Set(set) | OverrideAction::Add(set) => people.extend_from_slice(set),
            OverrideAction::Replace { with, .. } => people.extend_from_slice(with),
        }
    }
    people
}

fn at(place: &Place, message: Words, id: &str, noun: &'static str) -> Found {
    let found = Found::new(Spot::root(&place.file).on(Part::FirstLine), message);
    found.unless_said(None, id).unless_lost(noun)
}
