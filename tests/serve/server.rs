//! A running server: what it logs, what it answers, how it ends; and requests signed as Slack, Twilio and GitHub do.

use super::stand_ins::Seen;
use super::world::{HANG_MAX, now, secret};
use ring::hmac;
use serde_json::Value;
use std::io::{BufRead, BufReader, Read};
use std::process::{Child, Command, ExitStatus};
use std::sync::{Arc, Mutex};
use std::thread::JoinHandle;
use tokio::sync::mpsc;
use tokio::time::timeout;

/// A running server.
pub struct Server {
    child: Child,
    pub url: String,
    pub http: reqwest::Client,
    pub log: Arc<Mutex<String>>,
    lines: mpsc::UnboundedReceiver<String>,
    readers: Vec<JoinHandle<()>>,
}

impl Server {
    /// Starts it and reads the address from its first line.
    pub fn start(mut command: Command, http: reqwest::Client) -> Server {
        let mut child = command.spawn().unwrap();
        let log = Arc::new(Mutex::new(String::new()));
        let (tell, lines) = mpsc::unbounded_channel();
        let err = reader(child.stderr.take().unwrap(), log.clone(), tell);
        let (tell_first, first) = std::sync::mpsc::channel();
        let (out, copy) = (child.stdout.take().unwrap(), log.clone());
        let out = std::thread::spawn(move || {
            for line in BufReader::new(out).lines().map_while(Result::ok) {
                copy.lock().unwrap().extend([line.as_str(), "\n"]);
                let _ = tell_first.send(line);
            }
        });
        let first =
            first.recv_timeout(HANG_MAX).unwrap_or_else(|_| panic!("no line: {}", log.lock().unwrap()));
        let json = || serde_json::from_str::<Value>(&first).ok()?["url"].as_str().map(str::to_owned);
        let url = first.strip_prefix("listening on ").map(str::to_owned).or_else(json);
        let url = url.unwrap_or_else(|| panic!("{first}"));
        Server { child, url, http, log, lines, readers: vec![err, out] }
    }

    /// Waits for a line of the log that contains `text`.
    pub async fn line(&mut self, text: &str) -> String {
        let found = timeout(HANG_MAX, async {
            loop {
                let Some(line) = self.lines.recv().await else {
                    panic!("{text} was never logged: {}", self.said())
                };
                if line.contains(text) {
                    return line;
                }
            }
        });
        let found = found.await;
        found.unwrap_or_else(|_| panic!("{text} was not logged: {}", self.said()))
    }

    fn said(&self) -> String {
        self.log.lock().unwrap().clone()
    }

    /// Status and body of a GET, with the API's token.
    pub async fn get(&self, path: &str) -> (u16, Value) {
        let request = self.http.get(format!("{}{path}", self.url)).bearer_auth(secret("API_TOKEN"));
        let response = request.send().await.unwrap();
        let (status, answer) = (response.status().as_u16(), response.json().await.unwrap());
        super::openapi::describes("GET", path, None, status, &answer);
        (status, answer)
    }

    /// Whether `/metrics` comes to have this line: a counter may follow the request that it counts.
    pub async fn metric(&self, line: &str) -> bool {
        let asked = timeout(HANG_MAX, async {
            while !self.metrics().await.lines().any(|it| it == line) {
                tokio::task::yield_now().await;
            }
        });
        asked.await.is_ok()
    }

    async fn metrics(&self) -> String {
        self.http.get(format!("{}/metrics", self.url)).send().await.unwrap().text().await.unwrap()
    }

    /// Status and body of a POST with the API's token.
    pub async fn ask(&self, path: &str, body: &Value) -> (u16, Value) {
        let request = self.http.post(format!("{}{path}", self.url)).bearer_auth(secret("API_TOKEN"));
        let response = request.body(body.to_string()).send().await.unwrap();
        (response.status().as_u16(), response.json().await.unwrap())
    }

    /// The status and the text of the answer to a POST.
    pub async fn post(
        &self,
        path: &str,
        headers: &[(&str, &str)],
        body: impl Into<reqwest::Body>,
    ) -> (u16, String) {
        let mut request = self.http.post(format!("{}{path}", self.url)).body(body);
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        let response = request.send().await.unwrap();
        (response.status().as_u16(), response.text().await.unwrap())
    }

    /// An event of PagerDuty's protocol; the status of the answer.
    pub async fn event(&self, action: &str, key: &str) -> u16 {
        let event = serde_json::json!({
            "routing_key": secret("PAGERDUTY_KEY"), "event_action": action, "dedup_key": key,
            "payload": { "summary": format!("{key} is full"), "source": "db1", "severity": "critical" },
        });
        self.post("/v2/enqueue", &[], event.to_string()).await.0
    }

    /// A key pressed during a call, as Twilio would tell it; the TwiML that answers.
    pub async fn press(&self, call: &Seen, digit: &str) -> String {
        let twiml = call.body["Twiml"].as_str().unwrap();
        let url = twiml.split("action=\"").nth(1).unwrap().split('"').next().unwrap().replace("&amp;", "&");
        let form = [("CallSid", "CA1"), ("Digits", digit)];
        let signature = twilio_signature(&url, &form);
        let body = form_urlencoded::Serializer::new(String::new()).extend_pairs(form).finish();
        let path = url.strip_prefix("https://oncall.test").unwrap();
        let (status, text) = self.post(path, &[("x-twilio-signature", &signature)], body).await;
        assert_eq!(status, 200, "{text}");
        text
    }

    /// The end of a call that nobody answered.
    pub async fn unanswered(&self, call: &Seen) {
        let url = call.body["StatusCallback"].as_str().unwrap();
        let form = [("CallSid", "CA1"), ("CallStatus", "no-answer")];
        let signature = twilio_signature(url, &form);
        let path = url.strip_prefix("https://oncall.test").unwrap();
        let body = "CallSid=CA1&CallStatus=no-answer";
        assert_eq!(self.post(path, &[("x-twilio-signature", &signature)], body).await.0, 200);
    }

    /// A button pressed in Slack; the status of the answer.
    pub async fn button(&self, payload: &Value, signing_secret: &str) -> u16 {
        let body = form_urlencoded::Serializer::new(String::new())
            .append_pair("payload", &payload.to_string())
            .finish();
        self.slack(&body, signing_secret, 0).await.0
    }

    /// The status and the text of the answer to a body that was signed some seconds ago as Slack does.
    pub async fn slack(&self, body: &str, signing_secret: &str, seconds_ago: i64) -> (u16, String) {
        let headers = slack_signature(body, signing_secret, seconds_ago);
        let headers = headers.each_ref().map(|(name, value)| (*name, value.as_str()));
        self.post("/v1/callbacks/slack", &headers, body.to_owned()).await
    }

    /// A push webhook of GitHub's; the status of the answer.
    pub async fn pushed(&self, push_secret: &str) -> u16 {
        let body = r#"{"ref":"refs/heads/main"}"#;
        let key = hmac::Key::new(hmac::HMAC_SHA256, push_secret.as_bytes());
        let signature = data_encoding::HEXLOWER.encode(hmac::sign(&key, body.as_bytes()).as_ref());
        self.post("/v1/push", &[("x-hub-signature-256", &format!("sha256={signature}"))], body).await.0
    }

    /// `kill -9`.
    pub fn kill(mut self) {
        self.child.kill().unwrap();
        self.ended();
    }

    pub fn terminate(&self) {
        self.signal("TERM");
    }

    pub fn signal(&self, name: &str) {
        let pid = self.child.id().to_string();
        assert!(Command::new("kill").args([&format!("-{name}"), &pid]).status().unwrap().success());
    }

    /// Waits until it has ended and all it said was read.
    pub fn ended(&mut self) -> ExitStatus {
        let status = self.child.wait().unwrap();
        self.readers.drain(..).for_each(|reader| reader.join().unwrap());
        status
    }

    /// SIGTERM, and a good end.
    pub fn stop(mut self) {
        self.terminate();
        let status = self.ended();
        assert_eq!(status.code(), Some(0), "{}", self.said());
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        // Of a test that failed.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// The headers of a body that Slack signed some seconds ago.
pub fn slack_signature(body: &str, signing_secret: &str, seconds_ago: i64) -> [(&'static str, String); 2] {
    let stamp = (now().as_second() - seconds_ago).to_string();
    let key = hmac::Key::new(hmac::HMAC_SHA256, signing_secret.as_bytes());
    let signed = hmac::sign(&key, format!("v0:{stamp}:{body}").as_bytes());
    let signature = format!("v0={}", data_encoding::HEXLOWER.encode(signed.as_ref()));
    [("x-slack-request-timestamp", stamp), ("x-slack-signature", signature)]
}

pub fn twilio_signature(url: &str, form: &[(&str, &str)]) -> String {
    let mut form = form.to_vec();
    form.sort_unstable();
    let signed = form.iter().fold(url.to_owned(), |text, (key, value)| text + key + value);
    let key = hmac::Key::new(hmac::HMAC_SHA1_FOR_LEGACY_USE_ONLY, secret("TWILIO_AUTH_TOKEN").as_bytes());
    data_encoding::BASE64.encode(hmac::sign(&key, signed.as_bytes()).as_ref())
}

fn reader(
    from: impl Read + Send + 'static,
    log: Arc<Mutex<String>>,
    tell: mpsc::UnboundedSender<String>,
) -> JoinHandle<()> {
    std::thread::spawn(move || {
        for line in BufReader::new(from).lines().map_while(Result::ok) {
            log.lock().unwrap().extend([line.as_str(), "\n"]);
            let _ = tell.send(line);
        }
    })
}
