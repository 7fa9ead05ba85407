//! Questions about what became of a call or a text message: what is asked, and what each answer means.

use crate::wire::{self, first, limited, ok, run_with, shown, words};
use crate::world::{config, delivery, secrets};
use oncall::config::Contact;
use oncall::incident::{Delivery, DeliveryId, Task};
use oncall::provider::{Failure, Response};

fn ask(by: Contact, reference: &str) -> Delivery {
    let of = DeliveryId { epoch: 3, n: 8 };
    delivery(Task::Ask { of, by, reference: reference.into() })
}

fn answered(by: Contact, answer: Result<Response, Failure>) -> String {
    words(&run_with(&config(), &secrets(), &ask(by, "X1"), &[answer]).1)
}

#[test]
fn the_requests() {
    insta::assert_snapshot!(shown(&first(&config(), &ask(Contact::Call, "CA0001")).1), @r"
    Get https://api.twilio.com/2010-04-01/Accounts/AC0123/Calls/CA0001.json
    accept: application/json
    authorization: Basic QUMwMTIzOjEyMzQ1
    ");
    insta::assert_snapshot!(shown(&first(&config(), &ask(Contact::Sms, "SM0001")).1), @r"
    Get https://api.twilio.com/2010-04-01/Accounts/AC0123/Messages/SM0001.json
    accept: application/json
    authorization: Basic QUMwMTIzOjEyMzQ1
    ");
}

/// The statuses of a call, as Twilio documents them; each is what its callback would say.
#[test]
fn every_status_of_a_call() {
    let cases = [
        ("queued", "unknown: Twilio: queued"),
        ("initiated", "accepted X1"),
        ("ringing", "accepted X1"),
        ("in-progress", "answered"),
        ("completed", "ended: completed"),
        ("busy", "unavailable for 60 s: the line is busy"),
        ("no-answer", "ended: no-answer"),
        ("canceled", "ended: canceled"),
        ("failed", "rejected: Twilio: the call failed: check the number"),
        ("dreaming", "unknown: Twilio: dreaming"),
    ];
    for (status, expected) in cases {
        let body = format!(r#"{{"sid":"X1","status":"{status}","duration":null,"answered_by":null}}"#);
        assert_eq!(answered(Contact::Call, ok(200, &body)), expected, "{status}");
    }
}

/// The same for a text message; `sent` is with the carrier, which says nothing yet.
#[test]
fn every_status_of_a_text_message() {
    let code = "https://www.twilio.com/docs/api/errors/30005";
    let invalid = format!("rejected: Twilio: the person's number is not valid ({code})");
    let cases = [
        ("accepted", "null", "accepted X1"),
        ("queued", "null", "accepted X1"),
        ("sending", "null", "accepted X1"),
        ("sent", "null", "unknown: Twilio: sent"),
        ("delivered", "null", "delivered X1"),
        ("undelivered", "null", "rejected: Twilio: the carrier did not deliver it"),
        ("failed", "30005", invalid.as_str()),
        ("canceled", "null", "rejected: Twilio: the carrier did not deliver it"),
    ];
    for (status, code, expected) in cases {
        let body = format!(r#"{{"sid":"X1","status":"{status}","error_code":{code}}}"#);
        assert_eq!(answered(Contact::Sms, ok(200, &body)), expected, "{status}");
    }
}

/// A question that fails says nothing of what it is about: neither a refusal nor a missing call makes a page fail.
#[test]
fn a_question_that_fails_says_nothing() {
    let cases = [
        (limited(429, "3600", r#"{"code":20429}"#), "unknown: Twilio: too many requests (429)"),
        (ok(500, "<html>"), "unknown: Twilio: it refused the request (500)"),
        (ok(404, r#"{"code":20404}"#), "unknown: Twilio: it refused the request (404)"),
        (ok(401, r#"{"code":20003}"#), "unknown: Twilio: it refused the request (401)"),
        (Err(Failure::Unknown("timed out".into())), "unknown: Twilio: it did not answer (timed out)"),
        (Err(Failure::NotSent("refused".into())), "unknown: Twilio: it could not be reached (refused)"),
    ];
    for (answer, expected) in cases {
        assert_eq!(answered(Contact::Call, answer.clone()), expected);
        assert_eq!(answered(Contact::Sms, answer), expected);
    }
    let strange = "unknown: Twilio: the answer was not its own: is its URL right, or a proxy in between?";
    for body in ["", "<html>", "[]", "{}", r#"{"status":3}"#, r#"{"sid":"X2","status":"completed"}"#] {
        assert_eq!(answered(Contact::Call, ok(200, body)), strange, "{body}");
    }
}

/// Nothing of ours that is missing makes the page fail that the question is about.
#[test]
fn a_question_that_cannot_be_asked_says_nothing() {
    let mut gone = config();
    gone.organisation.twilio = None;
    let none = |config: &_, secrets: &_, delivery: &Delivery| {
        let (requests, outcome) = run_with(config, secrets, delivery, &[]);
        assert_eq!(requests.len(), 0);
        words(&outcome)
    };
    assert_eq!(
        none(&gone, &secrets(), &ask(Contact::Call, "CA1")),
        "unknown: Twilio: not set up under `providers` in oncall.yaml"
    );
    assert!(none(&config(), &Default::default(), &ask(Contact::Call, "CA1")).starts_with("unknown: "));
    for hostile in ["", "../Accounts", "CA1?x", "CA1.json", "CÄ1"] {
        assert!(
            none(&config(), &secrets(), &ask(Contact::Call, hostile)).starts_with("unknown: "),
            "{hostile}"
        );
    }
    assert!(none(&config(), &secrets(), &ask(Contact::Slack, "C1")).starts_with("unknown: "));
}

/// What a call may do is said to Twilio: how long it rings, and how long it lasts once somebody picked up.
#[test]
fn a_call_says_how_long_it_rings_and_lasts() {
    let request = shown(&first(&config(), &delivery(wire::call())).1);
    let lines: Vec<&str> = request.lines().collect();
    assert!(lines.contains(&"Timeout = 60") && lines.contains(&"TimeLimit = 300"), "{request}");
}
