//! The keys of a provider, and which of them signed a token.
//!
//! A key is used only under an algorithm of its own kind, so that no token chooses how it is looked at. `none` and what is signed with
//! a shared secret (HS256) are in no table, and so are never accepted.

use super::token::Token;
use super::{DOCUMENT_MAX, KEY, Refused, quoted};
use data_encoding::BASE64URL_NOPAD;
use ring::signature::{
    ECDSA_P256_SHA256_FIXED, ED25519, RSA_PKCS1_2048_8192_SHA256, RSA_PSS_2048_8192_SHA256, RsaParameters,
    RsaPublicKeyComponents, UnparsedPublicKey,
};
use rustls_pki_types::{SubjectPublicKeyInfoDer, pem::PemObject};
use serde_json::Value;

/// The most keys that are read of one provider.
pub const KEYS_MAX: usize = 64;
/// The algorithms of an identity provider.
pub const ALGORITHMS: [&str; 4] = ["RS256", "PS256", "ES256", "EdDSA"];
/// The beginning of a public key on P-256 as DER; 65 bytes of the point follow (RFC 5480).
const P256: [u8; 26] = [
    0x30, 0x59, 0x30, 0x13, 0x06, 0x07, 0x2a, 0x86, 0x48, 0xce, 0x3d, 0x02, 0x01, 0x06, 0x08, 0x2a, 0x86,
    0x48, 0xce, 0x3d, 0x03, 0x01, 0x07, 0x03, 0x42, 0x00,
];

/// A public key.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Key {
    id: Option<String>,
    /// The one algorithm that it is for, if it says so.
    algorithm: Option<String>,
    material: Material,
}

#[derive(Clone, Debug, PartialEq, Eq)]
enum Material {
    Rsa {
        n: Vec<u8>,
        e: Vec<u8>,
    },
    /// A point, uncompressed.
    P256(Vec<u8>),
    Ed25519(Vec<u8>),
}

/// The keys of a JSON Web Key Set (RFC 7517) that verify what we accept; others are passed over.
pub fn of_set(body: &[u8]) -> Result<Vec<Key>, String> {
    let said = json(body)?;
    let Some(all) = said["keys"].as_array() else { return Err("it is no set of keys (JWKS)".to_owned()) };
    if all.len() > KEYS_MAX {
        return Err(format!("it has {} keys; {KEYS_MAX} are the most", all.len()));
    }
    let keys: Vec<Key> = all.iter().filter_map(of_json).collect();
    if keys.is_empty() { Err("it has no key for RS256, PS256, ES256 or EdDSA".to_owned()) } else { Ok(keys) }
}

/// The one key of a PEM file, on P-256.
pub fn of_pem(body: &[u8], id: &str) -> Result<Vec<Key>, String> {
    if body.len() > DOCUMENT_MAX {
        return Err(too_large(body.len()));
    }
    let der =
        SubjectPublicKeyInfoDer::from_pem_slice(body).map_err(|_| "it is no public key (PEM)".to_owned())?;
    match der.as_ref().strip_prefix(&P256) {
        Some(point) if is_point(point) => {
            let material = Material::P256(point.to_vec());
            Ok(vec![Key { id: Some(id.to_owned()), algorithm: None, material }])
        }
        _ => Err("it is no key on P-256".to_owned()),
    }
}

pub(super) fn json(body: &[u8]) -> Result<Value, String> {
    if body.len() > DOCUMENT_MAX {
        return Err(too_large(body.len()));
    }
    serde_json::from_slice(body).map_err(|_| "it is no JSON".to_owned())
}

fn too_large(bytes: usize) -> String {
    format!("it has {bytes} bytes; {DOCUMENT_MAX} are the most")
}

fn of_json(key: &Value) -> Option<Key> {
    let text = |name: &str| key[name].as_str();
    let bytes = |name: &str| BASE64URL_NOPAD.decode(text(name)?.trim_end_matches('=').as_bytes()).ok();
    if text("use").is_some_and(|it| it != "sig") {
        return None;
    }
    let material = match (text("kty")?, text("crv")) {
        ("RSA", _) => {
            let bare = |bytes: Vec<u8>| bytes.into_iter().skip_while(|byte| *byte == 0).collect::<Vec<u8>>();
            Material::Rsa { n: bare(bytes("n")?), e: bare(bytes("e")?) }
        }
        ("EC", Some("P-256")) => Some([vec![4], bytes("x")?, bytes("y")?].concat())
            .filter(|point| is_point(point))
            .map(Material::P256)?,
        ("OKP", Some("Ed25519")) => Material::Ed25519(bytes("x")?),
        _ => return None,
    };
    let owned = |name: &str| text(name).map(str::to_owned);
    Some(Key { id: owned("kid"), algorithm: owned("alg"), material })
}

fn is_point(bytes: &[u8]) -> bool {
    bytes.len() == 65 && bytes.first() == Some(&4)
}

impl Material {
    /// Whether it made this signature under this algorithm; `None` if it is not for it.
    fn signed(&self, algorithm: &str, token: &Token) -> Option<bool> {
        let (signed, signature) = (token.signed.as_bytes(), &token.signature[..]);
        let rsa = |n: &Vec<u8>, e: &Vec<u8>, how: &RsaParameters| {
            RsaPublicKeyComponents { n, e }.verify(how, signed, signature).is_ok()
        };
        match (self, algorithm) {
            (Material::Rsa { n, e }, "RS256") => Some(rsa(n, e, &RSA_PKCS1_2048_8192_SHA256)),
            (Material::Rsa { n, e }, "PS256") => Some(rsa(n, e, &RSA_PSS_2048_8192_SHA256)),
            (Material::P256(point), "ES256") => Some(
                UnparsedPublicKey::new(&ECDSA_P256_SHA256_FIXED, point).verify(signed, signature).is_ok(),
            ),
            (Material::Ed25519(key), "EdDSA") => {
                Some(UnparsedPublicKey::new(&ED25519, key).verify(signed, signature).is_ok())
            }
            _ => None,
        }
    }
}

/// Whether one of the keys signed the token, under one of these algorithms. A key without an id is tried for every token.
pub fn verify(token: &Token, keys: &[Key], algorithms: &[&str]) -> Result<(), Refused> {
    let algorithm = token.head.get("alg").and_then(Value::as_str).unwrap_or_default();
    if !algorithms.contains(&algorithm) {
        let why = format!("its `alg` is {}, and {} is wanted", quoted(algorithm), algorithms.join(" or "));
        return Err(Refused::new("token_algorithm", why));
    }
    let is_meant = |key: &&Key| {
        let by_id = token.key_id().is_none() || key.id.is_none() || key.id.as_deref() == token.key_id();
        by_id && key.algorithm.as_deref().is_none_or(|only| only == algorithm)
    };
    let mut tried = keys.iter().filter(is_meant).filter_map(|key| key.material.signed(algorithm, token));
    match tried.next() {
        None => {
            let named = token.key_id().map(|id| format!(" is called {} and", quoted(id))).unwrap_or_default();
            Err(Refused::new(KEY, format!("no key that is known{named} is for {algorithm}")))
        }
        Some(true) => Ok(()),
        Some(false) if tried.any(|signed| signed) => Ok(()),
        Some(false) => Err(Refused::new(KEY, "no key that is known made its signature")),
    }
}
