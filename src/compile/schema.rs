//! Converts nodes to JSON as the schema wants each scalar, and validates them.
//!
//! Where the schema wants text, a scalar is the text as written, however YAML would read it. Where it wants a number
//! or a boolean, a scalar that looks like one becomes one. So `1.10`, `no` and `09:00` need no quotes.

use super::yaml::{Node, NodeKind};
use crate::document::Kind;
use jsonschema::Validator;
use serde_json::{Map, Value};
use std::collections::BTreeMap;

/// The schemas of all kinds.
pub(super) type Schemas = BTreeMap<Kind, Schema>;

pub(super) fn schemas() -> Schemas {
    Kind::ALL.into_iter().map(|kind| (kind, Schema::new(kind))).collect()
}

/// The schema of one kind of file.
#[derive(Debug)]
pub(super) struct Schema {
    root: Value,
    validator: Option<Validator>,
}

impl Schema {
    fn new(kind: Kind) -> Schema {
        let root = kind.schema();
        let validator = jsonschema::validator_for(&root).ok();
        Schema { root, validator }
    }

    /// The node as JSON.
    pub(super) fn json(&self, node: &Node) -> Value {
        self.convert(node, &[&self.root])
    }

    pub(super) fn validator(&self) -> Option<&Validator> {
        self.validator.as_ref()
    }

    /// The value at a path in the schema, such as `/$defs/Duration/pattern`.
    pub(super) fn at(&self, pointer: &str) -> Option<&Value> {
        self.root.pointer(pointer)
    }

    fn convert(&self, node: &Node, schemas: &[&Value]) -> Value {
        let mut branches = Vec::new();
        for schema in schemas {
            self.expand(schema, &mut branches, 0);
        }
        match &node.kind {
            NodeKind::Scalar { text, plain } => scalar(text, *plain, &branches),
            NodeKind::Sequence(items) => {
                let inner: Vec<&Value> = branches.iter().filter_map(|branch| branch.get("items")).collect();
                items.iter().map(|item| self.convert(item, &inner)).collect()
            }
            NodeKind::Mapping(entries) => {
                let value = |key: &str, value: &Node| {
                    let inner: Vec<&Value> =
                        branches.iter().flat_map(|branch| of_property(branch, key)).collect();
                    self.convert(value, &inner)
                };
                let entries =
                    entries.iter().map(|entry| (entry.key.clone(), value(&entry.key, &entry.value)));
                Value::Object(entries.collect::<Map<_, _>>())
            }
        }
    }

    /// The schema itself and all it may refer to: references and alternatives.
    fn expand<'s>(&'s self, schema: &'s Value, into: &mut Vec<&'s Value>, depth: usize) {
        const REFERENCES_MAX: usize = 8;
        if depth > REFERENCES_MAX {
            return;
        }
        into.push(schema);
        let reference = schema.get("$ref").and_then(Value::as_str).and_then(|name| name.strip_prefix('#'));
        if let Some(target) = reference.and_then(|pointer| self.root.pointer(pointer)) {
            self.expand(target, into, depth + 1);
        }
        for alternatives in ["anyOf", "oneOf", "allOf"] {
            for branch in schema.get(alternatives).and_then(Value::as_array).into_iter().flatten() {
                self.expand(branch, into, depth + 1);
            }
        }
    }
}

fn of_property<'s>(schema: &'s Value, key: &str) -> Vec<&'s Value> {
    if let Some(property) = schema.get("properties").and_then(|properties| properties.get(key)) {
        return vec![property];
    }
    let patterns = schema.get("patternProperties").and_then(Value::as_object);
    let additional = schema.get("additionalProperties").filter(|additional| additional.is_object());
    patterns.into_iter().flat_map(|patterns| patterns.values()).chain(additional).collect()
}

fn scalar(text: &str, plain: bool, schemas: &[&Value]) -> Value {
    let wants = |name: &str| schemas.iter().any(|schema| has_type(schema, name));
    if !plain || wants("string") || schemas.iter().any(|schema| schema.get("const").is_some()) {
        return Value::from(text);
    }
    if wants("boolean") && (text == "true" || text == "false") {
        return Value::from(text == "true");
    }
    match text.parse::<i64>() {
        Ok(number) if wants("integer") || wants("number") => Value::from(number),
        _ => Value::from(text),
    }
}

fn has_type(schema: &Value, name: &str) -> bool {
    match schema.get("type") {
        Some(Value::String(only)) => only == name,
        Some(Value::Array(types)) => types.iter().any(|each| each == name),
        _ => false,
    }
}
