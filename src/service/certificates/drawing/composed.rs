//! A certificate with every text set and fitted to its place; only the ink is still missing.

use std::ops::Range;

use super::{
    DrawError, Sheet,
    code::Code,
    faces::Face,
    paragraph::{self, Line},
    typeset::{Missing, Typeset, typeset},
};
use crate::domain::certificate::wording::{CHECK_LINE, HEADING};

/// How wide the text is, in points.
pub const MEASURE: f32 = 606.0;
/// How wide the lines of the title are at most, without what is added between its characters.
const TITLE_WIDTH: f32 = 390.0;
/// The same of the issuer.
const ISSUER_WIDTH: f32 = 255.0;
/// What is added between the characters of the members' heading, in the size of the type.
pub const HEADING_SPACING: f32 = 0.08;
/// So high may recipient, members and text be together.
const TEXT_HEIGHT: f32 = 202.0;
/// The first line of a paragraph begins so many characters further in.
pub const INDENT: f32 = 2.0;
/// From one base line to the next, in the size of the type.
pub const LEADING: f32 = 1.72;
/// The leading of the recipient's name.
pub const RECIPIENT_LEADING: f32 = 1.22;
/// So many lines the members may take before they get a leaf of their own.
const MEMBERS_LINES: usize = 3;

/// A text that was fitted to a width.
pub struct Block {
    /// Its glyphs.
    pub set: Typeset,
    /// Its size in points.
    pub size: f32,
    /// Its lines.
    pub lines: Vec<Line>,
}

impl Block {
    /// The largest of the sizes at which the text takes no more than so many lines; the smallest where none does.
    fn fit(set: Typeset, sizes: (f32, f32), (width, indent): (f32, f32), most_lines: usize) -> Self {
        let (mut size, least) = sizes;
        loop {
            let lines = paragraph::lines(&set, width / size, indent);
            if lines.len() <= most_lines || size <= least {
                return Self { set, size, lines };
            }
            size -= 0.5;
        }
    }

    /// The same with its lines as even as they can be: for lines that stand around a middle.
    fn balanced(mut self, width: f32) -> Self {
        let mut measure = width / self.size;
        while measure > 1.0 {
            measure -= 0.5;
            let lines = paragraph::lines(&self.set, measure, 0.0);
            if lines.len() > self.lines.len() {
                break;
            }
            self.lines = lines;
        }
        self
    }

    /// How high its lines are together, in points.
    pub fn height(&self, leading: f32) -> f32 {
        // A certificate has a few dozen lines.
        self.lines.iter().map(|_| self.size * leading).sum()
    }
}

/// What is said of the members.
pub enum Members {
    /// They stand on the certificate.
    Here(Block),
    /// They have leaves of their own.
    Apart {
        /// What refers to these.
        note: Block,
        /// Their heading.
        heading: Block,
        /// The names.
        grid: Grid,
    },
}

/// A certificate to be drawn.
pub struct Composed {
    /// The heading.
    pub heading: Typeset,
    /// The title of the list.
    pub title: Block,
    /// Whom it honours.
    pub recipient: Block,
    /// Of a group.
    pub members: Option<Members>,
    /// The text.
    pub paragraphs: Vec<Block>,
    /// Who gives it.
    pub issuer: Block,
    /// When.
    pub date: Block,
    /// The line with its number.
    pub number: Block,
    /// What the code is for.
    pub check_line: Block,
    /// The address of the public check, where there is room for it.
    pub address: Option<Block>,
    /// The code.
    pub code: Code,
}

/// Sets texts and gathers what cannot be set.
struct Setter<'a> {
    faces: &'a [Face],
    missing: Missing,
}

impl Setter<'_> {
    fn set(&mut self, text: &str) -> Typeset {
        typeset(text, self.faces).unwrap_or_else(|missing| {
            self.missing.extend(missing);
            Typeset { text: String::new(), clusters: Vec::new() }
        })
    }

    fn block(&mut self, text: &str, sizes: (f32, f32), width: f32, most_lines: usize) -> Block {
        Block::fit(self.set(text), sizes, (width, 0.0), most_lines)
    }

    /// One line while it can be read easily, else several smaller ones.
    fn line_or_lines(
        &mut self,
        text: &str,
        (one, several): ((f32, f32), (f32, f32)),
        width: f32,
        most: usize,
    ) -> Block {
        let line = self.block(text, one, width, 1);
        if line.lines.len() <= 1 { line } else { Block::fit(line.set, several, (width, 0.0), most).balanced(width) }
    }
}

impl Composed {
    /// Sets every text of a sheet. All characters that cannot be set are named.
    pub fn of(sheet: &Sheet, faces: &[Face]) -> Result<Self, DrawError> {
        let words = &sheet.wording;
        let mut setter = Setter { faces, missing: Missing::new() };
        let heading = setter.set(HEADING);
        let title = setter.line_or_lines(&words.title, ((17.0, 13.0), (11.5, 7.0)), TITLE_WIDTH, 2);
        let recipient = setter.block(&words.recipient, (31.0, 22.0), MEASURE, 1);
        let recipient = if recipient.lines.len() > 1 {
            Block::fit(recipient.set, (22.0, 12.0), (MEASURE, 0.0), 2)
        } else {
            recipient
        };
        let members = (!words.members.is_empty()).then(|| members(&mut setter, sheet));
        let paragraphs: Vec<Typeset> = words.paragraphs.iter().map(|text| setter.set(text)).collect();
        let issuer = setter.line_or_lines(&words.issuer, ((21.0, 14.0), (14.0, 7.0)), ISSUER_WIDTH, 3);
        let date = setter.block(&words.date, (18.0, 18.0), 300.0, 1);
        let number = setter.block(&words.number_line(), (11.5, 11.5), 300.0, 1);
        let check_line = setter.block(CHECK_LINE, (10.0, 10.0), 300.0, 1);
        let address = setter.block(&sheet.check_url, (7.5, 7.5), 290.0, 1);
        if !setter.missing.is_empty() {
            return Err(DrawError::Missing(setter.missing));
        }
        let used = recipient.height(RECIPIENT_LEADING) + members.as_ref().map_or(0.0, Members::height);
        let paragraphs = fit_paragraphs(paragraphs, TEXT_HEIGHT - used);
        let address = (address.lines.len() == 1).then_some(address);
        let code = Code::of(&sheet.check_url).map_err(|error| DrawError::Failed(error.to_string()))?;
        Ok(Self { heading, title, recipient, members, paragraphs, issuer, date, number, check_line, address, code })
    }

    /// How high recipient, members and text are together.
    pub fn text_height(&self) -> f32 {
        let members = self.members.as_ref().map_or(0.0, Members::height);
        self.recipient.height(RECIPIENT_LEADING)
            + members
            + self.paragraphs.iter().map(|one| one.height(LEADING)).sum::<f32>()
    }

    /// How much of the room for them is left.
    pub fn slack(&self) -> f32 {
        (TEXT_HEIGHT - self.text_height()).max(0.0)
    }
}

impl Members {
    /// From one base line to the next, in the size of the type.
    pub const LEADING: f32 = 1.55;

    fn height(&self) -> f32 {
        match self {
            Self::Here(block) | Self::Apart { note: block, .. } => block.height(Self::LEADING),
        }
    }
}

/// All paragraphs in the largest size in which they are not too high together.
fn fit_paragraphs(sets: Vec<Typeset>, height: f32) -> Vec<Block> {
    let mut size = 22.0;
    loop {
        let broken: Vec<Vec<Line>> = sets.iter().map(|set| paragraph::lines(set, MEASURE / size, INDENT)).collect();
        let needed: f32 = broken.iter().flatten().map(|_| size * LEADING).sum();
        if needed <= height || size <= 10.0 {
            if broken.iter().any(|lines| is_lonely(lines)) && size > 18.0 {
                size -= 0.5;
                continue;
            }
            return sets.into_iter().zip(broken).map(|(set, lines)| Block { set, size, lines }).collect();
        }
        size -= 0.5;
    }
}

/// Whether a paragraph ends with a line of a few characters, which a slightly smaller type would save.
fn is_lonely(lines: &[Line]) -> bool {
    lines.len() > 1 && lines.last().is_some_and(|last| last.clusters.len() < 6)
}

fn members(setter: &mut Setter<'_>, sheet: &Sheet) -> Members {
    let line = setter.block(&sheet.wording.members_line(), (14.5, 11.5), MEASURE, MEMBERS_LINES);
    if line.lines.len() <= MEMBERS_LINES {
        return Members::Here(line);
    }
    let names: Vec<Typeset> = sheet.wording.members.iter().map(|name| setter.set(name)).collect();
    Members::Apart {
        note: setter.block(&sheet.wording.members_elsewhere(), (14.5, 14.5), MEASURE, 1),
        heading: setter.line_or_lines(
            &sheet.wording.members_heading(),
            ((28.0, 20.0), (19.0, 10.0)),
            MEASURE / (1.0 + HEADING_SPACING),
            2,
        ),
        grid: Grid::of(names),
    }
}

/// How high the names of a leaf may be together, in points.
pub const GRID_HEIGHT: f32 = 316.0;
/// From one row of names to the next, in the size of the type.
pub const GRID_LEADING: f32 = 1.8;
const COLUMNS: Range<usize> = 1..6;

/// How the names of members stand on leaves of their own: in columns of one width.
pub struct Grid {
    /// The names.
    pub names: Vec<Typeset>,
    /// The width of the widest, in the size of the type.
    pub widest: f32,
    /// In points.
    pub size: f32,
    /// Beside each other.
    pub columns: usize,
    /// So many stand on a leaf.
    pub on_a_leaf: usize,
}

impl Grid {
    /// On one leaf in the largest size possible; where that would be too small to be read, on several.
    fn of(names: Vec<Typeset>) -> Self {
        let widest = names.iter().map(|name| name.width(name.all())).fold(1.0, f32::max);
        let fits = |columns: &usize, size: f32| (widest + 1.2) * size <= MEASURE / whole(*columns);
        let mut size = 17.0_f32;
        while size >= 9.0 {
            let on_a_leaf = |columns: usize| rows(size) * columns;
            if let Some(columns) =
                COLUMNS.rev().find(|columns| fits(columns, size) && on_a_leaf(*columns) >= names.len())
            {
                return Self { on_a_leaf: on_a_leaf(columns), names, widest, size, columns };
            }
            size -= 0.5;
        }
        let size = (MEASURE / (widest + 1.2)).min(9.0);
        let columns = COLUMNS.rev().find(|columns| fits(columns, size)).unwrap_or(1);
        Self { on_a_leaf: rows(size) * columns, names, widest, size, columns }
    }

    /// The leaves, each with its names.
    pub fn leaves(&self) -> impl Iterator<Item = &[Typeset]> {
        self.names.chunks(self.on_a_leaf.max(1))
    }
}

/// How many rows of a size stand on a leaf.
fn rows(size: f32) -> usize {
    (1..=50).rev().find(|rows| whole(*rows) * size * GRID_LEADING <= GRID_HEIGHT).unwrap_or(1)
}

/// A small number as one to calculate lengths with.
pub fn whole(number: usize) -> f32 {
    u16::try_from(number).map_or(f32::MAX, f32::from)
}
