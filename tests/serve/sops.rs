//! Secrets in the repository: phones and a token in SOPS files, which the real `sops` made with the keys in `tests/sops/`.
//!
//! `team.enc.yaml` and `rotated.enc.yaml` are encrypted for the server's key and differ in Smith's phone; `elsewhere.enc.yaml` is
//! `team.enc.yaml` for the second key alone.

use super::stand_ins::Vendor;
use super::world::{SEALED, World, called, number, patient, posted, secret};

const TEAM: &str = include_str!("sops/team.enc.yaml");
const ROTATED: &str = include_str!("sops/rotated.enc.yaml");
const ELSEWHERE: &str = include_str!("sops/elsewhere.enc.yaml");
const SMITH: &str = "name: Emma Smith\nslack: U0SMITH\nphone: { sops: team.enc.yaml, key: smith.phone }\n";

#[tokio::test(flavor = "multi_thread")]
async fn a_phone_in_the_repository_is_called_and_read_by_nobody() {
    let smith = patient("smith");
    let files =
        [("escalation-policies/web.yaml", &*smith), ("users/smith.yaml", SMITH), ("team.enc.yaml", TEAM)];
    let mut world = World::with(&files).await;
    let mut server = world.serve().await;
    assert!(server.metric("oncall_secrets_missing 0").await);
    assert_eq!(server.event("trigger", "disk").await, 202);
    let call = world.next("the call to the first number", |seen| called(seen) == Some(SEALED[0])).await;
    server.press(&call, "4").await;
    server.unanswered(&call).await;

    let rotated = world.push(&[("team.enc.yaml", ROTATED)]);
    server.line(&format!("{} is in force", &rotated[..10])).await;
    assert_eq!(server.event("trigger", "memory").await, 202);
    let call = world.next("the call to the new number", |seen| called(seen) == Some(SEALED[1])).await;
    server.press(&call, "4").await;
    server.unanswered(&call).await;

    // Nobody gave the server's key to this one: her phone would be closed, so it is refused.
    world.push(&[("team.enc.yaml", ELSEWHERE)]);
    let line = server.line("it would lose the phone of smith, which works now").await;
    assert!(line.contains("team.enc.yaml cannot be opened: it is encrypted for age1cy7f7"), "{line}");
    server.stop();

    // A server that never had another one takes it: her phone is closed, and nothing else, and that is told.
    std::fs::remove_dir_all(world.state()).unwrap();
    let server = world.serve().await;
    let closed = "the phone of smith: team.enc.yaml cannot be opened: it is encrypted for age1cy7f7";
    assert!(world.log().contains(closed), "{}", world.log());
    assert!(server.metric("oncall_secrets_missing 1").await);
    let (status, ready) = server.get("/readyz").await;
    let missing = ready["missing_secrets"][0].as_str().unwrap();
    assert!(status == 200 && missing.contains("`sops updatekeys` adds one"), "{ready}");
    assert_eq!(server.event("trigger", "network").await, 202);
    world
        .next("the message to Smith", |it| {
            posted(it, "U0SMITH") && it.body["text"].as_str().unwrap().contains("network")
        })
        .await;
    let (_, list) = server.get("/v1/incidents").await;
    let id = list["incidents"][0]["id"].as_str().unwrap();
    let told = async || {
        let (_, shown) = server.get(&format!("/v1/incidents/{id}")).await;
        shown["timeline"].to_string().contains("`smith.phone` of team.enc.yaml")
    };
    world.until("why nobody was called stands in the timeline", told).await;
    // The fallback hears of the phone that is closed.
    assert_eq!(world.calls(), [SEALED[0], SEALED[1], number("mori")]);
    server.stop();
    world.no_secret_was_shown();
}

#[tokio::test(flavor = "multi_thread")]
async fn a_commit_that_would_lose_a_provider_is_refused() {
    let mut world = World::with(&[("escalation-policies/web.yaml", &patient("smith"))]).await;
    let organisation = world.organisation().replace(
        "auth_token: { env: TWILIO_AUTH_TOKEN }",
        "auth_token: { sops: team.enc.yaml, key: twilio }",
    );
    world.push(&[("oncall.yaml", &organisation), ("team.enc.yaml", TEAM)]);
    let mut server = world.serve().await;
    let lost = world.push(&[("team.enc.yaml", ELSEWHERE)]);
    server.line("it would lose providers.twilio.auth_token").await;
    let (_, ready) = server.get("/readyz").await;
    let findings = ready["refused"]["findings"].as_str().unwrap();
    assert!(
        findings.contains("team.enc.yaml cannot be opened") && ready["refused"]["commit"] == lost,
        "{ready}"
    );
    assert_eq!(server.event("trigger", "disk").await, 202);
    let call = world.call_to("smith").await;
    let token = format!("AC0123:{}", secret("TWILIO_AUTH_TOKEN"));
    let basic = data_encoding::BASE64.encode(token.as_bytes());
    assert_eq!((call.vendor, call.authorization), (Vendor::Twilio, format!("Basic {basic}")));
    server.stop();
    world.no_secret_was_shown();
}
