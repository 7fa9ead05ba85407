//! Findings for programs of others: annotations of a GitHub workflow, and SARIF for code scanning.

use crate::compile::{Diagnostic, Severity};
use serde_json::{Value, json};
use std::path::Path;

/// One workflow command for each finding
/// (<https://docs.github.com/en/actions/reference/workflow-commands-for-github-actions>).
pub(super) fn github(dir: &Path, findings: &[Diagnostic]) -> String {
    let line = |finding: &Diagnostic| {
        let (line, column) = (finding.location.line.max(1), finding.location.column.max(1));
        let file = property(&path(dir, finding));
        let level = level(finding);
        let text = data(&text(finding));
        format!("::{level} file={file},line={line},col={column},title={}::{text}\n", finding.code)
    };
    findings.iter().map(line).collect()
}

/// One run of SARIF 2.1.0 (OASIS).
pub(super) fn sarif(dir: &Path, findings: &[Diagnostic]) -> String {
    let result = |finding: &Diagnostic| {
        let mut place = json!({ "artifactLocation": { "uri": path(dir, finding) } });
        if finding.location.line > 0 {
            place["region"] =
                json!({ "startLine": finding.location.line, "startColumn": finding.location.column });
        }
        json!({
            "ruleId": finding.code,
            "level": level(finding),
            "message": { "text": text(finding) },
            "locations": [{ "physicalLocation": place }],
        })
    };
    let results: Vec<Value> = findings.iter().map(result).collect();
    let tool = json!({ "driver": { "name": "oncall", "version": env!("CARGO_PKG_VERSION") } });
    let run = json!({ "tool": tool, "columnKind": "unicodeCodePoints", "results": results });
    let schema = "https://json.schemastore.org/sarif-2.1.0.json";
    format!("{:#}\n", json!({ "$schema": schema, "version": "2.1.0", "runs": [run] }))
}

fn level(finding: &Diagnostic) -> &'static str {
    match finding.severity {
        Severity::Error => "error",
        Severity::Warning => "warning",
    }
}

fn text(finding: &Diagnostic) -> String {
    match &finding.help {
        Some(help) => format!("{}\n{help}", finding.message),
        None => finding.message.clone(),
    }
}

/// From where the command runs, as GitHub wants it: the root of the repository.
fn path(dir: &Path, finding: &Diagnostic) -> String {
    let dir = dir.to_string_lossy();
    match dir.trim_start_matches("./").trim_end_matches('/') {
        "" | "." => finding.location.file.to_string(),
        dir => format!("{dir}/{}", finding.location.file),
    }
}

fn data(text: &str) -> String {
    text.replace('%', "%25").replace('\r', "%0D").replace('\n', "%0A")
}

fn property(text: &str) -> String {
    data(text).replace(':', "%3A").replace(',', "%2C")
}
