//! Which endpoint a request may enter.
//!
//! The secret decides, the id only tells endpoints that share one apart: an integration that was moved to another
//! folder still pages through its old URL. An unknown id and a wrong secret look the same from outside. What the head of a
//! request shows is known before its body is read ([`known`], [`awaited`]); [`Keys`] finds whose a secret is.

use super::monitor::Monitor;
use super::reading::Reject;
use super::request::Request;
use super::{Keys, json, opsgenie, pagerduty, url};
use crate::config::{Config, Endpoint, Id, Secrets};
use data_encoding::{BASE64, BASE64_NOPAD};

const WEBHOOKS: &str = "/v1/webhooks/";

/// How many values of a query may be a secret.
const QUERY_VALUES_MAX: usize = 16;
/// How many parts of a path may be a secret.
const PATH_PARTS_MAX: usize = 16;

/// What of a request's body could still show who sends it, where the head does not.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Awaited {
    /// Nothing, unless it strayed here: a secret that is shown is wrong, or none is.
    Nothing,
    /// The key in it.
    Key,
    /// That it is what the head's signature signs.
    Signed,
}

/// What of the body could still show who sends a request.
pub fn awaited(config: &Config, keys: &Keys, request: &Request<'_>) -> Awaited {
    if pagerduty::PATHS.contains(&request.path) {
        return Awaited::Key;
    }
    let signature = named_by(config, keys, request).and_then(|named| Monitor::of(named).signature);
    match signature.and_then(|signature| request.header(signature.header)) {
        Some(_) => Awaited::Signed,
        None => Awaited::Nothing,
    }
}

/// An integration of which a request shows a secret so far, wherever that is: in the head, or as a key in what came of the
/// body. No signature is tried.
pub fn known<'c>(
    config: &'c Config,
    secrets: &Secrets,
    keys: &Keys,
    request: &Request<'_>,
) -> Option<&'c Endpoint> {
    let mut shown = shown(request);
    if !request.body.is_empty() {
        let text = String::from_utf8_lossy(request.body);
        let keys = pagerduty::KEY_NAMES.iter().filter_map(|name| quoted(&text, name));
        shown.extend(keys.map(String::into_bytes));
    }
    keys.opened(config, secrets, &shown).into_iter().next()
}

/// The endpoint that a request is for, if it shows its secret: in the path (`/v1/webhooks/<id>/<secret>`), as a value of the
/// query, as `Authorization: Bearer` or as the password of `Basic`, by a signature, as a PagerDuty routing key or as an
/// Opsgenie GenieKey.
pub fn find<'c>(
    config: &'c Config,
    secrets: &Secrets,
    keys: &Keys,
    request: &Request<'_>,
) -> Result<&'c Endpoint, Reject> {
    if pagerduty::PATHS.contains(&request.path) {
        return by_routing_key(config, secrets, keys, request);
    }
    if opsgenie::is_path(request.path) {
        return by_genie_key(config, secrets, keys, request);
    }
    let Some(rest) = request.path.strip_prefix(WEBHOOKS) else {
        return Err(Reject::new(404, "not_found", "webhooks are below /v1/webhooks/"));
    };
    let (id, secret) = rest.split_once('/').unwrap_or((rest, ""));
    let open = keys.opened(config, secrets, &presented(secret, request));
    let named = keys.named(config, id);
    match (named, open.as_slice()) {
        (Some(named), open) if open.iter().any(|endpoint| endpoint.id == named.id) => Ok(named),
        (Some(named), _) if is_signed(named, secrets, request) => Ok(named),
        (_, [only]) => Ok(only),
        _ => Err(Reject::new(
            401,
            "unauthorized",
            "no integration has this id and secret: compare the URL with what `oncall urls --reveal` prints",
        )),
    }
}

/// The endpoint that the path of a request names, whatever secret it shows.
pub fn named_by<'c>(config: &'c Config, keys: &Keys, request: &Request<'_>) -> Option<&'c Endpoint> {
    keys.named(config, request.path.strip_prefix(WEBHOOKS)?.split('/').next()?)
}

/// What comes with the secret of an integration to a URL that is not its own.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Stray {
    /// The URL's path, without secrets.
    pub path: String,
    /// Whose secret it is.
    pub integrations: Vec<Id>,
    /// The body, without secrets.
    pub body: String,
}

/// Whether a request that shows a good secret came to the URL of another integration than `endpoint`, or of none: in any part
/// of the path, in the query, as `Authorization`, as a key in the body, or as what signs it for the integration in the path
/// (which [`find`] has tried where there is no `endpoint`).
pub fn stray(
    config: &Config,
    secrets: &Secrets,
    keys: &Keys,
    request: &Request<'_>,
    endpoint: Option<&Endpoint>,
) -> Option<Stray> {
    let is_own = |endpoint: &Endpoint| {
        !request.path.starts_with(WEBHOOKS)
            || named_by(config, keys, request).is_some_and(|named| named.id == endpoint.id)
    };
    if endpoint.is_some_and(is_own) {
        return None;
    }
    let mut shown = shown(request);
    let in_body = pagerduty::KEY_NAMES.iter().filter_map(|name| key_in(request.body, name).ok().flatten());
    shown.extend(in_body.map(String::into_bytes));
    let mut open = keys.opened(config, secrets, &shown);
    let addressed = endpoint.and_then(|endpoint| config.endpoints.get(&endpoint.id));
    open.extend(addressed.filter(|addressed| is_signed(addressed, secrets, request)));
    open.sort_by_key(|endpoint| &endpoint.id);
    open.dedup_by_key(|endpoint| &endpoint.id);
    let hidden = |text: &str| {
        open.iter()
            .flat_map(|endpoint| secrets.all(&endpoint.secret))
            .map(|secret| secret.expose())
            .filter(|secret| !secret.is_empty())
            .fold(text.to_owned(), |text, secret| text.replace(secret, "…"))
    };
    let path = String::from_utf8_lossy(&url::decoded(request.path)).into_owned();
    (!open.is_empty()).then(|| Stray {
        path: hidden(&path),
        integrations: open.iter().map(|endpoint| endpoint.id.clone()).collect(),
        body: hidden(&String::from_utf8_lossy(request.body)),
    })
}

fn by_routing_key<'c>(
    config: &'c Config,
    secrets: &Secrets,
    keys: &Keys,
    request: &Request<'_>,
) -> Result<&'c Endpoint, Reject> {
    let name = pagerduty::key_name(request.path);
    let key = key_in(request.body, name)
        .map_err(|error| pagerduty::reject("bad_request", error))?
        .ok_or_else(|| pagerduty::reject("unauthorized", format!("'{name}' is missing or blank")))?;
    let open = keys.opened(config, secrets, &[key.into_bytes()]);
    open.into_iter().find(|endpoint| endpoint.monitor == pagerduty::MONITOR.name).ok_or_else(|| {
        let message = format!("'{name}' is unknown: it is the secret of an integration of type pagerduty");
        pagerduty::reject("unauthorized", message)
    })
}

fn by_genie_key<'c>(
    config: &'c Config,
    secrets: &Secrets,
    keys: &Keys,
    request: &Request<'_>,
) -> Result<&'c Endpoint, Reject> {
    let open = keys.opened(config, secrets, &presented("", request));
    open.into_iter()
        .find(|endpoint| endpoint.monitor == opsgenie::MONITOR.name)
        .ok_or_else(|| opsgenie::unauthorized(request))
}

/// The key of this name in a body. One that is no JSON, by a mistake in a template, may show it all the same; the error is
/// that of a body that shows none.
fn key_in(body: &[u8], name: &str) -> Result<Option<String>, String> {
    match json::peeked(body, name) {
        Ok(key) => Ok(key),
        Err(error) => quoted(&String::from_utf8_lossy(body), name).map(Some).ok_or(error),
    }
}

/// What stands behind `"name":`, in quotes.
fn quoted(text: &str, name: &str) -> Option<String> {
    let (_, rest) = text.split_once(&format!("\"{name}\""))?;
    let (value, _) = rest.trim_start().strip_prefix(':')?.trim_start().strip_prefix('"')?.split_once('"')?;
    (!value.trim().is_empty()).then(|| value.trim().to_owned())
}

/// Whether a request has the signature of the endpoint that it is addressed to. No other is tried: a stranger would choose how
/// much work that is.
fn is_signed(endpoint: &Endpoint, secrets: &Secrets, request: &Request<'_>) -> bool {
    let signature = Monitor::of(endpoint).signature;
    signature.and_then(|signature| signature.is_right(endpoint, request, secrets)) == Some(true)
}

/// What may be a secret in the head of a request, in any part of its path too.
fn shown(request: &Request<'_>) -> Vec<Vec<u8>> {
    let secret = request.path.strip_prefix(WEBHOOKS).and_then(|rest| rest.split_once('/'));
    let mut shown = presented(secret.map_or("", |(_, secret)| secret), request);
    let parts = request.path.split('/').filter(|part| !part.is_empty()).take(PATH_PARTS_MAX);
    shown.extend(parts.map(url::decoded));
    shown
}

/// What may be the secret. A path may hold a raw `/`, of a secret in base64 or of an id not written with `.`.
fn presented(path: &str, request: &Request<'_>) -> Vec<Vec<u8>> {
    let path = path.strip_suffix('/').unwrap_or(path);
    let last = path.rsplit('/').next().unwrap_or_default();
    let mut presented = vec![url::decoded(path), path.as_bytes().to_vec(), url::decoded(last)];
    let values = form_urlencoded::parse(request.query.as_bytes()).take(QUERY_VALUES_MAX);
    presented.extend(values.map(|(_, value)| value.into_owned().into_bytes()));
    let authorization = request.header("authorization");
    if let Some((scheme, credentials)) = authorization.and_then(|value| value.trim().split_once(' ')) {
        let credentials = credentials.trim();
        if scheme.eq_ignore_ascii_case("basic") {
            presented.extend(password(credentials));
        } else {
            presented.push(credentials.as_bytes().to_vec());
        }
    }
    // A secret that is set to nothing opens no door.
    presented.retain(|text| !text.is_empty());
    // Mostly they are the same, and each is compared with all secrets.
    presented.sort_unstable();
    presented.dedup();
    presented
}

fn password(credentials: &str) -> Option<Vec<u8>> {
    let unpadded = credentials.trim_end_matches('=').as_bytes();
    let pair = BASE64.decode(credentials.as_bytes()).or_else(|_| BASE64_NOPAD.decode(unpadded)).ok()?;
    let colon = pair.iter().position(|byte| *byte == b':')?;
    pair.get(colon + 1..).map(<[u8]>::to_vec)
}
