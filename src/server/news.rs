//! What news of the config does, matched here and nowhere else: to what `/readyz` and `/metrics` tell, to the log, and to
//! the server's own troubles.
//!
//! The same holds before a config is in force, when there is no engine to tell people anything. What puts a config into
//! force is left to the engine's task.

use super::follow::{News, short};
use super::live::{Live, Looked, Refused, Unreachable};
use super::parts::Parts;
use super::secrets::{Instead, Missing};
use super::trouble;
use crate::config::Config;
use crate::engine::Engine;
use jiff::Timestamp;
use std::sync::Arc;

/// What is to be put into force.
#[derive(Debug)]
pub(super) enum Taken {
    Config {
        live: Arc<Live>,
        previous: Option<Arc<Config>>,
        missing: Vec<Missing>,
    },
    /// The same config, with other values of its secrets.
    Secrets {
        live: Arc<Live>,
        missing: Vec<Missing>,
    },
}

/// The engine, which tells people of troubles, and the config by which it does. `None`: no config is in force yet.
pub(super) type Telling<'a> = Option<(&'a mut Engine, &'a Live, Timestamp)>;

/// Does what follows from news, but for putting something into force.
pub(super) fn hear(parts: &Parts, telling: Telling<'_>, news: News) -> Option<Taken> {
    match news {
        News::Accepted { live, previous, missing } => {
            parts.status.send_modify(|status| status.waiting = None);
            return Some(Taken::Config { live, previous, missing });
        }
        News::Secrets { live, missing } => {
            tracing::info!(event = "secrets", "secrets were read again");
            return Some(Taken::Secrets { live, missing });
        }
        News::Refused(refused) => hear_refused(parts, telling, &refused),
        News::Fine => {
            parts.metrics.config_refused.set(0);
            parts.metrics.config_commits_waiting.set(0);
            parts.status.send_modify(|status| status.refused = None);
            if let Some((engine, _, now)) = telling {
                trouble::fine(engine, now);
            }
        }
        News::DefaultBranch { was, is } => {
            let said = format!("the remote's default branch is `{is}` and was `{was}`: `{is}` is followed");
            tracing::warn!(event = "default_branch", was, is, "{said}");
            if let Some((engine, live, now)) = telling {
                trouble::default_branch(engine, now, live, (&was, &is));
            }
        }
        News::Unreachable(unreachable) => hear_unreachable(parts, telling, &unreachable),
        News::Looked(looked) => hear_looked(parts, telling, looked),
    }
    None
}

/// It comes again at each look, and is logged once.
fn hear_refused(parts: &Parts, telling: Telling<'_>, refused: &Refused) {
    parts.metrics.config_refused.set(1);
    parts.metrics.config_commits_waiting.set(refused.stuck.len() as i64);
    let known = parts.status.borrow().refused.as_ref() == Some(refused);
    // Before it is logged, so that whoever reads of it finds it.
    parts.status.send_modify(|status| status.refused = Some(refused.clone()));
    let (commit, findings) = (short(&refused.commit), &*refused.findings);
    match telling {
        Some((engine, live, now)) => {
            if !known {
                let said = format!("config {commit} is refused, the one before stays in force");
                tracing::error!(event = "config_refused", commit, findings, "{said}");
            }
            trouble::refused(engine, now, live, refused);
        }
        None => {
            let said = format!("there is no config to start with, and {commit} is refused");
            tracing::error!(event = "config_refused", commit, findings, "{said}");
            wait_for(parts, "no good config yet");
        }
    }
}

fn hear_unreachable(parts: &Parts, telling: Telling<'_>, unreachable: &Unreachable) {
    parts.metrics.config_fetch_failed.set(1);
    let known = parts.status.borrow().unreachable.as_ref() == Some(unreachable);
    parts.status.send_modify(|status| status.unreachable = Some(unreachable.clone()));
    let error = &*unreachable.error;
    match telling {
        Some((engine, live, now)) => {
            if !known {
                tracing::error!(event = "config_unreachable", error, "the config repository cannot be read");
            }
            trouble::unreachable(engine, now, live, unreachable);
        }
        None => {
            tracing::error!(event = "config_unreachable", error, "there is no config to start with");
            wait_for(parts, "the config repository cannot be read");
        }
    }
}

fn hear_looked(parts: &Parts, telling: Telling<'_>, looked: Looked) {
    parts.metrics.config_fetch_failed.set(0);
    parts.metrics.config_looked_at.set(looked.at.as_second());
    let away = parts.status.borrow().unreachable.is_some();
    parts.status.send_modify(|status| (status.unreachable, status.looked) = (None, Some(looked)));
    tell_versions(parts);
    if let Some((engine, _, now)) = telling {
        if away {
            tracing::info!(event = "config_reachable", "the config repository can be read again");
        }
        trouble::readable(engine, now);
    }
}

fn wait_for(parts: &Parts, what: &str) {
    parts.status.send_modify(|status| status.waiting = Some(what.to_owned()));
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
pub(super) fn tell_missing(parts: &Parts, missing: &[Missing]) {
    let lines: Vec<String> = missing.iter().map(Missing::to_string).collect();
    for (line, missing) in lines.iter().zip(missing) {
        let said = match missing.instead {
            Instead::Nothing => "a secret does not resolve, so this is closed",
            Instead::Another | Instead::LastValue => "a secret does not resolve",
        };
        tracing::warn!(event = "secret_missing", secret = line, "{said}");
    }
    parts.metrics.secrets_missing.set(lines.len() as i64);
    parts.status.send_modify(|status| status.missing = lines);
}

/// The config to start with.
#[derive(Debug)]
pub(super) struct First {
    pub live: Arc<Live>,
    pub previous: Option<Arc<Config>>,
    pub missing: Vec<Missing>,
}

/// Waits for a config: without one there is nobody to page, and requests are told to come again. `None`: told to stop.
pub(super) async fn first_config(parts: &mut Parts) -> Option<First> {
    loop {
        let news = tokio::select! {
            news = parts.news.recv() => news?,
            _ = parts.stop.wait_for(|stop| *stop) => return None,
        };
        match hear(parts, None, news) {
            Some(Taken::Config { live, previous, missing }) => {
                return Some(First { live, previous, missing });
            }
            Some(Taken::Secrets { .. }) | None => {}
        }
    }
}
