//! With the real server: a call by Amazon Connect, which is asked and never calls back; whoever pressed a key hears what came of it.

use super::world::{World, patient};
use axum::body::Bytes;
use axum::extract::State;
use axum::http::{Method, Uri};
use axum::{Json, Router};
use oncall::web::listen::accept;
use oncall::web::slow::CONNECTIONS_MAX;
use serde_json::{Value, json};
use std::sync::Arc;
use tokio::net::TcpListener;
use tokio::sync::{mpsc, watch};

/// An instance with one contact flow: what a call was asked to say, and what was told to it later.
#[derive(Clone)]
struct Instance {
    calls: mpsc::UnboundedSender<Value>,
    told: mpsc::UnboundedSender<Value>,
    /// The attributes of every contact, as the flow keeps them.
    attributes: watch::Receiver<Value>,
}

async fn answer(State(instance): State<Instance>, method: Method, uri: Uri, body: Bytes) -> Json<Value> {
    let body: Value = serde_json::from_slice(&body).unwrap_or_default();
    Json(match (method.as_str(), uri.path()) {
        ("PUT", "/contact/outbound-voice") => {
            let _ = instance.calls.send(body);
            json!({ "ContactId": "c-1" })
        }
        ("GET", "/contacts/i-1/c-1") => {
            json!({ "Contact": { "Id": "c-1", "ConnectedToSystemTimestamp": 1 } })
        }
        ("GET", "/contact/attributes/i-1/c-1") => json!({ "Attributes": *instance.attributes.borrow() }),
        ("POST", "/contact/attributes") => {
            let _ = instance.told.send(body);
            json!({})
        }
        _ => json!({}),
    })
}

#[tokio::test(flavor = "multi_thread")]
async fn whoever_presses_a_key_hears_what_came_of_it() {
    let (calls, mut called) = mpsc::unbounded_channel();
    let (tell, mut told) = mpsc::unbounded_channel();
    let (pressed, attributes) = watch::channel(json!({ "language": "en", "answered": "no" }));
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("http://{}", listener.local_addr().unwrap());
    let router = Router::new().fallback(answer).with_state(Instance { calls, told: tell, attributes });
    let (_never, stop) = watch::channel(false);
    tokio::spawn(accept(listener, router, CONNECTIONS_MAX, Vec::new(), Arc::default(), stop));

    let mut world = World::with(&[("escalation-policies/web.yaml", &patient("smith"))]).await;
    let connect = format!(
        "calls: [connect]\nproviders:\n  connect: {{ region: ap-northeast-1, instance: i-1, contact_flow: f-1, from: \"+815087654321\", \
         access_key_id: AKIDEXAMPLE, secret_access_key: {{ env: BOT_TOKEN }}, api_url: \"{url}\" }}"
    );
    let organisation = world.organisation().replacen("providers:", &connect, 1);
    world.push(&[("oncall.yaml", &organisation)]);
    let server = world.serve().await;
    assert_eq!(server.event("trigger", "disk").await, 202);
    let call = called.recv().await.unwrap();
    assert_eq!(call["DestinationPhoneNumber"], "+819000000002");
    assert!(call["Attributes"]["ssml"].as_str().unwrap().contains("disk is full"), "{call}");

    pressed.send_replace(json!({ "language": "en", "answered": "no", "digit": "4" }));
    let said = told.recv().await.unwrap();
    assert_eq!((&said["InitialContactId"], &said["Attributes"]["answered"]), (&json!("c-1"), &json!("yes")));
    let words = said["Attributes"]["outcome"].as_str().unwrap();
    assert_eq!(words, "<speak><s>Acknowledged. Thank you. Goodbye.</s></speak>");
    let (_, list) = server.get("/v1/incidents").await;
    assert_eq!(list["incidents"][0]["status"], "acknowledged", "{list}");
    server.stop();
    world.no_secret_was_shown();
}
