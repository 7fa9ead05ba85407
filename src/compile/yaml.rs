//! Parses YAML into nodes with byte spans.
//!
//! A scalar keeps its spelling and whether it was quoted. The schema decides what it means, so `1.10`, `no` and
//! `09:00` stay as written. Anchors, aliases, merge keys, tags and multiple documents are refused: a file says what
//! it means in the place where it applies. A key without a value, and the second of two equal keys, are pruned.

use super::code;
use crate::language::words::Words;
use granit_parser::{Event, Parser, ScalarStyle, Span};
use std::collections::BTreeMap;
use std::ops::Range;

/// The deepest nesting that we read.
pub const DEPTH_MAX: usize = 32;
/// The most problems reported for one file.
pub const PROBLEMS_MAX: usize = 50;

/// A value, and the bytes it came from.
#[derive(Clone, Debug)]
pub struct Node {
    pub span: Range<usize>,
    pub kind: NodeKind,
}

/// What a node is.
#[derive(Clone, Debug)]
pub enum NodeKind {
    Scalar { text: String, plain: bool },
    Sequence(Vec<Node>),
    Mapping(Vec<Entry>),
}

/// A key and its value.
#[derive(Clone, Debug)]
pub struct Entry {
    pub key: String,
    pub key_span: Range<usize>,
    pub value: Node,
}

impl Node {
    /// The value of a key, if this is a mapping that has it.
    pub fn get(&self, key: &str) -> Option<&Node> {
        let NodeKind::Mapping(entries) = &self.kind else { return None };
        entries.iter().find(|entry| entry.key == key).map(|entry| &entry.value)
    }

    /// The items of a sequence; none for other nodes.
    pub fn items(&self) -> &[Node] {
        if let NodeKind::Sequence(items) = &self.kind { items } else { &[] }
    }

    /// The text of a scalar.
    pub fn text(&self) -> Option<&str> {
        if let NodeKind::Scalar { text, .. } = &self.kind { Some(text) } else { None }
    }
}

/// A problem with the YAML itself.
#[derive(Clone, Debug)]
pub struct Problem {
    pub code: &'static str,
    pub span: Range<usize>,
    pub message: Words,
    pub help: Option<Words>,
    pub label: Option<(Range<usize>, Words)>,
}

/// The content of a file, as far as it could be read.
#[derive(Clone, Debug, Default)]
pub struct Parsed {
    /// `None` if it is not YAML, or is empty.
    pub root: Option<Node>,
    pub problems: Vec<Problem>,
    /// How many there are beyond `PROBLEMS_MAX`.
    pub more_problems: usize,
    /// Keys left out because they have no value: where their object begins, and the key.
    pub pruned: Vec<(usize, String)>,
}

/// Parses one file.
pub fn parse(text: &str) -> Parsed {
    let options = granit_parser::options! {
        emit_comments: false,
        emit_unresolved_aliases: true,
        flow_nesting_limit: DEPTH_MAX,
        block_nesting_limit: DEPTH_MAX,
    };
    let mut builder =
        Builder { parser: Parser::new_from_str_with_options(text, options), text, parsed: Parsed::default() };
    let root = builder.stream();
    let mut parsed = builder.parsed;
    parsed.root = root.ok().flatten();
    parsed.more_problems = parsed.problems.len().saturating_sub(PROBLEMS_MAX);
    parsed.problems.truncate(PROBLEMS_MAX);
    parsed
}

/// Parsing stopped; the reason is already among the problems.
struct Stopped;

struct Builder<'a> {
    parser: Parser<'a, granit_parser::StrInput<'a>>,
    text: &'a str,
    parsed: Parsed,
}

impl<'a> Builder<'a> {
    fn stream(&mut self) -> Result<Option<Node>, Stopped> {
        let mut root = None;
        let mut documents = 0;
        loop {
            let (event, span) = self.next()?;
            match event {
                Event::StreamEnd => return Ok(root),
                Event::StreamStart | Event::DocumentEnd => {}
                Event::DocumentStart(..) => {
                    documents += 1;
                    if documents > 1 {
                        let what =
                            ("a second document in one file", "1 つのファイルに複数のドキュメントを書くこと");
                        let help = (
                            "put each object in a file of its own, or all in one list",
                            "1 つずつ別のファイルに書くか、すべてを 1 つのリストにしてください",
                        );
                        self.refuse(&span, what, help);
                        return Err(Stopped);
                    }
                }
                other => root = self.node(other, &span, 0)?,
            }
        }
    }

    /// `None` if there is no value.
    fn node(&mut self, event: Event<'a>, span: &Span, depth: usize) -> Result<Option<Node>, Stopped> {
        if depth > DEPTH_MAX {
            let message = Words::new(
                format!("nested more than {DEPTH_MAX} deep"),
                format!("入れ子が {DEPTH_MAX} 段を超えています"),
            );
            self.problem(code::SYNTAX, range(span), message, None);
            return Err(Stopped);
        }
        match event {
            Event::Scalar(text, style, anchor, tag) => {
                self.properties(span, anchor, tag.is_some());
                let plain = style == ScalarStyle::Plain;
                if plain && matches!(&*text, "" | "~" | "null" | "Null" | "NULL") {
                    return Ok(None);
                }
                let span = trimmed(self.text, range(span));
                Ok(Some(Node { span, kind: NodeKind::Scalar { text: text.into_owned(), plain } }))
            }
            Event::SequenceStart(_, anchor, tag) => {
                self.properties(span, anchor, tag.is_some());
                self.sequence(range(span), depth).map(Some)
            }
            Event::MappingStart(_, anchor, tag) => {
                self.properties(span, anchor, tag.is_some());
                self.mapping(range(span), depth).map(Some)
            }
            Event::Alias(_) | Event::UnresolvedAlias(_) => {
                self.refuse(
                    span,
                    ("an alias", "エイリアス（`*`）"),
                    (
                        "write the value itself, or put it in quotes if the `*` is meant",
                        "値そのものを書いてください。`*` を文字として使うなら引用符で囲みます",
                    ),
                );
                Err(Stopped)
            }
            _ => Ok(None),
        }
    }

    fn sequence(&mut self, start: Range<usize>, depth: usize) -> Result<Node, Stopped> {
        let mut items = Vec::new();
        loop {
            let (event, span) = self.next()?;
            if matches!(event, Event::SequenceEnd) {
                let span = covering(start, items.iter().map(|item: &Node| &item.span), range(&span));
                return Ok(Node { span, kind: NodeKind::Sequence(items) });
            }
            match self.node(event, &span, depth + 1)? {
                Some(node) => items.push(node),
                None => {
                    let at = trimmed(self.text, range(&span));
                    let message = Words::new("an item without a value", "値のない項目があります");
                    self.problem(code::NO_VALUE, at, message, None);
                }
            }
        }
    }

    fn mapping(&mut self, start: Range<usize>, depth: usize) -> Result<Node, Stopped> {
        let mut entries: Vec<Entry> = Vec::new();
        let mut first_at: BTreeMap<String, Range<usize>> = BTreeMap::new();
        loop {
            let (event, key_at) = self.next()?;
            if matches!(event, Event::MappingEnd) {
                let spans = entries.iter().flat_map(|entry| [&entry.key_span, &entry.value.span]);
                let span = covering(start, spans, range(&key_at));
                return Ok(Node { span, kind: NodeKind::Mapping(entries) });
            }
            let (key, key_span) = self.key(event, &key_at)?;
            let (event, span) = self.next()?;
            let Some(value) = self.node(event, &span, depth + 1)? else {
                self.no_value(&key, key_span, start.start);
                continue;
            };
            match first_at.get(&key) {
                Some(first) => {
                    let label = Words::new("it is here already", "最初はここに書かれています");
                    let label = Some((first.clone(), label));
                    let message = Words::new(
                        format!("`{key}` is here a second time"),
                        format!("`{key}` が 2 回書かれています"),
                    );
                    let problem =
                        Problem { code: code::DUPLICATE_KEY, span: key_span, message, help: None, label };
                    self.parsed.problems.push(problem);
                }
                None => {
                    first_at.insert(key.clone(), key_span.clone());
                    entries.push(Entry { key, key_span, value });
                }
            }
        }
    }

    fn key(&mut self, event: Event<'a>, span: &Span) -> Result<(String, Range<usize>), Stopped> {
        let Event::Scalar(text, style, anchor, tag) = event else {
            self.problem(
                code::SYNTAX,
                range(span),
                Words::new("a key must be a word", "キーは単語で書いてください"),
                None,
            );
            return Err(Stopped);
        };
        self.properties(span, anchor, tag.is_some());
        if style == ScalarStyle::Plain && text == "<<" {
            let what = ("a merge key", "マージキー（`<<`）");
            self.refuse(span, what, ("write the keys themselves", "キーそのものを書いてください"));
            return Err(Stopped);
        }
        Ok((text.into_owned(), trimmed(self.text, range(span))))
    }

    fn no_value(&mut self, key: &str, key_span: Range<usize>, object: usize) {
        let help = Words::new(
            format!(
                "write the value after `{key}:`, or leave the key out; put `null` in quotes if it is meant"
            ),
            format!(
                "`{key}:` の後に値を書くか、キーごと消してください。文字としての `null` なら引用符で囲みます"
            ),
        );
        let message = Words::new(format!("`{key}` has no value"), format!("`{key}` に値がありません"));
        self.problem(code::NO_VALUE, key_span, message, Some(help));
        self.parsed.pruned.push((object, key.to_owned()));
    }

    fn properties(&mut self, span: &Span, anchor: usize, tagged: bool) {
        if anchor != 0 {
            let help = ("write the value where it is needed", "使う場所に値をそのまま書いてください");
            self.refuse(span, ("an anchor", "アンカー（`&`）"), help);
        }
        if tagged {
            let help = (
                "leave it out, or put the value in quotes if the `!` is meant",
                "消してください。`!` を文字として使うなら値を引用符で囲みます",
            );
            self.refuse(span, ("a tag", "タグ（`!`）"), help);
        }
    }

    fn next(&mut self) -> Result<(Event<'a>, Span), Stopped> {
        match self.parser.next_event() {
            Some(Ok(next)) => Ok(next),
            Some(Err(error)) => {
                let at = error.marker().byte_offset().unwrap_or(0).min(self.text.len());
                match tab_after(self.text, at) {
                    Some(tab) if error.info().contains("tab") => {
                        let help = Words::new(
                            "indent with spaces: YAML has no tabs there",
                            "YAML の字下げにタブは使えません。空白で字下げしてください",
                        );
                        let message = Words::new("a line begins with a tab", "行がタブで始まっています");
                        self.problem(code::SYNTAX, tab, message, Some(help));
                    }
                    _ => self.problem(
                        code::SYNTAX,
                        at..at,
                        Words::new(
                            format!("this is not YAML: {}", error.info()),
                            format!("YAML として読めません（{}）", error.info()),
                        ),
                        self.text.get(at..).and_then(reserved),
                    ),
                }
                Err(Stopped)
            }
            None => Err(Stopped),
        }
    }

    fn refuse(&mut self, span: &Span, what: (&str, &str), help: (&str, &str)) {
        let span = trimmed(self.text, range(span));
        let message =
            Words::new(format!("{} is not used here", what.0), format!("{}はここでは使えません", what.1));
        self.problem(code::YAML_FEATURE, span, message, Some(Words::new(help.0, help.1)));
    }

    fn problem(&mut self, code: &'static str, span: Range<usize>, message: Words, help: Option<Words>) {
        self.parsed.problems.push(Problem { code, span, message, help, label: None });
    }
}

/// The first tab at or after this byte that has only white space before it on its line.
fn tab_after(text: &str, at: usize) -> Option<Range<usize>> {
    let begin = text.get(..at)?.rfind('\n').map_or(0, |line| line + 1);
    let mut start = begin;
    for line in text.get(begin..)?.split_inclusive('\n') {
        let white = line.len() - line.trim_start_matches([' ', '\t']).len();
        if let Some(tab) = line.get(..white).and_then(|white| white.find('\t')) {
            return Some(start + tab..start + tab + 1);
        }
        start += line.len();
    }
    None
}

fn range(span: &Span) -> Range<usize> {
    span.byte_range().unwrap_or(0..0)
}

/// The span without trailing white space (a block scalar's reaches to the next key).
fn trimmed(text: &str, span: Range<usize>) -> Range<usize> {
    let kept = text.get(span.clone()).map_or(0, |piece| piece.trim_end().len());
    span.start..span.start + kept
}

/// From the first byte of a collection to the last: a flow collection ends with its bracket, a block collection with
/// its last child.
fn covering<'s>(
    start: Range<usize>,
    children: impl Iterator<Item = &'s Range<usize>>,
    end: Range<usize>,
) -> Range<usize> {
    let mut covered = start;
    for child in children {
        covered = covered.start.min(child.start)..covered.end.max(child.end);
    }
    let bracket = end.end > end.start && end.end - end.start == 1 && covered.end > covered.start;
    if bracket { covered.start..covered.end.max(end.end) } else { covered }
}

/// Words that begin with a sign that YAML keeps for itself, such as the name of somebody as Slack writes it.
fn reserved(rest: &str) -> Option<Words> {
    let sign = rest.chars().next().filter(|sign| matches!(sign, '@' | '`'))?;
    Some(Words::new(
        format!("nothing begins with `{sign}` in YAML: leave it out (an id has none), or quote the text"),
        format!(
            "YAML では `{sign}` で始められません。外すか（id には付けません）、全体を引用符で囲んでください"
        ),
    ))
}
