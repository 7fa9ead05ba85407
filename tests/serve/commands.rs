//! What people's tools ask for at run time, at the doors and the engine's task of this process: every command once, what they
//! may say, and what must be confirmed first.

use super::inside::{Inside, StoppedTime};
use super::world::{World, patient, secret};
use axum::body::Body;
use http::Request;
use oncall::engine::JOURNAL_STALL_MAX;
use oncall::server::run::run;
use serde_json::{Value, json};

pub struct People {
    pub inside: Inside,
    _world: World,
}

impl People {
    pub async fn new() -> People {
        People::with(&[]).await
    }

    /// With some files exchanged.
    pub async fn with(changes: &[(&str, &str)]) -> People {
        let policy = patient("smith");
        let own = [
            ("escalation-policies/web.yaml", policy.as_str()),
            ("services/db.yaml", "name: Database\nescalation_policy: web\n"),
        ];
        let all: Vec<(&str, &str)> = own.iter().chain(changes).copied().collect();
        let world = World::with(&all).await;
        let mut inside = Inside::of(&world);
        tokio::spawn(run(inside.parts.take().unwrap()));
        inside.put_in_force().await;
        let people = People { inside, _world: world };
        // The doors have the config once the engine's task has had a turn.
        let mut live = people.inside.doors.live.clone();
        live.wait_for(Option::is_some).await.unwrap();
        people
    }

    pub async fn ask(&self, method: &str, path: &str, body: Option<Value>) -> (u16, Value) {
        self.keyed(method, path, body, None).await
    }

    pub async fn keyed(
        &self,
        method: &str,
        path: &str,
        body: Option<Value>,
        key: Option<&str>,
    ) -> (u16, Value) {
        let token = format!("Bearer {}", secret("API_TOKEN"));
        let mut request = Request::builder().method(method).uri(path).header("authorization", token);
        if let Some(key) = key {
            request = request.header("idempotency-key", key);
        }
        let asked = body.clone();
        let body = body.map_or_else(Body::empty, |body| Body::from(body.to_string()));
        let said = self.inside.ask("198.51.100.1", request, body).await;
        let read = serde_json::from_slice(&said.body);
        let read = read.unwrap_or_else(|_| String::from_utf8_lossy(&said.body).into());
        super::openapi::describes(method, path, asked.as_ref(), said.status, &read);
        (said.status, read)
    }

    pub async fn post(&self, path: &str, body: Value) -> (u16, Value) {
        self.ask("POST", path, Some(body)).await
    }

    pub async fn get(&self, path: &str) -> (u16, Value) {
        self.ask("GET", path, None).await
    }

    pub async fn declared(&self, summary: &str) -> String {
        let (status, body) =
            self.post("/v1/incidents", json!({ "service": "web", "summary": summary })).await;
        assert_eq!(status, 201, "{body}");
        body["id"].as_str().unwrap().to_owned()
    }
}

#[tokio::test]
async fn every_command_about_an_incident_is_done_and_answered_in_words() {
    let people = People::new().await;
    let (one, other) = (people.declared("orders hang").await, people.declared("payments hang").await);
    // What is asked, what the answer says, and how the incident then stands.
    let commands = [
        ("acknowledge", Value::Null, "done", "acknowledged"),
        ("acknowledge", json!({}), "already", "acknowledged"),
        ("unacknowledge", json!({}), "done", "triggered"),
        ("snooze", json!({ "for": "30m" }), "done", "acknowledged"),
        ("escalate", json!({ "step": 1 }), "done", "triggered"),
        ("reassign", json!({ "user": "kimura" }), "done", "triggered"),
        ("page-also", json!({ "user": ["mori"], "schedule": "web" }), "done", "triggered"),
        ("lower", json!({}), "done", "triggered"),
        ("raise", json!({}), "done", "triggered"),
        ("move", json!({ "service": "db" }), "done", "triggered"),
        ("note", json!({ "text": "looking" }), "done", "triggered"),
        ("merge", json!({ "into": other }), "done", "resolved"),
        ("unmerge", json!({}), "done", "triggered"),
        ("resolve", json!({ "reason": "disk was full" }), "done", "resolved"),
        ("reopen", json!({}), "done", "triggered"),
    ];
    for (command, body, result, status) in commands {
        let (code, answer) = people.post(&format!("/v1/incidents/{one}/{command}"), body).await;
        assert_eq!((code, &answer["result"]), (200, &json!(result)), "{command}: {answer}");
        assert!(answer["text"].as_str().is_some_and(|text| !text.is_empty()), "{command}: {answer}");
        let (_, shown) = people.get(&format!("/v1/incidents/{one}")).await;
        assert_eq!(shown["status"], json!(status), "{command}: {shown:#}");
    }
    let (_, shown) = people.get(&format!("/v1/incidents/{one}")).await;
    assert_eq!(shown["service"], json!("db"));
    let timeline = shown["timeline"].to_string();
    assert!(timeline.contains("looking") && timeline.contains("disk was full"), "{timeline}");
}

#[tokio::test]
async fn what_a_command_does_not_take_is_named_with_what_it_takes() {
    let people = People::new().await;
    let id = people.declared("orders hang").await;
    let refused = [
        ("note", json!({ "txt": "looking" }), 400, "`txt` here: it takes `text`"),
        ("note", json!({ "text": " " }), 400, "`text` is missing"),
        ("acknowledge", json!({ "reason": "mine" }), 400, "`reason` here: it takes none"),
        ("snooze", json!({}), 400, "`for` or `until` is missing"),
        ("snooze", json!({ "until": "2020-01-01T00:00:00Z" }), 400, "is past"),
        ("snooze", json!({ "for": "10" }), 400, "`10` is not a length of time"),
        ("snooze", json!({ "until": "handoff" }), 400, "not handoff"),
        ("escalate", json!({ "step": "two" }), 400, "`step` should be a whole number"),
        ("escalate", json!({ "step": 9 }), 400, "the policy has 1"),
        ("reassign", json!({}), 400, "`user`, `schedule` or `policy`"),
        ("reassign", json!({ "user": "nobody-we-know" }), 400, "no user `nobody-we-know`"),
        ("move", json!({ "service": "wbe" }), 400, "no service `wbe`"),
        ("merge", json!({ "into": id }), 400, "into itself"),
        ("merge", json!({ "into": "9-9" }), 404, "9-9"),
        ("unacknowledge", json!({}), 400, "Nobody has acknowledged it"),
        ("repeat", json!({}), 400, "no call"),
        ("explode", json!({}), 404, "`explode` is no command"),
    ];
    for (command, body, status, words) in refused {
        let (code, answer) = people.post(&format!("/v1/incidents/{id}/{command}"), body).await;
        let error = answer["error"].as_str().unwrap_or_default();
        assert!(code == status && error.contains(words), "{command}: {code} {answer}");
    }
    let (status, _) = people.post("/v1/incidents/9-9/acknowledge", json!({})).await;
    assert_eq!(status, 404);
    let (status, answer) = people.post(&format!("/v1/incidents/{id}/note?text=x"), json!({})).await;
    assert!(status == 400 && answer["error"].as_str().unwrap().contains("`text`"), "{answer}");
}

#[tokio::test]
async fn several_incidents_are_each_answered_for() {
    let people = People::new().await;
    let (one, other) = (people.declared("orders hang").await, people.declared("payments hang").await);
    let asked = json!({ "incidents": [one, other, "9-9"] });
    let (status, answer) = people.post("/v1/incidents/acknowledge", asked).await;
    assert_eq!((status, &answer["done"]), (200, &json!([one, other])), "{answer}");
    assert!(answer["results"][2]["error"].as_str().unwrap().contains("9-9"), "{answer}");
    assert_eq!(people.post("/v1/incidents/acknowledge", json!({})).await.0, 400);
    assert_eq!(people.post("/v1/incidents/acknowledge", json!({ "incidents": ["9-9"] })).await.0, 404);
}

#[tokio::test]
async fn the_list_is_filtered_and_an_unknown_filter_is_refused() {
    let people = People::new().await;
    let id = people.declared("orders hang").await;
    for (query, count) in [
        ("", 1),
        ("?service=web", 1),
        ("?service=db", 0),
        ("?severity=critical&urgency=high&status=open", 1),
        ("?severity=info", 0),
        ("?status=resolved", 0),
    ] {
        let (status, list) = people.get(&format!("/v1/incidents{query}")).await;
        assert_eq!(
            (status, list["incidents"].as_array().map(Vec::len)),
            (200, Some(count)),
            "{query}: {list}"
        );
    }
    for (query, words) in [
        ("?srevice=web", "did you mean `service`"),
        ("?service=wbe", "no service `wbe`"),
        ("?status=closed", "is not one of open, triggered, acknowledged, resolved"),
        ("?limit=many", "`many` is not a number"),
        ("?limit=1&limit=2", "twice"),
    ] {
        let (status, answer) = people.get(&format!("/v1/incidents{query}")).await;
        let error = answer["error"].as_str().unwrap_or_default();
        assert!(status == 400 && error.contains(words), "{query}: {status} {answer}");
    }
    assert_eq!(people.get(&format!("/v1/incidents/{id}?service=web")).await.0, 400);
}

#[tokio::test]
async fn one_key_is_one_incident_and_never_swallows_another() {
    let people = People::new().await;
    let wish = json!({ "service": "web", "summary": "orders hang", "severity": "error", "description": "all of them" });
    let (status, first) = people.keyed("POST", "/v1/incidents", Some(wish.clone()), Some("deploy-1")).await;
    assert_eq!((status, &first["severity"]), (201, &json!("error")), "{first}");
    let (status, again) = people.keyed("POST", "/v1/incidents", Some(wish), Some("deploy-1")).await;
    assert_eq!((status, &again["id"]), (201, &first["id"]));
    let another = json!({ "service": "web", "summary": "payments hang" });
    let (status, answer) = people.keyed("POST", "/v1/incidents", Some(another), Some("deploy-1")).await;
    assert!(status == 409 && answer["error"].as_str().unwrap().contains("new key"), "{answer}");
    for (wish, words) in [
        (json!({ "summary": "x" }), "`service` is missing"),
        (json!({ "service": "web" }), "`summary` is missing"),
        (json!({ "service": "wbe", "summary": "x" }), "no service `wbe`"),
        (json!({ "service": "web", "summary": "x", "severity": "bad" }), "`bad` is not one of critical"),
        (json!({ "service": "web", "summary": "x", "urgency": "low" }), "no key `urgency`"),
    ] {
        let (status, answer) = people.post("/v1/incidents", wish).await;
        assert!(status == 400 && answer["error"].as_str().unwrap().contains(words), "{answer}");
    }
}

#[tokio::test]
async fn overrides_silences_and_absences_are_made_listed_and_ended() {
    let people = People::new().await;
    let changes = [
        (
            "overrides",
            json!({ "schedule": "web", "from": "now", "until": "2h", "with": "kimura", "reason": "ill" }),
        ),
        (
            "silences",
            json!({ "services": ["web"], "when": { "labels.env": "staging" }, "until": "2h", "reason": "noise" }),
        ),
        ("absences", json!({ "user": "kimura", "for": "2h" })),
    ];
    for (kind, wish) in changes {
        let (status, made) = people.post(&format!("/v1/{kind}"), wish).await;
        assert_eq!((status, &made["by"]), (201, &json!("ci")), "{kind}: {made}");
        let (_, list) = people.get(&format!("/v1/{kind}")).await;
        assert_eq!(list[kind][0]["id"], made["id"], "{kind}: {list}");
        let id = &made["id"];
        // The number of one kind ends none of another.
        let wrong = if kind == "silences" { "overrides" } else { "silences" };
        assert_eq!(people.ask("DELETE", &format!("/v1/{wrong}/{id}"), None).await.0, 404, "{kind}");
        let (status, ended) = people.ask("DELETE", &format!("/v1/{kind}/{id}"), None).await;
        assert_eq!((status, &ended["result"]), (200, &json!("done")), "{kind}: {ended}");
        let (_, list) = people.get(&format!("/v1/{kind}")).await;
        assert_eq!(list[kind], json!([]), "{kind}");
        assert_eq!(people.ask("DELETE", &format!("/v1/{kind}/{id}"), None).await.0, 404, "{kind}");
    }
    let (status, taken) = people.post("/v1/schedules/web/take", json!({ "user": "kimura" })).await;
    assert_eq!((status, &taken["with"]), (201, &json!(["kimura"])), "{taken}");
    assert_eq!(people.post("/v1/schedules/wbe/take", json!({ "user": "kimura" })).await.0, 404);
    assert_eq!(
        people.post("/v1/absences", json!({ "user": "smith", "for": "1h", "confirm": true })).await.0,
        201
    );
    assert_eq!(people.ask("DELETE", "/v1/absences/smith", None).await.0, 200);
}

#[tokio::test]
async fn what_would_break_something_is_asked_once_and_done_when_it_is_confirmed() {
    let people = People::new().await;
    let id = people.declared("orders hang").await;
    let snooze = format!("/v1/incidents/{id}/snooze");
    let wishes = [
        ("/v1/overrides", json!({ "schedule": "web", "until": "2h", "with": "nobody" }), "gap", 201),
        ("/v1/silences", json!({ "everything": true, "until": "2h", "reason": "move" }), "everything", 201),
        (&*snooze, json!({ "for": "2d" }), "critical_for_long", 200),
    ];
    for (path, mut wish, kind, status) in wishes {
        let (code, answer) = people.post(path, wish.clone()).await;
        assert_eq!((code, &answer["warnings"][0]["kind"]), (409, &json!(kind)), "{path}: {answer}");
        assert!(answer["error"].as_str().unwrap().contains("\"confirm\": true"), "{answer}");
        if path.ends_with('s') {
            let (_, list) = people.get(path).await;
            assert_eq!(list.as_object().unwrap().values().next(), Some(&json!([])), "nothing was recorded");
        }
        wish["confirm"] = json!(true);
        assert_eq!(people.post(path, wish).await.0, status, "{path}");
    }
}

#[tokio::test]
async fn a_change_that_cannot_be_meant_is_refused_by_its_key() {
    let people = People::new().await;
    let wishes = [
        ("overrides", json!({ "schedule": "web", "with": "kimura" }), "`until` or `for` is missing"),
        ("overrides", json!({ "schedule": "web", "until": "2h" }), "say who"),
        ("overrides", json!({ "schedule": "web", "until": "2h", "with": [] }), "`with` is empty"),
        ("overrides", json!({ "schedule": "web", "until": "2h", "add": "nobody" }), "changes nothing"),
        ("overrides", json!({ "schedule": "web", "until": "2h", "with": "kim" }), "no user `kim`"),
        ("overrides", json!({ "schedule": "web", "until": "90d", "with": "kimura" }), "too long"),
        ("overrides", json!({ "schedule": "web", "until": "2h", "wiht": "kimura" }), "did you mean `with`"),
        ("silences", json!({ "services": ["web"], "until": "2h" }), "`reason` is missing"),
        ("silences", json!({ "until": "2h", "reason": "x" }), "Name services or matchers"),
        ("silences", json!({ "when": { "env": "x" }, "until": "2h", "reason": "x" }), "no field `env`"),
        (
            "silences",
            json!({ "everything": true, "services": ["web"], "until": "2h", "reason": "x" }),
            "not both",
        ),
        ("absences", json!({ "user": "kimura", "cover": "kimura", "for": "2h" }), "stand in for themselves"),
        ("absences", json!({ "user": "kimura", "from": "3h", "until": "2h" }), "end before it begins"),
    ];
    for (kind, wish, words) in wishes {
        let (status, answer) = people.post(&format!("/v1/{kind}"), wish.clone()).await;
        let error = answer["error"].as_str().unwrap_or_default();
        assert!(status == 400 && error.contains(words), "{wish}: {status} {answer}");
    }
}

#[tokio::test]
async fn who_is_on_call_is_answered_at_an_instant_and_over_a_range() {
    let people = People::new().await;
    // Day 1 of 2026 is Sato's, from 10:00 in Tokyo.
    let (status, who) = people.get("/v1/who?schedule=web&at=2026-01-01T10:00:00%2B09:00").await;
    let on_call = &who["schedules"][0];
    assert_eq!(
        (status, &on_call["users"], &on_call["next"]["users"]),
        (200, &json!(["sato"]), &json!(["smith"])),
        "{who}"
    );
    let (status, all) = people.get("/v1/who").await;
    assert_eq!((status, all["schedules"].as_array().map(Vec::len)), (200, Some(1)), "{all}");
    let (status, shifts) = people.get("/v1/schedules/web/shifts?from=2026-01-01&until=2026-01-03").await;
    let users: Vec<&Value> = shifts["shifts"].as_array().unwrap().iter().map(|it| &it["users"]).collect();
    assert_eq!((status, users), (200, vec![&json!([]), &json!(["sato"]), &json!(["smith"])]), "{shifts}");
    for (path, status) in [
        ("/v1/who?schedule=wbe", 404),
        ("/v1/who?when=now", 400),
        ("/v1/who?at=yesterday", 400),
        ("/v1/schedules/wbe/shifts", 404),
        ("/v1/schedules/web/shifts?from=2026-01-03&until=2026-01-01", 400),
        ("/v1/schedules/web/shifts?from=2020-01-01&until=2026-01-01", 400),
    ] {
        assert_eq!(people.get(path).await.0, status, "{path}");
    }
}

#[tokio::test]
async fn what_is_not_on_disk_is_not_answered_as_if_it_were() {
    let time = StoppedTime::new();
    let people = People::new().await;
    let id = people.declared("orders hang").await;
    people.inside.journal_answers(false);
    let wish = json!({ "service": "web", "summary": "payments hang" });
    let stall = async {
        people.inside.doors.inbox.heartbeat("none".to_owned()).await.unwrap();
        time.pass(JOURNAL_STALL_MAX.try_into().unwrap()).await;
    };
    let ((status, answer), ()) =
        tokio::join!(people.keyed("POST", "/v1/incidents", Some(wish), Some("k1")), stall);
    assert!(status == 503 && answer.as_str().unwrap().contains("same Idempotency-Key"), "{answer}");
    // The disk fails, and people still act: the answer says what that is worth.
    let (status, answer) = people.post(&format!("/v1/incidents/{id}/acknowledge"), json!({})).await;
    assert_eq!(
        (status, &answer["result"], &answer["stored"]),
        (200, &json!("done"), &json!(false)),
        "{answer}"
    );
}
