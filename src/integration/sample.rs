//! A request as each monitor would send it, in words of our own, to try an integration of a running server out.
//!
//! A monitor's [`Sample`] is one body for both states of one problem. How the door is opened for it, and signed, is decided
//! here; whether it may be sent is left to whoever sends it.

use super::monitor::{Monitor, Sample, Sns};
use super::request::Request;
use super::{opsgenie, pagerduty};
use crate::config::{Endpoint, Secrets};
use jiff::Timestamp;

/// A request to the server, less its address.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TestRequest {
    pub path: String,
    pub query: &'static str,
    /// They hold the secret.
    pub headers: Vec<(String, String)>,
    /// May hold the secret.
    pub body: Vec<u8>,
}

impl TestRequest {
    /// The monitor's own sample, or `body` in its place. `None` where the integration's secret is not known.
    pub fn new(
        endpoint: &Endpoint,
        secrets: &Secrets,
        (is_over, body): (bool, Option<&[u8]>),
        now: Timestamp,
    ) -> Option<TestRequest> {
        let monitor = Monitor::of(endpoint);
        let secret = secrets.all(&endpoint.secret).next()?.expose();
        let Sample { body: sample, firing, resolved } = monitor.sample;
        let quoted = serde_json::Value::from(secret).to_string();
        let text =
            sample.replace("{state}", if is_over { resolved } else { firing }).replace("{secret}", &quoted);
        let body = body.map_or_else(|| text.into_bytes(), <[u8]>::to_vec);
        let (path, query, scheme) = match monitor.name {
            name if name == pagerduty::MONITOR.name => ("/v2/enqueue".to_owned(), "", "Bearer"),
            name if name == opsgenie::MONITOR.name && is_over => {
                ("/v2/alerts/oncall-send/close".to_owned(), "identifierType=alias", "GenieKey")
            }
            name if name == opsgenie::MONITOR.name => ("/v2/alerts".to_owned(), "", "GenieKey"),
            _ => (format!("/v1/webhooks/{}", endpoint.id.replace('/', ".")), "", "Bearer"),
        };
        let mut headers = vec![("authorization".to_owned(), format!("{scheme} {secret}"))];
        if let (Sns::Always, Some(topic)) = (monitor.sns, endpoint.topics.first()) {
            headers.push(("x-amz-sns-rawdelivery".to_owned(), "true".to_owned()));
            headers.push(("x-amz-sns-topic-arn".to_owned(), topic.clone()));
        }
        if let Some(signature) = monitor.signature
            && let Some(key) = secrets.all(&endpoint.signing_secret).next()
        {
            headers.extend(signature.sign(key.expose().as_bytes(), &body, now));
        }
        Some(TestRequest { path, query, headers, body })
    }

    /// As the server sees it.
    pub fn request(&self) -> Request<'_> {
        let TestRequest { path, query, headers, body } = self;
        Request { path, query, headers, body }
    }
}
