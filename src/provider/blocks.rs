//! Slack's Block Kit: a card as blocks, escaped and cut to Slack's limits.
//!
//! Everything that came from an alert passes through [`escape`], so that it cannot mention `@channel` or forge a link.
//! Limits: <https://docs.slack.dev/reference/block-kit/blocks>.

use super::slack_view::{BUTTON_LABEL_MAX, OVERFLOW_MAX, SECTION_MAX, escape, option};
use crate::alert::{Link, Severity};
use crate::incident::message::{Button, ButtonKind, Card, Field};
use crate::incident::{Delivery, IncidentId};
use crate::language::chat::{Chat, Doing};
use crate::language::{Shown, Word};
use serde_json::{Value, json};

/// The longest text of one field of a section, likewise.
pub const FIELD_MAX: usize = 2000;
/// The most fields in one section.
pub const FIELDS_MAX: usize = 10;
/// The longest URL of a button or a link; a longer one is left out.
pub const URL_MAX: usize = 3000;
/// The most buttons in one row; Slack takes 25.
pub const BUTTONS_MAX: usize = 5;
/// The most sections of lines; with the rest of a card far below Slack's 50 blocks.
pub const LINES_MAX: usize = 20;
/// The most links shown.
pub const LINKS_MAX: usize = 5;
/// The most incidents whose ids fit a button's value (2000 characters); beyond, it names the delivery.
pub const BUTTON_INCIDENTS_MAX: usize = 50;
/// The longest plain text, of a notification or an answer; Slack advises 4000.
pub const TEXT_MAX: usize = 4000;

/// The blocks of a card.
pub(super) fn blocks(card: &Card, delivery: &Delivery) -> Vec<Value> {
    let mut blocks = vec![section(&headline(&card.headline))];
    if delivery.repeat {
        blocks.push(section(&escape(&card.language.shown(&Shown::Repeated), SECTION_MAX)));
    }
    blocks.extend(card.fields.chunks(FIELDS_MAX).map(fields));
    blocks.extend(
        card.lines
            .iter()
            .filter(|line| !line.trim().is_empty())
            .take(LINES_MAX)
            .map(|line| section(&escape(line, SECTION_MAX))),
    );
    let links: Vec<String> = card.links.iter().filter_map(link).take(LINKS_MAX).collect();
    blocks.extend(links.iter().map(|link| section(link)));
    let buttons: Vec<Value> = card
        .buttons
        .iter()
        .filter(|button| !matches!(&button.kind, ButtonKind::Open(url) if url.chars().count() > URL_MAX))
        .take(BUTTONS_MAX)
        .enumerate()
        .map(|(index, it)| button(it, index, card, delivery))
        .collect();
    let elements: Vec<Value> = buttons.into_iter().chain(menu(card, delivery)).collect();
    if !elements.is_empty() {
        blocks.push(json!({"type": "actions", "elements": elements}));
    }
    blocks
}

/// The colour of the severity beside the message, with its word.
pub(super) fn attachments(card: &Card) -> Option<Value> {
    let (colour, word) = match card.severity? {
        Severity::Critical => ("#e01e5a", Word::Critical),
        Severity::Error => ("#e8912d", Word::Error),
        Severity::Warning => ("#ecb22e", Word::Warning),
        Severity::Info => ("#36a2eb", Word::Info),
    };
    let word = escape(card.language.word(word), BUTTON_LABEL_MAX);
    let text = json!({"type": "mrkdwn", "text": word, "verbatim": true});
    let blocks = json!([{"type": "context", "elements": [text]}]);
    Some(json!([{"color": colour, "fallback": word, "blocks": blocks}]))
}

/// The menu behind three dots: what can be done beside the buttons, and where there is more.
fn menu(card: &Card, delivery: &Delivery) -> Option<Value> {
    let target = value(card, delivery);
    let choice = |doing: &Doing| option(card.language.doing(*doing), &format!("{} {target}", doing.name()));
    let mut options: Vec<Value> = card.menu.iter().take(OVERFLOW_MAX - 1).map(choice).collect();
    if options.is_empty() {
        return None;
    }
    options.push(option(&card.language.chat(&Chat::Choose), &format!("menu {target}")));
    Some(json!({"type": "overflow", "action_id": "more", "options": options}))
}

/// `ids 3-17,3-18` or, for very many, `delivery 3-9`.
fn value(card: &Card, delivery: &Delivery) -> String {
    if card.incidents.len() > BUTTON_INCIDENTS_MAX {
        return format!("delivery {}", delivery.task.edits().unwrap_or(delivery.id));
    }
    let ids: Vec<String> = card.incidents.iter().map(IncidentId::to_string).collect();
    format!("ids {}", ids.join(","))
}

/// Bold, unless a character of the text would end it.
fn headline(text: &str) -> String {
    let escaped = escape(text, SECTION_MAX - 2);
    if escaped.contains(['*', '\n', '`']) { escaped } else { format!("*{}*", escaped.trim()) }
}

/// `verbatim` keeps Slack from finding mentions and channels in the text by itself.
fn section(text: &str) -> Value {
    json!({"type": "section", "text": {"type": "mrkdwn", "text": text, "verbatim": true}})
}

fn fields(fields: &[Field]) -> Value {
    let each: Vec<Value> = fields
        .iter()
        .map(|field| {
            let label = escape(field.label, BUTTON_LABEL_MAX);
            let text = format!("*{label}*\n{}", escape(&field.value, FIELD_MAX - BUTTON_LABEL_MAX - 3));
            json!({"type": "mrkdwn", "text": text, "verbatim": true})
        })
        .collect();
    json!({"type": "section", "fields": each})
}

fn link(link: &Link) -> Option<String> {
    let safe: String = link
        .href
        .chars()
        .map(|c| match c {
            '<' => "%3C".into(),
            '>' => "%3E".into(),
            '|' => "%7C".into(),
            '&' => "&amp;".into(),
            c if c.is_control() || c.is_whitespace() => "%20".into(),
            c => c.to_string(),
        })
        .collect();
    let web = safe.starts_with("https://") || safe.starts_with("http://");
    let label = escape(&link.text.replace('|', " "), SECTION_MAX - URL_MAX / 2 - 3);
    match (web && safe.chars().count() <= URL_MAX / 2, label.trim()) {
        (false, _) => None,
        (true, "") => Some(format!("<{safe}>")),
        (true, label) => Some(format!("<{safe}|{label}>")),
    }
}

/// Slack refuses two elements of one row with the same `action_id`.
fn button(button: &Button, index: usize, card: &Card, delivery: &Delivery) -> Value {
    let label: String = button.label.chars().take(BUTTON_LABEL_MAX).collect();
    let text = json!({"type": "plain_text", "text": label});
    match &button.kind {
        ButtonKind::Acknowledge => json!({
            "type": "button", "action_id": "acknowledge", "style": "primary", "text": text,
            "value": value(card, delivery),
        }),
        ButtonKind::Resolve => json!({
            "type": "button", "action_id": "resolve", "text": text, "value": value(card, delivery),
        }),
        ButtonKind::Open(url) => json!({
            "type": "button", "action_id": format!("open-{index}"), "text": text, "url": url,
        }),
    }
}
