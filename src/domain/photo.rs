//! What a photo of a candidate must be. The content decides the type, not the name.

use super::{
    fault::{Code, Fault},
    policy::Policy,
};

/// The largest upload, in bytes; a larger one is refused unread.
pub const UPLOAD_MAX_BYTES: usize = 20 * 1024 * 1024;
/// The largest picture that is decoded, in pixels.
pub const MAX_PIXELS: u64 = 50_000_000;

/// The longest side of a picture that is decoded, in pixels: as long as a JPEG can be.
pub const MAX_SIDE_PX: u32 = 65_535;

text_enum! {
    /// The two kinds of picture that are stored, by their media types.
    pub enum PhotoType {
        /// A JPEG file.
        Jpeg = "image/jpeg",
        /// A PNG file.
        Png = "image/png",
    }
}

/// What an uploaded file is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum FileFormat {
    /// A JPEG file, stored as it is where it may be.
    Jpeg,
    /// A PNG file, stored as it is where it may be.
    Png,
    /// A WebP file, which is only taken to be encoded again.
    WebP,
    /// A format that is known by name and not taken.
    Other(&'static str),
}

impl FileFormat {
    /// The format by the file's first bytes; `None` for one that is not known.
    #[must_use]
    pub fn of_content(bytes: &[u8]) -> Option<Self> {
        let starts = |signature: &[u8]| bytes.starts_with(signature);
        let kind_at = |from: usize, kind: &[u8]| bytes.get(from..).is_some_and(|rest| rest.starts_with(kind));
        if starts(&[0xFF, 0xD8, 0xFF]) {
            Some(Self::Jpeg)
        } else if starts(b"\x89PNG\r\n\x1a\n") {
            Some(Self::Png)
        } else if starts(b"RIFF") && kind_at(8, b"WEBP") {
            Some(Self::WebP)
        } else if kind_at(4, b"ftyp") {
            HEIF_BRANDS.iter().find(|(brand, _)| kind_at(8, brand)).map(|(_, name)| Self::Other(name))
        } else {
            OTHERS.iter().find(|(signature, _)| starts(signature)).map(|(_, name)| Self::Other(name))
        }
    }

    /// The refusal of a format that is not taken as it is sent, with what to do instead.
    #[must_use]
    pub fn refusal(self) -> Fault {
        let (name, hint) = match self {
            Self::Jpeg => ("JPEG", "fit=true"),
            Self::Png => ("PNG", "fit=true"),
            Self::WebP => ("WebP", "fit=true"),
            Self::Other(name) => (name, "JPEG"),
        };
        Fault::of(Code::PhotoUnreadable).with("format", name).with("hint", hint)
    }
}

/// Brands of the container that telephones write, and the names people know them by.
const HEIF_BRANDS: [(&[u8], &str); 10] = [
    (b"heic", "HEIC"),
    (b"heix", "HEIC"),
    (b"heim", "HEIC"),
    (b"heis", "HEIC"),
    (b"hevc", "HEIC"),
    (b"hevx", "HEIC"),
    (b"mif1", "HEIC"),
    (b"msf1", "HEIC"),
    (b"avif", "AVIF"),
    (b"avis", "AVIF"),
];

/// Signatures of other files that people take for photos.
const OTHERS: [(&[u8], &str); 10] = [
    (b"GIF8", "GIF"),
    (b"BM", "BMP"),
    (b"II*\0", "TIFF"),
    (b"MM\0*", "TIFF"),
    (b"\xFF\x0A", "JPEG XL"),
    (b"\0\0\0\x0CJXL ", "JPEG XL"),
    (b"\0\0\0\x0CjP  ", "JPEG 2000"),
    (b"8BPS", "PSD"),
    (b"%PDF", "PDF"),
    (b"PK\x03\x04", "ZIP"),
];

/// The refusal of a picture with more pixels than are decoded, or a side that is too long; `None` for one that may be.
#[must_use]
pub fn too_many_pixels((width, height): (u32, u32), limit: u64) -> Option<Fault> {
    let pixels = u64::from(width) * u64::from(height);
    let longer = width.max(height);
    if pixels > limit {
        let fault = Fault::of(Code::PhotoTooLarge).with("limit_pixels", limit);
        Some(fault.with("actual_pixels", pixels))
    } else if longer > MAX_SIDE_PX {
        let fault = Fault::of(Code::PhotoTooLarge).with("limit_side_px", MAX_SIDE_PX);
        Some(fault.with("actual_side_px", longer))
    } else {
        None
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
    fn the_content_decides_the_format() {
        for (content, format) in [
            (&b"\xFF\xD8\xFF\xE0"[..], FileFormat::Jpeg),
            (b"\x89PNG\r\n\x1a\n\0", FileFormat::Png),
            (b"RIFF\x10\0\0\0WEBPVP8 ", FileFormat::WebP),
            (b"\0\0\0\x18ftypheic\0\0\0\0", FileFormat::Other("HEIC")),
            (b"\0\0\0\x18ftypmif1\0\0\0\0", FileFormat::Other("HEIC")),
            (b"\0\0\0\x18ftypavif\0\0\0\0", FileFormat::Other("AVIF")),
            (b"GIF89a", FileFormat::Other("GIF")),
            (b"MM\0*\0\0\0\x08", FileFormat::Other("TIFF")),
        ] {
            assert_eq!(FileFormat::of_content(content), Some(format));
        }
        for other in [&b""[..], b"RIFF\0\0\0\0WAVE", b"\x89PNG", b"\xFF\xD8", b"<svg/>", b"\0\0\0\x18ftypmp42"] {
            assert_eq!(FileFormat::of_content(other), None);
        }
    }

    #[test]
    fn what_is_not_taken_says_what_to_do() {
        let figures = FileFormat::Other("HEIC").refusal().figures;
        assert_eq!(figures, [("format", "HEIC".into()), ("hint", "JPEG".into())]);
        assert!(FileFormat::WebP.refusal().figures.contains(&("hint", "fit=true".into())));
    }

    #[test]
    fn pixels_and_sides_are_bounded() {
        let fault = |sides| too_many_pixels(sides, MAX_PIXELS).map(|fault| fault.figures);
        assert_eq!(fault((10_000, 5_000)), None);
        assert_eq!(fault((10_000, 5_001)).unwrap()[1], ("actual_pixels", 50_010_000.into()));
        assert_eq!(fault((u32::MAX, u32::MAX)).unwrap()[0], ("limit_pixels", 50_000_000.into()));
        assert_eq!(fault((65_535, 300)), None);
        assert_eq!(fault((300, 65_536)).unwrap()[1], ("actual_side_px", 65_536.into()));
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
