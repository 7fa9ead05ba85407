//! What the verbs of a script do: each is one input to the state machine, or a mood of a provider.

use super::{World, time};
use crate::providers::{Ending, Mood};
use jiff::{SignedDuration, Timestamp, civil};
use oncall::actor::{Actor, Via};
use oncall::alert::{Action, Event, Severity};
use oncall::config::{Contact, MirrorKind, RunTimeAbsence, RunTimeOffer, RunTimeOverride, RunTimeSilence};
use oncall::incident::{
    Asked, Assignee, Command, Declare, Delivery, Ended, GapAhead, IncidentId, Input, LinkedIncident, Outcome,
    Reason, Respond, Target, Task, Words,
};
use oncall::place::Place;
use oncall::schedule::OverrideAction;
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

impl World {
    pub fn act(&mut self, text: &str) {
        self.at_this_instant = 0;
        let words: Vec<&str> = text.split_whitespace().collect();
        match words[..] {
            ["end"] => {}
            ["post" | "alert" | "resolve" | "monitor-ack" | "beat" | "note" | "change" | "update", ..] => {
                let text = text.strip_prefix("post ").unwrap_or(text);
                let events = text.split(';').map(|event| self.event(event.trim())).collect();
                self.handle(Input::Alerts(events));
            }
            ["ack", user, ref keys @ ..] => self.command(Asked::Acknowledge, user, keys, Via::Slack),
            [
                "close" | "escalate" | "reassign" | "unack" | "snooze" | "reopen" | "also" | "raise" | "hush"
                | "lower" | "move" | "says" | "merge" | "unmerge",
                user,
                ref rest @ ..,
            ] => {
                let (action, keys) = self.asked(words[0], rest);
                self.command(action, user, keys, Via::Slack);
            }
            [
                "offer" | "accept" | "override" | "take" | "silence" | "away" | "back" | "end-early"
                | "cannot",
                ..,
            ] => self.run_time(&words),
            ["declare", user, service, severity, ref rest @ ..] => {
                self.declare(user, service, severity, rest)
            }
            ["press", user, key] => self.press(user, key),
            ["notes", user, key] => self.providers.notes(self.now, self.providers.calls[user], key),
            ["test", user, by] => self.test(user, user, by),
            ["test", user, by, "for", whom] => self.test(user, whom, by),
            ["in-ticket", key, user, ref what @ ..] => self.in_ticket(key, user, what),
            ["texts", user, number] => self.texts(user, number.parse().unwrap()),
            ["says-stop" | "says-start", user] | ["says-stop" | "says-start", user, _] => {
                let to = words.get(2).map(|name| (*name).to_owned());
                let (phones, contact) = (vec![((*user).into(), to)], Contact::read("sms").unwrap());
                let (out, by, via) = (words[0] == "says-stop", self.actor(user), Via::Sms);
                self.handle(Input::Command(Command::OptOut { phones, contact, out, by, via }));
            }
            ["link", user, number, action] => self.link(user, number.parse().unwrap(), action),
            ["gaps", ref rest @ ..] => self.gaps(rest),
            ["show", what] => self.shows.push(what.to_owned()),
            ["config", name] => self.reload(name),
            ["crash"] => self.crash(),
            ["start"] => self.restart(),
            ["jump", by] => self.jump(by),
            [] => {}
            ref words => self.heard(words),
        }
    }

    /// What a provider tells of by itself; any other word is its mood.
    fn heard(&mut self, words: &[&str]) {
        match *words {
            // In Pushover's app: what the provider reads from the receipt.
            ["pushed", user] => {
                let delivery = self.providers.calls[user];
                let (target, action) = (Target::Delivery(delivery), Asked::Acknowledge);
                let by = Actor::Stranger { name: "Pushover".to_owned(), way: Via::Push };
                let respond = Respond { target, action, by, via: Via::Push };
                self.handle(Input::Command(Command::Respond(respond)));
                let outcome = Outcome::delivered(format!("R{delivery}"));
                self.handle(Input::Outcome { delivery, outcome });
            }
            ["machine", user] => {
                let call = self.providers.calls[user];
                self.handle(Input::Outcome { delivery: call, outcome: Outcome::ByMachine });
            }
            ["answer", user] => {
                let call = self.providers.calls[user];
                self.handle(Input::Outcome { delivery: call, outcome: Outcome::Answered });
                self.providers.ends(self.now + SignedDuration::from_secs(5), call, "completed");
            }
            // What the provider tells of a call by itself, and the end of waiting for its answer.
            ["rings", call] => self.calls_back(call, |reference| Outcome::Accepted { reference }),
            ["ends", call] => {
                self.calls_back(call, |_| Outcome::Ended { reason: Reason::said("no answer") });
            }
            ["answers", call] => self.calls_back(call, |_| Outcome::Answered),
            // Somebody picks up and hangs up after so long, and nobody tells us.
            ["picks-up", user, lasts] => {
                let (call, lasts): (_, SignedDuration) = (self.providers.calls[user], lasts.parse().unwrap());
                self.providers.picked_up.insert(call);
                self.providers.ends_unheard(self.now + lasts, call, "completed");
            }
            ["times-out", call] => {
                self.calls_back(call, |_| Outcome::Unknown { reason: Reason::said("timeout") });
            }
            ["fails", user] => {
                let (delivery, reason) = (self.providers.calls[user], Reason::said("not a phone"));
                self.handle(Input::Outcome { delivery, outcome: Outcome::Rejected { reason } });
            }
            [mood, ref whose @ ..] => self.mood(mood, whose),
            [] => {}
        }
    }

    /// `gaps STEP FROM UNTIL …`: what `who` would find to be nobody's.
    fn gaps(&mut self, words: &[&str]) {
        let at = |text: &str| -> Timestamp { format!("{text}:00+09:00").parse().unwrap() };
        let gap = |words: &[&str]| match words {
            [step, from, until] => GapAhead { step: (*step).to_owned(), from: at(from), until: at(until) },
            words => panic!("what gap is `{}`?", words.join(" ")),
        };
        self.handle(Input::Gaps(words.chunks(3).map(gap).collect()));
    }

    /// Of the last call to somebody, or of the one with this number.
    fn calls_back(&mut self, call: &str, outcome: impl FnOnce(String) -> Outcome) {
        let delivery = call.parse().unwrap_or_else(|_| self.providers.calls[call]);
        self.handle(Input::Outcome { delivery, outcome: outcome(format!("R{delivery}")) });
    }

    fn mood(&mut self, mood: &str, whose: &[&str]) {
        let mood = match mood.split_once('=').unwrap_or((mood, "")) {
            ("up", _) => Mood::Up,
            ("down", _) => Mood::Down,
            ("limit", seconds) => Mood::Limit(seconds.parse().unwrap()),
            ("reject", _) => Mood::Reject,
            ("busy", _) => Mood::Busy,
            ("hang", _) => Mood::Hang,
            ("lose", _) => Mood::Lost,
            ("mute", _) => Mood::Mute,
            ("unheard", "busy") => Mood::Unheard(Ending::Busy),
            ("unheard", "undelivered") => Mood::Unheard(Ending::Undelivered),
            ("unheard", _) => Mood::Unheard(Ending::Well),
            ("optout", _) => Mood::OptedOut,
            ("undeliver", _) => Mood::Undelivered,
            ("slow", by) => Mood::Slow(by.parse().unwrap()),
            (word, _) => panic!("what is `{word}`?"),
        };
        self.providers.moods.insert(whose.join(" "), mood);
    }

    /// `alert KEY SEVERITY name=value …`: `from`, `id`, `at`, `summary` and otherwise labels.
    fn event(&self, text: &str) -> Event {
        let mut words = text.split_whitespace();
        let action = match words.next() {
            Some("alert") => Action::Trigger,
            Some("resolve") => Action::Resolve,
            Some("change") => Action::Change,
            Some("note") => Action::Note,
            Some("update") => Action::Update,
            Some("beat") => Action::Beat,
            _ => Action::Acknowledge,
        };
        let key = words.next().unwrap();
        let mut event = Event {
            integration: "prometheus".to_owned(),
            dedup_key: key.to_owned(),
            action,
            severity: None,
            summary: if action == Action::Update { String::new() } else { key.to_owned() },
            description: String::new(),
            source: String::new(),
            labels: BTreeMap::new(),
            links: Vec::new(),
            images: Vec::new(),
            runbook: None,
            started_at: None,
            changed_at: None,
            message_id: None,
            by_rules: None,
        };
        for word in words {
            match word.split_once('=') {
                None => event.severity = Severity::parse(word),
                Some(("from", name)) => event.integration = name.to_owned(),
                Some(("id", id)) => event.message_id = Some(id.to_owned()),
                Some(("at", at)) => {
                    let midnight: Timestamp = "2026-12-08T00:00:00+09:00".parse().unwrap();
                    let since = time(at).unwrap().duration_since(civil::Time::midnight());
                    event.changed_at = Some(midnight + since);
                }
                Some(("summary", text)) => event.summary = text.to_owned(),
                Some((name, value)) => {
                    event.labels.insert(name.to_owned(), value.to_owned());
                }
            }
        }
        event
    }

    fn actor(&self, user: &str) -> Actor {
        let stranger = || Actor::Stranger { name: user.to_owned(), way: Via::Slack };
        self.config.users.get(user).map_or_else(stranger, |known| Actor::User(known.id.clone()))
    }

    /// What a verb asks for, and the keys that remain.
    fn asked<'t>(&self, verb: &str, rest: &'t [&'t str]) -> (Asked, &'t [&'t str]) {
        let assignee = |name: &str| match self.config.users.contains_key(name) {
            true => Assignee::User(name.into()),
            false if self.config.policies.contains_key(name) => Assignee::Policy(name.into()),
            false => Assignee::Schedule(name.into()),
        };
        match (verb, rest) {
            ("close", ["because", words, keys @ ..]) => {
                (Asked::Resolve { reason: Some(words.replace('_', " ")) }, keys)
            }
            ("close", keys) => (Asked::Resolve { reason: None }, keys),
            ("escalate", ["to", step, keys @ ..]) => {
                (Asked::Escalate { step: Some(step.parse().unwrap()) }, keys)
            }
            ("escalate", keys) => (Asked::Escalate { step: None }, keys),
            ("reassign", ["to", to, keys @ ..]) => {
                (Asked::Reassign(to.split(',').map(assignee).collect()), keys)
            }
            ("also", [whom, keys @ ..]) => (Asked::PageAlso(whom.split(',').map(assignee).collect()), keys),
            ("unack", keys) => (Asked::Unacknowledge, keys),
            ("snooze", ["surely", by, keys @ ..]) => {
                let until = self.now + by.parse::<SignedDuration>().unwrap();
                (Asked::Snooze { until, confirmed: true }, keys)
            }
            ("snooze", [by, keys @ ..]) => {
                let until = self.now + by.parse::<SignedDuration>().unwrap();
                (Asked::Snooze { until, confirmed: false }, keys)
            }
            ("reopen", keys) => (Asked::Reopen, keys),
            ("raise", keys) => (Asked::Raise, keys),
            ("lower", keys) => (Asked::Lower, keys),
            ("move", ["to", service, keys @ ..]) => (Asked::Move((*service).into()), keys),
            ("says", [text, keys @ ..]) => (Asked::Note(text.replace('_', " ")), keys),
            ("merge", [key, "into", other]) => {
                (Asked::Merge { into: self.incident_with(other).unwrap() }, std::slice::from_ref(key))
            }
            ("hush", ["because", words, keys @ ..]) => {
                (Asked::Silence { reason: Some(words.replace('_', " ")) }, keys)
            }
            ("hush", keys) => (Asked::Silence { reason: None }, keys),
            ("unmerge", keys) => (Asked::Unmerge, keys),
            _ => panic!("what is `{verb} {}`?", rest.join(" ")),
        }
    }

    /// `override USER SCHEDULE HH:MM HH:MM with=… add=… replace=… surely`, `take USER SCHEDULE HH:MM|handoff`, `silence USER
    /// HH:MM services=… labels.x=… everything`, `away USER WHOM HH:MM cover=…`, `back USER WHOM`, `end-early USER NUMBER|PLACE`.
    fn run_time(&mut self, words: &[&str]) {
        let value = |name: &str| {
            words.iter().find_map(|word| word.strip_prefix(name)?.strip_prefix('=')).map(str::to_owned)
        };
        let people = |name: &str| -> Option<Vec<Arc<str>>> {
            let nobody = |names: &str| {
                if names == "nobody" { Vec::new() } else { names.split(',').map(Arc::from).collect() }
            };
            value(name).map(|names| nobody(&names))
        };
        let confirmed = words.contains(&"surely");
        let (by, via) = (self.actor(words[1]), Via::Slack);
        let at = |text: &str| self.instant(time(text).unwrap());
        let command = match words {
            ["override", _, schedule, from, until, ..] => {
                let action = match (people("with"), value("replace"), people("add")) {
                    (Some(with), Some(who), _) => OverrideAction::Replace { who: who.into(), with },
                    (Some(with), None, _) => OverrideAction::Set(with),
                    (None, _, add) => OverrideAction::Add(add.unwrap()),
                };
                let (schedule, from, until) = ((*schedule).into(), at(from), at(until));
                let layer = value("layer");
                let made = RunTimeOverride { schedule, layer, from, until, action, reason: None, by, via };
                Command::Override { made: Box::new(made), confirmed }
            }
            ["take", user, schedule, until, ..] => {
                let until = (*until != "handoff").then(|| at(until));
                let (schedule, to, relieves) = ((*schedule).into(), (*user).into(), None);
                Command::Take { schedule, to, relieves, until, by, via, confirmed }
            }
            ["silence", _, until, ..] => {
                let labels = words.iter().filter(|word| word.starts_with("labels."));
                let when = labels
                    .filter_map(|word| word.split_once('='))
                    .map(|(key, value)| (key.to_owned(), vec![value.to_owned()]));
                let services = people("services").unwrap_or_default();
                let (from, until, reason) = (self.now, at(until), "noise".to_owned());
                let (keys, at_most, when) = (BTreeSet::new(), None, when.collect());
                let made = RunTimeSilence { services, when, from, until, reason, by, via, keys, at_most };
                Command::Silence {
                    made: Box::new(made),
                    everything: words.contains(&"everything"),
                    confirmed,
                }
            }
            ["away", _, whom, until, ..] => {
                let cover = value("cover").map(Arc::from);
                let (user, from, until) = ((*whom).into(), self.now, at(until));
                Command::Away {
                    made: Box::new(RunTimeAbsence { user, from, until, cover, by, via }),
                    confirmed,
                }
            }
            ["offer", user, schedule, from, until, ..] => {
                let (schedule, from, until) = ((*schedule).into(), at(from), at(until));
                let (to, who) = (people("to").unwrap_or_default(), (*user).into());
                let (reason, taken) = (value("reason"), None);
                Command::Offer(Box::new(RunTimeOffer {
                    schedule,
                    from,
                    until,
                    who,
                    to,
                    reason,
                    by,
                    via,
                    taken,
                }))
            }
            ["accept", user, id, ..] => {
                Command::Accept { id: id.parse().unwrap(), user: (*user).into(), by, via, confirmed }
            }
            ["cannot", user, id] => Command::Cannot { what: ended(id), user: (*user).into(), by, via },
            ["back", _, whom] => Command::Back { user: (*whom).into(), by, via },
            ["end-early", _, what] => Command::End { what: ended(what), by, via },
            _ => panic!("what is `{}`?", words.join(" ")),
        };
        self.handle(Input::Command(command));
    }

    /// `declare USER SERVICE SEVERITY SUMMARY [key=…]`.
    fn declare(&mut self, user: &str, service: &str, severity: &str, rest: &[&str]) {
        let key = rest.iter().find_map(|word| word.strip_prefix("key=")).map(str::to_owned);
        let summary: Vec<&str> = rest.iter().filter(|word| !word.starts_with("key=")).copied().collect();
        let declare = Declare {
            service: service.into(),
            summary: summary.join(" "),
            description: String::new(),
            severity: Severity::parse(severity),
            by: self.actor(user),
            via: Via::Slack,
            idempotency_key: key,
        };
        self.handle(Input::Command(Command::Declare(Box::new(declare))));
    }

    /// By its id, or the newest with an alert of this key.
    fn incident_with(&self, key: &str) -> Option<IncidentId> {
        let all = &self.incidents.state().incidents;
        let mut newest_first = all.values().rev();
        let newest = newest_first.find(|it| it.alerts.iter().any(|alert| alert.dedup_key == key));
        key.parse().ok().or_else(|| newest.map(|it| it.id))
    }

    /// About the incidents with these keys, or the newest.
    fn command(&mut self, action: Asked, user: &str, keys: &[&str], via: Via) {
        let all = &self.incidents.state().incidents;
        let ids: Vec<IncidentId> = match keys {
            [] => all.keys().next_back().copied().into_iter().collect(),
            keys => keys.iter().filter_map(|key| self.incident_with(key)).collect(),
        };
        let (target, by) = (Target::Incidents(ids), self.actor(user));
        self.handle(Input::Command(Command::Respond(Respond { target, action, by, via })));
    }

    /// Somebody tries out a way of theirs.
    fn test(&mut self, user: &str, whom: &str, by: &str) {
        let (contact, actor) = (Contact::read(by).unwrap(), self.actor(user));
        let command = Command::Test { user: whom.into(), contact, by: actor, via: Via::Slack };
        self.handle(Input::Command(command));
    }

    /// Somebody moves the ticket of an incident to where it is done, or comments on it.
    fn in_ticket(&mut self, key: &str, user: &str, what: &[&str]) {
        let action = match what {
            ["says", words] => Asked::Note(words.replace('_', " ")),
            _ => Asked::Resolve { reason: None },
        };
        let by = match self.actor(user) {
            Actor::Stranger { name, .. } => Actor::Stranger { name, way: Via::Ticket },
            known => known,
        };
        let incident = self.incident_with(key).and_then(|id| self.incidents.state().incidents.get(&id));
        let mirrors = incident.into_iter().flat_map(|incident| &incident.mirrors);
        let ticket = mirrors.filter(|mirror| mirror.kind == MirrorKind::Ticket);
        let reference = ticket.filter_map(|mirror| mirror.reference.clone()).next().unwrap_or_default();
        let (target, via) = (Target::Ticket(reference), Via::Ticket);
        self.handle(Input::Command(Command::Respond(Respond { target, action, by, via })));
    }

    /// A key on the phone that last rang; 4 and 6 end the call.
    fn press(&mut self, user: &str, key: &str) {
        let action = match key {
            "4" => Asked::Acknowledge,
            "5" => Asked::Escalate { step: None },
            "6" => Asked::Resolve { reason: None },
            _ => Asked::Repeat,
        };
        let Some(delivery) = self.providers.calls.get(user).copied() else { return };
        let call = self.sent.iter().rev().find(|(_, sent)| sent.id == delivery);
        if !call.is_some_and(|(_, sent)| sent.task.contact().is_some_and(|(_, by)| by.method().rings)) {
            return;
        }
        if matches!(key, "4" | "5" | "6") {
            self.providers.ends(self.now + SignedDuration::from_secs(5), delivery, "completed");
        }
        let by = self.actor(user);
        let (target, via) = (Target::Delivery(delivery), Via::Call);
        self.handle(Input::Command(Command::Respond(Respond { target, action, by, via })));
    }

    /// The link of the nth message to somebody: what it shows first, then what it does.
    fn link(&mut self, user: &str, number: usize, action: &str) {
        let theirs = |sent: &&(usize, Delivery)| sent.1.task.contact().is_some_and(|(to, _)| **to == *user);
        let delivery = self.sent.iter().filter(theirs).nth(number - 1).unwrap().1.id;
        let linked = self.incidents.state().linked(delivery, self.now);
        let shown = linked.map(|linked| {
            let may = |it: &LinkedIncident| match (it.acknowledge, it.escalate) {
                (true, true) => "acknowledge, escalate",
                (true, false) => "acknowledge",
                (false, true) => "escalate",
                (false, false) => "nothing",
            };
            linked.incidents.iter().map(may).collect::<Vec<_>>().join("; ")
        });
        self.say(None, format!("link to {user} offers {}", shown.as_deref().unwrap_or("no page")));
        let action = match action {
            "acknowledge" => Asked::Acknowledge,
            _ => Asked::Escalate { step: None },
        };
        // Whose it is is what the state says, and not what the door says.
        let by = self.actor("boss");
        let (target, via) = (Target::Delivery(delivery), Via::Link);
        self.handle(Input::Command(Command::Respond(Respond { target, action, by, via })));
    }

    /// Somebody answers the nth message to them with the code in it; one without a code, with one that is nobody's.
    fn texts(&mut self, user: &str, number: usize) {
        let theirs = |sent: &&(usize, Delivery)| sent.1.task.contact().is_some_and(|(to, _)| **to == *user);
        let sent = &self.sent.iter().filter(theirs).nth(number - 1).unwrap().1;
        let code = match &sent.task {
            Task::Page { words: Words::Text(text), .. } => text.code.clone(),
            _ => None,
        };
        if code.is_none() {
            self.say(None, format!("the message to {user} has no code"));
        }
        let (users, code) = (vec![user.into()], code.unwrap_or_else(|| "XXX".to_owned()));
        let (target, by) = (Target::Code { users, code }, self.actor(user));
        let respond = Respond { target, action: Asked::Acknowledge, by, via: Via::Sms };
        self.handle(Input::Command(Command::Respond(respond)));
    }
}

/// By its number, or by its place in git.
fn ended(what: &str) -> Ended {
    what.parse().map(Ended::RunTime).unwrap_or_else(|_| Ended::File(Place::read(what).unwrap()))
}
