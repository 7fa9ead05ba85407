//! The fixtures, damaged in some thousand ways, at every door.

use super::harness::{FIELDS, run};
use oncall::integration::MONITORS;
use std::path::PathBuf;

/// A generator that everybody can replay: xorshift64*.
struct Random(u64);

impl Random {
    fn below(&mut self, end: usize) -> usize {
        self.0 ^= self.0 >> 12;
        self.0 ^= self.0 << 25;
        self.0 ^= self.0 >> 27;
        usize::try_from(self.0.wrapping_mul(0x2545_f491_4f6c_dd1d) >> 33).unwrap() % end.max(1)
    }
}

/// Bytes that mean something to some parser.
const TOKENS: [&[u8]; 16] = [
    b"{",
    b"}",
    b"[",
    b"]",
    b"\"",
    b"\\",
    b",",
    b":",
    b"null",
    b"-1e999",
    b"\xff",
    b"\0",
    b"%",
    b"=?utf-8?b?",
    b"\r\n",
    b"\xe9\x9a\x9c",
];

fn fixtures() -> Vec<(u8, Vec<u8>)> {
    let mut found = Vec::new();
    for (at, monitor) in MONITORS.iter().enumerate() {
        let folder = PathBuf::from("tests/integrations").join(monitor.name);
        let mut files: Vec<PathBuf> =
            std::fs::read_dir(folder).into_iter().flatten().map(|entry| entry.unwrap().path()).collect();
        files.sort();
        found.extend(files.iter().map(|file| (u8::try_from(at).unwrap(), std::fs::read(file).unwrap())));
    }
    found
}

fn damage(random: &mut Random, body: &mut Vec<u8>, other: &[u8]) {
    let at = random.below(body.len() + 1);
    match random.below(7) {
        0 => body.truncate(at),
        1 if !body.is_empty() => {
            let at = random.below(body.len());
            body[at] ^= 1 << random.below(8);
        }
        2 => {
            let token = TOKENS[random.below(TOKENS.len())];
            body.splice(at..at, token.iter().copied());
        }
        3 => {
            let end = (at + random.below(40)).min(body.len());
            body.drain(at..end);
        }
        4 => {
            let end = (at + random.below(200)).min(body.len());
            let piece = body[at..end].to_vec();
            for _ in 0..random.below(20) {
                body.splice(at..at, piece.iter().copied());
            }
        }
        5 => {
            let from = random.below(other.len());
            let end = (from + random.below(300)).min(other.len());
            body.splice(at..at, other[from..end].iter().copied());
        }
        _ => {
            let digits: Vec<usize> = (0..body.len()).filter(|at| body[*at].is_ascii_digit()).collect();
            if !digits.is_empty() {
                let at = digits[random.below(digits.len())];
                body.splice(at..at, b"99999999999999999999".iter().copied());
            }
        }
    }
}

#[test]
fn damaged_fixtures_break_no_bound() {
    let fixtures = fixtures();
    let mut random = Random(0x6f6e_6361_6c6c);
    assert!(fixtures.len() > 80, "the fixtures were not found");
    for round in 0..40 {
        for (monitor, body) in &fixtures {
            let mut body = body.clone();
            for _ in 0..round % 6 {
                let other = &fixtures[random.below(fixtures.len())].1;
                damage(&mut random, &mut body, other);
            }
            // Now and then at a door that is not its own.
            let door = if random.below(5) == 0 { random.below(256).to_le_bytes()[0] } else { *monitor };
            let how = random.below(256).to_le_bytes()[0];
            run(&[&[door, how], body.as_slice()].concat());
        }
    }
}

/// One long value that many small elements share must not be multiplied by them.
#[test]
fn little_is_made_of_little() {
    let long = "x".repeat(100_000);
    let many = |piece: &str| piece.repeat(11_000);
    let group =
        format!(r#"{{"externalURL":"https://{long}","orgId":"{long}","alerts":[{}{{}}]}}"#, many("{},"));
    let cases = [
        ("alertmanager", group.clone()),
        ("grafana", group),
        ("generic", format!("[{}{{\"title\":\"{long}\"}}]", many(r#"{"id":1},"#))),
        (
            "opensearch",
            format!(
                "Monitor {long} just entered alert status\n- Trigger: {long}\n- New Alerts:\n{}",
                many("* : a\n")
            ),
        ),
        (
            "opensearch",
            format!(
                r#"{{"monitor":"{long}","trigger":"{long}","text":"{long}","alerts":[{}null]}}"#,
                many(r#"{"key":"a"},"#)
            ),
        ),
        (
            "opensearch",
            format!(
                r#"{{"monitor":"{m}","trigger":"{m}","monitor_id":"{m}","trigger_id":"{m}","text":"{m}","a":"{m}",
                "runbook":"https://{m}","link":"https://{m}","alerts":[{}null]}}"#,
                many(r#"{"id":1},"#),
                m = "x".repeat(1000)
            ),
        ),
        ("datadog", format!(r#"{{"title":"{long}","tags":"{}"}}"#, many("a:b,"))),
        ("nagios", format!("{}state=DOWN", many("host=a&"))),
        ("email", format!("Subject: {}\r\n\r\n{long}", many("re: "))),
        ("email", format!("Subject: {}\r\n\r\n", many("=?utf-8?q?a?= "))),
        ("email", format!("Content-Type: multipart/mixed; boundary=b\r\n\r\n{}", many("--b\r\n"))),
    ];
    for (name, body) in cases {
        let monitor = MONITORS.iter().position(|monitor| monitor.name == name).unwrap();
        run(&[&[u8::try_from(monitor).unwrap(), 0], body.as_bytes()].concat());
    }
    let keys: String = (0..11_000).map(|key| format!("\"{key}\":0,")).collect();
    let shapes = [
        many("["),
        many("{\"\":"),
        format!("[{}0]", many("0,")),
        format!("{{{keys}\"\":0}}"),
        format!("{{\"alerts\":[{}0]}}", many("[],")),
        format!("{{\"alerts\":[{}{{}}]}}", many(r#"{"id":0,"title":""},"#)),
        // Control characters that are escaped to be read as JSON, and bytes that are no text.
        format!("{{\"message\":\"{}\",}}", many("\u{1}")),
        many("\u{1}"),
    ];
    for (at, monitor) in MONITORS.iter().enumerate() {
        for shape in &shapes {
            for how in [Some(0), monitor.has_fields.then_some(FIELDS)].into_iter().flatten() {
                run(&[&[u8::try_from(at).unwrap(), how], shape.as_bytes()].concat());
            }
        }
    }
}
