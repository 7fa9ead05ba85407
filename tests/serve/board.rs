//! What people's tools read from the board: lists with filters and cursors, what is new since, and a board that was too slow.

use super::commands::People;
use super::world::secret;
use axum::body::Body;
use http::Request;
use oncall::actor::{Actor, Via};
use oncall::incident::{Entry, IncidentId, Incidents, ResponseChange};
use oncall::server::board::{Board, Refill};
use oncall::server::feed::{BATCHES_MAX, Feed};
use oncall::server::inbox::{FIRST_MAX, Inbox, Message};
use oncall::server::keeping::Keeper;
use oncall::server::metrics::Metrics;
use serde_json::{Value, json};
use std::sync::Arc;
use tokio::sync::mpsc;

fn ids(list: &Value) -> Vec<&str> {
    let incidents = list["incidents"].as_array().unwrap_or_else(|| panic!("{list:#}"));
    incidents.iter().map(|incident| incident["id"].as_str().unwrap()).collect()
}

#[tokio::test]
async fn whatever_was_answered_is_in_the_list_that_is_asked_for_next() {
    let people = People::new().await;
    for n in 0..20 {
        let id = people.declared(&format!("orders hang {n}")).await;
        let (_, list) = people.get("/v1/incidents?status=triggered").await;
        assert_eq!(ids(&list)[0], id, "{list:#}");
        people.post(&format!("/v1/incidents/{id}/resolve"), json!({})).await;
        let (_, list) = people.get("/v1/incidents?status=open").await;
        assert_eq!((ids(&list), &list["counts"]["triggered"]), (Vec::new(), &json!(0)), "{list:#}");
    }
}

#[tokio::test]
async fn lists_are_filtered_by_person_text_and_time_and_say_every_time_of_an_incident() {
    let people = People::new().await;
    let (one, other) = (people.declared("orders hang").await, people.declared("payments fail").await);
    people.post(&format!("/v1/incidents/{other}/reassign"), json!({ "user": "kimura" })).await;
    people.post(&format!("/v1/incidents/{one}/acknowledge"), json!({})).await;
    let (_, shown) = people.get(&format!("/v1/incidents/{one}")).await;
    let opened = shown["opened_at"].as_str().unwrap();
    for (query, expected) in [
        ("text=PAYMENTS".to_owned(), vec![&*other]),
        ("text=hang&status=acknowledged".to_owned(), vec![&*one]),
        ("text=nothing-like-it".to_owned(), vec![]),
        ("person=kimura".to_owned(), vec![&*other]),
        ("integration=people".to_owned(), vec![&*other, &*one]),
        (format!("until={opened}"), vec![]),
        (format!("from={opened}"), vec![&*other, &*one]),
        ("order=urgent".to_owned(), vec![&*other, &*one]),
    ] {
        let (status, list) = people.get(&format!("/v1/incidents?{query}")).await;
        assert_eq!(status, 200, "{query}: {list}");
        assert_eq!(ids(&list), expected, "{query}");
    }
    let resolved = people.post(&format!("/v1/incidents/{one}/resolve"), json!({})).await;
    assert_eq!(resolved.0, 200);
    let (_, list) = people.get("/v1/incidents?status=resolved").await;
    let row = &list["incidents"][0];
    for time in ["opened_at", "first_acknowledged_at", "acknowledged_at", "resolved_at"] {
        assert!(row[time].is_string(), "{time}: {row:#}");
    }
    let order =
        [&row["opened_at"], &row["acknowledged_at"], &row["resolved_at"]].map(|it| it.as_str().unwrap());
    assert!(order.is_sorted(), "{order:?}");
    for (query, word) in [
        ("person=nobody", "no user `nobody`"),
        ("integration=none", "no integration `none`"),
        ("order=random", "newest, urgent"),
        ("order=urgent&status=resolved", "open incidents"),
        ("before=1.x&order=urgent", "next_before"),
        ("limit=0", "1 to 100"),
        ("from=2026-12-05&until=2026-12-04", "`until` is not after"),
        ("persn=kimura", "did you mean `person`"),
    ] {
        let (status, answer) = people.get(&format!("/v1/incidents?{query}")).await;
        let error = answer["error"].as_str().unwrap_or_default();
        assert!(status == 400 && error.contains(word), "{query}: {status} {answer}");
    }
}

#[tokio::test]
async fn a_cursor_goes_on_exactly_where_there_is_more() {
    let people = People::new().await;
    let mut opened = Vec::new();
    for n in 0..7 {
        opened.insert(0, people.declared(&format!("orders hang {n}")).await);
    }
    for order in ["newest", "urgent"] {
        let (mut seen, mut before) = (Vec::new(), String::new());
        for page in 0.. {
            let (_, list) = people.get(&format!("/v1/incidents?order={order}&limit=3{before}")).await;
            seen.extend(ids(&list).into_iter().map(str::to_owned));
            assert_eq!(list["next_before"].is_null(), page == 2, "{list:#}");
            let Some(next) = list["next_before"].as_str() else { break };
            before = format!("&before={next}");
        }
        assert_eq!(seen, opened, "{order}");
    }
}

#[tokio::test]
async fn who_has_the_list_already_is_told_that_nothing_is_new() {
    let people = People::new().await;
    people.declared("orders hang").await;
    let ask = async |known: Option<&str>| {
        let token = format!("Bearer {}", secret("API_TOKEN"));
        let mut request = Request::get("/v1/incidents").header("authorization", token);
        if let Some(known) = known {
            request = request.header("if-none-match", known);
        }
        people.inside.ask("198.51.100.1", request, Body::empty()).await
    };
    // The page that leaves by itself changes the list once more.
    let (_, mut tag) = (people.declared("payments fail").await, String::new());
    for _ in 0..50 {
        let said = ask(None).await;
        let newest = said.header("etag").unwrap().to_owned();
        if newest == tag {
            break;
        }
        tag = newest;
        tokio::task::yield_now().await;
    }
    let unchanged = ask(Some(&tag)).await;
    assert_eq!((unchanged.status, unchanged.body.len(), unchanged.header("etag")), (304, 0, Some(&*tag)));
    people.declared("search is slow").await;
    let changed = ask(Some(&tag)).await;
    assert_eq!(changed.status, 200);
    assert_ne!(changed.header("etag"), Some(&*tag));
}

/// Entries as somebody would take and give back an incident.
fn entries(journal: &[Entry], more: u64) -> Vec<Entry> {
    let last = journal.last().unwrap();
    let id = IncidentId { epoch: 1, n: 1 };
    let (by, via) = (Actor::User("sato".into()), Via::Web);
    let note = |seq| {
        let (by, text) = (by.clone(), format!("note {seq}"));
        let change = ResponseChange::Noted { text, by, via }.into();
        Entry { seq, incident: Some(id), change, ..last.clone() }
    };
    let taken = |seq| {
        let (until, snoozed, quiet_seconds, event) = (None, false, None, None);
        let by = by.clone();
        let change = ResponseChange::Acknowledged { by, via, until, snoozed, quiet_seconds, event }.into();
        Entry { seq, incident: Some(id), change, ..last.clone() }
    };
    (1..=more).map(|n| if n == 1 { taken(last.seq + n) } else { note(last.seq + n) }).collect()
}

#[tokio::test]
async fn a_board_that_was_too_slow_asks_the_engine_for_its_rows() {
    let journal = include_str!("../journals/0.1/a-day.jsonl");
    let journal: Vec<Entry> = journal.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    let mut engine = Incidents::default();
    let upto = journal.iter().position(|entry| entry.incident.is_some()).unwrap() + 1;
    journal[..upto].iter().for_each(|entry| engine.replay(entry));
    let (first, mut asked) = mpsc::channel(FIRST_MAX);
    let inbox = Inbox { first, alerts: mpsc::channel(1).0 };
    let (feed, metrics) = (Feed::new(), Arc::new(Metrics::new()));
    let (keeper, boards) = Keeper::of(engine.state(), &feed, inbox, metrics.clone());
    let keeping = tokio::spawn(keeper.keep(feed.reader(engine.state().seq)));
    // More than waits for the slowest: the acknowledgement goes by.
    let more = entries(&journal[..upto], BATCHES_MAX as u64 + 10);
    let last = more.last().unwrap().seq;
    feed.releases(last);
    for entry in more {
        engine.replay(&entry);
        feed.publish(vec![entry]);
    }
    let state = engine.state().clone();
    let answering = tokio::spawn(async move {
        while let Some(Message::Rows { after, answer }) = asked.recv().await {
            let _ = answer.send(Refill::of(&state, after));
        }
    });
    let board = boards.current().await;
    assert_eq!(board.seq, last);
    let row = board.get(IncidentId { epoch: 1, n: 1 }).unwrap();
    assert_eq!(Some(row), Board::of(engine.state()).get(row.id));
    assert!(row.acknowledgement.is_some(), "{row:?}");
    assert!(metrics.render().contains("oncall_entries_missed_total{reader=\"board\"}"));
    drop(feed);
    keeping.await.unwrap();
    answering.await.unwrap();
}
