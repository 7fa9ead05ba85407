//! How an unencrypted value enters the MAC.
//!
//! sops reads YAML with go-yaml and writes each value's bytes into the MAC by type (`ToBytes` in `sops.go`): text
//! unchanged, `true` as `True`, a number in its shortest decimal form. A date is written back as it was read.

/// The bytes of a scalar. `plain` means without quotes, so it may be a number or a boolean.
pub fn plain_bytes(text: &str, plain: bool) -> String {
    let number = || {
        let first = text.chars().next().filter(|first| first.is_ascii_digit() || "+-.".contains(*first))?;
        let digits = if first == '.' { text.to_owned() } else { text.replace('_', "") };
        integer(&digits).map(|number| number.to_string()).or_else(|| float(&digits))
    };
    match text {
        _ if !plain => text.to_owned(),
        "true" | "True" | "TRUE" => "True".to_owned(),
        "false" | "False" | "FALSE" => "False".to_owned(),
        _ => number().unwrap_or_else(|| text.to_owned()),
    }
}

/// Go's `ParseInt` with base 0: a prefix sets the base, and so does a leading zero.
fn integer(text: &str) -> Option<i64> {
    let (sign, digits) = match text.strip_prefix('-') {
        Some(rest) => ("-", rest),
        None => ("", text.strip_prefix('+').unwrap_or(text)),
    };
    let lower = digits.to_ascii_lowercase();
    let bases = [("0x", 16), ("0b", 2), ("0o", 8)];
    let based = bases.iter().find_map(|(prefix, base)| Some((lower.strip_prefix(prefix)?, *base)));
    let octal = || lower.strip_prefix('0').filter(|rest| !rest.is_empty()).map(|rest| (rest, 8));
    let (digits, base) = based.or_else(octal).unwrap_or((&lower, 10));
    let first = digits.chars().next()?;
    if !first.is_digit(base) { None } else { i64::from_str_radix(&format!("{sign}{digits}"), base).ok() }
}

/// `1.50`, `.5`, `1e21`.
fn float(text: &str) -> Option<String> {
    let unsigned = text.strip_prefix(['-', '+']).unwrap_or(text);
    let digits = unsigned.bytes().any(|byte| byte.is_ascii_digit());
    let shape = unsigned.bytes().all(|byte| byte.is_ascii_digit() || b".eE+-".contains(&byte));
    let begins = unsigned.starts_with(|first: char| first.is_ascii_digit() || first == '.');
    let number: f64 = text.parse().ok().filter(|_| digits && shape && begins)?;
    number.is_finite().then(|| number.to_string())
}
