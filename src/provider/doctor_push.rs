//! Mail, ntfy and Pushover: whether the server lets us in, whether it is an ntfy server, and whether each person's key is known.
//!
//! Nothing is sent to anybody. `users/validate` of Pushover: <https://pushover.net/api#validate>; `v1/health` of ntfy:
//! <https://docs.ntfy.sh/config/#health-checks>; its `v1/account` says whom it takes us for, by our token or as `*`, which is nobody.

use super::doctor::{ASKED_MAX, Answer, Examined, Found, Kind, PushTopic, Question, Topic, Verdict};
use super::http::{Failure, Method, Request, Response};
use super::mail::{Login, login};
use crate::config::{Config, Secret, Secrets};
use crate::incident::message::cut;

/// The longest name that is taken from an answer, in characters.
const NAME_MAX: usize = 80;

/// How we would come in to the mail server, if it is set up and its password is there.
pub fn mail_login(config: &Config, secrets: &Secrets) -> Option<Login> {
    config.organisation.mail.as_ref().and_then(|mail| login(mail, secrets).ok())
}

/// What the mail server said when we came in.
pub fn mail_verdict(login: &Login, result: Result<Response, Failure>) -> Verdict {
    let server = format!("{}:{}", login.host, login.port);
    let wrong =
        |why: String, way_out: &str| Verdict::wrong(Examined::Mail, Kind::Account, &server, &why, way_out);
    match result {
        Ok(response) if response.is_success() => {
            Verdict::well(Examined::Mail, Kind::Account, &server, "lets us in")
        }
        Ok(response) if matches!(response.status, 530 | 534 | 535 | 538) => {
            let why = format!("it answered {} and does not let us in", response.status);
            wrong(why, "check username and password under providers.mail")
        }
        Ok(response) => {
            let why = format!("it answered {}, which is no welcome", response.status);
            wrong(why, "ask again in a minute; if it stays so, ask whoever runs that server")
        }
        Err(Failure::NotSent(why)) if why.contains("STARTTLS") => wrong(
            "it offers no STARTTLS, and nothing is sent without".to_owned(),
            "turn STARTTLS on there, or write smtps:// with its port for TLS from the start",
        ),
        Err(Failure::NotSent(why)) if why.contains("authentication mechanism") => wrong(
            "it offers neither AUTH PLAIN nor AUTH LOGIN".to_owned(),
            "turn one on there; if it wants no password, leave username and password out",
        ),
        Err(failure) => failure.verdict(Examined::Mail, Kind::Account, &server, &server),
    }
}

pub(super) fn begin(config: &Config, secrets: &Secrets) -> Answer {
    let mut all = Answer::default();
    if let Some(ntfy) = &config.organisation.ntfy {
        let request = Request::open(Method::Get, format!("{}/v1/health", ntfy.url));
        all.add(Question { topic: Topic::Push(PushTopic::Ntfy), request }.into());
    }
    let token = config.organisation.pushover.as_ref().map(|it| (it, secrets.get(&it.token)));
    let Some((pushover, Some(token))) = token else { return all };
    let keys = config.users.values().filter_map(|user| Some((user, secrets.get(user.pushover.as_ref()?)?)));
    for (user, key) in keys.take(ASKED_MAX) {
        let form = [("token", token.expose()), ("user", key.expose())];
        let request = Request::open_form(format!("{}/1/users/validate.json", pushover.api_url), &form);
        let topic = Topic::Push(PushTopic::Pushover(user.id.to_string()));
        all.add(Question { topic, request }.into());
    }
    all
}

pub(super) fn answer(
    config: &Config,
    secrets: &Secrets,
    topic: &PushTopic,
    result: Result<Response, Failure>,
) -> Answer {
    match topic {
        PushTopic::Ntfy => ntfy(config, secrets, result),
        PushTopic::NtfyToken => ntfy_token(config, result).into(),
        PushTopic::Pushover(user) => pushover(config, user, result).into(),
    }
}

/// Whether it is an ntfy server; then, whether it takes our token.
fn ntfy(config: &Config, secrets: &Secrets, result: Result<Response, Failure>) -> Answer {
    let Some(ntfy) = &config.organisation.ntfy else { return Answer::default() };
    let url = &ntfy.url;
    match result {
        Ok(response) if response.json()["healthy"] == true => {
            let mut answer: Answer = Verdict::well(Examined::Ntfy, Kind::Account, url, "is well").into();
            if let Some(token) = ntfy.token.as_ref().and_then(|it| secrets.get(it)) {
                let bearer = Secret::new(&format!("Bearer {}", token.expose()));
                let request = Request::get(format!("{url}/v1/account"), bearer);
                answer.next.push(Question { topic: Topic::Push(PushTopic::NtfyToken), request });
            }
            answer
        }
        Ok(response) => {
            let why = format!("it answered {} and does not say that it is well", response.status);
            let way_out = "check providers.ntfy.url, and that the server runs";
            Verdict::wrong(Examined::Ntfy, Kind::Account, url, &why, way_out).into()
        }
        Err(failure) => failure.verdict(Examined::Ntfy, Kind::Account, url, url).into(),
    }
}

/// Whoever names a token that the server does not know is refused; one that knows no accounts takes everybody for nobody.
fn ntfy_token(config: &Config, result: Result<Response, Failure>) -> Verdict {
    let url = config.organisation.ntfy.as_ref().map_or("", |ntfy| &ntfy.url);
    let (examined, kind) = (Examined::Ntfy, Kind::Token);
    let wrong = |why: &str, way_out: &str| Verdict::wrong(examined, kind, "", why, way_out);
    let response = match result {
        Ok(response) => response,
        Err(failure) => return failure.verdict(examined, kind, "", url),
    };
    let body = response.json();
    match (response.status, body["username"].as_str()) {
        (200, Some("*")) => Verdict {
            examined,
            kind,
            name: String::new(),
            found: Found::Doubtful {
                why: "the server has no accounts, so it does not look at the token".to_owned(),
                way_out: "leave providers.ntfy.token out, or give the server accounts (auth-file)".to_owned(),
            },
        },
        (200, Some(name)) => Verdict::well(examined, kind, "", &cut(name, NAME_MAX)),
        (401 | 403, _) => {
            wrong("ntfy refuses the token", "make one anew (`ntfy token add`) for providers.ntfy.token")
        }
        (200 | 404, _) => wrong("the answer is not ntfy's", "check providers.ntfy.url"),
        (status, _) => wrong(&format!("ntfy answered {status}"), "ask again in a minute"),
    }
}

fn pushover(config: &Config, user: &str, result: Result<Response, Failure>) -> Verdict {
    let api = config.organisation.pushover.as_ref().map_or("", |pushover| &pushover.api_url);
    let (examined, kind) = (Examined::Pushover, Kind::People);
    let wrong = |why: &str, way_out: &str| Verdict::wrong(examined, kind, user, why, way_out);
    match result {
        Ok(response) if response.json()["status"] == 1 => Verdict::well(examined, kind, user, "has a device"),
        Ok(response) if response.json()["token"] == "invalid" => {
            let way_out = "copy the application's API token anew into providers.pushover.token";
            wrong("Pushover refuses the token", way_out)
        }
        Ok(response) if response.json()["user"] == "invalid" => {
            let way_out = "copy \"Your User Key\" anew, and let them sign in on a device";
            wrong("Pushover does not know the user key, or it has no device", way_out)
        }
        Ok(response) if response.is_success() => {
            wrong("the answer is not Pushover's", "check providers.pushover.api_url")
        }
        Ok(response) => wrong(&format!("Pushover answered {}", response.status), "ask again in a minute"),
        Err(failure) => failure.verdict(examined, kind, user, api),
    }
}
