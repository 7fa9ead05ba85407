//! What the doctor makes of mail servers, ntfy and Pushover: each answer that they document, and each kind of silence.

use crate::doctor::is_japanese;
use crate::world::{config, env, secrets as usual};
use oncall::config::{Config, Mail, MailSecurity, Ntfy, Pushover, Secret, Secrets};
use oncall::language::Language;
use oncall::language::words::Words;
use oncall::provider::doctor::{Examined, Found, Kind, PushTopic, Question, Topic, Verdict};
use oncall::provider::doctor_push::{mail_login, mail_verdict};
use oncall::provider::examination::{answer, questions};
use oncall::provider::{Failure, Method, Response};
use serde_json::{Value, json};

fn with_push() -> Config {
    let mut config = config();
    let organisation = &mut config.organisation;
    organisation.mail = Some(Mail {
        host: "smtp.example.com".to_owned(),
        port: 465,
        security: MailSecurity::Tls,
        credentials: Some(("oncall".to_owned(), env("SMTP_PASSWORD"))),
        from: "oncall@example.com".to_owned(),
    });
    organisation.ntfy =
        Some(Ntfy { url: "https://ntfy.example.com".to_owned(), token: Some(env("NTFY_TOKEN")) });
    organisation.pushover =
        Some(Pushover { token: env("PUSHOVER_TOKEN"), api_url: "https://api.pushover.net".to_owned() });
    let user = config.users.get_mut("kimura").unwrap();
    (user.ntfy, user.pushover) = (Some(env("KIMURA_TOPIC")), Some(env("KIMURA_KEY")));
    config
}

fn secrets() -> Secrets {
    let mut secrets = usual();
    for name in ["SMTP_PASSWORD", "NTFY_TOKEN", "PUSHOVER_TOKEN", "KIMURA_TOPIC", "KIMURA_KEY"] {
        secrets.insert(env(name), Secret::new(&format!("secret-{name}")));
    }
    secrets
}

fn responds(status: u16, body: &Value) -> Result<Response, Failure> {
    Ok(Response { status, headers: Vec::new(), body: body.to_string().into_bytes() })
}

fn unreachable() -> Result<Response, Failure> {
    Err(Failure::NotSent("Connection refused (os error 111)".to_owned()))
}

fn slow() -> Result<Response, Failure> {
    Err(Failure::Unknown("timed out".to_owned()))
}

/// One verdict in a line.
fn line(verdict: &Verdict) -> String {
    let Verdict { kind, name, found, .. } = verdict;
    let at = format!("{} {name}", kind.words(Language::En)).trim_end().to_owned();
    let both = |why: &Words, way_out: &Words| {
        assert!(is_japanese(&why.ja) && is_japanese(&way_out.ja), "{why:?} {way_out:?}");
        format!("{}: {}", why.en, way_out.en)
    };
    match found {
        Found::Well(word) => format!("{at} ok: {}", word.en),
        Found::Doubtful { why, way_out } => format!("{at} warn: {}", both(why, way_out)),
        Found::Wrong { why, way_out } => format!("{at} WRONG: {}", both(why, way_out)),
    }
}

fn said(topic: PushTopic, result: Result<Response, Failure>) -> (String, Vec<Question>) {
    let answer = answer(&with_push(), &secrets(), &Topic::Push(topic), result);
    let [verdict] = &answer.verdicts[..] else { panic!("{answer:?}") };
    (line(verdict), answer.next)
}

/// Nothing is sent to anybody: it is asked whether the server is well, and whether Pushover knows a key.
#[test]
fn what_is_asked() {
    let asked = questions(&with_push(), &secrets()).next;
    let push: Vec<_> = asked.iter().filter(|it| matches!(it.topic, Topic::Push(_))).collect();
    let urls: Vec<_> = push.iter().map(|it| (it.request.method, it.request.url.as_str())).collect();
    assert_eq!(
        urls,
        [
            (Method::Get, "https://ntfy.example.com/v1/health"),
            (Method::Post, "https://api.pushover.net/1/users/validate.json"),
        ]
    );
    assert_eq!(push[1].request.body, b"token=secret-PUSHOVER_TOKEN&user=secret-KIMURA_KEY");
    let login = mail_login(&with_push(), &secrets()).unwrap();
    assert_eq!((login.host.as_str(), login.port), ("smtp.example.com", 465));
    // What cannot be asked without a secret is not asked: that it is missing is said of the secret.
    assert_eq!(mail_login(&with_push(), &usual()), None);
    let without = questions(&with_push(), &usual()).next;
    assert_eq!(without.iter().filter(|it| matches!(it.topic, Topic::Push(_))).count(), 1);
}

#[test]
fn every_answer_of_a_mail_server() {
    let login = mail_login(&with_push(), &secrets()).unwrap();
    let not_sent = |why: &str| Err(Failure::NotSent(why.to_owned()));
    let code = |status| Ok(Response { status, ..Response::default() });
    let at = "account smtp.example.com:465";
    let password = "check username and password under providers.mail";
    let later = "ask again in a minute; if it stays so, ask whoever runs that server";
    let reach = "check that this machine reaches smtp.example.com:465";
    for (result, expected) in [
        (code(250), "ok: lets us in".to_owned()),
        (code(535), format!("WRONG: it answered 535 and does not let us in: {password}")),
        (code(530), format!("WRONG: it answered 530 and does not let us in: {password}")),
        (code(421), format!("WRONG: it answered 421, which is no welcome: {later}")),
        (code(454), format!("WRONG: it answered 454, which is no welcome: {later}")),
        (code(554), format!("WRONG: it answered 554, which is no welcome: {later}")),
        (
            not_sent("STARTTLS is not supported on this server"),
            "WRONG: it offers no STARTTLS, and nothing is sent without: \
             turn STARTTLS on there, or write smtps:// with its port for TLS from the start"
                .to_owned(),
        ),
        (
            not_sent("No compatible authentication mechanism was found"),
            "WRONG: it offers neither AUTH PLAIN nor AUTH LOGIN: \
             turn one on there; if it wants no password, leave username and password out"
                .to_owned(),
        ),
        (
            not_sent("invalid peer certificate: UnknownIssuer"),
            "WRONG: no answer: invalid peer certificate: UnknownIssuer: \
             check its name and its certificate; an authority of your own is named in SSL_CERT_FILE"
                .to_owned(),
        ),
        (unreachable(), format!("WRONG: no answer: Connection refused (os error 111): {reach}")),
        (slow(), format!("WRONG: no answer: timed out: {reach}")),
    ] {
        let verdict = mail_verdict(&login, result);
        assert_eq!(line(&verdict), format!("{at} {expected}"));
        assert_eq!((verdict.examined, verdict.kind), (Examined::Mail, Kind::Account));
    }
}

#[test]
fn every_answer_of_ntfy() {
    let at = "account https://ntfy.example.com";
    let (well, next) = said(PushTopic::Ntfy, responds(200, &json!({ "healthy": true })));
    assert_eq!(well, format!("{at} ok: is well"));
    // A server that is well is asked whom it takes us for.
    let [question] = &next[..] else { panic!("{next:?}") };
    assert_eq!(question.request.url, "https://ntfy.example.com/v1/account");
    let authorization = question.request.headers.iter().find(|(name, _)| *name == "authorization").unwrap();
    assert_eq!(authorization.1.expose(), "Bearer secret-NTFY_TOKEN");
    let url = "check providers.ntfy.url, and that the server runs";
    let reach = "check that this machine reaches https://ntfy.example.com";
    for (result, expected) in [
        (
            responds(503, &json!({ "healthy": false })),
            format!("WRONG: it answered 503 and does not say that it is well: {url}"),
        ),
        (
            responds(200, &json!("<html>")),
            format!("WRONG: it answered 200 and does not say that it is well: {url}"),
        ),
        (
            responds(429, &json!({})),
            format!("WRONG: it answered 429 and does not say that it is well: {url}"),
        ),
        (unreachable(), format!("WRONG: no answer: Connection refused (os error 111): {reach}")),
        (slow(), format!("WRONG: no answer: timed out: {reach}")),
    ] {
        let (line, next) = said(PushTopic::Ntfy, result);
        assert_eq!((line, next), (format!("{at} {expected}"), Vec::new()));
    }
}

/// What ntfy says of the token: <https://docs.ntfy.sh/config/#access-tokens>; an unknown one is code 40101.
#[test]
fn every_answer_of_ntfy_about_the_token() {
    let refused = json!({ "code": 40101, "http": 401, "error": "unauthorized" });
    let anew = "make one anew (`ntfy token add`) for providers.ntfy.token";
    let reach = "check that this machine reaches https://ntfy.example.com";
    for (result, expected) in [
        (responds(200, &json!({ "username": "oncall", "role": "user" })), "ok: oncall".to_owned()),
        (
            responds(200, &json!({ "username": "*", "role": "anonymous" })),
            "warn: the server has no accounts, so it does not look at the token: \
             leave providers.ntfy.token out, or give the server accounts (auth-file)"
                .to_owned(),
        ),
        (responds(401, &refused), format!("WRONG: ntfy refuses the token: {anew}")),
        (responds(403, &json!({ "code": 40301 })), format!("WRONG: ntfy refuses the token: {anew}")),
        (responds(404, &json!({})), "WRONG: the answer is not ntfy's: check providers.ntfy.url".to_owned()),
        (responds(429, &json!({})), "WRONG: ntfy answered 429: ask again in a minute".to_owned()),
        (responds(500, &json!({})), "WRONG: ntfy answered 500: ask again in a minute".to_owned()),
        (unreachable(), format!("WRONG: no answer: Connection refused (os error 111): {reach}")),
        (slow(), format!("WRONG: no answer: timed out: {reach}")),
    ] {
        assert_eq!(said(PushTopic::NtfyToken, result), (format!("token {expected}"), Vec::new()));
    }
}

/// Answers as in <https://pushover.net/api#validate> and <https://pushover.net/api#response>.
#[test]
fn every_answer_of_pushover() {
    let anew = "copy \"Your User Key\" anew, and let them sign in on a device";
    let reach = "check that this machine reaches https://api.pushover.net";
    let invalid = |what: &str| json!({ what: "invalid", "errors": ["…"], "status": 0, "request": "r-1" });
    for (result, expected) in [
        (responds(200, &json!({ "status": 1, "group": 0, "devices": ["phone"], "request": "r-1" })), "ok: has a device".to_owned()),
        (
            responds(400, &invalid("token")),
            "WRONG: Pushover refuses the token: copy the application's API token anew into providers.pushover.token"
                .to_owned(),
        ),
        (responds(400, &invalid("user")), format!("WRONG: Pushover does not know the user key, or it has no device: {anew}")),
        (responds(200, &json!("<html>")), "WRONG: the answer is not Pushover's: check providers.pushover.api_url".to_owned()),
        (responds(429, &json!({})), "WRONG: Pushover answered 429: ask again in a minute".to_owned()),
        (responds(500, &json!({})), "WRONG: Pushover answered 500: ask again in a minute".to_owned()),
        (unreachable(), format!("WRONG: no answer: Connection refused (os error 111): {reach}")),
        (slow(), format!("WRONG: no answer: timed out: {reach}")),
    ] {
        assert_eq!(said(PushTopic::Pushover("kimura".to_owned()), result), (format!("people kimura {expected}"), Vec::new()));
    }
}
