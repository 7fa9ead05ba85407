//! What a provider's answer means.

use crate::wire::{self, limited, ok, run_with, words};
use crate::world::{acknowledged, config, delivery, incident, resolved, secrets};
use oncall::incident::{Delivery, Task};
use oncall::provider::{Failure, Response};

const HTML: &str = "<html><body><h1>502 Bad Gateway</h1></body></html>";
const POSTED: &str = r#"{"ok":true,"channel":"C0CHECKOUT","ts":"1765126800.000100","message":{}}"#;

fn delivered(reference: &str) -> String {
    format!("delivered {reference}")
}

fn rejected(reason: &str) -> String {
    format!("rejected: {reason}")
}

fn unavailable(reason: &str, retry_after: Option<u32>) -> String {
    match retry_after {
        None => format!("unavailable: {reason}"),
        Some(seconds) => format!("unavailable for {seconds} s: {reason}"),
    }
}

fn unknown(reason: &str) -> String {
    format!("unknown: {reason}")
}

/// The requests of a delivery, and what became of it in words.
fn run(task: Task, answers: &[Result<Response, Failure>]) -> (Vec<String>, String) {
    let (requests, outcome) = wire::run(task, answers);
    (requests, words(&outcome))
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
    let cases: Vec<(Task, Result<Response, Failure>, String)> = vec![
        (wire::post(), ok(200, POSTED), delivered("C0CHECKOUT:1765126800.000100")),
        (
            wire::post(),
            ok(200, r#"{"ok":true}"#),
            unknown("Slack: the answer did not name what was made: is its URL right?"),
        ),
        (
            wire::post(),
            ok(200, HTML),
            unknown("Slack: the answer was not its own: is its URL right, or a proxy in between?"),
        ),
        (
            wire::post(),
            ok(200, ""),
            unknown("Slack: the answer was not its own: is its URL right, or a proxy in between?"),
        ),
        (wire::post(), ok(502, HTML), unavailable("Slack: it refused the request (502)", None)),
        (wire::post(), ok(404, HTML), rejected("Slack: it refused the request (404)")),
        (wire::post(), limited(429, "30", ""), unavailable("Slack: too many requests (429)", Some(30))),
        (wire::post(), limited(429, "999999", ""), unavailable("Slack: too many requests (429)", Some(3600))),
        (wire::post(), limited(429, "soon", ""), unavailable("Slack: too many requests (429)", None)),
        (
            wire::post(),
            limited(200, "7", r#"{"ok":false,"error":"ratelimited"}"#),
            unavailable("Slack: too many requests (ratelimited)", Some(7)),
        ),
        (
            wire::post(),
            ok(200, r#"{"ok":false,"error":"internal_error"}"#),
            unavailable("Slack: internal_error", None),
        ),
        (
            wire::post(),
            ok(200, r#"{"ok":false,"error":"not_in_channel"}"#),
            rejected("Slack: check the channel's id, and invite the app to the channel (not_in_channel)"),
        ),
        (
            wire::post(),
            ok(200, r#"{"ok":false,"error":"missing_scope","needed":"chat:write"}"#),
            rejected("Slack: give the app the scope and install it again (missing_scope: chat:write)"),
        ),
        (
            wire::post(),
            ok(200, r#"{"ok":false}"#),
            rejected("Slack: it refused the request (no error named)"),
        ),
        (wire::post(), not_sent(), unavailable("Slack: it could not be reached (connection refused)", None)),
        (wire::post(), timed_out(), unknown("Slack: it did not answer (timed out after 10 s)")),
        (wire::update(), timed_out(), unavailable("Slack: it did not answer (timed out after 10 s)", None)),
        (wire::ticket(), ok(201, r#"{"id":"10007","key":"SHOP-7"}"#), delivered("SHOP-7")),
        (
            wire::ticket(),
            ok(200, HTML),
            unknown("Jira: the answer did not name what was made: is its URL right?"),
        ),
        (
            wire::ticket(),
            ok(400, jira_400),
            rejected("Jira: it refused the request (400 issuetype: Specify a valid issue type)"),
        ),
        (
            wire::ticket(),
            ok(401, ""),
            rejected("Jira: the credentials are refused: check them under `providers`"),
        ),
        (
            wire::ticket(),
            ok(403, "{}"),
            rejected("Jira: it is forbidden: check the account's state and permissions"),
        ),
        (
            wire::ticket(),
            ok(404, HTML),
            rejected("Jira: the project is unknown: check the site and the project"),
        ),
        (wire::ticket(), limited(429, "5", ""), unavailable("Jira: too many requests (429)", Some(5))),
        (wire::ticket(), ok(503, HTML), unavailable("Jira: it refused the request (503)", None)),
        (wire::ticket(), timed_out(), unknown("Jira: it did not answer (timed out after 10 s)")),
        (call(), ok(201, r#"{"sid":"CA0001","status":"queued"}"#), "accepted CA0001".to_owned()),
        (call(), ok(201, ""), unknown("Twilio: the answer did not name what was made: is its URL right?")),
        (
            call(),
            ok(400, to),
            rejected(
                "Twilio: the person's number is not valid (https://www.twilio.com/docs/api/errors/21211)",
            ),
        ),
        (call(), ok(400, HTML), rejected("Twilio: it refused the request (400)")),
        (
            call(),
            ok(401, r#"{"code":20003}"#),
            rejected(
                "Twilio: the credentials are refused: check them under `providers` (https://www.twilio.com/docs/api/errors/20003)",
            ),
        ),
        (call(), ok(403, ""), rejected("Twilio: it is forbidden: check the account's state and permissions")),
        (
            call(),
            limited(429, "2", r#"{"code":20429}"#),
            unavailable("Twilio: too many requests (429)", Some(2)),
        ),
        (call(), ok(503, HTML), unavailable("Twilio: it refused the request (503)", None)),
        (call(), not_sent(), unavailable("Twilio: it could not be reached (connection refused)", None)),
        (call(), timed_out(), unknown("Twilio: it did not answer (timed out after 10 s)")),
        (wire::hang_up(), ok(200, r#"{"sid":"CA0001"}"#), delivered("CA0001")),
        (wire::hang_up(), ok(404, ""), delivered("CA0001")),
        (wire::hang_up(), ok(400, r#"{"code":21220}"#), delivered("CA0001")),
        (wire::hang_up(), timed_out(), unavailable("Twilio: it did not answer (timed out after 10 s)", None)),
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

/// A direct message is edited where Slack said it is, and one that is over has no buttons.
#[test]
fn slack_edits_the_direct_message_that_told() {
    let (requests, outcome) = run(wire::edit(&resolved(incident())), &[ok(200, POSTED)]);
    assert_eq!(outcome, delivered("D0KIMURA:1765126800.000200"));
    insta::assert_snapshot!("slack_direct_edit", requests.join("\n"));
    assert!(!requests[0].contains("\"actions\""));
    let (requests, _) = run(wire::edit(&incident()), &[ok(200, POSTED)]);
    assert!(requests[0].contains("\"acknowledge\"") && requests[0].contains("\"ids 3-17\""));
}

/// A direct message that is gone is not sent again: that would tell somebody anew.
#[test]
fn slack_posts_no_direct_message_anew() {
    for error in ["message_not_found", "cant_update_message", "edit_window_closed"] {
        let gone = ok(200, &format!(r#"{{"ok":false,"error":"{error}"}}"#));
        let (requests, outcome) = run(wire::edit(&acknowledged(incident())), &[gone]);
        assert_eq!(requests.len(), 1);
        assert!(outcome.starts_with("rejected: Slack: "), "{outcome}");
    }
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
    assert!(outcome.starts_with("rejected: "), "{outcome}");
}

#[test]
fn a_closed_thread_does_not_undo_the_update() {
    let closed = ok(200, r#"{"ok":false,"error":"restricted_action_thread_locked"}"#);
    let (_, outcome) = run(wire::update(), &[ok(200, POSTED), closed]);
    assert_eq!(outcome, delivered("C0CHECKOUT:1765126800.000100"));
    let (_, outcome) = run(wire::update(), &[ok(200, POSTED), limited(429, "3", "")]);
    assert_eq!(outcome, unavailable("Slack: too many requests (429)", Some(3)));
}

#[test]
fn a_repeated_ticket_is_found_instead_of_made_twice() {
    let repeat = Delivery { repeat: true, ..delivery(wire::ticket()) };
    let run = |answers: &[_]| {
        let (requests, outcome) = run_with(&config(), &secrets(), &repeat, answers);
        (requests, words(&outcome))
    };
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
    assert_eq!(
        run(&[ok(200, HTML)]).1,
        unavailable("Jira: the answer was not its own: is its URL right, or a proxy in between?", None)
    );
    assert_eq!(run(&[timed_out()]).1, unavailable("Jira: it did not answer (timed out after 10 s)", None));
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

/// Where the workflow wants a field on the way to Done.
#[test]
fn a_transition_that_is_refused_keeps_the_comment() {
    let transitions = r#"{"transitions":[{"id":"31","name":"Done","to":{"name":"Done"}}]}"#;
    let refused = r#"{"errorMessages":[],"errors":{"resolution":"Resolution is required."}}"#;
    for (status, body, said) in
        [(400, refused, "resolution: Resolution is required."), (403, "{}", "403"), (404, "", "404")]
    {
        let answers = [ok(200, transitions), ok(status, body), ok(201, "{}")];
        let (requests, outcome) = run(wire::resolved_ticket(), &answers);
        let why = "Jira: the ticket's status was left as it is, since its workflow refused the transition";
        assert_eq!(outcome, format!("delivered SHOP-7, but {why} ({said})"), "{status}");
        assert!(requests[2].contains("/issue/SHOP-7/comment"), "{}", requests[2]);
        assert!(requests[2].contains("解決しました（grafana からの復旧通知）。"), "{}", requests[2]);
        assert!(requests[2].contains(&format!("ステータスは変更していません（{said}）")), "{}", requests[2]);
    }
    // What may pass is tried again as a whole: nothing was commented yet.
    let (requests, outcome) = run(wire::resolved_ticket(), &[ok(200, transitions), ok(503, "")]);
    assert_eq!((requests.len(), outcome), (2, unavailable("Jira: it refused the request (503)", None)));
}

#[test]
fn a_ticket_that_cannot_be_moved_says_so_in_its_comment() {
    let transitions = r#"{"transitions":[{"id":"11","name":"Start","to":{"name":"In Progress"}}]}"#;
    let (requests, outcome) = run(wire::resolved_ticket(), &[ok(200, transitions), ok(201, "{}")]);
    assert_eq!(
        outcome,
        "delivered SHOP-7, but Jira: the ticket's status was left as it is, since no transition of its workflow leads where \
         `resolve_transition` says (Done)"
    );
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
                "text": "解決しました（grafana からの復旧通知）。"
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
    assert_eq!(outcome, rejected("Jira: the ticket is gone, or hidden from the account"));
}
