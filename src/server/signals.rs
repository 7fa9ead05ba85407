//! What the operating system asks of the server: to end, to read its config again, or nothing.

use anyhow::{Context, Result};
use tokio::signal::unix::{Signal, SignalKind, signal};

/// Signals that would end a process and mean nothing here. A limit on file sizes (SIGXFSZ, 25) should be an error of the
/// write, which degrades. SIGPIPE is ignored since the start of every Rust program.
const MEANINGLESS: [SignalKind; 3] =
    [SignalKind::user_defined1(), SignalKind::user_defined2(), SignalKind::from_raw(25)];

/// What is asked for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Asked {
    /// SIGTERM or SIGINT.
    Stop,
    /// SIGHUP.
    Reload,
}

/// The signals, from when they are listened to until the process ends.
#[derive(Debug)]
pub struct Signals {
    terminate: Signal,
    interrupt: Signal,
    hang_up: Signal,
}

impl Signals {
    /// From now on no signal ends the process but those that cannot be caught, and SIGQUIT.
    pub fn listen() -> Result<Signals> {
        for kind in MEANINGLESS {
            // Caught once, a signal stays without effect.
            drop(signal(kind).with_context(|| format!("cannot handle signal {}", kind.as_raw_value()))?);
        }
        Ok(Signals {
            terminate: signal(SignalKind::terminate()).context("cannot handle SIGTERM")?,
            interrupt: signal(SignalKind::interrupt()).context("cannot handle SIGINT")?,
            hang_up: signal(SignalKind::hangup()).context("cannot handle SIGHUP")?,
        })
    }

    /// Waits for the next one.
    pub async fn next(&mut self) -> Asked {
        tokio::select! {
            biased;
            Some(()) = self.terminate.recv() => Asked::Stop,
            Some(()) = self.interrupt.recv() => Asked::Stop,
            Some(()) = self.hang_up.recv() => Asked::Reload,
            else => std::future::pending().await,
        }
    }
}
