//! Seeded worlds over `engine` and `journal`: crashes between any two steps, failing disks, slow, lost and doubled
//! answers, clock jumps, reloads. After each step the invariants of `lib.rs` are checked, by their numbers there.
//!
//! `ONCALL_SEED=17 cargo test --test simulation` runs one seed and prints what happened.
#![allow(clippy::unwrap_used)]

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

const SEEDS: u64 = 240;

#[test]
fn the_invariants_hold_in_every_world() {
    let one = std::env::var("ONCALL_SEED").ok().map(|seed| seed.parse::<u64>().unwrap());
    let seeds = one.map_or_else(|| Vec::from_iter(0..SEEDS), |seed| vec![seed]);
    let (mut crashes, mut degraded, mut deliveries) = (0, 0, 0);
    let mut broken = Vec::new();
    for seed in seeds {
        let mut world = World::new(seed, false);
        if let Err(reason) = world.run() {
            broken.push((seed, format!("seed {seed}: {reason}")));
        }
        crashes += world.crashes;
        degraded += world.degraded;
        deliveries += world.deliveries;
    }
    eprintln!("{crashes} crashes, {degraded} turns at rest while degraded, {deliveries} deliveries");
    let Some((seed, _)) = broken.first() else { return };
    let mut world = World::new(*seed, true);
    let _ = world.run();
    let heads: Vec<&str> = broken.iter().map(|(_, head)| head.as_str()).take(20).collect();
    panic!("{}\n\n{} worlds are broken:\n{}", world.trace(), broken.len(), heads.join("\n"));
}
