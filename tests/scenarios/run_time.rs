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
