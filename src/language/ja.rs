//! 日本語: short sentences that somebody half asleep understands at once.

use super::timeline::HeldBy;
use super::{Language, Notice, Planned, Shown, Spoken, Word, inhibition};
use jiff::{Zoned, civil::Weekday};

pub(super) fn word(word: Word) -> &'static str {
    match word {
        Word::Critical => "重大",
        Word::Error => "エラー",
        Word::Warning => "警告",
        Word::Info => "情報",
        Word::High => "高",
        Word::Low => "低",
        Word::NoUrgency => "なし",
        Word::Triggered => "未対応",
        Word::Acknowledged => "対応中",
        Word::Resolved => "解決済み",
        Word::Status => "状態",
        Word::Service => "サービス",
        Word::Severity => "深刻度",
        Word::Urgency => "緊急度",
        Word::Began => "発生",
        Word::Source => "発生元",
        Word::Alerts => "アラート",
        Word::Labels => "ラベル",
        Word::Telling => "連絡中",
        Word::Silenced => "サイレンス中",
        Word::Inhibited => "抑止中",
        Word::Runbook => "手順書",
        Word::Incident => "インシデント",
        Word::Acknowledge => "対応する",
        Word::AcknowledgeAll => "すべて対応する",
        Word::Resolve => "解決済みにする",
        Word::OpenPage => "ページを開く",
        Word::OwnServer => "オンコールサーバー",
        Word::UnknownService => "サービス不明",
        Word::Call => "電話",
        Word::Sms => "SMS",
        Word::DirectMessage => "Slack DM",
        Word::Channel => "Slack",
        Word::Ticket => "Jira",
        Word::HangUp => "通話を終了",
    }
}

pub(super) fn spoken(phrase: &Spoken) -> String {
    match phrase {
        Spoken::Greeting { name } => format!("{name}さん、オンコールの呼び出しです。"),
        Spoken::Fallback => "担当者と連絡がつかないため、最終連絡先としてお電話しています。".into(),
        Spoken::EachIsAsked => "すでに対応中の人がいますが、あなたの応答も必要です。".into(),
        Spoken::Alert { service, severity } => {
            format!("{service}で、{}アラートが発生しています。", before_noun(*severity))
        }
        Spoken::Summary { text } => format!("内容をお伝えします。{}", sentence(text)),
        Spoken::Sentence { text } => sentence(text),
        Spoken::Storm { alerts, critical: 0 } => format!("アラートが{alerts}件、続けて発生しています。"),
        Spoken::Storm { alerts, critical } => {
            format!("アラートが{alerts}件、続けて発生しています。うち{critical}件が重大です。")
        }
        Spoken::Began { at } => format!("発生時刻は、{}です。", spoken_time(at)),
        Spoken::Several { count } => format!("{count}件のアラートが発生しています。"),
        Spoken::Numbered { number, service, severity, text } => {
            sentence(&format!("{number}件目、{service}、{}。{text}", word(*severity)))
        }
        Spoken::More { count } => format!("ほかに{count}件あります。"),
        Spoken::Others { count } => {
            format!("同じインシデントで、ほかに{count}件のアラートも発生しています。")
        }
        Spoken::Repeated => "前の連絡が届いたか確認できなかったため、もう一度ご連絡しています。".into(),
        Spoken::AcknowledgeKey => "対応する場合は4を、".into(),
        Spoken::AcknowledgeAllKey => "すべてに対応する場合は4を、".into(),
        Spoken::EscalateKey => "次の担当者を呼ぶ場合は5を、".into(),
        Spoken::ResolveKey => "解決済みにする場合は6を押してください。".into(),
        Spoken::RepeatKey => "もう一度聞く場合は、こめじるしを押してください。".into(),
        Spoken::NoKeys => "この電話ではキー操作を受け付けていません。Slackから対応を始めてください。".into(),
        Spoken::OneMoment => "少々お待ちください。".into(),
        Spoken::KeyTaken { slack: true } => {
            "キー操作を受け付けました。結果は、Slackに表示されます。失礼します。".into()
        }
        Spoken::KeyTaken { slack: false } => {
            "キー操作を受け付けました。結果は、オンコールのコマンドで見られます。失礼します。".into()
        }
        Spoken::NoWayBack => {
            "この電話ではキー操作を受け付けていません。オンコールのコマンドで対応を始めてください。".into()
        }
        Spoken::UnknownKey => "その番号は無効です。".into(),
        Spoken::NothingPressed => "入力がなかったため、電話を切ります。アラートは未対応のままです。".into(),
        Spoken::Acknowledged => "対応開始を受け付けました。よろしくお願いします。".into(),
        Spoken::AlreadyAcknowledged { by } => format!("{by}さんが対応しています。"),
        Spoken::Escalated => "次の担当者を呼び出します。".into(),
        Spoken::Resolved => "解決済みにしました。おつかれさまでした。".into(),
        Spoken::AlreadyResolved { by } => format!("すでに{by}により解決済みです。"),
        Spoken::AlreadyEscalated { to } => format!("すでに{to}さんに連絡しています。"),
        Spoken::AlreadyDone { by } => format!("{by}さんが対応しています。"),
        Spoken::Noted => {
            "記録しました。対応者として登録されていないため、担当者への連絡は続きます。失礼します。".into()
        }
        Spoken::NotFound => "このアラートは見つかりません。すでに終了しています。".into(),
        Spoken::TestCall { name } => {
            format!("{name}さん、オンコールのテスト通話です。障害は発生していません。")
        }
        Spoken::TestCallEnds => "操作は必要ありません。失礼します。".into(),
    }
}

pub(super) fn shown(phrase: &Shown) -> String {
    match phrase {
        Shown::Several { count } => format!("{count}件のアラート"),
        Shown::More { count } => format!("ほか{count}件"),
        Shown::WorstOf { count } => format!("アラート{count}件。最も深刻なもの:"),
        Shown::SentAgain => "（再送）".into(),
        Shown::By { status, who } => format!("{}（{who}）", word(*status)),
        Shown::Telling { .. } => telling(phrase),
        Shown::AlertCount { firing, total } => format!("{total}件（発生中 {firing}件）"),
        Shown::Storm { alerts, critical: 0 } => format!("アラートストーム {alerts}件"),
        Shown::Storm { alerts, critical } => format!("アラートストーム {alerts}件（重大 {critical}件）"),
        Shown::Held(held) if held.by == HeldBy::Inhibition => inhibition::shown_ja(held),
        Shown::Held(held) => format!("{} まで: {}（{}）", held.until, held.reason, held.rule),
        Shown::InhibitedBy { source } => format!("（{source} により抑止中）"),
        Shown::Repeated => "前の送信が届いたか確認できなかったため、再送しています。".into(),
        Shown::EachIsAsked { who } => format!("{who}さんが対応中です。あなたも対応してください。"),
        Shown::AcknowledgedBy { who } => format!("{who}さんが対応を始めました。"),
        Shown::ResolvedBy { who, monitor: true } => format!("解決しました（{who} からの復旧通知）。"),
        Shown::ResolvedBy { who, monitor: false } => format!("{who}さんが解決済みにしました。"),
        Shown::NoTransition { wanted, available } => format!(
            "「{wanted}」へのトランジションがないため、チケットのステータスは変更していません。候補: {}",
            quoted(available)
        ),
        Shown::TransitionRefused { said } => {
            format!("Jira がトランジションを拒否したため、チケットのステータスは変更していません（{said}）。")
        }
        Shown::DidAcknowledge => "対応開始を受け付けました。".into(),
        Shown::DidResolve => "解決済みにしました。".into(),
        Shown::DidEscalate => "次の担当者を呼び出します。".into(),
        Shown::DidReassign { to } => format!("担当を{to}に変更しました。"),
        Shown::DidRepeat => "もう一度お知らせします。".into(),
        Shown::Taken { count } => format!("アラートを受け付けました（新規 {count}件）。"),
        Shown::Noted => "タイムラインとスレッドに記録しました。対応者として登録されていないため、インシデントの状態は変わりません。担当者への連絡は続きます。".into(),
        Shown::AlreadyAcknowledged { by } => format!("すでに対応中です（{by}）。"),
        Shown::AlreadyResolved { by } => format!("すでに解決済みです（{by}）。"),
        Shown::AlreadyDone { by } => format!("すでに受け付けています（{by}）。"),
        Shown::AlreadyEscalated { to } => format!("すでに{to}さんに連絡しています。"),
        Shown::HasLeft { name } => format!("{name}さんは退職または異動しています。"),
        Shown::CannotBeTold { name } => format!("{name}さんには連絡できる方法がありません。"),
        Shown::NotFound => "インシデントが見つかりません。すでに終了している可能性があります。".into(),
    }
}

pub(super) fn planned(phrase: &Planned) -> String {
    let list = |names: &[String]| if names.is_empty() { "なし".into() } else { Language::Ja.list(names) };
    match phrase {
        Planned::Calendar { name } => format!("オンコール（{name}）"),
        Planned::Shift { schedule, names } => format!("{schedule}: {}", list(names)),
        Planned::OnCall { schedule } => format!("オンコール: {schedule}"),
        Planned::Shadowing { schedule } => format!("シャドー: {schedule}"),
        Planned::People { names } => format!("担当: {}", list(names)),
        Planned::Shadows { names, partly: false } => format!("シャドー: {}", list(names)),
        Planned::Shadows { names, partly: true } => format!("シャドー（一部の時間）: {}", list(names)),
        Planned::Layer { name, place } => format!("根拠: レイヤー {name}、{place}"),
        Planned::Override { place, reason: None } => format!("根拠: オーバーライド {place}"),
        Planned::Override { place, reason: Some(reason) } => {
            format!("根拠: オーバーライド {place}（{reason}）")
        }
        Planned::Away { names } => format!("本来の担当: {}（不在）", list(names)),
        Planned::Until { at } => format!("{at} まで"),
        Planned::Next { at, names } => format!("{at} まで、次の担当: {}", list(names)),
        Planned::GoesOn { at } => format!("{at} 以降も続きます"),
        Planned::CutShort { count, at } => {
            format!("シフトが多いため、{at} までの{count}件だけを載せています。")
        }
    }
}

pub(super) fn notice(notice: &Notice) -> String {
    match notice {
        Notice::ConfigRefused { .. }
        | Notice::ConfigUnreachable { .. }
        | Notice::ConfigBorrowed { .. }
        | Notice::ConfigObjections { .. }
        | Notice::DefaultBranchMoved { .. }
        | Notice::SecretsMissing { .. } => of_config(notice),
        Notice::GapAhead { schedules, from } => format!("{from} から {schedules} の当番がいません"),
        Notice::JournalUnwritable => {
            "oncall がジャーナルに書き込めません。通知は保存できないまま送信し、アラートには 503 を返しています"
                .into()
        }
        Notice::JournalDamaged => {
            "oncall のジャーナルの一部が壊れていたため除外しました。失われたインシデントがあるかもしれません"
                .into()
        }
        Notice::JournalNewer => {
            "より新しい oncall が書いた記録を解釈できません。インシデントに反映されていない変更があるかもしれません"
                .into()
        }
        Notice::JournalRestored => {
            "oncall のスナップショットを読み込めないため、ジャーナルからすべて復元しました".into()
        }
        Notice::StateGone => {
            "稼働中に oncall の状態ディレクトリからファイルが消えました。メモリから書き直します".into()
        }
        Notice::InputFailed => {
            "oncall が処理できない入力がありました。内容をここに残し、処理を続けています".into()
        }
        Notice::NoHeartbeat { integration, minutes } => {
            format!("{integration}: ハートビートが{}途絶えています", span(*minutes))
        }
        Notice::NeverAHeartbeat { integration, minutes } => {
            format!("{integration}: ハートビートが、待ち始めてから{}たっても届いていません", span(*minutes))
        }
        Notice::MovedUrl { integration, path } => {
            format!(
                "{integration} へのアラートが別の URL（{path}）に届いています。`formerly` を設定するか、送信元の URL を直してください"
            )
        }
        Notice::UnknownUrl { integrations, path } => {
            format!(
                "どのインテグレーションにも該当しない URL（{path}）に、{integrations} のシークレット付きでアラートが届きました"
            )
        }
        Notice::HeartbeatBack { integration } => format!("{integration}: ハートビートが再開しました"),
    }
}

/// What is told about the config and its secrets.
fn of_config(notice: &Notice) -> String {
    match notice {
        Notice::ConfigRefused { commit } => {
            format!(
                "コミット {commit} の設定にエラーがあるため反映していません。以前の設定で動作を続けています"
            )
        }
        Notice::ConfigUnreachable { commit } => {
            format!("30分以上、設定リポジトリを取得できていません。コミット {commit} の設定で動作を続けています")
        }
        Notice::ConfigBorrowed { commit, of } => {
            format!("設定のリポジトリを読み込めません。代わりに {of} のコミット {commit} の設定で動作しています")
        }
        Notice::ConfigObjections { commit, partial: false } => {
            format!(
                "コミット {commit} の設定は引き続き有効ですが、このリリースではエラーになります。直さないと次のコミットも反映されません"
            )
        }
        Notice::ConfigObjections { commit, partial: true } => {
            format!(
                "コミット {commit} の設定の一部をこのリリースは読み込めません。残りの部分で動作を続けています。修正してください"
            )
        }
        Notice::DefaultBranchMoved { was, is } => {
            format!("設定リポジトリのデフォルトブランチが {was} から {is} に変わりました。{is} の設定を使います")
        }
        Notice::SecretsMissing { closed: true } => {
            "設定のシークレットを読み込めません。これを使うアラートの受信や通知ができません".into()
        }
        Notice::SecretsMissing { closed: false } => {
            "設定のシークレットを読み込めなくなりました。このまま再起動すると、アラートの受信や通知ができなくなります"
                .into()
        }
        _ => String::new(),
    }
}

fn span(minutes: u64) -> String {
    match (minutes / 60, minutes % 60) {
        (0, 0) => "1分未満".into(),
        (0, minutes) => format!("{minutes}分"),
        (hours, 0) => format!("{hours}時間"),
        (hours, minutes) => format!("{hours}時間{minutes}分"),
    }
}

pub(super) fn date_time(at: &Zoned) -> String {
    let weekday = match at.weekday() {
        Weekday::Monday => "月",
        Weekday::Tuesday => "火",
        Weekday::Wednesday => "水",
        Weekday::Thursday => "木",
        Weekday::Friday => "金",
        Weekday::Saturday => "土",
        Weekday::Sunday => "日",
    };
    let (month, day) = (at.month(), at.day());
    format!("{month}月{day}日（{weekday}）{}", at.strftime("%H:%M %Z"))
}

fn telling(phrase: &Shown) -> String {
    let Shown::Telling { step, steps, round, names, fallback, next } = phrase else { return String::new() };
    let kind = if *fallback { "最終連絡先" } else { "ステップ" };
    let round = if *round > 1 { format!("・{round}周目") } else { String::new() };
    let who = if names.is_empty() {
        "連絡できる人がいません".into()
    } else {
        format!("{}さん", names.join("さん、"))
    };
    format!("{who}（{kind} {step}/{steps}{round}、次の連絡 {next}）")
}

fn quoted(items: &[String]) -> String {
    if items.is_empty() { "なし".into() } else { format!("「{}」", items.join("」「")) }
}

fn before_noun(severity: Word) -> String {
    match severity {
        Word::Critical => "重大な".into(),
        other => format!("{}レベルの", word(other)),
    }
}

/// 午前2時5分: a speech engine reads `02:05` in its own way.
fn spoken_time(at: &Zoned) -> String {
    let half = if at.hour() < 12 { "午前" } else { "午後" };
    let hour = at.hour() % 12;
    match at.minute() {
        0 => format!("{half}{hour}時"),
        minute => format!("{half}{hour}時{minute}分"),
    }
}

fn sentence(text: &str) -> String {
    let text = text.trim_end();
    if text.ends_with(['。', '.', '!', '?', '！', '？', '…']) {
        text.into()
    } else {
        format!("{text}。")
    }
}
