//! Pictures made smaller by a whole number while they are decoded, a band of rows at a time: what is decoded whole is never
//! held twice.

use fast_image_resize::{
    FilterType, PixelType, ResizeAlg, ResizeOptions, Resizer,
    images::{Image, ImageRef},
};
use image::RgbImage;

/// Rows of a band, in about.
const BAND_ROWS: u32 = 64;

/// What lies behind each other in a decoded row, eight bits each.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Layout {
    /// Grey.
    Grey,
    /// Grey, opacity.
    GreyAlpha,
    /// Red, green, blue.
    Rgb,
    /// Red, green, blue, opacity.
    Rgba,
}

impl Layout {
    /// Bytes of a pixel.
    pub const fn bytes(self) -> usize {
        match self {
            Self::Grey => 1,
            Self::GreyAlpha => 2,
            Self::Rgb => 3,
            Self::Rgba => 4,
        }
    }

    const fn pixel_type(self) -> PixelType {
        match self {
            Self::Grey => PixelType::U8,
            Self::GreyAlpha => PixelType::U8x2,
            Self::Rgb => PixelType::U8x3,
            Self::Rgba => PixelType::U8x4,
        }
    }
}

/// A picture that grows from the top down.
pub struct Reduction {
    layout: Layout,
    width: u32,
    factor: u32,
    resizer: Resizer,
    out: Vec<u8>,
}

impl Reduction {
    /// For rows of this layout and width, to become a `factor`-th as wide and high.
    pub fn new(layout: Layout, (width, height): (u32, u32), factor: u32) -> Option<Self> {
        let pixels = u64::from(width.div_ceil(factor)) * u64::from(height.div_ceil(factor));
        let out = Vec::with_capacity(usize::try_from(pixels.checked_mul(3)?).ok()?);
        Some(Self { layout, width, factor, resizer: Resizer::new(), out })
    }

    /// Bytes of a decoded row.
    pub fn row_bytes(&self) -> usize {
        usize::try_from(self.width).unwrap_or(usize::MAX).saturating_mul(self.layout.bytes())
    }

    /// Bytes of a band: [`Self::push`] wants so many each time but the last.
    pub fn band_bytes(&self) -> usize {
        let rows = self.factor * (BAND_ROWS / self.factor).max(1);
        usize::try_from(rows).unwrap_or(usize::MAX).saturating_mul(self.row_bytes())
    }

    /// Takes a whole picture.
    pub fn push_all(&mut self, rows: &[u8]) -> Option<()> {
        rows.chunks(self.band_bytes()).try_for_each(|band| self.push(band))
    }

    /// Takes the next band.
    pub fn push(&mut self, band: &[u8]) -> Option<()> {
        let rows = u32::try_from(band.len() / self.row_bytes()).ok()?;
        if self.factor == 1 {
            self.keep(band);
            return Some(());
        }
        let kind = self.layout.pixel_type();
        let from = ImageRef::new(self.width, rows, band, kind).ok()?;
        let mut small = Image::new(self.width.div_ceil(self.factor), rows.div_ceil(self.factor), kind);
        let options = ResizeOptions::new().resize_alg(ResizeAlg::Convolution(FilterType::Box));
        self.resizer.resize(&from, &mut small, &options).ok()?;
        self.keep(small.buffer());
        Some(())
    }

    /// The picture, when all its rows have come.
    pub fn finish(self) -> Option<RgbImage> {
        let width = self.width.div_ceil(self.factor);
        let height = u32::try_from(self.out.len() / 3).ok()?.checked_div(width)?;
        RgbImage::from_raw(width, height, self.out)
    }

    /// Keeps the colours. What shines through is white.
    fn keep(&mut self, pixels: &[u8]) {
        match self.layout {
            Layout::Rgb => self.out.extend_from_slice(pixels),
            Layout::Grey => self.out.extend(pixels.iter().flat_map(|grey| [*grey; 3])),
            Layout::GreyAlpha => {
                self.out.extend(pixels.as_chunks().0.iter().flat_map(|&[grey, alpha]| [over_white(grey, alpha); 3]));
            }
            Layout::Rgba => {
                self.out.extend(pixels.as_chunks().0.iter().flat_map(|&[red, green, blue, alpha]| {
                    [red, green, blue].map(|channel| over_white(channel, alpha))
                }));
            }
        }
    }
}

fn over_white(channel: u8, alpha: u8) -> u8 {
    let (channel, alpha) = (u16::from(channel), u16::from(alpha));
    u8::try_from((channel * alpha + 255 * (255 - alpha)) / 255).unwrap_or(u8::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn squares_become_their_mean_on_white() {
        let rows: Vec<u8> = (0..6).flat_map(|y| (0..8).flat_map(move |x| [x / 2 * 60, y / 2 * 100, 0, 255])).collect();
        let mut half = Reduction::new(Layout::Rgba, (8, 6), 2).unwrap();
        half.push_all(&rows).unwrap();
        let half = half.finish().unwrap();
        assert_eq!(half.dimensions(), (4, 3));
        for (x, y, pixel) in half.enumerate_pixels() {
            assert_eq!(pixel.0.map(u32::from), [x * 60, y * 100, 0]);
        }
        let mut clear = Reduction::new(Layout::GreyAlpha, (4, 4), 4).unwrap();
        clear.push_all(&[0; 32]).unwrap();
        assert_eq!(clear.finish().unwrap().into_raw(), [255; 3]);
    }

    #[test]
    fn what_does_not_divide_evenly_keeps_its_edge() {
        let mut third = Reduction::new(Layout::Grey, (10, 200), 3).unwrap();
        third.push_all(&[90; 2000]).unwrap();
        let third = third.finish().unwrap();
        assert_eq!(third.dimensions(), (4, 67));
        assert!(third.as_raw().iter().all(|channel| *channel == 90));
    }
}
