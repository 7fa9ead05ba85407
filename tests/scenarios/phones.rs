//! Several phones of one person.

use crate::check;

/// Tanaka has two phones; the one at home is rung after a minute.
const PHONES: &str = "
    --- users/tanaka.yaml
    name: Tanaka
    slack: U0TANAKA
    phones: [{ name: mobile, number: \"+81 90 0000 0001\" }, { name: home, number: \"+81 3 0000 0001\" }]
    notify: { high: [{ by: call }, { by: call, to: home, after: 1m }, { by: sms, to: mobile, after: 2m }] }
    ";

#[test]
fn a_rule_rings_the_phone_that_it_names() {
    check(
        &format!(
            "{PHONES}
            === day
            02:00 alert a critical
            02:04 end"
        ),
        r#"
        02:00 opened: "a" from prometheus -> web, critical, high urgency
        02:00 step 1 of team: tanaka, on call on primary (layer always); next step at 02:05:00
        02:00 -> call tanaka
        02:01 -> call tanaka (home)
        02:02 -> sms tanaka (mobile)
        "#,
    );
}

/// One phone at a time: what is due for the other one meanwhile is the next call, and not part of this one.
#[test]
fn two_phones_of_one_person_never_ring_at_once() {
    check(
        &format!(
            "{PHONES}
            === day
            02:00 alert a critical
            02:00:50 alert b critical
            02:02 end"
        ),
        r#"
        02:00 a: opened: "a" from prometheus -> web, critical, high urgency
        02:00 a: step 1 of team: tanaka, on call on primary (layer always); next step at 02:05:00
        02:00 -> call tanaka about a
        02:00:50 b: opened: "b" from prometheus -> web, critical, high urgency
        02:00:50 b: step 1 of team: tanaka, on call on primary (layer always); next step at 02:05:50
        02:00:50 -> call tanaka about b
        02:01:20 -> call tanaka (home) about a
        02:01:50 -> call tanaka (home) about b
        02:02 -> sms tanaka (mobile) about a
        "#,
    );
}

/// A number that is dead brings the other phone early, and only what was planned for it is given up.
#[test]
fn a_phone_that_is_dead_brings_the_other_one_early() {
    check(
        &format!(
            "{PHONES}
            === day
            02:00 alert a critical
            02:00:10 fails tanaka
            02:04 end"
        ),
        r#"
        02:00 opened: "a" from prometheus -> web, critical, high urgency
        02:00 step 1 of team: tanaka, on call on primary (layer always); next step at 02:05:00
        02:00 -> call tanaka
        02:00:10 tanaka is reached by call early: not a phone
        02:00:10 -> call tanaka (home)
        02:02 -> sms tanaka (mobile)
        "#,
    );
}
