//! What the config's own troubles become: alerts of the server itself, in the channel or to the fallback.

use super::follow::short;
use super::live::{Live, Refused, Unreachable};
use super::secrets::{Instead, Missing};
use super::verdict::Objections;
use crate::alert::Severity;
use crate::config::Loss;
use crate::engine::Engine;
use crate::language::Notice;
use crate::language::storage::{Cost, Trouble};
use crate::reason::OwnTrouble;
use jiff::{SignedDuration, Timestamp};

/// A refused commit, and a repository that cannot be read, are told to the fallback after so long.
const CONFIG_PAGES_AFTER: SignedDuration = SignedDuration::from_mins(30);

/// The dedup keys of the server's own troubles.
const CONFIG_KEY: &str = "config-refused";
const UNREACHABLE_KEY: &str = "config-unreachable";
const OBJECTIONS_KEY: &str = "config-objections";
const DEFAULT_BRANCH_KEY: &str = "default-branch";
const SECRETS_KEY: &str = "secrets-missing";
const DAMAGE_KEY: &str = "journal-damage";

/// What the start could not read: told to the fallback if anything is lost or not understood, else in the channel.
pub(super) fn damaged(engine: &mut Engine, now: Timestamp, live: &Live, troubles: &[Trouble]) {
    let Some(worst) = troubles.iter().map(Trouble::cost).max() else {
        return engine.trouble_over(now, DAMAGE_KEY);
    };
    let (notice, severity) = match worst {
        Cost::Nothing => (Notice::JournalRestored, Severity::Info),
        Cost::Newer => (Notice::JournalNewer, Severity::Critical),
        Cost::Entries => (Notice::JournalDamaged, Severity::Critical),
    };
    let language = live.config.organisation.language;
    let lines: Vec<String> = troubles.iter().map(|it| it.words(language)).collect();
    engine.trouble(now, DAMAGE_KEY, severity, &language.notice(&notice), &lines.join("\n"));
}

/// A broken commit: told in the channel at once, to the fallback after half an hour.
pub(super) fn refused(engine: &mut Engine, now: Timestamp, live: &Live, refused: &Refused) {
    engine.troubled(now, OwnTrouble::ConfigRefused, Some(refused.since));
    let late = now.duration_since(refused.since) >= CONFIG_PAGES_AFTER;
    let commit = short(&refused.commit);
    let severity = if late { Severity::Critical } else { Severity::Info };
    let summary = live.config.organisation.language.notice(&Notice::ConfigRefused { commit });
    let behind = if refused.stuck.is_empty() {
        String::new()
    } else {
        format!("\nwaiting behind it:\n{}", refused.stuck.join("\n"))
    };
    engine.trouble(now, CONFIG_KEY, severity, &summary, &format!("{}{behind}", refused.findings));
}

/// A repository that cannot be read: told to the fallback after half an hour, because a change of who is on call may
/// wait there; at once if another repository's or branch's people are paged meanwhile.
pub(super) fn unreachable(engine: &mut Engine, now: Timestamp, live: &Live, unreachable: &Unreachable) {
    engine.troubled(now, OwnTrouble::ConfigUnreachable, Some(unreachable.since));
    let late = now.duration_since(unreachable.since) >= CONFIG_PAGES_AFTER;
    if !late && unreachable.borrowed.is_none() {
        return;
    }
    let commit = short(&live.commit);
    let language = live.config.organisation.language;
    let (summary, why) = match &unreachable.borrowed {
        Some(of) => (
            language.notice(&Notice::ConfigBorrowed { commit, of }),
            format!("{}\n{} is in force: its people are paged", unreachable.error, of),
        ),
        None => (language.notice(&Notice::ConfigUnreachable { commit }), unreachable.error.clone()),
    };
    engine.trouble(now, UNREACHABLE_KEY, Severity::Critical, &summary, &why);
}

/// The newest commit is in force.
pub(super) fn fine(engine: &mut Engine, now: Timestamp) {
    engine.troubled(now, OwnTrouble::ConfigRefused, None);
    engine.trouble_over(now, CONFIG_KEY);
}

/// The repository can be read.
pub(super) fn readable(engine: &mut Engine, now: Timestamp) {
    engine.troubled(now, OwnTrouble::ConfigUnreachable, None);
    engine.trouble_over(now, UNREACHABLE_KEY);
}

/// What a check says against the config in force, which was in force before the server started: told in the channel; if
/// part of it cannot be read, to the fallback.
pub(super) fn objections(engine: &mut Engine, now: Timestamp, live: &Live) {
    let Some(Objections { findings, partial }) = &live.objections else {
        return engine.trouble_over(now, OBJECTIONS_KEY);
    };
    let (commit, partial) = (short(&live.commit), *partial);
    let severity = if partial { Severity::Critical } else { Severity::Info };
    let summary = live.config.organisation.language.notice(&Notice::ConfigObjections { commit, partial });
    engine.trouble(now, OBJECTIONS_KEY, severity, &summary, findings);
}

/// Another branch decides from now on who is told. Told in the channel, until somebody resolves it.
pub(super) fn default_branch(engine: &mut Engine, now: Timestamp, live: &Live, (was, is): (&str, &str)) {
    let summary = live.config.organisation.language.notice(&Notice::DefaultBranchMoved { was, is });
    engine.trouble(
        now,
        DEFAULT_BRANCH_KEY,
        Severity::Info,
        &summary,
        &format!("`--branch {was}` keeps the old one"),
    );
}

/// Doors, phones and providers of pages that closed page the fallback. What lives on its last value is told in the
/// channel, since a restart would close it, as are rooms and tickets.
pub(super) fn missing(engine: &mut Engine, now: Timestamp, live: &Live, missing: &[Missing]) {
    let told = |it: &&Missing| it.loss > Loss::Comfort && it.instead != Instead::Another;
    let lines: Vec<String> = missing.iter().filter(told).map(Missing::to_string).collect();
    if lines.is_empty() {
        return engine.trouble_over(now, SECRETS_KEY);
    }
    let closed = missing.iter().any(|it| it.loss == Loss::Pages && it.instead == Instead::Nothing);
    let severity = if closed { Severity::Critical } else { Severity::Info };
    let summary = live.config.organisation.language.notice(&Notice::SecretsMissing { closed });
    engine.trouble(now, SECRETS_KEY, severity, &summary, &lines.join("\n"));
}
