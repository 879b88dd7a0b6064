//! Where everything stands on a certificate.

use std::num::NonZeroU16;

use krilla::tagging::{Identifier, ListNumbering, Node, Tag, TagGroup};

use super::{
    composed::{
        Block, Composed, GRID_HEIGHT, GRID_LEADING, Grid, HEADING_SPACING, INDENT, LEADING, MEASURE, Members,
        RECIPIENT_LEADING, whole,
    },
    frame::{self, WIDTH},
    paragraph::Line,
    pen::{FAINT_GOLD, GOLD, INK, PALE_INK, Pen, RED, Style, circle, polygon, rectangles},
    typeset::Typeset,
};
use crate::domain::certificate::wording::Wording;

/// Where the text begins.
const LEFT: f32 = (WIDTH - MEASURE) / 2.0;
/// The middle of issuer and date, where the seal comes.
const SEAL: (f32, f32) = (590.0, 461.0);
const SEAL_RADIUS: f32 = 57.0;
/// The code: left, top and side.
pub const CODE: (f32, f32, f32) = (LEFT, 437.0, 78.0);

/// Draws the page of a certificate; returns what it consists of, in the order in which it is read.
pub fn draw(pen: &mut Pen<'_, '_>, sheet: &Composed, wording: &Wording) -> Vec<Node> {
    frame::draw(pen);
    pen.ornament(|pen| {
        if sheet.title.lines.len() <= 1 {
            garland(pen, 98.5, width(&sheet.title.set, TITLE_STYLE.at(sheet.title.size)) / 2.0 + 16.0);
        }
        rule(pen, 190.0);
        pen.stroke(circle(SEAL, SEAL_RADIUS), FAINT_GOLD, 0.8);
    });
    let mut parts = vec![heading(pen, sheet, wording)];
    let title = if sheet.title.lines.len() > 1 {
        lines_around(pen, &sheet.title, (WIDTH / 2.0, 94.0, 1.4), Style::plain(sheet.title.size, GOLD_INK))
    } else {
        lines_around(pen, &sheet.title, (WIDTH / 2.0, 104.0, 1.3), TITLE_STYLE.at(sheet.title.size))
    };
    parts.push(paragraph(title));
    parts.extend(body(pen, sheet));
    parts.extend(signature(pen, sheet));
    parts
}

/// A gold dark enough to be read.
const GOLD_INK: (u8, u8, u8) = (0x8A, 0x63, 0x1C);

/// How text is set whose size is still to be said; all else is in that size.
struct Manner {
    spacing: f32,
    weight: f32,
    colour: (u8, u8, u8),
}

impl Manner {
    const fn at(&self, size: f32) -> Style {
        Style { size, spacing: self.spacing * size, weight: self.weight * size, colour: self.colour }
    }
}

const HEADING_STYLE: Manner = Manner { spacing: 0.4, weight: 0.022, colour: RED };
const TITLE_STYLE: Manner = Manner { spacing: 0.35, weight: 0.012, colour: GOLD_INK };
const RECIPIENT_STYLE: Manner = Manner { spacing: 0.0, weight: 0.016, colour: INK };
const SIGNATURE_STYLE: Manner = Manner { spacing: 0.06, weight: 0.008, colour: INK };
const TEXT_STYLE: Manner = Manner { spacing: 0.0, weight: 0.0, colour: INK };
const MEMBERS_STYLE: Manner = Manner { spacing: HEADING_SPACING, weight: 0.018, colour: RED };

fn heading(pen: &mut Pen<'_, '_>, sheet: &Composed, wording: &Wording) -> Node {
    let place = write_centred(pen, &sheet.heading, (WIDTH / 2.0, 169.0), HEADING_STYLE.at(58.0));
    let title = Some(wording.document_title.clone());
    TagGroup::with_children(Tag::Hn(NonZeroU16::MIN, title), vec![place.into()]).into()
}

/// Recipient, members and text. What is left of their room is shared out between them.
fn body(pen: &mut Pen<'_, '_>, sheet: &Composed) -> Vec<Node> {
    let slack = sheet.slack();
    let name = &sheet.recipient;
    let mut parts = Vec::new();
    let mut y = 204.0 + (slack * 0.28).min(22.0);
    let first = Setting { y: y + name.size * 0.9, leading: RECIPIENT_LEADING, indent: 0.0 };
    parts.push(paragraph(written(pen, name, &first, &RECIPIENT_STYLE)));
    y += name.height(RECIPIENT_LEADING) + (slack * 0.2).min(10.0);
    if let Some(Members::Here(block) | Members::Apart { note: block, .. }) = &sheet.members {
        let setting = Setting { y: y + block.size, leading: Members::LEADING, indent: 0.0 };
        parts.push(paragraph(written(pen, block, &setting, &TEXT_STYLE)));
        y += block.height(Members::LEADING) + (slack * 0.12).min(6.0);
    }
    for block in &sheet.paragraphs {
        let setting = Setting { y: y + block.size * 1.2, leading: LEADING, indent: INDENT };
        parts.push(paragraph(written(pen, block, &setting, &TEXT_STYLE)));
        y += block.height(LEADING);
    }
    parts
}

/// Issuer and date with the place for the seal, number and code.
fn signature(pen: &mut Pen<'_, '_>, sheet: &Composed) -> Vec<Node> {
    let leading = 1.3;
    let last = if sheet.issuer.lines.len() > 1 { 460.0 } else { 455.0 };
    let top = last - sheet.issuer.height(leading) + sheet.issuer.size * leading;
    let issuer = lines_around(pen, &sheet.issuer, (SEAL.0, top, leading), SIGNATURE_STYLE.at(sheet.issuer.size));
    let date = lines_around(pen, &sheet.date, (SEAL.0, 484.0, leading), SIGNATURE_STYLE.at(sheet.date.size));
    let mut parts = vec![paragraph(issuer), paragraph(date)];
    let beside = CODE.0 + CODE.2 + 14.0;
    parts.push(paragraph(at_left(pen, &sheet.number, (beside, 457.0), INK)));
    parts.push(paragraph(at_left(pen, &sheet.check_line, (beside, 477.0), PALE_INK)));
    if let Some(address) = &sheet.address {
        parts.push(paragraph(at_left(pen, address, (beside, 493.0), PALE_INK)));
    }
    parts
}

/// Draws the code; returns its place.
pub fn code(pen: &mut Pen<'_, '_>, sheet: &Composed) -> Identifier {
    let (left, top, side) = CODE;
    let module = side / whole(sheet.code.side);
    let bars: Vec<(f32, f32, f32, f32)> = sheet
        .code
        .bars()
        .into_iter()
        .map(|(x, y, width)| (left + whole(x) * module, top + whole(y) * module, whole(width) * module, module))
        .collect();
    pen.picture(|pen| pen.fill(rectangles(&bars), INK))
}

/// Draws a leaf with members of a group; returns what it consists of.
pub fn draw_members(
    pen: &mut Pen<'_, '_>,
    sheet: &Composed,
    (heading, grid): (&Block, &Grid),
    names: &[Typeset],
) -> Vec<Node> {
    frame::draw(pen);
    pen.ornament(|pen| rule(pen, 148.0));
    let top = if heading.lines.len() > 1 { 108.0 } else { 126.0 };
    let said = lines_around(pen, heading, (WIDTH / 2.0, top, 1.3), MEMBERS_STYLE.at(heading.size));
    let Grid { widest, size, columns, .. } = *grid;
    let (column, row) = (MEASURE / whole(columns), size * GRID_LEADING);
    let rows = whole(names.len().div_ceil(columns));
    let first = 176.0 + size + ((GRID_HEIGHT - rows * row) / 2.0).clamp(0.0, 40.0);
    let mut list = TagGroup::new(Tag::L(ListNumbering::None));
    for (index, name) in names.iter().enumerate() {
        let left = LEFT + whole(index % columns) * column + (column - widest * size) / 2.0;
        let at = (left, first + whole(index / columns) * row);
        let written = pen.write(name, name.all(), at, TEXT_STYLE.at(size));
        let body = TagGroup::with_children(Tag::LBody, vec![written.into()]);
        list.push(TagGroup::with_children(Tag::LI, vec![body.into()]));
    }
    let style = Style::plain(sheet.number.size, PALE_INK);
    let number = write_centred(pen, &sheet.number.set, (WIDTH / 2.0, 520.0), style);
    vec![paragraph(said), list.into(), paragraph(vec![number])]
}

fn paragraph(lines: Vec<Identifier>) -> Node {
    TagGroup::with_children(Tag::P, lines.into_iter().map(Node::from).collect()).into()
}

/// Where a block stands.
struct Setting {
    /// The first base line.
    y: f32,
    /// From one base line to the next, in the size of the type.
    leading: f32,
    /// How much further in the first line begins, in the size of the type.
    indent: f32,
}

/// Writes a block from the left, its full lines filling the width.
fn written(pen: &mut Pen<'_, '_>, block: &Block, setting: &Setting, manner: &Manner) -> Vec<Identifier> {
    let mut y = setting.y;
    let mut places = Vec::new();
    for (index, line) in block.lines.iter().enumerate() {
        let begin = if index == 0 { setting.indent * block.size } else { 0.0 };
        let style = Style { spacing: justified(block, line, MEASURE - begin), ..manner.at(block.size) };
        places.push(pen.write(&block.set, line.clusters.clone(), (LEFT + begin, y), style));
        y += block.size * setting.leading;
    }
    places
}

/// What is added between two characters so that a full line fills its width; nothing where that would tear it apart.
fn justified(block: &Block, line: &Line, width: f32) -> f32 {
    let gaps = whole(line.clusters.len().saturating_sub(1));
    let spacing = (width - block.set.width(line.clusters.clone()) * block.size) / gaps.max(1.0);
    if line.is_full && spacing < block.size * 0.3 { spacing } else { 0.0 }
}

/// Writes the lines of a block below each other around a middle: that, the first base line, and the leading.
fn lines_around(
    pen: &mut Pen<'_, '_>,
    block: &Block,
    (middle, first, leading): (f32, f32, f32),
    style: Style,
) -> Vec<Identifier> {
    let mut y = first;
    let mut places = Vec::new();
    for line in &block.lines {
        let gaps = whole(line.clusters.len().saturating_sub(1));
        let width = block.set.width(line.clusters.clone()) * style.size + gaps * style.spacing;
        places.push(pen.write(&block.set, line.clusters.clone(), (middle - width / 2.0, y), style));
        y += style.size * leading;
    }
    places
}

fn at_left(pen: &mut Pen<'_, '_>, block: &Block, at: (f32, f32), colour: (u8, u8, u8)) -> Vec<Identifier> {
    vec![pen.write(&block.set, block.set.all(), at, Style::plain(block.size, colour))]
}

fn write_centred(pen: &mut Pen<'_, '_>, set: &Typeset, (middle, y): (f32, f32), style: Style) -> Identifier {
    pen.write(set, set.all(), (middle - width(set, style) / 2.0, y), style)
}

fn width(set: &Typeset, style: Style) -> f32 {
    set.width(set.all()) * style.size + whole(set.clusters.len().saturating_sub(1)) * style.spacing
}

/// Golden lines with lozenges at both sides of the title.
fn garland(pen: &mut Pen<'_, '_>, y: f32, from_middle: f32) {
    for side in [-1.0, 1.0] {
        let begin = WIDTH / 2.0 + side * from_middle;
        pen.fill(frame::lozenge((begin, y), (3.4, 3.4)), GOLD);
        pen.fill(frame::lozenge((begin + side * 9.0, y), (2.0, 2.0)), GOLD);
        tapered(pen, (begin + side * 15.0, y), side * 62.0);
    }
}

/// A golden line that ends in points, with a lozenge in its middle.
fn rule(pen: &mut Pen<'_, '_>, y: f32) {
    for side in [-1.0, 1.0] {
        tapered(pen, (WIDTH / 2.0 + side * 12.0, y), side * 150.0);
        pen.fill(frame::lozenge((WIDTH / 2.0 + side * 9.0, y), (1.7, 1.7)), GOLD);
    }
    pen.fill(frame::lozenge((WIDTH / 2.0, y), (4.6, 4.6)), GOLD);
}

fn tapered(pen: &mut Pen<'_, '_>, (x, y): (f32, f32), length: f32) {
    pen.fill(polygon(&[(x, y - 0.7), (x + length, y), (x, y + 0.7)]), GOLD);
}
