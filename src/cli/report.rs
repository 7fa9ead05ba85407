//! The findings of `validate`: as text for people, as annotations for GitHub workflows, and as SARIF for code
//! scanning.

use crate::check::explain::{in_japanese, long, summary};
use crate::compile::{Diagnostic, Location, Severity, Tree, render_human};
use crate::language::Language;
use serde_json::{Value, json};
use std::collections::BTreeSet;
use std::path::Path;

/// The findings with their lines, and where to read more about them.
pub(super) fn human(tree: &Tree, findings: &[Diagnostic], language: Language) -> String {
    let text = render_human(tree, findings, language, true);
    match findings.first() {
        Some(first) if language == Language::Ja => {
            format!("{text}詳しくは `oncall explain {}` で表示できます\n", first.code)
        }
        Some(first) => format!("{text}`oncall explain {}` tells more\n", first.code),
        None => text,
    }
}

/// One workflow command for each finding
/// (<https://docs.github.com/en/actions/reference/workflow-commands-for-github-actions>). It can point to only one
/// line, so the other places go into the text.
pub(super) fn github(dir: &Path, findings: &[Diagnostic], language: Language) -> String {
    let line = |finding: &Diagnostic| {
        let (line, column) = (finding.location.line.max(1), finding.location.column.max(1));
        let file = property(&path(dir, &finding.location));
        let level = level(finding.severity);
        let places = finding.labels.iter().map(|label| {
            let place = path(dir, &label.location);
            format!("\n{place}:{}: {}", label.location.line.max(1), label.message.of(language))
        });
        let text = data(&format!("{}{}", text(finding, language), places.collect::<String>()));
        format!("::{level} file={file},line={line},col={column},title={}::{text}\n", finding.code)
    };
    findings.iter().map(line).collect()
}

/// One SARIF 2.1.0 (OASIS) run, with the long explanation of each rule that found something.
pub(super) fn sarif(dir: &Path, findings: &[Diagnostic], language: Language) -> String {
    let codes: BTreeSet<&str> = findings.iter().map(|finding| finding.code).collect();
    let result = |finding: &Diagnostic| {
        let related = finding.labels.iter().enumerate().map(|(index, label)| {
            let physical = physical(dir, &label.location);
            json!({ "id": index + 1, "message": { "text": label.message.of(language) }, "physicalLocation": physical })
        });
        let mut result = json!({
            "ruleId": finding.code,
            "ruleIndex": codes.iter().position(|code| *code == finding.code),
            "level": level(finding.severity),
            "message": { "text": text(finding, language) },
            "locations": [{ "physicalLocation": physical(dir, &finding.location) }],
        });
        if !finding.labels.is_empty() {
            result["relatedLocations"] = related.collect();
        }
        result
    };
    let results: Vec<Value> = findings.iter().map(result).collect();
    let rules: Vec<Value> = codes.iter().filter_map(|code| rule(code, language)).collect();
    let version = env!("CARGO_PKG_VERSION");
    let tool = json!({ "driver": { "name": "oncall", "version": version, "rules": rules } });
    let run = json!({ "tool": tool, "columnKind": "unicodeCodePoints", "results": results });
    let schema = "https://json.schemastore.org/sarif-2.1.0.json";
    format!("{:#}\n", json!({ "$schema": schema, "version": "2.1.0", "runs": [run] }))
}

fn rule(code: &str, language: Language) -> Option<Value> {
    let line = summary(code)?;
    let japanese = in_japanese(code).filter(|_| language == Language::Ja);
    let mut rule = json!({
        "id": code,
        "shortDescription": { "text": japanese.map_or(line.doc, |(doc, _)| doc) },
        "defaultConfiguration": { "level": level(line.severity) },
    });
    if let Some(long) = japanese.map(|(_, meaning)| meaning).or_else(|| long(code)) {
        rule["help"] = json!({ "text": long, "markdown": long });
    }
    Some(rule)
}

fn physical(dir: &Path, location: &Location) -> Value {
    let mut place = json!({ "artifactLocation": { "uri": path(dir, location) } });
    if location.line > 0 {
        place["region"] = json!({ "startLine": location.line, "startColumn": location.column });
    }
    place
}

fn level(severity: Severity) -> &'static str {
    match severity {
        Severity::Error => "error",
        Severity::Warning => "warning",
    }
}

fn text(finding: &Diagnostic, language: Language) -> String {
    let message = finding.message.of(language);
    match &finding.help {
        Some(help) => format!("{message}\n{}", help.of(language)),
        None => message.to_owned(),
    }
}

/// The path from the directory where the command runs, as GitHub expects: the root of the repository.
fn path(dir: &Path, location: &Location) -> String {
    let dir = dir.to_string_lossy();
    match dir.trim_start_matches("./").trim_end_matches('/') {
        "" | "." => location.file.to_string(),
        dir => format!("{dir}/{}", location.file),
    }
}

fn data(text: &str) -> String {
    text.replace('%', "%25").replace('\r', "%0D").replace('\n', "%0A")
}

fn property(text: &str) -> String {
    data(text).replace(':', "%3A").replace(',', "%2C")
}
