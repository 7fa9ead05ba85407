//! What tells an alert from its neighbours: which labels are shown, and which alerts of an incident fire now.
//!
//! Within a group the labels that differ between its alerts come first. Everything is bounded; escaping is the provider's.

use super::reader::{Reader, is_url, one_line};
use super::state::{Alert, Incident, OwnWords};
use crate::language::Shown;
use std::collections::{BTreeMap, BTreeSet};

/// How many labels that differ stand beside an alert.
pub const DIFFERING_MAX: usize = 3;
/// How many labels are shown in all.
pub const LABELS_SHOWN_MAX: usize = 10;
/// How many values of one label are shown.
const VALUES_MAX: usize = 3;
/// The most of a label's name and of a value that is shown, in characters.
const NAME_MAX: usize = 40;
const VALUE_MAX: usize = 100;
/// How many alerts are named one by one; the rest are counted.
pub const NAMED_MAX: usize = 10;
/// The most of an alert's words where several are named.
const WORDS_MAX: usize = 150;
/// How many alerts are compared.
const COMPARED_MAX: usize = 100;

/// Labels that say where something is, before those that only some people know.
const TELLING: [&str; 16] = [
    "alertname",
    "namespace",
    "pod",
    "container",
    "cluster",
    "instance",
    "host",
    "hostname",
    "node",
    "device",
    "job",
    "env",
    "environment",
    "region",
    "account",
    "team",
];

impl Incident {
    /// The labels of one of its alerts, by name.
    fn labels_of<'a>(&'a self, alert: &'a Alert) -> impl Iterator<Item = (&'a str, &'a str)> {
        let labels = alert.own.as_ref().map_or(&self.labels, |own| &own.labels);
        labels.iter().filter(|(name, value)| is_shown(name, value))
    }

    /// What an alert says.
    fn words_of<'a>(&'a self, alert: &'a Alert) -> &'a str {
        let words = alert.own.as_deref().map_or(&*self.summary, |own: &OwnWords| &own.summary);
        if words.trim().is_empty() { &alert.dedup_key } else { words }
    }

    /// The alerts that fire, the worst first, then the oldest; of an incident that is over, all.
    fn foremost(&self) -> Vec<&Alert> {
        let firing = self.alerts.iter().any(|alert| alert.lasts());
        let mut alerts: Vec<&Alert> = self.alerts.iter().filter(|alert| alert.lasts() || !firing).collect();
        alerts.sort_by_key(|alert| (std::cmp::Reverse(alert.severity), alert.since));
        alerts
    }

    /// The names of labels that differ between the alerts that fire now, those with the most values first.
    fn differing(&self) -> Vec<&str> {
        let alerts = self.foremost();
        if alerts.len() < 2 {
            return Vec::new();
        }
        let compared = alerts.len().min(COMPARED_MAX);
        let mut values: BTreeMap<&str, (usize, BTreeSet<&str>)> = BTreeMap::new();
        for alert in alerts.into_iter().take(COMPARED_MAX) {
            for (name, value) in self.labels_of(alert) {
                let (has, known) = values.entry(name).or_default();
                *has += 1;
                known.insert(value);
            }
        }
        values.retain(|_, (has, known)| known.len() > 1 || *has < compared);
        let mut names: Vec<(&str, usize)> =
            values.iter().map(|(name, (_, known))| (*name, known.len())).collect();
        names.sort_by_key(|(name, count)| (std::cmp::Reverse(*count), rank(name), *name));
        names.into_iter().map(|(name, _)| name).take(DIFFERING_MAX).collect()
    }

    /// The words of an alert for a line that names several, with what tells it apart where others say the same.
    pub(super) fn name_of(&self, alert: &Alert) -> String {
        let words = self.words_of(alert);
        let same = |other: &&Alert| !other.is(&alert.integration, &alert.dedup_key);
        let alone = !self.alerts.iter().filter(same).any(|other| self.words_of(other) == words);
        if alone {
            return one_line(words, WORDS_MAX);
        }
        self.named(alert, &self.differing())
    }

    fn named(&self, alert: &Alert, differing: &[&str]) -> String {
        let value = |name: &&str| self.labels_of(alert).find(|(known, _)| known == name);
        let apart: Vec<String> = differing
            .iter()
            .filter_map(value)
            .map(|(name, value)| pair(name, &one_line(value, VALUE_MAX), "="))
            .collect();
        let words = one_line(self.words_of(alert), WORDS_MAX);
        if apart.is_empty() { words } else { format!("{words} ({})", apart.join(", ")) }
    }

    /// The alerts that fire now, one line each, where there are several.
    pub(super) fn firing_lines(&self, reader: &Reader) -> Vec<String> {
        let firing = self.alerts.iter().filter(|alert| alert.lasts()).count();
        if firing < 2 {
            return Vec::new();
        }
        let differing = self.differing();
        let named = self.foremost().into_iter().take(NAMED_MAX);
        let mut lines: Vec<String> =
            named.map(|alert| format!("• {}", self.named(alert, &differing))).collect();
        if let Some(count) = firing.checked_sub(NAMED_MAX).filter(|&n| n > 0) {
            lines.push(reader.language.shown(&Shown::More { count }));
        }
        lines
    }

    /// The labels that a card shows, one `name: value` each: those that differ, then those that say where it is.
    pub(super) fn shown_labels(&self) -> Vec<String> {
        let alerts = self.foremost();
        let differing = self.differing();
        let mut shown: Vec<String> = Vec::new();
        for name in &differing {
            let mut values: Vec<&str> = Vec::new();
            for alert in alerts.iter().take(COMPARED_MAX) {
                let value = self.labels_of(alert).find(|(known, _)| known == name).map(|(_, value)| value);
                values.extend(value.filter(|value| !values.contains(value)));
            }
            let more = values.len().saturating_sub(VALUES_MAX);
            let first: Vec<String> =
                values.iter().take(VALUES_MAX).map(|it| one_line(it, VALUE_MAX)).collect();
            let more = if more > 0 { format!(" +{more}") } else { String::new() };
            shown.push(pair(name, &(first.join(", ") + &more), ": "));
        }
        let Some(worst) = alerts.first() else { return shown };
        let words = self.words_of(worst);
        // What the headline says already.
        let said = |value: &str| value == words || self.service.as_deref() == Some(value);
        let common = self.labels_of(worst).filter(|(name, value)| !differing.contains(name) && !said(value));
        let mut common: Vec<(&str, &str)> = common.collect();
        common.sort_by_key(|(name, value)| (rank(name), name.len() + value.len(), *name));
        shown.extend(common.iter().map(|(name, value)| pair(name, &one_line(value, VALUE_MAX), ": ")));
        shown.truncate(LABELS_SHOWN_MAX);
        shown
    }
}

/// The value is cut by whoever has several.
fn pair(name: &str, value: &str, between: &str) -> String {
    format!("{}{between}{value}", one_line(name, NAME_MAX))
}

/// Not the severity, which has a field, nor what is ours or a monitor's own, or has no value; a URL is a link.
fn is_shown(name: &str, value: &str) -> bool {
    let known =
        ["severity", "priority"].contains(&name) || name.starts_with("oncall_") || name.starts_with("__");
    !known && !value.trim().is_empty() && !is_url(value.trim())
}

fn rank(name: &str) -> usize {
    TELLING.iter().position(|known| known.eq_ignore_ascii_case(name)).unwrap_or(TELLING.len())
}
