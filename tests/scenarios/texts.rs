//! What people answer to text messages: the code of a message acknowledges what it told of, once; STOP is said and shuts no other way.

use crate::check;

/// By SMS at once from a number that can be answered; Tanaka has a phone in America, Suzuki one in Japan.
const ANSWERED: &str = "
    --- oncall.yaml
    time_zone: Asia/Tokyo
    language: en
    fallback: last-resort
    public_url: https://oncall.example.com
    providers:
      slack: { bot_token: { env: SLACK_BOT_TOKEN }, signing_secret: { env: SLACK_SIGNING_SECRET }, channel: C0INCIDENTS }
      twilio:
        account_sid: AC0
        auth_token: { env: TWILIO_AUTH_TOKEN }
        from: \"+815012345678\"
        sms_from: \"+15005550006\"
        sms_replies: true
    defaults:
      notify: { high: [{ by: sms }, { by: call, after: 4m }], low: [{ by: sms }] }
      urgency: [{ when: { severity: critical }, urgency: high }, { urgency: low }]
    --- users/tanaka.yaml
    name: Tanaka
    slack: U0TANAKA
    phone: \"+1 202 555 0101\"
    ";

fn day(lines: &str) -> String {
    format!("{ANSWERED}\n=== day\n{lines}")
}

#[test]
fn a_code_acknowledges_what_its_message_told_of_and_twice_is_once() {
    check(
        &day("02:00 alert 5xx critical
             02:00:30 alert other critical
             02:01 texts tanaka 1
             02:02 texts tanaka 1
             02:03 resolve 5xx
             02:04 texts tanaka 1
             02:04:20 resolve other
             02:20 end"),
        r#"
        02:00 5xx: opened: "5xx" from prometheus -> web, critical, high urgency
        02:00 5xx: step 1 of team: tanaka, on call on primary (layer always); next step at 02:05:00
        02:00 -> sms tanaka about 5xx
        02:00:30 other: opened: "other" from prometheus -> web, critical, high urgency
        02:00:30 other: step 1 of team: tanaka, on call on primary (layer always); next step at 02:05:30
        02:00:30 -> sms tanaka about other
        02:01 5xx: acknowledged by Tanaka by SMS
        02:02 reply: already done by Tanaka
        02:03 5xx: resolved by prometheus: the monitor says so
        02:04 reply: already done by prometheus
        02:04:20 other: resolved by prometheus: the monitor says so
        "#,
    );
}

/// In Japan nobody can answer an SMS, so nobody is asked to; a code that nobody was given does nothing.
#[test]
fn a_message_to_japan_has_no_code() {
    check(
        &day("02:00 alert 5xx critical
             02:05:30 texts suzuki 1
             02:06 ack suzuki
             02:20 end"),
        r#"
        02:00 opened: "5xx" from prometheus -> web, critical, high urgency
        02:00 step 1 of team: tanaka, on call on primary (layer always); next step at 02:05:00
        02:00 -> sms tanaka
        02:04 -> call tanaka
        02:05 step 2 of team: suzuki, on call on secondary (layer always); next step at 02:15:00
        02:05 -> sms suzuki
        02:05:30 the message to suzuki has no code
        02:05:30 reply: not found
        02:06 acknowledged by Suzuki in Slack
        "#,
    );
}

/// Somebody had it and gave it back: what was sent before does not answer for what pages now.
#[test]
fn an_older_code_does_not_act_on_a_newer_trigger() {
    check(
        &day("02:00 alert 5xx critical
             02:01 texts tanaka 1
             02:10 unack tanaka
             02:11 texts tanaka 1
             02:12 texts tanaka 2
             02:20 end"),
        r#"
        02:00 opened: "5xx" from prometheus -> web, critical, high urgency
        02:00 step 1 of team: tanaka, on call on primary (layer always); next step at 02:05:00
        02:00 -> sms tanaka
        02:01 acknowledged by Tanaka by SMS
        02:10 given back by Tanaka in Slack
        02:10 step 1 of team: tanaka, on call on primary (layer always); next step at 02:15:00
        02:10 -> sms tanaka
        02:11 reply: It has paged anew since this link was sent: use the newest message.
        02:12 acknowledged by Tanaka by SMS
        "#,
    );
}

/// STOP is told once, by another way, and hastens nothing by itself: what is refused does. START is heard.
#[test]
fn stop_and_start_are_noted_once() {
    check(
        &day("show notices
             02:00 says-stop tanaka
             02:00:10 says-stop tanaka
             02:01 says-start tanaka
             02:02 says-start tanaka
             02:10 end"),
        r#"
        02:00 tanaka answered STOP: no SMS reaches them until they send START
        02:00 -> notice to tanaka: You answered STOP: no SMS of ours reaches you. To take them again, send START to the number they come from.
        02:00 reply: noted
        02:00:10 reply: noted
        02:01 tanaka takes SMS again
        02:01 reply: noted
        02:02 reply: noted
        "#,
    );
}

/// Somebody with two phones says STOP on one: the other still gets text messages, and what is refused names the one that it went to.
#[test]
fn stop_shuts_the_phone_that_said_it_and_no_other() {
    let two = "    phones: [{ name: work, number: \"+1 202 555 0102\" }]\n\
               \u{20}   notify: { high: [{ by: sms, to: work }, { by: sms, after: 1m }, { by: call, after: 4m }] }";
    let day = |lines: &str| day(lines).replacen("\n===", &format!("\n{two}\n==="), 1);
    check(
        &day("show notices
             02:00 says-stop tanaka work
             02:00:10 says-stop tanaka
             02:01 says-start tanaka work
             02:02 says-start tanaka
             02:10 end"),
        r#"
        02:00 tanaka answered STOP: no SMS (work) reaches them until they send START
        02:00 -> notice to tanaka: You answered STOP: no SMS (work) of ours reaches you. To take them again, send START to the number they come from.
        02:00 reply: noted
        02:00:10 tanaka answered STOP: no SMS reaches them until they send START
        02:00:10 -> notice to tanaka: You answered STOP: no SMS of ours reaches you. To take them again, send START to the number they come from.
        02:00:10 reply: noted
        02:01 tanaka takes SMS (work) again
        02:01 reply: noted
        02:02 tanaka takes SMS again
        02:02 reply: noted
        "#,
    );
    check(
        &day("optout sms
             02:00 alert 5xx critical
             02:00:30 end"),
        r#"
        02:00 opened: "5xx" from prometheus -> web, critical, high urgency
        02:00 step 1 of team: tanaka, on call on primary (layer always); next step at 02:05:00
        02:00 -> sms tanaka (work)
        02:00 tanaka is reached by SMS early: Twilio: the person answered STOP to our text messages: they must text START to the number that sends them
        02:00 tanaka answered STOP: no SMS (work) reaches them until they send START
        02:00 -> sms tanaka
        02:00 tanaka is reached by call early: Twilio: the person answered STOP to our text messages: they must text START to the number that sends them
        02:00 tanaka answered STOP: no SMS reaches them until they send START
        02:00 -> call tanaka
        "#,
    );
}

/// Only a key counts: that a machine took the call is said, and changes nothing.
#[test]
fn an_answering_machine_is_a_word_in_the_timeline() {
    check(
        "--- users/tanaka.yaml
         name: Tanaka
         phone: \"+81 90 0000 0001\"
         notify: { high: [{ by: call }] }
         === day
         show outcomes
         02:00 alert 5xx critical
         02:00:20 machine tanaka
         02:02 close suzuki
         02:10 end",
        r#"
        02:00 opened: "5xx" from prometheus -> web, critical, high urgency
        02:00 step 1 of team: tanaka, on call on primary (layer always); next step at 02:05:00
        02:00 -> call tanaka
        02:00 delivery 1-1: accepted as R1-1
        02:00 delivery 1-2: delivered as R1-2
        02:00:20 delivery 1-1: answered by a machine (voicemail?)
        02:00:30 delivery 1-1: ended: no answer
        02:02 resolved by Suzuki in Slack
        02:02 delivery 1-3: delivered as R1-2
        "#,
    );
}
