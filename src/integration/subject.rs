//! Subjects, of mails and of SNS messages: whether one says that it is over, and what it is about.
//!
//! What it is about is the rest of it, less the words that change: marks in front (`[FIRING:2]`, `RECOVERY:`, `【復旧】`), and
//! states that tools write into the sentence, which [`phrase`](super::phrase) knows. Two subjects about one problem give the
//! same rest. A subject that is not sure to say that it is over is a problem.

use super::phrase;
use crate::alert::Action;

/// How many marks a subject may begin with.
const MARKS_MAX: usize = 8;
/// The words in front of a subject that say that it is over.
const OVER: [&str; 13] = [
    "resolved",
    "recovered",
    "recovery",
    "ok",
    "up",
    "close",
    "closed",
    "cleared",
    "solved",
    "normal",
    "restored",
    "fixed",
    "passed",
];
const OVER_JA: [&str; 5] = ["復旧", "回復", "解消", "解決", "正常"];
/// Those that say that it is not.
const FIRING: [&str; 24] = [
    "firing",
    "fired",
    "down",
    "critical",
    "warning",
    "error",
    "triggered",
    "alerting",
    "activated",
    "open",
    "opened",
    "new",
    "update",
    "updated",
    "re",
    "fw",
    "fwd",
    "aw",
    "unknown",
    "nodata",
    "failed",
    "investigating",
    "identified",
    "monitoring",
];
const FIRING_JA: [&str; 9] = ["障害", "警告", "異常", "発生", "検知", "アラート", "エラー", "緊急", "重大"];
/// Those that say that somebody has it: neither news nor an end.
const TAKEN: [&str; 3] = ["acknowledged", "acknowledgement", "acknowledgment"];
/// Those that say so by themselves, and nothing beside another: `RECOVERY Service Alert`.
const ALERTS: [&str; 3] = ["alert", "alarm", "problem"];
/// Those that say nothing: `Resolved in 5m 3s`, `Monitor is DOWN`, `Issue Closed`.
const FILLERS: [&str; 9] = ["alert", "alarm", "problem", "issue", "in", "is", "service", "host", "monitor"];

/// Marks that anybody may write in front of anything.
const COMMON: [&str; 9] = ["alert", "error", "new", "update", "updated", "re", "fw", "fwd", "aw"];

/// What a subject says.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Subject {
    /// Trigger, resolve, or a note that somebody has it.
    pub action: Action,
    /// What it is about: the same for a problem and its end.
    pub about: String,
    /// Whether it names a state of a monitor, so that another one about the same may follow: `Error:` and `Re:` do not.
    pub names_state: bool,
}

/// Reads a subject.
pub fn read(subject: &str) -> Subject {
    // Nagios: `** RECOVERY Service Alert: web-1/HTTP is OK **`.
    let mut rest = without_symbols(subject.trim_matches(['*', ' ']));
    let (mut action, mut kept) = (Action::Trigger, String::new());
    let (mut is_marked, mut names_state) = (false, false);
    for _ in 0..MARKS_MAX {
        let Some((mark, more)) = Mark::first(rest) else { break };
        match mark.meaning() {
            Some((said, about)) => {
                action = if action == Action::Trigger { said } else { action };
                // Uptime Kuma: `[shop] [🔴 Down] timeout`, where the rest is what the check saw.
                if mark.is_bracket && !is_marked && !kept.is_empty() && is_lamp(mark.words) {
                    return Subject { action, about: kept.trim_end().to_owned(), names_state: true };
                }
                is_marked = true;
                names_state |= !is(&COMMON, mark.words.trim());
                kept.extend(about.iter().flat_map(|word| [word, " "]));
            }
            // `[shop-prod] RESOLVED: …`
            None if mark.is_bracket => kept.extend(["[", mark.words, "] "]),
            None => break,
        }
        rest = without_symbols(more.trim_start());
    }
    if is_marked {
        return Subject { action, about: kept + phrase::without_state(rest), names_state };
    }
    match phrase::read(rest, &kept) {
        Some((is_over, about)) => {
            let action = if is_over { Action::Resolve } else { Action::Trigger };
            Subject { action, about: kept + &about, names_state: true }
        }
        None => Subject { action, about: kept + rest, names_state },
    }
}

/// Less the signs in front that only draw the eye.
fn without_symbols(text: &str) -> &str {
    let is_sign = |c: char| c as u32 >= 0x2190 && !c.is_alphanumeric() && !"【［「『（《〔".contains(c);
    text.trim_start_matches(|c: char| is_sign(c) || c == '\u{fe0f}' || c == ' ')
}

/// Whether a mark has one of the signs by which tools show a state.
fn is_lamp(words: &str) -> bool {
    words.contains(['✅', '🔴', '🟢', '⚠'])
}

/// What stands in front of a subject: `[FIRING:2]`, `【復旧】`, `Resolved in 5m 3s:`, `UP |`.
#[derive(Debug)]
struct Mark<'a> {
    words: &'a str,
    is_bracket: bool,
}

impl<'a> Mark<'a> {
    fn first(text: &'a str) -> Option<(Mark<'a>, &'a str)> {
        for (open, close) in [('[', ']'), ('【', '】'), ('［', '］')] {
            if let Some((words, more)) = text.strip_prefix(open).and_then(|text| text.split_once(close)) {
                return Some((Mark { words, is_bracket: true }, more));
            }
        }
        let is_capital = |words: &str| words.chars().all(char::is_uppercase);
        let dashed = [" - ", " – ", " | "].iter().find_map(|dash| text.split_once(dash));
        // `DOWN | shop`, and `PROBLEM alert - web-1 is DOWN` as Nagios once wrote it.
        let is_state = |words: &str| {
            let is_first = words.split(' ').next().is_some_and(is_capital);
            is_first && Mark { words, is_bracket: false }.meaning().is_some()
        };
        let dashed = dashed.filter(|(words, _)| is_capital(words) || is_state(words));
        let (words, more) = dashed.or_else(|| text.split_once([':', '：']))?;
        Some((Mark { words, is_bracket: false }, more))
    }

    /// What it says, and what else is in it; `None` where it is part of what the mail is about.
    fn meaning(&self) -> Option<(Action, Vec<&'a str>)> {
        if self.words.trim().eq_ignore_ascii_case("no data") {
            return Some((Action::Trigger, Vec::new()));
        }
        let words = self.words.split([' ', '\t', ',', ';', '/', '|']);
        let words: Vec<&str> = words.filter(|word| word.chars().any(char::is_alphanumeric)).collect();
        let is_filler = |word: &&str| is(&FILLERS, word) || word.starts_with(|c: char| c.is_ascii_digit());
        let mut telling = words.iter().copied().filter(|word| !is_filler(word)).peekable();
        if telling.peek().is_none() {
            let is_alert = words.iter().any(|word| is(&ALERTS, word));
            return is_alert.then(|| (Action::Trigger, Vec::new()));
        }
        // Grafana: `[FIRING:1, RESOLVED:2]` fires as long as one does.
        let (mut said, mut about) = (None, Vec::new());
        for (at, word) in telling.enumerate() {
            match meaning(word) {
                Some(Action::Trigger) if at == 0 || is_count(word) => said = Some(Action::Trigger),
                Some(meaning) if at == 0 || is_count(word) => said = said.or(Some(meaning)),
                _ if at == 0 => return None,
                _ => about.push(word),
            }
        }
        said.filter(|_| self.is_bracket || about.is_empty()).map(|said| (said, about))
    }
}

fn is(list: &[&str], word: &str) -> bool {
    list.contains(&word.to_lowercase().as_str())
}

/// `RESOLVED:2`
fn is_count(word: &str) -> bool {
    word.split_once(':').is_some_and(|(_, count)| count.parse::<u32>().is_ok())
}

/// What one word says. `FIRING:0` says nothing of a fire.
fn meaning(word: &str) -> Option<Action> {
    let (state, count) = word.split_once(':').unwrap_or((word, ""));
    let state = state.trim_matches(|c: char| !c.is_alphanumeric());
    let is_over = is(&OVER, state) || OVER_JA.iter().any(|it| state.contains(it)) && !state.contains("失敗");
    if is_over || count == "0" && is(&FIRING, state) {
        return Some(Action::Resolve);
    }
    if is(&FIRING, state) || FIRING_JA.iter().any(|it| state.contains(it)) {
        return Some(Action::Trigger);
    }
    is(&TAKEN, state).then_some(Action::Note)
}
