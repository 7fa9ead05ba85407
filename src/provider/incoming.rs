//! Whose callback it is, by its path; each vendor verifies its own signature before it reads a word.

use super::callback::{CALLBACK_BODY_MAX, Callback, CallbackRequest, Context, Refusal};
use super::http::HttpAnswer;
use super::{jira_webhook, slack, twilio, twilio_heard};
use crate::config::{Config, Secrets};
use crate::incident::Reply;
use jiff::Timestamp;

/// Verifies and reads a callback. Any body is answered; nothing is believed without a signature.
pub fn callback(
    config: &Config,
    secrets: &Secrets,
    request: &CallbackRequest,
    now: Timestamp,
) -> Result<Callback, Refusal> {
    if request.body.len() > CALLBACK_BODY_MAX {
        return Err(Refusal::new(
            413,
            "too_large",
            format!("a callback is at most {CALLBACK_BODY_MAX} bytes"),
        ));
    }
    match request
        .path
        .strip_prefix("/v1/callbacks/")
        .and_then(|rest| rest.split_once('/').or(Some((rest, ""))))
    {
        Some(("slack", "")) => slack::callback(config, secrets, request, now),
        Some(("jira", rest)) => jira_webhook::callback(config, secrets, request, rest, now),
        Some(("twilio", "sms")) => {
            let form = twilio::verified(config, secrets, request, now)?;
            Ok(twilio_heard::heard(config, secrets, &form))
        }
        Some(("twilio", rest)) => twilio::callback(config, secrets, request, rest, now),
        _ => Err(Refusal::unknown()),
    }
}

/// The reply to a command in the provider's form.
pub fn answer(config: &Config, context: &Context, reply: &Reply) -> HttpAnswer {
    match context {
        Context::Call { delivery, user, language, round, unknown_key } => {
            let call = twilio::Call { delivery: *delivery, user: user.as_deref(), round: *round };
            twilio::answer(config, &call, *language, *unknown_key, reply)
        }
        Context::Text { user, language, code } => {
            twilio_heard::answer(config, (user, *language), code.as_deref(), reply)
        }
    }
}
