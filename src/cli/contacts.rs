//! `oncall contacts vcard`: a contact card of every number that calls or texts, so that phones let them through.

use super::Output;
use super::directory::Directory;
use super::spoken::no;
use crate::config::Organisation;
use crate::language::failed::no_numbers;
use anyhow::Result;
use std::collections::BTreeSet;

/// The numbers that call and text people, for their address books
#[derive(Debug, clap::Args)]
pub struct Arguments {
    #[command(subcommand)]
    command: Kind,
}

#[derive(Debug, clap::Subcommand)]
enum Kind {
    /// Print a contact card (vCard) with every number that calls or texts
    ///
    /// On an iPhone, Emergency Bypass of that contact lets them through Do Not Disturb; on Android, a star.
    Vcard(Vcard),
}

#[derive(Debug, clap::Args)]
struct Vcard {
    /// What the contact is called
    #[arg(long, value_name = "NAME", default_value = "oncall")]
    name: String,
    #[command(flatten)]
    directory: Directory,
}

pub(super) fn run(arguments: &Arguments) -> Result<Output> {
    let Kind::Vcard(arguments) = &arguments.command;
    let loaded = arguments.directory.load()?;
    let config = match loaded.config() {
        Ok(config) => config,
        Err(output) => return Ok(output),
    };
    let numbers = numbers(&config.organisation);
    if numbers.is_empty() {
        return Err(no(config.organisation.language, &no_numbers()));
    }
    Ok(Output::fine(card(&arguments.name, &numbers)))
}

/// Each number once; a name that an SMS is from is no number.
fn numbers(organisation: &Organisation) -> BTreeSet<&str> {
    let twilio = organisation.twilio.iter().flat_map(|twilio| [&twilio.from, &twilio.sms_from]);
    let connect = organisation.connect.iter().map(|connect| &connect.from);
    let aws = organisation.aws_sms.iter().map(|aws| &aws.from);
    twilio.chain(connect).chain(aws).map(String::as_str).filter(|from| from.starts_with('+')).collect()
}

/// vCard 3.0 (RFC 2426), which every phone reads: lines end in CR and LF, and what has a meaning is escaped.
fn card(name: &str, numbers: &BTreeSet<&str>) -> String {
    let mut escaped = String::new();
    for c in name.chars() {
        match c {
            '\\' | ',' | ';' => escaped.extend(['\\', c]),
            c if c.is_control() => escaped.push(' '),
            c => escaped.push(c),
        }
    }
    let mut lines = vec![
        "BEGIN:VCARD".to_owned(),
        "VERSION:3.0".to_owned(),
        format!("N:;{escaped};;;"),
        format!("FN:{escaped}"),
    ];
    lines.extend(numbers.iter().map(|number| format!("TEL;TYPE=WORK,VOICE:{number}")));
    lines.push("END:VCARD".to_owned());
    lines.join("\r\n") + "\r\n"
}
