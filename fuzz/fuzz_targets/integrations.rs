//! Every parser of monitors' requests: `cargo fuzz run --sanitizer none integrations`. Seeds: the files of `tests/integrations/`.
#![no_main]

#[path = "../../tests/integrations/harness.rs"]
mod harness;

libfuzzer_sys::fuzz_target!(|data: &[u8]| harness::run(data));
