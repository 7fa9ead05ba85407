//! A browser that signs in, one step at a time, and the company that it signs in to.

use super::identity::{EC, Provider};
use super::server::Server;
use super::world::{HANG_MAX, World, now};
use reqwest::header::{LOCATION, SET_COOKIE};
use serde_json::{Value, json};
use std::collections::BTreeMap;

pub const CLIENT: &str = "oncall-test";
pub const SMITH: &str =
    "name: Emma Smith\nslack: U0SMITH\nphone: \"+819000000002\"\nemail: Smith@example.com\n";
pub const KIMURA: &str =
    "name: Kimura\nslack: U0KIMURA\nphone: \"+819000000003\"\nsign_in: kimura-at-the-provider\n";
pub const GONE: &str = "name: Gone\nemail: gone@example.com\nleft: 2026-01-05\n";

/// The company of the other tests with a provider, and some more of `web:`.
pub async fn company(more: &str) -> (World, Provider) {
    let mut world = World::with(&[]).await;
    let provider = Provider::start().await;
    let organisation = organisation(&world, &provider, more);
    world.push(&[
        ("oncall.yaml", &organisation),
        ("users/smith.yaml", SMITH),
        ("users/kimura.yaml", KIMURA),
        ("users/gone.yaml", GONE),
    ]);
    (world, provider)
}

pub fn organisation(world: &World, provider: &Provider, more: &str) -> String {
    let base = super::world::organisation(&world.stand_ins);
    let url = &provider.url;
    format!(
        "{base}access: {{ view: [\"*@example.com\"] }}
web:
  oidc: {{ issuer: \"{url}\", client_id: {CLIENT}, client_secret: {{ env: OIDC_CLIENT_SECRET }} }}
{more}"
    )
}

/// What a browser does with redirects and cookies, one step at a time.
pub struct Browser<'s> {
    pub server: &'s Server,
    pub http: reqwest::Client,
    pub cookies: BTreeMap<String, String>,
}

/// What came of one step.
pub struct Step {
    pub status: u16,
    pub location: String,
    pub cookies: Vec<String>,
    pub text: String,
}

impl Browser<'_> {
    pub fn new(server: &Server) -> Browser<'_> {
        let http = reqwest::Client::builder().timeout(HANG_MAX).redirect(reqwest::redirect::Policy::none());
        Browser { server, http: http.build().unwrap(), cookies: BTreeMap::new() }
    }

    pub async fn get(&mut self, path: &str) -> Step {
        self.go(self.http.get(format!("{}{path}", self.server.url))).await
    }

    pub async fn go(&mut self, request: reqwest::RequestBuilder) -> Step {
        let cookies: Vec<String> =
            self.cookies.iter().map(|(name, value)| format!("{name}={value}")).collect();
        let response = request.header("cookie", cookies.join("; ")).send().await.unwrap();
        let text = |value: &reqwest::header::HeaderValue| value.to_str().unwrap().to_owned();
        let cookies: Vec<String> = response.headers().get_all(SET_COOKIE).iter().map(text).collect();
        for (name, value) in cookies.iter().filter_map(|it| it.split(';').next()?.split_once('=')) {
            self.cookies.insert(name.to_owned(), value.to_owned());
        }
        self.cookies.retain(|_, value| !value.is_empty());
        Step {
            status: response.status().as_u16(),
            location: response.headers().get(LOCATION).map(text).unwrap_or_default(),
            cookies,
            text: response.text().await.unwrap(),
        }
    }

    /// Leaves for the provider: what it is asked.
    pub async fn leave(&mut self) -> BTreeMap<String, String> {
        let step = self.get("/sign-in/oidc").await;
        assert_eq!(step.status, 303, "{}", step.text);
        let (_, query) = step.location.split_once("/authorize?").unwrap();
        form_urlencoded::parse(query.as_bytes()).into_owned().collect()
    }

    /// Comes back with a code, for which the provider gives this token.
    pub async fn come_back(&mut self, provider: &Provider, state: &str, token: &str) -> Step {
        provider.answer.send_replace(json!({ "id_token": token, "access_token": "an-access-token" }));
        self.get(&format!("/sign-in/oidc/callback?code=a-code&state={state}")).await
    }

    /// The whole way, with claims that a test has changed.
    pub async fn sign_in(&mut self, provider: &Provider, change: &Value) -> Step {
        let asked = self.leave().await;
        let token =
            provider.signer.token(&json!({ "alg": "ES256", "kid": EC }), &claims(provider, &asked, change));
        self.come_back(provider, &asked["state"], &token).await
    }
}

/// Claims that are good for what was asked, with some changed; `null` takes one away.
pub fn claims(provider: &Provider, asked: &BTreeMap<String, String>, change: &Value) -> Value {
    let now = now().as_second();
    let mut claims = json!({
        "iss": provider.url, "aud": CLIENT, "sub": "1", "exp": now + 300, "iat": now, "nonce": asked["nonce"],
        "email": "smith@example.com", "email_verified": true,
    });
    for (name, value) in change.as_object().unwrap() {
        claims[name] = value.clone();
    }
    claims.as_object_mut().unwrap().retain(|_, value| !value.is_null());
    claims
}
