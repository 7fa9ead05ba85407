//! A git remote: which URLs are safe to follow, which credentials to offer, and how long it may take.
//!
//! libgit2 itself checks ssh host keys against `~/.ssh/known_hosts` and certificates against the system's
//! authorities, because no callback here overrides that. [`repository`](super::repository) decides what to fetch, and
//! where to.

use crate::config::SECRET_MAX;
use anyhow::{Error, Result, anyhow, bail};
use git2::{Cred, CredentialType, ErrorClass, ErrorCode, ProxyOptions, RemoteCallbacks};
use std::{
    cell::Cell,
    fmt,
    fs::File,
    io::Read,
    path::{Path, PathBuf},
    sync::Once,
};

/// How long a remote may take to accept a connection, in milliseconds.
pub const CONNECT_MS_MAX: i32 = 10_000;
/// How long a remote may be silent, in milliseconds.
pub const SILENCE_MS_MAX: i32 = 30_000;
/// The most bytes in one fetch.
pub const FETCH_BYTES_MAX: usize = 1024 * 1024 * 1024;
/// The reason given for a fetch that was stopped because it took too long.
pub(super) const TOOK_TOO_LONG: &str = "it took too long (`--fetch-timeout`); the next look tries again";

/// Credentials to offer to a remote.
#[derive(Clone, Default)]
pub struct Credentials {
    /// An access token for https; sent only to the host in the URL.
    pub token: Option<String>,
    /// A file with such a token, read again for each fetch.
    pub token_file: Option<PathBuf>,
    /// Whether to ask the ssh agent (`SSH_AUTH_SOCK`) first.
    pub agent: bool,
    /// Private key files without a passphrase, tried in order after the agent.
    pub ssh_keys: Vec<PathBuf>,
}

/// The location of the config repository.
#[derive(Debug)]
pub(super) struct Remote {
    pub url: String,
    /// The URL without the https user, where some people put a token.
    pub shown: String,
    transport: Transport,
    credentials: Credentials,
}

/// One fetch: when to stop it, and why it was stopped.
pub(super) struct Limit<F> {
    expired: F,
    ended: Cell<Option<&'static str>>,
}

#[derive(Clone, Debug, PartialEq, Eq)]
enum Transport {
    File,
    Https { host: String },
    Ssh { host: String },
}

/// Limits how long libgit2 waits for a remote, and lets it find the system's certificate authorities. `main` calls
/// this before it starts any thread, because both are process-wide settings.
#[expect(
    unsafe_code,
    reason = "libgit2's only way to bound a wait; `Once` orders it before every use of a remote"
)]
pub fn prepare() {
    static PREPARED: Once = Once::new();
    PREPARED.call_once(|| {
        // SAFETY: these write two C integers that only a remote's operations read, and every one of those comes
        // after `Remote::new`, which comes after this. They cannot fail (git2 0.21, `opts.rs`).
        let _ = unsafe { git2::opts::set_server_connect_timeout_in_milliseconds(CONNECT_MS_MAX) };
        let _ = unsafe { git2::opts::set_server_timeout_in_milliseconds(SILENCE_MS_MAX) };
    });
}

impl Remote {
    /// Fails if the URL is neither encrypted nor local, or contains a password.
    pub fn new(url: &str, credentials: Credentials) -> Result<Remote> {
        prepare();
        let transport = transport(url)?;
        Ok(Remote { url: url.to_owned(), shown: shown(url, &transport), transport, credentials })
    }

    /// The callbacks that libgit2 uses during one connection.
    pub fn callbacks<'a>(&'a self, limit: &'a Limit<impl Fn() -> bool>) -> RemoteCallbacks<'a> {
        let mut callbacks = RemoteCallbacks::new();
        let mut offers = self.credentials.offers();
        callbacks
            .credentials(move |asked_by, user, allowed| self.offer(&mut offers, asked_by, user, allowed));
        callbacks.transfer_progress(move |progress| limit.goes_on(progress.received_bytes()));
        callbacks.sideband_progress(move |_| limit.goes_on(0));
        callbacks
    }

    /// The remote's error, with a way to fix it.
    pub fn explain(&self, error: &git2::Error, limit: &Limit<impl Fn() -> bool>) -> Error {
        if let Some(reason) = limit.ended.get() {
            return anyhow!(reason);
        }
        let message = error.message();
        if message.contains("imed out") || message.contains("temporarily unavailable") {
            return anyhow!("{message}: it said nothing for {} s", SILENCE_MS_MAX / 1000);
        }
        match (error.code(), &self.transport) {
            (ErrorCode::Certificate, Transport::Ssh { host }) => self.unknown_host(host),
            (ErrorCode::Certificate, _) => {
                anyhow!("{message}: if its authority is your own, name that in SSL_CERT_FILE")
            }
            (ErrorCode::Auth, Transport::Https { .. }) => {
                anyhow!(
                    "{message}: give it a token that may read it, by ONCALL_GIT_TOKEN or `--git-token-file`"
                )
            }
            (_, Transport::Ssh { .. }) if message.contains("private key") => self.unusable_key(message),
            (ErrorCode::Auth, _) => {
                anyhow!(
                    "{message}: give it a key, by an ssh agent or `--ssh-key FILE` (without a passphrase)"
                )
            }
            (ErrorCode::Owner, _) => {
                let path = self.url.trim_start_matches("file://");
                anyhow!("{message}: somebody else owns it; `git config --global --add safe.directory {path}`")
            }
            _ => anyhow!("{message}"),
        }
    }

    /// libssh2 gives the same error for a key with a passphrase and for something that is not a key.
    fn unusable_key(&self, message: &str) -> Error {
        let keys: Vec<_> = self.credentials.ssh_keys.iter().map(|key| key.display().to_string()).collect();
        anyhow!(
            "{message}: {} must be a private key without a passphrase; make a deploy key that may only read this \
             repository, or put the key into an ssh agent",
            keys.join(", ")
        )
    }

    /// A host that is not in `known_hosts`, or is there with another key.
    fn unknown_host(&self, host: &str) -> Error {
        let arguments = keyscan(host);
        anyhow!(
            "{host} is not known by the key that it shows: compare the fingerprint with the one its owner publishes, \
             then add it: `ssh-keyscan {arguments} >> ~/.ssh/known_hosts`"
        )
    }

    /// The next credential to offer. Each is offered once, because libgit2 keeps asking until it gets an error.
    fn offer(
        &self,
        offers: &mut impl Iterator<Item = Offer>,
        asked_by: &str,
        user: Option<&str>,
        allowed: CredentialType,
    ) -> Result<Cred, git2::Error> {
        let git = user.unwrap_or("git");
        if allowed.contains(CredentialType::USERNAME) {
            return Cred::username(git);
        }
        match offers.find(|offer| self.may(offer, asked_by, allowed)) {
            Some(Offer::Token(token)) => Cred::userpass_plaintext(user.unwrap_or("x-access-token"), &token),
            Some(Offer::TokenFile(file)) => {
                Cred::userpass_plaintext(user.unwrap_or("x-access-token"), &read_token(&file)?)
            }
            Some(Offer::Agent) => Cred::ssh_key_from_agent(git),
            Some(Offer::Key(file)) => Cred::ssh_key(git, None, &file, None),
            None => Err(git2::Error::new(ErrorCode::Auth, ErrorClass::Net, "it let nobody in")),
        }
    }

    /// Whether an offer is meant for this host: a redirect to another host must not receive the token.
    fn may(&self, offer: &Offer, asked_by: &str, allowed: CredentialType) -> bool {
        match (offer, &self.transport) {
            (Offer::Token(_) | Offer::TokenFile(_), Transport::Https { .. }) => {
                allowed.contains(CredentialType::USER_PASS_PLAINTEXT)
                    && transport(asked_by).is_ok_and(|asking| asking == self.transport)
            }
            (Offer::Agent | Offer::Key(_), Transport::Ssh { .. }) => {
                allowed.contains(CredentialType::SSH_KEY)
            }
            _ => false,
        }
    }
}

impl<F: Fn() -> bool> Limit<F> {
    /// A fetch that stops when `expired` says so.
    pub fn new(expired: F) -> Limit<F> {
        Limit { expired, ended: Cell::new(None) }
    }

    /// Whether it was stopped.
    pub fn is_over(&self) -> bool {
        self.ended.get().is_some()
    }

    fn goes_on(&self, received_bytes: usize) -> bool {
        if (self.expired)() {
            self.ended.set(Some(TOOK_TOO_LONG));
        } else if received_bytes > FETCH_BYTES_MAX {
            self.ended.set(Some("it is larger than 1 GiB; keep the config in a repository of its own"));
        }
        self.ended.get().is_none()
    }
}

/// Uses the proxy from git's own configuration or `https_proxy`, if any.
pub(super) fn proxy<'a>() -> ProxyOptions<'a> {
    let mut options = ProxyOptions::new();
    options.auto();
    options
}

/// A credential to offer; they are tried in order.
enum Offer {
    Token(String),
    TokenFile(PathBuf),
    Agent,
    Key(PathBuf),
}

impl Credentials {
    fn offers(&self) -> impl Iterator<Item = Offer> + use<> {
        let token = self.token.clone().map(Offer::Token);
        let token_file = self.token_file.clone().map(Offer::TokenFile);
        let agent = self.agent.then_some(Offer::Agent);
        token
            .into_iter()
            .chain(token_file)
            .chain(agent)
            .chain(self.ssh_keys.clone().into_iter().map(Offer::Key))
    }
}

impl fmt::Debug for Credentials {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let token = self.token.as_ref().map(|_| "…");
        f.debug_struct("Credentials")
            .field("token", &token)
            .field("token_file", &self.token_file)
            .field("agent", &self.agent)
            .field("ssh_keys", &self.ssh_keys)
            .finish()
    }
}

/// The token in a file, without a trailing line break.
fn read_token(file: &Path) -> Result<String, git2::Error> {
    let failed = |why: String| {
        git2::Error::new(ErrorCode::Auth, ErrorClass::Net, format!("the token in {}: {why}", file.display()))
    };
    let mut text = String::new();
    let opened = File::open(file).map_err(|error| failed(error.to_string()))?;
    opened.take(SECRET_MAX).read_to_string(&mut text).map_err(|error| failed(error.to_string()))?;
    match text.trim() {
        "" => Err(failed("it is empty".to_owned())),
        token => Ok(token.to_owned()),
    }
}

/// The URL in a form that may be shown.
fn shown(url: &str, transport: &Transport) -> String {
    match (url.split_once("://"), transport) {
        (Some((scheme, rest)), Transport::Https { .. }) => {
            let (authority, path) = rest.split_at(rest.find('/').unwrap_or(rest.len()));
            let host = authority.rsplit_once('@').map_or(authority, |(_, host)| host);
            format!("{scheme}://{host}{path}")
        }
        _ => url.to_owned(),
    }
}

/// `[::1]:2222` as arguments for `ssh-keyscan`.
fn keyscan(host: &str) -> String {
    match host.rsplit_once(':') {
        Some((name, port)) if port.parse::<u16>().is_ok() && (!name.contains(':') || name.ends_with(']')) => {
            format!("-p {port} {}", name.trim_matches(['[', ']']))
        }
        _ => host.trim_matches(['[', ']']).to_owned(),
    }
}

/// The transport of a URL. Fails if the URL is neither encrypted nor local, or contains a password.
fn transport(url: &str) -> Result<Transport> {
    let Some((scheme, rest)) = url.split_once("://") else { return scp(url) };
    let authority = rest.split('/').next().unwrap_or(rest);
    let (user, host) = authority.rsplit_once('@').unwrap_or(("", authority));
    if user.contains(':') {
        bail!(
            "the URL of {host} has a password in it, which would be logged: put a token into ONCALL_GIT_TOKEN"
        );
    }
    let host = host.to_ascii_lowercase();
    match scheme {
        "file" if rest.starts_with('/') => Ok(Transport::File),
        "file" => bail!("`{url}` names no absolute path: write file:///path/to/repository"),
        "https" if !host.is_empty() => Ok(Transport::Https { host }),
        "ssh" if !host.is_empty() => Ok(Transport::Ssh { host }),
        "http" | "git" => {
            bail!("`{url}` is not encrypted, so anybody on the way could page you: use https:// or ssh://")
        }
        _ => bail!("`{url}` is not a URL this can fetch: use file://, https://, ssh:// or git@host:path"),
    }
}

/// `git@host:path`, as git itself understands it.
fn scp(url: &str) -> Result<Transport> {
    match url.split_once(':') {
        Some((host, path)) if !host.contains('/') && !host.is_empty() && !path.is_empty() => {
            let host = host.rsplit_once('@').map_or(host, |(_, host)| host);
            Ok(Transport::Ssh { host: host.to_ascii_lowercase() })
        }
        _ if url.starts_with('/') => bail!("`{url}` is a path: write file://{url}"),
        _ => bail!("`{url}` is not a URL this can fetch: use file://, https://, ssh:// or git@host:path"),
    }
}
