//! Scaling and encoding of pictures that are too large as sent, and the small pictures of all.

use image::{DynamicImage, RgbImage, codecs::jpeg::JpegEncoder, imageops::FilterType};

use crate::domain::photo::PhotoLimits;

/// The longer side of a fitted picture at most, in pixels.
const LONGER_SIDE_PX: u32 = 2048;
/// The longer side of a small picture, in pixels.
const THUMB_SIDE_PX: u32 = 320;
/// Qualities that are tried in this order before the picture is made smaller.
const QUALITIES: [u8; 4] = [88, 80, 72, 64];
/// Each step makes the sides four fifths of what they were.
const STEP: (u64, u64) = (4, 5);

/// The picture as a JPEG within the limits, and as it is shown then. `None` where no size is small and large enough.
pub fn shrink(picture: DynamicImage, limits: PhotoLimits) -> Option<(Vec<u8>, DynamicImage)> {
    let mut picture = DynamicImage::ImageRgb8(on_white(picture));
    let longest = picture.width().max(picture.height());
    if longest > LONGER_SIDE_PX {
        picture = scaled(&picture, limits, (u64::from(LONGER_SIDE_PX), u64::from(longest)));
    }
    loop {
        for quality in QUALITIES {
            let encoded = encode(&picture, quality)?;
            if u64::try_from(encoded.len()).is_ok_and(|bytes| bytes <= limits.max_bytes) {
                return Some((encoded, picture));
            }
        }
        let smaller = scaled(&picture, limits, STEP);
        if smaller.width() >= picture.width() && smaller.height() >= picture.height() {
            return None;
        }
        picture = smaller;
    }
}

/// A small picture of it.
pub fn thumb(picture: &DynamicImage) -> Option<Vec<u8>> {
    let small = if picture.width().max(picture.height()) > THUMB_SIDE_PX {
        picture.thumbnail(THUMB_SIDE_PX, THUMB_SIDE_PX)
    } else {
        picture.clone()
    };
    encode(&DynamicImage::ImageRgb8(on_white(small)), 80)
}

/// Scaled by a fraction, but never below the least shorter side.
fn scaled(picture: &DynamicImage, limits: PhotoLimits, (numerator, denominator): (u64, u64)) -> DynamicImage {
    let shorter = u64::from(picture.width().min(picture.height()).max(1));
    let least = u64::from(limits.min_side_px.max(1));
    let (numerator, denominator) = if shorter * numerator / denominator < least {
        (least.min(shorter), shorter)
    } else {
        (numerator, denominator)
    };
    let side = |px: u32| u32::try_from(u64::from(px) * numerator / denominator).unwrap_or(px).max(1);
    picture.resize_exact(side(picture.width()), side(picture.height()), FilterType::Triangle)
}

fn encode(picture: &DynamicImage, quality: u8) -> Option<Vec<u8>> {
    let mut out = Vec::new();
    JpegEncoder::new_with_quality(&mut out, quality).encode_image(picture).ok()?;
    Some(out)
}

/// JPEG knows no transparency: what shines through is white.
fn on_white(picture: DynamicImage) -> RgbImage {
    if !picture.color().has_alpha() {
        return picture.into_rgb8();
    }
    let rgba = picture.into_rgba8();
    RgbImage::from_fn(rgba.width(), rgba.height(), |x, y| {
        let image::Rgba([red, green, blue, alpha]) = *rgba.get_pixel(x, y);
        image::Rgb([red, green, blue].map(|channel| over_white(channel, alpha)))
    })
}

fn over_white(channel: u8, alpha: u8) -> u8 {
    let (channel, alpha) = (u16::from(channel), u16::from(alpha));
    u8::try_from((channel * alpha + 255 * (255 - alpha)) / 255).unwrap_or(u8::MAX)
}
