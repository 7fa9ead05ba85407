//! Mail, ntfy and Pushover: whether the server lets us in, whether it is an ntfy server, and whether each person's key is known.
//!
//! Nothing is sent to anybody. `users/validate` of Pushover: <https://pushover.net/api#validate>; `v1/health` of ntfy:
//! <https://docs.ntfy.sh/config/#health-checks>; its `v1/account` says whom it takes us for, by our token or as `*`, which is nobody.

use super::doctor::{
    ASKED_MAX, Answer, Examined, Found, Kind, PushTopic, Question, Topic, Verdict, again, answered,
};
use super::http::{Failure, Method, Request, Response};
use super::mail::{Login, login};
use crate::config::{Config, Secret, Secrets};
use crate::incident::message::cut;
use crate::language::words::Words;

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
        |why: Words, way_out: Words| Verdict::wrong(Examined::Mail, Kind::Account, &server, why, way_out);
    match result {
        Ok(response) if response.is_success() => {
            Verdict::well(Examined::Mail, Kind::Account, &server, Words::new("lets us in", "接続できます"))
        }
        Ok(response) if matches!(response.status, 530 | 534 | 535 | 538) => {
            let status = response.status;
            let why = Words::new(
                format!("it answered {status} and does not let us in"),
                format!("{status} が返り、サインインできません"),
            );
            let way_out = Words::new(
                "check username and password under providers.mail",
                "providers.mail の username と password を確認します",
            );
            wrong(why, way_out)
        }
        Ok(response) => {
            let status = response.status;
            let why = Words::new(
                format!("it answered {status}, which is no welcome"),
                format!("{status} が返り、受け付けられません"),
            );
            let way_out = Words::new(
                "ask again in a minute; if it stays so, ask whoever runs that server",
                "1 分ほど待って、もう一度実行します。変わらなければ、サーバーの管理者に確認します",
            );
            wrong(why, way_out)
        }
        Err(Failure::NotSent(why)) if why.contains("more than it was asked") => wrong(
            Words::new(
                "it says more than it was asked before TLS begins, and nothing is sent to it",
                "TLS を始める前に余分な応答を返します。このサーバーには送りません",
            ),
            Words::new(
                "somebody between here and there may write into the conversation: write smtps:// with its port for TLS from the start",
                "経路の途中で応答が書き加えられている可能性があります。最初から TLS で接続する smtps:// とポートを書きます",
            ),
        ),
        Err(Failure::NotSent(why)) if why.contains("STARTTLS") => wrong(
            Words::new(
                "it offers no STARTTLS, and nothing is sent without",
                "STARTTLS に対応していません。暗号化せずに送ることはありません",
            ),
            Words::new(
                "turn STARTTLS on there, or write smtps:// with its port for TLS from the start",
                "サーバーで STARTTLS を有効にするか、最初から TLS で接続する smtps:// とポートを書きます",
            ),
        ),
        Err(Failure::NotSent(why)) if why.contains("authentication mechanism") => wrong(
            Words::new(
                "it offers neither AUTH PLAIN nor AUTH LOGIN",
                "AUTH PLAIN にも AUTH LOGIN にも対応していません",
            ),
            Words::new(
                "turn one on there; if it wants no password, leave username and password out",
                "サーバーでどちらかを有効にします。パスワードが不要なら、username と password を消します",
            ),
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
            let word = Words::new("is well", "正常に動作しています");
            let mut answer: Answer = Verdict::well(Examined::Ntfy, Kind::Account, url, word).into();
            if let Some(token) = ntfy.token.as_ref().and_then(|it| secrets.get(it)) {
                let bearer = Secret::new(&format!("Bearer {}", token.expose()));
                let request = Request::get(format!("{url}/v1/account"), bearer);
                answer.next.push(Question { topic: Topic::Push(PushTopic::NtfyToken), request });
            }
            answer
        }
        Ok(response) => {
            let status = response.status;
            let why = Words::new(
                format!("it answered {status} and does not say that it is well"),
                format!("{status} が返り、正常とは確認できません"),
            );
            let way_out = Words::new(
                "check providers.ntfy.url, and that the server runs",
                "providers.ntfy.url と、サーバーが動いているかを確認します",
            );
            Verdict::wrong(Examined::Ntfy, Kind::Account, url, why, way_out).into()
        }
        Err(failure) => failure.verdict(Examined::Ntfy, Kind::Account, url, url).into(),
    }
}

/// Whoever names a token that the server does not know is refused; one that knows no accounts takes everybody for nobody.
fn ntfy_token(config: &Config, result: Result<Response, Failure>) -> Verdict {
    let url = config.organisation.ntfy.as_ref().map_or("", |ntfy| &ntfy.url);
    let (examined, kind) = (Examined::Ntfy, Kind::Token);
    let wrong = |why: Words, way_out: Words| Verdict::wrong(examined, kind, "", why, way_out);
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
                why: Words::new(
                    "the server has no accounts, so it does not look at the token",
                    "サーバーにアカウントがないため、トークンは使われていません",
                ),
                way_out: Words::new(
                    "leave providers.ntfy.token out, or give the server accounts (auth-file)",
                    "providers.ntfy.token を消すか、サーバーにアカウントを設定します（auth-file）",
                ),
            },
        },
        (200, Some(name)) => Verdict::well(examined, kind, "", Words::same(cut(name, NAME_MAX))),
        (401 | 403, _) => wrong(
            Words::new("ntfy refuses the token", "ntfy がトークンを拒否しました"),
            Words::new(
                "make one anew (`ntfy token add`) for providers.ntfy.token",
                "providers.ntfy.token のトークンを作り直します（`ntfy token add`）",
            ),
        ),
        (200 | 404, _) => wrong(
            Words::new("the answer is not ntfy's", "ntfy の応答ではありません"),
            Words::new("check providers.ntfy.url", "providers.ntfy.url を確認します"),
        ),
        (status, _) => wrong(answered("ntfy", status), again()),
    }
}

fn pushover(config: &Config, user: &str, result: Result<Response, Failure>) -> Verdict {
    let api = config.organisation.pushover.as_ref().map_or("", |pushover| &pushover.api_url);
    let (examined, kind) = (Examined::Pushover, Kind::People);
    let wrong = |why: Words, way_out: Words| Verdict::wrong(examined, kind, user, why, way_out);
    match result {
        Ok(response) if response.json()["status"] == 1 => {
            Verdict::well(examined, kind, user, Words::new("has a device", "端末あり"))
        }
        Ok(response) if response.json()["token"] == "invalid" => wrong(
            Words::new("Pushover refuses the token", "Pushover がトークンを拒否しました"),
            Words::new(
                "copy the application's API token anew into providers.pushover.token",
                "アプリケーションの API トークンを providers.pushover.token にコピーし直します",
            ),
        ),
        Ok(response) if response.json()["user"] == "invalid" => wrong(
            Words::new(
                "Pushover does not know the user key, or it has no device",
                "Pushover にそのユーザーキーがないか、端末がありません",
            ),
            Words::new(
                "copy \"Your User Key\" anew, and let them sign in on a device",
                "「Your User Key」をコピーし直し、本人に端末でサインインしてもらいます",
            ),
        ),
        Ok(response) if response.is_success() => wrong(
            Words::new("the answer is not Pushover's", "Pushover の応答ではありません"),
            Words::new("check providers.pushover.api_url", "providers.pushover.api_url を確認します"),
        ),
        Ok(response) => wrong(answered("Pushover", response.status), again()),
        Err(failure) => failure.verdict(examined, kind, user, api),
    }
}
