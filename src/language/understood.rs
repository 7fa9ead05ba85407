//! How `oncall parse` says that a monitor's body is understood.

use super::words::Words;

/// The name of a row: at most eleven columns.
pub fn row(name: Row) -> Words {
    let (en, ja) = match name {
        Row::Action => ("action", "種別"),
        Row::DedupKey => ("dedup key", "キー"),
        Row::Summary => ("summary", "概要"),
        Row::Severity => ("severity", "重大度"),
        Row::ByRules => ("by rules", "ルール"),
        Row::RuleFails => ("rule fails", "ルール失敗"),
        Row::Dropped => ("dropped", "破棄"),
        Row::Service => ("service", "サービス"),
        Row::Urgency => ("urgency", "緊急度"),
        Row::Policy => ("policy", "ポリシー"),
        Row::Silenced => ("silenced", "サイレンス"),
        Row::Source => ("source", "送信元"),
        Row::Labels => ("labels", "ラベル"),
        Row::Links => ("links", "リンク"),
        Row::Images => ("images", "画像"),
        Row::Runbook => ("runbook", "手順書"),
        Row::Began => ("began", "発生"),
        Row::Changed => ("changed", "変化"),
        Row::MessageId => ("message id", "番号"),
        Row::Description => ("description", "説明"),
        Row::More => ("", ""),
    };
    Words::new(en, ja)
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Row {
    Action,
    DedupKey,
    Summary,
    Severity,
    ByRules,
    RuleFails,
    Dropped,
    Service,
    Urgency,
    Policy,
    Silenced,
    Source,
    Labels,
    Links,
    Images,
    Runbook,
    Began,
    Changed,
    MessageId,
    Description,
    /// Below the one before.
    More,
}

/// What an event does.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Doing {
    Trigger,
    Acknowledge,
    Resolve,
    Update,
    Note,
    Change,
    Beat,
}

pub fn doing(doing: Doing) -> Words {
    let (en, ja) = match doing {
        Doing::Trigger => ("trigger", "発生"),
        Doing::Acknowledge => ("acknowledge", "対応の開始"),
        Doing::Resolve => ("resolve", "解決"),
        Doing::Update => (
            "update: of an open incident; never opens one",
            "更新: 未解決のインシデントだけ。新しくは作りません",
        ),
        Doing::Note => ("note: only for the timeline", "メモ: 経過に残すだけです"),
        Doing::Change => {
            ("change: only for timelines, never pages", "変更: 経過に残すだけで、呼び出しはしません")
        }
        Doing::Beat => {
            ("heartbeat: the integration is alive", "ハートビート: インテグレーションは動いています")
        }
    };
    Words::new(en, ja)
}

pub fn no_alert() -> Words {
    Words::new(
        "There is no alert in it: the server would answer 2xx and do nothing.",
        "アラートが含まれていません。サーバーは 2xx を返し、何もしません。",
    )
}

pub fn several_events(count: usize) -> Words {
    Words::new(format!("It contains {count} events."), format!("イベントが {count} 件含まれています。"))
}

pub fn could_not_be_read(why: &str) -> Words {
    Words::new(
        format!("THIS BODY COULD NOT BE READ: {why}. The server keeps it and acts on it as below."),
        format!("この本文は読み取れません: {why}。サーバーはこれを保存し、下のとおりに扱います。"),
    )
}

pub fn no_service() -> Words {
    Words::new("none: the fallback", "なし（最終連絡先へ）")
}

pub fn high_from(at: &Words) -> Words {
    Words::new(format!("high from {}", at.en), format!("{} から high", at.ja))
}

pub fn silenced_until(at: &Words, rule: &str) -> Words {
    Words::new(format!("until {}  [{rule}]", at.en), format!("{} まで  [{rule}]", at.ja))
}

/// What the monitor had said, before a rule of ours.
pub fn changed_from(field: &str, was: &str) -> Words {
    if was.is_empty() {
        return Words::new(
            format!("{field} (the monitor says none)"),
            format!("{field}（監視ツールの値はなし）"),
        );
    }
    Words::new(
        format!("{field} (the monitor says \"{was}\")"),
        format!("{field}（監視ツールの値は「{was}」）"),
    )
}

pub fn other_severity(severity: &str, said: Option<&str>) -> Words {
    let (en, ja) = (said.unwrap_or("none"), said.unwrap_or("なし"));
    Words::new(
        format!("{severity} (the monitor says {en})"),
        format!("{severity}（監視ツールの値は{}）", super::words::in_japanese(ja).trim_end()),
    )
}

pub fn rule_fails(field: &str, rule: &str, why: &str) -> Words {
    Words::new(
        format!("{field} of {rule}: {why}  [nothing is set]"),
        format!("{rule} の {field}: {why}  [何も設定しません]"),
    )
}
