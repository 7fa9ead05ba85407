//! A config and a day -> the calendars that people subscribe to, read back by a reader written apart; and the tokens
//! that open them.

#![allow(clippy::unwrap_used, reason = "in a test a panic is the finding, in its helpers too")]

mod reader;

use jiff::{SignedDuration, Timestamp, ToSpan};
use oncall::compile::{Tree, compile};
use oncall::config::{CalendarId, Config, Secret, SecretSource, Secrets};
use oncall::preview::calendar::{FUTURE, PAST, calendar};
use oncall::preview::ical;
use reader::{Read, ReadEvent, read};
use std::collections::{BTreeMap, BTreeSet};

/// Two weekly rotations, a trainee by day, somebody who is always there, a day off, an override.
const FILES: [(&str, &str); 10] = [
    (
        "oncall.yaml",
        "time_zone: Asia/Tokyo
language: en
fallback: team
public_url: https://oncall.example.com
calendar_secret: [{ env: NEW }, { env: OLD }]
providers:
  twilio: { account_sid: AC0, auth_token: { env: TWILIO }, from: \"+815012345678\" }
",
    ),
    ("users/tanaka.yaml", "name: 田中 太郎\nlanguage: ja\nphone: \"+819000000001\"\n"),
    (
        "users/suzuki.yaml",
        "name: Suzuki\nphone: \"+819000000002\"\ntime_off: [{ from: 2026-12-16 13:00, until: 2026-12-16 18:00 }]\n",
    ),
    ("users/sato.yaml", "name: Sato\nphone: \"+819000000003\"\nleft: 2027-03-01\n"),
    ("users/ito.yaml", "name: Ito\nphone: \"+819000000004\"\n"),
    (
        "schedules/web/primary.yaml",
        "name: Web
layers:
  - name: weekly
    rotation:
      every: 1 week
      handoff: mon 10:00
      line_ups: [{ from: 2026-10-05, members: [tanaka, suzuki, sato] }]
  - { name: trainee, shadow: true, members: [ito], during: { days: mon-fri, from: 10:00, until: 18:00 } }
",
    ),
    (
        "schedules/db.yaml",
        "name: Database
layers:
  - { name: always, members: [ito] }
  - name: nights
    rotation: { every: 1 day, handoff: 20:00, line_ups: [{ from: 2026-12-01, members: [tanaka, nobody] }] }
    during: { days: mon-fri, from: 20:00, until: 08:00 }
",
    ),
    ("schedules/boss.yaml", "name: Boss\nlayers: [{ name: always, members: [sato, ito] }]\n"),
    (
        "overrides/december.yaml",
        "- { schedule: web/primary, from: 2026-12-09 10:00, until: 2026-12-10 10:00, with: [ito, sato], reason: Sale }
- { schedule: web/primary, from: 2026-12-12 10:00, until: 2026-12-12 20:00, with: nobody }
",
    ),
    ("escalation-policies/team.yaml", "steps: [{ notify: [{ schedule: web/primary }, { user: tanaka }], wait: 5m }]\n"),
];

fn config_with(changes: &[(&str, &str)]) -> Config {
    let files = FILES.iter().chain(changes);
    let files = files.map(|(path, text)| ((*path).to_owned(), text.as_bytes().to_vec())).collect();
    let compiled = compile(&Tree { files, ..Tree::default() });
    compiled.config.unwrap_or_else(|| panic!("{:#?}", compiled.diagnostics))
}

fn at(text: &str) -> Timestamp {
    text.parse().unwrap()
}

fn schedule(id: &str) -> CalendarId {
    CalendarId::Schedule(id.into())
}

fn user(id: &str) -> CalendarId {
    CalendarId::User(id.into())
}

/// The calendar as it is served at an instant.
fn served(config: &Config, id: &CalendarId, now: Timestamp) -> Read {
    read(&ical::text(&calendar(config, id, now - PAST, now + FUTURE), now))
}

/// One line for each event that touches December 7 to 20: local times, summary, description.
fn told(events: &[ReadEvent]) -> String {
    let (from, until) = (at("2026-12-07T00:00+09:00"), at("2026-12-20T00:00+09:00"));
    let events = events.iter().filter(|event| event.end > from && event.start < until);
    let lines = events.map(|event| {
        let local = |at: Timestamp| at.in_tz("Asia/Tokyo").unwrap().strftime("%d %H:%M").to_string();
        let description = event.description.replace('\n', " | ");
        format!("{}-{}  {}  [{description}]", local(event.start), local(event.end), event.summary)
    });
    lines.collect::<Vec<_>>().join("\n")
}

#[test]
fn a_schedule_tells_who_by_which_rule_until_when_and_who_is_next() {
    let config = config_with(&[]);
    let read = served(&config, &schedule("web/primary"), at("2026-12-01T00:00:00Z"));
    insta::assert_snapshot!(told(&read.events), @"
    30 10:00-07 10:00  Web: Sato  [On call: Sato | Shadow for part of the time: Ito | By layer weekly, schedules/web/primary.yaml:7 | Until Mon 7 Dec 10:00 JST, then 田中 太郎]
    07 10:00-09 10:00  Web: 田中 太郎  [On call: 田中 太郎 | Shadow for part of the time: Ito | By layer weekly, schedules/web/primary.yaml:7 | Until Wed 9 Dec 10:00 JST, then Ito, Sato]
    09 10:00-10 10:00  Web: Ito, Sato  [On call: Ito, Sato | By override overrides/december.yaml:1: Sale | Until Thu 10 Dec 10:00 JST, then 田中 太郎]
    10 10:00-12 10:00  Web: 田中 太郎  [On call: 田中 太郎 | Shadow for part of the time: Ito | By layer weekly, schedules/web/primary.yaml:7 | Until Sat 12 Dec 10:00 JST, then nobody]
    12 20:00-14 10:00  Web: 田中 太郎  [On call: 田中 太郎 | By layer weekly, schedules/web/primary.yaml:7 | Until Mon 14 Dec 10:00 JST, then Suzuki]
    14 10:00-16 13:00  Web: Suzuki  [On call: Suzuki | Shadow for part of the time: Ito | By layer weekly, schedules/web/primary.yaml:7 | Until Wed 16 Dec 13:00 JST, then Sato]
    16 13:00-16 18:00  Web: Sato  [On call: Sato | Shadow: Ito | By layer weekly, schedules/web/primary.yaml:7 | Turn of Suzuki (away) | Until Wed 16 Dec 18:00 JST, then Suzuki]
    16 18:00-21 10:00  Web: Suzuki  [On call: Suzuki | Shadow for part of the time: Ito | By layer weekly, schedules/web/primary.yaml:7 | Until Mon 21 Dec 10:00 JST, then Sato]
    ");
    let expected = [
        ("METHOD", "PUBLISH"),
        ("NAME", "Web"),
        ("PRODID", "-//oncall//oncall//EN"),
        ("REFRESH-INTERVAL;VALUE=DURATION", "PT1H"),
        ("VERSION", "2.0"),
        ("X-PUBLISHED-TTL", "PT1H"),
        ("X-WR-CALNAME", "Web"),
    ];
    assert_eq!(read.properties, expected.map(|(name, value)| (name.to_owned(), value.to_owned())).into());
}

#[test]
fn a_person_has_their_own_part_of_every_schedule_in_their_language() {
    let config = config_with(&[]);
    let now = at("2026-12-01T00:00:00Z");
    let tanaka = served(&config, &user("tanaka"), now);
    assert_eq!(tanaka.properties["X-WR-CALNAME"], "オンコール（田中 太郎）");
    insta::assert_snapshot!(told(&tanaka.events), @"
    07 10:00-09 10:00  オンコール: Web  [担当: 田中 太郎 | シャドー（一部の時間）: Ito | 根拠: レイヤー weekly、schedules/web/primary.yaml:7 | 12月9日（水）10:00 JST まで、次の担当: Ito、Sato]
    07 20:00-08 08:00  オンコール: Database  [担当: 田中 太郎 | 根拠: レイヤー nights、schedules/db.yaml:5 | 12月8日（火）08:00 JST まで、次の担当: Ito]
    09 20:00-10 08:00  オンコール: Database  [担当: 田中 太郎 | 根拠: レイヤー nights、schedules/db.yaml:5 | 12月10日（木）08:00 JST まで、次の担当: Ito]
    10 10:00-12 10:00  オンコール: Web  [担当: 田中 太郎 | シャドー（一部の時間）: Ito | 根拠: レイヤー weekly、schedules/web/primary.yaml:7 | 12月12日（土）10:00 JST まで、次の担当: なし]
    11 20:00-12 08:00  オンコール: Database  [担当: 田中 太郎 | 根拠: レイヤー nights、schedules/db.yaml:5 | 12月12日（土）08:00 JST まで、次の担当: Ito]
    12 20:00-14 10:00  オンコール: Web  [担当: 田中 太郎 | 根拠: レイヤー weekly、schedules/web/primary.yaml:7 | 12月14日（月）10:00 JST まで、次の担当: Suzuki]
    15 20:00-16 08:00  オンコール: Database  [担当: 田中 太郎 | 根拠: レイヤー nights、schedules/db.yaml:5 | 12月16日（水）08:00 JST まで、次の担当: Ito]
    17 20:00-18 08:00  オンコール: Database  [担当: 田中 太郎 | 根拠: レイヤー nights、schedules/db.yaml:5 | 12月18日（金）08:00 JST まで、次の担当: Ito]
    ");
    insta::assert_snapshot!(told(&served(&config, &user("ito"), now).events), @"
    01 00:00-01 00:00  On call: Boss  [On call: Ito, Sato | By layer always, schedules/boss.yaml:2 | Goes on after Fri 1 Jan 00:00 JST]
    04 08:00-07 20:00  On call: Database  [On call: Ito | By layer always, schedules/db.yaml:3 | Until Mon 7 Dec 20:00 JST, then 田中 太郎]
    07 10:00-07 18:00  Shadow: Web  [On call: 田中 太郎 | By layer trainee, schedules/web/primary.yaml:8 | Until Mon 7 Dec 18:00 JST]
    08 08:00-09 20:00  On call: Database  [On call: Ito | By layer always, schedules/db.yaml:3 | Until Wed 9 Dec 20:00 JST, then 田中 太郎]
    08 10:00-08 18:00  Shadow: Web  [On call: 田中 太郎 | By layer trainee, schedules/web/primary.yaml:8 | Until Tue 8 Dec 18:00 JST]
    09 10:00-10 10:00  On call: Web  [On call: Ito, Sato | By override overrides/december.yaml:1: Sale | Until Thu 10 Dec 10:00 JST, then 田中 太郎]
    10 08:00-11 20:00  On call: Database  [On call: Ito | By layer always, schedules/db.yaml:3 | Until Fri 11 Dec 20:00 JST, then 田中 太郎]
    10 10:00-10 18:00  Shadow: Web  [On call: 田中 太郎 | By layer trainee, schedules/web/primary.yaml:8 | Until Thu 10 Dec 18:00 JST]
    11 10:00-11 18:00  Shadow: Web  [On call: 田中 太郎 | By layer trainee, schedules/web/primary.yaml:8 | Until Fri 11 Dec 18:00 JST]
    12 08:00-15 20:00  On call: Database  [On call: Ito | By layer always, schedules/db.yaml:3 | Until Tue 15 Dec 20:00 JST, then 田中 太郎]
    14 10:00-14 18:00  Shadow: Web  [On call: Suzuki | By layer trainee, schedules/web/primary.yaml:8 | Until Mon 14 Dec 18:00 JST]
    15 10:00-15 18:00  Shadow: Web  [On call: Suzuki | By layer trainee, schedules/web/primary.yaml:8 | Until Tue 15 Dec 18:00 JST]
    16 08:00-17 20:00  On call: Database  [On call: Ito | By layer always, schedules/db.yaml:3 | Until Thu 17 Dec 20:00 JST, then 田中 太郎]
    16 10:00-16 18:00  Shadow: Web  [On call: Sato, Suzuki | By layer trainee, schedules/web/primary.yaml:8 | Until Wed 16 Dec 18:00 JST]
    17 10:00-17 18:00  Shadow: Web  [On call: Suzuki | By layer trainee, schedules/web/primary.yaml:8 | Until Thu 17 Dec 18:00 JST]
    18 08:00-21 20:00  On call: Database  [On call: Ito | By layer always, schedules/db.yaml:3 | Until Mon 21 Dec 20:00 JST, then 田中 太郎]
    18 10:00-18 18:00  Shadow: Web  [On call: Suzuki | By layer trainee, schedules/web/primary.yaml:8 | Until Fri 18 Dec 18:00 JST]
    ");
}

#[test]
fn somebody_without_a_shift_has_an_empty_calendar() {
    let config = config_with(&[("users/mori.yaml", "name: Mori\nphone: \"+819000000009\"\n")]);
    let read = served(&config, &user("mori"), at("2026-12-01T00:00:00Z"));
    assert_eq!((&*read.properties["NAME"], read.events.len()), ("Mori on call", 0));
}

/// Every calendar says at each hour of its range what the schedules say.
#[test]
fn at_each_hour_an_event_and_the_schedule_agree() {
    let config = config_with(&[]);
    let now = at("2026-12-01T00:00:00Z");
    let hours: Vec<Timestamp> = (0..210 * 24).map(|hour| now - PAST + hour.hours()).collect();
    for id in config.schedules.schedules.keys() {
        let events = served(&config, &CalendarId::Schedule(id.clone()), now).events;
        for hour in &hours {
            let users = config.schedules.on_call(id, *hour).users;
            let names: Vec<&str> = users.iter().map(|user| &*config.users[user].name).collect();
            let found: Vec<&ReadEvent> =
                events.iter().filter(|it| it.start <= *hour && *hour < it.end).collect();
            let expected = if names.is_empty() { 0 } else { 1 };
            assert_eq!(found.len(), expected, "{id} at {hour}: {names:?}");
            assert!(found.iter().all(|it| it.summary.ends_with(&format!(": {}", names.join(", ")))));
        }
    }
    for person in config.users.keys() {
        let events = served(&config, &CalendarId::User(person.clone()), now).events;
        for hour in &hours {
            let roles = config.schedules.schedules.keys().filter(|schedule| {
                let on_call = config.schedules.on_call(schedule, *hour);
                on_call.users.contains(person) || on_call.shadows.contains(person)
            });
            let found = events.iter().filter(|it| it.start <= *hour && *hour < it.end).count();
            assert_eq!(found, roles.count(), "{person} at {hour}");
        }
    }
}

/// Days pass, people come, other schedules change: what is the same shift keeps its id, its beginning and its end.
#[test]
fn the_same_shift_is_the_same_event_on_every_day() {
    let config = config_with(&[]);
    let unrelated = config_with(&[
        ("users/kimura.yaml", "name: Kimura\nphone: \"+819000000005\"\n"),
        ("users/ito.yaml", "name: Ito, Sakura\nphone: \"+819000000004\"\n"),
        ("schedules/other.yaml", "name: Other\nlayers: [{ name: l, members: [kimura] }]\n"),
    ]);
    let start = at("2026-12-01T00:00:00Z");
    for id in config.calendars.keys() {
        let mut spans: BTreeMap<String, (Timestamp, Timestamp)> = BTreeMap::new();
        let mut ids: BTreeMap<(Timestamp, String), String> = BTreeMap::new();
        for step in 0..25 {
            let day = step * 6 + step % 2;
            let now = start + SignedDuration::from_hours(24 * day + step);
            let events = served(if step % 2 == 0 { &config } else { &unrelated }, id, now).events;
            let distinct: BTreeSet<&str> = events.iter().map(|event| &*event.uid).collect();
            assert_eq!(distinct.len(), events.len(), "{id}: an id twice");
            for event in events {
                let span = *spans.entry(event.uid.clone()).or_insert((event.start, event.end));
                assert_eq!(span, (event.start, event.end), "{id} on day {day}: {event:?}");
                // In a person's calendar several events may begin at once, on several schedules.
                let what = if matches!(id, CalendarId::User(_)) { event.summary } else { String::new() };
                let uid = ids.entry((event.start, what)).or_insert(event.uid.clone());
                assert_eq!(*uid, event.uid, "{id} on day {day}");
            }
        }
    }
}

/// Whoever is always there has events of a month: a shift without an end has no beginning that could be its id.
#[test]
fn a_shift_without_an_end_is_cut_at_the_first_of_each_month() {
    let config = config_with(&[]);
    let events = served(&config, &schedule("boss"), at("2026-12-15T00:00:00Z")).events;
    let starts: Vec<String> =
        events.iter().map(|it| it.start.in_tz("Asia/Tokyo").unwrap().strftime("%F %H").to_string()).collect();
    let (ends, nexts): (Vec<Timestamp>, Vec<Timestamp>) =
        (events.iter().map(|it| it.end).collect(), events.iter().skip(1).map(|it| it.start).collect());
    // Sato leaves on the first of March; then it takes three months to be cut again.
    assert_eq!(
        starts,
        [
            "2026-11-01 00",
            "2026-12-01 00",
            "2027-01-01 00",
            "2027-02-01 00",
            "2027-03-01 00",
            "2027-06-01 00"
        ]
    );
    assert_eq!(ends[..5], nexts[..]);
    let lines: Vec<&str> = events.iter().map(|it| it.description.lines().last().unwrap()).collect();
    assert_eq!(lines[0], "Goes on after Tue 1 Dec 00:00 JST");
    assert_eq!(lines[3], "Until Mon 1 Mar 00:00 JST, then Ito");
}

/// A stranger's company has other ids, and two calendars share none.
#[test]
fn ids_are_of_one_server_and_one_calendar() {
    let uids = |config: &Config, id: &CalendarId| -> BTreeSet<String> {
        served(config, id, at("2026-12-01T00:00:00Z")).events.into_iter().map(|event| event.uid).collect()
    };
    let config = config_with(&[]);
    let elsewhere = FILES[0].1.replace("oncall.example.com", "pager.example.org");
    let elsewhere = config_with(&[("oncall.yaml", &elsewhere)]);
    let here = uids(&config, &schedule("web/primary"));
    assert!(here.is_disjoint(&uids(&elsewhere, &schedule("web/primary"))));
    assert!(here.is_disjoint(&uids(&config, &user("tanaka"))));
    // RFC 9562: version 8, and nothing that says who or where (RFC 7986, 5.3).
    for uid in here {
        let groups: Vec<usize> = uid.split('-').map(str::len).collect();
        assert_eq!(groups, [8, 4, 4, 4, 12], "{uid}");
        assert!(uid.bytes().all(|byte| byte == b'-' || byte.is_ascii_hexdigit()), "{uid}");
        assert!(uid[14..].starts_with('8') && "89ab".contains(&uid[19..20]), "{uid}");
    }
}

#[test]
fn texts_of_any_kind_come_back_as_they_were() {
    let names = [
        "a, b; c\\n \\ d",
        "田中、太郎（たなか）・".repeat(12).as_str().trim_end().to_owned().leak(),
        "👩‍👩‍👧‍👦".repeat(9).leak(),
        "x".repeat(75 - "SUMMARY:Web: ".len()).leak(),
        "x".repeat(76 - "SUMMARY:Web: ".len()).leak(),
        "é".repeat(40).leak(),
    ];
    for name in names {
        let quoted = serde_json::to_string(name).unwrap();
        let file = format!("name: {quoted}\nphone: \"+819000000001\"\n");
        let config = config_with(&[("users/tanaka.yaml", &file)]);
        let read = served(&config, &schedule("web/primary"), at("2026-12-01T00:00:00Z"));
        assert!(read.events.iter().any(|event| event.summary == format!("Web: {name}")), "{name:?}");
    }
    let override_with = |reason: &str| {
        let reason = serde_json::to_string(reason).unwrap();
        let file = format!(
            "- {{ schedule: web/primary, from: 2026-12-09 10:00, until: 2026-12-10 10:00, with: ito, reason: {reason} }}\n"
        );
        let config = config_with(&[("overrides/december.yaml", &file)]);
        let read = served(&config, &schedule("web/primary"), at("2026-12-01T00:00:00Z"));
        let event = read.events.into_iter().find(|event| event.summary == "Web: Ito").unwrap();
        event.description.split("december.yaml:1: ").nth(1).unwrap().to_owned()
    };
    assert!(
        override_with("one\nEND:VEVENT\nBEGIN:VEVENT").starts_with("one\nEND:VEVENT\nBEGIN:VEVENT\nUntil")
    );
    assert!(override_with("bell \u{7} and \r\n feed").starts_with("bell  and \n feed\n"));
}

#[test]
fn a_calendar_is_bounded_and_says_so() {
    let file = "name: Web\nlayers: [{ name: l, rotation: { every: 1 hour, handoff: 00:30, line_ups: [{ from: 2026-04-06, members: [tanaka, ito] }] } }]\n";
    let elsewhere = "- { schedule: boss, from: 2026-12-09 10:00, until: 2026-12-10 10:00, add: tanaka }\n";
    let hourly = [("schedules/web/primary.yaml", file), ("overrides/december.yaml", elsewhere)];
    let config = config_with(&hourly);
    let now = at("2026-12-01T00:00:00Z");
    let web = schedule("web/primary");
    let all = served(&config, &web, now);
    // The hour under way at either end included; 210 days.
    assert_eq!((all.events.len(), all.properties.get("DESCRIPTION")), (210 * 24 + 1, None));
    assert_eq!(all.events[0].start, now - PAST - 30.minutes());
    let longer = calendar(&config, &web, now - PAST, now + FUTURE + FUTURE);
    let read = read(&ical::text(&longer, now));
    assert_eq!(read.events.len(), ical::EVENTS_MAX);
    let last = read.events.last().unwrap();
    let expected = format!(
        "There are too many shifts for one calendar: these are the first {}, until {}.",
        ical::EVENTS_MAX,
        last.end.in_tz("Asia/Tokyo").unwrap().strftime("%a %-d %b %H:%M %Z")
    );
    assert_eq!(reader::text(&read.properties["DESCRIPTION"]), expected);
    assert_eq!(read.properties["X-WR-CALDESC"], read.properties["DESCRIPTION"]);

    let long = format!("name: {}\nphone: \"+819000000001\"\n", "長".repeat(5_000));
    let config = config_with(&[("schedules/web/primary.yaml", file), ("users/tanaka.yaml", &long)]);
    let text = ical::text(&calendar(&config, &web, now - PAST, now + FUTURE), now);
    assert!(text.len() < ical::BYTES_MAX + 4_096, "{}", text.len());
    let read = reader::read(&text);
    assert!(read.events.len() > 100 && read.properties.contains_key("X-WR-CALDESC"));
}

const NEW: &str = "0123456789abcdef-the-new-one";
const OLD: &str = "fedcba9876543210-the-old-one";

fn secrets(values: &[(&str, &str)]) -> Secrets {
    let mut secrets = Secrets::default();
    for (name, value) in values {
        secrets.insert(SecretSource::Env((*name).into()), Secret::new(value));
    }
    secrets
}

/// The expected tokens are by Python: `base64.urlsafe_b64encode(hmac.digest(secret, text, "sha256")).rstrip(b"=")` with
/// the text `oncall calendar 1\nschedules.web.primary\n1`.
#[test]
fn a_token_opens_one_calendar_until_its_generation_or_its_secret_changes() {
    let config = config_with(&[]);
    let now = at("2026-12-01T00:00:00Z");
    let both = secrets(&[("NEW", NEW), ("OLD", OLD)]);
    let web = schedule("web/primary");
    let token = config.calendar_token(&both, &web).unwrap();
    assert_eq!(token, "umhwknVUswFrsSaN0H-8A6KK35KmgBeFOfuvyBpfaho");
    let opens = |config: &Config, secrets: &Secrets, name: &str, token: &str| {
        config.opened_calendar(secrets, name, token, now)
    };
    assert_eq!(opens(&config, &both, "schedules.web.primary", &token), Some(web.clone()));

    // One made with the old secret works until that is gone.
    let old = config.calendar_token(&secrets(&[("OLD", OLD)]), &web).unwrap();
    assert_eq!(old, "tth0hrmDGI2OloVUsz61Q2O2I3o_AUUUxoN71JIl0lk");
    assert_eq!(opens(&config, &both, "schedules.web.primary", &old), Some(web.clone()));
    assert_eq!(opens(&config, &secrets(&[("NEW", NEW)]), "schedules.web.primary", &old), None);

    // Another calendar, another spelling, another generation, no secret, one that could be guessed.
    let tanaka = config.calendar_token(&both, &user("tanaka")).unwrap();
    assert_eq!(opens(&config, &both, "users.tanaka", &tanaka), Some(user("tanaka")));
    for (name, token) in [
        ("schedules.web.primary", tanaka.as_str()),
        ("schedules.web.primary", ""),
        ("schedules.web.primary", &token[..42]),
        ("schedules.web.primary", &format!("{token}=")),
        ("schedules.web/primary", &token),
        ("schedules.web.secondary", &token),
        ("users.web.primary", &token),
        ("web.primary", &token),
        ("", &token),
    ] {
        assert_eq!(opens(&config, &both, name, token), None, "{name} {token}");
    }
    let file = FILES[5].1.replace("name: Web\n", "name: Web\ncalendar_generation: 2\n");
    let raised = config_with(&[("schedules/web/primary.yaml", &file)]);
    assert_eq!(opens(&raised, &both, "schedules.web.primary", &token), None);
    assert_eq!(opens(&raised, &both, "users.tanaka", &tanaka), Some(user("tanaka")));
    let second = raised.calendar_token(&both, &web).unwrap();
    assert_eq!(opens(&raised, &both, "schedules.web.primary", &second), Some(web.clone()));
    assert_eq!(opens(&config, &both, "schedules.web.primary", &second), None);
    assert_eq!(opens(&config, &Secrets::default(), "schedules.web.primary", &token), None);
    assert_eq!(config.calendar_token(&secrets(&[("NEW", &NEW[..15])]), &web), None);
    assert!(config.calendar_token(&secrets(&[("NEW", &NEW[..16])]), &web).is_some());
}

#[test]
fn the_calendar_of_somebody_who_has_left_is_closed() {
    let config = config_with(&[]);
    let both = secrets(&[("NEW", NEW)]);
    let token = config.calendar_token(&both, &user("sato")).unwrap();
    let opened = |at: &str| config.opened_calendar(&both, "users.sato", &token, at.parse().unwrap());
    assert_eq!(opened("2027-02-28T23:59:59+09:00"), Some(user("sato")));
    assert_eq!(opened("2027-03-01T00:00:00+09:00"), None);
}
