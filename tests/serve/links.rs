//! The page behind the link of a message: it shows to whoever looks, acts for its person, and tells guessers nothing.

use super::commands::People;
use super::inside::Said;
use super::pages::cookie;
use super::world::{World, called, patient};
use axum::body::Body;
use http::Request;
use jiff::SignedDuration;
use oncall::config::Links;
use oncall::web::session::IDLE_MAX;
use serde_json::json;

const FORM: &str = "application/x-www-form-urlencoded";

async fn asked(people: &People, method: &str, path: &str, form: &'static str) -> Said {
    let request = Request::builder().method(method).uri(path).header("content-type", FORM);
    people.inside.ask("192.0.2.1", request, Body::from(form)).await
}

fn text(said: &Said) -> String {
    String::from_utf8(said.body.to_vec()).unwrap()
}

/// The path of the link of the first message, which went to Smith.
fn link(people: &People) -> String {
    format!("/a/{}", people.inside.doors.client.links.token("1-1", "smith").unwrap())
}

async fn declared(people: &People) -> String {
    let body = json!({ "service": "web", "summary": "orders <b>hang</b>", "severity": "critical",
        "description": "secret words of the description" });
    let (status, body) = people.post("/v1/incidents", body).await;
    assert_eq!(status, 201, "{body}");
    body["id"].as_str().unwrap().to_owned()
}

#[tokio::test]
async fn looking_at_it_changes_nothing_and_tells_no_more_than_the_message() {
    let people = People::new().await;
    let id = declared(&people).await;
    let path = link(&people);
    for method in ["GET", "HEAD", "GET"] {
        let said = asked(&people, method, &path, "").await;
        assert_eq!(said.status, 200, "{method}");
        assert_eq!(said.header("referrer-policy"), Some("no-referrer"));
        assert!(said.header("cache-control").unwrap().contains("no-store"));
        assert!(said.header("content-security-policy").unwrap().starts_with("default-src 'none'"));
    }
    let page = text(&asked(&people, "GET", &path, "").await);
    assert!(page.contains("orders &#60;b&#62;hang&#60;/b&#62;"), "{page}");
    assert!(page.contains("value=\"acknowledge\"") && page.contains("value=\"escalate\""), "{page}");
    assert!(page.contains("Emma Smith") && page.contains("name=\"robots\" content=\"noindex\""), "{page}");
    assert!(!page.contains("secret words"), "no description without signing in: {page}");
    let (_, incident) = people.get(&format!("/v1/incidents/{id}")).await;
    assert_eq!(incident["status"], "triggered");
}

#[tokio::test]
async fn its_runbook_is_linked_for_whoever_is_signed_in_and_for_nobody_else() {
    let service = "name: Web\nescalation_policy: web\nrunbook: web.md\n";
    let people = People::with(&[("services/web.yaml", service), ("runbooks/web.md", "# Web\n")]).await;
    let id = declared(&people).await;
    let path = link(&people);
    let looked = async |cookie: &str| {
        let request = Request::get(&path).header("cookie", cookie);
        text(&people.inside.ask("192.0.2.1", request, Body::empty()).await)
    };
    let runbook = format!("href=\"/runbooks/web.md?incident={id}\"");
    let signed_in = looked(&cookie(&people.inside, "sato", SignedDuration::ZERO)).await;
    assert!(signed_in.contains(&runbook), "{signed_in}");
    for cookie in ["a=b".to_owned(), cookie(&people.inside, "sato", IDLE_MAX)] {
        let page = looked(&cookie).await;
        assert!(page.contains("Sign in for the details") && !page.contains("/runbooks/"), "{page}");
    }
}

#[tokio::test]
async fn a_post_acts_for_its_person_and_twice_is_once() {
    let people = People::new().await;
    let id = declared(&people).await;
    let path = link(&people);
    // Neither a form without a wish nor one with an unknown one does anything.
    for form in ["", "do=resolve", "do=", "acknowledge"] {
        let said = asked(&people, "POST", &path, form).await;
        assert_eq!((said.status, said.header("location")), (303, Some(path.as_str())), "{form}");
    }
    assert_eq!(people.get(&format!("/v1/incidents/{id}")).await.1["status"], "triggered");
    for _ in 0..2 {
        let said = asked(&people, "POST", &path, "do=acknowledge").await;
        assert_eq!((said.status, said.header("location")), (303, Some(path.as_str())));
        assert_eq!(said.header("referrer-policy"), Some("no-referrer"));
    }
    let (_, incident) = people.get(&format!("/v1/incidents/{id}")).await;
    assert_eq!(incident["status"], "acknowledged");
    let timeline = incident["timeline"].to_string();
    assert_eq!(timeline.matches("acknowledged by Emma Smith by a link").count(), 1, "{timeline}");
    let page = text(&asked(&people, "GET", &path, "").await);
    assert!(page.contains("Emma Smith") && !page.contains("<form"), "nothing is left to do: {page}");
}

#[tokio::test]
async fn what_opens_nothing_is_answered_like_a_path_that_does_not_exist() {
    let people = People::new().await;
    declared(&people).await;
    let good = link(&people);
    let tokens = |key: &[u8]| Links::new(key);
    let other_person = people.inside.doors.client.links.token("1-1", "kimura").unwrap();
    let other_delivery = people.inside.doors.client.links.token("1-99", "smith").unwrap();
    let forged = [
        format!("/a/{}", tokens(b"another key").token("1-1", "smith").unwrap()),
        format!("/a/{other_person}"),
        format!("/a/{other_delivery}"),
        format!("{good}A"),
        "/a/1-1".to_owned(),
        "/a/%00.%ff".to_owned(),
    ];
    for path in &forged {
        for (method, form) in [("GET", ""), ("POST", "do=acknowledge")] {
            let said = asked(&people, method, path, form).await;
            assert_eq!(said.status, 404, "{method} {path}");
            assert_eq!(text(&said), text(&asked(&people, "GET", "/nowhere", "").await));
        }
    }
    assert_eq!(people.inside.refused("link_not_found"), forged.len() as u64 * 2);
    let slow = people.inside.doors.slowed.wait("192.0.2.1".parse().unwrap(), people.inside.clock.now());
    assert!(!slow.is_zero(), "guesses are answered more and more slowly");
    assert_eq!(asked(&people, "GET", &good, "").await.status, 200, "a good one still opens");
}

/// With the real server: the link of a text message acts, after a restart too, and stands in no log.
#[tokio::test(flavor = "multi_thread")]
async fn the_link_of_a_text_message_acts_and_is_in_no_log() {
    let sato = "name: 佐藤 花子\nlanguage: ja\nslack: U0SATO\nphone: { env: SATO_PHONE }\n\
                notify: { high: [{ by: sms }, { by: call, after: 30m }] }\n";
    let policy = patient("sato");
    let mut world =
        World::with(&[("users/sato.yaml", sato), ("escalation-policies/web.yaml", &policy)]).await;
    let server = world.serve().await;
    assert_eq!(server.event("trigger", "disk").await, 202);
    let message = world.next("the text message", |seen| seen.path.ends_with("/Messages.json")).await;
    assert_eq!(called(&message), Some("+819000000001"));
    let words = message.body["Body"].as_str().unwrap();
    let path = words.split("https://oncall.test").nth(1).unwrap().to_owned();
    assert!(path.starts_with("/a/1-"), "{words}");
    server.kill();

    let server = world.serve().await;
    let url = format!("{}{path}", server.url);
    let http = reqwest::Client::builder().redirect(reqwest::redirect::Policy::none()).build().unwrap();
    let page = http.get(&url).send().await.unwrap().text().await.unwrap();
    assert!(page.contains("<html lang=\"ja\">") && page.contains("対応する"), "{page}");
    let answer = http.post(&url).header("content-type", FORM).body("do=acknowledge").send().await.unwrap();
    assert_eq!(answer.status(), 303);
    let (_, list) = server.get("/v1/incidents").await;
    assert_eq!(list["incidents"][0]["status"], "acknowledged", "{list}");
    let forged = format!("{}/a/1-1.AAAAAAAAAAAAAAAAAAAAAA", server.url);
    assert_eq!(http.get(&forged).send().await.unwrap().status(), 404);
    server.stop();
    let token = path.rsplit('.').next().unwrap();
    assert!(
        !world.log().contains(token) && !world.log().contains("AAAAAAAAAAAAAAAAAAAAAA"),
        "{}",
        world.log()
    );
    world.no_secret_was_shown();
}
