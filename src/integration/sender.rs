//! Who sends: the address that a monitor gives itself in its bodies, as a part of dedup keys.
//!
//! Two monitors at one door must not close each other's problems. The members of a high-availability pair, whose addresses
//! differ only by a number or by a name that an orchestrator made up, are one sender.

use super::bounds::short_hash;

/// The longest address kept verbatim in a key, in bytes.
const SENDER_MAX: usize = 100;
/// What Kubernetes makes the ends of names of: no vowels, so that no words come of it.
const MADE_UP: &str = "bcdfghjklmnpqrstvwxz2456789";

/// Host, port and path of an address, in small letters.
pub fn of_url(url: &str) -> Option<String> {
    let (_, rest) = url.trim().split_once("://")?;
    let rest = rest.split(['?', '#']).next().unwrap_or_default();
    let sender = rest.trim_matches('/').to_ascii_lowercase();
    match sender.as_str() {
        "" => None,
        sender if sender.len() > SENDER_MAX => Some(short_hash(sender.as_bytes())),
        sender => Some(sender.to_owned()),
    }
}

/// The host alone.
pub fn host_of(url: &str) -> Option<String> {
    of_url(url)?.split('/').next().map(str::to_owned)
}

/// The name that all members of a pair share, without the number of each. A plain name without a domain (`alertmanager`) is what a machine
/// calls itself where nobody has set an address, and tells nobody apart.
pub fn of_pair(url: &str) -> Option<String> {
    let sender = of_url(url)?;
    let end = sender.find(['.', ':', '/']).unwrap_or(sender.len());
    let (name, rest) = sender.split_at(end);
    // An IP address has no name.
    if name.bytes().all(|byte| byte.is_ascii_digit()) || name.starts_with('[') {
        return Some(sender);
    }
    // Docker calls a container by the beginning of its id, which another start changes.
    let is_id = name.len() == 12 && name.bytes().all(|byte| byte.is_ascii_hexdigit());
    let mut name = if is_id { "" } else { name };
    while let Some((before, last)) = name.rsplit_once('-') {
        let is_number = !last.is_empty() && last.bytes().all(|byte| byte.is_ascii_digit());
        let is_made_up = matches!(last.len(), 5 | 8..=10) && last.chars().all(|c| MADE_UP.contains(c));
        if !is_number && !is_made_up {
            break;
        }
        name = before;
    }
    let name = name.trim_end_matches(|c: char| c.is_ascii_digit());
    let is_plain = !rest.starts_with('.') && !name.contains('-');
    (!is_plain).then(|| format!("{name}{rest}"))
}

/// A key with its sender in front, where that is known.
pub fn with(sender: Option<String>, key: String) -> String {
    match sender {
        Some(sender) => format!("{sender}/{key}"),
        None => key,
    }
}
