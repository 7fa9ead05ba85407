//! Every code in its long form: what it means, why somebody asleep should care, what is wrong and what is right.
//!
//! The texts are `docs/checks/*.md`; a test compiles their examples, so that they cannot go stale.

use super::expectations::{self, DOC};
use super::{CHECKS, long::LONG};
use crate::compile::{Severity, code};
use crate::language::Language;

/// Every code in Japanese: a heading `## OC001: …` and what follows it. The examples are those of the English page.
const JAPANESE: &str = include_str!("../../docs/ja/checks.md");

/// A line of the table of all codes.
#[derive(Clone, Copy, Debug)]
pub struct Summary {
    pub code: &'static str,
    pub severity: Severity,
    pub doc: &'static str,
}

/// Every code: those without which there is no config, expectations, and the checks.
pub fn table() -> Vec<Summary> {
    let error = |code, doc| Summary { code, severity: Severity::Error, doc };
    let shape = code::CODES.iter().map(|(code, doc)| error(code, doc));
    let checks =
        CHECKS.iter().map(|check| Summary { code: check.code, severity: check.severity, doc: check.doc });
    shape.chain([error(expectations::CODE, DOC)]).chain(checks).collect()
}

/// The line of a code, exactly as it is written.
pub fn summary(code: &str) -> Option<Summary> {
    table().into_iter().find(|line| line.code == code)
}

/// `42`, `oc042` and `OC42` are `OC042`.
pub fn normal(code: &str) -> String {
    let upper = code.trim().to_ascii_uppercase();
    let digits = upper.strip_prefix("OC").unwrap_or(&upper);
    if digits.is_empty() || !digits.bytes().all(|byte| byte.is_ascii_digit()) {
        return upper;
    }
    format!("OC{digits:0>3}")
}

/// The code most like the one written, if any is.
pub fn nearest(code: &str) -> Option<&'static str> {
    const WRONG_MAX: usize = 1;
    let written = normal(code);
    let off = |line: &Summary| strsim::damerau_levenshtein(line.code, &written);
    let near = table().into_iter().map(|line| (off(&line), line.code)).min();
    near.filter(|(wrong, _)| *wrong <= WRONG_MAX).map(|(_, code)| code)
}

/// The text of `docs/checks/<code>.md`.
pub fn long(code: &str) -> Option<&'static str> {
    LONG.iter().find(|(known, _)| *known == code).map(|(_, text)| *text)
}

/// What a code finds, in one line, and what it means: the section of the Japanese page.
pub fn in_japanese(code: &str) -> Option<(&'static str, &'static str)> {
    let (_, section) = JAPANESE.split_once(&format!("\n## {code}: "))?;
    let section = section.split("\n## ").next().unwrap_or(section);
    section.split_once('\n').map(|(title, meaning)| (title, meaning.trim()))
}

/// The long form for a terminal; `None` for an unknown code.
pub fn text(code: &str, language: Language) -> Option<String> {
    let line = summary(code)?;
    let says = |en: &'static str, ja: &'static str| if language == Language::Ja { ja } else { en };
    let (doc, meaning) = match language {
        Language::En => (line.doc, None),
        Language::Ja => in_japanese(code).map(|(doc, meaning)| (doc, Some(meaning)))?,
    };
    let mut text = format!("{}[{code}]: {doc}\n", severity(line.severity, language));
    text.extend(meaning.map(|meaning| format!("\n{meaning}\n\n")));
    let mut example = false;
    let lines = long(code)?.lines().skip(1);
    for written in lines.skip_while(|line| meaning.is_some() && !line.starts_with("```")) {
        match written.strip_prefix("```") {
            Some(fence) if !example => {
                example = true;
                let title = if fence.ends_with("wrong") {
                    says("Wrong", "誤った例")
                } else {
                    says("Right", "正しい例")
                };
                text.push_str(&format!("{title}:\n\n"));
            }
            Some(_) => example = false,
            None if example && !written.is_empty() => text.push_str(&format!("    {written}\n")),
            None => text.push_str(&format!("{written}\n")),
        }
    }
    text.push_str(&format!("\n{}\n", way_out(&line, language)));
    Some(text)
}

fn way_out(line: &Summary, language: Language) -> String {
    match line.severity {
        Severity::Warning if language == Language::Ja => format!(
            "意図したものなら、行末か上の行に理由を書いて許可します。\n\n    # oncall: allow {} 理由",
            line.code
        ),
        Severity::Error if language == Language::Ja => {
            "エラーなので `oncall validate` は失敗します。許可することはできません。".to_owned()
        }
        Severity::Warning => format!(
            "Where it is meant, allow it at the end of the line or above it, with the reason:\n\n    # oncall: allow {} the reason",
            line.code
        ),
        Severity::Error => "It is an error: `oncall validate` fails, and it cannot be allowed.".to_owned(),
    }
}

/// The table as lines for a terminal.
pub fn lines(language: Language) -> String {
    let line = |line: &Summary| match (language, line.severity, in_japanese(line.code)) {
        // Both words are as wide as three letters of Japanese.
        (Language::Ja, Severity::Error, Some((doc, _))) => format!("{}  エラー  {doc}\n", line.code),
        (Language::Ja, Severity::Warning, Some((doc, _))) => format!("{}  警告    {doc}\n", line.code),
        _ => format!("{}  {:<7}  {}\n", line.code, severity(line.severity, Language::En), line.doc),
    };
    table().iter().map(line).collect()
}

/// `docs/checks.md`: the table, each code a link to its long form.
pub fn page() -> String {
    let mut text = "<!-- Written from the tables in src/: UPDATE_DOCS=1 cargo test --test compile -->\n\n\
        # Checks\n\n\
        What `oncall validate` finds, all in one pass. An error fails it, and the server refuses such a commit; only unmet\n\
        expectations (OC090) are for `validate` alone. A warning refuses nothing, and is allowed in place where it is meant,\n\
        at the end of the line or above it, with the reason: `# oncall: allow OC124 nobody is needed at night`.\n\
        `oncall explain OC124` prints the long form. In Japanese: [チェック](ja/checks.md).\n\n\
        | code | severity | finds |\n| --- | --- | --- |\n"
        .to_owned();
    for line in table() {
        let Summary { code, doc, .. } = line;
        text.push_str(&format!(
            "| [{code}](checks/{code}.md) | {} | {doc} |\n",
            severity(line.severity, Language::En)
        ));
    }
    text
}

fn severity(severity: Severity, language: Language) -> &'static str {
    match (severity, language) {
        (Severity::Error, Language::En) => "error",
        (Severity::Warning, Language::En) => "warning",
        (Severity::Error, Language::Ja) => "エラー",
        (Severity::Warning, Language::Ja) => "警告",
    }
}
