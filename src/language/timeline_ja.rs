//! The lines of a timeline in Japanese.

use super::phrase_ja::{level, list, way, why};
use super::timeline::{
    Act, Carries, DeliveryLine, Ended, Held, HeldBy, Level, OverrideLine, Remarked, ResponseLine,
    RunTimeLine, Said, Slowed, TimelineLine, Waiting,
};
use super::{inhibition, own, reason, rules, steps};
use crate::actor::Via;
use crate::reason::Why;

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
        RunTimeLine::Offer { schedule, user, to, from, until } => {
            let to = to.join("、");
            format!(
                "{user} が {schedule} の代わりを {to} に募集しました: {from} から {until} まで（登録: {who}）"
            )
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
    let mut text = format!("発生: {what} → {service}、深刻度 {severity}、{}", level(*urgency));
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
        Waiting::Number { service } => {
            format!("{service} のアラートが多発しているため、件数をまとめて {until} に電話します")
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
        Ended::ByMachine => "留守番電話などの自動応答でした".to_owned(),
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
