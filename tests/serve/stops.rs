//! Who answered STOP: their own page says on which phone, and what to send to be told there again.

use super::commands::People;
use super::pages::cookie;
use super::server::twilio_signature;
use axum::body::Body;
use http::Request;
use jiff::SignedDuration;

const SMITH: &str = "name: Emma Smith\nslack: U0SMITH\nphone: \"+819000000002\"\n\
    phones: [{ name: work, number: \"+819000000005\" }]\n\
    notify: { high: [{ by: sms, to: work }, { by: sms, after: 1m }, { by: call, after: 5m }] }\n";

/// A text message that somebody sent to us, as Twilio hands it on.
async fn texts(people: &People, from: &str, body: &str) -> u16 {
    let form = [("Body", body), ("From", from), ("MessageSid", "SM1"), ("To", "+815012345678")];
    let path = "/v1/callbacks/twilio/sms";
    let signature = twilio_signature(&format!("https://oncall.test{path}"), &form);
    let text = form_urlencoded::Serializer::new(String::new()).extend_pairs(form).finish();
    let request = Request::post(path).header("x-twilio-signature", signature);
    let request = request.header("content-type", "application/x-www-form-urlencoded");
    people.inside.ask("198.51.100.9", request, Body::from(text)).await.status
}

/// The lines of the page that speak of text messages.
async fn ways(people: &People) -> Vec<String> {
    let cookie = cookie(&people.inside, "smith", SignedDuration::ZERO);
    let request = Request::get("/me").header("cookie", cookie);
    let said = people.inside.ask("192.0.2.1", request, Body::empty()).await;
    let page = String::from_utf8(said.body.to_vec()).unwrap();
    assert_eq!(said.status, 200, "{page}");
    let lines =
        page.split(['<', '>']).map(str::trim).filter(|text| text.starts_with("SMS") && text.contains('–'));
    lines.map(str::to_owned).collect()
}

#[tokio::test]
async fn ones_own_page_says_which_phone_said_stop() {
    let people = People::with(&[("users/smith.yaml", SMITH)]).await;
    let before = ways(&people).await;
    assert_eq!(before.len(), 2, "{before:?}");
    assert!(before[0].starts_with("SMS (work) – ") && before[1].starts_with("SMS – "), "{before:?}");
    let stopped = "(stopped: send START to the number our messages come from)";
    assert!(before.iter().all(|line| !line.contains("stopped")), "{before:?}");

    assert_eq!(texts(&people, "+819000000005", "STOP").await, 200);
    let after = ways(&people).await;
    assert!(after[0].ends_with(stopped) && !after[1].contains("stopped"), "{after:?}");
    // A number that is nobody's changes nothing.
    assert_eq!(texts(&people, "+819000000099", "STOP").await, 200);
    assert_eq!(ways(&people).await, after);

    assert_eq!(texts(&people, "+819000000005", "START").await, 200);
    assert_eq!(ways(&people).await, before);
}
