//! Slack's modals, Home tabs and ephemeral answers: their pieces as values, and those values as Block Kit within Slack's limits.
//!
//! What stands in them is chosen by whoever speaks; here it is escaped, and cut by UTF-16 units, never within a character.
//! Limits: <https://docs.slack.dev/reference/views>, <https://docs.slack.dev/reference/block-kit/blocks>.

use super::escape::escaped;
use jiff::Timestamp;
use serde_json::{Value, json};

/// The longest text of a section, in UTF-16 units after escaping.
pub const SECTION_MAX: usize = 3000;
/// The longest label of a button.
pub const BUTTON_LABEL_MAX: usize = 75;
/// The most blocks of a view, and of a message.
pub const VIEW_BLOCKS_MAX: usize = 100;
pub const MESSAGE_BLOCKS_MAX: usize = 50;
/// The longest title, and label of a view's own buttons.
pub const TITLE_MAX: usize = 24;
/// The longest text that a view carries unseen.
pub const METADATA_MAX: usize = 3000;
/// The most choices of one menu, and the longest text and value of each.
pub const OPTIONS_MAX: usize = 100;
pub const OPTION_TEXT_MAX: usize = 75;
pub const OPTION_VALUE_MAX: usize = 150;
/// The most choices of a menu behind three dots.
pub const OVERFLOW_MAX: usize = 5;
/// The longest value of a button.
pub const BUTTON_VALUE_MAX: usize = 2000;
/// The longest text of a header, a label of an input, and a placeholder.
pub const HEADER_MAX: usize = 150;
pub const LABEL_MAX: usize = 2000;
pub const PLACEHOLDER_MAX: usize = 150;
/// The most elements in a row of buttons; Slack takes 25.
const ROW_MAX: usize = 5;

/// A modal.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Modal {
    /// Comes back with what was filled in.
    pub form: &'static str,
    pub title: String,
    /// The label of the button that sends it; without one it only shows.
    pub submit: Option<String>,
    pub close: String,
    /// Comes back as it is.
    pub metadata: String,
    pub pieces: Vec<Piece>,
}

/// A part of a view or of an answer.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Piece {
    Header(String),
    Text(String),
    /// Small print.
    Context(String),
    Line,
    Buttons(Vec<Press>),
    Blank(Blank),
}

/// A button that comes back with its action and value.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Press {
    pub label: String,
    pub action: String,
    pub value: String,
    pub primary: bool,
}

/// What is filled in.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Blank {
    /// The name under which it comes back.
    pub field: String,
    pub label: String,
    pub hint: Option<String>,
    pub optional: bool,
    pub kind: BlankKind,
}

/// How it is filled in.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum BlankKind {
    Words {
        lines: bool,
        max: usize,
        initial: String,
    },
    /// Texts with their values.
    Choice {
        options: Vec<(String, String)>,
        initial: Option<String>,
    },
    /// A member of the workspace.
    Member {
        initial: Option<String>,
    },
    Moment {
        initial: Option<Timestamp>,
    },
}

impl Modal {
    /// As `views.open` and a `response_action` take it.
    pub fn json(&self) -> Value {
        let mut view = json!({
            "type": "modal", "callback_id": self.form, "title": plain(&self.title, TITLE_MAX),
            "close": plain(&self.close, TITLE_MAX), "private_metadata": self.metadata,
            "blocks": pieces(&self.pieces, VIEW_BLOCKS_MAX),
        });
        if let Some(submit) = &self.submit {
            view["submit"] = plain(submit, TITLE_MAX);
        }
        view
    }
}

/// Parts as blocks, as many as fit.
pub(super) fn pieces(pieces: &[Piece], max: usize) -> Vec<Value> {
    pieces.iter().take(max).map(piece).collect()
}

fn piece(piece: &Piece) -> Value {
    let marked = |text: &str| json!({"type": "mrkdwn", "text": escape(text, SECTION_MAX), "verbatim": true});
    match piece {
        Piece::Header(text) => json!({"type": "header", "text": plain(text, HEADER_MAX)}),
        Piece::Text(text) => json!({"type": "section", "text": marked(text)}),
        Piece::Context(text) => json!({"type": "context", "elements": [marked(text)]}),
        Piece::Line => json!({"type": "divider"}),
        Piece::Buttons(buttons) => {
            let elements: Vec<Value> = buttons.iter().take(ROW_MAX).map(button).collect();
            json!({"type": "actions", "elements": elements})
        }
        Piece::Blank(input) => filled_in(input),
    }
}

fn button(press: &Press) -> Value {
    let mut button = json!({
        "type": "button", "action_id": press.action, "value": press.value,
        "text": plain(&press.label, BUTTON_LABEL_MAX),
    });
    if press.primary {
        button["style"] = "primary".into();
    }
    button
}

fn filled_in(input: &Blank) -> Value {
    let element = match &input.kind {
        BlankKind::Words { lines, max, initial } => {
            let mut element = json!({
                "type": "plain_text_input", "action_id": input.field, "multiline": lines, "max_length": max,
            });
            if !initial.is_empty() {
                element["initial_value"] = cut_units(initial, *max).into();
            }
            element
        }
        BlankKind::Choice { options, initial } => {
            let fits = |(_, value): &&(String, String)| units(value) <= OPTION_VALUE_MAX;
            let all: Vec<Value> = options
                .iter()
                .filter(fits)
                .take(OPTIONS_MAX)
                .map(|(text, value)| option(text, value))
                .collect();
            let chosen = initial.as_ref().and_then(|it| all.iter().find(|known| known["value"] == **it));
            let mut element = json!({"type": "static_select", "action_id": input.field, "options": all});
            if let Some(chosen) = chosen.cloned() {
                element["initial_option"] = chosen;
            }
            element
        }
        BlankKind::Member { initial } => {
            let mut element = json!({"type": "users_select", "action_id": input.field});
            if let Some(member) = initial {
                element["initial_user"] = member.as_str().into();
            }
            element
        }
        BlankKind::Moment { initial } => {
            let mut element = json!({"type": "datetimepicker", "action_id": input.field});
            if let Some(at) = initial {
                element["initial_date_time"] = at.as_second().into();
            }
            element
        }
    };
    let mut block = json!({
        "type": "input", "block_id": input.field, "optional": input.optional,
        "label": plain(&input.label, LABEL_MAX), "element": element,
    });
    if let Some(hint) = &input.hint {
        block["hint"] = plain(hint, LABEL_MAX);
    }
    block
}

/// Slack's three characters, and control characters as spaces; cut before `max` units, never within an entity.
/// <https://docs.slack.dev/messaging/formatting-message-text#escaping>
pub(super) fn escape(text: &str, max: usize) -> String {
    let entity = |c: char| match c {
        '&' => Some("&amp;"),
        '<' => Some("&lt;"),
        '>' => Some("&gt;"),
        c if c.is_control() && c != '\n' => Some(" "),
        _ => None,
    };
    escaped(text, max, entity, units)
}

/// A choice of a menu.
pub(super) fn option(text: &str, value: &str) -> Value {
    json!({"text": plain(text, OPTION_TEXT_MAX), "value": value})
}

pub(super) fn plain(text: &str, max: usize) -> Value {
    json!({"type": "plain_text", "text": cut_units(text, max), "emoji": true})
}

/// The length of a text as Slack counts it.
pub fn units(text: &str) -> usize {
    text.chars().map(char::len_utf16).sum()
}

/// A text in at most so many UTF-16 units, with a mark where it was cut.
pub fn cut_units(text: &str, max: usize) -> String {
    if units(text) <= max {
        return text.to_owned();
    }
    let (mut kept, mut size) = (String::new(), 1);
    for c in text.chars() {
        size += c.len_utf16();
        if size > max {
            break;
        }
        kept.push(c);
    }
    kept.push('…');
    kept
}
