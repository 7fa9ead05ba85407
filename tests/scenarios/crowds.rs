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

/// A world whose only room is one of Teams, where nothing is edited: each change is a message more.
const TEAMS: &str = "
    --- oncall.yaml
    time_zone: Asia/Tokyo
    language: en
    fallback: last-resort
    providers:
      twilio: { account_sid: AC0, auth_token: { env: TWILIO_AUTH_TOKEN }, from: \"+815012345678\" }
      teams: { rooms: [{ name: web, webhook: { env: TEAMS_WEB_URL } }] }
    defaults:
      notify: { high: [{ by: call }], low: [{ by: sms }] }
    --- services/web.yaml
    name: Web
    escalation_policy: team
    urgency: [{ when: { severity: info }, urgency: none }]
    rooms: [{ teams: web }]
    === day
    show mirrors
    02:00 post alert a0 info; alert a1 info; alert a2 info; alert a3 info; alert a4 info
    02:00:05 post alert a5 info; alert a6 info; alert a7 info; alert a8 info; alert a9 info
    ";

const TEN: &str = r#"
        02:00 a0: opened: "a0" from prometheus -> web, info, no urgency
        02:00 a1: opened: "a1" from prometheus -> web, info, no urgency
        02:00 a2: opened: "a2" from prometheus -> web, info, no urgency
        02:00 a3: opened: "a3" from prometheus -> web, info, no urgency
        02:00 a4: opened: "a4" from prometheus -> web, info, no urgency
        02:00 -> teams about a0, teams about a1, teams about a2, teams about a3, teams about a4
        02:00:05 a5: opened: "a5" from prometheus -> web, info, no urgency
        02:00:05 a6: opened: "a6" from prometheus -> web, info, no urgency
        02:00:05 a7: opened: "a7" from prometheus -> web, info, no urgency
        02:00:05 a8: opened: "a8" from prometheus -> web, info, no urgency
        02:00:05 a9: opened: "a9" from prometheus -> web, info, no urgency
        02:00:05 -> teams about a5, teams about a6, teams about a7, teams about a8, teams about a9"#;

/// Where a vendor edits nothing, a full room is told at once who has an incident and that it is over; what is new waits for its turn.
#[test]
fn who_has_it_and_that_it_is_over_do_not_wait_behind_others() {
    check(
        &format!(
            "{TEAMS}
             02:00:10 alert b0 info
             02:00:20 ack tanaka a0
             02:00:30 resolve a1
             02:02 end"
        ),
        &format!(
            r#"{TEN}
        02:00:10 b0: opened: "b0" from prometheus -> web, info, no urgency
        02:00:10 b0: its message waits until 02:01:00: much is said in the room
        02:00:20 a0: acknowledged by Tanaka in Slack
        02:00:20 -> teams update: Acknowledged by Tanaka. about a0
        02:00:30 a1: resolved by prometheus: the monitor says so
        02:00:30 -> teams update: Resolved by prometheus. about a1
        02:01 -> teams about b0
        "#
        ),
    );
}

/// Ten such words a minute, and no more: the eleventh waits for its turn like what is new.
#[test]
fn a_full_room_is_told_ten_such_words_a_minute() {
    let acks: String = (0..10).map(|n| format!("02:00:2{n} ack tanaka a{n}\n")).collect();
    let told = |n| {
        format!(
            "02:00:2{n} a{n}: acknowledged by Tanaka in Slack
             02:00:2{n} -> teams update: Acknowledged by Tanaka. about a{n}\n"
        )
    };
    let told: String = (0..10).map(told).collect();
    check(
        &format!(
            "{TEAMS}
             {acks}
             02:00:40 resolve a0
             02:02 end"
        ),
        &format!(
            "{TEN}
             {told}
             02:00:40 a0: resolved by prometheus: the monitor says so
             02:00:40 a0: its message waits until 02:01:20: much is said in the room
             02:01:20 -> teams update: Resolved by prometheus. about a0
            "
        ),
    );
}
