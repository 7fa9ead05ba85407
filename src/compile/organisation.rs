//! `oncall.yaml`, and the fallback policy, which guarantees that somebody can always be told.

use super::calls::Carriers;
use super::diagnostic::{Finding, Part, Spot};
use super::layout::ORGANISATION;
use super::read::File;
use super::resolve::Resolver;
use super::ticket::Written;
use super::tree::Tree;
use super::{code, value};
use crate::config::{
    ApiToken, Deployment, EscalationPolicy, Id, Jira, Notify, Organisation, OwnHeartbeat, SecretSource,
    Slack, SlackUserGroup, User,
};
use crate::document;
use crate::language::Language;
use crate::language::words::Words;
use jiff::SignedDuration;
use std::{collections::BTreeMap, sync::Arc};

const SLACK_API: &str = "https://slack.com/api";
const BEAT_MIN: SignedDuration = SignedDuration::from_secs(10);
const BEAT_MAX: SignedDuration = SignedDuration::from_hours(1);
const BEAT_DEFAULT: SignedDuration = SignedDuration::from_mins(1);
/// 13 months, each of 31 days.
const HISTORY_DEFAULT: SignedDuration = SignedDuration::from_hours(13 * 31 * 24);
const HISTORY_MIN: SignedDuration = SignedDuration::from_hours(30 * 24);
const HISTORY_MAX: SignedDuration = SignedDuration::from_hours(10 * 366 * 24);

impl<'a> Resolver<'a> {
    /// The organisation's document and its place, if it could be read.
    pub(super) fn organisation_document(&self) -> Option<(&'a document::Organisation, Spot)> {
        let file = self.documents.organisation.as_ref()?;
        Some((file.document.as_ref()?, file.at.clone()))
    }

    pub(super) fn organisation_zone(&mut self) {
        if let Some((document, at)) = self.organisation_document() {
            let utc = self.zone.clone();
            self.zone = self.zone_of(Some(&document.time_zone), &at.key("time_zone"), &utc);
        }
    }

    pub(super) fn organisation_language(&self) -> Language {
        self.organisation_document().map_or(Language::En, |(document, _)| language(document.language))
    }

    fn organisation_is_there(&mut self, tree: &Tree) {
        if self.documents.organisation.is_none() && !tree.files.contains_key("oncall.yml") {
            let spot = Spot::file(&Arc::from(ORGANISATION));
            self.error_help(
                code::NO_ORGANISATION,
                spot,
                Words::new("there is no `oncall.yaml` here", "ここに `oncall.yaml` がありません"),
                Words::new(
                    "name the directory of the config, or write one with `oncall init`",
                    "設定のディレクトリを指定するか、`oncall init` で作ってください",
                ),
            );
        }
    }

    pub(super) fn organisation(&mut self, tree: &Tree) -> Option<Organisation> {
        self.organisation_is_there(tree);
        let (document, at) = self.organisation_document()?;
        let fallback = self.policy_id(&document.fallback, &at.key("fallback"));
        let push_secret = document.push_secret.as_ref();
        let push_secret =
            push_secret.map(|secret| self.secrets(secret, &at.key("push_secret"))).unwrap_or_default();
        let calendar_secret = document.calendar_secret.as_ref();
        let calendar_secret = calendar_secret
            .map(|secret| self.secrets(secret, &at.key("calendar_secret")))
            .unwrap_or_default();
        let api_tokens =
            self.api_tokens(document.api_tokens.as_deref().unwrap_or_default(), &at.key("api_tokens"));
        let access = document.access.as_ref();
        let access = access.map(|access| self.access(access, &at.key("access"))).unwrap_or_default();
        let heartbeat = document.heartbeat.as_ref();
        let providers = document.providers.as_ref();
        let providers_at = at.key("providers");
        let slack = providers.and_then(|all| all.slack.as_ref());
        let jira = providers.and_then(|all| all.jira.as_ref());
        let twilio = providers.and_then(|all| all.twilio.as_ref());
        let slack = slack.and_then(|slack| self.slack(slack, &providers_at.key("slack")));
        let jira = jira.and_then(|jira| self.jira(jira, &providers_at.key("jira")));
        let twilio = twilio.and_then(|it| self.twilio(it, document, &providers_at.key("twilio")));
        let (teams, google_chat) = self.all_webhooks(providers, &providers_at);
        let Carriers { connect, aws_sms, calls, texts } = self.carriers(document, &at);
        let (mail, ntfy, pushover) = self.messengers(providers, &providers_at);
        let groups = document.slack_user_groups.as_deref().unwrap_or_default();
        let slack_user_groups = self.slack_user_groups(groups, &at.key("slack_user_groups"));
        if !groups.is_empty() && providers.is_none_or(|all| all.slack.is_none()) {
            let message = Words::new(
                "user groups need Slack, which `providers:` does not configure",
                "ユーザーグループには Slack が必要ですが、`providers:` に設定がありません",
            );
            let help = Words::new(
                "add `slack:` under `providers:`, or leave this out",
                "`providers:` に `slack:` を加えるか、これを消してください",
            );
            self.error_help(code::NOT_CONFIGURED, at.key("slack_user_groups").on(Part::Key), message, help);
        }
        self.defaults(document, &at);
        Some(Organisation {
            time_zone: self.zone.clone(),
            language: language(document.language),
            holidays: self.organisation_holidays(false),
            fallback: fallback.unwrap_or_else(|| document.fallback.as_str().into()),
            public_url: document.public_url.as_ref().map(url),
            former_urls: Vec::new(),
            push_secret,
            calendar_secret,
            slack,
            slack_user_groups,
            jira,
            twilio,
            teams,
            google_chat,
            connect,
            aws_sms,
            calls,
            texts,
            mail,
            ntfy,
            pushover,
            heartbeat: heartbeat.and_then(|own| self.own_heartbeat(own, &at.key("heartbeat"))),
            api_tokens,
            access,
            web: self.web(document, &at),
            history: self.history(document.history.as_ref(), &at.key("history")),
        })
    }

    fn history(&mut self, history: Option<&document::History>, at: &Spot) -> SignedDuration {
        let Some(document::History(text)) = history else { return HISTORY_DEFAULT };
        let history = value::history(text).filter(|age| (HISTORY_MIN..=HISTORY_MAX).contains(age));
        history.unwrap_or_else(|| {
            let message = Words::new(
                format!("`{text}`: history is kept for 30 days at least, and 10 years at most"),
                format!("`{text}`: 履歴を残せるのは 30 日以上 10 年以下です"),
            );
            let help = Words::new(
                "write it like `13 months` or `3 years`",
                "`13 months` や `3 years` のように書いてください",
            );
            self.error_help(code::HISTORY, at.clone(), message, help);
            HISTORY_DEFAULT
        })
    }

    /// The defaults are compiled for everybody who inherits them; here they are compiled once, only for the findings.
    fn defaults(&mut self, document: &document::Organisation, at: &Spot) {
        let Some(defaults) = &document.defaults else { return };
        let at = at.key("defaults");
        if let Some(notify) = &defaults.notify {
            let high = notify.high.as_deref().unwrap_or_default();
            let low = notify.low.as_deref().unwrap_or_default();
            self.shift_rules(notify.shifts.as_deref().unwrap_or_default(), &at.key("notify").key("shifts"));
            // Of anybody: who has no phone of that name is called on their own.
            let documents = self.documents;
            let users = documents.users.values().filter_map(|file| file.document.as_ref());
            let named = users.flat_map(|user| user.phones.iter().flatten());
            let phones: Vec<&str> = named.map(|phone| phone.name.as_str()).collect();
            self.contact_rules(high, &at.key("notify").key("high"), true, &phones);
            self.contact_rules(low, &at.key("notify").key("low"), false, &phones);
        }
        if let Some(urgency) = &defaults.urgency {
            self.urgency_rules(urgency, &at.key("urgency"));
        }
        if let Some(storm) = &defaults.storm {
            self.storm(storm, &at.key("storm"));
        }
        if let Some(flapping) = &defaults.flapping {
            self.flapping(flapping, &at.key("flapping"));
        }
        if let Some(reopen) = &defaults.reopen_within {
            self.reopen(reopen, &at.key("reopen_within"));
        }
    }

    fn slack(&mut self, slack: &document::Slack, at: &Spot) -> Option<Slack> {
        let bot_token = self.secret(&slack.bot_token, &at.key("bot_token"));
        let signing_secret = slack.signing_secret.as_ref();
        let signing_secret =
            signing_secret.map(|secret| self.secrets(secret, &at.key("signing_secret"))).unwrap_or_default();
        let app_token = slack.app_token.as_ref();
        let app_token = app_token.and_then(|secret| self.secret(secret, &at.key("app_token")));
        if slack.signing_secret.is_none() && slack.app_token.is_none() {
            let message = Words::new(
                "Slack needs a way in: `signing_secret` or `app_token` is missing",
                "Slack からの受け口がありません。`signing_secret` か `app_token` が必要です",
            );
            let help = Words::new(
                "add `signing_secret`, with which Slack signs what it sends to `public_url`, or `app_token` for Socket Mode",
                "`public_url` への送信に Slack が署名する `signing_secret` か、ソケットモードの `app_token` を加えてください",
            );
            self.error_help(code::SLACK_WAY_IN, at.on(Part::Key), message, help);
        }
        let api_url = slack.api_url.as_ref().map_or_else(|| SLACK_API.to_owned(), url);
        let channel = slack.channel.0.clone();
        Some(Slack { bot_token: bot_token?, signing_secret, app_token, channel, api_url })
    }

    /// The user groups, each once.
    fn slack_user_groups(&mut self, groups: &[document::SlackUserGroup], at: &Spot) -> Vec<SlackUserGroup> {
        let mut seen = BTreeMap::new();
        let mut compiled = Vec::new();
        for (index, group) in groups.iter().enumerate() {
            let at = at.index(index);
            if let Some(first) = seen.insert(group.group.0.as_str(), at.clone()) {
                let message = Words::new(
                    format!("the user group `{}` is there twice", group.group.0),
                    format!("ユーザーグループ `{}` が 2 回書かれています", group.group.0),
                );
                let finding = Finding::error(code::TWICE, at.key("group"), message)
                    .help(Words::new("name all schedules in one entry: the group holds everybody who is on call on any of them", "スケジュールを 1 つの項目にまとめてください。どれかの当番に入っている全員がグループに入ります"));
                self.findings
                    .push(finding.label(first.key("group"), Words::new("the first one", "最初のもの")));
            }
            let schedules = group.schedules.iter().enumerate();
            let schedules: Vec<Id> =
                schedules.filter_map(|(n, id)| self.schedule_id(id, &at.key("schedules").index(n))).collect();
            if group.schedules.is_empty() {
                let message = Words::new(
                    "a user group follows at least one schedule",
                    "ユーザーグループには、少なくとも 1 つのスケジュールが必要です",
                );
                self.error_help(
                    code::GROUP_WITHOUT_SCHEDULE,
                    at.key("schedules"),
                    message,
                    Words::new("name a file of schedules/", "schedules/ のファイルを書いてください"),
                );
            }
            let when_empty = group.when_empty.iter().flatten().enumerate();
            let when_empty: Vec<Id> =
                when_empty.filter_map(|(n, id)| self.user(id, &at.key("when_empty").index(n))).collect();
            let place = self.sources.place(&at);
            compiled.push(SlackUserGroup { group: group.group.0.clone(), schedules, when_empty, place });
        }
        compiled
    }

    fn jira(&mut self, jira: &document::Jira, at: &Spot) -> Option<Jira> {
        let api_token = self.secret(&jira.api_token, &at.key("api_token"));
        let deployment = match jira.deployment {
            Some(document::JiraDeployment::DataCenter) => Deployment::DataCenter,
            Some(document::JiraDeployment::Cloud) | None => Deployment::Cloud,
        };
        if deployment == Deployment::Cloud && jira.email.is_none() {
            let message = Words::new(
                "`email` is missing: Jira Cloud knows a token only with its account's address",
                "`email` がありません。Jira Cloud のトークンは、アカウントのアドレスと組み合わせて使います",
            );
            let help = Words::new(
                "add `email:`, or for a Jira of your own `deployment: data_center`",
                "`email:` を加えるか、自社で運用する Jira なら `deployment: data_center` と書いてください",
            );
            self.error_help(code::JIRA_ACCOUNT, at.on(Part::Key), message, help);
        }
        let webhook_secret = jira.webhook_secret.as_ref();
        let webhook_secret =
            webhook_secret.map(|secret| self.secrets(secret, &at.key("webhook_secret"))).unwrap_or_default();
        if jira.webhook_secret.is_some() && jira.account.is_none() {
            let message = Words::new(
                "`webhook_secret` without `account`: what we write would be heard as somebody's note",
                "`webhook_secret` があるのに `account` がないので、oncall が書いたものが誰かのメモとして返ってきます",
            );
            let help = Words::new(
                "add `account:`, Jira's name for our account; `oncall doctor` shows it",
                "Jira での oncall のアカウント名を `account:` に書いてください（`oncall doctor` で確認できます）",
            );
            self.error_help(code::JIRA_ACCOUNT, at.key("webhook_secret").on(Part::Key), message, help);
        }
        Some(Jira {
            deployment,
            site: url(&jira.site),
            email: jira.email.clone(),
            fields: self.ticket_fields(written(jira), at),
            reopen_transition: jira.reopen_transition.clone(),
            webhook_secret,
            account: jira.account.clone(),
            api_token: api_token?,
            project: jira.project.clone(),
            issue_type: jira.issue_type.clone().unwrap_or_else(|| "Incident".to_owned()),
            resolve_transition: jira.resolve_transition.clone().unwrap_or_else(|| "Done".to_owned()),
        })
    }

    fn own_heartbeat(&mut self, own: &document::OwnHeartbeat, at: &Spot) -> Option<OwnHeartbeat> {
        let every = own.every.as_ref();
        let every = every.map(|every| self.duration(every, &at.key("every"), (BEAT_MIN, BEAT_MAX)));
        let url = self.secret(&own.url, &at.key("url"));
        Some(OwnHeartbeat { url: url?, every: every.unwrap_or(BEAT_DEFAULT) })
    }

    /// A phone number in E.164. Without quotes, other YAML parsers read it as a number.
    pub(super) fn phone_number(&mut self, text: &str, at: &Spot) -> Option<String> {
        if self.sources.is_plain(at) && !text.contains(' ') {
            let message = Words::new(
                "a phone number without quotes is a number to YAML",
                "引用符のない電話番号は、YAML では数値になります",
            );
            let help = match value::phone_number(text) {
                Some(_) => {
                    Words::new(format!("quote it: \"{text}\""), format!("引用符を付けてください: \"{text}\""))
                }
                None => Words::new(
                    "quote it, with the country's prefix: \"+81 90 1234 5678\"",
                    "国番号から書き、引用符を付けてください: \"+81 90 1234 5678\"",
                ),
            };
            self.error_help(code::QUOTE, at.clone(), message, help);
            return None;
        }
        let number = value::phone_number(text);
        if number.is_none() {
            let message = Words::new("this is not a phone number", "電話番号ではありません");
            let help = Words::new(
                "write it with the country's prefix and in quotes: \"+81 90 1234 5678\"",
                "国番号から書き、引用符を付けてください: \"+81 90 1234 5678\"",
            );
            self.error_help(code::VALUE, at.clone(), message, help);
        }
        number
    }

    fn api_tokens(&mut self, tokens: &[document::ApiToken], at: &Spot) -> Vec<ApiToken> {
        let mut seen = BTreeMap::new();
        let mut compiled = Vec::new();
        for (index, token) in tokens.iter().enumerate() {
            let at = at.index(index);
            if let Some(first) = seen.insert(token.name.as_str(), at.clone()) {
                let finding = Finding::error(
                    code::TWICE,
                    at.key("name"),
                    Words::new(
                        format!("a second token `{}`", token.name),
                        format!("トークン `{}` が 2 回書かれています", token.name),
                    ),
                );
                self.findings
                    .push(finding.label(first.key("name"), Words::new("the first one", "最初のもの")));
            }
            let sources: Vec<SecretSource> = self.secrets(&token.token, &at.key("token"));
            let may = self.token_rights(token.may.as_deref(), &at.key("may"));
            compiled.push(ApiToken { name: token.name.clone(), token: sources, may });
        }
        compiled
    }

    /// The fallback must directly name at least one user who can be called.
    pub(super) fn fallback(
        &mut self,
        fallback: &Id,
        policies: &BTreeMap<Id, EscalationPolicy>,
        users: &BTreeMap<Id, User>,
    ) {
        let Some(policy) = policies.get(fallback) else { return };
        self.fallback_asks_each(policy);
        let named: Vec<&Id> = policy
            .steps
            .iter()
            .flat_map(|step| &step.notify)
            .filter_map(|notify| match notify {
                Notify::User(id) => Some(id),
                Notify::Schedule(_) => None,
            })
            .collect();
        let unsure =
            self.sources.incomplete(&policy.place.file) || named.iter().any(|id| self.user_is_unsure(id));
        if unsure || named.iter().any(|id| users.get(*id).is_some_and(|user| self.can_be_called(user))) {
            return;
        }
        let Some((_, at)) = self.organisation_document() else { return };
        let message = Words::new(
            format!("the fallback `{fallback}` must name a user who can be called"),
            format!("最終連絡先 `{fallback}` には、電話を受けられるユーザーが必要です"),
        );
        let mut finding = Finding::error(code::FALLBACK, at.key("fallback"), message).help(
            Words::new("add a step with `{ user: … }` to it, somebody with a `phone` and a `call` at high urgency", "`{ user: … }` のステップを加えてください。`phone` があり、緊急度が高いときに `call` で呼ばれる人です"),
        );
        if let Some(File { at, .. }) = self.documents.policies.get(fallback) {
            finding = finding.label(
                at.key("steps").on(Part::Key),
                Words::new(
                    "nobody in these steps can be called",
                    "このステップには電話を受けられる人がいません",
                ),
            );
        }
        for id in named {
            let file = self.documents.users.get(id);
            let left = file.and_then(|file| Some((file, file.document.as_ref()?.left.as_ref()?)));
            if let Some((file, left)) = left {
                finding = finding.label(
                    file.at.key("left"),
                    Words::new(
                        format!("`{id}` has left: {}", left.0),
                        format!("`{id}` は {} にいなくなっています", left.0),
                    ),
                );
            }
        }
        self.findings.push(finding);
    }

    fn can_be_called(&self, user: &User) -> bool {
        let left = self.documents.users.get(&user.id).and_then(|file| file.document.as_ref()?.left.as_ref());
        left.is_none() && user.is_rung()
    }

    fn user_is_unsure(&self, id: &Id) -> bool {
        self.documents.users.get(id).is_none_or(|file| self.sources.incomplete(&file.at.file))
            || self.findings.iter().any(|finding| {
                self.documents.users.get(id).is_some_and(|file| file.at.file == finding.spot.file)
                    || &*finding.spot.file == ORGANISATION
            })
    }
}

/// The fields of tickets, as the organisation writes them.
pub(super) fn written(jira: &document::Jira) -> Written<'_> {
    Written {
        priority: jira.priority.as_ref(),
        assignee: jira.assignee.as_ref(),
        components: jira.components.as_ref(),
        fields: jira.fields.as_ref(),
    }
}

/// Removes trailing slashes.
pub(super) fn url(url: &document::Url) -> String {
    url.0.trim_end_matches('/').to_owned()
}

pub(super) fn language(language: document::Language) -> Language {
    match language {
        document::Language::Ja => Language::Ja,
        document::Language::En => Language::En,
    }
}
