//! One value of a SOPS file: `ENC[AES256_GCM,data:…,iv:…,tag:…,type:…]`, and how the data key opens it.
//!
//! The format follows sops's `aes/cipher.go`: AES-256-GCM with a 32-byte nonce (which ring does not support), the tag
//! stored separately, and the path of the value as associated data.

use aes_gcm::aead::generic_array::GenericArray;
use aes_gcm::aead::generic_array::typenum::U32;
use aes_gcm::aes::Aes256;
use aes_gcm::{AeadInPlace, AesGcm, KeyInit};
use data_encoding::BASE64;
use zeroize::Zeroizing;

/// The length of a data key and of a nonce, in bytes.
pub(super) const KEY_BYTES: usize = 32;
const TAG_BYTES: usize = 16;

/// The parts of an encrypted value.
pub(super) struct Sealed<'a> {
    data: Vec<u8>,
    nonce: Vec<u8>,
    tag: Vec<u8>,
    /// `str`, `int`, `float`, `bool`, `bytes`, `time`.
    pub(super) kind: &'a str,
}

/// The cipher of one file.
pub(super) struct Cipher(AesGcm<Aes256, U32>);

impl<'a> Sealed<'a> {
    /// `None` if this is not the text of an encrypted value.
    pub(super) fn parse(text: &'a str) -> Option<Sealed<'a>> {
        let inner = text.strip_prefix("ENC[AES256_GCM,")?.strip_suffix(']')?;
        let mut parts = inner.split(',');
        let mut part = |name: &str| parts.next()?.strip_prefix(name)?.strip_prefix(':');
        let (data, nonce, tag, kind) = (part("data")?, part("iv")?, part("tag")?, part("type")?);
        let bytes = |text: &str| BASE64.decode(text.as_bytes()).ok();
        let sealed = Sealed { data: bytes(data)?, nonce: bytes(nonce)?, tag: bytes(tag)?, kind };
        let sizes = sealed.nonce.len() == KEY_BYTES && sealed.tag.len() == TAG_BYTES;
        (sizes && parts.next().is_none()).then_some(sealed)
    }
}

impl Cipher {
    pub(super) fn new(key: &[u8; KEY_BYTES]) -> Cipher {
        Cipher(AesGcm::new(GenericArray::from_slice(key)))
    }

    /// Decrypts a value that was sealed at `path`; `None` if path or key do not match.
    pub(super) fn open(&self, sealed: &Sealed<'_>, path: &str) -> Option<Zeroizing<String>> {
        let mut data = Zeroizing::new(sealed.data.clone());
        let (nonce, tag) = (GenericArray::from_slice(&sealed.nonce), GenericArray::from_slice(&sealed.tag));
        self.0.decrypt_in_place_detached(nonce, path.as_bytes(), &mut data, tag).ok()?;
        std::str::from_utf8(&data).ok().map(|text| Zeroizing::new(text.to_owned()))
    }
}
