//! The real binary against a bare git repository, stand-in Slack, Jira and Twilio, a real Alertmanager, a real
//! `git http-backend` and a real `sshd`.

#![allow(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

mod admin;
mod alertmanager;
mod archive;
mod board;
mod browser;
mod calendars;
mod commands;
mod connect;
mod doctor;
mod doors;
mod gaps;
mod git;
mod git_hosts;
mod groups;
mod hang;
mod identity;
mod inside;
mod integrations;
mod limits;
mod links;
mod log;
mod mail;
mod offers;
mod openapi;
mod own_heartbeat;
mod pages;
mod people;
mod pushes;
mod rights;
mod run_time;
mod schedule_page;
mod secrets;
mod send;
mod server;
mod sign_in;
mod signed_headers;
mod slack;
mod smtp;
mod socket;
mod sops;
mod stand_ins;
mod stops;
mod streams;
mod wire;
mod world;
mod wrapped;

use oncall::disk::directory::StateDir;
use oncall::disk::recorder::{Recorder, Written};
use oncall::engine::Batch;
use oncall::language::{Language, Shown};
use serde_json::{Value, json};
use server::twilio_signature;
use stand_ins::{Seen, Vendor, asked_about};
use std::fs;
use world::{World, number, patient, policy, posted, secret, updated};

#[tokio::test(flavor = "multi_thread")]
async fn killed_between_the_answer_and_the_call() {
    let mut world = World::with(&[("escalation-policies/web.yaml", &policy("smith"))]).await;
    world.stand_ins.hold(Vendor::Twilio);
    let server = world.serve().await;
    assert_eq!(server.event("trigger", "disk").await, 202);
    world.call_to("smith").await;
    server.kill();

    world.stand_ins.let_go(Vendor::Twilio);
    let server = world.serve().await;
    let again = world.call_to("smith").await;
    let words = again.body["Twiml"].as_str().unwrap();
    assert!(words.contains("You may have been told before"), "{words}");
    // The second step's wait counts on from before the crash.
    server.unanswered(&again).await;
    let second = world.call_to("kimura").await;
    server.press(&second, "4").await;
    server.kill();

    // What was acknowledged stays quiet: the next call is about something else.
    let server = world.serve().await;
    assert_eq!(server.event("trigger", "memory").await, 202);
    world.call_to("smith").await;
    let (_, list) = server.get("/v1/incidents").await;
    assert_eq!(list["incidents"][1]["status"], "acknowledged", "{list}");
    assert_eq!(world.calls(), ["smith", "smith", "kimura", "smith"].map(number));
    server.stop();
    world.no_secret_was_shown();
}

/// A page that waits for a phone says so; what Twilio told while no server ran is asked for at the start.
#[tokio::test(flavor = "multi_thread")]
async fn a_start_asks_what_became_of_a_call() {
    let mut world = World::with(&[("escalation-policies/web.yaml", &patient("smith"))]).await;
    let server = world.serve().await;
    assert_eq!(server.event("trigger", "disk").await, 202);
    world.call_to("smith").await;
    let timeline = async |n: usize| {
        let (_, list) = server.get("/v1/incidents").await;
        let id = list["incidents"][n]["id"].as_str().unwrap_or_default().to_owned();
        server.get(&format!("/v1/incidents/{id}")).await.1["timeline"].to_string()
    };
    world.until("the call is taken", async || timeline(0).await.contains("accepted as CA")).await;
    assert_eq!(server.event("trigger", "memory").await, 202);
    let waits = "the call to smith waits: they are being called about ";
    world.until("it is told to wait", async || timeline(0).await.contains(waits)).await;
    assert!(server.metric("oncall_held_back_total{contact=\"call\",why=\"call\"} 1").await);
    server.kill();

    world.stand_ins.calls_are("no-answer");
    let server = world.serve().await;
    let asked = world.next("the question", |seen| asked_about(seen).is_some()).await;
    assert!(asked_about(&asked).unwrap().starts_with("CA"), "{asked:?}");
    let call = world.call_to("smith").await;
    assert!(call.body["Twiml"].as_str().unwrap().contains("memory"), "{call:?}");
    assert!(
        server
            .metric("oncall_deliveries_total{provider=\"twilio\",outlet=\"ask\",outcome=\"ended\"} 1")
            .await
    );
    server.stop();
    world.no_secret_was_shown();
}

#[tokio::test(flavor = "multi_thread")]
async fn a_push_changes_who_is_told() {
    let mut world = World::with(&[("escalation-policies/web.yaml", &patient("sato"))]).await;
    let mut server = world.serve_by(world.command("1h", "")).await;
    assert_eq!(server.event("trigger", "disk").await, 202);
    let call = world.call_to("sato").await;
    server.unanswered(&call).await;

    let broken = world.push(&[("escalation-policies/web.yaml", &policy("smiht"))]);
    assert_eq!(server.pushed("a wrong secret").await, 401);
    assert_eq!(server.pushed(secret("PUSH_SECRET")).await, 202);
    let told = world.next("the refusal in the channel", |seen| posted(seen, "C0INCIDENTS")).await;
    let text = told.body.to_string();
    assert!(
        text.contains(&broken[..10])
            && text.contains("escalation-policies/web.yaml")
            && text.contains("smiht"),
        "{text}"
    );
    let (status, ready) = server.get("/readyz").await;
    assert_eq!((status, &ready["refused"]["commit"]), (200, &json!(broken)), "{ready}");
    assert!(server.metric("oncall_config_refused 1").await);
    // The same again tells nobody again.
    assert_eq!(server.pushed(secret("PUSH_SECRET")).await, 202);
    assert_eq!(server.event("trigger", "memory").await, 202);
    world.call_to("sato").await;

    let good = world.push(&[("escalation-policies/web.yaml", &patient("smith"))]);
    assert_eq!(server.pushed(secret("PUSH_SECRET")).await, 202);
    server.line(&format!("config {} is in force", &good[..10])).await;
    world.call_to("smith").await;
    let resolved = world.next("the end of the refusal", |seen| updated(seen, "C0INCIDENTS")).await;
    assert_eq!(resolved.body["channel"], "C0INCIDENTS");
    let (status, ready) = server.get("/readyz").await;
    assert_eq!((status, &ready["refused"], &ready["commit"]), (200, &Value::Null, &json!(good)), "{ready}");
    assert!(server.metric("oncall_config_refused 0").await);
    assert_eq!(world.count(|seen| posted(seen, "C0INCIDENTS")), 1);
    server.stop();
    world.no_secret_was_shown();
}

#[tokio::test(flavor = "multi_thread")]
async fn a_start_uses_the_last_good_commit() {
    let mut world = World::with(&[("escalation-policies/web.yaml", &patient("smith"))]).await;
    world.serve().await.stop();

    // The remote is away, and comes back.
    let (remote, away) = (world.remote_path(), world.folder.path().join("away"));
    fs::rename(&remote, &away).unwrap();
    let mut server = world.serve().await;
    let (status, ready) = server.get("/readyz").await;
    assert_eq!(status, 200);
    assert!(ready["unreachable"].as_str().unwrap().contains("remote.git"), "{ready}");
    assert_eq!(server.event("trigger", "disk").await, 202);
    let call = world.call_to("smith").await;
    server.unanswered(&call).await;
    fs::rename(&away, &remote).unwrap();
    server.line("can be read again").await;
    assert_eq!(server.get("/readyz").await.1["unreachable"], Value::Null);
    server.stop();

    // The newest commit is broken, which is told even if nobody pushes again.
    world.push(&[("escalation-policies/web.yaml", "steps: []\n")]);
    let server = world.serve_by(world.command("1h", "")).await;
    world.next("the refusal in the channel", |seen| posted(seen, "C0INCIDENTS")).await;
    assert_eq!(server.event("trigger", "memory").await, 202);
    world.call_to("smith").await;
    server.stop();

    // Mended while no server ran: the trouble is over.
    world.push(&[("escalation-policies/web.yaml", &patient("smith"))]);
    let server = world.serve_by(world.command("1h", "")).await;
    world.next("the end of the refusal", |seen| updated(seen, "C0INCIDENTS")).await;
    server.stop();
    world.no_secret_was_shown();
}

#[tokio::test(flavor = "multi_thread")]
async fn told_to_stop_it_finishes_what_is_in_flight() {
    let mut world = World::with(&[("escalation-policies/web.yaml", &policy("smith"))]).await;
    world.stand_ins.hold(Vendor::Twilio);
    let mut server = world.serve().await;
    assert_eq!(server.event("trigger", "disk").await, 202);
    world.call_to("smith").await;
    server.terminate();
    server.line("stopping").await;
    world.stand_ins.let_go(Vendor::Twilio);
    assert_eq!(server.ended().code(), Some(0));

    // The call went out, so it is not made again.
    let server = world.serve().await;
    world.call_to("kimura").await;
    assert_eq!(world.calls(), ["smith", "kimura"].map(number));
    let (_, list) = server.get("/v1/incidents").await;
    assert_eq!(list["incidents"][0]["step"]["step"], 2, "{list}");
    server.stop();
    world.no_secret_was_shown();
}

/// The other doors of PagerDuty's, and Opsgenie's: their answers, and what becomes of a deploy.
#[tokio::test(flavor = "multi_thread")]
async fn drop_in_apis_and_changes() {
    let opsgenie = "type: opsgenie\nsecret: { env: SLACK_SIGNING_SECRET }\nroutes: [{ service: web }]\n";
    let mut world = World::with(&[
        ("escalation-policies/web.yaml", &patient("smith")),
        ("integrations/opsgenie.yaml", opsgenie),
    ])
    .await;
    let server = world.serve().await;
    let key = secret("PAGERDUTY_KEY");
    let deploy =
        json!({ "routing_key": key, "payload": { "summary": "Build 512 deployed", "source": "ci" } });
    let answer = server.post("/v2/change/enqueue", &[], deploy.to_string()).await;
    assert_eq!(answer, (202, r#"{"status":"success","message":"Change event processed"}"#.to_owned()));

    let genie = format!("GenieKey {}", secret("SLACK_SIGNING_SECRET"));
    let genie = [("authorization", genie.as_str())];
    let alert = json!({ "alias": "disk/db 1", "message": "disk of db 1 is full", "priority": "P1" });
    let (status, created) = server.post("/v2/alerts", &genie, alert.to_string()).await;
    assert_eq!(status, 202, "{created}");
    world.call_to("smith").await;
    let (_, list) = server.get("/v1/incidents").await;
    let id = list["incidents"][0]["id"].as_str().unwrap();
    let (_, shown) = server.get(&format!("/v1/incidents/{id}")).await;
    assert!(shown.to_string().contains("Build 512 deployed"), "{shown}");
    let get = async |path: String| {
        let request = server.http.get(format!("{}{path}", server.url)).header(genie[0].0, genie[0].1);
        request.send().await.unwrap().status().as_u16()
    };
    let created: Value = serde_json::from_str(&created).unwrap();
    assert_eq!(get(format!("/v2/alerts/requests/{}", created["requestId"].as_str().unwrap())).await, 200);
    // Whoever only looks ends nothing.
    assert_eq!(get("/v2/alerts/disk%2Fdb%201/close?identifierType=alias".to_owned()).await, 404);
    let note = "/v2/alerts/disk%2Fdb%201/notes?identifierType=alias";
    assert_eq!(server.post(note, &genie, r#"{"note":"a look at it"}"#).await.0, 202);
    let (_, shown) = server.get(&format!("/v1/incidents/{id}")).await;
    assert!(shown.to_string().contains("a look at it"), "{shown}");
    let close = "/v2/alerts/disk%2Fdb%201/close?identifierType=alias";
    assert_eq!(server.post(close, &genie, "{}").await.0, 202);
    let (_, list) = server.get("/v1/incidents?status=resolved").await;
    assert_eq!(list["incidents"][0]["id"], id, "{list}");

    let event = json!({ "service_key": key, "event_type": "resolve", "incident_key": "none" });
    let (status, text) = server.post("/generic/2010-04-15/create_event.json", &[], event.to_string()).await;
    assert_eq!(
        (status, text.as_str()),
        (200, r#"{"status":"success","message":"Event processed","incident_key":"none"}"#)
    );
    assert_eq!(server.post("/v2/alerts", &[], "{}").await.0, 401);
    assert_eq!(world.calls(), [number("smith")]);
    server.stop();
    world.no_secret_was_shown();
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_not_understood_pages_and_what_is_not_signed_does_not() {
    let mut world = World::with(&[("escalation-policies/web.yaml", &patient("smith"))]).await;
    let mut command = world.command("1s", "");
    command.env_remove("JIRA_API_TOKEN");
    let server = world.serve_by(command).await;
    assert!(world.log().contains("JIRA_API_TOKEN is not set"), "{}", world.log());
    let own = format!("/v1/webhooks/prometheus/{}", secret("PROMETHEUS_SECRET"));
    let (status, _) = server.post(&own, &[], r#"{"version":"4","alerts":[{"#).await;
    assert_eq!(status, 202);
    let call = world.call_to("smith").await;
    assert!(call.body["Twiml"].as_str().unwrap().contains("unparsed payload"), "{call:?}");

    let (status, text) = server.post(&own, &[], vec![b' '; 10 << 20]).await;
    assert_eq!((status, text.as_str()), (413, "the body is larger than 5 MiB\n"));
    for path in ["/v1/webhooks/prometheus/wrong", "/v1/webhooks/prometheus", "/v1/webhooks/nothing/wrong"] {
        assert_eq!(server.post(path, &[], "{}").await.0, 401, "{path}");
    }
    assert_eq!(server.post("/v1/nothing", &[], "{}").await.0, 404);
    let button = json!({ "type": "block_actions", "user": { "id": "U1" }, "actions": [] });
    assert_eq!(server.button(&button, "a wrong secret").await, 401);
    let form = [("Digits", "4")];
    let signature = twilio_signature("https://oncall.test/v1/callbacks/twilio/1-1/key", &form);
    let other = "/v1/callbacks/twilio/1-2/key";
    assert_eq!(server.post(other, &[("x-twilio-signature", &signature)], "Digits=4").await.0, 401);
    assert_eq!(server.post(other, &[], "Digits=4").await.0, 401);
    assert_eq!(server.http.get(format!("{}/v1/incidents", server.url)).send().await.unwrap().status(), 401);
    assert_eq!(world.calls(), [number("smith")]);
    server.stop();
    world.no_secret_was_shown();
}

#[tokio::test(flavor = "multi_thread")]
async fn a_start_that_cannot_be_says_why() {
    let mut world = World::with(&[]).await;
    let server = world.serve().await;
    let state = world.state();
    let fails = |command: &mut std::process::Command, expected: &str| {
        let output = command.output().unwrap();
        let text = String::from_utf8(output.stderr).unwrap();
        assert_eq!((output.status.code(), text.contains(expected)), (Some(3), true), "{expected}: {text}");
        assert_eq!(output.stdout, b"", "nothing is announced");
    };
    let another = format!("is using {}: stop it, or give --state another directory", state.display());
    fails(&mut world.command("1s", ""), &another);

    let elsewhere = |state: &str| {
        let mut command = std::process::Command::new(env!("CARGO_BIN_EXE_oncall"));
        command.args(["serve", "--config", "/nowhere", "--state"]).arg(world.folder.path().join(state));
        command
    };
    let listen = server.url.strip_prefix("http://").unwrap();
    let taken = format!("cannot listen on {listen}: is another server running there?");
    fails(elsewhere("other").args(["--listen", listen]), &taken);
    fs::write(world.folder.path().join("file"), "").unwrap();
    fails(
        elsewhere("file").args(["--listen", "127.0.0.1:0"]),
        "is not a directory: give --state a directory",
    );
    server.stop();

    let segments = fs::read_dir(state.join("journal")).unwrap().map(|file| file.unwrap().path());
    let newest = segments.filter(|path| path.extension().is_some_and(|it| it == "journal")).max().unwrap();
    let mut bytes = fs::read(&newest).unwrap();
    let header = oncall::journal::frame::DATA_START;
    newer(&mut bytes[..header]);
    fs::write(&newest, bytes).unwrap();
    fails(&mut world.command("1s", ""), "written by a newer oncall");
    world.no_secret_was_shown();
}

/// The disk hung until the engine gave a batch up, and then wrote it all the same: it comes again, and nothing is lost
/// or told to be.
#[test]
fn a_batch_that_was_given_up_comes_again() {
    let folder = tempfile::TempDir::new().unwrap();
    let dir = StateDir::open(folder.path(), 1 << 20).unwrap();
    let (tell, mut told) = tokio::sync::mpsc::unbounded_channel();
    let opening = dir.load((), |(), _, _| {}).unwrap().opening;
    let (recorder, _) = Recorder::start(&dir, &opening, tell).unwrap();
    let mut append = |first_seq, payloads: &[&'static str], reopen| {
        let payloads = payloads.iter().map(|text| text.as_bytes().into()).collect();
        let batch = recorder.append(Batch { first_seq, payloads, reopen, snapshot: None });
        assert_eq!(told.blocking_recv(), Some(Written { batch, result: Ok(()) }));
    };
    append(1, &["one"], false);
    append(2, &["two"], false);
    append(2, &["two", "three"], true);
    append(4, &["four"], false);
    let mut read = Vec::new();
    let loaded =
        dir.load((), |(), seq, payload| read.push((seq, String::from_utf8_lossy(payload).into_owned())));
    assert_eq!(loaded.unwrap().damages, []);
    let expected = ["one", "two", "three", "four"].map(str::to_owned);
    assert_eq!(read, (1..).zip(expected).collect::<Vec<_>>());
}

/// The header of a segment as a release to come would write it.
fn newer(header: &mut [u8]) {
    for copy in [0, 4096] {
        header[copy + 8..copy + 12].copy_from_slice(&(oncall::journal::frame::FORMAT + 1).to_le_bytes());
        let checksum = crc32c::crc32c(&header[copy..copy + 12]);
        header[copy + 12..copy + 16].copy_from_slice(&checksum.to_le_bytes());
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn with_a_full_disk_it_still_pages() {
    let mut world = World::with(&[("escalation-policies/web.yaml", &patient("smith"))]).await;
    // dash counts blocks of 512 bytes.
    let server = world.serve_by(world.command("1h", "ulimit -f 128;")).await;
    let mut stored = 0;
    while server.event("trigger", &format!("disk {stored} {}", "x".repeat(200))).await == 202 {
        stored += 1;
        assert!(stored < 1000, "the limit on file sizes does not bite");
    }
    let (status, ready) = server.get("/readyz").await;
    assert_eq!(status, 200);
    assert!(ready["degraded"].as_str().unwrap().contains("File too large"), "{ready}");
    assert!(server.metric("oncall_journal_healthy 0").await);
    // The room has its ten messages of the minute; a page waits for no room.
    let refused = format!("disk {stored} ");
    world
        .next("the page about what was not stored", |it| {
            posted(it, "U0SMITH") && it.body.to_string().contains(&refused)
        })
        .await;
    // Its own trouble goes to the fallback.
    world.call_to("mori").await;
    server.stop();
    world.no_secret_was_shown();
}

#[tokio::test(flavor = "multi_thread")]
async fn people_act_by_the_api_and_by_slack() {
    let mut world = World::with(&[("escalation-policies/web.yaml", &patient("smith"))]).await;
    let server = world.serve().await;
    assert_eq!(server.event("trigger", "disk").await, 202);
    let message = world.next("the channel's message", |seen| posted(seen, "C0WEB")).await;
    let (_, list) = server.get("/v1/incidents?status=triggered").await;
    let id = list["incidents"][0]["id"].as_str().unwrap();
    let incident = format!("/v1/incidents/{id}");

    let (status, answer) = server.ask(&format!("{incident}/reassign"), &json!({ "user": "kimura" })).await;
    assert_eq!((status, &answer["result"]), (200, &json!("done")), "{answer}");
    world.call_to("kimura").await;
    let (status, answer) =
        server.ask(&format!("{incident}/reassign"), &json!({ "user": "nobody-we-know" })).await;
    assert_eq!((status, answer["error"].as_str()), (400, Some("there is no user `nobody-we-know`")));

    let button = acknowledge_button(&message);
    let answers = format!("{}/actions/T1/B1/secret", world.stand_ins.urls[&Vendor::Slack]);
    let payload = |member: &str, name: &str| {
        json!({
            "type": "block_actions", "user": { "id": member, "username": name },
            "response_url": answers, "actions": [button],
        })
    };
    // Somebody who is not in `users/` takes nothing over, and is told so.
    assert_eq!(server.button(&payload("U0GUEST", "guest"), secret("SLACK_SIGNING_SECRET")).await, 200);
    let noted = |seen: &Seen| seen.path.contains("/actions/") && seen.body["text"].as_str().is_some();
    let told = world.next("the answer to a guest", noted).await;
    let words = told.body["text"].as_str().unwrap().to_owned();
    let noted = [Language::En, Language::Ja].map(|language| language.shown(&Shown::Noted));
    assert!(noted.contains(&words), "{words}");
    let (status, shown) = server.get(&incident).await;
    assert_eq!(
        (status, &shown["acknowledged_by"], &shown["status"]),
        (200, &Value::Null, &json!("triggered"))
    );

    assert_eq!(server.button(&payload("U0KIMURA", "ken"), secret("SLACK_SIGNING_SECRET")).await, 200);
    let (_, shown) = server.get(&incident).await;
    assert_eq!(&shown["status"], &json!("acknowledged"), "{shown}");
    let (_, answer) = server.ask(&format!("{incident}/acknowledge"), &Value::Null).await;
    assert_eq!(
        (&answer["result"], &answer["by"]),
        (&json!("already"), &shown["acknowledged_by"]),
        "{answer}"
    );

    let (status, _) = server.ask(&format!("{incident}/resolve"), &Value::Null).await;
    assert_eq!(status, 200);
    let (_, shown) = server.get(&incident).await;
    assert_eq!((&shown["status"], &shown["resolved_by"]), (&json!("resolved"), &json!("ci")), "{shown}");
    let timeline: Vec<&str> =
        shown["timeline"].as_array().unwrap().iter().map(|it| it["text"].as_str().unwrap()).collect();
    assert!(timeline.len() > 8 && timeline.iter().all(|text| !text.is_empty()), "{timeline:#?}");
    assert!(timeline.iter().any(|text| text.contains("guest")), "{timeline:#?}");
    let rules: Vec<&Value> = shown["timeline"].as_array().unwrap().iter().map(|it| &it["rule"]).collect();
    assert!(
        rules.iter().any(|rule| rule.as_str().unwrap().contains("integrations/pagerduty.yaml:3")),
        "{rules:?}"
    );
    assert_eq!(server.get("/v1/incidents/9-9").await.0, 404);
    server.stop();
    world.no_secret_was_shown();
}

fn acknowledge_button(message: &Seen) -> Value {
    let blocks = message.body["blocks"].as_array().unwrap().iter();
    let buttons =
        blocks.filter(|block| block["type"] == "actions").flat_map(|it| it["elements"].as_array().unwrap());
    buttons.into_iter().find(|button| button["action_id"] == "acknowledge").unwrap().clone()
}
