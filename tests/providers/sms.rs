//! A text message: its words, its request, and what answers and receipts mean.

use crate::callbacks::{DELIVERY, called};
use crate::wire::{self, first, ok, run_with, shown, words};
use crate::world::{config, delivery, incident, links, numbered, secrets};
use oncall::alert::Severity;
use oncall::config::{Contact, Links, sample_token};
use oncall::incident::Task;
use oncall::incident::message::{LINK_MAX, TEXT_MAX};
use oncall::incident::{Delivery, Incident, Words};
use oncall::provider::{Callback, HttpAnswer};

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
