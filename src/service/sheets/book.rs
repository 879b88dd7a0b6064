//! Workbooks that are written. Every cell is a text or a number: there is no way here to write a formula. The same content
//! gives the same bytes.

use bytes::Bytes;
use chrono::{DateTime, Utc};
use rust_xlsxwriter::{
    Color, DataValidation, DocProperties, ExcelDateTime, Format, FormatAlign, FormatBorder, Formula, Workbook,
    Worksheet, XlsxError,
};

use super::drawing::{self, Drawing};
use crate::service::error::Error;

/// A cell holds no more characters; the rest is left out.
const CELL_MAX_CHARS: usize = 32_000;
/// A list of choices that is written into the cell itself has no more characters.
const LIST_MAX_CHARS: usize = 255;

/// How a cell looks.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Look {
    /// As any other.
    Cell,
    /// With its lines broken.
    Wrapped,
    /// The name of a column.
    Header,
    /// The name of a column that is needed.
    NeededHeader,
    /// An example.
    Example,
    /// The title of a form.
    Title,
    /// A line under a title.
    Subtitle,
    /// The name of a field of a form.
    Label,
    /// A field of a form.
    Field,
    /// A number of things.
    Number,
    /// A field of a form that is read from the top.
    Long,
    /// Something is wrong.
    Wrong,
    /// It was there before.
    Known,
    /// It is in order.
    Right,
    /// A text of a table, from the left.
    Line,
    /// A share, as per cent.
    Share,
    /// A number with decimals.
    Decimal,
    /// An amount of money.
    Money,
}

impl Look {
    /// The looks in the order of their declaration, by which the formats are kept.
    const ALL: [Self; 18] = [
        Self::Cell,
        Self::Wrapped,
        Self::Header,
        Self::NeededHeader,
        Self::Example,
        Self::Title,
        Self::Subtitle,
        Self::Label,
        Self::Field,
        Self::Number,
        Self::Long,
        Self::Wrong,
        Self::Known,
        Self::Right,
        Self::Line,
        Self::Share,
        Self::Decimal,
        Self::Money,
    ];

    fn format(self) -> Format {
        // `@` keeps telephone numbers and ids from becoming numbers.
        let text = Format::new().set_num_format("@").set_font_name("宋体").set_font_size(11);
        let boxed = text.clone().set_border(FormatBorder::Thin).set_text_wrap().set_align(FormatAlign::VerticalCenter);
        let tinted = |format: Format, colour: u32| format.set_background_color(Color::RGB(colour));
        match self {
            Self::Cell => text,
            Self::Wrapped => text.set_text_wrap().set_align(FormatAlign::Top),
            Self::Header => tinted(boxed.set_bold().set_align(FormatAlign::Center), 0x00D9_E2F3),
            Self::NeededHeader => tinted(boxed.set_bold().set_align(FormatAlign::Center), 0x00F8_CBAD),
            Self::Example => text.set_italic().set_font_color(Color::RGB(0x80_8080)),
            Self::Title => {
                text.set_bold().set_font_size(20).set_align(FormatAlign::Center).set_align(FormatAlign::VerticalCenter)
            }
            Self::Subtitle => text.set_align(FormatAlign::Center).set_align(FormatAlign::VerticalCenter),
            Self::Label => boxed.set_bold().set_align(FormatAlign::Center),
            Self::Field => boxed.set_align(FormatAlign::Center),
            Self::Number => boxed.set_num_format("#,##0").set_align(FormatAlign::Right),
            Self::Line => boxed.set_align(FormatAlign::Left),
            Self::Share => boxed.set_num_format("0.0%").set_align(FormatAlign::Right),
            Self::Money => boxed.set_num_format("#,##0.00").set_align(FormatAlign::Right),
            Self::Decimal => boxed.set_num_format("0.00").set_align(FormatAlign::Right),
            Self::Long => boxed.set_align(FormatAlign::Left).set_align(FormatAlign::Top),
            Self::Wrong => tinted(text, 0xF8_CBAD),
            Self::Known => tinted(text, 0xFF_E699),
            Self::Right => tinted(text, 0xC6_E0B4),
        }
    }
}

/// How a page is printed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Paper {
    /// A4, upright, all of it on one page.
    Upright,
    /// A4, across, all of it on one page.
    AcrossOnOne,
    /// A4, across, as many pages as it has rows for.
    Across,
}

/// A workbook.
pub struct Book {
    workbook: Workbook,
    formats: Vec<Format>,
}

impl Book {
    /// An empty one.
    pub fn new() -> Result<Self, Error> {
        // The moment of making is left out, so that the same content is the same file.
        Ok(Self::dated(&ExcelDateTime::from_ymd(2026, 1, 1).map_err(failed)?))
    }

    /// An empty one that says when it was made.
    pub fn made_at(moment: DateTime<Utc>) -> Result<Self, Error> {
        Ok(Self::dated(&ExcelDateTime::from_timestamp(moment.timestamp()).map_err(failed)?))
    }

    fn dated(made: &ExcelDateTime) -> Self {
        let mut workbook = Workbook::new();
        workbook.set_properties(&DocProperties::new().set_author("haoren").set_creation_datetime(made));
        Self { workbook, formats: Look::ALL.into_iter().map(Look::format).collect() }
    }

    /// Adds a sheet.
    pub fn page(&mut self, name: &str) -> Result<Page<'_>, Error> {
        let sheet = self.workbook.add_worksheet();
        sheet.set_name(name).map_err(failed)?;
        Ok(Page { name: name.to_owned(), sheet, formats: &self.formats })
    }

    /// The sheet that was added first, to be written on.
    pub fn first_page(&mut self) -> Result<Page<'_>, Error> {
        let sheet = self.workbook.worksheet_from_index(0).map_err(failed)?;
        Ok(Page { name: sheet.name(), sheet, formats: &self.formats })
    }

    /// The file.
    pub fn into_bytes(mut self) -> Result<Bytes, Error> {
        Ok(self.workbook.save_to_buffer().map_err(failed)?.into())
    }
}

/// A sheet that is being written. Rows and columns are counted from 0.
pub struct Page<'a> {
    name: String,
    sheet: &'a mut Worksheet,
    formats: &'a [Format],
}

impl Page<'_> {
    fn format(&self, look: Look) -> Option<&Format> {
        let at = Look::ALL.iter().position(|known| *known == look)?;
        self.formats.get(at)
    }

    /// Writes a text.
    pub fn text(&mut self, (row, column): (usize, usize), text: &str, look: Look) -> Result<(), Error> {
        let text: String = text.chars().take(CELL_MAX_CHARS).collect();
        let (row, column) = place((row, column))?;
        match self.format(look).cloned() {
            Some(format) => self.sheet.write_string_with_format(row, column, text, &format).map_err(failed)?,
            None => self.sheet.write_string(row, column, text).map_err(failed)?,
        };
        Ok(())
    }

    /// Writes a number.
    pub fn number(&mut self, (row, column): (usize, usize), number: u32, look: Look) -> Result<(), Error> {
        let (row, column) = place((row, column))?;
        match self.format(look).cloned() {
            Some(format) => self.sheet.write_number_with_format(row, column, number, &format).map_err(failed)?,
            None => self.sheet.write_number(row, column, number).map_err(failed)?,
        };
        Ok(())
    }

    /// Writes a share or a number with decimals; a dash where there is none.
    pub fn decimal(&mut self, at: (usize, usize), number: Option<f64>, look: Look) -> Result<(), Error> {
        let Some(number) = number else { return self.text(at, "—", Look::Field) };
        let (row, column) = place(at)?;
        let format = self.format(look).cloned().unwrap_or_default();
        self.sheet.write_number_with_format(row, column, number, &format).map_err(failed)?;
        Ok(())
    }

    /// Lays a chart of the sheet's cells over it, its upper left corner in a cell.
    pub fn draw(&mut self, (row, column): (usize, usize), drawing: &Drawing<'_>) -> Result<(), Error> {
        let (row, column) = place((row, column))?;
        let chart = drawing::chart(&self.name, drawing);
        self.sheet.insert_chart_with_offset(row, column, &chart, 4, 4).map_err(failed)?;
        Ok(())
    }

    /// Prints a line at the head of each sheet of paper, and one at its foot with the number of the page.
    pub fn running(&mut self, head: &str, foot: &str) {
        // An ampersand begins a code there.
        let plain = |text: &str| text.replace('&', "&&");
        self.sheet.set_header(format!("&C{}", plain(head)));
        self.sheet.set_footer(format!("&L{}&R第 &P 页，共 &N 页", plain(foot)));
    }

    /// Writes a text over a rectangle of cells, both ends included.
    pub fn over(&mut self, from: (usize, usize), to: (usize, usize), text: &str, look: Look) -> Result<(), Error> {
        if from == to {
            return self.text(from, text, look);
        }
        let ((top, left), (bottom, right)) = (place(from)?, place(to)?);
        let format = self.format(look).cloned().unwrap_or_default();
        self.sheet.merge_range(top, left, bottom, right, "", &format).map_err(failed)?;
        // What is merged would be written as what it looks like; so it is written again, as a text.
        self.text(from, text, look)
    }

    /// How wide the columns are, in characters, from the first on.
    pub fn widths(&mut self, widths: &[f64]) -> Result<(), Error> {
        for (column, width) in widths.iter().enumerate() {
            let (_, column) = place((0, column))?;
            self.sheet.set_column_width(column, *width).map_err(failed)?;
        }
        Ok(())
    }

    /// Makes whole columns, from the first to the last given, take what is typed as text.
    pub fn text_columns(&mut self, count: usize) -> Result<(), Error> {
        let format = self.format(Look::Cell).cloned().unwrap_or_default();
        for column in 0..count {
            let (_, column) = place((0, column))?;
            self.sheet.set_column_format(column, &format).map_err(failed)?;
        }
        Ok(())
    }

    /// How high a row is, in points.
    pub fn height(&mut self, row: usize, points: f64) -> Result<(), Error> {
        let (row, _) = place((row, 0))?;
        self.sheet.set_row_height(row, points).map_err(failed)?;
        Ok(())
    }

    /// Keeps the first rows and columns in sight.
    pub fn freeze_both(&mut self, (rows, columns): (usize, usize)) -> Result<(), Error> {
        let (rows, columns) = place((rows, columns))?;
        self.sheet.set_freeze_panes(rows, columns).map_err(failed)?;
        Ok(())
    }

    /// Prints the rows, from the first to the last given, at the head of each sheet of paper.
    pub fn repeat(&mut self, (first, last): (usize, usize)) -> Result<(), Error> {
        let ((first, _), (last, _)) = (place((first, 0))?, place((last, 0))?);
        self.sheet.set_repeat_rows(first, last).map_err(failed)?;
        Ok(())
    }

    /// Keeps the first rows in sight.
    pub fn freeze(&mut self, rows: usize) -> Result<(), Error> {
        let (rows, _) = place((rows, 0))?;
        self.sheet.set_freeze_panes(rows, 0).map_err(failed)?;
        Ok(())
    }

    /// How it is printed.
    pub fn paper(&mut self, paper: Paper) {
        self.sheet.set_paper_size(9).set_print_center_horizontally(true);
        match paper {
            Paper::Upright => self.sheet.set_print_fit_to_pages(1, 1),
            Paper::AcrossOnOne => self.sheet.set_landscape().set_print_fit_to_pages(1, 1),
            Paper::Across => self.sheet.set_landscape().set_print_fit_to_pages(1, 0),
        };
    }

    /// Takes the sheet out of sight.
    pub fn hide(&mut self) {
        self.sheet.set_hidden(true);
    }

    /// Lets the cells of a column, in rows from the first to the last given, be chosen from a list. One that is too long
    /// for a cell is named by the range in which it stands, such as `=Lists!$A$1:$A$300`.
    pub fn choice(&mut self, column: usize, (first, last): (usize, usize), choices: Choices<'_>) -> Result<(), Error> {
        let ((first, column), (last, _)) = (place((first, column))?, place((last, column))?);
        let choosing = DataValidation::new();
        let choosing = match choices {
            Choices::Listed(choices) => choosing.allow_list_strings(choices).map_err(failed)?,
            Choices::Range(range) => choosing.allow_list_formula(Formula::new(range)),
        };
        let choosing = choosing.set_error_title("请从列表中选择").map_err(failed)?;
        self.sheet.add_data_validation(first, column, last, column, &choosing).map_err(failed)?;
        Ok(())
    }
}

/// What can be chosen.
#[derive(Clone, Copy, Debug)]
pub enum Choices<'a> {
    /// These; together at most 255 characters.
    Listed(&'a [String]),
    /// What stands in a range.
    Range(&'a str),
}

/// Whether a list of choices can be written into the cells themselves.
#[must_use]
pub fn fits_in_cell(choices: &[String]) -> bool {
    let has_comma = choices.iter().any(|choice| choice.contains([',', '"']));
    let chars: usize = choices.iter().map(|choice| choice.chars().count() + 1).sum();
    !choices.is_empty() && !has_comma && chars <= LIST_MAX_CHARS
}

fn place((row, column): (usize, usize)) -> Result<(u32, u16), Error> {
    let outside = |_| Error::Internal("a cell outside the sheet".to_owned());
    Ok((u32::try_from(row).map_err(outside)?, u16::try_from(column).map_err(outside)?))
}

#[expect(clippy::needless_pass_by_value, reason = "it is handed to map_err")]
fn failed(error: XlsxError) -> Error {
    Error::Internal(format!("a workbook could not be written: {error}"))
}
