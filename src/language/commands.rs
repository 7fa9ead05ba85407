//! What commands print of a config and of a server's lists, where the sentence is the command's own: what is unknown, what was
//! written, which URL to paste where.
//!
//! Both languages stand beside each other. What an edit does is said in [`edits`](super::edits), who is on call in
//! [`on_call`](super::on_call), how a body is understood in [`understood`](super::understood).

use super::words::Words;

/// What an id names.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Noun {
    User,
    Schedule,
    Service,
    Integration,
    EscalationPolicy,
}

impl Noun {
    fn words(self) -> (&'static str, &'static str) {
        match self {
            Noun::User => ("user", "ユーザー"),
            Noun::Schedule => ("schedule", "スケジュール"),
            Noun::Service => ("service", "サービス"),
            Noun::Integration => ("integration", "インテグレーション"),
            Noun::EscalationPolicy => ("escalation policy", "エスカレーションポリシー"),
        }
    }
}

pub fn unknown(noun: Noun, id: &str) -> Words {
    let (en, ja) = noun.words();
    let is_not = if noun == Noun::User { "いません" } else { "ありません" };
    Words::new(format!("there is no {en} `{id}`"), format!("{ja} `{id}` は{is_not}"))
}

pub fn unknown_among_none(noun: Noun, id: &str) -> Words {
    let there = unknown(noun, id);
    let ja = noun.words().1;
    Words::new(
        format!("{}: the config has none", there.en),
        format!("{}。設定には{ja}が 1 つもありません", there.ja),
    )
}

pub fn unknown_near(noun: Noun, id: &str, near: &str, all: &str) -> Words {
    let there = unknown(noun, id);
    Words::new(
        format!("{}: did you mean `{near}`? There are: {all}", there.en),
        format!("{}。`{near}` のことですか？ 使えるのは {all} です", there.ja),
    )
}

pub fn named_twice(id: &str) -> Words {
    Words::new(format!("`{id}` is named twice"), format!("`{id}` が 2 回書かれています"))
}

pub fn no_code(code: &str) -> Words {
    Words::new(
        format!("there is no code `{code}`: `oncall explain` lists all of them"),
        format!("`{code}` というコードはありません。`oncall explain` で一覧できます"),
    )
}

pub fn no_code_near(code: &str, near: &str) -> Words {
    Words::new(
        format!("there is no code `{code}`: did you mean `{near}`?"),
        format!("`{code}` というコードはありません。`{near}` のことですか？"),
    )
}

/// Before what is wrong.
pub fn error() -> Words {
    Words::new("error: ", "エラー: ")
}

pub fn warning() -> Words {
    Words::new("warning: ", "警告: ")
}

// An edit of files.

pub fn not_as_asked(files: &str) -> Words {
    Words::new(
        format!("{files}: the edit would not do what you asked for: change it by hand"),
        format!("{files}: この編集では意図したとおりになりません。ファイルを直接書き換えてください"),
    )
}

pub fn nothing_to_change() -> Words {
    Words::new("Nothing to change.", "変更するものはありません。")
}

pub fn would_break() -> Words {
    Words::new(
        "this would break the config, so nothing was changed:",
        "このように変えると設定がエラーになるため、何も変更していません:",
    )
}

pub fn wrote(files: &str) -> Words {
    Words::new(format!("Wrote {files}."), format!("{files} に書き込みました。"))
}

pub fn nothing_written() -> Words {
    Words::new(
        "Nothing was written; add --write.",
        "まだ書き込んでいません。書き込むには --write を付けてください。",
    )
}

/// Before what `validate` finds that it did not find before.
pub fn validate_would(fail: bool) -> Words {
    if fail {
        return Words::new(
            "`oncall validate` would then fail:",
            "この変更の後、`oncall validate` はエラーになります:",
        );
    }
    Words::new("`oncall validate` would then warn:", "この変更の後、`oncall validate` は警告します:")
}

pub fn to_decide() -> Words {
    Words::new("For you to decide", "判断が必要な箇所")
}

pub fn no_shift_changes() -> Words {
    Words::new("Nobody's shifts change.", "誰のシフトも変わりません。")
}

pub fn times_in(zone: &str) -> Words {
    Words::new(format!("Times are in {zone}."), format!("時刻は {zone} です。"))
}

// Times.

pub fn about_no_schedule(said: &str) -> Words {
    Words::new(
        format!("`{said}`: this is about no one schedule: give a time, not handoff"),
        format!("`{said}`: どのスケジュールの交代かが決まりません。時刻を指定してください"),
    )
}

pub fn silence_until_handoff(said: &str) -> Words {
    Words::new(
        format!("`{said}`: a silence is about no schedule: give a time"),
        format!("`{said}`: サイレンスはスケジュールに関係しないので、時刻を指定してください"),
    )
}

pub fn not_an_instant(said: &str, why: &Words) -> Words {
    Words::new(
        format!("`{said}` is not an instant: {}", why.en),
        format!("`{said}` は日時として読めません。{}", why.ja),
    )
}

pub fn range_ends_first(from: &str, until: &str) -> Words {
    Words::new(
        format!("--until ({until}) is not after --from ({from})"),
        format!("--until（{until}）が --from（{from}）より後になっていません"),
    )
}

pub fn range_too_long() -> Words {
    Words::new(
        "the range is longer than ten years: ask for it in parts",
        "期間が 10 年を超えています。分けて指定してください",
    )
}

pub fn too_many_shifts(most: usize) -> Words {
    Words::new(
        format!("a calendar holds at most {most} shifts: ask for a shorter range"),
        format!("カレンダーに入るシフトは {most} 件までです。期間を短くしてください"),
    )
}

// `oncall expect`.

pub fn no_expectations() -> Words {
    Words::new(
        "There are no expectations: `oncall expect --record` writes one.",
        "約束がまだありません。`oncall expect --record` で作れます。",
    )
}

/// Before an expectation: at most five columns.
pub fn holds(holds: bool) -> Words {
    if holds { Words::new("ok", "OK") } else { Words::new("FAIL", "NG") }
}

pub fn triggers_nothing(file: &str) -> Words {
    Words::new(
        format!("{file} triggers nothing: record an alert that fires"),
        format!("{file} に発生中のアラートがありません。発生したときの本文を指定してください"),
    )
}

pub fn several_alerts(count: usize, file: &str) -> Words {
    Words::new(
        format!("there are {count} alerts in {file}: an expectation is about one, so keep only one"),
        format!(
            "{file} にアラートが {count} 件あります。約束はアラート 1 件ごとなので、1 件だけ残してください"
        ),
    )
}

// `oncall urls`.

pub fn no_public_url() -> Words {
    Words::new(
        "oncall.yaml has no public_url: put the address of the server in its place.",
        "oncall.yaml に public_url がありません。ホスト名はサーバーのものに置き換えてください。",
    )
}

pub fn calendars(count: usize) -> Words {
    Words::new(
        format!("And {count} calendars to subscribe to: oncall urls --calendars"),
        format!("購読できるカレンダーが {count} 件あります: oncall urls --calendars"),
    )
}

pub fn no_calendars() -> Words {
    Words::new(
        "no calendar is served: add `calendar_secret: { env: ONCALL_CALENDAR_SECRET }` to oncall.yaml, and set it",
        "カレンダーは公開されていません。oncall.yaml に `calendar_secret: { env: ONCALL_CALENDAR_SECRET }` を足し、その値を設定してください",
    )
}

pub fn no_calendar_secret(places: &str) -> Words {
    Words::new(
        format!("the secret of the calendars ({places}) is not set here, or too short"),
        format!("カレンダーのシークレット（{places}）がここで設定されていないか、短すぎます"),
    )
}

pub fn integration_closed() -> Words {
    Words::new(
        "the secret is not set here, so this integration is closed",
        "ここではシークレットが設定されていないため、このインテグレーションは受け付けません",
    )
}

pub fn some_topic() -> Words {
    Words::new("<the topic's ARN>", "<トピックの ARN>")
}

// Lists of a running server.

pub fn no_overrides() -> Words {
    Words::new("no overrides", "オーバーライドはありません")
}

pub fn no_silences() -> Words {
    Words::new("no silences", "サイレンスはありません")
}

pub fn no_offers() -> Words {
    Words::new("no offers", "募集中の交代はありません")
}

/// The heading of a column.
pub fn column(of: Column) -> Words {
    match of {
        Column::Id => Words::new("Id", "番号"),
        Column::Schedule => Words::new("Schedule", "スケジュール"),
        Column::OnCall => Words::new("On call", "当番"),
        Column::FromUntil => Words::new("From, until", "開始、終了"),
        Column::Why => Words::new("Why", "理由"),
        Column::Mutes => Words::new("Mutes", "止める範囲"),
        Column::InsteadOf => Words::new("Instead of", "代わる相手"),
        Column::To => Words::new("To", "宛先"),
    }
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Column {
    Id,
    Schedule,
    OnCall,
    FromUntil,
    Why,
    Mutes,
    InsteadOf,
    To,
}

pub fn instead_of(with: &str, who: &str) -> Words {
    Words::new(format!("{with} for {who}"), format!("{who} の代わりに {with}"))
}

pub fn also(who: &str) -> Words {
    Words::new(format!("also {who}"), format!("{who} も"))
}

pub fn in_layer(schedule: &str, layer: &str) -> Words {
    Words::new(format!("{schedule}, layer {layer}"), format!("{schedule}、レイヤー {layer}"))
}

pub fn made_by(who: &str) -> Words {
    Words::new(format!("by {who}"), format!("作成: {who}"))
}

pub fn everything() -> Words {
    Words::new("everything", "すべて")
}
