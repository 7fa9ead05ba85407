//! `oncall doctor` on what `oncall init` wrote: what is left to do, in order, with the command or the place of each.

use super::fine;
use std::fs;
use std::path::Path;
use std::process::{Command, Output};
use tempfile::TempDir;
use unicode_width::UnicodeWidthStr;

/// A new repository whose address answers nobody at once, so that nothing is asked of the internet.
fn repository(line: &str) -> TempDir {
    let folder = TempDir::new().unwrap();
    fine(super::oncall(&format!("init --time-zone Asia/Tokyo {line}"), folder.path()));
    replace(folder.path(), "oncall.yaml", "https://oncall.example.com", "https://127.0.0.1:1/example.com");
    folder
}

fn replace(folder: &Path, path: &str, from: &str, to: &str) {
    let text = fs::read_to_string(folder.join(path)).unwrap();
    assert!(text.contains(from), "{path}: {text}");
    fs::write(folder.join(path), text.replace(from, to)).unwrap();
}

fn oncall(arguments: &[&str], folder: &Path, set: &[&str]) -> Output {
    let mut command = Command::new(env!("CARGO_BIN_EXE_oncall"));
    command.args(arguments).current_dir(folder).env_clear();
    command.envs(set.iter().map(|name| (*name, "a-value-of-a-good-length"))).output().unwrap()
}

/// The list, up to the checks.
fn left(folder: &Path, set: &[&str]) -> String {
    let text = String::from_utf8(oncall(&["doctor"], folder, set).stdout).unwrap();
    let wide: Vec<&str> = text.lines().filter(|line| line.width() > 80).collect();
    assert!(wide.is_empty(), "{wide:?}");
    let end = text.find("\n\n").unwrap();
    text[..end].to_owned()
}

#[test]
fn a_new_repository_is_told_what_to_do_next_in_order() {
    let folder = repository(
        "--language en --people 'Al <al@example.com>,Bo <bo@example.com> +81 90 1234 9999 U012AB3CD'",
    );
    insta::assert_snapshot!(left(folder.path(), &[]), @r#"
    Left to do
      1.     mend what `oncall validate` finds (0 errors, 3 warnings)
      2.     put people's own phone numbers in place of the samples
             - users/al.yaml:5  phone
      3.     put people's own Slack ids ("Copy member ID" in the profile) in place
             of the samples
             - users/al.yaml:4  slack U0AL
      4.     put your own accounts at the providers in place of the samples
             - oncall.yaml:17  channel C0INCIDENTS
             - oncall.yaml:19  account_sid AC00000000000000000000000000000000
             - oncall.yaml:21  from
      5.     say at which address the server is reached
             - oncall.yaml:10  public_url https://127.0.0.1:1/example.com
      6.     set these secrets where the server runs, and here
             - $SLACK_BOT_TOKEN  providers.slack.bot_token
             - $SLACK_SIGNING_SECRET  providers.slack.signing_secret
             - $TWILIO_AUTH_TOKEN  providers.twilio.auth_token
             - $ALERTMANAGER_WEBHOOK_SECRET  integration alertmanager
      7.     say where CI takes oncall from
             - .github/workflows/oncall.yml:26
             - .github/workflows/oncall-run-time.yml:32
      8.     say who reviews changes
             - CODEOWNERS:4
      9.     put it under git: `git init && git add --all && git commit`
      10.    let your monitors send: `oncall urls` prints what to paste where,
             `oncall send ID` tries it
             - integrations/alertmanager.yaml:3  alertmanager (its secret is not
             set)
    "#);
}

#[test]
fn the_list_is_in_japanese_where_the_repository_is() {
    let folder = repository("--language ja --ci none");
    insta::assert_snapshot!(left(folder.path(), &[]), @r#"
    残りの作業
      1.     見本の電話番号を、本人の番号に書き換える
             - users/sato.yaml:5  phone
             - users/suzuki.yaml:5  phone
             - users/tanaka.yaml:5  phone
             - users/yamada.yaml:6  phone
      2.     見本の Slack ID を、本人の ID（プロフィールからコピー）に書き換える
             - users/sato.yaml:4  slack U0SATO
             - users/suzuki.yaml:4  slack U0SUZUKI
             - users/tanaka.yaml:4  slack U0TANAKA
             - users/yamada.yaml:5  slack U0YAMADA
      3.     プロバイダーの見本のアカウントを、自分たちのものに書き換える
             - oncall.yaml:17  channel C0INCIDENTS
             - oncall.yaml:19  account_sid AC00000000000000000000000000000000
             - oncall.yaml:21  from
      4.     サーバーの公開アドレスを書く
             - oncall.yaml:10  public_url https://127.0.0.1:1/example.com
      5.     次のシークレットを、サーバーを動かす環境とここで設定する
             - $SLACK_BOT_TOKEN  providers.slack.bot_token
             - $SLACK_SIGNING_SECRET  providers.slack.signing_secret
             - $TWILIO_AUTH_TOKEN  providers.twilio.auth_token
             - $ALERTMANAGER_WEBHOOK_SECRET  integration alertmanager
      6.     変更をレビューする人を書く
             - CODEOWNERS:4
      7.     Git で管理する: `git init && git add --all && git commit`
      8.     監視ツールから送る: `oncall urls` が設定内容を表示し、`oncall send ID`
             で試せます
             - integrations/alertmanager.yaml:3  alertmanager（シークレット未設定）
             済み: 指摘なし
    "#);
}

/// Each step goes once it is taken, and is named in a word.
#[test]
fn what_is_done_is_short_and_in_the_end_there_is_no_list() {
    let folder = repository("--language en --ci none --people 'Al <al@example.com>,Bo <bo@example.com>'");
    // Without the tokens, nothing is asked of the providers.
    for (path, from, to) in [
        ("users/al.yaml", "+81 90 0000 0001", "+81 90 1234 0001"),
        ("users/al.yaml", "U0AL ", "U012AB3CD "),
        ("users/bo.yaml", "+81 90 0000 0002", "+81 90 1234 0002"),
        ("users/bo.yaml", "U0BO ", "U012AB3CE "),
        ("oncall.yaml", "C0INCIDENTS", "C012AB3CD"),
        ("oncall.yaml", "AC00000000000000000000000000000000", "AC0123456789abcdef0123456789abcde0"),
        ("oncall.yaml", "+81 50 0000 0100", "+81 50 1234 0100"),
        ("oncall.yaml", "https://127.0.0.1:1/example.com", "https://127.0.0.1:1"),
    ] {
        replace(folder.path(), path, from, to);
    }
    insta::assert_snapshot!(left(folder.path(), &["SLACK_SIGNING_SECRET"]), @r#"
    Left to do
      1.     set these secrets where the server runs, and here
             - $SLACK_BOT_TOKEN  providers.slack.bot_token
             - $TWILIO_AUTH_TOKEN  providers.twilio.auth_token
             - $ALERTMANAGER_WEBHOOK_SECRET  integration alertmanager
      2.     say who reviews changes
             - CODEOWNERS:4
      3.     put it under git: `git init && git add --all && git commit`
      4.     let your monitors send: `oncall urls` prints what to paste where,
             `oncall send ID` tries it
             - integrations/alertmanager.yaml:3  alertmanager (its secret is not
             set)
             done: no findings, people, accounts, public_url
    "#);
    fs::create_dir(folder.path().join(".git")).unwrap();
    fs::write(folder.path().join("CODEOWNERS"), "* @ours/web\n").unwrap();
    let text = String::from_utf8(
        oncall(&["doctor", "--format", "json"], folder.path(), &["ALERTMANAGER_WEBHOOK_SECRET"]).stdout,
    )
    .unwrap();
    let json: serde_json::Value = serde_json::from_str(&text).unwrap();
    let steps: Vec<&str> =
        json["left_to_do"].as_array().unwrap().iter().map(|it| it["step"].as_str().unwrap()).collect();
    assert_eq!(steps, ["set these secrets where the server runs, and here"]);
}

/// `serve` without a config takes that of its directory, or of the repository that it stands in.
#[test]
fn serve_takes_the_config_around_it() {
    let folder = TempDir::new().unwrap();
    let refused = oncall(&["serve", "--state", "state"], folder.path(), &[]);
    let said = String::from_utf8_lossy(&refused.stderr).into_owned();
    assert_eq!(refused.status.code(), Some(3));
    assert!(
        said.contains("there is no oncall.yaml in ") && said.contains("--config DIR or --git URL"),
        "{said}"
    );
    let folder = repository("--language en --ci none");
    fs::create_dir(folder.path().join(".git")).unwrap();
    // A state that is a file: the config was found, and the next thing is refused.
    for here in [folder.path().to_path_buf(), folder.path().join("users")] {
        let refused =
            oncall(&["serve", "--state", folder.path().join("README.md").to_str().unwrap()], &here, &[]);
        let said = String::from_utf8_lossy(&refused.stderr).into_owned();
        assert!(said.contains("README.md") && !said.contains("there is no oncall.yaml"), "{said}");
    }
    let refused = oncall(&["serve", "--state", "state", "--branch", "main"], folder.path(), &[]);
    assert_eq!(refused.status.code(), Some(2));
}
