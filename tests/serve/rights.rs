//! Who may do what at the API: each right of a token, acting for people, and what a commit shuts.

use super::commands::People;
use super::world::{World, secret};
use axum::body::Body;
use http::Request;
use oncall::incident::Entry;
use serde_json::{Value, json};

struct Asked<'a> {
    token: &'a str,
    actor: Option<&'a str>,
}

async fn ask(people: &People, by: &Asked<'_>, method: &str, path: &str, body: Value) -> (u16, Value) {
    let token = format!("Bearer {}", secret(by.token));
    let mut request = Request::builder().method(method).uri(path).header("authorization", token);
    if let Some(actor) = by.actor {
        request = request.header("oncall-actor", actor);
    }
    let body = if body.is_null() { Body::empty() } else { Body::from(body.to_string()) };
    let said = people.inside.ask("198.51.100.1", request, body).await;
    let read = serde_json::from_slice(&said.body);
    let read = read.unwrap_or_else(|_| String::from_utf8_lossy(&said.body).into());
    if path != "/v1/entries" || said.status != 200 {
        super::openapi::describes(method, path, None, said.status, &read);
    }
    (said.status, read)
}

const TOKENS: &str = "api_tokens:
  - { name: ci, token: { env: API_TOKEN } }
  - { name: reader, token: { env: VIEW_TOKEN }, may: [view] }
  - { name: bot, token: { env: BOT_TOKEN }, may: [act_for] }
  - { name: archive, token: { env: EXPORT_TOKEN }, may: [export] }
";

/// `oncall.yaml` with these tokens, and `access:` if said.
async fn people(access: &str, more: &[(&str, &str)]) -> People {
    let world = World::with(&[]).await;
    let organisation = world.organisation();
    let (before, after) = organisation.split_once("api_tokens:").unwrap();
    let rest = after.split_once('\n').unwrap().1;
    let organisation = format!("{before}{access}{TOKENS}{rest}");
    let files: Vec<(&str, &str)> =
        [("oncall.yaml", organisation.as_str())].into_iter().chain(more.iter().copied()).collect();
    People::with(&files).await
}

#[tokio::test]
async fn a_token_may_what_its_rights_say_and_a_refusal_names_the_one_that_is_missing() {
    let people = people("", &[]).await;
    let id = people.declared("orders hang").await;
    let note = format!("/v1/incidents/{id}/note");
    let say = json!({ "text": "looking" });
    for (token, actor, method, path, body, status, right) in [
        ("VIEW_TOKEN", None, "GET", "/v1/incidents", Value::Null, 200, ""),
        ("VIEW_TOKEN", None, "POST", &*note, say.clone(), 403, "`respond`"),
        ("VIEW_TOKEN", Some("sato"), "POST", &*note, say.clone(), 403, "`act_for`"),
        ("VIEW_TOKEN", None, "GET", "/v1/entries", Value::Null, 403, "`export`"),
        ("BOT_TOKEN", None, "GET", "/v1/incidents", Value::Null, 403, "`view`"),
        ("BOT_TOKEN", Some("sato"), "GET", "/v1/incidents", Value::Null, 200, ""),
        ("BOT_TOKEN", None, "POST", &*note, say.clone(), 403, "`respond`"),
        ("BOT_TOKEN", Some("sato"), "POST", &*note, say.clone(), 200, ""),
        ("BOT_TOKEN", Some("stao"), "POST", &*note, say.clone(), 400, "`stao`"),
        ("BOT_TOKEN", Some("sato"), "GET", "/v1/entries", Value::Null, 403, "`export`"),
        ("EXPORT_TOKEN", None, "GET", "/v1/entries", Value::Null, 200, ""),
        ("EXPORT_TOKEN", None, "GET", "/v1/who", Value::Null, 403, "`view`"),
        ("API_TOKEN", None, "POST", &*note, say.clone(), 200, ""),
    ] {
        let (code, answer) = ask(&people, &Asked { token, actor }, method, path, body).await;
        let words = answer["error"].as_str().unwrap_or_default();
        assert!(
            code == status && words.contains(right),
            "{token} {actor:?} {method} {path}: {code} {answer}"
        );
    }
}

#[tokio::test]
async fn what_is_done_for_a_person_bears_their_name() {
    let people = people("", &[]).await;
    let id = people.declared("orders hang").await;
    let by = Asked { token: "BOT_TOKEN", actor: Some("smith") };
    let (status, _) = ask(&people, &by, "POST", &format!("/v1/incidents/{id}/acknowledge"), json!({})).await;
    assert_eq!(status, 200);
    let (_, shown) = people.get(&format!("/v1/incidents/{id}")).await;
    assert_eq!(shown["acknowledged_by"], "Emma Smith", "{shown:#}");
    let (_, mine) = people.get("/v1/incidents?person=smith&status=acknowledged").await;
    assert_eq!(mine["incidents"][0]["id"], json!(id));
}

#[tokio::test]
async fn whoever_may_not_respond_leaves_a_remark_and_changes_nothing_else() {
    let access = "access: { respond: [smith, mori, sato] }\n";
    let layers = "name: Web\nlayers: [{ name: daily, members: [sato] }]\n";
    let people = people(access, &[("schedules/web.yaml", layers)]).await;
    let id = people.declared("orders hang").await;
    let kimura = Asked { token: "BOT_TOKEN", actor: Some("kimura") };
    let (status, answer) =
        ask(&people, &kimura, "POST", &format!("/v1/incidents/{id}/acknowledge"), json!({})).await;
    assert_eq!((status, &answer["result"]), (200, &json!("noted")), "{answer}");
    let (_, shown) = people.get(&format!("/v1/incidents/{id}")).await;
    assert_eq!(shown["status"], "triggered", "{shown:#}");
    let away = json!({ "user": "smith", "for": "2h", "confirm": true });
    let (status, answer) = ask(&people, &kimura, "POST", "/v1/absences", away.clone()).await;
    assert!(status == 403 && answer["error"].as_str().unwrap().contains("access.respond"), "{answer}");
    let smith = Asked { token: "BOT_TOKEN", actor: Some("smith") };
    assert_eq!(ask(&people, &smith, "POST", "/v1/absences", away).await.0, 201);
}

#[tokio::test]
async fn somebody_who_has_left_may_do_nothing_by_any_way() {
    let left = "name: Kimura\nslack: U0KIMURA\nphone: \"+819000000003\"\nleft: 2026-01-01\n";
    let people = people("", &[("users/kimura.yaml", left)]).await;
    let id = people.declared("orders hang").await;
    let kimura = Asked { token: "BOT_TOKEN", actor: Some("kimura") };
    let (_, answer) = ask(&people, &kimura, "POST", &format!("/v1/incidents/{id}/resolve"), json!({})).await;
    assert_eq!(answer["result"], "noted", "{answer}");
    assert_eq!(ask(&people, &kimura, "GET", "/v1/incidents", Value::Null).await.0, 403);
    let declare = json!({ "service": "web", "summary": "x" });
    assert_eq!(ask(&people, &kimura, "POST", "/v1/incidents", declare).await.0, 403);
}

#[tokio::test]
async fn what_a_door_refused_is_for_whoever_may_administer() {
    let admin = "access: { administer: [mori] }\n";
    let people = people(admin, &[]).await;
    people.inside.post("/v2/enqueue", format!("{{\"routing_key\":\"{}\"}}", secret("PAGERDUTY_KEY"))).await;
    let last = async |by: &Asked<'_>| {
        let (_, shown) = ask(&people, by, "GET", "/v1/integrations/pagerduty", Value::Null).await;
        shown["since_start"]["last_error"]["message"].as_str().map(str::to_owned)
    };
    let hidden = last(&Asked { token: "API_TOKEN", actor: None }).await;
    assert_eq!(hidden.as_deref(), Some("shown to whoever may `administer`"));
    let seen = last(&Asked { token: "BOT_TOKEN", actor: Some("mori") }).await.unwrap();
    assert_ne!(seen, hidden.unwrap());
}

#[tokio::test]
async fn the_feed_of_entries_resumes_where_it_was_left() {
    let people = people("", &[]).await;
    people.declared("orders hang").await;
    let get = async |query: &str| {
        let token = format!("Bearer {}", secret("EXPORT_TOKEN"));
        let request = Request::get(format!("/v1/entries{query}")).header("authorization", token);
        let said = people.inside.ask("198.51.100.1", request, Body::empty()).await;
        let next = said.header("oncall-next-after").map(|next| next.parse::<u64>().unwrap());
        (said.status, next, String::from_utf8(said.body.to_vec()).unwrap())
    };
    let mut read: Vec<Entry> = Vec::new();
    let mut after = 0;
    loop {
        let (status, next, text) = get(&format!("?after={after}&limit=2")).await;
        assert_eq!(status, 200, "{text}");
        if text.is_empty() {
            assert_eq!(next, Some(after));
            break;
        }
        read.extend(text.lines().map(|line| serde_json::from_str::<Entry>(line).unwrap()));
        after = next.unwrap();
        assert_eq!(read.last().unwrap().seq, after);
    }
    let seqs: Vec<u64> = read.iter().map(|entry| entry.seq).collect();
    assert_eq!(seqs, (1..=after).collect::<Vec<_>>());
    assert!(read.iter().any(|entry| entry.incident.is_some()), "the incident that was declared is in it");
    for (query, word) in [
        ("?after=x", "`after`"),
        ("?nonsense=1", "`nonsense`"),
        ("?limit=0", "`limit`"),
        ("?limit=100000", "`limit`"),
    ] {
        let (status, _, text) = get(query).await;
        assert!(status == 400 && text.contains(word), "{query}: {text}");
    }
}
