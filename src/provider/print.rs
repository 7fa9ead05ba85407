//! A delivery for a terminal: who is told, by what, and the words, as `serve --print` and `demo` show them.

use super::{link, slack};
use crate::config::{Config, MirrorKind, Need};
use crate::incident::message::{ButtonKind, Card, Ticket};
use crate::incident::{Delivery, Task, Words};
use crate::language::{Language, Word};
use jiff::Timestamp;
use unicode_width::{UnicodeWidthChar, UnicodeWidthStr};

/// How wide a delivery is printed, in columns.
pub const COLUMNS: usize = 80;
/// The most lines printed of one delivery.
pub const LINES_MAX: usize = 60;

/// The delivery in a frame of [`COLUMNS`] columns, with a line end after the last line. Control characters, such as a
/// terminal's escapes, become spaces. A number or an address is not shown.
pub fn print(config: &Config, delivery: &Delivery, now: Timestamp) -> String {
    let language = config.organisation.language;
    let time = now.to_zoned(config.organisation.time_zone.clone()).strftime("%H:%M:%S").to_string();
    let lines = words(config, delivery, COLUMNS - 4);
    let mut printed = rule('╭', &format!("{time} {}", title(config, delivery, language)));
    for line in lines {
        printed.push_str(format!("│ {line}").trim_end());
        printed.push('\n');
    }
    printed + &rule('╰', "")
}

/// The name that a printed delivery has in place of a provider's.
pub fn printed_reference(delivery: &Delivery) -> String {
    match &delivery.task {
        Task::Mirror { reference: Some(known), .. } | Task::Edit { reference: known, .. } => known.clone(),
        Task::Mirror { kind: MirrorKind::Ticket, place, reference: None, .. } => {
            format!("{place}-{}", delivery.id.n)
        }
        Task::Mirror { .. } | Task::Page { .. } | Task::HangUp { .. } | Task::Ask { .. } => {
            delivery.id.to_string()
        }
    }
}

/// The words of a delivery, in lines of at most `columns` columns (a closing mark may hang two more).
pub fn words(config: &Config, delivery: &Delivery, columns: usize) -> Vec<String> {
    let mut lines = Vec::new();
    let link = link::sample(config, delivery);
    for line in body(delivery, config.organisation.language, link.as_deref()) {
        let pad = " ".repeat(line.indent);
        lines.extend(wrap(&line.text, columns - line.indent).into_iter().map(|text| format!("{pad}{text}")));
    }
    if lines.len() > LINES_MAX {
        lines.truncate(LINES_MAX);
        lines.push("…".into());
    }
    lines
}

/// A line before it is wrapped.
struct Line {
    indent: usize,
    text: String,
}

fn line(text: impl Into<String>) -> Line {
    Line { indent: 0, text: text.into() }
}

fn title(config: &Config, delivery: &Delivery, language: Language) -> String {
    let person = |user: &str| config.users.get(user).map_or(user, |user| &user.name).to_owned();
    let word = |word| language.word(word);
    let named = |to: &Option<String>| to.as_ref().map_or_else(String::new, |name| format!(" ({name})"));
    match &delivery.task {
        Task::Page { user, to, words: Words::Script(_), .. } => {
            format!("📞 {} → {}{}", word(Word::Call), person(user), named(to))
        }
        Task::Page { user, by, to, words: Words::Text(_) } => {
            format!("📱 {} → {}{}", language.contact(by.method().way), person(user), named(to))
        }
        Task::Page { user, by, words: Words::Letter(_), .. } => {
            format!("✉ {} → {}", language.contact(by.method().way), person(user))
        }
        Task::Page { user, .. } => format!("💬 {} → {}", word(Word::DirectMessage), person(user)),
        Task::Mirror { kind, place, reference, .. } => {
            let (mark, what) = match kind {
                MirrorKind::Room if reference.is_none() => ("📣", Word::Channel),
                MirrorKind::Room => ("🔄", Word::Channel),
                MirrorKind::Ticket => ("🎫", Word::Ticket),
            };
            // A ticket has a name of its own, once it is there.
            let at = reference.as_ref().filter(|_| *kind == MirrorKind::Ticket).unwrap_or(place);
            let row = delivery.provider.row();
            let name = if row.is_first_with(*kind) { word(what) } else { row.name };
            format!("{mark} {name} → {at}")
        }
        Task::Edit { user, .. } => format!("🔄 {} → {}", word(Word::DirectMessage), person(user)),
        Task::HangUp { .. } => format!("📴 {}", word(Word::HangUp)),
        Task::Ask { of, .. } => format!("❓ {of}"),
    }
}

fn body(delivery: &Delivery, language: Language, link: Option<&str>) -> Vec<Line> {
    match &delivery.task {
        Task::Page { words: Words::Script(script), .. } => {
            let quoted = |words: &String| match script.language {
                Language::Ja => line(format!("「{words}」")),
                Language::En => line(format!("“{words}”")),
            };
            let keys = line(format!("⌨ {}", script.language.sentences(&script.menu)));
            script.words.iter().map(quoted).chain([keys]).collect()
        }
        Task::Page { by, words: Words::Text(text), .. } if by.method().need == Need::Phone => {
            vec![line(text.line(delivery.repeat, link))]
        }
        Task::Page { words: Words::Text(text), .. } => {
            let (title, message) = text.title_and_message(delivery.repeat);
            [title, message].into_iter().chain(link.map(str::to_owned)).map(line).collect()
        }
        Task::Page { words: Words::Letter(letter), .. } => {
            let action = link.map(|link| line(format!("{}: {link}", letter.call_to_action)));
            [line(&letter.subject)].into_iter().chain(card_lines(&letter.card)).chain(action).collect()
        }
        // An update changes little: the line for the thread says what.
        Task::Mirror { words: Words::Card(card), news, reference: Some(_), .. } => {
            [line(&card.headline)].into_iter().chain(said(news.as_deref())).collect()
        }
        Task::Edit { words: Words::Card(card), .. } => vec![line(&card.headline)],
        Task::Page { words: Words::Card(card), .. } | Task::Mirror { words: Words::Card(card), .. } => {
            card_lines(card)
        }
        Task::Mirror { words: Words::Ticket(ticket), reference, news, .. } => {
            ticket_lines(ticket, news.as_deref().filter(|_| reference.is_some()), language)
        }
        Task::Page { words: Words::Ticket(_), .. }
        | Task::Mirror { words: Words::Script(_) | Words::Text(_) | Words::Letter(_), .. }
        | Task::Edit { .. } => Vec::new(),
        Task::HangUp { call } => vec![line(call)],
        Task::Ask { reference, .. } => vec![line(reference)],
    }
}

fn card_lines(card: &Card) -> Vec<Line> {
    let mut lines = vec![line(&card.headline)];
    let widest = card.fields.iter().map(|field| field.label.width()).max().unwrap_or(0);
    for field in card.fields.iter().take(slack::FIELDS_MAX * 2) {
        for (n, value) in field.value.lines().enumerate() {
            let label = if n == 0 { field.label } else { "" };
            let pad = " ".repeat(widest - label.width());
            lines.push(Line { indent: 2, text: format!("{label}{pad}  {value}") });
        }
    }
    lines.extend(
        card.lines.iter().flat_map(|text| text.lines()).map(|text| Line { indent: 2, text: text.into() }),
    );
    lines.extend(card.links.iter().map(|link| Line { indent: 2, text: link.href.clone() }));
    let buttons: Vec<String> = card
        .buttons
        .iter()
        .map(|button| match &button.kind {
            ButtonKind::Open(url) => format!("[ {} ] {url}", button.label),
            ButtonKind::Acknowledge | ButtonKind::Resolve => format!("[ {} ]", button.label),
        })
        .collect();
    lines.extend(Some(buttons.join("  ")).filter(|text| !text.is_empty()).map(line));
    lines
}

fn ticket_lines(ticket: &Ticket, news: Option<&str>, language: Language) -> Vec<Line> {
    let mut lines = vec![line(format!("{}: {}", ticket.issue_type, ticket.summary))];
    match news {
        Some(news) => lines.extend(said(Some(news))),
        None => lines.extend(
            ticket
                .description
                .iter()
                .flat_map(|text| text.lines())
                .map(|text| Line { indent: 2, text: text.into() }),
        ),
    }
    if ticket.resolved {
        lines.push(Line { indent: 2, text: format!("→ {}", language.word(Word::Resolved)) });
    }
    lines
}

/// What a thread says, line by line.
fn said(news: Option<&str>) -> impl Iterator<Item = Line> {
    news.into_iter().flat_map(str::lines).map(|text| Line { indent: 2, text: format!("↳ {text}") })
}

fn rule(corner: char, title: &str) -> String {
    let title = if title.is_empty() { String::new() } else { format!(" {} ", clean(title)) };
    let start = format!("{corner}─{title}");
    format!("{start}{}\n", "─".repeat(COLUMNS.saturating_sub(start.width())))
}

fn clean(text: &str) -> String {
    text.chars().map(|c| if c.is_control() { ' ' } else { c }).collect()
}

/// Lines of at most `columns`, broken at a space or between two wide characters; a closing mark may hang two more.
pub fn wrap(text: &str, columns: usize) -> Vec<String> {
    let mut lines = Vec::new();
    let mut line = String::new();
    let mut width = 0;
    for c in clean(text).chars() {
        let size = c.width().unwrap_or(0);
        let room =
            if matches!(c, '。' | '、' | '」' | '）' | '，' | '．') { columns + 2 } else { columns };
        if width + size > room {
            let rest = if c.is_ascii() && c != ' ' { tail(&line) } else { String::new() };
            line.truncate(line.len() - rest.len());
            lines.push(std::mem::replace(&mut line, rest).trim_end().to_owned());
            width = line.width();
            if line.is_empty() && c == ' ' {
                continue;
            }
        }
        line.push(c);
        width += size;
    }
    lines.push(line);
    lines
}

/// The unfinished ASCII word at the end, to be carried over; empty where the whole line is one word.
fn tail(line: &str) -> String {
    let start = line
        .rfind(|c: char| !c.is_ascii() || c == ' ')
        .map_or(0, |at| at + line.get(at..).and_then(|rest| rest.chars().next()).map_or(1, char::len_utf8));
    if start == 0 { String::new() } else { line.get(start..).unwrap_or_default().to_owned() }
}
