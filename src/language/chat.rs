//! What is said in a chat: help, questions about what was not understood, the labels and titles of forms, the Home tab.
//!
//! Names, times and words of alerts are given as they are to be shown. What is asked back, and when, is decided in `chat`.

use super::Language;
use serde::{Deserialize, Serialize};

/// A value of a wish.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Slot {
    Incident,
    Into,
    /// A summary, a reason, a note, a number.
    Text,
    Description,
    Service,
    Severity,
    Schedule,
    Policy,
    Who,
    /// Who is relieved.
    Instead,
    From,
    Until,
    /// Which act is chosen from a menu.
    Act,
}

/// What is to be done.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Doing {
    Acknowledge,
    Unacknowledge,
    Resolve,
    Reopen,
    Escalate,
    Raise,
    Lower,
    Unmerge,
    Snooze,
    Note,
    Reassign,
    PageAlso,
    Move,
    Merge,
    Declare,
    Override,
    Take,
    Silence,
    Away,
    Back,
    End,
    /// A room of its own for an incident.
    Channel,
}

/// Every act with its name, by which it also comes back from a menu.
const DOINGS: [(Doing, &str); 22] = [
    (Doing::Acknowledge, "acknowledge"),
    (Doing::Unacknowledge, "unacknowledge"),
    (Doing::Resolve, "resolve"),
    (Doing::Reopen, "reopen"),
    (Doing::Escalate, "escalate"),
    (Doing::Raise, "raise"),
    (Doing::Lower, "lower"),
    (Doing::Unmerge, "unmerge"),
    (Doing::Snooze, "snooze"),
    (Doing::Note, "note"),
    (Doing::Reassign, "reassign"),
    (Doing::PageAlso, "page-also"),
    (Doing::Move, "move"),
    (Doing::Merge, "merge"),
    (Doing::Declare, "declare"),
    (Doing::Override, "override"),
    (Doing::Take, "take"),
    (Doing::Silence, "silence"),
    (Doing::Away, "away"),
    (Doing::Back, "back"),
    (Doing::End, "end"),
    (Doing::Channel, "channel"),
];

/// A phrase of a chat.
#[derive(Clone, Copy, Debug)]
pub enum Chat<'a> {
    Help,
    // What was not understood.
    NoSuchVerb {
        said: &'a str,
    },
    NoSuch {
        what: Slot,
        said: &'a str,
    },
    Missing {
        what: Slot,
    },
    TooManyWords {
        said: &'a str,
    },
    NoHandoff,
    NotInUsers,
    WhichSchedule {
        said: &'a str,
        ids: &'a [String],
    },
    /// Several incidents are open.
    WhichIncident,
    NothingOpen,
    Busy,
    /// A modal came too late, or could not be opened.
    FormTooLate,
    FormFailed {
        why: &'a str,
    },
    /// The disk is slow; what was asked for goes on.
    NotStored,
    // Who is on call.
    OnCall {
        schedule: &'a str,
        names: &'a [String],
        until: Option<&'a str>,
        next: &'a [String],
    },
    NoSchedules,
    BroadSilence {
        until: &'a str,
        reason: &'a str,
    },
    // Lists.
    IncidentLine {
        mark: &'a str,
        id: &'a str,
        headline: &'a str,
        status: &'a str,
    },
    More {
        count: usize,
    },
    // After a wish.
    Declared {
        id: &'a str,
    },
    StillFires,
    /// An escalation gave an acknowledgement up.
    GaveUp,
    ChannelMade {
        channel: &'a str,
    },
    ChannelThere {
        name: &'a str,
    },
    ChannelFailed {
        why: &'a str,
    },
    ChannelNote {
        channel: &'a str,
    },
    // Forms.
    Title(Doing),
    Label(Slot),
    LabelOf(Doing, Slot),
    TimeHint,
    Send,
    Preview,
    DoIt,
    Cancel,
    Close,
    Choose,
    Everything,
    Nobody,
    // The Home tab.
    HomeShifts,
    HomeOpen,
    HomeReach,
    NoShifts,
    Shift {
        schedule: &'a str,
        from: &'a str,
        until: &'a str,
        now: bool,
    },
    Ways {
        urgent: bool,
        ways: &'a [String],
    },
    NoWays,
    /// A way of a person does not work.
    Unreachable {
        way: &'a str,
    },
}

impl Doing {
    pub fn name(self) -> &'static str {
        DOINGS.iter().find(|(doing, _)| *doing == self).map_or("", |(_, name)| name)
    }

    pub fn named(name: &str) -> Option<Doing> {
        DOINGS.iter().find(|(_, known)| *known == name).map(|(doing, _)| *doing)
    }
}

impl Slot {
    /// Its name in a form, where it comes back.
    pub fn name(self) -> &'static str {
        match self {
            Slot::Incident => "incident",
            Slot::Into => "into",
            Slot::Text => "text",
            Slot::Description => "description",
            Slot::Service => "service",
            Slot::Severity => "severity",
            Slot::Schedule => "schedule",
            Slot::Policy => "policy",
            Slot::Who => "who",
            Slot::Instead => "instead",
            Slot::From => "from",
            Slot::Until => "until",
            Slot::Act => "act",
        }
    }
}

impl Language {
    pub fn chat(self, phrase: &Chat) -> String {
        match self {
            Language::En => en(phrase),
            Language::Ja => ja(phrase),
        }
    }

    /// An act, as buttons, menus and titles name it: at most 24 letters.
    pub fn doing(self, doing: Doing) -> &'static str {
        let (en, ja) = match doing {
            Doing::Acknowledge => ("Acknowledge", "対応する"),
            Doing::Unacknowledge => ("Give it back", "対応を取り消す"),
            Doing::Resolve => ("Resolve", "解決済みにする"),
            Doing::Reopen => ("Open again", "再オープンする"),
            Doing::Escalate => ("Escalate", "次の担当者を呼ぶ"),
            Doing::Raise => ("Raise the urgency", "緊急度を上げる"),
            Doing::Lower => ("Lower the urgency", "緊急度を下げる"),
            Doing::Unmerge => ("Undo the merge", "統合を取り消す"),
            Doing::Snooze => ("Snooze", "スヌーズする"),
            Doing::Note => ("Add a note", "メモを残す"),
            Doing::Reassign => ("Reassign", "担当者を変更する"),
            Doing::PageAlso => ("Page somebody too", "ほかの人も呼ぶ"),
            Doing::Move => ("Move to a service", "サービスを変更する"),
            Doing::Merge => ("Merge", "統合する"),
            Doing::Declare => ("Declare an incident", "インシデントを登録する"),
            Doing::Override => ("Override", "担当を差し替える"),
            Doing::Take => ("Take over", "当番を代わる"),
            Doing::Silence => ("Silence", "通知を止める"),
            Doing::Away => ("Away", "不在を登録する"),
            Doing::Back => ("Back", "不在を終える"),
            Doing::End => ("End it early", "早めに終える"),
            Doing::Channel => ("Open a channel", "チャンネルを作る"),
        };
        if self == Language::Ja { ja } else { en }
    }
}

fn slot_en(entry: Slot) -> &'static str {
    match entry {
        Slot::Incident => "incident",
        Slot::Into => "incident that it goes into",
        Slot::Text => "text",
        Slot::Description => "description",
        Slot::Service => "service",
        Slot::Severity => "severity",
        Slot::Schedule => "schedule",
        Slot::Policy => "escalation policy",
        Slot::Who => "person",
        Slot::Instead => "person who is relieved",
        Slot::From => "beginning",
        Slot::Until => "end",
        Slot::Act => "action",
    }
}

fn slot_ja(entry: Slot) -> &'static str {
    match entry {
        Slot::Incident => "インシデント",
        Slot::Into => "統合先のインシデント",
        Slot::Text => "内容",
        Slot::Description => "詳細",
        Slot::Service => "サービス",
        Slot::Severity => "深刻度",
        Slot::Schedule => "スケジュール",
        Slot::Policy => "エスカレーションポリシー",
        Slot::Who => "担当者",
        Slot::Instead => "交代する相手",
        Slot::From => "開始",
        Slot::Until => "終了",
        Slot::Act => "操作",
    }
}

const HELP_EN: &str = "`/oncall who [SCHEDULE] [TIME]` who is on call
`/oncall incidents [SERVICE]` what is open
`/oncall page SERVICE WORDS` declare an incident
`/oncall ack [INCIDENT …]` take it; also `unack`, `escalate`, `reopen`, `raise`, `lower`
`/oncall resolve [INCIDENT …] [REASON]`
`/oncall note INCIDENT WORDS`
`/oncall snooze INCIDENT TIME`
`/oncall reassign INCIDENT WHO`, `page-also INCIDENT WHO`
`/oncall merge INCIDENT INTO`, `move INCIDENT SERVICE`, `channel INCIDENT`
`/oncall take SCHEDULE [from PERSON] [until TIME]` be on call there, until the next handoff if no time is said
`/oncall override SCHEDULE PERSON [instead-of PERSON] [from TIME] until TIME [REASON]`
`/oncall silence SERVICE TIME REASON`
`/oncall away until TIME [cover PERSON]`, `back`
`/oncall end NUMBER` end an override or a silence early
Without the rest, page, override, silence, note, snooze, reassign and merge open a form.
Times: 18:00, 2h, 30m, tomorrow 10:00, mon 10:00, 12/24 18:00, handoff";

const HELP_JA: &str = "`/oncall 担当 [スケジュール] [時刻]` 当番を表示
`/oncall 一覧 [サービス]` 対応が必要なインシデントを表示
`/oncall 呼び出し サービス 内容` インシデントを登録して担当者を呼び出す
`/oncall 対応 [インシデント …]` 対応する（ほかに 取り消し、エスカレーション、再オープン、緊急度を上げる、緊急度を下げる）
`/oncall 解決 [インシデント …] [理由]` 解決済みにする
`/oncall メモ インシデント 内容`
`/oncall スヌーズ インシデント 時刻`
`/oncall 担当変更 インシデント 担当者`、`追加呼び出し インシデント 担当者`
`/oncall 統合 インシデント 統合先`、`移動 インシデント サービス`、`チャンネル インシデント`
`/oncall 交代 スケジュール [から 相手] [時刻]` 当番を代わる（時刻がなければ次の交代まで）
`/oncall 代理 スケジュール 担当者 [代わりに 相手] [から 時刻] まで 時刻 [理由]`
`/oncall 通知停止 サービス 時刻 理由`
`/oncall 不在 時刻 [代理 担当者]`、`復帰`
`/oncall 終了 番号` オーバーライドやサイレンスを早めに終える
呼び出し、代理、通知停止、メモ、スヌーズ、担当変更、統合は、続きを省略するとフォームが開きます。
時刻の例: 18:00、2時間、30分、明日 10:00、月曜 10時、12/24 18:00、交代まで";

fn en(phrase: &Chat) -> String {
    match phrase {
        Chat::Help => HELP_EN.into(),
        Chat::NoSuchVerb { said } => format!("`{said}` is no command here: `/oncall help` lists them"),
        Chat::NoSuch { what, said } => format!("There is no {} `{said}`.", slot_en(*what)),
        Chat::Missing { what: Slot::Text } => "Say what: the text is missing.".into(),
        Chat::Missing { what } => format!("The {} is missing.", slot_en(*what)),
        Chat::TooManyWords { said } => {
            format!("`{said}` is not understood here: `/oncall help` shows the form")
        }
        Chat::NoHandoff => "There is no handoff within 31 days: give a time.".into(),
        Chat::NotInUsers => "You are not in users/: ask somebody who is.".into(),
        Chat::WhichSchedule { said, ids: [] } => format!("{said} is on call nowhere now: name the schedule."),
        Chat::WhichSchedule { said, ids } => {
            format!("{said} is on call on {}: name the schedule.", ids.join(", "))
        }
        Chat::WhichIncident => "Which incident? Several are open:".into(),
        Chat::NothingOpen => "Nothing is open.".into(),
        Chat::Busy => "The server is busy. Please try again.".into(),
        Chat::FormTooLate => {
            "Slack gives three seconds to open a form, and they were over. Please try again.".into()
        }
        Chat::FormFailed { why } => format!("Slack did not open the form: {why}"),
        Chat::NotStored => "It is in force, but could not be written to disk yet.".into(),
        Chat::OnCall { schedule, names, until, next } => {
            let who = if names.is_empty() { "nobody".to_owned() } else { names.join(", ") };
            let then = if next.is_empty() { "nobody".to_owned() } else { next.join(", ") };
            match until {
                Some(until) => format!("{schedule}: {who} until {until}, then {then}"),
                None => format!("{schedule}: {who}"),
            }
        }
        Chat::NoSchedules => "There are no schedules.".into(),
        Chat::BroadSilence { until, reason } => {
            format!("⚠ A silence of everything runs until {until}: {reason}")
        }
        Chat::IncidentLine { mark, id, headline, status } => format!("{mark} {id} {headline} ({status})"),
        Chat::More { count } => format!("{count} more"),
        Chat::Declared { id } => format!("Incident {id} is open, and people are told."),
        Chat::StillFires => {
            "The monitor still says that it fires: it opens a new incident if it says so again.".into()
        }
        Chat::GaveUp => {
            "The acknowledgement is given up with it. To keep it, page somebody too instead.".into()
        }
        Chat::ChannelMade { channel } => format!("The channel is there: {channel}"),
        Chat::ChannelThere { name } => format!("There is a channel #{name} already."),
        Chat::ChannelFailed { why } => format!("Slack did not make the channel: {why}"),
        Chat::ChannelNote { channel } => format!("opened the channel {channel}"),
        Chat::Title(doing) => Language::En.doing(*doing).into(),
        Chat::Label(entry) => capital(slot_en(*entry)),
        Chat::LabelOf(doing, entry) => label_en(*doing, *entry),
        Chat::TimeHint => "As in 18:00, 2h, 30m, tomorrow 10:00, mon 10:00, handoff".into(),
        Chat::Send => "Send".into(),
        Chat::Preview => "Preview".into(),
        Chat::DoIt => "Do it".into(),
        Chat::Cancel => "Cancel".into(),
        Chat::Close => "Close".into(),
        Chat::Choose => "More…".into(),
        Chat::Everything => "Everything".into(),
        Chat::Nobody => "Nobody".into(),
        Chat::HomeShifts => "Your shifts".into(),
        Chat::HomeOpen => "Open incidents".into(),
        Chat::HomeReach => "How you are reached".into(),
        Chat::NoShifts => "No shift in the next four weeks.".into(),
        Chat::Shift { schedule, from: _, until, now: true } => {
            format!("{schedule}: on call now, until {until}")
        }
        Chat::Shift { schedule, from, until, now: false } => format!("{schedule}: {from} – {until}"),
        Chat::Ways { urgent: true, ways } => format!("High urgency: {}", ways.join(" → ")),
        Chat::Ways { urgent: false, ways } => format!("Low urgency: {}", ways.join(" → ")),
        Chat::NoWays => "Nothing: nobody can reach you.".into(),
        Chat::Unreachable { way } => format!("⚠ {way}: what it needs is missing in your file"),
    }
}

fn label_en(doing: Doing, entry: Slot) -> String {
    match (doing, entry) {
        (Doing::Declare, Slot::Text) => "What happens".into(),
        (Doing::Note, Slot::Text) => "Note".into(),
        (Doing::Override | Doing::Silence, Slot::Text) => "Reason".into(),
        (Doing::Override, Slot::Who) => "Who is on call".into(),
        (Doing::Override, Slot::Instead) => "Instead of".into(),
        (Doing::Reassign | Doing::PageAlso, Slot::Schedule) => "Or whoever is on call on".into(),
        (Doing::Reassign | Doing::PageAlso, Slot::Policy) => "Or an escalation policy".into(),
        (Doing::Snooze | Doing::Silence, Slot::Until) => "Until".into(),
        (_, entry) => capital(slot_en(entry)),
    }
}

fn capital(text: &str) -> String {
    let mut chars = text.chars();
    chars.next().map_or_else(String::new, |first| first.to_uppercase().chain(chars).collect())
}

fn ja(phrase: &Chat) -> String {
    match phrase {
        Chat::Help => HELP_JA.into(),
        Chat::NoSuchVerb { said } => {
            format!("「{said}」というコマンドはありません。`/oncall ヘルプ` で一覧を表示します。")
        }
        Chat::NoSuch { what, said } => format!("{}「{said}」が見つかりません。", slot_ja(*what)),
        Chat::Missing { what } => format!("{}を指定してください。", slot_ja(*what)),
        Chat::TooManyWords { said } => {
            format!("「{said}」を解釈できません。`/oncall ヘルプ` で書き方を表示します。")
        }
        Chat::NoHandoff => "31日以内に交代がありません。時刻を指定してください。".into(),
        Chat::NotInUsers => {
            "users/ に登録されていないため、この操作はできません。登録されている人に依頼してください。".into()
        }
        Chat::WhichSchedule { said, ids: [] } => {
            format!(
                "{said}さんは、いまどのスケジュールでも当番ではありません。スケジュールを指定してください。"
            )
        }
        Chat::WhichSchedule { said, ids } => {
            format!("{said}さんは {} の当番です。スケジュールを指定してください。", ids.join("、"))
        }
        Chat::WhichIncident => "対応が必要なインシデントが複数あります。どれですか。".into(),
        Chat::NothingOpen => "対応が必要なインシデントはありません。".into(),
        Chat::Busy => "サーバーが混み合っています。もう一度お試しください。".into(),
        Chat::FormTooLate => {
            "時間内にフォームを開けませんでした（Slack の制限は3秒）。もう一度お試しください。".into()
        }
        Chat::FormFailed { why } => format!("フォームを開けませんでした（{why}）。"),
        Chat::NotStored => "反映しましたが、まだディスクに保存できていません。".into(),
        Chat::OnCall { schedule, names, until, next } => {
            let list =
                |names: &[String]| if names.is_empty() { "なし".to_owned() } else { names.join("、") };
            match until {
                Some(until) => format!("{schedule}: {}（{until} まで、次は {}）", list(names), list(next)),
                None => format!("{schedule}: {}", list(names)),
            }
        }
        Chat::NoSchedules => "スケジュールがありません。".into(),
        Chat::BroadSilence { until, reason } => {
            format!("⚠ すべての通知を {until} まで停止しています（{reason}）")
        }
        Chat::IncidentLine { mark, id, headline, status } => format!("{mark} {id} {headline}（{status}）"),
        Chat::More { count } => format!("ほか{count}件"),
        Chat::Declared { id } => format!("インシデント {id} を登録しました。担当者に連絡しています。"),
        Chat::StillFires => {
            "監視ツールではまだ発生中です。再び通知が届くと、新しいインシデントになります。".into()
        }
        Chat::GaveUp => {
            "これまでの対応は取り消されます。対応を続ける場合は「ほかの人も呼ぶ」を選んでください。".into()
        }
        Chat::ChannelMade { channel } => format!("チャンネルを作りました: {channel}"),
        Chat::ChannelThere { name } => format!("チャンネル #{name} はすでにあります。"),
        Chat::ChannelFailed { why } => format!("チャンネルを作れませんでした（{why}）。"),
        Chat::ChannelNote { channel } => format!("チャンネル {channel} を作りました"),
        Chat::Title(doing) => Language::Ja.doing(*doing).into(),
        Chat::Label(entry) => slot_ja(*entry).into(),
        Chat::LabelOf(doing, entry) => label_ja(*doing, *entry).into(),
        Chat::TimeHint => "例: 18:00、2時間、30分、明日 10:00、月曜 10時、交代まで".into(),
        Chat::Send => "送信".into(),
        Chat::Preview => "確認へ進む".into(),
        Chat::DoIt => "実行する".into(),
        Chat::Cancel => "キャンセル".into(),
        Chat::Close => "閉じる".into(),
        Chat::Choose => "その他…".into(),
        Chat::Everything => "すべて".into(),
        Chat::Nobody => "なし".into(),
        Chat::HomeShifts => "あなたの当番".into(),
        Chat::HomeOpen => "対応が必要なインシデント".into(),
        Chat::HomeReach => "あなたへの連絡方法".into(),
        Chat::NoShifts => "今後4週間に当番はありません。".into(),
        Chat::Shift { schedule, from: _, until, now: true } => {
            format!("{schedule}: 現在の当番（{until} まで）")
        }
        Chat::Shift { schedule, from, until, now: false } => format!("{schedule}: {from} 〜 {until}"),
        Chat::Ways { urgent: true, ways } => format!("緊急度 高: {}", ways.join(" → ")),
        Chat::Ways { urgent: false, ways } => format!("緊急度 低: {}", ways.join(" → ")),
        Chat::NoWays => "連絡方法が登録されていません。".into(),
        Chat::Unreachable { way } => format!("⚠ {way}: 必要な情報があなたのファイルにありません"),
    }
}

fn label_ja(doing: Doing, entry: Slot) -> &'static str {
    match (doing, entry) {
        (Doing::Declare, Slot::Text) => "何が起きていますか",
        (Doing::Note, Slot::Text) => "メモ",
        (Doing::Override | Doing::Silence, Slot::Text) => "理由",
        (Doing::Override, Slot::Who) => "担当する人",
        (Doing::Override, Slot::Instead) => "交代する相手",
        (Doing::Reassign | Doing::PageAlso, Slot::Schedule) => "または、スケジュールの当番",
        (Doing::Reassign | Doing::PageAlso, Slot::Policy) => "または、エスカレーションポリシー",
        (Doing::Snooze | Doing::Silence, Slot::Until) => "終了時刻",
        (_, entry) => slot_ja(entry),
    }
}
