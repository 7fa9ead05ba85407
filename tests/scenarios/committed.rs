//! Rule 23 for git: both people hear of an override that comes by a commit, and who is put on call can say that they cannot.

use super::check;

const PLANNED: &str = "=== planned
    --- overrides/plan.yaml
    - { schedule: primary, from: 2026-12-08 03:00, until: 2026-12-08 05:00, with: kimura, reason: wedding }
    === moved
    --- overrides/other.yaml
    - { schedule: secondary, from: 2026-12-08 09:00, until: 2026-12-08 10:00, with: suzuki }
    - { schedule: primary, from: 2026-12-08 03:00, until: 2026-12-08 05:00, with: kimura, reason: wedding }
    === day
    show notices
    ";

/// When it is made and when it begins; a commit that moves it to another line, and a restart, tell nobody again.
#[test]
fn both_people_hear_of_an_override_by_a_commit() {
    check(
        &format!(
            "{PLANNED}
             02:00 config planned
             02:01 config moved
             02:02 crash
             02:03 start
             03:01 end"
        ),
        r#"
        02:00 config planned is in force
        02:00 -> notice to kimura: overrides/plan.yaml:1 puts you on call for Primary from Tue 8 Dec 03:00 JST until Tue 8 Dec 05:00 JST. / Instead of Tanaka. / Reason: wedding / If you cannot: /oncall cannot overrides/plan.yaml:1, or oncall override cannot overrides/plan.yaml:1, notice to tanaka: overrides/plan.yaml:1 relieves you on Primary from Tue 8 Dec 03:00 JST until Tue 8 Dec 05:00 JST. / On call instead: Kimura. / Reason: wedding
        02:01 config moved is in force
        02:03 server started (epoch 2)
        03:00 -> notice to kimura: You are on call for Primary from now until Tue 8 Dec 05:00 JST, by overrides/plan.yaml:1. / Instead of Tanaka. / Reason: wedding / If you cannot: /oncall cannot overrides/plan.yaml:1, or oncall override cannot overrides/plan.yaml:1, notice to tanaka: You are relieved on Primary from now until Tue 8 Dec 05:00 JST, by overrides/plan.yaml:1. / On call instead: Kimura. / Reason: wedding
        "#,
    );
}

/// Whoever is put on call by a commit says that they cannot: the room hears of it. One that a commit takes back begins for nobody.
#[test]
fn who_is_put_on_call_by_a_commit_can_say_that_they_cannot() {
    check(
        &format!(
            "{PLANNED}
             02:00 config planned
             02:01 cannot tanaka overrides/plan.yaml:1
             02:02 cannot kimura overrides/plan.yaml:1
             02:03 config base
             03:01 end"
        ),
        r#"
        02:00 config planned is in force
        02:00 -> notice to kimura: overrides/plan.yaml:1 puts you on call for Primary from Tue 8 Dec 03:00 JST until Tue 8 Dec 05:00 JST. / Instead of Tanaka. / Reason: wedding / If you cannot: /oncall cannot overrides/plan.yaml:1, or oncall override cannot overrides/plan.yaml:1, notice to tanaka: overrides/plan.yaml:1 relieves you on Primary from Tue 8 Dec 03:00 JST until Tue 8 Dec 05:00 JST. / On call instead: Kimura. / Reason: wedding
        02:01 reply: Nothing like that is in force.
        02:02 kimura cannot take override overrides/plan.yaml:1, said by Kimura in Slack
        02:02 -> notice to the room: Kimura cannot be on call for Primary from Tue 8 Dec 03:00 JST until Tue 8 Dec 05:00 JST (override overrides/plan.yaml:1), and is until somebody changes it.
        02:02 reply: Whoever made it and the room are told. You stay on call until somebody changes it.
        02:03 config base is in force
        03:00 notice 5 has no point any more
        03:00 notice 7 has no point any more
        "#,
    );
}

/// Somebody made an override at run time: a commit for the same hours lies below it, and its maker hears of that.
#[test]
fn the_maker_hears_that_a_commit_wants_otherwise() {
    check(
        &format!(
            "{PLANNED}
             02:00 override boss primary 04:00 06:00 with=sato
             02:05 config planned
             02:06 end"
        ),
        r#"
        02:00 override of primary by Boss in Slack: sato on call, from 04:00:00 until 06:00:00
        02:00 -> notice to sato: Boss puts you on call for Primary from Tue 8 Dec 04:00 JST until Tue 8 Dec 06:00 JST. / Instead of Tanaka. / If you cannot: /oncall cannot 3, or oncall override cannot 3, notice to tanaka: Boss relieves you on Primary from Tue 8 Dec 04:00 JST until Tue 8 Dec 06:00 JST. / On call instead: Sato.
        02:00 reply: Override 3 is made, until Tue 8 Dec 06:00 JST.
        02:05 config planned is in force
        02:05 -> notice to kimura: overrides/plan.yaml:1 puts you on call for Primary from Tue 8 Dec 03:00 JST until Tue 8 Dec 05:00 JST. / Instead of Tanaka. / Reason: wedding / If you cannot: /oncall cannot overrides/plan.yaml:1, or oncall override cannot overrides/plan.yaml:1, notice to tanaka: overrides/plan.yaml:1 relieves you on Primary from Tue 8 Dec 03:00 JST until Tue 8 Dec 05:00 JST. / On call instead: Kimura. / Reason: wedding, notice to boss: overrides/plan.yaml:1 changes Primary too, for hours of your override 3: yours lies on top.
        "#,
    );
}
