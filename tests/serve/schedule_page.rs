//! The page of a schedule: what it says of layers, overrides, gaps, holidays and loads, in the reader's zone and in its own.

use super::inside::Inside;
use super::pages::cookie;
use super::world::World;
use axum::body::Body;
use http::Request;
use jiff::SignedDuration;

/// Sato in office hours, Kimura on Mondays at noon in his place, Smith on a day by an override.
const NIGHT: &str = "name: Night\ntime_zone: Asia/Tokyo\nholidays: [japan]\nlayers:\n  \
    - { name: base, members: [sato], during: [{ days: [mon, tue, wed, thu, fri], from: 10:00, until: 18:00 }] }\n  \
    - { name: helper, members: [kimura], during: [{ days: [mon], from: 12:00, until: 14:00 }] }\n";
const OVERRIDES: &str = "- { schedule: night, from: 2026-12-08 10:00, until: 2026-12-08 18:00, with: smith, reason: <b>wedding</b> }\n";

async fn inside() -> (Inside, World) {
    let kimura =
        "name: Kimura\nlanguage: en\ntime_zone: Europe/London\nslack: U0KIMURA\nphone: \"+819000000003\"\n";
    let files = [
        ("schedules/night.yaml", NIGHT),
        ("overrides/2026.yaml", OVERRIDES),
        ("holidays/japan.yaml", "- { date: 2026-12-09, name: 創立記念日 }\n"),
        ("users/kimura.yaml", kimura),
    ];
    let world = World::with(&files).await;
    let mut inside = Inside::of(&world);
    let _told = inside.answer();
    (inside, world)
}

async fn looked(inside: &Inside, user: &str, query: &str) -> String {
    let session = cookie(inside, user, SignedDuration::ZERO);
    let request = Request::get(format!("/schedules/night?{query}")).header("cookie", session);
    let said = inside.ask("192.0.2.1", request, Body::empty()).await;
    assert_eq!(said.status, 200);
    String::from_utf8(said.body.to_vec()).unwrap()
}

#[tokio::test(start_paused = true)]
async fn it_says_who_has_what_what_hides_it_and_when_nobody_is_there() {
    let (inside, _world) = inside().await;
    let page = looked(&inside, "sato", "from=2026-12-09&days=7").await;
    for says in [
        "2026-12-07 – 2026-12-13",
        "12月7日(月) 10:00 JST まで、当番がいません。",
        "12月7日(月) 18:00 JST から 12月8日(火) 10:00 JST まで、当番がいません。",
        "12月11日(金) 18:00 JST から、当番がいません。",
        "「helper」を優先",
        "Emma Smith のみ",
        "&#60;b&#62;wedding&#60;/b&#62;",
        "overrides/2026.yaml:1",
        "12/9 水 創立記念日",
        "schedules/night.yaml:5",
        // Smith's eight hours of the override: by day, on a working day.
        "<th scope=\"row\">Emma Smith</th><td>8</td><td>0</td><td>0</td><td>0</td>",
    ] {
        assert!(page.contains(says), "{says}: {page}");
    }
    assert_eq!(page.matches("<div class=\"one-week\">").count(), 1);
    assert!(!page.contains("2行目"), "its zone is the reader's");
}

#[tokio::test(start_paused = true)]
async fn whoever_lives_in_another_zone_reads_each_time_in_both() {
    let (inside, _world) = inside().await;
    let page = looked(&inside, "kimura", "from=2026-12-07&days=7").await;
    assert!(page.contains("in Asia/Tokyo, the zone of this schedule"), "{page}");
    // Monday noon in Tokyo, in the row of the layer.
    for says in [
        "Mon 7 Dec 03:00 GMT",
        "Mon 7 Dec 12:00 JST",
        "03:00 (12:00 JST)",
        "12/9 Wed 創立記念日 (Asia/Tokyo)",
    ] {
        assert!(page.contains(says), "{says}: {page}");
    }
}

#[tokio::test(start_paused = true)]
async fn a_month_is_shown_in_whole_weeks_and_what_is_no_date_is_today() {
    let (inside, _world) = inside().await;
    for (month, days, weeks, earlier, later) in [
        ("2026-12", "2026-11-30 – 2027-01-03", 5, "2026-11", "2027-01"),
        ("2027-02", "2027-02-01 – 2027-02-28", 4, "2027-01", "2027-03"),
        ("2026-08", "2026-07-27 – 2026-09-06", 6, "2026-07", "2026-09"),
    ] {
        let page = looked(&inside, "sato", &format!("month={month}")).await;
        assert!(page.contains(days), "{days}: {page}");
        assert_eq!(page.matches("<div class=\"one-week\">").count(), weeks, "{month}");
        for other in [earlier, later] {
            assert!(page.contains(&format!("?month={other}")), "{other}: {page}");
        }
    }
    for odd in ["", "month=2026-13", "from=yesterday", "days=7000", "from=9999-12-31", "month=-9999-01"] {
        let weeks = looked(&inside, "sato", odd).await.matches("<div class=\"one-week\">").count();
        assert!((1..=6).contains(&weeks), "{odd}: {weeks}");
    }
}
