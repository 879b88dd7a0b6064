//! Comma separated values (RFC 4180), as office programs write and read them.

use super::{ReadError, Reason, UNPACKED_MAX_BYTES};
use crate::domain::{
    import::{MAX_COLUMNS, MAX_ROWS},
    sheet::{Cell, Sheet, SheetRow},
};

/// Rows above the header are looked at too.
const ROWS_READ: usize = MAX_ROWS + super::cells::ROWS_ABOVE;

/// Reads a text. A blank line is a row too, as the programs that show the file count it.
pub fn read(text: &str) -> Result<Sheet, ReadError> {
    let mut reader = Reader { separator: separator(text), ..Reader::default() };
    for character in text.chars() {
        reader.take(character)?;
    }
    if reader.state == State::Quoted {
        return Err(Reason::OpenQuote.into());
    }
    reader.end_row()?;
    Ok(Sheet { name: "CSV".to_owned(), rows: reader.rows })
}

/// Office programs separate by commas, semicolons or tabs, by the country: what the first line has most of.
fn separator(text: &str) -> char {
    let first = text.lines().find(|line| !line.trim().is_empty()).unwrap_or_default();
    let count = |separator: char| first.matches(separator).count();
    [',', ';', '\t'].into_iter().rev().max_by_key(|separator| count(*separator)).unwrap_or(',')
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
enum State {
    #[default]
    Start,
    Plain,
    Quoted,
    /// After a quotation mark in a quoted cell: the cell's end, or a mark of the text when another one follows.
    Mark,
}

#[derive(Default)]
struct Reader {
    separator: char,
    state: State,
    after_return: bool,
    number: u32,
    cell: String,
    column: usize,
    cells: Vec<(usize, Cell)>,
    rows: Vec<SheetRow>,
    bytes: usize,
}

impl Reader {
    fn take(&mut self, character: char) -> Result<(), ReadError> {
        let follows_return = std::mem::take(&mut self.after_return);
        match (self.state, character) {
            (State::Quoted, '"') => self.state = State::Mark,
            (State::Quoted, other) => self.cell.push(other),
            (State::Mark, '"') => {
                self.cell.push('"');
                self.state = State::Quoted;
            }
            (State::Start, '"') => self.state = State::Quoted,
            (_, separator) if separator == self.separator => self.end_cell(),
            (_, '\n') if follows_return => {}
            (_, '\n' | '\r') => {
                self.after_return = character == '\r';
                self.end_row()?;
            }
            (_, other) => {
                self.cell.push(other);
                self.state = State::Plain;
            }
        }
        Ok(())
    }

    fn end_cell(&mut self) {
        let cell = Cell::Text(std::mem::take(&mut self.cell).into());
        self.bytes += cell.text_bytes();
        if !cell.is_blank() && self.cells.len() <= MAX_COLUMNS {
            self.cells.push((self.column, cell));
        }
        self.column += 1;
        self.state = State::Start;
    }

    fn end_row(&mut self) -> Result<(), ReadError> {
        self.end_cell();
        self.column = 0;
        self.number += 1;
        let cells = std::mem::take(&mut self.cells);
        if cells.is_empty() {
            return Ok(());
        }
        if self.rows.len() == ROWS_READ {
            return Err(ReadError::TooManyRows { limit: MAX_ROWS });
        }
        if self.bytes > UNPACKED_MAX_BYTES {
            return Err(ReadError::TooLarge { limit: UNPACKED_MAX_BYTES });
        }
        self.rows.push(SheetRow { number: self.number, cells, merged: Vec::new() });
        Ok(())
    }
}

/// A text with a header, begun with the mark by which office programs read it as UTF-8.
#[must_use]
pub fn begin<'a>(header: impl Iterator<Item = &'a str>) -> String {
    let mut text = String::from("\u{FEFF}");
    push(&mut text, header);
    text
}

/// Writes a row with every cell quoted. A cell that begins like a formula gets an apostrophe before it.
pub fn push<'a>(text: &mut String, row: impl Iterator<Item = &'a str>) {
    let cells: Vec<String> = row.map(quoted).collect();
    text.push_str(&cells.join(","));
    text.push_str("\r\n");
}

fn quoted(cell: &str) -> String {
    let begins_a_formula = cell
        .trim_start_matches([' ', '\u{3000}', '\u{A0}'])
        .starts_with(['=', '+', '-', '@', '\t', '\r', '\n', '＝', '＋', '－', '＠']);
    let apostrophe = if begins_a_formula { "'" } else { "" };
    format!("\"{apostrophe}{}\"", cell.replace('"', "\"\""))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn texts(text: &str) -> Vec<(u32, Vec<(usize, String)>)> {
        let rows = read(text).unwrap().rows;
        rows.into_iter()
            .map(|row| (row.number, row.cells.into_iter().map(|(at, cell)| (at, cell.shown())).collect()))
            .collect()
    }

    #[test]
    fn rows_and_cells_are_where_office_programs_show_them() {
        let read = texts("a,b\r\n\r\n\"c,\"\"1\"\"\nd\",,e\n\n ,\n\"f\"\n");
        let at = |column: usize, text: &str| (column, text.to_owned());
        let expected =
            vec![(1, vec![at(0, "a"), at(1, "b")]), (3, vec![at(0, "c,\"1\"\nd"), at(2, "e")]), (6, vec![at(0, "f")])];
        assert_eq!(read, expected);
        assert_eq!(texts("a;b,c;d")[0].1.len(), 3);
        assert_eq!(texts("a\tb\rc\td").len(), 2);
        assert_eq!(super::read("a,\"b").unwrap_err(), Reason::OpenQuote.into());
    }

    #[test]
    fn nothing_that_is_written_becomes_a_formula() {
        let cells = ["=1+1", "+86", "-1", "@SUM(A1)", "\t=1", "\r=1", " =1", "＝1", "说\"好\"", "三", "a-b"];
        let written = begin(cells.into_iter());
        let expected = "\u{FEFF}\"'=1+1\",\"'+86\",\"'-1\",\"'@SUM(A1)\",\"'\t=1\",\"'\r=1\",\"' =1\",\"'＝1\",\"说\"\"好\"\"\",\"三\",\"a-b\"\r\n";
        assert_eq!(written, expected);
    }
}
