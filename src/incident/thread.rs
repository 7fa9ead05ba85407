//! What a thread or a ticket's comment says: the lines that it has not said, as one text.
//!
//! Alerts that joined are one line, alerts that are over another; of several changes of one alert the last is said. Which changes
//! are kept, and when they are said, is decided in `lines`.

use super::IncidentId;
use super::apart::NAMED_MAX;
use super::card::telling_line;
use super::news::{Deed, Happened, News};
use super::parts::AlertKey;
use super::reader::{Reader, held_by, person, severity, urgency};
use super::state::Incident;
use crate::actor::{Actor, Via};
use crate::config::{Config, MirrorKind, Urgency};
use crate::language::noise::NoiseNews;
use crate::language::thread::ThreadLine;
use crate::language::timeline::{Act, Held, Level, ResponseLine, StepLine, TimelineLine};
use crate::language::{Language, Shown};

/// How many alerts one line of a thread names; the rest are counted.
pub const JOINED_NAMED_MAX: usize = 10;

/// What the thread has not said since the entry `said`, and how many lines more there were.
pub fn follow_up(
    config: &Config,
    incident: &Incident,
    kind_of_mirror: MirrorKind,
    (said, left_out): (u64, u32),
) -> String {
    let reader = Reader::organisation(config);
    let unsaid = incident.lines.iter().filter(|line| line.seq > said);
    let unsaid: Vec<&News> = unsaid.filter(|line| !is_known_to(kind_of_mirror, &line.what)).collect();
    let by_monitor = |news: &&News| matches!(news.what, Happened::Resolved(Actor::Integration(_)));
    let teller = Teller { config, incident, reader, ended_by_monitor: unsaid.iter().any(by_monitor) };
    let mut lines = Vec::new();
    for (n, news) in unsaid.iter().enumerate() {
        let (before, after) = (unsaid.get(..n).unwrap_or_default(), unsaid.get(n + 1..).unwrap_or_default());
        let same_kind = |other: &&&News| kind(&other.what) == kind(&news.what);
        match (kind(&news.what), &news.what) {
            // Said by the first of its kind, or by a later change of the same alert.
            (Some(_), _) if is_outdated(news, after) => {}
            (Some(wanted), _) => {
                let told = |it: &&&News| kind(&it.what) == Some(wanted) && !outdated_in(it, &unsaid);
                if !before.iter().filter(same_kind).any(|it| told(&it)) {
                    let alike: Vec<&News> = unsaid.iter().filter(told).copied().collect();
                    lines.push(teller.alerts(wanted, &alike));
                }
            }
            (None, what) => lines.extend(teller.line(what)),
        }
    }
    if left_out > 0 {
        lines.push(teller.reader.language.thread(&ThreadLine::More { count: left_out }));
    }
    lines.join("\n")
}

/// What was said in a ticket stands there.
fn is_known_to(mirror: MirrorKind, what: &Happened) -> bool {
    let in_ticket = matches!(what, Happened::Did { deed: Deed::Noted(_), via: Via::Ticket, .. });
    mirror == MirrorKind::Ticket && in_ticket
}

/// A change of whether an alert fires: those of one kind are said as one.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Kind {
    Joined,
    FiresAgain,
    Over,
}

fn kind(what: &Happened) -> Option<Kind> {
    match what {
        Happened::Joined(_) => Some(Kind::Joined),
        Happened::FiresAgain(_) => Some(Kind::FiresAgain),
        Happened::Over { .. } => Some(Kind::Over),
        Happened::Left { .. }
        | Happened::Worse { .. }
        | Happened::Renamed(_)
        | Happened::Raised(_)
        | Happened::HeldBack(_)
        | Happened::Released(_)
        | Happened::Moved(_)
        | Happened::Reopened(_)
        | Happened::Flaps { .. }
        | Happened::Calmed { .. }
        | Happened::Step { .. }
        | Happened::Acknowledged(_)
        | Happened::AlsoAcknowledged(_)
        | Happened::Escalated(_)
        | Happened::Reassigned { .. }
        | Happened::Retriggered(_)
        | Happened::Remarked { .. }
        | Happened::Did { .. }
        | Happened::GaveBack(_)
        | Happened::Unanswered(_)
        | Happened::Resolved(_) => None,
    }
}

fn is_outdated(news: &News, after: &[&News]) -> bool {
    let alert = news.what.alert();
    after.iter().any(|later| kind(&later.what).is_some() && later.what.alert() == alert)
}

fn outdated_in(news: &News, all: &[&News]) -> bool {
    let after: Vec<&News> = all.iter().filter(|later| later.seq > news.seq).copied().collect();
    is_outdated(news, &after)
}

struct Teller<'a> {
    config: &'a Config,
    incident: &'a Incident,
    reader: Reader<'a>,
    /// Whether one of the lines says that a monitor closed the incident.
    ended_by_monitor: bool,
}

impl Teller<'_> {
    fn say(&self, line: &ThreadLine) -> String {
        self.reader.language.thread(line)
    }

    fn noise(&self, line: &NoiseNews) -> String {
        self.reader.language.noise_news(line)
    }

    fn language(&self) -> Language {
        self.reader.language
    }

    /// The words of an alert; its key where it is here no more.
    fn alert(&self, (integration, dedup_key): &AlertKey) -> String {
        let found = self.incident.alerts.iter().find(|alert| alert.is(integration, dedup_key));
        found.map_or_else(|| dedup_key.clone(), |alert| self.incident.name_of(alert))
    }

    fn alerts(&self, kind: Kind, alike: &[&News]) -> String {
        let names = alike.iter().filter_map(|news| news.what.alert()).take(JOINED_NAMED_MAX);
        let alerts: Vec<String> = names.map(|alert| self.alert(alert)).collect();
        let more = alike.len().saturating_sub(alerts.len());
        let still =
            |news: &&News| if let Happened::Over { firing, .. } = news.what { Some(firing) } else { None };
        // The monitor's last word, which closes the incident, has no line of its own kind.
        let fires = alike.iter().rev().find_map(still).filter(|_| !self.ended_by_monitor);
        let alerts = alerts.as_slice();
        self.say(&match kind {
            Kind::Joined => ThreadLine::Joined { alerts, more },
            Kind::FiresAgain => ThreadLine::FiresAgain { alerts, more },
            Kind::Over => ThreadLine::Over { alerts, more, firing: fires.unwrap_or_default() },
        })
    }

    fn people(&self, users: &[crate::schedule::UserId]) -> Vec<String> {
        users.iter().map(|user| person(self.config, user)).collect()
    }

    fn line(&self, what: &Happened) -> Option<String> {
        let name = |actor| self.config.name_of(actor);
        Some(match what {
            Happened::Joined(_) | Happened::FiresAgain(_) | Happened::Over { .. } => return None,
            Happened::Left { words, why, .. } => self.say(&ThreadLine::Left { alert: words, why }),
            Happened::Worse { alert, severity: now } => {
                self.say(&ThreadLine::Worse { alert: &self.alert(alert), severity: severity(*now) })
            }
            Happened::Renamed(alert) => self.say(&ThreadLine::NowSays { alert: &self.alert(alert) }),
            Happened::Raised(now) => self.say(&ThreadLine::Urgency { urgency: urgency(*now) }),
            Happened::HeldBack(held) => {
                let until = self.language().date_time(held.until, self.reader.zone);
                let (by, rule) = (held_by(held.by), held.origin.to_string());
                let source = held.source.map(|id| id.to_string());
                let (until, rule, source) = (until.as_str(), rule.as_str(), source.as_deref());
                self.say(&ThreadLine::HeldBack(Held { by, until, rule, reason: &held.reason, source }))
            }
            Happened::Released(by) => self.say(&ThreadLine::Released { by: held_by(*by) }),
            Happened::Moved(service) => {
                let named = service.as_ref().and_then(|id| self.config.services.get(id));
                let name = named.map(|service| service.name.as_str()).or(service.as_deref());
                self.say(&ThreadLine::MovedTo { service: name })
            }
            Happened::Reopened(alert) => self.noise(&NoiseNews::Reopened { alert: &self.alert(alert) }),
            Happened::Flaps { alert, fires, within, quiet } => {
                let (alert, fires, within, quiet) = (&self.alert(alert), *fires, *within, *quiet);
                self.noise(&NoiseNews::Flaps { alert, fires, within, quiet })
            }
            Happened::Calmed { alert, fires } => {
                self.noise(&NoiseNews::Calmed { alert: &self.alert(alert), fires: *fires })
            }
            Happened::Step { at, told, next, waited } => {
                let telling = telling_line(self.config, at, told, *next, &self.reader);
                self.say(&ThreadLine::Telling { waited: *waited, telling: &telling })
            }
            Happened::Acknowledged(by) => self.language().shown(&Shown::AcknowledgedBy { who: name(by) }),
            Happened::AlsoAcknowledged(by) => self.say(&ThreadLine::AlsoAcknowledged { by: name(by) }),
            Happened::Escalated(by) => self.say(&ThreadLine::EscalatedBy { by: name(by) }),
            Happened::Reassigned { to, by } => {
                self.say(&ThreadLine::Reassigned { to: &self.people(to), by: name(by) })
            }
            Happened::Retriggered(why) => self.say(&ThreadLine::TriggeredAgain { why }),
            Happened::Remarked { by, remark } => self.remarked(name(by), remark),
            Happened::Unanswered(users) => {
                let line = TimelineLine::Step(StepLine::Unanswered { users: &self.people(users) });
                self.say(&ThreadLine::Did { sentence: &self.language().timeline(&line) })
            }
            Happened::Did { deed, by, via } => self.did(deed, name(by), *via),
            Happened::GaveBack(to) => self.say(&ThreadLine::Did {
                sentence: &self.timeline(ResponseLine::GaveBack { to: &to.to_string() }),
            }),
            Happened::Resolved(by) => {
                let monitor = matches!(by, Actor::Integration(_));
                self.language().shown(&Shown::ResolvedBy { who: name(by), monitor })
            }
        })
    }

    /// As the timeline words it.
    fn did(&self, deed: &Deed, by: &str, via: Via) -> String {
        let id = |id: &IncidentId| id.to_string();
        let (people, incident);
        let act = match deed {
            Deed::Snoozed(until) => {
                let until = self.language().date_time(*until, self.reader.zone);
                let (until, words, snoozed) = (Some(until.as_str()), None, true);
                let sentence = self.timeline(ResponseLine::Acknowledged { by, via, until, snoozed, words });
                return self.say(&ThreadLine::Did { sentence: &sentence });
            }
            Deed::GivenBack => Act::GivenBack,
            Deed::Reopened => Act::Reopened,
            Deed::PagedAlso(to) => {
                people = self.people(to);
                Act::PagedAlso { to: &people }
            }
            Deed::UrgencyChosen(urgency) => Act::UrgencyChosen { urgency: level(*urgency) },
            Deed::LetThrough(held) => Act::LetThrough { held: held_by(*held) },
            Deed::MovedTo(service, urgency) => Act::MovedTo { service, urgency: level(*urgency) },
            Deed::Noted(text) => Act::Noted { text },
            Deed::TookOver(from) => {
                incident = id(from);
                Act::TookOver { from: &incident }
            }
            Deed::Merged(into) => {
                incident = id(into);
                Act::Merged { into: &incident }
            }
            Deed::Unmerged(from) => {
                incident = id(from);
                Act::Unmerged { from: &incident }
            }
        };
        let sentence = self.timeline(ResponseLine::Act { act, by, via });
        self.say(&ThreadLine::Did { sentence: &sentence })
    }

    fn timeline(&self, line: ResponseLine) -> String {
        self.language().timeline(&TimelineLine::Response(line))
    }

    fn remarked(&self, by: &str, remark: &super::Remark) -> String {
        use super::Remark;
        use crate::language::timeline::Remarked;
        let to;
        let what = match remark {
            Remark::LooksAtIt => Remarked::LooksAtIt,
            Remark::IsOver => Remarked::IsOver,
            Remark::WantsNextStep => Remarked::WantsNextStep,
            Remark::WantsReassigned(user) => {
                to = person(self.config, user);
                Remarked::WantsReassigned(&to)
            }
            Remark::Says(text) => Remarked::Says(text),
            Remark::AsksFor(command) => Remarked::AsksFor(command),
        };
        let remark = self.language().remark(by, what);
        self.say(&ThreadLine::Remarked { remark: &remark })
    }
}

fn level(urgency: Urgency) -> Level {
    match urgency {
        Urgency::None => Level::None,
        Urgency::Low => Level::Low,
        Urgency::High => Level::High,
    }
}

const _: () = assert!(JOINED_NAMED_MAX <= NAMED_MAX);
