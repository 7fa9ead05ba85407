//! What is wrong with the state directory, for people: what a start could not read, and what vanished under a running
//! server.
//!
//! [`disk`](crate::disk) finds these out and hands them on as values; the log and `/readyz` say them in English, the
//! server's own incidents in the language of the organisation.

use super::Language;
use jiff::{Timestamp, Unit};

/// Something a start could not use, or had to lose.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Trouble {
    /// Entries in the middle of the journal. `file`: where they were, or before which file they are missing.
    Entries { first: u64, last: u64, file: String, missing: bool },
    /// The newest entries: the file was cut, or is gone. `since`: the time of the last entry that is left.
    Tail { first: u64, last: u64, since: Option<Timestamp>, until: Option<Timestamp> },
    /// The newest file is gone; whatever it took in its last seconds is lost.
    NewestFile { file: String, after: u64, since: Option<Timestamp> },
    /// The header of a file cannot be read, so nothing in it can.
    File { file: String },
    /// The disk cannot read a part of a file.
    Block { file: String, offset: u64 },
    /// Entries of kinds that this release does not know. `release`: who wrote the newest of them, if known.
    Newer { first: u64, last: u64, count: u64, release: Option<String> },
    /// An entry that is whole, and means nothing.
    Entry { seq: u64, why: String },
    /// A snapshot that cannot be used; what it covers is read from the journal, as far as that goes back.
    Snapshot { file: String, why: SnapshotFault },
    /// It vanished under the running server, which wrote it again from memory.
    Gone(Gone),
}

/// Why a snapshot cannot be used.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum SnapshotFault {
    Damaged,
    Newer,
    Layout,
    /// The disk's own words.
    Unreadable(String),
}

/// What vanished, or was replaced, under the running server.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Gone {
    /// The directory of `--state`: deleted, renamed, unmounted, or another in its place.
    Directory(String),
    /// Its lock, without which a second server could start.
    Lock(String),
    /// The folder of the journal.
    Journal(String),
    /// The file being written.
    Segment(String),
}

/// How bad the worst of some troubles is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Cost {
    /// Everything was restored from elsewhere.
    Nothing,
    /// What a newer release wrote was not understood.
    Newer,
    /// Something is gone.
    Entries,
}

impl Trouble {
    /// What it costs.
    pub fn cost(&self) -> Cost {
        match self {
            Trouble::Snapshot { .. } | Trouble::Gone(_) => Cost::Nothing,
            Trouble::Newer { .. } => Cost::Newer,
            Trouble::Entries { .. }
            | Trouble::Tail { .. }
            | Trouble::NewestFile { .. }
            | Trouble::File { .. }
            | Trouble::Block { .. }
            | Trouble::Entry { .. } => Cost::Entries,
        }
    }

    /// One sentence or two.
    pub fn words(&self, language: Language) -> String {
        match language {
            Language::En => self.english(),
            Language::Ja => self.japanese(),
        }
    }

    fn english(&self) -> String {
        match self {
            Trouble::Entries { first, last, file, missing: true } => {
                format!(
                    "{} of the journal {} missing: they belong before {file}",
                    entries(*first, *last),
                    are(*first, *last)
                )
            }
            Trouble::Entries { first, last, file, missing: false } => {
                format!(
                    "{} of the journal {} damaged and cannot be read: {file}",
                    entries(*first, *last),
                    are(*first, *last)
                )
            }
            Trouble::Tail { first, last, since, until } => format!(
                "the end of the journal was cut off or deleted: {} {} lost{}",
                entries(*first, *last),
                are(*first, *last),
                between(*since, *until)
            ),
            Trouble::NewestFile { file, after, since } => format!(
                "the newest file of the journal, {file}, was deleted: what came after entry {after}{} may be lost",
                since.map_or_else(String::new, |at| format!(" ({})", second(at)))
            ),
            Trouble::File { file } => {
                format!("the header of {file} is damaged: nothing in that file can be read")
            }
            Trouble::Block { file, offset } => {
                format!("the disk cannot read a part of {file} (from byte {offset} on)")
            }
            Trouble::Newer { first, last, count, release } => format!(
                "{} a newer release of oncall wrote{} {} not understood, and {} left out: the file is kept; that release reads \
                 it, if it is started again",
                if *count == 1 {
                    format!("entry {first} that")
                } else {
                    format!("{count} entries ({first} to {last}) that")
                },
                release.as_ref().map_or_else(String::new, |release| format!(" ({release})")),
                if *count == 1 { "is" } else { "are" },
                if *count == 1 { "is" } else { "are" },
            ),
            Trouble::Entry { seq, why } => {
                format!("entry {seq} of the journal cannot be read, and is left out: {why}")
            }
            Trouble::Snapshot { file, why } => format!(
                "the snapshot {file} {}: what it covers is read from the journal instead, as far as that goes back",
                match why {
                    SnapshotFault::Damaged => "is damaged".to_owned(),
                    SnapshotFault::Newer => "was written by a newer release of oncall".to_owned(),
                    SnapshotFault::Layout => "was written by another release of oncall".to_owned(),
                    SnapshotFault::Unreadable(error) => format!("cannot be read ({error})"),
                }
            ),
            Trouble::Gone(gone) => gone.english(),
        }
    }

    fn japanese(&self) -> String {
        match self {
            Trouble::Entries { first, last, file, missing: true } => {
                format!("ジャーナルの{}がありません（{file} より前の部分です）", numbers(*first, *last))
            }
            Trouble::Entries { first, last, file, missing: false } => {
                format!("ジャーナルの{}が壊れていて読み込めません: {file}", numbers(*first, *last))
            }
            Trouble::Tail { first, last, since, until } => format!(
                "ジャーナルの末尾が切り詰められたか削除されたため、{}が失われました{}",
                numbers(*first, *last),
                between_ja(*since, *until)
            ),
            Trouble::NewestFile { file, after, since } => format!(
                "ジャーナルの最新のファイル {file} が削除されました。エントリー {after}{}より後の記録が失われたかもしれません",
                since.map_or_else(String::new, |at| format!("（{}）", second(at)))
            ),
            Trouble::File { file } => {
                format!("{file} のヘッダーが壊れているため、このファイルは読み込めません")
            }
            Trouble::Block { file, offset } => {
                format!("{file} の一部（{offset} バイト目以降）をディスクから読み込めません")
            }
            Trouble::Newer { first, last, release, .. } => format!(
                "より新しいバージョンの oncall{}が書いた{}を解釈できないため除外しました。ファイルは残してあり、そのバージョンを起動すれば読み込めます",
                release.as_ref().map_or_else(String::new, |release| format!("（{release}）")),
                numbers(*first, *last),
            ),
            Trouble::Entry { seq, why } => {
                format!("ジャーナルのエントリー {seq} を読み込めないため除外しました: {why}")
            }
            Trouble::Snapshot { file, why } => format!(
                "スナップショット {file} {}。その内容は、ジャーナルに残っている範囲で復元します",
                match why {
                    SnapshotFault::Damaged => "が壊れています".to_owned(),
                    SnapshotFault::Newer => "はより新しいバージョンの oncall が書いたものです".to_owned(),
                    SnapshotFault::Layout => "は別のバージョンの oncall が書いたものです".to_owned(),
                    SnapshotFault::Unreadable(error) => format!("を読み込めません（{error}）"),
                }
            ),
            Trouble::Gone(gone) => gone.japanese(),
        }
    }
}

impl Gone {
    /// What happened, and what follows.
    pub fn words(&self, language: Language) -> String {
        match language {
            Language::En => self.english(),
            Language::Ja => self.japanese(),
        }
    }

    fn english(&self) -> String {
        match self {
            Gone::Directory(path) => format!(
                "the state directory {path} was deleted, moved or unmounted under the running server: open incidents are \
                 written again from memory, older timelines are gone from it"
            ),
            Gone::Lock(path) => {
                format!("the lock {path} was deleted or replaced under the running server: it is made again")
            }
            Gone::Journal(path) => format!(
                "the folder {path} was deleted or replaced under the running server: open incidents are written again from \
                 memory, older timelines are gone from it"
            ),
            Gone::Segment(path) => format!(
                "the journal's file {path} was deleted or replaced under the running server: open incidents are written again \
                 from memory, timelines lack what was in it"
            ),
        }
    }

    fn japanese(&self) -> String {
        match self {
            Gone::Directory(path) => format!(
                "稼働中に状態ディレクトリ {path} が削除、移動またはアンマウントされました。対応中のインシデントはメモリから書き直します。過去のタイムラインは失われています"
            ),
            Gone::Lock(path) => {
                format!("稼働中にロックファイル {path} が削除されたか置き換えられました。作り直します")
            }
            Gone::Journal(path) => format!(
                "稼働中にフォルダ {path} が削除されたか置き換えられました。対応中のインシデントはメモリから書き直します。過去のタイムラインは失われています"
            ),
            Gone::Segment(path) => format!(
                "稼働中にジャーナルのファイル {path} が削除されたか置き換えられました。対応中のインシデントはメモリから書き直します。このファイルにあったタイムラインは失われています"
            ),
        }
    }
}

fn entries(first: u64, last: u64) -> String {
    if first == last { format!("entry {first}") } else { format!("entries {first} to {last}") }
}

fn are(first: u64, last: u64) -> &'static str {
    if first == last { "is" } else { "are" }
}

fn numbers(first: u64, last: u64) -> String {
    if first == last {
        format!("エントリー {first} ")
    } else {
        format!("エントリー {first}〜{last} ")
    }
}

/// To the second, in UTC.
fn second(at: Timestamp) -> Timestamp {
    at.round(Unit::Second).unwrap_or(at)
}

fn between(since: Option<Timestamp>, until: Option<Timestamp>) -> String {
    match (since, until) {
        (Some(since), Some(until)) => {
            format!("; they were written between {} and {}", second(since), second(until))
        }
        (Some(since), None) => format!("; they were written after {}", second(since)),
        (None, Some(until)) => format!("; they were written before {}", second(until)),
        (None, None) => String::new(),
    }
}

fn between_ja(since: Option<Timestamp>, until: Option<Timestamp>) -> String {
    match (since, until) {
        (Some(since), Some(until)) => format!("（{} から {} までの記録）", second(since), second(until)),
        (Some(since), None) => format!("（{} より後の記録）", second(since)),
        (None, Some(until)) => format!("（{} までの記録）", second(until)),
        (None, None) => String::new(),
    }
}
