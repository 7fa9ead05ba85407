//! The answers to commands, to be read: what was done, why not, and what must be confirmed.

use super::alerts::ALERTS_MAX;
use super::reader::person;
use super::{Asked, Assignee, Made, Refused, Reply, Warning};
use crate::config::Config;
use crate::language::answer::Answer;
use crate::language::handing::Handing;
use crate::language::notices::NoticeLine;
use crate::language::{Language, Shown};
use jiff::Timestamp;
use jiff::tz::TimeZone;

/// The answer to a command, in somebody's language and with the clock of their zone; people, schedules and services by name.
pub fn reply_text(config: &Config, reply: &Reply, language: Language, zone: &TimeZone) -> String {
    match reply {
        Reply::Done { action, .. } => done(config, action, language, zone),
        Reply::Refused(refused) => why_not(config, refused, language, zone),
        Reply::Confirm(warnings) => {
            let sentences = warnings.iter().map(|it| warning(config, it, language, zone));
            let confirm = [language.confirm().to_owned()];
            language.sentences(&sentences.chain(confirm).collect::<Vec<_>>())
        }
        Reply::Made { id, kind, until } => {
            let (id, until) = (*id, &*language.date_time(*until, zone));
            language.answer(&match kind {
                Made::Override => Answer::OverrideMade { id, until },
                Made::Silence => Answer::SilenceMade { id, until },
                Made::Absence => Answer::AbsenceMade { id, until },
                Made::Offer => return language.handing(&Handing::OfferMade { id }),
            })
        }
        Reply::Noted { .. } => language.shown(&Shown::Noted),
        Reply::Ended => language.answer(&Answer::Ended),
        Reply::Passed => language.answer(&Answer::Passed),
        Reply::Testing { contact } => {
            language.notice_line(&NoticeLine::Testing { way: language.contact(contact.method().way) })
        }
        Reply::Taken { opened } => language.shown(&Shown::Taken { count: opened.len() }),
        Reply::Say(_) => language.shown(&Shown::DidRepeat),
        Reply::Already { by, .. } if by.is_empty() => language.answer(&Answer::AlreadySo),
        Reply::Already { action, by, .. } => language.shown(&match action {
            Asked::Acknowledge => Shown::AlreadyAcknowledged { by },
            Asked::Resolve { .. } => Shown::AlreadyResolved { by },
            Asked::Escalate { .. } => Shown::AlreadyEscalated { to: by },
            Asked::Unacknowledge
            | Asked::Snooze { .. }
            | Asked::Reopen
            | Asked::Repeat
            | Asked::Reassign(_)
            | Asked::PageAlso(_)
            | Asked::Raise
            | Asked::Lower
            | Asked::Move(_)
            | Asked::Silence { .. }
            | Asked::Note(_)
            | Asked::Merge { .. }
            | Asked::Unmerge => Shown::AlreadyDone { by },
        }),
        Reply::NotFound => language.shown(&Shown::NotFound),
    }
}

fn done(config: &Config, action: &Asked, language: Language, zone: &TimeZone) -> String {
    let shown = |phrase: Shown| language.shown(&phrase);
    let answer = |answer: Answer| language.answer(&answer);
    match action {
        Asked::Acknowledge => shown(Shown::DidAcknowledge),
        Asked::Resolve { .. } => shown(Shown::DidResolve),
        Asked::Escalate { step: None } => shown(Shown::DidEscalate),
        Asked::Escalate { step: Some(step) } => answer(Answer::EscalatedTo { step: *step }),
        Asked::Reassign(to) => shown(Shown::DidReassign { to: &language.list(&names(config, to, language)) }),
        Asked::Repeat => shown(Shown::DidRepeat),
        Asked::Unacknowledge => answer(Answer::GivenBack),
        Asked::Snooze { until, .. } => answer(Answer::Snoozed { until: &language.date_time(*until, zone) }),
        Asked::Reopen => answer(Answer::Reopened),
        Asked::PageAlso(to) => answer(Answer::PagedAlso { to: &names(config, to, language) }),
        Asked::Raise => answer(Answer::Raised),
        Asked::Lower => answer(Answer::Lowered),
        Asked::Move(service) => answer(Answer::Moved { service: config.service_name(service) }),
        Asked::Silence { .. } => answer(Answer::SilencedUntilResolved),
        Asked::Note(_) => answer(Answer::Noted),
        Asked::Merge { into } => answer(Answer::Merged { into: &into.to_string() }),
        Asked::Unmerge => answer(Answer::Unmerged),
    }
}

fn why_not(config: &Config, refused: &Refused, language: Language, zone: &TimeZone) -> String {
    let answer = |answer: Answer| language.answer(&answer);
    let named = |schedule| config.schedule_name(schedule);
    match refused {
        Refused::HasLeft(name) => language.shown(&Shown::HasLeft { name }),
        Refused::CannotBeTold(name) => language.shown(&Shown::CannotBeTold { name }),
        Refused::IsOff { name, until } => {
            let until = until.map(|until| language.date_time(until, zone));
            answer(Answer::IsOff { name, until: until.as_deref() })
        }
        Refused::NobodyOnCall(schedule) => answer(Answer::NobodyOnCall { schedule: named(schedule) }),
        Refused::Unknown(id) => answer(Answer::Unknown { id }),
        Refused::NoSuchStep { steps } => answer(Answer::NoSuchStep { steps: *steps }),
        Refused::NotAcknowledged => answer(Answer::NotAcknowledged),
        Refused::NotResolved => answer(Answer::NotResolved),
        Refused::CannotBeReopened => answer(Answer::CannotBeReopened),
        Refused::OpenElsewhere(other) => answer(Answer::OpenElsewhere { incident: &other.to_string() }),
        Refused::Past => answer(Answer::Past),
        Refused::TooLong { hours } => answer(Answer::TooLong { hours: *hours }),
        Refused::Nothing => answer(Answer::Nothing),
        Refused::IsClosed(other) => answer(Answer::IsClosed { incident: &other.to_string() }),
        Refused::IntoItself => answer(Answer::IntoItself),
        Refused::TooManyAlerts => answer(Answer::TooManyAlerts { max: ALERTS_MAX }),
        Refused::NotMerged => answer(Answer::NotMerged),
        Refused::MayNot => answer(Answer::MayNot { lacks: None }),
        Refused::Lacks(right) => answer(Answer::MayNot { lacks: Some(right.word()) }),
        Refused::NothingFires => answer(Answer::NothingFires),
        Refused::EndsBeforeItBegins => answer(Answer::EndsBeforeItBegins),
        Refused::EmptyScope => answer(Answer::EmptyScope),
        Refused::ReasonMissing => answer(Answer::ReasonMissing),
        Refused::BadPattern(said) => answer(Answer::BadPattern { said }),
        Refused::TooMany => answer(Answer::TooMany),
        Refused::TestedJustNow => language.notice_line(&NoticeLine::TestedJustNow),
        Refused::OwnCover => answer(Answer::OwnCover),
        Refused::NotOnCall { name, schedule } => {
            language.handing(&Handing::NotOnCall { name, schedule: named(schedule) })
        }
        Refused::NobodyElse(schedule) => language.handing(&Handing::NobodyElse { schedule: named(schedule) }),
        Refused::OfferTaken(name) => language.handing(&Handing::OfferTaken { name }),
        Refused::NotOffered(name) => language.handing(&Handing::NotOffered { name }),
        Refused::EmptiesTheFallback => answer(Answer::EmptiesTheFallback),
        Refused::NotInForce => answer(Answer::NotInForce),
        Refused::OlderTrigger => language.page().link_older.to_owned(),
        Refused::OnlyShows => language.page().link_only_shows.to_owned(),
    }
}

/// One thing that a wish would break, in words.
pub fn warning(config: &Config, warning: &Warning, language: Language, zone: &TimeZone) -> String {
    let named = |schedule| config.schedule_name(schedule);
    let at = |instant: &Timestamp| language.date_time(*instant, zone);
    match warning {
        Warning::Everything { until } => language.answer(&Answer::Everything { until: &at(until) }),
        Warning::Gap { schedule, from, until } => {
            language.answer(&Answer::Gap { schedule: named(schedule), from: &at(from), until: &at(until) })
        }
        Warning::Fewer { schedule, from, until } => {
            language.answer(&Answer::Fewer { schedule: named(schedule), from: &at(from), until: &at(until) })
        }
        Warning::NothingRings { name } => language.answer(&Answer::NothingRings { name }),
        Warning::CriticalForLong { until } => {
            language.answer(&Answer::CriticalForLong { until: &language.date_time(*until, zone) })
        }
    }
}

/// Who was named, as people know them; a policy has an id alone.
fn names(config: &Config, to: &[Assignee], language: Language) -> Vec<String> {
    let name = |assignee: &Assignee| match assignee {
        Assignee::User(id) => language.somebody(&person(config, id)),
        Assignee::Schedule(id) => config.schedule_name(id).to_owned(),
        Assignee::Policy(id) => id.to_string(),
    };
    to.iter().map(name).collect()
}
