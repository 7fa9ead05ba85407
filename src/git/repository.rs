//! The config repository: a bare clone under the state directory, fetched and read without a checkout.
//!
//! Everything here blocks, so it runs on its own thread. A fetch brings one branch with its full history, within the
//! limits below. `refs/oncall/last-good/…` keeps the last accepted commit of each remote, branch and folder, and
//! `refs/oncall/good` the last one of all, so that the server can start while the remote is down. libgit2 itself checks ssh host keys against `~/.ssh/known_hosts` and
//! certificates against the system's authorities. The caller decides when to fetch, and whether a commit is a good
//! config.

use super::commit;
use super::remote::{Credentials, Limit, Remote, proxy};
use crate::compile::Tree;
use anyhow::{Context, Error, Result, anyhow, bail};
use git2::{AutotagOption, Direction, ErrorCode, FetchOptions, Oid, RepositoryInitOptions, Sort};
use std::{fmt, path::Path};

/// The most commits [`Repository::log`] lists.
pub const LOG_MAX: usize = 100;

const GOOD: &str = "refs/oncall/good";
/// A text: whose that is.
const GOOD_OF: &str = "refs/oncall/good-of";
/// Below it, the last good commit of each remote, branch and folder; and what its default branch was, as a text.
const LAST_GOOD: &str = "refs/oncall/last-good/";
const DEFAULT_BRANCH: &str = "refs/oncall/default-branch/";
const TIP: &str = "refs/oncall/tip";

/// A bare clone of the config repository.
pub struct Repository {
    git: git2::Repository,
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
    /// `path` is the config's folder in the repository. Does not contact the remote.
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
        let git = open_or_create(dir).map_err(|error| local(&error, dir)).with_context(|| {
            format!("cannot open the clone of the config repository in {}", dir.display())
        })?;
        let branch = branch.map(str::to_owned);
        let path = folder(path)?;
        let good = last_good(&followed(&remote.shown, branch.as_deref(), path.as_deref()));
        Ok(Repository { git, remote, branch, path, good })
    }

    /// Fetches the branch and returns its new tip. While data arrives, `expired` is called repeatedly and stops the
    /// fetch by returning true. Fails if the remote is unreachable, empty, or has no such branch; the clone then
    /// stays as it was.
    pub fn fetch(&self, expired: impl Fn() -> bool) -> Result<Fetched> {
        let before = self.reference(TIP);
        let (commit, branch) = self
            .fetch_branch(&Limit::new(expired))
            .with_context(|| format!("cannot fetch {}", self.remote.shown))?;
        let rewritten = before.filter(|old| *old != commit && !self.descends(commit, *old));
        let moved = if self.branch.is_none() { self.note_default_branch(&branch) } else { None };
        Ok(Fetched { commit, rewritten, moved })
    }

    /// The files of a commit below the config's folder. Fails if the commit is not in the clone, or the folder is not
    /// in the commit.
    pub fn tree(&self, commit: CommitId) -> Result<Tree> {
        let folder = self.path.as_deref();
        commit::read(&self.git, commit.0, folder)
            .with_context(|| format!("cannot read commit {commit} of {}", self.remote.shown))
    }

    /// Remembers `commit` as the last good one, and protects it from git's garbage collection.
    pub fn mark_good(&self, commit: CommitId) -> Result<()> {
        let note = "accepted as the config";
        let mark = || {
            let of = self.git.blob(self.followed().as_bytes())?;
            for (name, id) in [(&*self.good, commit.0), (GOOD, commit.0), (GOOD_OF, of)] {
                self.git.reference(name, id, true, note)?;
            }
            Ok::<_, git2::Error>(())
        };
        mark().with_context(|| {
            format!("cannot remember {commit} as the last good commit in {}", self.git.path().display())
        })
    }

    /// The last good commit of this remote, branch and folder, if there is one.
    pub fn good(&self) -> Option<CommitId> {
        self.reference(&self.good)
    }

    /// The last good commit of all that was followed in this clone, and what that was: an old config pages somebody, no
    /// config pages nobody.
    pub fn good_of_another(&self) -> Option<(CommitId, String)> {
        let of = self.git.find_reference(GOOD_OF).and_then(|it| it.peel_to_blob()).ok();
        let of = of.map(|text| String::from_utf8_lossy(text.content()).into_owned());
        Some((self.reference(GOOD)?, of.unwrap_or_else(|| "something else".to_owned())))
    }

    /// What is followed, as people read it.
    fn followed(&self) -> String {
        followed(&self.remote.shown, self.branch.as_deref(), self.path.as_deref())
    }

    /// The commits that are in `to` but not in `from`, newest first, at most `max` and at most [`LOG_MAX`].
    pub fn log(&self, from: Option<CommitId>, to: CommitId, max: usize) -> Result<Vec<Commit>> {
        let mut walk = self.git.revwalk()?;
        walk.set_sorting(Sort::TOPOLOGICAL)?;
        walk.push(to.0)?;
        if let Some(from) = from.filter(|from| self.git.find_commit(from.0).is_ok()) {
            walk.hide(from.0)?;
        }
        walk.take(max.min(LOG_MAX)).map(|id| Ok(commit_of(&self.git.find_commit(id?)?))).collect()
    }

    /// One commit, if it is in the clone.
    pub fn commit(&self, id: CommitId) -> Option<Commit> {
        self.git.find_commit(id.0).ok().map(|commit| commit_of(&commit))
    }

    /// The URL we follow, without anything that could be a secret.
    pub fn remote(&self) -> &str {
        &self.remote.shown
    }

    fn reference(&self, name: &str) -> Option<CommitId> {
        self.git.refname_to_id(name).ok().map(CommitId)
    }

    fn descends(&self, commit: CommitId, ancestor: CommitId) -> bool {
        self.git.graph_descendant_of(commit.0, ancestor.0).unwrap_or(false)
    }

    /// Remembers the branch for the next fetch; gives the one before and this one, if they differ.
    fn note_default_branch(&self, branch: &str) -> Option<(String, String)> {
        let name = self.good.replace(LAST_GOOD, DEFAULT_BRANCH);
        let known = self.git.find_reference(&name).and_then(|it| it.peel_to_blob()).ok();
        let known = known.map(|text| String::from_utf8_lossy(text.content()).into_owned());
        if known.as_deref() == Some(branch) {
            return None;
        }
        let id = self.git.blob(branch.as_bytes());
        let noted = id.and_then(|id| self.git.reference(&name, id, true, "the remote's default branch"));
        if let Err(error) = noted {
            tracing::warn!("cannot remember the remote's default branch: {error}");
        }
        let short = |branch: &str| branch.trim_start_matches("refs/heads/").to_owned();
        known.map(|known| (short(&known), short(branch)))
    }

    fn fetch_branch(&self, limit: &Limit<impl Fn() -> bool>) -> Result<(CommitId, String)> {
        let explain = |error| self.remote.explain(&error, limit);
        let mut remote = self.git.remote_anonymous(&self.remote.url)?;
        let callbacks = Some(self.remote.callbacks(limit));
        let mut connection =
            remote.connect_auth(Direction::Fetch, callbacks, Some(proxy())).map_err(explain)?;
        let branch = self.wanted(&connection)?;
        let Some(tip) =
            connection.list()?.iter().find(|head| head.name() == branch).map(git2::RemoteHead::oid)
        else {
            bail!("{}", no_such_branch(&branch, connection.list()?));
        };
        if self.reference(TIP) != Some(CommitId(tip)) || self.git.find_commit(tip).is_err() {
            let mut options = FetchOptions::new();
            options.remote_callbacks(self.remote.callbacks(limit)).proxy_options(proxy());
            options.download_tags(AutotagOption::None).update_fetchhead(false);
            let refspec = format!("+{branch}:{TIP}");
            connection.remote().fetch(&[refspec], Some(&mut options), None).map_err(explain)?;
        }
        let tip = self.reference(TIP);
        let tip = tip.ok_or_else(|| anyhow!("{branch} was deleted while it was fetched"))?;
        Ok((tip, branch))
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

fn open_or_create(dir: &Path) -> Result<git2::Repository, git2::Error> {
    let git = if dir.join("HEAD").exists() {
        git2::Repository::open_bare(dir)?
    } else {
        let mut options = RepositoryInitOptions::new();
        git2::Repository::init_opts(dir, options.bare(true).mkpath(true).external_template(false))?
    };
    // After a power cut, no reference may point to objects that were never written.
    git.config()?.open_level(git2::ConfigLevel::Local)?.set_bool("core.fsyncObjectFiles", true)?;
    Ok(git)
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
    format!("{LAST_GOOD}{}", &data_encoding::HEXLOWER.encode(digest.as_ref())[..16])
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
