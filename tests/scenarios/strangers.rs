//! Whose word counts: people in `users/` who have not left. Everybody else leaves a remark, and calls go on.

use crate::check;

/// A guest who presses Acknowledge or Resolve is named in timeline and thread; nobody is told less, and who is paged can take it.
#[test]
fn a_guest_leaves_a_remark_and_calls_go_on() {
    check(
        "show mirrors
         02:00 alert 5xx critical
         02:01 ack guest
         02:02 close guest
         02:06 ack tanaka
         02:20 end",
        r#"
        02:00 opened: "5xx" from prometheus -> web, critical, high urgency
        02:00 step 1 of team: tanaka, on call on primary (layer always); next step at 02:05:00
        02:00 -> call tanaka, slack tanaka, channel
        02:01 guest says they look at it in Slack (may not respond)
        02:01 -> channel update: guest says they look at it. They may not respond, so nothing else changed.
        02:01 reply: noted
        02:02 guest says it is over in Slack (may not respond)
        02:02 -> channel update: guest says it is over. They may not respond, so nothing else changed.
        02:02 reply: noted
        02:05 step 2 of team: suzuki, on call on secondary (layer always); next step at 02:15:00
        02:05 -> call suzuki, slack suzuki, channel update: Not acknowledged yet. Telling: Suzuki (step 2 of 2; next at 02:15)
        02:06 acknowledged by Tanaka in Slack
        02:06 -> channel update: Acknowledged by Tanaka.
        "#,
    );
}

/// A guest's remark about what somebody has takes nothing from them, and one about what is over says who closed it.
#[test]
fn a_guest_takes_nothing_from_who_has_it() {
    check(
        "02:00 alert 5xx critical
         02:01 ack tanaka
         02:02 ack guest
         02:03 escalate guest
         02:04 reassign guest to suzuki
         02:05 resolve 5xx
         02:06 ack guest
         02:20 end",
        r#"
        02:00 opened: "5xx" from prometheus -> web, critical, high urgency
        02:00 step 1 of team: tanaka, on call on primary (layer always); next step at 02:05:00
        02:00 -> call tanaka, slack tanaka
        02:01 acknowledged by Tanaka in Slack
        02:02 guest says they look at it in Slack (may not respond)
        02:02 reply: noted
        02:03 guest asks for the next step in Slack (may not respond)
        02:03 reply: noted
        02:04 guest asks that suzuki take it in Slack (may not respond)
        02:04 reply: noted
        02:05 resolved by prometheus: the monitor says so
        02:06 reply: already done by prometheus
        "#,
    );
}

/// A commit that says that somebody has left shuts their ways at once, the phone that rings now included.
#[test]
fn who_has_left_leaves_a_remark() {
    check(
        "=== gone
         --- users/tanaka.yaml
         name: Tanaka
         slack: U0TANAKA
         phone: \"+81 90 0000 0001\"
         left: 2026-12-01
         --- schedules/primary.yaml
         name: Primary
         layers: [{ name: always, members: [suzuki] }]
         === day
         02:00 alert 5xx critical
         02:00:10 config gone
         02:00:20 press tanaka 4
         02:00:25 ack tanaka
         02:01 ack suzuki
         02:20 end",
        r#"
        02:00 opened: "5xx" from prometheus -> web, critical, high urgency
        02:00 step 1 of team: tanaka, on call on primary (layer always); next step at 02:05:00
        02:00 -> call tanaka, slack tanaka
        02:00:10 config gone is in force
        02:00:10 no longer in the step: tanaka
        02:00:10 now in the step, told: suzuki, on call on primary (layer always)
        02:00:10 -> call suzuki, slack suzuki
        02:00:20 Tanaka says they look at it on the phone (may not respond)
        02:00:20 reply: noted
        02:00:25 Tanaka says they look at it in Slack (may not respond)
        02:00:25 reply: noted
        02:01 acknowledged by Suzuki in Slack
        "#,
    );
}

/// A second person who takes it is named beside the first, once.
#[test]
fn a_second_acknowledgement_is_a_line() {
    check(
        "show mirrors
         show cards
         02:00 alert 5xx critical
         02:01 ack tanaka
         02:03 ack suzuki
         02:04 ack suzuki
         02:05 ack tanaka
         02:20 end",
        r#"
        02:00 opened: "5xx" from prometheus -> web, critical, high urgency
        02:00 step 1 of team: tanaka, on call on primary (layer always); next step at 02:05:00
        02:00 -> call tanaka, slack tanaka, channel 🔴 [Critical] Web: 5xx [Acknowledge] [Resolve]
        02:01 acknowledged by Tanaka in Slack
        02:01 -> channel 🟡 [Critical] Web: 5xx [Resolve] update: Acknowledged by Tanaka.
        02:03 also acknowledged by Suzuki in Slack
        02:03 -> channel 🟡 [Critical] Web: 5xx [Resolve] update: Also acknowledged by Suzuki.
        02:03 reply: already done by Tanaka
        02:04 reply: already done by Tanaka, Suzuki
        02:05 reply: already done by Tanaka, Suzuki
        "#,
    );
}

/// Who was paged may acknowledge, escalate and note, though `access.respond` does not name them; resolving is for those it names.
#[test]
fn who_was_paged_may_take_it_and_not_close_it() {
    check(
        r#"--- oncall.yaml
time_zone: Asia/Tokyo
language: en
fallback: last-resort
public_url: https://oncall.example.com
access: { respond: [tanaka, suzuki, sato, boss] }
providers:
  slack: { bot_token: { env: SLACK_BOT_TOKEN }, signing_secret: { env: SLACK_SIGNING_SECRET }, channel: C0INCIDENTS }
  twilio: { account_sid: AC0, auth_token: { env: TWILIO_AUTH_TOKEN }, from: "+815012345678" }
defaults:
  notify: { high: [{ by: slack }, { by: call }], low: [{ by: slack }] }
--- services/web.yaml
name: Web
escalation_policy: team
=== day
         02:00 alert 5xx critical
         02:01 ack kimura
         02:02 also tanaka kimura
         02:03 close kimura
         02:04 ack kimura
         02:05 says kimura looking
         02:10 end"#,
        r#"
        02:00 opened: "5xx" from prometheus -> web, critical, high urgency
        02:00 step 1 of team: tanaka, on call on primary (layer always); next step at 02:05:00
        02:00 -> call tanaka, slack tanaka
        02:01 Kimura says they look at it in Slack (may not respond)
        02:01 reply: noted
        02:02 kimura paged too, asked for by Tanaka in Slack
        02:02 -> call kimura, slack kimura
        02:03 Kimura says it is over in Slack (may not respond)
        02:03 reply: noted
        02:04 acknowledged by Kimura in Slack
        02:05 note by Kimura in Slack: "looking"
        "#,
    );
}
