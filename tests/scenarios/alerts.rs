//! What events do: open, join, change, close; out of order, twice, from several monitors.

use super::check;

#[test]
fn the_same_key_again() {
    check(
        "02:00 alert slow warning
         02:00:20 alert slow warning summary=slower
         02:05 alert slow warning summary=slower
         02:06 resolve slow
         02:07 resolve slow
         02:08 resolve unheard-of
         02:09 end",
        r#"
        02:00 opened: "slow" from prometheus -> web, warning, low urgency
        02:00 told once, at low urgency: tanaka, on call on primary (layer always)
        02:00 -> slack tanaka
        02:00:20 updated: "slower" from prometheus
        02:06 resolved by prometheus: the monitor says so
        02:07 ignored: "slow" from prometheus (no open incident has this key)
        02:08 ignored: "unheard-of" from prometheus (no open incident has this key)
        "#,
    );
    check(
        "02:00 alert slow warning
         02:06 post resolve slow; alert slow warning
         02:06 end",
        r#"
        02:00 opened: "slow" from prometheus -> web, warning, low urgency
        02:00 told once, at low urgency: tanaka, on call on primary (layer always)
        02:00 -> slack tanaka
        02:06 resolved by prometheus: the monitor says so
        02:06 opened again: "slow" from prometheus fires again, warning, low urgency
        02:06 told once, at low urgency: tanaka, on call on primary (layer always)
        02:06 -> slack tanaka
        "#,
    );
}

/// 41, where the source has a way of its own to say what is new: an open alert is changed, none is opened or brought back.
#[test]
fn an_update_changes_what_is_open() {
    check(
        "02:00 alert slow warning team=web
         02:00:10 update slow summary=slower
         02:00:20 update slow summary=slower
         02:00:30 update slow - team=db
         02:01 update slow critical
         02:02 ack tanaka
         02:03 resolve slow
         02:04 update slow critical
         02:05 update unheard-of critical summary=worse
         02:05 end",
        r#"
        02:00 opened: "slow" from prometheus -> web, warning, low urgency
        02:00 told once, at low urgency: tanaka, on call on primary (layer always)
        02:00 -> slack tanaka
        02:00:10 updated: "slower" from prometheus
        02:00:30 updated: "slower" from prometheus
        02:01 updated: "slower" from prometheus
        02:01 raised to high urgency
        02:01 step 1 of team: tanaka, on call on primary (layer always); next step at 02:06:00
        02:01 -> call tanaka, slack tanaka
        02:02 acknowledged by Tanaka in Slack
        02:03 resolved by prometheus: the monitor says so
        02:04 ignored: "slow" from prometheus (no open incident has this key)
        02:05 ignored: "worse" from prometheus (no open incident has this key)
        "#,
    );
}

/// A test button wakes nobody, even where the integration's rules make everything critical.
#[test]
fn a_test_button_is_mild() {
    let config = "
    --- integrations/prometheus.yaml
    type: alertmanager
    secret: { env: PROMETHEUS_SECRET }
    severity: [{ severity: critical }]
    routes: [{ service: web }]
    === day
    ";
    check(
        &format!(
            "{config}
         02:00 alert disk info
         02:01 alert test info oncall_test=true
         02:01 end"
        ),
        r#"
        02:00 disk: opened: "disk" from prometheus -> web, critical, high urgency
        02:00 disk: step 1 of team: tanaka, on call on primary (layer always); next step at 02:05:00
        02:00 -> call tanaka about disk, slack tanaka about disk
        02:01 test: opened: "test" from prometheus -> web, info, no urgency
        "#,
    );
}

#[test]
fn a_repeat_is_recorded_once_a_minute() {
    check(
        "show repeats
         02:00 alert slow warning
         02:00:30 alert slow warning
         02:01 alert slow warning
         02:01:59 alert slow warning
         02:02 alert slow warning
         02:02 end",
        r#"
        02:00 opened: "slow" from prometheus -> web, warning, low urgency
        02:00 told once, at low urgency: tanaka, on call on primary (layer always)
        02:00 -> slack tanaka
        02:01 said again, nothing new
        02:02 said again, nothing new
        "#,
    );
}

/// 32 and 33.
#[test]
fn each_alert_of_a_post_and_each_monitor_is_its_own() {
    check(
        "02:00 post alert a warning; alert b warning; resolve c
         02:01 alert a warning from=grafana
         02:02 resolve a from=grafana
         02:03 post resolve a; alert b critical
         02:03 end",
        r#"
        02:00 a: opened: "a" from prometheus -> web, warning, low urgency
        02:00 a: told once, at low urgency: tanaka, on call on primary (layer always)
        02:00 b: opened: "b" from prometheus -> web, warning, low urgency
        02:00 b: told once, at low urgency: tanaka, on call on primary (layer always)
        02:00 ignored: "c" from prometheus (no open incident has this key)
        02:00 -> slack tanaka about a, b
        02:01 a: opened: "a" from grafana -> web, warning, low urgency
        02:01 a: told once, at low urgency: tanaka, on call on primary (layer always)
        02:01 -> slack tanaka about a
        02:02 a: resolved by grafana: the monitor says so
        02:03 a: resolved by prometheus: the monitor says so
        02:03 b: updated: "b" from prometheus
        02:03 b: raised to high urgency
        02:03 b: step 1 of team: tanaka, on call on primary (layer always); next step at 02:08:00
        02:03 -> call tanaka about b, slack tanaka about b
        "#,
    );
}

/// 34: the sender did not hear us and posts again, perhaps after the alert is over.
#[test]
fn the_same_message_twice_is_one() {
    check(
        "02:00 alert slow warning id=m1
         02:01 alert slow warning id=m1
         02:02 alert slow warning id=m2
         02:02:10 alert slow warning id=m3
         02:03 resolve slow id=m4
         02:04 alert slow warning id=m3
         02:04 end",
        r#"
        02:00 opened: "slow" from prometheus -> web, warning, low urgency
        02:00 told once, at low urgency: tanaka, on call on primary (layer always)
        02:00 -> slack tanaka
        02:01 ignored: "slow" from prometheus (message m1 was taken before)
        02:02 updated: "slow" from prometheus
        02:02:10 updated: "slow" from prometheus
        02:03 resolved by prometheus: the monitor says so
        02:04 ignored: "slow" from prometheus (message m3 was taken before)
        "#,
    );
}

/// 31: SNS does not keep order. `at` is the source's own clock.
#[test]
fn an_older_change_is_dropped() {
    check(
        "02:00 alert cpu warning at=01:00
         02:00:10 alert cpu warning at=01:20
         02:00:20 resolve cpu at=01:10
         02:01 resolve cpu at=01:30
         02:02 alert cpu warning at=01:25
         02:02 end",
        r#"
        02:00 opened: "cpu" from prometheus -> web, warning, low urgency
        02:00 told once, at low urgency: tanaka, on call on primary (layer always)
        02:00 -> slack tanaka
        02:00:10 updated: "cpu" from prometheus
        02:00:20 ignored: "cpu" from prometheus (of 2026-12-07T16:10:00Z, older than the last, of 2026-12-07T16:20:00Z)
        02:01 resolved by prometheus: the monitor says so
        02:02 ignored: "cpu" from prometheus (of 2026-12-07T16:25:00Z, older than the last, of 2026-12-07T16:30:00Z)
        "#,
    );
    // The resolve overtakes the trigger.
    check(
        "02:00 resolve cpu at=01:10
         02:01 alert cpu critical at=01:00
         02:01 end",
        r#"
        02:00 ignored: "cpu" from prometheus (no open incident has this key)
        02:01 ignored: "cpu" from prometheus (of 2026-12-07T16:00:00Z, older than the last, of 2026-12-07T16:10:00Z)
        "#,
    );
}

#[test]
fn an_unknown_severity_is_critical_and_an_unknown_door_goes_to_the_fallback() {
    check(
        "02:00 alert odd -
         02:00 end",
        r#"
        02:00 opened: "odd" from prometheus -> web, critical, high urgency
        02:00 step 1 of team: tanaka, on call on primary (layer always); next step at 02:05:00
        02:00 -> call tanaka, slack tanaka
        "#,
    );
    check(
        "show rules
         02:00 alert odd error from=gone
         02:00 end",
        r#"
        02:00 opened: "odd" from gone -> no service, error, high urgency [the integration gone is gone, no service: by severity]
        02:00 fallback step 1 of last-resort: sato, named in the step; next step at 02:10:00 [escalation-policies/last-resort.yaml:2]
        02:00 -> call sato, slack sato
        "#,
    );
}

#[test]
fn a_monitor_acknowledges() {
    check(
        "02:00 alert 5xx critical
         02:00:10 monitor-ack 5xx
         02:01 monitor-ack 5xx
         02:10 end",
        r#"
        02:00 opened: "5xx" from prometheus -> web, critical, high urgency
        02:00 step 1 of team: tanaka, on call on primary (layer always); next step at 02:05:00
        02:00 -> call tanaka, slack tanaka
        02:00:10 acknowledged by prometheus in the monitor: "5xx"
        02:00:10 -> hang up tanaka
        02:01 ignored: "5xx" from prometheus (it is acknowledged)
        "#,
    );
}

const GROUPED: &str = "
    --- services/web.yaml
    name: Web
    escalation_policy: team
    group: { by: [labels.cluster], within: 10m }
    === day
    ";

#[test]
fn alerts_that_agree_join() {
    check(
        &format!(
            "{GROUPED}
            02:00 alert n1 warning cluster=a
            02:01 alert n2 warning cluster=a
            02:02 alert n3 warning cluster=b
            02:03 alert n4 warning
            02:04 resolve n1
            02:05 resolve n1
            02:05:30 update n1 critical summary=worse
            02:06 resolve n2
            02:06 end"
        ),
        r#"
        02:00 n1: opened: "n1" from prometheus -> web, warning, low urgency
        02:00 n1: told once, at low urgency: tanaka, on call on primary (layer always)
        02:00 -> slack tanaka about n1
        02:01 n1: joined by: "n2" from prometheus
        02:01 n1: more alerts have joined: they are told at 02:10:00
        02:02 n3: opened: "n3" from prometheus -> web, warning, low urgency
        02:02 n3: told once, at low urgency: tanaka, on call on primary (layer always)
        02:02 -> slack tanaka about n3
        02:03 n4: opened: "n4" from prometheus -> web, warning, low urgency
        02:03 n4: told once, at low urgency: tanaka, on call on primary (layer always)
        02:03 -> slack tanaka about n4
        02:04 n1: alert n1 is over: the monitor says so
        02:05 n1: ignored: "n1" from prometheus (this alert was over before)
        02:05:30 n1: ignored: "worse" from prometheus (this alert was over before)
        02:06 n1: resolved by prometheus: the monitor says so
        "#,
    );
}

/// Counted from the opening; what comes later opens another, which the next one joins although the first still is open.
#[test]
fn a_group_is_closed_after_its_time() {
    check(
        &format!(
            "{GROUPED}
            02:00 alert n1 warning cluster=a
            02:11 alert n2 warning cluster=a
            02:12 alert n1 warning cluster=a summary=worse
            02:13 alert n3 critical cluster=a
            02:13 end"
        ),
        r#"
        02:00 n1: opened: "n1" from prometheus -> web, warning, low urgency
        02:00 n1: told once, at low urgency: tanaka, on call on primary (layer always)
        02:00 -> slack tanaka about n1
        02:11 n2: opened: "n2" from prometheus -> web, warning, low urgency
        02:11 n2: told once, at low urgency: tanaka, on call on primary (layer always)
        02:11 -> slack tanaka about n2
        02:12 n1: updated: "worse" from prometheus
        02:13 n2: joined by: "n3" from prometheus
        02:13 n2: raised to high urgency
        02:13 n2: step 1 of team: tanaka, on call on primary (layer always); next step at 02:18:00
        02:13 -> call tanaka about n2, slack tanaka about n2
        "#,
    );
}

/// Two monitors may use one key; after the group is over, each key opens a new incident.
#[test]
fn a_group_of_two_monitors() {
    check(
        &format!(
            "{GROUPED}
            02:00 alert n1 warning cluster=a
            02:01 alert n1 warning cluster=a from=grafana
            02:02 resolve n1
            02:03 resolve n1 from=grafana
            02:20 alert n1 warning cluster=a from=grafana
            02:20 end"
        ),
        r#"
        02:00 n1: opened: "n1" from prometheus -> web, warning, low urgency
        02:00 n1: told once, at low urgency: tanaka, on call on primary (layer always)
        02:00 -> slack tanaka about n1
        02:01 n1: joined by: "n1" from grafana
        02:01 n1: more alerts have joined: they are told at 02:10:00
        02:02 n1: alert n1 is over: the monitor says so
        02:03 n1: resolved by grafana: the monitor says so
        02:20 n1: opened: "n1" from grafana -> web, warning, low urgency
        02:20 n1: told once, at low urgency: tanaka, on call on primary (layer always)
        02:20 -> slack tanaka about n1
        "#,
    );
}

#[test]
fn a_ticket_and_a_channel_follow() {
    check(
        "--- services/web.yaml
         name: Web
         escalation_policy: team
         jira: { project: SHOP, when: { severity: [critical, error] } }
         === day
         show mirrors
         02:00 alert slow warning
         02:10 alert slow error
         02:11 ack tanaka
         02:12 resolve slow
         02:12 end",
        r#"
        02:00 opened: "slow" from prometheus -> web, warning, low urgency
        02:00 told once, at low urgency: tanaka, on call on primary (layer always)
        02:00 -> slack tanaka, channel
        02:10 updated: "slow" from prometheus
        02:10 raised to high urgency
        02:10 step 1 of team: tanaka, on call on primary (layer always); next step at 02:15:00
        02:10 -> call tanaka, slack tanaka, channel update: "slow" is now error. / The urgency is now high. / Telling: Tanaka (step 1 of 2; next at 02:15), ticket
        02:11 acknowledged by Tanaka in Slack
        02:11 -> channel update: Acknowledged by Tanaka., ticket update: Acknowledged by Tanaka.
        02:12 resolved by prometheus: the monitor says so
        02:12 -> channel update: Resolved by prometheus., ticket update: Resolved by prometheus.
        "#,
    );
}

/// Changes page nobody: they stand in the timelines of the service's open incidents, and of the next one.
#[test]
fn changes_stand_in_the_timelines_of_their_service() {
    check(
        "02:00 change c1 summary=build-511
         02:10 alert slow critical
         02:11 change c2 summary=build-512
         02:12 resolve slow
         02:13 end",
        r#"
        02:00 changed: "build-511" from prometheus -> web
        02:10 opened: "slow" from prometheus -> web, critical, high urgency
        02:10 changed: "build-511" from prometheus
        02:10 step 1 of team: tanaka, on call on primary (layer always); next step at 02:15:00
        02:10 -> call tanaka, slack tanaka
        02:11 changed: "build-512" from prometheus -> web
        02:11 changed: "build-512" from prometheus
        02:12 resolved by prometheus: the monitor says so
        "#,
    );
}

/// A note belongs to the alert with its key, changes nothing, and is nothing without it.
#[test]
fn a_note_stands_in_the_timeline_of_its_alert() {
    check(
        "02:00 alert slow warning
         02:01 note slow id=n1 summary=looking
         02:02 note slow id=n1 summary=looking
         02:03 note other summary=lost
         02:04 end",
        r#"
        02:00 opened: "slow" from prometheus -> web, warning, low urgency
        02:00 told once, at low urgency: tanaka, on call on primary (layer always)
        02:00 -> slack tanaka
        02:01 note: "looking" from prometheus
        02:02 ignored: "looking" from prometheus (message n1 was taken before)
        02:03 ignored: "lost" from prometheus (no open incident has this key)
        "#,
    );
}

/// Resolved by its source first, triggered later by an older message: it stays closed.
#[test]
fn an_overtaken_trigger_opens_nothing() {
    check(
        "02:00 resolve cpu at=01:59
         02:00:10 alert cpu critical at=01:50
         02:01 end",
        r#"
        02:00 ignored: "cpu" from prometheus (no open incident has this key)
        02:00:10 ignored: "cpu" from prometheus (of 2026-12-07T16:50:00Z, older than the last, of 2026-12-07T16:59:00Z)
        "#,
    );
}
