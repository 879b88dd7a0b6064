//! A plain table: a header, rows of texts, and what the columns mean.

use bytes::Bytes;

use super::{Book, Look, csv};
use crate::{domain::sheet::TableFormat, service::error::Error};

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

/// A table that is being written, some rows at a time.
pub struct TableWriter(Kind);

enum Kind {
    Xlsx(Box<Workbook>),
    Csv(String),
}

struct Workbook {
    book: Book,
    columns: &'static [TableColumn],
    next_row: usize,
}

impl TableWriter {
    /// A table with a header. In a workbook its sheet has the name, and another one explains the columns.
    pub fn new(format: TableFormat, name: &str, columns: &'static [TableColumn]) -> Result<Self, Error> {
        Ok(Self(match format {
            TableFormat::Xlsx => Kind::Xlsx(Box::new(Workbook::new(name, columns)?)),
            TableFormat::Csv => Kind::Csv(csv::begin(columns.iter().map(|column| column.label))),
        }))
    }

    /// Adds rows; each has as many cells as there are columns.
    pub fn push(&mut self, rows: &[Vec<String>]) -> Result<(), Error> {
        match &mut self.0 {
            Kind::Xlsx(workbook) => workbook.push(rows),
            Kind::Csv(text) => {
                for row in rows {
                    csv::push(text, row.iter().map(String::as_str));
                }
                Ok(())
            }
        }
    }

    /// The file.
    pub fn into_bytes(self) -> Result<Bytes, Error> {
        match self.0 {
            Kind::Xlsx(workbook) => workbook.into_bytes(),
            Kind::Csv(text) => Ok(text.into()),
        }
    }
}

impl Workbook {
    fn new(name: &str, columns: &'static [TableColumn]) -> Result<Self, Error> {
        let mut book = Book::new()?;
        let mut page = book.page(name)?;
        let widths: Vec<f64> = columns.iter().map(|column| column.width).collect();
        page.widths(&widths)?;
        for (at, column) in columns.iter().enumerate() {
            page.text((0, at), column.label, Look::Header)?;
        }
        page.freeze(1)?;
        Ok(Self { book, columns, next_row: 1 })
    }

    fn push(&mut self, rows: &[Vec<String>]) -> Result<(), Error> {
        let mut page = self.book.first_page()?;
        for row in rows {
            for (at, cell) in row.iter().enumerate().filter(|(_, cell)| !cell.is_empty()) {
                page.text((self.next_row, at), cell, Look::Cell)?;
            }
            self.next_row += 1;
        }
        Ok(())
    }

    fn into_bytes(mut self) -> Result<Bytes, Error> {
        let mut page = self.book.page("字段说明 Columns")?;
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
        self.book.into_bytes()
    }
}
