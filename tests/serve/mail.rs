//! With the real server: a page by e-mail, spoken to a stand-in for an SMTP server, in the clear and by TLS; and in this process, how
//! each reply is read.

use super::smtp::{
    AUTHORITY, Certificate, Fault, Manner, NAME, Point, Tls, Told, message as next_message, start,
};
use super::world::{SECRETS, World, patient};
use oncall::config::MailSecurity;
use oncall::provider::mail::{Login, Message};
use oncall::provider::{Failure, Response};
use oncall::server::mail::send;
use std::net::{SocketAddr, TcpListener};
use std::process::{Command, Stdio};
use tokio::task::JoinSet;

fn message(to: SocketAddr) -> Message {
    Message {
        login: Login {
            host: to.ip().to_string(),
            port: to.port(),
            security: MailSecurity::Local,
            credentials: None,
            hello: "example.com".to_owned(),
        },
        from: "oncall@example.com".to_owned(),
        to: "tanaka@example.com".to_owned(),
        subject: "障害\r\nBcc: evil@example.com".to_owned(),
        id: "<delivery-3-9@example.com>".to_owned(),
        references: "<incident-3-17@example.com>".to_owned(),
        follows: None,
        text: "本文\n.\nthe end\n".to_owned(),
        html: "<p>本文</p>".to_owned(),
    }
}

#[tokio::test]
async fn a_message_is_whole_and_nothing_in_it_is_a_header() {
    let (address, mut told) = start("127.0.0.1:0", Manner::OPEN);
    let answer = send(message(address)).await;
    let Ok(Response { status: 250, .. }) = answer else { panic!("{answer:?}") };
    let (_, raw) = next_message(&mut told).await;
    let (head, _) = raw.split_once("\n\n").unwrap();
    for line in [
        "Message-ID: <delivery-3-9@example.com>",
        "References: <incident-3-17@example.com>",
        "Auto-Submitted: auto-generated",
        "To: tanaka@example.com",
    ] {
        assert!(head.lines().any(|it| it == line), "{line} is missing: {head}");
    }
    assert!(!head.lines().any(|it| it.starts_with("Bcc")), "{head}");
    assert!(head.contains("multipart/alternative"), "{head}");
    assert!(raw.is_ascii(), "no server needs 8BITMIME: {raw}");
    let parsed = mail_parser::MessageParser::default().parse(raw.as_bytes()).unwrap();
    let text = parsed.body_text(0).unwrap().replace("\r\n", "\n");
    assert!(text.contains("本文\n.\nthe end"), "{raw}");
    assert!(parsed.body_html(0).unwrap().contains("<p>本文</p>"), "{raw}");
    assert!(parsed.date().is_some(), "{head}");
}

#[tokio::test]
async fn replies_keep_their_code_and_silence_is_told_from_refusal() {
    for (point, says, expected) in [
        (Point::End, "451 4.3.0 later", 451),
        (Point::End, "554 5.7.1 spam", 554),
        (Point::Recipient, "550 5.1.1 no such user", 550),
        (Point::Recipient, "450 4.2.1 greylisted", 450),
        (Point::Sender, "530 5.7.0 sign in first", 530),
        (Point::Data, "452 4.3.1 no room", 452),
        (Point::Greeting, "421 4.3.2 too busy", 421),
    ] {
        let (address, _told) = start("127.0.0.1:0", Manner::failing(point, Fault::Says(says)));
        let answer = send(message(address)).await;
        assert!(matches!(answer, Ok(Response { status, .. }) if status == expected), "{says}: {answer:?}");
    }
    let (address, _told) = start("127.0.0.1:0", Manner::failing(Point::End, Fault::HangsUp));
    let answer = send(message(address)).await;
    assert!(matches!(answer, Err(Failure::Unknown(_))), "the data may have been taken: {answer:?}");
    for point in [Point::Greeting, Point::Sender, Point::Recipient, Point::Data] {
        let (address, _told) = start("127.0.0.1:0", Manner::failing(point, Fault::HangsUp));
        let answer = send(message(address)).await;
        assert!(matches!(answer, Err(Failure::NotSent(_))), "{point:?}: nothing can have left: {answer:?}");
    }
    let nobody = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap();
    let answer = send(message(nobody)).await;
    assert!(matches!(answer, Err(Failure::NotSent(_))), "nothing can have left: {answer:?}");
    let mut odd = message(nobody);
    odd.to = "not an address\r\nRCPT TO:<evil@example.com>".to_owned();
    assert!(
        matches!(send(odd).await, Ok(Response { status: 553, .. })),
        "it is refused before anything is sent"
    );
    let (address, _told) = start("127.0.0.1:0", Manner::OPEN);
    let mut foreign = message(address);
    foreign.to = "田中@example.com".to_owned();
    let answer = send(foreign).await;
    assert!(matches!(answer, Ok(Response { status: 553, .. })), "RFC 6531, not offered: {answer:?}");
}

/// A server that hangs, or gives a byte now and then, is left, wherever it does so; each costs the same bounded time.
#[tokio::test(flavor = "multi_thread")]
async fn a_server_that_hangs_or_drips_is_left() {
    let mut all = JoinSet::new();
    for fault in [Fault::Hangs, Fault::Drips] {
        for point in [Point::Greeting, Point::Sender, Point::Recipient, Point::Data, Point::End] {
            all.spawn(async move {
                let (address, _told) = start("127.0.0.1:0", Manner::failing(point, fault));
                (fault, point, send(message(address)).await)
            });
        }
    }
    for (fault, point, answer) in all.join_all().await {
        let well = match (point, &answer) {
            // It has the whole message, and perhaps keeps it.
            (Point::End, Err(Failure::Unknown(why))) => why == "timed out",
            (_, Err(Failure::NotSent(why))) => point != Point::End && why == "timed out",
            _ => false,
        };
        assert!(well, "{fault:?} at {point:?}: {answer:?}");
    }
}

/// A company whose mail goes to this address.
async fn company(smtp: &str) -> World {
    let smith = "name: Emma Smith\nslack: U0SMITH\nphone: \"+819000000002\"\nemail: smith@example.com\n\
                 notify: { high: [{ by: email }, { by: call, after: 30m }] }\n";
    let policy = patient("smith");
    let mut world =
        World::with(&[("users/smith.yaml", smith), ("escalation-policies/web.yaml", &policy)]).await;
    let mail = format!("  mail: {{ smtp: \"{smtp}\", from: oncall@example.com }}\napi_tokens:");
    let organisation = world.organisation().replacen("api_tokens:", &mail, 1);
    world.push(&[("oncall.yaml", &organisation)]);
    world
}

/// The same, which signs in there.
async fn signed_in(smtp: &str) -> World {
    let mut world = company(smtp).await;
    let login = format!("username: {NAME}, password: {{ env: SMTP_PASSWORD }}, from:");
    let organisation = world.organisation().replacen("from: oncall", &format!("{login} oncall"), 1);
    world.push(&[("oncall.yaml", &organisation)]);
    world
}

#[tokio::test(flavor = "multi_thread")]
async fn a_page_comes_by_mail_and_its_link_acknowledges() {
    let (address, mut told) = start("127.0.0.1:0", Manner::OPEN);
    let mut world = company(&format!("smtp://{address}")).await;
    let server = world.serve().await;
    assert_eq!(server.event("trigger", "disk").await, 202);
    let (_, raw) = next_message(&mut told).await;
    let parsed = mail_parser::MessageParser::default().parse(raw.as_bytes()).unwrap();
    let text = parsed.body_text(0).unwrap().into_owned();
    assert!(parsed.subject().unwrap().contains("disk is full"), "{raw}");
    let path = text.split("https://oncall.test").nth(1).unwrap().split_whitespace().next().unwrap();
    let url = format!("{}{path}", server.url);
    let form = "application/x-www-form-urlencoded";
    let http = reqwest::Client::builder().redirect(reqwest::redirect::Policy::none()).build().unwrap();
    let answer = http.post(&url).header("content-type", form).body("do=acknowledge").send().await.unwrap();
    assert_eq!(answer.status(), 303);
    let (_, list) = server.get("/v1/incidents").await;
    assert_eq!(list["incidents"][0]["status"], "acknowledged", "{list}");
    server.stop();
    world.no_secret_was_shown();
}

/// By TLS from the start and by STARTTLS, with either way to name oneself: the password crosses no line that is not encrypted.
#[tokio::test(flavor = "multi_thread")]
async fn a_page_goes_over_tls_to_a_server_with_an_authority_of_ones_own() {
    // 127.0.0.2 is not `localhost`, so STARTTLS is a must there.
    for (scheme, on, host, tls, mechanism) in [
        ("smtps", "127.0.0.1:0", "localhost", Tls::FromTheStart(Certificate::Here), "PLAIN"),
        ("smtp", "127.0.0.2:0", "127.0.0.2", Tls::Offered(Certificate::Here), "LOGIN"),
    ] {
        let (address, mut told) = start(on, Manner { tls, mechanisms: mechanism, fault: None });
        let mut world = signed_in(&format!("{scheme}://{host}:{}", address.port())).await;
        let mut command = world.command("1s", "");
        command.env("SSL_CERT_FILE", AUTHORITY);
        let server = world.serve_by(command).await;
        assert_eq!(server.event("trigger", "disk").await, 202);
        assert_eq!(told.recv().await.unwrap(), Told::Came);
        let first = told.recv().await.unwrap();
        assert_eq!(first, Told::LoggedIn { mechanism, encrypted: true });
        let (encrypted, raw) = next_message(&mut told).await;
        assert!(encrypted && raw.contains("To: smith@example.com"), "{raw}");
        server.stop();
        world.no_secret_was_shown();
    }
}

/// What the doctor says of a mail server.
async fn examined(smtp: &str, trusted: bool) -> String {
    let world = signed_in(smtp).await;
    let mut command = Command::new(env!("CARGO_BIN_EXE_oncall"));
    command.arg("doctor").arg(world.written()).envs(SECRETS).env("XDG_CONFIG_HOME", world.folder.path());
    command.env_remove("SSL_CERT_FILE").stdin(Stdio::null());
    if trusted {
        command.env("SSL_CERT_FILE", AUTHORITY);
    }
    let output = tokio::task::spawn_blocking(move || command.output().unwrap()).await.unwrap();
    let text = String::from_utf8(output.stdout).unwrap() + &String::from_utf8(output.stderr).unwrap();
    for (name, secret) in SECRETS {
        assert!(!text.contains(secret), "{name} is in {text}");
    }
    let mail = text.split("\nMail\n").nth(1).unwrap_or_else(|| panic!("nothing about mail: {text}"));
    let mail = mail.split("\n\n").next().unwrap();
    mail.split_whitespace().collect::<Vec<_>>().join(" ")
}

/// Each way in which a server may not be the right one, or not let us in: the doctor names it, and no password was said in the clear.
#[tokio::test(flavor = "multi_thread")]
async fn the_doctor_names_what_is_wrong_with_a_mail_server() {
    let certificate =
        "check its name and its certificate; an authority of your own is named in SSL_CERT_FILE";
    let credentials = "check username and password under providers.mail";
    let busy = "ask again in a minute";
    let from_the_start = |it| Tls::FromTheStart(it);
    let (here, plain) = (Certificate::Here, "PLAIN");
    let at_login = |says| Some((Point::Login, Fault::Says(says)));
    let table = [
        ("all is well", from_the_start(here), plain, None, true, "lets us in", ""),
        ("by STARTTLS", Tls::Offered(here), "LOGIN PLAIN", None, true, "lets us in", ""),
        (
            "an unknown authority",
            from_the_start(here),
            plain,
            None,
            false,
            "no answer: invalid peer certificate",
            certificate,
        ),
        (
            "another name",
            from_the_start(Certificate::Elsewhere),
            plain,
            None,
            true,
            "certificate",
            certificate,
        ),
        (
            "an old certificate",
            from_the_start(Certificate::Expired),
            plain,
            None,
            true,
            "certificate",
            certificate,
        ),
        (
            "the same by STARTTLS",
            Tls::Offered(Certificate::Elsewhere),
            plain,
            None,
            true,
            "certificate",
            certificate,
        ),
        (
            "STARTTLS was stripped",
            Tls::Never,
            plain,
            None,
            true,
            "it offers no STARTTLS, and nothing is sent without",
            "smtps://",
        ),
        // Read over TLS, it would be the answer to EHLO, and the true one that to the password.
        (
            "somebody writes into it before TLS",
            Tls::Injected(here, "250-stand-in\r\n250 AUTH PLAIN"),
            plain,
            at_login("535 5.7.8 no"),
            true,
            "it says more than it was asked before TLS begins, and nothing is sent to it",
            "smtps://",
        ),
        ("STARTTLS is refused", Tls::Refused, plain, None, true, "it answered 454", busy),
        (
            "no way to sign in",
            from_the_start(here),
            "",
            None,
            true,
            "neither AUTH PLAIN nor AUTH LOGIN",
            "leave username",
        ),
        (
            "wrong credentials",
            from_the_start(here),
            plain,
            at_login("535 5.7.8 no"),
            true,
            "it answered 535 and does not let us in",
            credentials,
        ),
        ("later", from_the_start(here), plain, at_login("454 4.7.0 later"), true, "it answered 454", busy),
        (
            "too busy",
            from_the_start(here),
            plain,
            Some((Point::Greeting, Fault::Says("421 4.3.2 busy"))),
            true,
            "it answered 421",
            busy,
        ),
        (
            "never",
            from_the_start(here),
            plain,
            Some((Point::Greeting, Fault::Says("554 5.3.2 no service"))),
            true,
            "it answered 554",
            busy,
        ),
        (
            "it hangs",
            from_the_start(here),
            plain,
            Some((Point::Greeting, Fault::Hangs)),
            true,
            "no answer: timed out",
            "check that this machine reaches",
        ),
        (
            "it drips",
            Tls::Offered(here),
            plain,
            Some((Point::Login, Fault::Drips)),
            true,
            "no answer: timed out",
            "check that this machine reaches",
        ),
    ];
    let mut all = JoinSet::new();
    for (name, tls, mechanisms, fault, trusted, why, way_out) in table {
        all.spawn(async move {
            let (scheme, on) = match tls {
                Tls::FromTheStart(_) => ("smtps", "127.0.0.1:0"),
                Tls::Never | Tls::Offered(_) | Tls::Injected(..) | Tls::Refused => ("smtp", "127.0.0.2:0"),
            };
            let (address, mut told) = start(on, Manner { tls, mechanisms, fault });
            let host = if scheme == "smtps" { "localhost" } else { "127.0.0.2" };
            let said = examined(&format!("{scheme}://{host}:{}", address.port()), trusted).await;
            let mark = if way_out.is_empty() { "ok" } else { "WRONG" };
            assert!(said.starts_with(&format!("{mark} account: {host}:")), "{name}: {said}");
            assert!(said.contains(why) && said.contains(way_out), "{name}: {said}");
            while let Ok(seen) = told.try_recv() {
                let in_the_clear = matches!(seen, Told::LoggedIn { encrypted: false, .. });
                assert!(!in_the_clear, "{name}: the password was said in the clear");
            }
        });
    }
    while let Some(ended) = all.join_next().await {
        ended.unwrap();
    }
}
