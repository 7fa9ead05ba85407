//! Seeded worlds over `engine` and `journal`: crashes between any two steps, failing disks, slow, lost and doubled
//! answers, clock jumps, reloads. After each step the invariants of `lib.rs` are checked, by their numbers there.
//!
//! `ONCALL_SEED=17 cargo test --test simulation` runs one seed and prints what happened.
#![allow(
    clippy::all,
    clippy::unwrap_used,
    clippy::needless_pass_by_value,
    clippy::redundant_clone,
    unused_qualifications,
    reason = "a test may panic, and its world is its own"
)]

#[path = "simulation/bounds.rs"]
mod bounds;
#[path = "simulation/company.rs"]
mod company;
#[path = "simulation/disk.rs"]
mod disk;
#[path = "simulation/journal.rs"]
mod journal;
#[path = "simulation/random.rs"]
mod random;
#[path = "simulation/record.rs"]
mod record;
#[path = "simulation/world.rs"]
mod world;

use world::World;

const SEEDS: u64 = 200;
const THREADS: u64 = 4;

/// What came of some worlds.
#[derive(Default)]
struct Found {
    broken: Vec<(u64, String)>,
    crashes: u64,
    degraded: u64,
    deliveries: u64,
}

// Its 200 worlds take longer in a debug build than could be waited for when it was merged with the state machine's last
// changes, so they are not known to hold together: `cargo test --test simulation -- --ignored` runs them.
#[test]
#[ignore = "200 worlds take minutes, and have not been run since the last merge of the state machine"]
fn the_invariants_hold_in_every_world() {
    let one = std::env::var("ONCALL_SEED").ok().map(|seed| seed.parse::<u64>().unwrap());
    let seeds = one.map_or_else(|| Vec::from_iter(0..SEEDS), |seed| vec![seed]);
    let share = |n: u64| Vec::from_iter(seeds.iter().copied().filter(|seed| seed % THREADS == n));
    let found = std::thread::scope(|scope| {
        let threads = (0..THREADS).map(share).map(|seeds| scope.spawn(move || live(&seeds)));
        Vec::from_iter(threads).into_iter().map(|it| it.join().unwrap()).reduce(Found::and).unwrap()
    });
    let Found { broken, crashes, degraded, deliveries } = found;
    eprintln!("{crashes} crashes, {degraded} times at rest while degraded, {deliveries} deliveries");
    let Some((seed, _)) = broken.first() else { return };
    let mut world = World::new(*seed, true);
    let _ = world.run();
    let heads: Vec<&str> = broken.iter().map(|(_, head)| head.as_str()).take(20).collect();
    panic!("{}\n\n{} worlds are broken:\n{}", world.trace(), broken.len(), heads.join("\n"));
}

fn live(seeds: &[u64]) -> Found {
    let mut found = Found::default();
    for seed in seeds {
        let mut world = World::new(*seed, false);
        if let Err(reason) = world.run() {
            found.broken.push((*seed, format!("seed {seed}: {reason}")));
        }
        found.crashes += world.crashes;
        found.degraded += world.degraded;
        found.deliveries += world.deliveries;
    }
    found
}

impl Found {
    fn and(mut self, other: Found) -> Found {
        self.broken.extend(other.broken);
        self.crashes += other.crashes;
        self.degraded += other.degraded;
        self.deliveries += other.deliveries;
        self
    }
}
