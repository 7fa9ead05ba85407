//! Follows the config: fetches, compiles, and tells the engine what is in force or why not.
//!
//! It runs on a thread of its own, because git and the disk block. All fallible work is done here, before the engine
//! swaps anything: a broken commit changes nothing. The last good commit is what a start uses when the remote is
//! away. How a refusal is told to people is the engine's business.

use super::clock::Clock;
use super::former;
use super::live::{Because, Live, Looked, Recorded, Refused, Unreachable};
use super::secrets::{self, Missing};
use super::settling::Settling;
use super::verdict::{Objections, judge, judge_again};
use crate::compile::Tree;
use crate::config::{Config, Secrets};
use crate::git::fetch::Fetcher;
use crate::git::files::read_dir;
use crate::git::kept::Kept;
use crate::git::repository::{Commit, CommitId, Repository};
use anyhow::Result;
use std::path::PathBuf;
use std::sync::Arc;
use std::sync::mpsc::{Receiver, RecvTimeoutError};
use std::time::Duration;

/// How many commits are named that wait behind a broken one.
const STUCK_MAX: usize = 10;
/// How long a start waits for the remote before it goes on with the last good commit.
const START_MAX: Duration = Duration::from_secs(10);

/// Where the config is.
#[derive(Debug)]
pub enum Source {
    Directory(PathBuf, Kept),
    /// The clone, and the thread that fetches into it.
    Git(Box<Repository>, Fetcher),
}

/// How secrets are read; the demo makes its own.
pub type Resolve = fn(&Config) -> (Secrets, Vec<Missing>);

/// What the engine is told.
#[derive(Debug)]
pub enum News {
    /// This is in force from now on. `previous`: what was, at a start.
    Accepted { live: Arc<Live>, previous: Option<Arc<Config>>, missing: Vec<Missing> },
    /// The same config, with other values of its secrets.
    Secrets { live: Arc<Live>, missing: Vec<Missing> },
    /// The newest commit is not taken. Said again at each look while it lasts.
    Refused(Refused),
    /// The newest commit is in force. Said once, after whatever else it brought.
    Fine,
    /// The repository cannot be read. Said again at each look while it lasts.
    Unreachable(Unreachable),
    /// The repository was read. Said at each look, before what follows from it.
    Looked(Looked),
    /// The remote's default branch, which is followed, is another one from now on.
    DefaultBranch { was: String, is: String },
}

/// Follows a source until nobody listens.
#[derive(Debug)]
pub struct Follower {
    pub source: Source,
    pub clock: Clock,
    pub resolve: Resolve,
    pub interval: Duration,
    /// What the journal knows.
    pub recorded: Recorded,
    pub tell: tokio::sync::mpsc::Sender<News>,
    live: Option<Arc<Live>>,
    refused: Option<Refused>,
    unreachable: Option<Unreachable>,
    /// Whose config is in force, if it is that of another remote, branch or folder.
    borrowed: Option<String>,
    /// The secrets that did not resolve when they were last read.
    missing: Vec<Missing>,
    /// Whether the engine knows that the newest commit is in force.
    fine: bool,
    settling: Settling,
    /// The default branch before and now, until the engine has been told.
    moved: Option<(String, String)>,
}

/// A config, and what speaks against it although it is taken.
type Judged = (Config, Option<Objections>);

/// A version of the config: a commit, or the digest of a directory.
struct Version {
    name: String,
    commit: Option<CommitId>,
    tree: Option<Tree>,
}

impl Version {
    fn of(commit: CommitId) -> Version {
        Version { name: commit.to_string(), commit: Some(commit), tree: None }
    }
}

impl Follower {
    pub fn new(
        source: Source,
        clock: Clock,
        resolve: Resolve,
        interval: Duration,
        recorded: Recorded,
        tell: tokio::sync::mpsc::Sender<News>,
    ) -> Follower {
        let (live, refused, unreachable, borrowed) = (None, None, None, None);
        let (missing, fine) = (Vec::new(), false);
        let (settling, moved) = (Settling::default(), None);
        Follower {
            source,
            clock,
            resolve,
            interval,
            recorded,
            tell,
            live,
            refused,
            unreachable,
            borrowed,
            missing,
            fine,
            settling,
            moved,
        }
    }

    /// Polls every interval, and at once when `pull` says so; ends when nobody listens any more.
    pub fn run(mut self, pull: &Receiver<()>) {
        loop {
            if !self.poll() || !self.tell_default_branch() {
                return;
            }
            match pull.recv_timeout(self.settling.next_look(self.interval)) {
                Ok(()) | Err(RecvTimeoutError::Timeout) => {}
                Err(RecvTimeoutError::Disconnected) => return,
            }
        }
    }

    /// Looks once. False: nobody listens.
    fn poll(&mut self) -> bool {
        let patience = if self.live.is_none() { START_MAX } else { Duration::MAX };
        let newest = match self.source.newest(patience) {
            Ok((version, moved)) => {
                self.moved = moved.or(self.moved.take());
                version
            }
            Err(error) => return self.away(&error),
        };
        (self.unreachable, self.recorded.unreachable_since) = (None, None);
        let name = newest.name.clone();
        let looked =
            Looked { at: self.clock.now(), commit: name.clone(), about: self.source.about(newest.commit) };
        if !self.say(News::Looked(looked)) {
            return false;
        }
        if self.live.as_ref().is_some_and(|live| live.commit == name) {
            self.settling.rest();
            return self.fine() && self.reread_secrets();
        }
        let settled = self.is_settled(&name);
        if !settled && self.live.is_some() {
            return self.reread_secrets();
        }
        match self.judged(&newest) {
            // A start waits for the second look; with an error it has what was good before.
            Ok(_) if !settled => true,
            Ok((judged, tree)) => self.accept(judged, newest, &tree),
            Err(error) => {
                self.refuse(name, Because::Findings, &error)
                    && self.start_from_good()
                    && self.reread_secrets()
            }
        }
    }

    /// Whether the files have been saved to their end: a directory must look the same twice, save what a start knows already.
    fn is_settled(&mut self, name: &str) -> bool {
        let Source::Directory(..) = &self.source else { return true };
        let known = || self.source.good().is_none_or(|good| good.name == name);
        if self.live.is_none() && known() {
            return true;
        }
        self.settling.is_settled(name)
    }

    /// Reads a version. At a start, what was in force before is taken again, whatever a check now says against it.
    fn judged(&self, version: &Version) -> Result<(Judged, Tree)> {
        let tree = self.source.tree(version)?;
        let judged = match judge(&tree) {
            Err(_) if self.live.is_none() && self.was_in_force(&version.name) => judge_again(&tree)?,
            judged => (judged?, None),
        };
        Ok((judged, tree))
    }

    /// A clone that had to be made anew does not know what was good; the journal does.
    fn was_in_force(&self, name: &str) -> bool {
        match (self.source.good(), &self.source) {
            (Some(good), _) => good.name == name,
            (None, Source::Git(repository, _)) if repository.good_of_another().is_some() => false,
            (None, _) => self.recorded.commit.as_deref() == Some(name),
        }
    }

    /// The remote is away: what was last good is used, if nothing is in force yet.
    fn away(&mut self, error: &anyhow::Error) -> bool {
        let since = self.unreachable.as_ref().map(|it| it.since).or(self.recorded.unreachable_since);
        let since = since.unwrap_or_else(|| self.clock.now());
        let unreachable = Unreachable { since, error: format!("{error:#}"), borrowed: self.borrowed.clone() };
        self.unreachable = Some(unreachable.clone());
        self.say(News::Unreachable(unreachable))
            && self.start_from_good()
            && self.borrow()
            && self.reread_secrets()
    }

    /// Without anything good of its own, a server whose remote is away takes what was followed last in its state
    /// directory, and says whose that is.
    fn borrow(&mut self) -> bool {
        let Source::Git(repository, _) = &self.source else { return true };
        if self.live.is_some() {
            return true;
        }
        let Some((good, of)) = repository.good_of_another() else { return true };
        tracing::error!("{} of {of} is in force meanwhile: its people are paged", short(&good.to_string()));
        self.borrowed = Some(of);
        self.take(&Version::of(good))
    }

    /// Without a config in force, the last good one is taken; what was refused before is then said again, to an engine
    /// that can tell people.
    fn start_from_good(&mut self) -> bool {
        if self.live.is_some() {
            return true;
        }
        let Some(good) = self.source.good() else { return true };
        self.take(&good)
    }

    fn take(&mut self, good: &Version) -> bool {
        match self.source.again(good) {
            Ok(judged) => {
                let (secrets, missing) = (self.resolve)(&judged.0);
                let previous = self.previous(&good.name, &judged.0);
                self.take_over(judged, (secrets, missing), good.name.clone(), previous)
                    && self.repeat_refusal()
            }
            Err(error) => {
                tracing::error!("the last good config {} does not load any more: {error:#}", good.name);
                true
            }
        }
    }

    fn accept(&mut self, judged: Judged, version: Version, tree: &Tree) -> bool {
        let config = &judged.0;
        let (secrets, missing) = (self.resolve)(config);
        let lost = self.before(&version.name).map(|(before, values)| {
            let lost = secrets::lost((&before, &values), (config, &secrets));
            let whys = missing.iter().filter(|missing| lost.contains(&missing.wanted_by));
            let whys = whys.map(|missing| missing.why.clone()).collect::<Vec<_>>().join("; ");
            (lost.join(" and "), whys)
        });
        if let Some((lost, whys)) = lost.filter(|(lost, _)| !lost.is_empty()) {
            let why = anyhow::anyhow!(
                "it would lose {lost}, which works now: a secret it names does not resolve here ({whys})"
            );
            return self.refuse(version.name, Because::Secrets, &why)
                && self.start_from_good()
                && self.reread_secrets();
        }
        self.borrowed = None;
        let previous = self.previous(&version.name, config);
        // Before anybody hears of it: a server that ends right after has it for its next start.
        if let Err(error) = self.source.keep(&version, tree) {
            tracing::warn!("{error:#}");
        }
        self.take_over(judged, (secrets, missing), version.name, previous) && self.fine()
    }

    /// What a new commit is measured against: what is in force; at a start what was good last, so that a commit that
    /// was refused stays refused over a restart.
    fn before(&self, name: &str) -> Option<(Arc<Config>, Secrets)> {
        if let Some(live) = &self.live {
            return Some((live.config.clone(), live.secrets.clone()));
        }
        let good = self.source.good().filter(|good| good.name != name)?;
        let (config, _) = self.source.again(&good).ok()?;
        let secrets = (self.resolve)(&config).0;
        Some((Arc::new(config), secrets))
    }

    fn take_over(
        &mut self,
        (mut config, objections): Judged,
        (secrets, missing): (Secrets, Vec<Missing>),
        name: String,
        previous: Option<Arc<Config>>,
    ) -> bool {
        let about = self.source.about(CommitId::parse(&name).ok());
        if let Some(objections) = &objections {
            let findings = &*objections.findings;
            let said = format!("config {} was in force and stays so; this release refuses it", short(&name));
            tracing::error!(event = "config_objections", findings, "{said}");
        }
        self.keep_addresses(&mut config, previous.as_deref());
        let live = Live { objections, ..Live::new(Arc::new(config), secrets, name, about) };
        let live = Arc::new(live);
        secrets::warn_of_short(&live.config, &live.secrets);
        self.live = Some(live.clone());
        self.missing.clone_from(&missing);
        self.say(News::Accepted { live, previous, missing })
    }

    /// What was sent under the configs before is answered at their addresses; a start asks the one before the last, too.
    fn keep_addresses(&mut self, config: &mut Config, previous: Option<&Config>) {
        let now = self.clock.now();
        let older = self.recorded.before.take().and_then(|name| self.source.version(&name));
        let older = older.and_then(|version| self.source.again(&version).ok()).map(|(config, _)| config);
        for before in previous.into_iter().chain(older.as_ref()) {
            former::keep(&mut config.organisation, before, now);
        }
    }

    fn fine(&mut self) -> bool {
        (self.refused, self.recorded.refused_since) = (None, None);
        std::mem::replace(&mut self.fine, true) || self.say(News::Fine)
    }

    /// What was in force before; at a start, compiled anew from the commit that the journal names.
    fn previous(&mut self, name: &str, config: &Config) -> Option<Arc<Config>> {
        if let Some(live) = &self.live {
            return Some(live.config.clone());
        }
        let recorded = self.recorded.commit.clone()?;
        if recorded == name {
            return Some(Arc::new(config.clone()));
        }
        let read = self.source.again(&self.source.version(&recorded)?);
        let read = read.map(|(config, _)| config);
        read.inspect_err(|error| {
            tracing::warn!("the config {recorded} that was in force cannot be read: {error:#}")
        })
        .ok()
        .map(Arc::new)
    }

    fn refuse(&mut self, commit: String, because: Because, error: &anyhow::Error) -> bool {
        let since = self.refused.as_ref().map(|refused| refused.since).or(self.recorded.refused_since);
        let since = since.unwrap_or_else(|| self.clock.now());
        let (findings, stuck) = (format!("{error:#}"), self.stuck(&commit));
        self.refused = Some(Refused { commit, since, because, findings, stuck });
        self.fine = false;
        self.repeat_refusal()
    }

    fn repeat_refusal(&self) -> bool {
        self.refused.clone().is_none_or(|refused| self.say(News::Refused(refused)))
    }

    /// The commits that wait behind the broken one, in words.
    fn stuck(&self, tip: &str) -> Vec<String> {
        let Source::Git(repository, _) = &self.source else { return Vec::new() };
        let from = self.live.as_ref().and_then(|live| CommitId::parse(&live.commit).ok());
        let log =
            CommitId::parse(tip).and_then(|tip| repository.log(from, tip, STUCK_MAX)).unwrap_or_default();
        log.into_iter()
            .map(|commit| format!("{} {} ({})", short(&commit.id.to_string()), commit.summary, commit.author))
            .collect()
    }

    fn reread_secrets(&mut self) -> bool {
        let Some(live) = &self.live else { return true };
        let (mut secrets, mut missing) = (self.resolve)(&live.config);
        secrets::keep(&live.config, &live.secrets, &mut secrets, &mut missing);
        let mut wanted = live.config.secret_sources().into_iter();
        let same = wanted.all(|it| live.secrets.get(it.source) == secrets.get(it.source));
        if same && self.missing == missing {
            return true;
        }
        self.missing.clone_from(&missing);
        let (config, commit, about) = (live.config.clone(), live.commit.clone(), live.about.clone());
        let objections = live.objections.clone();
        let live = Arc::new(Live { objections, ..Live::new(config, secrets, commit, about) });
        secrets::warn_of_short(&live.config, &live.secrets);
        self.live = Some(live.clone());
        self.say(News::Secrets { live, missing })
    }

    /// Once somebody can be told.
    fn tell_default_branch(&mut self) -> bool {
        if self.live.is_none() {
            return true;
        }
        self.moved.take().is_none_or(|(was, is)| self.say(News::DefaultBranch { was, is }))
    }

    fn say(&self, news: News) -> bool {
        self.tell.blocking_send(news).is_ok()
    }
}

impl Source {
    /// What is there now, and the default branch before and now if it is another one; waits for a remote no longer than
    /// `patience`.
    fn newest(&mut self, patience: Duration) -> Result<(Version, Option<(String, String)>)> {
        match self {
            Source::Directory(path, _) => {
                let tree = read_dir(path)?;
                Ok((Version { name: digest(&tree), commit: None, tree: Some(tree) }, None))
            }
            Source::Git(repository, fetcher) => {
                let fetched = fetcher.fetch(patience)?;
                if fetched.renewed {
                    repository.reopen()?;
                }
                if let Some(old) = fetched.rewritten {
                    tracing::warn!(
                        "the history of the config was rewritten: {old} is no ancestor of {}",
                        fetched.commit
                    );
                }
                Ok((Version::of(fetched.commit), fetched.moved))
            }
        }
    }

    /// What is in force is what a later start begins with while the newest cannot be read.
    fn keep(&self, version: &Version, tree: &Tree) -> Result<()> {
        match (self, version.commit) {
            (Source::Directory(_, kept), _) => kept.write(&version.name, tree),
            (Source::Git(repository, _), Some(commit)) => repository.mark_good(commit),
            (Source::Git(..), None) => Ok(()),
        }
    }

    /// What was in force last.
    fn good(&self) -> Option<Version> {
        match self {
            Source::Directory(_, kept) => {
                kept.read().map(|(name, tree)| Version { name, commit: None, tree: Some(tree) })
            }
            Source::Git(repository, _) => repository.good().map(Version::of),
        }
    }

    /// A version by its name, if it is still there.
    fn version(&self, name: &str) -> Option<Version> {
        match self {
            Source::Directory(..) => self.good().filter(|good| good.name == name),
            Source::Git(..) => CommitId::parse(name).ok().map(Version::of),
        }
    }

    fn tree(&self, version: &Version) -> Result<Tree> {
        match (&version.tree, self, version.commit) {
            (Some(tree), ..) => Ok(tree.clone()),
            (None, Source::Git(repository, _), Some(commit)) => repository.tree(commit),
            (None, ..) => anyhow::bail!("there is nothing to read"),
        }
    }

    /// What was in force before.
    fn again(&self, version: &Version) -> Result<Judged> {
        judge_again(&self.tree(version)?)
    }

    fn about(&self, commit: Option<CommitId>) -> Option<Commit> {
        match self {
            Source::Directory(..) => None,
            Source::Git(repository, _) => repository.commit(commit?),
        }
    }
}

/// The first characters of a commit's id, as people write it.
pub fn short(commit: &str) -> &str {
    commit.get(..10).unwrap_or(commit)
}

fn digest(tree: &Tree) -> String {
    let mut context = ring::digest::Context::new(&ring::digest::SHA256);
    for (path, why) in &tree.unread {
        context.update(format!("{path} {why:?}\n").as_bytes());
    }
    for (path, content) in &tree.files {
        context.update(path.as_bytes());
        context.update(&(content.len() as u64).to_be_bytes());
        context.update(content);
    }
    let digest = data_encoding::HEXLOWER.encode(context.finish().as_ref());
    format!("dir-{}", &digest[..20])
}
