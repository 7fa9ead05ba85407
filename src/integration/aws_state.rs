//! What AWS calls the state of a thing: whether it failed, is over or well, or is on its way.
//!
//! The words of the services' own pages, in whatever case (`TIMED_OUT`, `TimedOut`). A word that is none of them is not told
//! from a failure, and pages.

use super::json;
use crate::alert::Action;
use serde_json::Value;

/// Any of them among the words of a state: it failed (`UPDATE_ROLLBACK_COMPLETE`, `COMPLETED_WITH_ERRORS`).
const FAILED: [&str; 28] = [
    "FAILED",
    "FAILURE",
    "FAIL",
    "FAULT",
    "ERROR",
    "ERRORS",
    "TIMED",
    "TIMEOUT",
    "ROLLBACK",
    "UNHEALTHY",
    "IMPAIRED",
    "NON",
    "NOT",
    "DEGRADED",
    "UNSUCCESSFUL",
    "BREACHED",
    "EXPIRED",
    "UNAVAILABLE",
    "CRITICAL",
    "SEVERE",
    "DENIED",
    "REJECTED",
    "INACCESSIBLE",
    "LOST",
    "ABORTED",
    "CRASHED",
    "DOWN",
    "EXPIRATION",
];
/// The last word of a state that is well.
const OVER: [&str; 17] = [
    "SUCCEED",
    "SUCCEEDED",
    "SUCCESS",
    "SUCCESSFUL",
    "COMPLETED",
    "COMPLETE",
    "PASSED",
    "OK",
    "COMPLIANT",
    "HEALTHY",
    "AVAILABLE",
    "RESOLVED",
    "CLEARED",
    "CLOSED",
    "RECOVERED",
    "FIXED",
    "NORMAL",
];
/// The last word of a state that is neither: on its way, or given up by somebody.
const BETWEEN: [&str; 31] = [
    "STARTED",
    "START",
    "STARTING",
    "RUNNING",
    "PROGRESS",
    "PROGRESSING",
    "PENDING",
    "QUEUED",
    "SUBMITTED",
    "RUNNABLE",
    "CREATED",
    "CREATING",
    "UPDATING",
    "DELETING",
    "MODIFYING",
    "PROVISIONING",
    "SCHEDULED",
    "WAITING",
    "READY",
    "RESUMED",
    "INITIATED",
    "REDRIVE",
    "SUPERSEDED",
    "CANCELED",
    "CANCELLED",
    "CANCELING",
    "CANCELLING",
    "SKIPPED",
    "STOPPING",
    "BUILDING",
    "ACTIVATING",
];
/// The longest reason in a summary, in characters.
pub const REASON_MAX: usize = 200;

/// What an event about a thing in this state asks for: `NON_COMPLIANT` pages, `SUCCEEDED` resolves, `STARTED` is a note.
pub fn action(state: &str) -> Action {
    let words = words(state);
    let last = words.last().map(String::as_str).unwrap_or_default();
    if words.iter().any(|word| FAILED.contains(&word.as_str())) && last != "PROGRESS" {
        Action::Trigger
    } else if OVER.contains(&last) {
        Action::Resolve
    } else if BETWEEN.contains(&last) {
        Action::Note
    } else {
        Action::Trigger
    }
}

/// Whether any of the known words is in a state.
pub fn is_known(state: &str) -> bool {
    let words = words(state);
    let last = words.last().map(String::as_str).unwrap_or_default();
    words.iter().any(|word| FAILED.contains(&word.as_str()))
        || OVER.contains(&last)
        || BETWEEN.contains(&last)
}

/// `TimedOut`, `timed-out` and `TIMED_OUT` are two words.
fn words(state: &str) -> Vec<String> {
    let mut spaced = String::with_capacity(state.len());
    let mut before_is_small = false;
    for c in state.chars() {
        if c.is_uppercase() && before_is_small {
            spaced.push(' ');
        }
        before_is_small = c.is_lowercase();
        spaced.push(if c.is_alphanumeric() { c.to_ascii_uppercase() } else { ' ' });
    }
    spaced.split_whitespace().map(str::to_owned).collect()
}

/// The state that the details of an event name: at one of the pointers, else at a member whose name ends so.
pub fn named<'d>(detail: &'d Value, pointers: &[&str]) -> Option<std::borrow::Cow<'d, str>> {
    let known = pointers.iter().find_map(|pointer| json::at(detail, pointer));
    known.or_else(|| {
        let is_state = |name: &str| {
            let name = name.to_ascii_lowercase();
            !name.starts_with("previous") && (name.ends_with("status") || name.ends_with("state"))
        };
        let members = detail.as_object()?.iter();
        members.filter(|(name, _)| is_state(name)).find_map(|(_, value)| json::scalar(value))
    })
}

/// Why it is so, and which part failed, in one line: at most [`REASON_MAX`] characters.
pub fn reason(detail: &Value) -> Option<String> {
    const REASONS: [&str; 16] = [
        "/stoppedReason",
        "/statusReason",
        "/statusMessage",
        "/reason",
        "/message",
        "/Message",
        "/errorMessage",
        "/error",
        "/failureReason",
        "/FailureReason",
        "/StatusMessage",
        "/status-reason",
        "/status-details/status-reason",
        "/execution-result/external-execution-summary",
        "/cause",
        "/detailMessage",
    ];
    let phases = detail.pointer("/additional-information/phases").and_then(Value::as_array);
    let failed = phases.into_iter().flatten().find_map(|phase| {
        let status = json::text(phase, "phase-status")?;
        let context = json::at(phase, "/phase-context/0").unwrap_or_default();
        let name = json::text(phase, "phase-type")?;
        (action(&status) == Action::Trigger).then(|| format!("{name} {context}").trim_end().to_owned())
    });
    let said = || REASONS.iter().find_map(|pointer| json::at(detail, pointer)).map(|text| text.into_owned());
    let reason = failed.or_else(said)?;
    let line = reason.split_whitespace().collect::<Vec<_>>().join(" ");
    Some(crate::alert::cut(&line, REASON_MAX))
}
