//! English.

use super::timeline::HeldBy;
use super::{Language, Notice, Planned, Shown, Spoken, Word, inhibition};
use jiff::Zoned;

pub(super) fn word(word: Word) -> &'static str {
    match word {
        Word::Critical => "Critical",
        Word::Error => "Error",
        Word::Warning => "Warning",
        Word::Info => "Info",
        Word::High => "High",
        Word::Low => "Low",
        Word::NoUrgency => "None",
        Word::Triggered => "Triggered",
        Word::Acknowledged => "Acknowledged",
        Word::Resolved => "Resolved",
        Word::Status => "Status",
        Word::Service => "Service",
        Word::Severity => "Severity",
        Word::Urgency => "Urgency",
        Word::Began => "Began",
        Word::Source => "Source",
        Word::Alerts => "Alerts",
        Word::Labels => "Labels",
        Word::Telling => "Telling",
        Word::Silenced => "Silenced",
        Word::Inhibited => "Inhibited",
        Word::Runbook => "Runbook",
        Word::Incident => "Incident",
        Word::Acknowledge => "Acknowledge",
        Word::AcknowledgeAll => "Acknowledge all",
        Word::Resolve => "Resolve",
        Word::OpenPage => "Open the page",
        Word::OwnServer => "On-call server",
        Word::UnknownService => "Unknown service",
        Word::Call => "Call",
        Word::Sms => "SMS",
        Word::DirectMessage => "Slack DM",
        Word::Channel => "Slack",
        Word::Ticket => "Jira",
        Word::HangUp => "Hang up",
    }
}

pub(super) fn spoken(phrase: &Spoken) -> String {
    match phrase {
        Spoken::Greeting { name } => format!("Hello {name}, this is an on-call page."),
        Spoken::Fallback => "Nobody else could be reached, so you are called as the fallback.".into(),
        Spoken::EachIsAsked => "Somebody has it. You are asked to acknowledge it too.".into(),
        Spoken::Alert { service, severity } => {
            format!("{service} has {} alert.", with_article(*severity))
        }
        Spoken::Summary { text } => sentence(&format!("It says: {text}")),
        Spoken::Sentence { text } => sentence(text),
        Spoken::Storm { alerts, critical: 0 } => format!("It is a storm of {alerts} alerts."),
        Spoken::Storm { alerts, critical } => {
            format!("It is a storm of {alerts} alerts, {critical} of them critical.")
        }
        Spoken::Began { at } => format!("It began at {}.", spoken_time(at)),
        Spoken::Several { count } => format!("There are {count} alerts."),
        Spoken::Numbered { number, service, severity, text } => {
            sentence(&format!("Number {number}: {service}, {}. {text}", word(*severity).to_lowercase()))
        }
        Spoken::More { count } => format!("And {count} more."),
        Spoken::Others { count: 1 } => "1 more alert fires with it.".into(),
        Spoken::Others { count } => format!("{count} more alerts fire with it."),
        Spoken::Repeated => "You may have been told before: we could not tell whether it got through.".into(),
        Spoken::AcknowledgeKey => "Press 4 to acknowledge.".into(),
        Spoken::AcknowledgeAllKey => "Press 4 to acknowledge them all.".into(),
        Spoken::EscalateKey => "Press 5 to escalate.".into(),
        Spoken::ResolveKey => "Press 6 to resolve.".into(),
        Spoken::RepeatKey => "Press star to hear this again.".into(),
        Spoken::NoKeys => "Keys do not work on this call. Please acknowledge in Slack.".into(),
        Spoken::OneMoment => "One moment, please.".into(),
        Spoken::KeyTaken { slack: true } => "Your key was received. What came of it is in Slack. Goodbye.".into(),
        Spoken::KeyTaken { slack: false } => {
            "Your key was received. The on-call command line says what came of it. Goodbye.".into()
        }
        Spoken::NoWayBack => "Keys do not work on this call. Please acknowledge with the on-call command line.".into(),
        Spoken::UnknownKey => "That key does nothing.".into(),
        Spoken::NothingPressed => {
            "Nothing was pressed, so this call ends. The alert is still open. Goodbye.".into()
        }
        Spoken::Acknowledged => "Acknowledged. Thank you. Goodbye.".into(),
        Spoken::AlreadyAcknowledged { by } => format!("Already acknowledged by {by}. Goodbye."),
        Spoken::Escalated => "Escalated to the next step. Goodbye.".into(),
        Spoken::Resolved => "Resolved. Thank you. Goodbye.".into(),
        Spoken::AlreadyResolved { by } => format!("Already resolved by {by}. Goodbye."),
        Spoken::AlreadyEscalated { to } => format!("Already escalated: {to} is being called. Goodbye."),
        Spoken::AlreadyDone { by } => format!("{by} already has it. Goodbye."),
        Spoken::Noted => "This is noted, but you are not among those who respond. The people on call are still being told. Goodbye.".into(),
        Spoken::NotFound => "This alert was not found. It has ended already. Goodbye.".into(),
        Spoken::TestCall { name } => {
            format!("Hello {name}, this is a test call of oncall. Nothing is wrong.")
        }
        Spoken::TestCallEnds => "There is nothing to press. Goodbye.".into(),
    }
}

pub(super) fn shown(phrase: &Shown) -> String {
    match phrase {
        Shown::Several { count } => format!("{count} alerts"),
        Shown::More { count } => format!("and {count} more"),
        Shown::WorstOf { count } => format!("{count} alerts, the worst:"),
        Shown::SentAgain => "(sent again)".into(),
        Shown::By { status, who } => format!("{} by {who}", word(*status)),
        Shown::Telling { .. } => telling(phrase),
        Shown::AlertCount { firing, total } => format!("{total} ({firing} firing)"),
        Shown::Storm { alerts, critical: 0 } => format!("storm {alerts}"),
        Shown::Storm { alerts, critical } => format!("storm {alerts} ({critical} critical)"),
        Shown::Held(held) if held.by == HeldBy::Inhibition => inhibition::shown_en(held),
        Shown::Held(held) => format!("until {}: {} ({})", held.until, held.reason, held.rule),
        Shown::InhibitedBy { source } => format!(" (inhibited by {source})"),
        Shown::Repeated => "Sent again: we could not tell whether it got through before.".into(),
        Shown::AcknowledgedBy { who } => format!("Acknowledged by {who}."),
        Shown::EachIsAsked { who } => format!("{who} has it. You are asked to acknowledge it too."),
        Shown::ResolvedBy { who, .. } => format!("Resolved by {who}."),
        Shown::NoTransition { wanted, available } => format!(
            "The ticket's status was left as it is: no transition leads to \"{wanted}\". There are: {}",
            quoted(available)
        ),
        Shown::TransitionRefused { said } => {
            format!("The ticket's status was left as it is: Jira refused the transition ({said}).")
        }
        Shown::DidAcknowledge => "Acknowledged.".into(),
        Shown::DidResolve => "Resolved.".into(),
        Shown::DidEscalate => "Escalated to the next step.".into(),
        Shown::DidReassign { to } => format!("Reassigned to {to}."),
        Shown::DidRepeat => "Here it is again.".into(),
        Shown::Taken { count } => format!("Taken; opened: {count}."),
        Shown::Noted => "Noted in the timeline and the thread. You are not among those who respond, so nothing else changed: the people on call are still being told.".into(),
        Shown::AlreadyAcknowledged { by } => format!("Already acknowledged by {by}."),
        Shown::AlreadyResolved { by } => format!("Already resolved by {by}."),
        Shown::AlreadyDone { by } => format!("Already asked for by {by}."),
        Shown::AlreadyEscalated { to } => format!("Already escalated: {to} is being called."),
        Shown::HasLeft { name } => format!("{name} has left."),
        Shown::CannotBeTold { name } => {
            format!("{name} cannot be told: no notification rule of theirs has an address.")
        }
        Shown::NotFound => "No such incident; it may have ended already.".into(),
    }
}

pub(super) fn planned(phrase: &Planned) -> String {
    let list = |names: &[String]| if names.is_empty() { "nobody".into() } else { Language::En.list(names) };
    match phrase {
        Planned::Calendar { name } => format!("{name} on call"),
        Planned::Shift { schedule, names } => format!("{schedule}: {}", list(names)),
        Planned::OnCall { schedule } => format!("On call: {schedule}"),
        Planned::Shadowing { schedule } => format!("Shadow: {schedule}"),
        Planned::People { names } => format!("On call: {}", list(names)),
        Planned::Shadows { names, partly: false } => format!("Shadow: {}", list(names)),
        Planned::Shadows { names, partly: true } => format!("Shadow for part of the time: {}", list(names)),
        Planned::Layer { name, place } => format!("By layer {name}, {place}"),
        Planned::Override { place, reason: None } => format!("By override {place}"),
        Planned::Override { place, reason: Some(reason) } => format!("By override {place}: {reason}"),
        Planned::Away { names } => format!("Turn of {} (away)", list(names)),
        Planned::Until { at } => format!("Until {at}"),
        Planned::Next { at, names } => format!("Until {at}, then {}", list(names)),
        Planned::GoesOn { at } => format!("Goes on after {at}"),
        Planned::CutShort { count, at } => {
            format!("There are too many shifts for one calendar: these are the first {count}, until {at}.")
        }
    }
}

pub(super) fn notice(notice: &Notice) -> String {
    match notice {
        Notice::ConfigRefused { commit } => {
            format!("The config of commit {commit} is refused; the one before it stays in force")
        }
        Notice::ConfigUnreachable { commit } => {
            format!(
                "the config repository cannot be read for more than 30 minutes; commit {commit} stays in force"
            )
        }
        Notice::ConfigBorrowed { commit, of } => {
            format!("The config repository cannot be read; commit {commit} of {of} is in force instead")
        }
        Notice::ConfigObjections { commit, partial: false } => {
            format!(
                "Commit {commit} is in force as before, but this release refuses it: mend it, or the next commit is refused too"
            )
        }
        Notice::ConfigObjections { commit, partial: true } => {
            format!(
                "This release cannot read all of commit {commit}: the rest of it is in force as before. Mend it"
            )
        }
        Notice::DefaultBranchMoved { was, is } => {
            format!("The default branch of the config repository is now {is}, not {was}: {is} is in force")
        }
        Notice::SecretsMissing { closed: true } => {
            "Secrets of the config cannot be read: alerts and pages that need them are lost".into()
        }
        Notice::SecretsMissing { closed: false } => {
            "Secrets of the config cannot be read any more: a restart would lose alerts and pages".into()
        }
        Notice::GapAhead { schedules, from } => format!("Nobody is on call on {schedules} from {from}"),
        Notice::JournalUnwritable => {
            "oncall cannot write its journal: pages leave from memory, alerts are answered 503".into()
        }
        Notice::JournalDamaged => {
            "Part of oncall's journal was damaged and set aside: incidents may be missing".into()
        }
        Notice::JournalNewer => {
            "A newer oncall wrote entries that this one does not know: incidents may lack changes".into()
        }
        Notice::JournalRestored => {
            "A snapshot of oncall's state cannot be read: all of it was restored from the journal".into()
        }
        Notice::StateGone => {
            "Files of oncall's state directory vanished while it ran: they are written again from memory"
                .into()
        }
        Notice::InputFailed => "oncall failed on an input, which is kept here, and went on without it".into(),
        Notice::NoHeartbeat { integration, minutes } => {
            format!("{integration}: no heartbeat for {}", span(*minutes))
        }
        Notice::NeverAHeartbeat { integration, minutes } => {
            format!("{integration}: no heartbeat yet, {} after it was first expected", span(*minutes))
        }
        Notice::MovedUrl { integration, path } => {
            format!(
                "Alerts for {integration} come to {path}, which is not its URL: set `formerly`, or the new URL"
            )
        }
        Notice::UnknownUrl { integrations, path } => {
            format!(
                "An alert came to {path}, which is no integration's URL, with the secret of {integrations}"
            )
        }
        Notice::HeartbeatBack { integration } => format!("{integration}: heartbeats are back"),
    }
}

fn span(minutes: u64) -> String {
    match (minutes / 60, minutes % 60) {
        (0, 0) => "less than 1 min".into(),
        (0, minutes) => format!("{minutes} min"),
        (hours, 0) => format!("{hours} h"),
        (hours, minutes) => format!("{hours} h {minutes} min"),
    }
}

pub(super) fn date_time(at: &Zoned) -> String {
    at.strftime("%a %-d %b %H:%M %Z").to_string()
}

fn telling(phrase: &Shown) -> String {
    let Shown::Telling { step, steps, round, names, fallback, next } = phrase else { return String::new() };
    let kind = if *fallback { "fallback step" } else { "step" };
    let round = if *round > 1 { format!(", round {round}") } else { String::new() };
    let who = if names.is_empty() { "nobody".into() } else { Language::En.list(names) };
    format!("{who} ({kind} {step} of {steps}{round}; next at {next})")
}

fn quoted(items: &[String]) -> String {
    if items.is_empty() { "none".into() } else { format!("\"{}\"", items.join("\", \"")) }
}

fn with_article(severity: Word) -> &'static str {
    match severity {
        Word::Error => "an error",
        Word::Warning => "a warning",
        Word::Info => "an informational",
        _ => "a critical",
    }
}

fn spoken_time(at: &Zoned) -> String {
    let half = if at.hour() < 12 { "AM" } else { "PM" };
    let hour = if at.hour() % 12 == 0 { 12 } else { at.hour() % 12 };
    format!("{hour}:{:02} {half}", at.minute())
}

fn sentence(text: &str) -> String {
    let text = text.trim_end();
    if text.ends_with(['.', '!', '?', '。', '…']) { text.into() } else { format!("{text}.") }
}
