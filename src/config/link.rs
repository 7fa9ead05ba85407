//! The tokens of links that act for one person: how they are made, and whom they act for.
//!
//! A token is the number of the delivery that told somebody and sixteen bytes of HMAC-SHA256: the first half proves that it is
//! ours, so that guesses are refused without a look at the state; the second binds it to the person. Nothing is stored. What a link
//! may do, and for how long, is decided by [`incident`](crate::incident).

use data_encoding::BASE64URL_NOPAD;
use ring::hmac;

/// Starts the signed text, so that a token from another release or for another use is not valid here.
const PURPOSE: &str = "oncall link 1";
/// The bytes of each half.
const HALF: usize = 8;
/// The longest number of a delivery, in bytes: two numbers of ten digits.
const DELIVERY_MAX: usize = 21;

/// What signs links.
#[derive(Clone, Debug, Default)]
pub struct Links(Option<hmac::Key>);

impl Links {
    /// With this key; an empty one makes no links and opens none.
    pub fn new(key: &[u8]) -> Links {
        Links((!key.is_empty()).then(|| hmac::Key::new(hmac::HMAC_SHA256, key)))
    }

    /// The token for the person that this delivery told.
    pub fn token(&self, delivery: &str, user: &str) -> Option<String> {
        let key = self.0.as_ref()?;
        let both = [ours(key, delivery), theirs(key, delivery, user)].concat();
        Some(format!("{delivery}.{}", BASE64URL_NOPAD.encode(&both)))
    }

    /// The delivery of a token that we made.
    pub fn delivery<'t>(&self, token: &'t str) -> Option<&'t str> {
        let (delivery, [first, _]) = halves(token)?;
        same(&ours(self.0.as_ref()?, delivery), &first).then_some(delivery)
    }

    /// Whether a token acts for this person.
    pub fn acts_for(&self, token: &str, user: &str) -> bool {
        let (Some(key), Some((delivery, [_, second]))) = (&self.0, halves(token)) else { return false };
        self.delivery(token).is_some() && same(&theirs(key, delivery, user), &second)
    }
}

/// A token of the length that every one has, for where nobody may see a real one.
pub fn sample_token(delivery: &str) -> String {
    format!("{delivery}.{}", "X".repeat(BASE64URL_NOPAD.encode_len(2 * HALF)))
}

fn halves(token: &str) -> Option<(&str, [[u8; HALF]; 2])> {
    let (delivery, tag) = token.split_once('.').filter(|(delivery, _)| delivery.len() <= DELIVERY_MAX)?;
    let tag: [u8; 2 * HALF] = BASE64URL_NOPAD.decode(tag.as_bytes()).ok()?.try_into().ok()?;
    let (first, second) = tag.split_at(HALF);
    Some((delivery, [first.try_into().ok()?, second.try_into().ok()?]))
}

fn ours(key: &hmac::Key, delivery: &str) -> [u8; HALF] {
    half(key, &format!("{PURPOSE}\n{delivery}"))
}

fn theirs(key: &hmac::Key, delivery: &str, user: &str) -> [u8; HALF] {
    half(key, &format!("{PURPOSE}\n{delivery}\n{user}"))
}

fn half(key: &hmac::Key, text: &str) -> [u8; HALF] {
    let tag = hmac::sign(key, text.as_bytes());
    let mut half = [0; HALF];
    half.iter_mut().zip(tag.as_ref()).for_each(|(to, from)| *to = *from);
    half
}

/// Compared in constant time.
fn same(left: &[u8], right: &[u8]) -> bool {
    subtle::ConstantTimeEq::ct_eq(left, right).into()
}
