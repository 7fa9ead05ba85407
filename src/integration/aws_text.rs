//! What AWS services publish to an SNS topic in words: CloudFormation, Backup, Elastic Beanstalk.
//!
//! Each has a state in it and names the thing it is about. Any other words are read by their subject.

use super::aws_notice::Said;
use super::aws_state;
use crate::alert::Action;

/// The message of a service, if it is one that is known.
pub fn read(text: &str) -> Option<Said> {
    [stack, backup, environment].iter().find_map(|read| read(text))
}

/// `ResourceStatus='CREATE_COMPLETE'`, a line for each member.
/// <https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/cfn-console-add-tags.html>
fn stack(text: &str) -> Option<Said> {
    let of = |name: &str| {
        let line = text.lines().find_map(|line| line.trim().strip_prefix(name)?.strip_prefix("='"));
        line.map(|value| value.trim_end_matches('\'')).filter(|value| !value.is_empty())
    };
    let (stack, state) = (of("StackId")?, of("ResourceStatus")?);
    let resource = of("LogicalResourceId").unwrap_or_default();
    let name = of("StackName").unwrap_or(stack);
    let why = of("ResourceStatusReason").map(|why| format!(": {why}")).unwrap_or_default();
    let summary = if resource == name { String::new() } else { format!(" {resource}") };
    Some(Said {
        summary: format!("CloudFormation: {name}{summary} {state}{why}"),
        key: format!("CloudFormation/{stack}/{resource}"),
        action: aws_state::action(state),
        severity: None,
        state: state.to_owned(),
    })
}

/// `An AWS Backup job was completed successfully. … Resource ARN : arn:… . …`
fn backup(text: &str) -> Option<Said> {
    let first = text.lines().map(str::trim).find(|line| !line.is_empty())?;
    let job = ["An AWS Backup ", "Your AWS Backup "].iter().find_map(|start| first.strip_prefix(start))?;
    let kind = job.split(' ').next().unwrap_or("job");
    let (_, rest) = text.split_once("Resource ARN")?;
    let arn = rest.trim_start_matches([' ', ':']).split_whitespace().next()?.trim_end_matches(['.', ',']);
    let is = |word: &str| first.contains(word);
    let (action, state) = match () {
        () if is("success") || is("was completed") && !is("fail") => (Action::Resolve, "COMPLETED"),
        () if is("was started") || is("has started") => (Action::Note, "STARTED"),
        () if is("fail") => (Action::Trigger, "FAILED"),
        () => (Action::Trigger, "unknown"),
    };
    Some(Said {
        summary: format!("AWS Backup: {} {state}", arn.rsplit([':', '/']).next().unwrap_or(arn)),
        key: format!("AWS Backup/{kind}/{arn}"),
        action,
        severity: None,
        state: state.to_owned(),
    })
}

/// `Message: Environment health has transitioned from Ok to Severe. …` and below it `Environment: shop`.
fn environment(text: &str) -> Option<Said> {
    let of = |name: &str| text.lines().find_map(|line| line.trim().strip_prefix(name)).map(str::trim);
    let (message, name) = (of("Message:")?, of("Environment:")?);
    let (_, change) = message.split_once("health has transitioned from ")?;
    let state = change.split_once(" to ")?.1.split(['.', ' ']).next()?;
    let action = match state {
        "Ok" | "Info" => Action::Resolve,
        "Pending" | "Suspended" => Action::Note,
        _ => Action::Trigger,
    };
    Some(Said {
        summary: format!("Elastic Beanstalk: {name}: {message}"),
        key: format!("Elastic Beanstalk/{name}/health"),
        action,
        severity: None,
        state: state.to_owned(),
    })
}
