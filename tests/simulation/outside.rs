//! Everybody outside: monitors that say things, providers that answer, late, twice or never, and people who react.

use crate::world::{Asker, Happening, World};
use jiff::SignedDuration;
use oncall::actor::{Actor, Via};
use oncall::alert::{Action, Event, HEARTBEAT_KEY, Severity};
use oncall::engine::Lane;
use oncall::incident::{Asked, Command, Delivery, DeliveryId, Input, Outcome, Reason, Respond, Target, Task};

pub fn dedup_key(key: usize) -> String {
    format!("key-{key}")
}

pub fn somebody() -> Actor {
    Actor::User("tanaka".into())
}

impl World {
    pub fn monitor(&mut self, key: usize, action: Action, severity: Severity) {
        self.say(|| format!("monitor: {} {action:?} {severity:?}", dedup_key(key)));
        if self.random.percent(30) {
            self.beat();
        }
        let event = self.event(key, action, severity);
        if self.random.percent(20) {
            self.offer(Lane::Alerts, Input::Alerts(vec![event.clone()]), Asker::Twin(key));
        }
        self.offer(Lane::Alerts, Input::Alerts(vec![event]), Asker::Monitor { key, action, severity });
    }

    /// A job's `curl`, which is not repeated.
    pub fn beat(&mut self) {
        let event = Event {
            integration: "backup".to_owned(),
            dedup_key: HEARTBEAT_KEY.to_owned(),
            ..Event::blank(Action::Beat)
        };
        self.offer(Lane::Alerts, Input::Alerts(vec![event]), Asker::Job);
    }

    fn event(&mut self, key: usize, action: Action, severity: Severity) -> Event {
        let labels = [("service", ["web", "db", "batch"][key % 3]), ("cluster", ["a", "b"][key % 2])];
        let stamped = key.is_multiple_of(5);
        Event {
            integration: if key % 4 == 3 { "quick" } else { "prometheus" }.to_owned(),
            dedup_key: dedup_key(key),
            severity: Some(severity),
            summary: format!("trouble {key}"),
            description: "x".repeat(self.random.between(0, 700) as usize),
            labels: labels.map(|(name, value)| (name.to_owned(), value.to_owned())).into(),
            changed_at: stamped.then_some(self.now),
            message_id: stamped.then(|| format!("{} {action:?}", self.now)),
            ..Event::blank(action)
        }
    }

    pub fn deliver(&mut self, delivery: &Delivery) {
        if let Task::Ask { of, .. } = &delivery.task {
            return self.asked(delivery.id, *of);
        }
        if self.random.percent(self.providers) {
            return self.deliver_badly(delivery);
        }
        let after = SignedDuration::from_millis(self.random.between(20, 3_000) as i64);
        let outcome = accepted(delivery);
        self.taken(delivery, after);
        self.answer(delivery.id, after, outcome.clone());
        if self.random.percent(5) {
            let again = after + self.seconds(0, 80);
            self.answer(delivery.id, again, outcome);
        }
    }

    /// A provider is asked about a call: it says how that stands, or nothing, or fails.
    fn asked(&mut self, question: DeliveryId, of: DeliveryId) {
        let after = self.seconds(0, 3);
        let unknown = Outcome::Unknown { reason: Reason::said("503") };
        if self.random.percent(self.providers.max(self.weather.lost_callbacks / 4)) {
            if self.random.percent(70) {
                self.answer(question, after, unknown);
            }
            return;
        }
        let at = self.now + after;
        let course = self.courses.get(&of).map_or(&[][..], Vec::as_slice);
        let stands = course.iter().rfind(|(begins, _)| *begins <= at).map(|(_, outcome)| outcome.clone());
        self.answer(question, after, stands.unwrap_or(unknown));
    }

    fn answer(&mut self, delivery: DeliveryId, after: SignedDuration, outcome: Outcome) {
        let life = self.life;
        self.later(after, Happening::Answer(life, delivery, outcome));
    }

    fn deliver_badly(&mut self, delivery: &Delivery) {
        let why = |text: &str| Reason::said(text);
        let soon = self.seconds(0, 2);
        let (after, outcome) = match self.random.between(0, 8) {
            0 => (soon, Outcome::Unavailable { reason: why("503"), retry_after: None }),
            1 => (soon, Outcome::Unavailable { reason: why("429"), retry_after: Some(20) }),
            // It asks for an hour.
            7 => (soon, Outcome::Unavailable { reason: why("503"), retry_after: Some(3_600) }),
            2 => (self.seconds(10, 12), Outcome::Unknown { reason: why("timeout") }),
            // It had been taken all the same.
            3 => {
                self.taken(delivery, soon);
                (self.seconds(10, 12), Outcome::Unknown { reason: why("timeout") })
            }
            4 => {
                self.taken(delivery, soon);
                (self.seconds(20, 100), accepted(delivery))
            }
            5 => return self.taken(delivery, soon),
            _ => (soon, Outcome::Rejected { reason: why("no such number") }),
        };
        self.answer(delivery.id, after, outcome);
    }

    /// The provider has taken it after so long: the person is told, and may react.
    fn taken(&mut self, delivery: &Delivery, after: SignedDuration) {
        let Some((_, by)) = delivery.task.contact() else { return };
        let call = by.method().rings;
        self.calls += u64::from(call);
        for id in &delivery.incidents {
            self.told.insert(*id, self.now);
        }
        if call {
            self.rings(delivery, after);
        }
        if self.random.percent(self.weather.reacts) {
            let after = after + if call { self.seconds(4, 10) } else { self.seconds(5, 600) };
            let target = match call {
                true => Target::Delivery(delivery.id),
                false => Target::Incidents(delivery.incidents.clone()),
            };
            let action = match self.random.between(0, 10) {
                0..=5 => Asked::Acknowledge,
                6 | 7 => Asked::Resolve { reason: None },
                8 => Asked::Escalate { step: None },
                _ => Asked::Repeat,
            };
            let via = if call { Via::Call } else { Via::Slack };
            self.later(
                after,
                Happening::Person(Command::Respond(Respond { target, action, by: somebody(), via })),
            );
        }
    }

    /// What the provider tells of a call by itself; any of it may be lost on the way.
    fn rings(&mut self, delivery: &Delivery, after: SignedDuration) {
        let ends = after + self.seconds(10, 90);
        let ended = match self.random.percent(self.providers / 4) {
            true => Outcome::Unavailable { reason: Reason::said("the line is busy"), retry_after: Some(30) },
            false => Outcome::Ended { reason: Reason::said("no answer") },
        };
        let answered =
            self.random.percent(30).then(|| (ends - SignedDuration::from_secs(5), Outcome::Answered));
        let rings = (after + SignedDuration::from_secs(1), accepted(delivery));
        let course: Vec<_> = [Some(rings), answered, Some((ends, ended))].into_iter().flatten().collect();
        let stands = |(at, outcome): &(SignedDuration, Outcome)| (self.now + *at, outcome.clone());
        self.courses.insert(delivery.id, course.iter().map(stands).collect());
        let lost = self.random.percent(self.weather.lost_callbacks);
        for (at, outcome) in course {
            if !lost && !self.random.percent(10) {
                self.later(at, Happening::Callback(delivery.id, outcome));
            }
        }
    }
}

/// What a provider that is well answers.
fn accepted(delivery: &Delivery) -> Outcome {
    let reference = format!("ref-{}", delivery.id);
    match delivery.task.contact() {
        Some((_, by)) if by.method().has_course => Outcome::Accepted { reference },
        Some(_) | None => Outcome::delivered(reference),
    }
}
