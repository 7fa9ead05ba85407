//! Questions that tell whether the providers would take what we send: read-only requests, and what the answers mean.
//!
//! Pure, like deliveries: [`questions`] begins, [`answer`] turns a response into verdicts and perhaps further questions (people and
//! channels are asked about once the token is good). The server sends them; `oncall doctor` shows the verdicts. Of an
//! answer only what a provider says about itself is quoted, never a number or a token.

use super::doctor::{Answer, Examined, Found, Kind, Question, Topic, Verdict};
use super::http::{Failure, Method, Request, Response};
use super::{
    doctor_aws_sms, doctor_connect, doctor_jira, doctor_push, doctor_rooms, doctor_sign_in, doctor_slack,
    doctor_twilio,
};
use crate::config::{CONTACTS, Config, Secrets};
use crate::incident::message::CallScript;
use crate::incident::{Delivery, DeliveryId, Task, Words};
use crate::language::Spoken;
use crate::language::words::Words as Said;

/// The first questions to every provider that is configured and whose secrets are there.
pub fn questions(config: &Config, secrets: &Secrets) -> Answer {
    let mut all = Answer::default();
    all.add(doctor_slack::begin(config, secrets));
    all.add(doctor_jira::begin(config, secrets));
    all.add(doctor_twilio::begin(config, secrets));
    all.add(doctor_connect::begin(config, secrets));
    all.add(doctor_aws_sms::begin(config, secrets));
    all.add(doctor_rooms::begin(config, secrets));
    all.add(doctor_push::begin(config, secrets));
    all.add(doctor_sign_in::begin(config));
    all.add(public_url(config));
    all
}

/// What the answer to a question says.
pub fn answer(
    config: &Config,
    secrets: &Secrets,
    topic: &Topic,
    result: Result<Response, Failure>,
) -> Answer {
    match topic {
        Topic::Slack(topic) => doctor_slack::answer(config, secrets, topic, result),
        Topic::Jira(topic) => doctor_jira::answer(config, secrets, topic, result),
        Topic::Twilio(topic) => doctor_twilio::answer(config, secrets, topic, result),
        Topic::Connect => doctor_connect::answer(config, result).into(),
        Topic::AwsSms => doctor_aws_sms::answer(config, result).into(),
        Topic::Push(topic) => doctor_push::answer(config, secrets, topic, result),
        Topic::SignIn(topic) => doctor_sign_in::answer(config, topic, result),
        Topic::PublicUrl => reachable(config, result).into(),
    }
}

/// Calls to this person that say that they are a test, one by each provider, by the way of every other call. They take no keys.
pub fn test_calls(config: &Config, user: &str) -> Vec<Delivery> {
    let Some(user) = config.users.get(user) else { return Vec::new() };
    let name = user.reading.as_deref().unwrap_or(&user.name);
    let language = user.language;
    let script = CallScript {
        language,
        words: vec![language.spoken(&Spoken::TestCall { name })],
        menu: vec![language.spoken(&Spoken::TestCallEnds)],
    };
    let Some(by) = CONTACTS.iter().find(|method| method.rings).map(|method| method.contact) else {
        return Vec::new();
    };
    let task = Task::Page { user: user.id.clone(), by, to: None, words: Words::Script(script) };
    let delivery = |provider| {
        let (id, incidents) = (DeliveryId::default(), Vec::new());
        Delivery { id, provider, incidents, task: task.clone(), repeat: false }
    };
    config.providers_of(by).map(delivery).collect()
}

fn public_url(config: &Config) -> Answer {
    let organisation = &config.organisation;
    match &organisation.public_url {
        Some(url) => {
            let request = Request::open(Method::Get, format!("{url}/healthz"));
            Question { topic: Topic::PublicUrl, request }.into()
        }
        None if organisation.slack.is_some() || organisation.twilio.is_some() => {
            let why = Said::new(
                "it is not set: buttons in Slack and keys on the phone cannot come back",
                "設定がないため、Slack のボタンと電話のキー操作が返ってきません",
            );
            let way_out = Said::new(
                "add `public_url: https://…` to oncall.yaml",
                "oncall.yaml に `public_url: https://…` を書きます",
            );
            Verdict::wrong(Examined::PublicUrl, Kind::PublicUrl, "", why, way_out).into()
        }
        None => Answer::default(),
    }
}

/// What `/healthz` of our own says.
fn reachable(config: &Config, result: Result<Response, Failure>) -> Verdict {
    let url = config.organisation.public_url.as_deref().unwrap_or_default();
    let wrong =
        |why: Said, way_out: Said| Verdict::wrong(Examined::PublicUrl, Kind::PublicUrl, url, why, way_out);
    match result {
        Ok(response) if response.status == 200 && response.body.trim_ascii() == b"ok" => {
            let word = Said::new("answers, seen from here only", "応答あり。このマシンから見た場合です");
            Verdict {
                examined: Examined::PublicUrl,
                kind: Kind::PublicUrl,
                name: url.to_owned(),
                found: Found::Well(word),
            }
        }
        Ok(response) => wrong(
            Said::new(
                format!("something answers {} to /healthz that is not oncall", response.status),
                format!("/healthz に oncall ではないものが {} を返しています", response.status),
            ),
            Said::new(
                "let whatever is in front pass all paths on to `oncall serve --listen`",
                "手前のプロキシが、すべてのパスを `oncall serve --listen` に渡すようにします",
            ),
        ),
        Err(Failure::NotSent(why) | Failure::Unknown(why)) => wrong(
            Said::new(
                format!("no answer from here: {why}"),
                format!("このマシンからは応答がありません: {why}"),
            ),
            Said::new(
                "check the name, the certificate and the firewall, and that `oncall serve` runs",
                "ホスト名、証明書、ファイアウォールと、`oncall serve` が動いているかを確認します",
            ),
        ),
    }
}
