//! The values of secrets: read from the environment, from files and from the config's SOPS files, never shown.
//!
//! All is read anew each time, the age keys too, so that a rotation needs no restart.

use super::age_keys;
use crate::config::{
    CALENDAR_SECRET, CALENDAR_SECRET_MIN, Config, SECRET_MAX, Secret, SecretSource, Secrets,
};
use crate::sops::{self, Opened};
use std::collections::{BTreeMap, BTreeSet};
use std::fs::File;
use std::io::{self, Read as _};
use std::path::Path;
use std::sync::Arc;
use zeroize::Zeroizing;

/// A secret that does not resolve, and what that closes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Missing {
    pub source: SecretSource,
    /// What asks for it: `integration grafana`, `providers.slack`.
    pub wanted_by: String,
    pub why: String,
}

/// One secret that the config names: what asks for it, where it is, and its value or why there is none.
pub type Read<'c> = (String, &'c SecretSource, Result<Secret, String>);

/// Reads every secret that the config names. Of several that stand for one (a rotation), any will do.
pub fn resolve(config: &Config) -> (Secrets, Vec<Missing>) {
    let mut secrets = Secrets::default();
    let mut missing: Vec<Missing> = Vec::new();
    let mut there = BTreeSet::new();
    for (wanted_by, source, read) in read_all(config) {
        match read {
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

/// Reads every secret that the config names, in the order of the config.
pub fn read_all(config: &Config) -> Vec<Read<'_>> {
    let opened = open_all(config);
    let all = config.secret_sources().into_iter();
    all.map(|(wanted_by, source)| {
        let value = read(source, &opened).and_then(|value| long_enough(&wanted_by, source, value));
        (wanted_by, source, value)
    })
    .collect()
}

/// The SOPS files by path, opened with this machine's age keys, or why not.
type OpenedFiles = BTreeMap<Arc<str>, Result<Opened, String>>;

fn open_all(config: &Config) -> OpenedFiles {
    if config.sops.is_empty() {
        return OpenedFiles::new();
    }
    let (keys, troubles) = age_keys::read();
    let open = |(path, file): (&Arc<str>, &Arc<sops::File>)| {
        let opened = sops::open(file, &keys).map_err(|why| {
            let way_out = if keys.is_empty() { age_keys::WAY_OUT } else { "" };
            let troubles: String = troubles.iter().map(|trouble| format!(" ({trouble})")).collect();
            format!("{path} cannot be opened: {why}{way_out}{troubles}")
        });
        (path.clone(), opened)
    };
    config.sops.iter().map(open).collect()
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

fn read(source: &SecretSource, opened: &OpenedFiles) -> Result<Secret, String> {
    let text = match source {
        SecretSource::Env(name) => match std::env::var(name.as_ref()) {
            Ok(text) => Zeroizing::new(text),
            Err(std::env::VarError::NotPresent) => return Err(format!("{name} is not set")),
            Err(std::env::VarError::NotUnicode(_)) => return Err(format!("{name} is not UTF-8")),
        },
        SecretSource::File(path) => bounded(&**path).map_err(|error| format!("{path}: {error}"))?,
        SecretSource::Sops { file, key } => match opened.get(file) {
            Some(Ok(opened)) => {
                let value = opened.get(key).ok_or_else(|| format!("there is no `{key}` in {file}"))?;
                Zeroizing::new(value.to_owned())
            }
            Some(Err(why)) => return Err(why.clone()),
            None => return Err(format!("there is no file {file}")),
        },
    };
    // Files end in a line break that nobody means; an empty secret would open a door to everybody.
    match text.trim_end_matches(['\r', '\n']) {
        "" => Err(format!("{source} is empty")),
        value => Ok(Secret::new(value)),
    }
}

/// A file that may hold a secret, if it is not too large.
pub(super) fn bounded(path: impl AsRef<Path>) -> io::Result<Zeroizing<String>> {
    let mut text = Zeroizing::new(String::new());
    File::open(path)?.take(SECRET_MAX + 1).read_to_string(&mut text)?;
    if text.len() as u64 > SECRET_MAX {
        return Err(io::Error::other(format!("it has more than {SECRET_MAX} bytes")));
    }
    Ok(text)
}
