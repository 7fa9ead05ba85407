//! Holds the socket of Slack's Socket Mode, so that presses and commands come without a way in from the internet.
//!
//! Before Slack ends a socket the next one is open; one that falls silent or breaks is opened again, later after each failure. An
//! envelope is acknowledged once what it asks is stored, or after two seconds: what is not acknowledged Slack brings again, on
//! any socket, and what comes twice the [`Desk`] does once.

use super::desk::Desk;
use super::live::Live;
use crate::config::Secret;
use crate::provider::slack_said;
use crate::provider::slack_socket::{self, FRAME_MAX, Frame};
use futures_util::{SinkExt, StreamExt};
use std::sync::Arc;
use std::time::Duration;
use tokio::net::TcpStream;
use tokio::sync::{mpsc, watch};
use tokio::task::JoinSet;
use tokio::time::{sleep, timeout};
use tokio_tungstenite::tungstenite::protocol::WebSocketConfig;
use tokio_tungstenite::tungstenite::{Bytes, Message};
use tokio_tungstenite::{MaybeTlsStream, WebSocketStream, connect_async_with_config};

/// How long opening a socket may take.
const OPEN_MAX: Duration = Duration::from_secs(10);
/// How long is waited after a first failure, and at most.
const AGAIN_FIRST: Duration = Duration::from_secs(1);
const AGAIN_MAX: Duration = Duration::from_secs(60);
/// How long is waited where asking again cannot help.
const HOPELESS: Duration = Duration::from_secs(600);
/// How often the other side is asked whether it is there, and after how many pings without a word it is taken to be gone.
const PING_EVERY: Duration = Duration::from_secs(10);
const SILENT_PINGS_MAX: u32 = 2;
/// How many pings long a socket is still read after Slack has said that it will end.
const LEAVE_PINGS_MAX: u32 = 3;
/// The most sockets at once: one, and the next one while the first is left.
pub const SOCKETS_MAX: usize = 2;
/// How many acknowledgements wait to be written.
const ACKNOWLEDGED_MAX: usize = 256;

type Socket = WebSocketStream<MaybeTlsStream<TcpStream>>;
type LiveNow = watch::Receiver<Option<Arc<Live>>>;

/// Why a socket is replaced.
#[derive(Clone, Debug, PartialEq, Eq)]
enum Left {
    /// Slack will end it soon; it is still listened to.
    Asked,
    /// Nobody wants it any more.
    Disabled,
    /// It broke, closed or fell silent. `greeted`: it had been good.
    Broken { greeted: bool },
}

/// Holds a socket for as long as the config in force asks for one. Never ends.
pub async fn hold(desk: Arc<Desk>, mut live: LiveNow) {
    loop {
        let Some((now, token)) = wanted(&mut live).await else { return };
        tokio::select! {
            () = keep(&desk, &live, &now, &token) => {}
            () = changed(live.clone(), &token) => {}
        }
    }
}

/// The config in force and the token of the socket, once there are both. `None`: no config will come any more.
async fn wanted(live: &mut LiveNow) -> Option<(Arc<Live>, Secret)> {
    loop {
        let now = live.borrow_and_update().clone();
        if let Some(now) = now
            && let Some(token) = slack_socket::token(&now.config, &now.secrets)
        {
            let token = token.clone();
            return Some((now, token));
        }
        live.changed().await.ok()?;
    }
}

/// Waits until the socket is to be another one, or none.
async fn changed(mut live: LiveNow, token: &Secret) {
    loop {
        if live.changed().await.is_err() {
            return std::future::pending().await;
        }
        let now = live.borrow_and_update().clone();
        let same = now.is_some_and(|now| slack_socket::token(&now.config, &now.secrets) == Some(token));
        if !same {
            return;
        }
    }
}

/// Keeps one socket open, and the next before it ends.
async fn keep(desk: &Arc<Desk>, live: &LiveNow, now: &Arc<Live>, token: &Secret) {
    let (mut sockets, mut failures) = (JoinSet::new(), 0);
    let (tell, mut told) = mpsc::channel(SOCKETS_MAX);
    let mut number = 0_u64;
    loop {
        let socket = match open(desk, now, token).await {
            Ok(socket) => socket,
            Err(why) => {
                let wait = if slack_socket::is_final(&why) { HOPELESS } else { again(failures) };
                tracing::warn!(
                    event = "slack_socket",
                    why,
                    seconds = wait.as_secs(),
                    "no socket to Slack: trying again"
                );
                failures = failures.saturating_add(1);
                sleep(wait).await;
                continue;
            }
        };
        while sockets.len() >= SOCKETS_MAX {
            sockets.abort_all();
            while sockets.join_next().await.is_some() {}
        }
        number += 1;
        sockets.spawn(carry(desk.clone(), live.clone(), socket, (number, tell.clone())));
        // What an older socket says of its end concerns nobody any more.
        let left = loop {
            tokio::select! {
                Some((of, left)) = told.recv() => {
                    if of == number {
                        break left;
                    }
                }
                Some(_) = sockets.join_next(), if sockets.len() > 1 => {}
            }
        };
        match left {
            Left::Asked => failures = 0,
            Left::Disabled => {
                tracing::warn!(event = "slack_socket", "Socket Mode is switched off in the app");
                sleep(AGAIN_MAX).await;
            }
            Left::Broken { greeted } => {
                failures = if greeted { 0 } else { failures + 1 };
                let wait = again(failures);
                tracing::info!(
                    event = "slack_socket",
                    seconds = wait.as_secs(),
                    "the socket to Slack ended: opening another"
                );
                sleep(wait).await;
            }
        }
    }
}

/// Longer after each failure, and never for ever.
fn again(failures: u32) -> Duration {
    AGAIN_FIRST.saturating_mul(1 << failures.min(6)).min(AGAIN_MAX)
}

/// An open socket, or why not.
async fn open(desk: &Desk, live: &Live, token: &Secret) -> Result<Socket, String> {
    let request = slack_socket::ask(&live.config, token).ok_or("providers.slack is not set up")?;
    let body = slack_said::accepted(desk.client.send(request).await)?;
    let url = body["url"].as_str().ok_or("no url in the answer")?;
    let bounds = WebSocketConfig::default().max_message_size(Some(FRAME_MAX)).max_frame_size(Some(FRAME_MAX));
    match timeout(OPEN_MAX, connect_async_with_config(url, Some(bounds), true)).await {
        Ok(Ok((socket, _))) => Ok(socket),
        // The address holds a ticket: it is not said.
        Ok(Err(_)) => Err("the socket could not be opened".to_owned()),
        Err(_) => Err("opening the socket timed out".to_owned()),
    }
}

/// Listens to a socket until it ends, and tells once when another is needed.
async fn carry(
    desk: Arc<Desk>,
    live: LiveNow,
    mut socket: Socket,
    (number, tell): (u64, mpsc::Sender<(u64, Left)>),
) {
    let (acknowledge, mut acknowledged) = mpsc::channel::<String>(ACKNOWLEDGED_MAX);
    // Pings since the last word, and until it is left.
    let (mut unheard, mut greeted, mut leaves_in) = (0, false, None);
    let mut ping = tokio::time::interval(PING_EVERY);
    loop {
        let left = tokio::select! {
            frame = socket.next() => {
                unheard = 0;
                match frame {
                    Some(Ok(Message::Text(text))) => {
                        let Some(now) = live.borrow().clone() else { continue };
                        match slack_socket::read(&now.config, &text) {
                            Frame::Hello => {
                                tracing::info!(event = "slack_socket", "a socket to Slack is open");
                                greeted = true;
                                None
                            }
                            Frame::Envelope { id, interaction } => {
                                tokio::spawn(take(desk.clone(), now, id, interaction, acknowledge.clone()));
                                None
                            }
                            Frame::Disconnect(reason) if reason == "link_disabled" => Some(Left::Disabled),
                            Frame::Disconnect(_) => Some(Left::Asked),
                            Frame::Other => None,
                        }
                    }
                    Some(Ok(Message::Close(_)) | Err(_)) | None => Some(Left::Broken { greeted }),
                    // Pings are answered by themselves, with the next frame that is written.
                    Some(Ok(_)) => None,
                }
            }
            Some(text) = acknowledged.recv() => {
                let sent = timeout(OPEN_MAX, socket.send(Message::text(text))).await;
                if matches!(sent, Ok(Ok(()))) { None } else { Some(Left::Broken { greeted }) }
            }
            _ = ping.tick() => {
                let over = leaves_in == Some(0);
                leaves_in = leaves_in.map(|pings: u32| pings.saturating_sub(1));
                unheard += 1;
                let sent = timeout(OPEN_MAX, socket.send(Message::Ping(Bytes::new()))).await;
                let silent = unheard > SILENT_PINGS_MAX || !matches!(sent, Ok(Ok(())));
                (silent || over).then_some(Left::Broken { greeted })
            }
        };
        let Some(left) = left else { continue };
        let asked = left == Left::Asked;
        if leaves_in.is_none() {
            let _ = tell.send((number, left)).await;
            leaves_in = Some(LEAVE_PINGS_MAX);
        }
        if !asked {
            return;
        }
    }
}

/// Does what an envelope asks, and has it acknowledged. Too much at once is not: Slack brings it again.
async fn take(
    desk: Arc<Desk>,
    live: Arc<Live>,
    id: String,
    interaction: Option<Box<crate::provider::slack_heard::Interaction>>,
    acknowledge: mpsc::Sender<String>,
) {
    let answer = match interaction {
        Some(interaction) => match desk.hear(live, *interaction).await {
            Ok(answer) => answer,
            Err(super::desk::Full) => return,
        },
        None => None,
    };
    // The socket may have ended: then it comes again, and is known.
    let _ = acknowledge.send(slack_socket::acknowledge(&id, answer.as_ref())).await;
}
