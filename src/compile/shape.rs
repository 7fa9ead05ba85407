//! The shape of a file: reports in words what its schema rejects, and cuts it out.
//!
//! The first pass reports. Then wrong nodes are cut out of the tree until the rest fits, so that the rest of the file
//! is still checked and one mistake gives one finding.

use super::code;
use super::diagnostic::{self, Finding, Part, Spot};
use super::schema::Schema;
use super::source::{SourceFile, find};
use super::suggest::{any_of, nearest};
use super::yaml::{Node, NodeKind, Parsed};
use jsonschema::ValidationError;
use jsonschema::error::{TypeKind, ValidationErrorKind as Kind};
use serde::de::DeserializeOwned;
use serde_json::Value;
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

/// The most findings about the shape of one file.
const FINDINGS_MAX: usize = 50;
/// How many unknown keys of one file are compared with those that are known.
const COMPARED_MAX: usize = 1_000;
/// The most rounds of pruning.
const ROUNDS_MAX: usize = 64;

/// Schema keywords that say which keys of an object go together.
const BETWEEN_KEYS: [&str; 4] = ["oneOf", "anyOf", "allOf", "dependentRequired"];
/// Which keys of a secret go together; reported here.
const SECRET_FORMS: &str = "/$defs/Secret/oneOf";
const SECRET_KEYS: &str = "a secret is one of `env`, `file`, or `sops` with `key`";

/// The document of a file, or what is left of it, and what is wrong with its shape.
pub(super) fn document<T: DeserializeOwned>(
    file: &Arc<str>,
    source: &mut SourceFile,
    parsed: Parsed,
    schema: &Schema,
    findings: &mut Vec<Finding>,
) -> Option<T> {
    let pruned = parsed.pruned;
    source.incomplete |= !pruned.is_empty() || !parsed.problems.is_empty();
    source.root = parsed.root;
    let root = source.root.as_ref()?;
    let shape = Shape { file, root, schema, pruned: &pruned };
    let (found, cuts) = shape.verdict();
    if found.is_empty() && cuts.is_empty() {
        return serde_json::from_value(schema.json(root)).ok();
    }
    let more = found.len().saturating_sub(FINDINGS_MAX);
    findings.extend(found.into_iter().take(FINDINGS_MAX).map(|finding| fixed(finding, source)));
    findings.extend(diagnostic::more(code::SHAPE, Spot::file(file), more));
    source.incomplete = true;
    source.root = pruned_tree(file, root.clone(), cuts, schema);
    serde_json::from_value(schema.json(source.root.as_ref()?)).ok()
}

/// A finding's place is fixed before the tree under it changes.
fn fixed(mut finding: Finding, source: &SourceFile) -> Finding {
    let span = source.span(&finding.spot);
    finding.spot = finding.spot.on(Part::Bytes(span.start, span.end));
    finding
}

/// Cuts until the schema accepts the rest; `None` if nothing is left.
fn pruned_tree(file: &Arc<str>, mut root: Node, mut cuts: Vec<Pruned>, schema: &Schema) -> Option<Node> {
    for _ in 0..ROUNDS_MAX {
        if cuts.iter().any(|each| each.pointer.is_empty()) {
            return None;
        }
        cut(&mut root, &cuts);
        cuts = Shape { file, root: &root, schema, pruned: &[] }.verdict().1;
        if cuts.is_empty() {
            return Some(root);
        }
    }
    None
}

/// What to cut out, as a JSON pointer.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Pruned {
    pointer: String,
}

/// Cuts out all of them, what is deepest first, so that the other pointers stay valid.
fn cut(root: &mut Node, cuts: &[Pruned]) {
    let mut by_parent: BTreeMap<&str, BTreeSet<String>> = BTreeMap::new();
    for (parent, last) in cuts.iter().filter_map(|each| each.pointer.rsplit_once('/')) {
        by_parent.entry(parent).or_default().insert(last.replace("~1", "/").replace("~0", "~"));
    }
    let mut parents: Vec<(&str, BTreeSet<String>)> = by_parent.into_iter().collect();
    parents.sort_by_key(|(parent, _)| std::cmp::Reverse(parent.split('/').count()));
    for (parent, names) in parents {
        let Some(node) = find_mut(root, parent) else { continue };
        match &mut node.kind {
            NodeKind::Mapping(entries) => entries.retain(|entry| !names.contains(&entry.key)),
            NodeKind::Sequence(items) => {
                let gone: BTreeSet<usize> = names.iter().filter_map(|name| name.parse().ok()).collect();
                let mut index = 0;
                items.retain(|_| {
                    index += 1;
                    !gone.contains(&(index - 1))
                });
            }
            NodeKind::Scalar { .. } => {}
        }
    }
}

fn find_mut<'n>(root: &'n mut Node, pointer: &str) -> Option<&'n mut Node> {
    let mut node = root;
    for part in pointer.split('/').skip(1) {
        let part = part.replace("~1", "/").replace("~0", "~");
        node = match &mut node.kind {
            NodeKind::Mapping(entries) => {
                entries.iter_mut().find(|entry| entry.key == part).map(|entry| &mut entry.value)?
            }
            NodeKind::Sequence(items) => items.get_mut(part.parse::<usize>().ok()?)?,
            NodeKind::Scalar { .. } => return None,
        };
    }
    Some(node)
}

struct Shape<'a> {
    file: &'a Arc<str>,
    root: &'a Node,
    schema: &'a Schema,
    pruned: &'a [(usize, String)],
}

impl Shape<'_> {
    fn verdict(&self) -> (Vec<Finding>, Vec<Pruned>) {
        let json = self.schema.json(self.root);
        let (mut findings, mut cuts) = (Vec::new(), Vec::new());
        let Some(validator) = self.schema.validator() else { return (findings, cuts) };
        let errors: Vec<ValidationError<'_>> = validator.iter_errors(&json).collect();
        for error in &errors {
            self.one(error, &mut findings, &mut cuts);
        }
        merge_misspelt(&mut findings);
        (findings, cuts)
    }

    fn one(&self, error: &ValidationError<'_>, findings: &mut Vec<Finding>, cuts: &mut Vec<Pruned>) {
        let pointer = error.instance_path().as_str().to_owned();
        let spot = Spot { pointer: pointer.clone(), ..Spot::root(self.file) };
        if error.schema_path().as_str() == SECRET_FORMS {
            findings.extend(not_one_secret(error, spot));
            cuts.push(Pruned { pointer });
            return;
        }
        if self.is_between_keys(error) {
            return;
        }
        match error.kind() {
            Kind::AdditionalProperties { unexpected } => {
                for key in unexpected {
                    findings.push(match findings.len() < COMPARED_MAX {
                        true => self.unknown_key(error, &spot, key),
                        false => unknown(spot.key(key).on(Part::Key), key),
                    });
                    cuts.push(Pruned { pointer: spot.key(key).pointer });
                }
            }
            Kind::Required { property } => {
                let key = property.as_str().unwrap_or_default();
                if !self.was_pruned(&spot, key) {
                    let equal = key == "equal" && error.schema_path().as_str().contains("/Inhibition/");
                    findings.push(if equal { no_equal(&spot) } else { missing(&spot, key) });
                }
                cuts.push(Pruned { pointer });
            }
            Kind::AnyOf { context } | Kind::OneOfNotValid { context } => {
                self.alternatives(error, context, spot, findings, cuts);
            }
            _ => {
                findings.push(self.plain(error, spot));
                cuts.push(Pruned { pointer });
            }
        }
    }

    /// Whether it is about keys that need or exclude each other. The code that compiles the object reports those in
    /// better words.
    fn is_between_keys(&self, error: &ValidationError<'_>) -> bool {
        let path = error.schema_path().as_str();
        path.match_indices('/').any(|(at, _)| {
            let keyword = path[at + 1..].split('/').next().unwrap_or_default();
            let has_keys = || self.schema.at(&path[..at]).is_some_and(|it| it.get("properties").is_some());
            BETWEEN_KEYS.contains(&keyword) && has_keys()
        })
    }

    fn alternatives(
        &self,
        error: &ValidationError<'_>,
        context: &[Vec<ValidationError<'static>>],
        spot: Spot,
        findings: &mut Vec<Finding>,
        cuts: &mut Vec<Pruned>,
    ) {
        let is_about_type = |each: &ValidationError<'_>| {
            matches!(each.kind(), Kind::Type { .. } | Kind::Constant { .. } | Kind::Enum { .. })
                && each.instance_path().as_str() == spot.pointer
        };
        let meant = context.iter().find(|branch| !branch.iter().any(is_about_type));
        if let Some(branch) = meant.filter(|branch| !branch.iter().all(is_required)) {
            branch.iter().for_each(|each| self.one(each, findings, cuts));
            return;
        }
        let all: Vec<&ValidationError<'static>> = context.iter().flatten().collect();
        cuts.push(Pruned { pointer: spot.pointer.clone() });
        findings.push(self.none_of(error, &all, spot));
    }

    fn none_of(&self, error: &ValidationError<'_>, all: &[&ValidationError<'static>], spot: Spot) -> Finding {
        let secret = all.iter().any(|each| each.schema_path().as_str().starts_with("/$defs/Secret/"));
        let number_or_text = all.iter().any(|each| wants_type(each, "string"));
        if secret && !number_or_text && error.instance().is_string() {
            return literal_secret(spot);
        }
        let words: Vec<String> = all.iter().flat_map(|each| words(each)).collect();
        if !words.is_empty() {
            let finding = wrong_word(spot, &text_of(error), &words);
            let keys = finding.help.is_none() && all.iter().any(|each| wants_type(each, "object"));
            return if keys { finding.help("or write keys and values") } else { finding };
        }
        let mut shapes: Vec<String> = all.iter().filter_map(|each| shape_wanted(each)).collect();
        shapes.dedup();
        Finding::error(code::SHAPE, spot, format!("expected {}, found {}", any_of(&shapes), found(error)))
    }

    fn plain(&self, error: &ValidationError<'_>, spot: Spot) -> Finding {
        let words = words(error);
        if !words.is_empty() {
            return wrong_word(spot, &text_of(error), &words);
        }
        let path = error.schema_path().as_str();
        let is_type = matches!(error.kind(), Kind::Type { .. });
        if is_type && path.starts_with("/$defs/Secret/") && error.instance().is_string() {
            return literal_secret(spot);
        }
        match error.kind() {
            Kind::Type { .. } => {
                let wanted = shape_wanted(error).unwrap_or_else(|| "another shape".to_owned());
                let finding =
                    Finding::error(code::SHAPE, spot, format!("expected {wanted}, found {}", found(error)));
                finding.maybe_help(boolean_help(error))
            }
            Kind::Pattern { .. } if path.starts_with("/$defs/Secret/") => not_a_name(spot),
            Kind::Pattern { .. } => {
                let message = path.strip_suffix("/pattern").map(|at| format!("{at}/patternErrorMessage"));
                let said = message.and_then(|at| self.schema.at(&at)).and_then(Value::as_str);
                let said = said.unwrap_or("is not written as expected");
                let (said, help) =
                    said.split_once("; ").map_or((said, None), |(a, b)| (a, Some(b.to_owned())));
                Finding::error(code::VALUE, spot, format!("`{}` {said}", text_of(error))).maybe_help(help)
            }
            Kind::MinItems { .. } => Finding::error(code::SHAPE, spot, "the list is empty"),
            Kind::MinLength { .. } => Finding::error(code::SHAPE, spot, "the text is empty"),
            Kind::MinProperties { .. } | Kind::MaxProperties { .. } => self.how_many_keys(error, spot),
            Kind::MaxItems { limit } => Finding::error(code::BOUND, spot, format!("more than {limit} items")),
            Kind::Maximum { limit } => {
                Finding::error(code::BOUND, spot, format!("`{}` is more than {limit}", text_of(error)))
            }
            Kind::Minimum { limit } => {
                Finding::error(code::BOUND, spot, format!("`{}` is less than {limit}", text_of(error)))
            }
            _ => Finding::error(code::SHAPE, spot, error.to_string()),
        }
    }

    fn how_many_keys(&self, error: &ValidationError<'_>, spot: Spot) -> Finding {
        let keys = self.keys_beside(error);
        let keys: Vec<String> = keys.iter().map(|key| format!("`{key}`")).collect();
        let exactly = matches!(error.kind(), Kind::MaxProperties { .. });
        let message = if exactly { "one of the keys, not both" } else { "this is empty" };
        Finding::error(code::EITHER_OR, spot, message).help(format!("write {}", any_of(&keys)))
    }

    fn unknown_key(&self, error: &ValidationError<'_>, object: &Spot, key: &str) -> Finding {
        let known = self.keys_beside(error);
        let spot = object.key(key).on(Part::Key);
        if error.schema_path().as_str().starts_with("/$defs/SetFields/") {
            return cannot_set(spot, key, &known);
        }
        let label_of_match = error.schema_path().as_str().starts_with("/$defs/Match/");
        let help = match nearest(key, known.iter().map(String::as_str)) {
            Some(near) => format!("did you mean `{near}`?"),
            None if label_of_match => match key.split_once('.') {
                Some((_, name)) => format!("did you mean `labels.{name}`?"),
                None => format!("a label is written `labels.{key}`"),
            },
            None => format!("the keys here are {}", any_of(&known).replace(" or ", " and ")),
        };
        unknown(spot, key).help(help)
    }

    /// The keys that this error's object may have.
    fn keys_beside(&self, error: &ValidationError<'_>) -> Vec<String> {
        let path = error.schema_path().as_str();
        let object = path.rsplit_once('/').map_or("", |(object, _)| object);
        let properties = self.schema.at(&format!("{object}/properties")).and_then(Value::as_object);
        properties.into_iter().flat_map(|properties| properties.keys().cloned()).collect()
    }

    fn was_pruned(&self, object: &Spot, key: &str) -> bool {
        let start = find(self.root, &object.pointer).0.span.start;
        self.pruned.iter().any(|(at, pruned)| pruned == key && *at == start)
    }
}

/// A misspelt required key is reported once, as a misspelling.
fn merge_misspelt(findings: &mut Vec<Finding>) {
    let mut meant: BTreeSet<(String, String)> = BTreeSet::new();
    for finding in findings.iter().filter(|finding| finding.code == code::UNKNOWN_KEY) {
        let object = finding.spot.pointer.rsplit_once('/').map_or("", |(object, _)| object).to_owned();
        meant.insert((object.clone(), SECRET_KEYS.to_owned()));
        let key =
            finding.help.as_ref().and_then(|help| help.strip_prefix("did you mean `")?.strip_suffix("`?"));
        meant.extend(key.map(|key| (object, is_missing(key))));
    }
    findings.retain(|finding| !meant.contains(&(finding.spot.pointer.clone(), finding.message.clone())));
}

/// Without it one node that is down would mute the pods of all.
fn no_equal(object: &Spot) -> Finding {
    let help = "write `equal: [labels.node]`, the fields in which both must be alike; or `equal: []` if any of the first \
        explains all of the others";
    Finding::error(code::NO_EQUAL, object.on(Part::FirstLine), "`equal` is missing").help(help)
}

/// A rule that could change the key would join what does not belong together, and part what does.
fn cannot_set(spot: Spot, key: &str, known: &[String]) -> Finding {
    let near = nearest(key, known.iter().map(String::as_str));
    let help = match (near, key.split_once('.')) {
        (Some(near), _) => format!("did you mean `{near}`?"),
        (None, _) if ["dedup_key", "key"].contains(&key) => {
            "the key joins all events of one problem, and closes it: it stays as the monitor says it"
                .to_owned()
        }
        (None, Some((_, name))) => format!("did you mean `labels.{name}`?"),
        (None, None) => format!("a label is written `labels.{key}`"),
    };
    Finding::error(code::CANNOT_SET, spot, format!("a rule cannot set `{key}`")).help(help)
}

fn unknown(spot: Spot, key: &str) -> Finding {
    Finding::error(code::UNKNOWN_KEY, spot, format!("unknown key `{key}`"))
}

fn missing(object: &Spot, key: &str) -> Finding {
    Finding::error(code::MISSING_KEY, object.on(Part::FirstLine), is_missing(key))
}

fn is_missing(key: &str) -> String {
    format!("`{key}` is missing")
}

fn literal_secret(spot: Spot) -> Finding {
    Finding::error(code::LITERAL_SECRET, spot, "a secret may not be written here").help(
        "name its place: `{ env: NAME }`, `{ file: /path }` or `{ sops: …, key: … }`; if it was real, replace it",
    )
}

/// A plain text is never the place of a secret; its type says so.
fn not_one_secret(error: &ValidationError<'_>, spot: Spot) -> Option<Finding> {
    error.instance().is_object().then(|| Finding::error(code::EITHER_OR, spot, SECRET_KEYS))
}

/// The value written instead of a name may be the secret itself, so it is not repeated.
fn not_a_name(spot: Spot) -> Finding {
    let name = spot.pointer.rsplit('/').next().unwrap_or_default();
    let (message, help) = match name {
        "env" => (
            "this is not the name of an environment variable",
            "write its name, without `$`: `{ env: NAME }`",
        ),
        "sops" => (
            "this is not the path of a file of this repository",
            "write it from the folder of oncall.yaml: `{ sops: people.enc.yaml, key: tanaka.phone }`",
        ),
        "key" => ("this is empty", "write the key: `{ sops: people.enc.yaml, key: tanaka.phone }`"),
        _ => (
            "this is not an absolute path",
            "the server reads it, wherever it is started: `{ file: /run/secrets/name }`",
        ),
    };
    Finding::error(code::LITERAL_SECRET, spot, message).help(help)
}

fn wrong_word(spot: Spot, text: &str, words: &[String]) -> Finding {
    const MANY: usize = 8;
    let quoted: Vec<String> = words.iter().map(|word| format!("`{word}`")).collect();
    if let Some(name) = super::rooms::shows_only(text).filter(|_| words.iter().any(|word| word == "call")) {
        let message = format!("{name} shows incidents, and is no way to reach a person");
        let help = format!("choose a way that reaches them: {}", any_of(&quoted));
        return Finding::error(code::NO_WAY, spot, message).help(help);
    }
    let near = nearest(text, words.iter().map(String::as_str)).map(|near| format!("did you mean `{near}`?"));
    let (expected, help) = if words.len() > MANY {
        let all = near.unwrap_or_else(|| format!("it is {}", any_of(&quoted)));
        (format!("one of {} words", words.len()), Some(all))
    } else {
        (any_of(&quoted), near)
    };
    Finding::error(code::WORD, spot, format!("expected {expected}, found `{text}`")).maybe_help(help)
}

fn is_required(error: &ValidationError<'_>) -> bool {
    matches!(error.kind(), Kind::Required { .. })
}

fn wants_type(error: &ValidationError<'_>, name: &str) -> bool {
    match error.kind() {
        Kind::Type { kind: TypeKind::Single(only) } => only.as_str() == name,
        Kind::Type { kind: TypeKind::Multiple(types) } => types.iter().any(|each| each.as_str() == name),
        _ => false,
    }
}

/// The words that are allowed.
fn words(error: &ValidationError<'_>) -> Vec<String> {
    let word = |value: &Value| value.as_str().map(str::to_owned);
    match error.kind() {
        Kind::Enum { options } => options.as_array().into_iter().flatten().filter_map(word).collect(),
        Kind::Constant { expected_value } => word(expected_value).into_iter().collect(),
        _ => Vec::new(),
    }
}

fn shape_wanted(error: &ValidationError<'_>) -> Option<String> {
    [
        ("object", "keys and values"),
        ("array", "a list"),
        ("string", "text"),
        ("integer", "a whole number"),
        ("boolean", "`true` or `false`"),
    ]
    .iter()
    .find(|(name, _)| wants_type(error, name))
    .map(|(_, words)| (*words).to_owned())
}

fn boolean_help(error: &ValidationError<'_>) -> Option<String> {
    let text = text_of(error).to_lowercase();
    let word = match text.as_str() {
        "yes" | "on" | "true" => "true",
        "no" | "off" | "false" => "false",
        _ => return None,
    };
    wants_type(error, "boolean").then(|| format!("write `{word}`, without quotes"))
}

fn found(error: &ValidationError<'_>) -> String {
    match error.instance().as_ref() {
        Value::Object(_) => "keys and values".to_owned(),
        Value::Array(_) => "a list".to_owned(),
        _ => format!("`{}`", text_of(error)),
    }
}

/// The value as written, truncated.
fn text_of(error: &ValidationError<'_>) -> String {
    const SHOWN_MAX: usize = 60;
    let text = match error.instance().as_ref() {
        Value::String(text) => text.clone(),
        other => other.to_string(),
    };
    if text.chars().count() <= SHOWN_MAX {
        return text;
    }
    text.chars().take(SHOWN_MAX).chain(std::iter::once('…')).collect()
}
