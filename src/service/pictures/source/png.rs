//! The chunks of a PNG file: those that make the picture are kept, all others dropped.

use std::io::{self, Read as _};

use flate2::bufread::ZlibDecoder;
use image::metadata::Orientation;

use super::{Encoding, PROFILE_MAX_BYTES, Source, turned};

const SIGNATURE: &[u8] = b"\x89PNG\r\n\x1a\n";

/// What the first chunk says.
struct Header {
    width: u32,
    height: u32,
    depth: u8,
    colour: u8,
    is_interlaced: bool,
}

/// Where each pass over an interlaced picture begins and how far it steps, across and down.
const PASSES: [((u32, u32), (u32, u32)); 7] = [
    ((0, 0), (8, 8)),
    ((4, 0), (8, 8)),
    ((0, 4), (4, 8)),
    ((2, 0), (4, 4)),
    ((0, 2), (2, 4)),
    ((1, 0), (2, 2)),
    ((0, 1), (1, 2)),
];

/// Whether the data of a file that was taken apart is its pixels and nothing else, so that nothing hides behind them.
pub fn is_exact(content: &[u8]) -> bool {
    let Some((header, packed)) = data(content) else { return false };
    let expected = header.data_bytes();
    let mut unpacked = ZlibDecoder::new(&packed[..]);
    let bytes = io::copy(&mut unpacked.by_ref().take(expected + 1), &mut io::sink());
    bytes.is_ok_and(|bytes| bytes == expected) && unpacked.into_inner().is_empty()
}

/// The header, and the data of all its chunks, still packed.
fn data(content: &[u8]) -> Option<(Header, Vec<u8>)> {
    let mut rest = content.strip_prefix(SIGNATURE)?;
    let (mut header, mut packed) = (None, Vec::new());
    while !rest.is_empty() {
        let (length, _) = rest.split_first_chunk::<4>()?;
        let length = usize::try_from(u32::from_be_bytes(*length)).ok()?;
        let (chunk, after) = rest.split_at_checked(length.checked_add(12)?)?;
        rest = after;
        let data = chunk.get(8..8 + length)?;
        match chunk.get(4..8)? {
            b"IHDR" => header = Header::read(data),
            b"IDAT" => packed.extend_from_slice(data),
            _ => {}
        }
    }
    Some((header?, packed))
}

/// The file without texts, times, EXIF, profiles, animation and whatever follows its end. Of an animation the picture
/// stays that is shown where animations are not known. `None` when the chunks cannot be followed to the end.
pub fn take_apart(file: &[u8]) -> Option<Source> {
    let mut rest = file.strip_prefix(SIGNATURE)?;
    let mut content = Vec::with_capacity(file.len());
    content.extend_from_slice(SIGNATURE);
    let (mut header, mut orientation, mut profile) = (None::<Header>, Orientation::NoTransforms, None);
    let mut seen = Seen::default();
    loop {
        let (length, _) = rest.split_first_chunk::<4>()?;
        let length = usize::try_from(u32::from_be_bytes(*length)).ok()?;
        let (chunk, after) = rest.split_at_checked(length.checked_add(12)?)?;
        rest = after;
        let data = chunk.get(8..8 + length)?;
        match (chunk.get(4..8)?, &header) {
            (b"IHDR", None) => header = Some(Header::read(data)?),
            (_, None) => return None,
            (b"IDAT", _) => seen.data = true,
            (kind, Some(header)) if seen.is_needed(kind, length, header) => {}
            (b"IEND", _) => {
                content.extend_from_slice(b"\0\0\0\0IEND\xAE\x42\x60\x82");
                break;
            }
            (b"eXIf", _) => {
                orientation = turned(data).unwrap_or(orientation);
                continue;
            }
            (b"iCCP", _) => {
                profile = inflated(data);
                continue;
            }
            _ => continue,
        }
        content.extend_from_slice(chunk);
    }
    let header = header?;
    Some(Source {
        encoding: if header.is_interlaced { Encoding::PngInterlaced } else { Encoding::Png },
        content,
        width: header.width,
        height: header.height,
        orientation,
        profile,
        decoding_cost: header.decoding_cost(),
        fixed_cost: 0,
    })
}

/// What was met on the way through the chunks.
#[derive(Default)]
struct Seen {
    data: bool,
    palette: Option<usize>,
    kinds: Vec<Vec<u8>>,
}

impl Seen {
    /// Whether a chunk says how the pixels are shown: each once, before the data, and as long as it may be, so that nothing
    /// else is carried in it.
    fn is_needed(&mut self, kind: &[u8], length: usize, header: &Header) -> bool {
        let is_right = match (kind, header.colour) {
            (b"PLTE", 2 | 3 | 6) => length.is_multiple_of(3) && (3..=768).contains(&length),
            (b"tRNS", 0) => length == 2,
            (b"tRNS", 2) => length == 6,
            (b"tRNS", 3) => self.palette.is_some_and(|colours| (1..=colours).contains(&length)),
            (b"gAMA", _) => length == 4,
            (b"cHRM", _) => length == 32,
            (b"sRGB", _) => length == 1,
            _ => false,
        };
        if !is_right || self.data || self.kinds.iter().any(|seen| seen == kind) {
            return false;
        }
        if kind == b"PLTE" {
            self.palette = Some(length / 3);
        }
        self.kinds.push(kind.to_vec());
        true
    }
}

impl Header {
    fn read(data: &[u8]) -> Option<Self> {
        let (width, data) = data.split_first_chunk::<4>()?;
        let (height, data) = data.split_first_chunk::<4>()?;
        let [depth, colour, _, _, interlace] = data else { return None };
        Some(Self {
            width: u32::from_be_bytes(*width),
            height: u32::from_be_bytes(*height),
            depth: *depth,
            colour: *colour,
            is_interlaced: *interlace != 0,
        })
    }

    /// How many bytes its rows have, each with the byte that names its filter.
    fn data_bytes(&self) -> u64 {
        let channels = match self.colour {
            2 => 3,
            4 => 2,
            6 => 4,
            _ => 1,
        };
        let bits = channels * u64::from(self.depth);
        let part = |length: u32, from: u32, step: u32| u64::from(length.saturating_sub(from).div_ceil(step));
        let rows = |across: u64, down: u64| if across == 0 { 0 } else { down * (1 + (across * bits).div_ceil(8)) };
        if !self.is_interlaced {
            return rows(self.width.into(), self.height.into());
        }
        let passes = PASSES.iter().map(|((left, top), (across, down))| {
            rows(part(self.width, *left, *across), part(self.height, *top, *down))
        });
        passes.sum()
    }

    /// A picture in passes lies in the memory whole, eight bits for each channel. A palette may have transparency.
    const fn decoding_cost(&self) -> u64 {
        match (self.is_interlaced, self.colour) {
            (false, _) => 0,
            (true, 0) => 200,
            (true, _) => 400,
        }
    }
}

/// The colour profile of a chunk: a name, a method and the profile, compressed.
fn inflated(data: &[u8]) -> Option<Vec<u8>> {
    let end = data.iter().position(|byte| *byte == 0)?;
    let [0, compressed @ ..] = data.get(end + 1..)? else { return None };
    let mut profile = Vec::new();
    let limit = u64::try_from(PROFILE_MAX_BYTES).ok()? + 1;
    ZlibDecoder::new(compressed).take(limit).read_to_end(&mut profile).ok()?;
    (profile.len() <= PROFILE_MAX_BYTES).then_some(profile)
}
