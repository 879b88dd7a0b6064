//! JPEG files put together for tests.

use image::RgbImage;
use jpeg_encoder::{ColorType, Encoder, SamplingFactor};

/// How a file is encoded.
#[derive(Clone, Copy)]
pub struct Manner {
    pub quality: u8,
    pub sampling: SamplingFactor,
    pub is_progressive: bool,
    pub restart_interval: u16,
    pub colour: ColorType,
}

pub const PLAIN: Manner = Manner {
    quality: 90,
    sampling: SamplingFactor::F_1_1,
    is_progressive: false,
    restart_interval: 0,
    colour: ColorType::Rgb,
};

/// The picture as JPEG.
pub fn file(picture: &RgbImage, manner: Manner) -> Vec<u8> {
    let pixels = picture.pixels();
    let data: Vec<u8> = match manner.colour {
        ColorType::Luma => pixels.map(|pixel| pixel.0[1]).collect(),
        // As Adobe writes inks: 255 is none.
        ColorType::Cmyk | ColorType::CmykAsYcck => {
            pixels.flat_map(|pixel| [255 - pixel.0[0], 255 - pixel.0[1], 255 - pixel.0[2], 0]).collect()
        }
        ColorType::Rgb | ColorType::Rgba | ColorType::Bgr | ColorType::Bgra | ColorType::Ycbcr | ColorType::Ycck => {
            picture.as_raw().clone()
        }
    };
    let mut out = Vec::new();
    let mut encoder = Encoder::new(&mut out, manner.quality);
    encoder.set_sampling_factor(manner.sampling);
    encoder.set_progressive(manner.is_progressive);
    if manner.restart_interval > 0 {
        encoder.set_restart_interval(manner.restart_interval);
    }
    let side = |px: u32| u16::try_from(px).unwrap();
    encoder.encode(&data, side(picture.width()), side(picture.height()), manner.colour).unwrap();
    out
}

/// A plain file of this quality.
pub fn of_quality(picture: &RgbImage, quality: u8) -> Vec<u8> {
    file(picture, Manner { quality, ..PLAIN })
}

/// A segment.
pub fn segment(marker: u8, payload: &[u8]) -> Vec<u8> {
    let length = u16::try_from(payload.len() + 2).unwrap();
    [&[0xFF, marker][..], &length.to_be_bytes(), payload].concat()
}

/// The file with segments behind its first marker.
pub fn with(file: &[u8], segments: &[Vec<u8>]) -> Vec<u8> {
    [&file[..2], &segments.concat(), &file[2..]].concat()
}

/// An EXIF segment with an orientation, a place and a small picture of its own.
pub fn exif(orientation: u8, is_big_endian: bool) -> Vec<u8> {
    let tiff = if is_big_endian {
        [b"MM\0\x2A\0\0\0\x08\0\x01\x01\x12\0\x03\0\0\0\x01\0".as_slice(), &[orientation, 0, 0, 0, 0, 0, 0]].concat()
    } else {
        [b"II\x2A\0\x08\0\0\0\x01\0\x12\x01\x03\0\x01\0\0\0".as_slice(), &[orientation, 0, 0, 0, 0, 0, 0, 0]].concat()
    };
    segment(
        0xE1,
        &[b"Exif\0\0".as_slice(), &tiff, b"GPS 30.5N 114.3E SECRET \xFF\xD8\xFF\xDB thumbnail \xFF\xD9"].concat(),
    )
}

pub fn xmp() -> Vec<u8> {
    segment(0xE1, b"http://ns.adobe.com/xap/1.0/\0<x:xmpmeta>SECRET</x:xmpmeta>")
}

/// The parts of a profile.
pub fn profile(profile: &[u8]) -> Vec<Vec<u8>> {
    let parts = profile.chunks(40_000);
    let count = u8::try_from(parts.len()).unwrap();
    let part =
        |(number, part): (u8, &[u8])| segment(0xE2, &[b"ICC_PROFILE\0".as_slice(), &[number, count], part].concat());
    (1..).zip(parts).map(part).collect()
}

/// The file with another size in its frame header.
pub fn resized(file: &[u8], width: u16, height: u16) -> Vec<u8> {
    let mut file = file.to_vec();
    let frame = (2..file.len()).find(|at| file[*at] == 0xFF && matches!(file[at + 1], 0xC0..=0xC2)).unwrap();
    file[frame + 5..frame + 7].copy_from_slice(&height.to_be_bytes());
    file[frame + 7..frame + 9].copy_from_slice(&width.to_be_bytes());
    file
}
