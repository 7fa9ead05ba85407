//! Services: urgency, tickets, and who is kept informed.

use super::code;
use super::diagnostic::{Part, Spot};
use super::organisation::written;
use super::read::File;
use super::resolve::Resolver;
use super::ticket::Written;
use crate::config::{Group, HOLD_MAX, Id, Inform, JiraTicket, Service, StormRule, Urgency, UrgencyRule};
use crate::document;
use crate::language::words::Words;
use jiff::SignedDuration;
use std::collections::BTreeMap;

const MINUTE: SignedDuration = SignedDuration::from_mins(1);
const SECOND: SignedDuration = SignedDuration::from_secs(1);
const WEEK: SignedDuration = SignedDuration::from_hours(7 * 24);
const STORM_WITHIN_MIN: SignedDuration = SignedDuration::from_secs(10);
const AUTO_RESOLVE_MAX: SignedDuration = SignedDuration::from_hours(30 * 24);

impl Resolver<'_> {
    pub(super) fn services(&mut self) -> BTreeMap<Id, Service> {
        let documents = self.documents;
        let mut services = BTreeMap::new();
        for file in documents.services.values() {
            if let Some(service) = self.service(file) {
                services.insert(file.id.clone(), service);
            }
        }
        services
    }

    fn service(&mut self, file: &File<document::Service>) -> Option<Service> {
        let (document, at) = (file.document.as_ref()?, &file.at);
        let policy = self.policy_id(&document.escalation_policy, &at.key("escalation_policy"));
        let jira = document.jira.as_ref().and_then(|jira| self.jira_ticket(jira, &at.key("jira")));
        let urgency = self.urgency_of(document, at);
        self.runbook_is_found(document, at);
        let inform = self.informs(document.inform.as_deref().unwrap_or_default(), &at.key("inform"));
        let timeout = document.acknowledgement_timeout.as_ref();
        let timeout =
            timeout.map(|timeout| self.duration(timeout, &at.key("acknowledgement_timeout"), (MINUTE, WEEK)));
        let auto = document.auto_resolve_after.as_ref();
        let auto =
            auto.map(|auto| self.duration(auto, &at.key("auto_resolve_after"), (MINUTE, AUTO_RESOLVE_MAX)));
        let even_unacknowledged = self.even_unacknowledged(document, auto.is_some(), &urgency, at);
        let group = document.group.as_ref().map(|group| self.group(group, &at.key("group")));
        let storm = self.storm_of(document, at);
        let (flapping, reopen) = (self.flapping_of(document, at), self.reopen_of(document, at));
        Some(Service {
            id: file.id.clone(),
            name: document.name.clone(),
            reading: document.reading.clone(),
            policy: policy?,
            runbook: document.runbook.clone(),
            slack_channel: document.slack_channel.as_ref().map(|channel| channel.0.clone()),
            rooms: self.service_rooms(document, at),
            jira,
            urgency,
            inform,
            acknowledgement_timeout: timeout,
            auto_resolve_after: auto,
            even_unacknowledged,
            group,
            storm,
            flapping,
            reopen,
            place: self.sources.place(at),
        })
    }

    /// A page on the web is one that a browser opens. Whether a file is there is asked by a check.
    fn runbook_is_found(&mut self, document: &document::Service, at: &Spot) {
        let Some(url) = document.runbook.as_ref().filter(|runbook| runbook.contains("://")) else { return };
        let host = url.strip_prefix("https://").or_else(|| url.strip_prefix("http://"));
        let is_web = host.is_some_and(|host| !host.is_empty() && !host.starts_with('/'));
        if !is_web || url.contains(|c: char| c.is_whitespace() || c.is_control()) {
            let message = Words::new(
                "this is not a web address that people can open",
                "ブラウザで開ける URL ではありません",
            );
            let help = Words::new(
                "write it like `https://wiki.example.com/checkout`, or the path of a file below `runbooks/`",
                "`https://wiki.example.com/checkout` のような URL か、`runbooks/` の中のファイルのパスを書いてください",
            );
            self.error_help(code::VALUE, at.key("runbook"), message, help);
        }
    }

    /// What is high is told until somebody has it: only what is low, or of no urgency, may be over by itself.
    fn even_unacknowledged(
        &mut self,
        document: &document::Service,
        auto: bool,
        urgency: &[UrgencyRule],
        at: &Spot,
    ) -> bool {
        let wanted = document.even_unacknowledged.unwrap_or(false);
        let key = at.key("even_unacknowledged").on(Part::Key);
        if wanted && !auto {
            let message = Words::new(
                "this says whether, and `auto_resolve_after` after how long is missing",
                "終わらせるかどうかだけが書かれ、いつまで待つかを示す `auto_resolve_after` がありません",
            );
            let help = Words::new(
                "add it, as in `auto_resolve_after: 24h`, or leave this out",
                "`auto_resolve_after: 24h` のように加えるか、これを消してください",
            );
            self.error_help(code::EVEN_UNACKNOWLEDGED, key, message, help);
            return false;
        }
        let quiet = urgency.iter().any(|rule| rule.urgency != Urgency::High && rule.raise_when.is_none());
        if wanted && !quiet && !self.sources.incomplete(&at.file) {
            let message = Words::new(
                "every alert of this service is of high urgency, and is told until somebody has it",
                "このサービスのアラートはすべて緊急度が高いので、誰かが対応するまで連絡が続きます",
            );
            let help = Words::new(
                "leave this out, or add a rule with `urgency: low` or `none` for what may be over by itself",
                "これを消すか、自然に終わってよいものに `urgency: low` か `none` のルールを加えてください",
            );
            self.error_help(code::EVEN_UNACKNOWLEDGED, key, message, help);
            return false;
        }
        wanted
    }

    fn jira_ticket(&mut self, jira: &document::JiraTicket, at: &Spot) -> Option<JiraTicket> {
        let when = self.maybe_matcher(jira.when.as_ref(), &at.key("when"));
        let organisation = self.organisation_document().map(|(document, _)| document);
        let site = organisation.and_then(|document| document.providers.as_ref()?.jira.as_ref());
        let Some(site) = site else {
            if !self.sources.incomplete(super::layout::ORGANISATION) {
                let message = Words::new(
                    "tickets need Jira, which `oncall.yaml` does not configure",
                    "チケットには Jira が必要ですが、`oncall.yaml` に設定がありません",
                );
                let help = Words::new(
                    "add `jira:` under `providers:` there, or leave this out",
                    "`oncall.yaml` の `providers:` に `jira:` を加えるか、これを消してください",
                );
                self.error_help(code::NOT_CONFIGURED, at.on(Part::Key), message, help);
            }
            return None;
        };
        let issue_type = jira.issue_type.clone().or_else(|| site.issue_type.clone());
        let own = Written {
            priority: jira.priority.as_ref(),
            assignee: jira.assignee.as_ref(),
            components: jira.components.as_ref(),
            fields: jira.fields.as_ref(),
        };
        let own = self.ticket_fields(own, at);
        // What is wrong with the organisation's is said there.
        let known = self.findings.len();
        let shared = self.ticket_fields(written(site), at);
        self.findings.truncate(known);
        Some(JiraTicket {
            fields: own.or(&shared),
            project: jira.project.clone().unwrap_or_else(|| site.project.clone()),
            issue_type: issue_type.unwrap_or_else(|| "Incident".to_owned()),
            when,
        })
    }

    /// The service's own rules, or the organisation's.
    fn urgency_of(&mut self, document: &document::Service, at: &Spot) -> Vec<UrgencyRule> {
        if let Some(own) = &document.urgency {
            return self.urgency_rules(own, &at.key("urgency"));
        }
        let Some((organisation, at)) = self.organisation_document() else { return Vec::new() };
        let Some(rules) = organisation.defaults.as_ref().and_then(|defaults| defaults.urgency.as_ref())
        else {
            return Vec::new();
        };
        let known = self.findings.len();
        let rules = self.urgency_rules(rules, &at.key("defaults").key("urgency"));
        self.findings.truncate(known);
        rules
    }

    /// The service's own, or the organisation's, or what holds unless something is said.
    fn storm_of(&mut self, document: &document::Service, at: &Spot) -> Option<StormRule> {
        if let Some(own) = &document.storm {
            return self.storm(own, &at.key("storm"));
        }
        let shared = self.organisation_document().and_then(|(organisation, at)| {
            Some((organisation.defaults.as_ref()?.storm.as_ref()?, at.key("defaults").key("storm")))
        });
        let Some((shared, shared_at)) = shared else {
            let (incidents, within) = (StormRule::INCIDENTS, StormRule::WITHIN);
            return Some(StormRule { incidents, within, place: self.sources.place(at) });
        };
        let known = self.findings.len();
        let rule = self.storm(shared, &shared_at);
        self.findings.truncate(known);
        rule
    }

    pub(super) fn storm(&mut self, storm: &document::Storm, at: &Spot) -> Option<StormRule> {
        let document::Storm::Beyond(limits) = storm else { return None };
        let bounds = (STORM_WITHIN_MIN, StormRule::WITHIN_MAX);
        let within = limits.within.as_ref().map(|within| self.duration(within, &at.key("within"), bounds));
        Some(StormRule {
            incidents: limits.incidents.unwrap_or(StormRule::INCIDENTS),
            within: within.unwrap_or(StormRule::WITHIN),
            place: self.sources.place(at),
        })
    }

    pub(super) fn urgency_rules(&mut self, rules: &[document::UrgencyRule], at: &Spot) -> Vec<UrgencyRule> {
        rules.iter().enumerate().map(|(index, rule)| self.urgency_rule(rule, &at.index(index))).collect()
    }

    fn urgency_rule(&mut self, rule: &document::UrgencyRule, at: &Spot) -> UrgencyRule {
        let (zone, holidays) = (self.zone.clone(), self.organisation_holidays(false));
        let when = self.maybe_matcher(rule.when.as_ref(), &at.key("when"));
        let during = rule.during.as_ref();
        let during = during.map(|during| self.during(during, &at.key("during"), &zone, &holidays));
        let raise = rule.raise_when.as_ref();
        let raise_when = raise.map(|raise| self.during(raise, &at.key("raise_when"), &zone, &holidays));
        let urgency = match rule.urgency {
            document::Urgency::High => Urgency::High,
            document::Urgency::Low => Urgency::Low,
            document::Urgency::None => Urgency::None,
        };
        if urgency == Urgency::None && rule.when.is_none() && !self.sources.incomplete(&at.file) {
            let message = Words::new(
                "`urgency: none` tells nobody, so it must say which alerts with `when`",
                "`urgency: none` は誰にも連絡しないので、対象のアラートを `when` で書く必要があります",
            );
            self.error(code::EITHER_OR, at.clone(), message);
        }
        if raise_when.is_some() && urgency != Urgency::Low {
            self.error(
                code::EITHER_OR,
                at.key("raise_when").on(Part::Key),
                Words::new(
                    "only low urgency can be raised later",
                    "後で上げられるのは緊急度が低いものだけです",
                ),
            );
        }
        let policy = rule.escalation_policy.as_ref();
        let policy = policy.and_then(|policy| self.policy_id(policy, &at.key("escalation_policy")));
        if urgency == Urgency::None && rule.escalation_policy.is_some() {
            let message = Words::new(
                "`urgency: none` tells nobody, so it runs no policy",
                "`urgency: none` は誰にも連絡しないので、ポリシーを使いません",
            );
            self.error(code::EITHER_OR, at.key("escalation_policy").on(Part::Key), message);
        }
        let hold = rule.hold.as_ref().map(|hold| self.duration(hold, &at.key("hold"), (SECOND, HOLD_MAX)));
        UrgencyRule { when, during, urgency, policy, raise_when, hold, place: self.sources.place(at) }
    }

    fn informs(&mut self, informs: &[document::Inform], at: &Spot) -> Vec<Inform> {
        let mut compiled = Vec::new();
        for (index, inform) in informs.iter().enumerate() {
            let at = at.index(index);
            let after = self.duration(&inform.after, &at.key("after"), (SignedDuration::ZERO, WEEK));
            let user = self.user(&inform.user, &at.key("user"));
            let by = Self::contact(inform.by);
            let place = self.sources.place(&at);
            compiled.extend(user.zip(by).map(|(user, by)| Inform { after, user, by, place }));
        }
        compiled
    }

    fn group(&mut self, group: &document::Group, at: &Spot) -> Group {
        let fields = group.by.iter().enumerate();
        let by =
            fields.filter_map(|(index, name)| self.field_name(name, &at.key("by").index(index))).collect();
        let within = self.duration(&group.within, &at.key("within"), (SECOND, WEEK));
        Group { by, within }
    }
}
