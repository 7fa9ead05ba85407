//! `oncall slack manifest`: the app's manifest, and the link that makes an app of it with one click.

use super::Output;
use super::directory::Directory;
use super::spoken::no;
use crate::language::failed::{paste_manifest, slack_needs_a_way_in};
use crate::provider::slack_manifest::{WayIn, link, manifest};
use anyhow::Result;
use clap::Subcommand;

/// What the Slack app must have
#[derive(Debug, clap::Args)]
pub struct Arguments {
    #[command(subcommand)]
    what: What,
}

#[derive(Debug, Subcommand)]
enum What {
    /// The app's manifest, to paste at api.slack.com/apps, and a link that makes an app of it
    Manifest(Manifest),
}

#[derive(Debug, clap::Args)]
struct Manifest {
    /// For Socket Mode, which needs no way in from the internet; so by default if oncall.yaml has an `app_token`
    #[arg(long)]
    socket_mode: bool,
    /// Only the link
    #[arg(long)]
    link: bool,
    #[command(flatten)]
    directory: Directory,
}

pub(super) fn run(arguments: &Arguments) -> Result<Output> {
    let What::Manifest(wanted) = &arguments.what;
    let loaded = wanted.directory.load()?;
    let config = match loaded.config() {
        Ok(config) => config,
        Err(output) => return Ok(output),
    };
    let organisation = &config.organisation;
    let socket = organisation.slack.as_ref().is_some_and(|slack| slack.app_token.is_some());
    let way = match &organisation.public_url {
        _ if socket || wanted.socket_mode => WayIn::Socket,
        Some(url) => WayIn::Url(url),
        None => return Err(no(organisation.language, &slack_needs_a_way_in())),
    };
    let manifest = manifest(way);
    if wanted.link {
        return Ok(Output::fine(format!("{}\n", link(&manifest))));
    }
    let text = serde_json::to_string_pretty(&manifest)?;
    Ok(Output {
        err: format!("{}\n{}\n", paste_manifest().of(organisation.language), link(&manifest)),
        ..Output::fine(format!("{text}\n"))
    })
}
