//! `--watch`: asks again every few seconds until Ctrl-C, which is no failure.
//!
//! A terminal shows the answer in place. Elsewhere each thing that is new or changes is one line, and one that is no longer
//! listed too. A server that cannot be reached is asked again; one that refuses ends it.

use super::remote::{Format, Question, Server};
use super::serve::runtime;
use super::spoken::{reader, sentence};
use super::{Exit, Output, directory};
use anyhow::{Context, Result};
use jiff::Timestamp;
use serde_json::{Value, json};
use std::collections::BTreeMap;
use std::io::{self, ErrorKind, IsTerminal, Write};
use std::time::Duration;

/// How long between two answers.
const EVERY: Duration = Duration::from_secs(2);
/// The height of a terminal that does not say it.
const ROWS: usize = 24;
/// The start of the screen, the rest of a line, the rest of the screen, and the cursor away and back.
const HOME: &str = "\x1b[H";
const REST_OF_LINE: &str = "\x1b[K";
const REST_OF_SCREEN: &str = "\x1b[J";
const CLEAR: &str = "\x1b[2J";
const CURSOR_OFF: &str = "\x1b[?25l";
const CURSOR_ON: &str = "\x1b[?25h";

/// The option of every list.
#[derive(Clone, Copy, Debug, clap::Args)]
pub struct Watch {
    /// Ask again every 2 seconds until Ctrl-C; where this is no terminal, print what changes
    #[arg(long)]
    pub watch: bool,
}

/// One answer.
#[derive(Debug)]
pub(super) enum Polled {
    Answer {
        /// As the command shows it at once.
        text: String,
        /// What is listed, by the name of each: the object, and a line about it.
        items: BTreeMap<String, (Value, String)>,
    },
    /// It may be answered the next time.
    Trouble(String),
    /// It will not.
    Refused(Output),
}

/// How a list shows its items.
#[derive(Clone, Copy)]
pub(super) struct Items {
    /// The key of the list in the answer, and of the name of each.
    pub list: &'static str,
    pub name: &'static str,
    pub line: fn(&Value, &Value) -> String,
}

impl Watch {
    /// Asks once, or again and again.
    pub(super) fn ask(
        self,
        server: &Server,
        question: &Question,
        items: Items,
        text: impl Fn(&Value) -> String,
    ) -> Result<Output> {
        if !self.watch {
            return server.ask(question, text);
        }
        let asker = server.asker()?;
        watch(server.format, async || match asker.send(question).await {
            Err(error) => Polled::Trouble(sentence(&error, reader())),
            Ok((status, answer)) => match server.read(status, answer) {
                Ok(answer) => Polled::Answer { text: text(&answer), items: items.of(&answer) },
                Err(refused) if refused.exit == Exit::Server => {
                    Polled::Trouble(refused.err.trim().to_owned())
                }
                Err(refused) => Polled::Refused(refused),
            },
        })
    }
}

impl Items {
    pub(super) fn of(self, answer: &Value) -> BTreeMap<String, (Value, String)> {
        let all = answer[self.list].as_array().into_iter().flatten();
        let name = |it: &Value| match &it[self.name] {
            Value::String(text) => text.clone(),
            other => other.to_string(),
        };
        all.map(|it| (name(it), (it.clone(), (self.line)(it, answer)))).collect()
    }
}

/// Shows answers until Ctrl-C, or until nobody reads them any more.
pub(super) fn watch(format: Format, mut poll: impl AsyncFnMut() -> Polled) -> Result<Output> {
    let mut screen = Screen::new(format);
    let ended: Result<Output> = runtime()?.block_on(async {
        loop {
            let polled = tokio::select! {
                polled = poll() => polled,
                ended = tokio::signal::ctrl_c() => break ended.map(|()| nothing()).context("Ctrl-C cannot be heard"),
            };
            if let Polled::Refused(output) = polled {
                break Ok(output);
            }
            match screen.show(polled) {
                Ok(()) => {}
                Err(error) if error.kind() == ErrorKind::BrokenPipe => break Ok(nothing()),
                Err(error) => break Err(error).context("cannot write the answer"),
            }
            tokio::select! {
                () = tokio::time::sleep(EVERY) => {}
                ended = tokio::signal::ctrl_c() => break ended.map(|()| nothing()).context("Ctrl-C cannot be heard"),
            }
        }
    });
    screen.leave();
    ended
}

fn nothing() -> Output {
    Output::fine(String::new())
}

/// What was shown last.
struct Screen {
    format: Format,
    terminal: bool,
    began: bool,
    items: BTreeMap<String, (Value, String)>,
    text: String,
    trouble: Option<String>,
}

impl Screen {
    fn new(format: Format) -> Screen {
        let terminal = io::stdout().is_terminal() && format == Format::Text;
        Screen { format, terminal, began: false, items: BTreeMap::new(), text: String::new(), trouble: None }
    }

    fn show(&mut self, polled: Polled) -> io::Result<()> {
        let now = Timestamp::from_second(directory::now().as_second()).unwrap_or_default();
        let (text, items, trouble) = match polled {
            Polled::Answer { text, items } => (text, items, None),
            Polled::Trouble(why) => (self.text.clone(), self.items.clone(), Some(why)),
            Polled::Refused(_) => return Ok(()),
        };
        let out = if self.terminal {
            self.frame(&text, trouble.as_deref(), now)
        } else {
            if trouble.is_some() && trouble != self.trouble {
                let _ = writeln!(io::stderr(), "{now}  {}", trouble.as_deref().unwrap_or_default());
            }
            lines(self.format, &self.items, &items, now)
        };
        (self.text, self.items, self.trouble, self.began) = (text, items, trouble, true);
        let mut stdout = io::stdout().lock();
        stdout.write_all(out.as_bytes())?;
        stdout.flush()
    }

    /// Each line over the one before: nothing flickers.
    fn frame(&self, text: &str, trouble: Option<&str>, now: Timestamp) -> String {
        let begin = if self.began { String::new() } else { format!("{CURSOR_OFF}{CLEAR}") };
        let said = trouble.map_or_else(|| "Ctrl-C ends".to_owned(), |why| format!("not answered: {why}"));
        let lines = shown(text, &format!("{now}  {said}"), rows());
        let lines: String = lines.iter().map(|line| format!("{line}{REST_OF_LINE}\r\n")).collect();
        format!("{begin}{HOME}{lines}{REST_OF_SCREEN}")
    }

    fn leave(&self) {
        if self.terminal && self.began {
            let mut stdout = io::stdout().lock();
            let _ = stdout.write_all(CURSOR_ON.as_bytes()).and_then(|()| stdout.flush());
        }
    }
}

/// A heading, and as much of the text as there is room for.
fn shown(text: &str, heading: &str, rows: usize) -> Vec<String> {
    let room = rows.saturating_sub(3).max(1);
    let all: Vec<&str> = text.lines().collect();
    let more = all.len().saturating_sub(room);
    let heading: String = heading.chars().map(|c| if c.is_control() { ' ' } else { c }).take(79).collect();
    let lines = all.iter().take(room).map(|line| (*line).to_owned());
    let rest = (more > 0).then(|| format!("... and {more} more lines"));
    [heading, String::new()].into_iter().chain(lines).chain(rest).collect()
}

/// What is new, what changed, and what is no longer listed.
fn lines(
    format: Format,
    before: &BTreeMap<String, (Value, String)>,
    after: &BTreeMap<String, (Value, String)>,
    now: Timestamp,
) -> String {
    let changed = after.iter().filter(|(name, it)| before.get(*name).map(|known| &known.0) != Some(&it.0));
    let gone = before.keys().filter(|name| !after.contains_key(*name));
    let line = |(value, line): &(Value, String)| match format {
        Format::Text => format!("{now}  {line}\n"),
        Format::Json => format!("{value}\n"),
    };
    let over = |name: &String| match format {
        Format::Text => format!("{now}  {name}  no longer listed\n"),
        Format::Json => format!("{}\n", json!({ "gone": name })),
    };
    changed.map(|(_, it)| line(it)).chain(gone.map(over)).collect()
}

fn rows() -> usize {
    let size = rustix::termios::tcgetwinsize(io::stdout());
    size.ok().map(|size| usize::from(size.ws_row)).filter(|rows| *rows > 0).unwrap_or(ROWS)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn listed(all: &[(&str, u8)]) -> BTreeMap<String, (Value, String)> {
        all.iter().map(|(name, n)| ((*name).to_owned(), (json!({ "n": n }), format!("{name} {n}")))).collect()
    }

    /// Where this is no terminal, what stays is said once, and what is over too.
    #[test]
    fn only_what_changes_is_a_line() {
        let now = Timestamp::UNIX_EPOCH;
        let (before, after) =
            (listed(&[("a", 1), ("b", 1), ("c", 1)]), listed(&[("a", 1), ("b", 2), ("d", 1)]));
        assert_eq!(lines(Format::Text, &before, &before, now), "");
        let text = lines(Format::Text, &before, &after, now);
        let at = "1970-01-01T00:00:00Z";
        assert_eq!(text, format!("{at}  b 2\n{at}  d 1\n{at}  c  no longer listed\n"));
        assert_eq!(lines(Format::Json, &before, &after, now), "{\"n\":2}\n{\"n\":1}\n{\"gone\":\"c\"}\n");
    }

    /// What does not fit is counted, never scrolled away.
    #[test]
    fn a_frame_is_as_high_as_the_screen() {
        let text: String = (1..=10).map(|n| format!("line {n}\n")).collect();
        let lines = shown(&text, "now", 8);
        assert_eq!(
            lines,
            ["now", "", "line 1", "line 2", "line 3", "line 4", "line 5", "... and 5 more lines"]
        );
        assert_eq!(shown("one\n", "now", 8), ["now", "", "one"]);
    }
}
