//! The answers to what people ask for at run time: what was done, why not, and what must be confirmed.
//!
//! The first answers (acknowledged, resolved, escalated) are in `shown`; whose language and clock they are in is decided by who
//! asks.

use super::Language;

/// An answer to a wish about incidents.
#[derive(Clone, Copy, Debug)]
pub enum Answer<'a> {
    // What was done. Instants are given as they are to be shown.
    GivenBack,
    Snoozed { until: &'a str },
    Reopened,
    EscalatedTo { step: u32 },
    PagedAlso { to: &'a [String] },
    Raised,
    Lowered,
    Moved { service: &'a str },
    SilencedUntilResolved,
    Noted,
    Merged { into: &'a str },
    Unmerged,
    OverrideMade { id: u64, until: &'a str },
    SilenceMade { id: u64, until: &'a str },
    AbsenceMade { id: u64, until: &'a str },
    Ended,
    Passed,
    // Why not.
    MayNot { lacks: Option<&'a str> },
    AlreadySo,
    IsOff { name: &'a str, until: Option<&'a str> },
    NobodyOnCall { schedule: &'a str },
    Unknown { id: &'a str },
    NoSuchStep { steps: u32 },
    NotAcknowledged,
    NotResolved,
    CannotBeReopened,
    OpenElsewhere { incident: &'a str },
    Past,
    TooLong { hours: u32 },
    Nothing,
    IsClosed { incident: &'a str },
    IntoItself,
    TooManyAlerts { max: usize },
    NotMerged,
    NothingFires,
    EndsBeforeItBegins,
    EmptyScope,
    ReasonMissing,
    BadPattern { said: &'a str },
    TooMany,
    OwnCover,
    EmptiesTheFallback,
    NotInForce,
    // What must be confirmed.
    Everything { until: &'a str },
    Gap { schedule: &'a str, from: &'a str, until: &'a str },
    Fewer { schedule: &'a str, from: &'a str, until: &'a str },
    NothingRings { name: &'a str },
    CriticalForLong { until: &'a str },
}

impl Language {
    /// How what was warned of is done all the same: said once, after all warnings.
    pub fn confirm(self) -> &'static str {
        match self {
            Language::En => "Confirm to do it all the same.",
            Language::Ja => "実行するには確認してください。",
        }
    }

    pub fn answer(self, answer: &Answer) -> String {
        match self {
            Language::En => en(answer),
            Language::Ja => ja(answer),
        }
    }
}

fn en(answer: &Answer) -> String {
    match answer {
        Answer::GivenBack => "Given back: it pages again.".into(),
        Answer::Snoozed { until } => format!("Snoozed until {until}."),
        Answer::Reopened => "Opened again.".into(),
        Answer::EscalatedTo { step } => format!("Escalated to step {step}."),
        Answer::PagedAlso { to } => format!("Paging {} too.", to.join(", ")),
        Answer::Raised => "Raised to high urgency.".into(),
        Answer::Lowered => "Lowered to low urgency.".into(),
        Answer::Moved { service } => format!("Moved to {service}."),
        Answer::SilencedUntilResolved => "Silenced until it is resolved, for 24 hours at most.".into(),
        Answer::Noted => "Noted.".into(),
        Answer::Merged { into } => format!("Merged into {into}."),
        Answer::Unmerged => "It is an incident of its own again.".into(),
        Answer::OverrideMade { id, until } => format!("Override {id} is made, until {until}."),
        Answer::SilenceMade { id, until } => format!("Silence {id} is made, until {until}."),
        Answer::AbsenceMade { id, until } => format!("Absence {id} is made, until {until}."),
        Answer::Ended => "Ended.".into(),
        Answer::Passed => {
            "Whoever made it and the room are told. You stay on call until somebody changes it.".into()
        }
        Answer::MayNot { lacks } => lacks.map_or_else(|| MAY_NOT.into(), lacks_en),
        Answer::AlreadySo => "It is so already.".into(),
        Answer::IsOff { name, until: Some(until) } => format!("{name} is off until {until}."),
        Answer::IsOff { name, until: None } => format!("{name} is off."),
        Answer::NobodyOnCall { schedule } => format!("Nobody who can be told is on call on {schedule} now."),
        Answer::Unknown { id } => format!("The config has no `{id}`."),
        Answer::NoSuchStep { steps } => format!("There is no such step: the policy has {steps}."),
        Answer::NotAcknowledged => "Nobody has acknowledged it.".into(),
        Answer::NotResolved => "It is still open.".into(),
        Answer::CannotBeReopened => {
            "It cannot be opened again: it closed more than a day ago, or was merged.".into()
        }
        Answer::OpenElsewhere { incident } => {
            format!("It cannot be opened again: one of its alerts is in {incident} now.")
        }
        Answer::Past => "That time is past.".into(),
        Answer::TooLong { hours } => format!("That is too long: {hours} hours is the most."),
        Answer::Nothing => "Say what: this is empty.".into(),
        Answer::IsClosed { incident } => format!("{incident} is closed."),
        Answer::IntoItself => "An incident cannot be merged into itself.".into(),
        Answer::TooManyAlerts { max } => {
            format!("That is too many alerts for one incident: {max} is the most.")
        }
        Answer::NotMerged => "It was not merged.".into(),
        Answer::NothingFires => "Nothing of what came with the merge still fires.".into(),
        Answer::EndsBeforeItBegins => "It would end before it begins.".into(),
        Answer::EmptyScope => "Name services or matchers, or say that everything is meant.".into(),
        Answer::ReasonMissing => "A silence needs a reason.".into(),
        Answer::BadPattern { said } => format!("A pattern cannot be read: {said}"),
        Answer::TooMany => "There are too many already: end some first.".into(),
        Answer::OwnCover => "Nobody can stand in for themselves.".into(),
        Answer::EmptiesTheFallback => "Then everybody in the fallback policy would be away.".into(),
        Answer::NotInForce => "Nothing like that is in force.".into(),
        Answer::Everything { until } => format!("Nothing at all would page until {until}."),
        Answer::Gap { schedule, from, until } => {
            format!("Nobody would be on call on {schedule} from {from} until {until}.")
        }
        Answer::Fewer { schedule, from, until } => {
            format!("Fewer people would be on call on {schedule} from {from} until {until}.")
        }
        Answer::NothingRings { name } => {
            format!("Nothing rings {name}: no phone, or no rule that calls.")
        }
        Answer::CriticalForLong { until } => {
            format!("It is critical, and would page nobody until {until}.")
        }
    }
}

fn ja(answer: &Answer) -> String {
    match answer {
        Answer::GivenBack => "対応を取り消しました。再び呼び出します。".into(),
        Answer::Snoozed { until } => format!("{until} までスヌーズしました。"),
        Answer::Reopened => "再オープンしました。".into(),
        Answer::EscalatedTo { step } => format!("ステップ {step} の担当者を呼び出します。"),
        Answer::PagedAlso { to } => format!("{}も呼び出します。", to.join("、")),
        Answer::Raised => "緊急度を「高」に上げました。".into(),
        Answer::Lowered => "緊急度を「低」に下げました。".into(),
        Answer::Moved { service } => format!("{service} に移しました。"),
        Answer::SilencedUntilResolved => "解決するまで通知を止めました（最長24時間）。".into(),
        Answer::Noted => "メモを残しました。".into(),
        Answer::Merged { into } => format!("{into} に統合しました。"),
        Answer::Unmerged => "統合を取り消し、元のインシデントに戻しました。".into(),
        Answer::OverrideMade { id, until } => format!("オーバーライド {id} を登録しました（{until} まで）。"),
        Answer::SilenceMade { id, until } => format!("サイレンス {id} を登録しました（{until} まで）。"),
        Answer::AbsenceMade { id, until } => format!("不在 {id} を登録しました（{until} まで）。"),
        Answer::Ended => "終了しました。".into(),
        Answer::Passed => {
            "作成した人とチャンネルに伝えました。変更されるまでは、引き続きあなたが当番です。".into()
        }
        Answer::MayNot { lacks } => lacks.map_or_else(|| MAY_NOT_JA.into(), lacks_ja),
        Answer::AlreadySo => "すでにその状態です。".into(),
        Answer::IsOff { name, until: Some(until) } => format!("{name}さんは {until} まで不在です。"),
        Answer::IsOff { name, until: None } => format!("{name}さんは不在です。"),
        Answer::NobodyOnCall { schedule } => format!("{schedule} には、いま連絡できる担当者がいません。"),
        Answer::Unknown { id } => format!("設定に `{id}` がありません。"),
        Answer::NoSuchStep { steps } => format!("そのステップはありません（全 {steps} ステップ）。"),
        Answer::NotAcknowledged => "まだ誰も対応していません。".into(),
        Answer::NotResolved => "まだ解決していません。".into(),
        Answer::CannotBeReopened => {
            "再オープンできません。終了から1日以上たっているか、統合されています。".into()
        }
        Answer::OpenElsewhere { incident } => {
            format!("再オープンできません。同じアラートが {incident} にあります。")
        }
        Answer::Past => "指定の時刻は過ぎています。".into(),
        Answer::TooLong { hours } => format!("長すぎます。最長は {hours} 時間です。"),
        Answer::Nothing => "内容が空です。".into(),
        Answer::IsClosed { incident } => format!("{incident} は終了しています。"),
        Answer::IntoItself => "同じインシデントには統合できません。".into(),
        Answer::TooManyAlerts { max } => format!("1つのインシデントのアラートは最大 {max} 件です。"),
        Answer::NotMerged => "統合されていません。".into(),
        Answer::NothingFires => "統合したアラートはすべて復旧しています。".into(),
        Answer::EndsBeforeItBegins => "終了が開始より前です。".into(),
        Answer::EmptyScope => {
            "対象のサービスか条件を指定するか、すべてが対象であることを明示してください。".into()
        }
        Answer::ReasonMissing => "サイレンスには理由が必要です。".into(),
        Answer::BadPattern { said } => format!("条件を解釈できません: {said}"),
        Answer::TooMany => "登録数が上限に達しています。不要なものを終了してください。".into(),
        Answer::OwnCover => "自分自身を代わりにはできません。".into(),
        Answer::EmptiesTheFallback => "最終連絡先の全員が不在になってしまいます。".into(),
        Answer::NotInForce => "該当するものは有効になっていません。".into(),
        Answer::Everything { until } => format!("{until} まで、すべての呼び出しが止まります。"),
        Answer::Gap { schedule, from, until } => {
            format!("{schedule} は {from} から {until} まで担当者がいなくなります。")
        }
        Answer::Fewer { schedule, from, until } => {
            format!("{schedule} は {from} から {until} まで担当者が減ります。")
        }
        Answer::NothingRings { name } => {
            format!("{name}さんには電話できません（電話番号または通知ルールがありません）。")
        }
        Answer::CriticalForLong { until } => {
            format!("深刻度が「重大」です。{until} まで誰も呼び出されません。")
        }
    }
}

const MAY_NOT: &str =
    "Only people in users/ who have not left, and whom `access.respond` names if it is there, may do that.";
const MAY_NOT_JA: &str = "この操作ができるのは、users/ に登録されている在籍中の人（`access.respond` があれば、そこに挙げられた人）だけです。";

fn lacks_en(right: &str) -> String {
    format!("This token may not `{right}`: `may` of the token in oncall.yaml says what it may do.")
}

fn lacks_ja(right: &str) -> String {
    format!(
        "このトークンには `{right}` の権限がありません。oncall.yaml の api_tokens の `may` で与えられます。"
    )
}
