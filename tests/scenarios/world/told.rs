//! How a day reads: entries by the words of a timeline, deliveries as arrows.

use super::World;
use jiff::tz::TimeZone;
use oncall::config::MirrorKind;
use oncall::incident::{
    AlertChange, Change, Delivery, DeliveryChange, Entry, Errand, HeartbeatChange, IncidentId, NoticeChange,
    Reply, ServerChange, Task, Words, message,
};
use oncall::language::Language;
use oncall::preview::timeline::Reader;

impl World {
    pub(super) fn say(&mut self, about: Option<IncidentId>, text: String) {
        self.lines.push((self.now, about, text));
    }

    fn shown(&self, what: &str) -> bool {
        self.shows.iter().any(|shown| shown == what)
    }

    pub(super) fn tell_reply(&mut self, reply: &Reply) {
        match reply {
            Reply::Already { by, .. } if by.is_empty() => {
                self.say(None, "reply: it is so already".to_owned())
            }
            Reply::Already { by, .. } => self.say(None, format!("reply: already done by {by}")),
            Reply::Noted { .. } => self.say(None, "reply: noted".to_owned()),
            Reply::NotFound => self.say(None, "reply: not found".to_owned()),
            Reply::Say(_) => self.say(None, "reply: the words again".to_owned()),
            Reply::Refused(_)
            | Reply::Confirm(_)
            | Reply::Made { .. }
            | Reply::Passed
            | Reply::Testing { .. } => {
                let zone = &self.config.organisation.time_zone;
                let text = message::reply_text(&self.config, reply, Language::En, zone);
                assert!(!message::reply_text(&self.config, reply, Language::Ja, zone).is_empty());
                self.say(None, format!("reply: {text}"));
            }
            _ => {}
        }
    }

    pub(super) fn tell_entry(&mut self, entry: &Entry) {
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

    pub(super) fn tell_delivery(&mut self, delivery: &Delivery) {
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
