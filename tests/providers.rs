//! Words, requests and outcomes: deliveries in, HTTP out; recorded responses and signed callbacks in, meaning out.

#![allow(clippy::unwrap_used)]
#[path = "providers/callbacks.rs"]
mod callbacks;
#[path = "providers/doctor.rs"]
mod doctor;
#[path = "providers/outcomes.rs"]
mod outcomes;
#[path = "providers/requests.rs"]
mod requests;
#[path = "providers/sms.rs"]
mod sms;
#[path = "providers/wire.rs"]
mod wire;
#[path = "providers/words.rs"]
mod words;
#[path = "providers/world.rs"]
mod world;
