//! Who is on call, as `oncall who` and `oncall shifts` print it.

use super::Language;

/// A piece of their answers.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum OnCall<'a> {
    Nobody,
    // Columns.
    Schedule,
    OnCall,
    From,
    Until,
    By,
    // Lines of `who`.
    Shadow {
        names: &'a str,
    },
    Layer {
        layer: &'a str,
        place: &'a str,
    },
    TurnOf {
        who: &'a str,
        why: &'a str,
    },
    OffUntil {
        until: &'a str,
    },
    HasLeft,
    Elsewhere,
    Override {
        place: &'a str,
        reason: Option<&'a str>,
    },
    Then {
        until: &'a str,
        next: &'a str,
    },
    NoChange {
        days: i64,
    },
    /// Behind the zone, in brackets.
    Zone {
        zone: &'a str,
    },
    // Of `shifts`.
    WithShadows,
    ShadowOn {
        schedule: &'a str,
    },
    NotOnCall,
}

impl Language {
    pub fn on_call(self, piece: OnCall<'_>) -> String {
        match self {
            Language::En => en(piece),
            Language::Ja => ja(piece),
        }
    }
}

fn en(piece: OnCall<'_>) -> String {
    match piece {
        OnCall::Nobody => "nobody".to_owned(),
        OnCall::Schedule => "Schedule".to_owned(),
        OnCall::OnCall => "On call".to_owned(),
        OnCall::From => "From".to_owned(),
        OnCall::Until => "Until".to_owned(),
        OnCall::By => "By".to_owned(),
        OnCall::Shadow { names } => format!("shadow {names}"),
        OnCall::Layer { layer, place } => format!("layer {layer}, {place}"),
        OnCall::TurnOf { who, why } => format!("turn of {who}, {why}"),
        OnCall::OffUntil { until } => format!("off until {until}"),
        OnCall::HasLeft => "who has left".to_owned(),
        OnCall::Elsewhere => "on call elsewhere".to_owned(),
        OnCall::Override { place, reason: Some(reason) } => format!("override {place}: {reason}"),
        OnCall::Override { place, reason: None } => format!("override {place}"),
        OnCall::Then { until, next } => format!("until {until}, then {next}"),
        OnCall::NoChange { days } => format!("no change within {days} days"),
        OnCall::Zone { zone } => format!(" ({zone})"),
        OnCall::WithShadows => ", + for shadows".to_owned(),
        OnCall::ShadowOn { schedule } => format!("shadow on {schedule}"),
        OnCall::NotOnCall => "not on call, and not a shadow".to_owned(),
    }
}

fn ja(piece: OnCall<'_>) -> String {
    match piece {
        OnCall::Nobody => "なし".to_owned(),
        OnCall::Schedule => "スケジュール".to_owned(),
        OnCall::OnCall => "当番".to_owned(),
        OnCall::From => "開始".to_owned(),
        OnCall::Until => "終了".to_owned(),
        OnCall::By => "根拠".to_owned(),
        OnCall::Shadow { names } => format!("シャドー {names}"),
        OnCall::Layer { layer, place } => format!("レイヤー {layer}、{place}"),
        OnCall::TurnOf { who, why } => format!("本来は {who}、{why}"),
        OnCall::OffUntil { until } => format!("{until} まで休み"),
        OnCall::HasLeft => "退職・異動済み".to_owned(),
        OnCall::Elsewhere => "ほかの当番中".to_owned(),
        OnCall::Override { place, reason: Some(reason) } => format!("オーバーライド {place}: {reason}"),
        OnCall::Override { place, reason: None } => format!("オーバーライド {place}"),
        OnCall::Then { until, next } => format!("{until} まで、次は {next}"),
        OnCall::NoChange { days } => format!("{days} 日以内に変更なし"),
        OnCall::Zone { zone } => format!("（{zone}）"),
        OnCall::WithShadows => "、+ はシャドー".to_owned(),
        OnCall::ShadowOn { schedule } => format!("{schedule}（シャドー）"),
        OnCall::NotOnCall => "当番にもシャドーにも入っていません".to_owned(),
    }
}
