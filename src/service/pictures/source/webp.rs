//! The chunks of a WebP file. The file is put together anew of the one picture in it.

use image::metadata::Orientation;

use super::{Encoding, PROFILE_MAX_BYTES, Source, turned, vp8l};

/// The flag of a file with transparency, in the first byte of `VP8X`.
const ALPHA: u8 = 0x10;

/// Bytes before the data of a lossless picture: a signature, the sides and the version.
const LOSSLESS_HEADER: usize = 5;

/// What is found on the way through the chunks.
#[derive(Default)]
struct Walk<'a> {
    lossy: Option<&'a [u8]>,
    lossless: Option<&'a [u8]>,
    alpha: Option<&'a [u8]>,
    orientation: Option<Orientation>,
    profile: Option<Vec<u8>>,
}

/// The picture without EXIF, XMP, profile, unknown chunks and whatever follows the file's end. `None` for an animation,
/// and when the chunks cannot be followed to the end.
pub fn take_apart(file: &[u8]) -> Option<Source> {
    let (length, rest) = file.strip_prefix(b"RIFF")?.split_first_chunk::<4>()?;
    let length = usize::try_from(u32::from_le_bytes(*length)).ok()?;
    let mut rest = rest.get(..length)?.strip_prefix(b"WEBP")?;
    let mut walk = Walk::default();
    while !rest.is_empty() {
        let (kind, after) = rest.split_first_chunk::<4>()?;
        let (length, after) = after.split_first_chunk::<4>()?;
        let (data, after) = after.split_at_checked(usize::try_from(u32::from_le_bytes(*length)).ok()?)?;
        walk.take(*kind, data)?;
        rest = if data.len() % 2 == 1 { after.get(1..).unwrap_or_default() } else { after };
    }
    walk.end()
}

impl<'a> Walk<'a> {
    fn take(&mut self, kind: [u8; 4], data: &'a [u8]) -> Option<()> {
        match &kind {
            b"VP8 " if self.lossy.is_none() => self.lossy = Some(data),
            b"VP8L" if self.lossless.is_none() => self.lossless = Some(data),
            b"ALPH" if self.alpha.is_none() => self.alpha = Some(data),
            b"VP8 " | b"VP8L" | b"ALPH" | b"ANIM" | b"ANMF" => return None,
            b"EXIF" => self.orientation = turned(data),
            b"ICCP" if data.len() <= PROFILE_MAX_BYTES => self.profile = Some(data.to_vec()),
            _ => {}
        }
        Some(())
    }

    fn end(self) -> Option<Source> {
        let (content, (width, height), encoding) = match (self.lossy, self.lossless, self.alpha) {
            (Some(data), None, None) => (file(&[(b"VP8 ", data)]), lossy_sides(data)?, Encoding::WebPLossy),
            (Some(data), None, Some(alpha)) => {
                let sides = lossy_sides(data)?;
                let extended = extended(sides)?;
                (file(&[(b"VP8X", &extended), (b"ALPH", alpha), (b"VP8 ", data)]), sides, Encoding::WebPWhole)
            }
            (None, Some(data), _) => {
                let (data, sides) = lossless(data)?;
                (file(&[(b"VP8L", &data)]), sides, Encoding::WebPWhole)
            }
            (Some(_), Some(_), _) | (None, None, _) => return None,
        };
        let (decoding_cost, fixed_cost) = match (self.lossless, self.alpha) {
            (Some(data), _) => (400, vp8l::tables((width, height), data.get(LOSSLESS_HEADER..)?)?),
            (None, Some([kind, _, ..])) if kind.is_multiple_of(4) => (700, 0),
            (None, Some(alpha)) => (1100, vp8l::tables((width, height), alpha.get(1..)?)?),
            (None, None) => (150, 0),
        };
        Some(Source {
            encoding,
            content,
            width,
            height,
            orientation: self.orientation.unwrap_or(Orientation::NoTransforms),
            profile: self.profile,
            decoding_cost,
            fixed_cost,
        })
    }
}

/// A file of these chunks.
fn file(chunks: &[(&[u8; 4], &[u8])]) -> Vec<u8> {
    let mut body = b"WEBP".to_vec();
    for (kind, data) in chunks {
        body.extend_from_slice(*kind);
        body.extend(u32::try_from(data.len()).unwrap_or(u32::MAX).to_le_bytes());
        body.extend_from_slice(data);
        body.resize(body.len().next_multiple_of(2), 0);
    }
    let length = u32::try_from(body.len()).unwrap_or(u32::MAX).to_le_bytes();
    [b"RIFF".as_slice(), &length, &body].concat()
}

/// The chunk that announces transparency.
fn extended((width, height): (u32, u32)) -> Option<[u8; 10]> {
    let [w0, w1, w2, 0] = width.checked_sub(1)?.to_le_bytes() else { return None };
    let [h0, h1, h2, 0] = height.checked_sub(1)?.to_le_bytes() else { return None };
    Some([ALPHA, 0, 0, 0, w0, w1, w2, h0, h1, h2])
}

fn lossy_sides(data: &[u8]) -> Option<(u32, u32)> {
    let [_, _, _, 0x9D, 0x01, 0x2A, w0, w1, h0, h1, ..] = data else { return None };
    let side = |low, high| u32::from(u16::from_le_bytes([low, high]) & 0x3FFF);
    Some((side(*w0, *w1), side(*h0, *h1)))
}

/// A lossless picture, marked as one with transparency: so the decoder writes its pixels where they are wanted, not into a
/// buffer of its own beside.
fn lossless(data: &[u8]) -> Option<(Vec<u8>, (u32, u32))> {
    let [0x2F, b0, b1, b2, b3, ..] = data else { return None };
    let bits = u32::from_le_bytes([*b0, *b1, *b2, *b3]);
    let mut marked = data.to_vec();
    if let Some(flags) = marked.get_mut(4) {
        *flags |= 0x10;
    }
    Some((marked, (1 + (bits & 0x3FFF), 1 + (bits >> 14 & 0x3FFF))))
}
