//! Twilio: a text message, and the receipts that say whether it arrived.
//!
//! Messages: <https://www.twilio.com/docs/messaging/api/message-resource>. Where there is a public URL, receipts come back to
//! it, signed as those of calls are; a message that did not arrive hastens the person's next way. What
//! people answer is in `twilio_heard`.

use super::http::{Request, unavailable};
use super::twilio_names::{NAME_MAX, about};
use crate::config::{Config, Provider, SMS_VALID_SECONDS, Secret, Twilio};
use crate::incident::message::cut;
use crate::incident::{Delivery, Outcome, Reason};
use crate::reason::Fault;

pub(super) fn request(
    config: &Config,
    twilio: &Twilio,
    authorization: Secret,
    to: &str,
    (body, delivery): (&str, &Delivery),
) -> Request {
    let url = format!("{}/2010-04-01/Accounts/{}/Messages.json", twilio.api_url, twilio.account_sid);
    let valid = SMS_VALID_SECONDS.to_string();
    let public = config.organisation.public_url.as_ref();
    let callback = public.map(|public| format!("{public}/v1/callbacks/twilio/{}/sms", delivery.id));
    let mut form: Vec<(&str, &str)> =
        vec![("To", to), ("From", &twilio.sms_from), ("Body", body), ("ValidityPeriod", &valid)];
    form.extend(callback.iter().map(|url| ("StatusCallback", url.as_str())));
    Request::form(url, authorization, &form)
}

/// What a `MessageStatus` means; `None` for one that says nothing, such as `sent`: it is with the carrier.
pub(super) fn receipt(status: &str, sid: &str, code: Option<&str>) -> Option<Outcome> {
    let reference = || cut(sid, NAME_MAX);
    match status {
        "accepted" | "queued" | "sending" if !sid.is_empty() => {
            Some(Outcome::Accepted { reference: reference() })
        }
        "delivered" => Some(Outcome::delivered(reference())),
        "undelivered" | "failed" | "canceled" => Some(failed(code)),
        _ => None,
    }
}

/// Why it did not arrive. In Japan it often comes without a reason.
fn failed(code: Option<&str>) -> Outcome {
    let code = code.and_then(|code| code.parse::<u64>().ok()).filter(|code| *code > 0);
    let reason = |fault| Reason::of(Provider::Twilio, fault, about(code));
    match code {
        Some(20429) => unavailable(reason(Fault::SlowDown)),
        Some(500..=599) => unavailable(reason(Fault::CarrierFailed)),
        Some(30001 | 30003 | 30008) => unavailable(reason(Fault::Undelivered)),
        Some(30002) => Outcome::Rejected { reason: reason(Fault::Forbidden) },
        Some(30005) => Outcome::Rejected { reason: reason(Fault::NumberInvalid) },
        Some(30004 | 30006) => Outcome::Rejected { reason: reason(Fault::NumberRefused) },
        Some(21610) => Outcome::Rejected { reason: reason(Fault::OptedOut) },
        _ => Outcome::Rejected { reason: reason(Fault::Undelivered) },
    }
}
