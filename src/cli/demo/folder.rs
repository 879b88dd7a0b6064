//! The demo's own folder: made fresh, recognised again, and never confused with a real one.

use std::{
    fs, io,
    path::{Path, PathBuf},
};

use serde::{Deserialize, Serialize};

use super::guide::Facts;
use crate::storage::private_folder;

const MARKER: &str = "haoren-demo.json";

/// What the folder knows of its demo.
#[derive(Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Marker {
    /// The password of all accounts.
    pub password: String,
    /// What the printed guide needs; none while the demo is being built, or after the building broke off.
    pub facts: Option<Facts>,
}

/// Why a folder is not used.
#[derive(Debug, thiserror::Error)]
pub enum FolderError {
    /// There is something in it that no demo made.
    #[error("{0} holds something that is no demo; nothing in it was touched. Choose another with --data-dir")]
    Foreign(PathBuf),
    /// It cannot be read or written.
    #[error("cannot use {0}: {1}")]
    Io(PathBuf, io::Error),
}

/// What is found in a folder: nothing, a demo being built or broken off, or a finished one.
pub fn find(folder: &Path) -> Result<Option<Marker>, FolderError> {
    let failed = |error| FolderError::Io(folder.to_owned(), error);
    match fs::read_to_string(folder.join(MARKER)) {
        Ok(text) => serde_json::from_str(&text).map(Some).map_err(|error| failed(error.into())),
        Err(error) if error.kind() != io::ErrorKind::NotFound => Err(failed(error)),
        Err(_) => match fs::read_dir(folder) {
            Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
            Err(error) => Err(failed(error)),
            Ok(mut entries) => match entries.next() {
                None => Ok(None),
                Some(_) => Err(FolderError::Foreign(folder.to_owned())),
            },
        },
    }
}

/// Removes a demo, found by its marker, and nothing else.
pub fn clear(folder: &Path) -> Result<(), FolderError> {
    match find(folder)? {
        Some(_) => fs::remove_dir_all(folder).map_err(|error| FolderError::Io(folder.to_owned(), error)),
        None => Ok(()),
    }
}

/// Writes the marker; the first one makes the folder.
pub fn mark(folder: &Path, marker: &Marker) -> Result<(), FolderError> {
    let failed = |error| FolderError::Io(folder.to_owned(), error);
    private_folder(folder).map_err(failed)?;
    let text = serde_json::to_string_pretty(marker).map_err(|error| failed(error.into()))?;
    fs::write(folder.join(MARKER), text).map_err(failed)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_a_demo_is_cleared() {
        let parent = tempfile::tempdir().unwrap();
        let folder = parent.path().join("demo");
        assert!(find(&folder).unwrap().is_none());
        fs::create_dir(&folder).unwrap();
        assert!(find(&folder).unwrap().is_none(), "an empty folder may become a demo");
        fs::write(folder.join("haoren.sqlite3"), "precious").unwrap();
        assert!(matches!(find(&folder), Err(FolderError::Foreign(_))));
        assert!(matches!(clear(&folder), Err(FolderError::Foreign(_))));
        assert_eq!(fs::read_to_string(folder.join("haoren.sqlite3")).unwrap(), "precious");
        mark(&folder, &Marker { password: "p".to_owned(), facts: None }).unwrap();
        assert!(find(&folder).unwrap().is_some_and(|marker| marker.facts.is_none()));
        clear(&folder).unwrap();
        assert!(!folder.exists());
    }
}
