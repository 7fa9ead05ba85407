//! Integrations that must be heard from: late, back, after a restart, a reload, a jump, and closed by hand.

use super::check;

/// A cron job that pings every five minutes, and may be two minutes late.
const CRON: &str = "
    --- integrations/backup.yaml
    type: generic
    secret: { env: BACKUP_SECRET }
    heartbeat: { every: 5m }
    severity: [{ severity: critical }]
    routes: [{ service: web }]
    --- services/web.yaml
    name: Web
    escalation_policy: team
    === without
    --- integrations/backup.yaml (deleted)
    === patient
    --- integrations/backup.yaml
    type: generic
    secret: { env: BACKUP_SECRET }
    heartbeat: { every: 20m, grace: 10m }
    severity: [{ severity: critical }]
    routes: [{ service: web }]
    === day
    beat heartbeat from=backup
    ";

/// 7 minutes after the last heartbeat; the one in the same minute as a recorded one counts all the same.
#[test]
fn late_and_back() {
    check(
        &format!(
            "{CRON}
            show beats
            00:05 beat heartbeat from=backup
            00:05:50 beat heartbeat from=backup
            00:14 beat heartbeat from=backup
            00:20 end"
        ),
        r#"
        00:05 heartbeat of backup
        00:12 heartbeat of backup
        00:12:50 no heartbeat of backup in time
        00:12:50 opened: "backup: no heartbeat for 7 min" from backup -> web, critical, high urgency
        00:12:50 step 1 of team: tanaka, on call on primary (layer always); next step at 00:17:50
        00:12:50 -> call tanaka, slack tanaka
        00:14 heartbeat of backup
        00:14 resolved by backup: the monitor says so
        "#,
    );
}

/// It was never heard since the config that names it came into force.
#[test]
fn never_heard() {
    check(
        &format!(
            "{}
            00:08 end",
            CRON.replace("beat heartbeat from=backup", "")
        ),
        r#"
        00:07 no heartbeat of backup in time
        00:07 opened: "backup: no heartbeat yet, 7 min after it was first expected" from backup -> web, critical, high urgency
        00:07 step 1 of team: tanaka, on call on primary (layer always); next step at 00:12:00
        00:07 -> call tanaka, slack tanaka
        "#,
    );
}

/// Nobody is paged because we were down: a start counts anew. What was late before is still late.
#[test]
fn a_restart_counts_anew() {
    check(
        &format!(
            "{CRON}
            00:03 crash
            02:00 start
            02:06 beat heartbeat from=backup
            02:13 crash
            02:14 start
            02:21 end
            02:22 crash
            02:23 start
            02:24 beat heartbeat from=backup
            02:25 end"
        ),
        r#"
        02:00 server started (epoch 2)
        02:14 server started (epoch 3)
        02:21 no heartbeat of backup in time
        02:21 opened: "backup: no heartbeat for 15 min" from backup -> web, critical, high urgency
        02:21 step 1 of team: tanaka, on call on primary (layer always); next step at 02:26:00
        02:21 -> call tanaka, slack tanaka
        02:23 server started (epoch 4)
        02:24 resolved by backup: the monitor says so
        "#,
    );
}

/// Closed by hand while it is silent, it counts anew and opens another.
#[test]
fn closed_by_hand() {
    check(
        &format!(
            "{CRON}
            00:08 ack tanaka
            00:09 close tanaka
            00:15:30 end
            00:17 end"
        ),
        r#"
        00:07 no heartbeat of backup in time
        00:07 heartbeat: opened: "backup: no heartbeat for 7 min" from backup -> web, critical, high urgency
        00:07 heartbeat: step 1 of team: tanaka, on call on primary (layer always); next step at 00:12:00
        00:07 -> call tanaka about heartbeat, slack tanaka about heartbeat
        00:08 heartbeat: acknowledged by Tanaka in Slack
        00:09 heartbeat: resolved by Tanaka in Slack
        00:16 no heartbeat of backup in time
        00:16 heartbeat: opened: "backup: no heartbeat for 16 min" from backup -> web, critical, high urgency
        00:16 heartbeat: step 1 of team: tanaka, on call on primary (layer always); next step at 00:21:00
        00:16 -> call tanaka about heartbeat, slack tanaka about heartbeat
        "#,
    );
}

#[test]
fn a_config_that_forgets_it_ends_it() {
    check(
        &format!(
            "{CRON}
            00:08 config without
            00:30 end"
        ),
        r#"
        00:07 no heartbeat of backup in time
        00:07 opened: "backup: no heartbeat for 7 min" from backup -> web, critical, high urgency
        00:07 step 1 of team: tanaka, on call on primary (layer always); next step at 00:12:00
        00:07 -> call tanaka, slack tanaka
        00:08 config without is in force
        00:08 backup need not be heard from any more
        00:08 resolved by backup: the config expects no heartbeat of it any more
        "#,
    );
    // Another patience counts from the moment it is in force.
    check(
        &format!(
            "{CRON}
            00:06 config patient
            00:35 end
            00:37 end"
        ),
        r#"
        00:06 config patient is in force
        00:36 no heartbeat of backup in time
        00:36 opened: "backup: no heartbeat for 36 min" from backup -> web, critical, high urgency
        00:36 step 1 of team: tanaka, on call on primary (layer always); next step at 00:41:00
        00:36 -> call tanaka, slack tanaka
        "#,
    );
}

#[test]
fn a_jump_of_the_clock_is_no_silence() {
    check(
        &format!(
            "{CRON}
            00:03 jump 2h
            02:06 beat heartbeat from=backup
            02:12 end"
        ),
        r#"
        02:03 the clock jumped by 7200 s: open deadlines moved
        "#,
    );
}

/// Of a monitor with `when`, only what matches is a heartbeat, and its resolve is none.
#[test]
fn a_watchdog_among_alerts() {
    check(
        "--- integrations/prometheus.yaml
         type: alertmanager
         secret: { env: PROMETHEUS_SECRET }
         stale_after: 3m
         heartbeat: { every: 4m, grace: 1m, when: { labels.alertname: Watchdog } }
         severity: [{ when: { labels.oncall_heartbeat: late }, severity: warning }]
         routes: [{ service: web }]
         === day
         00:01 post alert w alertname=Watchdog; alert slow warning
         00:02 resolve slow
         00:05 resolve w alertname=Watchdog
         00:06:30 beat x
         00:10 alert w alertname=Watchdog
         00:10 end",
        r#"
        00:01 slow: opened: "slow" from prometheus -> web, warning, low urgency
        00:01 slow: told once, at low urgency: tanaka, on call on primary (layer always)
        00:01 -> slack tanaka about slow
        00:02 slow: resolved by prometheus: the monitor says so
        00:05 ignored: "w" from prometheus (no open incident has this key)
        00:06 no heartbeat of prometheus in time
        00:06 heartbeat: opened: "prometheus: no heartbeat for 5 min" from prometheus -> web, warning, low urgency
        00:06 heartbeat: told once, at low urgency: tanaka, on call on primary (layer always)
        00:06 -> slack tanaka about heartbeat
        00:06:30 ignored: "x" from prometheus (no heartbeat is expected here)
        00:10 heartbeat: resolved by prometheus: the monitor says so
        "#,
    );
}

/// That a job is not heard from any more is an incident of its own, whatever its service groups.
#[test]
fn a_heartbeat_joins_no_group() {
    check(
        "--- services/web.yaml
         name: Web
         escalation_policy: team
         group: { by: [severity], within: 1h }
         --- integrations/grafana.yaml
         type: grafana
         secret: { env: GRAFANA_SECRET }
         heartbeat: { every: 2m }
         routes: [{ service: web }]
         === day
         00:01 alert a critical
         00:01:10 ack tanaka
         00:04 end",
        r#"
        00:01 a: opened: "a" from prometheus -> web, critical, high urgency
        00:01 a: step 1 of team: tanaka, on call on primary (layer always); next step at 00:06:00
        00:01 -> call tanaka about a, slack tanaka about a
        00:01:10 a: acknowledged by Tanaka in Slack
        00:01:10 -> hang up tanaka
        00:04 no heartbeat of grafana in time
        00:04 heartbeat: opened: "grafana: no heartbeat yet, 4 min after it was first expected" from grafana -> web, critical, high urgency
        00:04 heartbeat: step 1 of team: tanaka, on call on primary (layer always); next step at 00:09:00
        00:04 -> call tanaka about heartbeat, slack tanaka about heartbeat
        "#,
    );
}
