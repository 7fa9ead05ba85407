//! A real Alertmanager, where Debian's `prometheus-alertmanager` is installed.

use super::world::World;
use std::fs;
use std::io::{BufRead, BufReader, Write};
use std::process::{Child, Command, Stdio};
use std::time::Duration;

const PROGRAM: &str = "prometheus-alertmanager";

pub struct Alertmanager {
    child: Child,
    url: String,
}

impl Alertmanager {
    /// Starts one with a single receiver. `None`, and a word about it, where it is not installed and not required.
    pub async fn start(world: &World, receiver: &str) -> Option<Alertmanager> {
        let folder = world.folder.path().join("alertmanager");
        fs::create_dir(&folder).unwrap();
        let route = "{ receiver: oncall, group_by: [alertname], group_wait: 0s, group_interval: 1s, repeat_interval: 1h }";
        let config = format!("route: {route}\nreceivers:\n  - name: oncall\n    {receiver}\n");
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
        Some(Alertmanager::listening(child))
    }

    fn listening(mut child: Child) -> Alertmanager {
        let (tell, lines) = std::sync::mpsc::channel();
        let log = child.stderr.take().unwrap();
        std::thread::spawn(move || {
            BufReader::new(log).lines().map_while(Result::ok).for_each(|line| drop(tell.send(line)));
        });
        let mut alertmanager = Alertmanager { child, url: String::new() };
        while alertmanager.url.is_empty() {
            let line = lines.recv_timeout(Duration::from_secs(30)).unwrap();
            if let Some(address) =
                line.split("address=127.0.0.1:").nth(1).filter(|_| line.contains("istening on"))
            {
                alertmanager.url = format!("http://127.0.0.1:{}", address.trim());
            }
        }
        alertmanager
    }

    /// An alert that fires, or did until `ends_at`.
    pub async fn alert(&self, world: &World, ends_at: Option<&str>) {
        let mut alert = serde_json::json!({
            "labels": { "alertname": "DiskFull", "severity": "critical", "instance": "db1" },
            "annotations": { "summary": "Disk of db1 full" },
            "startsAt": "2026-01-01T00:00:00Z",
        });
        if let Some(ends_at) = ends_at {
            alert["endsAt"] = ends_at.into();
        }
        let request = world.http.post(format!("{}/api/v2/alerts", self.url));
        let request = request.header("content-type", "application/json");
        let response = request.body(serde_json::json!([alert]).to_string()).send().await.unwrap();
        assert_eq!(response.status(), 200, "{}", response.text().await.unwrap());
    }
}

impl Drop for Alertmanager {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}
