//! What looks like a secret in a text that is shown: tokens of known forms, passwords in addresses, long random words.
//!
//! A guess, and on the safe side: what is masked without need costs a look into the file. Where a secret is expected, `compile`
//! knows better.

use std::borrow::Cow;
use std::ops::Range;

/// What stands in place of a secret.
pub const MASK: &str = "***";

/// How tokens begin, and how many characters follow at least.
const BEGINNINGS: [(&str, usize); 33] = [
    ("xoxb-", 1),
    ("xoxp-", 1),
    ("xoxa-", 1),
    ("xoxe-", 1),
    ("xoxe.", 1),
    ("xoxr-", 1),
    ("xoxs-", 1),
    ("xapp-", 1),
    ("ghp_", 8),
    ("gho_", 8),
    ("ghu_", 8),
    ("ghs_", 8),
    ("ghr_", 8),
    ("github_pat_", 1),
    ("glpat-", 1),
    ("gldt-", 8),
    ("glrt-", 8),
    ("AKIA", 12),
    ("ASIA", 12),
    ("sk_live_", 1),
    ("sk_test_", 1),
    ("rk_live_", 1),
    ("sk-", 16),
    ("ATATT3", 8),
    ("ATCTT3", 8),
    ("AGE-SECRET-KEY-", 1),
    ("eyJ", 12),
    ("whsec_", 1),
    ("hvs.", 8),
    ("npm_", 16),
    ("pypi-", 16),
    ("AIza", 16),
    ("ya29.", 8),
];
/// Names of what is secret, less `_`, `-` and the size of letters; longer names may end so.
const NAMES: [&str; 19] = [
    "token",
    "secret",
    "password",
    "passwd",
    "passphrase",
    "apikey",
    "privatekey",
    "accesskey",
    "signingkey",
    "secretkey",
    "routingkey",
    "servicekey",
    "integrationkey",
    "geniekey",
    "credential",
    "credentials",
    "authorization",
    "signature",
    "bearer",
];
/// The same, alone.
const SHORT_NAMES: [&str; 7] = ["auth", "key", "sig", "pass", "pwd", "code", "hash"];

/// The text with a mask for everything in it that looks like a secret.
pub fn masked(text: &str) -> Cow<'_, str> {
    let ranges = look_secret(text);
    if ranges.is_empty() {
        return Cow::Borrowed(text);
    }
    let (mut shown, mut at) = (String::new(), 0);
    for range in ranges {
        if range.start < at {
            continue;
        }
        shown.push_str(&text[at..range.start]);
        shown.push_str(MASK);
        at = range.end;
    }
    shown.push_str(&text[at..]);
    Cow::Owned(shown)
}

/// What in a text looks like a secret, in bytes, in order; one may be in another.
pub fn look_secret(text: &str) -> Vec<Range<usize>> {
    let is_end = |c: char| c.is_whitespace() || "\"'`<>,;()[]{}|".contains(c);
    let mut found = Vec::new();
    let mut start = 0;
    for (end, c) in text.char_indices().chain([(text.len(), ' ')]) {
        if is_end(c) {
            in_word(&text[start..end], start, &mut found);
            start = end + c.len_utf8();
        }
    }
    found.sort_by_key(|range| (range.start, std::cmp::Reverse(range.end)));
    found
}

/// Whether what is called so is a secret: `token`, `SIGNING_SECRET`, `api-key`.
pub fn is_secret_name(name: &str) -> bool {
    let name = bare(name);
    NAMES.iter().any(|ending| name.ends_with(ending))
}

/// The name of an environment variable or another place, unless it looks like the secret itself.
pub fn place_name(name: &str) -> &str {
    if is_secret_itself(name) { MASK } else { name }
}

/// Whether what should name a place is a secret: names of variables are words with `_` between them.
pub fn is_secret_itself(name: &str) -> bool {
    let count = |is: fn(&u8) -> bool| name.bytes().filter(is).count();
    let (digits, lower) = (count(u8::is_ascii_digit), count(u8::is_ascii_lowercase));
    let is_one_word = !name.contains(['_', '/', '.']);
    let looks_random =
        is_one_word && (name.len() >= 12 && digits > 0 && lower > 0 || name.len() >= 16 && digits >= 3);
    looks_random || !look_secret(name).is_empty()
}

/// Small letters without what joins them.
pub fn bare(name: &str) -> String {
    name.chars().filter(|c| !matches!(c, '_' | '-')).map(|c| c.to_ascii_lowercase()).collect()
}

fn in_word(word: &str, at: usize, found: &mut Vec<Range<usize>>) {
    // Nothing shorter is anything.
    if word.len() < 6 {
        return;
    }
    let mut before = ' ';
    for (start, c) in word.char_indices() {
        let begins = c.is_ascii_alphabetic() && !before.is_ascii_alphanumeric();
        before = c;
        let token = || BEGINNINGS.iter().find_map(|it| token(&word[start..], *it));
        found.extend(begins.then(token).flatten().map(|length| at + start..at + start + length));
    }
    if let Some(scheme) = word.find("://") {
        in_address(word, scheme + 3, at, found);
    }
    runs(word, at, looks_random, found);
}

/// The length of the token at the beginning, if one begins so.
fn token(text: &str, (beginning, least): (&str, usize)) -> Option<usize> {
    let rest = text.strip_prefix(beginning)?;
    let is_of_token = |c: char| c.is_ascii_alphanumeric() || "_-.+/=".contains(c);
    let length = rest.find(|c: char| !is_of_token(c)).unwrap_or(rest.len());
    (length >= least).then_some(beginning.len() + length)
}

/// A password, a query's values and what is random in a path.
fn in_address(word: &str, host: usize, at: usize, found: &mut Vec<Range<usize>>) {
    let rest = &word[host..];
    let end = rest.find(['/', '?', '#']).unwrap_or(rest.len());
    if let Some(user) = rest[..end].rfind('@') {
        let start = rest[..user].find(':').map_or(0, |colon| colon + 1);
        found.push(at + host + start..at + host + user);
    }
    let (path, query) = rest.split_at(rest.find('?').unwrap_or(rest.len()));
    let mut start = at + host + path.len();
    for pair in query.split_inclusive(['?', '&', '#']) {
        let text = pair.trim_end_matches(['?', '&', '#']);
        if let Some((name, value)) = text.split_once('=') {
            let is_secret = is_secret_name(name) || SHORT_NAMES.contains(&&*bare(name));
            if is_secret && !value.is_empty() {
                found.push(start + name.len() + 1..start + text.len());
            }
        }
        start += pair.len();
    }
    if let Some(hook) = rest[..end].strip_prefix("hooks.slack.com").and(path.find("/services/")) {
        found.push(at + host + hook + "/services/".len()..at + host + path.len());
    }
    let is_uuid = |run: &str| {
        let lengths: Vec<usize> = run.split('-').map(str::len).collect();
        lengths == [8, 4, 4, 4, 12] && run.bytes().all(|byte| byte == b'-' || byte.is_ascii_hexdigit())
    };
    let mut start = at + host;
    for part in path.split_inclusive('/') {
        let text = part.trim_end_matches('/');
        if is_uuid(text) {
            found.push(start..start + text.len());
        }
        start += part.len();
    }
}

/// Letters and digits in a row that are one.
fn runs(word: &str, at: usize, is: impl Fn(&str) -> bool, found: &mut Vec<Range<usize>>) {
    let mut start = 0;
    for (end, c) in word.char_indices().chain([(word.len(), ' ')]) {
        if !c.is_ascii_alphanumeric() {
            if is(&word[start..end]) {
                found.push(at + start..at + end);
            }
            start = end + c.len_utf8();
        }
    }
}

fn looks_random(run: &str) -> bool {
    let count = |is: fn(&u8) -> bool| run.bytes().filter(is).count();
    let (digits, upper, lower) =
        (count(u8::is_ascii_digit), count(u8::is_ascii_uppercase), count(u8::is_ascii_lowercase));
    let is_hex = count(u8::is_ascii_hexdigit) == run.len();
    run.len() >= 20 && digits >= 3 && upper >= 2 && lower >= 2
        || run.len() >= 32 && is_hex && digits >= 4 && upper + lower >= 4
}
