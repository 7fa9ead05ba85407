//! What is stored outlives the code: a snapshot of a filled state, and the journal of a day as 0.1 wrote it.
//!
//! `UPDATE_STORED=1` writes what is missing. A journal of a release is added to and never rewritten; a snapshot that changed
//! asks for the next number of the layout in `src/incident/stored.rs`.

use crate::world::World;
use oncall::incident::stored::{LAYOUT, Stored};
use oncall::incident::{Entry, Incidents, Status};
use std::fs;
use std::path::{Path, PathBuf};

/// A day on which most things happen: groups, silences, calls that ring out, answers, a crash, a reload, a rise.
const DAY: &str = "
    --- services/web.yaml
    name: Web
    escalation_policy: team
    acknowledgement_timeout: 30m
    auto_resolve_after: 8h
    group: { by: [labels.cluster], within: 10m }
    inform: [{ after: 5m, user: kimura, by: slack }]
    jira: { project: OPS }
    --- silences/night.yaml
    - { when: { labels.env: staging }, from: 2026-12-08 00:00, until: 2026-12-08 06:00, reason: load test }
    === other
    --- schedules/primary.yaml
    name: Primary
    layers: [{ name: always, members: [sato] }]
    === day
    02:00 alert a warning cluster=x id=m1 at=01:59
    02:00:10 alert b critical cluster=x
    02:01 alert quiet critical env=staging
    02:02 press tanaka 4
    02:03 change a
    02:04 config other
    02:05 crash
    02:06 start
    02:07 alert c critical
    02:09 reassign tanaka to suzuki c
    02:20 resolve c
    02:21 resolve unheard-of
    02:22 alert d critical
    02:23 escalate suzuki d
    02:24 end";

fn folder() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/journals")
}

fn played() -> World {
    let (mut world, day) = World::new(DAY);
    world.live(&day);
    world
}

fn update() -> bool {
    std::env::var_os("UPDATE_STORED").is_some()
}

#[test]
fn a_snapshot_of_this_layout_has_not_changed() {
    let world = played();
    let bytes = postcard::to_stdvec(&Stored::from(world.incidents.state())).unwrap();
    let file = folder().join(format!("snapshot-{LAYOUT}.bin"));
    if update() && !file.exists() {
        fs::write(&file, &bytes).unwrap();
    }
    let golden = fs::read(&file).unwrap();
    assert!(
        golden == bytes,
        "the layout of the state changed: raise LAYOUT in src/incident/stored.rs (a number is never used again) and run \
         UPDATE_STORED=1 cargo test --test scenarios stored. {} stays, and stays readable, if a release wrote that layout; \
         otherwise delete it",
        file.display()
    );
    let read = postcard::from_bytes::<Stored>(&golden).unwrap().into_state();
    assert_eq!(&read, world.incidents.state());
}

#[test]
fn the_snapshots_of_every_release_are_read_and_page_on() {
    let files = fs::read_dir(folder()).unwrap().map(|file| file.unwrap().path());
    let snapshots: Vec<PathBuf> =
        files.filter(|path| path.extension().is_some_and(|it| it == "bin")).collect();
    assert!(!snapshots.is_empty());
    for file in snapshots {
        let read = postcard::from_bytes::<Stored>(&fs::read(&file).unwrap());
        let state = read.unwrap_or_else(|error| panic!("{}: {error}", file.display())).into_state();
        let at = state.at;
        assert!(Incidents::new(state).next_deadline(at).is_some(), "{}: it pages on", file.display());
    }
}

#[test]
fn another_layout_is_refused_by_its_number() {
    let world = played();
    let mut bytes = postcard::to_stdvec(&Stored::from(world.incidents.state())).unwrap();
    bytes[0] = 99;
    let error = postcard::from_bytes::<Stored>(&bytes);
    assert!(error.is_err(), "a layout that is not ours was read");
}

#[test]
fn the_journals_of_every_release_are_replayed_and_page_on() {
    let own = folder().join("0.1/a-day.jsonl");
    if update() && !own.exists() {
        let lines: Vec<String> =
            played().journal.iter().map(|entry| serde_json::to_string(entry).unwrap()).collect();
        fs::write(&own, lines.join("\n") + "\n").unwrap();
    }
    let mut files: Vec<PathBuf> =
        fs::read_dir(folder().join("0.1")).unwrap().map(|file| file.unwrap().path()).collect();
    files.sort();
    assert!(!files.is_empty());
    for file in files {
        let mut incidents = Incidents::default();
        for (number, line) in fs::read_to_string(&file).unwrap().lines().enumerate() {
            let entry: Entry = serde_json::from_str(line)
                .unwrap_or_else(|error| panic!("{}:{}: {error}", file.display(), number + 1));
            incidents.replay(&entry);
        }
        let state = incidents.state();
        let open = state.incidents.values().filter(|it| it.status == Status::Triggered && it.pages());
        assert!(open.count() > 0, "{}: something pages", file.display());
        assert!(incidents.next_deadline(state.at).is_some(), "{}: it pages on", file.display());
    }
}
