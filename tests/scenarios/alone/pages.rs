//! What a page tells: which alerts its words name or count.

use crate::world::World;
use jiff::Timestamp;
use oncall::alert::Severity;
use oncall::incident::{AlertKey, Incident, Purpose, State, Task, Words};
use oncall::schedule::UserId;
use std::collections::BTreeSet;

/// A page that left.
pub struct Page {
    pub at: Timestamp,
    /// After so many entries.
    pub seq: u64,
    pub user: UserId,
    pub rings: bool,
    /// What its words name or count.
    pub told: BTreeSet<AlertKey>,
}

/// Every page of a day, in order.
pub fn pages(world: &World) -> Vec<Page> {
    let mut state = State::default();
    let mut pages = Vec::new();
    let mut entries = world.journal.iter();
    for (seq, delivery) in &world.sent {
        while state.seq < *seq as u64 {
            state.apply(entries.next().unwrap());
        }
        let Task::Page { user, by, words, .. } = &delivery.task else { continue };
        let about: Vec<&Incident> =
            delivery.incidents.iter().filter_map(|id| state.incidents.get(id)).map(|it| &**it).collect();
        let pages_people = |incident: &&Incident| {
            let mut carried = incident.notifications.iter().filter(|it| it.in_flight == Some(delivery.id));
            carried.any(|it| it.purpose == Purpose::Page)
        };
        if !about.iter().any(pages_people) {
            continue;
        }
        pages.push(Page {
            at: state.at,
            seq: *seq as u64,
            user: user.clone(),
            rings: by.method().rings,
            told: told(&about, words),
        });
    }
    pages
}

/// The firing alerts of these incidents that the words name, or count: what is counted is no worse than what is named.
fn told(about: &[&Incident], words: &Words) -> BTreeSet<AlertKey> {
    let firing = |incident: &Incident| incident.alerts.iter().filter(|alert| alert.firing).count();
    let all = about.iter().map(|incident| firing(incident)).sum();
    let short = matches!(words, Words::Text(_)) && counts(&line_of(words, 0, 1), all);
    let (mut told, mut beyond, mut mildest) = (BTreeSet::new(), Vec::new(), Severity::Critical);
    for (place, incident) in about.iter().enumerate() {
        let line = line_of(words, place, about.len());
        let alerts = || incident.alerts.iter().filter(|alert| alert.firing);
        let named = || alerts().filter(|alert| line.contains(&*incident.field_of(alert, "summary")));
        told.extend(named().map(|alert| alert.key()));
        if let Some(worst) = named().map(|alert| alert.severity).max() {
            mildest = mildest.min(worst);
            let counted = alerts().filter(|alert| alert.severity <= worst && alerts().count() > 1);
            told.extend(counted.filter(|_| counts(&line, firing(incident))).map(|alert| alert.key()));
        }
        if short || line.is_empty() {
            beyond.extend(alerts());
        }
    }
    told.extend(beyond.into_iter().filter(|alert| alert.severity <= mildest).map(|alert| alert.key()));
    told
}

/// What is said of one of several incidents; nothing of those that are only counted.
fn line_of(words: &Words, place: usize, of: usize) -> String {
    match words {
        Words::Script(script) if of == 1 => {
            let says = script.words.iter().filter(|said| !said.starts_with("It began"));
            says.cloned().collect::<Vec<_>>().join(" ")
        }
        Words::Script(script) => {
            let number = format!("Number {}:", place + 1);
            let parts = script.words.iter().skip_while(|said| !said.starts_with(&number));
            let more = |said: &&String| said.starts_with("Number ") && !said.starts_with(&number);
            parts.take_while(|said| !more(said)).filter(|said| !said.starts_with("And ")).cloned().collect()
        }
        Words::Card(card) if of == 1 => {
            let fields = card.fields.iter().filter(|it| it.label == "Alerts").map(|it| it.value.clone());
            fields.chain([card.headline.clone()]).collect::<Vec<_>>().join(" ")
        }
        Words::Card(card) if place < 10 => {
            let line = card.lines.get(place).map_or("", String::as_str);
            // Without the number of the incident.
            line.rsplit_once(" (").map_or(line, |(line, _)| line).to_owned()
        }
        Words::Card(_) => String::new(),
        Words::Text(text) => [text.lead.as_str(), text.summary.as_str()].join(" "),
        Words::Ticket(_) | Words::Letter(_) => String::new(),
    }
}

/// Whether a line has this number of alerts, or how many there are beside the one that it names.
fn counts(line: &str, firing: usize) -> bool {
    let mut numbers = line.split(|c: char| !c.is_ascii_digit()).filter_map(|it| it.parse::<usize>().ok());
    numbers.any(|number| number == firing || number + 1 == firing)
}
