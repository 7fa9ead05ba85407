//! Connections, byte by byte: what is slow, silent or too much is cut off, at the time that it says. Time is virtual, and
//! the wires are in memory.

use super::doors::{inside, path};
use super::inside::{Inside, event};
use axum::serve::Listener;
use jiff::Timestamp;
use oncall::web::body::BODY_TIME_MAX;
use oncall::web::listen::{CONNECTION_TIME_MAX, HEAD_TIME_MAX, LAST_REQUEST_TIME_MAX, accept};
use oncall::web::room::STRANGERS_BYTES_MAX;
use oncall::web::slow::{SHARE_OF_ONE_ADDRESS, WAITING_MAX};
use serde_json::json;
use std::net::SocketAddr;
use std::time::Duration;
use tokio::io::{AsyncReadExt, AsyncWriteExt, DuplexStream, duplex};
use tokio::sync::{mpsc, watch};
use tokio::task::JoinHandle;

/// How much is on its way, in bytes, before the writer waits for the reader.
const BUFFER: usize = 4_096;
/// Nothing here is of any address.
const NOBODY: SocketAddr = SocketAddr::new(std::net::IpAddr::V4(std::net::Ipv4Addr::UNSPECIFIED), 0);

/// What listens: connections come as somebody hands them over.
struct Wires(mpsc::UnboundedReceiver<(DuplexStream, SocketAddr)>);

impl Listener for Wires {
    type Io = DuplexStream;
    type Addr = SocketAddr;

    async fn accept(&mut self) -> (DuplexStream, SocketAddr) {
        match self.0.recv().await {
            Some(connection) => connection,
            None => std::future::pending().await,
        }
    }

    fn local_addr(&self) -> std::io::Result<SocketAddr> {
        Ok(NOBODY)
    }
}

/// The server behind the wires.
struct Exchange {
    connect: mpsc::UnboundedSender<(DuplexStream, SocketAddr)>,
    stop: watch::Sender<bool>,
    accepting: JoinHandle<()>,
}

impl Exchange {
    fn new(inside: &Inside, connections: usize) -> Exchange {
        Exchange::behind(inside, connections, &[])
    }

    /// With proxies that are trusted.
    fn behind(inside: &Inside, connections: usize, proxies: &[&str]) -> Exchange {
        let trusted = proxies.iter().map(|proxy| proxy.parse().unwrap()).collect();
        let (connect, wires) = mpsc::unbounded_channel();
        let (stop, stopped) = watch::channel(false);
        let (router, metrics) = (inside.router.clone(), inside.doors.metrics.clone());
        let accepting = tokio::spawn(accept(Wires(wires), router, connections, trusted, metrics, stopped));
        Exchange { connect, stop, accepting }
    }

    /// A connection from an address on which this was said.
    async fn say(&self, from: &str, words: &str) -> DuplexStream {
        let (mut ours, theirs) = duplex(BUFFER);
        self.connect.send((theirs, SocketAddr::new(from.parse().unwrap(), 1))).unwrap();
        ours.write_all(words.as_bytes()).await.unwrap();
        ours
    }
}

/// What comes until the server ends the connection.
async fn rest(mut wire: DuplexStream) -> String {
    let mut text = Vec::new();
    let _ = wire.read_to_end(&mut text).await;
    String::from_utf8(text).unwrap()
}

fn post(path: &str, length: usize, body: &str) -> String {
    format!("POST {path} HTTP/1.1\r\nhost: a\r\ncontent-length: {length}\r\n\r\n{body}")
}

/// A good alert, and the end of the connection.
fn good() -> String {
    let path = path("backup", "BACKUP_SECRET");
    format!("POST {path} HTTP/1.1\r\nhost: a\r\nconnection: close\r\ncontent-length: 2\r\n\r\nok")
}

fn since(inside: &Inside, began: Timestamp) -> Duration {
    inside.clock.now().duration_since(began).try_into().unwrap()
}

#[tokio::test(start_paused = true)]
async fn slow_heads_are_cut_off_and_counted() {
    let (inside, _told, _world) = inside().await;
    let exchange = Exchange::new(&inside, 64);
    let began = inside.clock.now();
    let silent = exchange.say("192.0.2.1", "").await;
    let slow = exchange.say("192.0.2.1", "POST /v1/webhooks/backup/x HTTP/1.1\r\nhost: a\r\n").await;
    assert_eq!((rest(silent).await.as_str(), since(&inside, began)), ("", HEAD_TIME_MAX));
    assert_eq!((rest(slow).await.as_str(), since(&inside, began)), ("", HEAD_TIME_MAX));
    // Byte by byte is no faster.
    let mut dripping = exchange.say("192.0.2.1", "G").await;
    let mut drops = 0;
    while dripping.write_all(b"x").await.is_ok() {
        tokio::time::sleep(Duration::from_secs(3)).await;
        drops += 1;
    }
    assert_eq!(drops, 4);
    // Between two requests a connection may be silent for as long, and is no refusal then.
    let began = inside.clock.now();
    let kept = exchange.say("192.0.2.1", "GET /healthz HTTP/1.1\r\nhost: a\r\n\r\n").await;
    assert!(rest(kept).await.ends_with("\r\n\r\nok\n"));
    assert_eq!(since(&inside, began), HEAD_TIME_MAX);
    let wrong = exchange.say("192.0.2.1", "no HTTP at all\r\n\r\n").await;
    assert!(rest(wrong).await.starts_with("HTTP/1.1 400 "));
    assert_eq!((inside.refused("slow_head"), inside.refused("bad_head")), (2, 1));
}

#[tokio::test(start_paused = true)]
async fn slow_bodies_are_cut_off_and_told() {
    let (inside, mut told, _world) = inside().await;
    let exchange = Exchange::new(&inside, 64);
    let prometheus = path("prometheus", "PROMETHEUS_SECRET");
    let began = inside.clock.now();
    let slow = exchange.say("192.0.2.1", &post(&prometheus, 100, "{\"first\": 1")).await;
    let answer = rest(slow).await;
    assert!(answer.starts_with("HTTP/1.1 503 ") && answer.contains("\r\nretry-after: 5\r\n"), "{answer}");
    assert_eq!(since(&inside, began), BODY_TIME_MAX);
    let event = told.try_recv().unwrap();
    assert_eq!(event.summary, "unparsed payload from integration prometheus: the body took longer than 30 s");
    assert_eq!(event.description, "{\"first\": 1");

    // Who ends it knows that, and comes again by himself: half a body, and a length that is none.
    let mut broken = exchange.say("192.0.2.1", &post(&prometheus, 100, "{\"first\": 1")).await;
    broken.shutdown().await.unwrap();
    rest(broken).await;
    let chunks = format!("POST {prometheus} HTTP/1.1\r\nhost: a\r\ntransfer-encoding: chunked\r\n\r\nzz\r\n");
    let answer = rest(exchange.say("192.0.2.1", &chunks).await).await;
    assert!(answer.starts_with("HTTP/1.1 503 "), "{answer}");
    assert!(told.try_recv().is_err());

    let counts = inside.since_start("prometheus").await;
    assert_eq!(counts["refused"], json!({ "too_slow": 1, "broke_off": 2 }), "{counts}");
    assert_eq!((inside.refused("too_slow"), inside.refused("broke_off")), (1, 2));
    assert_eq!((&counts["unparsed"], &counts["last_error"]["reason"]), (&json!(1), &json!("broke_off")));
}

#[tokio::test(start_paused = true)]
async fn only_so_many_connections_are_open_and_one_address_has_a_share() {
    let (inside, _told, _world) = inside().await;
    let exchange = Exchange::new(&inside, 8);
    let share = 8 / SHARE_OF_ONE_ADDRESS;
    let began = inside.clock.now();
    // One address has its share, and is turned away beyond; a whole /64 is one address.
    let mut open = Vec::new();
    for n in 0..share {
        open.push(exchange.say(&format!("2001:db8::{n}"), "GET").await);
    }
    assert_eq!(rest(exchange.say("2001:db8::ff", "").await).await, "");
    assert_eq!((since(&inside, began), inside.refused("connections")), (Duration::ZERO, 1));
    // Somebody else is served meanwhile, as long as there is room at all.
    assert!(rest(exchange.say("192.0.2.1", &good()).await).await.starts_with("HTTP/1.1 202 "));
    for n in 2..8 {
        open.push(exchange.say(&format!("192.0.2.{n}"), "GET").await);
    }
    let waits = exchange.say("192.0.2.1", &good()).await;
    let waits = tokio::spawn(rest(waits));
    tokio::time::sleep(HEAD_TIME_MAX / 2).await;
    assert!(!waits.is_finished());
    // One that ends makes room, and so does its time.
    drop(open.pop());
    assert!(waits.await.unwrap().starts_with("HTTP/1.1 202 "));
    assert_eq!(since(&inside, began), HEAD_TIME_MAX / 2);
    open.push(exchange.say("192.0.2.9", "").await);
    assert!(rest(exchange.say("192.0.2.1", &good()).await).await.starts_with("HTTP/1.1 202 "));
    assert_eq!(since(&inside, began), HEAD_TIME_MAX);
}

/// Ten thousand connections that guess, and one sender who knows.
#[tokio::test(start_paused = true)]
async fn whoever_guesses_shuts_nobody_out() {
    let (inside, _told, _world) = inside().await;
    let exchange = Exchange::new(&inside, 4_096);
    let began = inside.clock.now();
    let mut guesses = Vec::new();
    for n in 0..10_000_u32 {
        let from = std::net::Ipv4Addr::from_bits(0x0a00_0000 + n % 100).to_string();
        let guess = post("/v1/webhooks/prometheus/guessed", 2, "{}");
        guesses.push(exchange.say(&from, &guess).await);
    }
    assert!(rest(exchange.say("192.0.2.1", &good()).await).await.starts_with("HTTP/1.1 202 "));
    assert_eq!(since(&inside, began), Duration::ZERO);
    assert_eq!(inside.refused("unauthorized"), 10_000);
    let mut waiting = 0;
    for mut guess in guesses {
        // Answered at once and ended, or waiting still.
        let mut first = [0; 12];
        let read = tokio::time::timeout(Duration::ZERO, guess.read_exact(&mut first)).await;
        waiting += usize::from(read.is_err());
        assert!(read.is_err() || first == *b"HTTP/1.1 401");
    }
    assert_eq!(waiting, WAITING_MAX);
}

/// A wrong secret is wrong before its body comes, and holds its connection no longer than a moment.
#[tokio::test(start_paused = true)]
async fn a_wrong_secret_is_refused_without_its_body() {
    let (inside, mut told, _world) = inside().await;
    let exchange = Exchange::new(&inside, 64);
    for (path, code) in [("/v1/webhooks/prometheus/guessed", "unauthorized"), ("/hooks/guessed", "not_found")]
    {
        let began = inside.clock.now();
        let answer = rest(exchange.say("192.0.2.1", &post(path, 5 << 20, "{\"first\": 1")).await).await;
        assert!(answer.starts_with("HTTP/1.1 40"), "{answer}");
        assert!(since(&inside, began) <= Duration::from_secs(2), "{:?}", since(&inside, began));
        assert_eq!(inside.refused(code), 1);
        tokio::time::sleep(Duration::from_secs(60)).await;
    }
    assert_eq!(inside.doors.entrance.strangers.taken(), 0);
    assert!(told.try_recv().is_err());
}

/// Strangers that send slowly, or wait for their refusal, take up room that is their own.
#[tokio::test(start_paused = true)]
async fn strangers_share_a_small_room() {
    let (inside, _told, _world) = inside().await;
    let exchange = Exchange::new(&inside, 4_096);
    let part = format!("{{\"first\": \"{}", "x".repeat(100_000));
    let signed = post("/v1/webhooks/signed", 5 << 20, &part)
        .replace("\r\nhost", "\r\nx-hub-signature-256: sha256=00\r\nhost");
    let mut slow = Vec::new();
    for n in 0..600 {
        let request = if n % 2 == 0 { post("/v2/enqueue", 1 << 20, &part[..1_000]) } else { signed.clone() };
        let (mut ours, theirs) = duplex(BUFFER);
        exchange
            .connect
            .send((theirs, SocketAddr::new(format!("10.0.{}.1", n % 100).parse().unwrap(), 1)))
            .unwrap();
        slow.push(tokio::spawn(async move {
            let _ = ours.write_all(request.as_bytes()).await;
            rest(ours).await
        }));
    }
    tokio::time::sleep(Duration::from_secs(1)).await;
    let taken = inside.doors.entrance.strangers.taken();
    assert!((STRANGERS_BYTES_MAX / 2..=STRANGERS_BYTES_MAX).contains(&taken), "{taken}");
    // Who is known has room of his own.
    let began = inside.clock.now();
    assert!(rest(exchange.say("10.0.0.1", &good()).await).await.starts_with("HTTP/1.1 202 "));
    assert_eq!(since(&inside, began), Duration::ZERO);
    for slow in slow {
        let answer = slow.await.unwrap();
        assert!(answer.starts_with("HTTP/1.1 503 ") && answer.contains("\r\nretry-after: 5\r\n"), "{answer}");
    }
    assert_eq!((inside.doors.entrance.strangers.taken(), inside.doors.entrance.known.taken()), (0, 0));
    let refused = (inside.refused("too_slow"), inside.refused("no_room"));
    assert!(refused.0 > 0 && refused.1 > 0 && refused.0 + refused.1 == 600, "{refused:?}");
    let words = event("disk");
    let small = post("/v2/enqueue", words.len(), &words).replace("\r\nhost", "\r\nconnection: close\r\nhost");
    assert!(rest(exchange.say("10.0.0.1", &small).await).await.starts_with("HTTP/1.1 202 "));
}

/// Behind a proxy that is trusted, what one client does costs itself alone; whoever names himself otherwise is not believed.
#[tokio::test(start_paused = true)]
async fn behind_a_trusted_proxy_limits_are_of_the_clients() {
    let (inside, _told, _world) = inside().await;
    let exchange = Exchange::behind(&inside, 64, &["10.0.0.0/8"]);
    let by = |client: &str, request: &str| {
        request.replace("\r\nhost", &format!("\r\nx-forwarded-for: 203.0.113.9, {client}\r\nhost"))
    };
    // One client takes more than its share of what the proxy may have open.
    let share = 64 / SHARE_OF_ONE_ADDRESS;
    let mut slow = Vec::new();
    for _ in 0..share {
        let path = path("prometheus", "PROMETHEUS_SECRET");
        slow.push(exchange.say("10.0.0.1", &by("192.0.2.1", &post(&path, 100, "{"))).await);
    }
    tokio::time::sleep(Duration::from_millis(1)).await;
    let turned_away = rest(exchange.say("10.0.0.1", &by("192.0.2.1", &good())).await).await;
    assert!(turned_away.starts_with("HTTP/1.1 503 "), "{turned_away}");
    let other = rest(exchange.say("10.0.0.1", &by("192.0.2.2", &good())).await).await;
    assert!(other.starts_with("HTTP/1.1 202 "), "{other}");
    // The second guess of a client waits, and the first of another one does not.
    let guess =
        post("/v1/webhooks/prometheus/guessed", 2, "{}").replace("\r\nhost", "\r\nconnection: close\r\nhost");
    for (from, client, waits) in [
        ("10.0.0.1", "192.0.2.3", 0),
        ("10.0.0.1", "192.0.2.3", 250),
        ("10.0.0.1", "192.0.2.4", 0),
        // Not by a proxy of ours: the address is the connection's.
        ("198.51.100.7", "192.0.2.5", 0),
        ("198.51.100.7", "192.0.2.6", 250),
    ] {
        let began = inside.clock.now();
        let answer = rest(exchange.say(from, &by(client, &guess)).await).await;
        assert!(answer.starts_with("HTTP/1.1 401 "), "{answer}");
        assert_eq!(since(&inside, began), Duration::from_millis(waits), "{from} {client}");
    }
}

/// Who never reads the answers holds a connection, but not for ever.
#[tokio::test(start_paused = true)]
async fn a_connection_does_not_last_for_ever() {
    let (inside, _told, _world) = inside().await;
    let exchange = Exchange::new(&inside, 1);
    let began = inside.clock.now();
    let mut deaf = exchange.say("192.0.2.1", "").await;
    while tokio::time::timeout(
        Duration::from_secs(1),
        deaf.write_all(b"GET /metrics HTTP/1.1\r\nhost: a\r\n\r\n"),
    )
    .await
    .is_ok()
    {}
    let next = exchange.say("192.0.2.2", &good()).await;
    assert!(rest(next).await.starts_with("HTTP/1.1 202 "));
    assert_eq!(since(&inside, began), CONNECTION_TIME_MAX + LAST_REQUEST_TIME_MAX);
    drop(deaf);
}

#[tokio::test(start_paused = true)]
async fn told_to_stop_it_answers_what_is_under_way_and_no_more() {
    let (inside, mut told, _world) = inside().await;
    let exchange = Exchange::new(&inside, 4);
    let idle = exchange.say("192.0.2.1", "GET /healthz HTTP/1.1\r\nhost: a\r\n\r\n").await;
    let mut under_way = exchange.say("192.0.2.2", &post(&path("backup", "BACKUP_SECRET"), 2, "o")).await;
    // Time passes when there is nothing else to do.
    tokio::time::sleep(Duration::from_secs(1)).await;
    exchange.stop.send_replace(true);
    assert!(rest(idle).await.ends_with("\r\n\r\nok\n"));
    under_way.write_all(b"k").await.unwrap();
    let answer = rest(under_way).await;
    assert!(answer.starts_with("HTTP/1.1 202 ") && answer.contains("connection: close"), "{answer}");
    told.try_recv().unwrap();
    exchange.accepting.await.unwrap();
}
