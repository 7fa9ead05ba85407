//! How deliveries fail, and what is done about it; slots, bundles and fairness.

use super::check;

/// 36 and 38: Slack is down, or asks for patience; the call goes out, once.
#[test]
fn slack_does_not_delay_a_call() {
    check(
        "limit=120 slack
         02:00 alert 5xx critical
         02:02:30 end",
        r#"
        02:00 opened: "5xx" from prometheus -> web, critical, high urgency
        02:00 step 1 of team: tanaka, on call on primary (layer always); next step at 02:05:00
        02:00 -> call tanaka, slack tanaka
        02:02 -> slack tanaka
        "#,
    );
    check(
        "limit=120 slack tanaka
         02:00 alert a critical
         02:00:10 up slack tanaka
         02:01 alert b critical
         02:02 end",
        r#"
        02:00 a: opened: "a" from prometheus -> web, critical, high urgency
        02:00 a: step 1 of team: tanaka, on call on primary (layer always); next step at 02:05:00
        02:00 -> call tanaka about a, slack tanaka about a
        02:01 b: opened: "b" from prometheus -> web, critical, high urgency
        02:01 b: step 1 of team: tanaka, on call on primary (layer always); next step at 02:06:00
        02:01 -> call tanaka about b, slack tanaka about b
        02:02 -> slack tanaka about a
        "#,
    );
}

const CALL_LATER: &str = "
    --- users/tanaka.yaml
    name: Tanaka
    slack: U0TANAKA
    phone: \"+81 90 0000 0001\"
    notify: { high: [{ by: slack }, { by: call, after: 3m }, { by: call, after: 4m }] }
    === day
    ";

/// 40: two failures, and the next contact method is tried early; not the one after it.
#[test]
fn the_next_method_is_tried_early() {
    check(
        &format!(
            "{CALL_LATER}
            down slack tanaka
            02:00 alert 5xx critical
            02:04:20 ack tanaka
            02:30 end"
        ),
        r#"
        02:00 opened: "5xx" from prometheus -> web, critical, high urgency
        02:00 step 1 of team: tanaka, on call on primary (layer always); next step at 02:05:00
        02:00 -> slack tanaka
        02:00:05 -> slack tanaka
        02:00:05 tanaka is reached by call early: 503
        02:00:05 -> call tanaka
        02:00:15 -> slack tanaka
        02:00:35 -> slack tanaka
        02:01:15 -> slack tanaka
        02:02:35 -> slack tanaka
        02:04 -> call tanaka
        02:04:20 acknowledged by Tanaka in Slack
        02:04:20 -> hang up tanaka
        "#,
    );
    check(
        &format!(
            "{CALL_LATER}
            reject slack tanaka
            02:00 alert 5xx critical
            02:03 end"
        ),
        r#"
        02:00 opened: "5xx" from prometheus -> web, critical, high urgency
        02:00 step 1 of team: tanaka, on call on primary (layer always); next step at 02:05:00
        02:00 -> slack tanaka
        02:00 tanaka is reached by call early: no such number
        02:00 -> call tanaka
        "#,
    );
}

/// A step in which every contact of everybody failed for good is passed at once.
#[test]
fn an_unreachable_step_is_passed() {
    check(
        "reject call tanaka
         reject slack tanaka
         02:00 alert 5xx critical
         02:01 end",
        r#"
        02:00 opened: "5xx" from prometheus -> web, critical, high urgency
        02:00 step 1 of team: tanaka, on call on primary (layer always); next step at 02:05:00
        02:00 -> call tanaka, slack tanaka
        02:00 step 1 of team passed at once: every contact of everybody in it failed
        02:00 step 2 of team: suzuki, on call on secondary (layer always); next step at 02:10:00
        02:00 -> call suzuki, slack suzuki
        "#,
    );
    // Everybody, the fallback included: its last step is told again all the same.
    check(
        "reject call
         reject slack
         02:00 alert 5xx critical
         02:16 end",
        r#"
        02:00 opened: "5xx" from prometheus -> web, critical, high urgency
        02:00 step 1 of team: tanaka, on call on primary (layer always); next step at 02:05:00
        02:00 -> call tanaka, slack tanaka
        02:00 step 1 of team passed at once: every contact of everybody in it failed
        02:00 step 2 of team: suzuki, on call on secondary (layer always); next step at 02:10:00
        02:00 -> call suzuki, slack suzuki
        02:00 step 2 of team passed at once: every contact of everybody in it failed
        02:00 fallback step 1 of last-resort: sato, named in the step; next step at 02:10:00
        02:00 -> call sato, slack sato
        02:00 fallback step 1 of last-resort passed at once: every contact of everybody in it failed
        02:00 fallback step 2 of last-resort: boss, named in the step; next step at 02:15:00
        02:00 -> call boss, slack boss
        02:15 fallback step 2 of last-resort, round 2: boss, named in the step; next step at 02:30:00
        02:15 -> call boss, slack boss
        "#,
    );
}

/// 40: a busy line is tried again; no answer and voicemail are not failures.
#[test]
fn a_busy_line() {
    check(
        "--- users/tanaka.yaml
         name: Tanaka
         slack: U0TANAKA
         phone: \"+81 90 0000 0001\"
         notify: { high: [{ by: call }, { by: slack, after: 4m }] }
         === day
         busy call tanaka
         02:00 alert 5xx critical
         02:01:10 up call tanaka
         02:01:20 end
         02:04:59 end",
        r#"
        02:00 opened: "5xx" from prometheus -> web, critical, high urgency
        02:00 step 1 of team: tanaka, on call on primary (layer always); next step at 02:05:00
        02:00 -> call tanaka
        02:00:35 -> call tanaka
        02:01:05 tanaka is reached by Slack early: busy
        02:01:05 -> slack tanaka
        02:01:15 -> call tanaka
        "#,
    );
}

/// 39: somebody, or a voicemail, picks up; without a key it proves nothing.
#[test]
fn picked_up_without_a_key() {
    check(
        "02:00 alert 5xx critical
         02:00:10 answer tanaka
         02:05 end
         02:05 end",
        r#"
        02:00 opened: "5xx" from prometheus -> web, critical, high urgency
        02:00 step 1 of team: tanaka, on call on primary (layer always); next step at 02:05:00
        02:00 -> call tanaka, slack tanaka
        02:05 step 2 of team: suzuki, on call on secondary (layer always); next step at 02:15:00
        02:05 -> call suzuki, slack suzuki
        "#,
    );
}

/// A number that turns out to be wrong after the provider took the call; nobody else is in the step.
#[test]
fn rejected_after_it_was_taken() {
    check(
        "--- users/tanaka.yaml
         name: Tanaka
         phone: \"+81 90 0000 0001\"
         notify: { high: [{ by: call }] }
         === day
         02:00 alert 5xx critical
         02:00:03 fails tanaka
         02:00:03 end",
        r#"
        02:00 opened: "5xx" from prometheus -> web, critical, high urgency
        02:00 step 1 of team: tanaka, on call on primary (layer always); next step at 02:05:00
        02:00 -> call tanaka
        02:00:03 step 1 of team passed at once: every contact of everybody in it failed
        02:00:03 step 2 of team: suzuki, on call on secondary (layer always); next step at 02:10:03
        02:00:03 -> call suzuki, slack suzuki
        "#,
    );
}

/// No answer at all is waited for a minute; then it may or may not have left.
#[test]
fn a_provider_that_says_nothing() {
    check(
        "hang slack tanaka
         02:00 alert 5xx critical
         02:00:30 up slack tanaka
         02:01 end
         02:02 end",
        r#"
        02:00 opened: "5xx" from prometheus -> web, critical, high urgency
        02:00 step 1 of team: tanaka, on call on primary (layer always); next step at 02:05:00
        02:00 -> call tanaka, slack tanaka
        02:01 -> slack tanaka (repeat)
        "#,
    );
}

/// The answer to our request was lost, and the phone rings: the key counts, and nobody is called again.
#[test]
fn a_lost_answer_and_a_key() {
    check(
        "lose call tanaka
         show outcomes
         02:00 alert 5xx critical
         02:00:03 press tanaka 4
         02:10 end",
        r#"
        02:00 opened: "5xx" from prometheus -> web, critical, high urgency
        02:00 step 1 of team: tanaka, on call on primary (layer always); next step at 02:05:00
        02:00 -> call tanaka, slack tanaka
        02:00 delivery 1-1: unknown: timeout; again at 02:00:05
        02:00 delivery 1-2: delivered as R1-2
        02:00 delivery 1-3: delivered as R1-3
        02:00:03 acknowledged by Tanaka on the phone
        02:00:03 delivery 1-4: delivered as R1-3
        02:00:03 delivery 1-5: delivered as R1-2
        02:00:08 delivery 1-1: ended: completed
        "#,
    );
}

/// The answer to our request was lost, but the provider tells of the call: nobody is called again.
#[test]
fn a_lost_answer_and_a_phone_that_rings() {
    check(
        "lose call tanaka
         show outcomes
         02:00 alert 5xx critical
         02:00:02 rings tanaka
         02:00:40 ends tanaka
         02:04:59 end",
        r#"
        02:00 opened: "5xx" from prometheus -> web, critical, high urgency
        02:00 step 1 of team: tanaka, on call on primary (layer always); next step at 02:05:00
        02:00 -> call tanaka, slack tanaka
        02:00 delivery 1-1: unknown: timeout; again at 02:00:05
        02:00 delivery 1-2: delivered as R1-2
        02:00 delivery 1-3: delivered as R1-3
        02:00:02 delivery 1-1: accepted as R1-1
        02:00:40 delivery 1-1: ended: no answer
        "#,
    );
    // It told of it before we stopped waiting for the answer.
    check(
        "hang call tanaka
         02:00 alert 5xx critical
         02:00:02 rings tanaka
         02:00:10 times-out tanaka
         02:00:40 ends tanaka
         02:04:59 end",
        r#"
        02:00 opened: "5xx" from prometheus -> web, critical, high urgency
        02:00 step 1 of team: tanaka, on call on primary (layer always); next step at 02:05:00
        02:00 -> call tanaka, slack tanaka
        "#,
    );
    // It tells of it when the repeat has been refused for now: there is no other.
    check(
        "lose call tanaka
         02:00 alert 5xx critical
         02:00:01 limit=20 call tanaka
         02:00:06 rings 1-1
         02:00:40 ends 1-1
         02:04:59 end",
        r#"
        02:00 opened: "5xx" from prometheus -> web, critical, high urgency
        02:00 step 1 of team: tanaka, on call on primary (layer always); next step at 02:05:00
        02:00 -> call tanaka, slack tanaka
        02:00:05 -> call tanaka (repeat)
        "#,
    );
}

/// Without a public URL a call that was taken is all that is ever heard of it.
#[test]
fn a_call_of_which_nothing_more_is_heard() {
    check(
        "mute call
         02:00 alert 5xx critical
         02:05 end",
        r#"
        02:00 opened: "5xx" from prometheus -> web, critical, high urgency
        02:00 step 1 of team: tanaka, on call on primary (layer always); next step at 02:05:00
        02:00 -> call tanaka, slack tanaka
        02:05 step 2 of team: suzuki, on call on secondary (layer always); next step at 02:15:00
        02:05 -> call suzuki, slack suzuki
        "#,
    );
}

/// All that is due for one person at once is one call.
#[test]
fn one_call_for_several() {
    check(
        "02:00 post alert a critical; alert b error; alert c warning
         02:00:10 press tanaka 4
         02:10 end",
        r#"
        02:00 a: opened: "a" from prometheus -> web, critical, high urgency
        02:00 a: step 1 of team: tanaka, on call on primary (layer always); next step at 02:05:00
        02:00 b: opened: "b" from prometheus -> web, error, high urgency
        02:00 b: step 1 of team: tanaka, on call on primary (layer always); next step at 02:05:00
        02:00 c: opened: "c" from prometheus -> web, warning, low urgency
        02:00 c: told once, at low urgency: tanaka, on call on primary (layer always)
        02:00 -> call tanaka about a, b, slack tanaka about a, b, c
        02:00:10 a: acknowledged by Tanaka on the phone
        02:00:10 b: acknowledged by Tanaka on the phone
        "#,
    );
    // While one call rings, what comes waits for its end, and is then one call.
    check(
        "02:00 alert a critical
         02:00:05 alert b critical
         02:00:10 alert c critical
         02:00:40 end",
        r#"
        02:00 a: opened: "a" from prometheus -> web, critical, high urgency
        02:00 a: step 1 of team: tanaka, on call on primary (layer always); next step at 02:05:00
        02:00 -> call tanaka about a, slack tanaka about a
        02:00:05 b: opened: "b" from prometheus -> web, critical, high urgency
        02:00:05 b: step 1 of team: tanaka, on call on primary (layer always); next step at 02:05:05
        02:00:05 b: the call to tanaka waits: they are being called about 1-1, at most until 02:01:30 if nobody picks up
        02:00:05 -> slack tanaka about b
        02:00:10 c: opened: "c" from prometheus -> web, critical, high urgency
        02:00:10 c: step 1 of team: tanaka, on call on primary (layer always); next step at 02:05:10
        02:00:10 c: the call to tanaka waits: they are being called about 1-1, at most until 02:01:30 if nobody picks up
        02:00:10 -> slack tanaka about c
        02:00:30 -> call tanaka about b, c
        "#,
    );
}

/// A channel's message shows what is true when it leaves, with one message in flight at most; its thread then says all that
/// happened meanwhile, at once.
#[test]
fn a_slow_mirror_says_all_at_once() {
    check(
        "show mirrors
         slow=40s slack channel
         02:00 alert slow warning
         02:00:10 ack tanaka
         02:00:20 resolve slow
         02:02 end",
        r#"
        02:00 opened: "slow" from prometheus -> web, warning, low urgency
        02:00 told once, at low urgency: tanaka, on call on primary (layer always)
        02:00 -> slack tanaka, channel
        02:00:10 acknowledged by Tanaka in Slack
        02:00:20 resolved by prometheus: the monitor says so
        02:00:40 -> channel update: Acknowledged by Tanaka. / Resolved by prometheus.
        "#,
    );
}

const TEXTED: &str = "
    --- users/tanaka.yaml
    name: Tanaka
    slack: U0TANAKA
    phone: \"+81 90 0000 0001\"
    notify: { high: [{ by: sms }, { by: sms, after: 1m }, { by: call, after: 4m }] }
    === day
    ";

/// A text message that did not arrive, or that the person has opted out of, hastens the call.
#[test]
fn a_text_message_that_does_not_arrive() {
    check(
        &format!(
            "{TEXTED}
            undeliver sms
            02:00 alert 5xx critical
            02:00:40 end"
        ),
        r#"
        02:00 opened: "5xx" from prometheus -> web, critical, high urgency
        02:00 step 1 of team: tanaka, on call on primary (layer always); next step at 02:05:00
        02:00 -> sms tanaka
        02:00:30 tanaka is not tried by SMS again: Twilio: the carrier did not deliver it
        02:00:30 tanaka is reached by call early: Twilio: the carrier did not deliver it
        02:00:30 -> call tanaka
        "#,
    );
    check(
        &format!(
            "{TEXTED}
            optout sms
            02:00 alert 5xx critical
            02:00:20 end"
        ),
        r#"
        02:00 opened: "5xx" from prometheus -> web, critical, high urgency
        02:00 step 1 of team: tanaka, on call on primary (layer always); next step at 02:05:00
        02:00 -> sms tanaka
        02:00 tanaka is not tried by SMS again: Twilio: the person answered STOP to our text messages: they must text START to the number that sends them
        02:00 tanaka is reached by call early: Twilio: the person answered STOP to our text messages: they must text START to the number that sends them
        02:00 tanaka answered STOP: no SMS reaches them until they send START
        02:00 -> call tanaka
        "#,
    );
}

/// A message that waits for its receipt holds no other one back, as a call would.
#[test]
fn text_messages_do_not_wait_for_each_other() {
    check(
        &format!(
            "{TEXTED}
            02:00 alert a critical
            02:00:10 alert b critical
            02:00:20 end"
        ),
        r#"
        02:00 a: opened: "a" from prometheus -> web, critical, high urgency
        02:00 a: step 1 of team: tanaka, on call on primary (layer always); next step at 02:05:00
        02:00 -> sms tanaka about a
        02:00:10 b: opened: "b" from prometheus -> web, critical, high urgency
        02:00:10 b: step 1 of team: tanaka, on call on primary (layer always); next step at 02:05:10
        02:00:10 -> sms tanaka about b
        "#,
    );
}
