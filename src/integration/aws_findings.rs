//! Findings of AWS's security services, as EventBridge tells them: GuardDuty, Security Hub, Inspector, Macie, Access Analyzer.
//!
//! One finding is told again and again: its own id is the key, so an update is an update. How bad it is is said on the scale of
//! each service. <https://docs.aws.amazon.com/guardduty/latest/ug/guardduty_findings-severity.html>,
//! <https://docs.aws.amazon.com/securityhub/latest/userguide/asff-required-attributes.html#Severity>

use super::bounds::few;
use super::json;
use crate::alert::{Action, Event, Severity};
use serde_json::Value;

/// Where a finding says what it is, in each service's own words.
#[derive(Clone, Copy, Debug)]
struct Shape {
    source: &'static str,
    /// How the event's type ends.
    kind: &'static str,
    id: &'static [&'static str],
    title: &'static [&'static str],
    severity: &'static [&'static str],
    /// What says that it is over, by its value.
    status: &'static [&'static str],
}

const SHAPES: [Shape; 5] = [
    Shape {
        source: "aws.guardduty",
        kind: "Finding",
        id: &["/id"],
        title: &["/title", "/type"],
        severity: &["/severity"],
        status: &["/service/archived"],
    },
    Shape {
        source: "aws.securityhub",
        kind: "",
        id: &["/Id", "/metadata/uid", "/finding_info/uid"],
        title: &["/Title", "/finding_info/title"],
        severity: &["/Severity/Label", "/severity", "/Severity/Normalized"],
        status: &["/Workflow/Status", "/RecordState", "/Compliance/Status", "/status"],
    },
    Shape {
        source: "aws.inspector2",
        kind: "Finding",
        id: &["/findingArn"],
        title: &["/title"],
        severity: &["/severity"],
        status: &["/status"],
    },
    Shape {
        source: "aws.macie",
        kind: "Finding",
        id: &["/id"],
        title: &["/title", "/type"],
        severity: &["/severity/description", "/severity/score"],
        status: &["/archived"],
    },
    Shape {
        source: "aws.access-analyzer",
        kind: "Finding",
        id: &["/id"],
        title: &["/resource"],
        severity: &[],
        status: &["/status"],
    },
];

/// The findings in an event's details, each as `event` with its own words; `None` where it is no event about findings.
pub fn read(source: &str, kind: &str, detail: &Value, event: &Event) -> Option<Vec<Event>> {
    let shape = SHAPES.iter().find(|shape| shape.source == source && kind.ends_with(shape.kind))?;
    match detail.get("findings").and_then(Value::as_array) {
        Some(findings) => {
            let (findings, left_out) = few(findings);
            let events = findings.iter().filter_map(|finding| shape.read(finding, event, findings.len()));
            Some(events.chain(left_out).collect()).filter(|events: &Vec<Event>| !events.is_empty())
        }
        None => Some(vec![shape.read(detail, event, 1)?]),
    }
}

impl Shape {
    fn read(&self, finding: &Value, event: &Event, of: usize) -> Option<Event> {
        let at = |pointers: &[&str]| pointers.iter().find_map(|pointer| json::at(finding, pointer));
        let id = at(self.id)?;
        let severity = at(self.severity).and_then(|text| severity(self.source, &text));
        let mut labels = event.labels.clone();
        let named = [("severity", severity.map(Severity::as_str)), ("finding", Some(&*id))];
        labels
            .extend(named.into_iter().filter_map(|(name, value)| Some((name.to_owned(), value?.to_owned()))));
        labels.extend(
            json::first(finding, &["type", "Type"]).map(|kind| ("type".to_owned(), kind.into_owned())),
        );
        let resource = at(&["/Resources/0/Id", "/resources/0/id", "/resources/0/uid", "/resource"]);
        let words = at(&["/description", "/Description", "/finding_info/desc"]).unwrap_or_default();
        Some(Event {
            action: self.action(finding),
            // The id of the event that brought it would make several findings of one event the same.
            message_id: event
                .message_id
                .clone()
                .map(|event| if of == 1 { event } else { format!("{event} {id}") }),
            dedup_key: format!("{}/{id}", self.source),
            summary: at(self.title).map_or_else(|| event.summary.clone(), |title| self.title(&title)),
            description: if of == 1 { event.description.clone() } else { words.into_owned() },
            source: resource.map_or_else(|| event.source.clone(), |resource| resource.into_owned()),
            severity,
            labels,
            ..event.clone()
        })
    }

    fn title(&self, title: &str) -> String {
        if self.source == "aws.access-analyzer" {
            format!("Access Analyzer: {title} can be reached from outside")
        } else {
            title.to_owned()
        }
    }

    /// Archived, resolved, suppressed by somebody, or a check that passes now.
    fn action(&self, finding: &Value) -> Action {
        const OVER: [&str; 6] = ["RESOLVED", "ARCHIVED", "PASSED", "CLOSED", "SUPPRESSED", "TRUE"];
        let said = self.status.iter().filter_map(|pointer| json::at(finding, pointer));
        let is_over = said.map(|word| word.to_ascii_uppercase()).any(|word| OVER.contains(&word.as_str()));
        if is_over { Action::Resolve } else { Action::Trigger }
    }
}

/// On the scale of each service: GuardDuty and Macie from 1 to 10, Security Hub by labels or from 0 to 100.
fn severity(source: &str, text: &str) -> Option<Severity> {
    let Ok(number) = text.parse::<f64>() else {
        return Severity::parse(if text.eq_ignore_ascii_case("untriaged") { "warning" } else { text });
    };
    let scale: [f64; 3] = match source {
        "aws.securityhub" => [90.0, 70.0, 40.0],
        "aws.guardduty" => [7.0, 7.0, 4.0],
        _ => [9.0, 7.0, 4.0],
    };
    let levels = [Severity::Critical, Severity::Error, Severity::Warning];
    let level = scale.iter().zip(levels).find(|(least, _)| number >= **least);
    Some(level.map_or(Severity::Info, |(_, level)| level))
}
