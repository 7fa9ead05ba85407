//! Steps and people: rules that repeat, turns, and each who must acknowledge.

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

/// Two who must both acknowledge; the second rule of Suzuki comes after 2 minutes.
const EACH: &str = "
    --- escalation-policies/team.yaml
    steps:
      - { notify: [{ users: [tanaka, suzuki] }], wait: 5m, acknowledge: each }
      - { notify: [{ user: kimura }], wait: 10m }
    --- users/suzuki.yaml
    name: Suzuki
    slack: U0SUZUKI
    phone: \"+81 90 0000 0002\"
    notify: { high: [{ by: slack }, { by: call, after: 2m }] }
    ";

/// The steps stop, and Suzuki is told on: by the rest of the rules, once more after the wait, and then the thread names them.
#[test]
fn the_first_acknowledgement_stops_the_steps_and_the_others_are_told_on() {
    check(
        &format!(
            "{EACH}
            === day
            show mirrors
            show rules
            02:00 alert a critical
            02:01 ack tanaka
            02:30 end"
        ),
        r#"
        02:00 opened: "a" from prometheus -> web, critical, high urgency [integrations/prometheus.yaml:3, oncall.yaml:11]
        02:00 step 1 of team: suzuki, named in the step; tanaka, named in the step; next step at 02:05:00 [escalation-policies/team.yaml:2]
        02:00 -> call tanaka, slack suzuki, slack tanaka, channel
        02:01 suzuki must acknowledge too, told once more at 02:05:00 [escalation-policies/team.yaml:2]
        02:01 acknowledged by Tanaka in Slack
        02:01 -> channel update: Acknowledged by Tanaka.
        02:02 -> call suzuki
        02:05 suzuki has not acknowledged: told once more, until 02:10:00 [escalation-policies/team.yaml:2]
        02:05 -> slack suzuki
        02:07 -> call suzuki
        02:10 suzuki has not acknowledged [escalation-policies/team.yaml:2]
        02:10 -> channel update: Suzuki has not acknowledged.
        "#,
    );
}

/// Suzuki takes it too, from the phone that rings on: nothing more is told.
#[test]
fn each_who_acknowledges_is_told_no_more() {
    check(
        &format!(
            "{EACH}
            === day
            02:00 alert a critical
            02:01 ack tanaka
            02:02:05 press suzuki 4
            02:30 end"
        ),
        r#"
        02:00 opened: "a" from prometheus -> web, critical, high urgency
        02:00 step 1 of team: suzuki, named in the step; tanaka, named in the step; next step at 02:05:00
        02:00 -> call tanaka, slack suzuki, slack tanaka
        02:01 suzuki must acknowledge too, told once more at 02:05:00
        02:01 acknowledged by Tanaka in Slack
        02:02 -> call suzuki
        02:02:05 also acknowledged by Suzuki on the phone
        "#,
    );
}

/// Whoever is off does not count, whoever goes off meanwhile neither.
#[test]
fn who_is_off_does_not_count() {
    check(
        &format!(
            "{EACH}
            === day
            02:00 alert a critical
            02:01 ack tanaka
            02:01:30 away boss suzuki 03:00 surely
            02:30 end"
        ),
        r#"
        02:00 opened: "a" from prometheus -> web, critical, high urgency
        02:00 step 1 of team: suzuki, named in the step; tanaka, named in the step; next step at 02:05:00
        02:00 -> call tanaka, slack suzuki, slack tanaka
        02:01 suzuki must acknowledge too, told once more at 02:05:00
        02:01 acknowledged by Tanaka in Slack
        02:01:30 suzuki is away from 02:01:30 until 03:00:00, said by Boss in Slack
        02:01:30 reply: Absence 22 is made, until Tue 8 Dec 03:00 JST.
        02:02 -> call suzuki
        02:05 nobody else is asked to acknowledge any more
        "#,
    );
}

/// Given back, triggered again or over, nobody is waited for; what rang on for one who must answer too is hung up.
#[test]
fn nobody_is_waited_for_when_it_is_triggered_again_or_over() {
    check(
        &format!(
            "{EACH}
            === day
            02:00 alert a critical
            02:01 ack tanaka
            02:01:10 unack tanaka
            02:02 ack tanaka
            02:03:15 resolve a
            02:30 end"
        ),
        r#"
        02:00 opened: "a" from prometheus -> web, critical, high urgency
        02:00 step 1 of team: suzuki, named in the step; tanaka, named in the step; next step at 02:05:00
        02:00 -> call tanaka, slack suzuki, slack tanaka
        02:01 suzuki must acknowledge too, told once more at 02:05:00
        02:01 acknowledged by Tanaka in Slack
        02:01:10 given back by Tanaka in Slack
        02:01:10 step 1 of team: suzuki, named in the step; tanaka, named in the step; next step at 02:06:10
        02:01:10 -> call tanaka, slack suzuki, slack tanaka
        02:02 suzuki must acknowledge too, told once more at 02:06:10
        02:02 acknowledged by Tanaka in Slack
        02:03:10 -> call suzuki
        02:03:15 resolved by prometheus: the monitor says so
        02:03:15 -> hang up suzuki
        "#,
    );
}

/// A crash between the acknowledgement and the second telling loses neither.
#[test]
fn who_must_acknowledge_too_is_told_after_a_crash() {
    check(
        &format!(
            "{EACH}
            === day
            02:00 alert a critical
            02:01 ack tanaka
            02:01:30 crash
            02:06 start
            02:12 end"
        ),
        r#"
        02:00 opened: "a" from prometheus -> web, critical, high urgency
        02:00 step 1 of team: suzuki, named in the step; tanaka, named in the step; next step at 02:05:00
        02:00 -> call tanaka, slack suzuki, slack tanaka
        02:01 suzuki must acknowledge too, told once more at 02:05:00
        02:01 acknowledged by Tanaka in Slack
        02:06 server started (epoch 2)
        02:06 -> call suzuki
        02:06 suzuki has not acknowledged: told once more, until 02:11:00
        02:06 -> slack suzuki
        02:08 -> call suzuki
        02:11 suzuki has not acknowledged
        "#,
    );
}

/// The message to whoever must acknowledge too keeps its button, and says who has it.
#[test]
fn the_message_of_who_is_asked_keeps_its_button() {
    check(
        &format!(
            "{EACH}
            === day
            show directs
            02:00 alert a critical
            02:01 ack tanaka
            02:01:20 ack suzuki
            02:01:30 end"
        ),
        r#"
        02:00 opened: "a" from prometheus -> web, critical, high urgency
        02:00 step 1 of team: suzuki, named in the step; tanaka, named in the step; next step at 02:05:00
        02:00 -> call tanaka, slack suzuki, slack tanaka
        02:01 suzuki must acknowledge too, told once more at 02:05:00
        02:01 acknowledged by Tanaka in Slack
        02:01 -> edit slack suzuki: 🟡 [Critical] Web: a [Acknowledge] [Resolve], edit slack tanaka: 🟡 [Critical] Web: a [Resolve]
        02:01:20 also acknowledged by Suzuki in Slack
        "#,
    );
}

/// Tanaka has two phones; the one at home is rung after a minute.
const PHONES: &str = "
    --- users/tanaka.yaml
    name: Tanaka
    slack: U0TANAKA
    phones: [{ name: mobile, number: \"+81 90 0000 0001\" }, { name: home, number: \"+81 3 0000 0001\" }]
    notify: { high: [{ by: call }, { by: call, to: home, after: 1m }, { by: sms, to: mobile, after: 2m }] }
    ";

#[test]
fn a_rule_rings_the_phone_that_it_names() {
    check(
        &format!(
            "{PHONES}
            === day
            02:00 alert a critical
            02:04 end"
        ),
        r#"
        02:00 opened: "a" from prometheus -> web, critical, high urgency
        02:00 step 1 of team: tanaka, on call on primary (layer always); next step at 02:05:00
        02:00 -> call tanaka
        02:01 -> call tanaka (home)
        02:02 -> sms tanaka (mobile)
        "#,
    );
}

/// One phone at a time: what is due for the other one meanwhile is the next call, and not part of this one.
#[test]
fn two_phones_of_one_person_never_ring_at_once() {
    check(
        &format!(
            "{PHONES}
            === day
            02:00 alert a critical
            02:00:50 alert b critical
            02:02 end"
        ),
        r#"
        02:00 a: opened: "a" from prometheus -> web, critical, high urgency
        02:00 a: step 1 of team: tanaka, on call on primary (layer always); next step at 02:05:00
        02:00 -> call tanaka about a
        02:00:50 b: opened: "b" from prometheus -> web, critical, high urgency
        02:00:50 b: step 1 of team: tanaka, on call on primary (layer always); next step at 02:05:50
        02:00:50 -> call tanaka about b
        02:01:20 -> call tanaka (home) about a
        02:01:50 -> call tanaka (home) about b
        02:02 -> sms tanaka (mobile) about a
        "#,
    );
}

/// A number that is dead brings the other phone early, and only what was planned for it is given up.
#[test]
fn a_phone_that_is_dead_brings_the_other_one_early() {
    check(
        &format!(
            "{PHONES}
            === day
            02:00 alert a critical
            02:00:10 fails tanaka
            02:04 end"
        ),
        r#"
        02:00 opened: "a" from prometheus -> web, critical, high urgency
        02:00 step 1 of team: tanaka, on call on primary (layer always); next step at 02:05:00
        02:00 -> call tanaka
        02:00:10 tanaka is reached by call early: not a phone
        02:00:10 -> call tanaka (home)
        02:02 -> sms tanaka (mobile)
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

/// Suzuki takes it too during a call; that the provider then says it was busy brings no other call.
#[test]
fn a_call_that_fails_after_the_answer_is_not_made_again() {
    check(
        &format!(
            "{EACH}
            === day
            02:00 alert a critical
            02:01 ack tanaka
            busy call suzuki
            02:02:05 ack suzuki
            02:30 end"
        ),
        r#"
        02:00 opened: "a" from prometheus -> web, critical, high urgency
        02:00 step 1 of team: suzuki, named in the step; tanaka, named in the step; next step at 02:05:00
        02:00 -> call tanaka, slack suzuki, slack tanaka
        02:01 suzuki must acknowledge too, told once more at 02:05:00
        02:01 acknowledged by Tanaka in Slack
        02:02 -> call suzuki
        02:02:05 also acknowledged by Suzuki in Slack
        "#,
    );
}
