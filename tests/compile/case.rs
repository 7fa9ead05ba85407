//! A tree as one text: `--- path` begins a file, which replaces that of the base or is added to it; `--- path (deleted)`
//! takes one out, and `--- path (a link)` and its like say what stands there instead of a file.

use oncall::compile::{Tree, Unread};

/// The least that is valid.
const BASE: &str = include_str!("../configs/base.txt");

const INSTEAD: [(&str, Unread); 9] = [
    (" (a link)", Unread::Link),
    (" (a submodule)", Unread::Submodule),
    (" (an LFS pointer)", Unread::LfsPointer),
    (" (a socket)", Unread::Special),
    (" (not UTF-8)", Unread::Name),
    (" (2 MiB)", Unread::TooLarge(2 << 20)),
    (" (too deep)", Unread::TooDeep),
    (" (too many)", Unread::TooMany),
    (" (too much)", Unread::TooMuch),
];

/// The base with this patch.
pub fn tree(patch: &str) -> Tree {
    tree_on(BASE, patch)
}

/// Another base with this patch.
pub fn tree_on(base: &str, patch: &str) -> Tree {
    let mut tree = Tree::default();
    for text in [base, patch] {
        for part in format!("\n{text}").split("\n--- ").skip(1) {
            let (path, body) = part.split_once('\n').unwrap_or((part, ""));
            let instead = INSTEAD.iter().find_map(|(words, why)| Some((path.strip_suffix(words)?, *why)));
            if let Some(path) = path.strip_suffix(" (deleted)") {
                tree.files.remove(path);
            } else if let Some((path, why)) = instead {
                tree.files.remove(path);
                tree.unread.insert(path.to_owned(), why);
            } else {
                tree.files.insert(path.to_owned(), bytes(body));
            }
        }
    }
    tree
}

/// A case is text; `\xFF` in it is that byte, `\t` a tab, `\r` a carriage return, `\u{feff}` a byte-order mark.
fn bytes(body: &str) -> Vec<u8> {
    let text = body.replace("\\t", "\t").replace("\\r", "\r").replace("\\u{feff}", "\u{feff}") + "\n";
    let mut bytes = Vec::new();
    for (index, piece) in text.split("\\xFF").enumerate() {
        if index > 0 {
            bytes.push(0xFF);
        }
        bytes.extend_from_slice(piece.as_bytes());
    }
    bytes
}
