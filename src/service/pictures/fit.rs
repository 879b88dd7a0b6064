//! Scaling and encoding: the best quality that fits, at the largest size at which that quality is good enough.

use fast_image_resize::{
    PixelType, ResizeOptions, Resizer,
    images::{Image, ImageRef},
};
use image::RgbImage;
use jpeg_encoder::{ColorType, Encoder, SamplingFactor};

use crate::domain::photo::PhotoLimits;

/// The longer side of a fitted picture at most, in pixels, where the shorter one stays long enough.
const LONGER_SIDE_PX: u32 = 2048;
/// The longer side of a small picture, in pixels.
const THUMB_SIDE_PX: u32 = 320;
/// The quality of a small picture.
const THUMB_QUALITY: u8 = 82;
/// More is not seen.
const BEST_QUALITY: u8 = 92;
/// Below this the picture is made smaller instead.
const FAIR_QUALITY: u8 = 62;
/// Below this a picture that cannot be made smaller is refused.
const LEAST_QUALITY: u8 = 30;
/// Pixels that are encoded in search of the best quality at most, so that its time is bounded whatever the shape.
const SEARCHED_PIXELS: u64 = 32_000_000;

/// The size to which a picture of these sides is scaled at first: never up, and never below the least shorter side.
pub fn first_size(sides: (u32, u32), limits: PhotoLimits) -> (u32, u32) {
    scaled(sides, f64::from(LONGER_SIDE_PX) / f64::from(sides.0.max(sides.1)), limits.min_side_px)
}

/// By which whole number a picture may be reduced that is scaled to this size afterwards.
pub fn factor(sides: (u32, u32), size: (u32, u32)) -> u32 {
    (sides.0 / size.0.max(1)).min(sides.1 / size.1.max(1)).max(1)
}

/// The size of the small picture of one with these sides.
pub fn thumb_size(sides: (u32, u32)) -> (u32, u32) {
    scaled(sides, f64::from(THUMB_SIDE_PX) / f64::from(sides.0.max(sides.1)), 0)
}

/// The picture as a JPEG within the limits, and as it is shown then. `None` where no size is small and large enough.
pub fn encode(picture: RgbImage, limits: PhotoLimits) -> Option<(Vec<u8>, RgbImage)> {
    let mut search = Search { limit: limits.max_bytes, left: SEARCHED_PIXELS };
    let mut shown = None;
    loop {
        let current = shown.as_ref().unwrap_or(&picture);
        let (encoded, bytes) = search.best(current, (FAIR_QUALITY, BEST_QUALITY));
        if let Some(encoded) = encoded {
            return Some((encoded, shown.unwrap_or(picture)));
        }
        #[expect(clippy::cast_precision_loss, reason = "an estimate")]
        let by = (limits.max_bytes as f64 / bytes? as f64).sqrt().clamp(0.4, 0.9);
        let smaller = scaled(current.dimensions(), by, limits.min_side_px);
        if smaller == current.dimensions() {
            let (encoded, _) = search.best(current, (LEAST_QUALITY, FAIR_QUALITY - 1));
            return Some((encoded?, shown.unwrap_or(picture)));
        }
        shown = Some(resized(&picture, smaller)?);
    }
}

/// The small picture of one.
pub fn thumb(picture: &RgbImage) -> Option<Vec<u8>> {
    encode_at(&resized(picture, thumb_size(picture.dimensions()))?, THUMB_QUALITY)
}

/// Scaled to exactly this size.
pub fn resize(picture: RgbImage, size: (u32, u32)) -> Option<RgbImage> {
    if picture.dimensions() == size { Some(picture) } else { resized(&picture, size) }
}

fn resized(picture: &RgbImage, (width, height): (u32, u32)) -> Option<RgbImage> {
    let from = ImageRef::new(picture.width(), picture.height(), picture.as_raw(), PixelType::U8x3).ok()?;
    let mut to = Image::new(width, height, PixelType::U8x3);
    Resizer::new().resize(&from, &mut to, &ResizeOptions::new()).ok()?;
    RgbImage::from_raw(width, height, to.into_vec())
}

/// Both sides by a factor of one at most, the shorter one not below `least` unless it is so already.
fn scaled((width, height): (u32, u32), by: f64, least: u32) -> (u32, u32) {
    let shorter = f64::from(width.min(height).max(1));
    let by = by.max(f64::from(least) / shorter).min(1.0);
    #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "between one and the side")]
    let side = |px: u32| ((f64::from(px) * by).round() as u32).clamp(1, px.max(1));
    (side(width), side(height))
}

/// A search for the best quality, which ends.
struct Search {
    limit: u64,
    left: u64,
}

impl Search {
    /// The encoding of the best quality of a range that is within the limit, and the bytes of the last one tried that was
    /// not.
    fn best(&mut self, picture: &RgbImage, (least, most): (u8, u8)) -> (Option<Vec<u8>>, Option<u64>) {
        let (mut best, mut over, mut low, mut high) = (None, None, least, most);
        while low <= high && self.spend(picture) {
            let quality = low.midpoint(high);
            let Some(encoded) = encode_at(picture, quality) else { return (None, None) };
            let bytes = u64::try_from(encoded.len()).unwrap_or(u64::MAX);
            if bytes <= self.limit {
                best = Some(encoded);
                low = quality + 1;
            } else {
                over = Some(bytes);
                // So much too large that no lower quality of the range will do.
                if bytes / 4 > self.limit {
                    return (best, over);
                }
                high = quality - 1;
            }
        }
        (best, over)
    }

    fn spend(&mut self, picture: &RgbImage) -> bool {
        let pixels = u64::from(picture.width()) * u64::from(picture.height());
        let is_left = self.left >= pixels;
        self.left = self.left.saturating_sub(pixels);
        is_left
    }
}

/// As JPEG, with nothing in it but the picture.
fn encode_at(picture: &RgbImage, quality: u8) -> Option<Vec<u8>> {
    let (width, height) = (u16::try_from(picture.width()).ok()?, u16::try_from(picture.height()).ok()?);
    let mut out = Vec::new();
    let mut encoder = Encoder::new(&mut out, quality);
    // Without optimized Huffman tables: jpeg-encoder 0.7.1 writes false colours where they meet this sampling.
    encoder.set_sampling_factor(SamplingFactor::F_2_2);
    encoder.encode(picture.as_raw(), width, height, ColorType::Rgb).ok()?;
    Some(out)
}

#[cfg(test)]
mod tests {
    use super::*;

    const LIMITS: PhotoLimits = PhotoLimits { max_bytes: 393_216, min_side_px: 300 };

    #[test]
    fn sizes_keep_their_shape_and_the_least_side() {
        assert_eq!(first_size((8000, 6000), LIMITS), (2048, 1536));
        assert_eq!(first_size((600, 400), LIMITS), (600, 400));
        assert_eq!(first_size((9000, 900), LIMITS), (3000, 300));
        assert_eq!(first_size((299, 100), LIMITS), (299, 100));
        assert_eq!(thumb_size((600, 300)), (320, 160));
        assert_eq!(thumb_size((65_535, 1)), (320, 1));
        assert_eq!(thumb_size((100, 80)), (100, 80));
        assert_eq!(factor((8000, 6000), (2048, 1536)), 3);
        assert_eq!(factor((2049, 300), (2048, 300)), 1);
    }

    #[test]
    fn the_best_quality_that_fits_is_found() {
        let mut state = 1_u32;
        let picture = RgbImage::from_fn(200, 200, |x, y| {
            state ^= state << 13;
            state ^= state >> 17;
            state ^= state << 5;
            image::Rgb([x, y, x ^ y].map(|channel| u8::try_from(channel / 2 + state % 40).unwrap()))
        });
        for quality in [FAIR_QUALITY, 70, 85, BEST_QUALITY] {
            let encoded = encode_at(&picture, quality).unwrap();
            let limits = PhotoLimits { max_bytes: encoded.len() as u64, min_side_px: 200 };
            let (found, shown) = encode(picture.clone(), limits).unwrap();
            assert_eq!((found, shown.dimensions()), (encoded, (200, 200)), "{quality}");
        }
        let tiny = PhotoLimits { max_bytes: 2_000, min_side_px: 10 };
        let (found, shown) = encode(picture.clone(), tiny).unwrap();
        assert!(found.len() <= 2_000 && shown.width() < 200);
        assert!(encode(picture, PhotoLimits { max_bytes: 2_000, min_side_px: 200 }).is_none());
    }
}
