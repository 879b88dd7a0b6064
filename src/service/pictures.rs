//! Uploaded pictures: checked, decoded, freed of metadata, made to fit where that is asked for.
//!
//! The work is bounded four ways: by pixels and by memory before anything is decoded, in how much is done for one picture,
//! and in how many are worked on at once.

mod colour;
mod fit;
mod pixels;
mod source;

use std::sync::Arc;

use bytes::Bytes;
use image::{DynamicImage, metadata::Orientation};
use tokio::sync::Semaphore;

use self::{colour::Conversion, pixels::MEMORY_PER_PICTURE, source::Source};
use crate::domain::{
    fault::{Code, Fault},
    photo::{FileFormat, PhotoFacts, PhotoLimits, PhotoType},
};

/// Memory for all pictures together, in bytes, whatever the number of requests.
const MEMORY: u64 = 512 * 1024 * 1024;

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
    /// The work was broken off: the server is shutting down.
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
        let at_once = usize::try_from(MEMORY / MEMORY_PER_PICTURE).unwrap_or(1);
        Self { places: Arc::new(Semaphore::new(at_once)) }
    }
}

impl Pictures {
    /// Makes of an upload what is stored: on the blocking pool, after waiting for a place.
    /// With `fit`, one that cannot be stored as it is is scaled and encoded again.
    pub async fn prepare(&self, upload: Bytes, limits: PhotoLimits, fit: bool) -> Result<Picture, PictureError> {
        let place = Arc::clone(&self.places).acquire_owned().await.map_err(|_| PictureError::Interrupted)?;
        let work = tokio::task::spawn_blocking(move || {
            let picture = prepare(&upload, limits, fit);
            drop(place);
            picture
        });
        match work.await {
            Ok(picture) => picture.map_err(PictureError::Refused),
            // A decoder that panics has met a file that it does not understand.
            Err(error) if error.is_panic() => {
                log::error!("a picture made its decoder panic");
                Err(PictureError::Refused(unreadable()))
            }
            Err(_) => Err(PictureError::Interrupted),
        }
    }
}

/// See [`Pictures::prepare`].
///
/// A JPEG or PNG within the limits stays as it is encoded, only without metadata. One that would be shown otherwise then,
/// as it is to be turned or is not in the usual colours, is encoded again even without `fit`; so is one behind whose pixels
/// something hides.
pub fn prepare(upload: &[u8], limits: PhotoLimits, fit: bool) -> Result<Picture, Vec<Fault>> {
    let one = |fault: Fault| vec![fault];
    let source = Source::of(upload).map_err(one)?;
    if source.encoding.is_webp() && !fit {
        return Err(one(FileFormat::WebP.refusal()));
    }
    let sides = (source.width, source.height);
    let size = fit::first_size(sides, limits);
    // Of a picture that is not even decoded nothing else is said.
    pixels::check(&source, fit::factor(sides, size)).map_err(one)?;
    let faults = source.facts().faults(limits);
    if !faults.iter().all(|fault| fit && fault.code == Code::PhotoTooLarge) {
        return Err(faults);
    }
    let conversion = source.profile.as_deref().and_then(Conversion::of);
    let stays = faults.is_empty()
        && conversion.is_none()
        && source.orientation == Orientation::NoTransforms
        && source.is_exact();
    match source.encoding.stored() {
        Some(kind) if stays => kept(source, kind),
        _ => encoded_again(source, size, conversion.as_ref(), limits),
    }
}

/// The picture as it is encoded. It is decoded nevertheless, to prove that it is one, and for the small picture.
fn kept(source: Source, kind: PhotoType) -> Result<Picture, Vec<Fault>> {
    let sides = (source.width, source.height);
    let shown = pixels::decode(&source, fit::factor(sides, fit::thumb_size(sides))).ok_or_else(unreadable)?;
    let thumb = fit::thumb(&shown).ok_or_else(unreadable)?;
    Ok(Picture { kind, facts: source.facts(), content: source.content.into(), thumb: thumb.into() })
}

/// The picture upright, in the usual colours, scaled to this size or below, as a JPEG.
fn encoded_again(
    source: Source,
    size: (u32, u32),
    conversion: Option<&Conversion>,
    limits: PhotoLimits,
) -> Result<Picture, Vec<Fault>> {
    let decoded = pixels::decode(&source, fit::factor((source.width, source.height), size)).ok_or_else(unreadable)?;
    let orientation = source.orientation;
    drop(source);
    let mut shown = fit::resize(decoded, size).ok_or_else(unreadable)?;
    if let Some(conversion) = conversion {
        conversion.apply(&mut shown);
    }
    let mut shown = DynamicImage::ImageRgb8(shown);
    shown.apply_orientation(orientation);
    let (content, shown) = fit::encode(shown.into_rgb8(), limits).ok_or_else(|| vec![cannot_fit(limits)])?;
    let thumb = fit::thumb(&shown).ok_or_else(unreadable)?;
    let bytes = u64::try_from(content.len()).unwrap_or(u64::MAX);
    let facts = PhotoFacts { bytes, width_px: shown.width(), height_px: shown.height() };
    Ok(Picture { kind: PhotoType::Jpeg, content: content.into(), facts, thumb: thumb.into() })
}

fn unreadable() -> Vec<Fault> {
    vec![Fault::of(Code::PhotoUnreadable)]
}

/// No size and quality is small and good enough.
fn cannot_fit(limits: PhotoLimits) -> Fault {
    Fault::of(Code::PhotoTooLarge).with("limit", limits.max_bytes)
}

#[cfg(test)]
mod tests;
