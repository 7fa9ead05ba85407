//! What a push must not lose: the keys of an integration with a new id, the incident of somebody who has left; and a trouble
//! that began before the last start.

use super::check;
use crate::world::configs;
use jiff::{SignedDuration, Timestamp};
use oncall::incident::{Entry, Incidents, Input};
use oncall::reason::OwnTrouble;

const MOVED: &str = "
    === moved
    --- integrations/prometheus.yaml (deleted)
    --- integrations/eu/prometheus.yaml
    type: alertmanager
    secret: { env: PROMETHEUS_SECRET }
    formerly: [prometheus]
    routes: [{ service_from: labels.service }, { service: web }]
    === day
    ";

/// Repeats join the open incident and a resolve closes it, after a start, too.
#[test]
fn a_former_id_joins_repeats_and_resolves() {
    check(
        &format!(
            "{MOVED}
            show repeats
            02:00 alert disk critical
            02:00:30 ack tanaka
            02:01 config moved
            02:02 alert disk critical from=eu/prometheus
            02:03 crash
            02:03 start
            02:04 resolve disk from=eu/prometheus
            02:05 alert disk critical from=eu/prometheus
            02:06 end"
        ),
        r#"
        02:00 opened: "disk" from prometheus -> web, critical, high urgency
        02:00 step 1 of team: tanaka, on call on primary (layer always); next step at 02:05:00
        02:00 -> call tanaka, slack tanaka
        02:00:30 acknowledged by Tanaka in Slack
        02:01 config moved is in force
        02:01 prometheus is now eu/prometheus: its open alerts are known by that
        02:02 said again, nothing new
        02:03 server started (epoch 2)
        02:04 resolved by eu/prometheus: the monitor says so
        02:05 opened again: "disk" from eu/prometheus fires again, critical, high urgency
        02:05 step 1 of team: tanaka, on call on primary (layer always); next step at 02:10:00
        02:05 -> call tanaka, slack tanaka
        "#,
    );
}

/// The new id is taken back by a revert, which names no former one.
#[test]
fn a_new_id_and_its_revert_lose_no_key() {
    check(
        &format!(
            "{MOVED}
            02:00 alert disk critical
            02:00:30 ack tanaka
            02:01 config moved
            02:02 config base
            02:04 resolve disk
            02:06 end"
        ),
        r#"
        02:00 opened: "disk" from prometheus -> web, critical, high urgency
        02:00 step 1 of team: tanaka, on call on primary (layer always); next step at 02:05:00
        02:00 -> call tanaka, slack tanaka
        02:00:30 acknowledged by Tanaka in Slack
        02:01 config moved is in force
        02:01 prometheus is now eu/prometheus: its open alerts are known by that
        02:02 config base is in force
        02:02 eu/prometheus is now prometheus: its open alerts are known by that
        02:04 resolved by prometheus: the monitor says so
        "#,
    );
}

/// A message of before the push is the same message after it.
#[test]
fn a_message_that_was_taken_under_the_former_id_is_not_taken_again() {
    check(
        &format!(
            "{MOVED}
            02:00 alert disk critical id=m1
            02:00:30 close tanaka
            02:01 config moved
            02:02 alert disk critical id=m1 from=eu/prometheus
            02:03 end"
        ),
        r#"
        02:00 opened: "disk" from prometheus -> web, critical, high urgency
        02:00 step 1 of team: tanaka, on call on primary (layer always); next step at 02:05:00
        02:00 -> call tanaka, slack tanaka
        02:00:30 resolved by Tanaka in Slack
        02:01 config moved is in force
        02:01 prometheus is now eu/prometheus: its open alerts are known by that
        02:02 ignored: "disk" from eu/prometheus (message m1 was taken before)
        "#,
    );
}

const LEAVES: &str = "
    === gone
    --- users/tanaka.yaml (deleted)
    --- schedules/primary.yaml
    name: Primary
    layers: [{ name: always, members: [kimura] }]
    === left
    --- users/tanaka.yaml
    name: Tanaka
    slack: U0TANAKA
    phone: \"+81 90 0000 0001\"
    left: 2026-12-01
    --- schedules/primary.yaml
    name: Primary
    layers: [{ name: always, members: [kimura] }]
    === day
    ";

/// Nobody works on what somebody had who is gone: whoever is on call is told, as of the beginning.
#[test]
fn whoever_acknowledged_leaves() {
    for config in ["gone", "left"] {
        check(
            &format!(
                "{LEAVES}
                02:00 alert disk critical
                02:01 ack tanaka
                02:20 config {config}
                02:21 end"
            ),
            &format!(
                r#"
        02:00 opened: "disk" from prometheus -> web, critical, high urgency
        02:00 step 1 of team: tanaka, on call on primary (layer always); next step at 02:05:00
        02:00 -> call tanaka, slack tanaka
        02:01 acknowledged by Tanaka in Slack
        02:20 config {config} is in force
        02:20 triggered again: tanaka, who had acknowledged it, has left
        02:20 step 1 of team: kimura, on call on primary (layer always); next step at 02:25:00
        02:20 -> call kimura, slack kimura
        "#
            ),
        );
    }
}

/// The half hour until the fallback is told begins with the trouble, not with the last start.
#[test]
fn a_trouble_has_lasted_since_it_began_whatever_was_said_and_restarted_since() {
    let config = configs("").0["base"].clone();
    let began: Timestamp = "2026-12-08T02:00:00+09:00".parse().unwrap();
    let minutes = |n| began + SignedDuration::from_mins(n);
    let (refused, unreachable) = (OwnTrouble::ConfigRefused, OwnTrouble::ConfigUnreachable);
    let (mut incidents, mut journal): (Incidents, Vec<Entry>) = (Incidents::default(), Vec::new());
    let said = [
        (0, refused, Some(began)),
        (10, refused, Some(minutes(10))),
        (11, unreachable, Some(minutes(11))),
        (12, unreachable, None),
        (13, unreachable, None),
    ];
    for (at, trouble, since) in said {
        let turn = incidents.handle(&config, minutes(at), Input::Trouble { trouble, since });
        journal.extend(turn.entries);
    }
    assert_eq!(journal.len(), 3, "one line when it begins, one when it ends: {journal:?}");
    let mut started = Incidents::default();
    journal.iter().for_each(|entry| started.replay(entry));
    assert_eq!(started.state().troubles, [(refused, began)].into());
    started.handle(&config, minutes(20), Input::Trouble { trouble: refused, since: None });
    assert!(started.state().troubles.is_empty());
}
