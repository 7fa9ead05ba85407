//! `access:` and what API tokens may do: who is named, and whether people are paged who may not respond.

use super::code;
use super::diagnostic::{Finding, Spot};
use super::resolve::Resolver;
use crate::config::{Access, EscalationPolicy, Id, Notify, Right};
use crate::document::{self, TokenRight};
use crate::language::words::Words;
use crate::schedule::{Layer, OverrideAction, Schedules, Turn};
use std::collections::{BTreeMap, BTreeSet};

/// In place of a list: whoever is in `users/`.
const EVERYBODY: &str = "users";

impl Resolver<'_> {
    pub(super) fn access(&mut self, access: &document::Access, at: &Spot) -> Access {
        let respond = match access.respond.as_ref().map(|names| (names, names.as_slice())) {
            None => None,
            Some((_, [only])) if only == EVERYBODY => None,
            Some((names, _)) => {
                let at = at.key("respond");
                let named = self.people(names, &at);
                if named.iter().all(|id| self.has_left(id)) {
                    let help = Words::new(
                        "name people who are here, or write `respond: users` for everybody in users/",
                        "ここにいる人を書くか、users/ の全員を表す `respond: users` と書いてください",
                    );
                    let message = Words::new(
                        "nobody may respond: nobody who is named here is still there",
                        "対応できる人がいません。ここに書かれた人は全員いなくなっています",
                    );
                    self.error_help(code::NOBODY_RESPONDS, at, message, help);
                }
                Some(named.into_iter().collect())
            }
        };
        let view = access.view.as_deref().unwrap_or_default();
        for (index, pattern) in view.iter().enumerate() {
            self.email_pattern(pattern, &at.key("view").index(index));
        }
        let administer = access.administer.as_deref().unwrap_or_default();
        let administer = self.named(administer, &at.key("administer"));
        Access { respond, view: view.to_vec(), administer }
    }

    fn named(&mut self, names: &[String], at: &Spot) -> BTreeSet<Id> {
        let mut named = BTreeSet::new();
        for (index, name) in names.iter().enumerate() {
            let at = at.index(index);
            if let Some(id) = self.user(name, &at)
                && !named.insert(id)
            {
                self.error(
                    code::TWICE,
                    at,
                    Words::new(format!("`{name}` is here twice"), format!("`{name}` が 2 回書かれています")),
                );
            }
        }
        named
    }

    /// `*@example.com` or one address: `*` alone before the `@`, a domain with a dot after it.
    fn email_pattern(&mut self, pattern: &str, at: &Spot) {
        let help = Words::new(
            "write `*@example.com`, or one address",
            "`*@example.com` か、1 つのアドレスを書いてください",
        );
        let Some((name, domain)) = pattern.split_once('@') else {
            let message = Words::new(
                format!("`{pattern}` is not an e-mail pattern: it has no `@`"),
                format!("`{pattern}` はメールアドレスのパターンではありません（`@` がありません）"),
            );
            return self.error_help(code::EMAIL_PATTERN, at.clone(), message, help);
        };
        let why = if domain.contains('*') {
            Some(Words::new(
                "its domain holds a `*`: whoever registers a domain could look",
                "ドメインに `*` があるので、ドメインを登録した誰にでも見えてしまいます",
            ))
        } else if !domain.contains('.') || domain.contains(['@', ' ']) {
            Some(Words::new("what follows the `@` is not a domain", "`@` の後がドメインではありません"))
        } else if name.is_empty() || name.contains(' ') || name != "*" && name.contains('*') {
            Some(Words::new(
                "before the `@` there is a name, or `*` alone",
                "`@` の前には名前か `*` だけを書きます",
            ))
        } else {
            None
        };
        if let Some(why) = why {
            self.error_help(
                code::EMAIL_PATTERN,
                at.clone(),
                Words::new(format!("`{pattern}`: {}", why.en), format!("`{pattern}`: {}", why.ja)),
                help,
            );
        }
    }

    pub(super) fn token_rights(&mut self, may: Option<&[TokenRight]>, at: &Spot) -> BTreeSet<Right> {
        let Some(may) = may else { return Right::OF_TOKENS.into_iter().collect() };
        if may.is_empty() {
            let help = Words::new(
                "leave `may` out for `[view, respond]`, or delete the token",
                "`may` を消して `[view, respond]` にするか、トークンを削除してください",
            );
            self.error_help(
                code::NO_RIGHT,
                at.clone(),
                Words::new("this token may do nothing", "このトークンには何の権限もありません"),
                help,
            );
        }
        let mut rights = BTreeSet::new();
        for (index, right) in may.iter().enumerate() {
            let right = match right {
                TokenRight::View => Right::View,
                TokenRight::Respond => Right::Respond,
                TokenRight::ActFor => Right::ActFor,
                TokenRight::Export => Right::Export,
                TokenRight::Administer => Right::Administer,
            };
            if !rights.insert(right) {
                self.error(
                    code::TWICE,
                    at.index(index),
                    Words::new(
                        format!("`{}` is here twice", right.word()),
                        format!("`{}` が 2 回書かれています", right.word()),
                    ),
                );
            }
        }
        rights
    }

    /// Whoever can be paged by a step or put on call by a schedule may respond, or calls would reach who can do nothing.
    pub(super) fn reach(
        &mut self,
        access: &Access,
        policies: &BTreeMap<Id, EscalationPolicy>,
        schedules: &Schedules,
    ) {
        // Where nobody may respond, that alone is said.
        if access.respond.iter().flatten().all(|id| self.has_left(id)) {
            return;
        }
        for policy in policies.values() {
            for step in &policy.steps {
                let named = step.notify.iter().filter_map(|notify| match notify {
                    Notify::User(id) => Some(id),
                    Notify::Schedule(_) => None,
                });
                self.reaches(
                    access,
                    &named.cloned().collect(),
                    &Spot::line(&step.place),
                    ("this step tells", "このステップで連絡を受ける"),
                );
            }
        }
        for (id, schedule) in &schedules.schedules {
            let Some(at) = self.documents.schedules.get(id).map(|file| file.at.clone()) else { continue };
            for (index, layer) in schedule.layers.iter().enumerate().filter(|(_, layer)| !layer.shadow) {
                let at = at.key("layers").index(index);
                self.reaches(
                    access,
                    &newest(layer),
                    &at,
                    ("this layer puts on call", "このレイヤーで当番になる"),
                );
            }
            for over in schedule.overrides.iter() {
                let (OverrideAction::Set(people)
                | OverrideAction::Add(people)
                | OverrideAction::Replace { with: people, .. }) = &over.action;
                if let Some(place) = over.origin.place() {
                    let people = people.iter().cloned().collect();
                    self.reaches(
                        access,
                        &people,
                        &Spot::line(place),
                        ("this override puts on call", "このオーバーライドで当番になる"),
                    );
                }
            }
        }
    }

    fn has_left(&self, id: &Id) -> bool {
        let file = self.documents.users.get(id);
        file.and_then(|file| file.document.as_ref()).is_some_and(|user| user.left.is_some())
    }

    fn reaches(&mut self, access: &Access, people: &BTreeSet<Id>, at: &Spot, does: (&str, &str)) {
        let may_not = |id: &&Id| !access.names_responder(id) && !self.has_left(id);
        let names: Vec<String> = people.iter().filter(may_not).map(|id| format!("`{id}`")).collect();
        if names.is_empty() {
            return;
        }
        let message = Words::new(
            format!("{} {}, who may not respond", does.0, names.join(", ")),
            format!("{} {} には対応する権限がありません", does.1, names.join("、")),
        );
        let finding = Finding::error(code::MAY_NOT_RESPOND, at.clone(), message);
        let finding = finding.help(Words::new(
            "add them to `respond`, or name somebody else here",
            "`respond` に加えるか、ここには別の人を書いてください",
        ));
        let respond = self.organisation_document().map(|(_, at)| at.key("access").key("respond"));
        self.findings.push(match respond {
            Some(respond) => finding.label(respond, Words::new("who may respond", "対応できる人")),
            None => finding,
        });
    }
}

/// The people of a layer's newest line-up.
fn newest(layer: &Layer) -> BTreeSet<Id> {
    match &layer.turn {
        Turn::Always(people) => people.iter().cloned().collect(),
        Turn::Rotation(rotation) => {
            let members = rotation.line_ups.last().map(|line_up| line_up.members.iter());
            members.into_iter().flatten().flat_map(|member| member.iter().cloned()).collect()
        }
    }
}
