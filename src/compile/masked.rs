//! The secrets that somebody wrote into a file by mistake, so that no finding shows them.
//!
//! It reads lines and not YAML, because a file that is broken is shown as well. What follows the name of a secret is one, unless it
//! names a place (`{ env: NAME }`); what only looks like one is known by [`look_secret`], wherever it stands.

use super::yaml::{Node, NodeKind, parse};
use crate::config::{MASK, bare, is_secret_itself, is_secret_name, look_secret, masked};
use std::ops::Range;

/// Names of secrets that are often misspelt, less `_`.
const SPELT: [&str; 9] = [
    "secret",
    "token",
    "bottoken",
    "authtoken",
    "apitoken",
    "signingsecret",
    "pushsecret",
    "calendarsecret",
    "password",
];
/// Keys below the name of a secret that may be shown.
const WORDS: [&str; 15] = [
    "env", "file", "sops", "key", "name", "value", "path", "secret", "token", "from", "vault", "id", "url",
    "may", "default",
];
/// Values of `may` beside a token.
const MAY: [&str; 5] = ["view", "respond", "act_for", "export", "administer"];
/// Of a shorter text, only what is quoted alone is masked in a message.
const SHORT: usize = 6;
/// The longest beginning of a value that a message shows, in characters.
const BEGINNING: usize = 60;
const PRIVATE_KEY: &str = "PRIVATE KEY";

/// Where a file has secrets, in bytes, in order.
pub(super) fn secrets_in(text: &str) -> Vec<Range<usize>> {
    let mut reader = Lines { text, found: look_secret(text), below: None, is_private_key: false };
    let mut at = 0;
    for line in text.split_inclusive('\n') {
        reader.line(at, line.trim_end_matches(['\n', '\r']));
        at += line.len();
    }
    reader.found.retain(|range| !range.is_empty());
    reader.found.sort_by_key(|range| (range.start, std::cmp::Reverse(range.end)));
    reader.found
}

/// The texts of these secrets as a message may quote them, the longest first.
pub(super) fn quoted(text: &str, secrets: &[Range<usize>]) -> Vec<String> {
    let mut all: Vec<String> =
        secrets.iter().filter_map(|range| text.get(range.clone())).map(unquoted).collect();
    if !secrets.is_empty() {
        let mut nodes: Vec<Node> = parse(text).root.into_iter().collect();
        while let Some(node) = nodes.pop() {
            match node.kind {
                NodeKind::Scalar { text, .. } => {
                    let is_secret =
                        |range: &Range<usize>| range.start < node.span.end && node.span.start < range.end;
                    all.extend(secrets.iter().any(is_secret).then_some(text));
                }
                NodeKind::Sequence(items) => nodes.extend(items),
                NodeKind::Mapping(entries) => nodes.extend(entries.into_iter().map(|entry| entry.value)),
            }
        }
    }
    // A message may quote a part of what is wrong.
    let parts = all.iter().flat_map(|text| text.split([':', ',', '{', '}', '[', ']', '"', '\'']));
    let parts: Vec<String> = parts.map(|part| part.trim().to_owned()).collect();
    all.extend(parts.into_iter().filter(|part| part.chars().count() >= SHORT && !WORDS.contains(&&**part)));
    let beginnings: Vec<String> = all.iter().map(|text| text.chars().take(BEGINNING).collect()).collect();
    all.extend(beginnings);
    all.retain(|text| !text.trim().is_empty());
    all.sort_by_key(|text| std::cmp::Reverse(text.len()));
    all.dedup();
    all
}

/// A message without these secrets, and without what looks like one.
pub(super) fn without(secrets: &[String], message: &str) -> String {
    let mut shown = message.to_owned();
    for secret in secrets {
        if secret.chars().count() >= SHORT {
            shown = shown.replace(&**secret, MASK);
        } else {
            shown = shown.replace(&format!("`{secret}`"), &format!("`{MASK}`"));
        }
    }
    masked(&shown).into_owned()
}

fn unquoted(text: &str) -> String {
    text.trim().trim_matches(['"', '\'']).to_owned()
}

/// What the next lines belong to.
#[derive(Clone, Copy, Debug)]
struct Below {
    /// Where the name of the secret begins in its line.
    column: usize,
    /// All of it is the value, whatever it says: a long text.
    is_text: bool,
}

struct Lines<'t> {
    text: &'t str,
    found: Vec<Range<usize>>,
    below: Option<Below>,
    is_private_key: bool,
}

impl Lines<'_> {
    fn line(&mut self, at: usize, line: &str) {
        let content = line.trim_start();
        if content.is_empty() {
            return;
        }
        let column = line.len() - content.len();
        let whole = at + column..at + line.trim_end().len();
        let begins = content.contains("-----BEGIN") && content.contains(PRIVATE_KEY);
        if self.is_private_key || begins {
            let start = if begins { content.find("-----BEGIN").unwrap_or(0) } else { 0 };
            self.found.push(whole.start + start..whole.end);
            self.is_private_key = !content.contains("-----END");
            return;
        }
        if content.starts_with('#') {
            let below = self.below.take();
            self.keys(at, line);
            self.below = below;
            return;
        }
        if let Some(below) = self.below {
            let is_deeper = column > below.column || content.starts_with('-') && column >= below.column;
            // A value that is not indented as it should be.
            if is_deeper || !has_key(content) {
                if below.is_text {
                    self.found.push(whole)
                } else {
                    self.values(whole)
                }
                return;
            }
            self.below = None;
        }
        self.keys(at, line);
    }

    /// The values of all names of secrets in a line.
    fn keys(&mut self, at: usize, line: &str) {
        let mut from = 0;
        while let Some((key, value)) = next_key(line, from) {
            from = value;
            let name = &line[key.clone()];
            if !is_name(name) {
                continue;
            }
            let mut rest = line[value..].trim_start();
            // An anchor or a tag, or a secret that looks like one.
            while rest.starts_with(['&', '!']) {
                let end = rest.find(char::is_whitespace).unwrap_or(rest.len());
                let start = at + line.len() - rest.len();
                self.found.push(start..start + end);
                rest = rest[end..].trim_start();
            }
            let (start, column) = (line.len() - rest.len(), key.start);
            let is_inner = line[..key.start].contains(['{', '[']);
            match rest.chars().next() {
                None | Some('#') => {
                    self.below = Some(Below { column, is_text: false });
                    return;
                }
                Some('|' | '>') => {
                    self.below = Some(Below { column, is_text: true });
                    return;
                }
                Some('{' | '[') => {
                    let end = closed(rest);
                    let end = end.unwrap_or_else(|| {
                        self.below = Some(Below { column, is_text: false });
                        rest.len()
                    });
                    self.values(at + start..at + start + end);
                    from = start + end;
                }
                Some(_) => {
                    let end = scalar_end(rest, is_inner);
                    self.found.push(at + start..at + start + rest[..end].trim_end().len());
                    from = start + end;
                    if !is_inner {
                        self.below = Some(Below { column, is_text: true });
                    }
                }
            }
        }
    }

    /// Everything below the name of a secret that does not name a place.
    fn values(&mut self, range: Range<usize>) {
        let text = &self.text[range.clone()];
        let (mut at, mut key) = (0, "");
        while at < text.len() {
            let rest = &text[at..];
            let c = rest.chars().next().unwrap_or(' ');
            if c.is_whitespace() || "{}[],:".contains(c) || c == '-' && rest[1..].starts_with([' ', '\t']) {
                at += c.len_utf8();
                continue;
            }
            if c == '#' && (at == 0 || text[..at].ends_with(char::is_whitespace)) {
                return;
            }
            let end = word_end(rest);
            let (word, after) = (unquoted(&rest[..end]), rest[end..].trim_start());
            let is_key = after.starts_with(':');
            let is_fine = if is_key { is_word(&word) } else { is_place(key, &word) };
            if !is_fine {
                self.found.push(range.start + at..range.start + at + end);
            }
            key = WORDS.into_iter().find(|each| is_key && *each == word).unwrap_or_default();
            at += end;
        }
    }
}

/// Whether a key may be shown; so short a word is a slip (`evn`), and no secret.
fn is_word(key: &str) -> bool {
    WORDS.contains(&key) || key.len() <= 5 && key.bytes().all(|byte| byte.is_ascii_lowercase())
}

/// Whether a value names the place of a secret, by its key.
fn is_place(key: &str, value: &str) -> bool {
    let is_of = |more: &str| value.chars().all(|c| c.is_ascii_alphanumeric() || more.contains(c));
    let is_named = match key {
        "env" => is_of("_") && !value.starts_with(|c: char| c.is_ascii_digit()),
        "file" => value.starts_with('/') && is_of("/._-"),
        "sops" => is_of("/._-") && value.contains('.'),
        "key" => is_of("._-"),
        "name" => true,
        "may" | "" => MAY.contains(&value),
        _ => false,
    };
    is_named && !value.rsplit('/').next().is_some_and(is_secret_itself)
}

/// Whether a key is the name of a secret, or nearly.
fn is_name(key: &str) -> bool {
    let name = bare(key.trim_matches(['"', '\'']));
    let is_near = |spelt: &&str| {
        let few = 1 + usize::from(spelt.len() >= 8);
        name.len().abs_diff(spelt.len()) <= few
            && name.bytes().next() == spelt.bytes().next()
            && strsim::damerau_levenshtein(&name, spelt) <= few
    };
    is_secret_name(key.trim_matches(['"', '\''])) || name == "apitokens" || SPELT.iter().any(is_near)
}

/// The next word that something follows as its value, by `:`, `=` or, at the beginning of a line, nothing: the word, and where
/// what follows begins.
fn next_key(line: &str, from: usize) -> Option<(Range<usize>, usize)> {
    let is_of_word = |c: char| c.is_ascii_alphanumeric() || "_-\"'".contains(c);
    let mut start = from;
    loop {
        start += line.get(start..)?.find(is_of_word)?;
        let word = &line[start..];
        let word = &word[..word.find(|c| !is_of_word(c)).unwrap_or(word.len())];
        let end = start + word.len();
        let after = line[end..].trim_start();
        if after.starts_with([':', '=']) {
            return Some((start..end, line.len() - after.len() + 1));
        }
        let is_begin = line[..start].trim_start_matches([' ', '\t', '-']).is_empty();
        if is_begin && is_secret_name(word) {
            return Some((start..end, end));
        }
        start = end;
    }
}

fn has_key(content: &str) -> bool {
    content.split_once(": ").is_some() || content.ends_with(':')
}

/// Where brackets that open at the beginning are closed again; `None`: not in this line.
fn closed(text: &str) -> Option<usize> {
    let (mut depth, mut quote) = (0, None);
    for (at, c) in text.char_indices() {
        match (quote, c) {
            (Some(open), c) => quote = (open != c).then_some(open),
            (None, '"' | '\'') => quote = Some(c),
            (None, '{' | '[') => depth += 1,
            (None, '}' | ']') => {
                depth -= 1;
                if depth == 0 {
                    return Some(at + 1);
                }
            }
            _ => {}
        }
    }
    None
}

/// Where the value at the beginning of a text ends; to be on the safe side, a comment is a part of it.
fn scalar_end(text: &str, is_inner: bool) -> usize {
    if text.starts_with(['"', '\'']) {
        let end = word_end(text);
        // What follows a quote directly is a mistake, and most likely a part of it.
        return if text[end..].starts_with([',', '}', ']', ' ']) && is_inner { end } else { text.len() };
    }
    if is_inner { text.find([',', '}', ']']).unwrap_or(text.len()) } else { text.len() }
}

/// Where the word or the quoted text at the beginning ends.
fn word_end(text: &str) -> usize {
    let Some(quote) = text.chars().next().filter(|c| matches!(c, '"' | '\'')) else {
        let ends = |c: char| c.is_whitespace() || ",{}[]".contains(c);
        let is_end = |at: usize, c: char| match c {
            ':' => text[at + 1..].chars().next().is_none_or(ends),
            '#' => text[..at].ends_with(char::is_whitespace),
            c => ",{}[]".contains(c),
        };
        let end = text.char_indices().find(|(at, c)| is_end(*at, *c)).map_or(text.len(), |(at, _)| at);
        // `values` always gets on.
        return text[..end].trim_end().len().max(text.chars().next().map_or(0, char::len_utf8));
    };
    let mut escaped = false;
    for (at, c) in text.char_indices().skip(1) {
        if c == quote && !escaped {
            return at + 1;
        }
        escaped = c == '\\' && !escaped && quote == '"';
    }
    text.len()
}
