//! What `oncall user add`, `team add`, `service add` and `silence add` say of what they add to a repository, and why not.
//!
//! In the language of the repository, as its findings are. What to add is decided in [`edit`](crate::edit).

use super::Language;

/// What was added, and what follows.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Added<'a> {
    /// `who` is `木村 美咲 (kimura)`.
    User {
        who: &'a str,
    },
    /// `people` are in the order of their turns.
    Team {
        team: &'a str,
        people: &'a str,
    },
    /// One person answers for all: nobody else is told when they do not answer.
    Alone {
        fallback: &'a str,
    },
    Service {
        service: &'a str,
        policy: &'a str,
    },
    /// Some integration takes the service from this label.
    ByLabel {
        service: &'a str,
        key: &'a str,
    },
    /// No integration leads to it: whoever reads this adds a route.
    NoRoute {
        service: &'a str,
    },
    Silence {
        scope: &'a str,
        from: &'a str,
        until: &'a str,
    },
}

/// Why nothing can be added.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum NotAdded<'a> {
    NoAddress {
        text: &'a str,
    },
    NotAnAddress {
        email: &'a str,
    },
    NoIdInAddress {
        email: &'a str,
    },
    NotAnId {
        id: &'a str,
    },
    NeitherPhoneNorSlack {
        word: &'a str,
    },
    /// Two of those who are added at once.
    SameId {
        id: &'a str,
    },
    IsThere {
        file: &'a str,
    },
    Nobody,
    NamedTwice {
        id: &'a str,
    },
    WhichPolicy {
        policies: &'a str,
    },
    NoScope,
    EverythingInGit,
    NotAPattern {
        text: &'a str,
    },
    EndsBeforeItBegins {
        from: &'a str,
        until: &'a str,
    },
}

impl Language {
    pub fn added(self, added: Added<'_>) -> String {
        match self {
            Language::En => added_en(added),
            Language::Ja => added_ja(added),
        }
    }

    pub fn not_added(self, why: NotAdded<'_>) -> String {
        match self {
            Language::En => not_added_en(why),
            Language::Ja => not_added_ja(why),
        }
    }
}

fn added_en(added: Added<'_>) -> String {
    match added {
        Added::User { who } => format!("{who} is added."),
        Added::Team { team, people } => {
            format!("The team `{team}` is added; turns of a week from Monday 10:00: {people}.")
        }
        Added::Alone { fallback } => format!(
            "Nobody stands behind them: without an answer, `{fallback}` is told. `oncall line-up add` adds more people."
        ),
        Added::Service { service, policy } => {
            format!("The service `{service}` is added; the policy `{policy}` decides who is told.")
        }
        Added::ByLabel { service, key } => format!("Alerts whose `{key}` is `{service}` go to it."),
        Added::NoRoute { service } => {
            format!("No route leads to it yet: add `service: {service}` to the `routes` of an integration.")
        }
        Added::Silence { scope, from, until } => {
            format!("Pages of {scope} are muted from {from} until {until}.")
        }
    }
}

fn added_ja(added: Added<'_>) -> String {
    match added {
        Added::User { who } => format!("{who} を追加します。"),
        Added::Team { team, people } => {
            format!("チーム `{team}` を追加します。毎週月曜 10 時に交代し、順番は {people} です。")
        }
        Added::Alone { fallback } => format!(
            "当番が 1 人なので、応答がなければ `{fallback}` に連絡します。メンバーは `oncall line-up add` で増やせます。"
        ),
        Added::Service { service, policy } => {
            format!("サービス `{service}` を追加します。連絡先はポリシー `{policy}` で決まります。")
        }
        Added::ByLabel { service, key } => format!("`{key}` が `{service}` のアラートが届きます。"),
        Added::NoRoute { service } => format!(
            "このサービスに届くルートがまだありません。インテグレーションの `routes` に `service: {service}` を足してください。"
        ),
        Added::Silence { scope, from, until } => {
            format!("{from} から {until} まで、{scope} の通知を止めます。")
        }
    }
}

fn not_added_en(why: NotAdded<'_>) -> String {
    match why {
        NotAdded::NoAddress { text } => format!(
            "`{text}` has no e-mail address, from which the id is taken: write it like `Emma Smith <emma@example.com>`"
        ),
        NotAdded::NotAnAddress { email } => {
            format!("`{email}` is not an e-mail address: write it like `Emma Smith <emma@example.com>`")
        }
        NotAdded::NoIdInAddress { email } => {
            format!("no id can be made of `{email}`: put one in front, as in `emma=Emma Smith <{email}>`")
        }
        NotAdded::NotAnId { id } => {
            format!("`{id}` is not an id: an id has lower-case letters, digits and `-`, such as `emma`")
        }
        NotAdded::NeitherPhoneNorSlack { word } => format!(
            "`{word}` is neither a phone number with the country code (+1 …) nor a Slack member id (U…)"
        ),
        NotAdded::SameId { id } => {
            format!("two people would have the id `{id}`: put one in front, as in `{id}-2=Emma Smith <…>`")
        }
        NotAdded::IsThere { file } => {
            format!("{file} is there already: choose another id, or change that file")
        }
        NotAdded::Nobody => {
            "nobody would be on call: name people by `--members`, or new ones by `--people`".to_owned()
        }
        NotAdded::NamedTwice { id } => format!("`{id}` is named twice"),
        NotAdded::WhichPolicy { policies } => {
            format!("say by `--policy` who is told; there are: {policies}")
        }
        NotAdded::NoScope => "say what is muted: `--service ID`, `--when KEY=PATTERN`, or both".to_owned(),
        NotAdded::EverythingInGit => {
            "`--everything` is for a running server, with --url: in git, name services or alerts".to_owned()
        }
        NotAdded::NotAPattern { text } => {
            format!("`{text}` should be KEY=PATTERN, as in labels.env=staging")
        }
        NotAdded::EndsBeforeItBegins { from, until } => {
            format!("it would end ({until}) before it begins ({from}): the end must be later")
        }
    }
}

fn not_added_ja(why: NotAdded<'_>) -> String {
    match why {
        NotAdded::NoAddress { text } => format!(
            "`{text}` にメールアドレスがありません。id をメールアドレスから作るので、`田中 太郎 <tanaka@example.com>` のように書いてください"
        ),
        NotAdded::NotAnAddress { email } => format!(
            "`{email}` はメールアドレスとして読めません。`田中 太郎 <tanaka@example.com>` のように書いてください"
        ),
        NotAdded::NoIdInAddress { email } => format!(
            "`{email}` からは id を作れません。`tanaka=田中 太郎 <{email}>` のように、先頭に id を書いてください"
        ),
        NotAdded::NotAnId { id } => {
            format!("`{id}` は id にできません。`tanaka` のように、英小文字、数字、`-` で書いてください")
        }
        NotAdded::NeitherPhoneNorSlack { word } => format!(
            "`{word}` は、国番号から書いた電話番号（+81 …）でも Slack のメンバー ID（U…）でもありません"
        ),
        NotAdded::SameId { id } => format!(
            "id が `{id}` の人が 2 人います。`{id}-2=田中 太郎 <…>` のように、先頭に別の id を書いてください"
        ),
        NotAdded::IsThere { file } => {
            format!("{file} はすでにあります。別の id にするか、そのファイルを書き換えてください")
        }
        NotAdded::Nobody => {
            "当番に入る人がいません。`--members` でメンバーを、`--people` で新しい人を指定してください".to_owned()
        }
        NotAdded::NamedTwice { id } => format!("`{id}` が 2 回書かれています"),
        NotAdded::WhichPolicy { policies } => {
            format!("誰に連絡するかを `--policy` で指定してください。今あるのは {policies} です")
        }
        NotAdded::NoScope => {
            "止める範囲を `--service ID` か `--when KEY=PATTERN`、またはその両方で指定してください".to_owned()
        }
        NotAdded::EverythingInGit => {
            "`--everything` は、`--url` で稼働中のサーバーに対して使います。Git ではサービスかアラートを指定してください"
                .to_owned()
        }
        NotAdded::NotAPattern { text } => {
            format!("`{text}` は labels.env=staging のように KEY=PATTERN の形で書いてください")
        }
        NotAdded::EndsBeforeItBegins { from, until } => {
            format!("終わり（{until}）が始まり（{from}）より後になっていません。終わりを後にしてください")
        }
    }
}
