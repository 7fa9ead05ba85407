//! English: what is said in a chat.

use super::Language;
use super::chat::{Chat, Doing, Slot};

const HELP_EN: &str = "`/oncall who [SCHEDULE] [TIME]` who is on call
`/oncall incidents [SERVICE]` what is open
`/oncall page SERVICE WORDS` declare an incident
`/oncall ack [INCIDENT …]` take it; also `unack`, `escalate`, `reopen`, `raise`, `lower`
`/oncall resolve [INCIDENT …] [REASON]`
`/oncall note INCIDENT WORDS`
`/oncall snooze INCIDENT TIME`
`/oncall reassign INCIDENT WHO`, `page-also INCIDENT WHO`
`/oncall merge INCIDENT INTO`, `move INCIDENT SERVICE`, `channel INCIDENT`
`/oncall take SCHEDULE [from PERSON] [until TIME]` be on call there, until the next handoff if no time is said
`/oncall offer SCHEDULE from TIME until TIME [to PERSON] [REASON]` offer a shift of yours; `/oncall accept NUMBER` accept one
`/oncall cannot NUMBER` say that you cannot be on call by this override
`/oncall override SCHEDULE PERSON [instead-of PERSON] [from TIME] until TIME [REASON]`
`/oncall silence SERVICE TIME REASON`
`/oncall away until TIME [cover PERSON]`, `back`
`/oncall end NUMBER` end an override or a silence early
`/oncall test me [call|sms|slack]` try out how you are reached
Without the rest, page, override, silence, note, snooze, reassign and merge open a form.
Times: 18:00, 2h, 30m, tomorrow 10:00, mon 10:00, 12/24 18:00, handoff";

pub(super) fn chat(phrase: &Chat) -> String {
    match phrase {
        Chat::Help => HELP_EN.into(),
        Chat::NoSuchVerb { said } => format!("`{said}` is no command here: `/oncall help` lists them"),
        Chat::NoSuch { what, said } => format!("There is no {} `{said}`.", slot_en(*what)),
        Chat::Missing { what: Slot::Text } => "Say what: the text is missing.".into(),
        Chat::Missing { what } => format!("The {} is missing.", slot_en(*what)),
        Chat::TooManyWords { said } => {
            format!("`{said}` is not understood here: `/oncall help` shows the form")
        }
        Chat::NoHandoff => "There is no handoff within 31 days: give a time.".into(),
        Chat::NotInUsers => "You are not in users/: ask somebody who is.".into(),
        Chat::WhichSchedule { said, ids: [] } => format!("{said} is on call nowhere now: name the schedule."),
        Chat::WhichSchedule { said, ids } => {
            format!("{said} is on call on {}: name the schedule.", ids.join(", "))
        }
        Chat::WhichIncident => "Which incident? Several are open:".into(),
        Chat::NothingOpen => "Nothing is open.".into(),
        Chat::Busy => "The server is busy. Please try again.".into(),
        Chat::FormTooLate => {
            "Slack gives three seconds to open a form, and they were over. Please try again.".into()
        }
        Chat::FormFailed { why } => format!("Slack did not open the form: {why}"),
        Chat::NotStored => "It is in force, but could not be written to disk yet.".into(),
        Chat::OnCall { schedule, names, until, next } => {
            let who = if names.is_empty() { "nobody".to_owned() } else { names.join(", ") };
            let then = if next.is_empty() { "nobody".to_owned() } else { next.join(", ") };
            match until {
                Some(until) => format!("{schedule}: {who} until {until}, then {then}"),
                None => format!("{schedule}: {who}"),
            }
        }
        Chat::NoSchedules => "There are no schedules.".into(),
        Chat::BroadSilence { until, reason, partly: false } => {
            format!("⚠ A silence of everything runs until {until}: {reason}")
        }
        Chat::BroadSilence { until, reason, partly: true } => {
            format!("⚠ A silence of some alerts of every service runs until {until}: {reason}")
        }
        Chat::IncidentLine { mark, id, headline, status } => format!("{mark} {id} {headline} ({status})"),
        Chat::More { count } => format!("{count} more"),
        Chat::Declared { id } => format!("Incident {id} is open, and people are told."),
        Chat::StillFires => {
            "The monitor still says that it fires: it opens a new incident if it says so again.".into()
        }
        Chat::GaveUp => {
            "The acknowledgement is given up with it. To keep it, page somebody too instead.".into()
        }
        Chat::ChannelMade { channel } => format!("The channel is there: {channel}"),
        Chat::ChannelThere { name } => format!("There is a channel #{name} already."),
        Chat::ChannelFailed { why } => format!("Slack did not make the channel: {why}"),
        Chat::ChannelNote { channel } => format!("opened the channel {channel}"),
        _ => form(phrase),
    }
}

/// What forms and the Home tab say.
fn form(phrase: &Chat) -> String {
    match phrase {
        Chat::Title(doing) => Language::En.doing(*doing).into(),
        Chat::Label(entry) => capital(slot_en(*entry)),
        Chat::LabelOf(doing, entry) => label_en(*doing, *entry),
        Chat::TimeHint => "As in 18:00, 2h, 30m, tomorrow 10:00, mon 10:00, handoff".into(),
        Chat::Send => "Send".into(),
        Chat::Preview => "Preview".into(),
        Chat::DoIt => "Do it".into(),
        Chat::Cancel => "Cancel".into(),
        Chat::Close => "Close".into(),
        Chat::Choose => "More…".into(),
        Chat::Everything => "Everything".into(),
        Chat::Nobody => "Nobody".into(),
        Chat::HomeShifts => "Your shifts".into(),
        Chat::HomeOpen => "Open incidents".into(),
        Chat::HomeReach => "How you are reached".into(),
        Chat::NoShifts => "No shift in the next four weeks.".into(),
        Chat::Shift { schedule, from: _, until, now: true } => {
            format!("{schedule}: on call now, until {until}")
        }
        Chat::Shift { schedule, from, until, now: false } => format!("{schedule}: {from} – {until}"),
        Chat::Ways { urgent: true, ways } => format!("High urgency: {}", ways.join(" → ")),
        Chat::Ways { urgent: false, ways } => format!("Low urgency: {}", ways.join(" → ")),
        Chat::NoWays => "Nothing: nobody can reach you.".into(),
        Chat::Unreachable { way } => format!("⚠ {way}: what it needs is missing in your file"),
        _ => String::new(),
    }
}

fn label_en(doing: Doing, entry: Slot) -> String {
    match (doing, entry) {
        (Doing::Declare, Slot::Text) => "What happens".into(),
        (Doing::Note, Slot::Text) => "Note".into(),
        (Doing::Override | Doing::Silence, Slot::Text) => "Reason".into(),
        (Doing::Override, Slot::Who) => "Who is on call".into(),
        (Doing::Override, Slot::Instead) => "Instead of".into(),
        (Doing::Reassign | Doing::PageAlso, Slot::Schedule) => "Or whoever is on call on".into(),
        (Doing::Reassign | Doing::PageAlso, Slot::Policy) => "Or an escalation policy".into(),
        (Doing::Snooze | Doing::Silence, Slot::Until) => "Until".into(),
        (_, entry) => capital(slot_en(entry)),
    }
}

fn capital(text: &str) -> String {
    let mut chars = text.chars();
    chars.next().map_or_else(String::new, |first| first.to_uppercase().chain(chars).collect())
}

fn slot_en(entry: Slot) -> &'static str {
    match entry {
        Slot::Incident => "incident",
        Slot::Into => "incident that it goes into",
        Slot::Text => "text",
        Slot::Description => "description",
        Slot::Service => "service",
        Slot::Severity => "severity",
        Slot::Schedule => "schedule",
        Slot::Policy => "escalation policy",
        Slot::Who => "person",
        Slot::Instead => "person who is relieved",
        Slot::From => "beginning",
        Slot::Until => "end",
        Slot::Act => "action",
    }
}
