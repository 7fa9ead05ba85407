//! Who may do what: decided from the config in force alone, so that a commit shuts every way at once.
//!
//! People in `users/` who have not left may look; who of them may respond is said by `access:`. An API token may do what its
//! `may:` says, and acts for a person only within what that person may.

use super::{Config, Id};
use crate::actor::Actor;
use jiff::Timestamp;
use std::collections::BTreeSet;

/// Something that people and tokens may do.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Right {
    /// Read incidents, schedules and how the server is.
    View,
    /// Act on incidents, and change for now who is on call and what is silent.
    Respond,
    /// Of a token: act for people, each within their own rights.
    ActFor,
    /// Of a token: read every entry of the journal.
    Export,
    /// Read what was refused at the doors.
    Administer,
}

impl Right {
    pub const ALL: [Right; 5] =
        [Right::View, Right::Respond, Right::ActFor, Right::Export, Right::Administer];
    /// What a token may do that says nothing.
    pub const OF_TOKENS: [Right; 2] = [Right::View, Right::Respond];

    /// The word for it in the config.
    pub fn word(self) -> &'static str {
        match self {
            Right::View => "view",
            Right::Respond => "respond",
            Right::ActFor => "act_for",
            Right::Export => "export",
            Right::Administer => "administer",
        }
    }
}

/// `access:` of `oncall.yaml`.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Access {
    /// Who may respond; `None`: everybody in `users/`.
    pub respond: Option<BTreeSet<Id>>,
    /// Who may look beside people in `users/`: e-mail addresses, in which `*` stands for any text before the `@`.
    pub view: Vec<String>,
    pub administer: BTreeSet<Id>,
}

impl Access {
    /// Whether `respond:` names somebody, or everybody.
    pub fn names_responder(&self, user: &str) -> bool {
        self.respond.as_ref().is_none_or(|named| named.contains(user))
    }

    /// Whether somebody with this e-mail address, who is not in `users/`, may look.
    pub fn may_look(&self, email: &str) -> bool {
        let email = email.to_lowercase();
        let Some((name, domain)) = email.split_once('@').filter(|(name, _)| !name.is_empty()) else {
            return false;
        };
        self.view.iter().any(|pattern| {
            let pattern = pattern.to_lowercase();
            pattern.split_once('@').is_some_and(|(names, of)| of == domain && (names == "*" || names == name))
        })
    }
}

impl Config {
    /// Whether somebody may do something at an instant. What no person asked for may be done.
    pub fn may(&self, by: &Actor, right: Right, now: Timestamp) -> bool {
        match by {
            Actor::User(user) => self.user_may(user, right, now),
            Actor::Stranger { .. } => false,
            Actor::Token { name, acts_for: None } => self.token_may(name, right),
            Actor::Token { name, acts_for: Some(user) } => {
                self.token_may(name, Right::ActFor) && self.user_may(user, right, now)
            }
            Actor::Integration(_) | Actor::Rule(_) => true,
        }
    }

    /// The right that a token lacks to ask for anything in this way at all; a person's own rights are another matter.
    pub fn token_lacks(&self, by: &Actor) -> Option<Right> {
        let Actor::Token { name, acts_for } = by else { return None };
        let needed = if acts_for.is_some() { Right::ActFor } else { Right::Respond };
        (!self.token_may(name, needed)).then_some(needed)
    }

    pub fn token_may(&self, name: &str, right: Right) -> bool {
        let token = self.organisation.api_tokens.iter().find(|token| token.name == name);
        token.is_some_and(|token| token.may.contains(&right))
    }

    fn user_may(&self, user: &str, right: Right, now: Timestamp) -> bool {
        let access = &self.organisation.access;
        let Some(user) = self.users.get_key_value(user).map(|(id, _)| id) else { return false };
        let has_left = self.schedules.is_off(user, now).is_some_and(|off| off.until.is_none());
        let named = match right {
            Right::View => true,
            Right::Respond => access.names_responder(user),
            Right::Administer => access.administer.contains(user),
            Right::ActFor | Right::Export => false,
        };
        named && !has_left
    }
}
