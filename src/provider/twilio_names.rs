//! How Twilio names what it did: ids, and the pages that explain its error codes.

/// The longest name or id taken from a callback, in characters.
pub const NAME_MAX: usize = 80;

/// Where Twilio explains an error code.
pub(super) fn about(code: Option<u64>) -> String {
    code.map(|code| format!("https://www.twilio.com/docs/api/errors/{code}")).unwrap_or_default()
}
