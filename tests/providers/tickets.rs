//! Tickets beyond Jira Cloud's own course: Data Center, fields by template, tickets that are opened again, and what Jira tells us.

use crate::wire::{first, mirror, ok, run_with, shown, ticket, words};
use crate::world::{acknowledged, config, delivery, env, id, incident, now, numbered, resolved, secrets};
use oncall::actor::{Actor, Via};
use oncall::config::{Config, Deployment, FieldValue, MirrorKind, Template, TicketFields};
use oncall::incident::message::Ticket;
use oncall::incident::{Asked, Command, Delivery, Respond, Target, Task, Words};
use oncall::provider::{self, Callback, CallbackRequest, Failure, HttpAnswer, Refusal};
use ring::hmac;
use serde_json::{Value, json};

const ACCOUNT: &str = "5b10a2844c20165700ede21g";

fn data_center() -> Config {
    let mut config = config();
    let jira = config.organisation.jira.as_mut().unwrap();
    (jira.deployment, jira.email, jira.site) =
        (Deployment::DataCenter, None, "https://jira.example.com".into());
    config
}

fn heard() -> Config {
    let mut config = config();
    let jira = config.organisation.jira.as_mut().unwrap();
    (jira.webhook_secret, jira.account) = (vec![env("JIRA_WEBHOOK_SECRET")], Some(ACCOUNT.into()));
    config.users.get_mut("tanaka").unwrap().email = Some("Tanaka@example.com".into());
    config
}

fn with(fields: TicketFields) -> Config {
    let mut config = config();
    config.services.get_mut("checkout").unwrap().jira.as_mut().unwrap().fields = fields;
    config
}

fn template(text: &str) -> Template {
    Template::compile(text).unwrap()
}

fn fields() -> TicketFields {
    TicketFields {
        priority: Some(template("{{ 'Highest' if severity == 'critical' else 'Medium' }}")),
        assignee: Some(template("{{ labels.owner | default('') }}")),
        components: vec![template("{{ service }}"), template("{{ urgency }}")],
        own: vec![
            ("customfield_1".into(), FieldValue::Text(template("{{ incident }} {{ labels.severity }}"))),
            (
                "customfield_2".into(),
                FieldValue::Object(vec![("value".into(), FieldValue::Text(template("Tokyo")))]),
            ),
            ("customfield_3".into(), FieldValue::Plain(json!(7))),
            // What would replace the ticket's own words does not.
            ("summary".into(), FieldValue::Text(template("forged"))),
        ],
    }
}

/// A ticket as the config makes it; `reopened`: the incident was opened again.
fn ticket_of(config: &Config, reference: Option<&str>, reopened: bool) -> Delivery {
    let words = oncall::incident::message::mirror(config, &incident(), MirrorKind::Ticket, "SHOP");
    let Words::Ticket(ticket) = words else { panic!() };
    let words = Words::Ticket(Ticket { reopened, ..ticket });
    delivery(Task::Mirror {
        kind: MirrorKind::Ticket,
        place: "SHOP".into(),
        reference: reference.map(str::to_owned),
        words,
        news: reference.map(|_| "また起きました。".into()),
        after: 0,
    })
}

fn sent(config: &Config, delivery: &Delivery) -> Value {
    serde_json::from_slice(&first(config, delivery).1.body).unwrap()
}

/// The method and the end of the path of each request.
fn steps(requests: &[String]) -> Vec<String> {
    let line = |request: &String| request.lines().next().unwrap().to_owned();
    requests.iter().map(|request| line(request).split("/rest/api/").nth(1).unwrap().to_owned()).collect()
}

#[test]
fn data_center_is_asked_by_its_own_api_with_a_token_alone_and_plain_text() {
    let (_, request) = first(&data_center(), &delivery(ticket()));
    let text = shown(&request);
    assert!(text.starts_with("Post https://jira.example.com/rest/api/2/issue\n"), "{text}");
    assert!(text.contains("authorization: Bearer jira-fake\n"), "{text}");
    let body: Value = serde_json::from_slice(&request.body).unwrap();
    let description = body["fields"]["description"].as_str().unwrap();
    assert!(description.contains("サービス: Checkout\n\n深刻度"), "{description}");
    assert_eq!(body["fields"]["labels"], json!(["oncall", "oncall-3-17"]));

    let again = Delivery { repeat: true, ..delivery(ticket()) };
    let (_, request) = first(&data_center(), &again);
    assert_eq!(request.url, "https://jira.example.com/rest/api/2/search");
    let update = mirror(&acknowledged(incident()), MirrorKind::Ticket, Some("SHOP-7"));
    let (_, request) = first(&data_center(), &delivery(update));
    assert_eq!(request.url, "https://jira.example.com/rest/api/2/issue/SHOP-7/comment");
    let body: Value = serde_json::from_slice(&request.body).unwrap();
    assert_eq!(body["body"], "田中 太郎さんが対応を始めました。");
}

#[test]
fn what_an_alert_says_mentions_nobody_and_calls_no_macro_in_wiki_markup() {
    let hostile = "[~admin] [bank|https://evil.example] !https://evil/x.png! {html}x{html} \\[a] *b* \u{1b}";
    let mut hurt = numbered(17, "quiet");
    hurt.description = format!("{hostile} https://ok.example/a_b?x=1").into();
    let sent = sent(&data_center(), &delivery(mirror(&hurt, MirrorKind::Ticket, None)));
    let text = sent["fields"]["description"].as_str().unwrap();
    for mark in ['[', ']', '{', '}', '!', '*', '|'] {
        for (at, _) in text.match_indices(mark) {
            assert!(text[..at].ends_with('\\'), "{mark} at {at} in {text}");
        }
    }
    assert!(!text.contains("\\\\") && !text.contains('\u{1b}'), "{text}");
    assert!(text.contains("https://ok.example/a_b?x=1"), "a link stays one: {text}");
}

#[test]
fn priority_assignee_components_and_own_fields_come_from_templates() {
    let body = sent(&with(fields()), &delivery_of(&with(fields())));
    let body = &body["fields"];
    assert_eq!(body["priority"], json!({"name": "Highest"}));
    assert!(body.get("assignee").is_none(), "a template that gives nothing leaves its field out");
    assert_eq!(body["components"], json!([{"name": "checkout"}, {"name": "high"}]));
    assert_eq!(body["customfield_1"], "3-17 critical");
    assert_eq!(body["customfield_2"], json!({"value": "Tokyo"}));
    assert_eq!(body["customfield_3"], 7);
    assert_ne!(body["summary"], "forged");

    let assigned = TicketFields { assignee: Some(template("someone")), ..TicketFields::default() };
    let mut config = with(assigned);
    assert_eq!(sent(&config, &delivery_of(&config))["fields"]["assignee"], json!({"accountId": "someone"}));
    config.organisation.jira.as_mut().unwrap().deployment = Deployment::DataCenter;
    assert_eq!(sent(&config, &delivery_of(&config))["fields"]["assignee"], json!({"name": "someone"}));
}

fn delivery_of(config: &Config) -> Delivery {
    ticket_of(config, None, false)
}

#[test]
fn a_template_that_fails_costs_its_field_and_not_the_ticket() {
    let bad = TicketFields { priority: Some(template("{{ labels.nothing.here }}")), ..fields() };
    let config = with(bad);
    let (requests, outcome) =
        run_with(&config, &secrets(), &delivery_of(&config), &[ok(201, r#"{"key":"SHOP-7"}"#)]);
    assert!(!requests[0].contains("priority"), "{}", requests[0]);
    let said = words(&outcome);
    assert!(
        said.starts_with(
            "delivered SHOP-7, but Jira: the ticket was made without a field (priority: undefined"
        ),
        "{said}"
    );
}

/// A field that is not on the project's screen is a 400.
#[test]
fn a_field_that_jira_refuses_is_left_out_once() {
    let config = with(fields());
    let refusal = r#"{"errorMessages":[],"errors":{"priority":"Field 'priority' cannot be set. It is not on the appropriate screen, or unknown.","labels":"Field 'labels' cannot be set."}}"#;
    let answers = [ok(400, refusal), ok(201, r#"{"key":"SHOP-7"}"#)];
    let (requests, outcome) = run_with(&config, &secrets(), &delivery_of(&config), &answers);
    assert_eq!(steps(&requests), ["3/issue", "3/issue"]);
    assert!(!requests[1].contains("\"priority\"") && !requests[1].contains("oncall-3-17\""));
    assert!(requests[1].contains("\"components\""));
    assert!(words(&outcome).contains("made without a field (priority: Field"), "{}", words(&outcome));
    // Twice is a refusal, and so is what a ticket needs.
    let answers = [ok(400, refusal), ok(400, refusal)];
    let (_, outcome) = run_with(&config, &secrets(), &delivery_of(&config), &answers);
    assert!(words(&outcome).starts_with("rejected: Jira: it refused the request (400 priority"));
    let needed = r#"{"errors":{"issuetype":"Specify a valid issue type"}}"#;
    let (_, outcome) = run_with(&config, &secrets(), &delivery_of(&config), &[ok(400, needed)]);
    assert!(words(&outcome).starts_with("rejected"), "{}", words(&outcome));
}

const DONE: &str = r#"{"fields":{"status":{"name":"Done","statusCategory":{"key":"done"}}}}"#;
const OPEN: &str = r#"{"fields":{"status":{"name":"In Progress","statusCategory":{"key":"indeterminate"}}}}"#;
const REOPEN: &str = r#"{"transitions":[{"id":"51","name":"Reopen","to":{"name":"To Do"}}]}"#;

#[test]
fn a_ticket_is_opened_again_with_its_incident_by_the_transition_that_is_named() {
    let mut config = config();
    config.organisation.jira.as_mut().unwrap().reopen_transition = Some("reopen".into());
    let again = ticket_of(&config, Some("SHOP-7"), true);
    let answers = [ok(200, DONE), ok(200, REOPEN), ok(204, ""), ok(201, "{}")];
    let (requests, outcome) = run_with(&config, &secrets(), &again, &answers);
    assert_eq!(
        steps(&requests),
        [
            "3/issue/SHOP-7?fields=status",
            "3/issue/SHOP-7/transitions",
            "3/issue/SHOP-7/transitions",
            "3/issue/SHOP-7/comment"
        ]
    );
    assert_eq!(words(&outcome), "delivered SHOP-7");
    // Somebody has opened it by hand.
    let (requests, outcome) = run_with(&config, &secrets(), &again, &[ok(200, OPEN), ok(201, "{}")]);
    assert_eq!((requests.len(), words(&outcome).as_str()), (2, "delivered SHOP-7"));
}

#[test]
fn where_no_transition_leads_back_another_ticket_follows_and_is_linked() {
    let config = config();
    let again = ticket_of(&config, Some("SHOP-7"), true);
    let answers = [ok(200, DONE), ok(201, r#"{"key":"SHOP-9"}"#), ok(201, ""), ok(201, "{}")];
    let (requests, outcome) = run_with(&config, &secrets(), &again, &answers);
    assert_eq!(
        steps(&requests),
        ["3/issue/SHOP-7?fields=status", "3/issue", "3/issueLink", "3/issue/SHOP-9/comment"]
    );
    assert!(requests[2].contains("SHOP-7") && requests[2].contains("SHOP-9"));
    assert_eq!(words(&outcome), "delivered SHOP-9");

    // A link that is refused, or whose answer is lost, costs nothing else.
    for lost in [ok(404, "{}"), Err(Failure::Unknown("timed out".into()))] {
        let answers = [ok(200, DONE), ok(201, r#"{"key":"SHOP-9"}"#), lost, ok(201, "{}")];
        let (_, outcome) = run_with(&config, &secrets(), &again, &answers);
        assert!(
            words(&outcome).starts_with("delivered SHOP-9, but Jira: the ticket that follows is not linked")
        );
    }
    // After a lost answer the one that was made is looked for.
    let repeat = Delivery { repeat: true, ..again.clone() };
    let answers = [ok(200, DONE), ok(200, r#"{"issues":[{"key":"SHOP-9"}]}"#), ok(201, "{}")];
    let (requests, outcome) = run_with(&config, &secrets(), &repeat, &answers);
    assert!(requests[1].contains("statusCategory != Done"), "{}", requests[1]);
    assert_eq!(words(&outcome), "delivered SHOP-9");
    // The workflow refuses: the same.
    let mut named = config;
    named.organisation.jira.as_mut().unwrap().reopen_transition = Some("Reopen".into());
    let answers = [
        ok(200, DONE),
        ok(200, REOPEN),
        ok(400, "{}"),
        ok(201, r#"{"key":"SHOP-9"}"#),
        ok(201, ""),
        ok(201, "{}"),
    ];
    let (_, outcome) = run_with(&named, &secrets(), &again, &answers);
    assert_eq!(words(&outcome), "delivered SHOP-9");
}

/// Who closes the ticket by hand has moved it already.
#[test]
fn a_ticket_that_somebody_closed_is_not_complained_of() {
    let config = heard();
    let over = delivery(mirror(&resolved(incident()), MirrorKind::Ticket, Some("SHOP-7")));
    let answers = [ok(200, r#"{"transitions":[]}"#), ok(200, DONE), ok(201, "{}")];
    let (requests, outcome) = run_with(&config, &secrets(), &over, &answers);
    assert_eq!(words(&outcome), "delivered SHOP-7");
    assert!(!requests[2].contains("トランジション"), "{}", requests[2]);
    // Without an answer it is as before.
    let answers = [ok(200, r#"{"transitions":[]}"#), ok(503, ""), ok(201, "{}")];
    let (_, outcome) = run_with(&config, &secrets(), &over, &answers);
    assert!(words(&outcome).starts_with("delivered SHOP-7, but Jira: the ticket's status was left as it is"));
}

fn signature(secret: &str, body: &str) -> String {
    let key = hmac::Key::new(hmac::HMAC_SHA256, secret.as_bytes());
    format!("sha256={}", data_encoding::HEXLOWER.encode(hmac::sign(&key, body.as_bytes()).as_ref()))
}

fn told(config: &Config, path: &str, signature: Option<&str>, body: &str) -> Result<Callback, Refusal> {
    let mut headers = vec![("X-Atlassian-Webhook-Identifier".to_owned(), "wh-1".to_owned())];
    headers.extend(signature.map(|given| ("X-Hub-Signature".to_owned(), given.to_owned())));
    let request = CallbackRequest { path, query: None, headers, body: body.as_bytes() };
    provider::callback(config, &secrets(), &request, now())
}

fn signed(config: &Config, body: &Value) -> Result<Callback, Refusal> {
    let body = body.to_string();
    told(config, "/v1/callbacks/jira", Some(&signature("secret", &body)), &body)
}

fn moved(who: &Value, category: &str) -> Value {
    json!({
        "webhookEvent": "jira:issue_updated", "timestamp": now().as_millisecond(), "user": who,
        "issue": {"key": "SHOP-7", "fields": {"status": {"name": "x", "statusCategory": {"key": category}}, "labels": ["oncall-3-17"]}},
        "changelog": {"items": [{"field": "status", "fromString": "To Do", "toString": "Done"}]},
    })
}

fn commented(who: &Value, body: &Value) -> Value {
    json!({
        "webhookEvent": "comment_created",
        "comment": {"author": who, "body": body},
        "issue": {"key": "SHOP-7", "fields": {}},
    })
}

fn sato() -> Value {
    json!({"accountId": "other", "displayName": "佐藤\u{1b} 花子"})
}

fn respond(callback: Result<Callback, Refusal>) -> (Respond, String) {
    let Ok(Callback::Ticket { command: Command::Respond(respond), once }) = callback else {
        panic!("{callback:?}")
    };
    (respond, once)
}

/// The vector of channels.md: HMAC-SHA256 under `secret`.
#[test]
fn the_signature_of_jira_is_the_one_that_it_sends() {
    let body = r#"{"webhookEvent":"jira:issue_updated"}"#;
    let vector = "sha256=485f67f073e321374184d9f9d02ca6ca803d74e8089d6e0a2910be28d1abe821";
    let empty = Ok(Callback::Answer(HttpAnswer::empty()));
    assert_eq!(told(&heard(), "/v1/callbacks/jira", Some(vector), body), empty);
    let code = |result: Result<Callback, Refusal>| result.unwrap_err().code;
    let forged = vector.replace("48", "49");
    assert_eq!(code(told(&heard(), "/v1/callbacks/jira", Some(&forged), body)), "bad_signature");
    assert_eq!(code(told(&heard(), "/v1/callbacks/jira", Some(""), body)), "bad_signature");
    assert_eq!(code(told(&heard(), "/v1/callbacks/jira", None, body)), "unsigned");
    // The Cloud signs: the secret in the URL opens nothing there.
    assert_eq!(code(told(&heard(), "/v1/callbacks/jira/secret", None, body)), "unsigned");
    assert_eq!(code(told(&config(), "/v1/callbacks/jira", Some(vector), body)), "unknown_callback");
    let mut own = heard();
    own.organisation.jira.as_mut().unwrap().deployment = Deployment::DataCenter;
    assert_eq!(told(&own, "/v1/callbacks/jira/secret", None, body), empty);
    assert_eq!(code(told(&own, "/v1/callbacks/jira/secrets", None, body)), "bad_secret");
    assert_eq!(code(told(&own, "/v1/callbacks/jira", None, body)), "unsigned");
    let not_json = signature("secret", "{");
    assert_eq!(code(told(&heard(), "/v1/callbacks/jira", Some(&not_json), "{")), "bad_payload");
}

#[test]
fn a_ticket_that_is_done_resolves_its_incident_by_the_name_of_whoever_moved_it() {
    let (asked, once) = respond(signed(&heard(), &moved(&sato(), "done")));
    assert_eq!(once, "jira wh-1", "Jira tries again under the same name");
    assert_eq!((asked.target, asked.via), (Target::Ticket("SHOP-7".into()), Via::Ticket));
    assert_eq!(asked.action, Asked::Resolve { reason: None });
    assert_eq!(asked.by, Actor::Stranger { name: "佐藤 花子".into(), way: Via::Ticket });
    let known = json!({"accountId": "t", "emailAddress": "tanaka@EXAMPLE.com", "displayName": "T"});
    assert_eq!(respond(signed(&heard(), &moved(&known, "done"))).0.by, Actor::User(id("tanaka")));
    let mut with_words = moved(&sato(), "done");
    with_words["comment"] = json!({"body": "ロールバックしました"});
    let reason = Some("ロールバックしました".to_owned());
    assert_eq!(respond(signed(&heard(), &with_words)).0.action, Asked::Resolve { reason });
}

#[test]
fn a_comment_is_a_note_as_text_or_as_a_document() {
    let note = |body: Value| respond(signed(&heard(), &commented(&sato(), &body))).0.action;
    assert_eq!(note(json!("調査中\u{0}です")), Asked::Note("調査中です".into()));
    let document = json!({"type": "doc", "content": [
        {"type": "paragraph", "content": [{"type": "text", "text": "a "}, {"type": "mention", "attrs": {"text": "@b"}}]},
        {"type": "paragraph", "content": [{"type": "text", "text": "c"}]},
    ]});
    assert_eq!(note(document), Asked::Note("a @b\nc".into()));
    let Asked::Note(long) = note(json!("漢".repeat(9_000))) else { panic!() };
    assert_eq!(long.chars().count(), oncall::incident::NOTE_MAX);
    let mut deep = json!({"type": "text", "text": "deep"});
    (0..40).for_each(|_| deep = json!({"type": "panel", "content": [deep.clone()]}));
    let nothing = Ok(Callback::Answer(HttpAnswer::empty()));
    assert_eq!(signed(&heard(), &commented(&sato(), &deep)), nothing);
}

#[test]
fn what_we_did_ourselves_what_is_old_and_what_is_no_end_is_no_news() {
    let nothing = Ok(Callback::Answer(HttpAnswer::empty()));
    for ours in [
        json!({"accountId": ACCOUNT, "displayName": "oncall"}),
        json!({"name": ACCOUNT}),
        json!({"key": ACCOUNT}),
        json!({"emailAddress": "oncall@example.com"}),
    ] {
        assert_eq!(signed(&heard(), &moved(&ours, "done")), nothing);
        assert_eq!(signed(&heard(), &commented(&ours, &json!("対応を始めました"))), nothing);
    }
    let mut late = moved(&sato(), "done");
    late["timestamp"] = json!(now().as_millisecond() - 3_600_000);
    assert_eq!(signed(&heard(), &late), nothing);
    assert_eq!(signed(&heard(), &moved(&sato(), "indeterminate")), nothing);
    let mut renamed = moved(&sato(), "done");
    renamed["changelog"]["items"][0]["field"] = json!("summary");
    assert_eq!(signed(&heard(), &renamed), nothing);
    for odd in [
        json!({}),
        json!([]),
        json!({"webhookEvent": 1}),
        json!({"webhookEvent": "jira:issue_deleted", "issue": {"key": "SHOP-7"}}),
    ] {
        assert_eq!(signed(&heard(), &odd), nothing);
    }
}
