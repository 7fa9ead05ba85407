//! Where a runbook is read.

use crate::config::Config;
use crate::incident::IncidentId;

/// The address of a runbook's page, or its own if it is on the web; `None` where there is no such file.
pub(super) fn runbook_address(config: &Config, book: &str, incident: Option<IncidentId>) -> Option<String> {
    if book.starts_with("https://") || book.starts_with("http://") {
        return Some(book.to_owned());
    }
    let path = book.strip_prefix("runbooks/").unwrap_or(book);
    let path = config.runbooks.contains_key(path).then_some(path)?;
    let parts: Vec<String> = path.split('/').map(crate::integration::in_path).collect();
    let query = incident.map(|id| format!("?incident={id}")).unwrap_or_default();
    Some(format!("/runbooks/{}{query}", parts.join("/")))
}
