//! What becomes of alerts that are played (`oncall dry-run --alert`), as people read it. Times are given as they are shown.

use super::Language;
use super::timeline::HeldBy;

/// A piece of it.
#[derive(Clone, Copy, Debug)]
pub enum Playing<'a> {
    // The beginning.
    NothingInIt,
    InIt { alerts: usize, incidents: usize },
    NoLabels { incidents: usize },
    CannotRead { summary: &'a str },
    // What one alert comes to.
    Alert { summary: &'a str, integration: &'a str },
    Opens { incident: &'a str, service: Option<&'a str>, severity: &'a str, urgency: &'a str },
    BeginsStorm { incident: &'a str, why: &'a str, rule: &'a str, alerts: usize },
    Joins { incident: &'a str, alerts: usize },
    Folds { incident: &'a str, why: &'a str, rule: &'a str, alerts: usize },
    Reopens { incident: &'a str },
    Changes { incident: &'a str },
    Ends { incident: &'a str },
    Taken { incident: &'a str },
    Noted,
    Ignored { why: &'a str },
    Heartbeat { integration: &'a str },
    TellsNobody,
    Held(HeldNow<'a>),
    MoreAlerts { more: usize },
    MoreIncidents { more: usize },
    // Who is told.
    NobodyTold,
    NobodyCalled,
    OnlyHeartbeat { integration: &'a str },
    Over { summary: &'a str },
    AlreadyTaken { summary: &'a str },
    ToBeNoted { summary: &'a str },
    BecomesHigh { at: &'a str },
    Acknowledges { who: &'a str, after: &'a str },
    // The lines below it.
    MonitorSays { severity: &'a str, said: &'a str },
    MonitorSaysNone { severity: &'a str },
    NoService,
    To { user: &'a str, name: &'a str, phone: Option<&'a str>, what: &'a str, fails: Option<&'a str> },
    About { incidents: &'a str, more: usize },
    SameWords,
    RoomShows { provider: &'a str, place: &'a str },
    TicketIn { provider: &'a str, place: &'a str },
    NobodyAcknowledged,
}

/// What holds an incident back, until when, and by which line.
#[derive(Clone, Copy, Debug)]
pub struct HeldNow<'a> {
    pub by: HeldBy,
    pub until: &'a str,
    pub reason: &'a str,
    pub rule: &'a str,
    /// The incident that mutes it, and what that says.
    pub source: Option<(&'a str, &'a str)>,
}

/// The name of a row.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum RowName {
    Alert,
    At,
    Service,
    Severity,
    Urgency,
    Policy,
    Set,
    RuleFails,
    Step,
    Acknowledged,
}

/// What a mark in a picture means.
#[derive(Clone, Copy, Debug)]
pub enum MarkMeaning<'a> {
    Both { one: &'a str, other: &'a str },
    TwoKinds,
    SoMany,
    Fallback,
    More,
    Column { minutes: &'a str },
}

impl Language {
    pub fn playing(self, piece: Playing<'_>) -> String {
        match self {
            Language::En => en(piece),
            Language::Ja => ja(piece),
        }
    }

    pub fn row_name(self, row: RowName) -> &'static str {
        let (en, ja) = match row {
            RowName::Alert => ("alert", "アラート"),
            RowName::At => ("at", "時刻"),
            RowName::Service => ("service", "サービス"),
            RowName::Severity => ("severity", "重大度"),
            RowName::Urgency => ("urgency", "緊急度"),
            RowName::Policy => ("policy", "ポリシー"),
            RowName::Set => ("set", "書き換え"),
            RowName::RuleFails => ("rule fails", "失敗"),
            RowName::Step => ("step", "ステップ"),
            RowName::Acknowledged => ("acknowledged", "対応開始"),
        };
        if self == Language::Ja { ja } else { en }
    }

    pub fn mark_meaning(self, mark: MarkMeaning<'_>) -> String {
        let ja = self == Language::Ja;
        match mark {
            MarkMeaning::Both { one, other } if ja => format!("B {one}と{other}"),
            MarkMeaning::Both { one, other } => format!("B {one} and {other}"),
            MarkMeaning::TwoKinds if ja => "B 2 種類".into(),
            MarkMeaning::TwoKinds => "B two of different kinds".into(),
            MarkMeaning::SoMany if ja => "2〜9 その件数".into(),
            MarkMeaning::SoMany => "2-9 so many of them".into(),
            MarkMeaning::Fallback if ja => "F 最終連絡先のステップ".into(),
            MarkMeaning::Fallback => "F step of the fallback".into(),
            MarkMeaning::More if ja => "# それ以上（下を参照）".into(),
            MarkMeaning::More => "# more (see below)".into(),
            MarkMeaning::Column { minutes } if ja => format!("1 列は {minutes}"),
            MarkMeaning::Column { minutes } => format!("one column is {minutes}"),
        }
    }

    /// `high`, `高`
    pub fn urgency_word(self, level: super::timeline::Level) -> &'static str {
        use super::timeline::Level;
        match (self, level) {
            (Language::En, Level::High) => "high",
            (Language::En, Level::Low) => "low",
            (Language::En, Level::None) => "none",
            (Language::Ja, Level::High) => "高",
            (Language::Ja, Level::Low) => "低",
            (Language::Ja, Level::None) => "なし",
        }
    }

    /// `at once`, `after 5 min`, `after 1 h 30 min`.
    pub fn after_seconds(self, seconds: i64) -> String {
        let units = if self == Language::Ja { ["時間", "分", "秒"] } else { ["h", "min", "s"] };
        let counts = [seconds / 3600, seconds / 60 % 60, seconds % 60];
        let parts = counts.into_iter().zip(units).filter(|(count, _)| *count > 0);
        let shown: Vec<String> = parts.map(|(count, unit)| format!("{count} {unit}")).collect();
        match (self, seconds) {
            (Language::En, 0) => "at once".into(),
            (Language::Ja, 0) => "直ちに".into(),
            (Language::En, _) => format!("after {}", shown.join(" ")),
            (Language::Ja, _) => format!("{}後", shown.join(" ")),
        }
    }
}

fn in_brackets(parts: &[&str], open: char, close: char, between: &str) -> String {
    let said: Vec<&str> = parts.iter().copied().filter(|part| !part.is_empty()).collect();
    if said.is_empty() { String::new() } else { format!("{open}{}{close}", said.join(between)) }
}

fn en(piece: Playing<'_>) -> String {
    match piece {
        Playing::NothingInIt => "Nobody is told: there is no alert in it.".into(),
        Playing::InIt { alerts, incidents: 0 } => {
            format!("{alerts} alerts are in it. They make no incident.")
        }
        Playing::InIt { alerts, incidents: 1 } => format!("{alerts} alerts are in it. They make 1 incident."),
        Playing::InIt { alerts, incidents } => {
            format!("{alerts} alerts are in it. They make {incidents} incidents.")
        }
        Playing::NoLabels { incidents } => format!(
            "The list does not say the labels of {incidents} of the open incidents: what matches on those is not met here. \
             `--open URL` asks the server for them."
        ),
        Playing::CannotRead { summary } => {
            format!("THIS BODY COULD NOT BE READ: {summary}. The server keeps it and acts on it as below.")
        }
        Playing::Alert { summary, integration } => format!("{summary} (from {integration})"),
        Playing::Opens { incident, service, severity, urgency } => {
            let service = service.map_or_else(|| ", of no service".into(), |id| format!(" of {id}"));
            format!("opens {incident}{service}: {severity}, urgency {urgency}")
        }
        Playing::BeginsStorm { incident, why, rule, alerts } => {
            format!("begins the storm {incident}, one of {alerts}: {why} ({rule})")
        }
        Playing::Joins { incident, alerts } => format!("joins {incident}, one of {alerts}"),
        Playing::Folds { incident, why, rule, alerts } => {
            format!("joins the storm {incident}, one of {alerts}: {why} ({rule})")
        }
        Playing::Reopens { incident } => format!("opens {incident} again"),
        Playing::Changes { incident } => format!("is open already: {incident} hears of it anew"),
        Playing::Ends { incident } => format!("is over: {incident} hears of it"),
        Playing::Taken { incident } => format!("is acknowledged by its monitor: {incident} is taken"),
        Playing::Noted => "is noted in the timeline".into(),
        Playing::Ignored { why } => format!("tells nobody: {why}"),
        Playing::Heartbeat { integration } => format!("is a heartbeat of {integration}"),
        Playing::TellsNobody => "tells nobody".into(),
        Playing::Held(held) => held_en(held),
        Playing::MoreAlerts { more } => format!("and {more} more"),
        Playing::MoreIncidents { more } => format!("... and {more} more incidents"),
        Playing::NobodyTold => "Nobody is told".into(),
        Playing::NobodyCalled => "nobody is called".into(),
        Playing::OnlyHeartbeat { integration } => {
            format!("Nobody is told: it is a heartbeat of {integration}.")
        }
        Playing::Over { summary } => format!("Nobody is told: it says that \"{summary}\" is over."),
        Playing::AlreadyTaken { summary } => {
            format!("Nobody is told: it says that \"{summary}\" is acknowledged.")
        }
        Playing::ToBeNoted { summary } => {
            format!("Nobody is told: it says that \"{summary}\" is to be noted in the timeline.")
        }
        Playing::BecomesHigh { at } => format!("still open on {at}, it becomes high urgency"),
        Playing::Acknowledges { who, after } => format!("{who} acknowledges {after}"),
        Playing::MonitorSays { severity, said } => format!("{severity} (the monitor says {said})"),
        Playing::MonitorSaysNone { severity } => format!("{severity} (the monitor says none)"),
        Playing::NoService => "none".into(),
        Playing::To { user, name, phone, what, fails } => {
            let phone = phone.map(|to| format!(", {to}")).unwrap_or_default();
            let fails = fails.map(|key| format!(" FAILS: no {key}")).unwrap_or_default();
            format!("{what} to {user} ({name}{phone}){fails}")
        }
        Playing::About { incidents, more: 0 } => format!(" about {incidents}"),
        Playing::About { incidents, more } => format!(" about {incidents} and {more} more"),
        Playing::SameWords => "(the same words)".into(),
        Playing::RoomShows { provider, place } => format!("{provider} channel {place} shows it"),
        Playing::TicketIn { provider, place } => format!("{provider} ticket in {place}"),
        Playing::NobodyAcknowledged => "nobody has acknowledged: it goes on until somebody does".into(),
    }
}

fn held_en(held: HeldNow<'_>) -> String {
    let HeldNow { by, until, reason, rule, source } = held;
    let why = in_brackets(&[reason, rule], '(', ')', ", ");
    match (by, source) {
        (HeldBy::Silence, _) => format!("silenced until {until} {why}"),
        (HeldBy::Inhibition, Some((id, says))) => {
            format!("muted by {id} (\"{says}\"), at most until {until} {why}")
        }
        (HeldBy::Inhibition, None) => {
            format!("what muted it is over: told on {until} if it still fires {why}")
        }
        (HeldBy::Wait, _) => format!("held until {until} {why}"),
    }
}

fn ja(piece: Playing<'_>) -> String {
    match piece {
        Playing::NothingInIt => "アラートが含まれていません。誰にも連絡しません。".into(),
        Playing::InIt { alerts, incidents: 0 } => {
            format!("アラート {alerts} 件。インシデントにはなりません。")
        }
        Playing::InIt { alerts, incidents } => {
            format!("アラート {alerts} 件。インシデントは {incidents} 件になります。")
        }
        Playing::NoLabels { incidents } => format!(
            "オープン中の {incidents} 件のラベルが一覧にないため、そのラベルを使う条件は一致しません。\
             `--open URL` を使うとサーバーから取得します。"
        ),
        Playing::CannotRead { summary } => {
            format!("本文を読み取れません: {summary}。サーバーは本文を保存し、以下のとおり対応します。")
        }
        Playing::Alert { summary, integration } => format!("{summary}（{integration}）"),
        Playing::Opens { incident, service, severity, urgency } => {
            let service = service.unwrap_or("サービスなし");
            format!("{incident} を新規作成（{service}、{severity}、緊急度 {urgency}）")
        }
        Playing::BeginsStorm { incident, why, rule, alerts } => {
            format!("アラートストーム {incident} の始まり（全 {alerts} 件）: {why}（{rule}）")
        }
        Playing::Joins { incident, alerts } => format!("{incident} に追加（全 {alerts} 件）"),
        Playing::Folds { incident, why, rule, alerts } => {
            format!("アラートストーム {incident} に追加（全 {alerts} 件）: {why}（{rule}）")
        }
        Playing::Reopens { incident } => format!("{incident} を再オープン"),
        Playing::Changes { incident } => format!("発生中: {incident} を更新"),
        Playing::Ends { incident } => format!("復旧: {incident} に反映"),
        Playing::Taken { incident } => format!("モニター側で対応開始: {incident} を対応中に変更"),
        Playing::Noted => "タイムラインに記録".into(),
        Playing::Ignored { why } => format!("連絡なし: {why}"),
        Playing::Heartbeat { integration } => format!("{integration} のハートビート"),
        Playing::TellsNobody => "連絡なし".into(),
        Playing::Held(held) => held_ja(held),
        Playing::MoreAlerts { more } => format!("ほか {more} 件"),
        Playing::MoreIncidents { more } => format!("… ほかインシデント {more} 件"),
        Playing::NobodyTold => "誰にも連絡しません".into(),
        Playing::NobodyCalled => "電話はしません".into(),
        Playing::OnlyHeartbeat { integration } => {
            format!("誰にも連絡しません。{integration} のハートビートです。")
        }
        Playing::Over { summary } => format!("誰にも連絡しません。「{summary}」の復旧通知です。"),
        Playing::AlreadyTaken { summary } => {
            format!("誰にも連絡しません。「{summary}」の対応開始の通知です。")
        }
        Playing::ToBeNoted { summary } => {
            format!("誰にも連絡しません。「{summary}」はタイムラインに記録されます。")
        }
        Playing::BecomesHigh { at } => format!("{at} に未解決なら緊急度が高になります"),
        Playing::Acknowledges { who, after } => format!("{after}に {who} が対応を開始"),
        Playing::MonitorSays { severity, said } => format!("{severity}（モニターでは {said}）"),
        Playing::MonitorSaysNone { severity } => format!("{severity}（モニターでは指定なし）"),
        Playing::NoService => "なし".into(),
        Playing::To { user, name, phone, what, fails } => {
            let phone = phone.map(|to| format!("、{to}")).unwrap_or_default();
            let fails = fails.map(|key| format!("。送れません: {key} が未設定")).unwrap_or_default();
            let gap = if what.starts_with(|c: char| c.is_ascii()) { " " } else { "" };
            format!("{user}（{name}{phone}）に{gap}{what}{fails}")
        }
        Playing::About { incidents, more: 0 } => format!("（{incidents}）"),
        Playing::About { incidents, more } => format!("（{incidents} ほか {more} 件）"),
        Playing::SameWords => "（同じ文面）".into(),
        Playing::RoomShows { provider, place } => format!("{provider} のチャンネル {place} に表示"),
        Playing::TicketIn { provider, place } => format!("{provider} のチケットを {place} に作成"),
        Playing::NobodyAcknowledged => "対応者なし。誰かが対応を始めるまで呼び出しが続きます".into(),
    }
}

fn held_ja(held: HeldNow<'_>) -> String {
    let HeldNow { by, until, reason, rule, source } = held;
    let why = in_brackets(&[reason, rule], '（', '）', "、");
    match (by, source) {
        (HeldBy::Silence, _) => format!("{until} までサイレンス中{why}"),
        (HeldBy::Inhibition, Some((id, says))) => {
            format!("{id}「{says}」により抑止中、最長 {until} まで{why}")
        }
        (HeldBy::Inhibition, None) => {
            format!("抑止の原因は復旧済み、{until} に発生中なら連絡{why}")
        }
        (HeldBy::Wait, _) => format!("{until} まで保留中{why}"),
    }
}
