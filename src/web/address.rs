//! Addresses that miss by a slash: `/v2/enqueue/` and `//v2/enqueue` are the door itself.
//!
//! Senders put together addresses of a base and a path, each with a slash or without. What follows the name of a webhook or of
//! an alert stays as it is, because a secret and an alias may hold slashes; a callback too, because its address is signed.

use axum::Router;
use axum::extract::Request;
use axum::http::Uri;
use axum::http::uri::PathAndQuery;
use tower::ServiceExt;

/// Paths below which the rest is somebody's own.
const KEPT_BELOW: [[&str; 2]; 2] = [["v1", "webhooks"], ["v2", "alerts"]];
/// What paths of ours begin with, so that all others are left to be told as they came.
const OURS: [&str; 7] = ["v1", "v2", "generic", "healthz", "readyz", "metrics", "livez"];

/// The same doors, at addresses that miss by a slash too.
pub fn forgiving(router: Router) -> Router {
    Router::new().fallback_service(router.map_request(canonical))
}

fn canonical(mut request: Request) -> Request {
    let uri = request.uri();
    let Some(path) = path_of(uri.path()) else { return request };
    let text = match uri.query() {
        Some(query) => format!("{path}?{query}"),
        None => path,
    };
    let mut parts = uri.clone().into_parts();
    parts.path_and_query = PathAndQuery::try_from(text).ok();
    if let Ok(uri) = Uri::from_parts(parts) {
        *request.uri_mut() = uri;
    }
    request
}

/// The address that was meant, where it is another.
fn path_of(path: &str) -> Option<String> {
    if !path.contains("//") && !path.ends_with('/') {
        return None;
    }
    let segments: Vec<&str> = path.split('/').filter(|segment| !segment.is_empty()).collect();
    let meant = match segments.as_slice() {
        ["v1", "callbacks", ..] | [] => return None,
        [version, name, ..] if KEPT_BELOW.contains(&[version, name]) => {
            let rest = below(path, [version, name])?;
            if rest.is_empty() { format!("/{version}/{name}") } else { format!("/{version}/{name}/{rest}") }
        }
        [first, ..] if OURS.contains(first) => format!("/{}", segments.join("/")),
        _ => return None,
    };
    (meant != path).then_some(meant)
}

/// What follows two names, less the slashes in front of it.
fn below<'p>(path: &'p str, names: [&str; 2]) -> Option<&'p str> {
    let bare = |path: &'p str| path.trim_start_matches('/');
    let rest = names.iter().try_fold(path, |rest, name| bare(rest).strip_prefix(name))?;
    Some(bare(rest))
}
