//! The file store: a local folder, or an S3-compatible one. A file's key is the id of what it belongs to.
//!
//! A file is put before its row is written and deleted after its row is gone, so that no row ever points at nothing;
//! what is left without a row is swept later.

use std::{path::PathBuf, sync::Arc};

use bytes::Bytes;
use chrono::{DateTime, Utc};
use futures_util::{StreamExt as _, TryStreamExt as _, stream::BoxStream};
use object_store::{
    ObjectStore, ObjectStoreExt as _, WriteMultipart, aws::AmazonS3Builder, local::LocalFileSystem, path::Path as Key,
};
use uuid::Uuid;

use super::folders::private_folder;
use crate::domain::{
    id::{AttachmentId, HonourId, OperationId, PhotoId},
    month::Month,
};

/// Where the files lie.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum FilesAt {
    /// A folder of this machine; made when it is missing.
    Folder(PathBuf),
    /// A bucket of an S3-compatible store. The credentials come from the environment (`AWS_ACCESS_KEY_ID`,
    /// `AWS_SECRET_ACCESS_KEY`, `AWS_SESSION_TOKEN`) or the machine's role.
    S3 {
        /// Address of the store; `None` for Amazon's own.
        endpoint: Option<String>,
        /// The bucket, which must exist.
        bucket: String,
        /// The region; `us-east-1` where the store does not care.
        region: String,
    },
}

/// What a file is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum FileKey {
    /// A photo as stored.
    Photo(PhotoId),
    /// The small picture of a photo.
    Thumb(PhotoId),
    /// A file of a verification record.
    Attachment(AttachmentId),
    /// A table that was written by long work.
    Export(OperationId),
    /// A certificate, by the honour and the SHA-256 of what it holds.
    Certificate(HonourId, [u8; 32]),
    /// A file of a package, by the package (a batch, or a preview) and the SHA-256 of what it holds.
    Piece(Uuid, [u8; 32]),
    /// The ZIP of a package.
    Package(Uuid),
    /// The last published heads of a cycle's vote log, kept apart from the database so that a restore is noticed.
    VoteLogHeads(Month),
}

impl FileKey {
    /// Both files of a photo.
    #[must_use]
    pub const fn of_photo(photo: PhotoId) -> [Self; 2] {
        [Self::Photo(photo), Self::Thumb(photo)]
    }

    fn path(self) -> Key {
        match self {
            Self::Photo(photo) => Key::from(photo.to_string()),
            Self::Thumb(photo) => Key::from(format!("{photo}.thumb")),
            Self::Attachment(attachment) => Key::from(format!("{attachment}.attachment")),
            Self::Export(operation) => Key::from(format!("{operation}.export")),
            Self::Certificate(honour, digest) => Key::from(format!("{honour}.{}.certificate", hex::encode(digest))),
            Self::Piece(package, digest) => Key::from(format!("{package}.{}.piece", hex::encode(digest))),
            Self::Package(package) => Key::from(format!("{package}.package")),
            Self::VoteLogHeads(cycle) => Key::from(format!("{cycle}.vote-log")),
        }
    }

    /// The key of a path, if it is one of the program's.
    fn of_path(path: &Key) -> Option<Self> {
        match path.as_ref().split_once('.') {
            Some((photo, "thumb")) => photo.parse().ok().map(Self::Thumb),
            Some((attachment, "attachment")) => attachment.parse().ok().map(Self::Attachment),
            Some((operation, "export")) => operation.parse().ok().map(Self::Export),
            Some((package, "package")) => package.parse().ok().map(Self::Package),
            Some((cycle, "vote-log")) => cycle.parse().ok().map(Self::VoteLogHeads),
            Some((owner, rest)) => {
                let (digits, kind) = rest.split_once('.')?;
                let mut digest = [0; 32];
                hex::decode_to_slice(digits, &mut digest).ok()?;
                match kind {
                    "certificate" => owner.parse().ok().map(|honour| Self::Certificate(honour, digest)),
                    "piece" => owner.parse().ok().map(|package| Self::Piece(package, digest)),
                    _ => None,
                }
            }
            None => path.as_ref().parse().ok().map(Self::Photo),
        }
    }
}

/// Why a file could not be put, read or deleted.
#[derive(Debug, thiserror::Error)]
#[error("the file store failed: {0}")]
pub struct FilesError(#[from] object_store::Error);

/// A file of the store with what the sweeper needs to know.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct StoredFile {
    /// What it is; `None` for a file that is not the program's.
    pub key: Option<FileKey>,
    /// When it was put.
    pub put_at: DateTime<Utc>,
}

/// The store. Cheap to clone.
#[derive(Clone, Debug)]
pub struct Files {
    store: Arc<dyn ObjectStore>,
}

impl Files {
    /// Opens the store; for a folder, makes it.
    pub fn open(at: &FilesAt) -> Result<Self, FilesError> {
        let store: Arc<dyn ObjectStore> = match at {
            FilesAt::Folder(folder) => {
                let made = private_folder(folder);
                made.map_err(|error| object_store::Error::Generic { store: "folder", source: Box::new(error) })?;
                Arc::new(LocalFileSystem::new_with_prefix(folder)?.with_fsync(true))
            }
            FilesAt::S3 { endpoint, bucket, region } => {
                let mut builder = AmazonS3Builder::from_env().with_bucket_name(bucket).with_region(region);
                if let Some(endpoint) = endpoint {
                    builder = builder.with_endpoint(endpoint).with_allow_http(endpoint.starts_with("http://"));
                }
                Arc::new(builder.build()?)
            }
        };
        Ok(Self { store })
    }

    /// Puts a file; one with the same key is replaced.
    pub async fn put(&self, key: FileKey, content: Bytes) -> Result<(), FilesError> {
        self.store.put(&key.path(), content.into()).await?;
        Ok(())
    }

    /// Reads a file; `None` when it is not there.
    pub async fn find(&self, key: FileKey) -> Result<Option<Bytes>, FilesError> {
        match self.store.get(&key.path()).await {
            Ok(found) => Ok(Some(found.bytes().await?)),
            Err(object_store::Error::NotFound { .. }) => Ok(None),
            Err(error) => Err(error.into()),
        }
    }

    /// Reads a file bit by bit; `None` when it is not there.
    pub async fn stream(
        &self,
        key: FileKey,
    ) -> Result<Option<BoxStream<'static, Result<Bytes, FilesError>>>, FilesError> {
        match self.store.get(&key.path()).await {
            Ok(found) => Ok(Some(found.into_stream().map_err(FilesError::from).boxed())),
            Err(object_store::Error::NotFound { .. }) => Ok(None),
            Err(error) => Err(error.into()),
        }
    }

    /// Begins to put a file bit by bit. It is there as a whole once [`Putting::finish`] is done, and not before.
    pub async fn begin(&self, key: FileKey) -> Result<Putting, FilesError> {
        Ok(Putting(WriteMultipart::new(self.store.put_multipart(&key.path()).await?)))
    }

    /// Deletes files; none there is no error.
    pub async fn delete(&self, keys: &[FileKey]) -> Result<(), FilesError> {
        for key in keys {
            match self.store.delete(&key.path()).await {
                Ok(()) | Err(object_store::Error::NotFound { .. }) => {}
                Err(error) => return Err(error.into()),
            }
        }
        Ok(())
    }

    /// Every file there is, for the sweeper.
    pub async fn list(&self) -> Result<Vec<StoredFile>, FilesError> {
        let found: Vec<_> = self.store.list(None).try_collect().await?;
        let files = found
            .into_iter()
            .map(|meta| StoredFile { key: FileKey::of_path(&meta.location), put_at: meta.last_modified });
        Ok(files.collect())
    }
}

/// A file that is being put. Dropped before its end, it leaves nothing, or parts that a store over the network expires.
#[derive(Debug)]
pub struct Putting(WriteMultipart);

/// So many parts are on their way to the store at once.
const PARTS_AT_ONCE: usize = 2;

impl Putting {
    /// Adds a bit; waits while too much is on its way.
    pub async fn write(&mut self, bit: Bytes) -> Result<(), FilesError> {
        self.0.wait_for_capacity(PARTS_AT_ONCE).await?;
        self.0.put(bit);
        Ok(())
    }

    /// Makes the file be there; one with the same key is replaced.
    pub async fn finish(self) -> Result<(), FilesError> {
        self.0.finish().await?;
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    #[tokio::test]
    async fn a_file_is_put_found_listed_and_deleted() {
        let folder = tempfile::tempdir().unwrap();
        let files = Files::open(&FilesAt::Folder(folder.path().join("a/b"))).unwrap();
        let (one, other) = (PhotoId(Uuid::from_u128(1)), PhotoId(Uuid::from_u128(2)));
        files.put(FileKey::Photo(one), Bytes::from_static(b"full")).await.unwrap();
        files.put(FileKey::Thumb(one), Bytes::from_static(b"thumb")).await.unwrap();
        assert_eq!(files.find(FileKey::Photo(one)).await.unwrap().as_deref(), Some(&b"full"[..]));
        assert_eq!(files.find(FileKey::Thumb(one)).await.unwrap().as_deref(), Some(&b"thumb"[..]));
        assert_eq!(files.find(FileKey::Photo(other)).await.unwrap(), None);
        std::fs::write(folder.path().join("a/b/notes.txt"), b"not the program's").unwrap();
        let listed: BTreeSet<_> = files.list().await.unwrap().into_iter().map(|file| file.key).collect();
        assert_eq!(listed, FileKey::of_photo(one).into_iter().map(Some).chain([None]).collect());
        let attachment = FileKey::Attachment(AttachmentId(Uuid::from_u128(3)));
        files.put(attachment, Bytes::from_static(b"%PDF-")).await.unwrap();
        assert!(files.list().await.unwrap().iter().any(|file| file.key == Some(attachment)));
        files.delete(&[attachment]).await.unwrap();
        let export = FileKey::Export(OperationId(Uuid::from_u128(4)));
        files.put(export, Bytes::from_static(b"table")).await.unwrap();
        assert!(files.list().await.unwrap().iter().any(|file| file.key == Some(export)));
        files.delete(&[export]).await.unwrap();
        let certificate = FileKey::Certificate(HonourId(Uuid::from_u128(6)), [9; 32]);
        files.put(certificate, Bytes::from_static(b"%PDF-")).await.unwrap();
        assert!(files.list().await.unwrap().iter().any(|file| file.key == Some(certificate)));
        files.delete(&[certificate]).await.unwrap();
        let heads = FileKey::VoteLogHeads("2026-11".parse().unwrap());
        files.put(heads, Bytes::from_static(b"heads")).await.unwrap();
        assert!(files.list().await.unwrap().iter().any(|file| file.key == Some(heads)));
        files.delete(&[heads]).await.unwrap();
        let package = [FileKey::Piece(Uuid::from_u128(5), [7; 32]), FileKey::Package(Uuid::from_u128(5))];
        for key in package {
            let mut putting = files.begin(key).await.unwrap();
            putting.write(Bytes::from_static(b"bit by ")).await.unwrap();
            assert_eq!(files.find(key).await.unwrap(), None, "a file is there as a whole or not at all");
            putting.write(Bytes::from_static(b"bit")).await.unwrap();
            putting.finish().await.unwrap();
            let read: Vec<Bytes> = files.stream(key).await.unwrap().unwrap().try_collect().await.unwrap();
            assert_eq!(read.concat(), b"bit by bit");
            assert!(files.list().await.unwrap().iter().any(|file| file.key == Some(key)));
        }
        assert!(files.stream(FileKey::Package(Uuid::nil())).await.unwrap().is_none());
        files.delete(&package).await.unwrap();
        files.delete(&FileKey::of_photo(one)).await.unwrap();
        files.delete(&FileKey::of_photo(one)).await.unwrap();
        assert_eq!(files.list().await.unwrap().len(), 1);
    }

    #[test]
    fn a_bucket_is_opened_without_asking_it() {
        let at = FilesAt::S3 {
            endpoint: Some("http://127.0.0.1:9".to_owned()),
            bucket: "haoren".to_owned(),
            region: "us-east-1".to_owned(),
        };
        assert!(Files::open(&at).is_ok());
    }
}
