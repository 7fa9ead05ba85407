//! AWS End User Messaging: whether the key is good, and whether the account reaches everybody.
//!
//! `DescribeAccountAttributes`: <https://docs.aws.amazon.com/pinpoint/latest/apireference_smsvoicev2/API_DescribeAccountAttributes.html>.

use super::aws_sms::signing;
use super::doctor::{Answer, Examined, Kind, Question, Topic, Verdict, again, answered};
use super::http::{Failure, Request, Response};
use crate::config::{Config, Secrets};
use crate::language::words::Words;
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
    let wrong = |why: Words, out: Words| Verdict::wrong(Examined::AwsSms, Kind::Account, "", why, out);
    let response = match result {
        Ok(response) => response,
        Err(failure) => return failure.verdict(Examined::AwsSms, Kind::Account, "", at),
    };
    let body = response.json();
    let attributes = body["AccountAttributes"].as_array();
    let tier = attributes.and_then(|all| all.iter().find(|one| one["Name"] == "ACCOUNT_TIER"));
    match (response.status, tier.and_then(|tier| tier["Value"].as_str())) {
        (200, Some("SANDBOX")) => wrong(
            Words::new(
                "the account is in the sandbox: only verified numbers get its text messages",
                "アカウントがサンドボックスのため、確認済みの番号にしか SMS が届きません",
            ),
            Words::new(
                "ask AWS for production access in End User Messaging SMS",
                "End User Messaging SMS で本番アクセスを申請します",
            ),
        ),
        (200, Some(_)) => Verdict::well(Examined::AwsSms, Kind::Account, "", Words::default()),
        (200, None) => wrong(
            Words::new("the answer is not Amazon's", "Amazon の応答ではありません"),
            Words::new("check providers.aws_sms.api_url", "providers.aws_sms.api_url を確認します"),
        ),
        (400 | 401 | 403, _) => wrong(
            Words::new(
                "Amazon refuses the access key, or it may not describe the account",
                "Amazon がアクセスキーを拒否したか、アカウントを参照する権限がありません",
            ),
            Words::new(
                "check access_key_id, the secret and its policy: docs/people.md lists what it needs",
                "access_key_id、シークレット、ポリシーを確認します（必要な権限は docs/people.md）",
            ),
        ),
        (status, _) => wrong(answered("Amazon", status), again()),
    }
}
