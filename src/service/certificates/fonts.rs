//! The fonts for rare characters: files of a folder. The folder is looked at whenever such a character is to be drawn, and what
//! has changed in it is read: who copies a font in needs no restart.

use std::{
    path::{Path, PathBuf},
    sync::{Arc, Mutex, PoisonError},
    time::SystemTime,
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
    known: Arc<Mutex<Known>>,
}

/// What was found in the folder when it was looked at last.
#[derive(Default)]
struct Known {
    files: Vec<(Mark, Option<Face>)>,
    /// Why the folder could not be looked at.
    trouble: Option<String>,
}

/// By this it is seen that a file is still the one that was read.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Mark {
    path: PathBuf,
    byte_size: u64,
    changed_at: Option<SystemTime>,
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
        Self { folder, known: Arc::default() }
    }

    /// The program's own font alone.
    pub fn own(&self) -> Result<Vec<Face>, NotAFont> {
        Ok(vec![Face::own()?.clone()])
    }

    /// All fonts in the order in which they are asked, as they lie in the folder now. What cannot be used is told of once, and
    /// passed over.
    pub fn all(&self) -> Result<Vec<Face>, NotAFont> {
        let mut faces = self.own()?;
        if let Some(folder) = &self.folder {
            let mut known = self.known.lock().unwrap_or_else(PoisonError::into_inner);
            for told in known.look(folder) {
                log::warn!("{told}");
            }
            faces.extend(known.files.iter().filter_map(|(_, face)| face.clone()));
        }
        Ok(faces)
    }
}

impl Known {
    /// Looks at the folder and reads what is new or has changed. Returns what is to be told of, each trouble once.
    fn look(&mut self, folder: &Path) -> Vec<String> {
        let marks = match marks(folder) {
            Ok(marks) => marks,
            Err(error) => {
                self.files.clear();
                let trouble = format!("the fonts in {} cannot be read: {error}", folder.display());
                let is_new = self.trouble.as_ref() != Some(&trouble);
                self.trouble = Some(trouble.clone());
                return is_new.then_some(trouble).into_iter().collect();
            }
        };
        self.trouble = None;
        let mut told = Vec::new();
        let mut before = std::mem::take(&mut self.files);
        for mark in marks {
            if let Some(place) = before.iter().position(|(known, _)| *known == mark) {
                self.files.push(before.swap_remove(place));
                continue;
            }
            let Font { name, face } = read(&mark.path);
            if let Err(why) = &face {
                told.push(format!("the font {name} is passed over: {why}"));
            }
            self.files.push((mark, face.ok()));
        }
        told
    }
}

/// The fonts of a folder in the order of their names, which is the order in which they are asked.
pub fn read_folder(folder: &Path) -> std::io::Result<Vec<Font>> {
    Ok(marks(folder)?.iter().map(|mark| read(&mark.path)).collect())
}

/// The files of a folder that have the name of a font, in the order of their names.
fn marks(folder: &Path) -> std::io::Result<Vec<Mark>> {
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
    Ok(paths.into_iter().map(mark).collect())
}

fn mark(path: PathBuf) -> Mark {
    let found = std::fs::metadata(&path).ok();
    let byte_size = found.as_ref().map_or(0, std::fs::Metadata::len);
    Mark { path, byte_size, changed_at: found.and_then(|found| found.modified().ok()) }
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

#[cfg(test)]
mod tests {
    use super::*;

    const RARE: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/fonts/rare.ttf");

    fn names(known: &Known) -> Vec<String> {
        known.files.iter().filter_map(|(_, face)| face.as_ref()).map(|face| face.name().to_owned()).collect()
    }

    #[test]
    fn a_folder_is_looked_at_again_and_each_trouble_told_of_once() {
        let parent = tempfile::tempdir().unwrap();
        let folder = parent.path().join("fonts");
        let mut known = Known::default();
        assert_eq!(known.look(&folder).len(), 1, "it is away");
        assert_eq!(known.look(&folder), Vec::<String>::new());
        std::fs::create_dir(&folder).unwrap();
        assert_eq!((known.look(&folder).len(), names(&known).len()), (0, 0), "it is empty");
        std::fs::write(folder.join("a.ttf"), b"no font").unwrap();
        std::fs::copy(RARE, folder.join("b.ttf")).unwrap();
        std::fs::write(folder.join("notes.txt"), b"nothing").unwrap();
        let told = known.look(&folder);
        assert!(told.len() == 1 && told[0].contains("a.ttf"), "{told:?}");
        assert_eq!(names(&known), ["b.ttf"], "a broken one does not stop the others");
        assert_eq!(known.look(&folder), Vec::<String>::new());
        // The rest of a file that was still being copied comes in.
        std::fs::copy(RARE, folder.join("a.ttf")).unwrap();
        assert_eq!((known.look(&folder), names(&known)), (vec![], vec!["a.ttf".to_owned(), "b.ttf".to_owned()]));
        std::fs::remove_file(folder.join("b.ttf")).unwrap();
        assert_eq!((known.look(&folder), names(&known)), (vec![], vec!["a.ttf".to_owned()]));
        std::fs::remove_dir_all(&folder).unwrap();
        assert_eq!((known.look(&folder).len(), names(&known).len()), (1, 0), "it is away again");
    }

    #[test]
    fn what_has_not_changed_is_not_read_again() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("rare.ttf");
        std::fs::copy(RARE, &path).unwrap();
        let mut known = Known::default();
        assert!(known.look(folder.path()).is_empty());
        let before = std::fs::metadata(&path).unwrap();
        // Of the same length and with the same moment: only who reads it could tell.
        let bytes = vec![0; usize::try_from(before.len()).unwrap()];
        std::fs::write(&path, bytes).unwrap();
        let file = std::fs::File::options().write(true).open(&path).unwrap();
        file.set_modified(before.modified().unwrap()).unwrap();
        assert_eq!((known.look(folder.path()), names(&known)), (vec![], vec!["rare.ttf".to_owned()]));
        file.set_modified(before.modified().unwrap() + std::time::Duration::from_secs(1)).unwrap();
        assert_eq!((known.look(folder.path()).len(), names(&known).len()), (1, 0));
    }
}
