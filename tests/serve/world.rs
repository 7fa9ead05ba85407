//! A world around the real binary: a bare repository, the stand-ins, a state directory, secrets in the environment.

use super::server::Server;
use super::stand_ins::{Seen, StandIns, Vendor};
use jiff::Timestamp;
use oncall::compile::{Tree, compile};
use oncall::config::Config;
use oncall::server::clock::Clock;
use std::collections::BTreeMap;
use std::path::PathBuf;
use std::process::{Command, Stdio};
use std::sync::{Arc, Mutex};
use std::time::Duration;
use tempfile::TempDir;
use tokio::time::timeout;

/// Nothing here takes so long; a wait that does is a failure.
pub const HANG_MAX: Duration = Duration::from_secs(30);

/// Environment variables and their values, none of which may ever be shown.
pub const SECRETS: [(&str, &str); 18] = [
    ("SLACK_BOT_TOKEN", "xoxb-seCretSlackToken7Q"),
    ("SLACK_SIGNING_SECRET", "seCretSlackSigning8R"),
    ("SLACK_APP_TOKEN", "xapp-seCretSlackApp2T"),
    ("JIRA_API_TOKEN", "seCretJiraToken9S"),
    ("TWILIO_AUTH_TOKEN", "seCretTwilioToken1T"),
    ("PUSH_SECRET", "seCretPush2U-of-good-length"),
    ("API_TOKEN", "seCretApiToken3V"),
    ("VIEW_TOKEN", "seCretViewToken4V"),
    ("BOT_TOKEN", "seCretBotToken5V"),
    ("EXPORT_TOKEN", "seCretExportToken6V"),
    ("PROMETHEUS_SECRET", "seCretPrometheus4W"),
    ("BACKUP_SECRET", "seCretBackup7Y"),
    ("PAGERDUTY_KEY", "seCretRoutingKey5X"),
    ("CALENDAR_SECRET", "seCretCalendars6Y+of+good+length"),
    ("OIDC_CLIENT_SECRET", "seCretOidcClient8Z"),
    ("SMTP_PASSWORD", "seCretSmtpPass9Y"),
    ("SATO_PHONE", "+819000000001"),
    ("SOPS_AGE_KEY", "AGE-SECRET-KEY-1CLL5RPL0QXLG02KQC29857EGCKUXL7X0X2APZ0Q0XVH0CS9HN5ESWEDFYX"),
];

/// The phones that are encrypted in `tests/serve/sops/`: Smith's, and his new one. Never shown either.
pub const SEALED: [&str; 2] = ["+819000000011", "+819000000021"];

/// Two take turns on the first step, Kimura is the second, Mori the last resort.
const CONFIG: [(&str, &str); 11] = [
    (
        "users/sato.yaml",
        "name: 佐藤 花子\nreading: さとう はなこ\nlanguage: ja\nslack: U0SATO\nphone: { env: SATO_PHONE }\n",
    ),
    ("users/smith.yaml", "name: Emma Smith\nslack: U0SMITH\nphone: \"+819000000002\"\n"),
    ("users/kimura.yaml", "name: Kimura\nslack: U0KIMURA\nphone: \"+819000000003\"\n"),
    ("users/mori.yaml", "name: Mori\nslack: U0MORI\nphone: \"+819000000004\"\n"),
    (
        "schedules/web.yaml",
        "name: Web\nlayers:\n  - name: daily\n    rotation:\n      every: 1 day\n      handoff: 10:00\n      line_ups: [{ from: 2026-01-01, members: [sato, smith] }]\n",
    ),
    (
        "escalation-policies/web.yaml",
        "steps:\n  - { notify: [{ schedule: web }], wait: 10s }\n  - { notify: [{ user: kimura }], wait: 1h }\n",
    ),
    ("escalation-policies/last.yaml", "steps:\n  - { notify: [{ user: mori }], wait: 1h }\n"),
    (
        "services/web.yaml",
        "name: Web\nescalation_policy: web\nslack_channel: C0WEB\njira: { project: OPS }\n",
    ),
    (
        "integrations/prometheus.yaml",
        "type: alertmanager\nsecret: { env: PROMETHEUS_SECRET }\nroutes: [{ service: web }]\n",
    ),
    (
        "integrations/pagerduty.yaml",
        "type: pagerduty\nsecret: { env: PAGERDUTY_KEY }\nroutes: [{ service: web }]\n",
    ),
    ("README.md", "The config of a small company.\n"),
];

/// The policy of the service with one person on its first step.
pub fn policy(first: &str) -> String {
    format!(
        "steps:\n  - {{ notify: [{{ user: {first} }}], wait: 10s }}\n  - {{ notify: [{{ user: kimura }}], wait: 1h }}\n"
    )
}

/// The policy on which nobody follows for an hour.
pub fn patient(first: &str) -> String {
    format!("steps:\n  - {{ notify: [{{ user: {first} }}], wait: 1h }}\n")
}

pub struct World {
    pub folder: TempDir,
    pub stand_ins: StandIns,
    pub http: reqwest::Client,
    /// Where `oncall serve` finds the repository.
    pub url: String,
    pub remote: git2::Repository,
    files: BTreeMap<String, String>,
    /// Everything the stand-ins were asked, and whether a test has looked at it.
    seen: Vec<(Seen, bool)>,
    logs: Vec<Arc<Mutex<String>>>,
}

impl World {
    /// A world whose repository has the config above, with some files exchanged.
    pub async fn with(changes: &[(&str, &str)]) -> World {
        let _ = rustls::crypto::ring::default_provider().install_default();
        let folder = TempDir::new().unwrap();
        let mut options = git2::RepositoryInitOptions::new();
        options.bare(true).initial_head("main");
        let remote = git2::Repository::init_opts(folder.path().join("remote.git"), &options).unwrap();
        let stand_ins = StandIns::start().await;
        let http = reqwest::Client::builder().timeout(HANG_MAX).build().unwrap();
        let mut files: BTreeMap<String, String> =
            CONFIG.iter().map(|(path, text)| ((*path).to_owned(), (*text).to_owned())).collect();
        files.insert("oncall.yaml".to_owned(), organisation(&stand_ins));
        let (seen, logs) = (Vec::new(), Vec::new());
        let url = format!("file://{}", remote.path().display());
        let mut world = World { folder, stand_ins, http, url, remote, files, seen, logs };
        world.push(changes);
        world
    }

    /// A commit with some files exchanged, as somebody would push it.
    pub fn push(&mut self, changes: &[(&str, &str)]) -> String {
        self.files.extend(changes.iter().map(|(path, text)| ((*path).to_owned(), (*text).to_owned())));
        let mut index = git2::Index::new().unwrap();
        for (path, text) in &self.files {
            index.add(&entry(path, self.remote.blob(text.as_bytes()).unwrap())).unwrap();
        }
        let tree = self.remote.find_tree(index.write_tree_to(&self.remote).unwrap()).unwrap();
        let author =
            git2::Signature::new("Sato", "sato@example.com", &git2::Time::new(1_790_000_000, 540)).unwrap();
        let parent =
            self.remote.find_reference("refs/heads/main").ok().map(|it| it.peel_to_commit().unwrap());
        let parents: Vec<&git2::Commit<'_>> = parent.iter().collect();
        let main = Some("refs/heads/main");
        self.remote.commit(main, &author, &author, "Change the policy", &tree, &parents).unwrap().to_string()
    }

    /// The text of `oncall.yaml`.
    pub fn organisation(&self) -> String {
        self.files["oncall.yaml"].clone()
    }

    /// What the library makes of the files now.
    pub fn config(&self) -> Config {
        let files = self.files.iter().map(|(path, text)| (path.clone(), text.clone().into_bytes())).collect();
        let compiled = compile(&Tree { files, ..Tree::default() });
        compiled.config.unwrap_or_else(|| panic!("{:?}", compiled.diagnostics))
    }

    /// Who is on call on the schedule `web` now, by the library.
    pub fn on_call(&self) -> String {
        let on_call = self.config().schedules.on_call("web", now());
        on_call.users.first().unwrap().to_string()
    }

    /// The files as they are now, in a folder.
    pub fn written(&self) -> PathBuf {
        let root = self.folder.path().join("config");
        for (path, text) in &self.files {
            let path = root.join(path);
            std::fs::create_dir_all(path.parent().unwrap()).unwrap();
            std::fs::write(path, text).unwrap();
        }
        root
    }

    pub fn remote_path(&self) -> PathBuf {
        self.remote.path().to_owned()
    }

    pub fn state(&self) -> PathBuf {
        self.folder.path().join("state")
    }

    /// `oncall serve` on the repository, with all secrets, on a free port. `limit` is put before it in a shell.
    pub fn command(&self, interval: &str, limit: &str) -> Command {
        let mut command = Command::new("sh");
        let oncall = env!("CARGO_BIN_EXE_oncall");
        command.args(["-c", &format!("{limit} exec {oncall} serve \"$@\""), "oncall"]);
        command.args(["--git", &self.url]);
        command.args(["--listen", "127.0.0.1:0", "--interval", interval, "--state"]).arg(self.state());
        command.envs(SECRETS).env("ONCALL_LOG", "info,oncall=debug");
        // Whoever runs the tests may have age keys of their own.
        command.env("XDG_CONFIG_HOME", self.folder.path());
        command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped());
        command
    }

    /// A server that has its config.
    pub async fn serve(&mut self) -> Server {
        self.serve_by(self.command("1s", "")).await
    }

    pub async fn serve_by(&mut self, command: Command) -> Server {
        let mut server = self.start(command);
        server.line("is in force").await;
        server
    }

    /// A server that may not have its config yet.
    pub fn start(&mut self, command: Command) -> Server {
        let server = Server::start(command, self.http.clone());
        self.logs.push(server.log.clone());
        server
    }

    /// The next request to a stand-in of this kind that no one has looked at.
    pub async fn next(&mut self, what: &str, wanted: impl Fn(&Seen) -> bool) -> Seen {
        if let Some((seen, looked_at)) = self.seen.iter_mut().find(|(seen, done)| !done && wanted(seen)) {
            *looked_at = true;
            return seen.clone();
        }
        let found = timeout(HANG_MAX, async {
            loop {
                let seen = self.stand_ins.seen.recv().await.unwrap();
                let hit = wanted(&seen);
                self.seen.push((seen.clone(), hit));
                if hit {
                    return seen;
                }
            }
        });
        let found = found.await;
        found.unwrap_or_else(|_| panic!("{what} never came; instead {:#?}\n{}", self.seen, self.log()))
    }

    /// The next call to this person.
    pub async fn call_to(&mut self, user: &str) -> Seen {
        let number = number(user);
        self.next(&format!("the call to {user}"), |it| called(it) == Some(number)).await
    }

    /// Asks again until it is so.
    pub async fn until(&self, what: &str, mut is_so: impl AsyncFnMut() -> bool) {
        let asked = timeout(HANG_MAX, async {
            while !is_so().await {
                tokio::task::yield_now().await;
            }
        });
        assert!(asked.await.is_ok(), "{what}: it never came to that\n{}", self.log());
    }

    /// Everybody who was called so far, in order.
    pub fn calls(&mut self) -> Vec<String> {
        let calls = self.all(|seen| called(seen).is_some());
        calls.iter().filter_map(called).map(str::to_owned).collect()
    }

    /// How many requests of this kind there were so far.
    pub fn count(&mut self, wanted: impl Fn(&Seen) -> bool) -> usize {
        self.all(wanted).len()
    }

    /// All requests of this kind so far, in order, whether or not a test has looked at them.
    pub fn all(&mut self, wanted: impl Fn(&Seen) -> bool) -> Vec<Seen> {
        while let Ok(seen) = self.stand_ins.seen.try_recv() {
            self.seen.push((seen, false));
        }
        self.seen.iter().map(|(seen, _)| seen).filter(|seen| wanted(seen)).cloned().collect()
    }

    pub fn log(&self) -> String {
        self.logs.iter().map(|log| log.lock().unwrap().clone()).collect::<Vec<_>>().join("\n--- a server\n")
    }

    /// No secret has been written anywhere. To be called when no server runs any more.
    pub fn no_secret_was_shown(&self) {
        let log = self.log();
        let mut grep = Command::new("grep");
        grep.args(["-rlaF"]);
        for (name, secret) in SECRETS.into_iter().chain(SEALED.map(|phone| ("a sealed phone", phone))) {
            assert!(!log.contains(secret), "{name} is in the output");
            grep.args(["-e", secret]);
        }
        let found = grep.arg(self.state()).output().unwrap();
        assert_eq!((found.status.code(), String::from_utf8_lossy(&found.stdout).as_ref()), (Some(1), ""));
    }
}

pub fn organisation(stand_ins: &StandIns) -> String {
    let url = |vendor| &stand_ins.urls[&vendor];
    format!(
        "time_zone: Asia/Tokyo
language: en
fallback: last
public_url: https://oncall.test
push_secret: {{ env: PUSH_SECRET }}
calendar_secret: {{ env: CALENDAR_SECRET }}
providers:
  slack: {{ bot_token: {{ env: SLACK_BOT_TOKEN }}, signing_secret: {{ env: SLACK_SIGNING_SECRET }}, channel: C0INCIDENTS, api_url: \"{}/api\" }}
  jira: {{ site: \"{}\", email: oncall@example.com, api_token: {{ env: JIRA_API_TOKEN }}, project: OPS, issue_type: Incident }}
  twilio: {{ account_sid: AC0123, auth_token: {{ env: TWILIO_AUTH_TOKEN }}, from: \"+815012345678\", api_url: \"{}\" }}
api_tokens: [{{ name: ci, token: {{ env: API_TOKEN }} }}]
defaults: {{ notify: {{ high: [{{ by: slack }}, {{ by: call }}], low: [{{ by: slack }}] }} }}
",
        url(Vendor::Slack),
        url(Vendor::Jira),
        url(Vendor::Twilio)
    )
}

pub fn number(user: &str) -> &'static str {
    match user {
        "sato" => "+819000000001",
        "smith" => "+819000000002",
        "kimura" => "+819000000003",
        _ => "+819000000004",
    }
}

/// The number that a request asks Twilio to call.
pub fn called(seen: &Seen) -> Option<&str> {
    (seen.vendor == Vendor::Twilio).then(|| seen.body["To"].as_str()).flatten()
}

/// A message posted to this channel or person, not into a thread.
pub fn posted(seen: &Seen, to: &str) -> bool {
    let post = seen.vendor == Vendor::Slack && seen.path == "/api/chat.postMessage";
    post && seen.body["channel"] == to && seen.body["thread_ts"].is_null()
}

/// A change of a message in this channel.
pub fn updated(seen: &Seen, channel: &str) -> bool {
    seen.path == "/api/chat.update" && seen.body["channel"] == channel
}

pub fn now() -> Timestamp {
    Clock::wall().now()
}

pub fn secret(name: &str) -> &'static str {
    SECRETS.iter().find(|(known, _)| *known == name).unwrap().1
}

fn entry(path: &str, id: git2::Oid) -> git2::IndexEntry {
    let zero = git2::IndexTime::new(0, 0);
    let (path, mode) = (path.as_bytes().to_vec(), 0o100_644);
    let (dev, ino, uid, gid, file_size, flags, flags_extended) = (0, 0, 0, 0, 0, 0, 0);
    git2::IndexEntry {
        ctime: zero,
        mtime: zero,
        dev,
        ino,
        mode,
        uid,
        gid,
        file_size,
        id,
        flags,
        flags_extended,
        path,
    }
}
