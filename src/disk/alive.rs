//! How long no server ran before this one: a file that the running server touches.
//!
//! Its age at a start is the gap that the start's entry records. What follows from a gap is decided by the state machine.

use super::directory::StateDir;
use std::path::PathBuf;
use std::time::{Duration, SystemTime};

/// How often the file is touched.
pub const ALIVE_EVERY: Duration = Duration::from_secs(5);
const FILE: &str = "alive";

/// For how many seconds no server ran before `now`; `None` where no server has run here, or the clock was set back.
pub fn gap_seconds(dir: &StateDir, now: SystemTime) -> Option<u64> {
    let touched = std::fs::metadata(file(dir)).and_then(|about| about.modified()).ok()?;
    now.duration_since(touched).ok().map(|gap| gap.as_secs())
}

/// Touches the file now and then, on a thread that ends with the process. A disk that fails is told of by the journal.
pub fn touch_now_and_then(dir: &StateDir) {
    let path = file(dir);
    let work = move || loop {
        // Writing it anew sets its time.
        let _ = std::fs::write(&path, b"\n");
        std::thread::sleep(ALIVE_EVERY);
    };
    if let Err(error) = std::thread::Builder::new().name("alive".into()).spawn(work) {
        tracing::error!("no thread to say that the server is alive: {error}");
    }
}

/// Beside the journal's folder.
fn file(dir: &StateDir) -> PathBuf {
    dir.shared.journal.with_file_name(FILE)
}
