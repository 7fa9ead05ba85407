//! `GET /v1/entries?after=<seq>`: the journal's entries as JSON lines, for whoever may `export`.
//!
//! Read from the disk behind the engine, a bounded part at a time: the last line's `seq` is the next `after`, and nothing after it
//! is an empty answer. Numbers of which the disk has lost the entry are a line of their own. What is older than what is kept is a
//! 410 that says where the journal begins.

use super::api::{authorized, problem};
use super::doors::Shared;
use super::wish::Query;
use crate::config::Right;
use crate::disk::entries::{After, entries_after};
use axum::Json;
use axum::body::Body;
use axum::extract::State;
use axum::http::{HeaderMap, StatusCode, Uri, header};
use axum::response::{IntoResponse, Response};
use serde_json::json;

/// The number after which to ask next.
const NEXT: &str = "oncall-next-after";
/// How many entries one answer holds, and how many where nothing is said.
pub const ENTRIES_MAX: u64 = 1_000;

pub async fn list(State(doors): Shared, headers: HeaderMap, uri: Uri) -> Response {
    if let Err(refused) = authorized(&doors, &headers, Right::Export) {
        return refused;
    }
    let (after, limit) = match asked(&uri) {
        Ok(asked) => asked,
        Err(why) => return problem(StatusCode::BAD_REQUEST, &why),
    };
    // Entries that leave while the disk fails are not on it: they come when they are.
    let (directory, durable) = (doors.state_dir.clone(), doors.board.current().await.seq);
    let read = doors.reads.make(move || entries_after(&directory, after, durable, limit)).await;
    match read {
        Err(busy) => busy,
        Ok(Err(error)) => problem(StatusCode::INTERNAL_SERVER_ERROR, &format!("{error:#}")),
        Ok(Ok(After::Older { first })) => {
            let why = format!("entries up to {after} are kept no longer: the journal begins with {first}");
            let body = json!({ "error": why, "first": first, "after": first.saturating_sub(1) });
            (StatusCode::GONE, Json(body)).into_response()
        }
        Ok(Ok(After::Lines { text, last })) => {
            let kind = [(header::CONTENT_TYPE, "application/jsonl")];
            ([(NEXT, last.to_string())], kind, Body::from(text)).into_response()
        }
    }
}

fn asked(uri: &Uri) -> Result<(u64, u64), String> {
    let query = Query::read(uri, &["after", "limit"])?;
    let number = |name: &str, default: u64| {
        query.get(name).map_or(Ok(default), |text| {
            text.parse().map_err(|_| format!("`{name}`: `{text}` is not a number"))
        })
    };
    let (after, limit) = (number("after", 0)?, number("limit", ENTRIES_MAX)?);
    match (1..=ENTRIES_MAX).contains(&limit) {
        true => Ok((after, limit)),
        false => Err(format!("`limit`: {limit} is not from 1 to {ENTRIES_MAX}")),
    }
}
