//! Prometheus Alertmanager's webhook, version 4, and the alerts that Grafana sends in the same shape.
//!
//! <https://prometheus.io/docs/alerting/latest/configuration/#webhook_config>. One POST is a whole group, firing and
//! resolved mixed. `changed_at` stays empty: Alertmanager merges overlapping alerts and may send an older
//! `startsAt` after a resolve, and dropping that would lose a page.

use super::group::group;
use super::monitor::{Monitor, Sample};
use super::posted::Posted;
use super::reading::{Read, Stop};
use super::{json, message};
use std::time::Duration;

pub const MONITOR: Monitor = Monitor {
    repeats: true,
    says_again: Some(Duration::from_secs(4 * 60 * 60)),
    setup: r#"In alertmanager.yml, with the secret in a header, because older versions log the URLs that fail:
  receivers:
    - name: oncall
      webhook_configs:
        - url: "{base}/v1/webhooks/{id}"
          send_resolved: true
          http_config:
            authorization: { credentials: "{secret}" }
and name the receiver in `route:`. Alertmanagers of a pair have one `--web.external-url`, or names that differ by a number; those of
other clusters another one. `credentials_file:` takes the secret from a file. Before version 0.22 there is no `authorization`: use the URL above, and no `http_config`."#,
    setup_by_sns: r#"Subscribe it to the topic; it confirms itself:
  aws sns subscribe --topic-arn {topic} \
    --protocol https --notification-endpoint "{url}"
In Amazon Managed Prometheus, the alert manager definition:
  alertmanager_config: |
    route: { receiver: oncall }
    receivers:
      - name: oncall
        sns_configs:
          - topic_arn: {topic}
            sigv4: { region: <the region> }
            send_resolved: true
The default subject and message are understood, and so is its JSON template. The topic's policy must let aps.amazonaws.com publish."#,
    sample: Sample {
        body: r#"{"version":"4","status":"{state}","alerts":[{"status":"{state}","labels":{"alertname":"OncallSend","severity":"info"},
  "annotations":{"summary":"test alert from oncall send"},"fingerprint":"oncall-send"}]}"#,
        firing: "firing",
        resolved: "resolved",
    },
    ..Monitor::webhook("alertmanager", "Prometheus Alertmanager", read)
};

/// The alerts of a group. A body without an `alerts` list (a template of one's own) cannot be read.
fn read(posted: &Posted<'_>) -> Read {
    match (json::parse(posted.body), posted.sent) {
        (Ok(body), _) => group(posted, &body),
        // As it sends by SNS, unless a template says otherwise.
        (Err(_), Some(sent)) => message::words(posted, &sent),
        (Err(error), None) => Err(Stop::Unparsed(error)),
    }
}
