//! The semantic checks: what is valid and yet, most likely, not meant.
//!
//! [`CHECKS`] is the table. A check sees a whole config that compiled, and the date where there is one. [`errors`] is what
//! refuses a config, the same for `validate` and for the server: those of [`compile`](crate::compile) and those of the
//! table, which never depend on the date. A warning refuses nothing. Only `validate` plays expectations.

mod access;
mod allowances;
pub mod beside;
mod broken;
pub mod coverage;
mod covers;
mod dates;
mod doors;
mod ends;
mod event_rules;
pub mod expectations;
pub mod explain;
mod folders;
mod found;
mod inhibitions;
mod layers;
mod left_in;
mod line_ups;
mod long;
mod matchers;
mod members;
mod noise;
mod overrides;
mod people;
mod policies;
mod providers;
mod routes;
mod rules;
mod samples;
mod side_by_side;
mod sign_in;
mod silences;
mod spelling;
mod steps;
mod storms;
mod texts;
pub mod to_do;
mod turns;
mod unused;
mod ways;

use broken::Broken;
use found::Found;

use crate::compile::{Compiled, Diagnostic, Finding, Severity};
use crate::config::{Config, Id};
use crate::schedule::Shift;
use jiff::Timestamp;
use std::collections::BTreeMap;
use std::sync::Arc;

/// One check of the table.
#[derive(Debug)]
pub struct Check {
    /// Stable, from `OC101`.
    pub code: &'static str,
    pub severity: Severity,
    /// What it finds depends on the date: it comes and goes by itself.
    pub dated: bool,
    /// What it finds, in one line.
    pub doc: &'static str,
    run: fn(&Subject<'_>) -> Vec<Found>,
}

/// What a check looks at.
#[derive(Debug)]
pub struct Subject<'a> {
    pub compiled: &'a Compiled,
    pub config: &'a Config,
    /// `None`: what depends on the date is not looked at.
    pub today: Option<Timestamp>,
    /// The shifts of the next four weeks of every schedule that a policy tells; none without a date.
    shifts: BTreeMap<Id, Vec<Shift>>,
}

/// Every check.
pub const CHECKS: &[Check] = &[
    warning("OC101", "somebody who may be called or get an SMS has no phone", people::no_phone),
    warning("OC102", "somebody who may be told by Slack has no Slack id", people::no_slack),
    error("OC103", "a policy of high urgency never calls anybody", policies::never_calls),
    warning("OC104", "a step tells the same people as the step before", policies::same_people),
    warning("OC105", "a rule is never reached", rules::never_reached),
    warning("OC106", "a runbook does not exist", rules::no_runbook),
    error("OC107", "a contact method is used whose provider is not configured", providers::not_configured),
    dated("OC108", "an override is past", dates::past_override),
    dated("OC109", "a silence is past", dates::past_silence),
    dated("OC110", "a list of holidays ends soon", dates::holidays_end),
    warning("OC111", "two integrations have the same secret", providers::same_secret),
    warning("OC112", "somebody is first called only after the next step begins", people::late_call),
    warning(
        "OC113",
        "an acknowledgement lapses before the first step's wait is over",
        policies::short_timeout,
    ),
    warning("OC114", "nothing uses an escalation policy", unused::policies),
    warning("OC115", "nothing uses a schedule", unused::schedules),
    warning("OC116", "nobody's schedule or policy names a user", unused::users),
    warning("OC117", "no route leads to a service", unused::services),
    warning("OC118", "a window never opens", rules::never_open),
    warning("OC119", "no public_url, so that buttons and keys cannot come back", providers::no_public_url),
    warning("OC120", "a list of negations matches everything", rules::matches_everything),
    warning("OC121", "a line-up breaks the order of turns", line_ups::order_of_turns),
    dated("OC122", "somebody who has left is still in the line-up or named by a step", dates::has_left),
    warning("OC123", "an override puts somebody on call who is off then", dates::override_of_absent),
    dated("OC124", "nobody is on call at times in the next 28 days", coverage::gaps_soon),
    dated(
        "OC125",
        "nobody is on call at times that come again within 400 days",
        coverage::gaps_that_come_again,
    ),
    warning("OC126", "shifts change hands inside a window", turns::cut_by_a_handoff),
    warning(
        "OC187",
        "somebody always has the same handoffs of a cycle, such as every weekend",
        layers::always_the_same_handoffs,
    ),
    warning("OC188", "an end that is a date alone does not include that day", ends::date_alone),
    warning("OC189", "a layer that adds has no layer below it", layers::adds_to_nothing),
    warning("OC190", "a line-up begins when its layer has ended", layers::after_the_end),
    warning("OC191", "time off that comes again never comes", ends::hours_never_off),
    dated(
        "OC192",
        "nobody is on call at times, as far as overrides and time off are written",
        coverage::gaps_as_written,
    ),
    dated("OC127", "an absence spans several of a person's turns", turns::given_away_twice),
    dated(
        "OC128",
        "a step reaches the same people as the step before, at times",
        coverage::same_people_at_times,
    ),
    dated("OC129", "somebody is on call for more than 15 days in a row", coverage::long_runs),
    warning("OC130", "somebody's turns never come", turns::that_never_come),
    dated("OC131", "an override changes nothing", overrides::without_effect),
    dated("OC132", "an override makes one person of a pair", overrides::pair_into_one),
    warning("OC212", "a file begins with a byte-order mark", spelling::byte_order_mark),
    warning("OC213", "the lines of a file end in carriage returns", spelling::carriage_returns),
    warning("OC214", "a file and a folder have the same id", spelling::file_and_folder),
    warning("OC241", "a sample is not in the repository", samples::missing),
    error("OC242", "a sample cannot be read, or has no alert in it", samples::unreadable),
    error("OC243", "a field finds nothing in the samples, or its template fails on one", samples::fields),
    warning(
        "OC230",
        "a heartbeat is expected of what speaks only once per change",
        rules::heartbeat_of_changes,
    ),
    warning("OC133", "an allowance allows nothing, or says no reason", |_| Vec::new()),
    warning("OC134", "an earlier route takes everything that a route matches", rules::shadowed_route),
    warning("OC135", "an earlier rule takes everything that a rule matches", rules::shadowed_rule),
    warning("OC136", "a matcher names a value twice", matchers::value_twice),
    warning("OC137", "somebody reached at high urgency is never called", people::never_called),
    warning("OC138", "a silence mutes nothing", silences::mutes_nothing),
    warning("OC139", "a silence mutes every alert of every service", silences::mutes_everything),
    warning("OC140", "a silence lasts for more than 30 days", silences::too_long),
    warning("OC141", "one secret opens two doors", doors::shared_secret),
    warning("OC142", "two people have the same phone", people::same_phone),
    warning("OC143", "a schedule has nobody but shadows, or nobody at all", policies::nobody_ever),
    warning("OC144", "the fallback's last step, which repeats, calls nobody", policies::quiet_end),
    warning("OC145", "a rule within some hours is raised at once by the same hours", rules::waits_for_itself),
    warning("OC146", "nothing uses business hours", unused::business_hours),
    warning("OC147", "nothing uses a list of holidays", unused::holidays),
    warning("OC149", "nothing resolves what an integration opens", doors::never_resolves),
    warning(
        "OC150",
        "an acknowledgement timeout never comes, for the incident is resolved before",
        policies::resolved_before,
    ),
    warning("OC151", "somebody is informed by a method that does not reach them", people::informed_in_vain),
    warning("OC152", "a text that Slack cannot carry, or a voice cannot say", texts::unfit),
    warning("OC153", "a team's file touches an object of another team's folder", folders::of_another_team),
    warning("OC154", "steps are never reached, because every service is of low urgency", policies::low_only),
    warning(
        "OC155",
        "at high urgency, the first call comes after more than 30 minutes",
        policies::late_first_call,
    ),
    warning("OC156", "an alert of low urgency tells nobody", policies::low_tells_nobody),
    dated("OC157", "a date is more than two years away", dates::far_away),
    warning("OC158", "whoever covers an absence cannot stand in", covers::without_effect),
    warning(
        "OC159",
        "a phone number keeps the 0 that is dialled only within the country",
        people::trunk_zero,
    ),
    warning("OC160", "public_url is not https", providers::plain_http),
    warning("OC163", "`stale_after` ends what nobody has heard of again yet", doors::ends_too_early),
    warning("OC170", "a storm begins with a few incidents, or is counted over hours", storms::unlikely),
    warning("OC171", "what is critical is held for more than 2 minutes", noise::critical_held),
    warning("OC172", "what flaps is calm in between, or stays open for hours", noise::flapping_unlikely),
    warning("OC173", "an incident is opened again hours after it was closed", noise::reopened_late),
    warning("OC175", "a rule drops what is critical", event_rules::drops_critical),
    warning("OC176", "a rule of an integration never matches", event_rules::never_matches),
    warning("OC177", "a route within hours leaves the other hours to the last route", routes::falls_through),
    warning("OC178", "an inhibition never mutes", inhibitions::never_mutes),
    warning("OC179", "an inhibition mutes everything", inhibitions::mutes_everything),
    warning("OC180", "two inhibitions mute each other", inhibitions::mute_each_other),
    warning("OC181", "a rule repeats, and another calls or messages beside it", steps::beside_a_repeat),
    warning("OC182", "a step with one person has nobody to take turns or to ask too", steps::only_one),
    warning("OC183", "no rule uses a phone that has a name", people::phone_unused),
    warning(
        "OC184",
        "somebody is told of shifts by a method that does not reach them",
        people::shifts_in_vain,
    ),
    warning("OC193", "`access` names somebody who has left", access::names_who_left),
    warning("OC194", "whoever has an address at a public mail provider may look", access::public_mail),
    warning(
        "OC260",
        "somebody who may be told by e-mail, ntfy or Pushover has no address for it",
        ways::no_address,
    ),
    warning("OC261", "at high urgency somebody is told by e-mail alone", ways::only_mail),
    warning("OC262", "public_url is too long for the link of an SMS", ways::long_url),
    warning("OC295", "two people have the address by which they would sign in", sign_in::same_email),
    warning(
        "OC296",
        "whoever has a Google account with the right address comes in",
        sign_in::any_google_account,
    ),
    warning("OC297", "somebody in users/ cannot sign in", sign_in::cannot_sign_in),
    error("OC320", "an expectation names no silence or inhibition", beside::mutes_unknown),
    warning("OC292", "a sample stands beside what is real", left_in::samples),
    dated(
        "OC197",
        "somebody who is on call has no Slack id and cannot be in a user group",
        providers::group_without_member,
    ),
];

/// Runs every check; sorted by file and position. Where there are errors, what they may have caused is left out.
/// Without a config, or a draft of one, there is nothing to check.
pub fn run(compiled: &Compiled, today: Option<Timestamp>) -> Vec<Diagnostic> {
    run_of(compiled, today, |_| true)
}

/// Why a config is refused, by `validate` as by the server: every error, sorted by file and position.
pub fn errors(compiled: &Compiled) -> Vec<Diagnostic> {
    let mut found = compiled.diagnostics.clone();
    found.extend(run_of(compiled, None, |check| check.severity == Severity::Error));
    found.retain(|finding| finding.severity == Severity::Error);
    found.sort_by(|a, b| a.place().cmp(&b.place()));
    found
}

fn run_of(compiled: &Compiled, today: Option<Timestamp>, wanted: impl Fn(&Check) -> bool) -> Vec<Diagnostic> {
    let Some(config) = compiled.config.as_ref().or(compiled.draft.as_ref()) else { return Vec::new() };
    let subject = Subject { compiled, config, today, shifts: coverage::shifts(config, today) };
    let broken = Broken::new(compiled);
    let (mut sure, mut doubtful) = (Vec::new(), Vec::new());
    for check in CHECKS.iter().filter(|check| wanted(check)) {
        for found in (check.run)(&subject) {
            let list = if broken.may_explain(&found) { &mut doubtful } else { &mut sure };
            list.push(Finding {
                code: check.code,
                severity: check.severity,
                message: found.message,
                spot: found.spot,
                labels: found.labels,
                help: found.help,
            });
        }
    }
    let sources = &compiled.sources;
    allowances::apply(sources, sources.locate(sure), &sources.locate(doubtful))
}

impl Subject<'_> {
    /// Where a schedule is written.
    fn schedule_file(&self, id: &str) -> Option<Arc<str>> {
        self.config.schedule_names.get(id).map(|(_, place)| place.file.clone())
    }
}

const fn warning(code: &'static str, doc: &'static str, run: fn(&Subject<'_>) -> Vec<Found>) -> Check {
    Check { code, severity: Severity::Warning, dated: false, doc, run }
}

const fn dated(code: &'static str, doc: &'static str, run: fn(&Subject<'_>) -> Vec<Found>) -> Check {
    Check { code, severity: Severity::Warning, dated: true, doc, run }
}

const fn error(code: &'static str, doc: &'static str, run: fn(&Subject<'_>) -> Vec<Found>) -> Check {
    Check { code, severity: Severity::Error, dated: false, doc, run }
}
