//! The words of the page of a schedule, in English and Japanese.

use super::{Language, phrase_en};
use crate::actor::Via;

/// What the page says that is the same for every schedule.
#[derive(Clone, Copy, Debug)]
pub struct ScheduleWords {
    pub range: &'static str,
    pub week: &'static str,
    pub four_weeks: &'static str,
    pub month: &'static str,
    pub no_gaps: &'static str,
    pub overrides: &'static str,
    pub today: &'static str,
    pub layer: &'static str,
    pub layers: &'static str,
    pub layers_how: &'static str,
    pub nobody_in_layer: &'static str,
    pub shadow: &'static str,
    pub adds: &'static str,
    pub legend: &'static str,
    pub holidays: &'static str,
    pub load: &'static str,
    pub hours: &'static str,
    pub nights: &'static str,
    pub weekends: &'static str,
    pub table: &'static str,
}

/// What it says of one thing.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum OfSchedule<'a> {
    /// The second line of each time.
    OwnZone {
        zone: &'a str,
    },
    Gap {
        from: &'a str,
        until: &'a str,
    },
    /// It begins before what is shown, or goes on after it.
    GapBefore {
        until: &'a str,
    },
    GapAfter {
        from: &'a str,
    },
    GapThroughout,
    MoreOf {
        count: usize,
    },
    HiddenByLayer {
        layer: &'a str,
    },
    HiddenByOverride,
    Nobody,
    Only {
        names: &'a str,
    },
    InPlaceOf {
        with: &'a str,
        who: &'a str,
    },
    Also {
        names: &'a str,
    },
    /// Who made it at run time, and by which way.
    Maker {
        name: &'a str,
        via: Via,
    },
    /// Of a day on which the clock is changed.
    DayOf {
        hours: i64,
    },
}

const EN: ScheduleWords = ScheduleWords {
    range: "Range",
    week: "Week",
    four_weeks: "4 weeks",
    month: "Month",
    no_gaps: "Somebody is on call at every moment of this time.",
    overrides: "Overrides",
    today: "Today",
    layer: "Layer",
    layers: "Layers",
    layers_how: "Where several have somebody, the one that is higher here wins.",
    nobody_in_layer: "Nobody in this time.",
    shadow: "shadow: told, never called",
    adds: "beside those below",
    legend: "Dark: 22:00 to 6:00 where that person lives. Dashed edge with ⇄: an override. Outline only: hidden by what is above. Dashed red: nobody.",
    holidays: "Holidays",
    load: "What each person has in this time",
    hours: "Hours",
    nights: "Nights",
    weekends: "Weekends",
    table: "Shift by shift",
};

const JA: ScheduleWords = ScheduleWords {
    range: "表示期間",
    week: "1週間",
    four_weeks: "4週間",
    month: "月",
    no_gaps: "この期間は、いつでも当番がいます。",
    overrides: "当番の変更",
    today: "今日",
    layer: "レイヤー",
    layers: "レイヤー",
    layers_how: "複数のレイヤーに担当者がいる時間は、上にあるものが優先されます。",
    nobody_in_layer: "この期間の担当者はいません。",
    shadow: "シャドー（通知のみ。呼び出しはしない）",
    adds: "下のレイヤーに加わる",
    legend: "濃い部分：本人の居住地の 22:00〜6:00。破線の枠と ⇄：当番の変更。枠だけの部分：上のものが優先。赤い破線：当番なし。",
    holidays: "祝日・休日",
    load: "この期間の担当量",
    hours: "時間",
    nights: "夜間",
    weekends: "週末",
    table: "当番の一覧",
};

impl Language {
    /// The words of the page of a schedule.
    pub fn schedule(self) -> &'static ScheduleWords {
        const WORDS: (&ScheduleWords, &ScheduleWords) = (&EN, &JA);
        match self {
            Language::En => WORDS.0,
            Language::Ja => WORDS.1,
        }
    }

    pub fn of_schedule(self, piece: OfSchedule<'_>) -> String {
        match self {
            Language::En => en(piece),
            Language::Ja => ja(piece),
        }
    }
}

fn en(piece: OfSchedule<'_>) -> String {
    match piece {
        OfSchedule::OwnZone { zone } => {
            format!("The second line of a time is in {zone}, the zone of this schedule.")
        }
        OfSchedule::Gap { from, until } => format!("Nobody is on call from {from} until {until}."),
        OfSchedule::GapBefore { until } => format!("Nobody is on call until {until}."),
        OfSchedule::GapAfter { from } => format!("Nobody is on call from {from} on."),
        OfSchedule::GapThroughout => "Nobody is on call in all of this time.".to_owned(),
        OfSchedule::MoreOf { count } => format!("and {count} more"),
        OfSchedule::HiddenByLayer { layer } => format!("hidden by {layer}"),
        OfSchedule::HiddenByOverride => "hidden by an override".to_owned(),
        OfSchedule::Nobody => "nobody".to_owned(),
        OfSchedule::Only { names } => format!("only {names}"),
        OfSchedule::InPlaceOf { with, who } => format!("{with} in place of {who}"),
        OfSchedule::Also { names } => format!("{names} as well"),
        OfSchedule::Maker { name, via } => format!("{name} {}", phrase_en::way(via)),
        OfSchedule::DayOf { hours } => format!("{hours} h"),
    }
}

fn ja(piece: OfSchedule<'_>) -> String {
    match piece {
        OfSchedule::OwnZone { zone } => {
            format!("2行目の時刻は、このスケジュールのタイムゾーン（{zone}）です。")
        }
        OfSchedule::Gap { from, until } => format!("{from} から {until} まで、当番がいません。"),
        OfSchedule::GapBefore { until } => format!("{until} まで、当番がいません。"),
        OfSchedule::GapAfter { from } => format!("{from} から、当番がいません。"),
        OfSchedule::GapThroughout => "この期間を通して、当番がいません。".to_owned(),
        OfSchedule::MoreOf { count } => format!("ほか {count} 件"),
        OfSchedule::HiddenByLayer { layer } => format!("「{layer}」を優先"),
        OfSchedule::HiddenByOverride => "当番の変更を優先".to_owned(),
        OfSchedule::Nobody => "当番なし".to_owned(),
        OfSchedule::Only { names } => format!("{names} のみ"),
        OfSchedule::InPlaceOf { with, who } => format!("{who} の代わりに {with}"),
        OfSchedule::Also { names } => format!("{names} も追加"),
        OfSchedule::Maker { name, via } => format!("{name}（{}）", way(via)),
        OfSchedule::DayOf { hours } => format!("{hours}時間"),
    }
}

fn way(via: Via) -> &'static str {
    match via {
        Via::Slack | Via::Thread => "Slack",
        Via::Call => "電話",
        Via::Api => "API",
        Via::Monitor => "監視ツール",
        Via::Rule => "ルール",
        Via::Web => "Web",
        Via::Link => "リンク",
        Via::Sms => "SMS",
        Via::Mail => "メール",
        Via::Push => "プッシュ通知",
        Via::Chat => "チャット",
        Via::Ticket => "チケット",
    }
}
