//! Folders in which personal data lies: nobody but their owner looks into them.

use std::{io, path::Path};

/// Makes a folder, and those above it, for its owner only. One that is there already keeps the access that it has.
pub fn private_folder(path: &Path) -> io::Result<()> {
    let mut builder = std::fs::DirBuilder::new();
    builder.recursive(true);
    #[cfg(unix)]
    {
        use std::os::unix::fs::DirBuilderExt as _;
        builder.mode(0o700);
    }
    builder.create(path)
}

/// Whether nobody but the owner may use a file or folder. Always true where the system has no such modes.
pub fn is_private(path: &Path) -> io::Result<bool> {
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt as _;
        const OTHERS: u32 = 0o077;
        Ok(std::fs::metadata(path)?.permissions().mode() & OTHERS == 0)
    }
    #[cfg(not(unix))]
    {
        std::fs::metadata(path).map(|_| true)
    }
}
