//! WebP files put together for tests.

use image::RgbImage;
use image_webp::{ColorType, WebPEncoder};

pub fn chunk(kind: [u8; 4], data: &[u8]) -> Vec<u8> {
    let length = u32::try_from(data.len()).unwrap().to_le_bytes();
    let padding: &[u8] = if data.len() % 2 == 1 { &[0] } else { &[] };
    [&kind[..], &length, data, padding].concat()
}

pub fn file(chunks: &[Vec<u8>]) -> Vec<u8> {
    let body = [b"WEBP".as_slice(), &chunks.concat()].concat();
    [b"RIFF".as_slice(), &u32::try_from(body.len()).unwrap().to_le_bytes(), &body].concat()
}

/// The header of a file with more than a picture.
pub fn extended(flags: u8, width: u32, height: u32) -> Vec<u8> {
    let (width, height) = ((width - 1).to_le_bytes(), (height - 1).to_le_bytes());
    chunk(*b"VP8X", &[&[flags, 0, 0, 0][..], &width[..3], &height[..3]].concat())
}

/// A lossless picture, opaque or half transparent.
pub fn lossless(picture: &RgbImage, alpha: Option<u8>) -> Vec<u8> {
    let mut out = Vec::new();
    let encoder = WebPEncoder::new(&mut out);
    let (width, height) = picture.dimensions();
    match alpha {
        None => encoder.encode(picture, width, height, ColorType::Rgb8).unwrap(),
        Some(alpha) => {
            let data: Vec<u8> =
                picture.pixels().flat_map(|pixel| [pixel.0[0], pixel.0[1], pixel.0[2], alpha]).collect();
            encoder.encode(&data, width, height, ColorType::Rgba8).unwrap();
        }
    }
    out
}

/// A lossy picture in one grey, however large: to the arithmetic decoder of VP8 zeros say no to every question, so that
/// each block is predicted from its neighbours and not corrected.
pub fn lossy(width: u16, height: u16) -> Vec<u8> {
    let blocks = usize::from(width.div_ceil(16)) * usize::from(height.div_ceil(16));
    let (modes, coefficients) = (blocks * 2 + 300, blocks * 8 + 300);
    let tag = (u32::try_from(modes).unwrap() << 5) | 1 << 4;
    let head = [&tag.to_le_bytes()[..3], &[0x9D, 0x01, 0x2A], &width.to_le_bytes(), &height.to_le_bytes()].concat();
    chunk(*b"VP8 ", &[head, vec![0; modes + coefficients]].concat())
}

/// A lossless picture that says of its squares of 4 × 4 pixels that they are in the last of so many groups of codes. All
/// but that group, which is one colour, are as large in memory as they can be for the bytes that they take, or empty.
pub fn grouped(width: u32, height: u32, groups: u32, are_large: bool) -> Vec<u8> {
    let mut bits = Bits::default();
    bits.push(8, 0x2F);
    bits.push(14, width - 1);
    bits.push(14, height - 1);
    bits.push(4, 0);
    // Neither transformations nor a cache, but groups, of squares of this size.
    bits.push(2, 0);
    bits.push(1, 1);
    bits.push(3, 0);
    bits.push(1, 0);
    let last = groups - 1;
    for symbol in [last % 256, last / 256, 0, 0, 0] {
        bits.single(symbol);
    }
    for group in 0..groups {
        for code in 0..5 {
            if are_large && group < last && code < 4 {
                bits.deep();
            } else {
                bits.single(if code == 3 { 255 } else { 130 * u32::from(code < 3) });
            }
        }
    }
    file(&[chunk(*b"VP8L", &bits.bytes)])
}

/// A lossless picture with so many transformations in a row, each of which copies the pixel before the first, of which
/// nothing but that is written.
pub fn copying(width: u32, height: u32, transformations: u32) -> Vec<u8> {
    let mut bits = Bits::default();
    bits.push(8, 0x2F);
    bits.push(14, width - 1);
    bits.push(14, height - 1);
    bits.push(4, 0);
    for _ in 0..transformations {
        // One that predicts, for squares of 4 × 4 pixels, without a cache.
        bits.push(1, 1);
        bits.push(2, 0);
        bits.push(3, 0);
        bits.push(1, 0);
        // Of the code of lengths 18 and 1: 138 and 118 symbols without a code, and one with.
        bits.push(1, 0);
        bits.push(4, 0);
        for length in [0, 1, 0, 1] {
            bits.push(3, length);
        }
        bits.push(1, 1);
        bits.push(3, 0);
        bits.push(2, 1);
        for zeros in [138, 118] {
            bits.push(1, 1);
            bits.push(7, zeros - 11);
        }
        bits.push(1, 0);
        for _ in 0..4 {
            bits.single(0);
        }
    }
    bits.push(1, 0);
    file(&[chunk(*b"VP8L", &[bits.bytes, vec![0; 64]].concat())])
}

/// Written bit by bit, the lowest first.
#[derive(Default)]
struct Bits {
    bytes: Vec<u8>,
    count: usize,
}

impl Bits {
    fn push(&mut self, count: u32, value: u32) {
        for bit in 0..count {
            if self.count.is_multiple_of(8) {
                self.bytes.push(0);
            }
            *self.bytes.last_mut().unwrap() |= u8::from(value >> bit & 1 == 1) << (self.count % 8);
            self.count += 1;
        }
    }

    /// A code of one symbol.
    fn single(&mut self, symbol: u32) {
        self.push(3, 0b101);
        self.push(8, symbol);
    }

    /// A code of eleven symbols, of one to ten bits: it takes some seventeen bytes and a table of 1,024 entries.
    fn deep(&mut self) {
        self.push(1, 0);
        // The code of lengths, of which one to six have three bits and seven to ten have four.
        self.push(4, 14 - 4);
        for bits in [0, 0, 0, 3, 3, 3, 3, 3, 0, 3, 4, 4, 4, 4] {
            self.push(3, bits);
        }
        // 9 + 2 lengths follow.
        self.push(1, 1);
        self.push(3, 1);
        self.push(4, 9);
        for length in [1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 10] {
            let (bits, code) = if length <= 6 { (3, length - 1) } else { (4, length + 5) };
            for bit in (0..bits).rev() {
                self.push(1, code >> bit & 1);
            }
        }
    }
}
