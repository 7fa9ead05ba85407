//! Signing in by OpenID Connect: the authorization code with PKCE, and what its ID token must say.
//!
//! <https://openid.net/specs/openid-connect-core-1_0.html>, RFC 7636, RFC 9207. The nonce and the verifier are made from the state and
//! our key, so that they need to be stored nowhere; whose state it is and that it is used once is for [`web`](crate::web) to see.

use super::keys::{self, ALGORITHMS, Key};
use super::token::{Expected, Token, check};
use super::{Ask, Refused, is_safe_address, quoted, who};
use crate::config::{Config, Oidc, Secret};
use data_encoding::{BASE64, BASE64URL_NOPAD};
use jiff::Timestamp;
use ring::digest::{SHA256, digest};
use serde_json::{Map, Value};

/// What is asked for: who somebody is, and nothing that they have.
const SCOPE: &str = "openid email profile";

/// What a provider says of itself (OpenID Connect Discovery 1.0), as far as we need it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Discovery {
    pub authorization: String,
    pub token: String,
    pub keys: String,
    pub user_info: Option<String>,
    /// Whether the client's secret goes into the form, because the provider takes it nowhere else.
    secret_in_form: bool,
}

/// What belongs to one attempt to sign in.
#[derive(Clone)]
pub struct Attempt {
    pub state: String,
    pub nonce: String,
    /// Of PKCE.
    pub verifier: String,
    pub redirect: String,
}

impl std::fmt::Debug for Attempt {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Attempt(…)")
    }
}

/// What a code was exchanged for: an ID token, and what opens the address of further claims.
#[derive(Debug)]
pub struct Exchanged {
    token: Token,
    access: Option<Secret>,
}

/// Where a provider describes itself.
pub fn discovery_at(oidc: &Oidc) -> String {
    format!("{}/.well-known/openid-configuration", oidc.issuer.trim_end_matches('/'))
}

/// Reads what it says.
pub fn discovery(oidc: &Oidc, body: &[u8]) -> Result<Discovery, String> {
    let said = keys::json(body)?;
    let text = |name: &str| said[name].as_str();
    let issuer = text("issuer").ok_or("it does not describe an identity provider (no `issuer`)")?;
    if issuer != oidc.issuer {
        return Err(format!("it calls itself {}: write that as `issuer`, letter by letter", quoted(issuer)));
    }
    let address = |name: &str| match text(name) {
        Some(url) if is_safe_address(url) => Ok(url.to_owned()),
        Some(url) => Err(format!("its `{name}` is not https: {}", quoted(url))),
        None => Err(format!("it has no `{name}`")),
    };
    let has = |name: &str, word: &str| said[name].as_array().map(|all| all.iter().any(|it| it == word));
    let challenges = has("code_challenge_methods_supported", "S256");
    if has("response_types_supported", "code") == Some(false) || challenges == Some(false) {
        return Err("it does not take the authorization code with PKCE (S256)".to_owned());
    }
    let methods = "token_endpoint_auth_methods_supported";
    let in_form = has(methods, "client_secret_post") == Some(true);
    Ok(Discovery {
        authorization: address("authorization_endpoint")?,
        token: address("token_endpoint")?,
        keys: address("jwks_uri")?,
        user_info: text("userinfo_endpoint").filter(|url| is_safe_address(url)).map(str::to_owned),
        secret_in_form: in_form && has(methods, "client_secret_basic") == Some(false),
    })
}

/// Where the browser is led to sign in.
pub fn begin(oidc: &Oidc, discovery: &Discovery, attempt: &Attempt) -> String {
    let challenge = BASE64URL_NOPAD.encode(digest(&SHA256, attempt.verifier.as_bytes()).as_ref());
    let mut query = form_urlencoded::Serializer::new(String::new());
    query.extend_pairs([
        ("response_type", "code"),
        ("scope", SCOPE),
        ("client_id", &oidc.client_id),
        ("redirect_uri", &attempt.redirect),
        ("state", &attempt.state),
        ("nonce", &attempt.nonce),
        ("code_challenge", &challenge),
        ("code_challenge_method", "S256"),
    ]);
    if let Some(domain) = &oidc.hosted_domain {
        query.append_pair("hd", domain);
    }
    let joint = if discovery.authorization.contains('?') { '&' } else { '?' };
    format!("{}{joint}{}", discovery.authorization, query.finish())
}

/// What exchanges a code for a token.
pub fn exchange(oidc: &Oidc, discovery: &Discovery, secret: &Secret, attempt: &Attempt, code: &str) -> Ask {
    let mut form = form_urlencoded::Serializer::new(String::new());
    form.extend_pairs([
        ("grant_type", "authorization_code"),
        ("code", code),
        ("redirect_uri", &attempt.redirect),
        ("code_verifier", &attempt.verifier),
    ]);
    let mut authorization = None;
    if discovery.secret_in_form {
        form.extend_pairs([("client_id", &*oidc.client_id), ("client_secret", secret.expose())]);
    } else {
        // RFC 6749, 2.3.1: both are form-encoded first.
        let encoded = |text: &str| form_urlencoded::byte_serialize(text.as_bytes()).collect::<String>();
        let pair = format!("{}:{}", encoded(&oidc.client_id), encoded(secret.expose()));
        authorization = Some(Secret::new(&format!("Basic {}", BASE64.encode(pair.as_bytes()))));
    }
    Ask { url: discovery.token.clone(), authorization, form: Some(Secret::new(&form.finish())) }
}

/// The tokens in the answer to [`exchange`].
pub fn exchanged(body: &[u8]) -> Result<Exchanged, Refused> {
    let said = keys::json(body).map_err(|why| Refused::new("token_malformed", why))?;
    let Some(token) = said["id_token"].as_str() else {
        return Err(Refused::new("token_malformed", "the provider gave no ID token"));
    };
    let access = said["access_token"].as_str().map(Secret::new);
    Ok(Exchanged { token: Token::read(token, false)?, access })
}

impl Exchanged {
    /// Whether one of these keys signed it, for us and for this attempt.
    pub fn verify(
        &self,
        oidc: &Oidc,
        keys: &[Key],
        attempt: &Attempt,
        now: Timestamp,
    ) -> Result<(), Refused> {
        keys::verify(&self.token, keys, &ALGORITHMS)?;
        let claims = &self.token.claims;
        let expected = Expected {
            issuer: Some(&oidc.issuer),
            audience: &oidc.client_id,
            audience_claim: "aud",
            dated: true,
        };
        check(claims, &expected, now)?;
        let text = |name: &str| claims.get(name).and_then(Value::as_str);
        if text("nonce") != Some(&*attempt.nonce) {
            return Err(Refused::new("token_nonce", "it was made for another sign-in"));
        }
        if text("sub").is_none_or(str::is_empty) {
            return Err(Refused::new("token_malformed", "it names nobody (`sub`)"));
        }
        match &oidc.hosted_domain {
            Some(domain) if text("hd").is_none_or(|hd| !hd.eq_ignore_ascii_case(domain)) => {
                let other = quoted(text("hd").unwrap_or_default());
                Err(Refused::new("identity_domain", format!("the account is of {other}, not of {domain}")))
            }
            _ => Ok(()),
        }
    }

    /// Where the claims are that the token lacks, if it lacks the one that names people.
    pub fn further_claims(&self, oidc: &Oidc, discovery: &Discovery) -> Option<Ask> {
        let (access, url) = (self.access.as_ref()?, discovery.user_info.as_ref()?);
        let authorization = Some(Secret::new(&format!("Bearer {}", access.expose())));
        let ask = || Ask { url: url.clone(), authorization, form: None };
        (!self.token.claims.contains_key(&oidc.claim)).then(ask)
    }

    /// Whom it names, with the further claims that were fetched; those count only if they are of the same person.
    pub fn named(&self, config: &Config, oidc: &Oidc, further: Option<&[u8]>) -> Result<String, Refused> {
        let mut claims = self.token.claims.clone();
        if let Some(body) = further {
            let said: Map<String, Value> = match keys::json(body) {
                Ok(Value::Object(said)) => said,
                _ => return Err(Refused::new("token_malformed", "the further claims are no JSON object")),
            };
            if said.get("sub") != claims.get("sub") {
                return Err(Refused::new(
                    "token_malformed",
                    "the further claims are of somebody else (`sub`)",
                ));
            }
            // Whether an address is verified is said by whoever says the address.
            for name in [oidc.claim.as_str(), "email_verified"] {
                claims.remove(name);
                claims.extend(said.get_key_value(name).map(|(name, value)| (name.clone(), value.clone())));
            }
        }
        who::named(config, &claims, &oidc.claim, false)
    }
}
