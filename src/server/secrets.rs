//! The values of secrets: read from the environment and from files, never shown.

use crate::config::{CALENDAR_SECRET, CALENDAR_SECRET_MIN, Config, Secret, SecretSource, Secrets};
use std::collections::{BTreeMap, BTreeSet};

/// The largest secret, in bytes.
pub const SECRET_MAX: u64 = 64 * 1024;

/// A secret that does not resolve, and what that closes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Missing {
    pub source: SecretSource,
    /// What asks for it: `integration grafana`, `providers.slack`.
    pub wanted_by: String,
    pub why: String,
}

/// Reads every secret that the config names. Of several that stand for one (a rotation), any will do.
pub fn resolve(config: &Config) -> (Secrets, Vec<Missing>) {
    let mut secrets = Secrets::default();
    let mut missing: Vec<Missing> = Vec::new();
    let mut there = BTreeSet::new();
    for (wanted_by, source) in config.secret_sources() {
        match read(source).and_then(|value| long_enough(&wanted_by, source, value)) {
            Ok(value) => {
                secrets.insert(source.clone(), value);
                there.insert(wanted_by);
            }
            Err(why) => missing.push(Missing { source: source.clone(), wanted_by, why }),
        }
    }
    missing.retain(|missing| !there.contains(&missing.wanted_by));
    (secrets, missing)
}

/// Providers whose secrets resolve now and would not with the new config: such a reload is refused.
pub fn lost(now: (&Config, &Secrets), new: (&Config, &Secrets)) -> Vec<String> {
    let new_works = works(new);
    works(now)
        .into_iter()
        .filter(|(name, works)| *works && new_works.get(name) == Some(&false))
        .map(|(name, _)| name.to_owned())
        .collect()
}

/// Whether each configured provider has a value for each of its fields.
fn works((config, secrets): (&Config, &Secrets)) -> BTreeMap<&'static str, bool> {
    let mut fields: BTreeMap<(&str, &str), bool> = BTreeMap::new();
    for (provider, field, source) in config.provider_secrets() {
        *fields.entry((provider, field)).or_default() |= secrets.get(source).is_some();
    }
    let mut works = BTreeMap::new();
    for ((provider, _), there) in fields {
        *works.entry(provider).or_insert(true) &= there;
    }
    works
}

/// Whoever has the URL of one calendar could try short secrets at leisure.
fn long_enough(wanted_by: &str, source: &SecretSource, value: Secret) -> Result<Secret, String> {
    if wanted_by == CALENDAR_SECRET && value.expose().len() < CALENDAR_SECRET_MIN {
        return Err(format!(
            "{source} is shorter than {CALENDAR_SECRET_MIN} bytes: `openssl rand -hex 32` makes one"
        ));
    }
    Ok(value)
}

fn read(source: &SecretSource) -> Result<Secret, String> {
    let text = match source {
        SecretSource::Env(name) => match std::env::var(name.as_ref()) {
            Ok(text) => text,
            Err(std::env::VarError::NotPresent) => return Err(format!("{name} is not set")),
            Err(std::env::VarError::NotUnicode(_)) => return Err(format!("{name} is not UTF-8")),
        },
        SecretSource::File(path) => {
            let size = std::fs::metadata(path.as_ref()).map_err(|error| format!("{path}: {error}"))?.len();
            if size > SECRET_MAX {
                return Err(format!("{path} has {size} bytes, more than {SECRET_MAX}"));
            }
            std::fs::read_to_string(path.as_ref()).map_err(|error| format!("{path}: {error}"))?
        }
    };
    // Files end in a line break that nobody means; an empty secret would open a door to everybody.
    match text.trim_end_matches(['\r', '\n']) {
        "" => Err(format!("{source} is empty")),
        value => Ok(Secret::new(value)),
    }
}
