//! SOPS files to their values: files made by the real `sops` (`tests/sops/README.md`), and the same with one thing changed.
//!
//! Expected values are those of `tests/sops/people.yaml`, read by eye. What must not open is checked to open before the
//! change.
#![allow(clippy::unwrap_used, reason = "in a test a panic is the finding, in its helpers too")]

use age::secrecy::SecretString;
use oncall::compile::{Tree, compile};
use oncall::sops::{File, Keys, open, plain_bytes};
use std::io::Write;
use std::sync::Arc;

const PEOPLE: &str = include_str!("people.enc.yaml");
const RESPELLED: &str = include_str!("respelled.enc.yaml");
const MAC_ONLY: &str = include_str!("mac-only.enc.yaml");
const JSON: &str = include_str!("json.enc.json");
const FIRST: &str = include_str!("first.key");
const SECOND: &str = include_str!("second.key");
/// The least that is valid, from the tests of `compile`.
const BASE: &str = include_str!("../configs/base.txt");

#[test]
fn what_sops_sealed_opens() {
    for key in [FIRST, SECOND] {
        for text in [PEOPLE, RESPELLED] {
            let opened = open(&file(text), &keys(key)).unwrap();
            let expected = [
                ("tanaka.phone", Some("+819000000011")),
                ("sato.phone", Some("+819000000012")),
                ("sato.age", Some("41")),
                ("sato.height", Some("1.5")),
                ("sato.likes.0", Some("tea")),
                ("sato.likes.3", Some("True")),
                ("sato.born", Some("2001-12-14T00:00:00Z")),
                ("numbers.0", Some("one")),
                ("numbers.1.deep.er", Some("two: \"quoted\" 電話 \\")),
                ("block", Some("first\nsecond\n")),
                ("tanaka.floor_unencrypted", None),
                ("empty", None),
                ("sops.mac", None),
            ];
            for (name, value) in expected {
                assert_eq!(opened.get(name), value, "{name}");
            }
        }
    }
    let opened = open(&file(MAC_ONLY), &keys(SECOND)).unwrap();
    assert_eq!(opened.get("sato.phone"), Some("+819000000012"));
    assert_eq!(open(&file(JSON), &keys(FIRST)).unwrap().get("tanaka.phone"), Some("+819000000011"));
}

#[test]
fn what_was_changed_without_sops_does_not_open() {
    let phone = |person: &str| {
        let after = PEOPLE.split_once(&format!("\n{person}:\n")).unwrap().1;
        let line = after.lines().find(|line| line.contains("phone: ENC[")).unwrap();
        line.trim().strip_prefix("phone: ").unwrap().to_owned()
    };
    let (tanaka, sato) = (phone("tanaka"), phone("sato"));
    let letter = tanaka.replacen("data:", "data:A", 1);
    let changes = [
        ("a value of somebody else", tanaka.as_str(), sato.as_str(), "`tanaka.phone` was moved"),
        ("a readable value", &tanaka, "\"+819099999999\"", "its MAC does not match"),
        ("no value", &tanaka, "\"\"", "its MAC does not match"),
        ("another readable value", "floor_unencrypted: 3", "floor_unencrypted: 4", "its MAC does not match"),
        ("a value more", "empty: \"\"", "empty: \"x\"", "its MAC does not match"),
        ("a line less", "    dotted: 1.2.3\n", "", "its MAC does not match"),
        (
            "another order",
            "    dotted: 1.2.3\n    dash: '-'\n",
            "    dash: '-'\n    dotted: 1.2.3\n",
            "its MAC",
        ),
        ("another day", "lastmodified: \"2026-", "lastmodified: \"2025-", "its MAC does not match"),
        ("what is no base64", &tanaka, &letter, "its MAC does not match"),
    ];
    for (what, from, to, why) in changes {
        let text = PEOPLE.replacen(from, to, 1);
        assert_ne!(text, PEOPLE, "{what}");
        let error = open(&file(&text), &keys(FIRST)).unwrap_err();
        assert!(error.contains(why), "{what}: {error}");
    }
    // What is not encrypted is not covered here, and what is still is.
    let free = MAC_ONLY.replacen("dotted: 1.2.3", "dotted: 1.2.4", 1);
    assert!(free != MAC_ONLY && open(&file(&free), &keys(SECOND)).is_ok());
    let line = MAC_ONLY.split_inclusive('\n').find(|line| line.contains("    phone: ENC[")).unwrap();
    let gone = MAC_ONLY.replacen(line, "", 1);
    assert!(open(&file(&gone), &keys(SECOND)).unwrap_err().contains("its MAC"));
    let not_only = MAC_ONLY.replacen("    mac_only_encrypted: true\n", "", 1);
    assert!(open(&file(&not_only), &keys(SECOND)).unwrap_err().contains("its MAC"));
}

#[test]
fn without_the_right_key_it_names_whom_it_is_for() {
    let (first, second) = (recipient(FIRST), recipient(SECOND));
    let error = open(&file(PEOPLE), &Keys::default()).unwrap_err();
    assert_eq!(error, format!("it is encrypted for {first}, {second}, and there is no age key here"));
    let error = open(&file(MAC_ONLY), &keys(FIRST)).unwrap_err();
    assert!(error.contains(&format!("for {second}, and the age keys here are {first}")), "{error}");
    let both = format!("{FIRST}\n\n{SECOND}");
    assert!(open(&file(MAC_ONLY), &keys(&both)).is_ok());

    // A data key for the right name that was made for another, or locked with a passphrase.
    let other = MAC_ONLY.replace(&second, &first);
    assert!(open(&file(&other), &keys(FIRST)).unwrap_err().contains("its data key is damaged"));
    let mut locked = (*file(PEOPLE)).clone();
    locked.recipients.iter_mut().for_each(|recipient| recipient.data_key = with_passphrase());
    assert!(open(&locked, &keys(FIRST)).unwrap_err().contains("its data key is damaged"));
}

#[test]
fn neither_values_nor_keys_are_shown() {
    let (file, keys) = (file(PEOPLE), keys(FIRST));
    let opened = open(&file, &keys).unwrap();
    let shown = format!("{opened:?} {file:#?} {keys:?} {:?} {:?}", file.values, file.recipients);
    for secret in ["8190000", "AGE-SECRET", "ENC[", "third"] {
        assert!(!shown.contains(secret), "{secret} in {shown}");
    }
    let mut keys = Keys::default();
    let plugin = "AGE-PLUGIN-YUBIKEY-1QYPQXPQ";
    assert_eq!(keys.add(&format!("# a comment\n{plugin}\n  {}\nnonsense", FIRST.trim())), [2, 6]);
    assert_eq!(keys.recipients().collect::<Vec<_>>(), [recipient(FIRST)]);
}

/// By the rules of go-yaml, which the MAC of `respelled.enc.yaml` confirms for most of them.
#[test]
fn readable_values_count_as_go_reads_them() {
    let cases = [
        ("0x1F", "31"),
        ("017", "15"),
        ("0o17", "15"),
        ("0b101", "5"),
        ("1_000", "1000"),
        ("+5", "5"),
        ("-0", "0"),
        ("08", "8"),
        (".5", "0.5"),
        ("2.50", "2.5"),
        ("1e21", "1000000000000000000000"),
        ("1e-07", "0.0000001"),
        ("12a", "12a"),
        ("1.2.3", "1.2.3"),
        ("-", "-"),
        ("+", "+"),
        (".", "."),
        ("-a", "-a"),
        ("0x", "0x"),
        ("no", "no"),
        ("TRUE", "True"),
        ("false", "False"),
        ("tRue", "tRue"),
        ("2001-12-14", "2001-12-14"),
        ("9223372036854775807", "9223372036854775807"),
        ("1e999", "1e999"),
        ("電話", "電話"),
    ];
    for (text, bytes) in cases {
        assert_eq!(plain_bytes(text, true), bytes, "{text}");
        assert_eq!(plain_bytes(text, false), text);
    }
}

/// The SOPS file of a config that names a value of it.
fn file(text: &str) -> Arc<File> {
    let mut files = std::collections::BTreeMap::new();
    for part in BASE.split("--- ").filter(|part| !part.is_empty()) {
        let (path, content) = part.split_once('\n').unwrap();
        files.insert(path.to_owned(), content.as_bytes().to_vec());
    }
    files.insert("people.enc.yaml".to_owned(), text.as_bytes().to_vec());
    // Any value that is encrypted will do.
    let named = ["tanaka.phone", "sato.phone", "numbers.0", "block"];
    for name in named {
        let user = format!("name: T\nphone: {{ sops: people.enc.yaml, key: {name} }}\n");
        files.insert("users/tanaka.yaml".to_owned(), user.into_bytes());
        let compiled = compile(&Tree { files: files.clone(), ..Tree::default() });
        if let Some(config) = compiled.config {
            return config.sops["people.enc.yaml"].clone();
        }
    }
    panic!("no config names a value of this file")
}

fn keys(text: &str) -> Keys {
    let mut keys = Keys::default();
    assert_eq!(keys.add(text), [0_usize; 0]);
    keys
}

fn recipient(key: &str) -> String {
    let line = key.lines().find_map(|line| line.strip_prefix("# public key: ")).unwrap();
    line.to_owned()
}

/// 32 bytes in an age file that a passphrase opens.
fn with_passphrase() -> String {
    let mut recipient = age::scrypt::Recipient::new(SecretString::from("x".to_owned()));
    recipient.set_work_factor(2);
    let encryptor = age::Encryptor::with_recipients(std::iter::once(&recipient as _)).unwrap();
    let armored = age::armor::ArmoredWriter::wrap_output(Vec::new(), age::armor::Format::AsciiArmor).unwrap();
    let mut writer = encryptor.wrap_output(armored).unwrap();
    writer.write_all(&[7; 32]).unwrap();
    String::from_utf8(writer.finish().unwrap().finish().unwrap()).unwrap()
}
