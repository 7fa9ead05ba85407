//! How two versions of a config differ, in the words and numbers that every format shows.

use super::dry_run::FailOn;
use super::instant::Clock;
use super::paging::summary as of_paging;
use super::people::named;
use crate::config::Config;
use crate::language::Language;
use crate::language::changed::{Changed as Words, Heading, Side};
use crate::preview::difference::{Changed, Difference, Exchange, Gap, Presence, Sides, difference};
use crate::preview::load::{Calendar, Load, loads};
use crate::preview::paging::{PagingChange, PagingDifference};
use crate::schedule::{OnCall, Schedules, UserId};
use jiff::{SignedDuration, Timestamp};
use std::collections::{BTreeMap, BTreeSet};

/// Both sides, and how they differ.
pub(super) struct Compared<'c> {
    /// What the config is compared with, as people name it.
    pub base: &'c str,
    pub commit: Option<&'c str>,
    /// `None`: there is no config on the other side.
    pub before: Option<&'c Config>,
    pub after: &'c Config,
    pub difference: Difference,
    /// What alerts reach; `None` where it was not asked, or there is nothing to compare with.
    pub paging: Option<PagingDifference>,
    /// How many expectations of the config itself do not hold.
    pub unmet: usize,
    /// In which it is read.
    pub language: Language,
    /// What to say first about the other side: it does not load, or is elsewhere.
    pub caveat: Option<Caveat>,
}

/// Why the comparison says less than it seems to.
#[derive(Clone, Debug)]
pub(super) struct Caveat {
    pub text: String,
    /// There was nothing to compare with: what `--fail-on` asks is not known.
    pub blind: bool,
}

impl<'c> Compared<'c> {
    /// Both sides over `[from, until)`, in English.
    pub fn new(
        (base, commit): (&'c str, Option<&'c str>),
        before: Option<&'c Config>,
        after: &'c Config,
        from: Timestamp,
        until: Timestamp,
    ) -> Compared<'c> {
        let nothing = Schedules::default();
        let sides = Sides { before: before.map_or(&nothing, |it| &it.schedules), after: &after.schedules };
        let difference = difference(&sides, from, until);
        let language = Language::En;
        Compared { base, commit, before, after, difference, paging: None, unmet: 0, language, caveat: None }
    }

    pub fn say(&self, piece: Words<'_>) -> String {
        self.language.changed(piece)
    }

    /// The organisation's zone, and the language.
    pub fn clock(&self) -> Clock<'c> {
        Clock { zone: &self.after.organisation.time_zone, language: self.language }
    }

    /// Whole days of the range.
    pub fn days(&self) -> i64 {
        self.difference.until.duration_since(self.difference.from).as_hours() / 24
    }

    /// What it does that it should fail on.
    pub fn failure(&self, on: FailOn) -> Option<String> {
        match on {
            FailOn::NowChanges => self.now_changes().then(|| self.say(Words::Side(Side::FailNow))),
            FailOn::Gaps => self.gap_ahead().map(|gap| self.say(Words::Side(Side::FailGaps { gap: &gap }))),
            FailOn::Unpaged => self.unpaged().then(|| self.say(Words::Side(Side::FailUnpaged))),
        }
    }

    /// An alert that paged somebody pages nobody.
    fn unpaged(&self) -> bool {
        let mut changes = self.paging.iter().flat_map(|it| &it.changes);
        changes.any(PagingChange::unpages)
    }

    fn now_changes(&self) -> bool {
        self.difference.changed.iter().any(|changed| changed.urgent().is_some())
    }

    /// The first gap that opens and that no override asks for, in the range or later, as far as either side is written:
    /// `web-primary from … until …`.
    fn gap_ahead(&self) -> Option<String> {
        let from = self.difference.from;
        let sides = [Some(self.after), self.before].into_iter().flatten();
        let written = sides.map(|config| config.schedules.written_until(from)).max();
        let until = written.unwrap_or(from).max(self.difference.until);
        let nothing = Schedules::default();
        let before = self.before.map_or(&nothing, |it| &it.schedules);
        let far = difference(&Sides { before, after: &self.after.schedules }, from, until);
        let stays = far.changed.iter().filter(|changed| changed.presence == Presence::Both);
        let gaps =
            stays.flat_map(|changed| changed.gaps_opened().map(move |(it, gap)| (&changed.id, it, gap)));
        let unfilled: Vec<_> = gaps.filter(|(.., gap)| **gap == Gap::Unfilled).collect();
        let (id, gap, _) = unfilled.iter().copied().min_by_key(|(_, it, _)| it.start)?;
        let mut end = gap.end;
        for (_, next, _) in unfilled.iter().filter(|(of, ..)| *of == id) {
            end = if next.start == end { next.end } else { end };
        }
        let [from, until] = [gap.start, end].map(|at| self.clock().local(at));
        Some(match self.language {
            Language::En => format!("{id} from {from} until {until}"),
            Language::Ja => format!("{id}、{}", self.say(Words::Span { from: &from, until: &until })),
        })
    }

    /// `Web primary`
    pub fn name_of<'a>(&'a self, changed: &'a Changed) -> &'a str {
        let configs = [Some(self.after), self.before].into_iter().flatten();
        let name = configs.into_iter().find_map(|config| config.schedule_names.get(&changed.id));
        name.map_or(&*changed.id, |(name, _)| name)
    }

    /// Whoever is on call before the change, by name.
    pub fn people_before(&self, on_call: &OnCall) -> String {
        people(self.before.unwrap_or(self.after), on_call, self.language)
    }

    pub fn people_after(&self, on_call: &OnCall) -> String {
        people(self.after, on_call, self.language)
    }

    /// Who leaves, and who comes; `nobody` where there is a gap on that side.
    pub fn exchanged(&self, exchange: &Exchange, written: impl Fn(&str) -> String) -> Sides<String> {
        let names = |users: &[UserId], shadows: &[UserId], is_gap: bool| {
            let users = users.iter().map(|id| written(&self.person(id)));
            let shadows =
                shadows.iter().map(|id| self.say(Words::Shadow { who: &written(&self.person(id)) }));
            let gap = is_gap.then(|| self.say(Words::Nobody));
            let names: Vec<String> = gap.into_iter().chain(users).chain(shadows).collect();
            if names.is_empty() { self.say(Words::OthersStay) } else { self.language.names(&names) }
        };
        let Exchange { leave, come, shadows_leave, shadows_come, gap_before, gap_after } = exchange;
        Sides {
            before: names(leave, shadows_leave, *gap_before),
            after: names(come, shadows_come, gap_after.is_some()),
        }
    }

    /// `田中 太郎 (tanaka)`, by the name of after the change where there is one.
    pub fn person(&self, id: &UserId) -> String {
        let config = if self.after.users.contains_key(id) { Some(self.after) } else { self.before };
        config.map_or_else(|| id.to_string(), |config| named(config, id))
    }

    /// The load that one schedule is for each of its people, sorted by id.
    pub fn loads_of(&self, changed: &Changed) -> BTreeMap<UserId, Sides<Load>> {
        let side = |shifts| loads(shifts, |user| self.calendar(user));
        both(&Sides { before: side(&changed.shifts.before), after: side(&changed.shifts.after) })
    }

    /// The load of all schedules together, for those for whom it changes.
    pub fn loads(&self) -> BTreeMap<UserId, Sides<Load>> {
        let Difference { from, until, changed, unchanged } = &self.difference;
        let same: Vec<_> =
            unchanged.iter().flat_map(|id| self.after.schedules.shifts(id, *from, *until)).collect();
        let side = |of: fn(&Changed) -> &Vec<crate::schedule::Shift>| {
            loads(changed.iter().flat_map(of).chain(&same), |user| self.calendar(user))
        };
        let mut loads =
            both(&Sides { before: side(|it| &it.shifts.before), after: side(|it| &it.shifts.after) });
        loads.retain(|_, load| load.before != load.after);
        loads
    }

    fn calendar(&self, user: &UserId) -> Calendar<'_> {
        let configs = [Some(self.after), self.before].into_iter().flatten();
        let zone = configs.into_iter().find_map(|config| config.users.get(user)).map(|user| &user.time_zone);
        let organisation = &self.after.organisation;
        Calendar { zone: zone.unwrap_or(&organisation.time_zone), holidays: &organisation.holidays }
    }
}

/// Everybody of either side; whoever is missing on one has no load there.
fn both(sides: &Sides<BTreeMap<UserId, Load>>) -> BTreeMap<UserId, Sides<Load>> {
    let users: BTreeSet<&UserId> = sides.before.keys().chain(sides.after.keys()).collect();
    let load = |side: &BTreeMap<UserId, Load>, user| side.get(user).copied().unwrap_or_default();
    users.into_iter().map(|user| (user.clone(), sides.as_ref().map(|side| load(side, user)))).collect()
}

/// `田中 太郎 (tanaka), 伊藤 さくら (ito) as shadow`, or `nobody`.
fn people(config: &Config, on_call: &OnCall, language: Language) -> String {
    let users = on_call.users.iter().map(|id| named(config, id));
    let nobody = on_call.users.is_empty().then(|| language.changed(Words::Nobody));
    let shadows =
        on_call.shadows.iter().map(|id| language.changed(Words::Shadow { who: &named(config, id) }));
    language.names(&nobody.into_iter().chain(users).chain(shadows).collect::<Vec<_>>())
}

/// What changes, without names, and whether the config says so itself.
pub(super) fn summary(compared: &Compared<'_>) -> String {
    let unmet = match compared.unmet {
        0 => String::new(),
        unmet => compared.say(Words::Unmet { unmet }),
    };
    let shifts = changes(compared);
    let (language, clock) = (compared.language, compared.clock());
    match compared.paging.as_ref().map(|it| (of_paging(it, clock), it.changes.is_empty())) {
        None => language.after_another(&[&shifts, &unmet]),
        Some((paging, true)) => language.after_another(&[&shifts, &paging, &unmet]),
        Some((paging, false)) => language.after_another(&[&paging, &shifts, &unmet]),
    }
}

/// One sentence: which shifts change.
fn changes(compared: &Compared<'_>) -> String {
    let Difference { changed, unchanged, .. } = &compared.difference;
    if changed.is_empty() {
        return compared.say(Words::NothingChanges { days: compared.days() });
    }
    let schedules = changed.iter().filter(|it| it.later.is_none()).count();
    let mut parts = vec![match schedules {
        0 => compared.say(Words::OnlyLater { days: compared.days() }),
        _ => {
            let (later, same) = (changed.len() - schedules, unchanged.len());
            compared.say(Words::Shifts { schedules, later, same })
        }
    }];
    let opened = changed.iter().map(|it| it.gaps_opened().count()).sum();
    let closed = changed.iter().map(|it| it.gaps_closed().count()).sum();
    parts.extend((opened > 0).then(|| compared.say(Words::GapsOpen { gaps: opened })));
    parts.extend((closed > 0).then(|| compared.say(Words::GapsClose { gaps: closed })));
    if changed.iter().all(|it| it.urgent().is_none()) {
        parts.push(compared.say(Words::TodayStays));
    }
    compared.language.parts(&parts)
}

/// The columns of a load, in the order of [`load_cells`].
pub(super) fn load_columns(compared: &Compared<'_>) -> [String; 5] {
    [
        Words::Heading(Heading::Hours),
        Words::Heading(Heading::Nights),
        Words::Heading(Heading::Weekends),
        Words::Heading(Heading::Holidays),
        Words::Heading(Heading::DaysInARow),
    ]
    .map(|it| compared.say(it))
}

/// Each column as `336 → 168`, or as one number where it stays.
pub(super) fn load_cells(load: &Sides<Load>, arrow: &str) -> [String; 5] {
    let columns: [fn(&Load) -> String; 5] = [
        |load| hours(load.on_call),
        |load| load.nights.to_string(),
        |load| load.weekends.to_string(),
        |load| load.holidays.to_string(),
        |load| load.longest_run.to_string(),
    ];
    columns.map(|column| {
        let (before, after) = (column(&load.before), column(&load.after));
        if before == after { after } else { format!("{before} {arrow} {after}") }
    })
}

/// Whole hours, or with one digit after the point.
fn hours(duration: SignedDuration) -> String {
    let tenths = (duration.as_mins() + 3) / 6;
    if tenths % 10 == 0 { (tenths / 10).to_string() } else { format!("{}.{}", tenths / 10, tenths % 10) }
}
