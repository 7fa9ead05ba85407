//! Crashes, starts, late timers and clocks that jump.

use super::check;

/// 37: what was in flight goes out again, marked; what had arrived does not.
#[test]
fn in_flight_at_the_crash() {
    check(
        "hang call
         02:00 alert 5xx critical
         02:00:10 crash
         02:01 up call
         02:01 start
         02:03 end",
        r#"
        02:00 opened: "5xx" from prometheus -> web, critical, high urgency
        02:00 step 1 of team: tanaka, on call on primary (layer always); next step at 02:05:00
        02:00 -> call tanaka, slack tanaka
        02:01 server started (epoch 2)
        02:01 -> call tanaka (repeat)
        "#,
    );
    // It had rung: nothing is repeated, and the key still counts.
    check(
        "02:00 alert 5xx critical
         02:00:05 crash
         02:00:10 start
         02:00:15 press tanaka 4
         02:10 end",
        r#"
        02:00 opened: "5xx" from prometheus -> web, critical, high urgency
        02:00 step 1 of team: tanaka, on call on primary (layer always); next step at 02:05:00
        02:00 -> call tanaka, slack tanaka
        02:00:10 server started (epoch 2)
        02:00:10 -> ask after 1-1
        02:00:15 acknowledged by Tanaka on the phone
        "#,
    );
}

/// What was acknowledged stays quiet; what was not continues from where it was.
#[test]
fn after_a_restart() {
    check(
        "02:00 post alert a critical; alert b critical
         02:01 ack tanaka a
         02:02 crash
         02:03 start
         02:06 end",
        r#"
        02:00 a: opened: "a" from prometheus -> web, critical, high urgency
        02:00 a: step 1 of team: tanaka, on call on primary (layer always); next step at 02:05:00
        02:00 b: opened: "b" from prometheus -> web, critical, high urgency
        02:00 b: step 1 of team: tanaka, on call on primary (layer always); next step at 02:05:00
        02:00 -> call tanaka about a, b, slack tanaka about a, b
        02:01 a: acknowledged by Tanaka in Slack
        02:03 server started (epoch 2)
        02:05 b: step 2 of team: suzuki, on call on secondary (layer always); next step at 02:15:00
        02:05 -> call suzuki about b, slack suzuki about b
        "#,
    );
}

/// 25: several rules of one person fell due while it was down: one call, not four.
#[test]
fn late_timers() {
    check(
        "--- users/tanaka.yaml
         name: Tanaka
         slack: U0TANAKA
         phone: \"+81 90 0000 0001\"
         notify: { high: [{ by: slack }, { by: call, after: 1m }, { by: call, after: 2m }, { by: call, after: 3m }, { by: call, after: 3m30s }] }
         === day
         02:00 alert 5xx critical
         02:00:30 crash
         02:04 start
         02:04:50 end",
        r#"
        02:00 opened: "5xx" from prometheus -> web, critical, high urgency
        02:00 step 1 of team: tanaka, on call on primary (layer always); next step at 02:05:00
        02:00 -> slack tanaka
        02:04 server started (epoch 2)
        02:04 -> call tanaka
        "#,
    );
    // Down over several steps: the next one begins, not all of them.
    check(
        "02:00 alert 5xx critical
         02:01 crash
         03:00 start
         03:05 end",
        r#"
        02:00 opened: "5xx" from prometheus -> web, critical, high urgency
        02:00 step 1 of team: tanaka, on call on primary (layer always); next step at 02:05:00
        02:00 -> call tanaka, slack tanaka
        03:00 server started (epoch 2)
        03:00 step 2 of team: suzuki, on call on secondary (layer always); next step at 03:10:00
        03:00 -> call suzuki, slack suzuki
        "#,
    );
}

/// 25: hours that began while it was down.
#[test]
fn hours_that_began_while_down() {
    check(
        "--- services/web.yaml
         name: Web
         escalation_policy: team
         urgency: [{ urgency: low, raise_when: office }]
         === day
         09:58 alert slow warning
         09:59 crash
         10:02 start
         10:02 end",
        r#"
        09:58 opened: "slow" from prometheus -> web, warning, low urgency, raised at 10:00:00 if still open
        09:58 told once, at low urgency: tanaka, on call on primary (layer always)
        09:58 -> slack tanaka
        10:02 server started (epoch 2)
        10:02 raised to high urgency
        10:02 step 1 of team: tanaka, on call on primary (layer always); next step at 10:07:00
        10:02 -> call tanaka, slack tanaka
        "#,
    );
}

/// Open deadlines move with the clock: nobody is escalated to because the time was set.
#[test]
fn the_clock_jumps() {
    check(
        "02:00 alert 5xx critical
         02:02 jump 1h
         03:06 end",
        r#"
        02:00 opened: "5xx" from prometheus -> web, critical, high urgency
        02:00 step 1 of team: tanaka, on call on primary (layer always); next step at 02:05:00
        02:00 -> call tanaka, slack tanaka
        03:02 the clock jumped by 3600 s: open deadlines moved
        03:05 step 2 of team: suzuki, on call on secondary (layer always); next step at 03:15:00
        03:05 -> call suzuki, slack suzuki
        "#,
    );
    check(
        "02:00 alert 5xx critical
         02:02 jump -1h
         01:06 end",
        r#"
        02:00 opened: "5xx" from prometheus -> web, critical, high urgency
        02:00 step 1 of team: tanaka, on call on primary (layer always); next step at 02:05:00
        02:00 -> call tanaka, slack tanaka
        01:02 the clock jumped by -3600 s: open deadlines moved
        01:05 step 2 of team: suzuki, on call on secondary (layer always); next step at 01:15:00
        01:05 -> call suzuki, slack suzuki
        "#,
    );
}

/// The clock was set back while nobody watched: deadlines move by what can be known of it.
#[test]
fn the_clock_is_set_back_while_down() {
    check(
        "02:00 alert 5xx critical
         02:02 crash
         jump -1h
         01:03 start
         01:08 end",
        r#"
        02:00 opened: "5xx" from prometheus -> web, critical, high urgency
        02:00 step 1 of team: tanaka, on call on primary (layer always); next step at 02:05:00
        02:00 -> call tanaka, slack tanaka
        01:03 the clock jumped by -3450 s: open deadlines moved
        01:03 server started (epoch 2)
        01:07:30 step 2 of team: suzuki, on call on secondary (layer always); next step at 01:17:30
        01:07:30 -> call suzuki, slack suzuki
        "#,
    );
}

/// What people see does not wait for the clock to show again what it showed when the incident was opened.
#[test]
fn a_clock_set_back_delays_no_message() {
    check(
        "show mirrors
         02:00 alert slow warning
         02:02 jump -1h
         01:03 ack tanaka
         01:04 end",
        r#"
        02:00 opened: "slow" from prometheus -> web, warning, low urgency
        02:00 told once, at low urgency: tanaka, on call on primary (layer always)
        02:00 -> slack tanaka, channel
        01:02 the clock jumped by -3600 s: open deadlines moved
        01:03 acknowledged by Tanaka in Slack
        01:03 -> channel update: Acknowledged by Tanaka.
        "#,
    );
}

/// An acknowledged incident is not closed for want of events that the clock only skipped.
#[test]
fn the_clock_jumps_over_a_quiet_time() {
    check(
        "--- services/web.yaml
         name: Web
         escalation_policy: team
         auto_resolve_after: 2h
         === day
         02:00 alert slow warning
         02:01 ack tanaka
         02:02 jump 3h
         06:00 end
         07:01 end",
        r#"
        02:00 opened: "slow" from prometheus -> web, warning, low urgency
        02:00 told once, at low urgency: tanaka, on call on primary (layer always)
        02:00 -> slack tanaka
        02:01 acknowledged by Tanaka in Slack
        05:02 the clock jumped by 10800 s: open deadlines moved
        07:01 resolved by auto_resolve_after: acknowledged, and no event since
        "#,
    );
}
