//! Silences: those that mute nothing, everything, or for too long.

use super::matchers::is_anything;
use super::{Found, Subject};
use crate::compile::Spot;
use crate::config::{Silence, SilencePeriod};
use crate::language::words::Words;
use crate::schedule::LOOK_AHEAD_DAYS_MAX;
use jiff::{SignedDuration, Timestamp};

/// The longest that something should be silent without being thought about again.
const SILENT_MAX: SignedDuration = SignedDuration::from_hours(30 * 24);

pub(super) fn mutes_nothing(subject: &Subject<'_>) -> Vec<Found> {
    let silences = &subject.config.silences;
    let mut found = Vec::new();
    for (index, silence) in silences.iter().enumerate() {
        if never_opens(silence) {
            let message = Words::new(
                "this silence mutes nothing: its window does not open between its dates",
                "このサイレンスは何も止めません。日付の間に時間帯が一度も来ません",
            );
            found.push(
                Found::new(Spot::line(&silence.place()), message)
                    .help(Words::new("look at the days and the dates", "曜日と日付を見直してください")),
            );
            continue;
        }
        let around = silences.iter().enumerate().find(|(other, around)| {
            *other != index && covers(around, silence) && (!covers(silence, around) || *other < index)
        });
        if let Some((_, around)) = around {
            let message = Words::new(
                "this silence mutes nothing: another one mutes all of it",
                "このサイレンスは何も止めません。別のサイレンスがすべてを含んでいます",
            );
            let one = Found::new(Spot::line(&silence.place()), message)
                .help(Words::new("one of the two can go", "どちらかは消してかまいません"));
            found.push(one.label(Spot::line(&around.place()), Words::new("the other one", "もう一方")));
        }
    }
    found
}

fn never_opens(silence: &Silence) -> bool {
    let SilencePeriod::Every { hours, from, until } = &silence.period else { return false };
    let look_ahead = SignedDuration::from_hours(24 * (LOOK_AHEAD_DAYS_MAX - 1));
    let first = from.unwrap_or_else(|| until.checked_sub(look_ahead).unwrap_or(Timestamp::MIN));
    !hours.contains(first) && hours.next_start(first).is_none_or(|start| start >= *until)
}

/// Whether everything that `inner` mutes is muted by `outer` for all of its time.
fn covers(outer: &Silence, inner: &Silence) -> bool {
    let (SilencePeriod::Once { from, until }, SilencePeriod::Once { from: inner_from, until: inner_until }) =
        (&outer.period, &inner.period)
    else {
        return false;
    };
    let services = !inner.services.is_empty() && inner.services.iter().all(|id| outer.services.contains(id));
    outer.when.is_none() && services && from <= inner_from && inner_until <= until
}

/// Without `services`, and with a `when` that every alert matches.
pub(super) fn mutes_everything(subject: &Subject<'_>) -> Vec<Found> {
    let wide = subject
        .config
        .silences
        .iter()
        .filter(|silence| silence.services.is_empty() && silence.when.as_ref().is_some_and(is_anything));
    wide.map(|silence| {
        let message = Words::new(
            "this silence mutes every alert of every service: nobody is woken by anything",
            "すべてのサービスのすべてのアラートを止めるので、何が起きても誰も呼ばれません",
        );
        Found::new(Spot::line(&silence.place()), message).help(Words::new(
            "name the `services`, or say more in `when`",
            "`services` を書くか、`when` の条件を増やしてください",
        ))
    })
    .collect()
}

pub(super) fn too_long(subject: &Subject<'_>) -> Vec<Found> {
    let long = subject.config.silences.iter().filter(|silence| match &silence.period {
        SilencePeriod::Once { from, until } => until.duration_since(*from) > SILENT_MAX,
        SilencePeriod::Every { .. } => false,
    });
    long.map(|silence| {
        let message = Words::new(
            "this silence lasts for more than 30 days without a pause",
            "このサイレンスは途切れずに 30 日より長く続きます",
        );
        let help = Words::new(
            "give it a nearer end, so that somebody thinks about it again; or mend or remove the alert",
            "もう一度考え直せるように終わりを近くするか、アラートそのものを直すか消してください",
        );
        Found::new(Spot::line(&silence.place()), message).help(help)
    })
    .collect()
}
