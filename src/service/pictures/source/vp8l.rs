//! The head of lossless WebP data, up to the pixels: what is told there decides how much memory its decoder takes, and the
//! sizes of the picture do not bound it. See the WebP Lossless Bitstream Specification, sections 4 to 6.

use crate::domain::photo::{MAX_PIXELS, too_many_pixels};

/// The symbols of brightness, red, blue, transparency and distance, before a cache of colours adds to the first.
const ALPHABETS: [usize; 5] = [256 + 24, 256, 256, 256, 40];
/// The first symbol that copies earlier pixels, and the first that takes one from the cache.
const COPY: u16 = 256;
const CACHED: u16 = 256 + 24;
/// The order in which the lengths of the code of lengths are written.
const LENGTH_ORDER: [usize; 19] = [17, 18, 0, 1, 2, 3, 4, 5, 16, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15];
/// Bits that the decoder looks up at once; longer codes go on in a tree.
const TABLE_BITS: usize = 10;
/// More memory than any picture is given, in bytes.
const ENOUGH: u64 = 1 << 28;
/// The most groups of codes that are read, as each takes time; libwebp writes 2,600 at most.
const GROUPS: u32 = 8_192;
/// What the decoder keeps for a group of codes whatever they are, in bytes, while its list of groups grows.
const GROUP_BYTES: u64 = 3 * 5 * 56;
/// What the allocator may add to a code's table and tree, in bytes.
const CODE_BYTES: u64 = 96;
/// What the decoder keeps for a symbol in a tree, in bytes.
const LEAF_BYTES: u64 = 32;

/// Memory in bytes that decoding takes beside the pixels, for a picture of these sides: transformations, the map of groups
/// and the codes of each. Counted no further than to [`ENOUGH`], and not at all for more pixels than are decoded. `None`
/// when the data cannot be followed, so that it cannot be decoded either, and when it has more groups than any encoder
/// writes.
pub fn tables((width, height): (u32, u32), data: &[u8]) -> Option<u64> {
    if too_many_pixels((width, height), MAX_PIXELS).is_some() {
        return Some(0);
    }
    let mut bits = Bits { data, held: 0, count: 0 };
    let mut width = width;
    let mut bytes = 0;
    let mut seen = 0_u32;
    while bits.read(1)? == 1 {
        let transformation = bits.read(2)?;
        if seen >> transformation & 1 == 1 {
            return None;
        }
        seen |= 1 << transformation;
        match transformation {
            0 | 1 => bytes += 4 * bits.small_picture(width, height)?.pixels,
            2 => {}
            _ => {
                let colours = bits.read(8)? + 1;
                bits.picture(colours.into())?;
                width = width.div_ceil(match colours {
                    1..=2 => 8,
                    3..=4 => 4,
                    5..=16 => 2,
                    _ => 1,
                });
            }
        }
    }
    let cached = bits.cached()?;
    let mut groups = 1;
    if bits.read(1)? == 1 {
        let map = bits.small_picture(width, height)?;
        bytes += 6 * map.pixels;
        groups += u32::from(map.largest);
        if groups > GROUPS {
            return None;
        }
    }
    for _ in 0..groups {
        bytes += GROUP_BYTES;
        for code in bits.group(cached)? {
            bytes += code.bytes();
        }
        if bytes > ENOUGH {
            break;
        }
    }
    Some(bytes)
}

/// A picture that describes the one it is in.
struct Described {
    pixels: u64,
    /// The largest number that red and green make together.
    largest: u16,
}

/// The data bit by bit, the lowest first.
struct Bits<'a> {
    data: &'a [u8],
    held: u64,
    count: u32,
}

impl Bits<'_> {
    /// At most 32 at once.
    fn read(&mut self, bits: u32) -> Option<u32> {
        while self.count < bits {
            let (byte, rest) = self.data.split_first()?;
            self.held |= u64::from(*byte) << self.count;
            self.count += 8;
            self.data = rest;
        }
        let value = self.held & ((1 << bits) - 1);
        self.held >>= bits;
        self.count -= bits;
        u32::try_from(value).ok()
    }

    /// The size of the cache of colours.
    fn cached(&mut self) -> Option<usize> {
        if self.read(1)? == 0 {
            return Some(0);
        }
        let bits = self.read(4)?;
        (1..=11).contains(&bits).then(|| 1 << bits)
    }

    /// A picture with one pixel for each square of the one of these sides.
    fn small_picture(&mut self, width: u32, height: u32) -> Option<Described> {
        let side = 1 << (self.read(3)? + 2);
        self.picture(u64::from(width.div_ceil(side)) * u64::from(height.div_ceil(side)))
    }

    /// The pixels are passed over; a copied or cached one is one that was written before.
    fn picture(&mut self, pixels: u64) -> Option<Described> {
        let cached = self.cached()?;
        let [green, red, blue, alpha, distance] = self.group(cached)?;
        let mut largest = 0;
        let mut done = 0;
        while done < pixels {
            let symbol = green.read(self)?;
            if symbol >= CACHED && green.is_single() {
                // Nothing is written of a picture that is all from the cache.
                break;
            }
            if symbol < COPY {
                largest = largest.max(red.read(self)? << 8 | symbol);
                blue.read(self)?;
                alpha.read(self)?;
                done += 1;
                if [&green, &red, &blue, &alpha].iter().all(|code| code.is_single()) {
                    // Nothing is written of a picture in one colour.
                    done = pixels;
                }
            } else if symbol < CACHED {
                if done == 0 {
                    // There is nothing to copy yet.
                    return None;
                }
                done += self.prefixed(symbol - COPY)?;
                let symbol = distance.read(self)?;
                self.prefixed(symbol)?;
            } else {
                done += 1;
            }
        }
        (done <= pixels).then_some(Described { pixels, largest })
    }

    /// A length or distance.
    fn prefixed(&mut self, symbol: u16) -> Option<u64> {
        let symbol = u32::from(symbol);
        if symbol < 4 {
            return Some(u64::from(symbol) + 1);
        }
        let extra = (symbol - 2) / 2;
        Some((u64::from(2 + symbol % 2) << extra) + u64::from(self.read(extra)?) + 1)
    }

    fn group(&mut self, cached: usize) -> Option<[Code; 5]> {
        let [green, red, blue, alpha, distance] = ALPHABETS;
        Some([self.code(green + cached)?, self.code(red)?, self.code(blue)?, self.code(alpha)?, self.code(distance)?])
    }

    fn code(&mut self, alphabet: usize) -> Option<Code> {
        if self.read(1)? == 0 {
            return Code::of(&self.lengths(alphabet)?);
        }
        let two = self.read(1)? == 1;
        let first = if self.read(1)? == 1 { 8 } else { 1 };
        let mut symbols = vec![u16::try_from(self.read(first)?).ok()?];
        if two {
            symbols.push(u16::try_from(self.read(8)?).ok()?);
        }
        let mut counts = [0; 16];
        *counts.get_mut(1)? = u16::try_from(symbols.len()).ok()?;
        symbols.iter().all(|symbol| usize::from(*symbol) < alphabet).then_some(Code { counts, symbols })
    }

    /// The symbols of a code with their lengths, which are in a code themselves.
    fn lengths(&mut self, alphabet: usize) -> Option<Vec<(u16, u8)>> {
        let mut of_lengths = [0; 19];
        let written = usize::try_from(self.read(4)?).ok()? + 4;
        for symbol in LENGTH_ORDER.iter().take(written) {
            *of_lengths.get_mut(*symbol)? = u8::try_from(self.read(3)?).ok()?;
        }
        let of_lengths: Vec<(u16, u8)> = (0..).zip(of_lengths).filter(|(_, length)| *length != 0).collect();
        let code = Code::of(&of_lengths)?;
        let alphabet = u32::try_from(alphabet).ok()?;
        let mut tokens = alphabet;
        if self.read(1)? == 1 {
            let bits = 2 + 2 * self.read(3)?;
            tokens = self.read(bits)? + 2;
        }
        let mut lengths = Vec::new();
        let (mut symbol, mut previous) = (0, 8);
        while symbol < alphabet && tokens > 0 {
            tokens -= 1;
            let (length, times) = match code.read(self)? {
                16 => (previous, 3 + self.read(2)?),
                17 => (0, 3 + self.read(3)?),
                18 => (0, 11 + self.read(7)?),
                length => (u8::try_from(length).ok()?, 1),
            };
            // Symbols without a code are passed over at once, as they may be most.
            if length != 0 {
                previous = length;
                for used in symbol..symbol + times {
                    lengths.push((u16::try_from(used).ok()?, length));
                }
            }
            symbol += times;
        }
        (symbol <= alphabet).then_some(lengths)
    }
}

/// A canonical prefix code.
struct Code {
    /// How many symbols have each length.
    counts: [u16; 16],
    /// The symbols, the shortest first.
    symbols: Vec<u16>,
}

impl Code {
    /// `None` for one that is not complete.
    fn of(lengths: &[(u16, u8)]) -> Option<Self> {
        let mut counts = [0_u16; 16];
        for (_, length) in lengths {
            *counts.get_mut(usize::from(*length))? += 1;
        }
        let (mut places, mut used, mut before) = ([0_usize; 16], 0_u32, 0_usize);
        for ((length, count), place) in counts.iter().enumerate().zip(&mut places) {
            *place = before;
            before += usize::from(*count);
            used += u32::from(*count) << (15 - length);
        }
        if lengths.len() != 1 && used != 1 << 15 {
            return None;
        }
        let mut symbols = vec![0; lengths.len()];
        for (symbol, length) in lengths {
            let place = places.get_mut(usize::from(*length))?;
            *symbols.get_mut(*place)? = *symbol;
            *place += 1;
        }
        Some(Self { counts, symbols })
    }

    /// Whether nothing is written of its only symbol.
    fn is_single(&self) -> bool {
        self.symbols.len() == 1
    }

    fn read(&self, bits: &mut Bits<'_>) -> Option<u16> {
        if let [only] = self.symbols[..] {
            return Some(only);
        }
        let (mut code, mut first, mut index) = (0_u32, 0_u32, 0_u32);
        for count in self.counts.iter().skip(1) {
            code |= bits.read(1)?;
            let count = u32::from(*count);
            if code < first + count {
                return self.symbols.get(usize::try_from(index + code - first).ok()?).copied();
            }
            index += count;
            first = (first + count) << 1;
            code <<= 1;
        }
        None
    }

    /// What the decoder keeps for it, in bytes.
    fn bytes(&self) -> u64 {
        if self.is_single() {
            return 0;
        }
        let longest = self.counts.iter().rposition(|count| *count > 0).unwrap_or(0);
        let leaves: u64 = self.counts.iter().skip(TABLE_BITS + 1).map(|count| u64::from(*count)).sum();
        CODE_BYTES + (4 << longest.min(TABLE_BITS)) + leaves * LEAF_BYTES
    }
}
