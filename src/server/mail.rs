//! SMTP: makes MIME of a message and hands it to the server it names.
//!
//! Nothing is decided here. A reply becomes a response with its code as the status; what a code means is the provider's business.
//! Until the server has let us in nothing can have left; from then on a connection that breaks may have carried the message.

use crate::config::MailSecurity;
use crate::provider::mail::{Login, MAIL_PART_MAX, Message};
use crate::provider::{Failure, Response};
use lettre::address::Envelope;
use lettre::message::header::{HeaderName, HeaderValue};
use lettre::message::{Mailbox, MultiPart};
use lettre::transport::smtp::Error;
use lettre::transport::smtp::authentication::{Credentials, DEFAULT_MECHANISMS};
use lettre::transport::smtp::client::{AsyncSmtpConnection, TlsParameters};
use lettre::transport::smtp::extension::ClientId;
use std::time::Duration;
use tokio::time::timeout;

/// Sends one message. The connection ends with it: pages are few, and a stale connection is worse than a new one.
pub async fn send(message: Message) -> Result<Response, Failure> {
    let part = Duration::try_from(MAIL_PART_MAX).unwrap_or(Duration::from_secs(15));
    let (envelope, bytes) = match made(&message) {
        Ok(made) => made,
        // An address that is none: nothing else of ours can be wrong.
        Err(_) => return Ok(reply(553, "5.1.3")),
    };
    let mut connection = match timeout(part, come_in(&message.login, part)).await {
        Ok(Ok(connection)) => connection,
        Ok(Err(error)) => return before(&error),
        Err(_) => return Err(Failure::NotSent("timed out".to_owned())),
    };
    let sent = match timeout(part, connection.send(&envelope, &bytes)).await {
        Ok(Ok(said)) => Ok(reply(u16::from(said.code()), said.first_line().unwrap_or_default())),
        Ok(Err(error)) => after(&error),
        Err(_) => Err(Failure::Unknown("timed out".to_owned())),
    };
    // It has the message, or not: how it takes its leave changes nothing.
    let _ = timeout(Duration::from_secs(1), connection.quit()).await;
    sent
}

/// Comes in and leaves again, for the doctor.
pub async fn greet(login: &Login) -> Result<Response, Failure> {
    let part = Duration::try_from(MAIL_PART_MAX).unwrap_or(Duration::from_secs(15));
    match timeout(part, come_in(login, part)).await {
        Ok(Ok(mut connection)) => {
            let _ = timeout(Duration::from_secs(1), connection.quit()).await;
            Ok(reply(250, ""))
        }
        Ok(Err(error)) => before(&error),
        Err(_) => Err(Failure::NotSent("timed out".to_owned())),
    }
}

async fn come_in(login: &Login, part: Duration) -> Result<AsyncSmtpConnection, Error> {
    let Login { host, port, security, credentials, hello } = login;
    let hello = ClientId::Domain(hello.clone());
    let tls = || TlsParameters::new_rustls(host.clone());
    let first = if *security == MailSecurity::Tls { Some(tls()?) } else { None };
    let mut connection =
        AsyncSmtpConnection::connect_tokio1((host.as_str(), *port), Some(part), &hello, first, None).await?;
    if *security == MailSecurity::StartTls {
        connection.starttls(tls()?, &hello).await?;
    }
    if let Some((name, password)) = credentials {
        let credentials = Credentials::new(name.clone(), password.expose().to_owned());
        connection.auth(DEFAULT_MECHANISMS, &credentials).await?;
    }
    Ok(connection)
}

/// The message as bytes, and who it is from and to.
fn made(message: &Message) -> anyhow::Result<(Envelope, Vec<u8>)> {
    let from: Mailbox = Mailbox::new(Some("oncall".to_owned()), message.from.parse()?);
    let to: Mailbox = message.to.parse()?;
    let generated = HeaderName::new_from_ascii_str("Auto-Submitted");
    let mail = lettre::Message::builder()
        .from(from)
        .to(to)
        .subject(message.subject.clone())
        .message_id(Some(message.id.clone()))
        .references(message.references.clone());
    let mail = message.follows.iter().fold(mail, |mail, first| mail.in_reply_to(first.clone()));
    let mut mail =
        mail.multipart(MultiPart::alternative_plain_html(message.text.clone(), message.html.clone()))?;
    // RFC 3834: no holiday reply comes back.
    mail.headers_mut().insert_raw(HeaderValue::new(generated, "auto-generated".to_owned()));
    Ok((mail.envelope().clone(), mail.formatted()))
}

/// Before we were in, nothing can have left.
fn before(error: &Error) -> Result<Response, Failure> {
    match error.status() {
        Some(code) => Ok(reply(u16::from(code), &words(error))),
        None => Err(Failure::NotSent(words(error))),
    }
}

/// A reply says what became of it; what the client itself refused to send has not left.
fn after(error: &Error) -> Result<Response, Failure> {
    match error.status() {
        Some(code) => Ok(reply(u16::from(code), &words(error))),
        None if error.is_client() => Err(Failure::NotSent(words(error))),
        None => Err(Failure::Unknown(words(error))),
    }
}

fn reply(status: u16, text: &str) -> Response {
    Response { status, headers: Vec::new(), body: text.as_bytes().to_vec() }
}

/// The innermost cause: of a reply, the server's own text.
fn words(error: &Error) -> String {
    let mut cause: Option<&(dyn std::error::Error + 'static)> = std::error::Error::source(error);
    let mut last = error.to_string();
    while let Some(next) = cause {
        last = next.to_string();
        cause = next.source();
    }
    last
}
