//! Amazon's signature, version 4: what a request says and when, under a key that is good for one day, region and service.
//!
//! <https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_sigv.html>. The time is the sender's, so a request carries what it is to
//! be signed with, and is signed when it leaves.

use super::http::{Method, Request, origin};
use crate::config::Secret;
use jiff::Timestamp;
use jiff::tz::TimeZone;
use ring::digest::{SHA256, digest};
use ring::hmac;

/// The scheme, as it is written.
const ALGORITHM: &str = "AWS4-HMAC-SHA256";

/// The request with its signature, if it wants one; one that is signed is not signed again.
pub fn signed(mut request: Request, at: Timestamp) -> Request {
    let Some(signing) = request.signing.take() else { return request };
    let at = at.to_zoned(TimeZone::UTC);
    let (time, day) = (at.strftime("%Y%m%dT%H%M%SZ").to_string(), at.strftime("%Y%m%d").to_string());
    let host = origin(&request.url).and_then(|origin| origin.split_once("://")).map_or("", |(_, host)| host);
    let mut headers: Vec<(String, String)> =
        vec![("host".to_owned(), host.to_owned()), ("x-amz-date".to_owned(), time.clone())];
    // Amazon wants its own headers under the signature.
    let own = |name: &str| name == "content-type" || name.starts_with("x-amz-");
    let kind = request.headers.iter().filter(|(name, _)| own(name));
    headers.extend(kind.map(|(name, value)| ((*name).to_owned(), value.expose().to_owned())));
    headers.sort();
    let (path, query) = path_and_query(&request.url);
    let names = headers.iter().map(|(name, _)| name.as_str()).collect::<Vec<_>>().join(";");
    let lines: String = headers.iter().map(|(name, value)| format!("{name}:{}\n", value.trim())).collect();
    let method = match request.method {
        Method::Get => "GET",
        Method::Post => "POST",
        Method::Put => "PUT",
    };
    let canonical = format!("{method}\n{path}\n{query}\n{lines}\n{names}\n{}", hex_of(&request.body));
    let scope = format!("{day}/{}/{}/aws4_request", signing.region, signing.service);
    let to_sign = format!("{ALGORITHM}\n{time}\n{scope}\n{}", hex_of(canonical.as_bytes()));
    let first = Secret::new(&format!("AWS4{}", signing.key.expose()));
    let day_key = mac(first.expose().as_bytes(), &day);
    let key = [signing.region.as_str(), signing.service, "aws4_request"]
        .iter()
        .fold(day_key, |key, part| mac(key.as_ref(), part));
    let signature = data_encoding::HEXLOWER.encode(mac(key.as_ref(), &to_sign).as_ref());
    let authorization = format!(
        "{ALGORITHM} Credential={}/{scope}, SignedHeaders={names}, Signature={signature}",
        signing.key_id
    );
    request.headers.push(("x-amz-date", Secret::new(&time)));
    request.headers.push(("authorization", Secret::new(&authorization)));
    request
}

fn mac(key: &[u8], text: &str) -> hmac::Tag {
    hmac::sign(&hmac::Key::new(hmac::HMAC_SHA256, key), text.as_bytes())
}

fn hex_of(bytes: &[u8]) -> String {
    data_encoding::HEXLOWER.encode(digest(&SHA256, bytes).as_ref())
}

/// The path as it is sent, encoded once more, and the query sorted. Our own paths and queries need no other rules: they have letters,
/// digits, `-`, `_`, `.`, `/` and names of Amazon's.
fn path_and_query(url: &str) -> (String, String) {
    let rest = url.get(origin(url).map_or(0, str::len)..).unwrap_or_default();
    let (path, query) = rest.split_once('?').unwrap_or((rest, ""));
    let mut encoded = String::with_capacity(path.len());
    for byte in path.bytes() {
        match byte {
            b'A'..=b'Z' | b'a'..=b'z' | b'0'..=b'9' | b'-' | b'_' | b'.' | b'~' | b'/' => {
                encoded.push(char::from(byte));
            }
            other => encoded.push_str(&format!("%{other:02X}")),
        }
    }
    let mut pairs: Vec<&str> = query.split('&').filter(|pair| !pair.is_empty()).collect();
    pairs.sort_unstable();
    (if encoded.is_empty() { "/".to_owned() } else { encoded }, pairs.join("&"))
}
