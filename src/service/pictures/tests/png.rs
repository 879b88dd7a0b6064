//! PNG files put together for tests, chunk by chunk.

use std::io::Write as _;

use flate2::{Compress, Compression, FlushCompress, write::ZlibEncoder};
use image::RgbImage;

/// What the header says.
#[derive(Clone, Copy)]
pub struct Header {
    pub width: u32,
    pub height: u32,
    pub depth: u8,
    pub colour: u8,
    pub is_interlaced: bool,
}

/// A chunk with its checksum.
pub fn chunk(kind: [u8; 4], data: &[u8]) -> Vec<u8> {
    let length = u32::try_from(data.len()).unwrap().to_be_bytes();
    let mut crc = flate2::Crc::new();
    crc.update(&kind);
    crc.update(data);
    [&length[..], &kind, data, &crc.sum().to_be_bytes()].concat()
}

pub fn header(header: Header) -> Vec<u8> {
    let Header { width, height, depth, colour, is_interlaced } = header;
    let rest = [depth, colour, 0, 0, u8::from(is_interlaced)];
    chunk(*b"IHDR", &[&width.to_be_bytes()[..], &height.to_be_bytes(), &rest].concat())
}

pub fn zlib(data: &[u8]) -> Vec<u8> {
    let mut encoder = ZlibEncoder::new(Vec::new(), Compression::fast());
    encoder.write_all(data).unwrap();
    encoder.finish().unwrap()
}

/// So many zeros, compressed, without ever having them: the same slice, which knows nothing of those before it.
pub fn zlib_of_zeros(count: usize) -> Vec<u8> {
    const SLICE: usize = 1 << 20;
    let deflated = |zeros: usize, flush| {
        let mut out = Vec::with_capacity(4096);
        Compress::new(Compression::best(), false).compress_vec(&vec![0; zeros], &mut out, flush).unwrap();
        out
    };
    let slices = deflated(SLICE, FlushCompress::Full).repeat(count / SLICE);
    let rest = deflated(count % SLICE, FlushCompress::Finish);
    let checksum = (u32::try_from(count % 65_521).unwrap() << 16) + 1;
    [&[0x78, 0xDA], &slices[..], &rest, &checksum.to_be_bytes()].concat()
}

/// A file of these chunks between signature and end.
pub fn file(chunks: &[Vec<u8>]) -> Vec<u8> {
    [b"\x89PNG\r\n\x1a\n".as_slice(), &chunks.concat(), &chunk(*b"IEND", b"")].concat()
}

/// A picture whose every byte is zero.
pub fn blank(head: Header) -> Vec<u8> {
    let samples = match head.colour {
        2 => 3,
        4 => 2,
        6 => 4,
        _ => 1,
    };
    let row = |width: usize| 1 + (width * samples * usize::from(head.depth)).div_ceil(8);
    let (width, height) = (usize::try_from(head.width).unwrap(), usize::try_from(head.height).unwrap());
    let bytes: usize = if head.is_interlaced {
        let passes = passes(width, height);
        passes.iter().filter(|(across, _)| *across > 0).map(|(across, down)| row(*across) * down).sum()
    } else {
        row(width) * height
    };
    file(&[header(head), chunk(*b"IDAT", &zlib_of_zeros(bytes))])
}

/// Width and height of the seven passes.
fn passes(width: usize, height: usize) -> [(usize, usize); 7] {
    let part = |length: usize, from: usize, step: usize| length.saturating_sub(from).div_ceil(step);
    PASSES.map(|(x, y, dx, dy)| (part(width, x, dx), part(height, y, dy)))
}

const PASSES: [(usize, usize, usize, usize); 7] =
    [(0, 0, 8, 8), (4, 0, 8, 8), (0, 4, 4, 8), (2, 0, 4, 4), (0, 2, 2, 4), (1, 0, 2, 2), (0, 1, 1, 2)];

/// The rows of a picture in which a pixel has these bytes.
pub fn rows(picture: &RgbImage, is_interlaced: bool, bytes: impl Fn([u8; 3]) -> Vec<u8>) -> Vec<u8> {
    let passes = if is_interlaced { &PASSES[..] } else { &[(0, 0, 1, 1)] };
    let (width, height) = (picture.width() as usize, picture.height() as usize);
    let mut out = Vec::new();
    for (x, y, dx, dy) in passes.iter().copied().filter(|(x, ..)| *x < width) {
        for row in (y..height).step_by(dy) {
            out.push(0);
            for column in (x..width).step_by(dx) {
                let pixel = picture.get_pixel(u32::try_from(column).unwrap(), u32::try_from(row).unwrap());
                out.extend(bytes(pixel.0));
            }
        }
    }
    out
}

/// The picture with this colour type and depth.
pub fn of(
    picture: &RgbImage,
    (colour, depth): (u8, u8),
    is_interlaced: bool,
    bytes: impl Fn([u8; 3]) -> Vec<u8>,
) -> [Vec<u8>; 2] {
    let head = Header { width: picture.width(), height: picture.height(), depth, colour, is_interlaced };
    [header(head), chunk(*b"IDAT", &zlib(&rows(picture, is_interlaced, bytes)))]
}

/// The picture in eight bits of red, green and blue.
pub fn plain(picture: &RgbImage) -> [Vec<u8>; 2] {
    of(picture, (2, 8), false, |pixel| pixel.to_vec())
}
