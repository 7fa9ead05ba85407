//! `oncall shifts`: the shifts of a schedule or a person in a range, as text, JSON or a calendar.

use super::directory::{Directory, now};
use super::instant::{Clock, instant, zone_name};
use super::known::known;
use super::people::names;
use super::spoken::{Spoken, no, told};
use super::table::table;
use super::{Output, complete};
use crate::config::{CalendarId, Config, Id};
use crate::language::Language;
use crate::language::commands::{self, Noun};
use crate::language::failed::not_both;
use crate::language::on_call::OnCall;
use crate::preview::calendar::calendar;
use crate::preview::ical;
use crate::preview::on_call::{layer, shift_object, source};
use crate::preview::shifts::{Role, role, schedules_of, stretches};
use crate::schedule::Shift;
use anyhow::Result;
use jiff::{SignedDuration, Timestamp, tz::TimeZone};
use serde_json::{Value, json};
use std::path::{Path, PathBuf};

/// How wide `2026-` is.
const YEAR: usize = 5;
/// The longest range.
const RANGE_MAX: SignedDuration = SignedDuration::from_hours(10 * 366 * 24);

/// List the shifts of a schedule or a person in a range
#[derive(Debug, clap::Args)]
#[command(override_usage = "oncall shifts [OPTIONS] --from <T> --until <T> <ID> [DIR]
       oncall shifts [OPTIONS] --from <T> --until <T> --user <ID> [DIR]")]
pub struct Arguments {
    /// The schedule
    #[arg(add = complete::schedules(), value_name = "ID", required_unless_present = "user")]
    schedule: Option<String>,
    /// All shifts of this person on all schedules, instead of one schedule
    #[arg(add = complete::users(), long, value_name = "ID")]
    user: Option<String>,
    /// From this instant: `2026-12-05 10:00` in the organisation's time zone, or RFC 3339
    #[arg(long, value_name = "T")]
    from: String,
    /// Until this instant (excluded)
    #[arg(long, value_name = "T")]
    until: String,
    #[arg(long, value_enum, default_value_t = Format::Text)]
    format: Format,
    #[command(flatten)]
    spoken: Spoken,
    #[command(flatten)]
    directory: Directory,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, clap::ValueEnum)]
enum Format {
    Text,
    Json,
    Ics,
}

/// One shift of a person on a schedule.
struct Duty<'c> {
    schedule: &'c Id,
    start: Timestamp,
    end: Timestamp,
    role: Role,
    source: Option<String>,
}

pub(super) fn run(arguments: &Arguments) -> Result<Output> {
    let (schedule, directory) = asked(arguments)?;
    let loaded = directory.load()?;
    let config = match loaded.config() {
        Ok(config) => config,
        Err(output) => return Ok(output),
    };
    let language = arguments.spoken.of(config);
    let (from, until) = range(arguments, &config.organisation.time_zone, language)?;
    let id = match (&arguments.user, schedule) {
        (Some(user), _) => CalendarId::User(known(language, Noun::User, &config.users, user)?.0.clone()),
        (None, id) => {
            CalendarId::Schedule(known(language, Noun::Schedule, &config.schedules.schedules, id)?.0.clone())
        }
    };
    Ok(Output::fine(match (&id, arguments.format) {
        (_, Format::Ics) => ics((config, language), &id, (from, until))?,
        (CalendarId::Schedule(id), format) => {
            let shifts = config.schedules.shifts(id, from, until);
            match format {
                Format::Text => text((config, language), id, (from, until), &shifts),
                _ => format!("{:#}\n", Value::Array(shifts.iter().map(shift_object).collect())),
            }
        }
        (CalendarId::User(user), format) => {
            let duties = duties(config, user, (from, until));
            match format {
                Format::Text => duties_text((config, language), user, (from, until), &duties),
                _ => format!("{:#}\n", Value::Array(duties.iter().map(duty_object).collect())),
            }
        }
    }))
}

/// The schedule (if any) and the config directory. With `--user`, the first unnamed argument is the directory.
fn asked(arguments: &Arguments) -> Result<(&str, Directory)> {
    let dir = &arguments.directory.dir;
    let schedule = arguments.schedule.as_deref().unwrap_or_default();
    match (&arguments.user, &arguments.schedule) {
        (Some(_), Some(first)) if dir == Path::new(".") => Ok(("", Directory { dir: PathBuf::from(first) })),
        (Some(user), Some(schedule)) => Err(told(not_both(schedule, user)).into()),
        _ => Ok((schedule, Directory { dir: dir.clone() })),
    }
}

fn range(arguments: &Arguments, zone: &TimeZone, language: Language) -> Result<(Timestamp, Timestamp)> {
    let [from, until] = [&arguments.from, &arguments.until].map(|said| instant(said, zone, language));
    let (from, until) = (from?, until?);
    if until <= from {
        return Err(no(language, &commands::range_ends_first(&arguments.from, &arguments.until)));
    }
    if until.duration_since(from) > RANGE_MAX {
        return Err(no(language, &commands::range_too_long()));
    }
    Ok((from, until))
}

/// The calendar that the server would serve, clipped to the range.
fn ics(
    (config, language): (&Config, Language),
    id: &CalendarId,
    (from, until): (Timestamp, Timestamp),
) -> Result<String> {
    let mut calendar = calendar(config, id, from, until);
    if calendar.events.len() > ical::EVENTS_MAX {
        return Err(no(language, &commands::too_many_shifts(ical::EVENTS_MAX)));
    }
    for event in &mut calendar.events {
        (event.start, event.end) = (event.start.max(from), event.end.min(until));
    }
    Ok(ical::text(&calendar, now()))
}

fn text(
    (config, language): (&Config, Language),
    id: &str,
    range: (Timestamp, Timestamp),
    shifts: &[Shift],
) -> String {
    let zone = &config.organisation.time_zone;
    let (year, at) = dates(range, Clock { zone, language });
    let say = |piece: OnCall<'_>| language.on_call(piece);
    let rows = shifts.iter().map(|shift| {
        let on_call = &shift.on_call;
        let mut who = names(config, &on_call.users, language);
        if !on_call.shadows.is_empty() {
            who = format!("{who}\n+ {}", names(config, &on_call.shadows, language));
        }
        [at(shift.start), at(shift.end), who, source(on_call).unwrap_or_else(|| "-".to_owned())]
    });
    let shadows = shifts.iter().any(|it| !it.on_call.shadows.is_empty());
    let note = if shadows { say(OnCall::WithShadows) } else { String::new() };
    let header = [OnCall::From, OnCall::Until, OnCall::OnCall, OnCall::By].map(say);
    let rows = table(header.each_ref().map(String::as_str), &[0, 1], rows);
    format!("{id}{year}{}{note}\n\n{rows}", say(OnCall::Zone { zone: zone_name(zone) }))
}

fn duties_text(
    (config, language): (&Config, Language),
    user: &Id,
    range: (Timestamp, Timestamp),
    duties: &[Duty<'_>],
) -> String {
    let zone = &config.organisation.time_zone;
    let (year, at) = dates(range, Clock { zone, language });
    let say = |piece: OnCall<'_>| language.on_call(piece);
    let name = config.users.get(user).map_or(&**user, |known| &known.name);
    let title = format!("{name} ({user}){year}{}\n\n", say(OnCall::Zone { zone: zone_name(zone) }));
    if duties.is_empty() {
        return format!("{title}{}\n", say(OnCall::NotOnCall));
    }
    let rows = duties.iter().map(|duty| {
        let schedule = match duty.role {
            Role::Shadow => say(OnCall::ShadowOn { schedule: duty.schedule }),
            Role::OnCall => duty.schedule.to_string(),
        };
        let by = duty.source.clone().unwrap_or_else(|| "-".to_owned());
        [at(duty.start), at(duty.end), schedule, by]
    });
    let header = [OnCall::From, OnCall::Until, OnCall::Schedule, OnCall::By].map(say);
    format!("{title}{}", table(header.each_ref().map(String::as_str), &[0, 1], rows))
}

/// The format of instants: with the year, unless it is the same everywhere and in the title.
fn dates((from, until): (Timestamp, Timestamp), clock: Clock<'_>) -> (String, impl Fn(Timestamp) -> String) {
    let year = |at: Timestamp| clock.zone.to_datetime(at).year();
    let within = year(from) == year(until.checked_sub(SignedDuration::from_nanos(1)).unwrap_or(until));
    let title = if within { format!(", {}", year(from)) } else { String::new() };
    let at = move |at: Timestamp| match (within, clock.language) {
        (true, Language::En) => at.to_zoned(clock.zone.clone()).strftime("%a %m-%d %H:%M").to_string(),
        // The same without the year and its dash.
        (true, Language::Ja) => clock.local(at).get(YEAR..).unwrap_or_default().to_owned(),
        (false, _) => clock.local(at),
    };
    (title, at)
}

/// All shifts of a person in a range, in order of time.
fn duties<'c>(config: &'c Config, user: &Id, (from, until): (Timestamp, Timestamp)) -> Vec<Duty<'c>> {
    let mut duties = Vec::new();
    for schedule in schedules_of(config, user) {
        let shifts = config.schedules.shifts_with_reasons(schedule, from, until);
        let own = stretches(&shifts, |(shift, reason)| {
            let role = role(&shift.on_call, user)?;
            let source = match role {
                Role::OnCall => source(&shift.on_call),
                Role::Shadow => reason.shadows.get(user).map(|rule| layer(rule.layer)),
            };
            Some((role, source))
        });
        duties.extend(own.into_iter().map(|it| {
            let (role, source) = it.of;
            Duty { schedule, start: it.start, end: it.end, role, source }
        }));
    }
    duties.sort_by_key(|duty| duty.start);
    duties
}

fn duty_object(duty: &Duty<'_>) -> Value {
    json!({
        "schedule": duty.schedule,
        "start": duty.start.to_string(),
        "end": duty.end.to_string(),
        "shadow": duty.role == Role::Shadow,
        "source": duty.source,
    })
}
