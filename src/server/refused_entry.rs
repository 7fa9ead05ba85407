//! Which entry of a form a refusal is about.

use crate::incident::Refused;
use crate::language::chat::Slot;

/// The entry beside which a form shows it.
pub(super) fn refused_entry(refused: &Refused) -> Slot {
    match refused {
        Refused::Past | Refused::TooLong { .. } | Refused::EndsBeforeItBegins => Slot::Until,
        Refused::Nothing | Refused::ReasonMissing => Slot::Text,
        Refused::HasLeft(_) | Refused::IsOff { .. } | Refused::CannotBeTold(_) => Slot::Who,
        Refused::NobodyOnCall(_) | Refused::NotOnCall { .. } | Refused::NobodyElse(_) => Slot::Schedule,
        Refused::IsClosed(_) | Refused::IntoItself | Refused::TooManyAlerts => Slot::Into,
        Refused::Unknown(_)
        | Refused::NoSuchStep { .. }
        | Refused::NotAcknowledged
        | Refused::NotResolved
        | Refused::CannotBeReopened
        | Refused::OpenElsewhere(_)
        | Refused::NotMerged
        | Refused::MayNot
        | Refused::Lacks(_)
        | Refused::NothingFires
        | Refused::EmptyScope
        | Refused::BadPattern(_)
        | Refused::TooMany
        | Refused::TestedJustNow
        | Refused::OwnCover
        | Refused::OfferTaken(_)
        | Refused::NotOffered(_)
        | Refused::EmptiesTheFallback
        | Refused::NotInForce
        | Refused::OlderTrigger
        | Refused::OnlyShows => Slot::Service,
    }
}
