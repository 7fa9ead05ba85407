//! Web pages: values in, HTML out.
//!
//! A page is a struct of what it shows and a template in `templates/`; both are here, and what they show is gathered in
//! [`web`](crate::web). All words come from [`language::page`](crate::language::page), and everything else is escaped by the
//! template. Nothing is inline, neither style nor script: the pages' policy (CSP) forbids both.

mod assets;
pub mod catalogue;
mod forge;
mod markdown;
pub mod schedule;
mod views;

pub use assets::{Asset, Assets, asset};
pub use forge::line_url;
pub use markdown::runbook;
pub use views::{
    Ask, Field, FieldKind, IncidentPage, Line, LinkPage, LinkRow, ListPage, May, MePage, Message, Moment,
    NewPage, OnCallPage, OnCallRow, Person, Row, RowAlert, Shell, ShiftRow, Standing, TimelineLine,
};
