//! The words of a ticket in the form that Jira takes: documents for the Cloud, wiki markup for Data Center.
//!
//! What an alert says is text in both: in a document there is no markup to forge, and in wiki markup whatever would mention, link,
//! show a picture or call a macro is escaped. Only whole words that are web addresses are links, to what they say.

use crate::config::Deployment;
use crate::incident::message::cut;
use serde_json::{Value, json};

/// The longest description or comment, in characters; Jira takes 32767.
pub const TEXT_MAX: usize = 30_000;

/// A description or a comment.
pub(super) fn text(deployment: Deployment, paragraphs: &[String]) -> Value {
    match deployment {
        Deployment::Cloud => document(paragraphs),
        Deployment::DataCenter => wiki(paragraphs).into(),
    }
}

/// Atlassian Document Format: <https://developer.atlassian.com/cloud/jira/platform/apis/document/structure/>. A text
/// node may not be empty, and a line break is a node.
fn document(paragraphs: &[String]) -> Value {
    let mut room = TEXT_MAX;
    let mut content = Vec::new();
    for text in paragraphs.iter().filter(|text| !text.trim().is_empty()) {
        let text = cut(text, room);
        room = room.saturating_sub(text.chars().count());
        content.push(json!({"type": "paragraph", "content": inline(&text)}));
        if room == 0 {
            break;
        }
    }
    json!({"type": "doc", "version": 1, "content": content})
}

fn inline(text: &str) -> Vec<Value> {
    let mut nodes = Vec::new();
    for (index, line) in text.trim().lines().enumerate() {
        if index > 0 {
            nodes.push(json!({"type": "hardBreak"}));
        }
        let words = line.split_inclusive(' ');
        for (link, run) in runs(words) {
            let node = json!({"type": "text", "text": run});
            nodes.push(if link { linked(node, &run) } else { node });
        }
    }
    nodes
}

/// Neighbouring words that are no links are one text.
fn runs<'a>(words: impl Iterator<Item = &'a str>) -> Vec<(bool, String)> {
    let mut runs: Vec<(bool, String)> = Vec::new();
    for word in words {
        let clean = clean(word);
        let link = is_link(&clean);
        match runs.last_mut() {
            Some((false, run)) if !link => run.push_str(&clean),
            _ => runs.push((link, clean)),
        }
    }
    runs
}

fn linked(mut node: Value, href: &str) -> Value {
    node["marks"] = json!([{"type": "link", "attrs": {"href": href.trim_end()}}]);
    node
}

/// Jira's wiki markup: a blank line parts paragraphs.
fn wiki(paragraphs: &[String]) -> String {
    let mut wiki = String::new();
    let mut room = TEXT_MAX;
    for text in paragraphs.iter().map(|text| text.trim()).filter(|text| !text.is_empty()) {
        let escaped = text.lines().map(wiki_line).collect::<Vec<_>>().join("\n");
        let parted = if wiki.is_empty() { escaped } else { format!("\n\n{escaped}") };
        let kept = cut(&parted, room);
        room = room.saturating_sub(kept.chars().count());
        // An escape that is cut in two escapes nothing.
        wiki.push_str(kept.strip_suffix("\\…").unwrap_or(&kept));
        if room == 0 {
            break;
        }
    }
    wiki
}

fn wiki_line(line: &str) -> String {
    line.split_inclusive(' ').map(|word| wiki_word(&clean(word))).collect()
}

fn wiki_word(word: &str) -> String {
    const MARKS: [char; 9] = ['{', '}', '[', ']', '!', '*', '_', '|', '^'];
    let marked = |c: char| MARKS.contains(&c) && c != '_';
    if is_link(word) && !word.contains(marked) && !word.contains('\\') {
        return word.to_owned();
    }
    let mut escaped = String::with_capacity(word.len());
    for c in word.chars() {
        match c {
            '\\' => escaped.push_str("&#92;"),
            c if MARKS.contains(&c) => {
                escaped.push('\\');
                escaped.push(c);
            }
            c => escaped.push(c),
        }
    }
    escaped
}

fn is_link(word: &str) -> bool {
    word.starts_with("https://") || word.starts_with("http://")
}

fn clean(word: &str) -> String {
    word.chars().map(|c| if c.is_control() { ' ' } else { c }).collect()
}
