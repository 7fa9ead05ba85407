//! Signing in at an identity provider: the way there, and the way back.
//!
//! A sign-in begins by a link, not by a form: Chrome holds redirects after a form to `form-action`. What must be true of an ID token is
//! decided by [`oidc`]; here a state is used once, and what is fetched is bounded and kept.

use super::attempt::{self, BEGIN};
use super::doors::{Doors, Shared, in_force};
use super::pages_sign_in::come_in;
use super::refusal::{Refusal, no_such_path};
use super::session::Session;
use super::sheet::{html, put_cookie, strangers_shell};
use super::visitor::Visitor;
use crate::config::{Oidc, Secret};
use crate::page::Message;
use crate::server::live::Live;
use crate::sign_in::keys::{self, Key};
use crate::sign_in::oidc::{self, Attempt, Discovery, Exchanged};
use crate::sign_in::{Ask, Refused, quoted};
use axum::extract::State;
use axum::http::{HeaderMap, StatusCode, Uri};
use axum::response::{IntoResponse, Redirect, Response};
use jiff::Timestamp;
use std::sync::Arc;

/// The longest code of a provider, in bytes.
const CODE_MAX: usize = 4 << 10;

/// What a sign-in needs of the config in force.
struct Way<'l> {
    doors: &'l Doors,
    live: &'l Live,
    oidc: &'l Oidc,
    secret: &'l Secret,
    public_url: &'l str,
    now: Timestamp,
}

/// `GET /sign-in/oidc`
pub async fn begin(State(doors): Shared) -> Response {
    let live = match in_force(&doors).await {
        Ok(live) => live,
        Err(refused) => return refused,
    };
    let way = match Way::of(&doors, &live) {
        Ok(way) => way,
        Err(refused) => return refused,
    };
    let discovery = match way.discovery().await {
        Ok(discovery) => discovery,
        Err(refused) => return refused,
    };
    let Some((attempt, cookie)) = attempt::begin(&doors.sessions, way.public_url, way.now) else {
        return way.unreachable("there is no randomness on this machine, or no key to sign with");
    };
    let mut response = Redirect::to(&oidc::begin(way.oidc, &discovery, &attempt)).into_response();
    put_cookie(&mut response, Some(cookie));
    response
}

/// `GET /sign-in/oidc/callback?code=…&state=…`
pub async fn end(State(doors): Shared, headers: HeaderMap, uri: Uri) -> Response {
    let live = match in_force(&doors).await {
        Ok(live) => live,
        Err(refused) => return refused,
    };
    let way = match Way::of(&doors, &live) {
        Ok(way) => way,
        Err(refused) => return refused,
    };
    let mut response = match way.named(&headers, uri.query().unwrap_or_default()).await {
        Ok(named) => match Visitor::of(&live.config, &named, way.now) {
            Some(who) => {
                let generation = live.config.organisation.web.session_generation;
                let session = Session::begin(who.named(), generation, way.now);
                come_in(&doors, &session, "oidc", &headers)
            }
            None => way.nobody(&named),
        },
        Err(refused) => refused,
    };
    put_cookie(&mut response, Some(attempt::forget()));
    response
}

impl<'l> Way<'l> {
    #[expect(clippy::result_large_err, reason = "the refusal is the answer itself")]
    fn of(doors: &'l Doors, live: &'l Arc<Live>) -> Result<Way<'l>, Response> {
        let organisation = &live.config.organisation;
        let (Some(oidc), Some(public_url)) = (&organisation.web.oidc, &organisation.public_url) else {
            return Err(no_such_path());
        };
        match live.secrets.get(&oidc.client_secret) {
            Some(secret) => Ok(Way { doors, live, oidc, secret, public_url, now: doors.clock.now() }),
            None => Err(unreachable(doors, live, "web.oidc.client_secret is missing")),
        }
    }

    async fn discovery(&self) -> Result<Arc<Discovery>, Response> {
        let url = oidc::discovery_at(self.oidc);
        let fetch =
            async { oidc::discovery(self.oidc, &self.doors.client.ask(Ask::get(url.as_str())).await?) };
        let kept = self.doors.vouchers.discoveries.get(&url, self.now, false, fetch).await;
        kept.map_err(|why| self.unreachable(&format!("{url}: {why}")))
    }

    async fn keys(&self, discovery: &Discovery, newer: bool) -> Result<Arc<Vec<Key>>, Response> {
        let url = discovery.keys.as_str();
        let fetch = async { keys::of_set(&self.doors.client.ask(Ask::get(url)).await?) };
        let kept = self.doors.vouchers.keys.get(url, self.now, newer, fetch).await;
        kept.map_err(|why| self.unreachable(&format!("{url}: {why}")))
    }

    /// Whom the provider names to the browser that comes back from it.
    async fn named(&self, headers: &HeaderMap, query: &str) -> Result<String, Response> {
        let said = |name: &str| {
            let mut pairs = form_urlencoded::parse(query.as_bytes());
            pairs.find(|(known, _)| known == name).map(|(_, value)| value.into_owned())
        };
        let state = said("state").unwrap_or_default();
        let sessions = &self.doors.sessions;
        let Some(attempt) = attempt::end(sessions, headers, &state, self.public_url, self.now) else {
            let why = "the browser did not begin this sign-in here, or has ended it before, or took too long";
            return Err(self.refused(Refused::new("sign_in_state", why)));
        };
        // RFC 9207: an answer of another provider.
        if let Some(issuer) = said("iss").filter(|issuer| *issuer != self.oidc.issuer) {
            let why = format!("the answer is of {}, not of {}", quoted(&issuer), self.oidc.issuer);
            return Err(self.refused(Refused::new("token_issuer", why)));
        }
        if let Some(error) = said("error") {
            let why = format!("the provider says {}", quoted(&error));
            return Err(self.refused(Refused::new("sign_in_denied", why)));
        }
        let code = said("code").filter(|code| !code.is_empty() && code.len() <= CODE_MAX);
        let Some(code) = code else {
            return Err(self.refused(Refused::new("sign_in_denied", "the answer has no code")));
        };
        self.exchanged(&attempt, &code).await
    }

    async fn exchanged(&self, attempt: &Attempt, code: &str) -> Result<String, Response> {
        let discovery = self.discovery().await?;
        let Ok(_slot) = self.doors.vouchers.exchanges.try_acquire() else {
            return Err(self.unreachable("too many sign in at once"));
        };
        let asked = oidc::exchange(self.oidc, &discovery, self.secret, attempt, code);
        let body = self.doors.client.ask(asked).await;
        let body =
            body.map_err(|why| self.refused(Refused::new("sign_in_code", format!("the provider {why}"))))?;
        let exchanged = oidc::exchanged(&body).map_err(|refused| self.refused(refused))?;
        self.verify(&exchanged, &discovery, attempt).await?;
        let further = match exchanged.further_claims(self.oidc, &discovery) {
            Some(ask) => {
                let further = self.doors.client.ask(ask).await;
                Some(further.map_err(|why| self.unreachable(&format!("the further claims: {why}")))?)
            }
            None => None,
        };
        exchanged
            .named(&self.live.config, self.oidc, further.as_deref())
            .map_err(|refused| self.refused(refused))
    }

    /// With the keys that are kept, and once more with newer ones if none of them fits.
    async fn verify(
        &self,
        exchanged: &Exchanged,
        discovery: &Discovery,
        attempt: &Attempt,
    ) -> Result<(), Response> {
        let keys = self.keys(discovery, false).await?;
        let verified = match exchanged.verify(self.oidc, &keys, attempt, self.now) {
            Err(refused) if refused.is_about_keys() => {
                let newer = self.keys(discovery, true).await?;
                exchanged.verify(self.oidc, &newer, attempt, self.now)
            }
            verified => verified,
        };
        verified.map_err(|refused| self.refused(refused))
    }

    fn refused(&self, refused: Refused) -> Response {
        let w = self.live.config.organisation.language.page();
        let text = w.sign_in_refused.to_owned();
        Refusal::from(refused).on(page(self.doors, self.live, StatusCode::FORBIDDEN, text))
    }

    /// Somebody whom the provider knows, and we do not.
    fn nobody(&self, named: &str) -> Response {
        let w = self.live.config.organisation.language.page();
        let text = format!("{} {named}", w.sign_in_nobody);
        let page = page(self.doors, self.live, StatusCode::FORBIDDEN, text);
        let why = format!("`{named}` is not in users/, or has left, and may not look");
        Refusal::new("identity_unknown", why).on(page)
    }

    fn unreachable(&self, why: &str) -> Response {
        unreachable(self.doors, self.live, why)
    }
}

fn unreachable(doors: &Doors, live: &Live, why: &str) -> Response {
    let text = live.config.organisation.language.page().sign_in_unreachable.to_owned();
    Refusal::new("identity_unreachable", why).on(page(doors, live, StatusCode::SERVICE_UNAVAILABLE, text))
}

/// A page that says one thing, and where to try again.
fn page(doors: &Doors, live: &Live, status: StatusCode, text: String) -> Response {
    let w = live.config.organisation.language.page();
    let shell = strangers_shell(doors, live, w.sign_in);
    let link = Some((BEGIN.to_owned(), w.sign_in_again.to_owned()));
    html(status, &Message { shell, w, text, action: None, link })
}
