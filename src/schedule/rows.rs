//! The layers of a schedule side by side, each on its own: who has it when, and what hides it there.
//!
//! Who is on call in the end is what [`Schedules::shifts`] says; this shows of which parts that was made.

use super::expansion::Pieces;
use super::{HiddenBy, Layer, Schedules, UserId};
use jiff::Timestamp;

/// A layer over a range.
#[derive(Clone, Debug)]
pub struct LayerRow<'a> {
    pub layer: &'a Layer,
    /// In order, and none while it has nobody.
    pub shifts: Vec<LayerShift>,
}

/// A stretch of time in which a layer has the same people and is hidden by the same.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LayerShift {
    pub start: Timestamp,
    pub end: Timestamp,
    /// Sorted by id, each once, and somebody.
    pub users: Vec<UserId>,
    pub hidden_by: Option<HiddenBy>,
}

impl Schedules {
    /// Every layer over `[from, until)`, from the lowest; none if the schedule is unknown.
    pub fn layer_rows(&self, schedule: &str, from: Timestamp, until: Timestamp) -> Vec<LayerRow<'_>> {
        let Some((id, found)) = self.schedules.get_key_value(schedule) else { return Vec::new() };
        let mut rows: Vec<LayerRow<'_>> =
            found.layers.iter().map(|layer| LayerRow { layer, shifts: Vec::new() }).collect();
        let mut pieces = Pieces::new(self, id, from, until);
        while let Some(piece) = pieces.next() {
            for (row, (users, hidden_by)) in rows.iter_mut().zip(pieces.layers()) {
                match row.shifts.last_mut() {
                    _ if users.is_empty() => {}
                    Some(last)
                        if last.end == piece.start && last.users == users && last.hidden_by == hidden_by =>
                    {
                        last.end = piece.end;
                    }
                    _ => row.shifts.push(LayerShift { start: piece.start, end: piece.end, users, hidden_by }),
                }
            }
        }
        rows
    }
}
