//! The lines of what steps do beside telling everybody: whose turn it is, and who must still acknowledge.

use super::timeline::{At, step};
use crate::incident::{NoticeChange, NoticeTo, StepsChange};
use crate::language::timeline::TimelineLine;
use crate::language::timeline::{NoticeStory, StepLine};
use crate::schedule::UserId;

impl At<'_> {
    pub(super) fn steps(&self, change: &StepsChange) -> (String, String) {
        let (users, until, line);
        let rule = match change {
            StepsChange::Chosen(turn) => {
                users = names(turn.busy.iter());
                line = StepLine::Chosen { step: step(&turn.at), user: &turn.user, busy: &users };
                &turn.rule
            }
            StepsChange::Awaited { users: all, until: at, rule, .. } => {
                (users, until) = (names(all.iter()), self.clock(*at));
                line = StepLine::Awaited { users: &users, until: &until };
                rule
            }
            StepsChange::ToldAgain { people, until: at, rule } => {
                (users, until) = (names(people.iter().map(|told| &told.user)), self.clock(*at));
                line = StepLine::ToldAgain { users: &users, until: &until };
                rule
            }
            StepsChange::AlsoUnanswered { users: all, by } => {
                users = names(all.iter());
                let line = StepLine::AlsoUnanswered { users: &users, by: self.name(by) };
                return (self.say(&TimelineLine::Step(line)), String::new());
            }
            StepsChange::Unanswered { users: all, rule } => {
                users = names(all.iter());
                line = StepLine::Unanswered { users: &users };
                rule
            }
            StepsChange::Leaves { users: all, rule } => {
                users = names(all.iter());
                line = StepLine::Leaves { users: &users };
                rule
            }
            StepsChange::Stays { users: all, rule } => {
                users = names(all.iter());
                line = StepLine::Stays { users: &users };
                rule
            }
        };
        (self.say(&TimelineLine::Step(line)), rule.to_string())
    }

    pub(super) fn notice(&self, change: &NoticeChange) -> String {
        let at;
        self.say(&TimelineLine::Notice(match change {
            NoticeChange::Planned { to, due, .. } => {
                at = self.clock(*due);
                let to = match to {
                    NoticeTo::Person { user, .. } => Some(&**user),
                    NoticeTo::Room | NoticeTo::Place { .. } => None,
                };
                NoticeStory::Planned { to, at: &at }
            }
            NoticeChange::Dropped { notice } => NoticeStory::Dropped { notice: *notice },
            NoticeChange::RoomFull { until, .. } => {
                at = self.clock(*until);
                NoticeStory::RoomFull { until: &at }
            }
            NoticeChange::GapsTold { told, .. } => NoticeStory::GapsTold { told: told.len() },
            NoticeChange::ShiftsTold { .. } => NoticeStory::ShiftsTold,
            NoticeChange::Declined { id, place, user, by, via } => {
                at = place.as_ref().map_or_else(|| id.to_string(), ToString::to_string);
                NoticeStory::Declined { id: &at, user, by: self.name(by), via: *via }
            }
            NoticeChange::OptedOut { user, by, to, out } => {
                at = self.reader.language.contact_to(by.method().way, to.as_deref());
                NoticeStory::OptedOut { user, way: &at, out: *out }
            }
        }))
    }
}

fn names<'u>(users: impl Iterator<Item = &'u UserId>) -> Vec<String> {
    users.map(ToString::to_string).collect()
}
