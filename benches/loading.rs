//! The cost of `oncall validate` for a company with many files: `cargo bench --bench loading`.
//!
//! `read` reads them from the (warm) disk and is the baseline; `compile` compiles them to a config; `check` runs the
//! semantic checks without expectations. `overrides` is one file with this many overrides of one schedule.

#![allow(clippy::unwrap_used, reason = "a bench's own text is right or it does not run")]

use divan::{Bencher, counter::ItemsCount};
use jiff::Timestamp;
use oncall::check;
use oncall::compile::{Compiled, Tree, compile};
use oncall::git::files::read_dir;
use std::fmt::Write;

fn main() {
    divan::main();
}

const FILES: [usize; 2] = [300, 10_000];

/// A company with about this many files: of every ten, four are people, two schedules, one a policy, two services and
/// one an integration.
fn company(files: usize) -> Tree {
    let teams = files / 10;
    let mut tree = Tree::default();
    let mut add = |path: String, text: String| drop(tree.files.insert(path, text.into_bytes()));
    let phone = |n: usize| format!("+8190{n:08}");
    add(
        "oncall.yaml".into(),
        "time_zone: Asia/Tokyo\nlanguage: ja\npublic_url: https://oncall.example.com\nfallback: team0\nproviders:\n  \
         twilio: { account_sid: AC1, auth_token: { env: TWILIO_AUTH_TOKEN }, from: \"+815000000000\" }\ndefaults:\n  \
         notify: { high: [{ by: call }, { by: call, after: 3m }] }\n"
            .into(),
    );
    for team in 0..teams {
        for person in 0..4 {
            let n = team * 4 + person;
            add(format!("users/team{team}/u{n}.yaml"), format!("name: 担当 {n}\nphone: \"{}\"\n", phone(n)));
        }
        let user = |person: usize| format!("team{team}/u{}", team * 4 + person % 4);
        for (name, first) in [("primary", 0), ("secondary", 1)] {
            let members: Vec<String> = (first..first + 4).map(user).collect();
            add(
                format!("schedules/team{team}/{name}.yaml"),
                format!(
                    "name: {name}\nlayers:\n  - name: weekly\n    rotation:\n      every: 1 week\n      handoff: mon 10:00\n      \
                     line_ups:\n        - from: 2026-10-05\n          members: [{}]\n",
                    members.join(", ")
                ),
            );
        }
        let steps = format!(
            "steps:\n  - {{ notify: [{{ schedule: team{team}/primary }}], wait: 5m }}\n  - {{ notify: [{{ schedule: \
             team{team}/secondary }}], wait: 10m }}\n  - {{ notify: [{{ user: {} }}], wait: 15m }}\n",
            user(2)
        );
        add(format!("escalation-policies/team{team}.yaml"), steps);
        for name in ["web", "batch"] {
            let service = format!("name: {name} of {team}\nescalation_policy: team{team}\n");
            add(format!("services/team{team}/{name}.yaml"), service);
        }
        add(
            format!("integrations/team{team}.yaml"),
            format!(
                "type: alertmanager\nsecret: {{ env: SECRET_{team} }}\nroutes:\n  - {{ when: {{ labels.job: batch }}, service: \
                 team{team}/batch }}\n  - {{ service: team{team}/web }}\n"
            ),
        );
    }
    tree
}

fn overrides(count: usize) -> Tree {
    let mut tree = company(10);
    let mut list = String::new();
    for day in 0..count as i64 {
        let date =
            jiff::civil::date(2027, 1, 1).checked_add(jiff::SignedDuration::from_hours(24 * day)).unwrap();
        writeln!(
            list,
            "- {{ schedule: team0/primary, from: {date} 12:00, until: {date} 13:00, with: team0/u1 }}"
        )
        .unwrap();
    }
    tree.files.insert("overrides/all.yaml".into(), list.into_bytes());
    tree
}

fn today() -> Timestamp {
    "2026-11-24T03:00:00Z".parse().unwrap()
}

fn compiled(tree: &Tree) -> Compiled {
    let compiled = compile(tree);
    assert!(compiled.config.is_some(), "{:?}", compiled.diagnostics.first());
    compiled
}

#[divan::bench(args = FILES, sample_count = 10, sample_size = 1)]
fn read(bencher: Bencher, files: usize) {
    let folder = tempfile::TempDir::new().unwrap();
    for (path, bytes) in company(files).files {
        let path = folder.path().join(path);
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(path, bytes).unwrap();
    }
    bencher.counter(ItemsCount::new(files)).bench_local(|| read_dir(folder.path()).unwrap());
}

#[divan::bench(args = FILES, sample_count = 10, sample_size = 1)]
fn compile_all(bencher: Bencher, files: usize) {
    let tree = company(files);
    bencher.counter(ItemsCount::new(files)).bench_local(|| compiled(&tree));
}

#[divan::bench(args = FILES, sample_count = 10, sample_size = 1)]
fn check_all(bencher: Bencher, files: usize) {
    let compiled = compiled(&company(files));
    bencher.counter(ItemsCount::new(files)).bench_local(|| check::run(&compiled, Some(today())));
}

#[divan::bench(args = [100, 10_000], sample_count = 10, sample_size = 1)]
fn compile_overrides(bencher: Bencher, count: usize) {
    let tree = overrides(count);
    bencher.counter(ItemsCount::new(count)).bench_local(|| compiled(&tree));
}

#[divan::bench(args = [100, 10_000], sample_count = 10, sample_size = 1)]
fn check_overrides(bencher: Bencher, count: usize) {
    let compiled = compiled(&overrides(count));
    bencher.counter(ItemsCount::new(count)).bench_local(|| check::run(&compiled, Some(today())));
}
