//! Which endpoint a request enters.

use super::{config, config_of, endpoint, events, fetched, key_of, keys, now, post, post_to, rejected};
use oncall::config::{Secret, SecretSource, Secrets};
use oncall::integration::{Awaited, Received, Request, awaited, find, known, stray};

const BODY: &[u8] = br#"{"title":"x"}"#;

/// The endpoints `web/api` (secret `a/b+c=`, formerly `old`), `team-a` and `team-b` (both `shared`), and `grafana`.
fn found(path: &str, headers: &[(&str, &str)]) -> Result<String, u16> {
    let mut api = endpoint("web/api", "generic");
    api.formerly = vec!["old".into(), "team-a".into()];
    let config = config_of(vec![
        api,
        endpoint("team-a", "generic"),
        endpoint("team-b", "generic"),
        endpoint("unset", "generic"),
        endpoint("empty", "generic"),
    ]);
    let mut secrets = Secrets::default();
    for (name, value) in [("web/api", "a/b+c="), ("team-a", "shared"), ("team-b", "shared"), ("empty", "")] {
        secrets.insert(SecretSource::Env(name.into()), Secret::new(value));
    }
    let headers: Vec<(String, String)> =
        headers.iter().map(|(k, v)| (k.to_string(), v.to_string())).collect();
    let (path, query) = path.split_once('?').unwrap_or((path, ""));
    let request = Request { path, query, headers: &headers, body: BODY };
    let keys = keys(&config, &secrets);
    find(&config, &secrets, &keys, &request)
        .map(|found| found.id.to_string())
        .map_err(|reject| reject.answer.status)
}

#[test]
fn a_secret_opens_its_door() {
    let basic = |pair: &str| format!("Basic {}", data_encoding::BASE64.encode(pair.as_bytes()));
    let cases: &[(&str, &str, Result<&str, u16>)] = &[
        ("/v1/webhooks/web.api/a%2Fb%2Bc%3D", "", Ok("web/api")),
        ("/v1/webhooks/web.api/a%2fb%2bc%3d/", "", Ok("web/api")),
        ("/v1/webhooks/web.api/a/b+c=", "", Ok("web/api")),
        ("/v1/webhooks/web.api", "Bearer a/b+c=", Ok("web/api")),
        ("/v1/webhooks/web.api/", "bearer  a/b+c= ", Ok("web/api")),
        ("/v1/webhooks/web.api/wrong", "Bearer a/b+c=", Ok("web/api")),
        ("/v1/webhooks/web.api", &basic("anybody:a/b+c="), Ok("web/api")),
        ("/v1/webhooks/web.api", &basic("a/b+c=:"), Err(401)),
        ("/v1/webhooks/web.api", "Basic ####", Err(401)),
        // As a value of the query, for senders that can add nothing else.
        ("/v1/webhooks/web.api?auth_token=a%2Fb%2Bc%3D", "", Ok("web/api")),
        ("/v1/webhooks/web.api?x=1&auth_token=a/b%2Bc=", "", Ok("web/api")),
        ("/v1/webhooks/old?token=a%2Fb%2Bc%3D", "", Ok("web/api")),
        ("/v1/webhooks/web.api?auth_token=wrong", "", Err(401)),
        ("/v1/webhooks/empty?auth_token=", "", Err(401)),
        // Moved: by `formerly`, by the secret alone, and where another integration now has the old id.
        ("/v1/webhooks/old/a%2Fb%2Bc%3D", "", Ok("web/api")),
        ("/v1/webhooks/never-heard-of/a%2Fb%2Bc%3D", "", Ok("web/api")),
        ("/v1/webhooks/team-a/a%2Fb%2Bc%3D", "", Ok("web/api")),
        // A shared secret needs the id.
        ("/v1/webhooks/team-a/shared", "", Ok("team-a")),
        ("/v1/webhooks/team-b/shared", "", Ok("team-b")),
        ("/v1/webhooks/unknown/shared", "", Err(401)),
        ("/v1/webhooks/web.api/shared", "", Err(401)),
        ("/v1/webhooks/web/shared", "", Err(401)),
        // An unknown id and a wrong secret look the same; a secret that is not set or empty opens nothing.
        ("/v1/webhooks/web.api/wrong", "", Err(401)),
        ("/v1/webhooks/unknown/wrong", "", Err(401)),
        ("/v1/webhooks/web.api", "", Err(401)),
        ("/v1/webhooks/", "", Err(401)),
        ("/v1/webhooks/unset", "", Err(401)),
        ("/v1/webhooks/unset/", "Bearer ", Err(401)),
        ("/v1/webhooks/empty", "", Err(401)),
        ("/v1/webhooks/empty/", &basic("x:"), Err(401)),
        ("/v1/webhooks/%ff%zz%/%", "", Err(401)),
        ("/v1/other", "", Err(404)),
        ("", "", Err(404)),
    ];
    for (path, authorization, expected) in cases {
        let headers = [("authorization", *authorization)];
        let headers = if authorization.is_empty() { &[][..] } else { &headers[..] };
        assert_eq!(found(path, headers), expected.map(str::to_owned), "{path} {authorization}");
    }
}

#[test]
fn refusals_say_the_same_and_hold_no_secret() {
    let unknown = rejected(post("/v1/webhooks/unknown/guess-4711", &[], BODY));
    let wrong = rejected(post("/v1/webhooks/generic/guess-4711", &[], BODY));
    assert_eq!(unknown, wrong);
    assert!(!format!("{wrong:?}").contains("guess-4711"));
}

/// The vectors are Grafana's own (`alerting/receivers/http_test.go`), with the secret `secret`.
#[test]
fn grafana_signs_the_body() {
    let plain = "3bcebf43c85d20bba6e3b6ba278af1d2ba3ab0d57de271b0ad30b833e851c5a6";
    let timed = "36fa366a807205a13fc507ea4413374566ad5808c7ca7653f94d121fe5e64c2d";
    let config = config_of(vec![endpoint("grafana", "grafana")]);
    let mut secrets = Secrets::default();
    secrets.insert(SecretSource::Env("grafana".into()), Secret::new("secret"));
    let verdict = |path: &str, signature: &str, timestamp: &str, at: i64| {
        let mut headers = vec![("x-grafana-alerting-signature", signature)];
        if !timestamp.is_empty() {
            headers.push(("x-grafana-alerting-timestamp", timestamp));
        }
        let now = jiff::Timestamp::from_second(at).unwrap();
        match post_to(&config, &secrets, path, &headers, b"test message", now, &fetched()) {
            Received::Events { events, .. } => key_of(&events[0]).to_owned(),
            Received::Reject(reject) => reject.code.to_owned(),
            Received::Fetch(fetch) => fetch.url,
        }
    };
    let (with, without) = ("/v1/webhooks/grafana/secret", "/v1/webhooks/grafana");
    // The body is no JSON, so being let in shows as an unparsed event.
    for path in [with, without] {
        assert_eq!(verdict(path, plain, "", 0), "unparsed");
        assert_eq!(verdict(path, &plain.to_uppercase(), "", 0), "unparsed");
        assert_eq!(verdict(path, timed, "1700000000", 1_700_000_000), "unparsed");
        assert_eq!(verdict(path, timed, "1700000000", 1_700_000_300), "unparsed");
        assert_eq!(verdict(path, timed, "1700000000", 1_700_000_301), "expired");
        assert_eq!(verdict(path, timed, "1700000000", 1_699_999_699), "expired");
    }
    assert_eq!(verdict(with, timed, "", 1_700_000_000), "signature");
    assert_eq!(verdict(with, plain, "1700000000", 1_700_000_000), "signature");
    assert_eq!(verdict(with, timed, "1700000001", 1_700_000_000), "signature");
    assert_eq!(verdict(with, "", "", 0), "signature");
    assert_eq!(verdict(without, timed, "", 0), "unauthorized");
}

/// A signature opens Grafana's door only.
#[test]
fn other_doors_ignore_grafanas_signature() {
    let config = config_of(vec![endpoint("generic", "generic")]);
    let mut secrets = Secrets::default();
    secrets.insert(SecretSource::Env("generic".into()), Secret::new("secret"));
    let plain = "3bcebf43c85d20bba6e3b6ba278af1d2ba3ab0d57de271b0ad30b833e851c5a6";
    let headers = [("x-grafana-alerting-signature", plain)];
    let received =
        post_to(&config, &secrets, "/v1/webhooks/generic", &headers, b"test message", now(), &fetched());
    assert_eq!(rejected(received).code, "unauthorized");
}

#[test]
fn a_routing_key_opens_only_pagerduty() {
    let key = |key: &str| format!(r#"{{"routing_key":"{key}","event_action":"resolve","dedup_key":"k"}}"#);
    assert_eq!(events(post("/v2/enqueue", &[], key("pagerduty-secret-0123").as_bytes())).len(), 1);
    let cases = [
        (key("generic-secret-0123"), "unauthorized", "'routing_key' is unknown"),
        (key(""), "unauthorized", "'routing_key' is missing or blank"),
        (key("pagerduty-secret"), "unauthorized", "'routing_key' is unknown"),
        (r#"{"event_action":"resolve"}"#.to_owned(), "unauthorized", "'routing_key' is missing or blank"),
        (r#"{"routing_key":"pagerduty-secret","#.to_owned(), "unauthorized", "'routing_key' is unknown"),
        (r#"{"routing_key":,"event_action":"#.to_owned(), "bad_request", "not JSON"),
        (String::new(), "bad_request", "the body is empty"),
    ];
    for (body, code, error) in cases {
        let reject = rejected(post("/v2/enqueue", &[], body.as_bytes()));
        assert_eq!((reject.code, reject.answer.status), (code, 400), "{body}");
        let answer: serde_json::Value = serde_json::from_str(&reject.answer.body).unwrap();
        assert_eq!(answer["status"], "invalid event");
        assert_eq!(answer["message"], "Event object is invalid");
        assert!(answer["errors"][0].as_str().unwrap().starts_with(error), "{answer}");
    }
}

/// A quote that a template did not escape: the key is there, and so is a page.
#[test]
fn a_broken_body_with_a_known_key_is_refused_and_pages() {
    let body = br#"{"routing_key" : "pagerduty-secret-0123","event_action":"trigger","payload":{"summary":"disk "full""}}"#;
    let Received::Events { events, answer } = post("/v2/enqueue", &[], body) else { panic!() };
    assert_eq!((answer.status, key_of(&events[0])), (400, "unparsed"));
    assert!(
        answer.body.contains(r#""status":"invalid event""#) && answer.body.contains("not JSON"),
        "{}",
        answer.body
    );
    assert!(events[0].description.contains("disk ") && !events[0].description.contains("secret-0123"));
    let v1 = br#"{"service_key":"pagerduty-secret-0123","event_type":"trigger","description":"a "b""}"#;
    let Received::Events { events, answer } = post("/generic/2010-04-15/create_event.json", &[], v1) else {
        panic!()
    };
    assert_eq!((answer.status, key_of(&events[0])), (400, "unparsed"));
}

/// A signature opens the door that it is addressed to, by its id or an old one, and is tried at no other: a stranger would choose
/// how much work that is.
#[test]
fn a_signature_opens_the_door_that_it_names() {
    let body = br#"{"action":"created","data":{"issue":{"id":"1","title":"x"}}}"#;
    let (mut config, secrets) = config();
    config.endpoints.get_mut("sentry").unwrap().formerly = vec!["old/sentry".into()];
    let sign = |key: &str| {
        let key = ring::hmac::Key::new(ring::hmac::HMAC_SHA256, key.as_bytes());
        data_encoding::HEXLOWER.encode(ring::hmac::sign(&key, body).as_ref())
    };
    let asked = |path: &str, signature: &str| {
        let headers = [("sentry-hook-signature", signature)];
        post_to(&config, &secrets, path, &headers, body, now(), &fetched())
    };
    let good = sign("sentry-secret-0123");
    for path in ["/v1/webhooks/sentry", "/v1/webhooks/old.sentry"] {
        assert_eq!(&*events(asked(path, &good))[0].integration, "sentry", "{path}");
    }
    for path in ["/v1/webhooks/nobody", "/v1/webhooks/github", "/v1/webhooks/generic"] {
        assert_eq!(rejected(asked(path, &good)).code, "unauthorized", "{path}");
    }
    assert_eq!(rejected(asked("/v1/webhooks/sentry", &sign("sentry-secret-0124"))).code, "unauthorized");
    let headers = [("sentry-hook-signature".to_owned(), good)];
    let own = Request { path: "/v1/webhooks/sentry", query: "", headers: &headers, body };
    let keys = keys(&config, &secrets);
    let at = find(&config, &secrets, &keys, &own).unwrap();
    assert_eq!(stray(&config, &secrets, &keys, &own, Some(at)), None);
    let elsewhere = Request { path: "/v1/webhooks/nobody", ..own };
    assert_eq!(stray(&config, &secrets, &keys, &elsewhere, None), None);
}

/// Every place in which a sender can show a secret, at a path that is none of ours.
#[test]
fn a_stray_is_known_by_its_secret_wherever_it_is() {
    let (config, secrets) = config();
    let strayed = |path: &str, authorization: &str, body: &str| {
        let headers = [("authorization".to_owned(), authorization.to_owned())];
        let (path, query) = path.split_once('?').unwrap_or((path, ""));
        let request = Request { path, query, headers: &headers, body: body.as_bytes() };
        let stray = stray(&config, &secrets, &keys(&config, &secrets), &request, None)?;
        assert!(!format!("{stray:?}").contains("secret-0123"), "{stray:?}");
        Some(stray.integrations.iter().map(|id| id.to_string()).collect::<Vec<_>>().join(","))
    };
    let basic = format!("Basic {}", data_encoding::BASE64.encode(b"any:grafana-secret-0123"));
    let cases = [
        ("/integration/pagerduty-secret-0123/enqueue", "", "", Some("pagerduty")),
        ("/hooks?key=gcp-secret-0123", "", "", Some("gcp")),
        ("/hooks", "Bearer grafana-secret-0123", "", Some("grafana")),
        ("/hooks", basic.as_str(), "", Some("grafana")),
        ("/v1/alerts", "GenieKey opsgenie-secret-0123", "", Some("opsgenie")),
        ("/v2/events", "", r#"{"routing_key":"pagerduty-secret-0123"}"#, Some("pagerduty")),
        ("/v2/events", "", r#"{"service_key":"pagerduty-secret-0123","broken"#, Some("pagerduty")),
        // At PagerDuty's own path, with the key of an integration of another type.
        ("/v2/enqueue", "", r#"{"routing_key":"generic-secret-0123"}"#, Some("generic")),
        ("/hooks/wrong?key=wrong", "Bearer wrong", r#"{"routing_key":"wrong"}"#, None),
        ("/hooks", "", r#"{"summary":"generic-secret-0123"}"#, None),
    ];
    for (path, authorization, body, expected) in cases {
        assert_eq!(strayed(path, authorization, body).as_deref(), expected, "{path} {authorization} {body}");
    }
}

/// Before a byte of the body is read: whose secret the head shows, and whether the body could still show one.
#[test]
fn the_head_says_how_much_of_a_body_is_worth_reading() {
    let (config, secrets) = config();
    let keys = keys(&config, &secrets);
    let asked = |path: &str, header: (&str, &str), body: &str| {
        let headers = [(header.0.to_owned(), header.1.to_owned())];
        let (path, query) = path.split_once('?').unwrap_or((path, ""));
        let request = Request { path, query, headers: &headers, body: body.as_bytes() };
        let known = known(&config, &secrets, &keys, &request).map(|endpoint| endpoint.id.to_string());
        (known, awaited(&config, &keys, &request))
    };
    let (none, signature) = (("x", ""), ("sentry-hook-signature", "00"));
    let known_to = |id: &str| Some(id.to_owned());
    let cases = [
        ("/v1/webhooks/grafana/grafana-secret-0123", none, "", (known_to("grafana"), Awaited::Nothing)),
        ("/v1/webhooks/grafana?token=grafana-secret-0123", none, "", (known_to("grafana"), Awaited::Nothing)),
        (
            "/v1/webhooks/grafana",
            ("authorization", "BEARER grafana-secret-0123"),
            "",
            (known_to("grafana"), Awaited::Nothing),
        ),
        ("/v1/webhooks/grafana/wrong", none, "", (None, Awaited::Nothing)),
        ("/hooks/wrong", none, "", (None, Awaited::Nothing)),
        // A signature counts at the integration that the path names, if that signs, and is not tried here.
        ("/v1/webhooks/sentry", signature, "{}", (None, Awaited::Signed)),
        ("/v1/webhooks/sentry", none, "{}", (None, Awaited::Nothing)),
        ("/v1/webhooks/generic", signature, "{}", (None, Awaited::Nothing)),
        ("/v1/webhooks/nobody", signature, "{}", (None, Awaited::Nothing)),
        ("/v2/enqueue", none, "", (None, Awaited::Key)),
        // The beginning of a body is enough, if the key is in it.
        (
            "/v2/enqueue",
            none,
            r#"{"routing_key": "pagerduty-secret-0123", "payl"#,
            (known_to("pagerduty"), Awaited::Key),
        ),
        ("/v2/enqueue", none, r#"{"routing_key": "pagerduty-sec"#, (None, Awaited::Key)),
    ];
    for (path, header, body, expected) in cases {
        assert_eq!(asked(path, header, body), expected, "{path} {header:?} {body}");
    }
    // What has ever so many parts is not looked up without end.
    let long = format!("{}/grafana-secret-0123", "/x".repeat(10_000));
    assert_eq!(asked(&long, none, "").0, None);
}

/// Tools whose URL can be set but whose key cannot: the same body at the webhook URL.
#[test]
fn a_pagerduty_event_may_come_by_the_webhook_url() {
    let (config, secrets) = config();
    let body = br#"{"event_action":"trigger","payload":{"summary":"disk full"}}"#;
    let path = "/v1/webhooks/pagerduty/pagerduty-secret-0123";
    let received = post_to(&config, &secrets, path, &[], body, now(), &fetched());
    assert_eq!(events(received)[0].summary, "disk full");
}

/// An answer that names the generated key; the same body later is another problem.
#[test]
fn a_trigger_without_a_key_gets_one() {
    let (config, secrets) = config();
    let body = br#"{"routing_key":"pagerduty-secret-0123","event_action":"trigger","payload":{"summary":"disk full"}}"#;
    let at = |now: &str| {
        let now = now.parse().unwrap();
        match post_to(&config, &secrets, "/v2/enqueue", &[], body, now, &fetched()) {
            Received::Events { events, answer } => {
                let answer: serde_json::Value = serde_json::from_str(&answer.body).unwrap();
                assert_eq!(answer["dedup_key"], events[0].dedup_key);
                events[0].dedup_key.clone()
            }
            other => panic!("{other:?}"),
        }
    };
    assert_eq!(at("2026-12-01T03:00:00Z").len(), 32);
    assert_eq!(at("2026-12-01T03:00:00Z"), at("2026-12-01T03:00:00Z"));
    assert_ne!(at("2026-12-01T03:00:00Z"), at("2026-12-01T03:00:00.001Z"));
}
