//! The list of what is left to do, before the checks of `oncall doctor`.

use super::Language;

/// A step of the list, or a line around it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ToDo<'a> {
    Heading,
    /// `oncall validate` finds so many.
    Findings {
        errors: usize,
        warnings: usize,
        here: &'a str,
    },
    Phones,
    SlackMembers,
    Accounts,
    MailServer,
    PublicUrl,
    Topics,
    Secrets,
    /// CI builds from an address that nobody has.
    Source,
    Reviewers,
    Git,
    /// Integrations that nothing can have come through, or nothing has.
    Senders,
    /// Behind the id of such an integration.
    SecretMissing,
    NothingCame,
    More {
        more: usize,
    },
    /// The words of the steps that are done.
    Done {
        done: &'a str,
    },
}

/// A step that is done, in a word.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Done {
    Findings,
    People,
    Accounts,
    PublicUrl,
    Secrets,
    Source,
    Reviewers,
    Git,
}

impl Language {
    pub fn to_do(self, line: ToDo<'_>) -> String {
        match self {
            Language::En => en(line),
            Language::Ja => ja(line),
        }
    }

    pub fn done(self, step: Done) -> &'static str {
        match self {
            Language::En => done_en(step),
            Language::Ja => done_ja(step),
        }
    }

    /// Between the words of what is done.
    pub fn listed(self, words: &[&str]) -> String {
        words.join(match self {
            Language::En => ", ",
            Language::Ja => "、",
        })
    }
}

fn en(line: ToDo<'_>) -> String {
    match line {
        ToDo::Heading => "Left to do".to_owned(),
        ToDo::Findings { errors, warnings, here } => {
            format!("mend what `oncall validate{here}` finds ({errors} errors, {warnings} warnings)")
        }
        ToDo::Phones => "put people's own phone numbers in place of the samples".to_owned(),
        ToDo::SlackMembers => {
            "put people's own Slack ids (\"Copy member ID\" in the profile) in place of the samples"
                .to_owned()
        }
        ToDo::Accounts => "put your own accounts at the providers in place of the samples".to_owned(),
        ToDo::MailServer => "name your own mail server and sender".to_owned(),
        ToDo::PublicUrl => "say at which address the server is reached".to_owned(),
        ToDo::Topics => "put the ARNs of your own SNS topics in place of the samples".to_owned(),
        ToDo::Secrets => "set these secrets where the server runs, and here".to_owned(),
        ToDo::Source => "say where CI takes oncall from".to_owned(),
        ToDo::Reviewers => "say who reviews changes".to_owned(),
        ToDo::Git => "put it under git: `git init && git add --all && git commit`".to_owned(),
        ToDo::Senders => {
            "let your monitors send: `oncall urls` prints what to paste where, `oncall send ID` tries it"
                .to_owned()
        }
        ToDo::SecretMissing => " (its secret is not set)".to_owned(),
        ToDo::NothingCame => " (nothing came since the server started)".to_owned(),
        ToDo::More { more } => format!("and {more} more"),
        ToDo::Done { done } => format!("done: {done}"),
    }
}

fn ja(line: ToDo<'_>) -> String {
    match line {
        ToDo::Heading => "残りの作業".to_owned(),
        ToDo::Findings { errors, warnings, here } => {
            format!("`oncall validate{here}` の指摘を直す（エラー {errors} 件、警告 {warnings} 件）")
        }
        ToDo::Phones => "見本の電話番号を、本人の番号に書き換える".to_owned(),
        ToDo::SlackMembers => {
            "見本の Slack ID を、本人の ID（プロフィールからコピー）に書き換える".to_owned()
        }
        ToDo::Accounts => "プロバイダーの見本のアカウントを、自分たちのものに書き換える".to_owned(),
        ToDo::MailServer => "自分たちのメールサーバーと差出人を書く".to_owned(),
        ToDo::PublicUrl => "サーバーの公開アドレスを書く".to_owned(),
        ToDo::Topics => "見本の SNS トピックを、自分たちの ARN に書き換える".to_owned(),
        ToDo::Secrets => "次のシークレットを、サーバーを動かす環境とここで設定する".to_owned(),
        ToDo::Source => "CI が oncall を取得する場所を書く".to_owned(),
        ToDo::Reviewers => "変更をレビューする人を書く".to_owned(),
        ToDo::Git => "Git で管理する: `git init && git add --all && git commit`".to_owned(),
        ToDo::Senders => {
            "監視ツールから送る: `oncall urls` が設定内容を表示し、`oncall send ID` で試せます".to_owned()
        }
        ToDo::SecretMissing => "（シークレット未設定）".to_owned(),
        ToDo::NothingCame => "（サーバーの起動後、まだ何も届いていません）".to_owned(),
        ToDo::More { more } => format!("ほか {more} 件"),
        ToDo::Done { done } => format!("済み: {done}"),
    }
}

fn done_en(step: Done) -> &'static str {
    match step {
        Done::Findings => "no findings",
        Done::People => "people",
        Done::Accounts => "accounts",
        Done::PublicUrl => "public_url",
        Done::Secrets => "secrets",
        Done::Source => "CI",
        Done::Reviewers => "reviewers",
        Done::Git => "git",
    }
}

fn done_ja(step: Done) -> &'static str {
    match step {
        Done::Findings => "指摘なし",
        Done::People => "メンバー",
        Done::Accounts => "アカウント",
        Done::PublicUrl => "public_url",
        Done::Secrets => "シークレット",
        Done::Source => "CI",
        Done::Reviewers => "レビュー担当",
        Done::Git => "Git",
    }
}
