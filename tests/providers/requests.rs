//! What goes out.

use crate::wire::{self, first, run_with, shown, words};
use crate::world::{config, delivery, env, incident, links, numbered, secrets};
use oncall::alert::Link;
use oncall::config::{Config, Contact, MirrorKind, Phone, Secret, Secrets};
use oncall::incident::message::CallScript;
use oncall::incident::{Delivery, Outcome, Task};
use oncall::language::Language;
use oncall::provider::{self, Progress, jira, slack, twilio};

fn request(task: Task) -> String {
    shown(&first(&config(), &delivery(task)).1)
}

fn twiml(config: &Config, delivery: &Delivery) -> String {
    let text = shown(&first(config, delivery).1);
    text.lines().find_map(|line| line.strip_prefix("Twiml = ")).unwrap().to_owned()
}

#[test]
fn each_task_becomes_its_request() {
    insta::assert_snapshot!("slack_channel", request(wire::post()));
    insta::assert_snapshot!("slack_direct", request(wire::direct()));
    insta::assert_snapshot!("jira_create", request(wire::ticket()));
    insta::assert_snapshot!("twilio_call", request(wire::call()));
    insta::assert_snapshot!("twilio_hang_up", request(wire::hang_up()));
}

#[test]
fn a_repeat_says_so_and_looks_before_it_creates() {
    let repeat = |task| Delivery { repeat: true, ..delivery(task) };
    let said = twiml(&config(), &repeat(wire::call()));
    assert!(said.contains("もう一度ご連絡しています"), "{said}");
    let (_, posted) = first(&config(), &repeat(wire::post()));
    assert!(shown(&posted).contains("再送しています"));
    let (_, looked) = first(&config(), &repeat(wire::ticket()));
    insta::assert_snapshot!(shown(&looked), @r#"
    Post https://example.atlassian.net/rest/api/3/search/jql
    accept: application/json
    content-type: application/json; charset=utf-8
    authorization: Basic b25jYWxsQGV4YW1wbGUuY29tOmppcmEtZmFrZQ==
    {
      "jql": "project = \"SHOP\" AND labels = \"oncall-3-17\"",
      "maxResults": 1,
      "fields": [
        "status"
      ]
    }
    "#);
}

#[test]
fn without_a_public_url_the_call_is_made_and_takes_no_keys() {
    let mut config = config();
    config.organisation.public_url = None;
    let call = delivery(wire::page(&config, &[&incident()], "tanaka", Contact::Call));
    let (_, sent) = first(&config, &call);
    assert!(!shown(&sent).contains("StatusCallback"));
    let said = twiml(&config, &call);
    assert!(!said.contains("Gather") && said.matches("5xx の割合").count() == 2, "{said}");
    let (_, outcome) = run_with(&config, &secrets(), &call, &[wire::ok(201, r#"{"sid":"CA1"}"#)]);
    assert_eq!(outcome, Outcome::delivered("CA1"));
}

#[test]
fn what_an_alert_says_cannot_mention_forge_or_break_out() {
    let hostile = "<!channel> <https://evil|x> & ]]></Say><Hangup/> \u{0}\u{1b}\u{fffe} *b* @here";
    let mut incident = numbered(1, hostile);
    incident.description = hostile.into();
    incident.source = hostile.into();
    incident.links = vec![
        Link { href: "https://ok.example/?a>b|<!channel>".into(), text: "<@U1>|x".into() },
        Link { href: "javascript:alert(1)".into(), text: "x".into() },
    ]
    .into();
    let posted = request(wire::mirror(&incident, MirrorKind::Room, None));
    for forbidden in ["<!", "<@", "<https://evil", "\u{0}", "\u{1b}", "javascript:"] {
        assert!(!posted.contains(forbidden), "{forbidden} in {posted}");
    }
    assert!(
        posted.contains("&lt;!channel&gt;")
            && posted.contains("<https://ok.example/?a%3Eb%7C%3C!channel%3E|")
    );
    assert!(!posted.contains("plain_text\",\n        \"text\": \"&"), "{posted}");
    let said = twiml(&config(), &delivery(wire::page(&config(), &[&incident], "tanaka", Contact::Call)));
    assert!(said.contains("&lt;/Say&gt;&lt;Hangup/&gt;") && !said.contains("<Hangup"), "{said}");
    assert!(!said.contains(char::is_control) && !said.contains('\u{fffe}'));
}

#[test]
fn every_limit_of_a_provider_is_kept() {
    for text in ["&".repeat(20_000), "漢".repeat(20_000), "🔥".repeat(20_000), "word ".repeat(5_000)] {
        let mut long = numbered(1, &text);
        long.description = text.as_str().into();
        long.source = text.as_str().into();
        let script =
            CallScript { language: Language::Ja, words: vec![text.clone()], menu: wire::script().menu };
        let call = delivery(wire::spoken("tanaka", script));
        let said = twiml(&config(), &call);
        assert!(said.chars().count() <= twilio::TWIML_MAX && said.contains('…'));
        assert!(said.contains("6を押してください") && said.ends_with("</Response>"));
        let mut deaf = config();
        deaf.organisation.public_url = None;
        assert!(twiml(&deaf, &call).chars().count() <= twilio::TWIML_MAX);

        let posted = wire::mirror(&long, MirrorKind::Room, None);
        let body: serde_json::Value =
            serde_json::from_slice(&first(&config(), &delivery(posted)).1.body).unwrap();
        let blocks = body["blocks"].as_array().unwrap();
        assert!(blocks.len() <= 50);
        for block in blocks {
            let text = block["text"]["text"].as_str().unwrap_or_default();
            assert!(text.encode_utf16().count() <= slack::SECTION_MAX);
            for field in block["fields"].as_array().into_iter().flatten() {
                assert!(field["text"].as_str().unwrap().encode_utf16().count() <= 2000);
            }
        }
        let sent = first(&config(), &delivery(wire::mirror(&long, MirrorKind::Ticket, None))).1.body;
        let sent: serde_json::Value = serde_json::from_slice(&sent).unwrap();
        assert!(sent["fields"]["summary"].as_str().unwrap().chars().count() <= jira::SUMMARY_MAX);
        assert!(sent["fields"]["description"].to_string().chars().count() <= 32_767 + 5_000);
    }
}

#[test]
fn a_card_about_very_many_incidents_names_the_delivery_instead() {
    let all: Vec<_> = (1..=60).map(|n| numbered(n, "disk full")).collect();
    let all: Vec<_> = all.iter().collect();
    let sent = request(wire::page(&config(), &all, "tanaka", Contact::Slack));
    assert!(sent.contains(r#""value": "delivery 3-9""#), "{sent}");
}

#[test]
fn what_is_missing_is_named_with_the_way_out_and_never_a_value() {
    let none = Secrets::default;
    let mut bare = config();
    (bare.organisation.slack, bare.organisation.jira, bare.organisation.twilio) = (None, None, None);
    let call = |user: &str| wire::spoken(user, wire::script());
    let mut odd = config();
    odd.users.get_mut("tanaka").unwrap().phone = Some(Phone::Secret(env("TANAKA_PHONE")));
    let mut odd_secrets = secrets();
    odd_secrets.insert(env("TANAKA_PHONE"), Secret::new("090-0000-0000"));
    let direct = wire::page(&config(), &[&incident()], "web/sato", Contact::Slack);
    let cases = [
        (
            config(),
            none(),
            wire::post(),
            "Slack: a secret is not set where the server runs (environment variable SLACK_BOT_TOKEN, wanted by providers.slack.bot_token)",
        ),
        (
            config(),
            none(),
            wire::ticket(),
            "Jira: a secret is not set where the server runs (environment variable JIRA_API_TOKEN, wanted by providers.jira.api_token)",
        ),
        (
            config(),
            none(),
            wire::call(),
            "Twilio: a secret is not set where the server runs (environment variable TWILIO_AUTH_TOKEN, wanted by providers.twilio.auth_token)",
        ),
        (bare.clone(), secrets(), wire::post(), "Slack: not set up under `providers` in oncall.yaml"),
        (bare.clone(), secrets(), wire::ticket(), "Jira: not set up under `providers` in oncall.yaml"),
        (bare, secrets(), wire::call(), "Twilio: not set up under `providers` in oncall.yaml"),
        (
            config(),
            secrets(),
            call("web/sato"),
            "Twilio: the person has no address for it (users/web/sato.yaml:1: phone)",
        ),
        (
            config(),
            secrets(),
            call("nobody-here"),
            "Twilio: the person is gone from users/ (users/nobody-here.yaml)",
        ),
        (
            config(),
            secrets(),
            direct,
            "Slack: the person has no address for it (users/web/sato.yaml:1: slack)",
        ),
        (
            odd.clone(),
            secrets(),
            wire::call(),
            "Twilio: a secret is not set where the server runs (environment variable TANAKA_PHONE, wanted by users/tanaka.yaml:1: phone)",
        ),
        (
            odd,
            odd_secrets,
            wire::call(),
            "Twilio: the phone number is not of the form +819012345678 (users/tanaka.yaml:1: phone)",
        ),
        (
            config(),
            secrets(),
            Task::HangUp { call: "../Messages".into() },
            "Twilio: not set up under `providers` in oncall.yaml (it does not carry this)",
        ),
        (
            config(),
            secrets(),
            wire::mirror(&incident(), MirrorKind::Ticket, Some("../x")),
            "Jira: the ticket is gone, or hidden from the account (../x)",
        ),
    ];
    for (config, secrets, task, reason) in cases {
        let Progress::Done(outcome) = provider::begin(&config, &secrets, &links(), &delivery(task)) else {
            panic!("something was sent; expected {reason}")
        };
        assert_eq!(words(&outcome), format!("rejected: {reason}"));
    }
}

#[test]
fn debug_shows_no_secret_number_or_text() {
    for task in [wire::post(), wire::ticket(), wire::call()] {
        let (_, request) = first(&config(), &delivery(task));
        let debug = format!("{request:?}");
        assert!(debug.starts_with("Request(Post https://") && debug.len() < 80, "{debug}");
    }
}
