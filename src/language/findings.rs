//! What the config's files are told in Japanese where the English is in a table already: the codes, and what schemas say.

/// What a schema says of a text that its pattern refuses (`patternErrorMessage`), both halves of it.
const SCHEMA: &[(&str, &str)] = &[
    ("is not a duration", "は時間の長さとして読めません"),
    (
        "write it like `30s`, `5m`, `1h30m` or `2 weeks`",
        "`30s`、`5m`、`1h30m`、`2 weeks` のように書いてください",
    ),
    ("is not a length of time", "は期間として読めません"),
    (
        "write it like `90 days`, `13 months` or `3 years`",
        "`90 days`、`13 months`、`3 years` のように書いてください",
    ),
    ("write it like `5m` or `1h`, or `never`", "`5m` や `1h`、または `never` と書いてください"),
    ("is not the length of a shift", "はシフトの長さとして読めません"),
    (
        "write it like `12 hours`, `1 day`, `1 week` or `1 month`",
        "`12 hours`、`1 day`、`1 week`、`1 month` のように書いてください",
    ),
    ("is not a handoff", "は交代の時刻として読めません"),
    (
        "write it like `mon 10:00` for weeks, `first mon 10:00` for months, or `10:00`",
        "週単位なら `mon 10:00`、月単位なら `first mon 10:00`、そのほかは `10:00` のように書いてください",
    ),
    ("is not a date", "は日付として読めません"),
    ("write it like `2026-12-05`", "`2026-12-05` のように書いてください"),
    ("is not a date with a time", "は日時として読めません"),
    (
        "write it like `2026-12-05 10:00` or `2026-12-05T10:00+09:00`",
        "`2026-12-05 10:00` か `2026-12-05T10:00+09:00` のように書いてください",
    ),
    ("is not the id of a Slack channel", "は Slack のチャンネル ID ではありません"),
    (
        "it begins with C and is at the bottom of the channel's details",
        "C で始まり、チャンネル詳細の一番下にあります",
    ),
    ("is not a Slack member id", "は Slack のメンバー ID ではありません"),
    (
        "it begins with U and is under \"Copy member ID\" in the profile",
        "U で始まり、プロフィールの「メンバー ID をコピー」で取得できます",
    ),
    ("is not the id of a Slack user group", "は Slack のユーザーグループ ID ではありません"),
    ("it begins with S and is under \"Copy group ID\"", "S で始まり、「グループ ID をコピー」で取得できます"),
    ("is not a region", "はリージョン名ではありません"),
    ("write it like `ap-northeast-1`", "`ap-northeast-1` のように書いてください"),
    ("is not the ARN of an Application Load Balancer", "は Application Load Balancer の ARN ではありません"),
    ("is not an AUD tag", "は AUD タグではありません"),
    ("it has 64 digits and letters from a to f", "0〜9 と a〜f の 64 文字です"),
    ("is not an audience of IAP", "は IAP のオーディエンスではありません"),
    (
        "write it like `/projects/123456789012/global/backendServices/1234567890123456789`",
        "`/projects/123456789012/global/backendServices/1234567890123456789` のように書いてください",
    ),
    ("is not an id", "は ID ではありません"),
    ("it is the last part of the instance's ARN", "インスタンスの ARN の末尾です"),
    ("it is the last part of the contact flow's ARN", "フローの ARN の末尾です"),
    ("is not a web address", "は URL ではありません"),
    ("write it like `https://oncall.example.com`", "`https://oncall.example.com` のように書いてください"),
    ("is not a time of day", "は時刻として読めません"),
    (
        "write it like `10:00`, or `fri 18:00` without `days`",
        "`10:00`、`days` を書かない場合は `fri 18:00` のように書いてください",
    ),
    (
        "write it like `19:00`, or `mon 10:00` without `days`",
        "`19:00`、`days` を書かない場合は `mon 10:00` のように書いてください",
    ),
    (
        "a rotation of weeks names the weekday: write it like `mon 10:00`",
        "週単位の交代では `mon 10:00` のように曜日を書きます",
    ),
    (
        "a rotation of hours or days names no weekday: write it like `10:00`",
        "時間単位と日単位の交代では、曜日を付けずに `10:00` のように書きます",
    ),
    (
        "a rotation of months says which weekday of the month: write it like `first mon 10:00`, or `10:00`",
        "月単位の交代では、`first mon 10:00` のように第何曜日かを書くか、`10:00` と書きます",
    ),
    ("is not written as expected", "は決まった形で書かれていません"),
];

/// The Japanese of what a schema says; what is not known stays as it is, and a test finds it.
pub fn of_schema(said: &str) -> &str {
    SCHEMA.iter().find(|(english, _)| *english == said).map_or(said, |(_, japanese)| *japanese)
}

/// What is wrong with a template, as its engine says it: in Japanese what people get wrong, the rest as it was said.
pub fn template_fault(said: &str) -> String {
    let unknown = said.strip_prefix("unknown filter: filter ").and_then(|it| it.strip_suffix(" is unknown"));
    match (said, unknown) {
        ("unexpected end of input, expected end of variable block", _) => "`}}` がありません".to_owned(),
        ("unexpected end of input, expected end of block", _) => "`%}` がありません".to_owned(),
        ("it takes too much work", _) => "処理が多すぎます".to_owned(),
        (_, Some(filter)) => format!("フィルター `{filter}` はありません"),
        (said, None) if said.contains('`') => said.to_owned(),
        (said, None) => format!("`{said}`"),
    }
}
