//! What people ask for about incidents: who answers, what stands in the way, what is done, and what is replied.
//!
//! What each wish does to an incident is in `taken`, `assign` and `merge`; why it may be refused, in `standing`.

use super::entry::DeliveryChange;
use super::errand::{HangUp, Mirror};
use super::parts::Status;
use super::planned::Notification;
use super::response::{Remark, ResponseChange};
use super::standing::Standing;
use super::state::Acknowledgement;
use super::transition::ACKNOWLEDGED_BY_MAX;
use super::{
    Asked, Assignee, Call, Command, DeliveryId, IncidentId, Refused, Reply, Respond, Target, Warning, message,
};
use crate::actor::{Actor, Via};
use crate::config::{MirrorKind, Right};
use crate::reason::Why;

/// How the incidents of one wish fared.
#[derive(Default)]
struct Fared {
    done: Vec<IncidentId>,
    /// With the name of whoever did it before.
    already: Vec<(IncidentId, String)>,
    refused: Vec<Refused>,
    warnings: Vec<Warning>,
}

impl Call<'_> {
    pub(super) fn command(&mut self, command: Command) {
        let responds = matches!(command, Command::Respond(_));
        let by = command.asked_by().0;
        // Of what somebody's own phone says nothing needs a right.
        let tests = matches!(&command, Command::Test { user, .. } if self.may_test(user, by));
        let own = tests || matches!(&command, Command::OptOut { .. });
        let refused = match self.config.token_lacks(by) {
            Some(right) => Some(Refused::Lacks(right)),
            None => (!responds && !own && !self.may_respond(by)).then_some(Refused::MayNot),
        };
        if let Some(refused) = refused {
            self.turn.reply = Some(Reply::Refused(refused));
            return;
        }
        match command {
            Command::Respond(respond) => self.respond(respond),
            Command::Declare(declare) => self.declare(*declare),
            Command::Override { made, confirmed } => self.make_override(*made, confirmed),
            Command::Take { schedule, to, relieves, until, by, via, confirmed } => {
                self.take(schedule, (to, relieves), until, (by, via), confirmed);
            }
            Command::Silence { made, everything, confirmed } => {
                self.make_silence(*made, everything, confirmed);
            }
            Command::Away { made, confirmed } => self.make_absence(*made, confirmed),
            Command::Back { user, by, via } => self.back(&user, &by, via),
            Command::End { what, by, via } => self.end_early(what, &by, via),
            Command::Offer(made) => self.make_offer(*made),
            Command::Accept { id, user, by, via, confirmed } => {
                self.accept(id, &user, (by, via), confirmed);
            }
            Command::Cannot { what, user, by, via } => self.cannot(&what, &user, by, via),
            Command::Test { user, contact, by, .. } => self.test(&user, contact, &by),
            Command::OptOut { phones, contact, out, .. } => self.opt_out(&phones, contact, out),
        }
    }

    pub(super) fn respond(&mut self, Respond { target, action, by, via }: Respond) {
        let (incidents, delivery, by) = match self.targeted(target, by, via) {
            Ok(targeted) => targeted,
            Err(refused) => {
                self.turn.reply = Some(refused);
                return;
            }
        };
        let incidents = match remark(&action).filter(|_| !self.may_respond(&by) && via != Via::Ticket) {
            None => incidents,
            Some(remark) => {
                let (own, others) =
                    incidents.into_iter().partition(|id| self.may_as_paged(*id, &by, &action));
                let own: Vec<IncidentId> = own;
                if own.is_empty() {
                    return self.remark(others, &remark, (&by, via));
                }
                self.remark(others, &remark, (&by, via));
                own
            }
        };
        // A call names the worst of several: what it did not name, or what has joined since, is not closed by a key.
        let unsaid = incidents.len() > 1 || delivery.is_some_and(|delivery| self.has_grown_since(delivery));
        let closes = matches!(action, Asked::Resolve { .. });
        if action == Asked::Repeat || via == Via::Call && closes && unsaid {
            self.turn.reply = Some(self.say_again(&incidents, &by));
            return;
        }
        let mut fared = Fared::default();
        for id in incidents {
            // Keys and buttons of one that was merged act on where it went.
            let id = if action == Asked::Unmerge { id } else { self.answers_for(id) };
            match self.standing(id, &action, delivery) {
                Standing::NoSuchIncident => {}
                Standing::Done(name) => {
                    let asked = self.awaits(id, &by);
                    self.also(id, &action, (&by, via));
                    match asked && action == Asked::Acknowledge {
                        true => fared.done.push(id),
                        false => fared.already.push((id, name)),
                    }
                }
                Standing::Refused(refused) => fared.refused.push(refused),
                Standing::Ask(warning) => fared.warnings.push(warning),
                Standing::GoAhead => {
                    self.act(id, &action, (by.clone(), via), delivery);
                    self.hang_up_needless(id, delivery);
                    fared.done.push(id);
                }
            }
        }
        self.turn.reply = Some(fared.reply(action));
    }

    /// The incident that a ticket shows, the newest of several.
    fn of_ticket(&self, key: &str) -> Vec<IncidentId> {
        let is = |it: &Mirror| it.kind == MirrorKind::Ticket && it.reference.as_deref() == Some(key);
        let newest = self.state.incidents.values().rev();
        let found = newest.filter(|incident| incident.mirrors.iter().any(is));
        found.map(|incident| incident.id).take(1).collect()
    }

    /// The incidents that are meant, by which delivery, and who it is that asks.
    fn targeted(
        &self,
        target: Target,
        by: Actor,
        via: Via,
    ) -> Result<(Vec<IncidentId>, Option<DeliveryId>, Actor), Reply> {
        let delivery = match target {
            Target::Incidents(incidents) => return Ok((incidents, None, by)),
            Target::Ticket(key) => return Ok((self.of_ticket(&key), None, by)),
            Target::Delivery(delivery) => delivery,
            Target::Code { users, code } => self.state.with_code(&users, &code).ok_or(Reply::NotFound)?,
        };
        let (incidents, told) = self.paged(delivery).ok_or(Reply::NotFound)?;
        let incidents = if matches!(via, Via::Link | Via::Sms) {
            self.open_to_link(delivery).map_err(|why| why.map_or(Reply::NotFound, Reply::Refused))?
        } else {
            incidents
        };
        // A key is pressed by whoever was called, and a link or a code acts for whom it was sent to; a button names the person
        // who pressed it.
        let by = if matches!(via, Via::Call | Via::Link | Via::Push | Via::Sms) { told } else { by };
        Ok((incidents, Some(delivery), by))
    }

    /// Whether somebody's word counts. Tokens act for whoever holds them.
    fn may_respond(&self, by: &Actor) -> bool {
        self.config.may(by, Right::Respond, self.now)
    }

    /// Who was paged may acknowledge, escalate and note, whatever `access` says; resolving is for those who respond.
    fn may_as_paged(&self, id: IncidentId, by: &Actor, action: &Asked) -> bool {
        let open_to_them = match action {
            Asked::Acknowledge | Asked::Escalate { .. } | Asked::Note(_) => true,
            Asked::Unacknowledge
            | Asked::Snooze { .. }
            | Asked::Resolve { .. }
            | Asked::Reopen
            | Asked::Repeat
            | Asked::Reassign(_)
            | Asked::PageAlso(_)
            | Asked::Raise
            | Asked::Lower
            | Asked::Move(_)
            | Asked::Silence { .. }
            | Asked::Merge { .. }
            | Asked::Unmerge => false,
        };
        let incident = self.incident(self.answers_for(id));
        let paged = |user| incident.is_some_and(|incident| incident.record.paged.contains(user));
        open_to_them && self.config.may(by, Right::View, self.now) && by.user().is_some_and(paged)
    }

    /// What somebody says who may not respond stands in the timeline and the thread; calls go on.
    fn remark(&mut self, incidents: Vec<IncidentId>, remark: &Remark, (by, via): (&Actor, Via)) {
        let (mut noted, mut over) = (Vec::new(), Vec::new());
        for id in incidents {
            let Some(incident) = self.incident(id) else { continue };
            if incident.status == Status::Resolved {
                let name = incident.resolved_by.as_ref().map_or("", |by| self.config.name_of(by));
                over.push((id, name.to_owned()));
                continue;
            }
            let (by, remark) = (by.clone(), remark.clone());
            self.about(id, ResponseChange::Remarked { by, via, remark });
            noted.push(id);
        }
        match noted.is_empty() {
            false => self.turn.reply = Some(Reply::Noted { incidents: noted }),
            true => {
                let fared = Fared { already: over, ..Fared::default() };
                self.turn.reply = Some(fared.reply(Asked::Resolve { reason: None }));
            }
        }
    }

    /// Somebody takes what others have: they are named beside them.
    fn also(&mut self, id: IncidentId, action: &Asked, (by, via): (&Actor, Via)) {
        let Some(incident) = self.incident(id) else { return };
        let held = incident.acknowledgement.as_ref().filter(|_| incident.status == Status::Acknowledged);
        let room = |held: &Acknowledgement| held.by.len() < ACKNOWLEDGED_BY_MAX || self.awaits(id, by);
        let new = held.is_some_and(|held| room(held) && !held.by.contains(by));
        if new && *action == Asked::Acknowledge {
            self.about(id, ResponseChange::AlsoAcknowledged { by: by.clone(), via });
        }
    }

    /// The incidents that a page told about, and the person it was for.
    fn paged(&self, delivery: DeliveryId) -> Option<(Vec<IncidentId>, Actor)> {
        let page = self.state.pages.get(&delivery)?;
        let incidents = page.about.iter().map(|carried| carried.incident).collect();
        Some((incidents, Actor::User(page.user.clone())))
    }

    /// Whether an alert that fires has joined, or become worse, after the words of a page were made.
    fn has_grown_since(&self, delivery: DeliveryId) -> bool {
        let Some(page) = self.state.pages.get(&delivery) else { return false };
        let about = page.about.iter().filter_map(|carried| self.incident(self.answers_for(carried.incident)));
        about.flat_map(|incident| &incident.alerts).any(|alert| alert.lasts() && alert.since > page.at)
    }

    fn act(&mut self, id: IncidentId, action: &Asked, (by, via): (Actor, Via), delivery: Option<DeliveryId>) {
        match action {
            Asked::Acknowledge => {
                self.acknowledge(id, &by, via, None);
                self.untold_by(id, delivery);
            }
            Asked::Unacknowledge => self.give_back(id, by, via),
            Asked::Snooze { until, .. } => self.snooze(id, *until, by, via),
            Asked::Resolve { reason } => {
                let (why, event) = (Why::AskedFor, None);
                let reason = reason.as_deref().map(|words| message::cut(words.trim(), super::NOTE_MAX));
                let reason = reason.filter(|words| !words.is_empty());
                self.about(id, ResponseChange::Resolved { by, via, why, event, reason });
            }
            Asked::Reopen => self.reopen(id, by, via),
            Asked::Escalate { step } => self.escalate_for(id, *step, delivery, (by, via)),
            Asked::Reassign(to) => self.reassign(id, to, by, via),
            Asked::PageAlso(to) => self.page_also(id, to, by, via),
            Asked::Raise => self.raise_for(id, by, via),
            Asked::Lower => self.lower(id, by, via),
            Asked::Move(service) => self.move_to(id, service, by, via),
            Asked::Silence { reason } => self.silence_until_resolved(id, reason.as_deref(), by, via),
            Asked::Note(text) => self.note(id, text, by, via),
            Asked::Merge { into } => self.merge(id, *into, by, via),
            Asked::Unmerge => self.unmerge(id, by, via),
            Asked::Repeat => {}
        }
    }

    fn say_again(&self, incidents: &[IncidentId], by: &Actor) -> Reply {
        let known: Vec<_> = incidents.iter().filter_map(|id| self.incident(*id)).collect();
        match by.user().map(|user| &**user) {
            Some(user) if !known.is_empty() => Reply::Say(message::call(self.config, &known, user)),
            _ => Reply::NotFound,
        }
    }

    /// Ends calls about an incident that nobody needs any more, other than the one its answer came from.
    pub(super) fn hang_up_needless(&mut self, id: IncidentId, except: Option<DeliveryId>) {
        let needless: Vec<DeliveryId> = self
            .state
            .deliveries
            .iter()
            .filter(|(delivery, dispatch)| {
                let call = dispatch.errand.contact().is_some_and(|by| by.method().ends);
                call && Some(**delivery) != except
                    && dispatch.reference.is_some()
                    && dispatch.hang_up == HangUp::No
                    && dispatch.is_about(id)
                    && !dispatch.about.iter().any(|it| self.still_needs(it.incident, **delivery))
            })
            .map(|(delivery, _)| *delivery)
            .collect();
        for delivery in needless {
            self.about_server(DeliveryChange::HangUp { delivery, state: HangUp::Wanted(self.now) });
        }
    }

    fn still_needs(&self, id: IncidentId, call: DeliveryId) -> bool {
        let Some(incident) = self.incident(id) else { return false };
        let stands = incident.stands();
        let informs = |found: &Notification| {
            found.purpose.outlives_a_step() && found.in_flight == Some(call) && found.is_wanted(&stands)
        };
        incident.pages()
            || (incident.status != Status::Resolved && incident.notifications.iter().any(informs))
    }
}

impl Fared {
    fn reply(self, action: Asked) -> Reply {
        let Fared { done, already, refused, warnings } = self;
        if !done.is_empty() {
            return Reply::Done { action, incidents: done };
        }
        if !warnings.is_empty() {
            return Reply::Confirm(warnings);
        }
        if let Some(refused) = refused.into_iter().next() {
            return Reply::Refused(refused);
        }
        match already.first() {
            Some((_, by)) => {
                let by = by.clone();
                Reply::Already { action, by, incidents: already.into_iter().map(|(id, _)| id).collect() }
            }
            None => Reply::NotFound,
        }
    }
}

/// What a wish is worth as a remark; hearing the words again is nobody's business.
fn remark(action: &Asked) -> Option<Remark> {
    match action {
        Asked::Acknowledge | Asked::Snooze { .. } => Some(Remark::LooksAtIt),
        Asked::Resolve { .. } => Some(Remark::IsOver),
        Asked::Escalate { .. } | Asked::Raise => Some(Remark::WantsNextStep),
        Asked::Note(text) => Some(Remark::Says(message::cut(text.trim(), super::NOTE_MAX))),
        Asked::Reassign(to) => Some(match to.first() {
            Some(Assignee::User(user)) => Remark::WantsReassigned(user.clone()),
            Some(Assignee::Schedule(_) | Assignee::Policy(_)) | None => {
                Remark::AsksFor(action.name().to_owned())
            }
        }),
        Asked::Unacknowledge
        | Asked::Reopen
        | Asked::PageAlso(_)
        | Asked::Silence { .. }
        | Asked::Lower
        | Asked::Move(_)
        | Asked::Merge { .. }
        | Asked::Unmerge => Some(Remark::AsksFor(action.name().to_owned())),
        Asked::Repeat => None,
    }
}
