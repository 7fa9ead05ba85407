//! `web:` of `oncall.yaml`: how people sign in to the pages.

use super::{Secret, Url};
use schemars::JsonSchema;
use serde::Deserialize;

/// How people sign in to the pages. Who may look and who may act is said by `access`.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Web {
    /// An identity provider that speaks OpenID Connect (Google, Entra, Okta, Keycloak). Its redirect URI is
    /// `<public_url>/sign-in/oidc/callback`.
    pub oidc: Option<Oidc>,
    /// An AWS Application Load Balancer in front that signs people in.
    pub aws_alb: Option<AwsAlb>,
    /// Cloudflare Access in front.
    pub cloudflare_access: Option<CloudflareAccess>,
    /// Google's Identity-Aware Proxy in front.
    pub google_iap: Option<GoogleIap>,
    /// Raise it to end every session at once; 1 by default.
    #[schemars(example = 2)]
    #[schemars(range(min = 1, max = 1_000_000))]
    pub session_generation: Option<u32>,
}

/// An identity provider.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Oidc {
    /// The address by which the provider calls itself, letter by letter: with the slash at the end if it has one.
    #[schemars(example = &"https://accounts.google.com")]
    pub issuer: Url,
    /// The id that the provider gave to this application.
    #[schemars(example = &"oncall")]
    #[schemars(length(min = 1, max = 500))]
    pub client_id: String,
    /// The secret that it gave.
    pub client_secret: Secret,
    /// The claim that names people: `email` by default, which must be verified. Its text is the `sign_in` or the `email` of
    /// somebody in users/. Another one is believed as it is, so choose what people cannot change themselves.
    #[schemars(example = &"preferred_username", example = &"oid")]
    #[schemars(length(min = 1, max = 100))]
    pub claim: Option<String>,
    /// With Google: the company's domain. Only its accounts come in (`hd`).
    #[schemars(example = &"example.com")]
    pub hosted_domain: Option<String>,
}

/// An Application Load Balancer whose listener authenticates.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct AwsAlb {
    /// Its region.
    #[schemars(example = &"ap-northeast-1")]
    #[schemars(extend("pattern" = "^[a-z0-9-]+$", "patternErrorMessage" = "is not a region; write it like `ap-northeast-1`"))]
    pub region: String,
    /// Its ARN: nothing that another load balancer signed is believed.
    #[schemars(example = &"arn:aws:elasticloadbalancing:ap-northeast-1:123456789012:loadbalancer/app/oncall/50dc6c495c0c9188")]
    #[schemars(extend("pattern" = "^arn:[a-z-]+:elasticloadbalancing:[a-z0-9-]+:[0-9]{12}:loadbalancer/app/[^\\s]+$", "patternErrorMessage" = "is not the ARN of an Application Load Balancer"))]
    pub signer: String,
    /// The id of the client in its rule (`authenticate-oidc`, `authenticate-cognito`).
    #[schemars(example = &"1example23456789")]
    #[schemars(length(min = 1, max = 500))]
    pub client_id: String,
    /// Where its keys are; `https://public-keys.auth.elb.<region>.amazonaws.com` by default.
    pub keys: Option<Url>,
    /// The claim that names people: `email` by default, which must be verified.
    #[schemars(example = &"username")]
    #[schemars(length(min = 1, max = 100))]
    pub claim: Option<String>,
}

/// An application of Cloudflare Access.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct CloudflareAccess {
    /// The address of the team.
    #[schemars(example = &"https://example.cloudflareaccess.com")]
    pub team: Url,
    /// The application's "Application Audience (AUD) Tag".
    #[schemars(example = &"32eafc7626e737136c0bbbe0ee0a2f5b32eafc7626e737136c0bbbe0ee0a2f5b")]
    #[schemars(extend("pattern" = "^[0-9a-f]{64}$", "patternErrorMessage" = "is not an AUD tag; it has 64 digits and letters from a to f"))]
    pub audience: String,
}

/// A backend behind Google's Identity-Aware Proxy.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct GoogleIap {
    /// The "Signed Header JWT Audience" of the backend.
    #[schemars(example = &"/projects/123456789012/global/backendServices/1234567890123456789")]
    #[schemars(extend("pattern" = "^/projects/[0-9]+/[^\\s]+$", "patternErrorMessage" = "is not an audience of IAP; write it like `/projects/123456789012/global/backendServices/1234567890123456789`"))]
    pub audience: String,
    /// Where its keys are; `https://www.gstatic.com/iap/verify/public_key-jwk` by default.
    pub keys: Option<Url>,
}
