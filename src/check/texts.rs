//! Names that Slack cannot carry in a line, or that a voice cannot say.

use super::{Found, Subject};
use crate::compile::Spot;
use crate::language::words::Words;
use crate::place::Place;

/// The longest name in characters: what is taken from Slack and from a call is cut there, too.
const NAME_MAX: usize = 80;

pub(super) fn unfit(subject: &Subject<'_>) -> Vec<Found> {
    let config = subject.config;
    let users = config.users.values().map(|it| (&it.place, it.name.as_str(), it.reading.as_deref(), true));
    let services =
        config.services.values().map(|it| (&it.place, it.name.as_str(), it.reading.as_deref(), true));
    let schedules = config.schedule_names.values().map(|(name, place)| (place, name.as_str(), None, false));
    let named = users.chain(services).chain(schedules);
    named.flat_map(|(place, name, reading, spoken)| unfit_name(place, name, reading, spoken)).collect()
}

fn unfit_name(place: &Place, name: &str, reading: Option<&str>, spoken: bool) -> Vec<Found> {
    let root = Spot::root(&place.file);
    let texts = [("name", Some(name)), ("reading", reading)];
    let mut found = Vec::new();
    for (key, text) in texts.into_iter().filter_map(|(key, text)| Some((key, text?))) {
        let length = text.chars().count();
        if length > NAME_MAX {
            let message = Words::new(
                format!("{length} characters: a line in Slack and a call carry {NAME_MAX}"),
                format!("{length} 文字あります。Slack の 1 行と電話では {NAME_MAX} 文字までです"),
            );
            found.push(Found::new(root.key(key), message).help(Words::new(
                "a short name is heard and read at night",
                "短い名前のほうが、夜中に聞き取りやすく、読みやすくなります",
            )));
        } else if text.chars().any(char::is_control) {
            let message = Words::new(
                "a line break or another control character: Slack and a call cannot carry it",
                "改行などの制御文字があります。Slack や電話では使えません",
            );
            found.push(
                Found::new(root.key(key), message)
                    .help(Words::new("write it in one line", "1 行で書いてください")),
            );
        }
    }
    let said = reading.unwrap_or(name);
    if spoken && !said.chars().any(char::is_alphanumeric) {
        let key = if reading.is_some() { "reading" } else { "name" };
        let message = Words::new(
            "a voice cannot say this: the call would leave it out",
            "音声で読めないので、電話では省かれてしまいます",
        );
        found.push(
            Found::new(root.key(key), message)
                .help(Words::new("add a `reading`, as it is spoken", "読み方を `reading` に書いてください")),
        );
    }
    found
}
