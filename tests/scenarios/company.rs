//! No company makes an alert quieter: what alone would be told is told beside others too.

use super::check;

/// Groups by cluster; criticals and everything else page, staging does not.
const GROUPS: &str = "
    --- services/web.yaml
    name: Web
    escalation_policy: team
    group: { by: [labels.cluster], within: 10m }
    urgency:
      - { when: { labels.env: staging }, urgency: none }
      - { urgency: high }
    === day";

/// A group is as urgent as the most urgent alert in it, each by its own words.
#[test]
fn a_group_takes_the_urgency_of_its_most_urgent_alert() {
    check(
        &format!(
            "{GROUPS}
            02:00 alert a warning cluster=x env=staging
            02:00:01 alert b critical cluster=x env=prod
            02:00:02 end"
        ),
        r#"
        02:00 opened: "a" from prometheus -> web, warning, no urgency
        02:00:01 joined by: "b" from prometheus
        02:00:01 raised to high urgency
        02:00:01 step 1 of team: tanaka, on call on primary (layer always); next step at 02:05:01
        02:00:01 -> call tanaka, slack tanaka
        "#,
    );
}

/// A silence on one alert does not swallow another that would join its group.
#[test]
fn a_silence_mutes_alerts_and_not_their_group() {
    check(
        "--- services/web.yaml
         name: Web
         escalation_policy: team
         group: { by: [labels.cluster], within: 10m }
         --- silences/staging.yaml
         - { when: { labels.env: staging }, from: 2026-12-08 00:00, until: 2026-12-08 06:00, reason: load test }
         - { when: { labels.team: \"!ops\" }, from: 2026-12-08 00:00, until: 2026-12-08 06:00, reason: negated }
         === day
         02:00 alert a critical cluster=x env=staging
         02:00:01 alert b critical cluster=x env=prod
         02:00:02 end",
        r#"
        02:00 a: opened: "a" from prometheus -> web, critical, high urgency, silenced until 06:00:00 (silences/staging.yaml:1: load test)
        02:00:01 b: opened: "b" from prometheus -> web, critical, high urgency
        02:00:01 b: step 1 of team: tanaka, on call on primary (layer always); next step at 02:05:01
        02:00:01 -> call tanaka about b, slack tanaka about b
        "#,
    );
}

/// An acknowledgement covers the alerts that were there; a new one that is as bad is told, at most once in ten minutes.
#[test]
fn who_took_it_is_told_of_newcomers() {
    check(
        &format!(
            "{GROUPS}
            02:00 alert a critical cluster=x
            02:01 ack tanaka
            02:02 alert b critical cluster=x
            02:03 ack tanaka
            02:04 alert c critical cluster=x
            02:05 alert d warning cluster=x
            02:12:30 end"
        ),
        r#"
        02:00 opened: "a" from prometheus -> web, critical, high urgency
        02:00 step 1 of team: tanaka, on call on primary (layer always); next step at 02:05:00
        02:00 -> call tanaka, slack tanaka
        02:01 acknowledged by Tanaka in Slack
        02:02 joined by: "b" from prometheus
        02:02 triggered again: 1 more since somebody took it
        02:02 step 1 of team: tanaka, on call on primary (layer always); next step at 02:07:00
        02:02 -> call tanaka, slack tanaka
        02:03 acknowledged by Tanaka in Slack
        02:04 joined by: "c" from prometheus
        02:04 more alerts have joined: they are told at 02:12:00
        02:05 joined by: "d" from prometheus
        02:12 triggered again: 2 more since somebody took it
        02:12 step 1 of team: tanaka, on call on primary (layer always); next step at 02:17:00
        02:12 -> call tanaka, slack tanaka
        "#,
    );
}

/// What is told once is told once more for who joins, at most once in ten minutes; who takes it takes all that is there.
#[test]
fn low_urgency_tells_of_newcomers_too() {
    let low = "
        --- services/web.yaml
        name: Web
        escalation_policy: team
        group: { by: [labels.cluster], within: 1h }
        urgency: [{ urgency: low }]
        === day";
    check(
        &format!(
            "{low}
            02:00 post alert a warning cluster=x; alert b warning cluster=x
            02:01 alert c warning cluster=x
            02:02 alert d warning cluster=x
            02:11 alert e warning cluster=x
            02:15 ack suzuki
            02:25 alert f warning cluster=x
            02:25:30 end"
        ),
        r#"
        02:00 opened: "a" from prometheus -> web, warning, low urgency
        02:00 told once, at low urgency: tanaka, on call on primary (layer always)
        02:00 joined by: "b" from prometheus
        02:00 -> slack tanaka
        02:01 joined by: "c" from prometheus
        02:01 more alerts have joined: they are told at 02:10:00
        02:02 joined by: "d" from prometheus
        02:10 told once, at low urgency: tanaka, on call on primary (layer always)
        02:10 -> slack tanaka
        02:11 joined by: "e" from prometheus
        02:11 more alerts have joined: they are told at 02:20:00
        02:15 acknowledged by Suzuki in Slack
        02:25 joined by: "f" from prometheus
        02:25 triggered again: 1 more since somebody took it
        02:25 told once, at low urgency: tanaka, on call on primary (layer always)
        02:25 -> slack tanaka
        "#,
    );
}

/// A rising severity follows the routes again: an incident of one alert moves whole, of several that alert leaves.
#[test]
fn a_rise_follows_the_routes() {
    let routes = "
         --- integrations/prometheus.yaml
         type: alertmanager
         secret: { env: PROMETHEUS_SECRET }
         routes:
           - { when: { severity: [critical, error] }, service: web }
           - { service: db }
         --- services/db.yaml
         name: Quiet
         escalation_policy: team
         group: { by: [labels.cluster], within: 10m }
         urgency: [{ urgency: low }]
         === day";
    check(
        &format!(
            "{routes}
            02:00 alert a warning
            02:01 ack suzuki
            02:02 alert a critical
            02:02:30 end"
        ),
        r#"
        02:00 opened: "a" from prometheus -> db, warning, low urgency
        02:00 told once, at low urgency: tanaka, on call on primary (layer always)
        02:00 -> slack tanaka
        02:01 acknowledged by Suzuki in Slack
        02:02 moved to web: "a" from prometheus, high urgency
        02:02 step 1 of team: tanaka, on call on primary (layer always); next step at 02:07:00
        02:02 -> call tanaka, slack tanaka
        "#,
    );
    check(
        &format!(
            "{routes}
            02:00 alert a warning cluster=x
            02:00:10 alert b warning cluster=x
            02:02 alert a critical cluster=x
            02:02:30 end"
        ),
        r#"
        02:00 a: opened: "a" from prometheus -> db, warning, low urgency
        02:00 a: told once, at low urgency: tanaka, on call on primary (layer always)
        02:00 -> slack tanaka about a
        02:00:10 a: joined by: "b" from prometheus
        02:00:10 a: more alerts have joined: they are told at 02:10:00
        02:02 a: alert a leaves and opens its own incident: its routes lead elsewhere, and it has become more urgent
        02:02 a: opened: "a" from prometheus -> web, critical, high urgency
        02:02 a: step 1 of team: tanaka, on call on primary (layer always); next step at 02:07:00
        02:02 -> call tanaka about a, slack tanaka about a
        "#,
    );
}

/// An alert that fires again after its group's time is a new problem.
#[test]
fn an_alert_that_fires_again_after_within_opens_its_own_incident() {
    check(
        &format!(
            "{GROUPS}
            02:00 alert a critical cluster=x
            02:01 alert b critical cluster=x
            02:02 ack tanaka
            02:03 resolve b
            02:30 alert b critical cluster=x
            02:30:30 end"
        ),
        r#"
        02:00 a: opened: "a" from prometheus -> web, critical, high urgency
        02:00 a: step 1 of team: tanaka, on call on primary (layer always); next step at 02:05:00
        02:00 -> call tanaka about a, slack tanaka about a
        02:01 a: joined by: "b" from prometheus
        02:02 a: acknowledged by Tanaka in Slack
        02:03 a: alert b is over: the monitor says so
        02:30 a: alert b leaves and opens its own incident: it fires again, longer after the opening than the service groups
        02:30 b: opened: "b" from prometheus -> web, critical, high urgency
        02:30 b: step 1 of team: tanaka, on call on primary (layer always); next step at 02:35:00
        02:30 -> call tanaka about b, slack tanaka about b
        "#,
    );
}

/// A key acknowledges what the call said; what joined while it rang is told anew.
#[test]
fn a_key_acknowledges_what_was_heard() {
    check(
        &format!(
            "{GROUPS}
            02:00 alert a warning cluster=x
            02:00:10 alert b critical cluster=x
            02:00:20 press tanaka 4
            02:01 end"
        ),
        r#"
        02:00 opened: "a" from prometheus -> web, warning, high urgency
        02:00 step 1 of team: tanaka, on call on primary (layer always); next step at 02:05:00
        02:00 -> call tanaka, slack tanaka
        02:00:10 joined by: "b" from prometheus
        02:00:20 acknowledged by Tanaka on the phone
        02:00:20 triggered again: 1 more since somebody took it
        02:00:20 step 1 of team: tanaka, on call on primary (layer always); next step at 02:05:20
        02:00:20 the call to tanaka waits: they are being called about 1-1, at most until 02:01:30 if nobody picks up
        02:00:20 -> slack tanaka
        02:00:25 -> call tanaka
        "#,
    );
}

/// One press is one escalation, and an old call skips nobody.
#[test]
fn an_old_call_skips_nobody() {
    check(
        "02:00 alert a critical
         02:05:10 press tanaka 5
         02:05:11 press tanaka 5
         02:06 press suzuki 5
         02:06:01 press suzuki 5
         02:06:30 end",
        r#"
        02:00 opened: "a" from prometheus -> web, critical, high urgency
        02:00 step 1 of team: tanaka, on call on primary (layer always); next step at 02:05:00
        02:00 -> call tanaka, slack tanaka
        02:05 step 2 of team: suzuki, on call on secondary (layer always); next step at 02:15:00
        02:05 -> call suzuki, slack suzuki
        02:05:10 reply: already done by Suzuki
        02:05:11 reply: already done by Suzuki
        02:06 Suzuki asks for the next step on the phone
        02:06 fallback step 1 of last-resort: sato, named in the step; next step at 02:16:00
        02:06 -> call sato, slack sato
        02:06:01 reply: already done by Sato
        "#,
    );
}

/// A commit and its revert tell who is on call as if anew.
#[test]
fn a_revert_tells_who_was_dropped() {
    check(
        "=== other
         --- schedules/primary.yaml
         name: Primary
         layers: [{ name: always, members: [suzuki] }]
         === day
         02:00 alert a critical
         02:01 config other
         02:02 config base
         02:02:30 end",
        r#"
        02:00 opened: "a" from prometheus -> web, critical, high urgency
        02:00 step 1 of team: tanaka, on call on primary (layer always); next step at 02:05:00
        02:00 -> call tanaka, slack tanaka
        02:01 config other is in force
        02:01 leaves the step as soon as somebody new is reached: tanaka
        02:01 now in the step, told: suzuki, on call on primary (layer always)
        02:01 -> call suzuki, slack suzuki
        02:01 no longer in the step: tanaka
        02:02 config base is in force
        02:02 leaves the step as soon as somebody new is reached: suzuki
        02:02 now in the step, told: tanaka, on call on primary (layer always)
        02:02 -> call tanaka, slack tanaka
        02:02 no longer in the step: suzuki
        "#,
    );
}

/// A sender's clock that was ahead mutes nothing.
#[test]
fn a_clock_that_was_ahead_decides_no_order() {
    check(
        "02:00 alert a critical at=23:00
         02:01 resolve a at=23:01
         02:10 alert a critical at=02:10
         02:10:10 end",
        r#"
        02:00 a: opened: "a" from prometheus -> web, critical, high urgency
        02:00 a: step 1 of team: tanaka, on call on primary (layer always); next step at 02:05:00
        02:00 -> call tanaka about a, slack tanaka about a
        02:01 a: resolved by prometheus: the monitor says so
        02:10 a: opened: "a" from prometheus -> web, critical, high urgency
        02:10 a: step 1 of team: tanaka, on call on primary (layer always); next step at 02:15:00
        02:10 -> call tanaka about a, slack tanaka about a
        "#,
    );
}

/// Whoever acknowledges has it for `auto_resolve_after`, however old the last event is.
#[test]
fn an_acknowledgement_is_not_over_in_the_same_breath() {
    check(
        "--- services/web.yaml
         name: Web
         escalation_policy: team
         auto_resolve_after: 1m
         === day
         02:00 alert a critical
         02:05:30 ack suzuki
         02:06:29 end
         02:06:31 end",
        r#"
        02:00 opened: "a" from prometheus -> web, critical, high urgency
        02:00 step 1 of team: tanaka, on call on primary (layer always); next step at 02:05:00
        02:00 -> call tanaka, slack tanaka
        02:05 step 2 of team: suzuki, on call on secondary (layer always); next step at 02:15:00
        02:05 -> call suzuki, slack suzuki
        02:05:30 acknowledged by Suzuki in Slack
        02:06:30 resolved by auto_resolve_after: acknowledged, and no event since
        "#,
    );
}

/// Low urgency that reaches nobody goes on: to the next step's people, at last to the fallback.
#[test]
fn low_urgency_that_reaches_nobody_goes_on() {
    check(
        "reject slack tanaka
         02:00 alert a warning
         02:01 end",
        r#"
        02:00 opened: "a" from prometheus -> web, warning, low urgency
        02:00 told once, at low urgency: tanaka, on call on primary (layer always)
        02:00 -> slack tanaka
        02:00 step 1 of team passed at once: every contact of everybody in it failed
        02:00 told once, at low urgency: suzuki, on call on secondary (layer always)
        02:00 -> slack suzuki
        "#,
    );
}

/// An alert that its source only stops repeating is not over before the next step was told.
#[test]
fn silence_of_the_source_waits_for_the_next_step() {
    check(
        "--- integrations/prometheus.yaml
         type: alertmanager
         secret: { env: PROMETHEUS_SECRET }
         stale_after: 2m
         routes: [{ service: web }]
         === day
         02:00 alert a critical
         02:06 end",
        r#"
        02:00 opened: "a" from prometheus -> web, critical, high urgency
        02:00 step 1 of team: tanaka, on call on primary (layer always); next step at 02:05:00
        02:00 -> call tanaka, slack tanaka
        02:05 step 2 of team: suzuki, on call on secondary (layer always); next step at 02:15:00
        02:05 -> call suzuki, slack suzuki
        02:06 resolved by prometheus: prometheus no longer says it: stale_after has passed
        "#,
    );
}

/// A sender's key named `heartbeat` is its own.
#[test]
fn a_senders_key_cannot_meet_our_own() {
    check(
        "--- integrations/prometheus.yaml
         type: alertmanager
         secret: { env: PROMETHEUS_SECRET }
         heartbeat: { every: 2m, when: { labels.alertname: Watchdog } }
         routes: [{ service: web }]
         === day
         00:01 alert heartbeat critical
         00:01:10 ack tanaka
         00:04 end",
        r#"
        00:01 heartbeat: opened: "heartbeat" from prometheus -> web, critical, high urgency
        00:01 heartbeat: step 1 of team: tanaka, on call on primary (layer always); next step at 00:06:00
        00:01 -> call tanaka about heartbeat, slack tanaka about heartbeat
        00:01:10 heartbeat: acknowledged by Tanaka in Slack
        00:01:10 -> hang up tanaka
        00:04 no heartbeat of prometheus in time
        00:04 heartbeat: opened: "prometheus: no heartbeat yet, 4 min after it was first expected" from prometheus -> web, critical, high urgency
        00:04 heartbeat: step 1 of team: tanaka, on call on primary (layer always); next step at 00:09:00
        00:04 -> call tanaka about heartbeat, slack tanaka about heartbeat
        "#,
    );
}

/// A key closes what was heard: where an alert has joined since, the words are said again in place of it.
#[test]
fn a_key_closes_only_what_was_heard() {
    check(
        &format!(
            "{GROUPS}
            02:00 alert a critical cluster=x
            02:00:10 alert b critical cluster=x
            02:00:20 press tanaka 6
            02:01 end"
        ),
        r#"
        02:00 opened: "a" from prometheus -> web, critical, high urgency
        02:00 step 1 of team: tanaka, on call on primary (layer always); next step at 02:05:00
        02:00 -> call tanaka, slack tanaka
        02:00:10 joined by: "b" from prometheus
        02:00:20 reply: the words again
        "#,
    );
}

/// An acknowledgement in the monitor is about its own alert: what has joined since somebody was told is told.
#[test]
fn the_monitor_acknowledges_its_own_alert() {
    check(
        &format!(
            "{GROUPS}
            02:00 alert a critical cluster=x
            02:01 alert b critical cluster=x
            02:01:10 monitor-ack a
            02:02 monitor-ack a
            02:02:30 end"
        ),
        r#"
        02:00 opened: "a" from prometheus -> web, critical, high urgency
        02:00 step 1 of team: tanaka, on call on primary (layer always); next step at 02:05:00
        02:00 -> call tanaka, slack tanaka
        02:01 joined by: "b" from prometheus
        02:01:10 acknowledged by prometheus in the monitor: "a"
        02:01:10 triggered again: 1 more since somebody took it
        02:01:10 step 1 of team: tanaka, on call on primary (layer always); next step at 02:06:10
        02:01:10 -> call tanaka, slack tanaka
        02:02 acknowledged by prometheus in the monitor: "a"
        "#,
    );
}

/// What rises while the phone rings is not taken by a key of that call.
#[test]
fn what_rises_during_a_call_is_told_anew() {
    check(
        &format!(
            "{GROUPS}
            02:00 post alert a error cluster=x; alert b warning cluster=x
            02:00:10 alert b critical cluster=x
            02:00:20 press tanaka 4
            02:01 end"
        ),
        r#"
        02:00 opened: "a" from prometheus -> web, error, high urgency
        02:00 step 1 of team: tanaka, on call on primary (layer always); next step at 02:05:00
        02:00 joined by: "b" from prometheus
        02:00 -> call tanaka, slack tanaka
        02:00:10 updated: "b" from prometheus
        02:00:20 acknowledged by Tanaka on the phone
        02:00:20 triggered again: 1 more since somebody took it
        02:00:20 step 1 of team: tanaka, on call on primary (layer always); next step at 02:05:20
        02:00:20 the call to tanaka waits: they are being called about 1-1, at most until 02:01:30 if nobody picks up
        02:00:20 -> slack tanaka
        02:00:25 -> call tanaka
        "#,
    );
}
