//! Diagnostics as text for people and JSON for programs.

use super::code;
use super::diagnostic::{Diagnostic, Label, Location, Severity};
use super::masked::secrets_in;
use super::tree::Tree;
use crate::language::Language;
use annotate_snippets::{AnnotationKind, Group, Level, Origin, Renderer, Snippet, renderer::DecorStyle};
use serde_json::{Value, json};
use std::collections::BTreeMap;
use std::ops::Range;
use std::sync::Arc;
use unicode_width::{UnicodeWidthChar, UnicodeWidthStr};

/// The findings with their lines, as a terminal shows them, followed by a count.
pub fn render_human(tree: &Tree, diagnostics: &[Diagnostic], language: Language, color: bool) -> String {
    let renderer = if color { Renderer::styled() } else { Renderer::plain() }.decor_style(DecorStyle::Ascii);
    let texts = Texts::new(tree, diagnostics);
    let mut text = String::new();
    for diagnostic in diagnostics {
        text.push_str(&renderer.render(&[group(&texts, diagnostic, language)]));
        text.push_str("\n\n");
    }
    text.push_str(&count(diagnostics, language));
    text.push('\n');
    text
}

/// The findings as one JSON array.
pub fn render_json(diagnostics: &[Diagnostic], language: Language) -> String {
    let findings = diagnostics.iter().map(|finding| {
        let label =
            |label: &Label| json!({ "location": label.location, "message": label.message.of(language) });
        json!({
            "code": finding.code,
            "severity": finding.severity,
            "message": finding.message.of(language),
            "location": finding.location,
            "labels": finding.labels.iter().map(label).collect::<Vec<_>>(),
            "help": finding.help.as_ref().map(|help| help.of(language)),
        })
    });
    format!("{:#}", findings.collect::<Value>())
}

/// The texts of the files that findings point into, with every secret in them masked.
struct Texts {
    files: BTreeMap<Arc<str>, String>,
}

impl Texts {
    fn new(tree: &Tree, diagnostics: &[Diagnostic]) -> Texts {
        let mut secrets: BTreeMap<&str, Vec<Range<usize>>> = BTreeMap::new();
        for each in diagnostics.iter().filter(|each| each.code == code::LITERAL_SECRET) {
            secrets.entry(&*each.location.file).or_default().push(each.location.span.clone());
        }
        let places = diagnostics.iter().flat_map(|each| {
            std::iter::once(&each.location).chain(each.labels.iter().map(|label| &label.location))
        });
        let mut files = BTreeMap::new();
        for location in places.filter(|location| location.line > 0) {
            let Some(bytes) = tree.files.get(&*location.file).filter(|_| !files.contains_key(&location.file))
            else {
                continue;
            };
            let known = secrets.remove(&*location.file).unwrap_or_default();
            files.insert(location.file.clone(), masked(&String::from_utf8_lossy(bytes), known));
        }
        Texts { files }
    }

    /// The text of the file, if the finding points into it.
    fn get(&self, location: &Location) -> Option<&str> {
        self.files.get(&location.file).filter(|_| location.line > 0).map(String::as_str)
    }
}

/// The text with as many stars as a secret has bytes, so that all else stays where it is.
fn masked(text: &str, mut secrets: Vec<Range<usize>>) -> String {
    secrets.extend(secrets_in(text));
    let mut bytes = text.as_bytes().to_vec();
    for secret in secrets {
        let bytes = bytes.get_mut(secret).into_iter().flatten();
        bytes.filter(|byte| !matches!(byte, b'\n' | b'\r')).for_each(|byte| *byte = b'*');
    }
    String::from_utf8_lossy(&bytes).into_owned()
}

fn group<'a>(texts: &Texts, diagnostic: &'a Diagnostic, language: Language) -> Group<'a> {
    let level = match (diagnostic.severity, language) {
        (Severity::Error, Language::En) => Level::ERROR,
        (Severity::Warning, Language::En) => Level::WARNING,
        (Severity::Error, Language::Ja) => Level::ERROR.with_name("エラー"),
        (Severity::Warning, Language::Ja) => Level::WARNING.with_name("警告"),
    };
    let title = level.primary_title(diagnostic.message.of(language)).id(diagnostic.code);
    let main = &diagnostic.location;
    let mut group = match texts.get(main) {
        Some(text) => {
            let beside = diagnostic.labels.iter().filter(|label| label.location.file == main.file);
            let marks = std::iter::once((AnnotationKind::Primary, main, None));
            let marks = marks.chain(
                beside.map(|it| (AnnotationKind::Context, &it.location, Some(it.message.of(language)))),
            );
            group_of(title.element(snippet(text, &marks.collect::<Vec<_>>())), texts, (diagnostic, language))
        }
        None => group_of(title.element(Origin::path(&*main.file)), texts, (diagnostic, language)),
    };
    if let Some(help) = &diagnostic.help {
        let level = if language == Language::Ja { Level::HELP.with_name("ヒント") } else { Level::HELP };
        group = group.element(level.message(wrapped(help.of(language))));
    }
    group
}

/// The lines of a help text, wrapped to fit a terminal of 80 columns. If the help has several lines, continuations
/// are indented.
fn wrapped(help: &str) -> String {
    const WIDTH: usize = 66;
    let indent = if help.contains('\n') { "    " } else { "" };
    let mut lines: Vec<String> = Vec::new();
    for line in help.lines() {
        if line.width() <= WIDTH {
            lines.push(line.to_owned());
            continue;
        }
        let mut current = String::new();
        for (spaced, word) in words(line) {
            let room = WIDTH.saturating_sub(current.width());
            if !current.trim().is_empty() && word.width() + usize::from(spaced) > room {
                let full = std::mem::replace(&mut current, indent.to_owned());
                lines.push(full.trim_end().to_owned());
            } else if !current.is_empty() && spaced {
                current.push(' ');
            }
            current.push_str(&word);
        }
        lines.push(current);
    }
    lines.join("\n")
}

/// Splits at spaces and between wide letters, but keeps code in backticks together; with each piece, whether a space was
/// before it.
fn words(line: &str) -> Vec<(bool, String)> {
    let mut words: Vec<(bool, String)> = Vec::new();
    for word in line.split(' ') {
        match words.last_mut().filter(|(_, last)| last.matches('`').count() % 2 == 1) {
            Some((_, code)) => code.push_str(&format!(" {word}")),
            None => words.push((true, word.to_owned())),
        }
    }
    words.into_iter().flat_map(|(spaced, word)| in_pieces(spaced, &word)).collect()
}

/// A line may end after a wide letter, but no line begins with a mark that closes.
fn in_pieces(spaced: bool, word: &str) -> Vec<(bool, String)> {
    let closes = |c: char| "、。，．」』）〉》】？！：ー…ぁぃぅぇぉっゃゅょァィゥェォッャュョ".contains(c);
    let wide = |c: char| c.width() == Some(2);
    let mut pieces: Vec<(bool, String)> = vec![(spaced, String::new())];
    let mut code = false;
    for c in word.chars() {
        let last = pieces.last().and_then(|(_, piece)| piece.chars().last());
        let may_break = last.is_some_and(|last| {
            !code && !closes(c) && (wide(c) || wide(last)) && !"「『（〈《【".contains(last)
        });
        if may_break {
            pieces.push((false, String::new()));
        }
        pieces.iter_mut().last().into_iter().for_each(|(_, piece)| piece.push(c));
        code ^= c == '`';
    }
    pieces
}

/// The labels that point into other files.
fn group_of<'a>(
    mut group: Group<'a>,
    texts: &Texts,
    (diagnostic, language): (&'a Diagnostic, Language),
) -> Group<'a> {
    for label in diagnostic.labels.iter().filter(|label| label.location.file != diagnostic.location.file) {
        if let Some(text) = texts.get(&label.location) {
            let mark = (AnnotationKind::Context, &label.location, Some(label.message.of(language)));
            group = group.element(snippet(text, &[mark]));
        }
    }
    group
}

/// A place and a remark about it.
type Highlight<'a> = (AnnotationKind, &'a Location, Option<&'a str>);

/// The marked lines of a file and those between them. The renderer scans all the text it gets, and a file may be long
/// and have many findings.
fn snippet<'a>(text: &str, marks: &[Highlight<'a>]) -> Snippet<'a, annotate_snippets::Annotation<'a>> {
    let spans: Vec<Range<usize>> = marks.iter().map(|(_, location, _)| span(text, location)).collect();
    let start = spans.iter().map(|span| span.start).min().unwrap_or(0);
    let end = spans.iter().map(|span| span.end).max().unwrap_or(0);
    let start = text.get(..start).and_then(|before| before.rfind('\n')).map_or(0, |line| line + 1);
    let end = text.get(end..).and_then(|after| after.find('\n')).map_or(text.len(), |line| end + line);
    let annotation = |((kind, _, message), span): (&Highlight<'a>, &Range<usize>)| {
        let annotation = kind.span(span.start - start..span.end - start);
        message.map_or(annotation.clone(), |message| annotation.label(message))
    };
    let lines = text.get(start..end).unwrap_or_default().to_owned();
    let line = marks.iter().map(|(_, location, _)| location.line).min().unwrap_or(1);
    let path = marks.first().map_or("", |(_, location, _)| &*location.file);
    Snippet::source(lines).line_start(line).path(path).annotations(marks.iter().zip(&spans).map(annotation))
}

/// The span, clamped to the text and to character boundaries, and to one line if it is long.
fn span(text: &str, location: &Location) -> Range<usize> {
    const LINES_MAX: usize = 4;
    let floor = |mut at: usize| {
        at = at.min(text.len());
        while !text.is_char_boundary(at) {
            at -= 1;
        }
        at
    };
    let (start, end) = (floor(location.span.start), floor(location.span.end));
    let piece = text.get(start..end).unwrap_or_default();
    match piece.find('\n') {
        Some(line) if piece.matches('\n').count() >= LINES_MAX => start..start + line,
        _ => start..end.max(start),
    }
}

fn count(diagnostics: &[Diagnostic], language: Language) -> String {
    let errors = diagnostics.iter().filter(|each| each.severity == Severity::Error).count();
    let warnings = diagnostics.len() - errors;
    if language == Language::Ja {
        return format!("エラー {errors} 件、警告 {warnings} 件");
    }
    let many = |count: usize, noun: &str| format!("{count} {noun}{}", if count == 1 { "" } else { "s" });
    format!("{}, {}", many(errors, "error"), many(warnings, "warning"))
}
