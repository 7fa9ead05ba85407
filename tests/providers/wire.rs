//! Deliveries to requests, and recorded responses to outcomes.

use crate::world::{acknowledged, config, delivery, id, incident, now, resolved, secrets};
use oncall::config::{Config, Secrets};
use oncall::incident::message::{self, CallScript, Card};
use oncall::incident::{Delivery, Outcome, Task};
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
    let mut progress = provider::begin(config, secrets, delivery, now());
    let mut requests = Vec::new();
    let mut answers = answers.iter();
    loop {
        match progress {
            Progress::Done(outcome) => {
                assert_eq!(answers.len(), 0, "answers are left over after {requests:?}");
                return (requests, outcome);
            }
            Progress::Send(pending, request) => {
                requests.push(shown(&request));
                let answer = answers.next().expect("one more request than answers").clone();
                progress = provider::resume(config, secrets, pending, answer);
            }
        }
    }
}

pub fn first(config: &Config, delivery: &Delivery) -> (Pending, Request) {
    match provider::begin(config, &secrets(), delivery, now()) {
        Progress::Send(pending, request) => (pending, request),
        Progress::Done(outcome) => panic!("nothing was sent: {outcome:?}"),
    }
}

pub fn ok(status: u16, body: &str) -> Result<Response, Failure> {
    Ok(Response { status, headers: Vec::new(), body: body.as_bytes().to_vec() })
}

pub fn limited(status: u16, seconds: &str, body: &str) -> Result<Response, Failure> {
    let headers = vec![("Retry-After".to_owned(), seconds.to_owned())];
    Ok(Response { status, headers, body: body.as_bytes().to_vec() })
}

pub fn card() -> Card {
    message::channel(&config(), &incident())
}

pub fn post() -> Task {
    Task::Channel { channel: "C0CHECKOUT".into(), reference: None, card: card(), follow_up: None }
}

pub fn update() -> Task {
    let incident = acknowledged(incident());
    Task::Channel {
        channel: "C0CHECKOUT".into(),
        reference: Some("C0CHECKOUT:1765126800.000100".into()),
        card: message::channel(&config(), &incident),
        follow_up: Some(message::follow_up(&config(), &incident)),
    }
}

pub fn direct() -> Task {
    Task::Direct { user: id("kimura"), card: message::direct(&config(), &[&incident()], "kimura") }
}

pub fn script() -> CallScript {
    message::call(&config(), &[&incident()], "tanaka")
}

pub fn call() -> Task {
    Task::Call { user: id("tanaka"), script: script() }
}

pub fn ticket() -> Task {
    let ticket = message::ticket(&config(), &incident(), None).unwrap();
    Task::Ticket { reference: None, ticket }
}

pub fn resolved_ticket() -> Task {
    let reference = Some("SHOP-7".to_owned());
    let ticket = message::ticket(&config(), &resolved(incident()), reference.as_deref()).unwrap();
    Task::Ticket { reference, ticket }
}

pub fn hang_up() -> Task {
    Task::HangUp { call: "CA0001".into() }
}
