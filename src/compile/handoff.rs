//! Handoffs: when turns change hands, once or several times in a cycle, and the days on which a line-up may begin.

use super::diagnostic::{Finding, Spot};
use super::resolve::{Resolver, spots};
use super::suggest::nearest;
use super::{code, value};
use crate::document::{self, OneOrMany};
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
            self.error(code::VALUE, at.clone(), format!("`{}` is not a handoff", written.0));
            return None;
        };
        let nth = match ordinal {
            Some(word) => Some(self.ordinal(word, written, at)?),
            None => None,
        };
        let weekday = weekday.flatten().and_then(|day| Weekday::from_monday_zero_offset(day.0).ok());
        let help = |text: String| Some(text);
        let (message, help) = match (every, nth, weekday) {
            (Some(Every::Weeks(_)), None, Some(day)) => {
                return Some(Handoff { day: HandoffDay::On(day), time });
            }
            (Some(Every::Months(_)), Some(nth), Some(day)) => {
                return Some(Handoff { day: HandoffDay::Nth(nth, day), time });
            }
            (Some(Every::Weeks(_)), None, None) => (
                "a rotation of weeks names the weekday of its handoff",
                help(format!("such as `mon {clock}`")),
            ),
            (Some(Every::Weeks(_)), Some(_), _) => (
                "only a rotation of months counts its weekdays",
                help(format!("write `{} {clock}`, or `every: 1 month`", day.unwrap_or("mon"))),
            ),
            (Some(Every::Months(_)), None, Some(_)) => (
                "a rotation of months says which weekday of the month",
                help(format!(
                    "write `first {0} {clock}` or `last {0} {clock}`, or `{clock}` for the day of `from`",
                    day.unwrap_or("mon")
                )),
            ),
            (Some(Every::Hours(_) | Every::Days(_)), _, Some(_)) => {
                ("only a rotation of weeks names a weekday", help(format!("write `{clock}`")))
            }
            (None, ..) | (_, _, None) => return Some(Handoff { day: HandoffDay::OfFrom, time }),
        };
        self.findings.push(Finding::error(code::EITHER_OR, at.clone(), message).maybe_help(help));
        None
    }

    fn ordinal(&mut self, word: &str, written: &document::Handoff, at: &Spot) -> Option<i8> {
        let found = ORDINALS.iter().find(|(name, _)| name.eq_ignore_ascii_case(word));
        if found.is_none() {
            let help = match nearest(word, ORDINALS.iter().map(|(name, _)| *name)) {
                _ if word.eq_ignore_ascii_case("fifth") => {
                    "not every month has a fifth one: write `last`".to_owned()
                }
                Some(near) => format!("did you mean `{near}`?"),
                None => "it is `first`, `second`, `third`, `fourth` or `last`".to_owned(),
            };
            self.error_help(code::VALUE, at.clone(), format!("`{}` is not a handoff", written.0), help);
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
                _ if other.day == handoff.day => {
                    Finding::error(code::TWICE, at.clone(), "this handoff is here twice")
                }
                (Some((one, day)), Some((two, same)))
                    if day == same && one.min(two) == -1 && one.max(two) == 4 =>
                {
                    let day = value::day_name(day.into());
                    let message =
                        format!("in most months the fourth {day} is the last one: nobody has a turn between");
                    Finding::error(code::HANDOFFS, at.clone(), message).help("leave one of the two out")
                }
                _ => continue,
            };
            self.findings.push(finding.label(other_at.clone(), "the other one"));
            return false;
        }
        true
    }

    fn may_be_several(&mut self, handoffs: &[(Handoff, Spot)], at: &Spot, every: Option<Every>) -> bool {
        match every {
            Some(Every::Hours(_)) => {
                let message = "a rotation of hours has one handoff: the others follow from it";
                let help = "write the first one alone, or `every: 1 day` for these times of each day";
                self.error_help(code::HANDOFFS, at.clone(), message, help);
                false
            }
            Some(Every::Months(_)) => {
                let plain = handoffs.iter().find(|(it, _)| it.day == HandoffDay::OfFrom);
                if let Some((_, at)) = plain {
                    let message = "of several handoffs in a month, each says its weekday";
                    self.error_help(code::HANDOFFS, at.clone(), message, "such as `first mon 10:00`");
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
        let words: Vec<String> = rhythm.handoffs().iter().map(|it| on_day(*it)).collect();
        let is = value::day_name(from.weekday().into());
        let message = match rhythm.handoffs() {
            [Handoff { day: HandoffDay::On(_), .. }] => {
                format!("{from} is a {is}, but the handoff is on {}", words.concat())
            }
            [_] => format!("{from} is not the day of the handoff: {}", words.concat()),
            _ => format!("{from} is a {is}, and no handoff is on that day"),
        };
        let said: Vec<String> = rhythm
            .handoffs()
            .iter()
            .map(|it| format!("{} at {}", on_day(*it), it.time.strftime("%H:%M")))
            .collect();
        let mut finding = Finding::error(code::LINE_UP, at.clone(), message)
            .label(handoff_at.clone(), format!("shifts change hands on {}", said.join(" and ")));
        let near = |step: i32| {
            (1..=NEAR_DAYS)
                .filter_map(|days| from.checked_add((step * days).days()).ok())
                .find(|it| falls(*it))
        };
        if let (Some(before), Some(after)) = (near(-1), near(1)) {
            finding = finding.help(format!("the nearest dates are {before} and {after}"));
        }
        self.findings.push(finding);
    }
}

/// The day of a handoff, `Monday` or `the first Monday of the month`; `None` if it has none of its own.
pub fn day_of_handoff(handoff: Handoff) -> Option<String> {
    (handoff.day != HandoffDay::OfFrom).then(|| on_day(handoff))
}

fn on_day(handoff: Handoff) -> String {
    let name = |weekday: Weekday| value::day_name(WindowDay::from(weekday));
    match handoff.day {
        HandoffDay::OfFrom => "the day of `from`".to_owned(),
        HandoffDay::On(weekday) => name(weekday).to_owned(),
        HandoffDay::Nth(nth, weekday) => {
            let ordinal = ORDINALS.iter().find(|(_, it)| *it == nth).map_or("", |(word, _)| *word);
            format!("the {ordinal} {} of the month", name(weekday))
        }
    }
}
