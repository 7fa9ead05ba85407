//! Amazon SNS messages: is this one of ours, from AWS, and recent?
//!
//! <https://docs.aws.amazon.com/sns/latest/dg/sns-verify-signature-of-message.html>. Any AWS customer can have a
//! message signed, so the topic is checked too. The certificate comes over verified TLS from a host of SNS, which
//! is the trust AWS's own SDKs use; a chain that comes with it must lead to a public root.

use super::json;
use super::reading::{Fetch, FetchReason, Fetched, Stop};
use data_encoding::BASE64;
use jiff::{SignedDuration, Timestamp};
use ring::signature::{RSA_PKCS1_2048_8192_SHA1_FOR_LEGACY_USE_ONLY, UnparsedPublicKey};
use rustls_pki_types::{
    AlgorithmIdentifier, CertificateDer, InvalidSignature, ServerName, SignatureVerificationAlgorithm,
    UnixTime, alg_id, pem::PemObject,
};
use serde_json::Value;
use std::time::Duration;
use webpki::{ALL_VERIFICATION_ALGS, EndEntityCert, KeyUsage, ring::RSA_PKCS1_2048_8192_SHA256};

/// How old a message may be: above the most that the retries of a subscription may take together, 3,600 s.
const AGE_MAX: SignedDuration = SignedDuration::from_hours(2);
/// The most certificates read from one PEM file.
const CERTIFICATES_MAX: usize = 8;

/// What an envelope is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Purpose {
    Notification,
    SubscriptionConfirmation,
    UnsubscribeConfirmation,
}

/// An envelope, not yet verified. Its fields are the ones that are signed, as they came.
#[derive(Debug)]
pub struct Envelope<'a> {
    pub purpose: Purpose,
    pub topic: &'a str,
    pub message_id: &'a str,
    pub message: &'a str,
    pub subject: Option<&'a str>,
    fields: &'a Value,
}

impl Envelope<'_> {
    /// When it was published.
    pub fn sent_at(&self) -> Option<Timestamp> {
        json::text(self.fields, "Timestamp").and_then(|text| json::instant(&text))
    }
}

/// The envelope that a body is; `None` where it is something else.
pub fn envelope(body: &Value) -> Option<Envelope<'_>> {
    let text = |key: &str| body.get(key).and_then(Value::as_str);
    let purpose = match text("Type")? {
        "Notification" => Purpose::Notification,
        "SubscriptionConfirmation" => Purpose::SubscriptionConfirmation,
        "UnsubscribeConfirmation" => Purpose::UnsubscribeConfirmation,
        _ => return None,
    };
    Some(Envelope {
        purpose,
        topic: text("TopicArn")?,
        message_id: text("MessageId")?,
        message: text("Message")?,
        subject: text("Subject").filter(|subject| !subject.trim().is_empty()),
        fields: body,
    })
}

/// Whether an envelope is of an allowed topic, recent and signed by SNS; asks for the certificate where needed.
pub fn verify(
    envelope: &Envelope<'_>,
    topics: &[String],
    now: Timestamp,
    fetched: &Fetched,
) -> Result<(), Stop> {
    check_topic(envelope.topic, topics)?;
    check_age(envelope, now)?;
    let url = json::first(envelope.fields, &["SigningCertURL", "SigningCertUrl"]).unwrap_or_default();
    let Some(host) = certificate_host(&url) else {
        return Err(Stop::reject(
            403,
            "certificate_url",
            "SigningCertURL is not a certificate of Amazon SNS",
        ));
    };
    let pem = fetch(&url, FetchReason::SigningCertificate, fetched)?;
    let certificates = certificates(pem)?;
    let leaf = checked_leaf(&certificates, host, now)?;
    check_signature(envelope, &leaf)
}

/// Visits the `SubscribeURL` of a verified confirmation: asks for the fetch, and is fine once it was made.
pub fn confirm(envelope: &Envelope<'_>, fetched: &Fetched) -> Result<(), Stop> {
    let url = json::text(envelope.fields, "SubscribeURL").unwrap_or_default();
    let query = aws_host(&url).and_then(|(_, path)| path.strip_prefix("/?Action=ConfirmSubscription&"));
    if query.is_none_or(|query| !query.bytes().all(|byte| byte.is_ascii_graphic() && byte != b'\\')) {
        return Err(Stop::reject(403, "subscribe_url", "SubscribeURL is not a confirmation of Amazon SNS"));
    }
    fetch(&url, FetchReason::ConfirmSubscription, fetched).map(|_| ())
}

/// Whether messages of this topic are accepted.
pub fn check_topic(topic: &str, topics: &[String]) -> Result<(), Stop> {
    if topics.iter().any(|allowed| allowed == topic) {
        return Ok(());
    }
    Err(Stop::reject(
        403,
        "foreign_topic",
        format!("the topic {topic:.200} is not among the integration's `topics`"),
    ))
}

fn check_age(envelope: &Envelope<'_>, now: Timestamp) -> Result<(), Stop> {
    match envelope.sent_at() {
        Some(sent) if now.duration_since(sent) <= AGE_MAX => Ok(()),
        _ => Err(Stop::reject(403, "expired", "the message is more than an hour old, or has no Timestamp")),
    }
}

/// What was fetched; a failure is a 503, which SNS tries again.
fn fetch<'f>(url: &str, why: FetchReason, fetched: &'f Fetched) -> Result<&'f [u8], Stop> {
    match fetched.get(url) {
        None => Err(Stop::Fetch(Fetch { url: url.to_owned(), why })),
        Some(Ok(bytes)) => Ok(bytes),
        Some(Err(error)) => {
            let (code, what) = match why {
                FetchReason::SigningCertificate => ("certificate", "the signing certificate"),
                FetchReason::ConfirmSubscription => ("subscription", "the confirmation of the subscription"),
            };
            Err(Stop::reject(503, code, format!("{what} could not be fetched from Amazon SNS: {error}")))
        }
    }
}

/// The host of a certificate's URL, if it is one of SNS: its file is a single name without a query.
fn certificate_host(url: &str) -> Option<&str> {
    let (host, path) = aws_host(url)?;
    let name = path.strip_prefix('/')?.strip_suffix(".pem")?;
    let plain = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_' | b'.');
    (!name.is_empty() && name.bytes().all(plain)).then_some(host)
}

/// Splits an `https` URL of `sns.<region>.amazonaws.com[.cn]` into host and the rest. Neither a port nor user
/// information fits the rule.
fn aws_host(url: &str) -> Option<(&str, &str)> {
    let rest = url.strip_prefix("https://")?;
    let (host, path) = rest.split_at(rest.find('/')?);
    let region = host.strip_prefix("sns.")?;
    let region =
        region.strip_suffix(".amazonaws.com").or_else(|| region.strip_suffix(".amazonaws.com.cn"))?;
    let plain = region.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-');
    (region.len() >= 3 && plain).then_some((host, path))
}

fn certificates(pem: &[u8]) -> Result<Vec<CertificateDer<'static>>, Stop> {
    let certificates: Result<Vec<_>, _> =
        CertificateDer::pem_slice_iter(pem).take(CERTIFICATES_MAX).collect();
    match certificates {
        Ok(certificates) if !certificates.is_empty() => Ok(certificates),
        _ => Err(unusable("it is not a PEM file")),
    }
}

/// The first certificate, if it is valid now and of SNS. A leaf alone is accepted, as SNS sends it; where
/// intermediates come along, they must lead to a public root.
fn checked_leaf<'a>(
    certificates: &'a [CertificateDer<'static>],
    host: &str,
    now: Timestamp,
) -> Result<EndEntityCert<'a>, Stop> {
    let (leaf, intermediates) = certificates.split_first().ok_or_else(|| unusable("it is empty"))?;
    let leaf = EndEntityCert::try_from(leaf).map_err(|error| unusable(&error.to_string()))?;
    let names = ["sns.amazonaws.com", host];
    let is_sns = names.iter().filter_map(|name| ServerName::try_from(*name).ok());
    if !is_sns.into_iter().any(|name| leaf.verify_is_valid_for_subject_name(&name).is_ok()) {
        return Err(unusable("it is not of sns.amazonaws.com"));
    }
    // The leaf's own validity is checked before an issuer is looked for.
    let chain = leaf.verify_for_usage(
        ALL_VERIFICATION_ALGS,
        webpki_roots::TLS_SERVER_ROOTS,
        intermediates,
        UnixTime::since_unix_epoch(Duration::from_secs(now.as_second().try_into().unwrap_or(0))),
        KeyUsage::server_auth(),
        None,
        None,
    );
    match chain.map(|_| ()) {
        Err(webpki::Error::UnknownIssuer) if intermediates.is_empty() => Ok(leaf),
        Err(error) => Err(unusable(&error.to_string())),
        Ok(()) => Ok(leaf),
    }
}

fn unusable(reason: &str) -> Stop {
    Stop::reject(503, "certificate", format!("the signing certificate cannot be used: {reason}"))
}

fn check_signature(envelope: &Envelope<'_>, leaf: &EndEntityCert<'_>) -> Result<(), Stop> {
    let algorithm: &dyn SignatureVerificationAlgorithm =
        match json::text(envelope.fields, "SignatureVersion").as_deref() {
            Some("1") => &RsaSha1,
            Some("2") => RSA_PKCS1_2048_8192_SHA256,
            _ => return Err(Stop::reject(403, "signature", "SignatureVersion is neither 1 nor 2")),
        };
    let signature = json::text(envelope.fields, "Signature").unwrap_or_default();
    let signature = BASE64.decode(signature.as_bytes()).unwrap_or_default();
    leaf.verify_signature(algorithm, signed_text(envelope).as_bytes(), &signature)
        .map_err(|_| Stop::reject(403, "signature", "the signature of the SNS message is wrong"))
}

/// The string to sign: the keys in this order, those that are there, each with its value on a line of its own.
fn signed_text(envelope: &Envelope<'_>) -> String {
    let keys: &[&str] = match envelope.purpose {
        Purpose::Notification => &["Message", "MessageId", "Subject", "Timestamp", "TopicArn", "Type"],
        Purpose::SubscriptionConfirmation | Purpose::UnsubscribeConfirmation => {
            &["Message", "MessageId", "SubscribeURL", "Timestamp", "Token", "TopicArn", "Type"]
        }
    };
    let value = |key: &&str| Some(format!("{key}\n{}\n", envelope.fields.get(*key)?.as_str()?));
    keys.iter().filter_map(value).collect()
}

/// SignatureVersion 1, still the default of a topic; webpki itself has no SHA-1.
#[derive(Debug)]
struct RsaSha1;

impl SignatureVerificationAlgorithm for RsaSha1 {
    fn verify_signature(&self, key: &[u8], message: &[u8], signature: &[u8]) -> Result<(), InvalidSignature> {
        UnparsedPublicKey::new(&RSA_PKCS1_2048_8192_SHA1_FOR_LEGACY_USE_ONLY, key)
            .verify(message, signature)
            .map_err(|_| InvalidSignature)
    }

    fn public_key_alg_id(&self) -> AlgorithmIdentifier {
        alg_id::RSA_ENCRYPTION
    }

    /// `sha1WithRSAEncryption`, RFC 3279, section 2.2.1.
    fn signature_alg_id(&self) -> AlgorithmIdentifier {
        AlgorithmIdentifier::from_slice(&[6, 9, 0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 1, 1, 5, 5, 0])
    }
}
