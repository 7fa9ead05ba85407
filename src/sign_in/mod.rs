//! Who somebody is, by what an identity provider or a proxy has signed. Pure: what must be fetched is asked for as data
//! ([`Ask`]), and handed back as bytes.
//!
//! [`oidc`] begins and ends a sign-in by OpenID Connect; [`signed_header`] reads what AWS ALB, Cloudflare Access and Google IAP add
//! to a request. Both trust nothing but a signature by a key of the configured address ([`keys`]) under an algorithm that is
//! expected, and then what stands in the token ([`token`]): by whom, for whom, until when. [`who`] finds the person. Whether that
//! person may come in is decided at each request by `access:`.

pub mod keys;
pub mod oidc;
pub mod signed_header;
pub mod token;
pub mod who;

use crate::config::Secret;
use std::fmt;

/// The largest document that is fetched, in bytes: what a provider says of itself, its keys, a token.
pub const DOCUMENT_MAX: usize = 256 << 10;
/// The most of a stranger's words that a refusal repeats, in characters.
const QUOTE_MAX: usize = 100;

/// Why somebody is not let in.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Refused {
    /// A stable word for metrics.
    pub code: &'static str,
    /// For the log; holds no secret and no token.
    pub why: String,
}

impl Refused {
    pub(crate) fn new(code: &'static str, why: impl Into<String>) -> Refused {
        Refused { code, why: why.into() }
    }

    /// Whether newer keys may change it.
    pub fn is_about_keys(&self) -> bool {
        self.code == KEY
    }
}

/// No key that is known made this signature.
pub(crate) const KEY: &str = "token_key";

/// Something to fetch over verified TLS, without following redirects: the body of a 200 is wanted.
#[derive(Clone, PartialEq, Eq)]
pub struct Ask {
    pub url: String,
    /// `Authorization`, whole.
    pub authorization: Option<Secret>,
    /// What is posted, if it is no GET.
    pub form: Option<Secret>,
}

impl Ask {
    pub fn get(url: impl Into<String>) -> Ask {
        Ask { url: url.into(), authorization: None, form: None }
    }
}

impl fmt::Debug for Ask {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Ask({})", self.url)
    }
}

/// Whether what is fetched there comes by TLS, or from this machine.
pub fn is_safe_address(url: &str) -> bool {
    let odd = |c: char| c.is_whitespace() || c.is_control() || "\\@#".contains(c);
    if url.contains(odd) {
        return false;
    }
    if url.strip_prefix("https://").is_some_and(|rest| !rest.is_empty() && !rest.starts_with(['/', '?'])) {
        return true;
    }
    let host = url.strip_prefix("http://").and_then(|rest| rest.split(['/', '?']).next());
    let name = host.map(|host| host.rsplit_once(':').map_or(host, |(name, _)| name));
    matches!(name, Some("127.0.0.1" | "localhost" | "[::1]"))
}

/// Words of a stranger as a log may repeat them.
pub(crate) fn quoted(text: &str) -> String {
    if text.is_empty() {
        return "nobody".to_owned();
    }
    let shown: String = text.chars().map(|c| if c.is_control() { ' ' } else { c }).collect();
    format!("`{}`", crate::config::masked(&crate::alert::cut(&shown, QUOTE_MAX)))
}
