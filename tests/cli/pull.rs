//! `oncall override pull`: what a server has, and the files -> `overrides/run-time.yaml`. It is Tuesday 2026-12-08, noon in
//! Tokyo; Suzuki has the week from Monday 2026-12-07, 10:00, and nobody the day from Wednesday 10:00.

use super::{config, write};
use jiff::Timestamp;
use oncall::actor::{Actor, Via};
use oncall::compile::compile;
use oncall::config::RunTimeOverride;
use oncall::edit::{Edit, EditError, PULLED, Pulled, Subject, pull};
use oncall::git::files::read_dir;
use oncall::schedule::OverrideAction;
use std::path::Path;

const NOW: &str = "2026-12-08T03:00:00Z";

fn made(id: u64, from: &str, until: &str, action: OverrideAction) -> Pulled {
    let at = |text: &str| text.parse::<Timestamp>().unwrap();
    let (by, reason) =
        (Actor::Stranger { name: "Sato\n".to_owned(), way: Via::Api }, Some("ill: flu".to_owned()));
    let (schedule, from, until) = ("web/primary".into(), at(from), at(until));
    Pulled {
        id,
        made: RunTimeOverride { schedule, layer: None, from, until, action, reason, by, via: Via::Api },
    }
}

fn with(user: &str) -> OverrideAction {
    OverrideAction::Set(vec![user.into()])
}

fn pulled(folder: &Path, all: &[Pulled]) -> Result<(Option<Edit>, Vec<String>), EditError> {
    let tree = read_dir(folder).unwrap();
    let compiled = compile(&tree);
    let config = compiled.config.as_ref().unwrap();
    pull(&Subject { tree: &tree, compiled: &compiled, config, now: NOW.parse().unwrap() }, all)
}

#[track_caller]
fn file(folder: &Path, all: &[Pulled]) -> String {
    let edit = pulled(folder, all).unwrap().0.unwrap();
    assert_eq!(edit.files.keys().collect::<Vec<_>>(), [PULLED]);
    edit.files[PULLED].clone()
}

fn entries(text: &str) -> Vec<&str> {
    text.lines().filter(|line| !line.starts_with('#')).collect()
}

#[test]
fn what_runs_or_is_to_come_is_written_with_its_id() {
    let config = config();
    let all = [
        made(41, "2026-12-08T02:59:31.25Z", "2026-12-08T04:59:31.25Z", with("tanaka")),
        made(17, "2026-12-08T00:00:00Z", "2026-12-08T02:00:00Z", with("tanaka")),
        made(39, "2026-12-20T01:00:00Z", "2026-12-20T02:00:00Z", OverrideAction::Set(Vec::new())),
    ];
    let text = file(config.path(), &all);
    // The one that is over stays away; the others are in the order in which they were made.
    let expected = [
        "- { schedule: web/primary, from: 2026-12-20 10:00, until: 2026-12-20 11:00, with: nobody, reason: \"ill: flu\", id: 39 } # made by Sato",
        "- { schedule: web/primary, from: 2026-12-08 11:59:31, until: 2026-12-08 13:59:31, with: tanaka, reason: \"ill: flu\", id: 41 } # made by Sato",
    ];
    assert_eq!(entries(&text), expected);
    // It is the file's own schema, and what it is for.
    assert!(
        text.starts_with("# yaml-language-server: $schema=../schema/overrides.json\n# Made at run time"),
        "{text}"
    );
    write(config.path(), PULLED, &text);
    assert!(pulled(config.path(), &all).unwrap().0.is_none(), "the file has them all");
}

/// On top of other files, which it may overlap: the gap on purpose of Wednesday gives way to Tanaka.
#[test]
fn it_lies_on_top_of_the_other_files() {
    let config = config();
    let all = [made(41, "2026-12-09T02:00:00Z", "2026-12-09T04:00:00Z", with("tanaka"))];
    let edit = pulled(config.path(), &all).unwrap().0.unwrap();
    let on_call = edit.config.schedules.on_call("web/primary", "2026-12-09T03:00:00Z".parse().unwrap());
    assert_eq!(on_call.users, ["tanaka".into()]);
    assert_eq!(edit.config.retired.len(), 1);
}

const WRITTEN: &str = "\
# ours
- { schedule: web/primary, from: 2026-09-01 10:00, until: 2026-09-09 11:59, with: tanaka, id: 3 } # long over
- { schedule: web/primary, from: 2026-09-01 10:00, until: 2026-09-09 12:01, with: tanaka, id: 4 }
# agreed with Suzuki
- { schedule: web/primary, from: 2026-12-08 11:00, until: 2026-12-08 15:00, with: tanaka, id: 41 }
";

/// Ninety days before are 2026-09-09, noon.
#[test]
fn past_entries_stay_for_90_days_and_the_others_as_they_are_written() {
    let config = config();
    write(config.path(), PULLED, WRITTEN);
    let text = file(config.path(), &[]);
    let lines: Vec<&str> = WRITTEN.lines().filter(|line| !line.contains("id: 3 ")).collect();
    assert_eq!(text.lines().collect::<Vec<_>>(), lines);
    // The last one leaves an empty list, which is valid.
    write(
        config.path(),
        PULLED,
        &WRITTEN.lines().take(2).map(|line| format!("{line}\n")).collect::<String>(),
    );
    assert_eq!(file(config.path(), &[]), "# ours\n[]\n");
    write(config.path(), PULLED, "# ours\n[]\n");
    let all = [made(50, "2026-12-10T00:00:00Z", "2026-12-10T01:00:00Z", with("tanaka"))];
    assert_eq!(entries(&file(config.path(), &all)).len(), 1);
}

/// A server that began with an empty state counts from one again: the number alone is not the same override.
#[test]
fn the_same_number_at_another_time_is_another_override() {
    let config = config();
    write(config.path(), PULLED, WRITTEN);
    let moved = made(41, "2026-12-08T02:00:00Z", "2026-12-08T09:00:00Z", with("tanaka"));
    let text = file(config.path(), std::slice::from_ref(&moved));
    assert!(!text.contains("18:00"), "the reviewer of 41 let it end at 15:00: {text}");
    let other = made(41, "2026-12-11T02:00:00Z", "2026-12-11T09:00:00Z", with("tanaka"));
    let text = file(config.path(), &[other]);
    assert!(text.contains("until: 2026-12-11 18:00, with: tanaka"), "{text}");
}

#[test]
fn what_this_config_does_not_know_is_left_out_by_name() {
    let config = config();
    let unknown = made(41, "2026-12-09T02:00:00Z", "2026-12-09T04:00:00Z", with("sato"));
    let (edit, left_out) = pulled(config.path(), &[unknown]).unwrap();
    assert!(edit.is_none());
    assert_eq!(left_out, ["ここには `sato` がないので、オーバーライド 41 は取り込みません"]);
}
