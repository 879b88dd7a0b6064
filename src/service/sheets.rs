//! Spreadsheets: read from whatever a clerk's computer makes, and written so that no cell can become a formula.
//!
//! What comes from outside is read with a bound on everything that a hostile file could blow up: the bytes that it
//! unpacks to, its rows, its columns, its merged regions, and the text that its cells share.

mod book;
mod cells;
mod charset;
mod csv;
mod drawing;
mod package;
mod read_error;
mod shared_strings;
mod styles;
mod table;
mod workbook;
mod xml;

use std::sync::Arc;

use bytes::Bytes;
use tokio::sync::Semaphore;

pub use book::{Book, Choices, Look, Page, Paper, fits_in_cell};
pub use drawing::{Drawing, Shape};
pub use read_error::{ReadError, Reason};
pub use table::{TableColumn, TableWriter};

use super::error::Error;
use crate::domain::sheet::Sheet;

/// The largest file that is taken, in bytes.
pub const FILE_MAX_BYTES: usize = 10 * 1024 * 1024;
/// A table unpacks to at most so many bytes, and its cells hold no more text.
pub const UNPACKED_MAX_BYTES: usize = 64 * 1024 * 1024;
/// So many files are worked on at once.
const AT_ONCE: usize = 2;

/// Works on spreadsheets, a few at once, away from the threads that answer requests.
#[derive(Clone, Debug)]
pub struct Sheets {
    places: Arc<Semaphore>,
}

impl Default for Sheets {
    fn default() -> Self {
        Self { places: Arc::new(Semaphore::new(AT_ONCE)) }
    }
}

impl Sheets {
    /// Reads every visible sheet of a file; what it is its content decides.
    pub async fn read(&self, file: Bytes) -> Result<Vec<Sheet>, Error> {
        self.work(move || Ok(read(&file)?)).await
    }

    /// Does the work on a thread that may be busy for a while, when its turn has come.
    pub async fn work<T: Send + 'static>(
        &self,
        work: impl FnOnce() -> Result<T, Error> + Send + 'static,
    ) -> Result<T, Error> {
        let broken_off = |_| Error::Unavailable("the work on a spreadsheet was broken off".to_owned());
        let place = Arc::clone(&self.places).acquire_owned().await.map_err(|error| broken_off(error.to_string()))?;
        let worked = tokio::task::spawn_blocking(move || {
            let _place = place;
            work()
        });
        worked.await.map_err(|error| broken_off(error.to_string()))?
    }
}

/// The first bytes of an OLE compound file: an old `.xls`, or an encrypted workbook.
const COMPOUND: &[u8] = &[0xD0, 0xCF, 0x11, 0xE0, 0xA1, 0xB1, 0x1A, 0xE1];

/// Reads every visible sheet of a file.
pub fn read(file: &[u8]) -> Result<Vec<Sheet>, ReadError> {
    if file.is_empty() {
        return Err(Reason::Empty.into());
    }
    if file.starts_with(COMPOUND) {
        // The name of the stream is written in UTF-16.
        let name: Vec<u8> = "EncryptedPackage".encode_utf16().flat_map(u16::to_le_bytes).collect();
        let is_encrypted = file.windows(name.len()).any(|part| part == name);
        return Err(if is_encrypted { Reason::Encrypted } else { Reason::OldExcel }.into());
    }
    if file.starts_with(b"PK") {
        return workbook::read(file);
    }
    csv::read(&charset::decode(file)?).map(|sheet| vec![sheet])
}

#[cfg(test)]
mod tests;
