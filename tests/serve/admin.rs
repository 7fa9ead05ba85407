//! The listener of those who watch: it has the details, and the other address has none of them.

use super::world::World;
use serde_json::{Value, json};

async fn at(world: &World, base: &str, path: &str) -> (u16, String) {
    let answer = world.http.get(format!("{base}{path}")).send().await.unwrap();
    (answer.status().as_u16(), answer.text().await.unwrap())
}

#[tokio::test(flavor = "multi_thread")]
async fn those_who_watch_are_told_the_details_and_nobody_else() {
    let mut world = World::with(&[]).await;
    let mut command = world.command("1s", "");
    command.env("ONCALL_ADMIN_LISTEN", "127.0.0.1:0").env_remove("JIRA_API_TOKEN");
    let mut server = world.start(command);
    let line = server.line("event=admin_listening").await;
    let admin =
        line.split("url=").nth(1).unwrap().split_whitespace().next().unwrap().trim_matches('"').to_owned();
    server.line("is in force").await;

    let (status, ready) = at(&world, &admin, "/readyz").await;
    assert!(status == 200 && ready.contains("JIRA_API_TOKEN"), "{ready}");
    let (status, metrics) = at(&world, &admin, "/metrics").await;
    assert!(status == 200 && metrics.contains("oncall_secrets_missing 1"), "{metrics}");
    assert_eq!(at(&world, &admin, "/healthz").await, (200, "ok\n".to_owned()));
    // It is no other door.
    for path in ["/", "/sign-in", "/v1/incidents", "/a/x"] {
        assert_eq!(at(&world, &admin, path).await.0, 404, "{path}");
    }

    let (status, ready) = at(&world, &server.url, "/readyz").await;
    let ready: Value = serde_json::from_str(&ready).unwrap();
    assert_eq!((status, ready), (200, json!({ "ready": true })));
    assert_eq!(at(&world, &server.url, "/metrics").await.0, 404);
    assert_eq!(at(&world, &server.url, "/healthz").await, (200, "ok\n".to_owned()));
    server.stop();
}
