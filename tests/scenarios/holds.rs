//! `hold`: an alert that is over in time is told to nobody.

use super::check;

/// What the services of these days say: their warnings are held for two minutes.
const HELD: &str = "
    --- services/web.yaml
    name: Web
    escalation_policy: team
    jira: { project: OPS }
    urgency: [{ when: { severity: critical }, urgency: high }, { urgency: high, hold: 2m }]
    inform: [{ after: 1m, user: boss, by: slack }]
    group: { by: [labels.cluster], within: 10m }
    ";

/// Over in time: nobody is told, and it is shown nowhere.
#[test]
fn what_is_over_in_time_is_told_to_nobody() {
    check(
        &format!(
            "{HELD}
            === day
            show mirrors
            show rules
            02:00 alert slow warning
            02:01:59 resolve slow
            02:30 end"
        ),
        r#"
        02:00 opened: "slow" from prometheus -> web, warning, high urgency, held until 02:02:00 (services/web.yaml:4) [integrations/prometheus.yaml:3, services/web.yaml:4]
        02:01:59 resolved by prometheus: the monitor says so
        "#,
    );
}

/// At its end it is shown and told, as if it had just opened; `inform` counts from the opening. A crash changes nothing.
#[test]
fn at_its_end_it_is_told() {
    check(
        &format!(
            "{HELD}
            === day
            show mirrors
            02:00 alert slow warning
            02:00:30 crash
            02:01 start
            02:02 end"
        ),
        r#"
        02:00 opened: "slow" from prometheus -> web, warning, high urgency, held until 02:02:00 (services/web.yaml:4)
        02:01 server started (epoch 2)
        02:02 the wait is over
        02:02 to be informed: boss, inform (services/web.yaml:5)
        02:02 step 1 of team: tanaka, on call on primary (layer always); next step at 02:07:00
        02:02 -> call tanaka, slack boss, slack tanaka, channel, ticket
        "#,
    );
}

/// Held once: back within ten minutes, or about to flap, it is told at once; the incident that nobody saw is shown now.
#[test]
fn it_is_held_once() {
    check(
        &format!(
            "{HELD}
            === day
            show mirrors
            02:00 alert slow warning
            02:01 resolve slow
            02:05 alert slow warning
            02:05 end"
        ),
        r#"
        02:00 opened: "slow" from prometheus -> web, warning, high urgency, held until 02:02:00 (services/web.yaml:4)
        02:01 resolved by prometheus: the monitor says so
        02:05 opened again: "slow" from prometheus fires again, warning, high urgency
        02:05 to be informed: boss, inform (services/web.yaml:5)
        02:05 step 1 of team: tanaka, on call on primary (layer always); next step at 02:10:00
        02:05 -> call tanaka, slack boss, slack tanaka, channel, ticket
        "#,
    );
    check(
        &format!(
            "{HELD}reopen_within: never
            === day
            02:00 alert slow warning
            02:01 resolve slow
            02:11 alert slow warning
            02:12 resolve slow
            02:22:01 alert slow warning
            02:22:02 end"
        ),
        r#"
        02:00 slow: opened: "slow" from prometheus -> web, warning, high urgency, held until 02:02:00 (services/web.yaml:4)
        02:01 slow: resolved by prometheus: the monitor says so
        02:11 slow: opened: "slow" from prometheus -> web, warning, high urgency
        02:11 slow: to be informed: boss, inform (services/web.yaml:5)
        02:11 slow: step 1 of team: tanaka, on call on primary (layer always); next step at 02:16:00
        02:11 -> call tanaka about slow, slack tanaka about slow
        02:12 slow: resolved by prometheus: the monitor says so
        02:22:01 slow: opened: "slow" from prometheus -> web, warning, high urgency
        02:22:01 slow: alert slow flaps (3 in 22m): it stays open and pages as one, until it has not changed for 15m
        02:22:01 slow: to be informed: boss, inform (services/web.yaml:5)
        02:22:01 slow: step 1 of team: tanaka, on call on primary (layer always); next step at 02:27:01
        02:22:01 -> call tanaka about slow, slack tanaka about slow
        "#,
    );
}

/// A rise ends it, and so does another alert of its group.
#[test]
fn a_rise_or_another_alert_ends_it() {
    check(
        &format!(
            "{HELD}
            === day
            02:00 alert slow warning
            02:01 alert slow critical
            02:01 end"
        ),
        r#"
        02:00 opened: "slow" from prometheus -> web, warning, high urgency, held until 02:02:00 (services/web.yaml:4)
        02:01 updated: "slow" from prometheus
        02:01 the wait is over
        02:01 to be informed: boss, inform (services/web.yaml:5)
        02:01 step 1 of team: tanaka, on call on primary (layer always); next step at 02:06:00
        02:01 -> call tanaka, slack boss, slack tanaka
        "#,
    );
    check(
        &format!(
            "{HELD}
            === day
            02:00 alert slow warning cluster=x
            02:01 alert slower warning cluster=x
            02:01 end"
        ),
        r#"
        02:00 opened: "slow" from prometheus -> web, warning, high urgency, held until 02:02:00 (services/web.yaml:4)
        02:01 joined by: "slower" from prometheus
        02:01 the wait is over
        02:01 to be informed: boss, inform (services/web.yaml:5)
        02:01 step 1 of team: tanaka, on call on primary (layer always); next step at 02:06:00
        02:01 -> call tanaka, slack boss, slack tanaka
        "#,
    );
}

/// Anyone may take it, raise it, or reopen what was over in time; then it is shown.
#[test]
fn anyone_may_take_or_raise_what_is_held() {
    check(
        &format!(
            "{HELD}
            === day
            show mirrors
            02:00 alert slow warning
            02:00:30 ack suzuki
            02:05 end"
        ),
        r#"
        02:00 opened: "slow" from prometheus -> web, warning, high urgency, held until 02:02:00 (services/web.yaml:4)
        02:00:30 the wait is over
        02:00:30 to be informed: boss, inform (services/web.yaml:5)
        02:00:30 acknowledged by Suzuki in Slack
        02:00:30 -> channel, ticket
        02:01 -> slack boss
        "#,
    );
    check(
        &format!(
            "{HELD}
            === day
            show mirrors
            02:00 alert slow warning
            02:00:30 raise suzuki
            02:00:30 end"
        ),
        r#"
        02:00 opened: "slow" from prometheus -> web, warning, high urgency, held until 02:02:00 (services/web.yaml:4)
        02:00:30 no longer held here, by Suzuki in Slack
        02:00:30 to be informed: boss, inform (services/web.yaml:5)
        02:00:30 step 1 of team: tanaka, on call on primary (layer always); next step at 02:05:30
        02:00:30 -> call tanaka, slack tanaka, channel, ticket
        "#,
    );
    check(
        &format!(
            "{HELD}
            === day
            show mirrors
            02:00 alert slow warning
            02:00:20 close suzuki
            02:00:30 reopen suzuki
            02:00:30 end"
        ),
        r#"
        02:00 opened: "slow" from prometheus -> web, warning, high urgency, held until 02:02:00 (services/web.yaml:4)
        02:00:20 resolved by Suzuki in Slack
        02:00:30 opened again by Suzuki in Slack
        02:00:30 the wait is over
        02:00:30 to be informed: boss, inform (services/web.yaml:5)
        02:00:30 step 1 of team: tanaka, on call on primary (layer always); next step at 02:05:30
        02:00:30 -> call tanaka, slack tanaka, channel, ticket
        "#,
    );
}

/// A silence that begins while it is held takes over at its end; what a person or the server starts is not held.
#[test]
fn a_hold_and_a_silence_and_what_people_declare() {
    check(
        &format!(
            "{HELD}
            --- silences/upgrade.yaml
            - {{ services: [web], from: 2026-12-08 02:01, until: 2026-12-08 02:30, reason: upgrade }}
            === day
            show mirrors
            02:00 alert slow warning
            02:30 end"
        ),
        r#"
        02:00 opened: "slow" from prometheus -> web, warning, high urgency, held until 02:02:00 (services/web.yaml:4)
        02:02 the wait is over
        02:02 to be informed: boss, inform (services/web.yaml:5)
        02:02 silenced until 02:30:00: upgrade
        02:02 -> channel
        02:30 the silence is over
        02:30 step 1 of team: tanaka, on call on primary (layer always); next step at 02:35:00
        02:30 -> call tanaka, slack boss, slack tanaka, channel update: The silence is over. / Telling: Tanaka (step 1 of 2; next at 02:35), ticket
        "#,
    );
    check(
        &format!(
            "{HELD}
            === day
            02:00 declare suzuki web warning orders hang
            02:00 end"
        ),
        r#"
        02:00 opened: "orders hang" declared by Suzuki in Slack -> web, warning, high urgency
        02:00 to be informed: boss, inform (services/web.yaml:5)
        02:00 step 1 of team: tanaka, on call on primary (layer always); next step at 02:05:00
        02:00 -> call tanaka, slack tanaka
        "#,
    );
}

/// The config in force decides: a hold that is taken out ends, one that is shortened ends sooner.
#[test]
fn a_hold_follows_the_config() {
    let day = "
        === shorter
        --- services/web.yaml
        name: Web
        escalation_policy: team
        urgency: [{ urgency: high, hold: 1m }]
        === without
        --- services/web.yaml
        name: Web
        escalation_policy: team
        === day
        02:00 alert slow warning
        02:00:10 config shorter";
    let before = r#"
        02:00 opened: "slow" from prometheus -> web, warning, high urgency, held until 02:02:00 (services/web.yaml:4)
        02:00:10 config shorter is in force
        02:00:10 held until 02:01:00"#;
    check(
        &format!("{HELD} {day}\n 02:01 end"),
        &format!(
            "{before}
            02:01 the wait is over
            02:01 step 1 of team: tanaka, on call on primary (layer always); next step at 02:06:00
            02:01 -> call tanaka, slack tanaka"
        ),
    );
    check(
        &format!("{HELD} {day}\n 02:00:20 config without\n 02:00:20 end"),
        &format!(
            "{before}
            02:00:20 config without is in force
            02:00:20 the wait is over
            02:00:20 step 1 of team: tanaka, on call on primary (layer always); next step at 02:05:20
            02:00:20 -> call tanaka, slack tanaka"
        ),
    );
}
