//! What a ticket has beside its words: templates of Jira's fields, of a service or of all.

use super::code;
use super::diagnostic::Spot;
use super::resolve::{Resolver, spots};
use super::suggest::{any_of, nearest};
use crate::config::{
    FIELD_DEPTH_MAX, FieldValue, TICKET_FIELDS_MAX, TICKET_NAMES, Template, TicketFields, TicketValues,
};
use crate::document::OneOrMany;
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
                self.error(code::BOUND, at, format!("a ticket has at most {TICKET_FIELDS_MAX} fields here"));
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
                self.error(code::VALUE, at.clone(), "a field needs a value");
                return None;
            }
            (Value::Array(_) | Value::Object(_), None) => {
                self.error(code::BOUND, at.clone(), "a field is not nested as deep");
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
            let all = format!("a template sees {}", any_of(&names).replace(" or ", " and "));
            let help = near.map_or(all, |near| format!("did you mean `{near}`?"));
            self.error_help(code::NOT_THERE, at.clone(), format!("a template has no `{first}` here"), help);
            return None;
        }
        if let Some(unknown) = template.unknown(&TicketValues::default().engine()) {
            self.error(code::TEMPLATE, at.clone(), format!("this template cannot work: {unknown}"));
            return None;
        }
        Some(template)
    }
}
