//! The link that a message carries: to a page that shows what it is about and lets its person act, without signing in.
//!
//! Only where the server has a public URL, and only to somebody who is told about incidents. Who may do what by it is
//! decided by [`incident`](crate::incident).

use crate::config::{Config, Links, sample_token};
use crate::incident::{Delivery, Task};

/// The link of a delivery.
pub(super) fn of(config: &Config, links: &Links, delivery: &Delivery) -> Option<String> {
    let (public, user) = wanted(config, delivery)?;
    Some(url(public, &links.token(&delivery.id.to_string(), user)?))
}

/// One of the same length that opens nothing, for what is printed.
pub(super) fn sample(config: &Config, delivery: &Delivery) -> Option<String> {
    let (public, _) = wanted(config, delivery)?;
    Some(url(public, &sample_token(&delivery.id.to_string())))
}

fn wanted<'a>(config: &'a Config, delivery: &'a Delivery) -> Option<(&'a str, &'a str)> {
    let public = config.organisation.public_url.as_deref()?;
    match &delivery.task {
        Task::Page { user, .. } if !delivery.incidents.is_empty() => Some((public, user)),
        Task::Page { .. }
        | Task::Mirror { .. }
        | Task::Edit { .. }
        | Task::HangUp { .. }
        | Task::Ask { .. } => None,
    }
}

fn url(public: &str, token: &str) -> String {
    format!("{public}/a/{token}")
}
