//! Who speaks in a chat: somebody of `users/`, or a member of the workspace by name, and how they are answered.

use crate::actor::{Actor, Via};
use crate::config::{Config, User};
use crate::incident::Reply;
use crate::incident::message::reply_text;
use crate::language::Language;
use crate::language::chat::Chat;
use crate::provider::slack_heard::SlackMember;
use jiff::tz::TimeZone;

/// Who speaks.
#[derive(Clone, Debug)]
pub struct Person<'c> {
    pub actor: Actor,
    /// Where it is somebody of `users/`.
    pub user: Option<&'c User>,
    pub language: Language,
    pub zone: &'c TimeZone,
}

impl<'c> Person<'c> {
    /// The member of the workspace, by the config in force.
    pub fn of(config: &'c Config, member: &SlackMember) -> Person<'c> {
        match config.user_by_slack(&member.id) {
            Some(user) => Person {
                actor: Actor::User(user.id.clone()),
                user: Some(user),
                language: user.language,
                zone: &user.time_zone,
            },
            None => Person {
                actor: Actor::Stranger { name: name(member), way: Via::Slack },
                user: None,
                language: config.organisation.language,
                zone: &config.organisation.time_zone,
            },
        }
    }

    pub fn say(&self, phrase: &Chat) -> String {
        self.language.chat(phrase)
    }

    /// What became of a wish of theirs.
    pub fn reply(&self, config: &Config, reply: &Reply) -> String {
        reply_text(config, reply, self.language, self.zone)
    }
}

fn name(member: &SlackMember) -> String {
    let names = [&*member.name, &*member.id, "Slack"];
    names.into_iter().find(|name| !name.trim().is_empty()).unwrap_or_default().to_owned()
}
