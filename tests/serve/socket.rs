//! Slack's Socket Mode and user groups, end to end: envelopes that are acknowledged, sockets that are refreshed or break, presses
//! that come twice. The stand-in says on its sockets what Slack's documents say.

use super::server::Server;
use super::stand_ins::{Seen, Vendor};
use super::world::{HANG_MAX, World, patient, posted};
use futures_util::{SinkExt, StreamExt};
use serde_json::{Value, json};
use tokio::net::{TcpListener, TcpStream};
use tokio::time::timeout;
use tokio_tungstenite::tungstenite::Message;
use tokio_tungstenite::{WebSocketStream, accept_async};

/// Where Slack's sockets end.
struct Sockets(TcpListener);

type Socket = WebSocketStream<TcpStream>;

impl Sockets {
    /// With a config that asks for a socket, and has no other way in.
    async fn of(world: &mut World) -> Sockets {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let url = format!("ws://{}/link/?ticket=1", listener.local_addr().unwrap());
        world.stand_ins.sockets.send_replace(url);
        let (was, is) =
            ("signing_secret: { env: SLACK_SIGNING_SECRET }", "app_token: { env: SLACK_APP_TOKEN }");
        let text = world.organisation().replace(was, is);
        world.push(&[("oncall.yaml", &text)]);
        Sockets(listener)
    }

    /// The next socket that the server opens; Slack says hello.
    async fn next(&self) -> Socket {
        let opened = timeout(HANG_MAX, self.0.accept()).await;
        let (stream, _) = opened.expect("no socket was opened").unwrap();
        let mut socket = accept_async(stream).await.unwrap();
        say(&mut socket, &json!({ "type": "hello", "num_connections": 1 })).await;
        socket
    }
}

async fn say(socket: &mut Socket, body: &Value) {
    socket.send(Message::text(body.to_string())).await.unwrap();
}

/// The acknowledgement of this envelope.
async fn acknowledged(socket: &mut Socket, envelope: &str) -> Value {
    let found = timeout(HANG_MAX, async {
        loop {
            if let Message::Text(text) = socket.next().await.unwrap().unwrap() {
                let body: Value = serde_json::from_str(&text).unwrap();
                if body["envelope_id"] == envelope {
                    return body;
                }
            }
        }
    });
    found.await.unwrap_or_else(|_| panic!("{envelope} was not acknowledged"))
}

fn envelope(id: &str, kind: &str, payload: &Value) -> Value {
    json!({ "type": kind, "envelope_id": id, "accepts_response_payload": true, "payload": payload })
}

fn command(world: &World, text: &str, trigger: &str) -> Value {
    let url = format!("{}/response/{trigger}", world.stand_ins.urls[&Vendor::Slack]);
    json!({
        "command": "/oncall", "text": text, "user_id": "U0SMITH", "user_name": "emma",
        "trigger_id": trigger, "response_url": url,
    })
}

async fn open_ones(server: &Server) -> usize {
    let (_, list) = server.get("/v1/incidents?status=open").await;
    list["incidents"].as_array().unwrap().len()
}

#[tokio::test(flavor = "multi_thread")]
async fn presses_come_through_a_socket_and_are_acknowledged() {
    let mut world = World::with(&[("escalation-policies/web.yaml", &patient("smith"))]).await;
    let sockets = Sockets::of(&mut world).await;
    let server = world.serve().await;
    let mut socket = sockets.next().await;
    let page = command(&world, "page web orders hang", "T.1");
    say(&mut socket, &envelope("E1", "slash_commands", &page)).await;
    assert_eq!(acknowledged(&mut socket, "E1").await, json!({ "envelope_id": "E1" }));
    let answer = world.next("the answer", |seen| seen.path == "/response/T.1").await;
    assert!(answer.body["text"].as_str().unwrap().contains("1-1"));
    world.next("the room's message", |seen| posted(seen, "C0WEB")).await;

    // A modal is answered on the socket itself.
    let form = json!({ "act": "snooze", "with": { "incident": "ids 1-1" } }).to_string();
    let view =
        json!({ "id": "V1", "callback_id": "form", "private_metadata": form, "state": { "values": {} } });
    let member = json!({ "id": "U0SMITH" });
    let sent = json!({ "type": "view_submission", "user": member, "trigger_id": "T.2", "view": view });
    say(&mut socket, &envelope("E2", "interactive", &sent)).await;
    let answer = acknowledged(&mut socket, "E2").await;
    assert_eq!(answer["payload"]["response_action"], "errors", "{answer}");

    // What is none of ours is acknowledged, too; and what is no JSON ends nothing.
    socket.send(Message::text("no JSON")).await.unwrap();
    let none = json!({ "event_id": "Ev1", "event": { "type": "reaction_added" } });
    say(&mut socket, &envelope("E3", "events_api", &none)).await;
    acknowledged(&mut socket, "E3").await;
    let came = json!({ "type": "app_home_opened", "user": "U0SATO", "tab": "home" });
    say(&mut socket, &envelope("E4", "events_api", &json!({ "event_id": "Ev2", "event": came }))).await;
    acknowledged(&mut socket, "E4").await;
    let of_sato = |seen: &Seen| seen.path == "/api/views.publish" && seen.body["user_id"] == "U0SATO";
    let tab = world.next("the Home tab", of_sato).await;
    assert!(tab.body["view"]["blocks"].to_string().contains("orders hang"), "{tab:?}");
    server.stop();
    world.no_secret_was_shown();
}

#[tokio::test(flavor = "multi_thread")]
async fn a_socket_that_dies_before_the_acknowledgement_loses_no_press_and_doubles_none() {
    let mut world = World::with(&[("escalation-policies/web.yaml", &patient("smith"))]).await;
    let sockets = Sockets::of(&mut world).await;
    let server = world.serve().await;
    let mut first = sockets.next().await;
    let page = command(&world, "page web orders hang", "T.1");
    say(&mut first, &envelope("E1", "slash_commands", &page)).await;
    // It is done, and the socket dies before Slack hears so.
    world.call_to("smith").await;
    drop(first);
    let mut second = sockets.next().await;
    let mut again = envelope("E9", "slash_commands", &page);
    again["retry_attempt"] = 1.into();
    say(&mut second, &again).await;
    acknowledged(&mut second, "E9").await;
    assert_eq!(open_ones(&server).await, 1);
    // What the first socket never saw is done on the second.
    let other = command(&world, "page web payments hang", "T.2");
    say(&mut second, &envelope("E10", "slash_commands", &other)).await;
    acknowledged(&mut second, "E10").await;
    assert_eq!(open_ones(&server).await, 2);
    server.stop();
}

#[tokio::test(flavor = "multi_thread")]
async fn before_slack_ends_a_socket_the_next_one_is_open() {
    let mut world = World::with(&[("escalation-policies/web.yaml", &patient("smith"))]).await;
    let sockets = Sockets::of(&mut world).await;
    let server = world.serve().await;
    let mut first = sockets.next().await;
    say(&mut first, &json!({ "type": "disconnect", "reason": "refresh_requested" })).await;
    let mut second = sockets.next().await;
    // Until Slack closes it, the first one still brings things.
    for (socket, id) in [(&mut first, "E1"), (&mut second, "E2")] {
        let page = command(&world, &format!("page web {id} hangs"), id);
        say(socket, &envelope(id, "slash_commands", &page)).await;
        acknowledged(socket, id).await;
    }
    first.close(None).await.unwrap();
    let page = command(&world, "page web mails hang", "E3");
    say(&mut second, &envelope("E3", "slash_commands", &page)).await;
    acknowledged(&mut second, "E3").await;
    assert_eq!(open_ones(&server).await, 3);
    server.stop();
}

#[tokio::test(flavor = "multi_thread")]
async fn a_user_group_follows_who_is_on_call_and_only_differences_are_written() {
    let mut world = World::with(&[]).await;
    let groups = "slack_user_groups: [{ group: S0ONCALL, schedules: [web] }]\n";
    let text = format!("{}{groups}", world.organisation());
    world.push(&[("oncall.yaml", &text)]);
    let member = format!("U0{}", world.on_call().to_uppercase());
    let server = world.serve().await;
    let update = |seen: &Seen| seen.path == "/api/usergroups.users.update";
    let written = world.next("the group's new members", update).await;
    assert_eq!(written.body, json!({ "usergroup": "S0ONCALL", "users": member }));
    server.stop();
    // A start reads, and repeats nothing.
    let looked = |seen: &Seen| seen.path == "/api/usergroups.users.list";
    let before = world.all(looked).len();
    let server = world.serve().await;
    let again = |world: &mut World| world.all(looked).len() > before;
    while !again(&mut world) {
        tokio::task::yield_now().await;
    }
    // Somebody takes over: the group follows.
    let (status, answer) =
        server.ask("/v1/schedules/web/take", &json!({ "user": "kimura", "until": "2h" })).await;
    assert_eq!(status, 201, "{answer}");
    let written = world.next("the group follows the override", update).await;
    assert_eq!(written.body["users"], "U0KIMURA");
    assert_eq!(world.count(update), 2);
    server.stop();
}
