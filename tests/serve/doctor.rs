//! `oncall doctor` against the stand-ins: what is well, and each thing that may be wrong.

use super::stand_ins::{Trouble, Vendor};
use super::world::{SEALED, SECRETS, World, called};
use serde_json::Value;
use std::process::{Command, Stdio};
use unicode_width::UnicodeWidthStr;

const TEAM: &str = include_str!("sops/team.enc.yaml");
const ELSEWHERE: &str = include_str!("sops/elsewhere.enc.yaml");
const SMITH: &str = "name: Emma Smith\nslack: U0SMITH\nphone: { sops: team.enc.yaml, key: smith.phone }\n";

/// What the doctor says, and its status.
struct Said {
    code: Option<i32>,
    text: String,
}

struct Practice {
    world: World,
}

impl Practice {
    /// The company of the other tests, whose public URL a stand-in answers.
    async fn open() -> Practice {
        let mut world = World::with(&[("users/smith.yaml", SMITH), ("team.enc.yaml", TEAM)]).await;
        let public = &world.stand_ins.urls[&Vendor::Jira];
        let organisation = world.organisation().replace("https://oncall.test", public);
        world.push(&[("oncall.yaml", &organisation)]);
        Practice { world }
    }

    async fn ask(&self, arguments: &[&str], without: &str) -> Said {
        let mut command = Command::new(env!("CARGO_BIN_EXE_oncall"));
        command.arg("doctor").arg(self.world.written()).args(arguments);
        command.envs(SECRETS).env("XDG_CONFIG_HOME", self.world.folder.path()).env_remove(without);
        command.stdin(Stdio::null());
        let output = tokio::task::spawn_blocking(move || command.output().unwrap()).await.unwrap();
        let out = String::from_utf8(output.stdout).unwrap();
        let wide: Vec<&str> = out.lines().filter(|line| line.width() > 80).collect();
        assert!(wide.is_empty() || arguments.contains(&"json"), "{wide:#?}");
        let text = out + &String::from_utf8(output.stderr).unwrap();
        for (name, secret) in SECRETS.into_iter().chain(SEALED.map(|phone| ("a sealed phone", phone))) {
            assert!(!text.contains(secret), "{name} is in {text}");
        }
        assert!(!text.contains("+8150123"), "{text}");
        let public = &self.world.stand_ins.urls[&Vendor::Jira];
        Said { code: output.status.code(), text: text.replace(public, "http://public") }
    }

    /// With these troubles there is one thing wrong for each of the texts.
    async fn finds(&self, troubles: &[Trouble], texts: &[&str]) {
        self.world.stand_ins.trouble(troubles);
        let said = self.ask(&[], "").await;
        let count = said.text.matches("WRONG").count();
        assert_eq!((said.code, count), (Some(1), texts.len()), "{troubles:?}: {}", said.text);
        let flat = flat(&said.text);
        texts.iter().for_each(|text| assert!(flat.contains(text), "{troubles:?}: {text} in {}", said.text));
    }
}

/// Without line breaks and indents.
fn flat(text: &str) -> String {
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}

#[tokio::test(flavor = "multi_thread")]
async fn all_is_well_and_nothing_is_changed() {
    let mut practice = Practice::open().await;
    let said = practice.ask(&[], "").await;
    // The samples that the stand-ins know are none; a phone is asked of nobody.
    let (left, checks) = said.text.split_once("\n\n").unwrap();
    assert!(left.contains("- users/kimura.yaml:3  phone\n") && !left.contains("slack"), "{left}");
    assert!(left.ends_with("done: accounts, public_url, secrets"), "{left}");
    insta::assert_snapshot!(checks, @r"
    Secrets
      ok     providers.slack.bot_token ($SLACK_BOT_TOKEN)
      ok     providers.slack.signing_secret ($SLACK_SIGNING_SECRET)
      ok     providers.jira.api_token ($JIRA_API_TOKEN)
      ok     providers.twilio.auth_token ($TWILIO_AUTH_TOKEN)
      ok     push_secret ($PUSH_SECRET)
      ok     calendar_secret ($CALENDAR_SECRET)
      ok     API token ci ($API_TOKEN)
      ok     integration pagerduty ($PAGERDUTY_KEY)
      ok     integration prometheus ($PROMETHEUS_SECRET)
      ok     phones: sato ($SATO_PHONE)
      ok     phones: smith (team.enc.yaml)

    Slack
      ok     token (oncall in Acme)
      ok     people: kimura (U0KIMURA), mori (U0MORI), sato (U0SATO), smith
             (U0SMITH)
      ok     channels: C0INCIDENTS (#alerts), C0WEB (#alerts)

    Jira
      ok     account (On-call bot, account 1)
      ok     projects: OPS (Incident)
      ok     permissions: OPS

    Twilio
      ok     account (Acme)
      ok     from: +81…78 (a number of the account)

    Public URL
      ok     public_url: http://public (answers, seen from here only)

    All is well.
    ");
    assert_eq!(said.code, Some(0));
    assert_eq!(practice.world.count(|seen| seen.method != "GET"), 0, "it only reads");

    let said = practice.ask(&["--format", "json"], "").await;
    let json: Value = serde_json::from_str(&said.text).unwrap();
    let checks = json["checks"].as_array().unwrap();
    assert_eq!((&json["well"], said.code), (&Value::Bool(true), Some(0)));
    assert!(checks.iter().any(|it| it["kind"] == "people" && it["name"] == "sato (U0SATO)"), "{json}");
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_wrong_is_named_with_a_way_out() {
    let practice = Practice::open().await;
    practice
        .finds(
            &[Trouble::TokenRevoked],
            &["WRONG token Slack refuses the token: token_revoked way out: copy the bot user's token anew"],
        )
        .await;
    practice
        .finds(
            &[Trouble::BotNotInWeb, Trouble::SmithDeactivated],
            &[
                "WRONG people: smith (U0SMITH) this member was deactivated",
                "WRONG channels: C0WEB (#alerts) the bot is not in this channel way out: there, write `/invite @`",
            ],
        )
        .await;
    practice
        .finds(
            &[Trouble::MayNotReadUsers],
            &["WRONG people: kimura (U0KIMURA), mori (U0MORI), sato (U0SATO), smith (U0SMITH) \
               the scope users:read is missing"],
        )
        .await;
    practice.finds(&[Trouble::NoProject], &["WRONG projects: OPS there is no such project"]).await;
    practice
        .finds(&[Trouble::MayNotCreate], &["WRONG permissions: OPS the account lacks: Create issues"])
        .await;
    practice
        .finds(
            &[Trouble::NumberNotOurs],
            &["WRONG from: +81…78 it is neither a number of the account nor a verified caller id"],
        )
        .await;
    practice.finds(&[Trouble::AccountSuspended], &["WRONG account the account is suspended"]).await;
}

/// In a repository whose language is Japanese all of it is.
#[tokio::test(flavor = "multi_thread")]
async fn what_is_wrong_is_said_in_japanese() {
    let mut practice = Practice::open().await;
    let organisation = practice.world.organisation().replace("language: en", "language: ja");
    practice.world.push(&[("oncall.yaml", &organisation)]);
    practice.world.stand_ins.trouble(&[Trouble::TokenRevoked, Trouble::NumberNotOurs, Trouble::NoProject]);
    let said = practice.ask(&[], "").await;
    for part in [
        "トークン Slack がトークンを拒否しました: token_revoked 対処: アプリの OAuth & Permissions",
        "プロジェクト: OPS プロジェクトがないか、アカウントに閲覧の権限がありません 対処: キーを確認し",
        "発信元: +81…78 アカウントの番号でも、確認済みの発信者番号でもありません 対処: providers.twilio.from",
        "異常が 3 件あります。",
    ] {
        assert!(
            flat(&said.text).replace(' ', "").contains(&part.replace(' ', "")),
            "{part} in {}",
            said.text
        );
    }
    assert_eq!(said.code, Some(1));
}

/// A door that a short secret opens works, and whoever tries enough secrets opens it too.
#[tokio::test(flavor = "multi_thread")]
async fn a_short_secret_is_a_warning() {
    let mut practice = Practice::open().await;
    let short = "type: generic\nsecret: { env: BACKUP_SECRET }\nroutes: [{ service: web }]\n";
    practice.world.push(&[("integrations/short.yaml", short)]);
    let said = practice.ask(&[], "").await;
    let warning =
        "warn integration short it has fewer than 16 bytes, so it can be guessed: $BACKUP_SECRET way out:";
    assert!(said.code == Some(0) && flat(&said.text).contains(warning), "{}", said.text);
    assert!(flat(&said.text).ends_with("All works; 1 to be mended."), "{}", said.text);
    practice.world.serve().await.stop();
    let log = practice.world.log();
    assert!(
        log.contains("event=short_secret")
            && log.contains("integration short: environment variable BACKUP_SECRET"),
        "{log}"
    );
    practice.world.no_secret_was_shown();
}

#[tokio::test(flavor = "multi_thread")]
async fn a_secret_that_is_not_there_closes_something() {
    let mut practice = Practice::open().await;
    let said = practice.ask(&[], "SATO_PHONE").await;
    let wrong = "WRONG phones: sato SATO_PHONE is not set, so there are no calls to this person way out: set SATO_PHONE";
    assert!(said.code == Some(1) && flat(&said.text).contains(wrong), "{}", said.text);

    practice.world.push(&[("team.enc.yaml", ELSEWHERE)]);
    let said = practice.ask(&[], "JIRA_API_TOKEN").await;
    let flat_text = flat(&said.text);
    for wrong in [
        "WRONG providers.jira.api_token JIRA_API_TOKEN is not set, so no ticket is opened",
        "WRONG phones: smith team.enc.yaml cannot be opened: it is encrypted for age1cy7f7",
        "`sops updatekeys team.enc.yaml`",
        "2 things are wrong.",
    ] {
        assert!(flat_text.contains(wrong), "{wrong} in {}", said.text);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_test_call_says_that_it_is_one() {
    let mut practice = Practice::open().await;
    let said = practice.ask(&["--call", "sato"], "").await;
    assert!(flat(&said.text).contains("ok call: sato at +81…01 (Twilio took the call (CA"), "{}", said.text);
    let call = practice.world.next("the test call", |seen| called(seen) == Some("+819000000001")).await;
    let words = call.body["Twiml"].as_str().unwrap();
    assert!(
        words.contains("さとう はなこさん、オンコールのテスト通話です。障害は発生していません。"),
        "{words}"
    );
    assert!(!words.contains("Gather") && call.body["StatusCallback"].is_null(), "{call:?}");

    let said = practice.ask(&["--call", "smiht"], "").await;
    assert!(said.code == Some(2) && said.text.contains("did you mean `smith`?"), "{}", said.text);
    assert_eq!(practice.world.calls(), ["+819000000001"]);
}
