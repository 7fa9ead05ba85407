//! Direct messages follow their incidents until all of them are over.

use crate::check;

/// Taken, triggered again, over: the message that told somebody shows it, and has no buttons when it is over.
#[test]
fn a_direct_message_follows_its_incident() {
    check(
        "--- services/web.yaml
         name: Web
         escalation_policy: team
         acknowledgement_timeout: 30m
         === day
         show directs
         02:00 alert a critical
         02:01 ack tanaka
         02:32 close suzuki
         02:40 end",
        r#"
        02:00 opened: "a" from prometheus -> web, critical, high urgency
        02:00 step 1 of team: tanaka, on call on primary (layer always); next step at 02:05:00
        02:00 -> call tanaka, slack tanaka
        02:01 acknowledged by Tanaka in Slack, until 02:31:00
        02:01 -> edit slack tanaka: 🟡 [Critical] Web: a [Resolve]
        02:31 triggered again: acknowledged, but not resolved in time
        02:31 step 1 of team: tanaka, on call on primary (layer always); next step at 02:36:00
        02:31 -> call tanaka, slack tanaka, edit slack tanaka: 🔴 [Critical] Web: a [Acknowledge] [Resolve]
        02:32 resolved by Suzuki in Slack
        02:32 -> edit slack tanaka: ✅ [Critical] Web: a, edit slack tanaka: ✅ [Critical] Web: a
        "#,
    );
}

/// A message about several incidents shows how each stands, and has no buttons when all are over.
#[test]
fn a_bundle_follows_all_of_its_incidents() {
    check(
        "show directs
         02:00 post alert a critical; alert b critical
         02:01 ack tanaka a
         02:02 resolve b
         02:03 resolve a
         02:10 end",
        r#"
        02:00 a: opened: "a" from prometheus -> web, critical, high urgency
        02:00 a: step 1 of team: tanaka, on call on primary (layer always); next step at 02:05:00
        02:00 b: opened: "b" from prometheus -> web, critical, high urgency
        02:00 b: step 1 of team: tanaka, on call on primary (layer always); next step at 02:05:00
        02:00 -> call tanaka about a, b, slack tanaka about a, b
        02:01 a: acknowledged by Tanaka in Slack
        02:01 -> edit slack tanaka: 🔴 2 alerts [Acknowledge all] about a, b
        02:02 b: resolved by prometheus: the monitor says so
        02:02 -> edit slack tanaka: 🟡 2 alerts about a, b
        02:03 a: resolved by prometheus: the monitor says so
        02:03 -> edit slack tanaka: ✅ 2 alerts about a, b
        "#,
    );
}

/// What a crash kept from being shown is shown after it.
#[test]
fn a_direct_message_is_brought_up_to_date_after_a_crash() {
    check(
        "show directs
         hang edit
         02:00 alert a critical
         02:01 ack tanaka
         02:01:10 crash
         up edit
         02:03 start
         02:10 end",
        r#"
        02:00 opened: "a" from prometheus -> web, critical, high urgency
        02:00 step 1 of team: tanaka, on call on primary (layer always); next step at 02:05:00
        02:00 -> call tanaka, slack tanaka
        02:01 acknowledged by Tanaka in Slack
        02:01 -> edit slack tanaka: 🟡 [Critical] Web: a [Resolve]
        02:03 server started (epoch 2)
        02:03 -> edit slack tanaka: 🟡 [Critical] Web: a [Resolve]
        "#,
    );
}

/// A provider that asks for patience with edits is waited for by edits alone: the next page leaves at once.
#[test]
fn edits_delay_no_page() {
    check(
        "show directs
         limit=120 edit
         02:00 alert a critical
         02:01 ack tanaka
         02:01:10 up edit
         02:01:20 alert b critical
         02:03:30 end",
        r#"
        02:00 a: opened: "a" from prometheus -> web, critical, high urgency
        02:00 a: step 1 of team: tanaka, on call on primary (layer always); next step at 02:05:00
        02:00 -> call tanaka about a, slack tanaka about a
        02:01 a: acknowledged by Tanaka in Slack
        02:01 -> edit slack tanaka: 🟡 [Critical] Web: a [Resolve] about a
        02:01:20 b: opened: "b" from prometheus -> web, critical, high urgency
        02:01:20 b: step 1 of team: tanaka, on call on primary (layer always); next step at 02:06:20
        02:01:20 -> call tanaka about b, slack tanaka about b
        02:03 -> edit slack tanaka: 🟡 [Critical] Web: a [Resolve] about a
        "#,
    );
}

/// A message that cannot be edited any more is left as it is, until something changes again.
#[test]
fn an_edit_that_is_refused_is_not_repeated() {
    check(
        "show directs
         reject edit
         02:00 alert a critical
         02:01 ack tanaka
         02:05 resolve a
         02:30 end",
        r#"
        02:00 opened: "a" from prometheus -> web, critical, high urgency
        02:00 step 1 of team: tanaka, on call on primary (layer always); next step at 02:05:00
        02:00 -> call tanaka, slack tanaka
        02:01 acknowledged by Tanaka in Slack
        02:01 -> edit slack tanaka: 🟡 [Critical] Web: a [Resolve]
        02:05 resolved by prometheus: the monitor says so
        02:05 -> edit slack tanaka: ✅ [Critical] Web: a
        "#,
    );
}

/// A mail cannot be edited: another one in its thread says that somebody has it, and that it is over. That it pages again is said by
/// the mail that tells so, and only the newest is followed.
#[test]
fn a_mail_is_followed_by_two_at_most() {
    check(
        "--- oncall.yaml
         time_zone: Asia/Tokyo
         language: en
         fallback: last-resort
         providers:
           slack: { bot_token: { env: SLACK_BOT_TOKEN }, signing_secret: { env: SLACK_SIGNING_SECRET }, channel: C0INCIDENTS }
           twilio: { account_sid: AC0, auth_token: { env: TWILIO_AUTH_TOKEN }, from: \"+815012345678\" }
           mail: { smtp: \"smtps://smtp.example.com\", from: oncall@example.com }
         defaults:
           notify: { high: [{ by: call }], low: [{ by: email }] }
           urgency: [{ when: { severity: critical }, urgency: high }, { urgency: low }]
         --- users/tanaka.yaml
         name: Tanaka
         slack: U0TANAKA
         phone: \"+81 90 0000 0001\"
         email: tanaka@example.com
         === day
         show directs
         02:00 alert a warning
         02:01 ack tanaka
         02:02 unack tanaka
         02:03 ack suzuki
         02:06 resolve a
         02:10 end",
        r#"
        02:00 opened: "a" from prometheus -> web, warning, low urgency
        02:00 told once, at low urgency: tanaka, on call on primary (layer always)
        02:00 -> email tanaka
        02:01 acknowledged by Tanaka in Slack
        02:01 -> edit email tanaka: 🟡 [Warning] Web: a [Resolve]
        02:02 given back by Tanaka in Slack
        02:02 told once, at low urgency: tanaka, on call on primary (layer always)
        02:02 -> email tanaka
        02:03 acknowledged by Suzuki in Slack
        02:03 -> edit email tanaka: 🟡 [Warning] Web: a [Resolve]
        02:06 resolved by prometheus: the monitor says so
        02:06 -> edit email tanaka: ✅ [Warning] Web: a
        "#,
    );
}
