//! E-mail, push messages and links: whether they reach whom the rules say, and are enough.

use super::members::{reached, without};
use super::{Found, Subject};
use crate::compile::{Part, Spot};
use crate::config::{Form, Need, User};
use crate::incident::message::LINK_MAX;
use crate::language::words::Words;

/// What stands behind `public_url` in a link: `/a/`, a delivery's number of usual length, and the token.
const BEHIND: usize = 3 + 9 + 1 + 22;

/// Those who are told by e-mail, ntfy or Pushover and have no address for it.
pub(super) fn no_address(subject: &Subject<'_>) -> Vec<Found> {
    [Need::Email, Need::Ntfy, Need::Pushover].into_iter().flat_map(|need| without(subject, need)).collect()
}

/// A mail wakes nobody.
pub(super) fn only_mail(subject: &Subject<'_>) -> Vec<Found> {
    let reached = reached(subject.config);
    let mut found = Vec::new();
    for user in subject.config.users.values().filter(|user| reached.contains(&user.id)) {
        let Some(first) = user.high.first().filter(|_| is_only_mailed(user)) else { continue };
        let message = Words::new(
            format!("at high urgency `{}` is told by e-mail alone, which wakes nobody", user.id),
            format!("緊急度が高いとき、`{}` にはメールでしか連絡しません。メールでは起こせません", user.id),
        );
        let help = Words::new(
            "add `{ by: call }`, or a message that rings on their phone",
            "`{ by: call }` か、スマートフォンを鳴らす通知を加えてください",
        );
        let one = Found::new(Spot::line(&first.place), message).help(help);
        found.push(one.unless_said(None, "notify"));
    }
    found
}

/// A text message has room for a link of some length.
pub(super) fn long_url(subject: &Subject<'_>) -> Vec<Found> {
    let config = subject.config;
    let Some(url) = &config.organisation.public_url else { return Vec::new() };
    let texts = config.users.values().flat_map(|user| user.high.iter().chain(&user.low));
    let texts = texts.map(|rule| rule.by.method()).any(|it| it.form == Form::Text && it.need == Need::Phone);
    if !texts || url.encode_utf16().count() + BEHIND <= LINK_MAX {
        return Vec::new();
    }
    let spot = Spot::root(&"oncall.yaml".into()).key("public_url").on(Part::Value);
    let most = LINK_MAX - BEHIND;
    let message = Words::new(
        "`public_url` is so long that an SMS has no room for its link",
        "`public_url` が長すぎて、SMS にリンクを入れられません",
    );
    let help = Words::new(
        format!("at most {most} characters: give the server a shorter name"),
        format!("{most} 文字以内になるよう、短いサーバー名にしてください"),
    );
    vec![Found::new(spot, message).help(help)]
}

/// Whether mail is all that there is at high urgency.
pub(super) fn is_only_mailed(user: &User) -> bool {
    !user.high.is_empty() && user.high.iter().all(|rule| rule.by.method().form == Form::Letter)
}
