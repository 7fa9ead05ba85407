//! The phrases of which lines are made, in Japanese.

use super::timeline::{Level, Step, Way};
use crate::actor::Via;
use crate::reason::{Because, Fault, Why};

pub(super) fn position(step: &Step) -> String {
    let kind = if step.fallback { "最終連絡先 " } else { "" };
    format!("{kind}{} のステップ {}", step.policy, step.step)
}

pub(super) fn list(people: &[String]) -> String {
    if people.is_empty() { "該当者なし".to_owned() } else { people.join("、") }
}

pub(super) fn level(level: Level) -> &'static str {
    match level {
        Level::None => "緊急度: なし",
        Level::Low => "緊急度: 低",
        Level::High => "緊急度: 高",
    }
}

pub(super) fn way(via: Via) -> &'static str {
    match via {
        Via::Slack | Via::Thread => "Slack で",
        Via::Call => "電話で",
        Via::Api => "API で",
        Via::Monitor => "監視ツールで",
        Via::Rule => "ルールにより",
        Via::Web => "Web で",
        Via::Link => "リンクから",
        Via::Sms => "SMS で",
        Via::Mail => "メールで",
        Via::Push => "プッシュ通知から",
        Via::Chat => "チャットで",
        Via::Ticket => "チケットで",
    }
}

pub(super) fn why(why: &Why) -> String {
    match why {
        Why::MessageTaken(message) => format!("メッセージ {message} は受信済みです"),
        Why::Older { at, than } => format!("{at} のもので、直前の {than} より古いためです"),
        Why::NoHeartbeatExpected => "ここではハートビートを待っていません".into(),
        Why::NoOpenIncident => "このキーのインシデントは開いていません".into(),
        Why::AlreadyAcknowledged => "すでに対応中です".into(),
        Why::AlertWasOver => "このアラートはすでに復旧しています".into(),
        Why::Dropped { rule, reason } => format!("ルール {rule} により破棄しました（{reason}）"),
        Why::NoServiceOfChange => "この変更に該当するサービスがありません".into(),
        Why::MonitorSaidSo => "監視ツールが復旧を通知しました".into(),
        Why::Stale(integration) => format!("{integration} からの通知が stale_after の間ありません"),
        Why::AskedFor => "依頼による".into(),
        Why::Quiet => "対応が始まってから新しいイベントがありません".into(),
        Why::BeyondTheGroup | Why::BeyondTheStorm | Why::Calm | Why::FlappingOff => of_noise(why).into(),
        Why::Idle => "緊急度が高くなく、しばらくイベントがないため".into(),
        Why::HeartbeatNotExpected => "設定からハートビートの監視がなくなりました".into(),
        Why::NobodyCanBeTold => "連絡できる人がいません".into(),
        Why::EveryContactFailed => "全員へのすべての連絡が失敗しました".into(),
        Why::RoutedElsewhere => "緊急度が上がり、ルートが別のサービスを指しています".into(),
        Why::Storm { incidents, within_seconds } => {
            format!("{}に{incidents}件を超えるインシデント", span(*within_seconds))
        }
        Why::OpenMax(count) => format!("{count}件のインシデントが開いています"),
        Why::UnreadMax(count) => format!("読み取れない本文のインシデントが{count}件を超えています"),
        Why::Newcomers(count) => format!("対応が始まってからさらに{count}件のアラートが加わりました"),
        Why::MoreUrgent => "緊急度が上がりました".into(),
        Why::MergedWith(incident) => format!("{incident} が統合されました"),
        Why::Declared => "報告した人の指定による".into(),
        Why::InGit => "git に反映されました".into(),
        Why::GoneFromGit => "対象が git からなくなりました".into(),
        Why::HolderLeft(user) => format!("対応していた {user} さんは退職または異動しています"),
        Why::NotResolvedInTime => "対応が始まりましたが、時間内に解決していません".into(),
        Why::SnoozeOver => "スヌーズが終わりました".into(),
        Why::OwnTrouble => "サーバー自身の問題".into(),
        Why::IntegrationGone(integration) => format!("インテグレーション {integration} がなくなりました"),
        Why::NoRoute(file) => format!("{file} に該当するルートがありません"),
        Why::NoUrgencyRule(service) => format!("{service}: 該当する緊急度のルールがありません"),
        Why::BySeverity => "サービスがないため深刻度による".into(),
        Why::RaiseWhen(rule) => format!("{}（raise_when）", super::Language::Ja.rule(rule)),
    }
}

/// `5分`, `90秒`, `1時間`.
pub(super) fn span(seconds: u32) -> String {
    match seconds {
        hours if hours > 0 && hours % 3_600 == 0 => format!("{}時間", hours / 3_600),
        minutes if minutes > 0 && minutes % 60 == 0 => format!("{}分", minutes / 60),
        seconds => format!("{seconds}秒"),
    }
}

pub(super) fn because(because: &Because, by: &str) -> String {
    match because {
        Because::Named => "ステップで指名".into(),
        Because::OnCall { schedule } => format!("{schedule} の当番"),
        Because::Layer { schedule, layer } => format!("{schedule} の当番（レイヤー {layer}）"),
        Because::Override { schedule, origin } => format!("{schedule} の当番（オーバーライド {origin}）"),
        Because::Inform(place) => format!("inform（{place}）"),
        Because::Reassigned(_) => format!("{by} による割り当て"),
    }
}

pub(super) fn fault(fault: Fault) -> &'static str {
    match fault {
        Fault::Said => "",
        Fault::NoAnswer => "応答がなく、送信されたかどうか不明です",
        Fault::NothingHeard => "その後の連絡がありません",
        Fault::NoEnd => "プロバイダーから終了の通知がありません",
        Fault::TooManyRequests => "プロバイダーが求めるリクエストが多すぎます",
        Fault::RangOut => "応答なし",
        Fault::Printed => "応答なし（表示のみで、電話はしていません）",
        Fault::FieldLeftOut => "一部の項目を設定せずにチケットを作成しました",
        Fault::NotLinked => "新しいチケットを元のチケットにリンクできませんでした",
        Fault::BadWebhook => "Webhook が URL ではありません。ルームからコピーし直してください",
        Fault::WebhookRefused => {
            "Webhook が拒否されました。URL をコピーし直してください（Teams では、誰でも実行できる設定にします）"
        }
        Fault::WebhookGone => "Webhook が削除されています。ルームで作り直してください",
        Fault::NotSetUp => "oncall.yaml の `providers` に設定がありません",
        Fault::SecretMissing => "サーバーにシークレットの値が設定されていません",
        Fault::PersonGone => "users/ にその人がいません",
        Fault::NoAddress => "その人の連絡先が設定されていません",
        Fault::BadNumber => "電話番号が +819012345678 の形式ではありません",
        Fault::Unreachable => "接続できませんでした",
        Fault::DidNotAnswer => "応答がありませんでした",
        Fault::Status => "リクエストが拒否されました",
        Fault::NotItsAnswer => "応答の形式が違います。URL の設定か、途中のプロキシを確認してください",
        Fault::Unnamed => "応答に作成したものの名前がありません。URL の設定を確認してください",
        Fault::SlowDown => "リクエストが多すぎます",
        Fault::ChannelUnknown => "チャンネル ID を確認し、アプリをチャンネルに招待してください",
        Fault::ChannelArchived => "チャンネルがアーカイブされています。別のチャンネルを指定してください",
        Fault::TokenRefused => {
            "トークンが無効です。アプリを再インストールし、新しいトークンを設定してください"
        }
        Fault::ScopeMissing => "アプリにスコープを追加し、再インストールしてください",
        Fault::MemberUnknown => {
            "`slack:` のメンバー ID と、アプリがダイレクトメッセージを送れるかを確認してください"
        }
        Fault::CredentialsRefused => "認証情報が拒否されました。`providers` の設定を確認してください",
        Fault::Forbidden => "許可されていません。アカウントの状態と権限を確認してください",
        Fault::AccountUnknown => "アカウントが見つかりません。`providers` の設定を確認してください",
        Fault::ProjectUnknown => "プロジェクトが見つかりません。サイトとプロジェクトを確認してください",
        Fault::NoTransition => {
            "`resolve_transition` に合うトランジションがないため、チケットのステータスは変わっていません"
        }
        Fault::TransitionRefused => {
            "ワークフローがトランジションを拒否したため、チケットのステータスは変わっていません"
        }
        Fault::TicketGone => "チケットが見つからないか、アカウントに権限がありません",
        Fault::NumberInvalid => "電話番号が無効です",
        Fault::NumberRefused => "その電話番号には連絡できません",
        Fault::CountryRefused => {
            "その国への連絡が許可されていません。アカウントの地域の設定を確認してください"
        }
        Fault::TrialAccount => "トライアルのアカウントでは、確認済みの番号にしか連絡できません",
        Fault::CallerRefused => "発信元の番号が拒否されました。`providers` の設定を確認してください",
        Fault::UrlRefused => "こちらの URL が拒否されました。public_url を確認してください",
        Fault::Busy => "話し中です",
        Fault::CarrierFailed => "通信事業者側のエラーです",
        Fault::CallFailed => "電話がつながりませんでした。番号を確認してください",
        Fault::OptedOut => {
            "本人が SMS に STOP と返信し、受信を停止しています。送信元の番号に START と送ると再開します"
        }
        Fault::Undelivered => "通信事業者が配信できませんでした",
        Fault::MailboxRefused => "メールアドレスが拒否されました。`email:` を確認してください",
        Fault::Cancelled => "不要になったため取り消しました",
    }
}

pub(super) fn contact(way: Way) -> &'static str {
    match way {
        Way::Call => "電話",
        Way::Slack => "Slack",
        Way::Sms => "SMS",
        Way::Email => "メール",
        Way::Ntfy => "ntfy",
        Way::Pushover => "Pushover",
    }
}

pub(super) fn contact_sent(way: Way) -> &'static str {
    match way {
        Way::Call => "電話",
        Way::Slack => "Slack メッセージ",
        Way::Sms => "SMS",
        Way::Email => "メール",
        Way::Ntfy => "ntfy の通知",
        Way::Pushover => "Pushover の通知",
    }
}

fn of_noise(why: &Why) -> &'static str {
    match why {
        Why::BeyondTheGroup => "グループの時間を過ぎてから再び発生しました",
        Why::BeyondTheStorm => "アラートストームが収まったあとに再び発生しました",
        Why::Calm => "フラッピング後、変化がありません",
        Why::FlappingOff => "設定でフラッピングの扱いが無効になりました",
        _ => "",
    }
}
