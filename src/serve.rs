//! Puts the server together: state, journal, config, doors, engine, and the way out.
//!
//! At a start only the state directory and the address to listen on can be fatal. Everything else is waited for,
//! loudly: the doors answer 503 until a config is in force.

use crate::disk::directory::StateDir;
use crate::disk::recorder::{Recorder, Written};
use crate::disk::recover;
use crate::disk::web_key;
use crate::git::fetch::Fetcher;
use crate::git::kept::Kept;
use crate::git::remote::Credentials;
use crate::git::repository::Repository;
use crate::incident::{Incidents, State};
use crate::language::{Language, storage::Trouble};
use crate::reason::OwnTrouble;
use crate::server::clock::Clock;
use crate::server::delivery::Client;
use crate::server::desk::Desk;
use crate::server::feed::{Feed, Reader};
use crate::server::follow::{Follower, News, Resolve, Source};
use crate::server::former::VALID;
use crate::server::gaps;
use crate::server::groups;
use crate::server::inbox::Inbox;
use crate::server::keeping::{Boards, Keeper};
use crate::server::live::{Origin, Recorded, Status};
use crate::server::log::Log;
use crate::server::metrics::Metrics;
use crate::server::parts::{Carrier, Parts, Shown};
use crate::server::run::{STOP_MAX, run};
use crate::server::signals::{Asked, Signals};
use crate::server::sink::Sink;
use crate::server::socket;
use crate::server::story::Story;
use crate::server::upkeep::{self, Upkeep};
use crate::web::doors::{Behind, Doors};
use crate::web::how_it_is::{Watched, admin_router};
use crate::web::listen;
use crate::web::proxy::Network;
use crate::web::router::router;
use anyhow::{Context, Result, anyhow};
use axum::serve::Listener;
use jiff::Timestamp;
use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;
use tokio::sync::{mpsc, oneshot, watch};
use tokio::task::{JoinError, JoinHandle, JoinSet};

/// How many connections those who watch have at once.
const ADMIN_CONNECTIONS_MAX: usize = 64;
/// How much news of the config waits for the engine.
const NEWS_MAX: usize = 16;
/// How long connections and readers of the feed have to end, once the engine has.
const LAST_WORDS_MAX: Duration = Duration::from_millis(500);
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
    /// Where those who watch are told how the server is; everybody else then hears only whether it is ready.
    pub admin_listen: Option<SocketAddr>,
    pub interval: Duration,
    pub clock: Clock,
    pub resolve: Resolve,
    /// Show deliveries to the watcher instead of sending them.
    pub print: bool,
    /// Go on with what can be read of a newer release's journal.
    pub accept_loss: bool,
    pub watcher: Option<mpsc::UnboundedSender<Shown>>,
    /// Where the log's story is written, if anywhere.
    pub log: Option<Sink>,
    /// The proxies that say whose requests they bring.
    pub trusted_proxies: Vec<Network>,
}

/// Runs a server until it is told to stop by `stop` or a signal. `ready` gets the address it listens on.
pub async fn serve(
    options: Options,
    ready: oneshot::Sender<SocketAddr>,
    stop: watch::Receiver<bool>,
) -> Result<()> {
    let mut signals = Signals::listen()?;
    let (listener, address) = bind(options.listen)?;
    let admin = options.admin_listen.map(bind).transpose()?.map(|(admin, at)| {
        tracing::info!(
            event = "admin_listening",
            url = format!("http://{at}"),
            "metrics and details are told there"
        );
        admin
    });
    let (state, accept_loss) = (options.state.clone(), options.accept_loss);
    // A disk that hangs must not make the server deaf to whoever ends it.
    let begun = tokio::select! {
        begun = tokio::task::spawn_blocking(move || begin(&state, accept_loss)) => begun.context("the start failed")??,
        () = told_to_stop(&mut signals) => return Ok(()),
    };
    let announce = move || {
        // Whoever started the server may not care to know.
        let _ = ready.send(address);
    };
    serve_on((listener, admin), options, begun, announce, stop, signals).await
}

/// The listener of everybody, and that of those who watch.
type Listeners<L> = (L, Option<L>);

/// Serves what was begun, on these listeners.
async fn serve_on(
    listeners: Listeners<impl Listener<Addr = SocketAddr>>,
    options: Options,
    begun: Begun,
    announce: impl FnOnce(),
    stop: watch::Receiver<bool>,
    mut signals: Signals,
) -> Result<()> {
    let Options { config, state, interval, clock, resolve, print, watcher, log, trusted_proxies, .. } =
        options;
    let Begun { dir: state_dir, upkeep, incidents, troubles, recorder, epoch, gap_seconds, written } = begun;
    let key = web_key::read_or_make(state_dir.path());
    let (client, metrics, feed) = (Client::new(&key)?, Arc::new(Metrics::new()), Feed::new());
    let (tell_news, news) = mpsc::channel(NEWS_MAX);
    let (recorded, (source, origin)) = (recorded(incidents.state(), clock.now()), source(config, &state)?);
    let pull = follow(source, &clock, resolve, interval, recorded, tell_news)?;

    let (inbox, first, alerts) = Inbox::open();
    let ((live_in, live), (status_in, status)) =
        (watch::channel(None), watch::channel(Status::waiting(&troubles)));
    upkeep.begin(live.clone());
    let (board, readers) = readers(&feed, &incidents, &metrics, log, &clock, &inbox);
    let ((stopping, stopped), (close, closed)) = (watch::channel(false), watch::channel(false));
    let (reload, most) = (pull.clone(), listen::connections_max());
    let desk = Arc::new(Desk::new(&inbox, &client, &clock, board.clone(), state_dir.clone()));
    let behind = Behind {
        live,
        status,
        inbox,
        desk,
        board,
        client: client.clone(),
        clock: clock.clone(),
        metrics: metrics.clone(),
        state_dir: state_dir.clone(),
        origin,
        pull,
    };
    let doors = Doors::open(behind, most, &key);
    let connections = tokio::spawn(accept(listeners, doors, trusted_proxies, (most, print), closed));
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
        feed,
        carrier: if print { Carrier::Watcher } else { Carrier::Providers(client) },
        watcher,
        stop: stopped,
    };
    let engine = tokio::spawn(run(parts));
    announce();
    if until_stopped(engine, stopping, stop, &mut signals, &reload).await? == Ended::Finished {
        last_words(close, connections, readers).await;
    }
    Ok(())
}

/// Takes connections until it is told to close. Beside them goes what looks for gaps, and what Slack needs:
/// the socket, and the user groups.
async fn accept(
    (listener, admin): Listeners<impl Listener<Addr = SocketAddr>>,
    doors: Doors,
    trusted_proxies: Vec<Network>,
    (most, print): (usize, bool),
    closed: watch::Receiver<bool>,
) {
    let mut beside = JoinSet::new();
    beside.spawn(gaps::look(doors.live.clone(), doors.clock.clone(), doors.inbox.clone()));
    let watched = if admin.is_some() { Watched::Elsewhere } else { Watched::Here };
    // What is only printed reaches nobody.
    if !print {
        beside.spawn(groups::keep(doors.client.clone(), doors.clock.clone(), doors.live.clone()));
        beside.spawn(socket::hold(doors.desk.clone(), doors.live.clone()));
    }
    let (metrics, doors) = (doors.metrics.clone(), Arc::new(doors));
    if let Some(admin) = admin {
        let (router, metrics, closed) = (admin_router(doors.clone()), metrics.clone(), closed.clone());
        beside.spawn(listen::accept(admin, router, ADMIN_CONNECTIONS_MAX, Vec::new(), metrics, closed));
    }
    listen::accept(listener, router(doors, watched), most, trusted_proxies, metrics, closed).await;
}

/// Until now the doors told whoever came to come again. Connections end by themselves once told; others are cut off.
async fn last_words(
    close: watch::Sender<bool>,
    connections: impl Future<Output: Send>,
    readers: impl Future<Output: Send>,
) {
    close.send_replace(true);
    let _ = tokio::time::timeout(LAST_WORDS_MAX, async { tokio::join!(connections, readers) }).await;
}

/// How the server ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Ended {
    Finished,
    /// Asked twice, it left everything where it was.
    AtOnce,
}

/// The readers of the feed, and the board that one of them keeps: they end when the engine has.
fn readers(
    feed: &Feed,
    incidents: &Incidents,
    metrics: &Arc<Metrics>,
    log: Option<Sink>,
    clock: &Clock,
    inbox: &Inbox,
) -> (Boards, impl Future<Output = ()> + use<>) {
    let state = incidents.state();
    let (keeper, board) = Keeper::of(state, feed, inbox.clone(), metrics.clone());
    let reader = || -> Reader { feed.reader(state.seq) };
    let counting = tokio::spawn(metrics.clone().count(reader()));
    let keeping = tokio::spawn(keeper.keep(reader()));
    let writing = log.map(|sink| {
        let (story, clock, metrics) = (Story::of(state), clock.clone(), metrics.clone());
        tokio::spawn(Log { story, sink, clock, metrics }.write(reader()))
    });
    let ended = async move {
        let _ = tokio::join!(counting, keeping);
        if let Some(writing) = writing {
            let _ = writing.await;
        }
    };
    (board, ended)
}

/// What a start found in the state directory, and the journal in its new epoch.
struct Begun {
    dir: Arc<StateDir>,
    upkeep: Upkeep,
    incidents: Incidents,
    troubles: Vec<Trouble>,
    recorder: Recorder,
    epoch: u32,
    gap_seconds: Option<u64>,
    written: mpsc::UnboundedReceiver<Written>,
}

/// Opens the state directory, reads it, and begins a new epoch of its journal; in memory, if the disk takes nothing.
fn begin(state: &Path, accept_loss: bool) -> Result<Begun> {
    let dir = StateDir::open_despite(state, SEGMENT_SIZE, accept_loss)?;
    let (incidents, loaded, troubles) = recover::load(&dir)?;
    for trouble in &troubles {
        let said = trouble.words(Language::En);
        tracing::error!(event = "damaged", said, "at the start");
    }
    let (tell_written, written) = mpsc::unbounded_channel();
    let unusable = recover::unusable(&dir, &incidents, &loaded)?;
    let (recorder, epoch) = Recorder::start_anyway(&dir, &loaded.opening, tell_written);
    let gap_seconds = dir.gap_seconds(upkeep::wall());
    recorder.watch().context("cannot start the thread that looks after the state directory")?;
    let epoch = u32::try_from(epoch).unwrap_or(u32::MAX);
    let upkeep = Upkeep { dir: dir.clone(), unusable, known: loaded.damages };
    Ok(Begun { dir: Arc::new(dir), upkeep, incidents, troubles, recorder, epoch, gap_seconds, written })
}

fn bind(listen: SocketAddr) -> Result<(impl Listener<Addr = SocketAddr>, SocketAddr)> {
    let listener = listen::bind(listen).with_context(|| {
        format!("cannot listen on {listen}: is another server running there? Choose another with --listen")
    })?;
    let address = listener.local_addr()?;
    Ok((listener, address))
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

/// Waits for the end: of the engine, or by a signal or `stop`, after which the engine finishes what it has begun. Whoever
/// asks twice does not want to wait.
async fn until_stopped(
    mut engine: JoinHandle<Result<()>>,
    stopping: watch::Sender<bool>,
    mut stop: watch::Receiver<bool>,
    signals: &mut Signals,
    reload: &std::sync::mpsc::SyncSender<()>,
) -> Result<Ended> {
    let finished = |ended: Result<Result<()>, JoinError>| {
        ended.map_err(|error| anyhow!("the engine's task ended: {error}"))?.map(|()| Ended::Finished)
    };
    loop {
        tokio::select! {
            ended = &mut engine => return finished(ended),
            asked = signals.next() => match asked {
                Asked::Reload => {
                    tracing::info!(event = "reload", "told by SIGHUP to read the config and its secrets again");
                    // A full channel means that they are about to be read anyway.
                    let _ = reload.try_send(());
                }
                Asked::Stop => break,
            },
            _ = stop.wait_for(|stop| *stop) => break,
        }
    }
    let seconds = STOP_MAX.as_secs();
    tracing::info!(event = "stopping", seconds, "alerts are told to come again, pages in flight may finish");
    stopping.send_replace(true);
    tokio::select! {
        ended = &mut engine => finished(ended),
        () = told_to_stop(signals) => {
            tracing::warn!(event = "stopped", "told twice to end: pages in flight may be repeated by the next start");
            Ok(Ended::AtOnce)
        }
    }
}

/// Waits for a signal to end; others change nothing any more, or yet.
async fn told_to_stop(signals: &mut Signals) {
    while signals.next().await != Asked::Stop {}
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
