//! The values of secrets: read from the environment and from files, never shown.

use crate::config::{Config, Secret, SecretSource, Secrets};
use std::collections::BTreeSet;

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

/// Reads every secret that the config names.
pub fn resolve(config: &Config) -> (Secrets, Vec<Missing>) {
    let mut secrets = Secrets::default();
    let mut missing = Vec::new();
    let mut seen = BTreeSet::new();
    for (wanted_by, source) in config.secret_sources() {
        match read(source) {
            Ok(value) => secrets.insert(source.clone(), value),
            Err(why) if seen.insert((wanted_by.clone(), source.clone())) => {
                missing.push(Missing { source: source.clone(), wanted_by, why });
            }
            Err(_) => {}
        }
    }
    (secrets, missing)
}

/// Secrets of providers that resolve now and would not with the new config: such a reload is refused.
pub fn lost(now: (&Config, &Secrets), new: (&Config, &Secrets)) -> Vec<String> {
    let works = |(config, secrets): (&Config, &Secrets), provider: &str| {
        let mut asked = config.provider_secrets().filter(|(name, _)| *name == provider).peekable();
        asked.peek().is_some() && asked.all(|(_, source)| secrets.get(source).is_some())
    };
    let named = |provider: &&str| new.0.provider_secrets().any(|(name, _)| name == *provider);
    let providers = ["slack", "jira", "twilio"];
    let gone = providers.into_iter().filter(named).filter(|name| works(now, name) && !works(new, name));
    gone.map(str::to_owned).collect()
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
