//! Services whose events say more than a state: containers (ECS), of which a stop may be meant, databases (RDS), whose events are
//! numbered, images (ECR), of which a scan that is complete may have found something, and environments (Elastic Beanstalk), whose
//! health is in a sentence.
//!
//! <https://docs.aws.amazon.com/AmazonECS/latest/developerguide/ecs_cwe_events.html>,
//! <https://docs.aws.amazon.com/AmazonRDS/latest/UserGuide/USER_Events.Messages.html>

use super::aws_things::{Thing, short};
use super::{aws_state, json};
use crate::alert::Action;
use serde_json::Value;

/// RDS events that are no trouble, by number: backups, snapshots and changes that somebody made.
const CALM: [u16; 21] = [1, 2, 5, 11, 12, 14, 16, 17, 18, 24, 25, 28, 29, 30, 32, 40, 42, 90, 91, 92, 170];

/// RDS events that belong together, and those of them that say that it is over.
const ENDED: [(&str, &[u16], &[u16]); 4] = [
    ("availability", &[4, 87], &[6, 88]),
    ("recovery", &[20, 62, 66], &[21, 65]),
    ("failover", &[13, 15, 50, 72, 73], &[49, 51, 71]),
    ("replication", &[45], &[46]),
];

/// What an ECS event is about.
pub fn container(kind: &str, detail: &Value, resource: Option<&str>) -> Option<Thing> {
    if kind.contains("Task State Change") {
        return task(detail, resource);
    }
    let event = json::text(detail, "eventName")?;
    let level = json::text(detail, "eventType").unwrap_or_default();
    let action = match &*event {
        "SERVICE_STEADY_STATE" | "SERVICE_DEPLOYMENT_COMPLETED" => Action::Resolve,
        _ if level == "INFO" => Action::Note,
        _ => Action::Trigger,
    };
    let resource = resource.unwrap_or_default();
    let is_deployment = event.starts_with("SERVICE_DEPLOYMENT");
    let about = if is_deployment { "deployment" } else { "service" };
    let name = short(resource).trim_start_matches("service/").to_owned();
    Some(Thing { key: format!("aws.ecs/{about}/{resource}"), name, state: event.into_owned(), action })
}

/// A task that stopped by itself failed, unless all of its containers ended with 0.
fn task(detail: &Value, resource: Option<&str>) -> Option<Thing> {
    let state = json::text(detail, "lastStatus")?.into_owned();
    let cluster = json::text(detail, "clusterArn").unwrap_or_default();
    let group = json::text(detail, "group").or(resource.map(Into::into))?;
    let code = json::text(detail, "stopCode").unwrap_or_default();
    let meant = ["UserInitiated", "ServiceSchedulerInitiated"].contains(&&*code);
    let ended = json::list(detail, "containers").iter().filter_map(|it| json::text(it, "exitCode"));
    let ended: Vec<_> = ended.collect();
    let failed = ended.iter().any(|code| code != "0");
    let action = match &*state {
        "STOPPED" if meant && !failed => Action::Note,
        "STOPPED" if code == "EssentialContainerExited" && !failed && !ended.is_empty() => Action::Resolve,
        "STOPPED" => Action::Trigger,
        _ => Action::Note,
    };
    let container = json::list(detail, "containers").iter().find(|it| {
        json::text(it, "exitCode").is_some_and(|code| code != "0") || json::text(it, "reason").is_some()
    });
    let part = container.and_then(|it| json::text(it, "name")).unwrap_or_default();
    let name = format!("{} {part}", group.trim_start_matches("service:").trim_start_matches("family:"));
    Some(Thing {
        key: format!("aws.ecs/task/{cluster}/{group}"),
        name: name.trim_end().to_owned(),
        state,
        action,
    })
}

/// What an RDS event is about: `id` ends in `RDS-EVENT-0049`, `database` is its name or ARN.
pub fn database(id: &str, database: &str, message: &str) -> Thing {
    let number = id.rsplit("RDS-EVENT-").next().and_then(|number| number.parse::<u16>().ok()).unwrap_or(0);
    let group = ENDED.iter().find(|(_, begun, over)| begun.contains(&number) || over.contains(&number));
    let (about, action) = match group {
        Some((about, _, over)) if over.contains(&number) => ((*about).to_owned(), Action::Resolve),
        Some((about, ..)) => ((*about).to_owned(), Action::Trigger),
        None if CALM.contains(&number) => (number.to_string(), Action::Note),
        None => (number.to_string(), Action::Trigger),
    };
    let state = message.split_whitespace().collect::<Vec<_>>().join(" ");
    Thing {
        key: format!("aws.rds/{database}/{about}"),
        name: short(database).to_owned(),
        state: crate::alert::cut(&state, aws_state::REASON_MAX),
        action,
    }
}

/// A scan that found something critical or high is a failure, however well it went.
pub fn scan(thing: Thing, detail: &Value) -> Thing {
    let counts = detail.get("finding-severity-counts");
    let of = |name: &str| counts.and_then(|it| it.get(name)).and_then(Value::as_u64).unwrap_or(0);
    let found = [("critical", of("CRITICAL")), ("high", of("HIGH"))];
    let found: Vec<String> =
        found.iter().filter(|(_, count)| *count > 0).map(|(name, count)| format!("{count} {name}")).collect();
    if found.is_empty() {
        return thing;
    }
    Thing { state: format!("{}: {}", thing.state, found.join(", ")), action: Action::Trigger, ..thing }
}

/// The health of an environment: `… has transitioned from Ok to Severe. …`. `None` where the event is about something else.
pub fn health(detail: &Value) -> Option<String> {
    let message = json::text(detail, "Message")?;
    let (_, rest) = message.split_once(" transitioned from ")?;
    let (_, rest) = rest.split_once(" to ")?;
    let word: String = rest.chars().take_while(char::is_ascii_alphabetic).collect();
    (!word.is_empty()).then_some(word)
}
