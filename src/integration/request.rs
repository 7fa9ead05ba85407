//! A request to a monitor's door, as it came in.

/// A request as it came in. Its method and `Content-Type` are of no importance.
#[derive(Clone, Copy, Debug)]
pub struct Request<'a> {
    /// Without the query, still percent-encoded.
    pub path: &'a str,
    /// What follows the `?`, still percent-encoded.
    pub query: &'a str,
    /// Names in lower case.
    pub headers: &'a [(String, String)],
    /// Bounded by the server.
    pub body: &'a [u8],
}

impl<'a> Request<'a> {
    /// The value of a header, by its name in lower case.
    pub(super) fn header(&self, name: &str) -> Option<&'a str> {
        self.headers.iter().find(|(key, _)| key == name).map(|(_, value)| value.as_str())
    }
}
