//! Routes by hours, and another policy within one service: who is told when, and what a rise or a commit changes.

use super::check;

/// Tuesday: the office opens at 10:00.
#[test]
fn a_route_within_hours_is_taken_only_then() {
    check(
        "--- services/shop.yaml
         name: Shop
         escalation_policy: last-resort
         --- integrations/prometheus.yaml
         type: alertmanager
         secret: { env: PROMETHEUS_SECRET }
         routes:
           - { when: { labels.team: web }, during: office, service: shop }
           - { when: { labels.team: web }, during: [{ days: daily, from: 02:00, until: 03:00 }], service: web }
           - { service: batch }
         --- services/batch.yaml
         name: Batch
         escalation_policy: team
         === day
         show rules
         02:30 alert a info team=web
         09:59 alert b info team=web
         10:00 alert c info team=web
         10:00 alert d info team=db
         10:00 end",
        r#"
        02:30 a: opened: "a" from prometheus -> web, info, no urgency [integrations/prometheus.yaml:5, oncall.yaml:11]
        09:59 b: opened: "b" from prometheus -> batch, info, no urgency [integrations/prometheus.yaml:6, oncall.yaml:11]
        10:00 c: opened: "c" from prometheus -> shop, info, no urgency [integrations/prometheus.yaml:4, oncall.yaml:11]
        10:00 d: opened: "d" from prometheus -> batch, info, no urgency [integrations/prometheus.yaml:6, oncall.yaml:11]
        "#,
    );
}

const CRITICAL: &str = "--- escalation-policies/critical.yaml
steps:
  - { notify: [{ user: kimura }], wait: 3m }
  - { notify: [{ user: boss }], wait: 3m }
--- services/web.yaml
name: Web
escalation_policy: team
group: { by: [labels.cluster], within: 30m }
urgency:
  - { when: { severity: critical }, urgency: high, escalation_policy: critical }
  - { when: { severity: error }, urgency: high }
  - { urgency: low }
";

/// Each by the policy of its rule; alerts of two policies are two incidents, whatever they share.
#[test]
fn an_urgency_rule_may_name_another_policy() {
    check(
        &format!(
            "{CRITICAL}
             === day
             02:00 alert a error cluster=x
             02:00 alert b critical cluster=x
             02:01 alert c critical cluster=x
             02:03 end"
        ),
        r#"
        02:00 a: opened: "a" from prometheus -> web, error, high urgency
        02:00 a: step 1 of team: tanaka, on call on primary (layer always); next step at 02:05:00
        02:00 -> call tanaka about a, slack tanaka about a
        02:00 b: opened: "b" from prometheus -> web, critical, high urgency
        02:00 b: step 1 of critical: kimura, named in the step; next step at 02:03:00
        02:00 -> call kimura about b, slack kimura about b
        02:01 b: joined by: "c" from prometheus
        02:03 b: step 2 of critical: boss, named in the step; next step at 02:06:00
        02:03 -> call boss about b, slack boss about b
        "#,
    );
}

/// A rise starts the policy of its rule at step 1, whether or not somebody has it.
#[test]
fn a_rise_starts_the_policy_of_its_rule() {
    for taken in ["", "02:00:10 press tanaka 4"] {
        let script = format!(
            "{CRITICAL}
             === day
             02:00 alert a error
             {taken}
             02:01 alert a critical
             02:01 end"
        );
        let (ack, again) = match taken {
            "" => ("", "02:01 -> call kimura, slack kimura"),
            _ => ("02:00:10 acknowledged by Tanaka on the phone", "02:01 -> call kimura, slack kimura"),
        };
        let triggered =
            if taken.is_empty() { "" } else { "02:01 triggered again: it has become more urgent" };
        check(
            &script,
            &format!(
                r#"
        02:00 opened: "a" from prometheus -> web, error, high urgency
        02:00 step 1 of team: tanaka, on call on primary (layer always); next step at 02:05:00
        02:00 -> call tanaka, slack tanaka
        {ack}
        02:01 updated: "a" from prometheus
        02:01 raised to high urgency
        02:01 told by the policy critical from now on
        {triggered}
        02:01 step 1 of critical: kimura, named in the step; next step at 02:04:00
        {again}
        "#
            ),
        );
    }
}

/// Open incidents follow the config in force, in the step that they have reached; what a person chose stays.
#[test]
fn a_commit_gives_the_rule_another_policy() {
    check(
        &format!(
            "{CRITICAL}
             === other
             --- services/web.yaml
             name: Web
             escalation_policy: team
             urgency:
               - {{ when: {{ severity: critical }}, urgency: high }}
               - {{ urgency: low }}
             === day
             02:00 alert a critical
             02:00:10 alert b critical
             02:00:20 reassign suzuki to last-resort b
             02:01 config other
             02:01 end"
        ),
        r#"
        02:00 a: opened: "a" from prometheus -> web, critical, high urgency
        02:00 a: step 1 of critical: kimura, named in the step; next step at 02:03:00
        02:00 -> call kimura about a, slack kimura about a
        02:00:10 b: opened: "b" from prometheus -> web, critical, high urgency
        02:00:10 b: step 1 of critical: kimura, named in the step; next step at 02:03:10
        02:00:10 b: the call to kimura waits: they are being called about 1-1, at most until 02:01:30 if nobody picks up
        02:00:10 -> slack kimura about b
        02:00:20 b: reassigned to last-resort by Suzuki in Slack
        02:00:20 b: step 1 of last-resort: sato, named in the step; next step at 02:10:20
        02:00:20 -> call sato about b, slack sato about b
        02:01 config other is in force
        02:01 a: told by the policy team from now on
        02:01 a: now at step 1 of team, next step at 02:05:00
        02:01 a: leaves the step as soon as somebody new is reached: kimura
        02:01 a: now in the step, told: tanaka, on call on primary (layer always)
        02:01 -> call tanaka about a, slack tanaka about a
        02:01 a: no longer in the step: kimura
        "#,
    );
}
