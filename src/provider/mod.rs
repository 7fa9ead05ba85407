//! A delivery to HTTP requests, and HTTP back to outcomes and commands: one file for each provider.
//!
//! Pure: requests and responses are values, and the server's one HTTP client runs them. A provider escapes, cuts to its
//! limits and classifies what came back; the words come from [`message`](crate::incident::message), and whether to try
//! again, or somebody else, is decided by the incident. Callbacks are believed only with a provider's signature.

mod blocks;
mod callback;
pub mod doctor;
pub mod doctor_jira;
pub mod doctor_slack;
pub mod doctor_twilio;
mod http;
pub mod jira;
mod print;
pub mod slack;
pub mod twilio;
mod twiml;

pub use callback::{CALLBACK_BODY_MAX, Callback, CallbackRequest, Context, Refusal, answer, callback};
pub use http::{
    Failure, HttpAnswer, Method, QUOTE_MAX, RESPONSE_BODY_MAX, RETRY_AFTER_MAX, Request, Response,
    TIMEOUT_MAX,
};
pub use print::{COLUMNS, print, words, wrap};

use crate::config::{Config, Secret, SecretSource, Secrets};
use crate::incident::{Delivery, Outcome, Task};
use jiff::Timestamp;

/// The most requests that one delivery takes: a Jira issue looked up, made, moved and commented, with one to spare.
pub const REQUESTS_MAX: u32 = 6;

/// What comes next for a delivery.
#[derive(Clone, Debug, PartialEq)]
pub enum Progress {
    /// Send this, and hand the result to [`resume`] with what is pending.
    Send(Pending, Request),
    Done(Outcome),
}

/// A delivery between two requests.
#[derive(Clone, Debug, PartialEq)]
pub enum Pending {
    Slack(slack::Pending),
    Jira(jira::Pending),
    Twilio(twilio::Pending),
}

/// The first request of a delivery. What is missing (a secret, a number, a provider) is an outcome that names it.
pub fn begin(config: &Config, secrets: &Secrets, delivery: &Delivery, _now: Timestamp) -> Progress {
    let progress = match &delivery.task {
        Task::Call { .. } | Task::HangUp { .. } => twilio::begin(config, secrets, delivery),
        Task::Ticket { reference, ticket } => {
            jira::begin(config, secrets, reference.as_deref(), ticket, delivery.repeat)
        }
        Task::Direct { .. } | Task::Channel { .. } => slack::begin(config, secrets, delivery),
    };
    progress.unwrap_or_else(|reason| Progress::Done(Outcome::Rejected { reason }))
}

/// What follows from the result of the request that was sent for `pending`.
pub fn resume(
    config: &Config,
    secrets: &Secrets,
    pending: Pending,
    result: Result<Response, Failure>,
) -> Progress {
    let progress = match pending {
        Pending::Slack(pending) => slack::resume(config, secrets, pending, result),
        Pending::Jira(pending) => jira::resume(config, secrets, pending, result),
        Pending::Twilio(pending) => Ok(Progress::Done(twilio::resume(pending, result))),
    };
    progress.unwrap_or_else(|reason| Progress::Done(Outcome::Rejected { reason }))
}

/// The value, or what is missing and where it is asked for.
fn secret<'a>(secrets: &'a Secrets, source: &SecretSource, wanted_by: &str) -> Result<&'a Secret, String> {
    secrets
        .get(source)
        .ok_or_else(|| format!("{source} is not set where the server runs; {wanted_by} needs it"))
}
