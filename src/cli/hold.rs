//! A file that one process at a time holds, so that two never write in one folder.

use std::{fs::File, path::Path};

use super::CommandError;

/// Holds a file, which is made where it is missing, until the returned handle is dropped; refused with `why` while
/// another process holds it.
pub fn hold(path: &Path, why: impl FnOnce() -> String) -> Result<File, CommandError> {
    let file = File::options().create(true).truncate(false).write(true).open(path)?;
    match file.try_lock() {
        Ok(()) => Ok(file),
        Err(std::fs::TryLockError::WouldBlock) => Err(why().into()),
        Err(std::fs::TryLockError::Error(error)) => Err(error.into()),
    }
}
