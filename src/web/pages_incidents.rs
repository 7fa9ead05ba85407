//! The pages of incidents: what is open, one of them, and the commands about them.

use super::commands::wished;
use super::doors::{Doors, Shared};
use super::forge::address;
use super::guest::{Guest, Sent};
use super::on_call::instant;
use super::past::{self, Past};
use super::reading_form::Form;
use super::sheet::html;
use super::tags::Tag;
use super::wish::Today;
use crate::actor::{Actor, Via};
use crate::alert::{Link, Severity};
use crate::config::{Id, Right, Urgency};
use crate::disk::recover;
use crate::engine::Lane;
use crate::incident::message::warning;
use crate::incident::{
    Asked, Command, Entry, Hold, Incident, IncidentId, Input, Record, Reply, Respond, Status, Target,
    runbook_address, runbook_of,
};
use crate::language::noise::Mark;
use crate::language::{Language, Word};
use crate::page::{Ask, IncidentPage, ListPage, May, Person, Row as Shown, RowAlert, TimelineLine};
use crate::place::Place;
use crate::preview::timeline::Reader;
use crate::server::board::Board;
use crate::server::inbox::{Answered, Found};
use crate::server::page::{Filter, From};
use crate::server::row::{Names, Row};
use axum::extract::{Path, State};
use axum::http::{HeaderMap, StatusCode, Uri};
use axum::response::Response;
use std::collections::BTreeMap;
use std::sync::Arc;

/// What a list is filtered by, beside what it shows.
const FILTERS: [&str; 5] = ["service", "person", "text", "from", "until"];
/// How many incidents a page lists.
const LISTED: usize = 50;
/// How many alerts, labels and lines of an incident are shown.
const ALERTS_MAX: usize = 200;
/// How many incidents are acknowledged at once.
const AT_ONCE_MAX: usize = 50;

/// `GET /?show=mine&service=web&text=disk&after=…`: open incidents, what pages first.
pub async fn list(State(doors): Shared, guest: Guest, headers: HeaderMap, uri: Uri) -> Response {
    let board = doors.board.current().await;
    let of = format!("{} {} {} {} {uri}", board.epoch, board.changed, guest.live.stamp, guest.who.named());
    let tag = Tag::of(of.as_bytes());
    if guest.said.is_none()
        && let Some(unchanged) = super::tags::fresh(&headers, &tag)
    {
        return unchanged;
    }
    let (made, uri) = (doors.clone(), uri.clone());
    let answer = doors.reads.make(move || listed(&made, &board, &guest, &uri)).await;
    let mut answer = answer.unwrap_or_else(|busy| busy);
    for (name, value) in tag.headers() {
        if let Ok(value) = value.parse() {
            answer.headers_mut().insert(name, value);
        }
    }
    answer
}

fn listed(doors: &Doors, board: &Board, guest: &Guest, uri: &Uri) -> Response {
    let query: BTreeMap<String, String> =
        form_urlencoded::parse(uri.query().unwrap_or_default().as_bytes()).into_owned().collect();
    let get = |name: &str| query.get(name).map(|value| value.trim()).filter(|value| !value.is_empty());
    let text = |name: &str| get(name).unwrap_or_default().to_owned();
    let show = match get("show") {
        Some("mine") => "mine",
        Some("closed") => "closed",
        _ => "open",
    };
    let today = Today { now: guest.now, zone: &guest.zone };
    let time = |name: &str| get(name).and_then(|said| instant(name, said, today).ok());
    let filter = Filter {
        status: (show == "closed").then_some(Status::Resolved),
        open: show != "closed",
        service: get("service").map(str::to_owned),
        person: (show == "mine").then(|| guest.who.named()).or(get("person")).map(str::to_owned),
        text: get("text").map(str::to_owned),
        from: time("from"),
        until: time("until"),
        ..Filter::default()
    };
    let filtered = FILTERS.iter().any(|name| get(name).is_some()) || show != "open";
    let listed = page_of(doors, board, &filter, get("after"));
    let rows: Vec<Shown> = listed.rows.iter().map(|row| shown(guest, row)).collect();
    let next = listed.next.map(|after| {
        let mut query = form_urlencoded::Serializer::new(String::new());
        query.append_pair("show", show);
        for name in FILTERS {
            query.extend_pairs(get(name).map(|value| (name, value)));
        }
        format!("/?{}", query.append_pair("after", &after).finish())
    });
    let mut shell = guest.shell(doors, "incidents", guest.words().incidents);
    shell.live = true;
    let view = ListPage {
        shell,
        w: guest.words(),
        triggered: board.count(Status::Triggered),
        acknowledged: board.count(Status::Acknowledged),
        show,
        services: guest.live.config.services.keys().map(ToString::to_string).collect(),
        service: text("service"),
        people: people(guest),
        person: text("person"),
        text: text("text"),
        from: text("from"),
        until: text("until"),
        filtered,
        is_unread: listed.is_unread,
        any_to_acknowledge: rows.iter().any(|row| row.may_acknowledge),
        rows,
        next,
    };
    html(StatusCode::OK, &view)
}

/// What a page of the list holds.
struct Listed {
    rows: Vec<Arc<Row>>,
    next: Option<String>,
    /// The archive could not be read.
    is_unread: bool,
}

/// The board first, and then what closed before.
fn page_of(doors: &Doors, board: &Board, filter: &Filter, after: Option<&str>) -> Listed {
    let past = after.and_then(past::place);
    let after = after.filter(|_| past.is_none());
    let from = if filter.open {
        From::Urgent(after.and_then(|after| {
            let (rank, id) = after.split_once('.')?;
            Some((rank.parse().ok()?, id.parse().ok()?))
        }))
    } else {
        From::Newest(after.and_then(|after| after.parse().ok()))
    };
    let page = past.is_none().then(|| board.page(filter, from, LISTED));
    let next = page.as_ref().and_then(|page| page.next).and_then(|next| match next {
        From::Newest(id) => Some(id?.to_string()),
        From::Urgent(at) => at.map(|(rank, id)| format!("{rank}.{id}")),
    });
    let mut listed = Listed { rows: page.map(|page| page.rows).unwrap_or_default(), next, is_unread: false };
    if listed.next.is_none() && past::is_asked(filter) {
        let closed = past::closed(&doors.state_dir, board, filter, past, LISTED - listed.rows.len());
        let closed = closed.unwrap_or_else(|error| {
            tracing::warn!(event = "unread", error = format!("{error:#}"));
            listed.is_unread = true;
            Past::default()
        });
        listed.rows.extend(closed.rows.into_iter().map(Arc::new));
        listed.next = closed.next;
    }
    listed
}

/// The word of a severity, and its class.
fn severity(language: Language, severity: Severity) -> (&'static str, &'static str) {
    match severity {
        Severity::Critical => (language.word(Word::Critical), "critical"),
        Severity::Error => (language.word(Word::Error), "error"),
        Severity::Warning => (language.word(Word::Warning), "warning"),
        Severity::Info => (language.word(Word::Info), "info"),
    }
}

fn status(guest: &Guest, status: Status) -> (&'static str, &'static str) {
    let w = guest.words();
    match status {
        Status::Triggered => (w.triggered, "triggered"),
        Status::Acknowledged => (w.acknowledged, "acknowledged"),
        Status::Resolved => (w.resolved, "resolved"),
    }
}

pub(super) fn shown(guest: &Guest, row: &Row) -> Shown {
    let (config, language) = (&guest.live.config, guest.language);
    let (status_word, status_class) = status(guest, row.status);
    let (severity_word, severity_class) = severity(language, row.severity);
    let names = |by: &[Actor]| -> String {
        let names: Vec<String> = by.iter().map(|actor| config.name_of(actor).to_owned()).collect();
        language.list(&names)
    };
    let who = row.acknowledgement.as_ref().filter(|_| row.status == Status::Acknowledged);
    let who = who.map(|held| {
        let until = held.until.map(|until| format!(" – {}", guest.time(until))).unwrap_or_default();
        format!("{}{until}", names(&held.by))
    });
    let next = row.step.as_ref().filter(|_| row.status == Status::Triggered);
    let next = next.map(|step| language.clock(step.deadline, &guest.zone));
    let held = row.held_back.as_ref().map(|held| match held.by {
        Hold::Wait => language.mark(&Mark::Held { until: &guest.time(held.until) }),
        Hold::Silence | Hold::Inhibition => format!("{} – {}", held.reason, guest.time(held.until)),
    });
    let flapping = row.flaps().map(|it| {
        let within = u32::try_from(it.lasted().as_secs()).unwrap_or(u32::MAX);
        language.mark(&Mark::Flapping { fires: it.fires, within })
    });
    Shown {
        id: row.id.to_string(),
        status: status_word,
        status_class,
        severity: severity_word,
        severity_class,
        service: row
            .service
            .as_deref()
            .map_or_else(|| language.word(Word::OwnServer).to_owned(), str::to_owned),
        summary: row.summary.to_string(),
        opened: guest.time(row.opened_at),
        who,
        next,
        held_back: held,
        flapping,
        may_acknowledge: row.status == Status::Triggered && may_act(guest, &row.record),
    }
}

/// `GET /incidents/3-17`
pub async fn show(State(doors): Shared, guest: Guest, Path(id): Path<String>) -> Response {
    let found = match id.parse::<IncidentId>() {
        Ok(id) => past::find(&doors, id).await,
        Err(_) => Ok(None),
    };
    let Found { incident, durable, commits } = match found {
        Ok(Some(found)) => found,
        Ok(None) => return guest.message(&doors, guest.words().not_found, StatusCode::NOT_FOUND),
        Err(busy) => return busy,
    };
    let (made, seqs) = (doors.clone(), incident.timeline.clone());
    let answer = doors.reads.make(move || {
        let entries = recover::entries(&made.state_dir, &seqs, durable);
        if let Err(error) = &entries {
            tracing::warn!(event = "unread", incident = %incident.id, error = format!("{error:#}"));
        }
        html(StatusCode::OK, &page(&made, &guest, &incident, entries.as_deref().ok(), &commits))
    });
    answer.await.unwrap_or_else(|busy| busy)
}

fn page<'a>(
    doors: &'a Doors,
    guest: &Guest,
    incident: &Incident,
    entries: Option<&[Entry]>,
    commits: &BTreeMap<u32, String>,
) -> IncidentPage<'a> {
    let (config, language) = (&guest.live.config, guest.language);
    let row = Row::of(incident, &mut Names::default());
    let reader = Reader { config, language, zone: &guest.zone };
    let timeline = entries.unwrap_or_default().iter().map(|entry| {
        let line = reader.line(entry);
        let commit = commits.get(&entry.revision);
        let href = commit.and_then(|commit| address(doors, commit, &Place::read(&line.rule)?));
        TimelineLine { time: line.time, text: line.text, rule: line.rule, href }
    });
    let open = incident.status != Status::Resolved;
    let high = incident.urgency == Urgency::High;
    let urgency = match incident.urgency {
        Urgency::High => language.word(Word::High),
        Urgency::Low => language.word(Word::Low),
        Urgency::None => language.word(Word::NoUrgency),
    };
    let alerts = incident.alerts.iter().take(ALERTS_MAX).map(|alert| RowAlert {
        firing: alert.lasts(),
        severity: severity(language, alert.severity).0,
        text: alert.own.as_ref().map_or_else(|| incident.summary.to_string(), |own| own.summary.to_string()),
    });
    let (act, all) = (may_act(guest, &incident.record), guest.may(Right::Respond));
    let may = May {
        note: act,
        acknowledge: act && incident.status == Status::Triggered,
        unacknowledge: all && incident.status == Status::Acknowledged,
        escalate: act && open,
        resolve: all && open,
        reopen: all && !open && incident.merged.into.is_none(),
        raise: all && open && !high,
        lower: all && open && high,
        unmerge: all && incident.merged.into.is_some(),
    };
    let mut shell = guest.shell(doors, "incidents", format!("{} {}", incident.id, incident.summary));
    shell.live = true;
    IncidentPage {
        shell,
        w: guest.words(),
        o: language.standing(),
        row: shown(guest, &row),
        urgency,
        may,
        runbook: runbook_of(config, incident).map(|book| Link {
            href: runbook_address(config, &book, Some(incident.id)).unwrap_or_default(),
            text: book,
        }),
        description: incident.description.to_string(),
        labels: incident.labels.iter().map(|(name, value)| (name.to_owned(), value.to_owned())).collect(),
        links: incident.links.to_vec(),
        alerts: alerts.collect(),
        timeline: timeline.collect(),
        is_unread: entries.is_none(),
        people: people(guest),
        schedules: schedules(guest),
        policies: config.policies.keys().map(ToString::to_string).collect(),
        steps: steps(guest, incident),
        services: config.services.keys().map(ToString::to_string).collect(),
    }
}

/// Every schedule: the id and the name of each.
fn schedules(guest: &Guest) -> Vec<Person> {
    let config = &guest.live.config;
    let name =
        |id: &Id| config.schedule_names.get(id).map_or_else(|| id.to_string(), |(name, _)| name.clone());
    config.schedules.schedules.keys().map(|id| (id.to_string(), name(id))).collect()
}

/// How many steps the policy of an incident has.
fn steps(guest: &Guest, incident: &Incident) -> usize {
    let config = &guest.live.config;
    let service = incident.service.as_ref().and_then(|id| config.services.get(id));
    let policy = incident.escalation.as_ref().map(|step| &step.at.policy).or(service.map(|it| &it.policy));
    policy.and_then(|id| config.policies.get(id)).map_or(0, |policy| policy.steps.len())
}

/// Everybody who has not left: the id and the name of each.
pub(super) fn people(guest: &Guest) -> Vec<Person> {
    let config = &guest.live.config;
    let here = config
        .users
        .values()
        .filter(|user| config.schedules.is_off(&user.id, guest.now).is_none_or(|off| off.until.is_some()));
    here.map(|user| (user.id.to_string(), user.name.clone())).collect()
}

/// `GET /incidents/3-17/resolve`: asks once.
pub async fn ask_resolve(State(doors): Shared, guest: Guest, Path(id): Path<String>) -> Response {
    let board = doors.board.current().await;
    let row = id.parse().ok().and_then(|id| board.get(id));
    let Some(row) = row else {
        return guest.message(&doors, guest.words().not_found, StatusCode::NOT_FOUND);
    };
    let w = guest.words();
    let firing = row.alerts.iter().any(|alert| alert.lasts());
    let view = Ask {
        shell: guest.shell(&doors, "incidents", w.resolve_really),
        w,
        heading: w.resolve_really.to_owned(),
        about: Some(format!("{} {}", row.id, row.summary)),
        warnings: firing.then(|| w.still_firing.to_owned()).into_iter().collect(),
        action: format!("/incidents/{}/resolve", row.id),
        hidden: Vec::new(),
        with_reason: true,
        button: w.resolve,
        back: format!("/incidents/{}", row.id),
    };
    html(StatusCode::OK, &view)
}

/// `POST /incidents/3-17/resolve`
pub async fn resolve(state: Shared, Path(id): Path<String>, sent: Sent) -> Response {
    command(state, Path((id, "resolve".to_owned())), sent).await
}

/// `POST /incidents/3-17/<command>`, with the fields of the API.
pub async fn command(
    State(doors): Shared,
    Path((id, name)): Path<(String, String)>,
    Sent { guest, user, form }: Sent,
) -> Response {
    let today = Today { now: guest.now, zone: &guest.zone };
    let form = with_whom(form);
    let (Ok(id), read) = (id.parse::<IncidentId>(), wished(&name, &form.body(), &guest.live.config, today))
    else {
        return guest.message(&doors, guest.words().not_found, StatusCode::NOT_FOUND);
    };
    let to = format!("/incidents/{id}");
    let action = match read {
        Ok(action) => action,
        Err(why) => return guest.back(&doors, &to, &why),
    };
    let here = format!("{to}/{name}");
    match respond(&doors, &user, id, action).await {
        None => guest.message(&doors, guest.words().busy, StatusCode::SERVICE_UNAVAILABLE),
        Some(Answered { reply: Some(Reply::Confirm(warnings)), .. }) => {
            let said = warnings
                .iter()
                .map(|it| warning(&guest.live.config, it, guest.language, &guest.zone))
                .collect();
            let asks = Asks { about: None, said, action: here, form, back: to };
            confirm(&doors, &guest, asks, StatusCode::CONFLICT)
        }
        Some(answered) => guest.back(&doors, &to, &guest.answered(&answered)),
    }
}

/// `whom=schedule:web-primary` as the API has it.
fn with_whom(form: Form) -> Form {
    let fields = form.0.into_iter().map(|(name, value)| match value.split_once(':') {
        Some((kind @ ("user" | "schedule" | "policy"), id)) if name == "whom" => {
            (kind.to_owned(), id.to_owned())
        }
        _ => (name, value),
    });
    Form(fields.collect())
}

/// What a command would break, and the same command once more.
/// A question before something is done: what would follow, and the form that does it.
pub(super) struct Asks {
    pub about: Option<String>,
    pub said: Vec<String>,
    pub action: String,
    pub form: Form,
    pub back: String,
}

pub(super) fn confirm(doors: &Doors, guest: &Guest, asks: Asks, status: StatusCode) -> Response {
    let w = guest.words();
    let Asks { about, said: warnings, action, form, back } = asks;
    let view = Ask {
        shell: guest.shell(doors, "", w.confirm_title),
        w,
        heading: w.confirm_title.to_owned(),
        about,
        warnings,
        action,
        hidden: form.and("confirm", "true").0,
        with_reason: false,
        button: w.confirm,
        back,
    };
    html(status, &view)
}

async fn respond(doors: &Doors, user: &Id, id: IncidentId, action: Asked) -> Option<Answered> {
    let (by, via) = (Actor::User(user.clone()), Via::Web);
    let respond = Respond { target: Target::Incidents(vec![id]), action, by, via };
    doors.inbox.input(Lane::First, Input::Command(Command::Respond(respond))).await.ok()
}

/// Whether somebody may do at least something about an incident: who was paged may, whatever `access` says.
fn may_act(guest: &Guest, record: &Record) -> bool {
    guest.may(Right::Respond) || guest.user().is_some_and(|user| record.paged.contains(user))
}

/// `POST /incidents/acknowledge`: those that were selected.
pub async fn acknowledge(State(doors): Shared, Sent { guest, user, form }: Sent) -> Response {
    let ids = form.all("incidents").filter_map(|id| id.parse::<IncidentId>().ok());
    let ids: Vec<IncidentId> = ids.take(AT_ONCE_MAX).collect();
    let mut said = Vec::new();
    for id in ids {
        match respond(&doors, &user, id, Asked::Acknowledge).await {
            None => return guest.message(&doors, guest.words().busy, StatusCode::SERVICE_UNAVAILABLE),
            Some(answered) => said.push(format!("{id}: {}", guest.answered(&answered))),
        }
    }
    guest.back(&doors, "/", &said.join(" "))
}
