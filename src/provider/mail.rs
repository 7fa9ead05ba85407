//! E-mail: one message for each page, and what an SMTP server's replies mean.
//!
//! A message is data here: the server's room for SMTP makes MIME of it and sends it, so that no word of an alert can become a
//! header. All messages about one incident have one root in `References` (RFC 5322) and one subject, so that mail programs show them
//! as one thread; servers that replace our `Message-ID` (SES does) do no harm. Reply codes: RFC 5321, 4.2.

use super::http::{Failure, QUOTE_MAX, Response};
use super::{Progress, not_carried, secret};
use crate::config::{Config, Mail, MailSecurity, Provider, Secret, Secrets};
use crate::incident::message::{ButtonKind, Card, Letter, cut};
use crate::incident::{Delivery, Outcome, Reason, Task, Words};
use crate::language::Shown;
use crate::reason::Fault;
use jiff::SignedDuration;

/// How long each part of a conversation with an SMTP server may take: until it wants the message, and until it has taken it.
pub const MAIL_PART_MAX: SignedDuration = SignedDuration::from_secs(15);

/// An SMTP server, and how we come in.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Login {
    pub host: String,
    pub port: u16,
    pub security: MailSecurity,
    /// A name and its password.
    pub credentials: Option<(String, Secret)>,
    /// The domain by which we greet.
    pub hello: String,
}

/// A message to one person.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Message {
    pub login: Login,
    pub from: String,
    pub to: String,
    pub subject: String,
    /// In angle brackets, as `references` are.
    pub id: String,
    pub references: String,
    /// The mail of ours that this one follows.
    pub follows: Option<String>,
    pub text: String,
    pub html: String,
}

/// A message that was handed over; by our name for it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Pending {
    pub id: String,
}

pub(super) fn begin(
    config: &Config,
    secrets: &Secrets,
    delivery: &Delivery,
    link: Option<&str>,
) -> Result<Progress, Reason> {
    let (user, letter, follows) = match &delivery.task {
        Task::Page { user, words: Words::Letter(letter), .. } => (user, letter, None),
        Task::Edit { user, words: Words::Letter(letter), reference, .. } => (user, letter, Some(reference)),
        Task::Page { .. }
        | Task::Edit { .. }
        | Task::Mirror { .. }
        | Task::HangUp { .. }
        | Task::Ask { .. } => return Err(not_carried(Provider::Mail)),
    };
    let mail = config.organisation.mail.as_ref();
    let mail = mail.ok_or_else(|| Reason::of(Provider::Mail, Fault::NotSetUp, ""))?;
    let login = login(mail, secrets)?;
    let gone = || Reason::of(Provider::Mail, Fault::PersonGone, format!("users/{user}.yaml"));
    let known = config.users.get(user).ok_or_else(gone)?;
    let missing = || Reason::of(Provider::Mail, Fault::NoAddress, format!("{}: email", known.place));
    let to = known.email.clone().ok_or_else(missing)?;
    let domain = login.hello.clone();
    let thread = match delivery.incidents.as_slice() {
        [incident] => format!("<incident-{incident}@{domain}>"),
        _ => format!("<page-{}@{domain}>", delivery.task.edits().unwrap_or(delivery.id)),
    };
    let follows = follows.filter(|id| is_id(id)).cloned();
    let thread = follows.iter().fold(thread, |root, first| format!("{root} {first}"));
    let id = format!("<delivery-{}@{domain}>", delivery.id);
    let message = Message {
        login,
        from: mail.from.clone(),
        to,
        subject: letter.subject.clone(),
        id: id.clone(),
        references: thread,
        follows,
        text: text(letter, delivery.repeat, link),
        html: html(letter, delivery.repeat, link),
    };
    Ok(Progress::Mail(super::Pending::Mail(Pending { id }), Box::new(message)))
}

/// Whether it is a name of a mail as we make them; nothing else becomes a header.
fn is_id(text: &str) -> bool {
    let inner = text.strip_prefix('<').and_then(|rest| rest.strip_suffix('>')).unwrap_or_default();
    !inner.is_empty() && inner.bytes().all(|b| b.is_ascii_alphanumeric() || b"-._@".contains(&b))
}

/// How we come in; what is missing is named.
pub fn login(mail: &Mail, secrets: &Secrets) -> Result<Login, Reason> {
    let credentials = match &mail.credentials {
        None => None,
        Some((username, source)) => {
            Some((username.clone(), secret(secrets, Provider::Mail, source, "password")?.clone()))
        }
    };
    let hello = mail.from.rsplit('@').next().unwrap_or("localhost").to_owned();
    Ok(Login { host: mail.host.clone(), port: mail.port, security: mail.security, credentials, hello })
}

/// What a server's reply means, or that there was none. Its own words are not quoted beyond their code: they name addresses.
pub(super) fn resume(pending: Pending, result: Result<Response, Failure>) -> Outcome {
    let response = match result {
        Ok(response) => response,
        Err(failure) => return failure.outcome(Provider::Mail),
    };
    let said = said(&response);
    let reason = |fault| Reason::of(Provider::Mail, fault, said.clone());
    match response.status {
        200..300 => Outcome::delivered(pending.id),
        421 | 450..=455 => Outcome::Unavailable { reason: reason(Fault::Status), retry_after: None },
        400..500 => Outcome::Unavailable { reason: reason(Fault::Status), retry_after: None },
        530 | 534 | 535 | 538 => Outcome::Rejected { reason: reason(Fault::CredentialsRefused) },
        550 | 551 | 553 => Outcome::Rejected { reason: reason(Fault::MailboxRefused) },
        _ => Outcome::Rejected { reason: reason(Fault::Status) },
    }
}

/// The code, and the enhanced one where there is one (RFC 3463): `550 5.1.1`.
fn said(response: &Response) -> String {
    let body = String::from_utf8_lossy(&response.body);
    let first = body.split_whitespace().next().unwrap_or_default();
    let enhanced = first.split('.').count() == 3 && first.bytes().all(|b| b.is_ascii_digit() || b == b'.');
    let enhanced = Some(first).filter(|_| enhanced && first.len() <= 9);
    cut(format!("{} {}", response.status, enhanced.unwrap_or_default()).trim_end(), QUOTE_MAX)
}

/// The plain text: what the card says, line by line, and the link.
fn text(letter: &Letter, repeat: bool, link: Option<&str>) -> String {
    let Card { headline, fields, lines, links, .. } = &letter.card;
    let again = repeat.then(|| letter.card.language.shown(&Shown::SentAgain));
    let mut all: Vec<String> = again.into_iter().chain([headline.clone(), String::new()]).collect();
    if let Some(link) = link {
        all.extend([format!("{}:", letter.call_to_action), link.to_owned(), String::new()]);
    }
    all.extend(fields.iter().map(|field| format!("{}: {}", field.label, field.value.replace('\n', ", "))));
    for line in lines {
        all.extend([String::new(), line.clone()]);
    }
    let links: Vec<String> = links.iter().map(|it| format!("{} {}", it.text, it.href)).collect();
    let opens = books(&letter.card).map(|(label, url)| format!("{label}: {url}"));
    let links: Vec<String> = links.into_iter().chain(opens).collect();
    if !links.is_empty() {
        all.push(String::new());
        all.extend(links);
    }
    all.iter().map(|line| clean(line)).collect::<Vec<_>>().join("\n") + "\n"
}

/// The same as HTML: no picture, no style sheet, nothing from elsewhere.
fn html(letter: &Letter, repeat: bool, link: Option<&str>) -> String {
    let Card { headline, fields, lines, links, language, .. } = &letter.card;
    let lang = language.page().lang;
    let mut all = format!("<!doctype html><html lang=\"{lang}\"><body>");
    if repeat {
        all += &format!("<p>{}</p>", escaped(&language.shown(&Shown::SentAgain)));
    }
    all += &format!("<p><b>{}</b></p>", escaped(headline));
    if let Some(link) = link {
        all += &format!("<p><a href=\"{}\">{}</a></p>", escaped(link), escaped(letter.call_to_action));
    }
    if !fields.is_empty() {
        all += "<table>";
        for field in fields {
            let value = escaped(&field.value).replace('\n', "<br>");
            all += &format!("<tr><td>{}</td><td>{value}</td></tr>", escaped(field.label));
        }
        all += "</table>";
    }
    for line in lines {
        all += &format!("<p>{}</p>", escaped(line).replace('\n', "<br>"));
    }
    let own = links.iter().map(|it| (it.text.as_str(), it.href.as_str()));
    for (text, href) in own.chain(books(&letter.card)) {
        let text = if text.trim().is_empty() { href } else { text };
        all += &format!("<p><a href=\"{}\">{}</a></p>", escaped(href), escaped(text));
    }
    all + "</body></html>\n"
}

/// What a card opens: the runbook. Its other buttons do nothing in a mail.
fn books(card: &Card) -> impl Iterator<Item = (&str, &str)> {
    card.buttons.iter().filter_map(|button| match &button.kind {
        ButtonKind::Open(url) => Some((button.label.as_str(), url.as_str())),
        ButtonKind::Acknowledge | ButtonKind::Resolve => None,
    })
}

/// Without what a mail program would not show.
fn clean(text: &str) -> String {
    text.chars().filter(|c| *c == '\n' || !c.is_control()).collect()
}

fn escaped(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for c in clean(text).chars() {
        match c {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '"' => out.push_str("&quot;"),
            '\'' => out.push_str("&#39;"),
            c => out.push(c),
        }
    }
    out
}
