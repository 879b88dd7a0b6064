//! A table as it was read from a spreadsheet, whatever its format was: rows of cells with their places.

use std::sync::Arc;

use chrono::NaiveDate;

text_enum! {
    /// How a table is written.
    pub enum TableFormat {
        /// A workbook, with a sheet that explains the columns.
        Xlsx = "xlsx",
        /// Comma separated values in UTF-8 with a mark, every cell quoted.
        Csv = "csv",
    }
}

/// What stands in a cell.
#[derive(Clone, Debug, PartialEq)]
pub enum Cell {
    /// A text, as typed.
    Text(Arc<str>),
    /// A number.
    Number(f64),
    /// A number that the sheet shows as a day.
    Date(NaiveDate),
    /// A truth value.
    Bool(bool),
    /// An error such as `#N/A`.
    Error(Arc<str>),
    /// A formula, whose value nobody has checked.
    Formula,
}

impl Cell {
    /// True where nothing is to be seen.
    #[must_use]
    pub fn is_blank(&self) -> bool {
        match self {
            Self::Text(text) => text.trim().is_empty(),
            Self::Number(_) | Self::Date(_) | Self::Bool(_) | Self::Error(_) | Self::Formula => false,
        }
    }

    /// The bytes of text that it holds.
    #[must_use]
    pub fn text_bytes(&self) -> usize {
        match self {
            Self::Text(text) | Self::Error(text) => text.len(),
            Self::Number(_) | Self::Date(_) | Self::Bool(_) | Self::Formula => 0,
        }
    }

    /// What a reader of the sheet sees, as far as it can be told.
    #[must_use]
    pub fn shown(&self) -> String {
        match self {
            Self::Text(text) => text.trim().to_owned(),
            Self::Number(number) => number_text(*number),
            Self::Date(day) => day.to_string(),
            Self::Bool(true) => "TRUE".to_owned(),
            Self::Bool(false) => "FALSE".to_owned(),
            Self::Error(text) => text.to_string(),
            Self::Formula => "（公式 formula）".to_owned(),
        }
    }
}

/// A number as a person writes it: a telephone number that a sheet has made a number of is not `1.38E10`.
#[must_use]
pub fn number_text(number: f64) -> String {
    // Neither form of display has an exponent.
    if number == 0.0 { "0".to_owned() } else { format!("{number}") }
}

/// A row with its number, counted from 1 as the program that made the sheet shows it.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct SheetRow {
    /// Its number.
    pub number: u32,
    /// The cells that are not blank, by column, the first one 0.
    pub cells: Vec<(usize, Cell)>,
    /// The columns in which a merged cell reaches into the row.
    pub merged: Vec<usize>,
}

impl SheetRow {
    /// The cell of a column.
    #[must_use]
    pub fn cell(&self, column: usize) -> Option<&Cell> {
        self.cells.iter().find(|(at, _)| *at == column).map(|(_, cell)| cell)
    }
}

/// A sheet with the rows that are not blank.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Sheet {
    /// Its name.
    pub name: String,
    /// Its rows in order.
    pub rows: Vec<SheetRow>,
}

text_enum! {
    /// Why a file is no table that can be read.
    pub enum Reason {
        /// It has no content.
        Empty = "empty",
        /// It is a workbook of the old binary form (`.xls`).
        OldExcel = "old_excel",
        /// It is a binary workbook (`.xlsb`).
        BinaryExcel = "binary_excel",
        /// It is an `OpenDocument` or another office document.
        NoWorkbook = "no_workbook",
        /// It is protected by a password.
        Encrypted = "encrypted",
        /// It carries macros.
        Macros = "macros",
        /// It is a page or another document of markup, whatever its name.
        Markup = "markup",
        /// It is no text.
        Binary = "binary",
        /// It is text of an unknown coding.
        UnknownCharset = "unknown_charset",
        /// It declares a document type or entities.
        DocumentType = "document_type",
        /// A quoted cell has no end.
        OpenQuote = "open_quote",
        /// It is damaged.
        Damaged = "damaged",
        /// So many cells are merged that it is a form and no table.
        Merged = "merged",
    }
}

/// The name of a cell, such as `C17`.
#[must_use]
pub fn cell_name(column: usize, row: u32) -> String {
    format!("{}{row}", column_name(column))
}

/// The name of a column: `A` for 0, `AA` for 26.
#[must_use]
pub fn column_name(column: usize) -> String {
    let mut letters = Vec::new();
    let mut rest = column + 1;
    while rest > 0 {
        rest -= 1;
        letters.push(char::from(b'A' + u8::try_from(rest % 26).unwrap_or(0)));
        rest /= 26;
    }
    letters.iter().rev().collect()
}

/// The column of a cell's name, and its row where it names one: `C17` is `(2, Some(17))`.
#[must_use]
pub fn parse_cell_name(name: &str) -> Option<(usize, Option<u32>)> {
    let letters = name.bytes().take_while(u8::is_ascii_alphabetic).count();
    let (column, row) = name.split_at_checked(letters)?;
    if !(1..=3).contains(&letters) {
        return None;
    }
    let column =
        column.bytes().fold(0, |sum, letter| sum * 26 + usize::from(letter.to_ascii_uppercase() - b'A') + 1) - 1;
    let row = if row.is_empty() { None } else { Some(row.parse().ok().filter(|row| *row > 0)?) };
    Some((column, row))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn cells_are_named_as_the_sheet_shows_them() {
        let table = [(0, 1, "A1"), (2, 17, "C17"), (25, 2, "Z2"), (26, 3, "AA3"), (701, 4, "ZZ4"), (702, 5, "AAA5")];
        for (column, row, name) in table {
            assert_eq!(cell_name(column, row), name);
            assert_eq!(parse_cell_name(name), Some((column, Some(row))));
        }
        assert_eq!(parse_cell_name("XFD"), Some((16383, None)));
        for wrong in ["", "17", "A0", "ABCD1", "A1B", "A99999999999", "$A$1"] {
            assert_eq!(parse_cell_name(wrong), None, "{wrong}");
        }
    }

    #[test]
    fn numbers_are_written_without_exponents() {
        let table = [
            (13_800_001_234.0, "13800001234"),
            (1970.0, "1970"),
            (-0.0, "0"),
            (0.5, "0.5"),
            (1e18, "1000000000000000000"),
            (86_138_000_012_345.0, "86138000012345"),
        ];
        for (number, text) in table {
            assert_eq!(number_text(number), text);
        }
    }
}
