//! `oncall incident`: shows an incident of a running server, or acts on one or several.

use super::remote::{ENVIRONMENT, Question, Server, clock, line, segment, spoken_by};
use super::spoken::told;
use super::{Output, complete};
use crate::language::asked::{Head, value};
use crate::language::failed::{
    confirm_only_there, not_a_step, one_at_a_time, takes_no_words, whom_only_there,
};
use anyhow::Result;
use serde_json::{Map, Value, json};
use unicode_width::UnicodeWidthStr;

/// Show an incident of a running server, or act on it
#[derive(Debug, clap::Args)]
#[command(after_help = format!("\
Examples:
  oncall incident 3-17
  oncall incident 3-17,3-18 acknowledge
  oncall incident 3-17 snooze 2h
  oncall incident 3-17 note looking at the disk
  oncall incident 3-17 silence known, mended tonight
  oncall incident 3-17 reassign --schedule web-secondary
  oncall incident 3-17 merge 3-12

{ENVIRONMENT}"))]
pub struct Arguments {
    /// The incident; separate several with commas
    #[arg(value_name = "ID")]
    ids: String,
    #[arg(value_enum)]
    command: Option<Verb>,
    /// snooze: until when (`2h`, `18:00`, `tomorrow 10:00`); resolve, silence: a reason; escalate: a step; reassign, page-also: a user;
    /// move: a service; note: the text; merge: into which
    words: Vec<String>,
    /// To this user (reassign, page-also)
    #[arg(add = complete::users(), long, value_name = "ID", value_delimiter = ',')]
    user: Vec<String>,
    /// To whoever is on call on this schedule
    #[arg(add = complete::schedules(), long, value_name = "ID", value_delimiter = ',')]
    schedule: Vec<String>,
    /// To this escalation policy
    #[arg(add = complete::policies(), long, value_name = "ID")]
    policy: Option<String>,
    /// Do it although something warns of it
    #[arg(long)]
    confirm: bool,
    #[command(flatten)]
    server: Server,
}

/// What the API calls commands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, clap::ValueEnum)]
enum Verb {
    Acknowledge,
    Unacknowledge,
    Snooze,
    Resolve,
    Reopen,
    Escalate,
    Reassign,
    PageAlso,
    Raise,
    Lower,
    Move,
    Silence,
    Note,
    Merge,
    Unmerge,
}

impl Verb {
    /// Its name, and the key that the words are for.
    fn says(self) -> (&'static str, Option<&'static str>) {
        match self {
            Verb::Acknowledge => ("acknowledge", None),
            Verb::Unacknowledge => ("unacknowledge", None),
            Verb::Snooze => ("snooze", Some("until")),
            Verb::Resolve => ("resolve", Some("reason")),
            Verb::Reopen => ("reopen", None),
            Verb::Escalate => ("escalate", Some("step")),
            Verb::Reassign => ("reassign", Some("user")),
            Verb::PageAlso => ("page-also", Some("user")),
            Verb::Raise => ("raise", None),
            Verb::Lower => ("lower", None),
            Verb::Move => ("move", Some("service")),
            Verb::Silence => ("silence", Some("reason")),
            Verb::Note => ("note", Some("text")),
            Verb::Merge => ("merge", Some("into")),
            Verb::Unmerge => ("unmerge", None),
        }
    }
}

pub(super) fn run(arguments: &Arguments) -> Result<Output> {
    let ids: Vec<&str> = arguments.ids.split(',').map(str::trim).filter(|id| !id.is_empty()).collect();
    let Some(verb) = arguments.command else {
        let [id] = ids[..] else { return Err(told(one_at_a_time()).into()) };
        let path = format!("/v1/incidents/{}", segment(id));
        return arguments.server.ask(&Question::get(&path), text);
    };
    let mut body = body(arguments, verb)?;
    let name = verb.says().0;
    let path = match ids[..] {
        [id] => format!("/v1/incidents/{}/{name}", segment(id)),
        _ => {
            body.insert("incidents".to_owned(), json!(ids));
            format!("/v1/incidents/{name}")
        }
    };
    arguments.server.ask(&Question::post(&path, Value::Object(body)), |answer| {
        let results = answer["results"].as_array().map_or(std::slice::from_ref(answer), Vec::as_slice);
        let language = spoken_by(answer);
        results.iter().map(|result| line(result, language) + "\n").collect()
    })
}

fn body(arguments: &Arguments, verb: Verb) -> Result<Map<String, Value>> {
    let (name, key) = verb.says();
    let (words, mut body) = (arguments.words.join(" "), Map::new());
    match key {
        None if !words.is_empty() => return Err(told(takes_no_words(name, &words)).into()),
        Some(key) if !words.is_empty() => {
            let value = match verb {
                Verb::Escalate => json!(words.parse::<u32>().map_err(|_| told(not_a_step(&words)))?),
                _ => json!(words),
            };
            body.insert(key.to_owned(), value);
        }
        _ => {}
    }
    let whom = !(arguments.user.is_empty() && arguments.schedule.is_empty() && arguments.policy.is_none());
    if whom && !matches!(verb, Verb::Reassign | Verb::PageAlso) {
        return Err(told(whom_only_there()).into());
    }
    if matches!(verb, Verb::Reassign | Verb::PageAlso) {
        let users: Vec<&String> = arguments.words.iter().chain(&arguments.user).collect();
        body.insert("user".to_owned(), json!(users));
        body.insert("schedule".to_owned(), json!(arguments.schedule));
        body.insert("policy".to_owned(), json!(arguments.policy));
    }
    if arguments.confirm {
        if verb != Verb::Snooze {
            return Err(told(confirm_only_there()).into());
        }
        body.insert("confirm".to_owned(), json!(true));
    }
    Ok(body)
}

/// How wide the names of values are.
const LEAD: usize = 17;
/// The values that are shown, with their keys in the answer.
const SHOWN: [(Head, &str); 7] = [
    (Head::Status, "status"),
    (Head::Service, "service"),
    (Head::Severity, "severity"),
    (Head::Urgency, "urgency"),
    (Head::OpenedAt, "opened_at"),
    (Head::AcknowledgedBy, "acknowledged_by"),
    (Head::ResolvedBy, "resolved_by"),
];

/// The incident and its timeline.
fn text(incident: &Value) -> String {
    let said = |key: &str| incident[key].as_str().unwrap_or("-").to_owned();
    let mut out = format!("{} {}\n\n", said("id"), said("summary"));
    let language = spoken_by(incident);
    let mut push = |head: Head, value: &str| {
        let name = head.name();
        let name = name.of(language);
        let lead = format!("{name}{}", " ".repeat(LEAD.saturating_sub(name.width())));
        super::told_shown::push_wrapped(&mut out, &lead, value);
    };
    for (head, key) in SHOWN {
        if let Some(said) = incident[key].as_str() {
            let at = clock(&incident[key], incident);
            push(head, if head == Head::OpenedAt { &at } else { value(said, language) });
        }
    }
    let held = &incident["held_back"];
    let head = match held["by"].as_str() {
        Some("wait") => Head::HeldUntil,
        Some("inhibition") => Head::InhibitedUntil,
        _ => Head::SilencedUntil,
    };
    if held.is_object() {
        push(head, &clock(&held["until"], incident));
    }
    if let Some(description) = incident["description"].as_str().filter(|text| !text.is_empty()) {
        push(Head::Description, description);
    }
    out.push('\n');
    for entry in incident["timeline"].as_array().into_iter().flatten() {
        let at = clock(&entry["at"], incident);
        super::told_shown::push_wrapped(
            &mut out,
            &format!("{at}  "),
            entry["text"].as_str().unwrap_or_default(),
        );
    }
    out
}
