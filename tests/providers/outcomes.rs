//! What a provider's answer means.

use crate::wire::{self, limited, ok, run, run_with};
use crate::world::{config, delivery, secrets};
use oncall::incident::{Delivery, Outcome, Task};
use oncall::provider::{Failure, Response};

const HTML: &str = "<html><body><h1>502 Bad Gateway</h1></body></html>";
const POSTED: &str = r#"{"ok":true,"channel":"C0CHECKOUT","ts":"1765126800.000100","message":{}}"#;

fn delivered(reference: &str) -> Outcome {
    Outcome::Delivered { reference: reference.into() }
}

fn rejected(reason: &str) -> Outcome {
    Outcome::Rejected { reason: reason.into() }
}

fn unavailable(reason: &str, retry_after: Option<u32>) -> Outcome {
    Outcome::Unavailable { reason: reason.into(), retry_after }
}

fn unknown(reason: &str) -> Outcome {
    Outcome::Unknown { reason: reason.into() }
}

fn not_sent() -> Result<Response, Failure> {
    Err(Failure::NotSent("connection refused".into()))
}

fn timed_out() -> Result<Response, Failure> {
    Err(Failure::Unknown("timed out after 10 s".into()))
}

/// The first line of each request.
fn lines(requests: &[String]) -> Vec<&str> {
    requests.iter().map(|request| request.lines().next().unwrap()).collect()
}

#[test]
fn one_answer_one_outcome() {
    let call = wire::call;
    let jira_400 = r#"{"errorMessages":[],"errors":{"issuetype":"Specify a valid issue type"}}"#;
    let to = r#"{"code":21211,"message":"The 'To' number +819000000001 is not a valid phone number.","more_info":"https://www.twilio.com/docs/errors/21211","status":400}"#;
    let cases: Vec<(Task, Result<Response, Failure>, Outcome)> = vec![
        (wire::post(), ok(200, POSTED), delivered("C0CHECKOUT:1765126800.000100")),
        (wire::post(), ok(200, r#"{"ok":true}"#), unknown("Slack did not say where the message is")),
        (
            wire::post(),
            ok(200, HTML),
            unknown("Slack's answer was not its own JSON: is api_url right, or a proxy in between?"),
        ),
        (
            wire::post(),
            ok(200, ""),
            unknown("Slack's answer was not its own JSON: is api_url right, or a proxy in between?"),
        ),
        (wire::post(), ok(502, HTML), unavailable("Slack answered 502", None)),
        (wire::post(), ok(404, HTML), rejected("Slack answered 404")),
        (
            wire::post(),
            limited(429, "30", ""),
            unavailable("Slack answered 429 (too many messages)", Some(30)),
        ),
        (
            wire::post(),
            limited(429, "999999", ""),
            unavailable("Slack answered 429 (too many messages)", Some(3600)),
        ),
        (wire::post(), limited(429, "soon", ""), unavailable("Slack answered 429 (too many messages)", None)),
        (
            wire::post(),
            limited(200, "7", r#"{"ok":false,"error":"ratelimited"}"#),
            unavailable("Slack: too many messages", Some(7)),
        ),
        (
            wire::post(),
            ok(200, r#"{"ok":false,"error":"internal_error"}"#),
            unavailable("Slack: internal_error", None),
        ),
        (
            wire::post(),
            ok(200, r#"{"ok":false,"error":"not_in_channel"}"#),
            rejected("Slack: not_in_channel: check the channel's id, and invite the app to the channel"),
        ),
        (
            wire::post(),
            ok(200, r#"{"ok":false,"error":"missing_scope","needed":"chat:write"}"#),
            rejected("Slack: missing_scope (chat:write): give the app the scope and install it again"),
        ),
        (
            wire::post(),
            ok(200, r#"{"ok":false}"#),
            rejected("Slack: no error named: see the errors of chat.postMessage in Slack's documentation"),
        ),
        (wire::post(), not_sent(), unavailable("Slack could not be reached: connection refused", None)),
        (wire::post(), timed_out(), unknown("Slack did not answer: timed out after 10 s")),
        (wire::update(), timed_out(), unavailable("Slack did not answer: timed out after 10 s", None)),
        (wire::ticket(), ok(201, r#"{"id":"10007","key":"SHOP-7"}"#), delivered("SHOP-7")),
        (
            wire::ticket(),
            ok(200, HTML),
            unknown("Jira's answer did not name the issue: is providers.jira.site right?"),
        ),
        (
            wire::ticket(),
            ok(400, jira_400),
            rejected("Jira answered 400 (issuetype: Specify a valid issue type)"),
        ),
        (
            wire::ticket(),
            ok(401, ""),
            rejected("Jira refuses the credentials: check providers.jira.email and api_token"),
        ),
        (
            wire::ticket(),
            ok(403, "{}"),
            rejected("Jira forbids it: check the account's permissions in the project"),
        ),
        (
            wire::ticket(),
            ok(404, HTML),
            rejected("Jira does not know the project: check providers.jira.site"),
        ),
        (wire::ticket(), limited(429, "5", ""), unavailable("Jira answered 429", Some(5))),
        (wire::ticket(), ok(503, HTML), unavailable("Jira answered 503", None)),
        (wire::ticket(), timed_out(), unknown("Jira did not answer: timed out after 10 s")),
        (
            call(),
            ok(201, r#"{"sid":"CA0001","status":"queued"}"#),
            Outcome::Accepted { reference: "CA0001".into() },
        ),
        (call(), ok(201, ""), unknown("Twilio's answer did not name the call: is api_url right?")),
        (
            call(),
            ok(400, to),
            rejected(
                "Twilio says that the person's number is not valid (https://www.twilio.com/docs/api/errors/21211)",
            ),
        ),
        (call(), ok(400, HTML), rejected("Twilio answered 400")),
        (
            call(),
            ok(401, r#"{"code":20003}"#),
            rejected(
                "Twilio refuses account_sid or auth_token: check providers.twilio (https://www.twilio.com/docs/api/errors/20003)",
            ),
        ),
        (call(), ok(403, ""), rejected("Twilio forbids it: check the account's state and permissions")),
        (call(), limited(429, "2", r#"{"code":20429}"#), unavailable("Twilio answered 429", Some(2))),
        (call(), ok(503, HTML), unavailable("Twilio answered 503", None)),
        (call(), not_sent(), unavailable("Twilio could not be reached: connection refused", None)),
        (call(), timed_out(), unknown("Twilio did not answer: timed out after 10 s")),
        (wire::hang_up(), ok(200, r#"{"sid":"CA0001"}"#), delivered("CA0001")),
        (wire::hang_up(), ok(404, ""), delivered("CA0001")),
        (wire::hang_up(), ok(400, r#"{"code":21220}"#), delivered("CA0001")),
        (wire::hang_up(), timed_out(), unavailable("Twilio did not answer: timed out after 10 s", None)),
    ];
    for (task, answer, expected) in cases {
        assert_eq!(run(task, std::slice::from_ref(&answer)).1, expected, "after {answer:?}");
    }
}

#[test]
fn slack_updates_the_message_then_adds_a_line_to_its_thread() {
    let (requests, outcome) = run(wire::update(), &[ok(200, POSTED), ok(200, POSTED)]);
    assert_eq!(outcome, delivered("C0CHECKOUT:1765126800.000100"));
    insta::assert_snapshot!("slack_update", requests.join("\n"));
}

#[test]
fn slack_posts_anew_where_the_message_was_deleted() {
    let gone = ok(200, r#"{"ok":false,"error":"message_not_found"}"#);
    let new = r#"{"ok":true,"channel":"C0CHECKOUT","ts":"1765126900.000200"}"#;
    let (requests, outcome) = run(wire::update(), &[gone, ok(200, new)]);
    assert_eq!(outcome, delivered("C0CHECKOUT:1765126900.000200"));
    assert!(requests[1].starts_with("Post https://slack.com/api/chat.postMessage\n"));
    assert!(!requests[1].contains("thread_ts"));
}

#[test]
fn a_page_goes_out_as_plain_text_where_slack_refuses_its_blocks() {
    let refused = ok(200, r#"{"ok":false,"error":"invalid_blocks"}"#);
    let (requests, outcome) = run(wire::direct(), &[refused.clone(), ok(200, POSTED)]);
    assert!(requests[0].contains("\"blocks\"") && !requests[1].contains("\"blocks\""));
    assert_eq!(outcome, delivered("C0CHECKOUT:1765126800.000100"));
    let (_, outcome) = run(wire::direct(), &[refused.clone(), refused]);
    assert!(matches!(outcome, Outcome::Rejected { .. }));
}

#[test]
fn a_closed_thread_does_not_undo_the_update() {
    let closed = ok(200, r#"{"ok":false,"error":"restricted_action_thread_locked"}"#);
    let (_, outcome) = run(wire::update(), &[ok(200, POSTED), closed]);
    assert_eq!(outcome, delivered("C0CHECKOUT:1765126800.000100"));
    let (_, outcome) = run(wire::update(), &[ok(200, POSTED), limited(429, "3", "")]);
    assert_eq!(outcome, unavailable("Slack answered 429 (too many messages)", Some(3)));
}

#[test]
fn a_repeated_ticket_is_found_instead_of_made_twice() {
    let repeat = Delivery { repeat: true, ..delivery(wire::ticket()) };
    let run = |answers: &[_]| run_with(&config(), &secrets(), &repeat, answers);
    let (requests, outcome) = run(&[ok(200, r#"{"issues":[{"id":"1","key":"SHOP-7"}],"isLast":true}"#)]);
    assert_eq!((requests.len(), outcome), (1, delivered("SHOP-7")));
    let (requests, outcome) =
        run(&[ok(200, r#"{"issues":[],"isLast":true}"#), ok(201, r#"{"key":"SHOP-8"}"#)]);
    assert_eq!(
        lines(&requests),
        [
            "Post https://example.atlassian.net/rest/api/3/search/jql",
            "Post https://example.atlassian.net/rest/api/3/issue"
        ]
    );
    assert_eq!(outcome, delivered("SHOP-8"));
    assert_eq!(run(&[ok(200, HTML)]).1, unavailable("Jira's answer to a search was not its own JSON", None));
    assert_eq!(run(&[timed_out()]).1, unavailable("Jira did not answer: timed out after 10 s", None));
}

#[test]
fn a_resolved_ticket_is_moved_by_the_name_of_the_transition_or_of_its_status() {
    let by_name = r#"{"transitions":[{"id":"11","name":"Start","to":{"name":"In Progress"}},{"id":"31","name":"done","to":{"name":"Closed"}}]}"#;
    let by_status = r#"{"transitions":[{"id":"41","name":"完了にする","to":{"name":"Done"}}]}"#;
    for (transitions, id) in [(by_name, "31"), (by_status, "41")] {
        let answers = [ok(200, transitions), ok(204, ""), ok(201, r#"{"id":"9"}"#)];
        let (requests, outcome) = run(wire::resolved_ticket(), &answers);
        assert_eq!(
            lines(&requests),
            [
                "Get https://example.atlassian.net/rest/api/3/issue/SHOP-7/transitions",
                "Post https://example.atlassian.net/rest/api/3/issue/SHOP-7/transitions",
                "Post https://example.atlassian.net/rest/api/3/issue/SHOP-7/comment"
            ]
        );
        assert!(requests[1].contains(&format!("\"id\": \"{id}\"")), "{}", requests[1]);
        assert_eq!(outcome, delivered("SHOP-7"));
    }
}

#[test]
fn a_ticket_that_cannot_be_moved_says_so_in_its_comment() {
    let transitions = r#"{"transitions":[{"id":"11","name":"Start","to":{"name":"In Progress"}}]}"#;
    let (requests, outcome) = run(wire::resolved_ticket(), &[ok(200, transitions), ok(201, "{}")]);
    assert_eq!(outcome, delivered("SHOP-7"));
    insta::assert_snapshot!(requests[1], @r#"
    Post https://example.atlassian.net/rest/api/3/issue/SHOP-7/comment
    accept: application/json
    content-type: application/json; charset=utf-8
    authorization: Basic b25jYWxsQGV4YW1wbGUuY29tOmppcmEtZmFrZQ==
    {
      "body": {
        "type": "doc",
        "version": 1,
        "content": [
          {
            "type": "paragraph",
            "content": [
              {
                "type": "text",
                "text": "解決済みになりました（grafana）。"
              },
              {
                "type": "hardBreak"
              },
              {
                "type": "text",
                "text": "「Done」へのトランジションがないため、チケットのステータスは変更していません。候補: 「Start」"
              }
            ]
          }
        ]
      }
    }
    "#);
    let (_, outcome) = run(wire::resolved_ticket(), &[ok(404, "")]);
    assert_eq!(outcome, rejected("the issue SHOP-7 is gone, or hidden from the account"));
}
