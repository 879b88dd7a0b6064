//! Pixels for tests.

use image::{Rgb, RgbImage};

/// The colours of the quarters of [`quarters`], in reading order.
pub const QUARTERS: [[u8; 3]; 4] = [[220, 30, 40], [30, 200, 60], [40, 60, 210], [230, 220, 70]];

/// Four quarters in four colours, so that it can be told how it is turned.
pub fn quarters(width: u32, height: u32) -> RgbImage {
    RgbImage::from_fn(width, height, |x, y| {
        Rgb(QUARTERS[usize::from(x >= width / 2) + 2 * usize::from(y >= height / 2)])
    })
}

/// Noise, which compresses badly.
pub fn noise(width: u32, height: u32) -> RgbImage {
    let mut state = 1_u32;
    RgbImage::from_fn(width, height, |_, _| {
        state ^= state << 13;
        state ^= state >> 17;
        state ^= state << 5;
        let [one, two, three, _] = state.to_le_bytes();
        Rgb([one, two, three])
    })
}
