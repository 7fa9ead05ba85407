//! Where the text goes: every style of a list, comments, line ends; and all that the example company has.

use super::world::World;
use oncall::compile::{NodeKind, Tree};
use oncall::config::Id;
use oncall::schedule::{Schedule, Turn};
use std::path::Path;

const HEAD: &str =
    "name: Web\nlayers:\n  - name: weekly\n    rotation:\n      every: 1 week\n      handoff: mon 10:00\n";

/// Adds Kimura to `HEAD` and `before` and compares with `HEAD` and `after`; each a schedule file, byte by byte.
#[track_caller]
fn check_file(before: &str, after: &str) {
    check_bytes(&format!("{HEAD}{before}"), &format!("{HEAD}{after}"));
}

#[track_caller]
fn check_bytes(before: &str, after: &str) {
    let mut tree = World::new("").tree;
    tree.files.insert("schedules/web.yaml".to_owned(), before.as_bytes().to_vec());
    let edit = World::of(tree).edited("line-up add kimura --schedule web --from 2026-12-14");
    assert_eq!(edit.files["schedules/web.yaml"], after);
}

#[test]
fn a_list_over_lines() {
    // Comments at the end of the line, between the items, and after the last one, for whatever follows.
    check_file(
        "      line_ups:                    # append-only
        - { from: 2026-10-05, members: [tanaka] }   # alone
        # Suzuki joins.
        - { from: 2026-10-12, members: [tanaka, suzuki] }   # a pair of hands
        # Who is next?

    # About the layer.
    shadow: true
",
        "      line_ups:                    # append-only
        - { from: 2026-10-05, members: [tanaka] }   # alone
        # Suzuki joins.
        - { from: 2026-10-12, members: [tanaka, suzuki] }   # a pair of hands
        - { from: 2026-12-14, members: [tanaka, suzuki, kimura], starts_with: suzuki }
        # Who is next?

    # About the layer.
    shadow: true
",
    );
    // Tight braces, an empty line between the items, no line end at the end of the file.
    check_file(
        "      line_ups:\n      - {from: 2026-10-05, members: [tanaka]}\n\n      - {from: 2026-10-12, members: [tanaka, suzuki]}",
        "      line_ups:\n      - {from: 2026-10-05, members: [tanaka]}\n\n      - {from: 2026-10-12, members: [tanaka, suzuki]}\n\n      \
         - {from: 2026-12-14, members: [tanaka, suzuki, kimura], starts_with: suzuki}",
    );
    // An item over lines in braces, with a comment in it.
    check_file(
        "      line_ups:\n        - { from: 2026-10-05,\n            members: [tanaka,   # Osaka\n              suzuki] }\n    shadow: true\n",
        "      line_ups:\n        - { from: 2026-10-05,\n            members: [tanaka,   # Osaka\n              suzuki] }\n        \
         - { from: 2026-12-14, members: [tanaka, suzuki, kimura] }\n    shadow: true\n",
    );
}

#[test]
fn a_key_on_each_line() {
    check_file(
        "      line_ups:
        - from: 2026-10-05   # the first
          members: [tanaka, suzuki]
          # Until Kimura is back.
    shadow: true
",
        "      line_ups:
        - from: 2026-10-05   # the first
          members: [tanaka, suzuki]
          # Until Kimura is back.
        - from: 2026-12-14
          members: [tanaka, suzuki, kimura]
    shadow: true
",
    );
    // Names on lines of their own, comments behind and below them, the dash on a line of its own.
    check_file(
        "      line_ups:
        -
          members:
            - tanaka   # Osaka
            - [suzuki, sato]
            # more in spring
          from: '2026-10-05'
# The end.
",
        "      line_ups:
        -
          members:
            - tanaka   # Osaka
            - [suzuki, sato]
            # more in spring
          from: '2026-10-05'
        - from: 2026-12-14
          members:
            - tanaka
            - [suzuki, sato]
            - kimura
# The end.
",
    );
}

/// The dashes below their key, and a pair first, which is a list in brackets but not the list.
#[test]
fn a_list_that_is_not_set_in() {
    check_file(
        "      line_ups:
      - # the first
        from: 2026-10-05
        members:
        - [suzuki, sato]   # a pair
        - tanaka
",
        "      line_ups:
      - # the first
        from: 2026-10-05
        members:
        - [suzuki, sato]   # a pair
        - tanaka
      - from: 2026-12-14
        members:
        - [suzuki, sato]
        - tanaka
        - kimura
",
    );
}

#[test]
fn a_list_in_brackets() {
    check_file(
        "      line_ups: [{ from: 2026-10-05, members: [tanaka, suzuki] }]   # the only one\n",
        "      line_ups: [{ from: 2026-10-05, members: [tanaka, suzuki] }, { from: 2026-12-14, members: [tanaka, suzuki, kimura] }]   # the only one\n",
    );
    check_file(
        "      line_ups: [ {from: 2026-10-05, members: [tanaka, suzuki]}, ]\n",
        "      line_ups: [ {from: 2026-10-05, members: [tanaka, suzuki]}, {from: 2026-12-14, members: [tanaka, suzuki, kimura]}, ]\n",
    );
    // As a formatter breaks it: on lines of their own, with and without a comma at the end.
    check_file(
        "      line_ups:
        [
          # At first.
          { from: 2026-10-05, members: [tanaka] },
          { from: 2026-10-12, members: [tanaka, suzuki] },   # two
        ]
",
        "      line_ups:
        [
          # At first.
          { from: 2026-10-05, members: [tanaka] },
          { from: 2026-10-12, members: [tanaka, suzuki] },   # two
          { from: 2026-12-14, members: [tanaka, suzuki, kimura], starts_with: suzuki },
        ]
",
    );
    check_file(
        "      line_ups: [
        { from: 2026-10-05, members: [tanaka, suzuki] }   # two
        # and no more
      ]
",
        "      line_ups: [
        { from: 2026-10-05, members: [tanaka, suzuki] },   # two
        { from: 2026-12-14, members: [tanaka, suzuki, kimura] }
        # and no more
      ]
",
    );
    check_bytes(
        "{ name: Web, layers: [{ name: l, rotation: { every: 1 week, handoff: mon 10:00, line_ups: [{ from: 2026-10-05, members: [tanaka] }] } }] }",
        "{ name: Web, layers: [{ name: l, rotation: { every: 1 week, handoff: mon 10:00, line_ups: [{ from: 2026-10-05, members: [tanaka] }, { from: 2026-12-14, members: [tanaka, kimura] }] } }] }",
    );
}

/// Carriage returns, a byte order mark, a mark for the beginning and the end of the document, other alphabets.
#[test]
fn odd_bytes() {
    let before = "\u{feff}---\n# 当番\nname: ウェブ   # 名前\nlayers:\n- name: 週\n  rotation:\n    every: 1 week\n    handoff: mon 10:00\n    line_ups:   # 交代\n    - { from: 2026-10-05, members: [tanaka, suzuki] }   # 最初\n...\n";
    let line = "    - { from: 2026-12-14, members: [tanaka, suzuki, kimura] }\n";
    let after = before.replace("...\n", &format!("{line}...\n"));
    check_bytes(before, &after);
    check_bytes(&before.replace('\n', "\r\n"), &after.replace('\n', "\r\n"));
    let open = before.replace("\n...\n", "").replace('\n', "\r\n");
    check_bytes(&open, &format!("{open}\r\n{}", line.trim_end()));
}

fn example() -> Tree {
    fn read(tree: &mut Tree, folder: &Path, prefix: &str) {
        for entry in std::fs::read_dir(folder).unwrap().map(Result::unwrap) {
            let path = format!("{prefix}{}", entry.file_name().to_str().unwrap());
            if entry.file_type().unwrap().is_dir() {
                read(tree, &entry.path(), &format!("{path}/"));
            } else {
                tree.files.insert(path, std::fs::read(entry.path()).unwrap());
            }
        }
    }
    let mut tree = Tree::default();
    read(&mut tree, Path::new("example-config"), "");
    tree
}

/// Every edit that the example company allows only adds lines, and takes none away.
#[test]
fn whatever_is_edited_in_the_example_company() {
    let world = World::of(example());
    let lines = lines_of(&world);
    assert!(lines.len() > 50, "{}", lines.len());
    let mut edited = 0;
    for line in &lines {
        let Ok(edit) = world.edit(line) else { continue };
        edited += 1;
        for (path, new) in &edit.files {
            let changed = world.changed_lines(path, new);
            assert!(
                !changed.is_empty() && changed.iter().all(|it| it.starts_with('+')),
                "{line}: {changed:?}"
            );
            let items =
                changed.iter().filter(|it| it.trim_start_matches(['+', ' ']).starts_with("- ")).count();
            assert!(items <= 2 && changed.len() <= items + 2, "{line}: {changed:?}");
        }
    }
    assert!(edited * 10 > lines.len() * 7, "{edited} of {}", lines.len());
}

/// Each schedule with each person in each way.
fn lines_of(world: &World) -> Vec<String> {
    let config = world.config();
    let mut lines = Vec::new();
    for user in config.users.keys() {
        lines.push(format!("user leave {user} --date 2027-01-20"));
        let range = "--from '2026-12-09 10:00' --until '2026-12-09 12:00'";
        lines.push(format!("override add --schedule web-primary {range} --with {user} --reason 'a: b'"));
        for (schedule, found) in &config.schedules.schedules {
            for layer in found.layers.iter().filter(|layer| matches!(layer.turn, Turn::Rotation(_))) {
                let at = format!("--schedule {schedule} --layer '{}' --from 2027-01-20", layer.name);
                lines.push(format!("line-up add {user} {at}"));
                if newest(found, &layer.name).contains(user) {
                    lines.push(format!("line-up remove {user} {at}"));
                    lines.push(format!("line-up replace {user} --with yamada {at}"));
                }
            }
        }
    }
    lines
}

fn newest(schedule: &Schedule, layer: &str) -> Vec<Id> {
    let layer = schedule.layers.iter().find(|it| &*it.name == layer).unwrap();
    let Turn::Rotation(rotation) = &layer.turn else { return Vec::new() };
    rotation.line_ups.last().unwrap().members.iter().flat_map(|member| member.iter().cloned()).collect()
}

/// The new item stands where the parser finds the end of the list, not somewhere that looks like it.
#[test]
fn what_looks_like_a_line_up_in_a_comment_is_none() {
    let mut tree = World::new("").tree;
    let text = format!(
        "{HEAD}      line_ups:\n        - {{ from: 2026-10-05, members: [tanaka] }}\n        #- {{ from: 2026-11-02, members: [sato] }}\n"
    );
    tree.files.insert("schedules/web.yaml".to_owned(), text.into_bytes());
    let edit = World::of(tree).edited("line-up add kimura --schedule web --from 2026-12-14");
    let compiled = World::of(edit.tree).compiled;
    let root = compiled.sources.files["schedules/web.yaml"].root.clone().unwrap();
    let layer = &root.get("layers").unwrap().items()[0];
    let line_ups = layer.get("rotation").unwrap().get("line_ups").unwrap();
    assert!(matches!(&line_ups.kind, NodeKind::Sequence(items) if items.len() == 2));
}
