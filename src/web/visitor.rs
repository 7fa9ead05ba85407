//! Whom a name means that somebody signed in by: a person in `users/`, or somebody who may only look.

use crate::actor::Actor;
use crate::config::{Config, Id, Right};
use jiff::Timestamp;

/// Who is signed in.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Visitor {
    /// Somebody in `users/`.
    User(Id),
    /// Somebody who may only look, by e-mail address.
    Viewer(String),
}

impl Visitor {
    /// Whom a session names, if the config in force lets them in. An address of somebody in `users/` is that person's, so that who
    /// has left does not come back as a viewer.
    pub fn of(config: &Config, named: &str, now: Timestamp) -> Option<Visitor> {
        if !named.contains('@') {
            let (id, _) = config.users.get_key_value(named)?;
            let user = Actor::User(id.clone());
            return config.may(&user, Right::View, now).then(|| Visitor::User(id.clone()));
        }
        let own = |email: &String| email.eq_ignore_ascii_case(named);
        match config.users.values().find(|user| user.email.as_ref().is_some_and(own)) {
            Some(user) => Visitor::of(config, &user.id, now),
            None => config.organisation.access.may_look(named).then(|| Visitor::Viewer(named.to_lowercase())),
        }
    }

    /// What a session calls them by.
    pub fn named(&self) -> &str {
        match self {
            Visitor::User(id) => id,
            Visitor::Viewer(email) => email,
        }
    }
}
