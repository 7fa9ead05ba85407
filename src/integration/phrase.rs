//! States within a sentence, as tools write them into subjects: `web01/CPU OK -> CRIT`, `shop is back up`, `Build failed in
//! Jenkins: deploy #12`.
//!
//! Only the phrases of known tools count, each at its own place, and both of a pair leave the same rest.

/// States as Nagios, Checkmk and Kapacitor name them, in capitals.
const STATES: [&str; 13] = [
    "OK",
    "UP",
    "DOWN",
    "CRIT",
    "CRITICAL",
    "WARN",
    "WARNING",
    "UNKN",
    "UNKNOWN",
    "UNREACH",
    "UNREACHABLE",
    "PEND",
    "PENDING",
];

/// How a sentence ends, and whether that says that it is over. The longer of two that fit stands first.
const ENDS: [(&str, bool); 31] = [
    (" is back up again", true),
    (" is back up", true),
    (" is up again", true),
    (" is up", true),
    (" is back online", true),
    (" is online again", true),
    (" is online", true),
    (" is back to normal", true),
    (" is reachable again", true),
    (" is healthy again", true),
    (" is healthy", true),
    (" is ok again", true),
    (" is ok", true),
    (" has recovered", true),
    (" has been resolved", true),
    (" is resolved", true),
    (" が復旧しました", true),
    ("が復旧しました", true),
    ("が正常に戻りました", true),
    (" is down", false),
    (" went down", false),
    (" has gone down", false),
    (" has gone offline", false),
    (" is offline", false),
    (" is unreachable", false),
    (" is unhealthy", false),
    (" is critical", false),
    (" is warning", false),
    (" is not reachable", false),
    ("がダウンしました", false),
    ("に異常が発生しました", false),
];

/// The beginnings of sentences, in small letters, each with whether it says that the trouble is over. Those about builds end in a number.
const BEGINNINGS: [(&str, bool); 8] = [
    ("build failed in jenkins:", false),
    ("build still failing in jenkins:", false),
    ("jenkins build became unstable:", false),
    ("jenkins build is unstable:", false),
    ("jenkins build is still unstable:", false),
    ("jenkins build is back to normal :", true),
    ("jenkins build is back to normal:", true),
    ("jenkins build is back to stable :", true),
];

/// What stands within a sentence, between two parts of what it is about, and whether it says that it is over.
const MIDDLES: [(&str, bool); 3] = [
    (" | Failed pipeline for ", false),
    (" | Fixed pipeline for ", true),
    (" | Successful pipeline for ", true),
];

/// How Jenkins' extended mails end a subject: `deploy - Build # 12 - Failure!`.
const BUILDS: [(&str, bool); 7] = [
    ("Failure", false),
    ("Still Failing", false),
    ("Unstable", false),
    ("Still Unstable", false),
    ("Aborted", false),
    ("Fixed", true),
    ("Successful", true),
];

/// Monit's events, as they begin and as they are over.
const MONIT: [(&str, bool); 8] = [
    ("Resource limit matched", false),
    ("Resource limit succeeded", true),
    ("Connection failed", false),
    ("Connection succeeded", true),
    ("Execution failed", false),
    ("Execution succeeded", true),
    ("Does not exist", false),
    ("Exists", true),
];

/// Whether a sentence says that it is over, and what it is about; `None` where it names no state. `before` is what stood in
/// brackets in front of it.
pub fn read(text: &str, before: &str) -> Option<(bool, String)> {
    let text = text.trim_end_matches(['*', '!', '.', ' ']);
    [changed, was, monit, built, begun, between, alerted, within, ended]
        .iter()
        .find_map(|phrase| phrase(text))
        .or_else(|| device(text, before))
        .filter(|(_, about)| !about.is_empty() || !before.is_empty())
}

/// The text without the state at its end (`… is DOWN!`), which the mark in front has said already.
pub fn without_state(text: &str) -> &str {
    let text = text.trim_end_matches(['*', '!', '.', ' ']);
    text.rsplit_once(" is ").filter(|(_, state)| STATES.contains(state)).map_or(text, |(about, _)| about)
}

/// Checkmk: `web01/CPU load OK -> CRIT`.
fn changed(text: &str) -> Option<(bool, String)> {
    let arrow = |arrow: &str| text.rsplit_once(arrow);
    let (rest, new) = arrow(" -> ").or_else(|| arrow(" → ")).or_else(|| arrow(" => "))?;
    let (about, old) = rest.rsplit_once(' ').unwrap_or(("", rest));
    (STATES.contains(&new) && STATES.contains(&old))
        .then(|| (matches!(new, "OK" | "UP"), about.trim().to_owned()))
}

/// PRTG: `fw1 Ping (Ping) Up (was: Down)`.
fn was(text: &str) -> Option<(bool, String)> {
    let (rest, _) = text.strip_suffix(')')?.rsplit_once(" (was: ")?;
    let (about, state) = rest.rsplit_once(' ')?;
    Some((matches!(state, "Up" | "OK"), about.trim().to_owned()))
}

/// PRTG's other states, without a word that would tell them from one of a sentence: only behind its name.
fn device(text: &str, before: &str) -> Option<(bool, String)> {
    let text = text.trim_end_matches(" ESCALATION");
    let (about, state) = text.rsplit_once(' ')?;
    let is_known = ["Down", "Up", "Warning", "Unusual", "Unknown"].contains(&state);
    (before.contains("PRTG") && is_known).then(|| (state == "Up", about.trim().to_owned()))
}

fn monit(text: &str) -> Option<(bool, String)> {
    let event = text.strip_prefix("monit alert --")?.trim();
    let (words, is_over) = MONIT.iter().find(|(words, _)| event.starts_with(words))?;
    let kind = words.split(' ').next().filter(|_| words.contains("limit") || words.contains("on "));
    let service = event.strip_prefix(words)?.trim();
    Some((*is_over, format!("monit {} {service}", kind.unwrap_or("existence"))))
}

fn built(text: &str) -> Option<(bool, String)> {
    let (rest, result) = text.rsplit_once(" - ")?;
    let (project, _) = rest.rsplit_once(" - Build #")?;
    let (_, is_over) = BUILDS.iter().find(|(word, _)| *word == result)?;
    Some((*is_over, project.trim().to_owned()))
}

fn begun(text: &str) -> Option<(bool, String)> {
    let lower = text.to_ascii_lowercase();
    let (beginning, is_over) = BEGINNINGS.iter().find(|(beginning, _)| lower.starts_with(beginning))?;
    let about = text.get(beginning.len()..)?.trim();
    let is_number = |number: &str| !number.is_empty() && number.bytes().all(|byte| byte.is_ascii_digit());
    let project = about.rsplit_once('#').filter(|(_, number)| is_number(number));
    Some((*is_over, format!("jenkins {}", project.map_or(about, |(project, _)| project.trim()))))
}

/// GitLab: `shop | Failed pipeline for main | 1a2b3c4d`.
fn between(text: &str) -> Option<(bool, String)> {
    let (middle, is_over) = MIDDLES.iter().find(|(middle, _)| text.contains(middle))?;
    let (project, rest) = text.split_once(middle)?;
    let branch = rest.rsplit_once(" | ").map_or(rest, |(branch, _)| branch);
    Some((*is_over, format!("{project} pipeline {branch}")))
}

/// `Host DOWN alert for web-1`
fn alerted(text: &str) -> Option<(bool, String)> {
    let (state, name) = text.split_once(" alert for ")?;
    let (kind, state) = state.split_once(' ')?;
    let is_known = matches!(kind, "Host" | "Service") && STATES.contains(&state);
    is_known.then(|| (matches!(state, "OK" | "UP"), format!("{kind} {name}")))
}

/// `HTTP is CRITICAL on web-1`, `web-1/HTTP is CRIT`
fn within(text: &str) -> Option<(bool, String)> {
    let (about, rest) = text.split_once(" is ")?;
    let (state, more) = rest.split_once(' ').unwrap_or((rest, ""));
    let is_known = STATES.contains(&state) && (more.is_empty() || more.starts_with("on "));
    is_known.then(|| (matches!(state, "OK" | "UP"), format!("{about} {more}").trim_end().to_owned()))
}

fn ended(text: &str) -> Option<(bool, String)> {
    ENDS.iter().find_map(|(end, is_over)| {
        let at = text.len().checked_sub(end.len())?;
        let is_end = text.get(at..)?.eq_ignore_ascii_case(end);
        let about = text.get(..at).filter(|_| is_end)?.trim();
        // `Everything that is not down is up` and the like are sentences of people.
        let words = about.split_whitespace().count();
        (!about.is_empty() && (!is_over || words <= ABOUT_WORDS_MAX)).then(|| (*is_over, about.to_owned()))
    })
}

/// How many words may stand before an end that says that all is well: names are short.
const ABOUT_WORDS_MAX: usize = 6;
