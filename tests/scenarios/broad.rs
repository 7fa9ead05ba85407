//! The room hears of a silence that names no service: when it begins, what it has muted, and when it ends.

use crate::check;

/// What it mutes is gathered for five minutes; other alerts page as ever, and at its end what still fires pages again.
#[test]
fn the_room_hears_of_what_a_broad_silence_mutes() {
    check(
        "show notices
         02:00 silence tanaka 02:30 labels.env=staging
         02:01 alert a critical env=staging
         02:02 alert b critical env=staging
         02:03 alert c critical
         02:03 ack suzuki c
         02:20 resolve a
         02:30 end",
        r#"
        02:00 silence on labels.env: staging by Tanaka in Slack, from 02:00:00 until 02:30:00: noise
        02:00 -> notice to the room: Tanaka has silenced labels.env=staging of every service until Tue 8 Dec 02:30 JST. / Reason: noise / To end it: oncall silence end 3
        02:00 reply: Silence 3 is made, until Tue 8 Dec 02:30 JST.
        02:01 a: opened: "a" from prometheus -> web, critical, high urgency, silenced until 02:30:00 (run time 3 by tanaka: noise)
        02:02 b: opened: "b" from prometheus -> web, critical, high urgency, silenced until 02:30:00 (run time 3 by tanaka: noise)
        02:03 c: opened: "c" from prometheus -> web, critical, high urgency
        02:03 c: step 1 of team: tanaka, on call on primary (layer always); next step at 02:08:00
        02:03 -> call tanaka about c, slack tanaka about c
        02:03 c: acknowledged by Suzuki in Slack
        02:03 -> hang up tanaka
        02:06 -> notice to the room: Silence 3 by Tanaka has muted 2 so far, and lasts until Tue 8 Dec 02:30 JST. / 1-2 [Critical] Web: b / 1-1 [Critical] Web: a / To end it: oncall silence end 3
        02:20 a: resolved by prometheus: the monitor says so
        02:30 b: the silence is over
        02:30 b: step 1 of team: tanaka, on call on primary (layer always); next step at 02:35:00
        02:30 -> call tanaka about b, slack tanaka about b, notice to the room: Silence 3 by Tanaka is over. It muted 2; what still fires pages again.
        "#,
    );
}

/// Ended early, it is over then, and the end that was planned is told no more. One that names a service is its service's own.
#[test]
fn its_early_end_is_told_once() {
    check(
        "show notices
         02:00 silence tanaka 03:00 services=web
         02:01 silence tanaka 03:00 everything surely
         02:02 end-early suzuki 4
         03:01 end",
        r#"
        02:00 silence on web by Tanaka in Slack, from 02:00:00 until 03:00:00: noise
        02:00 reply: Silence 3 is made, until Tue 8 Dec 03:00 JST.
        02:01 silence on * by Tanaka in Slack, from 02:01:00 until 03:00:00: noise
        02:01 -> notice to the room: Tanaka has silenced everything until Tue 8 Dec 03:00 JST: nothing at all pages. / Reason: noise / To end it: oncall silence end 4
        02:01 reply: Silence 4 is made, until Tue 8 Dec 03:00 JST.
        02:02 #4 ended early by Suzuki in Slack
        02:02 -> notice to the room: Silence 4 by Tanaka is over. It muted 0; what still fires pages again., notice to tanaka: What you made (4) was ended by Suzuki.
        03:00 notice 6 has no point any more
        "#,
    );
}
