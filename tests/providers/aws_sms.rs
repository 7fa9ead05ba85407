//! AWS End User Messaging: its request, what each answer means, and what the doctor makes of the account.

use crate::wire::{self, limited, ok, run_with, words};
use crate::world::{config, delivery, env, incident, links, secrets as usual};
use oncall::config::{AwsSms, Config, Contact, Provider, Secret, Secrets};
use oncall::incident::Delivery;
use oncall::provider::doctor::{Found, Topic};
use oncall::provider::examination::answer;
use oncall::provider::{Failure, Response};
use serde_json::json;

fn with_aws() -> Config {
    let mut config = config();
    config.organisation.aws_sms = Some(AwsSms {
        region: "ap-northeast-1".to_owned(),
        from: "OnCall".to_owned(),
        access_key_id: "AKIDEXAMPLE".to_owned(),
        secret_access_key: env("AWS_SECRET"),
        api_url: "https://sms-voice.ap-northeast-1.amazonaws.com".to_owned(),
    });
    config
}

fn secrets() -> Secrets {
    let mut secrets = usual();
    secrets.insert(env("AWS_SECRET"), Secret::new("wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY"));
    secrets
}

fn page() -> Delivery {
    Delivery {
        provider: Provider::AwsSms,
        ..delivery(wire::page(&config(), &[&incident()], "tanaka", Contact::Sms))
    }
}

#[test]
fn the_request_says_what_a_text_message_says() {
    let token = links().token("3-9", "tanaka").unwrap();
    let oncall::provider::Progress::Send(_, request) =
        oncall::provider::begin(&with_aws(), &secrets(), &links(), &page())
    else {
        panic!()
    };
    assert_eq!(request.url, "https://sms-voice.ap-northeast-1.amazonaws.com/");
    let header =
        |name: &str| request.headers.iter().find(|(key, _)| *key == name).unwrap().1.expose().to_owned();
    assert_eq!(header("x-amz-target"), "PinpointSMSVoiceV2.SendTextMessage");
    assert_eq!(header("content-type"), "application/x-amz-json-1.0");
    let body: serde_json::Value = serde_json::from_slice(&request.body).unwrap();
    let text =
        format!("[重大] Checkout: 5xx の割合が 5% を超えました (3-17) https://oncall.example.com/a/{token}");
    let expected = json!({
        "DestinationPhoneNumber": "+819000000001", "MessageBody": text, "MessageType": "TRANSACTIONAL",
        "OriginationIdentity": "OnCall", "TimeToLive": 600,
    });
    assert_eq!(body, expected);
    // Amazon's own headers are under the signature.
    let signed = oncall::provider::sigv4::signed(request, "2026-12-08T02:00:00Z".parse().unwrap());
    let authorization =
        signed.headers.iter().find(|(key, _)| *key == "authorization").unwrap().1.expose().to_owned();
    assert!(
        authorization.contains(
            "/ap-northeast-1/sms-voice/aws4_request, SignedHeaders=content-type;host;x-amz-date;x-amz-target,"
        ),
        "{authorization}"
    );
}

/// Answers to a message, as the errors of the service's model: a name, and for most of them a reason.
#[test]
fn every_answer_has_a_meaning() {
    let error = |status: u16, name: &str, why: &str| {
        let body = json!({"__type": format!("com.amazonaws.pinpointsmsvoicev2#{name}"), "Message": "+819000000001", "Reason": why});
        ok(status, &body.to_string())
    };
    let field = |name: &str| {
        let fields = json!([{"Name": name, "Message": "+819000000001 is none"}]);
        let body =
            json!({"__type": "ValidationException", "Reason": "FIELD_VALIDATION_FAILED", "Fields": fields});
        ok(400, &body.to_string())
    };
    let (conflict, invalid) = ("ConflictException", "ValidationException");
    let denied = "AccessDeniedException";
    let refused = |why: &str| format!("rejected: AWS End User Messaging: {why}");
    let (credentials, forbidden) = (refused("the credentials are refused"), refused("it is forbidden"));
    let (sender, country) =
        (refused("the sender's number is refused"), refused("that country is not allowed"));
    let unavailable = |why: &str| format!("unavailable: AWS End User Messaging: {why}");
    let unknown = |why: &str| format!("unknown: AWS End User Messaging: {why}");
    let cases: Vec<(Result<Response, Failure>, String)> = vec![
        (ok(200, r#"{"MessageId":"m-1"}"#), "delivered m-1".to_owned()),
        (ok(200, "<html>"), unknown("the answer did not name what was made")),
        (error(400, "ThrottlingException", ""), unavailable("too many requests")),
        (limited(429, "2", ""), "unavailable for 2 s: AWS End User Messaging: too many requests".to_owned()),
        (error(500, "InternalServerException", ""), unavailable("it refused the request")),
        (error(400, denied, ""), credentials.clone()),
        (error(400, denied, "ACCOUNT_DISABLED"), forbidden.clone()),
        (error(400, denied, "INSUFFICIENT_ACCOUNT_REPUTATION"), forbidden.clone()),
        (error(400, "UnrecognizedClientException", ""), credentials.clone()),
        (error(400, "ExpiredTokenException", ""), credentials.clone()),
        (ok(403, "{}"), credentials),
        (error(400, conflict, "DESTINATION_PHONE_NUMBER_OPTED_OUT"), refused("the person answered STOP")),
        (error(400, conflict, "DESTINATION_PHONE_NUMBER_NOT_VERIFIED"), refused("a trial account")),
        (error(400, conflict, "DESTINATION_COUNTRY_BLOCKED_BY_PROTECT_CONFIGURATION"), country.clone()),
        (
            error(400, conflict, "DESTINATION_PHONE_NUMBER_BLOCKED_BY_PROTECT_NUMBER_OVERRIDE"),
            refused("the person's number cannot or may not be reached"),
        ),
        (error(400, conflict, "NO_ORIGINATION_IDENTITIES_FOUND"), sender.clone()),
        (error(400, conflict, "RESOURCE_NOT_ACTIVE"), sender.clone()),
        (error(400, conflict, "KEYWORD_MISMATCH"), refused("it refused the request")),
        (error(400, invalid, "DESTINATION_COUNTRY_BLOCKED"), country.clone()),
        (error(400, invalid, "INVALID_IDENTITY_FOR_DESTINATION_COUNTRY"), country),
        (error(400, invalid, "SENDER_ID_NOT_REGISTERED"), sender.clone()),
        (error(400, invalid, "PRICE_OVER_THRESHOLD"), forbidden.clone()),
        (field("DestinationPhoneNumber"), refused("the person's number is not valid")),
        (field("OriginationIdentity"), sender.clone()),
        (field("MessageBody"), refused("it refused the request")),
        (error(400, invalid, "INVALID_PARAMETER"), refused("it refused the request")),
        (error(400, "ResourceNotFoundException", ""), sender),
        (error(400, "ServiceQuotaExceededException", "MONTHLY_SPEND_LIMIT_REACHED_FOR_TEXT"), forbidden),
        (error(400, "SomethingNewException", ""), refused("it refused the request")),
        (Err(Failure::NotSent("refused".into())), unavailable("it could not be reached")),
        (Err(Failure::Unknown("timed out".into())), unknown("it did not answer")),
    ];
    for (answer, expected) in cases {
        let said = words(&run_with(&with_aws(), &secrets(), &page(), std::slice::from_ref(&answer)).1);
        assert!(said.starts_with(&expected), "{answer:?}: {said}\n{expected}");
        assert!(!said.contains("+8190"), "{said}");
    }
    let mut none = with_aws();
    none.organisation.aws_sms = None;
    assert!(words(&run_with(&none, &secrets(), &page(), &[]).1).contains("not set up"));
    let unset = words(&run_with(&with_aws(), &usual(), &page(), &[]).1);
    assert!(unset.contains("AWS_SECRET"), "{unset}");
}

#[test]
fn texts_says_who_is_tried_first() {
    let mut config = with_aws();
    let order = |config: &Config| config.providers_of(Contact::Sms).collect::<Vec<_>>();
    assert_eq!(order(&config), [Provider::Twilio, Provider::AwsSms]);
    config.organisation.texts = vec![Provider::AwsSms, Provider::Twilio];
    assert_eq!(order(&config), [Provider::AwsSms, Provider::Twilio]);
    config.organisation.texts = vec![Provider::AwsSms];
    assert_eq!(order(&config), [Provider::AwsSms]);
    // It says nothing of calls.
    assert_eq!(config.providers_of(Contact::Call).collect::<Vec<_>>(), [Provider::Twilio]);
}

#[test]
fn the_doctor_says_whom_the_account_reaches() {
    let ask = |status: u16, tier: &str| {
        let body = json!({"AccountAttributes": [{"Name": "ACCOUNT_TIER", "Value": tier}]});
        let response = Response { status, headers: Vec::new(), body: body.to_string().into_bytes() };
        match &answer(&with_aws(), &secrets(), &Topic::AwsSms, Ok(response)).verdicts[..] {
            [verdict] => match &verdict.found {
                Found::Well(_) => "well".to_owned(),
                Found::Wrong { why, .. } | Found::Doubtful { why, .. } => why.en.clone(),
            },
            other => panic!("{other:?}"),
        }
    };
    assert_eq!(ask(200, "PRODUCTION"), "well");
    assert!(ask(200, "SANDBOX").contains("sandbox"));
    assert!(ask(400, "").contains("refuses the access key"));
    assert!(ask(503, "").contains("answered 503"));
}
