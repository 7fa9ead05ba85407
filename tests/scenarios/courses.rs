//! Calls and text messages of which their provider tells nothing more: how long a phone is held, when the provider is asked,
//! and what the timeline says meanwhile.

use super::{World, check};
use oncall::incident::{Change, DeliveryChange};
use oncall::language::Language;
use oncall::preview::timeline::Reader;

/// Somebody whose second rule is far away, in a step that lasts.
const PATIENT: &str = "
    --- users/tanaka.yaml
    name: Tanaka
    slack: U0TANAKA
    phone: \"+81 90 0000 0001\"
    notify: { high: [{ by: call }, { by: slack, after: 20m }] }
    --- escalation-policies/team.yaml
    steps:
      - { notify: [{ schedule: primary }], wait: 30m }
    === day
    ";

fn patient(day: &str) -> String {
    format!("{PATIENT}{day}")
}

/// Nothing is heard, and the provider does not answer either: the phone is held for the ringing and the words, and the
/// timeline says so, once.
#[test]
fn a_call_of_which_nothing_is_heard_is_over_after_ninety_seconds() {
    check(
        &patient(
            "unheard call
            down ask
            show outcomes
            02:00 alert a critical
            02:00:30 alert b critical
            02:00:50 alert b critical
            02:01:31 end",
        ),
        r#"
        02:00 a: opened: "a" from prometheus -> web, critical, high urgency
        02:00 a: step 1 of team: tanaka, on call on primary (layer always); next step at 02:30:00
        02:00 -> call tanaka about a
        02:00 a: delivery 1-1: accepted as R1-1
        02:00 a: delivery 1-2: delivered as R1-2
        02:00:30 b: opened: "b" from prometheus -> web, critical, high urgency
        02:00:30 b: step 1 of team: tanaka, on call on primary (layer always); next step at 02:30:30
        02:00:30 b: the call to tanaka waits: they are being called about 1-1, at most until 02:01:30 if nobody picks up
        02:00:30 b: delivery 1-3: delivered as R1-3
        02:00:40 -> ask after 1-1
        02:00:40 delivery 1-4: unknown: no answer to the question
        02:01:20 -> ask after 1-1
        02:01:20 delivery 1-5: unknown: no answer to the question
        02:01:30 a: delivery 1-1: ended: the provider never said how it ended
        02:01:30 -> call tanaka about b
        02:01:30 b: delivery 1-6: accepted as R1-6
        "#,
    );
}

/// Nothing is heard, and the provider says when it is asked that nobody answered: the next call leaves at once.
#[test]
fn the_provider_is_asked_about_a_call_of_which_nothing_is_heard() {
    check(
        &patient(
            "unheard call
            02:00 alert a critical
            02:00:10 alert b critical
            02:00:41 end",
        ),
        r#"
        02:00 a: opened: "a" from prometheus -> web, critical, high urgency
        02:00 a: step 1 of team: tanaka, on call on primary (layer always); next step at 02:30:00
        02:00 -> call tanaka about a
        02:00:10 b: opened: "b" from prometheus -> web, critical, high urgency
        02:00:10 b: step 1 of team: tanaka, on call on primary (layer always); next step at 02:30:10
        02:00:10 b: the call to tanaka waits: they are being called about 1-1, at most until 02:01:30 if nobody picks up
        02:00:40 -> ask after 1-1, call tanaka about b
        "#,
    );
}

/// Somebody picked up, which only the provider's answer tells: the phone is held until the call ends.
#[test]
fn a_call_that_was_picked_up_unheard_holds_the_phone_until_it_ends() {
    check(
        &patient(
            "unheard call
            02:00 alert a critical
            02:00:20 picks-up tanaka 100s
            02:00:50 alert b critical
            02:02:11 end",
        ),
        r#"
        02:00 a: opened: "a" from prometheus -> web, critical, high urgency
        02:00 a: step 1 of team: tanaka, on call on primary (layer always); next step at 02:30:00
        02:00 -> call tanaka about a
        02:00:40 -> ask after 1-1
        02:00:50 b: opened: "b" from prometheus -> web, critical, high urgency
        02:00:50 b: step 1 of team: tanaka, on call on primary (layer always); next step at 02:30:50
        02:00:50 b: the call to tanaka waits: they are on the phone about 1-1, at most until 02:05:40
        02:01:10 -> ask after 1-1
        02:01:40 -> ask after 1-1
        02:02:10 -> ask after 1-1, call tanaka about b
        "#,
    );
}

/// However often the provider says that the call goes on, it holds the phone for five minutes.
#[test]
fn a_call_that_never_ends_holds_the_phone_for_its_bound() {
    check(
        &patient(
            "unheard call
            02:00 alert a critical
            02:00:20 answers tanaka
            02:00:20 picks-up tanaka 1h
            02:00:30 alert b critical
            02:05:21 end",
        ),
        r#"
        02:00 a: opened: "a" from prometheus -> web, critical, high urgency
        02:00 a: step 1 of team: tanaka, on call on primary (layer always); next step at 02:30:00
        02:00 -> call tanaka about a
        02:00:30 b: opened: "b" from prometheus -> web, critical, high urgency
        02:00:30 b: step 1 of team: tanaka, on call on primary (layer always); next step at 02:30:30
        02:00:30 b: the call to tanaka waits: they are on the phone about 1-1, at most until 02:05:20
        02:00:50 -> ask after 1-1
        02:01:20 -> ask after 1-1
        02:01:50 -> ask after 1-1
        02:02:20 -> ask after 1-1
        02:02:50 -> ask after 1-1
        02:03:20 -> ask after 1-1
        02:03:50 -> ask after 1-1
        02:04:20 -> ask after 1-1
        02:04:50 -> ask after 1-1
        02:05:10 -> ask after 1-1
        02:05:20 -> call tanaka about b
        "#,
    );
}

/// A call that had to wait for its turn at the provider rings late: it is over when the phone has stopped ringing.
#[test]
fn a_phone_that_rings_late_is_held_while_it_rings() {
    check(
        &patient(
            "unheard call
            down ask
            02:00 alert a critical
            02:01:10 rings tanaka
            02:01:20 alert b critical
            02:01:30 rings tanaka
            02:02:21 end",
        ),
        r#"
        02:00 a: opened: "a" from prometheus -> web, critical, high urgency
        02:00 a: step 1 of team: tanaka, on call on primary (layer always); next step at 02:30:00
        02:00 -> call tanaka about a
        02:00:40 -> ask after 1-1
        02:01:20 b: opened: "b" from prometheus -> web, critical, high urgency
        02:01:20 b: step 1 of team: tanaka, on call on primary (layer always); next step at 02:31:20
        02:01:20 b: the call to tanaka waits: they are being called about 1-1, at most until 02:02:20 if nobody picks up
        02:02:10 -> ask after 1-1
        02:02:20 -> call tanaka about b
        "#,
    );
}

/// What went wrong unheard is learned by the question, and does what it would have done: a busy line is tried again, a text
/// message that did not arrive hastens the next way.
#[test]
fn a_failure_that_was_not_heard_is_learned_by_asking() {
    check(
        &patient(
            "unheard=busy call
            02:00 alert a critical
            02:00:42 unheard call
            02:00:46 end",
        ),
        r#"
        02:00 opened: "a" from prometheus -> web, critical, high urgency
        02:00 step 1 of team: tanaka, on call on primary (layer always); next step at 02:30:00
        02:00 -> call tanaka
        02:00:40 -> ask after 1-1
        02:00:45 -> call tanaka
        "#,
    );
    check(
        "--- users/tanaka.yaml
         name: Tanaka
         slack: U0TANAKA
         phone: \"+81 90 0000 0001\"
         notify: { high: [{ by: sms }, { by: call, after: 4m }] }
         === day
         unheard=undelivered sms
         02:00 alert a critical
         02:01:01 end",
        r#"
        02:00 opened: "a" from prometheus -> web, critical, high urgency
        02:00 step 1 of team: tanaka, on call on primary (layer always); next step at 02:05:00
        02:00 -> sms tanaka
        02:01 -> ask after 1-1
        02:01 tanaka is reached by call early: Twilio: the carrier did not deliver it
        02:01 -> call tanaka
        "#,
    );
}

/// A text message that goes its way unheard is asked about twice, and holds nothing up.
#[test]
fn a_text_message_is_asked_about_twice() {
    check(
        "--- users/tanaka.yaml
         name: Tanaka
         slack: U0TANAKA
         phone: \"+81 90 0000 0001\"
         notify: { high: [{ by: sms }] }
         --- escalation-policies/team.yaml
         steps:
           - { notify: [{ schedule: primary }], wait: 30m }
         === day
         unheard sms
         down ask
         02:00 alert a critical
         02:00:10 alert b critical
         02:20 end",
        r#"
        02:00 a: opened: "a" from prometheus -> web, critical, high urgency
        02:00 a: step 1 of team: tanaka, on call on primary (layer always); next step at 02:30:00
        02:00 -> sms tanaka about a
        02:00:10 b: opened: "b" from prometheus -> web, critical, high urgency
        02:00:10 b: step 1 of team: tanaka, on call on primary (layer always); next step at 02:30:10
        02:00:10 -> sms tanaka about b
        02:01 -> ask after 1-1
        02:01:10 -> ask after 1-3
        02:10:50 -> ask after 1-1
        02:11 -> ask after 1-3
        "#,
    );
}

/// What was told while the server was down is asked for at its start: of every call that was taken, four at once.
/// Eight calls leave together; 1-9 is the room's message.
#[test]
fn after_a_start_every_call_that_was_taken_is_asked_about() {
    let user = |n: usize| {
        format!(
            "--- users/u{n}.yaml\nname: U{n}\nphone: \"+81 90 0000 01{n:02}\"\nnotify: {{ high: [{{ by: call }}] }}\n"
        )
    };
    let users: String = (0..10).map(user).collect();
    let notify: Vec<String> = (0..10).map(|n| format!("{{ user: u{n} }}")).collect();
    check(
        &format!(
            "{users}--- escalation-policies/team.yaml
            steps:
              - {{ notify: [{}], wait: 30m }}
            === day
            unheard call
            slow=1s ask
            02:00 alert a critical
            02:00:35 crash
            02:00:40 start
            02:00:43 end",
            notify.join(", ")
        ),
        r#"
        02:00 opened: "a" from prometheus -> web, critical, high urgency
        02:00 step 1 of team: u0, named in the step; u1, named in the step; u2, named in the step; u3, named in the step; u4, named in the step; u5, named in the step; u6, named in the step; u7, named in the step; u8, named in the step; u9, named in the step; next step at 02:30:00
        02:00 -> call u0, call u1, call u2, call u3, call u4, call u5, call u6, call u7, call u8, call u9
        02:00:40 server started (epoch 2)
        02:00:40 -> ask after 1-1, ask after 1-2, ask after 1-3, ask after 1-4
        02:00:41 -> ask after 1-5, ask after 1-6, ask after 1-7, ask after 1-8
        02:00:42 -> ask after 1-10, ask after 1-11
        "#,
    );
}

/// A question that was under way at a crash is asked again at the start, and its call is over in time all the same.
#[test]
fn a_question_that_was_under_way_at_a_crash_is_asked_again() {
    check(
        &patient(
            "unheard call
            hang ask
            02:00 alert a critical
            02:00:30 alert b critical
            02:00:45 crash
            02:00:50 up ask
            02:00:50 start
            02:00:51 end",
        ),
        r#"
        02:00 a: opened: "a" from prometheus -> web, critical, high urgency
        02:00 a: step 1 of team: tanaka, on call on primary (layer always); next step at 02:30:00
        02:00 -> call tanaka about a
        02:00:30 b: opened: "b" from prometheus -> web, critical, high urgency
        02:00:30 b: step 1 of team: tanaka, on call on primary (layer always); next step at 02:30:30
        02:00:30 b: the call to tanaka waits: they are being called about 1-1, at most until 02:01:30 if nobody picks up
        02:00:40 -> ask after 1-1
        02:00:50 server started (epoch 2)
        02:00:50 -> ask after 1-1, call tanaka about b
        "#,
    );
}

/// Long down: the answer to the question of the start still counts, and a call that was busy is tried again.
#[test]
fn the_question_of_a_start_is_waited_for() {
    check(
        &patient(
            "unheard=busy call
            slow=2s ask
            02:00 alert a critical
            02:00:05 crash
            02:10 up call
            02:10 start
            02:10:08 end",
        ),
        r#"
        02:00 opened: "a" from prometheus -> web, critical, high urgency
        02:00 step 1 of team: tanaka, on call on primary (layer always); next step at 02:30:00
        02:00 -> call tanaka
        02:10 server started (epoch 2)
        02:10 -> ask after 1-1
        02:10:07 -> call tanaka
        "#,
    );
}

/// The provider of a call is no longer set up: the question fails, and the phone is free at the usual time.
#[test]
fn a_call_whose_provider_has_gone() {
    check(
        "--- users/tanaka.yaml
        name: Tanaka
        slack: U0TANAKA
        phone: \"+81 90 0000 0001\"
        notify: { high: [{ by: call }, { by: slack, after: 20m }] }
        --- escalation-policies/team.yaml
        steps:
          - { notify: [{ schedule: primary }], wait: 30m }
        === gone
        --- oncall.yaml
        time_zone: Asia/Tokyo
        language: en
        fallback: last-resort
        public_url: https://oncall.example.com
        providers:
          slack: { bot_token: { env: SLACK_BOT_TOKEN }, signing_secret: { env: SLACK_SIGNING_SECRET }, channel: C0INCIDENTS }
        === day
        unheard call
        reject ask
        02:00 alert a critical
        02:00:10 config gone
        02:00:20 alert b critical
        02:01:31 end",
        r#"
        02:00 a: opened: "a" from prometheus -> web, critical, high urgency
        02:00 a: step 1 of team: tanaka, on call on primary (layer always); next step at 02:30:00
        02:00 -> call tanaka about a
        02:00:10 config gone is in force
        02:00:20 b: opened: "b" from prometheus -> web, critical, high urgency
        02:00:20 b: step 1 of team: tanaka, on call on primary (layer always); next step at 02:30:20
        02:00:20 b: the call to tanaka waits: they are being called about 1-1, at most until 02:01:30 if nobody picks up
        02:00:40 -> ask after 1-1
        02:01:20 -> ask after 1-1
        02:01:30 -> call tanaka about b
        "#,
    );
}

/// The clock jumps, and the question and the end of the hold with it.
#[test]
fn a_clock_that_jumps_moves_the_question() {
    check(
        &patient(
            "unheard call
            down ask
            02:00 alert a critical
            02:00:30 jump 1h
            03:00:31 alert b critical
            03:01:31 end",
        ),
        r#"
        02:00 a: opened: "a" from prometheus -> web, critical, high urgency
        02:00 a: step 1 of team: tanaka, on call on primary (layer always); next step at 02:30:00
        02:00 -> call tanaka about a
        03:00:30 the clock jumped by 3600 s: open deadlines moved
        03:00:31 b: opened: "b" from prometheus -> web, critical, high urgency
        03:00:31 b: step 1 of team: tanaka, on call on primary (layer always); next step at 03:30:31
        03:00:31 b: the call to tanaka waits: they are being called about 1-1, at most until 03:01:30 if nobody picks up
        03:00:40 -> ask after 1-1
        03:01:20 -> ask after 1-1
        03:01:30 -> call tanaka about b
        "#,
    );
}

/// A provider that asked us to slow down gets pages one at a time: whoever waits for that is told so, once, and so is the
/// room that gets nothing.
#[test]
fn a_page_that_waits_for_a_provider_says_so() {
    check(
        "--- users/tanaka.yaml
        name: Tanaka
        phone: \"+81 90 0000 0001\"
        notify: { high: [{ by: call }] }
        --- users/suzuki.yaml
        name: Suzuki
        phone: \"+81 90 0000 0002\"
        notify: { high: [{ by: call }] }
        --- users/kimura.yaml
        name: Kimura
        phone: \"+81 90 0000 0005\"
        notify: { high: [{ by: call }] }
        --- escalation-policies/db.yaml
        steps: [{ notify: [{ user: suzuki }], wait: 30m }]
        --- escalation-policies/batch.yaml
        steps: [{ notify: [{ user: kimura }], wait: 30m }]
        --- services/db.yaml
        name: Db
        escalation_policy: db
        --- services/batch.yaml
        name: Batch
        escalation_policy: batch
        === day
        show outcomes
        limit=120 call tanaka
        limit=60 slack channel
        02:00 alert a critical
        02:00:10 up slack channel
        02:00:10 slow=9s call suzuki
        02:00:10 alert b critical service=db
        02:00:12 alert c critical service=batch
        02:00:20 end",
        r#"
        02:00 a: opened: "a" from prometheus -> web, critical, high urgency
        02:00 a: step 1 of team: tanaka, on call on primary (layer always); next step at 02:05:00
        02:00 -> call tanaka about a
        02:00 a: delivery 1-1: unavailable: 429; again at 02:02:00; one call at a time, at most until 02:02:00
        02:00 a: delivery 1-2: unavailable: 429; again at 02:01:00; Slack gets no channel messages until 02:01:00
        02:00:10 b: opened: "b" from prometheus -> db, critical, high urgency
        02:00:10 b: step 1 of db: suzuki, named in the step; next step at 02:30:10
        02:00:10 -> call suzuki about b
        02:00:12 c: opened: "c" from prometheus -> batch, critical, high urgency
        02:00:12 c: step 1 of batch: kimura, named in the step; next step at 02:30:12
        02:00:12 c: the call to kimura waits: Twilio asked us to slow down and gets one at a time, at most until 02:02:00
        02:00:19 b: delivery 1-3: accepted as R1-3
        02:00:19 -> call kimura about c
        02:00:19 c: delivery 1-4: accepted as R1-4
        "#,
    );
}

/// The same in Japanese: who is called about what, and until when.
#[test]
fn a_wait_is_told_in_japanese() {
    let script = patient(
        "unheard call
        02:00 post alert a critical; alert b critical; alert c critical; alert d critical; alert e critical
        02:00:10 alert f critical
        02:00:20 answers tanaka
        02:00:25 alert g critical",
    );
    let (mut world, day) = World::new(&script);
    world.live(&day);
    let config = world.config.clone();
    let reader = Reader { language: Language::Ja, ..Reader::english(&config) };
    let waits = |change: &Change| matches!(change, Change::Delivery(DeliveryChange::Waits { .. }));
    let lines: Vec<String> =
        world.journal.iter().filter(|it| waits(&it.change)).map(|it| reader.line(it).text).collect();
    assert_eq!(
        lines,
        [
            "tanaka への電話は待機中です: 1-1、1-2、1-3 ほか2件 の件で呼び出し中です（応答がなければ最長 02:01:30 まで）",
            "tanaka への電話は待機中です: 1-1、1-2、1-3 ほか2件 の件で通話中です（最長 02:05:20 まで）",
        ]
    );
}
