//! What is left to do in a config that `oncall init` began: each sample that stands for what only its people know.
//!
//! Beside real values some of them are findings (`left_in`); here is all of them, wherever they stand, in the
//! order in which one replaces them. Secrets, CI and monitors are looked at by whoever can see them.

use super::left_in::{is_account, is_number};
use crate::compile::{Compiled, Node, Spot};
use crate::config::{Config, Phone, User};
use crate::place::Place;
use std::sync::Arc;

/// How the ids of the Slack members in `oncall init` begin; the person's id follows.
const MEMBER_BEGINS: &str = "U0";
/// The Slack channel of `oncall init`.
const CHANNEL: &str = "C0INCIDENTS";
/// The domain that nobody has (RFC 2606).
const DOMAIN: &str = "example.com";
/// The account in the topics of the documentation.
const TOPIC_ACCOUNT: &str = ":123456789012:";

/// What a sample stands for, in the order in which it is replaced.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Sample {
    Phone,
    SlackMember,
    SlackChannel,
    Account,
    MailServer,
    PublicUrl,
    Topic,
}

/// A key of `oncall.yaml`, and whether its value is a sample.
type Key = (&'static [&'static str], Sample, fn(&str) -> bool);

/// A sample that is still there.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct LeftIn {
    pub sample: Sample,
    pub place: Place,
    /// The key, and the value unless it is a number: numbers are personal data.
    pub text: String,
}

/// Every sample, in the order in which they are replaced.
pub fn left_in(compiled: &Compiled, config: &Config) -> Vec<LeftIn> {
    let mut left = Vec::new();
    for user in config.users.values() {
        left.extend(of_user(compiled, user));
    }
    left.extend(of_organisation(compiled));
    for endpoint in config.endpoints.values() {
        let file = &endpoint.place.file;
        for (index, topic) in endpoint.topics.iter().enumerate().filter(|(_, it)| it.contains(TOPIC_ACCOUNT))
        {
            let spot = Spot::root(file).key("topics").index(index);
            left.push(LeftIn {
                sample: Sample::Topic,
                place: compiled.sources.place(&spot),
                text: topic.clone(),
            });
        }
    }
    left.sort();
    left
}

fn of_user(compiled: &Compiled, user: &User) -> Vec<LeftIn> {
    let at = Spot::root(&user.place.file);
    let left = |sample, key: &str, text: &str| LeftIn {
        sample,
        place: compiled.sources.place(&at.key(key)),
        text: format!("{key} {text}").trim_end().to_owned(),
    };
    let mut all = Vec::new();
    if let Some(Phone::Number(number)) = user.phone.as_ref().filter(|_| user.phones.is_empty())
        && is_number(number)
    {
        all.push(left(Sample::Phone, "phone", ""));
    }
    if let Some(slack) = user.slack.as_ref().filter(|slack| is_member(slack, &user.id)) {
        all.push(left(Sample::SlackMember, "slack", slack));
    }
    all
}

/// What `oncall init` writes for a person of this id.
fn is_member(slack: &str, id: &str) -> bool {
    let letters = id.bytes().filter(u8::is_ascii_alphanumeric).map(|byte| byte.to_ascii_uppercase());
    slack.strip_prefix(MEMBER_BEGINS).is_some_and(|rest| letters.eq(rest.bytes()))
}

fn of_organisation(compiled: &Compiled) -> Vec<LeftIn> {
    let file: Arc<str> = Arc::from("oncall.yaml");
    let Some(root) = compiled.sources.files.get(&file).and_then(|source| source.root.as_ref()) else {
        return Vec::new();
    };
    let keys: [Key; 6] = [
        (&["providers", "slack", "channel"], Sample::SlackChannel, |text| text == CHANNEL),
        (&["providers", "twilio", "account_sid"], Sample::Account, is_account),
        (&["providers", "twilio", "from"], Sample::Account, is_written_number),
        (&["providers", "mail", "smtp"], Sample::MailServer, is_example),
        (&["providers", "mail", "from"], Sample::MailServer, is_example),
        (&["public_url"], Sample::PublicUrl, is_example),
    ];
    let mut left = Vec::new();
    for (path, sample, is_sample) in keys {
        let node = path.iter().try_fold(root, |node, key| node.get(key));
        let Some(text) = node.and_then(Node::text).filter(|text| is_sample(text)) else { continue };
        let spot = path.iter().fold(Spot::root(&file), |spot, key| spot.key(key));
        let key = path.last().copied().unwrap_or_default();
        let text = if is_written_number(text) { key.to_owned() } else { format!("{key} {text}") };
        left.push(LeftIn { sample, place: compiled.sources.place(&spot), text });
    }
    left
}

fn is_example(text: &str) -> bool {
    text.contains(DOMAIN)
}

fn is_written_number(text: &str) -> bool {
    is_number(&text.replace([' ', '-', '(', ')'], ""))
}
