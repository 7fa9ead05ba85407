//! How two versions of a config differ, as `oncall dry-run` and its comment on a pull request say it.
//!
//! In the language of the repository, which its reviewers read. What differs is found by [`preview`](crate::preview).

use super::Language;

/// A piece about who is on call, or around it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Changed<'a> {
    Heading(Heading),
    Side(Side<'a>),
    Nobody,
    OthersStay,
    Shadow { who: &'a str },
    None,
    NothingChanges { days: i64 },
    OnlyLater { days: i64 },
    Shifts { schedules: usize, later: usize, same: usize },
    GapsOpen { gaps: usize },
    GapsClose { gaps: usize },
    TodayStays,
    Unmet { unmet: usize },
    // What concerns those on call today.
    NowChanges { schedule: &'a str, before: &'a str, after: &'a str, removed: bool },
    HandoffChanges { schedule: &'a str, before: &'a str, after: &'a str },
    At { at: &'a str, people: &'a str },
    // One schedule.
    New,
    Removed,
    Later { at: &'a str },
    NothingYet,
    Stretches { count: usize },
    GapOpens { gap: &'a str },
    GapCloses { gap: &'a str },
    OnPurpose { place: &'a str },
    Span { from: &'a str, until: &'a str },
    Opened { count: usize },
    Closed { count: usize },
    OpenedAndClosed { opened: usize, closed: usize },
    More { more: usize },
    MoreOf { more: usize, what: Rows },
}

/// A heading, or the head of a column.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Heading {
    Title,
    Paging,
    LoadOfAll,
    From,
    Until,
    OnCall,
    Before,
    After,
    BeforeAfter,
    Alerts,
    When,
    Schedule,
    What,
    Gaps,
    Load,
    Hours,
    Nights,
    Weekends,
    Holidays,
    DaysInARow,
}

/// What the comparison is with, and why it fails.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Side<'a> {
    ComparedWith { base: &'a str, no_config: bool, from: &'a str, until: &'a str, zone: &'a str },
    Error { what: &'a str },
    Warning { what: &'a str },
    BranchLeft { commit: &'a str, other: &'a str },
    MovedAway { name: &'a str, from: &'a str },
    LastThatLoads { name: &'a str, last: &'a str },
    NothingLoads { name: &'a str },
    FailNow,
    FailGaps { gap: &'a str },
    FailUnpaged,
    FailBlind,
}

/// What a table has rows of.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Rows {
    Paging,
    Schedules,
    Gaps,
    Stretches,
    People,
}

impl Language {
    pub fn changed(self, piece: Changed<'_>) -> String {
        match self {
            Language::En => en(piece),
            Language::Ja => ja(piece),
        }
    }

    /// Sentences and their parts, as this language puts them one after the other.
    pub fn parts(self, parts: &[String]) -> String {
        match self {
            Language::En => format!("{}.", parts.join("; ")),
            Language::Ja => format!("{}。", parts.join("。")),
        }
    }

    /// One sentence after another.
    pub fn after_another(self, sentences: &[&str]) -> String {
        let filled: Vec<&str> = sentences.iter().copied().filter(|it| !it.is_empty()).collect();
        filled.join(match self {
            Language::En => " ",
            Language::Ja => "",
        })
    }

    /// Between names.
    pub fn names(self, names: &[String]) -> String {
        names.join(match self {
            Language::En => ", ",
            Language::Ja => "、",
        })
    }
}

/// `1 gap`, `3 gaps`, `2 stretches`.
pub fn counted(count: usize, noun: &str) -> String {
    let plural = if noun.ends_with("ch") { "es" } else { "s" };
    format!("{count} {noun}{}", if count == 1 { "" } else { plural })
}

fn en(piece: Changed<'_>) -> String {
    match piece {
        Changed::Heading(heading) => heading_en(heading).to_owned(),
        Changed::Side(side) => side_en(side),
        Changed::Shifts { schedules, later, same } => shifts_en(schedules, later, same),
        Changed::Nobody => "nobody".to_owned(),
        Changed::OthersStay => "(the others stay)".to_owned(),
        Changed::Shadow { who } => format!("{who} as shadow"),
        Changed::None => "none".to_owned(),
        Changed::NothingChanges { days } => {
            format!("Nobody's shifts change in the next {days} days, nor in the year after.")
        }
        Changed::OnlyLater { days } => {
            format!("Nobody's shifts change in the next {days} days; some do later")
        }
        Changed::GapsOpen { gaps } => {
            format!("{} {}", counted(gaps, "gap"), if gaps == 1 { "opens" } else { "open" })
        }
        Changed::GapsClose { gaps } => {
            format!("{} {}", counted(gaps, "gap"), if gaps == 1 { "closes" } else { "close" })
        }
        Changed::TodayStays => "who is on call now and at the next handoff stays".to_owned(),
        Changed::Unmet { unmet: 1 } => "One expectation does not hold: see `oncall validate`.".to_owned(),
        Changed::Unmet { unmet } => format!("{unmet} expectations do not hold: see `oncall validate`."),
        Changed::NowChanges { schedule, before, after, removed } => {
            let removed = if removed { " (the schedule is removed)" } else { "" };
            format!("{schedule}: who is on call NOW changes: {before} -> {after}{removed}")
        }
        Changed::HandoffChanges { schedule, before, after } => {
            format!("{schedule}: the NEXT HANDOFF changes: {before} -> {after}")
        }
        Changed::At { at, people } => format!("{at} to {people}"),
        Changed::New => "a new schedule".to_owned(),
        Changed::Removed => "removed".to_owned(),
        Changed::Later { at } => format!("The first shift that changes begins later, on {at}."),
        Changed::NothingYet => "nothing yet, later shifts".to_owned(),
        Changed::Stretches { count } => format!("{} of time", counted(count, "stretch")),
        Changed::GapOpens { gap } => format!("a gap opens: {gap}"),
        Changed::GapCloses { gap } => format!("a gap closes: {gap}"),
        Changed::OnPurpose { place } => format!(", on purpose ({place})"),
        Changed::Span { from, until } => format!("{from} until {until}"),
        Changed::Opened { count } => format!("{count} opened"),
        Changed::Closed { count } => format!("{count} closed"),
        Changed::OpenedAndClosed { opened, closed } => format!("{opened} opened, {closed} closed"),
        Changed::More { more } => format!("... and {more} more; `--format json` has them all"),
        Changed::MoreOf { more, what } => {
            let noun = match what {
                Rows::Paging => "row of paging",
                Rows::Schedules => "schedule",
                Rows::Gaps => "gap",
                Rows::Stretches => "stretch of time",
                Rows::People => "person",
            };
            format!("… and {more} more ({noun}): `oncall dry-run --format json` has them all")
        }
    }
}

fn shifts_en(schedules: usize, later: usize, same: usize) -> String {
    let later = match later {
        0 => None,
        1 => Some("1 changes later".to_owned()),
        later => Some(format!("{later} change later")),
    };
    let same = match same {
        0 => None,
        1 => Some("1 stays as it is".to_owned()),
        same => Some(format!("{same} stay as they are")),
    };
    let others: Vec<String> = later.into_iter().chain(same).collect();
    let others = if others.is_empty() { String::new() } else { format!(" ({})", others.join(", ")) };
    format!("Shifts change in {}{others}", counted(schedules, "schedule"))
}

fn heading_en(heading: Heading) -> &'static str {
    match heading {
        Heading::Title => "Who is on call",
        Heading::Paging => "Paging",
        Heading::LoadOfAll => {
            "Load of all schedules together (time on several counts once), where it changes"
        }
        Heading::From => "From",
        Heading::Until => "Until",
        Heading::OnCall => "On call",
        Heading::Before => "Before",
        Heading::After => "After",
        Heading::BeforeAfter => "Before -> after",
        Heading::Alerts => "Alerts",
        Heading::When => "When",
        Heading::Schedule => "Schedule",
        Heading::What => "What changes",
        Heading::Gaps => "Gaps",
        Heading::Load => "Load",
        Heading::Hours => "Hours",
        Heading::Nights => "Nights",
        Heading::Weekends => "Weekends",
        Heading::Holidays => "Holidays",
        Heading::DaysInARow => "Days in a row",
    }
}

fn side_en(side: Side<'_>) -> String {
    match side {
        Side::ComparedWith { base, no_config, from, until, zone } => {
            let nothing = if no_config { ", where there is no config yet" } else { "" };
            format!("Compared with {base}{nothing}, from {from} until {until} ({zone}).")
        }
        Side::Error { what } => format!("error: {what}"),
        Side::Warning { what } => format!("warning: {what}"),
        Side::BranchLeft { commit, other } => format!("{commit}, where this branch left {other}"),
        Side::MovedAway { name, from } => format!(
            "Nothing to compare with: in {name} the config is at {from}, and this change moves it away"
        ),
        Side::LastThatLoads { name, last } => {
            format!("{name} does not load: compared with {last}, the last commit that does")
        }
        Side::NothingLoads { name } => {
            format!("Nothing to compare with: {name} does not load, and no commit before it does")
        }
        Side::FailNow => {
            "who is on call now or at the next handoff changes (--fail-on now-changes)".to_owned()
        }
        Side::FailGaps { gap } => {
            format!("a gap opens that no override asks for: nobody is on call on {gap} (--fail-on gaps)")
        }
        Side::FailUnpaged => "an alert that paged somebody now pages nobody (--fail-on unpaged)".to_owned(),
        Side::FailBlind => "nothing to compare with, so what --fail-on asks is not known".to_owned(),
    }
}

fn ja(piece: Changed<'_>) -> String {
    match piece {
        Changed::Heading(heading) => heading_ja(heading).to_owned(),
        Changed::Side(side) => side_ja(side),
        Changed::Shifts { schedules, later, same } => shifts_ja(schedules, later, same),
        Changed::Nobody => "なし".to_owned(),
        Changed::OthersStay => "（ほかの人はそのまま）".to_owned(),
        Changed::Shadow { who } => format!("{who}（シャドー）"),
        Changed::None => "なし".to_owned(),
        Changed::NothingChanges { days } => {
            format!("今後 {days} 日間も、その後の 1 年間も、当番は変わりません。")
        }
        Changed::OnlyLater { days } => format!("今後 {days} 日間の当番は変わりません。変わるのはその後です"),
        Changed::GapsOpen { gaps } => format!("当番のいない時間が {gaps} か所できます"),
        Changed::GapsClose { gaps } => format!("当番のいない時間が {gaps} か所なくなります"),
        Changed::TodayStays => "今の当番と、次の交代は変わりません".to_owned(),
        Changed::Unmet { unmet } => {
            format!("守られていない約束が {unmet} 件あります。`oncall validate` で確認してください。")
        }
        Changed::NowChanges { schedule, before, after, removed } => {
            let removed = if removed { "（スケジュールの削除）" } else { "" };
            format!("{schedule}: 【今の当番】が変わります: {before} -> {after}{removed}")
        }
        Changed::HandoffChanges { schedule, before, after } => {
            format!("{schedule}: 【次の交代】が変わります: {before} -> {after}")
        }
        Changed::At { at, people } => format!("{at} に {people}"),
        Changed::New => "新しいスケジュール".to_owned(),
        Changed::Removed => "削除".to_owned(),
        Changed::Later { at } => format!("最初に変わるシフトは、{at} からです。"),
        Changed::NothingYet => "期間中はなし、その後のシフト".to_owned(),
        Changed::Stretches { count } => format!("{count} 件の時間帯"),
        Changed::GapOpens { gap } => format!("当番のいない時間ができます: {gap}"),
        Changed::GapCloses { gap } => format!("当番のいない時間がなくなります: {gap}"),
        Changed::OnPurpose { place } => format!("、意図したもの（{place}）"),
        Changed::Span { from, until } => format!("{from} から {until} まで"),
        Changed::Opened { count } => format!("{count} 件増加"),
        Changed::Closed { count } => format!("{count} 件減少"),
        Changed::OpenedAndClosed { opened, closed } => format!("{opened} 件増加、{closed} 件減少"),
        Changed::More { more } => format!("… ほか {more} 件。`--format json` ですべて表示できます"),
        Changed::MoreOf { more, what } => {
            let noun = match what {
                Rows::Paging => "アラートの行",
                Rows::Schedules => "スケジュール",
                Rows::Gaps => "空白",
                Rows::Stretches => "時間帯",
                Rows::People => "メンバー",
            };
            format!("… ほか {more} 件（{noun}）。`oncall dry-run --format json` ですべて表示できます")
        }
    }
}

fn shifts_ja(schedules: usize, later: usize, same: usize) -> String {
    let later = (later > 0).then(|| format!("その後に変わるもの {later} 件"));
    let same = (same > 0).then(|| format!("変わらないもの {same} 件"));
    let others: Vec<String> = later.into_iter().chain(same).collect();
    let others = if others.is_empty() { String::new() } else { format!("（{}）", others.join("、")) };
    format!("{schedules} 件のスケジュールで当番が変わります{others}")
}

fn heading_ja(heading: Heading) -> &'static str {
    match heading {
        Heading::Title => "誰が当番か",
        Heading::Paging => "アラートの連絡先",
        Heading::LoadOfAll => "全スケジュール合計の負担（重なる時間は 1 回と数えます）の変化",
        Heading::From => "開始",
        Heading::Until => "終了",
        Heading::OnCall => "当番",
        Heading::Before => "変更前",
        Heading::After => "変更後",
        Heading::BeforeAfter => "変更前 -> 変更後",
        Heading::Alerts => "アラート",
        Heading::When => "いつ",
        Heading::Schedule => "スケジュール",
        Heading::What => "変わるもの",
        Heading::Gaps => "空白",
        Heading::Load => "負担",
        Heading::Hours => "時間",
        Heading::Nights => "夜",
        Heading::Weekends => "週末",
        Heading::Holidays => "祝日",
        Heading::DaysInARow => "連続日数",
    }
}

fn side_ja(side: Side<'_>) -> String {
    match side {
        Side::ComparedWith { base, no_config, from, until, zone } => {
            let nothing = if no_config { "（まだ設定がありません）" } else { "" };
            format!("比較の相手は {base}{nothing}、期間は {from} から {until} まで（{zone}）です。")
        }
        Side::Error { what } => format!("エラー: {what}"),
        Side::Warning { what } => format!("警告: {what}"),
        Side::BranchLeft { commit, other } => format!("{commit}（{other} から分かれた時点）"),
        Side::MovedAway { name, from } => {
            format!("比較できません。{name} では設定が {from} にあり、この変更で別の場所に移ります")
        }
        Side::LastThatLoads { name, last } => {
            format!("{name} は読み込めないため、読み込める最後のコミット {last} と比較しています")
        }
        Side::NothingLoads { name } => {
            format!("比較できません。{name} は読み込めず、それより前にも読み込めるコミットがありません")
        }
        Side::FailNow => "今の当番か次の交代が変わります（--fail-on now-changes）".to_owned(),
        Side::FailGaps { gap } => {
            format!("意図しない空白ができ、当番がいなくなります: {gap}（--fail-on gaps）")
        }
        Side::FailUnpaged => {
            "呼び出していたアラートで、誰も呼び出さなくなります（--fail-on unpaged）".to_owned()
        }
        Side::FailBlind => "比較の相手がないため、--fail-on の条件を確かめられません".to_owned(),
    }
}
