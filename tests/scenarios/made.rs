//! What people make at run time: incidents, overrides, silences and absences.

use super::check;

/// What a person starts nothing silences, groups or folds; the same key again is the same incident.
#[test]
fn declared_by_a_person() {
    check(
        "--- services/web.yaml
         name: Web
         escalation_policy: team
         group: { by: [labels.cluster], within: 1h }
         --- silences/night.yaml
         - { services: [web], from: 2026-12-08 00:00, until: 2026-12-08 06:00, reason: load test }
         === day
         02:00 declare kimura web critical orders hang key=k1
         02:01 declare kimura web critical orders hang key=k1
         02:02 declare kimura nowhere critical orders hang
         02:03 says kimura looking_at_the_queue
         02:06 end",
        r#"
        02:00 opened: "orders hang" declared by Kimura in Slack -> web, critical, high urgency
        02:00 step 1 of team: tanaka, on call on primary (layer always); next step at 02:05:00
        02:00 -> call tanaka, slack tanaka
        02:02 reply: The config has no `nowhere`.
        02:03 note by Kimura in Slack: "looking at the queue"
        02:05 step 2 of team: suzuki, on call on secondary (layer always); next step at 02:15:00
        02:05 -> call suzuki, slack suzuki
        "#,
    );
}

/// An override made now moves people in a running step as a config change does, says so in no incident's place, and ends.
#[test]
fn an_override_made_now_reaches_the_running_step() {
    check(
        "02:00 alert 5xx critical
         02:01 override suzuki primary 02:01 04:00 with=kimura
         02:02 override suzuki primary 02:02 04:00 with=nobody
         02:04 end-early suzuki 12
         02:04:30 end",
        r#"
        02:00 opened: "5xx" from prometheus -> web, critical, high urgency
        02:00 step 1 of team: tanaka, on call on primary (layer always); next step at 02:05:00
        02:00 -> call tanaka, slack tanaka
        02:01 override of primary by Suzuki in Slack: kimura on call, from 02:01:00 until 04:00:00
        02:01 leaves the step as soon as somebody new is reached: tanaka
        02:01 now in the step, told: kimura, on call on primary (override run time 12 by suzuki)
        02:01 -> call kimura, slack kimura
        02:01 reply: Override 12 is made, until Tue 8 Dec 04:00 JST.
        02:01 no longer in the step: tanaka
        02:02 reply: Nobody would be on call on Primary from Tue 8 Dec 02:02 JST until Tue 8 Dec 04:00 JST. Confirm to do it all the same.
        02:04 #12 ended early by Suzuki in Slack
        02:04 leaves the step as soon as somebody new is reached: kimura
        02:04 now in the step, told: tanaka, on call on primary (layer always)
        02:04 -> call tanaka, slack tanaka
        02:04 no longer in the step: kimura
        "#,
    );
}

/// A planned begin is a handoff: it moves nobody in a running step, and the next alert goes to whoever is on call then.
#[test]
fn an_override_that_begins_later_is_a_handoff() {
    check(
        "02:00 override suzuki primary 02:10 04:00 with=kimura
         02:08 alert a critical
         02:11 ack tanaka
         02:12 alert b critical
         02:12:30 end",
        r#"
        02:00 override of primary by Suzuki in Slack: kimura on call, from 02:10:00 until 04:00:00
        02:00 reply: Override 3 is made, until Tue 8 Dec 04:00 JST.
        02:08 a: opened: "a" from prometheus -> web, critical, high urgency
        02:08 a: step 1 of team: tanaka, on call on primary (layer always); next step at 02:13:00
        02:08 -> call tanaka about a, slack tanaka about a
        02:11 a: acknowledged by Tanaka in Slack
        02:12 b: opened: "b" from prometheus -> web, critical, high urgency
        02:12 b: step 1 of team: kimura, on call on primary (override run time 3 by suzuki); next step at 02:17:00
        02:12 -> call kimura about b, slack kimura about b
        "#,
    );
}

/// Survives a crash; ends when git removes what it names, and retires when git has it.
#[test]
fn overrides_outlive_a_crash_and_end_with_git() {
    check(
        "=== pulled
         --- overrides/run-time.yaml
         - { schedule: primary, from: 2026-12-08 02:00, until: 2026-12-08 06:00, with: kimura, id: 3 }
         --- overrides/plan.yaml
         - { schedule: primary, from: 2026-12-08 01:00, until: 2026-12-08 05:00, with: boss }
         === day
         02:00 override suzuki primary 02:00 06:00 with=kimura
         02:01 crash
         02:02 start
         02:03 alert a critical
         02:04 config pulled
         02:06 ack kimura
         02:07 alert b critical
         02:07:30 end",
        r#"
        02:00 override of primary by Suzuki in Slack: kimura on call, from 02:00:00 until 06:00:00
        02:00 reply: Override 3 is made, until Tue 8 Dec 06:00 JST.
        02:02 server started (epoch 2)
        02:03 a: opened: "a" from prometheus -> web, critical, high urgency
        02:03 a: step 1 of team: kimura, on call on primary (override run time 3 by suzuki); next step at 02:08:00
        02:03 -> call kimura about a, slack kimura about a
        02:04 config pulled is in force
        02:04 #3 ended: git has it now
        02:06 a: acknowledged by Kimura in Slack
        02:07 b: opened: "b" from prometheus -> web, critical, high urgency
        02:07 b: step 1 of team: kimura, on call on primary (override overrides/run-time.yaml:1); next step at 02:12:00
        02:07 -> call kimura about b, slack kimura about b
        "#,
    );
}

/// A server that began with an empty state counts from one again: an old entry of git with the same number ends nothing.
#[test]
fn the_number_alone_does_not_retire() {
    check(
        "=== pulled
         --- overrides/run-time.yaml
         - { schedule: primary, from: 2026-11-08 02:00, until: 2026-11-08 06:00, with: boss, id: 3 }
         === day
         02:00 override suzuki primary 02:00 06:00 with=kimura
         02:04 config pulled
         02:07 alert b critical
         02:07:30 end",
        r#"
        02:00 override of primary by Suzuki in Slack: kimura on call, from 02:00:00 until 06:00:00
        02:00 reply: Override 3 is made, until Tue 8 Dec 06:00 JST.
        02:04 config pulled is in force
        02:07 opened: "b" from prometheus -> web, critical, high urgency
        02:07 step 1 of team: kimura, on call on primary (override run time 3 by suzuki); next step at 02:12:00
        02:07 -> call kimura, slack kimura
        "#,
    );
}

/// Taking a schedule over until the next handoff relieves whoever is on call; an override that ends before is no handoff.
#[test]
fn taken_over_until_the_handoff() {
    check(
        "--- schedules/primary.yaml
         name: Primary
         layers:
           - name: weekly
             rotation: { every: 1 week, handoff: tue 10:00, line_ups: [{ from: 2026-11-03, members: [tanaka, boss] }] }
         === day
         02:00 override boss primary 02:00 04:00 with=boss
         02:00 take kimura primary handoff
         02:01 alert 5xx critical
         02:02 end",
        r#"
        02:00 override of primary by Boss in Slack: boss on call, from 02:00:00 until 04:00:00
        02:00 reply: Override 3 is made, until Tue 8 Dec 04:00 JST.
        02:00 override of primary by Kimura in Slack: kimura on call, from 02:00:00 until 10:00:00
        02:00 reply: Override 7 is made, until Tue 8 Dec 10:00 JST.
        02:01 opened: "5xx" from prometheus -> web, critical, high urgency
        02:01 step 1 of team: kimura, on call on primary (override run time 7 by kimura); next step at 02:06:00
        02:01 -> call kimura, slack kimura
        "#,
    );
}

/// A silence made now mutes what it names, with its maker in the timeline, until its end or until somebody ends it; a scope
/// that is empty is never implied.
#[test]
fn a_silence_made_now() {
    check(
        "show rules
         02:00 alert 5xx critical env=staging
         02:01 silence tanaka 02:30
         02:01 silence tanaka 09:00 labels.env=staging
         02:01 silence tanaka 05:30 labels.env=staging
         02:40 alert b critical env=staging
         03:00 end-early suzuki 12
         03:01 end-early suzuki 12
         03:01 end",
        r#"
        02:00 5xx: opened: "5xx" from prometheus -> web, critical, high urgency [integrations/prometheus.yaml:3, oncall.yaml:11]
        02:00 5xx: step 1 of team: tanaka, on call on primary (layer always); next step at 02:05:00 [escalation-policies/team.yaml:2]
        02:00 -> call tanaka about 5xx, slack tanaka about 5xx
        02:01 reply: Name services or matchers, or say that everything is meant.
        02:01 reply: That is too long: 4 hours is the most.
        02:01 silence on labels.env: staging by Tanaka in Slack, from 02:01:00 until 05:30:00: noise
        02:01 reply: Silence 12 is made, until Tue 8 Dec 05:30 JST.
        02:05 5xx: silenced until 05:30:00: noise [run time 12 by tanaka]
        02:40 b: opened: "b" from prometheus -> web, critical, high urgency, silenced until 05:30:00 (run time 12 by tanaka: noise) [integrations/prometheus.yaml:3, oncall.yaml:11]
        03:00 #12 ended early by Suzuki in Slack
        03:00 5xx: the silence is over [run time 12 by tanaka]
        03:00 5xx: step 1 of team: tanaka, on call on primary (layer always); next step at 03:05:00 [escalation-policies/team.yaml:2]
        03:00 b: the silence is over [run time 12 by tanaka]
        03:00 b: step 1 of team: tanaka, on call on primary (layer always); next step at 03:05:00 [escalation-policies/team.yaml:2]
        03:00 -> call tanaka about 5xx, b, slack tanaka about 5xx, b
        03:01 reply: Nothing like that is in force.
        "#,
    );
}

/// Time off at run time counts on every schedule and step that names the person; who stands in is told; `back` ends it.
#[test]
fn away_and_back() {
    check(
        "02:00 away tanaka tanaka 08:00
         02:00 away tanaka tanaka 08:00 cover=kimura
         02:01 alert a critical
         02:02 ack kimura
         02:03 back tanaka tanaka
         02:04 alert b critical
         02:04:30 end",
        r#"
        02:00 reply: Nobody would be on call on Primary from Tue 8 Dec 02:00 JST until Tue 8 Dec 08:00 JST. Confirm to do it all the same.
        02:00 tanaka is away from 02:00:00 until 08:00:00, kimura stands in, said by Tanaka in Slack
        02:00 reply: Absence 3 is made, until Tue 8 Dec 08:00 JST.
        02:01 a: opened: "a" from prometheus -> web, critical, high urgency
        02:01 a: step 1 of team: kimura, on call on primary (layer always); next step at 02:06:00
        02:01 -> call kimura about a, slack kimura about a
        02:02 a: acknowledged by Kimura in Slack
        02:03 #3 ended early by Tanaka in Slack
        02:04 b: opened: "b" from prometheus -> web, critical, high urgency
        02:04 b: step 1 of team: tanaka, on call on primary (layer always); next step at 02:09:00
        02:04 -> call tanaka about b, slack tanaka about b
        "#,
    );
}

/// Git's own can be ended early as well, by its file and line.
#[test]
fn a_silence_of_git_ends_early() {
    check(
        "--- silences/night.yaml
         - { services: [web], from: 2026-12-08 00:00, until: 2026-12-08 06:00, reason: load test }
         === day
         02:00 alert 5xx critical
         02:01 end-early tanaka silences/night.yaml:1
         02:02 end-early tanaka silences/night.yaml:1
         02:02 end",
        r#"
        02:00 opened: "5xx" from prometheus -> web, critical, high urgency, silenced until 06:00:00 (silences/night.yaml:1: load test)
        02:01 silences/night.yaml:1 ended early by Tanaka in Slack
        02:01 the silence is over
        02:01 step 1 of team: tanaka, on call on primary (layer always); next step at 02:06:00
        02:01 -> call tanaka, slack tanaka
        02:02 reply: Nothing like that is in force.
        "#,
    );
}
