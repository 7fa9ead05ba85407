//! Signing in through the real server: at an identity provider, and by what a proxy in front signs. Every token that must not be
//! believed is refused, counted and told.

use super::browser::{Browser, CLIENT, KIMURA, SMITH, claims, company, organisation};
use super::identity::{EC, ED, RSA};
use super::server::Server;
use super::world::{World, now, secret};
use serde_json::{Value, json};
use std::collections::BTreeMap;

#[tokio::test(flavor = "multi_thread")]
async fn the_way_to_the_provider_and_back_signs_in_and_leads_to_the_page_that_was_wanted() {
    let (mut world, mut provider) = company("").await;
    let server = world.serve().await;
    let mut browser = Browser::new(&server);
    assert_eq!(browser.get("/schedules/web?from=2026-12-07").await.location, "/sign-in");
    let page = browser.get("/sign-in").await.text;
    assert!(page.contains("href=\"/sign-in/oidc\""), "{page}");
    let asked = browser.leave().await;
    for (name, value) in [
        ("response_type", "code"),
        ("client_id", CLIENT),
        ("redirect_uri", "https://oncall.test/sign-in/oidc/callback"),
        ("scope", "openid email profile"),
        ("code_challenge_method", "S256"),
    ] {
        assert_eq!(asked[name], value, "{name}");
    }
    let head = json!({ "alg": "RS256", "kid": RSA });
    let token = provider.signer.token(&head, &claims(&provider, &asked, &json!({})));
    let back = browser.come_back(&provider, &asked["state"], &token).await;
    assert_eq!(
        (back.status, back.location.as_str()),
        (303, "/schedules/web?from=2026-12-07"),
        "{}",
        back.text
    );
    let session = back.cookies.iter().find(|cookie| cookie.starts_with("__Host-oncall=")).unwrap();
    assert!(session.ends_with("; Secure; HttpOnly; SameSite=Lax"), "{session}");
    assert_eq!(browser.cookies.keys().collect::<Vec<_>>(), ["__Host-oncall"], "nothing else is left behind");
    let page = browser.get("/me").await;
    assert!(page.status == 200 && page.text.contains("Emma Smith"), "{}", page.text);

    // The code was exchanged with the secret, and with what only the server knows of the challenge.
    let exchange = provider.asked("/token").pop().unwrap();
    let basic = data_encoding::BASE64.encode(format!("{CLIENT}:{}", secret("OIDC_CLIENT_SECRET")).as_bytes());
    assert_eq!(exchange.authorization, format!("Basic {basic}"));
    let form: BTreeMap<String, String> =
        form_urlencoded::parse(exchange.body.as_bytes()).into_owned().collect();
    let hash = ring::digest::digest(&ring::digest::SHA256, form["code_verifier"].as_bytes());
    assert_eq!(data_encoding::BASE64URL_NOPAD.encode(hash.as_ref()), asked["code_challenge"]);
    assert_eq!((form["grant_type"].as_str(), form["code"].as_str()), ("authorization_code", "a-code"));

    // What the provider says of itself and its keys are kept.
    assert_eq!(Browser::new(&server).sign_in(&provider, &json!({})).await.status, 303);
    let paths = ["/.well-known/openid-configuration", "/keys", "/token"];
    assert_eq!(paths.map(|path| provider.asked(path).len()), [1, 1, 2]);
    server.stop();
    world.no_secret_was_shown();
}

#[tokio::test(flavor = "multi_thread")]
async fn a_person_is_found_by_verified_address_or_by_the_name_that_the_provider_uses() {
    let (mut world, provider) = company("").await;
    let server = world.serve().await;
    // What is said, who comes in as whom, and whether they may act.
    for (change, name, acts) in [
        (json!({ "email": "SMITH@Example.com" }), "Emma Smith", true),
        (json!({ "email_verified": "true" }), "Emma Smith", true),
        (json!({ "email": "kimura-at-the-provider" }), "Kimura", true),
        (json!({ "email": "Somebody@example.com" }), "somebody@example.com", false),
        (json!({ "aud": [CLIENT], "azp": CLIENT }), "Emma Smith", true),
        (json!({ "aud": ["another", CLIENT], "azp": CLIENT }), "Emma Smith", true),
        (json!({ "exp": now().as_second() - 30, "iat": now().as_second() + 30 }), "Emma Smith", true),
    ] {
        let mut browser = Browser::new(&server);
        let back = browser.sign_in(&provider, &change).await;
        assert_eq!((back.status, back.location.as_str()), (303, "/"), "{change}: {}", back.text);
        let page = browser.get("/").await.text;
        assert!(page.contains(name), "{change}: {page}");
        assert_eq!(browser.get("/declare").await.status, if acts { 200 } else { 403 }, "{change}");
    }
    // Where the token is thin, the claims are behind the access token.
    provider
        .user_info
        .send_replace(json!({ "sub": "1", "email": "smith@example.com", "email_verified": true }));
    let thin = json!({ "email": null, "email_verified": null });
    assert_eq!(Browser::new(&server).sign_in(&provider, &thin).await.status, 303);
    for (further, code) in [
        (json!({ "sub": "2", "email": "smith@example.com", "email_verified": true }), "token_malformed"),
        (json!({ "sub": "1", "email": "smith@example.com", "email_verified": false }), "identity_unverified"),
        (json!({ "sub": "1" }), "identity_missing"),
    ] {
        provider.user_info.send_replace(further);
        let mixed = json!({ "email": null });
        assert_eq!(Browser::new(&server).sign_in(&provider, &mixed).await.status, 403, "{code}");
        assert!(
            server.metric(&format!("oncall_requests_refused_total{{code=\"{code}\"}} 1")).await,
            "{code}"
        );
    }
    server.stop();
    world.no_secret_was_shown();
}

#[tokio::test(flavor = "multi_thread")]
async fn every_algorithm_that_is_accepted_is_verified_by_a_key_of_its_kind() {
    let (mut world, provider) = company("").await;
    let server = world.serve().await;
    for (algorithm, key) in [("RS256", RSA), ("PS256", RSA), ("ES256", EC), ("EdDSA", ED)] {
        // With the id of its key, and without: then every key of its kind is tried.
        for head in [json!({ "alg": algorithm, "kid": key }), json!({ "alg": algorithm })] {
            let mut browser = Browser::new(&server);
            let asked = browser.leave().await;
            let token = provider.signer.token(&head, &claims(&provider, &asked, &json!({})));
            let back = browser.come_back(&provider, &asked["state"], &token).await;
            assert_eq!((back.status, back.location.as_str()), (303, "/"), "{head}: {}", back.text);
            // One letter of the signature is another.
            let asked = browser.leave().await;
            let token = provider.signer.token(&head, &claims(&provider, &asked, &json!({})));
            let (signed, signature) = token.rsplit_once('.').unwrap();
            let other = if signature.starts_with('A') { 'B' } else { 'A' };
            let forged = format!("{signed}.{other}{}", &signature[1..]);
            assert_eq!(browser.come_back(&provider, &asked["state"], &forged).await.status, 403, "{head}");
        }
    }
    server.stop();
    world.no_secret_was_shown();
}

#[tokio::test(flavor = "multi_thread")]
async fn only_accounts_of_the_company_come_in_and_an_address_of_two_people_is_nobodys() {
    let (mut world, provider) = company("").await;
    let organisation = organisation(&world, &provider, "")
        .replace("OIDC_CLIENT_SECRET } }", "OIDC_CLIENT_SECRET }, hosted_domain: example.com }");
    let twin = format!("{KIMURA}email: twin@example.com\n");
    let mori = "name: Mori\nslack: U0MORI\nphone: \"+819000000004\"\nemail: Twin@example.com\n";
    world.push(&[("oncall.yaml", &organisation), ("users/kimura.yaml", &twin), ("users/mori.yaml", mori)]);
    let server = world.serve().await;
    let mut browser = Browser::new(&server);
    assert_eq!(browser.leave().await["hd"], "example.com", "only those accounts are offered");
    for (change, status, code) in [
        (json!({ "hd": "Example.com" }), 303, ""),
        (json!({}), 403, "identity_domain"),
        (json!({ "hd": "example.com.evil.example" }), 403, "identity_domain"),
        (json!({ "hd": "example.com", "email": "twin@example.com" }), 403, "identity_ambiguous"),
    ] {
        let before = refused(&server, code).await;
        let back = Browser::new(&server).sign_in(&provider, &change).await;
        assert_eq!(
            (back.status, refused(&server, code).await - before),
            (status, u64::from(status == 403)),
            "{change}"
        );
    }
    server.stop();
    world.no_secret_was_shown();
}

/// How many requests were refused for this reason.
async fn refused(server: &Server, code: &str) -> u64 {
    let text = server.http.get(format!("{}/metrics", server.url)).send().await.unwrap().text().await.unwrap();
    let line = format!("oncall_requests_refused_total{{code=\"{code}\"}} ");
    text.lines().find_map(|it| it.strip_prefix(&line)?.parse().ok()).unwrap_or_default()
}

/// A token as somebody might forge it: how its head and its claims differ from good ones, and the word for the refusal.
fn hostile() -> Vec<(&'static str, Value, Value, &'static str)> {
    let (good, now) = (json!({ "alg": "ES256", "kid": EC }), now().as_second());
    let claims = |claims: Value| (good.clone(), claims);
    let head = |head: Value| (head, json!({}));
    let cases = [
        ("not signed", head(json!({ "alg": "none" })), "token_algorithm"),
        (
            "signed by the public key as a shared secret",
            head(json!({ "alg": "HS256", "kid": EC })),
            "token_algorithm",
        ),
        ("an algorithm that nobody has", head(json!({ "alg": "ES256K", "kid": EC })), "token_algorithm"),
        ("a key that is not known", head(json!({ "alg": "ES256", "kid": "another" })), "token_key"),
        ("a key of another kind", head(json!({ "alg": "RS256", "kid": EC })), "token_key"),
        ("signed by another of the keys", head(json!({ "alg": "ES256", "kid": RSA })), "token_key"),
        (
            "extensions that must be understood",
            head(json!({ "alg": "ES256", "kid": EC, "crit": ["b64"] })),
            "token_malformed",
        ),
        ("for somebody else", claims(json!({ "aud": "another" })), "token_audience"),
        ("for several, and nobody asked", claims(json!({ "aud": [CLIENT, "another"] })), "token_audience"),
        ("asked for by somebody else", claims(json!({ "azp": "another" })), "token_audience"),
        ("for nobody", claims(json!({ "aud": null })), "token_audience"),
        ("by another provider", claims(json!({ "iss": "https://evil.example" })), "token_issuer"),
        ("by nobody", claims(json!({ "iss": null })), "token_issuer"),
        ("too old", claims(json!({ "exp": now - 61 })), "token_expired"),
        ("for ever", claims(json!({ "exp": null })), "token_expired"),
        ("from tomorrow", claims(json!({ "iat": now + 86_400 })), "token_not_yet"),
        ("not before tomorrow", claims(json!({ "nbf": now + 86_400 })), "token_not_yet"),
        ("undated", claims(json!({ "iat": null })), "token_malformed"),
        ("a time that is none", claims(json!({ "exp": "soon" })), "token_malformed"),
        ("of another sign-in", claims(json!({ "nonce": "another" })), "token_nonce"),
        ("of no sign-in", claims(json!({ "nonce": null })), "token_nonce"),
        ("huge", claims(json!({ "padding": "x".repeat(20_000) })), "token_too_large"),
        (
            "an address that nobody verified",
            claims(json!({ "email_verified": false })),
            "identity_unverified",
        ),
        (
            "an address of which it is not said",
            claims(json!({ "email_verified": null })),
            "identity_unverified",
        ),
        ("a user's id in place of an address", claims(json!({ "email": "smith" })), "identity_unknown"),
        (
            "somebody from elsewhere",
            claims(json!({ "email": "smith@elsewhere.example" })),
            "identity_unknown",
        ),
        ("somebody who has left", claims(json!({ "email": "gone@example.com" })), "identity_unknown"),
    ];
    cases.into_iter().map(|(what, (head, claims), code)| (what, head, claims, code)).collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn no_hostile_token_signs_in_and_each_is_counted_and_told() {
    let (mut world, mut provider) = company("").await;
    let server = world.serve().await;
    let mut counted: BTreeMap<&str, u32> = BTreeMap::new();
    for (what, head, change, code) in hostile() {
        let mut browser = Browser::new(&server);
        let asked = browser.leave().await;
        let token = provider.signer.token(&head, &claims(&provider, &asked, &change));
        let back = browser.come_back(&provider, &asked["state"], &token).await;
        assert_eq!(back.status, 403, "{what}");
        assert!(
            !back.cookies.iter().any(|it| it.starts_with("__Host-oncall=")),
            "{what}: {:?}",
            back.cookies
        );
        *counted.entry(code).or_default() += 1;
        let line = format!("oncall_requests_refused_total{{code=\"{code}\"}} {}", counted[code]);
        assert!(server.metric(&line).await, "{what}: {line}");
    }
    // Three tokens were by no key that is known; within a minute newer keys are not asked for again.
    assert_eq!(provider.asked("/keys").len(), 1);
    // Signed by somebody else's key of the same name, and what is no token at all.
    let mut browser = Browser::new(&server);
    let asked = browser.leave().await;
    let other = super::identity::Signer::new();
    let token = other.token(&json!({ "alg": "ES256", "kid": EC }), &claims(&provider, &asked, &json!({})));
    assert_eq!(browser.come_back(&provider, &asked["state"], &token).await.status, 403);
    for text in ["", "a.b.c", "e30.e30", "e30.e30.e30.e30.e30", "e30=.e30.e30"] {
        let asked = browser.leave().await;
        assert_eq!(browser.come_back(&provider, &asked["state"], text).await.status, 403, "{text}");
    }
    server.stop();
    let log = world.log();
    for code in counted.keys() {
        assert!(
            log.contains(&format!("event=request_refused integration=unknown code={code} ")),
            "{code}: {log}"
        );
    }
    assert!(!log.contains(&token), "no token is in the log");
    world.no_secret_was_shown();
}

#[tokio::test(flavor = "multi_thread")]
async fn a_sign_in_ends_once_and_only_in_the_browser_that_began_it() {
    let (mut world, mut provider) = company("").await;
    let server = world.serve().await;
    let mut browser = Browser::new(&server);
    let asked = browser.leave().await;
    let cookie = browser.cookies["__Host-oncall-oidc"].clone();
    let head = json!({ "alg": "ES256", "kid": EC });
    let token = provider.signer.token(&head, &claims(&provider, &asked, &json!({})));
    // Somebody else's browser is led here with my state.
    let elsewhere = Browser::new(&server).come_back(&provider, &asked["state"], &token).await;
    assert_eq!(elsewhere.status, 403);
    assert_eq!(browser.come_back(&provider, &asked["state"], &token).await.status, 303);
    // The same answer again, with the cookie that was good.
    let mut again = Browser::new(&server);
    again.cookies.insert("__Host-oncall-oidc".to_owned(), cookie);
    assert_eq!(again.come_back(&provider, &asked["state"], &token).await.status, 403);
    // A token of the sign-in before, in the next one.
    let next = again.leave().await;
    assert_eq!(again.come_back(&provider, &next["state"], &token).await.status, 403);
    assert!(server.metric("oncall_requests_refused_total{code=\"sign_in_state\"} 2").await);
    assert!(server.metric("oncall_requests_refused_total{code=\"token_nonce\"} 1").await);
    // The provider says no, another one answers, and a code that it does not take.
    let before = provider.asked("/token").len();
    for (query, code) in [
        ("error=access_denied".to_owned(), "sign_in_denied"),
        ("code=a-code&iss=https%3A%2F%2Fevil.example".to_owned(), "token_issuer"),
        (format!("code={}", "x".repeat(5_000)), "sign_in_denied"),
    ] {
        let state = again.leave().await["state"].clone();
        assert_eq!(
            again.get(&format!("/sign-in/oidc/callback?{query}&state={state}")).await.status,
            403,
            "{code}"
        );
    }
    assert_eq!(provider.asked("/token").len(), before, "nothing was exchanged");
    provider.answer.send_replace(Value::Null);
    let state = again.leave().await["state"].clone();
    let refused = again.get(&format!("/sign-in/oidc/callback?code=a-code&state={state}")).await;
    assert_eq!(refused.status, 403);
    assert!(server.metric("oncall_requests_refused_total{code=\"sign_in_code\"} 1").await);
    server.stop();
    assert!(world.log().contains("invalid_grant"));
    world.no_secret_was_shown();
}

#[tokio::test(flavor = "multi_thread")]
async fn a_session_ends_with_its_generation_with_its_person_and_when_it_is_forged() {
    let (mut world, provider) = company("").await;
    let mut server = world.serve().await;
    let mut smith = Browser::new(&server);
    smith.sign_in(&provider, &json!({})).await;
    let mut viewer = Browser::new(&server);
    viewer.sign_in(&provider, &json!({ "email": "guest@example.com" })).await;
    assert_eq!((smith.get("/").await.status, viewer.get("/").await.status), (200, 200));
    let (good, of_viewer) = (smith.cookies.clone(), viewer.cookies.clone());

    let mut forged = good.clone();
    forged.get_mut("__Host-oncall").unwrap().insert(0, 'x');
    let mut somebody = Browser::new(&server);
    somebody.cookies = forged;
    let led = somebody.get("/on-call").await;
    assert_eq!((led.status, led.location.as_str()), (303, "/sign-in"));
    assert!(!somebody.cookies.contains_key("__Host-oncall"), "the browser forgets it");
    assert!(server.metric("oncall_requests_refused_total{code=\"session_forged\"} 1").await);

    // A commit takes the viewers' domain away, and lets Smith leave.
    let organisation = organisation(&world, &provider, "");
    let left = format!("{SMITH}left: 2026-01-05\n");
    let policy = super::world::patient("kimura");
    let line_up = "name: Web\nlayers: [{ name: always, members: [sato] }]\n";
    let commit = world.push(&[
        ("oncall.yaml", &organisation.replace("*@example.com", "*@example.org")),
        ("users/smith.yaml", &left),
        ("schedules/web.yaml", line_up),
        ("escalation-policies/web.yaml", &policy),
    ]);
    server.line(&format!("config {} is in force", &commit[..10])).await;
    for cookies in [good.clone(), of_viewer] {
        let mut browser = Browser::new(&server);
        browser.cookies = cookies;
        assert_eq!(browser.get("/").await.location, "/sign-in");
    }
    assert!(server.metric("oncall_requests_refused_total{code=\"session_left\"} 2").await);

    // Smith is back; then every session is ended.
    let generation = format!("{organisation}  session_generation: 2\n");
    let commit = world.push(&[("oncall.yaml", &organisation), ("users/smith.yaml", SMITH)]);
    server.line(&format!("config {} is in force", &commit[..10])).await;
    let mut back = Browser::new(&server);
    back.cookies = good.clone();
    assert_eq!(back.get("/").await.status, 200);
    let commit = world.push(&[("oncall.yaml", &generation)]);
    server.line(&format!("config {} is in force", &commit[..10])).await;
    let mut back = Browser::new(&server);
    back.cookies = good.clone();
    assert_eq!(back.get("/").await.location, "/sign-in");
    assert!(server.metric("oncall_requests_refused_total{code=\"session_generation\"} 1").await);
    let mut again = Browser::new(&server);
    again.sign_in(&provider, &json!({})).await;
    assert_eq!(again.get("/").await.status, 200, "a new session is of the new generation");
    server.stop();
    world.no_secret_was_shown();
}

#[tokio::test(flavor = "multi_thread")]
async fn whoever_signs_in_while_the_provider_is_away_is_told_what_works_instead() {
    let (mut world, provider) = company("").await;
    let organisation = organisation(&world, &provider, "").replace(&provider.url, "http://127.0.0.1:9");
    world.push(&[("oncall.yaml", &organisation)]);
    let server = world.serve().await;
    let away = Browser::new(&server).get("/sign-in/oidc").await;
    assert!(away.status == 503 && away.text.contains("oncall sign-in-link"), "{}", away.text);
    assert!(server.metric("oncall_requests_refused_total{code=\"identity_unreachable\"} 1").await);
    server.stop();
    assert!(world.log().contains("http://127.0.0.1:9/.well-known/openid-configuration"));
}

#[tokio::test(flavor = "multi_thread")]
async fn the_doctor_asks_the_provider_what_the_server_would_ask() {
    let (mut world, mut provider) = company("").await;
    let doctor = async |world: &World| {
        let mut command = std::process::Command::new(env!("CARGO_BIN_EXE_oncall"));
        command.arg("doctor").arg(world.written()).envs(super::world::SECRETS);
        let output = tokio::task::spawn_blocking(move || command.output().unwrap()).await.unwrap();
        let text = String::from_utf8(output.stdout).unwrap();
        text.split_whitespace().collect::<Vec<_>>().join(" ")
    };
    let said = doctor(&world).await;
    let url = provider.url.clone();
    for line in [
        "ok web.oidc.client_secret ($OIDC_CLIENT_SECRET)".to_owned(),
        format!("ok identity provider: {url} (answers)"),
        format!("ok keys: {url} (3 keys)"),
    ] {
        assert!(said.contains(&line), "{line}: {said}");
    }
    // The address as the provider does not write it, and keys that are none.
    let slash = organisation(&world, &provider, "")
        .replace(&format!("\"{url}\", client"), &format!("\"{url}/\", client"));
    world.push(&[("oncall.yaml", &slash)]);
    let said = doctor(&world).await;
    assert!(said.contains(&format!("WRONG identity provider: {url}/ it calls itself `{url}`")), "{said}");
    world.push(&[("oncall.yaml", &organisation(&world, &provider, ""))]);
    provider.keys.send_replace(json!({ "keys": [] }));
    let said = doctor(&world).await;
    assert!(said.contains(&format!("WRONG keys: {url} it has no key for RS256")), "{said}");
    assert!(provider.asked("/token").is_empty(), "nobody is signed in by it");
}
