//! The stand-in for every provider: what it answers to a delivery, and when.

use jiff::{SignedDuration, Timestamp};
use oncall::config::{MirrorKind, Provider};
use oncall::incident::{Delivery, DeliveryId, Outcome, Reason, Task};
use oncall::reason::Fault;
use std::collections::{BTreeMap, BTreeSet};

/// How long a phone rings before the provider says that nobody answered.
pub const RINGS: SignedDuration = SignedDuration::from_secs(30);

/// How a channel (`slack`, `call`, `sms`, `ticket`, `edit`, `hangup`, `ask`), or the call of one person (`call tanaka`), answers.
#[derive(Clone, Debug)]
pub enum Mood {
    Up,
    Down,
    /// Refused for now, come again after so many seconds.
    Limit(u32),
    Reject,
    /// The person has answered STOP.
    OptedOut,
    /// Text messages are taken, and do not arrive.
    Undelivered,
    Busy,
    /// No outcome, ever.
    Hang,
    /// The answer takes so long.
    Slow(SignedDuration),
    /// The answer is lost on the way.
    Lost,
    /// Calls are taken, and nothing more is heard of them.
    Mute,
    /// Calls and text messages go their way, and what the provider tells of it by itself never arrives.
    Unheard(Ending),
}

/// How a call or a text message ends.
#[derive(Clone, Copy, Debug)]
pub enum Ending {
    Well,
    Busy,
    Undelivered,
}

#[derive(Default)]
pub struct Providers {
    pub moods: BTreeMap<String, Mood>,
    /// Outcomes still to come, in order.
    pub later: BTreeMap<(Timestamp, u64), (DeliveryId, Outcome)>,
    order: u64,
    /// The last call to each person.
    pub calls: BTreeMap<String, DeliveryId>,
    /// How each call and text message ends, and when: what the provider answers when it is asked.
    courses: BTreeMap<DeliveryId, (Timestamp, Outcome)>,
    /// Calls that somebody picked up.
    pub picked_up: BTreeSet<DeliveryId>,
}

impl Providers {
    fn mood(&self, delivery: &Delivery) -> Mood {
        let task = &delivery.task;
        let (channel, person) = match task {
            Task::Page { user, by, .. } => (by.method().name, user.as_ref()),
            Task::Edit { user, .. } => ("edit", user.as_ref()),
            Task::Mirror { kind: MirrorKind::Room, .. } => match delivery.provider {
                Provider::Slack => ("slack", "channel"),
                other => (other.row().key, ""),
            },
            Task::Mirror { kind: MirrorKind::Ticket, .. } => ("ticket", ""),
            Task::HangUp { .. } => ("hangup", ""),
            Task::Ask { .. } => ("ask", ""),
        };
        let own = self.moods.get(&format!("{channel} {person}"));
        own.or_else(|| self.moods.get(channel)).cloned().unwrap_or(Mood::Up)
    }

    pub fn take(&mut self, now: Timestamp, delivery: &Delivery) {
        let mood = self.mood(delivery);
        let id = delivery.id;
        let course = delivery.task.contact().filter(|(_, by)| by.method().has_course);
        let rings = course.is_some_and(|(_, by)| by.method().rings);
        if let Some((user, _)) = course {
            self.calls.insert(user.to_string(), id);
        }
        let at = if let Mood::Slow(by) = mood { now + by } else { now };
        let failed = match mood {
            Mood::Hang => return,
            Mood::Down => Some(Outcome::Unavailable { reason: Reason::said("503"), retry_after: None }),
            Mood::Limit(seconds) => {
                Some(Outcome::Unavailable { reason: Reason::said("429"), retry_after: Some(seconds) })
            }
            Mood::Reject => Some(Outcome::Rejected { reason: Reason::said("no such number") }),
            Mood::OptedOut => {
                Some(Outcome::Rejected { reason: Reason::of(Provider::Twilio, Fault::OptedOut, "") })
            }
            Mood::Lost => Some(Outcome::Unknown { reason: Reason::said("timeout") }),
            Mood::Up | Mood::Slow(_) | Mood::Busy | Mood::Undelivered | Mood::Mute | Mood::Unheard(_) => None,
        };
        if let Task::Ask { of, .. } = &delivery.task {
            let known = self.course(*of, now).filter(|_| failed.is_none());
            let unknown = Outcome::Unknown { reason: Reason::said("no answer to the question") };
            return self.say(at, id, known.unwrap_or(unknown));
        }
        if let Some(outcome) = failed {
            return self.say(at, id, outcome);
        }
        let reference = format!("R{id}");
        match &delivery.task {
            Task::Page { .. } if course.is_some() && matches!(mood, Mood::Mute) => {
                self.say(at, id, Outcome::delivered(reference));
            }
            Task::Page { .. } if course.is_some() => {
                self.say(at, id, Outcome::Accepted { reference });
                let ending = match mood {
                    Mood::Undelivered => Ending::Undelivered,
                    Mood::Busy => Ending::Busy,
                    Mood::Unheard(ending) => ending,
                    _ => Ending::Well,
                };
                let ended = match ending {
                    Ending::Undelivered => {
                        let fault = Reason::of(Provider::Twilio, Fault::Undelivered, "");
                        Outcome::Rejected { reason: fault }
                    }
                    _ if !rings => Outcome::delivered(format!("R{id}")),
                    Ending::Busy => Outcome::Unavailable { reason: Reason::said("busy"), retry_after: None },
                    Ending::Well => Outcome::Ended { reason: Reason::said("no answer") },
                };
                self.courses.insert(id, (at + RINGS, ended.clone()));
                if !matches!(mood, Mood::Unheard(_)) {
                    self.say(at + RINGS, id, ended);
                }
            }
            Task::HangUp { call } => {
                self.say(at, id, Outcome::delivered(reference));
                if let Ok(ended) = call[1..].parse() {
                    self.ends(at, ended, "canceled");
                }
            }
            Task::Edit { reference, .. } | Task::Mirror { reference: Some(reference), .. } => {
                self.say(at, id, Outcome::delivered(reference.clone()));
            }
            _ => self.say(at, id, Outcome::delivered(reference)),
        }
    }

    pub fn say(&mut self, at: Timestamp, delivery: DeliveryId, outcome: Outcome) {
        self.order += 1;
        self.later.insert((at, self.order), (delivery, outcome));
    }

    /// A call ends otherwise than it was going to.
    pub fn ends(&mut self, at: Timestamp, call: DeliveryId, reason: &str) {
        self.later.retain(|_, (id, outcome)| *id != call || matches!(outcome, Outcome::Accepted { .. }));
        self.ends_unheard(at, call, reason);
        self.say(at, call, Outcome::Ended { reason: Reason::said(reason) });
    }

    /// The same, and it is not told.
    pub fn ends_unheard(&mut self, at: Timestamp, call: DeliveryId, reason: &str) {
        self.courses.insert(call, (at, Outcome::Ended { reason: Reason::said(reason) }));
    }

    /// How a call or a text message stands; `None`: the provider does not know it.
    fn course(&self, of: DeliveryId, now: Timestamp) -> Option<Outcome> {
        let (ends, ended) = self.courses.get(&of)?;
        Some(match (*ends <= now, self.picked_up.contains(&of)) {
            (true, _) => ended.clone(),
            (false, true) => Outcome::Answered,
            (false, false) => Outcome::Accepted { reference: format!("R{of}") },
        })
    }

    /// A crash of ours: answers to requests are lost; what a provider tells later by itself (how a call ended) is not.
    pub fn crash(&mut self) {
        self.later.retain(|_, (_, outcome)| matches!(outcome, Outcome::Ended { .. } | Outcome::Answered));
    }

    /// Our clock jumped; theirs did not.
    pub fn shift(&mut self, by: SignedDuration) {
        let later = std::mem::take(&mut self.later);
        self.later = later.into_iter().map(|((at, order), said)| ((at + by, order), said)).collect();
        self.courses.values_mut().for_each(|(ends, _)| *ends += by);
    }
}
