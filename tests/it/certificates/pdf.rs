//! Reads a PDF back: its text, by the fonts' own tables, and the code that is drawn on it.

use std::collections::BTreeMap;

use lopdf::{Dictionary, Document, Object, content::Content};

/// A PDF that was read.
pub struct Pdf(Document);

impl Pdf {
    pub fn of(bytes: &[u8]) -> Self {
        Self(Document::load_mem(bytes).unwrap())
    }

    pub fn pages(&self) -> usize {
        self.0.get_pages().len()
    }

    /// The text of all pages in the order in which it was drawn, without white space.
    pub fn text(&self) -> String {
        let pages = self.0.get_pages();
        let text: String = pages.values().map(|page| self.text_of(*page)).collect();
        text.split_whitespace().collect()
    }

    /// The keys of what says what the file is: its language, and whether its structure is marked.
    pub fn catalog(&self) -> &Dictionary {
        self.0.catalog().unwrap()
    }

    fn text_of(&self, page: lopdf::ObjectId) -> String {
        let fonts = self.0.get_page_fonts(page).unwrap();
        let maps: BTreeMap<Vec<u8>, BTreeMap<u16, String>> =
            fonts.into_iter().map(|(name, font)| (name, self.map_of(font))).collect();
        let content = Content::decode(&self.0.get_page_content(page)).unwrap();
        let (mut text, mut map) = (String::new(), None);
        // What is marked with its actual text says that instead of what its glyphs do.
        let (mut depth, mut said_instead) = (0, None);
        for operation in &content.operations {
            match (operation.operator.as_str(), operation.operands.as_slice()) {
                ("Tf", [Object::Name(name), _]) => map = maps.get(name),
                ("BDC", operands) => {
                    depth += 1;
                    let properties = operands.get(1).and_then(|one| one.as_dict().ok());
                    if let Some(Ok(actual)) = properties.map(|one| one.get(b"ActualText").and_then(Object::as_str)) {
                        text.push_str(&unicode(actual));
                        said_instead = Some(depth);
                    }
                }
                ("BMC", _) => depth += 1,
                ("EMC", _) => {
                    if said_instead == Some(depth) {
                        said_instead = None;
                    }
                    depth -= 1;
                }
                ("Tj", [shown]) if said_instead.is_none() => text.push_str(&read(shown, map.unwrap())),
                ("TJ", [Object::Array(shown)]) if said_instead.is_none() => {
                    text.extend(shown.iter().map(|one| read(one, map.unwrap())));
                }
                _ => {}
            }
        }
        text
    }

    /// What the glyphs of a font stand for.
    fn map_of(&self, font: &Dictionary) -> BTreeMap<u16, String> {
        let (_, table) = self.0.dereference(font.get(b"ToUnicode").unwrap()).unwrap();
        let table = String::from_utf8(table.as_stream().unwrap().get_plain_content().unwrap()).unwrap();
        let mut map = BTreeMap::new();
        let mut is_inside = false;
        for line in table.lines() {
            assert!(!line.contains("beginbfrange"), "ranges are not read here");
            if line.ends_with("beginbfchar") || line == "endbfchar" {
                is_inside = line.ends_with("beginbfchar");
            } else if is_inside {
                let parts: Vec<Vec<u8>> = line
                    .split(['<', '>'])
                    .filter(|part| !part.trim().is_empty())
                    .map(|part| hex::decode(part.trim()).unwrap())
                    .collect();
                map.insert(u16::from_be_bytes(parts[0].as_slice().try_into().unwrap()), utf16(&parts[1]));
            }
        }
        map
    }

    /// What the code on a page says: its dark bars, as they are drawn, are put on a picture, and read from that.
    pub fn code(&self) -> String {
        let page = *self.0.get_pages().values().next().unwrap();
        let content = Content::decode(&self.0.get_page_content(page)).unwrap();
        let mut bars = Vec::new();
        for path in
            content.operations.split(|operation| ["f", "f*", "S", "B", "n"].contains(&operation.operator.as_str()))
        {
            let bars_of_path = rectangles(path);
            if bars_of_path.len() > bars.len() {
                bars = bars_of_path;
            }
        }
        let (scale, quiet) = (4.0, 24.0);
        let left = bars.iter().map(|bar| bar.0).fold(f32::MAX, f32::min);
        let top = bars.iter().map(|bar| bar.1).fold(f32::MAX, f32::min);
        let side = bars.iter().map(|bar| bar.2 - left).fold(0.0, f32::max);
        #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "some hundred pixels")]
        let pixels = ((side * scale) + 2.0 * quiet) as usize;
        #[expect(clippy::cast_precision_loss, reason = "some hundred pixels")]
        let place = |pixel: usize| (pixel as f32 + 0.5 - quiet) / scale;
        let mut picture = rqrr::PreparedImage::prepare_from_greyscale(pixels, pixels, |x, y| {
            let (x, y) = (place(x) + left, place(y) + top);
            let is_dark = bars.iter().any(|bar| bar.0 <= x && x < bar.2 && bar.1 <= y && y < bar.3);
            if is_dark { 0 } else { 255 }
        });
        let grids = picture.detect_grids();
        grids.first().expect("there is no code on the page").decode().unwrap().1
    }
}

/// The rectangles of a path: left, top, right, low.
fn rectangles(path: &[lopdf::content::Operation]) -> Vec<(f32, f32, f32, f32)> {
    let mut found = Vec::new();
    let mut points: Vec<(f32, f32)> = Vec::new();
    for operation in path {
        let numbers: Vec<f32> = operation.operands.iter().filter_map(|one| one.as_float().ok()).collect();
        match (operation.operator.as_str(), numbers.as_slice()) {
            ("re", [x, y, width, height]) => found.push((*x, *y, x + width, y + height)),
            ("m", [x, y]) => points = vec![(*x, *y)],
            ("l", [x, y]) => points.push((*x, *y)),
            ("h", _) if points.len() == 4 => {
                let ends = |pick: fn(&(f32, f32)) -> f32| {
                    let all = points.iter().map(pick);
                    (all.clone().fold(f32::MAX, f32::min), all.fold(f32::MIN, f32::max))
                };
                let ((left, right), (top, low)) = (ends(|point| point.0), ends(|point| point.1));
                found.push((left, top, right, low));
            }
            _ => {}
        }
    }
    found
}

fn read(shown: &Object, map: &BTreeMap<u16, String>) -> String {
    let Object::String(bytes, _) = shown else { return String::new() };
    let glyphs = bytes.chunks_exact(2).map(|pair| u16::from_be_bytes(pair.try_into().unwrap()));
    glyphs.map(|glyph| map.get(&glyph).expect("a glyph that stands for nothing").clone()).collect()
}

/// A text of a PDF that says by its first bytes how it is written.
fn unicode(bytes: &[u8]) -> String {
    match bytes.strip_prefix(&[0xFE, 0xFF]) {
        Some(rest) => utf16(rest),
        None => String::from_utf8(bytes.to_vec()).unwrap(),
    }
}

fn utf16(bytes: &[u8]) -> String {
    let units: Vec<u16> = bytes.chunks_exact(2).map(|pair| u16::from_be_bytes(pair.try_into().unwrap())).collect();
    String::from_utf16(&units).unwrap()
}
