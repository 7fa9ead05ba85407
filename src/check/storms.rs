//! Storms: limits with which a service is in a storm on an ordinary day, or stays in one for hours.

use super::{Found, Subject};
use crate::compile::Spot;
use crate::language::words::Words;
use jiff::SignedDuration;

/// Fewer incidents than this come at once on an ordinary day.
const INCIDENTS_MIN: u32 = 5;
/// A storm that is counted over more than this takes in alerts of another problem.
const WITHIN_MAX: SignedDuration = SignedDuration::from_hours(1);

pub(super) fn unlikely(subject: &Subject<'_>) -> Vec<Found> {
    let mut found = Vec::new();
    for storm in subject.config.services.values().filter_map(|service| service.storm.as_ref()) {
        let spot = Spot::line(&storm.place);
        if storm.incidents < INCIDENTS_MIN {
            let message = Words::new(
                format!(
                    "with `incidents: {}`, alerts of different problems become one incident",
                    storm.incidents
                ),
                format!(
                    "`incidents: {}` では、別々の問題のアラートが 1 つのインシデントになります",
                    storm.incidents
                ),
            );
            let help = Words::new(
                "a storm is more than people can read one by one: leave it at 50, or use `group`",
                "ストームは、1 件ずつ読めないほどの量のことです。50 のままにするか、`group` を使ってください",
            );
            found.push(Found::new(spot.clone(), message).help(help));
        }
        if storm.within > WITHIN_MAX {
            let message = Words::new(
                "a storm that is counted over more than an hour takes in alerts of other problems",
                "1 時間より長く数えると、別の問題のアラートまでストームに含まれます",
            );
            found.push(
                Found::new(spot, message)
                    .help(Words::new("let `within` be some minutes", "`within` を数分にしてください")),
            );
        }
    }
    found
}
