//! The lines of a timeline in English.

use super::phrase_en::{level, list, way, why};
use super::timeline::{
    Act, Carries, DeliveryLine, Ended, Held, HeldBy, Level, OverrideLine, Remarked, ResponseLine,
    RunTimeLine, Said, Slowed, TimelineLine, Waiting,
};
use super::{inhibition, own, reason, rules, steps};
use crate::actor::Via;
use crate::reason::Why;

pub(super) fn line(line: &TimelineLine) -> String {
    match line {
        TimelineLine::ConfigInForce { commit } => format!("config {commit} is in force"),
        TimelineLine::Started { epoch, gap } => {
            let gap = gap.map_or_else(String::new, |gap| format!(", after {gap} s without a server"));
            format!("server started (epoch {epoch}{gap})")
        }
        TimelineLine::ClockJumped { seconds } => {
            format!("the clock jumped by {seconds} s: open deadlines moved")
        }
        TimelineLine::Own(own) => own::en(*own),
        TimelineLine::HeartbeatExpected { integration, seconds } => {
            format!("{integration} must be heard from every {seconds} s, from now on")
        }
        TimelineLine::HeartbeatHeard { integration } => format!("heartbeat of {integration}"),
        TimelineLine::HeartbeatMissed { integration } => format!("no heartbeat of {integration} in time"),
        TimelineLine::HeartbeatForgotten { integration } => {
            format!("{integration} need not be heard from any more")
        }
        TimelineLine::Ignored { alert, why: Why::Dropped { reason, .. } } => {
            rules::dropped_en(&said(alert), reason)
        }
        TimelineLine::Ignored { alert, why: reason } => format!("ignored: {} ({})", said(alert), why(reason)),
        TimelineLine::Note { alert } => format!("note: {}", said(alert)),
        TimelineLine::ServiceChanged { alert, service } => {
            let service = service.map_or_else(String::new, |service| format!(" -> {service}"));
            format!("changed: {}{service}", said(alert))
        }
        TimelineLine::Opened { .. } => opened(line),
        TimelineLine::Folded { .. } => folded(line),
        TimelineLine::Joined { alert } => format!("joined by: {}", said(alert)),
        TimelineLine::Updated { alert } => format!("updated: {}", said(alert)),
        TimelineLine::MovedTo { alert, service, urgency } => {
            format!("moved to {}: {}, {}", service.unwrap_or("no service"), said(alert), level(*urgency))
        }
        TimelineLine::AlertLeft { key, why: reason } => {
            format!("alert {key} leaves and opens its own incident: {}", why(reason))
        }
        TimelineLine::NewcomersWait { until } => {
            format!("more alerts have joined: they are told at {until}")
        }
        TimelineLine::Repeated => "said again, nothing new".to_owned(),
        TimelineLine::AlertOver { key, why: reason } => format!("alert {key} is over: {}", why(reason)),
        TimelineLine::Raised { urgency, raise_at: None } => format!("raised to {}", level(*urgency)),
        TimelineLine::Raised { urgency, raise_at: Some(at) } => {
            format!("now {}, raised at {at} if still open", level(*urgency))
        }
        TimelineLine::PolicyChosen { policy } => format!("told by the policy {policy} from now on"),
        TimelineLine::HeldBack { held } if held.by == HeldBy::Inhibition => inhibition::en(held),
        TimelineLine::HeldBack { held } => held_back(held),
        TimelineLine::Released { by: HeldBy::Silence } => "the silence is over".to_owned(),
        TimelineLine::Released { by: HeldBy::Inhibition } => "no longer inhibited".to_owned(),
        TimelineLine::Released { by: HeldBy::Wait } => "the wait is over".to_owned(),
        TimelineLine::RunTime { made, by, via } => run_time(made, &format!("{by} {}", way(*via))),
        TimelineLine::Step(line) => steps::en(line),
        TimelineLine::Notice(line) => steps::notice_en(line, way),
        TimelineLine::Response(line) => response(line),
        TimelineLine::Delivery(line) => delivery(line),
    }
}

fn run_time(made: &RunTimeLine, who: &str) -> String {
    match made {
        RunTimeLine::Override { schedule, change, from, until, reason } => {
            let change = match change {
                OverrideLine::Set([]) => "nobody on call".to_owned(),
                OverrideLine::Set(with) => format!("{} on call", with.join(", ")),
                OverrideLine::Replace(who, with) => format!("{} for {who}", list(with)),
                OverrideLine::Add(with) => format!("{} on call too", with.join(", ")),
            };
            let reason = self::reason(reason);
            format!("override of {schedule} by {who}: {change}, from {from} until {until}{reason}")
        }
        RunTimeLine::Silence { scope, from, until, reason } => {
            format!("silence on {} by {who}, from {from} until {until}{}", list(scope), self::reason(reason))
        }
        RunTimeLine::Absence { user, cover, from, until } => {
            let cover = cover.map_or_else(String::new, |cover| format!(", {cover} stands in"));
            format!("{user} is away from {from} until {until}{cover}, said by {who}")
        }
        RunTimeLine::Offer { schedule, user, to, from, until } => {
            format!("{user} offers {schedule} to {}, from {from} until {until}, said by {who}", to.join(", "))
        }
        RunTimeLine::Ended { what, why: reason } => match reason {
            Why::AskedFor => format!("{what} ended early by {who}"),
            reason => format!("{what} ended: {}", why(reason)),
        },
    }
}

/// What opens an incident, and where.
fn opened(line: &TimelineLine) -> String {
    let TimelineLine::Opened { alert, service, severity, urgency, raise_at, held, declared, storm } = line
    else {
        return String::new();
    };
    let what = match declared {
        Some((by, via)) => format!("\"{}\" declared by {by} {}", alert.words, way(*via)),
        None => said(alert),
    };
    let mut text =
        format!("opened: {what} -> {}, {severity}, {}", service.unwrap_or("no service"), level(*urgency));
    text.extend(raise_at.map(|at| format!(", raised at {at} if still open")));
    text.extend(held.map(|held| match held.by {
        HeldBy::Inhibition => inhibition::opened_en(&held),
        by => format!(", {} until {} ({}{})", held_by(by), held.until, held.rule, reason(held.reason)),
    }));
    text.extend(storm.map(|reason| format!("; a storm begins: {}", why(reason))));
    text
}

/// An alert that is told as one of many.
fn folded(line: &TimelineLine) -> String {
    let TimelineLine::Folded { alert, counted, storm, service, why: reason, rule } = line else {
        return String::new();
    };
    let did = if *counted { "counted in" } else { "joined" };
    let service = service.map_or_else(String::new, |service| format!(" of {service}"));
    let rule = rule.map_or_else(String::new, |rule| format!(" ({rule})"));
    format!("{} {did} the storm {storm}{service}: {}{rule}", said(alert), why(reason))
}

fn response(line: &ResponseLine) -> String {
    match line {
        ResponseLine::Acknowledged { by, via, until, snoozed, words } => {
            let what = if *snoozed { "snoozed" } else { "acknowledged" };
            let until = until.map_or_else(String::new, |until| format!(", until {until}"));
            let words = words.map_or_else(String::new, |words| format!(": \"{words}\""));
            format!("{what} by {by} {}{until}{words}", way(*via))
        }
        ResponseLine::AsksForStep { by, via, step: None } => {
            format!("{by} asks for the next step {}", way(*via))
        }
        ResponseLine::AsksForStep { by, via, step: Some(step) } => {
            format!("{by} asks for step {step} {}", way(*via))
        }
        ResponseLine::AlsoAcknowledged { by, via } => format!("also acknowledged by {by} {}", way(*via)),
        ResponseLine::Remarked { by, via, what } => {
            format!("{} {} (may not respond)", remark(by, *what), way(*via))
        }
        ResponseLine::Retriggered { why: reason } => format!("triggered again: {}", why(reason)),
        ResponseLine::Reassigned { to, by, via, next } => {
            let next = next.map_or_else(String::new, |at| format!(", next step at {at}"));
            format!("reassigned to {} by {by} {}{next}", to.join(", "), way(*via))
        }
        ResponseLine::Resolved { by, why: Why::Dropped { reason, .. }, .. } => {
            format!("resolved by {by}: {reason}")
        }
        ResponseLine::Resolved { by, via: Via::Monitor | Via::Rule, why: reason, .. } => {
            format!("resolved by {by}: {}", why(reason))
        }
        ResponseLine::Resolved { by, via, reason, .. } => {
            let reason = reason.map_or_else(String::new, |words| format!(": \"{words}\""));
            format!("resolved by {by} {}{reason}", way(*via))
        }
        ResponseLine::Act { act, by, via } => act_of(act, &format!("{by} {}", way(*via))),
        ResponseLine::GaveBack { to } => format!("{to} is an incident of its own again"),
    }
}

fn act_of(act: &Act, who: &str) -> String {
    match act {
        Act::GivenBack => format!("given back by {who}"),
        Act::Reopened => format!("opened again by {who}"),
        Act::PagedAlso { to } => format!("{} paged too, asked for by {who}", list(to)),
        Act::UrgencyChosen { urgency: Level::High } => format!("raised to high urgency by {who}"),
        Act::UrgencyChosen { urgency } => format!("lowered to {} by {who}", level(*urgency)),
        Act::LetThrough { held } => format!("no longer {} here, by {who}", held_by(*held)),
        Act::MovedTo { service, urgency } => format!("moved to {service} by {who}, {}", level(*urgency)),
        Act::Noted { text } => format!("note by {who}: \"{text}\""),
        Act::TookOver { from } => format!("{from} merged into this by {who}"),
        Act::Merged { into } => format!("merged into {into} by {who}"),
        Act::Unmerged { from } => format!("taken out of {from} again by {who}"),
    }
}

pub(super) fn remark(by: &str, what: Remarked) -> String {
    match what {
        Remarked::LooksAtIt => format!("{by} says they look at it"),
        Remarked::IsOver => format!("{by} says it is over"),
        Remarked::WantsNextStep => format!("{by} asks for the next step"),
        Remarked::WantsReassigned(to) => format!("{by} asks that {to} take it"),
        Remarked::Says(text) => format!("{by} says \"{text}\""),
        Remarked::AsksFor(command) => format!("{by} asks for {command}"),
    }
}

fn delivery(line: &DeliveryLine) -> String {
    let again = |repeat: &bool| if *repeat { " (repeat: an earlier attempt may have arrived)" } else { "" };
    match line {
        DeliveryLine::Contacting { user, rings: true, delivery, repeat, .. } => {
            format!("calling {user} (delivery {delivery}){}", again(repeat))
        }
        DeliveryLine::Contacting { user, way, delivery, repeat, .. } => {
            format!("{way} to {user} (delivery {delivery}){}", again(repeat))
        }
        DeliveryLine::Shown { ticket, delivery, repeat } => {
            let what = if *ticket { "ticket" } else { "channel message" };
            format!("{what} (delivery {delivery}){}", again(repeat))
        }
        DeliveryLine::HangingUp { call } => format!("hanging up call {call}"),
        DeliveryLine::Asking { of } => format!("asking the provider about delivery {of}"),
        DeliveryLine::Editing { of } => format!("bringing the message of delivery {of} up to date"),
        DeliveryLine::Outcome { delivery, what, again, slowed: by } => {
            let again = again.map_or_else(String::new, |at| format!("; again at {at}"));
            let by = by.as_ref().map_or_else(String::new, slowed);
            format!("delivery {delivery}: {}{again}{by}", ended(what))
        }
        DeliveryLine::Waits { user, way, why, until } => {
            format!("the {way} to {user} waits: {}", waits(why, until))
        }
        DeliveryLine::Hastened { user, way, reason } => format!("{user} is reached by {way} early: {reason}"),
        DeliveryLine::GaveUp { user, way, reason } => {
            format!("{user} is not tried by {way} again: {reason}")
        }
        DeliveryLine::CallNotNeeded { delivery } => format!("call {delivery} is no longer needed"),
        DeliveryLine::CallEnded { delivery } => format!("call {delivery} ended"),
    }
}

fn waits(why: &Waiting, until: &str) -> String {
    match why {
        Waiting::Call { about, more, answered } => {
            let more = if *more > 0 { format!(" and {more} more") } else { String::new() };
            let about = format!("{}{more}", about.join(", "));
            match answered {
                true => format!("they are on the phone about {about}, at most until {until}"),
                false => {
                    format!("they are being called about {about}, at most until {until} if nobody picks up")
                }
            }
        }
        Waiting::Provider(name) => {
            format!("{name} asked us to slow down and gets one at a time, at most until {until}")
        }
        Waiting::Number { service } => {
            format!("{service} opens many at once, one call at {until} says how many")
        }
    }
}

fn slowed(by: &Slowed) -> String {
    let Slowed { provider, until, what } = by;
    match what {
        Carries::Pages(way) => format!("; one {way} at a time, at most until {until}"),
        Carries::Rooms => format!("; {provider} gets no channel messages until {until}"),
        Carries::Tickets => format!("; {provider} gets no tickets until {until}"),
        Carries::Rest => format!("; {provider} gets no more of these until {until}"),
    }
}

fn ended(what: &Ended) -> String {
    match what {
        Ended::Accepted(reference) => format!("accepted as {reference}"),
        Ended::Delivered(reference) => format!("delivered as {reference}"),
        Ended::DeliveredBut(reference, reason) => format!("delivered as {reference}, but {reason}"),
        Ended::Answered => "answered".to_owned(),
        Ended::ByMachine => "answered by a machine (voicemail?)".to_owned(),
        Ended::Pressed(key) => format!("key {key} was pressed"),
        Ended::Over(reason) => format!("ended: {reason}"),
        Ended::Rejected(reason) => format!("rejected: {reason}"),
        Ended::Unavailable(reason) => format!("unavailable: {reason}"),
        Ended::Unknown(reason) => format!("unknown: {reason}"),
    }
}

fn said(alert: &Said) -> String {
    let by_rules = alert.by_rules.map_or_else(String::new, rules::en);
    format!("\"{}\" from {}{by_rules}", alert.words, alert.integration)
}

fn held_back(held: &Held) -> String {
    format!("{} until {}{}", held_by(held.by), held.until, reason(held.reason))
}

fn held_by(by: HeldBy) -> &'static str {
    match by {
        HeldBy::Silence => "silenced",
        HeldBy::Inhibition => "inhibited",
        HeldBy::Wait => "held",
    }
}
