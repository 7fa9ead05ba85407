//! What people did to an incident, and what follows by itself from that, as entries hold it.

use super::errand::NewMirror;
use super::made::MovedTo;
use super::parts::{Escalation, HeldBack};
use super::planned::Recipient;
use super::{DeliveryId, IncidentId};
use crate::actor::{Actor, Via};
use crate::alert::Event;
use crate::config::{Id, Urgency};
use crate::reason::{Rule, Why};
use crate::schedule::UserId;
use jiff::Timestamp;
use serde::{Deserialize, Serialize};

/// What people did, and what follows by itself from that.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ResponseChange {
    Acknowledged {
        by: Actor,
        via: Via,
        #[serde(default, skip_serializing_if = "Option::is_none")]
        until: Option<Timestamp>,
        #[serde(default, skip_serializing_if = "is_false")]
        snoozed: bool,
        #[serde(default, skip_serializing_if = "Option::is_none")]
        quiet_seconds: Option<u32>,
        #[serde(default, skip_serializing_if = "Option::is_none")]
        event: Option<Box<Event>>,
    },
    /// Somebody took it whom others had been before.
    AlsoAcknowledged {
        by: Actor,
        via: Via,
    },
    /// Somebody who may not respond asked for something: a remark, and nothing else changes.
    Remarked {
        by: Actor,
        via: Via,
        remark: Remark,
    },
    /// Somebody asks for the next step.
    Escalated {
        by: Actor,
        via: Via,
        /// The page whose key was pressed.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        delivery: Option<DeliveryId>,
        /// The step that was named, from 1.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        step: Option<u32>,
    },
    /// It pages again.
    Retriggered {
        why: Why,
        rule: Option<Rule>,
    },
    Reassigned {
        to: Vec<Recipient>,
        by: Actor,
        via: Via,
        /// What goes on if nothing comes of it; none at low urgency.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        escalation: Option<Escalation>,
        /// The policy that is the incident's own from now on.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        policy: Option<Id>,
    },
    /// Somebody gives it back: it pages again.
    GivenBack {
        by: Actor,
        via: Via,
    },
    /// Somebody opens again what was closed.
    Reopened {
        by: Actor,
        via: Via,
    },
    /// People who are told too; the escalation goes on as it was.
    PagedAlso {
        to: Vec<Recipient>,
        by: Actor,
        via: Via,
    },
    /// Somebody chose how urgent it is.
    UrgencyChosen {
        urgency: Urgency,
        by: Actor,
        via: Via,
    },
    /// Somebody wants people told now, whatever held its pages back.
    LetThrough {
        held: HeldBack,
        /// Where it is shown from now on.
        #[serde(default, skip_serializing_if = "Vec::is_empty")]
        mirrors: Vec<NewMirror>,
        by: Actor,
        via: Via,
    },
    /// Somebody moved it to another service.
    MovedTo(Box<MovedTo>),
    Noted {
        text: String,
        by: Actor,
        via: Via,
    },
    /// The alerts of another incident came over.
    TookOver {
        from: IncidentId,
        by: Actor,
        via: Via,
    },
    /// Its alerts went over to another incident, and it is closed.
    Merged {
        into: IncidentId,
        by: Actor,
        via: Via,
    },
    /// What came with a merge and still fires is this incident again.
    Unmerged {
        from: IncidentId,
        by: Actor,
        via: Via,
    },
    /// The alerts that had come from that incident are its own again.
    GaveBack {
        to: IncidentId,
    },
    Resolved {
        by: Actor,
        via: Via,
        why: Why,
        #[serde(default, skip_serializing_if = "Option::is_none")]
        event: Option<Box<Event>>,
        /// In the words of whoever resolved it.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        reason: Option<String>,
    },
}

/// What somebody says who may not respond.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Remark {
    /// They look at it.
    LooksAtIt,
    /// It is over.
    IsOver,
    /// The next step should be told.
    WantsNextStep,
    /// This person should have it.
    WantsReassigned(UserId),
    /// In their own words.
    Says(String),
    /// Something else, by the word of the command.
    AsksFor(String),
}

fn is_false(flag: &bool) -> bool {
    !flag
}
