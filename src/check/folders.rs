//! Folders as teams: a file below one team's folder that changes or mutes what is in another's.
//!
//! Only where both have a folder: an id without one belongs to everybody.

use super::{Found, Subject};
use crate::compile::Spot;
use crate::config::Id;
use crate::language::words::Words;
use crate::place::Place;

pub(super) fn of_another_team(subject: &Subject<'_>) -> Vec<Found> {
    let config = subject.config;
    let mut found = Vec::new();
    for (id, schedule) in &config.schedules.schedules {
        let places = schedule.overrides.iter().filter_map(|each| each.origin.place().cloned());
        found.extend(
            places.filter_map(|place| touches(&place, "overrides", ("schedule", "スケジュール"), id)),
        );
    }
    for silence in &config.silences {
        found.extend(
            silence
                .services
                .iter()
                .filter_map(|id| touches(&silence.place(), "silences", ("service", "サービス"), id)),
        );
    }
    found
}

fn touches(place: &Place, folder: &str, (noun, noun_ja): (&str, &str), id: &Id) -> Option<Found> {
    let (own, _) = place.file.strip_prefix(folder)?.strip_prefix('/')?.split_once('/')?;
    let (other, _) = id.split_once('/')?;
    let message = Words::new(
        format!("a file of `{own}` touches the {noun} `{id}`, which is `{other}`'s"),
        format!("`{own}` のファイルが、`{other}` の{noun_ja} `{id}` を変えています"),
    );
    let help = Words::new(
        format!("put it into `{folder}/{other}/`, where whoever owns it reviews it"),
        format!("担当チームがレビューできるように、`{folder}/{other}/` に置いてください"),
    );
    (own != other).then(|| Found::new(Spot::line(place), message).help(help))
}
