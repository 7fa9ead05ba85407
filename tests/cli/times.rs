//! What is typed -> when that is. It is Wednesday 2 December 2026, 15:00 in Tokyo.

use jiff::{Timestamp, tz::TimeZone};
use oncall::language::Language;
use oncall::language::moment::{Moment, NotAMoment, length, moment};

fn said(text: &str, now: &str, zone: &str) -> Result<String, NotAMoment> {
    let (now, zone) = (now.parse::<Timestamp>().unwrap(), TimeZone::get(zone).unwrap());
    moment(text, now, &zone).map(|moment| match moment {
        Moment::At(at) => at.to_zoned(zone).strftime("%m-%d %H:%M").to_string(),
        Moment::Handoff => "handoff".to_owned(),
    })
}

#[test]
fn a_time_means_the_next_time_that_it_is_so() {
    for (text, at) in [
        ("18:00", "12-02 18:00"),
        ("9:30", "12-03 09:30"),
        ("15:00", "12-03 15:00"),
        ("１８：００", "12-02 18:00"),
        ("until 18:00", "12-02 18:00"),
        ("6pm", "12-02 18:00"),
        ("12am", "12-03 00:00"),
        ("noon", "12-03 12:00"),
        ("18時", "12-02 18:00"),
        ("18時半まで", "12-02 18:30"),
        ("午後6時15分", "12-02 18:15"),
        ("25:00", "12-03 01:00"),
        ("2h", "12-02 17:00"),
        ("30m", "12-02 15:30"),
        ("1h 30m", "12-02 16:30"),
        ("90 minutes", "12-02 16:30"),
        ("2d", "12-04 15:00"),
        ("2時間", "12-02 17:00"),
        ("1時間半後", "12-02 16:30"),
        ("30分", "12-02 15:30"),
        ("tomorrow 10:00", "12-03 10:00"),
        ("Tomorrow at 10:00", "12-03 10:00"),
        ("明日 10:00", "12-03 10:00"),
        ("明後日の10時", "12-04 10:00"),
        ("mon 10:00", "12-07 10:00"),
        ("Wed 18:00", "12-02 18:00"),
        ("wednesday 10:00", "12-09 10:00"),
        ("月曜 10時", "12-07 10:00"),
        ("月曜日10時", "12-07 10:00"),
        ("12/24 18:00", "12-24 18:00"),
        ("12月24日 18時", "12-24 18:00"),
        ("1/5 10:00", "01-05 10:00"),
        ("2026-12-24 18:00", "12-24 18:00"),
        ("2026-12-24T18:00:00+09:00", "12-24 18:00"),
        ("now", "12-02 15:00"),
        ("from now", "12-02 15:00"),
        ("今", "12-02 15:00"),
        ("今から", "12-02 15:00"),
        ("月曜 10時から", "12-07 10:00"),
        ("handoff", "handoff"),
        ("until the next handoff", "handoff"),
        ("引き継ぎまで", "handoff"),
        ("交代まで", "handoff"),
    ] {
        assert_eq!(said(text, "2026-12-02T15:00:00+09:00", "Asia/Tokyo").as_deref(), Ok(at), "{text}");
    }
}

#[test]
fn what_is_past_or_means_two_things_is_asked_back() {
    for (text, why) in [
        ("18", NotAMoment::TwoMeanings),
        ("2日", NotAMoment::TwoMeanings),
        ("next mon 10:00", NotAMoment::TwoMeanings),
        ("mon 10", NotAMoment::TwoMeanings),
        ("mon", NotAMoment::NoTime),
        ("明日", NotAMoment::NoTime),
        ("12/24", NotAMoment::NoTime),
        ("today 9:00", NotAMoment::Past),
        ("2026-12-01 10:00", NotAMoment::Past),
        ("2026-12-02T05:59:59Z", NotAMoment::Past),
        ("0m", NotAMoment::Past),
        ("24/12 18:00", NotAMoment::NoSuchTime),
        ("2/30 10:00", NotAMoment::NoSuchTime),
        ("18:61", NotAMoment::NoSuchTime),
        ("31:00", NotAMoment::NoSuchTime),
        ("13pm", NotAMoment::NoSuchTime),
        ("", NotAMoment::Unreadable),
        ("soon", NotAMoment::Unreadable),
        ("18:0", NotAMoment::Unreadable),
        ("-2h", NotAMoment::Unreadable),
        ("2h later 3", NotAMoment::Unreadable),
        ("99999999999999999999h", NotAMoment::Unreadable),
        ("12/ 18:00", NotAMoment::Unreadable),
    ] {
        assert_eq!(said(text, "2026-12-02T15:00:00+09:00", "Asia/Tokyo"), Err(why), "{text}");
        assert!(Language::En.not_a_moment(text, why).contains(text), "{text}");
        assert!(Language::Ja.not_a_moment(text, why).contains(text), "{text}");
    }
}

/// In New York clocks go back on 1 November 2026 at 2:00, and forward on 14 March 2027 at 2:00.
#[test]
fn an_hour_that_comes_twice_or_not_at_all_is_asked_back() {
    let zone = "America/New_York";
    assert_eq!(said("11/1 1:30", "2026-10-31T12:00:00Z", zone), Err(NotAMoment::Twice));
    assert_eq!(said("3/14 2:30", "2027-03-01T12:00:00Z", zone), Err(NotAMoment::NoSuchTime));
    assert_eq!(said("3/14 3:30", "2027-03-01T12:00:00Z", zone).as_deref(), Ok("03-14 03:30"));
}

#[test]
fn a_length_is_no_time_of_day() {
    assert_eq!(length("1h30m").map(|it| it.as_secs()), Ok(5_400));
    assert_eq!(length("2時間").map(|it| it.as_secs()), Ok(7_200));
    for text in ["18:00", "10", "0h", "handoff", ""] {
        assert!(length(text).is_err(), "{text}");
    }
}

proptest::proptest! {
    /// Whatever is typed, in pieces of what may be: an answer, and never one that is past.
    #[test]
    fn whatever_is_typed_is_answered(
        text in proptest::string::string_regex(
            "((mon|月曜|tomorrow|明日|12/24|2月29日|until |next )? ?([0-9]{1,6}|[０-９]{1,2})(:|時|h|m|日|/|半|分|am|pm|時間| )*){0,4}|\\PC{0,70}"
        ).unwrap()
    ) {
        let now: Timestamp = "2026-12-02T15:00:00+09:00".parse().unwrap();
        if let Ok(Moment::At(at)) = moment(&text, now, &TimeZone::get("Asia/Tokyo").unwrap()) {
            proptest::prop_assert!(at > now, "{text}: {at}");
        }
    }
}
