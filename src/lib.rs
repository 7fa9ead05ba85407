//! On-call schedules, escalation and incident paging from a git repository of YAML.
//!
//! # The one idea
//!
//! An [`Entry`](incident::Entry), one change to the state, is at once the journal line, the line of the timeline people
//! read, the state transition, and the fixture in a test. State is what replaying entries gives. Everything that
//! *decides* is a function from values to values: no I/O, no clock, no randomness, no `async`. Everything that *touches
//! the world* is in [`git`], [`disk`], [`server`], [`web`], [`serve`] and [`cli`]. So a dry run, an
//! expectation, a simulation and the server are the same code with a different clock.
//!
//! # An alert on its way
//!
//! 1. [`web::entrance`] reads as much of the body as its sender may say, and [`web::webhook`] hands it on.
//! 2. [`integration::find`] and [`integration::receive`] authenticate and parse: bytes to [`Event`](alert::Event)s. What must
//!    be fetched to verify them is asked for as data.
//! 3. [`Incidents::handle`](incident::Incidents::handle) routes and decides: entries, deliveries, a reply.
//! 4. The journal's thread writes what arrived while the last write ran. Only then the [`engine`] releases replies and
//!    deliveries.
//! 5. [`provider::begin`] and [`provider::resume`] turn a delivery into HTTP and HTTP into an outcome, which goes back to 3.
//! 6. A button or a key on the phone comes in through [`provider::callback`] and goes to 3 as well.
//!
//! A config change: a commit, a tree, [`compile`](compile::compile), [`check`]; without errors the config and its secrets are
//! swapped together between two inputs, and open incidents follow it.
//!
//! # Layers
//!
//! Imports go one way, and siblings do not see each other:
//!
//! ```text
//! place -> actor -> reason -> alert | schedule | language | sops
//!   -> config -> integration | sign_in -> document
//!   -> compile | route
//!   -> incident (which does not see compile)
//!   -> provider | preview
//!   -> check | chat -> edit | journal | page -> engine
//!   -> git | disk -> server -> web -> serve -> cli
//! ```
//!
//! # Modules, in reading order
//!
//! | module | decides, or does |
//! | --- | --- |
//! | [`place`] | a file and a line of the config |
//! | [`actor`] | who did something, and by which way |
//! | [`reason`] | why something happened: what the journal stores in place of sentences |
//! | [`alert`] | what a monitor said |
//! | [`schedule`] | who is on call at an instant |
//! | [`language`] | every phrase, in every language, and the times that people type |
//! | [`sops`] | what is readable of a SOPS file, and what a key opens |
//! | [`config`] | the compiled, immutable configuration |
//! | [`sign_in`] | who somebody is, by what an identity provider or a proxy has signed |
//! | [`document`] | the YAML exactly as it is written, and the source of `schema/` |
//! | [`compile`] | a tree of files to a config and findings |
//! | [`integration`] | a monitor's request to events |
//! | [`route`] | an event to a service, a severity and an urgency |
//! | [`incident`] | what happens next: the state machine |
//! | [`provider`] | a delivery to HTTP, and back |
//! | [`preview`] | what would happen: an alert in virtual time, a change of the config, shifts as calendars |
//! | [`chat`] | what people type, press and fill in, and how they are answered |
//! | [`check`] | the semantic checks, expectations beside what happens, and the long form of every code |
//! | [`edit`] | a wish to new texts of files, in which all else stays |
//! | [`page`] | the web pages: values to HTML; templates are in `templates/` |
//! | [`journal`] | bytes of the journal, purely |
//! | [`engine`] | lanes, turns, batches, the commit gate, purely |
//! | [`git`] | the config's repository: commits, trees |
//! | [`disk`] | the state directory |
//! | [`server`] | the engine's task, deliveries, secrets, the feed of entries with its readers (the board, metrics, the log), clocks |
//! | [`web`] | every door: webhooks, callbacks, API, pages, calendars, refusals |
//! | [`serve`] | puts the server together |
//! | [`cli`] | one file for each command; what `init` writes is in `starter/` |
//!
//! # Invariants
//!
//! 1. No I/O, clock or randomness outside the rooms that touch the world: `tests/architecture`.
//! 2. Compiling, routing and handling do not fail, whatever they are given: `tests/compile`, `tests/simulation`.
//! 3. Replaying the journal gives the same state as having lived it: `tests/simulation`.
//! 4. What was answered 2xx survives `kill -9` and power loss: `tests/journal`, `tests/serve`.
//! 5. While the journal is healthy, nothing leaves before its entry is on disk. Deliveries go out at least once; a crash
//!    costs at most one repeat of each in flight, marked as such: `tests/simulation`.
//! 6. An open, unacknowledged, unsilenced incident of high urgency always has a deadline, and the exhausted fallback is
//!    told again. Silence is never an end: `tests/scenarios`, `tests/simulation`.
//! 7. Whatever suppresses an alert is named in its timeline: `tests/scenarios`.
//! 8. A broken config never replaces a working one, and what `validate` refuses is broken; at a start, what was in force last
//!    is taken again: `tests/serve`, `tests/compile`.
//! 9. Every queue, loop, payload, retry and cache has a bound, a constant named `*_MAX`: `tests/integrations`,
//!    `tests/simulation`.
//! 10. Degraded, while the disk fails, the server still pages; 3, 4 and 5 then hold up to the last healthy point:
//!     `tests/simulation`.
//! 11. Reading never delays paging: lists read the board, which reads a bounded feed of entries as metrics and the log do,
//!     and the engine waits for none of them: `tests/serve`.
//! 12. No company makes an alert quieter: what alone would be told is told beside others too, unless its own timeline names
//!     the rule or the person that holds it back: `tests/scenarios`.
//! 11. No company makes an alert quieter: what alone would be told is told beside others too, unless its own timeline
//!     names the rule or the person that holds this very alert back: `tests/scenarios/alone`.
//!
//! # Words
//!
//! One word for one thing, in the code as in the config:
//!
//! | word | meaning |
//! | --- | --- |
//! | event | what a monitor said: trigger, update, acknowledge, resolve; note and change, which only stand in timelines |
//! | change | somebody changed a service (a deploy); never pages |
//! | incident | what people respond to: triggered, acknowledged, resolved |
//! | dedup key | joins events to the open incident |
//! | severity | how bad, said by the source: critical, error, warning, info |
//! | urgency | how to disturb people, decided by the service: high, low, none |
//! | route | matchers that lead to a service |
//! | storm | an incident that stands for what its service can no longer open one by one |
//! | silence | mutes pages of a scope until an end; a maintenance window is one that is planned |
//! | inhibition | mutes what another alert, its source, explains, while people know of that one |
//! | rule of an integration | sets words of an event, or drops it, before anything else decides |
//! | storm | the incident that takes in what is too much for its service at once |
//! | flapping | of an alert: fires and clears again and again; its incident stays open until it is calm |
//! | command | what a person asks for at run time; a remark is what somebody says who may not |
//! | escalation policy, step | who is told next, and after how long |
//! | schedule, layer, rotation, line-up | who is on call when: layers of rotations through line-ups |
//! | shift, override, handoff | a turn on call; a temporary change; when turns change |
//! | contact method, notification rule | a way to reach a person; which ways, after how long |
//! | notification | a planned contact |
//! | notice | a contact about no incident: a shift, an override, a word to whoever made it |
//! | delivery | one attempt, and its outcome |
//! | entry | one recorded change |
//! | heartbeat | what says only that an integration is alive; its absence is an event |
//! | integration, provider | inbound from a monitor; outbound to Slack, Twilio, Jira |

pub mod actor;
pub mod alert;
pub mod language;
pub mod place;
pub mod reason;
pub mod schedule;
pub mod sops;

pub mod compile;
pub mod config;
pub mod document;

pub mod chat;
pub mod check;
pub mod edit;
pub mod incident;
pub mod integration;
pub mod preview;
pub mod provider;
pub mod route;
pub mod sign_in;

pub mod disk;
pub mod engine;
pub mod git;
pub mod journal;
pub mod page;

pub mod cli;
pub mod serve;
pub mod server;
pub mod web;
