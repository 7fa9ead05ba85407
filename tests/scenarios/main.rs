//! A scripted day in text to the timeline in text, through one `check(script, expected)`.
//!
//! The world of `base.txt` may be patched at the top of a script (`--- path` begins a file), a variant of it for a
//! later `config <name>` follows `=== <name>`, and the day itself follows `=== day`. It is Tuesday 2026-12-08 in
//! Tokyo; a time earlier than the one before is the next day. Expected lines come from the design, not from the code.
//! After every day the journal is replayed and the invariants are looked at.

#![allow(clippy::unwrap_used)]
mod alerts;
mod alone;
mod board;
mod broad;
mod calls;
mod committed;
mod company;
mod courses;
mod crashes;
mod crowds;
mod deliveries;
mod directs;
mod each;
mod escalation;
mod flapping;
mod gaps;
mod gathers;
mod heartbeats;
mod holds;
mod hours;
mod hushed;
mod inhibitions;
mod leaving;
mod links;
mod made;
mod many;
mod notices;
mod offers;
mod people;
mod phones;
mod providers;
mod pushes;
mod random;
mod reloads;
mod reopened;
mod repeats;
mod rooms;
mod rules;
mod run_time;
mod silences;
mod stale;
mod stored;
mod storms;
mod strangers;
mod tests;
mod texts;
mod threads;
mod tickets;
mod turns;
mod weight;
mod world;

use world::World;

/// Plays the script and compares the lines.
///
/// A line of a day is `HH:MM[:SS]` and a verb; without a time it happens at once. The verbs:
///
/// | verb | what happens |
/// | --- | --- |
/// | `alert KEY [SEVERITY] [name=value …]` | a monitor says that it fires; `from=` the integration, `id=` the message, `at=` its clock, `summary=`; anything else is a label |
/// | `resolve`, `update`, `note`, `change`, `monitor-ack`, `beat`, with the same words | what else a monitor says; `post A; B` is one request |
/// | `ack USER [KEY …]`, `unack`, `close USER [because WORDS]`, `reopen`, `raise`, `lower`, `hush USER [because WORDS]` (silence until resolved), `says USER WORDS` | a person in Slack, about the incidents with these keys or ids, or the newest; `_` in words is a space |
/// | `escalate USER [to STEP]`, `reassign USER to WHOM`, `also USER WHOM`, `move USER to SERVICE`, `snooze USER [surely] FOR`, `merge USER KEY into KEY`, `unmerge USER ID` | the same; WHOM is a list of users, schedules and policies |
/// | `declare USER SERVICE SEVERITY SUMMARY [key=K]` | a person declares an incident |
/// | `override USER SCHEDULE FROM UNTIL with=… add=… replace=… [surely]`, `take USER SCHEDULE UNTIL`, `silence USER UNTIL [services=…] [labels.x=…] [everything]`, `away USER WHOM UNTIL [cover=…]`, `back USER WHOM`, `end-early USER NUMBER`, `cannot USER NUMBER` | a person changes something for now |
/// | `in-ticket KEY USER done`, `in-ticket KEY USER says WORDS` | somebody closes the ticket of an incident in Jira, or comments on it |
/// | `texts USER NUMBER`, `says-stop USER [PHONE]`, `says-start USER [PHONE]` | somebody answers the nth message to them with its code, or says STOP or START |
/// | `test USER WAY [for USER]` | somebody tries out a way of theirs |
/// | `notes USER KEY` | a key is pressed that the provider tells when it is asked |
/// | `press USER KEY`, `answer USER`, `picks-up USER FOR` | the person's phone |
/// | `link USER N acknowledge`, `link USER N escalate` | the link of the Nth message to them |
/// | `pushed USER` | the person acknowledges in the app of a push message |
/// | `rings CALL`, `answers CALL`, `ends CALL`, `times-out CALL`, `fails USER` | what the provider tells of a call, by user or delivery |
/// | `up`, `down`, `limit=S`, `reject`, `busy`, `hang`, `lose`, `mute`, `optout`, `undeliver`, `slow=FOR`, then a channel or a vendor | how a provider answers from now on |
/// | `config NAME`, `crash`, `start`, `jump FOR` | a reload of the variant after `=== NAME`; the server stops, starts; the clock jumps |
/// | `show WHAT` | lines that are hidden otherwise: `rules`, `outcomes`, `repeats`, `beats`, `mirrors`, `directs`, `notices` |
/// | `gaps [STEP FROM UNTIL]` | somebody looked for gaps to come: this one, with instants as `2026-12-10T10:00`, or none |
/// | `end` | nothing: the day goes on until then |
#[track_caller]
fn check(script: &str, expected: &str) {
    let actual = World::play(script);
    let tidy = |text: &str| {
        text.lines().map(str::trim).filter(|line| !line.is_empty()).collect::<Vec<_>>().join("\n")
    };
    let (actual, expected) = (tidy(&actual), tidy(expected));
    if actual != expected {
        panic!(
            "expected:\n{expected}\n\nactual:\n{actual}\n\nfirst difference:\n{}",
            difference(&expected, &actual)
        );
    }
}

fn difference(expected: &str, actual: &str) -> String {
    let (mut expected, mut actual) = (expected.lines(), actual.lines());
    loop {
        match (expected.next(), actual.next()) {
            (Some(wanted), Some(got)) if wanted == got => {}
            (wanted, got) => return format!("- {}\n+ {}", wanted.unwrap_or("(end)"), got.unwrap_or("(end)")),
        }
    }
}
