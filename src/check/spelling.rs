//! How files are written and named: what means the same and yet makes trouble for whoever reads or diffs it.

use super::{Found, Subject};
use crate::compile::{Part, Spot};
use crate::document::Kind;
use crate::language::words::Words;
use crate::place::Place;
use std::ops::Bound;

/// What editors on Windows put in front of a text.
const BYTE_ORDER_MARK: char = '\u{feff}';

pub(super) fn byte_order_mark(subject: &Subject<'_>) -> Vec<Found> {
    let files = subject.compiled.sources.files.iter();
    let marked = files.filter(|(_, source)| source.text.starts_with(BYTE_ORDER_MARK));
    let found = |file| {
        Found::new(
            Spot::root(file).on(Part::Line(1)),
            Words::new(
                "this file begins with a byte-order mark, which nobody sees",
                "ファイルが、目に見えないバイト順マーク（BOM）で始まっています",
            ),
        )
        .help(Words::new("save it as UTF-8 without one", "BOM なしの UTF-8 で保存してください"))
    };
    marked.map(|(file, _)| found(file)).collect()
}

pub(super) fn carriage_returns(subject: &Subject<'_>) -> Vec<Found> {
    let files = subject.compiled.sources.files.iter();
    let found = files.filter_map(|(file, source)| {
        let before = source.text.get(..source.text.find('\r')?)?;
        let line = u32::try_from(before.matches('\n').count() + 1).unwrap_or(u32::MAX);
        let spot = Spot::line(&Place { file: file.clone(), line });
        let help = Words::new(
            "write `* text=auto eol=lf` into .gitattributes, then `git add --renormalize .`",
            ".gitattributes に `* text=auto eol=lf` と書き、`git add --renormalize .` を実行してください",
        );
        Some(
            Found::new(
                spot,
                Words::new(
                    "a line ends in a carriage return, as on Windows",
                    "行の終わりが Windows の改行（CR）になっています",
                ),
            )
            .help(help),
        )
    });
    found.collect()
}

/// Of the kinds that are named by their ids.
pub(super) fn file_and_folder(subject: &Subject<'_>) -> Vec<Found> {
    let files = &subject.compiled.sources.files;
    let unnamed = [Kind::Organisation, Kind::Overrides, Kind::Silences, Kind::Expectations];
    let named = |file: &str| {
        let folder = file.split('/').next().unwrap_or(file);
        Kind::ALL.iter().any(|kind| kind.folder() == folder && !unnamed.contains(kind))
    };
    let found = files.keys().filter(|file| named(file)).filter_map(|file| {
        let folder = format!("{}/", file.strip_suffix(".yaml")?);
        let after = (Bound::Included(folder.as_str()), Bound::Unbounded);
        let (inside, _) = files.range::<str, _>(after).next()?;
        inside.starts_with(&folder).then(|| {
            Found::new(
                Spot::root(file).on(Part::FirstLine),
                Words::new(
                    format!("the folder `{folder}` has the same id as this file"),
                    format!("フォルダ `{folder}` の id が、このファイルと同じです"),
                ),
            )
            .label(
                Spot::root(inside).on(Part::FirstLine),
                Words::new("this is in the folder, and another object", "フォルダの中の別のものです"),
            )
            .help(Words::new(
                "rename one of them, so that nobody looks for the one in the other",
                "片方を探してもう片方を見ることのないように、どちらかの名前を変えてください",
            ))
        })
    });
    found.collect()
}
