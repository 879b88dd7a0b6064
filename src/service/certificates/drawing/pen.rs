//! Draws text and shapes on a page, and says of all text what it is.

use std::ops::Range;

use krilla::{
    color::rgb,
    geom::{Path, PathBuilder, Point, Rect},
    num::NormalizedF32,
    paint::{Fill, FillRule, Stroke},
    surface::Surface,
    tagging::{Artifact, ArtifactType, ContentTag, Identifier, SpanTag},
    text::{GlyphId, KrillaGlyph},
};

use super::{
    faces::Face,
    typeset::{Cluster, Typeset},
};

/// A colour: red, green, blue.
pub type Colour = (u8, u8, u8);

/// The paper inside the frame.
pub const PAPER: Colour = (0xFF, 0xFC, 0xF4);
/// The red of headings and of the frame.
pub const RED: Colour = (0xA3, 0x16, 0x1C);
/// The gold of lines.
pub const GOLD: Colour = (0xBF, 0x95, 0x3F);
/// The gold that shows on red.
pub const BRIGHT_GOLD: Colour = (0xE9, 0xC9, 0x72);
/// The gold of what is only hinted at.
pub const FAINT_GOLD: Colour = (0xEA, 0xDC, 0xBB);
/// The ink of the text.
pub const INK: Colour = (0x2B, 0x1B, 0x14);
/// The ink of small print.
pub const PALE_INK: Colour = (0x6A, 0x57, 0x4A);

/// How a line of text is set.
#[derive(Clone, Copy, Debug)]
pub struct Style {
    /// In points.
    pub size: f32,
    /// What is added between two characters, in points.
    pub spacing: f32,
    /// By so much the strokes of the type are made wider, in points.
    pub weight: f32,
    /// Of the type.
    pub colour: Colour,
}

impl Style {
    /// Of a size and colour, and nothing else.
    #[must_use]
    pub const fn plain(size: f32, colour: Colour) -> Self {
        Self { size, spacing: 0.0, weight: 0.0, colour }
    }
}

/// Draws on one page.
pub struct Pen<'a, 'b> {
    surface: &'a mut Surface<'b>,
    faces: &'a [Face],
}

impl<'a, 'b> Pen<'a, 'b> {
    /// On a surface, with faces for the text.
    pub fn new(surface: &'a mut Surface<'b>, faces: &'a [Face]) -> Self {
        Self { surface, faces }
    }

    /// Draws what is no content: frame and ornaments.
    pub fn ornament(&mut self, draw: impl FnOnce(&mut Self)) {
        self.surface.start_tagged(ContentTag::Artifact(Artifact::with_kind(ArtifactType::Layout)));
        draw(self);
        self.surface.end_tagged();
    }

    /// Draws what is content and no text, such as a picture; returns its place in the structure.
    pub fn picture(&mut self, draw: impl FnOnce(&mut Self)) -> Identifier {
        let place = self.surface.start_tagged(ContentTag::Other);
        draw(self);
        self.surface.end_tagged();
        place
    }

    /// Writes clusters of a text, beginning at a point of the base line; returns their place in the structure.
    pub fn write(&mut self, set: &Typeset, range: Range<usize>, at: (f32, f32), style: Style) -> Identifier {
        let place = self.surface.start_tagged(ContentTag::Span(SpanTag::empty()));
        let (mut x, y) = at;
        let bold = Stroke { paint: paint(style.colour).into(), width: style.weight, ..Stroke::default() };
        self.surface.set_stroke((style.weight > 0.0).then_some(bold));
        self.surface.set_fill(Some(fill(style.colour)));
        for run in set.clusters.get(range).unwrap_or_default().chunk_by(|one, next| one.face == next.face) {
            x = self.run(&set.text, run, (x, y), style);
        }
        self.surface.end_tagged();
        place
    }

    fn run(&mut self, text: &str, run: &[Cluster], (x, y): (f32, f32), style: Style) -> f32 {
        let extra = style.spacing / style.size;
        let glyphs: Vec<KrillaGlyph> = run
            .iter()
            .map(|one| {
                let (glyph, advance) = (GlyphId::new(one.glyph), one.advance + extra);
                KrillaGlyph::new(glyph, advance, 0.0, 0.0, 0.0, one.range.clone(), None)
            })
            .collect();
        let width: f32 = glyphs.iter().map(|glyph| glyph.x_advance).sum();
        if let Some(face) = run.first().and_then(|one| self.faces.get(one.face)) {
            self.surface.draw_glyphs(Point::from_xy(x, y), &glyphs, face.font(), text, style.size, false);
        }
        x + width * style.size
    }

    /// Fills a shape.
    pub fn fill(&mut self, shape: Option<Path>, colour: Colour) {
        self.surface.set_stroke(None);
        self.surface.set_fill(Some(fill(colour)));
        if let Some(shape) = shape {
            self.surface.draw_path(&shape);
        }
    }

    /// Draws along a shape.
    pub fn stroke(&mut self, shape: Option<Path>, colour: Colour, width: f32) {
        self.surface.set_fill(None);
        self.surface.set_stroke(Some(Stroke { paint: paint(colour).into(), width, ..Stroke::default() }));
        if let Some(shape) = shape {
            self.surface.draw_path(&shape);
        }
        self.surface.set_stroke(None);
    }
}

fn paint((red, green, blue): Colour) -> rgb::Color {
    rgb::Color::new(red, green, blue)
}

fn fill(colour: Colour) -> Fill {
    Fill { paint: paint(colour).into(), opacity: NormalizedF32::ONE, rule: FillRule::EvenOdd }
}

/// A shape with straight sides.
#[must_use]
pub fn polygon(points: &[(f32, f32)]) -> Option<Path> {
    let mut path = PathBuilder::new();
    add_points(&mut path, points);
    path.close();
    path.finish()
}

/// Adds a line through points.
pub fn add_points(path: &mut PathBuilder, points: &[(f32, f32)]) {
    for (index, (x, y)) in points.iter().enumerate() {
        if index == 0 { path.move_to(*x, *y) } else { path.line_to(*x, *y) }
    }
}

/// Rectangles, given by left, top, width and height. Where two of them overlap a filled shape has a hole.
#[must_use]
pub fn rectangles(all: &[(f32, f32, f32, f32)]) -> Option<Path> {
    let mut path = PathBuilder::new();
    for (x, y, width, height) in all {
        path.push_rect(Rect::from_xywh(*x, *y, *width, *height)?);
    }
    path.finish()
}

/// By how much a curve's handles stand off, so that four curves make a circle.
const ROUND: f32 = 0.552_285;

/// A circle.
#[must_use]
pub fn circle((x, y): (f32, f32), radius: f32) -> Option<Path> {
    let (r, k) = (radius, radius * ROUND);
    let mut path = PathBuilder::new();
    path.move_to(x + r, y);
    path.cubic_to(x + r, y + k, x + k, y + r, x, y + r);
    path.cubic_to(x - k, y + r, x - r, y + k, x - r, y);
    path.cubic_to(x - r, y - k, x - k, y - r, x, y - r);
    path.cubic_to(x + k, y - r, x + r, y - k, x + r, y);
    path.close();
    path.finish()
}
