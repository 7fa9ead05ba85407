//! Who is on call, as the command line and the API give it to programs.

use crate::schedule::{Handover, OnCall, Reason, Shift, Source};
use jiff::SignedDuration;
use serde_json::{Value, json};

/// How far ahead to look for the next handover.
pub const HORIZON: SignedDuration = SignedDuration::from_hours(90 * 24);

/// Who is on call on a schedule, by which rule, until when, and who is next.
pub fn who_object(schedule: &str, handover: &Handover, reason: &Reason) -> Value {
    let last = reason.overrides.last();
    json!({
        "schedule": schedule,
        "users": handover.on_call.users,
        "shadows": handover.on_call.shadows,
        "source": source(&handover.on_call),
        "place": last.map(|change| change.origin.to_string()).or(reason.layer.map(|rule| rule.place.to_owned())),
        "reason": last.and_then(|change| change.reason.as_deref()),
        "away": reason.away,
        "until": handover.next.as_ref().map(|_| handover.until.to_string()),
        "next": handover.next.as_ref().map(|next| json!({
            "users": next.users, "shadows": next.shadows, "source": source(next),
        })),
    })
}

pub fn shift_object(shift: &Shift) -> Value {
    json!({
        "start": shift.start.to_string(),
        "end": shift.end.to_string(),
        "users": shift.on_call.users,
        "shadows": shift.on_call.shadows,
        "source": source(&shift.on_call),
    })
}

/// The source as the config page writes it: `layer/weekly`, or an override's `file:line`.
pub fn source(on_call: &OnCall) -> Option<String> {
    match &on_call.source {
        Source::Nobody => None,
        Source::Layer(name) => Some(layer(name)),
        Source::Override(place) => Some(place.to_string()),
    }
}

pub fn layer(name: &str) -> String {
    format!("layer/{name}")
}
