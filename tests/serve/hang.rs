//! With the real server: everything but one provider answers 429, answers 500, hangs, or gives a byte now and then. Whoever is told by
//! the one that is well is told at once; whoever is told by another is told by their next way as the rules say.
//!
//! Nothing here measures time but the server: that a provider hangs for ten seconds is what others must not notice, so the order in
//! which things arrive says whether they did.

use super::smtp::{self, Manner, Point};
use super::world::{HANG_MAX, World, now};
use serde_json::Value;
use std::collections::{BTreeMap, BTreeSet};
use std::io::{BufRead, BufReader, Read, Write};
use std::net::{TcpListener, TcpStream};
use std::time::Duration;
use tokio::sync::mpsc;
use tokio::time::timeout;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Fault {
    /// With a wish to be left alone for half a minute.
    TooMany,
    Broken,
    Hangs,
    Drips,
}

/// What a stand-in saw.
#[derive(Debug)]
enum Seen {
    Request {
        provider: String,
        path: String,
        body: Value,
    },
    /// The server gave up waiting for this provider.
    GivenUp {
        provider: String,
    },
}

/// Everybody who is told: by which provider, in which way.
type People = &'static [(&'static str, &'static str)];

/// A company in which one provider is well.
struct Company {
    fault: Fault,
    well: &'static str,
    people: People,
    /// The key and the value of its own of each provider.
    order: &'static str,
}

const WELL_NTFY: People =
    &[("slack", "slack"), ("twilio", "call"), ("texts", "sms"), ("mail", "email"), ("pushover", "pushover")];
const WELL_SLACK: People =
    &[("connect", "call"), ("aws", "sms"), ("mail", "email"), ("pushover", "pushover"), ("ntfy", "ntfy")];

/// What shows incidents and reaches nobody.
const ROOMS: [&str; 3] = ["teams", "google_chat", "jira"];

impl Company {
    fn new(fault: Fault, well: &'static str) -> Company {
        let (people, order) = match well {
            "ntfy" => (WELL_NTFY, "calls: [twilio]\ntexts: [twilio]\n"),
            _ => (WELL_SLACK, "calls: [connect]\ntexts: [aws_sms]\n"),
        };
        Company { fault, well, people, order }
    }

    /// Providers that fail: whoever tells people, and the rooms.
    fn failing(&self) -> BTreeSet<String> {
        let of = |(person, _): &(&str, &str)| match *person {
            "texts" => "twilio".to_owned(),
            "aws" => "aws_sms".to_owned(),
            other => other.to_owned(),
        };
        self.people.iter().map(of).chain(ROOMS.map(str::to_owned)).collect()
    }

    /// What refuses hastens the next way; what is silent does not keep it from its own time.
    fn files(&self) -> Vec<(String, String)> {
        let next = match self.fault {
            Fault::TooMany | Fault::Broken => "30m",
            Fault::Hangs | Fault::Drips => "2s",
        };
        let person = |name: &str, rules: &str| {
            let n = 2_000 + name.bytes().map(u32::from).sum::<u32>();
            let text = format!(
                "name: {name}\nslack: U0{}\nphone: \"+81900000{n}\"\nemail: {name}@example.com\n\
                 ntfy: {{ env: TOPIC_{name} }}\npushover: {{ env: KEY_{name} }}\nnotify: {{ high: [{rules}{{ by: call, after: 1h }}] }}\n",
                name.to_uppercase(),
            );
            (format!("users/{name}.yaml"), text)
        };
        let well = self.well;
        let mut files = vec![person("well", &format!("{{ by: {well} }}, "))];
        let told = |(name, by): &(&str, &str)| {
            person(name, &format!("{{ by: {by} }}, {{ by: {well}, after: {next} }}, "))
        };
        files.extend(self.people.iter().map(told));
        let all = self.people.iter().map(|(name, _)| format!("{{ user: {name} }}"));
        let all = all.chain(["{ user: well }".to_owned()]).collect::<Vec<_>>().join(", ");
        files.push((
            "escalation-policies/web.yaml".to_owned(),
            format!("steps: [{{ notify: [{all}], wait: 1h }}]\n"),
        ));
        files
    }

    fn organisation(&self, http: &str, smtp: &str) -> String {
        let order = self.order;
        let aws = "access_key_id: AKIDEXAMPLE, secret_access_key: { env: TWILIO_AUTH_TOKEN }";
        format!(
            "time_zone: Asia/Tokyo
language: en
fallback: last
public_url: https://oncall.test
{order}providers:
  slack: {{ bot_token: {{ env: SLACK_BOT_TOKEN }}, signing_secret: {{ env: SLACK_SIGNING_SECRET }}, channel: C0INCIDENTS, api_url: \"{http}/slack\" }}
  jira: {{ site: \"{http}/jira\", deployment: data_center, api_token: {{ env: JIRA_API_TOKEN }}, project: OPS, issue_type: Incident }}
  twilio: {{ account_sid: AC0123, auth_token: {{ env: TWILIO_AUTH_TOKEN }}, from: \"+815012345678\", api_url: \"{http}/twilio\" }}
  connect: {{ region: ap-northeast-1, instance: i-1, contact_flow: f-1, from: \"+815087654321\", {aws}, api_url: \"{http}/connect\" }}
  aws_sms: {{ region: ap-northeast-1, from: OnCall, {aws}, api_url: \"{http}/aws_sms\" }}
  mail: {{ smtp: \"smtp://{smtp}\", from: oncall@example.com }}
  ntfy: {{ url: \"{http}/ntfy\" }}
  pushover: {{ token: {{ env: BOT_TOKEN }}, api_url: \"{http}/pushover\" }}
  teams: {{ webhook: {{ env: TEAMS_URL }} }}
  google_chat: {{ webhook: {{ env: CHAT_URL }} }}
api_tokens: [{{ name: ci, token: {{ env: API_TOKEN }} }}]
"
        )
    }

    /// Whom a message of the provider that is well tells.
    fn told(&self, seen: &Seen) -> Option<String> {
        let Seen::Request { provider, path, body } = seen else { return None };
        let everybody = self.people.iter().map(|(name, _)| *name).chain(["well"]);
        let address = match self.well {
            "ntfy" => body["topic"].as_str()?,
            _ if path.ends_with("/chat.postMessage") => body["channel"].as_str()?,
            _ => return None,
        };
        let is = |name: &&str| {
            let slack = format!("U0{}", name.to_uppercase());
            address == format!("topic-{name}") || address == slack
        };
        everybody.into_iter().find(is).filter(|_| provider == self.well).map(str::to_owned)
    }
}

/// One conversation over HTTP; then the connection ends.
fn converse(
    stream: TcpStream,
    fault: Option<Fault>,
    provider: &str,
    read: (String, Value),
    tell: &mpsc::UnboundedSender<Seen>,
) -> Option<()> {
    let mut stream = stream;
    let (path, body) = read;
    let _ = tell.send(Seen::Request { provider: provider.to_owned(), path, body });
    let answer = |status: &str, body: &str| {
        let length = body.len();
        format!(
            "HTTP/1.1 {status}\r\ncontent-type: application/json\r\nconnection: close\r\ncontent-length: {length}\r\n\r\n{body}"
        )
    };
    match fault {
        None => stream.write_all(
            answer("200 OK", r#"{"ok":true,"channel":"C0","ts":"1700000000.000001","id":"n1"}"#).as_bytes(),
        ),
        Some(Fault::TooMany) => {
            stream.write_all(answer("429 Too Many Requests\r\nretry-after: 30", "{}").as_bytes())
        }
        Some(Fault::Broken) => stream.write_all(answer("500 Internal Server Error", "{}").as_bytes()),
        Some(Fault::Hangs) => {
            let _ = stream.read(&mut [0]);
            let _ = tell.send(Seen::GivenUp { provider: provider.to_owned() });
            Ok(())
        }
        Some(Fault::Drips) => {
            stream
                .write_all(
                    answer("200 OK", &" ".repeat(10_000)).split_inclusive("\r\n\r\n").next()?.as_bytes(),
                )
                .ok()?;
            while stream.write_all(b" ").is_ok() {
                // What drips takes its time.
                std::thread::sleep(Duration::from_millis(200));
            }
            let _ = tell.send(Seen::GivenUp { provider: provider.to_owned() });
            Ok(())
        }
    }
    .ok()
}

/// The path of a request, and its body as JSON or as an object of texts.
fn request(stream: &TcpStream) -> Option<(String, Value)> {
    let mut reader = BufReader::new(stream);
    let mut line = String::new();
    reader.read_line(&mut line).ok()?;
    let path = line.split(' ').nth(1)?.to_owned();
    let mut length = 0;
    loop {
        let mut header = String::new();
        reader.read_line(&mut header).ok()?;
        let Some((name, value)) = header.trim_end().split_once(": ") else { break };
        if name.eq_ignore_ascii_case("content-length") {
            length = value.parse().ok()?;
        }
    }
    let mut body = vec![0; length];
    reader.read_exact(&mut body).ok()?;
    let form = || form_urlencoded::parse(&body).into_owned().map(|(key, value)| (key, value.into()));
    let body = serde_json::from_slice(&body).unwrap_or_else(|_| Value::Object(form().collect()));
    Some((path, body))
}

/// All vendors that speak HTTP, told apart by the first part of the path; its address.
fn vendors(company: &Company, tell: &mpsc::UnboundedSender<Seen>) -> String {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let url = format!("http://{}", listener.local_addr().unwrap());
    let (well, fault, tell) = (company.well, company.fault, tell.clone());
    std::thread::spawn(move || {
        for stream in listener.incoming() {
            let tell = tell.clone();
            std::thread::spawn(move || {
                let stream = stream.unwrap();
                let read = request(&stream)?;
                let provider = read.0.split('/').nth(1)?.to_owned();
                let fault = (provider != well).then_some(fault);
                converse(stream, fault, &provider, read, &tell)
            });
        }
    });
    url
}

/// An SMTP server that fails in its own way.
fn post_office(fault: Fault, tell: mpsc::UnboundedSender<Seen>) -> String {
    let (point, how) = match fault {
        Fault::TooMany => (Point::Greeting, smtp::Fault::Says("421 4.7.0 too many connections")),
        Fault::Broken => (Point::End, smtp::Fault::Says("451 4.3.0 something broke")),
        Fault::Hangs => (Point::Greeting, smtp::Fault::Hangs),
        Fault::Drips => (Point::End, smtp::Fault::Drips),
    };
    let (address, mut told) = smtp::start("127.0.0.1:0", Manner::failing(point, how));
    tokio::spawn(async move {
        while let Some(told) = told.recv().await {
            let provider = "mail".to_owned();
            let _ = tell.send(match told {
                smtp::Told::GivenUp => Seen::GivenUp { provider },
                smtp::Told::Came | smtp::Told::LoggedIn { .. } | smtp::Told::Message { .. } => {
                    Seen::Request { provider, path: String::new(), body: Value::Null }
                }
            });
        }
    });
    address.to_string()
}

/// What came until everybody was told by the provider that is well.
struct Came {
    told: BTreeMap<String, Duration>,
    asked: BTreeSet<String>,
    given_up: Vec<String>,
}

/// Waits until these people are told, and these providers asked.
async fn until_told(
    company: &Company,
    seen: &mut mpsc::UnboundedReceiver<Seen>,
    mut wanted: BTreeSet<String>,
) -> Came {
    let began = now();
    let mut came = Came { told: BTreeMap::new(), asked: BTreeSet::new(), given_up: Vec::new() };
    while !wanted.is_empty() {
        let next = timeout(HANG_MAX, seen.recv()).await;
        let next = next.unwrap_or_else(|_| panic!("{:?}: never told: {wanted:?}", company.fault)).unwrap();
        if let Some(name) = company.told(&next) {
            wanted.remove(&name);
            let after = now().duration_since(began).try_into().unwrap_or_default();
            came.told.entry(name).or_insert(after);
        }
        match next {
            Seen::Request { provider, .. } => drop(came.asked.insert(provider)),
            Seen::GivenUp { provider } => came.given_up.push(provider),
        }
    }
    came
}

async fn nobody_is_delayed(fault: Fault, well: &'static str) {
    let company = Company::new(fault, well);
    let (tell, mut seen) = mpsc::unbounded_channel();
    let http = vendors(&company, &tell);
    let smtp = post_office(fault, tell);
    let mut files = company.files();
    files.push(("oncall.yaml".to_owned(), company.organisation(&http, &smtp)));
    let changes: Vec<(&str, &str)> =
        files.iter().map(|(path, text)| (path.as_str(), text.as_str())).collect();
    let mut world = World::with(&changes).await;
    let mut command = world.command("1h", "");
    for name in company.people.iter().map(|(name, _)| *name).chain(["well"]) {
        command.env(format!("TOPIC_{name}"), format!("topic-{name}"));
        command.env(format!("KEY_{name}"), format!("key{name}"));
    }
    command
        .env("TEAMS_URL", format!("{http}/teams/room"))
        .env("CHAT_URL", format!("{http}/google_chat/room"));
    let server = world.serve_by(command).await;
    let everybody: BTreeSet<String> =
        company.people.iter().map(|(name, _)| (*name).to_owned()).chain(["well".to_owned()]).collect();

    assert_eq!(server.event("trigger", "disk").await, 202);
    let mut came = until_told(&company, &mut seen, everybody.clone()).await;
    let silent = matches!(fault, Fault::Hangs | Fault::Drips);
    assert!(!silent || came.given_up.is_empty(), "somebody waited for {:?}", came.given_up);
    let slowest = came.told.values().max().copied().unwrap_or_default();
    let at_once = came.told["well"];
    // While all the rest fails, the next alert finds the same way as the first.
    assert_eq!(server.event("trigger", "memory").await, 202);
    let second = until_told(&company, &mut seen, BTreeSet::from(["well".to_owned()])).await;
    assert!(!silent || second.given_up.is_empty(), "somebody waited for {:?}", second.given_up);
    eprintln!(
        "{fault:?}, {well} well: {at_once:?} and {:?}; by the next way {slowest:?}",
        second.told["well"]
    );

    came.asked.extend(second.asked);
    let missing: Vec<String> = company.failing().into_iter().filter(|it| !came.asked.contains(it)).collect();
    assert!(missing.is_empty(), "{fault:?}: nobody asked {missing:?}");
    let (_, list) = server.get("/v1/incidents").await;
    let id = list["incidents"][1]["id"].as_str().unwrap();
    let (_, shown) = server.get(&format!("/v1/incidents/{id}")).await;
    let timeline = shown["timeline"].to_string();
    // What refuses is not waited for: the person's next way comes before its time, and the timeline says why.
    let hastened = timeline.matches(" early: ").count();
    assert_eq!(hastened, if silent { 0 } else { company.people.len() }, "{fault:?}: {timeline}");
    server.kill();
}

#[tokio::test(flavor = "multi_thread")]
async fn a_provider_that_answers_429_delays_nobody() {
    tokio::join!(nobody_is_delayed(Fault::TooMany, "ntfy"), nobody_is_delayed(Fault::TooMany, "slack"));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_provider_that_answers_500_delays_nobody() {
    tokio::join!(nobody_is_delayed(Fault::Broken, "ntfy"), nobody_is_delayed(Fault::Broken, "slack"));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_provider_that_hangs_delays_nobody() {
    tokio::join!(nobody_is_delayed(Fault::Hangs, "ntfy"), nobody_is_delayed(Fault::Hangs, "slack"));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_provider_that_drips_delays_nobody() {
    tokio::join!(nobody_is_delayed(Fault::Drips, "ntfy"), nobody_is_delayed(Fault::Drips, "slack"));
}
