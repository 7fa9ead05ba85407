//! Diagnostics as text for people and JSON for programs.

use super::code;
use super::diagnostic::{Diagnostic, Location, Severity};
use super::masked::secrets_in;
use super::tree::Tree;
use annotate_snippets::{AnnotationKind, Group, Level, Origin, Renderer, Snippet, renderer::DecorStyle};
use std::collections::BTreeMap;
use std::ops::Range;
use std::sync::Arc;
use unicode_width::UnicodeWidthStr;

/// The findings with their lines, as a terminal shows them, followed by a count.
pub fn render_human(tree: &Tree, diagnostics: &[Diagnostic], color: bool) -> String {
    let renderer = if color { Renderer::styled() } else { Renderer::plain() }.decor_style(DecorStyle::Ascii);
    let texts = Texts::new(tree, diagnostics);
    let mut text = String::new();
    for diagnostic in diagnostics {
        text.push_str(&renderer.render(&[group(&texts, diagnostic)]));
        text.push_str("\n\n");
    }
    text.push_str(&count(diagnostics));
    text.push('\n');
    text
}

/// The findings as one JSON array.
pub fn render_json(diagnostics: &[Diagnostic]) -> String {
    serde_json::to_string_pretty(diagnostics).unwrap_or_else(|_| "[]".to_owned())
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

fn group<'a>(texts: &Texts, diagnostic: &'a Diagnostic) -> Group<'a> {
    let level = match diagnostic.severity {
        Severity::Error => Level::ERROR,
        Severity::Warning => Level::WARNING,
    };
    let title = level.primary_title(&*diagnostic.message).id(diagnostic.code);
    let main = &diagnostic.location;
    let mut group = match texts.get(main) {
        Some(text) => {
            let beside = diagnostic.labels.iter().filter(|label| label.location.file == main.file);
            let marks = std::iter::once((AnnotationKind::Primary, main, None));
            let marks =
                marks.chain(beside.map(|it| (AnnotationKind::Context, &it.location, Some(&*it.message))));
            group_of(title.element(snippet(text, &marks.collect::<Vec<_>>())), texts, diagnostic)
        }
        None => group_of(title.element(Origin::path(&*main.file)), texts, diagnostic),
    };
    if let Some(help) = &diagnostic.help {
        group = group.element(Level::HELP.message(wrapped(help)));
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
        for word in words(line) {
            let room = WIDTH.saturating_sub(current.width());
            if !current.trim().is_empty() && word.width() >= room {
                let full = std::mem::replace(&mut current, indent.to_owned());
                lines.push(full.trim_end().to_owned());
            } else if !current.is_empty() {
                current.push(' ');
            }
            current.push_str(&word);
        }
        lines.push(current);
    }
    lines.join("\n")
}

/// Splits at spaces, but keeps code in backticks together.
fn words(line: &str) -> Vec<String> {
    let mut words: Vec<String> = Vec::new();
    for word in line.split(' ') {
        match words.last_mut().filter(|last| last.matches('`').count() % 2 == 1) {
            Some(code) => code.push_str(&format!(" {word}")),
            None => words.push(word.to_owned()),
        }
    }
    words
}

/// The labels that point into other files.
fn group_of<'a>(mut group: Group<'a>, texts: &Texts, diagnostic: &'a Diagnostic) -> Group<'a> {
    for label in diagnostic.labels.iter().filter(|label| label.location.file != diagnostic.location.file) {
        if let Some(text) = texts.get(&label.location) {
            let mark = (AnnotationKind::Context, &label.location, Some(&*label.message));
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

fn count(diagnostics: &[Diagnostic]) -> String {
    let errors = diagnostics.iter().filter(|each| each.severity == Severity::Error).count();
    let many = |count: usize, noun: &str| format!("{count} {noun}{}", if count == 1 { "" } else { "s" });
    format!("{}, {}", many(errors, "error"), many(diagnostics.len() - errors, "warning"))
}
