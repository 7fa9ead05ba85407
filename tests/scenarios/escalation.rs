//! Steps, waits, rounds, the fallback, urgency, and what a step is made of.

use super::check;

#[test]
fn nobody_reacts() {
    check(
        "02:00 alert 5xx critical
         06:00 end",
        r#"
        02:00 opened: "5xx" from prometheus -> web, critical, high urgency
        02:00 step 1 of team: tanaka, on call on primary (layer always); next step at 02:05:00
        02:00 -> call tanaka, slack tanaka
        02:05 step 2 of team: suzuki, on call on secondary (layer always); next step at 02:15:00
        02:05 -> call suzuki, slack suzuki
        02:15 fallback step 1 of last-resort: sato, named in the step; next step at 02:25:00
        02:15 -> call sato, slack sato
        02:25 fallback step 2 of last-resort: boss, named in the step; next step at 02:40:00
        02:25 -> call boss, slack boss
        02:40 fallback step 2 of last-resort, round 2: boss, named in the step; next step at 02:55:00
        02:40 -> call boss, slack boss
        02:55 fallback step 2 of last-resort, round 3: boss, named in the step; next step at 03:10:00
        02:55 -> call boss, slack boss
        03:10 fallback step 2 of last-resort, round 4: boss, named in the step; next step at 03:25:00
        03:10 -> call boss, slack boss
        03:25 fallback step 2 of last-resort, round 5: boss, named in the step; next step at 04:25:00
        03:25 -> call boss, slack boss
        04:25 fallback step 2 of last-resort, round 6: boss, named in the step; next step at 05:25:00
        04:25 -> call boss, slack boss
        05:25 fallback step 2 of last-resort, round 7: boss, named in the step; next step at 06:25:00
        05:25 -> call boss, slack boss
        "#,
    );
}
