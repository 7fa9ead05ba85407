//! What the events of AWS services are about, by the thing and not by the message: `FAILED` and, hours later, `SUCCEEDED` of
//! one pipeline are one problem and its end.
//!
//! A table of sources: where each names the thing and its state, and which states of it mean more than the words say. What is
//! not in the table is read by the same rules with the names that most share.
//! <https://docs.aws.amazon.com/eventbridge/latest/ref/events-ref.html>

use super::aws_state;
use super::json;
use crate::alert::Action;
use serde_json::Value;

/// How the events of one source say what they are about.
#[derive(Clone, Copy, Debug)]
struct Kind {
    /// The event's `source`.
    source: &'static str,
    /// The members that name the thing, from the largest to the smallest; those that are there.
    names: &'static [&'static str],
    /// Where its state is.
    state: &'static [&'static str],
    /// States that say that it is well, beside those that every service calls so.
    over: &'static [&'static str],
    /// States that somebody wanted.
    meant: &'static [&'static str],
    /// All that this source tells of a thing is one matter, whatever its events are called.
    one_matter: bool,
    /// What stands before the last word of a state is what it is about: `VPN-CONNECTION-IPSEC-DOWN`.
    named_by_state: bool,
}

const KIND: Kind = Kind {
    source: "",
    names: &[],
    state: &STATE,
    over: &[],
    meant: &[],
    one_matter: false,
    named_by_state: false,
};

/// The last words by which the name of an event says its state, the longer ones first.
const NAMED_STATES: [&str; 14] = [
    "Approaching Expiration",
    "Renewal Action Required",
    "Unsuccessful",
    "Successful",
    "Succeeded",
    "Success",
    "Failure",
    "Failed",
    "Completed",
    "Available",
    "Expired",
    "Closed",
    "Opened",
    "Open",
];

/// Where most have their state.
const STATE: [&str; 10] = [
    "/state",
    "/status",
    "/build-status",
    "/lastStatus",
    "/state/name",
    "/status-details/status",
    "/newEvaluationResult/complianceType",
    "/currentState",
    "/result",
    "/new-state/status",
];

const KINDS: [Kind; 33] = [
    Kind {
        source: "aws.codepipeline",
        names: &["pipeline", "stage", "action"],
        meant: &["STOPPED", "ABANDONED"],
        ..KIND
    },
    Kind {
        source: "aws.codebuild",
        names: &["project-name", "completed-phase"],
        state: &["/build-status", "/completed-phase-status"],
        meant: &["STOPPED"],
        ..KIND
    },
    Kind {
        source: "aws.codedeploy",
        names: &["application", "deploymentGroup", "instanceId"],
        meant: &["STOP", "STOPPED"],
        ..KIND
    },
    Kind {
        source: "aws.backup",
        names: &["backupVaultName", "resourceArn", "createdBy/backupPlanId"],
        over: &["MODIFIED", "CREATED"],
        ..KIND
    },
    Kind { source: "aws.states", names: &["stateMachineArn"], ..KIND },
    Kind { source: "aws.batch", names: &["jobQueue", "jobName"], ..KIND },
    Kind { source: "aws.glue", names: &["jobName", "crawlerName"], meant: &["STOPPED"], ..KIND },
    Kind { source: "aws.ec2", names: &["instance-id", "source"], over: &["RUNNING"], ..KIND },
    Kind { source: "aws.autoscaling", names: &["AutoScalingGroupName"], state: &["/StatusCode"], ..KIND },
    Kind { source: "aws.config", names: &["configRuleName", "resourceType", "resourceId"], ..KIND },
    Kind { source: "aws.trustedadvisor", names: &["check-name", "resource_id"], over: &["INFO"], ..KIND },
    Kind {
        source: "aws.ssm",
        names: &["Definition", "document-name", "window-id", "instance-id"],
        state: &["/Status", "/status"],
        ..KIND
    },
    Kind {
        source: "aws.cloudformation",
        names: &["stack-id", "logical-resource-id"],
        state: &["/status-details/status", "/status-details/detection-status"],
        ..KIND
    },
    Kind { source: "aws.emr", names: &["clusterId", "name"], over: &["TERMINATED"], ..KIND },
    Kind {
        source: "aws.sagemaker",
        names: &["EndpointName", "PipelineExecutionDescription", "ModelName"],
        over: &["INSERVICE"],
        ..KIND
    },
    Kind {
        source: "aws.ecr",
        names: &["repository-name", "image-digest"],
        state: &["/scan-status", "/result"],
        ..KIND
    },
    Kind { source: "aws.datasync", names: &[], state: &["/State"], over: &["SUCCESS"], ..KIND },
    Kind { source: "aws.mediaconvert", names: &["queue"], ..KIND },
    Kind {
        source: "aws.transfer",
        names: &["server-id", "connector-id", "workflow-id", "username", "file-path"],
        ..KIND
    },
    Kind {
        source: "aws.dms",
        state: &["/eventType"],
        over: &["REPLICATION_TASK_STARTED", "REPLICATION_TASK_RESUMED"],
        named_by_state: true,
        ..KIND
    },
    Kind { source: "aws.acm", one_matter: true, ..KIND },
    Kind { source: "aws.devops-guru", names: &["insightId"], one_matter: true, ..KIND },
    Kind {
        source: "aws.medialive",
        names: &["channel_arn", "alarm_id"],
        state: &["/alarm_state", "/state"],
        ..KIND
    },
    Kind {
        source: "aws.elasticbeanstalk",
        names: &["ApplicationName", "EnvironmentName"],
        meant: &["INFO"],
        ..KIND
    },
    Kind { source: "aws.fis", names: &["experiment-template-id"], ..KIND },
    Kind {
        source: "aws.networkmanager",
        state: &["/change-type"],
        over: &[
            "VPN-CONNECTION-IPSEC-UP",
            "VPN-CONNECTION-BGP-UP",
            "VPN-CONNECTION-BGP-ESTABLISHED",
            "CONNECT-PEER-BGP-UP",
            "CONNECT-PEER-BGP-ESTABLISHED",
        ],
        named_by_state: true,
        ..KIND
    },
    Kind { source: "aws.drs", names: &[], state: &["/state"], over: &["NORMAL"], ..KIND },
    Kind { source: "aws.databrew", names: &["jobName"], meant: &["STOPPED"], ..KIND },
    Kind { source: "aws.transcribe", names: &["TranscriptionJobName"], ..KIND },
    Kind { source: "aws.imagebuilder", names: &["image-pipeline-arn"], state: &["/state/status"], ..KIND },
    Kind { source: "aws.amplify", names: &["appId", "branchName"], state: &["/jobStatus"], ..KIND },
    Kind { source: "aws.synthetics", names: &["canary-name"], state: &["/test-run-status"], ..KIND },
    Kind { source: "aws.apprunner", names: &["serviceName"], state: &["/operationStatus"], ..KIND },
];

/// A thing in a state.
#[derive(Debug)]
pub struct Thing {
    /// The same for all its states.
    pub key: String,
    /// As people call it.
    pub name: String,
    pub state: String,
    pub action: Action,
}

/// The thing that an event is about and its state; `None` where it names no state.
pub fn of(source: &str, kind: &str, detail: &Value, resource: Option<&str>) -> Option<Thing> {
    let state = match named_by(kind) {
        Some(words) => words.into(),
        None => aws_state::named(detail, row(source).state)?,
    };
    Some(in_state(source, kind, detail, resource, &state))
}

fn row(source: &str) -> Kind {
    KINDS.iter().find(|known| known.source == source).copied().unwrap_or(KIND)
}

/// The state in the name of an event.
fn named_by(kind: &str) -> Option<&'static str> {
    NAMED_STATES.into_iter().find(|words| kind.ends_with(words))
}

/// The thing that an event is about, in a state that is known already.
pub fn in_state(source: &str, kind: &str, detail: &Value, resource: Option<&str>, state: &str) -> Thing {
    let row = row(source);
    let names: Vec<String> = row
        .names
        .iter()
        .filter_map(|name| json::at(detail, &format!("/{name}")))
        .map(|text| text.into_owned())
        .collect();
    let mut names = if names.is_empty() { guessed(detail, resource) } else { names };
    let name = names.iter().map(|name| short(name)).collect::<Vec<_>>().join("/");
    if row.named_by_state
        && let Some((about, _)) = state.rsplit_once(['-', '_'])
    {
        names.push(about.to_owned());
    }
    let kind = kind.strip_suffix(named_by(kind).unwrap_or_default()).unwrap_or(kind);
    let kind = kind.trim_end_matches([' ', '-']);
    let is = |list: &[&str]| list.iter().any(|word| word.eq_ignore_ascii_case(state));
    let action = match state {
        _ if is(row.over) => Action::Resolve,
        _ if is(row.meant) => Action::Note,
        state => aws_state::action(state),
    };
    let matter = if row.one_matter { "" } else { kind };
    let key = if names.is_empty() { String::new() } else { format!("{source}/{matter}/{}", names.join("/")) };
    Thing { key, name, state: state.to_owned(), action }
}

/// The resource, and the members that are called names; without any, the ids. What names one run of a thing is not the thing.
fn guessed(detail: &Value, resource: Option<&str>) -> Vec<String> {
    const RUNS: [&str; 8] = ["execution", "run", "attempt", "request", "event", "message", "build", "user"];
    let members = json::scalars(Some(detail));
    let resource = resource.map(|arn| arn.split_once("/execution/").map_or(arn, |(task, _)| task));
    let called = |ends: &[&str]| -> Vec<String> {
        let is_so = |name: &str| {
            let name = name.to_ascii_lowercase();
            ends.iter().any(|end| name.ends_with(end)) && !RUNS.iter().any(|run| name.contains(run))
        };
        members.iter().filter(|(name, _)| is_so(name)).map(|(_, value)| value.clone()).collect()
    };
    let names: Vec<String> =
        resource.map(str::to_owned).into_iter().chain(called(&["name", "arn"])).collect();
    if names.is_empty() { called(&["id"]) } else { names }
}

/// The end of an ARN, or of a stack's.
pub fn short(name: &str) -> &str {
    if !name.starts_with("arn:") {
        return name;
    }
    let rest = name.splitn(6, ':').last().unwrap_or(name);
    match rest.strip_prefix("stack/").and_then(|stack| stack.split('/').next()) {
        Some(stack) => stack,
        None => rest.rsplit(':').next().unwrap_or(rest),
    }
}
