//! Gaps to come: the fallback hears of one that begins within seven days, in office hours, once, over restarts.

use super::check;

/// Told when the office opens, not again after a restart or when its end moves, and over when it is filled.
#[test]
fn a_gap_is_told_once_in_office_hours() {
    check(
        "09:30 gaps primary 2026-12-10T10:00 2026-12-10T12:00
         10:00 gaps primary 2026-12-10T10:00 2026-12-10T12:00
         10:01 ack sato
         10:15 gaps primary 2026-12-10T10:00 2026-12-10T12:00
         10:16 crash
         10:17 start
         10:18 gaps primary 2026-12-10T10:00 2026-12-10T13:00
         10:19 close sato
         10:30 gaps primary 2026-12-10T10:00 2026-12-10T13:00
         10:45 gaps
         11:00 gaps primary 2026-12-10T10:00 2026-12-10T13:00
         11:01 gaps
         11:02 end",
        r#"
        10:00 gaps to come are told: 1
        10:00 gap: primary 2026-12-10T01:00:00Z: opened: "Nobody is on call on primary from Thu 10 Dec 10:00 JST" from oncall -> no service, error, high urgency
        10:00 gap: primary 2026-12-10T01:00:00Z: fallback step 1 of last-resort: sato, named in the step; next step at 10:10:00
        10:00 -> call sato about gap: primary 2026-12-10T01:00:00Z, slack sato about gap: primary 2026-12-10T01:00:00Z
        10:01 gap: primary 2026-12-10T01:00:00Z: acknowledged by Sato in Slack
        10:17 server started (epoch 2)
        10:19 gap: primary 2026-12-10T01:00:00Z: resolved by Sato in Slack
        10:45 gaps to come are filled or over
        11:00 gaps to come are told: 1
        11:00 gap: primary 2026-12-10T01:00:00Z: opened: "Nobody is on call on primary from Thu 10 Dec 10:00 JST" from oncall -> no service, error, high urgency
        11:00 gap: primary 2026-12-10T01:00:00Z: fallback step 1 of last-resort: sato, named in the step; next step at 11:10:00
        11:00 -> call sato about gap: primary 2026-12-10T01:00:00Z, slack sato about gap: primary 2026-12-10T01:00:00Z
        11:01 gaps to come are filled or over
        11:01 gap: primary 2026-12-10T01:00:00Z: resolved by oncall: the monitor says so
        "#,
    );
}

/// One that begins later than in seven days, or has begun, is nobody's news.
#[test]
fn what_is_far_away_or_has_begun_is_not_told() {
    check(
        "10:00 gaps primary 2026-12-15T10:00 2026-12-15T12:00
         10:01 gaps primary 2026-12-15T09:59 2026-12-15T12:00
         10:02 gaps
         10:03 gaps primary 2026-12-08T10:00 2026-12-08T12:00
         10:04 end",
        r#"
        10:01 gaps to come are told: 1
        10:01 opened: "Nobody is on call on primary from Tue 15 Dec 09:59 JST" from oncall -> no service, error, high urgency
        10:01 fallback step 1 of last-resort: sato, named in the step; next step at 10:11:00
        10:01 -> call sato, slack sato
        10:02 gaps to come are filled or over
        10:02 resolved by oncall: the monitor says so
        "#,
    );
}
