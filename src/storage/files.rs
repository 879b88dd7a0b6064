//! The file store of the photos: a local folder, or an S3-compatible one. A file's key is its photo's id.
//!
//! A file is put before its row is written and deleted after its row is gone, so that no row ever points at nothing;
//! what is left without a row is swept later.

use std::{path::PathBuf, sync::Arc};

use bytes::Bytes;
use chrono::{DateTime, Utc};
use futures_util::TryStreamExt as _;
use object_store::{ObjectStore, ObjectStoreExt as _, aws::AmazonS3Builder, local::LocalFileSystem, path::Path as Key};

use crate::domain::id::PhotoId;

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

/// The two files of one photo.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum PhotoFile {
    /// The photo as stored.
    Full,
    /// Its small picture.
    Thumb,
}

/// Why a file could not be put, read or deleted.
#[derive(Debug, thiserror::Error)]
#[error("the file store failed: {0}")]
pub struct FilesError(#[from] object_store::Error);

/// A file of the store with what the sweeper needs to know.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct StoredFile {
    /// The photo it belongs to; `None` for a file that is not the program's.
    pub photo: Option<PhotoId>,
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
                let made = std::fs::create_dir_all(folder);
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

    /// Puts a file; one of the same photo is replaced.
    pub async fn put(&self, photo: PhotoId, file: PhotoFile, content: Bytes) -> Result<(), FilesError> {
        self.store.put(&key(photo, file), content.into()).await?;
        Ok(())
    }

    /// Reads a file; `None` when it is not there.
    pub async fn find(&self, photo: PhotoId, file: PhotoFile) -> Result<Option<Bytes>, FilesError> {
        match self.store.get(&key(photo, file)).await {
            Ok(found) => Ok(Some(found.bytes().await?)),
            Err(object_store::Error::NotFound { .. }) => Ok(None),
            Err(error) => Err(error.into()),
        }
    }

    /// Deletes both files of a photo; none there is no error.
    pub async fn delete(&self, photo: PhotoId) -> Result<(), FilesError> {
        for file in [PhotoFile::Full, PhotoFile::Thumb] {
            match self.store.delete(&key(photo, file)).await {
                Ok(()) | Err(object_store::Error::NotFound { .. }) => {}
                Err(error) => return Err(error.into()),
            }
        }
        Ok(())
    }

    /// Every file there is, for the sweeper.
    pub async fn list(&self) -> Result<Vec<StoredFile>, FilesError> {
        let found: Vec<_> = self.store.list(None).try_collect().await?;
        let files = found.into_iter().map(|meta| StoredFile {
            photo: meta.location.filename().and_then(photo_of_key),
            put_at: meta.last_modified,
        });
        Ok(files.collect())
    }
}

fn key(photo: PhotoId, file: PhotoFile) -> Key {
    match file {
        PhotoFile::Full => Key::from(photo.to_string()),
        PhotoFile::Thumb => Key::from(format!("{photo}.thumb")),
    }
}

fn photo_of_key(name: &str) -> Option<PhotoId> {
    name.strip_suffix(".thumb").unwrap_or(name).parse().ok()
}

#[cfg(test)]
mod tests {
    use uuid::Uuid;

    use super::*;

    #[tokio::test]
    async fn a_file_is_put_found_listed_and_deleted() {
        let folder = tempfile::tempdir().unwrap();
        let files = Files::open(&FilesAt::Folder(folder.path().join("a/b"))).unwrap();
        let (one, other) = (PhotoId(Uuid::from_u128(1)), PhotoId(Uuid::from_u128(2)));
        files.put(one, PhotoFile::Full, Bytes::from_static(b"full")).await.unwrap();
        files.put(one, PhotoFile::Thumb, Bytes::from_static(b"thumb")).await.unwrap();
        assert_eq!(files.find(one, PhotoFile::Full).await.unwrap().as_deref(), Some(&b"full"[..]));
        assert_eq!(files.find(one, PhotoFile::Thumb).await.unwrap().as_deref(), Some(&b"thumb"[..]));
        assert_eq!(files.find(other, PhotoFile::Full).await.unwrap(), None);
        let listed = files.list().await.unwrap();
        assert_eq!(listed.iter().map(|file| file.photo).collect::<Vec<_>>(), [Some(one), Some(one)]);
        files.delete(one).await.unwrap();
        files.delete(one).await.unwrap();
        assert_eq!(files.list().await.unwrap(), []);
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
