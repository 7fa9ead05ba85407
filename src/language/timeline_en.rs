//! The lines of a timeline in English.

use super::noise::{reason, why_en as of_noise};
use super::timeline::{
    Act, Carries, DeliveryLine, Ended, Held, HeldBy, Level, OverrideLine, Remarked, ResponseLine,
    RunTimeLine, Said, Slowed, Step, TimelineLine, Waiting, Way,
};
use super::{inhibition, own, rules, steps};
use crate::actor::Via;
use crate::reason::{Because, Fault, Why};

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

pub(super) fn position(step: &Step) -> String {
    let kind = if step.fallback { "fallback " } else { "" };
    format!("{kind}step {} of {}", step.step, step.policy)
}

pub(super) fn list(people: &[String]) -> String {
    if people.is_empty() { "nobody".to_owned() } else { people.join("; ") }
}

pub(super) fn level(level: Level) -> &'static str {
    match level {
        Level::None => "no urgency",
        Level::Low => "low urgency",
        Level::High => "high urgency",
    }
}

fn way(via: Via) -> &'static str {
    match via {
        Via::Slack => "in Slack",
        Via::Call => "on the phone",
        Via::Api => "through the API",
        Via::Monitor => "in the monitor",
        Via::Rule => "by a rule",
        Via::Web => "on the web",
        Via::Link => "by a link",
        Via::Sms => "by SMS",
        Via::Mail => "by e-mail",
        Via::Push => "by push",
        Via::Chat => "in chat",
        Via::Ticket => "in the ticket",
        Via::Thread => "in the thread",
    }
}

pub(super) fn why(why: &Why) -> String {
    match why {
        Why::MessageTaken(message) => format!("message {message} was taken before"),
        Why::Older { at, than } => format!("of {at}, older than the last, of {than}"),
        Why::NoHeartbeatExpected => "no heartbeat is expected here".into(),
        Why::NoOpenIncident => "no open incident has this key".into(),
        Why::AlreadyAcknowledged => "it is acknowledged".into(),
        Why::AlertWasOver => "this alert was over before".into(),
        Why::Dropped { rule, reason } => format!("dropped by {rule}: {reason}"),
        Why::NoServiceOfChange => "no service has this change".into(),
        Why::MonitorSaidSo => "the monitor says so".into(),
        Why::Stale(integration) => format!("{integration} no longer says it: stale_after has passed"),
        Why::AskedFor => "asked for".into(),
        Why::Quiet => "acknowledged, and no event since".into(),
        Why::BeyondTheGroup | Why::BeyondTheStorm | Why::Calm | Why::FlappingOff => of_noise(why).into(),
        Why::Idle => "no event for so long, and not of high urgency".into(),
        Why::HeartbeatNotExpected => "the config expects no heartbeat of it any more".into(),
        Why::NobodyCanBeTold => "nobody in it can be told".into(),
        Why::EveryContactFailed => "every contact of everybody in it failed".into(),
        Why::RoutedElsewhere => "its routes lead elsewhere, and it has become more urgent".into(),
        Why::Storm { incidents, within_seconds } => {
            format!("more than {incidents} incidents in {}", span(*within_seconds))
        }
        Why::OpenMax(count) => format!("{count} incidents are open"),
        Why::UnreadMax(count) => format!("more than {count} bodies that cannot be read are open"),
        Why::Newcomers(count) => format!("{count} more since somebody took it"),
        Why::MoreUrgent => "it has become more urgent".into(),
        Why::MergedWith(incident) => format!("{incident} was merged into it"),
        Why::Declared => "named by the person who declared it".into(),
        Why::InGit => "git has it now".into(),
        Why::GoneFromGit => "what it names is gone from git".into(),
        Why::HolderLeft(user) => format!("{user}, who had acknowledged it, has left"),
        Why::NotResolvedInTime => "acknowledged, but not resolved in time".into(),
        Why::SnoozeOver => "the snooze is over".into(),
        Why::OwnTrouble => "the server's own".into(),
        Why::IntegrationGone(integration) => format!("the integration {integration} is gone"),
        Why::NoRoute(file) => format!("no route in {file} matches"),
        Why::NoUrgencyRule(service) => format!("{service}: no urgency rule matches"),
        Why::BySeverity => "no service: by severity".into(),
        Why::RaiseWhen(rule) => format!("{} (raise_when)", super::Language::En.rule(rule)),
    }
}

/// `5 minutes`, `90 seconds`, `1 hour`.
fn span(seconds: u32) -> String {
    let (count, unit) = match seconds {
        hours if hours > 0 && hours % 3_600 == 0 => (hours / 3_600, "hour"),
        minutes if minutes > 0 && minutes % 60 == 0 => (minutes / 60, "minute"),
        seconds => (seconds, "second"),
    };
    format!("{count} {unit}{}", if count == 1 { "" } else { "s" })
}

pub(super) fn because(because: &Because, by: &str) -> String {
    match because {
        Because::Named => "named in the step".into(),
        Because::OnCall { schedule } => format!("on call on {schedule}"),
        Because::Layer { schedule, layer } => format!("on call on {schedule} (layer {layer})"),
        Because::Override { schedule, origin } => format!("on call on {schedule} (override {origin})"),
        Because::Inform(place) => format!("inform ({place})"),
        Because::Reassigned(_) => format!("reassigned by {by}"),
    }
}

pub(super) fn fault(fault: Fault) -> &'static str {
    match fault {
        Fault::Said => "",
        Fault::NoAnswer => "no answer came back: it may or may not have left",
        Fault::NothingHeard => "nothing more was heard of it",
        Fault::NoEnd => "the provider never said how it ended",
        Fault::TooManyRequests => "the provider asked for too many requests",
        Fault::RangOut => "no answer",
        Fault::Printed => "no answer (printed, not called)",
        Fault::FieldLeftOut => "the ticket was made without a field",
        Fault::NotLinked => "the ticket that follows is not linked to the one before",
        Fault::BadWebhook => "the webhook is not a URL: copy it anew from the room",
        Fault::WebhookRefused => "the webhook is refused: copy its URL anew; in Teams, let anyone trigger it",
        Fault::WebhookGone => "the webhook is gone: make another one in the room",
        Fault::NotSetUp => "not set up under `providers` in oncall.yaml",
        Fault::SecretMissing => "a secret is not set where the server runs",
        Fault::PersonGone => "the person is gone from users/",
        Fault::NoAddress => "the person has no address for it",
        Fault::BadNumber => "the phone number is not of the form +819012345678",
        Fault::Unreachable => "it could not be reached",
        Fault::DidNotAnswer => "it did not answer",
        Fault::Status => "it refused the request",
        Fault::NotItsAnswer => "the answer was not its own: is its URL right, or a proxy in between?",
        Fault::Unnamed => "the answer did not name what was made: is its URL right?",
        Fault::SlowDown => "too many requests",
        Fault::ChannelUnknown => "check the channel's id, and invite the app to the channel",
        Fault::ChannelArchived => "the channel is archived: name another one",
        Fault::TokenRefused => "the token is refused: install the app again and set its new token",
        Fault::ScopeMissing => "give the app the scope and install it again",
        Fault::MemberUnknown => "check the `slack:` member id, and that the app may send direct messages",
        Fault::CredentialsRefused => "the credentials are refused: check them under `providers`",
        Fault::Forbidden => "it is forbidden: check the account's state and permissions",
        Fault::AccountUnknown => "the account is unknown: check it under `providers`",
        Fault::ProjectUnknown => "the project is unknown: check the site and the project",
        Fault::NoTransition => {
            "the ticket's status was left as it is, since no transition of its workflow leads where `resolve_transition` says"
        }
        Fault::TransitionRefused => {
            "the ticket's status was left as it is, since its workflow refused the transition"
        }
        Fault::TicketGone => "the ticket is gone, or hidden from the account",
        Fault::NumberInvalid => "the person's number is not valid",
        Fault::NumberRefused => "the person's number cannot or may not be reached",
        Fault::CountryRefused => {
            "that country is not allowed: allow it in the account's geographic permissions"
        }
        Fault::TrialAccount => "a trial account reaches only verified numbers",
        Fault::CallerRefused => "the sender's number is refused: check it under `providers`",
        Fault::UrlRefused => "a URL of ours is refused: check public_url",
        Fault::Busy => "the line is busy",
        Fault::CarrierFailed => "the carrier failed",
        Fault::CallFailed => "the call failed: check the number",
        Fault::OptedOut => {
            "the person answered STOP to our text messages: they must text START to the number that sends them"
        }
        Fault::Undelivered => "the carrier did not deliver it",
        Fault::MailboxRefused => "the person's e-mail address is refused: check `email:`",
        Fault::Cancelled => "cancelled: nobody needs it any more",
    }
}

pub(super) fn contact(way: Way) -> &'static str {
    match way {
        Way::Call => "call",
        Way::Slack => "Slack",
        Way::Sms => "SMS",
        Way::Email => "e-mail",
        Way::Ntfy => "ntfy",
        Way::Pushover => "Pushover",
    }
}

pub(super) fn contact_sent(way: Way) -> &'static str {
    match way {
        Way::Call => "call",
        Way::Slack => "Slack message",
        Way::Sms => "SMS",
        Way::Email => "e-mail",
        Way::Ntfy => "ntfy notification",
        Way::Pushover => "Pushover notification",
    }
}
