//! What durability costs: alerts that are answered and survive a power cut: `cargo bench --bench ingest`.
//!
//! A fixed number of alerts is always in flight: each answer is followed by a new alert. They go through the engine
//! and the journal as in the server, and each opens an incident. The baseline is the same disk at the same time: the
//! same bytes of those batches, appended to a preallocated file with one `fdatasync` per batch. The two take turns,
//! so that other load on the machine affects both; what counts is their ratio. A row shows the alerts per second of
//! both (medians), and the fraction of the baseline that is reached.

mod world;

use anyhow::{Context, Result};
use bytes::Bytes;
use oncall::disk::directory::{SEGMENT_SIZE, StateDir};
use oncall::disk::recorder::Recorder;
use oncall::disk::recover;
use oncall::engine::{Engine, Lane, Release};
use oncall::incident::Input;
use oncall::journal::frame;
use std::fs::{File, OpenOptions};
use std::os::unix::fs::FileExt;
use std::path::Path;
use std::time::{Duration, Instant};
use tokio::sync::mpsc::{UnboundedReceiver, unbounded_channel};
use world::{alert, config, now};

/// How many alerts are in flight.
const IN_FLIGHT: [usize; 4] = [1, 16, 64, 256];
const ROUNDS: usize = 9;
/// How often everything in flight is answered in one round,
const TURNS_MAX: usize = 100;
/// and the most alerts in one round.
const ALERTS_MAX: usize = 4_096;
/// The size of the baseline's file, in bytes; a round must fit.
const FLOOR_SIZE: usize = 128 << 20;

/// `cargo bench` passes `--bench`; without it, one short round shows that everything works.
fn main() -> Result<()> {
    let measured = std::env::args().any(|argument| argument == "--bench");
    let (rounds, turns) = if measured { (ROUNDS, TURNS_MAX) } else { (1, 2) };
    // Next to the build and not in `/tmp`, which may be in memory.
    let folder = tempfile::tempdir_in(env!("CARGO_TARGET_TMPDIR"))?;
    let mut floor = Floor::new(&folder.path().join("floor"))?;
    println!("in flight   alerts/s    floor/s   ratio   (lowest-highest)   bytes/alert   alerts/batch");
    for in_flight in IN_FLIGHT {
        let mut server = Server::start(&folder.path().join(format!("state-{in_flight}")))?;
        let alerts = (in_flight * turns).min(ALERTS_MAX);
        server.ingest(in_flight, alerts)?;
        let rounds: Vec<Round> =
            (0..rounds).map(|_| round(&mut server, &mut floor, in_flight, alerts)).collect::<Result<_>>()?;
        print(in_flight, alerts, &rounds);
    }
    Ok(())
}

/// The same alerts through the server, and the same bytes through the baseline.
struct Round {
    server: Duration,
    floor: Duration,
    batches: usize,
    bytes: usize,
}

fn round(server: &mut Server, floor: &mut Floor, in_flight: usize, alerts: usize) -> Result<Round> {
    let (took, batches) = server.ingest(in_flight, alerts)?;
    let batches = batches.iter().map(|batch| frames(batch)).collect::<Result<Vec<_>>>()?;
    let bytes = batches.iter().map(Vec::len).sum();
    Ok(Round { server: took, floor: floor.append(&batches)?, batches: batches.len(), bytes })
}

fn print(in_flight: usize, alerts: usize, rounds: &[Round]) {
    let of = |value: fn(&Round) -> f64| {
        let mut all: Vec<f64> = rounds.iter().map(value).collect();
        all.sort_by(f64::total_cmp);
        (all[0], all[all.len() / 2], all[all.len() - 1])
    };
    let (lowest, ratio, highest) = of(|round| round.floor.as_secs_f64() / round.server.as_secs_f64());
    println!(
        "{in_flight:>9}  {:>9.0}  {:>9.0}  {ratio:>6.2}   ({lowest:>5.2} - {highest:<5.2})    {:>11.0}  {:>13.1}",
        alerts as f64 / of(|round| round.server.as_secs_f64()).1,
        alerts as f64 / of(|round| round.floor.as_secs_f64()).1,
        of(|round| round.bytes as f64).1 / alerts as f64,
        alerts as f64 / of(|round| round.batches as f64).1,
    );
}

/// A batch as the journal writes it.
fn frames(batch: &[Bytes]) -> Result<Vec<u8>> {
    let mut bytes = Vec::new();
    frame::encode(1, 1, batch, &mut bytes).map_err(|error| anyhow::anyhow!("{error}"))?;
    Ok(bytes)
}

/// What `server::run` drives, without the network.
struct Server {
    engine: Engine,
    recorder: Recorder,
    written: UnboundedReceiver<oncall::disk::recorder::Written>,
    /// The last alert sent.
    last: u32,
}

impl Server {
    fn start(folder: &Path) -> Result<Server> {
        let dir = StateDir::open(folder, SEGMENT_SIZE)?;
        let (incidents, loaded, _) = recover::load(&dir)?;
        let (tell, written) = unbounded_channel();
        let (recorder, epoch) = Recorder::start(&dir, &loaded.opening, tell)?;
        let config = config();
        let mut engine = Engine::new(incidents, config.clone());
        engine.started(now(), u32::try_from(epoch)?, None);
        engine.reload(now(), config, None, "0123456".to_owned());
        let mut server = Server { engine, recorder, written, last: 0 };
        // The first segment grows while it is written; we measure the second, which is preallocated.
        for _ in 0..2 {
            wait_for(&folder.join("journal/spare"));
            server.ingest(1, 1)?;
        }
        Ok(server)
    }

    /// Sends this many alerts, with this many in flight, until all are answered; also returns the batches that were
    /// written.
    fn ingest(&mut self, in_flight: usize, alerts: usize) -> Result<(Duration, Vec<Vec<Bytes>>)> {
        let mut batches = Vec::new();
        let (mut sent, mut answered) = (0, 0);
        let began = clock();
        while answered < alerts {
            while sent < alerts && sent - answered < in_flight {
                self.send()?;
                sent += 1;
            }
            let mut released = self.engine.turn(now());
            if let Some(batch) = self.engine.next_batch(now()) {
                batches.push(batch.payloads.clone());
                self.recorder.append(batch);
            }
            if released.is_empty() {
                let written = self.written.blocking_recv().context("the journal has ended")?;
                released = self.engine.written(now(), written.result);
            }
            answered += answers(&released)?;
        }
        Ok((began.elapsed(), batches))
    }

    fn send(&mut self) -> Result<()> {
        self.last += 1;
        let input = Input::Alerts(vec![alert(self.last)]);
        let offered = self.engine.offer(Lane::Alerts, input, Some(u64::from(self.last)));
        offered.map_err(|_| anyhow::anyhow!("the lane is full"))
    }
}

fn answers(released: &[Release]) -> Result<usize> {
    let mut answers = 0;
    for release in released {
        if let Release::Reply { stored, .. } = release {
            anyhow::ensure!(stored, "an alert was refused: the journal has failed");
            answers += 1;
        }
    }
    Ok(answers)
}

/// A preallocated file, and nothing else.
struct Floor {
    file: File,
}

impl Floor {
    fn new(path: &Path) -> Result<Floor> {
        let file = OpenOptions::new().write(true).create_new(true).open(path)?;
        let zeros = vec![0; 1 << 20];
        for at in (0..FLOOR_SIZE).step_by(zeros.len()) {
            file.write_all_at(&zeros, at as u64)?;
        }
        file.sync_all()?;
        Ok(Floor { file })
    }

    fn append(&mut self, batches: &[Vec<u8>]) -> Result<Duration> {
        let mut at = 0;
        let began = clock();
        for batch in batches {
            anyhow::ensure!(at + batch.len() <= FLOOR_SIZE, "the round is too long for the floor's file");
            self.file.write_all_at(batch, at as u64)?;
            self.file.sync_data()?;
            at += batch.len();
        }
        Ok(began.elapsed())
    }
}

fn wait_for(path: &Path) {
    while !path.exists() {
        std::thread::sleep(Duration::from_millis(5));
    }
}

#[expect(clippy::disallowed_methods, reason = "a bench measures time")]
fn clock() -> Instant {
    Instant::now()
}
