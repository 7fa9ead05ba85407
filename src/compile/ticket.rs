//! What a ticket has beside its words: templates of Jira's fields, of a service or of all.

use super::code;
use super::diagnostic::Spot;
use super::resolve::{Resolver, spots};
use super::suggest::nearest;
use crate::config::{
    FIELD_DEPTH_MAX, FieldValue, TICKET_FIELDS_MAX, TICKET_NAMES, Template, TicketFields, TicketValues,
};
use crate::document::OneOrMany;
use crate::language::findings::template_fault;
use crate::language::words::{Words, all_of, did_you_mean};
use serde_json::Value;
use std::collections::BTreeMap;

/// The keys as they are written, of `providers.jira` or of a service's `jira`.
#[derive(Clone, Copy, Default)]
pub(super) struct Written<'d> {
    pub(super) priority: Option<&'d String>,
    pub(super) assignee: Option<&'d String>,
    pub(super) components: Option<&'d OneOrMany<String>>,
    pub(super) fields: Option<&'d BTreeMap<String, Value>>,
}

impl Resolver<'_> {
    pub(super) fn ticket_fields(&mut self, written: Written<'_>, at: &Spot) -> TicketFields {
        let priority = written.priority.and_then(|text| self.ticket_template(text, &at.key("priority")));
        let assignee = written.assignee.and_then(|text| self.ticket_template(text, &at.key("assignee")));
        let components = written.components.map(|all| spots(all, &at.key("components"))).unwrap_or_default();
        let components =
            components.into_iter().filter_map(|(text, at)| self.ticket_template(text, &at)).collect();
        let at = at.key("fields");
        let mut own = Vec::new();
        for (name, value) in written.fields.into_iter().flatten().take(TICKET_FIELDS_MAX + 1) {
            let at = at.key(name);
            if own.len() == TICKET_FIELDS_MAX {
                let message = Words::new(
                    format!("a ticket has at most {TICKET_FIELDS_MAX} fields here"),
                    format!("チケットのフィールドは {TICKET_FIELDS_MAX} 個までです"),
                );
                self.error(code::BOUND, at, message);
                break;
            }
            if let Some(value) = self.field_value(value, FIELD_DEPTH_MAX, &at) {
                own.push((name.clone(), value));
            }
        }
        TicketFields { priority, assignee, components, own }
    }

    fn field_value(&mut self, value: &Value, depth: usize, at: &Spot) -> Option<FieldValue> {
        let deeper = depth.checked_sub(1);
        Some(match (value, deeper) {
            (Value::String(text), _) => FieldValue::Text(self.ticket_template(text, at)?),
            (Value::Number(_) | Value::Bool(_), _) => FieldValue::Plain(value.clone()),
            (Value::Array(values), Some(deeper)) => {
                let values = values.iter().enumerate();
                let each =
                    values.filter_map(|(n, value)| self.field_value(value, deeper, &at.index(n))).collect();
                FieldValue::List(each)
            }
            (Value::Object(members), Some(deeper)) => {
                let mut each = Vec::new();
                for (key, value) in members {
                    each.push((key.clone(), self.field_value(value, deeper, &at.key(key))?));
                }
                FieldValue::Object(each)
            }
            (Value::Null, _) => {
                let message = Words::new("a field needs a value", "フィールドには値が必要です");
                self.error(code::VALUE, at.clone(), message);
                return None;
            }
            (Value::Array(_) | Value::Object(_), None) => {
                let message = Words::new("a field is not nested as deep", "フィールドの入れ子が深すぎます");
                self.error(code::BOUND, at.clone(), message);
                return None;
            }
        })
    }

    /// A text or a template; a name that no ticket has would make it fail on every one.
    fn ticket_template(&mut self, text: &str, at: &Spot) -> Option<Template> {
        let template = self.template_of_rule(text, at)?;
        for name in template.names() {
            let first = name.split('.').next().unwrap_or(&name);
            if TICKET_NAMES.contains(&first) {
                continue;
            }
            let near = nearest(first, TICKET_NAMES.into_iter());
            let names: Vec<String> = TICKET_NAMES.iter().map(|name| format!("`{name}`")).collect();
            let all = all_of(&names);
            let all = Words::new(
                format!("a template sees {}", all.en),
                format!("テンプレートで使えるのは {} です", all.ja),
            );
            let help = near.map_or(all, did_you_mean);
            let message = Words::new(
                format!("a template has no `{first}` here"),
                format!("ここのテンプレートでは `{first}` は使えません"),
            );
            self.error_help(code::NOT_THERE, at.clone(), message, help);
            return None;
        }
        if let Some(unknown) = template.unknown(&TicketValues::default().engine()) {
            let message = Words::new(
                format!("this template cannot work: {unknown}"),
                format!("このテンプレートは動きません: {}", template_fault(&unknown)),
            );
            self.error(code::TEMPLATE, at.clone(), message);
            return None;
        }
        Some(template)
    }
}
