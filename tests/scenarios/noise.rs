//! One alert's noise: opened again soon after its end, flapping until it is calm.

use super::check;
use crate::world::World;
use oncall::alert::Severity;
use oncall::incident::Status;

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

/// The third fire within 30 minutes: from then on a clear ends nothing and a fire pages nobody; the policy goes on by its own
/// clock until the alert is calm for 15 minutes.
#[test]
fn what_flaps_pages_as_one() {
    check(
        "show rules
         02:00 alert 5xx critical
         02:01 resolve 5xx
         02:02 alert 5xx critical
         02:03 resolve 5xx
         02:04 alert 5xx critical
         02:05 resolve 5xx
         02:06 alert 5xx critical
         02:08 resolve 5xx
         02:23 end",
        r#"
        02:00 opened: "5xx" from prometheus -> web, critical, high urgency [integrations/prometheus.yaml:3, oncall.yaml:11]
        02:00 step 1 of team: tanaka, on call on primary (layer always); next step at 02:05:00 [escalation-policies/team.yaml:2]
        02:00 -> call tanaka, slack tanaka
        02:01 resolved by prometheus: the monitor says so
        02:02 opened again: "5xx" from prometheus fires again, critical, high urgency [services/web.yaml:1, oncall.yaml:11]
        02:02 step 1 of team: tanaka, on call on primary (layer always); next step at 02:07:00 [escalation-policies/team.yaml:2]
        02:02 -> call tanaka, slack tanaka
        02:03 resolved by prometheus: the monitor says so
        02:04 opened again: "5xx" from prometheus fires again, critical, high urgency [services/web.yaml:1, oncall.yaml:11]
        02:04 alert 5xx flaps (3 in 4m): it stays open and pages as one, until it has not changed for 15m [services/web.yaml:1]
        02:04 step 1 of team: tanaka, on call on primary (layer always); next step at 02:09:00 [escalation-policies/team.yaml:2]
        02:04 -> call tanaka, slack tanaka
        02:05 alert 5xx clears: the monitor says so; it flaps, so it stays open until 02:20:00
        02:06 updated: "5xx" from prometheus
        02:08 alert 5xx clears: the monitor says so; it flaps, so it stays open until 02:23:00
        02:09 step 2 of team: suzuki, on call on secondary (layer always); next step at 02:19:00 [escalation-policies/team.yaml:3]
        02:09 -> call suzuki, slack suzuki
        02:19 fallback step 1 of last-resort: sato, named in the step; next step at 02:29:00 [escalation-policies/last-resort.yaml:2]
        02:19 -> call sato, slack sato
        02:23 alert 5xx flaps no more: it flapped, and has not changed since
        02:23 resolved by prometheus: it flapped, and has not changed since
        "#,
    );
}

/// An acknowledgement holds while it flaps; what still fires when it is calm is an alert like any other.
#[test]
fn an_acknowledgement_holds_while_it_flaps() {
    check(
        "show mirrors
         02:00 alert 5xx critical
         02:01 resolve 5xx
         02:02 alert 5xx critical
         02:03 resolve 5xx
         02:04 alert 5xx critical
         02:05 ack tanaka
         02:06 resolve 5xx
         02:07 alert 5xx critical
         02:08 resolve 5xx
         02:09 alert 5xx critical
         02:24 end
         02:30 resolve 5xx",
        r#"
        02:00 opened: "5xx" from prometheus -> web, critical, high urgency
        02:00 step 1 of team: tanaka, on call on primary (layer always); next step at 02:05:00
        02:00 -> call tanaka, slack tanaka, channel
        02:01 resolved by prometheus: the monitor says so
        02:01 -> channel update: Resolved by prometheus.
        02:02 opened again: "5xx" from prometheus fires again, critical, high urgency
        02:02 step 1 of team: tanaka, on call on primary (layer always); next step at 02:07:00
        02:02 -> call tanaka, slack tanaka, channel update: "5xx" fires again: this is open again. / Telling: Tanaka (step 1 of 2; next at 02:07)
        02:03 resolved by prometheus: the monitor says so
        02:03 -> channel update: Resolved by prometheus.
        02:04 opened again: "5xx" from prometheus fires again, critical, high urgency
        02:04 alert 5xx flaps (3 in 4m): it stays open and pages as one, until it has not changed for 15m
        02:04 step 1 of team: tanaka, on call on primary (layer always); next step at 02:09:00
        02:04 -> call tanaka, slack tanaka, channel update: "5xx" fires again: this is open again. / "5xx" is flapping (3 in 4m): this stays open and pages as one, until it has not changed for 15m. / Telling: Tanaka (step 1 of 2; next at 02:09)
        02:05 acknowledged by Tanaka in Slack
        02:05 -> channel update: Acknowledged by Tanaka.
        02:06 alert 5xx clears: the monitor says so; it flaps, so it stays open until 02:21:00
        02:07 updated: "5xx" from prometheus
        02:08 alert 5xx clears: the monitor says so; it flaps, so it stays open until 02:23:00
        02:09 updated: "5xx" from prometheus
        02:24 alert 5xx flaps no more: it flapped, and has not changed since
        02:24 -> channel update: "5xx" is no longer flapping: it still fires.
        02:30 resolved by prometheus: the monitor says so
        02:30 -> channel update: Resolved by prometheus.
        "#,
    );
}

/// It counts by the key, over incidents and over a crash; within the rule of its service.
#[test]
fn it_counts_by_the_key() {
    check(
        "--- services/web.yaml
         name: Web
         escalation_policy: team
         flapping: { fires: 2, within: 20m, quiet: 5m }
         reopen_within: never
         === day
         02:00 alert 5xx warning
         02:01 resolve 5xx
         02:02 crash
         02:03 start
         02:15 alert 5xx warning
         02:16 resolve 5xx
         02:21 end",
        r#"
        02:00 5xx: opened: "5xx" from prometheus -> web, warning, low urgency
        02:00 5xx: told once, at low urgency: tanaka, on call on primary (layer always)
        02:00 -> slack tanaka about 5xx
        02:01 5xx: resolved by prometheus: the monitor says so
        02:03 server started (epoch 2)
        02:15 5xx: opened: "5xx" from prometheus -> web, warning, low urgency
        02:15 5xx: alert 5xx flaps (2 in 15m): it stays open and pages as one, until it has not changed for 5m
        02:15 5xx: told once, at low urgency: tanaka, on call on primary (layer always)
        02:15 -> slack tanaka about 5xx
        02:16 5xx: alert 5xx clears: the monitor says so; it flaps, so it stays open until 02:21:00
        02:21 5xx: alert 5xx flaps no more: it flapped, and has not changed since
        02:21 5xx: resolved by prometheus: it flapped, and has not changed since
        "#,
    );
}

/// The config in force decides: `never` ends it at once.
#[test]
fn switched_off_it_is_over_at_once() {
    check(
        "--- services/web.yaml
         name: Web
         escalation_policy: team
         flapping: { fires: 2 }
         === without
         --- services/web.yaml
         name: Web
         escalation_policy: team
         flapping: never
         === day
         02:00 alert 5xx warning
         02:01 resolve 5xx
         02:02 alert 5xx warning
         02:03 resolve 5xx
         02:04 config without
         02:05 alert 5xx warning
         02:06 resolve 5xx
         02:07 end",
        r#"
        02:00 opened: "5xx" from prometheus -> web, warning, low urgency
        02:00 told once, at low urgency: tanaka, on call on primary (layer always)
        02:00 -> slack tanaka
        02:01 resolved by prometheus: the monitor says so
        02:02 opened again: "5xx" from prometheus fires again, warning, low urgency
        02:02 alert 5xx flaps (2 in 2m): it stays open and pages as one, until it has not changed for 15m
        02:02 told once, at low urgency: tanaka, on call on primary (layer always)
        02:02 -> slack tanaka
        02:03 alert 5xx clears: the monitor says so; it flaps, so it stays open until 02:18:00
        02:04 config without is in force
        02:04 alert 5xx flaps no more: the config has switched flapping off
        02:04 resolved by prometheus: the config has switched flapping off
        02:05 opened again: "5xx" from prometheus fires again, warning, low urgency
        02:05 told once, at low urgency: tanaka, on call on primary (layer always)
        02:05 -> slack tanaka
        02:06 resolved by prometheus: the monitor says so
        "#,
    );
}

/// In a group the others go on as they are: what flaps beside them neither pages again nor ends with them.
#[test]
fn beside_others_it_is_one_of_them() {
    check(
        "--- services/web.yaml
         name: Web
         escalation_policy: team
         group: { by: [labels.cluster], within: 5m }
         flapping: { fires: 2, quiet: 10m }
         === day
         02:00 post alert a critical cluster=x; alert b critical cluster=x
         02:01 ack tanaka
         02:02 resolve b
         02:03 alert b critical cluster=x
         02:03:30 ack tanaka
         02:04 resolve b
         02:10 alert b critical cluster=x
         02:11 resolve b
         02:12 resolve a
         02:21 end",
        r#"
        02:00 opened: "a" from prometheus -> web, critical, high urgency
        02:00 step 1 of team: tanaka, on call on primary (layer always); next step at 02:05:00
        02:00 joined by: "b" from prometheus
        02:00 -> call tanaka, slack tanaka
        02:01 acknowledged by Tanaka in Slack
        02:02 alert b is over: the monitor says so
        02:03 updated: "b" from prometheus
        02:03 alert b flaps (2 in 3m): it stays open and pages as one, until it has not changed for 10m
        02:03 triggered again: 1 more since somebody took it
        02:03 step 1 of team: tanaka, on call on primary (layer always); next step at 02:08:00
        02:03 -> call tanaka, slack tanaka
        02:03:30 acknowledged by Tanaka in Slack
        02:04 alert b clears: the monitor says so; it flaps, so it stays open until 02:14:00
        02:10 updated: "b" from prometheus
        02:11 alert b clears: the monitor says so; it flaps, so it stays open until 02:21:00
        02:12 alert a is over: the monitor says so
        02:21 alert b flaps no more: it flapped, and has not changed since
        02:21 resolved by prometheus: it flapped, and has not changed since
        "#,
    );
}

/// Fires and clears every 2 seconds for 10 minutes: one incident, one message, one ticket, at most three calls until it
/// counts as flapping, none for a change after that, and the policy goes on. It is over when it is calm; nothing is lost
/// when it stays firing.
#[test]
fn every_two_seconds_for_ten_minutes() {
    let config = "
        --- services/web.yaml
        name: Web
        escalation_policy: team
        jira: { project: OPS }
        === day
        show mirrors
        show rules
        ";
    let changes = (0..300).map(|n| {
        let (seconds, action) = (n * 2, if n % 2 == 0 { "alert 5xx critical" } else { "resolve 5xx" });
        format!("02:{:02}:{:02} {action}\n", seconds / 60, seconds % 60)
    });
    let changes: String = changes.collect();
    let count = |text: &str, what: &str| text.matches(what).count();

    let (mut world, day) = World::new(&format!("{config}{changes}"));
    world.live(&day);
    world.act("end");
    let flapping = world.text();
    let (before, after) = flapping.split_once("flaps (3 in 8s)").unwrap();
    assert_eq!(count(&flapping, " opened: "), 1, "one incident");
    assert_eq!(count(&flapping, "channel") - count(&flapping, "channel update"), 1, "one message");
    assert_eq!(count(&flapping, "ticket") - count(&flapping, "ticket update"), 1, "one ticket");
    let calls = |text: &str| count(text, "-> call ") + count(text, ", call ");
    // The fire that makes it flap may call; what is said of it comes first.
    assert!(calls(before) < 3, "at most three calls until it flaps: {before}");
    // What is left is the policy's: the call of the step that the last change began, and each later step, at its own time.
    let steps = count(after, "step 1 of team") + count(after, "step 2 of team");
    assert_eq!((calls(after), steps), (2, 2), "none for a change after that: {after}");
    assert!(after.contains("02:05:08 step 2 of team: suzuki"), "unacknowledged, the policy goes on");

    // It clears for good: over when it has been calm.
    world.live("02:24:57 end");
    assert!(world.incidents.state().incidents.values().all(|it| it.status == Status::Triggered));
    world.live("02:24:59 end");
    assert!(world.incidents.state().incidents.values().all(|it| it.status == Status::Resolved));
    world.check_invariants();

    // It stays firing: an incident like any other, and the fallback is told again and again.
    let (mut world, day) = World::new(&format!("{config}{changes} 02:10 alert 5xx critical\n 06:00 end"));
    world.live(&day);
    let incident = world.incidents.state().incidents.values().next().unwrap();
    assert_eq!((incident.status, incident.severity), (Status::Triggered, Severity::Critical));
    assert!(incident.flaps().is_none() && incident.escalation.is_some());
    assert!(world.text().contains("05:"), "it is told for as long as nobody takes it");
    world.check_invariants();
}

/// What the services of these days say: their warnings are held for two minutes.
const HELD: &str = "
    --- services/web.yaml
    name: Web
    escalation_policy: team
    jira: { project: OPS }
    urgency: [{ when: { severity: critical }, urgency: high }, { urgency: high, hold: 2m }]
    inform: [{ after: 1m, user: boss, by: slack }]
    group: { by: [labels.cluster], within: 10m }
    ";

/// Over in time: nobody is told, and it is shown nowhere.
#[test]
fn what_is_over_in_time_is_told_to_nobody() {
    check(
        &format!(
            "{HELD}
            === day
            show mirrors
            show rules
            02:00 alert slow warning
            02:01:59 resolve slow
            02:30 end"
        ),
        r#"
        02:00 opened: "slow" from prometheus -> web, warning, high urgency, held until 02:02:00 (services/web.yaml:4) [integrations/prometheus.yaml:3, services/web.yaml:4]
        02:01:59 resolved by prometheus: the monitor says so
        "#,
    );
}

/// At its end it is shown and told, as if it had just opened; `inform` counts from the opening. A crash changes nothing.
#[test]
fn at_its_end_it_is_told() {
    check(
        &format!(
            "{HELD}
            === day
            show mirrors
            02:00 alert slow warning
            02:00:30 crash
            02:01 start
            02:02 end"
        ),
        r#"
        02:00 opened: "slow" from prometheus -> web, warning, high urgency, held until 02:02:00 (services/web.yaml:4)
        02:01 server started (epoch 2)
        02:02 the wait is over
        02:02 to be informed: boss, inform (services/web.yaml:5)
        02:02 step 1 of team: tanaka, on call on primary (layer always); next step at 02:07:00
        02:02 -> call tanaka, slack boss, slack tanaka, channel, ticket
        "#,
    );
}

/// Held once: back within ten minutes, or about to flap, it is told at once; the incident that nobody saw is shown now.
#[test]
fn it_is_held_once() {
    check(
        &format!(
            "{HELD}
            === day
            show mirrors
            02:00 alert slow warning
            02:01 resolve slow
            02:05 alert slow warning
            02:05 end"
        ),
        r#"
        02:00 opened: "slow" from prometheus -> web, warning, high urgency, held until 02:02:00 (services/web.yaml:4)
        02:01 resolved by prometheus: the monitor says so
        02:05 opened again: "slow" from prometheus fires again, warning, high urgency
        02:05 to be informed: boss, inform (services/web.yaml:5)
        02:05 step 1 of team: tanaka, on call on primary (layer always); next step at 02:10:00
        02:05 -> call tanaka, slack boss, slack tanaka, channel, ticket
        "#,
    );
    check(
        &format!(
            "{HELD}reopen_within: never
            === day
            02:00 alert slow warning
            02:01 resolve slow
            02:11 alert slow warning
            02:12 resolve slow
            02:22:01 alert slow warning
            02:22:02 end"
        ),
        r#"
        02:00 slow: opened: "slow" from prometheus -> web, warning, high urgency, held until 02:02:00 (services/web.yaml:4)
        02:01 slow: resolved by prometheus: the monitor says so
        02:11 slow: opened: "slow" from prometheus -> web, warning, high urgency
        02:11 slow: to be informed: boss, inform (services/web.yaml:5)
        02:11 slow: step 1 of team: tanaka, on call on primary (layer always); next step at 02:16:00
        02:11 -> call tanaka about slow, slack tanaka about slow
        02:12 slow: resolved by prometheus: the monitor says so
        02:22:01 slow: opened: "slow" from prometheus -> web, warning, high urgency
        02:22:01 slow: alert slow flaps (3 in 22m): it stays open and pages as one, until it has not changed for 15m
        02:22:01 slow: to be informed: boss, inform (services/web.yaml:5)
        02:22:01 slow: step 1 of team: tanaka, on call on primary (layer always); next step at 02:27:01
        02:22:01 -> call tanaka about slow, slack tanaka about slow
        "#,
    );
}

/// A rise ends it, and so does another alert of its group.
#[test]
fn a_rise_or_another_alert_ends_it() {
    check(
        &format!(
            "{HELD}
            === day
            02:00 alert slow warning
            02:01 alert slow critical
            02:01 end"
        ),
        r#"
        02:00 opened: "slow" from prometheus -> web, warning, high urgency, held until 02:02:00 (services/web.yaml:4)
        02:01 updated: "slow" from prometheus
        02:01 the wait is over
        02:01 to be informed: boss, inform (services/web.yaml:5)
        02:01 step 1 of team: tanaka, on call on primary (layer always); next step at 02:06:00
        02:01 -> call tanaka, slack boss, slack tanaka
        "#,
    );
    check(
        &format!(
            "{HELD}
            === day
            02:00 alert slow warning cluster=x
            02:01 alert slower warning cluster=x
            02:01 end"
        ),
        r#"
        02:00 opened: "slow" from prometheus -> web, warning, high urgency, held until 02:02:00 (services/web.yaml:4)
        02:01 joined by: "slower" from prometheus
        02:01 the wait is over
        02:01 to be informed: boss, inform (services/web.yaml:5)
        02:01 step 1 of team: tanaka, on call on primary (layer always); next step at 02:06:00
        02:01 -> call tanaka, slack boss, slack tanaka
        "#,
    );
}

/// Anyone may take it, raise it, or reopen what was over in time; then it is shown.
#[test]
fn anyone_may_take_or_raise_what_is_held() {
    check(
        &format!(
            "{HELD}
            === day
            show mirrors
            02:00 alert slow warning
            02:00:30 ack suzuki
            02:05 end"
        ),
        r#"
        02:00 opened: "slow" from prometheus -> web, warning, high urgency, held until 02:02:00 (services/web.yaml:4)
        02:00:30 the wait is over
        02:00:30 to be informed: boss, inform (services/web.yaml:5)
        02:00:30 acknowledged by Suzuki in Slack
        02:00:30 -> channel, ticket
        02:01 -> slack boss
        "#,
    );
    check(
        &format!(
            "{HELD}
            === day
            show mirrors
            02:00 alert slow warning
            02:00:30 raise suzuki
            02:00:30 end"
        ),
        r#"
        02:00 opened: "slow" from prometheus -> web, warning, high urgency, held until 02:02:00 (services/web.yaml:4)
        02:00:30 no longer held here, by Suzuki in Slack
        02:00:30 to be informed: boss, inform (services/web.yaml:5)
        02:00:30 step 1 of team: tanaka, on call on primary (layer always); next step at 02:05:30
        02:00:30 -> call tanaka, slack tanaka, channel, ticket
        "#,
    );
    check(
        &format!(
            "{HELD}
            === day
            show mirrors
            02:00 alert slow warning
            02:00:20 close suzuki
            02:00:30 reopen suzuki
            02:00:30 end"
        ),
        r#"
        02:00 opened: "slow" from prometheus -> web, warning, high urgency, held until 02:02:00 (services/web.yaml:4)
        02:00:20 resolved by Suzuki in Slack
        02:00:30 opened again by Suzuki in Slack
        02:00:30 the wait is over
        02:00:30 to be informed: boss, inform (services/web.yaml:5)
        02:00:30 step 1 of team: tanaka, on call on primary (layer always); next step at 02:05:30
        02:00:30 -> call tanaka, slack tanaka, channel, ticket
        "#,
    );
}

/// A silence that begins while it is held takes over at its end; what a person or the server starts is not held.
#[test]
fn a_hold_and_a_silence_and_what_people_declare() {
    check(
        &format!(
            "{HELD}
            --- silences/upgrade.yaml
            - {{ services: [web], from: 2026-12-08 02:01, until: 2026-12-08 02:30, reason: upgrade }}
            === day
            show mirrors
            02:00 alert slow warning
            02:30 end"
        ),
        r#"
        02:00 opened: "slow" from prometheus -> web, warning, high urgency, held until 02:02:00 (services/web.yaml:4)
        02:02 the wait is over
        02:02 to be informed: boss, inform (services/web.yaml:5)
        02:02 silenced until 02:30:00: upgrade
        02:02 -> channel
        02:30 the silence is over
        02:30 step 1 of team: tanaka, on call on primary (layer always); next step at 02:35:00
        02:30 -> call tanaka, slack boss, slack tanaka, channel update: The silence is over. / Telling: Tanaka (step 1 of 2; next at 02:35), ticket
        "#,
    );
    check(
        &format!(
            "{HELD}
            === day
            02:00 declare suzuki web warning orders hang
            02:00 end"
        ),
        r#"
        02:00 opened: "orders hang" declared by Suzuki in Slack -> web, warning, high urgency
        02:00 to be informed: boss, inform (services/web.yaml:5)
        02:00 step 1 of team: tanaka, on call on primary (layer always); next step at 02:05:00
        02:00 -> call tanaka, slack tanaka
        "#,
    );
}

/// The config in force decides: a hold that is taken out ends, one that is shortened ends sooner.
#[test]
fn a_hold_follows_the_config() {
    let day = "
        === shorter
        --- services/web.yaml
        name: Web
        escalation_policy: team
        urgency: [{ urgency: high, hold: 1m }]
        === without
        --- services/web.yaml
        name: Web
        escalation_policy: team
        === day
        02:00 alert slow warning
        02:00:10 config shorter";
    let before = r#"
        02:00 opened: "slow" from prometheus -> web, warning, high urgency, held until 02:02:00 (services/web.yaml:4)
        02:00:10 config shorter is in force
        02:00:10 held until 02:01:00"#;
    check(
        &format!("{HELD} {day}\n 02:01 end"),
        &format!(
            "{before}
            02:01 the wait is over
            02:01 step 1 of team: tanaka, on call on primary (layer always); next step at 02:06:00
            02:01 -> call tanaka, slack tanaka"
        ),
    );
    check(
        &format!("{HELD} {day}\n 02:00:20 config without\n 02:00:20 end"),
        &format!(
            "{before}
            02:00:20 config without is in force
            02:00:20 the wait is over
            02:00:20 step 1 of team: tanaka, on call on primary (layer always); next step at 02:05:20
            02:00:20 -> call tanaka, slack tanaka"
        ),
    );
}

/// Only its own alerts, until they are over and do not come back within `reopen_within`; another alert is told.
#[test]
fn silenced_until_it_is_resolved() {
    check(
        "02:00 alert 5xx critical
         02:01 hush tanaka because known,_mended_tonight
         02:02 alert disk critical
         02:02:10 ack tanaka disk
         02:03 hush suzuki 5xx
         02:06 resolve 5xx
         02:08 alert 5xx critical
         02:09 resolve 5xx
         02:14:01 alert 5xx critical
         02:14:02 end",
        r#"
        02:00 5xx: opened: "5xx" from prometheus -> web, critical, high urgency
        02:00 5xx: step 1 of team: tanaka, on call on primary (layer always); next step at 02:05:00
        02:00 -> call tanaka about 5xx, slack tanaka about 5xx
        02:01 silence on 5xx by Tanaka in Slack, from 02:01:00 until Wed 12-09 02:01: known, mended tonight
        02:01 5xx: silenced until Wed 12-09 02:01: known, mended tonight
        02:02 disk: opened: "disk" from prometheus -> web, critical, high urgency
        02:02 disk: step 1 of team: tanaka, on call on primary (layer always); next step at 02:07:00
        02:02 -> call tanaka about disk, slack tanaka about disk
        02:02:10 disk: acknowledged by Tanaka in Slack
        02:02:10 -> hang up tanaka
        02:03 reply: already done by Tanaka
        02:06 5xx: resolved by prometheus: the monitor says so
        02:06 silence #12 ends at 02:11:00, unless one of its alerts fires again
        02:08 5xx: opened again: "5xx" from prometheus fires again, critical, high urgency
        02:08 5xx: silenced until 02:11:00: known, mended tonight
        02:08 silence #12 goes on until Wed 12-09 02:01: one of its alerts fires again
        02:08 5xx: silenced until Wed 12-09 02:01: known, mended tonight
        02:09 5xx: resolved by prometheus: the monitor says so
        02:09 silence #12 ends at 02:14:00, unless one of its alerts fires again
        02:14:01 5xx: opened: "5xx" from prometheus -> web, critical, high urgency
        02:14:01 5xx: alert 5xx flaps (3 in 14m): it stays open and pages as one, until it has not changed for 15m
        02:14:01 5xx: step 1 of team: tanaka, on call on primary (layer always); next step at 02:19:01
        02:14:01 -> call tanaka about 5xx, slack tanaka about 5xx
        "#,
    );
}

/// At most a day: then what still fires is told. Ended early it is told at once; over a crash it lasts.
#[test]
fn silenced_for_a_day_at_most() {
    check(
        "02:00 alert 5xx warning
         02:01 hush tanaka
         02:02 crash
         02:03 start
         02:02 end",
        r#"
        02:00 opened: "5xx" from prometheus -> web, warning, low urgency
        02:00 told once, at low urgency: tanaka, on call on primary (layer always)
        02:00 -> slack tanaka
        02:01 silence on 5xx by Tanaka in Slack, from 02:01:00 until Wed 12-09 02:01
        02:01 silenced until Wed 12-09 02:01
        02:03 server started (epoch 2)
        02:01 the silence is over
        02:01 told once, at low urgency: tanaka, on call on primary (layer always)
        02:01 -> slack tanaka
        "#,
    );
    check(
        "02:00 alert 5xx critical
         02:01 hush tanaka
         02:02 end-early suzuki 12
         02:02:01 end",
        r#"
        02:00 opened: "5xx" from prometheus -> web, critical, high urgency
        02:00 step 1 of team: tanaka, on call on primary (layer always); next step at 02:05:00
        02:00 -> call tanaka, slack tanaka
        02:01 silence on 5xx by Tanaka in Slack, from 02:01:00 until Wed 12-09 02:01
        02:01 silenced until Wed 12-09 02:01
        02:02 #12 ended early by Suzuki in Slack
        02:02 the silence is over
        02:02 step 1 of team: tanaka, on call on primary (layer always); next step at 02:07:00
        02:02 -> call tanaka, slack tanaka
        "#,
    );
}

/// An alert that joins nothing muted opens its own incident and is told.
#[test]
fn another_alert_of_the_group_is_told() {
    check(
        "--- services/web.yaml
         name: Web
         escalation_policy: team
         group: { by: [labels.cluster], within: 10m }
         === day
         02:00 alert a warning cluster=x
         02:01 hush tanaka
         02:02 alert b critical cluster=x
         02:02 end",
        r#"
        02:00 a: opened: "a" from prometheus -> web, warning, low urgency
        02:00 a: told once, at low urgency: tanaka, on call on primary (layer always)
        02:00 -> slack tanaka about a
        02:01 silence on a by Tanaka in Slack, from 02:01:00 until Wed 12-09 02:01
        02:01 a: silenced until Wed 12-09 02:01
        02:02 b: opened: "b" from prometheus -> web, critical, high urgency
        02:02 b: step 1 of team: tanaka, on call on primary (layer always); next step at 02:07:00
        02:02 -> call tanaka about b, slack tanaka about b
        "#,
    );
}
