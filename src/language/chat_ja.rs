//! 日本語: what is said in a chat.

use super::Language;
use super::chat::{Chat, Doing, Slot};

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
`/oncall 募集 スケジュール から 時刻 まで 時刻 [理由]` 自分の当番の代わりを募る。`/oncall accept 番号` で引き受ける
`/oncall 辞退 番号` このオーバーライドの当番に入れないことを伝える
`/oncall 代理 スケジュール 担当者 [代わりに 相手] [から 時刻] まで 時刻 [理由]`
`/oncall サイレンス サービス 時刻 理由`
`/oncall 不在 時刻 [代理 担当者]`、`復帰`
`/oncall 終了 番号` オーバーライドやサイレンスを早めに終える
`/oncall テスト [電話|SMS|Slack]` 自分宛てにテストを送る
呼び出し、代理、サイレンス、メモ、スヌーズ、担当変更、統合は、続きを省略するとフォームが開きます。
時刻の例: 18:00、2時間、30分、明日 10:00、月曜 10時、12/24 18:00、交代まで";

pub(super) fn chat(phrase: &Chat) -> String {
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
        Chat::BroadSilence { until, reason, partly: true } => {
            format!("⚠ 全サービスの一部の通知を {until} まで停止しています（{reason}）")
        }
        Chat::BroadSilence { until, reason, partly: false } => {
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
        _ => form(phrase),
    }
}

/// What forms and the Home tab say.
fn form(phrase: &Chat) -> String {
    match phrase {
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
        _ => String::new(),
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
