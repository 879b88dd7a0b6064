//! The fonts for rare characters: files of a folder, read when the first such character is to be drawn.

use std::{
    path::{Path, PathBuf},
    sync::{Arc, OnceLock},
};

use super::drawing::{Face, NotAFont};

/// The largest file that is taken for a font, in bytes.
pub const FONT_MAX_BYTES: u64 = 64 * 1024 * 1024;
/// So many files of the folder are looked at.
const FONTS_MAX: usize = 16;

/// The program's own font and those of the folder. Cheap to clone.
#[derive(Clone)]
pub struct Fonts {
    folder: Option<PathBuf>,
    rare: Arc<OnceLock<Vec<Face>>>,
}

/// A file of the folder that has the name of a font.
pub struct Font {
    /// The file's name.
    pub name: String,
    /// The font, or why it is none.
    pub face: Result<Face, String>,
}

impl Fonts {
    /// The fonts of a folder behind the program's own; nothing is read yet.
    #[must_use]
    pub fn new(folder: Option<PathBuf>) -> Self {
        Self { folder, rare: Arc::default() }
    }

    /// The program's own font alone.
    pub fn own(&self) -> Result<Vec<Face>, NotAFont> {
        Ok(vec![Face::own()?.clone()])
    }

    /// All fonts in the order in which they are asked. Reads the folder the first time; what cannot be used is told of and
    /// passed over.
    pub fn all(&self) -> Result<Vec<Face>, NotAFont> {
        let rare = self.rare.get_or_init(|| self.folder.as_deref().map_or_else(Vec::new, usable));
        Ok(self.own()?.into_iter().chain(rare.iter().cloned()).collect())
    }
}

fn usable(folder: &Path) -> Vec<Face> {
    let fonts = read_folder(folder).unwrap_or_else(|error| {
        log::warn!("the fonts in {} cannot be read: {error}", folder.display());
        Vec::new()
    });
    let usable = fonts.into_iter().filter_map(|font| match font.face {
        Ok(face) => Some(face),
        Err(why) => {
            log::warn!("the font {} is passed over: {why}", font.name);
            None
        }
    });
    usable.collect()
}

/// The fonts of a folder in the order of their names, which is the order in which they are asked.
pub fn read_folder(folder: &Path) -> std::io::Result<Vec<Font>> {
    let mut paths: Vec<PathBuf> = Vec::new();
    for entry in std::fs::read_dir(folder)? {
        let path = entry?.path();
        let ending = path.extension().map(|ending| ending.to_string_lossy().to_ascii_lowercase());
        if matches!(ending.as_deref(), Some("ttf" | "otf")) {
            paths.push(path);
        }
    }
    paths.sort();
    paths.truncate(FONTS_MAX);
    Ok(paths.iter().map(|path| read(path)).collect())
}

fn read(path: &Path) -> Font {
    let name = path.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default();
    let face = std::fs::metadata(path).map_err(|error| error.to_string()).and_then(|found| {
        if found.len() > FONT_MAX_BYTES {
            return Err(format!("it is larger than {FONT_MAX_BYTES} bytes"));
        }
        let bytes = std::fs::read(path).map_err(|error| error.to_string())?;
        Face::of_file(name.clone(), bytes).map_err(|error| error.to_string())
    });
    Font { name, face }
}
