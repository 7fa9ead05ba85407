//! E-mail: what it says, how it is threaded, and what an SMTP server's replies mean.

use crate::wire::{self, words};
use crate::world::{config, delivery, env, id, incident, links, now, numbered, secrets};
use oncall::actor::Actor;
use oncall::alert::Link;
use oncall::config::{Config, Contact, Mail, MailSecurity, Secret};
use oncall::incident::{Acknowledgement, Delivery, DeliveryId, Incident, Outcome, Status, Task};
use oncall::provider::mail::Message;
use oncall::provider::{self, Failure, Progress, Response};

fn with_mail() -> Config {
    let mut config = config();
    config.organisation.mail = Some(Mail {
        host: "smtp.example.com".to_owned(),
        port: 465,
        security: MailSecurity::Tls,
        credentials: Some(("oncall".to_owned(), env("SMTP_PASSWORD"))),
        from: "oncall@example.com".to_owned(),
    });
    let user = config.users.get_mut("tanaka").unwrap();
    user.email = Some("tanaka@example.com".to_owned());
    config
}

fn begin(config: &Config, delivery: &Delivery) -> Progress {
    let mut secrets = secrets();
    secrets.insert(env("SMTP_PASSWORD"), Secret::new("open sesame"));
    provider::begin(config, &secrets, &links(), delivery)
}

fn page(config: &Config, incidents: &[&Incident]) -> Delivery {
    let mut page = delivery(wire::page(config, incidents, "tanaka", Contact::Email));
    page.incidents = incidents.iter().map(|incident| incident.id).collect();
    page
}

fn message(config: &Config, delivery: &Delivery) -> Message {
    match begin(config, delivery) {
        Progress::Mail(_, message) => *message,
        other => panic!("{other:?}"),
    }
}

/// The outcome of a reply, or of none.
fn after(result: Result<Response, Failure>) -> Outcome {
    let config = with_mail();
    let Progress::Mail(pending, _) = begin(&config, &page(&config, &[&incident()])) else { panic!() };
    match provider::resume(&config, &secrets(), pending, result) {
        Progress::Done(outcome) => outcome,
        other => panic!("{other:?}"),
    }
}

fn reply(status: u16, text: &str) -> Outcome {
    after(Ok(Response { status, headers: Vec::new(), body: text.as_bytes().to_vec() }))
}

#[test]
fn it_says_what_the_direct_message_says_with_a_link_that_acknowledges() {
    let config = with_mail();
    let one = message(&config, &page(&config, &[&incident()]));
    assert_eq!((one.login.host.as_str(), one.login.port), ("smtp.example.com", 465));
    assert_eq!((one.from.as_str(), one.to.as_str()), ("oncall@example.com", "tanaka@example.com"));
    let link = format!("https://oncall.example.com/a/{}", links().token("3-9", "tanaka").unwrap());
    for part in [&one.text, &one.html] {
        assert!(part.contains("5xx の割合が 5% を超えました"), "{part}");
        assert!(part.contains(&link) && part.contains("対応する、または次の担当者を呼ぶ"), "{part}");
    }
    assert!(one.html.contains(&format!("<a href=\"{link}\">")), "{}", one.html);
    assert!(!one.text.contains('<'), "{}", one.text);
    // Without a public URL there is no link, and no words for one.
    let mut deaf = with_mail();
    deaf.organisation.public_url = None;
    let one = message(&deaf, &page(&deaf, &[&incident()]));
    assert!(!one.text.contains("/a/") && !one.text.contains("対応する、または"), "{}", one.text);
}

#[test]
fn all_mails_about_an_incident_have_one_root_and_one_subject() {
    let config = with_mail();
    let first = message(&config, &page(&config, &[&incident()]));
    assert_eq!(first.references, "<incident-3-17@example.com>");
    assert_eq!(first.id, "<delivery-3-9@example.com>");
    // The monitor says something else by now, and it is worse.
    let changed = Incident { summary: "9xx".into(), ..incident() };
    let mut again = page(&config, &[&changed]);
    again.id.n = 12;
    let second = message(&config, &again);
    assert_eq!((&second.references, &second.subject), (&first.references, &first.subject));
    assert_ne!(second.id, first.id);
    assert!(second.text.contains("9xx"), "{}", second.text);
    // Several at once are a thread of their own.
    let both = message(&config, &page(&config, &[&incident(), &numbered(18, "slow")]));
    assert_eq!(both.references, "<page-3-9@example.com>");
}

/// Somebody has it: the next mail is an answer to the first, in its thread and under its subject, and asks for nothing.
#[test]
fn what_follows_is_an_answer_in_the_same_thread() {
    let config = with_mail();
    let first = message(&config, &page(&config, &[&incident()]));
    let held =
        Acknowledgement { by: vec![Actor::User(id("kimura"))], at: now(), until: None, snoozed: false };
    let taken =
        Incident { status: Status::Acknowledged, acknowledgement: Some(Box::new(held)), ..incident() };
    let Task::Page { words, .. } = wire::page(&config, &[&taken], "tanaka", Contact::Email) else { panic!() };
    let edit = |reference: &str| Delivery {
        id: DeliveryId { epoch: 3, n: 20 },
        incidents: vec![taken.id],
        task: Task::Edit {
            page: DeliveryId { epoch: 3, n: 9 },
            user: id("tanaka"),
            by: Contact::Email,
            reference: reference.to_owned(),
            words: words.clone(),
        },
        ..page(&config, &[&incident()])
    };
    let next = message(&config, &edit(&first.id));
    assert_eq!((next.to.as_str(), &next.subject), ("tanaka@example.com", &first.subject));
    assert_eq!(next.follows.as_ref(), Some(&first.id));
    assert_eq!(next.references, format!("{} {}", first.references, first.id));
    assert_eq!(next.id, "<delivery-3-20@example.com>");
    assert!(next.text.contains("対応中") && next.text.contains("Kimura"), "{}", next.text);
    assert!(!next.text.contains("/a/"), "{}", next.text);
    // What a server made of a name becomes no header.
    let odd = message(&config, &edit("<x>\r\nBcc: evil@example.com"));
    assert_eq!((odd.follows, odd.references.as_str()), (None, "<incident-3-17@example.com>"));
}

#[test]
fn what_an_alert_says_becomes_no_header_and_no_markup() {
    let config = with_mail();
    let evil = "x\r\nBcc: evil@example.com\r\n\r\n<script>alert(1)</script>\u{202e}\u{0}";
    let mut hostile = numbered(17, evil);
    hostile.opened_as = evil.into();
    hostile.description = evil.into();
    hostile.links =
        vec![Link { href: "https://example.com/\"><script>".to_owned(), text: "a\"'<b>".to_owned() }].into();
    let one = message(&config, &page(&config, &[&hostile]));
    for header in [&one.subject, &one.id, &one.references, &one.from, &one.to] {
        assert!(!header.contains(['\r', '\n', '\0']), "{header:?}");
    }
    assert!(one.subject.contains("Bcc: evil@example.com") && one.subject.ends_with("(3-17)"));
    assert!(!one.html.contains("<script") && !one.html.contains("<b>\"") && !one.html.contains('\0'));
    assert!(one.html.contains("&lt;script&gt;alert(1)&lt;/script&gt;"), "{}", one.html);
    assert!(one.html.contains("href=\"https://example.com/&quot;&gt;&lt;script&gt;\""), "{}", one.html);
    assert!(!one.text.contains(['\r', '\0']), "{:?}", one.text);
}

#[test]
fn what_a_server_replies() {
    let cases = [
        (250, "2.0.0 Ok: queued as 4Cx", "delivered <delivery-3-9@example.com>"),
        (421, "4.7.0 Try again later", "unavailable: The mail server: it refused the request (421 4.7.0)"),
        (450, "4.2.1 greylisted", "unavailable: The mail server: it refused the request (450 4.2.1)"),
        (452, "4.3.1 full", "unavailable: The mail server: it refused the request (452 4.3.1)"),
        (454, "4.7.0 TLS not available", "unavailable: The mail server: it refused the request (454 4.7.0)"),
        (
            535,
            "5.7.8 Authentication credentials invalid",
            "rejected: The mail server: the credentials are refused: check them under `providers` (535 5.7.8)",
        ),
        (
            530,
            "5.7.0 Must issue a STARTTLS command first",
            "rejected: The mail server: the credentials are refused: check them under `providers` (530 5.7.0)",
        ),
        (
            550,
            "5.1.1 <tanaka@example.com>: no such user",
            "rejected: The mail server: the person's e-mail address is refused: check `email:` (550 5.1.1)",
        ),
        (553, "", "rejected: The mail server: the person's e-mail address is refused: check `email:` (553)"),
        (554, "5.7.1 spam", "rejected: The mail server: it refused the request (554 5.7.1)"),
    ];
    for (status, text, expected) in cases {
        let said = words(&reply(status, text));
        assert_eq!(said, expected, "{status} {text}");
        assert!(!said.contains("tanaka@"), "a reply is not quoted: {said}");
    }
}

#[test]
fn without_a_reply_it_left_or_did_not_or_nobody_knows() {
    let not_sent = after(Err(Failure::NotSent("connection refused".to_owned())));
    assert!(matches!(not_sent, Outcome::Unavailable { .. }), "{not_sent:?}");
    let silent = after(Err(Failure::Unknown("timed out".to_owned())));
    assert!(matches!(silent, Outcome::Unknown { .. }), "{silent:?}");
}

#[test]
fn what_is_missing_is_named() {
    let config = with_mail();
    let done = |config: &Config| match provider::begin(
        config,
        &secrets(),
        &links(),
        &page(config, &[&incident()]),
    ) {
        Progress::Done(outcome) => words(&outcome),
        other => panic!("{other:?}"),
    };
    assert!(done(&config).contains("SMTP_PASSWORD"), "{}", done(&config));
    let mut bare = with_mail();
    bare.organisation.mail = None;
    assert!(done(&bare).contains("not set up under `providers`"), "{}", done(&bare));
    let mut nowhere = with_mail();
    nowhere.organisation.mail.as_mut().unwrap().credentials = None;
    nowhere.users.get_mut("tanaka").unwrap().email = None;
    assert!(done(&nowhere).contains("no address"), "{}", done(&nowhere));
}
