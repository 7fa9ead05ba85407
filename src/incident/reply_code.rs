//! The code in a text message: by it an answer names the message that it is about.
//!
//! The same code never stands for two messages to one person of the same day, and nobody can tell it from outside: a sender's
//! number can be forged. It is made where the message is recorded, from what that entry says alone, so that a replay gives the same.
//! Where answers arrive at all is decided by [`config`](crate::config).

use super::state::State;
use super::{Call, DeliveryId};
use crate::config::{Phone, Provider};
use crate::schedule::UserId;
use jiff::Timestamp;

/// How many codes are tried; where all of them are taken, a message has none.
const TRIES_MAX: u64 = 16;
/// What is not mistaken for something else, in print or when said.
const LETTERS: &[u8] = b"ACDEFHJKMNPRTUVWXY";
const DIGITS: &[u8] = b"23456789";

impl State {
    /// A code for the message of this delivery.
    pub(super) fn reply_code(&self, delivery: DeliveryId, user: &UserId, at: Timestamp) -> Option<Box<str>> {
        let taken = |code: &str| {
            let mut own = self.pages.values().filter(|page| page.user == *user);
            own.any(|page| page.code.as_deref() == Some(code))
        };
        (0..TRIES_MAX).map(|salt| code(delivery, at, salt)).find(|code| !taken(code))
    }

    /// The message to one of these people that has this code.
    pub(super) fn with_code(&self, users: &[UserId], code: &str) -> Option<DeliveryId> {
        let mut newest = self.pages.iter().rev();
        let is = |code_of: &Option<Box<str>>| code_of.as_deref() == Some(code);
        newest.find(|(_, page)| is(&page.code) && users.contains(&page.user)).map(|(id, _)| *id)
    }
}

impl Call<'_> {
    /// The code that a message carries: where an answer can reach us.
    pub(super) fn code_to_send(
        &self,
        provider: Provider,
        user: &UserId,
        to: Option<&str>,
        delivery: DeliveryId,
    ) -> Option<String> {
        let phone = self.config.users.get(user).and_then(|known| known.phone_named(to));
        let number = match phone? {
            Phone::Number(number) => Some(number.as_str()),
            // Known only where it is sent.
            Phone::Secret(_) => None,
        };
        let heard = self.config.hears_answers(provider, number);
        self.state.pages.get(&delivery).filter(|_| heard)?.code.as_deref().map(str::to_owned)
    }
}

fn code(delivery: DeliveryId, at: Timestamp, salt: u64) -> Box<str> {
    // The nanosecond at which it was recorded is what nobody outside knows.
    let nanosecond = u64::try_from(at.as_nanosecond().rem_euclid(i128::from(u64::MAX))).unwrap_or_default();
    let mixed = [u64::from(delivery.epoch), u64::from(delivery.n), salt]
        .into_iter()
        .fold(nanosecond, |mixed, part| mix(mixed ^ part));
    let place = |n: u64, of: &[u8]| usize::try_from(n).map_or(0, |n| n % of.len());
    let pick = |of: &[u8], n: u64| of.get(place(n, of)).copied().unwrap_or(b'X');
    let letter = |n: u64| char::from(pick(LETTERS, n));
    let digit = char::from(pick(DIGITS, mixed >> 20));
    [letter(mixed), digit, letter(mixed >> 40)].into_iter().collect::<String>().into()
}

/// splitmix64's finish: each bit of the number moves about half of the others.
fn mix(number: u64) -> u64 {
    let number = number.wrapping_add(0x9e37_79b9_7f4a_7c15);
    let number = (number ^ (number >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    let number = (number ^ (number >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    number ^ (number >> 31)
}
