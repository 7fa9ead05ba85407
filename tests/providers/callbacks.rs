//! Signed callbacks, and the answers to them.

use crate::wire::script;
use crate::world::{AUTH_TOKEN, SIGNING_SECRET, config, env, id, now, secrets};
use jiff::Timestamp;
use oncall::actor::{Actor, Via};
use oncall::chat::intent::Meant;
use oncall::chat::person::Person;
use oncall::chat::{self, Heard};
use oncall::config::{Config, FormerUrl, Provider, Secret, Secrets};
use oncall::incident::{Asked, Command, DeliveryId, IncidentId, Outcome, Reason, Reply, Respond, Target};
use oncall::language::Language;
use oncall::provider::slack_heard::{Gesture, SlackMember};
use oncall::provider::slack_said;
use oncall::provider::{self, Callback, CallbackRequest, Context, HttpAnswer, Refusal, twilio};
use oncall::reason::Fault;
use proptest::prelude::*;
use ring::hmac;
use serde_json::json;

/// Slack's own example: <https://docs.slack.dev/authentication/verifying-requests-from-slack>.
const SLACK_BODY: &str = "token=xyzz0WbapA4vBCDEFasx0q6G&team_id=T1DC2JH3J&team_domain=testteamnow&channel_id=G8PSS9T3V&channel_name=foobar&user_id=U2CERLKJA&user_name=roadrunner&command=%2Fwebhook-collect&text=&response_url=https%3A%2F%2Fhooks.slack.com%2Fcommands%2FT1DC2JH3J%2F397700885554%2F96rGlfmibIGlgcZRskXaIFfN&trigger_id=398738663015.47445629121.803a0bc887a14d10d2c447fce8b6703c";
const SLACK_SIGNATURE: &str = "v0=a2114d57b48eac39b9ad189dd8316235a7b4a8d21a10bd27519666489c69b503";
const SLACK_TIME: i64 = 1_531_420_618;

pub const DELIVERY: DeliveryId = DeliveryId { epoch: 3, n: 9 };

fn at(second: i64) -> Timestamp {
    Timestamp::from_second(second).unwrap()
}

fn slack_request<'a>(body: &'a [u8], time: &str, signature: &str) -> CallbackRequest<'a> {
    CallbackRequest {
        path: "/v1/callbacks/slack",
        query: None,
        headers: vec![
            ("X-Slack-Request-Timestamp".into(), time.into()),
            ("x-slack-signature".into(), signature.into()),
        ],
        body,
    }
}

/// A payload as Slack would sign it now.
fn pressed(payload: &serde_json::Value) -> Result<Callback, Refusal> {
    let body =
        form_urlencoded::Serializer::new(String::new()).append_pair("payload", &payload.to_string()).finish();
    signed_by_slack(&config(), body.as_bytes())
}

fn signed_by_slack(config: &Config, body: &[u8]) -> Result<Callback, Refusal> {
    let time = now().as_second().to_string();
    let key = hmac::Key::new(hmac::HMAC_SHA256, SIGNING_SECRET.as_bytes());
    let text = [format!("v0:{time}:").as_bytes(), body].concat();
    let signature = data_encoding::HEXLOWER.encode(hmac::sign(&key, &text).as_ref());
    provider::callback(config, &secrets(), &slack_request(body, &time, &format!("v0={signature}")), now())
}

fn payload(action: &str, value: &str, user: &serde_json::Value) -> serde_json::Value {
    json!({
        "type": "block_actions", "user": user, "response_url": "https://hooks.slack.com/actions/T1/2/abc",
        "actions": [{"type": "button", "action_id": action, "value": value}],
    })
}

/// A callback as Twilio would sign it.
pub fn called(
    config: &Config,
    path: &str,
    query: Option<&str>,
    form: &[(&str, &str)],
) -> Result<Callback, Refusal> {
    let mut sorted = form.to_vec();
    sorted.sort_unstable();
    let query_text = query.map(|query| format!("?{query}")).unwrap_or_default();
    let mut text = format!("https://oncall.example.com{path}{query_text}");
    sorted.iter().for_each(|(key, value)| text += &format!("{key}{value}"));
    let key = hmac::Key::new(hmac::HMAC_SHA1_FOR_LEGACY_USE_ONLY, AUTH_TOKEN.as_bytes());
    let signature = data_encoding::BASE64.encode(hmac::sign(&key, text.as_bytes()).as_ref());
    let body = form_urlencoded::Serializer::new(String::new()).extend_pairs(form).finish();
    let headers = vec![("X-Twilio-Signature".to_owned(), signature)];
    let request = CallbackRequest { path, query, headers, body: body.as_bytes() };
    provider::callback(config, &secrets(), &request, now())
}

fn key(digits: &str, round: u32) -> Callback {
    let query = format!("user=tanaka&round={round}");
    let form = [("CallSid", "CA1"), ("Digits", digits)];
    let form = if digits.is_empty() { &form[..1] } else { &form[..] };
    called(&config(), "/v1/callbacks/twilio/3-9/key", Some(&query), form).unwrap()
}

fn code(result: Result<Callback, Refusal>) -> (u16, &'static str) {
    let refusal = result.unwrap_err();
    (refusal.status, refusal.code)
}

#[test]
fn slacks_own_example_is_believed_within_five_minutes() {
    let request = || slack_request(SLACK_BODY.as_bytes(), "1531420618", SLACK_SIGNATURE);
    let ask = |time| provider::callback(&config(), &secrets(), &request(), at(time));
    for near in [-300, 0, 300] {
        let Ok(Callback::Slack(it)) = ask(SLACK_TIME + near) else { panic!() };
        assert_eq!((it.member.id.as_str(), it.gesture), ("U2CERLKJA", Gesture::Typed(String::new())));
    }
    for far in [-301, 301] {
        assert_eq!(code(ask(SLACK_TIME + far)), (401, "stale"));
    }
}

/// A call was given an address that a push has changed since: its keys are believed there for as long as it may last.
#[test]
fn a_call_is_believed_at_the_address_that_it_was_given() {
    let mut moved = config();
    let given = moved.organisation.public_url.replace("https://new.example.com".to_owned()).unwrap();
    let ask = |config: &Config| {
        called(config, "/v1/callbacks/twilio/3-9/key", Some("user=tanaka&round=2"), &[("Digits", "4")])
    };
    assert_eq!(code(ask(&moved)), (401, "bad_signature"));
    let until = |seconds| now() + jiff::SignedDuration::from_secs(seconds);
    moved.organisation.former_urls = vec![FormerUrl { url: given, until: until(60) }];
    assert!(matches!(ask(&moved), Ok(Callback::Command { .. })));
    moved.organisation.public_url = None;
    assert!(matches!(ask(&moved), Ok(Callback::Command { .. })), "a server without one has called, too");
    moved.organisation.former_urls[0].until = until(0);
    assert_eq!(code(ask(&moved)), (503, "no_secret"));
}

#[test]
fn slack_is_refused_with_any_other_signature() {
    let ask = |body: &str, time: &str, signature: &str| {
        code(provider::callback(
            &config(),
            &secrets(),
            &slack_request(body.as_bytes(), time, signature),
            at(SLACK_TIME),
        ))
    };
    let other = SLACK_BODY.replace("roadrunner", "coyote");
    let bad = (401, "bad_signature");
    assert_eq!(ask(&other, "1531420618", SLACK_SIGNATURE), bad);
    assert_eq!(ask(SLACK_BODY, "1531420619", SLACK_SIGNATURE), bad);
    assert_eq!(ask(SLACK_BODY, "1531420618", &SLACK_SIGNATURE[3..]), bad);
    assert_eq!(ask(SLACK_BODY, "1531420618", &SLACK_SIGNATURE[..30]), bad);
    assert_eq!(ask(SLACK_BODY, "1531420618", ""), bad);
    assert_eq!(ask(SLACK_BODY, "now", SLACK_SIGNATURE), (401, "bad_timestamp"));
    let none = provider::callback(
        &config(),
        &Secrets::default(),
        &slack_request(SLACK_BODY.as_bytes(), "1531420618", SLACK_SIGNATURE),
        at(SLACK_TIME),
    );
    assert_eq!(code(none), (503, "no_secret"));
    let mut unsigned = slack_request(b"", "1", "");
    unsigned.headers.clear();
    assert_eq!(code(provider::callback(&config(), &secrets(), &unsigned, now())), (401, "unsigned"));
}

/// What the state machine is asked, by whoever pressed; and in which language they are answered.
fn meant(result: Result<Callback, Refusal>) -> (Command, Language) {
    let Ok(Callback::Slack(interaction)) = result else { panic!("{result:?}") };
    let config = config();
    let person = Person::of(&config, &interaction.member);
    let Heard::Do { intent, .. } = chat::heard(&config, now(), &person, &interaction) else {
        panic!("{interaction:?}")
    };
    let Ok(Meant::Command(command)) = intent.meant(&config, now(), &person, (false, "")) else {
        panic!("{intent:?}")
    };
    (command, person.language)
}

#[test]
fn a_button_is_a_command_by_a_person_we_know_or_by_a_name() {
    let known = pressed(&payload("acknowledge", "ids 3-17,3-18", &json!({"id": "U0KIMURA", "name": "ken"})));
    let incidents = vec![IncidentId { epoch: 3, n: 17 }, IncidentId { epoch: 3, n: 18 }];
    let by = Actor::User(id("kimura"));
    let target = Target::Incidents(incidents);
    let expected = Respond { target, action: Asked::Acknowledge, by, via: Via::Slack };
    assert_eq!(meant(known), (Command::Respond(expected), Language::En));

    let guest = pressed(&payload("resolve", "delivery 3-9", &json!({"id": "U9", "username": "guest"})));
    let (Command::Respond(command), language) = meant(guest) else { panic!() };
    assert_eq!((command.target, language), (Target::Delivery(DELIVERY), Language::Ja));
    assert_eq!(
        (command.action, command.by),
        (Asked::Resolve { reason: None }, Actor::Stranger { name: "guest".into(), way: Via::Slack })
    );
}

#[test]
fn what_asks_for_nothing_is_answered_and_changes_nothing() {
    let user = json!({"id": "U0KIMURA"});
    let empty = Ok(Callback::Answer(HttpAnswer::empty()));
    for (action, value) in [
        ("open-2", ""),
        ("acknowledge", "ids 3"),
        ("acknowledge", ""),
        ("declare", "ids 3-1"),
        ("confirm", "{}"),
    ] {
        let Ok(Callback::Slack(it)) = pressed(&payload(action, value, &user)) else { panic!("{action}") };
        let config = config();
        let person = Person::of(&config, &it.member);
        assert_eq!(chat::heard(&config, now(), &person, &it), Heard::Nothing, "{action} {value}");
    }
    assert_eq!(pressed(&json!({"type": "view_closed"})), empty);
    assert_eq!(pressed(&json!([])), empty);
    assert_eq!(code(signed_by_slack(&config(), b"payload=%7B")), (400, "bad_payload"));
    let challenge = signed_by_slack(&config(), br#"{"type":"url_verification","challenge":"abc"}"#);
    let said = HttpAnswer { body: b"abc".to_vec(), ..HttpAnswer::empty() };
    assert_eq!(challenge, Ok(Callback::Answer(said)));
}

#[test]
fn the_answer_to_a_button_goes_to_slack_and_nowhere_else() {
    let url_kept = |config: &Config, url: &str| {
        let mut payload = payload("acknowledge", "ids 3-17", &json!({"id": "U0KIMURA"}));
        payload["response_url"] = url.into();
        let body = form_urlencoded::Serializer::new(String::new())
            .append_pair("payload", &payload.to_string())
            .finish();
        match signed_by_slack(config, body.as_bytes()) {
            Ok(Callback::Slack(interaction)) => interaction.response_url,
            other => panic!("{other:?}"),
        }
    };
    let url = url_kept(&config(), "https://hooks.slack.com/actions/T1/2/abc").unwrap();
    let (action, by) = (Asked::Acknowledge, "<!here>".to_owned());
    let reply = Reply::Already { action, by, incidents: vec![IncidentId { epoch: 3, n: 17 }] };
    let config_now = config();
    let person = Person::of(&config_now, &SlackMember { id: "U0KIMURA".into(), name: String::new() });
    let pieces = chat::answer::replied(&config_now, &person, None, &reply, &Default::default(), true);
    let then = slack_said::ephemeral(&url, &pieces);
    assert_eq!(then.url, "https://hooks.slack.com/actions/T1/2/abc");
    assert!(then.headers.iter().all(|(name, _)| *name != "authorization"));
    let body: serde_json::Value = serde_json::from_slice(&then.body).unwrap();
    let text = "Already acknowledged by &lt;!here&gt;.";
    assert_eq!(body, json!({"response_type": "ephemeral", "replace_original": false, "text": text}));
    for bad in [
        "http://hooks.slack.com/actions/1",
        "https://hooks.slack.com.evil.example/1",
        "https://hooks.slack.com@evil.example/1",
        "https://hooks.slack.com\\@evil.example/1",
        "https://evil.example/https://hooks.slack.com/",
        "hooks.slack.com",
        "",
    ] {
        assert_eq!(url_kept(&config(), bad), None, "{bad}");
    }
    let mut stand_in = config();
    stand_in.organisation.slack.as_mut().unwrap().api_url = "http://127.0.0.1:4000/api".into();
    assert!(url_kept(&stand_in, "http://127.0.0.1:4000/response/1").is_some());
    assert!(url_kept(&stand_in, "http://127.0.0.1:5000/response/1").is_none());
}

#[test]
fn twilios_own_example_is_believed() {
    let pairs = [
        ("To", "+18005551212"),
        ("CallSid", "CA1234567890ABCDE"),
        ("Caller", "+12349013030"),
        ("Digits", "1234"),
        ("From", "+12349013030"),
    ];
    let form = pairs.map(|(key, value)| (key.to_owned(), value.to_owned()));
    let ask = |url, signature| twilio::is_signed(&Secret::new(AUTH_TOKEN), url, &form, signature);
    let url = "https://mycompany.com/myapp.php?foo=1&bar=2";
    assert!(ask(url, "0/KCTR6DLpKmkAf8muzZqo1nDgQ="));
    assert!(!ask("https://mycompany.com/myapp.php?foo=1&bar=3", "0/KCTR6DLpKmkAf8muzZqo1nDgQ="));
    assert!(!ask(url, "1/KCTR6DLpKmkAf8muzZqo1nDgQ="));
    assert!(!ask(url, ""));
    let mut wrong =
        CallbackRequest { path: "/v1/callbacks/twilio/3-9/key", ..slack_request(b"Digits=4", "1", "") };
    let refused = |request: &CallbackRequest| code(provider::callback(&config(), &secrets(), request, now()));
    assert_eq!(refused(&wrong), (401, "unsigned"));
    wrong.headers = vec![("X-Twilio-Signature".into(), "0/KCTR6DLpKmkAf8muzZqo1nDgQ=".into())];
    assert_eq!(refused(&wrong), (401, "bad_signature"));
}

#[test]
fn keys_are_commands_of_the_person_who_was_called() {
    for (digits, action) in [
        ("4", Asked::Acknowledge),
        ("5", Asked::Escalate { step: None }),
        ("6", Asked::Resolve { reason: None }),
        ("*", Asked::Repeat),
    ] {
        let Callback::Command { command, context } = key(digits, 2) else { panic!("{digits}") };
        let by = Actor::User(id("tanaka"));
        let target = Target::Delivery(DELIVERY);
        assert_eq!(command, Command::Respond(Respond { target, action, by, via: Via::Call }));
        let Context::Call { unknown_key, round, .. } = context else { panic!("{context:?}") };
        assert_eq!((unknown_key, round), (false, 3));
    }
    for (digits, unknown) in [("", false), ("1", true), ("#", true), ("44", true), ("四", true)] {
        let Callback::Command { command: Command::Respond(command), context } = key(digits, 2) else {
            panic!("{digits}")
        };
        let Context::Call { unknown_key, .. } = context else { panic!("{context:?}") };
        assert_eq!((command.action, unknown_key), (Asked::Repeat, unknown), "{digits}");
    }
}

#[test]
fn silence_ends_the_call_politely_after_some_rounds() {
    let goodbye = |callback: Callback| matches!(callback, Callback::Answer(answer) if std::str::from_utf8(&answer.body).unwrap().contains("電話を切ります"));
    assert!(!goodbye(key("", twilio::SILENT_ROUNDS_MAX)));
    assert!(goodbye(key("", twilio::SILENT_ROUNDS_MAX + 1)));
    assert!(goodbye(key("9", twilio::SILENT_ROUNDS_MAX + 1)));
    assert!(!goodbye(key("*", twilio::SILENT_ROUNDS_MAX + 1)));
    assert!(goodbye(key("*", twilio::ROUNDS_MAX + 1)));
    assert!(goodbye(key("", u32::MAX)));
    assert!(!goodbye(key("4", u32::MAX)), "a key that means something always counts");
}

#[test]
fn the_reply_to_a_key_is_heard() {
    let answer = |digits: &str, reply: &Reply| {
        let Callback::Command { context, .. } = key(digits, 2) else { panic!() };
        let answer = provider::answer(&config(), &context, reply);
        assert_eq!((answer.status, answer.content_type), (200, "text/xml; charset=utf-8"));
        String::from_utf8(answer.body).unwrap()
    };
    let incidents = vec![IncidentId { epoch: 3, n: 17 }];
    insta::assert_snapshot!(answer("4", &Reply::Done { action: Asked::Acknowledge, incidents }), @r#"<?xml version="1.0" encoding="UTF-8"?><Response><Say language="ja-JP" voice="Polly.Kazuha-Neural">対応開始を受け付けました。よろしくお願いします。</Say><Hangup/></Response>"#);
    let again = answer("1", &Reply::Say(script()));
    assert!(
        again.contains("その番号は無効です。たなか たろうさん") && again.contains("user=tanaka&amp;round=3"),
        "{again}"
    );
    assert!(!answer("*", &Reply::Say(script())).contains("使えません"));
    assert!(answer("4", &Reply::NotFound).contains("<Hangup/>"));
}

#[test]
fn the_course_of_a_call_becomes_outcomes() {
    let status = |status: &str, sip: &str| {
        let form = [("CallSid", "CA1"), ("CallStatus", status), ("SipResponseCode", sip)];
        called(&config(), "/v1/callbacks/twilio/3-9/status", None, &form).unwrap()
    };
    let accepted = Outcome::Accepted { reference: "CA1".into() };
    let ended = |reason: &str| Outcome::Ended { reason: Reason::said(reason) };
    let busy = Outcome::Unavailable { reason: Reason::ours(Fault::Busy), retry_after: Some(60) };
    let reason = |fault, said: &str| Reason::of(Provider::Twilio, fault, said);
    let failed = Outcome::Rejected { reason: reason(Fault::CallFailed, "SIP 404") };
    let reason = reason(Fault::CarrierFailed, "SIP 503");
    let carrier = Outcome::Unavailable { reason, retry_after: None };
    let cases = [
        ("initiated", "", accepted.clone()),
        ("ringing", "", accepted),
        ("in-progress", "200", Outcome::Answered),
        ("completed", "200", ended("completed")),
        ("no-answer", "487", ended("no-answer")),
        ("canceled", "487", ended("canceled")),
        ("busy", "486", busy),
        ("failed", "404", failed),
        ("failed", "503", carrier),
    ];
    for (word, sip, outcome) in cases {
        assert_eq!(status(word, sip), Callback::Outcome { delivery: DELIVERY, outcome }, "{word}");
    }
    assert_eq!(status("dreaming", ""), Callback::Answer(HttpAnswer::empty()));
}

#[test]
fn what_is_not_ours_is_refused() {
    let form = [("CallStatus", "completed")];
    let ask = |path: &str| code(called(&config(), path, None, &form));
    assert_eq!(ask("/v1/callbacks/twilio/3-x/status"), (404, "unknown_callback"));
    assert_eq!(ask("/v1/callbacks/twilio/3-9/else"), (404, "unknown_callback"));
    assert_eq!(ask("/v1/callbacks/twilio"), (404, "unknown_callback"));
    assert_eq!(ask("/v1/callbacks/fax"), (404, "unknown_callback"));
    assert_eq!(ask("/elsewhere"), (404, "unknown_callback"));
    let big = vec![b'x'; provider::CALLBACK_BODY_MAX + 1];
    let request = slack_request(&big, "1", "");
    assert_eq!(code(provider::callback(&config(), &secrets(), &request, now())), (413, "too_large"));
    let mut bare = config();
    bare.organisation.twilio = None;
    assert_eq!(code(called(&bare, "/v1/callbacks/twilio/3-9/key", None, &form)), (404, "unknown_callback"));
    let mut without_url = config();
    without_url.organisation.public_url = None;
    assert_eq!(code(called(&without_url, "/v1/callbacks/twilio/3-9/key", None, &form)), (503, "no_secret"));
    assert!(secrets().get(&env("SLACK_SIGNING_SECRET")).is_some());
}

proptest! {
    #[test]
    fn no_body_panics(body in proptest::collection::vec(any::<u8>(), 0..400), query in ".{0,60}", path in "/v1/callbacks/(slack|twilio/3-9/key|twilio/3-9/status|.{0,20})") {
        let _ = signed_by_slack(&config(), &body);
        let text = String::from_utf8_lossy(&body);
        let _ = pressed(&json!({"type": "block_actions", "user": {"id": text}, "actions": [{"action_id": "acknowledge", "value": text}], "response_url": text}));
        let _ = pressed(&json!({"type": "block_actions", "actions": {"action_id": [body.clone()]}}));
        if let Ok(Callback::Command { context, .. }) = called(&config(), &path, Some(&query), &[("Digits", &text), ("CallStatus", &text)]) {
            provider::answer(&config(), &context, &Reply::Say(script()));
        }
        let request = CallbackRequest { path: &path, query: Some(&query), headers: vec![("x-twilio-signature".into(), text.to_string())], body: &body };
        let _ = provider::callback(&config(), &secrets(), &request, now());
    }
}
