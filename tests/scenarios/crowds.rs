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
        "#,
    );
}
