//! What people do: acknowledge, resolve, escalate, reassign, keys on the phone; and edge case 27.

use super::check;

/// Others who are being called are hung up, once; the one who answered is not.
#[test]
fn an_acknowledgement_stops_everything() {
    check(
        "--- escalation-policies/team.yaml
         steps: [{ notify: [{ schedule: primary }, { schedule: secondary }], wait: 5m }]
         === day
         02:00 alert 5xx critical
         02:00:10 press suzuki 4
         02:00:11 ack tanaka
         02:30 end",
        r#"
        02:00 opened: "5xx" from prometheus -> web, critical, high urgency
        02:00 step 1 of team: suzuki, on call on secondary (layer always); tanaka, on call on primary (layer always); next step at 02:05:00
        02:00 -> call suzuki, call tanaka, slack suzuki, slack tanaka
        02:00:10 acknowledged by Suzuki on the phone
        02:00:10 -> hang up tanaka
        02:00:11 also acknowledged by Tanaka in Slack
        02:00:11 reply: already done by Suzuki
        "#,
    );
}

/// The acknowledgement came before the provider took the call: it is ended as soon as there is something to end.
#[test]
fn a_call_that_is_taken_late_is_hung_up() {
    check(
        "slow=10s call
         02:00 alert 5xx critical
         02:00:05 ack tanaka
         02:30 end",
        r#"
        02:00 opened: "5xx" from prometheus -> web, critical, high urgency
        02:00 step 1 of team: tanaka, on call on primary (layer always); next step at 02:05:00
        02:00 -> call tanaka, slack tanaka
        02:00:05 acknowledged by Tanaka in Slack
        02:00:10 -> hang up tanaka
        "#,
    );
}

#[test]
fn a_hang_up_is_tried_again() {
    check(
        "down hangup
         02:00 alert 5xx critical
         02:00:05 ack tanaka
         02:00:07 up hangup
         02:30 end",
        r#"
        02:00 opened: "5xx" from prometheus -> web, critical, high urgency
        02:00 step 1 of team: tanaka, on call on primary (layer always); next step at 02:05:00
        02:00 -> call tanaka, slack tanaka
        02:00:05 acknowledged by Tanaka in Slack
        02:00:05 -> hang up tanaka
        02:00:10 -> hang up tanaka
        "#,
    );
}

/// A call by `inform` is needed although somebody has it.
#[test]
fn a_call_that_informs_is_not_hung_up() {
    check(
        "--- services/web.yaml
         name: Web
         escalation_policy: team
         inform: [{ after: 2m, user: boss, by: call }]
         === day
         02:00 alert 5xx critical
         02:01 ack tanaka
         02:02:10 ack suzuki
         02:02:20 resolve 5xx
         02:30 end",
        r#"
        02:00 opened: "5xx" from prometheus -> web, critical, high urgency
        02:00 to be informed: boss, inform (services/web.yaml:3)
        02:00 step 1 of team: tanaka, on call on primary (layer always); next step at 02:05:00
        02:00 -> call tanaka, slack tanaka
        02:01 acknowledged by Tanaka in Slack
        02:02 -> call boss
        02:02:10 also acknowledged by Suzuki in Slack
        02:02:10 reply: already done by Tanaka
        02:02:20 resolved by prometheus: the monitor says so
        02:02:20 -> hang up boss
        "#,
    );
}

/// 6 resolves, and the call goes on to say so.
#[test]
fn keys_on_the_phone() {
    check(
        "02:00 alert 5xx critical
         02:00:05 press tanaka *
         02:00:10 press tanaka 6
         02:00:12 press tanaka 4
         02:30 end",
        r#"
        02:00 opened: "5xx" from prometheus -> web, critical, high urgency
        02:00 step 1 of team: tanaka, on call on primary (layer always); next step at 02:05:00
        02:00 -> call tanaka, slack tanaka
        02:00:05 reply: the words again
        02:00:10 resolved by Tanaka on the phone
        02:00:12 reply: already done by Tanaka
        "#,
    );
    check(
        "02:00 alert 5xx critical
         02:00:10 press tanaka 5
         02:04 end",
        r#"
        02:00 opened: "5xx" from prometheus -> web, critical, high urgency
        02:00 step 1 of team: tanaka, on call on primary (layer always); next step at 02:05:00
        02:00 -> call tanaka, slack tanaka
        02:00:10 Tanaka asks for the next step on the phone
        02:00:10 step 2 of team: suzuki, on call on secondary (layer always); next step at 02:10:10
        02:00:10 -> call suzuki, slack suzuki
        "#,
    );
}

/// Somebody who was told of something low asks for help: the next step, and it has become urgent.
#[test]
fn escalating_what_is_low() {
    check(
        "02:00 alert slow warning
         02:10 escalate tanaka
         02:21 end",
        r#"
        02:00 opened: "slow" from prometheus -> web, warning, low urgency
        02:00 told once, at low urgency: tanaka, on call on primary (layer always)
        02:00 -> slack tanaka
        02:10 Tanaka asks for the next step in Slack
        02:10 raised to high urgency
        02:10 step 2 of team: suzuki, on call on secondary (layer always); next step at 02:20:00
        02:10 -> call suzuki, slack suzuki
        02:20 fallback step 1 of last-resort: sato, named in the step; next step at 02:30:00
        02:20 -> call sato, slack sato
        "#,
    );
}

/// Somebody else is told; if nothing comes of it, the policy goes on.
#[test]
fn reassigned() {
    check(
        "02:00 alert 5xx critical
         02:01 reassign tanaka to kimura
         02:02 reassign tanaka to nobody-we-know
         02:07 end",
        r#"
        02:00 opened: "5xx" from prometheus -> web, critical, high urgency
        02:00 step 1 of team: tanaka, on call on primary (layer always); next step at 02:05:00
        02:00 -> call tanaka, slack tanaka
        02:01 reassigned to kimura by Tanaka in Slack, next step at 02:06:00
        02:01 -> call kimura, slack kimura
        02:02 reply: The config has no `nobody-we-know`.
        02:06 step 2 of team: suzuki, on call on secondary (layer always); next step at 02:16:00
        02:06 -> call suzuki, slack suzuki
        "#,
    );
    // Whoever has it hands it over: it pages again.
    check(
        "02:00 alert 5xx critical
         02:01 ack tanaka
         02:10 reassign tanaka to kimura
         02:16 end",
        r#"
        02:00 opened: "5xx" from prometheus -> web, critical, high urgency
        02:00 step 1 of team: tanaka, on call on primary (layer always); next step at 02:05:00
        02:00 -> call tanaka, slack tanaka
        02:01 acknowledged by Tanaka in Slack
        02:10 reassigned to kimura by Tanaka in Slack, next step at 02:15:00
        02:10 -> call kimura, slack kimura
        02:15 step 2 of team: suzuki, on call on secondary (layer always); next step at 02:25:00
        02:15 -> call suzuki, slack suzuki
        "#,
    );
    check(
        "02:00 alert slow warning
         02:10 reassign tanaka to kimura
         04:00 end",
        r#"
        02:00 opened: "slow" from prometheus -> web, warning, low urgency
        02:00 told once, at low urgency: tanaka, on call on primary (layer always)
        02:00 -> slack tanaka
        02:10 reassigned to kimura by Tanaka in Slack
        02:10 -> slack kimura
        "#,
    );
}

/// 27: an acknowledgement, or a resolve, beats an escalation of the same instant, whoever else is due then.
#[test]
fn the_same_instant() {
    check(
        "02:00 post alert a critical; alert b critical
         02:05 ack tanaka a
         ack tanaka b
         02:05 end",
        r#"
        02:00 a: opened: "a" from prometheus -> web, critical, high urgency
        02:00 a: step 1 of team: tanaka, on call on primary (layer always); next step at 02:05:00
        02:00 b: opened: "b" from prometheus -> web, critical, high urgency
        02:00 b: step 1 of team: tanaka, on call on primary (layer always); next step at 02:05:00
        02:00 -> call tanaka about a, b, slack tanaka about a, b
        02:05 a: acknowledged by Tanaka in Slack
        02:05 b: acknowledged by Tanaka in Slack
        "#,
    );
    check(
        "02:00 alert 5xx critical
         02:05 resolve 5xx
         02:06 ack tanaka
         02:07 close tanaka
         02:07 end",
        r#"
        02:00 opened: "5xx" from prometheus -> web, critical, high urgency
        02:00 step 1 of team: tanaka, on call on primary (layer always); next step at 02:05:00
        02:00 -> call tanaka, slack tanaka
        02:05 resolved by prometheus: the monitor says so
        02:06 reply: already done by prometheus
        02:07 reply: already done by prometheus
        "#,
    );
}
