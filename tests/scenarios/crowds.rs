//! A room in which much happens: beyond ten messages a minute one line sums up what waits, and each message follows.

use super::check;

/// Thirteen incidents within a minute: ten messages, a line with the numbers and the worst first, then quiet; what waited stands in
/// the room a minute later, so that every incident is found there. A page waits for nothing.
#[test]
fn beyond_ten_messages_a_minute_a_room_gets_a_summary() {
    check(
        "show mirrors
         show notices
         02:00 post alert a0 info; alert a1 info; alert a2 info; alert a3 info; alert a4 info
         02:00:05 post alert a5 info; alert a6 info; alert a7 info; alert a8 info; alert a9 info
         02:00:10 post alert b0 info; alert b1 critical; alert b2 info
         02:00:20 ack tanaka b1
         02:03 end",
        r#"
        02:00 a0: opened: "a0" from prometheus -> web, info, no urgency
        02:00 a1: opened: "a1" from prometheus -> web, info, no urgency
        02:00 a2: opened: "a2" from prometheus -> web, info, no urgency
        02:00 a3: opened: "a3" from prometheus -> web, info, no urgency
        02:00 a4: opened: "a4" from prometheus -> web, info, no urgency
        02:00 -> channel about a0, channel about a1, channel about a2, channel about a3, channel about a4
        02:00:05 a5: opened: "a5" from prometheus -> web, info, no urgency
        02:00:05 a6: opened: "a6" from prometheus -> web, info, no urgency
        02:00:05 a7: opened: "a7" from prometheus -> web, info, no urgency
        02:00:05 a8: opened: "a8" from prometheus -> web, info, no urgency
        02:00:05 a9: opened: "a9" from prometheus -> web, info, no urgency
        02:00:05 -> channel about a5, channel about a6, channel about a7, channel about a8, channel about a9
        02:00:10 b0: opened: "b0" from prometheus -> web, info, no urgency
        02:00:10 b1: opened: "b1" from prometheus -> web, critical, high urgency
        02:00:10 b1: step 1 of team: tanaka, on call on primary (layer always); next step at 02:05:10
        02:00:10 b2: opened: "b2" from prometheus -> web, info, no urgency
        02:00:10 b1: its message waits until 02:01:00: much is said in the room
        02:00:10 b0: its message waits until 02:01:00: much is said in the room
        02:00:10 b2: its message waits until 02:01:00: much is said in the room
        02:00:10 -> call tanaka about b1, slack tanaka about b1
        02:00:20 b1: acknowledged by Tanaka in Slack
        02:00:20 -> hang up tanaka
        02:00:25 -> notice to the room: 3 more incidents: 1 Critical, 2 Info. The worst: 1-12 [Critical] Web: b1; 1-11 [Info] Web: b0; 1-13 [Info] Web: b2. Their messages follow, 10 a minute.
        02:01 -> channel about b1, channel about b0, channel about b2
        "#,
    );
}
