//! Rules of a person that repeat until it is acknowledged.

use crate::check;

/// Tanaka is called every 3 minutes, 3 times in all; Suzuki is messaged and called once.
const REPEATING: &str = "
    --- users/tanaka.yaml
    name: Tanaka
    slack: U0TANAKA
    phone: \"+81 90 0000 0001\"
    notify: { high: [{ by: call, every: 3m, times: 3 }, { by: slack, after: 20m }] }
    --- escalation-policies/team.yaml
    steps:
      - { notify: [{ schedule: primary }], wait: 30m }
      - { notify: [{ schedule: secondary }], wait: 10m }
    ";

/// The time counts from the end of the last call, which rings for half a minute here.
#[test]
fn a_rule_repeats_from_the_end_of_the_last_call_until_its_times_are_over() {
    check(
        &format!(
            "{REPEATING}
            === day
            02:00 alert a critical
            02:25 end"
        ),
        r#"
        02:00 opened: "a" from prometheus -> web, critical, high urgency
        02:00 step 1 of team: tanaka, on call on primary (layer always); next step at 02:30:00
        02:00 -> call tanaka
        02:03:30 -> call tanaka
        02:07 -> call tanaka
        02:20 -> slack tanaka
        "#,
    );
}

#[test]
fn an_acknowledgement_ends_what_repeats_during_a_call_and_between_two() {
    check(
        &format!(
            "{REPEATING}
            === day
            02:00 alert a critical
            02:00:10 ack suzuki a
            02:20 resolve a
            03:00 alert b critical
            03:02 ack suzuki b
            03:20 end"
        ),
        r#"
        02:00 a: opened: "a" from prometheus -> web, critical, high urgency
        02:00 a: step 1 of team: tanaka, on call on primary (layer always); next step at 02:30:00
        02:00 -> call tanaka about a
        02:00:10 a: acknowledged by Suzuki in Slack
        02:00:10 -> hang up tanaka
        02:20 a: resolved by prometheus: the monitor says so
        03:00 b: opened: "b" from prometheus -> web, critical, high urgency
        03:00 b: step 1 of team: tanaka, on call on primary (layer always); next step at 03:30:00
        03:00 -> call tanaka about b
        03:02 b: acknowledged by Suzuki in Slack
        "#,
    );
}

/// The call that rings when the step begins again repeats no more: the new one does.
#[test]
fn a_new_start_of_the_step_replaces_what_is_left_of_a_repeat() {
    check(
        &format!(
            "{REPEATING}
            === day
            02:00 alert a critical
            02:03:40 ack suzuki
            02:03:50 unack suzuki
            02:25 end"
        ),
        r#"
        02:00 opened: "a" from prometheus -> web, critical, high urgency
        02:00 step 1 of team: tanaka, on call on primary (layer always); next step at 02:30:00
        02:00 -> call tanaka
        02:03:30 -> call tanaka
        02:03:40 acknowledged by Suzuki in Slack
        02:03:40 -> hang up tanaka
        02:03:50 given back by Suzuki in Slack
        02:03:50 step 1 of team: tanaka, on call on primary (layer always); next step at 02:33:50
        02:03:50 -> call tanaka
        02:07:20 -> call tanaka
        02:10:50 -> call tanaka
        02:23:50 -> slack tanaka
        "#,
    );
}

#[test]
fn a_phone_that_fails_brings_the_next_rule_early_and_repeats_no_more() {
    check(
        &format!(
            "{REPEATING}
            === day
            reject call tanaka
            02:00 alert a critical
            02:25 end"
        ),
        r#"
        02:00 opened: "a" from prometheus -> web, critical, high urgency
        02:00 step 1 of team: tanaka, on call on primary (layer always); next step at 02:30:00
        02:00 -> call tanaka
        02:00 tanaka is reached by Slack early: no such number
        02:00 -> slack tanaka
        "#,
    );
}

/// What is due for one person meanwhile becomes one call with it; nobody is called twice at once.
#[test]
fn what_repeats_for_two_incidents_is_one_call() {
    check(
        &format!(
            "{REPEATING}
            === day
            02:00 post alert a critical; alert b critical
            02:06 end"
        ),
        r#"
        02:00 a: opened: "a" from prometheus -> web, critical, high urgency
        02:00 a: step 1 of team: tanaka, on call on primary (layer always); next step at 02:30:00
        02:00 b: opened: "b" from prometheus -> web, critical, high urgency
        02:00 b: step 1 of team: tanaka, on call on primary (layer always); next step at 02:30:00
        02:00 -> call tanaka about a, b
        02:03:30 -> call tanaka about a, b
        "#,
    );
}

#[test]
fn what_repeats_goes_on_after_a_crash() {
    check(
        &format!(
            "{REPEATING}
            === day
            02:00 alert a critical
            02:02 crash
            02:05 start
            02:12 end"
        ),
        r#"
        02:00 opened: "a" from prometheus -> web, critical, high urgency
        02:00 step 1 of team: tanaka, on call on primary (layer always); next step at 02:30:00
        02:00 -> call tanaka
        02:05 server started (epoch 2)
        02:05 -> call tanaka
        02:08:30 -> call tanaka
        "#,
    );
}
