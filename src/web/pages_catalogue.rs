//! The pages of what the config says: services, integrations, runbooks, all schedules at once, and the config itself.

use super::doors::{Doors, Shared};
use super::forge::{address, place as line_of};
use super::guest::Guest;
use super::pages_incidents::shown;
use super::pages_people as people;
use super::picture::{Palette, Stretch, WIDTH, bars, day, head, midnight, place};
use super::sheet::html;
use crate::config::{Config, Id, Matcher, Notify, PatternTest, Right, Service, Urgency, UrgencyRule};
use crate::incident::{IncidentId, Status, runbook_address};
use crate::language::Word;
use crate::page::catalogue::{
    ConfigPage, GridPage, GridRow, IntegrationRow, IntegrationsPage, RefusedConfig, RuleLine, RunbookPage,
    ServicePage, ServiceRow, ServicesPage,
};
use crate::page::schedule::{Drawing, Text};
use crate::page::{Line, runbook};
use crate::place::Place;
use crate::server::board::Board;
use crate::server::page::{Filter, From};
use crate::server::row::Row;
use axum::extract::{Path, State};
use axum::http::{StatusCode, Uri};
use axum::response::Response;
use jiff::civil::Date;
use std::collections::BTreeMap;
use std::sync::Arc;

/// How many incidents a service's page shows.
const RECENT: usize = 10;
/// The longest summary of a last event, in characters.
const SUMMARY_MAX: usize = 200;
/// How many schedules the grid shows.
const SCHEDULES_MAX: usize = 200;
/// The lengths that the grid may have, in days.
const RANGES: [i64; 3] = [1, 7, 28];
/// The grid's picture: how high a schedule is, and where the first begins.
const ROW_HEIGHT: i64 = 52;
const BAR_HEIGHT: i64 = 28;
const HEAD: i64 = 24;

/// `GET /services`
pub async fn services(State(doors): Shared, guest: Guest) -> Response {
    let board = doors.board.current().await;
    let (c, w) = (guest.language.catalogue(), guest.words());
    let count = |id: &Id, status: Status| {
        let own = board
            .counts()
            .filter(|(counted, _)| counted.service.as_ref() == Some(id) && counted.status == status);
        own.map(|(_, count)| count).sum()
    };
    let services = guest.live.config.services.values().map(|service| ServiceRow {
        path: service.id.replace('/', "."),
        name: service.name.clone(),
        triggered: count(&service.id, Status::Triggered),
        acknowledged: count(&service.id, Status::Acknowledged),
    });
    let services = services.collect();
    html(StatusCode::OK, &ServicesPage { shell: guest.shell(&doors, "services", c.services), w, c, services })
}

/// `GET /services/checkout`
pub async fn service(State(doors): Shared, guest: Guest, Path(id): Path<String>) -> Response {
    let all = &guest.live.config.services;
    let known = all.get(id.as_str()).or_else(|| all.get(id.replace('.', "/").as_str())).cloned();
    let Some(service) = known else {
        return guest.message(&doors, guest.words().not_found, StatusCode::NOT_FOUND);
    };
    let (made, board) = (doors.clone(), doors.board.current().await);
    let answer = doors.reads.make(move || html(StatusCode::OK, &about(&made, &board, &guest, &service)));
    answer.await.unwrap_or_else(|busy| busy)
}

fn about<'a>(doors: &'a Doors, board: &Board, guest: &Guest, service: &Service) -> ServicePage<'a> {
    let (config, c) = (&guest.live.config, guest.language.catalogue());
    let filter = Filter { service: Some(service.id.to_string()), ..Filter::default() };
    let recent = board.page(&filter, From::Newest(None), RECENT);
    let policy = config.policies.get(&service.policy);
    let steps = policy.iter().flat_map(|policy| &policy.steps).map(|step| {
        let names: Vec<String> = step.notify.iter().map(|notify| named(config, notify)).collect();
        let text = c.step(&guest.language.list(&names), &format!("{:#}", step.wait));
        Line { text, href: line_of(doors, guest, &step.place).href }
    });
    let mut steps: Vec<Line> = steps.collect();
    let repeat = policy.map_or(0, |policy| policy.repeat);
    let end = if repeat > 0 {
        format!("{} × {repeat} – {}", c.repeats, c.fallback)
    } else {
        c.fallback.to_owned()
    };
    steps.push(Line { text: end, href: None });
    let rules = service
        .urgency
        .iter()
        .map(|rule| RuleLine { text: rule_in_words(guest, rule), place: line_of(doors, guest, &rule.place) });
    let mut rules: Vec<RuleLine> = rules.collect();
    if service.urgency.iter().all(|rule| rule.when.is_some() || rule.during.is_some()) {
        rules.push(RuleLine { text: c.otherwise.to_owned(), place: line_of(doors, guest, &service.place) });
    }
    let runbook = service
        .runbook
        .as_ref()
        .map(|book| Line { href: runbook_address(config, book, None), text: book.clone() });
    let id = form_urlencoded::byte_serialize(service.id.as_bytes()).collect();
    ServicePage {
        shell: guest.shell(doors, "services", service.name.clone()),
        w: guest.words(),
        c,
        id,
        name: service.name.clone(),
        runbook,
        policy: steps,
        rules,
        incidents: recent.rows.iter().map(|row: &Arc<Row>| shown(guest, row)).collect(),
    }
}

fn named(config: &Config, notify: &Notify) -> String {
    match notify {
        Notify::Schedule(id) => people::name_of(config, id),
        Notify::User(id) => config.users.get(id).map_or_else(|| id.to_string(), |user| user.name.clone()),
    }
}

/// `severity: critical, labels.team: !web → high`, and what else the rule says.
fn rule_in_words(guest: &Guest, rule: &UrgencyRule) -> String {
    let (c, language) = (guest.language.catalogue(), guest.language);
    let urgency = match rule.urgency {
        Urgency::High => language.word(Word::High),
        Urgency::Low => language.word(Word::Low),
        Urgency::None => language.word(Word::NoUrgency),
    };
    let when = rule.when.as_ref().map_or_else(|| c.any_alert.to_owned(), conditions);
    let mut text = format!("{when} → {urgency}");
    if rule.during.is_some() {
        text.push_str(&format!(" ({})", c.in_hours));
    }
    if let Some(policy) = &rule.policy {
        text.push_str(&format!(" · {policy}"));
    }
    if rule.raise_when.is_some() {
        text.push_str(&format!(" · {}", c.raised_later));
    }
    if let Some(hold) = rule.hold {
        text.push_str(&format!(" · {} {hold:#}", c.held_for));
    }
    text
}

fn conditions(when: &Matcher) -> String {
    let one = |(key, patterns): &(String, Vec<crate::config::Pattern>)| {
        let patterns = patterns.iter().map(|pattern| {
            let test = match &pattern.test {
                PatternTest::Exact(text) => text.clone(),
                PatternTest::Regex(regex) => format!("~{}", regex.as_str()),
            };
            format!("{}{test}", if pattern.negated { "!" } else { "" })
        });
        format!("{key}: {}", patterns.collect::<Vec<_>>().join(" / "))
    };
    when.fields.iter().map(one).collect::<Vec<_>>().join(", ")
}

/// `GET /integrations`
pub async fn integrations(State(doors): Shared, guest: Guest) -> Response {
    let (c, w) = (guest.language.catalogue(), guest.words());
    let administers = guest.may(Right::Administer);
    let base = guest.live.config.organisation.public_url.clone().unwrap_or_default();
    let integrations = guest.live.config.endpoints.values().map(|endpoint| {
        let tally = doors.tallies.of(&endpoint.id);
        let last = tally
            .last_event
            .map(|last| format!("{} {}", guest.time(last.at), crate::alert::cut(&last.summary, SUMMARY_MAX)));
        // What a door refused may hold what somebody sent by mistake.
        let error = tally.last_error.map(|failed| {
            let what = if administers { failed.message } else { c.for_administrators.to_owned() };
            format!("{} {}: {what}", guest.time(failed.at), failed.reason)
        });
        IntegrationRow {
            id: endpoint.id.to_string(),
            kind: endpoint.monitor.to_owned(),
            place: line_of(&doors, &guest, &endpoint.place),
            requests: tally.requests,
            last,
            error,
            url: administers.then(|| format!("{base}/v1/webhooks/{}", endpoint.id.replace('/', "."))),
        }
    });
    let integrations = integrations.collect();
    let shell = guest.shell(&doors, "integrations", c.integrations);
    html(StatusCode::OK, &IntegrationsPage { shell, w, c, integrations })
}

/// `GET /config`
pub async fn config(State(doors): Shared, guest: Guest) -> Response {
    let (c, status) = (guest.language.catalogue(), doors.status.borrow().clone());
    let commit = |commit: &str| {
        let at = Place { file: "oncall.yaml".into(), line: 1 };
        Line { text: commit.chars().take(12).collect(), href: address(&doors, commit, &at) }
    };
    let refused = status.refused.map(|refused| RefusedConfig {
        commit: commit(&refused.commit),
        since: guest.time(refused.since),
        findings: refused.findings,
        stuck: refused.stuck,
    });
    let live = &guest.live;
    let page = ConfigPage {
        shell: guest.shell(&doors, "config", c.config),
        w: guest.words(),
        c,
        commit: commit(&live.commit),
        about: live.about.as_ref().map(|about| format!("{} – {}", about.summary, about.author)),
        since: status.in_force_since.map(|at| guest.time(at)),
        errors: live.objections.as_ref().map(|it| it.findings.clone()),
        refused,
        unreachable: status.unreachable.map(|it| it.error),
        missing: status.missing,
    };
    html(StatusCode::OK, &page)
}

/// `GET /runbooks/checkout.md?incident=3-17`
pub async fn book(State(doors): Shared, guest: Guest, Path(path): Path<String>, uri: Uri) -> Response {
    let Some(text) = guest.live.config.runbooks.get(&path).cloned() else {
        return guest.message(&doors, guest.words().not_found, StatusCode::NOT_FOUND);
    };
    let of = form_urlencoded::parse(uri.query().unwrap_or_default().as_bytes())
        .find(|(name, _)| name == "incident")
        .and_then(|(_, id)| id.parse::<IncidentId>().ok());
    let incident = match of {
        Some(id) => super::past::find(&doors, id).await.ok().flatten().map(|found| found.incident),
        None => None,
    };
    let made = doors.clone();
    let answer = doors.reads.make(move || {
        let fill = |name: &str| {
            let incident = incident.as_ref()?;
            let own = [
                ("summary", &incident.summary),
                ("description", &incident.description),
                ("source", &incident.source),
            ];
            let label = |label: &str| {
                let found = incident.labels.iter().find(|(known, _)| *known == label);
                found.map(|(_, value)| value.to_string())
            };
            let own = own.into_iter().find(|(known, _)| *known == name).map(|(_, value)| value.to_string());
            own.or_else(|| label(name.strip_prefix("labels.")?))
        };
        let folder = path.rsplit_once('/').map_or("", |(folder, _)| folder);
        let id = incident.as_ref().map(|incident| incident.id.to_string());
        let query = id.as_ref().map(|id| format!("?incident={id}")).unwrap_or_default();
        let at = Place { file: format!("runbooks/{path}").into(), line: 1 };
        let page = RunbookPage {
            shell: guest.shell(&made, "services", path.clone()),
            w: guest.words(),
            html: runbook(&text, folder, &query, fill),
            place: line_of(&made, &guest, &at),
            incident: id,
        };
        html(StatusCode::OK, &page)
    });
    answer.await.unwrap_or_else(|busy| busy)
}

/// `GET /schedules?days=7&from=2026-12-07`
pub async fn grid(State(doors): Shared, guest: Guest, uri: Uri) -> Response {
    let query: BTreeMap<String, String> =
        form_urlencoded::parse(uri.query().unwrap_or_default().as_bytes()).into_owned().collect();
    let days = query.get("days").and_then(|days| days.parse().ok()).filter(|days| RANGES.contains(days));
    let days = days.unwrap_or(7);
    let today = guest.now.to_zoned(guest.zone.clone()).date();
    let first = query.get("from").and_then(|from| from.parse::<Date>().ok()).unwrap_or(today);
    let made = doors.clone();
    let answer = doors.reads.make(move || html(StatusCode::OK, &all_schedules(&made, &guest, days, first)));
    answer.await.unwrap_or_else(|busy| busy)
}

fn all_schedules<'a>(doors: &'a Doors, guest: &Guest, days: i64, first: Date) -> GridPage<'a> {
    let (config, c) = (&guest.live.config, guest.language.catalogue());
    let range = (midnight(&guest.zone, first), midnight(&guest.zone, day(first, days)));
    // A date at each day where there is room for it.
    let step = if days > 7 { 2 } else { 1 };
    let dates = (0..days).step_by(step).map(|offset| day(first, offset));
    let mut drawing = Drawing {
        texts: dates.map(|date| head(guest, date, WIDTH * i64::from(step as u8) / days - 4, range)).collect(),
        days: (0..days).map(|offset| place(midnight(&guest.zone, day(first, offset)), range)).collect(),
        now: (range.0 <= guest.now && guest.now < range.1).then(|| place(guest.now, range)),
        ..Drawing::default()
    };
    let mut palette = Palette::default();
    let rows = config.schedules.schedules.keys().take(SCHEDULES_MAX).zip(0..).map(|(id, line)| {
        let shifts = people::joined(config.schedules.shifts(id, range.0, range.1));
        let y = HEAD + line * ROW_HEIGHT;
        let name = people::name_of(config, id);
        drawing.texts.push(Text { x: 2, y: y + 11, width: WIDTH - 4, text: name.clone(), class: "name" });
        let stretches = shifts.iter().map(Stretch::from);
        drawing.bars.extend(bars(guest, &mut palette, stretches, range, (y + 16, BAR_HEIGHT)));
        GridRow {
            path: id.replace('/', "."),
            name,
            shifts: shifts.iter().map(|shift| people::row(doors, guest, id, shift)).collect(),
        }
    });
    let rows: Vec<GridRow> = rows.collect();
    drawing.height = HEAD + rows.len() as i64 * ROW_HEIGHT;
    GridPage {
        shell: guest.shell(doors, "on-call", c.all_schedules),
        w: guest.words(),
        c,
        days,
        ranges: [(RANGES[0], c.day), (RANGES[1], c.week), (RANGES[2], c.month)],
        first: first.to_string(),
        earlier: day(first, -days).to_string(),
        later: day(first, days).to_string(),
        drawing,
        rows,
    }
}
