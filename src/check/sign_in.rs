//! `web:`: who could sign in that nobody meant, and who cannot.

use super::{Found, Subject};
use crate::compile::{Part, Spot};
use crate::config::User;
use crate::language::words::Words;

const GOOGLE: &str = "https://accounts.google.com";

/// Two people with one e-mail address: nobody signs in by it.
pub(super) fn same_email(subject: &Subject<'_>) -> Vec<Found> {
    let config = subject.config;
    if !config.organisation.web.knows_people() {
        return Vec::new();
    }
    let spot = |user: &User| Spot::root(&user.place.file).key("email");
    let mut seen: Vec<(&User, &String)> = Vec::new();
    let mut found = Vec::new();
    for user in config.users.values() {
        let Some(email) = &user.email else { continue };
        match seen.iter().find(|(_, known)| known.eq_ignore_ascii_case(email)) {
            Some((first, _)) => {
                let message = Words::new(
                    format!(
                        "`{}` has the same e-mail address as `{}`: neither can sign in by it",
                        user.id, first.id
                    ),
                    format!(
                        "`{}` のメールアドレスは `{}` と同じです。どちらもこのアドレスではサインインできません",
                        user.id, first.id
                    ),
                );
                let one = Found::new(spot(user), message)
                    .label(spot(first), Words::new("the same here", "こちらも同じアドレスです"));
                found.push(one.help(Words::new(
                    "give each person an address of their own, or a `sign_in`",
                    "1 人ずつ別のアドレスか、`sign_in` を書いてください",
                )));
            }
            None => seen.push((user, email)),
        }
    }
    found
}

/// Google vouches for an address, not for where somebody works.
pub(super) fn any_google_account(subject: &Subject<'_>) -> Vec<Found> {
    let oidc = subject.config.organisation.web.oidc.iter();
    let open =
        oidc.filter(|oidc| oidc.issuer.trim_end_matches('/') == GOOGLE && oidc.hosted_domain.is_none());
    open.map(|_| {
        let message = Words::new(
            "any Google account with the right address comes in, also one that the company does not control",
            "アドレスさえ合えば、会社が管理していない Google アカウントでもサインインできます",
        );
        let spot = Spot::root(&"oncall.yaml".into()).key("web").key("oidc").on(Part::Key);
        Found::new(spot, message).help(Words::new(
            "add `hosted_domain: example.com`, the domain of your Google Workspace",
            "Google Workspace のドメインを `hosted_domain: example.com` のように書いてください",
        ))
    })
    .collect()
}

/// Somebody who is here and has nothing that a provider could call them by.
pub(super) fn cannot_sign_in(subject: &Subject<'_>) -> Vec<Found> {
    let config = subject.config;
    if !config.organisation.web.knows_people() {
        return Vec::new();
    }
    let has_left = |user: &User| {
        let off = config.schedules.time_off.get(&user.id).into_iter().flatten();
        off.into_iter().any(|off| off.until.is_none())
    };
    let nameless = |user: &&User| user.email.is_none() && user.sign_in.is_none() && !has_left(user);
    let nameless = config.users.values().filter(nameless);
    nameless
        .map(|user| {
            let message = Words::new(
                format!(
                    "`{}` cannot sign in to the pages: their file has neither `email` nor `sign_in`",
                    user.id
                ),
                format!(
                    "`{}` はページにサインインできません。ファイルに `email` も `sign_in` もありません",
                    user.id
                ),
            );
            let spot = Spot::root(&user.place.file).on(Part::FirstLine);
            Found::new(spot, message).needs(&user.place.file).help(Words::new(
                "add `email:`, the address that the identity provider knows",
                "ID プロバイダーに登録されたアドレスを `email:` に書いてください",
            ))
        })
        .collect()
}
