//! An alert that flaps pages as one, until it is calm.

use super::check;
use crate::world::World;
use oncall::alert::Severity;
use oncall::incident::Status;

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
