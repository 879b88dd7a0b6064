//! Building a package: the files, each stored under its digest, then the ZIP of them. One file at a time is in memory, and what
//! takes long is done away from the threads that answer requests.

use std::sync::Arc;

use bytes::Bytes;
use sha2::{Digest as _, Sha256};
use uuid::Uuid;

use super::{
    archive::Archive,
    files::{self, Made},
    frozen::Frozen,
    job,
};
use crate::{
    domain::{
        batch::PhotoSnapshot,
        fault::{Code, Fault},
        package::{ListedFile, Manifest, ManifestCandidate, PackageFailure},
    },
    service::{Error, Service},
    storage::{
        files::{FileKey, FilesError},
        packages::Claim,
        vault::{Place, Sealer},
    },
};

/// Why a package was not built.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Broken {
    /// It could not be.
    #[error("{failure}: {why}")]
    Failed {
        /// As the city is told.
        failure: PackageFailure,
        /// For the log alone.
        why: String,
    },
    /// The server stops.
    #[error("the server stops")]
    Stopped,
    /// Another process builds it.
    #[error("another process has taken it up")]
    Lost,
}

impl Broken {
    fn new(failure: PackageFailure, why: impl Into<String>) -> Self {
        Self::Failed { failure, why: why.into() }
    }
}

impl From<Error> for Broken {
    fn from(error: Error) -> Self {
        let failure = match error {
            Error::Unavailable(_) => PackageFailure::Unavailable,
            Error::Refused(_) | Error::AnsweredBefore(_) | Error::Internal(_) => PackageFailure::Internal,
        };
        Self::new(failure, error.to_string())
    }
}

impl From<FilesError> for Broken {
    fn from(error: FilesError) -> Self {
        Self::new(PackageFailure::Unavailable, error.to_string())
    }
}

impl From<Broken> for Error {
    fn from(broken: Broken) -> Self {
        match broken {
            Broken::Failed { failure: PackageFailure::Unavailable, why } => Self::Unavailable(why),
            Broken::Failed {
                failure: failure @ (PackageFailure::PhotoMissing | PackageFailure::PhotoChanged),
                why,
            } => {
                log::error!("a package could not be built: {why}");
                Self::fault(Fault::of(Code::PackageFailed).with("reason", failure.as_str()))
            }
            Broken::Failed { why, .. } => Self::Internal(why),
            Broken::Stopped | Broken::Lost => Self::Unavailable(broken.to_string()),
        }
    }
}

/// Where a package is built.
pub struct Workshop {
    /// With what.
    pub service: Service,
    /// The batch or preview, under which everything is stored.
    pub id: Uuid,
    /// By whose right; a preview needs none.
    pub claim: Option<Claim>,
}

/// A package that lies in the file store.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Stored {
    /// The manifest's bytes.
    pub manifest: Vec<u8>,
    /// The files that it lists.
    pub files: Vec<ListedFile>,
    /// Bytes of the ZIP.
    pub size: u64,
    /// SHA-256 of the ZIP.
    pub sha256: [u8; 32],
}

impl Workshop {
    /// Builds the package of what was frozen.
    pub async fn make(&self, frozen: Frozen) -> Result<Stored, Broken> {
        let frozen = Arc::new(frozen);
        let mut files = vec![self.make_roster(&frozen).await?];
        let mut candidates = Vec::with_capacity(frozen.entries.len());
        for at in 0..frozen.entries.len() {
            self.beat().await?;
            let (candidate, of_it) = self.make_folder(&frozen, at).await?;
            candidates.push(candidate);
            files.extend(of_it);
        }
        let manifest = Manifest {
            written: frozen.written.clone(),
            cycle: frozen.cycle,
            city: frozen.header.city.clone(),
            at: frozen.at,
            candidates,
            files: files.clone(),
        };
        let manifest = manifest.to_bytes().map_err(|error| Broken::new(PackageFailure::Internal, error.to_string()))?;
        let (size, sha256) = self.make_zip(&frozen, (&manifest, &files)).await?;
        Ok(Stored { manifest, files, size, sha256 })
    }

    /// Whoever works on a package is heard of, and stops when that is no more wanted.
    async fn beat(&self) -> Result<(), Broken> {
        let Some(claim) = self.claim else { return Ok(()) };
        if self.service.background.is_stopping() {
            return Err(Broken::Stopped);
        }
        if job::lengthen(&self.service, claim).await? { Ok(()) } else { Err(Broken::Lost) }
    }

    async fn make_roster(&self, frozen: &Arc<Frozen>) -> Result<ListedFile, Broken> {
        let of_frozen = Arc::clone(frozen);
        let roster = self.service.sheets.work(move || files::roster_file(&of_frozen)).await?;
        Ok(self.keep(roster).await?.0)
    }

    async fn make_folder(
        &self,
        frozen: &Arc<Frozen>,
        at: usize,
    ) -> Result<(ManifestCandidate, Vec<ListedFile>), Broken> {
        let gone = || Broken::new(PackageFailure::Internal, "a candidate vanished");
        let entry = frozen.entries.get(at).ok_or_else(gone)?;
        let mut candidate = ManifestCandidate::of(&entry.snapshot, &entry.category_name, entry.folder.clone());
        let mut photos = Vec::with_capacity(entry.snapshot.photos.len());
        for photo in &entry.snapshot.photos {
            match self.photo(photo).await? {
                Some(content) => photos.push(content),
                // Nobody kept the files of photos for batches from before packages were built.
                None if entry.snapshot.file.is_none() => candidate.missing_photos.push(photo.sha256.clone()),
                None => {
                    return Err(Broken::new(PackageFailure::PhotoMissing, format!("the file of {} is gone", photo.id)));
                }
            }
        }
        let of_frozen = Arc::clone(frozen);
        let make = move || match of_frozen.entries.get(at) {
            Some(entry) => files::folder_files(&of_frozen, entry, &photos),
            None => Err(Error::Internal("a candidate vanished".to_owned())),
        };
        let mut listed = Vec::new();
        for made in self.service.sheets.work(make).await? {
            listed.push(self.keep(made).await?.0);
        }
        candidate.files = listed.iter().map(|file| file.path.clone()).collect();
        Ok((candidate, listed))
    }

    /// The file of a photo as it was frozen: from among the photos, or from where an earlier attempt has kept it.
    async fn photo(&self, photo: &PhotoSnapshot) -> Result<Option<Bytes>, Broken> {
        let mut digest = [0; 32];
        hex::decode_to_slice(&photo.sha256, &mut digest)
            .map_err(|error| Broken::new(PackageFailure::Internal, error.to_string()))?;
        let found = self.service.files.find(FileKey::Photo(photo.id)).await?;
        let Some(content) = found else { return self.find_kept(digest).await };
        let of_content = content.clone();
        let is_same = self.service.sheets.work(move || Ok(Sha256::digest(&of_content)[..] == digest)).await?;
        if is_same {
            return Ok(Some(content));
        }
        let changed = || Broken::new(PackageFailure::PhotoChanged, format!("the file of {} is another", photo.id));
        self.find_kept(digest).await?.ok_or_else(changed).map(Some)
    }

    fn place(&self) -> Place {
        Place::new("package_files", "content", self.id)
    }

    /// Stores a file under its digest.
    async fn keep(&self, made: Made) -> Result<(ListedFile, [u8; 32]), Broken> {
        let (vault, place) = (Arc::clone(&self.service.vault), self.place());
        let seal = move || {
            let digest: [u8; 32] = Sha256::digest(&made.content).into();
            let sealed = vault.seal(place, &made.content)?;
            let listed = ListedFile {
                path: made.path,
                size: made.content.len() as u64,
                sha256: hex::encode(digest),
                media_type: made.media_type.to_owned(),
            };
            Ok((listed, digest, sealed))
        };
        let (listed, digest, sealed) = self.service.sheets.work(seal).await?;
        self.service.files.put(FileKey::Piece(self.id, digest), sealed.into()).await?;
        Ok((listed, digest))
    }

    /// A file that was stored under its digest.
    async fn find_kept(&self, digest: [u8; 32]) -> Result<Option<Bytes>, Broken> {
        let Some(sealed) = self.service.files.find(FileKey::Piece(self.id, digest)).await? else { return Ok(None) };
        let (vault, place) = (Arc::clone(&self.service.vault), self.place());
        let open = move || {
            let content = vault.open(place, &sealed)?;
            if Sha256::digest(&*content)[..] != digest {
                return Err(Error::Internal("a file of a package is not the one that was kept".to_owned()));
            }
            Ok(Bytes::copy_from_slice(&content))
        };
        Ok(Some(self.service.sheets.work(open).await?))
    }

    async fn make_zip(
        &self,
        frozen: &Frozen,
        (manifest, files): (&[u8], &[ListedFile]),
    ) -> Result<(u64, [u8; 32]), Broken> {
        let (sealer, head) = self.service.vault.sealer(place_of_zip(self.id)).map_err(Error::from)?;
        let archive = Archive::new(frozen.at, frozen.header.time_zone);
        let mut assembly = Box::new(Assembly { archive, sealer, digest: Sha256::new(), size: 0 });
        let mut putting = self.service.files.begin(FileKey::Package(self.id)).await?;
        putting.write(head.into()).await?;
        let manifest = Bytes::copy_from_slice(manifest);
        let bit;
        (assembly, bit) = self.service.sheets.work(move || assembly.add("manifest.json", &manifest)).await?;
        putting.write(bit).await?;
        for file in files {
            self.beat().await?;
            let mut digest = [0; 32];
            hex::decode_to_slice(&file.sha256, &mut digest)
                .map_err(|error| Broken::new(PackageFailure::Internal, error.to_string()))?;
            let lost = || Broken::new(PackageFailure::Unavailable, format!("{} of the package is gone", file.sha256));
            let content = self.find_kept(digest).await?.ok_or_else(lost)?;
            let path = file.path.clone();
            let bit;
            (assembly, bit) = self.service.sheets.work(move || assembly.add(&path, &content)).await?;
            putting.write(bit).await?;
        }
        let (rest, size, sha256) = self.service.sheets.work(move || assembly.finish()).await?;
        putting.write(rest).await?;
        putting.finish().await?;
        Ok((size, sha256))
    }

    /// Removes what a preview has stored beside the ZIP. What stays, whatever the reason, is swept after a day.
    pub async fn clear(&self, files: &[ListedFile]) {
        let digests = files.iter().filter_map(|file| {
            let mut digest = [0; 32];
            hex::decode_to_slice(&file.sha256, &mut digest).ok()?;
            Some(FileKey::Piece(self.id, digest))
        });
        if let Err(error) = self.service.files.delete(&digests.collect::<Vec<_>>()).await {
            log::warn!("the files of a preview stay until they are swept: {error}");
        }
    }
}

/// Where the ZIP of a package lies, for the vault.
pub(super) fn place_of_zip(id: Uuid) -> Place {
    Place::new("batch_packages", "zip", id)
}

/// A ZIP on its way into the store. Handed from thread to thread in a box: it is large.
struct Assembly {
    archive: Archive,
    sealer: Sealer,
    digest: Sha256,
    size: u64,
}

impl Assembly {
    fn add(mut self: Box<Self>, path: &str, content: &[u8]) -> Result<(Box<Self>, Bytes), Error> {
        let settled = self.archive.add(path, content)?;
        let sealed = self.take(&settled)?;
        Ok((self, sealed.into()))
    }

    fn take(&mut self, settled: &[u8]) -> Result<Vec<u8>, Error> {
        self.digest.update(settled);
        self.size += settled.len() as u64;
        Ok(self.sealer.push(settled)?)
    }

    fn finish(self: Box<Self>) -> Result<(Bytes, u64, [u8; 32]), Error> {
        let Self { archive, mut sealer, mut digest, mut size } = *self;
        let rest = archive.finish()?;
        digest.update(&rest);
        size += rest.len() as u64;
        let mut sealed = sealer.push(&rest)?;
        sealed.extend(sealer.finish()?);
        Ok((sealed.into(), size, digest.finalize().into()))
    }
}
