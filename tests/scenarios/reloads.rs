//! A config change under open incidents: they follow the config now in force.

use super::check;

const HANDOVER: &str = "
    --- schedules/primary.yaml
    name: Primary
    layers:
      - name: daily
        rotation: { every: 1 day, handoff: 10:00, line_ups: [{ from: 2026-12-07, members: [tanaka, kimura] }] }
    --- escalation-policies/team.yaml
    steps: [{ notify: [{ schedule: primary }], wait: 30m }, { notify: [{ schedule: secondary }], wait: 10m }]
    === typo
    --- runbooks/web.md
    Now without the typo.
    === override
    --- overrides/today.yaml
    - { schedule: primary, from: 2026-12-08 09:00, until: 2026-12-08 18:00, with: suzuki }
    === day
    ";

/// 42: a handoff alone moves nobody, nor does a commit about something else after it.
#[test]
fn a_typo_pages_nobody() {
    check(
        &format!(
            "{HANDOVER}
            09:55 alert 5xx critical
            10:05 config typo
            10:26 end"
        ),
        r#"
        09:55 opened: "5xx" from prometheus -> web, critical, high urgency
        09:55 step 1 of team: tanaka, on call on primary (layer daily); next step at 10:25:00
        09:55 -> call tanaka, slack tanaka
        10:05 config typo is in force
        10:25 step 2 of team: suzuki, on call on secondary (layer always); next step at 10:35:00
        10:25 -> call suzuki, slack suzuki
        "#,
    );
}

/// Somebody takes over by an override: they are told, and the wait still counts from the step's beginning.
#[test]
fn somebody_is_added_and_somebody_dropped() {
    check(
        &format!(
            "{HANDOVER}
            09:30 alert 5xx critical
            09:40 config override
            10:00 end"
        ),
        r#"
        09:30 opened: "5xx" from prometheus -> web, critical, high urgency
        09:30 step 1 of team: tanaka, on call on primary (layer daily); next step at 10:00:00
        09:30 -> call tanaka, slack tanaka
        09:40 config override is in force
        09:40 leaves the step as soon as somebody new is reached: tanaka
        09:40 now in the step, told: suzuki, on call on primary (override overrides/today.yaml:1)
        09:40 -> call suzuki, slack suzuki
        09:40 no longer in the step: tanaka
        10:00 step 2 of team: suzuki, on call on secondary (layer always); next step at 10:10:00
        10:00 -> call suzuki, slack suzuki
        "#,
    );
    // People no longer in it hear no more.
    check(
        "--- users/tanaka.yaml
         name: Tanaka
         slack: U0TANAKA
         phone: \"+81 90 0000 0001\"
         notify: { high: [{ by: slack }, { by: call, after: 3m }] }
         === without
         --- escalation-policies/team.yaml
         steps: [{ notify: [{ user: kimura }], wait: 5m }]
         === day
         02:00 alert 5xx critical
         02:01 config without
         02:04 end",
        r#"
        02:00 opened: "5xx" from prometheus -> web, critical, high urgency
        02:00 step 1 of team: tanaka, on call on primary (layer always); next step at 02:05:00
        02:00 -> slack tanaka
        02:01 config without is in force
        02:01 leaves the step as soon as somebody new is reached: tanaka
        02:01 now in the step, told: kimura, named in the step
        02:01 -> call kimura, slack kimura
        02:01 no longer in the step: tanaka
        "#,
    );
}

/// 22.
#[test]
fn steps_come_and_go() {
    check(
        "=== fewer
         --- escalation-policies/team.yaml
         steps: [{ notify: [{ schedule: primary }], wait: 7m }]
         === day
         02:00 alert 5xx critical
         02:06 config fewer
         02:13 end",
        r#"
        02:00 opened: "5xx" from prometheus -> web, critical, high urgency
        02:00 step 1 of team: tanaka, on call on primary (layer always); next step at 02:05:00
        02:00 -> call tanaka, slack tanaka
        02:05 step 2 of team: suzuki, on call on secondary (layer always); next step at 02:15:00
        02:05 -> call suzuki, slack suzuki
        02:06 config fewer is in force
        02:06 now at step 1 of team, next step at 02:12:00
        02:06 leaves the step as soon as somebody new is reached: suzuki
        02:06 now in the step, told: tanaka, on call on primary (layer always)
        02:06 -> call tanaka, slack tanaka
        02:06 no longer in the step: suzuki
        02:12 fallback step 1 of last-resort: sato, named in the step; next step at 02:22:00
        02:12 -> call sato, slack sato
        "#,
    );
    // Another policy: the new one, from the same step number.
    check(
        "=== other
         --- escalation-policies/other.yaml
         steps:
           - { notify: [{ user: boss }], wait: 5m }
           - { notify: [{ user: suzuki }, { user: kimura }], wait: 8m }
         --- services/web.yaml
         name: Web
         escalation_policy: other
         === day
         02:00 alert 5xx critical
         02:06 config other
         02:13 end",
        r#"
        02:00 opened: "5xx" from prometheus -> web, critical, high urgency
        02:00 step 1 of team: tanaka, on call on primary (layer always); next step at 02:05:00
        02:00 -> call tanaka, slack tanaka
        02:05 step 2 of team: suzuki, on call on secondary (layer always); next step at 02:15:00
        02:05 -> call suzuki, slack suzuki
        02:06 config other is in force
        02:06 now at step 2 of other, next step at 02:13:00
        02:06 now in the step, told: kimura, named in the step
        02:06 -> call kimura, slack kimura
        02:13 fallback step 1 of last-resort: sato, named in the step; next step at 02:23:00
        02:13 -> call sato, slack sato
        "#,
    );
}

#[test]
fn the_service_is_gone() {
    check(
        "=== gone
         --- services/web.yaml (deleted)
         --- services/shop.yaml
         name: Shop
         escalation_policy: team
         --- integrations/prometheus.yaml
         type: alertmanager
         secret: { env: PROMETHEUS_SECRET }
         routes: [{ service: shop }]
         --- integrations/grafana.yaml (deleted)
         === day
         02:00 alert 5xx critical
         02:01 config gone
         02:02 ack tanaka
         02:03 end",
        r#"
        02:00 opened: "5xx" from prometheus -> web, critical, high urgency
        02:00 step 1 of team: tanaka, on call on primary (layer always); next step at 02:05:00
        02:00 -> call tanaka, slack tanaka
        02:01 config gone is in force
        02:01 fallback step 1 of last-resort: sato, named in the step; next step at 02:11:00
        02:01 -> call sato, slack sato
        02:02 acknowledged by Tanaka in Slack
        "#,
    );
}

/// What is acknowledged stays quiet, and a wait that became shorter than what has passed is over at once.
#[test]
fn waits_count_from_the_step() {
    check(
        "=== quick
         --- escalation-policies/team.yaml
         steps: [{ notify: [{ schedule: primary }], wait: 1m }, { notify: [{ schedule: secondary }], wait: 10m }]
         === day
         02:00 post alert a critical; alert b critical
         02:01 ack tanaka a
         02:03 config quick
         02:03 end",
        r#"
        02:00 a: opened: "a" from prometheus -> web, critical, high urgency
        02:00 a: step 1 of team: tanaka, on call on primary (layer always); next step at 02:05:00
        02:00 b: opened: "b" from prometheus -> web, critical, high urgency
        02:00 b: step 1 of team: tanaka, on call on primary (layer always); next step at 02:05:00
        02:00 -> call tanaka about a, b, slack tanaka about a, b
        02:01 a: acknowledged by Tanaka in Slack
        02:03 config quick is in force
        02:03 b: now at step 1 of team, next step at 02:01:00
        02:03 b: step 2 of team: suzuki, on call on secondary (layer always); next step at 02:13:00
        02:03 -> call suzuki about b, slack suzuki about b
        "#,
    );
}

/// Whoever got it by a reassignment keeps their time, whatever is merged meanwhile.
#[test]
fn a_reassignment_survives_a_typo() {
    check(
        "=== typo
         --- runbooks/web.md
         Now without the typo.
         === day
         02:00 alert 5xx critical
         02:04 reassign tanaka to kimura
         02:06 config typo
         02:09 end",
        r#"
        02:00 opened: "5xx" from prometheus -> web, critical, high urgency
        02:00 step 1 of team: tanaka, on call on primary (layer always); next step at 02:05:00
        02:00 -> call tanaka, slack tanaka
        02:04 reassigned to kimura by Tanaka in Slack, next step at 02:09:00
        02:04 -> call kimura, slack kimura
        02:06 config typo is in force
        02:09 step 2 of team: suzuki, on call on secondary (layer always); next step at 02:19:00
        02:09 -> call suzuki, slack suzuki
        "#,
    );
}
