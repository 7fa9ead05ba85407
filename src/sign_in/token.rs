//! A signed token (JWT, RFC 7519): its parts, and whether what it says fits. Nothing here is believed before
//! [`keys::verify`](super::keys::verify) has found the key that signed it.

use super::{Refused, quoted};
use data_encoding::BASE64URL_NOPAD;
use jiff::{SignedDuration, Timestamp};
use serde_json::{Map, Value};

/// The longest token that is read, in bytes.
pub const TOKEN_MAX: usize = 16 << 10;
/// By how much the clocks of others may differ from ours.
pub const LEEWAY: SignedDuration = SignedDuration::from_secs(60);
/// How many parties one token may be for.
const AUDIENCES_MAX: usize = 20;

/// A token as it came.
#[derive(Clone)]
pub struct Token {
    pub head: Map<String, Value>,
    pub claims: Map<String, Value>,
    /// What is signed, in bytes of the token itself.
    pub(super) signed: String,
    pub(super) signature: Vec<u8>,
}

impl std::fmt::Debug for Token {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Token(…)")
    }
}

/// Until when something may be believed, and for whom it must be.
#[derive(Clone, Copy, Debug)]
pub struct Expected<'e> {
    pub issuer: Option<&'e str>,
    pub audience: &'e str,
    /// The name of what says for whom.
    pub audience_claim: &'static str,
    /// Whether it must say when it was made.
    pub dated: bool,
}

impl Token {
    /// Takes a token apart; `is_padded` where its maker's base64 has padding, which is part of what is signed.
    pub fn read(text: &str, is_padded: bool) -> Result<Token, Refused> {
        let malformed = |why: &str| Refused::new("token_malformed", why);
        if text.len() > TOKEN_MAX {
            let why = format!("a token of {} bytes; {TOKEN_MAX} are the most", text.len());
            return Err(Refused::new("token_too_large", why));
        }
        let mut parts = text.split('.');
        let (Some(head), Some(claims), Some(signature), None) =
            (parts.next(), parts.next(), parts.next(), parts.next())
        else {
            return Err(malformed("a token has three parts"));
        };
        let bytes = |part: &str| {
            let bare = if is_padded { part.trim_end_matches('=') } else { part };
            BASE64URL_NOPAD.decode(bare.as_bytes()).map_err(|_| malformed("a part is not base64"))
        };
        let object = |part: &str| match serde_json::from_slice(&bytes(part)?) {
            Ok(Value::Object(object)) => Ok(object),
            _ => Err(malformed("a part is not a JSON object")),
        };
        let signed = text.len() - signature.len() - 1;
        let token = Token {
            head: object(head)?,
            claims: object(claims)?,
            signed: text[..signed].to_owned(),
            signature: bytes(signature)?,
        };
        // RFC 7515, 4.1.11: what must be understood, and is not.
        if token.head.contains_key("crit") {
            return Err(malformed("it has extensions that must be understood"));
        }
        Ok(token)
    }

    /// Which key signed it, by its own words.
    pub fn key_id(&self) -> Option<&str> {
        self.head.get("kid").and_then(Value::as_str)
    }
}

/// Whether what a token says of itself, in its claims or its head, is what is expected.
pub fn check(said: &Map<String, Value>, expected: &Expected<'_>, now: Timestamp) -> Result<(), Refused> {
    let text = |name: &str| said.get(name).and_then(Value::as_str);
    if let Some(issuer) = expected.issuer
        && text("iss") != Some(issuer)
    {
        let why = format!("it is by {}, not by {issuer}", quoted(text("iss").unwrap_or_default()));
        return Err(Refused::new("token_issuer", why));
    }
    let audiences: Vec<&str> = match said.get(expected.audience_claim) {
        Some(Value::String(one)) => vec![one],
        Some(Value::Array(several)) if several.len() <= AUDIENCES_MAX => {
            several.iter().filter_map(Value::as_str).collect()
        }
        _ => Vec::new(),
    };
    let foreign =
        |who: &str| Refused::new("token_audience", format!("it is for {}, not for us", quoted(who)));
    if !audiences.contains(&expected.audience) {
        return Err(foreign(audiences.first().copied().unwrap_or_default()));
    }
    // OpenID Connect Core, 3.1.3.7: of several, the one that asked is named.
    match text("azp") {
        Some(asked) if asked != expected.audience => return Err(foreign(asked)),
        None if audiences.len() > 1 => {
            return Err(Refused::new(
                "token_audience",
                "it is for several, and does not say who asked for it",
            ));
        }
        _ => {}
    }
    times(said, expected.dated, now)
}

fn times(said: &Map<String, Value>, dated: bool, now: Timestamp) -> Result<(), Refused> {
    let now = now.as_second();
    let seconds = |name: &str| -> Result<Option<i64>, Refused> {
        let value = match said.get(name) {
            None => return Ok(None),
            // A date may have a fraction, and no sane one is beyond what f64 holds exactly.
            Some(value) => value.as_i64().or_else(|| value.as_f64().map(|seconds| seconds as i64)),
        };
        let value = value.filter(|seconds| (0..1 << 48).contains(seconds));
        value.map(Some).ok_or_else(|| Refused::new("token_malformed", format!("`{name}` is no time")))
    };
    let (until, made, from) = (seconds("exp")?, seconds("iat")?, seconds("nbf")?);
    let Some(until) = until else { return Err(Refused::new("token_expired", "it does not say until when")) };
    let leeway = LEEWAY.as_secs();
    if now >= until + leeway {
        return Err(Refused::new("token_expired", format!("it was good until {} seconds ago", now - until)));
    }
    if dated && made.is_none() {
        return Err(Refused::new("token_malformed", "it does not say when it was made"));
    }
    if let Some(later) = made.into_iter().chain(from).max().filter(|begins| *begins > now + leeway) {
        let why = format!("it begins in {} seconds: do the clocks differ?", later - now);
        return Err(Refused::new("token_not_yet", why));
    }
    Ok(())
}
