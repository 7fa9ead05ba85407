//! What each file is: folders are kinds, paths are ids.
//!
//! A file in a kind's folder must define one of its objects. A folder name one letter off, and `.yml`, are errors.
//! Anything else in the tree (a README, `.github/`, samples, SOPS files) is left alone.

use super::code;
use super::diagnostic::{Finding, Spot};
use super::suggest::nearest;
use crate::document::Kind;
use crate::language::words::{Words, did_you_mean};
use std::sync::Arc;

/// The organisation's file.
pub(super) const ORGANISATION: &str = "oncall.yaml";
/// The folder of runbooks, which are Markdown.
pub(super) const RUNBOOKS: &str = "runbooks";
/// Folders that people may well have next to ours, although their names are close to one of our names.
const OTHER_FOLDERS: [&str; 3] = ["schema", "schemas", "samples"];

/// The meaning of a path.
pub(super) enum Meaning {
    Object {
        kind: Kind,
        id: Arc<str>,
    },
    /// The path below `runbooks/`.
    Runbook(String),
    /// The path that it was meant to have, if there is one.
    Wrong {
        finding: Box<Finding>,
        meant: Option<String>,
    },
    LeftAlone,
}

pub(super) fn meaning(path: &str) -> Meaning {
    let file: Arc<str> = Arc::from(path);
    let Some((folder, rest)) = path.split_once('/') else { return top_level(&file) };
    if folder == RUNBOOKS {
        return if rest.ends_with(".md") { Meaning::Runbook(rest.to_owned()) } else { Meaning::LeftAlone };
    }
    match Kind::ALL.iter().find(|kind| !kind.folder().is_empty() && kind.folder() == folder) {
        Some(&kind) => in_folder(kind, &file, rest),
        None => unknown_folder(&file, folder),
    }
}

fn top_level(file: &Arc<str>) -> Meaning {
    let id = || Arc::from("");
    let as_meant = file.replace('\\', "/");
    if as_meant != **file && !matches!(meaning(&as_meant), Meaning::LeftAlone) {
        let message = Words::new(
            "this is one name with a backslash, and not a file in a folder, so it is not read",
            "フォルダの中のファイルではなく、バックスラッシュの入った 1 つのファイル名なので、読み込まれません",
        );
        let help = Words::new(
            format!("commit it as `{as_meant}`"),
            format!("`{as_meant}` としてコミットしてください"),
        );
        let finding = Finding::error(code::FILE_NAME, Spot::file(file), message).help(help);
        return Meaning::Wrong { finding: Box::new(finding), meant: Some(as_meant) };
    }
    match &**file {
        ORGANISATION => Meaning::Object { kind: Kind::Organisation, id: id() },
        "oncall.yml" => yml(file),
        name if name.ends_with(".yaml") && nearest(name, [ORGANISATION].into_iter()).is_some() => {
            let message = Words::new("this file is not read", "このファイルは読み込まれません");
            let finding = Finding::error(code::UNKNOWN_FILE, Spot::file(file), message);
            Meaning::Wrong { finding: Box::new(finding.help(did_you_mean(ORGANISATION))), meant: None }
        }
        _ => Meaning::LeftAlone,
    }
}

fn in_folder(kind: Kind, file: &Arc<str>, rest: &str) -> Meaning {
    let name = rest.rsplit('/').next().unwrap_or(rest);
    if rest.ends_with(".enc.yaml") || name.eq_ignore_ascii_case("readme.md") || name == ".gitkeep" {
        return Meaning::LeftAlone;
    }
    if rest.ends_with(".yml") {
        return yml(file);
    }
    let Some(id) = rest.strip_suffix(".yaml") else {
        let folder = kind.folder();
        let message = Words::new(
            format!("only YAML files belong in `{folder}/`"),
            format!("`{folder}/` に置けるのは YAML ファイルだけです"),
        );
        let help = Words::new("move it elsewhere, or rename it", "別の場所に移すか、名前を変えてください");
        let finding = Finding::error(code::UNKNOWN_FILE, Spot::file(file), message).help(help);
        return Meaning::Wrong { finding: Box::new(finding), meant: None };
    };
    // Nothing refers to these files by name, so `2026.yaml` is a fine one.
    let unnamed = matches!(kind, Kind::Overrides | Kind::Silences | Kind::Inhibitions | Kind::Expectations);
    match wrong_id(id).filter(|_| !(unnamed && is_not_text(id))) {
        Some(message) => {
            let help = Words::new(
                "an id has lower-case letters, digits and `-`; folders separate its parts",
                "id に使えるのは英小文字、数字、`-` です。フォルダで区切ることもできます",
            );
            let finding = Finding::error(code::ID, Spot::file(file), message).help(help);
            Meaning::Wrong { finding: Box::new(finding), meant: None }
        }
        None => Meaning::Object { kind, id: Arc::from(id) },
    }
}

/// Why a path is not a valid id, if it is not.
pub(super) fn wrong_id(id: &str) -> Option<Words> {
    let part_is_fine = |part: &str| {
        let first =
            part.bytes().next().is_some_and(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit());
        first && part.bytes().all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'-')
    };
    if !id.split('/').all(part_is_fine) {
        return Some(Words::new(format!("`{id}` is not an id"), format!("`{id}` は id として使えません")));
    }
    match id {
        "nobody" => Some(Words::new(
            "`nobody` means that there is nobody, so it cannot be an id",
            "`nobody` は「誰もいない」を表すので、id には使えません",
        )),
        _ if is_not_text(id) => Some(Words::new(
            format!("YAML reads `{id}` as something else than text, so it cannot be an id"),
            format!("`{id}` は YAML で文字列以外として読まれるので、id には使えません"),
        )),
        _ => None,
    }
}

/// Whether some YAML parser reads this word as a number, a boolean or null.
pub fn is_not_text(word: &str) -> bool {
    let lower = word.to_ascii_lowercase();
    let word_of_yaml = ["true", "false", "yes", "no", "on", "off", "y", "n", "null"].contains(&&*lower);
    let based = lower.strip_prefix("0x").is_some_and(|hex| hex.bytes().all(|byte| byte.is_ascii_hexdigit()))
        || lower.strip_prefix("0o").is_some_and(|octal| octal.bytes().all(|byte| byte.is_ascii_digit()));
    let numeric = lower.bytes().any(|byte| byte.is_ascii_digit()) && lower.parse::<f64>().is_ok();
    word_of_yaml || based || numeric
}

fn yml(file: &Arc<str>) -> Meaning {
    let yaml = format!("{}.yaml", file.strip_suffix(".yml").unwrap_or(file));
    let message = Words::new("files end in `.yaml` here", "ファイル名の末尾は `.yaml` にします");
    let help =
        Words::new(format!("rename it to `{yaml}`"), format!("ファイル名を `{yaml}` に変えてください"));
    let finding = Finding::error(code::UNKNOWN_FILE, Spot::file(file), message).help(help);
    Meaning::Wrong { finding: Box::new(finding), meant: Some(yaml) }
}

fn unknown_folder(file: &Arc<str>, folder: &str) -> Meaning {
    let folders =
        Kind::ALL.iter().map(|kind| kind.folder()).filter(|name| !name.is_empty()).chain([RUNBOOKS]);
    let near = folders.filter(|_| !folder.starts_with('.') && !OTHER_FOLDERS.contains(&folder));
    match near_folder(folder, near) {
        Some(meant) => {
            let message = Words::new(
                format!("the folder `{folder}/` is not read"),
                format!("`{folder}/` というフォルダは読み込まれません"),
            );
            let finding = Finding::error(code::UNKNOWN_FILE, Spot::file(file), message);
            let below = file.get(folder.len()..).unwrap_or_default().replace(".yml", ".yaml");
            Meaning::Wrong {
                finding: Box::new(finding.help(did_you_mean(&format!("{meant}/")))),
                meant: Some(format!("{meant}{below}")),
            }
        }
        None => Meaning::LeftAlone,
    }
}

/// At most two letters off, or the same letters with other separators.
fn near_folder<'n>(folder: &str, names: impl Iterator<Item = &'n str>) -> Option<&'n str> {
    let plain = |name: &str| name.to_lowercase().replace(['-', '_', ' '], "");
    let written = plain(folder);
    let off = |name: &str| strsim::damerau_levenshtein(&written, &plain(name));
    names.map(|name| (off(name), name)).filter(|(off, _)| *off <= 2).min().map(|(_, name)| name)
}
