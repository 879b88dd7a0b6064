//! The fonts of a certificate: the one that the program brings along, and after it those that the operator has put into a
//! folder for rare characters. In which order they are asked decides what a certificate looks like.

use std::sync::OnceLock;

use krilla::{Data, text::Font};
use skrifa::{
    FontRef, GlyphId, MetadataProvider as _,
    charmap::MapVariant,
    instance::{LocationRef, Size},
};

/// The type that the program brings along; see `assets/fonts/README.md`.
const OWN: &[u8] = include_bytes!("../../../../assets/fonts/HaorenKai-Regular.ttf");

/// One font.
#[derive(Clone)]
pub struct Face {
    name: String,
    data: Data,
    font: Font,
}

/// A glyph of a face.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Drawn {
    /// Its number in the font.
    pub glyph: u32,
    /// How far the next one stands from it, in the font's size.
    pub advance: f32,
}

/// The file is no font that can be used.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{0} is no font that can be used")]
pub struct NotAFont(pub String);

impl Face {
    /// The program's own.
    pub fn own() -> Result<&'static Self, NotAFont> {
        static FACE: OnceLock<Result<Face, NotAFont>> = OnceLock::new();
        let made = FACE.get_or_init(|| Self::new("HaorenKai-Regular.ttf".to_owned(), Data::from(OWN)));
        made.as_ref().map_err(Clone::clone)
    }

    /// The font of a file.
    pub fn of_file(name: String, bytes: Vec<u8>) -> Result<Self, NotAFont> {
        Self::new(name, Data::from(bytes))
    }

    fn new(name: String, data: Data) -> Result<Self, NotAFont> {
        let is_readable = FontRef::new(data.as_ref()).is_ok_and(|font| {
            let has_outlines = font.outline_glyphs().format().is_some();
            has_outlines
                && font.charmap().has_map()
                && font.metrics(Size::unscaled(), LocationRef::default()).units_per_em > 0
        });
        match Font::new(data.clone(), 0).filter(|_| is_readable) {
            Some(font) => Ok(Self { name, data, font }),
            None => Err(NotAFont(name)),
        }
    }

    /// The file's name.
    #[must_use]
    pub fn name(&self) -> &str {
        &self.name
    }

    /// How many characters it has.
    #[must_use]
    pub fn count(&self) -> usize {
        FontRef::new(self.data.as_ref()).map_or(0, |font| font.charmap().mappings().count())
    }

    /// The font as it is embedded.
    #[must_use]
    pub(super) fn font(&self) -> Font {
        self.font.clone()
    }

    /// The glyph of a character; none where the font lacks it, or has nothing but an empty place for it.
    #[must_use]
    pub fn find(&self, character: char) -> Option<Drawn> {
        let font = FontRef::new(self.data.as_ref()).ok()?;
        let glyph = font.charmap().map(character)?;
        drawn(&font, glyph, character.is_whitespace())
    }

    /// The glyph of a character in the form that a selector picks; none where the font has no form of that name.
    #[must_use]
    pub fn find_variant(&self, character: char, selector: char) -> Option<Drawn> {
        let font = FontRef::new(self.data.as_ref()).ok()?;
        match font.charmap().map_variant(character, selector)? {
            MapVariant::UseDefault => self.find(character),
            MapVariant::Variant(glyph) => drawn(&font, glyph, false),
        }
    }
}

fn drawn(font: &FontRef<'_>, glyph: GlyphId, may_be_empty: bool) -> Option<Drawn> {
    let metrics = font.glyph_metrics(Size::unscaled(), LocationRef::default());
    let em = f32::from(font.metrics(Size::unscaled(), LocationRef::default()).units_per_em);
    let is_empty =
        || metrics.bounds(glyph).is_none_or(|bounds| bounds.x_max <= bounds.x_min || bounds.y_max <= bounds.y_min);
    if glyph == GlyphId::NOTDEF || (!may_be_empty && is_empty()) {
        return None;
    }
    Some(Drawn { glyph: glyph.to_u32(), advance: metrics.advance_width(glyph)? / em })
}
