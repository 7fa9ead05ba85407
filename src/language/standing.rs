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
    /// What can be done about an incident.
    pub commands: &'static str,
    /// Of the form of a silence.
    pub scope: &'static str,
    pub when: &'static str,
    pub everything: &'static str,
    pub see_first: &'static str,
    pub not_counted: &'static str,
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
    commands: "What to do",
    scope: "Choose services, say which alerts, or both: what fits both is muted. You see what that is before it begins.",
    when: "Only alerts with, one a line (labels.env=staging, severity=warning)",
    everything: "Everything, for 4 hours at most",
    see_first: "See what it would mute",
    not_counted: "How much it would mute could not be counted in time.",
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
    commands: "できること",
    scope: "サービスか、対象のアラートの条件、またはその両方を指定してください（両方を指定すると、どちらにも合うものが対象です）。始める前に対象を確かめられます。",
    when: "アラートの条件（1行に1つ。例: labels.env=staging、severity=warning）",
    everything: "すべてのサービス（最長4時間）",
    see_first: "対象を確かめる",
    not_counted: "対象となる件数を時間内に数えられませんでした。",
};

impl Language {
    pub fn standing(self) -> &'static StandingWords {
        const WORDS: (&StandingWords, &StandingWords) = (&EN, &JA);
        match self {
            Language::En => WORDS.0,
            Language::Ja => WORDS.1,
        }
    }

    pub fn not_a_matcher(self, line: &str) -> String {
        match self {
            Language::En => format!("`{line}` should be a name and a value, as in labels.env=staging"),
            Language::Ja => format!("`{line}` は labels.env=staging のように「名前=値」で書いてください。"),
        }
    }
}
