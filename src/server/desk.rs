//! Answers people in Slack: what they did goes to the engine, and what came of it goes back to them.
//!
//! Slack waits three seconds and no longer, whatever the disk does: it is answered by then, and the words follow through
//! the `response_url`. What was brought twice is done once. What is said is decided in [`chat`].

use super::clock::Clock;
use super::delivery::Client;
use super::inbox::{Answered, Inbox, Wanted};
use super::keeping::Boards;
use super::live::Live;
use super::muted::by_silence;
use super::refused_entry::refused_entry;
use crate::actor::Via;
use crate::chat::answer::{self, Before};
use crate::chat::intent::{Intent, Meant, TARGETS_MAX, Unclear};
use crate::chat::person::Person;
use crate::chat::{self, Heard, forms};
use crate::disk::directory::StateDir;
use crate::engine::Lane;
use crate::incident::{Command, Incident, IncidentId, Input, Reply, Respond, Target};
use crate::language::chat::{Chat, Doing, Slot};
use crate::preview::effect;
use crate::provider::slack_heard::{Gesture, Interaction};
use crate::provider::slack_said;
use crate::provider::slack_view::{Modal, Piece};
use jiff::Timestamp;
use serde_json::{Value, json};
use std::collections::{BTreeSet, VecDeque};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;
use tokio::sync::{Semaphore, oneshot};
use tokio::time::timeout;

/// How long Slack is kept waiting for what is being stored.
pub const ANSWERED_WITHIN: Duration = Duration::from_secs(2);
/// How many deeds are remembered, so that one that comes again is known.
pub const REMEMBERED_MAX: usize = 2_000;
/// How many are worked on at once.
pub const WORK_MAX: usize = 64;

/// Where people are answered.
#[derive(Debug)]
pub struct Desk {
    pub inbox: Inbox,
    pub client: Client,
    pub clock: Clock,
    board: Boards,
    state_dir: Arc<StateDir>,
    remembered: Mutex<Remembered>,
    room: Arc<Semaphore>,
}

#[derive(Debug, Default)]
struct Remembered {
    known: BTreeSet<String>,
    order: VecDeque<String>,
}

impl Remembered {
    /// Whether it is new.
    fn first(&mut self, once: &str) -> bool {
        if once.is_empty() {
            return true;
        }
        if !self.known.insert(once.to_owned()) {
            return false;
        }
        self.order.push_back(once.to_owned());
        if self.order.len() > REMEMBERED_MAX
            && let Some(oldest) = self.order.pop_front()
        {
            self.known.remove(&oldest);
        }
        true
    }
}

impl Desk {
    pub fn new(
        inbox: &Inbox,
        client: &Client,
        clock: &Clock,
        board: Boards,
        state_dir: Arc<StateDir>,
    ) -> Desk {
        let (inbox, client, clock) = (inbox.clone(), client.clone(), clock.clone());
        let room = Arc::new(Semaphore::new(WORK_MAX));
        Desk { inbox, client, clock, board, state_dir, remembered: Mutex::default(), room }
    }

    /// Whether what is named so has not come before. It is remembered.
    pub fn is_new(&self, once: &str) -> bool {
        self.remembered.lock().unwrap_or_else(PoisonError::into_inner).first(once)
    }

    /// What could not be done is new when it comes again.
    pub fn forget(&self, once: &str) {
        let mut remembered = self.remembered.lock().unwrap_or_else(PoisonError::into_inner);
        if remembered.known.remove(once) {
            remembered.order.retain(|known| known != once);
        }
    }

    /// Takes what somebody did, and gives what Slack is answered at once; `None`: that it was taken. The rest goes on after.
    /// `Err`: too much is being done, and it is welcome again.
    pub async fn hear(
        self: &Arc<Desk>,
        live: Arc<Live>,
        interaction: Interaction,
    ) -> Result<Option<Value>, Full> {
        let Ok(permit) = self.room.clone().try_acquire_owned() else { return Err(Full) };
        if !self.is_new(&interaction.once) {
            return Ok(None);
        }
        let (tell, told) = oneshot::channel();
        let desk = self.clone();
        tokio::spawn(async move {
            let person = Person::of(&live.config, &interaction.member);
            let now = desk.clock.now();
            let visit =
                Visit { desk: &desk, live: &live, interaction: &interaction, person, now, tell: Some(tell) };
            visit.go().await;
            drop(permit);
        });
        Ok(timeout(ANSWERED_WITHIN, told).await.ok().and_then(Result::ok).flatten())
    }
}

/// There is too much to do at once.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Full;

/// Somebody's deed under way.
struct Visit<'a> {
    desk: &'a Desk,
    live: &'a Live,
    interaction: &'a Interaction,
    person: Person<'a>,
    now: Timestamp,
    /// What Slack is answered, once.
    tell: Option<oneshot::Sender<Option<Value>>>,
}

impl Visit<'_> {
    async fn go(mut self) {
        match chat::heard(&self.live.config, self.now, &self.person, self.interaction) {
            Heard::Nothing => self.answer(None),
            Heard::Say(pieces) => {
                self.answer(None);
                self.say(&pieces).await;
            }
            Heard::List { service } => self.list(service).await,
            Heard::Do { intent, asks_first, confirmed } => self.wish(intent, asks_first, confirmed).await,
            Heard::Open(intent) => self.open(intent).await,
            Heard::Menu(intent) => self.menu(intent).await,
            Heard::Preview(intent) => self.preview(intent).await,
            Heard::Chosen(intent) => self.chosen(intent).await,
            Heard::Confirmed(intent) => self.wish(intent, false, true).await,
            Heard::Home => {
                self.answer(None);
                self.home().await;
            }
            Heard::Note { channel, thread, text } => self.note(&channel, &thread, text).await,
        }
    }

    /// Slack is answered; later answers are none.
    fn answer(&mut self, body: Option<Value>) {
        // Only a modal is answered with what becomes of it.
        let body = body.filter(|_| matches!(self.interaction.gesture, Gesture::Sent { .. }));
        if let Some(tell) = self.tell.take() {
            // Whoever waited may have stopped.
            let _ = tell.send(body);
        }
    }

    async fn say(&self, pieces: &[Piece]) {
        let (config, secrets) = (&self.live.config, &self.live.secrets);
        let request = match &self.interaction.response_url {
            Some(url) => Some(slack_said::ephemeral(url, pieces)),
            None => slack_said::direct(config, secrets, &self.interaction.member.id, pieces),
        };
        let Some(request) = request else { return };
        if let Err(failure) = self.desk.client.send(request).await {
            tracing::warn!(?failure, "an answer in Slack could not be sent");
        }
    }

    async fn say_text(&self, text: String) {
        self.say(&[Piece::Text(text)]).await;
    }

    async fn busy(&mut self) {
        self.answer(None);
        self.say_text(self.person.say(&Chat::Busy)).await;
    }

    /// The open incidents; for somebody who is not in `users/` there are none to look at.
    async fn open_ones(&self) -> Option<Vec<Incident>> {
        if self.person.user.is_none() {
            return Some(Vec::new());
        }
        let wanted = Wanted { open: true, ..Wanted::default() };
        self.desk.inbox.list(wanted).await.ok()
    }

    async fn list(&mut self, service: Option<crate::config::Id>) {
        let wanted = Wanted { open: true, service: service.map(|id| id.to_string()) };
        let Ok(open) = self.desk.inbox.list(wanted).await else { return self.busy().await };
        self.answer(None);
        self.say(&answer::incidents(&self.live.config, &self.person, &open, self.now)).await;
    }

    /// Does what somebody wishes, or says what is in the way.
    async fn wish(&mut self, mut intent: Intent, asks_first: bool, confirmed: bool) {
        if intent.act.is_about_incidents() && intent.get(Slot::Incident).is_none() {
            let Some(open) = self.open_ones().await else { return self.busy().await };
            match chat::only(intent.act, &open)[..] {
                [one] => intent.set(Slot::Incident, format!("ids {}", one.id)),
                [] => {
                    self.answer(None);
                    return self.say_text(self.person.say(&Chat::NothingOpen)).await;
                }
                ref several => {
                    let several: Vec<Incident> = several.iter().map(|it| (*it).clone()).collect();
                    self.answer(None);
                    return self
                        .say(&answer::which(&self.live.config, &self.person, &intent, &several))
                        .await;
                }
            }
        }
        let meant =
            intent.meant(&self.live.config, self.now, &self.person, (confirmed, &self.interaction.once));
        let command = match meant {
            Ok(Meant::Command(command)) => command,
            Ok(Meant::Channel(id)) => return self.channel(id).await,
            Err(Unclear { words, .. }) => {
                self.answer(None);
                return self.say_text(words).await;
            }
        };
        let Some(about) = self.about(&intent, &command).await else { return self.busy().await };
        let before = self.before(&intent, &command, &about, asks_first && !confirmed);
        if asks_first && !confirmed {
            self.answer(None);
            return self.say(&answer::asked_first(&self.person, &intent, &before.effects)).await;
        }
        let input = Input::Command(command);
        let Ok(Answered { reply, stored }) = self.desk.inbox.input(Lane::First, input).await else {
            return self.busy().await;
        };
        // What was sent from a modal closes all of them.
        self.answer(Some(json!({"response_action": "clear"})));
        let reply = reply.unwrap_or(Reply::NotFound);
        self.say(&answer::replied(&self.live.config, &self.person, Some(&intent), &reply, &before, stored))
            .await;
        if self.interaction.response_url.is_none() {
            self.home().await;
        }
    }

    /// The incidents that a wish may touch; of a silence, those that it would mute, of the last days too.
    async fn about(&self, intent: &Intent, command: &Command) -> Option<Vec<Incident>> {
        if let Command::Silence { made, .. } = command {
            let (desk, board) = (&self.desk, self.desk.board.current().await);
            let found = by_silence(&desk.inbox, &board, desk.state_dir.clone(), made, self.now).await;
            return Some(found.unwrap_or_default());
        }
        let into = intent.get(Slot::Into).and_then(|it| it.trim_start_matches("ids ").parse().ok());
        let mut about = Vec::new();
        for id in intent.incidents().into_iter().take(TARGETS_MAX).chain(into) {
            about.extend(self.desk.inbox.find(id).await.ok()?.map(|found| found.incident));
        }
        Some(about)
    }

    /// How it stands, and what the wish would do; `all`: with what it would break, which otherwise the engine says.
    fn before(&self, intent: &Intent, command: &Command, about: &[Incident], all: bool) -> Before {
        let first = about.first().filter(|_| intent.act.is_about_incidents());
        let shown = matches!(
            intent.act,
            Doing::Override
                | Doing::Take
                | Doing::Accept
                | Doing::Away
                | Doing::Silence
                | Doing::Reassign
                | Doing::PageAlso
        );
        let config = &self.live.config;
        let effects = if shown {
            let tried = effect::tried(config, self.now, command.clone(), about);
            let but_warnings = |it: &effect::Effect| all || !matches!(it, effect::Effect::Breaks(_));
            let effects: Vec<_> = tried.effects.into_iter().filter(but_warnings).collect();
            effect::words(&effects, config, self.person.language, self.person.zone)
        } else {
            Vec::new()
        };
        let firing = first.is_some_and(|incident| {
            let by_monitor = |alert: &crate::incident::Alert| alert.integration != crate::route::PEOPLE;
            incident.alerts.iter().any(|alert| alert.firing && by_monitor(alert))
        });
        Before { status: first.map(|incident| incident.status), firing, effects }
    }

    async fn open(&mut self, intent: Intent) {
        self.answer(None);
        let mut open = self.open_ones().await.unwrap_or_default();
        // One that is closed can be noted, too.
        for id in intent.incidents().into_iter().take(1) {
            if !open.iter().any(|incident| incident.id == id)
                && let Ok(Some(found)) = self.desk.inbox.find(id).await
            {
                open.push(found.incident);
            }
        }
        let form = forms::form(&self.live.config, &self.person, &intent, &open);
        self.show(&form).await;
    }

    async fn menu(&mut self, intent: Intent) {
        self.answer(None);
        let found = match intent.incidents().first() {
            Some(id) => self.desk.inbox.find(*id).await.ok().flatten(),
            None => None,
        };
        match found {
            Some(found) => {
                let menu = forms::menu(&self.live.config, &self.person, &intent, &found.incident);
                self.show(&menu).await;
            }
            None => self.say_text(self.person.reply(&self.live.config, &Reply::NotFound)).await,
        }
    }

    /// Opens a modal, or says why not: three seconds after the press its trigger is worth nothing.
    async fn show(&self, modal: &Modal) {
        let (config, secrets) = (&self.live.config, &self.live.secrets);
        let Some(request) = slack_said::open(config, secrets, &self.interaction.trigger, modal) else {
            return;
        };
        let why = match slack_said::accepted(self.desk.client.send(request).await) {
            Ok(_) => return,
            Err(why) => why,
        };
        let late = matches!(why.as_str(), "expired_trigger_id" | "trigger_expired" | "exchanged_trigger_id");
        self.say_text(self.person.say(&if late {
            Chat::FormTooLate
        } else {
            Chat::FormFailed { why: &why }
        }))
        .await;
    }

    /// The page that shows what would be done, or what is wrong in the form.
    async fn preview(&mut self, intent: Intent) {
        let config = &self.live.config;
        let fixed = intent.clone().fixed(config, self.now, &self.person);
        let meant = fixed.and_then(|fixed| {
            let meant = fixed.meant(config, self.now, &self.person, (false, &self.interaction.once))?;
            Ok((fixed, meant))
        });
        let (fixed, command) = match meant {
            Ok((fixed, Meant::Command(command))) => (fixed, command),
            Ok((_, Meant::Channel(_))) => return self.answer(None),
            Err(unclear) => return self.wrong(&intent, &unclear),
        };
        let Some(about) = self.about(&fixed, &command).await else {
            let (entry, words) = (Slot::Text, self.person.say(&Chat::Busy));
            return self.wrong(&intent, &Unclear { entry, words });
        };
        let tried = effect::tried(config, self.now, command, &about);
        let said = |reply: &Reply| self.person.reply(config, reply);
        if let Some(reply @ Reply::Refused(refused)) = &tried.reply {
            let entry = refused_entry(refused);
            return self.wrong(&intent, &Unclear { entry, words: said(reply) });
        }
        let mut lines = effect::words(&tried.effects, config, self.person.language, self.person.zone);
        if lines.is_empty() {
            lines.extend(tried.reply.as_ref().map(said));
        }
        let page = forms::preview(&self.person, &fixed, &lines);
        self.answer(Some(json!({"response_action": "update", "view": page.json()})));
    }

    fn wrong(&mut self, intent: &Intent, unclear: &Unclear) {
        let field = chat::unclear_entry(intent.act, unclear);
        self.answer(Some(json!({"response_action": "errors", "errors": {field: unclear.words}})));
    }

    /// An act of the menu: its form takes the menu's place, or it is done.
    async fn chosen(&mut self, mut intent: Intent) {
        if !intent.act.has_form() {
            return self.wish(intent, false, false).await;
        }
        let open = self.open_ones().await.unwrap_or_default();
        if intent.act == Doing::Silence {
            let own = intent.incidents();
            let service =
                open.iter().find(|it| own.first() == Some(&it.id)).and_then(|it| it.service.clone());
            if let Some(service) = service {
                intent.set(Slot::Service, &*service);
            }
        }
        let form = forms::form(&self.live.config, &self.person, &intent, &open);
        self.answer(Some(json!({"response_action": "update", "view": form.json()})));
    }

    async fn home(&self) {
        let Some(open) = self.open_ones().await else { return };
        let (config, secrets) = (&self.live.config, &self.live.secrets);
        let pieces = answer::home(config, &self.person, &open, self.now);
        let Some(request) = slack_said::publish(config, secrets, &self.interaction.member.id, &pieces) else {
            return;
        };
        if let Err(why) = slack_said::accepted(self.desk.client.send(request).await) {
            tracing::debug!(why, "a Home tab was not published");
        }
    }

    /// A reply below the message of an incident is a note; anything else people write is theirs.
    async fn note(&mut self, channel: &str, thread: &str, text: String) {
        let Ok(found) = self.desk.inbox.thread(format!("{channel}:{thread}")).await else {
            return self.answer(None);
        };
        if let Some(id) = found {
            let (target, action) = (Target::Incidents(vec![id]), crate::incident::Asked::Note(text));
            // The room has no line yet of what was written below a direct message.
            let direct = channel.starts_with('D');
            let via = if direct { Via::Slack } else { Via::Thread };
            let by = self.person.actor.clone();
            let command = Command::Respond(Respond { target, action, by, via });
            if self.desk.inbox.input(Lane::First, Input::Command(command)).await.is_err() {
                tracing::warn!(incident = %id, "a reply in a thread could not be noted: the engine is busy");
            }
        }
        self.answer(None);
    }

    /// A room for an incident, with whoever was told and whoever asks.
    async fn channel(&mut self, id: IncidentId) {
        self.answer(Some(json!({"response_action": "clear"})));
        let Ok(Some(found)) = self.desk.inbox.find(id).await else {
            return self.say_text(self.person.reply(&self.live.config, &Reply::NotFound)).await;
        };
        if self.person.user.is_none() {
            return self.say_text(self.person.say(&Chat::NotInUsers)).await;
        }
        let name = answer::channel_name(id);
        let made = self.call("conversations.create", &json!({"name": name})).await;
        let channel = match made {
            Ok(body) => body["channel"]["id"].as_str().unwrap_or_default().to_owned(),
            Err(why) if why == "name_taken" => {
                return self.say_text(self.person.say(&Chat::ChannelThere { name: &name })).await;
            }
            Err(why) => return self.say_text(self.person.say(&Chat::ChannelFailed { why: &why })).await,
        };
        let config = &self.live.config;
        let told = found.incident.escalation.iter().flat_map(|running| &running.told);
        let slack = |user: &crate::schedule::UserId| config.users.get(user)?.slack.clone();
        let mut members: Vec<String> = told.filter_map(slack).collect();
        members.push(self.interaction.member.id.clone());
        members.sort();
        members.dedup();
        let invite = json!({"channel": channel, "users": members.join(","), "force": true});
        if let Err(why) = self.call("conversations.invite", &invite).await {
            tracing::debug!(why, "not everybody could be invited");
        }
        let organisation = Person::of(config, &Default::default());
        let line = answer::line(config, &found.incident, &organisation);
        if let Some(request) = slack_said::direct(config, &self.live.secrets, &channel, &[Piece::Text(line)])
        {
            let _ = self.desk.client.send(request).await;
        }
        let text = organisation.say(&Chat::ChannelNote { channel: &format!("#{name}") });
        let (target, action) = (Target::Incidents(vec![id]), crate::incident::Asked::Note(text));
        let (by, via) = (self.person.actor.clone(), Via::Slack);
        let command = Command::Respond(Respond { target, action, by, via });
        let _ = self.desk.inbox.input(Lane::First, Input::Command(command)).await;
        self.say_text(self.person.say(&Chat::ChannelMade { channel: &format!("#{name}") })).await;
    }

    async fn call(&self, method: &str, body: &Value) -> Result<Value, String> {
        let request = slack_said::call(&self.live.config, &self.live.secrets, method, body);
        let request = request.ok_or_else(|| "bot_token".to_owned())?;
        slack_said::accepted(self.desk.client.send(request).await)
    }
}
