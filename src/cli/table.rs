//! Tables of at most 80 columns; Japanese characters count with their width in a terminal.

use comfy_table::{ColumnConstraint, ContentArrangement, Table, Width, presets::NOTHING};
use unicode_width::UnicodeWidthStr;

/// The width we expect of every terminal.
const WIDTH: u16 = 80;
/// The most columns given to cells that should stay together, if there is not enough space for all.
const TOGETHER_MAX: usize = 20;
/// A space that is not a line break; tables show it as a normal space.
const NO_BREAK: char = '\u{a0}';

/// Rows under a header, in columns. Long cells wrap, except those in the columns at `whole`.
pub(super) fn table<const N: usize>(
    header: [&str; N],
    whole: &[usize],
    rows: impl IntoIterator<Item = [String; N]>,
) -> String {
    let mut table = Table::new();
    table.load_style(NOTHING).set_width(WIDTH).set_content_arrangement(ContentArrangement::Dynamic);
    table.set_header(header);
    let mut together = [0; N];
    for row in rows {
        for (widest, cell) in together.iter_mut().zip(&row) {
            let words = cell.split([' ', '\n']).filter(|word| word.contains(NO_BREAK));
            *widest = words.map(UnicodeWidthStr::width).chain([*widest]).max().unwrap_or(0);
        }
        table.add_row(row);
    }
    for ((at, column), together) in table.column_iter_mut().enumerate().zip(together) {
        column.set_padding((0, if at + 1 < N { 2 } else { 0 }));
        if whole.contains(&at) {
            column.set_constraint(ColumnConstraint::ContentWidth);
        } else if together > 0 {
            let width = u16::try_from(together.min(TOGETHER_MAX) + 2).unwrap_or(WIDTH);
            column.set_constraint(ColumnConstraint::LowerBoundary(Width::Fixed(width)));
        }
    }
    format!("{}\n", table.trim_fmt()).replace(NO_BREAK, " ")
}

/// Rows whose cells have several lines, with a blank line between them.
pub(super) fn spaced<const N: usize>(
    header: [&str; N],
    rows: impl IntoIterator<Item = [String; N]>,
) -> String {
    let blank = || std::array::from_fn(|_| String::new());
    let rows = rows.into_iter().enumerate();
    table(header, &[], rows.flat_map(|(n, row)| (n > 0).then(blank).into_iter().chain([row])))
}

/// A text that a table breaks only if it is too long for one line.
pub(super) fn together(text: &str) -> String {
    text.replace(' ', &NO_BREAK.to_string())
}
