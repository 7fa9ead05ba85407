//! The company in three versions of its config: as in `company.txt`, with other people in the steps, and with a
//! service and a policy that are gone.

use oncall::compile::{Tree, compile};
use oncall::config::Config;
use std::sync::{Arc, OnceLock};

static CONFIGS: OnceLock<Vec<Arc<Config>>> = OnceLock::new();

/// The commits that there are.
pub const COMMITS: [&str; 3] = ["first", "others", "fewer"];

pub fn config(commit: &str) -> Arc<Config> {
    let configs = CONFIGS.get_or_init(|| COMMITS.map(compiled).to_vec());
    let at = COMMITS.iter().position(|known| *known == commit).expect("a commit that there is");
    configs[at].clone()
}

fn compiled(commit: &str) -> Arc<Config> {
    let text = include_str!("company.txt");
    let text = match commit {
        "others" => text
            .replace("[{ user: suzuki }], wait: 10m", "[{ user: kimura }, { user: tanaka }], wait: 3m")
            .replace("[{ user: kimura }], wait: 4m", "[{ user: sato }], wait: 7m")
            .replace("[tanaka, suzuki, [tanaka, kimura]]", "[suzuki, kimura]"),
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
