//! What is asked of the board: filters, the order, pages with a cursor, and counts.
//!
//! A page says where the next one begins exactly when there is more, whatever was filtered: nothing is cut in silence.

use super::board::{Board, Counted};
use super::row::Row;
use super::shelves::Shelves;
use crate::alert::Severity;
use crate::config::Urgency;
use crate::incident::{IncidentId, Status};
use jiff::Timestamp;
use std::cmp::Reverse;
use std::sync::Arc;

/// Behind every id.
const LAST: IncidentId = IncidentId { epoch: u32::MAX, n: u32::MAX };

/// Which incidents are asked for; what is `None` may be anything.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Filter {
    pub status: Option<Status>,
    /// Not resolved.
    pub open: bool,
    pub service: Option<String>,
    pub severity: Option<Severity>,
    pub urgency: Option<Urgency>,
    /// Whom it concerns: paged, told now, has it, or closed it.
    pub person: Option<String>,
    /// Of an alert of this integration, by its id.
    pub integration: Option<String>,
    /// Of an alert with this key.
    pub dedup_key: Option<String>,
    /// In the summary, the service, or the key or summary of an alert, whatever the case.
    pub text: Option<String>,
    /// Opened at this instant or later.
    pub from: Option<Timestamp>,
    /// Opened before this instant.
    pub until: Option<Timestamp>,
}

/// In which order, and after which row.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum From {
    /// The newest first; `None`: from the beginning.
    Newest(Option<IncidentId>),
    /// Open ones, what pages first, then by urgency and severity, then the newest.
    Urgent(Option<(u8, IncidentId)>),
}

/// A part of what was asked for.
#[derive(Clone, Debug)]
pub struct Page {
    pub rows: Vec<Arc<Row>>,
    /// Where the next page begins; `None`: there is no more.
    pub next: Option<From>,
}

impl Filter {
    pub fn takes(&self, row: &Row) -> bool {
        self.status.is_none_or(|status| row.status == status)
            && (!self.open || row.is_open())
            && self.service.as_deref().is_none_or(|id| row.service.as_deref() == Some(id))
            && self.severity.is_none_or(|severity| row.severity == severity)
            && self.urgency.is_none_or(|urgency| row.urgency == urgency)
            && self.from.is_none_or(|from| row.opened_at >= from)
            && self.until.is_none_or(|until| row.opened_at < until)
            && self.integration.as_deref().is_none_or(|id| row.integrations().iter().any(|of| **of == *id))
            && self.dedup_key.as_deref().is_none_or(|key| row.alerts.iter().any(|of| *of.dedup_key == *key))
            && self.person.as_deref().is_none_or(|user| row.people().iter().any(|of| ***of == *user))
            && self.text.as_deref().is_none_or(|text| holds(row, &text.to_lowercase()))
    }
}

fn holds(row: &Row, text: &str) -> bool {
    let has = |words: &str| words.to_lowercase().contains(text);
    has(&row.summary)
        || row.service.as_deref().is_some_and(has)
        || row
            .alerts
            .iter()
            .any(|alert| has(&alert.dedup_key) || alert.own.as_ref().is_some_and(|own| has(&own.summary)))
}

impl Board {
    /// At most `limit` rows that a filter takes.
    pub fn page(&self, filter: &Filter, from: From, limit: usize) -> Page {
        // One more tells whether there is more.
        let wanted = limit.saturating_add(1);
        let takes = |row: &&Arc<Row>| filter.takes(row);
        let mut rows: Vec<Arc<Row>> = match from {
            From::Newest(before) => {
                let ids = self.candidates(filter, before);
                ids.filter_map(|id| self.rows.get(&id)).filter(takes).take(wanted).cloned().collect()
            }
            From::Urgent(after) => {
                let after = after.map(|(rank, id)| (rank, Reverse(id)));
                let first = after.unwrap_or((0, Reverse(LAST)));
                let rest = self.ranked.from(first).map(|(key, ())| key).filter(|key| after != Some(**key));
                let rows = rest.filter_map(|(_, Reverse(id))| self.rows.get(id));
                rows.filter(takes).take(wanted).cloned().collect()
            }
        };
        let more = rows.len() > limit;
        rows.truncate(limit);
        let next = rows.last().filter(|_| more).map(|last| match from {
            From::Newest(_) => From::Newest(Some(last.id)),
            From::Urgent(_) => From::Urgent(Some((last.rank(), last.id))),
        });
        Page { rows, next }
    }

    /// The ids that a filter may take, the newest first, by the index that leaves fewest.
    fn candidates(
        &self,
        filter: &Filter,
        before: Option<IncidentId>,
    ) -> impl Iterator<Item = IncidentId> + use<'_> {
        let before = before.unwrap_or(LAST);
        let person = filter.person.as_deref().map(|user| descending(&self.of_person, user.into(), before));
        let integration = filter.integration.as_deref().filter(|_| person.is_none());
        let integration = integration.map(|id| descending(&self.of_integration, id.into(), before));
        let indexed = person.is_some() || integration.is_some();
        let service = filter.service.as_deref().filter(|_| !indexed);
        let all = (!indexed && service.is_none()).then(|| self.rows.back_from(before).map(|(id, _)| *id));
        let service = service.map(|id| descending(&self.of_service, Some(id.into()), before));
        let (person, integration) = (person.into_iter().flatten(), integration.into_iter().flatten());
        person.chain(integration).chain(service.into_iter().flatten()).chain(all.into_iter().flatten())
    }

    /// The ids of the incidents that hold an alert of an integration, the newest first.
    pub(super) fn ids_of_integration(&self, integration: &str) -> impl Iterator<Item = IncidentId> + use<'_> {
        descending(&self.of_integration, integration.into(), LAST)
    }

    /// How many incidents each service has, by status and urgency.
    pub fn counts(&self) -> impl Iterator<Item = (&Counted, u32)> {
        self.counts.iter().map(|(counted, count)| (counted, *count))
    }

    /// How many there are with a status.
    pub fn count(&self, status: Status) -> u32 {
        self.counts().filter(|(counted, _)| counted.status == status).map(|(_, count)| count).sum()
    }
}

/// The ids of one name in an index, the newest first.
fn descending<N: Ord + Clone>(
    index: &Shelves<(N, IncidentId), ()>,
    name: N,
    before: IncidentId,
) -> impl Iterator<Item = IncidentId> + use<'_, N> {
    let keys = index.back_from((name.clone(), before)).map(|(key, ())| key);
    keys.take_while(move |(of, _)| *of == name).map(|(_, id)| *id)
}
