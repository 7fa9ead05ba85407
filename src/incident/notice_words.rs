//! The words of notices, built when they leave: a message of a few lines, or one line of text.

use super::card::{bare_headline, state_word};
use super::message::SUBJECT_MAX;
use super::notice_change::{Broad, Crowd, Noticed, OverrideNotice, POSTS_MAX};
use super::parts::Status;
use super::reader::{NAMES_MAX, Reader, one_line, person, severity as severity_word};
use super::state::{Incident, State};
use super::words::{CallScript, Card, Letter, Text};
use super::{Reason, Words};
use crate::actor::Actor;
use crate::alert::Severity;
use crate::config::{Config, Contact, Form, Id, Notify, SilencePeriod};
use crate::language::Spoken;
use crate::language::crowds::Crowded;
use crate::language::handing::Handing;
use crate::language::notices::{NoticeDetail, NoticeLine};
use crate::place::Place;
use crate::schedule::{Override, UserId};
use jiff::Timestamp;
use std::cmp::Reverse;

/// How many incidents, overrides and silences a summary names; the others are counted, or left out.
pub const SUMMARY_NAMED_MAX: usize = 5;

/// How an override is named: by its number, or by its place in git.
fn number(id: u64, place: &Option<Place>) -> String {
    place.as_ref().map_or_else(|| id.to_string(), ToString::to_string)
}

/// How many of what waits in a room are named, and with how many characters each.
const CROWD_NAMED_MAX: usize = 3;
const CROWD_HEADLINE_MAX: usize = 80;

/// What a notice says, to a person in their language and zone, or to the room in the organisation's.
pub(super) fn words(
    config: &Config,
    state: &State,
    what: &Noticed,
    user: Option<&UserId>,
    by: Contact,
) -> Words {
    let reader = user.map_or_else(|| Reader::organisation(config), |user| Reader::person(config, user));
    let teller = Teller { config, state, reader };
    let (headline, lines) = teller.tell(what);
    let language = teller.reader.language;
    let card = |headline: String| Card {
        language,
        incidents: Vec::new(),
        headline,
        fields: Vec::new(),
        lines: Some(lines.join("\n")).filter(|text| !text.is_empty()).into_iter().collect(),
        links: Vec::new(),
        buttons: Vec::new(),
        menu: Vec::new(),
        severity: None,
    };
    match by.method().form {
        Form::Card => Words::Card(card(headline)),
        Form::Letter => {
            let subject = one_line(&headline, SUBJECT_MAX);
            let call_to_action = language.page().link_in_mail;
            Words::Letter(Letter { subject, card: card(headline), call_to_action })
        }
        Form::Text => {
            let (lead, incident) = (String::new(), String::new());
            Words::Text(Text { language, lead, summary: headline, incident, urgent: false, code: None })
        }
        Form::Script => {
            let name = user.and_then(|user| config.users.get(user));
            let name = name.map_or("", |user| user.reading.as_deref().unwrap_or(&user.name));
            let test = *what == Noticed::Test;
            let words = if test { language.spoken(&Spoken::TestCall { name }) } else { headline };
            let menu = test.then(|| language.spoken(&Spoken::TestCallEnds)).into_iter().collect();
            Words::Script(CallScript { language, words: vec![words], menu })
        }
    }
}

struct Teller<'a> {
    config: &'a Config,
    state: &'a State,
    reader: Reader<'a>,
}

impl Teller<'_> {
    fn at(&self, at: Timestamp) -> String {
        self.reader.language.date_time(at, self.reader.zone)
    }

    fn names(&self, users: &[UserId]) -> Vec<String> {
        users.iter().take(NAMES_MAX).map(|user| person(self.config, user)).collect()
    }

    fn schedule<'s>(&'s self, id: &'s Id) -> &'s str {
        self.config.schedule_name(id)
    }

    fn detail(&self, detail: &NoticeDetail) -> String {
        self.reader.language.notice_detail(detail)
    }

    /// The first line, and the others.
    fn tell(&self, what: &Noticed) -> (String, Vec<String>) {
        let say = |line: &NoticeLine| self.reader.language.notice_line(line);
        match what {
            Noticed::ShiftComes { schedule, from, until, after, before } => {
                let now = *from <= self.state.at;
                let (from_at, until_at) = (self.at(*from), self.at(*until));
                let line = NoticeLine::ShiftComes {
                    schedule: self.schedule(schedule),
                    from: &from_at,
                    until: &until_at,
                    now,
                };
                let mut lines = Vec::new();
                if !after.is_empty() {
                    lines.push(self.detail(&NoticeDetail::After { names: &self.names(after) }));
                }
                if !before.is_empty() {
                    lines.push(self.detail(&NoticeDetail::Before { names: &self.names(before) }));
                }
                if now {
                    lines.extend(self.handed_over(schedule, (*from, *until), after));
                }
                (say(&line), lines)
            }
            Noticed::ShiftOver { schedule, next } => {
                let next = self.names(next);
                (say(&NoticeLine::ShiftOver { schedule: self.schedule(schedule), next: &next }), Vec::new())
            }
            Noticed::Override(notice) => self.override_lines(notice, false),
            Noticed::OverrideBegins(notice) => self.override_lines(notice, true),
            Noticed::MadeEnded { id, why, by } => {
                (say(&NoticeLine::MadeEnded { id: *id, why, by: self.config.name_of(by) }), Vec::new())
            }
            Noticed::MadeHidden { id, schedule, by } => {
                let (schedule, by) = (self.schedule(schedule), self.config.name_of(by));
                (say(&NoticeLine::MadeHidden { id: *id, schedule, by }), Vec::new())
            }
            Noticed::CommitBelow { id, schedule, place } => {
                let (schedule, place) = (self.schedule(schedule), place.to_string());
                (
                    self.reader.language.handing(&Handing::CommitBelow { id: *id, schedule, place: &place }),
                    Vec::new(),
                )
            }
            Noticed::Cannot { id, place, schedule, user, from, until } => {
                let (from, until) = (self.at(*from), self.at(*until));
                let (name, schedule) = (person(self.config, user), self.schedule(schedule));
                let id = number(*id, place);
                let line = NoticeLine::Cannot { id: &id, name: &name, schedule, from: &from, until: &until };
                (say(&line), Vec::new())
            }
            Noticed::Broad { id, what } => self.broad(*id, *what),
            Noticed::Offered { id } => self.offer(*id, false),
            Noticed::OfferOver { id } => self.offer(*id, true),
            Noticed::RoomFull(crowd) => (self.crowd(crowd), Vec::new()),
            Noticed::AlsoUnanswered { incident, users } => {
                let headline = self.state.incidents.get(incident);
                let headline = headline.map(|it| bare_headline(self.config, it, self.reader.language));
                let (incident, names) = (incident.to_string(), self.names(users));
                let line = NoticeLine::AlsoUnanswered { incident: &incident, names: &names };
                (say(&line), headline.into_iter().collect())
            }
            Noticed::OptedOut { contact, to } => {
                let way = self.reader.language.contact_to(contact.method().way, to.as_deref());
                (say(&NoticeLine::OptedOut { way: &way }), Vec::new())
            }
            Noticed::Test | Noticed::TestGone => (say(&NoticeLine::Test), Vec::new()),
            Noticed::Tested { contact, why } => (self.tested(*contact, why.as_ref()), Vec::new()),
        }
    }

    /// How a test went.
    fn tested(&self, contact: Contact, why: Option<&Reason>) -> String {
        let language = self.reader.language;
        let why = why.map(|why| {
            language.fault(why.provider.map(|provider| provider.row().name), why.fault, &why.said)
        });
        let way = language.contact(contact.method().way);
        language.notice_line(&NoticeLine::Tested { way, why: why.as_deref() })
    }

    /// Of a silence that names no service. The incidents that it mutes are named, the newest first.
    fn broad(&self, id: u64, what: Broad) -> (String, Vec<String>) {
        let Some(made) = self.state.run_time.silences.get(&id) else { return Default::default() };
        let (by, until) = (self.config.name_of(&made.by), &self.at(made.until));
        let count = self.state.muted.get(&id).copied().unwrap_or(0);
        let scope: Vec<String> =
            made.when.iter().map(|(key, patterns)| format!("{key}={}", patterns.join(","))).collect();
        let line = match what {
            Broad::Begins => NoticeLine::BroadBegins { by, scope: &scope, until },
            Broad::Mutes => NoticeLine::BroadMutes { id, by, count, until },
            Broad::Over(_) => NoticeLine::BroadOver { id, by, count },
        };
        let mut lines = Vec::new();
        match what {
            Broad::Begins => {
                lines.push(self.detail(&NoticeDetail::Reason { text: &made.reason }));
                lines.push(self.detail(&NoticeDetail::EndSilence { id }));
            }
            Broad::Mutes => {
                let all = self.state.incidents.values().rev().map(Box::as_ref);
                let open = all.filter(|it: &&Incident| it.status != Status::Resolved);
                let by = |it: &&Incident| it.held_back.as_deref().and_then(super::broad::silence) == Some(id);
                for incident in open.filter(by).take(SUMMARY_NAMED_MAX) {
                    let headline = bare_headline(self.config, incident, self.reader.language);
                    lines.push(format!("{} {headline}", incident.id));
                }
                lines.push(self.detail(&NoticeDetail::EndSilence { id }));
            }
            Broad::Over(_) => {}
        }
        (self.reader.language.notice_line(&line), lines)
    }

    /// A shift that is offered, or that nobody has accepted: `over`.
    fn offer(&self, id: u64, over: bool) -> (String, Vec<String>) {
        let Some(offer) = self.state.run_time.offers.get(&id) else { return Default::default() };
        let (from, until) = (self.at(offer.from), self.at(offer.until));
        let (from, until, schedule) = (from.as_str(), until.as_str(), self.schedule(&offer.schedule));
        if over {
            let line = Handing::OfferOver { schedule, until };
            return (self.reader.language.handing(&line), Vec::new());
        }
        let name = &person(self.config, &offer.who);
        let reason = offer.reason.as_ref().map(|text| self.detail(&NoticeDetail::Reason { text }));
        let accept = self.detail(&NoticeDetail::Accept { id });
        let line = Handing::Offered { name, schedule, from, until };
        (self.reader.language.handing(&line), reason.into_iter().chain([accept]).collect())
    }

    /// What waits for its turn in a room, in one line: the numbers, and the worst by name.
    fn crowd(&self, crowd: &Crowd) -> String {
        let language = self.reader.language;
        let known = crowd.new.iter().filter_map(|id| self.state.incidents.get(id));
        let mut known: Vec<&Incident> = known.map(|incident| &**incident).collect();
        known.sort_by_key(|incident| (Reverse(incident.severity), incident.opened_at, incident.id));
        let mut severities: Vec<(Severity, u32)> = Vec::new();
        for incident in &known {
            match severities.last_mut() {
                Some((severity, count)) if *severity == incident.severity => *count += 1,
                _ => severities.push((incident.severity, 1)),
            }
        }
        let severities: Vec<(&str, u32)> = severities
            .iter()
            .map(|(severity, count)| (language.word(severity_word(*severity)), *count))
            .collect();
        let worst: Vec<String> = known
            .iter()
            .take(CROWD_NAMED_MAX)
            .map(|incident| {
                let headline = bare_headline(self.config, incident, language);
                format!("{} {}", incident.id, one_line(&headline, CROWD_HEADLINE_MAX))
            })
            .collect();
        let new = u32::try_from(crowd.new.len()).unwrap_or(u32::MAX).saturating_add(crowd.more);
        let (news, posts) = (crowd.news, POSTS_MAX);
        language.crowded(&Crowded { new, severities: &severities, worst: &worst, news, posts })
    }

    fn override_lines(&self, notice: &OverrideNotice, begins: bool) -> (String, Vec<String>) {
        let OverrideNotice { id, place, schedule, from, until, on_call, others, by, reason } = notice;
        let id = number(*id, place);
        let (from, until) = (self.at(*from), self.at(*until));
        let git = place.is_some();
        let by_commit = place.as_ref().map(ToString::to_string);
        let name = by_commit.as_deref().unwrap_or_else(|| self.config.name_of(by));
        let schedule = self.schedule(schedule);
        let (from, until) = (from.as_str(), until.as_str());
        let line = match on_call {
            true => NoticeLine::PutOnCall { schedule, from, until, by: name, begins, git },
            false => NoticeLine::Relieved { schedule, from, until, by: name, begins, git },
        };
        let names = self.names(others);
        let mut lines = Vec::new();
        if !names.is_empty() {
            lines.push(self.detail(&match on_call {
                true => NoticeDetail::Instead { names: &names },
                false => NoticeDetail::Comes { names: &names },
            }));
        }
        lines.extend(reason.as_ref().map(|text| self.detail(&NoticeDetail::Reason { text })));
        if *on_call {
            lines.push(self.detail(&NoticeDetail::IfYouCannot { id: &id }));
        }
        (self.reader.language.notice_line(&line), lines)
    }

    /// What is open on the services of a schedule and who of those who leave has it, which overrides are to come in the shift, and
    /// what ends in it.
    fn handed_over(
        &self,
        schedule: &Id,
        (from, until): (Timestamp, Timestamp),
        leave: &[UserId],
    ) -> Vec<String> {
        let open: Vec<&Incident> = self
            .state
            .incidents
            .values()
            .map(|incident| &**incident)
            .filter(|it| it.status != Status::Resolved && self.is_told_to(it, schedule))
            .collect();
        let snoozed = |it: &&&Incident| it.acknowledgement.as_ref().is_some_and(|held| held.snoozed);
        let taken = open.iter().filter(|it| it.status == Status::Acknowledged && !snoozed(it)).count();
        let held = open.iter().filter(|it| it.held_back.is_some()).count();
        let (count, put_aside) = (open.len(), open.iter().filter(snoozed).count());
        let mut lines = vec![match count {
            0 => self.detail(&NoticeDetail::NothingOpen),
            count => self.detail(&NoticeDetail::Open { count, taken, snoozed: put_aside, held }),
        }];
        let language = self.reader.language;
        for incident in open.iter().take(SUMMARY_NAMED_MAX) {
            let headline = format!("{} {}", incident.id, bare_headline(self.config, incident, language));
            let state = state_word(self.config, incident, language);
            lines.push(self.detail(&NoticeDetail::Incident { headline: &headline, state: &state }));
        }
        if let Some(count) = count.checked_sub(SUMMARY_NAMED_MAX).filter(|more| *more > 0) {
            lines.push(self.detail(&NoticeDetail::More { count }));
        }
        for user in leave.iter().take(SUMMARY_NAMED_MAX) {
            let held = |it: &&&Incident| {
                let held = it.acknowledgement.iter().flat_map(|held| &held.by);
                it.status == Status::Acknowledged && held.filter_map(Actor::user).any(|by| by == user)
            };
            let theirs = open.iter().filter(held).filter(|it| !snoozed(it));
            let ids: Vec<String> = theirs.take(SUMMARY_NAMED_MAX).map(|it| it.id.to_string()).collect();
            if !ids.is_empty() {
                let name = person(self.config, user);
                lines.push(self.detail(&NoticeDetail::Holds { name: &name, incidents: &ids }));
            }
        }
        let snoozes = open.iter().filter(snoozed).filter_map(|it| Some((it.acknowledged_until()?, it.id)));
        for (at, id) in snoozes.take(SUMMARY_NAMED_MAX) {
            lines
                .push(self.detail(&NoticeDetail::SnoozeEnds { at: &self.at(at), incident: &id.to_string() }));
        }
        lines.extend(self.comes_and_ends(schedule, (from, until)));
        lines
    }

    /// Which overrides of a schedule begin or end in a shift, and which silences run.
    fn comes_and_ends(&self, schedule: &Id, (from, until): (Timestamp, Timestamp)) -> Vec<String> {
        let mut lines = Vec::new();
        let within = |at: Timestamp| from < at && at < until;
        let overrides = || {
            let known = self.config.schedules.schedules.get(schedule);
            known.into_iter().flat_map(|it| it.overrides.iter())
        };
        for it in overrides().filter(|it| within(it.from)).take(SUMMARY_NAMED_MAX) {
            let (from, until) = (self.at(it.from), self.at(it.until));
            lines.push(self.detail(&NoticeDetail::OverrideToCome { from: &from, until: &until }));
        }
        let runs = |it: &&Override| it.from <= from && within(it.until);
        for it in overrides().filter(runs).take(SUMMARY_NAMED_MAX) {
            lines.push(self.detail(&NoticeDetail::OverrideEnds { at: &self.at(it.until) }));
        }
        let running = self.config.silences.iter().filter_map(|silence| match &silence.period {
            SilencePeriod::Once { from: begins, until } => {
                (*begins <= from && from < *until).then_some((*until, silence))
            }
            SilencePeriod::Every { .. } => None,
        });
        for (at, silence) in running.take(SUMMARY_NAMED_MAX) {
            let (reason, ends) = (&*silence.reason, within(at));
            lines.push(self.detail(&NoticeDetail::Silence { until: &self.at(at), reason, ends }));
        }
        lines
    }

    /// Whether a step of an incident's policy tells whoever is on call there.
    fn is_told_to(&self, incident: &Incident, schedule: &Id) -> bool {
        let service = incident.service.as_ref().and_then(|id| self.config.services.get(id));
        let policy = incident.own_policy.chosen.as_ref().or(service.map(|service| &service.policy));
        let policy = policy.and_then(|id| self.config.policies.get(id));
        let steps = policy.map_or(&[][..], |policy| &policy.steps);
        steps.iter().flat_map(|step| &step.notify).any(|notify| *notify == Notify::Schedule(schedule.clone()))
    }
}
