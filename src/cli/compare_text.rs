//! What a change does to paging and to who is on call, for a terminal of 80 columns.

use super::compared::{Compared, LOAD_COLUMNS, load_cells, summary};
use super::instant::{local, zone_name};
use super::paging::{self, AFTER, BEFORE};
use super::table::{spaced, table, together};
use crate::preview::difference::{Changed, Gap, Move, Presence, Sides, Urgent};
use crate::preview::load::Load;
use crate::preview::paging::{PagingChange, PagingDifference};
use crate::provider::{COLUMNS, wrap};
use crate::schedule::{Handover, OnCall, UserId};
use std::collections::BTreeMap;

/// The most stretches of one schedule that are listed.
const MOVES_MAX: usize = 40;
/// The most rows of paging that are listed.
const ROWS_MAX: usize = 40;

/// First what concerns those on call today, then one sentence, then each schedule.
pub(super) fn text(compared: &Compared<'_>) -> String {
    let caveat = compared.caveat.as_ref().map(|it| wrapped("!! ", &format!("{}.", it.text)));
    let mut out = caveat.unwrap_or_default() + &alarms(compared);
    if !out.is_empty() {
        out.push('\n');
    }
    out.push_str(&wrapped("", &summary(compared)));
    out.push_str(&wrapped("", &compared_with(compared)));
    if let Some(paging) = compared.paging.as_ref().filter(|it| !it.changes.is_empty()) {
        out.push_str(&format!("\n{}\nPaging\n\n", "─".repeat(COLUMNS)));
        out.push_str(&paged(compared, paging));
    }
    for changed in &compared.difference.changed {
        out.push_str(&format!("\n{}\n", "─".repeat(COLUMNS)));
        out.push_str(&schedule(compared, changed));
    }
    let loads = compared.loads();
    if compared.difference.changed.len() + compared.difference.unchanged.len() > 1 && !loads.is_empty() {
        out.push_str(&format!(
            "\n{}\nLoad of all schedules together (time on several counts once), where it changes\n\n",
            "─".repeat(COLUMNS)
        ));
        out.push_str(&load_table(compared, &loads));
    }
    out
}

/// What concerns those who are on call today, a paragraph each.
pub(super) fn alarms(compared: &Compared<'_>) -> String {
    let zone = &compared.after.organisation.time_zone;
    let pages = compared.paging.iter().flat_map(|it| paging::alarms(it, zone));
    let urgent = compared.difference.changed.iter().filter_map(|changed| Some((changed, changed.urgent()?)));
    let shifts = urgent.map(|(changed, urgent)| alarm(compared, changed, urgent));
    pages.chain(shifts).map(|alarm| wrapped("!! ", &alarm)).collect()
}

/// Whom alerts reach, before and after.
fn paged(compared: &Compared<'_>, paging: &PagingDifference) -> String {
    let zone = &compared.after.organisation.time_zone;
    let row = |change: &PagingChange| {
        let what = paging::names(paging, &change.alerts, &change.severities);
        let what = format!("{what}, {}", paging::when(paging, &change.moments, zone));
        let side = |side| paging::cell(change, side, zone).join("\n");
        [what, side(BEFORE), side(AFTER)]
    };
    let shown = paging.changes.iter().take(ROWS_MAX);
    let mut out = spaced(["Alerts", "Before", "After"], shown.map(row));
    let more = paging.changes.len().saturating_sub(ROWS_MAX);
    if more > 0 {
        out.push_str(&wrapped("", &format!("... and {more} more; `--format json` has them all")));
    }
    out.push('\n');
    out + &wrapped("", &paging::meant(paging, zone))
}

/// `Compared with origin/main at 1a2b3c4, from … until … (Asia/Tokyo).`
pub(super) fn compared_with(compared: &Compared<'_>) -> String {
    let zone = &compared.after.organisation.time_zone;
    let (from, until) = (local(compared.difference.from, zone), local(compared.difference.until, zone));
    let nothing = if compared.before.is_none() { ", where there is no config yet" } else { "" };
    format!("Compared with {}{nothing}, from {from} until {until} ({}).", compared.base, zone_name(zone))
}

/// Who is on call now, or next, before and after.
pub(super) fn alarm(compared: &Compared<'_>, changed: &Changed, urgent: Urgent) -> String {
    let Sides { before, after } = &changed.handover;
    match urgent {
        Urgent::Now => {
            let (old, new) = (compared.people_before(&before.on_call), compared.people_after(&after.on_call));
            let removed =
                if changed.presence == Presence::Removed { " (the schedule is removed)" } else { "" };
            format!("{}: who is on call NOW changes: {old} -> {new}{removed}", changed.id)
        }
        Urgent::NextHandoff => {
            let old = next(compared, before, |next| compared.people_before(next));
            let new = next(compared, after, |next| compared.people_after(next));
            format!("{}: the NEXT HANDOFF changes: {old} -> {new}", changed.id)
        }
    }
}

/// `Mon 2026-12-14 10:00 to 佐藤 健 (sato)`
fn next(compared: &Compared<'_>, handover: &Handover, people: impl Fn(&OnCall) -> String) -> String {
    let at = local(handover.until, &compared.after.organisation.time_zone);
    handover.next.as_ref().map_or_else(|| "none".to_owned(), |next| format!("{at} to {}", people(next)))
}

fn schedule(compared: &Compared<'_>, changed: &Changed) -> String {
    let mut out = changes(compared, changed);
    let loads = compared.loads_of(changed);
    if changed.later.is_none() && !loads.is_empty() {
        out.push('\n');
        out.push_str(&load_table(compared, &loads));
    }
    out
}

/// The shifts of one schedule that change, and the gaps.
pub(super) fn changes(compared: &Compared<'_>, changed: &Changed) -> String {
    let zone = &compared.after.organisation.time_zone;
    let state = match changed.presence {
        Presence::New => ": a new schedule",
        Presence::Removed => ": removed",
        Presence::Both => "",
    };
    let mut out = format!("{} ({}){state}\n", changed.id, compared.name_of(changed));
    if let Some(later) = changed.later {
        out.push_str(&wrapped(
            "",
            &format!("The first shift that changes begins later, on {}.", local(later, zone)),
        ));
        return out;
    }
    if !changed.moves.is_empty() {
        out.push('\n');
        out.push_str(&moves(compared, changed));
    }
    for (it, gap) in changed.gaps_opened().take(MOVES_MAX) {
        out.push_str(&wrapped("!! ", &format!("a gap opens: {}", gap_line(compared, it, gap))));
    }
    for it in changed.gaps_closed().take(MOVES_MAX) {
        out.push_str(&wrapped("", &format!("a gap closes: {}", span(compared, it))));
    }
    out
}

fn moves(compared: &Compared<'_>, changed: &Changed) -> String {
    let zone = &compared.after.organisation.time_zone;
    let shown = changed.moves.iter().take(MOVES_MAX);
    let row = |it: &Move| {
        let Sides { before, after } = compared.exchanged(&it.exchange, together);
        let people = match changed.presence {
            Presence::New => after,
            Presence::Removed => before,
            Presence::Both => format!("{before}\n-> {after}"),
        };
        [local(it.start, zone), local(it.end, zone), people]
    };
    let mut out = table(["From", "Until", "Before -> after"], &[0, 1], shown.map(row));
    if changed.presence != Presence::Both {
        out = out.replacen("Before -> after", "On call", 1);
    }
    let more = changed.moves.len().saturating_sub(MOVES_MAX);
    if more > 0 {
        out.push_str(&wrapped("", &format!("... and {more} more; `--format json` has them all")));
    }
    out
}

/// When a gap is, and whether it is one on purpose.
pub(super) fn gap_line(compared: &Compared<'_>, it: &Move, gap: &Gap) -> String {
    let purpose = match gap {
        Gap::OnPurpose(place) => format!(", on purpose ({place})"),
        Gap::Unfilled => String::new(),
    };
    format!("{}{purpose}", span(compared, it))
}

fn span(compared: &Compared<'_>, it: &Move) -> String {
    let zone = &compared.after.organisation.time_zone;
    format!("{} until {}", local(it.start, zone), local(it.end, zone))
}

fn load_table(compared: &Compared<'_>, loads: &BTreeMap<UserId, Sides<Load>>) -> String {
    let [hours, nights, weekends, holidays, run] = LOAD_COLUMNS;
    let row = |(user, load): (&UserId, &Sides<Load>)| {
        let [hours, nights, weekends, holidays, run] = load_cells(load, "->");
        [together(&compared.person(user)), hours, nights, weekends, holidays, run]
    };
    table(["Load", hours, nights, weekends, holidays, run], &[1, 2, 3, 4], loads.iter().map(row))
}

/// A paragraph, wrapped under its lead.
fn wrapped(lead: &str, text: &str) -> String {
    let lines = wrap(text, COLUMNS - lead.len()).into_iter().enumerate();
    lines
        .map(|(n, line)| format!("{}{line}\n", if n == 0 { lead.to_owned() } else { " ".repeat(lead.len()) }))
        .collect()
}
