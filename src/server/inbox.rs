//! The way to the engine: inputs with their replies, and questions about the state.

use crate::alert::{Event, Severity};
use crate::config::{RunTime, Urgency};
use crate::engine::Lane;
use crate::incident::{Alert, Heartbeat, Incident, IncidentId, Input, Reply, Status};
use std::collections::BTreeMap;
use std::time::Duration;
use tokio::sync::{mpsc, oneshot};
use tokio::time::timeout;

/// How many alerts wait before their senders do.
pub const ALERTS_MAX: usize = 4_096;
/// How many people and questions wait.
pub const FIRST_MAX: usize = 4_096;
/// How long a sender waits for the engine before it is told to come again.
pub const PATIENCE: Duration = Duration::from_secs(8);
/// How long the engine may take for a turn before a health check fails: it waits for no disk, queue or provider.
pub const TURN_MAX: Duration = Duration::from_secs(3);
/// How many incidents one answer holds.
pub const PAGE_MAX: usize = 100;

/// What comes to the engine from outside.
#[derive(Debug)]
pub enum Message {
    Input {
        lane: Lane,
        input: Input,
        answer: oneshot::Sender<Answered>,
    },
    /// The incidents before `before`, the newest first.
    List {
        wanted: Wanted,
        before: Option<IncidentId>,
        limit: usize,
        answer: oneshot::Sender<Vec<Incident>>,
    },
    /// When an integration was last heard from, where it must be.
    Heartbeat {
        integration: String,
        answer: oneshot::Sender<Option<Heartbeat>>,
    },
    /// Whether the engine still takes turns.
    Turn {
        answer: oneshot::Sender<()>,
    },
    /// The overrides, silences and absences that were made at run time.
    RunTime {
        answer: oneshot::Sender<RunTime>,
    },
    /// The incident that is shown by the message of this name, in a room or to a person.
    Thread {
        reference: String,
        answer: oneshot::Sender<Option<IncidentId>>,
    },
    /// An incident, with what it takes to read its timeline.
    Find {
        id: IncidentId,
        answer: oneshot::Sender<Option<Found>>,
    },
}

/// Which incidents are asked for; what is `None` may be anything.
#[derive(Clone, Debug, Default)]
pub struct Wanted {
    pub status: Option<Status>,
    /// Not resolved.
    pub open: bool,
    pub service: Option<String>,
    pub severity: Option<Severity>,
    pub urgency: Option<Urgency>,
    /// Of an alert of this integration.
    pub integration: Option<String>,
    /// Of an alert with this key.
    pub dedup_key: Option<String>,
}

impl Wanted {
    pub fn is(&self, incident: &Incident) -> bool {
        let is_of = |alert: &Alert| {
            self.integration.as_ref().is_none_or(|id| alert.integration == *id)
                && self.dedup_key.as_ref().is_none_or(|key| alert.dedup_key == *key)
        };
        self.status.is_none_or(|status| incident.status == status)
            && !(self.open && incident.status == Status::Resolved)
            && self.service.as_deref().is_none_or(|id| incident.service.as_deref() == Some(id))
            && self.severity.is_none_or(|severity| incident.severity == severity)
            && self.urgency.is_none_or(|urgency| incident.urgency == urgency)
            && (self.integration.is_none() && self.dedup_key.is_none() || incident.alerts.iter().any(is_of))
    }
}

/// An incident that was asked for.
#[derive(Debug)]
pub struct Found {
    pub incident: Incident,
    /// The last entry that is on disk.
    pub durable: u64,
    /// The commits of config revisions, by number.
    pub commits: BTreeMap<u32, String>,
}

/// What came of an input.
#[derive(Debug)]
pub struct Answered {
    pub reply: Option<Reply>,
    /// Whether it is on disk.
    pub stored: bool,
}

/// The engine did not take it in time, or is gone.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Busy;

/// The sending side.
#[derive(Clone, Debug)]
pub struct Inbox {
    pub first: mpsc::Sender<Message>,
    pub alerts: mpsc::Sender<Message>,
}

impl Inbox {
    /// Hands an input over and waits until what follows from it is on disk.
    pub async fn input(&self, lane: Lane, input: Input) -> Result<Answered, Busy> {
        let (answer, answered) = oneshot::channel();
        let message = Message::Input { lane, input, answer };
        let sender = if lane == Lane::First { &self.first } else { &self.alerts };
        ask(sender, message, answered, PATIENCE).await
    }

    /// The same for what a monitor said, which waits no longer than the monitor does.
    pub async fn alerts(&self, events: Vec<Event>, patience: Duration) -> Result<Answered, Busy> {
        let (answer, answered) = oneshot::channel();
        let message = Message::Input { lane: Lane::Alerts, input: Input::Alerts(events), answer };
        ask(&self.alerts, message, answered, patience).await
    }

    pub async fn list(
        &self,
        wanted: Wanted,
        before: Option<IncidentId>,
        limit: usize,
    ) -> Result<Vec<Incident>, Busy> {
        let (answer, answered) = oneshot::channel();
        let limit = limit.clamp(1, PAGE_MAX);
        ask(&self.first, Message::List { wanted, before, limit, answer }, answered, PATIENCE).await
    }

    pub async fn heartbeat(&self, integration: String) -> Result<Option<Heartbeat>, Busy> {
        let (answer, answered) = oneshot::channel();
        ask(&self.first, Message::Heartbeat { integration, answer }, answered, PATIENCE).await
    }

    /// Waits for the engine's next turn; [`Busy`] if it takes none within [`TURN_MAX`].
    pub async fn turn(&self) -> Result<(), Busy> {
        let (answer, answered) = oneshot::channel();
        ask(&self.first, Message::Turn { answer }, answered, TURN_MAX).await
    }

    pub async fn run_time(&self) -> Result<RunTime, Busy> {
        let (answer, answered) = oneshot::channel();
        ask(&self.first, Message::RunTime { answer }, answered, PATIENCE).await
    }

    pub async fn thread(&self, reference: String) -> Result<Option<IncidentId>, Busy> {
        let (answer, answered) = oneshot::channel();
        ask(&self.first, Message::Thread { reference, answer }, answered, PATIENCE).await
    }

    pub async fn find(&self, id: IncidentId) -> Result<Option<Found>, Busy> {
        let (answer, answered) = oneshot::channel();
        ask(&self.first, Message::Find { id, answer }, answered, PATIENCE).await
    }
}

async fn ask<T>(
    to: &mpsc::Sender<Message>,
    message: Message,
    answered: oneshot::Receiver<T>,
    patience: Duration,
) -> Result<T, Busy> {
    let asked = async {
        to.send(message).await.map_err(|_| Busy)?;
        answered.await.map_err(|_| Busy)
    };
    timeout(patience, asked).await.unwrap_or(Err(Busy))
}
