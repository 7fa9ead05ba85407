//! Handoffs: when turns change hands, once or several times in a cycle, and the days on which a line-up may begin.

use super::diagnostic::{Finding, Spot};
use super::resolve::{Resolver, spots};
use super::suggest::nearest;
use super::{code, value};
use crate::document::{self, OneOrMany};
use crate::language::words::{Words, did_you_mean};
use crate::schedule::{Every, Handoff, HandoffDay, Rhythm, WindowDay};
use jiff::ToSpan;
use jiff::civil::{Date, Weekday};

/// Which weekday of a month, as it is written and as jiff counts it.
const ORDINALS: [(&str, i8); 5] = [("first", 1), ("second", 2), ("third", 3), ("fourth", 4), ("last", -1)];

/// How far around `from` a day is looked for on which a handoff falls: every month has each.
const NEAR_DAYS: i32 = 62;

impl Resolver<'_> {
    pub(super) fn handoffs(
        &mut self,
        written: &OneOrMany<document::Handoff>,
        at: &Spot,
        every: Option<Every>,
    ) -> Option<Vec<Handoff>> {
        let mut handoffs: Vec<(Handoff, Spot)> = Vec::new();
        let mut fine = true;
        for (one, at) in spots(written, at) {
            match self.handoff(one, &at, every) {
                Some(handoff) => {
                    fine &= self.is_apart(handoff, &at, &handoffs);
                    handoffs.push((handoff, at));
                }
                None => fine = false,
            }
        }
        if handoffs.len() > 1 {
            fine &= self.may_be_several(&handoffs, at, every);
        }
        fine.then(|| handoffs.into_iter().map(|(handoff, _)| handoff).collect())
    }

    fn handoff(&mut self, written: &document::Handoff, at: &Spot, every: Option<Every>) -> Option<Handoff> {
        let words: Vec<&str> = written.0.split_whitespace().collect();
        let (ordinal, day, clock) = match *words.as_slice() {
            [clock] => (None, None, clock),
            [day, clock] => (None, Some(day), clock),
            [ordinal, day, clock] => (Some(ordinal), Some(day), clock),
            _ => (None, None, ""),
        };
        let time = value::time(clock);
        let weekday = day.map(value::day);
        let (Some(time), false) = (time, weekday == Some(None)) else {
            self.error(
                code::VALUE,
                at.clone(),
                Words::new(
                    format!("`{}` is not a handoff", written.0),
                    format!("`{}` は交代の時刻として読めません", written.0),
                ),
            );
            return None;
        };
        let nth = match ordinal {
            Some(word) => Some(self.ordinal(word, written, at)?),
            None => None,
        };
        let weekday = weekday.flatten().and_then(|day| Weekday::from_monday_zero_offset(day.0).ok());
        let (message, help) = match (every, nth, weekday) {
            (Some(Every::Weeks(_)), None, Some(day)) => {
                return Some(Handoff { day: HandoffDay::On(day), time });
            }
            (Some(Every::Months(_)), Some(nth), Some(day)) => {
                return Some(Handoff { day: HandoffDay::Nth(nth, day), time });
            }
            (Some(every), nth, weekday)
                if nth.is_some() || weekday.is_some() || matches!(every, Every::Weeks(_)) =>
            {
                contradiction(every, nth.is_some(), day.unwrap_or("mon"), clock)
            }
            _ => return Some(Handoff { day: HandoffDay::OfFrom, time }),
        };
        self.findings.push(Finding::error(code::EITHER_OR, at.clone(), message).help(help));
        None
    }

    fn ordinal(&mut self, word: &str, written: &document::Handoff, at: &Spot) -> Option<i8> {
        let found = ORDINALS.iter().find(|(name, _)| name.eq_ignore_ascii_case(word));
        if found.is_none() {
            let help = match nearest(word, ORDINALS.iter().map(|(name, _)| *name)) {
                _ if word.eq_ignore_ascii_case("fifth") => Words::new(
                    "not every month has a fifth one: write `last`",
                    "第 5 曜日のない月があります。`last` と書いてください",
                ),
                Some(near) => did_you_mean(near),
                None => Words::new(
                    "it is `first`, `second`, `third`, `fourth` or `last`",
                    "`first`、`second`、`third`、`fourth`、`last` のどれかです",
                ),
            };
            self.error_help(
                code::VALUE,
                at.clone(),
                Words::new(
                    format!("`{}` is not a handoff", written.0),
                    format!("`{}` は交代の時刻として読めません", written.0),
                ),
                help,
            );
        }
        found.map(|(_, nth)| *nth)
    }

    /// Whether it is not one of those before, and not always at the same time as one of them.
    fn is_apart(&mut self, handoff: Handoff, at: &Spot, before: &[(Handoff, Spot)]) -> bool {
        let nth = |it: HandoffDay| match it {
            HandoffDay::Nth(nth, weekday) => Some((nth, weekday)),
            HandoffDay::OfFrom | HandoffDay::On(_) => None,
        };
        for (other, other_at) in before.iter().filter(|(other, _)| other.time == handoff.time) {
            let finding = match (nth(handoff.day), nth(other.day)) {
                _ if other.day == handoff.day => Finding::error(
                    code::TWICE,
                    at.clone(),
                    Words::new("this handoff is here twice", "同じ交代が 2 回書かれています"),
                ),
                (Some((one, day)), Some((two, same)))
                    if day == same && one.min(two) == -1 && one.max(two) == 4 =>
                {
                    let (day, day_ja) = (value::day_name(day.into()), value::day_in_japanese(day.into()));
                    let message = Words::new(
                        format!("in most months the fourth {day} is the last one: nobody has a turn between"),
                        format!(
                            "ほとんどの月で第 4 {day_ja}は最終{day_ja}でもあり、その間の当番がいなくなります"
                        ),
                    );
                    Finding::error(code::HANDOFFS, at.clone(), message)
                        .help(Words::new("leave one of the two out", "どちらかを消してください"))
                }
                _ => continue,
            };
            self.findings.push(finding.label(other_at.clone(), Words::new("the other one", "もう一方")));
            return false;
        }
        true
    }

    fn may_be_several(&mut self, handoffs: &[(Handoff, Spot)], at: &Spot, every: Option<Every>) -> bool {
        match every {
            Some(Every::Hours(_)) => {
                let message = Words::new(
                    "a rotation of hours has one handoff: the others follow from it",
                    "時間単位の交代は 1 つだけ書きます。残りはそこから決まります",
                );
                let help = Words::new(
                    "write the first one alone, or `every: 1 day` for these times of each day",
                    "最初の 1 つだけにするか、毎日の時刻なら `every: 1 day` と書いてください",
                );
                self.error_help(code::HANDOFFS, at.clone(), message, help);
                false
            }
            Some(Every::Months(_)) => {
                let plain = handoffs.iter().find(|(it, _)| it.day == HandoffDay::OfFrom);
                if let Some((_, at)) = plain {
                    let message = Words::new(
                        "of several handoffs in a month, each says its weekday",
                        "月に複数の交代があるときは、それぞれに曜日を書きます",
                    );
                    self.error_help(
                        code::HANDOFFS,
                        at.clone(),
                        message,
                        Words::new("such as `first mon 10:00`", "たとえば `first mon 10:00`"),
                    );
                }
                plain.is_none()
            }
            _ => true,
        }
    }

    /// `from` must be a day of one of the handoffs; the error names the nearest two dates that are.
    pub(super) fn falls_on(&mut self, rhythm: &Rhythm, at: &Spot, handoff_at: &Spot) {
        let from = rhythm.from;
        let falls = |date: Date| rhythm.handoffs().iter().any(|handoff| handoff.falls_on(date));
        if falls(from) {
            return;
        }
        let days: Vec<Words> = rhythm.handoffs().iter().map(|it| on_day(*it)).collect();
        let first = days.first().cloned().unwrap_or_default();
        let weekday = from.weekday().into();
        let (is, is_ja) = (value::day_name(weekday), value::day_in_japanese(weekday));
        let message = match rhythm.handoffs() {
            [Handoff { day: HandoffDay::On(_), .. }] => Words::new(
                format!("{from} is a {is}, but the handoff is on {}", first.en),
                format!("{from} は{is_ja}ですが、交代は{}です", first.ja),
            ),
            [_] => Words::new(
                format!("{from} is not the day of the handoff: {}", first.en),
                format!("{from} は交代の日（{}）ではありません", first.ja),
            ),
            _ => Words::new(
                format!("{from} is a {is}, and no handoff is on that day"),
                format!("{from} は{is_ja}で、その日に交代はありません"),
            ),
        };
        let clocks = rhythm.handoffs().iter().map(|it| it.time.strftime("%H:%M"));
        let said: Vec<(String, String)> = clocks
            .zip(&days)
            .map(|(clock, day)| (format!("{} at {clock}", day.en), format!("{} {clock}", day.ja)))
            .collect();
        let (said, said_ja): (Vec<String>, Vec<String>) = said.into_iter().unzip();
        let mut finding = Finding::error(code::LINE_UP, at.clone(), message).label(
            handoff_at.clone(),
            Words::new(
                format!("shifts change hands on {}", said.join(" and ")),
                format!("交代は{}です", said_ja.join("と")),
            ),
        );
        let near = |step: i32| {
            (1..=NEAR_DAYS)
                .filter_map(|days| from.checked_add((step * days).days()).ok())
                .find(|it| falls(*it))
        };
        if let (Some(before), Some(after)) = (near(-1), near(1)) {
            finding = finding.help(Words::new(
                format!("the nearest dates are {before} and {after}"),
                format!("最も近い日は {before} と {after} です"),
            ));
        }
        self.findings.push(finding);
    }
}

/// The day of a handoff, `Monday` or `the first Monday of the month`; `None` if it has none of its own.
pub fn day_of_handoff(handoff: Handoff) -> Option<Words> {
    (handoff.day != HandoffDay::OfFrom).then(|| on_day(handoff))
}

fn on_day(handoff: Handoff) -> Words {
    let name = |weekday: Weekday| {
        let day = WindowDay::from(weekday);
        (value::day_name(day), value::day_in_japanese(day))
    };
    match handoff.day {
        HandoffDay::OfFrom => Words::new("the day of `from`", "`from` の日"),
        HandoffDay::On(weekday) => Words::new(name(weekday).0, name(weekday).1),
        HandoffDay::Nth(nth, weekday) => {
            let ordinal = ORDINALS.iter().find(|(_, it)| *it == nth).map_or("", |(word, _)| *word);
            let (en, ja) = name(weekday);
            let ja = if nth < 0 { format!("最終{ja}") } else { format!("第 {nth} {ja}") };
            Words::new(format!("the {ordinal} {en} of the month"), ja)
        }
    }
}

/// Why the days of a handoff do not go with the length of the shifts, and the way out.
fn contradiction(every: Every, counted: bool, day: &str, clock: &str) -> (Words, Words) {
    match (every, counted) {
        (Every::Weeks(_), false) => (
            Words::new(
                "a rotation of weeks names the weekday of its handoff",
                "週単位の交代には曜日が必要です",
            ),
            Words::new(format!("such as `mon {clock}`"), format!("たとえば `mon {clock}`")),
        ),
        (Every::Weeks(_), true) => (
            Words::new(
                "only a rotation of months counts its weekdays",
                "第何曜日と書けるのは月単位の交代だけです",
            ),
            Words::new(
                format!("write `{day} {clock}`, or `every: 1 month`"),
                format!("`{day} {clock}` と書くか、`every: 1 month` にしてください"),
            ),
        ),
        (Every::Months(_), _) => (
            Words::new(
                "a rotation of months says which weekday of the month",
                "月単位の交代では、第何曜日かを書きます",
            ),
            Words::new(
                format!(
                    "write `first {day} {clock}` or `last {day} {clock}`, or `{clock}` for the day of `from`"
                ),
                format!(
                    "`first {day} {clock}`、`last {day} {clock}`、または `from` の日にするなら `{clock}` と書いてください"
                ),
            ),
        ),
        (Every::Hours(_) | Every::Days(_), _) => (
            Words::new("only a rotation of weeks names a weekday", "曜日を書けるのは週単位の交代だけです"),
            Words::new(format!("write `{clock}`"), format!("`{clock}` と書いてください")),
        ),
    }
}
