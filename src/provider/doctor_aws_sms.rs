//! AWS End User Messaging: whether the key is good, and whether the account reaches everybody.
//!
//! `DescribeAccountAttributes`: <https://docs.aws.amazon.com/pinpoint/latest/apireference_smsvoicev2/API_DescribeAccountAttributes.html>.

use super::aws_sms::signing;
use super::doctor::{Answer, Examined, Kind, Question, Topic, Verdict};
use super::http::{Failure, Request, Response};
use crate::config::{Config, Secrets};
use serde_json::json;

/// Nothing where the key is not there: that is said of the secret.
pub(super) fn begin(config: &Config, secrets: &Secrets) -> Answer {
    let Some(aws) = &config.organisation.aws_sms else { return Answer::default() };
    let Ok(signing) = signing(aws, secrets) else { return Answer::default() };
    let request =
        Request::aws_call(&aws.api_url, "PinpointSMSVoiceV2.DescribeAccountAttributes", &json!({}), signing);
    Question { topic: Topic::AwsSms, request }.into()
}

pub(super) fn answer(config: &Config, result: Result<Response, Failure>) -> Verdict {
    let at = config.organisation.aws_sms.as_ref().map_or("Amazon", |it| it.api_url.as_str());
    let wrong = |why: &str, out: &str| Verdict::wrong(Examined::AwsSms, Kind::Account, "", why, out);
    let response = match result {
        Ok(response) => response,
        Err(failure) => return failure.verdict(Examined::AwsSms, Kind::Account, "", at),
    };
    let body = response.json();
    let attributes = body["AccountAttributes"].as_array();
    let tier = attributes.and_then(|all| all.iter().find(|one| one["Name"] == "ACCOUNT_TIER"));
    match (response.status, tier.and_then(|tier| tier["Value"].as_str())) {
        (200, Some("SANDBOX")) => wrong(
            "the account is in the sandbox: only verified numbers get its text messages",
            "ask AWS for production access in End User Messaging SMS",
        ),
        (200, Some(_)) => Verdict::well(Examined::AwsSms, Kind::Account, "", ""),
        (200, None) => wrong("the answer is not Amazon's", "check providers.aws_sms.api_url"),
        (400 | 401 | 403, _) => wrong(
            "Amazon refuses the access key, or it may not describe the account",
            "check access_key_id, the secret and its policy: docs/people.md lists what it needs",
        ),
        (status, _) => wrong(&format!("Amazon answered {status}"), "ask again in a minute"),
    }
}
