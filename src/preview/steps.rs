//! The lines of what steps do beside telling everybody: whose turn it is, and who must still acknowledge.

use super::timeline::{At, step};
use crate::incident::StepsChange;
use crate::language::timeline::{StepLine, TimelineLine};
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
            StepsChange::Unanswered { users: all, rule } => {
                users = names(all.iter());
                line = StepLine::Unanswered { users: &users };
                rule
            }
        };
        (self.say(&TimelineLine::Step(line)), rule.to_string())
    }
}

fn names<'u>(users: impl Iterator<Item = &'u UserId>) -> Vec<String> {
    users.map(ToString::to_string).collect()
}
