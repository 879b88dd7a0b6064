//! A text as glyphs, one beside the other.

use std::{collections::BTreeSet, ops::Range};

use super::faces::Face;
use crate::domain::{certificate::characters::stands_alone, text::is_selector};

/// A character with the selector that may follow it, and the glyph that stands for both.
#[derive(Clone, Debug, PartialEq)]
pub struct Cluster {
    /// Its place in the text, in bytes.
    pub range: Range<usize>,
    /// The character.
    pub character: char,
    /// Which of the faces has it.
    pub face: usize,
    /// The glyph's number there.
    pub glyph: u32,
    /// How far the next one stands from it, in the size of the type.
    pub advance: f32,
}

/// A text with its glyphs.
#[derive(Clone, Debug, PartialEq)]
pub struct Typeset {
    /// The text.
    pub text: String,
    /// Its clusters, which cover it.
    pub clusters: Vec<Cluster>,
}

/// The characters that no face has, or that cannot be set one beside the other.
pub type Missing = BTreeSet<char>;

/// Finds the glyphs of a text; the first face that has a character gives it. All characters that none has are named.
pub fn typeset(text: &str, faces: &[Face]) -> Result<Typeset, Missing> {
    let mut clusters: Vec<Cluster> = Vec::new();
    let mut missing = Missing::new();
    let mut is_lost = false;
    for (at, character) in text.char_indices() {
        let range = at..at + character.len_utf8();
        if is_selector(character) && is_lost {
            continue;
        }
        if let (true, Some(before)) = (is_selector(character), clusters.last_mut()) {
            select(before, character, faces);
            before.range.end = range.end;
            continue;
        }
        let found = faces.iter().enumerate().find_map(|(face, font)| Some((face, font.find(character)?)));
        is_lost = found.is_none();
        match found.filter(|_| stands_alone(character)) {
            Some((face, drawn)) => {
                clusters.push(Cluster { range, character, face, glyph: drawn.glyph, advance: drawn.advance });
            }
            None => {
                missing.insert(character);
            }
        }
    }
    if missing.is_empty() { Ok(Typeset { text: text.to_owned(), clusters }) } else { Err(missing) }
}

/// The form that a selector picks, where the face that has the character knows it; else the character stays as it is.
fn select(cluster: &mut Cluster, selector: char, faces: &[Face]) {
    let form = faces.get(cluster.face).and_then(|face| face.find_variant(cluster.character, selector));
    if let Some(form) = form {
        (cluster.glyph, cluster.advance) = (form.glyph, form.advance);
    }
}

impl Typeset {
    /// The width of some of the clusters, in the size of the type.
    #[must_use]
    pub fn width(&self, range: Range<usize>) -> f32 {
        self.clusters.get(range).unwrap_or_default().iter().map(|cluster| cluster.advance).sum()
    }

    /// All of them.
    #[must_use]
    pub fn all(&self) -> Range<usize> {
        0..self.clusters.len()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn own() -> Vec<Face> {
        vec![Face::own().unwrap().clone()]
    }

    #[test]
    fn a_selector_belongs_to_the_character_before_it() {
        let set = typeset("葛\u{E0100}明", &own()).unwrap();
        let ranges: Vec<Range<usize>> = set.clusters.iter().map(|cluster| cluster.range.clone()).collect();
        assert_eq!(ranges, [0..7, 7..10]);
        assert_eq!(set.clusters[0].glyph, typeset("葛", &own()).unwrap().clusters[0].glyph);
    }

    #[test]
    fn every_character_that_cannot_be_set_is_named_once() {
        assert_eq!(typeset("王𠀀明𠀀م", &own()).unwrap_err(), Missing::from(['𠀀', 'م']));
        assert_eq!(typeset("𠀀\u{E0100}", &own()).unwrap_err(), Missing::from(['𠀀']));
    }

    #[test]
    fn another_face_gives_what_the_first_lacks() {
        let rare = std::fs::read(concat!(env!("CARGO_MANIFEST_DIR"), "/tests/fonts/rare.ttf")).unwrap();
        let faces = vec![own().remove(0), Face::of_file("rare.ttf".to_owned(), rare).unwrap()];
        let set = typeset("王𠀀明", &faces).unwrap();
        assert_eq!(set.clusters.iter().map(|cluster| cluster.face).collect::<Vec<_>>(), [0, 1, 0]);
    }

    #[test]
    fn a_broken_file_is_no_font() {
        let rare = std::fs::read(concat!(env!("CARGO_MANIFEST_DIR"), "/tests/fonts/rare.ttf")).unwrap();
        for bytes in [Vec::new(), b"not a font".to_vec(), rare[..200].to_vec()] {
            assert!(Face::of_file("broken.ttf".to_owned(), bytes).is_err());
        }
    }
}
