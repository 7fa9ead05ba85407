//! Who comes through a proxy that signs it: AWS ALB, Cloudflare Access and Google IAP, each with what must not be believed.

use super::identity::{EC, Provider, RSA, Signer};
use super::inside::{Inside, Said, StoppedTime};
use super::world::{World, now};
use axum::body::Body;
use http::Request;
use serde_json::{Value, json};
use std::time::Duration;

const ARN: &str =
    "arn:aws:elasticloadbalancing:ap-northeast-1:123456789012:loadbalancer/app/oncall/50dc6c495c0c9188";
const TAG: &str = "32eafc7626e737136c0bbbe0ee0a2f5b32eafc7626e737136c0bbbe0ee0a2f5b";
const BACKEND: &str = "/projects/1/global/backendServices/2";

async fn behind_proxies() -> (Inside, Provider, World) {
    let mut world = World::with(&[]).await;
    let provider = Provider::start().await;
    let url = &provider.url;
    let organisation = format!(
        "{}access: {{ view: [\"*@example.com\"] }}
web:
  aws_alb: {{ region: ap-northeast-1, signer: \"{ARN}\", client_id: our-client, keys: \"{url}/alb\" }}
  cloudflare_access: {{ team: \"{url}\", audience: {TAG} }}
  google_iap: {{ audience: {BACKEND}, keys: \"{url}/keys\" }}
",
        world.organisation()
    );
    let smith = "name: Emma Smith\nslack: U0SMITH\nphone: \"+819000000002\"\nemail: smith@example.com\n";
    let gone = "name: Gone\nemail: gone@example.com\nleft: 2026-01-05\n";
    world.push(&[("oncall.yaml", &organisation), ("users/smith.yaml", smith), ("users/gone.yaml", gone)]);
    let mut inside = Inside::of(&world);
    let _told = inside.answer();
    (inside, provider, world)
}

/// What each proxy sends: its header, and a good head and claims.
fn proxies(provider: &Provider) -> [(&'static str, Value, Value); 3] {
    let now = now().as_second();
    let until = now + 120;
    [
        (
            "x-amzn-oidc-data",
            json!({ "typ": "JWT", "alg": "ES256", "kid": EC, "signer": ARN, "client": "our-client", "iss": "https://idp.example.com", "exp": until }),
            json!({ "sub": "1", "email": "smith@example.com", "email_verified": "true" }),
        ),
        (
            "cf-access-jwt-assertion",
            json!({ "alg": "RS256", "kid": RSA }),
            json!({ "aud": [TAG], "iss": provider.url, "iat": now, "nbf": now, "exp": until, "type": "app", "email": "smith@example.com" }),
        ),
        (
            "x-goog-iap-jwt-assertion",
            json!({ "alg": "ES256", "kid": EC }),
            json!({ "aud": BACKEND, "iss": "https://cloud.google.com/iap", "iat": now, "exp": until, "sub": "accounts.google.com:1", "email": "smith@example.com" }),
        ),
    ]
}

/// The header's text as its proxy writes it.
fn written(signer: &Signer, header: &str, head: &Value, claims: &Value) -> String {
    if header.starts_with("x-amzn") { signer.padded(head, claims) } else { signer.token(head, claims) }
}

async fn get(inside: &Inside, path: &str, headers: &[(&str, &str)]) -> Said {
    get_from(inside, "192.0.2.1", path, headers).await
}

async fn get_from(inside: &Inside, from: &str, path: &str, headers: &[(&str, &str)]) -> Said {
    let request =
        headers.iter().fold(Request::get(path), |request, (name, value)| request.header(*name, *value));
    inside.ask(from, request, Body::empty()).await
}

fn with(value: &Value, change: &Value) -> Value {
    let mut value = value.clone();
    for (name, to) in change.as_object().unwrap() {
        value[name] = to.clone();
    }
    value.as_object_mut().unwrap().retain(|_, value| !value.is_null());
    value
}

#[tokio::test]
async fn each_proxy_says_who_comes_without_a_session_and_forms_are_looked_at_all_the_same() {
    let (inside, mut provider, _world) = behind_proxies().await;
    for (header, head, claims) in proxies(&provider) {
        let text = written(&provider.signer, header, &head, &claims);
        assert_eq!(header.starts_with("x-amzn"), text.contains('='), "the padding that AWS leaves in it");
        let said = get(&inside, "/me", &[(header, &text)]).await;
        let page = String::from_utf8_lossy(&said.body).into_owned();
        assert!(said.status == 200 && page.contains("Emma Smith"), "{header}: {page}");
        assert_eq!(said.header("set-cookie"), None, "{header}: there is no session");
        let viewer = with(&claims, &json!({ "email": "guest@example.com" }));
        let viewer = written(&provider.signer, header, &head, &viewer);
        assert_eq!(get(&inside, "/", &[(header, &viewer)]).await.status, 200, "{header}");
        assert_eq!(get(&inside, "/declare", &[(header, &viewer)]).await.status, 403, "{header}");
        for (site, status) in [("cross-site", 403), ("same-origin", 303)] {
            let post = Request::post("/incidents/1-1/acknowledge").header(header, &text);
            let said = inside.ask("192.0.2.1", post.header("sec-fetch-site", site), Body::empty()).await;
            assert_eq!(said.status, status, "{header}: a form from {site}");
        }
    }
    assert_eq!(inside.refused("csrf"), 3);
    // Keys are fetched once, by the id that the load balancer names.
    let paths = [format!("/alb/{EC}"), "/cdn-cgi/access/certs".to_owned(), "/keys".to_owned()];
    assert_eq!(paths.map(|path| provider.asked(&path).len()), [1, 1, 1]);
}

#[tokio::test]
async fn what_no_proxy_of_ours_has_signed_lets_nobody_in_whatever_the_cookie() {
    let (inside, mut provider, _world) = behind_proxies().await;
    let stranger = Signer::new();
    let past = json!({ "exp": now().as_second() - 61 });
    for (header, head, claims) in proxies(&provider) {
        let in_head = header.starts_with("x-amzn");
        // What says for whom and until when is in the head of AWS's.
        let said = |change: Value| {
            if in_head {
                (with(&head, &change), claims.clone())
            } else {
                (head.clone(), with(&claims, &change))
            }
        };
        let audience = if in_head { "client" } else { "aud" };
        let cases = [
            (said(past.clone()), "token_expired"),
            (said(json!({ "exp": null })), "token_expired"),
            (said(json!({ audience: "another" })), "token_audience"),
            (said(json!({ audience: null })), "token_audience"),
            ((with(&head, &json!({ "alg": "none" })), claims.clone()), "token_algorithm"),
            ((with(&head, &json!({ "alg": "HS256" })), claims.clone()), "token_algorithm"),
            ((head.clone(), with(&claims, &json!({ "padding": "x".repeat(17_000) }))), "token_too_large"),
            ((head.clone(), with(&claims, &json!({ "email": "gone@example.com" }))), "identity_unknown"),
            (
                (head.clone(), with(&claims, &json!({ "email": "smith@elsewhere.example" }))),
                "identity_unknown",
            ),
            ((head.clone(), with(&claims, &json!({ "email": null }))), "identity_missing"),
        ];
        let own = match header {
            "x-amzn-oidc-data" => vec![
                (
                    (with(&head, &json!({ "signer": ARN.replace("1234", "4321") })), claims.clone()),
                    "token_signer",
                ),
                ((with(&head, &json!({ "signer": null })), claims.clone()), "token_signer"),
                ((with(&head, &json!({ "kid": "../keys" })), claims.clone()), "token_key"),
                ((head.clone(), with(&claims, &json!({ "email_verified": null }))), "identity_unverified"),
            ],
            _ => vec![
                (said(json!({ "iss": "https://evil.example" })), "token_issuer"),
                (said(json!({ "iat": now().as_second() + 3_600 })), "token_not_yet"),
                ((with(&head, &json!({ "kid": "another" })), claims.clone()), "token_key"),
            ],
        };
        let session = super::pages::cookie(&inside, "smith", jiff::SignedDuration::ZERO);
        for ((head, claims), code) in cases.into_iter().chain(own) {
            let before = inside.refused(code);
            let text = written(&provider.signer, header, &head, &claims);
            let said = get(&inside, "/", &[(header, &text), ("cookie", &session)]).await;
            assert_eq!(
                (said.status, inside.refused(code)),
                (403, before + 1),
                "{header} {code} {head} {claims}"
            );
        }
        let forged = written(&stranger, header, &with(&head, &json!({ "alg": "ES256" })), &claims);
        assert_eq!(get(&inside, "/", &[(header, &forged)]).await.status, 403, "{header}: by another's key");
        let good = written(&provider.signer, header, &head, &claims);
        assert_eq!(
            get(&inside, "/", &[(header, &good), (header, &good)]).await.status,
            403,
            "{header}: twice"
        );
        assert_eq!(get(&inside, "/", &[(header, &good)]).await.status, 200, "{header}");
    }
    assert_eq!(provider.asked("/keys").len(), 1, "the keys of Google, once");
}

#[tokio::test]
async fn keys_that_change_are_fetched_anew_once_a_minute_and_old_ones_count_while_nobody_answers() {
    let (inside, mut provider, _world) = behind_proxies().await;
    let time = StoppedTime::new();
    let [_, _, (header, head, claims)] = proxies(&provider);
    let claims = with(&claims, &json!({ "exp": now().as_second() + 100_000 }));
    let text = provider.signer.token(&head, &claims);
    let next = provider.signer.token(&with(&head, &json!({ "kid": "next" })), &claims);
    let both = provider.keys.borrow().clone();
    assert_eq!(get(&inside, "/", &[(header, &text)]).await.status, 200);
    // Whoever makes up ids asks the provider for nothing within a minute.
    for n in 0..5 {
        // Each from elsewhere: refusals of one address are slow, and time stands still.
        let from = format!("198.51.100.{n}");
        assert_eq!(get_from(&inside, &from, "/", &[(header, &next)]).await.status, 403);
    }
    assert_eq!(provider.asked("/keys").len(), 1);
    let mut renamed = both.clone();
    renamed["keys"][0]["kid"] = json!("next");
    provider.keys.send_replace(renamed);
    // Meanwhile the provider ends the connection that nobody uses.
    time.pass(Duration::from_secs(30)).await;
    for _ in 0..5 {
        assert_eq!(get(&inside, "/", &[(header, &text)]).await.status, 200);
    }
    time.pass(Duration::from_secs(31)).await;
    assert_eq!(get(&inside, "/", &[(header, &next)]).await.status, 200, "it has come into use");
    assert_eq!(get(&inside, "/", &[(header, &text)]).await.status, 403, "it is no more");
    assert_eq!(provider.asked("/keys").len(), 2);
    // What is no set of keys replaces none, for a day.
    provider.keys.send_replace(json!("away"));
    time.pass(Duration::from_hours(2)).await;
    assert_eq!(get(&inside, "/", &[(header, &next)]).await.status, 200);
    time.pass(Duration::from_hours(23)).await;
    let away = get(&inside, "/", &[(header, &next)]).await;
    assert_eq!((away.status, inside.refused("identity_unreachable")), (503, 1));
    // Then a session is as good as it was without the proxy.
    let session = super::pages::cookie(&inside, "smith", jiff::SignedDuration::ZERO);
    assert_eq!(get(&inside, "/", &[(header, &next), ("cookie", &session)]).await.status, 200);
}
