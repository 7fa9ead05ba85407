//! Percent-encoding (RFC 3986), both ways; and addresses among words.

use crate::alert::Link;

/// Encodes everything but the unreserved characters.
pub fn encoded(text: &str) -> String {
    encoded_except(text, b"")
}

/// Encodes what would end a path or be changed in it. `+`, `/` and `=` stay: base64 has them, and not every proxy lets an
/// encoded `/` through.
pub fn in_path(text: &str) -> String {
    encoded_except(text, b"+/=")
}

fn encoded_except(text: &str, kept: &[u8]) -> String {
    text.bytes()
        .map(|byte| match byte {
            b'A'..=b'Z' | b'a'..=b'z' | b'0'..=b'9' | b'-' | b'.' | b'_' | b'~' => {
                char::from(byte).to_string()
            }
            _ if kept.contains(&byte) => char::from(byte).to_string(),
            _ => format!("%{byte:02X}"),
        })
        .collect()
}

/// Decodes `%xx`; a `%` that does not begin one stays as it is, and so does `+`.
pub fn decoded(text: &str) -> Vec<u8> {
    let bytes = text.as_bytes();
    let mut decoded = Vec::with_capacity(bytes.len());
    let mut at = 0;
    while let Some(&byte) = bytes.get(at) {
        let pair = bytes.get(at + 1..at + 3).filter(|_| byte == b'%').and_then(hex_pair);
        decoded.push(pair.unwrap_or(byte));
        at += if pair.is_some() { 3 } else { 1 };
    }
    decoded
}

/// What people call a runbook.
const RUNBOOK: [&str; 4] = ["runbook", "run book", "手順", "ランブック"];
/// How many letters may stand between the word and its address.
const BETWEEN_MAX: usize = 40;

/// Whether a text speaks of a runbook.
pub fn is_about_runbook(text: &str) -> bool {
    let text = text.to_lowercase();
    RUNBOOK.iter().any(|word| text.contains(word))
}

/// The address that a line calls a runbook: one with the word in it, else the one that is nearest to the word without a comma
/// or a full stop in between. Of two as near, the one behind the word.
pub fn of_runbook(line: &str) -> Option<&str> {
    let urls = all(line);
    if let Some((_, url)) = urls.iter().find(|(_, url)| is_about_runbook(url)) {
        return Some(url);
    }
    // Lower case keeps the places of the words: ASCII alone changes.
    let lower = line.to_ascii_lowercase();
    let words =
        RUNBOOK.iter().flat_map(|word| lower.match_indices(word).map(|(at, _)| (at, at + word.len())));
    let near = words.flat_map(|(from, to)| {
        let between = move |url: &(usize, &str)| match url.0 >= to {
            true => line.get(to..url.0).map(|gap| (gap, 0)),
            false => line.get(url.0 + url.1.len()..from).map(|gap| (gap, 1)),
        };
        urls.iter().filter_map(move |url| {
            let (gap, before) = between(url)?;
            let letters = gap.chars().filter(|c| c.is_alphanumeric()).count();
            let apart = gap.contains("://") || gap.contains([',', ';', '.', '、', '。', '|']);
            (!apart && letters <= BETWEEN_MAX).then_some((letters, before, url.1))
        })
    });
    near.min_by_key(|(letters, before, _)| (*letters, *before)).map(|(_, _, url)| url)
}

/// The addresses in a text as links, but for what it calls a runbook.
pub fn links(text: &str) -> impl Iterator<Item = Link> {
    let runbook = text.lines().find_map(of_runbook);
    let others = all(text).into_iter().filter(move |(_, href)| Some(*href) != runbook);
    others.map(|(_, href)| Link { href: href.to_owned(), text: String::new() })
}

/// Every address of a web page in a text and where it begins, less what ends a sentence.
fn all(text: &str) -> Vec<(usize, &str)> {
    let mut found = Vec::new();
    let mut from = 0;
    while let Some((at, url)) = text.get(from..).and_then(first_in) {
        found.push((from + at, url));
        from += at + url.len().max(1);
    }
    found
}

fn first_in(text: &str) -> Option<(usize, &str)> {
    let at = ["https://", "http://"].iter().filter_map(|scheme| text.find(scheme)).min()?;
    let rest = text.get(at..)?;
    let end =
        rest.find(|c: char| c.is_whitespace() || "\"'<>()[]{}|`、。」".contains(c)).unwrap_or(rest.len());
    rest.get(..end).map(|url| (at, url.trim_end_matches(['.', ',', ';', ':', '!', '?'])))
}

/// The value of a field of an `application/x-www-form-urlencoded` body.
pub fn form_field(body: &[u8], name: &str) -> Option<Vec<u8>> {
    let body = std::str::from_utf8(body).ok()?;
    let value = body.split('&').find_map(|pair| pair.strip_prefix(name)?.strip_prefix('='))?;
    Some(decoded(&value.replace('+', " ")))
}

fn hex_pair(pair: &[u8]) -> Option<u8> {
    let digit = |byte: u8| char::from(byte).to_digit(16);
    let value = digit(*pair.first()?)? * 16 + digit(*pair.get(1)?)?;
    u8::try_from(value).ok()
}
