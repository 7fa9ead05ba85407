//! Who is told of alerts that were played, in one sentence: `tanaka is called at once, kimura after 5 min.`

use super::instant::Clock;
use super::told_shown::{Shown, Told, contacts, fate_text, held, opened};
use crate::config::{CONTACTS, Config, Method};
use crate::incident::{Change, ResponseChange};
use crate::language::Language;
use crate::language::played::Playing;
use crate::preview::Simulated;
use crate::preview::together::What;
use jiff::{SignedDuration, Timestamp};

/// Who is told of an alert until the end of its simulation, in a sentence; and whether anybody is called.
pub(super) fn outlook(
    config: &Config,
    language: Language,
    at: Timestamp,
    simulated: &Simulated,
) -> (String, bool) {
    let show = Shown { config, language, at };
    let contacts = contacts(simulated, at);
    let calls = contacts.iter().any(|told| told.by.method().rings);
    (sentence(show, simulated, &contacts), calls)
}

/// `tanaka is called at once, kimura after 5 min; ito gets a Slack message at once.`
pub(super) fn sentence(show: Shown<'_>, simulated: &Simulated, contacts: &[Told<'_>]) -> String {
    let language = show.language;
    let clock = Clock { zone: &show.config.organisation.time_zone, language };
    let mut parts = Vec::new();
    // Each person once, by the method that comes first in the table: whom a phone rings needs no mention of a message.
    let mut named: Vec<&str> = Vec::new();
    for method in &CONTACTS {
        let wanted = |told: &Told| told.by == method.contact && !named.contains(&told.user);
        let groups = first_contacts(contacts, wanted);
        parts.extend(phrase(&groups, method, language));
        named.extend(groups.iter().flat_map(|(_, users)| users.iter().copied()));
    }
    if parts.is_empty() {
        parts.push(language.playing(Playing::NobodyTold));
    } else if !contacts.iter().any(|told| told.by.method().rings) {
        parts.push(language.playing(Playing::NobodyCalled));
    }
    if let [fate] = &simulated.fates[..] {
        match &fate.what {
            What::Ignored(why) => parts.push(language.why(why)),
            What::Opens | What::Nothing | What::Noted | What::Ends | What::Taken => {}
            What::BeginsStorm(_) | What::Joins | What::Folds(_) | What::Reopens | What::Changes => {
                parts.push(fate_text(show, simulated, fate));
            }
        }
        if fate.what == What::Opens {
            parts.extend(held(show, fate));
        }
    }
    if let [only] = &opened(simulated)[..]
        && let Some(raise_at) = only.1.raise_at
    {
        parts.push(language.playing(Playing::BecomesHigh { at: &clock.local(raise_at) }));
    }
    parts.extend(simulated.entries.iter().find_map(|entry| match &entry.change {
        Change::Response(ResponseChange::Acknowledged { by, .. }) => {
            let after = language.after_seconds(entry.at.duration_since(show.at).as_secs());
            Some(language.playing(Playing::Acknowledges { who: by.stored_name(), after: &after }))
        }
        _ => None,
    }));
    match language {
        Language::En => format!("{}.", parts.join("; ")),
        Language::Ja => format!("{}。", parts.join("。")),
    }
}

/// Everybody's first contact of a kind: who, by how long after.
fn first_contacts<'p>(
    contacts: &[Told<'p>],
    wanted: impl Fn(&Told) -> bool,
) -> Vec<(SignedDuration, Vec<&'p str>)> {
    let mut groups: Vec<(SignedDuration, Vec<&str>)> = Vec::new();
    for told in contacts.iter().filter(|told| wanted(told)) {
        if groups.iter().any(|(_, users)| users.contains(&told.user)) {
            continue;
        }
        match groups.last_mut() {
            Some((at, users)) if at.as_secs() == told.after.as_secs() => users.push(told.user),
            _ => groups.push((told.after, vec![told.user])),
        }
    }
    groups
}

/// `tanaka is called at once, kimura after 5 min`, `電話: tanaka（直ちに）、kimura（5 分後）`
fn phrase(groups: &[(SignedDuration, Vec<&str>)], method: &Method, language: Language) -> Option<String> {
    let (first, rest) = groups.split_first()?;
    if language == Language::Ja {
        let group = |(at, users): &(SignedDuration, Vec<&str>)| {
            format!("{}（{}）", users.join("、"), language.after_seconds(at.as_secs()))
        };
        let groups: Vec<String> = groups.iter().map(group).collect();
        return Some(format!("{}: {}", language.contact_sent(method.way), groups.join("、")));
    }
    let verb = if first.1.len() == 1 { method.verb.0 } else { method.verb.1 };
    let mut text = format!("{} {verb} {}", first.1.join(" and "), after(first.0));
    for (at, users) in rest {
        text.push_str(&format!(", {} {}", users.join(" and "), after(*at)));
    }
    Some(text)
}

/// `at once`, `after 5 min`, `after 1 h 30 min`.
pub(super) fn after(after: SignedDuration) -> String {
    Language::En.after_seconds(after.as_secs())
}
