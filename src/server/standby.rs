//! Before a config is in force: the doors answer 503, and everything that keeps it so is told.

use super::follow::{News, short};
use super::live::Live;
use super::run::Parts;
use crate::config::Config;
use std::sync::Arc;

/// Waits for a config: without one there is nobody to page. `None`: told to stop.
pub(super) async fn first_config(parts: &mut Parts) -> Option<(Arc<Live>, Option<Arc<Config>>)> {
    loop {
        let news = tokio::select! {
            news = parts.news.recv() => news?,
            _ = parts.stop.wait_for(|stop| *stop) => return None,
        };
        note(parts, &news);
        match news {
            News::Accepted { live, previous, missing } => {
                note_missing(parts, &missing);
                parts.status.send_modify(|status| status.waiting = None);
                parts.live.send_replace(Some(live.clone()));
                tracing::info!("config {} is in force", short(&live.commit));
                return Some((live, previous));
            }
            News::Refused { refused, .. } => {
                tracing::error!(
                    "there is no config to start with, and {} is refused:\n{}",
                    short(&refused.commit),
                    refused.findings
                );
                parts.status.send_modify(|status| status.waiting = Some("no good config yet".to_owned()));
            }
            News::Unreachable(why) => {
                tracing::error!("there is no config to start with: {why}");
                let waiting = "the config repository cannot be read".to_owned();
                parts.status.send_modify(|status| status.waiting = Some(waiting));
            }
            News::Secrets { .. } | News::Fine | News::Reachable => {}
        }
    }
}

/// What `/readyz` and `/metrics` tell of the config, whether one is in force or not.
pub(super) fn note(parts: &Parts, news: &News) {
    let (metrics, status) = (&parts.metrics, &parts.status);
    match news {
        News::Refused { refused, .. } => {
            metrics.config_refused.set(1);
            status.send_modify(|status| status.refused = Some(refused.clone()));
        }
        News::Fine => {
            metrics.config_refused.set(0);
            status.send_modify(|status| status.refused = None);
        }
        News::Unreachable(why) => {
            metrics.config_fetch_failed.set(1);
            status.send_modify(|status| status.unreachable = Some(why.clone()));
        }
        News::Reachable => {
            metrics.config_fetch_failed.set(0);
            status.send_modify(|status| status.unreachable = None);
        }
        News::Accepted { .. } | News::Secrets { .. } => {}
    }
}

/// Tells which secrets do not resolve, and what that closes.
pub(super) fn note_missing(parts: &Parts, missing: &[super::secrets::Missing]) {
    let lines: Vec<String> = missing.iter().map(|it| format!("{}: {}", it.wanted_by, it.why)).collect();
    for line in &lines {
        tracing::warn!("a secret does not resolve, so this is closed: {line}");
    }
    parts.metrics.secrets_missing.set(lines.len() as i64);
    parts.status.send_modify(|status| status.missing = lines);
}
