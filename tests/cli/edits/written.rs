//! What the command prints, and `--write`.

use clap::Parser;
use oncall::cli::write::write;
use oncall::cli::{self, Arguments, Exit, Output};
use oncall::compile::Tree;
use std::collections::BTreeMap;
use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::Path;
use tempfile::TempDir;

/// The base in a folder.
fn folder() -> TempDir {
    let folder = TempDir::new().unwrap();
    for (path, bytes) in super::World::new("").tree.files {
        let path = folder.path().join(path);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, bytes).unwrap();
    }
    folder
}

/// Runs `oncall <line> <folder>`; the words of the line are separated by `|`.
fn oncall(line: &str, folder: &Path) -> Output {
    let words = ["oncall"].into_iter().chain(line.split('|')).chain([folder.to_str().unwrap()]);
    let mut output = cli::run(Arguments::try_parse_from(words).unwrap().command);
    output.out = anstream::adapter::strip_str(&output.out).to_string();
    output.err = anstream::adapter::strip_str(&output.err).to_string();
    output
}

fn files(folder: &Path) -> BTreeMap<String, Vec<u8>> {
    oncall::git::files::read_dir(folder).unwrap().files
}

/// Without the warning that the date is far away, which depends on the clock.
fn without_warning(text: &str) -> String {
    let Some((before, rest)) = text.split_once("`oncall validate` would then warn") else {
        return text.to_owned();
    };
    let after = rest.find("Nothing was written").map(|at| &rest[at..]).unwrap_or_default();
    format!("{before}{after}")
}

/// The clock of this test is the wall's: the date is one that no newest line-up reaches.
#[test]
fn it_is_shown_and_then_written() {
    let folder = folder();
    let before = files(folder.path());
    let schedule = folder.path().join("schedules/web.yaml");
    fs::set_permissions(&schedule, fs::Permissions::from_mode(0o640)).unwrap();
    let line = "override|add|--schedule|web|--from|2036-12-08 10:00|--until|2036-12-09 10:00|--replace|tanaka|--with|sato|--reason|結婚式";
    let shown = oncall(line, folder.path());
    insta::assert_snapshot!(without_warning(&shown.out), @r"
    Times are in Asia/Tokyo.

    web (Web)

    From                  Until                 Before -> after
    Mon 2036-12-08 10:00  Tue 2036-12-09 10:00  Tanaka (tanaka)
                                                -> Sato (sato)

    --- /dev/null
    +++ b/overrides/2036-12.yaml
    @@ -0,0 +1,2 @@
    +# yaml-language-server: $schema=../schema/overrides.json
    +- { schedule: web, from: 2036-12-08 10:00, until: 2036-12-09 10:00, replace: tanaka, with: sato, reason: 結婚式 }

    Nothing was written; add --write.
    ");
    assert_eq!((shown.exit, files(folder.path())), (Exit::Fine, before.clone()));

    let line = "user|leave|sato|--date|2036-12-03|--write";
    let written = oncall(line, folder.path());
    assert_eq!((written.exit, written.err.as_str()), (Exit::Fine, ""));
    assert!(written.out.ends_with("Wrote schedules/web.yaml, users/sato.yaml.\n"), "{}", written.out);
    let after = files(folder.path());
    let changed: Vec<&String> = after.keys().filter(|path| after.get(*path) != before.get(*path)).collect();
    assert_eq!(changed, ["schedules/web.yaml", "users/sato.yaml"]);
    assert!(after["users/sato.yaml"].ends_with(b"left: 2036-12-03\n"));
    assert_eq!(fs::metadata(&schedule).unwrap().permissions().mode() & 0o777, 0o640);
    assert_eq!(
        fs::read_dir(folder.path().join("schedules")).unwrap().count(),
        1,
        "nothing else is left behind"
    );
    assert_eq!(oncall("validate", folder.path()).exit, Exit::Fine);
}

#[test]
fn a_new_file_and_a_new_folder() {
    let folder = folder();
    let line =
        "override|add|--schedule|web|--from|2036-12-08 10:00|--until|2036-12-09 10:00|--with|nobody|--write";
    let written = oncall(line, folder.path());
    assert!(written.out.ends_with("Wrote overrides/2036-12.yaml.\n"), "{}{}", written.out, written.err);
    let again = oncall(&line.replace("nobody", "ito"), folder.path());
    assert!(again.out.ends_with("Wrote overrides/2036-12.yaml.\n"), "{}{}", again.out, again.err);
    let text = fs::read_to_string(folder.path().join("overrides/2036-12.yaml")).unwrap();
    assert_eq!(
        text,
        "# yaml-language-server: $schema=../schema/overrides.json\n\
         - { schedule: web, from: 2036-12-08 10:00, until: 2036-12-09 10:00, with: nobody }\n\
         - { schedule: web, from: 2036-12-08 10:00, until: 2036-12-09 10:00, with: ito }\n"
    );
}

/// Somebody saved the file in between: nothing is written, not even the other file.
#[test]
fn what_changed_meanwhile_is_not_overwritten() {
    let folder = folder();
    let tree = Tree { files: files(folder.path()), ..Tree::default() };
    let new = |path: &str| (path.to_owned(), "name: other\n".to_owned());
    let edited = BTreeMap::from([new("users/ito.yaml"), new("users/sato.yaml")]);
    fs::write(folder.path().join("users/sato.yaml"), "name: saved meanwhile\n").unwrap();
    let error = format!("{:#}", write(folder.path(), &tree, &edited).unwrap_err());
    assert!(
        error.contains("users/sato.yaml has changed since it was read: run the command again"),
        "{error}"
    );
    assert_eq!(files(folder.path())["users/ito.yaml"], tree.files["users/ito.yaml"]);

    // A file that was not there, and now is.
    fs::create_dir(folder.path().join("overrides")).unwrap();
    fs::write(folder.path().join("overrides/x.yaml"), "- mine\n").unwrap();
    let error =
        format!("{:#}", write(folder.path(), &tree, &BTreeMap::from([new("overrides/x.yaml")])).unwrap_err());
    assert!(error.contains("overrides/x.yaml has changed"), "{error}");
    assert_eq!(fs::read(folder.path().join("overrides/x.yaml")).unwrap(), b"- mine\n");
}

#[test]
fn a_link_is_not_replaced() {
    let folder = folder();
    let tree = Tree { files: files(folder.path()), ..Tree::default() };
    let (file, elsewhere) = (folder.path().join("users/ito.yaml"), folder.path().join("elsewhere"));
    fs::rename(&file, &elsewhere).unwrap();
    std::os::unix::fs::symlink(&elsewhere, &file).unwrap();
    let edited = BTreeMap::from([("users/ito.yaml".to_owned(), "name: other\n".to_owned())]);
    let error = format!("{:#}", write(folder.path(), &tree, &edited).unwrap_err());
    assert!(error.contains("users/ito.yaml is a link"), "{error}");
    assert_eq!(fs::read(&elsewhere).unwrap(), tree.files["users/ito.yaml"]);
}

#[test]
fn refusals_have_the_statuses_of_other_commands() {
    let folder = folder();
    let usage = oncall("line-up|add|kimra|--schedule|web", folder.path());
    assert_eq!((usage.exit, usage.out.as_str()), (Exit::Usage, ""));
    assert!(
        usage.err.starts_with("error: there is no user `kimra`: did you mean `kimura`?"),
        "{}",
        usage.err
    );
    fs::write(
        folder.path().join("escalation-policies/team.yaml"),
        "steps:\n  - { notify: [{ user: tanaka }], wait: 10m }\n",
    )
    .unwrap();
    let broken = oncall("user|leave|tanaka|--date|2036-12-03|--write", folder.path());
    assert_eq!((broken.exit, broken.out.as_str()), (Exit::Config, ""));
    assert!(
        broken.err.starts_with("this would break the config, so nothing was changed:\n\nerror[OC027]"),
        "{}",
        broken.err
    );
    assert!(!files(folder.path())["users/tanaka.yaml"].ends_with(b"left: 2036-12-03\n"));
}
