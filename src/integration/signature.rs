//! Signatures by a shared secret (HMAC-SHA256), compared in constant time.

use data_encoding::HEXLOWER_PERMISSIVE;
use jiff::Timestamp;
use ring::hmac;
use subtle::ConstantTimeEq;

/// How far a signed time may be from now, in seconds: what Grafana, Slack and Standard Webhooks recommend.
pub const SKEW_MAX_S: i64 = 300;

/// Whether `presented` is the HMAC-SHA256 of the parts, one after another.
pub fn is_hmac_sha256(key: &[u8], parts: &[&[u8]], presented: &[u8]) -> bool {
    let mut context = hmac::Context::with_key(&hmac::Key::new(hmac::HMAC_SHA256, key));
    for part in parts {
        context.update(part);
    }
    context.sign().as_ref().ct_eq(presented).into()
}

/// The same, with `presented` in hex.
pub fn is_hmac_sha256_hex(key: &[u8], parts: &[&[u8]], presented: &str) -> bool {
    HEXLOWER_PERMISSIVE
        .decode(presented.trim().as_bytes())
        .is_ok_and(|presented| is_hmac_sha256(key, parts, &presented))
}

/// Whether a time in seconds since 1970 is close enough to `now`.
pub fn is_fresh(seconds: &str, now: Timestamp) -> bool {
    let seconds = seconds.trim().parse::<i64>().ok();
    seconds.is_some_and(|seconds| now.as_second().abs_diff(seconds) <= SKEW_MAX_S.unsigned_abs())
}
