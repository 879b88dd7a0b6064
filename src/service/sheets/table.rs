//! A plain table: a header, rows of texts, and what the columns mean.

use bytes::Bytes;

use super::{Book, Look, write_csv};
use crate::service::error::Error;

/// A column of a table that is written.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct TableColumn {
    /// Its name, in Chinese.
    pub label: &'static str,
    /// Its name in English.
    pub english: &'static str,
    /// What stands in it, in both languages.
    pub meaning: &'static str,
    /// How wide it is, in characters.
    pub width: f64,
}

/// A table to be written.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Table {
    /// The sheet's name.
    pub name: &'static str,
    /// The columns.
    pub columns: Vec<TableColumn>,
    /// The rows; each has as many cells as there are columns.
    pub rows: Vec<Vec<String>>,
}

impl Table {
    /// A workbook with the table and a sheet that explains its columns.
    pub fn to_xlsx(&self) -> Result<Bytes, Error> {
        let mut book = Book::new()?;
        let mut page = book.page(self.name)?;
        let widths: Vec<f64> = self.columns.iter().map(|column| column.width).collect();
        page.widths(&widths)?;
        for (at, column) in self.columns.iter().enumerate() {
            page.text((0, at), column.label, Look::Header)?;
        }
        for (number, row) in self.rows.iter().enumerate() {
            for (at, cell) in row.iter().enumerate().filter(|(_, cell)| !cell.is_empty()) {
                page.text((number + 1, at), cell, Look::Cell)?;
            }
        }
        page.freeze(1)?;
        let mut page = book.page("字段说明 Columns")?;
        page.widths(&[22.0, 26.0, 80.0])?;
        for (at, title) in ["字段", "Column", "说明 Meaning"].into_iter().enumerate() {
            page.text((0, at), title, Look::Header)?;
        }
        for (number, column) in self.columns.iter().enumerate() {
            for (at, text) in [column.label, column.english, column.meaning].into_iter().enumerate() {
                page.text((number + 1, at), text, Look::Wrapped)?;
            }
        }
        page.freeze(1)?;
        book.into_bytes()
    }

    /// The same as comma separated values, without the explanation.
    #[must_use]
    pub fn to_csv(&self) -> Bytes {
        let header = std::iter::once(self.columns.iter().map(|column| column.label).collect());
        let rows = self.rows.iter().map(|row| row.iter().map(String::as_str).collect());
        write_csv(header.chain(rows)).into()
    }
}
