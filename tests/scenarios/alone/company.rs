//! A random company: files that replace plain ones, in two versions of the config that a day may change between.
//!
//! Each file is a part of its own, so that a failure can be told with the few that matter.

use super::random::Random;
use crate::world::{Configs, configs};

/// What stands where nothing was drawn.
const PLAIN: &str = "
--- escalation-policies/other.yaml
steps: [{ notify: [{ user: kimura }], wait: 3m }]
--- services/shop.yaml
name: Shop
escalation_policy: other
--- services/batch.yaml
name: Batch
escalation_policy: team
--- integrations/backup.yaml
type: generic
secret: { env: BACKUP_SECRET }
heartbeat: { every: 2h, grace: 30m }
routes: [{ service: batch }]
";

const HIGH: [&str; 7] = [
    "[{ by: call, every: 2m, times: 3 }, { by: slack, after: 1m }]",
    "[{ by: slack }, { by: call }]",
    "[{ by: call }]",
    "[{ by: slack }, { by: call, after: 1m }]",
    "[{ by: slack }, { by: call, after: 2m }, { by: call, after: 4m }]",
    "[{ by: sms }, { by: call, after: 1m }]",
    "[{ by: call, after: 2m }]",
];
const LOW: [&str; 4] = ["[{ by: slack }]", "[{ by: slack }]", "[{ by: sms }]", "[]"];
const TIME_OFF: [&str; 3] = ["", "", "time_off: [{ from: 2026-12-08 02:10, until: 2026-12-08 02:50 }]\n"];
const PEOPLE: [(&str, &str, &str); 5] = [
    ("tanaka", "Tanaka", "1"),
    ("suzuki", "Suzuki", "2"),
    ("sato", "Sato", "3"),
    ("boss", "Boss", "4"),
    ("kimura", "Kimura", "5"),
];
const PRIMARY: [&str; 3] = [
    "layers: [{ name: always, members: [suzuki] }]",
    "layers: [{ name: hourly, rotation: { every: 1 hours, handoff: 10:00, line_ups: [{ from: 2026-12-01, members: [tanaka, kimura, nobody] }] } }]",
    "layers: [{ name: pair, members: [tanaka, kimura] }]",
];
/// Whom a step asks: all of them, one in turn, or each.
const ASKS: [&str; 5] = ["", "", ", round_robin: true", ", acknowledge: each", ", acknowledge: any"];
const TARGETS: [&str; 6] = [
    "{ users: [suzuki, tanaka, kimura] }",
    "{ schedule: primary }",
    "{ schedule: secondary }",
    "{ user: kimura }",
    "{ user: tanaka }",
    "{ user: suzuki }",
];
const WAITS: [&str; 5] = ["1m", "2m", "3m", "5m", "12m"];
const GROUPS: [&str; 6] = [
    "",
    "group: { by: [labels.cluster], within: 10m }\n",
    "group: { by: [labels.cluster], within: 5m }\n",
    "group: { by: [labels.cluster], within: 2h }\n",
    "group: { by: [severity], within: 30m }\n",
    "group: { by: [labels.cluster, severity], within: 10m }\n",
];
const URGENCIES: [&str; 8] = [
    "",
    "urgency: [{ when: { severity: critical }, urgency: high }, { urgency: low }]\n",
    "urgency: [{ when: { labels.env: staging }, urgency: none }, { urgency: high }]\n",
    "urgency: [{ when: { labels.env: staging }, urgency: low }, { when: { severity: [critical, error] }, urgency: high }, { urgency: low }]\n",
    "urgency: [{ when: { severity: critical }, urgency: high }, { when: { severity: error }, urgency: low, raise_when: [{ days: daily, from: 02:20, until: 02:40 }] }, { when: { severity: info }, urgency: none }, { urgency: low }]\n",
    "urgency: [{ urgency: high }]\n",
    "urgency: [{ when: { severity: critical }, urgency: high, escalation_policy: other }, { when: { severity: error }, urgency: high }, { urgency: low, escalation_policy: team }]\n",
    "urgency: [{ when: { labels.env: staging }, urgency: low, escalation_policy: other }, { when: { severity: [critical, error] }, urgency: high, escalation_policy: team }, { urgency: low }]\n",
];
const LAPSES: [&str; 4] =
    ["", "", "acknowledgement_timeout: 15m\n", "acknowledgement_timeout: 30m\nauto_resolve_after: 40m\n"];
const SILENCED: [&str; 6] = [
    "when: { labels.env: staging }",
    "services: [web]",
    "when: { labels.env: staging }",
    "when: { labels.env: \"!prod\" }",
    "when: { severity: warning }",
    "services: [shop, web], when: { labels.cluster: x }",
];
const INHIBITED: [&str; 5] = [
    "while: { severity: critical }, mutes: { severity: [warning, error] }, equal: [labels.cluster]",
    "while: { labels.env: prod }, mutes: { labels.env: staging }, equal: []",
    "while: { summary: alpha }, mutes: { summary: \"*\" }, equal: [], across: true",
    "while: { labels.cluster: x }, mutes: { labels.cluster: [x, y] }, equal: [labels.service], across: true",
    "while: { severity: [critical, error] }, mutes: { severity: [critical, error] }, equal: [labels.cluster]",
];
const ROUTES: [&str; 5] = [
    "[{ service_from: labels.service }, { service: web }]",
    "[{ when: { severity: [critical, error] }, service: web }, { service: batch }]",
    "[{ when: { labels.env: staging }, service: batch }, { service_from: labels.service }, { service: web }]",
    "[{ when: { labels.cluster: x }, during: [{ days: daily, from: 02:10, until: 02:30 }], service: shop }, { service_from: labels.service }, { service: web }]",
    "[{ when: { severity: critical }, service: shop }, { service_from: labels.service }, { service: web }]",
];
const RULES: [&str; 6] = [
    "",
    "",
    "",
    "rules: [{ when: { labels.env: staging, severity: [warning, info] }, drop: drawn }]\n",
    "rules: [{ when: { severity: info }, drop: drawn }]\n",
    "rules: [{ when: { labels.env: \"~(?P<env>.+)\", severity: error }, set: { labels.cluster: \"{{ match.env }}\", severity: \"{{ labels.level | default('warning') }}\" } }, { when: { labels.cluster: y }, set: { labels.service: \"{{ labels.none }}\" } }]\n",
];
const STALE: [&str; 3] = ["", "stale_after: 6m\n", "stale_after: 15m\n"];

/// The files that differ from the plain company, and those that differ in its other version.
#[derive(Clone)]
pub struct Company {
    pub base: Vec<String>,
    pub other: Vec<String>,
}

impl Company {
    pub fn random(random: &mut Random) -> Company {
        let base = files(random, 70);
        let other = files(random, 25);
        Company { base, other }
    }

    pub fn script(&self) -> String {
        format!("{}\n=== other\n{}\n=== day\n", self.base.concat(), self.other.concat())
    }

    pub fn configs(&self) -> Configs {
        configs(&format!("{PLAIN}{}", self.script())).0
    }
}

/// One file each, or none.
fn files(random: &mut Random, often: u64) -> Vec<String> {
    let mut files = Vec::new();
    for (id, name, digit) in PEOPLE {
        let (high, low) = (random.pick(&HIGH), random.pick(&LOW));
        files.push(format!(
            "--- users/{id}.yaml\nname: {name}\nslack: U0{}\nphone: \"+81 90 0000 000{digit}\"\n{}notify: {{ high: {high}, low: {low} }}\n",
            id.to_uppercase(),
            random.pick(&TIME_OFF),
        ));
    }
    files.push(format!("--- schedules/primary.yaml\nname: Primary\n{}\n", random.pick(&PRIMARY)));
    for policy in ["team", "other"] {
        files.push(steps(random, policy));
    }
    for (id, name) in [("web", "Web"), ("shop", "Shop"), ("batch", "Batch")] {
        let policy = random.pick(&["team", "other"]);
        let parts = [random.pick(&GROUPS), random.pick(&URGENCIES), random.pick(&LAPSES)].concat();
        files.push(format!("--- services/{id}.yaml\nname: {name}\nescalation_policy: {policy}\n{parts}"));
    }
    files.push(silences(random));
    files.push(inhibitions(random));
    for (id, kind) in [("prometheus", "alertmanager"), ("grafana", "grafana")] {
        let (stale, routes) = (random.pick(&STALE), random.pick(&ROUTES));
        let rules = random.pick(&RULES);
        files.push(format!(
            "--- integrations/{id}.yaml\ntype: {kind}\nsecret: {{ env: {} }}\n{stale}{rules}routes: {routes}\n",
            format!("{id}_SECRET").to_uppercase()
        ));
    }
    files.retain(|_| random.percent(often));
    files
}

fn steps(random: &mut Random, policy: &str) -> String {
    let mut text = format!("--- escalation-policies/{policy}.yaml\nsteps:\n");
    for _ in 0..random.between(1, 4) {
        let mut notify = random.pick(&TARGETS).to_owned();
        let second = random.pick(&TARGETS);
        if random.percent(30) && second != notify {
            notify = format!("{notify}, {second}");
        }
        let (wait, asks) = (random.pick(&WAITS), random.pick(&ASKS));
        text += &format!("  - {{ notify: [{notify}], wait: {wait}{asks} }}\n");
    }
    text + random.pick(&["", "repeat: 1\n"])
}

fn silences(random: &mut Random) -> String {
    let mut text = "--- silences/some.yaml\n".to_owned();
    for _ in 0..random.between(1, 3) {
        let from = random.between(0, 40);
        let until = from + random.between(3, 60);
        let clock = |minutes: u64| format!("2026-12-08 {:02}:{:02}", 2 + minutes / 60, minutes % 60);
        let (from, until) = (clock(from), clock(until));
        text += &format!("- {{ {}, from: {from}, until: {until}, reason: drawn }}\n", random.pick(&SILENCED));
    }
    text
}

fn inhibitions(random: &mut Random) -> String {
    let mut text = "--- inhibitions/some.yaml\n".to_owned();
    for _ in 0..random.between(1, 4) {
        let grace = random.pick(&["0s", "2m", "10m"]);
        text += &format!("- {{ {}, grace: {grace}, reason: drawn }}\n", random.pick(&INHIBITED));
    }
    text
}
