//! Opens a SOPS file: age decrypts the data key, the data key decrypts every value, and the MAC over them is
//! verified.
//!
//! The walk follows sops's `Tree.Decrypt`. A value counts as encrypted if it looks like it, so the file's rules
//! (`encrypted_regex` and the like) need not be read: a value that was moved, changed or replaced by a plain one
//! fails the MAC.

use super::cipher::{Cipher, KEY_BYTES, Sealed};
use super::{Content, File, Keys, Opened, Recipient};
use age::armor::ArmoredReader;
use age::{Decryptor, x25519::Identity};
use ring::digest;
use std::{collections::BTreeMap, io::Read};
use subtle::ConstantTimeEq;
use zeroize::Zeroizing;

/// The largest data key of one recipient, as stored in the file, in bytes.
pub const ARMOR_MAX: usize = 16 * 1024;
/// How many recipients an error names.
const NAMED_MAX: usize = 3;
/// The prefix of a MAC over encrypted values only: the SHA-256 of `sops`.
const MAC_ONLY_ENCRYPTED: [u8; 32] = [
    0x8a, 0x3f, 0xd2, 0xad, 0x54, 0xce, 0x66, 0x52, 0x7b, 0x10, 0x34, 0xf3, 0xd1, 0x47, 0xbe, 0x0b, 0x0b,
    0x97, 0x5b, 0x3b, 0xf4, 0x4f, 0x72, 0xc6, 0xfd, 0xad, 0xec, 0x81, 0x76, 0xf2, 0x7d, 0x69,
];

/// Decrypts a file with the first key that fits. The error says what is wrong and how to fix it, and never contains a
/// value.
pub fn open(file: &File, keys: &Keys) -> Result<Opened, String> {
    let cipher = Cipher::new(&*data_key(file, keys)?);
    let mut values = BTreeMap::new();
    let mut mac = digest::Context::new(&digest::SHA512);
    if file.mac_only_encrypted {
        mac.update(&MAC_ONLY_ENCRYPTED);
    }
    for value in &file.values {
        match &value.content {
            Content::Encrypted(text) => {
                let opened = Sealed::parse(text).and_then(|sealed| cipher.open(&sealed, &value.path));
                let text = opened.ok_or_else(|| {
                    format!(
                        "`{}` was moved or changed without sops: restore it, and edit with sops",
                        value.name
                    )
                })?;
                mac.update(text.as_bytes());
                values.insert(value.name.clone(), text);
            }
            Content::Plain(text) if !file.mac_only_encrypted => mac.update(text.as_bytes()),
            Content::Plain(_) => {}
        }
    }
    if mac_matches(file, &cipher, mac) { Ok(Opened { values }) } else { Err(changed()) }
}

fn mac_matches(file: &File, cipher: &Cipher, mac: digest::Context) -> bool {
    let computed = data_encoding::HEXUPPER.encode(mac.finish().as_ref());
    let written = Sealed::parse(&file.mac).and_then(|sealed| cipher.open(&sealed, &file.last_modified));
    written.is_some_and(|written| written.as_bytes().ct_eq(computed.as_bytes()).into())
}

fn changed() -> String {
    "its MAC does not match: a value was added, removed or changed without sops: restore it, and edit with sops"
        .to_owned()
}

/// The data key, from the first recipient we have a key for.
fn data_key(file: &File, keys: &Keys) -> Result<Zeroizing<[u8; KEY_BYTES]>, String> {
    let ours = |recipient: &&Recipient| keys.recipients().any(|key| key == recipient.name);
    let mut found = false;
    for recipient in file.recipients.iter().filter(ours) {
        found = true;
        let mut fitting = keys.iter().filter(|key| key.recipient == recipient.name);
        if let Some(data_key) = fitting.find_map(|key| unwrap(&recipient.data_key, &key.identity)) {
            return Ok(data_key);
        }
    }
    if found {
        return Err("its data key is damaged: restore it, or run `sops updatekeys`".to_owned());
    }
    let recipients = named(file.recipients.iter().map(|recipient| recipient.name.as_str()));
    Err(if keys.is_empty() {
        format!("it is encrypted for {recipients}, and there is no age key here")
    } else {
        let here = named(keys.recipients());
        format!(
            "it is encrypted for {recipients}, and the age keys here are {here}: `sops updatekeys` adds one"
        )
    })
}

/// Decrypts one recipient's data key. An age file locked with a passphrase belongs to no recipient, so it is refused.
fn unwrap(armored: &str, identity: &Identity) -> Option<Zeroizing<[u8; KEY_BYTES]>> {
    if armored.len() > ARMOR_MAX {
        return None;
    }
    let decryptor = Decryptor::new(ArmoredReader::new(armored.as_bytes())).ok()?;
    if decryptor.is_scrypt() {
        return None;
    }
    let mut data_key = Zeroizing::new([0; KEY_BYTES]);
    let mut plain = decryptor.decrypt(std::iter::once(identity as _)).ok()?;
    plain.read_exact(&mut *data_key).ok()?;
    let mut more = [0];
    (plain.read(&mut more).ok()? == 0).then_some(data_key)
}

fn named<'a>(recipients: impl Iterator<Item = &'a str>) -> String {
    let all: Vec<&str> = recipients.collect();
    let first = all.iter().take(NAMED_MAX).copied().collect::<Vec<_>>().join(", ");
    if all.len() > NAMED_MAX { format!("{first} and {} more", all.len() - NAMED_MAX) } else { first }
}
