//! `line-up add`, `remove` and `replace`: when the new line-up begins, and whose turn it begins with.

use super::world::{World, shifts};
use super::{check, check_refused};

/// The promise: no change before the date, and afterwards the old order with the newcomer where asked.
#[test]
fn a_rotation_of_three_gains_a_member() {
    let world = World::new("");
    let cases = [
        ("", ["suzuki", "sato", "kimura", "tanaka"]),
        ("--first", ["suzuki", "sato", "kimura", "tanaka"]),
        ("--after tanaka", ["suzuki", "sato", "tanaka", "kimura"]),
        ("--after suzuki", ["suzuki", "kimura", "sato", "tanaka"]),
        ("--after sato", ["suzuki", "sato", "kimura", "tanaka"]),
    ];
    for (place, order) in cases {
        let edit = world.edited(&format!("line-up add kimura --schedule web --from 2026-12-14 {place}"));
        let (old, new) = (&world.config().schedules, &edit.config.schedules);
        let before = ["2026-10-01", "2026-12-14 10:00"];
        assert_eq!(shifts(old, "web", before[0], before[1]), shifts(new, "web", before[0], before[1]));
        // The order from the week that would have been Suzuki's, week after week.
        let weeks = ["12-14", "12-21", "12-28", "01-04", "01-11", "01-18", "01-25", "02-01"];
        let expected: Vec<String> = weeks
            .iter()
            .zip(order.iter().cycle())
            .map(|(day, who)| {
                let year = if day.starts_with("12") { 2026 } else { 2027 };
                format!("{year}-{day} 10:00 {who}")
            })
            .collect();
        assert_eq!(shifts(new, "web", "2026-12-14 10:00", "2027-02-08 10:00"), expected, "{place}");
    }
}

#[test]
fn it_is_said_and_written() {
    check(
        "",
        "line-up add kimura --schedule web --from 2026-12-14",
        "Kimura (kimura) joins web on Mon 2026-12-14 10:00 after Sato (sato); Suzuki (suzuki) is next.
         The turns from then on: suzuki, sato, kimura, tanaka.
         == schedules/web.yaml
         +        - { from: 2026-12-14, members: [tanaka, suzuki, sato, kimura], starts_with: suzuki }",
    );
    // Without a date: the next handoff. Sato is next then; at the head of the list nothing need be said about it.
    check(
        "",
        "line-up remove sato --schedule web",
        "Sato (sato) is in web until Mon 2026-11-30 10:00; Tanaka (tanaka) is next.
         The turns from then on: tanaka, suzuki.
         == schedules/web.yaml
         +        - { from: 2026-11-30, members: [tanaka, suzuki] }",
    );
    check(
        "",
        "line-up replace sato --with ito --schedule web --from 2026-12-01",
        "2026-12-01 is a Tuesday: the line-up begins with the handoff on Mon 2026-12-07 10:00.
         Ito (ito) takes over the turns of Sato (sato) in web from Mon 2026-12-07 10:00 on; Tanaka (tanaka) is next.
         The turns from then on: tanaka, suzuki, ito.
         == schedules/web.yaml
         +        - { from: 2026-12-07, members: [tanaka, suzuki, ito] }",
    );
}

/// Sato's turn is next; without Sato the one after comes, and whoever takes Sato's place comes in Sato's turn.
#[test]
fn whose_turn_is_next_may_be_the_one_who_goes() {
    let world = World::new("");
    let weeks =
        |line: &str| shifts(&world.edited(line).config.schedules, "web", "2026-11-23 10:00", "2026-12-21");
    assert_eq!(
        weeks("line-up remove sato --schedule web --from 2026-11-30"),
        [
            "2026-11-23 10:00 suzuki",
            "2026-11-30 10:00 tanaka",
            "2026-12-07 10:00 suzuki",
            "2026-12-14 10:00 tanaka"
        ]
    );
    assert_eq!(
        weeks("line-up replace sato --with kimura --schedule web --from 2026-11-30"),
        [
            "2026-11-23 10:00 suzuki",
            "2026-11-30 10:00 kimura",
            "2026-12-07 10:00 tanaka",
            "2026-12-14 10:00 suzuki"
        ]
    );
    // Suzuki has the present week and would be last again: nothing moves.
    assert_eq!(
        weeks("line-up remove suzuki --schedule web --from 2026-11-30"),
        [
            "2026-11-23 10:00 suzuki",
            "2026-11-30 10:00 sato",
            "2026-12-07 10:00 tanaka",
            "2026-12-14 10:00 sato"
        ]
    );
}

/// `line_ups` of a weekly layer, in the place of the base's.
fn weekly(line_ups: &str) -> String {
    schedule("1 week", "mon 10:00", "", line_ups)
}

fn schedule(every: &str, handoff: &str, more: &str, line_ups: &str) -> String {
    format!(
        "--- schedules/web.yaml\nname: Web\nlayers:\n  - name: weekly\n    rotation:\n      every: {every}\n      \
         handoff: {handoff}\n{more}      line_ups:\n{line_ups}\n"
    )
}

/// The one line that an edit adds to the schedule.
#[track_caller]
fn added(patch: &str, line: &str) -> String {
    let world = World::new(patch);
    let edit = world.edited(line);
    let lines = world.changed_lines("schedules/web.yaml", &edit.files["schedules/web.yaml"]);
    assert_eq!(lines.len(), 1, "{lines:?}");
    lines[0].trim_start_matches(['+', ' ', '-']).to_owned()
}

/// By name, `starts_with` means the first of two: then the list is turned instead.
#[test]
fn a_person_with_two_turns() {
    let twice = weekly("        - { from: 2026-10-05, members: [tanaka, suzuki, tanaka, sato] }");
    // 10-05 T, S, T, Sato, 11-02 T, S, T, Sato, 11-30 T, 12-07 S, 12-14 T (the second), 12-21 Sato.
    assert_eq!(
        added(&twice, "line-up add kimura --schedule web --from 2026-12-14"),
        "{ from: 2026-12-14, members: [tanaka, sato, kimura, tanaka, suzuki] }"
    );
    assert_eq!(
        added(&twice, "line-up add kimura --schedule web --from 2026-12-21"),
        "{ from: 2026-12-21, members: [tanaka, suzuki, tanaka, sato, kimura], starts_with: sato }"
    );
    assert_eq!(
        added(&twice, "line-up remove tanaka --schedule web --from 2026-12-14"),
        "{ from: 2026-12-14, members: [suzuki, sato], starts_with: sato }"
    );
    check_refused(
        &twice,
        "line-up add kimura --schedule web --after tanaka",
        &["several turns", "schedules/web.yaml:8"],
    );
}

#[test]
fn pairs_and_nobody() {
    let pairs =
        weekly("        - { from: 2026-10-05, members: [[tanaka, suzuki], nobody, [suzuki, sato], ito] }");
    // 10-05 T+S, nobody, S+Sato, Ito, 11-02 T+S, nobody, S+Sato, 11-23 Ito, 11-30 T+S, 12-07 nobody, 12-14 S+Sato.
    assert_eq!(
        added(&pairs, "line-up add kimura --schedule web --from 2026-12-14 --after sato"),
        "{ from: 2026-12-14, members: [[tanaka, suzuki], nobody, [suzuki, sato], kimura, ito], starts_with: [suzuki, sato] }"
    );
    assert_eq!(
        added(&pairs, "line-up add kimura --schedule web --from 2026-12-07"),
        "{ from: 2026-12-07, members: [[tanaka, suzuki], nobody, [suzuki, sato], ito, kimura], starts_with: nobody }"
    );
    assert_eq!(
        added(&pairs, "line-up remove suzuki --schedule web --from 2026-12-14"),
        "{ from: 2026-12-14, members: [tanaka, nobody, sato, ito], starts_with: sato }"
    );
    // A set that is empty then goes; what was next after it comes.
    assert_eq!(
        added(&pairs, "line-up remove ito --schedule web --from 2026-12-21"),
        "{ from: 2026-12-21, members: [[tanaka, suzuki], nobody, [suzuki, sato]] }"
    );
    // The order in a pair stays as it is written.
    assert_eq!(
        added(&pairs, "line-up replace suzuki --with kimura --schedule web --from 2026-11-30"),
        "{ from: 2026-11-30, members: [[tanaka, kimura], nobody, [kimura, sato], ito] }"
    );
}

#[test]
fn hours_and_days() {
    let halves =
        schedule("12 hours", "21:00", "", "        - { from: 2026-11-02, members: [tanaka, suzuki, sato] }");
    // Two shifts a day from 11-02 21:00: 22 days later, at 11-24 21:00, is shift 44, and 44 mod 3 is 2.
    assert_eq!(
        added(&halves, "line-up add kimura --schedule web --from 2026-11-24"),
        "{ from: 2026-11-24, members: [tanaka, suzuki, sato, kimura], starts_with: sato }"
    );
    // Every 36 hours from 11-02 09:00: 11-24 09:00 is 528 h later and no multiple; shift 15 is at 540 h, 21:00.
    let odd =
        schedule("36 hours", "09:00", "", "        - { from: 2026-11-02, members: [tanaka, suzuki, sato] }");
    check(
        &odd,
        "line-up add kimura --schedule web --from 2026-11-24",
        "Kimura (kimura) joins web on Tue 2026-11-24 21:00 after Sato (sato); Tanaka (tanaka) is next.
         The turns from then on: tanaka, suzuki, sato, kimura.
         == schedules/web.yaml
         +        - { from: 2026-11-24, members: [tanaka, suzuki, sato, kimura], handoff: 21:00 }",
    );
    // The next one inherits that handoff, and may change it again: 11-24 21:00 and 36 h are 11-26 09:00.
    let after = odd.trim_end().to_owned()
        + "\n        - { from: 2026-11-24, members: [tanaka, suzuki], handoff: 21:00 }\n";
    assert_eq!(
        added(&after, "line-up add kimura --schedule web --from 2026-11-26"),
        "{ from: 2026-11-26, members: [tanaka, suzuki, kimura], starts_with: suzuki, handoff: 09:00 }"
    );
    assert_eq!(
        added(&after, "line-up add kimura --schedule web --from 2026-11-27"),
        "{ from: 2026-11-27, members: [tanaka, suzuki, kimura], handoff: 21:00 }"
    );
    // Every 3 days from 11-02: 11-26 is day 24, shift 8.
    let days =
        schedule("3 days", "10:00", "", "        - { from: 2026-11-02, members: [tanaka, suzuki, sato] }");
    assert_eq!(
        added(&days, "line-up add kimura --schedule web --from 2026-11-25"),
        "{ from: 2026-11-26, members: [tanaka, suzuki, sato, kimura], starts_with: sato }"
    );
}

#[test]
fn months() {
    let first =
        schedule("1 month", "10:00", "", "        - { from: 2026-01-05, members: [tanaka, suzuki, sato] }");
    // January is Tanaka's; eleven months later is shift 11.
    assert_eq!(
        added(&first, "line-up add kimura --schedule web --from 2026-12-01"),
        "{ from: 2026-12-05, members: [tanaka, suzuki, sato, kimura], starts_with: sato }"
    );
    // August, September, October: Tanaka, Suzuki, Sato. A line-up from 28 February would hand over on the 28th for
    // good, so it waits for 31 March, which is Suzuki's.
    let last =
        schedule("1 month", "10:00", "", "        - { from: 2026-08-31, members: [tanaka, suzuki, sato] }");
    check(
        &last,
        "line-up add kimura --schedule web --from 2027-02-10",
        "So that later handoffs stay on day 31 of a month, the line-up begins with the handoff on Wed 2027-03-31 10:00.
         Kimura (kimura) joins web on Wed 2027-03-31 10:00 after Sato (sato); Suzuki (suzuki) is next.
         The turns from then on: suzuki, sato, kimura, tanaka.
         == schedules/web.yaml
         +        - { from: 2027-03-31, members: [tanaka, suzuki, sato, kimura], starts_with: suzuki }",
    );
    // By the year from a leap day, the next such day is years away: the nearest handoff, and it is said.
    let leap =
        schedule("12 months", "10:00", "", "        - { from: 2024-02-29, members: [tanaka, suzuki, sato] }");
    check(
        &leap,
        "line-up remove sato --schedule web --from 2027-01-01",
        "2027-01-01 is a Friday: the line-up begins with the handoff on Sun 2027-02-28 10:00.
         Sato (sato) is in web until Sun 2027-02-28 10:00; Tanaka (tanaka) is next.
         The turns from then on: tanaka, suzuki.
         Later handoffs are on day 28 of a month: no month with more days is near.
         == schedules/web.yaml
         +        - { from: 2027-02-28, members: [tanaka, suzuki] }",
    );
}

/// Only shifts with active time are turns: by the day, at weekends.
#[test]
fn active_turns() {
    let more = "      turns: active\n";
    let line_ups = "        - { from: 2026-11-02, members: [tanaka, suzuki, sato] }\n    \
        during: [{ days: [sat, sun], from: 10:00, until: 18:00 }]";
    let weekends = schedule("1 day", "00:00", more, line_ups);
    // Weekends from 11-02: 11-07 T, 11-08 S, 11-14 Sato, 11-15 T, 11-21 S, 11-22 Sato, 11-28 T.
    assert_eq!(
        added(&weekends, "line-up add kimura --schedule web --from 2026-11-26"),
        "{ from: 2026-11-26, members: [tanaka, suzuki, sato, kimura] }"
    );
    let world = World::new(&weekends);
    let edit = world.edited("line-up add kimura --schedule web --from 2026-11-29");
    let people: Vec<String> = shifts(&edit.config.schedules, "web", "2026-11-28", "2026-12-13")
        .into_iter()
        .filter(|line| !line.ends_with("nobody"))
        .collect();
    assert_eq!(
        people,
        [
            "2026-11-28 10:00 tanaka",
            "2026-11-29 10:00 suzuki",
            "2026-12-05 10:00 sato",
            "2026-12-06 10:00 kimura",
            "2026-12-12 10:00 tanaka"
        ]
    );
}

/// What a line-up has of its own goes on.
#[test]
fn the_own_length_of_a_line_up() {
    let own = weekly(
        "        - { from: 2026-10-05, members: [tanaka, suzuki] }\n        - { from: 2026-11-03, members: [tanaka, suzuki], every: '2 weeks', handoff: tue 9:00 }",
    );
    assert_eq!(
        added(&own, "line-up add kimura --schedule web --from 2026-11-25"),
        "{ from: 2026-12-01, members: [tanaka, suzuki, kimura], every: '2 weeks', handoff: tue 9:00 }"
    );
}

#[test]
fn every_rotation_that_has_somebody() {
    let layers = weekly("        - { from: 2026-10-05, members: [tanaka, suzuki, sato] }")
        .trim_end()
        .to_owned()
        + "\n  - name: days # by day\n    rotation:\n      every: 1 week\n      handoff: sat 10:00\n      line_ups:\n      - from: 2026-10-03\n        members:\n        - suzuki\n        - [tanaka, ito]   # a pair\n        # for now\n    \
         during: [{ days: [sat, sun], from: 10:00, until: 18:00 }]\n  - name: trainee\n    shadow: true\n    members: [kimura]\n";
    check(
        &layers,
        "line-up remove tanaka --schedule web --from 2026-12-01",
        "2026-12-01 is a Tuesday: the line-up begins with the handoff on Mon 2026-12-07 10:00.
         Tanaka (tanaka) is in web (layer `weekly`) until Mon 2026-12-07 10:00; Suzuki (suzuki) is next.
         The turns from then on: suzuki, sato.
         2026-12-01 is a Tuesday: the line-up begins with the handoff on Sat 2026-12-05 10:00.
         Tanaka (tanaka) is in web (layer `days`) until Sat 2026-12-05 10:00; Ito (ito) is next.
         The turns from then on: ito, suzuki.
         == schedules/web.yaml
         +        - { from: 2026-12-07, members: [suzuki, sato] }
         +      - from: 2026-12-05
         +        members:
         +        - suzuki
         +        - ito
         +        starts_with: ito",
    );
    let world = World::new(&layers);
    let one =
        world.edited("line-up replace tanaka --with kimura --schedule web --layer days --from 2026-12-01");
    assert_eq!(
        world.changed_lines("schedules/web.yaml", &one.files["schedules/web.yaml"]),
        [
            "+      - from: 2026-12-05",
            "+        members:",
            "+        - suzuki",
            "+        - [kimura, ito]",
            "+        starts_with: [kimura, ito]"
        ]
    );
    check_refused(
        &layers,
        "line-up add kimura --schedule web",
        &["several rotations", "--layer", "`weekly`, `days`"],
    );
    check_refused(
        &layers,
        "line-up add kimura --schedule web --layer trainee",
        &["no rotation `trainee`", "`days`"],
    );
    check_refused(
        &layers,
        "line-up remove ito --schedule web --layer weekly",
        &["Ito (ito) is not in", "(`weekly`)"],
    );
}

#[test]
fn refusals_name_the_place_and_the_way_out() {
    let two = weekly(
        "        - { from: 2026-10-05, members: [tanaka] }\n        - { from: 2026-12-14, members: [tanaka, suzuki] }",
    );
    let on_newest = "line-up add sato --schedule web --from 2026-12-14";
    check_refused(
        &two,
        on_newest,
        &["2026-12-14 (schedules/web.yaml:9)", "choose 2026-12-15 or a later day", "by hand"],
    );
    check_refused(
        "",
        "line-up add kimura --schedule web --from 2026-11-23",
        &["2026-11-23 is past", "choose 2026-11-24"],
    );
    check_refused(
        "",
        "line-up add sato --schedule web",
        &["Sato (sato) is in web already (schedules/web.yaml:8)"],
    );
    check_refused(
        "",
        "line-up replace tanaka --with sato --schedule web",
        &["Sato (sato) is in web already"],
    );
    check_refused("", "line-up add kimra --schedule web", &["no user `kimra`", "did you mean `kimura`?"]);
    check_refused("", "line-up add kimura --schedule wbe", &["no schedule `wbe`", "did you mean `web`?"]);
    check_refused(
        "",
        "line-up add kimura --schedule web --after ito",
        &["--after: Ito (ito) is not in web", "tanaka, suzuki, sato"],
    );
    check_refused(
        "",
        "line-up remove kimura --schedule web",
        &["Kimura (kimura) is not in the newest line-up of web"],
    );
    let left = "--- users/kimura.yaml\nname: Kimura\nphone: \"+81 90 0000 0004\"\nleft: 2026-12-31\n";
    check_refused(left, "line-up add kimura --schedule web", &["leaves or has left (users/kimura.yaml)"]);
    let alone = weekly("        - { from: 2026-10-05, members: [tanaka, nobody] }");
    check_refused(
        &alone,
        "line-up remove tanaka --schedule web",
        &["nobody would be left in web", "line-up replace"],
    );
    let fixed = "--- schedules/web.yaml\nname: Web\nlayers:\n  - { name: all, members: [tanaka] }\n";
    check_refused(fixed, "line-up add kimura --schedule web", &["no layer with a rotation"]);
}

/// Without a date it begins as soon as it can: after a line-up that is yet to come.
#[test]
fn a_line_up_to_come() {
    let coming = weekly(
        "        - { from: 2026-10-05, members: [tanaka] }\n        - { from: 2026-12-14, members: [tanaka, suzuki] }",
    );
    check(
        &coming,
        "line-up add sato --schedule web",
        "The line-up of 2026-12-14 (schedules/web.yaml:9) comes first: the line-up begins with the handoff on Mon 2026-12-21 10:00.
         Sato (sato) joins web on Mon 2026-12-21 10:00 after Suzuki (suzuki); Suzuki (suzuki) is next.
         The turns from then on: suzuki, sato, tanaka.
         == schedules/web.yaml
         +        - { from: 2026-12-21, members: [tanaka, suzuki, sato], starts_with: suzuki }",
    );
}

/// On the day of a handoff that has been, the next one counts; before it, that one.
#[test]
fn a_handoff_of_today() {
    let daily =
        schedule("1 day", "10:00", "", "        - { from: 2026-11-02, members: [tanaka, suzuki, sato] }");
    check(
        &daily,
        "line-up add kimura --schedule web --from 2026-11-24",
        "The handoff of Tue 2026-11-24 10:00 is over: the line-up begins with the handoff on Wed 2026-11-25 10:00.
         Kimura (kimura) joins web on Wed 2026-11-25 10:00 after Sato (sato); Sato (sato) is next.
         The turns from then on: sato, kimura, tanaka, suzuki.
         == schedules/web.yaml
         +        - { from: 2026-11-25, members: [tanaka, suzuki, sato, kimura], starts_with: sato }",
    );
    let evening = daily.replace("10:00", "12:01");
    assert_eq!(
        added(&evening, "line-up add kimura --schedule web --from 2026-11-24"),
        "{ from: 2026-11-24, members: [tanaka, suzuki, sato, kimura], starts_with: suzuki }"
    );
}
