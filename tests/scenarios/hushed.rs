//! Alerts silenced until they are resolved.

use super::check;

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
