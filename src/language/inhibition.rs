//! What inhibits an incident, in every language: the incident that explains it, or the time after that is over.

use super::timeline::Held;

/// In a timeline.
pub(super) fn en(held: &Held) -> String {
    match held.source {
        Some(source) => format!("inhibited by {source}, at most until {}: {}", held.until, held.reason),
        None => format!("what inhibited it is over: told at {} if it still fires", held.until),
    }
}

pub(super) fn ja(held: &Held) -> String {
    match held.source {
        Some(source) => format!("{source} により抑止中（最長 {} まで）: {}", held.until, held.reason),
        None => format!("抑止の原因が復旧したため、{} に発生中なら通知します", held.until),
    }
}

/// Behind an alert that opens an incident.
pub(super) fn opened_en(held: &Held) -> String {
    let source = held.source.unwrap_or_default();
    format!(", inhibited by {source}, at most until {} ({}: {})", held.until, held.rule, held.reason)
}

pub(super) fn opened_ja(held: &Held) -> String {
    let source = held.source.unwrap_or_default();
    format!("、{source} により抑止中（最長 {} まで、{}: {}）", held.until, held.rule, held.reason)
}

/// In a thread.
pub(super) fn thread_en(held: &Held) -> String {
    match held.source {
        Some(source) => {
            format!("Inhibited by {source}, at most until {}: {} ({}).", held.until, held.reason, held.rule)
        }
        None => format!("What inhibited it is over. People are told at {} if it still fires.", held.until),
    }
}

pub(super) fn thread_ja(held: &Held) -> String {
    match held.source {
        Some(source) => {
            let Held { until, reason, rule, .. } = held;
            format!("{source} により通知を抑止しています（最長 {until} まで、{reason}、{rule}）。")
        }
        None => format!("抑止の原因が復旧しました。{} に発生中なら通知します。", held.until),
    }
}

/// The value of a card's field.
pub(super) fn shown_en(held: &Held) -> String {
    match held.source {
        Some(source) => {
            format!("by {source}, at most until {}: {} ({})", held.until, held.reason, held.rule)
        }
        None => format!("until {}, for what inhibited it is over ({})", held.until, held.rule),
    }
}

pub(super) fn shown_ja(held: &Held) -> String {
    let Held { until, reason, rule, .. } = held;
    match held.source {
        Some(source) => format!("{source} による（最長 {until} まで、{reason}、{rule}）"),
        None => format!("{until} まで（原因は復旧済み、{rule}）"),
    }
}
