//! Amazon Connect: the signature, the call, every answer, and what asking tells.

use crate::wire::{limited, ok, page, run_with, script, spoken, words};
use crate::world::{config, delivery, env, incident, links, numbered, secrets};
use jiff::Timestamp;
use oncall::config::{Config, Connect, Contact, Provider, Secret, Secrets};
use oncall::incident::message::CallScript;
use oncall::incident::{Asked, Delivery, DeliveryId, Outcome, Reply, Task};
use oncall::language::Language;
use oncall::provider::sigv4::signed;
use oncall::provider::{self, Failure, Method, Progress, Request, Response, Signing, connect};
use serde_json::{Value, json};

const SECRET: &str = "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY";

fn with_connect() -> (Config, Secrets) {
    let (mut config, mut secrets) = (config(), secrets());
    config.organisation.connect = Some(Connect {
        region: "ap-northeast-1".into(),
        instance: "i-1".into(),
        contact_flow: "f-1".into(),
        from: "+815000000001".into(),
        access_key_id: "AKIDEXAMPLE".into(),
        secret_access_key: env("AWS_SECRET"),
        api_url: "https://connect.ap-northeast-1.amazonaws.com".into(),
    });
    secrets.insert(env("AWS_SECRET"), Secret::new(SECRET));
    (config, secrets)
}

fn by_connect(task: Task) -> Delivery {
    Delivery { provider: Provider::Connect, ..delivery(task) }
}

fn call() -> Delivery {
    by_connect(spoken("tanaka", script()))
}

fn ask() -> Delivery {
    let of = DeliveryId { epoch: 3, n: 8 };
    by_connect(Task::Ask { of, by: Contact::Call, reference: "c-1".into() })
}

fn run(delivery: &Delivery, answers: &[Result<Response, Failure>]) -> (Vec<String>, String) {
    let (config, secrets) = with_connect();
    let (requests, outcome) = run_with(&config, &secrets, delivery, answers);
    (requests, words(&outcome))
}

fn first(delivery: &Delivery) -> Request {
    let (config, secrets) = with_connect();
    match provider::begin(&config, &secrets, &links(), delivery) {
        Progress::Send(_, request) => request,
        other => panic!("{other:?}"),
    }
}

fn signature(request: Request, at: &str) -> String {
    let request = signed(request, at.parse::<Timestamp>().unwrap());
    let (_, value) = request.headers.iter().find(|(name, _)| *name == "authorization").unwrap();
    value.expose().split("Signature=").nth(1).unwrap().to_owned()
}

fn signing(region: &str, service: &'static str) -> Option<Box<Signing>> {
    let (key_id, key) = ("AKIDEXAMPLE".into(), Secret::new(SECRET));
    Some(Box::new(Signing { region: region.into(), service, key_id, key }))
}

/// `get-vanilla` of Amazon's test suite, and the vector of channels.md.
#[test]
fn a_request_is_signed_as_amazon_signs_it() {
    let bare = Request {
        method: Method::Get,
        url: "https://example.amazonaws.com/".into(),
        headers: Vec::new(),
        body: Vec::new(),
        timeout: provider::TIMEOUT_MAX,
        signing: signing("us-east-1", "service"),
    };
    assert_eq!(
        signature(bare, "2015-08-30T12:36:00Z"),
        "5fa00fa31553b73ebf1942676e86291e8372ff2a2260956d9b8aae1d763fbf31"
    );
    let body = r#"{"ContactFlowId":"f","DestinationPhoneNumber":"+819012345678","InstanceId":"i"}"#;
    let put = Request {
        method: Method::Put,
        url: "https://connect.ap-northeast-1.amazonaws.com/contact/outbound-voice".into(),
        headers: vec![("content-type", Secret::new("application/json"))],
        body: body.into(),
        timeout: provider::TIMEOUT_MAX,
        signing: signing("ap-northeast-1", "connect"),
    };
    assert!(!format!("{put:?} {:?}", put.signing).contains("wJalr"));
    assert_eq!(
        signature(put, "2026-12-08T02:00:00Z"),
        "0c3d51920318cdb6a4a24fbf55bc011a85262d36e1646b432179881b923f1773"
    );
}

#[test]
fn a_call_brings_its_words_and_its_keys_and_is_one_call_by_its_token() {
    let request = first(&call());
    assert_eq!(
        (request.method, request.url.as_str()),
        (Method::Put, "https://connect.ap-northeast-1.amazonaws.com/contact/outbound-voice")
    );
    let body: Value = serde_json::from_slice(&request.body).unwrap();
    assert_eq!(body["DestinationPhoneNumber"], "+819000000001");
    assert_eq!(body["SourcePhoneNumber"], "+815000000001");
    assert_eq!((&body["InstanceId"], &body["ContactFlowId"]), (&json!("i-1"), &json!("f-1")));
    assert_eq!(body["ClientToken"], "oncall-3-9");
    assert_eq!(body["RingTimeoutInSeconds"], 60);
    let said = body["Attributes"]["ssml"].as_str().unwrap();
    assert!(said.starts_with("<speak><s>") && said.ends_with("</s></speak>"), "{said}");
    assert!(said.contains("5xx の割合") && said.contains("6を押してください"), "{said}");
    assert_eq!(body["Attributes"]["language"], "ja");
    let again = Delivery { repeat: true, ..call() };
    let body: Value = serde_json::from_slice(&first(&again).body).unwrap();
    assert!(body["Attributes"]["ssml"].as_str().unwrap().contains("もう一度ご連絡しています"));
}

#[test]
fn the_flow_that_is_shipped_notes_the_keys_and_says_the_words() {
    let text = std::fs::read_to_string("contrib/amazon-connect/contact-flow.json").unwrap();
    let flow: Value = serde_json::from_str(&text).unwrap();
    let actions = flow["Actions"].as_array().unwrap();
    let names: Vec<&str> = actions.iter().map(|it| it["Identifier"].as_str().unwrap()).collect();
    let mut named = vec![flow["StartAction"].as_str().unwrap().to_owned()];
    for action in actions {
        let next = &action["Transitions"];
        named.extend(next["NextAction"].as_str().map(str::to_owned));
        for each in
            ["Conditions", "Errors"].iter().flat_map(|key| next[*key].as_array().into_iter().flatten())
        {
            named.push(each["NextAction"].as_str().unwrap().to_owned());
        }
    }
    assert!(named.iter().all(|name| names.contains(&name.as_str())), "{named:?} {names:?}");
    assert!(names.iter().all(|name| named.iter().any(|it| it == name)), "an action that nothing leads to");
    for key in ["4", "5", "6"] {
        let notes = |it: &&Value| it["Parameters"]["Attributes"]["digit"] == key;
        assert!(actions.iter().any(|it| notes(&it)), "{key}");
    }
    let body: Value = serde_json::from_slice(&first(&call()).body).unwrap();
    let brought = body["Attributes"].as_object().unwrap();
    for attribute in ["ssml", "unknown", "taken", "nothing", "language", "moment", "pause", "answered"] {
        assert!(text.contains(&format!("$.Attributes.{attribute}")), "{attribute}");
        assert!(brought.contains_key(attribute), "{attribute} is nowhere set");
    }
    // Every path of the flow that waits for an outcome ends: said, or after five looks.
    let action = |name: &str| actions.iter().find(|it| it["Identifier"] == name).unwrap();
    for key in ["key-4", "key-5", "key-6"] {
        assert_eq!(action(key)["Transitions"]["NextAction"], "moment");
    }
    assert_eq!(
        (&action("wait")["Type"], &action("wait")["Parameters"]["LoopCount"]),
        (&json!("Loop"), &json!("5"))
    );
    assert_eq!(action("answered")["Transitions"]["Conditions"][0]["NextAction"], "outcome");
    assert_eq!(action("outcome")["Transitions"]["NextAction"], "end");
}

/// Whoever pressed a key and still listens hears what came of it; whoever has hung up does not.
#[test]
fn what_a_key_led_to_is_said_on_the_call() {
    let (config, secrets) = with_connect();
    let asked = |contact: &str, attributes: &str| {
        let mut progress = provider::begin(&config, &secrets, &links(), &ask());
        for body in [
            format!(r#"{{"Contact":{{"Id":"c-1"{contact}}}}}"#),
            format!(r#"{{"Attributes":{{{attributes}}}}}"#),
        ] {
            let Progress::Send(pending, _) = progress else { panic!("{progress:?}") };
            progress = provider::resume(&config, &secrets, pending, ok(200, &body));
        }
        progress
    };
    let pressed = Outcome::Pressed { key: "4".to_owned() };
    let Progress::Heard(outcome, listener) = asked("", r#""digit":"4","language":"ja""#) else { panic!() };
    assert_eq!(outcome, pressed);
    let over = asked(r#","DisconnectTimestamp":1"#, r#""digit":"4","language":"ja""#);
    assert_eq!(over, Progress::Done(pressed));

    let already = |action: Asked| Reply::Already { action, by: "鈴木".to_owned(), incidents: Vec::new() };
    for (reply, words) in [
        (Reply::Done { action: Asked::Acknowledge, incidents: Vec::new() }, "対応開始を受け付けました。"),
        (already(Asked::Acknowledge), "鈴木さんが対応しています。"),
        (already(Asked::Resolve { reason: None }), "すでに鈴木により解決済みです。"),
        (Reply::NotFound, "このアラートは見つかりません。"),
    ] {
        let request = provider::tell(&config, &secrets, &listener, &reply).unwrap();
        assert_eq!(
            (request.method, request.url.as_str()),
            (Method::Post, "https://connect.ap-northeast-1.amazonaws.com/contact/attributes")
        );
        assert!(request.signing.is_some());
        let body: Value = serde_json::from_slice(&request.body).unwrap();
        assert_eq!((&body["InitialContactId"], &body["InstanceId"]), (&json!("c-1"), &json!("i-1")));
        assert_eq!(body["Attributes"]["answered"], "yes");
        let said = body["Attributes"]["outcome"].as_str().unwrap();
        assert!(said.starts_with("<speak>") && said.contains(words), "{said}");
    }
}

#[test]
fn every_answer_to_a_call_has_a_meaning() {
    let error = |status: u16, name: &str| {
        ok(status, &format!(r#"{{"__type":"com.amazonaws.connect#{name}","message":"+819000000001"}}"#))
    };
    let cases: [(Result<Response, Failure>, &str); 13] = [
        (ok(200, r#"{"ContactId":"c-1"}"#), "accepted c-1"),
        (ok(200, "{}"), "unknown: Amazon Connect: the answer did not name what was made: is its URL right?"),
        (
            error(403, "AccessDeniedException"),
            "rejected: Amazon Connect: the credentials are refused: check them under `providers` (AccessDeniedException)",
        ),
        (
            ok(403, "<html>"),
            "rejected: Amazon Connect: the credentials are refused: check them under `providers`",
        ),
        (
            error(404, "ResourceNotFoundException"),
            "rejected: Amazon Connect: the account is unknown: check it under `providers` (ResourceNotFoundException)",
        ),
        (error(400, "DestinationNotAllowedException"), "rejected: Amazon Connect"),
        (error(403, "OutboundContactNotPermittedException"), "rejected: Amazon Connect"),
        (error(400, "InvalidParameterException"), "rejected: Amazon Connect"),
        (
            error(429, "LimitExceededException"),
            "unavailable: Amazon Connect: too many requests (LimitExceededException)",
        ),
        (limited(429, "2", ""), "unavailable for 2 s: Amazon Connect: too many requests (429)"),
        (
            error(500, "InternalServiceException"),
            "unavailable: Amazon Connect: it refused the request (500 InternalServiceException)",
        ),
        (
            Err(Failure::NotSent("refused".into())),
            "unavailable: Amazon Connect: it could not be reached (refused)",
        ),
        (Err(Failure::Unknown("timed out".into())), "unknown: Amazon Connect: it did not answer (timed out)"),
    ];
    for (answer, meaning) in cases {
        let (_, outcome) = run(&call(), &[answer]);
        assert!(outcome.starts_with(meaning), "{outcome} is not {meaning}");
        assert!(!outcome.contains("+8190"), "{outcome}");
    }
}

fn contact(rest: &str) -> Result<Response, Failure> {
    ok(200, &format!(r#"{{"Contact":{{"Id":"c-1"{rest}}}}}"#))
}

fn attributes(rest: &str) -> Result<Response, Failure> {
    ok(200, &format!(r#"{{"Attributes":{{{rest}}}}}"#))
}

/// Nothing reaches us: whether it rings, who picked up, which key was pressed and how it ended is asked for.
#[test]
fn asking_tells_the_course_of_a_call_and_its_key() {
    let over = |why: &str| contact(&format!(r#","DisconnectTimestamp":1,"DisconnectReason":"{why}""#));
    let cases: [(Vec<Result<Response, Failure>>, &str); 13] = [
        (vec![contact(""), attributes("")], "accepted c-1"),
        (vec![contact(r#","ConnectedToSystemTimestamp":1"#), attributes("")], "answered"),
        (vec![contact(r#","ConnectedToSystemTimestamp":1"#), attributes(r#""digit":"4""#)], "pressed 4"),
        (vec![over("CUSTOMER_DISCONNECT"), attributes(r#""digit":"5""#)], "pressed 5"),
        (vec![over("CUSTOMER_DISCONNECT"), attributes("")], "ended: CUSTOMER_DISCONNECT"),
        (vec![over("CUSTOMER_DISCONNECT"), attributes(r#""digit":"9""#)], "ended: CUSTOMER_DISCONNECT"),
        (vec![over("TELECOM_BUSY"), attributes("")], "unavailable for 60 s"),
        (vec![over("TELECOM_NUMBER_INVALID"), attributes("")], "rejected: Amazon Connect"),
        (vec![over("TELECOM_TIMEOUT"), attributes("")], "unavailable: Amazon Connect"),
        (vec![limited(429, "1", "")], "unknown: Amazon Connect: too many requests (429)"),
        (vec![contact(""), ok(500, "")], "unknown: Amazon Connect"),
        (vec![ok(200, "<html>")], "unknown: Amazon Connect: the answer was not its own"),
        (vec![Err(Failure::Unknown("timed out".into()))], "unknown: Amazon Connect: it did not answer"),
    ];
    for (answers, meaning) in cases {
        let (requests, outcome) = run(&ask(), &answers);
        assert!(outcome.starts_with(meaning), "{outcome} is not {meaning}");
        assert!(
            requests[0].starts_with("Get https://connect.ap-northeast-1.amazonaws.com/contacts/i-1/c-1\n")
        );
        if let Some(second) = requests.get(1) {
            assert!(second.starts_with(
                "Get https://connect.ap-northeast-1.amazonaws.com/contact/attributes/i-1/c-1\n"
            ));
        }
    }
}

#[test]
fn a_call_is_ended_by_its_name_and_one_that_is_over_is_ended() {
    let hang_up = by_connect(Task::HangUp { call: "c-1".into() });
    let (requests, outcome) = run(&hang_up, &[ok(200, "{}")]);
    assert!(requests[0].starts_with("Post https://connect.ap-northeast-1.amazonaws.com/contact/stop\n"));
    assert_eq!(outcome, "delivered c-1");
    let gone = ok(404, r#"{"__type":"ContactNotFoundException"}"#);
    assert_eq!(run(&hang_up, &[gone]).1, "delivered c-1");
    let odd = by_connect(Task::HangUp { call: "../c-1".into() });
    assert!(run(&odd, &[]).1.starts_with("rejected"));
}

#[test]
fn what_an_alert_says_breaks_no_markup_and_fits() {
    let hostile = "</s></speak><break time=\"99s\"/> & 'x' \u{0}\u{fffe}";
    let mut hurt = numbered(1, hostile);
    hurt.description = hostile.into();
    let (config, _) = with_connect();
    let request = first(&by_connect(page(&config, &[&hurt], "tanaka", Contact::Call)));
    let body: Value = serde_json::from_slice(&request.body).unwrap();
    let said = body["Attributes"]["ssml"].as_str().unwrap();
    assert!(!said.contains("<break") && said.matches("</speak>").count() == 1, "{said}");
    assert!(!said.contains(char::is_control) && !said.contains('\u{fffe}'));
    for text in ["&".repeat(20_000), "漢".repeat(20_000), "🔥".repeat(20_000)] {
        let script = CallScript { language: Language::Ja, words: vec![text], menu: script().menu };
        let request = first(&by_connect(spoken("tanaka", script)));
        let body: Value = serde_json::from_slice(&request.body).unwrap();
        let said = body["Attributes"]["ssml"].as_str().unwrap();
        assert!(
            said.chars().count() <= connect::SSML_MAX + 20 && said.contains("6を押してください"),
            "{said}"
        );
        assert!(request.body.len() < 32_000);
    }
}

/// Buttons come back by `public_url` or a socket, keys by it or by asking: nobody is sent to what cannot work.
#[test]
fn without_a_way_back_the_voice_sends_nobody_to_a_button() {
    let (mut config, _) = with_connect();
    config.organisation.public_url = None;
    let said = |config: &Config, language| {
        let user = if language == Language::Ja { "tanaka" } else { "kimura" };
        match page(config, &[&incident()], user, Contact::Call) {
            Task::Page { words: oncall::incident::Words::Script(script), .. } => script.menu.concat(),
            other => panic!("{other:?}"),
        }
    };
    assert!(!said(&config, Language::Ja).contains("Slack"), "a signing secret alone needs a way in");
    assert!(said(&config, Language::Ja).contains("コマンド"));
    assert!(said(&config, Language::En).contains("command line"));
    config.organisation.slack.as_mut().unwrap().app_token = Some(env("SLACK_APP_TOKEN"));
    assert!(said(&config, Language::Ja).contains("Slack"));
    assert!(said(&config, Language::En).contains("Slack"));
}

#[test]
fn the_order_of_calls_decides_who_is_tried_first() {
    let (mut config, _) = with_connect();
    let order = |config: &Config| config.providers_of(Contact::Call).collect::<Vec<_>>();
    assert_eq!(order(&config), [Provider::Twilio, Provider::Connect]);
    config.organisation.calls = vec![Provider::Connect, Provider::Twilio];
    assert_eq!(order(&config), [Provider::Connect, Provider::Twilio]);
    config.organisation.calls = vec![Provider::Connect];
    assert_eq!(order(&config), [Provider::Connect]);
    assert_eq!(config.providers_of(Contact::Sms).collect::<Vec<_>>(), [Provider::Twilio]);
    let outcome = Outcome::Pressed { key: "4".into() };
    assert!(outcome.is_taken() && outcome.reason().is_none());
}
