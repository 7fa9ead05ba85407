//! An e-mail as an alert: the raw message (RFC 5322) that a mail gateway posts, or that Amazon SES sends by SNS.
//!
//! <https://docs.aws.amazon.com/ses/latest/dg/receiving-email-notifications-contents.html>. The subject says what it is about: without
//! the words that change (`[FIRING:2]`, `RECOVERY:`, `Re:`) it is, with the sender, the dedup key, so that a monitor's two mails
//! belong together. Such a word also says that it is over. A mail names no severity.

use super::bounds::{hash, is_web};
use super::monitor::{Monitor, Sample};
use super::posted::Posted;
use super::reading::{Read, Stop};
use super::subject::{self, Subject};
use super::{escaped, json};
use crate::alert::{Event, Link};
use data_encoding::BASE64;
use mail_parser::{Address, Message, MessageParser};
use serde_json::Value;
use std::collections::BTreeMap;

pub const MONITOR: Monitor = Monitor {
    sends_severity: false,
    repeats: true,
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
    let Subject { action, about, .. } = subject::read(subject);
    let labels = [("from", from.clone()), ("to", to)].map(|(name, value)| (name.to_owned(), value));
    Event {
        dedup_key: hash(&[&from, &about.to_lowercase()]),
        summary: if subject.trim().is_empty() { format!("mail from {from}") } else { subject.to_owned() },
        source: from,
        labels: BTreeMap::from(labels).into_iter().filter(|(_, value)| !value.is_empty()).collect(),
        ..Event::blank(action)
    }
}
