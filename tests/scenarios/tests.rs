//! People who try out their own ways.

use crate::check;

/// It goes by the outlets of every other message, says that it is a test, and how it went is said by another way. One of a way a
/// minute, and nobody tries out the ways of others.
#[test]
fn a_person_tries_out_their_own_ways() {
    check(
        "=== day
         show notices
         09:00 test tanaka call
         09:00:10 test tanaka call
         09:00:20 test tanaka slack
         09:00:30 test suzuki call for tanaka
         09:02 test tanaka call
         09:05 end",
        "
        09:00 -> notice to tanaka:
        09:00 reply: A test by call is on its way to you.
        09:00 -> notice to tanaka: Your test by call was taken: has it reached you?
        09:00:10 reply: A test of this way was made less than a minute ago: wait for it.
        09:00:20 -> notice to tanaka: This is a test that you asked for. Nothing is wrong.
        09:00:20 reply: A test by Slack is on its way to you.
        09:00:30 reply: Only people in users/ who have not left, and whom `access.respond` names if it is there, may do that.
        09:01 notice 3 has no point any more
        09:01:20 notice 9 has no point any more
        09:02 -> notice to tanaka:
        09:02 reply: A test by call is on its way to you.
        09:02 -> notice to tanaka: Your test by call was taken: has it reached you?
        09:03 notice 14 has no point any more
        ",
    );
}

/// What fails is said too, by another way; who has no phone is told so at once.
#[test]
fn a_test_that_fails_says_why() {
    check(
        "--- users/kimura.yaml
         name: Kimura
         slack: U0KIMURA
         === day
         show notices
         09:00 reject call
         09:00 test tanaka call
         09:01 test kimura call
         09:05 end",
        "
        09:00 -> notice to tanaka:
        09:00 reply: A test by call is on its way to you.
        09:00 -> notice to tanaka: Your test by call failed: no such number
        09:01 notice 3 has no point any more
        09:01 reply: Kimura cannot be told: no notification rule of theirs has an address.
        ",
    );
}
