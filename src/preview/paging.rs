//! What a change of the config does to paging: which alerts reach other people, by other ways, or at other times.
//!
//! Every alert of [`alerts`](super::alerts) is played on both sides; what comes out the same is left out, and what comes out
//! alike is one row. A difference that only other shifts make is left to [`difference`](super::difference), unless it
//! leaves people unpaged. How a row reads is left to the command line.

use super::alerts::{ALERTS_MAX, Alert, Moment, MomentKind, SEVERITIES, To, alerts, moments, with_door};
use super::difference::Sides;
use super::reach::{Decided, Reach, span};
use crate::alert::Severity;
use crate::config::{Config, Id};
use jiff::Timestamp;
use std::cmp::Reverse;
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

/// How two versions of a config page.
#[derive(Clone, Debug)]
pub struct PagingDifference {
    pub moments: Vec<Moment>,
    /// The worst first.
    pub changes: Vec<PagingChange>,
    /// How many services there are after the change.
    pub services: usize,
    /// How many alerts were played on each side, and how many there was no room for.
    pub played: usize,
    pub left_out: usize,
}

/// Alerts of which the same comes, before and after.
#[derive(Clone, Debug)]
pub struct PagingChange {
    pub kind: PagingKind,
    pub alerts: BTreeSet<Alert>,
    /// The worst first.
    pub severities: Vec<Severity>,
    /// As places of [`PagingDifference::moments`].
    pub moments: BTreeSet<usize>,
    /// `None`: that side has no such service or integration.
    pub reach: Sides<Option<Reach>>,
}

/// What the difference means; the worst comes first.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum PagingKind {
    /// Somebody was told, or paged, and now nobody is.
    Unpaged,
    /// The first page, or the first message where there is none, comes later.
    Later,
    /// Somebody is told no more, and nobody else in their place.
    Lost,
    /// Somebody is told, but paged no more.
    Weaker,
    /// Somebody hears of it later, by fewer ways, or less often.
    Slower,
    /// The service or the integration is gone.
    Removed,
    /// Other people are told.
    Others,
    /// More, or sooner.
    Better,
    /// It is shown in other places.
    Elsewhere,
    /// The service or the integration is new.
    New,
}

impl PagingKind {
    /// Whether a reviewer should see it first.
    pub fn is_worse(self) -> bool {
        self <= PagingKind::Slower
    }
}

impl PagingChange {
    /// Whether somebody was paged, and now nobody is. What was only a message and is none now is no such change.
    pub fn unpages(&self) -> bool {
        let pages = |side: &Option<Reach>| side.as_ref().is_some_and(Reach::pages);
        self.kind == PagingKind::Unpaged && pages(&self.reach.before) && !pages(&self.reach.after)
    }
}

/// Both sides as they are played, and the new side with the shifts of the old one.
struct Played<'c> {
    plain: Sides<&'c Config>,
    sides: Sides<Arc<Config>>,
    as_on_call_before: Option<Arc<Config>>,
}

/// One alert that comes out differently.
struct Cell {
    alert: Alert,
    severity: Severity,
    moment: usize,
    kind: PagingKind,
    reach: Sides<Option<Reach>>,
}

/// Compares what two versions of a config do with alerts that come after `from`.
pub fn paging(sides: &Sides<&Config>, from: Timestamp) -> PagingDifference {
    let moments = moments(sides, from);
    let both = sides.as_ref().map(|side| with_door(side));
    let shifted = (both.before.schedules != both.after.schedules).then(|| {
        let mut config = both.after.clone();
        config.schedules.schedules.extend(both.before.schedules.schedules.clone());
        config.schedules.time_off.clone_from(&both.before.schedules.time_off);
        Arc::new(config)
    });
    let played = Played {
        plain: Sides { before: sides.before, after: sides.after },
        sides: both.map(Arc::new),
        as_on_call_before: shifted,
    };
    let (mut cells, mut base) = (Vec::new(), BTreeMap::new());
    let (mut count, mut left_out) = (0, 0);
    for alert in alerts(sides) {
        for (number, moment) in moments.iter().enumerate().filter(|(_, moment)| concerns(moment, &alert)) {
            for severity in SEVERITIES {
                if count >= ALERTS_MAX {
                    left_out += 1;
                    continue;
                }
                count += 1;
                cells.extend(played.cell(&alert, severity, (number, moment.at), &mut base));
            }
        }
    }
    let services = sides.after.services.len();
    PagingDifference { moments, changes: rows(cells), services, played: count, left_out }
}

/// At an edge, only the services that it is about are tried, and no integration.
fn concerns(moment: &Moment, alert: &Alert) -> bool {
    match (&moment.kind, &alert.to) {
        (MomentKind::Night | MomentKind::Office, _) => true,
        (MomentKind::Edge(_, services), To::Service(id)) => services.is_empty() || services.contains(id),
        (MomentKind::Edge(..), To::Integration(_)) => false,
    }
}

/// What comes of a plain alert of a service.
type Base = BTreeMap<(Id, Severity, usize), Sides<Option<Reach>>>;

impl Played<'_> {
    /// Plays one alert on both sides; `None` where nothing differs, or nothing that the service's own alert does not show.
    fn cell(
        &self,
        alert: &Alert,
        severity: Severity,
        (moment, at): (usize, Timestamp),
        base: &mut Base,
    ) -> Option<Cell> {
        let reach = Sides {
            before: self.reach(&self.sides.before, self.plain.before, alert, severity, at),
            after: self.reach(&self.sides.after, self.plain.after, alert, severity, at),
        };
        match &alert.to {
            To::Service(id) if alert.fields.is_empty() => {
                base.insert((id.clone(), severity, moment), reach.clone());
            }
            _ if self.is_shown_by_base(&reach, moment, base) => return None,
            _ => {}
        }
        let kind = kind(&reach)?;
        let only_shifts = || {
            let side = self.as_on_call_before.as_ref()?;
            let again = self.reach(side, self.plain.after, alert, severity, at)?;
            Some(again.is_as(reach.before.as_ref()?))
        };
        if kind > PagingKind::Later && only_shifts() == Some(true) {
            return None;
        }
        Some(Cell { alert: alert.clone(), severity, moment, kind, reach })
    }

    fn reach(
        &self,
        config: &Arc<Config>,
        plain: &Config,
        alert: &Alert,
        severity: Severity,
        at: Timestamp,
    ) -> Option<Reach> {
        let door = alert.door(plain)?;
        let event = alert.event(severity, &door);
        let longest = span(&self.sides.before, &event, at).max(span(&self.sides.after, &event, at));
        Some(Reach::of(config, &event, at, longest))
    }

    /// Whether the plain alert of the service that it goes to shows the same difference, or at least one of its kind.
    fn is_shown_by_base(&self, reach: &Sides<Option<Reach>>, moment: usize, base: &Base) -> bool {
        let service = |side: &Option<Reach>| {
            side.as_ref()?.taken_for().map(|(id, severity)| (id.clone(), severity, moment))
        };
        let (before, after) = (service(&reach.before), service(&reach.after));
        let known = before.filter(|it| Some(it) == after.as_ref()).and_then(|it| base.get(&it));
        known.is_some_and(|known| kind(known) == kind(reach))
    }
}

/// What the difference means; `None`: there is none.
fn kind(reach: &Sides<Option<Reach>>) -> Option<PagingKind> {
    let (before, after) = match (&reach.before, &reach.after) {
        (None, None) => return None,
        (None, Some(_)) => return Some(PagingKind::New),
        (Some(_), None) => return Some(PagingKind::Removed),
        (Some(before), Some(after)) => (before, after),
    };
    if before.is_as(after) {
        return None;
    }
    if before.decided == Decided::NoDoor {
        return Some(PagingKind::New);
    }
    let (page, told) = (Sides { before: before.first_page(), after: after.first_page() }, before.first());
    if (told.is_some() && after.first().is_none()) || (page.before.is_some() && page.after.is_none()) {
        return Some(PagingKind::Unpaged);
    }
    let (first, last) = match (page.before, page.after) {
        (Some(first), Some(last)) => (Some(first), Some(last)),
        (None, None) => (told, after.first()),
        _ => (None, None),
    };
    if first.zip(last).is_some_and(|(first, last)| first < last) {
        return Some(PagingKind::Later);
    }
    let (old, new) = (before.people(), after.people());
    let (lost, gained) = (old.difference(&new).count(), new.difference(&old).count());
    if lost > gained {
        return Some(PagingKind::Lost);
    }
    Some(person_by_person(before, after, lost > 0))
}

fn person_by_person(before: &Reach, after: &Reach, others: bool) -> PagingKind {
    let stays = || before.people().into_iter().filter(|user| after.people().contains(user));
    if stays().any(|user| before.first_of(user).0.is_some() && after.first_of(user).0.is_none()) {
        return PagingKind::Weaker;
    }
    let raised = |reach: &Reach| reach.raise_at();
    let by_ways = before.contacts.iter().filter(|it| after.people().contains(&it.user)).any(|old| {
        let new = after.contacts.iter().find(|it| it.user == old.user && it.by == old.by);
        new.is_none_or(|new| new.after > old.after || new.times < old.times)
    });
    let later = match (raised(before), raised(after)) {
        (Some(_), None) => true,
        (Some(old), Some(new)) => new > old,
        (None, _) => false,
    };
    match (others, by_ways || later, before.contacts == after.contacts) {
        (true, ..) => PagingKind::Others,
        (false, true, _) => PagingKind::Slower,
        (false, false, true) if raised(before) == raised(after) => PagingKind::Elsewhere,
        (false, false, _) => PagingKind::Better,
    }
}

/// The severities at each instant, of each alert.
type Table = BTreeMap<Alert, BTreeMap<usize, BTreeSet<usize>>>;

/// Cells of which the same comes are one row, if their services, severities and instants are a full table.
fn rows(cells: Vec<Cell>) -> Vec<PagingChange> {
    let mut alike: BTreeMap<String, (PagingChange, Table)> = BTreeMap::new();
    for cell in cells {
        let (key, Cell { alert, severity, moment, kind, reach }) = (alike_as(&cell), cell);
        let (_, table) = alike.entry(key).or_insert_with(|| {
            let (alerts, severities, moments) = Default::default();
            (PagingChange { kind, alerts, severities, moments, reach }, Table::new())
        });
        let severity = SEVERITIES.iter().position(|it| *it == severity).unwrap_or_default();
        table.entry(alert).or_default().entry(moment).or_default().insert(severity);
    }
    let mut rows: Vec<PagingChange> = Vec::new();
    for (one, table) in alike.into_values() {
        let shaped = by_shape(table).into_iter().map(|((severities, moments), alerts)| PagingChange {
            alerts,
            severities: severities.into_iter().map(|it| SEVERITIES[it]).collect(),
            moments,
            ..one.clone()
        });
        rows.extend(shaped);
    }
    rows.sort_by_key(|row| {
        (row.kind, Reverse(row.severities.first().copied()), Reverse(row.alerts.len()), row.moments.clone())
    });
    rows
}

/// Alerts with the same severities at the same instants together.
fn by_shape(table: Table) -> BTreeMap<(BTreeSet<usize>, BTreeSet<usize>), BTreeSet<Alert>> {
    let mut by_shape: BTreeMap<(BTreeSet<usize>, BTreeSet<usize>), BTreeSet<Alert>> = BTreeMap::new();
    for (alert, mut by_moment) in table {
        // What night or office hours show needs no other instant.
        let shown: BTreeSet<usize> = by_moment.range(..EDGES_FROM).flat_map(|(_, it)| it.clone()).collect();
        for (_, severities) in by_moment.range_mut(EDGES_FROM..) {
            severities.retain(|severity| !shown.contains(severity));
        }
        by_moment.retain(|_, severities| !severities.is_empty());
        let mut by_severities: BTreeMap<BTreeSet<usize>, BTreeSet<usize>> = BTreeMap::new();
        for (moment, severities) in by_moment {
            by_severities.entry(severities).or_default().insert(moment);
        }
        for shape in by_severities {
            by_shape.entry(shape).or_default().insert(alert.clone());
        }
    }
    by_shape
}

/// The moments before this one are night and office hours.
const EDGES_FROM: usize = 2;

/// What a row is known by: what is seen of both sides.
fn alike_as(cell: &Cell) -> String {
    let side = |reach: &Option<Reach>| match reach {
        None => "none".to_owned(),
        Some(reach) => {
            let held = match &reach.decided {
                Decided::NoDoor => "no door".to_owned(),
                Decided::Ignored(why) => format!("{why:?}"),
                Decided::Opened { urgency, held, raise_at, .. } => {
                    let origin = held.as_ref().map(|(origin, until)| (origin, until));
                    format!("{urgency:?} {origin:?} {raise_at:?}")
                }
            };
            format!("{:?} {held} {:?}", reach.contacts, elsewhere(cell).then_some(&reach.mirrors))
        }
    };
    format!("{:?} {} {}", cell.kind, side(&cell.reach.before), side(&cell.reach.after))
}

/// Whether the places where it is shown matter to its row.
fn elsewhere(cell: &Cell) -> bool {
    cell.kind == PagingKind::Elsewhere
}
