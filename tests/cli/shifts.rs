//! `oncall who`, `oncall shifts` and the URLs of calendars, beyond the first answer.

use super::{FILES, config, fine, oncall, refused, write};
use oncall::cli::Exit;
use serde_json::{Value, json};

#[test]
fn who_says_whose_turn_it_would_be_and_which_override_came_in_between() {
    let config = config();
    let suzuki = "name: Suzuki\nphone: \"+819000000002\"\ntime_off: [{ from: 2026-12-09 00:00, until: 2026-12-09 08:00 }]\n";
    write(config.path(), "users/suzuki.yaml", suzuki);
    insta::assert_snapshot!(fine(oncall("who --language en --at '2026-12-09 07:00'", config.path())), @"
    Wed 2026-12-09 07:00 (Asia/Tokyo)

    Schedule     On call
    web/primary  田中 太郎 (tanaka)
                 layer weekly, schedules/web/primary.yaml:7
                 turn of Suzuki (suzuki), off until Wed 2026-12-09 08:00
                 until Wed 2026-12-09 08:00, then Suzuki (suzuki)
    ");
    let away = oncall("who --at '2026-12-09 07:00' --format json", config.path());
    let away: Value = serde_json::from_str(&fine(away)).unwrap();
    assert_eq!((&away[0]["away"], &away[0]["users"]), (&json!(["suzuki"]), &json!(["tanaka"])));

    let sale = "- { schedule: web/primary, from: 2026-12-09 10:00, until: 2026-12-10 10:00, add: tanaka, reason: 初売り }\n";
    write(config.path(), "overrides/december.yaml", sale);
    insta::assert_snapshot!(fine(oncall("who --language en --at '2026-12-09 12:00'", config.path())), @"
    Wed 2026-12-09 12:00 (Asia/Tokyo)

    Schedule     On call
    web/primary  Suzuki (suzuki), 田中 太郎 (tanaka)
                 layer weekly, schedules/web/primary.yaml:7
                 override overrides/december.yaml:1: 初売り
                 until Thu 2026-12-10 10:00, then Suzuki (suzuki)
    ");
    let sale = oncall("who --at '2026-12-09 12:00' --format json", config.path());
    let sale: Value = serde_json::from_str(&fine(sale)).unwrap();
    assert_eq!(
        (&sale[0]["place"], &sale[0]["source"]),
        (&json!("overrides/december.yaml:1"), &json!("overrides/december.yaml:1"))
    );
    assert_eq!(sale[0]["reason"], "初売り");

    let gone = "name: Suzuki\nphone: \"+819000000002\"\nleft: 2026-12-01\n";
    write(config.path(), "users/suzuki.yaml", gone);
    let text = fine(oncall("who --language en --at '2026-12-11 12:00'", config.path()));
    assert!(text.contains("turn of Suzuki (suzuki), who has left\n"), "{text}");
}

#[test]
fn a_person_s_shifts_are_those_of_every_schedule() {
    let config = config();
    let nights = "name: Nights\nlayers:\n  - { name: boss, members: [suzuki], during: { days: mon-fri, from: 22:00, until: 06:00 } }\n  - { name: looks on, shadow: true, members: [tanaka], during: { days: tue, from: 22:00, until: 23:00 } }\n";
    write(config.path(), "schedules/nights.yaml", nights);
    let range = "--from 2026-12-07 --until 2026-12-16";
    insta::assert_snapshot!(fine(oncall(&format!("shifts --language en --user tanaka {range}"), config.path())), @"
    田中 太郎 (tanaka), 2026 (Asia/Tokyo)

    From             Until            Schedule          By
    Mon 12-07 00:00  Mon 12-07 10:00  web/primary       layer/weekly
    Tue 12-08 22:00  Tue 12-08 23:00  shadow on nights  layer/looks on
    Mon 12-14 10:00  Wed 12-16 00:00  web/primary       layer/weekly
    Tue 12-15 22:00  Tue 12-15 23:00  shadow on nights  layer/looks on
    ");
    let japanese = fine(oncall(&format!("shifts --user tanaka {range}"), config.path()));
    assert!(japanese.contains("開始") && japanese.contains("（シャドー）"), "{japanese}");
    assert!(japanese.lines().all(|line| unicode_width::UnicodeWidthStr::width(line) <= 80), "{japanese}");
    let json = oncall(&format!("shifts --user tanaka {range} --format json"), config.path());
    let json: Value = serde_json::from_str(&fine(json)).unwrap();
    assert_eq!(json.as_array().unwrap().len(), 4);
    let expected = json!({
        "schedule": "nights", "start": "2026-12-08T13:00:00Z", "end": "2026-12-08T14:00:00Z", "shadow": true,
        "source": "layer/looks on",
    });
    assert_eq!(json[1], expected);
    let nobody = "name: Mori\nphone: \"+819000000003\"\n";
    write(config.path(), "users/mori.yaml", nobody);
    let text = fine(oncall(&format!("shifts --language en --user mori {range}"), config.path()));
    assert!(text.ends_with("\n\nnot on call, and not a shadow\n"), "{text}");
    let line = format!("shifts --user tanaka web/primary {range}");
    refused(
        &oncall(&line, config.path()),
        Exit::Usage,
        &["either the schedule `web/primary` or --user tanaka"],
    );
    refused(
        &oncall(&format!("shifts --language en --user tanka {range}"), config.path()),
        Exit::Usage,
        &["did you mean `tanaka`?"],
    );
}

#[test]
fn a_calendar_has_short_lines_and_an_event_for_each_shift_of_somebody() {
    let config = config();
    write(
        config.path(),
        "users/suzuki.yaml",
        &format!("name: {}\nphone: \"+819000000002\"\n", "鈴木".repeat(30)),
    );
    let line = "shifts web/primary --from 2026-12-08 --until '2026-12-14 12:00' --format ics";
    let text = fine(oncall(line, config.path()));
    assert!(text.starts_with("BEGIN:VCALENDAR\r\nVERSION:2.0\r\n") && text.ends_with("END:VCALENDAR\r\n"));
    assert_eq!(text.matches("BEGIN:VEVENT").count(), 3);
    assert!(text.split("\r\n").all(|line| line.len() <= 75 && !line.contains('\n')), "{text}");
    let unfolded = text.replace("\r\n ", "");
    assert!(unfolded.contains(&format!("SUMMARY:Web\\, primary: {}\r\n", "鈴木".repeat(30))), "{unfolded}");
    assert!(text.contains("DTSTART:20261214T010000Z\r\nDTEND:20261214T030000Z"));
}

/// Clipped like the other formats; the id is that of the whole shift.
#[test]
fn a_calendar_reads() {
    let config = config();
    let calendar = |line: &str| {
        let text = fine(oncall(&format!("shifts --language en {line} --format ics"), config.path()));
        let lines = text.split_inclusive("\r\n").filter(|line| !line.starts_with("DTSTAMP:"));
        lines.map(|line| line.replace("\r\n", "\n")).collect::<String>()
    };
    let whole = calendar("web/primary --from '2026-12-07 10:00' --until '2026-12-09 10:00'");
    insta::assert_snapshot!(whole, @r"
    BEGIN:VCALENDAR
    VERSION:2.0
    PRODID:-//oncall//oncall//JA
    METHOD:PUBLISH
    NAME:Web\, primary
    X-WR-CALNAME:Web\, primary
    REFRESH-INTERVAL;VALUE=DURATION:PT1H
    X-PUBLISHED-TTL:PT1H
    BEGIN:VEVENT
    UID:4d08ed13-8502-8a92-8681-0d4f6ad35fe1
    DTSTART:20261207T010000Z
    DTEND:20261209T010000Z
    SUMMARY:Web\, primary: Suzuki
    DESCRIPTION:担当: Suzuki\n根拠: レイヤー weekly、schedules/web/pri
     mary.yaml:7\n12月9日（水）10:00 JST まで、次の担当: なし
    TRANSP:TRANSPARENT
    END:VEVENT
    END:VCALENDAR
    ");
    let part = calendar("web/primary --from '2026-12-08 00:00' --until '2026-12-08 12:00'");
    let id = |text: &str| text.lines().find(|line| line.starts_with("UID:")).unwrap().to_owned();
    assert_eq!(id(&part), id(&whole));
    assert!(part.contains("DTSTART:20261207T150000Z\nDTEND:20261208T030000Z\n"), "{part}");
    let tanaka = calendar("--user tanaka --from 2026-12-07 --until 2026-12-21");
    assert!(tanaka.contains("X-WR-CALNAME:オンコール（田中 太郎）\n"), "{tanaka}");
    assert_eq!(tanaka.matches("SUMMARY:オンコール: Web\\, primary\n").count(), 2, "{tanaka}");
}

#[test]
fn calendars_have_urls_where_there_is_a_secret() {
    let config = config();
    assert!(!fine(oncall("urls --language en", config.path())).contains("calendar"));
    refused(
        &oncall("urls --language en --calendars", config.path()),
        Exit::Usage,
        &["add `calendar_secret: {"],
    );

    let file = config.path().join("secret");
    let organisation = FILES[0].1.replace(
        "fallback: team\n",
        &format!(
            "fallback: team\npublic_url: https://oncall.test/\ncalendar_secret: {{ file: {} }}\n",
            file.display()
        ),
    );
    write(config.path(), "oncall.yaml", &organisation);
    let gone = "name: Gone\nphone: \"+819000000003\"\nleft: 2020-01-01\n";
    write(config.path(), "users/gone.yaml", gone);
    let named = fine(oncall("urls --language en", config.path()));
    assert!(named.contains("oncall urls --calendars") && !named.contains("token="), "{named}");
    let hidden = fine(oncall("urls --language en --calendars", config.path()));
    insta::assert_snapshot!(hidden, @"
    https://oncall.test/v1/calendars/schedules.web.primary.ics?token=…
    https://oncall.test/v1/calendars/users.suzuki.ics?token=…
    https://oncall.test/v1/calendars/users.tanaka.ics?token=…
    ");
    for weak in [None, Some("fifteen bytes..")] {
        if let Some(weak) = weak {
            write(config.path(), "secret", weak);
        }
        let output = oncall("urls --language en --calendars --reveal", config.path());
        refused(&output, Exit::Usage, &[file.to_str().unwrap(), "not set here, or too short"]);
    }
    // By Python: hmac.digest(b"0123456789abcdef", b"oncall calendar 1\nusers.tanaka\n1", "sha256"), in base64url.
    write(config.path(), "secret", "0123456789abcdef\n");
    let shown = fine(oncall("urls --language en --calendars --reveal", config.path()));
    assert!(
        shown.contains("/users.tanaka.ics?token=RFE8B_RWgMxo_0lCSTr_4zG-Vz1fphUHYXq0TmReE8k\n"),
        "{shown}"
    );
    assert!(!shown.contains("0123456789abcdef"), "{shown}");
}
