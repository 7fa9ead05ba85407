//! What a proxy in front adds to a request: who it is, signed. One way for all of them; what differs is a row of
//! [`PROXIES`](crate::config::PROXIES).

use super::keys::{self, Key};
use super::token::{Expected, Token, check};
use super::{Refused, quoted, who};
use crate::config::{Config, KeySource, SignedHeader};
use jiff::Timestamp;
use serde_json::Value;

/// The longest id of a key.
const KEY_ID_MAX: usize = 100;

/// A header, taken apart and not believed yet.
#[derive(Debug)]
pub struct Presented<'c> {
    by: &'c SignedHeader,
    token: Token,
    /// Where its key is. Never an address from the token.
    pub keys_at: String,
}

/// Reads a header. What is made for others is refused here, before anything is fetched for it.
pub fn read<'c>(by: &'c SignedHeader, text: &str, now: Timestamp) -> Result<Presented<'c>, Refused> {
    let row = by.proxy.row();
    let token = Token::read(text, row.is_padded)?;
    let said = if row.says_in_head { &token.head } else { &token.claims };
    if let Some(signer) = &by.signer
        && token.head.get("signer").and_then(Value::as_str) != Some(signer)
    {
        let other = token.head.get("signer").and_then(Value::as_str).unwrap_or_default();
        return Err(Refused::new("token_signer", format!("{} signed it, not {signer}", quoted(other))));
    }
    let expected = Expected {
        issuer: by.issuer.as_deref(),
        audience: &by.audience,
        audience_claim: row.audience,
        dated: !row.says_in_head,
    };
    check(said, &expected, now)?;
    let keys_at = match row.keys {
        KeySource::Set => by.keys.clone(),
        KeySource::ById => format!("{}/{}", by.keys, key_id(&token)?),
    };
    Ok(Presented { by, token, keys_at })
}

/// An id that may stand in an address.
fn key_id(token: &Token) -> Result<&str, Refused> {
    let id = token.key_id().unwrap_or_default();
    let fits =
        (1..=KEY_ID_MAX).contains(&id.len()) && id.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'-');
    if fits { Ok(id) } else { Err(Refused::new(super::KEY, format!("{} is no id of a key", quoted(id)))) }
}

impl Presented<'_> {
    /// The keys that were fetched for it.
    pub fn keys(&self, body: &[u8]) -> Result<Vec<Key>, String> {
        match self.by.proxy.row().keys {
            KeySource::Set => keys::of_set(body),
            KeySource::ById => keys::of_pem(body, self.token.key_id().unwrap_or_default()),
        }
    }

    /// Whom it names, if one of these keys signed it.
    pub fn named(&self, config: &Config, keys: &[Key]) -> Result<String, Refused> {
        let row = self.by.proxy.row();
        keys::verify(&self.token, keys, &[row.algorithm])?;
        who::named(config, &self.token.claims, &self.by.claim, row.verifies_email)
    }
}
