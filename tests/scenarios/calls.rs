//! Calls by several providers: who is tried next, and what asking tells.

use crate::check;

const CALLS: &str = "
    --- oncall.yaml
    time_zone: Asia/Tokyo
    language: en
    fallback: last-resort
    public_url: https://oncall.example.com
    providers:
      slack: { bot_token: { env: SLACK_BOT_TOKEN }, signing_secret: { env: SLACK_SIGNING_SECRET }, channel: C0INCIDENTS }
      twilio: { account_sid: AC0, auth_token: { env: TWILIO_AUTH_TOKEN }, from: \"+815012345678\" }
      connect: { region: ap-northeast-1, instance: i-1, contact_flow: f-1, from: \"+815087654321\", access_key_id: AKIA, secret_access_key: { env: AWS_SECRET } }
    calls: [twilio, connect]
    defaults:
      notify: { high: [{ by: call }], low: [{ by: slack }] }
    === day
    show outcomes
    ";

const BEGINS: &str = r#"
        02:00 opened: "n0" from prometheus -> web, critical, high urgency
        02:00 step 1 of team: tanaka, on call on primary (layer always); next step at 02:05:00
        02:00 -> call tanaka
        "#;

/// What certainly did not leave is tried by the next one at once; after all of them, by the first again, later.
#[test]
fn where_one_did_not_take_the_call_the_next_one_is_tried_at_once() {
    check(
        &format!("{CALLS}\n02:00 down twilio\n02:00 alert n0 critical\n02:00:02 end"),
        &format!(
            "{BEGINS}
        02:00 delivery 1-1: unavailable: 503; again at 02:00:00
        02:00 -> call tanaka
        02:00 delivery 1-2: delivered as R1-2
        02:00 delivery 1-3: accepted as R1-3
        "
        ),
    );
    check(
        &format!("{CALLS}\n02:00 down twilio\n02:00 down connect\n02:00 alert n0 critical\n02:00:04 end"),
        &format!(
            "{BEGINS}
        02:00 delivery 1-1: unavailable: 503; again at 02:00:00
        02:00 -> call tanaka
        02:00 delivery 1-2: delivered as R1-2
        02:00 delivery 1-3: unavailable: 503; again at 02:00:10
        "
        ),
    );
}

/// Where the answer is lost, the phone may ring twice, and that is said.
#[test]
fn what_may_have_left_is_repeated_by_the_next_one_and_says_so() {
    check(
        &format!("{CALLS}\n02:00 lose twilio\n02:00 alert n0 critical\n02:00:06 end"),
        &format!(
            "{BEGINS}
        02:00 delivery 1-1: unknown: timeout; again at 02:00:05
        02:00 delivery 1-2: delivered as R1-2
        02:00:05 -> call tanaka (repeat)
        02:00:05 delivery 1-3: accepted as R1-3
        "
        ),
    );
}

/// Nothing comes back by itself: a key is heard at the next question, and does what it does on any call.
#[test]
fn a_key_is_heard_by_asking() {
    check(
        &format!(
            "{CALLS}\n02:00 down twilio\n02:00 alert n0 critical\n02:00:04 notes tanaka 4\n02:00:08 end"
        ),
        &format!(
            "{BEGINS}
        02:00 delivery 1-1: unavailable: 503; again at 02:00:00
        02:00 -> call tanaka
        02:00 delivery 1-2: delivered as R1-2
        02:00 delivery 1-3: accepted as R1-3
        02:00:03 -> ask after 1-3
        02:00:03 delivery 1-4: accepted as R1-3
        02:00:03 delivery 1-3: accepted as R1-3
        02:00:06 -> ask after 1-3
        02:00:06 delivery 1-5: key 4 was pressed
        02:00:06 delivery 1-3: key 4 was pressed
        02:00:06 acknowledged by Tanaka on the phone
        02:00:06 delivery 1-6: delivered as R1-2
        "
        ),
    );
}
