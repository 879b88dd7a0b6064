//! The QR code that leads to the public check.

use qrcodegen::{QrCode, QrCodeEcc};

/// The modules of a code, row by row.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Code {
    /// So many in a row, and so many rows.
    pub side: usize,
    dark: Vec<bool>,
}

/// The text is longer than a code can hold.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("the address is too long for a QR code")]
pub struct TooLong;

impl Code {
    /// The code of a text. A quarter of it may be worn away and it is still read.
    pub fn of(text: &str) -> Result<Self, TooLong> {
        let code = QrCode::encode_text(text, QrCodeEcc::Quartile).map_err(|_| TooLong)?;
        let size = code.size();
        let dark = (0..size).flat_map(|y| (0..size).map(move |x| (x, y))).map(|(x, y)| code.get_module(x, y));
        Ok(Self { side: usize::try_from(size).map_err(|_| TooLong)?, dark: dark.collect() })
    }

    /// Whether a module is dark.
    #[must_use]
    pub fn is_dark(&self, x: usize, y: usize) -> bool {
        self.dark.get(y * self.side + x).copied().unwrap_or(false)
    }

    /// The dark modules that stand beside each other in a row, as one rectangle each: left, top, width, height, in modules.
    #[must_use]
    pub fn bars(&self) -> Vec<(usize, usize, usize)> {
        let mut bars: Vec<(usize, usize, usize)> = Vec::new();
        for y in 0..self.side {
            for x in (0..self.side).filter(|x| self.is_dark(*x, y)) {
                match bars.last_mut() {
                    Some((left, row, width)) if *row == y && *left + *width == x => *width += 1,
                    _ => bars.push((x, y, 1)),
                }
            }
        }
        bars
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_code_is_read_as_it_was_written() {
        let text = "https://haoren.wuhan.gov.cn/api/v1/certificates/2026-11-DED-0001";
        let code = Code::of(text).unwrap();
        let from_bars = |x: usize, y: usize| {
            code.bars().iter().any(|(left, row, width)| *row == y && (*left..left + width).contains(&x))
        };
        let (scale, quiet) = (4, 4);
        let side = (code.side + 2 * quiet) * scale;
        let mut picture = rqrr::PreparedImage::prepare_from_greyscale(side, side, |x, y| {
            let (x, y) = ((x / scale).wrapping_sub(quiet), (y / scale).wrapping_sub(quiet));
            if x < code.side && y < code.side && from_bars(x, y) { 0 } else { 255 }
        });
        let grids = picture.detect_grids();
        assert_eq!(grids.len(), 1);
        assert_eq!(grids[0].decode().unwrap().1, text);
    }

    #[test]
    fn what_is_too_long_is_refused() {
        assert_eq!(Code::of(&"a".repeat(2000)), Err(TooLong));
    }
}
