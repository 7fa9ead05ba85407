//! The push webhook of the config repository: GitHub's and GitLab's, to pull at once.
//!
//! <https://docs.github.com/en/webhooks/using-webhooks/validating-webhook-deliveries>,
//! <https://docs.gitlab.com/user/project/integrations/webhooks/>. What it says is only a hint: the tree is always
//! fetched from git.

use super::reading::Reject;
use super::request::Request;
use super::{json, signature, url};
use crate::config::{Secret, SecretSource, Secrets};
use data_encoding::BASE64;
use jiff::Timestamp;

/// A push that is signed with our secret.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Push {
    /// The branch that moved; `None` where the request names none (a ping, a tag, a form we do not know): pulling then
    /// costs little.
    pub branch: Option<String>,
}

/// Checks a push by any of `X-Hub-Signature-256` (GitHub, Gitea, Forgejo), `webhook-signature` (GitLab's signing token)
/// and `X-Gitlab-Token`.
pub fn push_webhook(
    secrets: &Secrets,
    sources: &[SecretSource],
    request: &Request<'_>,
    now: Timestamp,
) -> Result<Push, Reject> {
    let signed = secrets
        .all(sources)
        .filter(|secret| !secret.expose().is_empty())
        .fold(false, |hit, secret| hit | is_from(secret, request, now));
    if !signed {
        let message = "the push is not signed with `push_secret`: compare it with the webhook's secret";
        return Err(Reject::new(401, "unauthorized", message));
    }
    Ok(Push { branch: branch(request.body) })
}

fn is_from(secret: &Secret, request: &Request<'_>, now: Timestamp) -> bool {
    let key = secret.expose().as_bytes();
    let github = request.header("x-hub-signature-256").and_then(|value| value.strip_prefix("sha256="));
    let gitlab = request.header("x-gitlab-token");
    github.is_some_and(|value| signature::is_hmac_sha256_hex(key, &[request.body], value))
        | gitlab.is_some_and(|value| secret.matches(value.as_bytes()))
        | is_standard_webhook(secret.expose(), request, now)
}

/// Standard Webhooks: base64 HMAC-SHA256 over `<id>.<timestamp>.<body>`; a `whsec_` secret is base64 itself.
fn is_standard_webhook(secret: &str, request: &Request<'_>, now: Timestamp) -> bool {
    let header = |name: &str| request.header(name);
    let (Some(id), Some(timestamp), Some(signatures)) =
        (header("webhook-id"), header("webhook-timestamp"), header("webhook-signature"))
    else {
        return false;
    };
    let parts = [id.as_bytes(), b".", timestamp.as_bytes(), b".", request.body];
    let decoded = secret.strip_prefix("whsec_").and_then(|text| BASE64.decode(text.as_bytes()).ok());
    let key = decoded.unwrap_or_else(|| secret.as_bytes().to_vec());
    let presented = signatures.split_whitespace().filter_map(|signature| signature.strip_prefix("v1,"));
    let presented = presented.filter_map(|signature| BASE64.decode(signature.as_bytes()).ok());
    let signed =
        presented.fold(false, |hit, signature| hit | signature::is_hmac_sha256(&key, &parts, &signature));
    signed && signature::is_fresh(timestamp, now)
}

/// The branch in `ref`, of a JSON body or of a form with a `payload`.
fn branch(body: &[u8]) -> Option<String> {
    let value = match json::parse(body) {
        Ok(value) => value,
        Err(_) => json::parse(&url::form_field(body, "payload")?).ok()?,
    };
    json::text(&value, "ref")?.strip_prefix("refs/heads/").map(str::to_owned)
}
