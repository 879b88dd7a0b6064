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
