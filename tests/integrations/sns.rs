//! Signatures, certificates, topics, age and the URLs of SNS messages.

use super::{TOPIC, config, endpoint, events, fetched, key_of, now, post, post_to, rejected};
use jiff::Timestamp;
use oncall::config::{Secret, SecretSource, Secrets};
use oncall::integration::{Fetch, FetchReason, Fetched, Received, Reject};
use serde_json::{Value, json};

const V1: &str = include_str!("cloudwatch/sns-alarm.json");
const V2: &str = include_str!("cloudwatch/sns-ok.json");
const CONFIRMATION: &str = include_str!("cloudwatch/sns-subscription-confirmation.json");
const CERTIFICATE: &str =
    "https://sns.eu-west-1.amazonaws.com/SimpleNotificationService-0123456789abcdef.pem";
const SIGNING: &[u8] = super::SIGNING_PEM;
const PATH: &str = "/v1/webhooks/cloudwatch/cloudwatch-secret-0123";

fn send(body: &str, now: Timestamp, fetched: &Fetched) -> Received {
    let (config, secrets) = config();
    post_to(&config, &secrets, PATH, &[], body.as_bytes(), now, fetched)
}

fn refused(message: &Value) -> &'static str {
    rejected(send(&message.to_string(), now(), &fetched())).code
}

/// The message with one field changed, or without it.
fn with(message: &str, field: &str, value: Value) -> Value {
    let mut message: Value = serde_json::from_str(message).unwrap();
    match value {
        Value::Null => message.as_object_mut().unwrap().remove(field),
        value => message.as_object_mut().unwrap().insert(field.to_owned(), value),
    };
    message
}

#[test]
fn both_signature_versions_are_accepted() {
    for message in [V1, V2] {
        assert_eq!(events(send(message, now(), &fetched())).len(), 1);
    }
}

/// The signature covers the fields in an order of its own.
#[test]
fn the_order_of_the_keys_does_not_matter() {
    let message: Value = serde_json::from_str(V1).unwrap();
    let reversed: serde_json::Map<String, Value> = message
        .as_object()
        .unwrap()
        .iter()
        .rev()
        .map(|(name, value)| (name.clone(), value.clone()))
        .collect();
    assert_eq!(events(send(&Value::Object(reversed).to_string(), now(), &fetched())).len(), 1);
}

#[test]
fn whatever_is_signed_cannot_be_changed() {
    let signature = |message: &str| with(message, "", Value::Null)["Signature"].clone();
    let forged = [
        with(V1, "Message", json!("everything is fine")),
        with(V1, "MessageId", json!("00000000-0000-4000-8000-000000000099")),
        with(V1, "Subject", json!("another")),
        with(V1, "Subject", Value::Null),
        with(V2, "Subject", json!("an added one")),
        with(V1, "Timestamp", json!("2026-12-01T02:53:46.134Z")),
        with(V1, "TopicArn", json!(super::TOPIC_CN)),
        with(V1, "SignatureVersion", json!("2")),
        with(V2, "SignatureVersion", json!("1")),
        with(V1, "SignatureVersion", json!("3")),
        with(V1, "SignatureVersion", Value::Null),
        with(V1, "Signature", signature(V2)),
        with(V1, "Signature", json!("")),
        with(V1, "Signature", json!("no base64!")),
        with(V1, "Signature", Value::Null),
        with(CONFIRMATION, "Token", json!("another")),
        with(CONFIRMATION, "Type", json!("UnsubscribeConfirmation")),
        with(CONFIRMATION, "Type", json!("Notification")),
    ];
    for message in forged {
        assert_eq!(refused(&message), "signature", "{message}");
    }
}

/// A certificate in the name of SNS, but not of the key that signed.
#[test]
fn another_key_does_not_fit() {
    let pem = include_bytes!("sns/other-key.pem").to_vec();
    let fetched = Fetched::from([(CERTIFICATE.to_owned(), Ok(pem))]);
    assert_eq!(rejected(send(V1, now(), &fetched)).code, "signature");
    assert_eq!(rejected(send(V2, now(), &fetched)).code, "signature");
}

#[test]
fn a_certificate_must_be_valid_now_and_of_sns() {
    let verdict = |pem: &[u8], now: &str| {
        let fetched = Fetched::from([(CERTIFICATE.to_owned(), Ok(pem.to_vec()))]);
        rejected(send(V1, now.parse().unwrap(), &fetched))
    };
    // Valid from 2026 on, to 2036.
    let early = verdict(SIGNING, "2025-12-31T23:59:59Z");
    assert!(early.message.contains("CertNotValidYet"), "{}", early.message);
    let cases: [(&[u8], &str); 6] = [
        (include_bytes!("sns/other-name.pem"), "not of sns.amazonaws.com"),
        (include_bytes!("sns/expired.pem"), "CertExpired"),
        (include_bytes!("sns/with-private-ca.pem"), "UnknownIssuer"),
        (b"<html>please log in</html>", "not a PEM file"),
        (b"-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n", "TrailingData"),
        (b"", "not a PEM file"),
    ];
    for (pem, message) in cases {
        let reject = verdict(pem, "2026-12-01T03:00:00Z");
        assert_eq!((reject.code, reject.answer.status), ("certificate", 503));
        assert!(reject.message.contains(message), "{}", reject.message);
    }
}

#[test]
fn the_certificate_is_asked_for_before_anything_is_believed() {
    let received = send(V1, now(), &Fetched::new());
    let fetch = Fetch { url: CERTIFICATE.to_owned(), why: FetchReason::SigningCertificate };
    assert_eq!(received, Received::Fetch(fetch));
    let failed = Fetched::from([(CERTIFICATE.to_owned(), Err("connection refused".to_owned()))]);
    let Reject { code, answer, message } = rejected(send(V1, now(), &failed));
    assert_eq!((code, answer.status), ("certificate", 503));
    assert!(message.contains("connection refused"));
}

#[test]
fn certificates_come_only_from_sns() {
    let hostile = [
        "http://sns.eu-west-1.amazonaws.com/a.pem",
        "https://sns.us-east-1.amazonaws.com.evil.example/a.pem",
        "https://evil.example/sns.us-east-1.amazonaws.com/a.pem",
        "https://sns.us-east-1.amazonaws.com@evil.example/a.pem",
        "https://user:word@sns.us-east-1.amazonaws.com/a.pem",
        "https://sns.us-east-1.amazonaws.com:8443/a.pem",
        "https://sns.us-east-1.amazonaws.com\\@evil.example/a.pem",
        "https://sns.us-east-1.amazonaws.com#/a.pem",
        "https://sns.us-east-1.evil.amazonaws.com/a.pem",
        "https://snsXus-east-1.amazonaws.com/a.pem",
        "https://sns.eu.amazonaws.com/a.pem",
        "https://sns..amazonaws.com/a.pem",
        "https://sns.amazonaws.com/a.pem",
        "https://s3.us-east-1.amazonaws.com/a.pem",
        "https://sns.us-east-1.amazonaws.com/a.txt",
        "https://sns.us-east-1.amazonaws.com/.pem",
        "https://sns.us-east-1.amazonaws.com/?Action=GetTopic&x=.pem",
        "https://sns.us-east-1.amazonaws.com/a/../b.pem",
        "https://sns.us-east-1.amazonaws.com/a.pem?x=.pem",
        "https://sns.us-east-1.amazonaws.com/a.pem#.pem",
        "https://sns.us-east-1.amazonaws.com/%2e%2e/a.pem",
        "https://sns.us-east-1.amazonaws.com./a.pem",
        "https://sns.us-east-1.amazonaws.com.cn.evil.example/a.pem",
        "https://sns.us_east_1.amazonaws.com/a.pem",
        "HTTPS://sns.us-east-1.amazonaws.com/a.pem",
        "//sns.us-east-1.amazonaws.com/a.pem",
        "https://[::1]/a.pem",
        "https://sns.us-east-1.amazonaws.com",
        " https://sns.us-east-1.amazonaws.com/a b.pem",
        "",
    ];
    for url in hostile {
        assert_eq!(refused(&with(V1, "SigningCertURL", json!(url))), "certificate_url", "{url}");
    }
}

#[test]
fn only_allowed_topics_are_heard() {
    let mut foreign = endpoint("cloudwatch", "cloudwatch");
    foreign.topics = vec![format!("{TOPIC}-of-others")];
    foreign.secret = vec![SecretSource::Env("s".into())];
    let mut secrets = Secrets::default();
    secrets.insert(SecretSource::Env("s".into()), Secret::new("s"));
    let config = super::config_of(vec![foreign]);
    let send = |headers: &[(&str, &str)], body: &str| {
        post_to(
            &config,
            &secrets,
            "/v1/webhooks/cloudwatch/s",
            headers,
            body.as_bytes(),
            now(),
            &Fetched::new(),
        )
    };
    // Refused before anything is fetched.
    for message in [V1, V2, CONFIRMATION] {
        assert_eq!(rejected(send(&[], message)).code, "foreign_topic");
    }
    let raw = [("x-amz-sns-rawdelivery", "true"), ("x-amz-sns-topic-arn", TOPIC)];
    assert_eq!(rejected(send(&raw, "text")).code, "foreign_topic");
    // The header is not signed: it neither opens the door to a topic nor closes it.
    let own = format!("{TOPIC}-of-others");
    assert_eq!(rejected(send(&[("x-amz-sns-topic-arn", &own)], V1)).code, "foreign_topic");
    let (config, secrets) = super::config();
    let header = [("x-amz-sns-topic-arn", own.as_str())];
    let received = post_to(&config, &secrets, PATH, &header, V1.as_bytes(), now(), &fetched());
    assert_eq!(events(received)[0].labels["topic"], TOPIC);
}

#[test]
fn an_old_message_is_a_replay() {
    // Sent at 02:53:45.134.
    let code = |at: &str| match send(V1, at.parse().unwrap(), &fetched()) {
        Received::Events { .. } => "accepted",
        Received::Reject(reject) => reject.code,
        Received::Fetch(_) => "fetch",
    };
    assert_eq!(code("2026-12-01T04:53:45.134Z"), "accepted");
    assert_eq!(code("2026-12-01T04:53:45.135Z"), "expired");
    assert_eq!(code("2026-12-01T02:40:00Z"), "accepted");
    assert_eq!(refused(&with(V1, "Timestamp", json!("yesterday"))), "expired");
    assert_eq!(refused(&with(V1, "Timestamp", Value::Null)), "expired");
}

#[test]
fn a_subscription_is_confirmed_once_verified() {
    let subscribe = with(CONFIRMATION, "", Value::Null)["SubscribeURL"].as_str().unwrap().to_owned();
    let mut known = fetched();
    let confirmed = known.remove(&subscribe).unwrap();
    let fetch = Fetch { url: subscribe.clone(), why: FetchReason::ConfirmSubscription };
    assert_eq!(send(CONFIRMATION, now(), &known), Received::Fetch(fetch));
    known.insert(subscribe.clone(), Err("timed out".to_owned()));
    assert_eq!(rejected(send(CONFIRMATION, now(), &known)).answer.status, 503);
    known.insert(subscribe, confirmed);
    assert_eq!(events(send(CONFIRMATION, now(), &known)).len(), 1);
}

/// Signed, of an allowed topic, and still no reason to visit whatever it names.
#[test]
fn only_confirmations_of_sns_are_visited() {
    let hostile: Vec<&str> = include_str!("sns/hostile-confirmations.jsonl").lines().collect();
    assert!(hostile.len() > 10);
    for message in hostile {
        assert_eq!(rejected(send(message, now(), &fetched())).code, "subscribe_url", "{message}");
    }
}

/// SNS keeps no order: the time at which a message was published is that of what it says, unless that has its own.
#[test]
fn messages_are_dated() {
    let dated = |kind: &str, message: &str| {
        let (config, secrets) = config();
        let path = format!("/v1/webhooks/{kind}/{kind}-secret-0123");
        let received = post_to(&config, &secrets, &path, &[], message.as_bytes(), now(), &fetched());
        events(received)[0].changed_at.unwrap().to_string()
    };
    let notice = include_str!("cloudwatch/sns-notice.json");
    assert_eq!(dated("sns", notice), "2026-12-01T02:53:45.134Z");
    assert_eq!(dated("cloudwatch", notice), "2026-12-01T02:53:45.134Z");
    assert_eq!(dated("sns", V1), "2026-12-01T02:53:45.093Z");
}

#[test]
fn raw_delivery_is_vouched_for_by_the_url() {
    let headers = [
        ("x-amz-sns-rawdelivery", "true"),
        ("x-amz-sns-topic-arn", TOPIC),
        ("x-amz-sns-message-id", "00000000-0000-4000-8000-000000000031"),
    ];
    let alarm = with(V1, "", Value::Null)["Message"].as_str().unwrap().to_owned();
    let raw = events(post(PATH, &headers, alarm.as_bytes()));
    let mut wrapped = events(send(V1, now(), &fetched()));
    wrapped[0].message_id = Some("00000000-0000-4000-8000-000000000031".to_owned());
    assert_eq!(raw, wrapped);

    let notice = events(post(PATH, &headers, b"the budget is used up\nentirely"));
    assert_eq!(notice[0].summary, "the budget is used up");
    assert_eq!(notice[0].dedup_key, "00000000-0000-4000-8000-000000000031");

    let odd = events(post(PATH, &headers, alarm.replace("\"ALARM\"", "\"ALRAM\"").as_bytes()));
    assert_eq!(key_of(&odd[0]), "unparsed");
}
