//! What a photo of a candidate must be. The content decides the type, not the name.

use super::{
    fault::{Code, Fault},
    policy::Policy,
};

/// The largest upload, in bytes; a larger one is refused unread.
pub const UPLOAD_MAX_BYTES: usize = 20 * 1024 * 1024;
/// The largest picture that is decoded, in pixels.
pub const MAX_PIXELS: u64 = 50_000_000;

text_enum! {
    /// The two kinds of picture that are taken, by their media types.
    pub enum PhotoType {
        /// A JPEG file.
        Jpeg = "image/jpeg",
        /// A PNG file.
        Png = "image/png",
    }
}

impl PhotoType {
    /// The type by the file's first bytes.
    #[must_use]
    pub fn of_content(bytes: &[u8]) -> Option<Self> {
        if bytes.starts_with(&[0xFF, 0xD8, 0xFF]) {
            Some(Self::Jpeg)
        } else if bytes.starts_with(b"\x89PNG\r\n\x1a\n") {
            Some(Self::Png)
        } else {
            None
        }
    }
}

/// The cycle's limits for a stored photo.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct PhotoLimits {
    /// The most bytes as stored.
    pub max_bytes: u64,
    /// The least length of the shorter side, in pixels.
    pub min_side_px: u32,
}

impl From<&Policy> for PhotoLimits {
    fn from(policy: &Policy) -> Self {
        Self { max_bytes: policy.photo_max_bytes.into(), min_side_px: policy.photo_min_side_px }
    }
}

/// What is known of a stored photo.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct PhotoFacts {
    /// Bytes as stored.
    pub bytes: u64,
    /// As shown, in pixels.
    pub width_px: u32,
    /// As shown, in pixels.
    pub height_px: u32,
}

impl PhotoFacts {
    /// The length of the shorter side, in pixels.
    #[must_use]
    pub fn shorter_side_px(&self) -> u32 {
        self.width_px.min(self.height_px)
    }

    /// All that is wrong with the photo under these limits; too many bytes carry the hint that `fit=true` mends it.
    #[must_use]
    pub fn faults(&self, limits: PhotoLimits) -> Vec<Fault> {
        let mut faults = Vec::new();
        if self.bytes > limits.max_bytes {
            let fault = Fault::of(Code::PhotoTooLarge).with("limit", limits.max_bytes).with("actual", self.bytes);
            faults.push(fault.with("hint", "fit=true"));
        }
        if self.shorter_side_px() < limits.min_side_px {
            let fault = Fault::of(Code::PhotoTooSmall).with("limit", limits.min_side_px);
            faults.push(fault.with("actual", self.shorter_side_px()));
        }
        faults
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_content_decides_the_type() {
        assert_eq!(PhotoType::of_content(b"\xFF\xD8\xFF\xE0"), Some(PhotoType::Jpeg));
        assert_eq!(PhotoType::of_content(b"\x89PNG\r\n\x1a\n\0"), Some(PhotoType::Png));
        for other in [&b""[..], b"GIF89a", b"RIFF\0\0\0\0WEBP", b"\x89PNG", b"\xFF\xD8", b"<svg/>"] {
            assert_eq!(PhotoType::of_content(other), None);
        }
    }

    #[test]
    fn each_limit_is_met_exactly() {
        let limits = PhotoLimits { max_bytes: 393_216, min_side_px: 300 };
        let facts = |bytes, width_px, height_px| PhotoFacts { bytes, width_px, height_px };
        assert_eq!(facts(393_216, 300, 4000).faults(limits), []);
        let codes = |facts: PhotoFacts| facts.faults(limits).iter().map(|fault| fault.code).collect::<Vec<_>>();
        assert_eq!(codes(facts(393_217, 300, 300)), [Code::PhotoTooLarge]);
        assert_eq!(codes(facts(1, 4000, 299)), [Code::PhotoTooSmall]);
        assert_eq!(codes(facts(393_217, 299, 300)), [Code::PhotoTooLarge, Code::PhotoTooSmall]);
    }
}
