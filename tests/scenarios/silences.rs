//! Silences and maintenance windows: what they mute, and what is paged when they end.

use super::check;

const ONCE: &str = "
    --- silences/upgrade.yaml
    - { services: [web], from: 2026-12-08 02:00, until: 2026-12-08 04:00, reason: upgrade }
    === day
    ";

#[test]
fn what_still_fires_at_the_end_is_paged() {
    check(
        &format!(
            "{ONCE}
            show mirrors
            02:30 alert 5xx critical
            04:00 end"
        ),
        r#"
        02:30 opened: "5xx" from prometheus -> web, critical, high urgency, silenced until 04:00:00 (silences/upgrade.yaml:1: upgrade)
        02:30 -> channel
        04:00 the silence is over
        04:00 step 1 of team: tanaka, on call on primary (layer always); next step at 04:05:00
        04:00 -> call tanaka, slack tanaka, channel update: The silence is over. / Telling: Tanaka (step 1 of 2; next at 04:05)
        "#,
    );
    // A resolve passes through; fired again, it is paged at the end (29).
    check(
        &format!(
            "{ONCE}
            02:30 alert 5xx critical
            02:40 resolve 5xx
            03:00 alert 5xx critical
            03:30 resolve 5xx
            03:50 alert 5xx warning
            04:00 end"
        ),
        r#"
        02:30 5xx: opened: "5xx" from prometheus -> web, critical, high urgency, silenced until 04:00:00 (silences/upgrade.yaml:1: upgrade)
        02:40 5xx: resolved by prometheus: the monitor says so
        03:00 5xx: opened: "5xx" from prometheus -> web, critical, high urgency, silenced until 04:00:00 (silences/upgrade.yaml:1: upgrade)
        03:30 5xx: resolved by prometheus: the monitor says so
        03:50 5xx: opened: "5xx" from prometheus -> web, warning, low urgency, silenced until 04:00:00 (silences/upgrade.yaml:1: upgrade)
        04:00 5xx: the silence is over
        04:00 5xx: told once, at low urgency: tanaka, on call on primary (layer always)
        04:00 -> slack tanaka about 5xx
        "#,
    );
}

/// 28: it begins under an open incident: later steps stop, and personal rules.
#[test]
fn it_begins_under_an_open_incident() {
    check(
        &format!(
            "{ONCE}
            01:57 alert 5xx critical
            04:00 end"
        ),
        r#"
        01:57 opened: "5xx" from prometheus -> web, critical, high urgency
        01:57 step 1 of team: tanaka, on call on primary (layer always); next step at 02:02:00
        01:57 -> call tanaka, slack tanaka
        02:02 silenced until 04:00:00: upgrade
        04:00 the silence is over
        04:00 step 1 of team: tanaka, on call on primary (layer always); next step at 04:05:00
        04:00 -> call tanaka, slack tanaka
        "#,
    );
    check(
        "--- users/tanaka.yaml
         name: Tanaka
         slack: U0TANAKA
         phone: \"+81 90 0000 0001\"
         notify: { high: [{ by: slack }, { by: call, after: 4m }] }
         --- silences/upgrade.yaml
         - { services: [web], from: 2026-12-08 02:00, until: 2026-12-08 02:30, reason: upgrade }
         === day
         01:57 alert 5xx critical
         02:10 resolve 5xx
         03:00 end",
        r#"
        01:57 opened: "5xx" from prometheus -> web, critical, high urgency
        01:57 step 1 of team: tanaka, on call on primary (layer always); next step at 02:02:00
        01:57 -> slack tanaka
        02:01 silenced until 02:30:00: upgrade
        02:10 resolved by prometheus: the monitor says so
        "#,
    );
}

/// Weekly, within hours; only what matches.
#[test]
fn every() {
    check(
        "--- silences/backups.yaml
         - { services: [web], when: { labels.env: staging }, every: { days: tue, from: 02:00, until: 04:00 }, until: 2027-03-31, reason: backups }
         === day
         02:30 post alert a warning env=staging; alert b warning env=prod
         04:00 end",
        r#"
        02:30 a: opened: "a" from prometheus -> web, warning, low urgency, silenced until 04:00:00 (silences/backups.yaml:1: backups)
        02:30 b: opened: "b" from prometheus -> web, warning, low urgency
        02:30 b: told once, at low urgency: tanaka, on call on primary (layer always)
        02:30 -> slack tanaka about b
        04:00 a: the silence is over
        04:00 a: told once, at low urgency: tanaka, on call on primary (layer always)
        04:00 -> slack tanaka about a
        "#,
    );
}

#[test]
fn one_silence_follows_another() {
    check(
        "--- silences/two.yaml
         - { services: [web], from: 2026-12-08 02:00, until: 2026-12-08 03:00, reason: upgrade }
         - { when: { summary: \"5*\" }, from: 2026-12-08 02:30, until: 2026-12-08 03:30, reason: reboot }
         === day
         02:10 alert 5xx critical
         03:31 end",
        r#"
        02:10 opened: "5xx" from prometheus -> web, critical, high urgency, silenced until 03:00:00 (silences/two.yaml:1: upgrade)
        03:00 silenced until 03:30:00: reboot
        03:30 the silence is over
        03:30 step 1 of team: tanaka, on call on primary (layer always); next step at 03:35:00
        03:30 -> call tanaka, slack tanaka
        "#,
    );
}

/// A silence of warnings does not mute what has become critical.
#[test]
fn what_no_longer_matches_is_paged() {
    check(
        "--- silences/noise.yaml
         - { services: [web], when: { severity: warning }, from: 2026-12-08 02:00, until: 2026-12-08 04:00, reason: noise }
         === day
         02:10 alert db warning
         02:20 alert db critical
         02:20 end",
        r#"
        02:10 opened: "db" from prometheus -> web, warning, low urgency, silenced until 04:00:00 (silences/noise.yaml:1: noise)
        02:20 updated: "db" from prometheus
        02:20 raised to high urgency
        02:20 the silence is over
        02:20 step 1 of team: tanaka, on call on primary (layer always); next step at 02:25:00
        02:20 -> call tanaka, slack tanaka
        "#,
    );
}

/// Those who are only informed are not told during a silence, and not twice after it.
#[test]
fn inform_waits_and_is_not_repeated() {
    check(
        "--- services/web.yaml
         name: Web
         escalation_policy: team
         inform: [{ after: 0s, user: boss, by: slack }, { after: 30m, user: kimura, by: slack }]
         --- silences/upgrade.yaml
         - { services: [web], from: 2026-12-08 02:00, until: 2026-12-08 04:00, reason: upgrade }
         === day
         01:50 alert 5xx critical
         04:00 end",
        r#"
        01:50 opened: "5xx" from prometheus -> web, critical, high urgency
        01:50 to be informed: boss, inform (services/web.yaml:3); kimura, inform (services/web.yaml:3)
        01:50 step 1 of team: tanaka, on call on primary (layer always); next step at 01:55:00
        01:50 -> call tanaka, slack boss, slack tanaka
        01:55 step 2 of team: suzuki, on call on secondary (layer always); next step at 02:05:00
        01:55 -> call suzuki, slack suzuki
        02:05 silenced until 04:00:00: upgrade
        04:00 the silence is over
        04:00 step 1 of team: tanaka, on call on primary (layer always); next step at 04:05:00
        04:00 -> call tanaka, slack kimura, slack tanaka
        "#,
    );
}

/// An acknowledgement during a silence holds after it.
#[test]
fn acknowledged_while_silenced() {
    check(
        &format!(
            "{ONCE}
            02:30 alert 5xx critical
            02:40 ack tanaka
            05:00 end"
        ),
        r#"
        02:30 opened: "5xx" from prometheus -> web, critical, high urgency, silenced until 04:00:00 (silences/upgrade.yaml:1: upgrade)
        02:40 acknowledged by Tanaka in Slack
        04:00 the silence is over
        "#,
    );
}

/// A silence that is taken out of the config, or cut short, ends then.
#[test]
fn a_silence_is_taken_back() {
    check(
        "--- silences/upgrade.yaml
         - { services: [web], from: 2026-12-08 02:00, until: 2026-12-08 04:00, reason: upgrade }
         === shorter
         --- silences/upgrade.yaml
         - { services: [web], from: 2026-12-08 02:00, until: 2026-12-08 03:00, reason: upgrade }
         === without
         --- silences/upgrade.yaml (deleted)
         === day
         02:10 alert 5xx critical
         02:20 config shorter
         02:30 config without
         02:30 end",
        r#"
        02:10 opened: "5xx" from prometheus -> web, critical, high urgency, silenced until 04:00:00 (silences/upgrade.yaml:1: upgrade)
        02:20 config shorter is in force
        02:20 silenced until 03:00:00: upgrade
        02:30 config without is in force
        02:30 the silence is over
        02:30 step 1 of team: tanaka, on call on primary (layer always); next step at 02:35:00
        02:30 -> call tanaka, slack tanaka
        "#,
    );
}
