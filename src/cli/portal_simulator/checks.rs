//! What is checked before a package is acknowledged: that it is whole, that it is what was signed, and that every file in it
//! is what the manifest says, and nothing else.

use std::{
    collections::BTreeSet,
    fs::File,
    io::{self, Read},
    path::Path,
};

use sha2::{Digest as _, Sha256};
use zip::ZipArchive;

use super::{
    failure::Failure,
    folder::Record,
    manifest::{Entry, FORMAT_VERSION, Manifest},
};

/// The manifest's name in the package.
const MANIFEST: &str = "manifest.json";
/// The signature's, where it lies beside it.
const SIGNATURE: &str = "manifest.jws";
/// As many bytes are digested at a time.
const CHUNK: usize = 64 * 1024;

/// The SHA-256 of what is read, in hexadecimal, and how many bytes it was.
pub fn digest(mut from: impl Read) -> io::Result<(String, u64)> {
    let (mut sha256, mut size, mut chunk) = (Sha256::new(), 0, vec![0; CHUNK]);
    loop {
        let read = from.read(&mut chunk)?;
        if read == 0 {
            return Ok((hex::encode(sha256.finalize()), size));
        }
        sha256.update(chunk.get(..read).unwrap_or_default());
        size += read as u64;
    }
}

/// Reads the manifest as it was served, and holds it against the batch.
pub fn manifest(served: &[u8], record: &Record) -> Result<Manifest, Failure> {
    let manifest: Manifest = serde_json::from_slice(served)
        .map_err(|error| Failure::Unsound(vec![format!("清单无法读取 the manifest cannot be read: {error}")]))?;
    let mut found = Vec::new();
    let mut expect = |holds: bool, what: &str| {
        if !holds {
            found.push(format!("清单与批次不符 the manifest's {what} is not the batch's"));
        }
    };
    expect(manifest.format_version == FORMAT_VERSION, "format_version");
    expect(manifest.batch_id == record.batch_id, "batch_id");
    expect(manifest.cycle == record.cycle, "cycle");
    expect(manifest.sequence == record.sequence, "sequence");
    found.extend(unlisted(&manifest));
    if found.is_empty() { Ok(manifest) } else { Err(Failure::Unsound(found)) }
}

/// Files of candidates that the list of files lacks.
fn unlisted(manifest: &Manifest) -> Vec<String> {
    let listed: BTreeSet<&str> = manifest.files.iter().map(|entry| entry.path.as_str()).collect();
    let named = manifest.candidates.iter().flat_map(|candidate| &candidate.files);
    let lacking = named.filter(|path| !listed.contains(path.as_str()));
    lacking.map(|path| format!("{path}: 候选人的文件不在清单中 a candidate's file is not in the list")).collect()
}

/// Holds the package against the manifest as it was served; everything that is wrong is named.
pub fn package(path: &Path, served: &[u8], manifest: &Manifest) -> Result<(), Failure> {
    let file = File::open(path).map_err(|error| Failure::of_file(path, &error))?;
    let unreadable = |error| Failure::Unsound(vec![format!("压缩包无法读取 the ZIP cannot be read: {error}")]);
    let mut archive = ZipArchive::new(file).map_err(unreadable)?;
    let mut found = strangers(&archive, manifest);
    match read(&mut archive, MANIFEST, served.len() as u64) {
        Ok(inside) if inside == served => {}
        Ok(_) => found.push("包内清单与下发的清单不同 the manifest inside is not the one served".to_owned()),
        Err(why) => found.push(format!("{MANIFEST}: {why}")),
    }
    let faults = manifest.files.iter().filter_map(|entry| entry_fault(&mut archive, entry));
    found.extend(faults);
    if found.is_empty() { Ok(()) } else { Err(Failure::Unsound(found)) }
}

/// What is in the package and not in the manifest, or in the manifest twice, and names that lead out of a folder.
fn strangers(archive: &ZipArchive<File>, manifest: &Manifest) -> Vec<String> {
    let mut listed: BTreeSet<&str> = BTreeSet::new();
    let twice = manifest.files.iter().filter(|entry| !listed.insert(&entry.path)).map(|entry| entry.path.clone());
    let mut found: Vec<String> = twice.map(|path| format!("{path}: 清单中重复 twice in the manifest")).collect();
    for name in archive.file_names() {
        let Ok(name) = name else {
            found.push("文件名无法读取 a name cannot be read".to_owned());
            continue;
        };
        if leads_out(&name) {
            found.push(format!("{name:?}: 文件名不安全 the name leads out of the folder"));
        } else if !name.ends_with('/') && name != MANIFEST && name != SIGNATURE && !listed.contains(&*name) {
            found.push(format!("{name}: 不在清单中 not in the manifest"));
        }
    }
    found
}

fn leads_out(name: &str) -> bool {
    name.starts_with('/') || name.contains(['\\', '\0', ':']) || name.split('/').any(|part| part == "..")
}

fn read(archive: &mut ZipArchive<File>, name: &str, most: u64) -> Result<Vec<u8>, String> {
    let part = archive.by_name(name).map_err(|error| error.to_string())?;
    let mut bytes = Vec::new();
    part.take(most + 1).read_to_end(&mut bytes).map_err(|error| error.to_string())?;
    Ok(bytes)
}

/// What is wrong with a file. No more of it is unpacked than the manifest tells.
fn entry_fault(archive: &mut ZipArchive<File>, entry: &Entry) -> Option<String> {
    let part = match archive.by_name(&entry.path) {
        Ok(part) => part,
        Err(error) => return Some(format!("{}: {error}", entry.path)),
    };
    match digest(part.take(entry.size.saturating_add(1))) {
        Err(error) => Some(format!("{}: {error}", entry.path)),
        Ok((_, size)) if size != entry.size => Some(format!("{}: 大小不符 the size is not {}", entry.path, entry.size)),
        Ok((sha256, _)) if !sha256.eq_ignore_ascii_case(&entry.sha256) => {
            Some(format!("{}: 摘要不符 the digest is {sha256}", entry.path))
        }
        Ok(_) => None,
    }
}

#[cfg(test)]
mod tests;
