//! The way to the engine: inputs with their replies, and questions about the state.

use super::board::Refill;
use crate::alert::Event;
use crate::engine::Lane;
use crate::incident::{DeliveryId, Heartbeat, Incident, IncidentId, Input, Linked, Reply, Status};
use jiff::Timestamp;
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
    /// These incidents, as far as they are known; at most `PAGE_MAX`.
    Several {
        ids: Vec<IncidentId>,
        answer: oneshot::Sender<Vec<Incident>>,
    },
    /// Rows of the incidents after one, for a board that missed entries.
    Rows {
        after: Option<IncidentId>,
        answer: oneshot::Sender<Refill>,
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
    /// At most [`PAGE_MAX`] incidents, the newest first, whole: what a chat shows of them is more than a row.
    List {
        wanted: Wanted,
        answer: oneshot::Sender<Vec<Incident>>,
    },
    /// The incident that is shown by the message of this name, in a room or to a person.
    Thread {
        reference: String,
        answer: oneshot::Sender<Option<IncidentId>>,
    },
    /// What the message of a delivery told of, as a link shows it.
    Linked {
        delivery: DeliveryId,
        now: Timestamp,
        answer: oneshot::Sender<Option<Linked>>,
    },
    /// An incident, with what it takes to read its timeline.
    Find {
        id: IncidentId,
        answer: oneshot::Sender<Option<Found>>,
    },
}

/// Which incidents a chat asks for; what is `None` may be anything.
#[derive(Clone, Debug, Default)]
pub struct Wanted {
    /// Not resolved.
    pub open: bool,
    pub service: Option<String>,
}

impl Wanted {
    pub fn is(&self, incident: &Incident) -> bool {
        !(self.open && incident.status == Status::Resolved)
            && self.service.as_deref().is_none_or(|id| incident.service.as_deref() == Some(id))
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
    /// With the receiving sides: what is first, and alerts.
    pub fn open() -> (Inbox, mpsc::Receiver<Message>, mpsc::Receiver<Message>) {
        let ((first, asked), (alerts, said)) = (mpsc::channel(FIRST_MAX), mpsc::channel(ALERTS_MAX));
        (Inbox { first, alerts }, asked, said)
    }

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

    pub async fn several(&self, ids: Vec<IncidentId>) -> Result<Vec<Incident>, Busy> {
        let (answer, answered) = oneshot::channel();
        ask(&self.first, Message::Several { ids, answer }, answered, PATIENCE).await
    }

    pub async fn rows(&self, after: Option<IncidentId>) -> Result<Refill, Busy> {
        let (answer, answered) = oneshot::channel();
        ask(&self.first, Message::Rows { after, answer }, answered, PATIENCE).await
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

    pub async fn list(&self, wanted: Wanted) -> Result<Vec<Incident>, Busy> {
        let (answer, answered) = oneshot::channel();
        ask(&self.first, Message::List { wanted, answer }, answered, PATIENCE).await
    }

    pub async fn thread(&self, reference: String) -> Result<Option<IncidentId>, Busy> {
        let (answer, answered) = oneshot::channel();
        ask(&self.first, Message::Thread { reference, answer }, answered, PATIENCE).await
    }

    pub async fn linked(&self, delivery: DeliveryId, now: Timestamp) -> Result<Option<Linked>, Busy> {
        let (answer, answered) = oneshot::channel();
        ask(&self.first, Message::Linked { delivery, now, answer }, answered, PATIENCE).await
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
