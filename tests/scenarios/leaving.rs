//! Rule 17, second half: what changes who is in a running step moves people, drops nobody before somebody new was reached, and
//! takes the say from nobody.

use super::check;

const SLOW: &str = "--- users/tanaka.yaml
    name: Tanaka
    slack: U0TANAKA
    phone: \"+81 90 0000 0001\"
    notify: { high: [{ by: slack }, { by: call, after: 3m }, { by: call, after: 4m }] }
    --- users/kimura.yaml
    name: Kimura
    slack: U0KIMURA
    phone: \"+81 90 0000 0005\"
    notify: { high: [{ by: call, after: 150s }] }
    --- escalation-policies/team.yaml
    steps:
      - { notify: [{ schedule: primary }], wait: 30m }
      - { notify: [{ schedule: secondary }], wait: 10m }
    ";

/// Whoever is relieved is called on until a call to whoever comes has ended; then their second call is not made any more.
#[test]
fn nobody_is_dropped_before_somebody_new_was_reached() {
    check(
        &format!(
            "{SLOW}=== day
             02:00 alert 5xx critical
             02:01 override suzuki primary 02:01 04:00 with=kimura
             02:10 end"
        ),
        r#"
        02:00 opened: "5xx" from prometheus -> web, critical, high urgency
        02:00 step 1 of team: tanaka, on call on primary (layer always); next step at 02:30:00
        02:00 -> slack tanaka
        02:01 override of primary by Suzuki in Slack: kimura on call, from 02:01:00 until 04:00:00
        02:01 leaves the step as soon as somebody new is reached: tanaka
        02:01 now in the step, told: kimura, on call on primary (override run time 9 by suzuki)
        02:01 reply: Override 9 is made, until Tue 8 Dec 04:00 JST.
        02:03 -> call tanaka
        02:03:30 -> call kimura
        02:04 no longer in the step: tanaka
        "#,
    );
}

/// Back before anybody was told in their place: they have never left, and are not told anew.
#[test]
fn who_comes_back_in_time_has_never_left() {
    check(
        &format!(
            "{SLOW}=== day
             02:00 alert 5xx critical
             02:01 override suzuki primary 02:01 04:00 with=kimura
             02:02 end-early suzuki 9
             02:10 end"
        ),
        r#"
        02:00 opened: "5xx" from prometheus -> web, critical, high urgency
        02:00 step 1 of team: tanaka, on call on primary (layer always); next step at 02:30:00
        02:00 -> slack tanaka
        02:01 override of primary by Suzuki in Slack: kimura on call, from 02:01:00 until 04:00:00
        02:01 leaves the step as soon as somebody new is reached: tanaka
        02:01 now in the step, told: kimura, on call on primary (override run time 9 by suzuki)
        02:01 reply: Override 9 is made, until Tue 8 Dec 04:00 JST.
        02:02 #9 ended early by Suzuki in Slack
        02:02 in the step again: tanaka
        02:02 leaves the step as soon as somebody new is reached: kimura
        02:02 no longer in the step: kimura
        02:03 -> call tanaka
        02:04 -> call tanaka
        "#,
    );
}

/// Nobody can be reached who comes: the next step is told at once, and until it is reached whoever leaves is called on.
#[test]
fn who_leaves_is_told_on_into_the_next_step() {
    check(
        &format!(
            "{SLOW}--- users/kimura.yaml
             name: Kimura
             slack: U0KIMURA
             notify: {{ high: [{{ by: slack }}] }}
             --- users/suzuki.yaml
             name: Suzuki
             phone: \"+81 90 0000 0002\"
             notify: {{ high: [{{ by: call, after: 150s }}] }}
             === day
             02:00 alert 5xx critical
             02:00:30 reject slack
             02:01 override suzuki primary 02:01 04:00 with=kimura surely
             02:01:30 crash
             02:02 start
             02:10 end"
        ),
        r#"
        02:00 opened: "5xx" from prometheus -> web, critical, high urgency
        02:00 step 1 of team: tanaka, on call on primary (layer always); next step at 02:30:00
        02:00 -> slack tanaka
        02:01 override of primary by Suzuki in Slack: kimura on call, from 02:01:00 until 04:00:00
        02:01 leaves the step as soon as somebody new is reached: tanaka
        02:01 now in the step, told: kimura, on call on primary (override run time 9 by suzuki)
        02:01 -> slack kimura
        02:01 reply: Override 9 is made, until Tue 8 Dec 04:00 JST.
        02:01 step 1 of team passed at once: every contact of everybody in it failed
        02:01 step 2 of team: suzuki, on call on secondary (layer always); next step at 02:11:00
        02:02 server started (epoch 2)
        02:03 -> call tanaka
        02:03:30 -> call suzuki
        02:04 no longer in the step: tanaka
        "#,
    );
}

/// Whoever was dropped keeps the say: a key of the call that still rings takes the incident.
#[test]
fn who_was_dropped_keeps_the_say() {
    check(
        "02:00:50 alert a critical
         02:01 override suzuki primary 02:01 04:00 with=kimura
         02:01:10 press tanaka 4
         02:10 alert b critical
         02:11 end-early suzuki 11
         02:12 ack kimura b
         02:12:30 end",
        r#"
        02:00:50 a: opened: "a" from prometheus -> web, critical, high urgency
        02:00:50 a: step 1 of team: tanaka, on call on primary (layer always); next step at 02:05:50
        02:00:50 -> call tanaka about a, slack tanaka about a
        02:01 override of primary by Suzuki in Slack: kimura on call, from 02:01:00 until 04:00:00
        02:01 a: leaves the step as soon as somebody new is reached: tanaka
        02:01 a: now in the step, told: kimura, on call on primary (override run time 11 by suzuki)
        02:01 -> call kimura about a, slack kimura about a
        02:01 reply: Override 11 is made, until Tue 8 Dec 04:00 JST.
        02:01 a: no longer in the step: tanaka
        02:01:10 a: acknowledged by Tanaka on the phone
        02:01:10 -> hang up kimura
        02:10 b: opened: "b" from prometheus -> web, critical, high urgency
        02:10 b: step 1 of team: kimura, on call on primary (override run time 11 by suzuki); next step at 02:15:00
        02:10 -> call kimura about b, slack kimura about b
        02:11 #11 ended early by Suzuki in Slack
        02:11 b: leaves the step as soon as somebody new is reached: kimura
        02:11 b: now in the step, told: tanaka, on call on primary (layer always)
        02:11 -> call tanaka about b, slack tanaka about b
        02:11 b: no longer in the step: kimura
        02:12 b: acknowledged by Kimura in Slack
        "#,
    );
}

/// A commit does the same, and so does an absence that somebody makes now.
#[test]
fn a_commit_and_an_absence_drop_nobody_early() {
    check(
        &format!(
            "{SLOW}=== boss
             --- schedules/primary.yaml
             name: Primary
             layers: [{{ name: always, members: [kimura] }}]
             === day
             02:00 alert 5xx critical
             02:01 config boss
             02:10 end"
        ),
        r#"
        02:00 opened: "5xx" from prometheus -> web, critical, high urgency
        02:00 step 1 of team: tanaka, on call on primary (layer always); next step at 02:30:00
        02:00 -> slack tanaka
        02:01 config boss is in force
        02:01 leaves the step as soon as somebody new is reached: tanaka
        02:01 now in the step, told: kimura, on call on primary (layer always)
        02:03 -> call tanaka
        02:03:30 -> call kimura
        02:04 no longer in the step: tanaka
        "#,
    );
    check(
        &format!(
            "{SLOW}=== day
             02:00 alert 5xx critical
             02:01 away tanaka tanaka 06:00 cover=kimura
             02:10 end"
        ),
        r#"
        02:00 opened: "5xx" from prometheus -> web, critical, high urgency
        02:00 step 1 of team: tanaka, on call on primary (layer always); next step at 02:30:00
        02:00 -> slack tanaka
        02:01 tanaka is away from 02:01:00 until 06:00:00, kimura stands in, said by Tanaka in Slack
        02:01 leaves the step as soon as somebody new is reached: tanaka
        02:01 now in the step, told: kimura, on call on primary (layer always)
        02:01 reply: Absence 9 is made, until Tue 8 Dec 06:00 JST.
        02:03 -> call tanaka
        02:03:30 -> call kimura
        02:04 no longer in the step: tanaka
        "#,
    );
}
