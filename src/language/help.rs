//! The command line in Japanese: its help, found by the English beside the commands, and what is said of a line that cannot be read.
//!
//! In English clap says all of it, so nothing here repeats it. A text without its Japanese fails `tests/cli`.

use super::{help_commands, help_options, help_servers};

/// Above a list, or before a usage.
pub const USAGE: &str = "使い方";
pub const COMMANDS: &str = "コマンド";
pub const ARGUMENTS: &str = "引数";
pub const OPTIONS: &str = "オプション";
/// Below what is wrong.
pub const SEE_HELP: &str = "詳しくは `--help` で表示できます。";

/// A paragraph of the help.
pub fn help(english: &str) -> Option<&'static str> {
    let tables = [help_commands::LINES, help_options::LINES, help_servers::LINES];
    tables.into_iter().flatten().find(|(en, _)| *en == english).map(|(_, ja)| *ja)
}

/// Behind an argument: what it is if nobody gives it, what it may be, and the variable that gives it too.
pub fn beside(default: &str, may_be: &str, variable: &str) -> String {
    let all = [("既定値", default), ("使える値", may_be), ("環境変数", variable)];
    let said = all.into_iter().filter(|(_, value)| !value.is_empty());
    said.map(|(name, value)| format!(" [{name}: {value}]")).collect()
}

/// Why a command line cannot be read.
#[derive(Clone, Debug)]
pub enum Misread<'m> {
    NoSuchArgument {
        argument: &'m str,
    },
    NoSuchCommand {
        command: &'m str,
    },
    /// A command that has commands of its own was given none.
    CommandMissing {
        command: &'m str,
    },
    Missing {
        arguments: &'m [String],
    },
    NoValue {
        argument: &'m str,
    },
    NotAValue {
        value: &'m str,
        argument: &'m str,
        why: Option<&'m str>,
        may_be: &'m [String],
    },
    OneTooMany {
        value: &'m str,
        argument: &'m str,
    },
    Twice {
        argument: &'m str,
    },
    Together {
        argument: &'m str,
        with: &'m [String],
    },
    NotText,
}

pub fn misread(why: &Misread<'_>) -> String {
    let lines = |of: &[String]| of.iter().map(|it| format!("\n  {it}")).collect::<String>();
    match why {
        Misread::NoSuchArgument { argument } => format!("`{argument}` という引数はありません"),
        Misread::NoSuchCommand { command } => format!("`{command}` というコマンドはありません"),
        Misread::CommandMissing { command } => format!("`{command}` に続くコマンドを指定してください"),
        Misread::Missing { arguments } => format!("次の引数が必要です:{}", lines(arguments)),
        Misread::NoValue { argument } => format!("`{argument}` の値を指定してください"),
        Misread::NotAValue { value, argument, why, may_be } => {
            let why = why.map(|why| format!(": {why}")).unwrap_or_default();
            let may_be = if may_be.is_empty() {
                String::new()
            } else {
                format!("\n {}", beside("", &may_be.join(", "), ""))
            };
            format!("`{value}` は `{argument}` の値として使えません{why}{may_be}")
        }
        Misread::OneTooMany { value, argument } => {
            format!("`{value}` は余分です。`{argument}` にこれ以上の値は指定できません")
        }
        Misread::Twice { argument } => format!("`{argument}` は 1 回だけ指定できます"),
        Misread::Together { argument, with } => {
            format!("`{argument}` は、次のものと同時に指定できません:{}", lines(with))
        }
        Misread::NotText => "引数に UTF-8 でない文字があります".to_owned(),
    }
}

/// What was meant, perhaps.
pub fn near(all: &[String]) -> String {
    let all: Vec<String> = all.iter().map(|it| format!("`{it}`")).collect();
    format!("{} のことですか？", all.join("、"))
}
