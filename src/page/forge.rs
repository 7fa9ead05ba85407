//! Where a line of the config can be read on the web: at the forge that holds the repository, at the commit that decided.

use crate::place::Place;

/// The address of a line at GitHub, GitLab or Bitbucket; `None` for any other remote, and for a directory's digest in place of a
/// commit. `folder` is that of `oncall.yaml` in the repository.
pub fn line_url(remote: &str, folder: Option<&str>, commit: &str, place: &Place) -> Option<String> {
    let is_commit = commit.len() >= 40 && commit.bytes().all(|byte| byte.is_ascii_hexdigit());
    let (host, repository) = parts(remote)?;
    let folder = folder.map(|folder| format!("{}/", folder.trim_matches('/'))).unwrap_or_default();
    let file = format!("{folder}{}", place.file);
    let plain =
        |text: &str| text.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"-_./~".contains(&byte));
    if !is_commit || !plain(&host) || !plain(&repository) || repository.contains("..") {
        return None;
    }
    let file = percent(&file);
    let line = place.line;
    if host == "github.com" || host.starts_with("github.") {
        Some(format!("https://{host}/{repository}/blob/{commit}/{file}#L{line}"))
    } else if host == "gitlab.com" || host.starts_with("gitlab.") {
        Some(format!("https://{host}/{repository}/-/blob/{commit}/{file}#L{line}"))
    } else if host == "bitbucket.org" {
        Some(format!("https://{host}/{repository}/src/{commit}/{file}#lines-{line}"))
    } else {
        None
    }
}

/// Host and path of `https://user@host/a/b.git`, `ssh://git@host:22/a/b` and `git@host:a/b`.
fn parts(remote: &str) -> Option<(String, String)> {
    let (rest, is_url) = match remote.split_once("://") {
        Some(("https" | "ssh", rest)) => (rest, true),
        Some(_) => return None,
        None => (remote, false),
    };
    let (host, path) = if is_url { rest.split_once('/')? } else { rest.split_once(':')? };
    let host = host.rsplit('@').next()?;
    let host = host.split(':').next()?;
    let path = path.trim_matches('/');
    let path = path.strip_suffix(".git").unwrap_or(path);
    (!host.is_empty() && !path.is_empty()).then(|| (host.to_owned(), path.to_owned()))
}

fn percent(path: &str) -> String {
    let plain = |byte: &u8| byte.is_ascii_alphanumeric() || b"-_.~/".contains(byte);
    path.bytes()
        .map(|byte| if plain(&byte) { char::from(byte).to_string() } else { format!("%{byte:02X}") })
        .collect()
}
