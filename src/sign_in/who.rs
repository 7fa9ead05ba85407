//! Which person is meant by what a provider says: the `sign_in` of somebody in `users/`, or a verified e-mail address.

use super::{Refused, quoted};
use crate::config::Config;
use serde_json::{Map, Value};

/// The claim that names people unless another is chosen.
pub const EMAIL: &str = "email";
/// The longest name that is read, in bytes; an e-mail address has 254 at most.
const NAME_MAX: usize = 320;

/// The id of somebody in `users/`, or an e-mail address in small letters. What has no `@` and stands in nobody's file is nobody.
pub fn named(
    config: &Config,
    claims: &Map<String, Value>,
    claim: &str,
    verifies_email: bool,
) -> Result<String, Refused> {
    let Some(name) = claims.get(claim).and_then(Value::as_str).map(str::trim).filter(|name| !name.is_empty())
    else {
        return Err(Refused::new("identity_missing", format!("it says no {}", quoted(claim))));
    };
    if name.len() > NAME_MAX || name.contains(|c: char| c.is_control() || c.is_whitespace()) {
        return Err(Refused::new("identity_missing", format!("{} is no name", quoted(name))));
    }
    // Some write the word as text.
    let is_verified = match claims.get("email_verified") {
        Some(Value::Bool(verified)) => *verified,
        Some(Value::String(verified)) => verified == "true",
        _ => false,
    };
    if claim == EMAIL && !is_verified && !verifies_email {
        let why = format!("nobody has verified that {} is theirs (`email_verified`)", quoted(name));
        return Err(Refused::new("identity_unverified", why));
    }
    let users = config.users.values();
    if let Some(user) = users.clone().find(|user| user.sign_in.as_deref() == Some(name)) {
        return Ok(user.id.to_string());
    }
    if !name.contains('@') {
        let why = format!("{} is no e-mail address, and nobody's `sign_in` in users/", quoted(name));
        return Err(Refused::new("identity_unknown", why));
    }
    let own = |email: &String| email.eq_ignore_ascii_case(name);
    if users.filter(|user| user.email.as_ref().is_some_and(own)).nth(1).is_some() {
        let why = format!("{} is the address of several people in users/", quoted(name));
        return Err(Refused::new("identity_ambiguous", why));
    }
    Ok(name.to_lowercase())
}
