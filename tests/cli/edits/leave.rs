//! `user leave`: `left` in the file, line-ups without them, and what a person must decide.

use super::world::{World, shifts};
use super::{check, check_refused};

#[test]
fn out_of_every_rotation() {
    check(
        "--- schedules/night.yaml
name: Night
layers:
  - name: nights
    rotation:
      every: 1 day
      handoff: 22:00
      line_ups: [{ from: 2026-11-01, members: [[sato, kimura], suzuki] }]
--- schedules/other.yaml
name: Other
layers:
  - { name: all, members: [tanaka] }
--- services/web.yaml
name: Web
escalation_policy: team
inform: [{ after: 30m, user: tanaka, by: call }]
",
        "user leave suzuki --date 2026-12-02",
        // 11-02 was Suzuki's night, so 12-02 (30 days later) is too.
        "Suzuki (suzuki) leaves: 2026-12-02 is the first day without them.
         Suzuki (suzuki) is in night until Wed 2026-12-02 22:00, from 2026-12-02 on with others in their place; Kimura (kimura) and Sato (sato) are next.
         The turns from then on: kimura + sato.
         2026-12-02 is a Wednesday: the line-up begins with the handoff on Mon 2026-12-07 10:00.
         Suzuki (suzuki) is in web until Mon 2026-12-07 10:00, from 2026-12-02 on with others in their place; Tanaka (tanaka) is next.
         The turns from then on: tanaka, sato.
         == schedules/night.yaml
         -      line_ups: [{ from: 2026-11-01, members: [[sato, kimura], suzuki] }]
         +      line_ups: [{ from: 2026-11-01, members: [[sato, kimura], suzuki] }, { from: 2026-12-02, members: [[sato, kimura]] }]
         == schedules/web.yaml
         +        - { from: 2026-12-07, members: [tanaka, sato] }
         == users/suzuki.yaml
         +left: 2026-12-02",
    );
}

/// Until the line-up without them begins, the next member stands in; afterwards nobody notices.
#[test]
fn nobody_else_moves() {
    let world = World::new("");
    let edit = world.edited("user leave sato --date 2026-12-02");
    assert_eq!(
        shifts(&edit.config.schedules, "web", "2026-11-23 10:00", "2026-12-28"),
        [
            "2026-11-23 10:00 suzuki",
            "2026-11-30 10:00 sato",
            "2026-12-02 00:00 tanaka",
            "2026-12-14 10:00 suzuki",
            "2026-12-21 10:00 tanaka",
        ]
    );
}

/// What is to say about the day is said once, and the turns of each.
#[test]
fn out_of_two_rotations_alike() {
    check(
        "--- schedules/second.yaml
name: Second
layers:
  - name: weekly
    rotation:
      every: 1 week
      handoff: mon 10:00
      line_ups:
        - { from: 2026-10-05, members: [tanaka, suzuki, sato] }
",
        "user leave sato --date 2026-12-02",
        "Sato (sato) leaves: 2026-12-02 is the first day without them.
         2026-12-02 is a Wednesday: the line-up begins with the handoff on Mon 2026-12-07 10:00.
         Sato (sato) is in second until Mon 2026-12-07 10:00, from 2026-12-02 on with others in their place; Tanaka (tanaka) is next.
         The turns from then on: tanaka, suzuki.
         Sato (sato) is in web until Mon 2026-12-07 10:00, from 2026-12-02 on with others in their place; Tanaka (tanaka) is next.
         The turns from then on: tanaka, suzuki.
         == schedules/second.yaml
         +        - { from: 2026-12-07, members: [tanaka, suzuki] }
         == schedules/web.yaml
         +        - { from: 2026-12-07, members: [tanaka, suzuki] }
         == users/sato.yaml
         +left: 2026-12-02",
    );
}

#[test]
fn what_a_person_decides() {
    check(
        "--- schedules/other.yaml
name: Other
layers:
  - name: all
    members: [ito]
  - name: alone
    rotation: { every: 1 week, handoff: mon 10:00, line_ups: [{ from: 2026-10-05, members: [ito, nobody] }] }
--- services/web.yaml
name: Web
escalation_policy: team
inform:
  - { after: 30m, user: ito, by: call }
--- users/sato.yaml
name: Sato
phone: \"+81 90 0000 0003\"
time_off:
  - { from: 2026-11-01, last_day: 2026-11-03, cover: ito }
  - { from: 2026-12-29, last_day: 2027-01-03, cover: ito }
--- overrides/all.yaml
- { schedule: web, from: 2026-11-20 10:00, until: 2026-11-21 10:00, with: ito }
- { schedule: web, from: 2026-12-20 10:00, until: 2026-12-21 10:00, replace: sato, with: ito }
- { schedule: web, from: 2026-12-27 10:00, until: 2026-12-28 10:00, replace: ito, with: sato }
--- expectations/night.yaml
- name: night
  at: 2026-12-08 02:00
  alert: { integration: prometheus, severity: critical, summary: x }
  expect:
    - { after: 5m, user: ito, by: call }
",
        "user leave ito --date 2026-12-01",
        "Ito (ito) leaves: 2026-12-01 is the first day without them.
         == users/ito.yaml
         +left: 2026-12-01
         OC122 `ito` leaves on 2026-12-01, and is missing here from then on
         OC128 at times, first on Mon 2026-12-07 10:00, this step reaches the same people as the step before: `tanaka`
         OC122 `ito` leaves on 2026-12-01, and is missing here from then on
         OC122 `ito` leaves on 2026-12-01, and is missing here from then on
         OC158 `ito` is away for some of this time, too, and cannot cover it
         OC090 `night`: ito is not told by call after 5m
         ? escalation-policies/team.yaml:3: step 2 of the policy `team`, the fallback, names them
         ? expectations/night.yaml:5: the expectation `night` wants them told
         ? overrides/all.yaml:2: an override of `web` puts them on call
         ? overrides/all.yaml:3: an override of `web` replaces them
         ? schedules/other.yaml:4: they are always in the layer `all` of `other`
         ? schedules/other.yaml:6: nobody else takes turns in other
         ? services/web.yaml:4: the service `web` informs them
         ? users/sato.yaml:5: they cover time off of `sato`",
    );
}

#[test]
fn the_date_may_change() {
    let left = "--- users/kimura.yaml\nname: Kimura\nleft: 2026-12-31   # moves to Osaka\nphone: \"+81 90 0000 0004\"\n";
    check(
        left,
        "user leave kimura --date 2027-01-31",
        "Kimura (kimura) leaves on 2027-01-31, not on 2026-12-31.
         == users/kimura.yaml
         -left: 2026-12-31   # moves to Osaka
         +left: 2027-01-31   # moves to Osaka",
    );
    check_refused(
        left,
        "user leave kimura --date 2026-12-31",
        &["already left on 2026-12-31", "nothing to change"],
    );
    check(
        "--- users/kimura.yaml\n{ name: Kimura, phone: \"+81 90 0000 0004\" }   # in braces\n",
        "user leave kimura --date 2026-11-01",
        "Kimura (kimura) leaves: 2026-11-01 is the first day without them.
         2026-11-01 is past: their shifts since then will be shown as other people's.
         == users/kimura.yaml
         -{ name: Kimura, phone: \"+81 90 0000 0004\" }   # in braces
         +{ name: Kimura, phone: \"+81 90 0000 0004\", left: 2026-11-01 }   # in braces",
    );
}

/// A newest line-up that is yet to come has them for its first shift, and somebody stands in.
#[test]
fn a_line_up_to_come() {
    let coming = "--- schedules/web.yaml
name: Web
layers:
  - name: weekly
    rotation:
      every: 1 week
      handoff: mon 10:00
      line_ups:
        - { from: 2026-10-05, members: [tanaka, suzuki] }
        - { from: 2026-12-14, members: [tanaka, suzuki, sato] }
";
    check(
        coming,
        "user leave tanaka --date 2026-12-01",
        "Tanaka (tanaka) leaves: 2026-12-01 is the first day without them.
         The line-up of 2026-12-14 (schedules/web.yaml:9) comes first: the line-up begins with the handoff on Mon 2026-12-21 10:00.
         Tanaka (tanaka) is in web until Mon 2026-12-21 10:00, from 2026-12-01 on with others in their place; Suzuki (suzuki) is next.
         The turns from then on: suzuki, sato.
         == schedules/web.yaml
         +        - { from: 2026-12-21, members: [suzuki, sato] }
         == users/tanaka.yaml
         +left: 2026-12-01
         OC122 `tanaka` leaves on 2026-12-01, and is missing here from then on
         OC129 `suzuki` is on call on 28 dates in a row in the next 28 days
         ? escalation-policies/team.yaml:3: step 2 of the policy `team`, the fallback, names them",
    );
}

/// Without anybody to call at the end of every policy there is no config.
#[test]
fn the_last_of_the_fallback_cannot_leave() {
    let alone = "--- escalation-policies/team.yaml
steps:
  - { notify: [{ schedule: web }], wait: 5m }
  - { notify: [{ user: tanaka }], wait: 10m }
";
    check_refused(
        alone,
        "user leave tanaka --date 2026-12-01",
        &["broken:", "OC027", "must name a user who can be called"],
    );
}
