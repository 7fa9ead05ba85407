//! What the rules of an integration did to an alert, in every language: which changed it, and which failed.

use crate::reason::{ByRules, FailedRule};

pub(super) fn dropped_en(alert: &str, reason: &str) -> String {
    format!("dropped: {alert} ({reason})")
}

pub(super) fn dropped_ja(alert: &str, reason: &str) -> String {
    format!("ルールにより破棄しました: {alert}、{reason}")
}

/// Behind the alert: ` (summary, labels.host set by integrations/grafana.yaml:5)`.
pub(super) fn en(by_rules: &ByRules) -> String {
    let fields = fields(by_rules).join(", ");
    let set = (!by_rules.set.is_empty()).then(|| format!("{fields} set by {}", rules(by_rules).join(", ")));
    let failed = by_rules.failed.iter().map(|FailedRule { rule, field, why }| {
        format!("{rule} changes nothing, for its template of {field} fails: {why}")
    });
    let said: Vec<String> = set.into_iter().chain(failed).collect();
    format!(" ({})", said.join("; "))
}

/// Within the brackets behind the alert.
pub(super) fn ja(by_rules: &ByRules) -> String {
    let fields = fields(by_rules).join("、");
    let set = (!by_rules.set.is_empty())
        .then(|| format!("、ルール {} により {fields} を変更", rules(by_rules).join("、")));
    let failed = by_rules.failed.iter().map(|FailedRule { rule, field, why }| {
        format!("、ルール {rule} は {field} のテンプレートが失敗したため適用せず: {why}")
    });
    set.into_iter().chain(failed).collect()
}

fn fields(by_rules: &ByRules) -> Vec<&str> {
    by_rules.was.keys().map(String::as_str).collect()
}

fn rules(by_rules: &ByRules) -> Vec<String> {
    by_rules.set.iter().map(ToString::to_string).collect()
}
