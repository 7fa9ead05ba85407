//! Before a config is in force: requests wait and are told to come again, and everything that keeps it so is told.

use super::follow::{News, short};
use super::live::Live;
use super::run::Parts;
use super::secrets::{Instead, Missing};
use crate::config::Config;
use std::sync::Arc;

/// The config to start with.
#[derive(Debug)]
pub(super) struct First {
    pub live: Arc<Live>,
    pub previous: Option<Arc<Config>>,
    pub missing: Vec<Missing>,
}

/// Waits for a config: without one there is nobody to page. `None`: told to stop.
pub(super) async fn first_config(parts: &mut Parts) -> Option<First> {
    loop {
        let news = tokio::select! {
            news = parts.news.recv() => news?,
            _ = parts.stop.wait_for(|stop| *stop) => return None,
        };
        note(parts, &news);
        match news {
            News::Accepted { live, previous, missing } => {
                parts.status.send_modify(|status| status.waiting = None);
                return Some(First { live, previous, missing });
            }
            News::Refused(refused) => {
                tracing::error!(
                    "there is no config to start with, and {} is refused:\n{}",
                    short(&refused.commit),
                    refused.findings
                );
                parts.status.send_modify(|status| status.waiting = Some("no good config yet".to_owned()));
            }
            News::Unreachable(unreachable) => {
                tracing::error!("there is no config to start with: {}", unreachable.error);
                let waiting = "the config repository cannot be read".to_owned();
                parts.status.send_modify(|status| status.waiting = Some(waiting));
            }
            News::Secrets { .. } | News::Fine | News::Looked(_) | News::DefaultBranch { .. } => {}
        }
    }
}

/// What `/readyz` and `/metrics` tell of the config, whether one is in force or not.
pub(super) fn note(parts: &Parts, news: &News) {
    let (metrics, status) = (&parts.metrics, &parts.status);
    match news {
        News::Refused(refused) => {
            metrics.config_refused.set(1);
            metrics.config_commits_waiting.set(refused.stuck.len() as i64);
            status.send_modify(|status| status.refused = Some(refused.clone()));
        }
        News::Fine => {
            metrics.config_refused.set(0);
            metrics.config_commits_waiting.set(0);
            status.send_modify(|status| status.refused = None);
        }
        News::Unreachable(unreachable) => {
            metrics.config_fetch_failed.set(1);
            status.send_modify(|status| status.unreachable = Some(unreachable.clone()));
        }
        News::Looked(looked) => {
            metrics.config_fetch_failed.set(0);
            metrics.config_looked_at.set(looked.at.as_second());
            status.send_modify(|status| {
                (status.unreachable, status.looked) = (None, Some(looked.clone()));
            });
            tell_versions(parts);
        }
        News::Accepted { .. } | News::Secrets { .. } | News::DefaultBranch { .. } => {}
    }
}

/// Counts which commit is in force, and which is the newest.
pub(super) fn tell_versions(parts: &Parts) {
    let live = parts.live.borrow();
    let status = parts.status.borrow();
    let in_force = live.as_ref().map_or("", |live| &live.commit);
    let newest = status.looked.as_ref().map_or(in_force, |looked| &looked.commit);
    parts.metrics.versions(in_force, newest);
}

/// Tells which secrets do not resolve, and what that closes.
pub(super) fn note_missing(parts: &Parts, missing: &[Missing]) {
    let lines: Vec<String> = missing.iter().map(Missing::to_string).collect();
    for (line, missing) in lines.iter().zip(missing) {
        match missing.instead {
            Instead::Nothing => tracing::warn!("a secret does not resolve, so this is closed: {line}"),
            Instead::Another | Instead::LastValue => tracing::warn!("a secret does not resolve: {line}"),
        }
    }
    parts.metrics.secrets_missing.set(lines.len() as i64);
    parts.status.send_modify(|status| status.missing = lines);
}
