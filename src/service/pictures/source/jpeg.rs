//! The segments of a JPEG file. Only those that the decoder needs are kept, those that steer the colours written anew.

use image::metadata::Orientation;

use super::{Encoding, PROFILE_MAX_BYTES, Source, turned};

const SOF0: u8 = 0xC0;
const SOF1: u8 = 0xC1;
const SOF2: u8 = 0xC2;
const DHT: u8 = 0xC4;
const SOI: u8 = 0xD8;
const EOI: u8 = 0xD9;
const SOS: u8 = 0xDA;
const DQT: u8 = 0xDB;
const DRI: u8 = 0xDD;
const APP0: u8 = 0xE0;
const APP1: u8 = 0xE1;
const APP2: u8 = 0xE2;
const APP14: u8 = 0xEE;
const APP15: u8 = 0xEF;
const JPG0: u8 = 0xF0;
const COM: u8 = 0xFE;

/// Passes over one picture at most; encoders write about ten.
const MAX_SCANS: u64 = 100;
/// Pixels of all passes together at most, as each pass costs time however little it says.
const MAX_SCANNED_PIXELS: u64 = 1_000_000_000;
/// Each part of a colour profile begins with this, its number and the number of parts.
const PROFILE_MARK: &[u8] = b"ICC_PROFILE\0";

/// What is learned of a file on the way through its segments.
#[derive(Default)]
struct Walk {
    kept: Vec<u8>,
    frame: Option<Frame>,
    scans: u64,
    scanned: u64,
    is_jfif: bool,
    transform: Option<u8>,
    orientation: Option<Orientation>,
    profile: Vec<(u8, u8, Vec<u8>)>,
}

/// What the header of the one frame says.
struct Frame {
    width: u16,
    height: u16,
    is_progressive: bool,
    /// Sampling of each component, across and down.
    sampling: Vec<(u8, u8)>,
}

/// The file without EXIF, XMP, comments, thumbnails, profiles and whatever follows its end.
/// `None` when the segments cannot be followed to the end, or when the picture is of a kind that is not decoded.
pub fn take_apart(file: &[u8]) -> Option<Source> {
    let mut rest = file.strip_prefix(&[0xFF, SOI])?;
    let mut walk = Walk { kept: Vec::with_capacity(file.len()), ..Walk::default() };
    loop {
        let (marker, after) = next_marker(rest)?;
        if marker == EOI {
            break;
        }
        let (payload, after) = payload(after)?;
        walk.take(marker, payload)?;
        rest = after;
        if marker == SOS {
            let (scan, after) = rest.split_at_checked(scan_length(rest)?)?;
            walk.kept.extend_from_slice(scan);
            walk.scanned += u64::try_from(scan.len()).ok()?;
            rest = after;
        }
    }
    walk.end()
}

impl Walk {
    fn take(&mut self, marker: u8, payload: &[u8]) -> Option<()> {
        match marker {
            SOF0 | SOF1 | SOF2 => {
                if self.frame.replace(Frame::read(marker, payload)?).is_some() {
                    return None;
                }
                segment(&mut self.kept, marker, payload);
            }
            SOS => {
                self.scans += 1;
                self.frame.as_ref()?;
                segment(&mut self.kept, marker, payload);
            }
            DHT | DQT | DRI => segment(&mut self.kept, marker, payload),
            APP0 => self.is_jfif |= payload.starts_with(b"JFIF\0"),
            APP1 => self.orientation = self.orientation.or_else(|| turned(payload.strip_prefix(b"Exif\0\0")?)),
            APP2 => self.take_profile(payload),
            APP14 if payload.starts_with(b"Adobe") => self.transform = Some(*payload.get(11)?),
            APP0..=APP15 | JPG0..=COM => {}
            _ => return None,
        }
        Some(())
    }

    fn take_profile(&mut self, payload: &[u8]) {
        let gathered: usize = self.profile.iter().map(|(_, _, part)| part.len()).sum();
        if let Some([number, of, part @ ..]) = payload.strip_prefix(PROFILE_MARK)
            && gathered + part.len() <= PROFILE_MAX_BYTES
        {
            self.profile.push((*number, *of, part.to_vec()));
        }
    }

    fn end(mut self) -> Option<Source> {
        let frame = self.frame.take()?;
        let pixels = u64::from(frame.width) * u64::from(frame.height);
        let is_bounded = self.scans <= MAX_SCANS && self.scans * pixels <= MAX_SCANNED_PIXELS.max(pixels * 4);
        if self.scans == 0 || !is_bounded || self.scanned * 8 < frame.least_bits() {
            return None;
        }
        let mut content = Vec::with_capacity(self.kept.len() + 64);
        content.extend([0xFF, SOI]);
        if self.is_jfif {
            segment(&mut content, APP0, b"JFIF\0\x01\x01\0\0\x01\0\x01\0\0");
        }
        if let Some(transform) = self.transform {
            segment(&mut content, APP14, &[b"Adobe\0\x64\0\0\0\0".as_slice(), &[transform]].concat());
        }
        content.append(&mut self.kept);
        content.extend([0xFF, EOI]);
        let has_inks = frame.sampling.len() == 4;
        Some(Source {
            encoding: if has_inks { Encoding::JpegInks } else { Encoding::Jpeg },
            content,
            width: frame.width.into(),
            height: frame.height.into(),
            orientation: self.orientation.unwrap_or(Orientation::NoTransforms),
            // The inks are mixed by rule, into the usual colours; no profile fits these.
            profile: joined(self.profile).filter(|_| !has_inks),
            decoding_cost: frame.decoding_cost(self.scans),
            fixed_cost: 0,
        })
    }
}

impl Frame {
    fn read(marker: u8, payload: &[u8]) -> Option<Self> {
        let [8, h1, h0, w1, w0, count, components @ ..] = payload else { return None };
        let is_known = matches!(count, 1 | 3 | 4) && components.len() == usize::from(*count) * 3;
        if !is_known {
            return None;
        }
        let sampling = components.chunks_exact(3).map(|component| match component {
            [_, both, _] if matches!(both >> 4, 1..=4) && matches!(both & 15, 1..=4) => Some((both >> 4, both & 15)),
            _ => None,
        });
        Some(Self {
            height: u16::from_be_bytes([*h1, *h0]),
            width: u16::from_be_bytes([*w1, *w0]),
            is_progressive: marker == SOF2,
            sampling: sampling.collect::<Option<_>>()?,
        })
    }

    /// Fewer bits cannot say what is in every block: one code for its mean, and without passes one for the rest.
    fn least_bits(&self) -> u64 {
        let blocks = u64::from(self.width.div_ceil(8)) * u64::from(self.height.div_ceil(8));
        if self.is_progressive { blocks } else { blocks * 2 }
    }

    /// Three bytes for each pixel as decoded; with more than one pass, two bytes for each coefficient of each component
    /// as well.
    fn decoding_cost(&self, scans: u64) -> u64 {
        if !self.is_progressive && scans == 1 {
            return 300;
        }
        let across = self.sampling.iter().map(|(across, _)| u64::from(*across)).max().unwrap_or(1);
        let down = self.sampling.iter().map(|(_, down)| u64::from(*down)).max().unwrap_or(1);
        let samples: u64 = self.sampling.iter().map(|(across, down)| u64::from(*across) * u64::from(*down)).sum();
        300 + (200 * samples).div_ceil(across * down)
    }
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
/// `None` when the file ends first.
fn scan_length(bytes: &[u8]) -> Option<usize> {
    let mut from = 0;
    loop {
        let rest = bytes.get(from..)?;
        from += rest.iter().position(|byte| *byte == 0xFF)?;
        match bytes.get(from + 1)? {
            1..=0xCF | SOI..=COM => return Some(from),
            _ => from += 1,
        }
    }
}

fn segment(out: &mut Vec<u8>, marker: u8, payload: &[u8]) {
    let length = u16::try_from(payload.len() + 2).unwrap_or(u16::MAX);
    out.extend([0xFF, marker]);
    out.extend(length.to_be_bytes());
    out.extend_from_slice(payload);
}

/// The profile of all its parts; `None` when one is missing.
fn joined(mut parts: Vec<(u8, u8, Vec<u8>)>) -> Option<Vec<u8>> {
    parts.sort();
    let count = u8::try_from(parts.len()).ok().filter(|count| *count > 0)?;
    let is_whole = (1..=count).zip(&parts).all(|(at, (number, of, _))| *number == at && *of == count);
    is_whole.then(|| parts.into_iter().flat_map(|(_, _, part)| part).collect())
}
