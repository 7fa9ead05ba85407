//! What the pages of the config show: services, integrations, runbooks, and the config itself.

use super::schedule::Drawing;
use super::{Line, Row, Shell, ShiftRow};
use crate::language::catalogue::CatalogueWords;
use crate::language::page::PageWords;
use askama::Template;

/// Every service.
#[derive(Debug, Template)]
#[template(path = "services.html")]
pub struct ServicesPage<'a> {
    pub shell: Shell<'a>,
    pub w: &'a PageWords,
    pub c: &'a CatalogueWords,
    pub services: Vec<ServiceRow>,
}

/// A service in the list.
#[derive(Clone, Debug)]
pub struct ServiceRow {
    pub path: String,
    pub name: String,
    pub triggered: u32,
    pub acknowledged: u32,
}

/// One service.
#[derive(Debug, Template)]
#[template(path = "service.html")]
pub struct ServicePage<'a> {
    pub shell: Shell<'a>,
    pub w: &'a PageWords,
    pub c: &'a CatalogueWords,
    pub id: String,
    pub name: String,
    pub runbook: Option<Line>,
    pub policy: Vec<Line>,
    pub rules: Vec<RuleLine>,
    pub incidents: Vec<Row>,
}

/// A rule in words, and where it is written.
#[derive(Clone, Debug)]
pub struct RuleLine {
    pub text: String,
    pub place: Line,
}

/// Every integration.
#[derive(Debug, Template)]
#[template(path = "integrations.html")]
pub struct IntegrationsPage<'a> {
    pub shell: Shell<'a>,
    pub w: &'a PageWords,
    pub c: &'a CatalogueWords,
    pub integrations: Vec<IntegrationRow>,
}

/// An integration, and what came through its door.
#[derive(Clone, Debug)]
pub struct IntegrationRow {
    pub id: String,
    pub kind: String,
    pub place: Line,
    pub requests: u64,
    pub last: Option<String>,
    pub error: Option<String>,
    /// Where its monitor posts, for administrators.
    pub url: Option<String>,
}

/// A runbook.
#[derive(Debug, Template)]
#[template(path = "runbook.html")]
pub struct RunbookPage<'a> {
    pub shell: Shell<'a>,
    pub w: &'a PageWords,
    /// Written by [`runbook`](super::runbook), which escapes it.
    pub html: String,
    pub place: Line,
    pub incident: Option<String>,
}

/// The config in force, and what it waits for.
#[derive(Debug, Template)]
#[template(path = "config.html")]
pub struct ConfigPage<'a> {
    pub shell: Shell<'a>,
    pub w: &'a PageWords,
    pub c: &'a CatalogueWords,
    pub commit: Line,
    pub about: Option<String>,
    pub since: Option<String>,
    /// What speaks against the one in force.
    pub errors: Option<String>,
    pub refused: Option<RefusedConfig>,
    pub unreachable: Option<String>,
    pub missing: Vec<String>,
}

/// A commit that is not taken.
#[derive(Clone, Debug)]
pub struct RefusedConfig {
    pub commit: Line,
    pub since: String,
    /// As `validate` shows them.
    pub findings: String,
    pub stuck: Vec<String>,
}

/// A schedule's line in the grid.
#[derive(Clone, Debug)]
pub struct GridRow {
    pub path: String,
    pub name: String,
    pub shifts: Vec<ShiftRow>,
}

/// All schedules over the same days.
#[derive(Debug, Template)]
#[template(path = "grid.html")]
pub struct GridPage<'a> {
    pub shell: Shell<'a>,
    pub w: &'a PageWords,
    pub c: &'a CatalogueWords,
    pub days: i64,
    /// How many days may be shown, and the word for it.
    pub ranges: [(i64, &'static str); 3],
    pub first: String,
    pub earlier: String,
    pub later: String,
    pub drawing: Drawing,
    pub rows: Vec<GridRow>,
}
