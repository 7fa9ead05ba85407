//! On-call schedules, escalation and incident paging.
pub mod alert;
pub mod check;
pub mod cli;
pub mod compile;
pub mod config;
pub mod document;
pub mod engine;
pub mod incident;
pub mod integration;
pub mod journal;
pub mod language;
pub mod preview;
pub mod provider;
pub mod route;
pub mod schedule;
pub mod server;
