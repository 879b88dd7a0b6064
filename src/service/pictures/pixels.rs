//! Decoding: the whole picture is read, which is the only proof that it is one, but kept only as large as it is needed.

mod png;
mod reduction;
mod webp;

use image::RgbImage;
use zune_jpeg::{
    JpegDecoder,
    zune_core::{bytestream::ZCursor, colorspace::ColorSpace, options::DecoderOptions},
};

use self::reduction::{Layout, Reduction};
use super::source::{Encoding, Source};
use crate::domain::{
    fault::{Code, Fault},
    photo::{MAX_PIXELS, MAX_SIDE_PX, too_many_pixels},
};

/// Memory that the work on one picture may take, the upload included, in bytes.
pub const MEMORY_PER_PICTURE: u64 = 256 * 1024 * 1024;
/// What is left of it for all that is not counted: tables, rows, what is encoded.
const RESERVE: u64 = 24 * 1024 * 1024;
/// No encoder writes tables of more, in bytes: a file that is refused for such was made to fill the memory.
const TABLES: u64 = 64 * 1024 * 1024;

/// Refuses, by the header alone, a picture with more pixels than are decoded or than there is memory for.
/// It is decoded at a `factor`-th of its width and height.
pub fn check(source: &Source, factor: u32) -> Result<(), Fault> {
    let sides = (source.width, source.height);
    let file = u64::try_from(source.content.len()).unwrap_or(u64::MAX);
    let taken = RESERVE.saturating_add(file.saturating_mul(2)).saturating_add(source.fixed_cost);
    let shrunk = 300_u64.div_ceil(u64::from(factor).saturating_mul(u64::from(factor)).max(1));
    let cost = (source.decoding_cost + shrunk).max(1);
    let affordable = MEMORY_PER_PICTURE.saturating_sub(taken).saturating_mul(100) / cost;
    let refusal = |fault| if source.fixed_cost > TABLES { Fault::of(Code::PhotoUnreadable) } else { fault };
    too_many_pixels(sides, MAX_PIXELS.min(affordable)).map(refusal).map_or(Ok(()), Err)
}

/// Decodes a picture that was checked, at a `factor`-th of its width and height, on white where it is transparent.
/// `None` when it cannot be decoded to its end.
pub fn decode(source: &Source, factor: u32) -> Option<RgbImage> {
    match source.encoding {
        Encoding::Jpeg | Encoding::JpegInks => jpeg(source, factor),
        Encoding::Png | Encoding::PngInterlaced => png::decode(&source.content, factor),
        Encoding::WebPLossy if factor > 1 => webp::decode_planes(source, factor),
        Encoding::WebPLossy | Encoding::WebPWhole => webp::decode(source, factor),
    }
}

/// The four inks are mixed without regard to their profile.
fn jpeg(source: &Source, factor: u32) -> Option<RgbImage> {
    let side = usize::try_from(MAX_SIDE_PX).ok()?;
    let options = DecoderOptions::default().set_max_width(side).set_max_height(side).set_strict_mode(true);
    let options = options.jpeg_set_out_colorspace(ColorSpace::RGB);
    let mut decoder = JpegDecoder::new_with_options(ZCursor::new(&source.content), options);
    let pixels = decoder.decode().ok()?;
    drop(decoder);
    let sides = (source.width, source.height);
    if factor == 1 {
        return RgbImage::from_raw(source.width, source.height, pixels);
    }
    let mut reduction = Reduction::new(Layout::Rgb, sides, factor)?;
    reduction.push_all(&pixels)?;
    reduction.finish()
}
