//! Choices that depend on a text alone, so that the same person is always drawn the same.

/// A stream of choices begun by a text.
pub struct Dice(u64);

impl Dice {
    /// The stream that belongs to a text.
    pub fn of(text: &str) -> Self {
        // FNV-1a: short and the same everywhere.
        Self(
            text.bytes()
                .fold(0xcbf2_9ce4_8422_2325, |sum, byte| (sum ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3)),
        )
    }

    /// A number below `limit`, or 0.
    pub fn below(&mut self, limit: usize) -> usize {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        let spread = usize::try_from(self.0 >> 40).unwrap_or_default();
        spread.checked_rem(limit).unwrap_or_default()
    }

    /// One of these.
    pub fn pick<T: Copy>(&mut self, choices: &[T], otherwise: T) -> T {
        choices.get(self.below(choices.len())).copied().unwrap_or(otherwise)
    }

    /// A share from 0 to 1, in steps of a thousandth.
    pub fn share(&mut self) -> f32 {
        u16::try_from(self.below(1001)).map_or(0.0, |step| f32::from(step) / 1000.0)
    }
}
