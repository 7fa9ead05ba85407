//! `oncall sign-in-link`: a link that signs somebody in to the pages, made on the server's machine.

use super::Output;
use super::spoken::{caused, told};
use crate::disk::web_key;
use crate::language::failed::{no_key, not_a_user};
use crate::server::clock::Clock;
use crate::web::session::Sessions;
use anyhow::{Context, Result};
use std::path::PathBuf;

/// Print a link that signs somebody in to the web pages, for ten minutes and once
///
/// For a first look, for small teams, and for the night when the identity provider is down. It reads the key in the server's
/// state directory, so it runs on that machine, as the user that runs the server.
#[derive(Debug, clap::Args)]
pub struct Arguments {
    /// Their id: the name of their file in users/; or the e-mail address of somebody who may only look (`access.view`)
    #[arg(long, value_name = "ID", env = "ONCALL_USER")]
    user: String,
    /// The state directory of the server
    #[arg(long, value_name = "DIR", default_value = "/var/lib/oncall")]
    state: PathBuf,
    /// The address of the server, as a browser reaches it
    #[arg(long, value_name = "URL", default_value = "http://127.0.0.1:8080", env = "ONCALL_URL")]
    url: String,
}

pub(super) fn run(arguments: &Arguments) -> Result<Output> {
    let Arguments { user, state, url } = arguments;
    if user.is_empty() || user.contains(|c: char| c.is_whitespace() || c.is_control()) {
        return Err(told(not_a_user(user)).into());
    }
    let key = web_key::read(state).map_err(|error| caused(no_key(&state.display().to_string()), error))?;
    let link = Sessions::new(&key).link(user, Clock::wall().now()).context("the key cannot sign")?;
    Ok(Output::fine(format!("{}/sign-in/{link}\n", url.trim_end_matches('/'))))
}
