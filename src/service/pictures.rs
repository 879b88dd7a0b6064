//! Uploaded pictures: decoded and checked, freed of metadata, made to fit where that is asked for.
//!
//! Decoding is bounded three ways: by pixels before it begins, by memory while it runs, and in how many run at once.

mod fit;
mod jpeg;
mod png;

use std::{io::Cursor, sync::Arc};

use bytes::Bytes;
use image::{DynamicImage, ImageDecoder, ImageFormat, ImageReader, Limits, metadata::Orientation};
use tokio::sync::Semaphore;

use crate::domain::{
    fault::{Code, Fault},
    photo::{MAX_PIXELS, PhotoFacts, PhotoLimits, PhotoType},
};

/// Memory one decoding may take, in bytes: 50 megapixels of four bytes, with some room.
const MAX_DECODED_BYTES: u64 = 256 * 1024 * 1024;
/// Pictures decoded at once, whatever the number of requests.
const AT_ONCE: usize = 2;

/// A picture as it is stored.
#[derive(Clone, Debug)]
pub struct Picture {
    /// Its type.
    pub kind: PhotoType,
    /// Its bytes, without metadata.
    pub content: Bytes,
    /// Its sizes, as shown.
    pub facts: PhotoFacts,
    /// A small picture of it, a JPEG.
    pub thumb: Bytes,
}

/// Why a picture was not taken.
#[derive(Debug, thiserror::Error)]
pub enum PictureError {
    /// The picture breaks the rules; all faults, with empty pointers.
    #[error("the picture is not accepted")]
    Refused(Vec<Fault>),
    /// The work was broken off: the server is shutting down, or decoding panicked.
    #[error("the picture could not be worked on")]
    Interrupted,
}

/// Works on pictures, a few at once. Cheap to clone.
#[derive(Clone, Debug)]
pub struct Pictures {
    places: Arc<Semaphore>,
}

impl Default for Pictures {
    fn default() -> Self {
        Self { places: Arc::new(Semaphore::new(AT_ONCE)) }
    }
}

impl Pictures {
    /// Makes of an upload what is stored: on the blocking pool, after waiting for a place.
    /// With `fit`, one that is too large is scaled down and encoded again.
    pub async fn prepare(&self, upload: Bytes, limits: PhotoLimits, fit: bool) -> Result<Picture, PictureError> {
        let place = Arc::clone(&self.places).acquire_owned().await.map_err(|_| PictureError::Interrupted)?;
        let work = tokio::task::spawn_blocking(move || {
            let picture = prepare(&upload, limits, fit);
            drop(place);
            picture
        });
        work.await.map_err(|_| PictureError::Interrupted)?.map_err(PictureError::Refused)
    }
}

/// See [`Pictures::prepare`].
pub fn prepare(upload: &[u8], limits: PhotoLimits, fit: bool) -> Result<Picture, Vec<Fault>> {
    let kind = PhotoType::of_content(upload).ok_or_else(unreadable)?;
    let (stripped, orientation) = match kind {
        PhotoType::Jpeg => jpeg::without_metadata(upload).ok_or_else(unreadable)?,
        PhotoType::Png => (png::without_metadata(upload).ok_or_else(unreadable)?, Orientation::NoTransforms),
    };
    let mut decoded = decode(&stripped, kind)?;
    decoded.apply_orientation(orientation);
    let facts = facts(stripped.len(), &decoded);
    let faults = facts.faults(limits);
    if faults.is_empty() {
        let thumb = fit::thumb(&decoded).ok_or_else(unreadable)?;
        return Ok(Picture { kind, content: stripped.into(), facts, thumb: thumb.into() });
    }
    let can_be_fitted = faults.iter().all(|fault| fault.code == Code::PhotoTooLarge);
    if !(fit && can_be_fitted) {
        return Err(faults);
    }
    let (content, shown) = fit::shrink(decoded, limits).ok_or(faults)?;
    let facts = self::facts(content.len(), &shown);
    let thumb = fit::thumb(&shown).ok_or_else(unreadable)?;
    Ok(Picture { kind: PhotoType::Jpeg, content: content.into(), facts, thumb: thumb.into() })
}

fn unreadable() -> Vec<Fault> {
    vec![Fault::of(Code::PhotoUnreadable)]
}

fn facts(bytes: usize, picture: &DynamicImage) -> PhotoFacts {
    PhotoFacts {
        bytes: u64::try_from(bytes).unwrap_or(u64::MAX),
        width_px: picture.width(),
        height_px: picture.height(),
    }
}

/// Decodes the whole picture, which is the only proof that it is one. The pixels are counted before any is decoded.
fn decode(content: &[u8], kind: PhotoType) -> Result<DynamicImage, Vec<Fault>> {
    let format = match kind {
        PhotoType::Jpeg => ImageFormat::Jpeg,
        PhotoType::Png => ImageFormat::Png,
    };
    let mut limits = Limits::default();
    limits.max_alloc = Some(MAX_DECODED_BYTES);
    let mut reader = ImageReader::with_format(Cursor::new(content), format);
    reader.limits(limits);
    let decoder = reader.into_decoder().map_err(|_| unreadable())?;
    let (width, height) = decoder.dimensions();
    let pixels = u64::from(width) * u64::from(height);
    if pixels > MAX_PIXELS || decoder.total_bytes() > MAX_DECODED_BYTES {
        let fault = Fault::of(Code::PhotoTooLarge).with("limit_pixels", MAX_PIXELS);
        return Err(vec![fault.with("actual_pixels", pixels)]);
    }
    DynamicImage::from_decoder(decoder).map_err(|_| unreadable())
}

#[cfg(test)]
mod tests;
