//! The text of a file whose coding nobody names: UTF-8 with or without a mark, UTF-16 with one, or GB 18030.

use encoding_rs::{Encoding, GB18030, UTF_8};

use super::{ReadError, Reason};

/// The text.
pub fn decode(file: &[u8]) -> Result<String, ReadError> {
    let text = match Encoding::for_bom(file) {
        Some((encoding, mark)) => decoded(encoding, file.get(mark..).unwrap_or_default()),
        None => decoded(UTF_8, file).or_else(|| decoded(GB18030, file)),
    };
    let text = text.ok_or(Reason::UnknownCharset)?;
    if text.contains('\0') {
        return Err(Reason::Binary.into());
    }
    match text.trim_start().chars().next() {
        None => Err(Reason::Empty.into()),
        Some('<') => Err(Reason::Markup.into()),
        Some(_) => Ok(text),
    }
}

fn decoded(encoding: &'static Encoding, bytes: &[u8]) -> Option<String> {
    encoding.decode_without_bom_handling_and_without_replacement(bytes).map(std::borrow::Cow::into_owned)
}
