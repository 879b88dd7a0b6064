//! WebP. A large lossy picture is taken as the decoder has it, in planes of brightness and colour, of which each is made
//! smaller before they are put together.

use std::io::Cursor;

use fast_image_resize::{
    FilterType, PixelType, ResizeAlg, ResizeOptions, Resizer,
    images::{Image, ImageRef},
};
use image::RgbImage;
use image_webp::{WebPDecoder, vp8::Vp8Decoder};

use super::{
    super::source::Source,
    reduction::{Layout, Reduction},
};

/// Bytes before the data of a file's only chunk.
const HEADERS: usize = 20;

/// The picture as the decoder gives it, then at a `factor`-th of its width and height.
pub fn decode(source: &Source, factor: u32) -> Option<RgbImage> {
    let mut decoder = WebPDecoder::new(Cursor::new(&source.content)).ok()?;
    let sides = decoder.dimensions();
    if sides != (source.width, source.height) {
        return None;
    }
    let layout = if decoder.has_alpha() { Layout::Rgba } else { Layout::Rgb };
    let mut pixels = vec![0; decoder.output_buffer_size()?];
    decoder.read_image(&mut pixels).ok()?;
    drop(decoder);
    let mut reduction = Reduction::new(layout, sides, factor)?;
    reduction.push_all(&pixels)?;
    reduction.finish()
}

/// The same for a lossy picture without transparency, with half the memory.
pub fn decode_planes(source: &Source, factor: u32) -> Option<RgbImage> {
    let frame = Vp8Decoder::decode_frame(source.content.get(HEADERS..)?).ok()?;
    let (width, height) = (u32::from(frame.width), u32::from(frame.height));
    if (width, height) != (source.width, source.height) {
        return None;
    }
    let to = (width.div_ceil(factor), height.div_ceil(factor));
    let half = (width.div_ceil(2), height.div_ceil(2));
    let stride = width.next_multiple_of(16);
    let brightness = plane(&frame.ybuf, stride, (width, height), to)?;
    let blue = plane(&frame.ubuf, stride / 2, half, to)?;
    let red = plane(&frame.vbuf, stride / 2, half, to)?;
    drop(frame);
    let mixed = brightness.buffer().iter().zip(blue.buffer()).zip(red.buffer());
    let pixels = mixed.flat_map(|((y, u), v)| rgb(*y, *u, *v)).collect();
    RgbImage::from_raw(to.0, to.1, pixels)
}

/// A plane without its margins, scaled.
fn plane(rows: &[u8], stride: u32, (width, height): (u32, u32), to: (u32, u32)) -> Option<Image<'static>> {
    let needed = u64::from(stride) * u64::from(height);
    let from = ImageRef::new(stride, height, rows.get(..usize::try_from(needed).ok()?)?, PixelType::U8).ok()?;
    let mut small = Image::new(to.0, to.1, PixelType::U8);
    let options = ResizeOptions::new().resize_alg(ResizeAlg::Convolution(FilterType::Box)).crop(
        0.0,
        0.0,
        width.into(),
        height.into(),
    );
    Resizer::new().resize(&from, &mut small, &options).ok()?;
    Some(small)
}

/// ITU-R BT.601 with the range of video, in 16.16 fixed point.
fn rgb(y: u8, u: u8, v: u8) -> [u8; 3] {
    let (y, u, v) = ((i32::from(y) - 16) * 76_309, i32::from(u) - 128, i32::from(v) - 128);
    [y + v * 104_597, y - u * 25_675 - v * 53_279, y + u * 132_201]
        .map(|channel| u8::try_from(((channel + (1 << 15)) >> 16).clamp(0, 255)).unwrap_or(u8::MAX))
}
