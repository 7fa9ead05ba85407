//! A stand-in for an SMTP server (RFC 5321): in the clear, by TLS from the start, or by STARTTLS (RFC 3207), with AUTH PLAIN and
//! LOGIN (RFC 4954). Each message is told; at the point that a test names it fails.

use super::world::secret;
use data_encoding::BASE64;
use rustls::pki_types::{CertificateDer, PrivatePkcs8KeyDer};
use rustls::{ServerConfig, ServerConnection, StreamOwned};
use std::io::{BufRead, BufReader, Read, Write};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::sync::Arc;
use std::time::Duration;
use tokio::sync::mpsc;

/// The authority of all certificates below, as a file.
pub const AUTHORITY: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/serve/mail_keys/authority.pem");

/// Who lets us in by `secret("SMTP_PASSWORD")`.
pub const NAME: &str = "oncall@example.com";

/// What a server shows.
#[derive(Clone, Copy, Debug)]
pub enum Certificate {
    /// Of `localhost` and 127.0.0.2.
    Here,
    /// Of another name.
    Elsewhere,
    /// It ended in 2025.
    Expired,
}

#[derive(Clone, Copy, Debug)]
pub enum Tls {
    Never,
    FromTheStart(Certificate),
    /// By STARTTLS.
    Offered(Certificate),
    /// The same, and with its answer come these, as somebody in between would write them.
    Injected(Certificate, &'static str),
    /// STARTTLS is offered, and refused.
    Refused,
}

/// Where a conversation goes wrong.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Point {
    Greeting,
    Login,
    Sender,
    Recipient,
    Data,
    /// After the whole message.
    End,
}

#[derive(Clone, Copy, Debug)]
pub enum Fault {
    Says(&'static str),
    Hangs,
    /// A byte now and then, for ever.
    Drips,
    HangsUp,
}

/// How a stand-in behaves.
#[derive(Clone, Copy, Debug)]
pub struct Manner {
    pub tls: Tls,
    /// What it offers after AUTH; without any it asks for no password.
    pub mechanisms: &'static str,
    pub fault: Option<(Point, Fault)>,
}

impl Manner {
    pub const OPEN: Manner = Manner { tls: Tls::Never, mechanisms: "", fault: None };

    pub const fn failing(point: Point, fault: Fault) -> Manner {
        Manner { fault: Some((point, fault)), ..Manner::OPEN }
    }
}

/// What a stand-in saw.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Told {
    Came,
    /// Somebody named themselves by this mechanism, over TLS or not.
    LoggedIn {
        mechanism: &'static str,
        encrypted: bool,
    },
    Message {
        encrypted: bool,
        raw: String,
    },
    /// Somebody gave up waiting.
    GivenUp,
}

/// Starts one on this address, such as `127.0.0.1:0`.
pub fn start(on: &str, manner: Manner) -> (SocketAddr, mpsc::UnboundedReceiver<Told>) {
    let listener = TcpListener::bind(on).unwrap();
    let address = listener.local_addr().unwrap();
    let (tell, told) = mpsc::unbounded_channel();
    std::thread::spawn(move || {
        for stream in listener.incoming() {
            let tell = tell.clone();
            // Whoever does not trust us, or has waited enough, hangs up.
            std::thread::spawn(move || converse(stream.unwrap(), manner, &tell));
        }
    });
    (address, told)
}

/// The next message that was taken.
pub async fn message(told: &mut mpsc::UnboundedReceiver<Told>) -> (bool, String) {
    loop {
        match told.recv().await.unwrap() {
            Told::Message { encrypted, raw } => return (encrypted, raw),
            Told::Came | Told::LoggedIn { .. } | Told::GivenUp => {}
        }
    }
}

fn tls(certificate: Certificate) -> ServerConnection {
    let chain: &[u8] = match certificate {
        Certificate::Here => include_bytes!("mail_keys/here.der"),
        Certificate::Elsewhere => include_bytes!("mail_keys/elsewhere.der"),
        Certificate::Expired => include_bytes!("mail_keys/expired.der"),
    };
    let key: &[u8] = include_bytes!("mail_keys/key.der");
    let _ = rustls::crypto::ring::default_provider().install_default();
    let config = ServerConfig::builder()
        .with_no_client_auth()
        .with_single_cert(vec![CertificateDer::from(chain)], PrivatePkcs8KeyDer::from(key).into());
    ServerConnection::new(Arc::new(config.unwrap())).unwrap()
}

fn converse(stream: TcpStream, manner: Manner, tell: &mpsc::UnboundedSender<Told>) -> Option<()> {
    let _ = tell.send(Told::Came);
    if let Tls::FromTheStart(certificate) = manner.tls {
        let stream = StreamOwned::new(tls(certificate), stream);
        Talk::over(stream, manner, true, tell).listen(true)?;
        return Some(());
    }
    let upgraded = Talk::over(stream.try_clone().ok()?, manner, false, tell).listen(true)?;
    let (Tls::Offered(certificate) | Tls::Injected(certificate, _)) = manner.tls else { return Some(()) };
    upgraded.then(|| StreamOwned::new(tls(certificate), stream)).map_or(Some(()), |stream| {
        Talk::over(stream, manner, true, tell).listen(false)?;
        Some(())
    })
}

/// One conversation over one stream. `None` of any part: it is over.
struct Talk<'t, S: Read + Write> {
    stream: BufReader<S>,
    manner: Manner,
    encrypted: bool,
    tell: &'t mpsc::UnboundedSender<Told>,
}

impl<'t, S: Read + Write> Talk<'t, S> {
    fn over(
        stream: S,
        manner: Manner,
        encrypted: bool,
        tell: &'t mpsc::UnboundedSender<Told>,
    ) -> Talk<'t, S> {
        Talk { stream: BufReader::new(stream), manner, encrypted, tell }
    }

    /// Until somebody takes their leave, or wants STARTTLS: whether that is so.
    fn listen(&mut self, greets: bool) -> Option<bool> {
        if greets {
            self.answer(Point::Greeting, "220 stand-in")?;
        }
        loop {
            let line = self.line()?;
            match line.split_once(' ').map_or(line.as_str(), |(verb, _)| verb) {
                "EHLO" => self.say(&self.hello())?,
                "STARTTLS" => match self.manner.tls {
                    Tls::Offered(_) => {
                        self.say("220 go ahead")?;
                        return Some(true);
                    }
                    Tls::Injected(_, more) => {
                        self.say(&format!("220 go ahead\r\n{more}"))?;
                        return Some(true);
                    }
                    Tls::Never | Tls::FromTheStart(_) | Tls::Refused => {
                        self.say("454 4.7.0 TLS not available")?;
                    }
                },
                "AUTH" => self.let_in(&line)?,
                "MAIL" => self.answer(Point::Sender, "250 2.1.0 ok")?,
                "RCPT" => self.answer(Point::Recipient, "250 2.1.5 ok")?,
                "DATA" => {
                    self.answer(Point::Data, "354 go on")?;
                    self.message()?;
                    self.answer(Point::End, "250 2.0.0 queued as 1")?;
                }
                "QUIT" => {
                    self.say("221 bye");
                    return None;
                }
                _ => self.say("502 5.5.1 what?")?,
            }
        }
    }

    fn hello(&self) -> String {
        let Manner { tls, mechanisms, .. } = self.manner;
        let starttls = matches!(tls, Tls::Offered(_) | Tls::Injected(..) | Tls::Refused) && !self.encrypted;
        let starttls = if starttls { "250-STARTTLS\r\n" } else { "" };
        let auth = if mechanisms.is_empty() { String::new() } else { format!("250-AUTH {mechanisms}\r\n") };
        format!("250-stand-in\r\n{starttls}{auth}250 8BITMIME")
    }

    /// RFC 4954, and what servers do for LOGIN: they ask for the name, then for the password.
    fn let_in(&mut self, line: &str) -> Option<()> {
        let password = secret("SMTP_PASSWORD");
        let (mechanism, given) = match line.strip_prefix("AUTH PLAIN ") {
            Some(initial) => ("PLAIN", decoded(initial)),
            None => {
                self.say("334 VXNlcm5hbWU6")?;
                let name = self.line()?;
                self.say("334 UGFzc3dvcmQ6")?;
                let password = self.line()?;
                ("LOGIN", format!("\0{}\0{}", decoded(&name), decoded(&password)))
            }
        };
        let encrypted = self.encrypted;
        let _ = self.tell.send(Told::LoggedIn { mechanism, encrypted });
        match given == format!("\0{NAME}\0{password}") {
            true => self.answer(Point::Login, "235 2.7.0 welcome"),
            false => self.say("535 5.7.8 bad credentials"),
        }
    }

    fn message(&mut self) -> Option<()> {
        let mut raw = String::new();
        loop {
            match self.line()?.as_str() {
                "." => break,
                line => raw += &format!("{}\n", line.strip_prefix('.').unwrap_or(line)),
            }
        }
        let encrypted = self.encrypted;
        let _ = self.tell.send(Told::Message { encrypted, raw });
        Some(())
    }

    fn answer(&mut self, point: Point, well: &str) -> Option<()> {
        match self.manner.fault.filter(|(at, _)| *at == point).map(|(_, fault)| fault) {
            None => self.say(well),
            Some(Fault::Says(text)) => self.say(text),
            Some(Fault::HangsUp) => None,
            Some(Fault::Hangs) => {
                while self.line().is_some() {}
                let _ = self.tell.send(Told::GivenUp);
                None
            }
            Some(Fault::Drips) => {
                while self.drop_of(b"250-\r\n").is_some() {}
                let _ = self.tell.send(Told::GivenUp);
                None
            }
        }
    }

    fn drop_of(&mut self, bytes: &[u8]) -> Option<()> {
        for byte in bytes {
            self.stream.get_mut().write_all(&[*byte]).ok()?;
            self.stream.get_mut().flush().ok()?;
            // What drips takes its time.
            std::thread::sleep(Duration::from_millis(200));
        }
        Some(())
    }

    fn line(&mut self) -> Option<String> {
        let mut line = String::new();
        let read = self.stream.read_line(&mut line).ok()?;
        (read > 0).then(|| line.trim_end_matches(['\r', '\n']).to_owned())
    }

    fn say(&mut self, text: &str) -> Option<()> {
        self.stream.get_mut().write_all(format!("{text}\r\n").as_bytes()).ok()?;
        self.stream.get_mut().flush().ok()
    }
}

fn decoded(text: &str) -> String {
    String::from_utf8(BASE64.decode(text.as_bytes()).unwrap()).unwrap()
}
