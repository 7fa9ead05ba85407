//! Whose request it is behind proxies: the address that a trusted one names, so that limits and logs are about clients.
//!
//! What stands in `X-Forwarded-For` anybody may write; only its end was written by our own proxies. So it is read from the right,
//! until an address comes that is no proxy of ours. `Forwarded` (RFC 7239) is read where there is no `X-Forwarded-For`.

use axum::http::HeaderMap;
use std::net::{IpAddr, SocketAddr};
use std::str::FromStr;

/// How many addresses are read; no request passes more proxies of ours.
const HOPS_MAX: usize = 16;

/// The addresses that have the same first bits.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Network {
    bits: u128,
    length: u32,
}

impl FromStr for Network {
    type Err = String;

    fn from_str(text: &str) -> Result<Network, String> {
        let wrong =
            || format!("`{text}` is no network: write it like `10.0.0.0/8`, `192.0.2.7` or `fd00::/8`");
        let (address, length) = text.split_once('/').unzip();
        let address: IpAddr = address.unwrap_or(text).parse().map_err(|_| wrong())?;
        let width = if address.is_ipv4() { 32 } else { 128 };
        let length = length.map_or(Ok(width), |length: &str| length.parse::<u32>().map_err(|_| wrong()))?;
        if length > width {
            return Err(format!("`{text}` has more than {width} bits"));
        }
        let length = length + 128 - width;
        let network = Network { bits: mapped(address), length };
        // Most likely a slip: `10.1.0.0/8` is all of 10.
        if network.first(mapped(address)) != mapped(address) {
            return Err(format!("`{text}` has bits beyond its first {}", length + width - 128));
        }
        Ok(network)
    }
}

impl Network {
    pub fn contains(&self, address: IpAddr) -> bool {
        self.first(mapped(address)) == self.first(self.bits)
    }

    fn first(&self, bits: u128) -> u128 {
        bits & u128::MAX.checked_shl(128 - self.length).unwrap_or(0)
    }
}

/// Every address as one of IPv6.
fn mapped(address: IpAddr) -> u128 {
    match address {
        IpAddr::V4(address) => address.to_ipv6_mapped().to_bits(),
        IpAddr::V6(address) => address.to_bits(),
    }
}

/// The address of the client: the connection's, or what the trusted proxies say. A word that is no address (`unknown`) ends the
/// reading: the request is then that of the last proxy.
pub fn client(peer: IpAddr, headers: &HeaderMap, trusted: &[Network]) -> IpAddr {
    let is_trusted = |address: IpAddr| trusted.iter().any(|network| network.contains(address));
    if !is_trusted(peer) {
        return peer;
    }
    let mut client = peer;
    for hop in hops(headers) {
        let Some(address) = hop else { break };
        client = address;
        if !is_trusted(address) {
            break;
        }
    }
    client.to_canonical()
}

/// The addresses that the headers name, the nearest first.
fn hops(headers: &HeaderMap) -> Vec<Option<IpAddr>> {
    let texts = |name: &str| -> Vec<String> {
        let lines = headers.get_all(name).iter();
        let text = |line: &http::HeaderValue| String::from_utf8_lossy(line.as_bytes()).into_owned();
        let all = lines.map(text).collect::<Vec<_>>().join(",");
        all.rsplit(',').take(HOPS_MAX).map(|hop| hop.trim().to_owned()).collect()
    };
    if headers.contains_key("x-forwarded-for") {
        return texts("x-forwarded-for").iter().map(|hop| address(hop)).collect();
    }
    if !headers.contains_key("forwarded") {
        return Vec::new();
    }
    let named = |hop: &String| {
        let pair = hop.split(';').filter_map(|pair| pair.trim().split_once('='));
        let mut named = pair.filter(|(name, _)| name.trim().eq_ignore_ascii_case("for"));
        named.next().and_then(|(_, value)| address(value.trim().trim_matches('"')))
    };
    texts("forwarded").iter().map(named).collect()
}

/// An address, with a port or without.
fn address(text: &str) -> Option<IpAddr> {
    let bare = text.strip_prefix('[').and_then(|text| text.strip_suffix(']')).unwrap_or(text);
    bare.parse().ok().or_else(|| Some(text.parse::<SocketAddr>().ok()?.ip()))
}
