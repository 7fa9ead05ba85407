//! `oncall offer`: a shift that somebody cannot do, for others to accept, at a running server.

use super::remote::{ENVIRONMENT, Question, Server, clock, spoken_by};
use super::silence::{End, List, columns, ids, said};
use super::table::table;
use super::watch::Items;
use super::{Output, complete};
use crate::language::commands::{Column, no_offers};
use anyhow::Result;
use serde_json::{Value, json};

/// Offer a shift to others, and accept what is offered, at a running server
#[derive(Debug, clap::Args)]
pub struct Arguments {
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, clap::Subcommand)]
enum Command {
    /// Offer a shift: whoever accepts first has it
    #[command(after_help = ENVIRONMENT)]
    Add(Add),
    /// Accept one: you are on call instead of whoever offered it
    #[command(after_help = ENVIRONMENT)]
    Accept(Accept),
    /// List those that nobody has accepted yet
    #[command(after_help = ENVIRONMENT)]
    List(List),
    /// Take one back
    #[command(after_help = ENVIRONMENT)]
    End(End),
}

#[derive(Debug, clap::Args)]
struct Add {
    /// The schedule
    #[arg(add = complete::schedules())]
    schedule: String,
    /// Whose shift it is
    #[arg(add = complete::users(), long, value_name = "ID", env = "ONCALL_USER")]
    user: String,
    /// From then: `18:00`, `sat 10:00`, or RFC 3339
    #[arg(long, value_name = "T")]
    from: String,
    /// Until then
    #[arg(long, value_name = "T", required_unless_present = "lasts")]
    until: Option<String>,
    /// For so long: `2h`, `1d`
    #[arg(long = "for", id = "lasts", value_name = "D", conflicts_with = "until")]
    lasts: Option<String>,
    /// To whom; separate several with commas [default: everybody who takes turns on the schedule]
    #[arg(add = complete::users(), long, value_name = "USERS", value_delimiter = ',')]
    to: Vec<String>,
    /// Why, for those who are asked
    #[arg(long, value_name = "TEXT")]
    reason: Option<String>,
    #[command(flatten)]
    server: Server,
}

#[derive(Debug, clap::Args)]
struct Accept {
    /// Its number, as `list` shows it
    id: u64,
    /// Who accepts
    #[arg(add = complete::users(), long, value_name = "ID", env = "ONCALL_USER")]
    user: String,
    /// Do it although something warns of it
    #[arg(long)]
    confirm: bool,
    #[command(flatten)]
    server: Server,
}

pub(super) fn run(arguments: &Arguments) -> Result<Output> {
    match &arguments.command {
        Command::Add(add) => {
            let to = (!add.to.is_empty()).then_some(&add.to);
            let body = json!({
                "schedule": add.schedule, "user": add.user, "from": add.from, "until": add.until, "for": add.lasts, "to": to,
                "reason": add.reason,
            });
            add.server.ask(&Question::post("/v1/offers", body), said)
        }
        Command::Accept(Accept { id, user, confirm, server }) => {
            let body = json!({ "user": user, "confirm": confirm });
            server.ask(&Question::post(&format!("/v1/offers/{id}/accept"), body), said)
        }
        Command::List(list) => {
            let items = Items { list: "offers", name: "id", line };
            list.watch.ask(&list.server, &Question::get("/v1/offers"), items, text)
        }
        Command::End(end) => end.run("offers"),
    }
}

fn line(it: &Value, answer: &Value) -> String {
    let said = |key: &str| it[key].as_str().unwrap_or_default();
    let (from, until) = (clock(&it["from"], answer), clock(&it["until"], answer));
    format!("{}  {}  {}  {from} - {until}  {}", it["id"], said("schedule"), said("user"), said("reason"))
}

fn text(answer: &Value) -> String {
    let all = answer["offers"].as_array().map(Vec::as_slice).unwrap_or_default();
    if all.is_empty() {
        return format!("{}\n", no_offers().of(spoken_by(answer)));
    }
    let row = |it: &Value| {
        let said = |key: &str| it[key].as_str().unwrap_or_default().to_owned();
        let when = format!("{}\n{}", clock(&it["from"], answer), clock(&it["until"], answer));
        [it["id"].to_string(), said("schedule"), said("user"), when, ids(&it["to"]), said("reason")]
    };
    let columns = columns(
        [Column::Id, Column::Schedule, Column::InsteadOf, Column::FromUntil, Column::To, Column::Why],
        answer,
    );
    table(columns.each_ref().map(String::as_str), &[0, 3], all.iter().map(row))
}
