//! `oncall take`, `oncall away` and `oncall back`: who stands in for whom, at a running server.

use super::remote::{ENVIRONMENT, Question, Server, segment};
use super::silence::said;
use super::{Output, complete};
use anyhow::Result;
use clap::builder::ArgPredicate;
use serde_json::json;

/// Be on call on a schedule instead of whoever is, at a running server
#[derive(Debug, clap::Args)]
#[command(after_help = ENVIRONMENT)]
pub struct Take {
    /// The schedule
    #[arg(add = complete::schedules())]
    schedule: String,
    /// Who takes over
    #[arg(add = complete::users(), long, value_name = "ID", env = "ONCALL_USER")]
    user: String,
    /// Until then: `2h`, `18:00`, `tomorrow 10:00`, RFC 3339, or `handoff`
    #[arg(
        long,
        value_name = "T",
        default_value_if("lasts", ArgPredicate::IsPresent, None),
        default_value = "handoff"
    )]
    until: Option<String>,
    /// For so long: `2h`, `30m`
    #[arg(long = "for", id = "lasts", value_name = "D", conflicts_with = "until")]
    lasts: Option<String>,
    /// Relieve only this person
    #[arg(add = complete::users(), long, value_name = "ID")]
    replace: Option<String>,
    /// Do it although something warns of it
    #[arg(long)]
    confirm: bool,
    #[command(flatten)]
    server: Server,
}

/// Be off call for a while everywhere, at a running server
#[derive(Debug, clap::Args)]
#[command(after_help = ENVIRONMENT)]
pub struct Away {
    /// Who is away
    #[arg(add = complete::users(), long, value_name = "ID", env = "ONCALL_USER")]
    user: String,
    /// From then [default: now]
    #[arg(long, value_name = "T")]
    from: Option<String>,
    /// Until then: `2h`, `18:00`, `tomorrow 10:00`, or RFC 3339
    #[arg(long, value_name = "T", required_unless_present = "lasts")]
    until: Option<String>,
    /// For so long: `2h`, `3d`
    #[arg(long = "for", id = "lasts", value_name = "D", conflicts_with = "until")]
    lasts: Option<String>,
    /// Who stands in
    #[arg(add = complete::users(), long, value_name = "ID")]
    cover: Option<String>,
    /// Do it although something warns of it
    #[arg(long)]
    confirm: bool,
    #[command(flatten)]
    server: Server,
}

/// Be on call again, after `oncall away`
#[derive(Debug, clap::Args)]
#[command(after_help = ENVIRONMENT)]
pub struct Back {
    /// Who is back
    #[arg(add = complete::users(), long, value_name = "ID", env = "ONCALL_USER")]
    user: String,
    #[command(flatten)]
    server: Server,
}

pub(super) fn take(arguments: &Take) -> Result<Output> {
    let path = format!("/v1/schedules/{}/take", segment(&arguments.schedule));
    let body = json!({
        "user": arguments.user, "until": arguments.until, "for": arguments.lasts, "replace": arguments.replace, "confirm": arguments.confirm,
    });
    arguments.server.ask(&Question::post(&path, body), said)
}

pub(super) fn away(arguments: &Away) -> Result<Output> {
    let body = json!({
        "user": arguments.user, "from": arguments.from, "until": arguments.until, "for": arguments.lasts, "cover": arguments.cover,
        "confirm": arguments.confirm,
    });
    arguments.server.ask(&Question::post("/v1/absences", body), said)
}

pub(super) fn back(arguments: &Back) -> Result<Output> {
    let user: Vec<String> = arguments.user.split('/').map(segment).collect();
    arguments.server.ask(&Question::delete(&format!("/v1/absences/{}", user.join("/"))), said)
}
