//! The words of the pages of services, integrations, the grid of schedules and the config, in English and Japanese.

use super::Language;

/// What these pages say, but for what stands on every page.
#[derive(Clone, Copy, Debug)]
pub struct CatalogueWords {
    pub services: &'static str,
    pub integrations: &'static str,
    pub config: &'static str,
    pub all_schedules: &'static str,
    pub policy: &'static str,
    pub rules: &'static str,
    pub recent: &'static str,
    pub otherwise: &'static str,
    pub any_alert: &'static str,
    pub in_hours: &'static str,
    pub raised_later: &'static str,
    pub held_for: &'static str,
    /// Round how long a step waits for the next.
    pub next_after: (&'static str, &'static str),
    pub fallback: &'static str,
    pub repeats: &'static str,
    pub kind: &'static str,
    pub requests: &'static str,
    pub last_event: &'static str,
    pub last_error: &'static str,
    pub for_administrators: &'static str,
    pub never: &'static str,
    pub address: &'static str,
    pub in_force: &'static str,
    pub since: &'static str,
    pub refused: &'static str,
    pub waiting: &'static str,
    pub unreachable: &'static str,
    pub missing_secrets: &'static str,
    pub has_errors: &'static str,
    pub week: &'static str,
    pub day: &'static str,
    pub month: &'static str,
    pub range: &'static str,
}

const EN: CatalogueWords = CatalogueWords {
    services: "Services",
    integrations: "Integrations",
    config: "Config",
    all_schedules: "All schedules",
    policy: "Who is told",
    rules: "How urgent it is",
    recent: "Recent incidents",
    otherwise: "nothing of this matches: high urgency",
    any_alert: "every other alert",
    in_hours: "in these hours only",
    raised_later: "becomes high when office hours begin",
    held_for: "nobody is told if it is over within",
    next_after: (" – the next after ", ""),
    fallback: "then the fallback",
    repeats: "repeated",
    kind: "Type",
    requests: "requests since the start",
    last_event: "Last event",
    last_error: "Last error",
    for_administrators: "Shown to administrators.",
    never: "Nothing since the start",
    address: "Address",
    in_force: "In force",
    since: "Since",
    refused: "Refused",
    waiting: "These commits wait behind it",
    unreachable: "The repository cannot be read",
    missing_secrets: "Secrets that do not resolve",
    has_errors: "What is in force has errors; it stays, because it was in force before",
    week: "Week",
    day: "Day",
    month: "Month",
    range: "Range",
};

const JA: CatalogueWords = CatalogueWords {
    services: "サービス",
    integrations: "連携",
    config: "設定",
    all_schedules: "すべてのスケジュール",
    policy: "連絡する相手",
    rules: "緊急度の決まり方",
    recent: "最近のインシデント",
    otherwise: "どれにも当てはまらない場合：緊急度は高",
    any_alert: "その他のすべてのアラート",
    in_hours: "この時間帯のみ",
    raised_later: "営業時間が始まると緊急度は高になる",
    held_for: "次の時間内に復旧すれば連絡しない：",
    next_after: ("（次のステップは ", " 後）"),
    fallback: "その後は最終連絡先",
    repeats: "繰り返し",
    kind: "種類",
    requests: "件のリクエスト（起動後）",
    last_event: "最後のイベント",
    last_error: "最後のエラー",
    for_administrators: "管理者にのみ表示します。",
    never: "起動後はまだありません",
    address: "アドレス",
    in_force: "適用中",
    since: "適用開始",
    refused: "適用できないコミット",
    waiting: "後に続く未適用のコミット",
    unreachable: "リポジトリを読み込めません",
    missing_secrets: "取得できないシークレット",
    has_errors: "適用中の設定にエラーがあります（以前から適用されていたため、そのまま使用しています）",
    week: "週",
    day: "日",
    month: "月",
    range: "表示期間",
};

impl CatalogueWords {
    /// Whom a step tells, and after how long the next begins.
    pub fn step(&self, names: &str, wait: &str) -> String {
        format!("{names}{}{wait}{}", self.next_after.0, self.next_after.1)
    }
}

impl Language {
    /// The words of these pages.
    pub fn catalogue(self) -> &'static CatalogueWords {
        const WORDS: (&CatalogueWords, &CatalogueWords) = (&EN, &JA);
        match self {
            Language::En => WORDS.0,
            Language::Ja => WORDS.1,
        }
    }
}
