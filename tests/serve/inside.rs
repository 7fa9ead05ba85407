//! The doors and the engine's task in this process, on a clock that is the runtime's: it stands still where a test pauses
//! that. The journal is a real one, whose answers a test may hold back.

use super::stand_ins::Vendor;
use super::world::{HANG_MAX, SECRETS, World, now, organisation, secret};
use axum::Router;
use axum::body::{Body, Bytes};
use http_body_util::BodyExt;
use oncall::alert::Event;
use oncall::config::{Secret, SecretSource, Secrets};
use oncall::disk::directory::StateDir;
use oncall::disk::recorder::{Recorder, Written};
use oncall::disk::recover;
use oncall::incident::{Command, Input, Reply, Target};
use oncall::server::clock::Clock;
use oncall::server::delivery::Client;
use oncall::server::desk::Desk;
use oncall::server::feed::Feed;
use oncall::server::follow::News;
use oncall::server::inbox::{ALERTS_MAX, Answered, FIRST_MAX, Inbox, Message};
use oncall::server::keeping::Keeper;
use oncall::server::live::{Live, Origin, Status};
use oncall::server::metrics::Metrics;
use oncall::server::parts::{Carrier, Parts};
use oncall::web::doors::{Behind, Doors};
use oncall::web::how_it_is::Watched;
use oncall::web::router::router;
use oncall::web::slow::{CONNECTIONS_MAX, Peer};
use serde_json::Value;
use std::net::IpAddr;
use std::sync::Arc;
use std::time::Duration;
use tokio::sync::{mpsc, watch};
use tower::ServiceExt;

/// The path on which a stand-in sees our own heartbeat.
pub const WATCHER: &str = "/ping/seCretWatcher7Z";

pub struct Inside {
    pub clock: Clock,
    pub doors: Arc<Doors>,
    pub router: Router,
    /// For `oncall::server::run::run`, or taken apart by [`Inside::answer`].
    pub parts: Option<Parts>,
    pub live: Arc<Live>,
    news: mpsc::Sender<News>,
    journal_answers: watch::Sender<bool>,
    engine: watch::Sender<Engine>,
    _stop: watch::Sender<bool>,
}

/// What signs sessions in tests.
pub const SESSION_KEY: &[u8] = b"a key for sessions that only tests know";

/// What stands for the engine does with alerts.
#[derive(Clone, Copy, Debug)]
pub enum Engine {
    Stores,
    /// Because the disk is full.
    CannotStore,
    DoesNotAnswer,
}

impl Inside {
    /// With the config of the world; the doors know it when the engine's task does.
    pub fn of(world: &World) -> Inside {
        let clock = Clock::scaled(now(), 1);
        let client = Client::new(SESSION_KEY).unwrap();
        let dir = StateDir::open(&world.state(), 1 << 20).unwrap();
        let (incidents, loaded, damage) = recover::load(&dir).unwrap();
        let (tell, told) = mpsc::unbounded_channel();
        let (recorder, epoch) = Recorder::start(&dir, &loaded.opening, tell).unwrap();
        let (written, journal_answers) = held_back(told);
        let state_dir = Arc::new(dir);
        let ((first_in, first), (alerts_in, alerts)) = (mpsc::channel(FIRST_MAX), mpsc::channel(ALERTS_MAX));
        let ((live_in, live), (status_in, status)) =
            (watch::channel(None), watch::channel(Status::waiting(&[])));
        let ((news_in, news), (stop, stopped)) = (mpsc::channel(16), watch::channel(false));
        let (metrics, feed) = (Arc::new(Metrics::new()), Feed::new());
        let inbox = Inbox { first: first_in, alerts: alerts_in };
        let (keeper, board) = Keeper::of(incidents.state(), &feed, inbox.clone(), metrics.clone());
        tokio::spawn(keeper.keep(feed.reader(incidents.state().seq)));
        let behind = Behind {
            live,
            status,
            desk: Arc::new(Desk::new(&inbox, &client, &clock, board.clone(), state_dir.clone())),
            inbox,
            board,
            client: client.clone(),
            clock: clock.clone(),
            metrics: metrics.clone(),
            state_dir: state_dir.clone(),
            origin: Origin::Directory("config".into()),
            pull: std::sync::mpsc::sync_channel(1).0,
        };
        let doors = Arc::new(Doors::open(behind, CONNECTIONS_MAX, SESSION_KEY));
        let parts = Parts {
            clock: clock.clone(),
            incidents,
            epoch: u32::try_from(epoch).unwrap(),
            gap_seconds: None,
            damage,
            recorder,
            state_dir,
            written,
            first,
            alerts,
            news,
            live: live_in,
            status: status_in,
            metrics,
            feed,
            carrier: Carrier::Providers(client),
            watcher: None,
            stop: stopped,
        };
        let live = Arc::new(live_of(world));
        let router = router(doors.clone(), Watched::Here);
        let engine = watch::channel(Engine::Stores).0;
        let (parts, news, _stop) = (Some(parts), news_in, stop);
        Inside { clock, doors, router, parts, live, news, journal_answers, engine, _stop }
    }

    /// Tells the engine's task which config is in force.
    pub async fn put_in_force(&self) {
        let accepted = News::Accepted { live: self.live.clone(), previous: None, missing: Vec::new() };
        self.news.send(accepted).await.unwrap();
    }

    /// Answers the doors in place of the engine; what it stores is told here.
    pub fn answer(&mut self) -> mpsc::UnboundedReceiver<Event> {
        let Parts { mut first, mut alerts, live, .. } = self.parts.take().unwrap();
        live.send_replace(Some(self.live.clone()));
        let ((tell, told), engine) = (mpsc::unbounded_channel(), self.engine.subscribe());
        tokio::spawn(async move {
            let mut unanswered = Vec::new();
            while let Some(message) = alerts.recv().await {
                let Message::Input { input: Input::Alerts(events), answer, .. } = message else { panic!() };
                let stored = match *engine.borrow() {
                    Engine::Stores => true,
                    Engine::CannotStore => false,
                    Engine::DoesNotAnswer => {
                        unanswered.push(answer);
                        continue;
                    }
                };
                // Not every test listens.
                events.into_iter().filter(|_| stored).for_each(|event| drop(tell.send(event)));
                let _ = answer.send(Answered { reply: None, stored });
            }
            drop(live);
        });
        let engine = self.engine.subscribe();
        tokio::spawn(async move {
            let mut unanswered = Vec::new();
            while let Some(message) = first.recv().await {
                match (message, *engine.borrow()) {
                    (Message::Turn { answer }, Engine::DoesNotAnswer) => unanswered.push(answer),
                    (Message::Turn { answer }, _) => drop(answer.send(())),
                    (Message::Heartbeat { answer, .. }, _) => drop(answer.send(None)),
                    (Message::Input { input: Input::Command(Command::Respond(asked)), answer, .. }, does) => {
                        let Target::Incidents(incidents) = asked.target else { panic!() };
                        let reply = Some(Reply::Done { action: asked.action, incidents });
                        drop(answer.send(Answered { reply, stored: matches!(does, Engine::Stores) }));
                    }
                    _ => panic!(),
                }
            }
        });
        told
    }

    /// What stands for the engine does from now on.
    pub fn engine(&self, does: Engine) {
        self.engine.send_replace(does);
    }

    /// From now on the journal's answers come or do not.
    pub fn journal_answers(&self, answers: bool) {
        self.journal_answers.send_replace(answers);
    }

    /// The answer to a request from an address.
    pub async fn ask(&self, from: &str, request: http::request::Builder, body: impl Into<Body>) -> Said {
        let peer = Peer(from.parse::<IpAddr>().unwrap());
        let request = request.extension(peer).body(body.into()).unwrap();
        let (parts, body) = self.router.clone().oneshot(request).await.unwrap().into_parts();
        let body = body.collect().await.unwrap().to_bytes();
        Said { status: parts.status.as_u16(), headers: parts.headers, body }
    }

    /// A POST from a good sender's address.
    pub async fn post(&self, path: &str, body: impl Into<Body>) -> Said {
        self.ask("198.51.100.1", http::Request::post(path), body).await
    }

    /// An event of PagerDuty's protocol.
    pub async fn event(&self, key: &str) -> Said {
        self.post("/v2/enqueue", event(key)).await
    }

    /// What `GET /v1/integrations/<id>` says of the time since the start.
    pub async fn since_start(&self, id: &str) -> Value {
        let token = format!("Bearer {}", secret("API_TOKEN"));
        let request = http::Request::get(format!("/v1/integrations/{id}")).header("authorization", token);
        let said = self.ask("198.51.100.1", request, Body::empty()).await;
        serde_json::from_slice::<Value>(&said.body).unwrap()["since_start"].take()
    }

    /// The value of a line of `/metrics`; 0 where there is none.
    pub fn metric(&self, name: &str) -> u64 {
        let text = self.doors.metrics.render();
        let value = text.lines().find_map(|line| line.strip_prefix(name)?.strip_prefix(' ')?.parse().ok());
        value.unwrap_or_default()
    }

    /// How many requests were refused for this reason.
    pub fn refused(&self, code: &str) -> u64 {
        self.metric(&format!("oncall_requests_refused_total{{code=\"{code}\"}}"))
    }

    /// How many of our own heartbeats had this outcome.
    pub fn beats(&self, outcome: &str) -> u64 {
        self.metric(&format!("oncall_own_heartbeats_total{{outcome=\"{outcome}\"}}"))
    }
}

/// An answer.
#[derive(Debug)]
pub struct Said {
    pub status: u16,
    pub headers: http::HeaderMap,
    pub body: Bytes,
}

impl Said {
    pub fn header(&self, name: &str) -> Option<&str> {
        self.headers.get(name).map(|value| value.to_str().unwrap())
    }
}

pub fn event(key: &str) -> String {
    let payload = serde_json::json!({ "summary": format!("{key} is full"), "source": "db1" });
    let key = serde_json::json!({
        "routing_key": secret("PAGERDUTY_KEY"), "event_action": "trigger", "dedup_key": key, "payload": payload,
    });
    key.to_string()
}

/// `oncall.yaml` with a heartbeat of our own, every minute.
pub fn with_heartbeat(world: &World) -> String {
    let heartbeat = "heartbeat: { url: { env: HEARTBEAT_URL }, every: 1m }\n";
    format!("{}{heartbeat}", organisation(&world.stand_ins))
}

fn live_of(world: &World) -> Live {
    let mut secrets = Secrets::default();
    let watcher = format!("{}{WATCHER}", world.stand_ins.urls[&Vendor::Jira]);
    for (name, value) in SECRETS.into_iter().chain([("HEARTBEAT_URL", watcher.as_str())]) {
        secrets.insert(SecretSource::Env(name.into()), Secret::new(value));
    }
    Live::new(Arc::new(world.config()), secrets, "c0ffee".to_owned(), None)
}

/// Hands on what the journal answers while it may.
fn held_back(
    mut told: mpsc::UnboundedReceiver<Written>,
) -> (mpsc::UnboundedReceiver<Written>, watch::Sender<bool>) {
    let ((tell, written), (answers, mut may)) = (mpsc::unbounded_channel(), watch::channel(true));
    tokio::spawn(async move {
        while let Some(answer) = told.recv().await {
            if may.wait_for(|may| *may).await.is_err() || tell.send(answer).is_err() {
                return;
            }
        }
    });
    (written, answers)
}

/// While this lives, time passes only by `tokio::time::advance`, and not of itself when nothing happens: threads and sockets
/// take as long as they take. A test that hangs is let go, and then fails by its own limits.
pub struct StoppedTime {
    _let_go: std::sync::mpsc::Sender<()>,
}

impl StoppedTime {
    pub fn new() -> StoppedTime {
        let (let_go, held) = std::sync::mpsc::channel::<()>();
        // Time stands still as long as a blocking task is under way.
        tokio::task::spawn_blocking(move || held.recv_timeout(HANG_MAX));
        tokio::time::pause();
        StoppedTime { _let_go: let_go }
    }

    /// Lets time pass, and a little more: timers are coarse.
    pub async fn pass(&self, time: Duration) {
        tokio::time::advance(time + Duration::from_millis(10)).await;
    }
}
