//! What an expectation says of its alert beside others: dropped, muted and by what, held, one of several.
//!
//! What the alert comes to is asked of the state machine ([`together`](crate::preview::together)); here it is compared.

use super::{Found, Subject};
use crate::actor::Origin;
use crate::compile::{Expectation, Finding, nearest};
use crate::config::Config;
use crate::incident::{HeldBack, Hold};
use crate::language::Language;
use crate::language::words::{Words, did_you_mean};
use crate::place::Place;
use crate::preview::Simulated;
use crate::preview::together::{Fate, What};
use crate::reason::Why;
use std::collections::BTreeSet;
use std::sync::Arc;

/// The code of an expectation that does not hold.
pub const CODE: &str = "OC090";

/// What comes of the alert other than the expectation says, each at its key.
pub(super) fn breaches(expectation: &Expectation, simulated: &Simulated) -> Vec<Finding> {
    let breaches = [
        drop_breach(expectation, simulated),
        mute_breach(expectation, simulated),
        muted_by_breach(expectation, simulated),
        hold_breach(expectation, simulated),
        join_breach(expectation, simulated),
    ];
    breaches.into_iter().flatten().collect()
}

/// What the alert that was played comes to: it is the last of its body.
fn fate(simulated: &Simulated) -> Option<&Fate> {
    simulated.fates.last()
}

/// Why the alert that was played is dropped, if it is.
pub fn dropped_by(simulated: &Simulated) -> Option<&Why> {
    match &fate(simulated)?.what {
        What::Ignored(why @ Why::Dropped { .. }) => Some(why),
        What::Ignored(_)
        | What::Opens
        | What::BeginsStorm(_)
        | What::Joins
        | What::Folds(_)
        | What::Reopens
        | What::Changes
        | What::Ends
        | What::Taken
        | What::Noted
        | What::Nothing => None,
    }
}

/// What mutes the alert that was played when it comes: a silence or an inhibition.
pub fn muted_by(simulated: &Simulated) -> Option<&HeldBack> {
    fate(simulated)?.held.as_ref().filter(|held| held.by != Hold::Wait)
}

/// The rule that holds it when it comes.
pub fn held_by(simulated: &Simulated) -> Option<&HeldBack> {
    fate(simulated)?.held.as_ref().filter(|held| held.by == Hold::Wait)
}

/// That the alert is dropped, or is not, other than it is said.
fn drop_breach(expectation: &Expectation, simulated: &Simulated) -> Option<Finding> {
    let wanted = expectation.dropped?;
    let name = &expectation.name;
    let text = match (wanted, dropped_by(simulated)) {
        (true, None) => Words::new(
            format!("`{name}`: no rule drops the alert"),
            format!("`{name}`: アラートを捨てるルールがありません"),
        ),
        (false, Some(why)) => Words::new(
            format!("`{name}`: the alert is {}", Language::En.why(why)),
            format!("`{name}`: アラートは破棄されます（{}）", Language::Ja.why(why)),
        ),
        (true, Some(_)) | (false, None) => return None,
    };
    Some(finding(expectation, "dropped", text))
}

/// That an inhibition mutes the alert, or does not, other than it is said.
fn mute_breach(expectation: &Expectation, simulated: &Simulated) -> Option<Finding> {
    let wanted = expectation.muted?;
    let name = &expectation.name;
    let by = muted_by(simulated).filter(|held| held.by == Hold::Inhibition);
    let text = match (wanted, by) {
        (true, None) => Words::new(
            format!("`{name}`: no inhibition mutes the alert"),
            format!("`{name}`: アラートを抑止するルールがありません"),
        ),
        (false, Some(held)) => Words::new(
            format!("`{name}`: the alert is muted by {} ({})", held.origin, held.reason),
            format!("`{name}`: アラートは {} により抑止されます（{}）", held.origin, held.reason),
        ),
        (true, Some(_)) | (false, None) => return None,
    };
    Some(finding(expectation, "muted", text))
}

/// That something else mutes the alert than it is said, or nothing does.
fn muted_by_breach(expectation: &Expectation, simulated: &Simulated) -> Option<Finding> {
    let wanted = expectation.muted_by.as_deref()?;
    let name = &expectation.name;
    let text = match muted_by(simulated) {
        Some(HeldBack { origin: Origin::File(place), .. }) if is(place, wanted) => return None,
        Some(held) => Words::new(
            format!("`{name}`: the alert is muted by {}, not by {wanted}", held.origin),
            format!("`{name}`: アラートの通知を止めるのは {wanted} ではなく {} です", held.origin),
        ),
        None => Words::new(
            format!("`{name}`: nothing mutes the alert"),
            format!("`{name}`: アラートの通知を止めるものがありません"),
        ),
    };
    Some(finding(expectation, "muted_by", text))
}

/// That the alert is held, or is not, other than it is said.
fn hold_breach(expectation: &Expectation, simulated: &Simulated) -> Option<Finding> {
    let wanted = expectation.held?;
    let name = &expectation.name;
    let text = match (wanted, held_by(simulated)) {
        (true, None) => Words::new(
            format!("`{name}`: no rule holds the alert"),
            format!("`{name}`: アラートを保留するルールがありません"),
        ),
        (false, Some(held)) => Words::new(
            format!("`{name}`: the alert is held by {}", held.origin),
            format!("`{name}`: アラートは {} により保留されます", held.origin),
        ),
        (true, Some(_)) | (false, None) => return None,
    };
    Some(finding(expectation, "held", text))
}

/// That the alert becomes part of another incident, or does not, other than it is said.
fn join_breach(expectation: &Expectation, simulated: &Simulated) -> Option<Finding> {
    let wanted = expectation.joins?;
    let name = &expectation.name;
    let fate = fate(simulated);
    let joins = fate.is_some_and(|fate| fate.what.joins());
    if joins == wanted {
        return None;
    }
    let id = fate.and_then(|fate| fate.incident).map(|id| id.to_string()).unwrap_or_default();
    let text = match (wanted, id.is_empty()) {
        (true, false) => Words::new(
            format!("`{name}`: the alert opens an incident of its own"),
            format!("`{name}`: アラートは独立したインシデントになります"),
        ),
        (true, true) => Words::new(
            format!("`{name}`: the alert comes to no incident"),
            format!("`{name}`: アラートはどのインシデントにもなりません"),
        ),
        (false, _) => Words::new(
            format!("`{name}`: the alert becomes part of an incident that is there already"),
            format!("`{name}`: アラートは既存のインシデントにまとめられます"),
        ),
    };
    Some(finding(expectation, "joins", text))
}

fn finding(expectation: &Expectation, key: &str, text: Words) -> Finding {
    Finding::error(CODE, expectation.spot.key(key), text)
}

/// Whether `inhibitions/nodes.yaml`, or `inhibitions/nodes.yaml:4`, is this place.
fn is(place: &Place, said: &str) -> bool {
    *place.file == *said || Place::read(said).is_some_and(|said| said == *place)
}

/// Where silences and inhibitions are written.
fn mutes(config: &Config) -> Vec<&Place> {
    let silences = config.silences.iter().filter_map(|silence| match &silence.origin {
        Origin::File(place) => Some(place),
        Origin::RunTime { .. } => None,
    });
    silences.chain(config.inhibitions.iter().map(|it| &it.place)).collect()
}

/// Whether it promises to be muted by what is no silence and no inhibition.
pub(super) fn names_nothing(config: &Config, expectation: &Expectation) -> bool {
    let said = expectation.muted_by.as_deref();
    said.is_some_and(|said| !mutes(config).iter().any(|place| is(place, said)))
}

/// An expectation that names what no silence or inhibition is: it can never hold.
pub(super) fn mutes_unknown(subject: &Subject<'_>) -> Vec<Found> {
    let places = mutes(subject.config);
    let files: BTreeSet<&str> = places.iter().map(|place| &*place.file).collect();
    let unknown = subject.compiled.expectations.iter().filter(|it| names_nothing(subject.config, it));
    let unknown = unknown.filter_map(|it| Some((it, it.muted_by.as_deref()?)));
    unknown
        .map(|(expectation, said)| {
            let message = Words::new(
                format!("`{said}` is no silence and no inhibition"),
                format!("`{said}` というサイレンスや抑止ルールはありません"),
            );
            let file = Place::read(said).map_or_else(|| said.to_owned(), |place| place.file.to_string());
            let in_file = places.iter().filter(|place| *place.file == *file).map(|it| it.to_string());
            let lines: Vec<String> = in_file.collect();
            let help = match (lines.is_empty(), nearest(&file, files.iter().copied())) {
                (false, _) => Words::new(
                    format!("its entries begin at {}", lines.join(", ")),
                    format!("このファイルの項目は {} から始まります", lines.join("、")),
                ),
                (true, Some(near)) => did_you_mean(near),
                (true, None) => Words::new(
                    "write its file, as in `inhibitions/nodes.yaml`, or its file and line",
                    "`inhibitions/nodes.yaml` のようにファイル名か、ファイル名と行番号を書いてください",
                ),
            };
            // An error in that file may be all that is wrong.
            Found::new(expectation.spot.key("muted_by"), message).help(help).needs(&Arc::from(file))
        })
        .collect()
}
