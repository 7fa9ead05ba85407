//! Puts the server together: state, journal, config, doors, engine, and the way out.
//!
//! At a start only the state directory and the address to listen on can be fatal. Everything else is waited for,
//! loudly: the doors answer 503 until a config is in force.

use crate::disk::alive;
use crate::disk::compaction::compact;
use crate::disk::directory::{Loaded, StateDir};
use crate::disk::recorder::{Recorder, Written};
use crate::disk::recover;
use crate::git::fetch::Fetcher;
use crate::git::kept::Kept;
use crate::git::remote::Credentials;
use crate::git::repository::Repository;
use crate::incident::stored::Stored;
use crate::incident::{Incidents, State};
use crate::journal::recovery::Damage;
use crate::journal::retention::History;
use crate::reason::OwnTrouble;
use crate::server::clock::Clock;
use crate::server::delivery::Client;
use crate::server::follow::{Follower, News, Resolve, Source};
use crate::server::former::VALID;
use crate::server::inbox::{ALERTS_MAX, FIRST_MAX, Inbox};
use crate::server::live::{Origin, Recorded, Status};
use crate::server::metrics::Metrics;
use crate::server::run::{Carrier, Parts, STOP_MAX, Shown, run};
use crate::web::calendars::Calendars;
use crate::web::limit::Limits;
use crate::web::listen;
use crate::web::router::{Doors, router};
use crate::web::slow::Slowed;
use crate::web::tally::Tallies;
use anyhow::{Context, Result, anyhow};
use axum::serve::Listener;
use jiff::Timestamp;
use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex};
use std::time::{Duration, SystemTime};
use tokio::sync::{mpsc, oneshot, watch};
use tokio::task::JoinHandle;

/// How much news of the config waits for the engine.
const NEWS_MAX: usize = 16;
/// How often sealed segments become a snapshot, and old ones are deleted.
const COMPACT_EVERY: Duration = Duration::from_secs(600);
/// The bytes of one segment of the journal.
const SEGMENT_SIZE: u64 = crate::disk::directory::SEGMENT_SIZE;

/// Where the config comes from.
#[derive(Clone, Debug)]
pub enum From {
    Directory(PathBuf),
    Git {
        url: String,
        branch: Option<String>,
        path: Option<String>,
        credentials: Credentials,
        /// The longest time one fetch may take.
        fetch_timeout: Duration,
    },
}

/// What a server is started with.
#[derive(Debug)]
pub struct Options {
    pub config: From,
    pub state: PathBuf,
    pub listen: SocketAddr,
    pub interval: Duration,
    pub clock: Clock,
    pub resolve: Resolve,
    /// Show deliveries to the watcher instead of sending them.
    pub print: bool,
    pub watcher: Option<mpsc::UnboundedSender<Shown>>,
}

/// Runs a server until it is told to stop by `stop` or a signal. `ready` gets the address it listens on.
pub async fn serve(
    options: Options,
    ready: oneshot::Sender<SocketAddr>,
    stop: watch::Receiver<bool>,
) -> Result<()> {
    let Options { config, state, listen, interval, clock, resolve, print, watcher } = options;
    ignore_file_size_signal()?;
    let client = Client::new()?;
    let (listener, address) = bind(listen)?;
    let Begun { dir: state_dir, incidents, troubles, recorder, epoch, gap_seconds, written } = begin(&state)?;

    let recorded = recorded(incidents.state(), clock.now());
    let (tell_news, news) = mpsc::channel(NEWS_MAX);
    let (source, origin) = source(config, &state)?;
    let pull = follow(source, &clock, resolve, interval, recorded, tell_news)?;

    let ((first_in, first), (alerts_in, alerts)) = (mpsc::channel(FIRST_MAX), mpsc::channel(ALERTS_MAX));
    let (live_in, live) = watch::channel(None);
    let (status_in, status) = watch::channel(Status::waiting(&troubles));
    let metrics = Arc::new(Metrics::new());
    let (stopping, stopped) = watch::channel(false);
    let doors = Doors {
        live,
        status,
        inbox: Inbox { first: first_in, alerts: alerts_in },
        client: client.clone(),
        clock: clock.clone(),
        metrics: metrics.clone(),
        state_dir: state_dir.clone(),
        origin,
        pull,
        certificates: Mutex::default(),
        calendars: Calendars::default(),
        tallies: Tallies::default(),
        limits: Limits::default(),
        slowed: Slowed::default(),
    };
    let (router, most) = (router(Arc::new(doors)), listen::connections_max());
    let connections = tokio::spawn(listen::accept(listener, router, most, metrics.clone(), stopped.clone()));
    let parts = Parts {
        clock,
        incidents,
        epoch,
        gap_seconds,
        damage: troubles,
        recorder,
        state_dir,
        written,
        first,
        alerts,
        news,
        live: live_in,
        status: status_in,
        metrics,
        carrier: if print { Carrier::Watcher } else { Carrier::Providers(client) },
        watcher,
        stop: stopped,
    };
    let engine = tokio::spawn(run(parts));
    // Whoever started the server may not care to know.
    let _ = ready.send(address);
    let ended = until_stopped(engine, stopping, stop).await;
    // Connections end by themselves once told; those that do not are cut off.
    let _ = tokio::time::timeout(Duration::from_secs(1), connections).await;
    ended
}

/// What a start found in the state directory, and the journal in its new epoch.
struct Begun {
    dir: Arc<StateDir>,
    incidents: Incidents,
    troubles: Vec<String>,
    recorder: Recorder,
    epoch: u32,
    gap_seconds: Option<u64>,
    written: mpsc::UnboundedReceiver<Written>,
}

/// Opens the state directory, reads it, and begins a new epoch of its journal.
fn begin(state: &Path) -> Result<Begun> {
    let dir = StateDir::open(state, SEGMENT_SIZE)?;
    let (incidents, loaded, troubles) = load(&dir)?;
    let (tell_written, written) = mpsc::unbounded_channel();
    let (recorder, epoch) = Recorder::start(&dir, &loaded.opening, tell_written)?;
    let gap_seconds = alive::gap_seconds(&dir, wall());
    alive::touch_now_and_then(&dir);
    compact_now_and_then(dir.clone(), loaded.damages);
    let epoch = u32::try_from(epoch).unwrap_or(u32::MAX);
    Ok(Begun { dir: Arc::new(dir), incidents, troubles, recorder, epoch, gap_seconds, written })
}

fn bind(listen: SocketAddr) -> Result<(impl Listener<Addr = SocketAddr>, SocketAddr)> {
    let listener = listen::bind(listen).with_context(|| {
        format!("cannot listen on {listen}: is another server running there? Choose another with --listen")
    })?;
    let address = listener.local_addr()?;
    Ok((listener, address))
}

/// What the journal holds; what is damaged is said in the log as well.
fn load(dir: &StateDir) -> Result<(Incidents, Loaded<()>, Vec<String>)> {
    let loaded = recover::load(dir)?;
    loaded.2.iter().for_each(|trouble| tracing::error!("damaged, and set aside: {trouble}"));
    Ok(loaded)
}

/// The source of the config, and how to show it; a clone of a repository is kept beside the journal.
fn source(config: From, state: &Path) -> Result<(Source, Origin)> {
    match config {
        From::Directory(path) => {
            let kept = Kept::of(state, &path);
            Ok((Source::Directory(path.clone(), kept), Origin::Directory(path)))
        }
        From::Git { url, branch, path, credentials, fetch_timeout } => {
            let clone = state.join("config.git");
            let open =
                || Repository::open(&clone, &url, branch.as_deref(), path.as_deref(), credentials.clone());
            // Two handles on one clone: the thread that fetches keeps its own.
            let (repository, fetcher) = (open()?, Fetcher::start(open()?, fetch_timeout)?);
            let url = repository.remote().to_owned();
            Ok((Source::Git(Box::new(repository), fetcher), Origin::Git { url, branch, path }))
        }
    }
}

/// Waits for the end: of the engine, or by a signal or `stop`, after which the engine finishes what it has begun.
async fn until_stopped(
    mut engine: JoinHandle<Result<()>>,
    stopping: watch::Sender<bool>,
    mut stop: watch::Receiver<bool>,
) -> Result<()> {
    tokio::select! {
        ended = &mut engine => return ended.map_err(|error| anyhow!("the engine's task ended: {error}"))?,
        signal = told_to_stop() => signal?,
        _ = stop.wait_for(|stop| *stop) => {}
    }
    tracing::info!("stopping: deliveries in flight have {} s", STOP_MAX.as_secs());
    stopping.send_replace(true);
    engine.await.map_err(|error| anyhow!("the engine's task ended: {error}"))?
}

/// A limit on file sizes should be an error of the write, which degrades, not the end of the process.
fn ignore_file_size_signal() -> Result<()> {
    const SIGXFSZ: i32 = 25;
    let kind = tokio::signal::unix::SignalKind::from_raw(SIGXFSZ);
    tokio::signal::unix::signal(kind).context("cannot handle SIGXFSZ").map(drop)
}

async fn told_to_stop() -> Result<()> {
    use tokio::signal::unix::{SignalKind, signal};
    let mut terminate = signal(SignalKind::terminate()).context("cannot handle SIGTERM")?;
    let mut interrupt = signal(SignalKind::interrupt()).context("cannot handle SIGINT")?;
    tokio::select! {
        _ = terminate.recv() => {}
        _ = interrupt.recv() => {}
    }
    Ok(())
}

/// What the journal knows of the config.
fn recorded(state: &State, now: Timestamp) -> Recorded {
    let since = |trouble| state.troubles.get(&trouble).copied();
    let revision = &state.revision;
    let recent = now.duration_since(revision.since) < VALID;
    let before = revision.number.checked_sub(1).and_then(|number| state.commits.get(&number));
    Recorded {
        before: before.filter(|_| recent).cloned(),
        commit: Some(revision.commit.clone()).filter(|commit| !commit.is_empty()),
        refused_since: since(OwnTrouble::ConfigRefused),
        unreachable_since: since(OwnTrouble::ConfigUnreachable),
    }
}

/// Starts the thread that follows the config. What comes back wakes it.
fn follow(
    source: Source,
    clock: &Clock,
    resolve: Resolve,
    interval: Duration,
    recorded: Recorded,
    tell: mpsc::Sender<News>,
) -> Result<std::sync::mpsc::SyncSender<()>> {
    let (pull, pulled) = std::sync::mpsc::sync_channel(1);
    let follower = Follower::new(source, clock.clone(), resolve, interval, recorded, tell);
    let thread = std::thread::Builder::new().name("config".into()).spawn(move || follower.run(&pulled));
    thread.context("cannot start the thread that follows the config")?;
    Ok(pull)
}

/// Snapshots off the live path, on a thread that ends with the process.
fn compact_now_and_then(dir: StateDir, known: Vec<Damage>) {
    let work = move || {
        loop {
            std::thread::sleep(COMPACT_EVERY);
            let apply = |state: &mut Stored<'static>, _: u64, payload: &[u8]| {
                if let Err(error) = recover::apply(state, payload) {
                    tracing::error!("an entry cannot be read: {error}");
                }
            };
            match compact(&dir, Stored::default(), apply, &known, (&History::default(), wall())) {
                Ok(done) if done.damages.is_empty() => {
                    tracing::debug!(covered = done.covered, deleted = done.deleted.len(), "compacted");
                }
                Ok(done) => tracing::error!("no snapshot was made: {:?} is damaged", done.damages),
                Err(error) => tracing::warn!("no snapshot was made: {error:#}"),
            }
        }
    };
    if let Err(error) = std::thread::Builder::new().name("compaction".into()).spawn(work) {
        tracing::error!("no thread to make snapshots: {error}");
    }
}

#[expect(clippy::disallowed_methods, reason = "compared with the ages of files")]
fn wall() -> SystemTime {
    SystemTime::now()
}
