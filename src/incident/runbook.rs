//! Where the runbook of an incident is read: at its own address, or on the page that shows a file of the config's repository.
//!
//! What an alert names counts before what its service says, and is believed no further than this: a name that is neither a web address
//! nor a file of the config in force leads nowhere. How the page is made is decided in [`page`](crate::page).

use super::reader::{is_url, service};
use super::{Incident, IncidentId};
use crate::config::Config;
use crate::integration::in_path;

/// The folder of runbooks in the config's repository.
const FOLDER: &str = "runbooks/";

/// The runbook as it was written: a URL, or a path below `runbooks/`.
pub fn runbook_of(config: &Config, incident: &Incident) -> Option<String> {
    let own = || service(config, incident)?.runbook.clone();
    let named = incident.runbook.as_deref().filter(|book| !book.trim().is_empty());
    named.map(str::to_owned).or_else(own)
}

/// The address of a runbook: its own if it is on the web, else the path of its page, with the words of an incident filled in; `None`
/// where there is no such file.
pub fn runbook_address(config: &Config, book: &str, incident: Option<IncidentId>) -> Option<String> {
    if is_url(book) {
        return Some(book.to_owned());
    }
    let path = book.strip_prefix(FOLDER).unwrap_or(book);
    let path = config.runbooks.contains_key(path).then_some(path)?;
    let parts: Vec<String> = path.split('/').map(in_path).collect();
    let query = incident.map(|id| format!("?incident={id}")).unwrap_or_default();
    Some(format!("/{FOLDER}{}{query}", parts.join("/")))
}

/// What a message links to.
pub(super) fn runbook_url(config: &Config, incident: &Incident) -> Option<String> {
    let address = runbook_address(config, &runbook_of(config, incident)?, Some(incident.id))?;
    if is_url(&address) {
        return Some(address);
    }
    let public = config.organisation.public_url.as_ref()?;
    Some(format!("{public}{address}"))
}

/// What a message says where it does not link: the file in the repository, or whatever the alert calls a runbook.
pub(super) fn runbook_file(config: &Config, incident: &Incident) -> Option<String> {
    let book = runbook_of(config, incident).filter(|book| !is_url(book))?;
    let is_named = incident.runbook.as_deref() == Some(&*book);
    Some(if is_named { book } else { format!("{FOLDER}{book}") })
}
