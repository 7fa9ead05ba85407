//! Signing in: whether the identity provider describes itself as we need it, and whether its keys and those of proxies can be read.
//!
//! Nobody is signed in by it, and the client's secret is not tried: a provider takes it only with a code. A load balancer of AWS shows
//! each key by its id alone, so there is nothing to ask before one has signed.

use super::doctor::{Answer, Examined, Kind, Question, SignInTopic as Topic, Topic as Any, Verdict};
use super::http::{Failure, Method, Request, Response};
use crate::config::{Config, KeySource};
use crate::language::words::Words;
use crate::sign_in::{keys, oidc};

pub(super) fn begin(config: &Config) -> Answer {
    let mut all = Answer::default();
    let web = &config.organisation.web;
    if let Some(oidc) = &web.oidc {
        all.add(ask(Topic::Discovery, oidc::discovery_at(oidc)));
    }
    for by in web.signed_headers.iter().filter(|by| by.proxy.row().keys == KeySource::Set) {
        all.add(ask(Topic::ProxyKeys(by.proxy), by.keys.clone()));
    }
    all
}

fn ask(topic: Topic, url: String) -> Answer {
    Question { topic: Any::SignIn(topic), request: Request::open(Method::Get, url) }.into()
}

pub(super) fn answer(config: &Config, topic: &Topic, result: Result<Response, Failure>) -> Answer {
    let issuer = config.organisation.web.oidc.as_ref().map_or("", |oidc| &oidc.issuer);
    let (kind, name, way_out) = match topic {
        Topic::Discovery => (
            Kind::Issuer,
            issuer,
            Words::new(
                "write `web.oidc.issuer` as the provider writes it, and let this machine reach it",
                "`web.oidc.issuer` をプロバイダーの表記どおりに書き、このマシンから接続できるようにします",
            ),
        ),
        Topic::Keys => (
            Kind::Keys,
            issuer,
            Words::new(
                "let this machine reach the provider's `jwks_uri`",
                "このマシンからプロバイダーの `jwks_uri` に接続できるようにします",
            ),
        ),
        Topic::ProxyKeys(proxy) => (
            Kind::Keys,
            proxy.row().name,
            Words::new(
                "check its address under `web:`, and that this machine reaches it",
                "`web:` のアドレスと、このマシンから接続できるかを確認します",
            ),
        ),
    };
    let wrong = |why: Words| Verdict::wrong(Examined::SignIn, kind, name, why, way_out.clone()).into();
    let body = match result {
        Ok(response) if response.status == 200 => response.body,
        Ok(response) => {
            let status = response.status;
            return wrong(Words::new(format!("it answered {status}"), format!("{status} が返りました")));
        }
        Err(Failure::NotSent(why) | Failure::Unknown(why)) => {
            return wrong(Words::new(format!("no answer: {why}"), format!("応答がありません: {why}")));
        }
    };
    match (topic, &config.organisation.web.oidc) {
        (Topic::Discovery, Some(oidc)) => match oidc::discovery(oidc, &body) {
            Ok(discovery) => {
                let mut all: Answer =
                    Verdict::well(Examined::SignIn, kind, name, Words::new("answers", "応答あり")).into();
                all.add(ask(Topic::Keys, discovery.keys));
                all
            }
            Err(why) => wrong(Words::same(why)),
        },
        _ => match keys::of_set(&body) {
            Ok(keys) => {
                let en = if keys.len() == 1 { "1 key".to_owned() } else { format!("{} keys", keys.len()) };
                let word = Words::new(en, format!("鍵 {} 個", keys.len()));
                Verdict::well(Examined::SignIn, kind, name, word).into()
            }
            Err(why) => wrong(Words::same(why)),
        },
    }
}
