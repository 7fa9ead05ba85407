//! Diagnostics as people and programs read them.

use super::diagnostic::{Diagnostic, Label, Location, Severity};
use super::tree::Tree;
use annotate_snippets::{AnnotationKind, Group, Level, Origin, Renderer, Snippet, renderer::DecorStyle};
use std::borrow::Cow;

/// The findings with their lines, as a terminal shows them, and a count at the end.
pub fn render_human(tree: &Tree, diagnostics: &[Diagnostic], color: bool) -> String {
    let renderer = if color { Renderer::styled() } else { Renderer::plain() }.decor_style(DecorStyle::Ascii);
    let mut text = String::new();
    for diagnostic in diagnostics {
        text.push_str(&renderer.render(&[group(tree, diagnostic)]));
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

fn group<'a>(tree: &'a Tree, diagnostic: &'a Diagnostic) -> Group<'a> {
    let level = match diagnostic.severity {
        Severity::Error => Level::ERROR,
        Severity::Warning => Level::WARNING,
    };
    let title = level.primary_title(&*diagnostic.message).id(diagnostic.code);
    let main = &diagnostic.location;
    let mut group = match text(tree, main) {
        Some(text) => {
            let beside = diagnostic.labels.iter().filter(|label| label.location.file == main.file);
            let beside: Vec<_> = beside.map(|label| annotation(label, &text)).collect();
            let primary = AnnotationKind::Primary.span(span(&text, main));
            let snippet = Snippet::source(text).path(&*main.file).annotation(primary).annotations(beside);
            group_of(title.element(snippet), tree, diagnostic)
        }
        None => group_of(title.element(Origin::path(&*main.file)), tree, diagnostic),
    };
    if let Some(help) = &diagnostic.help {
        group = group.element(Level::HELP.message(&**help));
    }
    group
}

/// The labels in other files.
fn group_of<'a>(mut group: Group<'a>, tree: &'a Tree, diagnostic: &'a Diagnostic) -> Group<'a> {
    for label in diagnostic.labels.iter().filter(|label| label.location.file != diagnostic.location.file) {
        if let Some(text) = text(tree, &label.location) {
            let annotation = annotation(label, &text);
            group = group.element(Snippet::source(text).path(&*label.location.file).annotation(annotation));
        }
    }
    group
}

fn annotation<'a>(label: &'a Label, text: &str) -> annotate_snippets::Annotation<'a> {
    AnnotationKind::Context.span(span(text, &label.location)).label(&*label.message)
}

/// The text of the file, if the finding is about something in it.
fn text<'a>(tree: &'a Tree, location: &Location) -> Option<Cow<'a, str>> {
    let bytes = tree.files.get(&*location.file).filter(|_| location.line > 0)?;
    Some(String::from_utf8_lossy(bytes))
}

/// The span, within the text and on the boundaries of characters, and at most one line where it is long.
fn span(text: &str, location: &Location) -> std::ops::Range<usize> {
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
