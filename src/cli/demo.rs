//! `oncall demo`: a night in Tokyo, sixty times as fast.
//!
//! The real server runs on the example company with its own state directory and a clock that plays a Tuesday at
//! 02:00. Alerts and phone keys arrive over real HTTP; only the last step, the provider, is replaced by the terminal.

use super::example::FILES;
use super::{Output, serve::runtime};
use crate::compile::{Tree, compile};
use crate::config::{Config, Secret, SecretSource, Secrets};
use crate::disk::web_key;
use crate::incident::{
    AlertChange, Change, DeliveryChange, DeliveryId, Entry, EscalationChange, IncidentId, ResponseChange,
    ServerChange,
};
use crate::preview::timeline::Reader;
use crate::serve::{From, Options, serve};
use crate::server::clock::Clock;
use crate::server::parts::Shown;
use crate::server::secrets::Missing;
use crate::web::session::Sessions;
use anyhow::{Context, Result, bail};
use jiff::tz::TimeZone;
use jiff::{SignedDuration, Timestamp};
use reqwest::StatusCode;
use ring::hmac;
use std::io::Write;
use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::time::Duration;
use tokio::sync::{mpsc, oneshot, watch};

/// Watch a Tuesday night in Tokyo, sixty times as fast: an alert, a call, an escalation
#[derive(Debug, clap::Args)]
pub struct Arguments {
    /// Leave the server running at the end, with the address of its pages, until Ctrl-C
    #[arg(long)]
    stay: bool,
}

/// A Tuesday at 02:00 in Tokyo.
const START: &str = "2026-12-01T02:00:00+09:00";
const SPEED: u32 = 60;
/// How long the demo waits for anything before it gives up, in real time.
const PATIENCE: Duration = Duration::from_secs(40);
/// How often the alert is posted, as a monitor does that is told to come again: on the demo's clock, a disk hangs after a blink.
const POSTS_MAX: usize = 20;
const POST_AGAIN: Duration = Duration::from_secs(1);
/// How long the second person sleeps on, how long the phone rings, and how long the repair takes, on the demo's
/// clock.
const WAKES_AFTER: SignedDuration = SignedDuration::from_secs(20);
const FALLS_ASLEEP: SignedDuration = SignedDuration::from_secs(45);
const REPAIRED_AFTER: SignedDuration = SignedDuration::from_mins(8);
/// The public URL in the example company's config.
const PUBLIC_URL: &str = "https://oncall.example.com";

pub(super) fn run(arguments: &Arguments) -> Result<Output> {
    let scratch = Scratch::new()?;
    let told = runtime()?.block_on(play(&scratch, arguments.stay));
    told?;
    Ok(Output::fine(NEXT.to_owned()))
}

const NEXT: &str = "
What to try next
  oncall demo --stay               the same night, then its pages in a browser
  oncall validate example-config   every mistake in one pass, with its line
  oncall who example-config        who is on call now, until when, who is next
  oncall serve --config example-config --state /tmp/oncall --print
                                   the server, printing what it would send
  README.md                        your own repository, Slack and Twilio
";

/// The demo's directories, removed at the end.
struct Scratch {
    root: PathBuf,
}

impl Scratch {
    fn new() -> Result<Scratch> {
        let root = std::env::temp_dir().join(format!("oncall-demo-{}", std::process::id()));
        for (path, text) in FILES {
            let path = root.join("config").join(path);
            let folder = path.parent().unwrap_or(&root);
            std::fs::create_dir_all(folder).with_context(|| format!("cannot create {}", folder.display()))?;
            std::fs::write(&path, text).with_context(|| format!("cannot write {}", path.display()))?;
        }
        Ok(Scratch { root })
    }

    fn path(&self, name: &str) -> PathBuf {
        self.root.join(name)
    }
}

impl Drop for Scratch {
    fn drop(&mut self) {
        // Anything that cannot be removed stays in the temporary directory.
        let _ = std::fs::remove_dir_all(&self.root);
    }
}

/// Made-up values for every secret of the example company: nothing in the demo leaves the machine.
fn made_up(config: &Config) -> (Secrets, Vec<Missing>) {
    let mut secrets = Secrets::default();
    for wanted in config.secret_sources() {
        secrets.insert(wanted.source.clone(), Secret::new(&value(wanted.source)));
    }
    (secrets, Vec::new())
}

fn value(source: &SecretSource) -> String {
    match source {
        SecretSource::Env(name) => format!("demo-{name}"),
        SecretSource::File(path) => format!("demo-{path}"),
        SecretSource::Sops { key, .. } => format!("demo-{key}"),
    }
}

async fn play(scratch: &Scratch, stay: bool) -> Result<()> {
    let start: Timestamp = START.parse()?;
    let clock = Clock::scaled(start, SPEED);
    let (watcher, shown) = mpsc::unbounded_channel();
    let options = Options {
        config: From::Directory(scratch.path("config")),
        state: scratch.path("state"),
        listen: SocketAddr::from(([127, 0, 0, 1], 0)),
        admin_listen: None,
        interval: Duration::from_secs(3600),
        clock: clock.clone(),
        resolve: made_up,
        accept_loss: false,
        print: true,
        watcher: Some(watcher),
        log: None,
        trusted_proxies: Vec::new(),
    };
    let (ready, listening) = oneshot::channel();
    let (stop, stopped) = watch::channel(false);
    let mut server = tokio::spawn(serve(options, ready, stopped));
    let address = tokio::select! {
        address = listening => address.context("the server did not start")?,
        ended = &mut server => return ended?.and_then(|()| bail!("the server ended")),
    };
    let zone = TimeZone::get("Asia/Tokyo")?;
    let night = Night { shown, clock: clock.clone(), address, http: client()?, zone, config: config()? };
    let state = scratch.path("state");
    let story = async {
        night.tell(&state).await?;
        if stay { look_round(&state, address, &clock).await } else { Ok(()) }
    };
    tokio::select! {
        told = story => {
            told?;
            stop.send_replace(true);
            server.await?
        }
        // Ctrl-C reaches the server as well.
        ended = &mut server => ended?,
    }
}

/// Whose pages the demo shows: the second person who was called.
const SHOWN_TO: &str = "sato";

/// The pages of the night, until somebody ends it.
async fn look_round(state: &Path, address: SocketAddr, clock: &Clock) -> Result<()> {
    let sessions = Sessions::new(&web_key::read(state)?);
    // The demo's hours are minutes, and a link lasts ten minutes of them: this one lasts a day.
    let tomorrow = clock.now().checked_add(SignedDuration::from_hours(24)).unwrap_or(Timestamp::MAX);
    let link = sessions.link(SHOWN_TO, tomorrow).context("the key cannot sign")?;
    say(&format!(
        "\nThe server stays. Its pages, as {SHOWN_TO} sees them (the link works once):\n\n  \
         http://{address}/sign-in/{link}\n\nCtrl-C ends it, and removes everything.\n"
    ));
    std::future::pending().await
}

fn config() -> Result<Config> {
    let files = FILES.iter().map(|(path, text)| ((*path).to_owned(), text.as_bytes().to_vec()));
    let tree = Tree { files: files.collect(), ..Tree::default() };
    compile(&tree).config.context("the example config does not compile")
}

fn client() -> Result<reqwest::Client> {
    reqwest::Client::builder()
        .timeout(Duration::from_secs(10))
        .build()
        .context("cannot set up the HTTP client")
}

/// The running story.
struct Night {
    shown: mpsc::UnboundedReceiver<Shown>,
    clock: Clock,
    address: SocketAddr,
    http: reqwest::Client,
    zone: TimeZone,
    /// Names people in the timeline.
    config: Config,
}

impl Night {
    async fn tell(mut self, state: &Path) -> Result<()> {
        say(&format!(
            "A night at a company in Tokyo, {SPEED} times as fast. The server is real:\n\
             it listens on http://{}, keeps its journal in\n{},\n\
             and runs on example-config. Only the last step, sending, is this terminal.\n",
            self.address,
            state.display()
        ));
        self.ready().await?;
        self.narrate("Prometheus sees errors in the checkout and posts an alert.");
        self.alert("firing").await?;
        let incident = self.until("the alert to be routed", opened).await?;
        let first = self.until("somebody to be called", |shown| called(shown, None)).await?;
        self.pass(FALLS_ASLEEP).await;
        self.narrate("Nobody answers. After five minutes the next person is told.");
        let second = self.until("the escalation", |shown| called(shown, Some(&first.1))).await?;
        self.pass(WAKES_AFTER).await;
        self.narrate(&format!("{} picks up and presses 4.", second.1));
        self.press_four(&second).await?;
        self.until("the acknowledgement", |shown| {
            matches!(change(shown)?, Change::Response(ResponseChange::Acknowledged { .. })).then_some(())
        })
        .await?;
        self.pass(SignedDuration::from_secs(30)).await;
        self.narrate("Nobody else is called. The repair takes a few minutes.");
        self.pass(REPAIRED_AFTER).await;
        self.narrate("The checkout works again. Prometheus says so.");
        self.alert("resolved").await?;
        self.until("the resolve", |shown| {
            matches!(change(shown)?, Change::Response(ResponseChange::Resolved { .. })).then_some(())
        })
        .await?;
        // The channel and the ticket follow.
        self.pass(SignedDuration::from_secs(30)).await;
        self.timeline(incident).await
    }

    /// Waits until a config is in force.
    async fn ready(&mut self) -> Result<()> {
        self.until("the config", |shown| {
            matches!(change(shown)?, Change::Server(ServerChange::Revision { .. })).then_some(())
        })
        .await
    }

    /// Shows what happens until `pick` returns something.
    async fn until<T>(&mut self, what: &str, wanted: impl Fn(&Shown) -> Option<T>) -> Result<T> {
        let waited = tokio::time::timeout(PATIENCE, async {
            while let Some(shown) = self.shown.recv().await {
                self.show(&shown);
                if let Some(found) = wanted(&shown) {
                    return Some(found);
                }
            }
            None
        });
        waited.await.ok().flatten().with_context(|| format!("the demo waited in vain for {what}"))
    }

    /// Shows what happens for this long.
    async fn pass(&mut self, span: SignedDuration) {
        let end = self.clock.now().checked_add(span).unwrap_or(Timestamp::MAX);
        let until = tokio::time::sleep(self.clock.until(end));
        tokio::pin!(until);
        loop {
            tokio::select! {
                () = &mut until => return,
                Some(shown) = self.shown.recv() => self.show(&shown),
            }
        }
    }

    fn show(&self, shown: &Shown) {
        match shown {
            Shown::Delivery(_, text) => say(text),
            Shown::Entry(entry) => {
                if worth_showing(entry) {
                    let line = Reader::english(&self.config).line(entry);
                    say(&wrapped(&format!("{}  ", line.time), &line.text, &line.rule));
                }
            }
        }
    }

    fn narrate(&self, text: &str) {
        let time = self.clock.now().to_zoned(self.zone.clone()).strftime("%H:%M:%S").to_string();
        say(&format!("\n{time}  ── {text}\n"));
    }

    async fn alert(&self, status: &str) -> Result<()> {
        let now = self.clock.now();
        let body = serde_json::json!({
            "version": "4", "groupKey": "{}:{alertname=\"CheckoutErrors\"}", "status": status, "receiver": "oncall",
            "groupLabels": {}, "commonLabels": {}, "commonAnnotations": {}, "externalURL": "http://alertmanager.example.com",
            "alerts": [{
                "status": status, "fingerprint": "5d3c1f7a9b2e4860", "startsAt": START, "endsAt": now.to_string(),
                "generatorURL": "http://prometheus.example.com/graph?g0.expr=errors",
                "labels": { "alertname": "CheckoutErrors", "service": "checkout", "severity": "critical" },
                "annotations": { "summary": "決済エラー率が 5% を超えています" },
            }],
        });
        let secret = value(&SecretSource::Env("PROMETHEUS_WEBHOOK_SECRET".into()));
        let url = format!("http://{}/v1/webhooks/prometheus/{secret}", self.address);
        for _ in 0..POSTS_MAX {
            let request = self.http.post(&url).body(body.to_string());
            let status = request.send().await.context("the alert could not be posted")?.status();
            let posted = "          POST /v1/webhooks/prometheus/…  ->  ";
            match status {
                StatusCode::ACCEPTED => {
                    say(&format!("{posted}{status}: it is on disk\n"));
                    return Ok(());
                }
                StatusCode::SERVICE_UNAVAILABLE => say(&format!("{posted}503: not stored in time, again")),
                other => bail!("the alert was answered {other}"),
            }
            tokio::time::sleep(POST_AGAIN).await;
        }
        bail!(
            "the alert was not stored in {POSTS_MAX} attempts: is the disk of {} slow?",
            std::env::temp_dir().display()
        )
    }

    /// Posts what Twilio posts when somebody presses a key, with Twilio's signature.
    async fn press_four(&self, (delivery, user): &(DeliveryId, String)) -> Result<()> {
        let path = format!("/v1/callbacks/twilio/{delivery}/key?user={user}&round=1");
        let token = value(&SecretSource::Env("TWILIO_AUTH_TOKEN".into()));
        let key = hmac::Key::new(hmac::HMAC_SHA1_FOR_LEGACY_USE_ONLY, token.as_bytes());
        let signature = hmac::sign(&key, format!("{PUBLIC_URL}{path}Digits4").as_bytes());
        let answer = self
            .http
            .post(format!("http://{}{path}", self.address))
            .header("x-twilio-signature", data_encoding::BASE64.encode(signature.as_ref()))
            .header("content-type", "application/x-www-form-urlencoded")
            .body("Digits=4")
            .send()
            .await
            .context("the key could not be posted")?;
        let (status, body) = (answer.status(), answer.text().await.unwrap_or_default());
        say(&format!("          POST /v1/callbacks/twilio/{delivery}/key  Digits=4  ->  {status}"));
        say(&format!("          and hears: {}\n", spoken(&body)));
        if status.is_success() { Ok(()) } else { bail!("the key was answered {status}: {body}") }
    }

    /// Prints the incident's timeline from the API.
    async fn timeline(&self, incident: IncidentId) -> Result<()> {
        let token = value(&SecretSource::Env("ONCALL_TOKEN_CI".into()));
        let url = format!("http://{}/v1/incidents/{incident}", self.address);
        let answer = self.http.get(url).bearer_auth(token).send().await.context("no timeline")?;
        let body: serde_json::Value = serde_json::from_str(&answer.text().await?)?;
        let lines = body["timeline"].as_array().cloned().unwrap_or_default();
        self.narrate(&format!("GET /v1/incidents/{incident}: the timeline, read back from the journal"));
        for entry in lines {
            let entry: Timeline = serde_json::from_value(entry)?;
            let time = entry.at.to_zoned(self.zone.clone()).strftime("%H:%M:%S").to_string();
            say(&wrapped(&format!("{time}  "), &entry.text, &entry.rule));
        }
        Ok(())
    }
}

#[derive(serde::Deserialize)]
struct Timeline {
    at: Timestamp,
    text: String,
    rule: String,
}

fn change(shown: &Shown) -> Option<&Change> {
    match shown {
        Shown::Entry(entry) => Some(&entry.change),
        Shown::Delivery(..) => None,
    }
}

fn opened(shown: &Shown) -> Option<IncidentId> {
    match shown {
        Shown::Entry(Entry { incident, change: Change::Alert(AlertChange::Opened(_)), .. }) => *incident,
        _ => None,
    }
}

/// A call to anybody except `but`.
fn called(shown: &Shown, but: Option<&str>) -> Option<(DeliveryId, String)> {
    match shown {
        Shown::Delivery(delivery, _) => {
            let (user, by) = delivery.task.contact()?;
            (by.method().rings && but != Some(user)).then(|| (delivery.id, user.to_string()))
        }
        Shown::Entry(_) => None,
    }
}

/// The lines people want to see live. Deliveries are left out: they are shown in frames of their own.
fn worth_showing(entry: &Entry) -> bool {
    entry.incident.is_some()
        && !matches!(
            entry.change,
            Change::Delivery(DeliveryChange::Sent { .. } | DeliveryChange::Outcome { .. })
                | Change::Escalation(EscalationChange::Told { .. })
        )
}

/// Wraps at 80 columns; the rule goes on its own line if it does not fit.
fn wrapped(head: &str, text: &str, rule: &str) -> String {
    let mut lines = vec![head.to_owned()];
    let indent = " ".repeat(head.len());
    let rule = if rule.is_empty() { String::new() } else { format!("[{rule}]") };
    let words = text.split(' ').chain(rule.split(' ')).filter(|word| !word.is_empty());
    for word in words {
        let line = lines.last().map_or("", String::as_str);
        let width = unicode_width::UnicodeWidthStr::width(line) + unicode_width::UnicodeWidthStr::width(word);
        let fresh = line.trim().is_empty() || line == head;
        if width + 1 > 80 && !fresh {
            lines.push(indent.clone());
        }
        if let Some(line) = lines.last_mut() {
            if !line.ends_with(' ') {
                line.push(' ');
            }
            line.push_str(word);
        }
    }
    lines.join("\n")
}

/// The sentences in a TwiML answer.
fn spoken(twiml: &str) -> String {
    let says = twiml.split("<Say").skip(1).filter_map(|rest| rest.split_once('>')?.1.split("</Say>").next());
    says.collect::<Vec<_>>().join(" ")
}

fn say(text: &str) {
    // If the reader has gone away, the demo still runs to its end.
    let _ = writeln!(anstream::stdout(), "{text}");
}
