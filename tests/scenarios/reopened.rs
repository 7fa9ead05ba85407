//! What fires again soon after its end is the same incident.

use super::check;

/// Nobody had it: it goes on from the step that it had reached, and tells that step anew.
#[test]
fn what_fires_again_soon_goes_on_where_it_was() {
    check(
        "show rules
         show mirrors
         02:00 alert 5xx critical
         02:06 resolve 5xx
         02:11 alert 5xx critical
         02:12 end",
        r#"
        02:00 opened: "5xx" from prometheus -> web, critical, high urgency [integrations/prometheus.yaml:3, oncall.yaml:11]
        02:00 step 1 of team: tanaka, on call on primary (layer always); next step at 02:05:00 [escalation-policies/team.yaml:2]
        02:00 -> call tanaka, slack tanaka, channel
        02:05 step 2 of team: suzuki, on call on secondary (layer always); next step at 02:15:00 [escalation-policies/team.yaml:3]
        02:05 -> call suzuki, slack suzuki, channel update: Not acknowledged yet. Telling: Suzuki (step 2 of 2; next at 02:15)
        02:06 resolved by prometheus: the monitor says so
        02:06 -> channel update: Resolved by prometheus.
        02:11 opened again: "5xx" from prometheus fires again, critical, high urgency [services/web.yaml:1, oncall.yaml:11]
        02:11 step 2 of team: suzuki, on call on secondary (layer always); next step at 02:21:00 [escalation-policies/team.yaml:3]
        02:11 -> call suzuki, slack suzuki, channel update: "5xx" fires again: this is open again. / Telling: Suzuki (step 2 of 2; next at 02:21)
        "#,
    );
}

/// Somebody had it, or closed it: from step 1.
#[test]
fn what_somebody_had_begins_at_step_1() {
    let again = r#"
        02:09 opened again: "5xx" from prometheus fires again, critical, high urgency
        02:09 step 1 of team: tanaka, on call on primary (layer always); next step at 02:14:00
        02:09 -> call tanaka, slack tanaka
        "#;
    let before = r#"
        02:00 opened: "5xx" from prometheus -> web, critical, high urgency
        02:00 step 1 of team: tanaka, on call on primary (layer always); next step at 02:05:00
        02:00 -> call tanaka, slack tanaka
        02:05 step 2 of team: suzuki, on call on secondary (layer always); next step at 02:15:00
        02:05 -> call suzuki, slack suzuki
        "#;
    check(
        "02:00 alert 5xx critical
         02:06 ack suzuki
         02:07 resolve 5xx
         02:09 alert 5xx critical
         02:10 end",
        &format!(
            "{before}
            02:06 acknowledged by Suzuki in Slack
            02:07 resolved by prometheus: the monitor says so
            {again}"
        ),
    );
    check(
        "02:00 alert 5xx critical
         02:07 close suzuki
         02:09 alert 5xx critical
         02:10 end",
        &format!(
            "{before}
            02:07 resolved by Suzuki in Slack
            {again}"
        ),
    );
}

/// Later than `reopen_within`, or where that is `never`, it is another incident.
#[test]
fn later_it_is_another_incident() {
    let day = "
        02:00 alert 5xx critical
        02:01 ack tanaka
        02:02 resolve 5xx";
    let other = |time: &str| {
        format!(
            r#"
            02:00 5xx: opened: "5xx" from prometheus -> web, critical, high urgency
            02:00 5xx: step 1 of team: tanaka, on call on primary (layer always); next step at 02:05:00
            02:00 -> call tanaka about 5xx, slack tanaka about 5xx
            02:01 5xx: acknowledged by Tanaka in Slack
            02:02 5xx: resolved by prometheus: the monitor says so
            {time} 5xx: opened: "5xx" from prometheus -> web, critical, high urgency
            {time} 5xx: step 1 of team: tanaka, on call on primary (layer always); next step at {}
            {time} -> call tanaka about 5xx, slack tanaka about 5xx"#,
            if time.len() > 5 { "02:12:01" } else { "02:08:00" }
        )
    };
    check(&format!("{day}\n 02:07:01 alert 5xx critical\n 02:07:02 end"), &other("02:07:01"));
    let never = "
        --- services/web.yaml
        name: Web
        escalation_policy: team
        reopen_within: never
        === day";
    check(&format!("{never} {day}\n 02:03 alert 5xx critical\n 02:03:01 end"), &other("02:03"));
}

/// What came with a merge or a group fires again by its own word only.
#[test]
fn of_several_alerts_only_the_one_that_fires_is_back() {
    check(
        "--- services/web.yaml
         name: Web
         escalation_policy: team
         group: { by: [labels.cluster], within: 10m }
         === day
         02:00 post alert a critical cluster=x; alert b warning cluster=x
         02:01 ack tanaka
         02:02 post resolve a; resolve b
         02:04 alert b warning cluster=x
         02:05 alert a critical cluster=x
         02:05:30 resolve b
         02:05:40 resolve a
         02:06 end",
        r#"
        02:00 opened: "a" from prometheus -> web, critical, high urgency
        02:00 step 1 of team: tanaka, on call on primary (layer always); next step at 02:05:00
        02:00 joined by: "b" from prometheus
        02:00 -> call tanaka, slack tanaka
        02:01 acknowledged by Tanaka in Slack
        02:02 alert a is over: the monitor says so
        02:02 resolved by prometheus: the monitor says so
        02:04 opened again: "b" from prometheus fires again, warning, low urgency
        02:04 told once, at low urgency: tanaka, on call on primary (layer always)
        02:04 -> slack tanaka
        02:05 updated: "a" from prometheus
        02:05 raised to high urgency
        02:05 step 1 of team: tanaka, on call on primary (layer always); next step at 02:10:00
        02:05 -> call tanaka, slack tanaka
        02:05:30 alert b is over: the monitor says so
        02:05:40 resolved by prometheus: the monitor says so
        "#,
    );
}

/// Worse, and routed to another service: it opens there.
#[test]
fn what_has_become_worse_opens_where_it_belongs() {
    check(
        "--- services/db.yaml
         name: DB
         escalation_policy: team
         --- integrations/prometheus.yaml
         type: alertmanager
         secret: { env: PROMETHEUS_SECRET }
         routes: [{ when: { severity: critical }, service: db }, { service: web }]
         === day
         02:00 alert disk warning
         02:01 resolve disk
         02:02 alert disk critical
         02:02 end",
        r#"
        02:00 disk: opened: "disk" from prometheus -> web, warning, low urgency
        02:00 disk: told once, at low urgency: tanaka, on call on primary (layer always)
        02:00 -> slack tanaka about disk
        02:01 disk: resolved by prometheus: the monitor says so
        02:02 disk: opened: "disk" from prometheus -> db, critical, high urgency
        02:02 disk: step 1 of team: tanaka, on call on primary (layer always); next step at 02:07:00
        02:02 -> call tanaka about disk, slack tanaka about disk
        "#,
    );
}

/// A silence comes after: what is back in one is quiet, and paged at its end.
#[test]
fn what_is_back_in_a_silence_is_quiet() {
    check(
        "--- silences/upgrade.yaml
         - { services: [web], from: 2026-12-08 02:03, until: 2026-12-08 02:30, reason: upgrade }
         === day
         02:00 alert 5xx critical
         02:01 resolve 5xx
         02:04 alert 5xx critical
         02:30 end",
        r#"
        02:00 opened: "5xx" from prometheus -> web, critical, high urgency
        02:00 step 1 of team: tanaka, on call on primary (layer always); next step at 02:05:00
        02:00 -> call tanaka, slack tanaka
        02:01 resolved by prometheus: the monitor says so
        02:04 opened again: "5xx" from prometheus fires again, critical, high urgency
        02:04 silenced until 02:30:00: upgrade
        02:30 the silence is over
        02:30 step 1 of team: tanaka, on call on primary (layer always); next step at 02:35:00
        02:30 -> call tanaka, slack tanaka
        "#,
    );
}

/// Those who are informed are told of one incident once, and later ones still in their time; over a crash.
#[test]
fn inform_is_not_repeated() {
    check(
        "--- services/web.yaml
         name: Web
         escalation_policy: team
         reopen_within: 30m
         inform: [{ after: 0s, user: boss, by: slack }, { after: 30m, user: kimura, by: slack }]
         === day
         02:00 alert 5xx critical
         02:01 ack tanaka
         02:02 resolve 5xx
         02:03 crash
         02:04 start
         02:20 alert 5xx critical
         02:21 ack tanaka
         02:31 end",
        r#"
        02:00 opened: "5xx" from prometheus -> web, critical, high urgency
        02:00 to be informed: boss, inform (services/web.yaml:4); kimura, inform (services/web.yaml:4)
        02:00 step 1 of team: tanaka, on call on primary (layer always); next step at 02:05:00
        02:00 -> call tanaka, slack boss, slack tanaka
        02:01 acknowledged by Tanaka in Slack
        02:02 resolved by prometheus: the monitor says so
        02:04 server started (epoch 2)
        02:20 opened again: "5xx" from prometheus fires again, critical, high urgency
        02:20 to be informed: kimura, inform (services/web.yaml:4)
        02:20 step 1 of team: tanaka, on call on primary (layer always); next step at 02:25:00
        02:20 -> call tanaka, slack tanaka
        02:21 acknowledged by Tanaka in Slack
        02:30 -> slack kimura
        "#,
    );
}

/// The same ticket, and the same thread.
#[test]
fn the_ticket_and_the_thread_are_the_same() {
    check(
        "--- services/web.yaml
         name: Web
         escalation_policy: team
         jira: { project: OPS }
         === day
         show mirrors
         02:00 alert 5xx critical
         02:01 ack tanaka
         02:02 resolve 5xx
         02:04 alert 5xx critical
         02:05 end",
        r#"
        02:00 opened: "5xx" from prometheus -> web, critical, high urgency
        02:00 step 1 of team: tanaka, on call on primary (layer always); next step at 02:05:00
        02:00 -> call tanaka, slack tanaka, channel, ticket
        02:01 acknowledged by Tanaka in Slack
        02:01 -> channel update: Acknowledged by Tanaka., ticket update: Acknowledged by Tanaka.
        02:02 resolved by prometheus: the monitor says so
        02:02 -> channel update: Resolved by prometheus., ticket update: Resolved by prometheus.
        02:04 opened again: "5xx" from prometheus fires again, critical, high urgency
        02:04 step 1 of team: tanaka, on call on primary (layer always); next step at 02:09:00
        02:04 -> call tanaka, slack tanaka, channel update: "5xx" fires again: this is open again. / Telling: Tanaka (step 1 of 2; next at 02:09), ticket update: "5xx" fires again: this is open again. / Telling: Tanaka (step 1 of 2; next at 02:09)
        "#,
    );
}
