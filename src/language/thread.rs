//! The lines of a thread or of a ticket's comments, in every language: what changed, for people who come along later.
//!
//! Names, clock times and words of alerts are given as they are to be shown. Which changes are said, and when, is decided by the
//! incident.

use super::reason as given;
use super::timeline::{Held, HeldBy};
use super::{Language, Word, inhibition};
use crate::reason::Why;

/// One line.
#[derive(Clone, Copy, Debug)]
pub enum ThreadLine<'a> {
    /// Alerts joined: some by their words, and so many more.
    Joined {
        alerts: &'a [String],
        more: usize,
    },
    FiresAgain {
        alerts: &'a [String],
        more: usize,
    },
    /// Alerts are over, and so many others still fire.
    Over {
        alerts: &'a [String],
        more: usize,
        firing: u32,
    },
    Left {
        alert: &'a str,
        why: &'a Why,
    },
    Worse {
        alert: &'a str,
        severity: Word,
    },
    NowSays {
        alert: &'a str,
    },
    Urgency {
        urgency: Word,
    },
    HeldBack(Held<'a>),
    Released {
        by: HeldBy,
    },
    /// `None`: to no service that is known.
    MovedTo {
        service: Option<&'a str>,
    },
    /// Who is told, with the step. `waited`: nobody has taken it in the step before.
    Telling {
        waited: bool,
        telling: &'a str,
    },
    AlsoAcknowledged {
        by: &'a str,
    },
    EscalatedBy {
        by: &'a str,
    },
    Reassigned {
        to: &'a [String],
        by: &'a str,
    },
    TriggeredAgain {
        why: &'a Why,
    },
    /// Somebody who may not respond says something, as a sentence without its full stop.
    Remarked {
        remark: &'a str,
    },
    /// What somebody did, as the timeline says it.
    Did {
        sentence: &'a str,
    },
    /// So many lines were too many to be kept.
    More {
        count: u32,
    },
}

impl Language {
    /// A line of a thread.
    pub fn thread(self, line: &ThreadLine) -> String {
        match self {
            Language::Ja => ja(line),
            Language::En => en(line),
        }
    }
}

fn en(line: &ThreadLine) -> String {
    let why = |why: &Why| Language::En.why(why);
    match line {
        ThreadLine::Joined { alerts, more } => match counted(alerts, *more) {
            1 => format!("{} has joined.", en_list(alerts, *more)),
            count => format!("{count} have joined: {}.", en_list(alerts, *more)),
        },
        ThreadLine::FiresAgain { alerts, more } => match counted(alerts, *more) {
            1 => format!("{} fires again.", en_list(alerts, *more)),
            count => format!("{count} fire again: {}.", en_list(alerts, *more)),
        },
        ThreadLine::Over { alerts, more, firing } => {
            let still = match firing {
                0 => "none fires any more".to_owned(),
                1 => "1 still fires".to_owned(),
                firing => format!("{firing} still fire"),
            };
            match counted(alerts, *more) {
                1 => format!("{} is over, {still}.", en_list(alerts, *more)),
                count => format!("{count} are over: {}; {still}.", en_list(alerts, *more)),
            }
        }
        ThreadLine::Left { alert, why: reason } => {
            format!("\"{alert}\" has an incident of its own now: {}.", why(reason))
        }
        ThreadLine::Worse { alert, severity } => {
            format!("\"{alert}\" is now {}.", Language::En.word(*severity).to_lowercase())
        }
        ThreadLine::NowSays { alert } => format!("It now says: \"{alert}\"."),
        ThreadLine::Urgency { urgency } => {
            format!("The urgency is now {}.", Language::En.word(*urgency).to_lowercase())
        }
        ThreadLine::HeldBack(held) if held.by == HeldBy::Inhibition => inhibition::thread_en(held),
        ThreadLine::HeldBack(Held { by, until, reason, rule, .. }) => {
            let held = if *by == HeldBy::Silence { "Silenced" } else { "Held" };
            format!("{held} until {until}{} ({rule}).", given(reason))
        }
        ThreadLine::Released { by: HeldBy::Silence } => "The silence is over.".into(),
        ThreadLine::Released { by: HeldBy::Inhibition } => "It is no longer inhibited.".into(),
        ThreadLine::Released { by: HeldBy::Wait } => "The wait is over.".into(),
        ThreadLine::MovedTo { service: Some(service) } => format!("Moved to {service}."),
        ThreadLine::MovedTo { service: None } => "It belongs to no service now.".into(),
        ThreadLine::Telling { waited: true, telling } => format!("Not acknowledged yet. Telling: {telling}"),
        ThreadLine::Telling { waited: false, telling } => format!("Telling: {telling}"),
        ThreadLine::AlsoAcknowledged { by } => format!("Also acknowledged by {by}."),
        ThreadLine::EscalatedBy { by } => format!("Escalated by {by}."),
        ThreadLine::Reassigned { to, by } => format!("Reassigned to {} by {by}.", Language::En.list(to)),
        ThreadLine::TriggeredAgain { why: reason } => format!("Triggered again: {}.", why(reason)),
        ThreadLine::Remarked { remark } => {
            format!("{remark}. They may not respond, so nothing else changed.")
        }
        ThreadLine::Did { sentence } => {
            let mut letters = sentence.chars();
            let first: String = letters.next().into_iter().flat_map(char::to_uppercase).collect();
            format!("{first}{}.", letters.as_str())
        }
        ThreadLine::More { count: 1 } => "And 1 more change.".into(),
        ThreadLine::More { count } => format!("And {count} more changes."),
    }
}

fn ja(line: &ThreadLine) -> String {
    let why = |why: &Why| Language::Ja.why(why);
    match line {
        ThreadLine::Joined { alerts, more } => match counted(alerts, *more) {
            1 => format!("{}が加わりました。", ja_list(alerts, *more)),
            count => format!("アラートが{count}件加わりました: {}", ja_list(alerts, *more)),
        },
        ThreadLine::FiresAgain { alerts, more } => match counted(alerts, *more) {
            1 => format!("{}が再発しました。", ja_list(alerts, *more)),
            count => format!("アラートが{count}件再発しました: {}", ja_list(alerts, *more)),
        },
        ThreadLine::Over { alerts, more, firing } => {
            let still = match firing {
                0 => "発生中のものはありません".to_owned(),
                firing => format!("残り{firing}件が発生中です"),
            };
            match counted(alerts, *more) {
                1 => format!("{}が復旧しました。{still}。", ja_list(alerts, *more)),
                count => format!("アラートが{count}件復旧しました: {}。{still}。", ja_list(alerts, *more)),
            }
        }
        ThreadLine::Left { alert, why: reason } => {
            format!("「{alert}」は別のインシデントになりました（{}）。", why(reason))
        }
        ThreadLine::Worse { alert, severity } => {
            format!("「{alert}」の深刻度が{}になりました。", Language::Ja.word(*severity))
        }
        ThreadLine::NowSays { alert } => format!("内容が変わりました: 「{alert}」"),
        ThreadLine::Urgency { urgency } => {
            format!("緊急度が{}になりました。", Language::Ja.word(*urgency))
        }
        ThreadLine::HeldBack(held) if held.by == HeldBy::Inhibition => inhibition::thread_ja(held),
        ThreadLine::HeldBack(Held { by, until, reason, rule, .. }) => {
            let held = match by {
                HeldBy::Silence => "サイレンスにより通知を停止しています",
                HeldBy::Inhibition | HeldBy::Wait => "通知を保留しています",
            };
            let reason = if reason.is_empty() { String::new() } else { format!("、{reason}") };
            format!("{held}（{until} まで{reason}、{rule}）。")
        }
        ThreadLine::Released { by: HeldBy::Silence } => "サイレンスが終わりました。".into(),
        ThreadLine::Released { by: HeldBy::Inhibition } => "抑止が解除されました。".into(),
        ThreadLine::Released { by: HeldBy::Wait } => "保留が終わりました。".into(),
        ThreadLine::MovedTo { service: Some(service) } => format!("{service} に移りました。"),
        ThreadLine::MovedTo { service: None } => "担当のサービスがなくなりました。".into(),
        ThreadLine::Telling { waited: true, telling } if telling.starts_with("連絡できる人") => {
            format!("まだ応答がありません。{telling}")
        }
        ThreadLine::Telling { waited: true, telling } => {
            format!("まだ応答がありません。{telling}に連絡しています。")
        }
        ThreadLine::Telling { waited: false, telling } => format!("連絡中: {telling}"),
        ThreadLine::AlsoAcknowledged { by } => format!("{by} も対応に加わりました。"),
        ThreadLine::EscalatedBy { by } => format!("{by} が次の担当者を呼びました。"),
        ThreadLine::Reassigned { to, by } => {
            format!("{by} が {} に割り当てました。", Language::Ja.list(to))
        }
        ThreadLine::TriggeredAgain { why: reason } => format!("再び呼び出します: {}。", why(reason)),
        ThreadLine::Remarked { remark } => {
            format!("{remark}。対応する権限がないため、状態は変わりません。")
        }
        ThreadLine::Did { sentence } => format!("{sentence}。"),
        ThreadLine::More { count } => format!("ほかに{count}件の変化がありました。"),
    }
}

fn counted(alerts: &[String], more: usize) -> usize {
    alerts.len() + more
}

fn en_list(alerts: &[String], more: usize) -> String {
    let more = if more > 0 { format!(" and {more} more") } else { String::new() };
    format!("\"{}\"{more}", alerts.join("\", \""))
}

fn ja_list(alerts: &[String], more: usize) -> String {
    let more = if more > 0 { format!("、ほか{more}件") } else { String::new() };
    format!("「{}」{more}", alerts.join("」「"))
}
