//! The cells of a worksheet, row by row.

use std::sync::Arc;

use chrono::NaiveDate;
use quick_xml::events::BytesStart;

use super::{
    ReadError, Reason, UNPACKED_MAX_BYTES,
    shared_strings::{rich_text, unescaped},
    workbook::Shared,
    xml::{Node, Xml, attribute},
};
use crate::domain::{
    import::{MAX_COLUMNS, MAX_ROWS},
    sheet::{Cell, SheetRow, parse_cell_name},
};

/// Rows above the header that are read besides.
pub const ROWS_ABOVE: usize = 20;
/// The last row and column that a worksheet can have.
const LAST_ROW: u32 = 1_048_576;
const LAST_COLUMN: usize = 16_383;
/// With more merged regions it is a form and no table.
const MAX_MERGED: usize = 500;
/// So many merged cells of one row are named.
const MERGED_NAMED: usize = 3;

/// Reads the rows that are not blank.
pub fn read(part: &str, shared: &Shared) -> Result<Vec<SheetRow>, ReadError> {
    let mut reader = Reader { xml: Xml::new(part), shared, rows: Vec::new(), number: 0, bytes: 0 };
    let mut merged = Vec::new();
    loop {
        match reader.xml.next()? {
            Node::Start(start) => match start.local_name().as_ref() {
                "row" => reader.read_row(&start)?,
                "mergeCell" => {
                    merged.extend(attribute(&start, "ref")?.as_deref().and_then(region));
                    if merged.len() > MAX_MERGED {
                        return Err(Reason::Merged.into());
                    }
                }
                _ => {}
            },
            Node::Eof => break,
            Node::End(_) | Node::Text(_) => {}
        }
    }
    let mut rows = reader.rows;
    mark_merged(&mut rows, &merged);
    Ok(rows)
}

/// Rows and columns of a merged region, both ends included.
type Region = ((u32, u32), (usize, usize));

fn region(reference: &str) -> Option<Region> {
    let (from, to) = reference.split_once(':')?;
    let ((left, Some(top)), (right, Some(bottom))) = (parse_cell_name(from)?, parse_cell_name(to)?) else {
        return None;
    };
    Some(((top, bottom), (left, right)))
}

fn mark_merged(rows: &mut [SheetRow], merged: &[Region]) {
    for ((top, bottom), (left, right)) in merged {
        let from = rows.partition_point(|row| row.number < *top);
        for row in rows.iter_mut().skip(from).take_while(|row| row.number <= *bottom) {
            let free = MERGED_NAMED.saturating_sub(row.merged.len());
            row.merged.extend((*left..=*right).take(free));
        }
    }
}

struct Reader<'a> {
    xml: Xml<'a>,
    shared: &'a Shared,
    rows: Vec<SheetRow>,
    number: u32,
    bytes: usize,
}

impl Reader<'_> {
    fn read_row(&mut self, start: &BytesStart<'_>) -> Result<(), ReadError> {
        let number = match attribute(start, "r")? {
            Some(number) => number.parse().map_err(|_| Reason::Damaged)?,
            None => self.number + 1,
        };
        if number <= self.number || number > LAST_ROW {
            return Err(Reason::Damaged.into());
        }
        self.number = number;
        let mut cells: Vec<(usize, Cell)> = Vec::new();
        let mut next = 0;
        loop {
            match self.xml.next()? {
                Node::Start(start) if start.local_name().as_ref() == "c" => {
                    let (column, cell) = self.read_cell(&start, next)?;
                    next = column + 1;
                    if let Some(cell) = cell.filter(|cell| !cell.is_blank() && cells.len() <= MAX_COLUMNS) {
                        self.bytes += cell.text_bytes();
                        cells.push((column, cell));
                    }
                }
                Node::End(name) if name == "row" => break,
                Node::Eof => return Err(Reason::Damaged.into()),
                Node::Start(_) | Node::End(_) | Node::Text(_) => {}
            }
        }
        if self.bytes > UNPACKED_MAX_BYTES {
            return Err(ReadError::TooLarge { limit: UNPACKED_MAX_BYTES });
        }
        if cells.is_empty() {
            return Ok(());
        }
        if self.rows.len() == MAX_ROWS + ROWS_ABOVE {
            return Err(ReadError::TooManyRows { limit: MAX_ROWS });
        }
        self.rows.push(SheetRow { number, cells, merged: Vec::new() });
        Ok(())
    }

    /// A cell with its column; `next` is where it stands when it does not say.
    fn read_cell(&mut self, start: &BytesStart<'_>, next: usize) -> Result<(usize, Option<Cell>), ReadError> {
        let column = match attribute(start, "r")? {
            Some(name) => parse_cell_name(&name).map(|(column, _)| column).ok_or(Reason::Damaged)?,
            None => next,
        };
        if column < next || column > LAST_COLUMN {
            return Err(Reason::Damaged.into());
        }
        let kind = attribute(start, "t")?;
        let style = attribute(start, "s")?.and_then(|style| style.parse::<usize>().ok());
        let (mut value, mut inline, mut is_formula) = (None, None, false);
        loop {
            match self.xml.next()? {
                Node::Start(start) => match start.local_name().as_ref() {
                    "v" => value = Some(self.xml.text_of(&start)?),
                    "is" => inline = Some(rich_text(&mut self.xml, "is")?),
                    "f" => {
                        self.xml.text_of(&start)?;
                        is_formula = true;
                    }
                    _ => {}
                },
                Node::End(name) if name == "c" => break,
                Node::Eof => return Err(Reason::Damaged.into()),
                Node::End(_) | Node::Text(_) => {}
            }
        }
        if is_formula {
            return Ok((column, Some(Cell::Formula)));
        }
        let cell = match (inline, value) {
            (Some(text), _) => Some(Cell::Text(text.into())),
            (None, Some(value)) => Some(self.typed(&value, kind.as_deref(), style)?),
            (None, None) => None,
        };
        Ok((column, cell))
    }

    fn typed(&self, value: &str, kind: Option<&str>, style: Option<usize>) -> Result<Cell, ReadError> {
        match kind {
            Some("s") => {
                let index = value.trim().parse::<usize>().ok();
                let text = index.and_then(|index| self.shared.strings.get(index)).ok_or(Reason::Damaged)?;
                Ok(Cell::Text(Arc::clone(text)))
            }
            Some("b") => Ok(Cell::Bool(matches!(value.trim(), "1" | "true"))),
            Some("e") => Ok(Cell::Error(value.trim().into())),
            Some("d") => {
                let day = value.get(..10).and_then(|day| day.parse().ok());
                Ok(day.map_or_else(|| Cell::Text(value.into()), Cell::Date))
            }
            Some("str" | "inlineStr") => Ok(Cell::Text(unescaped(value).into())),
            _ => match value.trim().parse::<f64>() {
                Ok(number) if number.is_finite() => {
                    let is_date = style.and_then(|style| self.shared.dates.get(style)).is_some_and(|is_date| *is_date);
                    let day = if is_date { day(number, self.shared.from_1904) } else { None };
                    Ok(day.map_or(Cell::Number(number), Cell::Date))
                }
                _ => Ok(Cell::Text(value.into())),
            },
        }
    }
}

/// The day of a serial number. The count from 1900 has a 29th of February that never was.
fn day(serial: f64, from_1904: bool) -> Option<NaiveDate> {
    let epoch = if from_1904 { NaiveDate::from_ymd_opt(1904, 1, 1)? } else { NaiveDate::from_ymd_opt(1899, 12, 30)? };
    if !(0.0..2_958_466.0).contains(&serial) {
        return None;
    }
    #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "its range has just been checked")]
    let days = serial.floor() as u64;
    let days = if from_1904 || days >= 61 { days } else { days + 1 };
    epoch.checked_add_days(chrono::Days::new(days))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn serial_numbers_are_days() {
        let at = |year, month, day| NaiveDate::from_ymd_opt(year, month, day);
        for (serial, from_1904, expected) in [
            (1.0, false, at(1900, 1, 1)),
            (61.0, false, at(1900, 3, 1)),
            (25_689.75, false, at(1970, 5, 1)),
            (24_227.0, true, at(1970, 5, 1)),
            (-1.0, false, None),
            (1e300, false, None),
        ] {
            assert_eq!(day(serial, from_1904), expected, "{serial}");
        }
    }
}
