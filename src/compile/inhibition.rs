//! Inhibitions.

use super::code;
use super::diagnostic::Spot;
use super::resolve::Resolver;
use crate::config::Inhibition;
use crate::document;
use crate::language::words::Words;
use jiff::SignedDuration;

impl Resolver<'_> {
    pub(super) fn inhibitions(&mut self) -> Vec<Inhibition> {
        let documents = self.documents;
        let mut inhibitions = Vec::new();
        for file in &documents.inhibitions {
            for (index, inhibition) in file.document.iter().flatten().enumerate() {
                let at = file.at.index(index);
                if inhibitions.len() == Inhibition::INHIBITIONS_MAX {
                    let message = Words::new(
                        format!("there are at most {} inhibitions", Inhibition::INHIBITIONS_MAX),
                        format!("抑止ルールは {} 個までです", Inhibition::INHIBITIONS_MAX),
                    );
                    self.error(code::BOUND, at, message);
                    return inhibitions;
                }
                inhibitions.push(self.inhibition(inhibition, &at));
            }
        }
        inhibitions
    }

    fn inhibition(&mut self, inhibition: &document::Inhibition, at: &Spot) -> Inhibition {
        let fields = inhibition.equal.iter().flatten().enumerate();
        let equal =
            fields.filter_map(|(index, name)| self.field_name(name, &at.key("equal").index(index))).collect();
        let bounds = (SignedDuration::ZERO, Inhibition::GRACE_MAX);
        let grace = inhibition.grace.as_ref().map(|grace| self.duration(grace, &at.key("grace"), bounds));
        Inhibition {
            source: self.matcher(&inhibition.source, &at.key("while")),
            mutes: self.matcher(&inhibition.mutes, &at.key("mutes")),
            equal,
            grace: grace.unwrap_or(Inhibition::GRACE),
            across: inhibition.across.unwrap_or_default(),
            reason: inhibition.reason.clone(),
            place: self.sources.place(at),
        }
    }
}
