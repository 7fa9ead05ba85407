//! What people do in Slack, read from a request or from an envelope of a socket: commands, presses, forms, the Home tab, replies.
//!
//! Both ways bring the same payloads: a form with a signature, or JSON without one. What a payload asks for is decided by whoever
//! reads the words; what is none of ours is nothing. <https://docs.slack.dev/interactivity>,
//! <https://docs.slack.dev/apis/events-api/using-socket-mode>

use super::http::origin;
use crate::config::{Config, Secret, Slack};
use crate::incident::message::cut;
use serde_json::Value;
use std::collections::BTreeMap;

/// The longest text that somebody types, in characters; Slack's own limit of a message.
pub const TYPED_MAX: usize = 4_000;
/// The longest name taken from Slack for somebody who is not in `users/`, in characters.
pub const NAME_MAX: usize = 80;
/// The most values of a form.
const VALUES_MAX: usize = 50;

/// Something that somebody did.
#[derive(Clone, Debug, PartialEq)]
pub struct Interaction {
    /// The same again is the same gesture, however often Slack brings it.
    pub once: String,
    pub member: SlackMember,
    /// What opens a modal, within three seconds.
    pub trigger: String,
    /// Where an answer goes that only they see.
    pub response_url: Option<Secret>,
    pub gesture: Gesture,
}

/// A member of the workspace, as Slack names them.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct SlackMember {
    pub id: String,
    pub name: String,
}

/// What they did.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Gesture {
    /// The words behind the slash command.
    Typed(String),
    /// A button or a choice of a menu.
    Pressed { action: String, value: String },
    /// A modal was sent: which, what it carried, and what was filled in.
    Sent { form: String, metadata: String, values: BTreeMap<String, String> },
    /// The Home tab was opened.
    CameHome,
    /// A reply in the thread of a message.
    Replied { channel: String, thread: String, text: String },
}

/// What an envelope of a socket brings: its kind and its payload, which has no signature. The socket itself was asked for with a token.
pub fn enveloped(config: &Config, kind: &str, payload: &Value) -> Option<Interaction> {
    let slack = config.organisation.slack.as_ref()?;
    match kind {
        "slash_commands" => typed(slack, payload),
        "interactive" => interactive(slack, payload),
        "events_api" => event(payload),
        _ => None,
    }
}

/// What a form of a slash command asks: an object of texts.
pub(super) fn typed(slack: &Slack, fields: &Value) -> Option<Interaction> {
    let text = |key: &str| fields[key].as_str().unwrap_or_default().to_owned();
    let member = SlackMember { id: text("user_id"), name: text("user_name") };
    let trigger = text("trigger_id");
    (!text("command").is_empty() && !member.id.is_empty()).then(|| Interaction {
        once: format!("typed {trigger}"),
        member,
        trigger,
        response_url: response_url(slack, fields),
        gesture: Gesture::Typed(plain_words(&cut(&text("text"), TYPED_MAX))),
    })
}

/// What a press or a form says.
pub(super) fn interactive(slack: &Slack, payload: &Value) -> Option<Interaction> {
    let (gesture, once) = match payload["type"].as_str()? {
        "block_actions" => pressed(payload)?,
        "view_submission" => {
            let view = &payload["view"];
            let text = |key: &str| view[key].as_str().unwrap_or_default().to_owned();
            let values = values(&view["state"]["values"]);
            let (form, metadata) = (text("callback_id"), text("private_metadata"));
            // One view is sent once for each hash: after an error its hash stays, and the trigger is new.
            let once = format!("sent {} {}", text("id"), payload["trigger_id"].as_str().unwrap_or_default());
            (Gesture::Sent { form, metadata, values }, once)
        }
        _ => return None,
    };
    Some(Interaction {
        once,
        member: member(&payload["user"]),
        trigger: payload["trigger_id"].as_str().unwrap_or_default().to_owned(),
        response_url: response_url(slack, payload),
        gesture,
    })
}

/// What an event of the Events API says; our own messages and edits are none.
pub(super) fn event(body: &Value) -> Option<Interaction> {
    let event = &body["event"];
    let text = |key: &str| event[key].as_str().unwrap_or_default().to_owned();
    let gesture = match event["type"].as_str()? {
        "app_home_opened" if event["tab"] != "messages" => Gesture::CameHome,
        "message" => {
            let by_people = event["bot_id"].is_null() && event["subtype"].is_null();
            let (thread, own) = (text("thread_ts"), text("ts"));
            if !by_people || thread.is_empty() || thread == own || text("text").trim().is_empty() {
                return None;
            }
            Gesture::Replied {
                channel: text("channel"),
                thread,
                text: plain_words(&cut(&text("text"), TYPED_MAX)),
            }
        }
        _ => return None,
    };
    let member = SlackMember { id: text("user"), name: String::new() };
    // The same message may come as several events.
    let once = match &gesture {
        Gesture::Replied { channel, .. } => format!("replied {channel} {}", text("ts")),
        _ => format!("event {}", body["event_id"].as_str()?),
    };
    let known = !member.id.is_empty();
    known.then_some(Interaction { once, member, trigger: String::new(), response_url: None, gesture })
}

/// The first of ours among the actions; a button that opens a page reports itself too, and asks nothing.
fn pressed(payload: &Value) -> Option<(Gesture, String)> {
    let actions = payload["actions"].as_array()?.iter();
    let mut read = actions.filter_map(|action| {
        let id = action["action_id"].as_str()?;
        let menu = || action["selected_option"]["value"].as_str();
        let value = action["value"].as_str().or_else(menu)?;
        let stamp = action["action_ts"].as_str().unwrap_or_default();
        let trigger = payload["trigger_id"].as_str().unwrap_or_default();
        let once = if trigger.is_empty() && stamp.is_empty() {
            String::new()
        } else {
            format!("pressed {trigger} {stamp} {id}")
        };
        Some((Gesture::Pressed { action: id.to_owned(), value: value.to_owned() }, once))
    });
    read.next()
}

/// What was filled in, by the name of each input.
fn values(state: &Value) -> BTreeMap<String, String> {
    let Some(blocks) = state.as_object() else { return BTreeMap::new() };
    let fields = blocks.values().filter_map(Value::as_object).flatten();
    fields
        .take(VALUES_MAX)
        .filter_map(|(field, element)| {
            let texts = ["value", "selected_user", "selected_conversation"];
            let text = texts.iter().find_map(|key| element[*key].as_str().map(str::to_owned));
            let option = || element["selected_option"]["value"].as_str().map(str::to_owned);
            let moment = || element["selected_date_time"].as_i64().map(|second| format!("@{second}"));
            let filled = text.or_else(option).or_else(moment)?;
            (!filled.trim().is_empty()).then(|| (field.clone(), filled))
        })
        .collect()
}

fn member(user: &Value) -> SlackMember {
    let names = ["name", "username"].iter().filter_map(|key| user[*key].as_str());
    let id = user["id"].as_str().unwrap_or_default();
    let name = names.chain([id, "Slack"]).find(|name| !name.trim().is_empty()).unwrap_or("Slack");
    SlackMember { id: id.to_owned(), name: cut(name, NAME_MAX) }
}

fn response_url(slack: &Slack, payload: &Value) -> Option<Secret> {
    payload["response_url"].as_str().filter(|url| may_post(slack, url)).map(Secret::new)
}

/// Slack's own escapes, as people typed them.
fn plain_words(text: &str) -> String {
    text.replace("&lt;", "<").replace("&gt;", ">").replace("&amp;", "&")
}

/// Slack's `response_url` is at the API's host, below `hooks.` (`slack.com`, `hooks.slack.com`).
pub(super) fn may_post(slack: &Slack, url: &str) -> bool {
    let (Some(api), Some(given)) = (origin(&slack.api_url), origin(url)) else { return false };
    given == api || given == api.replacen("://", "://hooks.", 1)
}
