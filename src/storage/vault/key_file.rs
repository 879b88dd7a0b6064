//! The file that holds the master key: made at first start where that is safe, otherwise required.

use std::{
    fs, io,
    io::Write as _,
    path::{Path, PathBuf},
};

use zeroize::Zeroizing;

use super::{MalformedKey, MasterKey};
use crate::storage::folders::private_folder;

/// Why there is no master key.
#[derive(Debug, thiserror::Error)]
pub enum KeyFileError {
    /// The file is not there, and making one would give this process a key of its own.
    #[error(
        "the master key file {path} does not exist. With PostgreSQL every server needs the same one: copy it from the \
         first server, or start once on SQLite to have one made, and name it with HAOREN_KEY_FILE"
    )]
    Missing {
        /// Where it was looked for.
        path: PathBuf,
    },
    /// The file is there and is no key file.
    #[error("the master key file {path} cannot be used: {source}")]
    Malformed {
        /// The file.
        path: PathBuf,
        /// The line that is wrong.
        source: MalformedKey,
    },
    /// The file cannot be read or written.
    #[error("the master key file {path} cannot be read or written: {source}")]
    Io {
        /// The file.
        path: PathBuf,
        /// What the operating system says.
        source: io::Error,
    },
    /// The operating system gave no randomness.
    #[error("the operating system gave no randomness for a master key")]
    NoRandomness,
}

/// Whether the key was there before.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum KeyOrigin {
    /// The file was read.
    Read,
    /// The file was made just now.
    Created,
}

/// Reads the key file.
pub fn load(path: &Path) -> Result<MasterKey, KeyFileError> {
    let text = match fs::read_to_string(path) {
        Ok(text) => Zeroizing::new(text),
        Err(error) if error.kind() == io::ErrorKind::NotFound => {
            return Err(KeyFileError::Missing { path: path.to_owned() });
        }
        Err(source) => return Err(KeyFileError::Io { path: path.to_owned(), source }),
    };
    MasterKey::parse(&text).map_err(|source| KeyFileError::Malformed { path: path.to_owned(), source })
}

/// Reads the key file or makes it, with the folders above it, readable by its owner only.
/// Where two processes start at once, both end with the same key.
pub fn load_or_create(path: &Path) -> Result<(MasterKey, KeyOrigin), KeyFileError> {
    match load(path) {
        Err(KeyFileError::Missing { .. }) => {}
        other => return other.map(|key| (key, KeyOrigin::Read)),
    }
    let mut random = Zeroizing::new([0_u8; 32]);
    aws_lc_rs::rand::fill(&mut *random).map_err(|_| KeyFileError::NoRandomness)?;
    let key = MasterKey::from_random(*random);
    match write_new(path, &key) {
        Ok(()) => Ok((key, KeyOrigin::Created)),
        Err(error) if error.kind() == io::ErrorKind::AlreadyExists => load(path).map(|key| (key, KeyOrigin::Read)),
        Err(source) => Err(KeyFileError::Io { path: path.to_owned(), source }),
    }
}

/// Writes the whole file under another name first and links it, so that nobody ever reads half a key.
fn write_new(path: &Path, key: &MasterKey) -> io::Result<()> {
    let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."));
    private_folder(folder)?;
    let mut draft = path.as_os_str().to_owned();
    draft.push(format!(".{}.new", std::process::id()));
    let draft = PathBuf::from(draft);
    let mut options = fs::OpenOptions::new();
    options.write(true).create_new(true);
    #[cfg(unix)]
    {
        use std::os::unix::fs::OpenOptionsExt as _;
        options.mode(0o600);
    }
    let _ = fs::remove_file(&draft);
    let mut file = options.open(&draft)?;
    let written = file.write_all(key.to_file_text().as_bytes()).and_then(|()| file.sync_all());
    let linked = written.and_then(|()| fs::hard_link(&draft, path));
    fs::remove_file(&draft)?;
    linked?;
    fs::File::open(folder)?.sync_all()
}
