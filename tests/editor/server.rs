//! A `yaml-language-server` that is spoken to over its standard input and output (LSP 3.17, JSON-RPC).

use super::CURSOR;
use serde_json::{Value, json};
use std::collections::HashMap;
use std::io::{BufRead, BufReader, Write};
use std::path::Path;
use std::process::{Child, ChildStdin, Command, Stdio};
use std::sync::mpsc::{Receiver, channel};
use std::time::Duration;

const PROGRAM: &str = "yaml-language-server";
/// A server that is silent for so long hangs.
const HANGS_AFTER: Duration = Duration::from_secs(60);

pub struct Server {
    child: Child,
    input: ChildStdin,
    messages: Receiver<Value>,
    /// What was found last in each file.
    found: HashMap<String, Vec<Value>>,
    asked: u64,
    /// The version of the text that was opened last: the server keeps what it read by it.
    version: u64,
    /// The section `yaml` of the settings.
    settings: Value,
    /// It has asked for them, and will read files by them.
    configured: bool,
}

impl Server {
    /// Starts one in a folder with the settings of VS Code. `None`, and a word about it, where it is not installed and
    /// not required.
    pub fn start(root: &Path, settings: &Value) -> Option<Server> {
        let mut command = Command::new(PROGRAM);
        command.arg("--stdio").stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::null());
        let mut child = match command.spawn() {
            Ok(child) => child,
            Err(error) => {
                let required = std::env::var("ONCALL_REQUIRE_YAML_LANGUAGE_SERVER").is_ok_and(|it| it == "1");
                assert!(!required, "{PROGRAM} is required: {error}");
                let why = format!("skipped: {PROGRAM} cannot be started ({error}): install npm's package");
                // Not `println!`, which a test that passes keeps to itself.
                let _ = writeln!(std::io::stderr(), "{why}");
                return None;
            }
        };
        let (tell, messages) = channel();
        let mut output = BufReader::new(child.stdout.take().unwrap());
        std::thread::spawn(move || {
            while let Some(message) = next(&mut output) {
                if tell.send(message).is_err() {
                    return;
                }
            }
        });
        let input = child.stdin.take().unwrap();
        let mut server = Server {
            child,
            input,
            messages,
            found: HashMap::new(),
            asked: 0,
            version: 0,
            settings: yaml(settings),
            configured: false,
        };
        server.greet(root);
        Some(server)
    }

    fn greet(&mut self, root: &Path) {
        let folder = json!({ "uri": uri(root), "name": "config" });
        let capabilities = json!({
            "workspace": { "configuration": true },
            "textDocument": {
                "completion": { "completionItem": { "snippetSupport": true, "documentationFormat": ["markdown"] } },
                "hover": { "contentFormat": ["markdown"] },
            },
        });
        self.ask("initialize", &json!({ "processId": null, "rootUri": uri(root), "capabilities": capabilities, "workspaceFolders": [folder] }));
        self.tell("initialized", &json!({}));
        while !self.configured {
            self.hear();
        }
    }

    /// Opens a file with this text, and gives what the server finds in it.
    pub fn open(&mut self, path: &Path, text: &str) -> Vec<Value> {
        let uri = uri(path);
        self.found.remove(&uri);
        self.version += 1;
        let document = json!({ "uri": uri, "languageId": "yaml", "version": self.version, "text": text });
        self.tell("textDocument/didOpen", &json!({ "textDocument": document }));
        while !self.found.contains_key(&uri) {
            self.hear();
        }
        self.found[&uri].clone()
    }

    /// Closes it, and hears that nothing is wrong in it any more: or that would be taken for news of the next text.
    pub fn close(&mut self, path: &Path) {
        let uri = uri(path);
        self.found.remove(&uri);
        self.tell("textDocument/didClose", &json!({ "textDocument": { "uri": uri } }));
        while !self.found.contains_key(&uri) {
            self.hear();
        }
    }

    /// What is offered at the cursor.
    pub fn completions(&mut self, path: &Path, text: &str) -> Vec<String> {
        let (before, after) = text.split_once(CURSOR).unwrap();
        self.open(path, &format!("{before}{after}"));
        let answer = self.ask("textDocument/completion", &place(path, before));
        self.close(path);
        let items = answer.get("items").unwrap_or(&answer).as_array().unwrap();
        items.iter().map(|item| item["label"].as_str().unwrap().to_owned()).collect()
    }

    /// What is said about the byte `at`.
    pub fn hover(&mut self, path: &Path, text: &str, at: usize) -> String {
        self.open(path, text);
        let answer = self.ask("textDocument/hover", &place(path, &text[..at]));
        self.close(path);
        answer["contents"]["value"].as_str().unwrap_or_default().to_owned()
    }

    fn ask(&mut self, method: &str, parameters: &Value) -> Value {
        self.asked += 1;
        let id = self.asked;
        self.send(&json!({ "jsonrpc": "2.0", "id": id, "method": method, "params": parameters }));
        loop {
            if let Some(answer) = self.hear().filter(|answer| answer["id"] == id) {
                assert!(answer.get("error").is_none(), "{method}: {answer}");
                return answer["result"].clone();
            }
        }
    }

    fn tell(&mut self, method: &str, parameters: &Value) {
        self.send(&json!({ "jsonrpc": "2.0", "method": method, "params": parameters }));
    }

    /// The next message, if it is an answer; findings are kept, and the server's questions answered.
    fn hear(&mut self) -> Option<Value> {
        let message = self.messages.recv_timeout(HANGS_AFTER).unwrap();
        match message.get("method").and_then(Value::as_str) {
            None => return Some(message),
            Some("textDocument/publishDiagnostics") => {
                let parameters = &message["params"];
                let found = parameters["diagnostics"].as_array().unwrap().clone();
                self.found.insert(parameters["uri"].as_str().unwrap().to_owned(), found);
            }
            Some(_) if message.get("id").is_some() => {
                let result = self.settings_for(&message);
                self.send(&json!({ "jsonrpc": "2.0", "id": message["id"], "result": result }));
            }
            Some(_) => {}
        }
        None
    }

    fn settings_for(&mut self, question: &Value) -> Value {
        if question["method"] != "workspace/configuration" {
            return Value::Null;
        }
        self.configured = true;
        let items = question["params"]["items"].as_array().unwrap();
        items
            .iter()
            .map(|it| if it["section"] == "yaml" { self.settings.clone() } else { Value::Null })
            .collect()
    }

    fn send(&mut self, message: &Value) {
        let body = message.to_string();
        write!(self.input, "Content-Length: {}\r\n\r\n{body}", body.len()).unwrap();
        self.input.flush().unwrap();
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// The settings of VS Code as the server asks for them; the store of schemas, which is on the network, is off.
fn yaml(settings: &Value) -> Value {
    let schemas = settings.get("yaml.schemas").cloned().unwrap_or(json!({}));
    json!({ "schemas": schemas, "schemaStore": { "enable": false }, "validate": true, "hover": true, "completion": true })
}

fn uri(path: &Path) -> String {
    format!("file://{}", path.display())
}

/// The end of `before`, in lines and UTF-16 units.
fn place(path: &Path, before: &str) -> Value {
    let line = before.matches('\n').count();
    let character = before.rsplit('\n').next().unwrap().encode_utf16().count();
    json!({ "textDocument": { "uri": uri(path) }, "position": { "line": line, "character": character } })
}

/// The next message; `None` at the end.
fn next(output: &mut impl BufRead) -> Option<Value> {
    let mut length = 0;
    loop {
        let mut line = String::new();
        if output.read_line(&mut line).ok()? == 0 {
            return None;
        }
        match line.trim().split_once(": ") {
            Some((name, value)) if name.eq_ignore_ascii_case("content-length") => {
                length = value.parse().ok()?
            }
            Some(_) => {}
            None => break,
        }
    }
    let mut body = vec![0; length];
    output.read_exact(&mut body).ok()?;
    serde_json::from_slice(&body).ok()
}
