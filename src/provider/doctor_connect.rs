//! Amazon Connect: whether the key is good, and whether the contact flow is there and notes which key is pressed.
//!
//! `DescribeContactFlow`: <https://docs.aws.amazon.com/connect/latest/APIReference/API_DescribeContactFlow.html>.

use super::connect::signing;
use super::doctor::{Answer, Examined, Found, Kind, Question, Topic, Verdict, again, answered};
use super::http::{Failure, Method, Request, Response};
use crate::config::{Config, Secrets};
use crate::incident::message::cut;
use crate::language::words::Words;

const NAME_MAX: usize = 80;

/// Nothing where the key is not there: that is said of the secret.
pub(super) fn begin(config: &Config, secrets: &Secrets) -> Answer {
    let Some(connect) = &config.organisation.connect else { return Answer::default() };
    let Ok(signing) = signing(connect, secrets) else { return Answer::default() };
    let url = format!("{}/contact-flows/{}/{}", connect.api_url, connect.instance, connect.contact_flow);
    let request = Request::aws(Method::Get, url, None, signing);
    Question { topic: Topic::Connect, request }.into()
}

pub(super) fn answer(config: &Config, result: Result<Response, Failure>) -> Verdict {
    let at = config.organisation.connect.as_ref().map_or("Amazon Connect", |it| it.api_url.as_str());
    let wrong = |why: Words, way_out: Words| Verdict::wrong(Examined::Connect, Kind::Flow, "", why, way_out);
    let response = match result {
        Ok(response) => response,
        Err(failure) => return failure.verdict(Examined::Connect, Kind::Flow, "", at),
    };
    let body = response.json();
    let flow = &body["ContactFlow"];
    let has = |part: &str| flow["Content"].as_str().is_some_and(|content| content.contains(part));
    match response.status {
        200 if has("digit") && has("$.Attributes.ssml") && has("$.Attributes.outcome") => {
            let name = cut(flow["Name"].as_str().unwrap_or_default(), NAME_MAX);
            Verdict::well(Examined::Connect, Kind::Flow, "", Words::same(name))
        }
        200 if has("digit") && has("$.Attributes.ssml") => Verdict {
            examined: Examined::Connect,
            kind: Kind::Flow,
            name: String::new(),
            found: Found::Doubtful {
                why: Words::new(
                    "this contact flow is an older one: it does not say what a key led to",
                    "古いコンタクトフローのため、キー操作の結果が読み上げられません",
                ),
                way_out: Words::new(
                    "import contrib/amazon-connect/contact-flow.json again, and publish it",
                    "contrib/amazon-connect/contact-flow.json をインポートし直して公開します",
                ),
            },
        },
        200 => wrong(
            Words::new(
                "this contact flow does not say our words, or does not note the key",
                "このコンタクトフローは内容を読み上げないか、キーを記録しません",
            ),
            Words::new(
                "import contrib/amazon-connect/contact-flow.json, and publish it",
                "contrib/amazon-connect/contact-flow.json をインポートして公開します",
            ),
        ),
        401 | 403 => wrong(
            Words::new(
                "Amazon refuses the access key, or it may not describe contact flows",
                "Amazon がアクセスキーを拒否したか、コンタクトフローを参照する権限がありません",
            ),
            Words::new(
                "check access_key_id, the secret and its policy: docs/calls.md lists what it needs",
                "access_key_id、シークレット、ポリシーを確認します（必要な権限は docs/calls.md）",
            ),
        ),
        404 => wrong(
            Words::new(
                "there is no such instance or contact flow in this region",
                "このリージョンに、そのインスタンスかコンタクトフローがありません",
            ),
            Words::new(
                "check region, instance and contact_flow",
                "region、instance、contact_flow を確認します",
            ),
        ),
        status => wrong(answered("Amazon", status), again()),
    }
}
