//! Notices: shifts, overrides and their makers, an answer that does not come.

use crate::check;

/// Tanaka hands over to Suzuki at 10:00; both want to hear of it a day, and just, before.
const SHIFTS: &str = "
    --- schedules/primary.yaml
    name: Primary
    layers:
      - name: daily
        rotation: { every: 1 day, handoff: 10:00, line_ups: [{ from: 2026-12-07, members: [tanaka, suzuki, sato] }] }
    --- users/tanaka.yaml
    name: Tanaka
    slack: U0TANAKA
    phone: \"+81 90 0000 0001\"
    notify: { high: [{ by: call }], low: [], shifts: [{ by: slack, before: 0m }] }
    --- users/suzuki.yaml
    name: Suzuki
    slack: U0SUZUKI
    phone: \"+81 90 0000 0002\"
    notify: { high: [{ by: call }], low: [{ by: slack }], shifts: [{ by: slack, before: 2h }, { by: slack, before: 0m }] }
    ";

/// Who comes hears it before and when it begins, with what is open; who leaves hears that it is over. Sato wants to hear nothing.
#[test]
fn who_comes_and_who_leaves_are_told() {
    check(
        &format!(
            "{SHIFTS}
            === day
            show notices
            02:00 alert a warning
            02:01 ack boss a
            10:30 resolve a
            10:31 end"
        ),
        r#"
        00:00 config base is in force
        02:00 opened: "a" from prometheus -> web, warning, low urgency
        02:00 step 1 of team passed at once: nobody in it can be told
        02:00 told once, at low urgency: suzuki, on call on secondary (layer always)
        02:00 -> slack suzuki
        02:01 acknowledged by Boss in Slack
        08:00 -> notice to suzuki: You are on call for Primary from Tue 8 Dec 10:00 JST until Wed 9 Dec 10:00 JST. / After Tanaka. / Before Sato.
        10:00 -> notice to suzuki: You are on call for Primary from now until Wed 9 Dec 10:00 JST. / After Tanaka. / Before Sato. / Open: 1 (1 taken) / 1-1 [Warning] Web: a: Acknowledged by Boss, notice to tanaka: Your shift on Primary is over. On call now: Suzuki.
        10:30 resolved by prometheus: the monitor says so
        "#,
    );
}

/// A crash before and after loses none and repeats none; what fell due while the server was down for long is not told as if new.
#[test]
fn shifts_are_told_once_over_a_crash_and_not_long_after() {
    check(
        &format!(
            "{SHIFTS}
            === day
            show notices
            07:50 crash
            08:10 start
            08:20 crash
            08:21 start
            09:50 crash
            11:00 start
            11:01 end"
        ),
        r#"
        00:00 config base is in force
        08:10 server started (epoch 2)
        08:10 -> notice to suzuki: You are on call for Primary from Tue 8 Dec 10:00 JST until Wed 9 Dec 10:00 JST. / After Tanaka. / Before Sato.
        08:21 server started (epoch 3)
        11:00 server started (epoch 4)
        "#,
    );
}

/// Both people hear of an override when it is made and when it begins; whoever made it does not hear of their own.
#[test]
fn both_people_hear_of_an_override() {
    check(
        "
        show notices
        02:00 override boss primary 03:00 05:00 with=kimura
        03:01 end",
        r#"
        02:00 override of primary by Boss in Slack: kimura on call, from 03:00:00 until 05:00:00
        02:00 -> notice to kimura: Boss puts you on call for Primary from Tue 8 Dec 03:00 JST until Tue 8 Dec 05:00 JST. / Instead of Tanaka. / If you cannot: /oncall cannot 3, or oncall override cannot 3, notice to tanaka: Boss relieves you on Primary from Tue 8 Dec 03:00 JST until Tue 8 Dec 05:00 JST. / On call instead: Kimura.
        02:00 reply: Override 3 is made, until Tue 8 Dec 05:00 JST.
        03:00 -> notice to kimura: You are on call for Primary from now until Tue 8 Dec 05:00 JST: Boss made an override. / Instead of Tanaka. / If you cannot: /oncall cannot 3, or oncall override cannot 3, notice to tanaka: You are relieved on Primary from now until Tue 8 Dec 05:00 JST: Boss made an override. / On call instead: Kimura.
        "#,
    );
}

/// Whoever is put on call by somebody else can say that they cannot: the maker and the room hear of it. One who is not named by
/// it cannot.
#[test]
fn who_is_put_on_call_can_say_that_they_cannot() {
    check(
        "
        02:00 override boss primary 03:00 05:00 with=kimura
        show notices
        02:01 cannot sato 3
        02:02 cannot kimura 3
        02:03 end",
        r#"
        02:00 override of primary by Boss in Slack: kimura on call, from 03:00:00 until 05:00:00
        02:00 reply: Override 3 is made, until Tue 8 Dec 05:00 JST.
        02:01 reply: Nothing like that is in force.
        02:02 kimura cannot take override 3, said by Kimura in Slack
        02:02 -> notice to boss: Kimura cannot be on call for Primary from Tue 8 Dec 03:00 JST until Tue 8 Dec 05:00 JST (override 3), and is until somebody changes it., notice to the room: Kimura cannot be on call for Primary from Tue 8 Dec 03:00 JST until Tue 8 Dec 05:00 JST (override 3), and is until somebody changes it.
        02:02 reply: Whoever made it and the room are told. You stay on call until somebody changes it.
        "#,
    );
}

/// The maker hears that another override lies on theirs, that somebody ended it, and that git removed what it names; what was to
/// be told when it begins is not.
#[test]
fn a_maker_hears_when_theirs_is_hidden_or_ends() {
    check(
        "
        === without
        --- schedules/primary.yaml (deleted)
        --- escalation-policies/team.yaml
        steps: [{ notify: [{ schedule: secondary }], wait: 5m }]
        === day
        02:00 override boss primary 03:00 05:00 with=kimura
        02:01 override sato primary 04:00 06:00 with=suzuki
        show notices
        02:02 override suzuki primary 04:30 04:40 with=sato
        02:03 end-early suzuki 3
        02:04 config without
        03:30 end",
        r#"
        02:00 override of primary by Boss in Slack: kimura on call, from 03:00:00 until 05:00:00
        02:00 reply: Override 3 is made, until Tue 8 Dec 05:00 JST.
        02:01 override of primary by Sato in Slack: suzuki on call, from 04:00:00 until 06:00:00
        02:01 reply: Override 12 is made, until Tue 8 Dec 06:00 JST.
        02:01 -> notice to tanaka: Sato relieves you on Primary from Tue 8 Dec 04:00 JST until Tue 8 Dec 06:00 JST. / On call instead: Suzuki., notice to boss: Your override 3 of Primary lies under one that Sato made.
        02:02 override of primary by Suzuki in Slack: sato on call, from 04:30:00 until 04:40:00
        02:02 -> notice to sato: Suzuki puts you on call for Primary from Tue 8 Dec 04:30 JST until Tue 8 Dec 04:40 JST. / Instead of Suzuki. / If you cannot: /oncall cannot 28, or oncall override cannot 28, notice to boss: Your override 3 of Primary lies under one that Suzuki made.
        02:02 reply: Override 28 is made, until Tue 8 Dec 04:40 JST.
        02:02 -> notice to sato: Your override 12 of Primary lies under one that Suzuki made.
        02:03 #3 ended early by Suzuki in Slack
        02:03 -> notice to boss: What you made (3) was ended by Suzuki.
        02:04 config without is in force
        02:04 #12 ended: what it names is gone from git
        02:04 #28 ended: what it names is gone from git
        02:04 -> notice to sato: What you made (12) has ended: what it names is gone from git., notice to suzuki: What you made (28) has ended: what it names is gone from git.
        03:00 notice 5 has no point any more
        03:00 notice 7 has no point any more
        "#,
    );
}

/// Whom somebody has paged too and who does not answer within five minutes: the asker hears it, and the thread. One who answers
/// ends the wait.
#[test]
fn page_also_without_an_answer_is_told_to_the_asker() {
    check(
        "
        show notices
        02:00 alert a critical
        02:00:10 ack tanaka
        02:01 also tanaka kimura
        02:03 also tanaka boss
        02:04 ack boss
        02:07 end",
        r#"
        02:00 opened: "a" from prometheus -> web, critical, high urgency
        02:00 step 1 of team: tanaka, on call on primary (layer always); next step at 02:05:00
        02:00 -> call tanaka, slack tanaka
        02:00:10 acknowledged by Tanaka in Slack
        02:00:10 -> hang up tanaka
        02:01 kimura paged too, asked for by Tanaka in Slack
        02:01 -> call kimura, slack kimura
        02:03 boss paged too, asked for by Tanaka in Slack
        02:03 -> call boss, slack boss
        02:04 also acknowledged by Boss in Slack
        02:04 reply: already done by Tanaka
        02:06 no answer by kimura, whom Tanaka had paged too
        02:06 -> notice to tanaka: No answer yet to 1-1 by Kimura, whom you had paged. / [Critical] Web: a
        "#,
    );
}

/// Whoever has some of the hours already, and is put on call for the others, hears of it.
#[test]
fn who_has_some_of_the_hours_hears_of_the_others() {
    check(
        "
        --- schedules/primary.yaml
        name: Primary
        layers:
          - name: hourly
            rotation: { every: 1 hours, handoff: 10:00, line_ups: [{ from: 2026-12-07, members: [tanaka, suzuki] }] }
        === day
        show notices
        02:10 override boss primary 02:10 04:00 with=suzuki
        02:11 end",
        r#"
        02:10 override of primary by Boss in Slack: suzuki on call, from 02:10:00 until 04:00:00
        02:10 -> notice to suzuki: Boss puts you on call for Primary from Tue 8 Dec 02:10 JST until Tue 8 Dec 04:00 JST. / Instead of Tanaka. / If you cannot: /oncall cannot 3, or oncall override cannot 3, notice to tanaka: Boss relieves you on Primary from Tue 8 Dec 02:10 JST until Tue 8 Dec 04:00 JST. / On call instead: Suzuki.
        02:10 reply: Override 3 is made, until Tue 8 Dec 04:00 JST.
        "#,
    );
}
