//! What `oncall init` says and asks, in the language of the repository that it writes.

use super::Language;

/// A line of what it says.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Starting<'a> {
    /// Before the list of files.
    Wrote {
        files: usize,
        dir: &'a str,
        zone: &'a str,
    },
    WouldWrite {
        files: usize,
        dir: &'a str,
        zone: &'a str,
    },
    Schemas {
        files: usize,
    },
    Next,
    /// `here` is empty or ` DIR`.
    LookAtIt {
        here: &'a str,
    },
    WhatIsLeft {
        here: &'a str,
    },
    CommitIt,
    /// CI does not know yet where oncall comes from.
    SaySource {
        file: &'a str,
    },
    InTheWay {
        dir: &'a str,
    },
    More {
        more: usize,
    },
    NothingWritten,
    Invalid,
    SameId {
        id: &'a str,
    },
    TooMany {
        most: usize,
    },
}

/// What it asks on a terminal; the answer in brackets is taken where nothing is typed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Ask<'a> {
    Team { default: &'a str },
    People,
    Person { number: usize },
    Monitors { all: &'a str, default: &'a str },
    Channels { all: &'a str, default: &'a str },
}

impl Language {
    pub fn starting(self, line: Starting<'_>) -> String {
        match self {
            Language::En => en(line),
            Language::Ja => ja(line),
        }
    }

    pub fn ask(self, question: Ask<'_>) -> String {
        match self {
            Language::En => ask_en(question),
            Language::Ja => ask_ja(question),
        }
    }
}

fn en(line: Starting<'_>) -> String {
    match line {
        Starting::Wrote { files, dir, zone } => format!("wrote {files} files to {dir} (time zone {zone}):"),
        Starting::WouldWrite { files, dir, zone } => {
            format!("nothing was written; there would be {files} files in {dir} (time zone {zone}):")
        }
        Starting::Schemas { files } => format!("schema/ ({files} files, for editors)"),
        Starting::Next => "Next:".to_owned(),
        Starting::LookAtIt { here } => {
            format!("1. oncall validate{here}, and oncall who{here}: it is already a valid config.")
        }
        Starting::WhatIsLeft { here } => format!(
            "2. oncall doctor{here} lists what is left to do: phone numbers, ids, secrets. README.md explains the rest."
        ),
        Starting::CommitIt => "3. Commit it, and push it to its repository.".to_owned(),
        Starting::SaySource { file } => {
            format!("3. In {file}, say where CI builds oncall from; commit and push.")
        }
        Starting::InTheWay { dir } => format!("error: {dir} is not empty; these are in the way:"),
        Starting::More { more } => format!("and {more} more"),
        Starting::NothingWritten => "Nothing was written. Choose another directory, or move them.".to_owned(),
        Starting::Invalid => "this would be no valid config, so nothing was written:".to_owned(),
        Starting::SameId { id } => {
            format!("two people would have the id `{id}`: put one in front, as in `{id}-2=Emma Smith <…>`")
        }
        Starting::TooMany { most } => {
            format!("at most {most} people at once: add the others by `oncall user add`")
        }
    }
}

fn ja(line: Starting<'_>) -> String {
    match line {
        Starting::Wrote { files, dir, zone } => {
            format!("{dir} に {files} 個のファイルを作成しました（タイムゾーン {zone}）:")
        }
        Starting::WouldWrite { files, dir, zone } => format!(
            "まだ何も書き込んでいません。{dir} に次の {files} 個のファイルができます（タイムゾーン {zone}）:"
        ),
        Starting::Schemas { files } => format!("schema/（エディタ用、{files} 個）"),
        Starting::Next => "次にすること:".to_owned(),
        Starting::LookAtIt { here } => {
            format!("1. oncall validate{here} と oncall who{here} を試します。このままで有効な設定です。")
        }
        Starting::WhatIsLeft { here } => format!(
            "2. oncall doctor{here} が、残りの作業（電話番号、ID、シークレット）を並べます。README.md に使い方があります。"
        ),
        Starting::CommitIt => "3. コミットし、リポジトリにプッシュします。".to_owned(),
        Starting::SaySource { file } => {
            format!("3. {file} に、CI が oncall をビルドするソースの場所を書き、コミットしてプッシュします。")
        }
        Starting::InTheWay { dir } => {
            format!("エラー: {dir} は空ではありません。次のものがあるため、作成できません:")
        }
        Starting::More { more } => format!("ほか {more} 個"),
        Starting::NothingWritten => {
            "何も書き込んでいません。別のディレクトリを選ぶか、これらを移動してください。".to_owned()
        }
        Starting::Invalid => "有効な設定にならないため、何も書き込みませんでした:".to_owned(),
        Starting::SameId { id } => format!(
            "id が `{id}` の人が 2 人います。`{id}-2=田中 太郎 <…>` のように、先頭に別の id を書いてください"
        ),
        Starting::TooMany { most } => {
            format!("一度に書けるのは {most} 人までです。残りは `oncall user add` で追加してください")
        }
    }
}

fn ask_en(question: Ask<'_>) -> String {
    match question {
        Ask::Team { default } => format!("The team's id (lower-case letters, digits, `-`) [{default}]: "),
        Ask::People => {
            "Who is on call? One person a line, as in `Emma Smith <emma@example.com>`; an empty line ends.\n\
             With nobody, people are made up.\n"
                .to_owned()
        }
        Ask::Person { number } => format!("  {number}. "),
        Ask::Monitors { all, default } => {
            format!("Monitors, with commas; there are\n  {all}\n[{default}]: ")
        }
        Ask::Channels { all, default } => {
            format!("How people are told, with commas; there are {all} [{default}]: ")
        }
    }
}

fn ask_ja(question: Ask<'_>) -> String {
    match question {
        Ask::Team { default } => format!("チームの id（英小文字、数字、`-`）[{default}]: "),
        Ask::People => "当番に入る人を、`田中 太郎 <tanaka@example.com>` のように 1 行に 1 人ずつ入力してください。空行で終わります。\n\
             誰も入力しなければ、架空のメンバーで作ります。\n"
            .to_owned(),
        Ask::Person { number } => format!("  {number}. "),
        Ask::Monitors { all, default } => {
            format!("監視ツール（カンマ区切り）。使えるのは次のとおりです。\n  {all}\n[{default}]: ")
        }
        Ask::Channels { all, default } => {
            format!("連絡の方法（カンマ区切り）。使えるのは {all} です [{default}]: ")
        }
    }
}
