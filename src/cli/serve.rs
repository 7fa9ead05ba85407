//! `oncall serve`: runs the server.

use super::instant::parse_duration;
use super::log::LogFormat;
use super::spoken::{Told, told};
use super::{Exit, Output, log};
use crate::git::remote::Credentials;
use crate::language::failed::{no_config_around, not_between};
use crate::serve::{From, Options, serve};
use crate::server::clock::Clock;
use crate::server::line::{Format, Line};
use crate::server::parts::Shown;
use crate::server::secrets;
use crate::server::sink::Sink;
use crate::web::proxy::Network;
use anyhow::{Context, Result};
use jiff::SignedDuration;
use std::io::Write;
use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::time::Duration;
use tokio::sync::{mpsc, oneshot, watch};

/// Run the server
#[derive(Debug, clap::Args)]
#[command(
    group(clap::ArgGroup::new("source").args(["config", "git"])),
    after_help = "\
Environment:
  ONCALL_GIT_TOKEN  a token for https:// repositories
  SSH_AUTH_SOCK     an agent for ssh repositories (~/.ssh/known_hosts names the hosts)
  SSL_CERT_FILE     other certificate authorities than the system's
  ONCALL_LOG        what is logged, as in `oncall=debug` [default: info]"
)]
pub struct Arguments {
    /// Take the config from a directory [default: this one, or the root of the git repository around it]
    #[arg(long, value_name = "DIR")]
    pub config: Option<PathBuf>,
    /// Take the config from a git repository: file://, https://, ssh:// or git@host:path
    #[arg(long, value_name = "URL")]
    pub git: Option<String>,
    /// The branch to follow [default: the repository's default branch]
    #[arg(long, requires = "git", conflicts_with = "config")]
    pub branch: Option<String>,
    /// The folder of oncall.yaml in the repository [default: its root]
    #[arg(long, requires = "git", conflicts_with = "config")]
    pub path: Option<String>,
    /// A file with a token for https, read again for each fetch
    #[arg(
        long,
        value_name = "FILE",
        env = "ONCALL_GIT_TOKEN_FILE",
        hide_env_values = true,
        conflicts_with = "config"
    )]
    pub git_token_file: Option<PathBuf>,
    /// A private key for ssh, without a passphrase; may be repeated [default: the ssh agent's]
    #[arg(
        long,
        value_name = "FILE",
        env = "ONCALL_GIT_SSH_KEY",
        hide_env_values = true,
        value_delimiter = ','
    )]
    pub ssh_key: Vec<PathBuf>,
    /// How long a fetch may take before the remote counts as unreachable
    #[arg(long, value_name = "D", default_value = "2m", value_parser = parse_fetch_timeout)]
    pub fetch_timeout: SignedDuration,
    /// How often to look for config changes
    #[arg(long, value_name = "D", default_value = "30s", value_parser = parse_interval)]
    pub interval: SignedDuration,
    /// Where to keep the journal and the clone; only one server at a time
    #[arg(long, value_name = "DIR")]
    pub state: PathBuf,
    /// The address to listen on; port 0 takes a free one
    #[arg(long, value_name = "ADDRESS", default_value = "127.0.0.1:8080")]
    pub listen: SocketAddr,
    /// The address on which those who watch are told how the server is: /metrics and the details of /readyz, which are then
    /// told nowhere else; port 0 takes a free one
    #[arg(long, value_name = "ADDRESS", env = "ONCALL_ADMIN_LISTEN", hide_env_values = true)]
    pub admin_listen: Option<SocketAddr>,
    /// A reverse proxy, or a network of them, whose X-Forwarded-For (or Forwarded) names the client; may be repeated
    #[arg(
        long,
        value_name = "CIDR",
        env = "ONCALL_TRUSTED_PROXY",
        hide_env_values = true,
        value_delimiter = ','
    )]
    pub trusted_proxy: Vec<Network>,
    /// Write every delivery to the terminal instead of sending it
    #[arg(long)]
    pub print: bool,
    /// Start although a newer release wrote the journal: what this one can read goes on, the rest is paged; no file is
    /// deleted
    #[arg(long)]
    pub accept_loss: bool,
    /// The format of logs, written to standard error
    #[arg(long, value_enum, default_value_t = LogFormat::Text, env = "ONCALL_LOG_FORMAT", hide_env_values = true)]
    pub log: LogFormat,
}

pub(super) fn run(arguments: Arguments) -> Result<Output> {
    let format = log::format(arguments.log);
    let sink = log::start(format)?;
    let ended = serve_until_stopped(arguments, &sink);
    let output = match ended {
        // Whoever reads JSON reads nothing else.
        Err(error) if format == Format::Json => {
            tracing::error!(event = "failed", error = format!("{error:#}"));
            Ok(Output { out: String::new(), err: String::new(), exit: Exit::Server })
        }
        ended => ended.map(|()| Output::fine(String::new())),
    };
    sink.finish();
    output
}

fn serve_until_stopped(arguments: Arguments, sink: &Sink) -> Result<()> {
    let token = std::env::var("ONCALL_GIT_TOKEN").ok().filter(|token| !token.is_empty());
    let config = match (arguments.config, arguments.git) {
        (Some(directory), _) => From::Directory(directory),
        (None, Some(url)) => {
            let (token_file, ssh_keys) = (arguments.git_token_file, arguments.ssh_key);
            let credentials = Credentials { token, token_file, agent: true, ssh_keys };
            let fetch_timeout = Duration::try_from(arguments.fetch_timeout)?;
            From::Git { url, branch: arguments.branch, path: arguments.path, credentials, fetch_timeout }
        }
        (None, None) => From::Directory(around(&std::env::current_dir()?)?),
    };
    let (watcher, shown) = mpsc::unbounded_channel();
    let options = Options {
        config,
        state: arguments.state,
        listen: arguments.listen,
        admin_listen: arguments.admin_listen,
        interval: Duration::try_from(arguments.interval)?,
        clock: Clock::wall(),
        resolve: secrets::resolve,
        print: arguments.print,
        accept_loss: arguments.accept_loss,
        watcher: arguments.print.then_some(watcher),
        log: Some(sink.clone()),
        trusted_proxies: arguments.trusted_proxy,
    };
    let format = arguments.log;
    let runtime = runtime()?;
    let ended = runtime.block_on(async {
        let (ready, listening) = oneshot::channel();
        let (_never, stop) = watch::channel(false);
        let announce = async {
            if let Ok(address) = listening.await {
                listens(format, address);
            }
        };
        tokio::spawn(print(shown));
        let (ended, ()) = tokio::join!(serve(options, ready, stop), announce);
        ended
    });
    // A name that is being looked up, or a disk that hangs, keeps nobody from ending.
    runtime.shutdown_background();
    ended
}

/// Where somebody stands who names no config: in its directory, or in its repository.
fn around(here: &Path) -> Result<PathBuf> {
    let root = here.ancestors().find(|dir| dir.join(".git").exists());
    let holds = |dir: &&Path| dir.join("oncall.yaml").is_file();
    match [Some(here), root].into_iter().flatten().find(holds) {
        Some(dir) => Ok(dir.to_path_buf()),
        None => {
            let root = root.filter(|root| *root != here).map(|root| root.display().to_string());
            Err(told(no_config_around(&here.display().to_string(), root.as_deref())).into())
        }
    }
}

/// The first line of output, for callers that use port 0; the log says it too, where only that is kept.
fn listens(format: LogFormat, address: SocketAddr) {
    let url = format!("http://{address}");
    tracing::info!(event = "listening", url);
    let line = match format {
        LogFormat::Text => format!("listening on {url}\n"),
        LogFormat::Json => {
            let line = Line::new(tracing::Level::INFO, "listening", [("url", url.into())]);
            line.render(Format::Json, Clock::wall().now())
        }
    };
    // Whoever started the server may not care to know.
    let _ = std::io::stdout().write_all(line.as_bytes());
}

/// Writes deliveries to the terminal as they arrive.
async fn print(mut shown: mpsc::UnboundedReceiver<Shown>) {
    while let Some(shown) = shown.recv().await {
        if let Shown::Delivery(_, text) = shown {
            let _ = writeln!(anstream::stdout(), "{text}");
        }
    }
}

/// The runtime for everything except the engine's decisions, git and the disk.
pub(super) fn runtime() -> Result<tokio::runtime::Runtime> {
    tokio::runtime::Builder::new_multi_thread().enable_all().build().context("cannot start the runtime")
}

fn parse_fetch_timeout(text: &str) -> Result<SignedDuration, Told> {
    let timeout = parse_duration(text)?;
    let bounds = SignedDuration::from_secs(1)..=SignedDuration::from_hours(1);
    if bounds.contains(&timeout) { Ok(timeout) } else { Err(told(not_between("1s", "1h"))) }
}

fn parse_interval(text: &str) -> Result<SignedDuration, Told> {
    let interval = parse_duration(text)?;
    let bounds = SignedDuration::from_secs(1)..=SignedDuration::from_hours(24);
    if bounds.contains(&interval) { Ok(interval) } else { Err(told(not_between("1s", "24h"))) }
}
