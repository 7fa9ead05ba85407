//! Checks the SOPS files that secrets refer to, as far as possible without a key: their keys and recipients.
//!
//! Validity depends only on the tree, so nothing is decrypted here: a file must be encrypted for age, and the key
//! must exist with an encrypted value. The server finds out whether a key on its machine opens it. Lines of such a
//! file are never shown, because the problem may be that they are readable.

use super::code;
use super::diagnostic::{Finding, Spot};
use super::resolve::Resolver;
use super::source::SourceFile;
use super::suggest::nearest;
use super::tree::{FILE_MAX, Tree};
use super::yaml::{self, Node, NodeKind};
use crate::config::SecretSource;
use crate::language::words::{Words, all_of, did_you_mean};
use crate::sops::{self, ARMOR_MAX, Content, File, RECIPIENTS_MAX, Recipient, VALUES_MAX, Value};
use std::sync::Arc;

/// How many keys or files an error names if none is close.
const NAMED_MAX: usize = 5;

/// What is wrong with a file, and how to fix it.
type Wrong = (Words, Option<Words>);

impl Resolver<'_> {
    /// The source for `{ sops: file, key: name }`, if there is such a value and it is encrypted.
    pub(super) fn sops_secret(&mut self, file: &str, key: &str, at: &Spot) -> Option<SecretSource> {
        let path: Arc<str> = file.into();
        let read = self.sops_file(&path, at)?;
        let key_at = at.key("key");
        let mut named = read.named(key);
        let Some(value) = named.next() else {
            let help = key_help(&read, key);
            let message = Words::new(
                format!("there is no `{key}` in {file}"),
                format!("{file} に `{key}` がありません"),
            );
            self.error_help(code::REFERENCE, key_at, message, help);
            return None;
        };
        if named.next().is_some() {
            let message = Words::new(
                format!("`{key}` means two values in {file}, one with a dot in its key"),
                format!("{file} では `{key}` が 2 つの値を指します（一方はキーにドットがあります）"),
            );
            let help = Words::new("rename one of them", "どちらかの名前を変えてください");
            self.error_help(code::TWICE, key_at, message, help);
            return None;
        }
        if !value.is_encrypted() {
            let help = Words::new(
                "take `_unencrypted` off its key, or mend `.sops.yaml`; if it was real, replace it",
                "キーから `_unencrypted` を取るか、`.sops.yaml` を直してください。本物なら発行し直してください",
            );
            let message = Words::new(
                format!("`{key}` is not encrypted in {file}"),
                format!("{file} の `{key}` が暗号化されていません"),
            );
            self.error_help(code::NOT_ENCRYPTED, key_at, message, help);
            return None;
        }
        if let Some(kind) = value.other_than_text() {
            let message = Words::new(
                format!("`{key}` is a value of the type {kind} in {file}, not text"),
                format!("{file} の `{key}` は文字列ではなく {kind} 型の値です"),
            );
            let help = Words::new(
                format!("quote it there: `sops edit {file}`"),
                format!("`sops edit {file}` で引用符を付けてください"),
            );
            self.error_help(code::VALUE, key_at, message, help);
            return None;
        }
        Some(SecretSource::Sops { file: path, key: key.into() })
    }

    fn sops_file(&mut self, path: &Arc<str>, at: &Spot) -> Option<Arc<File>> {
        if let Some(known) = self.sops.get(path) {
            return known.clone();
        }
        let Some(bytes) = self.tree.files.get(&**path) else {
            let help = file_help(self.tree, path);
            self.error_help(
                code::REFERENCE,
                at.key("sops"),
                Words::new(
                    format!("there is no file {path} here"),
                    format!("{path} というファイルがありません"),
                ),
                help,
            );
            return None;
        };
        let read = read(bytes);
        if let Err((message, help)) = &read {
            let finding =
                Finding::error(code::SOPS_FILE, Spot::file(path), message.clone()).maybe_help(help.clone());
            self.findings.push(finding.label(
                at.key("sops"),
                Words::new("a secret is looked for in it", "ここでシークレットの置き場所に指定されています"),
            ));
        }
        let file = read.ok().map(Arc::new);
        self.sops.insert(path.clone(), file.clone());
        file
    }
}

fn key_help(file: &File, key: &str) -> Words {
    let names = || file.values.iter().map(|value| value.name.as_str());
    match nearest(key, names()) {
        Some(near) => did_you_mean(near),
        None => {
            let all = some_of(names());
            Words {
                en: format!("its keys are {}", all.en), ja: format!("ファイルにあるキー: {}", all.ja)
            }
        }
    }
}

fn file_help(tree: &Tree, path: &str) -> Words {
    let files = || tree.files.keys().map(String::as_str).filter(|path| path.ends_with(".enc.yaml"));
    match nearest(path, files()) {
        Some(near) => did_you_mean(near),
        None if files().next().is_some() => {
            let all = some_of(files());
            Words {
                en: format!("the SOPS files here are {}", all.en),
                ja: format!("ここにある SOPS ファイル: {}", all.ja),
            }
        }
        None => Words::new(
            "a path begins at the folder of oncall.yaml; `sops edit people.enc.yaml` makes one",
            "パスは oncall.yaml のあるフォルダから書きます。ファイルは `sops edit people.enc.yaml` で作れます",
        ),
    }
}

fn some_of<'n>(names: impl Iterator<Item = &'n str>) -> Words {
    let mut all: Vec<String> = names.map(|name| format!("`{name}`")).collect();
    all.dedup();
    match all.get(..NAMED_MAX).filter(|_| all.len() > NAMED_MAX) {
        Some(first) => {
            let more = all.len() - NAMED_MAX;
            Words::new(
                format!("{} and {more} more", first.join(", ")),
                format!("{} ほか {more} 個", first.join("、")),
            )
        }
        None => all_of(&all),
    }
}

/// Reads everything that needs no key.
fn read(bytes: &[u8]) -> Result<File, Wrong> {
    if bytes.len() > FILE_MAX {
        let size = FILE_MAX / 1024;
        return Err((
            Words::new(
                format!("this file is larger than {size} KiB"),
                format!("ファイルが {size} KiB を超えています"),
            ),
            None,
        ));
    }
    let text = std::str::from_utf8(bytes)
        .map_err(|_| (Words::new("this file is not UTF-8", "ファイルが UTF-8 ではありません"), None))?;
    let parsed = yaml::parse(text);
    // sops leaves a key without a value as it is.
    if let Some(problem) = parsed.problems.iter().find(|problem| problem.code != code::NO_VALUE) {
        let source = SourceFile::new(text.to_owned());
        let line = source.line(problem.span.start);
        let Words { en, ja } = &problem.message;
        let ja = format!("{line} 行目: {ja}");
        return Err((Words { en: format!("line {line}: {en}"), ja }, None));
    }
    let Some(Node { kind: NodeKind::Mapping(entries), .. }) = &parsed.root else {
        return Err(not_sops());
    };
    let sops = entries.iter().find(|entry| entry.key == "sops").map(|entry| &entry.value);
    let sops = sops.filter(|sops| sops.get("mac").is_some()).ok_or_else(not_sops)?;
    let text_of = |key: &str| sops.get(key).and_then(Node::text).unwrap_or_default().to_owned();
    let mut walk = Walk::default();
    for entry in entries.iter().filter(|entry| entry.key != "sops") {
        walk.node(&entry.value, &entry.key, &format!("{}:", entry.key));
    }
    if walk.values.len() > VALUES_MAX {
        return Err((
            Words::new(
                format!("there are more than {VALUES_MAX} values in this file"),
                format!("ファイルの値が {VALUES_MAX} 個を超えています"),
            ),
            None,
        ));
    }
    Ok(File {
        values: walk.values,
        recipients: recipients(sops)?,
        last_modified: text_of("lastmodified"),
        mac: text_of("mac"),
        mac_only_encrypted: text_of("mac_only_encrypted") == "true",
    })
}

fn not_sops() -> Wrong {
    let help = Words::new(
        "`sops encrypt --in-place` makes it one; what was committed in the clear has to be replaced",
        "`sops encrypt --in-place` で暗号化してください。暗号化せずにコミットした値は、発行し直す必要があります",
    );
    let message = Words::new(
        "this is not a SOPS file: it has no `sops:` with a MAC",
        "SOPS のファイルではありません（MAC の付いた `sops:` がありません）",
    );
    (message, Some(help))
}

fn recipients(sops: &Node) -> Result<Vec<Recipient>, Wrong> {
    if sops.get("key_groups").is_some() {
        let help = Words::new(
            "list the age recipients in one group of .sops.yaml, and run `sops updatekeys`",
            "age の受信者を .sops.yaml の 1 つのグループに並べ、`sops updatekeys` を実行してください",
        );
        let message = Words::new(
            "the key of this SOPS file is split over key groups",
            "この SOPS ファイルの鍵は複数のキーグループに分けられています",
        );
        return Err((message, Some(help)));
    }
    let listed = sops.get("age").map(Node::items).unwrap_or_default();
    let text = |item: &Node, key: &str| item.get(key).and_then(Node::text).map(str::to_owned);
    let recipient = |item| Some(Recipient { name: text(item, "recipient")?, data_key: text(item, "enc")? });
    let recipients: Vec<Recipient> =
        listed.iter().filter_map(recipient).filter(|recipient| recipient.name.starts_with("age1")).collect();
    if recipients.is_empty() {
        let help = Words::new(
            "add an age recipient (`age-keygen` makes one) to .sops.yaml, and run `sops updatekeys`",
            "age の受信者（`age-keygen` で作れます）を .sops.yaml に加え、`sops updatekeys` を実行してください",
        );
        let message = Words::new(
            "this SOPS file is not encrypted for age",
            "この SOPS ファイルは age で暗号化されていません",
        );
        return Err((message, Some(help)));
    }
    if recipients.len() > RECIPIENTS_MAX {
        return Err((
            Words::new(
                format!("this SOPS file has more than {RECIPIENTS_MAX} recipients"),
                format!("この SOPS ファイルの受信者が {RECIPIENTS_MAX} 人を超えています"),
            ),
            None,
        ));
    }
    match recipients.iter().find(|recipient| recipient.data_key.len() > ARMOR_MAX) {
        Some(Recipient { name, .. }) => {
            let message =
                Words::new(format!("the key for {name} is too long"), format!("{name} の鍵が長すぎます"));
            Err((message, None))
        }
        None => Ok(recipients),
    }
}

/// The values in file order.
#[derive(Default)]
struct Walk {
    values: Vec<Value>,
}

impl Walk {
    /// `path`: the keys that lead to the node; a list item has those of its list.
    fn node(&mut self, node: &Node, name: &str, path: &str) {
        if self.values.len() > VALUES_MAX {
            return;
        }
        match &node.kind {
            NodeKind::Mapping(entries) => {
                for entry in entries {
                    let key = &entry.key;
                    self.node(&entry.value, &format!("{name}.{key}"), &format!("{path}{key}:"));
                }
            }
            NodeKind::Sequence(items) => {
                for (index, item) in items.iter().enumerate() {
                    self.node(item, &format!("{name}.{index}"), path);
                }
            }
            NodeKind::Scalar { text, plain } => {
                let content = if sops::is_encrypted(text) {
                    Content::Encrypted(text.clone())
                } else {
                    Content::Plain(sops::plain_bytes(text, *plain))
                };
                self.values.push(Value { name: name.to_owned(), path: path.to_owned(), content });
            }
        }
    }
}
