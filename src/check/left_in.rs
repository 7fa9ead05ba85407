//! Samples that were left in: a number or an account that `oncall init` or the documentation wrote, beside real ones.
//!
//! Where everything is a sample, it is somebody who tries it out, and `oncall doctor` says what is left to do. As soon as one
//! of them is real, each that is left is somebody who will not be reached.

use super::{Found, Subject};
use crate::compile::Spot;
use crate::config::{Phone, User};
use crate::language::words::Words;
use std::sync::Arc;

/// Numbers of the documentation, without those that begin like the ones below.
const NUMBERS: [&str; 4] = ["+819012345678", "+818012345678", "+815012345678", "+815000000100"];
/// How the numbers of `oncall init` and `oncall example` begin.
const NUMBERS_BEGIN: [&str; 3] = ["+8190000000", "+1202555010", "+1555"];
/// Accounts of Twilio in the documentation, and how made-up ones look.
const ACCOUNTS: [&str; 3] = ["AC0", "AC0123", "AC0123456789abcdef0123456789abcdef"];

/// A value of the files, and whether it is a sample.
struct Value {
    spot: Spot,
    text: String,
    sample: bool,
    /// What it is, and what it keeps from working.
    about: (&'static str, &'static str),
}

pub(super) fn samples(subject: &Subject<'_>) -> Vec<Found> {
    let mut values: Vec<Value> = subject.config.users.values().flat_map(of_user).collect();
    values.extend(of_twilio(subject));
    if values.iter().all(|value| value.sample) {
        return Vec::new();
    }
    let found = |value: Value| {
        let Value { spot, text, about: (en, ja), .. } = value;
        let message =
            Words::new(format!("`{text}` is a sample: {en}"), format!("`{text}` は見本の値のままです。{ja}"));
        let help = Words::new("write the real one", "本物の値に書き換えてください");
        Found::new(spot, message).help(help)
    };
    values.into_iter().filter(|value| value.sample).map(found).collect()
}

fn of_user(user: &User) -> Vec<Value> {
    let at = Spot::root(&user.place.file);
    let mut values = Vec::new();
    if let Some(Phone::Number(number)) = &user.phone {
        let about = ("calls to this person reach nobody", "この人への電話は誰にもつながりません");
        values.push(Value { spot: at.key("phone"), text: number.clone(), sample: is_number(number), about });
    }
    values
}

fn of_twilio(subject: &Subject<'_>) -> Vec<Value> {
    let Some(twilio) = &subject.config.organisation.twilio else { return Vec::new() };
    let at = Spot::root(&Arc::from("oncall.yaml")).key("providers").key("twilio");
    let about = ("Twilio refuses every call", "Twilio はすべての発信を拒否します");
    let account = is_account(&twilio.account_sid);
    vec![
        Value { spot: at.key("account_sid"), text: twilio.account_sid.clone(), sample: account, about },
        Value { spot: at.key("from"), text: twilio.from.clone(), sample: is_number(&twilio.from), about },
    ]
}

pub(super) fn is_account(sid: &str) -> bool {
    let zeros = sid.bytes().skip(2).all(|byte| matches!(byte, b'0' | b'x' | b'X'));
    zeros || ACCOUNTS.contains(&sid)
}

pub(super) fn is_number(number: &str) -> bool {
    // With the 0 that is only dialled within the country, it is the same sample.
    let number = &number.replacen("+810", "+81", 1);
    NUMBERS.contains(&number.as_str()) || NUMBERS_BEGIN.iter().any(|begin| number.starts_with(begin))
}
