//! The house rules, as `src/lib.rs` maps them, checked over the source: layers, purity, sizes, names, crates.
//!
//! Each rule is a function from one file (or all of them) to findings; the last test feeds each rule what it must
//! refuse. A finding says where, which rule, and the way out.

#![allow(clippy::unwrap_used, reason = "a test may panic")]

mod circles;
mod refused;
mod source;

use source::Source;
use std::{fmt, fs, path::Path};

/// From the bottom up. A module sees every layer below its own, and not its siblings.
const LAYERS: [&[&str]; 18] = [
    &["place"],
    &["actor"],
    &["reason"],
    &["alert", "schedule", "language", "sops"],
    &["config"],
    &["integration", "sign_in"],
    &["document"],
    &["compile", "route"],
    &["incident"],
    &["provider", "preview"],
    &["check", "chat"],
    &["edit", "journal", "page"],
    &["engine"],
    &["git", "disk"],
    &["server"],
    &["web"],
    &["serve"],
    &["cli"],
];
/// (module, what it must not see although it is below).
const NOT_SEEN: [(&str, &str); 1] = [("incident", "compile")];

/// What touches the world may be named only here.
const WORLDLY: [&str; 7] = ["git", "disk", "server", "web", "serve", "cli", "main"];
const WORLDLY_WORDS: [&str; 9] =
    ["tokio", "async", "await", "tracing", "rand", "reqwest", "axum", "hyper", "git2"];
const PRINTS: [&str; 4] = ["print", "println", "eprint", "eprintln"];
const WORLDLY_STD: [&str; 5] = ["fs", "net", "env", "process", "thread"];

const FILE_LINES_MAX: usize = 500;
const FUNCTION_LINES_MAX: usize = 70;

/// Empty wherever they stand in a name.
const EMPTY_WORDS: [&str; 7] = ["manager", "handler", "processor", "helper", "helpers", "util", "utils"];
/// Empty alone.
const EMPTY_NAMES: [&str; 3] = ["common", "core", "types"];

/// Traits of other crates that are handed out as `dyn` and nothing else.
const DYN_OF_OTHERS: [&str; 3] = ["Debug", "Error", "SignatureVerificationAlgorithm"];

/// A rule for one file.
type Rule = fn(&Source) -> Vec<Finding>;

const RULES: [(&str, Rule); 10] = [
    ("layers", layers),
    ("purity", purity),
    ("sizes", sizes),
    ("forbidden", forbidden),
    ("statics and unsafe", statics_and_unsafe),
    ("names", names),
    ("documents", documents),
    ("contacts", contacts),
    ("opening", opening),
    ("depth", depth),
];

#[derive(Debug)]
struct Finding {
    place: String,
    what: String,
    way_out: &'static str,
}

impl fmt::Display for Finding {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}\n    way out: {}", self.place, self.what, self.way_out)
    }
}

fn finding(source: &Source, line: usize, what: impl Into<String>, way_out: &'static str) -> Finding {
    Finding { place: format!("{}:{line}", source.path), what: what.into(), way_out }
}

#[test]
fn the_house_rules_hold() {
    let sources = sources();
    assert!(sources.len() > 20, "the sources were not found");
    let mut findings: Vec<Finding> =
        sources.iter().flat_map(|source| RULES.iter().flat_map(move |(_, rule)| rule(source))).collect();
    findings.extend(lonely_traits(&sources));
    findings.extend(["tests", "benches", "fuzz/fuzz_targets"].map(files).iter().flatten().filter_map(long));
    report(&findings);
}

#[test]
fn no_banned_crate_is_in_the_lock_file() {
    let banned = banned(&read("deny.toml"));
    assert!(banned.len() >= 10, "deny.toml was not understood: {banned:?}");
    report(&banned_crates(&read("Cargo.lock"), &banned));
}

/// A test target is a folder with a `main.rs`; what two of them share is one target, or data that both read.
#[test]
fn no_test_names_the_path_of_a_module() {
    let findings: Vec<Finding> = files("tests").iter().flat_map(named_paths).collect();
    report(&findings);
    let torn = Source::new("tests/a/main.rs", "mod b;\n#[path = \"../c/d.rs\"]\nmod d;");
    assert_eq!(named_paths(&torn).first().map(|finding| &*finding.place), Some("tests/a/main.rs:2"));
}

fn named_paths(source: &Source) -> Vec<Finding> {
    let tokens = source.tokens();
    let named = tokens.windows(3).filter(|at| at[0].text == "#" && at[1].text == "[" && at[2].text == "path");
    let way_out = "put the module into the target's own folder, or make one target of the two";
    named.map(|at| finding(source, at[2].line, "a module with a path", way_out)).collect()
}

fn report(findings: &[Finding]) {
    let text: Vec<String> = findings.iter().map(Finding::to_string).collect();
    assert!(findings.is_empty(), "{} findings\n\n{}\n", findings.len(), text.join("\n"));
}

/// Every `crate::<module>` is in a lower layer, and the crate's root is not reached by `super`.
fn layers(source: &Source) -> Vec<Finding> {
    let module = source.module();
    if ["lib", "main"].contains(&module) {
        return Vec::new();
    }
    let Some(own) = layer(module) else {
        let way_out = "give the module a layer in tests/architecture/main.rs and on the map in src/lib.rs";
        return vec![finding(source, 1, format!("`{module}` has no layer"), way_out)];
    };
    let mut findings = Vec::new();
    for path in source.paths() {
        let Some(seen) = seen_module(source, &path.segments) else { continue };
        if seen == module {
            continue;
        }
        let refused = NOT_SEEN.contains(&(module, seen)) || layer(seen).is_none_or(|other| other >= own);
        if refused {
            let what = format!("`{module}` sees `{}`, which is not below it", path.segments.join("::"));
            let way_out = "move what is needed down a layer, or pass it in as a value from above";
            findings.push(finding(source, path.line, what, way_out));
        }
    }
    findings
}

fn layer(module: &str) -> Option<usize> {
    LAYERS.iter().position(|modules| modules.contains(&module))
}

/// The module of the crate that a path begins at.
fn seen_module<'a>(source: &Source, segments: &'a [String]) -> Option<&'a str> {
    let in_folder = source.path.matches('/').count() == 2 && source.stem() != "mod";
    let nested = source.code.contains("mod tests {");
    let root = match segments {
        [first, ..] if first == "crate" => 1,
        [first, second, ..] if first == "super" && second == "super" && in_folder && !nested => 2,
        [first, second, ..] if first == "super" && second != "super" && !in_folder && !nested => 1,
        _ => return None,
    };
    segments.get(root).map(String::as_str)
}

/// No I/O, clock or randomness outside the rooms that touch the world.
fn purity(source: &Source) -> Vec<Finding> {
    if WORLDLY.contains(&source.module()) {
        return Vec::new();
    }
    let way_out = "decide here, act in a room that touches the world: ask for it as data, or take it as a parameter (`now`, bytes)";
    let tokens = source.tokens();
    let prints =
        |at: usize| PRINTS.contains(&tokens[at].text) && tokens.get(at + 1).is_some_and(|it| it.text == "!");
    let words = (0..tokens.len()).filter(|at| WORLDLY_WORDS.contains(&tokens[*at].text) || prints(*at));
    let mut findings: Vec<Finding> =
        words.map(|at| finding(source, tokens[at].line, format!("`{}`", tokens[at].text), way_out)).collect();
    for path in source.paths() {
        let segments: Vec<&str> = path.segments.iter().map(String::as_str).collect();
        let worldly = matches!(segments[..], ["std", module, ..] if WORLDLY_STD.contains(&module));
        let clock = segments.len() > 1 && segments.last() == Some(&"now");
        if worldly || clock {
            findings.push(finding(source, path.line, format!("`{}`", segments.join("::")), way_out));
        }
    }
    findings
}

/// Tests and benches are read as often as what they try.
fn long(source: &Source) -> Option<Finding> {
    let lines = source.text.lines().count();
    let what = format!("{lines} lines; {FILE_LINES_MAX} are the most");
    (lines > FILE_LINES_MAX).then(|| finding(source, lines, what, "split it by what it decides"))
}

fn sizes(source: &Source) -> Vec<Finding> {
    let mut findings: Vec<Finding> = long(source).into_iter().collect();
    for (name, first, last) in source.functions() {
        let length = last - first + 1;
        if length > FUNCTION_LINES_MAX {
            let what = format!("`{name}` has {length} lines; {FUNCTION_LINES_MAX} are the most");
            findings.push(finding(source, first, what, "name its parts as functions below it"));
        }
    }
    findings
}

/// Constructs that should not exist, as words that follow each other.
fn forbidden(source: &Source) -> Vec<Finding> {
    const FORBIDDEN: [(&[&str], &str); 8] = [
        (&["Arc", "<", "Mutex"], "one task owns the state; send it a message"),
        (&["Arc", "<", "RwLock"], "one task owns the state; send it a message"),
        (&["macro_rules"], "a function, or a table and a loop"),
        (&["cfg", "!", "(", "test"], "production code does not know of tests: pass the difference in"),
        (&["cfg", "(", "not", "(", "test"], "production code does not know of tests: pass the difference in"),
        (&["lazy_static"], "build it in `main` and pass it down"),
        (&["extern", "crate"], "a path"),
        (&["todo", "!"], "do it, or leave it out and say so in the closing note"),
    ];
    let tokens = source.tokens();
    let mut findings = Vec::new();
    for (words, way_out) in FORBIDDEN {
        for at in tokens
            .windows(words.len())
            .filter(|at| at.iter().zip(words).all(|(token, word)| token.text == *word))
        {
            findings.push(finding(source, at[0].line, format!("`{}`", words.concat()), way_out));
        }
    }
    for at in (0..tokens.len()).filter(|at| tokens[*at].text == "dyn") {
        let path = tokens[at + 1..].iter().take_while(|token| token.is_word() || token.text == "::");
        if path.last().is_none_or(|last| !DYN_OF_OTHERS.contains(&last.text)) {
            findings.push(finding(source, tokens[at].line, "`dyn`", "a closed enum, or a generic parameter"));
        }
    }
    let globs = tokens.windows(2).filter(|pair| pair[0].text == "pub" && pair[1].text == "use");
    let starred = |line: &usize| source.code.lines().nth(line - 1).is_some_and(|text| text.contains("::*"));
    let lines: Vec<usize> = globs.map(|pair| pair[0].line).filter(starred).collect();
    findings
        .extend(lines.into_iter().map(|line| finding(source, line, "`pub use …::*`", "name what is public")));
    findings
}

/// Neither statics nor `unsafe`, but for libgit2's settings of the whole process and its allocator.
fn statics_and_unsafe(source: &Source) -> Vec<Finding> {
    if ["src/git/remote.rs", "src/main.rs"].contains(&source.path.as_str()) {
        return Vec::new();
    }
    let tokens = source.tokens();
    let lifetime = |at: usize| at > 0 && tokens[at - 1].text == "'";
    let items =
        (0..tokens.len()).filter(|at| ["static", "unsafe"].contains(&tokens[*at].text) && !lifetime(*at));
    let way_out = "a `const`, or a value that `main` makes and passes down; `unsafe` nowhere";
    items.map(|at| finding(source, tokens[at].line, format!("`{}`", tokens[at].text), way_out)).collect()
}

/// Names that say nothing, of files and of what they declare.
fn names(source: &Source) -> Vec<Finding> {
    let way_out = "name it after what it decides, in the field's words (the glossary in src/lib.rs)";
    let empty = |name: &str| {
        let words = words(name);
        EMPTY_NAMES.contains(&words.concat().as_str())
            || words.iter().any(|word| EMPTY_WORDS.contains(&word.as_str()))
    };
    let mut findings = Vec::new();
    if empty(source.stem()) {
        findings.push(finding(source, 1, format!("the file name `{}` says nothing", source.stem()), way_out));
    }
    for pair in source.tokens().windows(2) {
        let declares = ["struct", "enum", "trait", "fn", "mod", "type"].contains(&pair[0].text);
        if declares && pair[1].is_word() && empty(pair[1].text) {
            findings.push(finding(
                source,
                pair[1].line,
                format!("the name `{}` says nothing", pair[1].text),
                way_out,
            ));
        }
    }
    findings
}

/// `HttpHandler` and `http_handler` are `http`, `handler`.
fn words(name: &str) -> Vec<String> {
    let mut words = vec![String::new()];
    for c in name.chars() {
        if c == '_' || c.is_uppercase() {
            words.push(String::new());
        }
        if let Some(word) = words.last_mut().filter(|_| c != '_') {
            word.extend(c.to_lowercase());
        }
    }
    words
}

/// A document says its keys itself, or an unknown key could not be found.
fn documents(source: &Source) -> Vec<Finding> {
    let way_out = "write the keys out; a choice between shapes is a `Deserialize` of its own, like OneOrMany";
    let tokens = source.tokens();
    let loose = tokens.iter().filter(|token| ["flatten", "untagged"].contains(&token.text));
    let in_serde = loose
        .filter(|token| source.code.lines().nth(token.line - 1).is_some_and(|line| line.contains("serde(")));
    match source.module() {
        "document" => in_serde
            .map(|token| finding(source, token.line, format!("`serde({})`", token.text), way_out))
            .collect(),
        _ => Vec::new(),
    }
}

/// Which contact method it is, is asked by the tables and by the vendors' own files; all else reads a column.
fn contacts(source: &Source) -> Vec<Finding> {
    let tables = ["src/config/contact.rs", "src/config/provider.rs"];
    if tables.contains(&source.path.as_str()) || source.module() == "provider" {
        return Vec::new();
    }
    let own = source.path == "src/document/user.rs";
    let variant = |name: &String| name == "*" || name.starts_with(char::is_uppercase);
    let asks =
        |pair: &[String]| (pair[0] == "Contact" || (pair[0] == "ContactMethod" && !own)) && variant(&pair[1]);
    let way_out = "a column of CONTACTS (src/config/contact.rs) that says what you ask the method for";
    let paths = source.paths().into_iter().filter(|path| path.segments.windows(2).any(asks));
    paths.map(|path| finding(source, path.line, format!("`{}`", path.segments.join("::")), way_out)).collect()
}

/// The variants of an enum that have no row in their table: `contact: Contact::Call`.
fn without_row(source: &Source, name: &str, field: &str) -> Vec<String> {
    let tokens = source.tokens();
    let begins = tokens.windows(2).position(|pair| pair[0].text == "enum" && pair[1].text == name);
    let variants = tokens.iter().skip(begins.map_or(tokens.len(), |at| at + 3));
    let variants = variants.take_while(|token| token.text != "}").filter(|token| token.is_word());
    variants
        .map(|token| format!("{field}: {name}::{}", token.text))
        .filter(|row| !source.code.contains(&format!("{row},")))
        .collect()
}

#[test]
fn every_contact_and_every_provider_has_a_row() {
    let missing = |path: &str, name, field| without_row(&Source::new(path, &read(path)), name, field);
    assert_eq!(missing("src/config/contact.rs", "Contact", "contact"), Vec::<String>::new());
    assert_eq!(missing("src/config/provider.rs", "Provider", "provider"), Vec::<String>::new());
    let torn = Source::new(
        "src/a.rs",
        "enum Way { Call, Fax }\nconst ROWS: [Row; 1] = [Row { way: Way::Call, n: 1 }];",
    );
    assert_eq!(without_row(&torn, "Way", "way"), ["way: Way::Fax"]);
}

fn opening(source: &Source) -> Vec<Finding> {
    let way_out = "begin with `//!`: what it decides, and what it leaves to others, in 3 to 10 lines";
    let opens = source.text.starts_with("//! ");
    if opens { Vec::new() } else { vec![finding(source, 1, "it does not say what it is for", way_out)] }
}

fn depth(source: &Source) -> Vec<Finding> {
    let deep = source.path.matches('/').count() > 2;
    let way_out = "one folder deep is the most: a file in the module's folder";
    if deep { vec![finding(source, 1, "it is too deep below src/", way_out)] } else { Vec::new() }
}

/// A trait earns its place by two implementations.
fn lonely_traits(sources: &[Source]) -> Vec<Finding> {
    let declared = |source: &Source| -> Vec<(String, usize)> {
        let tokens = source.tokens();
        let pairs = tokens.windows(2).filter(|pair| pair[0].text == "trait" && pair[1].is_word());
        pairs.map(|pair| (pair[1].text.to_owned(), pair[1].line)).collect()
    };
    let implementations = |name: &str| -> usize {
        sources.iter().map(|source| source.code.lines().filter(|line| implements(line, name)).count()).sum()
    };
    let mut findings = Vec::new();
    for source in sources {
        for (name, line) in declared(source).into_iter().filter(|(name, _)| implementations(name) < 2) {
            let what = format!("the trait `{name}` has fewer than two implementations");
            findings.push(finding(source, line, what, "a function, or methods of the type itself"));
        }
    }
    findings
}

fn implements(line: &str, name: &str) -> bool {
    let before = line.split(" for ").next().filter(|before| before.len() < line.len());
    let words = before.map(|before| before.split(|c: char| !c.is_alphanumeric() && c != '_'));
    line.trim_start().starts_with("impl") && words.is_some_and(|mut words| words.any(|word| word == name))
}

/// The crates that deny.toml bans.
fn banned(deny: &str) -> Vec<String> {
    let entries = deny.lines().filter_map(|line| line.trim().strip_prefix("{ crate = \""));
    entries.filter_map(|entry| entry.split('"').next()).map(str::to_owned).collect()
}

fn banned_crates(lock: &str, banned: &[String]) -> Vec<Finding> {
    let named = |line: &str| banned.iter().any(|name| line == format!("name = \"{name}\""));
    let found = lock.lines().enumerate().filter(|(_, line)| named(line));
    found
        .map(|(number, line)| Finding {
            place: format!("Cargo.lock:{}", number + 1),
            what: format!("{line} is banned"),
            way_out: "deny.toml says why, and what is used instead; `cargo tree -i` says who brings it",
        })
        .collect()
}

fn read(path: &str) -> String {
    fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join(path)).unwrap()
}

fn sources() -> Vec<Source> {
    files("src")
}

/// Every Rust file below a folder.
fn files(root: &str) -> Vec<Source> {
    let mut sources = Vec::new();
    let mut folders = vec![root.to_owned()];
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(Path::new(env!("CARGO_MANIFEST_DIR")).join(&folder)).unwrap() {
            let entry = entry.unwrap();
            let path = format!("{folder}/{}", entry.file_name().to_str().unwrap());
            if entry.file_type().unwrap().is_dir() {
                folders.push(path);
            } else if path.ends_with(".rs") {
                sources.push(Source::new(&path, &read(&path)));
            }
        }
    }
    sources.sort_by(|a, b| a.path.cmp(&b.path));
    sources
}
