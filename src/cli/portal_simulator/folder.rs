//! What this side has fetched and said, in a folder: each step is on the disk before the next one is taken.

use std::{
    fs::{self, File},
    io::{self, Write as _},
    path::{Path, PathBuf},
};

use serde::{Deserialize, Serialize, de::DeserializeOwned};
use uuid::Uuid;

use super::{
    failure::Failure,
    wire::{Batch, Delivery, Package, Receipt},
};
use crate::storage::private_folder;

/// The folder.
pub struct Folder {
    root: PathBuf,
}

/// How far a batch has come.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Stage {
    /// It is known that it waits.
    Found,
    /// Package, manifest and signature are here and stood up to the checks.
    Checked,
    /// What the receipt says is settled; it may have been sent.
    Decided,
    /// The server has taken the receipt.
    Acknowledged,
}

/// A batch as this side knows it.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Record {
    /// Its id.
    pub batch_id: Uuid,
    /// The cycle.
    pub cycle: String,
    /// 1, 2, … in the cycle.
    pub sequence: u32,
    /// What the server told of its package.
    pub package: Option<Package>,
    /// How far it has come.
    pub stage: Stage,
    /// How often the download was broken off on purpose.
    pub broken_off: u32,
    /// How many candidates and files it has.
    pub counts: Option<(usize, usize)>,
    /// The receipt.
    pub receipt: Option<Receipt>,
    /// Whether the refusal came too late, so that everything was accepted after all.
    pub gave_in: bool,
    /// The status that the server gave it.
    pub status: Option<String>,
}

impl From<Batch> for Record {
    fn from(batch: Batch) -> Self {
        Self {
            batch_id: batch.id,
            cycle: batch.cycle,
            sequence: batch.sequence,
            package: batch.package,
            stage: Stage::Found,
            broken_off: 0,
            counts: None,
            receipt: None,
            gave_in: false,
            status: None,
        }
    }
}

/// The results of a cycle as this side knows them.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Sent {
    /// What was, or is to be, delivered.
    pub delivery: Delivery,
    /// Whether the server has taken it.
    pub is_taken: bool,
    /// The version that the server gave to what it took last.
    pub etag: Option<String>,
}

/// The files of a batch.
pub struct Files {
    /// The package.
    pub package: PathBuf,
    /// As much of the package as has come.
    pub part: PathBuf,
    /// Of which version of the package the part is.
    pub part_tag: PathBuf,
    /// The manifest as it was served.
    pub manifest: PathBuf,
    /// Its detached signature.
    pub signature: PathBuf,
}

impl Folder {
    /// Makes the folder where it is missing.
    pub fn open(root: &Path) -> Result<Self, Failure> {
        for folder in [root.to_owned(), root.join("batches"), root.join("results")] {
            private_folder(&folder).map_err(|error| Failure::of_file(&folder, &error))?;
        }
        Ok(Self { root: root.to_owned() })
    }

    fn of_batch(&self, id: Uuid) -> PathBuf {
        self.root.join("batches").join(id.to_string())
    }

    /// Where the files of a batch are.
    #[must_use]
    pub fn files(&self, id: Uuid) -> Files {
        let of = |name| self.of_batch(id).join(name);
        Files {
            package: of("package.zip"),
            part: of("package.zip.part"),
            part_tag: of("package.zip.etag"),
            manifest: of("manifest.json"),
            signature: of("manifest.jws"),
        }
    }

    /// Whether a batch is known.
    #[must_use]
    pub fn knows(&self, id: Uuid) -> bool {
        self.of_batch(id).join("record.json").exists()
    }

    /// Keeps what is known of a batch.
    pub fn keep(&self, record: &Record) -> Result<(), Failure> {
        let folder = self.of_batch(record.batch_id);
        private_folder(&folder).map_err(|error| Failure::of_file(&folder, &error))?;
        write_json(&folder.join("record.json"), record)
    }

    /// Every batch that is known, in the order of cycles and sequences.
    pub fn records(&self) -> Result<Vec<Record>, Failure> {
        let folder = self.root.join("batches");
        let failed = |error: io::Error| Failure::of_file(&folder, &error);
        let mut records = Vec::new();
        for entry in fs::read_dir(&folder).map_err(failed)? {
            let path = entry.map_err(failed)?.path().join("record.json");
            records.extend(read_json::<Record>(&path)?);
        }
        records.sort_by(|left, right| (&left.cycle, left.sequence).cmp(&(&right.cycle, right.sequence)));
        Ok(records)
    }

    /// What was delivered for a cycle, if anything was.
    pub fn sent(&self, cycle: &str) -> Result<Option<Sent>, Failure> {
        read_json(&self.of_results(cycle))
    }

    /// Keeps what is delivered for a cycle.
    pub fn keep_sent(&self, cycle: &str, sent: &Sent) -> Result<(), Failure> {
        write_json(&self.of_results(cycle), sent)
    }

    fn of_results(&self, cycle: &str) -> PathBuf {
        self.root.join("results").join(format!("{cycle}.json"))
    }
}

fn read_json<T: DeserializeOwned>(path: &Path) -> Result<Option<T>, Failure> {
    match fs::read(path) {
        Ok(bytes) => serde_json::from_slice(&bytes)
            .map(Some)
            .map_err(|error| Failure::Local(format!("{}: {error}", path.display()))),
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
        Err(error) => Err(Failure::of_file(path, &error)),
    }
}

fn write_json(path: &Path, value: &impl Serialize) -> Result<(), Failure> {
    let bytes = serde_json::to_vec_pretty(value).map_err(|error| Failure::Local(error.to_string()))?;
    write(path, &bytes)
}

/// Writes a file whole or not at all: beside it first, then in its place.
pub fn write(path: &Path, bytes: &[u8]) -> Result<(), Failure> {
    let beside = path.with_extension("tmp");
    let written = File::create(&beside).and_then(|mut file| {
        file.write_all(bytes)?;
        file.sync_all()?;
        fs::rename(&beside, path)
    });
    written.map_err(|error| Failure::of_file(path, &error))
}

/// Removes a file that may be missing.
pub fn remove(path: &Path) -> Result<(), Failure> {
    match fs::remove_file(path) {
        Err(error) if error.kind() != io::ErrorKind::NotFound => Err(Failure::of_file(path, &error)),
        Ok(()) | Err(_) => Ok(()),
    }
}
