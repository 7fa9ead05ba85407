//! What threads and tickets say: what changed, once, and as one where much changes.

use crate::check;

const GROUPS: &str = "
    --- services/web.yaml
    name: Web
    escalation_policy: team
    group: { by: [labels.rack], within: 10m }
    jira: { project: OPS }
    acknowledgement_timeout: 30m
    === day
    show mirrors
    ";

/// The first change of a quiet incident is said at once, what follows within a minute as one; who took it is never waited for and
/// takes along what waits. A line says which alert it is about, and how many still fire.
#[test]
fn what_changes_within_a_minute_is_said_as_one() {
    check(
        &format!(
            "{GROUPS}
             02:00 alert n0 critical rack=1
             02:00:05 alert n1 critical rack=1
             02:00:10 alert n2 critical rack=1
             02:00:20 alert n3 critical rack=1
             02:01 ack tanaka
             02:01:30 resolve n0
             02:01:40 resolve n1
             02:03 resolve n2
             02:04 resolve n3
             02:10 end"
        ),
        r#"
        02:00 opened: "n0" from prometheus -> web, critical, high urgency
        02:00 step 1 of team: tanaka, on call on primary (layer always); next step at 02:05:00
        02:00 -> call tanaka, slack tanaka, channel, ticket
        02:00:05 joined by: "n1" from prometheus
        02:00:05 -> channel update: "n1" has joined., ticket update: "n1" has joined.
        02:00:10 joined by: "n2" from prometheus
        02:00:20 joined by: "n3" from prometheus
        02:01 acknowledged by Tanaka in Slack, until 02:31:00
        02:01 -> channel update: 2 have joined: "n2", "n3". / Acknowledged by Tanaka., ticket update: 2 have joined: "n2", "n3". / Acknowledged by Tanaka.
        02:01:30 alert n0 is over: the monitor says so
        02:01:40 alert n1 is over: the monitor says so
        02:02 -> channel update: 2 are over: "n0", "n1"; 2 still fire., ticket update: 2 are over: "n0", "n1"; 2 still fire.
        02:03 alert n2 is over: the monitor says so
        02:03 -> channel update: "n2" is over, 1 still fires., ticket update: "n2" is over, 1 still fires.
        02:04 resolved by prometheus: the monitor says so
        02:04 -> channel update: Resolved by prometheus., ticket update: Resolved by prometheus.
        "#,
    );
}

/// Of an alert that comes and goes within a minute, the thread says how it stands.
#[test]
fn of_several_changes_of_one_alert_the_last_is_said() {
    check(
        &format!(
            "{GROUPS}
             02:00 alert a critical rack=1
             02:00:10 alert b critical rack=1
             02:00:20 resolve b
             02:00:30 alert b critical rack=1
             02:00:40 resolve a
             02:02 end"
        ),
        r#"
        02:00 opened: "a" from prometheus -> web, critical, high urgency
        02:00 step 1 of team: tanaka, on call on primary (layer always); next step at 02:05:00
        02:00 -> call tanaka, slack tanaka, channel, ticket
        02:00:10 joined by: "b" from prometheus
        02:00:10 -> channel update: "b" has joined., ticket update: "b" has joined.
        02:00:20 alert b is over: the monitor says so
        02:00:30 updated: "b" from prometheus
        02:00:40 alert a is over: the monitor says so
        02:01:10 -> channel update: "b" fires again. / "a" is over, 1 still fires., ticket update: "b" fires again. / "a" is over, 1 still fires.
        "#,
    );
}

/// An incident keeps twenty lines; what is beyond is counted, and who took it is not lost among them.
#[test]
fn beyond_twenty_lines_there_is_a_number() {
    let many: Vec<String> = (1..=25).map(|n| format!("alert n{n} critical rack=1")).collect();
    check(
        &format!(
            "{GROUPS}
             02:00 alert n0 critical rack=1
             02:00:05 alert m critical rack=1
             02:00:10 post {}
             02:00:30 ack tanaka
             02:02 end",
            many.join("; ")
        )
        .replace("show mirrors", "show mirrors\nreject ticket"),
        &(r#"
        02:00 opened: "n0" from prometheus -> web, critical, high urgency
        02:00 step 1 of team: tanaka, on call on primary (layer always); next step at 02:05:00
        02:00 -> call tanaka, slack tanaka, channel, ticket
        02:00:05 joined by: "m" from prometheus
        02:00:05 -> channel update: "m" has joined., ticket
        "#
        .to_owned()
            + &(1..=25)
                .map(|n| format!("02:00:10 joined by: \"n{n}\" from prometheus\n"))
                .collect::<String>()
            + r#"
        02:00:10 -> ticket
        02:00:30 acknowledged by Tanaka in Slack, until 02:30:30
        02:00:30 -> channel update: 19 have joined: "n7", "n8", "n9", "n10", "n11", "n12", "n13", "n14", "n15", "n16" and 9 more. / Acknowledged by Tanaka. / And 6 more changes., ticket
        "#),
    );
}

/// A number in a summary that changes is not news; other words are. The card shows the new words either way.
#[test]
fn a_number_that_changes_is_not_news() {
    check(
        "show mirrors
         show cards
         02:00 alert q critical summary=queue:120
         02:02 alert q critical summary=queue:131
         02:04 alert q critical summary=stuck
         02:04:30 end",
        r#"
        02:00 opened: "queue:120" from prometheus -> web, critical, high urgency
        02:00 step 1 of team: tanaka, on call on primary (layer always); next step at 02:05:00
        02:00 -> call tanaka, slack tanaka, channel 🔴 [Critical] Web: queue:120 [Acknowledge] [Resolve]
        02:02 updated: "queue:131" from prometheus
        02:02 -> channel edit 🔴 [Critical] Web: queue:131 [Acknowledge] [Resolve]
        02:04 updated: "stuck" from prometheus
        02:04 -> channel 🔴 [Critical] Web: stuck [Acknowledge] [Resolve] update: It now says: "stuck".
        "#,
    );
}

/// "Not acknowledged yet" is said of a step that was waited for in vain, and of nothing else: that an acknowledgement lapsed, a
/// silence began or ended, or somebody asked for the next step is said as such.
#[test]
fn what_brought_the_next_page_is_said() {
    check(
        &format!(
            "{GROUPS}
             02:00 alert a critical
             02:05 ack suzuki
             02:36 escalate tanaka
             02:46 end"
        ),
        r#"
        02:00 opened: "a" from prometheus -> web, critical, high urgency
        02:00 step 1 of team: tanaka, on call on primary (layer always); next step at 02:05:00
        02:00 -> call tanaka, slack tanaka, channel, ticket
        02:05 acknowledged by Suzuki in Slack, until 02:35:00
        02:05 -> channel update: Acknowledged by Suzuki., ticket update: Acknowledged by Suzuki.
        02:35 triggered again: acknowledged, but not resolved in time
        02:35 step 1 of team: tanaka, on call on primary (layer always); next step at 02:40:00
        02:35 -> call tanaka, slack tanaka, channel update: Triggered again: acknowledged, but not resolved in time. / Telling: Tanaka (step 1 of 2; next at 02:40), ticket update: Triggered again: acknowledged, but not resolved in time. / Telling: Tanaka (step 1 of 2; next at 02:40)
        02:36 Tanaka asks for the next step in Slack
        02:36 step 2 of team: suzuki, on call on secondary (layer always); next step at 02:46:00
        02:36 -> call suzuki, slack suzuki, channel update: Escalated by Tanaka. / Telling: Suzuki (step 2 of 2; next at 02:46), ticket update: Escalated by Tanaka. / Telling: Suzuki (step 2 of 2; next at 02:46)
        02:46 fallback step 1 of last-resort: sato, named in the step; next step at 02:56:00
        02:46 -> call sato, slack sato, channel update: Not acknowledged yet. Telling: Sato (fallback step 1 of 2; next at 02:56), ticket update: Not acknowledged yet. Telling: Sato (fallback step 1 of 2; next at 02:56)
        "#,
    );
}

/// A silence that begins and one that ends are said, with the rule, and nothing is claimed about who has reacted.
#[test]
fn a_silence_is_named_in_the_thread() {
    check(
        "--- silences/night.yaml
         - { services: [web], from: 2026-12-08 02:03, until: 2026-12-08 02:30, reason: load test }
         === day
         show mirrors
         02:00 alert a critical
         02:31 end",
        r#"
        02:00 opened: "a" from prometheus -> web, critical, high urgency
        02:00 step 1 of team: tanaka, on call on primary (layer always); next step at 02:05:00
        02:00 -> call tanaka, slack tanaka, channel
        02:05 silenced until 02:30:00: load test
        02:05 -> channel update: Silenced until Tue 8 Dec 02:30 JST: load test (silences/night.yaml:1).
        02:30 the silence is over
        02:30 step 1 of team: tanaka, on call on primary (layer always); next step at 02:35:00
        02:30 -> call tanaka, slack tanaka, channel update: The silence is over. / Telling: Tanaka (step 1 of 2; next at 02:35)
        "#,
    );
}

/// The headline is about the worst alert that fires now and counts the others: one that is over does not stay in it.
#[test]
fn the_headline_says_who_fires_now() {
    check(
        &format!(
            "{GROUPS}
             show cards
             reject ticket
             02:00 alert n0 critical rack=1
             02:01 alert n1 critical rack=1
             02:02 alert n2 warning rack=1
             02:03 resolve n0
             02:03:30 end"
        )
        .replace("    jira: { project: OPS }\n", ""),
        r#"
        02:00 opened: "n0" from prometheus -> web, critical, high urgency
        02:00 step 1 of team: tanaka, on call on primary (layer always); next step at 02:05:00
        02:00 -> call tanaka, slack tanaka, channel 🔴 [Critical] Web: n0 [Acknowledge] [Resolve]
        02:01 joined by: "n1" from prometheus
        02:01 -> channel 🔴 [Critical] Web: n0 +1 [Acknowledge] [Resolve] update: "n1" has joined.
        02:02 joined by: "n2" from prometheus
        02:02 -> channel 🔴 [Critical] Web: n0 +2 [Acknowledge] [Resolve] update: "n2" has joined.
        02:03 alert n0 is over: the monitor says so
        02:03 -> channel 🔴 [Critical] Web: n1 +1 [Acknowledge] [Resolve] update: "n0" is over, 2 still fire.
        "#,
    );
}

/// A room that cannot be reached for a while is told everything when it can, once.
#[test]
fn what_a_room_could_not_be_told_is_told_later() {
    check(
        "show mirrors
         02:00 alert a critical
         02:01 down slack channel
         02:01 ack tanaka
         02:01:10 up slack channel
         02:02 resolve a
         02:03 end",
        r#"
        02:00 opened: "a" from prometheus -> web, critical, high urgency
        02:00 step 1 of team: tanaka, on call on primary (layer always); next step at 02:05:00
        02:00 -> call tanaka, slack tanaka, channel
        02:01 acknowledged by Tanaka in Slack
        02:01 -> channel update: Acknowledged by Tanaka.
        02:01:05 -> channel update: Acknowledged by Tanaka.
        02:01:15 -> channel update: Acknowledged by Tanaka.
        02:02 resolved by prometheus: the monitor says so
        02:02 -> channel update: Resolved by prometheus.
        "#,
    );
}

/// An alert that leaves for a service of its own is named by its words, though it is here no more.
#[test]
fn an_alert_that_leaves_is_named() {
    check(
        "--- services/web.yaml
         name: Web
         escalation_policy: team
         group: { by: [labels.rack], within: 10m }
         --- services/db.yaml
         name: Db
         escalation_policy: team
         --- integrations/prometheus.yaml
         type: alertmanager
         secret: { env: PROMETHEUS_SECRET }
         routes: [{ when: { severity: critical, labels.to: db }, service: db }, { service: web }]
         === day
         show mirrors
         02:00 alert k1 error rack=1 summary=slow
         02:02 alert k2 error rack=1 to=db summary=full
         02:04 alert k2 critical rack=1 to=db summary=full
         02:04:30 end",
        r#"
        02:00 k1: opened: "slow" from prometheus -> web, error, high urgency
        02:00 k1: step 1 of team: tanaka, on call on primary (layer always); next step at 02:05:00
        02:00 -> call tanaka about k1, slack tanaka about k1, channel about k1
        02:02 k1: joined by: "full" from prometheus
        02:02 -> channel update: "full" has joined. about k1
        02:04 k1: alert k2 leaves and opens its own incident: its routes lead elsewhere, and it has become more urgent
        02:04 k2: opened: "full" from prometheus -> db, critical, high urgency
        02:04 k2: step 1 of team: tanaka, on call on primary (layer always); next step at 02:09:00
        02:04 -> call tanaka about k2, slack tanaka about k2, channel about k2, channel update: "full" has an incident of its own now: its routes lead elsewhere, and it has become more urgent. about k1
        "#,
    );
}

/// A thread says how long it is put aside and when that is over, which is another thing than an acknowledgement.
#[test]
fn a_snooze_and_its_end_are_said_as_such() {
    check(
        "show mirrors
         02:00 alert a critical
         02:01 snooze tanaka 10m
         02:12 end",
        r#"
        02:00 opened: "a" from prometheus -> web, critical, high urgency
        02:00 step 1 of team: tanaka, on call on primary (layer always); next step at 02:05:00
        02:00 -> call tanaka, slack tanaka, channel
        02:01 snoozed by Tanaka in Slack, until 02:11:00
        02:01 -> channel update: Snoozed by Tanaka in Slack, until Tue 8 Dec 02:11 JST.
        02:11 triggered again: the snooze is over
        02:11 step 1 of team: tanaka, on call on primary (layer always); next step at 02:16:00
        02:11 -> call tanaka, slack tanaka, channel update: Triggered again: the snooze is over. / Telling: Tanaka (step 1 of 2; next at 02:16)
        "#,
    );
}

/// Where one body of the monitor ends all, the line about those that are over does not say that one still fires.
#[test]
fn what_the_monitor_closes_fires_no_more() {
    check(
        &format!(
            "{GROUPS}
             02:00 alert n0 critical rack=1
             02:00:05 alert n1 critical rack=1
             02:00:10 alert n2 critical rack=1
             02:03 post resolve n0; resolve n1; resolve n2
             02:05 end"
        ),
        r#"
        02:00 opened: "n0" from prometheus -> web, critical, high urgency
        02:00 step 1 of team: tanaka, on call on primary (layer always); next step at 02:05:00
        02:00 -> call tanaka, slack tanaka, channel, ticket
        02:00:05 joined by: "n1" from prometheus
        02:00:05 -> channel update: "n1" has joined., ticket update: "n1" has joined.
        02:00:10 joined by: "n2" from prometheus
        02:01:05 -> channel update: "n2" has joined., ticket update: "n2" has joined.
        02:03 alert n0 is over: the monitor says so
        02:03 alert n1 is over: the monitor says so
        02:03 resolved by prometheus: the monitor says so
        02:03 -> channel update: 2 are over: "n0", "n1"; none fires any more. / Resolved by prometheus., ticket update: 2 are over: "n0", "n1"; none fires any more. / Resolved by prometheus.
        "#,
    );
}

/// Why somebody closed it stands in the thread and the ticket, before that it is closed.
#[test]
fn why_it_was_closed_is_said_where_people_read() {
    check(
        &format!(
            "{GROUPS}
             02:00 alert n0 critical rack=1
             02:01 close tanaka because it_was_the_proxy
             02:02 end"
        ),
        r#"
        02:00 opened: "n0" from prometheus -> web, critical, high urgency
        02:00 step 1 of team: tanaka, on call on primary (layer always); next step at 02:05:00
        02:00 -> call tanaka, slack tanaka, channel, ticket
        02:01 resolved by Tanaka in Slack: "it was the proxy"
        02:01 -> channel update: Note by Tanaka in Slack: "it was the proxy". / Resolved by Tanaka., ticket update: Note by Tanaka in Slack: "it was the proxy". / Resolved by Tanaka.
        "#,
    );
}
