//! `override add`: which file, which times, which words.

use super::world::World;
use super::{check, check_refused};

const AT: &str = "override add --schedule web --from '2026-12-08 10:00' --until '2026-12-09 10:00'";

#[test]
fn the_file_of_the_month() {
    check(
        "--- users/sato.yaml\n# yaml-language-server: $schema=../../schema/user.json\nname: Sato\nphone: \"+81 90 0000 0003\"\n",
        &format!("{AT} --replace tanaka --with sato"),
        "= web 2026-12-08 10:00 to 2026-12-09 10:00: sato, not tanaka
         == overrides/2026-12.yaml
         +# yaml-language-server: $schema=../../schema/overrides.json
         +- { schedule: web, from: 2026-12-08 10:00, until: 2026-12-09 10:00, replace: tanaka, with: sato }",
    );
    check(
        "--- overrides/2026-12.yaml\n- schedule: web   # a gap\n  from: 2026-12-24 10:00\n  until: 2026-12-25 10:00\n  with: nobody\n",
        &format!("{AT} --with sato,kimura"),
        "= web 2026-12-08 10:00 to 2026-12-09 10:00: kimura+sato, not tanaka
         == overrides/2026-12.yaml
         +- schedule: web
         +  from: 2026-12-08 10:00
         +  until: 2026-12-09 10:00
         +  with: [sato, kimura]",
    );
}

/// A list that is empty has brackets, and whoever wrote them meant them.
#[test]
fn a_file_with_an_empty_list() {
    check(
        "--- overrides/2026-12.yaml\n[]   # none yet\n",
        &format!("{AT} --with nobody"),
        "= web 2026-12-08 10:00 to 2026-12-09 10:00: nobody, not tanaka
         == overrides/2026-12.yaml
         -[]   # none yet
         +[{ schedule: web, from: 2026-12-08 10:00, until: 2026-12-09 10:00, with: nobody }]   # none yet",
    );
}

#[test]
fn the_file_with_what_it_overlaps() {
    let two = "--- overrides/a.yaml\n- { schedule: web, from: 2026-12-08 12:00, until: 2026-12-08 13:00, with: sato }\n\
        --- overrides/b.yaml\n- { schedule: web, from: 2026-12-08 20:00, until: 2026-12-08 21:00, add: kimura }\n";
    check(
        two,
        "override add --schedule web --from '2026-12-08 10:00' --until '2026-12-08 20:00' --with nobody",
        "= web 2026-12-08 10:00 to 2026-12-08 12:00: nobody, not tanaka
         = web 2026-12-08 12:00 to 2026-12-08 13:00: nobody, not sato
         = web 2026-12-08 13:00 to 2026-12-08 20:00: nobody, not tanaka
         == overrides/a.yaml
         +- { schedule: web, from: 2026-12-08 10:00, until: 2026-12-08 20:00, with: nobody }
         OC131 this override changes nothing: a later one takes it back",
    );
    // Those that only add may overlap; one that does not may not, wherever it is.
    check(
        two,
        "override add --schedule web --from '2026-12-08 13:00' --until '2026-12-08 21:00' --add sato",
        "= web 2026-12-08 13:00 to 2026-12-08 21:00: sato, as well
         == overrides/2026-12.yaml
         +# yaml-language-server: $schema=../schema/overrides.json
         +- { schedule: web, from: 2026-12-08 13:00, until: 2026-12-08 21:00, add: sato }",
    );
    check_refused(
        two,
        &format!("{AT} --with kimura"),
        &["overrides/a.yaml:1, overrides/b.yaml:1", "one file first"],
    );
}

/// Whoever is called to one schedule is missing on the one that is kept apart from it.
#[test]
fn schedules_kept_apart() {
    check(
        "--- schedules/second.yaml
name: Second
apart_from: [web]
layers:
  - name: weekly
    rotation:
      every: 1 week
      handoff: mon 10:00
      line_ups: [{ from: 2026-10-05, members: [suzuki, sato, tanaka] }]
",
        &format!("{AT} --with suzuki"),
        // Monday 12-07 begins the tenth week: the first member again, Tanaka on web and Suzuki on second.
        "= second 2026-12-08 10:00 to 2026-12-09 10:00: sato, not suzuki
         = web 2026-12-08 10:00 to 2026-12-09 10:00: suzuki, not tanaka
         == overrides/2026-12.yaml
         +# yaml-language-server: $schema=../schema/overrides.json
         +- { schedule: web, from: 2026-12-08 10:00, until: 2026-12-09 10:00, with: suzuki }",
    );
}

#[test]
fn times_of_another_zone() {
    let london = "--- schedules/web.yaml
name: Web
time_zone: Europe/London
layers:
  - { name: all, members: [tanaka] }
";
    check(
        london,
        "override add --schedule web --from '2027-03-28 00:30' --until '2027-03-28 12:00' --with sato",
        // The clock goes forward at 01:00 that night; Tokyo is nine hours ahead of UTC.
        "= web 2027-03-28 09:30 to 2027-03-28 20:00: sato, not tanaka
         == overrides/2027-03.yaml
         +# yaml-language-server: $schema=../schema/overrides.json
         +- { schedule: web, from: 2027-03-28T00:30+00:00, until: 2027-03-28T12:00+01:00, with: sato }",
    );
    // In the organisation's zone, the second of two equal times needs its offset, and only that.
    let organisation = "--- oncall.yaml
time_zone: Europe/London
language: en
fallback: team
providers:
  twilio: { account_sid: AC0, auth_token: { env: TWILIO }, from: \"+815012345678\" }
--- schedules/web.yaml
name: Web
layers:
  - { name: all, members: [tanaka] }
";
    check(
        organisation,
        "override add --schedule web --from '2027-10-31 01:30' --until 2027-10-31T01:30+00:00 --with sato",
        "= web 2027-10-31 09:30 to 2027-10-31 10:30: sato, not tanaka
         == overrides/2027-10.yaml
         +# yaml-language-server: $schema=../schema/overrides.json
         +- { schedule: web, from: 2027-10-31 01:30, until: 2027-10-31T01:30+00:00, with: sato }",
    );
}

/// As people say it: the schedule's next handoff after the beginning, in its zone and in the organisation's.
#[test]
fn times_as_people_say_them() {
    let written = "== overrides/2026-12.yaml
         +# yaml-language-server: $schema=../schema/overrides.json
         +- { schedule: web, from: 2026-12-08 10:00, until: 2026-12-14 10:00, with: sato }";
    for until in ["handoff", "交代まで"] {
        check(
            "",
            &format!("override add web --from '2026-12-08 10:00' --until {until} --with sato"),
            &format!(
                "From Tue 2026-12-08 10:00 Asia/Tokyo until Mon 2026-12-14 10:00 Asia/Tokyo.
         = web 2026-12-08 10:00 to 2026-12-14 10:00: sato, not tanaka
         {written}"
            ),
        );
    }
    let london = "--- schedules/web.yaml\nname: Web\ntime_zone: Europe/London\nlayers:\n  - { name: all, members: [tanaka] }\n";
    let said = World::new(london).says("override add web --from '2026-12-08 10:00' --for 2h --with sato");
    let says = "From Tue 2026-12-08 10:00 Europe/London (Tue 2026-12-08 19:00 Asia/Tokyo) until Tue 2026-12-08 12:00 Europe/London (Tue 2026-12-08 21:00 Asia/Tokyo).";
    assert!(said.contains(says), "{said}");
    for (until, asked) in
        [("5", "may mean two things"), ("'next mon 10:00'", "may mean two things"), ("mon", "say a time too")]
    {
        check_refused("", &format!("override add web --until {until} --with sato"), &[asked]);
    }
    check_refused("", "override add web --for 2 --with sato", &["may mean two things"]);
    check_refused(london, "override add web --until handoff --with sato", &["does not change hands"]);
}

#[test]
fn what_changes_nothing_is_said() {
    check(
        "",
        &format!("{AT} --replace ito --with sato"),
        "== overrides/2026-12.yaml
         +# yaml-language-server: $schema=../schema/overrides.json
         +- { schedule: web, from: 2026-12-08 10:00, until: 2026-12-09 10:00, replace: ito, with: sato }
         OC131 this override changes nothing: `ito` is not on call then",
    );
    let past = World::new("")
        .says("override add --schedule web --from '2026-11-08 10:00' --until '2026-11-09 10:00' --with sato");
    assert!(past.contains("OC108 this override is past"), "{past}");
    let same = World::new("").says(&format!("{AT} --with tanaka"));
    assert!(
        same.ends_with("OC131 this override changes nothing: the same people are on call without it"),
        "{same}"
    );
    check_refused(
        "",
        "override add --schedule web --from 2026-12-09 --until 2026-12-08 --with sato",
        &["--until (Tue 2026-12-08 00:00) is before --from (Wed 2026-12-09 00:00)", "swap them"],
    );
    check_refused(
        "",
        "override add --schedule web --from 2026-12-09 --until 2026-12-09 --with sato",
        &["are both Wed 2026-12-09 00:00"],
    );
    check_refused("", &format!("{AT} --with sato,sato"), &["`sato` is named twice"]);
    check_refused("", &format!("{AT} --with sato,nobody"), &["no user `nobody`"]);
    check_refused("", &format!("{AT} --add nobody"), &["--with nobody"]);
    check_refused(
        "",
        "override add --schedule web --from yesterday --until 2026-12-08 --with sato",
        &["is not a time"],
    );
}

/// A text that keeps the empty lines below it would lose them to a new item: the proof notices.
#[test]
fn what_would_change_something_else_is_refused() {
    let keeps = "--- overrides/2026-12.yaml
- schedule: web
  from: 2026-12-24 10:00
  until: 2026-12-25 10:00
  with: sato
  reason: |+
    Christmas


# The end.
";
    check_refused(keeps, &format!("{AT} --with sato"), &["overrides/2026-12.yaml", "change it by hand"]);
}

/// Whatever is typed is read back as it was; what needs no quotes gets none.
#[test]
fn reasons() {
    let cases = [
        ("結婚式", "結婚式"),
        ("Sato helps (a lot), again", "\"Sato helps (a lot), again\""),
        ("wedding in Kyoto", "wedding in Kyoto"),
        ("通院: #1", "\"通院: #1\""),
        ("a \"b\" \\c", "\"a \\\"b\\\" \\\\c\""),
        ("two\nlines\tand a tab", "\"two\\nlines\\tand a tab\""),
        ("true", "\"true\""),
        ("12:30", "\"12:30\""),
        ("- no", "\"- no\""),
        ("", "\"\""),
        (" spaces ", "\" spaces \""),
        ("}, with: ito", "\"}, with: ito\""),
        ("a\u{202e}b\u{7}", "\"a\\U0000202eb\\U00000007\""),
        ("it's", "\"it's\""),
        ("🍣", "\"🍣\""),
    ];
    let world = World::new("");
    for (typed, written) in cases {
        let edit = world.edit_with_reason(AT, typed);
        let text = &edit.files["overrides/2026-12.yaml"];
        assert!(text.ends_with(&format!(", reason: {written} }}\n")), "{typed:?}: {text}");
        let reason = &edit.config.schedules.schedules["web"].overrides[0].reason;
        assert_eq!(reason.as_deref(), Some(typed), "{text}");
    }
}
