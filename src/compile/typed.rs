//! What a keyboard or a merge leaves in a file, and what YAML then reads as something else.
//!
//! An input method writes full-width marks (`：`, `、`, `　`, `“`). YAML takes them for letters, and complains a line later, or
//! of a name that nobody knows. So where a file is not YAML, its marks are looked at; and where a value is wrong, its letters.

use super::code;
use super::diagnostic::{Diagnostic, Finding, Part, Severity, Spot};
use super::source::Sources;
use super::yaml::{NodeKind, Parsed};
use crate::language::words::Words;
use std::sync::Arc;

/// The most marks of one file that are named.
const MARKS_MAX: usize = 20;

/// Findings whose help a full-width mark replaces, if there is one in what they point at.
const ABOUT_TEXT: [&str; 7] =
    [code::UNKNOWN_KEY, code::SHAPE, code::WORD, code::VALUE, code::REFERENCE, code::MATCH, code::QUOTE];

/// The marks of a merge that nobody has resolved: one finding, whatever else they break.
pub(super) fn conflict(file: &Arc<str>, text: &str) -> Option<Finding> {
    let line = |mark: &str| text.lines().position(|line| line == mark.trim_end() || line.starts_with(mark));
    let marks = [line("<<<<<<< "), line(">>>>>>> "), text.lines().position(|line| line == "=======")];
    let spot = |line: usize| Spot::root(file).on(Part::Line(u32::try_from(line + 1).unwrap_or(u32::MAX)));
    let message =
        Words::new("a merge conflict is left in this file", "マージのコンフリクトが解消されずに残っています");
    let help = Words::new(
        "keep what is right of the two sides, and remove the lines `<<<<<<<`, `=======` and `>>>>>>>`",
        "両側のうち正しいほうを残し、`<<<<<<<`、`=======`、`>>>>>>>` の行を消してください",
    );
    let end = Words::new("it ends here", "ここまでです");
    match marks {
        [Some(ours), Some(theirs), _] if ours < theirs => {
            Some(Finding::error(code::CONFLICT, spot(ours), message).label(spot(theirs), end).help(help))
        }
        // Whoever removed the others by hand forgot this one.
        marks => {
            let first = marks.into_iter().flatten().min()?;
            Some(Finding::error(code::CONFLICT, spot(first), message).help(help))
        }
    }
}

/// The full-width marks in place of those that make a file YAML; none where it is YAML without them.
pub(super) fn marks(file: &Arc<str>, text: &str, parsed: &Parsed) -> Vec<Finding> {
    let broken = parsed.problems.iter().any(|problem| problem.code == code::SYNTAX);
    let no_object = parsed.root.as_ref().is_some_and(|root| matches!(root.kind, NodeKind::Scalar { .. }));
    if !broken && !no_object {
        return in_keys(text, parsed).into_iter().map(|mark| named(file, mark)).collect();
    }
    let mut found = Vec::new();
    let mut start = 0;
    for line in text.split_inclusive('\n') {
        found.extend(in_line(line).into_iter().map(|(at, mark)| (start + at, mark)));
        start += line.len();
    }
    found.truncate(MARKS_MAX);
    found.into_iter().map(|mark| named(file, mark)).collect()
}

fn named(file: &Arc<str>, (at, mark): (usize, char)) -> Finding {
    let spot = Spot::root(file).on(Part::Bytes(at, at + mark.len_utf8()));
    let half = half_width(mark).unwrap_or(' ');
    Finding::error(code::FULL_WIDTH, spot, is_full_width(mark)).help(write_half(half))
}

/// In braces, a key with a full-width colon, or with a full-width space behind its colon, is a longer key without a value.
fn in_keys(text: &str, parsed: &Parsed) -> Vec<(usize, char)> {
    let keys = parsed.problems.iter().filter(|problem| problem.code == code::NO_VALUE);
    let mark = |start: usize, key: &str| {
        let mut before = None;
        let found = key.char_indices().find(|(_, c)| {
            let is_mark = match half_width(*c) {
                Some(':') => true,
                Some(' ') => before == Some(':'),
                _ => false,
            };
            before = Some(*c);
            is_mark
        });
        found.map(|(at, mark)| (start + at, mark))
    };
    let found = keys.filter_map(|it| mark(it.span.start, text.get(it.span.clone())?));
    found.take(MARKS_MAX).collect()
}

/// Where an error points at a text with full-width marks, they are what is wrong.
pub(super) fn explain(diagnostics: &mut [Diagnostic], sources: &Sources) {
    let errors = diagnostics.iter_mut().filter(|it| it.severity == Severity::Error);
    for found in errors.filter(|it| ABOUT_TEXT.contains(&it.code) && it.location.line > 0) {
        let source = sources.files.get(&found.location.file);
        let written = source.and_then(|source| source.text.get(found.location.span.clone()));
        let Some(written) = written.filter(|written| !written.contains('\n')) else { continue };
        // White space after a value is none of it, to us; to YAML a full-width space is.
        let rest = source.and_then(|source| source.text.get(found.location.span.end..));
        let after = rest.into_iter().flat_map(str::chars).take_while(|c| matches!(c, '\u{3000}' | '\u{a0}'));
        let mut marks: Vec<char> =
            written.chars().filter(|mark| is_suspect(*mark, written)).chain(after).collect();
        marks.sort_unstable();
        marks.dedup();
        let Some(half) = marks.iter().map(|mark| meant(*mark)).collect::<Option<Vec<char>>>() else {
            continue;
        };
        if !marks.is_empty() {
            found.help = Some(instead(&marks, &half));
            found.labels.clear();
        }
    }
}

/// A full-width mark beside letters of ASCII: a name in Japanese has its own commas.
fn is_suspect(mark: char, written: &str) -> bool {
    meant(mark).is_some() && written.chars().any(|c| c.is_ascii_alphanumeric() || is_wide_letter(c))
}

fn is_wide_letter(c: char) -> bool {
    half_width(c).is_some_and(|half| half.is_ascii_alphanumeric())
}

fn instead(marks: &[char], half: &[char]) -> Words {
    let each = |between: &str| {
        let pairs = marks.iter().zip(half);
        let pairs: Vec<String> =
            pairs.map(|(mark, half)| format!("`{}` {between} `{half}`", shown(*mark))).collect();
        pairs
    };
    Words::new(
        format!("full-width characters are other letters to YAML: write {}", each("as").join(", ")),
        format!("全角の文字は別の文字として扱われます。半角で書いてください（{}）", each("→").join("、")),
    )
}

fn is_full_width(mark: char) -> Words {
    let (en, ja) = name(mark);
    let shown = shown(mark);
    Words::new(
        format!("`{shown}` is a full-width {en}, which is a letter like others to YAML"),
        format!("`{shown}` は全角の{ja}なので、YAML の記号として扱われません"),
    )
}

fn write_half(half: char) -> Words {
    let text = match half {
        ':' | ',' | '-' => format!("{half} "),
        _ => half.to_string(),
    };
    match half {
        ' ' => Words::new(
            "write a space, with the input method off",
            "半角の空白に直してください（IME をオフにして入力します）",
        ),
        ':' | ',' | '-' => Words::new(
            format!("write `{text}`, the half-width one and a space"),
            format!("`{text}`（半角の `{half}` と空白）に直してください"),
        ),
        _ => Words::new(format!("write `{text}`"), format!("半角の `{text}` に直してください")),
    }
}

fn shown(mark: char) -> String {
    match mark {
        '\u{a0}' => "U+00A0".to_owned(),
        '\u{3000}' => "\u{3000}".to_owned(),
        other => other.to_string(),
    }
}

fn name(mark: char) -> (&'static str, &'static str) {
    match half_width(mark) {
        Some(':') => ("colon", "コロン"),
        Some(' ') => ("space", "空白"),
        Some(',') => ("comma", "カンマ"),
        Some('"' | '\'') => ("quote", "引用符"),
        Some('[' | ']' | '{' | '}' | '(' | ')') => ("bracket", "括弧"),
        Some('-') => ("hyphen", "ハイフン"),
        Some('#') => ("number sign", "シャープ"),
        _ => ("character", "文字"),
    }
}

/// The character of ASCII that is meant: the forms U+FF01 to U+FF5E, and what Japanese keyboards and word processors write.
fn half_width(mark: char) -> Option<char> {
    match mark {
        '\u{ff01}'..='\u{ff5e}' => char::from_u32(u32::from(mark) - 0xFEE0),
        '\u{3000}' | '\u{a0}' => Some(' '),
        '、' => Some(','),
        '“' | '”' | '„' | '‟' => Some('"'),
        '‘' | '’' => Some('\''),
        '‐' | '‑' | '–' | '—' | '−' => Some('-'),
        _ => None,
    }
}

/// The same in a value that is wrong, where brackets of Japanese quotations are quotes, too.
fn meant(mark: char) -> Option<char> {
    match mark {
        '「' | '」' | '『' | '』' => Some('"'),
        other => half_width(other),
    }
}

/// What a line is read with.
#[derive(Default)]
struct Line {
    /// The quote that is open.
    quote: Option<char>,
    /// Letters of a key since it could begin; `None` where none can.
    key: Option<usize>,
    /// The last that is no space.
    last: Option<char>,
    /// An opening bracket was full-width, and its closing one is, too.
    wide: bool,
}

/// The full-width characters of a line that stand where YAML needs a mark.
fn in_line(line: &str) -> Vec<(usize, char)> {
    let mut found = Vec::new();
    let mut state = Line { key: Some(0), ..Line::default() };
    for (at, c) in line.char_indices() {
        if c == '#' && line.get(..at).is_none_or(|before| before.is_empty() || before.ends_with(' ')) {
            break;
        }
        if let Some(quote) = state.quote {
            state.quote = Some(quote).filter(|quote| *quote != c);
            continue;
        }
        let rest = line.get(at + c.len_utf8()..).unwrap_or_default();
        if half_width(c).is_some_and(|half| state.needs(half, c, rest)) {
            found.push((at, c));
        }
        state.after(c);
    }
    found
}

impl Line {
    /// Whether YAML needs this mark here.
    fn needs(&mut self, half: char, c: char, rest: &str) -> bool {
        let begins = matches!(self.last, None | Some(':' | ',' | '[' | '{' | '-'));
        match half {
            ':' => self.key.is_some_and(|letters| letters > 0),
            ' ' => self.last.is_none() || self.last == Some(':') || (self.last == Some('-') && begins),
            ',' => matches!(self.last, Some(']' | '}')) || key_follows(rest),
            '[' | '{' => {
                self.wide |= begins;
                begins
            }
            ']' | '}' => self.wide,
            '"' => begins || c == '”' && rest.trim().is_empty(),
            '-' => self.last.is_none() && rest.starts_with([' ', '\u{3000}']),
            '#' => self.last.is_none(),
            _ => false,
        }
    }

    fn after(&mut self, c: char) {
        let half = half_width(c).unwrap_or(c);
        match half {
            '"' | '\'' if c == half && matches!(self.last, None | Some(':' | ',' | '[' | '{' | '-')) => {
                self.quote = Some(c);
            }
            '{' | '[' | ',' => self.key = Some(0),
            '-' if self.last.is_none() || self.last == Some('-') => self.key = Some(0),
            ' ' => {}
            _ if c.is_ascii_alphanumeric() || matches!(c, '_' | '.' | '-') => {
                self.key = self.key.map(|letters| letters + 1);
            }
            _ => self.key = None,
        }
        if !half.is_whitespace() {
            self.last = Some(half);
        }
    }
}

/// Whether a key and its colon come next.
fn key_follows(rest: &str) -> bool {
    let rest = rest.trim_start();
    let letters = rest.find(|c: char| !c.is_ascii_alphanumeric() && !matches!(c, '_' | '.')).unwrap_or(0);
    letters > 0 && rest.get(letters..).is_some_and(|after| after.starts_with([':', '：']))
}
