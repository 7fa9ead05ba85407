//! The `oncall` binary.

fn main() {}
