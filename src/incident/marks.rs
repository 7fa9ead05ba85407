//! What a headline says beside the alert's words: held, silenced, snoozed, merged, flapping. What inhibits it is in `message`.

use super::parts::{Hold, Status};
use super::reader::Reader;
use super::state::Incident;
use crate::language::noise::Mark;

/// ` · silenced · flapping (7 in 12m)`; empty where there is nothing to say.
pub(super) fn marks(incident: &Incident, reader: &Reader) -> String {
    let (language, zone) = (reader.language, reader.zone);
    let open = incident.status != Status::Resolved;
    let mut marks: Vec<String> = Vec::new();
    if let Some(held) = incident.held_back.as_ref().filter(|_| open) {
        match held.by {
            Hold::Wait => {
                let until = &language.clock(held.until, zone);
                marks.push(language.mark(&Mark::Held { until }));
            }
            Hold::Silence => marks.push(language.mark(&Mark::Silenced)),
            Hold::Inhibition => {}
        }
    }
    let snoozed = incident.acknowledgement.as_ref().filter(|held| held.snoozed && open);
    if let Some(until) = snoozed.and_then(|held| held.until) {
        marks.push(language.mark(&Mark::Snoozed { until: &language.date_time(until, zone) }));
    }
    if let Some(into) = incident.merged.into {
        marks.push(language.mark(&Mark::Merged { into: &into.to_string() }));
    }
    if let Some(flapping) = incident.flaps() {
        let within = u32::try_from(flapping.lasted().as_secs()).unwrap_or(u32::MAX);
        marks.push(language.mark(&Mark::Flapping { fires: flapping.fires, within }));
    }
    marks.iter().map(|mark| format!(" · {mark}")).collect()
}
