//! SMTP: makes MIME of a message and hands it to the server it names.
//!
//! Nothing is decided here. A reply becomes a response with its code as the status; what a code means is the provider's business.
//! Until the server wants the message nothing can have left; from then on a connection that breaks may have carried it.

use super::mail_clear::InTheClear;
use crate::config::MailSecurity;
use crate::provider::mail::{Login, MAIL_PART_MAX, Message};
use crate::provider::{Failure, Response};
use lettre::address::{Address, Envelope};
use lettre::message::header::{HeaderName, HeaderValue};
use lettre::message::{Mailbox, MultiPart};
use lettre::transport::smtp::Error;
use lettre::transport::smtp::authentication::{Credentials, DEFAULT_MECHANISMS};
use lettre::transport::smtp::client::{AsyncSmtpConnection, TlsParameters};
use lettre::transport::smtp::commands::{Data, Mail, Rcpt};
use lettre::transport::smtp::extension::{ClientId, Extension, MailParameter};
use std::time::Duration;
use tokio::net::TcpStream;
use tokio::time::timeout;

/// Why a conversation ended.
enum Broken {
    Unreachable(std::io::Error),
    Left(Error),
}

impl From<std::io::Error> for Broken {
    fn from(error: std::io::Error) -> Broken {
        Broken::Unreachable(error)
    }
}

impl From<Error> for Broken {
    fn from(error: Error) -> Broken {
        Broken::Left(error)
    }
}

/// Sends one message. The connection ends with it: pages are few, and a stale connection is worse than a new one.
pub async fn send(message: Message) -> Result<Response, Failure> {
    let part = Duration::try_from(MAIL_PART_MAX).unwrap_or(Duration::from_secs(15));
    let (envelope, bytes) = match made(&message) {
        Ok(made) => made,
        // An address that is none: nothing else of ours can be wrong.
        Err(_) => return Ok(reply(553, "5.1.3")),
    };
    let mut connection = match timeout(part, until_wanted(&message.login, &envelope, part)).await {
        Ok(Ok(Some(connection))) => connection,
        // RFC 6531: this server takes no such address.
        Ok(Ok(None)) => return Ok(reply(553, "5.6.7")),
        Ok(Err(error)) => return before(&error),
        Err(_) => return Err(Failure::NotSent("timed out".to_owned())),
    };
    let sent = match timeout(part, connection.message(&bytes)).await {
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

async fn come_in(login: &Login, part: Duration) -> Result<AsyncSmtpConnection, Broken> {
    let Login { host, port, security, credentials, hello } = login;
    let hello = ClientId::Domain(hello.clone());
    let tls = || TlsParameters::new_rustls(host.clone());
    let to = (host.as_str(), *port);
    let mut connection = match security {
        MailSecurity::Tls => {
            AsyncSmtpConnection::connect_tokio1(to, Some(part), &hello, Some(tls()?), None).await?
        }
        MailSecurity::Local => {
            AsyncSmtpConnection::connect_tokio1(to, Some(part), &hello, None, None).await?
        }
        MailSecurity::StartTls => {
            let stream = Box::new(InTheClear::new(TcpStream::connect(to).await?));
            let mut connection = AsyncSmtpConnection::connect_with_transport(stream, &hello).await?;
            connection.starttls(tls()?, &hello).await?;
            connection
        }
    };
    if let Some((name, password)) = credentials {
        let credentials = Credentials::new(name.clone(), password.expose().to_owned());
        connection.auth(DEFAULT_MECHANISMS, &credentials).await?;
    }
    Ok(connection)
}

/// Says who it is from and to, until the server wants the message itself; `None`: it cannot read the address.
async fn until_wanted(
    login: &Login,
    envelope: &Envelope,
    part: Duration,
) -> Result<Option<AsyncSmtpConnection>, Broken> {
    let mut connection = come_in(login, part).await?;
    let mut parameters = Vec::new();
    let foreign = |address: &Address| !AsRef::<str>::as_ref(address).is_ascii();
    if envelope.from().into_iter().chain(envelope.to()).any(foreign) {
        if !connection.server_info().supports_feature(Extension::SmtpUtfEight) {
            return Ok(None);
        }
        parameters.push(MailParameter::SmtpUtfEight);
    }
    connection.command(Mail::new(envelope.from().cloned(), parameters)).await?;
    for to in envelope.to() {
        connection.command(Rcpt::new(to.clone(), Vec::new())).await?;
    }
    connection.command(Data).await?;
    Ok(Some(connection))
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

/// Before the server wants the message, nothing can have left.
fn before(error: &Broken) -> Result<Response, Failure> {
    let error = match error {
        Broken::Unreachable(error) => return Err(Failure::NotSent(error.to_string())),
        Broken::Left(error) => error,
    };
    match error.status() {
        Some(code) => Ok(reply(u16::from(code), &words(error))),
        None => Err(Failure::NotSent(words(error))),
    }
}

/// A reply says what became of it; without one it may have arrived.
fn after(error: &Error) -> Result<Response, Failure> {
    match error.status() {
        Some(code) => Ok(reply(u16::from(code), &words(error))),
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
