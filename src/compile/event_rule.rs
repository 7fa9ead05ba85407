//! The `rules:` of an integration: what each sets or drops, its templates compiled, and the names in them looked up.
//!
//! Whether a rule is likely meant is asked by [`check`](crate::check); what it does to an alert is in
//! [`route`](crate::route).

use super::code;
use super::diagnostic::{Part, Spot};
use super::resolve::Resolver;
use super::suggest::nearest;
use crate::alert::{Action, Event};
use crate::config::{
    EventRule, Malformed, Matcher, OWN_LABELS, RuleEffect, TEMPLATE_MAX, TEMPLATE_NAMES, Template,
    template_values,
};
use crate::document;
use crate::language::findings::template_fault;
use crate::language::words::{Words, all_of, did_you_mean};

impl Resolver<'_> {
    pub(super) fn event_rules(&mut self, rules: &[document::EventRule], at: &Spot) -> Vec<EventRule> {
        if rules.len() > EventRule::RULES_MAX {
            let max = EventRule::RULES_MAX;
            let message = Words::new(
                format!("an integration has at most {max} rules"),
                format!("インテグレーションのルールは {max} 個までです"),
            );
            self.error(code::BOUND, at.clone(), message);
        }
        let mut compiled = Vec::new();
        for (index, rule) in rules.iter().enumerate().take(EventRule::RULES_MAX) {
            compiled.extend(self.event_rule(rule, &at.index(index)));
        }
        compiled
    }

    fn event_rule(&mut self, rule: &document::EventRule, at: &Spot) -> Option<EventRule> {
        let known = self.findings.len();
        let when = self.maybe_matcher(rule.when.as_ref(), &at.key("when"));
        let sound = self.findings.len() == known;
        let whole = !self.sources.incomplete(&at.file);
        let place = self.sources.place(at);
        let effect = match (&rule.set, &rule.drop) {
            (Some(fields), None) => {
                RuleEffect::Set(self.set_fields(fields, (when.as_ref(), sound), &at.key("set")))
            }
            (None, Some(_)) if when.is_none() => {
                if whole {
                    let message = Words::new(
                        "`drop` without `when` would drop every alert of this integration",
                        "`when` のない `drop` は、このインテグレーションのすべてのアラートを捨てます",
                    );
                    let help = Words::new(
                        "say which with `when: { labels.env: dev }`; to keep all of them quiet for a while, write a silence",
                        "`when: { labels.env: dev }` のように対象を書いてください。しばらくすべてを止めるならサイレンスを使います",
                    );
                    self.error_help(code::DROPS_ALL, at.key("drop").on(Part::Key), message, help);
                }
                return None;
            }
            (None, Some(reason)) => RuleEffect::Drop(reason.clone()),
            (set, _) => {
                if whole {
                    let message = match set {
                        Some(_) => Words::new(
                            "a rule either sets fields or drops alerts",
                            "ルールは、フィールドを変えるかアラートを捨てるかのどちらかです",
                        ),
                        None => Words::new("this rule does nothing", "このルールは何もしません"),
                    };
                    let help = Words::new(
                        "write `set: { summary: \"…\" }`, or `drop:` with the reason, in a rule of its own",
                        "`set: { summary: \"…\" }` か、理由を付けた `drop:` を、1 つのルールに 1 つ書いてください",
                    );
                    self.error_help(code::EITHER_OR, at.on(Part::FirstLine), message, help);
                }
                return None;
            }
        };
        Some(EventRule { when, effect, place })
    }

    fn set_fields(
        &mut self,
        fields: &document::SetFields,
        (when, sound): (Option<&Matcher>, bool),
        at: &Spot,
    ) -> Vec<(String, Template)> {
        let mut compiled = Vec::new();
        for (name, text) in &fields.0 {
            let spot = at.key(name);
            if name.strip_prefix("labels.").is_some_and(|label| label.starts_with(OWN_LABELS)) {
                let message = Words::new(
                    format!("`{name}` is ours: no rule sets a label that begins with `{OWN_LABELS}`"),
                    format!(
                        "`{name}` は oncall が使います。`{OWN_LABELS}` で始まるラベルはルールで設定できません"
                    ),
                );
                let help = Words::new("give the label another name", "ラベルを別の名前にしてください");
                self.error_help(code::CANNOT_SET, spot.on(Part::Key), message, help);
                continue;
            }
            let Some(template) = self.template_of_rule(text, &spot) else { continue };
            self.names_in(&template, (when, sound), &spot);
            compiled.push((name.clone(), template));
        }
        compiled
    }

    pub(super) fn template_of_rule(&mut self, text: &str, at: &Spot) -> Option<Template> {
        let compiled = Template::compile(text);
        compiled.map_err(|malformed| self.malformed(malformed, at)).ok()
    }

    /// A template that is too long, or does not compile.
    pub(super) fn malformed(&mut self, malformed: Malformed, at: &Spot) {
        let (code, message) = match malformed {
            Malformed::Neither => return,
            Malformed::TooLong => (
                code::BOUND,
                Words::new(
                    format!("a template has at most {TEMPLATE_MAX} bytes"),
                    format!("テンプレートは {TEMPLATE_MAX} バイトまでです"),
                ),
            ),
            Malformed::Template { line, column, reason } => (
                code::TEMPLATE,
                Words::new(
                    format!("in line {line}, column {column} of this template: {reason}"),
                    format!("テンプレートの {line} 行 {column} 文字目: {}", template_fault(&reason)),
                ),
            ),
        };
        self.error(code, at.clone(), message);
    }

    /// A name that no alert has would make the template fail on every one.
    fn names_in(&mut self, template: &Template, (when, sound): (Option<&Matcher>, bool), at: &Spot) {
        let groups = when.map(Matcher::group_names).unwrap_or_default();
        for name in template.names() {
            let (first, rest) = name.split_once('.').map_or((name.as_str(), None), |(a, b)| (a, Some(b)));
            let group = rest.map(|rest| rest.split('.').next().unwrap_or(rest));
            let (message, help) = match (first, group) {
                // Why its pattern cannot be read has been said.
                ("match", Some(_)) if !sound => continue,
                ("match", Some(group)) if groups.contains(group) => continue,
                ("match", Some(group)) => {
                    let message = Words::new(
                        format!("no regular expression in `when` has a group `{group}`"),
                        format!("`when` の正規表現に `{group}` という名前のグループがありません"),
                    );
                    let near = nearest(group, groups.iter().copied());
                    let example = format!("`summary: \"~(?P<{group}>…) .*\"`");
                    let example = Words::new(
                        format!("name it there: {example}"),
                        format!("`when` で {example} のように名前を付けてください"),
                    );
                    (message, near.map_or(example, |near| did_you_mean(&format!("match.{near}"))))
                }
                (known, _) if TEMPLATE_NAMES.contains(&known) => continue,
                (other, _) => {
                    let near = nearest(other, TEMPLATE_NAMES.into_iter());
                    let names: Vec<String> = TEMPLATE_NAMES.iter().map(|name| format!("`{name}`")).collect();
                    let all = all_of(&names);
                    let all = Words {
                        en: format!("a template sees {}", all.en),
                        ja: format!("テンプレートで使えるのは {} です", all.ja),
                    };
                    let message = Words::new(
                        format!("a template has no `{other}` here"),
                        format!("ここのテンプレートでは `{other}` は使えません"),
                    );
                    (message, near.map_or(all, did_you_mean))
                }
            };
            return self.error_help(code::NOT_THERE, at.clone(), message, help);
        }
        let any = Event { summary: "x".to_owned(), ..Event::blank(Action::Trigger) };
        if let Some(unknown) = template.unknown(&template_values(&any, None)) {
            let message = Words::new(
                format!("this template cannot work: {unknown}"),
                format!("このテンプレートは動きません: {}", template_fault(&unknown)),
            );
            self.error(code::TEMPLATE, at.clone(), message);
        }
    }
}
