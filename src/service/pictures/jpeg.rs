//! The segments of a JPEG file: metadata is dropped, and the picture's data is left as it is.

use image::metadata::Orientation;

const SOI: u8 = 0xD8;
const EOI: u8 = 0xD9;
const SOS: u8 = 0xDA;
const APP0: u8 = 0xE0;
const APP1: u8 = 0xE1;
const APP2: u8 = 0xE2;
const APP14: u8 = 0xEE;
const APP15: u8 = 0xEF;
const COM: u8 = 0xFE;
/// A colour profile above this size, in bytes, is dropped with the rest.
const PROFILE_MAX_BYTES: usize = 16 * 1024;

/// The file without EXIF, XMP, comments, thumbnails and whatever follows its end, and how it is to be turned.
/// A turned picture keeps an EXIF segment that says this and nothing else. `None` when the segments cannot be followed.
pub fn without_metadata(file: &[u8]) -> Option<(Vec<u8>, Orientation)> {
    let mut rest = file.strip_prefix(&[0xFF, SOI])?;
    let mut orientation = Orientation::NoTransforms;
    let mut header: Vec<u8> = Vec::new();
    let mut kept: Vec<u8> = Vec::with_capacity(file.len());
    loop {
        let (marker, after) = next_marker(rest)?;
        if marker == EOI {
            break;
        }
        let (payload, after) = payload(after)?;
        rest = after;
        match marker {
            APP0 => header.extend(jfif(payload).unwrap_or_default()),
            APP1 => orientation = turned(payload).unwrap_or(orientation),
            APP2 if payload.starts_with(b"ICC_PROFILE\0") && payload.len() <= PROFILE_MAX_BYTES => {
                segment(&mut kept, marker, payload);
            }
            APP14 if payload.starts_with(b"Adobe") => segment(&mut kept, marker, payload),
            APP0..=APP15 | COM => {}
            SOS => {
                segment(&mut kept, marker, payload);
                let length = scan_length(rest);
                let (scan, after) = rest.split_at_checked(length)?;
                kept.extend_from_slice(scan);
                rest = after;
                if rest.is_empty() {
                    break;
                }
            }
            _ => segment(&mut kept, marker, payload),
        }
    }
    let mut out = vec![0xFF, SOI];
    out.extend(header);
    if orientation != Orientation::NoTransforms {
        segment(&mut out, APP1, &exif_of(orientation));
    }
    out.extend(kept);
    out.extend([0xFF, EOI]);
    Some((out, orientation))
}

/// The next marker and what follows it. Filling bytes before a marker are allowed.
fn next_marker(bytes: &[u8]) -> Option<(u8, &[u8])> {
    let mut rest = bytes.strip_prefix(&[0xFF])?;
    while let [0xFF, more @ ..] = rest {
        rest = more;
    }
    let (&marker, after) = rest.split_first()?;
    (marker != 0).then_some((marker, after))
}

fn payload(bytes: &[u8]) -> Option<(&[u8], &[u8])> {
    let (length, _) = bytes.split_first_chunk::<2>()?;
    let (with_length, after) = bytes.split_at_checked(usize::from(u16::from_be_bytes(*length)))?;
    Some((with_length.get(2..)?, after))
}

/// How many bytes of entropy-coded data follow: up to the next marker that is neither stuffing nor a restart.
fn scan_length(bytes: &[u8]) -> usize {
    let next = bytes.windows(2).position(|pair| matches!(pair, [0xFF, 1..=0xCF | SOI..=0xFE]));
    next.unwrap_or(bytes.len())
}

fn segment(out: &mut Vec<u8>, marker: u8, payload: &[u8]) {
    let length = u16::try_from(payload.len() + 2).unwrap_or(u16::MAX);
    out.extend([0xFF, marker]);
    out.extend(length.to_be_bytes());
    out.extend_from_slice(payload);
}

/// The JFIF header with its pixel density and without its thumbnail.
fn jfif(payload: &[u8]) -> Option<Vec<u8>> {
    let head = payload.strip_prefix(b"JFIF\0")?.get(..7)?;
    let mut out = Vec::new();
    segment(&mut out, APP0, &[b"JFIF\0", head, &[0, 0]].concat());
    Some(out)
}

fn turned(payload: &[u8]) -> Option<Orientation> {
    Orientation::from_exif_chunk(payload.strip_prefix(b"Exif\0\0")?)
}

/// An EXIF segment with one entry: the orientation.
fn exif_of(orientation: Orientation) -> Vec<u8> {
    let mut exif = b"Exif\0\0MM\0\x2A\0\0\0\x08\0\x01\x01\x12\0\x03\0\0\0\x01\0".to_vec();
    exif.extend([orientation.to_exif(), 0, 0, 0, 0, 0, 0]);
    exif
}
