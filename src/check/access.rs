//! `access:`: who is named in vain, and who could look that nobody meant.

use super::{Found, Subject};
use crate::compile::Spot;
use crate::config::Id;
use crate::language::words::Words;

/// Where anybody may have an address.
const PUBLIC_MAIL: [&str; 14] = [
    "gmail.com",
    "googlemail.com",
    "outlook.com",
    "outlook.jp",
    "hotmail.com",
    "hotmail.co.jp",
    "live.jp",
    "yahoo.com",
    "yahoo.co.jp",
    "icloud.com",
    "me.com",
    "proton.me",
    "docomo.ne.jp",
    "ezweb.ne.jp",
];

pub(super) fn names_who_left(subject: &Subject<'_>) -> Vec<Found> {
    let access = &subject.config.organisation.access;
    let at = Spot::root(&"oncall.yaml".into()).key("access");
    let has_left = |id: &&Id| {
        let off = subject.config.schedules.time_off.get(&***id).into_iter().flatten();
        off.into_iter().any(|off| off.until.is_none())
    };
    let named = access.respond.iter().flatten().map(|id| ("respond", id));
    let named = named.chain(access.administer.iter().map(|id| ("administer", id)));
    let left = named.filter(|(_, id)| has_left(id));
    left.map(|(key, id)| {
        let message = Words::new(
            format!("`{id}` has left, and may do nothing any more"),
            format!("`{id}` はいなくなっていて、もう何もできません"),
        );
        Found::new(at.key(key), message).help(Words::new(
            format!("take `{id}` out of this list"),
            format!("`{id}` をこのリストから外してください"),
        ))
    })
    .collect()
}

pub(super) fn public_mail(subject: &Subject<'_>) -> Vec<Found> {
    let at = Spot::root(&"oncall.yaml".into()).key("access").key("view");
    let view = subject.config.organisation.access.view.iter().enumerate();
    let public = view.filter(|(_, pattern)| {
        let domain = pattern.to_lowercase();
        domain.strip_prefix("*@").is_some_and(|domain| PUBLIC_MAIL.contains(&domain))
    });
    public
        .map(|(index, pattern)| {
            let message = Words::new(
                format!("`{pattern}`: anybody can have such an address, and could read every incident"),
                format!("`{pattern}`: このアドレスは誰でも取得でき、すべてのインシデントが読めてしまいます"),
            );
            Found::new(at.index(index), message).help(Words::new(
                "name single addresses, or your own domain",
                "1 つずつのアドレスか、自社のドメインを書いてください",
            ))
        })
        .collect()
}
