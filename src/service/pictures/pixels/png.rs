//! PNG, row by row; one in seven passes is decoded whole.

use std::io::Cursor;

use ::png::{BitDepth, ColorType, Decoder, Limits, Transformations};
use image::RgbImage;

use super::reduction::{Layout, Reduction};

/// Memory for what is not pixels, in bytes.
const CHUNKS_MAX_BYTES: usize = 1024 * 1024;

/// The picture at a `factor`-th of its width and height; `None` when rows are missing or wrong. What the file holds beyond
/// the last row is not unpacked.
pub fn decode(content: &[u8], factor: u32) -> Option<RgbImage> {
    let mut decoder = Decoder::new_with_limits(Cursor::new(content), Limits { bytes: CHUNKS_MAX_BYTES });
    decoder.set_transformations(Transformations::EXPAND | Transformations::STRIP_16);
    let mut reader = decoder.read_info().ok()?;
    let sides = reader.info().size();
    let layout = match reader.output_color_type() {
        (ColorType::Grayscale, BitDepth::Eight) => Layout::Grey,
        (ColorType::GrayscaleAlpha, BitDepth::Eight) => Layout::GreyAlpha,
        (ColorType::Rgb, BitDepth::Eight) => Layout::Rgb,
        (ColorType::Rgba, BitDepth::Eight) => Layout::Rgba,
        _ => return None,
    };
    let mut reduction = Reduction::new(layout, sides, factor)?;
    if reader.info().interlaced {
        let mut pixels = vec![0; reader.output_buffer_size()?];
        reader.next_frame(&mut pixels).ok()?;
        drop(reader);
        reduction.push_all(&pixels)?;
        return reduction.finish();
    }
    let mut band = Vec::with_capacity(reduction.band_bytes());
    for row in 1..=sides.1 {
        let from = band.len();
        band.resize(from + reduction.row_bytes(), 0);
        reader.read_row(band.get_mut(from..)?).ok()??;
        if band.len() == reduction.band_bytes() || row == sides.1 {
            reduction.push(&band)?;
            band.clear();
        }
    }
    reduction.finish()
}
