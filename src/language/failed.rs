//! Why a command cannot do what it was asked to: files, the server, what was typed.
//!
//! Both languages stand beside each other. What is wrong with ids and times is said in [`commands`](super::commands).

use super::words::Words;
use std::io::ErrorKind;

/// What the operating system says of a file or a connection, where it says it in English; `None`: only it knows.
pub fn of_the_system(kind: ErrorKind) -> Option<&'static str> {
    Some(match kind {
        ErrorKind::NotFound => "見つかりません",
        ErrorKind::PermissionDenied => "権限がありません",
        ErrorKind::ConnectionRefused => "接続を拒否されました",
        ErrorKind::ConnectionReset | ErrorKind::ConnectionAborted => "接続が切れました",
        ErrorKind::TimedOut => "時間内に応答がありません",
        ErrorKind::AlreadyExists => "すでにあります",
        ErrorKind::IsADirectory => "ディレクトリです",
        ErrorKind::NotADirectory => "ディレクトリではありません",
        ErrorKind::StorageFull => "ディスクに空きがありません",
        ErrorKind::ReadOnlyFilesystem => "読み取り専用です",
        ErrorKind::AddrInUse => "このアドレスは使用中です",
        _ => return None,
    })
}

// Files and folders.

pub fn cannot_read(path: &str) -> Words {
    Words::new(format!("cannot read {path}"), format!("{path} を読めません"))
}

pub fn cannot_write(path: &str) -> Words {
    Words::new(format!("cannot write {path}"), format!("{path} に書き込めません"))
}

pub fn cannot_make_folder(path: &str) -> Words {
    Words::new(format!("cannot make the folder {path}"), format!("フォルダ {path} を作れません"))
}

pub fn body_too_large(path: &str) -> Words {
    Words::new(
        format!("{path} is larger than 5 MiB: the server would refuse it with 413"),
        format!("{path} は 5 MiB を超えているため、サーバーは 413 で拒否します"),
    )
}

pub fn no_folder(path: &str) -> Words {
    Words::new(
        format!(
            "there is no directory {path}: the last argument is the config directory, and an id is given by an option, \
             as in `--schedule web-primary`"
        ),
        format!(
            "ディレクトリ {path} はありません。最後の引数は設定ディレクトリです。id は `--schedule web-primary` のようにオプションで指定します"
        ),
    )
}

pub fn no_config_in(path: &str) -> Words {
    Words::new(
        format!("there is no oncall.yaml in {path}: give the config directory as the last argument"),
        format!("{path} に oncall.yaml がありません。最後の引数に設定ディレクトリを指定してください"),
    )
}

/// Where somebody starts a server in no config's directory.
pub fn no_config_around(here: &str, root: Option<&str>) -> Words {
    let (nor, also) = root.map_or_else(Default::default, |root| {
        (format!(", nor in {root}"), format!("（{root} にもありません）"))
    });
    Words::new(
        format!(
            "there is no oncall.yaml in {here}{nor}: run it in the config's directory, or give --config DIR or --git URL"
        ),
        format!(
            "{here} に oncall.yaml がありません{also}。設定ディレクトリで実行するか、--config DIR または --git URL を指定してください"
        ),
    )
}

pub fn not_all_written(path: &str, before: &str) -> Words {
    let (en, ja) = if before.is_empty() { ("nothing", "なし") } else { (before, before) };
    Words::new(
        format!("{path} was not written; written before it: {en}"),
        format!("{path} に書けませんでした。それより前に書いたもの: {ja}"),
    )
}

pub fn is_a_link(path: &str) -> Words {
    Words::new(
        format!("{path} is a link: run this in the directory where the file itself is"),
        format!("{path} はリンクです。ファイル本体のあるディレクトリで実行してください"),
    )
}

pub fn has_changed(path: &str) -> Words {
    Words::new(
        format!("{path} has changed since it was read: run the command again"),
        format!("{path} は、読み取ったあとに変更されました。もう一度実行してください"),
    )
}

pub fn both_folder_and_revision(name: &str) -> Words {
    Words::new(
        format!(
            "`{name}` is both a directory and a revision: write `./{name}` for the directory, or the commit's id \
             (`git rev-parse refs/remotes/{name}`)"
        ),
        format!(
            "`{name}` はディレクトリでもリビジョンでもあります。ディレクトリなら `./{name}`、リビジョンならコミットの id\
             （`git rev-parse refs/remotes/{name}`）を指定してください"
        ),
    )
}

// The server.

pub fn no_address() -> Words {
    Words::new(
        "give the server's address with `--url` or ONCALL_URL",
        "サーバーの URL を `--url` または ONCALL_URL で指定してください",
    )
}

pub fn no_public_url() -> Words {
    Words::new(
        "oncall.yaml has no public_url: give the server's address with `--url`",
        "oncall.yaml に public_url がありません。サーバーの URL を `--url` で指定してください",
    )
}

pub fn no_token() -> Words {
    Words::new(
        "ONCALL_TOKEN is not set: it should be the value of one of the server's api_tokens",
        "ONCALL_TOKEN が設定されていません。サーバーの api_tokens のいずれかの値を設定してください",
    )
}

pub fn token_refused() -> Words {
    Words::new(
        "the token in ONCALL_TOKEN is not one of the server's api_tokens",
        "ONCALL_TOKEN の値が、サーバーの api_tokens のどれとも一致しません",
    )
}

pub fn unreachable(base: &str, late: bool) -> Words {
    let (en, ja) = if late {
        ("did not answer in time", "から時間内に応答がありません")
    } else {
        ("cannot be reached", "に接続できません")
    };
    Words::new(
        format!("the server at {base} {en}: is it running, and is the address right?"),
        format!("サーバー {base} {ja}。起動しているか、URL が正しいかを確かめてください"),
    )
}

pub fn leads_elsewhere(base: &str, status: u16) -> Words {
    Words::new(
        format!("{base} leads elsewhere ({status}): give the address that it leads to"),
        format!("{base} は別の URL に転送されます（{status}）。転送先の URL を指定してください"),
    )
}

pub fn broke_off() -> Words {
    Words::new("the answer of the server broke off", "サーバーの応答が途中で切れました")
}

pub fn answers(status: u16) -> Words {
    Words::new(format!("the server answers {status}"), format!("サーバーの応答は {status} です"))
}

pub fn url_answers(url: &str, status: u16, said: &str) -> Words {
    Words::new(format!("{url} answers {status}: {said}"), format!("{url} の応答は {status} です: {said}"))
}

pub fn cannot_reach(url: &str) -> Words {
    Words::new(format!("cannot reach {url}"), format!("{url} に接続できません"))
}

/// Below the warnings.
pub fn add_confirm() -> Words {
    Words::new(
        "Nothing was changed: add --confirm to do it",
        "何も変更していません。実行するには --confirm を付けてください",
    )
}

pub fn unreadable_answer(what: &str) -> Words {
    Words::new(
        format!("the server's answer cannot be read: {what}"),
        format!("サーバーの応答を解釈できません: {what}"),
    )
}

// What was typed.

pub fn one_at_a_time() -> Words {
    Words::new("one incident is shown at a time", "表示できるインシデントは 1 件ずつです")
}

pub fn takes_no_words(command: &str, words: &str) -> Words {
    Words::new(
        format!("`{command}` takes no words: `{words}`"),
        format!("`{command}` の後ろには何も書けません: `{words}`"),
    )
}

pub fn not_a_step(said: &str) -> Words {
    Words::new(
        format!("`{said}` is not the number of a step"),
        format!("`{said}` はステップの番号ではありません"),
    )
}

pub fn whom_only_there() -> Words {
    Words::new(
        "--user, --schedule and --policy are for reassign and page-also",
        "--user、--schedule、--policy は reassign と page-also でだけ使えます",
    )
}

pub fn confirm_only_there() -> Words {
    Words::new("only snooze asks for --confirm", "--confirm が要るのは snooze だけです")
}

pub fn not_both(schedule: &str, user: &str) -> Words {
    Words::new(
        format!("give either the schedule `{schedule}` or --user {user}, not both"),
        format!("スケジュール `{schedule}` と --user {user} は、どちらか一方だけを指定してください"),
    )
}

pub fn write_goes_with_record() -> Words {
    Words::new(
        "--write goes with --record: without it, nothing is changed",
        "--write は --record と一緒に使います。--record がなければ、何も変更しません",
    )
}

pub fn not_a_condition(said: &str) -> Words {
    Words::new(
        format!("`{said}` should be KEY=PATTERN, as in labels.env=staging"),
        format!("`{said}` は KEY=PATTERN の形で書いてください（例: labels.env=staging）"),
    )
}

pub fn me_is_not_set() -> Words {
    Words::new(
        "`me` is the user in ONCALL_USER, which is not set",
        "`me` は ONCALL_USER のユーザーですが、設定されていません",
    )
}

pub fn not_a_user(said: &str) -> Words {
    Words::new(
        format!("`{said}` is no id: give the name of a file in users/, without .yaml, or an e-mail address"),
        format!(
            "`{said}` は id ではありません。users/ のファイル名（.yaml を除く）か、メールアドレスを指定してください"
        ),
    )
}

pub fn no_key(state: &str) -> Words {
    Words::new(
        format!("{state} has no key to sign with: has a server run there, and may you read it?"),
        format!(
            "{state} に署名の鍵がありません。サーバーがそこで起動したことがあるか、読む権限があるかを確かめてください"
        ),
    )
}

pub fn not_a_date() -> Words {
    Words::new("it is not a date: write it like 2026-12-05", "日付は 2026-12-05 のように書いてください")
}

pub fn not_a_duration() -> Words {
    Words::new("write a duration such as 30s, 5m or 1h30m", "長さは 30s、5m、1h30m のように書いてください")
}

pub fn not_a_zone() -> Words {
    Words::new(
        "no such time zone: write it like Asia/Tokyo",
        "そのタイムゾーンはありません。Asia/Tokyo のように書いてください",
    )
}

pub fn not_so_many_days(most: u16) -> Words {
    Words::new(
        format!("write a number of days from 1 to {most}"),
        format!("日数は 1 から {most} までの数で書いてください"),
    )
}

pub fn not_between(least: &str, most: &str) -> Words {
    Words::new(
        format!("it must be between {least} and {most}"),
        format!("{least} から {most} までにしてください"),
    )
}

pub fn not_an_id() -> Words {
    Words::new(
        "an id has lower-case letters, digits and `-`, such as web or data-platform",
        "id は英小文字、数字、`-` で書いてください（例: web、data-platform）",
    )
}

pub fn id_is_taken() -> Words {
    Words::new(
        "this id is used for something else in the files",
        "この id は、ファイルの中で別のものに使われています",
    )
}

pub fn not_a_git_address() -> Words {
    Words::new(
        "write a git address, as in https://git.example.com/oncall.git",
        "Git の URL を書いてください（例: https://git.example.com/oncall.git）",
    )
}

pub fn no_monitor(name: &str, all: &str) -> Words {
    Words::new(
        format!("no monitor is called `{name}`; there are: {all}"),
        format!("`{name}` という監視ツールはありません。使えるのは {all} です"),
    )
}

pub fn no_channel(name: &str, all: &str) -> Words {
    Words::new(
        format!("there is no way `{name}` to tell people; there are: {all}"),
        format!("`{name}` という連絡手段はありません。使えるのは {all} です"),
    )
}

pub fn not_as_markdown() -> Words {
    Words::new(
        "an alert is played as text or json: `--format text`",
        "アラートの流れは text か json で出力します（`--format text`）",
    )
}

pub fn slack_needs_a_way_in() -> Words {
    Words::new(
        "oncall.yaml has no public_url: set it to the address at which Slack reaches the server, or use Socket Mode with \
         --socket-mode",
        "oncall.yaml に public_url がありません。Slack から届くサーバーの URL を書くか、--socket-mode で Socket Mode を使ってください",
    )
}

pub fn paste_manifest() -> Words {
    Words::new(
        "Paste it at https://api.slack.com/apps (Create New App, From a manifest), or open:",
        "https://api.slack.com/apps（Create New App → From a manifest）に貼り付けるか、次のリンクを開きます:",
    )
}

pub fn no_numbers() -> Words {
    Words::new(
        "no provider calls or texts from a number: see `providers:` in oncall.yaml",
        "電話や SMS の発信元番号がありません。oncall.yaml の `providers:` を見てください",
    )
}

pub fn other_side_is_broken(name: &str) -> Words {
    Words::new(
        format!("the other side, {name}, has errors of its own: there is nothing to compare with"),
        format!("比較する相手の {name} にエラーがあるため、比較できません"),
    )
}

// What `--open` names.

pub fn of_open(named: &str, why: &Words) -> Words {
    why.map(|why| format!("--open {named}: {why}"))
}

pub fn nothing_fires() -> Words {
    Words::new("nothing in it fires", "発生中のアラートがありません")
}

pub fn one_server_only() -> Words {
    Words::new(
        "another --open gives incidents of a server already; give one",
        "サーバーのインシデントは、別の --open ですでに指定されています。1 つだけ指定してください",
    )
}

pub fn is_later(at: &str) -> Words {
    Words::new(
        format!("it is of {at}, after --at: leave --at away, or give a later time"),
        format!("{at} のもので、--at より後です。--at を外すか、もっと後の時刻を指定してください"),
    )
}

pub fn no_state_directory() -> Words {
    Words::new(
        "this is no state directory: there is no `journal` in it. Give the directory of `oncall serve --state`",
        "状態ディレクトリではありません（`journal` がありません）。`oncall serve --state` のディレクトリを指定してください",
    )
}

pub fn too_many_open(most: usize) -> Words {
    Words::new(
        format!("more than {most} incidents are open: give the state directory instead"),
        format!("未解決のインシデントが {most} 件を超えています。代わりに状態ディレクトリを指定してください"),
    )
}
