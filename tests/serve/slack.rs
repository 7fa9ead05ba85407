//! People in Slack, end to end: the slash command, buttons and modals, replies in threads, with the real binary and a stand-in.

use super::inside::Inside;
use super::server::{Server, slack_signature};
use super::stand_ins::{Seen, Vendor};
use super::world::{World, patient, posted, secret};
use serde_json::{Value, json};
use std::time::Duration;

/// What Slack posts for a slash command.
fn command(world: &World, member: &str, text: &str, trigger: &str) -> String {
    let url = format!("{}/response/{trigger}", world.stand_ins.urls[&Vendor::Slack]);
    let fields = [
        ("command", "/oncall"),
        ("text", text),
        ("user_id", member),
        ("user_name", "somebody"),
        ("trigger_id", trigger),
        ("response_url", &url),
    ];
    form_urlencoded::Serializer::new(String::new()).extend_pairs(fields).finish()
}

/// What the member is told about what they typed.
async fn said(world: &mut World, server: &Server, member: &str, text: &str, trigger: &str) -> String {
    let body = command(world, member, text, trigger);
    let (status, at_once) = server.slack(&body, secret("SLACK_SIGNING_SECRET"), 0).await;
    assert_eq!((status, at_once.as_str()), (200, ""), "{text}");
    words(world, trigger).await
}

/// The words at the `response_url` of this trigger.
async fn words(world: &mut World, trigger: &str) -> String {
    let path = format!("/response/{trigger}");
    let answer = world.next(&format!("the answer to {trigger}"), |seen| seen.path == path).await;
    assert_eq!(answer.body["response_type"], "ephemeral");
    answer.body["text"].as_str().unwrap().to_owned()
}

fn payload(world: &World, member: &str, kind: &str, trigger: &str, rest: &Value) -> Value {
    let url = format!("{}/response/{trigger}", world.stand_ins.urls[&Vendor::Slack]);
    let mut payload =
        json!({ "type": kind, "user": { "id": member, "name": "somebody" }, "trigger_id": trigger });
    if kind == "block_actions" {
        payload["response_url"] = url.into();
    }
    rest.as_object().unwrap().iter().for_each(|(key, value)| payload[key] = value.clone());
    payload
}

/// The answer to a modal that was sent.
async fn sent(
    world: &World,
    server: &Server,
    member: &str,
    trigger: &str,
    view: &Value,
    values: Value,
) -> Value {
    let mut view = view.clone();
    (view["id"], view["state"]) = ("V1".into(), json!({ "values": values }));
    let payload = payload(world, member, "view_submission", trigger, &json!({ "view": view }));
    let body =
        form_urlencoded::Serializer::new(String::new()).append_pair("payload", &payload.to_string()).finish();
    let (status, text) = server.slack(&body, secret("SLACK_SIGNING_SECRET"), 0).await;
    assert_eq!(status, 200);
    serde_json::from_str(&text).unwrap_or_default()
}

#[tokio::test(flavor = "multi_thread")]
async fn what_people_type_is_done_and_answered_in_their_language() {
    let mut world = World::with(&[("escalation-policies/web.yaml", &patient("smith"))]).await;
    let server = world.serve().await;
    let on_call = world.config().users[world.on_call().as_str()].name.clone();
    let who = said(&mut world, &server, "U0SMITH", "who web", "T.1").await;
    assert!(who.contains("Web (web)") && who.contains(&on_call), "{who}");
    let open = said(&mut world, &server, "U0SATO", "一覧", "T.2").await;
    assert_eq!(open, "対応が必要なインシデントはありません。");

    let declared = said(&mut world, &server, "U0SMITH", "page web orders <!here> hang", "T.3").await;
    assert!(declared.contains("1-1") && declared.contains("is open"), "{declared}");
    world.call_to("smith").await;
    let taken = said(&mut world, &server, "U0SATO", "対応", "T.4").await;
    assert!(taken.contains("対応"), "{taken}");
    let (_, shown) = server.get("/v1/incidents/1-1").await;
    assert_eq!((&shown["status"], &shown["acknowledged_by"]), (&json!("acknowledged"), &json!("佐藤 花子")));
    let open = said(&mut world, &server, "U0SMITH", "incidents", "T.5").await;
    assert!(open.contains("1-1") && open.contains("orders &lt;!here&gt; hang"), "{open}");

    // What cannot be meant is asked back, and changes nothing.
    let asked = said(&mut world, &server, "U0SMITH", "snooze 1-1 18", "T.6").await;
    assert!(asked.contains("may mean two things"), "{asked}");
    let unknown = said(&mut world, &server, "U0SMITH", "dance", "T.7").await;
    assert!(unknown.contains("`dance`"), "{unknown}");
    // A stranger's word is a remark, or is refused.
    let refused = said(&mut world, &server, "U0GUEST", "page web more", "T.8").await;
    assert!(refused.contains("users/"), "{refused}");
    let nothing = said(&mut world, &server, "U0GUEST", "incidents", "T.9").await;
    assert!(nothing.contains("users/") && !nothing.contains("1-1"), "{nothing}");
    server.stop();
    world.no_secret_was_shown();
}

/// When a handoff is, is shown before a schedule is taken until then; a button does what was shown.
#[tokio::test(flavor = "multi_thread")]
async fn what_ends_at_a_handoff_is_shown_first_and_done_by_a_button() {
    let mut world = World::with(&[]).await;
    let server = world.serve().await;
    let body = command(&world, "U0KIMURA", "take web", "T.1");
    assert_eq!(server.slack(&body, secret("SLACK_SIGNING_SECRET"), 0).await, (200, String::new()));
    let shown = world.next("what it would do", |seen| seen.path == "/response/T.1").await;
    assert!(shown.body["text"].as_str().unwrap().contains("Kimura instead of"), "{shown:?}");
    let (_, now) = server.get("/v1/who?schedule=web").await;
    assert!(!now["schedules"][0]["users"].to_string().contains("kimura"), "it was only shown: {now}");
    let blocks = shown.body["blocks"].as_array().unwrap();
    let button = &blocks.iter().find(|block| block["type"] == "actions").unwrap()["elements"][0];
    let press = payload(&world, "U0KIMURA", "block_actions", "T.2", &json!({ "actions": [button] }));
    assert_eq!(server.button(&press, secret("SLACK_SIGNING_SECRET")).await, 200);
    assert!(words(&mut world, "T.2").await.contains("Override"));
    let (_, now) = server.get("/v1/who?schedule=web").await;
    assert_eq!(now["schedules"][0]["users"], json!(["kimura"]), "{now}");
    server.stop();
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_forged_old_or_doubled_does_nothing() {
    let mut world = World::with(&[("escalation-policies/web.yaml", &patient("smith"))]).await;
    let server = world.serve().await;
    let body = command(&world, "U0SMITH", "page web orders hang", "T.1");
    assert_eq!(server.slack(&body, "another", 0).await.0, 401);
    assert_eq!(server.slack(&body, secret("SLACK_SIGNING_SECRET"), 301).await.0, 401);
    let headers = slack_signature(&body, secret("SLACK_SIGNING_SECRET"), 0);
    let headers = headers.each_ref().map(|(name, value)| (*name, value.as_str()));
    for _ in 0..3 {
        assert_eq!(server.post("/v1/callbacks/slack", &headers, body.clone()).await.0, 200);
    }
    words(&mut world, "T.1").await;
    let (_, list) = server.get("/v1/incidents").await;
    assert_eq!(list["incidents"].as_array().unwrap().len(), 1, "{list}");
    server.stop();
}

#[tokio::test(flavor = "multi_thread")]
async fn a_modal_shows_what_it_would_do_and_then_does_it() {
    let mut world = World::with(&[("escalation-policies/web.yaml", &patient("smith"))]).await;
    let server = world.serve().await;
    assert_eq!(server.event("trigger", "disk").await, 202);
    let message = world.next("the channel's message", |seen| posted(seen, "C0WEB")).await;
    let rows = message.body["blocks"].as_array().unwrap().iter();
    let mut elements =
        rows.filter(|it| it["type"] == "actions").flat_map(|it| it["elements"].as_array().unwrap());
    let menu = elements.find(|element| element["type"] == "overflow").unwrap();
    let options = menu["options"].as_array().unwrap();
    let reassign = options.iter().find(|it| it["value"].as_str().unwrap().starts_with("reassign ")).unwrap();

    let pressed = |trigger: &str| {
        let actions = json!({ "actions": [{ "action_id": "more", "selected_option": reassign }] });
        payload(&world, "U0SMITH", "block_actions", trigger, &actions)
    };
    let (late, good) = (pressed("T.late"), pressed("T.2"));
    assert_eq!(server.button(&late, secret("SLACK_SIGNING_SECRET")).await, 200);
    assert!(words(&mut world, "T.late").await.contains("three seconds"));
    assert_eq!(server.button(&good, secret("SLACK_SIGNING_SECRET")).await, 200);
    let opened = |seen: &Seen| seen.path == "/api/views.open" && seen.body["trigger_id"] == "T.2";
    let view = world.next("the form", opened).await.body["view"].clone();

    // Nothing filled in: said in the form.
    let wrong = sent(&world, &server, "U0SMITH", "T.3", &view, json!({})).await;
    assert_eq!(
        (&wrong["response_action"], wrong["errors"]["who"].is_string()),
        (&json!("errors"), true),
        "{wrong}"
    );
    let values = json!({ "who": { "who": { "type": "users_select", "selected_user": "U0KIMURA" } } });
    let page = sent(&world, &server, "U0SMITH", "T.4", &view, values).await;
    assert_eq!(page["response_action"], "update", "{page}");
    let text = page["view"]["blocks"].to_string();
    assert!(text.contains("Told at once: Kimura"), "{text}");
    let (_, shown) = server.get("/v1/incidents/1-1").await;
    assert!(!shown["timeline"].to_string().contains("reassign"), "it was only shown: {shown}");

    let done = sent(&world, &server, "U0SMITH", "T.5", &page["view"], json!({})).await;
    assert_eq!(done, json!({ "response_action": "clear" }));
    world.call_to("kimura").await;
    let told =
        |seen: &Seen| posted(seen, "U0SMITH") && seen.body["text"].as_str().unwrap().contains("Kimura");
    world.next("the answer to a modal", told).await;
    server.stop();
}

#[tokio::test(flavor = "multi_thread")]
async fn a_reply_in_the_thread_is_a_note_and_is_not_said_there_again() {
    let mut world = World::with(&[("escalation-policies/web.yaml", &patient("smith"))]).await;
    let server = world.serve().await;
    assert_eq!(server.event("trigger", "disk").await, 202);
    world.next("the channel's message", |seen| posted(seen, "C0WEB")).await;
    let ts = || async {
        let (_, shown) = server.get("/v1/incidents/1-1").await;
        shown["timeline"].to_string()
    };
    world.until("the room's message is known", async || ts().await.contains("C0WEB:")).await;
    let known = ts().await;
    let ts = known
        .split("C0WEB:")
        .nth(1)
        .unwrap()
        .split(|c: char| !c.is_ascii_digit() && c != '.')
        .next()
        .unwrap();
    let event = |id: &str, ts: &str, rest: Value| {
        let mut event =
            json!({ "type": "message", "channel": "C0WEB", "user": "U0SATO", "ts": "9.1", "thread_ts": ts });
        rest.as_object().unwrap().iter().for_each(|(key, value)| event[key] = value.clone());
        json!({ "type": "event_callback", "event_id": id, "event": event }).to_string()
    };
    let good = event("Ev1", ts, json!({ "text": "the disk is being grown &amp; watched" }));
    let bot = event("Ev2", ts, json!({ "text": "from ourselves", "bot_id": "B1", "ts": "9.2" }));
    let other = event("Ev3", "1.1", json!({ "text": "of another message", "ts": "9.3" }));
    for body in [&good, &good, &bot, &other] {
        assert_eq!(server.slack(body, secret("SLACK_SIGNING_SECRET"), 0).await.0, 200);
    }
    let (_, shown) = server.get("/v1/incidents/1-1").await;
    let lines: Vec<&str> =
        shown["timeline"].as_array().unwrap().iter().map(|it| it["text"].as_str().unwrap()).collect();
    let noted = lines.iter().filter(|line| line.contains("the disk is being grown & watched")).count();
    assert_eq!(noted, 1, "{lines:#?}");
    assert!(!shown.to_string().contains("from ourselves") && !shown.to_string().contains("another message"));
    // The next line in the thread does not say it again.
    server.ask("/v1/incidents/1-1/acknowledge", &Value::Null).await;
    let in_thread = |seen: &Seen| seen.path == "/api/chat.postMessage" && !seen.body["thread_ts"].is_null();
    let line = world.next("a line in the thread", in_thread).await;
    assert!(!line.body["text"].as_str().unwrap().contains("being grown"), "{line:?}");
    server.stop();
}

/// While the disk does not answer, Slack is answered all the same, and the words follow.
#[tokio::test(start_paused = true)]
async fn slack_is_answered_in_time_while_the_disk_stalls() {
    // Nothing answers for the engine, as while its disk stalls.
    let world = World::with(&[]).await;
    let mut inside = Inside::of(&world);
    let _unread = inside.parts.as_mut().map(|parts| parts.live.send_replace(Some(inside.live.clone())));
    let body = command(&world, "U0SMITH", "page web orders hang", "T.1");
    let headers = slack_signature(&body, secret("SLACK_SIGNING_SECRET"), 0);
    let began = inside.clock.now();
    let mut request = http::Request::post("/v1/callbacks/slack");
    for (name, value) in &headers {
        request = request.header(*name, value);
    }
    let said = inside.ask("198.51.100.1", request, body).await;
    assert_eq!((said.status, said.body.len()), (200, 0));
    let waited: Duration = inside.clock.now().duration_since(began).try_into().unwrap();
    assert!(waited <= Duration::from_millis(2_500), "{waited:?}");
}
