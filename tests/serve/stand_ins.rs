//! Slack, Jira and Twilio, as far as the server needs them: each request is told over one channel, then answered as the
//! vendor would. While a gate is shut, answers of that vendor are held back.

use axum::body::Bytes;
use axum::extract::{Request, State};
use axum::http::{HeaderMap, StatusCode};
use axum::response::{IntoResponse, Response};
use axum::{Json, Router};
use serde_json::{Value, json};
use std::collections::BTreeMap;
use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};
use tokio::net::TcpListener;
use tokio::sync::{mpsc, watch};

#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Vendor {
    Slack,
    Jira,
    Twilio,
}

/// One request of the server's.
#[derive(Clone, Debug)]
pub struct Seen {
    pub vendor: Vendor,
    pub method: String,
    pub path: String,
    pub authorization: String,
    /// A form is an object of texts.
    pub body: Value,
}

/// All three, on ports of their own.
pub struct StandIns {
    pub urls: BTreeMap<Vendor, String>,
    pub seen: mpsc::UnboundedReceiver<Seen>,
    gates: BTreeMap<Vendor, watch::Sender<bool>>,
}

#[derive(Clone)]
struct StandIn {
    vendor: Vendor,
    tell: mpsc::UnboundedSender<Seen>,
    open: watch::Receiver<bool>,
    count: Arc<AtomicU32>,
}

impl StandIns {
    pub async fn start() -> StandIns {
        let (tell, seen) = mpsc::unbounded_channel();
        let mut stand_ins = StandIns { urls: BTreeMap::new(), seen, gates: BTreeMap::new() };
        for vendor in [Vendor::Slack, Vendor::Jira, Vendor::Twilio] {
            let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
            let url = format!("http://{}", listener.local_addr().unwrap());
            let (gate, open) = watch::channel(true);
            let stand_in = StandIn { vendor, tell: tell.clone(), open, count: Arc::default() };
            let router = Router::new().fallback(answer).with_state(stand_in);
            tokio::spawn(async move { axum_serve(listener, router).await });
            stand_ins.urls.insert(vendor, url);
            stand_ins.gates.insert(vendor, gate);
        }
        stand_ins
    }

    /// Holds back the answers of a vendor until they are let go.
    pub fn hold(&self, vendor: Vendor) {
        self.gates[&vendor].send_replace(false);
    }

    pub fn let_go(&self, vendor: Vendor) {
        self.gates[&vendor].send_replace(true);
    }
}

/// The server's own acceptor, which is told to stop by nobody.
async fn axum_serve(listener: TcpListener, router: Router) {
    let (_never, stop) = watch::channel(false);
    oncall::server::listen::accept(listener, router, stop).await;
}

async fn answer(State(mut stand_in): State<StandIn>, request: Request) -> Response {
    let (parts, body) = request.into_parts();
    let body = axum::body::to_bytes(body, usize::MAX).await.unwrap();
    let seen = Seen {
        vendor: stand_in.vendor,
        method: parts.method.to_string(),
        path: parts.uri.path().to_owned(),
        authorization: text(&parts.headers, "authorization"),
        body: read(&parts.headers, &body),
    };
    let n = stand_in.count.fetch_add(1, Ordering::SeqCst) + 1;
    let _ = stand_in.tell.send(seen.clone());
    let _ = stand_in.open.wait_for(|open| *open).await;
    match seen.vendor {
        Vendor::Slack => {
            let ts = seen.body["ts"].as_str().map_or(format!("1700000000.{n:06}"), str::to_owned);
            Json(json!({ "ok": true, "channel": seen.body["channel"], "ts": ts })).into_response()
        }
        Vendor::Jira => jira(&seen, n),
        Vendor::Twilio => {
            let sid = json!({ "sid": format!("CA{n:032x}"), "status": "queued" });
            (StatusCode::CREATED, Json(sid)).into_response()
        }
    }
}

fn jira(seen: &Seen, n: u32) -> Response {
    let transitions = json!({ "transitions": [{ "id": "31", "name": "Done", "to": { "name": "Done" } }] });
    match (seen.method.as_str(), seen.path.rsplit('/').next().unwrap_or_default()) {
        ("POST", "issue") => {
            let made = json!({ "id": n.to_string(), "key": format!("OPS-{n}") });
            (StatusCode::CREATED, Json(made)).into_response()
        }
        ("GET", "transitions") => Json(transitions).into_response(),
        ("POST", "transitions") => StatusCode::NO_CONTENT.into_response(),
        ("POST", "jql") => Json(json!({ "issues": [] })).into_response(),
        _ => (StatusCode::CREATED, Json(json!({}))).into_response(),
    }
}

fn read(headers: &HeaderMap, body: &Bytes) -> Value {
    if text(headers, "content-type").starts_with("application/x-www-form-urlencoded") {
        let pairs = form_urlencoded::parse(body).into_owned();
        return pairs.map(|(key, value)| (key, Value::from(value))).collect::<serde_json::Map<_, _>>().into();
    }
    serde_json::from_slice(body).unwrap_or_default()
}

fn text(headers: &HeaderMap, name: &str) -> String {
    headers.get(name).and_then(|value| value.to_str().ok()).unwrap_or_default().to_owned()
}
