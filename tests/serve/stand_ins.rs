//! Slack, Jira and Twilio, as far as the server needs them: each request is told over one channel, then answered as the
//! vendor would. While a gate is shut, answers of that vendor are held back. What the doctor asks is answered well, or with
//! the trouble that a test makes.

use super::world::secret;
use axum::body::Bytes;
use axum::extract::{Request, State};
use axum::http::{HeaderMap, StatusCode};
use axum::response::{IntoResponse, Response};
use axum::{Json, Router};
use oncall::provider::slack_manifest::SCOPES;
use oncall::web::listen::accept;
use oncall::web::slow::CONNECTIONS_MAX;
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
    /// A form, or the query of a GET, is an object of texts.
    pub body: Value,
}

/// What is wrong at a vendor's.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Trouble {
    TokenRevoked,
    MayNotReadUsers,
    SmithDeactivated,
    BotNotInWeb,
    NoProject,
    MayNotCreate,
    NumberNotOurs,
    AccountSuspended,
}

/// All three, on ports of their own.
pub struct StandIns {
    pub urls: BTreeMap<Vendor, String>,
    pub seen: mpsc::UnboundedReceiver<Seen>,
    gates: BTreeMap<Vendor, watch::Sender<bool>>,
    troubles: watch::Sender<Vec<Trouble>>,
    calls: watch::Sender<&'static str>,
    /// The address of Slack's sockets; empty: none is opened.
    pub sockets: watch::Sender<String>,
    /// Who is in every user group, by Slack.
    pub group: watch::Sender<Vec<String>>,
}

#[derive(Clone)]
struct StandIn {
    vendor: Vendor,
    tell: mpsc::UnboundedSender<Seen>,
    open: watch::Receiver<bool>,
    count: Arc<AtomicU32>,
    troubles: watch::Receiver<Vec<Trouble>>,
    /// The status of every call, for whoever asks.
    calls: watch::Receiver<&'static str>,
    sockets: watch::Receiver<String>,
    group: watch::Sender<Vec<String>>,
}

impl StandIns {
    pub async fn start() -> StandIns {
        let (tell, seen) = mpsc::unbounded_channel();
        let (troubles, trouble) = watch::channel(Vec::new());
        let (calls, status) = watch::channel("ringing");
        let (sockets, socket) = watch::channel(String::new());
        let group = watch::channel(vec!["U0OLD".to_owned()]).0;
        let (urls, gates) = (BTreeMap::new(), BTreeMap::new());
        let mut stand_ins = StandIns { urls, seen, gates, troubles, calls, sockets, group };
        for vendor in [Vendor::Slack, Vendor::Jira, Vendor::Twilio] {
            let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
            let url = format!("http://{}", listener.local_addr().unwrap());
            let (gate, open) = watch::channel(true);
            let (count, troubles) = (Arc::default(), trouble.clone());
            let (tell, calls, sockets) = (tell.clone(), status.clone(), socket.clone());
            let group = stand_ins.group.clone();
            let stand_in = StandIn { vendor, tell, open, count, troubles, calls, sockets, group };
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

    /// From now on this is wrong, and nothing else.
    pub fn trouble(&self, troubles: &[Trouble]) {
        self.troubles.send_replace(troubles.to_vec());
    }

    /// From now on Twilio says this of every call, when it is asked.
    pub fn calls_are(&self, status: &'static str) {
        self.calls.send_replace(status);
    }

    pub fn let_go(&self, vendor: Vendor) {
        self.gates[&vendor].send_replace(true);
    }
}

/// The server's own acceptor, which is told to stop by nobody.
async fn axum_serve(listener: TcpListener, router: Router) {
    let (_never, stop) = watch::channel(false);
    accept(listener, router, CONNECTIONS_MAX, Vec::new(), Arc::default(), stop).await;
}

async fn answer(State(mut stand_in): State<StandIn>, request: Request) -> Response {
    let (parts, body) = request.into_parts();
    let body = axum::body::to_bytes(body, usize::MAX).await.unwrap();
    let body = match parts.uri.query() {
        Some(query) => form(query.as_bytes()),
        None => read(&parts.headers, &body),
    };
    let seen = Seen {
        vendor: stand_in.vendor,
        method: parts.method.to_string(),
        path: parts.uri.path().to_owned(),
        authorization: text(&parts.headers, "authorization"),
        body,
    };
    let n = stand_in.count.fetch_add(1, Ordering::SeqCst) + 1;
    let _ = stand_in.tell.send(seen.clone());
    let _ = stand_in.open.wait_for(|open| *open).await;
    let troubles = stand_in.troubles.borrow().clone();
    if let Some(answer) = stand_in.for_slack(&seen) {
        return answer;
    }
    if let Some(answer) = asked(&seen, |trouble| troubles.contains(&trouble)) {
        return answer;
    }
    match seen.vendor {
        Vendor::Slack => {
            let ts = seen.body["ts"].as_str().map_or(format!("1700000000.{n:06}"), str::to_owned);
            Json(json!({ "ok": true, "channel": seen.body["channel"], "ts": ts })).into_response()
        }
        Vendor::Jira => jira(&seen, n),
        Vendor::Twilio if asked_about(&seen).is_some() => {
            Json(json!({ "sid": asked_about(&seen), "status": *stand_in.calls.borrow() })).into_response()
        }
        Vendor::Twilio => {
            let sid = json!({ "sid": format!("CA{n:032x}"), "status": "queued" });
            (StatusCode::CREATED, Json(sid)).into_response()
        }
    }
}

impl StandIn {
    /// Sockets, one for each address; and user groups, whose members are replaced.
    fn for_slack(&self, seen: &Seen) -> Option<Response> {
        match (seen.vendor, seen.path.as_str()) {
            (Vendor::Slack, "/api/apps.connections.open") => {
                let good = seen.authorization == format!("Bearer {}", secret("SLACK_APP_TOKEN"));
                let url = self.sockets.borrow().clone();
                let body = match good && !url.is_empty() {
                    true => json!({ "ok": true, "url": url }),
                    false => json!({ "ok": false, "error": "internal_error" }),
                };
                Some(Json(body).into_response())
            }
            (Vendor::Slack, "/api/usergroups.users.list") => {
                Some(Json(json!({ "ok": true, "users": *self.group.borrow() })).into_response())
            }
            (Vendor::Slack, "/api/usergroups.users.update") => {
                let users = seen.body["users"].as_str().unwrap().split(',').map(str::to_owned).collect();
                self.group.send_replace(users);
                Some(Json(json!({ "ok": true })).into_response())
            }
            _ => None,
        }
    }
}

/// The call that a request asks about.
pub fn asked_about(seen: &Seen) -> Option<&str> {
    let call = seen.path.strip_prefix("/2010-04-01/Accounts/AC0123/Calls/")?.strip_suffix(".json")?;
    (seen.vendor == Vendor::Twilio && seen.method == "GET").then_some(call)
}

/// What the doctor asks, as each vendor documents it.
fn asked(seen: &Seen, is: impl Fn(Trouble) -> bool) -> Option<Response> {
    let error = |error: &str| json!({ "ok": false, "error": error });
    // It is in the channels that it writes to.
    let all: Vec<&str> =
        SCOPES.iter().map(|(scope, _)| *scope).filter(|scope| *scope != "chat:write.public").collect();
    let scopes = [("x-oauth-scopes", all.join(","))];
    let (method, last) = (seen.method.as_str(), seen.path.rsplit('/').next().unwrap_or_default());
    let slack = |body: Value| Some((scopes.clone(), Json(body)).into_response());
    let json = |body: Value| Some(Json(body).into_response());
    let not_found = |body: Value| Some((StatusCode::NOT_FOUND, Json(body)).into_response());
    match (seen.vendor, method, last) {
        (_, "GET", "healthz") => Some("ok\n".into_response()),
        (Vendor::Slack, "GET", "auth.test") if is(Trouble::TokenRevoked) => slack(error("token_revoked")),
        (Vendor::Slack, "GET", "auth.test") => slack(json!({ "ok": true, "team": "Acme", "user": "oncall" })),
        (Vendor::Slack, "GET", "users.info") if is(Trouble::MayNotReadUsers) => slack(
            json!({ "ok": false, "error": "missing_scope", "needed": "users:read", "provided": "chat:write" }),
        ),
        (Vendor::Slack, "GET", "users.info") => {
            let deleted = seen.body["user"] == "U0SMITH" && is(Trouble::SmithDeactivated);
            slack(json!({ "ok": true, "user": { "id": seen.body["user"], "deleted": deleted } }))
        }
        // A trigger is worth something for three seconds.
        (Vendor::Slack, "POST", "views.open") if seen.body["trigger_id"] == "T.late" => {
            json(error("expired_trigger_id"))
        }
        (Vendor::Slack, "POST", "conversations.create") => {
            json(json!({ "ok": true, "channel": { "id": "C0NEW", "name": seen.body["name"] } }))
        }
        (Vendor::Slack, "GET", "conversations.info") => {
            let member = seen.body["channel"] != "C0WEB" || !is(Trouble::BotNotInWeb);
            let channel = json!({ "id": seen.body["channel"], "name": "alerts", "is_member": member });
            slack(json!({ "ok": true, "channel": channel }))
        }
        (Vendor::Jira, "GET", "myself") => json(json!({ "accountId": "1", "displayName": "On-call bot" })),
        (Vendor::Jira, "GET", "OPS") if is(Trouble::NoProject) => {
            not_found(json!({ "errorMessages": ["none"] }))
        }
        (Vendor::Jira, "GET", "OPS") => {
            json(json!({ "key": "OPS", "issueTypes": [{ "name": "Task" }, { "name": "Incident" }] }))
        }
        (Vendor::Jira, "GET", "mypermissions") => {
            let has = |name: &str| json!({ "havePermission": name != "CREATE_ISSUES" || !is(Trouble::MayNotCreate) });
            let names = seen.body["permissions"].as_str()?.split(',');
            let permissions: serde_json::Map<_, _> = names.map(|name| (name.to_owned(), has(name))).collect();
            json(json!({ "permissions": permissions }))
        }
        (Vendor::Twilio, "GET", "AC0123.json") => {
            let status = if is(Trouble::AccountSuspended) { "suspended" } else { "active" };
            json(json!({ "friendly_name": "Acme", "status": status, "type": "Full" }))
        }
        (Vendor::Twilio, "GET", "IncomingPhoneNumbers.json") => {
            let ours =
                json!([{ "phone_number": seen.body["PhoneNumber"], "capabilities": { "voice": true } }]);
            json(
                json!({ "incoming_phone_numbers": if is(Trouble::NumberNotOurs) { json!([]) } else { ours } }),
            )
        }
        (Vendor::Twilio, "GET", "OutgoingCallerIds.json") => json(json!({ "outgoing_caller_ids": [] })),
        _ => None,
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
        return form(body);
    }
    serde_json::from_slice(body).unwrap_or_default()
}

fn form(text: &[u8]) -> Value {
    let pairs = form_urlencoded::parse(text).into_owned();
    pairs.map(|(key, value)| (key, Value::from(value))).collect::<serde_json::Map<_, _>>().into()
}

fn text(headers: &HeaderMap, name: &str) -> String {
    headers.get(name).and_then(|value| value.to_str().ok()).unwrap_or_default().to_owned()
}
