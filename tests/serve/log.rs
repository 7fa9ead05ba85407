//! The log: what each entry says there, that nobody forges a line, what a slow reader and a flood come to, and an evening
//! as the real binary tells it.

use super::stand_ins::Vendor;
use super::world::{World, patient, policy, posted, secret};
use jiff::Timestamp;
use oncall::incident::Entry;
use oncall::server::feed::{BATCH_MAX, BATCHES_MAX, Feed, Read};
use oncall::server::line::{Allowance, Format, LINES_A_SECOND_MAX, Line};
use oncall::server::sink::Sink;
use oncall::server::story::Story;
use serde_json::{Value, json};
use std::io::Write;
use std::sync::mpsc;
use tracing::Level;

const AT: &str = "2026-12-07T17:00:00.25Z";

fn at() -> Timestamp {
    AT.parse().unwrap()
}

fn entry(incident: Option<&str>, change: &Value) -> Entry {
    let entry = json!({ "seq": 7, "at": AT, "revision": 1, "incident": incident, "change": change });
    serde_json::from_value(entry).unwrap()
}

/// What a story says of an entry, without the time.
fn told(story: &mut Story, entry: &Entry) -> Vec<String> {
    story.learn(entry);
    let lines = story.lines(entry).into_iter();
    lines
        .map(|line| {
            let text = line.render(Format::Text, entry.at);
            text.strip_prefix("time=2026-12-07T17:00:00.250Z ").unwrap().trim_end().to_owned()
        })
        .collect()
}

fn opened(summary: &str) -> Value {
    json!({ "alert": { "opened": {
        "event": {
            "integration": "am", "dedup_key": "disk/db1", "action": "trigger", "severity": "critical",
            "summary": summary, "description": "a body that stays out of the log",
        },
        "service": "web", "severity": "critical", "urgency": "high",
        "route_rule": { "place": "integrations/am.yaml:4" }, "urgency_rule": { "place": "services/web.yaml:3" },
    } } })
}

fn step() -> Value {
    let contact = |by: &str| json!({ "by": by, "due": AT, "rule": "users/sato.yaml:6" });
    let person =
        json!({ "user": "sato", "because": "named", "contacts": [contact("slack"), contact("call")] });
    json!({ "escalation": { "step_began": {
        "at": { "policy": "web", "fallback": false, "step": 0, "round": 0 }, "people": [person],
        "deadline": "2026-12-07T17:05:00Z", "rule": "escalation-policies/web.yaml:2",
    } } })
}

fn sent(delivery: &str, errand: &Value) -> Value {
    let provider = if errand["page"]["by"] == "call" { "twilio" } else { "slack" };
    json!({ "delivery": { "sent": { "delivery": delivery, "provider": provider, "errand": errand, "expires_at": AT } } })
}

fn outcome(outcome: &Value, retry_at: Option<&str>) -> Value {
    json!({ "delivery": { "outcome": {
        "delivery": "1-1", "provider": "twilio", "outlet": { "page": "call" }, "outcome": outcome, "retry_at": retry_at,
    } } })
}

/// An incident from its alert to its end: event, incident, service, person and rule on each line.
#[test]
fn each_entry_of_an_incident_has_its_line() {
    let failed = json!({ "rejected": {
        "reason": { "provider": "twilio", "fault": "credentials_refused", "said": "20003" },
    } });
    let silence = json!({
        "by": "silence", "origin": { "file": "silences/night.yaml:1" }, "reason": "load test", "until": "2026-12-07T20:00:00Z",
    });
    let table = [
        (
            opened("disk of db1 is full"),
            vec![
                r#"level=info event=alert incident=1-1 service=web effect=opened integration=am key=disk/db1 severity=critical summary="disk of db1 is full" rule=integrations/am.yaml:4 seq=7"#,
                r#"level=info event=incident_opened incident=1-1 service=web severity=critical urgency=high summary="disk of db1 is full" rule=services/web.yaml:3 seq=7"#,
            ],
        ),
        (
            step(),
            vec![
                "level=info event=step_began incident=1-1 service=web policy=web step=1 round=1 users=sato next_at=2026-12-07T17:05:00Z rule=escalation-policies/web.yaml:2 seq=7",
            ],
        ),
        (
            sent("1-1", &json!({ "page": { "user": "sato", "by": "call" } })),
            vec![
                "level=info event=sent incident=1-1 service=web delivery=1-1 user=sato way=call provider=twilio rule=users/sato.yaml:6 seq=7",
            ],
        ),
        (
            sent("1-2", &json!({ "mirror": { "kind": "room", "place": "C0WEB" } })),
            vec![
                "level=info event=sent incident=1-1 service=web delivery=1-2 way=room place=C0WEB provider=slack seq=7",
            ],
        ),
        (
            outcome(&json!({ "accepted": { "reference": "CA1" } }), None),
            vec![
                "level=info event=accepted incident=1-1 service=web delivery=1-1 user=sato way=call provider=twilio reference=CA1 seq=7",
            ],
        ),
        (
            outcome(&json!("answered"), None),
            vec![
                "level=info event=answered incident=1-1 service=web delivery=1-1 user=sato way=call provider=twilio seq=7",
            ],
        ),
        (
            outcome(&failed, Some("2026-12-07T17:00:05Z")),
            vec![
                r#"level=warn event=failed incident=1-1 service=web delivery=1-1 user=sato way=call provider=twilio outcome=rejected why=credentials_refused reason="Twilio: the credentials are refused: check them under `providers` (20003)" retry_at=2026-12-07T17:00:05Z seq=7"#,
            ],
        ),
        (
            json!({ "delivery": { "outcome": {
                "delivery": "1-3", "provider": "jira", "outlet": { "mirror": "ticket" }, "outcome": { "delivered": {
                    "reference": "OPS-2",
                    "but": { "provider": "jira", "fault": "transition_refused", "said": "resolution: required" },
                } },
            } } }),
            vec![
                r#"level=warn event=delivered incident=1-1 service=web delivery=1-3 way=ticket provider=jira reference=OPS-2 why=transition_refused reason="Jira: the ticket's status was left as it is, since its workflow refused the transition (resolution: required)" seq=7"#,
            ],
        ),
        (
            json!({ "escalation": { "held_back": silence } }),
            vec![
                r#"level=info event=held_back incident=1-1 service=web why=silence until=2026-12-07T20:00:00Z reason="load test" rule=silences/night.yaml:1 seq=7"#,
            ],
        ),
        (
            json!({ "escalation": { "step_passed": {
                "at": { "policy": "web", "fallback": true, "step": 1, "round": 2 }, "rule": null, "why": "nobody_can_be_told",
            } } }),
            vec![
                "level=warn event=step_passed incident=1-1 service=web policy=web step=2 round=3 fallback=yes why=nobody_can_be_told seq=7",
            ],
        ),
        (
            json!({ "response": { "acknowledged": { "by": { "user": "sato" }, "via": "call" } } }),
            vec!["level=info event=acknowledged incident=1-1 service=web by=sato via=call seq=7"],
        ),
        // Somebody who calls themselves as a user does is not that user.
        (
            json!({ "response": { "escalated": { "by": { "stranger": { "name": "sato", "way": "slack" } }, "via": "slack" } } }),
            vec!["level=info event=escalated incident=1-1 service=web by=stranger:sato via=slack seq=7"],
        ),
        (
            json!({ "response": { "resolved": { "by": { "integration": "am" }, "via": "monitor", "why": "monitor_said_so" } } }),
            vec![
                "level=info event=resolved incident=1-1 service=web by=integration:am via=monitor why=monitor_said_so seq=7",
            ],
        ),
    ];
    let mut story = Story::default();
    for (change, expected) in table {
        assert_eq!(told(&mut story, &entry(Some("1-1"), &change)), expected);
    }
    let about_server = [
        (
            json!({ "server": { "started": { "epoch": 3, "gap_seconds": 40 } } }),
            format!(
                "level=info event=started version={} epoch=3 gap_seconds=40 seq=7",
                env!("CARGO_PKG_VERSION")
            ),
        ),
        (
            json!({ "heartbeat": { "missed": { "integration": "backup" } } }),
            "level=warn event=heartbeat_missed integration=backup seq=7".to_owned(),
        ),
        (
            json!({ "alert": { "ignored": {
                "event": { "integration": "am", "dedup_key": "x", "action": "resolve", "summary": "x" }, "why": "no_open_incident",
            } } }),
            "level=info event=alert effect=ignored integration=am key=x summary=x why=no_open_incident seq=7"
                .to_owned(),
        ),
    ];
    for (change, expected) in about_server {
        assert_eq!(told(&mut story, &entry(None, &change)), [expected]);
    }
}

/// What wakes nobody counts apart, so that a flood of it hides no line about what wakes somebody.
#[test]
fn what_wakes_somebody_is_counted_apart() {
    let mut low = opened("full");
    low["alert"]["opened"]["urgency"] = json!("low");
    let room = sent("1-1", &json!({ "mirror": { "kind": "room", "place": "C0WEB" } }));
    let call = sent("1-2", &json!({ "page": { "user": "sato", "by": "call" } }));
    for (quiet, loud) in [(low, opened("full")), (room, call)] {
        let [quiet, loud] = [quiet, loud].map(|change| entry(Some("1-1"), &change));
        let story = Story::default();
        let kind = |entry| story.lines(entry).last().unwrap().kind;
        assert_ne!(kind(&quiet), kind(&loud));
    }
}

/// Every entry of a day that was played has a line, and no body is in it.
#[test]
fn no_entry_is_without_a_line() {
    let day = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/journals/0.1/a-day.jsonl");
    let mut story = Story::default();
    for line in std::fs::read_to_string(day).unwrap().lines() {
        let entry: Entry = serde_json::from_str(line).unwrap();
        story.learn(&entry);
        let lines = story.lines(&entry);
        assert!(!lines.is_empty(), "{line}");
        for said in lines {
            let text = said.render(Format::Json, entry.at);
            let read: Value = serde_json::from_str(&text).unwrap();
            assert_eq!(
                (&read["seq"], read["event"].as_str()),
                (&json!(entry.seq), Some(said.event())),
                "{text}"
            );
            assert_eq!(
                read["incident"].as_str(),
                entry.incident.map(|id| id.to_string()).as_deref(),
                "{text}"
            );
        }
    }
    let mut story = Story::default();
    assert!(!told(&mut story, &entry(Some("1-1"), &opened("full"))).concat().contains("a body"));
}

/// `docs/logs.md` names every event that the code can write.
#[test]
fn every_event_is_documented() {
    let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/src");
    let named = regex::Regex::new(
        r#"(?:event = |Line::new\(\s*[\w:]+,\s*|leaving\(|\(Level::\w+, |=> \()"([a-z_]+)"(?:,|\)|;)"#,
    );
    let (named, mut events) = (named.unwrap(), std::collections::BTreeSet::new());
    for room in ["", "/server", "/web", "/cli"] {
        let files = std::fs::read_dir(format!("{folder}{room}")).unwrap().map(|file| file.unwrap().path());
        for file in files.filter(|path| path.extension().is_some_and(|it| it == "rs")) {
            let text = std::fs::read_to_string(&file).unwrap();
            let tells = text.contains("tracing::") || text.contains("Line::new");
            let found = named.captures_iter(&text).filter(|_| tells);
            events.extend(found.map(|found| found[1].to_owned()));
        }
    }
    assert!(
        ["sent", "accepted", "stray", "heartbeat", "left_out"].iter().all(|it| events.contains(*it)),
        "{events:?}"
    );
    let page = std::fs::read_to_string(concat!(env!("CARGO_MANIFEST_DIR"), "/docs/logs.md")).unwrap();
    events.retain(|event| !page.contains(&format!("`{event}`")));
    assert!(events.is_empty(), "not in docs/logs.md: {events:?}");
}

#[test]
fn a_text_from_outside_forges_no_line() {
    let forged =
        "full\" seq=1\r\ntime=2026 level=info event=resolved\u{85}\u{2028}\u{1b}[2K\u{9b}1A\u{202e}\\";
    let entry = entry(Some("1-1"), &opened(forged));
    let mut story = Story::default();
    story.learn(&entry);
    for format in [Format::Text, Format::Json, Format::Terminal] {
        for line in story.lines(&entry) {
            let text = line.render(format, at());
            let (body, end) = text.split_at(text.len() - 1);
            assert_eq!(end, "\n");
            let harmless = |c: char| !c.is_control() && !('\u{2000}'..'\u{2070}').contains(&c);
            // A terminal has the text below its line, indented: nothing there passes for a line.
            let mut lines = body.split('\n');
            assert!(lines.next().unwrap().chars().all(harmless), "{text:?}");
            assert!(lines.all(|line| line.starts_with("    ") && line.chars().all(harmless)), "{text:?}");
            assert_eq!(
                body.matches('\n').count(),
                if format == Format::Terminal { 2 } else { 0 },
                "{text:?}"
            );
        }
    }
    let text = told(&mut story, &entry)[1].clone();
    let expected = r#"summary="full\" seq=1\u000d\ntime=2026 level=info event=resolved\u0085\u2028\u001b[2K\u009b1A\u202e\\""#;
    assert!(text.contains(expected), "{text}");
}

/// A flood of one kind hides no line of another, and what was left out is counted.
#[test]
fn of_a_flood_so_many_lines_are_written_and_the_rest_is_counted() {
    let mut allowance = Allowance::default();
    let second = |second: i64| Timestamp::from_second(second).unwrap();
    assert!(allowance.left_out(second(1)).is_empty());
    let taken = (0..1_000).filter(|_| allowance.takes("alert")).count() as u64;
    assert_eq!((taken, allowance.takes("acknowledged")), (LINES_A_SECOND_MAX, true));
    assert!(allowance.left_out(second(1)).is_empty(), "the second is not over");
    let told: Vec<String> =
        allowance.left_out(second(2)).iter().map(|line| line.render(Format::Text, at())).collect();
    assert_eq!(
        told,
        [format!(
            "time=2026-12-07T17:00:00.250Z level=warn event=left_out of=alert lines={}\n",
            1_000 - LINES_A_SECOND_MAX
        )]
    );
    assert!(allowance.takes("alert"), "another second begins anew");
}

/// Whoever reads standard error too slowly keeps nobody waiting: lines that find no room are counted.
#[test]
fn a_log_that_nobody_reads_holds_nothing_up() {
    struct Pipe {
        begun: mpsc::Sender<()>,
        goes_on: mpsc::Receiver<()>,
        read: mpsc::Sender<String>,
    }
    impl Write for Pipe {
        fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
            let _ = self.begun.send(());
            // An error: the reader has gone, and everything flows.
            let _ = self.goes_on.recv();
            let _ = self.read.send(String::from_utf8_lossy(bytes).into_owned());
            Ok(bytes.len())
        }
        fn flush(&mut self) -> std::io::Result<()> {
            Ok(())
        }
    }
    let ((begun, has_begun), (go_on, goes_on), (tell, read)) =
        (mpsc::channel(), mpsc::channel(), mpsc::channel());
    let sink = Sink::start(Format::Text, Pipe { begun, goes_on, read: tell }).unwrap();
    let line = Line::new(Level::INFO, "sent", []);
    sink.write_counted(&line, at());
    has_begun.recv().unwrap();
    let written = oncall::server::sink::LINES_WAIT_MAX + 10;
    (0..written).for_each(|_| sink.write_counted(&line, at()));
    drop(go_on);
    sink.finish();
    let all: String = read.try_iter().collect();
    assert!(all.contains("event=left_out lines=10 why=\"the log is read too slowly\""), "{all:.2000}");
}

/// A reader that is too slow is told the numbers that it missed, and goes on behind them.
#[tokio::test]
async fn a_slow_reader_of_the_feed_is_told_what_it_missed() {
    let feed = Feed::new();
    let mut reader = feed.reader(0);
    let change = json!({ "server": { "clock_jumped": { "seconds": 1 } } });
    let numbered = |seq: u64| Entry { seq, ..entry(None, &change) };
    let numbers = |read: Option<Read>| match read {
        Some(Read::Entries(entries)) => (entries.first().unwrap().seq, entries.last().unwrap().seq),
        other => panic!("{other:?}"),
    };
    feed.publish((1..=2).map(numbered).collect());
    assert_eq!(numbers(reader.next().await), (1, 2));
    let (batch, batches) = (BATCH_MAX as u64, BATCHES_MAX as u64);
    let last = 2 + batch * (batches + 3);
    feed.publish((3..=last).map(numbered).collect());
    drop(feed);
    assert_eq!(reader.next().await, Some(Read::Missed { first: 3, last: 2 + 3 * batch }));
    assert_eq!(numbers(reader.next().await), (3 + 3 * batch, 2 + 4 * batch));
    for _ in 2..batches {
        reader.next().await.unwrap();
    }
    assert_eq!(numbers(reader.next().await), (last - batch + 1, last));
    assert_eq!(reader.next().await, None);
}

/// Every line is JSON where JSON is asked for, the first one too, and they tell who was told what and by which rule.
#[tokio::test(flavor = "multi_thread")]
async fn an_evening_in_json() {
    let mut world = World::with(&[("escalation-policies/web.yaml", &policy("smith"))]).await;
    let mut command = world.command("1h", "");
    command.args(["--log", "json"]).env("ONCALL_LOG", "info");
    let mut server = world.serve_by(command).await;
    assert_eq!(server.event("trigger", "disk").await, 202);
    let call = world.call_to("smith").await;
    server.press(&call, "4").await;
    server.line("acknowledged").await;
    let (_, list) = server.get("/v1/incidents").await;
    let id = list["incidents"][0]["id"].as_str().unwrap().to_owned();
    let (_, again) = server.ask(&format!("/v1/incidents/{id}/acknowledge"), &Value::Null).await;
    assert_eq!(again["result"], "already");
    assert_eq!(server.ask("/v1/incidents/9-9/resolve", &Value::Null).await.0, 404);
    assert_eq!(server.post("/v1/webhooks/prometheus/wrong", &[], "{}").await.0, 401);
    assert_eq!(server.event("resolve", "disk").await, 202);
    server.line("\"resolved\"").await;
    server.stop();

    let log = world.log();
    let lines: Vec<Value> =
        log.lines().map(|line| serde_json::from_str(line).unwrap_or_else(|_| panic!("{line}"))).collect();
    let find = |event: &str, with: &[(&str, &str)]| {
        let found =
            lines.iter().find(|line| line["event"] == event && with.iter().all(|(k, v)| line[*k] == *v));
        found.unwrap_or_else(|| panic!("no {event} with {with:?} in {log}"))
    };
    find("listening", &[]);
    find("config", &[]);
    find("started", &[]);
    let of = ("incident", &*id);
    let rule = ("rule", "integrations/pagerduty.yaml:3");
    find("alert", &[of, ("service", "web"), ("integration", "pagerduty"), ("effect", "opened"), rule]);
    find("incident_opened", &[of, ("service", "web"), ("urgency", "high")]);
    find("step_began", &[of, ("users", "smith"), ("rule", "escalation-policies/web.yaml:2")]);
    let rule = ("rule", "oncall.yaml:12");
    find("sent", &[of, ("service", "web"), ("user", "smith"), ("way", "call"), ("provider", "twilio"), rule]);
    find("accepted", &[of, ("user", "smith"), ("way", "call")]);
    find("delivered", &[of, ("way", "room"), ("place", "C0WEB")]);
    find("acknowledged", &[of, ("service", "web"), ("by", "smith"), ("via", "call")]);
    find("already", &[of, ("by", "token:ci"), ("action", "acknowledge")]);
    find("command_refused", &[("incident", "9-9"), ("by", "token:ci"), ("action", "resolve")]);
    find(
        "request_refused",
        &[("integration", "prometheus"), ("code", "unauthorized"), ("from", "127.0.0.1")],
    );
    find("resolved", &[of, ("by", "integration:pagerduty")]);
    find("stopping", &[]);
    find("stopped", &[]);
    world.no_secret_was_shown();
}

/// Signals that say nothing end nothing; SIGHUP reads the config at once.
#[tokio::test(flavor = "multi_thread")]
async fn signals_that_are_not_an_end() {
    let mut world = World::with(&[("escalation-policies/web.yaml", &patient("smith"))]).await;
    let mut server = world.serve_by(world.command("1h", "")).await;
    for signal in ["USR1", "USR2", "PIPE", "XFSZ"] {
        server.signal(signal);
        assert_eq!(server.get("/readyz").await.0, 200, "{signal}");
    }
    let pushed = world.push(&[("escalation-policies/web.yaml", &patient("kimura"))]);
    server.signal("HUP");
    server.line("event=reload").await;
    server.line(&format!("config {} is in force", &pushed[..10])).await;
    assert_eq!(server.event("trigger", "disk").await, 202);
    world.call_to("kimura").await;
    server.stop();
    world.no_secret_was_shown();
}

/// Told to end, it waits for a page and for no room; alerts are told to come again, and people are still heard.
#[tokio::test(flavor = "multi_thread")]
async fn told_to_stop_the_doors_say_come_again() {
    let by_phone =
        "name: Emma Smith\nphone: \"+819000000002\"\nnotify: { high: [{ by: call }], low: [{ by: call }] }\n";
    let mut world =
        World::with(&[("escalation-policies/web.yaml", &patient("smith")), ("users/smith.yaml", by_phone)])
            .await;
    world.stand_ins.hold(Vendor::Twilio);
    world.stand_ins.hold(Vendor::Slack);
    let mut server = world.serve().await;
    assert_eq!(server.event("trigger", "disk").await, 202);
    let call = world.call_to("smith").await;
    server.signal("TERM");
    server.line("event=stopping").await;
    world.until("it is not ready", async || server.get("/readyz").await.0 == 503).await;
    assert_eq!(server.event("trigger", "memory").await, 503);
    server.press(&call, "4").await;
    let (_, list) = server.get("/v1/incidents").await;
    assert_eq!(list["incidents"].as_array().unwrap().len(), 1, "{list}");
    assert_eq!(list["incidents"][0]["status"], "acknowledged", "{list}");
    // The room hangs on, and is left for the next start.
    world.stand_ins.let_go(Vendor::Twilio);
    assert_eq!(server.ended().code(), Some(0));
    assert!(world.log().contains("event=stopped in_flight=0"), "{}", world.log());
    world.stand_ins.let_go(Vendor::Slack);
    let server = world.serve().await;
    for what in ["the room that was cut off", "the room again, after the next start"] {
        world.next(what, |seen| posted(seen, "C0WEB")).await;
    }
    server.stop();
    world.no_secret_was_shown();
}

#[tokio::test(flavor = "multi_thread")]
async fn told_twice_it_ends_at_once() {
    let mut world = World::with(&[("escalation-policies/web.yaml", &patient("smith"))]).await;
    world.stand_ins.hold(Vendor::Twilio);
    let mut server = world.serve().await;
    assert_eq!(server.event("trigger", "disk").await, 202);
    world.call_to("smith").await;
    server.signal("TERM");
    server.line("event=stopping").await;
    server.signal("INT");
    server.line("told twice to end").await;
    assert_eq!(server.ended().code(), Some(0));
    assert!(!world.log().contains(secret("API_TOKEN")));
    world.stand_ins.let_go(Vendor::Twilio);
}
