//! Steps, waits, rounds, the fallback, urgency, and what a step is made of.

use super::check;

#[test]
fn nobody_reacts() {
    check(
        "02:00 alert 5xx critical
         06:00 end",
        r#"
        02:00 opened: "5xx" from prometheus -> web, critical, high urgency
        02:00 step 1 of team: tanaka, on call on primary (layer always); next step at 02:05:00
        02:00 -> call tanaka, slack tanaka
        02:05 step 2 of team: suzuki, on call on secondary (layer always); next step at 02:15:00
        02:05 -> call suzuki, slack suzuki
        02:15 fallback step 1 of last-resort: sato, named in the step; next step at 02:25:00
        02:15 -> call sato, slack sato
        02:25 fallback step 2 of last-resort: boss, named in the step; next step at 02:40:00
        02:25 -> call boss, slack boss
        02:40 fallback step 2 of last-resort, round 2: boss, named in the step; next step at 02:55:00
        02:40 -> call boss, slack boss
        02:55 fallback step 2 of last-resort, round 3: boss, named in the step; next step at 03:10:00
        02:55 -> call boss, slack boss
        03:10 fallback step 2 of last-resort, round 4: boss, named in the step; next step at 03:25:00
        03:10 -> call boss, slack boss
        03:25 fallback step 2 of last-resort, round 5: boss, named in the step; next step at 04:25:00
        03:25 -> call boss, slack boss
        04:25 fallback step 2 of last-resort, round 6: boss, named in the step; next step at 05:25:00
        04:25 -> call boss, slack boss
        05:25 fallback step 2 of last-resort, round 7: boss, named in the step; next step at 06:25:00
        05:25 -> call boss, slack boss
        "#,
    );
}

/// 23: nobody on call, or nobody at all.
#[test]
fn empty_steps_are_passed_at_once() {
    check(
        "--- schedules/primary.yaml
         name: Primary
         layers: [{ name: always, members: [tanaka], during: [{ days: mon-fri, from: 10:00, until: 19:00 }] }]
         === day
         02:00 alert 5xx critical
         02:00 end",
        r#"
        02:00 opened: "5xx" from prometheus -> web, critical, high urgency
        02:00 step 1 of team passed at once: nobody in it can be told
        02:00 step 2 of team: suzuki, on call on secondary (layer always); next step at 02:10:00
        02:00 -> call suzuki, slack suzuki
        "#,
    );
    check(
        "--- schedules/primary.yaml
         name: Primary
         layers: [{ name: always, members: [tanaka], during: [{ days: mon-fri, from: 10:00, until: 19:00 }] }]
         --- escalation-policies/team.yaml
         steps: [{ notify: [{ schedule: primary }], wait: 5m }, { notify: [{ schedule: primary }], wait: 5m }]
         repeat: 3
         === day
         02:00 alert 5xx critical
         02:00 end",
        r#"
        02:00 opened: "5xx" from prometheus -> web, critical, high urgency
        02:00 step 1 of team passed at once: nobody in it can be told
        02:00 step 2 of team passed at once: nobody in it can be told
        02:00 fallback step 1 of last-resort: sato, named in the step; next step at 02:10:00
        02:00 -> call sato, slack sato
        "#,
    );
}

#[test]
fn a_policy_runs_again_as_often_as_it_says() {
    check(
        "--- escalation-policies/team.yaml
         steps: [{ notify: [{ schedule: primary }], wait: 5m }]
         repeat: 2
         === day
         02:00 alert 5xx critical
         02:20 end",
        r#"
        02:00 opened: "5xx" from prometheus -> web, critical, high urgency
        02:00 step 1 of team: tanaka, on call on primary (layer always); next step at 02:05:00
        02:00 -> call tanaka, slack tanaka
        02:05 step 1 of team, round 2: tanaka, on call on primary (layer always); next step at 02:10:00
        02:05 -> call tanaka, slack tanaka
        02:10 step 1 of team, round 3: tanaka, on call on primary (layer always); next step at 02:15:00
        02:10 -> call tanaka, slack tanaka
        02:15 fallback step 1 of last-resort: sato, named in the step; next step at 02:25:00
        02:15 -> call sato, slack sato
        "#,
    );
}

/// Low tells the first step once, whatever becomes of it; `none` is for the timeline only.
#[test]
fn low_and_none() {
    check(
        "02:00 alert slow warning
         06:00 end",
        r#"
        02:00 opened: "slow" from prometheus -> web, warning, low urgency
        02:00 told once, at low urgency: tanaka, on call on primary (layer always)
        02:00 -> slack tanaka
        "#,
    );
    check(
        "show mirrors
         02:00 alert note info
         06:00 end",
        r#"
        02:00 opened: "note" from prometheus -> web, info, no urgency
        02:00 -> channel
        "#,
    );
}

const OFFICE: &str = "
    --- services/web.yaml
    name: Web
    escalation_policy: team
    urgency:
      - { when: { severity: critical }, urgency: high }
      - { when: { severity: error }, during: office, urgency: high }
      - { when: { severity: error }, urgency: low, raise_when: office }
      - { urgency: low, raise_when: office }
    === day
    ";

#[test]
fn held_at_night_and_raised_in_the_morning() {
    check(
        &format!(
            "{OFFICE}
            02:00 alert errors error
            10:01 end"
        ),
        r#"
        02:00 opened: "errors" from prometheus -> web, error, low urgency, raised at 10:00:00 if still open
        02:00 told once, at low urgency: tanaka, on call on primary (layer always)
        02:00 -> slack tanaka
        10:00 raised to high urgency
        10:00 step 1 of team: tanaka, on call on primary (layer always); next step at 10:05:00
        10:00 -> call tanaka, slack tanaka
        "#,
    );
    check(
        &format!(
            "{OFFICE}
            14:00 alert errors error
            14:00 end"
        ),
        r#"
        14:00 opened: "errors" from prometheus -> web, error, high urgency
        14:00 step 1 of team: tanaka, on call on primary (layer always); next step at 14:05:00
        14:00 -> call tanaka, slack tanaka
        "#,
    );
}

/// Held as low, it is raised when the hours begin, once, and not after somebody has it; within the hours it is raised at
/// once.
#[test]
fn raised_when_the_hours_begin_or_run() {
    check(
        &format!(
            "{OFFICE}
            14:00 alert slow warning
            14:01 ack tanaka
            09:00 end
            10:30 end"
        ),
        r#"
        14:00 opened: "slow" from prometheus -> web, warning, high urgency
        14:00 step 1 of team: tanaka, on call on primary (layer always); next step at 14:05:00
        14:00 -> call tanaka, slack tanaka
        14:01 acknowledged by Tanaka in Slack
        "#,
    );
    check(
        &format!(
            "{OFFICE}
            02:00 alert slow warning
            02:10 ack tanaka
            11:00 end"
        ),
        r#"
        02:00 opened: "slow" from prometheus -> web, warning, low urgency, raised at 10:00:00 if still open
        02:00 told once, at low urgency: tanaka, on call on primary (layer always)
        02:00 -> slack tanaka
        02:10 acknowledged by Tanaka in Slack
        "#,
    );
}

/// 41, and an acknowledgement that was given to something less urgent.
#[test]
fn a_rise_of_severity_pages() {
    check(
        &format!(
            "{OFFICE}
            02:00 alert db warning
            02:10 alert db critical
            02:10 end"
        ),
        r#"
        02:00 opened: "db" from prometheus -> web, warning, low urgency, raised at 10:00:00 if still open
        02:00 told once, at low urgency: tanaka, on call on primary (layer always)
        02:00 -> slack tanaka
        02:10 updated: "db" from prometheus
        02:10 raised to high urgency
        02:10 step 1 of team: tanaka, on call on primary (layer always); next step at 02:15:00
        02:10 -> call tanaka, slack tanaka
        "#,
    );
    check(
        "02:00 alert db warning
         02:05 ack tanaka
         02:10 alert db critical
         02:11 alert db warning
         02:11 end",
        r#"
        02:00 opened: "db" from prometheus -> web, warning, low urgency
        02:00 told once, at low urgency: tanaka, on call on primary (layer always)
        02:00 -> slack tanaka
        02:05 acknowledged by Tanaka in Slack
        02:10 updated: "db" from prometheus
        02:10 raised to high urgency
        02:10 triggered again: it has become more urgent
        02:10 step 1 of team: tanaka, on call on primary (layer always); next step at 02:15:00
        02:10 -> call tanaka, slack tanaka
        "#,
    );
    // More severe, and no more urgent: no page.
    check(
        "02:00 alert db error
         02:01 ack tanaka
         02:10 alert db critical
         02:20 end",
        r#"
        02:00 opened: "db" from prometheus -> web, error, high urgency
        02:00 step 1 of team: tanaka, on call on primary (layer always); next step at 02:05:00
        02:00 -> call tanaka, slack tanaka
        02:01 acknowledged by Tanaka in Slack
        02:10 updated: "db" from prometheus
        "#,
    );
}

/// What was for the timeline only becomes an error at night: it is held for the morning.
#[test]
fn a_rise_may_also_be_held() {
    check(
        "--- services/web.yaml
         name: Web
         escalation_policy: team
         urgency:
           - { when: { severity: info }, urgency: none }
           - { urgency: low, raise_when: office }
         === day
         02:00 alert db info
         02:10 alert db error
         10:00 end",
        r#"
        02:00 opened: "db" from prometheus -> web, info, no urgency
        02:10 updated: "db" from prometheus
        02:10 now low urgency, raised at 10:00:00 if still open
        02:10 told once, at low urgency: tanaka, on call on primary (layer always)
        02:10 -> slack tanaka
        10:00 raised to high urgency
        10:00 step 1 of team: tanaka, on call on primary (layer always); next step at 10:05:00
        10:00 -> call tanaka, slack tanaka
        "#,
    );
}

/// A person's rules run on after escalation, until somebody acknowledges (24).
#[test]
fn personal_rules() {
    check(
        "--- users/tanaka.yaml
         name: Tanaka
         slack: U0TANAKA
         phone: \"+81 90 0000 0001\"
         notify: { high: [{ by: slack }, { by: call, after: 3m }, { by: call, after: 8m }, { by: call, after: 20m }] }
         === day
         02:00 alert 5xx critical
         02:30 end",
        r#"
        02:00 opened: "5xx" from prometheus -> web, critical, high urgency
        02:00 step 1 of team: tanaka, on call on primary (layer always); next step at 02:05:00
        02:00 -> slack tanaka
        02:03 -> call tanaka
        02:05 step 2 of team: suzuki, on call on secondary (layer always); next step at 02:15:00
        02:05 -> call suzuki, slack suzuki
        02:08 -> call tanaka
        02:15 fallback step 1 of last-resort: sato, named in the step; next step at 02:25:00
        02:15 -> call sato, slack sato
        02:20 -> call tanaka
        02:25 fallback step 2 of last-resort: boss, named in the step; next step at 02:40:00
        02:25 -> call boss, slack boss
        "#,
    );
    check(
        "--- users/tanaka.yaml
         name: Tanaka
         slack: U0TANAKA
         phone: \"+81 90 0000 0001\"
         notify: { high: [{ by: slack }, { by: call, after: 3m }, { by: call, after: 8m }] }
         === day
         02:00 alert 5xx critical
         02:05:10 press suzuki 4
         02:30 end",
        r#"
        02:00 opened: "5xx" from prometheus -> web, critical, high urgency
        02:00 step 1 of team: tanaka, on call on primary (layer always); next step at 02:05:00
        02:00 -> slack tanaka
        02:03 -> call tanaka
        02:05 step 2 of team: suzuki, on call on secondary (layer always); next step at 02:15:00
        02:05 -> call suzuki, slack suzuki
        02:05:10 acknowledged by Suzuki on the phone
        "#,
    );
}

#[test]
fn time_off_of_a_direct_user() {
    check(
        "--- users/suzuki.yaml
         name: Suzuki
         slack: U0SUZUKI
         phone: \"+81 90 0000 0002\"
         time_off: [{ from: 2026-12-08, last_day: 2026-12-08 }]
         --- users/sato.yaml
         name: Sato
         slack: U0SATO
         phone: \"+81 90 0000 0003\"
         time_off: [{ from: 2026-12-08, last_day: 2026-12-08 }]
         --- escalation-policies/team.yaml
         steps: [{ notify: [{ user: suzuki }], wait: 5m }, { notify: [{ user: sato }, { user: kimura }], wait: 5m }]
         === day
         02:00 alert 5xx critical
         02:06 end",
        r#"
        02:00 opened: "5xx" from prometheus -> web, critical, high urgency
        02:00 step 1 of team passed at once: nobody in it can be told
        02:00 step 2 of team: kimura, named in the step; next step at 02:05:00
        02:00 -> call kimura, slack kimura
        02:05 fallback step 1 of last-resort: sato, named in the step; next step at 02:15:00
        02:05 -> call sato, slack sato
        "#,
    );
}

#[test]
fn shadows_watch() {
    check(
        "--- schedules/primary.yaml
         name: Primary
         layers: [{ name: always, members: [tanaka] }, { name: trainee, shadow: true, members: [kimura] }]
         === day
         02:00 alert 5xx critical
         02:01 ack tanaka
         02:10 end",
        r#"
        02:00 opened: "5xx" from prometheus -> web, critical, high urgency
        02:00 step 1 of team: tanaka, on call on primary (layer always); shadows: kimura, on call on primary (layer always); next step at 02:05:00
        02:00 -> call tanaka, slack kimura, slack tanaka
        02:01 acknowledged by Tanaka in Slack
        "#,
    );
}

#[test]
fn inform_is_told_acknowledged_or_not() {
    check(
        "--- services/web.yaml
         name: Web
         escalation_policy: team
         inform: [{ after: 30m, user: boss, by: slack }, { after: 1h, user: boss, by: call }]
         === day
         02:00 alert 5xx critical
         02:01 ack tanaka
         04:00 end",
        r#"
        02:00 opened: "5xx" from prometheus -> web, critical, high urgency
        02:00 to be informed: boss, inform (services/web.yaml:3)
        02:00 step 1 of team: tanaka, on call on primary (layer always); next step at 02:05:00
        02:00 -> call tanaka, slack tanaka
        02:01 acknowledged by Tanaka in Slack
        02:30 -> slack boss
        03:00 -> call boss
        "#,
    );
}

#[test]
fn an_acknowledgement_runs_out() {
    check(
        "--- services/web.yaml
         name: Web
         escalation_policy: team
         acknowledgement_timeout: 30m
         === day
         02:00 alert 5xx critical
         02:06 ack suzuki
         02:37 ack tanaka
         02:50 resolve 5xx
         04:00 end",
        r#"
        02:00 opened: "5xx" from prometheus -> web, critical, high urgency
        02:00 step 1 of team: tanaka, on call on primary (layer always); next step at 02:05:00
        02:00 -> call tanaka, slack tanaka
        02:05 step 2 of team: suzuki, on call on secondary (layer always); next step at 02:15:00
        02:05 -> call suzuki, slack suzuki
        02:06 acknowledged by Suzuki in Slack, until 02:36:00
        02:36 triggered again: acknowledged, but not resolved in time
        02:36 step 1 of team: tanaka, on call on primary (layer always); next step at 02:41:00
        02:36 -> call tanaka, slack tanaka
        02:37 acknowledged by Tanaka in Slack, until 03:07:00
        02:50 resolved by prometheus: the monitor says so
        "#,
    );
}

/// 35: only what is acknowledged closes by itself.
#[test]
fn auto_resolve_only_while_acknowledged() {
    check(
        "--- services/web.yaml
         name: Web
         escalation_policy: team
         auto_resolve_after: 2h
         === day
         02:00 alert slow warning
         05:00 alert slow warning
         05:30 ack tanaka
         06:00 alert slow warning
         09:00 end",
        r#"
        02:00 opened: "slow" from prometheus -> web, warning, low urgency
        02:00 told once, at low urgency: tanaka, on call on primary (layer always)
        02:00 -> slack tanaka
        05:30 acknowledged by Tanaka in Slack
        08:00 resolved by auto_resolve_after: acknowledged, and no event since
        "#,
    );
}

/// A key that is pressed when we thought the call over is understood all the same.
#[test]
fn a_key_pressed_late() {
    check(
        "=== day
         02:00 alert 5xx critical
         02:04 press tanaka 4
         02:30 end",
        r#"
        02:00 opened: "5xx" from prometheus -> web, critical, high urgency
        02:00 step 1 of team: tanaka, on call on primary (layer always); next step at 02:05:00
        02:00 -> call tanaka, slack tanaka
        02:04 acknowledged by Tanaka on the phone
        "#,
    );
}
