//! Streams of events: what a browser is told, how often, and when its stream ends.

use super::commands::People;
use super::inside::{SESSION_KEY, StoppedTime};
use axum::body::{Body, BodyDataStream};
use futures_util::StreamExt;
use http::{HeaderMap, Request};
use oncall::web::pages_events::{NEWS_EVERY, STILL_EVERY, STREAM_TIME_MAX};
use oncall::web::session::Sessions;
use oncall::web::streams::{STREAMS_MAX, STREAMS_OF_ONE_MAX};

/// A stream, event by event.
struct Events(BodyDataStream);

impl Events {
    /// The kind and the id of the next one; `None`: the stream has ended.
    async fn next(&mut self) -> Option<(String, String)> {
        let bytes = self.0.next().await?.unwrap();
        let text = String::from_utf8(bytes.to_vec()).unwrap();
        let field = |name: &str| text.lines().find_map(|line| line.strip_prefix(name)).unwrap().to_owned();
        Some((field("event: "), field("id: ")))
    }

    async fn kind(&mut self) -> Option<String> {
        self.next().await.map(|(kind, _)| kind)
    }
}

fn cookie(people: &People, user: &str) -> String {
    let (sessions, now) = (Sessions::new(SESSION_KEY), people.inside.doors.clock.now());
    let session = sessions.sign_in(&sessions.link(user, now).unwrap(), 1, now).unwrap();
    sessions.cookie(&session, now).unwrap().split(';').next().unwrap().to_owned()
}

async fn asked(people: &People, user: &str, known: Option<&str>) -> (u16, HeaderMap, Events) {
    let request = Request::get("/events").header("cookie", cookie(people, user));
    let request = known.into_iter().fold(request, |request, id| request.header("last-event-id", id));
    let (parts, body) = people.inside.begun("192.0.2.1", request, Body::empty()).await;
    (parts.status.as_u16(), parts.headers, Events(body.into_data_stream()))
}

/// A company whose board has heard of the start, which is news of its own.
async fn company() -> People {
    let people = People::new().await;
    people.inside.doors.board.watch().wait_for(|board| board.epoch > 0).await.unwrap();
    people
}

async fn followed(people: &People) -> Events {
    let (status, headers, events) = asked(people, "sato", None).await;
    assert_eq!((status, &headers["content-type"]), (200, &"text/event-stream".parse().unwrap()));
    assert_eq!(headers["x-accel-buffering"], "no");
    events
}

#[tokio::test]
async fn a_browser_is_told_of_news_at_once_and_then_at_most_every_three_seconds() {
    let people = company().await;
    let time = StoppedTime::new();
    let mut events = followed(&people).await;
    let (first, id) = events.next().await.unwrap();
    assert_eq!(first, "still", "a page that was just made is not made again");
    people.declared("orders hang").await;
    // It is published now and then, which it would not be while time stands still, or when somebody asks.
    people.inside.doors.board.current().await;
    let (kind, newer) = events.next().await.unwrap();
    assert_eq!(kind, "news");
    assert_ne!(newer, id);
    for n in 0..20 {
        people.declared(&format!("orders hang {n}")).await;
    }
    // All of them are on the board.
    people.inside.doors.board.current().await;
    let mut next = Box::pin(events.next());
    assert!(futures_util::poll!(&mut next).is_pending(), "twenty in a moment are not told one by one");
    time.pass(NEWS_EVERY).await;
    assert_eq!(next.await.unwrap().0, "news");
}

#[tokio::test]
async fn a_stream_without_news_says_that_it_still_lives() {
    let people = company().await;
    let time = StoppedTime::new();
    let mut events = followed(&people).await;
    let (_, id) = events.next().await.unwrap();
    let mut next = Box::pin(events.next());
    assert!(futures_util::poll!(&mut next).is_pending());
    time.pass(STILL_EVERY).await;
    assert_eq!(next.await.unwrap(), ("still".to_owned(), id));
}

#[tokio::test]
async fn whoever_comes_again_hears_what_they_missed() {
    let people = company().await;
    let (_, id) = followed(&people).await.next().await.unwrap();
    let (_, _, mut same) = asked(&people, "sato", Some(&id)).await;
    assert_eq!(same.kind().await.unwrap(), "still");
    people.declared("orders hang").await;
    people.inside.doors.board.watch().wait_for(|board| board.open() > 0).await.unwrap();
    let (_, _, mut missed) = asked(&people, "sato", Some(&id)).await;
    assert_eq!(missed.kind().await.unwrap(), "news");
}

#[tokio::test]
async fn a_stream_ends_in_time_and_gives_its_place_back() {
    let people = company().await;
    let time = StoppedTime::new();
    let mut events = followed(&people).await;
    assert_eq!(people.inside.metric("oncall_streams_open"), 1);
    events.next().await.unwrap();
    let mut next = Box::pin(events.next());
    assert!(futures_util::poll!(&mut next).is_pending());
    time.pass(STREAM_TIME_MAX).await;
    // The time that ends it is looked at first.
    assert_eq!(next.await, None);
    drop(events);
    assert_eq!(people.inside.metric("oncall_streams_open"), 0);
}

#[tokio::test]
async fn it_ends_when_connections_are_told_to_end() {
    let people = company().await;
    let mut events = followed(&people).await;
    events.next().await.unwrap();
    people.inside.close();
    assert_eq!(events.next().await, None);
}

#[tokio::test]
async fn streams_are_few_and_whoever_gets_none_is_told_not_to_come_again() {
    let people = company().await;
    let mut open = Vec::new();
    for _ in 0..STREAMS_OF_ONE_MAX {
        open.push(followed(&people).await);
    }
    assert_eq!(asked(&people, "sato", None).await.0, 204, "one person has no more");
    assert_eq!(asked(&people, "kimura", None).await.0, 200, "another has");
    open.pop();
    assert_eq!(asked(&people, "sato", None).await.0, 200, "one that has ended makes room");
    const { assert!(STREAMS_MAX <= 512, "senders of alerts come first") };
}

#[tokio::test]
async fn nobody_follows_who_is_not_signed_in() {
    let people = company().await;
    let (status, headers, _) = asked(&people, "nobody", None).await;
    assert_eq!((status, &headers["location"]), (303, &"/sign-in".parse().unwrap()));
}
