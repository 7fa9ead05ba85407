//! Deliveries to requests, and recorded responses to outcomes.

use crate::world::{acknowledged, config, delivery, id, incident, links, resolved, secrets};
use oncall::config::{Config, Contact, MirrorKind, Secrets};
use oncall::incident::message::{self, CallScript, Card};
use oncall::incident::{Delivery, DeliveryId, Incident, Outcome, Task, Words};
use oncall::preview::timeline::Reader;
use oncall::provider::{self, Failure, Pending, Progress, Request, Response};

/// A request as text: everything but the length of its body.
pub fn shown(request: &Request) -> String {
    let mut text = format!("{:?} {}\n", request.method, request.url);
    let mut form = false;
    for (name, value) in &request.headers {
        form |= value.expose() == "application/x-www-form-urlencoded";
        text += &format!("{name}: {}\n", value.expose());
    }
    let body = std::str::from_utf8(&request.body).unwrap();
    if form {
        for pair in body.split('&') {
            let (key, value) = pair.split_once('=').unwrap();
            text += &format!("{key} = {}\n", decoded(value));
        }
    } else if !body.is_empty() {
        let json: serde_json::Value = serde_json::from_str(body).unwrap();
        text += &format!("{json:#}\n");
    }
    text
}

/// Percent-decoding, written anew so as not to trust the code under test.
fn decoded(text: &str) -> String {
    let mut bytes = Vec::new();
    let mut rest = text.bytes();
    while let Some(byte) = rest.next() {
        bytes.push(match byte {
            b'+' => b' ',
            b'%' => {
                let digits = [rest.next().unwrap(), rest.next().unwrap()];
                u8::from_str_radix(std::str::from_utf8(&digits).unwrap(), 16).unwrap()
            }
            byte => byte,
        });
    }
    String::from_utf8(bytes).unwrap()
}

/// Runs a delivery against recorded answers: every request as a line, then the outcome.
pub fn run(task: Task, answers: &[Result<Response, Failure>]) -> (Vec<String>, Outcome) {
    run_with(&config(), &secrets(), &delivery(task), answers)
}

pub fn run_with(
    config: &Config,
    secrets: &Secrets,
    delivery: &Delivery,
    answers: &[Result<Response, Failure>],
) -> (Vec<String>, Outcome) {
    let mut progress = provider::begin(config, secrets, &links(), delivery);
    let mut requests = Vec::new();
    let mut answers = answers.iter();
    loop {
        match progress {
            Progress::Done(outcome) | Progress::Heard(outcome, _) => {
                assert_eq!(answers.len(), 0, "answers are left over after {requests:?}");
                return (requests, outcome);
            }
            Progress::Mail(..) | Progress::Answered(..) => panic!("no such thing is expected: {progress:?}"),
            Progress::Send(pending, request) => {
                requests.push(shown(&request));
                let answer = answers.next().expect("one more request than answers").clone();
                progress = provider::resume(config, secrets, pending, answer);
            }
        }
    }
}

pub fn first(config: &Config, delivery: &Delivery) -> (Pending, Request) {
    match provider::begin(config, &secrets(), &links(), delivery) {
        Progress::Send(pending, request) => (pending, request),
        other => panic!("nothing was sent: {other:?}"),
    }
}

pub fn ok(status: u16, body: &str) -> Result<Response, Failure> {
    Ok(Response { status, headers: Vec::new(), body: body.as_bytes().to_vec() })
}

pub fn limited(status: u16, seconds: &str, body: &str) -> Result<Response, Failure> {
    let headers = vec![("Retry-After".to_owned(), seconds.to_owned())];
    Ok(Response { status, headers, body: body.as_bytes().to_vec() })
}

/// What became of a delivery, as an English reader sees it.
pub fn words(outcome: &Outcome) -> String {
    let reason = outcome.reason().map(|reason| Reader::english(&config()).reason(reason)).unwrap_or_default();
    match outcome {
        Outcome::Accepted { reference } => format!("accepted {reference}"),
        Outcome::Delivered { reference, but: None } => format!("delivered {reference}"),
        Outcome::Delivered { reference, but: Some(_) } => format!("delivered {reference}, but {reason}"),
        Outcome::Answered => "answered".to_owned(),
        Outcome::ByMachine => "answered by a machine".to_owned(),
        Outcome::Pressed { key } => format!("pressed {key}"),
        Outcome::Ended { .. } => format!("ended: {reason}"),
        Outcome::Rejected { .. } => format!("rejected: {reason}"),
        Outcome::Unavailable { retry_after: None, .. } => format!("unavailable: {reason}"),
        Outcome::Unavailable { retry_after: Some(seconds), .. } => {
            format!("unavailable for {seconds} s: {reason}")
        }
        Outcome::Unknown { .. } => format!("unknown: {reason}"),
    }
}

/// A room's message or a ticket of an incident.
pub fn mirror(incident: &Incident, kind: MirrorKind, reference: Option<&str>) -> Task {
    let place = if kind == MirrorKind::Ticket { "SHOP" } else { "C0CHECKOUT" };
    Task::Mirror {
        kind,
        place: place.into(),
        reference: reference.map(str::to_owned),
        words: message::mirror(&config(), incident, kind, place),
        news: reference.map(|_| message::follow_up(&config(), incident, kind, (0, 0))),
        after: 0,
    }
}

/// A page to somebody about incidents.
pub fn page(config: &Config, incidents: &[&Incident], user: &str, by: Contact) -> Task {
    Task::Page { user: id(user), by, to: None, words: message::page(config, incidents, user, by) }
}

pub fn spoken(user: &str, script: CallScript) -> Task {
    Task::Page { user: id(user), by: Contact::Call, to: None, words: Words::Script(script) }
}

/// The card of a room's message.
pub fn card(config: &Config, incident: &Incident) -> Card {
    match message::mirror(config, incident, MirrorKind::Room, "C0CHECKOUT") {
        Words::Card(card) => card,
        other => panic!("{other:?}"),
    }
}

/// The card of a direct message.
pub fn direct_card(config: &Config, incidents: &[&Incident], user: &str) -> Card {
    match message::page(config, incidents, user, Contact::Slack) {
        Words::Card(card) => card,
        other => panic!("{other:?}"),
    }
}

pub fn post() -> Task {
    mirror(&incident(), MirrorKind::Room, None)
}

pub fn update() -> Task {
    mirror(&acknowledged(incident()), MirrorKind::Room, Some("C0CHECKOUT:1765126800.000100"))
}

pub fn direct() -> Task {
    page(&config(), &[&incident()], "kimura", Contact::Slack)
}

/// The direct message that told, brought up to date.
pub fn edit(incident: &Incident) -> Task {
    let words = message::page(&config(), &[incident], "kimura", Contact::Slack);
    let page = DeliveryId { epoch: 3, n: 4 };
    Task::Edit {
        page,
        user: id("kimura"),
        by: Contact::Slack,
        reference: "D0KIMURA:1765126800.000200".into(),
        words,
    }
}

pub fn script() -> CallScript {
    message::call(&config(), &[&incident()], "tanaka")
}

pub fn call() -> Task {
    spoken("tanaka", script())
}

pub fn ticket() -> Task {
    mirror(&incident(), MirrorKind::Ticket, None)
}

pub fn resolved_ticket() -> Task {
    mirror(&resolved(incident()), MirrorKind::Ticket, Some("SHOP-7"))
}

pub fn hang_up() -> Task {
    Task::HangUp { call: "CA0001".into() }
}
