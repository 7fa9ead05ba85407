//! The text in which Alertmanager and Grafana list alerts, unless a template of one's own says otherwise: what they send by
//! Amazon SNS.
//!
//! <https://github.com/prometheus/alertmanager/blob/main/template/default.tmpl> (`__text_alert_list`),
//! <https://grafana.com/docs/grafana/latest/alerting/configure-notifications/template-notifications/reference/>. Each alert has
//! `Labels:` and `Annotations:` of ` - name = value` lines, below a heading that says whether they fire. They become the JSON
//! that the webhook would have sent.

use serde_json::{Map, Value, json};

/// The lines that say that what follows fires, and that it is over.
const FIRING: [&str; 3] = ["Alerts Firing:", "**Firing**", "Firing"];
const RESOLVED: [&str; 3] = ["Alerts Resolved:", "**Resolved**", "Resolved"];
/// The addresses below an alert, and what the webhook calls them.
const URLS: [(&str, &str); 4] = [
    ("Source:", "generatorURL"),
    ("Silence:", "silenceURL"),
    ("Dashboard:", "dashboardURL"),
    ("Panel:", "panelURL"),
];

/// A list, and who wrote it.
#[derive(Debug)]
pub struct TextList {
    /// `{"alerts": […]}`, as the webhook has it.
    pub group: Value,
    /// Whether it is Grafana's.
    pub is_grafana: bool,
}

/// Reads a text; `None` where it is no such list. `is_over` says what holds where no heading does.
pub fn read(text: &str, is_over: bool) -> Option<TextList> {
    let has = |line: &str| text.lines().any(|other| other.trim() == line);
    let is_headed = FIRING.iter().chain(&RESOLVED).any(|heading| has(heading));
    if !has("Labels:") || !(is_headed || has("Annotations:")) {
        return None;
    }
    let mut list = List { status: if is_over { "resolved" } else { "firing" }, ..List::default() };
    text.lines().for_each(|line| list.line(line));
    let is_grafana = has("**Firing**") || has("**Resolved**") || list.alerts.iter().any(is_of_grafana);
    let alerts: Vec<Value> = list.alerts.into_iter().map(Value::Object).collect();
    Some(TextList { group: json!({ "alerts": alerts }), is_grafana })
}

fn is_of_grafana(alert: &Map<String, Value>) -> bool {
    alert.contains_key("silenceURL")
        || alert
            .get("generatorURL")
            .and_then(Value::as_str)
            .is_some_and(|url| url.contains("/alerting/grafana/"))
}

#[derive(Debug, Default)]
struct List {
    alerts: Vec<Map<String, Value>>,
    status: &'static str,
    /// `labels` or `annotations`, while its lines last.
    section: Option<&'static str>,
    /// The name of the last line, whose value may have more lines.
    name: String,
    /// The values that Grafana says in front of an alert.
    values: Option<String>,
}

impl List {
    fn line(&mut self, line: &str) {
        let trimmed = line.trim();
        if FIRING.contains(&trimmed) || RESOLVED.contains(&trimmed) {
            self.status = if FIRING.contains(&trimmed) { "firing" } else { "resolved" };
            self.section = None;
        } else if let Some(values) = line.strip_prefix("Value:") {
            (self.values, self.section) = (Some(values.trim().to_owned()), None);
        } else if trimmed == "Labels:" {
            self.begin();
        } else if trimmed == "Annotations:" {
            self.section = Some("annotations");
            self.name.clear();
        } else if let Some((mark, name)) = URLS.iter().find(|(mark, _)| line.starts_with(mark)) {
            let url = line.strip_prefix(mark).unwrap_or_default().trim();
            if let Some(alert) = self.alerts.last_mut().filter(|_| !url.is_empty()) {
                alert.insert((*name).to_owned(), Value::from(url));
            }
            self.section = None;
        } else if let Some(section) = self.section {
            self.member(section, line);
        }
    }

    fn begin(&mut self) {
        let mut alert = Map::new();
        alert.insert("status".to_owned(), Value::from(self.status));
        alert.insert("labels".to_owned(), json!({}));
        alert.insert("annotations".to_owned(), json!({}));
        alert.extend(self.values.take().map(|values| ("valueString".to_owned(), Value::from(values))));
        self.alerts.push(alert);
        self.section = Some("labels");
        self.name.clear();
    }

    /// ` - name = value`, or another line of the value before.
    fn member(&mut self, section: &str, line: &str) {
        let members =
            self.alerts.last_mut().and_then(|alert| alert.get_mut(section)).and_then(Value::as_object_mut);
        let Some(members) = members else { return };
        let pair = line.trim_start().strip_prefix("- ").and_then(|pair| pair.split_once(" = "));
        match pair.filter(|(name, _)| !name.contains(' ')) {
            Some((name, value)) => {
                members.insert(name.to_owned(), Value::from(value.trim_end()));
                self.name = name.to_owned();
            }
            None => {
                if let Some(Value::String(value)) = members.get_mut(&self.name) {
                    value.push('\n');
                    value.push_str(line);
                }
            }
        }
    }
}
