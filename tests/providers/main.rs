//! Words, requests and outcomes: deliveries in, HTTP out; recorded responses and signed callbacks in, meaning out.

#![allow(clippy::unwrap_used)]
mod asks;
mod aws_sms;
mod callbacks;
mod chats;
mod connect;
mod doctor;
mod doctor_push;
mod mail;
mod outcomes;
mod push;
mod requests;
mod rooms;
mod sms;
mod storms;
mod terminal;
mod tickets;
mod wire;
mod words;
mod world;
