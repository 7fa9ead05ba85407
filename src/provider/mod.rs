//! A delivery to HTTP requests, and HTTP back to outcomes and commands: one file for each provider.
//!
//! Pure: requests and responses are values, and the server's one HTTP client runs them. A provider escapes, cuts to its
//! limits and classifies what came back; the words come from [`message`](crate::incident::message), and whether to try
//! again, or somebody else, is decided by the incident. Callbacks are believed only with a provider's signature.

mod aws_sms;
mod blocks;
mod callback;
pub mod connect;
pub mod doctor;
mod doctor_aws_sms;
mod doctor_connect;
pub mod doctor_jira;
pub mod doctor_push;
pub mod doctor_rooms;
pub mod doctor_sign_in;
pub mod doctor_slack;
pub mod doctor_twilio;
mod escape;
pub mod examination;
pub mod google_chat;
mod http;
mod incoming;
pub mod jira;
mod jira_text;
mod jira_webhook;
mod link;
pub mod mail;
mod ntfy;
mod print;
mod pushover;
pub mod sigv4;
pub mod slack;
pub mod slack_groups;
pub mod slack_heard;
pub mod slack_manifest;
pub mod slack_said;
pub mod slack_socket;
pub mod slack_view;
pub mod teams;
pub mod twilio;
mod twilio_heard;
mod twilio_names;
mod twilio_sms;
mod twiml;
pub mod webhook;

pub use callback::{CALLBACK_BODY_MAX, Callback, CallbackRequest, Context, Refusal};
pub use http::{
    Failure, HttpAnswer, Method, QUOTE_MAX, RESPONSE_BODY_MAX, RETRY_AFTER_MAX, Request, Response, Signing,
    TIMEOUT_MAX,
};
pub use incoming::{answer, callback};
pub use print::{COLUMNS, print, printed_reference, words, wrap};

use crate::config::{Config, Links, Provider, Secret, SecretSource, Secrets};
use crate::incident::{Command, Delivery, Outcome, Reason, Reply, Task};
use crate::language::Language;
use crate::reason::Fault;

/// The most requests that one delivery takes: a Jira issue that cannot be opened again, followed by another, which is
/// looked up, made, made again without a field, linked and commented.
pub const REQUESTS_MAX: u32 = 8;

/// What comes next for a delivery.
#[derive(Clone, Debug, PartialEq)]
pub enum Progress {
    /// Send this, and hand the result to [`resume`] with what is pending.
    Send(Pending, Request),
    /// Hand this to its SMTP server, and the reply to [`resume`]: its code is the status.
    Mail(Pending, Box<mail::Message>),
    Done(Outcome),
    /// What became of it, and what its person asks for by it: that comes first.
    Answered(Outcome, Box<Command>),
    /// What became of it, and who waits on the phone to hear what came of that.
    Heard(Outcome, Listener),
}

/// Somebody who pressed a key and listens.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Listener {
    /// The vendor's name for the call.
    pub call: String,
    pub language: Language,
}

/// Tells somebody who listens what their key led to; `None`: it cannot be told.
pub fn tell(config: &Config, secrets: &Secrets, listener: &Listener, reply: &Reply) -> Option<Request> {
    connect::tell(config, secrets, listener, reply)
}

/// A delivery between two requests.
#[derive(Clone, Debug, PartialEq)]
pub enum Pending {
    Slack(slack::Pending),
    Jira(Box<jira::Pending>),
    Twilio(twilio::Pending),
    Teams(teams::Pending),
    GoogleChat(google_chat::Pending),
    Connect(connect::Pending),
    Mail(mail::Pending),
    Ntfy(ntfy::Pending),
    Pushover(pushover::Pending),
    AwsSms(aws_sms::Pending),
}

/// The first request of a delivery. What is missing (a secret, a number, a provider) is an outcome that names it. `links`
/// signs the link that a message of it carries.
pub fn begin(config: &Config, secrets: &Secrets, links: &Links, delivery: &Delivery) -> Progress {
    let link = link::of(config, links, delivery);
    let progress = match delivery.provider {
        Provider::Slack => slack::begin(config, secrets, delivery),
        Provider::Jira => jira::begin(config, secrets, delivery),
        Provider::Twilio => twilio::begin(config, secrets, delivery, link.as_deref()),
        Provider::Teams => teams::begin(config, secrets, delivery),
        Provider::GoogleChat => google_chat::begin(config, secrets, delivery),
        Provider::Connect => connect::begin(config, secrets, delivery),
        Provider::Mail => mail::begin(config, secrets, delivery, link.as_deref()),
        Provider::Ntfy => ntfy::begin(config, secrets, delivery, link.as_deref()),
        Provider::Pushover => pushover::begin(config, secrets, delivery, link.as_deref()),
        Provider::AwsSms => aws_sms::begin(config, secrets, delivery, link.as_deref()),
    };
    progress.unwrap_or_else(|reason| {
        Progress::Done(match delivery.task {
            // A question that cannot be asked says nothing of what it is about.
            Task::Ask { .. } => Outcome::Unknown { reason },
            Task::Page { .. } | Task::Mirror { .. } | Task::Edit { .. } | Task::HangUp { .. } => {
                Outcome::Rejected { reason }
            }
        })
    })
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
        Pending::Jira(pending) => jira::resume(config, secrets, *pending, result),
        Pending::Twilio(pending) => Ok(Progress::Done(twilio::resume(pending, result))),
        Pending::Teams(_) => Ok(Progress::Done(teams::resume(result))),
        Pending::GoogleChat(_) => Ok(Progress::Done(google_chat::resume(result))),
        Pending::Connect(pending) => connect::resume(config, secrets, pending, result),
        Pending::Mail(pending) => Ok(Progress::Done(mail::resume(pending, result))),
        Pending::Ntfy(ntfy::Pending) => Ok(Progress::Done(ntfy::resume(result))),
        Pending::Pushover(pending) => Ok(pushover::resume(pending, result)),
        Pending::AwsSms(aws_sms::Pending) => Ok(Progress::Done(aws_sms::resume(result))),
    };
    progress.unwrap_or_else(|reason| Progress::Done(Outcome::Rejected { reason }))
}

/// The value of a provider's secret, or that it is missing.
fn secret<'a>(
    secrets: &'a Secrets,
    provider: Provider,
    source: &SecretSource,
    field: &str,
) -> Result<&'a Secret, Reason> {
    secrets.get(source).ok_or_else(|| {
        let wanted_by = format!("{source}, wanted by providers.{}.{field}", provider.row().key);
        Reason::of(provider, Fault::SecretMissing, wanted_by)
    })
}

/// A task that this provider does not carry: the table of providers and its file disagree.
fn not_carried(provider: Provider) -> Reason {
    Reason::of(provider, Fault::NotSetUp, "it does not carry this")
}
