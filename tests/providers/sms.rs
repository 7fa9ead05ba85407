//! A text message: its words, its request, and what answers and receipts mean.

use crate::callbacks::{DELIVERY, called};
use crate::wire::{self, first, ok, run_with, shown, words};
use crate::world::{config, delivery, incident, links, now, numbered, secrets};
use oncall::actor::{Actor, Via};
use oncall::alert::Severity;
use oncall::config::{Config, Contact, Links, Phone, sample_token};
use oncall::incident::message::{LINK_MAX, TEXT_MAX};
use oncall::incident::{Asked, Command, Delivery, Incident, Reply, Respond, Target, Task, Words};
use oncall::provider::{self, Callback, CallbackRequest, HttpAnswer};

fn line(incidents: &[&Incident], user: &str, repeat: bool) -> String {
    linked(incidents, user, repeat, None)
}

fn linked(incidents: &[&Incident], user: &str, repeat: bool, link: Option<&str>) -> String {
    match wire::page(&config(), incidents, user, Contact::Sms) {
        Task::Page { words: Words::Text(text), .. } => text.line(repeat, link),
        other => panic!("{other:?}"),
    }
}

fn page() -> Delivery {
    delivery(wire::page(&config(), &[&incident()], "tanaka", Contact::Sms))
}

#[test]
fn one_line_says_it_in_the_persons_language() {
    let one = incident();
    assert_eq!(line(&[&one], "tanaka", false), "[重大] Checkout: 5xx の割合が 5% を超えました (3-17)");
    assert_eq!(line(&[&one], "kimura", false), "[Critical] Checkout: 5xx の割合が 5% を超えました (3-17)");
    assert_eq!(
        line(&[&one], "kimura", true),
        "(sent again) [Critical] Checkout: 5xx の割合が 5% を超えました (3-17)"
    );
    let mild = Incident { severity: Severity::Warning, ..numbered(18, "slow") };
    let all = [&mild, &one, &mild];
    assert_eq!(
        line(&all, "tanaka", false),
        "アラート3件。最も深刻なもの: [重大] Checkout: 5xx の割合が 5% を超えました (3-17)"
    );
    assert_eq!(
        line(&all, "kimura", false),
        "3 alerts, the worst: [Critical] Checkout: 5xx の割合が 5% を超えました (3-17)"
    );
}

#[test]
fn two_segments_hold_it_and_no_character_is_torn() {
    assert_eq!(TEXT_MAX, 134);
    for text in ["漢".repeat(500), "🔥".repeat(500), "a🔥".repeat(500), "word ".repeat(100)] {
        for repeat in [false, true] {
            let said = line(&[&numbered(17, &text), &numbered(18, &text)], "tanaka", repeat);
            let units = said.encode_utf16().count();
            assert!((130..=134).contains(&units), "{units}: {said}");
            assert!(said.ends_with("… (3-17)"), "{said}");
        }
    }
    let hostile = "a\u{0}\u{1b}[31m\nb\u{202e}c\r\n STOP\u{fffe}";
    assert_eq!(line(&[&numbered(17, hostile)], "kimura", false), "[Critical] Checkout: a[31m bc STOP (3-17)");
}

#[test]
fn the_words_are_cut_and_never_the_link() {
    let link = format!("https://oncall.example.com/a/{}", links().token("12-3456", "tanaka").unwrap());
    for text in ["漢".repeat(500), "🔥".repeat(500), "word ".repeat(100)] {
        for repeat in [false, true] {
            let (one, other) = (numbered(17, &text), numbered(18, &text));
            for incidents in [&[&one][..], &[&one, &other][..]] {
                for user in ["tanaka", "kimura"] {
                    let said = linked(incidents, user, repeat, Some(&link));
                    assert!(said.encode_utf16().count() <= TEXT_MAX, "{said}");
                    assert!(said.ends_with(&format!("(3-17) {link}")), "{said}");
                }
            }
        }
    }
    // The longest link leaves the severity; one that is longer is no use, and the words keep their room.
    let longest = "x".repeat(LINK_MAX);
    let said = linked(&[&incident()], "tanaka", false, Some(&longest));
    assert!(said.starts_with("[重大] Checkout:") && said.ends_with(&format!("(3-17) {longest}")), "{said}");
    let longer = "x".repeat(LINK_MAX + 1);
    assert_eq!(linked(&[&incident()], "tanaka", false, Some(&longer)), line(&[&incident()], "tanaka", false));
}

#[test]
fn a_token_is_bound_to_its_delivery_and_its_person() {
    let token = links().token("3-9", "tanaka").unwrap();
    assert_eq!(links().delivery(&token), Some("3-9"));
    assert!(links().acts_for(&token, "tanaka"));
    assert!(!links().acts_for(&token, "kimura"));
    let of_another = Links::new(b"another key");
    assert_eq!((of_another.delivery(&token), of_another.acts_for(&token, "tanaka")), (None, false));
    let elsewhere = token.replacen("3-9", "3-8", 1);
    // Half of one and half of another: it is ours, and nobody's.
    let other = links().token("3-9", "kimura").unwrap();
    let mixed = format!("{}{}", &token[..token.len() - 4], &other[other.len() - 4..]);
    for forged in [elsewhere.as_str(), &mixed, "3-9", "3-9.", "", "3-9.AAAAAAAAAAAAAAAAAAAAAA", &token[1..]] {
        assert!(!links().acts_for(forged, "tanaka") && !links().acts_for(forged, "kimura"), "{forged}");
    }
    let none = Links::new(b"");
    assert_eq!((none.token("3-9", "tanaka"), none.delivery(&token)), (None, None));
    assert_eq!(sample_token("3-9").len(), token.len());
}

#[test]
fn the_request() {
    let token = links().token("3-9", "tanaka").unwrap();
    let request = shown(&first(&config(), &page()).1).replace(&token, "3-9.LINK");
    insta::assert_snapshot!(request, @r"
    Post https://api.twilio.com/2010-04-01/Accounts/AC0123/Messages.json
    accept: application/json
    content-type: application/x-www-form-urlencoded
    authorization: Basic QUMwMTIzOjEyMzQ1
    To = +819000000001
    From = OnCall
    Body = [重大] Checkout: 5xx の割合が 5% を超えました (3-17) https://oncall.example.com/a/3-9.LINK
    ValidityPeriod = 600
    StatusCallback = https://oncall.example.com/v1/callbacks/twilio/3-9/sms
    ");
    let mut deaf = config();
    deaf.organisation.public_url = None;
    assert!(!shown(&first(&deaf, &page()).1).contains("StatusCallback"));
    let made = [ok(201, r#"{"sid":"SM1","status":"queued"}"#)];
    assert_eq!(words(&run_with(&deaf, &secrets(), &page(), &made).1), "delivered SM1");
    assert_eq!(words(&run_with(&config(), &secrets(), &page(), &made).1), "accepted SM1");
}

#[test]
fn what_twilio_refuses() {
    let cases = [
        (21211, "the person's number is not valid"),
        (21614, "the person's number cannot or may not be reached"),
        (21612, "the person's number cannot or may not be reached"),
        (21408, "that country is not allowed: allow it in the account's geographic permissions"),
        (21606, "the sender's number is refused: check it under `providers`"),
        (21608, "a trial account reaches only verified numbers"),
        (
            21610,
            "the person answered STOP to our text messages: they must text START to the number that sends them",
        ),
    ];
    for (code, why) in cases {
        let answer = [ok(400, &format!(r#"{{"code":{code}}}"#))];
        let (_, outcome) = run_with(&config(), &secrets(), &page(), &answer);
        let url = format!("https://www.twilio.com/docs/api/errors/{code}");
        assert_eq!(words(&outcome), format!("rejected: Twilio: {why} ({url})"));
    }
}

#[test]
fn receipts_become_outcomes() {
    let receipt = |status: &str, code: &str| {
        let form = [("MessageSid", "SM1"), ("MessageStatus", status), ("ErrorCode", code)];
        let form = if code.is_empty() { &form[..2] } else { &form[..] };
        match called(&config(), "/v1/callbacks/twilio/3-9/sms", None, form).unwrap() {
            Callback::Outcome { delivery, outcome } => {
                assert_eq!(delivery, DELIVERY);
                words(&outcome).split([':', ' ']).next().unwrap().to_owned()
            }
            Callback::Answer(answer) if answer == HttpAnswer::empty() => "nothing".to_owned(),
            other => panic!("{other:?}"),
        }
    };
    let cases = [
        ("queued", "", "accepted"),
        ("sent", "", "nothing"),
        ("dreaming", "", "nothing"),
        ("delivered", "", "delivered"),
        ("undelivered", "", "rejected"),
        ("undelivered", "30001", "unavailable"),
        ("undelivered", "30003", "unavailable"),
        ("failed", "30008", "unavailable"),
        ("failed", "20429", "unavailable"),
        ("failed", "503", "unavailable"),
        ("undelivered", "30005", "rejected"),
        ("undelivered", "30007", "rejected"),
        ("failed", "21610", "rejected"),
    ];
    for (status, code, expected) in cases {
        assert_eq!(receipt(status, code), expected, "{status} {code}");
    }
}

/// A number of ours that can be answered, and Kimura's phone in America.
fn answered() -> Config {
    let mut config = config();
    let twilio = config.organisation.twilio.as_mut().unwrap();
    (twilio.sms_from, twilio.sms_replies) = ("+15005550006".to_owned(), true);
    config.users.get_mut("kimura").unwrap().phone = Some(Phone::Number("+12025550123".to_owned()));
    config
}

const DOOR: &str = "/v1/callbacks/twilio/sms";

fn said(config: &Config, from: &str, body: &str) -> Callback {
    let form = [("MessageSid", "SM1"), ("From", from), ("To", "+15005550006"), ("Body", body)];
    called(config, DOOR, None, &form).unwrap()
}

fn twiml(text: &str) -> String {
    format!(r#"<?xml version="1.0" encoding="UTF-8"?><Response>{text}</Response>"#)
}

fn silent(callback: Callback) -> bool {
    matches!(callback, Callback::Answer(answer) if answer.body == twiml("").as_bytes())
}

#[test]
fn four_and_the_code_acknowledge_by_whoever_has_the_phone() {
    for body in ["4 K7M", "4k7m", " 4  k7m \n-- \nKen", "４　Ｋ７Ｍ"] {
        let Callback::Command { command, context } = said(&answered(), "+12025550123", body) else {
            panic!("{body}")
        };
        let target = Target::Code { users: vec!["kimura".into()], code: "K7M".to_owned() };
        let by = Actor::User("kimura".into());
        let expected = Respond { target, action: Asked::Acknowledge, by, via: Via::Sms };
        assert_eq!(command, Command::Respond(expected), "{body}");
        let done = Reply::Done { action: Asked::Acknowledge, incidents: vec![incident().id] };
        let answer = provider::answer(&answered(), &context, &done);
        assert_eq!(answer.content_type, "text/xml; charset=utf-8");
        let words = "<Message>Acknowledged.</Message>";
        assert_eq!(String::from_utf8(answer.body).unwrap(), twiml(words));
        let gone = provider::answer(&answered(), &context, &Reply::NotFound);
        let gone = String::from_utf8(gone.body).unwrap();
        assert!(
            gone.contains("No message of the last day has the code K7M. Nothing was acknowledged."),
            "{gone}"
        );
    }
}

#[test]
fn nothing_else_does_anything() {
    // A key that asks for more, or lacks its code, is told what works.
    for body in ["4", "5 K7M", "6 K7M", "4 K7", "4 K7M9"] {
        let Callback::Answer(answer) = said(&answered(), "+12025550123", body) else { panic!("{body}") };
        let text = String::from_utf8(answer.body).unwrap();
        assert!(text.contains("<Message>Reply 4 and the code"), "{body}: {text}");
    }
    // A robot, or somebody who talks to us, is not answered: it would answer that again.
    for body in ["", "I am driving", "OK", "K7M", "44 K7M", "HELP", "四 K7M", "\u{0}\u{202e}4"] {
        assert!(silent(said(&answered(), "+12025550123", body)), "{body}");
    }
    // Nobody's phone, and none at all.
    for from in ["+12025550199", "", "OnCall", "+1", "12025550123", "+819000000001"] {
        assert!(silent(said(&answered(), from, "4 K7M")), "{from}");
    }
    // Where answers are not asked for, none counts.
    assert!(silent(said(&config(), "+819000000001", "4 K7M")));
    let form = [("From", "+12025550123"), ("Body", "4 K7M")];
    let body = form_urlencoded::Serializer::new(String::new()).extend_pairs(form).finish();
    let headers = vec![("X-Twilio-Signature".to_owned(), "0/KCTR6DLpKmkAf8muzZqo1nDgQ=".to_owned())];
    let forged = CallbackRequest { path: DOOR, query: None, headers, body: body.as_bytes() };
    assert_eq!(
        provider::callback(&answered(), &secrets(), &forged, now()).unwrap_err().code,
        "bad_signature"
    );
}

/// The vector of a request as Twilio signs it: believed, and from Japan, so that it says nothing.
#[test]
fn twilios_signature_of_an_answer_is_believed() {
    let (account, message) = (format!("AC{}", "0".repeat(32)), format!("SM{}", "0".repeat(32)));
    let form = [
        ("AccountSid", account.as_str()),
        ("Body", "4 17"),
        ("From", "+819012345678"),
        ("MessageSid", &message),
        ("NumMedia", "0"),
        ("NumSegments", "1"),
        ("To", "+15005550006"),
    ];
    let body = form_urlencoded::Serializer::new(String::new()).extend_pairs(form).finish();
    let headers = vec![("X-Twilio-Signature".to_owned(), "4nFDC9mLJScnHChpbd6oS1WYImw=".to_owned())];
    let request = CallbackRequest { path: DOOR, query: None, headers, body: body.as_bytes() };
    assert!(silent(provider::callback(&answered(), &secrets(), &request, now()).unwrap()));
}

#[test]
fn stop_and_start_are_heard_from_anywhere_and_twilio_answers_them() {
    let heard = |config: &Config, from: &str, body: &str, kind: &str| {
        let form = [("From", from), ("Body", body), ("OptOutType", kind)];
        let form = if kind.is_empty() { &form[..2] } else { &form[..] };
        match called(config, DOOR, None, form).unwrap() {
            Callback::Command { command: Command::OptOut { phones, contact, out, .. }, context } => {
                let answer = provider::answer(config, &context, &Reply::Noted { incidents: Vec::new() });
                assert_eq!(answer.body, twiml("").as_bytes());
                assert_eq!(contact, Contact::Sms);
                let (user, phone) = &phones[0];
                Some((
                    phone.as_ref().map_or_else(|| user.to_string(), |name| format!("{user} at {name}")),
                    out,
                ))
            }
            other => silent(other).then_some(("nobody".to_owned(), false)),
        }
    };
    for (body, kind, out) in [
        ("STOP", "", true),
        ("stop ", "", true),
        ("Cancel", "", true),
        ("arrêt", "STOP", true),
        ("START", "", false),
        ("unstop", "START", false),
    ] {
        let (config, from) = (answered(), "+12025550123");
        assert_eq!(heard(&config, from, body, kind), Some(("kimura".to_owned(), out)), "{body}");
    }
    let japan = heard(&answered(), "+819000000001", "STOP", "");
    assert_eq!(japan, Some(("tanaka".to_owned(), true)));
    assert_eq!(heard(&answered(), "+12025550199", "STOP", ""), Some(("nobody".to_owned(), false)));
    // One of several phones is named: the others are another matter.
    let mut two = answered();
    let kimura = two.users.get_mut("kimura").unwrap();
    kimura.phones = vec![("work".to_owned(), Phone::Number("+12025550188".to_owned()))];
    assert_eq!(heard(&two, "+12025550188", "STOP", ""), Some(("kimura at work".to_owned(), true)));
    assert_eq!(heard(&two, "+12025550123", "STOP", ""), Some(("kimura".to_owned(), true)));
    // A sentence is none.
    assert_eq!(heard(&answered(), "+12025550123", "stop it", ""), Some(("nobody".to_owned(), false)));
}

#[test]
fn a_code_stands_where_it_can_be_sent_back_and_the_line_stays_within_its_limit() {
    let config = answered();
    let coded = |user: &str, code: Option<&str>| {
        let mut page =
            delivery(wire::page(&config, &[&numbered(17, &"word ".repeat(100))], user, Contact::Sms));
        if let Task::Page { words: Words::Text(text), .. } = &mut page.task {
            text.code = code.map(str::to_owned);
        }
        let request = shown(&first(&config, &page).1);
        let line = request.lines().find(|line| line.starts_with("Body = ")).unwrap();
        line["Body = ".len()..].to_owned()
    };
    let there = coded("kimura", Some("K7M"));
    assert!(there.contains("(3-17) reply 4 K7M https://oncall.example.com/a/"), "{there}");
    assert!(there.encode_utf16().count() <= TEXT_MAX, "{there}");
    // A number in Japan may be a secret until it is sent to.
    assert!(!coded("tanaka", Some("K7M")).contains("K7M"));
    assert!(!coded("kimura", None).contains("reply"));
}
