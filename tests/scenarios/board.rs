//! The board: what its entries make of it is what the state says, and its pages cut nothing.

use jiff::{SignedDuration, Timestamp};
use oncall::actor::{Actor, Via};
use oncall::alert::{Action, Event, Severity};
use oncall::config::Urgency;
use oncall::incident::{AlertChange, Entry, IncidentId, Incidents, Opened, ResponseChange, State, Status};
use oncall::reason::{Rule, Why};
use oncall::server::board::{Board, CLOSED_KEPT, CLOSED_ROWS_MAX, Refill};
use oncall::server::page::{Filter, From};

/// What the entries of a day made of the board is what the state at its end says of every incident that it knows.
pub fn agrees(journal: &[Entry], state: &State) {
    let mut board = Board::default();
    journal.iter().for_each(|entry| board.apply(entry));
    let of_state = Board::of(state);
    for row in of_state.rows() {
        assert_eq!(board.get(row.id).map(|it| &**it), Some(&**row), "the row of {}", row.id);
    }
    let known = |id: IncidentId| of_state.get(id).is_some();
    assert!(board.rows().all(|row| !row.is_open() || known(row.id)), "an incident that is not open any more");
    assert_eq!((board.open(), board.seq, board.epoch), (of_state.open(), state.seq, state.epoch));
    assert_eq!(board.run_time.changed_by, state.run_time.changed_by);
    for (id, made) in &state.run_time.overrides {
        assert_eq!(board.run_time.overrides.get(id), Some(made));
    }
    every_page_is_what_a_filter_takes(&board);
}

fn every_page_is_what_a_filter_takes(board: &Board) {
    let services = board.rows().filter_map(|row| row.service.as_ref().map(ToString::to_string));
    let people =
        board.rows().flat_map(|row| row.people().into_iter().map(ToString::to_string).collect::<Vec<_>>());
    let mut filters: Vec<Filter> = vec![Filter::default(), Filter { open: true, ..Filter::default() }];
    filters.extend(services.take(2).map(|id| Filter { service: Some(id), ..Filter::default() }));
    filters.extend(people.take(2).map(|id| Filter { person: Some(id), open: true, ..Filter::default() }));
    filters.push(Filter { integration: Some("prometheus".to_owned()), ..Filter::default() });
    filters.push(Filter {
        severity: Some(Severity::Critical),
        text: Some("A".to_owned()),
        ..Filter::default()
    });
    for filter in &filters {
        let mut expected: Vec<IncidentId> =
            board.rows().filter(|row| filter.takes(row)).map(|row| row.id).collect();
        expected.reverse();
        assert_eq!(all(board, filter, From::Newest(None), 2), expected, "{filter:?}");
        let mut urgent: Vec<_> = board.rows().filter(|row| row.is_open() && filter.takes(row)).collect();
        urgent.sort_by_key(|row| (row.rank(), std::cmp::Reverse(row.id)));
        let urgent: Vec<IncidentId> = urgent.into_iter().map(|row| row.id).collect();
        assert_eq!(all(board, filter, From::Urgent(None), 3), urgent, "{filter:?}, the most urgent first");
    }
}

/// All pages of a list, one after the other.
fn all(board: &Board, filter: &Filter, from: From, limit: usize) -> Vec<IncidentId> {
    let (mut ids, mut next) = (Vec::new(), Some(from));
    while let Some(from) = next {
        let page = board.page(filter, from, limit);
        assert!(page.rows.len() <= limit && (page.next.is_none() || page.rows.len() == limit));
        ids.extend(page.rows.iter().map(|row| row.id));
        next = page.next;
    }
    ids
}

/// So many incidents of three services, one each second; each third is resolved a second after the last one opened.
fn busy_day(count: u32) -> Vec<Entry> {
    let start: Timestamp = "2026-12-08T00:00:00Z".parse().unwrap();
    let at = |seconds: u32| start + SignedDuration::from_secs(i64::from(seconds));
    let entry = |seq: u32, at, n, change: oncall::incident::Change| Entry {
        seq: u64::from(seq),
        at,
        revision: 1,
        incident: Some(IncidentId { epoch: 1, n }),
        change,
    };
    let opened = (1..=count).map(|n| entry(n, at(n), n, AlertChange::Opened(Box::new(opened(n))).into()));
    let closed = (1..=count).filter(|n| n % 3 == 0).enumerate().map(|(seq, n)| {
        let (by, via) = (Actor::User("sato".into()), Via::Web);
        let resolved = ResponseChange::Resolved { by, via, why: Why::AskedFor, event: None, reason: None };
        entry(count + 1 + u32::try_from(seq).unwrap(), at(count + 1), n, resolved.into())
    });
    opened.chain(closed).collect()
}

fn opened(n: u32) -> Opened {
    let severity = [Severity::Critical, Severity::Error, Severity::Info][n as usize % 3];
    let event = Event {
        integration: "prometheus".to_owned(),
        dedup_key: format!("disk-{n}"),
        summary: format!("disk of db{n} is full"),
        ..Event::blank(Action::Trigger)
    };
    Opened {
        event,
        service: Some(["web", "shop", "db"][n as usize % 3].into()),
        severity,
        urgency: [Urgency::High, Urgency::Low, Urgency::High][n as usize % 3],
        route_rule: Rule::from(Why::AskedFor),
        urgency_rule: Rule::from(Why::AskedFor),
        raise_at: None,
        held_back: None,
        policy: None,
        group: None,
        stale_at: None,
        mirrors: Vec::new(),
        declared: None,
        folded: None,
        idle_seconds: None,
    }
}

fn board_of(entries: &[Entry]) -> Board {
    let mut board = Board::default();
    entries.iter().for_each(|entry| board.apply(entry));
    board
}

#[test]
fn pages_by_cursor_give_every_matching_incident_once_however_many_there_are() {
    let board = board_of(&busy_day(2_000));
    let of_web = Filter { service: Some("web".to_owned()), ..Filter::default() };
    let ids = all(&board, &of_web, From::Newest(None), 100);
    let expected: Vec<u32> = (1..=2_000).rev().filter(|n| n % 3 == 0).collect();
    assert_eq!(ids.iter().map(|id| id.n).collect::<Vec<_>>(), expected);
    let ids = all(&board, &Filter::default(), From::Urgent(None), 100);
    // The last third is resolved: what is left is of shop, low, and of db, high; what is high comes first.
    let high = (1..=2_000).rev().filter(|n| n % 3 == 2);
    let expected: Vec<u32> = high.chain((1..=2_000).rev().filter(|n| n % 3 == 1)).collect();
    assert_eq!(ids.iter().map(|id| id.n).collect::<Vec<_>>(), expected);
    let text = Filter { text: Some("DB1234 ".to_owned()), ..Filter::default() };
    assert_eq!(all(&board, &text, From::Newest(None), 1), [IncidentId { epoch: 1, n: 1_234 }]);
}

#[test]
fn counts_are_of_what_there_is_by_service_status_and_urgency() {
    let board = board_of(&busy_day(300));
    assert_eq!(
        (board.count(Status::Triggered), board.count(Status::Resolved), board.open()),
        (200, 100, 200)
    );
    let of_db: Vec<_> = board.counts().filter(|(it, _)| it.service.as_deref() == Some("db")).collect();
    let [(counted, 100)] = of_db[..] else { panic!("{of_db:?}") };
    assert_eq!((counted.status, counted.urgency), (Status::Triggered, Urgency::High));
}

#[test]
fn a_copy_that_somebody_reads_stays_what_it_was() {
    let day = busy_day(600);
    let mut board = board_of(&day[..600]);
    let copy = board.clone();
    let before = all(&copy, &Filter { open: true, ..Filter::default() }, From::Newest(None), 100);
    day[600..].iter().for_each(|entry| board.apply(entry));
    assert_eq!(all(&copy, &Filter { open: true, ..Filter::default() }, From::Newest(None), 100), before);
    assert_eq!((copy.open(), board.open(), copy.seq, board.seq), (600, 400, 600, 800));
    assert!(board.changed > copy.changed);
}

#[test]
fn closed_incidents_go_when_they_are_old_or_too_many_and_open_ones_never() {
    let day = busy_day(30);
    let mut board = board_of(&day);
    assert_eq!(board.len(), 30);
    let mut later = day[0].clone();
    (later.seq, later.at) = (100, day.last().unwrap().at + CLOSED_KEPT);
    later.incident = None;
    board.apply(&later);
    assert_eq!((board.len(), board.closed_since()), (30, Some(day.last().unwrap().at)));
    later.at += SignedDuration::from_secs(1);
    board.apply(&later);
    assert_eq!((board.len(), board.open(), board.closed_since()), (20, 20, None));
    let count = u32::try_from(CLOSED_ROWS_MAX).unwrap() * 3 + 30;
    let board = board_of(&busy_day(count));
    assert_eq!(board.len(), board.open() + CLOSED_ROWS_MAX);
}

#[test]
fn a_board_that_missed_entries_is_whole_again_from_the_rows_of_the_engine() {
    let day = busy_day(1_500);
    let mut missed = board_of(&day[..200]);
    let mut engine = Incidents::default();
    day[..1_700].iter().for_each(|entry| engine.replay(entry));
    let mut after = None;
    // The engine goes on while it gives its rows, part by part; what it said then comes by the feed as well.
    for entry in &day[1_700..] {
        match missed.refill(Refill::of(engine.state(), after)) {
            Some(upto) => after = Some(upto),
            None => break,
        }
        engine.replay(entry);
    }
    day[1_650..].iter().for_each(|entry| missed.apply(entry));
    let done = engine.state().seq;
    day.iter().filter(|entry| entry.seq > done).for_each(|entry| engine.replay(entry));
    let whole = Board::of(engine.state());
    assert_eq!((missed.len(), missed.open()), (1_500, 1_000));
    for row in whole.rows() {
        assert_eq!(missed.get(row.id), Some(row));
    }
    assert_eq!(missed.count(Status::Resolved), 500);
}
