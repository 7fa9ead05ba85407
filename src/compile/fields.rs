//! The `fields:` of a generic integration: compiles each pointer and template.
//!
//! Whether they find anything is tested on the samples, by [`check`](crate::check).

use super::code;
use super::diagnostic::Spot;
use super::resolve::Resolver;
use crate::config::{Field, GenericFields, Malformed};
use crate::document;
use crate::language::words::Words;

impl Resolver<'_> {
    pub(super) fn fields(&mut self, fields: &document::Fields, at: &Spot) -> GenericFields {
        self.says_when_over(fields, at);
        let each = fields.each.clone().filter(|each| self.is_pointer(each, &at.key("each")));
        let mut field = |key: &str, text: &Option<String>| self.field(text.as_ref()?, &at.key(key));
        let mut compiled = GenericFields {
            each,
            dedup_key: field("dedup_key", &fields.dedup_key),
            summary: field("summary", &fields.summary),
            description: field("description", &fields.description),
            severity: field("severity", &fields.severity),
            source: field("source", &fields.source),
            status: field("status", &fields.status),
            resolve_when: field("resolve_when", &fields.resolve_when),
            link: field("link", &fields.link),
            resolved: fields.resolved.as_ref().map(|words| words.as_slice().to_vec()).unwrap_or_default(),
            labels: Vec::new(),
        };
        for (name, text) in fields.labels.iter().flatten() {
            let field = self.field(text, &at.key("labels").key(name));
            compiled.labels.extend(field.map(|field| (name.clone(), field)));
        }
        compiled
    }

    /// Either `status` with `resolved`, or `resolve_when`.
    fn says_when_over(&mut self, fields: &document::Fields, at: &Spot) {
        if fields.resolve_when.is_some() && (fields.status.is_some() || fields.resolved.is_some()) {
            let message = Words::new(
                "`resolve_when` says alone whether it is over: leave out `status` and `resolved`",
                "`resolve_when` だけで復旧を判定します。`status` と `resolved` は消してください",
            );
            self.error(code::EITHER_OR, at.key("resolve_when"), message);
        } else if fields.status.is_some() != fields.resolved.is_some() {
            let message = Words::new(
                "`status` and `resolved` need each other: where it says that it is over, and in which words",
                "`status` と `resolved` は両方書きます。復旧を示すフィールドと、その値です",
            );
            self.error(code::EITHER_OR, at.clone(), message);
        }
    }

    fn is_pointer(&mut self, text: &str, at: &Spot) -> bool {
        match self.field(text, at) {
            Some(Field::Pointer(_)) => true,
            Some(Field::Template(_)) => {
                self.error(
                    code::VALUE,
                    at.clone(),
                    Words::new(
                        "a list is found by a JSON pointer, not by a template",
                        "リストは JSON ポインタで指定します。テンプレートは使えません",
                    ),
                );
                false
            }
            None => false,
        }
    }

    fn field(&mut self, text: &str, at: &Spot) -> Option<Field> {
        match Field::read(text) {
            Ok(field) => return Some(field),
            Err(Malformed::Neither) => {
                let path = text.trim_start_matches('$').trim_matches('.').replace('.', "/");
                let help = Words::new(
                    format!("did you mean `/{path}`, or `{{{{ {} }}}}`?", path.replace('/', ".")),
                    format!("`/{path}` または `{{{{ {} }}}}` のことですか？", path.replace('/', ".")),
                );
                let message = Words::new(
                    format!("`{text}` is neither a JSON pointer nor a template"),
                    format!("`{text}` は JSON ポインタでもテンプレートでもありません"),
                );
                self.error_help(code::VALUE, at.clone(), message, help);
            }
            Err(malformed) => self.malformed(malformed, at),
        }
        None
    }
}
