//! The ways out of the house, each with slots and pauses of its own for each provider.
//!
//! So a flood of room messages never delays a page, and one vendor's "too many requests" never stops another vendor. When
//! something leaves by an outlet is decided in `dispatch`.

use crate::config::{CONTACTS, Contact, MirrorKind, PROVIDERS, Provider, ProviderRow};
use serde::{Deserialize, Serialize};

/// How many hang-ups, questions, room messages, tickets and edits of direct messages of one provider may be in flight at once.
const HANG_UPS_MAX: usize = 4;
const QUESTIONS_MAX: usize = 4;
const ROOMS_MAX: usize = 4;
const TICKETS_MAX: usize = 2;
const EDITS_MAX: usize = 4;
const NOTICES_AT_ONCE_MAX: usize = 2;

/// What leaves.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Outlet {
    /// The end of a call that nobody needs any more.
    HangUp,
    /// A question to the provider: what became of a delivery.
    Ask,
    /// Somebody is told.
    Page(Contact),
    /// A message or ticket is made or brought up to date.
    Mirror(MirrorKind),
    /// A message that told somebody is brought up to date.
    Edit(Contact),
    /// Somebody, or a room, is told about no incident.
    Notice(Contact),
}

impl Outlet {
    /// How many deliveries of one provider may be in flight at once.
    pub fn slots_max(self) -> usize {
        match self {
            Outlet::HangUp => HANG_UPS_MAX,
            Outlet::Ask => QUESTIONS_MAX,
            Outlet::Page(contact) => contact.method().slots,
            Outlet::Mirror(MirrorKind::Room) => ROOMS_MAX,
            Outlet::Mirror(MirrorKind::Ticket) => TICKETS_MAX,
            Outlet::Edit(_) => EDITS_MAX,
            Outlet::Notice(_) => NOTICES_AT_ONCE_MAX,
        }
    }
}

/// Every mirror that a provider keeps.
pub(super) fn mirrors() -> impl Iterator<Item = (Provider, MirrorKind)> {
    let kinds = |row: &'static ProviderRow| row.mirrors.iter().map(|kind| (row.provider, *kind));
    PROVIDERS.iter().flat_map(kinds)
}

/// Every provider that can be asked what became of a delivery.
pub(super) fn asked() -> impl Iterator<Item = Provider> {
    let tells = |by: &Contact| by.method().ask_after.is_some();
    PROVIDERS.iter().filter(move |row| row.contacts.iter().any(tells)).map(|row| row.provider)
}

/// Every contact method, in the order in which pages leave.
pub(super) fn contacts() -> impl Iterator<Item = Contact> {
    CONTACTS.iter().map(|method| method.contact)
}
