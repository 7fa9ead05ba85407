//! The doors of integrations: heartbeats in and out, what each has taken and refused, and URLs that are nobody's.

use super::server::Server;
use super::stand_ins::Vendor;
use super::world::{World, organisation, secret};
use reqwest::Method;
use serde_json::{Value, json};

const BACKUP: &str =
    "type: generic\nsecret: { env: BACKUP_SECRET }\nheartbeat: { every: 1h }\nroutes: [{ service: web }]\n";

async fn posted(server: &Server, path: &str, body: &str) -> u16 {
    let request = server.http.post(format!("{}{path}", server.url)).body(body.to_owned());
    request.send().await.unwrap().status().as_u16()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_cron_job_says_that_it_is_alive() {
    let mut world = World::with(&[("integrations/jobs/backup.yaml", BACKUP)]).await;
    let server = world.serve().await;
    let (_, before) = server.get("/v1/integrations/jobs/backup").await;
    assert_eq!(before["heartbeat"]["last_recorded_at"], Value::Null, "{before}");
    let url = format!("{}/v1/webhooks/jobs.backup/{}", server.url, secret("BACKUP_SECRET"));
    assert_eq!(server.http.get(&url).send().await.unwrap().status(), 202);
    assert_eq!(server.http.post(&url).body("any words").send().await.unwrap().status(), 202);
    let (status, after) = server.get("/v1/integrations/jobs.backup").await;
    assert_eq!((status, &after["type"]), (200, &json!("generic")), "{after}");
    let heartbeat = &after["heartbeat"];
    assert!(heartbeat["last_recorded_at"].is_string() && heartbeat["late_at"].is_string(), "{after}");
    assert_eq!((&heartbeat["late"], &heartbeat["grace_seconds"]), (&json!(false), &json!(120)), "{after}");
    assert_eq!(after["since_start"]["requests"], 2, "{after}");
    let (_, list) = server.get("/v1/incidents").await;
    assert_eq!(list["incidents"], json!([]));
    server.stop();
    world.no_secret_was_shown();
}

#[tokio::test(flavor = "multi_thread")]
async fn somebody_outside_hears_our_heartbeat() {
    let mut world = World::with(&[]).await;
    let own = format!(
        "{}heartbeat: {{ url: {{ env: HEARTBEAT_URL }}, every: 10s }}\n",
        organisation(&world.stand_ins)
    );
    world.push(&[("oncall.yaml", &own)]);
    let mut command = world.command("1s", "");
    command.env("HEARTBEAT_URL", format!("{}/ping/seCretWatcher7Z", world.stand_ins.urls[&Vendor::Slack]));
    let server = world.serve_by(command).await;
    let beat = world.next("our heartbeat", |seen| seen.path == "/ping/seCretWatcher7Z").await;
    assert_eq!(beat.method, "GET");
    server.stop();
    assert!(!world.log().contains("seCretWatcher7Z"), "{}", world.log());
}

#[tokio::test(flavor = "multi_thread")]
async fn what_a_door_has_taken_and_refused() {
    let mut world = World::with(&[]).await;
    let server = world.serve().await;
    let path = format!("/v1/webhooks/prometheus/{}", secret("PROMETHEUS_SECRET"));
    assert_eq!(posted(&server, &path, "no JSON at all").await, 202);
    assert_eq!(server.http.get(format!("{}{path}", server.url)).send().await.unwrap().status(), 405);
    let (status, shown) = server.get("/v1/integrations/prometheus").await;
    assert_eq!((status, &shown["heartbeat"]), (200, &Value::Null), "{shown}");
    let counts = &shown["since_start"];
    assert_eq!(
        (&counts["requests"], &counts["events"], &counts["unparsed"], &counts["refused"]),
        (&json!(1), &json!(1), &json!(1), &json!({ "method": 1 })),
        "{shown}"
    );
    let key = counts["last_event"]["dedup_key"].as_str().unwrap();
    assert!(key.starts_with("unparsed/"), "{shown}");
    assert_eq!(counts["last_error"]["reason"], "method", "{shown}");
    assert!(server.metric("oncall_requests_refused_total{code=\"method\"} 1").await);
    assert_eq!(server.get("/v1/integrations/nobody").await.0, 404);
    let bare = server.http.get(format!("{}/v1/integrations/prometheus", server.url));
    assert_eq!(bare.send().await.unwrap().status(), 401);
    server.stop();
    world.no_secret_was_shown();
}

/// An SNS message that is not to be believed opens nothing, and is counted by why. None of these needs a certificate.
#[tokio::test(flavor = "multi_thread")]
async fn sns_messages_that_are_refused_are_counted() {
    let aws = "type: cloudwatch\nsecret: { env: BACKUP_SECRET }\ntopics: [\"arn:aws:sns:eu-west-1:123456789012:alarms\"]\n\
               severity: [{ severity: critical }]\nroutes: [{ service: web }]\n";
    let mut world = World::with(&[("integrations/aws.yaml", aws)]).await;
    let server = world.serve().await;
    let path = format!("/v1/webhooks/aws/{}", secret("BACKUP_SECRET"));
    let now = super::world::now().to_string();
    let message = |topic: &str, at: &str, certificate: &str| {
        json!({
            "Type": "Notification", "MessageId": "m", "TopicArn": format!("arn:aws:sns:eu-west-1:123456789012:{topic}"),
            "Message": "words", "Timestamp": at, "SignatureVersion": "2", "Signature": "", "SigningCertURL": certificate,
        })
        .to_string()
    };
    let sns = "https://sns.eu-west-1.amazonaws.com/a.pem";
    assert_eq!(posted(&server, &path, &message("others", &now, sns)).await, 403);
    assert_eq!(posted(&server, &path, &message("alarms", "2026-01-01T00:00:00Z", sns)).await, 403);
    assert_eq!(posted(&server, &path, &message("alarms", &now, "https://evil.example/a.pem")).await, 403);
    let raw = server.http.post(format!("{}{path}", server.url)).body("words");
    let raw = raw
        .header("x-amz-sns-rawdelivery", "true")
        .header("x-amz-sns-topic-arn", "arn:aws:sns:eu-west-1:1:x");
    assert_eq!(raw.send().await.unwrap().status(), 403);
    let (_, shown) = server.get("/v1/integrations/aws").await;
    let expected = json!({ "foreign_topic": 2, "expired": 1, "certificate_url": 1 });
    assert_eq!(shown["since_start"]["refused"], expected, "{shown}");
    assert_eq!(shown["since_start"]["events"], 0, "{shown}");
    assert!(server.metric("oncall_requests_refused_total{code=\"foreign_topic\"} 2").await);
    let (_, list) = server.get("/v1/incidents").await;
    assert_eq!(list["incidents"], json!([]));
    server.stop();
    world.no_secret_was_shown();
}

/// Uptime Kuma may say what it says in a query; a browser that opens the URL says nothing.
#[tokio::test(flavor = "multi_thread")]
async fn a_monitor_that_gets() {
    let door = "type: uptime_kuma\nsecret: { env: BACKUP_SECRET }\nseverity: [{ severity: error }]\nroutes: [{ service: web }]\n";
    let mut world = World::with(&[("integrations/kuma.yaml", door)]).await;
    let server = world.serve().await;
    let url = format!("{}/v1/webhooks/kuma/{}", server.url, secret("BACKUP_SECRET"));
    let get = async |status: &str| {
        let heartbeat = format!(r#"{{"monitorID":7,"status":{status},"msg":"refused"}}"#);
        let query =
            [("msg", "words"), ("heartbeat", heartbeat.as_str()), ("monitor", r#"{"id":7,"name":"shop"}"#)];
        let url = reqwest::Url::parse_with_params(&url, &query).unwrap();
        server.http.get(url).send().await.unwrap().status().as_u16()
    };
    assert_eq!(server.http.get(&url).send().await.unwrap().status(), 405);
    assert_eq!(get("0").await, 202);
    let (_, list) = server.get("/v1/incidents").await;
    assert_eq!(list["incidents"][0]["summary"], "shop: refused", "{list}");
    assert_eq!(get("1").await, 202);
    let (_, list) = server.get("/v1/incidents").await;
    let incidents = list["incidents"].as_array().unwrap();
    assert_eq!((incidents.len(), &incidents[0]["status"]), (1, &json!("resolved")), "{list}");
    server.stop();
    world.no_secret_was_shown();
}

/// What a client of Opsgenie does in the life of an alert, by method and path; some of it was a 404 or a 405 here.
#[tokio::test(flavor = "multi_thread")]
async fn an_alert_of_opsgenies_api() {
    let door = "type: opsgenie\nsecret: { env: BACKUP_SECRET }\nroutes: [{ service: web }]\n";
    let mut world = World::with(&[("integrations/opsgenie.yaml", door)]).await;
    let server = world.serve().await;
    let ask = async |method: &str, path: &str, body: Value| {
        let method = Method::from_bytes(method.as_bytes()).unwrap();
        let request = server.http.request(method, format!("{}{path}", server.url));
        let request = request.header("Authorization", format!("GenieKey {}", secret("BACKUP_SECRET")));
        let response = if body.is_null() { request } else { request.json(&body) }.send().await.unwrap();
        (response.status().as_u16(), response.json::<Value>().await.unwrap())
    };
    let alert = json!({
        "alias": "disk/db 2", "message": "disk full", "priority": "P3", "details": { "runbook_url": "https://r.example.com" },
    });
    let (status, created) = ask("POST", "/v2/alerts", alert).await;
    assert_eq!(status, 202, "{created}");
    let (status, request) =
        ask("GET", &format!("/v2/alerts/requests/{}", created["requestId"].as_str().unwrap()), Value::Null)
            .await;
    assert_eq!((status, &request["data"]["isSuccess"]), (200, &json!(true)), "{request}");
    let id = request["data"]["alertId"].as_str().unwrap().to_owned();
    let by_alias = "disk%2Fdb%202";
    let path = |rest: &str| format!("/v2/alerts/{by_alias}{rest}?identifierType=alias");
    // Alertmanager's `update_alerts`, and a priority that rises.
    for (word, body) in [
        ("/message", json!({ "message": "disk fuller" })),
        ("/description", json!({ "description": "99 %" })),
        ("/priority", json!({ "priority": "P1" })),
    ] {
        let (status, answer) = ask("PUT", &path(word), body).await;
        assert_eq!((status, answer["result"].as_str()), (202, Some("Request will be processed")), "{answer}");
    }
    assert_eq!(ask("POST", &path("/actions/restart"), json!({})).await.0, 202);
    assert_eq!(ask("DELETE", &path("/tags"), Value::Null).await.0, 202);
    let (status, shown) = ask("GET", &path(""), Value::Null).await;
    let data = &shown["data"];
    assert_eq!(
        (status, &data["id"], &data["alias"], &data["message"], &data["description"], &data["priority"]),
        (200, &json!(id), &json!("disk/db 2"), &json!("disk fuller"), &json!("99 %"), &json!("P1")),
        "{shown}"
    );
    assert_eq!((&data["status"], &data["acknowledged"]), (&json!("open"), &json!(false)), "{shown}");
    assert_eq!(ask("POST", &format!("/v2/alerts/{id}/acknowledge"), json!({ "user": "sato" })).await.0, 202);
    let (_, open) = ask("GET", "/v2/alerts?query=status%3A%20open&limit=5", Value::Null).await;
    assert_eq!(
        (&open["data"][0]["id"], &open["data"][0]["acknowledged"]),
        (&json!(id), &json!(true)),
        "{open}"
    );
    assert_eq!(ask("GET", "/v2/alerts/count", Value::Null).await.1["data"]["count"], 1);
    let (status, refused) = ask("GET", "/v2/alerts?query=alias%3Ax", Value::Null).await;
    assert_eq!(status, 422, "{refused}");
    assert_eq!(ask("DELETE", &path(""), Value::Null).await.0, 202);
    let (_, closed) = ask("GET", &format!("/v2/alerts/{id}"), Value::Null).await;
    assert_eq!(closed["data"]["status"], "closed", "{closed}");
    assert_eq!(ask("GET", "/v2/alerts?query=status:open", Value::Null).await.1["data"], json!([]));
    let (status, nothing) = ask("GET", "/v2/alerts/other?identifierType=alias", Value::Null).await;
    assert_eq!((status, nothing["message"].as_str()), (404, Some("Alert does not exist")), "{nothing}");
    let bare = server.http.get(format!("{}/v2/alerts/{id}", server.url)).send().await.unwrap();
    assert_eq!(bare.status(), 401);
    // One incident came of all this, and nobody was told of an unknown URL.
    let (_, list) = server.get("/v1/incidents").await;
    assert_eq!(list["incidents"].as_array().unwrap().len(), 1, "{list}");
    assert_eq!(
        (&list["incidents"][0]["severity"], &list["incidents"][0]["status"]),
        (&json!("critical"), &json!("resolved"))
    );
    server.stop();
    world.no_secret_was_shown();
}

/// Neither a moved URL nor one that never was is a hole, as long as the secret is good.
#[tokio::test(flavor = "multi_thread")]
async fn a_known_secret_is_never_turned_away() {
    let mut world = World::with(&[]).await;
    let server = world.serve().await;
    let good = secret("PROMETHEUS_SECRET");
    let alert = r#"{"version":"4","alerts":[{"status":"firing","fingerprint":"f1","labels":{"alertname":"DiskFull"}}]}"#;
    assert_eq!(posted(&server, &format!("/v1/webhooks/team-a.old/{good}"), alert).await, 202);
    assert_eq!(posted(&server, &format!("/webhook/prometheus/{good}"), alert).await, 202);
    assert_eq!(posted(&server, "/webhook/prometheus/wrong", alert).await, 404);
    let key = format!(r#"{{"routing_key":"{}","event_action":"trigger"}}"#, secret("PAGERDUTY_KEY"));
    assert_eq!(posted(&server, "/v2/events", &key).await, 202);
    assert_eq!(posted(&server, "/v2/events", r#"{"routing_key":"wrong"}"#).await, 404);
    let by_query = format!("/v1/webhooks/prometheus?auth_token={good}");
    assert_eq!(posted(&server, &by_query, r#"{"version":"4","alerts":[]}"#).await, 202);
    assert_eq!(posted(&server, "/v1/webhooks/prometheus/wrong", alert).await, 401);
    let (_, list) = server.get("/v1/incidents").await;
    let told: Vec<(&str, &str)> = list["incidents"]
        .as_array()
        .unwrap()
        .iter()
        .map(|it| (it["integration"].as_str().unwrap(), it["severity"].as_str().unwrap()))
        .collect();
    let expected =
        [("oncall", "critical"), ("oncall", "critical"), ("oncall", "warning"), ("prometheus", "critical")];
    assert_eq!(told, expected, "{list}");
    let whole = async |at: usize| {
        let id = list["incidents"][at]["id"].as_str().unwrap();
        server.get(&format!("/v1/incidents/{id}")).await.1
    };
    let keyed = whole(0).await;
    assert!(keyed["summary"].as_str().unwrap().contains("/v2/events"), "{list}");
    assert!(keyed["description"].as_str().unwrap().contains(r#""routing_key":"…""#), "{list}");
    let unread = whole(1).await;
    assert!(unread["summary"].as_str().unwrap().contains("/webhook/prometheus/…"), "{list}");
    assert!(unread["description"].as_str().unwrap().contains("DiskFull"), "{list}");
    assert!(
        list["incidents"][2]["summary"].as_str().unwrap().contains("/v1/webhooks/team-a.old/…"),
        "{list}"
    );
    server.stop();
    world.no_secret_was_shown();
}

const OPSGENIE: &str = "type: opsgenie\nsecret: { env: BACKUP_SECRET }\nroutes: [{ service: web }]\n";

/// Opsgenie's SDKs decode JSON whatever the status; Alertmanager's `update_alerts` puts. None of it is a stray.
#[tokio::test(flavor = "multi_thread")]
async fn opsgenies_clients_use_every_method() {
    let mut world = World::with(&[("integrations/opsgenie.yaml", OPSGENIE)]).await;
    let server = world.serve().await;
    let asked = async |method: Method, path: &str, key: &str, body: &str| {
        let request = server.http.request(method, format!("{}{path}", server.url));
        let request = request.header("authorization", format!("GenieKey {key}")).body(body.to_owned());
        let response = request.send().await.unwrap();
        let (status, body) = (response.status().as_u16(), response.bytes().await.unwrap());
        let answer: Value = serde_json::from_slice(&body).unwrap();
        assert!(answer["requestId"].is_string(), "{path}: {answer}");
        (status, answer)
    };
    let key = secret("BACKUP_SECRET");
    // The SDK for Node.js and Zabbix end their paths with a slash.
    let (status, answer) = asked(Method::POST, "/v2/alerts/", key, r#"{"alias":"a","message":"full"}"#).await;
    assert_eq!(status, 202);
    let id = answer["requestId"].as_str().unwrap();
    let request = format!("/v2/alerts/requests/{id}");
    assert_eq!(asked(Method::GET, &request, key, "").await.0, 200);
    for (path, status) in [
        ("/v2/alerts/", 200),
        ("/v2/alerts?query=x", 422),
        ("/v2/alerts/count", 200),
        ("/v2/alerts/a?identifierType=alias", 200),
        ("/v2/alerts/b?identifierType=alias", 404),
    ] {
        assert_eq!(asked(Method::GET, path, key, "").await.0, status, "{path}");
        assert_eq!(asked(Method::GET, path, "wrong", "").await.0, 401, "{path}");
    }
    assert_eq!(asked(Method::GET, "/v2/alerts/a/close?identifierType=alias", key, "").await.0, 404);
    assert_eq!(asked(Method::POST, "/v2/alerts/a/notes/?identifierType=alias", key, "{}").await.0, 202);
    let message = "/v2/alerts/a/message?identifierType=alias";
    assert_eq!(asked(Method::PUT, message, key, r#"{"message":"fuller"}"#).await.0, 202);
    let (_, list) = server.get("/v1/incidents").await;
    assert_eq!(list["incidents"][0]["status"], "triggered", "a GET closes nothing: {list}");
    assert_eq!(asked(Method::DELETE, &format!("/v2/alerts/{id}"), key, "").await.0, 202);
    let (_, list) = server.get("/v1/incidents").await;
    assert_eq!(list["incidents"].as_array().unwrap().len(), 1, "{list}");
    assert_eq!(list["incidents"][0]["status"], "resolved", "{list}");
    server.stop();
    world.no_secret_was_shown();
}
