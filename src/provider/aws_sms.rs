//! AWS End User Messaging: a text message by `SendTextMessage`.
//!
//! <https://docs.aws.amazon.com/pinpoint/latest/apireference_smsvoicev2/API_SendTextMessage.html>. Amazon tells whether one arrived only to
//! a topic or a log of one's own, so a message that it took counts as told. It has no token that makes a request that is sent twice one
//! message: a lost answer leaves it unknown. Answers to it reach nobody, so no code is in the text. The names of errors and of their
//! reasons are those of the service's model (`pinpoint-sms-voice-v2`, 2022-03-31), as Amazon's own SDKs have it.

use super::http::{Failure, Request, Response, Signing};
use super::twilio::phone;
use super::{Progress, not_carried, secret};
use crate::config::{AwsSms, Config, Provider, SMS_VALID_SECONDS, Secrets};
use crate::incident::message::{Text, cut};
use crate::incident::{Delivery, Outcome, Reason, Task, Words};
use crate::reason::Fault;
use serde_json::{Value, json};

/// The longest name that is taken from an answer, in characters.
const NAME_MAX: usize = 80;

/// A message between request and response.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Pending;

pub(super) fn begin(
    config: &Config,
    secrets: &Secrets,
    delivery: &Delivery,
    link: Option<&str>,
) -> Result<Progress, Reason> {
    let Task::Page { user, to, words: Words::Text(text), .. } = &delivery.task else {
        return Err(not_carried(Provider::AwsSms));
    };
    let aws = config.organisation.aws_sms.as_ref();
    let aws = aws.ok_or_else(|| Reason::of(Provider::AwsSms, Fault::NotSetUp, ""))?;
    let signing = signing(aws, secrets)?;
    let gone = || Reason::of(Provider::AwsSms, Fault::PersonGone, format!("users/{user}.yaml"));
    let user = config.users.get(user).ok_or_else(gone)?;
    let to = phone(user, to.as_deref(), secrets)
        .map_err(|reason| Reason { provider: Some(Provider::AwsSms), ..reason })?;
    let text = Text { code: None, ..text.clone() };
    let body = json!({
        "DestinationPhoneNumber": to,
        "MessageBody": text.line(delivery.repeat, link),
        "MessageType": "TRANSACTIONAL",
        "OriginationIdentity": aws.from,
        "TimeToLive": SMS_VALID_SECONDS,
    });
    let request = Request::aws_call(&aws.api_url, "PinpointSMSVoiceV2.SendTextMessage", &body, signing);
    Ok(Progress::Send(super::Pending::AwsSms(Pending), request))
}

pub(super) fn resume(result: Result<Response, Failure>) -> Outcome {
    let response = match result {
        Ok(response) => response,
        Err(failure) => return failure.outcome(Provider::AwsSms),
    };
    if !response.is_success() {
        return refused(&response);
    }
    match response.json()["MessageId"].as_str() {
        Some(id) => Outcome::delivered(cut(id, NAME_MAX)),
        None => Outcome::Unknown { reason: Reason::of(Provider::AwsSms, Fault::Unnamed, "") },
    }
}

/// With whose key requests are signed.
pub(super) fn signing(aws: &AwsSms, secrets: &Secrets) -> Result<Signing, Reason> {
    let key = secret(secrets, Provider::AwsSms, &aws.secret_access_key, "secret_access_key")?;
    let (region, key_id) = (aws.region.clone(), aws.access_key_id.clone());
    Ok(Signing { region, service: "sms-voice", key_id, key: key.clone() })
}

/// A refusal by the name of the error and its reason. Its own message is not quoted: it may name the number.
fn refused(response: &Response) -> Outcome {
    let body = response.json();
    let named = response.header("x-amzn-errortype").or_else(|| body["__type"].as_str()).unwrap_or_default();
    let name = named.rsplit('#').next().unwrap_or_default().split(':').next().unwrap_or_default();
    let why = body["Reason"].as_str().unwrap_or_default();
    let said = cut(format!("{name} {why}").trim(), NAME_MAX);
    let fault = match (name, why) {
        ("ThrottlingException", _) => {
            let reason = Reason::of(Provider::AwsSms, Fault::SlowDown, said);
            return Outcome::Unavailable { reason, retry_after: response.retry_after() };
        }
        ("ConflictException", why) => conflict(why),
        ("ValidationException", why) => invalid(why, &body),
        ("ResourceNotFoundException", _) => Fault::CallerRefused,
        ("AccessDeniedException", "ACCOUNT_DISABLED" | "INSUFFICIENT_ACCOUNT_REPUTATION")
        | ("ServiceQuotaExceededException", _) => Fault::Forbidden,
        (
            "AccessDeniedException"
            | "UnrecognizedClientException"
            | "InvalidSignatureException"
            | "IncompleteSignatureException"
            | "MissingAuthenticationTokenException"
            | "ExpiredTokenException",
            _,
        ) => Fault::CredentialsRefused,
        _ if response.status == 403 => Fault::CredentialsRefused,
        _ => return response.refusal(Provider::AwsSms, &said),
    };
    Outcome::Rejected { reason: Reason::of(Provider::AwsSms, fault, said) }
}

/// The reasons of a `ConflictException` that a message can meet.
fn conflict(why: &str) -> Fault {
    match why {
        "DESTINATION_PHONE_NUMBER_OPTED_OUT" => Fault::OptedOut,
        "DESTINATION_PHONE_NUMBER_NOT_VERIFIED" => Fault::TrialAccount,
        "DESTINATION_COUNTRY_BLOCKED_BY_PROTECT_CONFIGURATION" => Fault::CountryRefused,
        "DESTINATION_PHONE_NUMBER_BLOCKED_BY_PROTECT_NUMBER_OVERRIDE" => Fault::NumberRefused,
        "NO_ORIGINATION_IDENTITIES_FOUND"
        | "RESOURCE_NOT_ACTIVE"
        | "MESSAGE_TYPE_MISMATCH"
        | "NUMBER_CAPABILITIES_MISMATCH" => Fault::CallerRefused,
        _ => Fault::Status,
    }
}

/// Those of a `ValidationException`; where a field is wrong, which one it is says more.
fn invalid(why: &str, body: &Value) -> Fault {
    let fields = body["Fields"].as_array().map(Vec::as_slice).unwrap_or_default();
    let names = |name: &str| fields.iter().any(|field| field["Name"] == name);
    match why {
        "DESTINATION_COUNTRY_BLOCKED"
        | "INVALID_IDENTITY_FOR_DESTINATION_COUNTRY"
        | "COUNTRY_NOT_ENABLED"
        | "INTERNATIONAL_SENDING_NOT_SUPPORTED" => Fault::CountryRefused,
        "SENDER_ID_NOT_REGISTERED"
        | "SENDER_ID_NOT_SUPPORTED"
        | "SENDER_ID_REQUIRES_REGISTRATION"
        | "RESOURCE_NOT_ACCESSIBLE"
        | "INVALID_ARN" => Fault::CallerRefused,
        "PRICE_OVER_THRESHOLD" => Fault::Forbidden,
        _ if names("DestinationPhoneNumber") => Fault::NumberInvalid,
        _ if names("OriginationIdentity") => Fault::CallerRefused,
        _ => Fault::Status,
    }
}
