//! The words of one alert's noise, in every language: opened again, flapping, held, silenced until it is over.
//!
//! Names, clock times and words of alerts are given as they are to be shown.

use super::Language;
use super::timeline::Level;
use crate::reason::Why;

/// A line of a timeline.
#[derive(Clone, Copy, Debug)]
pub enum NoiseLine<'a> {
    Reopened {
        words: &'a str,
        integration: &'a str,
        severity: &'a str,
        urgency: Level,
        raise_at: Option<&'a str>,
    },
    /// It has begun to fire so often, within so many seconds, and must be quiet for so many.
    Flaps {
        key: &'a str,
        fires: u32,
        within: u32,
        quiet: u32,
    },
    Cleared {
        key: &'a str,
        why: &'a Why,
        until: &'a str,
    },
    Calmed {
        key: &'a str,
        why: &'a Why,
    },
    /// A silence until an incident is resolved: one of its alerts fires, or none does any more.
    SilenceEnds {
        id: u64,
        until: &'a str,
        fires: bool,
    },
}

/// A line of a thread. Alerts are named by their words.
#[derive(Clone, Copy, Debug)]
pub enum NoiseNews<'a> {
    Reopened { alert: &'a str },
    Flaps { alert: &'a str, fires: u32, within: u32, quiet: u32 },
    Calmed { alert: &'a str, fires: bool },
}

/// What stands in a headline.
#[derive(Clone, Copy, Debug)]
pub enum Mark<'a> {
    Held {
        until: &'a str,
    },
    Silenced,
    Snoozed {
        until: &'a str,
    },
    Merged {
        into: &'a str,
    },
    /// So many fires within so many seconds.
    Flapping {
        fires: u32,
        within: u32,
    },
}

impl Language {
    pub fn noise(self, line: &NoiseLine) -> String {
        match self {
            Language::En => en(line),
            Language::Ja => ja(line),
        }
    }

    pub fn noise_news(self, line: &NoiseNews) -> String {
        match self {
            Language::En => news_en(line),
            Language::Ja => news_ja(line),
        }
    }

    /// A word or two in a headline.
    pub fn mark(self, mark: &Mark) -> String {
        match (self, mark) {
            (Language::En, Mark::Held { until }) => format!("held until {until}"),
            (Language::Ja, Mark::Held { until }) => format!("{until}まで保留中"),
            (Language::En, Mark::Silenced) => "silenced".to_owned(),
            (Language::Ja, Mark::Silenced) => "サイレンス中".to_owned(),
            (Language::En, Mark::Snoozed { until }) => format!("snoozed until {until}"),
            (Language::Ja, Mark::Snoozed { until }) => format!("{until}までスヌーズ"),
            (Language::En, Mark::Merged { into }) => format!("merged into {into}"),
            (Language::Ja, Mark::Merged { into }) => format!("{into} に統合済み"),
            (Language::En, Mark::Flapping { fires, within }) => {
                format!("flapping ({fires} in {})", short_en(*within))
            }
            (Language::Ja, Mark::Flapping { fires, within }) => {
                format!("フラッピング中（{}に{fires}回）", short_ja(*within))
            }
        }
    }
}

fn en(line: &NoiseLine) -> String {
    let why = |why: &Why| Language::En.why(why);
    match line {
        NoiseLine::Reopened { words, integration, severity, urgency, raise_at } => {
            let level = super::phrase_en::level(*urgency);
            let raised = raise_at.map_or_else(String::new, |at| format!(", raised at {at} if still open"));
            format!("opened again: \"{words}\" from {integration} fires again, {severity}, {level}{raised}")
        }
        NoiseLine::Flaps { key, fires, within, quiet } => format!(
            "alert {key} flaps ({fires} in {}): it stays open and pages as one, until it has not changed for {}",
            short_en(*within),
            short_en(*quiet)
        ),
        NoiseLine::Cleared { key, why: reason, until } => {
            format!("alert {key} clears: {}; it flaps, so it stays open until {until}", why(reason))
        }
        NoiseLine::Calmed { key, why: reason } => format!("alert {key} flaps no more: {}", why(reason)),
        NoiseLine::SilenceEnds { id, until, fires: true } => {
            format!("silence #{id} goes on until {until}: one of its alerts fires again")
        }
        NoiseLine::SilenceEnds { id, until, fires: false } => {
            format!("silence #{id} ends at {until}, unless one of its alerts fires again")
        }
    }
}

fn ja(line: &NoiseLine) -> String {
    let why = |why: &Why| Language::Ja.why(why);
    match line {
        NoiseLine::Reopened { words, integration, severity, urgency, raise_at } => {
            let level = super::phrase_ja::level(*urgency);
            let raised =
                raise_at.map_or_else(String::new, |at| format!("、{at} に未解決なら緊急度を上げます"));
            format!(
                "再発により再開しました: 「{words}」（{integration}）、深刻度 {severity}、{level}{raised}"
            )
        }
        NoiseLine::Flaps { key, fires, within, quiet } => format!(
            "アラート {key} がフラッピングしています（{}に{fires}回）: {}変化がなくなるまで、1 件の発生として扱います",
            short_ja(*within),
            short_ja(*quiet)
        ),
        NoiseLine::Cleared { key, why: reason, until } => {
            format!(
                "アラート {key} が復旧しました（{}）。フラッピング中のため、{until} までは未解決のままです",
                why(reason)
            )
        }
        NoiseLine::Calmed { key, why: reason } => {
            format!("アラート {key} のフラッピングが収まりました: {}", why(reason))
        }
        NoiseLine::SilenceEnds { id, until, fires: true } => {
            format!("アラートが再発したため、サイレンス #{id} は {until} まで続きます")
        }
        NoiseLine::SilenceEnds { id, until, fires: false } => {
            format!("再発がなければ、サイレンス #{id} は {until} に終わります")
        }
    }
}

fn news_en(line: &NoiseNews) -> String {
    match line {
        NoiseNews::Reopened { alert } => format!("\"{alert}\" fires again: this is open again."),
        NoiseNews::Flaps { alert, fires, within, quiet } => format!(
            "\"{alert}\" is flapping ({fires} in {}): this stays open and pages as one, until it has not changed for {}.",
            short_en(*within),
            short_en(*quiet)
        ),
        NoiseNews::Calmed { alert, fires: true } => {
            format!("\"{alert}\" is no longer flapping: it still fires.")
        }
        NoiseNews::Calmed { alert, fires: false } => {
            format!("\"{alert}\" is no longer flapping: it is over.")
        }
    }
}

fn news_ja(line: &NoiseNews) -> String {
    match line {
        NoiseNews::Reopened { alert } => format!("「{alert}」が再発したため、再開しました。"),
        NoiseNews::Flaps { alert, fires, within, quiet } => format!(
            "「{alert}」がフラッピングしています（{}に{fires}回）。{}変化がなくなるまで、1件の発生として扱います。",
            short_ja(*within),
            short_ja(*quiet)
        ),
        NoiseNews::Calmed { alert, fires: true } => {
            format!("「{alert}」のフラッピングが収まりました。まだ発生中です。")
        }
        NoiseNews::Calmed { alert, fires: false } => {
            format!("「{alert}」のフラッピングが収まり、復旧しました。")
        }
    }
}

/// `8s`, `12m`, `1h5m`.
fn short_en(seconds: u32) -> String {
    short(seconds, ["h", "m", "s"])
}

fn short_ja(seconds: u32) -> String {
    short(seconds, ["時間", "分", "秒"])
}

/// Minutes from the first on; seconds below.
fn short(seconds: u32, [hour, minute, second]: [&str; 3]) -> String {
    match (seconds / 3_600, seconds / 60 % 60) {
        (0, 0) => format!("{seconds}{second}"),
        (0, minutes) => format!("{minutes}{minute}"),
        (hours, 0) => format!("{hours}{hour}"),
        (hours, minutes) => format!("{hours}{hour}{minutes}{minute}"),
    }
}
