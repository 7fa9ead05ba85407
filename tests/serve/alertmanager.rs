//! A real Alertmanager, where Debian's `prometheus-alertmanager` is installed, with what `oncall urls` says to paste into it.

use super::server::Server;
use super::world::{HANG_MAX, SECRETS, World, called, number, posted, secret, updated};
use serde_json::{Value, json};
use std::fs;
use std::io::{BufRead, BufReader, Write};
use std::net::SocketAddr;
use std::process::{Child, Command, Stdio};
use tokio::io::copy_bidirectional;
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::watch;

const PROGRAM: &str = "prometheus-alertmanager";

pub struct Alertmanager {
    child: Child,
    url: String,
    http: reqwest::Client,
}

impl Alertmanager {
    /// Starts one that tells each of these integrations of our server `at` this address, and says what still fires at
    /// every `repeat`. `None`, and a word about it, where it is not installed and not required.
    pub fn start(world: &World, at: &str, integrations: &[&str], repeat: &str) -> Option<Alertmanager> {
        let folder = world.folder.path().join("alertmanager");
        fs::create_dir_all(&folder).unwrap();
        let receivers: String = integrations.iter().map(|id| pasted(world, at, id)).collect();
        let routes: String =
            integrations.iter().map(|id| format!("    - {{ receiver: {id}, continue: true }}\n")).collect();
        let config = format!(
            "route:\n  receiver: {}\n  group_by: [alertname]\n  group_wait: 1s\n  group_interval: 1s\n  \
             repeat_interval: {repeat}\n  routes:\n{routes}receivers:\n{receivers}",
            integrations[0]
        );
        fs::write(folder.join("config.yml"), config).unwrap();
        let mut command = Command::new(PROGRAM);
        command.arg(format!("--config.file={}", folder.join("config.yml").display()));
        command.arg(format!("--storage.path={}", folder.display()));
        command.args(["--web.listen-address=127.0.0.1:0", "--cluster.listen-address="]);
        let child = match command.stdout(Stdio::null()).stderr(Stdio::piped()).spawn() {
            Ok(child) => child,
            Err(error) => {
                let required = std::env::var("ONCALL_REQUIRE_ALERTMANAGER").is_ok_and(|it| it == "1");
                assert!(!required, "{PROGRAM} is required: {error}");
                let why = format!("skipped: {PROGRAM} cannot be started ({error}): install Debian's package");
                // Not `println!`, which a test that passes keeps to itself.
                let _ = writeln!(std::io::stderr(), "{why}");
                return None;
            }
        };
        Some(Alertmanager::listening(child, world.http.clone()))
    }

    fn listening(mut child: Child, http: reqwest::Client) -> Alertmanager {
        let (tell, lines) = std::sync::mpsc::channel();
        let log = child.stderr.take().unwrap();
        std::thread::spawn(move || {
            BufReader::new(log).lines().map_while(Result::ok).for_each(|line| drop(tell.send(line)));
        });
        let mut alertmanager = Alertmanager { child, url: String::new(), http };
        while alertmanager.url.is_empty() {
            let line = lines.recv_timeout(HANG_MAX).unwrap();
            if let Some(address) =
                line.split("address=127.0.0.1:").nth(1).filter(|_| line.contains("istening on"))
            {
                alertmanager.url = format!("http://127.0.0.1:{}", address.trim());
            }
        }
        alertmanager
    }

    /// Alerts of one name fire, one for each instance.
    pub async fn fires(&self, name: &str, instances: &[&str]) {
        self.post(instances.iter().map(|instance| alert(name, instance)).collect()).await;
    }

    /// They fired, and are over.
    pub async fn ends(&self, name: &str, instances: &[&str]) {
        let over = instances.iter().map(|instance| {
            let mut alert = alert(name, instance);
            alert["endsAt"] = "2026-01-02T00:00:00Z".into();
            alert
        });
        self.post(over.collect()).await;
    }

    async fn post(&self, alerts: Value) {
        let request = self.http.post(format!("{}/api/v2/alerts", self.url));
        let request = request.header("content-type", "application/json");
        let response = request.body(alerts.to_string()).send().await.unwrap();
        assert_eq!(response.status(), 200, "{}", response.text().await.unwrap());
    }

    /// How many of its requests have failed, by notifier: `webhook`, `pagerduty`, `opsgenie`.
    pub async fn failures(&self, notifier: &str) -> u64 {
        let text = self.http.get(format!("{}/metrics", self.url)).send().await.unwrap().text().await.unwrap();
        let name = format!("alertmanager_notification_requests_failed_total{{integration=\"{notifier}\"}} ");
        text.lines().find_map(|line| line.strip_prefix(&name)?.parse().ok()).unwrap()
    }
}

impl Drop for Alertmanager {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

fn alert(name: &str, instance: &str) -> Value {
    json!({
        "labels": { "alertname": name, "severity": "critical", "instance": instance },
        "annotations": { "summary": format!("{name} on {instance}") },
        "startsAt": "2026-01-01T00:00:00Z",
    })
}

/// The receiver that `oncall urls` prints for an integration, under the integration's name. Opsgenie's notifier also keeps
/// the alert's words in step, by requests of their own.
fn pasted(world: &World, at: &str, integration: &str) -> String {
    let mut command = Command::new(env!("CARGO_BIN_EXE_oncall"));
    command.args(["urls", "--reveal", "--integration", integration]).arg(world.written()).envs(SECRETS);
    let output = command.output().unwrap();
    assert_eq!(output.status.code(), Some(0), "{}", String::from_utf8_lossy(&output.stderr));
    let text = String::from_utf8(output.stdout).unwrap();
    // Words are set in by four, what is to be pasted by more.
    let block = text.lines().skip_while(|line| line.trim() != "receivers:").skip(1);
    let lines = block.take_while(|line| line.starts_with("      "));
    let receiver: String = lines.map(|line| format!("{line}\n")).collect();
    assert!(receiver.starts_with("        - name: oncall\n"), "{text}");
    let receiver = receiver.replace("- name: oncall", &format!("- name: {integration}"));
    receiver.replace("https://oncall.test", at).replace("{ api_url:", "{ update_alerts: true, api_url:")
}

/// An address that stays while servers come and go, as a load balancer has one. Where no server is, it hangs up.
pub struct Front {
    pub url: String,
    to: watch::Sender<Option<SocketAddr>>,
}

impl Front {
    pub async fn start() -> Front {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let url = format!("http://{}", listener.local_addr().unwrap());
        let (to, server) = watch::channel(None);
        tokio::spawn(async move {
            while let Ok((mut client, _)) = listener.accept().await {
                let Some(address) = *server.borrow() else { continue };
                tokio::spawn(async move {
                    let mut server = TcpStream::connect(address).await?;
                    copy_bidirectional(&mut client, &mut server).await
                });
            }
        });
        Front { url, to }
    }

    pub fn leads_to(&self, server: Option<&Server>) {
        let address = server.map(|server| server.url.strip_prefix("http://").unwrap().parse().unwrap());
        self.to.send_replace(address);
    }
}

/// One incident from Alertmanager to its end, by a key on the phone.
async fn from_alertmanager(integration: &str, words: &str) {
    let mut world = World::with(&[]).await;
    let server = world.serve().await;
    let Some(alertmanager) = Alertmanager::start(&world, &server.url, &[integration], "1h") else { return };
    let before = world.on_call();
    alertmanager.fires("DiskFull", &["db1"]).await;

    let call = world.next("the first call", |seen| called(seen).is_some()).await;
    // At ten o'clock the shift changes: then either is right.
    let expected = [before, world.on_call()].map(|user| number(&user));
    assert!(expected.contains(&called(&call).unwrap()), "{:?}", called(&call));
    assert!(call.body["Twiml"].as_str().unwrap().contains(words), "{call:?}");
    let shown = world.next("the channel's message", |seen| posted(seen, "C0WEB")).await;
    assert!(shown.body["text"].as_str().unwrap().contains(words), "{shown:?}");
    assert_eq!(shown.authorization, format!("Bearer {}", secret("SLACK_BOT_TOKEN")));
    world.next("the ticket", |seen| seen.path == "/rest/api/3/issue").await;

    let said = server.press(&call, "4").await;
    assert!(said.contains("<Hangup/>"), "{said}");
    let change = world.next("the acknowledgement in the channel", |seen| updated(seen, "C0WEB")).await;
    assert!(change.body["text"].as_str().unwrap().contains(words), "{change:?}");
    let (_, list) = server.get("/v1/incidents").await;
    let incident = &list["incidents"][0];
    assert_eq!((&incident["status"], &incident["step"]["next_at"]), (&json!("acknowledged"), &Value::Null));

    alertmanager.ends("DiskFull", &["db1"]).await;
    let moved = world
        .next("the ticket's transition", |it| it.path.ends_with("/transitions") && it.method == "POST")
        .await;
    assert_eq!(moved.body["transition"]["id"], "31");
    world.next("the resolve in the channel", |seen| updated(seen, "C0WEB")).await;
    let (_, list) = server.get("/v1/incidents?status=resolved").await;
    assert_eq!(list["incidents"][0]["summary"], incident["summary"], "{list}");
    assert_eq!(world.calls(), [called(&call).unwrap()]);
    server.stop();
    world.no_secret_was_shown();
}

#[tokio::test(flavor = "multi_thread")]
async fn alertmanager_by_its_webhook() {
    from_alertmanager("prometheus", "DiskFull on db1").await;
}

#[tokio::test(flavor = "multi_thread")]
async fn alertmanager_by_its_pagerduty_notifier() {
    from_alertmanager("pagerduty", "DiskFull (db1 critical)").await;
}
