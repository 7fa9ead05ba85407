//! Integrations: webhook endpoints of monitors, and their routes.

use super::diagnostic::{Finding, Part, Spot};
use super::read::File;
use super::resolve::Resolver;
use super::tree::Tree;
use super::{code, layout};
use crate::alert;
use crate::config::{Endpoint, Heartbeat, Id, Route, RouteTarget, Sample, SeverityRule};
use crate::document;
use crate::integration::{Monitor, Sns};
use crate::language::words::Words;
use jiff::SignedDuration;
use std::collections::BTreeMap;

const STALE_MIN: SignedDuration = SignedDuration::from_mins(1);
const STALE_MAX: SignedDuration = SignedDuration::from_hours(7 * 24);
const EVERY_MIN: SignedDuration = SignedDuration::from_secs(10);
const EVERY_MAX: SignedDuration = SignedDuration::from_hours(7 * 24);
const GRACE_MIN: SignedDuration = SignedDuration::from_secs(5);
const GRACE_MAX: SignedDuration = SignedDuration::from_hours(24);
const GRACE_DEFAULT: SignedDuration = SignedDuration::from_mins(2);

impl Resolver<'_> {
    pub(super) fn endpoints(&mut self, tree: &Tree) -> BTreeMap<Id, Endpoint> {
        let documents = self.documents;
        let mut endpoints = BTreeMap::new();
        for file in documents.integrations.values() {
            if let Some(endpoint) = self.endpoint(file, tree) {
                endpoints.insert(file.id.clone(), endpoint);
            }
        }
        self.formerly_is_free();
        endpoints
    }

    fn endpoint(&mut self, file: &File<document::Integration>, tree: &Tree) -> Option<Endpoint> {
        let (document, at) = (file.document.as_ref()?, &file.at);
        let monitor = document.kind.0;
        self.keys_of_type(document, monitor, at);
        let secret = self.secrets(&document.secret, &at.key("secret"));
        let signing = document.signing_secret.as_ref();
        let signing_secret =
            signing.map(|secret| self.secrets(secret, &at.key("signing_secret"))).unwrap_or_default();
        let topics = self.topics(document, monitor, at);
        let fields = document.fields.as_ref();
        let fields = fields.map(|fields| self.fields(fields, &at.key("fields"))).unwrap_or_default();
        let rules = self.event_rules(document.rules.as_deref().unwrap_or_default(), &at.key("rules"));
        let severity = self.severity_rules(document, at);
        let stale = document.stale_after.as_ref();
        let stale_after =
            stale.map(|stale| self.duration(stale, &at.key("stale_after"), (STALE_MIN, STALE_MAX)));
        let heartbeat = document.heartbeat.as_ref();
        let heartbeat = heartbeat.map(|heartbeat| self.heartbeat(heartbeat, &at.key("heartbeat")));
        let routes = self.routes(document, at);
        let formerly = document.formerly.iter().flatten().map(|id| Id::from(id.as_str())).collect();
        let place = self.sources.place(at);
        Some(Endpoint {
            id: file.id.clone(),
            monitor: monitor.name,
            secret,
            signing_secret,
            topics: topics?,
            fields,
            samples: samples(document, tree),
            formerly,
            rules,
            severity,
            stale_after,
            heartbeat,
            routes,
            place,
        })
    }

    fn heartbeat(&mut self, heartbeat: &document::Heartbeat, at: &Spot) -> Heartbeat {
        let every = self.duration(&heartbeat.every, &at.key("every"), (EVERY_MIN, EVERY_MAX));
        let grace = heartbeat.grace.as_ref();
        let grace = grace.map(|grace| self.duration(grace, &at.key("grace"), (GRACE_MIN, GRACE_MAX)));
        let when = self.maybe_matcher(heartbeat.when.as_ref(), &at.key("when"));
        Heartbeat { every, grace: grace.unwrap_or(GRACE_DEFAULT), when }
    }

    /// Rejects keys that this type of integration does not have.
    fn keys_of_type(&mut self, document: &document::Integration, monitor: &Monitor, at: &Spot) {
        let name = monitor.name;
        let refused = [
            (
                "topics",
                document.topics.is_some() && monitor.sns == Sns::Never,
                ("comes by Amazon SNS", " Amazon SNS で届きません"),
            ),
            (
                "fields",
                document.fields.is_some() && !monitor.has_fields,
                ("reads `fields`", " `fields` を使いません"),
            ),
            (
                "stale_after",
                document.stale_after.is_some() && !monitor.repeats,
                (
                    "says a firing alert again, so silence means nothing",
                    "発生中のアラートを送り直さないので、音沙汰がなくても意味がありません",
                ),
            ),
            (
                "signing_secret",
                document.signing_secret.is_some() && monitor.signature.is_none(),
                ("signs its requests in a way that can be checked", "確かめられる署名を付けません"),
            ),
        ];
        for (key, _, (does, does_ja)) in refused.into_iter().filter(|(_, refused, _)| *refused) {
            let message = Words::new(
                format!("`{key}` is not for `{name}`: no integration of this type {does}"),
                format!("`{key}` は `{name}` では使えません（この種類のインテグレーションは{does_ja}）"),
            );
            self.error(code::EITHER_OR, at.key(key).on(Part::Key), message);
        }
    }

    /// `None` if topics are needed and missing.
    fn topics(
        &mut self,
        document: &document::Integration,
        monitor: &Monitor,
        at: &Spot,
    ) -> Option<Vec<String>> {
        let Some(topics) = &document.topics else {
            if monitor.sns != Sns::Always {
                return Some(Vec::new());
            }
            if !self.sources.incomplete(&at.file) {
                let message = Words::new(
                    "`topics` is missing: anybody with an AWS account can send signed messages",
                    "`topics` がありません。AWS アカウントを持つ誰もが、署名付きのメッセージを送れてしまいます",
                );
                let help = Words::new(
                    "list the ARNs of your SNS topics: `topics: [\"arn:aws:sns:ap-northeast-1:123456789012:alarms\"]`",
                    "SNS トピックの ARN を並べてください: `topics: [\"arn:aws:sns:ap-northeast-1:123456789012:alarms\"]`",
                );
                self.error_help(code::MISSING_KEY, at.on(Part::FirstLine), message, help);
            }
            return None;
        };
        for (index, topic) in topics.iter().enumerate() {
            let parts: Vec<&str> = topic.split(':').collect();
            if parts.len() != 6 || parts.first() != Some(&"arn") || parts.get(2) != Some(&"sns") {
                let at = at.key("topics").index(index);
                self.error(
                    code::VALUE,
                    at,
                    Words::new(
                        format!("`{topic}` is not the ARN of an SNS topic"),
                        format!("`{topic}` は SNS トピックの ARN ではありません"),
                    ),
                );
            }
        }
        Some(topics.clone())
    }

    fn severity_rules(&mut self, document: &document::Integration, at: &Spot) -> Vec<SeverityRule> {
        let list = at.key("severity");
        let rules: Vec<SeverityRule> = document
            .severity
            .iter()
            .flatten()
            .enumerate()
            .map(|(index, rule)| {
                let at = list.index(index);
                let when = self.maybe_matcher(rule.when.as_ref(), &at.key("when"));
                SeverityRule { when, severity: severity(rule.severity), place: self.sources.place(&at) }
            })
            .collect();
        let sends_none = !document.kind.0.sends_severity;
        let ends = rules.last().is_some_and(|rule| rule.when.is_none());
        if sends_none && !ends && !self.sources.incomplete(&at.file) {
            let spot = if rules.is_empty() { at.on(Part::FirstLine) } else { list.index(rules.len() - 1) };
            let title = document.kind.0.title;
            let message = Words::new(
                format!("{title} sends no severity: `severity` must end with an entry without `when`"),
                format!("{title} は深刻度を送らないので、`severity` の最後には `when` のない項目が必要です"),
            );
            self.error_help(
                code::SEVERITY_END,
                spot,
                message,
                Words::new(
                    "add `- { severity: error }` at its end",
                    "最後に `- { severity: error }` を加えてください",
                ),
            );
        }
        rules
    }

    fn routes(&mut self, document: &document::Integration, at: &Spot) -> Vec<Route> {
        let list = at.key("routes");
        let mut routes = Vec::new();
        for (index, route) in document.routes.iter().enumerate() {
            routes.extend(self.route(route, &list.index(index)));
        }
        if !self.sources.incomplete(&at.file) {
            self.routes_end(document, &list);
        }
        routes
    }

    fn route(&mut self, route: &document::Route, at: &Spot) -> Option<Route> {
        let when = self.maybe_matcher(route.when.as_ref(), &at.key("when"));
        let (zone, holidays) = (self.zone.clone(), self.organisation_holidays(false));
        let during = route.during.as_ref();
        let during = during.map(|during| self.during(during, &at.key("during"), &zone, &holidays));
        let target = match (&route.service, &route.service_from) {
            (Some(service), None) => self.service_id(service, &at.key("service")).map(RouteTarget::Service),
            (None, Some(field)) => {
                self.field_name(field, &at.key("service_from")).map(RouteTarget::ServiceFrom)
            }
            _ => {
                if !self.sources.incomplete(&at.file) {
                    self.error(
                        code::EITHER_OR,
                        at.clone(),
                        Words::new(
                            "a route leads to one of `service` and `service_from`",
                            "ルートの行き先は `service` か `service_from` のどちらかです",
                        ),
                    );
                }
                None
            }
        };
        Some(Route { when, during, target: target?, place: self.sources.place(at) })
    }

    /// The last route has no `when` and no `during`, and names a service; no route follows it.
    fn routes_end(&mut self, document: &document::Integration, list: &Spot) {
        let always = |route: &document::Route| {
            let all = route.when.is_none() && route.during.is_none();
            all && route.service.is_some() && route.service_from.is_none()
        };
        let last = document.routes.len().saturating_sub(1);
        match document.routes.iter().position(always) {
            Some(first) if first < last => {
                let finding = Finding::error(
                    code::ROUTES_END,
                    list.index(first + 1),
                    Words::new("this route is never reached", "このルートには届きません"),
                )
                .label(
                    list.index(first),
                    Words::new(
                        "everything goes here, for it has no `when`",
                        "`when` がないので、すべてここに来ます",
                    ),
                );
                self.findings.push(finding);
            }
            Some(_) => {}
            None => {
                let timed = document.routes.last().is_some_and(|last| last.during.is_some());
                let message = match timed {
                    true => Words::new(
                        "outside these hours, an alert that no route matches would reach nobody",
                        "この時間帯の外では、どのルートにも当てはまらないアラートが誰にも届きません",
                    ),
                    false => Words::new(
                        "an alert that no route matches would reach nobody",
                        "どのルートにも当てはまらないアラートが誰にも届きません",
                    ),
                };
                let help = match timed {
                    true => Words::new(
                        "end `routes` with a service, no `when` and no `during`: `- { service: … }`",
                        "`routes` の最後に、`when` も `during` もない `- { service: … }` を置いてください",
                    ),
                    false => Words::new(
                        "end `routes` with a service and no `when`: `- { service: … }`",
                        "`routes` の最後に、`when` のない `- { service: … }` を置いてください",
                    ),
                };
                self.error_help(code::ROUTES_END, list.index(last), message, help);
            }
        }
    }

    /// An old id must not be the id, or another old id, of any integration.
    fn formerly_is_free(&mut self) {
        let documents = self.documents;
        let mut seen: BTreeMap<&str, Spot> = BTreeMap::new();
        for (id, file) in &documents.integrations {
            seen.insert(id, file.at.clone());
        }
        for file in documents.integrations.values() {
            let old = file.document.iter().flat_map(|document| document.formerly.iter().flatten());
            for (index, old) in old.enumerate() {
                let at = file.at.key("formerly").index(index);
                if let Some(message) = layout::wrong_id(old) {
                    self.error(code::ID, at, message);
                } else if let Some(other) = seen.get(old.as_str()) {
                    let message = Words::new(
                        format!("`{old}` is the id, or an old id, of another integration"),
                        format!("`{old}` は別のインテグレーションの id か、以前の id です"),
                    );
                    let finding = Finding::error(code::TWICE, at, message);
                    self.findings
                        .push(finding.label(other.on(Part::FirstLine), Words::new("this one", "こちらです")));
                } else {
                    seen.insert(old, at);
                }
            }
        }
    }
}

/// The bodies named by `sample`, if they exist.
fn samples(document: &document::Integration, tree: &Tree) -> Vec<Sample> {
    let paths = document.sample.iter().flat_map(|paths| paths.as_slice());
    let body = |path: &String| {
        tree.files.get(path.strip_prefix("./").unwrap_or(path)).map(|body| body.as_slice().into())
    };
    paths.map(|path| Sample { path: path.clone(), body: body(path) }).collect()
}

/// The endpoint as the engine sees it.
pub(super) fn severity(severity: document::Severity) -> alert::Severity {
    match severity {
        document::Severity::Critical => alert::Severity::Critical,
        document::Severity::Error => alert::Severity::Error,
        document::Severity::Warning => alert::Severity::Warning,
        document::Severity::Info => alert::Severity::Info,
    }
}
