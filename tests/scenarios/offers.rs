//! Offering a shift that others can accept: once, before it begins, with a word to those whom it concerns.

use super::check;

const TURNS: &str = "--- schedules/primary.yaml
    name: Primary
    layers:
      - name: daily
        rotation: { every: 1 day, handoff: 10:00, line_ups: [{ from: 2026-12-01, members: [tanaka, suzuki, kimura] }] }
    === day
    show notices
    ";

/// Everybody who takes turns hears of it; the first who accepts has the shift, the next hears that it is taken, and one whom it was
/// not offered to cannot have it.
#[test]
fn the_first_who_accepts_has_the_shift() {
    check(
        &format!(
            "{TURNS}
             11:00 offer suzuki primary 14:00 16:00 reason=dentist
             11:01 accept boss 3
             11:02 accept kimura 3
             11:03 accept tanaka 3
             14:01 alert 5xx critical
             14:02 end"
        ),
        r#"
        11:00 suzuki offers primary to tanaka, kimura, from 14:00:00 until 16:00:00, said by Suzuki in Slack
        11:00 -> notice to tanaka: Suzuki offers a shift on Primary: from Tue 8 Dec 14:00 JST until Tue 8 Dec 16:00 JST. / Reason: dentist / To accept it: /oncall accept 3, or oncall offer accept 3, notice to kimura: Suzuki offers a shift on Primary: from Tue 8 Dec 14:00 JST until Tue 8 Dec 16:00 JST. / Reason: dentist / To accept it: /oncall accept 3, or oncall offer accept 3
        11:00 reply: Offer 3 is made: whoever accepts it first has the shift. Until then it is still yours.
        11:01 reply: It was not offered to Boss.
        11:02 override of primary by Kimura in Slack: kimura for suzuki, from 14:00:00 until 16:00:00: dentist
        11:02 offer 3 is accepted by kimura
        11:02 -> notice to suzuki: Kimura relieves you on Primary from Tue 8 Dec 14:00 JST until Tue 8 Dec 16:00 JST. / On call instead: Kimura. / Reason: dentist
        11:02 reply: Override 11 is made, until Tue 8 Dec 16:00 JST.
        11:03 reply: Kimura has accepted it already.
        14:00 notice 6 has no point any more
        14:00 -> notice to kimura: You are on call for Primary from now until Tue 8 Dec 16:00 JST: Kimura made an override. / Instead of Suzuki. / Reason: dentist / If you cannot: /oncall cannot 11, or oncall override cannot 11, notice to suzuki: You are relieved on Primary from now until Tue 8 Dec 16:00 JST: Kimura made an override. / On call instead: Kimura. / Reason: dentist
        14:01 opened: "5xx" from prometheus -> web, critical, high urgency
        14:01 step 1 of team: kimura, on call on primary (override run time 11 by kimura); next step at 14:06:00
        14:01 -> call kimura, slack kimura
        "#,
    );
}

/// Nobody accepts: whoever offered it hears so when the shift begins, and it is theirs. One that was taken back is over, and so is one
/// for a past or a foreign shift.
#[test]
fn an_offer_that_nobody_accepts_ends_when_the_shift_begins() {
    check(
        &format!(
            "{TURNS}
             11:00 offer suzuki primary 14:00 16:00 to=kimura
             11:01 offer suzuki primary 17:00 18:00 to=kimura
             11:01:10 crash
             11:01:20 start
             11:02 end-early suzuki 8
             11:03 accept kimura 8
             11:04 offer boss primary 17:00 18:00
             11:05 offer suzuki primary 11:05 18:00
             11:06 offer suzuki secondary 17:00 18:00
             14:01 accept kimura 3
             14:02 end"
        ),
        r#"
        11:00 suzuki offers primary to kimura, from 14:00:00 until 16:00:00, said by Suzuki in Slack
        11:00 -> notice to kimura: Suzuki offers a shift on Primary: from Tue 8 Dec 14:00 JST until Tue 8 Dec 16:00 JST. / To accept it: /oncall accept 3, or oncall offer accept 3
        11:00 reply: Offer 3 is made: whoever accepts it first has the shift. Until then it is still yours.
        11:01 suzuki offers primary to kimura, from 17:00:00 until 18:00:00, said by Suzuki in Slack
        11:01 -> notice to kimura: Suzuki offers a shift on Primary: from Tue 8 Dec 17:00 JST until Tue 8 Dec 18:00 JST. / To accept it: /oncall accept 8, or oncall offer accept 8
        11:01 reply: Offer 8 is made: whoever accepts it first has the shift. Until then it is still yours.
        11:01:20 server started (epoch 2)
        11:02 #8 ended early by Suzuki in Slack
        11:03 reply: Nothing like that is in force.
        11:04 reply: Boss is not on call on Primary in that time: there is nothing to offer.
        11:05 reply: That time is past.
        11:06 reply: Nobody else takes turns on Secondary: name who is asked.
        14:00 -> notice to suzuki: Nobody has accepted your shift on Primary: you are on call from now until Tue 8 Dec 16:00 JST.
        14:01 reply: Nothing like that is in force.
        "#,
    );
}
