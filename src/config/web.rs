//! How one signs in to the pages: `web:` of `oncall.yaml`. Who may then look and act is said by `access:`.
//!
//! What differs between the proxies that sign who comes is a row of [`PROXIES`]; nothing else asks which of them it is.

use super::SecretSource;

/// `web:`, compiled.
#[derive(Clone, Debug, Default)]
pub struct Web {
    pub oidc: Option<Oidc>,
    pub signed_headers: Vec<SignedHeader>,
    /// Sessions of another generation are over.
    pub session_generation: u32,
}

/// An identity provider that speaks OpenID Connect.
#[derive(Clone, Debug)]
pub struct Oidc {
    /// Exactly as its tokens name it.
    pub issuer: String,
    pub client_id: String,
    pub client_secret: SecretSource,
    /// What names the person.
    pub claim: String,
    /// Of Google: the company's domain, without which an address says nothing about where somebody works.
    pub hosted_domain: Option<String>,
}

/// A proxy in front that signs who comes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SignedHeader {
    pub proxy: Proxy,
    /// Whom its tokens must name as their maker, where that is known.
    pub issuer: Option<String>,
    /// The load balancer, where it names itself.
    pub signer: Option<String>,
    /// For whom they must be made.
    pub audience: String,
    /// Where its keys are.
    pub keys: String,
    pub claim: String,
}

/// Which proxy.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Proxy {
    AwsAlb,
    CloudflareAccess,
    GoogleIap,
}

/// How a proxy gives its keys.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum KeySource {
    /// A JSON Web Key Set.
    Set,
    /// One PEM file for each, below the address, by its id.
    ById,
}

/// What is known of a proxy.
#[derive(Clone, Copy, Debug)]
pub struct ProxyRow {
    pub proxy: Proxy,
    /// Its key below `web:`.
    pub key: &'static str,
    pub name: &'static str,
    /// In small letters.
    pub header: &'static str,
    pub algorithm: &'static str,
    pub keys: KeySource,
    /// Whether it says for whom and until when in the token's head, not among the claims.
    pub says_in_head: bool,
    /// The name of what says for whom.
    pub audience: &'static str,
    /// Whether its base64 has padding.
    pub is_padded: bool,
    /// Whether it names only addresses that it has verified itself.
    pub verifies_email: bool,
}

/// A row for each proxy.
pub const PROXIES: [ProxyRow; 3] = [
    // https://docs.aws.amazon.com/elasticloadbalancing/latest/application/listener-authenticate-users.html
    ProxyRow {
        proxy: Proxy::AwsAlb,
        key: "aws_alb",
        name: "AWS ALB",
        header: "x-amzn-oidc-data",
        algorithm: "ES256",
        keys: KeySource::ById,
        says_in_head: true,
        audience: "client",
        is_padded: true,
        verifies_email: false,
    },
    // https://developers.cloudflare.com/cloudflare-one/identity/authorization-cookie/validating-json/
    ProxyRow {
        proxy: Proxy::CloudflareAccess,
        key: "cloudflare_access",
        name: "Cloudflare Access",
        header: "cf-access-jwt-assertion",
        algorithm: "RS256",
        keys: KeySource::Set,
        says_in_head: false,
        audience: "aud",
        is_padded: false,
        verifies_email: true,
    },
    // https://cloud.google.com/iap/docs/signed-headers-howto
    ProxyRow {
        proxy: Proxy::GoogleIap,
        key: "google_iap",
        name: "Google IAP",
        header: "x-goog-iap-jwt-assertion",
        algorithm: "ES256",
        keys: KeySource::Set,
        says_in_head: false,
        audience: "aud",
        is_padded: false,
        verifies_email: true,
    },
];

impl Proxy {
    pub fn row(self) -> &'static ProxyRow {
        PROXIES.iter().find(|row| row.proxy == self).unwrap_or(&PROXIES[0])
    }
}

impl Web {
    /// Whether anybody is known by an address or a name that somebody else vouches for.
    pub fn knows_people(&self) -> bool {
        self.oidc.is_some() || !self.signed_headers.is_empty()
    }
}
