//! `oncall who`: who is on call at an instant, by which rule, until when, and who is next.

use super::directory::{Directory, now};
use super::instant::{Clock, instant, zone_name};
use super::known::known;
use super::people::{name, names};
use super::remote::{Format, Question, Server, clock, in_language, spoken_by};
use super::silence::ids;
use super::spoken::Spoken;
use super::table::table;
use super::watch::{Items, Polled, Watch, watch};
use super::{Exit, Output, complete};
use crate::config::Config;
use crate::language::Language;
use crate::language::chat::Chat;
use crate::language::commands::Noun;
use crate::language::on_call::OnCall;
use crate::preview::on_call::{HORIZON, who_object};
use crate::route::broad_silence;
use crate::schedule::{Handover, Reason, UserId};
use anyhow::Result;
use jiff::Timestamp;
use serde_json::{Value, json};

/// Show who is on call, from which layer or override, until when, and who is next
#[derive(Clone, Debug, clap::Args)]
pub struct Arguments {
    /// Only this schedule [default: all]
    #[arg(add = complete::schedules(), long, value_name = "ID")]
    schedule: Option<String>,
    /// At this instant: `2026-12-05 10:00` in the organisation's time zone, or RFC 3339 [default: now]
    #[arg(long, value_name = "T")]
    at: Option<String>,
    /// Ask this running server instead, which knows what was changed at run time; needs ONCALL_TOKEN
    #[arg(long, value_name = "URL")]
    url: Option<String>,
    #[command(flatten)]
    watch: Watch,
    #[arg(long, value_enum, default_value_t = Format::Text)]
    format: Format,
    #[command(flatten)]
    spoken: Spoken,
    #[command(flatten)]
    directory: Directory,
}

/// One schedule at this instant.
struct WhoAnswer<'c> {
    schedule: &'c str,
    handover: Handover,
    reason: Reason<'c>,
}

pub(super) fn run(arguments: &Arguments) -> Result<Output> {
    if arguments.url.is_some() {
        return at_server(arguments);
    }
    if !arguments.watch.watch {
        return once(arguments);
    }
    watch(arguments.format, async || match once(arguments) {
        Err(error) => Polled::Trouble(format!("{error:#}")),
        Ok(output) if output.exit != Exit::Fine => Polled::Trouble(output.err),
        Ok(output) => {
            let json = once(&Arguments { format: Format::Json, ..arguments.clone() });
            let all = json.ok().and_then(|it| serde_json::from_str::<Value>(&it.out).ok());
            let items = ITEMS.of(&json!({ "schedules": all }));
            Polled::Answer { text: output.out, items }
        }
    })
}

const ITEMS: Items = Items { list: "schedules", name: "schedule", line };

fn at_server(arguments: &Arguments) -> Result<Output> {
    let server = Server { url: arguments.url.clone(), format: arguments.format };
    let mut question = Question::get("/v1/who");
    let asked = [("schedule", &arguments.schedule), ("at", &arguments.at)];
    question.query = asked.into_iter().filter_map(|(name, said)| Some((name, said.clone()?))).collect();
    arguments.watch.ask(&server, &question, ITEMS, |answer| {
        let language = arguments.spoken.or(spoken_by(answer));
        let answer = &in_language(answer, language);
        let all = answer["schedules"].as_array().map(Vec::as_slice).unwrap_or_default();
        let row = |it: &Value| {
            [it["schedule"].as_str().unwrap_or_default().to_owned(), listed(it, answer).join("\n")]
        };
        let zone = answer["time_zone"].as_str().unwrap_or("UTC");
        let header = [OnCall::Schedule, OnCall::OnCall].map(|it| language.on_call(it));
        let rows = table(header.each_ref().map(String::as_str), &[0], all.iter().map(row));
        let silence = &answer["broad_silence"];
        let broad = silence["until"].as_str().map(|_| {
            let (until, reason) =
                (clock(&silence["until"], answer), silence["reason"].as_str().unwrap_or_default());
            broad(&until, reason, silence["everything"] == false, language)
        });
        let zone = language.on_call(OnCall::Zone { zone });
        format!("{}{zone}\n{}\n{rows}", clock(&answer["at"], answer), broad.unwrap_or_default())
    })
}

/// The line of a silence that names no service.
fn broad(until: &str, reason: &str, partly: bool, language: Language) -> String {
    format!("{}\n", language.chat(&Chat::BroadSilence { until, reason, partly }))
}

/// Who is on call, by which rule, and until when.
fn listed(it: &Value, answer: &Value) -> Vec<String> {
    let language = spoken_by(answer);
    let people = |list: &Value| Some(ids(list)).filter(|ids| !ids.is_empty());
    let nobody = || language.on_call(OnCall::Nobody);
    let users = people(&it["users"]).unwrap_or_else(nobody);
    let shadows = people(&it["shadows"]).map(|shadows| language.on_call(OnCall::Shadow { names: &shadows }));
    let rule = it["place"].as_str().map(|place| match it["reason"].as_str() {
        Some(reason) => format!("{place}: {reason}"),
        None => place.to_owned(),
    });
    let until = it["until"].as_str().map(|_| {
        let next = people(&it["next"]["users"]).unwrap_or_else(nobody);
        language.on_call(OnCall::Then { until: &clock(&it["until"], answer), next: &next })
    });
    [users].into_iter().chain(shadows).chain(rule).chain(until).collect()
}

fn line(it: &Value, answer: &Value) -> String {
    format!("{}  {}", it["schedule"].as_str().unwrap_or_default(), listed(it, answer).join(", "))
}

fn once(arguments: &Arguments) -> Result<Output> {
    let loaded = arguments.directory.load()?;
    let config = match loaded.config() {
        Ok(config) => config,
        Err(output) => return Ok(output),
    };
    let schedules = &config.schedules;
    let zone = &config.organisation.time_zone;
    let language = arguments.spoken.of(config);
    let at = arguments.at.as_deref().map_or_else(|| Ok(now()), |text| instant(text, zone, language))?;
    let ids: Vec<&str> = match &arguments.schedule {
        Some(id) => vec![known(language, Noun::Schedule, &schedules.schedules, id)?.0],
        None => schedules.schedules.keys().map(|id| &**id).collect(),
    };
    let answers = ids.into_iter().map(|schedule| WhoAnswer {
        schedule,
        handover: schedules.next_handover(schedule, at, HORIZON),
        reason: schedules.reason(schedule, at),
    });
    Ok(Output::fine(match arguments.format {
        Format::Text => text(config, at, answers, language),
        Format::Json => format!("{:#}\n", Value::Array(answers.map(|answer| object(&answer)).collect())),
    }))
}

fn text<'c>(
    config: &Config,
    at: Timestamp,
    answers: impl Iterator<Item = WhoAnswer<'c>>,
    language: Language,
) -> String {
    let zone = &config.organisation.time_zone;
    let clock = Clock { zone, language };
    let row =
        |answer: WhoAnswer<'c>| [answer.schedule.to_owned(), lines(config, at, &answer, clock).join("\n")];
    let header = [OnCall::Schedule, OnCall::OnCall].map(|it| language.on_call(it));
    let rows = table(header.each_ref().map(String::as_str), &[0], answers.map(row));
    let silence = broad_silence(config, at);
    let broad = silence.map(|(silence, until)| {
        broad(&clock.local(until), &silence.reason, silence.when.is_some(), language)
    });
    let zone = language.on_call(OnCall::Zone { zone: zone_name(zone) });
    format!("{}{zone}\n{}\n{rows}", clock.local(at), broad.unwrap_or_default())
}

/// Who is on call, by which rules, and until when.
fn lines(config: &Config, at: Timestamp, answer: &WhoAnswer<'_>, clock: Clock<'_>) -> Vec<String> {
    let language = clock.language;
    let say = |piece: OnCall<'_>| language.on_call(piece);
    let WhoAnswer { handover, reason, .. } = answer;
    let mut lines = vec![names(config, &handover.on_call.users, language)];
    if !handover.on_call.shadows.is_empty() {
        let names = names(config, &handover.on_call.shadows, language);
        lines.push(say(OnCall::Shadow { names: &names }));
    }
    let rules = reason.layer.iter().chain(&reason.beside);
    lines.extend(rules.map(|rule| say(OnCall::Layer { layer: rule.layer, place: rule.place })));
    lines.extend(reason.away.iter().map(|user| away(config, at, user, clock)));
    lines.extend(reason.overrides.iter().map(|change| {
        let place = change.origin.to_string();
        say(OnCall::Override { place: &place, reason: change.reason.as_deref() })
    }));
    lines.push(match &handover.next {
        Some(next) => {
            let next = names(config, &next.users, language);
            say(OnCall::Then { until: &clock.local(handover.until), next: &next })
        }
        None => say(OnCall::NoChange { days: HORIZON.as_hours() / 24 }),
    });
    lines
}

/// The person whose turn it would be.
fn away(config: &Config, at: Timestamp, user: &UserId, clock: Clock<'_>) -> String {
    let language = clock.language;
    let why = match config.schedules.is_off(user, at).map(|off| off.back(at)) {
        Some(Some(until)) => language.on_call(OnCall::OffUntil { until: &clock.local(until) }),
        Some(None) => language.on_call(OnCall::HasLeft),
        None => language.on_call(OnCall::Elsewhere),
    };
    language.on_call(OnCall::TurnOf { who: &name(config, user), why: &why })
}

fn object(answer: &WhoAnswer<'_>) -> Value {
    who_object(answer.schedule, &answer.handover, &answer.reason)
}
