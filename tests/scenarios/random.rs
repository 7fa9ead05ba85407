//! Random days: nothing panics, comes to no rest, or breaks an invariant. A failure prints its day.

use crate::world::{Configs, World, configs};
use proptest::prelude::*;
use std::sync::LazyLock;

const CONFIGS: &str = r#"
--- services/web.yaml
name: Web
escalation_policy: team
inform: [{ after: 7m, user: boss, by: call }]
acknowledgement_timeout: 20m
auto_resolve_after: 3h
jira: {}
urgency:
  - { when: { severity: critical }, urgency: high }
  - { when: { severity: error }, urgency: low, raise_when: [{ days: daily, from: 02:20, until: 02:40 }] }
  - { when: { severity: info }, urgency: none }
  - { urgency: low }
--- services/shop.yaml
name: Shop
escalation_policy: other
group: { by: [labels.cluster], within: 10m }
--- escalation-policies/other.yaml
steps: [{ notify: [{ user: kimura }], wait: 1m }, { notify: [{ schedule: primary }, { user: suzuki }], wait: 2m }]
repeat: 1
--- schedules/primary.yaml
name: Primary
layers:
  - name: hourly
    rotation: { every: 1 hours, handoff: 10:00, line_ups: [{ from: 2026-12-01, members: [tanaka, kimura, nobody] }] }
  - { name: trainee, shadow: true, members: [sato] }
--- silences/some.yaml
- { services: [web], from: 2026-12-08 02:10, until: 2026-12-08 02:30, reason: upgrade }
- { when: { severity: warning }, every: { days: daily, from: 03:00, until: 03:30 }, until: 2027-03-31, reason: backups }
--- integrations/grafana.yaml
type: grafana
secret: { env: GRAFANA_SECRET }
stale_after: 15m
routes: [{ service_from: labels.service }, { service: web }]
=== calm
--- silences/some.yaml (deleted)
--- escalation-policies/other.yaml
steps: [{ notify: [{ user: boss }], wait: 3m }]
=== renamed
--- integrations/grafana.yaml (deleted)
--- integrations/dashboards.yaml
type: grafana
secret: { env: GRAFANA_SECRET }
formerly: [grafana]
stale_after: 15m
routes: [{ service_from: labels.service }, { service: web }]
=== gone
--- services/shop.yaml (deleted)
--- schedules/primary.yaml
name: Primary
layers: [{ name: always, members: [sato] }]
=== day
"#;

fn word(words: &'static [&'static str]) -> impl Strategy<Value = String> {
    proptest::sample::select(words).prop_map(str::to_owned)
}

fn user() -> impl Strategy<Value = String> {
    word(&["tanaka", "suzuki", "kimura", "boss", "guest"])
}

fn event() -> impl Strategy<Value = String> {
    let labels =
        word(&["", "service=shop", "service=shop cluster=x", "service=shop cluster=y", "service=none"]);
    let more = word(&[
        "",
        "",
        "",
        "from=grafana",
        "from=dashboards",
        "id=m1",
        "id=m2",
        "at=01:00",
        "at=01:30",
        "summary=news",
    ]);
    let severity = word(&["critical", "error", "warning", "info", "-"]);
    let verb = word(&["alert", "alert", "alert", "resolve", "monitor-ack", "note", "change", "update"]);
    (verb, word(&["a", "b", "c", "d"]), severity, labels, more)
        .prop_map(|(verb, key, severity, labels, more)| format!("{verb} {key} {severity} {labels} {more}"))
}

fn line() -> impl Strategy<Value = String> {
    let by_key = (word(&["ack", "close", "escalate"]), user(), word(&["a", "b", "c", "d", ""]));
    let mood = word(&["up", "up", "down", "limit=90", "reject", "busy", "hang", "lose", "mute", "slow=45s"]);
    let whose = word(&["slack", "call", "ticket", "hangup", "slack channel", "call tanaka", "slack kimura"]);
    prop_oneof![
        6 => proptest::collection::vec(event(), 1..4).prop_map(|events| format!("post {}", events.join(";"))),
        3 => by_key.prop_map(|(verb, user, key)| format!("{verb} {user} {key}")),
        2 => (user(), word(&["4", "5", "6", "*"])).prop_map(|(user, key)| format!("press {user} {key}")),
        2 => (word(&["unack", "snooze 20m", "reopen", "raise", "lower", "move to shop", "unmerge"]), user(), word(&["a", "b", "c", "d"]))
            .prop_map(|(verb, user, key)| {
                let (verb, rest) = verb.split_once(' ').unwrap_or((&verb, ""));
                format!("{verb} {user} {rest} {key}")
            }),
        1 => (user(), user()).prop_map(|(from, to)| format!("reassign {from} to {to}")),
        4 => (mood, whose).prop_map(|(mood, whose)| format!("{mood} {whose}")),
        2 => word(&["config base", "config calm", "config gone", "config renamed"]),
        1 => word(&["jump 10m", "jump -10m", "jump 3h"]),
        2 => word(&["restart"]),
    ]
}

fn play(day: &[(u32, String)]) {
    static COMPILED: LazyLock<Configs> = LazyLock::new(|| configs(CONFIGS).0);
    let mut world = World::start(COMPILED.clone());
    world.run_until("2026-12-08T02:00:00+09:00".parse().unwrap());
    for (wait, line) in day {
        world.run_until(world.now + jiff::SignedDuration::from_secs(i64::from(*wait)));
        if line == "restart" {
            world.act("crash");
            world.run_until(world.now + jiff::SignedDuration::from_secs(i64::from(*wait)));
            world.act("start");
        } else {
            world.act(line);
        }
        world.check_nothing_is_forgotten();
    }
    world.run_until(world.now + jiff::SignedDuration::from_hours(3));
    world.check_invariants();
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 40, failure_persistence: None, ..ProptestConfig::default() })]
    #[test]
    fn days(day in proptest::collection::vec((prop_oneof![Just(0u32), 1u32..30, 30u32..1200], line()), 1..25)) {
        play(&day);
    }
}
