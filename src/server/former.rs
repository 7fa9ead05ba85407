//! Addresses that were given away: a call that began under one `public_url` is answered under it, whatever is pushed and
//! restarted meanwhile.

use crate::config::{Config, FormerUrl, Organisation, SMS_VALID_SECONDS};
use jiff::{SignedDuration, Timestamp};

/// A text message is the slowest to say what became of it; with some minutes to spare.
pub const VALID: SignedDuration = SignedDuration::from_secs(SMS_VALID_SECONDS as i64 + 300);
/// How many are kept.
const FORMER_MAX: usize = 8;

/// Keeps the address of a config of before, and those that it kept, for as long as anything may come to them.
pub(super) fn keep(organisation: &mut Organisation, before: &Config, now: Timestamp) {
    let before = &before.organisation;
    let until = now.checked_add(VALID).unwrap_or(Timestamp::MAX);
    let last = before.public_url.clone().map(|url| FormerUrl { url, until });
    let known = before.former_urls.iter().filter(|former| former.until > now).cloned();
    for former in last.into_iter().chain(known) {
        let is_new = organisation.former_urls.iter().all(|it| it.url != former.url);
        let is_other = organisation.public_url.as_ref() != Some(&former.url);
        if is_new && is_other && organisation.former_urls.len() < FORMER_MAX {
            organisation.former_urls.push(former);
        }
    }
}
