//! The company in three versions of its config: as in `company.txt`, with other people in the steps, and with a
//! service and a policy that are gone; each with several ideas of what a storm is.

use oncall::compile::{Tree, compile};
use oncall::config::Config;
use std::sync::{Arc, OnceLock};

static CONFIGS: OnceLock<Vec<Arc<Config>>> = OnceLock::new();

/// The commits that there are.
pub const COMMITS: [&str; 3] = ["first", "others", "fewer"];

/// What a storm is to the company: nothing is, what is said by default, the second incident, the third.
pub const STORMS: [&str; 4] =
    ["never", "{ incidents: 50 }", "{ incidents: 1, within: 2h }", "{ incidents: 2, within: 20m }"];

pub fn config(commit: &str, storm: &str) -> Arc<Config> {
    let all = || COMMITS.iter().flat_map(|commit| STORMS.iter().map(|storm| compiled(commit, storm)));
    let configs = CONFIGS.get_or_init(|| all().collect());
    let commit = COMMITS.iter().position(|known| *known == commit).expect("a commit that there is");
    let storm = STORMS.iter().position(|known| *known == storm).expect("a storm that there is");
    configs[commit * STORMS.len() + storm].clone()
}

fn compiled(commit: &str, storm: &str) -> Arc<Config> {
    let text = include_str!("company.txt");
    let text = &text.replace("language: ja\n", &format!("language: ja\ndefaults: {{ storm: {storm} }}\n"));
    let text = match commit {
        "others" => text
            .replace("[{ user: suzuki }], wait: 10m", "[{ user: kimura }, { user: tanaka }], wait: 3m")
            .replace("[{ user: kimura }], wait: 4m", "[{ user: sato }], wait: 7m")
            .replace("[tanaka, suzuki, [tanaka, kimura]]", "[suzuki, kimura]")
            .replace("rules: [", "rules: [{ when: { severity: info, labels.cluster: b }, drop: noise }, "),
        "fewer" => text
            .replace("--- services/batch.yaml", "--- other/batch.yaml")
            .replace("  - { notify: [{ user: suzuki }], wait: 10m }\n", ""),
        _ => text.to_owned(),
    };
    let files = text.split("--- ").skip(1).map(|file| {
        let (path, content) = file.split_once('\n').expect("a path and its content");
        (path.to_owned(), content.as_bytes().to_vec())
    });
    let compiled = compile(&Tree { files: files.collect(), ..Tree::default() });
    Arc::new(compiled.config.unwrap_or_else(|| panic!("{commit}: {:#?}", compiled.diagnostics)))
}
