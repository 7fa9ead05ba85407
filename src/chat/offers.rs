//! Shifts that change hands in a chat: what somebody asks for who offers one of theirs, accepts one, or cannot be on call.

use super::intent::{Intent, Unclear, known_user};
use super::person::Person;
use crate::actor::Via;
use crate::config::{Config, RunTimeOffer};
use crate::incident::{Command, Ended};
use crate::language::chat::{Chat, Slot};
use crate::place::Place;
use crate::schedule::UserId;
use jiff::Timestamp;

impl Intent {
    /// A shift of theirs, to somebody who is named or to everybody who takes turns.
    pub(super) fn offered(
        &self,
        config: &Config,
        now: Timestamp,
        person: &Person,
    ) -> Result<Command, Unclear> {
        let (schedule, who) = (self.schedule(config, person)?, self.themselves(person)?);
        self.needed(Slot::From, person)?;
        let (from, until) = self.times(config, now, person)?;
        let named = self.get(Slot::Who).unwrap_or_default();
        let to = named.split(',').map(str::trim).filter(|said| !said.is_empty());
        let known = |said: &str| {
            let no_such = || person.say(&Chat::NoSuch { what: Slot::Who, said });
            known_user(config, said).ok_or_else(|| Unclear { entry: Slot::Who, words: no_such() })
        };
        let to = to.map(known).collect::<Result<Vec<UserId>, Unclear>>()?;
        let (reason, taken) = (self.get(Slot::Text).map(str::to_owned), None);
        let (by, via) = (person.actor.clone(), Via::Slack);
        Ok(Command::Offer(Box::new(RunTimeOffer { schedule, from, until, who, to, reason, by, via, taken })))
    }

    /// The offer with this number.
    pub(super) fn accepted(&self, person: &Person, confirmed: bool) -> Result<Command, Unclear> {
        let said = self.needed(Slot::Text, person)?;
        let id = said.trim_start_matches('#').parse().map_err(|_| Unclear {
            entry: Slot::Text,
            words: person.say(&Chat::NoSuch { what: Slot::Text, said: &said }),
        })?;
        let (user, by, via) = (self.themselves(person)?, person.actor.clone(), Via::Slack);
        Ok(Command::Accept { id, user, by, via, confirmed })
    }

    /// The override with this number, or at this place of git, that puts them on call.
    pub(super) fn declined(&self, person: &Person) -> Result<Command, Unclear> {
        let said = self.needed(Slot::Text, person)?;
        let made = said.trim_start_matches('#').parse().ok().map(Ended::RunTime);
        let what = made.or_else(|| Place::read(&said).map(Ended::File)).ok_or_else(|| Unclear {
            entry: Slot::Text,
            words: person.say(&Chat::NoSuch { what: Slot::Text, said: &said }),
        })?;
        let (user, by, via) = (self.themselves(person)?, person.actor.clone(), Via::Slack);
        Ok(Command::Cannot { what, user, by, via })
    }
}
