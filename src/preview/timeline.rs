//! A timeline as lines for a terminal: what happened, and the rule that decided.

use crate::alert::{Action, Event};
use crate::config::Contact;
use crate::incident::{Actor, Change, Entry, HangUp, Outcome, Purpose, Step, Told, Via, What};
use jiff::{Timestamp, tz::TimeZone};

/// One line of a timeline: `02:05:00  step 2 of web began: suzuki …  [escalation-policies/web.yaml:4]`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Line {
    /// Local wall-clock time.
    pub time: String,
    pub text: String,
    /// The rule that decided, `file:line`; empty where none did.
    pub rule: String,
}

/// The line of an entry, in a zone.
pub fn line(entry: &Entry, zone: &TimeZone) -> Line {
    let time = entry.at.to_zoned(zone.clone()).strftime("%H:%M:%S").to_string();
    let (text, rule) = describe(&entry.change, entry.at, zone);
    Line { time, text, rule }
}

/// An instant as a wall-clock time, with the date where it is not that of `near`.
fn clock(instant: Timestamp, near: Timestamp, zone: &TimeZone) -> String {
    let (local, near) = (instant.to_zoned(zone.clone()), near.to_zoned(zone.clone()));
    let pattern = if local.date() == near.date() { "%H:%M:%S" } else { "%a %m-%d %H:%M" };
    local.strftime(pattern).to_string()
}

/// The words of a change, and its rule. Instants are told as wall-clock times of `zone`, with the date where it is
/// another than that of `at`.
pub fn describe(change: &Change, at: Timestamp, zone: &TimeZone) -> (String, String) {
    let none = String::new;
    let clock = |instant: &Timestamp| clock(*instant, at, zone);
    match change {
        Change::Revision { commit } => (format!("config {commit} is in force"), none()),
        Change::Started { epoch } => (format!("server started (epoch {epoch})"), none()),
        Change::ClockJumped { seconds } => {
            (format!("the clock jumped by {seconds} s: open deadlines moved"), none())
        }
        Change::HeartbeatExpected { integration, patience_seconds } => {
            (format!("{integration} must be heard from every {patience_seconds} s, from now on"), none())
        }
        Change::HeartbeatHeard { integration, .. } => (format!("heartbeat of {integration}"), none()),
        Change::HeartbeatMissed { integration } => (format!("no heartbeat of {integration} in time"), none()),
        Change::HeartbeatForgotten { integration } => {
            (format!("{integration} need not be heard from any more"), none())
        }
        Change::Ignored { event, why } => (format!("ignored: {} ({why})", event_line(event)), none()),
        Change::Noted { event, service } => {
            let what = if event.action == Action::Change { "changed" } else { "note" };
            let service = service.as_ref().map_or_else(none, |service| format!(" -> {service}"));
            (format!("{what}: {}{service}", event_line(event)), none())
        }
        Change::Opened(opened) => {
            let service = opened.service.as_deref().unwrap_or("no service");
            let (severity, urgency) = (opened.severity.as_str(), urgency(opened.urgency));
            let mut text =
                format!("opened: {} -> {service}, {severity}, {urgency}", event_line(&opened.event));
            if let Some(raise_at) = &opened.raise_at {
                text.push_str(&format!(", raised at {} if still open", clock(raise_at)));
            }
            if let Some(silenced) = &opened.silenced {
                let until = clock(&silenced.until);
                text.push_str(&format!(", silenced until {until} ({}: {})", silenced.rule, silenced.reason));
            }
            (text, join(&opened.route_rule, &opened.urgency_rule))
        }
        Change::Joined { event, .. } => (format!("joined by: {}", event_line(event)), none()),
        Change::Updated { event, .. } => (format!("updated: {}", event_line(event)), none()),
        Change::Repeated { .. } => ("said again, nothing new".to_owned(), none()),
        Change::AlertResolved { dedup_key, why, .. } => (format!("alert {dedup_key} is over: {why}"), none()),
        Change::Raised { urgency: to, raise_at: None, rule } => {
            (format!("raised to {}", urgency(*to)), rule.clone())
        }
        Change::Raised { urgency: now, raise_at: Some(raise_at), rule } => {
            (format!("now {}, raised at {} if still open", urgency(*now), clock(raise_at)), rule.clone())
        }
        Change::Silenced(silenced) => {
            (format!("silenced until {}: {}", clock(&silenced.until), silenced.reason), silenced.rule.clone())
        }
        Change::Unsilenced { rule, .. } => ("the silence is over".to_owned(), rule.clone()),
        _ => describe_response(change, at, zone),
    }
}

fn describe_response(change: &Change, at: Timestamp, zone: &TimeZone) -> (String, String) {
    let none = String::new;
    let clock = |instant: &Timestamp| clock(*instant, at, zone);
    match change {
        Change::StepBegan(step) => (step_line(step, &clock(&step.deadline)), step.rule.clone()),
        Change::StepPassed { policy, fallback, step, rule, why, .. } => {
            let kind = if *fallback { "fallback " } else { "" };
            (format!("{kind}step {} of {policy} passed at once: {why}", step + 1), rule.clone())
        }
        Change::Told { people, purpose, in_step, rule } => {
            let what = match (purpose, in_step) {
                (Purpose::Inform, _) => "to be informed",
                (Purpose::Shadow, _) => "told as shadows",
                (Purpose::Page, true) => "now in the step, told",
                (Purpose::Page, false) => "told once, at low urgency",
            };
            (format!("{what}: {}", people_line(people)), rule.clone())
        }
        Change::Dropped { users, rule } => {
            (format!("no longer in the step: {}", users.join(", ")), rule.clone())
        }
        Change::Moved { policy, step, deadline, rule } => {
            (format!("now at step {} of {policy}, next step at {}", step + 1, clock(deadline)), rule.clone())
        }
        Change::Acknowledged { by, via, until, event, .. } => {
            let until = until.as_ref().map_or_else(String::new, |until| format!(", until {}", clock(until)));
            let words = event.as_ref().map_or_else(none, |event| format!(": \"{}\"", event.summary));
            (format!("acknowledged by {} {}{until}{words}", by.name, by_way(*via)), none())
        }
        Change::Escalated { by, via } => {
            (format!("{} asks for the next step {}", by.name, by_way(*via)), none())
        }
        Change::Retriggered { why, rule } => (format!("triggered again: {why}"), rule.clone()),
        Change::Reassigned { to, by, via, escalation } => {
            let next = escalation.as_ref().map(|it| format!(", next step at {}", clock(&it.deadline)));
            let (to, by, way) = (&to.user, &by.name, by_way(*via));
            (format!("reassigned to {to} by {by} {way}{}", next.unwrap_or_default()), none())
        }
        Change::Resolved { by, via, why, .. } => (resolved_line(by, *via, why), none()),
        _ => describe_delivery(change, at, zone),
    }
}

fn describe_delivery(change: &Change, at: Timestamp, zone: &TimeZone) -> (String, String) {
    let none = String::new;
    let clock = |instant: &Timestamp| clock(*instant, at, zone);
    let text = match change {
        Change::Sent { delivery, what, repeat, .. } => {
            let again = if *repeat { " (repeat: an earlier attempt may have arrived)" } else { "" };
            match what {
                What::Page { user, by: Contact::Call } => {
                    format!("calling {user} (delivery {delivery}){again}")
                }
                What::Page { user, by: Contact::Slack } => {
                    format!("Slack message to {user} (delivery {delivery}){again}")
                }
                What::Channel => format!("channel message (delivery {delivery}){again}"),
                What::Ticket => format!("ticket (delivery {delivery}){again}"),
                What::HangUp(call) => format!("hanging up call {call}"),
            }
        }
        Change::Outcome { delivery, outcome, retry_at, .. } => {
            let again = retry_at.as_ref().map_or_else(String::new, |at| format!("; again at {}", clock(at)));
            format!("delivery {delivery}: {}{again}", outcome_words(outcome))
        }
        Change::Hastened { user, by, why, .. } => {
            format!("{user} is reached by {} early: {why}", method(*by))
        }
        Change::GaveUp { user, by, why } => format!("{user} is not tried by {} again: {why}", method(*by)),
        Change::HangUp { delivery, state: HangUp::Wanted(_) } => {
            format!("call {delivery} is no longer needed")
        }
        Change::HangUp { delivery, .. } => format!("call {delivery} ended"),
        _ => none(),
    };
    (text, none())
}

fn outcome_words(outcome: &Outcome) -> String {
    match outcome {
        Outcome::Accepted { reference } => format!("accepted as {reference}"),
        Outcome::Delivered { reference } => format!("delivered as {reference}"),
        Outcome::Answered => "answered".to_owned(),
        Outcome::Ended { reason } => format!("ended: {reason}"),
        Outcome::Rejected { reason } => format!("rejected: {reason}"),
        Outcome::Unavailable { reason, .. } => format!("unavailable: {reason}"),
        Outcome::Unknown { reason } => format!("unknown: {reason}"),
    }
}

fn step_line(step: &Step, deadline: &str) -> String {
    let kind = if step.fallback { "fallback " } else { "" };
    let round = if step.round > 0 { format!(", round {}", step.round + 1) } else { String::new() };
    let shadows = match step.shadows.is_empty() {
        true => String::new(),
        false => format!("; shadows: {}", people_line(&step.shadows)),
    };
    let people = people_line(&step.people);
    format!(
        "{kind}step {} of {}{round}: {people}{shadows}; next step at {deadline}",
        step.step + 1,
        step.policy,
    )
}

fn people_line(people: &[Told]) -> String {
    if people.is_empty() {
        return "nobody".to_owned();
    }
    people.iter().map(|told| format!("{}, {}", told.user, told.because)).collect::<Vec<_>>().join("; ")
}

fn event_line(event: &Event) -> String {
    // An update may have no words of its own.
    let words = if event.summary.is_empty() { &event.dedup_key } else { &event.summary };
    format!("\"{words}\" from {}", event.integration)
}

fn resolved_line(by: &Actor, via: Via, why: &str) -> String {
    match via {
        Via::Monitor | Via::Rule => format!("resolved by {}: {why}", by.name),
        Via::Slack | Via::Call | Via::Api => format!("resolved by {} {}", by.name, by_way(via)),
    }
}

fn join(first: &str, second: &str) -> String {
    [first, second].into_iter().filter(|rule| !rule.is_empty()).collect::<Vec<_>>().join(", ")
}

fn urgency(urgency: crate::config::Urgency) -> &'static str {
    match urgency {
        crate::config::Urgency::None => "no urgency",
        crate::config::Urgency::Low => "low urgency",
        crate::config::Urgency::High => "high urgency",
    }
}

fn method(by: Contact) -> &'static str {
    match by {
        Contact::Slack => "Slack",
        Contact::Call => "call",
    }
}

fn by_way(via: Via) -> &'static str {
    match via {
        Via::Slack => "in Slack",
        Via::Call => "on the phone",
        Via::Api => "through the API",
        Via::Monitor => "in the monitor",
        Via::Rule => "by a rule",
    }
}
