//! A Rust file, read closely enough for the rules: its code without comments and texts, its words and its paths.

/// One file below `src/`.
pub struct Source {
    /// From the root of the crate: `src/schedule/layer.rs`.
    pub path: String,
    pub text: String,
    /// The text with every comment, text and character blanked, line by line.
    pub code: String,
}

/// A word (an identifier or keyword) or a sign of the code.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Token<'a> {
    pub text: &'a str,
    pub line: usize,
}

impl Token<'_> {
    pub fn is_word(&self) -> bool {
        self.text.starts_with(|c: char| c.is_alphabetic() || c == '_')
    }
}

/// A path, groups resolved: `use crate::{a, b::c}` is `crate::a` and `crate::b::c`.
#[derive(Debug, PartialEq)]
pub struct CodePath {
    pub segments: Vec<String>,
    pub line: usize,
}

impl Source {
    pub fn new(path: &str, text: &str) -> Source {
        Source { path: path.to_owned(), text: text.to_owned(), code: blank(text) }
    }

    /// The module below the crate: `schedule` for `src/schedule/layer.rs` and `alert` for `src/alert.rs`.
    pub fn module(&self) -> &str {
        let below = self.path.trim_start_matches("src/");
        below.split(['/', '.']).next().unwrap_or(below)
    }

    /// `layer` for `src/schedule/layer.rs`.
    pub fn stem(&self) -> &str {
        self.path.rsplit('/').next().unwrap_or(&self.path).trim_end_matches(".rs")
    }

    pub fn tokens(&self) -> Vec<Token<'_>> {
        let mut tokens = Vec::new();
        for (number, line) in self.code.lines().enumerate() {
            let mut rest = line.trim_start();
            while let Some(first) = rest.chars().next() {
                let word = |c: char| c.is_alphanumeric() || c == '_';
                let length = match first {
                    c if word(c) => rest.find(|c| !word(c)).unwrap_or(rest.len()),
                    ':' if rest.starts_with("::") => 2,
                    c => c.len_utf8(),
                };
                tokens.push(Token { text: &rest[..length], line: number + 1 });
                rest = rest[length..].trim_start();
            }
        }
        tokens
    }

    pub fn paths(&self) -> Vec<CodePath> {
        let tokens = self.tokens();
        let mut paths = Vec::new();
        let mut at = 0;
        while at < tokens.len() {
            let starts = tokens[at].is_word() && tokens.get(at + 1).is_some_and(|next| next.text == "::");
            at = if starts { tree(&tokens, at, &[], &mut paths) } else { at + 1 };
        }
        paths
    }

    /// Every function with a body: name, first and last line.
    pub fn functions(&self) -> Vec<(String, usize, usize)> {
        let tokens = self.tokens();
        let named = |at: usize| tokens[at].text == "fn" && tokens.get(at + 1).is_some_and(Token::is_word);
        let starts = (0..tokens.len()).filter(|at| named(*at));
        starts
            .filter_map(|at| body_end(&tokens, at).map(|end| (at, end)))
            .map(|(at, end)| (tokens[at + 1].text.to_owned(), tokens[at].line, tokens[end].line))
            .collect()
    }
}

/// Reads the path or group of paths at `at`, after `prefix`; gives where it ends.
fn tree(tokens: &[Token<'_>], mut at: usize, prefix: &[String], paths: &mut Vec<CodePath>) -> usize {
    let mut segments = prefix.to_vec();
    let mut line = tokens[at].line;
    while let Some(token) = tokens.get(at) {
        match token.text {
            "{" => return group(tokens, at + 1, &segments, paths),
            text if token.is_word() || text == "*" => segments.push(text.to_owned()),
            _ => break,
        }
        line = token.line;
        at += 1;
        if tokens.get(at).is_none_or(|next| next.text != "::") {
            break;
        }
        at += 1;
    }
    paths.push(CodePath { segments, line });
    at
}

/// Reads `a, b::c }` up to its end.
fn group(tokens: &[Token<'_>], mut at: usize, prefix: &[String], paths: &mut Vec<CodePath>) -> usize {
    while let Some(token) = tokens.get(at) {
        at = match token.text {
            "}" => return at + 1,
            "*" | "{" => tree(tokens, at, prefix, paths),
            "as" => at + 2,
            _ if token.is_word() => tree(tokens, at, prefix, paths),
            _ => at + 1,
        };
    }
    at
}

/// Where the body of the function at `at` ends, if it has one.
fn body_end(tokens: &[Token<'_>], at: usize) -> Option<usize> {
    let (mut parentheses, mut braces) = (0, 0);
    for (index, token) in tokens.iter().enumerate().skip(at) {
        match token.text {
            "(" | "[" if braces == 0 => parentheses += 1,
            ")" | "]" if braces == 0 => parentheses -= 1,
            ";" if braces == 0 && parentheses == 0 => return None,
            "{" => braces += 1,
            "}" => braces -= 1,
            _ => continue,
        }
        if token.text == "}" && braces == 0 {
            return Some(index);
        }
    }
    None
}

/// The text with comments, texts and characters as spaces; lines stay where they are.
fn blank(text: &str) -> String {
    let mut code = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(first) = rest.chars().next() {
        let begins_word = !code.ends_with(|c: char| c.is_alphanumeric() || c == '_');
        let length = comment(rest).or_else(|| begins_word.then(|| literal(rest)).flatten());
        match length {
            Some(length) => {
                code.extend(rest[..length].chars().map(|c| if c == '\n' { c } else { ' ' }));
                rest = &rest[length..];
            }
            None => {
                code.push(first);
                rest = &rest[first.len_utf8()..];
            }
        }
    }
    code
}

/// The length of the comment that `rest` begins with.
fn comment(rest: &str) -> Option<usize> {
    if rest.starts_with("//") {
        return Some(rest.find('\n').unwrap_or(rest.len()));
    }
    if !rest.starts_with("/*") {
        return None;
    }
    let (mut at, mut depth) = (0, 0);
    while at < rest.len() {
        let (step, change) = match &rest[at..] {
            text if text.starts_with("/*") => (2, 1),
            text if text.starts_with("*/") => (2, -1),
            text => (text.chars().next().map_or(1, char::len_utf8), 0),
        };
        at += step;
        depth += change;
        if depth == 0 {
            break;
        }
    }
    Some(at)
}

/// The length of the text or character that `rest` begins with, with its prefix (`r`, `b`, `c`).
fn literal(rest: &str) -> Option<usize> {
    let prefix = rest.find(|c: char| !"rbc".contains(c)).filter(|length| *length <= 2)?;
    let (letters, after) = rest.split_at(prefix);
    let hashes = after.find(|c| c != '#').unwrap_or(0);
    if letters.contains('r') && after[hashes..].starts_with('"') {
        let end = format!("\"{}", &after[..hashes]);
        let from = prefix + hashes + 1;
        return Some(rest[from..].find(&end).map_or(rest.len(), |at| from + at + end.len()));
    }
    match after.chars().next()? {
        '"' => Some(prefix + quoted(after, '"')),
        '\'' if is_character(after) => Some(prefix + quoted(after, '\'')),
        _ => None,
    }
}

/// Whether `'` begins a character, and not a lifetime.
fn is_character(text: &str) -> bool {
    let mut characters = text.chars().skip(1);
    let first = characters.next();
    first == Some('\\') || characters.next() == Some('\'')
}

/// The length of a quoted text with escapes.
fn quoted(text: &str, quote: char) -> usize {
    let mut escaped = false;
    for (at, c) in text.char_indices().skip(1) {
        if c == quote && !escaped {
            return at + 1;
        }
        escaped = c == '\\' && !escaped;
    }
    text.len()
}
