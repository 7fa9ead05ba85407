//! The phrases of which lines are made, in English.

use super::timeline::{Level, Step, Way};
use crate::actor::Via;
use crate::reason::{Because, Fault, Why};

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

pub(super) fn way(via: Via) -> &'static str {
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
pub(super) fn span(seconds: u32) -> String {
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

/// Why something about noise happened; empty: it is about something else.
fn of_noise(why: &Why) -> &'static str {
    match why {
        Why::BeyondTheGroup => "it fires again, longer after the opening than the service groups",
        Why::BeyondTheStorm => "it fires again, and the storm takes no more",
        Why::Calm => "it flapped, and has not changed since",
        Why::FlappingOff => "the config has switched flapping off",
        _ => "",
    }
}
