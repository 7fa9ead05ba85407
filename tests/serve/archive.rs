//! Closed incidents, long after: they are listed, searched and opened from the archive, whatever became of the journal's oldest files.

use super::commands::People;
use super::inside::StoppedTime;
use oncall::disk::append::{Append, Appended, Journal, JournalAnswer};
use oncall::disk::compaction::compact;
use oncall::disk::directory::StateDir;
use oncall::disk::{archive, keeping, recover, replay};
use oncall::incident::stored::Stored;
use oncall::incident::{Entry, IncidentId};
use oncall::journal::retention::History;
use serde_json::{Value, json};
use std::path::Path;
use std::sync::mpsc::channel;
use std::time::{Duration, SystemTime};

/// As long as closed incidents are on the board, and longer.
const LATER: Duration = Duration::from_secs(5 * 24 * 3600);
const NOTHING: History = History { age: Duration::ZERO, size: 0 };

fn ids(list: &Value) -> Vec<&str> {
    let incidents = list["incidents"].as_array().unwrap_or_else(|| panic!("{list:#}"));
    incidents.iter().map(|incident| incident["id"].as_str().unwrap()).collect()
}

async fn resolved(people: &People, summary: &str) -> String {
    let id = people.declared(summary).await;
    people.post(&format!("/v1/incidents/{id}/note"), json!({ "text": format!("about {summary}") })).await;
    people.post(&format!("/v1/incidents/{id}/resolve"), json!({})).await;
    id
}

#[tokio::test]
async fn what_closed_long_ago_is_listed_searched_and_opened() {
    let people = People::new().await;
    let (one, other) = (resolved(&people, "orders hang").await, resolved(&people, "payments fail").await);
    let open = people.declared("disk is full").await;
    // Days that pass at once are a trouble of the server's own, which no service has.
    let time = StoppedTime::new();
    time.pass(LATER).await;
    // The board forgets what is old when something happens.
    people.post(&format!("/v1/incidents/{open}/note"), json!({ "text": "still there" })).await;
    let dir = people.inside.doors.state_dir.clone();
    let (_, list) = people.get("/v1/incidents?status=resolved").await;
    assert_eq!(ids(&list), Vec::<&str>::new(), "nobody has them in memory");
    assert_eq!(archive::bring_up(&dir).unwrap(), 1);
    assert_eq!(archive::bring_up(&dir).unwrap(), 0, "nothing has happened since");
    for (query, expected) in [
        ("status=resolved", vec![&*other, &*one]),
        ("service=web", vec![&*open, &*other, &*one]),
        ("status=resolved&text=ORDERS", vec![&*one]),
        ("status=resolved&service=db", vec![]),
        ("status=resolved&person=smith", vec![&*other, &*one]),
        ("status=resolved&until=2020-01-01", vec![]),
        ("status=open&service=web", vec![&*open]),
    ] {
        let (status, list) = people.get(&format!("/v1/incidents?{query}")).await;
        assert_eq!((status, ids(&list)), (200, expected), "{query}");
        assert!(list["next_before"].is_null(), "{query}");
    }
    let (mut seen, mut before) = (Vec::new(), String::new());
    while seen.len() < 9 {
        let (_, list) = people.get(&format!("/v1/incidents?service=web&limit=1{before}")).await;
        seen.extend(ids(&list).into_iter().map(str::to_owned));
        let Some(next) = list["next_before"].as_str() else { break };
        before = format!("&before={next}");
    }
    assert_eq!(seen, [&*open, &*other, &*one], "page by page, from the board into the archive");
    let (status, shown) = people.get(&format!("/v1/incidents/{one}")).await;
    let lines: Vec<&str> =
        shown["timeline"].as_array().unwrap().iter().filter_map(|line| line["text"].as_str()).collect();
    assert_eq!((status, &shown["status"]), (200, &json!("resolved")));
    assert!(lines.iter().any(|line| line.contains("about orders hang")), "{lines:?}");
    assert_eq!(people.get("/v1/incidents/1-999").await.0, 404);
}

/// A journal of small segments that holds entries which were lived elsewhere.
struct Written {
    dir: StateDir,
    journal: Journal,
    answers: std::sync::mpsc::Receiver<JournalAnswer>,
    next: u64,
}

impl Written {
    fn begin(path: &Path) -> Written {
        let dir = StateDir::open(path, 1).unwrap();
        let loaded = dir.load((), |(), _, _| {}).unwrap();
        let (send, answers) = channel();
        let answer = move |answer| send.send(answer).unwrap();
        let journal = Journal::start(&dir, &loaded.opening, answer).unwrap();
        Written { dir, journal, answers, next: loaded.opening.next_seq }
    }

    /// Every few entries in a segment of their own.
    fn append(&mut self, entries: &[Entry]) {
        for batch in entries.chunks(3) {
            let payloads = batch.iter().map(|entry| serde_json::to_vec(entry).unwrap().into()).collect();
            self.journal.append(Append { first_seq: self.next, payloads }).unwrap();
            let answer = self.answers.recv().unwrap();
            assert!(matches!(answer.result, Appended::Durable(_)), "{answer:?}");
            self.next += batch.len() as u64;
        }
    }

    /// Deletes whatever no start needs.
    fn compact(&self) -> usize {
        let apply = |state: &mut Stored<'static>, seq, payload: &[u8]| {
            replay::apply(state, seq, payload).unwrap();
        };
        let later = SystemTime::UNIX_EPOCH + Duration::from_secs(5_000_000_000);
        let keep = |segment, last| keeping::keep(&self.dir, segment, last);
        archive::bring_up(&self.dir).unwrap();
        compact(&self.dir, Stored::default(), apply, &[], (&NOTHING, later), keep).unwrap().deleted.len()
    }

    fn closed(&self) -> Vec<IncidentId> {
        let page = archive::page(&self.dir, u64::MAX, 100, |_| true).unwrap();
        page.rows.into_iter().map(|row| row.incident.id).collect()
    }
}

#[tokio::test]
async fn what_is_open_keeps_its_whole_timeline_when_the_files_go_that_it_stands_in() {
    let people = People::new().await;
    let open: IncidentId = people.declared("disk is full").await.parse().unwrap();
    people.post(&format!("/v1/incidents/{open}/note"), json!({ "text": "the first note" })).await;
    for n in 0..6 {
        resolved(&people, &format!("orders hang {n}")).await;
    }
    let last = resolved(&people, "the last one").await;
    let lived = people.inside.doors.state_dir.clone();
    let seqs: Vec<u64> = (1..=lived.durable()).collect();
    let entries = recover::entries(&lived, &seqs, lived.durable()).unwrap();
    assert_eq!(entries.len(), seqs.len());

    let state = tempfile::tempdir().unwrap();
    let mut written = Written::begin(state.path());
    let (first, rest) = entries.split_at(entries.len() / 2);
    written.append(first);
    assert_eq!(written.compact(), 0, "one snapshot alone lets nothing go");
    written.append(rest);
    let deleted = written.compact() + written.compact();
    assert!(deleted > 0);
    archive::bring_up(&written.dir).unwrap();
    let about: Vec<u64> =
        entries.iter().filter(|entry| entry.incident == Some(open)).map(|entry| entry.seq).collect();
    let read = recover::entries(&written.dir, &about, written.next - 1).unwrap();
    assert_eq!(read.iter().map(|entry| entry.seq).collect::<Vec<_>>(), about, "no line is lost");

    // The rest is derived: what is left of it after the loss of every file is the same.
    let before = written.closed();
    assert!(before.iter().any(|id| id.to_string() == last), "{before:?}");
    for file in std::fs::read_dir(state.path().join("archive")).unwrap() {
        let path = file.unwrap().path();
        if path.extension().is_some_and(|it| it == "closed") {
            std::fs::remove_file(path).unwrap();
        }
    }
    assert_eq!(written.closed(), []);
    archive::bring_up(&written.dir).unwrap();
    assert_eq!(written.closed(), before);
}

#[tokio::test]
async fn what_was_opened_again_is_no_longer_among_the_closed() {
    let people = People::new().await;
    let id: IncidentId = resolved(&people, "orders hang").await.parse().unwrap();
    let dir = people.inside.doors.state_dir.clone();
    archive::bring_up(&dir).unwrap();
    assert!(archive::find(&dir, id).unwrap().is_some());
    people.post(&format!("/v1/incidents/{id}/reopen"), json!({})).await;
    archive::bring_up(&dir).unwrap();
    assert_eq!(archive::find(&dir, id).unwrap(), None);
    let seqs: Vec<u64> = (1..=dir.durable()).collect();
    let entries = recover::entries(&dir, &seqs, dir.durable()).unwrap();
    // The same where its end and its new beginning stand in different files.
    let state = tempfile::tempdir().unwrap();
    let mut written = Written::begin(state.path());
    written.append(&entries);
    archive::bring_up(&written.dir).unwrap();
    assert_eq!((written.closed(), archive::find(&written.dir, id).unwrap()), (vec![], None));
}
