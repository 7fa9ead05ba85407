//! What a change does to paging and to who is on call, for a terminal of 80 columns.

use super::compared::{Compared, load_cells, load_columns, summary};
use super::instant::zone_name;
use super::paging::{self, AFTER, BEFORE};
use super::table::{spaced, table, together};
use crate::language::changed::{Changed as Words, Heading, Side};
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
    let caveat = compared
        .caveat
        .as_ref()
        .map(|it| wrapped("!! ", &compared.language.parts(std::slice::from_ref(&it.text))));
    let mut out = caveat.unwrap_or_default() + &alarms(compared);
    if !out.is_empty() {
        out.push('\n');
    }
    out.push_str(&wrapped("", &summary(compared)));
    out.push_str(&wrapped("", &compared_with(compared)));
    if let Some(paging) = compared.paging.as_ref().filter(|it| !it.changes.is_empty()) {
        out.push_str(&format!(
            "\n{}\n{}\n\n",
            "─".repeat(COLUMNS),
            compared.say(Words::Heading(Heading::Paging))
        ));
        out.push_str(&paged(compared, paging));
    }
    for changed in &compared.difference.changed {
        out.push_str(&format!("\n{}\n", "─".repeat(COLUMNS)));
        out.push_str(&schedule(compared, changed));
    }
    let loads = compared.loads();
    if compared.difference.changed.len() + compared.difference.unchanged.len() > 1 && !loads.is_empty() {
        out.push_str(&format!(
            "\n{}\n{}\n\n",
            "─".repeat(COLUMNS),
            compared.say(Words::Heading(Heading::LoadOfAll))
        ));
        out.push_str(&load_table(compared, &loads));
    }
    out
}

/// What concerns those who are on call today, a paragraph each.
pub(super) fn alarms(compared: &Compared<'_>) -> String {
    let pages = compared.paging.iter().flat_map(|it| paging::alarms(it, compared.clock()));
    let urgent = compared.difference.changed.iter().filter_map(|changed| Some((changed, changed.urgent()?)));
    let shifts = urgent.map(|(changed, urgent)| alarm(compared, changed, urgent));
    pages.chain(shifts).map(|alarm| wrapped("!! ", &alarm)).collect()
}

/// Whom alerts reach, before and after.
fn paged(compared: &Compared<'_>, paging: &PagingDifference) -> String {
    let clock = compared.clock();
    let row = |change: &PagingChange| {
        let what = paging::names(paging, &change.alerts, &change.severities, clock.language);
        let what = clock.language.names(&[what, paging::when(paging, &change.moments, clock)]);
        let side = |side| paging::cell(change, side, clock).join("\n");
        [what, side(BEFORE), side(AFTER)]
    };
    let shown = paging.changes.iter().take(ROWS_MAX);
    let header =
        [Words::Heading(Heading::Alerts), Words::Heading(Heading::Before), Words::Heading(Heading::After)]
            .map(|it| compared.say(it));
    let mut out = spaced(header.each_ref().map(String::as_str), shown.map(row));
    let more = paging.changes.len().saturating_sub(ROWS_MAX);
    if more > 0 {
        out.push_str(&wrapped("", &compared.say(Words::More { more })));
    }
    out.push('\n');
    out + &wrapped("", &paging::meant(paging, clock))
}

/// `Compared with origin/main at 1a2b3c4, from … until … (Asia/Tokyo).`
pub(super) fn compared_with(compared: &Compared<'_>) -> String {
    let [from, until] =
        [compared.difference.from, compared.difference.until].map(|at| compared.clock().local(at));
    let left = compared.base.split_once(", where this branch left ");
    let base = left.map(|(commit, other)| compared.say(Words::Side(Side::BranchLeft { commit, other })));
    let base = base.as_deref().unwrap_or(compared.base);
    let (no_config, zone) = (compared.before.is_none(), zone_name(&compared.after.organisation.time_zone));
    compared.say(Words::Side(Side::ComparedWith { base, no_config, from: &from, until: &until, zone }))
}

/// Who is on call now, or next, before and after.
pub(super) fn alarm(compared: &Compared<'_>, changed: &Changed, urgent: Urgent) -> String {
    let Sides { before, after } = &changed.handover;
    let schedule = &*changed.id;
    match urgent {
        Urgent::Now => {
            let (before, after) =
                (compared.people_before(&before.on_call), compared.people_after(&after.on_call));
            let removed = changed.presence == Presence::Removed;
            compared.say(Words::NowChanges { schedule, before: &before, after: &after, removed })
        }
        Urgent::NextHandoff => {
            let before = next(compared, before, |next| compared.people_before(next));
            let after = next(compared, after, |next| compared.people_after(next));
            compared.say(Words::HandoffChanges { schedule, before: &before, after: &after })
        }
    }
}

/// `Mon 2026-12-14 10:00 to 佐藤 健 (sato)`
fn next(compared: &Compared<'_>, handover: &Handover, people: impl Fn(&OnCall) -> String) -> String {
    let at = compared.clock().local(handover.until);
    handover.next.as_ref().map_or_else(
        || compared.say(Words::None),
        |next| compared.say(Words::At { at: &at, people: &people(next) }),
    )
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
    let state = match changed.presence {
        Presence::New => format!(": {}", compared.say(Words::New)),
        Presence::Removed => format!(": {}", compared.say(Words::Removed)),
        Presence::Both => String::new(),
    };
    let mut out = format!("{} ({}){state}\n", changed.id, compared.name_of(changed));
    if let Some(later) = changed.later {
        let at = compared.clock().local(later);
        out.push_str(&wrapped("", &compared.say(Words::Later { at: &at })));
        return out;
    }
    if !changed.moves.is_empty() {
        out.push('\n');
        out.push_str(&moves(compared, changed));
    }
    for (it, gap) in changed.gaps_opened().take(MOVES_MAX) {
        out.push_str(&wrapped("!! ", &compared.say(Words::GapOpens { gap: &gap_line(compared, it, gap) })));
    }
    for it in changed.gaps_closed().take(MOVES_MAX) {
        out.push_str(&wrapped("", &compared.say(Words::GapCloses { gap: &span(compared, it) })));
    }
    out
}

fn moves(compared: &Compared<'_>, changed: &Changed) -> String {
    let clock = compared.clock();
    let shown = changed.moves.iter().take(MOVES_MAX);
    let row = |it: &Move| {
        let Sides { before, after } = compared.exchanged(&it.exchange, together);
        let people = match changed.presence {
            Presence::New => after,
            Presence::Removed => before,
            Presence::Both => format!("{before}\n-> {after}"),
        };
        [clock.local(it.start), clock.local(it.end), people]
    };
    let last = if changed.presence == Presence::Both {
        Words::Heading(Heading::BeforeAfter)
    } else {
        Words::Heading(Heading::OnCall)
    };
    let header =
        [Words::Heading(Heading::From), Words::Heading(Heading::Until), last].map(|it| compared.say(it));
    let mut out = table(header.each_ref().map(String::as_str), &[0, 1], shown.map(row));
    let more = changed.moves.len().saturating_sub(MOVES_MAX);
    if more > 0 {
        out.push_str(&wrapped("", &compared.say(Words::More { more })));
    }
    out
}

/// When a gap is, and whether it is one on purpose.
pub(super) fn gap_line(compared: &Compared<'_>, it: &Move, gap: &Gap) -> String {
    let purpose = match gap {
        Gap::OnPurpose(place) => compared.say(Words::OnPurpose { place: &place.to_string() }),
        Gap::Unfilled => String::new(),
    };
    format!("{}{purpose}", span(compared, it))
}

fn span(compared: &Compared<'_>, it: &Move) -> String {
    let [from, until] = [it.start, it.end].map(|at| compared.clock().local(at));
    compared.say(Words::Span { from: &from, until: &until })
}

fn load_table(compared: &Compared<'_>, loads: &BTreeMap<UserId, Sides<Load>>) -> String {
    let [hours, nights, weekends, holidays, run] = load_columns(compared);
    let header = [compared.say(Words::Heading(Heading::Load)), hours, nights, weekends, holidays, run];
    let row = |(user, load): (&UserId, &Sides<Load>)| {
        let [hours, nights, weekends, holidays, run] = load_cells(load, "->");
        [together(&compared.person(user)), hours, nights, weekends, holidays, run]
    };
    table(header.each_ref().map(String::as_str), &[1, 2, 3, 4], loads.iter().map(row))
}

/// A paragraph, wrapped under its lead.
fn wrapped(lead: &str, text: &str) -> String {
    let lines = wrap(text, COLUMNS - lead.len()).into_iter().enumerate();
    lines
        .map(|(n, line)| format!("{}{line}\n", if n == 0 { lead.to_owned() } else { " ".repeat(lead.len()) }))
        .collect()
}
