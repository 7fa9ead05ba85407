//! Whom alerts reach before and after a change, as `oncall dry-run` and its comment on a pull request say it.

use super::Language;
use super::changed::counted;

/// A piece of it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Reaches<'a> {
    Alarm(Alarming<'a>),
    MoreBelow { more: usize },
    // Why nobody is paged.
    NoDoor,
    SilencedUntil { until: &'a str, origin: &'a str },
    NobodyThere,
    OnlyBy { ways: &'a str },
    LowUrgency { raised: Option<&'a str>, rule: &'a str },
    NoUrgency { rule: &'a str },
    // Names.
    NamesAndMore { names: &'a str, more: usize },
    OfEveryService { severities: &'a str },
    Of { severities: &'a str, names: &'a str },
    Integration { id: &'a str },
    EverySeverity,
    AtNight,
    InOfficeHours,
    OnEdge { at: &'a str, place: &'a str },
    // Cells.
    NotThere,
    Gone,
    Times { times: usize },
    AtOnce,
    After { minutes: &'a str },
    Nobody,
    Room { place: &'a str, of: Option<&'a str> },
    Ticket { place: &'a str, of: Option<&'a str> },
    MoreLines { more: usize },
    // The summary.
    Stays,
    Changes { services: usize, integrations: usize },
    LeftOut { alerts: usize },
    Meant { night: &'a str, office: &'a str },
}

/// What a reviewer must not miss: what happens to `alerts`, at `when`, and why.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Alarming<'a> {
    RoutedElsewhere { alerts: &'a str, when: &'a str, new: Option<&'a str>, old: Option<&'a str> },
    NobodyTold { alerts: &'a str, when: &'a str, why: &'a str },
    NobodyPaged { alerts: &'a str, when: &'a str, why: &'a str },
    LaterPage { alerts: &'a str, when: &'a str, new: &'a str, old: &'a str },
    LaterMessage { alerts: &'a str, when: &'a str, new: &'a str, old: &'a str },
    ToldNoMore { people: &'a str, several: bool, alerts: &'a str, when: &'a str },
    PagedNoMore { people: &'a str, several: bool, alerts: &'a str, when: &'a str, why: &'a str },
    RaisedLater { alerts: &'a str, when: &'a str },
    ToldLater { people: &'a str, several: bool, alerts: &'a str, when: &'a str },
}

impl Language {
    pub fn reaches(self, piece: Reaches<'_>) -> String {
        match self {
            Language::En => en(piece),
            Language::Ja => ja(piece),
        }
    }

    /// `a`, `a and b`, `a, b and c`.
    pub fn and(self, names: &[String]) -> String {
        match (self, names) {
            (_, [only]) => only.clone(),
            (Language::En, [first @ .., last]) => format!("{} and {last}", first.join(", ")),
            (Language::En, []) => "nobody".to_owned(),
            (Language::Ja, []) => "なし".to_owned(),
            (Language::Ja, several) => several.join("、"),
        }
    }
}

fn tail(why: &str) -> String {
    if why.is_empty() { String::new() } else { format!(": {why}") }
}

fn bracketed(why: &str) -> String {
    if why.is_empty() { String::new() } else { format!("（{why}）") }
}

fn en(piece: Reaches<'_>) -> String {
    match piece {
        Reaches::Alarm(alarm) => alarm_en(alarm),
        Reaches::MoreBelow { more } => format!("{more} more changes for the worse are below"),
        Reaches::NoDoor => "there is no such integration, so it is refused".to_owned(),
        Reaches::SilencedUntil { until, origin } => format!("silenced until {until} ({origin})"),
        Reaches::NobodyThere => "nobody there can be told".to_owned(),
        Reaches::OnlyBy { ways } => format!("only by {ways}"),
        Reaches::LowUrgency { raised, rule } => {
            let raised = raised.map(|at| format!(", high from {at}")).unwrap_or_default();
            format!("low urgency{raised} ({rule})")
        }
        Reaches::NoUrgency { rule } => format!("no urgency ({rule})"),
        Reaches::NamesAndMore { names, more } => format!("{names} and {more} more"),
        Reaches::OfEveryService { severities } => format!("{severities} of every service"),
        Reaches::Of { severities, names } => format!("{severities} of {names}"),
        Reaches::Integration { id } => format!("integration {id}"),
        Reaches::EverySeverity => "every severity".to_owned(),
        Reaches::AtNight => "at night".to_owned(),
        Reaches::InOfficeHours => "in office hours".to_owned(),
        Reaches::OnEdge { at, place } => format!("on {at} ({place})"),
        Reaches::NotThere => "(not there)".to_owned(),
        Reaches::Gone => "(gone)".to_owned(),
        Reaches::Times { times } => format!(" x{times}"),
        Reaches::AtOnce => "at once".to_owned(),
        Reaches::After { minutes } => minutes.to_owned(),
        Reaches::Nobody => "nobody".to_owned(),
        Reaches::Room { place, of } => {
            format!("room {place}{}", of.map(|of| format!(" of {of}")).unwrap_or_default())
        }
        Reaches::Ticket { place, of } => {
            format!("ticket in {place}{}", of.map(|of| format!(" of {of}")).unwrap_or_default())
        }
        Reaches::MoreLines { more } => format!("... and {more} more"),
        Reaches::Stays => "Paging stays as it is.".to_owned(),
        Reaches::Changes { services, integrations } => {
            let parts = [(services, "service"), (integrations, "integration")];
            let parts: Vec<String> =
                parts.into_iter().filter(|(count, _)| *count > 0).map(|(n, noun)| counted(n, noun)).collect();
            format!("Paging changes for {}.", parts.join(" and "))
        }
        Reaches::LeftOut { alerts } => {
            format!(" There was no room to play {alerts} more alerts: what comes of them is not compared.")
        }
        Reaches::Meant { night, office } => format!(
            "One alert of each severity, if nobody acknowledges; night is {night}, office hours are {office}."
        ),
    }
}

fn alarm_en(alarm: Alarming<'_>) -> String {
    let verb = |several: bool| if several { "are" } else { "is" };
    match alarm {
        Alarming::RoutedElsewhere { alerts, when, new, old } => {
            let (new, old) = (new.unwrap_or("none"), old.unwrap_or("none"));
            format!("ROUTED ELSEWHERE: {alerts}, {when}: to {new}, not {old}")
        }
        Alarming::NobodyTold { alerts, when, why } => {
            format!("NOBODY IS TOLD any more of {alerts}, {when}{}", tail(why))
        }
        Alarming::NobodyPaged { alerts, when, why } => {
            format!("NOBODY IS PAGED any more for {alerts}, {when}{}", tail(why))
        }
        Alarming::LaterPage { alerts, when, new, old } => {
            format!("THE FIRST PAGE COMES LATER for {alerts}, {when}: {new}, not {old}")
        }
        Alarming::LaterMessage { alerts, when, new, old } => {
            format!("THE FIRST MESSAGE COMES LATER for {alerts}, {when}: {new}, not {old}")
        }
        Alarming::ToldNoMore { people, several, alerts, when } => {
            format!("{people} {} told NO MORE of {alerts}, {when}", verb(several))
        }
        Alarming::PagedNoMore { people, several, alerts, when, why } => {
            format!("{people} {} paged NO MORE for {alerts}, {when}{}", verb(several), tail(why))
        }
        Alarming::RaisedLater { alerts, when } => {
            format!("NO LONGER RAISED to high urgency as soon: {alerts}, {when}")
        }
        Alarming::ToldLater { people, several, alerts, when } => {
            format!("{people} {} told LATER OR LESS of {alerts}, {when}", verb(several))
        }
    }
}

fn ja(piece: Reaches<'_>) -> String {
    match piece {
        Reaches::Alarm(alarm) => alarm_ja(alarm),
        Reaches::MoreBelow { more } => format!("ほかに悪くなる変更が {more} 件、下にあります"),
        Reaches::NoDoor => "そのインテグレーションがないので、受け付けません".to_owned(),
        Reaches::SilencedUntil { until, origin } => format!("{until} までサイレンス中（{origin}）"),
        Reaches::NobodyThere => "連絡できる人がいません".to_owned(),
        Reaches::OnlyBy { ways } => format!("{ways}だけ"),
        Reaches::LowUrgency { raised, rule } => {
            let raised = raised.map(|at| format!("、{at} から高")).unwrap_or_default();
            format!("緊急度は低{raised}（{rule}）")
        }
        Reaches::NoUrgency { rule } => format!("緊急度なし（{rule}）"),
        Reaches::NamesAndMore { names, more } => format!("{names} ほか {more} 件"),
        Reaches::OfEveryService { severities } => format!("全サービスの {severities}"),
        Reaches::Of { severities, names } => format!("{names} の {severities}"),
        Reaches::Integration { id } => format!("インテグレーション {id}"),
        Reaches::EverySeverity => "全重要度".to_owned(),
        Reaches::AtNight => "夜間".to_owned(),
        Reaches::InOfficeHours => "営業時間".to_owned(),
        Reaches::OnEdge { at, place } => format!("{at}、{place}"),
        Reaches::NotThere => "（まだない）".to_owned(),
        Reaches::Gone => "（なくなる）".to_owned(),
        Reaches::Times { times } => format!(" {times} 回"),
        Reaches::AtOnce => "すぐ".to_owned(),
        Reaches::After { minutes } => {
            format!("{}後", minutes.replace(" h", " 時間").replace(" min", " 分").replace(" s", " 秒"))
        }
        Reaches::Nobody => "なし".to_owned(),
        Reaches::Room { place, of } => {
            format!("{}チャンネル {place}", of.map(|of| format!("{of} の")).unwrap_or_default())
        }
        Reaches::Ticket { place, of } => {
            format!("{}チケット（{place}）", of.map(|of| format!("{of} の")).unwrap_or_default())
        }
        Reaches::MoreLines { more } => format!("… ほか {more} 件"),
        Reaches::Stays => "アラートの連絡先は変わりません。".to_owned(),
        Reaches::Changes { services, integrations } => {
            let parts = [(services, "サービス"), (integrations, "インテグレーション")];
            let parts: Vec<String> = parts
                .into_iter()
                .filter(|(count, _)| *count > 0)
                .map(|(count, noun)| format!("{noun} {count} 件"))
                .collect();
            format!("{}で、アラートの連絡先が変わります。", parts.join("と"))
        }
        Reaches::LeftOut { alerts } => {
            format!("ほかの {alerts} 件のアラートは多すぎて試せず、比較していません。")
        }
        Reaches::Meant { night, office } => format!(
            "各重要度のアラートが 1 件ずつ届き、誰も対応しない場合です。夜間は {night}、営業時間は {office} です。"
        ),
    }
}

fn alarm_ja(alarm: Alarming<'_>) -> String {
    match alarm {
        Alarming::RoutedElsewhere { alerts, when, new, old } => {
            let (new, old) = (new.unwrap_or("なし"), old.unwrap_or("なし"));
            format!("【届け先が変わります】{alerts}（{when}）: {old} から {new} へ")
        }
        Alarming::NobodyTold { alerts, when, why } => {
            format!("【誰にも連絡されなくなります】{alerts}（{when}）{}", tail(why))
        }
        Alarming::NobodyPaged { alerts, when, why } => {
            format!("【誰も呼び出されなくなります】{alerts}（{when}）{}", tail(why))
        }
        Alarming::LaterPage { alerts, when, new, old } => {
            format!("【最初の呼び出しが遅くなります】{alerts}（{when}）: {old} から {new} へ")
        }
        Alarming::LaterMessage { alerts, when, new, old } => {
            format!("【最初の連絡が遅くなります】{alerts}（{when}）: {old} から {new} へ")
        }
        Alarming::ToldNoMore { people, several: _, alerts, when } => {
            format!("【連絡されなくなります】{people}: {alerts}（{when}）")
        }
        Alarming::PagedNoMore { people, several: _, alerts, when, why } => {
            format!("【呼び出されなくなります】{people}: {alerts}（{when}）{}", bracketed(why))
        }
        Alarming::RaisedLater { alerts, when } => {
            format!("【緊急度が高くなるのが遅くなります】{alerts}（{when}）")
        }
        Alarming::ToldLater { people, several: _, alerts, when } => {
            format!("【連絡が遅く、または少なくなります】{people}: {alerts}（{when}）")
        }
    }
}
