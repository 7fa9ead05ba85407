//! The table of monitors: a new one is a file and a line here.

use super::monitor::Monitor;
use super::{
    alertmanager, azure, cloudwatch, datadog, email, gcp, generic, github, grafana, healthchecks, mackerel,
    nagios, newrelic, notice, opensearch, opsgenie, pagerduty, pingdom, sentry, uptime_kuma, zabbix,
};
use crate::config::Endpoint;

/// Every monitor, in the order in which the documentation names them.
pub const MONITORS: &[Monitor] = &[
    alertmanager::MONITOR,
    grafana::MONITOR,
    cloudwatch::MONITOR,
    notice::MONITOR,
    opensearch::MONITOR,
    datadog::MONITOR,
    newrelic::MONITOR,
    sentry::MONITOR,
    azure::MONITOR,
    gcp::MONITOR,
    zabbix::MONITOR,
    mackerel::MONITOR,
    uptime_kuma::MONITOR,
    pingdom::MONITOR,
    healthchecks::MONITOR,
    nagios::NAGIOS,
    nagios::ICINGA,
    github::MONITOR,
    email::MONITOR,
    pagerduty::MONITOR,
    opsgenie::MONITOR,
    generic::MONITOR,
];

impl Monitor {
    /// The monitor of this name.
    pub fn named(name: &str) -> Option<&'static Monitor> {
        MONITORS.iter().find(|monitor| monitor.name == name)
    }

    /// The monitor that posts to an endpoint.
    pub fn of(endpoint: &Endpoint) -> &'static Monitor {
        // The config compiles only with a name of the table.
        Monitor::named(endpoint.monitor).unwrap_or(&generic::MONITOR)
    }
}
