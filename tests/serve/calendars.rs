//! Calendars as programs subscribe to them: served, not changed, refused, revoked.

use super::server::Server;
use super::world::{World, now, secret};
use data_encoding::BASE64URL_NOPAD;
use reqwest::{Response, header};
use ring::hmac;

/// The token of a calendar, made apart from the product's own code.
fn token(id: &str, generation: u32) -> String {
    let key = hmac::Key::new(hmac::HMAC_SHA256, secret("CALENDAR_SECRET").as_bytes());
    let signed = hmac::sign(&key, format!("oncall calendar 1\n{id}\n{generation}").as_bytes());
    BASE64URL_NOPAD.encode(signed.as_ref())
}

async fn get(server: &Server, path: &str, known: Option<&str>) -> Response {
    let request = server.http.get(format!("{}{path}", server.url));
    let request =
        if let Some(known) = known { request.header(header::IF_NONE_MATCH, known) } else { request };
    request.send().await.unwrap()
}

/// When the calendar was made may differ.
fn without_stamps(text: &str) -> Vec<&str> {
    text.lines().filter(|line| !line.starts_with("DTSTAMP:")).collect()
}

/// What a stranger sees of a refusal: everything but the date.
async fn refusal(server: &Server, path: &str) -> (u16, Vec<(String, String)>, String) {
    let response = get(server, path, None).await;
    let headers = response.headers().iter().filter(|(name, _)| *name != header::DATE);
    let headers = headers.map(|(name, value)| (name.to_string(), value.to_str().unwrap().to_owned()));
    (response.status().as_u16(), headers.collect(), response.text().await.unwrap())
}

#[tokio::test(flavor = "multi_thread")]
async fn calendars_are_served_to_whoever_has_the_token() {
    let mut world = World::with(&[]).await;
    let mut server = world.serve_by(world.command("1h", "")).await;
    let web = format!("/v1/calendars/schedules.web.ics?token={}", token("schedules.web", 1));
    let response = get(&server, &web, None).await;
    assert_eq!(response.status(), 200);
    let header = |name| response.headers()[name].to_str().unwrap().to_owned();
    assert_eq!(header(header::CONTENT_TYPE), "text/calendar; charset=utf-8");
    assert!(header(header::CACHE_CONTROL).starts_with("private"), "{response:?}");
    let tag = header(header::ETAG);
    let text = response.text().await.unwrap();
    assert!(
        text.starts_with("BEGIN:VCALENDAR\r\nVERSION:2.0\r\n") && text.ends_with("\r\nEND:VCALENDAR\r\n")
    );
    // Daily shifts: 30 days of the past and 180 of the future, and the one under way at either end.
    let events = text.matches("BEGIN:VEVENT").count();
    assert!((210..=212).contains(&events), "{events}");
    let today = now().strftime("DTSTART:%Y%m%dT010000Z\r\n").to_string();
    assert!(text.contains(&today), "{today} is missing");
    assert!(text.contains("SUMMARY:Web: 佐藤 花子\r\n") && text.contains("SUMMARY:Web: Emma Smith\r\n"));

    // The same again costs nothing, and is the same for as long as no shift comes or goes.
    let again = get(&server, &web, Some(&format!("\"other\", {tag}"))).await;
    assert_eq!((again.status().as_u16(), again.headers()[header::ETAG].to_str().unwrap()), (304, &*tag));
    assert_eq!(again.text().await.unwrap(), "");
    let once_more = get(&server, &web, Some("\"other\"")).await.text().await.unwrap();
    assert_eq!(without_stamps(&once_more), without_stamps(&text));

    let smith = format!("/v1/calendars/users.smith.ics?token={}", token("users.smith", 1));
    let text = get(&server, &smith, None).await.text().await.unwrap();
    assert!(text.contains("X-WR-CALNAME:Emma Smith on call\r\n"), "{text}");
    assert!(text.contains("SUMMARY:On call: Web\r\n") && !text.contains("SUMMARY:Web: "), "{text}");

    let nothing = refusal(&server, "/v1/nothing").await;
    assert_eq!(nothing.0, 404);
    let refused = [
        "/v1/calendars/schedules.web.ics".to_owned(),
        "/v1/calendars/schedules.web.ics?token=".to_owned(),
        "/v1/calendars/schedules.web.ics?tok%ZZ&token=%FF".to_owned(),
        web.replace("?token=", "?token=A"),
        web.replace(".ics", ""),
        web.replace("schedules.web", "schedules.db"),
        format!("/v1/calendars/schedules.db.ics?token={}", token("schedules.db", 1)),
        format!("/v1/calendars/schedules.web.ics?token={}", token("schedules.web", 2)),
        format!("/v1/calendars/users.smith.ics?token={}", token("schedules.web", 1)),
        "/v1/calendars/%FF.ics?token=1".to_owned(),
        "/v1/calendars/".to_owned(),
    ];
    for path in &refused {
        assert_eq!(refusal(&server, path).await, nothing, "{path}");
    }
    assert!(server.metric("oncall_requests_refused_total{code=\"calendar_not_found\"} 10").await);

    // A number in its file revokes one calendar and makes a new one; the others stay.
    let schedule = "name: Web\ncalendar_generation: 2\nlayers: [{ name: always, members: [sato] }]\n";
    let commit = world.push(&[("schedules/web.yaml", schedule)]);
    assert_eq!(server.pushed(secret("PUSH_SECRET")).await, 202);
    server.line(&format!("config {} is in force", &commit[..10])).await;
    assert_eq!(refusal(&server, &web).await, nothing);
    let new = format!("/v1/calendars/schedules.web.ics?token={}", token("schedules.web", 2));
    let text = get(&server, &new, None).await.text().await.unwrap();
    assert!(text.contains("SUMMARY:Web: 佐藤 花子\r\n") && !text.contains("Emma Smith"), "{text}");
    assert_eq!(get(&server, &smith, None).await.status(), 200);
    server.stop();
    for token in [token("schedules.web", 1), token("schedules.web", 2), token("users.smith", 1)] {
        assert!(!world.log().contains(&token), "{}", world.log());
    }
    world.no_secret_was_shown();
}

#[tokio::test(flavor = "multi_thread")]
async fn without_a_good_secret_there_is_no_calendar() {
    let mut world = World::with(&[]).await;
    let weak = "fifteen bytes..";
    let key = hmac::Key::new(hmac::HMAC_SHA256, weak.as_bytes());
    let signed = hmac::sign(&key, b"oncall calendar 1\nschedules.web\n1");
    let web = format!("/v1/calendars/schedules.web.ics?token={}", BASE64URL_NOPAD.encode(signed.as_ref()));
    let mut command = world.command("1h", "");
    command.env("CALENDAR_SECRET", weak);
    let server = world.serve_by(command).await;
    assert_eq!(refusal(&server, &web).await, refusal(&server, "/v1/nothing").await);
    let (_, ready) = server.get("/readyz").await;
    let missing = ready["missing_secrets"].to_string();
    assert!(
        missing.contains("calendar_secret: environment variable CALENDAR_SECRET is shorter than 16 bytes"),
        "{ready}"
    );
    assert!(!missing.contains(weak), "{ready}");
    server.stop();
    world.no_secret_was_shown();
}
