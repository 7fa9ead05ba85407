//! The log's lines of one alert's noise.

use super::line::{Line, Value};
use super::words::{of_event, of_key, word};
use crate::incident::NoiseChange;
use tracing::Level;

pub(super) fn noise(change: &NoiseChange) -> Vec<Line<'_>> {
    match change {
        NoiseChange::Reopened(it) => vec![
            of_event("reopened", &it.event, vec![("rule", (&it.rule).into())]),
            Line::new(
                Level::INFO,
                "incident_reopened",
                [
                    ("severity", Value::from(it.severity.as_str())),
                    ("urgency", word(&it.urgency).into()),
                    ("summary", (&*it.event.summary).into()),
                    ("rule", (&it.urgency_rule).into()),
                ],
            ),
        ],
        NoiseChange::Flaps { integration, dedup_key, flapping } => {
            let rest = vec![
                ("fires", flapping.fires.into()),
                ("since", flapping.first_at.into()),
                ("until", flapping.until.into()),
                ("rule", (&flapping.rule).into()),
            ];
            vec![of_key("flaps", integration, dedup_key, rest)]
        }
        NoiseChange::Cleared { integration, dedup_key, why, until, .. } => {
            let rest = vec![("why", word(why).into()), ("until", (*until).into())];
            vec![of_key("cleared", integration, dedup_key, rest)]
        }
        NoiseChange::Calmed { integration, dedup_key, why } => {
            vec![of_key("calmed", integration, dedup_key, vec![("why", word(why).into())])]
        }
    }
}
