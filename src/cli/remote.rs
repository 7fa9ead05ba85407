//! A running server, asked by its API: its address, the token, and what it answers.

use super::instant::Clock;
use super::serve::runtime;
use super::spoken::{caused, error_line, reader, told};
use super::{Exit, Output};
use crate::language::Language;
use crate::language::failed::{
    add_confirm, answers, broke_off, leads_elsewhere, no_address, no_token, token_refused, unreachable,
};
use anyhow::Result;
use jiff::tz::TimeZone;
use reqwest::Method;
use serde::Deserialize;
use serde_json::{Value, json};
use std::io;
use std::time::Duration;

/// How long the server may take to answer.
const ANSWER_MAX: Duration = Duration::from_secs(15);
/// How long connecting to the server may take.
const CONNECT_MAX: Duration = Duration::from_secs(5);
/// How much of an answer that is not JSON is shown, in characters.
const SHOWN_MAX: usize = 300;

/// What every command that asks a server shows below its options.
pub(super) const ENVIRONMENT: &str = "\
Environment:
  ONCALL_URL    the address of the server, unless --url gives it
  ONCALL_TOKEN  the value of one of the server's api_tokens";

/// The last arguments of every command that asks a server.
#[derive(Clone, Debug, clap::Args)]
pub struct Server {
    /// The address of the server [default: ONCALL_URL]
    #[arg(long, value_name = "URL")]
    pub url: Option<String>,
    #[arg(long, value_enum, default_value_t = Format::Text)]
    pub format: Format,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, clap::ValueEnum)]
pub enum Format {
    Text,
    Json,
}

/// Where the server is, and by which right it is asked.
pub(super) struct Asker {
    base: String,
    token: String,
}

/// A question to the server.
#[derive(Debug)]
pub struct Question<'a> {
    pub method: Method,
    pub path: &'a str,
    pub query: Vec<(&'static str, String)>,
    pub body: Option<Value>,
    /// The person for whom the token asks.
    pub acts_for: Option<String>,
}

impl<'a> Question<'a> {
    pub fn get(path: &'a str) -> Question<'a> {
        Question { method: Method::GET, path, query: Vec::new(), body: None, acts_for: None }
    }

    pub fn post(path: &'a str, body: Value) -> Question<'a> {
        Question { method: Method::POST, path, query: Vec::new(), body: Some(body), acts_for: None }
    }

    pub fn acting_for(self, user: &str) -> Question<'a> {
        Question { acts_for: Some(user.to_owned()), ..self }
    }

    pub fn delete(path: &'a str) -> Question<'a> {
        Question { method: Method::DELETE, path, query: Vec::new(), body: None, acts_for: None }
    }
}

impl Server {
    /// The answer as the command shows it: the JSON itself, or what `text` makes of it. A refusal is an error.
    pub(super) fn ask(&self, question: &Question, text: impl FnOnce(&Value) -> String) -> Result<Output> {
        Ok(match self.answer(question)? {
            Ok(answer) => Output::fine(match self.format {
                Format::Text => text(&answer),
                Format::Json => format!("{answer:#}\n"),
            }),
            Err(refused) => refused,
        })
    }

    /// The answer, or what the command shows of a refusal.
    pub(super) fn answer(&self, question: &Question) -> Result<Result<Value, Output>> {
        let asker = self.asker()?;
        let (status, answer) = runtime()?.block_on(asker.send(question))?;
        Ok(self.read(status, answer))
    }

    pub(super) fn read(&self, status: u16, answer: Value) -> Result<Value, Output> {
        if (200..300).contains(&status) {
            return Ok(answer);
        }
        let out = if self.format == Format::Json { format!("{answer:#}\n") } else { String::new() };
        let exit = if status >= 500 { Exit::Server } else { Exit::Usage };
        let language = Language::deserialize(&answer["language"]).unwrap_or_else(|_| reader());
        Err(Output { out, err: error_line(language, &refusal(status, &answer, language)), exit })
    }

    /// The address and the token.
    pub(super) fn asker(&self) -> Result<Asker> {
        let url = self.url.clone().or_else(|| environment("ONCALL_URL"));
        let url = url.ok_or_else(|| told(no_address()))?;
        let token = environment("ONCALL_TOKEN").ok_or_else(|| told(no_token()))?;
        Ok(Asker { base: url.trim_end_matches('/').to_owned(), token })
    }
}

/// `Sat 2026-12-05 10:00`, in the zone that the answer names.
pub(super) fn clock(instant: &Value, answer: &Value) -> String {
    let text = instant.as_str().unwrap_or("-");
    let zone = answer["time_zone"].as_str().and_then(|name| TimeZone::get(name).ok());
    let zone = zone.unwrap_or(TimeZone::UTC);
    let clock = Clock { zone: &zone, language: spoken_by(answer) };
    text.parse().map_or_else(|_| text.to_owned(), |at| clock.local(at))
}

/// The language of the organisation whose server answers.
pub(super) fn spoken_by(answer: &Value) -> Language {
    Language::deserialize(&answer["language"]).unwrap_or(Language::En)
}

/// The same answer, to be shown in this language.
pub(super) fn in_language(answer: &Value, language: Language) -> Value {
    let mut answer = answer.clone();
    answer["language"] = json!(language);
    answer
}

/// A segment of a path.
pub(super) fn segment(text: &str) -> String {
    let plain = |byte: &u8| byte.is_ascii_alphanumeric() || b"-_.~".contains(byte);
    let one = |byte: u8| if plain(&byte) { char::from(byte).to_string() } else { format!("%{byte:02X}") };
    text.bytes().map(one).collect()
}

/// What would be broken, a sentence each. How to confirm it is said where it is asked.
fn warnings(answer: &Value) -> Vec<&str> {
    answer["warnings"].as_array().into_iter().flatten().filter_map(|it| it["text"].as_str()).collect()
}

pub(super) fn environment(name: &str) -> Option<String> {
    std::env::var(name).ok().filter(|value| !value.trim().is_empty())
}

impl Asker {
    /// The status and the answer.
    pub(super) async fn send(&self, question: &Question<'_>) -> Result<(u16, Value)> {
        send(&self.base, &self.token, question).await
    }
}

/// Asks a server of ours, which redirects nobody.
pub(super) fn client() -> Result<reqwest::Client> {
    let _ = rustls::crypto::ring::default_provider().install_default();
    let builder = reqwest::Client::builder().connect_timeout(CONNECT_MAX).timeout(ANSWER_MAX);
    Ok(builder.redirect(reqwest::redirect::Policy::none()).build()?)
}

async fn send(base: &str, token: &str, question: &Question<'_>) -> Result<(u16, Value)> {
    let http = client()?;
    let mut query = form_urlencoded::Serializer::new(String::new());
    query.extend_pairs(question.query.iter());
    let query = query.finish();
    let sign = if query.is_empty() { "" } else { "?" };
    let url = format!("{base}{}{sign}{query}", question.path);
    let mut request = http.request(question.method.clone(), url).bearer_auth(token);
    if let Some(user) = &question.acts_for {
        request = request.header("oncall-actor", user);
    }
    if let Some(body) = &question.body {
        request = request.json(body);
    }
    let response = request.send().await.map_err(|error| unreached(base, error))?;
    let status = response.status().as_u16();
    if (300..400).contains(&status) {
        return Err(told(leads_elsewhere(base, status)).into());
    }
    let text = response.text().await.map_err(|error| caused(broke_off(), error.without_url()))?;
    let read = serde_json::from_str(&text);
    Ok((status, read.unwrap_or_else(|_| Value::String(crate::alert::cut(text.trim(), SHOWN_MAX)))))
}

/// Why no answer came: the last cause says it; those before it are of the HTTP client.
pub(super) fn unreached(base: &str, error: reqwest::Error) -> anyhow::Error {
    let late = error.is_timeout();
    let error = anyhow::Error::from(error.without_url());
    let root = error.chain().last().and_then(|cause| cause.downcast_ref::<io::Error>());
    match root {
        Some(root) => caused(unreachable(base, late), io::Error::new(root.kind(), root.to_string())),
        None if late => told(unreachable(base, late)).into(),
        None => caused(unreachable(base, late), error),
    }
}

/// Why the server refused, with the way out on the command line.
fn refusal(status: u16, answer: &Value, language: Language) -> String {
    let said = answer["error"].as_str().or(answer.as_str()).unwrap_or_default();
    match status {
        401 => token_refused().of(language).to_owned(),
        409 if answer["warnings"].is_array() => {
            format!("{}\n{}", warnings(answer).join("\n"), add_confirm().of(language))
        }
        _ if said.is_empty() => match answer["results"].as_array() {
            Some(results) => results.iter().map(|it| line(it, language)).collect::<Vec<_>>().join("\n"),
            None => answers(status).of(language).to_owned(),
        },
        _ => said.to_owned(),
    }
}

/// What became of one incident.
pub(super) fn line(result: &Value, language: Language) -> String {
    let id = result["incident"].as_str().unwrap_or_default();
    let asked = warnings(result);
    if !asked.is_empty() {
        return format!("{id}: {}\n{}", asked.join(" "), add_confirm().of(language));
    }
    let said = result["text"].as_str().or(result["error"].as_str()).unwrap_or_default();
    format!("{id}: {said}")
}
