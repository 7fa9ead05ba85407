//! Gaps to come: when nobody will be on call within seven days, the fallback hears of it while people are at work.
//!
//! Once for each gap, over restarts: what was told is kept until the gap is filled or over, and so is its incident. Who looks for
//! gaps, and how far, is the server's; each look brings all of them.

use super::escalation::later;
use super::notice_change::{GapTold, NoticeChange};
use super::state::State;
use super::{Call, GapAhead};
use crate::alert::{Action, Event, Severity};
use crate::language::Notice;
use crate::route::OWN_INTEGRATION;
use jiff::{SignedDuration, Timestamp};
use std::collections::BTreeMap;

/// A gap that begins within this is told.
const AHEAD: SignedDuration = SignedDuration::from_hours(7 * 24);
/// How many gaps of one look are known; the others are told when these are filled.
pub const GAPS_MAX: usize = 500;
/// How many gaps of one step are named.
const NAMED_MAX: usize = 20;

impl GapTold {
    /// Whether it is the same gap, perhaps with another end.
    fn is(&self, gap: &GapAhead) -> bool {
        self.step == gap.step && gap.from < self.until && self.from < gap.until
    }
}

impl State {
    pub(super) fn gaps_told(&mut self, told: &[GapTold], over: &[GapTold]) {
        self.gaps.retain(|known| !over.contains(known));
        self.gaps.extend(told.iter().take(GAPS_MAX.saturating_sub(self.gaps.len())).cloned());
    }
}

impl Call<'_> {
    /// All gaps that a look found: what is new is told, what is filled or over ends.
    pub(super) fn gaps(&mut self, found: &[GapAhead]) {
        let found = &found[..found.len().min(GAPS_MAX)];
        let is_over = |told: &&GapTold| !found.iter().any(|gap| told.is(gap));
        let over: Vec<GapTold> = self.state.gaps.iter().filter(is_over).cloned().collect();
        if !over.is_empty() {
            self.about_server(NoticeChange::GapsTold { told: Vec::new(), over: over.clone() });
        }
        for told in over {
            let own = (OWN_INTEGRATION.to_owned(), told.key.clone());
            let open = self.state.open(&own).is_some();
            if open && !self.state.gaps.iter().any(|it| it.key == told.key) {
                self.own_event(&told.key, Action::Resolve, String::new(), String::new());
            }
        }
        if !self.config.office.contains(self.now) {
            return;
        }
        let soon = later(self.now, AHEAD);
        let mut by_step: BTreeMap<&str, Vec<&GapAhead>> = BTreeMap::new();
        let begins = |gap: &&GapAhead| self.now < gap.from && gap.from < soon;
        for gap in found.iter().filter(begins) {
            if !self.state.gaps.iter().any(|told| told.is(gap)) {
                by_step.entry(&gap.step).or_default().push(gap);
            }
        }
        for (step, gaps) in by_step {
            self.tell_gaps(step, &gaps);
        }
    }

    fn tell_gaps(&mut self, step: &str, gaps: &[&GapAhead]) {
        let Some(first) = gaps.first() else { return };
        let key = format!("gap: {step} {}", first.from);
        let told = gaps.iter().map(|gap| {
            let (from, until) = (gap.from, gap.until);
            GapTold { step: step.to_owned(), from, until, key: key.clone() }
        });
        let told = told.collect();
        self.about_server(NoticeChange::GapsTold { told, over: Vec::new() });
        let (language, zone) = (self.config.organisation.language, &self.config.organisation.time_zone);
        let at = |at: Timestamp| language.date_time(at, zone);
        let summary = language.notice(&Notice::GapAhead { schedules: step, from: &at(first.from) });
        let named = gaps.iter().take(NAMED_MAX);
        let lines: Vec<String> = named.map(|gap| format!("{} – {}", at(gap.from), at(gap.until))).collect();
        self.own_event(&key, Action::Trigger, summary, lines.join("\n"));
    }

    fn own_event(&mut self, key: &str, action: Action, summary: String, description: String) {
        let event = Event {
            integration: OWN_INTEGRATION.to_owned(),
            dedup_key: key.to_owned(),
            severity: Some(Severity::Error),
            summary,
            description,
            source: OWN_INTEGRATION.to_owned(),
            ..Event::blank(action)
        };
        self.event(event);
    }
}
