//! The lines of a timeline in Japanese.

use super::noise::{reason, why_ja as of_noise};
use super::timeline::{
    Act, Carries, DeliveryLine, Ended, Held, HeldBy, Level, OverrideLine, Remarked, ResponseLine,
    RunTimeLine, Said, Slowed, Step, TimelineLine, Waiting, Way,
};
use super::{inhibition, own, rules, steps};
use crate::actor::Via;
use crate::reason::{Because, Fault, Why};

pub(super) fn line(line: &TimelineLine) -> String {
    match line {
        TimelineLine::ConfigInForce { commit } => format!("設定 {commit} を適用しました"),
        TimelineLine::Started { epoch, gap } => {
            let gap = gap.map_or_else(String::new, |gap| format!("、停止していた時間 {gap} 秒"));
            format!("サーバーが起動しました（世代 {epoch}{gap}）")
        }
        TimelineLine::ClockJumped { seconds } => {
            format!("時計が {seconds} 秒ずれたため、期限をずらしました")
        }
        TimelineLine::Own(own) => own::ja(*own),
        TimelineLine::HeartbeatExpected { integration, seconds } => {
            format!("{integration} のハートビートを {seconds} 秒ごとに待ちます")
        }
        TimelineLine::HeartbeatHeard { integration } => format!("{integration} のハートビートを受信しました"),
        TimelineLine::HeartbeatMissed { integration } => {
            format!("{integration} のハートビートが途絶えました")
        }
        TimelineLine::HeartbeatForgotten { integration } => format!("{integration} の監視を終えました"),
        TimelineLine::Ignored { alert, why: Why::Dropped { reason, .. } } => {
            rules::dropped_ja(&said(alert), reason)
        }
        TimelineLine::Ignored { alert, why: reason } => {
            format!("無視しました: {}（{}）", said(alert), why(reason))
        }
        TimelineLine::Note { alert } => format!("メモ: {}", said(alert)),
        TimelineLine::ServiceChanged { alert, service } => {
            let service = service.map_or_else(String::new, |service| format!(" → {service}"));
            format!("変更: {}{service}", said(alert))
        }
        TimelineLine::Opened { .. } => opened(line),
        TimelineLine::Folded { .. } => folded(line),
        TimelineLine::Joined { alert } => format!("アラートが加わりました: {}", said(alert)),
        TimelineLine::Updated { alert } => format!("更新: {}", said(alert)),
        TimelineLine::MovedTo { alert, service, urgency } => {
            format!(
                "{} に移しました: {}、{}",
                service.unwrap_or("サービスなし"),
                said(alert),
                level(*urgency)
            )
        }
        TimelineLine::AlertLeft { key, why: reason } => {
            format!("アラート {key} を別のインシデントに分けました: {}", why(reason))
        }
        TimelineLine::NewcomersWait { until } => {
            format!("アラートが加わったため、{until} に改めて通知します")
        }
        TimelineLine::Repeated => "同じ内容の再通知".to_owned(),
        TimelineLine::AlertOver { key, why: reason } => {
            format!("アラート {key} は復旧しました: {}", why(reason))
        }
        TimelineLine::Raised { urgency, raise_at: None } => format!("{}になりました", level(*urgency)),
        TimelineLine::Raised { urgency, raise_at: Some(at) } => {
            format!("{}になりました。{at} に未解決なら緊急度を上げます", level(*urgency))
        }
        TimelineLine::PolicyChosen { policy } => format!("以後はポリシー {policy} で呼び出します"),
        TimelineLine::HeldBack { held } if held.by == HeldBy::Inhibition => inhibition::ja(held),
        TimelineLine::HeldBack { held } => held_back(held),
        TimelineLine::Released { by: HeldBy::Silence } => "サイレンスが終わりました".to_owned(),
        TimelineLine::Released { by: HeldBy::Inhibition } => "抑止が解除されました".to_owned(),
        TimelineLine::Released { by: HeldBy::Wait } => "保留が終わりました".to_owned(),
        TimelineLine::RunTime { made, by, via } => run_time(made, &format!("{}{by}", way(*via))),
        TimelineLine::Step(line) => steps::ja(line),
        TimelineLine::Notice(line) => steps::notice_ja(line, way),
        TimelineLine::Response(line) => response(line),
        TimelineLine::Delivery(line) => delivery(line),
    }
}

fn run_time(made: &RunTimeLine, who: &str) -> String {
    let because = |reason: &str| if reason.is_empty() { String::new() } else { format!("（{reason}）") };
    match made {
        RunTimeLine::Override { schedule, change, from, until, reason } => {
            let change = match change {
                OverrideLine::Set([]) => "担当者なし".to_owned(),
                OverrideLine::Set(with) => format!("担当は {}", with.join("、")),
                OverrideLine::Replace(who, with) => format!("{who} の代わりに {}", list(with)),
                OverrideLine::Add(with) => format!("{} も担当", with.join("、")),
            };
            let reason = because(reason);
            format!("{who} が {schedule} を変更しました: {change}、{from} から {until} まで{reason}")
        }
        RunTimeLine::Silence { scope, from, until, reason } => {
            let (on, why) = (list(scope), because(reason));
            format!("{who} が {on} をサイレンスにしました: {from} から {until} まで{why}")
        }
        RunTimeLine::Absence { user, cover, from, until } => {
            let cover = cover.map_or_else(String::new, |cover| format!("、代わりは {cover}"));
            format!("{user} は {from} から {until} まで不在です{cover}（登録: {who}）")
        }
        RunTimeLine::Ended { what, why: reason } => match reason {
            Why::AskedFor => format!("{who} が {what} を早めに終了しました"),
            reason => format!("{what} が終了しました: {}", why(reason)),
        },
    }
}

/// What opens an incident, and where.
fn opened(line: &TimelineLine) -> String {
    let TimelineLine::Opened { alert, service, severity, urgency, raise_at, held, declared, storm } = line
    else {
        return String::new();
    };
    let service = service.unwrap_or("サービスなし");
    let what = match declared {
        Some((by, via)) => format!("「{}」（{}{by} が報告）", alert.words, way(*via)),
        None => said(alert),
    };
    let mut text = format!("発生: {what} → {service}、重大度 {severity}、{}", level(*urgency));
    text.extend(raise_at.map(|at| format!("、{at} に未解決なら緊急度を上げます")));
    text.extend(held.map(|held| match held.by {
        HeldBy::Inhibition => inhibition::opened_ja(&held),
        by => format!("、{}（{} まで、{}{}）", held_by(by), held.until, held.rule, reason(held.reason)),
    }));
    text.extend(storm.map(|reason| format!("。アラートストームの始まりです: {}", why(reason))));
    text
}

/// An alert that is told as one of many.
fn folded(line: &TimelineLine) -> String {
    let TimelineLine::Folded { alert, counted, storm, service, why: reason, rule } = line else {
        return String::new();
    };
    let did = if *counted { "の件数に数えました" } else { "に加わりました" };
    let service = service.map_or_else(String::new, |service| format!("{service} の"));
    let rule = rule.map_or_else(String::new, |rule| format!("（{rule}）"));
    format!("{service}アラートストーム {storm} {did}: {}。{}{rule}", said(alert), why(reason))
}

fn response(line: &ResponseLine) -> String {
    match line {
        ResponseLine::Acknowledged { by, via, until, snoozed, words } => {
            let what = if *snoozed { "がスヌーズしました" } else { "が対応を始めました" };
            let until = until.map_or_else(String::new, |until| format!("（{until} まで）"));
            let words = words.map_or_else(String::new, |words| format!(": 「{words}」"));
            format!("{}{by} {what}{until}{words}", way(*via))
        }
        ResponseLine::AlsoAcknowledged { by, via } => format!("{}{by} も対応に加わりました", way(*via)),
        ResponseLine::Remarked { by, via, what } => {
            format!("{}{}（対応する権限なし）", way(*via), remark(by, *what))
        }
        ResponseLine::AsksForStep { by, via, step: None } => {
            format!("{}{by} が次の担当者を呼びました", way(*via))
        }
        ResponseLine::AsksForStep { by, via, step: Some(step) } => {
            format!("{}{by} がステップ {step} の担当者を呼びました", way(*via))
        }
        ResponseLine::Retriggered { why: reason } => format!("再び呼び出します: {}", why(reason)),
        ResponseLine::Reassigned { to, by, via, next } => {
            let next = next.map_or_else(String::new, |at| format!("。次のステップ {at}"));
            format!("{}{by} が {} に割り当てました{next}", way(*via), to.join("、"))
        }
        ResponseLine::Resolved { by, why: Why::Dropped { reason, .. }, .. } => {
            format!("解決しました（{by}: {reason}）")
        }
        ResponseLine::Resolved { by, via: Via::Monitor | Via::Rule, why: reason, .. } => {
            format!("解決しました（{by}: {}）", why(reason))
        }
        ResponseLine::Resolved { by, via, reason, .. } => {
            let reason = reason.map_or_else(String::new, |words| format!(": 「{words}」"));
            format!("{}{by} が解決済みにしました{reason}", way(*via))
        }
        ResponseLine::Act { act, by, via } => act_of(act, &format!("{}{by} が", way(*via))),
        ResponseLine::GaveBack { to } => format!("{to} は元のインシデントに戻りました"),
    }
}

fn act_of(act: &Act, who: &str) -> String {
    match act {
        Act::GivenBack => format!("{who}対応を取り消しました"),
        Act::Reopened => format!("{who}再オープンしました"),
        Act::PagedAlso { to } => format!("{who} {} も呼び出しました", list(to)),
        Act::UrgencyChosen { urgency: Level::High } => format!("{who}緊急度を上げました"),
        Act::UrgencyChosen { urgency } => format!("{who}緊急度を下げました（{}）", level(*urgency)),
        Act::LetThrough { held } => format!("{who}このインシデントの「{}」を解除しました", held_by(*held)),
        Act::MovedTo { service, urgency } => format!("{who} {service} に移しました（{}）", level(*urgency)),
        Act::Noted { text } => format!("{who}メモを残しました: 「{text}」"),
        Act::TookOver { from } => format!("{who} {from} をここに統合しました"),
        Act::Merged { into } => format!("{who} {into} に統合しました"),
        Act::Unmerged { from } => format!("{who} {from} から元に戻しました"),
    }
}

pub(super) fn remark(by: &str, what: Remarked) -> String {
    match what {
        Remarked::LooksAtIt => format!("{by} が調べていると知らせました"),
        Remarked::IsOver => format!("{by} が解決したと知らせました"),
        Remarked::WantsNextStep => format!("{by} が次の担当者を呼ぶよう求めました"),
        Remarked::WantsReassigned(to) => format!("{by} が {to} への割り当てを求めました"),
        Remarked::Says(text) => format!("{by}:「{text}」"),
        Remarked::AsksFor(command) => format!("{by} が {command} を求めました"),
    }
}

fn delivery(line: &DeliveryLine) -> String {
    let again = |repeat: &bool| {
        if *repeat { "（再送: 前回の分が届いている可能性あり）" } else { "" }
    };
    match line {
        DeliveryLine::Contacting { user, rings: true, delivery, repeat, .. } => {
            format!("{user} に電話しています（配信 {delivery}）{}", again(repeat))
        }
        DeliveryLine::Contacting { user, way, delivery, repeat, .. } => {
            format!("{user} に{way}を送信（配信 {delivery}）{}", again(repeat))
        }
        DeliveryLine::Shown { ticket, delivery, repeat } => {
            let what = if *ticket { "チケット" } else { "チャンネルのメッセージ" };
            format!("{what}（配信 {delivery}）{}", again(repeat))
        }
        DeliveryLine::HangingUp { call } => format!("電話 {call} を切ります"),
        DeliveryLine::Asking { of } => format!("配信 {of} の状況を問い合わせます"),
        DeliveryLine::Editing { of } => format!("配信 {of} のメッセージを更新します"),
        DeliveryLine::Outcome { delivery, what, again, slowed: by } => {
            let again = again.map_or_else(String::new, |at| format!("。再試行 {at}"));
            let by = by.as_ref().map_or_else(String::new, slowed);
            format!("配信 {delivery}: {}{again}{by}", ended(what))
        }
        DeliveryLine::Waits { user, way, why, until } => {
            format!("{user} への{way}は待機中です: {}", waits(why, until))
        }
        DeliveryLine::Hastened { user, way, reason } => {
            format!("{user} への{way}を早めます: {reason}")
        }
        DeliveryLine::GaveUp { user, way, reason } => {
            format!("{user} への{way}をやめます: {reason}")
        }
        DeliveryLine::CallNotNeeded { delivery } => format!("電話 {delivery} は不要になりました"),
        DeliveryLine::CallEnded { delivery } => format!("電話 {delivery} が終わりました"),
    }
}

fn waits(why: &Waiting, until: &str) -> String {
    match why {
        Waiting::Call { about, more, answered } => {
            let more = if *more > 0 { format!(" ほか{more}件") } else { String::new() };
            let about = format!("{}{more}", about.join("、"));
            match answered {
                true => format!("{about} の件で通話中です（最長 {until} まで）"),
                false => format!("{about} の件で呼び出し中です（応答がなければ最長 {until} まで）"),
            }
        }
        Waiting::Provider(name) => {
            format!("{name} から送信を控えるよう求められ、1件ずつ送っています（最長 {until} まで）")
        }
    }
}

fn slowed(by: &Slowed) -> String {
    let Slowed { provider, until, what } = by;
    match what {
        Carries::Pages(way) => format!("。{way}は1件ずつ送ります（最長 {until} まで）"),
        Carries::Rooms => format!("。{until} まで {provider} のチャンネルへの投稿を控えます"),
        Carries::Tickets => format!("。{until} まで {provider} のチケットの更新を控えます"),
        Carries::Rest => format!("。{until} まで {provider} への送信を控えます"),
    }
}

fn ended(what: &Ended) -> String {
    match what {
        Ended::Accepted(reference) => format!("受け付けられました（{reference}）"),
        Ended::Delivered(reference) => format!("届きました（{reference}）"),
        Ended::DeliveredBut(reference, reason) => format!("届きました（{reference}）。ただし {reason}"),
        Ended::Answered => "応答がありました".to_owned(),
        Ended::Pressed(key) => format!("{key} が押されました"),
        Ended::Over(reason) => format!("終了: {reason}"),
        Ended::Rejected(reason) => format!("拒否されました: {reason}"),
        Ended::Unavailable(reason) => format!("送れませんでした: {reason}"),
        Ended::Unknown(reason) => format!("届いたかどうか不明です: {reason}"),
    }
}

fn said(alert: &Said) -> String {
    let by_rules = alert.by_rules.map_or_else(String::new, rules::ja);
    format!("「{}」（{}{by_rules}）", alert.words, alert.integration)
}

fn held_back(held: &Held) -> String {
    format!("{}（{} まで）{}", held_by(held.by), held.until, reason(held.reason))
}

fn held_by(by: HeldBy) -> &'static str {
    match by {
        HeldBy::Silence => "サイレンス中",
        HeldBy::Inhibition => "抑止中",
        HeldBy::Wait => "保留中",
    }
}

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

fn way(via: Via) -> &'static str {
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
        Why::AlreadyAcknowledged => "対応済みです".into(),
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
        Why::HolderLeft(user) => format!("対応していた {user} さんはすでに離任しています"),
        Why::NotResolvedInTime => "対応が始まりましたが、時間内に解決していません".into(),
        Why::SnoozeOver => "スヌーズが終わりました".into(),
        Why::OwnTrouble => "サーバー自身の問題".into(),
        Why::IntegrationGone(integration) => format!("インテグレーション {integration} がなくなりました"),
        Why::NoRoute(file) => format!("{file} に該当するルートがありません"),
        Why::NoUrgencyRule(service) => format!("{service}: 該当する緊急度のルールがありません"),
        Why::BySeverity => "サービスがないため重大度による".into(),
        Why::RaiseWhen(rule) => format!("{}（raise_when）", super::Language::Ja.rule(rule)),
    }
}

/// `5分`, `90秒`, `1時間`.
fn span(seconds: u32) -> String {
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
