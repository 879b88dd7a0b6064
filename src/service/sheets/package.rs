//! The ZIP package around a workbook. A part is unpacked only when it is needed, and never beyond the bound, whatever the
//! directory says of its size. Nothing is ever written to a file, so that the names in it can do no harm.

use std::{
    collections::HashMap,
    io::{Cursor, Read as _},
};

use encoding_rs::Encoding;
use zip::{ZipArchive, result::ZipError};

use super::{ReadError, Reason, UNPACKED_MAX_BYTES};

/// No honest workbook has more parts.
const MAX_PARTS: usize = 2_000;

/// A package that is being read.
pub struct Package<'a> {
    archive: ZipArchive<Cursor<&'a [u8]>>,
    names: HashMap<String, usize>,
    left: usize,
}

impl<'a> Package<'a> {
    /// Reads the directory.
    pub fn open(file: &'a [u8]) -> Result<Self, ReadError> {
        let archive = ZipArchive::new(Cursor::new(file)).map_err(|_| Reason::Damaged)?;
        if archive.len() > MAX_PARTS {
            return Err(ReadError::TooLarge { limit: MAX_PARTS });
        }
        let names = archive.file_names().enumerate();
        let names = names.filter_map(|(index, name)| Some((plain(&name.ok()?), index))).collect();
        Ok(Self { archive, names, left: UNPACKED_MAX_BYTES })
    }

    /// Whether a part's name ends so.
    #[must_use]
    pub fn has_ending(&self, ending: &str) -> bool {
        self.names.keys().any(|name| name.ends_with(ending))
    }

    /// The text of a part, if there is one of this name.
    pub fn find(&mut self, name: &str) -> Result<Option<String>, ReadError> {
        let Some(index) = self.names.get(&plain(name)).copied() else { return Ok(None) };
        let part = self.archive.by_index(index);
        let is_locked = |error: &ZipError| matches!(error, ZipError::UnsupportedArchive(_) | ZipError::InvalidPassword);
        let part = part.map_err(|error| if is_locked(&error) { Reason::Encrypted } else { Reason::Damaged })?;
        let too_large = ReadError::TooLarge { limit: UNPACKED_MAX_BYTES };
        if part.size() > self.left as u64 {
            return Err(too_large);
        }
        let mut bytes = Vec::new();
        part.take(self.left as u64 + 1).read_to_end(&mut bytes).map_err(|_| Reason::Damaged)?;
        self.left = self.left.checked_sub(bytes.len()).ok_or(too_large)?;
        text(bytes).map(Some)
    }
}

/// XML is UTF-8 unless a mark says UTF-16.
fn text(bytes: Vec<u8>) -> Result<String, ReadError> {
    let Some((encoding, mark)) = Encoding::for_bom(&bytes) else {
        return String::from_utf8(bytes).map_err(|_| Reason::Damaged.into());
    };
    let decoded = encoding.decode_without_bom_handling_and_without_replacement(bytes.get(mark..).unwrap_or_default());
    decoded.map(std::borrow::Cow::into_owned).ok_or(Reason::Damaged.into())
}

/// Names are compared without case, leading slash and the other system's slashes.
fn plain(name: &str) -> String {
    name.replace('\\', "/").trim_start_matches('/').to_lowercase()
}
