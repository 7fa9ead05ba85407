//! The values of secrets: read from the environment, from files and from the config's SOPS files, never shown.
//!
//! All is read anew each time, the age keys too, so that a rotation needs no restart.

use super::age_keys;
use super::secret_file::bounded;
use crate::config::{
    CALENDAR_SECRET, CALENDAR_SECRET_MIN, Config, Loss, Secret, SecretSource, Secrets, Wanted, place_name,
};
use crate::sops::{self, Opened};
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;
use zeroize::Zeroizing;

/// What opens a door should have so many bytes at least.
pub const SECRET_MIN: usize = 16;

/// A secret that does not resolve.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Missing {
    /// What asks for it: `integration grafana`, `providers.slack.bot_token`.
    pub wanted_by: String,
    pub why: String,
    pub loss: Loss,
    pub instead: Instead,
}

/// What stands in for a secret that does not resolve.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Instead {
    /// Nothing: what asks for it is closed.
    Nothing,
    /// Another one of the list, as in a rotation.
    Another,
    /// The value it had when it was last read. A start has none.
    LastValue,
}

impl std::fmt::Display for Missing {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let instead = match self.instead {
            Instead::Nothing => "",
            Instead::Another => "; another one stands in for it",
            Instead::LastValue => "; its last value is kept until a restart",
        };
        write!(f, "{}: {}{instead}", self.wanted_by, self.why)
    }
}

/// One secret that the config names, and its value or why there is none.
pub type Read<'c> = (Wanted<'c>, Result<Secret, String>);

/// Reads every secret that the config names. Of several that stand for one (a rotation), any will do.
pub fn resolve(config: &Config) -> (Secrets, Vec<Missing>) {
    let mut secrets = Secrets::default();
    let mut missing: Vec<Missing> = Vec::new();
    let mut there = BTreeSet::new();
    for (Wanted { by, source, loss }, read) in read_all(config) {
        match read {
            Ok(value) => {
                secrets.insert(source.clone(), value);
                there.insert(by);
            }
            Err(why) => missing.push(Missing { wanted_by: by, why, loss, instead: Instead::Nothing }),
        }
    }
    for missing in missing.iter_mut().filter(|missing| there.contains(&missing.wanted_by)) {
        missing.instead = Instead::Another;
    }
    (secrets, missing)
}

/// Reads every secret that the config names, in the order of the config.
pub fn read_all(config: &Config) -> Vec<Read<'_>> {
    let opened = open_all(config);
    let all = config.secret_sources().into_iter();
    all.map(|wanted| {
        let value = read(wanted.source, &opened);
        let value = value.and_then(|value| long_enough(&wanted.by, wanted.source, value));
        (wanted, value)
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

/// What works now and would be closed with the new config, so that alerts, pages or tickets were lost: such a config is refused.
pub fn lost(now: (&Config, &Secrets), new: (&Config, &Secrets)) -> Vec<String> {
    let works_now = works(now);
    let closed = works(new).into_iter().filter(|(_, works)| !works).map(|(by, _)| by);
    closed.filter(|by| works_now.get(by) == Some(&true)).collect()
}

/// Whether each thing without which alerts, pages or tickets are lost has a value.
fn works((config, secrets): (&Config, &Secrets)) -> BTreeMap<String, bool> {
    let mut works = BTreeMap::new();
    for wanted in config.secret_sources().into_iter().filter(|wanted| wanted.loss > Loss::Comfort) {
        *works.entry(wanted.by).or_default() |= secrets.get(wanted.source).is_some();
    }
    works
}

/// Gives what would be closed its last values: a file that is written anew is empty for a moment.
pub fn keep(config: &Config, last: &Secrets, secrets: &mut Secrets, missing: &mut [Missing]) {
    let lost = lost((config, last), (config, secrets));
    for wanted in config.secret_sources().into_iter().filter(|wanted| lost.contains(&wanted.by)) {
        if let Some(value) = last.get(wanted.source) {
            secrets.insert(wanted.source.clone(), value.clone());
        }
    }
    for missing in missing.iter_mut().filter(|missing| lost.contains(&missing.wanted_by)) {
        missing.instead = Instead::LastValue;
    }
}

/// Why a secret is too short, if it opens one of our doors; never with its value.
pub fn short(wanted_by: &str, value: &Secret) -> Option<&'static str> {
    let opens =
        !wanted_by.starts_with("the ") && wanted_by != "heartbeat.url" && !wanted_by.starts_with("web.");
    (opens && value.expose().len() < SECRET_MIN).then_some("it has fewer than 16 bytes, so it can be guessed")
}

/// Tells in the log which secrets are too short, not what they are.
pub(super) fn warn_of_short(config: &Config, secrets: &Secrets) {
    for short in short_ones(config, secrets) {
        tracing::warn!(event = "short_secret", short, "a secret is too short");
    }
}

/// Those that are too short, in words for the log.
pub fn short_ones(config: &Config, secrets: &Secrets) -> Vec<String> {
    let wanted = config.secret_sources().into_iter();
    wanted
        .filter_map(|Wanted { by, source, .. }| {
            let why = short(&by, secrets.get(source)?)?;
            Some(format!("{by}: {source}: {why}"))
        })
        .collect()
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
            Err(std::env::VarError::NotPresent) => return Err(format!("{} is not set", place_name(name))),
            Err(std::env::VarError::NotUnicode(_)) => {
                return Err(format!("{} is not UTF-8", place_name(name)));
            }
        },
        SecretSource::File(path) => bounded(&**path).map_err(|error| format!("{path}: {error}"))?,
        SecretSource::Sops { file, key } => match opened.get(file) {
            Some(Ok(opened)) => {
                let value =
                    opened.get(key).ok_or_else(|| format!("there is no `{}` in {file}", place_name(key)))?;
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
