//! The words of the page of who is on call: what runs for now, taking over, and ending early; in English and Japanese.

use super::Language;

#[derive(Clone, Copy, Debug)]
pub struct StandingWords {
    pub standing: &'static str,
    pub take: &'static str,
    pub end: &'static str,
    pub cannot: &'static str,
    pub away: &'static str,
    pub every_service: &'static str,
    pub matching: &'static str,
    /// Of a form: whoever is chosen comes beside those on call.
    pub beside: &'static str,
    pub to_step: &'static str,
    pub people: &'static str,
    pub policies: &'static str,
}

const EN: StandingWords = StandingWords {
    standing: "Overrides, silences and absences",
    take: "Take over until the handoff",
    end: "End it now",
    cannot: "I cannot do it",
    away: "Away",
    every_service: "every service",
    matching: "what matches",
    beside: "Nobody: in addition to those on call",
    to_step: "To step",
    people: "People",
    policies: "Escalation policies",
};

const JA: StandingWords = StandingWords {
    standing: "当番の変更・通知の停止・不在",
    take: "次の交代まで引き受ける",
    end: "今すぐ終了する",
    cannot: "対応できない",
    away: "不在",
    every_service: "すべてのサービス",
    matching: "条件に合うもの",
    beside: "なし（今の当番に加わる）",
    to_step: "呼び出すステップ",
    people: "人",
    policies: "エスカレーションポリシー",
};

impl Language {
    pub fn standing(self) -> &'static StandingWords {
        const WORDS: (&StandingWords, &StandingWords) = (&EN, &JA);
        match self {
            Language::En => WORDS.0,
            Language::Ja => WORDS.1,
        }
    }
}
