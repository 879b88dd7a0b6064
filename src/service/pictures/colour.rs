//! Colours: what is stored carries no profile, so it is in sRGB, which is what viewers take it for.

use std::sync::Arc;

use image::RgbImage;
use moxcms::{ColorProfile, DataColorSpace, Layout, Transform8BitExecutor, TransformOptions};

/// Differences up to this in a channel are not seen.
const UNSEEN: u8 = 3;

/// The way from the colours of a profile to sRGB.
pub struct Conversion(Arc<Transform8BitExecutor>);

impl Conversion {
    /// From an ICC profile; `None` for one that cannot be read, is not of red, green and blue, or is as good as sRGB.
    pub fn of(profile: &[u8]) -> Option<Self> {
        let profile = ColorProfile::new_from_slice(profile).ok()?;
        if profile.color_space != DataColorSpace::Rgb {
            return None;
        }
        let to = ColorProfile::new_srgb();
        let transform =
            profile.create_transform_8bit(Layout::Rgb, &to, Layout::Rgb, TransformOptions::default()).ok()?;
        let steps = [0_u8, 36, 73, 109, 146, 182, 219, 255];
        let samples: Vec<u8> =
            steps.iter().flat_map(|r| steps.iter().flat_map(|g| steps.iter().flat_map(|b| [*r, *g, *b]))).collect();
        let mut shown = vec![0; samples.len()];
        transform.transform(&samples, &mut shown).ok()?;
        let differs = samples.iter().zip(&shown).any(|(sample, shown)| sample.abs_diff(*shown) > UNSEEN);
        differs.then_some(Self(transform))
    }

    /// Converts a picture; one that cannot be converted stays.
    pub fn apply(&self, picture: &mut RgbImage) {
        let mut converted = vec![0; picture.len()];
        if self.0.transform(picture, &mut converted).is_ok() {
            picture.copy_from_slice(&converted);
        }
    }
}
