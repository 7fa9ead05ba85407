//! `silence add` in git: a silence with a beginning and an end, in the file of the month in which it begins.
//!
//! Times are in the organisation's zone. Silences at a running server are made by the server; those that repeat are
//! written by hand.

use super::overrides::{instant, schema_line};
use super::splice::append;
use super::writing::{Entries, Style, Value, flow, text};
use super::{Edit, EditError, Proposal, Subject, asked, create, kept, proved_by};
use crate::actor::Origin;
use crate::compile::NodeKind;
use crate::config::{Config, Silence, SilencePeriod};
use crate::language::Language;
use crate::language::added::{Added, NotAdded};
use crate::language::words::{all_of, moment};
use jiff::Timestamp;
use std::collections::BTreeMap;

/// The silence to add. It needs services, alerts, or both.
#[derive(Clone, Debug)]
pub struct SilenceWish<'a> {
    pub services: Vec<&'a str>,
    /// Patterns by the key of a match, such as `labels.env`.
    pub when: BTreeMap<&'a str, Vec<&'a str>>,
    pub from: Timestamp,
    pub until: Timestamp,
    pub reason: &'a str,
}

/// Appends a silence.
pub fn add_silence(subject: &Subject<'_>, wish: &SilenceWish<'_>) -> Result<Edit, EditError> {
    let language = subject.compiled.language;
    let zone = &subject.config.organisation.time_zone;
    if wish.services.is_empty() && wish.when.is_empty() {
        return asked(language.not_added(NotAdded::NoScope));
    }
    let [from, until] = [wish.from, wish.until].map(|at| subject.say(&moment(zone.to_datetime(at))));
    if wish.until <= wish.from {
        return asked(language.not_added(NotAdded::EndsBeforeItBegins { from: &from, until: &until }));
    }
    let file = format!("silences/{}.yaml", zone.to_datetime(wish.from).strftime("%Y-%m"));
    let entries = entries(subject, wish);
    let mut proposal = Proposal::default();
    match subject.compiled.sources.files.get(&*file) {
        Some(source) => {
            let list = source.root.as_ref().filter(|root| matches!(root.kind, NodeKind::Sequence(_)));
            let splices = list.map_or_else(Vec::new, |list| append(&source.text, list, &entries));
            proposal.splices.insert(file.as_str().into(), splices);
        }
        None => {
            let item = flow(&entries, &Style::default());
            let text = format!("{}- {item}\n", schema_line(subject, "silences"));
            create(subject, &mut proposal, file.clone(), text)?;
        }
    }
    let scope = scope(wish, language);
    proposal.said.push(language.added(Added::Silence { scope: &scope, from: &from, until: &until }));
    proved_by(subject, proposal, |config| {
        is_there(subject, config, wish, &file) && kept(subject, config, &[])
    })
}

fn entries(subject: &Subject<'_>, wish: &SilenceWish<'_>) -> Entries {
    let zone = &subject.config.organisation.time_zone;
    let at = |at: Timestamp| Value::Word(instant(at, zone, false));
    let mut entries: Entries = Vec::new();
    if !wish.services.is_empty() {
        let words = wish.services.iter().map(|id| Value::Word((*id).to_owned()));
        entries.push(("services", Value::List(words.collect())));
    }
    if !wish.when.is_empty() {
        let patterns = |all: &[&str]| match all {
            [only] => Value::Word(text(only)),
            several => Value::List(several.iter().map(|it| Value::Word(text(it))).collect()),
        };
        let when = wish.when.iter().map(|(key, all)| (text(key), patterns(all)));
        entries.push(("when", Value::Map(when.collect())));
    }
    entries.extend([("from", at(wish.from)), ("until", at(wish.until))]);
    entries.push(("reason", Value::Word(text(wish.reason))));
    entries
}

/// `checkout and labels.env=staging`
fn scope(wish: &SilenceWish<'_>, language: Language) -> String {
    let when = wish.when.iter().map(|(key, all)| format!("{key}={}", all.join(",")));
    let parts: Vec<String> = wish.services.iter().map(|id| (*id).to_owned()).chain(when).collect();
    all_of(&parts).of(language).to_owned()
}

/// Whether the file has one more, for exactly this time.
fn is_there(subject: &Subject<'_>, config: &Config, wish: &SilenceWish<'_>, file: &str) -> bool {
    let like_it = |config: &Config| config.silences.iter().filter(|it| is_like(it, wish, file)).count();
    like_it(config) == like_it(subject.config) + 1
        && config.silences.len() == subject.config.silences.len() + 1
}

fn is_like(silence: &Silence, wish: &SilenceWish<'_>, file: &str) -> bool {
    let services = silence.services.iter().map(|id| &**id);
    let time = match silence.period {
        SilencePeriod::Once { from, until } => (from, until) == (wish.from, wish.until),
        SilencePeriod::Every { .. } => false,
    };
    let there = matches!(&silence.origin, Origin::File(place) if &*place.file == file);
    let same = silence.when.is_some() != wish.when.is_empty() && silence.reason == wish.reason;
    time && there && same && services.eq(wish.services.iter().copied())
}
