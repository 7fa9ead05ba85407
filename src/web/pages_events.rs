//! Tells open pages at once that something is new: one stream of events for each browser.
//!
//! An event holds nothing but that there is news: the page asks for itself again, and is shown what its reader may see now. Streams are
//! few, beside what monitors may connect, and end with the session, in time, and when the server stops. Whoever gets none asks every
//! 15 seconds, as without script.

use super::doors::{Doors, Shared};
use super::guest::Guest;
use super::visitor::Visitor;
use crate::server::board::Board;
use crate::server::live::Live;
use axum::body::Body;
use axum::extract::State;
use axum::http::{HeaderMap, HeaderName, StatusCode, header};
use axum::response::{IntoResponse, Response};
use bytes::Bytes;
use futures_util::stream;
use std::convert::Infallible;
use std::pin::Pin;
use std::sync::Arc;
use std::time::Duration;
use tokio::sync::watch;
use tokio::time::{Sleep, sleep};

/// How long one lasts: less than a connection. The browser comes again.
pub const STREAM_TIME_MAX: Duration = Duration::from_mins(9);
/// The least time between two events: in a storm everything is new all the time.
pub const NEWS_EVERY: Duration = Duration::from_secs(3);
/// After how long without news a stream says that it still lives, so that nobody between ends it.
pub const STILL_EVERY: Duration = Duration::from_secs(15);
/// After how many milliseconds a browser comes again whose stream has ended.
const COMES_AGAIN_AFTER: u32 = 5_000;

/// One of the streams, until it is dropped.
struct Place {
    doors: Arc<Doors>,
    of: String,
}

impl Place {
    fn take(doors: &Arc<Doors>, of: &str) -> Option<Place> {
        let all = doors.streams.take(of)?;
        doors.metrics.streams.set(i64::try_from(all).unwrap_or(i64::MAX));
        Some(Place { doors: doors.clone(), of: of.to_owned() })
    }
}

impl Drop for Place {
    fn drop(&mut self) {
        let all = self.doors.streams.give_back(&self.of);
        self.doors.metrics.streams.set(i64::try_from(all).unwrap_or(i64::MAX));
    }
}

/// `GET /events`: a stream for whoever may look.
pub async fn follow(State(doors): Shared, guest: Guest, headers: HeaderMap) -> Response {
    let Some(place) = Place::take(&doors, guest.who.named()) else {
        // A browser that is answered so does not come again: its pages ask by themselves.
        return StatusCode::NO_CONTENT.into_response();
    };
    let known = headers.get("last-event-id").and_then(|id| id.to_str().ok()).map(str::to_owned);
    let follower = Follower {
        board: doors.board.watch(),
        live: doors.live.clone(),
        closing: doors.closing.clone(),
        ends: Box::pin(sleep(STREAM_TIME_MAX)),
        quiet: None,
        told: None,
        generation: guest.live.config.organisation.web.session_generation,
        known,
        place,
    };
    let head = [
        (header::CONTENT_TYPE, "text/event-stream"),
        (header::CACHE_CONTROL, "no-store"),
        // nginx would gather what should arrive now.
        (HeaderName::from_static("x-accel-buffering"), "no"),
    ];
    let body = Body::from_stream(stream::unfold(follower, async |mut follower| {
        let event = follower.next().await?;
        Some((Ok::<_, Infallible>(Bytes::from(event)), follower))
    }));
    (head, body).into_response()
}

/// A browser that follows.
struct Follower {
    place: Place,
    board: watch::Receiver<Arc<Board>>,
    live: watch::Receiver<Option<Arc<Live>>>,
    closing: watch::Receiver<bool>,
    ends: Pin<Box<Sleep>>,
    /// It was told of news a moment ago, and hears of more when this is over.
    quiet: Option<Pin<Box<Sleep>>>,
    /// What it was told last; `None`: it has just come.
    told: Option<String>,
    /// The sessions that counted when it came.
    generation: u32,
    /// What it knew when it came.
    known: Option<String>,
}

impl Follower {
    /// What it is told next; `None`: the stream ends.
    async fn next(&mut self) -> Option<String> {
        let Some(told) = self.told.clone() else {
            let id = self.newest();
            let name = if self.known.as_ref().is_some_and(|known| *known != id) { "news" } else { "still" };
            self.told = Some(id.clone());
            return Some(format!("retry: {COMES_AGAIN_AFTER}\n{}", event(name, &id)));
        };
        let still = sleep(STILL_EVERY);
        tokio::pin!(still);
        loop {
            let may_tell = self.quiet.is_none();
            let is_still = tokio::select! {
                biased;
                _ = self.closing.wait_for(|closing| *closing) => return None,
                () = &mut self.ends => return None,
                changed = self.board.changed(), if may_tell => changed.map(|()| false).ok()?,
                changed = self.live.changed(), if may_tell => changed.map(|()| false).ok()?,
                () = passed(&mut self.quiet), if !may_tell => false,
                () = &mut still => true,
            };
            if is_still {
                return self.may_look().then(|| event("still", &told));
            }
            let id = self.newest();
            if id != told {
                self.quiet = Some(Box::pin(sleep(NEWS_EVERY)));
                self.told = Some(id.clone());
                return self.may_look().then(|| event("news", &id));
            }
        }
    }

    /// Names what there is to be seen now: another name, something new.
    fn newest(&mut self) -> String {
        let stamp = self.live.borrow_and_update().as_ref().map(|live| live.stamp.to_string());
        let board = self.board.borrow_and_update();
        format!("{}-{}-{}-{}", board.epoch, board.refills, board.changed, stamp.unwrap_or_default())
    }

    /// Whether the config in force still lets them in.
    fn may_look(&self) -> bool {
        let now = self.place.doors.clock.now();
        let live = self.live.borrow();
        live.as_ref().is_some_and(|live| {
            let config = &live.config;
            let counts = config.organisation.web.session_generation == self.generation;
            counts && Visitor::of(config, &self.place.of, now).is_some()
        })
    }
}

/// Until a wait is over, which then is none any more.
async fn passed(wait: &mut Option<Pin<Box<Sleep>>>) {
    if let Some(until) = wait {
        until.await;
        *wait = None;
    }
}

fn event(name: &str, id: &str) -> String {
    format!("event: {name}\nid: {id}\ndata: {name}\n\n")
}
