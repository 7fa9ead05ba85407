//! What runs for now is shown wherever somebody looks: offers on one's own page, a broad silence in `who` and on every page, an override of
//! one layer; what a silence would have muted that has closed since; and the page that makes one.

use super::commands::People;
use super::inside::{Said, StoppedTime};
use super::pages::cookie;
use axum::body::Body;
use http::Request;
use jiff::SignedDuration;
use oncall::disk::archive;
use serde_json::json;
use std::collections::BTreeSet;
use std::time::Duration;

/// Longer than closed incidents are on the board.
const LATER: Duration = Duration::from_secs(5 * 24 * 3600);

/// A page as somebody sees it who is signed in.
async fn page(people: &People, user: &str, path: &str) -> String {
    let cookie = cookie(&people.inside, user, SignedDuration::ZERO);
    let request = Request::get(path).header("cookie", cookie);
    let said = people.inside.ask("192.0.2.1", request, Body::empty()).await;
    assert_eq!(said.status, 200, "{path}");
    String::from_utf8(said.body.to_vec()).unwrap()
}

/// A form of a page of ours.
async fn sent(people: &People, user: &str, path: &str, form: &'static str) -> Said {
    let own = people.inside.live.config.organisation.public_url.clone().unwrap_or_default();
    let request = Request::post(path)
        .header("cookie", cookie(&people.inside, user, SignedDuration::ZERO))
        .header("origin", own)
        .header("content-type", "application/x-www-form-urlencoded");
    people.inside.ask("192.0.2.1", request, Body::from(form)).await
}

/// Whoever is asked finds the offer on their own page, nobody else does, and it is gone once it is accepted there.
#[tokio::test]
async fn an_offer_is_on_the_page_of_whoever_is_asked_until_it_is_accepted() {
    let people = People::new().await;
    let (_, who) = people.get("/v1/who?schedule=web&at=1h").await;
    let user = who["schedules"][0]["users"][0].as_str().unwrap().to_owned();
    let wish = json!({ "schedule": "web", "user": user, "from": "1h", "until": "2h", "to": ["kimura"], "reason": "dentist" });
    let (status, made) = people.post("/v1/offers", wish).await;
    assert_eq!(status, 201, "{made}");
    let accept = format!("/offers/{}/accept", made["id"]);
    let form = format!("action=\"{accept}\"");
    let own = page(&people, "kimura", "/me").await;
    assert!(own.contains(&form) && own.contains("dentist"), "{own}");
    for other in ["smith", "sato"] {
        assert!(!page(&people, other, "/me").await.contains(&form), "{other} was not asked");
    }
    assert_eq!(sent(&people, "kimura", &accept, "confirm=true").await.status, 303);
    assert!(!page(&people, "kimura", "/me").await.contains(&form));
    let (_, who) = people.get("/v1/who?schedule=web&at=90m").await;
    assert_eq!(who["schedules"][0]["users"], json!(["kimura"]));
}

/// While a silence runs that names no service, `who` and every page say so, with the reason; and no more once it has ended.
#[tokio::test]
async fn a_broad_silence_is_on_every_page_while_it_runs() {
    let people = People::new().await;
    let pages = ["/", "/on-call", "/me", "/declare", "/schedules/web"];
    for path in pages {
        assert!(!page(&people, "kimura", path).await.contains("the move"), "{path}");
    }
    let wish = json!({ "everything": true, "until": "2h", "reason": "the move", "confirm": true });
    let (status, made) = people.post("/v1/silences", wish).await;
    assert_eq!(status, 201, "{made}");
    let (_, who) = people.get("/v1/who").await;
    let (broad, until) = (&who["broad_silence"], &made["until"]);
    assert_eq!(
        (&broad["reason"], &broad["everything"], &broad["until"]),
        (&json!("the move"), &json!(true), until)
    );
    for path in pages {
        assert!(
            page(&people, "kimura", path).await.contains("the move"),
            "{path} does not say that nothing pages"
        );
    }
    assert_eq!(people.ask("DELETE", &format!("/v1/silences/{}", made["id"]), None).await.0, 200);
    assert!(!page(&people, "kimura", "/").await.contains("the move"));
    assert!(people.get("/v1/who").await.1["broad_silence"].is_null());
}

/// An override of one layer changes whom that layer names; the other layers stay.
#[tokio::test]
async fn an_override_of_one_layer_leaves_the_others() {
    let layers = "name: Web\nlayers:\n  - { name: first, members: [smith] }\n  - { name: beside, members: [sato], adds: true }\n";
    let people = People::with(&[("schedules/web.yaml", layers)]).await;
    let on_call = async || {
        let (_, who) = people.get("/v1/who?schedule=web").await;
        let users = who["schedules"][0]["users"].as_array().unwrap().clone();
        users.iter().map(|user| user.as_str().unwrap().to_owned()).collect::<BTreeSet<String>>()
    };
    let set = |users: [&str; 2]| users.map(str::to_owned).into_iter().collect::<BTreeSet<String>>();
    assert_eq!(on_call().await, set(["smith", "sato"]));
    let wish =
        json!({ "schedule": "web", "layer": "beside", "until": "2h", "with": "kimura", "confirm": true });
    let (status, made) = people.post("/v1/overrides", wish).await;
    assert_eq!((status, &made["layer"]), (201, &json!("beside")), "{made}");
    assert_eq!(on_call().await, set(["smith", "kimura"]));
    let (_, list) = people.get("/v1/overrides").await;
    assert_eq!(list["overrides"][0]["layer"], json!("beside"), "{list}");
    let wrong = json!({ "schedule": "web", "layer": "besides", "until": "2h", "with": "kimura" });
    let (status, refused) = people.post("/v1/overrides", wrong).await;
    assert!(status == 400 && refused["error"].as_str().unwrap().contains("besides"), "{status} {refused}");
    assert_eq!(people.ask("DELETE", &format!("/v1/overrides/{}", made["id"]), None).await.0, 200);
    assert_eq!(on_call().await, set(["smith", "sato"]));
}

/// What a silence would have muted in the last seven days is counted also where it has left the board for the archive.
#[tokio::test]
async fn a_silence_counts_what_paged_and_has_long_closed() {
    let people = People::new().await;
    for summary in ["orders hang", "payments fail"] {
        let id = people.declared(summary).await;
        people.post(&format!("/v1/incidents/{id}/resolve"), json!({})).await;
    }
    let open = people.declared("disk is full").await;
    let time = StoppedTime::new();
    time.pass(LATER).await;
    // The board forgets what is old when something happens.
    people.post(&format!("/v1/incidents/{open}/note"), json!({ "text": "still there" })).await;
    assert_eq!(
        people.get("/v1/incidents?status=resolved").await.1["incidents"],
        json!([]),
        "the board has them still"
    );
    archive::bring_up(&people.inside.doors.state_dir).unwrap();
    let wish = json!({ "services": ["web"], "until": "2h", "reason": "noise" });
    let (status, made) = people.post("/v1/silences", wish).await;
    let text = made["text"].as_str().unwrap();
    // The one that is open paged in these days, too.
    let said = "1 of what is open now. In the last 7 days it would have muted 3.";
    assert!(status == 201 && text.contains(said), "{made}");
    assert!(text.contains("Those paged ") && text.contains(" (3)"), "whom they paged is not said: {made}");
    let other = json!({ "services": ["db"], "until": "2h", "reason": "noise" });
    let (_, made) = people.post("/v1/silences", other).await;
    assert!(made["text"].as_str().unwrap().contains("it would have muted 0."), "{made}");
    time.pass(LATER).await;
    let wish = json!({ "services": ["web"], "until": "2h", "reason": "noise" });
    let (_, made) = people.post("/v1/silences", wish).await;
    assert!(
        made["text"].as_str().unwrap().contains("it would have muted 0."),
        "ten days ago is too long ago: {made}"
    );
}

/// A silence is seen before it is made: of what it is, and what it would mute. It takes all that the API takes, without script.
#[tokio::test]
async fn a_silence_is_seen_before_it_is_made() {
    let people = People::new().await;
    let inside = &people.inside;
    let sato = cookie(inside, "sato", SignedDuration::ZERO);
    let send = async |form: &str| {
        let request = Request::post("/silences/new").header("cookie", &sato);
        let request = request.header("sec-fetch-site", "same-origin");
        let said = inside.ask("192.0.2.1", request, Body::from(form.to_owned())).await;
        (said.status, String::from_utf8_lossy(&said.body).into_owned())
    };
    let all = async || inside.doors.board.current().await.run_time.silences.clone();
    let form = "services=web&when=labels.env%3Dstaging%0D%0Aseverity%3Dwarning&until=2h&reason=load+test";
    let (status, page) = send(form).await;
    for part in ["labels.env=staging", "severity=warning", "load test", "name=\"confirm\" value=\"true\""] {
        assert!(status == 200 && page.contains(part), "{part}: {status} {page}");
    }
    assert!(all().await.is_empty(), "it was made before it was seen");
    assert_eq!(send(&format!("{form}&confirm=true")).await.0, 303);
    let made = all().await.into_values().next().unwrap();
    let one = |key: &str, pattern: &str| (key.to_owned(), vec![pattern.to_owned()]);
    assert_eq!(made.when, [one("labels.env", "staging"), one("severity", "warning")]);
    assert_eq!((made.services.len(), &*made.reason), (1, "load test"));
    // What is wrong is said on the form, which keeps what was written.
    let (status, page) = send("when=staging&until=2h&reason=why+not").await;
    assert!(status == 400 && page.contains(">staging</textarea>") && page.contains("why not"), "{page}");
    assert_eq!(send("until=2h&reason=x").await.0, 400, "a silence of nothing");
    let (status, page) = send("everything=true&until=2h&reason=x").await;
    assert!(status == 200 && page.matches("class=\"warn\"").count() == 2, "{page}");
    assert_eq!(all().await.len(), 1);
}
