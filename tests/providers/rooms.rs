//! Microsoft Teams and Google Chat: what is posted, what every answer means, limits, and hostile text.

use crate::wire::{first, limited, mirror, ok, run_with, words};
use crate::world::{
    GOOGLE_CHAT_URL, TEAMS_CHECKOUT_URL, TEAMS_URL, acknowledged, config, delivery, env, incident, links,
    numbered, secrets,
};
use oncall::alert::Link;
use oncall::config::{MirrorKind, Provider, Secret, Secrets};
use oncall::incident::{Delivery, Incident, Outcome, Task};
use oncall::language::Language;
use oncall::language::words::Words;
use oncall::provider::doctor::Found;
use oncall::provider::examination::questions;
use oncall::provider::{self, Failure, Progress, Response, google_chat, print, teams};
use serde_json::Value;

/// The message of an incident in a room, the first time or with what is new.
fn shown_in(provider: Provider, room: &str, incident: &Incident, reference: Option<&str>) -> Delivery {
    let task = match mirror(incident, MirrorKind::Room, reference) {
        Task::Mirror { kind, reference, words, news, .. } => {
            Task::Mirror { kind, place: room.into(), reference, words, news, after: 0 }
        }
        other => panic!("{other:?}"),
    };
    Delivery { provider, ..delivery(task) }
}

fn in_teams(incident: &Incident) -> Delivery {
    shown_in(Provider::Teams, "default", incident, None)
}

fn in_chat(incident: &Incident) -> Delivery {
    shown_in(Provider::GoogleChat, "default", incident, None)
}

fn posted(delivery: &Delivery) -> (String, Value) {
    let (_, request) = first(&config(), delivery);
    (request.url.clone(), serde_json::from_slice(&request.body).unwrap())
}

/// Every text of a Teams card, paragraph by paragraph, and its links.
fn card_of(body: &Value) -> (Vec<String>, Vec<(String, String)>) {
    let content = &body["attachments"][0]["content"];
    let blocks = content["body"].as_array().unwrap();
    let paragraph = |block: &Value| {
        assert_eq!(block["type"], "RichTextBlock", "markdown is read in any other text");
        let runs = block["inlines"].as_array().unwrap().iter();
        runs.map(|run| run["text"].as_str().unwrap()).collect::<String>()
    };
    let links = content["actions"].as_array().unwrap().iter().map(|action| {
        assert_eq!(action["type"], "Action.OpenUrl");
        (action["title"].as_str().unwrap().to_owned(), action["url"].as_str().unwrap().to_owned())
    });
    (blocks.iter().map(paragraph).collect(), links.collect())
}

#[test]
fn a_teams_room_gets_a_card_with_headline_fields_lines_and_links() {
    let (url, body) = posted(&in_teams(&incident()));
    assert_eq!(url, TEAMS_URL);
    assert_eq!(body["type"], "message");
    assert_eq!(body["attachments"][0]["contentType"], "application/vnd.microsoft.card.adaptive");
    assert_eq!(body["attachments"][0]["content"]["type"], "AdaptiveCard");
    let (texts, links) = card_of(&body);
    assert_eq!(texts[0], "🔴 [重大] Checkout: 5xx の割合が 5% を超えました");
    assert!(texts.contains(&"サービス  Checkout".to_owned()), "{texts:?}");
    assert!(texts.contains(&"直近 5 分の 5xx は 7.3% です。".to_owned()), "{texts:?}");
    assert_eq!(
        links,
        [
            ("ページを開く".to_owned(), "https://oncall.example.com/incidents/3-17".to_owned()),
            ("手順書".to_owned(), "https://oncall.example.com/runbooks/checkout.md?incident=3-17".to_owned()),
            ("Dashboard".to_owned(), "https://grafana.example.com/d/1?a=1&b=2".to_owned()),
        ]
    );
}

#[test]
fn what_changes_is_said_by_another_message_with_the_headline_as_it_is_now() {
    let later = shown_in(Provider::Teams, "default", &acknowledged(incident()), Some("posted"));
    let (texts, links) = card_of(&posted(&later).1);
    assert_eq!(
        texts,
        ["🟡 [重大] Checkout: 5xx の割合が 5% を超えました", "田中 太郎さんが対応を始めました。"]
    );
    assert_eq!(links.len(), 1);
    let later = shown_in(
        Provider::GoogleChat,
        "default",
        &acknowledged(incident()),
        Some("spaces/AAAA/messages/B.B"),
    );
    assert_eq!(
        posted(&later).1["text"],
        "🟡 [重大] Checkout: 5xx の割合が 5% を超えました\n田中 太郎さんが対応を始めました。"
    );
}

#[test]
fn nothing_is_posted_where_there_is_nothing_to_say() {
    for (provider, name) in [(Provider::Teams, "posted"), (Provider::GoogleChat, "spaces/A/messages/B")] {
        let mut quiet = shown_in(provider, "default", &incident(), Some(name));
        if let Task::Mirror { news, .. } = &mut quiet.task {
            *news = None;
        }
        let (requests, outcome) = run_with(&config(), &secrets(), &quiet, &[]);
        assert!(requests.is_empty());
        assert_eq!(outcome, Outcome::delivered(name));
    }
}

#[test]
fn the_messages_of_one_incident_are_one_thread_in_google_chat() {
    let (url, body) = posted(&in_chat(&incident()));
    let rest = url.strip_prefix(GOOGLE_CHAT_URL).unwrap();
    assert!(rest.starts_with("&messageReplyOption=REPLY_MESSAGE_FALLBACK_TO_NEW_THREAD&requestId="));
    assert_eq!(body["thread"]["threadKey"], "oncall-3-17");
    assert_eq!(body["text"], "🔴 [重大] Checkout: 5xx の割合が 5% を超えました");
    let widgets = body["cardsV2"][0]["card"]["sections"][0]["widgets"].as_array().unwrap();
    assert!(widgets.iter().any(|widget| {
        widget["decoratedText"]["topLabel"] == "サービス" && widget["decoratedText"]["text"] == "Checkout"
    }));
    let later =
        shown_in(Provider::GoogleChat, "default", &acknowledged(incident()), Some("spaces/A/messages/B"));
    assert_eq!(posted(&later).1["thread"]["threadKey"], "oncall-3-17");
    let other = numbered(18, "disk full");
    let other = Delivery { incidents: vec![other.id], ..in_chat(&other) };
    assert_eq!(posted(&other).1["thread"]["threadKey"], "oncall-3-18");
}

/// `requestId` makes the vendor post the same message once.
#[test]
fn another_attempt_has_the_name_of_the_first_and_other_words_have_another() {
    let name = |delivery: &Delivery| posted(delivery).0.split("requestId=").nth(1).unwrap().to_owned();
    let once = in_chat(&incident());
    let mut again = once.clone();
    again.id.n += 1;
    assert_eq!(name(&once), name(&again), "another attempt at the same");
    assert_ne!(name(&once), name(&in_chat(&acknowledged(incident()))), "other words");
    if let Task::Mirror { after, .. } = &mut again.task {
        *after = 40;
    }
    assert_ne!(name(&once), name(&again), "the same words, said again later");
}

#[test]
fn a_repeat_says_so_in_teams_which_cannot_tell_that_it_is_one() {
    let again = Delivery { repeat: true, ..in_teams(&incident()) };
    let (texts, _) = card_of(&posted(&again).1);
    assert!(texts[1].contains("再送"), "{texts:?}");
}

#[test]
fn a_service_names_its_room() {
    let (url, _) = posted(&shown_in(Provider::Teams, "checkout", &incident(), None));
    assert_eq!(url, TEAMS_CHECKOUT_URL);
}

#[test]
fn every_answer_of_teams_has_a_meaning() {
    let cases: [(Result<Response, Failure>, &str); 12] = [
        (ok(202, ""), "delivered posted"),
        (ok(200, "1"), "delivered posted"),
        (
            ok(400, r#"{"error":{"code":"TriggerInputSchemaMismatch","message":"bad input"}}"#),
            "rejected: Microsoft Teams: it refused the request (400 bad input)",
        ),
        (
            ok(401, r#"{"error":{"message":"The signature is wrong"}}"#),
            "rejected: Microsoft Teams: the webhook is refused: copy its URL anew; in Teams, let anyone trigger it (401 The signature is wrong)",
        ),
        (
            ok(403, ""),
            "rejected: Microsoft Teams: the webhook is refused: copy its URL anew; in Teams, let anyone trigger it (403)",
        ),
        (
            ok(404, r#"{"error":{"code":"WorkflowNotFound","message":"gone"}}"#),
            "rejected: Microsoft Teams: the webhook is gone: make another one in the room (404 gone)",
        ),
        (ok(413, "too large"), "rejected: Microsoft Teams: it refused the request (413)"),
        (limited(429, "30", ""), "unavailable for 30 s: Microsoft Teams: too many requests (429)"),
        (ok(500, "oops"), "unavailable: Microsoft Teams: it refused the request (500)"),
        (ok(502, "<html>"), "unavailable: Microsoft Teams: it refused the request (502)"),
        (
            Err(Failure::NotSent("refused".into())),
            "unavailable: Microsoft Teams: it could not be reached (refused)",
        ),
        (
            Err(Failure::Unknown("timed out".into())),
            "unknown: Microsoft Teams: it did not answer (timed out)",
        ),
    ];
    for (answer, meaning) in cases {
        let (_, outcome) = run_with(&config(), &secrets(), &in_teams(&incident()), &[answer]);
        assert_eq!(words(&outcome), meaning);
    }
}

#[test]
fn every_answer_of_google_chat_has_a_meaning() {
    let error = |status: u16, text: &str| ok(status, &format!(r#"{{"error":{{"message":"{text}"}}}}"#));
    let cases: [(Result<Response, Failure>, &str); 10] = [
        (ok(200, r#"{"name":"spaces/AAAA/messages/B.B"}"#), "delivered spaces/AAAA/messages/B.B"),
        (
            ok(200, "<html>"),
            "unknown: Google Chat: the answer was not its own: is its URL right, or a proxy in between?",
        ),
        (error(400, "bad card"), "rejected: Google Chat: it refused the request (400 bad card)"),
        (
            error(401, "no key"),
            "rejected: Google Chat: the webhook is refused: copy its URL anew; in Teams, let anyone trigger it (401 no key)",
        ),
        (
            error(403, "no"),
            "rejected: Google Chat: the webhook is refused: copy its URL anew; in Teams, let anyone trigger it (403 no)",
        ),
        (
            error(404, "no space"),
            "rejected: Google Chat: the webhook is gone: make another one in the room (404 no space)",
        ),
        (limited(429, "2", ""), "unavailable for 2 s: Google Chat: too many requests (429)"),
        (ok(503, ""), "unavailable: Google Chat: it refused the request (503)"),
        (
            Err(Failure::NotSent("refused".into())),
            "unavailable: Google Chat: it could not be reached (refused)",
        ),
        // The same request again is the same message: nothing is doubled.
        (
            Err(Failure::Unknown("timed out".into())),
            "unavailable: Google Chat: it did not answer (timed out)",
        ),
    ];
    for (answer, meaning) in cases {
        let (_, outcome) = run_with(&config(), &secrets(), &in_chat(&incident()), &[answer]);
        assert_eq!(words(&outcome), meaning);
    }
}

#[test]
fn what_an_alert_says_mentions_nobody_and_forges_no_link() {
    let hostile = "<users/all> <https://evil|bank> [bank](https://evil) <at>all</at> <b>&amp; {{DATE(x)}} @{body} \u{0}\u{1b}";
    let mut hurt = numbered(17, hostile);
    hurt.description = hostile.into();
    hurt.source = hostile.into();
    hurt.links = vec![
        Link { href: "javascript:alert(1)".into(), text: "x".into() },
        Link { href: "https://ok.example/a b".into(), text: "x".into() },
        Link { href: "https://ok.example/".into(), text: "<users/all>".into() },
    ]
    .into();
    let (texts, links) = card_of(&posted(&in_teams(&hurt)).1);
    let all = texts.join("\n");
    for forbidden in ["{{DATE", "@{body", "<at>", "\u{0}", "\u{1b}"] {
        assert!(!all.contains(forbidden), "{forbidden} in {all}");
    }
    assert!(all.contains("[bank](https://evil)"), "shown as it is, in a run that knows no markdown: {all}");
    assert!(links.iter().all(|(_, url)| url.starts_with("https://ok") || url.starts_with("https://oncall.")));
    let content = &posted(&in_teams(&hurt)).1["attachments"][0]["content"];
    assert!(content["msteams"].get("entities").is_none(), "a mention needs an entity");

    let (_, body) = posted(&in_chat(&hurt));
    let text = body["text"].as_str().unwrap();
    assert!(!text.contains("<users/") && !text.contains("<https://"), "{text}");
    let widgets = body["cardsV2"][0]["card"]["sections"][0]["widgets"].to_string();
    assert!(widgets.contains("&lt;users/all&gt;") && !widgets.contains("<b>"), "{widgets}");
}

#[test]
fn every_limit_is_kept_by_bytes_and_no_character_is_cut_in_two() {
    for text in ["\"".repeat(40_000), "漢".repeat(20_000), "🔥".repeat(20_000), "a b\n".repeat(9_000)] {
        let mut long = numbered(17, &text);
        long.description = text.as_str().into();
        long.source = text.as_str().into();
        long.links = (0..50)
            .map(|n| Link {
                href: format!("https://ok.example/{n}/{}", "x".repeat(900)),
                text: text.chars().take(200).collect(),
            })
            .collect();
        let (_, body) = posted(&in_teams(&long));
        let sent = body.to_string();
        assert!(sent.len() <= teams::BODY_MAX && sent.encode_utf16().count() <= teams::BODY_UTF16_MAX);
        assert!(card_of(&body).0[0].starts_with("🔴"));
        let (_, body) = posted(&in_chat(&long));
        assert!(body.to_string().len() <= google_chat::BODY_MAX);
    }
}

#[test]
fn what_is_missing_is_named_and_the_url_never_is() {
    let gone = shown_in(Provider::Teams, "payments", &incident(), None);
    let said = |delivery: &Delivery, secrets: &Secrets| match provider::begin(
        &config(),
        secrets,
        &links(),
        delivery,
    ) {
        Progress::Done(outcome) => words(&outcome),
        other => panic!("it was sent: {other:?}"),
    };
    assert_eq!(
        said(&gone, &secrets()),
        "rejected: Microsoft Teams: not set up under `providers` in oncall.yaml (rooms: payments)"
    );
    assert_eq!(
        said(&in_chat(&incident()), &Secrets::default()),
        "rejected: Google Chat: a secret is not set where the server runs (environment variable GOOGLE_CHAT_URL, wanted by providers.google_chat.rooms.default)"
    );
    let mut odd = secrets();
    odd.insert(env("TEAMS_URL"), Secret::new("xoxb-not-a-url"));
    let why = said(&in_teams(&incident()), &odd);
    assert_eq!(
        why,
        "rejected: Microsoft Teams: the webhook is not a URL: copy it anew from the room (rooms: default)"
    );
    let (_, request) = first(&config(), &in_teams(&incident()));
    assert!(!format!("{request:?}").contains("sig="), "{request:?}");
}

#[test]
fn the_doctor_looks_at_webhooks_and_posts_nothing() {
    let verdict = |source: &str, url: &str| {
        let mut secrets = secrets();
        secrets.insert(env(source), Secret::new(url));
        let all = questions(&config(), &secrets);
        assert!(all.next.iter().all(|question| !question.request.url.contains("sig=")));
        let of = if source.starts_with("TEAMS") { "Microsoft Teams" } else { "Google Chat" };
        let found =
            all.verdicts.into_iter().find(|it| it.examined.words(Language::En) == of && it.name == "default");
        found.unwrap().found
    };
    let not_tried = Words::new("not tried: that would post", "投稿されてしまうため、試していません");
    let not_tried = Found::Well(not_tried);
    assert_eq!(verdict("TEAMS_URL", TEAMS_URL), not_tried);
    assert_eq!(verdict("GOOGLE_CHAT_URL", GOOGLE_CHAT_URL), not_tried);
    for (source, url, part) in [
        ("TEAMS_URL", "https://example.webhook.office.com/webhookb2/x", "switched those off"),
        ("TEAMS_URL", "checkout", "not a URL"),
        ("GOOGLE_CHAT_URL", "http://chat.googleapis.com/v1/spaces/A/messages?key=k", "not https"),
    ] {
        let Found::Wrong { why, .. } = verdict(source, url) else { panic!("{url} is well") };
        assert!(why.en.contains(part) && !why.en.contains(url) && !why.ja.contains(url), "{why:?}");
    }
}

#[test]
fn a_printed_message_names_the_vendor_and_the_room() {
    let printed =
        print(&config(), &shown_in(Provider::Teams, "checkout", &incident(), None), crate::world::now());
    assert!(printed.lines().next().unwrap().contains("📣 Microsoft Teams → checkout"), "{printed}");
    assert!(!printed.contains("sig="));
}
