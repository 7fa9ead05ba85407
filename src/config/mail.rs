//! The providers that carry e-mail and push messages, as `oncall.yaml` sets them up.

use super::SecretSource;

/// An SMTP server.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Mail {
    pub host: String,
    pub port: u16,
    pub security: MailSecurity,
    /// A name and where its password is.
    pub credentials: Option<(String, SecretSource)>,
    /// The sender's address.
    pub from: String,
}

/// How a connection to an SMTP server is kept from others.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum MailSecurity {
    /// From the first byte: `smtps://`.
    Tls,
    /// By STARTTLS, which must be there: `smtp://`.
    StartTls,
    /// Not at all: only to this machine.
    Local,
}

/// An ntfy server.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Ntfy {
    /// Without a trailing slash; `https://ntfy.sh` unless it is one's own.
    pub url: String,
    /// Where topics are protected.
    pub token: Option<SecretSource>,
}

/// An application at Pushover.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Pushover {
    pub token: SecretSource,
    /// Without a trailing slash; Pushover's own is `https://api.pushover.net`.
    pub api_url: String,
}
