//! The web pages' doors: who comes in, by which link or cookie, and what a form from elsewhere may do. What people do on the pages is
//! tried in a browser (`tests/browser`).

use super::doors::INTEGRATIONS;
use super::inside::{Inside, SESSION_KEY, Said};
use super::world::World;
use axum::body::Body;
use http::Request;
use jiff::SignedDuration;
use oncall::web::session::{IDLE_MAX, LINK_MAX, Sessions};

async fn inside() -> (Inside, World) {
    let world = World::with(&INTEGRATIONS).await;
    let mut inside = Inside::of(&world);
    let _told = inside.answer();
    (inside, world)
}

/// The cookie of somebody who signed in so long ago.
fn cookie(inside: &Inside, user: &str, ago: SignedDuration) -> String {
    let sessions = Sessions::new(SESSION_KEY);
    let then = inside.doors.clock.now().checked_sub(ago).unwrap();
    let token = sessions.link(user, then).unwrap();
    let session = sessions.sign_in(&token, then).unwrap();
    sessions.cookie(&session, then).unwrap().split(';').next().unwrap().to_owned()
}

fn header<'s>(said: &'s Said, name: &str) -> &'s str {
    said.header(name).unwrap_or_default()
}

async fn get(inside: &Inside, path: &str, cookie: &str) -> Said {
    inside.ask("192.0.2.1", Request::get(path).header("cookie", cookie), Body::empty()).await
}

async fn post(inside: &Inside, path: &str, headers: &[(&str, &str)]) -> Said {
    let request =
        headers.iter().fold(Request::post(path), |request, (name, value)| request.header(*name, *value));
    inside.ask("192.0.2.1", request, Body::empty()).await
}

#[tokio::test(start_paused = true)]
async fn whoever_is_not_signed_in_is_led_to_where_one_signs_in() {
    let (inside, _world) = inside().await;
    for path in ["/", "/incidents/1-1", "/on-call", "/me", "/declare", "/schedules/primary"] {
        let said = get(&inside, path, "a=b").await;
        assert_eq!((said.status, header(&said, "location")), (303, "/sign-in"), "{path}");
    }
    let policy = get(&inside, "/sign-in", "a=b").await;
    assert_eq!(policy.status, 200);
    assert!(header(&policy, "content-security-policy").starts_with("default-src 'none'"));
    assert_eq!(header(&policy, "referrer-policy"), "no-referrer");
}

#[tokio::test(start_paused = true)]
async fn a_session_ends_when_it_is_forged_or_not_used_or_its_person_is_nobody() {
    let (inside, _world) = inside().await;
    let good = cookie(&inside, "sato", SignedDuration::ZERO);
    assert_eq!(get(&inside, "/declare", &good).await.status, 200);
    let other_key = Sessions::new(b"another key");
    let token = other_key.link("sato", inside.doors.clock.now()).unwrap();
    let session = other_key.sign_in(&token, inside.doors.clock.now()).unwrap();
    let forged = other_key.cookie(&session, inside.doors.clock.now()).unwrap();
    let longer = good.replacen('=', "=x", 1);
    for bad in [
        forged.split(';').next().unwrap().to_owned(),
        longer,
        cookie(&inside, "sato", IDLE_MAX),
        cookie(&inside, "nobody-of-that-name", SignedDuration::ZERO),
        // What was signed for a link is no session.
        format!(
            "__Host-oncall={}",
            Sessions::new(SESSION_KEY).link("sato", inside.doors.clock.now()).unwrap()
        ),
    ] {
        assert_eq!(get(&inside, "/declare", &bad).await.status, 303, "{bad}");
    }
}

#[tokio::test(start_paused = true)]
async fn a_link_signs_in_once_by_a_form_of_ours_and_not_when_it_is_looked_at() {
    let (inside, _world) = inside().await;
    let sessions = Sessions::new(SESSION_KEY);
    let path = format!("/sign-in/{}", sessions.link("sato", inside.doors.clock.now()).unwrap());
    for _ in 0..2 {
        let looked = get(&inside, &path, "a=b").await;
        assert_eq!((looked.status, header(&looked, "set-cookie")), (200, ""), "a GET uses nothing up");
    }
    assert_eq!(post(&inside, &path, &[("sec-fetch-site", "cross-site")]).await.status, 403);
    let signed_in = post(&inside, &path, &[("sec-fetch-site", "same-origin")]).await;
    assert_eq!((signed_in.status, header(&signed_in, "location")), (303, "/"));
    let cookie = header(&signed_in, "set-cookie");
    assert!(
        cookie.starts_with("__Host-oncall=") && cookie.contains("; Secure; HttpOnly; SameSite=Lax"),
        "{cookie}"
    );
    assert_eq!(post(&inside, &path, &[("sec-fetch-site", "same-origin")]).await.status, 403, "only once");
    let then = inside.doors.clock.now().checked_sub(LINK_MAX).unwrap();
    let old = format!("/sign-in/{}", sessions.link("sato", then).unwrap());
    assert_eq!(post(&inside, &old, &[("sec-fetch-site", "same-origin")]).await.status, 403, "it is too old");
}

#[tokio::test(start_paused = true)]
async fn a_form_from_another_site_does_nothing_whatever_its_cookie() {
    let (inside, _world) = inside().await;
    let cookie = cookie(&inside, "sato", SignedDuration::ZERO);
    let own = inside.live.config.organisation.public_url.clone().unwrap_or_default();
    for elsewhere in [
        vec![("sec-fetch-site", "cross-site")],
        vec![("sec-fetch-site", "same-site")],
        vec![("sec-fetch-site", "none")],
        vec![("origin", "https://evil.example.com")],
        vec![("origin", "null")],
        vec![],
    ] {
        let headers: Vec<_> = elsewhere.iter().copied().chain([("cookie", &*cookie)]).collect();
        assert_eq!(post(&inside, "/sign-out", &headers).await.status, 403, "{elsewhere:?}");
    }
    assert_eq!(inside.refused("csrf"), 6);
    let said = post(&inside, "/sign-out", &[("origin", &own), ("cookie", &cookie)]).await;
    assert_eq!((said.status, header(&said, "location")), (303, "/sign-in"));
    assert!(header(&said, "set-cookie").contains("Max-Age=0"));
}

/// What is between tags and expressions of a template is blank: all words come from the table of words.
#[test]
fn templates_have_no_words_of_their_own() {
    let folder = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("templates");
    let mut seen = 0;
    for file in std::fs::read_dir(folder).unwrap() {
        let path = file.unwrap().path();
        let text = std::fs::read_to_string(&path).unwrap();
        let mut rest = text.replace("– oncall</title>", "</title>");
        for (open, close) in [("{{", "}}"), ("{%", "%}"), ("<", ">")] {
            while let Some(from) = rest.find(open) {
                let until = rest[from..].find(close).map(|at| from + at + close.len()).unwrap();
                rest.replace_range(from..until, "");
            }
        }
        let letters: String = rest.chars().filter(|c| c.is_alphabetic()).collect();
        assert_eq!(letters, "", "{}", path.display());
        seen += 1;
    }
    assert!(seen >= 9, "the templates are where they were");
}
