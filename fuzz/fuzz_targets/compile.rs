//! Compiles a patch to the smallest company, as in `tests/configs/*.case`; checks that all findings point into its
//! files.
#![no_main]

#[path = "../../tests/compile/case.rs"]
mod case;
#[path = "../../tests/compile/places.rs"]
#[expect(dead_code, reason = "shared with the target `yaml`")]
mod places;

use oncall::{check, compile};

/// Noon in Tokyo, as in `tests/compile/main.rs`.
const TODAY: &str = "2026-11-23T12:00:00+09:00";

thread_local! {
    /// Built once: this costs more than compiling a small company.
    static COMPILER: compile::Compiler = compile::Compiler::new();
}

libfuzzer_sys::fuzz_target!(|patch: &str| {
    let tree = case::tree(patch);
    let compiled = COMPILER.with(|compiler| compiler.compile(&tree));
    let broken = compiled.diagnostics.iter().any(|each| each.severity == compile::Severity::Error);
    assert_eq!(compiled.config.is_none(), broken, "a config is there exactly if there is no error");
    places::inside(&tree, &compiled.diagnostics);
    places::inside(&tree, &check::run(&compiled, TODAY.parse().ok()));
    compile::render_human(&tree, &compiled.diagnostics, compiled.language, false);
});
