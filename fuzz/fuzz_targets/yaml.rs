//! Parses a text; checks that all nodes and problems point into it.
#![no_main]

#[path = "../../tests/compile/places.rs"]
#[expect(dead_code, reason = "shared with the target `compile`")]
mod places;

libfuzzer_sys::fuzz_target!(|text: &str| places::yaml(text));
