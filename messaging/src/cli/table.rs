//! Tables for people: columns as wide as their widest cell, numbers to the right, `-` for nothing.

use std::fmt::{self, Display};

/// What stands between two columns.
const GAP: &str = "  ";

/// Columns with their heads, and rows of as many cells.
#[derive(Debug)]
pub(super) struct Table {
    columns: Vec<Column>,
    rows: Vec<Vec<String>>,
}

/// A column: its head, and on which side its cells are aligned.
#[derive(Clone, Copy, Debug)]
pub(super) struct Column {
    head: &'static str,
    is_number: bool,
}

/// A column of texts.
pub(super) fn text(head: &'static str) -> Column {
    Column {
        head,
        is_number: false,
    }
}

/// A column of numbers.
pub(super) fn number(head: &'static str) -> Column {
    Column {
        head,
        is_number: true,
    }
}

/// A cell that may have nothing in it.
pub(super) fn maybe<T: Display>(value: Option<T>) -> String {
    value.map(|value| value.to_string()).unwrap_or_default()
}

impl Table {
    /// A table without rows.
    pub(super) fn new(columns: impl IntoIterator<Item = Column>) -> Table {
        Table {
            columns: columns.into_iter().collect(),
            rows: Vec::new(),
        }
    }

    /// Adds a row; an empty cell is shown as `-`.
    pub(super) fn row(&mut self, cells: impl IntoIterator<Item = String>) {
        let shown = |cell: String| {
            if cell.is_empty() {
                "-".to_owned()
            } else {
                printable(cell)
            }
        };
        let row: Vec<String> = cells.into_iter().map(shown).collect();
        debug_assert_eq!(row.len(), self.columns.len(), "one cell for each column");
        self.rows.push(row);
    }

    fn widths(&self) -> Vec<usize> {
        let widest = |(index, column): (usize, &Column)| {
            let cells = self.rows.iter().filter_map(|row| row.get(index));
            let widths = cells.map(|cell| cell.chars().count());
            widths.fold(column.head.chars().count(), usize::max)
        };
        self.columns.iter().enumerate().map(widest).collect()
    }

    fn line<'a>(&self, cells: impl Iterator<Item = &'a str>, widths: &[usize]) -> String {
        let aligned = cells
            .zip(&self.columns)
            .zip(widths)
            .map(|((cell, column), &width)| {
                if column.is_number {
                    format!("{cell:>width$}")
                } else {
                    format!("{cell:<width$}")
                }
            });
        aligned.collect::<Vec<_>>().join(GAP).trim_end().to_owned()
    }
}

impl Display for Table {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let widths = self.widths();
        writeln!(
            f,
            "{}",
            self.line(self.columns.iter().map(|column| column.head), &widths)
        )?;
        self.rows
            .iter()
            .try_for_each(|row| writeln!(f, "{}", self.line(row.iter().map(String::as_str), &widths)))
    }
}

/// What others chose, such as the name of a client, cannot steer the terminal.
fn printable(cell: String) -> String {
    if !cell.contains(char::is_control) {
        return cell;
    }
    cell.chars().fold(String::new(), |mut shown, character| {
        if character.is_control() {
            shown.extend(character.escape_default());
        } else {
            shown.push(character);
        }
        shown
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn table(rows: &[[&str; 3]]) -> String {
        let mut table = Table::new([text("TOPIC"), number("LAG"), text("MEMBER")]);
        for row in rows {
            table.row(row.map(str::to_owned));
        }
        table.to_string()
    }

    #[test]
    fn numbers_stand_right_and_texts_left_without_spaces_behind() {
        let shown = table(&[["orders.created", "7", ""], ["é", "1200", "m"]]);
        let lines = [
            "TOPIC            LAG  MEMBER",
            "orders.created     7  -",
            "é               1200  m",
        ];
        assert_eq!(shown.lines().collect::<Vec<_>>(), lines);
    }

    #[test]
    fn without_rows_the_heads_remain() {
        assert_eq!(table(&[]), "TOPIC  LAG  MEMBER\n");
    }

    #[test]
    fn a_cell_cannot_steer_the_terminal() {
        let shown = table(&[["a\u{1b}[2J\nb", "", "c"]]);
        assert_eq!(shown.lines().count(), 2, "{shown}");
        assert!(shown.contains("a\\u{1b}[2J\\nb"), "{shown}");
    }

    #[test]
    fn nothing_is_a_dash() {
        assert_eq!(maybe(Some(3)), "3");
        let shown = table(&[["", &maybe::<i64>(None), ""]]);
        assert_eq!(shown.lines().nth(1), Some("-        -  -"));
    }
}
