//! A secret that somebody wrote into a file by mistake is in no finding, whatever the mistake was.

use super::case::tree;
use super::tree::findings;
use oncall::check;
use oncall::compile::{Compiler, render_human, render_json};

/// Secrets of every kind. None has its own words anywhere else in the trees here.
const SECRETS: [&str; 12] = [
    "hunter2hunter2hunter2",
    "hunter2!",
    "xoxb-1234-5678-AbCdEfGh",
    "AC0123456789abcdef0123456789abcdef",
    "glpat-x1Y2z3",
    "c2VjcmV0LXNlY3JldA==",
    "9876543210123",
    "correct horse battery staple",
    "eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxIn0.c2lnbmF0dXJl",
    "秘密の言葉です",
    "0f1e2d3c4b5a69788796a5b4c3d2e1f00f1e2d3c4b5a6978",
    "a-very-long-passphrase-of-more-than-sixty-characters-that-a-message-would-cut",
];

/// Ways to write the value of a key, `S` being the secret: what follows the key, at the indentation `I`.
const VALUES: [&str; 30] = [
    " S",
    " \"S\"",
    " 'S'",
    "S",
    " S # not so secret",
    " { env: S }",
    " { env: \"S\" }",
    " { env: $S }",
    " { file: S }",
    " { sops: S, key: a }",
    " { evn: S }",
    " { value: S }",
    " { S }",
    " {S: }",
    " [S]",
    " [{ env: A }, S]",
    " [{ env: \"S\" }]",
    " { vault: { path: S } }",
    " |\nI  S",
    " >-\nI  S\nI  S",
    "\nI  S",
    "\nS",
    "\nI  value: S",
    "\nI  - S",
    "\nI- env: A\nI- S",
    "\nI  env: S\nI  more: 1",
    " \"S",
    " { env: \"S\"",
    " [ S",
    " S: x: S",
];

/// Ways to write a key and what joins it to its value.
const KEYS: [&str; 10] = ["K:", "\"K\":", "K :", "K =", "K", "Kx:", "  K:", "\\tK:", "K: &a", "K: !secret"];

/// What shows the secret of a patch of the base, if anything does.
fn shown(compiler: &Compiler, patch: &str, secret: &str) -> Option<String> {
    let tree = tree(patch);
    let compiled = compiler.compile(&tree);
    let mut all = compiled.diagnostics.clone();
    all.extend(check::run(&compiled, None));
    let texts = [
        render_human(&tree, &all, oncall::language::Language::En, false),
        render_json(&all, oncall::language::Language::En),
        format!("{all:?}"),
    ];
    texts.into_iter().find(|text| text.contains(secret))
}

fn organisation(rest: &str) -> String {
    format!("--- oncall.yaml\ntime_zone: Asia/Tokyo\nlanguage: ja\nfallback: team\n{rest}\n")
}

/// A file for each place of a secret in the config.
fn places(written: impl Fn(&str, &str) -> String) -> Vec<String> {
    let slack = |line: String| {
        organisation(&format!("providers:\n  slack:\n    channel: C0\n{line}\n    api_url: x"))
    };
    let integration = |line: String| {
        format!("--- integrations/grafana.yaml\ntype: grafana\n{line}\nroutes: [{{ service: web }}]\n")
    };
    vec![
        slack(written("bot_token", "    ")),
        slack(written("signing_secret", "    ")),
        organisation(&format!(
            "providers:\n  twilio:\n    account_sid: AC0\n{}",
            written("auth_token", "    ")
        )),
        organisation(&written("push_secret", "")),
        organisation(&format!("api_tokens:\n  - name: ci\n{}", written("token", "    "))),
        integration(written("secret", "")),
        integration(written("signing_secret", "")),
    ]
}

#[test]
fn a_secret_is_in_no_finding_however_it_is_written() {
    let (compiler, mut n) = (Compiler::new(), 0);
    let mut wrong = Vec::new();
    for key in KEYS {
        for value in VALUES {
            // Each secret and each place come to pass with all others, only not all with all.
            for secret in [SECRETS[n % SECRETS.len()], SECRETS[(n + 5) % SECRETS.len()]] {
                let written = |name: &str, indent: &str| {
                    let value = value.replace('I', indent).replace('S', secret);
                    format!("{indent}{}{value}", key.replace('K', name))
                };
                // One word, which nobody can tell apart.
                if key == "K" && value == "S" {
                    continue;
                }
                let places = places(written);
                let text = &places[n % places.len()];
                n += 1;
                let shown = shown(&compiler, text, secret);
                wrong.extend(shown.map(|shown| format!("{secret} is shown of\n{text}:\n{shown}")));
            }
        }
    }
    assert!(wrong.is_empty(), "{} of {n}:\n{}", wrong.len(), wrong[..wrong.len().min(12)].join("\n\n"));
}

/// Without a name that says so: tokens of known forms, keys, and passwords in addresses.
#[test]
fn what_looks_like_a_secret_is_masked_wherever_it_stands() {
    let key = "-----BEGIN RSA PRIVATE KEY-----\n    MIIEpAIBAAKCAQEA7bq\n    kLmNoPqRsT\n    -----END RSA PRIVATE KEY-----";
    let cases = [
        ("public_url: https://someone:p4ss-w0rd@oncall.example.com/?x", "p4ss-w0rd"),
        ("public_url: https://oncall.example.com/?token=p4ssw0rd", "p4ssw0rd"),
        ("public_url: oncall.example.com/?a=1&api_key=p4ssw0rd&b=2 c", "p4ssw0rd"),
        ("heartbeat: { url: https://hc-ping.com/5bf66975-d4c7-4bf5-bcc8-b8d8a82ea278", "5bf66975"),
        ("heartbeat: https://hooks.slack.com/services/T000/B000/XXXXabcd", "XXXXabcd"),
        ("languages: xoxb-1234-5678-AbCdEfGh", "AbCdEfGh"),
        ("xoxb-1234-5678-AbCdEfGh: 1", "AbCdEfGh"),
        ("language: Zx81Qw72Er63Ty54Ui45", "Zx81Qw72Er63Ty54Ui45"),
        ("fallback: ghp_0123456789abcdefABCDEF", "0123456789abcdef"),
        ("api_tokens: [hunter2hunter2]", "hunter2hunter2"),
        ("api_tokens: hunter2hunter2", "hunter2hunter2"),
        ("api_tokens: { ci: hunter2hunter2 }", "hunter2hunter2"),
        ("api_tokens: [{ name: ci, token: hunter2hunter2, may: [view] }]", "hunter2hunter2"),
        ("api_tokens:\n- hunter2hunter2", "hunter2hunter2"),
        ("# token: hunter2hunter2\nlanguge: ja", "hunter2hunter2"),
        (&format!("push_secret: |\n    {key}"), "kLmNoPqRsT"),
        (&format!("summary: |\n    {key}\nlanguge: ja"), "kLmNoPqRsT"),
        (&format!("summary:\n    {key}\n  - : {{"), "kLmNoPqRsT"),
    ];
    let compiler = Compiler::new();
    for (line, secret) in cases {
        let shown = shown(&compiler, &organisation(line), secret);
        assert!(shown.is_none(), "{line}:\n{}", shown.unwrap());
    }
}

/// A mask where none belongs would make findings useless.
#[test]
fn what_names_a_place_is_shown() {
    let text = organisation(
        "providers:\n  slack:\n    bot_token: { env: SLACK_BOT_TOKEN_2, fiel: x }\n    \
         signing_secret: [{ file: /run/secrets/slack-2, evn: x }, { sops: people.enc.yaml, key: slack.signing, sosp: x }]\n    \
         chanel: C0INCIDENTS\napi_tokens: [{ name: ci-2026, token: { env: ONCALL_TOKEN }, nmae: x }]",
    );
    let shown = findings(&tree(&text));
    for word in [
        "SLACK_BOT_TOKEN_2",
        "/run/secrets/slack-2",
        "people.enc.yaml",
        "slack.signing",
        "chanel: C0INCIDENTS",
        "ci-2026",
        "ONCALL_TOKEN",
    ] {
        assert!(shown.contains(word), "{word}\n{shown}");
    }
    assert!(!shown.contains("***"), "{shown}");
}
