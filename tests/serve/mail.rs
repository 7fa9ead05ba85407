//! With the real server: a page by e-mail, spoken to a stand-in for an SMTP server; and in this process, how each reply is read.

use super::world::{World, patient};
use oncall::config::MailSecurity;
use oncall::provider::mail::{Login, Message};
use oncall::provider::{Failure, Response};
use oncall::server::mail::send;
use std::net::SocketAddr;
use tokio::io::{AsyncBufReadExt, AsyncWriteExt, BufReader};
use tokio::net::TcpListener;
use tokio::sync::mpsc;

/// What a stand-in answers to the end of the data.
#[derive(Clone, Copy, Debug)]
enum After {
    Says(&'static str),
    HangsUp,
    /// To the recipient.
    Refuses(&'static str),
}

/// A server that takes mail without asking who it is from; each message is told.
async fn stand_in(after: After) -> (SocketAddr, mpsc::UnboundedReceiver<String>) {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    let (tell, told) = mpsc::unbounded_channel();
    tokio::spawn(async move {
        while let Ok((mut stream, _)) = listener.accept().await {
            let tell = tell.clone();
            tokio::spawn(async move {
                let (read, mut write) = stream.split();
                let mut lines = BufReader::new(read).lines();
                write.write_all(b"220 stand-in\r\n").await.unwrap();
                let (mut data, mut message) = (false, String::new());
                while let Ok(Some(line)) = lines.next_line().await {
                    let answer = match line.as_str() {
                        "." if data => {
                            data = false;
                            let _ = tell.send(std::mem::take(&mut message));
                            match after {
                                After::Says(text) => text,
                                After::HangsUp => return,
                                After::Refuses(_) => "250 2.0.0 queued",
                            }
                        }
                        _ if data => {
                            message += &format!("{line}\n");
                            continue;
                        }
                        line if line.starts_with("EHLO") => "250-stand-in\r\n250 8BITMIME",
                        line if line.starts_with("RCPT") => match after {
                            After::Refuses(text) => text,
                            After::Says(_) | After::HangsUp => "250 2.1.5 ok",
                        },
                        "DATA" => {
                            data = true;
                            "354 go on"
                        }
                        "QUIT" => "221 bye",
                        _ => "250 2.1.0 ok",
                    };
                    if write.write_all(format!("{answer}\r\n").as_bytes()).await.is_err() {
                        return;
                    }
                }
            });
        }
    });
    (address, told)
}

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
    let (address, mut told) = stand_in(After::Says("250 2.0.0 queued as 1")).await;
    let answer = send(message(address)).await;
    let Ok(Response { status: 250, .. }) = answer else { panic!("{answer:?}") };
    let raw = told.recv().await.unwrap();
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
    let parsed = mail_parser::MessageParser::default().parse(raw.as_bytes()).unwrap();
    let text = parsed.body_text(0).unwrap().replace("\r\n", "\n");
    assert!(text.contains("本文\n.\nthe end"), "{raw}");
    assert!(parsed.body_html(0).unwrap().contains("<p>本文</p>"), "{raw}");
    assert!(parsed.date().is_some(), "{head}");
}

#[tokio::test]
async fn replies_keep_their_code_and_silence_is_told_from_refusal() {
    for (after, expected) in [
        (After::Says("451 4.3.0 later"), 451),
        (After::Says("554 5.7.1 spam"), 554),
        (After::Refuses("550 5.1.1 no such user"), 550),
        (After::Refuses("450 4.2.1 greylisted"), 450),
    ] {
        let (address, _told) = stand_in(after).await;
        let answer = send(message(address)).await;
        assert!(matches!(answer, Ok(Response { status, .. }) if status == expected), "{after:?}: {answer:?}");
    }
    let (address, _told) = stand_in(After::HangsUp).await;
    let answer = send(message(address)).await;
    assert!(matches!(answer, Err(Failure::Unknown(_))), "the data may have been taken: {answer:?}");
    let nobody = TcpListener::bind("127.0.0.1:0").await.unwrap().local_addr().unwrap();
    let answer = send(message(nobody)).await;
    assert!(matches!(answer, Err(Failure::NotSent(_))), "nothing can have left: {answer:?}");
    let mut odd = message(nobody);
    odd.to = "not an address\r\nRCPT TO:<evil@example.com>".to_owned();
    assert!(
        matches!(send(odd).await, Ok(Response { status: 553, .. })),
        "it is refused before anything is sent"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn a_page_comes_by_mail_and_its_link_acknowledges() {
    let (address, mut told) = stand_in(After::Says("250 2.0.0 queued")).await;
    let smith = "name: Emma Smith\nslack: U0SMITH\nphone: \"+819000000002\"\nemail: smith@example.com\n\
                 notify: { high: [{ by: email }, { by: call, after: 30m }] }\n";
    let policy = patient("smith");
    let mut world =
        World::with(&[("users/smith.yaml", smith), ("escalation-policies/web.yaml", &policy)]).await;
    let mail = format!(
        "  mail: {{ smtp: \"smtp://127.0.0.1:{}\", from: oncall@example.com }}\napi_tokens:",
        address.port()
    );
    let organisation = world.organisation().replacen("api_tokens:", &mail, 1);
    world.push(&[("oncall.yaml", &organisation)]);
    let server = world.serve().await;
    assert_eq!(server.event("trigger", "disk").await, 202);
    let raw = told.recv().await.unwrap();
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
