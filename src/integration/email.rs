//! An e-mail as an alert: the raw message (RFC 5322) that a mail gateway posts, or that Amazon SES sends by SNS.
//!
//! <https://docs.aws.amazon.com/ses/latest/dg/receiving-email-notifications-contents.html>. The subject says what it is about: without
//! the words that change (`[FIRING:2]`, `RECOVERY:`, `Re:`) it is, with the sender, the dedup key, so that a monitor's two mails
//! belong together. Such a word also says that it is over. A mail names no severity.

use super::bounds::{hash, is_web};
use super::posted::Posted;
use super::{Monitor, Read, Sample, Sns, Stop, escaped, json};
use crate::alert::{Action, Event, Link};
use data_encoding::BASE64;
use mail_parser::{Address, Message, MessageParser};
use serde_json::Value;
use std::collections::BTreeMap;

pub const MONITOR: Monitor = Monitor {
    sends_severity: false,
    repeats: true,
    sns: Sns::MayBe,
    setup: r#"Amazon SES: a receipt rule with an SNS action (encoding Base64), its topic in `topics`, and
  aws sns subscribe --topic-arn {topic} \
    --protocol https --notification-endpoint "{url}"
A mail server of your own pipes each message to
  curl --fail --retry 5 --data-binary @- "{url}""#,
    sample: Sample {
        body: "From: oncall send <send@localhost>\nSubject: {state} test alert from oncall send\n\nThis is a test.\n",
        firing: "[FIRING]",
        resolved: "[RESOLVED]",
    },
    ..Monitor::webhook("email", "e-mail", read)
};

/// How many links of an HTML mail are kept: its footer has others.
const HTML_LINKS_MAX: usize = 5;
/// How many marks a subject may begin with.
const MARKS_MAX: usize = 8;
/// The words in front of a subject that say that it is over.
const OVER: [&str; 10] =
    ["resolved", "recovered", "recovery", "ok", "up", "closed", "cleared", "solved", "normal", "restored"];
const OVER_JA: [&str; 5] = ["復旧", "回復", "解消", "解決", "正常"];
/// Those that say that it is not.
const FIRING: [&str; 17] = [
    "firing",
    "fired",
    "down",
    "critical",
    "warning",
    "error",
    "triggered",
    "alerting",
    "open",
    "new",
    "update",
    "updated",
    "re",
    "fw",
    "fwd",
    "aw",
    "unknown",
];
const FIRING_JA: [&str; 9] = ["障害", "警告", "異常", "発生", "検知", "アラート", "エラー", "緊急", "重大"];
/// Those that say so by themselves, and nothing beside another: `RECOVERY Service Alert`.
const ALERTS: [&str; 3] = ["alert", "alarm", "problem"];
/// Those that say nothing: `Resolved in 5m 3s`, `Monitor is DOWN`.
const FILLERS: [&str; 8] = ["alert", "alarm", "problem", "in", "is", "service", "host", "monitor"];

fn read(posted: &Posted<'_>) -> Read {
    let ses = json::parse(posted.body).ok().filter(|body| body.get("mail").is_some());
    let raw = ses.as_ref().and_then(content);
    if let (Some(ses), None) = (&ses, &raw) {
        return Ok(vec![of_headers(ses)]);
    }
    let raw = raw.as_deref().unwrap_or(posted.body);
    let message = MessageParser::default().parse(raw).filter(|message| !message.headers().is_empty());
    let message = message.ok_or_else(|| Stop::unparsed("not an e-mail (RFC 5322)"))?;
    if message.subject().is_none() && message.from().is_none() {
        return Err(Stop::unparsed("the e-mail has neither Subject nor From"));
    }
    Ok(vec![of_message(&message)])
}

/// The raw message in SES's notification.
fn content(ses: &Value) -> Option<Vec<u8>> {
    let content = json::text(ses, "content")?;
    let encoding = json::at(ses, "/receipt/action/encoding").unwrap_or_default();
    if encoding.eq_ignore_ascii_case("base64") {
        return BASE64.decode(content.as_bytes()).ok();
    }
    Some(content.into_owned().into_bytes())
}

fn of_message(message: &Message<'_>) -> Event {
    let from = message.from().and_then(sender).unwrap_or_default();
    let to = message.to().and_then(sender).unwrap_or_default();
    let text = message.body_text(0).unwrap_or_default();
    let event = event(message.subject().unwrap_or_default(), from, to);
    Event {
        description: text.trim().to_owned(),
        links: message.body_html(0).map(|html| links(&html)).unwrap_or_default(),
        message_id: message.message_id().map(str::to_owned),
        ..event
    }
}

/// Where the HTML leads: its text alone would not say.
fn links(html: &str) -> Vec<Link> {
    let mut links: Vec<Link> = Vec::new();
    for attribute in html.split("href=").skip(1) {
        let quoted = attribute.strip_prefix('"').and_then(|rest| rest.split_once('"'));
        let quoted = quoted.or_else(|| attribute.strip_prefix('\'').and_then(|rest| rest.split_once('\'')));
        let Some((href, _)) = quoted else { continue };
        let href = escaped::html(href).into_owned();
        if is_web(&href) && !links.iter().any(|link| link.href == href) {
            links.push(Link { href, text: String::new() });
        }
        if links.len() >= HTML_LINKS_MAX {
            break;
        }
    }
    links
}

fn sender(address: &Address<'_>) -> Option<String> {
    address.first()?.address().map(str::to_lowercase)
}

/// SES's notification without the message itself: what its headers say.
fn of_headers(ses: &Value) -> Event {
    let from = json::at(ses, "/mail/commonHeaders/from/0").or_else(|| json::at(ses, "/mail/source"));
    let from = bare(&from.unwrap_or_default()).to_lowercase();
    let to = json::at(ses, "/mail/destination/0").unwrap_or_default();
    let subject = json::at(ses, "/mail/commonHeaders/subject").unwrap_or_default();
    let event = event(&subject, from, to.into_owned());
    let id = json::at(ses, "/mail/commonHeaders/messageId").or_else(|| json::at(ses, "/mail/messageId"));
    Event { message_id: id.map(|id| bare(&id).to_owned()), ..event }
}

/// What is between `<` and `>`, or the whole.
fn bare(text: &str) -> &str {
    let between = text.split_once('<').and_then(|(_, rest)| rest.split_once('>'));
    between.map_or(text, |(bare, _)| bare).trim()
}

fn event(subject: &str, from: String, to: String) -> Event {
    let (action, about) = understood(subject);
    let labels = [("from", from.clone()), ("to", to)].map(|(name, value)| (name.to_owned(), value));
    Event {
        dedup_key: hash(&[&from, &about.to_lowercase()]),
        summary: if subject.trim().is_empty() { format!("mail from {from}") } else { subject.to_owned() },
        source: from,
        labels: BTreeMap::from(labels).into_iter().filter(|(_, value)| !value.is_empty()).collect(),
        ..Event::blank(action)
    }
}

/// Whether a subject says that it is over, and what it is about: the rest of it, less the marks that change.
fn understood(subject: &str) -> (Action, String) {
    let (mut action, mut kept, mut is_marked) = (Action::Trigger, String::new(), false);
    // Nagios: `** RECOVERY Service Alert: web-1/HTTP is OK **`.
    let mut rest = subject.trim_matches(['*', ' ']);
    for _ in 0..MARKS_MAX {
        let Some((mark, more)) = Mark::first(rest) else { break };
        match mark.meaning() {
            Some((is_over, about)) => {
                action = if is_over { Action::Resolve } else { action };
                is_marked = true;
                kept.extend(about.iter().flat_map(|word| [word, " "]));
            }
            // `[shop-prod] RESOLVED: …`
            None if mark.is_bracket => kept.extend(["[", mark.words, "] "]),
            None => break,
        }
        rest = more.trim_start();
    }
    let about = if is_marked { without_state(rest) } else { rest };
    (action, kept + about)
}

/// Less the state at the end (`… is DOWN!`), which the mark in front has said.
fn without_state(text: &str) -> &str {
    const STATES: [&str; 7] = ["OK", "UP", "DOWN", "CRITICAL", "WARNING", "UNKNOWN", "UNREACHABLE"];
    let text = text.trim_end_matches(['*', '!', '.', ' ']);
    text.rsplit_once(" is ").filter(|(_, state)| STATES.contains(state)).map_or(text, |(about, _)| about)
}

/// What stands in front of a subject: `[FIRING:2]`, `【復旧】`, `Resolved in 5m 3s:`, `UP |`.
#[derive(Debug)]
struct Mark<'a> {
    words: &'a str,
    is_bracket: bool,
}

impl<'a> Mark<'a> {
    fn first(text: &'a str) -> Option<(Mark<'a>, &'a str)> {
        for (open, close) in [('[', ']'), ('【', '】'), ('［', '］')] {
            if let Some((words, more)) = text.strip_prefix(open).and_then(|text| text.split_once(close)) {
                return Some((Mark { words, is_bracket: true }, more));
            }
        }
        let is_capital = |words: &str| words.chars().all(char::is_uppercase);
        let dashed = [" - ", " – ", " | "].iter().find_map(|dash| text.split_once(dash));
        let dashed = dashed.filter(|(words, _)| is_capital(words));
        let (words, more) = dashed.or_else(|| text.split_once([':', '：']))?;
        Some((Mark { words, is_bracket: false }, more))
    }

    /// Whether it says that it is over, and what else is in it; `None` where it is part of what the mail is about.
    fn meaning(&self) -> Option<(bool, Vec<&'a str>)> {
        let words = self.words.split_whitespace().filter(|word| word.chars().any(char::is_alphanumeric));
        let words: Vec<&str> = words.collect();
        let is = |list: &[&str], word: &&str| list.contains(&word.to_lowercase().as_str());
        let is_filler = |word: &&str| is(&FILLERS, word) || word.starts_with(|c: char| c.is_ascii_digit());
        let mut telling = words.iter().copied().filter(|word| !is_filler(word));
        let Some(state) = telling.next() else {
            return words.iter().any(|word| is(&ALERTS, word)).then(|| (false, Vec::new()));
        };
        let state = state.split(':').next().unwrap_or_default();
        let is_over =
            is(&OVER, &state) || OVER_JA.iter().any(|word| state.contains(word)) && !state.contains("失敗");
        let fires = is(&FIRING, &state) || FIRING_JA.iter().any(|word| state.contains(word));
        let about: Vec<&str> = telling.collect();
        ((is_over || fires) && (self.is_bracket || about.is_empty())).then_some((is_over, about))
    }
}
