//! An upload taken apart: what it is, how large, how it is to be turned, which colours it is in, and its bytes without
//! anything else. Only headers are read here; nothing is allocated by what they claim.

mod jpeg;
mod png;
mod vp8l;
mod webp;

use image::metadata::Orientation;

use crate::domain::{
    fault::{Code, Fault},
    photo::{FileFormat, PhotoFacts, PhotoType},
};

/// The largest colour profile that is read, in bytes; a larger one is dropped like any metadata.
const PROFILE_MAX_BYTES: usize = 2 * 1024 * 1024;

/// A picture before it is decoded.
#[derive(Debug)]
pub struct Source {
    /// How it is encoded.
    pub encoding: Encoding,
    /// The file without metadata and without whatever follows its end.
    pub content: Vec<u8>,
    /// Pixels as encoded.
    pub width: u32,
    /// Pixels as encoded.
    pub height: u32,
    /// How it is turned before it is shown.
    pub orientation: Orientation,
    /// The colour profile that was in it, in the format of the ICC.
    pub profile: Option<Vec<u8>>,
    /// Memory that decoding takes, in bytes for each hundred pixels.
    pub decoding_cost: u64,
    /// Memory that decoding may take whatever the number of pixels, in bytes.
    pub fixed_cost: u64,
}

/// How a picture is encoded, as far as decoding cares.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Encoding {
    /// JPEG in grey or YCbCr.
    Jpeg,
    /// JPEG in the four inks of printers, which not every viewer shows.
    JpegInks,
    /// PNG that is decoded row by row.
    Png,
    /// PNG in seven passes.
    PngInterlaced,
    /// WebP without transparency, lossy.
    WebPLossy,
    /// Any other WebP.
    WebPWhole,
}

impl Encoding {
    /// The type in which it can be stored as it is.
    #[must_use]
    pub const fn stored(self) -> Option<PhotoType> {
        match self {
            Self::Jpeg => Some(PhotoType::Jpeg),
            Self::Png | Self::PngInterlaced => Some(PhotoType::Png),
            Self::JpegInks | Self::WebPLossy | Self::WebPWhole => None,
        }
    }

    /// Whether it is WebP, which is never stored.
    #[must_use]
    pub const fn is_webp(self) -> bool {
        matches!(self, Self::WebPLossy | Self::WebPWhole)
    }
}

impl Source {
    /// Takes a file apart by its content.
    pub fn of(file: &[u8]) -> Result<Self, Fault> {
        let unreadable = || Fault::of(Code::PhotoUnreadable);
        let format = FileFormat::of_content(file).ok_or_else(unreadable)?;
        let source = match format {
            FileFormat::Jpeg => jpeg::take_apart(file),
            FileFormat::Png => png::take_apart(file),
            FileFormat::WebP => webp::take_apart(file),
            FileFormat::Other(_) => return Err(format.refusal()),
        };
        source.filter(|source| source.width > 0 && source.height > 0).ok_or_else(unreadable)
    }

    /// Whether nothing hides behind its pixels, as far as that can be told: in a PNG, whose data is unpacked for it.
    #[must_use]
    pub fn is_exact(&self) -> bool {
        match self.encoding {
            Encoding::Png | Encoding::PngInterlaced => png::is_exact(&self.content),
            Encoding::Jpeg | Encoding::JpegInks | Encoding::WebPLossy | Encoding::WebPWhole => true,
        }
    }

    /// Its sizes as shown, and its bytes if it were stored as it is.
    #[must_use]
    pub fn facts(&self) -> PhotoFacts {
        let (width_px, height_px) =
            if is_sideways(self.orientation) { (self.height, self.width) } else { (self.width, self.height) };
        PhotoFacts { bytes: u64::try_from(self.content.len()).unwrap_or(u64::MAX), width_px, height_px }
    }
}

/// Whether width and height change places.
const fn is_sideways(orientation: Orientation) -> bool {
    match orientation {
        Orientation::Rotate90 | Orientation::Rotate270 | Orientation::Rotate90FlipH | Orientation::Rotate270FlipH => {
            true
        }
        Orientation::NoTransforms
        | Orientation::Rotate180
        | Orientation::FlipHorizontal
        | Orientation::FlipVertical => false,
    }
}

/// The orientation that EXIF data gives, with or without its header.
fn turned(exif: &[u8]) -> Option<Orientation> {
    Orientation::from_exif_chunk(exif.strip_prefix(b"Exif\0\0").unwrap_or(exif))
}
