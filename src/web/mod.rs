//! Every door: webhooks, callbacks, the API, calendars, and what is refused at them.
//!
//! A door checks who knocks and bounds what is said, then hands values to the [`server`](crate::server). It decides
//! nothing about an incident.

pub mod address;
pub mod api;
pub mod attempt;
pub mod body;
pub mod calendars;
pub mod calendars_kept;
pub mod callbacks;
pub mod changes;
pub mod commands;
pub mod config;
pub mod doors;
pub mod entrance;
pub mod entries;
pub mod guest;
pub mod how_it_is;
pub mod incidents;
pub mod kept;
pub mod limit;
pub mod listen;
pub mod made;
pub mod on_call;
pub mod opsgenie;
pub mod pace;
pub mod pages;
pub mod pages_catalogue;
pub mod pages_incidents;
pub mod pages_link;
pub mod pages_make;
pub mod pages_oidc;
pub mod pages_people;
pub mod pages_sign_in;
pub mod past;
pub mod proxy;
pub mod reading;
pub mod reading_form;
pub mod refusal;
pub mod refused;
pub mod room;
pub mod router;
mod runbook;
pub mod session;
pub mod sheet;
pub mod slow;
pub mod strangers;
pub mod stray;
pub mod tags;
pub mod tally;
mod test;
pub mod unpack;
pub mod visitor;
pub mod vouched;
pub mod webhook;
pub mod wish;
