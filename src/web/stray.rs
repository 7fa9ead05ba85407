//! Alerts that come to a URL of no integration, or not of their own, with a good secret: told to the fallback.
//!
//! A URL that was moved or mistyped must not be a hole. The alert itself is the description of what is told.

use crate::alert::{Action, DESCRIPTION_MAX, Event, Severity, cut};
use crate::config::Organisation;
use crate::integration::{self, Stray};
use crate::language::Notice;
use crate::route::OWN_INTEGRATION;

/// The most of a path that is shown, in characters.
const PATH_MAX: usize = 120;

/// The event of the server's own about it. `taken_by`: the integration that takes the alert all the same.
pub fn event(organisation: &Organisation, stray: &Stray, taken_by: Option<&str>) -> Event {
    let path = cut(&stray.path, PATH_MAX);
    let integrations =
        organisation.language.list(&stray.integrations.iter().map(|id| id.to_string()).collect::<Vec<_>>());
    let (notice, severity) = match taken_by {
        Some(integration) => (Notice::MovedUrl { integration, path: &path }, Severity::Warning),
        None => (Notice::UnknownUrl { integrations: &integrations, path: &path }, Severity::Critical),
    };
    let body = if taken_by.is_none() { stray.body.as_str() } else { "" };
    // What is kept because nobody reads it is a problem of its own each time; that a URL has moved is one thing to put right.
    let dedup_key = match taken_by {
        Some(_) => format!("stray {path}"),
        None => format!("stray {path} {}", integration::digest(stray.body.as_bytes())),
    };
    Event {
        integration: OWN_INTEGRATION.to_owned(),
        dedup_key,
        severity: Some(severity),
        summary: organisation.language.notice(&notice),
        description: cut(body, DESCRIPTION_MAX),
        source: OWN_INTEGRATION.to_owned(),
        ..Event::blank(Action::Trigger)
    }
}
