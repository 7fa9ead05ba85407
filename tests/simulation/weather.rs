//! What a world is made of, and what will befall it: a seed decides.

use crate::company;
use crate::disk::Mode;
use crate::outside::somebody;
use crate::random::Random;
use crate::world::{Happening, World};
use jiff::SignedDuration;
use oncall::actor::Via;
use oncall::alert::{Action, Severity};
use oncall::config::{RunTimeAbsence, RunTimeOverride, RunTimeSilence};
use oncall::incident::{Asked, Assignee, Command, Declare, IncidentId, Respond, Target};
use oncall::schedule::OverrideAction;
use std::collections::BTreeSet;

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
            match self.random.between(0, 6) {
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
                4 => self.plan_commands(at, lasts),
                _ => {
                    let bad = if self.random.percent(30) { 100 } else { self.weather.bad_providers };
                    self.later(at, Happening::Providers(bad));
                    self.later(at + lasts, Happening::Providers(0));
                    self.later(lasts, Happening::Compact);
                }
            }
        }
    }

    /// What people do at run time, whatever stands in the way of it.
    fn plan_commands(&mut self, at: SignedDuration, lasts: SignedDuration) {
        let (epoch, n) = (self.random.between(1, 4) as u32, self.random.between(1, 12) as u32);
        let (by, via) = (somebody(), Via::Slack);
        let id = IncidentId { epoch, n };
        let until = self.now + at + lasts;
        let whom = || vec![Assignee::User("suzuki".into())];
        let action = match self.random.between(0, 15) {
            0 => Asked::Unacknowledge,
            1 => Asked::Snooze { until, confirmed: true },
            2 => Asked::Resolve { reason: Some("seen".to_owned()) },
            3 => Asked::Reopen,
            4 => Asked::Escalate { step: Some(1) },
            5 => Asked::Reassign(whom()),
            6 => Asked::Reassign(vec![Assignee::Policy("web".into())]),
            7 => Asked::PageAlso(whom()),
            8 => Asked::Raise,
            9 => Asked::Lower,
            10 => Asked::Move("db".into()),
            11 => Asked::Note("looking".to_owned()),
            12 | 13 => Asked::Merge { into: IncidentId { epoch, n: n + 1 } },
            14 => Asked::Silence { reason: None },
            _ => Asked::Unmerge,
        };
        let target = Target::Incidents(vec![id]);
        self.later(at, Happening::Person(Command::Respond(Respond { target, action, by: by.clone(), via })));
        let from = self.now + at;
        let command = match self.random.between(0, 4) {
            0 => {
                let action = OverrideAction::Set(vec!["kimura".into()]);
                let (schedule, reason) = ("primary".into(), None);
                let layer = None;
                let made = RunTimeOverride { schedule, layer, from, until, action, reason, by, via };
                Command::Override { made: Box::new(made), confirmed: true }
            }
            1 => {
                let (services, when, reason) = (vec!["web".into()], Vec::new(), "noise".to_owned());
                let (keys, at_most) = (BTreeSet::new(), None);
                let made = RunTimeSilence { services, when, from, until, reason, by, via, keys, at_most };
                Command::Silence { made: Box::new(made), everything: false, confirmed: true }
            }
            2 => {
                let (user, cover) = ("tanaka".into(), Some("kimura".into()));
                let made = RunTimeAbsence { user, from, until, cover, by, via };
                Command::Away { made: Box::new(made), confirmed: true }
            }
            _ => Command::Declare(Box::new(Declare {
                service: "web".into(),
                summary: "orders hang".to_owned(),
                description: String::new(),
                severity: Some(Severity::Critical),
                by,
                via,
                idempotency_key: None,
            })),
        };
        self.later(at + SignedDuration::from_secs(1), Happening::Person(command));
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
