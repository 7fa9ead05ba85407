//! A text -> nodes and problems, all of them in the text.
#![no_main]

#[path = "../../tests/compile/places.rs"]
#[expect(dead_code, reason = "shared with the target `compile`")]
mod places;

libfuzzer_sys::fuzz_target!(|text: &str| places::yaml(text));
