//! A timeline as lines for people: what happened, in the reader's language, and the rule that decided.
//!
//! An entry holds values; here each becomes a phrase of [`language`](crate::language::timeline), with the names in force now
//! and instants as wall-clock times of the reader's zone. Every change has its line: the matches are exhaustive.

use crate::actor::Actor;
use crate::alert::{Action, Event};
use crate::config::{Config, MirrorKind, Urgency};
use crate::incident::{
    AlertChange, Change, DeliveryChange, Entry, Errand, EscalationChange, Folded, HangUp, HeartbeatChange,
    HeldBack, Hold, IncidentId, Opened, Outcome, Outlet, Purpose, Reason, Recipient, ServerChange, StepAt,
    StepStart, WaitsFor,
};
use crate::language::Language;
use crate::language::noise::NoiseLine;
use crate::language::timeline::{
    Carries, DeliveryLine, Ended, Held, HeldBy, Level, OwnLine, Said, Slowed, Step, StepLine, TimelineLine,
    ToldAs, Waiting,
};
use crate::place::Place;
use crate::reason::{Because, Rule, Why};
use jiff::{Timestamp, tz::TimeZone};

/// One line of a timeline: `02:05:00  step 2 of web began: suzuki …  [escalation-policies/web.yaml:4]`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Line {
    /// Local wall-clock time.
    pub time: String,
    pub text: String,
    /// The rule that decided, `file:line` or in words; empty where none did.
    pub rule: String,
}

/// Who reads: the language and the zone of the lines, and the config that names people.
#[derive(Clone, Copy, Debug)]
pub struct Reader<'a> {
    pub config: &'a Config,
    pub language: Language,
    pub zone: &'a TimeZone,
}

impl<'a> Reader<'a> {
    /// Reads in English, in the organisation's zone, as the command line does.
    pub fn english(config: &'a Config) -> Reader<'a> {
        Reader { config, language: Language::En, zone: &config.organisation.time_zone }
    }

    /// Reads in the organisation's language and zone.
    pub fn organisation(config: &'a Config) -> Reader<'a> {
        let organisation = &config.organisation;
        Reader { config, language: organisation.language, zone: &organisation.time_zone }
    }

    /// The line of an entry.
    pub fn line(&self, entry: &Entry) -> Line {
        let time = entry.at.to_zoned(self.zone.clone()).strftime("%H:%M:%S").to_string();
        let at = At { reader: *self, now: entry.at, about: entry.incident };
        let (text, rule) = at.change(&entry.change);
        Line { time, text, rule }
    }

    /// Why a delivery failed, or how it ended.
    pub fn reason(&self, reason: &Reason) -> String {
        let provider = reason.provider.map(|provider| provider.row().name);
        self.language.fault(provider, reason.fault, &reason.said)
    }
}

/// A reader of one entry: instants are told with the date where it is another than that of the entry.
pub(super) struct At<'a> {
    pub(super) reader: Reader<'a>,
    now: Timestamp,
    about: Option<IncidentId>,
}

impl At<'_> {
    /// The words of a change, and its rule.
    fn change(&self, change: &Change) -> (String, String) {
        match change {
            Change::Server(change) => (self.server(change), String::new()),
            Change::Heartbeat(change) => (self.heartbeat(change), String::new()),
            Change::Alert(change) => self.alert(change),
            Change::Escalation(change) => self.escalation(change),
            Change::Delivery(change) => (self.delivery(change), String::new()),
            Change::Response(change) => self.response(change),
            Change::RunTime(change) => (self.run_time(change), String::new()),
            Change::Noise(change) => self.noise(change),
            Change::Steps(change) => self.steps(change),
            Change::Notice(change) => (self.notice(change), String::new()),
        }
    }

    pub(super) fn say(&self, line: &TimelineLine) -> String {
        self.reader.language.timeline(line)
    }

    pub(super) fn says_noise(&self, line: &NoiseLine) -> String {
        self.reader.language.noise(line)
    }

    pub(super) fn clock(&self, instant: Timestamp) -> String {
        let zone = self.reader.zone;
        let (local, near) = (instant.to_zoned(zone.clone()), self.now.to_zoned(zone.clone()));
        let pattern = if local.date() == near.date() { "%H:%M:%S" } else { "%a %m-%d %H:%M" };
        local.strftime(pattern).to_string()
    }

    pub(super) fn maybe_clock(&self, instant: Option<Timestamp>) -> Option<String> {
        instant.map(|at| self.clock(at))
    }

    pub(super) fn rule(&self, rule: &Rule) -> String {
        self.reader.language.rule(rule)
    }

    pub(super) fn name<'n>(&'n self, actor: &'n Actor) -> &'n str {
        self.reader.config.name_of(actor)
    }

    fn server(&self, change: &ServerChange) -> String {
        self.say(&match change {
            ServerChange::Revision { commit } => TimelineLine::ConfigInForce { commit },
            ServerChange::Started { epoch, gap_seconds } => {
                TimelineLine::Started { epoch: *epoch, gap: *gap_seconds }
            }
            ServerChange::ClockJumped { seconds } => TimelineLine::ClockJumped { seconds: *seconds },
            ServerChange::TroubleBegan { trouble, since } => {
                let since = &self.clock(*since);
                return self.say(&TimelineLine::Own(OwnLine::TroubleBegan { what: *trouble, since }));
            }
            ServerChange::TroubleOver { trouble } => {
                TimelineLine::Own(OwnLine::TroubleOver { what: *trouble })
            }
            ServerChange::IntegrationRenamed { from, to } => {
                TimelineLine::Own(OwnLine::IntegrationRenamed { from, to })
            }
        })
    }

    fn heartbeat(&self, change: &HeartbeatChange) -> String {
        self.say(&match change {
            HeartbeatChange::Expected { integration, patience_seconds } => {
                TimelineLine::HeartbeatExpected { integration, seconds: *patience_seconds }
            }
            HeartbeatChange::Heard { integration, .. } => TimelineLine::HeartbeatHeard { integration },
            HeartbeatChange::Missed { integration } => TimelineLine::HeartbeatMissed { integration },
            HeartbeatChange::Forgotten { integration } => TimelineLine::HeartbeatForgotten { integration },
        })
    }

    fn alert(&self, change: &AlertChange) -> (String, String) {
        let line = match change {
            AlertChange::Opened(opened) => return self.opened(opened),
            AlertChange::Ignored { event, why } => {
                let rule = match why {
                    Why::Dropped { rule, .. } => rule.to_string(),
                    _ => String::new(),
                };
                return (self.say(&TimelineLine::Ignored { alert: said(event), why }), rule);
            }
            AlertChange::Noted { event, service } if event.action == Action::Change => {
                TimelineLine::ServiceChanged { alert: said(event), service: service.as_deref() }
            }
            AlertChange::Noted { event, .. } => TimelineLine::Note { alert: said(event) },
            AlertChange::Joined { event, folded: None, .. } => TimelineLine::Joined { alert: said(event) },
            AlertChange::Joined { event, folded: Some(folded), .. } => {
                return self.folded(event, folded, false);
            }
            AlertChange::Counted { event, folded, .. } => return self.folded(event, folded, true),
            AlertChange::Updated { event, .. } => TimelineLine::Updated { alert: said(event) },
            AlertChange::Moved(moved) => {
                let line = TimelineLine::MovedTo {
                    alert: said(&moved.event),
                    service: moved.service.as_deref(),
                    urgency: level(moved.urgency),
                };
                let rules = [&moved.route_rule, &moved.urgency_rule].map(|rule| self.rule(rule));
                return (self.say(&line), rules.join(", "));
            }
            AlertChange::Left { dedup_key, why, .. } => TimelineLine::AlertLeft { key: dedup_key, why },
            AlertChange::Repeated { .. } => TimelineLine::Repeated,
            AlertChange::Over { dedup_key, why, .. } => TimelineLine::AlertOver { key: dedup_key, why },
        };
        (self.say(&line), String::new())
    }

    fn folded(&self, event: &Event, folded: &Folded, counted: bool) -> (String, String) {
        let (storm, rule) = (self.about.map(|id| id.to_string()), folded.rule.as_ref().map(Place::to_string));
        let line = TimelineLine::Folded {
            alert: said(event),
            counted,
            storm: storm.as_deref().unwrap_or_default(),
            service: folded.service.as_deref(),
            why: &folded.why,
            rule: rule.as_deref(),
        };
        (self.say(&line), rule.unwrap_or_default())
    }

    fn opened(&self, opened: &Opened) -> (String, String) {
        let raise_at = self.maybe_clock(opened.raise_at);
        let held = opened.held_back.as_ref().map(|held| (held, self.held(held)));
        let line = TimelineLine::Opened {
            alert: said(&opened.event),
            service: opened.service.as_deref(),
            severity: opened.severity.as_str(),
            urgency: level(opened.urgency),
            raise_at: raise_at.as_deref(),
            held: held.as_ref().map(|(held, texts)| held_words(held, texts)),
            declared: opened.declared.as_ref().map(|(by, via)| (self.name(by), *via)),
            storm: opened.folded.as_ref().map(|folded| &folded.why),
        };
        let rules = [&opened.route_rule, &opened.urgency_rule].map(|rule| self.rule(rule));
        let storm = opened.folded.as_ref().and_then(|folded| folded.rule.as_ref()).map(Place::to_string);
        let rules: Vec<String> = rules.into_iter().chain(storm).collect();
        (self.say(&line), rules.join(", "))
    }

    /// Until when, by which rule, and by which incident.
    fn held(&self, held: &HeldBack) -> HeldTexts {
        let source = held.source.map(|id| id.to_string());
        HeldTexts { until: self.clock(held.until), rule: held.origin.to_string(), source }
    }

    fn escalation(&self, change: &EscalationChange) -> (String, String) {
        match change {
            EscalationChange::Raised { urgency, raise_at, rule } => {
                let raise_at = self.maybe_clock(*raise_at);
                let line = TimelineLine::Raised { urgency: level(*urgency), raise_at: raise_at.as_deref() };
                (self.say(&line), self.rule(rule))
            }
            EscalationChange::PolicyChosen { policy, rule } => {
                (self.say(&TimelineLine::PolicyChosen { policy }), self.rule(rule))
            }
            EscalationChange::HeldBack(held) => {
                let texts = self.held(held);
                let line = TimelineLine::HeldBack { held: held_words(held, &texts) };
                (self.say(&line), texts.rule)
            }
            EscalationChange::Released { held, .. } => {
                (self.say(&TimelineLine::Released { by: held_by(held.by) }), held.origin.to_string())
            }
            EscalationChange::StepBegan(step) => self.step_began(step),
            EscalationChange::StepPassed { at, rule, why } => {
                let line = StepLine::StepPassed { step: step(at), why };
                let rule = rule.as_ref().map(ToString::to_string).unwrap_or_default();
                (self.say(&TimelineLine::Step(line)), rule)
            }
            EscalationChange::NewcomersWait { until } => {
                (self.say(&TimelineLine::NewcomersWait { until: &self.clock(*until) }), String::new())
            }
            EscalationChange::Told { people, purpose, in_step, rule, .. } => {
                let as_what = match (purpose, in_step) {
                    (Purpose::Inform, _) => ToldAs::Informed,
                    (Purpose::Shadow, _) => ToldAs::Shadows,
                    (Purpose::Page | Purpose::Also | Purpose::Each, true) => ToldAs::NowInStep,
                    (Purpose::Page | Purpose::Also | Purpose::Each, false) => ToldAs::OnceAtLow,
                };
                let line = StepLine::Told { as_what, people: &self.people(people) };
                (self.say(&TimelineLine::Step(line)), rule.to_string())
            }
            EscalationChange::Dropped { users, rule } => {
                let users: Vec<String> = users.iter().map(ToString::to_string).collect();
                (self.say(&TimelineLine::Step(StepLine::Dropped { users: &users })), rule.to_string())
            }
            EscalationChange::Moved { policy, step, deadline, rule } => {
                let step = Step { policy, fallback: false, step: step.saturating_add(1), round: 1 };
                let line = StepLine::Moved { step, next: &self.clock(*deadline) };
                (self.say(&TimelineLine::Step(line)), rule.to_string())
            }
        }
    }

    fn step_began(&self, began: &StepStart) -> (String, String) {
        let line = StepLine::StepBegan {
            step: step(&began.at),
            people: &self.people(&began.people),
            shadows: &self.people(&began.shadows),
            next: &self.clock(began.deadline),
        };
        (self.say(&TimelineLine::Step(line)), began.rule.to_string())
    }

    fn people(&self, people: &[Recipient]) -> Vec<String> {
        people.iter().map(|told| format!("{}, {}", told.user, self.because(&told.because))).collect()
    }

    fn because(&self, because: &Because) -> String {
        let by = match because {
            Because::Reassigned(by) => self.name(by),
            Because::Named
            | Because::OnCall { .. }
            | Because::Layer { .. }
            | Because::Override { .. }
            | Because::Inform(_) => "",
        };
        self.reader.language.because(because, by)
    }

    fn delivery(&self, change: &DeliveryChange) -> String {
        let language = self.reader.language;
        let line = match change {
            DeliveryChange::Sent { delivery, errand, to, repeat, .. } => {
                return self.sent(&delivery.to_string(), (errand, to.as_deref()), *repeat);
            }
            DeliveryChange::Outcome { delivery, provider, outlet, outcome, retry_at, paused_until } => {
                let (again, until) = (self.maybe_clock(*retry_at), self.maybe_clock(*paused_until));
                let reason = outcome.reason().map(|reason| self.reader.reason(reason)).unwrap_or_default();
                let (delivery, what) = (delivery.to_string(), ended(outcome, &reason));
                let provider = provider.row().name;
                let slowed = until.as_deref();
                let slowed = slowed.map(|until| Slowed { provider, until, what: carries(language, *outlet) });
                let (delivery, again) = (&delivery, again.as_deref());
                let line = DeliveryLine::Outcome { delivery, what, again, slowed };
                return self.say(&TimelineLine::Delivery(line));
            }
            DeliveryChange::Waits { user, by, why, until } => {
                let (way, until) = (language.contact_sent(by.method().way), &self.clock(*until));
                let about;
                let why = match why {
                    WaitsFor::Provider(provider) => Waiting::Provider(provider.row().name),
                    WaitsFor::Number { service } => Waiting::Number { service },
                    WaitsFor::Call { about: named, count, answered } => {
                        about = named.iter().map(ToString::to_string).collect::<Vec<_>>();
                        let more = (*count as usize).saturating_sub(about.len());
                        Waiting::Call { about: &about, more, answered: *answered }
                    }
                };
                return self.say(&TimelineLine::Delivery(DeliveryLine::Waits { user, way, why, until }));
            }
            DeliveryChange::Hastened { user, by, why, .. } => {
                let (way, reason) = (language.contact(by.method().way), &self.reader.reason(why));
                let line = DeliveryLine::Hastened { user, way, reason };
                return self.say(&TimelineLine::Delivery(line));
            }
            DeliveryChange::GaveUp { user, by, to, why } => {
                let named = to.as_ref().map_or_else(|| user.to_string(), |name| format!("{user} ({name})"));
                let user = &named;
                let (way, reason) = (language.contact(by.method().way), &self.reader.reason(why));
                let line = DeliveryLine::GaveUp { user, way, reason };
                return self.say(&TimelineLine::Delivery(line));
            }
            DeliveryChange::HangUp { delivery, state } => (delivery.to_string(), state),
        };
        let (delivery, state) = line;
        self.say(&TimelineLine::Delivery(match state {
            HangUp::Wanted(_) => DeliveryLine::CallNotNeeded { delivery: &delivery },
            HangUp::No | HangUp::InFlight => DeliveryLine::CallEnded { delivery: &delivery },
        }))
    }

    fn sent(&self, delivery: &str, (errand, to): (&Errand, Option<&str>), repeat: bool) -> String {
        let language = self.reader.language;
        let line = |line| self.say(&TimelineLine::Delivery(line));
        match errand {
            Errand::Page { user, by } => {
                let way = language.contact_sent(by.method().way);
                let named = to.map_or_else(|| user.to_string(), |name| format!("{user} ({name})"));
                let user = &named;
                line(DeliveryLine::Contacting { user, way, rings: by.method().rings, delivery, repeat })
            }
            Errand::Mirror { kind, .. } => {
                line(DeliveryLine::Shown { ticket: *kind == MirrorKind::Ticket, delivery, repeat })
            }
            Errand::HangUp(call) => line(DeliveryLine::HangingUp { call: &call.to_string() }),
            Errand::Ask(of) => line(DeliveryLine::Asking { of: &of.to_string() }),
            Errand::Edit { page, .. } => line(DeliveryLine::Editing { of: &page.to_string() }),
            Errand::Notice { notice, by } => {
                let (user, way) = (&notice.to_string(), language.contact_sent(by.method().way));
                line(DeliveryLine::Contacting { user, way, rings: false, delivery, repeat })
            }
        }
    }
}

fn said(event: &Event) -> Said<'_> {
    // An update may have no words of its own.
    let words = if event.summary.is_empty() { &event.dedup_key } else { &event.summary };
    Said { words, integration: &event.integration, by_rules: event.by_rules.as_deref() }
}

/// What holds back, as texts.
struct HeldTexts {
    until: String,
    rule: String,
    source: Option<String>,
}

fn held_words<'a>(held: &'a HeldBack, texts: &'a HeldTexts) -> Held<'a> {
    let HeldTexts { until, rule, source } = texts;
    Held { by: held_by(held.by), until, rule, reason: &held.reason, source: source.as_deref() }
}

pub fn held_by(by: Hold) -> HeldBy {
    match by {
        Hold::Silence => HeldBy::Silence,
        Hold::Inhibition => HeldBy::Inhibition,
        Hold::Wait => HeldBy::Wait,
    }
}

fn carries(language: Language, outlet: Outlet) -> Carries<'static> {
    match outlet {
        Outlet::Page(by) => Carries::Pages(language.contact_sent(by.method().way)),
        Outlet::Mirror(MirrorKind::Room) => Carries::Rooms,
        Outlet::Mirror(MirrorKind::Ticket) => Carries::Tickets,
        Outlet::HangUp | Outlet::Ask | Outlet::Edit(_) | Outlet::Notice(_) => Carries::Rest,
    }
}

pub(super) fn step(at: &StepAt) -> Step<'_> {
    let (step, round) = (at.step.saturating_add(1), at.round.saturating_add(1));
    Step { policy: &at.policy, fallback: at.fallback, step, round }
}

pub fn level(urgency: Urgency) -> Level {
    match urgency {
        Urgency::None => Level::None,
        Urgency::Low => Level::Low,
        Urgency::High => Level::High,
    }
}

fn ended<'a>(outcome: &'a Outcome, reason: &'a str) -> Ended<'a> {
    match outcome {
        Outcome::Accepted { reference } => Ended::Accepted(reference),
        Outcome::Delivered { reference, but: None } => Ended::Delivered(reference),
        Outcome::Delivered { reference, but: Some(_) } => Ended::DeliveredBut(reference, reason),
        Outcome::Answered => Ended::Answered,
        Outcome::ByMachine => Ended::ByMachine,
        Outcome::Pressed { key } => Ended::Pressed(key),
        Outcome::Ended { .. } => Ended::Over(reason),
        Outcome::Rejected { .. } => Ended::Rejected(reason),
        Outcome::Unavailable { .. } => Ended::Unavailable(reason),
        Outcome::Unknown { .. } => Ended::Unknown(reason),
    }
}
