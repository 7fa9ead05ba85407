//! Alerts that are over because nothing says so any more.

use super::check;

const STALE: &str = "
    --- integrations/prometheus.yaml
    type: alertmanager
    secret: { env: PROMETHEUS_SECRET }
    stale_after: 10m
    routes: [{ service: web }]
    --- services/web.yaml
    name: Web
    escalation_policy: team
    group: { by: [labels.cluster], within: 10m }
    === day
    ";

#[test]
fn what_is_no_longer_said_is_over() {
    check(
        &format!(
            "{STALE}
            02:00 alert slow warning
            02:05 alert slow warning
            02:20 end"
        ),
        r#"
        02:00 opened: "slow" from prometheus -> web, warning, low urgency
        02:00 told once, at low urgency: tanaka, on call on primary (layer always)
        02:00 -> slack tanaka
        02:15 resolved by prometheus: prometheus no longer says it: stale_after has passed
        "#,
    );
    // Each alert of a group by itself, however close their repeats are.
    check(
        &format!(
            "{STALE}
            02:00 post alert n1 warning cluster=a; alert n2 warning cluster=a
            02:05 alert n1 warning cluster=a
            02:05:10 alert n2 warning cluster=a
            02:12 alert n2 warning cluster=a
            02:30 end"
        ),
        r#"
        02:00 opened: "n1" from prometheus -> web, warning, low urgency
        02:00 told once, at low urgency: tanaka, on call on primary (layer always)
        02:00 joined by: "n2" from prometheus
        02:00 -> slack tanaka
        02:15 alert n1 is over: prometheus no longer says it: stale_after has passed
        02:22 resolved by prometheus: prometheus no longer says it: stale_after has passed
        "#,
    );
}

/// While the server is down it can hear nothing: a start counts the silence anew, however often it comes.
#[test]
fn a_down_time_of_ours_is_no_silence() {
    check(
        &format!(
            "{STALE}
            02:00 alert slow warning
            02:05 crash
            02:40 start
            02:45 crash
            02:46 start
            03:20 end"
        ),
        r#"
        02:00 opened: "slow" from prometheus -> web, warning, low urgency
        02:00 told once, at low urgency: tanaka, on call on primary (layer always)
        02:00 -> slack tanaka
        02:40 server started (epoch 2)
        02:46 server started (epoch 3)
        02:56 resolved by prometheus: prometheus no longer says it: stale_after has passed
        "#,
    );
}

/// Repeats every 40 s keep something alive that goes stale after a minute.
#[test]
fn short_staleness() {
    check(
        "--- integrations/prometheus.yaml
         type: alertmanager
         secret: { env: PROMETHEUS_SECRET }
         stale_after: 1m
         routes: [{ service: web }]
         === day
         02:00 alert slow warning
         02:00:40 alert slow warning
         02:01:20 alert slow warning
         02:02 alert slow warning
         02:02:20 end
         02:05 end",
        r#"
        02:00 opened: "slow" from prometheus -> web, warning, low urgency
        02:00 told once, at low urgency: tanaka, on call on primary (layer always)
        02:00 -> slack tanaka
        02:03 resolved by prometheus: prometheus no longer says it: stale_after has passed
        "#,
    );
}

/// What is low or of no urgency is over when nothing was heard of it for so long, taken or not; what is high, or will be, never
/// is, and neither is what is put aside or held back.
#[test]
fn what_is_low_is_over_by_itself_though_nobody_has_it() {
    check(
        "
        --- services/web.yaml
        name: Web
        escalation_policy: team
        auto_resolve_after: 1h
        even_unacknowledged: true
        urgency:
          - { when: { severity: critical }, urgency: high }
          - { when: { severity: error }, urgency: low, raise_when: [{ days: daily, from: 10:00, until: 19:00 }] }
          - { when: { severity: info }, urgency: none }
          - { urgency: low }
        --- escalation-policies/team.yaml
        steps: [{ notify: [{ schedule: primary }], wait: 24h }]
        --- silences/some.yaml
        - { when: { labels.env: staging }, from: 2026-12-08 02:00, until: 2026-12-08 06:00, reason: load test }
        === day
        02:00 alert high critical
        02:01 alert low warning
        02:02 alert none info
        02:03 alert later error
        02:04 alert quiet warning env=staging
        02:05 alert aside warning
        02:06 snooze tanaka 3h aside
        02:30 alert low warning summary=still
        04:00 end",
        r#"
        02:00 high: opened: "high" from prometheus -> web, critical, high urgency
        02:00 high: step 1 of team: tanaka, on call on primary (layer always); next step at Wed 12-09 02:00
        02:00 -> call tanaka about high, slack tanaka about high
        02:01 low: opened: "low" from prometheus -> web, warning, low urgency
        02:01 low: told once, at low urgency: tanaka, on call on primary (layer always)
        02:01 -> slack tanaka about low
        02:02 none: opened: "none" from prometheus -> web, info, no urgency
        02:03 later: opened: "later" from prometheus -> web, error, low urgency, raised at 10:00:00 if still open
        02:03 later: told once, at low urgency: tanaka, on call on primary (layer always)
        02:03 -> slack tanaka about later
        02:04 quiet: opened: "quiet" from prometheus -> web, warning, low urgency, silenced until 06:00:00 (silences/some.yaml:1: load test)
        02:05 aside: opened: "aside" from prometheus -> web, warning, low urgency
        02:05 aside: told once, at low urgency: tanaka, on call on primary (layer always)
        02:05 -> slack tanaka about aside
        02:06 aside: snoozed by Tanaka in Slack, until 05:06:00
        02:30 low: updated: "still" from prometheus
        03:02 none: resolved by auto_resolve_after: no event for so long, and not of high urgency
        03:30 low: resolved by auto_resolve_after: no event for so long, and not of high urgency
        "#,
    );
}
