//! `acknowledge: each`: everybody of the step must acknowledge.

use crate::check;

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
