//! What the doctor asks of each provider, and what it makes of their answers; the answers are as the vendors document them.

use super::world::{config, secrets};
use oncall::config::Secrets;
use oncall::language::words::Words;
use oncall::provider::doctor::{Answer, Examined, Found, JiraTopic, Kind, Topic, TwilioTopic, masked};
use oncall::provider::examination::{answer, questions};
use oncall::provider::{Failure, Method, Response};
use serde_json::{Value, json};

/// The questions about one provider that begin an examination.
fn begun(examined: Examined) -> Topic {
    let all = questions(&config(), &secrets()).next;
    let found = all.into_iter().find(|it| match it.topic {
        Topic::Slack(_) => examined == Examined::Slack,
        Topic::Jira(_) => examined == Examined::Jira,
        Topic::Twilio(_) => examined == Examined::Twilio,
        Topic::Connect => examined == Examined::Connect,
        Topic::AwsSms => examined == Examined::AwsSms,
        Topic::Push(_) | Topic::SignIn(_) => false,
        Topic::PublicUrl => examined == Examined::PublicUrl,
    });
    found.unwrap().topic
}

fn said(examined: Examined, status: u16, headers: &[(&str, &str)], body: &Value) -> Answer {
    let headers = headers.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect();
    let response = Response { status, headers, body: body.to_string().into_bytes() };
    answer(&config(), &secrets(), &begun(examined), Ok(response))
}

fn why(answer: &Answer) -> &str {
    match &answer.verdicts[0].found {
        Found::Well(word) => panic!("{word:?}"),
        Found::Wrong { why, way_out } | Found::Doubtful { why, way_out } => {
            assert!(!way_out.en.is_empty() && is_japanese(&way_out.ja) && is_japanese(&why.ja), "{why:?}");
            &why.en
        }
    }
}

/// Something in it is.
pub fn is_japanese(text: &str) -> bool {
    text.chars().any(|c| matches!(c, '\u{3041}'..='\u{30ff}' | '\u{4e00}'..='\u{9fff}'))
}

#[test]
fn it_reads_and_asks_nothing_without_a_secret() {
    let begun = questions(&config(), &secrets());
    assert!(begun.next.iter().all(|it| it.request.method == Method::Get && it.request.body.is_empty()));
    assert_eq!(begun.next.len(), 4);
    let begun = questions(&config(), &Secrets::default());
    assert_eq!(begun.next.iter().map(|it| it.topic.clone()).collect::<Vec<_>>(), [Topic::PublicUrl]);
    let mut nowhere = config();
    nowhere.organisation.public_url = None;
    assert!(why(&questions(&nowhere, &Secrets::default())).contains("cannot come back"));
}

#[test]
fn a_token_that_may_not_write_is_found_by_its_scopes() {
    let good = json!({ "ok": true, "team": "Acme", "user": "oncall" });
    let answer = said(Examined::Slack, 200, &[("X-OAuth-Scopes", "users:read, chat:write")], &good);
    assert_eq!(answer.verdicts[0].found, Found::Well(Words::new("oncall in Acme", "Acme の oncall")));
    let urls: Vec<&str> = answer.next.iter().map(|it| it.request.url.rsplit('/').next().unwrap()).collect();
    assert!(urls.iter().any(|url| url.starts_with("users.info?user=U")), "{urls:?}");
    assert!(urls.iter().any(|url| url.starts_with("conversations.info?channel=C")), "{urls:?}");

    let answer = said(Examined::Slack, 200, &[("x-oauth-scopes", "users:read,chat:write.public")], &good);
    assert_eq!(why(&answer), "it may not write: the scope chat:write is missing");
    let answer = said(Examined::Slack, 200, &[], &json!("a proxy's page"));
    assert_eq!(why(&answer), "answered 200, and not in Slack's way");
    for error in ["invalid_auth", "token_revoked", "account_inactive"] {
        let answer = said(Examined::Slack, 200, &[], &json!({ "ok": false, "error": error }));
        assert!(why(&answer).ends_with(error) && answer.next.is_empty(), "{answer:?}");
    }
}

#[test]
fn refusals_stop_the_questions() {
    let refused = said(Examined::Jira, 401, &[], &json!({}));
    assert!(why(&refused) == "Jira refuses the credentials" && refused.next.is_empty());
    assert!(why(&said(Examined::Jira, 404, &[], &json!({}))).contains("no Jira"));
    assert!(why(&said(Examined::Jira, 200, &[], &json!({}))).contains("not Jira's"));
    let refused = said(Examined::Twilio, 401, &[], &json!({ "code": 20003, "message": "+819000000001" }));
    assert!(why(&refused) == "Twilio refuses account_sid or auth_token" && refused.next.is_empty());
    let closed = said(Examined::Twilio, 200, &[], &json!({ "status": "closed" }));
    assert!(why(&closed) == "the account is closed" && closed.next.is_empty());
    let trial = json!({ "status": "active", "type": "Trial", "friendly_name": "Acme" });
    let Found::Well(word) = &said(Examined::Twilio, 200, &[], &trial).verdicts[0].found else { panic!() };
    assert!(word.en.contains("only numbers that were verified"), "{word:?}");
}

/// Whether a workflow lets tickets go is tried on an open one of ours: which ways there are, and what they want.
#[test]
fn a_transition_that_will_be_refused_is_found_before() {
    let ask = |topic: JiraTopic, status: u16, body: &Value| {
        let response = Response { status, headers: Vec::new(), body: body.to_string().into_bytes() };
        answer(&config(), &secrets(), &Topic::Jira(topic), Ok(response))
    };
    let account = said(Examined::Jira, 200, &[], &json!({ "displayName": "bot" }));
    let search = account.next.iter().find(|it| it.request.url.contains("/search/jql?")).unwrap();
    assert!(search.request.method == Method::Get && search.request.url.contains("labels+%3D+oncall"));

    let open = || JiraTopic::OpenTicket { key: "SHOP".into() };
    let next = ask(open(), 200, &json!({ "issues": [{ "key": "SHOP-7" }] })).next;
    assert!(next[0].request.url.ends_with("/rest/api/3/issue/SHOP-7/transitions?expand=transitions.fields"));
    // Nothing to try it on, or nobody who answers, says nothing.
    for (status, body) in
        [(200, json!({ "issues": [] })), (410, json!({})), (200, json!({ "issues": [{ "key": "../x" }] }))]
    {
        assert_eq!(ask(open(), status, &body), Answer::default());
    }

    let ways = |transitions: Value| {
        let topic = JiraTopic::Transitions { key: "SHOP".into(), ticket: "SHOP-7".into() };
        ask(topic, 200, &json!({ "transitions": transitions }))
    };
    let good = ways(
        json!([{ "name": "Close", "to": { "name": "done" }, "fields": { "x": { "required": true, "hasDefaultValue": true } } }]),
    );
    assert_eq!(
        good.verdicts[0].found,
        Found::Well(Words::new("\"Done\", asked of SHOP-7", "「Done」、SHOP-7 で確認"))
    );
    let none = ways(json!([{ "name": "Start" }, { "name": "Cancel" }]));
    assert_eq!(why(&none), "nothing leads SHOP-7 to \"Done\"; there are: Start, Cancel");
    let wants = ways(
        json!([{ "name": "Done", "fields": { "resolution": { "required": true, "name": "Resolution" } } }]),
    );
    assert_eq!(why(&wants), "\"Done\" wants fields that oncall does not fill in: Resolution");
}

#[test]
fn the_public_url_answers_as_this_server_or_not() {
    let topic = begun(Examined::PublicUrl);
    let ask = |status, body: &str| {
        let response = Response { status, headers: Vec::new(), body: body.into() };
        answer(&config(), &secrets(), &topic, Ok(response))
    };
    let well = ask(200, "ok\n");
    assert!(well.verdicts[0].is_well() && well.verdicts[0].kind == Kind::PublicUrl);
    assert!(why(&ask(200, "<html>Welcome</html>")).contains("that is not oncall"));
    assert!(why(&ask(502, "")).contains("answers 502"));
    let failed = answer(&config(), &secrets(), &topic, Err(Failure::NotSent("expired certificate".into())));
    assert!(why(&failed).contains("expired certificate"));
}

#[test]
fn numbers_are_masked() {
    for (number, shown) in
        [("+819000000011", "+81…11"), ("+15005550006", "+15…06"), ("12345", "…"), ("", "…")]
    {
        assert_eq!(masked(number), shown);
    }
}

/// Where people answer text messages, Twilio must send the answers here.
#[test]
fn answers_to_text_messages_must_come_here() {
    let mut config = config();
    let twilio = config.organisation.twilio.as_mut().unwrap();
    (twilio.sms_from, twilio.sms_replies) = ("+15005550006".to_owned(), true);
    let ask = |body: Value| {
        let response = Response { status: 200, headers: Vec::new(), body: body.to_string().into_bytes() };
        answer(&config, &secrets(), &Topic::Twilio(TwilioTopic::Replies), Ok(response))
    };
    let number = |sms: bool, url: &str, method: &str| {
        let number = json!({"phone_number": "+15005550006", "capabilities": {"sms": sms}, "sms_url": url, "sms_method": method});
        ask(json!({"incoming_phone_numbers": [number]}))
    };
    let why = |answer: Answer| match &answer.verdicts[..] {
        [verdict] if verdict.kind == Kind::Replies => match &verdict.found {
            Found::Well(word) => word.en.clone(),
            Found::Wrong { why, .. } | Found::Doubtful { why, .. } => format!("wrong: {}", why.en),
        },
        other => panic!("{other:?}"),
    };
    let here = "https://oncall.example.com/v1/callbacks/twilio/sms";
    assert_eq!(why(number(true, here, "POST")), "answers come here");
    assert_eq!(why(number(true, here, "GET")), "wrong: what people answer is sent by GET");
    assert_eq!(why(number(false, here, "POST")), "wrong: this number cannot send or receive SMS");
    let elsewhere = "wrong: what people answer is not sent here: nobody hears that they have it";
    for url in
        ["", "https://demo.twilio.com/welcome/sms/reply", "https://oncall.example.com/v1/callbacks/twilio"]
    {
        assert_eq!(why(number(true, url, "POST")), elsewhere);
    }
    let nobodys = "wrong: people answer a number that is not the account's";
    assert_eq!(why(ask(json!({"incoming_phone_numbers": []}))), nobodys);
}
