//! The chunks of a PNG file: those that make the picture are kept, all others dropped.

const SIGNATURE: &[u8] = b"\x89PNG\r\n\x1a\n";
/// A colour profile above this size, in bytes, is dropped with the rest.
const PROFILE_MAX_BYTES: usize = 16 * 1024;

/// The file without texts, times, EXIF, animation and whatever follows its end.
/// `None` when the chunks cannot be followed.
pub fn without_metadata(file: &[u8]) -> Option<Vec<u8>> {
    let mut rest = file.strip_prefix(SIGNATURE)?;
    let mut out = Vec::with_capacity(file.len());
    out.extend_from_slice(SIGNATURE);
    loop {
        let (length, _) = rest.split_first_chunk::<4>()?;
        let length = usize::try_from(u32::from_be_bytes(*length)).ok()?;
        let (chunk, after) = rest.split_at_checked(length.checked_add(12)?)?;
        let kind = chunk.get(4..8)?;
        match kind {
            b"IHDR" | b"PLTE" | b"IDAT" | b"tRNS" | b"gAMA" | b"cHRM" | b"sRGB" | b"sBIT" | b"pHYs" => {
                out.extend_from_slice(chunk);
            }
            b"iCCP" if length <= PROFILE_MAX_BYTES => out.extend_from_slice(chunk),
            b"IEND" => {
                out.extend_from_slice(chunk);
                return Some(out);
            }
            _ => {}
        }
        rest = after;
    }
}
