//! Rules of an integration: what they set, what they drop, what passes them, and what a new one closes.

use super::check;

/// The `rules:` of prometheus, then the day.
fn with(rules: &str, day: &str) -> String {
    format!("{}\n=== day\n{day}", integration(rules))
}

fn integration(rules: &str) -> String {
    format!(
        "--- integrations/prometheus.yaml
type: alertmanager
secret: {{ env: PROMETHEUS_SECRET }}
rules:
{rules}
routes: [{{ service_from: labels.service }}, {{ service: web }}]
"
    )
}

const DEV: &str = "  - { when: { labels.env: dev }, drop: nobody is paged for dev }";

/// In order, each sees what those before it made; and routes see what all of them made.
#[test]
fn every_rule_that_matches_sets_its_fields_in_order() {
    let shop = "--- services/shop.yaml
name: Shop
escalation_policy: team
";
    let script = with(
        r#"  - { when: { summary: "~(?P<host>db-\\d+)_.*" }, set: { labels.host: "{{ match.host }}", labels.service: shop } }
  - { when: { labels.host: "db-*" }, set: { summary: "{{ labels.host | upper }} is in trouble" } }
  - { when: { labels.host: "web-*" }, set: { summary: never } }"#,
        "show rules
             02:00 alert k critical summary=db-7_is_slow
             02:00 end",
    );
    check(
        &format!("{shop}{script}"),
        r#"
        02:00 opened: "DB-7 is in trouble" from prometheus (labels.host, labels.service, summary set by integrations/prometheus.yaml:4, integrations/prometheus.yaml:5) -> shop, critical, high urgency [integrations/prometheus.yaml:7, oncall.yaml:11]
        02:00 step 1 of team: tanaka, on call on primary (layer always); next step at 02:05:00 [escalation-policies/team.yaml:2]
        02:00 -> call tanaka, slack tanaka
        "#,
    );
}

/// Before `severity`, urgency and silences: what they match is what the rules made.
#[test]
fn what_decides_later_sees_what_the_rules_made() {
    check(
        "--- integrations/prometheus.yaml
         type: alertmanager
         secret: { env: PROMETHEUS_SECRET }
         rules:
           - { when: { labels.level: P2 }, set: { severity: error } }
           - { when: { labels.level: P4 }, set: { severity: \"{{ labels.level }}\", labels.env: staging } }
         severity: [{ when: { severity: error }, severity: warning }]
         routes: [{ service: web }]
         --- silences/staging.yaml
         - { when: { labels.env: staging }, from: 2026-12-08 02:00, until: 2026-12-08 03:00, reason: load test }
         === day
         02:00 alert a critical level=P2
         02:01 alert b critical level=P4
         02:01 end",
        r#"
        02:00 a: opened: "a" from prometheus (severity set by integrations/prometheus.yaml:4) -> web, warning, low urgency
        02:00 a: told once, at low urgency: tanaka, on call on primary (layer always)
        02:00 -> slack tanaka about a
        02:01 b: opened: "b" from prometheus (labels.env, severity set by integrations/prometheus.yaml:5) -> web, info, no urgency, silenced until 03:00:00 (silences/staging.yaml:1: load test)
        "#,
    );
}

/// All of a rule's fields, or none; the alert pages as it was.
#[test]
fn a_template_that_fails_leaves_the_alert_as_it_was_and_says_so() {
    check(
        &with(
            r#"  - { set: { summary: "of {{ labels.team }}", labels.seen: "yes" } }
  - { set: { labels.later: "yes" } }"#,
            "02:00 alert k critical
             02:00 end",
        ),
        r#"
        02:00 opened: "k" from prometheus (labels.later set by integrations/prometheus.yaml:5; integrations/prometheus.yaml:4 changes nothing, for its template of summary fails: undefined value: `labels.team` is undefined (line 1, column 7)) -> web, critical, high urgency
        02:00 step 1 of team: tanaka, on call on primary (layer always); next step at 02:05:00
        02:00 -> call tanaka, slack tanaka
        "#,
    );
    // A summary cannot become empty, nor a severity be what is none.
    check(
        &with(
            r#"  - { when: { labels.a: "1" }, set: { summary: "{{ labels.none | default('') }}" } }
  - { when: { labels.a: "2" }, set: { severity: "{{ labels.a }}" } }"#,
            "02:00 alert k critical a=1
             02:01 alert k critical a=2
             02:01 end",
        ),
        r#"
        02:00 opened: "k" from prometheus (integrations/prometheus.yaml:4 changes nothing, for its template of summary fails: it gives no text) -> web, critical, high urgency
        02:00 step 1 of team: tanaka, on call on primary (layer always); next step at 02:05:00
        02:00 -> call tanaka, slack tanaka
        02:01 updated: "k" from prometheus (integrations/prometheus.yaml:5 changes nothing, for its template of severity fails: `2` is not a severity)
        "#,
    );
}

/// The rule says why; the drop is recorded once a minute for each alert, and nothing else happens.
#[test]
fn what_is_dropped_reaches_nobody_and_says_why() {
    check(
        &with(
            DEV,
            "show rules
             show mirrors
             02:00 alert k critical env=dev
             02:00:30 alert k critical env=dev
             02:01:30 alert k critical env=dev
             02:02 alert other warning env=dev
             02:03 resolve k
             03:00 end",
        ),
        r#"
        02:00 dropped: "k" from prometheus (nobody is paged for dev) [integrations/prometheus.yaml:4]
        02:01:30 dropped: "k" from prometheus (nobody is paged for dev) [integrations/prometheus.yaml:4]
        02:02 dropped: "other" from prometheus (nobody is paged for dev) [integrations/prometheus.yaml:4]
        02:03 ignored: "k" from prometheus (no open incident has this key)
        "#,
    );
}

/// A label that is missing is not dropped by a negation.
#[test]
fn a_negation_drops_only_where_there_is_a_label() {
    check(
        &with(
            r#"  - { when: { labels.env: "!prod" }, drop: only prod pages }"#,
            "02:00 post alert a warning; alert b warning env=dev; alert c warning env=prod
             02:00 end",
        ),
        r#"
        02:00 a: opened: "a" from prometheus -> web, warning, low urgency
        02:00 a: told once, at low urgency: tanaka, on call on primary (layer always)
        02:00 dropped: "b" from prometheus (only prod pages)
        02:00 c: opened: "c" from prometheus -> web, warning, low urgency
        02:00 c: told once, at low urgency: tanaka, on call on primary (layer always)
        02:00 -> slack tanaka about a, c
        "#,
    );
}

/// Whatever its words are by then.
#[test]
fn a_resolve_or_an_acknowledgement_of_an_open_key_always_passes() {
    check(
        &with(
            DEV,
            "02:00 alert a critical
             02:01 monitor-ack a env=dev
             02:02 resolve a env=dev
             02:02 end",
        ),
        r#"
        02:00 opened: "a" from prometheus -> web, critical, high urgency
        02:00 step 1 of team: tanaka, on call on primary (layer always); next step at 02:05:00
        02:00 -> call tanaka, slack tanaka
        02:01 acknowledged by prometheus in the monitor: "a"
        02:02 resolved by prometheus: the monitor says so
        "#,
    );
}

/// By the name of the rule, at the commit; another commit with the same rule closes nothing that it did not drop.
#[test]
fn a_new_rule_closes_what_is_open() {
    let (new, other) = (integration(DEV), integration(&format!("  - {{ set: {{ labels.x: y }} }}\n{DEV}")));
    check(
        &format!(
            "--- services/web.yaml
             name: Web
             escalation_policy: team
             group: {{ by: [labels.cluster], within: 10m }}
             === new
             {new}
             === moved
             {other}
             === day
             show mirrors
             02:00 alert a critical env=dev
             02:00:10 alert b critical env=dev cluster=x
             02:00:20 alert c critical cluster=x
             02:01 config new
             02:02 resolve c
             02:03 alert d warning
             02:04 config moved
             02:04 end"
        ),
        r#"
        02:00 a: opened: "a" from prometheus -> web, critical, high urgency
        02:00 a: step 1 of team: tanaka, on call on primary (layer always); next step at 02:05:00
        02:00 -> call tanaka about a, slack tanaka about a, channel about a
        02:00:10 b: opened: "b" from prometheus -> web, critical, high urgency
        02:00:10 b: step 1 of team: tanaka, on call on primary (layer always); next step at 02:05:10
        02:00:10 b: the call to tanaka waits: they are being called about 1-1, at most until 02:01:30 if nobody picks up
        02:00:10 -> slack tanaka about b, channel about b
        02:00:20 b: joined by: "c" from prometheus
        02:00:20 -> channel update: "c" has joined. about b
        02:00:30 -> call tanaka about b
        02:01 config new is in force
        02:01 a: resolved by integrations/prometheus.yaml:4: nobody is paged for dev
        02:01 b: alert b is over: dropped by integrations/prometheus.yaml:4: nobody is paged for dev
        02:01 -> channel update: Resolved by integrations/prometheus.yaml:4. about a
        02:01:20 -> channel update: "b" is over, 1 still fires. about b
        02:02 b: resolved by prometheus: the monitor says so
        02:02 -> channel update: Resolved by prometheus. about b
        02:03 d: opened: "d" from prometheus -> web, warning, low urgency
        02:03 d: told once, at low urgency: tanaka, on call on primary (layer always)
        02:03 -> slack tanaka about d, channel about d
        02:04 config moved is in force
        "#,
    );
}

/// What is open and said again as something that a rule drops is over by that rule.
#[test]
fn an_open_alert_that_a_rule_drops_is_over_when_it_is_said_again() {
    check(
        &with(
            "  - { when: { severity: info }, drop: nobody reads them }",
            "02:00 alert a critical
             02:01 alert a info
             02:20 end",
        ),
        r#"
        02:00 opened: "a" from prometheus -> web, critical, high urgency
        02:00 step 1 of team: tanaka, on call on primary (layer always); next step at 02:05:00
        02:00 -> call tanaka, slack tanaka
        02:01 dropped: "a" from prometheus (nobody reads them)
        02:01 resolved by integrations/prometheus.yaml:4: nobody reads them
        "#,
    );
}

/// Heartbeats are read before rules, and that one is late is no alert of the monitor.
#[test]
fn heartbeats_are_read_before_rules() {
    check(
        "--- integrations/prometheus.yaml
         type: alertmanager
         secret: { env: PROMETHEUS_SECRET }
         heartbeat: { every: 10m, grace: 5m, when: { summary: Watchdog } }
         rules:
           - { when: { summary: \"*\" }, drop: nothing of it }
           - { set: { summary: never } }
         routes: [{ service: web }]
         === day
         show beats
         00:05 alert w summary=Watchdog
         00:20 end",
        r#"
        00:05 heartbeat of prometheus
        00:20 no heartbeat of prometheus in time
        00:20 opened: "prometheus: no heartbeat for 15 min" from prometheus -> web, critical, high urgency
        00:20 step 1 of team: tanaka, on call on primary (layer always); next step at 00:25:00
        00:20 -> call tanaka, slack tanaka
        "#,
    );
}

/// What nobody could read, what the server says itself, and what people declare are never dropped.
#[test]
fn what_no_monitor_could_say_is_never_dropped() {
    check(
        &with(
            r#"  - { when: { summary: "*" }, drop: nothing of it }"#,
            "02:00 alert a critical oncall_unparsed=yes
             02:01 alert b critical from=oncall
             02:02 declare tanaka web critical orders hang
             02:02 end",
        ),
        r#"
        02:00 a: opened: "a" from prometheus -> web, critical, high urgency
        02:00 a: step 1 of team: tanaka, on call on primary (layer always); next step at 02:05:00
        02:00 -> call tanaka about a, slack tanaka about a
        02:01 b: opened: "b" from oncall -> no service, critical, high urgency
        02:01 b: fallback step 1 of last-resort: sato, named in the step; next step at 02:11:00
        02:01 -> call sato about b, slack sato about b
        02:02 declared/21: opened: "orders hang" declared by Tanaka in Slack -> web, critical, high urgency
        02:02 declared/21: step 1 of team: tanaka, on call on primary (layer always); next step at 02:07:00
        02:02 -> call tanaka about declared/21, slack tanaka about declared/21
        "#,
    );
}

/// The key stays: what a rule made of the words still joins, updates and resolves.
#[test]
fn the_key_is_the_monitors() {
    check(
        &with(
            r#"  - { set: { summary: "all the same", labels.a: b } }"#,
            "02:00 post alert a warning; alert b warning
             02:02 update a warning summary=x
             02:03 resolve a
             02:03 end",
        ),
        r#"
        02:00 a: opened: "all the same" from prometheus (labels.a, summary set by integrations/prometheus.yaml:4) -> web, warning, low urgency
        02:00 a: told once, at low urgency: tanaka, on call on primary (layer always)
        02:00 b: opened: "all the same" from prometheus (labels.a, summary set by integrations/prometheus.yaml:4) -> web, warning, low urgency
        02:00 b: told once, at low urgency: tanaka, on call on primary (layer always)
        02:00 -> slack tanaka about a, b
        02:03 a: resolved by prometheus: the monitor says so
        "#,
    );
}
