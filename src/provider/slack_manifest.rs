//! The manifest of the Slack app: everything that the app must have, to be pasted or opened as a link.
//!
//! Under Socket Mode there is no URL in it; otherwise all of them lead to one callback. <https://docs.slack.dev/reference/app-manifest>

use form_urlencoded::byte_serialize;
use serde_json::{Value, json};

/// The scopes of the bot, each with what does not work without it.
pub const SCOPES: [(&str, &str); 12] = [
    ("chat:write", "messages"),
    ("chat:write.public", "messages in public channels that the bot has not joined"),
    ("commands", "/oncall"),
    ("channels:history", "notes from replies in threads of public channels"),
    ("groups:history", "notes from replies in threads of private channels"),
    ("im:history", "notes from replies to direct messages"),
    ("channels:read", "doctor's look at channels"),
    ("channels:manage", "a channel for an incident"),
    ("channels:write.invites", "inviting people to the channel of an incident"),
    ("users:read", "doctor's look at people"),
    ("usergroups:read", "slack_user_groups"),
    ("usergroups:write", "slack_user_groups"),
];
/// What people do in Slack that the app hears of.
pub const EVENTS: [&str; 4] = ["app_home_opened", "message.channels", "message.groups", "message.im"];

/// How the app reaches the server.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum WayIn<'a> {
    /// `public_url`, without a trailing slash.
    Url(&'a str),
    Socket,
}

/// The manifest.
pub fn manifest(way: WayIn) -> Value {
    let url = match way {
        WayIn::Url(url) => Some(format!("{url}/v1/callbacks/slack")),
        WayIn::Socket => None,
    };
    let scopes: Vec<&str> = SCOPES.iter().map(|(scope, _)| *scope).collect();
    let mut manifest = json!({
        "display_information": {
            "name": "oncall",
            "description": "On-call: who is on duty, what is open, and everything that a responder needs.",
        },
        "features": {
            "bot_user": { "display_name": "oncall", "always_online": true },
            "app_home": { "home_tab_enabled": true, "messages_tab_enabled": true },
            "slash_commands": [{
                "command": "/oncall",
                "description": "Who is on call, incidents, overrides, silences",
                "usage_hint": "help | who | ack | page SERVICE WORDS",
                "should_escape": true,
            }],
        },
        "oauth_config": { "scopes": { "bot": scopes } },
        "settings": {
            "event_subscriptions": { "bot_events": EVENTS },
            "interactivity": { "is_enabled": true },
            "socket_mode_enabled": url.is_none(),
            "org_deploy_enabled": false,
            "token_rotation_enabled": false,
        },
    });
    if let Some(url) = url {
        manifest["features"]["slash_commands"][0]["url"] = url.as_str().into();
        manifest["settings"]["event_subscriptions"]["request_url"] = url.as_str().into();
        manifest["settings"]["interactivity"]["request_url"] = url.as_str().into();
    }
    manifest
}

/// The page of Slack's that makes an app of it with one click.
pub fn link(manifest: &Value) -> String {
    let encoded: String = byte_serialize(manifest.to_string().as_bytes()).collect();
    format!("https://api.slack.com/apps?new_app=1&manifest_json={encoded}")
}
