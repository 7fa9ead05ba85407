//! What a world is made of, and what will befall it: a seed decides.

use crate::company;
use crate::disk::Mode;
use crate::random::Random;
use crate::world::{Happening, World};
use jiff::SignedDuration;
use oncall::alert::{Action, Severity};

/// The first minutes of a world, in which everything goes wrong, in seconds.
pub const ROUGH: u64 = 100 * 60;

/// What a world is made of.
#[derive(Clone, Debug)]
pub struct Weather {
    /// How often it stops between two steps, in ten thousand.
    pub crashes: u64,
    pub bad_disk: bool,
    /// How often a provider fails on a bad day, in a hundred.
    pub bad_providers: u64,
    /// How often somebody who was told reacts, in a hundred.
    pub reacts: u64,
    /// Of how many calls, in a hundred, nothing is ever told.
    pub lost_callbacks: u64,
    pub jumps: bool,
    pub reloads: bool,
    pub alerts: u64,
}

impl Weather {
    pub fn of(random: &mut Random) -> Weather {
        Weather {
            crashes: random.pick(&[0, 5, 30, 150]),
            bad_disk: random.percent(50),
            bad_providers: random.pick(&[0, 10, 40]),
            reacts: random.pick(&[0, 30, 80]),
            lost_callbacks: random.pick(&[0, 30, 100]),
            jumps: random.percent(40),
            reloads: random.percent(50),
            alerts: random.between(5, 40),
        }
    }

    /// Nothing goes wrong.
    pub fn calm(alerts: u64) -> Weather {
        let (jumps, reloads, bad_disk) = (false, false, false);
        let (crashes, bad_providers, lost_callbacks, reacts) = (0, 0, 0, 30);
        Weather { crashes, bad_disk, bad_providers, reacts, lost_callbacks, jumps, reloads, alerts }
    }
}

impl World {
    pub fn plan(&mut self) {
        self.plan_alerts(ROUGH - 600);
        for _ in 0..8 {
            let (at, lasts) = (self.seconds(10, ROUGH - 600), self.seconds(3, 400));
            match self.random.between(0, 5) {
                0 if self.weather.jumps => {
                    let seconds = self.random.pick(&[-7200, -600, -30, 2, 7, 90, 3600, 20_000]);
                    self.later(at, Happening::Jump(SignedDuration::from_secs(seconds)));
                }
                1 if self.weather.reloads => {
                    let commit = self.random.pick(&company::COMMITS);
                    self.later(at, Happening::Reload(commit));
                }
                2 | 3 if self.weather.bad_disk => {
                    let mode = self.random.pick(&[Mode::Slow, Mode::Failing, Mode::Full, Mode::Stalled]);
                    self.later(at, Happening::DiskMode(mode));
                    self.later(at + lasts, Happening::DiskMode(Mode::Fine));
                }
                _ => {
                    let bad = if self.random.percent(30) { 100 } else { self.weather.bad_providers };
                    self.later(at, Happening::Providers(bad));
                    self.later(at + lasts, Happening::Providers(0));
                    self.later(lasts, Happening::Compact);
                }
            }
        }
    }

    pub fn plan_alerts(&mut self, within: u64) {
        for _ in 0..self.weather.alerts {
            let (key, after) = (self.random.between(0, 14) as usize, self.seconds(1, within));
            let severity =
                self.random.pick(&[Severity::Critical, Severity::Critical, Severity::Error, Severity::Info]);
            let action = self.random.pick(&[Action::Trigger, Action::Trigger, Action::Resolve]);
            self.later(after, Happening::Monitor { key, action, severity });
        }
    }
}
