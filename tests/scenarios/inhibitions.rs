//! Inhibitions: what mutes what, until when, and what is told of it in the end.

use super::check;

pub const NODES: &str = "--- inhibitions/nodes.yaml
- { while: { labels.kind: node }, mutes: { labels.kind: pod }, equal: [labels.node], reason: the node is down }
=== day
";

/// With these inhibitions, then the rest of the script.
fn with(inhibitions: &str, rest: &str) -> String {
    format!("--- inhibitions/some.yaml\n{inhibitions}\n{rest}")
}

/// What outlives it by the grace is told, in one call; what is over by then is not.
#[test]
fn what_one_alert_explains_is_told_only_if_it_outlives_it() {
    check(
        &format!(
            "{NODES}
            show rules
            02:00 alert node critical kind=node node=n1
            02:00:10 press tanaka 4
            02:01 post alert p1 critical kind=pod node=n1; alert p2 critical kind=pod node=n1; alert p3 critical kind=pod node=n1
            02:10 resolve p1
            02:20 resolve node
            02:22 resolve p2
            02:25 end"
        ),
        r#"
        02:00 node: opened: "node" from prometheus -> web, critical, high urgency [integrations/prometheus.yaml:3, oncall.yaml:11]
        02:00 node: step 1 of team: tanaka, on call on primary (layer always); next step at 02:05:00 [escalation-policies/team.yaml:2]
        02:00 -> call tanaka about node, slack tanaka about node
        02:00:10 node: acknowledged by Tanaka on the phone
        02:01 p1: opened: "p1" from prometheus -> web, critical, high urgency, inhibited by 1-1, at most until Wed 12-09 02:00 (inhibitions/nodes.yaml:1: the node is down) [integrations/prometheus.yaml:3, oncall.yaml:11]
        02:01 p2: opened: "p2" from prometheus -> web, critical, high urgency, inhibited by 1-1, at most until Wed 12-09 02:00 (inhibitions/nodes.yaml:1: the node is down) [integrations/prometheus.yaml:3, oncall.yaml:11]
        02:01 p3: opened: "p3" from prometheus -> web, critical, high urgency, inhibited by 1-1, at most until Wed 12-09 02:00 (inhibitions/nodes.yaml:1: the node is down) [integrations/prometheus.yaml:3, oncall.yaml:11]
        02:10 p1: resolved by prometheus: the monitor says so
        02:20 node: resolved by prometheus: the monitor says so
        02:20 p2: what inhibited it is over: told at 02:25:00 if it still fires [inhibitions/nodes.yaml:1]
        02:20 p3: what inhibited it is over: told at 02:25:00 if it still fires [inhibitions/nodes.yaml:1]
        02:22 p2: resolved by prometheus: the monitor says so
        02:25 p3: no longer inhibited [inhibitions/nodes.yaml:1]
        02:25 p3: step 1 of team: tanaka, on call on primary (layer always); next step at 02:30:00 [escalation-policies/team.yaml:2]
        02:25 -> call tanaka about p3, slack tanaka about p3
        "#,
    );
    // Several that outlive it are one call a person.
    check(
        &format!(
            "{NODES}
            02:00 alert node critical kind=node node=n1
            02:00:10 press tanaka 4
            02:01 post alert p1 critical kind=pod node=n1; alert p2 critical kind=pod node=n1
            02:20 resolve node
            02:25 end"
        ),
        r#"
        02:00 node: opened: "node" from prometheus -> web, critical, high urgency
        02:00 node: step 1 of team: tanaka, on call on primary (layer always); next step at 02:05:00
        02:00 -> call tanaka about node, slack tanaka about node
        02:00:10 node: acknowledged by Tanaka on the phone
        02:01 p1: opened: "p1" from prometheus -> web, critical, high urgency, inhibited by 1-1, at most until Wed 12-09 02:00 (inhibitions/nodes.yaml:1: the node is down)
        02:01 p2: opened: "p2" from prometheus -> web, critical, high urgency, inhibited by 1-1, at most until Wed 12-09 02:00 (inhibitions/nodes.yaml:1: the node is down)
        02:20 node: resolved by prometheus: the monitor says so
        02:20 p1: what inhibited it is over: told at 02:25:00 if it still fires
        02:20 p2: what inhibited it is over: told at 02:25:00 if it still fires
        02:25 p1: no longer inhibited
        02:25 p1: step 1 of team: tanaka, on call on primary (layer always); next step at 02:30:00
        02:25 p2: no longer inhibited
        02:25 p2: step 1 of team: tanaka, on call on primary (layer always); next step at 02:30:00
        02:25 -> call tanaka about p1, p2, slack tanaka about p1, p2
        "#,
    );
}

/// In one request, whatever the order: what rings is hung up, and nobody hears of it.
#[test]
fn a_source_that_comes_later_mutes_what_still_rings() {
    check(
        &format!(
            "{NODES}
            02:00 post alert p1 critical kind=pod node=n1; alert node critical kind=node node=n1; alert far critical kind=pod node=n2
            02:00:10 press tanaka 4
            03:00 end"
        ),
        r#"
        02:00 p1: opened: "p1" from prometheus -> web, critical, high urgency
        02:00 p1: step 1 of team: tanaka, on call on primary (layer always); next step at 02:05:00
        02:00 node: opened: "node" from prometheus -> web, critical, high urgency
        02:00 node: step 1 of team: tanaka, on call on primary (layer always); next step at 02:05:00
        02:00 far: opened: "far" from prometheus -> web, critical, high urgency
        02:00 far: step 1 of team: tanaka, on call on primary (layer always); next step at 02:05:00
        02:00 p1: inhibited by 1-2, at most until Wed 12-09 02:00: the node is down
        02:00 -> call tanaka about node, far, slack tanaka about node, far
        02:00:10 node: acknowledged by Tanaka on the phone
        02:00:10 far: acknowledged by Tanaka on the phone
        "#,
    );
    check(
        &format!(
            "{NODES}
            02:00 alert p1 critical kind=pod node=n1
            02:00:20 alert node critical kind=node node=n1
            02:00:25 end"
        ),
        r#"
        02:00 p1: opened: "p1" from prometheus -> web, critical, high urgency
        02:00 p1: step 1 of team: tanaka, on call on primary (layer always); next step at 02:05:00
        02:00 -> call tanaka about p1, slack tanaka about p1
        02:00:20 node: opened: "node" from prometheus -> web, critical, high urgency
        02:00:20 node: step 1 of team: tanaka, on call on primary (layer always); next step at 02:05:20
        02:00:20 p1: inhibited by 1-2, at most until Wed 12-09 02:00: the node is down
        02:00:20 node: the call to tanaka waits: they are being called about 1-1, at most until 02:01:30 if nobody picks up
        02:00:20 -> hang up tanaka, slack tanaka about node, call tanaka about node
        "#,
    );
}

/// A warning mutes no page: it is told at an urgency at least that of what it mutes.
#[test]
fn a_source_mutes_nothing_more_urgent() {
    check(
        &format!(
            "{NODES}
            02:00 alert node warning kind=node node=n1
            02:01 post alert low warning kind=pod node=n1; alert high critical kind=pod node=n1
            02:02 alert low critical kind=pod node=n1
            02:02 end"
        ),
        r#"
        02:00 node: opened: "node" from prometheus -> web, warning, low urgency
        02:00 node: told once, at low urgency: tanaka, on call on primary (layer always)
        02:00 -> slack tanaka about node
        02:01 low: opened: "low" from prometheus -> web, warning, low urgency, inhibited by 1-1, at most until Wed 12-09 02:00 (inhibitions/nodes.yaml:1: the node is down)
        02:01 high: opened: "high" from prometheus -> web, critical, high urgency
        02:01 high: step 1 of team: tanaka, on call on primary (layer always); next step at 02:06:00
        02:01 -> call tanaka about high, slack tanaka about high
        02:02 low: updated: "low" from prometheus
        02:02 low: raised to high urgency
        02:02 low: no longer inhibited
        02:02 low: step 1 of team: tanaka, on call on primary (layer always); next step at 02:07:00
        02:02 -> call tanaka about low, slack tanaka about low
        "#,
    );
}

/// Nobody has heard of what is silenced, of no urgency, dropped or inhibited itself.
#[test]
fn what_nobody_was_told_of_mutes_nothing() {
    check(
        "--- inhibitions/nodes.yaml
         - { while: { labels.kind: node }, mutes: { labels.kind: pod }, equal: [labels.node], reason: the node is down }
         - { while: { labels.kind: rack }, mutes: { labels.kind: node }, equal: [], reason: the rack is down }
         --- silences/n1.yaml
         - { when: { labels.node: n1, labels.kind: node }, from: 2026-12-08 02:00, until: 2026-12-08 03:00, reason: upgrade }
         --- integrations/prometheus.yaml
         type: alertmanager
         secret: { env: PROMETHEUS_SECRET }
         rules: [{ when: { labels.node: n3 , labels.kind: node}, drop: nobody reads them }]
         routes: [{ service: web }]
         === day
         02:00 post alert n1 critical kind=node node=n1; alert n2 info kind=node node=n2; alert n3 critical kind=node node=n3
         02:01 post alert a warning kind=pod node=n1; alert b warning kind=pod node=n2; alert c warning kind=pod node=n3
         02:02 alert rack critical kind=rack
         02:03 alert n4 critical kind=node node=n4
         02:04 alert d warning kind=pod node=n4
         02:04 end",
        r#"
        02:00 n1: opened: "n1" from prometheus -> web, critical, high urgency, silenced until 03:00:00 (silences/n1.yaml:1: upgrade)
        02:00 n2: opened: "n2" from prometheus -> web, info, no urgency
        02:00 dropped: "n3" from prometheus (nobody reads them)
        02:01 a: opened: "a" from prometheus -> web, warning, low urgency
        02:01 a: told once, at low urgency: tanaka, on call on primary (layer always)
        02:01 b: opened: "b" from prometheus -> web, warning, low urgency
        02:01 b: told once, at low urgency: tanaka, on call on primary (layer always)
        02:01 c: opened: "c" from prometheus -> web, warning, low urgency
        02:01 c: told once, at low urgency: tanaka, on call on primary (layer always)
        02:01 -> slack tanaka about a, b, c
        02:02 rack: opened: "rack" from prometheus -> web, critical, high urgency
        02:02 rack: step 1 of team: tanaka, on call on primary (layer always); next step at 02:07:00
        02:02 -> call tanaka about rack, slack tanaka about rack
        02:03 n4: opened: "n4" from prometheus -> web, critical, high urgency, inhibited by 1-6, at most until Wed 12-09 02:02 (inhibitions/nodes.yaml:2: the rack is down)
        02:04 d: opened: "d" from prometheus -> web, warning, low urgency
        02:04 d: told once, at low urgency: tanaka, on call on primary (layer always)
        02:04 -> slack tanaka about d
        "#,
    );
}

/// Acknowledged it mutes; put aside, for a day.
#[test]
fn a_snoozed_source_mutes_for_at_most_a_day() {
    check(
        &with(
            "- { while: { labels.kind: node }, mutes: { labels.kind: pod }, equal: [], grace: 1m, reason: the node is down }",
            "=== day
             02:00 alert node critical kind=node
             02:01 snooze tanaka surely 72h
             22:00 alert node critical kind=node summary=again
             22:00 alert pod critical kind=pod
             02:01 end",
        ),
        r#"
        02:00 node: opened: "node" from prometheus -> web, critical, high urgency
        02:00 node: step 1 of team: tanaka, on call on primary (layer always); next step at 02:05:00
        02:00 -> call tanaka about node, slack tanaka about node
        02:01 node: snoozed by Tanaka in Slack, until Fri 12-11 02:01
        22:00 node: updated: "again" from prometheus
        22:00 pod: opened: "pod" from prometheus -> web, critical, high urgency, inhibited by 1-1, at most until Wed 12-09 02:01 (inhibitions/some.yaml:1: the node is down)
        02:01 pod: no longer inhibited
        02:01 pod: step 1 of team: tanaka, on call on primary (layer always); next step at 02:06:00
        02:01 -> call tanaka about pod, slack tanaka about pod
        "#,
    );
}

/// A day after the last word of the source, what it mutes is told anyway; a word of it counts anew.
#[test]
fn a_source_that_says_nothing_mutes_for_a_day() {
    check(
        &with(
            "- { while: { labels.kind: node }, mutes: { labels.kind: pod }, equal: [], reason: the node is down }",
            "=== day
             02:00 alert node critical kind=node
             02:00:10 ack tanaka
             02:01 alert pod critical kind=pod
             12:00 alert node critical kind=node
             02:00 end
             12:00 end",
        ),
        r#"
        02:00 node: opened: "node" from prometheus -> web, critical, high urgency
        02:00 node: step 1 of team: tanaka, on call on primary (layer always); next step at 02:05:00
        02:00 -> call tanaka about node, slack tanaka about node
        02:00:10 node: acknowledged by Tanaka in Slack
        02:00:10 -> hang up tanaka
        02:01 pod: opened: "pod" from prometheus -> web, critical, high urgency, inhibited by 1-1, at most until Wed 12-09 02:00 (inhibitions/some.yaml:1: the node is down)
        02:00 pod: inhibited by 1-1, at most until 12:00:00: the node is down
        12:00 pod: no longer inhibited
        12:00 pod: step 1 of team: tanaka, on call on primary (layer always); next step at 12:05:00
        12:00 -> call tanaka about pod, slack tanaka about pod
        "#,
    );
}

/// Of two that mute each other the first wins, and no third one turns that around.
#[test]
fn of_those_that_mute_each_other_the_first_wins() {
    let circle = "- { while: { labels.kind: a }, mutes: { labels.kind: b }, equal: [], reason: a explains b }
- { while: { labels.kind: b }, mutes: { labels.kind: c }, equal: [], reason: b explains c }
- { while: { labels.kind: c }, mutes: { labels.kind: [a, b] }, equal: [], reason: c explains a and b }";
    check(
        &with(
            "- { while: { labels.kind: [a, b] }, mutes: { labels.kind: [a, b] }, equal: [], reason: one is enough }",
            "=== day
             02:00 post alert a critical kind=a; alert b critical kind=b
             02:00 end",
        ),
        r#"
        02:00 a: opened: "a" from prometheus -> web, critical, high urgency
        02:00 a: step 1 of team: tanaka, on call on primary (layer always); next step at 02:05:00
        02:00 b: opened: "b" from prometheus -> web, critical, high urgency, inhibited by 1-1, at most until Wed 12-09 02:00 (inhibitions/some.yaml:1: one is enough)
        02:00 -> call tanaka about a, slack tanaka about a
        "#,
    );
    // A commit brings a circle under three that ring: it comes to rest, and the oldest is told.
    check(
        &format!(
            "=== circle
--- inhibitions/some.yaml
{circle}
=== day
             02:00 post alert a critical kind=a; alert b critical kind=b; alert c critical kind=c
             02:00:20 config circle
             02:00:20 end"
        ),
        r#"
        02:00 a: opened: "a" from prometheus -> web, critical, high urgency
        02:00 a: step 1 of team: tanaka, on call on primary (layer always); next step at 02:05:00
        02:00 b: opened: "b" from prometheus -> web, critical, high urgency
        02:00 b: step 1 of team: tanaka, on call on primary (layer always); next step at 02:05:00
        02:00 c: opened: "c" from prometheus -> web, critical, high urgency
        02:00 c: step 1 of team: tanaka, on call on primary (layer always); next step at 02:05:00
        02:00 -> call tanaka about a, b, c, slack tanaka about a, b, c
        02:00:20 config circle is in force
        02:00:20 b: inhibited by 1-1, at most until Wed 12-09 02:00: a explains b
        "#,
    );
}

/// A field that both must share, or that one of them lacks.
#[test]
fn what_lacks_a_field_of_equal_neither_mutes_nor_is_muted() {
    check(
        &format!(
            "{NODES}
            02:00 alert node critical kind=node
            02:00:10 press tanaka 4
            02:01 alert p1 warning kind=pod
            02:02 alert p2 warning kind=pod node=n1
            02:02 end"
        ),
        r#"
        02:00 node: opened: "node" from prometheus -> web, critical, high urgency
        02:00 node: step 1 of team: tanaka, on call on primary (layer always); next step at 02:05:00
        02:00 -> call tanaka about node, slack tanaka about node
        02:00:10 node: acknowledged by Tanaka on the phone
        02:01 p1: opened: "p1" from prometheus -> web, warning, low urgency
        02:01 p1: told once, at low urgency: tanaka, on call on primary (layer always)
        02:01 -> slack tanaka about p1
        02:02 p2: opened: "p2" from prometheus -> web, warning, low urgency
        02:02 p2: told once, at low urgency: tanaka, on call on primary (layer always)
        02:02 -> slack tanaka about p2
        "#,
    );
}

/// From another integration only where the rule looks across.
#[test]
fn across_integrations_only_where_it_is_said() {
    let day = "=== day
             02:00 alert node critical kind=node node=n1 from=grafana
             02:00:10 press tanaka 4
             02:01 alert p1 warning kind=pod node=n1
             02:01 end";
    let rule = "- { while: { labels.kind: node }, mutes: { labels.kind: pod }, equal: [labels.node], reason: the node is down";
    let node = r#"
        02:00 node: opened: "node" from grafana -> web, critical, high urgency
        02:00 node: step 1 of team: tanaka, on call on primary (layer always); next step at 02:05:00
        02:00 -> call tanaka about node, slack tanaka about node
        02:00:10 node: acknowledged by Tanaka on the phone"#;
    check(
        &with(&format!("{rule} }}"), day),
        &format!(
            r#"{node}
        02:01 p1: opened: "p1" from prometheus -> web, warning, low urgency
        02:01 p1: told once, at low urgency: tanaka, on call on primary (layer always)
        02:01 -> slack tanaka about p1"#
        ),
    );
    check(
        &with(&format!("{rule}, across: true }}"), day),
        &format!(
            r#"{node}
        02:01 p1: opened: "p1" from prometheus -> web, warning, low urgency, inhibited by 1-1, at most until Wed 12-09 02:00 (inhibitions/some.yaml:1: the node is down)"#
        ),
    );
}

/// What is muted joins only what is muted; an incident is quiet only while each of its alerts is.
#[test]
fn an_incident_is_quiet_only_while_each_of_its_alerts_is() {
    check(
        "--- services/web.yaml
         name: Web
         escalation_policy: team
         group: { by: [labels.node], within: 10m }
         --- inhibitions/nodes.yaml
         - { while: { labels.kind: node }, mutes: { labels.kind: pod }, equal: [labels.node], reason: the node is down }
         === day
         02:00 alert node critical kind=node node=n1
         02:00:10 press tanaka 4
         02:01 alert p1 critical kind=pod node=n1
         02:02 alert p2 critical kind=pod node=n1
         02:03 alert disk critical kind=disk node=n1
         02:04 alert p2 critical kind=disk node=n1
         02:04 end",
        r#"
        02:00 node: opened: "node" from prometheus -> web, critical, high urgency
        02:00 node: step 1 of team: tanaka, on call on primary (layer always); next step at 02:05:00
        02:00 -> call tanaka about node, slack tanaka about node
        02:00:10 node: acknowledged by Tanaka on the phone
        02:01 p1: opened: "p1" from prometheus -> web, critical, high urgency, inhibited by 1-1, at most until Wed 12-09 02:00 (inhibitions/nodes.yaml:1: the node is down)
        02:02 p1: joined by: "p2" from prometheus
        02:03 node: joined by: "disk" from prometheus
        02:03 node: triggered again: 1 more since somebody took it
        02:03 node: step 1 of team: tanaka, on call on primary (layer always); next step at 02:08:00
        02:03 -> call tanaka about node, slack tanaka about node
        02:04 p1: updated: "p2" from prometheus
        02:04 p1: no longer inhibited
        02:04 p1: step 1 of team: tanaka, on call on primary (layer always); next step at 02:09:00
        02:04 -> call tanaka about p1, slack tanaka about p1
        "#,
    );
}

/// What people start or want told, what nobody could read, and what the server says itself.
#[test]
fn what_no_alert_explains_is_never_muted() {
    check(
        &with(
            "- { while: { labels.kind: node }, mutes: { summary: \"*\" }, equal: [], across: true, reason: the node is down }",
            "=== day
             02:00 alert node critical kind=node
             02:00:10 press tanaka 4
             02:01 alert pod critical
             02:02 raise tanaka pod
             02:02:10 press tanaka 4
             02:03 declare suzuki web critical orders hang
             02:03:10 press tanaka 4
             02:04 alert unread critical oncall_unparsed=yes
             02:04:10 press tanaka 4
             02:05 alert own critical from=oncall
             02:05 end",
        ),
        r#"
        02:00 node: opened: "node" from prometheus -> web, critical, high urgency
        02:00 node: step 1 of team: tanaka, on call on primary (layer always); next step at 02:05:00
        02:00 -> call tanaka about node, slack tanaka about node
        02:00:10 node: acknowledged by Tanaka on the phone
        02:01 pod: opened: "pod" from prometheus -> web, critical, high urgency, inhibited by 1-1, at most until Wed 12-09 02:00 (inhibitions/some.yaml:1: the node is down)
        02:02 pod: no longer inhibited here, by Tanaka in Slack
        02:02 pod: step 1 of team: tanaka, on call on primary (layer always); next step at 02:07:00
        02:02 -> call tanaka about pod, slack tanaka about pod
        02:02:10 pod: acknowledged by Tanaka on the phone
        02:03 declared/34: opened: "orders hang" declared by Suzuki in Slack -> web, critical, high urgency
        02:03 declared/34: step 1 of team: tanaka, on call on primary (layer always); next step at 02:08:00
        02:03 -> call tanaka about declared/34, slack tanaka about declared/34
        02:03:10 declared/34: acknowledged by Tanaka on the phone
        02:04 unread: opened: "unread" from prometheus -> web, critical, high urgency
        02:04 unread: step 1 of team: tanaka, on call on primary (layer always); next step at 02:09:00
        02:04 -> call tanaka about unread, slack tanaka about unread
        02:04:10 unread: acknowledged by Tanaka on the phone
        02:05 own: opened: "own" from oncall -> no service, critical, high urgency
        02:05 own: fallback step 1 of last-resort: sato, named in the step; next step at 02:15:00
        02:05 -> call sato about own, slack sato about own
        "#,
    );
}

/// A commit that takes the rule away tells at once; a crash in between forgets nothing.
#[test]
fn it_outlives_a_crash_and_ends_with_its_rule() {
    check(
        "--- inhibitions/nodes.yaml
         - { while: { labels.kind: node }, mutes: { labels.kind: pod }, equal: [labels.node], reason: the node is down }
         === without
         --- inhibitions/nodes.yaml (deleted)
         === day
         02:00 alert node critical kind=node node=n1
         02:00:10 press tanaka 4
         02:01 post alert p1 critical kind=pod node=n1; alert p2 critical kind=pod node=n1
         02:02 crash
         02:03 start
         02:04 resolve node
         02:05 crash
         02:06 start
         02:07 resolve p1
         02:08 config without
         02:08 end",
        r#"
        02:00 node: opened: "node" from prometheus -> web, critical, high urgency
        02:00 node: step 1 of team: tanaka, on call on primary (layer always); next step at 02:05:00
        02:00 -> call tanaka about node, slack tanaka about node
        02:00:10 node: acknowledged by Tanaka on the phone
        02:01 p1: opened: "p1" from prometheus -> web, critical, high urgency, inhibited by 1-1, at most until Wed 12-09 02:00 (inhibitions/nodes.yaml:1: the node is down)
        02:01 p2: opened: "p2" from prometheus -> web, critical, high urgency, inhibited by 1-1, at most until Wed 12-09 02:00 (inhibitions/nodes.yaml:1: the node is down)
        02:03 server started (epoch 2)
        02:04 node: resolved by prometheus: the monitor says so
        02:04 p1: what inhibited it is over: told at 02:09:00 if it still fires
        02:04 p2: what inhibited it is over: told at 02:09:00 if it still fires
        02:06 server started (epoch 3)
        02:07 p1: resolved by prometheus: the monitor says so
        02:08 config without is in force
        02:08 p2: no longer inhibited
        02:08 p2: step 1 of team: tanaka, on call on primary (layer always); next step at 02:13:00
        02:08 -> call tanaka about p2, slack tanaka about p2
        "#,
    );
}
