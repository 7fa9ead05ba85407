//! Shared by the benches: the example config, and alerts like those a monitor sends.

use jiff::Timestamp;
use oncall::alert::{Action, Event, Link, Severity};
use oncall::compile::{Tree, compile};
use oncall::config::Config;
use oncall::git::files;
use std::path::Path;
use std::sync::Arc;

/// The files of `example-config`.
pub fn tree() -> Tree {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("example-config");
    files::read_dir(&folder).expect("example-config can be read")
}

/// Each alert opens an incident, however many come: as if every service said `storm: never`.
pub fn config() -> Arc<Config> {
    let mut config = compile(&tree()).config.expect("example-config has no errors");
    config.services.values_mut().for_each(|service| service.storm = None);
    Arc::new(config)
}

/// A Tuesday night in Tokyo.
pub fn now() -> Timestamp {
    "2026-12-08T02:00:00+09:00".parse().expect("an instant")
}

/// A critical alert about the checkout, about 700 bytes as JSON; each `n` is a separate problem.
pub fn alert(n: u32) -> Event {
    let labels = [
        ("alertname", "CheckoutHighErrorRate".to_owned()),
        ("service", "checkout".to_owned()),
        ("severity", "critical".to_owned()),
        ("namespace", "checkout".to_owned()),
        ("region", "ap-northeast-1".to_owned()),
        ("instance", format!("checkout-api-{n}:9090")),
    ];
    Event {
        integration: "prometheus".to_owned(),
        dedup_key: format!("checkout/high-error-rate/{n}"),
        action: Action::Trigger,
        severity: Some(Severity::Critical),
        summary: format!("Error rate above 5% on checkout-api-{n}"),
        description: "7.3% of the requests of the last five minutes were answered 5xx.".to_owned(),
        source: format!("checkout-api-{n}:9090"),
        labels: labels.map(|(name, value)| (name.to_owned(), value)).into(),
        links: vec![Link {
            href: "https://prometheus.example.com/graph?g0.expr=rate".to_owned(),
            text: "graph".to_owned(),
        }],
        images: Vec::new(),
        runbook: None,
        started_at: Some(now()),
        changed_at: None,
        message_id: None,
        by_rules: None,
    }
}
