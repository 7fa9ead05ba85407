//! Each rule can fail: what it must refuse, and what only looks like it.

use super::source::Source;
use super::{FILE_LINES_MAX, FUNCTION_LINES_MAX, RULES, banned, banned_crates, lonely_traits, sizes};

/// (rule, path, text, the line of the one finding).
#[rustfmt::skip]
const REFUSED: &[(&str, &str, &str, usize)] = &[
    ("layers", "src/config/mod.rs", "use crate::engine::Engine;", 1),
    ("layers", "src/config/mod.rs", "use crate::{\n    alert::Event,\n    engine::{Engine, Turn},\n};", 3),
    ("layers", "src/config/mod.rs", "fn f() -> crate::journal::Frame { todo() }", 1),
    ("layers", "src/alert.rs", "use crate::schedule::Shift;", 1),
    ("layers", "src/route.rs", "use crate::compile::compile;", 1),
    ("layers", "src/incident/mod.rs", "use crate::compile::Tree;", 1),
    ("layers", "src/config/user.rs", "use super::super::engine::Engine;", 1),
    ("layers", "src/config/mod.rs", "use super::engine::Engine;", 1),
    ("layers", "src/alert.rs", "\nuse super::config::Config;", 2),
    ("layers", "src/config/user.rs", "use crate::*;", 1),
    ("layers", "src/config/user.rs", "use crate::nowhere::Thing;", 1),
    ("layers", "src/misc.rs", "fn f() {}", 1),
    ("purity", "src/engine/mod.rs", "use tokio::sync::mpsc;", 1),
    ("purity", "src/engine/mod.rs", "async fn f() {}", 1),
    ("purity", "src/engine/mod.rs", "use std::{collections::BTreeMap, fs};", 1),
    ("purity", "src/engine/mod.rs", "fn f() {\n    std::env::var(\"A\");\n}", 2),
    ("purity", "src/engine/mod.rs", "use std::net::IpAddr;", 1),
    ("purity", "src/engine/mod.rs", "fn f() { std::process::exit(1) }", 1),
    ("purity", "src/engine/mod.rs", "fn f() { std::thread::spawn(g); }", 1),
    ("purity", "src/engine/mod.rs", "fn f() { tracing::info!(\"x\"); }", 1),
    ("purity", "src/engine/mod.rs", "fn f() { Timestamp::now() }", 1),
    ("purity", "src/engine/mod.rs", "const F: fn() -> Zoned = jiff::Zoned::now;", 1),
    ("purity", "src/engine/mod.rs", "use ring::rand;", 1),
    ("purity", "src/lib.rs", "fn f() { println!(\"x\"); }", 1),
    ("forbidden", "src/web/router.rs", "fn f(x: &dyn Send) {}", 1),
    ("forbidden", "src/web/router.rs", "struct S { a: Arc<Mutex<State>> }", 1),
    ("forbidden", "src/web/router.rs", "macro_rules! m { () => {} }", 1),
    ("forbidden", "src/web/router.rs", "fn f() { if cfg!(test) {} }", 1),
    ("forbidden", "src/web/mod.rs", "pub use http::*;", 1),
    ("statics and unsafe", "src/web/router.rs", "static mut COUNT: u32 = 0;", 1),
    ("statics and unsafe", "src/web/router.rs", "use a::b;\nstatic COUNT: AtomicU32 = AtomicU32::new(0);", 2),
    ("statics and unsafe", "src/web/router.rs", "fn f() { unsafe { g() } }", 1),
    ("names", "src/web/http_handler.rs", "fn f() {}", 1),
    ("names", "src/server/util.rs", "fn f() {}", 1),
    ("names", "src/web/router.rs", "struct IncidentManager;", 1),
    ("names", "src/web/router.rs", "fn parse_helper() {}", 1),
    ("names", "src/config/types.rs", "fn f() {}", 1),
    ("names", "src/config/mod.rs", "mod core;", 1),
    ("documents", "src/document/user.rs", "#[serde(flatten)]", 1),
    ("documents", "src/document/user.rs", "#[serde(default, untagged)]", 1),
    ("contacts", "src/incident/dispatch.rs", "fn f(by: Contact) -> bool { by == Contact::Call }", 1),
    ("contacts", "src/cli/told.rs", "use crate::config::Contact::{self, Sms};", 1),
    ("contacts", "src/preview/mod.rs", "match by {\n    crate::config::Contact::Slack => 1,\n}", 2),
    ("contacts", "src/compile/user.rs", "fn f() { by == ContactMethod::Email }", 1),
    ("opening", "src/alert.rs", "use std::fmt;", 1),
    ("depth", "src/config/user/phone.rs", "", 1),
];

/// Texts in which no rule finds anything.
#[rustfmt::skip]
const ACCEPTED: &[(&str, &str)] = &[
    ("src/config/user.rs", "//! x\nuse super::Contact;\nuse crate::{alert::Event, schedule::{Shift, Window}};"),
    ("src/engine/mod.rs", "//! tokio, async and std::fs are for others.\n// Timestamp::now()\n/* use /* std::fs */ tokio */ fn f() {}"),
    ("src/engine/mod.rs", "//! x\nconst A: &str = \"use tokio; \\\" dyn\";\nconst B: &str = r#\"std::fs \" dyn\"#;\nconst C: [char; 3] = ['\"', '\\'', 'd'];"),
    ("src/engine/mod.rs", "//! x\nfn f<'a>(x: &'a str, y: &'static str) -> Cow<'static, str> { brand(x, y) }"),
    ("src/engine/mod.rs", "//! x\nfn f(now: Timestamp) { self.now; handle(now); std::fmt::Write; }"),
    ("src/web/router.rs", "//! x\nasync fn f() { tokio::time::sleep(std::time::Duration::ZERO).await; crate::engine::turn(); }"),
    ("src/engine/mod.rs", "//! x\nmod print;\nfn greatest_common_divisor() { core::mem::take; print() }"),
    ("src/web/router.rs", "//! x\nfn f(x: &(dyn std::error::Error + 'static), y: &dyn SignatureVerificationAlgorithm) {}"),
    ("src/git/remote.rs", "//! x\nfn f() { static ONCE: Once = Once::new(); unsafe { g() } }"),
    ("src/alert.rs", "//! x\n#[cfg(test)]\nmod tests {\n    use super::config_of;\n}"),
    ("src/incident/dispatch.rs", "//! x\nfn f() { Contact::read(name).map(Contact::method) }"),
    ("src/provider/twilio.rs", "//! x\nfn f() { by == Contact::Sms }"),
    ("src/config/mod.rs", "//! x\nmod user;\npub use user::{Contact, User};"),
];

#[test]
fn each_rule_can_fail() {
    for (name, path, text, line) in REFUSED {
        let (_, rule) = RULES.iter().find(|(rule, _)| rule == name).unwrap();
        let findings = rule(&Source::new(path, text));
        let places: Vec<&str> = findings.iter().map(|finding| finding.place.as_str()).collect();
        assert_eq!(places.first(), Some(&format!("{path}:{line}").as_str()), "{name}: {text}");
    }
    for (name, _) in RULES.iter().filter(|(name, _)| *name != "sizes") {
        assert!(REFUSED.iter().any(|(rule, ..)| rule == name), "{name} has no case");
    }
}

#[test]
fn what_only_looks_like_a_breach_is_none() {
    for (path, text) in ACCEPTED {
        let source = Source::new(path, text);
        let findings: Vec<String> =
            RULES.iter().flat_map(|(_, rule)| rule(&source)).map(|finding| finding.to_string()).collect();
        assert_eq!(findings, Vec::<String>::new(), "{text}");
    }
}

#[test]
fn sizes_are_measured() {
    let function = |lines: usize| format!("fn f(a: [u8; 3]) {{\n{}}}\n", "    g(\"}\");\n".repeat(lines - 2));
    assert_eq!(sizes(&Source::new("src/a.rs", &function(FUNCTION_LINES_MAX))).len(), 0);
    assert_eq!(sizes(&Source::new("src/a.rs", &function(FUNCTION_LINES_MAX + 1))).len(), 1);
    assert_eq!(sizes(&Source::new("src/a.rs", &"//\n".repeat(FILE_LINES_MAX))).len(), 0);
    assert_eq!(sizes(&Source::new("src/a.rs", &"//\n".repeat(FILE_LINES_MAX + 1))).len(), 1);
}

#[test]
fn a_lonely_trait_and_a_banned_crate_are_found() {
    let one = "trait Store {}\nimpl Store for Disk {}\n";
    assert_eq!(lonely_traits(&[Source::new("src/a.rs", one)]).len(), 1);
    let two = format!("{one}impl<T> Store for Memory<T> {{}}\n");
    assert_eq!(lonely_traits(&[Source::new("src/a.rs", &two)]).len(), 0);
    let lock = "[[package]]\nname = \"rsa\"\n\n[[package]]\nname = \"rsa-free\"\n";
    let found = banned_crates(lock, &banned("deny = [\n  { crate = \"rsa\", reason = \"x\" },\n]"));
    assert_eq!(found.len(), 1);
    assert_eq!(found[0].place, "Cargo.lock:2");
}
