//! Percent-encoding (RFC 3986), both ways; and addresses among words.

/// Encodes everything but the unreserved characters.
pub fn encoded(text: &str) -> String {
    encoded_except(text, b"")
}

/// Encodes what would end a path or be changed in it. `+`, `/` and `=` stay: base64 has them, and not every proxy lets an
/// encoded `/` through.
pub fn in_path(text: &str) -> String {
    encoded_except(text, b"+/=")
}

fn encoded_except(text: &str, kept: &[u8]) -> String {
    text.bytes()
        .map(|byte| match byte {
            b'A'..=b'Z' | b'a'..=b'z' | b'0'..=b'9' | b'-' | b'.' | b'_' | b'~' => {
                char::from(byte).to_string()
            }
            _ if kept.contains(&byte) => char::from(byte).to_string(),
            _ => format!("%{byte:02X}"),
        })
        .collect()
}

/// Decodes `%xx`; a `%` that does not begin one stays as it is, and so does `+`.
pub fn decoded(text: &str) -> Vec<u8> {
    let bytes = text.as_bytes();
    let mut decoded = Vec::with_capacity(bytes.len());
    let mut at = 0;
    while let Some(&byte) = bytes.get(at) {
        let pair = bytes.get(at + 1..at + 3).filter(|_| byte == b'%').and_then(hex_pair);
        decoded.push(pair.unwrap_or(byte));
        at += if pair.is_some() { 3 } else { 1 };
    }
    decoded
}

/// The first address of a web page in a text, less what ends a sentence.
pub fn first(text: &str) -> Option<&str> {
    let at = ["https://", "http://"].iter().filter_map(|scheme| text.find(scheme)).min()?;
    let rest = text.get(at..)?;
    let end =
        rest.find(|c: char| c.is_whitespace() || "\"'<>()[]{}|`、。」".contains(c)).unwrap_or(rest.len());
    rest.get(..end).map(|url| url.trim_end_matches(['.', ',', ';', ':', '!', '?']))
}

/// The value of a field of an `application/x-www-form-urlencoded` body.
pub fn form_field(body: &[u8], name: &str) -> Option<Vec<u8>> {
    let body = std::str::from_utf8(body).ok()?;
    let value = body.split('&').find_map(|pair| pair.strip_prefix(name)?.strip_prefix('='))?;
    Some(decoded(&value.replace('+', " ")))
}

fn hex_pair(pair: &[u8]) -> Option<u8> {
    let digit = |byte: u8| char::from(byte).to_digit(16);
    let value = digit(*pair.first()?)? * 16 + digit(*pair.get(1)?)?;
    u8::try_from(value).ok()
}
