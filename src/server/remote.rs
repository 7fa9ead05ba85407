//! A git remote: which URLs are safe to follow, what is shown to it to be let in, and how long it may take.
//!
//! libgit2 itself checks ssh host keys against `~/.ssh/known_hosts` and certificates against the system's
//! authorities, because no callback here says otherwise. What is fetched, and into where, is left to
//! [`repository`](super::repository).

use anyhow::{Error, Result, anyhow, bail};
use git2::{Cred, CredentialType, ErrorClass, ErrorCode, ProxyOptions, RemoteCallbacks};
use std::{cell::Cell, fmt, path::PathBuf, sync::Once};

/// How long a remote may take to accept a connection, in milliseconds.
pub const CONNECT_MS_MAX: i32 = 10_000;
/// How long a remote may be silent, in milliseconds.
pub const SILENCE_MS_MAX: i32 = 30_000;
/// The most bytes one fetch may bring.
pub const FETCH_BYTES_MAX: usize = 1024 * 1024 * 1024;

/// What may be shown to a remote to be let in.
#[derive(Clone, Default)]
pub struct Credentials {
    /// An access token for https; only ever sent to the host in the URL.
    pub token: Option<String>,
    /// Whether to ask the ssh agent (`SSH_AUTH_SOCK`) first.
    pub agent: bool,
    /// Private key files without a passphrase, tried in order after the agent.
    pub ssh_keys: Vec<PathBuf>,
}

/// Where the config repository is.
#[derive(Debug)]
pub(super) struct Remote {
    pub url: String,
    transport: Transport,
    credentials: Credentials,
}

/// One fetch: when to end it, and why it was ended.
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

/// Bounds how long libgit2 waits for a remote, and lets it find the system's certificate authorities. `main` calls it
/// before it starts any thread, because both change settings of the whole process.
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
    /// Fails on a URL that is neither encrypted nor local, and on one with a password in it.
    pub fn new(url: &str, credentials: Credentials) -> Result<Remote> {
        prepare();
        Ok(Remote { url: url.to_owned(), transport: transport(url)?, credentials })
    }

    /// What libgit2 asks of us during one connection.
    pub fn callbacks<'a>(&'a self, limit: &'a Limit<impl Fn() -> bool>) -> RemoteCallbacks<'a> {
        let mut callbacks = RemoteCallbacks::new();
        let mut offers = self.credentials.offers();
        callbacks
            .credentials(move |asked_by, user, allowed| self.offer(&mut offers, asked_by, user, allowed));
        callbacks.transfer_progress(move |progress| limit.goes_on(progress.received_bytes()));
        callbacks.sideband_progress(move |_| limit.goes_on(0));
        callbacks
    }

    /// The remote's error, with the way out.
    pub fn explain(&self, error: &git2::Error, limit: &Limit<impl Fn() -> bool>) -> Error {
        if let Some(reason) = limit.ended.get() {
            return anyhow!("stopped: {reason}");
        }
        let message = error.message();
        if message.contains("imed out") || message.contains("temporarily unavailable") {
            return anyhow!("{message}: it said nothing for {} s", SILENCE_MS_MAX / 1000);
        }
        match (error.code(), &self.transport) {
            (ErrorCode::Certificate, Transport::Ssh { host }) => anyhow!(
                "{message}: compare the fingerprint of {host} with the one its owner publishes, then add it: \
                 `ssh-keyscan {host} >> ~/.ssh/known_hosts`"
            ),
            (ErrorCode::Certificate, _) => {
                anyhow!("{message}: if its authority is your own, name that in SSL_CERT_FILE")
            }
            (ErrorCode::Auth, Transport::Https { .. }) => {
                anyhow!("{message}: set ONCALL_GIT_TOKEN to a token that may read it")
            }
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

    /// The next credential for whoever asks. Each is offered once, because libgit2 asks until it is told no.
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
            Some(Offer::Agent) => Cred::ssh_key_from_agent(git),
            Some(Offer::Key(file)) => Cred::ssh_key(git, None, &file, None),
            None => Err(git2::Error::new(ErrorCode::Auth, ErrorClass::Net, "it let nobody in")),
        }
    }

    /// Whether an offer is meant for whoever asks: a redirect to another host must not be given the token.
    fn may(&self, offer: &Offer, asked_by: &str, allowed: CredentialType) -> bool {
        match (offer, &self.transport) {
            (Offer::Token(_), Transport::Https { .. }) => {
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
    /// A fetch that `expired` ends when it says so.
    pub fn new(expired: F) -> Limit<F> {
        Limit { expired, ended: Cell::new(None) }
    }

    fn goes_on(&self, received_bytes: usize) -> bool {
        if (self.expired)() {
            self.ended.set(Some("it took too long; the next poll tries again"));
        } else if received_bytes > FETCH_BYTES_MAX {
            self.ended.set(Some("it is larger than 1 GiB; keep the config in a repository of its own"));
        }
        self.ended.get().is_none()
    }
}

/// Through the proxy that git's own configuration or `https_proxy` names, if any.
pub(super) fn proxy<'a>() -> ProxyOptions<'a> {
    let mut options = ProxyOptions::new();
    options.auto();
    options
}

/// A way to be let in, in the order in which they are tried.
enum Offer {
    Token(String),
    Agent,
    Key(PathBuf),
}

impl Credentials {
    fn offers(&self) -> impl Iterator<Item = Offer> + use<> {
        let token = self.token.clone().map(Offer::Token);
        let agent = self.agent.then_some(Offer::Agent);
        token.into_iter().chain(agent).chain(self.ssh_keys.clone().into_iter().map(Offer::Key))
    }
}

impl fmt::Debug for Credentials {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let token = self.token.as_ref().map(|_| "…");
        f.debug_struct("Credentials")
            .field("token", &token)
            .field("agent", &self.agent)
            .field("ssh_keys", &self.ssh_keys)
            .finish()
    }
}

/// Which transport a URL asks for. Fails on one that is neither encrypted nor local, and on one that has a password.
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
