//! The link of a message: it acts for the person it was sent to, on the trigger it was sent for, for a day.

use crate::check;

/// By SMS at once, and nothing else.
const BY_SMS: &str = "
    --- oncall.yaml
    time_zone: Asia/Tokyo
    language: en
    fallback: last-resort
    public_url: https://oncall.example.com
    providers:
      slack: { bot_token: { env: SLACK_BOT_TOKEN }, signing_secret: { env: SLACK_SIGNING_SECRET }, channel: C0INCIDENTS }
      twilio: { account_sid: AC0, auth_token: { env: TWILIO_AUTH_TOKEN }, from: \"+815012345678\" }
    defaults:
      notify: { high: [{ by: sms }, { by: call, after: 4m }], low: [{ by: sms }] }
      urgency: [{ when: { severity: critical }, urgency: high }, { urgency: low }]
    ";

fn day(files: &str, lines: &str) -> String {
    format!("{BY_SMS}{files}\n=== day\n{lines}")
}

#[test]
fn it_acts_for_whom_it_was_sent_to_and_twice_is_once() {
    check(
        &day(
            "",
            "02:00 alert 5xx critical
             02:01 link tanaka 1 acknowledge
             02:02 link tanaka 1 acknowledge
             02:03 link tanaka 1 escalate
             02:04 resolve 5xx
             02:05 link tanaka 1 acknowledge
             02:20 end",
        ),
        r#"
        02:00 opened: "5xx" from prometheus -> web, critical, high urgency
        02:00 step 1 of team: tanaka, on call on primary (layer always); next step at 02:05:00
        02:00 -> sms tanaka
        02:01 link to tanaka offers acknowledge, escalate
        02:01 acknowledged by Tanaka by a link
        02:02 link to tanaka offers nothing
        02:02 reply: already done by Tanaka
        02:03 link to tanaka offers nothing
        02:03 reply: already done by Tanaka
        02:04 resolved by prometheus: the monitor says so
        02:05 link to tanaka offers nothing
        02:05 reply: already done by prometheus
        "#,
    );
}

/// One press is one escalation, and a link to a step that is over skips nobody.
#[test]
fn it_escalates_once() {
    check(
        &day(
            "",
            "02:00 alert 5xx critical
             02:01 link tanaka 1 escalate
             02:02 link tanaka 1 escalate
             02:03 link suzuki 1 acknowledge
             02:20 end",
        ),
        r#"
        02:00 opened: "5xx" from prometheus -> web, critical, high urgency
        02:00 step 1 of team: tanaka, on call on primary (layer always); next step at 02:05:00
        02:00 -> sms tanaka
        02:01 link to tanaka offers acknowledge, escalate
        02:01 Tanaka asks for the next step by a link
        02:01 step 2 of team: suzuki, on call on secondary (layer always); next step at 02:11:00
        02:01 -> sms suzuki
        02:02 link to tanaka offers acknowledge, escalate
        02:02 reply: already done by Suzuki
        02:03 link to suzuki offers acknowledge, escalate
        02:03 acknowledged by Suzuki by a link
        "#,
    );
}

/// Somebody had it and gave it back: it pages anew, and only the newer message acts.
#[test]
fn an_older_link_does_not_act_on_a_newer_trigger() {
    check(
        &day(
            "",
            "02:00 alert 5xx critical
             02:01 link tanaka 1 acknowledge
             02:10 unack tanaka
             02:11 link tanaka 1 acknowledge
             02:12 link tanaka 2 acknowledge
             02:20 end",
        ),
        r#"
        02:00 opened: "5xx" from prometheus -> web, critical, high urgency
        02:00 step 1 of team: tanaka, on call on primary (layer always); next step at 02:05:00
        02:00 -> sms tanaka
        02:01 link to tanaka offers acknowledge, escalate
        02:01 acknowledged by Tanaka by a link
        02:10 given back by Tanaka in Slack
        02:10 step 1 of team: tanaka, on call on primary (layer always); next step at 02:15:00
        02:10 -> sms tanaka
        02:11 link to tanaka offers nothing
        02:11 reply: It has paged anew since this link was sent: use the newest message.
        02:12 link to tanaka offers acknowledge, escalate
        02:12 acknowledged by Tanaka by a link
        "#,
    );
}

/// `inform` lets somebody know; their link shows, and never acts.
#[test]
fn a_link_to_somebody_who_is_only_informed_shows_and_does_nothing() {
    check(
        &day(
            "
    --- services/web.yaml
    name: Web
    escalation_policy: team
    inform: [{ after: 1m, user: kimura, by: sms }]
    ",
            "02:00 alert 5xx critical
             02:02 link kimura 1 acknowledge
             02:03 link kimura 1 escalate
             02:04 link tanaka 1 acknowledge
             02:20 end",
        ),
        r#"
        02:00 opened: "5xx" from prometheus -> web, critical, high urgency
        02:00 to be informed: kimura, inform (services/web.yaml:3)
        02:00 step 1 of team: tanaka, on call on primary (layer always); next step at 02:05:00
        02:00 -> sms tanaka
        02:01 -> sms kimura
        02:02 link to kimura offers nothing
        02:02 reply: You were only informed of this: this link shows it and does nothing.
        02:03 link to kimura offers nothing
        02:03 reply: You were only informed of this: this link shows it and does nothing.
        02:04 link to tanaka offers acknowledge, escalate
        02:04 acknowledged by Tanaka by a link
        "#,
    );
}

/// After a day it opens nothing, although the incident is still there.
#[test]
fn a_link_ends_after_a_day() {
    check(
        &day(
            "",
            "02:00 alert 5xx warning
             01:59 link tanaka 1 acknowledge
             02:01 link tanaka 1 acknowledge
             02:02 end",
        ),
        r#"
        02:00 opened: "5xx" from prometheus -> web, warning, low urgency
        02:00 told once, at low urgency: tanaka, on call on primary (layer always)
        02:00 -> sms tanaka
        01:59 link to tanaka offers acknowledge, escalate
        01:59 acknowledged by Tanaka by a link
        02:01 link to tanaka offers no page
        02:01 reply: not found
        "#,
    );
}

/// What rings on by Pushover is cancelled as soon as somebody has it, and whoever acknowledges in the app has it.
#[test]
fn pushover_is_cancelled_when_somebody_has_it_and_acknowledges_in_the_app() {
    let pushed = day(
        "
    --- users/tanaka.yaml
    name: Tanaka
    slack: U0TANAKA
    phone: \"+81 90 0000 0001\"
    pushover: { env: TANAKA_PUSHOVER }
    notify: { high: [{ by: pushover }, { by: call, after: 4m }] }
    ",
        "02:00 alert a critical
         02:00:05 ack tanaka
         02:10 alert b critical
         02:10:05 pushed tanaka
         02:20 end",
    );
    let pushed = pushed.replacen(
        "      twilio:",
        "      pushover: { token: { env: PUSHOVER_TOKEN } }\n      twilio:",
        1,
    );
    check(
        &pushed,
        r#"
        02:00 a: opened: "a" from prometheus -> web, critical, high urgency
        02:00 a: step 1 of team: tanaka, on call on primary (layer always); next step at 02:05:00
        02:00 -> pushover tanaka about a
        02:00:05 a: acknowledged by Tanaka in Slack
        02:00:05 -> hang up tanaka
        02:10 b: opened: "b" from prometheus -> web, critical, high urgency
        02:10 b: step 1 of team: tanaka, on call on primary (layer always); next step at 02:15:00
        02:10 -> pushover tanaka about b
        02:10:05 b: acknowledged by Tanaka by push
        "#,
    );
}
