//! Twilio: whether the account is active, and may call from the configured number.
//!
//! The account (<https://www.twilio.com/docs/iam/api/account>), its numbers (`IncomingPhoneNumbers`), and, for a number that is
//! not its own, the caller ids it has verified (`OutgoingCallerIds`).

use super::doctor::{Answer, Examined, Kind, Question, Topic, TwilioTopic, Verdict, again, answered, masked};
use super::http::{Failure, Request, Response, basic};
use crate::config::{Config, Secret, Secrets, Twilio};
use crate::incident::message::cut;
use crate::language::words::Words;
use serde_json::Value;

/// The longest name that is shown, in characters.
const NAME_MAX: usize = 80;

/// Nothing where the token is not there: that is said of the secret.
pub(super) fn begin(config: &Config, secrets: &Secrets) -> Answer {
    let Some(twilio) = &config.organisation.twilio else { return Answer::default() };
    authorization(twilio, secrets)
        .map_or_else(Answer::default, |it| ask(twilio, it, ".json", TwilioTopic::Account).into())
}

pub(super) fn answer(
    config: &Config,
    secrets: &Secrets,
    topic: &TwilioTopic,
    result: Result<Response, Failure>,
) -> Answer {
    let Some(twilio) = &config.organisation.twilio else { return Answer::default() };
    let Some(authorization) = authorization(twilio, secrets) else { return Answer::default() };
    let from = masked(&twilio.from);
    let sender = masked(&twilio.sms_from);
    let (kind, name) = match topic {
        TwilioTopic::Account => (Kind::Account, ""),
        TwilioTopic::Number | TwilioTopic::CallerId => (Kind::From, from.as_str()),
        TwilioTopic::Replies => (Kind::Replies, sender.as_str()),
    };
    let response = match result {
        Ok(response) => response,
        Err(failure) => return failure.verdict(Examined::Twilio, kind, name, &twilio.api_url).into(),
    };
    if !response.is_success() {
        return refused(kind, name, &response).into();
    }
    let body = response.json();
    let about = |number: &str| {
        form_urlencoded::Serializer::new(String::new()).append_pair("PhoneNumber", number).finish()
    };
    match topic {
        TwilioTopic::Account => {
            let mut answer: Answer = account(&body).into();
            if answer.verdicts.iter().all(Verdict::is_well) {
                let numbers = |of: &str| format!("/IncomingPhoneNumbers.json?{}", about(of));
                let number = numbers(&twilio.from);
                answer.next.push(ask(twilio, authorization.clone(), &number, TwilioTopic::Number));
                if twilio.sms_replies {
                    let number = numbers(&twilio.sms_from);
                    answer.next.push(ask(twilio, authorization, &number, TwilioTopic::Replies));
                }
            }
            answer
        }
        TwilioTopic::Number => match named(&body["incoming_phone_numbers"], &twilio.from) {
            Some(number) if number["capabilities"]["voice"] == false => {
                let why = Words::new("this number cannot make calls", "この番号では電話をかけられません");
                let way_out =
                    Words::new("buy one with the capability Voice", "Voice に対応した番号を購入します");
                wrong(kind, name, why, way_out).into()
            }
            Some(_) => {
                let word = Words::new("a number of the account", "アカウントの番号");
                Verdict::well(Examined::Twilio, kind, name, word).into()
            }
            None => {
                let path = format!("/OutgoingCallerIds.json?{}", about(&twilio.from));
                ask(twilio, authorization, &path, TwilioTopic::CallerId).into()
            }
        },
        TwilioTopic::Replies => {
            let public = config.organisation.public_url.as_deref().unwrap_or_default();
            replies(named(&body["incoming_phone_numbers"], &twilio.sms_from), name, public).into()
        }
        TwilioTopic::CallerId => caller_id(named(&body["outgoing_caller_ids"], &twilio.from), name).into(),
    }
}

/// A number that is not the account's own.
fn caller_id(found: Option<&Value>, name: &str) -> Verdict {
    match found {
        Some(_) => {
            let word = Words::new("a verified caller id", "確認済みの発信者番号");
            Verdict::well(Examined::Twilio, Kind::From, name, word)
        }
        None => {
            let why = Words::new(
                "it is neither a number of the account nor a verified caller id",
                "アカウントの番号でも、確認済みの発信者番号でもありません",
            );
            let way_out = Words::new(
                "mend providers.twilio.from, or verify the number at Twilio",
                "providers.twilio.from を直すか、Twilio で番号を確認済みにします",
            );
            wrong(Kind::From, name, why, way_out)
        }
    }
}

/// Whether what people answer to this number comes here.
fn replies(number: Option<&Value>, name: &str, public: &str) -> Verdict {
    let door = format!("{public}/v1/callbacks/twilio/sms");
    let wrong = |why: Words, way_out: Words| wrong(Kind::Replies, name, why, way_out);
    match number {
        None => wrong(
            Words::new(
                "people answer a number that is not the account's",
                "返信先がアカウントの番号ではありません",
            ),
            Words::new("mend providers.twilio.sms_from", "providers.twilio.sms_from を直します"),
        ),
        Some(number) if number["capabilities"]["sms"] == false => wrong(
            Words::new("this number cannot send or receive SMS", "この番号では SMS を送受信できません"),
            Words::new("buy one with the capability SMS", "SMS に対応した番号を購入します"),
        ),
        Some(number) if number["sms_url"] != door.as_str() => wrong(
            Words::new(
                "what people answer is not sent here: nobody hears that they have it",
                "返信がここに届かないため、対応の返信に誰も気づけません",
            ),
            Words::new(
                format!("at Twilio, under this number, let \"A message comes in\" be a webhook: POST {door}"),
                format!("Twilio のこの番号の「A message comes in」を Webhook にします: POST {door}"),
            ),
        ),
        Some(number) if number["sms_method"].as_str().is_some_and(|method| method != "POST") => wrong(
            Words::new("what people answer is sent by GET", "返信が GET で送られています"),
            Words::new(
                "at Twilio, under this number, choose HTTP POST",
                "Twilio のこの番号で HTTP POST を選びます",
            ),
        ),
        Some(_) => Verdict::well(
            Examined::Twilio,
            Kind::Replies,
            name,
            Words::new("answers come here", "返信はここに届きます"),
        ),
    }
}

fn authorization(twilio: &Twilio, secrets: &Secrets) -> Option<Secret> {
    Some(basic(&twilio.account_sid, secrets.get(&twilio.auth_token)?))
}

fn ask(twilio: &Twilio, authorization: Secret, path: &str, topic: TwilioTopic) -> Question {
    let url = format!("{}/2010-04-01/Accounts/{}{path}", twilio.api_url, twilio.account_sid);
    let topic = Topic::Twilio(topic);
    Question { topic, request: Request::get(url, authorization) }
}

fn account(body: &Value) -> Verdict {
    let name = cut(body["friendly_name"].as_str().unwrap_or_default(), NAME_MAX);
    match body["status"].as_str() {
        Some("active") if body["type"] == "Trial" => {
            let word = Words::new(
                format!("{name}, a trial account: it calls only numbers that were verified"),
                format!("{name}、トライアルのため、確認済みの番号にしかかけられません"),
            );
            Verdict::well(Examined::Twilio, Kind::Account, "", word)
        }
        Some("active") => Verdict::well(Examined::Twilio, Kind::Account, "", Words::same(name)),
        Some(status) => {
            let status = cut(status, NAME_MAX);
            let why =
                Words::new(format!("the account is {status}"), format!("アカウントの状態が {status} です"));
            let way_out = Words::new(
                "see the billing and the messages in Twilio's console",
                "Twilio のコンソールで請求とお知らせを確認します",
            );
            wrong(Kind::Account, "", why, way_out)
        }
        None => wrong(
            Kind::Account,
            "",
            Words::new("the answer is not Twilio's", "Twilio の応答ではありません"),
            Words::new("check providers.twilio.api_url", "providers.twilio.api_url を確認します"),
        ),
    }
}

fn named<'a>(list: &'a Value, number: &str) -> Option<&'a Value> {
    list.as_array()?.iter().find(|each| each["phone_number"] == number)
}

fn refused(kind: Kind, name: &str, response: &Response) -> Verdict {
    match response.status {
        401 | 403 => {
            let why = Words::new(
                "Twilio refuses account_sid or auth_token",
                "Twilio が account_sid か auth_token を拒否しました",
            );
            let way_out = Words::new(
                "copy both anew from the account's page in Twilio's console",
                "Twilio のコンソールのアカウントのページから、両方をコピーし直します",
            );
            wrong(kind, name, why, way_out)
        }
        404 => wrong(
            kind,
            name,
            Words::new("Twilio does not know the account", "Twilio にこのアカウントはありません"),
            Words::new("check providers.twilio.account_sid", "providers.twilio.account_sid を確認します"),
        ),
        status => wrong(kind, name, answered("Twilio", status), again()),
    }
}

fn wrong(kind: Kind, name: &str, why: Words, way_out: Words) -> Verdict {
    Verdict::wrong(Examined::Twilio, kind, name, why, way_out)
}
