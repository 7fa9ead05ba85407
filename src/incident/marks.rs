//! What a headline says beside the alert's words: that it flaps.

use super::Incident;
use super::message::Reader;
use crate::language::noise::Mark;

/// ` · flapping (7 in 12m)`; empty where there is nothing to say.
pub(super) fn marks(incident: &Incident, reader: &Reader) -> String {
    let flapping = incident.flaps().map(|flapping| {
        let within = u32::try_from(flapping.lasted().as_secs()).unwrap_or(u32::MAX);
        Mark::Flapping { fires: flapping.fires, within }
    });
    flapping.iter().map(|mark| format!(" · {}", reader.language.mark(mark))).collect()
}
