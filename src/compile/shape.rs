//! The shape of a file: reports in words what its schema rejects, and cuts it out.
//!
//! The first pass reports. Then wrong nodes are cut out of the tree until the rest fits, so that the rest of the file
//! is still checked and one mistake gives one finding.

use super::code;
use super::diagnostic::{self, Finding, Part, Spot};
use super::schema::Schema;
use super::source::{SourceFile, find};
use super::suggest::nearest;
use super::unfit::{
    another_type, bounded, cannot_set, how_many_keys, is_missing, is_required, key_of_match, keys_here,
    literal_secret, missing, no_equal, none_of_shapes, not_a_name, not_one_secret, refused_by_pattern,
    secret_keys, text_of, unknown, words, wrong_word,
};
use super::written::wants_type;
use super::yaml::{Entry, Node, NodeKind, Parsed};
use crate::language::words::{Words, did_you_mean};
use jsonschema::ValidationError;
use jsonschema::error::ValidationErrorKind as Kind;
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
/// What stands for a duration that is wrong, so that the rest of its object is still looked at.
const ANY_DURATION: &str = "5m";

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
        if cuts.iter().any(|each| each.pointer.is_empty() && each.duration.is_none()) {
            return None;
        }
        cuts.iter().for_each(|each| fill(&mut root, each));
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
    /// Instead of cutting the object out, this duration is written into it.
    duration: Option<String>,
}

impl Pruned {
    fn out(pointer: String) -> Pruned {
        Pruned { pointer, duration: None }
    }
}

/// Cuts out all of them, what is deepest first, so that the other pointers stay valid.
fn cut(root: &mut Node, cuts: &[Pruned]) {
    let mut by_parent: BTreeMap<&str, BTreeSet<String>> = BTreeMap::new();
    let out = cuts.iter().filter(|each| each.duration.is_none());
    for (parent, last) in out.filter_map(|each| each.pointer.rsplit_once('/')) {
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

/// Writes a duration where one is missing, or was cut out because it was wrong.
fn fill(root: &mut Node, pruned: &Pruned) {
    let Some(key) = &pruned.duration else { return };
    let Some(node) = find_mut(root, &pruned.pointer) else { return };
    let at = node.span.start..node.span.start;
    if let NodeKind::Mapping(entries) = &mut node.kind {
        let kind = NodeKind::Scalar { text: ANY_DURATION.to_owned(), plain: true };
        let is_there = entries.iter().any(|entry| entry.key == *key);
        entries.extend((!is_there).then(|| Entry {
            key: key.clone(),
            key_span: at.clone(),
            value: Node { span: at, kind },
        }));
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
        // Where one of a few words is wanted, that it is a text says less.
        let of_words = errors.iter().filter(|each| matches!(each.kind(), Kind::Enum { .. }));
        let said: BTreeSet<String> = of_words.map(|each| each.instance_path().as_str().to_owned()).collect();
        for error in &errors {
            let is_type = matches!(error.kind(), Kind::Type { .. });
            if !is_type || !said.contains(error.instance_path().as_str()) {
                self.one(error, &mut findings, &mut cuts);
            }
        }
        merge_misspelt(&mut findings);
        (findings, cuts)
    }

    fn one(&self, error: &ValidationError<'_>, findings: &mut Vec<Finding>, cuts: &mut Vec<Pruned>) {
        let pointer = error.instance_path().as_str().to_owned();
        let spot = Spot { pointer: pointer.clone(), ..Spot::root(self.file) };
        if error.schema_path().as_str() == SECRET_FORMS {
            findings.extend(not_one_secret(error, spot));
            cuts.push(Pruned::out(pointer));
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
                    cuts.push(Pruned::out(spot.key(key).pointer));
                }
            }
            Kind::Required { property } => {
                let key = property.as_str().unwrap_or_default();
                if !self.was_pruned(&spot, key) {
                    let equal = key == "equal" && error.schema_path().as_str().contains("/Inhibition/");
                    findings.push(if equal { no_equal(&spot) } else { missing(&spot, key) });
                }
                cuts.push(Pruned { pointer, duration: self.is_duration(error, key).then(|| key.to_owned()) });
            }
            Kind::AnyOf { context } | Kind::OneOfNotValid { context } => {
                self.alternatives(error, context, spot, findings, cuts);
            }
            _ => {
                findings.push(self.plain(error, spot));
                cuts.push(Pruned::out(pointer));
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
        cuts.push(Pruned::out(spot.pointer.clone()));
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
            let or_keys = Words::new("or write keys and values", "キーと値で書くこともできます");
            return if keys { finding.help(or_keys) } else { finding };
        }
        none_of_shapes(all, error, spot)
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
            Kind::Type { .. } => another_type(error, spot),
            Kind::Pattern { .. } if path.starts_with("/$defs/Secret/") => not_a_name(spot),
            Kind::Pattern { .. } => {
                let message = path.strip_suffix("/pattern").map(|at| format!("{at}/patternErrorMessage"));
                let said = message.and_then(|at| self.schema.at(&at)).and_then(Value::as_str);
                refused_by_pattern(error, said.unwrap_or("is not written as expected"), spot)
            }
            Kind::MinProperties { .. } => how_many_keys(false, &self.keys_beside(error), spot),
            Kind::MaxProperties { .. } => how_many_keys(true, &self.keys_beside(error), spot),
            _ => bounded(error, spot),
        }
    }

    fn unknown_key(&self, error: &ValidationError<'_>, object: &Spot, key: &str) -> Finding {
        let known = self.keys_beside(error);
        let spot = object.key(key).on(Part::Key);
        if error.schema_path().as_str().starts_with("/$defs/SetFields/") {
            return cannot_set(spot, key, &known);
        }
        let label_of_match = error.schema_path().as_str().starts_with("/$defs/Match/");
        let help = match nearest(key, known.iter().map(String::as_str)) {
            Some(near) => did_you_mean(near),
            None if label_of_match => key_of_match(error, key),
            None => keys_here(&known),
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

    /// Whether this key of the error's object is a duration.
    fn is_duration(&self, error: &ValidationError<'_>, key: &str) -> bool {
        let path = error.schema_path().as_str();
        let object = path.rsplit_once('/').map_or("", |(object, _)| object);
        let property = self.schema.at(&format!("{object}/properties/{key}/$ref")).and_then(Value::as_str);
        property.is_some_and(|name| name.ends_with("/Duration"))
    }

    fn was_pruned(&self, object: &Spot, key: &str) -> bool {
        let start = find(self.root, &object.pointer).0.span.start;
        self.pruned.iter().any(|(at, pruned)| pruned == key && *at == start)
    }
}

/// A misspelt required key is reported once, as a misspelling.
fn merge_misspelt(findings: &mut Vec<Finding>) {
    let mut meant: BTreeSet<(String, Words)> = BTreeSet::new();
    for finding in findings.iter().filter(|finding| finding.code == code::UNKNOWN_KEY) {
        let object = finding.spot.pointer.rsplit_once('/').map_or("", |(object, _)| object).to_owned();
        meant.insert((object.clone(), secret_keys()));
        let help = finding.help.as_ref().map(|help| help.en.as_str());
        let key = help.and_then(|help| help.strip_prefix("did you mean `")?.strip_suffix("`?"));
        meant.extend(key.map(|key| (object, is_missing(key))));
    }
    findings.retain(|finding| !meant.contains(&(finding.spot.pointer.clone(), finding.message.clone())));
}
