//! What drives the engine, as `server::run` does: turns, batches to the disk, what leaves.

use crate::disk::Mode;
use crate::outside::dedup_key;
use crate::record::Broken;
use crate::recorder::{Stepped, Told};
use crate::world::{Asker, Happening, World};
use bytes::Bytes;
use jiff::SignedDuration;
use oncall::engine::{Health, Lane, Release, Unwritten};
use oncall::incident::{Delivery, DeliveryId, Entry, Input, Outcome, Reply};

/// How many entries of one batch are beyond any day here, and how many of those are shown.
const BUSY: usize = 800;
const BUSY_SHOWN: usize = 8;

impl World {
    pub fn drive(&mut self) -> Result<(), Broken> {
        let now = self.wall();
        for _ in 0..1_000 {
            let Some(engine) = &mut self.engine else { return Ok(()) };
            let released = engine.turn(now);
            self.release(released)?;
            self.next_batch()?;
            if self.engine.as_ref().is_none_or(|engine| engine.is_idle(now)) {
                self.check()?;
                self.sleep();
                return Ok(());
            }
        }
        Err("the engine does not come to rest".to_owned())
    }

    fn sleep(&mut self) {
        let now = self.wall();
        let Some(at) = self.engine.as_ref().and_then(|engine| engine.next_deadline(now)) else { return };
        let after = at.duration_since(now).max(SignedDuration::from_millis(1));
        if self.wakes.insert(self.now + after) {
            self.later(after, Happening::Wake);
        }
    }

    fn next_batch(&mut self) -> Result<(), Broken> {
        let now = self.wall();
        let Some(engine) = &mut self.engine else { return Ok(()) };
        let Some(batch) = engine.next_batch(now) else { return Ok(()) };
        // A batch like that is of an engine that does not come to rest: what it says again and again is its end.
        let text = |payload: &Bytes| String::from_utf8_lossy(payload).into_owned();
        let busy: Vec<String> = batch.payloads.iter().skip(BUSY).take(BUSY_SHOWN).map(text).collect();
        for (seq, payload) in (batch.first_seq..).zip(&batch.payloads) {
            self.record.handed_over(seq, payload)?;
        }
        let state = engine.incidents().state();
        let last = batch.first_seq + batch.payloads.len() as u64 - 1;
        if state.seq == last {
            self.record.batch(state);
        }
        let (seqs, reopen, snapshot) = (batch.first_seq..=last, batch.reopen, batch.snapshot.is_some());
        self.say(|| format!("batch {seqs:?} reopen {reopen} snapshot {snapshot}"));
        busy.into_iter().for_each(|text| self.say(|| text));
        let (number, begun) = self.recorder.append(&mut self.disk, batch, &mut self.random);
        self.batch = number;
        match begun {
            Ok(task) => self.disk_takes(task),
            Err(reason) => self.written(Told { batch: number, result: Err(reason) })?,
        }
        Ok(())
    }

    fn disk_takes(&mut self, id: u64) {
        let after = match self.disk.mode {
            Mode::Stalled => return,
            Mode::Slow => self.seconds(1, 4),
            _ => SignedDuration::from_millis(self.random.between(1, 30) as i64),
        };
        let life = self.life;
        self.later(after, Happening::DiskStep(life, id));
    }

    pub fn disk_step(&mut self, id: u64) -> Result<(), Broken> {
        if self.disk.mode == Mode::Stalled {
            return Ok(());
        }
        if self.stops_at_write(false) {
            self.crash();
            return Ok(());
        }
        let stepped = self.recorder.stepped(&mut self.disk, id, &mut self.random);
        if self.stops_at_write(true) {
            self.crash();
            return Ok(());
        }
        match stepped {
            Stepped::More(id) => self.disk_takes(id),
            Stepped::Over(Some(told)) => {
                self.step();
                self.written(told)?;
            }
            Stepped::Over(None) => {}
        }
        Ok(())
    }

    fn written(&mut self, told: Told) -> Result<(), Broken> {
        let (now, durable) = (self.wall(), self.recorder.durable());
        self.say(|| format!("written: {told:?}, on disk {durable}"));
        let Some(engine) = self.engine.as_mut().filter(|_| told.batch == self.batch) else { return Ok(()) };
        let released = engine.written(now, told.result.map_err(Unwritten::Failed));
        self.release(released)
    }

    /// The journal has failed, whether or not something was being written.
    pub fn unwritten(&mut self, batch: u64, why: Unwritten) -> Result<(), Broken> {
        let now = self.wall();
        self.say(|| format!("not written: {why}"));
        let Some(engine) = self.engine.as_mut().filter(|_| batch == self.batch) else { return Ok(()) };
        let released = engine.written(now, Err(why));
        self.release(released)
    }

    fn release(&mut self, released: Vec<Release>) -> Result<(), Broken> {
        for release in released {
            self.step();
            let Some(engine) = &self.engine else { return Ok(()) };
            let healthy = *engine.health() == Health::Healthy;
            let durable = self.recorder.durable();
            match release {
                Release::Entry(entry) => {
                    self.say(|| words(&entry));
                    self.record.release_entry(&entry, durable, healthy)?;
                }
                Release::Delivery(delivery) => {
                    self.say(|| format!("delivery {} of {:?}", delivery.id, delivery.incidents));
                    self.record.release_delivery(&delivery, durable, healthy)?;
                    self.one_call_at_a_time(&delivery)?;
                    self.deliver(&delivery);
                }
                Release::Reply { ticket, reply, stored } => {
                    self.say(|| format!("reply to {ticket}: {reply:?} stored {stored}"));
                    self.replied(ticket, reply.as_ref(), stored, healthy)?;
                }
            }
        }
        Ok(())
    }

    /// Nobody is called while a call of theirs that the provider took goes on, told or not. A clock that jumps may
    /// shorten what is waited for.
    fn one_call_at_a_time(&mut self, delivery: &Delivery) -> Result<(), Broken> {
        let Some((user, _)) = delivery.task.contact().filter(|(_, by)| by.method().one_at_a_time) else {
            return Ok(());
        };
        let before = self.called.entry(user.to_string()).or_default();
        before.push(delivery.id);
        if self.weather.jumps {
            return Ok(());
        }
        let goes_on = |of: &&DeliveryId| {
            let end = self.courses.get(of).and_then(|course| course.last());
            **of != delivery.id && end.is_some_and(|(end, _)| *end > self.now) && self.record.was_taken(of)
        };
        match before.iter().find(goes_on) {
            Some(of) => Err(format!("(16) {user} is called by {} during {of}", delivery.id)),
            None => Ok(()),
        }
    }

    fn replied(
        &mut self,
        ticket: u64,
        reply: Option<&Reply>,
        stored: bool,
        healthy: bool,
    ) -> Result<(), Broken> {
        let Some(asker) = self.tickets.remove(&ticket) else {
            return Err(format!("ticket {ticket} is answered and nobody waits"));
        };
        let keys = match &asker {
            Asker::Monitor { key, .. } | Asker::Twin(key) => vec![dedup_key(*key)],
            Asker::Person | Asker::Job => Vec::new(),
        };
        self.record.release_reply(reply, stored, &keys, self.recorder.durable(), healthy)?;
        if !stored && matches!(asker, Asker::Monitor { .. }) {
            self.ask_again(asker);
        }
        Ok(())
    }

    pub fn offer(&mut self, lane: Lane, input: Input, asker: Asker) {
        self.count += 1;
        let ticket = self.count;
        let Some(engine) = &mut self.engine else { return self.ask_again(asker) };
        match engine.offer(lane, input, Some(ticket)) {
            Ok(()) => {
                self.tickets.insert(ticket, asker);
            }
            Err(_) => self.ask_again(asker),
        }
    }

    /// A monitor whose alert was not taken says it again.
    pub fn ask_again(&mut self, asker: Asker) {
        if let Asker::Monitor { key, action, severity } = asker {
            let after = self.seconds(5, 40);
            self.later(after, Happening::Monitor { key, action, severity });
        }
    }

    pub fn outcome(&mut self, delivery: DeliveryId, outcome: Outcome) {
        if let Some(engine) = &mut self.engine {
            let _ = engine.offer(Lane::First, Input::Outcome { delivery, outcome }, None);
        }
    }
}

fn words(entry: &Entry) -> String {
    let about = entry.incident.map_or_else(|| "server".to_owned(), |id| id.to_string());
    let change: String = format!("{:?}", entry.change).chars().take(110).collect();
    format!("entry {} {about}: {change}", entry.seq)
}
