//! The config repository: a bare clone under the state directory, fetched and read without a checkout.
//!
//! Everything here blocks, so it runs on its own thread. A fetch brings one branch with its full history, within the
//! limits below. `refs/oncall/last-good/…` keeps the last accepted commit of each remote, branch and folder, and
//! `refs/oncall/good` the last one of all; its files are also kept apart from git ([`kept`](super::kept)), so that the
//! server can start while the remote is down and the clone is damaged. A clone that does not serve is made anew
//! (`clone`). The caller decides when to fetch, and whether a commit is a good config.

use super::clone;
use super::commit;
use super::kept::Kept;
use super::remote::{Credentials, Limit, Remote, proxy};
use crate::compile::Tree;
use anyhow::{Context, Error, Result, anyhow, bail};
use git2::{AutotagOption, Direction, ErrorClass, ErrorCode, FetchOptions, Oid, Sort};
use std::cell::{Cell, Ref, RefCell};
use std::fmt;
use std::path::{Path, PathBuf};

/// The most commits [`Repository::log`] lists.
pub const LOG_MAX: usize = 100;

/// After another clone was made, how many fetches pass before the next: a disk that damages each would be kept busy.
const PAUSE: u32 = 20;

const GOOD: &str = "refs/oncall/good";
/// A file of the clone that says whose that is.
const GOOD_OF: &str = "good-of";
/// The same, of what the remote's default branch was at the last fetch.
const DEFAULT_BRANCH: &str = "default-branch";
const TIP: &str = "refs/oncall/tip";

/// A bare clone of the config repository.
pub struct Repository {
    dir: PathBuf,
    /// `None`: it can neither be opened nor created, on a full disk for example.
    git: RefCell<Option<git2::Repository>>,
    /// The last tip whose files could be read.
    read: Cell<Option<Oid>>,
    /// How many fetches still pass before another clone may be made.
    pause: Cell<u32>,
    /// The branch that was fetched last, by its full name.
    fetched: RefCell<Option<String>>,
    /// The files of its own last good commit.
    kept: Kept,
    remote: Remote,
    branch: Option<String>,
    path: Option<String>,
    /// The reference to its own last good commit.
    good: String,
}

/// The id of a commit.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct CommitId(Oid);

/// The result of a fetch.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Fetched {
    /// The tip of the branch.
    pub commit: CommitId,
    /// The earlier tip, if the new one does not descend from it because history was rewritten.
    pub rewritten: Option<CommitId>,
    /// The remote's default branch at the last fetch, and now, if it is followed and is another one.
    pub moved: Option<(String, String)>,
    /// The clone is another one, or its files are: other handles should [`reopen`](Repository::reopen) it.
    pub renewed: bool,
}

/// Whose fault it is that a fetch failed.
enum Failure {
    Remote(Error),
    Clone(Error),
}

/// One commit, as shown to people.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Commit {
    pub id: CommitId,
    pub author: String,
    /// In Unix seconds, as the other one.
    pub authored_at: i64,
    pub committed_at: i64,
    pub summary: String,
}

impl Repository {
    /// Opens the clone in `dir`, or creates an empty one. Without `branch`, it follows the remote's default branch;
    /// `path` is the config's folder in the repository. Does not contact the remote. A clone that cannot be opened is
    /// replaced by an empty one, and kept beside it.
    pub fn open(
        dir: &Path,
        url: &str,
        branch: Option<&str>,
        path: Option<&str>,
        credentials: Credentials,
    ) -> Result<Repository> {
        let remote = Remote::new(url, credentials)?;
        if let Some(branch) = branch.filter(|branch| !git2::Reference::is_valid_name(&reference(branch))) {
            bail!("`{branch}` cannot be a branch: give its name alone, as in `--branch main`");
        }
        let path = folder(path)?;
        let branch = branch.map(str::to_owned);
        let followed = followed(&remote.shown, branch.as_deref(), path.as_deref());
        clone::tidy(dir);
        let git = match clone::open_or_create(dir) {
            Ok(git) => Some(git),
            Err(error) if error.code() == ErrorCode::Owner => {
                return Err(local(&error, dir)).with_context(|| unopened(dir));
            }
            Err(error) => {
                tracing::warn!("{}: {error}: it is replaced", unopened(dir));
                clone::replace(dir).inspect_err(|error| tracing::warn!("{error:#}")).ok()
            }
        };
        Ok(Repository {
            dir: dir.to_owned(),
            git: RefCell::new(git),
            read: Cell::new(None),
            pause: Cell::new(0),
            fetched: RefCell::new(None),
            kept: Kept::beside(dir, &followed),
            good: last_good(&followed),
            remote,
            branch,
            path,
        })
    }

    /// Opens the clone again, after another handle has made it anew.
    pub fn reopen(&self) -> Result<()> {
        let git = clone::open_or_create(&self.dir).map_err(|error| local(&error, &self.dir));
        self.git.replace(Some(git.with_context(|| unopened(&self.dir))?));
        Ok(())
    }

    /// Fetches the branch and returns its new tip. While data arrives, `expired` is called repeatedly and stops the
    /// fetch by returning true. Fails if the remote is unreachable, empty, or has no such branch; the clone then
    /// stays as it was.
    pub fn fetch(&self, expired: impl Fn() -> bool) -> Result<Fetched> {
        let before = self.reference(TIP);
        self.pause.set(self.pause.get().saturating_sub(1));
        let limit = Limit::new(expired);
        let (commit, renewed) = match self.fetch_readable(&limit) {
            Ok(commit) => (commit, false),
            Err(Failure::Clone(error)) if self.pause.get() == 0 => match self.renew(&limit, &error) {
                Ok(commit) => (commit, true),
                Err(why) => {
                    let error = error.context(format!("another clone cannot be made: {why:#}"));
                    return Err(error).with_context(|| format!("cannot fetch {}", self.remote.shown));
                }
            },
            Err(Failure::Clone(error) | Failure::Remote(error)) => {
                return Err(error).with_context(|| format!("cannot fetch {}", self.remote.shown));
            }
        };
        let joined = !renewed && self.join_packs();
        let rewritten = before.filter(|old| *old != commit && !self.descends(commit, *old));
        let moved = if self.branch.is_none() { self.note_default_branch() } else { None };
        Ok(Fetched { commit, rewritten, moved, renewed: renewed || joined })
    }

    /// The files of a commit below the config's folder. Fails if the commit is neither in the clone nor the one that is
    /// kept apart, or the folder is not in the commit.
    pub fn tree(&self, commit: CommitId) -> Result<Tree> {
        let folder = self.path.as_deref();
        let read = self.git().and_then(|git| commit::read(&git, commit.0, folder));
        let kept = || self.kept.read().filter(|(name, _)| *name == commit.to_string()).map(|(_, tree)| tree);
        match read {
            Ok(tree) => Ok(tree),
            Err(error) => kept().ok_or(error),
        }
        .with_context(|| format!("cannot read commit {commit} of {}", self.remote.shown))
    }

    /// Remembers `commit` as the last good one, with its files apart from git, and protects it from git's garbage
    /// collection.
    pub fn mark_good(&self, commit: CommitId) -> Result<()> {
        self.kept.write(&commit.to_string(), &self.tree(commit)?)?;
        let mark = || self.mark(&*self.git()?, commit);
        mark().with_context(|| {
            format!("cannot remember {commit} as the last good commit in {}", self.dir.display())
        })
    }

    fn mark(&self, git: &git2::Repository, commit: CommitId) -> Result<()> {
        std::fs::write(self.dir.join(GOOD_OF), self.followed())?;
        for name in [&*self.good, GOOD] {
            let write = || git.reference(name, commit.0, true, "accepted as the config").map(drop);
            // git does not write over a reference that it cannot read.
            write().or_else(|error| {
                std::fs::remove_file(self.dir.join(name)).map_or(Err(error), |()| write())
            })?;
        }
        Ok(())
    }

    /// The last good commit of this remote, branch and folder, if there is one.
    pub fn good(&self) -> Option<CommitId> {
        let marked = self.reference(&self.good).filter(|good| self.tree(*good).is_ok());
        marked.or_else(|| CommitId::parse(&self.kept.read()?.0).ok())
    }

    /// The last good commit of all that was followed in this clone, and what that was: an old config pages somebody, no
    /// config pages nobody.
    pub fn good_of_another(&self) -> Option<(CommitId, String)> {
        let of = std::fs::read_to_string(self.dir.join(GOOD_OF)).ok();
        Some((self.reference(GOOD)?, of.unwrap_or_else(|| "something else".to_owned())))
    }

    /// What is followed, as people read it.
    fn followed(&self) -> String {
        followed(&self.remote.shown, self.branch.as_deref(), self.path.as_deref())
    }

    /// The commits that are in `to` but not in `from`, newest first, at most `max` and at most [`LOG_MAX`].
    pub fn log(&self, from: Option<CommitId>, to: CommitId, max: usize) -> Result<Vec<Commit>> {
        let git = self.git()?;
        let mut walk = git.revwalk()?;
        walk.set_sorting(Sort::TOPOLOGICAL)?;
        walk.push(to.0)?;
        if let Some(from) = from.filter(|from| git.find_commit(from.0).is_ok()) {
            walk.hide(from.0)?;
        }
        walk.take(max.min(LOG_MAX)).map(|id| Ok(commit_of(&git.find_commit(id?)?))).collect()
    }

    /// One commit, if it is in the clone.
    pub fn commit(&self, id: CommitId) -> Option<Commit> {
        self.git().ok()?.find_commit(id.0).ok().map(|commit| commit_of(&commit))
    }

    /// The URL we follow, without anything that could be a secret.
    pub fn remote(&self) -> &str {
        &self.remote.shown
    }

    fn reference(&self, name: &str) -> Option<CommitId> {
        self.git().ok()?.refname_to_id(name).ok().map(CommitId)
    }

    fn descends(&self, commit: CommitId, ancestor: CommitId) -> bool {
        self.git().is_ok_and(|git| git.graph_descendant_of(commit.0, ancestor.0).unwrap_or(false))
    }

    /// The clone, opened again if it could not be opened before.
    fn git(&self) -> Result<Ref<'_, git2::Repository>> {
        if self.git.borrow().is_none() {
            self.reopen()?;
        }
        Ref::filter_map(self.git.borrow(), Option::as_ref).map_err(|_| anyhow!(unopened(&self.dir)))
    }

    /// Fetches, and makes sure that the files of a new tip are really there.
    fn fetch_readable(&self, limit: &Limit<impl Fn() -> bool>) -> Result<CommitId, Failure> {
        let git = self.git().map_err(Failure::Clone)?;
        let commit = self.fetch_branch(&git, limit)?;
        if self.read.get() == Some(commit.0) {
            return Ok(commit);
        }
        match commit::read(&git, commit.0, self.path.as_deref()) {
            Err(error) if is_damage(&error) => Err(Failure::Clone(error)),
            // A folder that is not there is the caller's concern.
            _ => {
                self.read.set(Some(commit.0));
                Ok(commit)
            }
        }
    }

    /// Remembers the branch that was fetched for the next time; gives the one before and this one, if they differ.
    fn note_default_branch(&self) -> Option<(String, String)> {
        let branch = self.fetched.borrow().clone()?;
        let file = self.dir.join(DEFAULT_BRANCH);
        let known = std::fs::read_to_string(&file).ok();
        if known.as_deref() == Some(&*branch) {
            return None;
        }
        if let Err(error) = std::fs::write(&file, &branch) {
            tracing::warn!("cannot remember the remote's default branch: {error}");
        }
        let short = |branch: &str| branch.trim_start_matches("refs/heads/").to_owned();
        known.map(|known| (short(&known), short(&branch)))
    }

    fn fetch_branch(
        &self,
        git: &git2::Repository,
        limit: &Limit<impl Fn() -> bool>,
    ) -> Result<CommitId, Failure> {
        let explain = |error| Failure::Remote(self.remote.explain(&error, limit));
        let mut remote =
            git.remote_anonymous(&self.remote.url).map_err(|error| Failure::Clone(error.into()))?;
        let callbacks = Some(self.remote.callbacks(limit));
        let mut connection =
            remote.connect_auth(Direction::Fetch, callbacks, Some(proxy())).map_err(explain)?;
        let heads = |error: git2::Error| Failure::Remote(error.into());
        let branch = self.wanted(&connection).map_err(Failure::Remote)?;
        let listed = connection.list().map_err(heads)?;
        let Some(tip) = listed.iter().find(|head| head.name() == branch).map(git2::RemoteHead::oid) else {
            return Err(Failure::Remote(anyhow!(no_such_branch(&branch, listed))));
        };
        let tip_of = |git: &git2::Repository| git.refname_to_id(TIP).ok();
        if tip_of(git) != Some(tip) || git.find_commit(tip).is_err() {
            let mut options = FetchOptions::new();
            options.remote_callbacks(self.remote.callbacks(limit)).proxy_options(proxy());
            options.download_tags(AutotagOption::None).update_fetchhead(false);
            let refspec = format!("+{branch}:{TIP}");
            connection.remote().fetch(&[refspec], Some(&mut options), None).map_err(|error| {
                let local = clone::is_local(&error) && !limit.is_over();
                if local { Failure::Clone(error.into()) } else { explain(error) }
            })?;
        }
        self.fetched.replace(Some(branch.clone()));
        let deleted = || Failure::Remote(anyhow!("{branch} was deleted while it was fetched"));
        tip_of(git).map(CommitId).ok_or_else(deleted)
    }

    /// Makes another clone beside this one, and puts it into its place. What both have of the good commits is kept.
    fn renew(&self, limit: &Limit<impl Fn() -> bool>, why: &Error) -> Result<CommitId> {
        self.pause.set(PAUSE);
        let make = || {
            let git = clone::beside(&self.dir)?;
            let commit = self.fetch_branch(&git, limit).map_err(|failure| match failure {
                Failure::Remote(error) | Failure::Clone(error) => error,
            })?;
            for name in [&*self.good, GOOD] {
                if let Some(good) = self.reference(name).filter(|good| git.find_commit(good.0).is_ok()) {
                    git.reference(name, good.0, true, "kept from the clone before")?;
                }
            }
            if let (Ok(_), Some((_, of))) = (git.refname_to_id(GOOD), self.good_of_another()) {
                std::fs::write(git.path().join(GOOD_OF), of)?;
            }
            Ok::<_, Error>(commit)
        };
        let commit = make().inspect_err(|_| clone::give_up_beside(&self.dir))?;
        self.git.replace(None);
        clone::exchange(&self.dir)?;
        self.reopen()?;
        self.read.set(Some(commit.0));
        tracing::warn!(
            "the clone {} did not serve ({why:#}): another one has taken its place",
            self.dir.display()
        );
        Ok(commit)
    }

    /// Few packs are few open files. A failure costs only those.
    fn join_packs(&self) -> bool {
        let joined = self.git().and_then(|git| clone::join_packs(&git));
        let joined =
            joined.inspect_err(|error| tracing::warn!("the packs of the clone cannot be joined: {error:#}"));
        joined.unwrap_or(false) && self.reopen().is_ok()
    }

    /// The full name of the branch to follow.
    fn wanted(&self, connection: &git2::RemoteConnection<'_, '_, '_>) -> Result<String> {
        if connection.list()?.is_empty() {
            match self.reference(TIP) {
                None => bail!("the repository is empty: push a first commit to it"),
                Some(tip) => bail!("it has no branch (any more), and had commit {tip}: push it again"),
            }
        }
        if let Some(branch) = &self.branch {
            return Ok(reference(branch));
        }
        let name = connection.default_branch().ok().and_then(|name| name.as_str().ok().map(str::to_owned));
        name.ok_or_else(|| anyhow!("the remote's HEAD names no branch that exists: name one with `--branch`"))
    }
}

impl fmt::Debug for Repository {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Repository")
            .field("url", &self.remote.shown)
            .field("branch", &self.branch)
            .finish_non_exhaustive()
    }
}

impl CommitId {
    /// Reads the 40 hexadecimal digits of a commit id.
    pub fn parse(text: &str) -> Result<CommitId> {
        let id = (text.len() == 40).then(|| Oid::from_str(text).ok()).flatten();
        id.map(CommitId).ok_or_else(|| anyhow!("`{text}` is not a commit id of 40 hexadecimal digits"))
    }
}

impl fmt::Display for CommitId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

/// Whether an object is missing or garbled, rather than a folder that nobody has made.
fn is_damage(error: &Error) -> bool {
    let errors = error.chain().filter_map(|it| it.downcast_ref::<git2::Error>());
    errors
        .into_iter()
        .any(|error| !(error.class() == ErrorClass::Tree && error.code() == ErrorCode::NotFound))
}

fn unopened(dir: &Path) -> String {
    format!("cannot open the clone of the config repository in {}", dir.display())
}

/// An error of the clone itself, which can always be created again.
fn local(error: &git2::Error, dir: &Path) -> Error {
    match error.code() {
        ErrorCode::Owner => anyhow!("{}: run as the user that owns it, or `chown` it", error.message()),
        _ => anyhow!(
            "{}: it is only a copy; if it is damaged, remove {} and start again",
            error.message(),
            dir.display()
        ),
    }
}

fn folder(path: Option<&str>) -> Result<Option<String>> {
    let Some(path) = path else { return Ok(None) };
    let parts: Vec<&str> = path.split('/').filter(|part| !part.is_empty() && *part != ".").collect();
    if parts.contains(&"..") {
        bail!("`{path}` leaves the repository: give the folder of the config below its root");
    }
    Ok(Some(parts.join("/")).filter(|path| !path.is_empty()))
}

fn followed(remote: &str, branch: Option<&str>, path: Option<&str>) -> String {
    let branch =
        branch.map_or_else(|| "its default branch".to_owned(), |branch| format!("branch `{branch}`"));
    let path = path.map_or_else(String::new, |path| format!(", folder `{path}`"));
    format!("{remote}, {branch}{path}")
}

fn last_good(followed: &str) -> String {
    let digest = ring::digest::digest(&ring::digest::SHA256, followed.as_bytes());
    format!("refs/oncall/last-good/{}", &data_encoding::HEXLOWER.encode(digest.as_ref())[..16])
}

fn reference(branch: &str) -> String {
    format!("refs/heads/{branch}")
}

fn no_such_branch(branch: &str, heads: &[git2::RemoteHead<'_>]) -> String {
    let branch = branch.trim_start_matches("refs/heads/");
    let there: Vec<&str> =
        heads.iter().filter_map(|head| head.name().strip_prefix("refs/heads/")).take(10).collect();
    format!("it has no branch `{branch}` (any more); it has: {}", there.join(", "))
}

fn commit_of(commit: &git2::Commit<'_>) -> Commit {
    let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
    Commit {
        id: CommitId(commit.id()),
        author: text(commit.author().name_bytes()),
        authored_at: commit.author().when().seconds(),
        committed_at: commit.time().seconds(),
        summary: text(commit.summary_bytes().unwrap_or_default()),
    }
}
