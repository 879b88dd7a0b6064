//! A sheet of a report: title, line under it, headings, rows.

use super::facts::Report;
use crate::service::{
    Error,
    sheets::{Book, Look, Page, Paper},
};

/// What stands in a cell.
#[derive(Clone, Debug)]
pub(super) enum Cell {
    /// A text.
    Text(String),
    /// A number of things.
    Count(u32),
    /// A share from 0 to 1; a dash where there is none.
    Share(Option<f64>),
    /// A number with decimals; a dash where there is none.
    Decimal(Option<f64>),
    /// An amount in fen, shown in yuan.
    Money(i64),
    /// A dash.
    Nothing,
}

impl Cell {
    pub(super) fn text(text: &str) -> Self {
        Self::Text(text.to_owned())
    }
}

/// Rows above the first one of a table: title, line under it, headings.
pub(super) const HEAD: usize = 3;

/// The height of a line.
const LINE_POINTS: f64 = 16.0;

/// A table that fills a sheet.
#[derive(Clone, Debug)]
pub(super) struct Table<'a> {
    name: &'a str,
    columns: Vec<(&'a str, f64)>,
    /// The rows.
    pub rows: Vec<Vec<Cell>>,
    /// What is to be said under it.
    pub note: Option<String>,
    paper: Paper,
}

impl<'a> Table<'a> {
    /// An empty one with these columns and their widths in characters.
    pub(super) fn new(name: &'a str, columns: &[(&'a str, f64)]) -> Self {
        Self { name, columns: columns.to_vec(), rows: Vec::new(), note: None, paper: Paper::AcrossOnOne }
    }

    /// The same, printed on as many pages as it has rows for.
    pub(super) const fn on_many_pages(mut self) -> Self {
        self.paper = Paper::Across;
        self
    }

    /// The first row that is free again.
    pub(super) fn end(&self) -> usize {
        HEAD + self.rows.len() + usize::from(self.note.is_some())
    }

    /// Writes it on a new sheet, to be printed across A4.
    pub(super) fn write<'b>(&self, book: &'b mut Book, report: &Report) -> Result<Page<'b>, Error> {
        let mut page = book.page(self.name)?;
        let last = self.columns.len().saturating_sub(1);
        let widths: Vec<f64> = self.columns.iter().map(|(_, width)| *width).collect();
        page.widths(&widths)?;
        let title = format!("“身边好人”工作月报（{}）：{}", report.month, self.name);
        page.over((0, 0), (0, last), &title, Look::Title)?;
        page.height(0, 36.0)?;
        let behind = if report.is_behind { "    部分数字正在统计，稍后再生成即为最新" } else { "" };
        let line = format!("编制单位：{}    编制日期：{}{behind}", report.issuer, report.made_on);
        page.over((1, 0), (1, last), &line, Look::Subtitle)?;
        page.height(1, 20.0)?;
        self.put(&mut page)?;
        if let Some(note) = &self.note {
            page.over((HEAD + self.rows.len(), 0), (HEAD + self.rows.len(), last), note, Look::Subtitle)?;
        }
        page.freeze_both((HEAD, 1))?;
        page.repeat((0, HEAD - 1))?;
        page.running(
            &format!("“身边好人”工作月报 {}", report.month),
            &format!("{}  {}", report.issuer, report.made_on),
        );
        page.paper(self.paper);
        Ok(page)
    }

    /// How many lines its longest text takes: programs do not find that by themselves everywhere. A Han character is two wide.
    fn lines(&self, row: &[Cell]) -> f64 {
        let lines = row.iter().zip(&self.columns).map(|(cell, (_, width))| match cell {
            Cell::Text(text) => {
                let wide: u32 = text.chars().map(|one| if one.is_ascii() { 1 } else { 2 }).sum();
                (f64::from(wide) / width).ceil()
            }
            Cell::Count(_) | Cell::Share(_) | Cell::Decimal(_) | Cell::Money(_) | Cell::Nothing => 1.0,
        });
        lines.fold(1.0, f64::max)
    }

    fn put(&self, page: &mut Page<'_>) -> Result<(), Error> {
        for (column, (name, _)) in self.columns.iter().enumerate() {
            page.text((HEAD - 1, column), name, Look::Header)?;
        }
        page.height(HEAD - 1, 32.0)?;
        for (at, row) in self.rows.iter().enumerate() {
            for (column, cell) in row.iter().enumerate() {
                put(page, (HEAD + at, column), cell)?;
            }
            page.height(HEAD + at, self.lines(row) * LINE_POINTS)?;
        }
        Ok(())
    }
}

fn put(page: &mut Page<'_>, place: (usize, usize), cell: &Cell) -> Result<(), Error> {
    match cell {
        Cell::Text(text) => page.text(place, text, Look::Line),
        Cell::Count(number) => page.number(place, *number, Look::Number),
        Cell::Share(share) => page.decimal(place, *share, Look::Share),
        Cell::Decimal(number) => page.decimal(place, *number, Look::Decimal),
        Cell::Money(fen) => page.decimal(place, Some(yuan(*fen)), Look::Money),
        Cell::Nothing => page.text(place, "—", Look::Field),
    }
}

#[expect(clippy::cast_precision_loss, reason = "a sheet's numbers are floating; a sum of fen below 2^53 is exact")]
fn yuan(fen: i64) -> f64 {
    fen as f64 / 100.0
}
