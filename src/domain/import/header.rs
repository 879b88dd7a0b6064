//! Where the table begins: the right sheet and its header row, found by the names of the columns.

use super::{Column, MAX_COLUMNS};
use crate::domain::{
    fault::{Code, Fault},
    sheet::{Sheet, SheetRow, cell_name},
};

/// A header is looked for in so many rows that are not blank: above it a title and a note may stand.
const LOOKED_AT: usize = 20;
/// So many columns known by name make a header.
const KNOWN_COLUMNS: usize = 3;

/// Which column stands where.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Layout {
    /// The sheet, by its place among those read.
    pub sheet: usize,
    /// The number of the header row.
    pub row: u32,
    /// The columns with their places, in the order of the sheet.
    pub columns: Vec<(usize, Column)>,
}

impl Layout {
    /// The place of a column.
    #[must_use]
    pub fn place(&self, column: Column) -> Option<usize> {
        self.columns.iter().find(|(_, known)| *known == column).map(|(place, _)| *place)
    }

    /// The column at a place.
    #[must_use]
    pub fn column(&self, place: usize) -> Option<Column> {
        self.columns.iter().find(|(known, _)| *known == place).map(|(_, column)| *column)
    }
}

/// Why no table was found.
#[derive(Clone, Debug, PartialEq)]
pub enum NoHeader {
    /// No row of any sheet names the columns.
    Missing,
    /// A header was found, and these things are wrong with it.
    Faulty(Vec<Fault>),
}

/// Finds the header: the first row of the first sheet that names three columns or more.
pub fn find_layout(sheets: &[Sheet]) -> Result<Layout, NoHeader> {
    let candidates = sheets
        .iter()
        .enumerate()
        .flat_map(|(index, sheet)| sheet.rows.iter().take(LOOKED_AT).map(move |row| (index, row)));
    let is_header = |row: &SheetRow| {
        row.cells.iter().filter(|(_, cell)| Column::find(&cell.shown()).is_some()).count() >= KNOWN_COLUMNS
    };
    let (sheet, row) = candidates.into_iter().find(|(_, row)| is_header(row)).ok_or(NoHeader::Missing)?;
    layout(sheet, row).map_err(NoHeader::Faulty)
}

fn layout(sheet: usize, row: &SheetRow) -> Result<Layout, Vec<Fault>> {
    let mut columns: Vec<(usize, Column)> = Vec::new();
    let mut faults = Vec::new();
    if row.cells.len() > MAX_COLUMNS {
        let many = Fault::at("/file", Code::TooMany).with("limit", MAX_COLUMNS).with("actual", row.cells.len());
        return Err(vec![many]);
    }
    for (place, cell) in &row.cells {
        let at = |code| {
            Fault::at("/file", code)
                .with("cell", cell_name(*place, row.number))
                .with("column", shortened(&cell.shown()))
        };
        match Column::find(&cell.shown()) {
            None => faults.push(at(Code::UnknownMember)),
            Some(column) if columns.iter().any(|(_, known)| *known == column) => faults.push(at(Code::DuplicateMember)),
            Some(column) => columns.push((*place, column)),
        }
    }
    let missing =
        Column::ALL.iter().filter(|column| column.is_required() && !columns.iter().any(|(_, known)| known == *column));
    faults.extend(missing.map(|column| Fault::at("/file", Code::Required).with("column", column.label())));
    if faults.is_empty() { Ok(Layout { sheet, row: row.number, columns }) } else { Err(faults) }
}

/// A stranger's text is not given back at length.
fn shortened(text: &str) -> String {
    text.chars().filter(|character| !character.is_control()).take(40).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::sheet::Cell;

    fn row(number: u32, texts: &[&str]) -> SheetRow {
        let cells = texts.iter().enumerate().filter(|(_, text)| !text.is_empty());
        SheetRow { number, cells: cells.map(|(at, text)| (at, Cell::Text((*text).into()))).collect(), merged: vec![] }
    }

    fn sheet(rows: Vec<SheetRow>) -> Sheet {
        Sheet { name: "s".to_owned(), rows }
    }

    #[test]
    fn the_sheet_and_row_are_found_by_the_header() {
        let notes = sheet(vec![row(1, &["说明"]), row(2, &["姓名", "必填"])]);
        let table = sheet(vec![row(1, &["2026 年 11 月推荐表"]), row(3, &["", "Summary", "姓名*", "类别/category"])]);
        let found = find_layout(&[notes, table]).unwrap();
        assert_eq!((found.sheet, found.row), (1, 3));
        assert_eq!(found.columns, [(1, Column::Summary), (2, Column::Name), (3, Column::Category)]);
        assert_eq!((found.place(Column::Name), found.column(3)), (Some(2), Some(Column::Category)));
    }

    #[test]
    fn what_is_wrong_with_a_header_is_named() {
        assert_eq!(find_layout(&[]), Err(NoHeader::Missing));
        assert_eq!(find_layout(&[sheet(vec![row(1, &["姓名", "类别", "备注"])])]), Err(NoHeader::Missing));
        let wrong = find_layout(&[sheet(vec![row(2, &["姓名", "name", "类别", "备注"])])]);
        let Err(NoHeader::Faulty(faults)) = wrong else { panic!("{wrong:?}") };
        let found: Vec<_> = faults.iter().map(|fault| (fault.code, fault.figures[0].1.clone())).collect();
        let expected = [(Code::DuplicateMember, "B2"), (Code::UnknownMember, "D2"), (Code::Required, "一句话事迹")];
        assert_eq!(found, expected.map(|(code, text)| (code, text.into())));
    }
}
