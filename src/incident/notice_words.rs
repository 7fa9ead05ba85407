//! The words of notices, built when they leave: a message of a few lines, or one line of text.

use super::Words;
use super::card::{bare_headline, state_word};
use super::message::SUBJECT_MAX;
use super::notice_change::{Broad, Noticed, OverrideNotice};
use super::parts::Status;
use super::reader::{NAMES_MAX, Reader, one_line, person};
use super::state::{Incident, State};
use super::words::{CallScript, Card, Letter, Text};
use crate::config::{Config, Contact, Form, Id, Notify, SilencePeriod};
use crate::language::Spoken;
use crate::language::notices::{NoticeDetail, NoticeLine};
use crate::schedule::UserId;
use jiff::Timestamp;

/// How many incidents, overrides and silences a summary names; the others are counted, or left out.
pub const SUMMARY_NAMED_MAX: usize = 5;

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
            Words::Text(Text { language, lead, summary: headline, incident, urgent: false })
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
        self.config.schedule_names.get(id).map_or(id, |(name, _)| name)
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
                    lines.extend(self.handed_over(schedule, *from, *until));
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
            Noticed::Cannot { id, schedule, user, from, until } => {
                let (from, until) = (self.at(*from), self.at(*until));
                let (name, schedule) = (person(self.config, user), self.schedule(schedule));
                let line = NoticeLine::Cannot { id: *id, name: &name, schedule, from: &from, until: &until };
                (say(&line), Vec::new())
            }
            Noticed::Broad { id, what } => self.broad(*id, *what),
            Noticed::AlsoUnanswered { incident, users } => {
                let headline = self.state.incidents.get(incident);
                let headline = headline.map(|it| bare_headline(self.config, it, self.reader.language));
                let (incident, names) = (incident.to_string(), self.names(users));
                let line = NoticeLine::AlsoUnanswered { incident: &incident, names: &names };
                (say(&line), headline.into_iter().collect())
            }
            Noticed::Test | Noticed::TestGone => (say(&NoticeLine::Test), Vec::new()),
            Noticed::Tested { contact, why } => {
                let language = self.reader.language;
                let why = why.as_ref().map(|why| {
                    language.fault(why.provider.map(|provider| provider.row().name), why.fault, &why.said)
                });
                let way = language.contact(contact.method().way);
                (say(&NoticeLine::Tested { way, why: why.as_deref() }), Vec::new())
            }
        }
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

    fn override_lines(&self, notice: &OverrideNotice, begins: bool) -> (String, Vec<String>) {
        let OverrideNotice { id, schedule, from, until, on_call, others, by, reason } = notice;
        let (from, until) = (self.at(*from), self.at(*until));
        let (schedule, name) = (self.schedule(schedule), self.config.name_of(by));
        let (from, until) = (from.as_str(), until.as_str());
        let line = match on_call {
            true => NoticeLine::PutOnCall { schedule, from, until, by: name, begins },
            false => NoticeLine::Relieved { schedule, from, until, by: name, begins },
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
            lines.push(self.detail(&NoticeDetail::IfYouCannot { id: *id }));
        }
        (self.reader.language.notice_line(&line), lines)
    }

    /// What is open on the services of a schedule, which overrides are to come in the shift, and what ends in it.
    fn handed_over(&self, schedule: &Id, from: Timestamp, until: Timestamp) -> Vec<String> {
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
        let within = |at: Timestamp| from < at && at < until;
        let snoozes = open.iter().filter(snoozed).filter_map(|it| Some((it.acknowledged_until()?, it.id)));
        for (at, id) in snoozes.filter(|(at, _)| within(*at)).take(SUMMARY_NAMED_MAX) {
            lines
                .push(self.detail(&NoticeDetail::SnoozeEnds { at: &self.at(at), incident: &id.to_string() }));
        }
        let overrides = self.config.schedules.schedules.get(schedule).map(|it| it.overrides.iter());
        for it in overrides.into_iter().flatten().filter(|it| within(it.from)).take(SUMMARY_NAMED_MAX) {
            let (from, until) = (self.at(it.from), self.at(it.until));
            lines.push(self.detail(&NoticeDetail::OverrideToCome { from: &from, until: &until }));
        }
        let ends = self.config.silences.iter().filter_map(|silence| match &silence.period {
            SilencePeriod::Once { from: begins, until } => (*begins <= from).then_some((*until, silence)),
            SilencePeriod::Every { .. } => None,
        });
        for (at, silence) in ends.filter(|(at, _)| within(*at)).take(SUMMARY_NAMED_MAX) {
            let at = self.at(at);
            lines.push(self.detail(&NoticeDetail::SilenceEnds { at: &at, reason: &silence.reason }));
        }
        lines
    }

    /// Whether a step of an incident's policy tells whoever is on call there.
    fn is_told_to(&self, incident: &Incident, schedule: &Id) -> bool {
        let service = incident.service.as_ref().and_then(|id| self.config.services.get(id));
        let policy = incident.policy.as_ref().or(service.map(|service| &service.policy));
        let policy = policy.and_then(|id| self.config.policies.get(id));
        let steps = policy.map_or(&[][..], |policy| &policy.steps);
        steps.iter().flat_map(|step| &step.notify).any(|notify| *notify == Notify::Schedule(schedule.clone()))
    }
}
