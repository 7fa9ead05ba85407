//! Secrets that do not resolve any more: no door that works is closed by a push or by a file that is written anew, and
//! what is closed after a start is told to the fallback.

use super::world::{World, patient, posted, secret};
use serde_json::json;
use std::fs;

#[tokio::test(flavor = "multi_thread")]
async fn no_door_closes_in_silence() {
    let mut world = World::with(&[("escalation-policies/web.yaml", &patient("smith"))]).await;
    let file = world.folder.path().join("routing-key");
    fs::write(&file, secret("PAGERDUTY_KEY")).unwrap();
    let door = |secret: &str| format!("type: pagerduty\nsecret: {secret}\nroutes: [{{ service: web }}]\n");
    let by_file = format!("{{ file: {} }}", file.display());
    world.push(&[("integrations/pagerduty.yaml", &door(&by_file))]);
    let mut server = world.serve().await;

    // A push that renames the variable and forgets the server.
    world.push(&[("integrations/pagerduty.yaml", &door("{ env: ROUTING_KEY_2027 }"))]);
    server.line("it would lose integration pagerduty, which works now").await;
    assert_eq!(server.event("trigger", "disk").await, 202);
    let call = world.call_to("smith").await;
    server.unanswered(&call).await;

    // The key of the rotation that is not there is named, though the door works.
    let both = format!("[{by_file}, {{ env: ROUTING_KEY_2027 }}]");
    let two = world.push(&[("integrations/pagerduty.yaml", &door(&both))]);
    server.line("ROUTING_KEY_2027 is not set; another one stands in for it").await;
    server.line(&format!("{} is in force", &two[..10])).await;
    assert!(server.metric("oncall_secrets_missing 1").await);

    // The file is empty while it is written anew: the door stays open, and the channel hears of it.
    fs::write(&file, "").unwrap();
    server.line("is empty; its last value is kept until a restart").await;
    assert_eq!(server.event("trigger", "memory").await, 202);
    let told = |words: &'static str| {
        move |seen: &super::stand_ins::Seen| {
            posted(seen, "C0INCIDENTS") && seen.body["text"].as_str().is_some_and(|it| it.contains(words))
        }
    };
    world.next("the notice of what a restart would close", told("a restart would lose")).await;
    fs::write(&file, secret("PAGERDUTY_KEY")).unwrap();
    world.until("all is well again", async || server.metric("oncall_secrets_missing 1").await).await;
    server.stop();

    // A start without it: the door is closed, and the fallback is called.
    fs::write(&file, "").unwrap();
    let server = world.serve().await;
    assert_eq!(server.event("trigger", "network").await, 400);
    world.call_to("mori").await;
    let (_, ready) = server.get("/readyz").await;
    assert_eq!(ready["missing_secrets"].as_array().map(Vec::len), Some(2), "{ready}");
    assert_ne!(ready["missing_secrets"][0], json!(null));
    server.stop();
    world.no_secret_was_shown();
}
