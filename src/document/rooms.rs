//! Rooms that show incidents: their webhooks in `oncall.yaml`, and their names in `services/<id>.yaml`.

use super::{Channel, Secret};
use schemars::JsonSchema;
use serde::Deserialize;

/// The rooms of Microsoft Teams or of Google Chat.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
#[schemars(extend("minProperties" = 1))]
pub struct Webhooks {
    /// The webhook's URL of the room for incidents whose service names none, and for the server's own messages; without it,
    /// only incidents whose service names a room are shown. Whoever knows the URL may post.
    pub webhook: Option<Secret>,
    /// Further rooms, which services name.
    #[schemars(length(min = 1, max = 100))]
    pub rooms: Option<Vec<WebhookRoom>>,
}

/// A room with a name.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct WebhookRoom {
    /// What services call it: `rooms: [{ teams: checkout }]`.
    #[schemars(example = &"checkout")]
    #[schemars(length(min = 1, max = 40))]
    pub name: String,
    /// The webhook's URL. Whoever knows it may post.
    pub webhook: Secret,
}

/// A room in which a service's incidents are shown: one of the keys.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
#[schemars(extend("minProperties" = 1, "maxProperties" = 1))]
pub struct ServiceRoom {
    pub slack: Option<Channel>,
    /// The name of a room below `providers.teams.rooms`, or `default`.
    #[schemars(example = &"checkout")]
    pub teams: Option<String>,
    /// The name of a room below `providers.google_chat.rooms`, or `default`.
    #[schemars(example = &"checkout")]
    pub google_chat: Option<String>,
}
