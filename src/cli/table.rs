//! Tables of at most 80 columns, in which Japanese is as wide as a terminal shows it.

use comfy_table::{ColumnConstraint, ContentArrangement, Table, presets::NOTHING};

/// The width that every terminal has.
const WIDTH: u16 = 80;

/// Rows under a header, in columns. Long cells are wrapped, but not those of the columns at `whole`.
pub(super) fn table<const N: usize>(
    header: [&str; N],
    whole: &[usize],
    rows: impl IntoIterator<Item = [String; N]>,
) -> String {
    let mut table = Table::new();
    table.load_style(NOTHING).set_width(WIDTH).set_content_arrangement(ContentArrangement::Dynamic);
    table.set_header(header);
    for row in rows {
        table.add_row(row);
    }
    for (at, column) in table.column_iter_mut().enumerate() {
        column.set_padding((0, 2));
        if whole.contains(&at) {
            column.set_constraint(ColumnConstraint::ContentWidth);
        }
    }
    format!("{}\n", table.trim_fmt())
}
