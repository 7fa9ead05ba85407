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
        "",
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
        "",
    );
}
