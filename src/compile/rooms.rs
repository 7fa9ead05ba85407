//! Rooms that show incidents: webhooks by name, and the names that services use.

use super::code;
use super::diagnostic::{Part, Spot};
use super::resolve::Resolver;
use super::suggest::nearest;
use crate::config::{Id, Provider, Room, Rooms, SHARED_ROOM};
use crate::document::{self, Providers, ServiceRoom, Webhooks};
use crate::language::words::{Words, did_you_mean};

impl<'a> Resolver<'a> {
    /// The rooms of Microsoft Teams, and of Google Chat.
    pub(super) fn all_webhooks(
        &mut self,
        providers: Option<&Providers>,
        at: &Spot,
    ) -> (Option<Rooms>, Option<Rooms>) {
        let teams = providers.and_then(|all| all.teams.as_ref());
        let chat = providers.and_then(|all| all.google_chat.as_ref());
        let teams = teams.map(|rooms| self.webhooks(rooms, &at.key("teams")));
        (teams, chat.map(|rooms| self.webhooks(rooms, &at.key("google_chat"))))
    }

    /// The rooms of a vendor.
    fn webhooks(&mut self, document: &Webhooks, at: &Spot) -> Rooms {
        let shared = document.webhook.as_ref();
        let shared = shared.and_then(|secret| self.secret(secret, &at.key("webhook")));
        let mut rooms = Rooms { shared, ..Rooms::default() };
        for (index, room) in document.rooms.iter().flatten().enumerate() {
            let at = at.key("rooms").index(index);
            let Some(webhook) = self.secret(&room.webhook, &at.key("webhook")) else { continue };
            if room.name == SHARED_ROOM {
                let message = Words::new(
                    "`default` is the room of `webhook`",
                    "`default` は `webhook` の部屋の名前です",
                );
                let help = Words::new("give this one another name", "別の名前にしてください");
                self.error_help(code::VALUE, at.key("name"), message, help);
            } else if rooms.named.insert(Id::from(room.name.as_str()), webhook).is_some() {
                let name = &room.name;
                let message = Words::new(
                    format!("two rooms are called `{name}`"),
                    format!("`{name}` という部屋が 2 つあります"),
                );
                self.error(code::TWICE, at.key("name"), message);
            }
        }
        rooms
    }

    /// The rooms that a service names.
    pub(super) fn service_rooms(&mut self, document: &document::Service, at: &Spot) -> Vec<Room> {
        let mut rooms: Vec<Room> = Vec::new();
        for (index, named) in document.rooms.iter().flatten().enumerate() {
            let spot = at.key("rooms").index(index);
            let Some((provider, place, webhooks)) = self.room(named) else { continue };
            let spot = spot.key(provider.row().key);
            let room = Room { provider, place };
            if rooms.contains(&room) {
                let message = Words::new(
                    format!("`{}` is here twice", room.place),
                    format!("`{}` が 2 回書かれています", room.place),
                );
                self.error(code::TWICE, spot, message);
                continue;
            }
            if self.is_there(&room, webhooks, &spot) {
                rooms.push(room);
            }
        }
        rooms
    }

    /// The vendor and the name, and what `oncall.yaml` says of that vendor: nothing, or its rooms.
    fn room(&self, named: &ServiceRoom) -> Option<(Provider, String, Option<Option<&'a Webhooks>>)> {
        let organisation = self.organisation_document().map(|(document, _)| document);
        let providers = organisation.and_then(|document| document.providers.as_ref());
        let webhooks = |of: fn(&'a Providers) -> Option<&'a Webhooks>| providers.and_then(of).map(Some);
        if let Some(channel) = &named.slack {
            let slack = providers.and_then(|all| all.slack.as_ref()).map(|_| None);
            return Some((Provider::Slack, channel.0.clone(), slack));
        }
        if let Some(name) = &named.teams {
            return Some((Provider::Teams, name.clone(), webhooks(|all| all.teams.as_ref())));
        }
        let name = named.google_chat.as_ref()?;
        Some((Provider::GoogleChat, name.clone(), webhooks(|all| all.google_chat.as_ref())))
    }

    fn is_there(&mut self, room: &Room, webhooks: Option<Option<&Webhooks>>, at: &Spot) -> bool {
        let row = room.provider.row();
        let Some(webhooks) = webhooks else {
            if !self.sources.incomplete(super::layout::ORGANISATION) {
                let (name, key) = (row.name, row.key);
                let message = Words::new(
                    format!("this room needs {name}, which `oncall.yaml` does not configure"),
                    format!("この部屋には {name} が必要ですが、`oncall.yaml` に設定がありません"),
                );
                let help = Words::new(
                    format!("add `{key}:` under `providers:` there, or leave this out"),
                    format!("`oncall.yaml` の `providers:` に `{key}:` を加えるか、これを消してください"),
                );
                self.error_help(code::NOT_CONFIGURED, at.on(Part::Key), message, help);
            }
            return false;
        };
        let Some(webhooks) = webhooks else { return true };
        let named = webhooks.rooms.iter().flatten().map(|room| room.name.as_str());
        let shared = webhooks.webhook.iter().map(|_| SHARED_ROOM);
        let names: Vec<&str> = shared.chain(named).collect();
        if names.contains(&room.place.as_str()) {
            return true;
        }
        let message = Words::new(
            format!("no room `{}` below `providers.{}`", room.place, row.key),
            format!("`providers.{}` に `{}` という部屋はありません", row.key, room.place),
        );
        let near = nearest(&room.place, names.iter().copied());
        let help = near.map_or_else(
            || {
                Words::new(
                    "add it to `rooms:` there, with its webhook",
                    "そこの `rooms:` に、Webhook とともに加えてください",
                )
            },
            did_you_mean,
        );
        self.error_help(code::REFERENCE, at.clone(), message, help);
        false
    }
}
