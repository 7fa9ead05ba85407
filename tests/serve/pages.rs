//! The web pages' doors: who comes in, by which link or cookie, and what a form from elsewhere may do. What people do on the pages is
//! tried in a browser (`tests/browser`).

use super::doors::INTEGRATIONS;
use super::inside::{Engine, Inside, SESSION_KEY, Said};
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
pub fn cookie(inside: &Inside, user: &str, ago: SignedDuration) -> String {
    let sessions = Sessions::new(SESSION_KEY);
    let then = inside.doors.clock.now().checked_sub(ago).unwrap();
    let token = sessions.link(user, then).unwrap();
    let session = sessions.sign_in(&token, 1, then).unwrap();
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
    let session = other_key.sign_in(&token, 1, inside.doors.clock.now()).unwrap();
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
    let other = format!("/sign-in/{}", sessions.link("sato", inside.doors.clock.now()).unwrap());
    let apart = post(&inside, &other, &[("sec-fetch-site", "same-origin")]).await;
    assert_eq!(apart.status, 303, "a second link of the same second is not used up by the first");
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

/// A session for somebody, in a world whose `access:` says this.
async fn with_access(access: &str) -> (Inside, World) {
    let mut world = World::with(&INTEGRATIONS).await;
    let organisation = format!("{}access: {access}\n", world.organisation());
    let left = "name: Mori\nslack: U0MORI\nphone: \"+819000000004\"\nemail: mori@example.com\n";
    let gone = "name: Gone\nemail: gone@example.com\nleft: 2026-01-05\n";
    world.push(&[("oncall.yaml", &organisation), ("users/mori.yaml", left), ("users/gone.yaml", gone)]);
    let mut inside = Inside::of(&world);
    let _told = inside.answer();
    (inside, world)
}

#[tokio::test(start_paused = true)]
async fn whoever_may_only_look_sees_every_page_and_no_command_and_nobody_else_comes_in() {
    let (inside, _world) = with_access("{ view: [\"*@example.com\"] }").await;
    let viewer = cookie(&inside, "guest@example.com", SignedDuration::ZERO);
    for path in ["/", "/on-call", "/schedules/web"] {
        let said = get(&inside, path, &viewer).await;
        let page = String::from_utf8_lossy(&said.body);
        assert_eq!(said.status, 200, "{path}");
        assert!(!page.contains("/override") && !page.contains("/silences/new") && !page.contains("/declare"));
    }
    for path in ["/me", "/declare", "/silences/new", "/schedules/web/override"] {
        assert_eq!(get(&inside, path, &viewer).await.status, 403, "{path} is for people in users/");
    }
    let same = [("sec-fetch-site", "same-origin"), ("cookie", &*viewer)];
    for path in ["/incidents/1-1/acknowledge", "/incidents/acknowledge", "/declare", "/absences"] {
        assert_eq!(post(&inside, path, &same).await.status, 403, "{path}");
    }
    assert_eq!(inside.refused("viewer"), 8);
    // Whoever has left is not let in again by the company's domain, nor somebody from elsewhere.
    for nobody in ["gone", "gone@example.com", "Gone@Example.com", "guest@elsewhere.example", "@example.com"]
    {
        let cookie = cookie(&inside, nobody, SignedDuration::ZERO);
        assert_eq!(get(&inside, "/", &cookie).await.status, 303, "{nobody}");
    }
    // An address of somebody in `users/` is that person.
    let mori = cookie(&inside, "mori@example.com", SignedDuration::ZERO);
    assert_eq!(get(&inside, "/declare", &mori).await.status, 200);
    let signed_out = post(&inside, "/sign-out", &same).await;
    assert_eq!((signed_out.status, header(&signed_out, "location")), (303, "/sign-in"));
}

#[tokio::test(start_paused = true)]
async fn without_view_in_access_nobody_looks_who_is_not_in_users() {
    let (inside, _world) = inside().await;
    let cookie = cookie(&inside, "guest@example.com", SignedDuration::ZERO);
    assert_eq!(get(&inside, "/", &cookie).await.status, 303);
}

#[tokio::test(start_paused = true)]
async fn what_is_done_and_not_on_disk_is_not_said_as_done_alone() {
    let (inside, _world) = inside().await;
    let session = cookie(&inside, "smith", SignedDuration::ZERO);
    for (engine, is_stored) in [(Engine::Stores, true), (Engine::CannotStore, false)] {
        inside.engine(engine);
        let headers = [("sec-fetch-site", "same-origin"), ("cookie", &*session)];
        let done = post(&inside, "/incidents/1-1/acknowledge", &headers).await;
        assert_eq!((done.status, header(&done, "location")), (303, "/incidents/1-1"));
        let said = header(&done, "set-cookie").split(';').next().unwrap().to_owned();
        let page = get(&inside, "/declare", &format!("{session}; {said}")).await;
        let page = String::from_utf8_lossy(&page.body).into_owned();
        assert_eq!(page.contains("could not be written to disk"), !is_stored, "{page}");
    }
}

#[tokio::test(start_paused = true)]
async fn whoever_signs_in_comes_to_the_page_that_they_wanted_and_never_elsewhere() {
    let (inside, _world) = inside().await;
    let led = get(&inside, "/schedules/web?from=2026-12-07", "a=b").await;
    let to = header(&led, "set-cookie").split(';').next().unwrap().to_owned();
    assert!(to.starts_with("__Host-oncall-to="), "{to}");
    let sessions = Sessions::new(SESSION_KEY);
    let link = |user| format!("/sign-in/{}", sessions.link(user, inside.doors.clock.now()).unwrap());
    let own = ("sec-fetch-site", "same-origin");
    let signed_in = post(&inside, &link("sato"), &[own, ("cookie", &to)]).await;
    assert_eq!(header(&signed_in, "location"), "/schedules/web?from=2026-12-07");
    let forged = to.replacen('=', "=L2V2aWw", 1);
    for (user, elsewhere) in
        [("smith", forged), ("kimura", "__Host-oncall-to=Ly9ldmlsLmV4YW1wbGU~x".to_owned())]
    {
        let signed_in = post(&inside, &link(user), &[own, ("cookie", &elsewhere)]).await;
        assert_eq!(header(&signed_in, "location"), "/", "{elsewhere}");
    }
    for elsewhere in ["//evil.example", "/\\evil.example", "https://evil.example"] {
        assert_eq!(sessions.lead_back(elsewhere), None, "{elsewhere}");
    }
}

#[tokio::test(start_paused = true)]
async fn a_runbook_is_shown_with_nothing_in_it_that_runs_or_loads() {
    let mut world = World::with(&INTEGRATIONS).await;
    let text = "# Web\n\n<script>alert(1)</script> <b onclick=x>bold</b>\n\n[a](javascript:alert(1)) [b](https://wiki.example.com) \
                [c](../db.md#first) ![picture](https://elsewhere.example/x.png) {{ labels.host }}\n\n| a |\n|:-:|\n| 1 |\n";
    world.push(&[("runbooks/team/web.md", text), ("runbooks/db.md", "database")]);
    let mut inside = Inside::of(&world);
    let _told = inside.answer();
    let session = cookie(&inside, "smith", SignedDuration::ZERO);
    let page = get(&inside, "/runbooks/team/web.md", &session).await;
    let page = String::from_utf8_lossy(&page.body).into_owned();
    for absent in ["<script>alert", "<b ", "javascript:", "<img", "style=", "href=\"../"] {
        assert!(!page.contains(absent), "{absent}: {page}");
    }
    for present in
        ["&lt;script&gt;", "https://wiki.example.com", "/runbooks/db.md#first", "<h2>Web</h2>", "<table>"]
    {
        assert!(page.contains(present), "{present}: {page}");
    }
    assert_eq!(get(&inside, "/runbooks/none.md", &session).await.status, 404);
}

#[test]
fn labels_fill_in_a_runbook_as_text_and_never_as_markup() {
    let fill =
        |name: &str| (name == "labels.host_name").then(|| "<i>db1</i> [x](https://evil.example)".to_owned());
    let html = oncall::page::runbook(
        "on {{ labels.host_name }}, `ssh {{labels.host_name}}` {{ labels.none }}",
        "",
        "",
        fill,
    );
    let value = "&lt;i&gt;db1&lt;/i&gt; [x](https://evil.example)";
    assert_eq!(html, format!("<p>on {value}, <code>ssh {value}</code> {{{{ labels.none }}}}</p>\n"));
    let link = oncall::page::runbook("[graph](https://g.example/d?host={{labels.host_name}})", "", "", fill);
    assert!(
        link.contains("host=%3Ci%3Edb1%3C%2Fi%3E%20%5Bx%5D") && !link.contains("evil.example)\""),
        "{link}"
    );
}

#[tokio::test(start_paused = true)]
async fn the_pages_of_the_config_say_what_is_written_and_show_no_secret() {
    let mut world = World::with(&INTEGRATIONS).await;
    let organisation = format!("{}access: {{ administer: [mori] }}\n", world.organisation());
    world.push(&[("oncall.yaml", &organisation)]);
    let mut inside = Inside::of(&world);
    let _told = inside.answer();
    let (mori, smith) =
        (cookie(&inside, "mori", SignedDuration::ZERO), cookie(&inside, "smith", SignedDuration::ZERO));
    for (path, has) in [
        ("/services", "/services/web"),
        ("/services/web", "Kimura"),
        ("/integrations", "prometheus"),
        ("/config", "c0ffee"),
        ("/schedules", "/schedules/web"),
        ("/schedules?days=28&from=2026-02-01", "/schedules/web"),
    ] {
        let said = get(&inside, path, &smith).await;
        let page = String::from_utf8_lossy(&said.body).into_owned();
        assert_eq!(said.status, 200, "{path}");
        assert!(page.contains(has), "{path}: {page}");
        assert!(!page.contains("seCret") && !page.contains("/v1/webhooks/"), "{path}");
    }
    let page = get(&inside, "/integrations", &mori).await;
    assert!(String::from_utf8_lossy(&page.body).contains("/v1/webhooks/prometheus"), "for administrators");
    assert_eq!(get(&inside, "/services/none", &smith).await.status, 404);
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
