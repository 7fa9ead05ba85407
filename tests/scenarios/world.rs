//! A day played with virtual time: the script's lines, the providers' answers, ticks at every deadline; and how it reads.

use crate::providers::{Ending, Mood, Providers};
use jiff::{SignedDuration, Timestamp, civil, tz::TimeZone};
use oncall::actor::{Actor, Via};
use oncall::alert::{Action, Event, Severity};
use oncall::compile::{self, Tree};
use oncall::config::MirrorKind;
use oncall::config::{
    Config, Contact, RunTimeAbsence, RunTimeOffer, RunTimeOverride, RunTimeSilence, Urgency,
};
use oncall::incident::message;
use oncall::incident::stored::Stored;
use oncall::incident::{
    AlertChange, Asked, Assignee, Change, Command, Declare, Delivery, DeliveryChange, Ended, Entry, Errand,
    GapAhead, HeartbeatChange, IncidentId, Incidents, Input, NoticeChange, Outcome, Reason, Reply, Respond,
    ServerChange, Target, Task, Words,
};
use oncall::language::Language;
use oncall::place::Place;
use oncall::preview::timeline::Reader;
use oncall::schedule::OverrideAction;
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

const BASE: &str = include_str!("base.txt");
/// How many calls of `handle` at one instant are too many: nothing would ever come to rest.
const AT_ONE_INSTANT_MAX: usize = 50_000;

/// Variants of the config, by name.
pub type Configs = BTreeMap<String, Arc<Config>>;

pub struct World {
    configs: Configs,
    pub config: Arc<Config>,
    config_name: String,
    pub incidents: Incidents,
    pub providers: Providers,
    pub now: Timestamp,
    down: bool,
    epoch: u32,
    at_this_instant: usize,
    shows: Vec<String>,
    /// Lines are dear: nobody reads those of a random day that goes well.
    pub quiet: bool,
    pub journal: Vec<Entry>,
    /// What left, each after so many entries.
    pub sent: Vec<(usize, Delivery)>,
    /// What happened, the incident it is about, and the words.
    lines: Vec<(Timestamp, Option<IncidentId>, String)>,
}

impl World {
    /// Plays a script and gives the lines.
    pub fn play(script: &str) -> String {
        let (mut world, day) = World::new(script);
        world.live(&day);
        world.check_invariants();
        world.text()
    }

    /// Plays the lines of a day.
    pub fn live(&mut self, day: &str) {
        for line in day.lines().map(str::trim).filter(|line| !line.is_empty() && !line.starts_with('#')) {
            self.line(line);
        }
        self.settle();
    }

    /// The world that a script begins with, started, and the day's own lines.
    pub fn new(script: &str) -> (World, String) {
        let (configs, day) = configs(script);
        (World::start(configs), day)
    }

    /// The world of the config named `base`, started.
    pub fn start(configs: Configs) -> World {
        let config = configs["base"].clone();
        let mut world = World {
            config,
            configs,
            config_name: "base".to_owned(),
            incidents: Incidents::default(),
            providers: Providers::default(),
            now: "2026-12-08T00:00:00+09:00".parse().unwrap(),
            down: false,
            epoch: 1,
            at_this_instant: 0,
            shows: Vec::new(),
            quiet: false,
            journal: Vec::new(),
            sent: Vec::new(),
            lines: Vec::new(),
        };
        world.handle(Input::Started { epoch: 1, gap_seconds: None });
        world.handle(Input::ConfigChanged { previous: None, commit: "base".to_owned() });
        world
    }

    fn line(&mut self, line: &str) {
        let (first, rest) = line.split_once(' ').unwrap_or((line, ""));
        match time(first) {
            Some(time) => {
                self.run_until(self.instant(time));
                self.act(rest);
            }
            None => self.act(line),
        }
    }

    /// The next instant at which the clock shows this, now included.
    fn instant(&self, time: civil::Time) -> Timestamp {
        let zone = TimeZone::get("Asia/Tokyo").unwrap();
        let today = self.now.to_zoned(zone.clone()).date();
        let at = |date: civil::Date| date.to_datetime(time).to_zoned(zone.clone()).unwrap().timestamp();
        if at(today) >= self.now { at(today) } else { at(today.tomorrow().unwrap()) }
    }

    /// Everything that happens by itself before `end`, and the providers' answers at `end`.
    pub fn run_until(&mut self, end: Timestamp) {
        if end > self.now {
            self.settle();
        }
        while let Some(next) = self.next().filter(|next| *next < end) {
            self.go_to(next);
            self.settle();
        }
        self.go_to(end);
        self.outcomes();
    }

    fn next(&self) -> Option<Timestamp> {
        let outcome = self.providers.later.keys().next().map(|(at, _)| *at);
        let due = self.incidents.next_deadline(self.now);
        [outcome, due].into_iter().flatten().filter(|_| !self.down).min().map(|at| at.max(self.now))
    }

    fn go_to(&mut self, at: Timestamp) {
        if at > self.now {
            self.now = at;
            self.at_this_instant = 0;
        }
    }

    /// Outcomes and ticks until nothing more is due now.
    fn settle(&mut self) {
        if self.down {
            return;
        }
        self.outcomes();
        while self.incidents.next_deadline(self.now).is_some_and(|at| at <= self.now) {
            self.handle(Input::Tick);
            self.outcomes();
        }
    }

    fn outcomes(&mut self) {
        while !self.down
            && let Some(first) = self.providers.later.first_entry().filter(|first| first.key().0 <= self.now)
        {
            let (delivery, outcome) = first.remove();
            self.handle(Input::Outcome { delivery, outcome });
        }
    }

    pub fn handle(&mut self, input: Input) {
        self.at_this_instant += 1;
        assert!(
            self.at_this_instant < AT_ONE_INSTANT_MAX,
            "it never comes to rest at {}\n{}",
            self.now,
            self.text()
        );
        let turn = self.incidents.handle(&self.config, self.now, input);
        for entry in turn.entries {
            assert_eq!(entry.seq, self.journal.len() as u64 + 1);
            if !self.quiet {
                self.tell_entry(&entry);
            }
            self.journal.push(entry);
        }
        for delivery in turn.deliveries {
            if !self.quiet {
                self.tell_delivery(&delivery);
            }
            self.providers.take(self.now, &delivery);
            self.sent.push((self.journal.len(), delivery));
        }
        match turn.reply {
            Some(Reply::Already { by, .. }) if by.is_empty() => {
                self.say(None, "reply: it is so already".to_owned())
            }
            Some(Reply::Already { by, .. }) => self.say(None, format!("reply: already done by {by}")),
            Some(Reply::Noted { .. }) => self.say(None, "reply: noted".to_owned()),
            Some(Reply::NotFound) => self.say(None, "reply: not found".to_owned()),
            Some(Reply::Say(_)) => self.say(None, "reply: the words again".to_owned()),
            Some(
                reply @ (Reply::Refused(_)
                | Reply::Confirm(_)
                | Reply::Made { .. }
                | Reply::Passed
                | Reply::Testing { .. }),
            ) => {
                let zone = &self.config.organisation.time_zone;
                let text = message::reply_text(&reply, Language::En, zone);
                assert!(!message::reply_text(&reply, Language::Ja, zone).is_empty());
                self.say(None, format!("reply: {text}"));
            }
            _ => {}
        }
    }

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
            ["texts", user, number] => self.texts(user, number.parse().unwrap()),
            ["says-stop" | "says-start", user] | ["says-stop" | "says-start", user, _] => {
                let to = words.get(2).map(|name| (*name).to_owned());
                let (phones, contact) = (vec![((*user).into(), to)], Contact::read("sms").unwrap());
                let (out, by, via) = (words[0] == "says-stop", self.actor(user), Via::Sms);
                self.handle(Input::Command(Command::OptOut { phones, contact, out, by, via }));
            }
            ["machine", user] => {
                let call = self.providers.calls[user];
                self.handle(Input::Outcome { delivery: call, outcome: Outcome::ByMachine });
            }
            ["link", user, number, action] => self.link(user, number.parse().unwrap(), action),
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
            ["gaps", ref rest @ ..] => {
                let at = |text: &str| -> Timestamp { format!("{text}:00+09:00").parse().unwrap() };
                let gap = |words: &[&str]| match words {
                    [step, from, until] => {
                        GapAhead { step: (*step).to_owned(), from: at(from), until: at(until) }
                    }
                    words => panic!("what gap is `{}`?", words.join(" ")),
                };
                self.handle(Input::Gaps(rest.chunks(3).map(gap).collect()));
            }
            ["show", what] => self.shows.push(what.to_owned()),
            ["config", name] => self.reload(name),
            ["crash"] => self.crash(),
            ["start"] => self.restart(),
            ["jump", by] => self.jump(by),
            [mood, ref whose @ ..] => self.mood(mood, whose),
            [] => {}
        }
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
            let may = |it: &oncall::incident::LinkedIncident| match (it.acknowledge, it.escalate) {
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

    fn reload(&mut self, name: &str) {
        let previous = Some(self.config.clone());
        self.config_name = name.to_owned();
        self.config = self.configs[name].clone();
        self.handle(Input::ConfigChanged { previous, commit: name.to_owned() });
    }

    fn crash(&mut self) {
        self.down = true;
        self.providers.crash();
    }

    /// Starts from the journal alone.
    fn restart(&mut self) {
        self.down = false;
        self.epoch += 1;
        self.incidents = self.replayed();
        self.handle(Input::Started { epoch: self.epoch, gap_seconds: None });
        let previous = Some(self.config.clone());
        self.handle(Input::ConfigChanged { previous, commit: self.config_name.clone() });
        self.outcomes();
    }

    /// Our clock now shows so much later, or earlier.
    fn jump(&mut self, by: &str) {
        let by: SignedDuration = by.parse().unwrap();
        self.now += by;
        self.at_this_instant = 0;
        self.providers.shift(by);
        if !self.down {
            self.handle(Input::ClockJumped { by });
        }
    }

    fn replayed(&self) -> Incidents {
        let mut replayed = Incidents::default();
        for entry in &self.journal {
            let json = serde_json::to_vec(entry).unwrap();
            let read: Entry = serde_json::from_slice(&json).unwrap();
            assert_eq!(&read, entry);
            replayed.replay(&read);
        }
        replayed
    }

    /// Invariants 3 and 6, and that a snapshot keeps everything.
    pub fn check_invariants(&self) {
        let state = self.incidents.state();
        let replayed = self.replayed();
        assert_eq!(replayed.state(), state, "replaying the journal gives another state");
        let bytes = postcard::to_stdvec(&Stored::from(state)).unwrap();
        let read = postcard::from_bytes::<Stored>(&bytes).unwrap().into_state();
        assert_eq!(&read, state, "a snapshot loses something");
        // What is found fast is the same whether it was kept in step or made from the state.
        assert_eq!(format!("{:?}", Incidents::new(read)), format!("{replayed:?}"));
        self.check_nothing_is_forgotten();
        crate::board::agrees(&self.journal, state);
    }

    /// Invariant 6.
    pub fn check_nothing_is_forgotten(&self) {
        let state = self.incidents.state();
        for incident in state.incidents.values() {
            for found in &incident.notifications {
                let flies = found.in_flight.is_none_or(|delivery| state.deliveries.contains_key(&delivery));
                assert!(
                    flies,
                    "{} waits for a delivery that is over: {found:?}\n{}",
                    incident.id,
                    self.text()
                );
            }
            let due = incident.escalation.as_ref().map(|escalation| escalation.deadline);
            let pages = incident.pages() && incident.urgency == Urgency::High;
            assert!(!pages || due.is_some(), "{} pages and has no deadline\n{}", incident.id, self.text());
            let deadline = self.incidents.next_deadline(self.now);
            assert!(
                due.is_none() || deadline.is_some() && deadline <= due,
                "{} would be forgotten: due {due:?}, wakes {deadline:?}\n{incident:?}",
                incident.id
            );
        }
    }

    fn say(&mut self, about: Option<IncidentId>, text: String) {
        self.lines.push((self.now, about, text));
    }

    fn shown(&self, what: &str) -> bool {
        self.shows.iter().any(|shown| shown == what)
    }

    fn tell_entry(&mut self, entry: &Entry) {
        let hidden = match &entry.change {
            Change::Delivery(DeliveryChange::Sent { .. } | DeliveryChange::HangUp { .. }) => true,
            Change::Delivery(DeliveryChange::Outcome { .. }) => !self.shown("outcomes"),
            Change::Alert(AlertChange::Repeated { .. }) => !self.shown("repeats"),
            Change::Heartbeat(HeartbeatChange::Expected { .. } | HeartbeatChange::Heard { .. }) => {
                !self.shown("beats")
            }
            Change::Notice(NoticeChange::RoomFull { .. }) => !self.shown("mirrors"),
            Change::Notice(NoticeChange::Planned { .. } | NoticeChange::ShiftsTold { .. }) => true,
            Change::Notice(NoticeChange::Dropped { .. }) => !self.shown("notices"),
            Change::Server(ServerChange::Started { .. }) => entry.seq == 1,
            Change::Server(ServerChange::Revision { .. }) => entry.seq == 2,
            _ => false,
        };
        if hidden {
            return;
        }
        let reader = Reader::english(&self.config);
        let line = reader.line(entry);
        // Every line has words in Japanese too.
        assert!(!Reader { language: Language::Ja, ..reader }.line(entry).text.is_empty());
        let rule = if self.shown("rules") && !line.rule.is_empty() {
            format!(" [{}]", line.rule)
        } else {
            String::new()
        };
        self.say(entry.incident, format!("{}{rule}", line.text));
    }

    fn tell_delivery(&mut self, delivery: &Delivery) {
        let mirror = self.shown("mirrors");
        if delivery.incidents.is_empty()
            && let Task::Page { words, .. } | Task::Mirror { words, .. } = &delivery.task
        {
            if self.shown("notices") {
                let to = delivery.task.contact().map_or("the room", |(user, _)| user);
                self.say(None, format!("-> notice to {to}: {}", notice(words)));
            }
            return;
        }
        let text = match &delivery.task {
            Task::Page { user, by, to: Some(to), .. } => format!("-> {} {user} ({to})", by.method().name),
            Task::Page { user, by, .. } => format!("-> {} {user}", by.method().name),
            Task::HangUp { call } => format!("-> hang up {}", self.callee(call)),
            Task::Ask { of, .. } => format!("-> ask after {of}"),
            Task::Edit { .. } if !self.shown("directs") => return,
            Task::Edit { user, by, words, .. } => {
                format!("-> edit {} {user}: {}", by.method().name, short(words))
            }
            Task::Mirror { .. } if !mirror => return,
            // An edit that says nothing in the thread.
            Task::Mirror { reference: Some(_), news: None, .. } if !self.shown("cards") => return,
            Task::Mirror { kind, news, reference, words, .. } => {
                let row = delivery.provider.row();
                let what = match kind {
                    MirrorKind::Room if row.is_first_with(*kind) => "channel",
                    MirrorKind::Room => row.key,
                    MirrorKind::Ticket => "ticket",
                };
                let edit = if reference.is_some() && news.is_none() { " edit" } else { "" };
                let card = if self.shown("cards") { format!(" {}", short(words)) } else { String::new() };
                let news = news.as_ref().map(|news| news.replace('\n', " / "));
                let update = news.map(|news| format!(" update: {news}")).unwrap_or_default();
                format!("-> {what}{edit}{card}{update}")
            }
        };
        let repeat = if delivery.repeat { " (repeat)" } else { "" };
        let about =
            if delivery.incidents.is_empty() { String::new() } else { self.names(&delivery.incidents) };
        self.say(None, format!("{text}{repeat}{about}"));
    }

    fn callee(&self, call: &str) -> String {
        let of = |entry: &Entry| match &entry.change {
            Change::Delivery(DeliveryChange::Sent {
                delivery, errand: Errand::Page { user, .. }, ..
            }) if call[1..] == delivery.to_string() => Some(user.to_string()),
            _ => None,
        };
        self.journal.iter().find_map(of).unwrap_or_default()
    }

    /// Which incidents, where the day has several: by the key of their first alert.
    fn names(&self, ids: &[IncidentId]) -> String {
        match ids {
            ids if ids.len() > 5 => format!(" about {} incidents", ids.len()),
            ids => format!(" about {}", ids.iter().map(|id| self.name(*id)).collect::<Vec<_>>().join(", ")),
        }
    }

    fn name(&self, id: IncidentId) -> String {
        let opened = self.journal.iter().find_map(|entry| match &entry.change {
            Change::Alert(AlertChange::Opened(opened)) if entry.incident == Some(id) => {
                Some(opened.event.dedup_key.clone())
            }
            _ => None,
        });
        // The key of our own alert about silence begins with a sign that no sender can send.
        opened.unwrap_or_default().trim_start_matches('\u{1}').to_owned()
    }

    pub fn text(&self) -> String {
        let several = self
            .journal
            .iter()
            .filter(|entry| matches!(entry.change, Change::Alert(AlertChange::Opened(_))))
            .count()
            > 1;
        let zone = TimeZone::get("Asia/Tokyo").unwrap();
        let mut text = String::new();
        let mut sent_at = None;
        for (at, about, words) in &self.lines {
            let time = at.to_zoned(zone.clone()).strftime("%H:%M:%S").to_string();
            let time = time.strip_suffix(":00").unwrap_or(&time);
            let about =
                about.filter(|_| several).map_or_else(String::new, |id| format!("{}: ", self.name(id)));
            let words = match words.split_once(" about ") {
                Some((words, _)) if !several && words.starts_with("->") => words,
                _ => words,
            };
            // What leaves at one instant is one line.
            let sent = words.strip_prefix("-> ");
            match sent.filter(|_| sent_at == Some(*at)) {
                Some(words) => text.push_str(&format!(", {words}")),
                None => text.push_str(&format!("\n{time} {about}{words}")),
            }
            sent_at = sent.map(|_| *at);
        }
        text
    }
}

/// The lines of a notice.
fn notice(words: &Words) -> String {
    match words {
        Words::Card(card) => {
            let lines = card.lines.iter().map(|line| format!(" / {}", line.replace('\n', " / ")));
            card.headline.clone() + &lines.collect::<String>()
        }
        Words::Text(text) => text.line(false, None),
        Words::Letter(letter) => letter.subject.clone(),
        Words::Script(_) | Words::Ticket(_) => String::new(),
    }
}

/// The headline of a card and its buttons.
fn short(words: &Words) -> String {
    let card = match words {
        Words::Card(card) => card,
        Words::Letter(letter) => &letter.card,
        Words::Script(_) | Words::Ticket(_) | Words::Text(_) => return String::new(),
    };
    let buttons = card.buttons.iter().map(|button| format!(" [{}]", button.label));
    card.headline.clone() + &buttons.collect::<String>()
}

fn time(text: &str) -> Option<civil::Time> {
    let digits = text.starts_with(|first: char| first.is_ascii_digit());
    digits.then(|| text.parse().ok()).flatten()
}

/// The base and its variants by name, and the day.
pub fn configs(script: &str) -> (Configs, String) {
    let mut parts: Vec<(String, String)> = vec![("base".to_owned(), String::new())];
    if !script.contains("=== day") {
        return (BTreeMap::from([("base".to_owned(), compiled(&[BASE]))]), script.to_owned());
    }
    for line in script.lines() {
        match line.trim().strip_prefix("=== ") {
            Some(name) => parts.push((name.to_owned(), String::new())),
            None => {
                let part = &mut parts.last_mut().unwrap().1;
                part.push_str(line);
                part.push('\n');
            }
        }
    }
    let (_, day) = parts.pop().unwrap();
    let base = parts[0].1.clone();
    let configs = parts.iter().map(|(name, patch)| {
        let own = if name == "base" { "" } else { patch.as_str() };
        (name.clone(), compiled(&[BASE, &base, own]))
    });
    (configs.collect(), day)
}

fn compiled(patches: &[&str]) -> Arc<Config> {
    let mut tree = Tree::default();
    for patch in patches {
        let mut path = None;
        for line in patch.lines() {
            match line.trim().strip_prefix("--- ") {
                Some(name) => {
                    let (name, gone) =
                        name.strip_suffix(" (deleted)").map_or((name, false), |name| (name, true));
                    tree.files.remove(name);
                    path = (!gone).then(|| name.to_owned());
                }
                None => {
                    let Some(path) = &path else { continue };
                    let file = tree.files.entry(path.clone()).or_default();
                    file.extend(line.bytes().chain(*b"\n"));
                }
            }
        }
    }
    let compiled = compile::compile(&tree);
    let errors = compile::render_human(&tree, &compiled.diagnostics, Language::En, false);
    Arc::new(compiled.config.unwrap_or_else(|| panic!("{errors}")))
}

/// By its number, or by its place in git.
fn ended(what: &str) -> Ended {
    what.parse().map(Ended::RunTime).unwrap_or_else(|_| Ended::File(Place::read(what).unwrap()))
}
