//! The schemas as an editor uses them: YAML read by the core schema of YAML 1.2, without what `compile` knows besides.

use super::{diagnostics, example, tree};
use granit_parser::{Event, Parser, ScalarStyle};
use jsonschema::Validator;
use oncall::compile::{Tree, code};
use oncall::document::Kind;
use serde_json::{Map, Value};
use std::collections::BTreeSet;

/// Findings about the shape: whatever is wrong in this way, an editor marks while it is typed.
const BY_SHAPE: [&str; 9] = [
    code::NO_VALUE,
    code::UNKNOWN_KEY,
    code::MISSING_KEY,
    code::SHAPE,
    code::WORD,
    code::LITERAL_SECRET,
    code::EITHER_OR,
    code::QUOTE,
    code::NO_WAY,
];
/// A pattern or a bound of the schema finds some of these; the rest needs the calendar, the zones or other values.
const IN_PART: [&str; 2] = [code::VALUE, code::BOUND];
/// What is not YAML to us is not looked at by its schema.
const NOT_YAML: [&str; 6] = [
    code::UNREADABLE,
    code::SYNTAX,
    code::YAML_FEATURE,
    code::DUPLICATE_KEY,
    code::CONFLICT,
    code::FULL_WIDTH,
];

#[test]
fn the_schema_rejects_what_compile_rejects_by_shape() {
    let mut looked_at = 0;
    for (case, tree) in cases() {
        let found = diagnostics(&tree);
        for finding in found.iter().filter(|it| BY_SHAPE.contains(&it.code)) {
            let file = &*finding.location.file;
            if found.iter().any(|it| &*it.location.file == file && NOT_YAML.contains(&it.code)) {
                continue;
            }
            let text = std::str::from_utf8(&tree.files[file]).unwrap();
            let read = Read::new(text);
            let wrong = places(&validator(file), &read.value);
            let here = read.pointer(finding.location.span.start);
            assert!(
                wrong.iter().any(|it| near(it, &here, finding.code)),
                "{case}: {file}:{}: {} is fine to the schema at `{here}`; it says {wrong:?}",
                finding.location.line,
                finding.message.en
            );
            looked_at += 1;
        }
    }
    assert!(looked_at > 40, "only {looked_at} findings");
}

#[test]
fn the_schema_accepts_what_compile_accepts() {
    let mut looked_at = 0;
    for (case, tree) in cases().into_iter().chain([("the example".to_owned(), example())]) {
        let found = diagnostics(&tree);
        for (file, bytes) in &tree.files {
            let rejected = found.iter().any(|it| {
                let codes = [BY_SHAPE.as_slice(), &IN_PART, &NOT_YAML].concat();
                &*it.location.file == file && codes.contains(&it.code)
            });
            let (Some(_), false) = (kind(file), rejected) else { continue };
            let value = Read::new(std::str::from_utf8(bytes).unwrap()).value;
            let wrong = places(&validator(file), &value);
            assert!(wrong.is_empty(), "{case}: {file} is fine to compile: {wrong:?}\n{value:#}");
            looked_at += 1;
        }
    }
    assert!(looked_at > 200, "only {looked_at} files");
}

#[test]
fn every_key_is_described_and_its_examples_are_valid() {
    for kind in Kind::ALL {
        let root = kind.schema();
        let mut wrong = Vec::new();
        descend(&root, &root, kind.schema_name(), &mut wrong);
        assert!(wrong.is_empty(), "{wrong:#?}");
        let id = format!("urn:oncall:schema:{}", kind.schema_name());
        assert_eq!((&root["$id"], &root["$schema"]), (&id.into(), &DRAFT.into()));
    }
}

/// Whoever writes a word where objects are meant is shown how they are written, and what is shown is valid.
#[test]
fn every_object_and_every_list_of_them_is_shown_written() {
    let mut wrong = Vec::new();
    for kind in Kind::ALL {
        let root = kind.schema();
        let is_object = |at: &Value| resolved(&root, at).any(|it| it.get("properties").is_some());
        let definitions = root["$defs"].as_object().unwrap().iter();
        let mut holders = vec![(String::new(), &root)];
        holders.extend(definitions.map(|(name, at)| (format!("/$defs/{name}"), at)));
        for (path, holder) in holders {
            if !path.is_empty() && is_object(holder) && !path.ends_with("/Secret") {
                wrong.extend(not_shown(&root, &path, holder));
            }
            for (key, property) in holder.get("properties").and_then(Value::as_object).into_iter().flatten() {
                if property.get("items").is_some_and(is_object) {
                    wrong.extend(not_shown(&root, &format!("{path}/properties/{key}"), property));
                }
            }
        }
    }
    assert!(wrong.is_empty(), "{wrong:#?}");
}

fn not_shown(root: &Value, path: &str, schema: &Value) -> Option<String> {
    let Some(text) = oncall::compile::written_example(path) else {
        return Some(format!("{path} is not shown"));
    };
    if text.contains('…') {
        return None;
    }
    let mut schema = schema.clone();
    schema["$defs"] = root["$defs"].clone();
    let valid = text.split("` or `").all(|text| {
        let value = Read::new(&format!("{}\n", text.trim_start_matches("- "))).value;
        let inner = value.as_object().filter(|it| it.len() == 1).and_then(|it| it.values().next());
        jsonschema::is_valid(&schema, &value) || inner.is_some_and(|it| jsonschema::is_valid(&schema, it))
    });
    (!valid).then(|| format!("{path}: {text} is not valid"))
}

const DRAFT: &str = "https://json-schema.org/draft/2020-12/schema";

/// Every schema below `at`: closed objects, described keys, examples that their own schema accepts.
fn descend(root: &Value, at: &Value, path: &str, wrong: &mut Vec<String>) {
    let Value::Object(object) = at else { return };
    if let Some(Value::Object(properties)) = object.get("properties").filter(|_| object.contains_key("type"))
    {
        if object.get("additionalProperties") != Some(&Value::Bool(false)) {
            wrong.push(format!("{path} is open"));
        }
        for (key, property) in properties {
            let of = |word: &str| resolved(root, property).find_map(|it| it.get(word)).cloned();
            if of("description").is_none() {
                wrong.push(format!("{path}/{key} has no description"));
            }
            let says_itself =
                ["enum", "properties", "items", "patternProperties"].iter().any(|it| of(it).is_some());
            let scalar = ["string", "integer"].iter().any(|it| of("type") == Some((*it).into()));
            let open = scalar && of("enum").is_none();
            if of("examples").is_none()
                && (open || !says_itself && of("type") != Some("boolean".into()) && of("anyOf").is_none())
            {
                wrong.push(format!("{path}/{key} has no example"));
            }
        }
    }
    for example in object.get("examples").and_then(Value::as_array).into_iter().flatten() {
        let mut schema = at.clone();
        schema["$defs"] = root["$defs"].clone();
        if !jsonschema::is_valid(&schema, example) {
            wrong.push(format!("{path}: the example {example} is not valid"));
        }
    }
    for (key, value) in object.iter().filter(|(key, _)| *key != "examples") {
        match value {
            Value::Object(_) => descend(root, value, &format!("{path}/{key}"), wrong),
            Value::Array(items) => {
                items.iter().for_each(|it| descend(root, it, &format!("{path}/{key}"), wrong))
            }
            _ => {}
        }
    }
}

/// The schema itself, then what it refers to.
fn resolved<'v>(root: &'v Value, schema: &'v Value) -> impl Iterator<Item = &'v Value> {
    std::iter::successors(Some(schema), |it| root.pointer(it.get("$ref")?.as_str()?.strip_prefix('#')?))
}

fn cases() -> Vec<(String, Tree)> {
    let entries = std::fs::read_dir("tests/configs").unwrap().map(|entry| entry.unwrap().path());
    let cases = entries.filter(|path| path.extension().is_some_and(|extension| extension == "case"));
    let mut cases: Vec<(String, Tree)> = cases
        .map(|path| (path.display().to_string(), tree(&std::fs::read_to_string(&path).unwrap())))
        .collect();
    cases.sort_by(|a, b| a.0.cmp(&b.0));
    cases
}

fn kind(file: &str) -> Option<Kind> {
    let folder = file.split_once('/').map_or("", |(folder, _)| folder);
    let ours = file == "oncall.yaml"
        || file.contains('/') && file.ends_with(".yaml") && !file.ends_with(".enc.yaml");
    Kind::ALL.into_iter().find(|kind| ours && kind.folder() == folder)
}

fn validator(file: &str) -> Validator {
    let schema = kind(file).unwrap_or_else(|| panic!("{file} has no schema")).schema();
    jsonschema::draft202012::new(&schema).unwrap()
}

/// Where the schema finds something wrong, inside of alternatives too.
fn places(validator: &Validator, value: &Value) -> BTreeSet<String> {
    fn collect(error: &jsonschema::ValidationError<'_>, into: &mut BTreeSet<String>) {
        use jsonschema::error::ValidationErrorKind as Kind;
        let at = error.instance_path().as_str().to_owned();
        if let Kind::AdditionalProperties { unexpected } = error.kind() {
            into.extend(unexpected.iter().map(|key| format!("{at}/{key}")));
        }
        if let Kind::AnyOf { context } | Kind::OneOfNotValid { context } = error.kind() {
            context.iter().flatten().for_each(|each| collect(each, into));
        }
        into.insert(at);
    }
    let mut places = BTreeSet::new();
    validator.iter_errors(value).for_each(|error| collect(&error, &mut places));
    places
}

/// The same place, the object around it, or something in it: an editor marks it there. Of keys that do not go together,
/// it may mark either.
fn near(wrong: &str, here: &str, found: &str) -> bool {
    let around = |at: &str| at.rsplit_once('/').map_or(String::new(), |(around, _)| around.to_owned());
    let inside = wrong.strip_prefix(here).is_some_and(|rest| rest.starts_with('/'));
    let beside = found == code::EITHER_OR && around(wrong) == around(here);
    wrong == here || wrong == around(here) || inside || beside
}

/// A file as an editor reads it, with the place in it of each key and value.
struct Read {
    value: Value,
    /// Bytes of a key or a value, and its pointer.
    spans: Vec<(std::ops::Range<usize>, String)>,
}

impl Read {
    fn new(text: &str) -> Read {
        let mut read = Read { value: Value::Null, spans: Vec::new() };
        let mut parser = Parser::new_from_str(text);
        while let Some(event) = parser.next_event() {
            let (event, span) = event.unwrap();
            if !matches!(
                event,
                Event::StreamStart
                    | Event::DocumentStart(..)
                    | Event::DocumentEnd
                    | Event::StreamEnd
                    | Event::Comment(..)
            ) {
                read.value = read.node(&mut parser, (event, span), "");
            }
        }
        read
    }

    /// The innermost key or value that holds this byte.
    fn pointer(&self, at: usize) -> String {
        let holding = self.spans.iter().filter(|(span, _)| span.contains(&at));
        holding.min_by_key(|(span, _)| span.len()).map(|(_, pointer)| pointer.clone()).unwrap_or_default()
    }

    fn node<'a>(
        &mut self,
        parser: &mut Parser<'a, granit_parser::StrInput<'a>>,
        first: (Event<'a>, granit_parser::Span),
        pointer: &str,
    ) -> Value {
        let (event, span) = first;
        let start = span.byte_range().unwrap().start;
        let mut end = span.byte_range().unwrap().end;
        let value = match event {
            Event::Scalar(text, style, ..) => scalar(&text, style == ScalarStyle::Plain),
            Event::SequenceStart(..) => {
                let mut items = Vec::new();
                loop {
                    let next = following(parser);
                    end = next.1.byte_range().unwrap().end;
                    if matches!(next.0, Event::SequenceEnd) {
                        break Value::Array(items);
                    }
                    items.push(self.node(parser, next, &format!("{pointer}/{}", items.len())));
                }
            }
            Event::MappingStart(..) => {
                let mut entries = Map::new();
                loop {
                    let key = following(parser);
                    end = key.1.byte_range().unwrap().end;
                    let Event::Scalar(name, ..) = key.0 else { break Value::Object(entries) };
                    let below = format!("{pointer}/{name}");
                    self.spans.push((key.1.byte_range().unwrap(), below.clone()));
                    let next = following(parser);
                    let value = self.node(parser, next, &below);
                    entries.insert(name.into_owned(), value);
                }
            }
            other => panic!("{other:?}"),
        };
        self.spans.push((start..end, pointer.to_owned()));
        value
    }
}

fn following<'a>(parser: &mut Parser<'a, granit_parser::StrInput<'a>>) -> (Event<'a>, granit_parser::Span) {
    loop {
        let next = parser.next_event().unwrap().unwrap();
        if !matches!(next.0, Event::Comment(..)) {
            return next;
        }
    }
}

fn scalar(text: &str, plain: bool) -> Value {
    match text {
        _ if !plain => text.into(),
        "" | "~" | "null" | "Null" | "NULL" => Value::Null,
        "true" | "True" | "TRUE" => true.into(),
        "false" | "False" | "FALSE" => false.into(),
        _ => {
            let number = text.strip_prefix('+').unwrap_or(text);
            let digits = number.trim_start_matches(['0', '-']);
            let integer = number.parse::<i64>().ok().filter(|_| !digits.is_empty() || number == "0");
            let float =
                || number.bytes().any(|it| it.is_ascii_digit()).then(|| number.parse::<f64>().ok()).flatten();
            integer.map(Value::from).or_else(|| float().map(Value::from)).unwrap_or_else(|| text.into())
        }
    }
}
