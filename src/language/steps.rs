//! The lines of a timeline about steps, in every language: who is told, whose turn it is, and who has not answered.

use super::timeline::{NoticeStory, StepLine, ToldAs};
use super::{phrase_en, phrase_ja};
use crate::actor::Via;

pub(super) fn en(line: &StepLine) -> String {
    match line {
        StepLine::StepBegan { step, people, shadows, next } => {
            let round = if step.round > 1 { format!(", round {}", step.round) } else { String::new() };
            let shadows = match shadows {
                [] => String::new(),
                shadows => format!("; shadows: {}", shadows.join("; ")),
            };
            format!(
                "{}{round}: {}{shadows}; next step at {next}",
                phrase_en::position(step),
                phrase_en::list(people)
            )
        }
        StepLine::StepPassed { step, why: reason } => {
            format!("{} passed at once: {}", phrase_en::position(step), phrase_en::why(reason))
        }
        StepLine::Told { as_what, people } => {
            let what = match as_what {
                ToldAs::Informed => "to be informed",
                ToldAs::Shadows => "told as shadows",
                ToldAs::NowInStep => "now in the step, told",
                ToldAs::OnceAtLow => "told once, at low urgency",
            };
            format!("{what}: {}", phrase_en::list(people))
        }
        StepLine::Dropped { users } => format!("no longer in the step: {}", users.join(", ")),
        StepLine::Leaves { users } => {
            format!("leaves the step as soon as somebody new is reached: {}", users.join(", "))
        }
        StepLine::Stays { users } => format!("in the step again: {}", users.join(", ")),
        StepLine::Moved { step, next } => {
            format!("now at {}, next step at {next}", phrase_en::position(step))
        }
        StepLine::Chosen { step, user, busy: [] } => {
            format!("{}: it is {user}'s turn", phrase_en::position(step))
        }
        StepLine::Chosen { step, user, busy } => {
            let verb = if busy.len() == 1 { "is" } else { "are" };
            format!("{}: it is {user}'s turn; {} {verb} busy", phrase_en::position(step), busy.join(", "))
        }
        StepLine::Awaited { users, until } => {
            format!("{} must acknowledge too, told once more at {until}", users.join(", "))
        }
        StepLine::ToldAgain { users, until } => {
            let verb = if users.len() == 1 { "has" } else { "have" };
            format!("{} {verb} not acknowledged: told once more, until {until}", users.join(", "))
        }
        StepLine::AlsoUnanswered { users, by } => {
            format!("no answer by {}, whom {by} had paged too", users.join(", "))
        }
        StepLine::Unanswered { users: [] } => "nobody else is asked to acknowledge any more".to_owned(),
        StepLine::Unanswered { users } => {
            let verb = if users.len() == 1 { "has" } else { "have" };
            format!("{} {verb} not acknowledged", users.join(", "))
        }
    }
}

pub(super) fn ja(line: &StepLine) -> String {
    match line {
        StepLine::StepBegan { step, people, shadows, next } => {
            let round = if step.round > 1 { format!("（{} 巡目）", step.round) } else { String::new() };
            let shadows = match shadows {
                [] => String::new(),
                shadows => format!("。見習い: {}", shadows.join("、")),
            };
            format!(
                "{}{round}: {}{shadows}。次のステップ {next}",
                phrase_ja::position(step),
                phrase_ja::list(people)
            )
        }
        StepLine::StepPassed { step, why: reason } => {
            format!("{} を飛ばしました: {}", phrase_ja::position(step), phrase_ja::why(reason))
        }
        StepLine::Told { as_what, people } => {
            let what = match as_what {
                ToldAs::Informed => "共有する相手",
                ToldAs::Shadows => "見習いとして通知",
                ToldAs::NowInStep => "このステップに加わったため通知",
                ToldAs::OnceAtLow => "低い緊急度で一度だけ通知",
            };
            format!("{what}: {}", phrase_ja::list(people))
        }
        StepLine::Dropped { users } => format!("このステップから外れました: {}", users.join("、")),
        StepLine::Leaves { users } => {
            format!("新しい担当者に届きしだい、このステップから外れます: {}", users.join("、"))
        }
        StepLine::Stays { users } => format!("引き続きこのステップに入ります: {}", users.join("、")),
        StepLine::Moved { step, next } => {
            format!("{} に移りました。次のステップ {next}", phrase_ja::position(step))
        }
        StepLine::Chosen { step, user, busy: [] } => {
            format!("{}: {user} の番です", phrase_ja::position(step))
        }
        StepLine::Chosen { step, user, busy } => {
            format!("{}: {user} の番です（{} は対応中）", phrase_ja::position(step), busy.join("、"))
        }
        StepLine::Awaited { users, until } => {
            format!("{} の応答も必要です。{until} にもう一度通知します", users.join("、"))
        }
        StepLine::ToldAgain { users, until } => {
            format!("{} がまだ応答していないため、もう一度通知します（{until} まで）", users.join("、"))
        }
        StepLine::AlsoUnanswered { users, by } => {
            format!("{by} が呼び出した {} から応答がありません", users.join("、"))
        }
        StepLine::Unanswered { users: [] } => "ほかの人の応答は待ちません".to_owned(),
        StepLine::Unanswered { users } => format!("{} は応答していません", users.join("、")),
    }
}

pub(super) fn notice_en(line: &NoticeStory, way: fn(Via) -> &'static str) -> String {
    match line {
        NoticeStory::Planned { to: Some(to), at } => format!("a notice to {to}, at {at}"),
        NoticeStory::Planned { to: None, at } => format!("a notice to the room, at {at}"),
        NoticeStory::Dropped { notice } => format!("notice {notice} has no point any more"),
        NoticeStory::RoomFull { until } => {
            format!("its message waits until {until}: much is said in the room")
        }
        NoticeStory::OfferTaken { id, user } => format!("offer {id} is accepted by {user}"),
        NoticeStory::GapsTold { told: 0 } => "gaps to come are filled or over".to_owned(),
        NoticeStory::GapsTold { told } => format!("gaps to come are told: {told}"),
        NoticeStory::ShiftsTold => "the shifts until now have been told".to_owned(),
        NoticeStory::Declined { id, user, by, via } => {
            format!("{user} cannot take override {id}, said by {by} {}", way(*via))
        }
        NoticeStory::OptedOut { user, way, out: true } => {
            format!("{user} answered STOP: no {way} reaches them until they send START")
        }
        NoticeStory::OptedOut { user, way, out: false } => format!("{user} takes {way} again"),
    }
}

pub(super) fn notice_ja(line: &NoticeStory, way: fn(Via) -> &'static str) -> String {
    match line {
        NoticeStory::Planned { to: Some(to), at } => format!("{to} へのお知らせ（{at}）"),
        NoticeStory::Planned { to: None, at } => format!("チャンネルへのお知らせ（{at}）"),
        NoticeStory::Dropped { notice } => format!("お知らせ {notice} は不要になりました"),
        NoticeStory::RoomFull { until } => {
            format!("チャンネルへの投稿が多いため、{until} まで投稿を待ちます")
        }
        NoticeStory::OfferTaken { id, user } => format!("{user} が募集 {id} を引き受けました"),
        NoticeStory::GapsTold { told: 0 } => "当番のいない時間帯は解消または終了しました".to_owned(),
        NoticeStory::GapsTold { told } => format!("これから当番のいない時間帯を知らせました: {told} 件"),
        NoticeStory::ShiftsTold => "現在までのシフトを知らせました".to_owned(),
        NoticeStory::Declined { id, user, by, via } => {
            format!("{user} はオーバーライド {id} に対応できません（{by}、{}）", way(*via))
        }
        NoticeStory::OptedOut { user, way, out: true } => {
            format!("{user} が STOP と返信しました。START を送るまで{way}は届きません")
        }
        NoticeStory::OptedOut { user, way, out: false } => format!("{user} は{way}の受信を再開しました"),
    }
}
