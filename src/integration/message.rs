//! What a message of an Amazon SNS topic says: a CloudWatch alarm, an EventBridge event, a group of alerts, what an AWS
//! service says of itself, JSON of one's own, or words.
//!
//! JSON of one's own is read by `fields`, or by the good guesses of [`generic`]; one that nobody understands is named by its
//! members. Of words, the subject or the first line is the summary. What names a state is joined by what it is about; any
//! other message is a problem of its own, and nothing says that it is over.

use super::aws_notice::{self, Said};
use super::posted::{Posted, Sent};
use super::reading::{Read, Stop};
use super::subject::{self, Subject};
use super::subscription::topic_labels;
use super::{
    alarm_message, aws_state, aws_text, bounds::hash, bounds::is_web, generic, grafana_group, group, json,
    text_list,
};
use crate::alert::{Action, Event, Link};
use serde_json::Value;
use std::borrow::Cow;
use std::collections::BTreeMap;

/// The events of a message, whatever it is.
pub fn message(posted: &Posted<'_>, sent: &Sent<'_>) -> Read {
    let body = json::parse(posted.body).ok().filter(|body| body.is_object() || body.is_array());
    let Some(body) = body else { return words(posted, sent) };
    if let Some(alarm) = alarm_message::alarm_or_event(&body, sent) {
        return alarm;
    }
    if body.get("alerts").is_some_and(Value::is_array) {
        let is_grafana = ["orgId", "title"].iter().any(|key| body.get(*key).is_some());
        return if is_grafana { grafana_group::group(posted, &body) } else { group::group(posted, &body) };
    }
    let fields = &posted.endpoint.fields;
    if fields.each.is_some() || fields.all().next().is_some() {
        let events = generic::events(posted, &body)?;
        return Ok(events.into_iter().map(|event| of_topic(event, sent)).collect());
    }
    if let Some(said) = aws_notice::read(&body) {
        return Ok(vec![event(said, text_of(&body), sent)]);
    }
    let state = aws_state::named(&body, &[]).map(Cow::into_owned).unwrap_or_default();
    match generic::guessed(&body) {
        // The words of AWS, beside those that anybody's JSON may use.
        Ok(event) if event.action == Action::Trigger && aws_state::is_known(&state) => {
            Ok(vec![of_topic(Event { action: aws_state::action(&state), ..event }, sent)])
        }
        Ok(event) => Ok(vec![of_topic(event, sent)]),
        Err(_) => Ok(vec![unknown(&body, &state, sent)]),
    }
}

fn of_topic(event: Event, sent: &Sent<'_>) -> Event {
    let mut labels = topic_labels(sent.topic.unwrap_or_default(), sent);
    labels.extend(event.labels);
    Event { labels, ..event }
}

/// What a service said of itself.
fn event(said: Said, description: String, sent: &Sent<'_>) -> Event {
    let Said { summary, key, action, severity, state } = said;
    let state = (!state.is_empty()).then(|| ("state".to_owned(), state));
    let labels: BTreeMap<String, String> = state.into_iter().collect();
    let links = links(&json::parse(description.as_bytes()).unwrap_or(Value::Null));
    let event =
        Event { dedup_key: key, summary, severity, labels, links, description, ..Event::blank(action) };
    Event { message_id: sent.message_id.map(str::to_owned), ..of_topic(event, sent) }
}

fn text_of(body: &Value) -> String {
    serde_json::to_string_pretty(body).unwrap_or_default()
}

fn links(body: &Value) -> Vec<Link> {
    let members = json::scalars(Some(body)).into_iter().filter(|(_, value)| is_web(value));
    members.map(|(text, href)| Link { href, text }).collect()
}

/// JSON that says neither a summary nor what it is about: the subject, what AWS calls its words, or the names of its members.
fn unknown(body: &Value, state: &str, sent: &Sent<'_>) -> Event {
    let words = said(body).filter(|words| !looks_like_json(words.as_bytes()));
    let topic = sent.topic.unwrap_or_default();
    let summary = match (sent.subject, words) {
        (Some(subject), Some(words)) if !subject.contains(words.as_ref()) => format!("{subject}: {words}"),
        (Some(subject), _) => subject.to_owned(),
        (None, Some(words)) => words.into_owned(),
        (None, None) => aws_notice::names(topic, body),
    };
    let subject = sent.subject.map(subject::read).filter(|subject| subject.names_state);
    let action = match &subject {
        Some(subject) => subject.action,
        None if aws_state::is_known(state) => aws_state::action(state),
        None => Action::Trigger,
    };
    let key = subject.map(|subject| hash(&[topic, &subject.about.to_lowercase()]));
    let description = text_of(body);
    let key = key.or_else(|| sent.message_id.map(str::to_owned)).unwrap_or_else(|| hash(&[&description]));
    let said = Said { summary, key, action, severity: None, state: state.to_owned() };
    event(said, description, sent)
}

/// A message in words, or none at all: a list of alerts, what a service writes, or its subject or first line.
pub fn words(posted: &Posted<'_>, sent: &Sent<'_>) -> Read {
    let text = String::from_utf8_lossy(posted.body);
    let subject = sent.subject.map(subject::read);
    let is_over = subject.as_ref().is_some_and(|subject| subject.action == Action::Resolve);
    if let Some(list) = text_list::read(&text, is_over) {
        let group = &list.group;
        return if list.is_grafana {
            grafana_group::group(posted, group)
        } else {
            group::group(posted, group)
        };
    }
    if let Some(said) = aws_text::read(&text) {
        return Ok(vec![event(said, text.into_owned(), sent)]);
    }
    let topic = sent.topic.unwrap_or_default();
    let first_line = text.lines().map(str::trim).find(|line| !line.is_empty());
    let is_json = looks_like_json(posted.body);
    let first_line =
        first_line.map(|line| if is_json { aws_notice::names(topic, &Value::Null) } else { line.to_owned() });
    let Some(summary) = sent.subject.map(str::to_owned).or(first_line) else {
        return Err(Stop::unparsed("the SNS message is empty"));
    };
    let Subject { action, about, names_state } = subject.unwrap_or_else(|| subject::read(&summary));
    let own_key = || sent.message_id.map_or_else(|| hash(&[&text]), str::to_owned);
    let key = if names_state { hash(&[topic, &about.to_lowercase()]) } else { own_key() };
    let state = String::new();
    Ok(vec![event(Said { summary, key, action, severity: None, state }, text.into_owned(), sent)])
}

fn looks_like_json(body: &[u8]) -> bool {
    matches!(body.trim_ascii_start(), [b'{' | b'[', rest @ ..] if rest.iter().take(200).any(|byte| b"\"{".contains(byte)))
}

/// What AWS's own messages call their words: `Event Message` (RDS), `Description` (Auto Scaling), `content.title` (a chat's).
fn said(body: &Value) -> Option<Cow<'_, str>> {
    const NAMES: [&str; 8] =
        ["summary", "title", "eventmessage", "message", "text", "description", "reason", "event"];
    let plain = |name: &str| name.chars().filter(|c| c.is_alphanumeric()).collect::<String>().to_lowercase();
    [Some(body), body.get("content")].into_iter().flatten().find_map(|object| {
        NAMES.iter().find_map(|wanted| {
            let members = object.as_object()?.iter();
            members.filter(|(name, _)| plain(name) == *wanted).find_map(|(_, value)| json::scalar(value))
        })
    })
}
