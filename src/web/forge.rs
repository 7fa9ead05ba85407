//! Where what stands on a page is written: a line of the config with its address at the forge, or who made it at run time.

use super::doors::Doors;
use super::guest::Guest;
use crate::actor::Origin as Maker;
use crate::language::schedule::OfSchedule;
use crate::page::{Line, line_url};
use crate::place::Place;
use crate::server::live::Origin;

/// A line of the config in force.
pub(super) fn place(doors: &Doors, guest: &Guest, place: &Place) -> Line {
    Line { text: place.to_string(), href: address(doors, &guest.live.commit, place) }
}

/// The same, as it is written: `schedules/web.yaml:4`.
pub(super) fn written(doors: &Doors, guest: &Guest, place: &str) -> Line {
    let href = Place::read(place).and_then(|place| address(doors, &guest.live.commit, &place));
    Line { text: place.to_owned(), href }
}

/// The address of a line at some commit.
pub(super) fn address(doors: &Doors, commit: &str, place: &Place) -> Option<String> {
    match &doors.origin {
        Origin::Git { url, path, .. } => line_url(url, path.as_deref(), commit, place),
        Origin::Directory(_) => None,
    }
}

/// Who made an override or a silence, or where it is written.
pub(super) fn maker(doors: &Doors, guest: &Guest, made: &Maker) -> Line {
    match made {
        Maker::File(at) => place(doors, guest, at),
        Maker::RunTime { by, via, .. } => {
            let name = guest.live.config.name_of(by);
            Line { text: guest.language.of_schedule(OfSchedule::Maker { name, via: *via }), href: None }
        }
    }
}
