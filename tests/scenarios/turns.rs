//! `round_robin`: one person of a step for each incident.

use crate::check;

/// Three people, one for each incident.
const TURNS: &str = "
    --- escalation-policies/team.yaml
    steps:
      - { notify: [{ users: [tanaka, suzuki, kimura] }], wait: 5m, round_robin: true }
    repeat: 1
    ";

#[test]
fn one_of_them_is_told_for_each_incident_in_the_order_of_the_file() {
    check(
        &format!(
            "{TURNS}
            === day
            02:00 alert a critical
            02:01 ack tanaka a
            02:01:10 resolve a
            02:10 alert b critical
            02:11 ack suzuki b
            02:11:10 resolve b
            02:20 alert c critical
            02:21 ack kimura c
            02:21:10 resolve c
            02:30 alert d critical
            02:31 end"
        ),
        r#"
        02:00 a: opened: "a" from prometheus -> web, critical, high urgency
        02:00 a: step 1 of team: it is tanaka's turn
        02:00 a: step 1 of team: tanaka, named in the step; next step at 02:05:00
        02:00 -> call tanaka about a, slack tanaka about a
        02:01 a: acknowledged by Tanaka in Slack
        02:01:10 a: resolved by prometheus: the monitor says so
        02:10 b: opened: "b" from prometheus -> web, critical, high urgency
        02:10 b: step 1 of team: it is suzuki's turn
        02:10 b: step 1 of team: suzuki, named in the step; next step at 02:15:00
        02:10 -> call suzuki about b, slack suzuki about b
        02:11 b: acknowledged by Suzuki in Slack
        02:11:10 b: resolved by prometheus: the monitor says so
        02:20 c: opened: "c" from prometheus -> web, critical, high urgency
        02:20 c: step 1 of team: it is kimura's turn
        02:20 c: step 1 of team: kimura, named in the step; next step at 02:25:00
        02:20 -> call kimura about c, slack kimura about c
        02:21 c: acknowledged by Kimura in Slack
        02:21:10 c: resolved by prometheus: the monitor says so
        02:30 d: opened: "d" from prometheus -> web, critical, high urgency
        02:30 d: step 1 of team: it is tanaka's turn
        02:30 d: step 1 of team: tanaka, named in the step; next step at 02:35:00
        02:30 -> call tanaka about d, slack tanaka about d
        "#,
    );
}

/// The turn is in the state: a crash and another commit, which names somebody more, go on from it.
#[test]
fn the_turn_goes_on_after_a_crash_and_a_commit() {
    check(
        &format!(
            "{TURNS}
            === more
            --- escalation-policies/team.yaml
            steps:
              - {{ notify: [{{ users: [boss, tanaka, suzuki, kimura] }}], wait: 5m, round_robin: true }}
            repeat: 1
            === day
            02:00 alert a critical
            02:01 ack tanaka a
            02:01:10 resolve a
            02:02 crash
            02:03 start
            02:04 config more
            02:10 alert b critical
            02:11 end"
        ),
        r#"
        02:00 a: opened: "a" from prometheus -> web, critical, high urgency
        02:00 a: step 1 of team: it is tanaka's turn
        02:00 a: step 1 of team: tanaka, named in the step; next step at 02:05:00
        02:00 -> call tanaka about a, slack tanaka about a
        02:01 a: acknowledged by Tanaka in Slack
        02:01:10 a: resolved by prometheus: the monitor says so
        02:03 server started (epoch 2)
        02:04 config more is in force
        02:10 b: opened: "b" from prometheus -> web, critical, high urgency
        02:10 b: step 1 of team: it is suzuki's turn
        02:10 b: step 1 of team: suzuki, named in the step; next step at 02:15:00
        02:10 -> call suzuki about b, slack suzuki about b
        "#,
    );
}

/// Tanaka has an incident, and Suzuki is told of one: it is Kimura's turn, and then, as all are busy, the next one's. What somebody
/// put aside does not make them busy.
#[test]
fn who_is_busy_is_passed_over_and_who_has_put_it_aside_is_not_busy() {
    check(
        &format!(
            "{TURNS}
            === day
            02:00 alert a critical
            02:01 ack tanaka a
            02:02 alert b critical
            02:02:40 alert c critical
            02:03:20 alert d critical
            02:03:30 snooze tanaka 1h d
            02:03:40 snooze tanaka 1h a
            02:04:10 alert e critical
            02:04:20 end"
        ),
        r#"
        02:00 a: opened: "a" from prometheus -> web, critical, high urgency
        02:00 a: step 1 of team: it is tanaka's turn
        02:00 a: step 1 of team: tanaka, named in the step; next step at 02:05:00
        02:00 -> call tanaka about a, slack tanaka about a
        02:01 a: acknowledged by Tanaka in Slack
        02:02 b: opened: "b" from prometheus -> web, critical, high urgency
        02:02 b: step 1 of team: it is suzuki's turn
        02:02 b: step 1 of team: suzuki, named in the step; next step at 02:07:00
        02:02 -> call suzuki about b, slack suzuki about b
        02:02:40 c: opened: "c" from prometheus -> web, critical, high urgency
        02:02:40 c: step 1 of team: it is kimura's turn
        02:02:40 c: step 1 of team: kimura, named in the step; next step at 02:07:40
        02:02:40 -> call kimura about c, slack kimura about c
        02:03:20 d: opened: "d" from prometheus -> web, critical, high urgency
        02:03:20 d: step 1 of team: it is tanaka's turn
        02:03:20 d: step 1 of team: tanaka, named in the step; next step at 02:08:20
        02:03:20 -> call tanaka about d, slack tanaka about d
        02:03:30 d: snoozed by Tanaka in Slack, until 03:03:30
        02:03:30 -> hang up tanaka
        02:03:40 a: snoozed by Tanaka in Slack, until 03:03:40
        02:04:10 e: opened: "e" from prometheus -> web, critical, high urgency
        02:04:10 e: step 1 of team: it is tanaka's turn; suzuki, kimura are busy
        02:04:10 e: step 1 of team: tanaka, named in the step; next step at 02:09:10
        02:04:10 -> call tanaka about e, slack tanaka about e
        "#,
    );
}

/// In the second round another person is told; given back, the same one.
#[test]
fn a_repeat_tells_one_who_was_not_told_and_what_is_given_back_the_same() {
    check(
        &format!(
            "{TURNS}
            === day
            02:00 alert a critical
            02:06 ack suzuki a
            02:07 unack suzuki a
            02:08 close suzuki a
            02:09 reopen suzuki a
            02:10 end"
        ),
        r#"
        02:00 opened: "a" from prometheus -> web, critical, high urgency
        02:00 step 1 of team: it is tanaka's turn
        02:00 step 1 of team: tanaka, named in the step; next step at 02:05:00
        02:00 -> call tanaka, slack tanaka
        02:05 step 1 of team: it is suzuki's turn
        02:05 step 1 of team, round 2: suzuki, named in the step; next step at 02:10:00
        02:05 -> call suzuki, slack suzuki
        02:06 acknowledged by Suzuki in Slack
        02:07 given back by Suzuki in Slack
        02:07 step 1 of team: it is suzuki's turn
        02:07 step 1 of team, round 2: suzuki, named in the step; next step at 02:12:00
        02:07 -> call suzuki, slack suzuki
        02:08 resolved by Suzuki in Slack
        02:09 opened again by Suzuki in Slack
        02:09 step 1 of team: it is tanaka's turn
        02:09 step 1 of team: tanaka, named in the step; next step at 02:14:00
        02:09 -> call tanaka, slack tanaka
        "#,
    );
}

/// What comes at once is one call to one person; what is low is told to all.
#[test]
fn a_bundle_is_for_one_person_and_low_tells_all() {
    check(
        &format!(
            "{TURNS}
            === day
            02:00 post alert a critical; alert b critical
            02:10 alert c warning
            02:04 end"
        )
        .replace("02:10 alert c", "02:01 alert c"),
        r#"
        02:00 a: opened: "a" from prometheus -> web, critical, high urgency
        02:00 a: step 1 of team: it is tanaka's turn
        02:00 a: step 1 of team: tanaka, named in the step; next step at 02:05:00
        02:00 b: opened: "b" from prometheus -> web, critical, high urgency
        02:00 b: step 1 of team: it is tanaka's turn
        02:00 b: step 1 of team: tanaka, named in the step; next step at 02:05:00
        02:00 -> call tanaka about a, b, slack tanaka about a, b
        02:01 c: opened: "c" from prometheus -> web, warning, low urgency
        02:01 c: told once, at low urgency: kimura, named in the step; suzuki, named in the step; tanaka, named in the step
        02:01 -> slack kimura about c, slack suzuki about c, slack tanaka about c
        "#,
    );
}

/// Nobody waits for the end of the step because the phone of whoever had the turn is dead; who is off has no turn.
#[test]
fn a_turn_that_reaches_nobody_goes_to_the_next_who_can_be_called() {
    check(
        &format!(
            "{TURNS}
            --- users/suzuki.yaml
            name: Suzuki
            slack: U0SUZUKI
            phone: \"+81 90 0000 0002\"
            time_off: [{{ from: 2026-12-08, last_day: 2026-12-08 }}]
            === day
            reject call tanaka
            reject slack tanaka
            02:00 alert a critical
            02:01 end"
        ),
        r#"
        02:00 opened: "a" from prometheus -> web, critical, high urgency
        02:00 step 1 of team: it is tanaka's turn
        02:00 step 1 of team: tanaka, named in the step; next step at 02:05:00
        02:00 -> call tanaka, slack tanaka
        02:00 step 1 of team: it is kimura's turn
        02:00 now in the step, told: kimura, named in the step
        02:00 -> call kimura, slack kimura
        "#,
    );
}
