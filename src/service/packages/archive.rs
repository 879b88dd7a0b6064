//! ZIP files whose bytes depend on nothing but their content: in a fixed order, with one time, and stored as they are. What is
//! compressed depends on the processor that compressed it and saves little here: photos are compressed already.

use std::{
    io::{self, Cursor, Read as _, Seek, SeekFrom, Write},
    sync::{Arc, Mutex, MutexGuard, PoisonError},
};

use bytes::Bytes;
use chrono::{DateTime, Datelike as _, Timelike as _, Utc};
use chrono_tz::Tz;
use zip::{CompressionMethod, System, ZipArchive, ZipWriter, result::ZipError, write::SimpleFileOptions};

use crate::service::Error;

/// A ZIP file that is handed on while it is being written.
pub struct Archive {
    zip: ZipWriter<Spool>,
    spool: Spool,
    options: SimpleFileOptions,
}

impl Archive {
    /// An empty one, all of whose files have one time.
    #[must_use]
    pub fn new(at: DateTime<Utc>, zone: Tz) -> Self {
        let spool = Spool::default();
        let options = SimpleFileOptions::DEFAULT
            .compression_method(CompressionMethod::Stored)
            .last_modified_time(local(at, zone))
            .system(System::Unix)
            .unix_permissions(0o644);
        Self { zip: ZipWriter::new(spool.clone()), spool, options }
    }

    /// Adds a file; returns what of the ZIP is settled, which is all before this file.
    pub fn add(&mut self, path: &str, content: &[u8]) -> Result<Vec<u8>, Error> {
        let end = self.spool.end();
        self.zip.start_file(path, self.options).map_err(|error| failed(&error))?;
        let settled = self.spool.take_until(end);
        self.zip.write_all(content).map_err(|error| failed(&error.into()))?;
        Ok(settled)
    }

    /// The rest.
    pub fn finish(self) -> Result<Vec<u8>, Error> {
        let Self { zip, spool, .. } = self;
        drop(zip.finish().map_err(|error| failed(&error))?);
        Ok(spool.take_until(spool.end()))
    }
}

/// The same ZIP file (a workbook), its parts stored as they are.
pub fn stored(file: &[u8], (at, zone): (DateTime<Utc>, Tz)) -> Result<Bytes, Error> {
    let mut from = ZipArchive::new(Cursor::new(file)).map_err(|error| failed(&error))?;
    let (mut to, mut bytes) = (Archive::new(at, zone), Vec::new());
    for index in 0..from.len() {
        let mut part = from.by_index(index).map_err(|error| failed(&error))?;
        let name = part.name().map_err(|error| failed(&error))?.into_owned();
        let mut content = Vec::new();
        part.read_to_end(&mut content).map_err(|error| failed(&error.into()))?;
        bytes.extend(to.add(&name, &content)?);
    }
    bytes.extend(to.finish()?);
    Ok(bytes.into())
}

fn failed(error: &ZipError) -> Error {
    Error::Internal(format!("a ZIP file could not be written: {error}"))
}

/// The time as ZIP files have it: local, in steps of two seconds, not before 1980.
fn local(at: DateTime<Utc>, zone: Tz) -> zip::DateTime {
    let local = at.with_timezone(&zone);
    let two = |number: u32| u8::try_from(number).unwrap_or(0);
    zip::DateTime::from_date_and_time(
        u16::try_from(local.year()).unwrap_or(1980),
        two(local.month()),
        two(local.day()),
        two(local.hour()),
        two(local.minute()),
        two(local.second() / 2 * 2),
    )
    .unwrap_or_default()
}

/// What has been written and not yet handed on. The writer goes back only within the file that it is writing.
#[derive(Clone, Debug, Default)]
struct Spool(Arc<Mutex<Spooled>>);

#[derive(Debug, Default)]
struct Spooled {
    handed_on: u64,
    bytes: Vec<u8>,
    at: usize,
}

impl Spool {
    fn lock(&self) -> MutexGuard<'_, Spooled> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn end(&self) -> u64 {
        let spooled = self.lock();
        spooled.handed_on + spooled.bytes.len() as u64
    }

    fn take_until(&self, end: u64) -> Vec<u8> {
        let mut spooled = self.lock();
        let length = usize::try_from(end.saturating_sub(spooled.handed_on)).unwrap_or(usize::MAX);
        let length = length.min(spooled.bytes.len());
        let rest = spooled.bytes.split_off(length);
        spooled.handed_on += length as u64;
        spooled.at = spooled.at.saturating_sub(length);
        std::mem::replace(&mut spooled.bytes, rest)
    }
}

impl Write for Spool {
    fn write(&mut self, buffer: &[u8]) -> io::Result<usize> {
        let mut spooled = self.lock();
        let at = spooled.at;
        let over = spooled.bytes.len().saturating_sub(at).min(buffer.len());
        let (replacing, appended) = buffer.split_at_checked(over).unwrap_or((buffer, &[]));
        if let Some(place) = spooled.bytes.get_mut(at..at + over) {
            place.copy_from_slice(replacing);
        }
        spooled.bytes.extend_from_slice(appended);
        spooled.at = at + buffer.len();
        Ok(buffer.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

impl Seek for Spool {
    fn seek(&mut self, to: SeekFrom) -> io::Result<u64> {
        let mut spooled = self.lock();
        let end = spooled.handed_on + spooled.bytes.len() as u64;
        let now = spooled.handed_on + spooled.at as u64;
        let wanted = match to {
            SeekFrom::Start(at) => Some(at),
            SeekFrom::End(by) => end.checked_add_signed(by),
            SeekFrom::Current(by) => now.checked_add_signed(by),
        };
        let inside = wanted.filter(|at| (spooled.handed_on..=end).contains(at));
        let at = inside.ok_or_else(|| io::Error::other("the writer goes back to what was handed on"))?;
        spooled.at = usize::try_from(at - spooled.handed_on).map_err(io::Error::other)?;
        Ok(at)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn archive(files: &[(&str, &[u8])]) -> Vec<u8> {
        let mut archive = Archive::new("2026-11-25T02:00:01Z".parse().unwrap(), chrono_tz::Asia::Shanghai);
        let mut bytes = Vec::new();
        for (path, content) in files {
            bytes.extend(archive.add(path, content).unwrap());
        }
        bytes.extend(archive.finish().unwrap());
        bytes
    }

    #[test]
    fn what_is_handed_on_in_pieces_is_the_whole() {
        let large = vec![7_u8; 300_000];
        let bytes = archive(&[("a.txt", b"one"), ("文件夹/照片1.jpg", &large), ("empty", b""), ("z", b"last")]);
        let mut read = ZipArchive::new(Cursor::new(&bytes)).unwrap();
        let mut found = Vec::new();
        for index in 0..read.len() {
            let mut file = read.by_index(index).unwrap();
            let mut content = Vec::new();
            file.read_to_end(&mut content).unwrap();
            assert_eq!((file.compression(), file.unix_mode()), (CompressionMethod::Stored, Some(0o100_644)));
            assert_eq!(file.last_modified().unwrap().to_string(), "2026-11-25 10:00:00");
            found.push((file.name().unwrap().into_owned(), content.len()));
        }
        let expected = [("a.txt", 3), ("文件夹/照片1.jpg", 300_000), ("empty", 0), ("z", 4)];
        assert_eq!(found, expected.map(|(name, length)| (name.to_owned(), length)));
        assert_eq!(bytes, archive(&[("a.txt", b"one"), ("文件夹/照片1.jpg", &large), ("empty", b""), ("z", b"last")]));
        // The bit that says that names are UTF-8, in the second file's header.
        let second = bytes.windows(4).enumerate().filter(|(_, four)| four == b"PK\x03\x04").nth(1).unwrap().0;
        assert_eq!(u16::from_le_bytes([bytes[second + 6], bytes[second + 7]]) & 0x0800, 0x0800);
    }
}
