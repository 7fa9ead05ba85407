//! What people do at run time, and what each does beside the others: `runtime.md` and `rules.md`, a scenario each.

use super::check;

/// An acknowledgement that is given back tells the running step anew, and its wait begins again.
#[test]
fn given_back_it_goes_on_from_the_step_that_ran() {
    check(
        "02:00 alert 5xx critical
         02:06 ack suzuki
         02:30 unack suzuki
         02:31 unack suzuki
         02:41 end",
        r#"
        02:00 opened: "5xx" from prometheus -> web, critical, high urgency
        02:00 step 1 of team: tanaka, on call on primary (layer always); next step at 02:05:00
        02:00 -> call tanaka, slack tanaka
        02:05 step 2 of team: suzuki, on call on secondary (layer always); next step at 02:15:00
        02:05 -> call suzuki, slack suzuki
        02:06 acknowledged by Suzuki in Slack
        02:30 given back by Suzuki in Slack
        02:30 step 2 of team: suzuki, on call on secondary (layer always); next step at 02:40:00
        02:30 -> call suzuki, slack suzuki
        02:31 reply: Nobody has acknowledged it.
        02:40 fallback step 1 of last-resort: sato, named in the step; next step at 02:50:00
        02:40 -> call sato, slack sato
        "#,
    );
}

/// A snooze replaces the time that an acknowledgement has; when it is over, the first step is told.
#[test]
fn a_snooze_holds_until_its_end_and_then_pages_from_the_first_step() {
    check(
        "--- services/web.yaml
         name: Web
         escalation_policy: team
         acknowledgement_timeout: 30m
         auto_resolve_after: 40m
         === day
         02:00 alert 5xx critical
         02:06 ack suzuki
         02:10 snooze suzuki 2h
         04:12 end",
        r#"
        02:00 opened: "5xx" from prometheus -> web, critical, high urgency
        02:00 step 1 of team: tanaka, on call on primary (layer always); next step at 02:05:00
        02:00 -> call tanaka, slack tanaka
        02:05 step 2 of team: suzuki, on call on secondary (layer always); next step at 02:15:00
        02:05 -> call suzuki, slack suzuki
        02:06 acknowledged by Suzuki in Slack, until 02:36:00
        02:10 snoozed by Suzuki in Slack, until 04:10:00
        04:10 triggered again: the snooze is over
        04:10 step 1 of team: tanaka, on call on primary (layer always); next step at 04:15:00
        04:10 -> call tanaka, slack tanaka
        "#,
    );
}

/// At most 7 days; what is critical is put aside for more than a day only by somebody who confirms it.
#[test]
fn a_snooze_has_bounds() {
    check(
        "02:00 alert 5xx critical
         02:01 snooze tanaka 200h
         02:01 snooze tanaka -1h
         02:01 snooze tanaka 30h
         02:02 snooze tanaka surely 30h
         02:30 end",
        r#"
        02:00 opened: "5xx" from prometheus -> web, critical, high urgency
        02:00 step 1 of team: tanaka, on call on primary (layer always); next step at 02:05:00
        02:00 -> call tanaka, slack tanaka
        02:01 reply: That is too long: 168 hours is the most.
        02:01 reply: That time is past.
        02:01 reply: It is critical, and would page nobody until Wed 9 Dec 08:01 JST. Confirm to do it all the same.
        02:02 snoozed by Tanaka in Slack, until Wed 12-09 08:02
        "#,
    );
}

/// The same incident goes on: triggered again from step 1. Refused when one of its keys is open elsewhere.
#[test]
fn reopened_it_pages_again() {
    check(
        "--- services/web.yaml
         name: Web
         escalation_policy: team
         reopen_within: never
         === day
         02:00 alert 5xx critical
         02:01 close tanaka because false_alarm
         02:10 reopen suzuki
         02:11 ack suzuki
         02:12 resolve 5xx
         02:13 alert 5xx critical
         02:14 reopen tanaka 1-1
         02:14:30 close tanaka
         02:15 reopen tanaka 1-1
         02:16 reopen tanaka 1-1
         02:16 end",
        r#"
        02:00 5xx: opened: "5xx" from prometheus -> web, critical, high urgency
        02:00 5xx: step 1 of team: tanaka, on call on primary (layer always); next step at 02:05:00
        02:00 -> call tanaka about 5xx, slack tanaka about 5xx
        02:01 5xx: resolved by Tanaka in Slack: "false alarm"
        02:10 5xx: opened again by Suzuki in Slack
        02:10 5xx: step 1 of team: tanaka, on call on primary (layer always); next step at 02:15:00
        02:10 -> call tanaka about 5xx, slack tanaka about 5xx
        02:11 5xx: acknowledged by Suzuki in Slack
        02:12 5xx: resolved by prometheus: the monitor says so
        02:13 5xx: opened: "5xx" from prometheus -> web, critical, high urgency
        02:13 5xx: step 1 of team: tanaka, on call on primary (layer always); next step at 02:18:00
        02:13 -> call tanaka about 5xx, slack tanaka about 5xx
        02:14 reply: It cannot be opened again: one of its alerts is in 1-2 now.
        02:14:30 5xx: resolved by Tanaka in Slack
        02:15 5xx: opened again by Tanaka in Slack
        02:15 5xx: step 1 of team: tanaka, on call on primary (layer always); next step at 02:20:00
        02:15 -> call tanaka about 5xx, slack tanaka about 5xx
        02:16 reply: It is still open.
        "#,
    );
}

/// Escalating an acknowledged incident gives the acknowledgement up; a step may be named.
#[test]
fn escalated_after_an_acknowledgement_and_to_a_step() {
    check(
        "02:00 alert 5xx critical
         02:01 ack tanaka
         02:02 escalate tanaka
         02:03 escalate boss to 1
         02:04 escalate boss to 3
         02:04 end",
        r#"
        02:00 opened: "5xx" from prometheus -> web, critical, high urgency
        02:00 step 1 of team: tanaka, on call on primary (layer always); next step at 02:05:00
        02:00 -> call tanaka, slack tanaka
        02:01 acknowledged by Tanaka in Slack
        02:02 Tanaka asks for the next step in Slack
        02:02 step 2 of team: suzuki, on call on secondary (layer always); next step at 02:12:00
        02:02 -> call suzuki, slack suzuki
        02:03 Boss asks for step 1 in Slack
        02:03 step 1 of team: tanaka, on call on primary (layer always); next step at 02:08:00
        02:03 -> call tanaka, slack tanaka
        02:04 reply: There is no such step: the policy has 2.
        "#,
    );
}

/// People on call on a schedule instead; a policy is the incident's own from now on, also after a config change.
#[test]
fn reassigned_to_a_schedule_and_to_a_policy() {
    check(
        "--- escalation-policies/boss.yaml
         steps: [{ notify: [{ user: boss }], wait: 7m }, { notify: [{ user: kimura }], wait: 7m }]
         === other
         --- users/kimura.yaml
         name: Kimura Ken
         slack: U0KIMURA
         phone: \"+81 90 0000 0005\"
         === day
         02:00 alert 5xx critical
         02:01 reassign tanaka to secondary
         02:02 reassign suzuki to boss-team
         02:03 reassign suzuki to escalated
         02:04 end",
        r#"
        02:00 opened: "5xx" from prometheus -> web, critical, high urgency
        02:00 step 1 of team: tanaka, on call on primary (layer always); next step at 02:05:00
        02:00 -> call tanaka, slack tanaka
        02:01 reassigned to suzuki by Tanaka in Slack, next step at 02:06:00
        02:01 -> call suzuki, slack suzuki
        02:02 reply: The config has no `boss-team`.
        02:03 reply: The config has no `escalated`.
        "#,
    );
    check(
        "--- escalation-policies/managers.yaml
         steps: [{ notify: [{ user: boss }], wait: 7m }, { notify: [{ user: kimura }], wait: 7m }]
         === other
         --- users/kimura.yaml
         name: Kimura Ken
         slack: U0KIMURA
         phone: \"+81 90 0000 0005\"
         === day
         02:00 alert 5xx critical
         02:06 reassign tanaka to managers
         02:08 config other
         02:14 end",
        r#"
        02:00 opened: "5xx" from prometheus -> web, critical, high urgency
        02:00 step 1 of team: tanaka, on call on primary (layer always); next step at 02:05:00
        02:00 -> call tanaka, slack tanaka
        02:05 step 2 of team: suzuki, on call on secondary (layer always); next step at 02:15:00
        02:05 -> call suzuki, slack suzuki
        02:06 reassigned to managers by Tanaka in Slack
        02:06 step 1 of managers: boss, named in the step; next step at 02:13:00
        02:06 -> call boss, slack boss
        02:08 config other is in force
        02:13 step 2 of managers: kimura, named in the step; next step at 02:20:00
        02:13 -> call kimura, slack kimura
        "#,
    );
}

/// They are told too, by their urgent rules; the escalation and an acknowledgement go on as they were.
#[test]
fn paged_also() {
    check(
        "02:00 alert 5xx critical
         02:01 ack tanaka
         02:02 also tanaka boss,secondary
         02:20 end",
        r#"
        02:00 opened: "5xx" from prometheus -> web, critical, high urgency
        02:00 step 1 of team: tanaka, on call on primary (layer always); next step at 02:05:00
        02:00 -> call tanaka, slack tanaka
        02:01 acknowledged by Tanaka in Slack
        02:02 boss; suzuki paged too, asked for by Tanaka in Slack
        02:02 -> call boss, call suzuki, slack boss, slack suzuki
        02:07 no answer by boss, suzuki, whom Tanaka had paged too
        "#,
    );
}

/// What is low becomes urgent, and back: only what is new raises it again, not a config change.
#[test]
fn raised_and_lowered() {
    check(
        "--- services/web.yaml
         name: Web
         escalation_policy: team
         group: { by: [labels.cluster], within: 1h }
         === other
         --- services/web.yaml
         name: The web
         escalation_policy: team
         group: { by: [labels.cluster], within: 1h }
         === day
         02:00 alert slow warning cluster=x
         02:01 raise suzuki
         02:02 raise suzuki
         02:03 lower suzuki
         02:04 lower suzuki
         02:20 alert 5xx critical cluster=x
         02:21 lower tanaka
         02:22 config other
         02:40 end",
        r#"
        02:00 opened: "slow" from prometheus -> web, warning, low urgency
        02:00 told once, at low urgency: tanaka, on call on primary (layer always)
        02:00 -> slack tanaka
        02:01 raised to high urgency by Suzuki in Slack
        02:01 step 1 of team: tanaka, on call on primary (layer always); next step at 02:06:00
        02:01 -> call tanaka, slack tanaka
        02:02 reply: it is so already
        02:03 lowered to low urgency by Suzuki in Slack
        02:04 reply: it is so already
        02:20 joined by: "5xx" from prometheus
        02:20 raised to high urgency
        02:20 step 1 of team: tanaka, on call on primary (layer always); next step at 02:25:00
        02:20 -> call tanaka, slack tanaka
        02:21 lowered to low urgency by Tanaka in Slack
        02:22 config other is in force
        "#,
    );
}

/// A person who wants people told is not held back by a silence, and the timeline says which.
#[test]
fn raise_and_escalate_tell_people_under_a_silence() {
    check(
        "--- silences/night.yaml
         - { services: [web], from: 2026-12-08 00:00, until: 2026-12-08 06:00, reason: load test }
         === day
         show rules
         02:00 alert 5xx critical
         02:01 raise tanaka
         02:06:30 end",
        r#"
        02:00 opened: "5xx" from prometheus -> web, critical, high urgency, silenced until 06:00:00 (silences/night.yaml:1: load test) [integrations/prometheus.yaml:3, oncall.yaml:11]
        02:01 no longer silenced here, by Tanaka in Slack [silences/night.yaml:1]
        02:01 step 1 of team: tanaka, on call on primary (layer always); next step at 02:06:00 [escalation-policies/team.yaml:2]
        02:01 -> call tanaka, slack tanaka
        02:06 step 2 of team: suzuki, on call on secondary (layer always); next step at 02:16:00 [escalation-policies/team.yaml:3]
        02:06 -> call suzuki, slack suzuki
        "#,
    );
}

/// Page-also under a silence tells those people, and the silence goes on for the policy.
#[test]
fn paged_also_under_a_silence() {
    check(
        "--- silences/night.yaml
         - { services: [web], from: 2026-12-08 00:00, until: 2026-12-08 06:00, reason: load test }
         === day
         02:00 alert 5xx critical
         02:01 also tanaka boss
         02:20 end",
        r#"
        02:00 opened: "5xx" from prometheus -> web, critical, high urgency, silenced until 06:00:00 (silences/night.yaml:1: load test)
        02:01 boss paged too, asked for by Tanaka in Slack
        02:01 -> call boss, slack boss
        02:06 no answer by boss, whom Tanaka had paged too
        "#,
    );
}

/// The service's own rules from now on: urgency, policy, who is informed.
#[test]
fn moved_to_another_service() {
    check(
        "--- services/search.yaml
         name: Search
         escalation_policy: managers
         --- escalation-policies/managers.yaml
         steps: [{ notify: [{ user: boss }], wait: 7m }]
         === day
         02:00 alert 5xx critical
         02:01 move tanaka to search
         02:02 move tanaka to nowhere
         02:03 move tanaka to search
         02:03 end",
        r#"
        02:00 opened: "5xx" from prometheus -> web, critical, high urgency
        02:00 step 1 of team: tanaka, on call on primary (layer always); next step at 02:05:00
        02:00 -> call tanaka, slack tanaka
        02:01 moved to search by Tanaka in Slack, high urgency
        02:01 step 1 of managers: boss, named in the step; next step at 02:08:00
        02:01 -> call boss, slack boss
        02:02 reply: The config has no `nowhere`.
        02:03 reply: it is so already
        "#,
    );
}

/// A merge makes no alert quieter: acknowledged only if both were, the higher urgency, the later step; keys act on the target.
#[test]
fn merged_and_taken_apart() {
    check(
        "02:00 alert a critical
         02:01 ack tanaka
         02:02 alert b critical
         02:03 merge suzuki b into a
         02:04 ack suzuki 1-2
         02:05 resolve a
         02:06 unmerge suzuki 1-2
         02:07 unmerge suzuki 1-2
         02:08 resolve b
         02:09 end",
        r#"
        02:00 a: opened: "a" from prometheus -> web, critical, high urgency
        02:00 a: step 1 of team: tanaka, on call on primary (layer always); next step at 02:05:00
        02:00 -> call tanaka about a, slack tanaka about a
        02:01 a: acknowledged by Tanaka in Slack
        02:02 b: opened: "b" from prometheus -> web, critical, high urgency
        02:02 b: step 1 of team: tanaka, on call on primary (layer always); next step at 02:07:00
        02:02 -> call tanaka about b, slack tanaka about b
        02:03 a: 1-2 merged into this by Suzuki in Slack
        02:03 b: merged into 1-1 by Suzuki in Slack
        02:03 a: triggered again: 1-2 was merged into it
        02:03 a: step 1 of team: tanaka, on call on primary (layer always); next step at 02:08:00
        02:03 -> call tanaka about a, slack tanaka about a
        02:04 a: acknowledged by Suzuki in Slack
        02:05 a: alert a is over: the monitor says so
        02:06 b: taken out of 1-1 again by Suzuki in Slack
        02:06 a: 1-2 is an incident of its own again
        02:06 b: step 1 of team: tanaka, on call on primary (layer always); next step at 02:11:00
        02:06 a: resolved by Suzuki in Slack
        02:06 -> call tanaka about b, slack tanaka about b
        02:07 reply: It was not merged.
        02:08 b: resolved by prometheus: the monitor says so
        "#,
    );
}

/// What became critical while it was merged is so when it is taken out, and is told as such.
#[test]
fn what_is_taken_out_again_is_as_urgent_as_it_is_now() {
    check(
        "02:00 alert a critical
         02:00:30 ack tanaka
         02:01 alert b warning
         02:02 merge suzuki b into a
         02:03 alert b critical
         02:04 unmerge suzuki 1-2
         02:05 end",
        r#"
        02:00 a: opened: "a" from prometheus -> web, critical, high urgency
        02:00 a: step 1 of team: tanaka, on call on primary (layer always); next step at 02:05:00
        02:00 -> call tanaka about a, slack tanaka about a
        02:00:30 a: acknowledged by Tanaka in Slack
        02:01 b: opened: "b" from prometheus -> web, warning, low urgency
        02:01 b: told once, at low urgency: tanaka, on call on primary (layer always)
        02:01 -> slack tanaka about b
        02:02 a: 1-2 merged into this by Suzuki in Slack
        02:02 b: merged into 1-1 by Suzuki in Slack
        02:02 a: triggered again: 1-2 was merged into it
        02:02 a: step 1 of team: tanaka, on call on primary (layer always); next step at 02:07:00
        02:02 -> call tanaka about a, slack tanaka about a
        02:03 a: updated: "b" from prometheus
        02:04 b: taken out of 1-1 again by Suzuki in Slack
        02:04 a: 1-2 is an incident of its own again
        02:04 b: raised to high urgency
        02:04 b: step 1 of team: tanaka, on call on primary (layer always); next step at 02:09:00
        02:04 -> call tanaka about b, slack tanaka about b
        "#,
    );
}

/// Into a closed one, into itself: refused.
#[test]
fn a_merge_that_cannot_be() {
    check(
        "02:00 alert a warning
         02:01 alert b warning
         02:02 merge suzuki a into a
         02:03 resolve a
         02:04 merge suzuki b into a
         02:05 end",
        r#"
        02:00 a: opened: "a" from prometheus -> web, warning, low urgency
        02:00 a: told once, at low urgency: tanaka, on call on primary (layer always)
        02:00 -> slack tanaka about a
        02:01 b: opened: "b" from prometheus -> web, warning, low urgency
        02:01 b: told once, at low urgency: tanaka, on call on primary (layer always)
        02:01 -> slack tanaka about b
        02:02 reply: An incident cannot be merged into itself.
        02:03 a: resolved by prometheus: the monitor says so
        02:04 reply: 1-1 is closed.
        "#,
    );
}

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
        02:02 reply: Nobody would be on call on primary from Tue 8 Dec 02:02 JST until Tue 8 Dec 04:00 JST. Confirm to do it all the same.
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
        02:00 reply: Nobody would be on call on primary from Tue 8 Dec 02:00 JST until Tue 8 Dec 08:00 JST. Confirm to do it all the same.
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
